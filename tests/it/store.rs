//! The store through the real program: the same bytes whoever ran what, and whatever happened on the way.

use std::fs;
use std::process::Command;
use std::time::Duration;

use crate::desk::{self, Desk, copy_store, tables};

/// Twelve runs of a few days.
const SMALL: [&str; 8] = [
    "--set",
    r#"study.outcomes=["continuity", "fragmentation", "civil_strife"]"#,
    "--set",
    "run.days=4",
    "--set",
    "study.name=\"small\"",
    "--replicates",
    "4",
];

fn run(desk: &Desk, command: &str, more: &[&str]) -> desk::Said {
    desk.spillover(&[&[command, &desk::quick()], &SMALL[..], more].concat())
}

/// The tables of one process on one thread.
fn reference(desk: &Desk) -> Vec<(String, Vec<u8>)> {
    run(desk, "run", &["--out", "reference", "--threads", "1", "--quiet"]).ends(0, &[], &[]);
    tables(&desk.path("reference"))
}

#[test]
fn one_process_two_threads_and_seven_shards_give_the_same_bytes() {
    let desk = desk::desk();
    let reference = reference(&desk);
    run(&desk, "run", &["--out", "two", "--threads", "2", "--quiet", "--drop-parts"]).ends(
        0,
        &[],
        &[],
    );
    assert!(tables(&desk.path("two")) == reference && !desk.path("two/store").exists());

    let args = ["--out", "shards"];
    run(&desk, "merge", &args).ends(
        3,
        &[],
        &["12 of 12 runs are missing", "spillover missing", "spillover run"],
    );
    assert!(!desk.path("shards").exists(), "a merge that cannot be leaves nothing");
    run(&desk, "missing", &[&args[..], &["--shards", "7"]].concat()).ends(
        3,
        &["0,1,2,3,4,5,6"],
        &[],
    );
    for shard in [3, 0, 6, 1] {
        let shard = format!("{shard}/7");
        run(&desk, "run", &["--out", "shards", "--shard", &shard, "--threads", "1"]).ends(
            0,
            &[],
            &["are in the store", "spillover status"],
        );
    }
    assert!(desk.path("shards/UNFINISHED").exists(), "complete or marked");
    let said =
        run(&desk, "status", &args).ends(3, &["12 runs planned", "0 failed", "shard 3/7"], &[]);
    assert_eq!(said.out.lines().filter(|l| l.starts_with("part run-")).count(), 4);
    let said = run(&desk, "missing", &[&args[..], &["--shards", "7"]].concat()).ends(3, &[], &[]);
    assert_eq!(said.out, "2,4,5\n", "as sbatch --array takes it");
    let said =
        run(&desk, "missing", &args).ends(3, &["run,run_id,outcome,variant,point,replicate"], &[]);
    assert_eq!(said.out.lines().count(), 1 + 5, "runs 2, 4, 5, 9, 11");
    for shard in ["2/7", "4/7", "5/7"] {
        run(&desk, "run", &["--out", "shards", "--shard", shard, "--quiet"]).ends(0, &[], &[]);
    }
    assert_eq!(
        run(&desk, "missing", &[&args[..], &["--shards", "7"]].concat()).ends(0, &[], &[]).out,
        ""
    );
    run(&desk, "merge", &args).ends(
        0,
        &["RUS-SOUTH", "95 % interval"],
        &["12 runs from the store"],
    );
    assert!(tables(&desk.path("shards")) == reference);
    assert!(!desk.path("shards/UNFINISHED").exists() && desk.path("shards/store").is_dir());
    run(&desk, "status", &args).ends(0, &["12 done, 0 failed, 0 missing"], &[]);
    run(&desk, "merge", &args).ends(2, &[], &["holds a complete study", "--overwrite"]);
    run(&desk, "merge", &["--out", "shards", "--overwrite", "--drop-parts", "--quiet"]).ends(
        0,
        &[],
        &[],
    );
    assert!(tables(&desk.path("shards")) == reference && !desk.path("shards/store").exists());

    // A store made for fewer tables is merged to those; for more of them its runs are missing.
    for shard in ["0/2", "1/2"] {
        let arguments = ["--out", "few", "--shard", shard, "--quiet", "--tables", "summary"];
        run(&desk, "run", &arguments).ends(0, &[], &[]);
    }
    run(&desk, "merge", &["--out", "few", "--tables", "all"]).ends(
        3,
        &[],
        &["12 of 12 runs are missing"],
    );
    run(&desk, "merge", &["--out", "few", "--quiet"]).ends(0, &[], &[]);
    let few = tables(&desk.path("few"));
    let csvs: Vec<_> = few.iter().filter(|(name, _)| name != "datapackage.json").collect();
    assert!(csvs.len() == 6 && csvs.iter().all(|table| reference.contains(table)));
}

/// A design, shards, a SIGKILL in one of them, its resumption and a merge: the bytes of one process.
#[test]
#[cfg(unix)]
fn a_design_in_three_shards_one_of_them_killed_is_the_study_of_one_process() {
    let desk = desk::desk();
    let design = format!(
        "extends = {:?}\n[study]\nname = \"grid\"\noutcomes = [\"continuity\", \"civil_strife\"]\nreplicates = 3\n[run]\ndays = 6\nmap = {:?}\n[design]\nkind = \"sobol\"\npoints = 5\n[[design.factors]]\npath = \"borders.pressure.power\"\nlow = 1.0\nhigh = 8.0\n[[design.factors]]\npath = \"mechanisms.kin\"\nvalues = [true, false]\n",
        desk::quick(),
        concat!(env!("CARGO_MANIFEST_DIR"), "/maps/caucasus_10km")
    );
    fs::write(desk.path("grid.toml"), design).unwrap();
    let ask =
        |command: &str, more: &[&str]| desk.spillover(&[&[command, "grid.toml"], more].concat());
    ask("run", &["--out", "reference", "--threads", "1", "--quiet"]).ends(0, &[], &[]);
    for shard in ["0/3", "2/3"] {
        ask("run", &["--out", "x", "--shard", shard, "--quiet"]).ends(0, &[], &[]);
    }
    // The third is killed between its first finished run and its last: it has ten of the thirty.
    let done = || -> u64 {
        let status: serde_json::Value =
            serde_json::from_str(&ask("status", &["--out", "x", "--json"]).out).unwrap();
        status["done"].as_u64().unwrap()
    };
    assert_eq!(done(), 20);
    let known = desk.names("x/store");
    let mut child = desk
        .command()
        .args(["run", "grid.toml", "--out", "x", "--shard", "1/3", "--threads", "1", "--quiet"])
        .spawn()
        .unwrap();
    let lines = || {
        let fresh = desk
            .names("x/store")
            .into_iter()
            .find(|n| n.ends_with("jsonl") && !known.contains(n))?;
        Some(
            fs::read_to_string(desk.path("x/store").join(fresh))
                .unwrap_or_default()
                .matches('\n')
                .count(),
        )
    };
    while lines().is_none_or(|lines| lines < 3) {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it was killed");
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap(); // SIGKILL
    child.wait().unwrap();
    let before = done();
    assert!((22..30).contains(&before), "killed at work: {before}");
    assert_eq!(ask("missing", &["--out", "x", "--shards", "3"]).ends(3, &[], &[]).out, "1\n");
    ask("merge", &["--out", "x"]).ends(3, &[], &["of 30 runs are missing"]);
    ask("run", &["--out", "x", "--shard", "1/3"]).ends(
        0,
        &[],
        &["going on: ", "30 of 30 of the study are in the store"],
    );
    ask("merge", &["--out", "x"]).ends(0, &[], &["30 runs from the store"]);
    let names = ["design.csv", "contrasts.csv", "pressure_bands.csv", "measures.csv"];
    let reference = tables(&desk.path("reference"));
    assert!(names.iter().all(|name| reference.iter().any(|(known, _)| known == name)));
    assert!(tables(&desk.path("x")) == reference);
}

#[test]
fn stores_copied_together_are_their_merge() {
    let desk = desk::desk();
    let reference = reference(&desk);
    for (out, shards) in [("a", ["0/3", "1/3"]), ("b", ["1/3", "2/3"])] {
        for shard in shards {
            run(&desk, "run", &["--out", out, "--shard", shard, "--quiet"]).ends(0, &[], &[]);
        }
    }
    copy_store(&desk.path("b"), &desk.path("a"));
    copy_store(&desk.path("a"), &desk.path("c")); // into a folder that has nothing else
    for out in ["a", "c"] {
        run(&desk, "merge", &["--out", out, "--quiet"]).ends(0, &[], &[]);
        assert!(tables(&desk.path(out)) == reference, "{out}");
    }
}

#[test]
fn the_tables_of_another_study_are_not_this_one_complete() {
    let desk = desk::desk();
    run(&desk, "run", &["--out", "x", "--quiet", "--drop-parts"]).ends(0, &[], &[]);
    run(&desk, "status", &["--out", "x"]).ends(
        0,
        &[],
        &["complete tables whose parts were removed"],
    );
    let other = run(&desk, "status", &["--out", "x", "--set", "mechanisms.kin=false"]).ends(
        3,
        &["12 missing"],
        &[],
    );
    assert!(!other.err.contains("complete tables"), "{}", other.err);
}

/// The one that began last has the folder; the runs of the other are in the store.
#[test]
fn two_processes_with_other_outcomes_in_one_folder_lose_no_run() {
    let desk = desk::desk();
    let quick = desk::quick();
    let outcomes = r#"study.outcomes=["continuity", "fragmentation"]"#;
    let of = |out| {
        ["run", &quick, "--set", outcomes, "--replicates", "10", "--threads", "1", "--out", out]
    };
    let begin = |outcome: &str| {
        let mut command = desk.command();
        command
            .args(of("x"))
            .args(["--quiet", "--outcome", outcome])
            .stderr(std::process::Stdio::piped());
        command.spawn().unwrap()
    };
    let first = begin("continuity");
    while !desk.path("x/UNFINISHED").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let second = begin("fragmentation");
    let [first, second] = [first, second].map(|child| child.wait_with_output().unwrap());
    let said = String::from_utf8_lossy(&first.stderr);
    assert_eq!(first.status.code(), Some(2), "{said}");
    assert!(said.contains("another process") && said.contains("ask for the whole study"), "{said}");
    assert_eq!(second.status.code(), Some(0), "{}", String::from_utf8_lossy(&second.stderr));
    // The whole study: nothing is done again, and the tables of the share are replaced by all.
    desk.spillover(&of("x")).ends(0, &[], &["20 runs from the store"]);
    desk.spillover(&of("y")).ends(0, &[], &[]);
    assert!(tables(&desk.path("x")) == tables(&desk.path("y")));
}

/// Killed at random moments until it is done; the moments are those of a fixed sequence.
#[test]
#[cfg(unix)]
fn killed_twenty_times_and_gone_on() {
    let desk = desk::desk();
    let many = ["--set", "study.replicates=20"]; // 60 runs
    let quick = desk::quick();
    let arguments = [&["run", quick.as_str()], &SMALL[..6], &many[..]].concat();
    desk.spillover(&[&arguments[..], &["--out", "reference", "--quiet"]].concat()).ends(
        0,
        &[],
        &[],
    );
    let mut seed: u64 = 20_260_115;
    let (mut kills, mut runs_before) = (0, 0);
    while kills < 20 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let moment = 100 + (seed >> 33) % 1200;
        let threads = if kills % 2 == 0 { "1" } else { "2" };
        let mut child = desk
            .command()
            .args(&arguments)
            .args(["--out", "x", "--quiet", "--threads", threads])
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(moment));
        if let Some(status) = child.try_wait().unwrap() {
            // It was done before its moment: begin anew, so that twenty kills hit a study at work.
            assert!(status.success());
            assert!(tables(&desk.path("x")) == tables(&desk.path("reference")));
            fs::remove_dir_all(desk.path("x")).unwrap();
            runs_before = 0;
            continue;
        }
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
        kills += 1;
        let status = desk.spillover(
            &[&["status", &desk::quick()], &SMALL[..6], &many[..], &["--out", "x", "--json"]]
                .concat(),
        );
        let status: serde_json::Value = serde_json::from_str(&status.out).unwrap();
        let done = status["done"].as_u64().unwrap();
        assert!(done >= runs_before, "no finished run is lost: {done} after {runs_before}");
        runs_before = done;
        if desk.path("x/manifest.json").exists() && !desk.path("x/UNFINISHED").exists() {
            // Killed after the last file: complete.
            assert!(tables(&desk.path("x")) == tables(&desk.path("reference")));
            fs::remove_dir_all(desk.path("x")).unwrap();
            runs_before = 0;
        }
    }
    desk.spillover(&[&arguments[..], &["--out", "x", "--quiet"]].concat()).ends(0, &[], &[]);
    assert!(tables(&desk.path("x")) == tables(&desk.path("reference")));
    assert!(!desk.names("x").iter().any(|name| name.contains(".part") || name == "UNFINISHED"));
}

#[test]
fn a_study_goes_on_by_itself_past_torn_lines_and_junk() {
    let desk = desk::desk();
    let reference = reference(&desk);
    for shard in ["0/2", "1/2"] {
        run(&desk, "run", &["--out", "x", "--shard", shard, "--quiet"]).ends(0, &[], &[]);
    }
    let mut parts = desk.names("x/store");
    parts.sort();
    let path = |name: &String| desk.path("x/store").join(name);
    let index = parts.iter().find(|name| name.ends_with("jsonl")).unwrap();
    let text = fs::read(path(index)).unwrap();
    fs::write(path(index), &text[..text.len() - 30]).unwrap();
    let part = parts.iter().rfind(|name| name.ends_with("lz4")).unwrap();
    let bytes = fs::read(path(part)).unwrap();
    fs::write(path(part), [&bytes[..], b"junk that a killed process left"].concat()).unwrap();
    run(&desk, "status", &["--out", "x"]).ends(
        3,
        &["11 done", "1 missing", "1 lines not whole"],
        &[],
    );
    run(&desk, "run", &["--out", "x"]).ends(
        0,
        &[],
        &["going on: 11 of 12 runs are in the store", "1 of 12 runs in"],
    );
    assert!(tables(&desk.path("x")) == reference);
}

#[test]
fn a_changed_config_keeps_the_old_runs_and_names_them() {
    let desk = desk::desk();
    run(&desk, "run", &["--out", "x", "--shard", "0/2", "--quiet"]).ends(0, &[], &[]);
    let changed = ["--out", "x", "--set", "mechanisms.kin=false"];
    run(&desk, "status", &changed).ends(
        3,
        &["12 missing", "kept, not merged: 6 runs in run-"],
        &[],
    );
    run(&desk, "run", &changed).ends(
        0,
        &[],
        &["the store has 6 runs of another config", "kept and not merged"],
    );
    assert!(desk.path("x/store").is_dir(), "runs of the other config stay");
    let other = ["--out", "x", "--set", "study.name=\"other\"", "--shard", "0/2"];
    run(&desk, "run", &["--out", "y", "--shard", "0/2", "--quiet"]).ends(0, &[], &[]);
    run(&desk, "run", &[&["--out", "y"], &other[2..]].concat()).ends(
        2,
        &[],
        &["holds the study `small`, which is not finished"],
    );
}

#[test]
fn the_same_run_with_other_bytes_is_exit_code_4() {
    let desk = desk::desk();
    for out in ["a", "b"] {
        run(&desk, "run", &["--out", out, "--shard", "0/6", "--quiet"]).ends(0, &[], &[]);
    }
    // Another program would have written another number; the line gets the checksum that belongs to it.
    let index = desk.names("b/store").into_iter().find(|name| name.ends_with("jsonl")).unwrap();
    let path = desk.path("b/store").join(index);
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<String> =
        text.lines().map(|line| changed(line, "\"hops\":", "\"hops\":1")).collect();
    fs::write(&path, lines.concat()).unwrap();
    copy_store(&desk.path("b"), &desk.path("a"));
    let message =
        ["has different headline numbers in two places (2 runs in all)", "a/store/run-", ".lz4"];
    for command in ["status", "missing", "merge", "run"] {
        let said = run(&desk, command, &["--out", "a"]).ends(4, &[], &message);
        assert_eq!(said.err.matches(".lz4").count(), 2, "both files are named: {}", said.err);
    }
}

/// A line of an index with something else in it and the right checksum.
fn changed(line: &str, from: &str, to: &str) -> String {
    let body = line.rsplit_once(",\"check\":").unwrap().0.replace(from, to);
    format!("{body},\"check\":\"{}\"}}\n", &blake3::hash(body.as_bytes()).to_hex()[..8])
}

#[test]
fn a_complete_study_is_extended() {
    let desk = desk::desk();
    let ask = |out: &str, replicates: &str, more: &[&str]| {
        let arguments = ["--out", out, "--replicates", replicates];
        desk.spillover(&[&["run", &desk::quick()], &SMALL[..6], &arguments[..], more].concat())
    };
    ask("x", "2", &["--quiet"]).ends(0, &[], &[]);
    // More replicates: three outcomes, six runs are there, three are new.
    ask("x", "3", &[]).ends(0, &[], &["3 of 9 runs in"]);
    ask("y", "3", &["--quiet", "--drop-parts"]).ends(0, &[], &[]);
    assert!(tables(&desk.path("x")) == tables(&desk.path("y")));
    // Without its store it would have to be done again: that is a new beginning.
    ask("y", "4", &[]).ends(
        2,
        &[],
        &["holds a complete study", "the store does not have 9 of its 9 runs", "--overwrite"],
    );
    // Tables whose ids have no letter in front are of an older program, and left alone.
    let runs = fs::read_to_string(desk.path("y/runs.csv")).unwrap();
    fs::write(desk.path("y/runs.csv"), runs.replace("\nr", "\n")).unwrap();
    ask("y", "4", &[]).ends(
        2,
        &[],
        &["holds a complete study", "is no id of a run", "an older program wrote it"],
    );
    // What another build did is said.
    let index = desk.names("x/store").into_iter().find(|name| name.ends_with("jsonl")).unwrap();
    let path = desk.path("x/store").join(index);
    let text = fs::read_to_string(&path).unwrap();
    let (head, rest) = text.split_once('\n').unwrap();
    fs::write(&path, changed(head, r#""version":""#, r#""version":"0."#) + rest).unwrap();
    let part = head.matches("run_id").count() + rest.lines().count();
    ask("x", "4", &[]).ends(
        0,
        &[],
        &["another build of the program", &format!("did {part} of the 12 runs")],
    );
}

/// Killed between the making of the mark and its first word, an extension still knows which tables were there.
#[test]
fn an_extension_with_an_empty_mark_goes_on_with_the_tables_that_were_there() {
    let desk = desk::desk();
    let quick = desk::quick();
    let study = [&["run", quick.as_str()], &SMALL[..6], &["--out", "few", "--quiet"]].concat();
    let first = [&study[..], &["--replicates", "2", "--tables", "summary"]].concat();
    desk.spillover(&first).ends(0, &[], &[]);
    let names = desk.names("few");
    fs::write(desk.path("few/UNFINISHED"), "").unwrap();
    desk.spillover(&[&study[..], &["--replicates", "3"]].concat()).ends(0, &[], &[]);
    assert_eq!(desk.names("few"), names);
}

/// Killed while it is extended, a study keeps its choice of tables when it goes on.
#[test]
#[cfg(unix)]
fn an_extension_that_is_killed_goes_on_with_the_tables_that_were_there() {
    let desk = desk::desk();
    let quick = desk::quick();
    for (out, first, then) in [("few", "summary", None), ("all", "all", Some("summary"))] {
        let study =
            [&["run", quick.as_str()], &SMALL[..6], &["--out", out, "--quiet", "--threads", "1"]]
                .concat();
        desk.spillover(&[&study[..], &["--replicates", "2", "--tables", first]].concat()).ends(
            0,
            &[],
            &[],
        );
        let names = desk.names(out);
        let mut more = [&study[..], &["--replicates", "200"]].concat();
        more.extend(then.into_iter().flat_map(|tables| ["--tables", tables]));
        let mut child = desk.command().args(&more).spawn().unwrap();
        while !desk.path(out).join("UNFINISHED").exists() {
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let at = more.iter().position(|word| *word == "200").unwrap();
        more[at] = "3";
        desk.spillover(&more).ends(0, &[], &[]);
        assert_eq!(desk.names(out), names, "{out}");
    }
}

/// Tables are made anew unasked only where nothing is lost by it: neither runs nor tables.
#[test]
fn a_complete_study_is_left_alone_unless_it_is_extended() {
    let desk = desk::desk();
    let ask = |command: &str, replicates: &str, more: &[&str]| {
        let arguments = ["--out", "x", "--replicates", replicates];
        desk.spillover(&[&[command, &desk::quick()], &SMALL[..6], &arguments[..], more].concat())
    };
    ask("run", "2", &["--quiet"]).ends(0, &[], &[]);
    let before = tables(&desk.path("x"));
    let complete = "holds a complete study";
    let [other, another] = ["borders.pressure.power=3", "study.name=\"another\""];
    for more in [&[][..], &["--retry-failed"], &["--drop-parts"]] {
        ask("run", "2", more).ends(2, &[], &[complete, "add to it"]);
        ask("run", "1", more).ends(
            2,
            &[],
            &[complete, "3 of its 6 runs are not in what is asked for"],
        );
        ask("run", "3", &[&["--set", other, "--set", another], more].concat()).ends(
            2,
            &[],
            &[complete, "6 of its 6 runs"],
        );
        ask("run", "3", &[&["--outcome", "continuity"], more].concat()).ends(
            2,
            &[],
            &[complete, "4 of its 6 runs"],
        );
    }
    // Runs of another config come into the store beside it; they do not take its tables.
    ask("run", "1", &["--set", other, "--shard", "0/1", "--quiet"]).ends(0, &[], &[]);
    for command in ["run", "merge"] {
        ask(command, "1", &["--set", other]).ends(2, &[], &[complete]);
    }
    assert!(tables(&desk.path("x")) == before);
    // Fewer tables are not asked for by asking for more runs; those that are there stay.
    let said = ask("run", "3", &["--tables", "summary", "--drop-parts"]);
    said.ends(
        0,
        &[],
        &["3 of 9 runs in", "the store stays: it holds failed runs, runs of other plans"],
    );
    let names = |tables: &[(String, Vec<u8>)]| {
        tables.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&tables(&desk.path("x"))), names(&before));
    // Shards of more replicates are merged without being asked to replace.
    for shard in ["0/2", "1/2"] {
        ask("run", "4", &["--shard", shard, "--quiet"]).ends(0, &[], &[]);
    }
    ask("merge", "4", &["--quiet"]).ends(0, &[], &[]);
    ask("status", "4", &[]).ends(0, &["12 done, 0 failed, 0 missing"], &[]);
    assert_eq!(names(&tables(&desk.path("x"))), names(&before));
}

#[test]
fn a_study_of_few_tables_is_extended_with_as_many() {
    let desk = desk::desk();
    let ask = |replicates: &str, more: &[&str]| {
        let arguments = ["--out", "x", "--replicates", replicates];
        desk.spillover(&[&["run", &desk::quick()], &SMALL[..6], &arguments[..], more].concat())
    };
    ask("2", &["--tables", "summary", "--quiet"]).ends(0, &[], &[]);
    let names = desk.names("x");
    ask("3", &[]).ends(0, &[], &["3 of 9 runs in"]);
    assert_eq!(desk.names("x"), names);
    // All tables: the runs that are there lack them.
    let said = ask("4", &["--tables", "all"]);
    said.ends(0, &[], &["lack some of these tables and are done again", "12 runs in"]);
    assert!(desk.names("x").len() > names.len());
    // More tables of the same runs.
    let same = |tables: &str| {
        let arguments = ["--out", "z", "--replicates", "2", "--tables", tables];
        desk.spillover(&[&["run", &desk::quick()], &SMALL[..6], &arguments[..]].concat())
    };
    same("runs").ends(0, &[], &[]);
    same("summary").ends(0, &[], &["done again", "6 runs in"]);
    same("runs").ends(2, &[], &["holds a complete study"]);
    // A precision goes on from the replicates that are there.
    let said = ask("2", &["--until-precision", "0.01", "--max-replicates", "5"]);
    said.ends(0, &[], &["going on to 5 replicates", "3 of 15 runs in"]);
    ask("2", &["--until-precision", "0.01", "--max-replicates", "5"]).ends(
        0,
        &[],
        &["15 runs from the store"],
    );
}

/// Replicates of the first row of a study's `precision.csv`, and the widest relative interval of a headline number.
fn precision(desk: &Desk, out: &str) -> (u32, f64) {
    let text = fs::read_to_string(desk.path(out).join("precision.csv")).unwrap();
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let headers = rows.headers().unwrap().clone();
    let [border, measure, count, width] =
        ["border", "measure", "replicates", "relative_half_width"]
            .map(|name| headers.iter().position(|header| header == name).unwrap());
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    let headline = |row: &&csv::StringRecord| {
        ["", "RUS-SOUTH"].contains(&&row[border]) && &row[measure] != "peak_day"
    };
    let relative = |row: &csv::StringRecord| row[width].parse::<f64>().unwrap_or(f64::INFINITY);
    (
        rows[0][count].parse().unwrap(),
        rows.iter().filter(headline).map(relative).fold(0.0, f64::max),
    )
}

#[test]
fn more_replicates_until_the_means_are_known() {
    let desk = desk::desk();
    let begin = |out: &str, wanted: &str, most: &str| {
        let arguments = [
            "--out",
            out,
            "--replicates",
            "2",
            "--until-precision",
            wanted,
            "--max-replicates",
            most,
        ];
        desk.spillover(&[&["run", &desk::quick()], &SMALL[..6], &arguments[..]].concat())
    };
    // Two replicates do not do; it stops at the first number that does, short of the most.
    let said = begin("x", "0.5", "60").ends(0, &["95 % interval"], &["going on to"]);
    let (count, widest) = precision(&desk, "x");
    assert!(count > 2 && count < 60 && widest <= 0.5, "{count} {widest}");
    assert!(said.err.contains(&format!("going on to {count} replicates")), "{}", said.err);
    desk.spillover(
        &[&["run", &desk::quick()], &SMALL[..6], &["--out", "two", "--replicates", "2", "--quiet"]]
            .concat(),
    );
    let (two, wide) = precision(&desk, "two");
    assert!(two == 2 && wide > 0.5, "{wide}");
    // Out of reach: it stops at the most that is allowed, and has the tables of those.
    begin("most", "0.001", "3").ends(0, &[], &["going on to 3 replicates"]);
    let (three, wide) = precision(&desk, "most");
    assert!(three == 3 && wide > 0.001, "{three} {wide}");
    // The same study asked for so many replicates at once.
    let n = count.to_string();
    desk.spillover(
        &[&["run", &desk::quick()], &SMALL[..6], &["--out", "y", "--replicates", &n, "--quiet"]]
            .concat(),
    )
    .ends(0, &[], &[]);
    for ((name, a), (_, b)) in tables(&desk.path("x")).iter().zip(&tables(&desk.path("y"))) {
        assert!(a == b || name == "precision.csv", "{name}: only the wanted width differs");
    }
    desk.spillover(&["run", &desk::quick(), "--until-precision", "5"]).ends(
        2,
        &[],
        &["a share above 0 and below 1"],
    );
}

#[test]
fn a_job_script_is_printed_and_nothing_is_run() {
    let desk = desk::desk();
    let said = run(
        &desk,
        "slurm-script",
        &["--out", "shared/x", "--shards", "6", "--cpus", "2", "--time", "1:00:00"],
    );
    let said = said.ends(
        0,
        &[
            "#SBATCH --array=0-5",
            "#SBATCH --mem=2G",
            "--shard \"$SLURM_ARRAY_TASK_ID/6\"",
            "--shards 6)\"",
            "spillover merge",
        ],
        &[],
    );
    assert!(said.out.starts_with("#!/bin/bash\n") && !desk.path("shared").exists());
    let checked = Command::new("bash").args(["-n", "-c", &said.out]).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let few = run(&desk, "slurm-script", &["--shards", "2", "--tables", "summary"]);
    few.ends(0, &[" --tables summary --quiet"], &[]);
    for bad in [["--mem", "2G\nrm x"], ["--out", "a\nb"], ["--set", "study.title=\"\"\"a\nb\"\"\""]]
    {
        let said = run(&desk, "slurm-script", &[&["--shards", "2"][..], &bad].concat());
        assert!(said.ends(2, &[], &["control character", "in one line"]).out.is_empty());
    }
}

#[test]
fn a_foreign_folder_called_store_is_left_alone() {
    let desk = desk::desk();
    fs::create_dir_all(desk.path("x/store")).unwrap();
    fs::write(desk.path("x/store/flour.txt"), "mine").unwrap();
    for more in [&["--overwrite"][..], &["--shard", "0/2"], &[]] {
        run(&desk, "run", &[&["--out", "x"], more].concat()).ends(
            2,
            &[],
            &["holds files that no study wrote"],
        );
    }
    assert_eq!(desk.names("x"), ["store"]);
}
