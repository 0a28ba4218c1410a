//! An unfinished study: what its store has, run by run, before anything is merged into tables.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use super::Gathered;
use super::axes::Axes;
use super::pressure::{band_json, typical};
use super::rows::{Extent, Rows};
use crate::output::format::header;
use crate::recorders::Headline;
use crate::recorders::table::Table;
use crate::study::store::index::{Group, Head};
use crate::study::store::read::{Copied, ReadError};
use crate::study::store::{State, Store};

/// The runs of a study in its store.
pub struct Unfinished {
    store: Store,
    /// Of the process that began last.
    head: Head,
    /// With results, by their number in the plan.
    done: Vec<Copied>,
    /// Numbers in the plan of those that failed.
    failed: Vec<usize>,
}

impl std::fmt::Debug for Unfinished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unfinished").field("head", &self.head).finish_non_exhaustive()
    }
}

impl Unfinished {
    /// The runs in the store of a folder; nothing when there are none that this program can read.
    pub fn open(folder: &Path, out: &mut Gathered) -> Option<Self> {
        let store = match Store::open(folder) {
            Ok(store) => store,
            Err(problem) => {
                out.note(problem.to_string());
                return None;
            }
        };
        let readable =
            || store.parts().iter().filter(|part| part.head.store > 0 && part.is_readable());
        // Texts of instants in UTC stand in the order of time.
        let last =
            readable().max_by(|a, b| a.head.started.cmp(&b.head.started).then(a.name.cmp(&b.name)));
        let Some(head) = last.map(|part| part.head.clone()) else {
            if !store.parts().is_empty() {
                out.note(format!(
                    "{}: an older program, or one with other columns, wrote all of its store, which is not shown",
                    folder.display()
                ));
            }
            return None;
        };
        let (mut done, mut failed) = (Vec::new(), Vec::new());
        for (number, state) in store.of_plan(&head.plan_hash) {
            match state {
                State::Done(copy) => done.push(copy.clone()),
                State::Failed(_) => failed.push(number),
                State::Missing => {}
            }
        }
        let others: usize =
            readable().filter(|p| p.head.plan_hash != head.plan_hash).map(|p| p.runs).sum();
        if others > 0 {
            out.note(format!(
                "{}: {others} runs of other plans in its store are not shown",
                folder.display()
            ));
        }
        Some(Self { store, head, done, failed })
    }

    /// What a manifest would say of it.
    #[must_use]
    pub fn manifest(&self) -> Value {
        let head = &self.head;
        json!({
            "study": head.study, "plan_hash": head.plan_hash, "results_version": head.results_version,
            "program": head.program,
            "provenance": { "command": head.command, "config_hash": head.config_hash, "map_hash": head.map_hash },
        })
    }

    /// The rows of a table, run after run; nothing when no run keeps rows of it.
    #[must_use]
    pub fn rows(self: &Arc<Self>, name: &str, called: &Path) -> Option<Result<Rows, String>> {
        let table = Table::RECORDED.into_iter().find(|table| table.name() == name)?;
        let has = |copy: &Copied| copy.done.layout.tables.iter().any(|t| t.table == table);
        self.done.iter().any(has).then(|| {
            let rows =
                RunRows { of: Arc::clone(self), table, next: 0, bytes: Cursor::new(header(table)) };
            let mut rows = Rows::read(called.to_owned(), Box::new(rows))?;
            rows.extent = Extent::Store;
            Ok(rows)
        })
    }

    /// Says who ran, and what is missing.
    pub fn read_runs(&self, folder: &Path, number: usize, axes: &mut Axes, out: &mut Gathered) {
        let mut far = Vec::new();
        for group in &self.head.groups {
            axes.scenario_named(number, group.outcome.as_bytes(), group.variant.as_bytes());
            let (done, failed) = self.count(group);
            let missing = group.runs.saturating_sub(done.len() + failed);
            if missing + failed > 0 {
                let variant = if group.variant == "base" {
                    String::new()
                } else {
                    format!(", {}", group.variant)
                };
                let failed = if failed > 0 { format!(", {failed} failed") } else { String::new() };
                let (outcome, done, runs) = (&group.outcome, done.len(), group.runs);
                far.push(format!(
                    "{outcome}{variant}: {done} of {runs} runs done{failed}, {missing} missing"
                ));
            }
        }
        if !far.is_empty() {
            out.note(format!("{}: {}", folder.display(), far.join("; ")));
        }
        if self.head.groups.is_empty() {
            out.note(format!(
                "{} runs are done, {} failed; of how many is not known",
                self.done.len(),
                self.failed.len()
            ));
        }
        for run in &self.failed {
            let of = self.head.groups.iter().find(|g| (g.first..=g.last).contains(run));
            if let Some(group) = of {
                let at =
                    axes.scenario_named(number, group.outcome.as_bytes(), group.variant.as_bytes());
                axes.failed[at] += 1;
            }
        }
        let mut ends: BTreeMap<usize, Vec<(f64, usize)>> = BTreeMap::new();
        let mut kept: BTreeMap<Table, BTreeSet<(usize, usize)>> =
            Table::RECORDED.into_iter().map(|table| (table, BTreeSet::new())).collect();
        for copy in &self.done {
            match self.place(copy, number, axes) {
                Ok(Some((scenario, run))) => {
                    for blob in &copy.done.layout.tables {
                        kept.entry(blob.table).or_default().insert((scenario, run));
                    }
                    ends.entry(scenario)
                        .or_default()
                        .push((copy.done.headline.displaced_abroad as f64, run));
                }
                Ok(None) => {}
                Err(problem) => out.note(problem),
            }
        }
        for (scenario, values) in ends {
            axes.typical[scenario] = typical(values);
        }
        let done: usize = kept.values().map(BTreeSet::len).max().unwrap_or(0);
        for (table, runs) in kept {
            if !runs.is_empty() && runs.len() < done {
                let (file, few) = (folder.join(table.file()), runs.len());
                out.note(format!(
                    "{}: {few} of the {done} runs that are done keep this table",
                    file.display()
                ));
            }
            axes.keep(number, table.name(), runs);
        }
    }

    /// Scenario and position of a run, as its rows say; nothing when it keeps none.
    fn place(
        &self,
        copy: &Copied,
        number: usize,
        axes: &mut Axes,
    ) -> Result<Option<(usize, usize)>, String> {
        let tables = self.store.rows(copy).map_err(|problem| self.told(copy, &problem))?;
        let Some((table, rows)) = tables.into_iter().find(|(_, rows)| !rows.is_empty()) else {
            return Ok(None);
        };
        let all = Cursor::new(header(table)).chain(Cursor::new(rows));
        let mut rows = Rows::read(table.file().into(), Box::new(all))?;
        let keys = rows.keys()?;
        let Some(record) = rows.next_row() else { return Ok(None) };
        let scenario = axes.scenario(number, record, &keys);
        Ok(axes.run(scenario, record, &keys).map(|run| (scenario, run)))
    }

    /// Runs of a group with results, and how many failed.
    fn count(&self, group: &Group) -> (Vec<&Copied>, usize) {
        let ours = |run: usize| (group.first..=group.last).contains(&run);
        (
            self.done.iter().filter(|copy| ours(copy.done.run)).collect(),
            self.failed.iter().filter(|&&run| ours(run)).count(),
        )
    }

    /// What is done and missing by outcome and variant, with the numbers of the runs that are done.
    #[must_use]
    pub fn progress(&self, number: usize) -> Vec<Value> {
        let row = |group: &Group| {
            let (done, failed) = self.count(group);
            let band = |value: fn(&Headline) -> Option<f64>| {
                band_json(done.iter().filter_map(|copy| value(&copy.done.headline)).collect())
            };
            json!({
                "study": number, "outcome": group.outcome, "variant": group.variant, "planned": group.runs,
                "done": done.len(), "failed": failed, "missing": group.runs.saturating_sub(done.len() + failed),
                // Russia's southern border is the last.
                "peak": band(|h| h.peak.last().map(|p| p.0)),
                "abroad": band(|h| Some(h.displaced_abroad as f64)),
                "inside": band(|h| Some(h.displaced_inside as f64)),
                "attention": band(|h| Some(h.attention_diverted)),
            })
        };
        self.head.groups.iter().map(row).collect()
    }

    fn told(&self, copy: &Copied, problem: &ReadError) -> String {
        match problem {
            ReadError::System(error) => error.to_string(),
            ReadError::Damaged { part, damage, .. } => {
                format!(
                    "{}: run {} is damaged: {damage}",
                    self.store.path(*part).display(),
                    copy.done.run
                )
            }
        }
    }
}

/// The rows of a table in the store, as one file.
struct RunRows {
    of: Arc<Unfinished>,
    table: Table,
    next: usize,
    bytes: Cursor<Vec<u8>>,
}

impl Read for RunRows {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.bytes.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let Some(copy) = self.of.done.get(self.next) else { return Ok(0) };
            self.next += 1;
            // A damaged run was noted when the runs were read, and is left out.
            let Ok(rows) = self.of.store.rows(copy) else { continue };
            let ours = rows.into_iter().find(|(table, _)| *table == self.table);
            self.bytes = Cursor::new(ours.map(|(_, rows)| rows).unwrap_or_default());
        }
    }
}
