//! Keys of a scenario by their dotted paths.

use serde_json::Value as Json;

use crate::config::diagnostics::nearest;
use crate::config::schema::View;

/// The value at a dotted path of tables.
#[must_use]
pub fn lookup<'a>(values: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('.').try_fold(values, |value, key| value.as_object()?.get(key))
}

/// Dotted paths of everything that is no table.
#[must_use]
pub fn leaves(values: &Json) -> Vec<String> {
    fn walk(value: &Json, path: &str, found: &mut Vec<String>) {
        match value.as_object() {
            Some(table) => {
                for (key, value) in table {
                    walk(value, &if path.is_empty() { key.clone() } else { format!("{path}.{key}") }, found);
                }
            }
            None => found.push(path.to_owned()),
        }
    }
    let mut found = Vec::new();
    walk(values, "", &mut found);
    found
}

/// Dotted paths of all numbers.
#[must_use]
pub fn numbers(values: &Json) -> Vec<String> {
    leaves(values).into_iter().filter(|path| lookup(values, path).is_some_and(Json::is_number)).collect()
}

/// The schema of a key.
#[must_use]
pub fn schema_of<'s>(document: View<'s>, path: &str) -> Option<View<'s>> {
    path.split('.').try_fold(document, |view, key| view.property(key).or_else(|| view.other_properties()))
}

/// The key that was meant: the only one with the same last word, or the one whose path is most alike.
#[must_use]
pub fn nearest_key<'k>(path: &str, keys: &'k [String]) -> Option<&'k str> {
    let last = path.rsplit('.').next().unwrap_or(path);
    let mut same = keys.iter().map(String::as_str).filter(|k| k.rsplit('.').next() == Some(last));
    match (same.next(), same.next()) {
        (Some(only), None) => Some(only),
        _ => nearest(path, keys.iter().map(String::as_str)),
    }
}
