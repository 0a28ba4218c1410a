//! The clockwork: a world for one run, its step, its invariants. No files, no errors, no printing.

use std::ops::Deref;
use std::sync::Arc;

use bevy_ecs::prelude::*;

use crate::config::scenario::Scenario;
use crate::geography::Map;

/// The scenario of the run, shared by all runs of its variant.
#[derive(Resource, Clone)]
pub struct ScenarioRes(pub Arc<Scenario>);

impl Deref for ScenarioRes {
    type Target = Scenario;
    fn deref(&self) -> &Scenario {
        &self.0
    }
}

/// The map, shared by all runs.
#[derive(Resource, Clone)]
pub struct MapRes(pub Arc<Map>);

impl Deref for MapRes {
    type Target = Map;
    fn deref(&self) -> &Map {
        &self.0
    }
}

/// Threads inside the run: 1 unless the user asks for more.
#[derive(Resource, Clone, Copy)]
pub struct ThreadsInRun(pub usize);
