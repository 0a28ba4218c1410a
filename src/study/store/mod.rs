//! The store of a study: finished runs on the disk, whoever ran them.
//!
//! `store/` in the study's folder holds two files per process that ran something: a part `NAME.lz4` with the rows of its
//! runs, and an index `NAME.jsonl` with a line per run. Both only grow, their names are unique, and nothing is locked: two
//! stores copied into one folder are one store. A part is a row of standard LZ4 frames, so `lz4 -dc` shows it.
//!
//! A run is in the store when its line is whole (it carries its own checksum) and the bytes that it names are in the part.
//! Whatever else a killed process or a full disk left behind does not exist. [`frame`] packs a run, [`index`] has the lines,
//! [`part`] writes, [`read`] finds.

pub mod frame;
pub mod index;
pub mod part;
pub mod read;

pub use part::PartWriter;
pub use read::{Contents, Disagreement, State, Store};

/// Name of the folder in the folder of the study.
pub const FOLDER: &str = "store";
/// Version of the layout of parts and index lines.
pub const LAYOUT: u32 = 1;
