//! Engines that start the program: GNU parallel and a real Slurm, where they are installed. Each gives the bytes of one
//! process. What is not installed is skipped, and said so.

#[path = "../it/desk/mod.rs"]
mod desk;

use std::fs;
use std::process::Command;

use desk::{Desk, Said, tables};

/// A study file with settings, as a cluster would be given: 30 runs of some days.
fn study(desk: &Desk, days: u32) -> String {
    let path = desk.path("study.toml");
    let text = format!(
        "extends = \"{}\"\n[study]\nname = \"engines\"\noutcomes = [\"continuity\", \"fragmentation\", \"civil_strife\"]\nreplicates = 10\n[run]\ndays = {days}\nmap = \"{}/maps/caucasus_10km\"\n",
        desk::quick(),
        env!("CARGO_MANIFEST_DIR")
    );
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn reference(desk: &Desk, study: &str) -> Vec<(String, Vec<u8>)> {
    desk.spillover(&["run", study, "--out", "reference", "--quiet"]).ends(0, &[], &[]);
    tables(&desk.path("reference"))
}

#[test]
fn gnu_parallel() {
    let desk = desk::desk();
    let found = Command::new("parallel").arg("--version").output();
    if !found.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("GNU parallel")) {
        eprintln!("SKIPPED: GNU parallel is not installed (apt-get install parallel)");
        return;
    }
    let study = study(&desk, 4);
    let reference = reference(&desk, &study);
    let program = env!("CARGO_BIN_EXE_spillover");
    let script = format!(
        "seq 0 6 | parallel -j 3 {program} run {study} --out x --shard {{}}/7 --threads 1 --quiet"
    );
    let mut command = Command::new("bash");
    command.current_dir(desk.folder.path()).args(["-c", &script]);
    Said::from(command.output().unwrap()).ends(0, &[], &[]);
    desk.spillover(&["merge", &study, "--out", "x", "--quiet"]).ends(0, &[], &[]);
    assert!(tables(&desk.path("x")) == reference);
}

fn slurm(nodes: u32, port: u32) {
    let desk = desk::desk();
    let study = study(&desk, 120);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/engines/slurm.sh");
    let folder = desk.path("cluster");
    let said = Command::new("bash")
        .arg(script)
        .args([env!("CARGO_BIN_EXE_spillover"), &study, &folder.display().to_string()])
        .args([nodes.to_string(), port.to_string()])
        .output()
        .map(Said::from)
        .unwrap();
    if said.code == Some(77) {
        eprintln!("SKIPPED: no Slurm with {nodes} nodes here: {}", said.out.trim());
        return;
    }
    let said = said.ends(0, &["killed n", "missing shards: ", "30 done, 0 failed, 0 missing"], &[]);
    eprintln!("Slurm, {nodes} nodes:\n{}", said.out);
    assert!(tables(&folder.join("out")) == reference(&desk, &study));
}

#[test]
fn slurm_with_one_node_that_is_killed_and_comes_back() {
    slurm(1, 27_817);
}

#[test]
fn slurm_with_three_nodes_of_which_one_is_killed() {
    slurm(3, 27_917);
}
