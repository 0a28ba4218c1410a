//! The drawing board: which points of the parameters a study runs.
//!
//! [`settings`] is `[design]` as written. [`factor`] checks what is varied against the scenario, and [`prepare`](mod@prepare)
//! leads from there to [`points`], which know the scenario of each point. The generators work in unit coordinates: [`hypercube`], [`sobol`], [`morris`], [`saltelli`]; an
//! [`axis`] turns a coordinate into a value. [`file`](mod@file) reads designs that others made; a
//! `scheme` says what of them sensitivity can be computed from. [`keys`] finds keys of a scenario.

pub mod axis;
pub mod factor;
pub mod file;
mod generate;
pub mod hypercube;
pub mod keys;
pub mod morris;
pub mod points;
pub mod prepare;
pub mod saltelli;
mod scheme;
pub mod settings;
pub mod sobol;
mod spread;
#[cfg(test)]
mod tests;

pub use hypercube::latin_hypercube;
pub use points::Points;
pub use prepare::prepare;
