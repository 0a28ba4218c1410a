//! What is said when a study, or a share of it, ends.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use super::problem::Problem;
use super::store::{StudyArgs, Voice, quoted};
use super::{print, results, talk};
use crate::recorders::table::{RUSSIA_SOUTH, Table, TableSet};
use crate::study::conduct::{Conducted, WorkDone};
use crate::study::plan::Plan;
use crate::study::precision;
use crate::study::quantiles::Spread;
use crate::study::standing::{Standing, standing};
use crate::study::store::Store;
use crate::study::summary::{
    ATTENTION_DIVERTED, DISPLACED_ABROAD, DISPLACED_INSIDE, PEAK_DAY, PEAK_INDEX,
};
use crate::text::{DURATION, RATE};

/// Shows what came of a study.
pub fn show_results(conducted: &Conducted, borders: &[String], voice: Voice) {
    if voice.json {
        print(&done(conducted, borders).to_string());
    } else if !voice.quiet {
        let precision = results::precision(&conducted.precisions, precision::WANTED);
        print(&(results::tables(&conducted.summaries, borders) + &precision));
        talk(&closing(conducted));
    }
}

/// Shows what came of a share of a study, in a folder whose tables may be complete.
pub fn tell_of_shard(
    args: &StudyArgs,
    voice: Voice,
    plan: &Plan,
    tables: TableSet,
    beside_complete: bool,
    work: &WorkDone,
) -> Result<(), Problem> {
    let path = args.folder(plan);
    let store = Store::open(&path).map_err(Problem::new)?;
    let (done, failed, missing) = store.contents(plan, tables).count();
    let (planned, here) = (plan.runs.len(), work.done + work.failures.len());
    if voice.json {
        let event = json!({
            "event": "shard_done", "folder": path, "runs_here": here, "failed_here": work.failures.len(),
            "planned": planned, "done": done, "failed": failed, "missing": missing,
        });
        print(&event.to_string());
    } else if !voice.quiet {
        let merge = args.command("merge", plan);
        let next = if missing > 0 {
            format!("how far: {}", args.command("status", plan))
        } else if beside_complete
            && standing(&path, plan).map_err(Problem::new)? != Standing::Extended
        {
            format!("the tables there are of an earlier merge; make them anew: {merge} --overwrite")
        } else {
            format!("next: {merge}")
        };
        talk(&format!(
            "{here} runs done here; {} of {planned} of the study are in the store{}\n{next}",
            done + failed,
            of_failures(&work.failures),
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
        format!("{of} in {} ({} group-days/s)", DURATION.of(account.runs_seconds), RATE.of(rate))
    };
    let mut text = format!(
        "wrote {} files, {:.1} MB in {folder}; {ran}, bands and files in {}",
        conducted.files.len(),
        bytes as f64 / 1e6,
        DURATION.of(account.wall_seconds - account.runs_seconds),
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

/// The last event.
fn done(conducted: &Conducted, borders: &[String]) -> serde_json::Value {
    let spread = |s: Option<Spread>| {
        s.map(|s| json!({ "replicates": s.count, "mean": s.mean, "q05": s.q05, "q25": s.q25, "q50": s.q50, "q75": s.q75, "q95": s.q95 }))
    };
    let summaries = conducted.summaries.iter().map(|s| {
        let peaks = borders.iter().map(|border| {
            let [index, day] = [PEAK_INDEX, PEAK_DAY].map(|name| spread(s.spread(name, border)));
            json!({ "border": border, "index": index, "day": day })
        });
        let mut all = json!({
            "outcome": s.outcome, "variant": s.variant, "peaks": peaks.collect::<Vec<_>>()
        });
        for measure in [DISPLACED_INSIDE, DISPLACED_ABROAD, ATTENTION_DIVERTED] {
            all[measure] = json!(spread(s.spread(measure, "")));
        }
        all
    });
    json!({
        "event": "done",
        "folder": conducted.folder,
        "files": conducted.files,
        "account": conducted.account,
        "failures": conducted.failures.iter().map(|(cause, command)| json!({ "cause": cause, "command": command })).collect::<Vec<_>>(),
        "summaries": summaries.collect::<Vec<_>>(),
    })
}
