//! The front door: one file per command. Data goes to stdout, talk to stderr.

mod calibrate;
mod check;
mod completions;
mod ending;
mod export;
mod grid;
pub mod map;
mod merge;
mod missing;
mod plan;
mod problem;
mod progress;
mod report;
mod results;
mod run;
mod schema;
mod score_tables;
mod sensitivity;
mod slurm_script;
mod status;
mod store;
mod study;
mod validate;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Everything went well.
pub const EXIT_DONE: u8 = 0;
/// Some runs failed.
pub const EXIT_RUNS_FAILED: u8 = 1;
/// Wrong usage, config or map, or results that cannot be written.
pub const EXIT_USAGE: u8 = 2;
/// Runs are missing.
pub const EXIT_INCOMPLETE: u8 = 3;
/// The same run gave different bytes in two places.
pub const EXIT_DISAGREE: u8 = 4;

const ABOUT: &str =
    "What pressure reaches each border of the Caucasus under each leadership outcome in Iran?";

const AFTER_HELP: &str = "\
Exit codes:
  0  done
  1  some runs failed (runs.csv has the cause and the command that repeats each)
  2  wrong usage, config or map, or results that cannot be written
  3  runs are missing (status, missing, merge)
  4  the same run gave different bytes in two places

Results are conditional on an outcome: the program never states how likely an outcome is.
Data goes to stdout, talk to stderr. NO_COLOR is respected.";

/// The program's arguments.
#[derive(Parser)]
#[command(name = "spillover", version, about = ABOUT, after_help = AFTER_HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a study and write its folder of results
    Run(run::Sharded),
    /// List the runs of a study, with the time and disk they would take
    Plan(plan::Arguments),
    /// Say which parameters of a study's design move its results: Morris, Sobol'
    Sensitivity(sensitivity::Arguments),
    /// Say how far a study is, whoever runs it
    Status(status::Arguments),
    /// Print the runs that nobody has done, or the shards that have them
    Missing(missing::Arguments),
    /// Make the tables of a study that several processes ran
    Merge(merge::Arguments),
    /// Print a job script for Slurm; nothing is run
    SlurmScript(slurm_script::Arguments),
    /// Give the results of a study in the form of another tool
    Export(export::Arguments),
    /// Find the sets of parameters that observed episodes leave standing
    Calibrate(calibrate::Arguments),
    /// Check studies, everything but the steps: all problems at once
    Check(check::Arguments),
    /// Score the displacement model against cases that happened, beside naive baselines
    Validate(validate::Arguments),
    /// Make one page that shows a study, or compares two
    Report(report::Arguments),
    /// Print the JSON schema of study files, for editors
    Schema(schema::Arguments),
    /// Look at a map
    Map(map::MapArgs),
    /// Print completions for a shell
    Completions(completions::Arguments),
}

/// Runs the program; the exit code says how it went.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Command::Run(arguments) => run::run(&arguments.into()),
        Command::Plan(arguments) => plan::run(&arguments),
        Command::Sensitivity(arguments) => sensitivity::run(&arguments),
        Command::Status(arguments) => status::run(&arguments),
        Command::Missing(arguments) => missing::run(&arguments),
        Command::Merge(arguments) => merge::run(&arguments),
        Command::SlurmScript(arguments) => slurm_script::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Calibrate(arguments) => calibrate::run(&arguments),
        Command::Check(arguments) => Ok(check::run(&arguments)),
        Command::Validate(arguments) => validate::run(&arguments),
        Command::Report(arguments) => report::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Map(arguments) => return map::run(arguments),
        Command::Completions(arguments) => {
            completions::run(&arguments);
            Ok(EXIT_DONE)
        }
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(problem) => {
            talk(&problem.to_string());
            ExitCode::from(EXIT_USAGE)
        }
    }
}

/// Prints data. A reader that has gone (`| head`) is no error of ours.
fn print(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes());
    if !text.ends_with('\n') {
        let _ = stdout.write_all(b"\n");
    }
    let _ = stdout.flush();
}

/// The command line of this process.
fn command_line() -> String {
    std::env::args().collect::<Vec<_>>().join(" ")
}

/// How many threads, all cores unless so many are asked for.
fn threads(asked: Option<u16>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    asked.map_or_else(cores, usize::from)
}

/// Tells people something.
fn talk(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        super::Arguments::command().debug_assert();
    }
}
