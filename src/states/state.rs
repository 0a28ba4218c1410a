//! What states hold and decide: the resources that the systems of this domain write and others read, and their neutral state.

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::parameters::{Passage, Posture};
use crate::geography::BorderCrossingPoint;
use crate::ids::{CommunityId, CrossingId, TerritoryId};
use crate::leadership::state::Condition;
use crate::time::Day;
use crate::world::RunMap;

/// Puts the neutral state of the domain into a world with a map: every crossing open to all, nobody aided or barred, no
/// guards, no reserve.
pub fn still(world: &mut World) {
    let map = world.resource::<RunMap>();
    let (crossings, segments) = (map.crossings.len(), map.segments.len());
    let (territories, communities) = (map.territories.len(), map.communities.len());
    world.insert_resource(Policies::still(crossings, territories));
    world.insert_resource(Standings { by: vec![[Standing::default(); 2]; crossings] });
    world.insert_resource(KinEntry { by_territory: vec![vec![false; communities]; territories] });
    world.insert_resource(Guards::still(segments));
    world.insert_resource(Posted::still(segments, territories));
    world.insert_resource(Reserve::default());
    world.insert_resource(Intervention::default());
    world.insert_resource(Patron::default());
    world.insert_resource(ActionLog::default());
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
    /// Nationals of a third country.
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
    /// Every crossing open to all; nobody aided, held or barred.
    #[must_use]
    pub fn still(crossings: usize, territories: usize) -> Self {
        Self {
            passage: vec![[[Passage::Open; 3]; 2]; crossings],
            exit_bar: vec![0.0; territories],
            source_aid: vec![0.0; territories],
            buffer: vec![false; territories],
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
        self.passage[crossing.index()][direction][class as usize]
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
        let by_class = self.passage[crossing.index()][direction];
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

    /// The class of people of this community who leave `leaving` for `entering` as nationals of the state that governs
    /// `national_of`. `governed_by` gives the governing state of a territory.
    #[must_use]
    pub fn class_of(
        &self,
        entering: TerritoryId,
        leaving: TerritoryId,
        national_of: TerritoryId,
        community: CommunityId,
        governed_by: impl Fn(TerritoryId) -> TerritoryId,
    ) -> NationalityClass {
        let nationality = governed_by(national_of);
        if nationality == governed_by(entering) || self.counts_as_own(entering, community) {
            NationalityClass::OwnOrKin
        } else if nationality == governed_by(leaving) {
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

impl Guards {
    /// No guards anywhere.
    #[must_use]
    pub fn still(segments: usize) -> Self {
        let none = || vec![[0.0; 2]; segments];
        Self { per_km: none(), sensors: none(), strain: none(), reserve_72h: vec![0.0; segments] }
    }
}

macro_rules! action_kinds {
    ($($(#[$meaning:meta])* $kind:ident $name:literal)*) => {
        /// Kinds of action that a state takes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ActionKind { $($(#[$meaning])* $kind,)* }

        impl ActionKind {
            /// Name in the output.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }
        }
    };
}

action_kinds! {
    /// A crossing changes to open.
    OpenCrossing "open_crossing"
    /// A crossing changes to permits only.
    PermitCrossing "permit_crossing"
    /// A crossing is closed.
    CloseCrossing "close_crossing"
    /// Nationals are barred from leaving, or the bar ends.
    ExitBar "exit_bar"
    /// Guards are added on a segment.
    Reinforce "reinforce"
    /// Aid at source.
    SourceAid "source_aid"
    /// A buffer is set up.
    Buffer "buffer"
    /// Forces sent in.
    Intervene "intervene"
    /// A successor is recognised.
    Recognise "recognise"
    /// Contact with successors.
    Outreach "outreach"
    /// Aid to the incumbent of another state.
    AidIncumbent "aid_incumbent"
    /// An action that was considered and not taken.
    Restrain "restrain"
    /// An action under way ends.
    Withdraw "withdraw"
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
    /// Notes an action of an actor on a day.
    pub fn note(
        &mut self,
        (day, actor): (Day, TerritoryId),
        kind: ActionKind,
        target: impl Into<String>,
        reason: String,
    ) {
        self.actions.push(Action { day, actor, kind, target: target.into(), reason });
    }
}

/// The patron's mobile reserve. Written only in `Phase::States`.
#[derive(Resource, Clone, Debug, Default)]
pub struct Reserve {
    /// Persons allocated to each front of `run.fronts`.
    pub allocation: Vec<f64>,
    /// Perceived pressure of each front, 0 to 1.
    pub perceived: Vec<f64>,
    /// Free persons not allocated.
    pub unallocated: f64,
    /// All free persons.
    pub total: f64,
    /// Shadow price on day 0, the yardstick of overcommitment.
    pub price_on_day_0: f64,
    /// Share of the reserve on the fronts that listen to the map on day 0.
    pub south_share_on_day_0: f64,
    /// Persons still committed to the main front.
    pub committed: f64,
    /// Shadow price of the reserve: marginal loss averted per 1,000 persons, in the units of the weights.
    pub shadow_price: f64,
    /// Attention diverted southward: share of the reserve that stands on the fronts that listen to the map beyond its
    /// share on day 0, 0 to 1.
    pub attention_diverted: f64,
}

impl Reserve {
    /// Price of the reserve against day 0; 1 when day 0 had none.
    #[must_use]
    pub fn price_ratio(&self) -> f64 {
        if self.price_on_day_0 > 0.0 { self.shadow_price / self.price_on_day_0 } else { 1.0 }
    }
}

/// How strict the entering state is at a crossing in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Level of strictness; the passage of a class follows from it.
    pub level: Passage,
    /// Day of the last change; none since the start.
    pub changed: Option<Day>,
    /// Whether a permit corridor runs through a gate that is shut.
    pub corridor: bool,
    /// Days in a row that people have been seen waiting at a shut gate.
    pub stuck_days: u32,
}

/// Standing of every crossing, `by[crossing][direction]`; direction 0 leads from side 0 to side 1.
#[derive(Resource, Clone, Debug, Default)]
pub struct Standings {
    /// By crossing and direction.
    pub by: Vec<[Standing; 2]>,
}

/// Persons posted to the lines beyond the ordinary guards. What is posted and what is not add up to each state's stock.
#[derive(Resource, Clone, Debug, Default)]
pub struct Posted {
    /// `persons[segment][side]`: persons posted.
    pub persons: Vec<[u64; 2]>,
    /// By governing state: persons that it could post in all.
    pub stock: Vec<u64>,
    /// By governing state: persons of the stock that are not posted.
    pub free: Vec<u64>,
    /// `held[segment][side]`: share of the ordinary guards at their posts, 0 to 1.
    pub held: Vec<[f64; 2]>,
    /// Control on the first day: of the focus, and along each of its lines.
    pub control_at_start: Option<(f64, Vec<f64>)>,
    /// Persons that a state wants on each of its sides, and those granted: room for the day's reckoning.
    pub wanted: Vec<f64>,
    /// See `wanted`.
    pub granted: Vec<u64>,
}

impl Posted {
    /// Nobody posted, every ordinary guard at its post.
    #[must_use]
    pub fn still(segments: usize, territories: usize) -> Self {
        Self {
            persons: vec![[0; 2]; segments],
            stock: vec![0; territories],
            free: vec![0; territories],
            held: vec![[1.0; 2]; segments],
            ..Self::default()
        }
    }
}

/// A force that the patron has sent into another state's land. Drawn from the reserve; conflict may read it as further state
/// forces in the border provinces.
#[derive(Resource, Clone, Copy, Debug, Default)]
pub struct Intervention {
    /// Persons in the field.
    pub persons: f64,
    /// Where.
    pub territory: Option<TerritoryId>,
}

/// What the patron does about the crisis. Read by the ledger.
#[allow(clippy::struct_excessive_bools)] // each answers a question of its own
#[derive(Resource, Clone, Debug, Default)]
pub struct Patron {
    /// Its posture in this scenario.
    pub posture: Posture,
    /// Whether the need for the posture's action (of an intervention, under restraint) is seen.
    pub need: bool,
    /// Days that the need has lasted.
    pub watched_days: u32,
    /// Whether the action is under way.
    pub acting: bool,
    /// Whether it has ever acted.
    pub has_acted: bool,
    /// Days on which a needed action was withheld.
    pub restrained_days: u32,
    /// Whether the price of the reserve is above the mark of overcommitment.
    pub overcommitted: bool,
    /// Day since when the incumbent counts as gone.
    pub incumbent_gone: Option<Day>,
    /// Whether it gives the incumbent money or forces today.
    pub backs_incumbent: bool,
    /// Contacts with successors, 0 to 1.
    pub contacts: f64,
    /// Whether successors are recognised.
    pub recognised: bool,
    /// National condition of the focus on the first day.
    pub start: Option<Condition>,
    /// Whether a needed action was withheld on the last day.
    pub held_back: bool,
}
