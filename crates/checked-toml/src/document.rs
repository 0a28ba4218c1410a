//! A tree that was checked, and the type that it is read into.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Wording;
use crate::check::{Scope, check};
use crate::diagnostics::{Diagnostic, Diagnostics, Sources};
use crate::schema::{View, resolved};
use crate::source::read;
use crate::tree::{Node, Step};

/// Settings that were read and checked, with the places where they were written.
#[derive(Clone, Debug)]
pub struct Document<T> {
    /// What they say.
    pub value: T,
    /// The tree behind it.
    pub tree: Node,
    /// The texts behind the tree, and those of files read for it.
    pub sources: Sources,
}

impl<T: JsonSchema + DeserializeOwned> Document<T> {
    /// Reads a file with those that it extends and the `--set` arguments, and checks it against the schema of its type.
    ///
    /// # Errors
    /// With every problem that was found.
    pub fn read(path: &Path, sets: &[String], wording: &Wording) -> Result<Self, Diagnostics> {
        let schema = resolved::<T>();
        let (tree, sources) = read_checked(path, sets, View::root(&schema), wording)?;
        match deserialise(&tree) {
            Ok(value) => Ok(Self { value, tree, sources }),
            Err(problem) => Err(Diagnostics::new(sources, vec![*problem])),
        }
    }
}

impl<T> Document<T> {
    /// Shows a complaint at its place, as [`place`] does.
    #[must_use]
    pub fn place(&self, complaint: &str) -> Diagnostic {
        place(&self.tree, complaint)
    }
}

/// Reads a file with those that it extends and the `--set` arguments, and checks it against a schema.
///
/// # Errors
/// With every problem that was found.
pub fn read_checked(
    path: &Path,
    sets: &[String],
    schema: View<'_>,
    wording: &Wording,
) -> Result<(Node, Sources), Diagnostics> {
    let mut reading = read(path, sets, wording);
    let scope = Scope::of(&reading, wording);
    match reading.tree {
        Some(tree) => {
            reading.problems.extend(check(&tree, schema, "", scope));
            if reading.problems.is_empty() {
                Ok((tree, reading.sources))
            } else {
                Err(Diagnostics::new(reading.sources, reading.problems))
            }
        }
        None => Err(Diagnostics::new(reading.sources, reading.problems)),
    }
}

/// Puts a complaint `key.of.the[0].setting: what is wrong` at its key, or at the deepest table on the way that exists.
#[must_use]
pub fn place(tree: &Node, complaint: &str) -> Diagnostic {
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

/// Reads a checked tree into its type. What the schema lets through and serde does not still gets its place.
///
/// # Errors
/// When serde refuses: a sign that the schema says less than the type.
pub fn deserialise<T: DeserializeOwned>(tree: &Node) -> Result<T, Box<Diagnostic>> {
    serde_path_to_error::deserialize(tree.to_json()).map_err(|error| {
        use serde_path_to_error::Segment;
        let message = format!("cannot read `{}`", error.path());
        let node = tree.follow(error.path().iter().filter_map(|segment| match segment {
            Segment::Seq { index } => Some(Step::Index(*index)),
            Segment::Map { key } => Some(Step::Key(key)),
            Segment::Enum { variant } => Some(Step::Key(variant)),
            Segment::Unknown => None,
        }));
        Box::new(Diagnostic::at(node.span, message, error.inner().to_string()))
    })
}

/// Settings as JSON with sorted keys and no spaces: equal settings give equal bytes, whatever files they came from.
///
/// # Panics
/// Never for settings that were read: all their keys are text and all their numbers finite.
#[must_use]
pub fn canonical_json<T: Serialize>(settings: &T) -> String {
    let mut value =
        serde_json::to_value(settings).expect("settings are a tree of tables with text as keys");
    value.sort_all_objects();
    value.to_string()
}
