//! What the domain knows of a day: armed groups, events, what violence does to places, forces, flashpoints, border lines.
//!
//! Data alone: no process is named here. Other domains read this file and no other of the domain.

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{AdminId, ArmedGroupId, CellId, CommunityId, TerritoryId};
use crate::leadership::Leadership;
use crate::time::Day;
use crate::world::RunMap;

/// Types of armed group. The model needs types, not names.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
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

/// The two sides of a fight over control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Armed groups.
    Groups,
    /// The state that governs the place.
    State,
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
    /// True when it belongs to the region's own conflicts rather than to the crisis of the state in question.
    pub flashpoint: bool,
}

impl ViolentEvent {
    /// An event of the crisis in which nobody has died yet.
    #[must_use]
    pub const fn new(day: Day, cell: CellId, kind: ViolenceType) -> Self {
        Self {
            day,
            cell,
            kind,
            deaths_groups: 0,
            deaths_state: 0,
            deaths_civilians: 0,
            flashpoint: false,
        }
    }

    /// All deaths.
    #[must_use]
    pub const fn deaths(&self) -> u32 {
        self.deaths_groups + self.deaths_state + self.deaths_civilians
    }
}

/// Events. Written in `Phase::Fight`.
#[derive(Resource, Clone, Debug, Default)]
pub struct Events {
    /// Today's events, in order; they stay until the next day begins.
    pub today: Vec<ViolentEvent>,
    /// Civilians killed by cell, one entry a cell, ascending; displacement removes them from the living. Filled in the first
    /// step of a day and empty in the others, so that nobody dies twice.
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
    /// Control by cell where an episode prescribes it, NaN elsewhere; empty when it prescribes none.
    pub prescribed_control: Vec<f32>,
}

impl Violence {
    /// Places without violence.
    #[must_use]
    pub fn still(cells: usize) -> Self {
        Self {
            fatalities: vec![0.0; cells],
            challenge: vec![0.0; cells],
            advance: vec![0.0; cells],
            active: Vec::new(),
            prescribed_control: Vec::new(),
        }
    }

    /// Control of a cell by the state that governs it, 0 to 1.
    #[must_use]
    pub fn control(&self, leadership: &Leadership, unit: AdminId, cell: CellId) -> f64 {
        let prescribed = self.prescribed_control.get(cell.index()).filter(|c| !c.is_nan());
        if let Some(&control) = prescribed {
            return f64::from(control);
        }
        leadership.province(unit).control * (1.0 - f64::from(self.challenge[cell.index()]))
    }
}

/// State forces by first-level unit. Written in `Phase::Fight`.
#[derive(Resource, Clone, Debug, Default)]
pub struct StateForces {
    /// Forces that obey: stock times what control and elite cohesion leave, persons.
    pub by_admin: Vec<f64>,
    /// Persons under arms who have not left.
    pub stock: Vec<u32>,
    /// Stock on day 0.
    pub initial: Vec<u32>,
    /// Persons who went armed so far, those who have yet to form a group included.
    pub gone: Vec<u32>,
    /// Persons who went armed and have yet to form a group.
    pub leaving: Vec<u32>,
    /// Persons killed so far.
    pub killed: u64,
    /// Groups formed so far by those who went armed.
    pub formed: u32,
}

impl StateForces {
    /// Garrisons of day 0 that obey and have lost nobody.
    #[must_use]
    pub fn still(stock: Vec<u32>) -> Self {
        let none = vec![0; stock.len()];
        Self {
            by_admin: stock.iter().map(|&n| f64::from(n)).collect(),
            initial: stock.clone(),
            gone: none.clone(),
            leaving: none,
            stock,
            killed: 0,
            formed: 0,
        }
    }

    /// Kills persons of a garrison, at most all; returns how many.
    pub fn kill(&mut self, unit: AdminId, wanted: u32) -> u32 {
        let killed = wanted.min(self.stock[unit.index()]);
        self.stock[unit.index()] -= killed;
        self.killed += u64::from(killed);
        killed
    }
}

/// Fighters by what became of them. `sum of strengths = initial + recruited + defected - killed - deserted - disbanded`.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FighterTally {
    /// In groups on day 0.
    pub initial: u64,
    /// Joined from the people, in groups new and old.
    pub recruited: u64,
    /// Joined from state forces.
    pub defected: u64,
    /// Killed.
    pub killed: u64,
    /// Went home or turned bandit for want of supply.
    pub deserted: u64,
    /// Were in groups that gave up.
    pub disbanded: u64,
}

impl FighterTally {
    /// Fighters who must be in groups now.
    #[must_use]
    pub const fn in_groups(&self) -> i128 {
        (self.initial + self.recruited + self.defected) as i128
            - (self.killed + self.deserted + self.disbanded) as i128
    }
}

/// Attempts of armed groups to cross lines today, by segment. Written in `Phase::Fight`.
#[derive(Resource, Clone, Debug, Default)]
pub struct ArmedCrossings {
    /// Attempts.
    pub attempted: Vec<u32>,
    /// Attempts that guards detected and stopped.
    pub detected: Vec<u32>,
}

/// Observables of the border segments, by segment. Written at the end of `Phase::Fight`.
#[derive(Resource, Clone, Debug, Default)]
pub struct SegmentThreat {
    /// a: strength of groups, discounted by distance from the line, fighters per 100 km.
    pub armed_per_100km: Vec<f64>,
    /// v: sum of ln(1 + deaths) of events near the line, fading, per 100 km.
    pub events_per_100km: Vec<f64>,
    /// m: illicit-goods flow, 0 to 1.
    pub illicit: Vec<f64>,
}

/// State of a flashpoint.
#[derive(Clone, Debug, Default)]
pub struct FlashpointState {
    /// Name.
    pub name: String,
    /// Last day of the episode under way, or of the latest one.
    pub active_until: Option<Day>,
    /// Whether an episode is under way today.
    pub active: bool,
    /// Hazard of an episode today, 1/day.
    pub hazard_per_day: f64,
    /// What kin add to the log hazard today.
    pub contribution_kin: f64,
    /// What foreign fighters nearby add to it.
    pub contribution_sanctuary: f64,
    /// What diverted attention and lost control across the line add to it.
    pub contribution_vacuum: f64,
    /// Episodes so far.
    pub ignitions: u32,
    /// Events a day of the episode under way, or of the latest one.
    pub events_per_day: f64,
}

/// Flashpoints, in the order of the scenario. Written in `Phase::Fight`.
#[derive(Resource, Clone, Debug, Default)]
pub struct Flashpoints {
    /// Their states.
    pub rows: Vec<FlashpointState>,
}

/// Puts what others read of this domain into a world that has its map, as it is where there is no conflict: no groups,
/// no garrisons, no events, no flashpoints.
pub fn still(world: &mut World) {
    let map = world.resource::<RunMap>().clone();
    let segments = map.segments.len();
    let quiet = vec![0.0; segments];
    world.insert_resource(Events::default());
    world.insert_resource(Violence::still(map.cells.len()));
    world.insert_resource(StateForces::still(vec![0; map.admin1.len()]));
    world.insert_resource(FighterTally::default());
    world.insert_resource(ArmedCrossings {
        attempted: vec![0; segments],
        detected: vec![0; segments],
    });
    world.insert_resource(SegmentThreat {
        armed_per_100km: quiet.clone(),
        events_per_100km: quiet.clone(),
        illicit: quiet,
    });
    world.insert_resource(Flashpoints::default());
}
