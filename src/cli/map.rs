//! `spillover map`. (Stub: the geography author owns this.)

use std::process::ExitCode;

/// Arguments of `spillover map`.
#[derive(Debug, clap::Args)]
pub struct MapArgs {}

/// Does nothing. (Stub.)
#[must_use]
pub fn run(_args: MapArgs) -> ExitCode {
    ExitCode::from(super::EXIT_USAGE)
}
