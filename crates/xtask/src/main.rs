//! Chores of the repository, each one command: `cargo xtask check | renew-docs | renew-golden | quick`.
//!
//! It must never know the model: it starts cargo and the program, and writes what they print.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

const HELP: &str = "cargo xtask CHORE

  check         what a change must pass first: formatting, clippy, docs, the house's boundaries (2 minutes)
  renew-docs    docs/parameters.md and configs/scenario.schema.json from the program
  renew-golden  the golden files, after a change of results that you have looked at
  quick         the quick study and its page, in output/quick
";

fn main() -> ExitCode {
    let chore = env::args().nth(1).unwrap_or_default();
    let done = match chore.as_str() {
        "check" => check(),
        "renew-docs" => renew_docs(),
        "renew-golden" => cargo(
            &["test", "--release", "--locked", "--test", "it", "--", "golden", "same_bytes"],
            &[("SPILLOVER_UPDATE_GOLDEN", "1")],
        ),
        "quick" => quick(),
        _ => {
            eprint!("{HELP}");
            return if ["", "help", "--help", "-h"].contains(&chore.as_str()) {
                ExitCode::SUCCESS
            } else {
                eprintln!("error: no chore `{chore}`");
                ExitCode::from(2)
            };
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn cargo(arguments: &[&str], variables: &[(&str, &str)]) -> Result<(), String> {
    eprintln!("$ cargo {}", arguments.join(" "));
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).envs(variables.iter().copied()).current_dir(root());
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("`cargo {}` failed", arguments.join(" "))),
        Err(error) => Err(format!("cargo cannot be started: {error}")),
    }
}

fn check() -> Result<(), String> {
    cargo(&["fmt", "--all", "--check"], &[])?;
    cargo(&["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"], &[])?;
    cargo(&["doc", "--locked", "--workspace", "--no-deps"], &[("RUSTDOCFLAGS", "-D warnings")])?;
    cargo(&["test", "--release", "--locked", "--test", "it", "--", "architecture", "floors"], &[])
}

/// Writes what the program prints over a file; a command that fails leaves the file as it was.
fn renew(arguments: &[&str], file: &str) -> Result<(), String> {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["run", "--release", "--locked", "--quiet", "--"]).args(arguments);
    let output = command.current_dir(root()).output().map_err(|e| e.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    fs::write(root().join(file), output.stdout).map_err(|e| format!("{file}: {e}"))?;
    eprintln!("renewed {file}");
    Ok(())
}

fn renew_docs() -> Result<(), String> {
    renew(&["schema", "--parameters"], "docs/parameters.md")?;
    renew(&["schema"], "configs/scenario.schema.json")
}

fn quick() -> Result<(), String> {
    let run = ["run", "--release", "--locked", "--"];
    cargo(&[&run[..], &["run", "configs/quick.toml", "--overwrite"]].concat(), &[])?;
    cargo(&[&run[..], &["report", "output/quick", "--overwrite"]].concat(), &[])
}
