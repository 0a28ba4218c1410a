//! Words for what the checks find: types, repairs, meanings, places.

use crate::diagnostics::Diagnostic;
use crate::schema::View;
use crate::tree::{Node, Value};

/// A JSON type, with its article.
#[must_use]
pub fn type_in_words(name: &str) -> &str {
    match name {
        "number" => "a number",
        "integer" => "an integer",
        "string" => "a string",
        "boolean" => "true or false",
        "array" => "an array",
        "object" => "a table",
        other => other,
    }
}

/// What to write instead of a value of the wrong type, where that is plain.
#[must_use]
pub fn repair(node: &Node, types: &[&str], told: View<'_>) -> Option<String> {
    let wants = |name: &str| types.contains(&name);
    match &node.value {
        Value::String(text) if wants("number") || wants("integer") => {
            let text = text.trim();
            let end = text
                .find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-' | '+' | '_'))
                .unwrap_or(text.len());
            let digits = &text[..end];
            digits.replace('_', "").parse::<f64>().ok()?;
            Some(match told.unit() {
                Some(unit) => format!("write the bare number `{digits}`; this key is in {unit}"),
                None => format!("write the bare number `{digits}`"),
            })
        }
        Value::String(text) if wants("boolean") => match text.to_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Some("write `true`, without quotes".to_owned()),
            "false" | "no" | "off" | "0" => Some("write `false`, without quotes".to_owned()),
            _ => None,
        },
        Value::Integer(0) if wants("boolean") => Some("write `false`".to_owned()),
        Value::Integer(1) if wants("boolean") => Some("write `true`".to_owned()),
        Value::Float(float) if wants("integer") && float.fract() == 0.0 && float.abs() < 1e15 => {
            Some(format!("write `{float:.0}`"))
        }
        Value::Integer(_) | Value::Float(_) | Value::String(_) if wants("array") => {
            Some(format!("write it as a list: `[{}]`", node.to_toml()))
        }
        Value::Integer(_) | Value::Float(_) if wants("string") => {
            Some(format!("write `\"{}\"`", node.to_toml()))
        }
        _ => None,
    }
}

/// Adds what a key means, in which unit.
#[must_use]
pub fn with_meaning(problem: Diagnostic, told: View<'_>, path: &str) -> Diagnostic {
    let key = path.rsplit('.').next().unwrap_or(path).split('[').next().unwrap_or(path);
    match (told.meaning(), told.unit()) {
        (Some(meaning), Some(unit)) => problem.note(format!("`{key}`: {meaning} Unit: {unit}.")),
        (Some(meaning), None) => problem.note(format!("`{key}`: {meaning}")),
        (None, Some(unit)) => problem.note(format!("`{key}` is in {unit}")),
        (None, None) => problem,
    }
}

/// The table of a path.
#[must_use]
pub fn place_in_words(path: &str) -> String {
    if path.is_empty() { "at the top level".to_owned() } else { format!("in [{path}]") }
}

/// A path with one more key.
#[must_use]
pub fn join(path: &str, key: &str) -> String {
    let is_plain =
        !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let key = if is_plain { key.to_owned() } else { format!("{key:?}") };
    if path.is_empty() { key } else { format!("{path}.{key}") }
}
