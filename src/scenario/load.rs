//! From a path to a checked study.

use std::path::{Path, PathBuf};

use checked_toml::check::{Scope, check};
use checked_toml::source::read;
use checked_toml::{
    Diagnostic, Diagnostics, Document, Node, Sources, View, Wording, canonical_json, deserialise,
    place,
};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::events::EventFiles;
use super::{Scenario, StudyFile, map_folder, semantics};

/// What Spillover calls its files and commands.
pub const WORDING: Wording = Wording {
    base: "the base scenario",
    list: "`spillover schema --parameters`",
    example: "run.days=30",
};

/// A study that was read, checked, and can be run.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// What the file says, with the scenario itself, without any variant.
    pub file: StudyFile,
    /// Name and scenario of every variant; only `base` with the scenario itself when the study has none.
    pub variants: Vec<(String, Scenario)>,
    /// Files that were read: the study's own, then those that it extends, each after the one that names it.
    pub files: Vec<PathBuf>,
    /// BLAKE3 of the canonical JSON of the file, in hexadecimal.
    pub hash: String,
    /// Folder of the map.
    pub map_dir: PathBuf,
    /// The file under each variant with the places of its keys, for complaints that come after loading.
    trees: Vec<Node>,
    sources: Sources,
}

impl Resolved {
    /// The settings with the places where they were written, those of the first variant.
    pub(crate) fn tree(&self) -> Option<&Node> {
        self.trees.first()
    }

    /// The texts behind the settings.
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

/// Reads a file of settings other than a study of runs, such as a case or a calibration; `sets` are laid over it.
///
/// # Errors
/// With every problem that was found.
pub fn document<T: JsonSchema + DeserializeOwned>(
    path: &Path,
    sets: &[String],
) -> Result<Document<T>, Diagnostics> {
    Document::read(path, sets, &WORDING)
}

/// Reads a scenario or study with everything that it extends, lays the `--set` arguments over it, and checks it.
///
/// # Errors
/// With every problem that was found, not only the first.
pub fn load(path: &Path, sets: &[String]) -> Result<Resolved, Diagnostics> {
    let schema = checked_toml::schema::resolved::<StudyFile>();
    let Checked { tree, variants, mut sources, map_dir } = check_all(path, sets, &schema)?;
    let mut problems = Vec::new();
    let mut event_files = EventFiles::default();
    let mut complete = |scenario: &mut Scenario, tree: &Node, problems: &mut Vec<Diagnostic>| {
        event_files.fill(scenario, tree, &mut sources, problems);
        let complaints = semantics::of_domains(scenario);
        problems.extend(complaints.iter().map(|complaint| place(tree, complaint)));
    };
    let mut file = StudyFile::from_tree(&tree).map_err(|problem| problems.push(*problem)).ok();
    if let Some(file) = &mut file {
        complete(&mut file.scenario, &tree, &mut problems);
    }
    let (mut trees, mut scenarios) = (Vec::new(), Vec::new());
    for (name, tree) in variants {
        match deserialise::<Scenario>(&tree) {
            Ok(mut scenario) => {
                complete(&mut scenario, &tree, &mut problems);
                scenarios.push((name, scenario));
                trees.push(tree);
            }
            Err(problem) => problems.push(*problem),
        }
    }
    if map_dir.is_none() && problems.is_empty() {
        problems.push(Diagnostic::nowhere("the scenario has no `run.map`"));
    }
    match (file, map_dir) {
        (Some(file), Some(map_dir)) if problems.is_empty() => {
            let hash =
                blake3::hash(canonical_json(&file.to_json()).as_bytes()).to_hex().to_string();
            let files = sources.files();
            Ok(Resolved { file, variants: scenarios, files, hash, map_dir, trees, sources })
        }
        _ => Err(Diagnostics::new(sources, problems)),
    }
}

/// Problems of the value of one key, by itself.
#[must_use]
pub fn check_value(value: &Node, schema: View<'_>, path: &str) -> Vec<Diagnostic> {
    check(value, schema, path, Scope::value(&WORDING))
}

/// A tree without any problem that can be seen before it is read into its type.
pub struct Checked {
    /// The file as a whole.
    pub tree: Node,
    /// The file under each variant, at least one.
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
    schema: &serde_json::Value,
) -> Result<Checked, Diagnostics> {
    let mut reading = read(path, sets, &WORDING);
    let scope = Scope::of(&reading, &WORDING);
    let Some(tree) = reading.tree.take() else {
        return Err(Diagnostics::new(reading.sources, reading.problems));
    };
    let (sources, mut problems) = (reading.sources, reading.problems);
    let check_one = |tree: &Node| {
        let mut found = check(tree, View::root(schema), "", scope);
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
