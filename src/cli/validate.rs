//! `spillover validate`.

use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::problem::Problem;
use super::score_tables::{self, Style};
use super::{EXIT_DONE, EXIT_RUNS_FAILED, EXIT_USAGE, command_line, print, talk, threads};
use crate::output::folder::{DATAPACKAGE, Folder, MANIFEST};
use crate::output::{OutputError, manifest};
use crate::scenario::{self, Scenario};
use crate::study::RESULTS_VERSION;
use crate::text::count;
use crate::validation::assess::{Assessment, assess};
use crate::validation::parameter_sets::Ground;
use crate::validation::report::{self, Failure};
use crate::validation::{CaseRecord, Settings, case, parameter_sets, picture};

/// Where cases are found by name.
const CASES: &str = "configs/cases";

/// Arguments of `spillover validate`.
#[derive(clap::Args)]
#[allow(clippy::struct_excessive_bools)] // each is a flag of its own
#[command(after_help = "\
A case is a folder with case.toml (regional) or input_csv (network, in the file format of Flee), or the name of one in
configs/cases. Scores and baselines: docs/validation.md.

Exit codes: 0 all cases scored, 1 some failed, 2 none could be scored, or wrong usage.")]
pub struct Arguments {
    /// Cases: folders, or names in configs/cases
    #[arg(required = true, value_name = "CASE")]
    cases: Vec<PathBuf>,
    /// Replicates of each case
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    replicates: u32,
    /// Seed [default: study.seed of the scenario]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Network cases: the model does not know the capacities of camps
    #[arg(long)]
    hide_capacities: bool,
    /// Scenario whose displacement parameters network cases use (regional cases name their own with `extends`)
    #[arg(long, value_name = "FILE", default_value = "configs/base.toml")]
    scenario: PathBuf,
    /// A value laid over the scenario and every case; may be given often
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// Sets of parameters, one a row under a header of config paths: replicate r uses row r, from the top again after the last
    #[arg(long, value_name = "FILE.csv")]
    parameters: Option<PathBuf>,
    /// Folder of the results
    #[arg(long, value_name = "DIR", default_value = "output/validation")]
    out: PathBuf,
    /// Replace the results in the folder; removes only files that the program wrote
    #[arg(long)]
    overwrite: bool,
    /// Scores and points as JSON on stdout instead of the tables
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Tables in Markdown, as in docs/validation.md
    #[arg(long)]
    markdown: bool,
    /// Replicates run at the same time [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// A case that was found.
struct Found {
    /// As it was named.
    named: String,
    folder: PathBuf,
    /// Name of its folder.
    name: String,
}

/// Runs and scores cases.
pub fn run(arguments: &Arguments) -> Result<u8, Problem> {
    let settings = settings(arguments)?;

    // All cases are found before one is run.
    let mut failures = Vec::new();
    let mut found: Vec<Found> = Vec::new();
    for path in &arguments.cases {
        let case = find(path).and_then(|case| match found.iter().find(|f| f.name == case.name) {
            Some(other) => Err(format!(
                "{} has the same name as {}\n  name each case once",
                case.named, other.named
            )),
            None => Ok(case),
        });
        match case {
            Ok(case) => found.push(case),
            Err(cause) => fail(&mut failures, path.display().to_string(), vec![cause]),
        }
    }
    if found.is_empty() {
        return Ok(EXIT_USAGE);
    }

    let pictures: Vec<String> = found
        .iter()
        .flat_map(|f| ["as_given", "hidden"].map(|setting| report::picture_file(&f.name, setting)))
        .collect();
    let mut names = vec![report::SCORES, report::SERIES, report::VALIDATION, DATAPACKAGE, MANIFEST];
    names.extend(pictures.iter().map(String::as_str));
    let about = format!("validation\ncommand: {}", command_line());
    let mut folder =
        Folder::begin(&arguments.out, &names, arguments.overwrite, &about).map_err(Problem::new)?;
    let started = manifest::now();

    let mut records: Vec<CaseRecord> = Vec::new();
    for case in &found {
        talk(&format!("{}: {} replicates", case.name, settings.replicates));
        match run_case(case, &settings)
            .and_then(|record| assess(&record).map(|_| ()).map(|()| record))
        {
            Ok(record) => records.push(record),
            Err(causes) => fail(&mut failures, case.named.clone(), causes),
        }
    }
    let cases: Vec<Assessment<'_>> =
        records.iter().filter_map(|record| assess(record).ok()).collect();
    if cases.is_empty() {
        folder.fail("no case could be scored");
        talk("error: no case could be scored");
        return Ok(EXIT_USAGE);
    }

    let written = write(&mut folder, arguments, &settings, &started, &cases, &failures);
    if let Err(error) = written {
        folder.fail(&error.to_string());
        return Err(Problem::new(error));
    }
    if arguments.json {
        let mut document = report::document(&cases, &failures);
        document["costs"] = report::costs(&cases);
        document["folder"] = json!(arguments.out);
        print(&format!("{document:#}"));
    } else {
        let style = if arguments.markdown { Style::Markdown } else { Style::Terminal };
        print(&score_tables::tables(&cases, &failures, style));
    }
    talk(&format!(
        "wrote scores, series and pictures of {} to {}",
        count(cases.len(), "case"),
        arguments.out.display()
    ));
    if failures.is_empty() {
        return Ok(EXIT_DONE);
    }
    let failed: Vec<&str> = failures.iter().map(|f| f.case.as_str()).collect();
    talk(&format!(
        "error: {} failed: {} (causes above)",
        count(failed.len(), "case"),
        failed.join(", ")
    ));
    Ok(EXIT_RUNS_FAILED)
}

/// Tells the causes of a failure and keeps them.
fn fail(failures: &mut Vec<Failure>, case: String, causes: Vec<String>) {
    for cause in &causes {
        talk(&format!("error: {case}: {cause}"));
    }
    failures.push(Failure { case, causes });
}

/// What the cases are run with, after a check of scenario and parameter sets.
fn settings(arguments: &Arguments) -> Result<Settings, Problem> {
    let resolved = scenario::load(&arguments.scenario, &arguments.sets)?;
    let parameter_sets = match &arguments.parameters {
        Some(path) => parameters(path, &resolved.file.scenario)?,
        None => Vec::new(),
    };
    Ok(Settings {
        scenario: arguments.scenario.clone(),
        sets: arguments.sets.clone(),
        parameter_sets,
        replicates: arguments.replicates,
        seed: arguments.seed.unwrap_or(resolved.file.study.seed),
        hide_capacities: arguments.hide_capacities,
        threads: threads(arguments.threads),
    })
}

/// Reads sets of parameters and lays each over the scenario, so that unknown paths and values out of range are found
/// before anything runs.
fn parameters(path: &Path, scenario: &Scenario) -> Result<Vec<Vec<(String, f64)>>, Problem> {
    let found = parameter_sets::read(path)
        .map_err(|problems| all(problems, "the file of parameter sets is broken"))?;
    let ground = Ground::new(scenario);
    let mut problems = Vec::new();
    for ((set, line), row) in found.sets.iter().zip(&found.lines).zip(&found.rows) {
        let Err(misfits) = ground.lay(set) else { continue };
        let at = format!("{}:{line}: row {row}", path.display());
        let is_key = misfits.iter().any(|misfit| misfit.is_key);
        for misfit in misfits {
            problems.push(match misfit.value {
                Some(value) => format!("{at}, column `{}`\n  {}", set[value].0, misfit.told),
                None => format!(
                    "{at}: each value is allowed alone, not all together\n  {}",
                    misfit.told
                ),
            });
        }
        // A column that is no key is wrong in every row: once is enough.
        if is_key {
            break;
        }
    }
    if problems.is_empty() {
        Ok(found.sets)
    } else {
        Err(all(problems, "a set of parameters does not fit the scenario"))
    }
}

fn all(problems: Vec<String>, otherwise: &str) -> Problem {
    Problem::all(problems).unwrap_or_else(|| Problem::new(otherwise))
}

/// The folder of a case, given itself or by its name in `configs/cases`.
fn find(path: &Path) -> Result<Found, String> {
    let named = path.display().to_string();
    let is_name = path.components().count() == 1;
    let folder = if path.is_dir() {
        path.to_owned()
    } else if is_name && Path::new(CASES).join(path).is_dir() {
        Path::new(CASES).join(path)
    } else if path.exists() {
        return Err(format!("{named} is a file\n  a case is a folder: give {}", parent(path)));
    } else {
        return Err(format!("there is no such folder{}", known(&named)));
    };
    if case::kind(&folder).is_none() {
        return Err(format!(
            "{} is no case: it has neither case.toml (regional) nor input_csv (network)",
            folder.display()
        ));
    }
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.clone());
    let name =
        whole.file_name().map_or_else(|| named.clone(), |n| n.to_string_lossy().into_owned());
    Ok(Found { named, folder, name })
}

fn parent(path: &Path) -> String {
    path.parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
        .display()
        .to_string()
}

/// The cases that there are by name, the likeliest first named.
fn known(named: &str) -> String {
    let Ok(entries) = std::fs::read_dir(CASES) else {
        return format!(
            "\n  and no folder {CASES} here: run from the folder of the project, or give the path of a case"
        );
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| case::kind(path).is_some())
        .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    let likely = checked_toml::nearest(named, names.iter().map(String::as_str));
    let hint = likely.map_or(String::new(), |name| format!("\n  {}", checked_toml::question(name)));
    if names.is_empty() {
        format!("\n  {CASES} has no cases either")
    } else {
        format!("{hint}\n  cases in {CASES}: {}", names.join(", "))
    }
}

/// Runs a case; a panic is a bug, but the other cases go on.
fn run_case(case: &Found, settings: &Settings) -> Result<CaseRecord, Vec<String>> {
    let result = panic::catch_unwind(AssertUnwindSafe(|| {
        case::prepare(&case.folder, settings).and_then(|prepared| (prepared.run)(settings))
    }));
    let mut record = result.unwrap_or_else(|payload| {
        let words = payload.downcast_ref::<String>().cloned();
        let words = words.or_else(|| payload.downcast_ref::<&str>().map(|w| (*w).to_owned()));
        Err(vec![format!("bug: {}", words.unwrap_or_else(|| "a panic without words".into()))])
    })?;
    // The folder is what people named it by; files are called after it.
    record.name.clone_from(&case.name);
    Ok(record)
}

fn write(
    folder: &mut Folder,
    arguments: &Arguments,
    settings: &Settings,
    started: &str,
    cases: &[Assessment<'_>],
    failures: &[Failure],
) -> Result<(), OutputError> {
    folder.append(report::SCORES, &report::scores_csv(cases))?;
    folder.append(report::SERIES, &report::series_csv(cases))?;
    folder.append(report::VALIDATION, &manifest::pretty(&report::document(cases, failures)))?;
    let mut pictures = Vec::new();
    for a in cases {
        let name = report::picture_file(&a.record.name, report::setting(a.record));
        folder.append(&name, picture::svg(&report::picture(a)).as_bytes())?;
        pictures.push(name);
    }
    folder
        .append(DATAPACKAGE, &manifest::pretty(&report::datapackage(RESULTS_VERSION, &pictures)))?;

    // Where all this comes from.
    let files = folder.seal()?.to_vec();
    let hash = |path: &Path| {
        std::fs::read(path).map(|bytes| blake3::hash(&bytes).to_hex().to_string()).ok()
    };
    let account = json!({
        "results_version": RESULTS_VERSION,
        "program": manifest::program(),
        "host": manifest::host(),
        "command": std::env::args().collect::<Vec<_>>(),
        "scenario": { "path": settings.scenario, "blake3": hash(&settings.scenario) },
        "parameters": arguments.parameters.as_ref().map(|path| json!({ "path": path, "blake3": hash(path) })),
        "replicates": settings.replicates,
        "seed": settings.seed,
        "threads": settings.threads,
        "started": started,
        "ended": manifest::now(),
        "costs": report::costs(cases),
        "files": files,
    });
    folder.append(MANIFEST, &manifest::pretty(&account))?;
    folder.finish()?;
    Ok(())
}
