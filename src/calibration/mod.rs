//! The tuning room: which sets of parameters the observed episodes leave standing.
//!
//! History matching in waves, then approximate Bayesian computation by rejection within what is left. [`study`] reads what
//! is to be done; [`crate::design`] spreads sets over a box; [`evaluate`] runs the cases on a set; [`implausibility`] compares with
//! what was observed; [`region`] says where the next wave looks; [`selection`] weighs and picks;
//! [`mod@conduct`] is the course of it all, with a [`journal`] that an interrupted calibration goes on from; [`files`] writes
//! the folder. Definitions and limits are in `docs/calibration.md`.

pub mod conduct;
pub mod evaluate;
pub mod files;
pub mod implausibility;
pub mod journal;
pub mod region;
pub mod selection;
pub mod study;
#[cfg(test)]
mod tests;

pub use conduct::{Calibrated, conduct};
pub use evaluate::Evaluate;
