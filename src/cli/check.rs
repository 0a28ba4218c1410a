//! `spillover check`.

use std::path::PathBuf;

use super::problem::Problem;
use super::{EXIT_DONE, EXIT_USAGE, print, study, talk};
use crate::calibration;

/// Arguments of `spillover check`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Study files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A value laid over the files, as with `run`
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
}

/// Checks each file and goes on to the next whatever it finds.
pub fn run(arguments: &Arguments) -> u8 {
    let mut code = EXIT_DONE;
    for file in &arguments.files {
        let extent = if calibration::study::is_one(file) {
            calibration::study::load(file, &arguments.sets)
                .map(|plan| plan.extent())
                .map_err(Problem::from)
        } else {
            study::load(file, &arguments.sets).map(|study| study::extent(&study))
        };
        match extent {
            Ok(extent) => print(&format!("ok {}: {extent}", file.display())),
            Err(problem) => {
                talk(&problem.to_string());
                code = EXIT_USAGE;
            }
        }
    }
    code
}
