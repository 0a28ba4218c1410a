//! The clockwork: build a world, step it, check its invariants (written by the lead; here the resources that domains read).

use std::ops::Deref;
use std::sync::Arc;

/// The scenario of the run, read by every domain.
#[derive(bevy_ecs::resource::Resource, Clone)]
pub struct ScenarioRes(pub Arc<crate::config::scenario::Scenario>);

impl Deref for ScenarioRes {
    type Target = crate::config::scenario::Scenario;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// The map of the run, read by every domain.
#[derive(bevy_ecs::resource::Resource, Clone)]
pub struct MapRes(pub Arc<crate::geography::Map>);

impl Deref for MapRes {
    type Target = crate::geography::Map;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
