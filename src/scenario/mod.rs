//! The reading room: study files and scenarios, checked.
//!
//! A study file is TOML in the language of [`checked_toml`]: it may extend another (`extends = "base.toml"`), and
//! `--set key=value` is one more layer. What a run depends on is the [`Scenario`]; the [`StudyFile`] says beside it which runs
//! are made and what is made of them. All tables stand side by side in the file.
//!
//! No parameter has a default in code: the base scenario holds every value.

mod events;
mod load;
mod map_folder;
mod model;
mod parameters_table;
mod semantics;
mod study_file;
#[cfg(test)]
mod tests;

pub use load::{Resolved, WORDING, check_value, document, load};
pub use model::{RunSettings, Scenario};
pub use parameters_table::{parameters_table, undocumented};
pub use semantics::of_domains;
pub use study_file::{StudyFile, StudySettings, Variant, schema};
