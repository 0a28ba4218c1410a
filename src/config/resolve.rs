//! From a path to a checked scenario.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::check::{self, Scope};
use super::diagnostics::{Diagnostic, Diagnostics, Sources};
use super::scenario::Scenario;
use super::schema::View;
use super::tree::{Node, Step};
use super::{map_folder, schema, semantics, source};

/// A scenario that was read, checked, and can be run.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The scenario itself, without any variant.
    pub scenario: Scenario,
    /// Name and scenario of every variant; only `base` with the scenario itself when the study has none.
    pub variants: Vec<(String, Scenario)>,
    /// Files that were read: the scenario's own, then those that it extends, each after the one that names it.
    pub files: Vec<PathBuf>,
    /// BLAKE3 of the canonical JSON of the scenario, in hexadecimal.
    pub hash: String,
    /// Folder of the map.
    pub map_dir: PathBuf,
}

/// Reads a scenario or study with everything that it extends, lays the `--set` arguments over it, and checks it.
///
/// # Errors
/// With every problem that was found, not only the first.
pub fn load(path: &Path, sets: &[String]) -> Result<Resolved, Diagnostics> {
    let mut reading = source::read(path, sets);
    let mut problems = std::mem::take(&mut reading.problems);
    let Some(tree) = reading.tree else { return Err(Diagnostics::new(reading.sources, problems)) };
    let document = schema::resolved::<Scenario>();
    let scope = Scope { root: reading.root, is_complete: reading.is_complete };
    let check_one = |tree: &Node| {
        let mut found = check::check(tree, View::root(&document), scope);
        found.extend(semantics::check(tree));
        found
    };
    let own = check_one(&tree);
    let (mut variants, layering) = semantics::apply_variants(&tree);
    problems.extend(layering);
    for (name, changed) in &variants {
        // What is wrong without the variant is told once, without its name.
        let new = check_one(changed).into_iter().filter(|problem| !own.contains(problem));
        problems.extend(new.map(|problem| problem.note(format!("in the variant `{name}`"))));
    }
    problems.extend(own);
    let map_dir = match tree.get("run.map").filter(|map| map.as_str().is_some()) {
        Some(map) => map_folder::find(map, path, &reading.sources).map_err(|problem| problems.push(problem)).ok(),
        None => None,
    };
    if !problems.is_empty() {
        return Err(Diagnostics::new(reading.sources, problems));
    }
    if variants.is_empty() {
        variants.push((semantics::BASE_VARIANT.to_owned(), tree.clone()));
    }
    let mut read = |tree: &Node| deserialise::<Scenario>(tree).map_err(|problem| problems.push(problem)).ok();
    let scenario = read(&tree);
    let variants: Vec<_> =
        variants.into_iter().filter_map(|(name, tree)| read(&tree).map(|scenario| (name, scenario))).collect();
    match (scenario, map_dir) {
        (Some(scenario), Some(map_dir)) if problems.is_empty() => {
            let hash = blake3::hash(canonical_json(&scenario).as_bytes()).to_hex().to_string();
            Ok(Resolved { scenario, variants, files: reading.sources.files(), hash, map_dir })
        }
        (_, map_dir) => {
            if map_dir.is_none() && problems.is_empty() {
                problems.push(Diagnostic::nowhere("the scenario has no `run.map`"));
            }
            Err(Diagnostics::new(reading.sources, problems))
        }
    }
}

/// The merged tree of a file, unchecked but for its syntax, with the texts behind it.
///
/// # Errors
/// When a file of the chain cannot be read or parsed.
pub fn read_tree(path: &Path, sets: &[String]) -> Result<(Node, Sources), Diagnostics> {
    let reading = source::read(path, sets);
    match reading.tree {
        Some(tree) if reading.problems.is_empty() => Ok((tree, reading.sources)),
        _ => Err(Diagnostics::new(reading.sources, reading.problems)),
    }
}

/// Reads a checked tree into its type. What the schema lets through and serde does not still gets its place.
///
/// # Errors
/// When serde refuses: a sign that the schema says less than the type.
pub fn deserialise<T: DeserializeOwned>(tree: &Node) -> Result<T, Diagnostic> {
    serde_path_to_error::deserialize(tree.to_json()).map_err(|error| {
        use serde_path_to_error::Segment;
        let path = error.path().to_string();
        let node = tree.follow(error.path().iter().filter_map(|segment| match segment {
            Segment::Seq { index } => Some(Step::Index(*index)),
            Segment::Map { key } => Some(Step::Key(key)),
            Segment::Enum { variant } => Some(Step::Key(variant)),
            Segment::Unknown => None,
        }));
        Diagnostic::at(node.span, format!("cannot read `{path}`"), error.inner().to_string())
    })
}

/// A scenario as JSON with sorted keys and no spaces: equal scenarios give equal bytes, whatever files they came from.
///
/// # Panics
/// Never for a scenario that was loaded: all its keys are text and all its numbers finite.
#[must_use]
pub fn canonical_json<T: Serialize>(scenario: &T) -> String {
    let mut value = serde_json::to_value(scenario).expect("a scenario is a tree of tables with text as keys");
    value.sort_all_objects();
    value.to_string()
}
