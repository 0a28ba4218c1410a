//! The reading room: scenario and study files, inheritance, spans, checks, schema. (Stub: the config author owns this.)

pub mod scenario;

use std::path::{Path, PathBuf};

use scenario::Scenario;
use serde_json::Value;

/// Problems of a config. (Stub.)
#[derive(Clone, Debug)]
pub struct Diagnostics(String);

impl Diagnostics {
    /// As text.
    #[must_use]
    pub fn render(&self, _styled: bool) -> String {
        format!("error: {}", self.0)
    }
}

/// A resolved study. (Stub.)
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The scenario itself.
    pub scenario: Scenario,
    /// Variants.
    pub variants: Vec<(String, Scenario)>,
    /// Files read.
    pub files: Vec<PathBuf>,
    /// Hash.
    pub hash: String,
    /// Map.
    pub map_dir: PathBuf,
}

/// Reads a study. (Stub: no inheritance, no spans.)
///
/// # Errors
/// With the first problem.
pub fn load(path: &Path, sets: &[String]) -> Result<Resolved, Diagnostics> {
    let text =
        std::fs::read_to_string(path).map_err(|e| Diagnostics(format!("cannot read {}: {e}", path.display())))?;
    let mut value: Value = toml::from_str(&text).map_err(|e| Diagnostics(e.to_string()))?;
    for set in sets {
        let (key, new) = set.split_once('=').ok_or_else(|| Diagnostics(format!("--set {set}: no `=`")))?;
        let mut at = &mut value;
        for step in key.split('.') {
            at = at.get_mut(step).ok_or_else(|| Diagnostics(format!("--set {set}: no key `{key}`")))?;
        }
        let parsed = toml::from_str::<Value>(&format!("v = {new}"));
        *at = parsed.map_or_else(|_| Value::String(new.to_owned()), |v| v["v"].clone());
    }
    let read = |value: &Value| -> Result<Scenario, Diagnostics> {
        serde_json::from_value(value.clone()).map_err(|e| Diagnostics(e.to_string()))
    };
    let scenario = read(&value)?;
    let mut variants = Vec::new();
    for variant in &scenario.study.variants {
        let mut changed = value.clone();
        for (key, new) in &variant.set {
            if let Some(at) = changed.pointer_mut(&format!("/{}", key.replace('.', "/"))) {
                *at = new.clone();
            }
        }
        variants.push((variant.name.clone(), read(&changed)?));
    }
    if variants.is_empty() {
        variants.push(("base".into(), scenario.clone()));
    }
    let map_dir = PathBuf::from(&scenario.run.map);
    Ok(Resolved { scenario, variants, files: vec![path.to_owned()], hash: "stub".into(), map_dir })
}

/// JSON schema. (Stub.)
#[must_use]
pub fn schema() -> Value {
    serde_json::to_value(schemars::schema_for!(Scenario)).unwrap_or_default()
}

/// Table of parameters. (Stub.)
///
/// # Errors
/// Never.
pub fn parameters_table(_base: &Path) -> Result<String, Diagnostics> {
    Ok("| parameter |\n".into())
}
