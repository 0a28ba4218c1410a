//! `spillover calibrate`.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use comfy_table::{Cell, CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::problem::Problem;
use super::progress::duration;
use super::{EXIT_DONE, EXIT_RUNS_FAILED, print, talk};
use crate::calibration::conduct::{Calibrated, Event, Quantiles, Status};
use crate::calibration::evaluate::{Cases, Evaluate};
use crate::calibration::journal::Journal;
use crate::calibration::region::Basis;
use crate::calibration::study::{self, Plan};
use crate::calibration::{conduct, files};
use crate::output::folder::{DATAPACKAGE, Folder, MANIFEST};
use crate::output::manifest::{Account, ConfigFile, Provenance, manifest};
use crate::study::{RESULTS_VERSION, execute};
use crate::validation::Settings;

/// Arguments of `spillover calibrate`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The calibration study
    #[arg(value_name = "STUDY.toml")]
    study: PathBuf,
    /// Folder of the results [default: output/<study>]; the journal stands beside it, in DIR.journal
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Sets tried at the same time [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Waves at most, instead of the study's; more waves go on from an earlier calibration
    #[arg(long, value_name = "N")]
    waves: Option<u32>,
    /// Sets tried in a wave, instead of the study's
    #[arg(long, value_name = "N")]
    runs_per_wave: Option<u32>,
    /// Replace a complete calibration in the folder; sets in its journal are not run again
    #[arg(long)]
    overwrite: bool,
    /// Say nothing but errors
    #[arg(long, short)]
    quiet: bool,
    /// Events as JSON lines on stdout instead of the table
    #[arg(long)]
    json: bool,
}

const NAMES: [&str; 6] =
    [files::RUNS, files::PLAUSIBLE, files::SUMMARY, files::CENTRAL, DATAPACKAGE, MANIFEST];

#[allow(clippy::disallowed_methods)] // the front door may look at the clock
fn now() -> Instant {
    Instant::now()
}

fn utc() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Calibrates.
pub fn run(arguments: &Arguments) -> Result<u8, Problem> {
    let mut sets: Vec<String> = arguments.waves.map(|n| format!("waves={n}")).into_iter().collect();
    sets.extend(arguments.runs_per_wave.map(|n| format!("runs_per_wave={n}")));
    let plan = study::load(&arguments.study, &sets)?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = arguments.threads.map_or(cores, usize::from);
    let pool = execute::pool(threads).map_err(Problem::new)?;
    let settings = Settings {
        scenario: plan.scenario.clone(),
        sets: plan.sets.clone(),
        parameter_sets: Vec::new(),
        replicates: plan.study.replicates,
        seed: plan.study.seed,
        hide_capacities: plan.study.hide_capacities,
        threads: 1,
    };
    let cases = Cases::prepare(&plan.cases, &settings).map_err(|problems| {
        Problem::all(problems).unwrap_or_else(|| Problem::new("the cases cannot be run"))
    })?;
    let hash = plan.hash(&cases.fingerprint());
    let out = arguments.out.clone().unwrap_or_else(|| Path::new("output").join(&plan.study.name));
    let mut journal = Journal::open(&journal_folder(&out), &hash).map_err(Problem::new)?;
    let about = format!(
        "calibration: {}\ncommand: {}",
        plan.study.name,
        std::env::args().collect::<Vec<_>>().join(" ")
    );
    // What an interrupted calibration of the same plan left is ours; a complete one is replaced only when that is asked for.
    let goes_on = journal.resumed && !out.join(DATAPACKAGE).exists();
    let mut folder = Folder::begin(&out, &NAMES, arguments.overwrite || goes_on, &about)
        .map_err(Problem::new)?;
    let talks = !arguments.quiet && !arguments.json;
    if talks {
        talk(&opening(&plan, &cases, &journal, threads));
    }
    let (clock, started) = (now(), utc());
    let mut progress = Progress::new(&plan, arguments);
    let calibrated = conduct(&plan, &cases, &pool, &mut journal, |event| progress.tell(event))
        .map_err(|problem| {
            folder.fail(&problem);
            Problem::new(problem)
        })?;
    progress.end();
    let seconds = clock.elapsed().as_secs_f64();
    let account = Account {
        started,
        ended: utc(),
        wall_seconds: seconds,
        runs_seconds: seconds,
        runs_done: calibrated.rows.len() - calibrated.count(Status::Failed),
        runs_failed: calibrated.count(Status::Failed),
        ..Account::default()
    };
    write(&plan, &calibrated, &mut folder, &provenance(&plan, threads), &account, &hash)
        .map_err(Problem::new)?;
    let failed = calibrated.count(Status::Failed);
    if arguments.json {
        let mut done = files::summary(&plan, &calibrated);
        done["event"] = "done".into();
        done["folder"] = out.display().to_string().into();
        print(&done.to_string());
    } else if !arguments.quiet {
        print(&table(&plan, &calibrated));
        talk(&closing(&calibrated, &out, seconds));
    }
    Ok(if failed > 0 { EXIT_RUNS_FAILED } else { EXIT_DONE })
}

/// `DIR.journal` beside `DIR`.
fn journal_folder(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".journal");
    out.with_file_name(name)
}

fn provenance(plan: &Plan, threads: usize) -> Provenance {
    let hash = |path: &PathBuf| match std::fs::read(path) {
        Ok(bytes) => blake3::hash(&bytes).to_hex().to_string(),
        Err(error) => format!("unreadable by now: {error}"),
    };
    Provenance {
        command: std::env::args().collect(),
        config_files: plan
            .files
            .iter()
            .map(|path| ConfigFile { path: path.clone(), blake3: hash(path) })
            .collect(),
        config_hash: plan.scenario_hash.clone(),
        map: "of each case".to_owned(),
        map_hash: String::new(),
        threads,
        threads_in_run: 1,
        ..Provenance::default()
    }
}

fn write(
    plan: &Plan,
    calibrated: &Calibrated,
    folder: &mut Folder,
    provenance: &Provenance,
    account: &Account,
    hash: &str,
) -> Result<(), crate::output::OutputError> {
    let pretty = |value: &serde_json::Value| format!("{value:#}\n").into_bytes();
    folder.append(files::RUNS, &files::runs(plan, calibrated))?;
    folder.append(files::PLAUSIBLE, &files::plausible(plan, calibrated))?;
    folder.append(files::SUMMARY, &pretty(&files::summary(plan, calibrated)))?;
    folder.append(files::CENTRAL, files::central(plan, calibrated).as_bytes())?;
    folder.append(DATAPACKAGE, &pretty(&files::datapackage(plan, calibrated)))?;
    let written = folder.seal()?.to_vec();
    let manifest = manifest(&plan.study.name, RESULTS_VERSION, hash, provenance, account, &written);
    folder.append(MANIFEST, &pretty(&manifest))?;
    folder.finish()?;
    Ok(())
}

fn opening(plan: &Plan, cases: &Cases, journal: &Journal, threads: usize) -> String {
    let mut text = format!(
        "{}: {}, {} series, {threads} at a time",
        plan.study.title,
        plan.extent(),
        cases.names().len()
    );
    let path = journal.path().display();
    if !journal.known.is_empty() {
        let _ = write!(text, "\ngoing on from {path}: {} sets are known", journal.known.len());
    }
    if journal.torn {
        text.push_str(
            "\nthe last line of the journal was torn and is cut off; its set is run again",
        );
    }
    if !journal.resumed && !journal.others.is_empty() {
        let _ = write!(
            text,
            "\nnote: the plan, the cases or the program changed, so nothing of an earlier journal is used; new journal {path}, kept beside it: {}",
            journal.others.join(", ")
        );
    }
    text
}

/// Time between two lines where there is no terminal.
const EVERY: Duration = Duration::from_secs(10);

enum Way {
    Silent,
    Bar(ProgressBar),
    Lines { last: Instant },
    Json,
}

/// Tells how far a calibration is.
struct Progress {
    way: Way,
    waves: u32,
    sets: usize,
    ended: usize,
    wave: u32,
    begun: Instant,
    known: usize,
}

impl Progress {
    fn new(plan: &Plan, arguments: &Arguments) -> Self {
        let way = if arguments.json {
            print(&json!({ "event": "start", "study": plan.study.name, "waves": plan.study.waves, "runs_per_wave": plan.study.runs_per_wave }).to_string());
            Way::Json
        } else if arguments.quiet {
            Way::Silent
        } else if std::io::stderr().is_terminal() {
            let bar = ProgressBar::new(u64::from(plan.study.runs_per_wave));
            if let Ok(style) =
                ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} sets, {eta} left")
            {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(200));
            Way::Bar(bar)
        } else {
            Way::Lines { last: now() }
        };
        Self { way, waves: plan.study.waves, sets: 0, ended: 0, wave: 0, begun: now(), known: 0 }
    }

    fn say(&self, text: &str) {
        match &self.way {
            Way::Bar(bar) => bar.println(text),
            Way::Lines { .. } => talk(text),
            Way::Silent | Way::Json => {}
        }
    }

    fn tell(&mut self, event: Event<'_>) {
        match event {
            Event::Wave { wave, basis, volume, sets, known } => {
                (self.wave, self.sets, self.ended, self.known, self.begun) =
                    (wave, sets, known, known, now());
                let where_to = match basis {
                    Basis::Whole => "the whole ranges",
                    Basis::Survivors => "what the survivors span",
                    Basis::LeastImplausible => {
                        "too few survivors: around the least implausible tenth"
                    }
                };
                self.say(&format!(
                    "wave {wave} of {}: {sets} sets, {where_to}, {} of the space",
                    self.waves,
                    percent(volume)
                ));
                match &self.way {
                    Way::Json => print(
                        &json!({ "event": "wave", "wave": wave, "basis": basis, "volume": volume, "sets": sets, "known": known }).to_string(),
                    ),
                    Way::Bar(bar) => {
                        bar.reset();
                        bar.set_length(sets as u64);
                        bar.set_position(known as u64);
                        bar.set_message(format!("wave {wave} of {}", self.waves));
                    }
                    _ => {}
                }
            }
            Event::Set { wave, set, failure, ended } => {
                self.ended = ended;
                if let Some(cause) = failure {
                    let text = format!("set failed: wave {wave} / set {set}: {cause}");
                    if matches!(self.way, Way::Silent) { talk(&text) } else { self.say(&text) }
                }
                match &self.way {
                    Way::Json => print(
                        &json!({ "event": "set", "wave": wave, "set": set, "status": if failure.is_some() { "failed" } else { "done" }, "cause": failure, "ended": ended }).to_string(),
                    ),
                    Way::Bar(bar) => bar.set_position(ended as u64),
                    _ => {}
                }
                self.line();
            }
            Event::WaveEnd { wave, surviving, failed } => {
                let failures =
                    if failed > 0 { format!(", {failed} failed") } else { String::new() };
                self.say(&format!("wave {wave}: {surviving} sets survive{failures}"));
                if matches!(self.way, Way::Json) {
                    print(
                        &json!({ "event": "wave_end", "wave": wave, "surviving": surviving, "failed": failed })
                            .to_string(),
                    );
                }
            }
            Event::Tick => self.line(),
        }
    }

    fn line(&mut self) {
        if let Way::Lines { last } = &mut self.way
            && last.elapsed() >= EVERY
        {
            *last = now();
            let (done, left) = (self.ended - self.known, self.sets - self.ended);
            let rate = done as f64 / self.begun.elapsed().as_secs_f64().max(1e-3);
            let left = if done > 0 {
                format!(", {} left in it", duration(left as f64 / rate))
            } else {
                String::new()
            };
            talk(&format!("wave {}: {} of {} sets{left}", self.wave, self.ended, self.sets));
        }
    }

    fn end(&self) {
        if let Way::Bar(bar) = &self.way {
            bar.finish_and_clear();
        }
    }
}

/// A share for people: two significant digits.
fn percent(share: f64) -> String {
    match share * 100.0 {
        p if p >= 99.5 => "100 %".to_owned(),
        p if p >= 10.0 => format!("{p:.0} %"),
        p if p >= 0.1 => format!("{p:.1} %"),
        p => format!("{p:.1e} %"),
    }
}

/// A value of a parameter for people: three significant digits.
fn short(value: f64) -> String {
    let rounded: f64 = format!("{value:.2e}").parse().unwrap_or(value);
    format!("{rounded}")
}

fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

/// What was learned of each parameter, then of each series.
fn table(plan: &Plan, calibrated: &Calibrated) -> String {
    let interval = |q: Option<Quantiles>| {
        q.map_or("-".to_owned(), |q| [q.q05, q.q50, q.q95].map(short).join(" / "))
    };
    let mut parameters = Table::new();
    parameters.load_style(presets::UTF8_HORIZONTAL_ONLY);
    parameters.set_header(
        [
            "parameter",
            "range given",
            "plausible\n5 / 50 / 95 %",
            "accepted\n5 / 50 / 95 %",
            "shrinkage",
            "central",
        ]
        .map(Cell::new),
    );
    for (index, (axis, learned)) in plan.axes.iter().zip(&calibrated.learned).enumerate() {
        parameters.add_row([
            Cell::new(&axis.path),
            right(format!("{} to {}", short(axis.low), short(axis.high))),
            right(interval(learned.plausible)),
            right(interval(learned.accepted)),
            right(
                learned
                    .shrinkage
                    .map_or("-".to_owned(), |s| format!("{} %", (100.0 * s).round() as i64)),
            ),
            right(
                calibrated
                    .central
                    .map_or("-".to_owned(), |row| short(calibrated.rows[row].values[index])),
            ),
        ]);
    }
    let mut series = Table::new();
    series.load_style(presets::UTF8_HORIZONTAL_ONLY);
    series
        .set_header(["series", "least\nimplausibility", "sets that it\nrules out"].map(Cell::new));
    for account in &calibrated.series {
        series.add_row([
            Cell::new(&account.name),
            right(account.least.map_or("-".to_owned(), |i| format!("{i:.2}"))),
            right(percent(account.ruled_out_share)),
        ]);
    }
    format!("{parameters}\n{series}\n")
}

fn closing(calibrated: &Calibrated, out: &Path, seconds: f64) -> String {
    let mut text = format!(
        "{} sets tried in {}: {} plausible, {} of them accepted (worth {:.0} even ones), {} ruled out, {} failed; in {}",
        calibrated.rows.len(),
        duration(seconds),
        calibrated.plausible(),
        calibrated.count(Status::Accepted),
        calibrated.effective_accepted,
        calibrated.count(Status::RuledOut),
        calibrated.count(Status::Failed),
        out.display()
    );
    if let Some(stopped) = &calibrated.stopped {
        let _ = write!(text, "\nended early: {stopped}");
    }
    if calibrated.plausible() == 0 {
        text.push_str("\nno set survived: the table of series shows which of them no set within the ranges reaches");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!([0.0123456, 1.0, 24100.0, 0.3].map(short), ["0.0123", "1", "24100", "0.3"]);
        assert_eq!(
            [1.0, 0.25, 0.0123, 1.234e-5].map(percent),
            ["100 %", "25 %", "1.2 %", "1.2e-3 %"]
        );
        assert_eq!(journal_folder(Path::new("output/x")), Path::new("output/x.journal"));
    }
}
