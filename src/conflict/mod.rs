//! Armed conflict: groups, engagements, control, recruitment, sanctuary, vacuums, flashpoints (ODD 7.3).

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{AdminId, ArmedGroupId, CellId, CommunityId, TerritoryId};
use crate::leadership::Leadership;
use crate::time::Day;

pub mod parameters;
pub mod rules;

/// Types of armed group. The model needs types, not names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// Parts of a state's forces that no longer obey it.
    StateRemnant,
    /// Fights for the autonomy of a community.
    KinAutonomist,
    /// Jihadist.
    Jihadist,
    /// Criminal: smuggling, banditry.
    Criminal,
}

/// What an armed group intends today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Stay and hold.
    Hold,
    /// Attack nearby.
    Raid,
    /// Move to another cell of the territory.
    Relocate,
    /// Cross a line to safety.
    SeekSanctuary,
    /// Move to where control is low.
    ExploitVacuum,
    /// Give up.
    Disband,
}

/// An armed group: an entity.
#[derive(Component, Clone, Debug)]
pub struct ArmedGroup {
    /// Number in the order of formation.
    pub id: ArmedGroupId,
    /// Type.
    pub kind: GroupKind,
    /// Fighters.
    pub strength: u32,
    /// Days of supply.
    pub supply_days: f64,
    /// Cohesion, 0 to 1.
    pub cohesion: f64,
    /// Where it is based.
    pub cell: CellId,
    /// Governing state that it fights (a territory of kind state).
    pub against: TerritoryId,
    /// Community that it recruits from, if any.
    pub kin: Option<CommunityId>,
    /// Today's intent.
    pub intent: Intent,
    /// Cell that it heads for.
    pub target: CellId,
    /// Day of formation.
    pub formed: Day,
}

/// Types of violence, as UCDP defines them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ViolenceType {
    /// State-based: one side is a government.
    StateBased,
    /// Non-state: between organised groups.
    NonState,
    /// One-sided: against civilians.
    OneSided,
}

/// An event with its deaths.
#[derive(Clone, Copy, Debug)]
pub struct ViolentEvent {
    /// Day.
    pub day: Day,
    /// Where.
    pub cell: CellId,
    /// Type.
    pub kind: ViolenceType,
    /// Fighters of armed groups killed.
    pub deaths_groups: u32,
    /// Persons of state forces killed.
    pub deaths_state: u32,
    /// Civilians killed.
    pub deaths_civilians: u32,
    /// True when it comes from a flashpoint of the South or North Caucasus rather than from Iran.
    pub flashpoint: bool,
}

/// Events. Written in `Phase::Fight`.
#[derive(Resource, Clone, Debug, Default)]
pub struct Events {
    /// Today's events, in order.
    pub today: Vec<ViolentEvent>,
    /// Civilians killed today by cell, in order; displacement removes them from the living.
    pub civilian_deaths: Vec<(CellId, u32)>,
}

/// Threat and control by cell. Written in `Phase::Fight`.
#[derive(Resource, Clone, Debug)]
pub struct Violence {
    /// Kernel-weighted fatalities of the past two weeks near the cell (decaying), deaths.
    pub fatalities: Vec<f32>,
    /// Share of control lost to armed groups in the cell beyond the province's control, 0 to 1.
    pub challenge: Vec<f32>,
    /// Control lost to a ground advance in the past days, 0 to 1, decaying.
    pub advance: Vec<f32>,
    /// Cells with any of these above zero, ascending.
    pub active: Vec<CellId>,
}

impl Violence {
    /// Control of a cell by the state that governs it, 0 to 1.
    #[must_use]
    pub fn control(&self, leadership: &Leadership, unit: AdminId, cell: CellId) -> f64 {
        leadership.province(unit).control * (1.0 - f64::from(self.challenge[cell.index()]))
    }
}

/// STUB until the merge.
#[derive(Resource, Default)]
pub struct SegmentThreat {
    /// stub
    pub armed_per_100km: Vec<f64>,
    /// stub
    pub events_per_100km: Vec<f64>,
    /// stub
    pub illicit: Vec<f64>,
}

/// STUB pop until the merge.
pub fn populate(world: &mut World) {
    let map = world.resource::<crate::simulation::MapRes>().clone();
    let n = map.cells.len();
    world.insert_resource(Violence { fatalities: vec![0.0; n], challenge: vec![0.0; n], advance: vec![0.0; n], active: vec![] });
    world.insert_resource(Events::default());
    let s = map.segments.len();
    world.insert_resource(SegmentThreat { armed_per_100km: vec![0.0; s], events_per_100km: vec![0.0; s], illicit: vec![0.0; s] });
}
/// STUB
pub fn add_to(_schedule: &mut Schedule) {}
/// STUB
#[must_use] pub fn check_against_map(_p: &parameters::Parameters, _map: &crate::geography::Map) -> Vec<String> { vec![] }
