//! The given: inputs of an episode that are prescribed rather than simulated.

pub mod parameters;

pub use parameters::Episode;
