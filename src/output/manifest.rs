//! `manifest.json`: where the figures come from. Whatever changes between repetitions stands here and nowhere else.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;
use serde_json::{Value, json};

use super::WrittenFile;

/// A config file that went into a study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConfigFile {
    /// Path as it was given.
    pub path: PathBuf,
    /// BLAKE3 of its content, in hexadecimal.
    pub blake3: String,
}

impl ConfigFile {
    /// A file with the hash of what it holds by now.
    #[must_use]
    pub fn read(path: &Path) -> Self {
        let blake3 = match std::fs::read(path) {
            Ok(bytes) => blake3::hash(&bytes).to_hex().to_string(),
            Err(error) => format!("unreadable by now: {error}"),
        };
        Self { path: path.to_owned(), blake3 }
    }
}

/// What is known before the first run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Provenance {
    /// The command line.
    pub command: Vec<String>,
    /// Config files with their hashes, in the order of inheritance.
    pub config_files: Vec<ConfigFile>,
    /// Hash of the resolved configuration.
    pub config_hash: String,
    /// The resolved configuration itself.
    pub resolved_config: Value,
    /// Names of the variants with the BLAKE3 of each one's resolved configuration.
    pub variant_hashes: Vec<(String, String)>,
    /// Name of the map.
    pub map: String,
    /// Hash of the map.
    pub map_hash: String,
    /// Threads over runs.
    pub threads: usize,
    /// Threads inside a run.
    pub threads_in_run: usize,
}

/// What is known after the last run.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Account {
    /// Start, UTC.
    pub started: String,
    /// End, UTC.
    pub ended: String,
    /// Time by the wall clock, s.
    pub wall_seconds: f64,
    /// Of it in the runs of this process (the rest is bands and files), s.
    pub runs_seconds: f64,
    /// Runs that succeeded.
    pub runs_done: usize,
    /// Runs that failed.
    pub runs_failed: usize,
    /// Runs that this process did; the others were in the store.
    pub runs_here: usize,
    /// Days lived by moving groups, over all runs.
    pub group_days: u64,
    /// Of it in the runs of this process.
    pub group_days_here: u64,
    /// Cells entered by moving groups, over all runs.
    pub hops: u64,
    /// Daily series that the bands are made of, bytes.
    pub series_bytes: u64,
    /// Parts of the store that runs were taken from: what processes wrote them, when, where, with what program.
    pub parts: Vec<Value>,
}

/// The manifest of a study.
#[must_use]
pub fn manifest(
    study: &str,
    results_version: u32,
    plan_hash: &str,
    provenance: &Provenance,
    account: &Account,
    files: &[WrittenFile],
) -> Value {
    json!({
        "study": study,
        "results_version": results_version,
        "plan_hash": plan_hash,
        "program": program(),
        "provenance": provenance,
        "host": host(),
        "account": account,
        "files": files,
    })
}

/// What program ran.
#[must_use]
pub fn program() -> Value {
    let (commit, dirty) = git();
    json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "git_commit": commit,
        "git_dirty": dirty,
        // Set by the build script; nothing is guessed from the compiler that happens to be installed now.
        "rustc": option_env!("SPILLOVER_RUSTC"),
        "target": option_env!("SPILLOVER_TARGET"),
        "rust_version_required": env!("CARGO_PKG_RUST_VERSION"),
        "debug_assertions": cfg!(debug_assertions),
    })
}

/// What machine ran it.
#[must_use]
pub fn host() -> Value {
    json!({
        "name": host_name(),
        "arch": std::env::consts::ARCH,
        "os": std::env::consts::OS,
        "cpu": cpu(),
        "cores": std::thread::available_parallelism().ok().map(std::num::NonZero::get),
    })
}

/// Name of this machine, where the system tells.
#[must_use]
pub fn host_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .ok()
        .or_else(|| std::env::var("HOSTNAME").or_else(|_| std::env::var("COMPUTERNAME")).ok())
        .map_or_else(|| "unknown".into(), |name| name.trim().to_owned())
}

/// This moment, UTC to the second.
#[must_use]
pub fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Twelve hexadecimal digits that no other process, moment or attempt has.
#[must_use]
pub fn unique(attempt: u32) -> String {
    let mut hash = blake3::Hasher::new();
    hash.update(host_name().as_bytes());
    hash.update(&std::process::id().to_le_bytes());
    hash.update(&jiff::Timestamp::now().as_nanosecond().to_le_bytes());
    hash.update(&attempt.to_le_bytes());
    hash.finalize().to_hex()[..12].to_owned()
}

/// JSON as a file holds it.
#[must_use]
pub fn pretty(value: &Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}

/// The processor by its own name, where the system tells.
fn cpu() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|l| l.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// Commit and whether files differ from it: as the build says, or else of the source folder if that still exists.
fn git() -> (Option<String>, Option<bool>) {
    if let Some(commit) = option_env!("SPILLOVER_GIT_COMMIT") {
        return (Some(commit.to_owned()), option_env!("SPILLOVER_GIT_DIRTY").map(|d| d == "true"));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ask = |arguments: &[&str]| -> Option<String> {
        let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    // A copy of the source inside somebody else's repository must not take that repository's commit.
    let top = ask(&["rev-parse", "--show-toplevel"]);
    if top.and_then(|t| Path::new(&t).canonicalize().ok()) != folder.canonicalize().ok()
        || !folder.exists()
    {
        return (None, None);
    }
    let commit = ask(&["rev-parse", "HEAD"]);
    let dirty = ask(&["status", "--porcelain", "--untracked-files=no"]).map(|s| !s.is_empty());
    (commit, dirty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_has_what_provenance_needs() {
        let value = manifest("x", 1, "abc", &Provenance::default(), &Account::default(), &[]);
        for key in [
            "study",
            "results_version",
            "plan_hash",
            "program",
            "provenance",
            "host",
            "account",
            "files",
        ] {
            assert!(value.get(key).is_some(), "{key}");
        }
        assert_eq!(value["program"]["version"], env!("CARGO_PKG_VERSION"));
    }
}
