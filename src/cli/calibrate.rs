//! `spillover calibrate`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::json;

use super::grid::{grid, row};
use super::problem::Problem;
use super::progress::{Way, now};
use super::run::exit_code;
use super::store::Voice;
use super::{command_line, print, talk, threads};
use crate::calibration::conduct::{Calibrated, Event, Quantiles, Status};
use crate::calibration::evaluate::{Cases, Evaluate};
use crate::calibration::journal::Journal;
use crate::calibration::region::Basis;
use crate::calibration::study::{self, Plan};
use crate::calibration::{conduct, files};
use crate::output::folder::{DATAPACKAGE, Folder, MANIFEST};
use crate::output::manifest::{self, Account, ConfigFile, Provenance, pretty};
use crate::study::{RESULTS_VERSION, execute};
use crate::text::{DURATION, significant};
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
    #[command(flatten)]
    voice: Voice,
}

const NAMES: [&str; 6] =
    [files::RUNS, files::PLAUSIBLE, files::SUMMARY, files::CENTRAL, DATAPACKAGE, MANIFEST];

/// Calibrates.
pub fn run(arguments: &Arguments) -> Result<u8, Problem> {
    let mut sets: Vec<String> = arguments.waves.map(|n| format!("waves={n}")).into_iter().collect();
    sets.extend(arguments.runs_per_wave.map(|n| format!("runs_per_wave={n}")));
    let plan = study::load(&arguments.study, &sets)?;
    let threads = threads(arguments.threads);
    let pool = execute::pool(threads).map_err(Problem::new)?;

    // The cases are read once, and tell which journal is ours.
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

    // The folder, and how it goes on from what is known.
    let about = format!("calibration: {}\ncommand: {}", plan.study.name, command_line());
    // What an interrupted calibration of the same plan left is ours; a complete one is replaced only when that is asked for.
    let goes_on = journal.resumed && !out.join(DATAPACKAGE).exists();
    let mut folder = Folder::begin(&out, &NAMES, arguments.overwrite || goes_on, &about)
        .map_err(Problem::new)?;
    if arguments.voice.talks() {
        talk(&opening(&plan, &cases, &journal, threads));
    }

    // The calibration itself.
    let (clock, started) = (now(), manifest::now());
    let mut progress = Progress::new(&plan, arguments.voice);
    let calibrated = conduct(&plan, &cases, &pool, &mut journal, |event| progress.tell(event))
        .map_err(|problem| {
            folder.fail(&problem);
            Problem::new(problem)
        })?;
    progress.way.end();

    // Its files, then what it came to for people or programs.
    let seconds = clock.elapsed().as_secs_f64();
    let account = Account {
        started,
        ended: manifest::now(),
        wall_seconds: seconds,
        runs_seconds: seconds,
        runs_done: calibrated.rows.len() - calibrated.count(Status::Failed),
        runs_failed: calibrated.count(Status::Failed),
        ..Account::default()
    };
    write(&plan, &calibrated, &mut folder, &provenance(&plan, threads), &account, &hash)
        .map_err(Problem::new)?;
    let failed = calibrated.count(Status::Failed);
    if arguments.voice.json {
        let mut done = files::summary(&plan, &calibrated);
        done["event"] = "done".into();
        done["folder"] = out.display().to_string().into();
        print(&done.to_string());
    } else if !arguments.voice.quiet {
        print(&table(&plan, &calibrated));
        talk(&closing(&calibrated, &out, seconds));
    }
    Ok(exit_code(failed == 0))
}

/// `DIR.journal` beside `DIR`.
fn journal_folder(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".journal");
    out.with_file_name(name)
}

fn provenance(plan: &Plan, threads: usize) -> Provenance {
    Provenance {
        command: std::env::args().collect(),
        config_files: plan.files.iter().map(|path| ConfigFile::read(path)).collect(),
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
    folder.append(files::RUNS, &files::runs(plan, calibrated))?;
    folder.append(files::PLAUSIBLE, &files::plausible(plan, calibrated))?;
    folder.append(files::SUMMARY, &pretty(&files::summary(plan, calibrated)))?;
    folder.append(files::CENTRAL, files::central(plan, calibrated).as_bytes())?;
    folder.append(DATAPACKAGE, &pretty(&files::datapackage(plan, calibrated)))?;
    let written = folder.seal()?.to_vec();
    let manifest =
        manifest::manifest(&plan.study.name, RESULTS_VERSION, hash, provenance, account, &written);
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
    fn new(plan: &Plan, voice: Voice) -> Self {
        let (waves, sets) = (plan.study.waves, plan.study.runs_per_wave);
        let way = Way::new(voice, u64::from(sets), "{msg} {bar:30} {pos}/{len} sets, {eta} left");
        way.event(|| {
            json!({ "event": "start", "study": plan.study.name, "waves": waves, "runs_per_wave": sets })
        });
        Self { way, waves, sets: 0, ended: 0, wave: 0, begun: now(), known: 0 }
    }

    fn tell(&mut self, event: Event<'_>) {
        match event {
            Event::Wave { wave, basis, volume, sets, known } => {
                (self.wave, self.sets, self.ended, self.known, self.begun) =
                    (wave, sets, known, known, now());
                self.tell_of_wave(basis, volume);
            }
            Event::Set { wave, set, failure, ended } => {
                self.ended = ended;
                let status = if failure.is_some() { "failed" } else { "done" };
                self.way.event(|| {
                    json!({ "event": "set", "wave": wave, "set": set, "status": status, "cause": failure, "ended": ended })
                });
                if let (Some(cause), false) = (failure, matches!(self.way, Way::Json)) {
                    self.way.say_failure(&format!("set failed: wave {wave} / set {set}: {cause}"));
                }
                if let Way::Bar(bar) = &self.way {
                    bar.set_position(ended as u64);
                }
                self.line();
            }
            Event::WaveEnd { wave, surviving, failed } => {
                let failures =
                    if failed > 0 { format!(", {failed} failed") } else { String::new() };
                self.way.say(&format!("wave {wave}: {surviving} sets survive{failures}"));
                self.way.event(|| {
                    json!({ "event": "wave_end", "wave": wave, "surviving": surviving, "failed": failed })
                });
            }
            Event::Tick => self.line(),
        }
    }

    /// A wave that begins.
    fn tell_of_wave(&self, basis: Basis, volume: f64) {
        let Self { way, waves, sets, wave, known, .. } = self;
        let where_to = match basis {
            Basis::Whole => "the whole ranges",
            Basis::Survivors => "what the survivors span",
            Basis::LeastImplausible => "too few survivors: around the least implausible tenth",
        };
        let space = percent(volume);
        way.say(&format!("wave {wave} of {waves}: {sets} sets, {where_to}, {space} of the space"));
        way.event(|| {
            json!({ "event": "wave", "wave": wave, "basis": basis, "volume": volume, "sets": sets, "known": known })
        });
        if let Way::Bar(bar) = way {
            bar.reset();
            bar.set_length(*sets as u64);
            bar.set_position(*known as u64);
            bar.set_message(format!("wave {wave} of {waves}"));
        }
    }

    fn line(&mut self) {
        let Self { wave, sets, ended, known, begun, .. } = *self;
        self.way.line(|| {
            let (done, left) = (ended - known, sets - ended);
            let rate = done as f64 / begun.elapsed().as_secs_f64().max(1e-3);
            let left = if done > 0 {
                format!(", {} left in it", DURATION.of(left as f64 / rate))
            } else {
                String::new()
            };
            format!("wave {wave}: {ended} of {sets} sets{left}")
        });
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
    significant(value, 3).to_string()
}

/// What was learned of each parameter, then of each series.
fn table(plan: &Plan, calibrated: &Calibrated) -> String {
    let interval = |q: Option<Quantiles>| q.map(|q| [q.q05, q.q50, q.q95].map(short).join(" / "));
    let mut parameters = grid([
        "parameter",
        "range given",
        "plausible\n5 / 50 / 95 %",
        "accepted\n5 / 50 / 95 %",
        "shrinkage",
        "central",
    ]);
    for (index, (axis, learned)) in plan.axes.iter().zip(&calibrated.learned).enumerate() {
        let shrinkage = learned.shrinkage.map(|s| format!("{} %", (100.0 * s).round() as i64));
        let central = calibrated.central.map(|row| short(calibrated.rows[row].values[index]));
        let values = [
            Some(format!("{} to {}", short(axis.low), short(axis.high))),
            interval(learned.plausible),
            interval(learned.accepted),
            shrinkage,
            central,
        ];
        row(&mut parameters, &axis.path, values);
    }
    let mut series = grid(["series", "least\nimplausibility", "sets that it\nrules out"]);
    for account in &calibrated.series {
        let least = account.least.map(|i| format!("{i:.2}"));
        row(&mut series, &account.name, [least, Some(percent(account.ruled_out_share))]);
    }
    format!("{parameters}\n{series}\n")
}

fn closing(calibrated: &Calibrated, out: &Path, seconds: f64) -> String {
    let mut text = format!(
        "{} sets tried in {}: {} plausible, {} of them accepted (worth {:.0} even ones), {} ruled out, {} failed; in {}",
        calibrated.rows.len(),
        DURATION.of(seconds),
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
