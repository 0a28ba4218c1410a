//! The reading room: scenario and study files, inheritance, places of every key, checks, schema.
//!
//! A scenario is TOML. A file may extend another (`extends = "base.toml"`); `--set key=value` is one more layer. The layers
//! merge into one tree in which each key remembers its file, line and column. The tree is checked against the schema that the
//! types of the model generate, and every problem is told at once, at its place, with what is allowed and the next step.
//! Only then is it read into a [`scenario::Scenario`].
//!
//! No parameter has a default in code: the base scenario holds every value.

mod check;
pub mod diagnostics;
mod events;
mod map_folder;
mod parameters_table;
pub(crate) mod resolve;
pub mod rows;
pub mod scenario;
pub(crate) mod schema;
pub(crate) mod semantics;
mod source;
#[cfg(test)]
mod tests;
pub(crate) mod tree;
pub(crate) mod words;

pub(crate) use check::check_value;
pub use diagnostics::{Diagnostic, Diagnostics};
pub use parameters_table::{parameters_table, undocumented};
pub use resolve::{Document, Resolved, canonical_json, document, load};
pub use schema::file as schema;
