//! What every run has: where and when, its map, who plays which part, its threads. The clock is in [`crate::time`].

use std::ops::Deref;
use std::sync::Arc;

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::geography::Map;
use crate::roles::{Front, Roles};

/// `[run]`.
#[derive(Resource, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunSettings {
    /// Folder of the map, relative to the file that names it, or the name of a folder in `maps/`.
    pub map: String,
    /// Date of day 0 (ISO). Nothing that happened later is known to the model.
    #[schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}$"), extend("x-hint" = "a date as year-month-day, such as 2026-01-15"))]
    pub as_of: String,
    /// Days to simulate.
    #[schemars(range(min = 1, max = 3650), extend("x-unit" = "d"))]
    pub days: u32,
    /// Steps in a day: 1 (daily) or 4 (6 h).
    #[schemars(range(min = 1, max = 4), extend("enum" = [1, 4]))]
    pub steps_per_day: u32,
    /// State whose leadership is in question (ISO3).
    pub focus_state: String,
    /// First-level unit of its capital, by the map's name.
    pub focus_capital: String,
    /// State that backs it, whose scarce reserve, influence and supplies are modelled (ISO3).
    pub patron_state: String,
    /// Name in the tables of the border that is watched as one: all of `borders.pressure.southern_border`.
    pub watched_border: String,
    /// Fronts of the patron's reserve, in the order of their columns in `states.csv`.
    #[schemars(length(min = 1))]
    pub fronts: Vec<Front>,
    /// Persons in a displaced group at most (super-agent size).
    #[schemars(range(min = 1, max = 10_000), extend("x-unit" = "persons"))]
    pub persons_per_group: u32,
}

impl RunSettings {
    /// The states that play a part, looked up on a map.
    #[must_use]
    pub fn roles(&self, map: &Map) -> Roles {
        Roles::on(map, &self.focus_state, &self.patron_state)
    }
}

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
