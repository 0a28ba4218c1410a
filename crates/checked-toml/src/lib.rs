//! A configuration language: TOML in which every key knows its place.
//!
//! A file may extend another (`extends = "base.toml"`); a `--set key=value` argument is one more layer. The layers merge into
//! one [`tree`] in which each key remembers its file, line and column ([`source`]). The tree is checked against the JSON
//! schema that a Rust type generates ([`mod@check`], [`schema`]), and every problem is told at once, at its place, with what is
//! allowed and the next step ([`diagnostics`]). Only then is it read into the type ([`document`]).
//!
//! This crate must never know what is configured: no scenario, no model, no study. What a program calls its own files and
//! commands comes in as its [`Wording`].

pub mod check;
pub mod diagnostics;
pub mod document;
pub mod rows;
pub mod schema;
pub mod source;
pub mod spelling;
pub mod tree;
mod words;

pub use diagnostics::{Diagnostic, Diagnostics, FileId, Sources, Span, shown};
pub use document::{Document, canonical_json, deserialise, place};
pub use schema::{Limits, View};
pub use spelling::{did_you_mean, nearest, question, slip_of};
pub use tree::{Node, Step, Table, Value, leaves, lookup};
pub use words::{join, with_meaning};

/// What a program calls its files and commands where problems speak of them.
#[derive(Clone, Copy, Debug)]
pub struct Wording {
    /// The file in which every key stands, with its article: `the base file`.
    pub base: &'static str,
    /// What lists all keys: `` `program --list-keys` ``.
    pub list: &'static str,
    /// An argument of `--set`, for an example: `size.width=3`.
    pub example: &'static str,
}
