//! `spillover status`: how far a study is, whoever runs it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::json;

use super::problem::Problem;
use super::store::{StudyArgs, ends, open};
use super::{EXIT_DONE, EXIT_INCOMPLETE, EXIT_RUNS_FAILED, print, talk};
use crate::recorders::table::TableSet;
use crate::study::RESULTS_VERSION;
use crate::study::conduct::agree;
use crate::study::plan::Plan;
use crate::study::standing::has_runs;
use crate::study::store::read::Part;
use crate::study::store::{Contents, State, Store};

/// Arguments of `spillover status`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    study: StudyArgs,
    /// Tables that a finished run must have [default: those that the processes were asked for]
    #[arg(long, value_name = "TABLES", value_parser = TableSet::parse)]
    tables: Option<TableSet>,
    /// The same as JSON
    #[arg(long)]
    json: bool,
}

/// Causes shown.
const CAUSES: usize = 5;

/// Says what the store of a study has. Exit code 3 when runs are missing, 1 when all ended and some failed, 4 when the store
/// disagrees with itself.
pub fn run(arguments: &Arguments) -> Result<u8, Problem> {
    let study = arguments.study.load()?;
    let plan = &study.plan;
    let folder = arguments.study.folder(plan);
    let (store, tables) = open(&folder, plan, arguments.tables)?;
    let contents = store.contents(plan, tables);
    let (_, failed, missing) = contents.count();
    if arguments.json {
        print(&as_json(plan, &store, &contents).to_string());
    } else {
        print(&as_text(plan, &store, &contents));
    }
    if let Err(error) = agree(plan, &contents) {
        return ends(error, "");
    }
    let complete = missing == plan.runs.len() && has_runs(&folder, plan);
    if complete && !arguments.json {
        talk(
            "note: the folder holds complete tables whose parts were removed; only the store is looked at here",
        );
    }
    Ok(match (missing, failed) {
        (0, 0) => EXIT_DONE,
        (0, _) => EXIT_RUNS_FAILED,
        _ if complete => EXIT_DONE,
        _ => EXIT_INCOMPLETE,
    })
}

fn as_text(plan: &Plan, store: &Store, contents: &Contents<'_>) -> String {
    let (done, failed, missing) = contents.count();
    let mut text = format!(
        "{}: {} runs planned, {done} done, {failed} failed, {missing} missing\n",
        plan.name,
        plan.runs.len()
    );
    let causes = causes(contents);
    for (cause, count) in causes.iter().take(CAUSES) {
        let _ = writeln!(text, "  failed ({count}): {cause}");
    }

    // What is missing, by outcome and variant.
    let mut left: BTreeMap<(u16, &str), usize> = BTreeMap::new();
    for (run, _) in
        plan.runs.iter().zip(&contents.runs).filter(|(_, s)| matches!(s, State::Missing))
    {
        *left.entry((run.variant, run.outcome.name())).or_default() += 1;
    }
    for ((variant, outcome), count) in left {
        let _ = writeln!(
            text,
            "  missing ({count}): {outcome}, {}",
            plan.variants[usize::from(variant)].name
        );
    }

    // Who wrote what, and what of it is not of this plan.
    for part in store.parts() {
        let _ = writeln!(text, "part {}", described(part));
    }
    for &(part, runs) in &contents.others {
        let part = &store.parts()[part];
        let head = &part.head;
        let why = if part.other_columns {
            "from a program with other columns".to_owned()
        } else if head.results_version != RESULTS_VERSION {
            format!(
                "of results version {} (this program has {RESULTS_VERSION})",
                head.results_version
            )
        } else {
            "of another config, map, extent or selection".to_owned()
        };
        let _ = writeln!(
            text,
            "kept, not merged: {runs} runs in {} ({}), {why}",
            part.name, head.study
        );
    }
    text
}

fn described(part: &Part) -> String {
    let head = &part.head;
    if head.store == 0 {
        return format!(
            "{}: its first line is not whole, so nothing in it counts ({} lines)",
            part.name, part.ignored
        );
    }
    let shard = head.shard.as_ref().map_or(String::new(), |s| format!(", shard {s}"));
    let ignored = if part.ignored > 0 {
        format!(", {} lines not whole", part.ignored)
    } else {
        String::new()
    };
    let host = head.host.get("name").and_then(|n| n.as_str()).unwrap_or("?");
    let size = part.bytes as f64 / 1e6;
    format!(
        "{}: {} runs, {size:.1} MB, by {host} from {}{shard}{ignored}",
        part.name, part.runs, head.started
    )
}

fn causes<'a>(contents: &Contents<'a>) -> BTreeMap<&'a str, usize> {
    let mut causes = BTreeMap::new();
    for state in &contents.runs {
        if let State::Failed(cause) = *state {
            *causes.entry(cause).or_default() += 1;
        }
    }
    causes
}

fn as_json(plan: &Plan, store: &Store, contents: &Contents<'_>) -> serde_json::Value {
    let (done, failed, missing) = contents.count();
    let parts = store.parts().iter().map(|part| {
        json!({
            "name": part.name, "runs": part.runs, "bytes": part.bytes, "lines_ignored": part.ignored,
            "other_columns": part.other_columns, "head": part.head,
        })
    });
    let others = contents
        .others
        .iter()
        .map(|&(part, runs)| json!({ "name": store.parts()[part].name, "runs": runs }));
    json!({
        "study": plan.name, "plan_hash": plan.hash, "planned": plan.runs.len(), "done": done, "failed": failed,
        "missing": missing, "causes": causes(contents), "parts": parts.collect::<Vec<_>>(),
        "kept_not_merged": others.collect::<Vec<_>>(), "disagreements": contents.disagreements.len(),
    })
}
