//! **Spillover**: an agent-based simulator of regional spillover.
//!
//! If Iran's leadership weathers its crisis, passes through a managed transition, or collapses, what pressure reaches each
//! border of the Caucasus, and Russia's southern border above all: when, through which channel, how sure can one be?
//!
//! # The rooms
//!
//! Data flows one way: [`cli`] (front door) → [`scenario`] (files to a checked scenario) → [`geography`] (files to an
//! immutable map) → [`simulation`] (a world and its step; no files, no errors, no printing) → [`recorders`] (look through
//! glass) → [`output`] (rows to files). [`study`] repeats the middle rooms over a plan of runs; [`calibration`]
//! asks which parameters the cases of [`validation`] leave standing. [`report`] shows a study on one page.
//!
//! The model itself is in the domains: [`leadership`], [`states`], [`conflict`], [`displacement`], [`borders`], [`ledger`].
//! Each has its parameters in `parameters.rs`, its equations as pure functions in `rules.rs`, and its processes as systems.
//! [`schedule`] is the order of a step.

pub mod borders;
pub mod calibration;
pub mod cli;
pub mod conflict;
pub mod design;
pub mod displacement;
pub mod episode;
pub mod geography;
pub mod ids;
pub mod leadership;
pub mod ledger;
pub mod mechanisms;
pub mod output;
pub mod random;
pub mod recorders;
pub mod report;
pub mod roles;
pub mod scenario;
pub mod schedule;
pub mod sensitivity;
pub mod simulation;
pub mod states;
pub mod study;
pub mod text;
pub mod time;
pub mod units;
pub mod validation;
pub mod world;
