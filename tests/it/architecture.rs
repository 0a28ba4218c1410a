//! Boundaries between the rooms that a test can see: who may name whom.

use std::fs;
use std::path::{Path, PathBuf};

/// Files that are compiled for tests only.
const TEST_MODULES: [&str; 2] = ["tests", "testbed"];

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        let mut entries: Vec<_> = fs::read_dir(folder)
            .expect("a folder of src")
            .map(|e| e.expect("an entry").path())
            .collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs")
                && !path.file_stem().is_some_and(|n| TEST_MODULES.iter().any(|t| n == *t))
            {
                let text = fs::read_to_string(&path).expect("UTF-8 source");
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    let path = Path::new(folder);
    if path.is_dir() {
        walk(path, &mut found);
    } else {
        found.push((path.into(), fs::read_to_string(path).expect("a file")));
    }
    found
}

/// The code of a file without its tests and comments.
fn code(text: &str) -> String {
    let body = text.split("#[cfg(test)]").next().unwrap_or(text);
    body.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn forbid(folders: &[&str], words: &[&str], why: &str) {
    for folder in folders {
        for (path, text) in sources(folder) {
            for word in words {
                assert!(!code(&text).contains(word), "{} names `{word}`: {why}", path.display());
            }
        }
    }
}

const DOMAINS: [&str; 6] = [
    "src/leadership",
    "src/states",
    "src/conflict",
    "src/displacement",
    "src/borders",
    "src/ledger",
];

#[test]
fn rules_are_pure() {
    for domain in DOMAINS {
        let file = format!("{domain}/rules.rs");
        forbid(
            &[&file],
            &["bevy_ecs", "random::", "Draws", "std::fs", "Clock", "ResMut", "Query<", "println!"],
            "rules take units and give quantities; no world, draw, clock or file",
        );
    }
    forbid(
        &["src/states/rules"],
        &["bevy_ecs", "random::", "std::fs", "Clock", "ResMut", "Query<", "println!"],
        "rules take units and give quantities; no world, draw, clock or file",
    );
}

/// Who plays which part comes from `[run]` and the tables of a scenario. The list of rooms may only grow.
#[test]
fn code_knows_roles_and_no_names_of_countries() {
    // A key that users know keeps its name in files.
    const KNOWN_KEY: &str = "#[serde(rename = \"moscow\")]";
    let rooms = [
        "src/leadership",
        "src/states",
        "src/ledger",
        "src/simulation",
        "src/roles.rs",
        "src/world.rs",
        "src/mechanisms.rs",
        "src/time.rs",
    ];
    let names = [
        "iran", "irn", "tehran", "russia", "\"rus", "moscow", "ukrain", "georgia", "armenia",
        "azerbai", "afghan", "turkey",
    ];
    for (path, text) in rooms.iter().flat_map(|room| sources(room)) {
        let code = code(&text).replace(KNOWN_KEY, "").to_lowercase();
        for name in names {
            assert!(!code.contains(name), "{} names `{name}`: a role is meant", path.display());
        }
    }
}

#[test]
fn domains_know_neither_config_loading_nor_output() {
    forbid(
        &DOMAINS,
        &[
            "crate::output",
            "crate::recorders",
            "crate::study",
            "crate::cli",
            "scenario::load",
            "std::fs",
            "println!",
            "eprintln!",
        ],
        "the model does no input or output",
    );
}

#[test]
fn only_leadership_and_records_ask_which_outcome_it_is() {
    // Other domains read effects (unrest, control, alignment). States recognise a successor by asking whether the incumbent is
    // gone; `incumbent_gone` is the one place where that is allowed.
    for domain in ["src/conflict", "src/displacement", "src/borders"] {
        forbid(&[domain], &["Outcome::"], "domains read effects, never outcomes");
    }
}

#[test]
fn nothing_draws_outside_random() {
    for domain in DOMAINS {
        forbid(
            &[domain],
            &["rand::rng(", "thread_rng", "SmallRng", "StdRng", "from_entropy"],
            "draws come from random.rs",
        );
    }
}

#[test]
fn no_clock_in_the_model() {
    forbid(&DOMAINS, &["Instant::now", "SystemTime"], "a run does not know the time of day");
    forbid(
        &["src/simulation", "src/recorders"],
        &["Instant::now", "SystemTime"],
        "a run does not know the time of day",
    );
}

#[test]
fn the_odd_document_has_the_order_of_the_step() {
    let odd = fs::read_to_string("docs/odd.md").expect("docs/odd.md");
    let section =
        odd.split("## 3.").nth(1).and_then(|s| s.split("## 4.").next()).expect("section 3");
    let written: Vec<String> = section
        .lines()
        .filter_map(|l| {
            l.split_once(". **")
                .filter(|(n, _)| n.trim().parse::<u8>().is_ok())
                .map(|(_, rest)| rest)
        })
        .map(|rest| {
            rest.split(".**").next().unwrap_or(rest).split("**").next().unwrap_or(rest).to_owned()
        })
        .collect();
    let order: Vec<String> = spillover::schedule::ORDER.iter().map(|p| format!("{p:?}")).collect();
    assert_eq!(written, order, "docs/odd.md section 3 and src/schedule.rs differ");
}

#[test]
fn the_odd_document_links_every_rules_file() {
    let odd = fs::read_to_string("docs/odd.md").expect("docs/odd.md");
    for domain in DOMAINS {
        assert!(
            odd.contains(&format!("../{domain}/rules.rs")),
            "docs/odd.md has no link to {domain}/rules.rs"
        );
    }
}
