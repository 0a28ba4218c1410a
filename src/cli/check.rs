//! `spillover check`.

use std::path::PathBuf;

use super::{EXIT_DONE, EXIT_USAGE, print, study, talk};
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
        match study::load(file, &arguments.sets) {
            Ok(study) => print(&format!("ok {}: {}", file.display(), study::extent(&study))),
            Err(problem) => {
                talk(&problem.to_string());
                code = EXIT_USAGE;
            }
        }
    }
    code
}
