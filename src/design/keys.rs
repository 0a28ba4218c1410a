//! Keys of a scenario by their dotted paths.

use checked_toml::{leaves, lookup, nearest};
use serde_json::Value as Json;

/// Dotted paths of all numbers.
#[must_use]
pub fn numbers(values: &Json) -> Vec<String> {
    leaves(values)
        .into_iter()
        .filter(|path| lookup(values, path).is_some_and(Json::is_number))
        .collect()
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
