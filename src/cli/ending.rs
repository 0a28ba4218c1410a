//! What is said when a study, or a share of it, ends.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use super::problem::Problem;
use super::progress::duration;
use super::run::Arguments;
use super::store::{Standing, quoted, standing};
use super::{print, results, study, talk};
use crate::study::conduct::{Conducted, Did};
use crate::study::precision;
use crate::study::quantiles::Spread;
use crate::study::store::Store;
use crate::tables::{RUSSIA_SOUTH, Table, TableSet};

/// Shows what came of a study.
pub fn tell_of(conducted: &Conducted, borders: &[String], quiet: bool, json: bool) {
    if json {
        print(&done(conducted, borders).to_string());
    } else if !quiet {
        print(&format!(
            "{}{}",
            results::tables(&conducted.summaries, borders),
            results::precision(&conducted.precisions, precision::WANTED)
        ));
        talk(&closing(conducted));
    }
}

/// Shows what came of a share of a study, in a folder whose tables may be complete.
pub fn tell_of_shard(
    arguments: &Arguments,
    study: &study::Study,
    beside_complete: bool,
    path: &Path,
    did: &Did,
) -> Result<(), Problem> {
    let plan = &study.plan;
    let store = Store::open(path).map_err(Problem::new)?;
    let (done, failed, missing) =
        store.contents(plan, arguments.tables.unwrap_or(TableSet::ALL)).count();
    let planned = plan.runs.len();
    if arguments.json {
        let event = json!({
            "event": "shard_done", "folder": path, "runs_here": did.done + did.failures.len(), "failed_here": did.failures.len(),
            "planned": planned, "done": done, "failed": failed, "missing": missing,
        });
        print(&event.to_string());
    } else if !arguments.quiet {
        let here = did.done + did.failures.len();
        let ask = &arguments.ask;
        let next = if missing > 0 {
            format!("how far: {}", ask.command("status", plan))
        } else if beside_complete && standing(path, plan)? != Standing::Extended {
            format!(
                "the tables there are of an earlier merge; make them anew: {} --overwrite",
                ask.command("merge", plan)
            )
        } else {
            format!("next: {}", ask.command("merge", plan))
        };
        talk(&format!(
            "{here} runs done here; {} of {planned} of the study are in the store{}\n{next}",
            done + failed,
            of_failures(&did.failures),
        ));
    }
    Ok(())
}

/// The last words, with the next command.
fn closing(conducted: &Conducted) -> String {
    let account = &conducted.account;
    let bytes: u64 = conducted.files.iter().map(|f| f.bytes).sum();
    let folder = conducted.folder.display().to_string();
    let rate = account.group_days_here as f64 / account.runs_seconds.max(1e-3);
    let runs = account.runs_done + account.runs_failed;
    let here = account.runs_here;
    let ran = if here == 0 {
        format!("{runs} runs from the store")
    } else {
        let of =
            if here < runs { format!("{here} of {runs} runs") } else { format!("{runs} runs") };
        format!("{of} in {} ({} group-days/s)", duration(account.runs_seconds), thousands(rate))
    };
    let mut text = format!(
        "wrote {} files, {:.1} MB in {folder}; {ran}, bands and files in {}",
        conducted.files.len(),
        bytes as f64 / 1e6,
        duration(account.wall_seconds - account.runs_seconds),
    );
    text.push_str(&of_failures(&conducted.failures));
    if let Some(why) = conducted.store_stays {
        let _ = write!(text, "\nnote: the store stays: {why}");
    }
    let columns = "every file and column: docs/output_files.md";
    if conducted.files.iter().any(|file| file.path == Path::new(Table::Summary.file())) {
        let summary = quoted(&format!("{folder}/{}", Table::Summary.file()));
        let _ = write!(text, "\nnext: grep {RUSSIA_SOUTH} {summary}   ({columns})");
    } else {
        let _ = write!(text, "\n{columns}");
    }
    text
}

/// What is said of failed runs; nothing when there are none.
fn of_failures(failures: &[(String, String)]) -> String {
    failures.first().map_or(String::new(), |(cause, command)| {
        format!(
            "\n{} runs failed; the first: {cause}\n  repeat it: {command}\n  all of them: runs.csv, status `failed`; try them again: --retry-failed",
            failures.len()
        )
    })
}

fn thousands(value: f64) -> String {
    if value < 1e4 {
        format!("{value:.0}")
    } else if value < 1e6 {
        format!("{:.0} k", value / 1e3)
    } else {
        format!("{:.2} M", value / 1e6)
    }
}

/// The last event.
fn done(conducted: &Conducted, borders: &[String]) -> serde_json::Value {
    let spread = |s: &Option<Spread>| {
        s.map(|s| json!({ "replicates": s.count, "mean": s.mean, "q05": s.q05, "q25": s.q25, "q50": s.q50, "q75": s.q75, "q95": s.q95 }))
    };
    let summaries: Vec<_> = conducted
        .summaries
        .iter()
        .map(|s| {
            let peaks = borders.iter().zip(&s.peaks).map(|(border, peak)| {
                let (index, day) = (peak.map(|p| p.0), peak.map(|p| p.1));
                json!({ "border": border, "index": spread(&index), "day": spread(&day) })
            });
            json!({
                "outcome": s.outcome,
                "variant": s.variant,
                "peaks": peaks.collect::<Vec<_>>(),
                "displaced_inside_persons": spread(&s.displaced_inside),
                "displaced_abroad_persons": spread(&s.displaced_abroad),
                "attention_diverted": spread(&s.attention_diverted),
            })
        })
        .collect();
    json!({
        "event": "done",
        "folder": conducted.folder,
        "files": conducted.files,
        "account": conducted.account,
        "failures": conducted.failures.iter().map(|(cause, command)| json!({ "cause": cause, "command": command })).collect::<Vec<_>>(),
        "summaries": summaries,
    })
}
