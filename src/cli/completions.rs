//! `spillover completions`.

use clap::CommandFactory;
use clap_complete::Shell;

/// Arguments of `spillover completions`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The shell
    shell: Shell,
}

/// Prints the script.
pub fn run(arguments: &Arguments) {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut super::Arguments::command(),
        "spillover",
        &mut script,
    );
    super::print(&String::from_utf8_lossy(&script));
}
