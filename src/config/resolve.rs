//! From a path to a checked scenario.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::check::{self, Scope};
use super::diagnostics::{Diagnostic, Diagnostics, Sources};
use super::events::EventFiles;
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
    /// The scenario and its variants with the places of their keys, for complaints that come after loading.
    trees: Vec<Node>,
    sources: Sources,
}

impl Resolved {
    /// The settings with the places where they were written, those of the first variant.
    pub(crate) fn tree(&self) -> Option<&Node> {
        self.trees.first()
    }

    /// The texts behind the scenario.
    pub(crate) const fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Shows complaints of the form `key.of.the[0].scenario: what is wrong` at the places where those keys were written.
    /// For what only shows after loading, such as a scenario that does not fit its map. The variant is a position in
    /// [`Resolved::variants`].
    #[must_use]
    pub fn place(&self, variant: usize, complaints: &[String]) -> Diagnostics {
        let tree = self.trees.get(variant).or_else(|| self.trees.first());
        let problems = complaints.iter().map(|complaint| match tree {
            Some(tree) => place(tree, complaint),
            None => Diagnostic::nowhere(complaint.clone()),
        });
        Diagnostics::new(self.sources.clone(), problems.collect())
    }
}

/// Puts a complaint `key: what is wrong` at its key, or at the deepest table on the way that exists.
fn place(tree: &Node, complaint: &str) -> Diagnostic {
    let Some((key, message)) = complaint.split_once(": ") else {
        return Diagnostic::nowhere(complaint);
    };
    let mut steps = Vec::new();
    for part in key.split('.') {
        let mut pieces = part.split('[');
        steps.extend(pieces.next().filter(|name| !name.is_empty()).map(Step::Key));
        steps.extend(
            pieces.filter_map(|index| index.trim_end_matches(']').parse().ok().map(Step::Index)),
        );
    }
    let node = tree.follow(steps);
    // A span of nothing is the root: no such key was written anywhere.
    if node.span.end == 0 {
        return Diagnostic::nowhere(complaint);
    }
    Diagnostic::at(node.span, format!("`{key}`: {message}"), "")
}

/// Reads a scenario or study with everything that it extends, lays the `--set` arguments over it, and checks it.
///
/// # Errors
/// With every problem that was found, not only the first.
pub fn load(path: &Path, sets: &[String]) -> Result<Resolved, Diagnostics> {
    let Checked { tree, variants, mut sources, map_dir } =
        check_all(path, sets, &schema::resolved::<Scenario>())?;
    let mut problems = Vec::new();
    let mut event_files = EventFiles::default();
    let mut read = |tree: &Node| match deserialise::<Scenario>(tree) {
        Ok(mut scenario) => {
            event_files.fill(&mut scenario, tree, &mut sources, &mut problems);
            problems.extend(
                semantics::of_domains(&scenario).iter().map(|complaint| place(tree, complaint)),
            );
            Some(scenario)
        }
        Err(problem) => {
            problems.push(*problem);
            None
        }
    };
    let scenario = read(&tree);
    let (trees, scenarios): (Vec<_>, Vec<_>) = variants
        .into_iter()
        .filter_map(|(name, tree)| read(&tree).map(|scenario| (tree, (name, scenario))))
        .unzip();
    match (scenario, map_dir) {
        (Some(scenario), Some(map_dir)) if problems.is_empty() => {
            let hash = blake3::hash(canonical_json(&scenario).as_bytes()).to_hex().to_string();
            let files = sources.files();
            Ok(Resolved { scenario, variants: scenarios, files, hash, map_dir, trees, sources })
        }
        (_, map_dir) => {
            if map_dir.is_none() && problems.is_empty() {
                problems.push(Diagnostic::nowhere("the scenario has no `run.map`"));
            }
            Err(Diagnostics::new(sources, problems))
        }
    }
}

/// A file of settings other than a scenario, read and checked in the same way.
#[derive(Clone, Debug)]
pub struct Document<T> {
    /// What it says.
    pub value: T,
    /// Its text, and those of files read for it.
    pub sources: Sources,
    tree: Node,
}

impl<T> Document<T> {
    /// A complaint `key.of.the[0].setting: what is wrong` at its place.
    #[must_use]
    pub fn place(&self, complaint: &str) -> Diagnostic {
        place(&self.tree, complaint)
    }
}

/// Reads a TOML file and checks it against the schema of its type.
///
/// # Errors
/// With every problem that was found.
pub fn document<T: schemars::JsonSchema + DeserializeOwned>(
    path: &Path,
) -> Result<Document<T>, Diagnostics> {
    let source::Reading { sources, root, tree, is_complete, mut problems } =
        source::read(path, &[]);
    let Some(tree) = tree else { return Err(Diagnostics::new(sources, problems)) };
    let scope = Scope { root, extends: sources.files().len() > 1, is_complete };
    problems.extend(check::check(&tree, View::root(&schema::resolved::<T>()), scope));
    if !problems.is_empty() {
        return Err(Diagnostics::new(sources, problems));
    }
    match deserialise(&tree) {
        Ok(value) => Ok(Document { value, sources, tree }),
        Err(problem) => Err(Diagnostics::new(sources, vec![*problem])),
    }
}

/// A tree without any problem that can be seen before it is read into its type.
pub struct Checked {
    /// The scenario.
    pub tree: Node,
    /// The scenario under each variant, at least one.
    pub variants: Vec<(String, Node)>,
    /// The texts behind it.
    pub sources: Sources,
    /// Folder of the map, when the scenario has one.
    pub map_dir: Option<PathBuf>,
}

/// Reads and checks against any schema, so that the checks can be tested without the model.
///
/// # Errors
/// With every problem that was found.
pub fn check_all(
    path: &Path,
    sets: &[String],
    document: &serde_json::Value,
) -> Result<Checked, Diagnostics> {
    let source::Reading { sources, root, tree, is_complete, mut problems } =
        source::read(path, sets);
    let Some(tree) = tree else { return Err(Diagnostics::new(sources, problems)) };
    let scope = Scope { root, extends: sources.files().len() > 1, is_complete };
    let check_one = |tree: &Node| {
        let mut found = check::check(tree, View::root(document), scope);
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
        Some(map) => {
            map_folder::find(map, path, &sources).map_err(|problem| problems.push(*problem)).ok()
        }
        None => None,
    };
    if !problems.is_empty() {
        return Err(Diagnostics::new(sources, problems));
    }
    if variants.is_empty() {
        variants.push((semantics::BASE_VARIANT.to_owned(), tree.clone()));
    }
    Ok(Checked { tree, variants, sources, map_dir })
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
pub fn deserialise<T: DeserializeOwned>(tree: &Node) -> Result<T, Box<Diagnostic>> {
    serde_path_to_error::deserialize(tree.to_json()).map_err(|error| {
        use serde_path_to_error::Segment;
        let path = error.path().to_string();
        let node = tree.follow(error.path().iter().filter_map(|segment| match segment {
            Segment::Seq { index } => Some(Step::Index(*index)),
            Segment::Map { key } => Some(Step::Key(key)),
            Segment::Enum { variant } => Some(Step::Key(variant)),
            Segment::Unknown => None,
        }));
        Box::new(Diagnostic::at(
            node.span,
            format!("cannot read `{path}`"),
            error.inner().to_string(),
        ))
    })
}

/// A scenario as JSON with sorted keys and no spaces: equal scenarios give equal bytes, whatever files they came from.
///
/// # Panics
/// Never for a scenario that was loaded: all its keys are text and all its numbers finite.
#[must_use]
pub fn canonical_json<T: Serialize>(scenario: &T) -> String {
    let mut value =
        serde_json::to_value(scenario).expect("a scenario is a tree of tables with text as keys");
    value.sort_all_objects();
    value.to_string()
}
