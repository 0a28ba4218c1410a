//! The study hall: a plan of runs, their execution, and what is made of all of them together.
//!
//! [`plan`] lists the runs, [`execute`] runs them, [`store`] keeps what is finished, [`mod@merge`] makes the tables of it:
//! [`bands`] and paired contrasts of the daily series, [`summary`] the headline numbers, [`precision`] how well they are
//! known. [`standing`] tells what an earlier study left in a folder. [`conduct`] joins these.

pub mod bands;
pub mod conduct;
pub mod execute;
pub mod merge;
pub mod plan;
pub mod precision;
pub mod quantiles;
pub mod run_id;
pub mod standing;
pub mod store;
pub mod summary;

/// Version of the results: raised by every change that alters the figures of a given scenario, seed and map. Part of
/// every run id, so that old and new figures are never mixed.
pub const RESULTS_VERSION: u32 = 4;
