//! A configuration language: TOML in which every key knows its place.
//!
//! It must never know what is configured: no scenario, no model, no study.

pub mod spelling;

pub use spelling::{did_you_mean, nearest, slip_of};
