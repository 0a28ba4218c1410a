//! Where the map of a scenario is.

use std::path::{Path, PathBuf};

use checked_toml::{Diagnostic, Node, Sources, nearest, question, shown};

/// The folder that `run.map` names.
///
/// # Errors
/// When there is no such folder in any of the places where it may be.
pub fn find(value: &Node, scenario: &Path, sources: &Sources) -> Result<PathBuf, Box<Diagnostic>> {
    let name = value.as_str().unwrap_or_default();
    if name.trim().is_empty() {
        let label = "expected the name of a map's folder";
        return Err(Box::new(Diagnostic::at(value.span, "`run.map` is empty", label)));
    }
    let own = sources.beside(value.span, "");
    let beside = scenario.parent().unwrap_or(Path::new(""));
    let mut places = vec![own, PathBuf::from("maps"), beside.join("../maps"), beside.join("maps")];
    // A case lies two folders deeper than a study.
    places.extend(Some(beside.join("../../../maps")).filter(|deeper| deeper.is_dir()));
    let mut looked: Vec<String> = Vec::new();
    for place in &places {
        let candidate: PathBuf = place.join(name).components().collect();
        if candidate.is_dir() {
            return Ok(candidate);
        }
        let candidate = candidate.display().to_string();
        if !looked.contains(&candidate) {
            looked.push(candidate);
        }
    }
    let known = folders(&places[1..]);
    let help = match nearest(name, known.iter().map(String::as_str)) {
        Some(guess) => Some(question(&format!("\"{guess}\""))),
        None if known.is_empty() => None,
        None => Some(format!("maps that are there: {}", known.join(", "))),
    };
    let problem = Diagnostic::at(
        value.span,
        format!("there is no map {}", shown(name)),
        "no folder of this name",
    );
    Err(Box::new(problem.note(format!("looked for: {}", looked.join(", "))).maybe_help(help)))
}

/// Folders that hold a map, in the places for maps.
fn folders(places: &[PathBuf]) -> Vec<String> {
    let mut names: Vec<String> = places
        .iter()
        .filter_map(|place| place.read_dir().ok())
        .flatten()
        .filter_map(|entry| {
            entry.ok().filter(|entry| entry.path().is_dir())?.file_name().into_string().ok()
        })
        // Beside the maps there may be the tools that make them.
        .filter(|name| name != "tools" && !name.starts_with('.'))
        .collect();
    names.sort();
    names.dedup();
    names
}
