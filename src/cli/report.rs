//! `spillover report`: one page that answers the question.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::problem::Problem;
use super::{EXIT_DONE, talk};
use crate::output::folder::REPORT;
use crate::report::{Sources, gather, page};

/// One page that shows a study, or compares two
#[derive(Debug, Args)]
pub struct Arguments {
    /// Folder of a study, as `spillover run` wrote it; a second one is compared with it
    #[arg(required = true, num_args = 1..=2, value_name = "DIR")]
    studies: Vec<PathBuf>,
    /// File to write [default: report.html in the first folder]
    #[arg(long, value_name = "FILE.html")]
    out: Option<PathBuf>,
    /// Folder of the map that the study ran on [default: the one that the manifest names, in maps/]
    #[arg(long, value_name = "DIR")]
    map: Option<PathBuf>,
    /// Folder with scores.csv of `spillover validate`; may be given again [default: validation beside the study, if there]
    #[arg(long, value_name = "DIR")]
    validation: Vec<PathBuf>,
    /// Replace the file if it exists
    #[arg(long)]
    overwrite: bool,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<u8, Problem> {
    let out = arguments.out.clone().unwrap_or_else(|| arguments.studies[0].join(REPORT));
    if out.exists() && !arguments.overwrite {
        return Err(Problem::new(format!(
            "{} exists; name another file or add --overwrite",
            out.display()
        )));
    }
    let beside = arguments.studies[0]
        .parent()
        .map(|p| p.join("validation"))
        .filter(|p| p.join("scores.csv").is_file());
    let validation = if arguments.validation.is_empty() {
        beside.into_iter().collect()
    } else {
        arguments.validation.clone()
    };
    let sources =
        Sources { studies: arguments.studies.clone(), map: arguments.map.clone(), validation };
    let gathered = gather(&sources).map_err(Problem::new)?;
    for note in &gathered.notes {
        talk(&format!("note: {note}"));
    }
    let html = page::html("Spillover report", &gathered.into_json());
    super::map::write_whole(&out, arguments.overwrite, |file| file.write_all(html.as_bytes()))
        .map_err(|e| Problem::new(format!("{} cannot be written: {e}", out.display())))?;
    talk(&format!("{}: {} kB; open it in a browser", out.display(), html.len().div_ceil(1000)));
    Ok(EXIT_DONE)
}
