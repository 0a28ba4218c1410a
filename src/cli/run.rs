//! `spillover run`.

use std::path::{Path, PathBuf};

use rayon::ThreadPool;

use super::ending::{show_results, tell_of_shard};
use super::problem::Problem;
use super::progress::Progress;
use super::store::{StudyArgs, Voice, about, begin_folder, ends, own_store, provenance};
use super::study::{Study, extent};
use super::{EXIT_DONE, EXIT_RUNS_FAILED, talk, threads};
use crate::design::points::Target;
use crate::output::OutputError;
use crate::output::folder::{Existing, Folder, Joined};
use crate::output::manifest::now;
use crate::recorders::table::TableSet;
use crate::study::conduct::{
    Conducted, Event, Options, Shard, StudyError, WorkDone, conduct, file_names, merge_into,
    run_missing,
};
use crate::study::execute;
use crate::study::merge::{self, MergeOptions};
use crate::study::plan::{PlannedRun, Selection};
use crate::study::precision::{self, Precision};
use crate::study::standing::{self, Standing};
use crate::study::store::{FOLDER, Store, read};

/// Arguments of the commands that run studies.
#[derive(Clone, clap::Args)]
#[allow(clippy::struct_excessive_bools)] // each is a switch of the command line
pub struct Arguments {
    #[command(flatten)]
    pub(super) study: StudyArgs,
    /// Runs done at the same time [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Threads inside one run, for a single large world; results stay the same
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads_in_run: u16,
    /// Only this outcome of the study; may be given often
    #[arg(long = "outcome", value_name = "NAME")]
    outcomes: Vec<String>,
    /// Only this variant of the study; may be given often
    #[arg(long = "variant", value_name = "NAME")]
    variants: Vec<String>,
    /// Only this replicate, counted from 0; may be given often
    #[arg(long = "replicate", value_name = "NUMBER")]
    replicate: Vec<u32>,
    /// Only this point of the design, counted from 0; may be given often
    #[arg(long = "point", value_name = "NUMBER")]
    points: Vec<u32>,
    /// Of [`Sharded`]; commands that need all runs have no such argument.
    #[arg(skip)]
    shard: Option<Shard>,
    /// Tables to write: all, summary (runs, measures, bands, contrasts, summary, precision), or names such as pressure,events [default: all]
    #[arg(long, value_name = "TABLES", value_parser = TableSet::parse)]
    pub(super) tables: Option<TableSet>,
    /// Whether other runs go on when one fails
    #[arg(long, value_name = "WHAT", value_enum, default_value_t)]
    on_failure: OnFailure,
    /// Do runs again that failed before
    #[arg(long)]
    pub(super) retry_failed: bool,
    /// Do more replicates until the 95 % interval of the mean of each headline number is at most so wide to either side,
    /// relative to the mean, such as 0.05
    #[arg(long, value_name = "SHARE", value_parser = share, conflicts_with = "replicate")]
    until_precision: Option<f64>,
    /// Replicates at which --until-precision gives up [default: 10 times those of the study]
    #[arg(long, value_name = "N", requires = "until_precision", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    max_replicates: Option<u32>,
    /// Remove the store when the tables are complete and every run succeeded; the study can then not be extended
    #[arg(long)]
    drop_parts: bool,
    /// Begin anew and replace the study in the folder; removes only files that a study wrote
    #[arg(long)]
    pub(super) overwrite: bool,
    #[command(flatten)]
    pub(super) voice: Voice,
}

/// What to do when a run fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum OnFailure {
    /// The failed run is a row with its cause; the others go on.
    #[default]
    Continue,
    /// No further run begins.
    Stop,
}

/// Arguments of `spillover run`: those of all that runs studies, and the share of one process.
#[derive(clap::Args)]
pub struct Sharded {
    #[command(flatten)]
    arguments: Arguments,
    /// Only the runs whose number, divided by N, leaves I; when all shards are done: spillover merge
    #[arg(long, value_name = "I/N", value_parser = Shard::parse, conflicts_with_all = ["overwrite", "until_precision"])]
    shard: Option<Shard>,
}

impl From<Sharded> for Arguments {
    fn from(Sharded { arguments, shard }: Sharded) -> Self {
        Self { shard, ..arguments }
    }
}

fn share(text: &str) -> Result<f64, String> {
    let allowed = "a share above 0 and below 1, such as 0.05";
    text.parse().ok().filter(|s| *s > 0.0 && *s < 1.0).ok_or_else(|| format!("it takes {allowed}"))
}

/// Where the tables will stand.
enum Place {
    /// This process makes them.
    Own(Folder),
    /// Another will.
    Shared(Joined),
}

impl Place {
    fn fail(&mut self, cause: &str) {
        match self {
            Self::Own(folder) => folder.fail(cause),
            Self::Shared(joined) => joined.fail(cause),
        }
    }
}

/// Runs a study.
pub fn run(arguments: &Arguments) -> Result<u8, Problem> {
    let mut study = arguments.study.load()?;
    let (extent, whole) = (extent(&study), study.plan.runs.len());
    let selection = selection(arguments);
    study.plan.select(&selection).map_err(Problem::new)?;

    // With how many threads, and where.
    let threads = threads(arguments.threads);
    let pool = execute::pool(threads).map_err(Problem::new)?;
    let path = arguments.study.folder(&study.plan);
    let mut asked = arguments.study.clone();
    if arguments.until_precision.is_some() {
        replicates_help(&study)?;
        // More replicates than at first were done to reach a precision: it goes on from those.
        let planned = study.resolved.file.study.replicates;
        let had = standing::replicates(&path).filter(|&had| had > planned);
        if let (Some(had), false) = (had, arguments.overwrite) {
            asked.replicates = Some(had);
            study = asked.load()?;
            study.plan.select(&selection).map_err(Problem::new)?;
        }
    }

    let (place, tables) = begin(arguments, &study, &path)?;
    if arguments.voice.talks() {
        announce(arguments, &study, &extent, whole, threads);
    }

    // Replicates are added until the wanted precision is reached, where one is wanted.
    let done = WorkDone { started: now(), ..WorkDone::default() };
    let mut session = Session { arguments, path, pool, threads, tables, place, done };
    let mut grew = true;
    loop {
        match session.advance(&study, &asked, grew) {
            Ok(Step::Complete(conducted)) => {
                show_results(&conducted, &study.borders, arguments.voice);
                return Ok(exit_code(conducted.failures.is_empty()));
            }
            Ok(Step::Shard(done)) => {
                let Arguments { study: args, voice, tables, .. } = arguments;
                let beside =
                    matches!(&session.place, Place::Shared(joined) if joined.beside_complete());
                let tables = tables.unwrap_or(TableSet::ALL);
                tell_of_shard(args, *voice, &study.plan, tables, beside, &done)?;
                return Ok(exit_code(done.failures.is_empty()));
            }
            Ok(Step::More(more)) => {
                if arguments.voice.talks() {
                    talk(&format!("not yet as precise as wanted: going on to {more} replicates"));
                }
                asked.replicates = Some(more);
                let before = study.plan.runs.len();
                study = asked.load()?;
                study.plan.select(&selection).map_err(Problem::new)?;
                grew = study.plan.runs.len() > before;
            }
            Err(error) => {
                session.place.fail(&error.to_string());
                let next = arguments.study.command("run", &study.plan);
                return ends(error, &format!("go on: {next}"));
            }
        }
    }
}

/// Exit code of a study that ended.
pub fn exit_code(all_succeeded: bool) -> u8 {
    if all_succeeded { EXIT_DONE } else { EXIT_RUNS_FAILED }
}

/// An error when more replicates do not make the numbers of a study better known.
fn replicates_help(study: &Study) -> Result<(), Problem> {
    if study.plan.design.as_ref().is_some_and(|design| design.fixes(Target::Replicate)) {
        return Err(Problem::new(
            "--until-precision adds replicates, but the design fixes the replicate of each point\n  leave --until-precision away, or take `replicate` out of the design",
        ));
    }
    if !study.plan.points_share_luck {
        return Err(Problem::new(
            "--until-precision adds replicates, but what the points do not share (study.points_share_luck = false) only more points make known\n  leave --until-precision away; precision.csv says how many points would do",
        ));
    }
    Ok(())
}

/// Says what is going to be done.
fn announce(arguments: &Arguments, study: &Study, extent: &str, whole: usize, threads: usize) {
    let plan = &study.plan;
    let runs = plan.runs.len();
    let part = if runs < whole { format!("{runs} of ") } else { String::new() };
    let shard = arguments.shard.map_or(String::new(), |s| format!(", shard {}/{}", s.number, s.of));
    talk(&format!("{}: {part}{extent}{shard}, {threads} at a time", plan.title));
    if plan.design.as_ref().is_some_and(|design| design.fixes(Target::Outcome)) {
        talk(
            "note: the design fixes the outcome of each point, so no two outcomes share a point and contrasts.csv compares none; to compare them, take the column `outcome` out",
        );
    }
}

/// Which runs the arguments choose.
pub(super) fn selection(arguments: &Arguments) -> Selection {
    Selection {
        outcomes: arguments.outcomes.clone(),
        variants: arguments.variants.clone(),
        replicates: arguments.replicate.clone(),
        points: arguments.points.clone(),
    }
}

/// How far a study came.
enum Step {
    /// The tables are complete.
    Complete(Conducted),
    /// A shard is done.
    Shard(WorkDone),
    /// More replicates are needed: so many.
    More(u32),
}

/// A study that this process works on.
struct Session<'a> {
    arguments: &'a Arguments,
    path: PathBuf,
    pool: ThreadPool,
    threads: usize,
    tables: TableSet,
    place: Place,
    /// What was done in earlier steps.
    done: WorkDone,
}

impl Session<'_> {
    /// Does the runs of the plan that are missing, and the tables when nothing more is to be done. `asked` names the study
    /// with its replicates by now, which more were asked for when it `grew`.
    fn advance(
        &mut self,
        study: &Study,
        asked: &StudyArgs,
        grew: bool,
    ) -> Result<Step, StudyError> {
        let (arguments, plan, borders) = (self.arguments, &study.plan, &study.borders);
        let threads_in_run = usize::from(arguments.threads_in_run);
        let tables = self.tables;
        let repeat = |run: &PlannedRun| asked.repeat(plan, run);
        let options = Options {
            merge: MergeOptions {
                tables,
                precision: arguments.until_precision.unwrap_or(precision::WANTED),
                ..MergeOptions::new(&self.pool, &repeat)
            },
            provenance: provenance(study, self.threads, threads_in_run),
            shard: arguments.shard,
            stops_at_failure: arguments.on_failure == OnFailure::Stop,
            retry_failed: arguments.retry_failed,
            drop_parts: arguments.drop_parts,
            room: None,
        };
        let one = |run: &PlannedRun| study.simulate(run, tables, threads_in_run);
        let progress = &mut Progress::new(plan, arguments.voice);
        let mut notify = |event: Event<'_>| progress.tell(event);
        let step = match (&mut self.place, arguments.until_precision) {
            (Place::Shared(_), _) => {
                run_missing(plan, borders, &self.path, &options, one, notify).map(Step::Shard)
            }
            (Place::Own(folder), None) => {
                conduct(plan, borders, folder, &options, one, notify).map(Step::Complete)
            }
            (Place::Own(folder), Some(wanted)) => (|| {
                self.done.add(run_missing(plan, borders, &self.path, &options, one, &mut notify)?);
                let now = plan.runs.iter().map(|r| r.replicate + 1).max().unwrap_or(1);
                let planned = study.resolved.file.study.replicates;
                let first = arguments.study.replicates.unwrap_or(planned);
                let most = arguments.max_replicates.unwrap_or(first.saturating_mul(10));
                let needed = replicates_needed(&self.path, study, tables, wanted)?;
                if let Some(more) = next_replicates(needed, now, most, grew) {
                    return Ok(Step::More(more));
                }
                merge_into(plan, borders, folder, &options, &self.done, notify).map(Step::Complete)
            })(),
        };
        progress.end();
        step
    }
}

/// Marks the folder and says which tables it will have, or says why not.
fn begin(arguments: &Arguments, study: &Study, path: &Path) -> Result<(Place, TableSet), Problem> {
    let plan = &study.plan;
    own_store(path)?;
    let mut about = about(plan);
    let asked = arguments.tables.unwrap_or(TableSet::ALL);
    if arguments.shard.is_some() {
        let names = file_names(TableSet::ALL, plan);
        let joined =
            Folder::join(path, &names, &plan.name, &about, &[FOLDER]).map_err(Problem::new)?;
        return Ok((Place::Shared(joined), asked));
    }
    if arguments.overwrite {
        let folder = begin_folder(path, plan, asked, &Existing::Replace, &about);
        let folder = folder.map_err(Problem::new)?;
        read::remove(path).map_err(Problem::new)?;
        return Ok((Place::Own(folder), asked));
    }

    // The tables of a complete study are made anew for more runs, and for those that failed on request; none is left out.
    let standing = standing::standing(path, plan).map_err(Problem::new)?;
    let there = standing::tables(path);
    let chosen = arguments.tables.unwrap_or(TableSet::runs_only());
    let beyond = match &standing {
        Standing::Extended => true,
        Standing::Same => {
            (arguments.retry_failed && standing::has_failed(path))
                || arguments.until_precision.is_some()
                || there.union(chosen) != there
        }
        Standing::None | Standing::Other(_) => false,
    };
    let had = if beyond { Some(there) } else { standing::marked_tables(path) };
    let tables = had.map_or(asked, |had| had.union(chosen));
    if had.is_some_and(|had| had != tables) && arguments.voice.talks() {
        talk("note: the runs that are there lack some of these tables and are done again");
    }

    // The mark keeps them, should this be interrupted.
    if had.is_some() {
        about = format!("{about}\n{}", standing::tables_line(tables));
    }
    let existing = Existing::GoOn { study: &plan.name, beyond };
    let folder = begin_folder(path, plan, tables, &existing, &about);
    let folder = folder.map_err(|error| match (&error, &standing) {
        (OutputError::Complete { .. }, Standing::Same) => Problem::new(format_args!(
            "{error}\n  add to it: ask for more replicates, outcomes or points"
        )),
        (OutputError::Complete { .. }, Standing::Other(why)) => {
            Problem::new(format_args!("{error}\n  it cannot be added to: {why}"))
        }
        _ => Problem::new(&error),
    })?;
    Ok((Place::Own(folder), tables))
}

/// How many replicates would do for every headline number that is not yet as precise as wanted; nothing when all are.
fn replicates_needed(
    path: &Path,
    study: &Study,
    tables: TableSet,
    wanted: f64,
) -> Result<Option<u32>, StudyError> {
    let (store, plan) = (Store::open(path)?, &study.plan);
    let contents = store.contents(plan, tables);
    let groups = merge::groups(plan, &contents);
    let (_, precisions) = merge::summaries(plan, &groups, &contents, &study.borders);
    let short =
        |p: &&Precision| p.is_headline() && p.relative().is_none_or(|relative| relative > wanted);
    let needed = |p: &Precision| p.would_do(wanted).map_or(u32::MAX, |n| n as u32);
    Ok(precisions.iter().filter(short).map(needed).max())
}

/// With how many replicates to go on when so many are there and so many are needed; nothing when the wanted precision, or the
/// most that is allowed, is reached, or the last request for more gave no more runs (`grew`).
///
/// At most twice as many as there are: a first guess of a variance may be far off. What comes out depends on the runs
/// alone, so that it is the same on every machine.
fn next_replicates(needed: Option<u32>, now: u32, most: u32, grew: bool) -> Option<u32> {
    needed
        .filter(|_| grew && now < most)
        .map(|needed| needed.clamp(now + 1, now.saturating_mul(2)).min(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicates_grow_to_what_is_needed_within_twice_and_the_most() {
        assert_eq!(next_replicates(None, 4, 40, true), None, "precise enough");
        assert_eq!(next_replicates(Some(6), 4, 40, true), Some(6));
        assert_eq!(next_replicates(Some(30), 4, 40, true), Some(8), "twice at most");
        assert_eq!(next_replicates(Some(u32::MAX), 30, 40, true), Some(40));
        assert_eq!(next_replicates(Some(3), 4, 40, true), Some(5), "one more at least");
        assert_eq!(
            next_replicates(Some(6), 4, 40, false),
            None,
            "asking for more gives no more runs"
        );
        assert_eq!(next_replicates(Some(60), 40, 40, true), None, "the most is reached");
        assert_eq!(
            next_replicates(Some(60), 40, 10, true),
            None,
            "the most is less than there are"
        );
        assert_eq!(next_replicates(Some(u32::MAX), u32::MAX - 1, u32::MAX, true), Some(u32::MAX));
    }
}
