//! Pure rules: quantities in, quantities out. By subject.

pub mod choice;
pub mod combat;
pub mod control;
pub mod domino;
pub mod strength;
