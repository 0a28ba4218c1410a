//! `spillover map`. (Stub: the geography author owns this.)

use std::process::ExitCode;

/// Arguments of `spillover map`.
#[derive(clap::Args)]
pub struct Arguments {}

/// Does nothing. (Stub.)
#[must_use]
pub fn run(_arguments: &Arguments) -> ExitCode {
    ExitCode::from(super::EXIT_USAGE)
}
