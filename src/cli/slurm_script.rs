//! `spillover slurm-script`: a job script for a study, printed; nothing is run.

use super::problem::Problem;
use super::store::{StudyArgs, quoted};
use super::{EXIT_DONE, print};
use crate::recorders::table::TableSet;
use crate::study::plan::Plan;

/// Arguments of `spillover slurm-script`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    study: StudyArgs,
    /// Jobs of the array; each does the runs whose number, divided by N, leaves its own
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    shards: u32,
    /// Cores of each job: runs done at the same time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    cpus: u16,
    /// Memory of each job, as Slurm takes it; without it one job may take a whole node
    #[arg(long, value_name = "SIZE", default_value = "2G")]
    mem: String,
    /// Tables of the runs, as `spillover run` takes them [default: all]
    #[arg(long, value_name = "TABLES", value_parser = tables)]
    tables: Option<String>,
    /// Time of each job, as Slurm takes it [default: that of the partition]
    #[arg(long, value_name = "TIME")]
    time: Option<String>,
}

/// Tables as they were given, when they can be.
fn tables(text: &str) -> Result<String, String> {
    TableSet::parse(text).map(|_| text.to_owned())
}

/// A line break in an argument would end a comment or a directive of the script, and begin a command.
fn in_one_line(arguments: &Arguments, plan: &Plan) -> Result<(), Problem> {
    let mut words = arguments.study.words();
    words.extend([
        plan.name.clone(),
        arguments.mem.clone(),
        arguments.study.folder(plan).display().to_string(),
    ]);
    words.extend(arguments.time.clone());
    words.extend(arguments.tables.clone());
    match words.iter().find(|word| word.contains(char::is_control)) {
        None => Ok(()),
        Some(word) => Err(Problem::new(format_args!(
            "{word:?} holds a line break or another control character, which a job script cannot take\n  write it in one line, or put it into the study file"
        ))),
    }
}

/// Prints the script.
pub fn run(arguments: &Arguments) -> Result<u8, Problem> {
    let study = arguments.study.load()?;
    let plan = &study.plan;
    in_one_line(arguments, plan)?;

    // Words of the script, each as a shell takes it.
    let of = arguments.shards;
    let tables = arguments
        .tables
        .as_ref()
        .map_or(String::new(), |tables| format!(" --tables {}", quoted(tables)));
    let name = quoted(&format!("spillover-{}", plan.name));
    let time = arguments
        .time
        .as_ref()
        .map_or(String::new(), |time| format!("#SBATCH --time={}\n", quoted(time)));
    let run = arguments.study.command("run", plan);
    let missing = arguments.study.command("missing", plan);
    let merge = arguments.study.command("merge", plan);
    let wrapped = quoted(&merge);
    print(&format!(
        "#!/bin/bash
# {runs} runs in {of} jobs; the folder of the results must be one that all nodes see.
#
#   submit:          job=$(sbatch --parsable THIS_FILE)
#   merge after it:  sbatch --dependency=afterany:$job --mem={mem} --wrap {wrapped}
#   how far:         {status}
#   what is left (a node died, time ran out), as often as needed:
#                    sbatch --array=\"$({missing} --shards {of})\" THIS_FILE
#
# The number of shards stands here: a count from Slurm's own variables is wrong for a part of the array.
#SBATCH --job-name={name}
#SBATCH --array=0-{last}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task={cpus}
#SBATCH --mem={mem}
{time}#SBATCH --output=slurm-%x-%A_%a.out
exec {run}{tables} --quiet --threads {cpus} --shard \"$SLURM_ARRAY_TASK_ID/{of}\"",
        runs = plan.runs.len(),
        mem = quoted(&arguments.mem),
        status = arguments.study.command("status", plan),
        last = of - 1,
        cpus = arguments.cpus,
    ));
    Ok(EXIT_DONE)
}
