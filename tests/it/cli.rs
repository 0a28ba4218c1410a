//! The front door as a user meets it: arguments, messages, exit codes, folders.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::desk::{Desk, Said, desk, quick, tables};

/// Whether a file stands only in folders in the making.
fn is_unfinished(name: &str) -> bool {
    name == "UNFINISHED"
        || name == "store"
        || Path::new(name).extension().is_some_and(|e| e == "part")
}

/// A study of a few short runs.
const SMALL: [&str; 8] = [
    "--set",
    r#"study.outcomes=["continuity", "fragmentation"]"#,
    "--set",
    "run.days=5",
    "--set",
    "study.name=\"small\"",
    "--replicates",
    "2",
];

impl Small for Desk {
    fn small(&self, more: &[&str]) -> Said {
        self.spillover(&[&["run", &quick()], &SMALL[..], more].concat())
    }
}

/// The small study on a desk.
trait Small {
    /// Runs the small study with more arguments.
    fn small(&self, more: &[&str]) -> Said;
}

#[test]
fn help_lists_commands_and_exit_codes() {
    let desk = desk();
    desk.spillover(&["--help"]).ends(
        0,
        &["run", "check", "schema", "map", "completions", "Exit codes:"],
        &[],
    );
    desk.spillover(&["run", "--help"]).ends(
        0,
        &["--overwrite", "--threads-in-run", "--tables"],
        &[],
    );
    desk.spillover(&["--version"]).ends(0, &[env!("CARGO_PKG_VERSION")], &[]);
    desk.spillover(&["completions", "bash"]).ends(0, &["_spillover"], &[]);
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let desk = desk();
    desk.spillover(&[]).ends(2, &[], &["Usage"]);
    desk.spillover(&["rum"]).ends(2, &[], &["similar", "run"]);
    desk.spillover(&["run"]).ends(2, &[], &["STUDY.toml"]);
    desk.spillover(&["check"]).ends(2, &[], &["FILE"]);
    for (arguments, message) in [
        (&["--threads", "0"][..], "0 is not in 1..=1024"),
        (&["--set", "nothing"], "nothing"),
        (
            &["--tables", "presure"],
            "no table `presure`; there are all, summary, pressure, crossings",
        ),
        (&["--outcome", "fragmentaton"], "did you mean `fragmentation`?"),
        (&["--variant", "x"], "variant `x` is not in the study"),
        (&["--replicate", "2"], "replicate 2 is not in the study: its 2 replicates are 0 to 1"),
    ] {
        desk.small(arguments).ends(2, &[], &["error:", message]);
    }
    desk.spillover(&["run", &quick(), "--replicates", "0"]).ends(
        2,
        &[],
        &["0 is not in 1..=1000000"],
    );
    assert!(!desk.path("output").exists(), "nothing is written before everything is checked");
}

#[test]
#[cfg(not(feature = "parquet"))]
fn parquet_without_its_feature_says_how_to_get_it() {
    let desk = desk();
    let said = desk.spillover(&["export", "study", "--as", "parquet", "--out", "out"]);
    said.ends(2, &[], &["built without Parquet", "cargo build --release --features parquet"]);
    assert!(!desk.path("out").exists());
}

#[test]
fn a_missing_study_is_told_and_leaves_nothing() {
    let desk = desk();
    let said = desk.spillover(&["run", "nowhere.toml"]).ends(2, &[], &["error", "nowhere.toml"]);
    assert!(!said.err.contains("panicked"));
    assert!(!desk.path("output").exists());
}

#[test]
fn check_goes_through_all_files() {
    let desk = desk();
    desk.spillover(&["check", "nowhere.toml", &quick()]).ends(
        2,
        &["ok ", "quick.toml: ", " runs ("],
        &["nowhere.toml"],
    );
    desk.spillover(&["check", &quick(), "--set", "study.replicates=3"]).ends(
        0,
        &["x 3 replicates"],
        &[],
    );
}

#[test]
fn schema_is_json() {
    let said = desk().spillover(&["schema"]).ends(0, &["study"], &[]);
    serde_json::from_str::<serde_json::Value>(&said.out).unwrap();
}

#[test]
fn a_study_ends_with_its_table_and_a_complete_folder() {
    let desk = desk();
    desk.small(&[]).ends(
        0,
        &["RUS-SOUTH", "displaced abroad", "attention diverted", "conditional on its outcome"],
        &["4 runs (2 outcomes x 2 replicates), 5 days", "wrote 19 files", "group-days/s", "next: "],
    );
    let mut names = desk.names("output/small");
    names.retain(|name| name != "store");
    assert_eq!(names.len(), 19, "{names:?}");
    assert!(!names.iter().any(|n| is_unfinished(n)));
    let package: serde_json::Value =
        serde_json::from_slice(&fs::read(desk.path("output/small/datapackage.json")).unwrap())
            .unwrap();
    for resource in package["resources"].as_array().unwrap() {
        let path = desk.path("output/small").join(resource["path"].as_str().unwrap());
        let fields: Vec<&str> = resource["schema"]["fields"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| f["name"].as_str().unwrap())
            .collect();
        let mut reader = csv::Reader::from_path(&path).unwrap();
        assert_eq!(
            reader.headers().unwrap().iter().collect::<Vec<_>>(),
            fields,
            "{}",
            path.display()
        );
        for record in reader.records() {
            record.unwrap(); // every row has as many fields as the header
        }
    }
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(desk.path("output/small/manifest.json")).unwrap())
            .unwrap();
    assert_eq!(manifest["account"]["runs_done"], 4);
    for file in manifest["files"].as_array().unwrap() {
        let bytes =
            fs::read(desk.path("output/small").join(file["path"].as_str().unwrap())).unwrap();
        assert_eq!(file["blake3"], blake3::hash(&bytes).to_hex().as_str());
    }
}

#[test]
fn the_same_bytes_for_any_number_of_threads_and_tables() {
    let desk = desk();
    desk.small(&["--out", "one", "--threads", "1"]).ends(0, &[], &[]);
    desk.small(&["--out", "four", "--threads", "4", "--quiet"]).ends(0, &[], &[]);
    assert!(tables(&desk.path("one")) == tables(&desk.path("four")));
    desk.small(&["--out", "few", "--tables", "summary", "--quiet"]).ends(0, &[], &[]);
    for (name, bytes) in
        tables(&desk.path("few")).into_iter().filter(|(name, _)| name != "datapackage.json")
    {
        assert!(bytes == fs::read(desk.path("one").join(&name)).unwrap(), "{name}");
    }
    assert_eq!(
        desk.names("few").len(),
        8 + 1,
        "seven tables, their description, the manifest, and the store"
    );
}

#[test]
fn a_run_alone_gives_the_rows_that_it_has_in_the_study() {
    let desk = desk();
    desk.small(&["--out", "all", "--quiet"]).ends(0, &[], &[]);
    desk.small(&["--out", "alone", "--quiet", "--outcome", "fragmentation", "--replicate", "1"])
        .ends(0, &[], &[]);
    for name in ["pressure.csv", "runs.csv", "leadership.csv", "states.csv"] {
        let all = fs::read_to_string(desk.path("all").join(name)).unwrap();
        let alone = fs::read_to_string(desk.path("alone").join(name)).unwrap();
        let (header, rows) = alone.split_once('\n').unwrap();
        assert!(
            all.starts_with(header) && all.ends_with(rows),
            "{name}: the last run of the plan ends its table"
        );
    }
}

#[test]
fn a_study_is_replaced_only_on_request_and_foreign_files_stay() {
    let desk = desk();
    desk.small(&["--quiet"]).ends(0, &[], &[]);
    fs::write(desk.path("output/small/notes.txt"), "mine").unwrap();
    let before = tables(&desk.path("output/small"));
    desk.small(&[]).ends(2, &[], &["holds a complete study", "--out", "--overwrite"]);
    assert!(before == tables(&desk.path("output/small")), "nothing is touched");
    desk.small(&["--overwrite", "--quiet", "--tables", "summary"]).ends(0, &[], &[]);
    assert!(
        desk.path("output/small/notes.txt").exists()
            && !desk.path("output/small/pressure.csv").exists()
    );

    fs::create_dir(desk.path("home")).unwrap();
    fs::write(desk.path("home/letter.txt"), "mine").unwrap();
    desk.small(&["--out", "home", "--overwrite"]).ends(
        2,
        &[],
        &["is not empty, and no study wrote `letter.txt`"],
    );
    assert_eq!(desk.names("home"), ["letter.txt"]);
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let desk = desk();
    fs::write(desk.path("output"), "a file").unwrap();
    desk.small(&[]).ends(2, &[], &["cannot make the folder output/small", "--out"]);
    desk.small(&["--out", "/proc/nobody/may"]).ends(
        2,
        &[],
        &["cannot make the folder /proc/nobody/may"],
    );
}

/// A file may not grow beyond 8 blocks: the same error as a quota, without the rights that a small disk takes.
#[test]
#[cfg(unix)]
fn a_full_disk_leaves_the_mark_with_the_cause() {
    let desk = desk();
    let shell = |limit: &str, more: &str| {
        let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$@\" {more}");
        let mut command = Command::new("bash");
        command.current_dir(desk.folder.path()).args([
            "-c",
            &script,
            "bash",
            env!("CARGO_BIN_EXE_spillover"),
            "run",
        ]);
        Said::from(command.arg(quick()).args(SMALL).output().unwrap())
    };
    shell("8", "").ends(
        2,
        &[],
        &["error: cannot write output/small/store/run-", "make room", "run the same command again"],
    );
    let names = desk.names("output/small");
    assert!(names.contains(&"UNFINISHED".to_owned()) && names.iter().all(|n| is_unfinished(n)));
    let mark = fs::read_to_string(desk.path("output/small/UNFINISHED")).unwrap();
    assert!(mark.contains("cause: cannot write output/small/"), "{mark}");

    shell("unlimited", "--quiet").ends(0, &[], &[]);
    assert!(!desk.path("output/small/UNFINISHED").exists());
}

/// The same on a file system that is really full, where the system lets a test mount one.
#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_is_really_full() {
    let desk = desk();
    fs::create_dir(desk.path("disk")).unwrap();
    let script = "mount -t tmpfs -o size=512k tmpfs disk || exit 77
        \"$@\"; code=$?; ls disk/x; head -2 disk/x/UNFINISHED
        mount -o remount,size=64m disk && \"$@\" --quiet && ls disk/x/runs.csv && echo \"gone on\"; exit $code";
    let mut command = Command::new("unshare");
    command.current_dir(desk.folder.path()).args(["-m", "bash", "-c", script, "bash"]);
    command
        .args([env!("CARGO_BIN_EXE_spillover"), "run", &quick()])
        .args(SMALL)
        .args(["--out", "disk/x"]);
    command.args(["--set", "run.days=200"]);
    match command.output().map(Said::from) {
        Ok(said) if said.code != Some(77) && !said.err.starts_with("unshare") => {
            let no_space = "No space left on device";
            let in_out =
                ["UNFINISHED", "cause: cannot write", no_space, "disk/x/runs.csv", "gone on"];
            said.ends(2, &in_out, &["cannot write", no_space, "make room"]);
        }
        _ => eprintln!("SKIPPED: no rights to mount a small disk"),
    }
}

#[test]
#[cfg(unix)]
fn a_killed_study_is_marked() {
    let desk = desk();
    let mut child = desk
        .command()
        .args([
            "run",
            &quick(),
            "--out",
            "x",
            "--quiet",
            "--replicates",
            "5000",
            "--tables",
            "summary",
        ])
        .spawn()
        .unwrap();
    for _ in 0..200 {
        if desk.path("x/UNFINISHED").exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    std::thread::sleep(std::time::Duration::from_millis(100));
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success() && !child.wait().unwrap().success());
    assert!(desk.names("x").iter().all(|n| is_unfinished(n)));
    desk.small(&["--out", "x"]).ends(
        2,
        &[],
        &["holds the study `quick`, which is not finished", "--overwrite"],
    );
    desk.small(&["--out", "x", "--overwrite", "--quiet"]).ends(0, &[], &[]);
}

#[test]
fn events_are_json_lines() {
    let said = desk().small(&["--json"]).ends(0, &[], &[]);
    let events: Vec<serde_json::Value> =
        said.out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let kinds: Vec<&str> = events.iter().map(|e| e["event"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["start", "run", "run", "run", "run", "done"]);
    assert_eq!(events[5]["summaries"].as_array().unwrap().len(), 2);
}

#[test]
fn quiet_says_nothing() {
    let said = desk().small(&["--quiet"]).ends(0, &[], &[]);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("", ""));
}
