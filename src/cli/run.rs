//! `spillover run`.

use std::path::Path;

use super::ending::{tell_of, tell_of_shard};
use super::problem::Problem;
use super::progress::Progress;
use super::store::{
    Ask, Standing, ends, has_failed, marked_tables, own_store, provenance, standing,
    standing_replicates, standing_tables, tables_line,
};
use super::{EXIT_DONE, EXIT_RUNS_FAILED, study, talk};
use crate::design::points::Target;
use crate::output::OutputError;
use crate::output::folder::{Existing, Folder, Joined};
use crate::recorders::table::TableSet;
use crate::simulation::{self, RunSpec};
use crate::study::conduct::{
    Conducted, Did, OnFailure, Options, Shard, StudyError, border_names, conduct, file_names,
    merge_into, run_missing,
};
use crate::study::execute;
use crate::study::merge::{self, Wishes};
use crate::study::plan::{PlannedRun, Selection};
use crate::study::precision::{self, Precision};
use crate::study::store::{FOLDER, Store, read};

/// Arguments of the commands that run studies.
#[derive(Clone, clap::Args)]
#[allow(clippy::struct_excessive_bools)] // each is a switch of the command line
pub struct Arguments {
    #[command(flatten)]
    pub(super) ask: Ask,
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
    /// Say nothing but errors
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Events as JSON lines on stdout instead of the table
    #[arg(long)]
    pub(super) json: bool,
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

/// UTC to the second, for the manifest.
pub fn utc() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// What makes the names of files in the making unique to this process.
pub fn token() -> String {
    let moment = jiff::Timestamp::now().as_nanosecond();
    let of = format!("{} {} {moment}", read_host(), std::process::id());
    blake3::hash(of.as_bytes()).to_hex()[..12].to_owned()
}

fn read_host() -> String {
    crate::output::manifest::host_name()
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
    let ask = &arguments.ask;
    let mut study = ask.load()?;
    let selection = selection(arguments);
    let extent = study::extent(&study);
    let whole = study.plan.runs.len();
    study.plan.select(&selection).map_err(Problem::new)?;

    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = arguments.threads.map_or(cores, usize::from);
    let pool = execute::pool(threads).map_err(Problem::new)?;
    let path = ask.folder(&study.plan);
    if arguments.until_precision.is_some()
        && study.plan.design.as_ref().is_some_and(|design| design.fixes(Target::Replicate))
    {
        return Err(Problem::new(
            "--until-precision adds replicates, but the design fixes the replicate of each point\n  leave --until-precision away, or take `replicate` out of the design",
        ));
    }
    if arguments.until_precision.is_some() && !study.plan.points_share_luck {
        return Err(Problem::new(
            "--until-precision adds replicates, but what the points do not share (study.points_share_luck = false) only more points make known\n  leave --until-precision away; precision.csv says how many points would do",
        ));
    }
    let mut replicates = ask.replicates;
    // More replicates than at first were done to reach a precision: it goes on from those.
    let planned = study.resolved.file.study.replicates;
    let had = standing_replicates(&path).filter(|&had| had > planned && !arguments.overwrite);
    if let (Some(had), Some(_)) = (had, arguments.until_precision) {
        replicates = Some(had);
        study = ask.load_with(replicates)?;
        study.plan.select(&selection).map_err(Problem::new)?;
    }
    let (mut place, tables) = begin(arguments, &study, &path)?;

    let talks = !arguments.quiet && !arguments.json;
    if talks {
        let plan = &study.plan;
        let part = if plan.runs.len() < whole {
            format!("{} of ", plan.runs.len())
        } else {
            String::new()
        };
        let shard =
            arguments.shard.map_or(String::new(), |s| format!(", shard {}/{}", s.number, s.of));
        talk(&format!("{}: {part}{extent}{shard}, {threads} at a time", plan.title));
        if plan.design.as_ref().is_some_and(|design| design.fixes(Target::Outcome)) {
            talk(
                "note: the design fixes the outcome of each point, so no two outcomes share a point and contrasts.csv compares none; to compare them, take the column `outcome` out",
            );
        }
    }
    let borders = border_names(study.map.segments.iter().map(|s| s.name.as_str()));
    let mut did = Did { started: utc(), ..Did::default() };
    let mut grew = true;
    loop {
        let plan = &study.plan;
        let asked = Ask {
            study: ask.study.clone(),
            out: ask.out.clone(),
            replicates,
            sets: ask.sets.clone(),
        };
        let repeat = |run: &PlannedRun| asked.repeat(plan, run);
        let options = Options {
            wishes: Wishes {
                pool: &pool,
                tables,
                precision: arguments.until_precision.unwrap_or(precision::WANTED),
                repeat: &repeat,
            },
            provenance: provenance(&study, threads, usize::from(arguments.threads_in_run)),
            shard: arguments.shard,
            on_failure: arguments.on_failure,
            retry_failed: arguments.retry_failed,
            drop_parts: arguments.drop_parts,
            room: None,
        };
        let one = |run: &PlannedRun| {
            let spec = RunSpec {
                outcome: run.outcome,
                variant: &plan.variant(run).name,
                point: run.point,
                replicate: run.replicate,
                seed: run.seed,
                threads_in_run: usize::from(arguments.threads_in_run),
                tables,
            };
            simulation::run(&study.scenario(run), &study.map, spec)
        };
        let mut progress = Progress::new(plan, arguments.quiet, arguments.json);
        let result = match (&mut place, arguments.until_precision) {
            (Place::Own(folder), None) => {
                conduct(plan, &borders, folder, &options, one, |event| progress.tell(event))
                    .map(Step::Complete)
            }
            (Place::Own(folder), Some(wanted)) => {
                run_missing(plan, &borders, &path, &options, one, |event| progress.tell(event))
                    .and_then(|more| {
                        did.add(more);
                        let now = plan.runs.iter().map(|r| r.replicate + 1).max().unwrap_or(1);
                        let first = ask.replicates.unwrap_or(planned);
                        let most = arguments.max_replicates.unwrap_or(first.saturating_mul(10));
                        let needed = replicates_needed(&path, &study, &borders, tables, wanted)?;
                        match next_replicates(needed, now, most, grew) {
                            Some(more) => Ok(Step::More(more)),
                            None => merge_into(plan, &borders, folder, &options, &did, |event| {
                                progress.tell(event);
                            })
                            .map(Step::Complete),
                        }
                    })
            }
            (Place::Shared(_), _) => {
                run_missing(plan, &borders, &path, &options, one, |event| progress.tell(event))
                    .map(Step::Shard)
            }
        };
        progress.end();
        match result {
            Ok(Step::Complete(conducted)) => {
                tell_of(&conducted, &borders, arguments.quiet, arguments.json);
                return Ok(if conducted.failures.is_empty() {
                    EXIT_DONE
                } else {
                    EXIT_RUNS_FAILED
                });
            }
            Ok(Step::Shard(did)) => {
                let beside = matches!(&place, Place::Shared(joined) if joined.beside_complete());
                tell_of_shard(arguments, &study, beside, &path, &did)?;
                return Ok(if did.failures.is_empty() { EXIT_DONE } else { EXIT_RUNS_FAILED });
            }
            Ok(Step::More(more)) => {
                if talks {
                    talk(&format!("not yet as precise as wanted: going on to {more} replicates"));
                }
                replicates = Some(more);
                let before = plan.runs.len();
                study = ask.load_with(replicates)?;
                study.plan.select(&selection).map_err(Problem::new)?;
                grew = study.plan.runs.len() > before;
            }
            Err(error) => {
                place.fail(&error.to_string());
                return ends(error, &format!("go on: {}", ask.command("run", plan)));
            }
        }
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

/// How far a loop of a study came.
enum Step {
    /// The tables are complete.
    Complete(Conducted),
    /// A shard is done.
    Shard(Did),
    /// More replicates are needed: so many.
    More(u32),
}

/// Marks the folder and says which tables it will have, or says why not.
fn begin(
    arguments: &Arguments,
    study: &study::Study,
    path: &Path,
) -> Result<(Place, TableSet), Problem> {
    let plan = &study.plan;
    own_store(path)?;
    let about = format!(
        "study: {}\ncommand: {}",
        plan.name,
        std::env::args().collect::<Vec<_>>().join(" ")
    );
    let asked = arguments.tables.unwrap_or(TableSet::ALL);
    if arguments.shard.is_some() {
        let joined =
            Folder::join(path, &file_names(TableSet::ALL, plan), &plan.name, &about, &[FOLDER]);
        return joined.map(|joined| (Place::Shared(joined), asked)).map_err(Problem::new);
    }
    if arguments.overwrite {
        let names = file_names(asked, plan);
        let folder =
            Folder::begin_beside(path, &names, &Existing::Replace, &about, &[FOLDER], &token());
        let folder = folder.map_err(Problem::new)?;
        read::remove(path).map_err(Problem::new)?;
        return Ok((Place::Own(folder), asked));
    }
    // The tables of a complete study are made anew for more runs, and for those that failed on request; none is left out.
    let standing = standing(path, plan)?;
    let there = standing_tables(path);
    let wanted = there.union(arguments.tables.unwrap_or(TableSet::runs_only()));
    let beyond = match &standing {
        Standing::Extended => true,
        Standing::Same => {
            (arguments.retry_failed && has_failed(path))
                || arguments.until_precision.is_some()
                || wanted != there
        }
        Standing::None | Standing::Other(_) => false,
    };
    let had = if beyond { Some(there) } else { marked_tables(path) };
    let tables =
        had.map_or(asked, |had| had.union(arguments.tables.unwrap_or(TableSet::runs_only())));
    if had.is_some_and(|had| had != tables) && !arguments.quiet && !arguments.json {
        talk("note: the runs that are there lack some of these tables and are done again");
    }
    let about = if had.is_some() { format!("{about}\n{}", tables_line(tables)) } else { about };
    let names = file_names(tables, plan);
    let existing = Existing::GoOn { study: &plan.name, beyond };
    let begun = Folder::begin_beside(path, &names, &existing, &about, &[FOLDER], &token());
    let folder = begun.map_err(|error| match (&error, &standing) {
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
    study: &study::Study,
    borders: &[String],
    tables: TableSet,
    wanted: f64,
) -> Result<Option<u32>, StudyError> {
    let store = Store::open(path)?;
    let contents = store.contents(&study.plan, tables);
    let (_, precisions) =
        merge::summaries(&study.plan, &merge::groups(&study.plan, &contents), &contents, borders);
    let short =
        |p: &&Precision| p.is_headline() && p.relative().is_none_or(|relative| relative > wanted);
    Ok(precisions
        .iter()
        .filter(short)
        .map(|p| p.would_do(wanted).map_or(u32::MAX, |n| n as u32))
        .max())
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
