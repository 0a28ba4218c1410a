//! Builds a map folder from a region file: a box, a spacing, a folder of open layers, and hand tables.
//!
//! This crate knows layers, grids and map folders. It must never know the model, a scenario or a run: the program
//! reads what it writes like any other map folder.

mod cells;
mod crossings;
mod fault;
mod grid;
mod gridding;
mod lines;
mod make;
mod raster;
mod reading;
mod region;
mod roads;
mod sites;
mod writing;

pub use crate::fault::Fault;
pub use crate::make::{Built, build};
