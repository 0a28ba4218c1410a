//! The proving ground: the displacement model against episodes that happened, scored beside naive baselines.
//!
//! Two kinds of case give the same [`record::CaseRecord`]: [`regional`] cases are ordinary scenarios on a grid map with an
//! `episode` of what was known of threat, control, policy and capacity; [`network`] cases are read from the files
//! of the Flee project. [`assess`] lays the scores and baselines of the crate `scores` over a record; [`report`] and [`picture`]
//! write what comes out.

pub mod assess;
pub mod case;
pub mod network;
pub mod parameter_sets;
pub mod picture;
pub mod record;
pub mod regional;
pub mod report;

pub use record::{CaseRecord, Settings};
