//! States: guards, policies at crossings, reinforcement, aid, Russia's scarce reserve (ODD 7.2).

use bevy_ecs::prelude::*;

use crate::ids::{CrossingId, TerritoryId};
use crate::time::Day;

pub mod parameters;
pub mod rules;

/// What a crossing lets pass, in one direction, of one class of people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum NationalityClass {
    /// Nationals of the state of the territory that they enter (or kin that it treats so).
    OwnOrKin = 0,
    /// Nationals of the state that they come from, without kin on the other side.
    Neighbour = 1,
    /// Third-country nationals, such as Afghans leaving Iran.
    ThirdCountry = 2,
}

/// Today's policies, read by displacement and borders. Written only in `Phase::States`.
#[derive(Resource, Clone, Debug)]
pub struct Policies {
    /// `passage[crossing][direction][class]`: the stricter of exit and entry policy. Direction 0 leads from side 0 to side 1.
    pub passage: Vec<[[Passage; 3]; 2]>,
    /// By territory: 0 (nationals may leave) to 1 (nationals are barred from leaving).
    pub exit_bar: Vec<f64>,
    /// By territory: aid at source, 0 to 1, which makes staying inside more bearable.
    pub source_aid: Vec<f64>,
    /// By territory: whether it holds arrivals in a buffer on the far side of its closed lines.
    pub buffer: Vec<bool>,
}

impl Policies {
    /// What passes a crossing in a direction for a class.
    #[must_use]
    pub fn passage(&self, crossing: CrossingId, direction: usize, class: NationalityClass) -> Passage {
        self.passage[crossing.index()][direction][class as usize]
    }
}

/// Guards along the segments, by side. Written only in `Phase::States`.
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
    /// Armed action across a line.
    Strike,
    /// Forces sent in.
    Intervene,
    /// Talks.
    Negotiate,
    /// A successor is recognised.
    Recognise,
    /// Contact with successors.
    Outreach,
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

/// Names of Russia's fronts, in the order of [`Reserve::allocation`].
pub const FRONTS: [&str; 6] = ["ukraine", "south_caucasus", "north_caucasus", "caspian", "central_asia", "home"];

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
    /// Shadow price of the reserve: marginal loss averted per 1,000 persons, in the units of the weights.
    pub shadow_price: f64,
    /// Attention diverted southward: share of the reserve that stands on the South Caucasus, North Caucasus and Caspian
    /// fronts beyond its share on day 0, 0 to 1.
    pub attention_diverted: f64,
}
