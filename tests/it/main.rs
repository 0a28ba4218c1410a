//! The integration tests, one program: a module each, so that the library is linked once. `cargo test --release --test it
//! golden::` runs those of one module.

mod architecture;
mod calibrate;
mod cli;
mod common;
mod config_errors;
mod conservation;
mod design;
mod desk;
mod episode;
mod face_validity;
mod golden;
mod invariance;
mod map_checks;
mod mechanisms;
mod network_cases;
#[cfg(feature = "parquet")]
mod parquet;
mod regional_cases;
mod report;
mod same_bytes;
mod store;
mod validate;
