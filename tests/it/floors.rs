//! The floors of the house: which room may import from which, and which files import each other in a circle.
//!
//! Rooms stand from ground to top, and an import points down. What does not is named here, and the list may only shrink.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Rooms from the ground up. Rooms of one floor may import each other: the domains of the model feed back, and the test of
/// circles below says where.
const FLOORS: &[&[&str]] = &[
    &["units", "ids", "text", "quantiles"],
    &["time", "random", "schedule", "mechanisms", "parameter_table"],
    &["geography"],
    &["world", "roles"],
    &["prescribed", "leadership", "states", "conflict", "displacement", "borders", "ledger"],
    &["sensitivity::settings", "design::settings"],
    &["scenario"],
    &["tables"],
    &["recorders"],
    &["simulation"],
    &["output"],
    &["design"],
    &["study"],
    &["sensitivity", "validation"],
    &["calibration", "report"],
    &["cli"],
];

/// Imports that point up: from, to.
const UP: &[(&str, &str)] =
    &[("design::settings", "design::axis"), ("sensitivity::settings", "tables::measures")];

/// Rooms whose files must not import each other in a circle: the model.
const MODEL: &[&str] = &[
    "prescribed",
    "leadership",
    "states",
    "conflict",
    "displacement",
    "borders",
    "ledger",
    "simulation",
    "recorders",
];

/// Files of the model that may stand in a circle. Feedback between domains goes through `state.rs`, below the processes, so
/// that none is left but this one: the components of the index define its parameters and the shape of what it reads.
const CIRCLE: &[&str] =
    &["borders::components", "borders::parameters", "borders::segment_pressure"];

/// Modules that are compiled for tests only.
const TEST_MODULES: [&str; 3] = ["tests", "testbed", "mini"];

/// Every module of a source tree, by its path such as `borders::rules`, with the modules that its code names.
fn imports(root: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut texts = BTreeMap::new();
    read(root, "", &mut texts);
    let known: BTreeSet<String> = texts.keys().cloned().collect();
    texts.iter().map(|(module, text)| (module.clone(), named(module, text, &known))).collect()
}

fn read(folder: &Path, prefix: &str, texts: &mut BTreeMap<String, String>) {
    let mut entries: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let inside = if prefix.is_empty() { name.clone() } else { format!("{prefix}::{name}") };
        if TEST_MODULES.contains(&name.as_str()) || ["lib", "main"].contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            read(&path, &inside, texts);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let module = if name == "mod" { prefix.to_owned() } else { inside };
            texts.insert(module, code(&fs::read_to_string(&path).expect("UTF-8")));
        }
    }
}

/// The code of a file without its unit tests and comments.
fn code(text: &str) -> String {
    let body = text.split("#[cfg(test)]\nmod ").next().unwrap_or(text);
    body.lines().filter(|l| !l.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The modules that a module names: every path of its code, cut to the deepest module that there is.
fn named(module: &str, text: &str, known: &BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in paths(text) {
        let mut parts: Vec<&str> = path.split("::").collect();
        let mut base: Vec<&str> = module.split("::").collect();
        match parts[0] {
            "crate" => base.clear(),
            "self" => {}
            "super" => {
                while parts.first() == Some(&"super") {
                    base.pop();
                    parts.remove(0);
                }
                parts.insert(0, "super");
            }
            // A path that begins with a module of this folder.
            child => {
                if !known.contains(&format!("{module}::{child}")) {
                    continue;
                }
                parts.insert(0, "self");
            }
        }
        base.extend(&parts[1..]);
        let deepest =
            (1..=base.len()).rev().map(|n| base[..n].join("::")).find(|m| known.contains(m));
        found.extend(deepest.filter(|m| m != module));
    }
    found
}

/// All paths `a::b::c` of a text, with the lists of `use` taken apart.
fn paths(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    // Imports first: `use a::{b, c::{d, e}};` names a::b, a::c::d, a::c::e.
    while let Some(at) = rest.find("use ") {
        let statement = rest[at + 4..].split(';').next().unwrap_or("");
        spread("", statement, &mut found);
        rest = &rest[at + 4..];
    }
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    found.extend(text.split(|c| !is_path(c)).filter(|p| p.contains("::")).map(str::to_owned));
    found
}

fn spread(prefix: &str, list: &str, found: &mut Vec<String>) {
    let (mut depth, mut start) = (0_usize, 0);
    let mut items = Vec::new();
    for (at, letter) in list.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                items.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(&list[start..]);
    for item in items.into_iter().map(str::trim) {
        match item.split_once('{') {
            Some((before, inside)) => {
                let inside = inside.rsplit_once('}').map_or(inside, |(inside, _)| inside);
                spread(&format!("{prefix}{}", before.trim()), inside, found);
            }
            None => {
                found.push(format!("{prefix}{}", item.split(" as ").next().unwrap_or(item).trim()));
            }
        }
    }
}

/// Groups of modules that import each other in a circle, the largest first.
fn circles(imports: &BTreeMap<String, BTreeSet<String>>) -> Vec<BTreeSet<String>> {
    let reach: BTreeMap<&str, BTreeSet<&str>> = imports
        .keys()
        .map(|from| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![from.as_str()]);
            while let Some(module) = open.pop() {
                for next in imports.get(module).into_iter().flatten() {
                    if seen.insert(next.as_str()) {
                        open.push(next);
                    }
                }
            }
            (from.as_str(), seen)
        })
        .collect();
    let mut circles: Vec<BTreeSet<String>> = Vec::new();
    for (from, reached) in &reach {
        let circle: BTreeSet<String> = reached
            .iter()
            .filter(|to| reach[*to].contains(from))
            .map(|to| (*to).to_owned())
            .collect();
        if circle.len() > 1 && !circles.contains(&circle) {
            circles.push(circle);
        }
    }
    circles.sort_by_key(|c| std::cmp::Reverse(c.len()));
    circles
}

/// The floor of a module: that of the longest name of a room that it lies in.
fn floor(module: &str) -> usize {
    let lies_in = |room: &str| module == room || module.starts_with(&format!("{room}::"));
    let all =
        FLOORS.iter().enumerate().flat_map(|(i, rooms)| rooms.iter().map(move |room| (i, *room)));
    let best = all.filter(|(_, room)| lies_in(room)).max_by_key(|(_, room)| room.len());
    best.unwrap_or_else(|| {
        panic!("`{module}` stands on no floor: add its room to FLOORS in tests/it/floors.rs")
    })
    .0
}

#[test]
fn imports_point_down() {
    let mut up: Vec<String> = Vec::new();
    let mut used = BTreeSet::new();
    for (from, named) in imports(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))) {
        for to in named.iter().filter(|to| floor(to) > floor(&from)) {
            match UP.iter().position(|(a, b)| *a == from && b == to) {
                Some(known) => _ = used.insert(known),
                None => up.push(format!("(\"{from}\", \"{to}\"),")),
            }
        }
    }
    assert!(up.is_empty(), "imports that point up:\n{}", up.join("\n"));
    assert_eq!(used.len(), UP.len(), "UP names imports that are gone: take them out");
}

#[test]
fn files_of_the_model_stand_in_no_circle_but_the_named_one() {
    let all = imports(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")));
    let mut circled = BTreeSet::new();
    let is_model = |module: &String| MODEL.contains(&module.split("::").next().unwrap_or(module));
    for circle in circles(&all) {
        circled.extend(circle.into_iter().filter(is_model));
    }
    let named: BTreeSet<String> = CIRCLE.iter().map(|&m| m.to_owned()).collect();
    let new: Vec<&String> = circled.difference(&named).collect();
    assert!(new.is_empty(), "{} files import each other in a circle: {new:#?}", new.len());
    assert_eq!(circled, named, "CIRCLE names files that are in no circle any more: take them out");
}

#[test]
fn the_reading_of_imports_sees_what_it_should() {
    let known: BTreeSet<String> =
        ["a", "a::b", "a::b::c", "d", "d::e"].into_iter().map(str::to_owned).collect();
    let text = "use crate::d::{e::{X, Y as Z}, W};\nuse super::c::K;\nfn f() { crate::a::g(); }";
    let found: Vec<String> = named("a::b", text, &known).into_iter().collect();
    assert_eq!(found, ["a", "d", "d::e"]);
    // A door that names a file of its own folder, and that file naming the door: a circle.
    let door: BTreeMap<String, BTreeSet<String>> = [
        ("a".to_owned(), named("a", "b::run();", &known)),
        ("a::b".to_owned(), named("a::b", "use super::State;", &known)),
        ("d".to_owned(), named("d", "use crate::a::b;", &known)),
    ]
    .into();
    assert_eq!(circles(&door), [BTreeSet::from(["a".to_owned(), "a::b".to_owned()])]);
}
