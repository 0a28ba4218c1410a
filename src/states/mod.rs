//! States: guards, policies at crossings, reinforcement, aid, Russia's scarce reserve (ODD 7.2).
//!
//! Reads [`crate::leadership::Leadership`] and the pressure of past days ([`crate::borders::Pressure`]); writes the
//! resources below. States act once a day on information that is some days old. One file per process: `russia` (Moscow's
//! posture, the reserve over its fronts), `guards` (reinforcement and strain), `crossings` (open, permit, closed), `source`
//! (aid at source, buffers, exit bars).

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::geography::BorderCrossingPoint;
use crate::ids::{CommunityId, CrossingId, NationalityId, TerritoryId};
use crate::prescribed::Prescribed;
use crate::schedule::Phase;
use crate::simulation::ScenarioRes;
use crate::time::Day;

pub mod allocation;
pub mod crossings;
pub mod guards;
#[cfg(test)]
pub(crate) mod mini;
pub mod parameters;
mod populate;
pub mod roster;
pub mod rules;
pub mod russia;
pub mod source;

pub use crossings::{Standing, Standings};
pub use guards::Posted;
pub use parameters::Posture;
pub use populate::populate;
pub use roster::Roster;
pub use russia::{Intervention, Moscow};

/// Whether states decide at all.
fn states_decide(scenario: Res<ScenarioRes>) -> bool {
    scenario.mechanisms.state_decisions
}

/// Registers the systems of the domain: their decisions, beside what the scenario prescribes.
pub fn add_to(schedule: &mut Schedule) {
    schedule.add_systems(
        (
            (
                russia::take_posture,
                russia::allocate_reserve,
                guards::post_guards,
                crossings::decide_crossings,
                source::aid_at_source,
                source::bar_exits,
            )
                .chain()
                .run_if(states_decide),
            crossings::hold_closed,
            crossings::take_prescribed_policies.run_if(resource_changed::<Prescribed>),
        )
            .chain()
            .in_set(Phase::States),
    );
}

/// What a crossing lets pass, in one direction, of one class of people.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Passage {
    /// Ordinary travel up to capacity.
    #[default]
    Open,
    /// A quota of permits.
    Permit,
    /// Nobody.
    Closed,
}

/// Classes of people that exit bars and entry policies distinguish.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum NationalityClass {
    /// Nationals of the state of the territory that they enter (or kin that it treats so).
    OwnOrKin = 0,
    /// Nationals of the state that they come from, without kin on the other side.
    Neighbour = 1,
    /// Third-country nationals, such as Afghans leaving Iran.
    ThirdCountry = 2,
}

/// A policy of a state, and what the scenario prescribes in its place for now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy<T> {
    /// What the state has decided.
    pub decided: T,
    /// What holds instead while the scenario prescribes it.
    pub prescribed: Option<T>,
}

impl<T: Copy> Policy<T> {
    /// A decision, with nothing prescribed.
    #[must_use]
    pub const fn of(decided: T) -> Self {
        Self { decided, prescribed: None }
    }

    /// What holds now.
    #[must_use]
    pub fn in_force(self) -> T {
        self.prescribed.unwrap_or(self.decided)
    }
}

/// Today's policies, read by displacement and borders. Written only in `Phase::States`.
#[derive(Resource, Clone, Debug)]
pub struct Policies {
    /// `passage[crossing][direction][class]`: the stricter of exit and entry policy. Direction 0 leads from side 0 to side 1.
    pub passage: Vec<[[Policy<Passage>; 3]; 2]>,
    /// By territory: 0 (nationals may leave) to 1 (nationals are barred from leaving).
    pub exit_bar: Vec<Policy<f64>>,
    /// By territory: aid at source, 0 to 1, which makes staying inside more bearable.
    pub source_aid: Vec<f64>,
    /// By territory: whether it holds arrivals in a buffer on the far side of its closed lines.
    pub buffer: Vec<bool>,
}

impl Policies {
    /// What passes a crossing in a direction, by class.
    #[must_use]
    pub fn passages(&self, crossing: usize, direction: usize) -> [Passage; 3] {
        self.passage[crossing][direction].map(Policy::in_force)
    }

    /// Whether nobody passes a crossing in a direction.
    #[must_use]
    pub fn is_shut(&self, crossing: usize, direction: usize) -> bool {
        self.passages(crossing, direction) == [Passage::Closed; 3]
    }

    /// Writes down what a state decides on a crossing and direction, by class.
    pub fn decide(&mut self, crossing: usize, direction: usize, passages: [Passage; 3]) {
        for (policy, passage) in self.passage[crossing][direction].iter_mut().zip(passages) {
            policy.decided = passage;
        }
    }

    /// What passes a crossing in a direction for a class.
    #[must_use]
    pub fn passage(
        &self,
        crossing: CrossingId,
        direction: usize,
        class: NationalityClass,
    ) -> Passage {
        self.passage[crossing.index()][direction][class as usize].in_force()
    }

    /// Share of a crossing's capacity that this class may use in a direction: 1 when open, the permit quota over the
    /// capacity under permits, 0 when closed.
    #[must_use]
    pub fn permit_share(
        &self,
        crossing: CrossingId,
        direction: usize,
        class: NationalityClass,
        point: &BorderCrossingPoint,
    ) -> f64 {
        match self.passage(crossing, direction, class) {
            Passage::Open => 1.0,
            Passage::Permit => permit_share(point),
            Passage::Closed => 0.0,
        }
    }

    /// The loosest passage that any class has in a direction.
    #[must_use]
    pub fn loosest(&self, crossing: CrossingId, direction: usize) -> Passage {
        let by_class = self.passages(crossing.index(), direction);
        by_class[0].min(by_class[1]).min(by_class[2])
    }
}

/// Permit quota over capacity, 0 to 1.
#[must_use]
pub fn permit_share(point: &BorderCrossingPoint) -> f64 {
    if point.capacity_per_day > 0.0 {
        (point.permit_per_day / point.capacity_per_day).clamp(0.0, 1.0)
    } else {
        0.0
    }
}

/// Which communities a territory lets in like its own nationals.
#[derive(Resource, Clone, Debug, Default)]
pub struct KinEntry {
    /// `by_territory[territory][community]`.
    pub by_territory: Vec<Vec<bool>>,
}

impl KinEntry {
    /// Whether people of this community count as its own where they enter this territory.
    #[must_use]
    pub fn counts_as_own(&self, entering: TerritoryId, community: CommunityId) -> bool {
        // People without a known community are nobody's kin.
        self.by_territory[entering.index()].get(community.index()).is_some_and(|kin| *kin)
    }

    /// The class of people of this nationality and community who leave `leaving` for `entering`. `governed_by` gives the
    /// governing state of a territory.
    #[must_use]
    pub fn class_of(
        &self,
        entering: TerritoryId,
        leaving: TerritoryId,
        nationality: NationalityId,
        community: CommunityId,
        governed_by: impl Fn(TerritoryId) -> TerritoryId,
    ) -> NationalityClass {
        let own = |territory| NationalityId::from(governed_by(territory));
        if nationality == own(entering) || self.counts_as_own(entering, community) {
            NationalityClass::OwnOrKin
        } else if nationality == own(leaving) {
            NationalityClass::Neighbour
        } else {
            NationalityClass::ThirdCountry
        }
    }
}

/// Guards along the segments, by side. Written only in `Phase::States`. Both sides of a sea approach are the same guards:
/// read one of them.
#[derive(Resource, Clone, Debug)]
pub struct Guards {
    /// `per_km[segment][side]`: guards per km of line on side 0 (`a`) and 1 (`b`).
    pub per_km: Vec<[f64; 2]>,
    /// `sensors[segment][side]`: wall and sensor index, 0 to 1.
    pub sensors: Vec<[f64; 2]>,
    /// `strain[segment][side]`: 0 (rested) to 1 (worn out): reserve shadow price or duty-days index.
    pub strain: Vec<[f64; 2]>,
    /// `reserve_72h[segment]`: persons that could reinforce the segment within 72 h.
    pub reserve_72h: Vec<f64>,
}

/// Kinds of action that a state takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ActionKind {
    /// A crossing changes to open.
    OpenCrossing,
    /// A crossing changes to permits only.
    PermitCrossing,
    /// A crossing is closed.
    CloseCrossing,
    /// Nationals are barred from leaving, or the bar ends.
    ExitBar,
    /// Guards are added on a segment.
    Reinforce,
    /// Aid at source.
    SourceAid,
    /// A buffer is set up.
    Buffer,
    /// Forces sent in.
    Intervene,
    /// A successor is recognised.
    Recognise,
    /// Contact with successors.
    Outreach,
    /// Aid to the incumbent of another state.
    AidIncumbent,
    /// An action that was considered and not taken.
    Restrain,
    /// An action under way ends.
    Withdraw,
}

impl ActionKind {
    /// Name in the output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenCrossing => "open_crossing",
            Self::PermitCrossing => "permit_crossing",
            Self::CloseCrossing => "close_crossing",
            Self::ExitBar => "exit_bar",
            Self::Reinforce => "reinforce",
            Self::SourceAid => "source_aid",
            Self::Buffer => "buffer",
            Self::Intervene => "intervene",
            Self::Recognise => "recognise",
            Self::Outreach => "outreach",
            Self::AidIncumbent => "aid_incumbent",
            Self::Restrain => "restrain",
            Self::Withdraw => "withdraw",
        }
    }
}

/// An action, for the log.
#[derive(Clone, Debug)]
pub struct Action {
    /// Day.
    pub day: Day,
    /// Who acts.
    pub actor: TerritoryId,
    /// What.
    pub kind: ActionKind,
    /// On what: a crossing, a segment, a territory, by name.
    pub target: String,
    /// The reading that led to it, in words and numbers.
    pub reason: String,
}

/// Actions of the run in order.
#[derive(Resource, Clone, Debug, Default)]
pub struct ActionLog {
    /// The actions.
    pub actions: Vec<Action>,
}

impl ActionLog {
    /// Notes an action.
    pub fn note(
        &mut self,
        day: Day,
        actor: TerritoryId,
        kind: ActionKind,
        target: impl Into<String>,
        reason: String,
    ) {
        self.actions.push(Action { day, actor, kind, target: target.into(), reason });
    }
}

/// Names of Russia's fronts, in the order of [`Reserve::allocation`].
pub const FRONTS: [&str; 6] =
    ["ukraine", "south_caucasus", "north_caucasus", "caspian", "central_asia", "home"];

/// Russia's mobile reserve. Written only in `Phase::States`.
#[derive(Resource, Clone, Debug)]
pub struct Reserve {
    /// Persons allocated to each front of [`FRONTS`].
    pub allocation: [f64; 6],
    /// Perceived pressure of each front, 0 to 1.
    pub perceived: [f64; 6],
    /// Free persons not allocated.
    pub unallocated: f64,
    /// All free persons.
    pub total: f64,
    /// Shadow price on day 0, the yardstick of overcommitment.
    pub price_on_day_0: f64,
    /// Share of the reserve on the three southern fronts on day 0.
    pub south_share_on_day_0: f64,
    /// Persons still committed to the main front.
    pub committed: f64,
    /// Shadow price of the reserve: marginal loss averted per 1,000 persons, in the units of the weights.
    pub shadow_price: f64,
    /// Attention diverted southward: share of the reserve that stands on the South Caucasus, North Caucasus and Caspian
    /// fronts beyond its share on day 0, 0 to 1.
    pub attention_diverted: f64,
}

impl Reserve {
    /// Price of the reserve against day 0; 1 when day 0 had none.
    #[must_use]
    pub fn price_ratio(&self) -> f64 {
        if self.price_on_day_0 > 0.0 { self.shadow_price / self.price_on_day_0 } else { 1.0 }
    }
}

#[cfg(test)]
mod tests;
