//! The workshop: build a world, step it. (The lead's room; here only the two resources that every domain reads.)

/// The scenario of the run.
#[derive(bevy_ecs::resource::Resource, Clone)]
pub struct ScenarioRes(pub std::sync::Arc<crate::config::scenario::Scenario>);

/// The map of the run.
#[derive(bevy_ecs::resource::Resource, Clone)]
pub struct MapRes(pub std::sync::Arc<crate::geography::Map>);

impl std::ops::Deref for ScenarioRes {
    type Target = crate::config::scenario::Scenario;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl std::ops::Deref for MapRes {
    type Target = crate::geography::Map;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
