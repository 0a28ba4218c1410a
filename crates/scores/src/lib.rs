//! Scores of an ensemble against observations, and the naive baselines that a model must beat.
//!
//! Pure functions on slices. This crate must never know a world, a map, a case or a file: whoever
//! scores hands over numbers and gets numbers back. Definitions for readers: `docs/validation.md`.
//!
//! An ensemble is the simulated value of every replicate at one observed point. Where one number
//! must stand for it (bias, RMSE, ratio, averaged relative difference) it is the ensemble **mean**:
//! the mean is what a squared error rewards, and it keeps the parts of a whole adding up.

mod baseline;
mod curves;
mod ensemble;
mod parts;
mod peak;

pub use baseline::{Baseline, Given, allocate};
pub use curves::{Line, Logistic};
pub use ensemble::{
    Case, LogRatio, bias, coverage, crps, expected_coverage, is_inside, log_ratio, mean, mean_crps,
    predictive_quantile, rmse, skill,
};
pub use parts::{Ard, ard, ard_rescaled, sum_at};
pub use peak::{Peak, PeakError, peak, peak_error};
