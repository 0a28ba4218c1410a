//! Armed conflict: groups, engagements, control, recruitment, sanctuary, vacuums, flashpoints (ODD 7.3).
//!
//! Groups plan in `Phase::Plan` ([`plan`]) from one snapshot. `Phase::Fight` is a serial chain, once a day: the roll is
//! called ([`muster`]), garrisons are scaled and parts of them defect ([`forces`]), groups emerge in vacuums
//! ([`emergence`]), march ([`march`]), fight ([`fighting`]); background violence ([`background`]) and the region's own
//! conflicts ([`flashpoints`]) add their events; places feel them ([`contest`]); groups live on ([`livelihood`]); the roll is
//! written back; segments are assessed ([`threat`]).
//!
//! Reads: leadership (conditions, never outcomes), states (guards, reserve), displacement (people present, refugees), map.
//! Writes: [`ArmedGroup`], [`Events`], [`Violence`], [`StateForces`], [`FighterTally`], [`Flashpoints`], [`ArmedCrossings`],
//! [`SegmentThreat`].
//!
//! Limits: recruits and defectors are not taken out of the residents; the dead of background violence and of flashpoints
//! are outside the tally of fighters; no tactical resolution and no target of any kind is modelled or put out.

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{AdminId, ArmedGroupId, CellId, CommunityId, TerritoryId};
use crate::leadership::Leadership;
use crate::prescribed::Prescribed;
use crate::schedule::{Phase, SubPhase};
use crate::time::{Clock, Day};

pub mod background;
pub mod contest;
pub mod emergence;
pub mod fighting;
pub mod flashpoints;
pub mod forces;
pub mod livelihood;
pub mod march;
pub mod muster;
pub mod parameters;
pub mod plan;
pub mod prescribed;
pub mod rules;
pub mod setup;
pub mod surroundings;
#[cfg(test)]
mod testbed;
pub mod threat;

pub use flashpoints::{FlashpointState, Flashpoints};
pub use forces::StateForces;
pub use march::ArmedCrossings;
pub use muster::{FighterTally, check_fighters};
pub use setup::{ConflictSettings, Switches, check_against_map, populate, populate_with};
pub use threat::SegmentThreat;

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

impl ViolentEvent {
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
    /// Control by cell where an episode gives it, NaN elsewhere; empty when it gives none.
    pub given_control: Vec<f32>,
}

impl Violence {
    /// Control of a cell by the state that governs it, 0 to 1.
    #[must_use]
    pub fn control(&self, leadership: &Leadership, unit: AdminId, cell: CellId) -> f64 {
        if let Some(&given) = self.given_control.get(cell.index()).filter(|given| !given.is_nan()) {
            return f64::from(given);
        }
        leadership.province(unit).control * (1.0 - f64::from(self.challenge[cell.index()]))
    }
}

/// All systems of this domain in `Phase::Fight`: order against this set.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConflictSystems;

/// Whether this step is the first of its day.
fn day_starts(clock: Res<Clock>) -> bool {
    clock.starts_day
}

/// Whether groups, background violence and flashpoints are simulated at all.
fn groups_arise(settings: Res<ConflictSettings>) -> bool {
    settings.switches.armed_groups
}

/// Empties what the last step left.
fn open_step(mut events: ResMut<Events>, clock: Res<Clock>) {
    events.civilian_deaths.clear();
    if clock.starts_day {
        events.today.clear();
    }
}

/// Registers the domain's systems: planning, and the serial chain of the fight.
pub fn add_to(schedule: &mut Schedule) {
    schedule.add_systems(plan::plan_armed_groups.in_set(Phase::Plan).run_if(day_starts));
    schedule.add_systems(
        prescribed::take_prescribed_control
            .run_if(resource_changed::<Prescribed>)
            .after(SubPhase::Prescribe)
            .in_set(Phase::Clock),
    );
    schedule.configure_sets(ConflictSystems.in_set(Phase::Fight));
    schedule.add_systems(
        (
            open_step,
            (
                muster::call,
                forces::scale_forces,
                (forces::defect, emergence::emerge_in_vacuums).chain().run_if(groups_arise),
                march::march,
                fighting::feel_presence,
                fighting::engage,
                fighting::clash,
                (background::simmer, flashpoints::smoulder).chain().run_if(groups_arise),
                prescribed::apply_prescribed_events,
                contest::contest_places,
                livelihood::sustain,
                livelihood::split_and_merge,
                threat::assess_segments,
                muster::dismiss,
            )
                .chain()
                .run_if(day_starts),
        )
            .chain()
            .in_set(ConflictSystems),
    );
}
