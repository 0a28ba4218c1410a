//! The file that says what is calibrated on what.

use std::path::{Path, PathBuf};

use checked_toml::{
    Diagnostic, Diagnostics, Document, Node, Step, Table, View, canonical_json, leaves, lookup,
    nearest, schema::resolved, shown,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::implausibility::{OverPoints, OverSeries};
use crate::design::axis::Axis;
use crate::design::keys::{nearest_key, numbers};
use crate::random::RunKey;
use crate::scenario::{self, StudyFile, document};
use crate::text::count;
use crate::validation::case::kind;

/// A calibration study as written.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// Name of the study and of its output folder: letters, digits, `-` and `_`.
    #[schemars(regex(pattern = r"^[A-Za-z0-9_-]{1,64}$"), extend("x-hint" = "1 to 64 letters, digits, `-` or `_`"))]
    pub name: String,
    /// One line for people.
    pub title: String,
    /// Seed of the designs and of the luck in the runs, which is the same for every set.
    #[schemars(range(min = 0, max = 9_007_199_254_740_991_i64))]
    pub seed: u64,
    /// Scenario whose keys are varied, relative to this file. Network cases take it as it is; regional cases extend it.
    pub scenario: String,
    /// Folders of the cases, relative to this file.
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub cases: Vec<String>,
    /// Network cases: camps have no known capacity.
    pub hide_capacities: bool,
    /// Replicates of every case per set; their variance is the ensemble variance, so there are at least two.
    #[schemars(range(min = 2, max = 1000))]
    pub replicates: u32,
    /// Waves of history matching at most.
    #[schemars(range(min = 1, max = 50))]
    pub waves: u32,
    /// Sets tried in a wave.
    #[schemars(range(min = 10, max = 1_000_000))]
    pub runs_per_wave: u32,
    /// Implausibility above which a set is ruled out, in standard deviations.
    #[schemars(range(min = 0.5, max = 20))]
    pub cutoff: f64,
    /// How the points of a series become one number.
    pub over_points: OverPoints,
    /// How the series become one number: the largest implausibility rules out, or the second or third largest.
    pub over_series: OverSeries,
    /// Rejection step within what survived.
    pub abc: Abc,
    /// Keys of the scenario held at other values than the scenario's own, as with `--set`.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub set: serde_json::Map<String, Json>,
    /// What is varied.
    #[schemars(length(min = 1, max = 100))]
    pub parameters: Vec<Axis>,
}

/// `[abc]`: which of the surviving sets are accepted.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Abc {
    /// Share of the surviving sets that is kept, those of least distance.
    #[schemars(range(min = 0.0001, max = 1))]
    pub keep: f64,
    /// Sets kept at least.
    #[schemars(range(min = 1, max = 100_000))]
    pub min_keep: u32,
}

/// A study that was read and checked against the scenario.
#[derive(Clone, Debug)]
pub struct Plan {
    /// As written.
    pub study: Study,
    /// The parameters.
    pub axes: Vec<Axis>,
    /// The scenario's file.
    pub scenario: PathBuf,
    /// `key=value` laid over the scenario.
    pub sets: Vec<String>,
    /// Folders of the cases.
    pub cases: Vec<PathBuf>,
    /// Files that were read: the study's own and those it extends, then the scenario's.
    pub files: Vec<PathBuf>,
    /// Hash of the resolved scenario, fixed keys included.
    pub scenario_hash: String,
}

impl Plan {
    /// What it comes to, such as `14 parameters, 3 cases, 4 waves of 400 sets, 4 replicates`.
    #[must_use]
    pub fn extent(&self) -> String {
        format!(
            "{}, {}, {} of {} sets, {} replicates",
            count(self.axes.len(), "parameter"),
            count(self.cases.len(), "case"),
            count(self.study.waves as usize, "wave"),
            self.study.runs_per_wave,
            self.study.replicates
        )
    }

    /// The key of the designs.
    #[must_use]
    pub const fn key(&self) -> RunKey {
        RunKey::new(self.study.seed, 0)
    }

    /// The set at unit coordinates.
    #[must_use]
    pub fn values(&self, at: &[f64]) -> Vec<f64> {
        self.axes.iter().zip(at).map(|(axis, x)| axis.value(*x)).collect()
    }

    /// Unit coordinates of a set.
    #[must_use]
    pub fn coordinates(&self, values: &[f64]) -> Vec<f64> {
        self.axes.iter().zip(values).map(|(axis, x)| axis.coordinate(*x)).collect()
    }

    /// Hash of all that a tried set depends on; `evaluation` stands for the cases and the program. How many waves there are
    /// and what the rejection step keeps are not in it: with more waves, an earlier calibration goes on.
    #[must_use]
    pub fn hash(&self, evaluation: &str) -> String {
        let mut study = self.study.clone();
        study.waves = 1;
        study.abc = Abc { keep: 1.0, min_keep: 1 };
        (study.name, study.title) = (String::new(), String::new());
        let text = format!("{}\n{}\n{evaluation}", canonical_json(&study), self.scenario_hash);
        blake3::hash(text.as_bytes()).to_hex().to_string()
    }
}

/// Whether a file looks like a calibration study and not like one of runs: it has `cases` and `[[parameters]]`.
#[must_use]
pub fn is_one(path: &Path) -> bool {
    let table =
        std::fs::read_to_string(path).ok().and_then(|text| text.parse::<toml::Table>().ok());
    table.is_some_and(|table| {
        ["cases", "parameters"].iter().all(|key| table.get(*key).is_some_and(toml::Value::is_array))
    })
}

/// Reads and checks a study; `sets` are laid over its file (such as `waves=2`).
///
/// # Errors
/// With every problem that was found, at its place in the file.
pub fn load(path: &Path, sets: &[String]) -> Result<Plan, Diagnostics> {
    let Document { value: study, tree, sources } = document::<Study>(path, sets)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut problems = Vec::new();

    let cases: Vec<PathBuf> = study.cases.iter().map(|case| beside(folder, case)).collect();
    for (index, case) in cases.iter().enumerate() {
        problems.extend(case_problem(case, tree.follow([Step::Key("cases"), Step::Index(index)])));
    }

    let scenario_path = beside(folder, &study.scenario);
    let fixed = tree
        .get("set")
        .and_then(Node::as_table)
        .map(|table| flattened(table, ""))
        .unwrap_or_default();
    let mut files = sources.files();
    let scenario_sets: Vec<String> =
        fixed.iter().map(|(path, node)| format!("{path}={}", node.to_toml())).collect();
    // The scenario by itself first: its problems are its own, with places in its own files.
    let scenario = scenario::load(&scenario_path, &[])?;
    let values = scenario.file.to_json();
    let document = resolved::<StudyFile>();
    for (path, node) in &fixed {
        if lookup(&values, path).is_none() {
            let all = leaves(&values);
            problems.push(
                Diagnostic::at(
                    node.span,
                    format!("{} is no key of the scenario", shown(path)),
                    "held fixed here",
                )
                .guess(nearest(path, all.iter().map(String::as_str))),
            );
        }
    }
    for (index, parameter) in study.parameters.iter().enumerate() {
        let node = tree.follow([Step::Key("parameters"), Step::Index(index)]);
        let first = study.parameters[..index].iter().position(|other| other.path == parameter.path);
        if let Some(first) = first {
            let first =
                field(tree.follow([Step::Key("parameters"), Step::Index(first)]), "path").span;
            let message = format!("{} is varied twice", shown(&parameter.path));
            let problem = Diagnostic::at(field(node, "path").span, message, "again here");
            problems.push(problem.related(first, "first here").help("remove one"));
        } else if let Some((_, held)) = fixed.iter().find(|(path, _)| *path == parameter.path) {
            let message = format!("{} is varied and held fixed", shown(&parameter.path));
            let problem = Diagnostic::at(field(node, "path").span, message, "varied here");
            problems.push(problem.related(held.span, "held fixed here").help("remove one"));
        } else {
            problems.extend(parameter_problem(parameter, node, &values, View::root(&document)));
        }
    }
    if !problems.is_empty() {
        return Err(Diagnostics::new(sources, problems));
    }
    let scenario = scenario::load(&scenario_path, &scenario_sets)?;
    files.extend(scenario.files);
    Ok(Plan {
        axes: study.parameters.clone(),
        scenario: scenario_path,
        sets: scenario_sets,
        cases,
        files,
        scenario_hash: scenario.hash,
        study,
    })
}

fn beside(folder: &Path, name: &str) -> PathBuf {
    folder.join(name).components().collect()
}

fn case_problem(case: &Path, node: &Node) -> Option<Diagnostic> {
    if kind(case).is_some() {
        return None;
    }
    let name = shown(&case.display().to_string());
    let label = if case.is_dir() {
        "this folder has neither `case.toml` nor `input_csv`"
    } else if case.exists() {
        "this is a file, not a folder"
    } else {
        "no such folder"
    };
    let siblings: Vec<String> = case
        .parent()
        .and_then(|folder| folder.read_dir().ok())
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()).filter(|path| kind(path).is_some()))
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        .collect();
    let wanted = case.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let guess = nearest(wanted, siblings.iter().map(String::as_str));
    Some(
        Diagnostic::at(node.span, format!("{name} is no case"), label)
            .note("a case is a folder with `case.toml` (regional) or `input_csv` (network), relative to this file")
            .guess(guess),
    )
}

/// A field of a table that the schema has found to be there.
fn field<'a>(node: &'a Node, name: &'a str) -> &'a Node {
    node.follow([Step::Key(name)])
}

/// What is wrong with a parameter: its key is none that can be varied, or its range.
fn parameter_problem(
    axis: &Axis,
    node: &Node,
    values: &Json,
    document: View<'_>,
) -> Option<Diagnostic> {
    let path = axis.path.as_str();
    let name = shown(path);
    let wrong = |message: String, label: &str| {
        Some(Diagnostic::at(field(node, "path").span, message, label.to_owned()))
    };
    let Some(value) = lookup(values, path) else {
        let problem = wrong(format!("{name} is no key of the scenario"), "no such key")?;
        return Some(
            problem
                .note("docs/parameters.md has all keys with their ranges")
                .guess(nearest_key(path, &numbers(values))),
        );
    };
    if !value.is_number() {
        let problem = wrong(format!("{name} is not a number"), &format!("its value is {value}"))?;
        return Some(problem.help("vary a key with one number as its value"));
    }
    let schema = document.at_path(path)?;
    if schema.types() == ["integer"] {
        let label = "only keys with real numbers can be varied";
        return wrong(format!("{name} is a whole number"), label);
    }
    axis.problem(schema.limits(), schema.meaning().as_deref(), |end| field(node, end).span)
}

/// Dotted paths with values: tables within tables and quoted paths alike.
fn flattened<'a>(table: &'a Table, path: &str) -> Vec<(String, &'a Node)> {
    let mut found = Vec::new();
    for entry in table.iter() {
        let path =
            if path.is_empty() { entry.key.clone() } else { format!("{path}.{}", entry.key) };
        match entry.node.as_table() {
            Some(inner) => found.extend(flattened(inner, &path)),
            None => found.push((path, &entry.node)),
        }
    }
    found
}
