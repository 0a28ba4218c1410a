//! The study hall: a plan of runs, their execution, and what is made of all of them together.
//!
//! [`plan`] lists the runs, [`execute`] runs them and hands over their results in the order of the plan, [`bands`] makes
//! bands and paired contrasts of the kept series, [`summary`] the headline numbers, [`conduct`] joins these with the
//! folder of results.

pub mod bands;
pub mod conduct;
pub mod execute;
pub mod plan;
pub mod quantiles;
pub mod summary;

/// Version of the results: raised by every change that alters the figures of a given scenario, seed and map. Part of
/// every run id, so that old and new figures are never mixed.
pub const RESULTS_VERSION: u32 = 3;
