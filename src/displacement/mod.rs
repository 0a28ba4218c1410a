//! Displacement: who leaves, where to, how they travel, where they stay (ODD 7.4).

use bevy_ecs::prelude::*;

pub mod parameters;
pub mod rules;

/// Residents and settled displaced people by place. (The owner of the domain extends this.)
#[derive(Resource, Clone, Debug)]
pub struct Population {
    /// Residents still at home, by cell.
    pub residents: Vec<u32>,
    /// Displaced people present (moving or settled), by cell.
    pub displaced: Vec<u32>,
    /// Displaced people who came from another state present, by cell.
    pub refugees: Vec<u32>,
    /// Residents by territory on day 0.
    pub initial_by_territory: Vec<u64>,
}
