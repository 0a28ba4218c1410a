//! The front door: one file per command.

pub mod map;

/// Runs the program; the exit code says how it went.
#[must_use]
pub fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
