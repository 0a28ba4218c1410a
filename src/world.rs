//! What every run has: its map and its threads. The clock is in [`crate::time`].

use std::ops::Deref;
use std::sync::Arc;

use bevy_ecs::prelude::*;

use crate::geography::Map;

/// The map, shared by all runs.
#[derive(Resource, Clone)]
pub struct RunMap(pub Arc<Map>);

impl Deref for RunMap {
    type Target = Map;
    fn deref(&self) -> &Map {
        &self.0
    }
}

/// Threads inside the run: 1 unless the user asks for more.
#[derive(Resource, Clone, Copy)]
pub struct ThreadsInRun(pub usize);
