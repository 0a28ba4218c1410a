//! `spillover schema`.

use std::path::PathBuf;

use super::problem::Problem;
use super::{EXIT_DONE, print};
use crate::scenario;

/// Arguments of `spillover schema`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Print the table of all parameters (Markdown) with the values of a scenario file instead
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "configs/base.toml")]
    parameters: Option<PathBuf>,
}

/// Prints the schema or the table.
pub fn run(arguments: &Arguments) -> Result<u8, Problem> {
    match &arguments.parameters {
        Some(base) => print(&scenario::parameters_table(base)?),
        None => print(&format!("{:#}", scenario::schema())),
    }
    Ok(EXIT_DONE)
}
