//! `spillover sensitivity`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use comfy_table::Cell;
use serde_json::{Value as Json, json};

use super::grid::{grid, right, row};
use super::problem::Problem;
use super::{print, run, talk};
use crate::design::points::{Kind, Points};
use crate::output::folder::DATAPACKAGE;
use crate::random::RunKey;
use crate::recorders::table::{Table, TableSet};
use crate::sensitivity::analysis::{Analysis, analyse};
use crate::sensitivity::results::{self, Group};
use crate::sensitivity::settings::Measure;
use crate::sensitivity::table::{self, FILE, PICTURE};
use crate::sensitivity::{Bootstrap, tornado};
use crate::study::plan::Plan;
use crate::study::standing::{has_failed, has_runs};
use crate::text::SHORT;

/// Arguments of `spillover sensitivity`.
#[derive(clap::Args)]
#[command(
    after_help = "It needs all runs. Where many machines do them: spillover run --shard I/N, then spillover merge, then this on the same folder."
)]
pub struct Arguments {
    #[command(flatten)]
    run: run::Arguments,
    /// A measure to explain, such as peak_index:RUS-SOUTH, in place of sensitivity.measures; may be given often
    #[arg(long = "measure", value_name = "MEASURE")]
    measures: Vec<String>,
}

/// Does the runs of a study that are not there yet, and says which factors of its design move the measures.
pub fn run(arguments: &Arguments) -> Result<u8, Problem> {
    let mut study = arguments.run.study.load()?;
    let settings = &study.resolved.file.sensitivity;
    let measures = if arguments.measures.is_empty() {
        study.measures.clone()
    } else {
        let read = arguments.measures.iter().map(|text| {
            Measure::parse(text, &study.borders).map_err(|e| format!("--measure {text}: {e}"))
        });
        read.collect::<Result<Vec<_>, _>>().map_err(Problem::new)?
    };

    // Only some designs are for this.
    let points = suited(study.plan.design.as_deref()).map_err(Problem::new)?.clone();
    let bootstrap = Bootstrap {
        key: RunKey::new(study.resolved.file.study.seed, 0),
        resamples: settings.resamples,
        confidence: settings.confidence,
    };
    study.plan.select(&run::selection(&arguments.run)).map_err(Problem::new)?;
    let plan = &study.plan;
    let folder = arguments.run.study.folder(plan);

    let talks = arguments.run.voice.talks();
    let again = arguments.run.overwrite || arguments.run.retry_failed && has_failed(&folder);
    let code = if !again && has_measures(&folder, plan) {
        if talks {
            talk(&format!("the runs are in {}", folder.display()));
        }
        run::exit_code(!has_failed(&folder))
    } else {
        let tables =
            arguments.run.tables.unwrap_or_else(|| TableSet::runs_only().with(Table::Measures));
        let mut first = arguments.run.clone();
        first.tables = Some(tables.with(Table::Measures));
        let code = run::run(&first)?;
        if !has_measures(&folder, plan) {
            return Ok(code); // the run said why, and what to do next
        }
        code
    };

    // What the runs came to, and what moves it.
    let groups = results::read(&folder, plan, &measures).map_err(Problem::new)?;
    let Some(analysis) = analyse(&points, &groups, &measures, &bootstrap) else { return Ok(code) };
    let picture = tornado::svg(&plan.title, &analysis, &groups, &measures);
    keep(&folder, &table::csv(&analysis), picture.as_bytes()).map_err(Problem::new)?;

    if arguments.run.voice.json {
        print(&event(&folder, &analysis).to_string());
    } else if !arguments.run.voice.quiet {
        print(&tables(&analysis, &groups, &measures, settings.confidence));
        for silent in &analysis.silent {
            talk(&format!(
                "note: {silent} does not vary over the points, or too few runs succeeded"
            ));
        }
        talk(&format!("wrote {FILE} and {PICTURE} in {}", folder.display()));
    }
    Ok(code)
}

/// A design that sensitivity can be computed from.
fn suited(design: Option<&Points>) -> Result<&Points, String> {
    let next = "give the study one: [design] with kind = \"morris\" (screening) or \"saltelli\" (shares of the variance)\n  an example: configs/sensitivity.toml";
    match design.map(|points| (points, points.kind())) {
        None => Err(format!("the study has no design, so nothing is varied\n  {next}")),
        Some((_, Kind::File)) => Err(
            "the design is a file, of which no effects can be computed unless the study says what its points are\n  trajectories: `scheme = \"morris\"` with `levels` and [[design.factors]]; Saltelli's design: `scheme = \"saltelli\"` (docs/studies.md)"
                .to_owned(),
        ),
        Some((points, Kind::Morris { .. } | Kind::Saltelli { .. })) => Ok(points),
        Some((_, kind)) => {
            let name = kind.name();
            Err(format!("the design is `{name}`, of which no effects can be computed\n  {next}"))
        }
    }
}

/// Whether a folder is complete and has just the runs of this plan with their measures.
fn has_measures(folder: &Path, plan: &Plan) -> bool {
    has_runs(folder, plan) && folder.join(Table::Measures.file()).is_file()
}

/// Puts the table and the picture beside the runs and into the folder's list of files. Each file is whole or not there.
fn keep(folder: &Path, csv: &[u8], svg: &[u8]) -> Result<(), String> {
    let path = folder.join(DATAPACKAGE);
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |error: std::io::Error| format!("cannot write {path}: {error}")
    };
    let text =
        fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let mut package: Json = serde_json::from_slice(&text)
        .map_err(|error| format!("{} is not JSON: {error}", path.display()))?;
    if let Some(resources) = package["resources"].as_array_mut() {
        resources.retain(|resource| resource["path"] != FILE);
        resources.push(table::resource());
    }
    package["spillover"]["files"] = json!([PICTURE]);
    let mut listed = format!("{package:#}").into_bytes();
    listed.push(b'\n');
    for (name, bytes) in [(FILE, csv), (PICTURE, svg), (DATAPACKAGE, &listed)] {
        let (part, whole): (PathBuf, PathBuf) =
            (folder.join(format!("{name}.part")), folder.join(name));
        fs::write(&part, bytes).map_err(failed(&part))?;
        fs::rename(&part, &whole).map_err(failed(&whole))?;
    }
    Ok(())
}

/// A table per measure: factors x groups, with the main index and what goes with it.
fn tables(analysis: &Analysis, groups: &[Group], measures: &[Measure], confidence: f64) -> String {
    let mut text = String::new();
    for measure in measures {
        let order = analysis.order(measure);
        if order.is_empty() {
            continue;
        }
        let alone = groups.iter().all(|g| g.variant == groups[0].variant);
        let names = groups.iter().map(|g| {
            let name = g.outcome.replace('_', "\n");
            right(if alone { name } else { format!("{name}\n{}", g.variant) })
        });
        let mut table = grid([Cell::new(measure.to_string())].into_iter().chain(names));
        for factor in order {
            let cells = groups.iter().map(|group| {
                let (main, beside) =
                    analysis.pairs(measure, group).find(|(main, _)| main.parameter == factor)?;
                let e = main.estimate;
                let [value, low, high, beside] =
                    [e.value, e.low, e.high, beside.estimate.value].map(|v| SHORT.of(v));
                Some(format!("{value} [{low}, {high}]\n{beside}"))
            });
            row(&mut table, factor, cells);
        }
        text.push_str(&table.trim_fmt());
        text.push_str("\n\n");
    }
    let percent = 100.0 * confidence;
    let _ = if analysis.main == "ST" {
        writeln!(
            text,
            "Total-order share of the variance [{percent:.0} % interval]; below it the first-order share. `replicate` is the luck."
        )
    } else {
        writeln!(
            text,
            "mu* [{percent:.0} % interval]: mean size of the change over a factor's whole range; below it mu, with the sign."
        )
    };
    text.push_str(
        "Each column is conditional on its outcome; nothing here says how likely an outcome is.\n",
    );
    text
}

fn event(folder: &Path, analysis: &Analysis) -> Json {
    let rows: Vec<Json> = analysis
        .rows
        .iter()
        .map(|row| {
            json!({
                "outcome": row.outcome, "variant": row.variant, "measure": row.measure.to_string(),
                "parameter": row.parameter, "with_parameter": row.with_parameter, "index": row.index,
                "value": row.estimate.value, "low": row.estimate.low, "high": row.estimate.high, "samples": row.samples,
            })
        })
        .collect();
    json!({ "event": "sensitivity", "folder": folder, "method": analysis.method, "rows": rows, "silent": analysis.silent })
}
