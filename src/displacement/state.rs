//! What the domain keeps beside the population and the groups.

use bevy_ecs::prelude::*;

use super::group::{Activity, Stratum};
use crate::geography::{DestinationKind, Map};
use crate::ids::{AdminId, CellId, DestinationId, DisplacedGroupId, TerritoryId};
use crate::time::Month;
use crate::units::PerDay;
use crate::world::RunSettings;

/// Perceived threat by unit and by cell, as hazards of leaving.
#[derive(Resource, Clone, Debug)]
pub struct PerceivedThreat {
    /// By first-level unit: unrest and air campaigns, 1/d.
    pub unit: Vec<f64>,
    /// By cell: fighting nearby, and what an episode prescribes (0 where nothing is felt), 1/d.
    pub local: Vec<f32>,
    /// Of it by fighting alone: the danger of a place, from which its people flee to another. Unrest and air campaigns are
    /// felt over a country as a whole, and people find a quieter place within it.
    pub fighting: Vec<f32>,
    /// Cells with `local` above zero, ascending.
    pub active: Vec<CellId>,
    /// The state whose leadership is in question.
    pub(super) focus: Option<TerritoryId>,
    /// The unit of its capital.
    pub(super) capital: Option<AdminId>,
}

impl PerceivedThreat {
    /// No threat anywhere.
    #[must_use]
    pub fn none(map: &Map, run: &RunSettings) -> Self {
        let focus = run.roles(map).focus;
        Self {
            focus,
            capital: focus.and_then(|state| map.admin1_named(state, &run.focus_capital)),
            unit: vec![0.0; map.admin1.len()],
            local: vec![0.0; map.cells.len()],
            active: Vec::new(),
            fighting: vec![0.0; map.cells.len()],
        }
    }

    /// Perceived hazard at a cell: the stronger of the two layers.
    #[must_use]
    pub fn at(&self, map: &Map, cell: CellId) -> PerDay {
        let unit = self.unit[map.cells.admin1[cell.index()].index()];
        PerDay(unit.max(f64::from(self.local[cell.index()])))
    }
}

/// People who leave home this step: they become a group in phase Move.
#[derive(Clone, Copy, Debug)]
pub struct Departure {
    /// From where.
    pub cell: CellId,
    /// Stratum of the residents.
    pub stratum: Stratum,
    /// Persons.
    pub persons: u32,
    /// Where to.
    pub destination: DestinationId,
    /// Key of the group's draws.
    pub draw_key: u64,
}

/// Departures of the step, ordered by cell.
#[derive(Resource, Default)]
pub struct DeparturePlan {
    /// The departures.
    pub departures: Vec<Departure>,
}

/// Numbers groups in the order of departure.
#[derive(Resource, Default)]
pub struct NextGroup(pub u32);

impl NextGroup {
    /// The next number.
    pub fn take(&mut self) -> DisplacedGroupId {
        self.0 += 1;
        DisplacedGroupId(self.0 - 1)
    }
}

/// State of the roads, and counts of the travel loop.
#[derive(Resource)]
pub struct Roads {
    /// Persons who entered each cell by vehicle in the latest step.
    pub(super) flow: Vec<u32>,
    /// Whether anybody entered any cell in the latest step.
    pub(super) flowed: bool,
    /// Cells with a jam, ascending.
    pub(super) jammed: Vec<CellId>,
    /// Factor on vehicle hours by cell (season and jam).
    pub(super) slow_vehicle: Vec<f32>,
    /// Factor on walking hours by cell (season).
    pub(super) slow_foot: Vec<f32>,
    /// Month that the season's factors are for.
    pub(super) month: Option<Month>,
    /// What a group does on reaching each destination.
    pub(super) on_arrival: Vec<Activity>,
    /// Cells entered by groups since the start.
    pub hops: u64,
    /// Group-days of travel since the start (a group that travels for a day is one).
    pub group_days: f64,
}

impl Roads {
    /// Empty roads.
    #[must_use]
    pub fn new(map: &Map) -> Self {
        let n = map.cells.len();
        let on_arrival = |kind| match kind {
            DestinationKind::Gate(..) => Activity::AtGate,
            DestinationKind::Green(..) => Activity::AtLine,
            _ => Activity::Arrived,
        };
        Self {
            flow: vec![0; n],
            flowed: false,
            jammed: Vec::new(),
            slow_vehicle: vec![1.0; n],
            slow_foot: vec![1.0; n],
            month: None,
            on_arrival: map.destinations.iter().map(|d| on_arrival(d.kind)).collect(),
            hops: 0,
            group_days: 0.0,
        }
    }
}

/// Persons who may still pass the border beyond the edge at each destination.
#[derive(Resource)]
pub struct BeyondQuota(pub(super) Vec<f64>);
