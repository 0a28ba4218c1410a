//! Parameters of the states: each with unit, range, meaning, source.
//!
//! There are no defaults in code: `configs/base.toml` holds every value with its tag.

use std::collections::BTreeMap;

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::roles::Front;

/// `[states]`.
#[derive(Resource, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Codes of the territories that their neighbours aid at source and against which they set up buffers.
    #[schemars(extend("x-unit" = "territory codes", "x-source" = "source text", "x-certainty" = "P"))]
    pub aid_origins: Vec<String>,
    /// How every state decides.
    pub decisions: Decisions,
    /// Style of each state or de facto authority, by territory code; an exclave follows the state that governs it.
    pub by_code: BTreeMap<String, StateStyle>,
    /// Style of every territory without a table of its own.
    pub other: StateStyle,
    /// The patron's scarce mobile reserve.
    pub reserve: ReserveParameters,
    /// The patron's posture towards the crisis in the focus.
    #[serde(rename = "moscow")]
    pub patron: PatronParameters,
}

/// `[states.decisions]`: what all states share.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decisions {
    /// Days that a decision at a crossing stands before the next change in that direction.
    #[schemars(range(min = 1, max = 90), extend("x-unit" = "d", "x-source" = "evidence 1.3", "x-certainty" = "P"))]
    pub min_dwell_days: u32,
    /// Days in a row that people wait at a shut gate before a fully willing state opens a permit corridor.
    #[schemars(range(min = 1.0, max = 90.0), extend("x-unit" = "d", "x-source" = "evidence 1.3 (permit corridor)", "x-certainty" = "P"))]
    pub corridor_after_days: f64,
    /// Days over which an ordered reinforcement reaches the line; the same time defines `reserve_72h`.
    #[schemars(range(min = 1.0, max = 30.0), extend("x-unit" = "d", "x-source" = "evidence 1.5 (r: reserve in 72 h)", "x-certainty" = "P"))]
    pub reinforce_days: f64,
    /// Lagged pressure above which guards are sent to a segment.
    #[schemars(range(min = 0.0, max = 100.0), extend("x-unit" = "index 0-100", "x-source" = "evidence 1.3, 1.5 (high from 40)", "x-certainty" = "P"))]
    pub reinforce_above: f64,
    /// Lagged pressure below which they return.
    #[schemars(range(min = 0.0, max = 100.0), extend("x-unit" = "index 0-100", "x-source" = "evidence 1.3, 1.5", "x-certainty" = "P"))]
    pub release_below: f64,
    /// Guards added per km at pressure 100.
    #[schemars(range(min = 0.0, max = 100.0), extend("x-unit" = "persons/km", "x-source" = "evidence 1.3 (sweep 2-30 per km)", "x-certainty" = "P"))]
    pub reinforce_per_km: f64,
    /// Pressure from which a day on duty wears guards out.
    #[schemars(range(min = 0.0, max = 99.0), extend("x-unit" = "index 0-100", "x-source" = "evidence 1.5 (duty-days index)", "x-certainty" = "P"))]
    pub strain_from: f64,
    /// Time in which guards at pressure 100 wear out.
    #[schemars(range(min = 1.0, max = 365.0), extend("x-unit" = "d", "x-source" = "evidence 1.5 (duty-days index)", "x-certainty" = "P"))]
    pub strain_rise_days: f64,
    /// Time in which guards without pressure recover.
    #[schemars(range(min = 1.0, max = 365.0), extend("x-unit" = "d", "x-source" = "evidence 1.5 (duty-days index)", "x-certainty" = "P"))]
    pub strain_decay_days: f64,
    /// Lagged pressure from which neighbours give aid at source.
    #[schemars(range(min = 0.0, max = 99.0), extend("x-unit" = "index 0-100", "x-source" = "evidence 1.3 (aid at source)", "x-certainty" = "P"))]
    pub aid_from: f64,
    /// Time in which aid at source builds up and runs down.
    #[schemars(range(min = 1.0, max = 180.0), extend("x-unit" = "d", "x-source" = "evidence 1.3 (aid at source)", "x-certainty" = "P"))]
    pub aid_days: f64,
    /// Lagged pressure at which a fully inclined state sets up a buffer (divided by its inclination).
    #[schemars(range(min = 0.0, max = 100.0), extend("x-unit" = "index 0-100", "x-source" = "evidence 1.3 (three-tier plan)", "x-certainty" = "P"))]
    pub buffer_above: f64,
    /// The same for giving it up.
    #[schemars(range(min = 0.0, max = 100.0), extend("x-unit" = "index 0-100", "x-source" = "evidence 1.3 (three-tier plan)", "x-certainty" = "P"))]
    pub buffer_below: f64,
    /// How far guards leave their posts as the control of their state falls: 0 never, 1 in proportion.
    #[schemars(range(min = 0.0, max = 2.0), extend("x-unit" = "1", "x-source" = "evidence 1.2 (control), 1.4", "x-certainty" = "P"))]
    pub guards_follow_control: f64,
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

/// What a state lets pass, by class of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ByClass {
    /// For its nationals and the communities in `kin`.
    #[schemars(extend("x-unit" = "open, permit or closed", "x-source" = "evidence 1.3", "x-certainty" = "P"))]
    pub own_or_kin: Passage,
    /// For nationals of the state that they come from.
    #[schemars(extend("x-unit" = "open, permit or closed", "x-source" = "evidence 1.3", "x-certainty" = "P"))]
    pub neighbour: Passage,
    /// For nationals of a third country.
    #[schemars(extend("x-unit" = "open, permit or closed", "x-source" = "evidence 1.3", "x-certainty" = "P"))]
    pub third_country: Passage,
}

impl ByClass {
    /// In the order of [`super::NationalityClass`].
    #[must_use]
    pub const fn in_order(self) -> [Passage; 3] {
        [self.own_or_kin, self.neighbour, self.third_country]
    }
}

/// `[states.by_code.XXX]`: how a state guards its borders and decides.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StateStyle {
    /// Guards per km of its land borders and inland coast in ordinary times.
    #[schemars(range(min = 0.0, max = 100.0), extend("x-unit" = "persons/km", "x-source" = "evidence 1.3; facts/states.csv over facts/borders.csv", "x-certainty" = "R-l"))]
    pub guards_per_km: f64,
    /// Wall and sensor index of its side of every line.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "evidence 1.1.6", "x-certainty" = "P"))]
    pub sensors: f64,
    /// Wall and sensor index towards particular territories, by code, instead of `sensors`.
    #[schemars(extend("additionalProperties" = {"type": "number", "minimum": 0, "maximum": 1}, "x-unit" = "1", "x-source" = "evidence 1.1.6", "x-certainty" = "P"))]
    pub sensors_towards: BTreeMap<String, f64>,
    /// Persons that can be moved to its borders within 72 h (for the patron see `reserve`).
    #[schemars(range(min = 0.0, max = 500_000.0), extend("x-unit" = "persons", "x-source" = "5 % of active forces in facts/states.csv", "x-certainty" = "P"))]
    pub reinforcement_72h: f64,
    /// Age of the information that it acts on.
    #[schemars(range(min = 1, max = 30), extend("x-unit" = "d", "x-source" = "evidence 1.3, 5 (1-7)", "x-certainty" = "P"))]
    pub decision_delay_days: u32,
    /// Wait at a crossing above which it tightens (open to permit).
    #[schemars(range(min = 0.1, max = 60.0), extend("x-unit" = "d", "x-source" = "evidence 1.3", "x-certainty" = "P"))]
    pub close_above_wait_days: f64,
    /// Pressure above which it tightens (open to permit to closed).
    #[schemars(range(min = 1.0, max = 100.0), extend("x-unit" = "index 0-100", "x-source" = "evidence 1.3", "x-certainty" = "P"))]
    pub close_above_pressure: f64,
    /// Pressure below which it loosens again.
    #[schemars(range(min = 1.0, max = 100.0), extend("x-unit" = "index 0-100", "x-source" = "evidence 1.3", "x-certainty" = "P"))]
    pub reopen_below_pressure: f64,
    /// Wait, had the gate its full capacity, below which it loosens from permit to open.
    #[schemars(range(min = 0.0, max = 60.0), extend("x-unit" = "d", "x-source" = "evidence 1.3", "x-certainty" = "P"))]
    pub reopen_below_wait_days: f64,
    /// Cost of a change, in the units of the score (a threshold exceeded by its own size scores 1).
    #[schemars(range(min = 0.0, max = 10.0), extend("x-unit" = "1", "x-source" = "evidence 1.3 (switch cost)", "x-certainty" = "P"))]
    pub switch_cost: f64,
    /// Unpredictability: 0 decides by thresholds with hysteresis, above 0 by softmax at this temperature.
    #[schemars(range(min = 0.0, max = 10.0), extend("x-unit" = "1", "x-source" = "evidence 1.3 (softmax)", "x-certainty" = "P"))]
    pub temperature: f64,
    /// Whom it lets in at the start.
    pub entry_at_start: ByClass,
    /// Whom it lets in once it has tightened to permits.
    pub entry_under_pressure: ByClass,
    /// Communities of the map that it lets in like its own nationals.
    #[schemars(extend("x-unit" = "community names", "x-source" = "design", "x-certainty" = "P"))]
    pub kin: Vec<String>,
    /// Willingness to open a permit corridor at a gate that it has shut while people wait: 0 never, 1 soonest.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "evidence 1.3 (permit corridor)", "x-certainty" = "P"))]
    pub corridor_willingness: f64,
    /// Territories from which it would let its own and kin through lines closed by war or treaty; none by default.
    #[schemars(extend("x-unit" = "territory codes", "x-source" = "design", "x-certainty" = "P"))]
    pub corridor_from: Vec<String>,
    /// Inclination to aid people inside the territory that they would leave.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "evidence 1.3 (aid at source)", "x-certainty" = "P"))]
    pub source_aid: f64,
    /// Inclination to hold arrivals in a buffer on the far side of its line.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "evidence 1.3 (three-tier plan)", "x-certainty" = "P"))]
    pub buffer: f64,
    /// Strength of a bar on its own nationals leaving: 0 never barred, 1 all that its control can hold.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "evidence 0.3 (exit control)", "x-certainty" = "P"))]
    pub exit_bar: f64,
    /// Unrest above which it bars them.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "evidence 0.3", "x-certainty" = "P"))]
    pub exit_bar_above_unrest: f64,
    /// Unrest below which the bar ends.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "evidence 0.3", "x-certainty" = "P"))]
    pub exit_bar_below_unrest: f64,
    /// Central control that a bar needs.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "evidence 0.3", "x-certainty" = "P"))]
    pub exit_bar_needs_control: f64,
}

/// `[states.reserve]`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReserveParameters {
    /// Active forces.
    #[schemars(range(min = 0.0, max = 5_000_000.0), extend("x-unit" = "persons", "x-source" = "evidence 0.9, Factbook 2025", "x-certainty" = "F"))]
    pub active: f64,
    /// Share of them that is free and mobile, least and most; drawn once per run.
    #[schemars(inner(range(min = 0.0, max = 1.0)), extend("x-unit" = "1", "x-source" = "evidence 1.3, 5 (R_free)", "x-certainty" = "P"))]
    pub free_share: [f64; 2],
    /// Persons committed to the main front.
    #[schemars(range(min = 0.0, max = 5_000_000.0), extend("x-unit" = "persons", "x-source" = "evidence 0.9, Factbook 2025", "x-certainty" = "F"))]
    pub committed: f64,
    /// Most of the committed that is released in a month, while the price of the reserve is high.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1/month", "x-source" = "evidence 1.3 (1-3 %/month)", "x-certainty" = "P"))]
    pub release_per_month: f64,
    /// Price, as a multiple of day 0, above which the main front releases.
    #[schemars(range(min = 1.0, max = 100.0), extend("x-unit" = "1", "x-source" = "evidence 1.3 (political stickiness)", "x-certainty" = "P"))]
    pub release_price_ratio: f64,
    /// Days between allocations.
    #[schemars(range(min = 1, max = 90), extend("x-unit" = "d", "x-source" = "evidence 1.3 (each week)", "x-certainty" = "P"))]
    pub every_days: u32,
    /// Most that a front gains or loses at one allocation.
    #[schemars(range(min = 0.0, max = 1_000_000.0), extend("x-unit" = "persons", "x-source" = "evidence 1.3 (v_max)", "x-certainty" = "P"))]
    pub max_shift: f64,
    /// Time constant with which pressure is perceived.
    #[schemars(range(min = 1.0, max = 90.0), extend("x-unit" = "d", "x-source" = "evidence 1.3 (7-30)", "x-certainty" = "P"))]
    pub perception_days: f64,
    /// Weight of the loss on each front of `run.fronts`, by name.
    #[schemars(extend("additionalProperties" = {"type": "number", "minimum": 0, "maximum": 10}, "x-unit" = "1", "x-source" = "evidence 1.3", "x-certainty" = "P"))]
    pub weight: BTreeMap<String, f64>,
    /// Effect of 1,000 persons on the loss of each front (e: loss falls as exp(-e r)).
    #[schemars(extend("additionalProperties" = {"type": "number", "minimum": 0, "maximum": 10}, "x-unit" = "1", "x-source" = "evidence 1.3", "x-certainty" = "P"))]
    pub effect_per_thousand: BTreeMap<String, f64>,
    /// Pressure of each front without any news from the map.
    #[schemars(extend("additionalProperties" = {"type": "number", "minimum": 0, "maximum": 10}, "x-unit" = "1", "x-source" = "evidence 1.3", "x-certainty" = "P"))]
    pub baseline: BTreeMap<String, f64>,
    /// Codes of the territories between patron and focus, whose lines the fronts listen to.
    #[schemars(extend("x-unit" = "territory codes", "x-source" = "geography", "x-certainty" = "F"))]
    #[serde(rename = "caucasus")]
    pub neighbourhood: Vec<String>,
    /// Share of the pressure on lines further on in the neighbourhood that a front feels that listens to lines.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "design", "x-certainty" = "P"))]
    pub upstream_share: f64,
    /// Share of the pressure on lines of the neighbourhood that reach the sea that a front feels that listens to the sea.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "design", "x-certainty" = "P"))]
    #[serde(rename = "caspian_share")]
    pub sea_share: f64,
    /// Price below which persons stay unallocated: marginal loss averted per 1,000.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "loss per 1,000 persons", "x-source" = "design", "x-certainty" = "P"))]
    pub holding_price: f64,
    /// Share of what stands on the fronts of lines and sea that can go to the line within 72 h.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "design", "x-certainty" = "P"))]
    pub border_share: f64,
    /// Price, as a multiple of day 0, above which the patron counts as overcommitted and withholds further actions.
    #[schemars(range(min = 1.0, max = 100.0), extend("x-unit" = "1", "x-source" = "evidence 1.3, 1.6 (restraint)", "x-certainty" = "P"))]
    pub overcommitment_price_ratio: f64,
}

/// What the patron does about the crisis in the focus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Posture {
    /// Watches.
    #[default]
    Restraint,
    /// Gives the incumbent money and goods.
    AidIncumbent,
    /// Adds forces on its southern fronts.
    ReinforceSouth,
    /// Sends a force into the focus.
    Intervene,
}

/// `[states.moscow]`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PatronParameters {
    /// What it does once need and patience allow.
    #[schemars(extend("x-unit" = "restraint, aid_incumbent, reinforce_south or intervene", "x-source" = "evidence 1.3", "x-certainty" = "P"))]
    pub posture: Posture,
    /// Whether it reaches out to successors after a collapse.
    #[schemars(extend("x-unit" = "true or false", "x-source" = "evidence 1.3", "x-certainty" = "P"))]
    pub outreach: bool,
    /// Watch-and-wait weight: 0 acts at once, 1 watches for `watch_days`.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "evidence 1.3 (restraint)", "x-certainty" = "P"))]
    pub restraint: f64,
    /// Days that the need must last before a fully restrained patron acts.
    #[schemars(range(min = 0.0, max = 365.0), extend("x-unit" = "d", "x-source" = "evidence 1.3 (watch-and-wait)", "x-certainty" = "P"))]
    pub watch_days: f64,
    /// Economic stress of the focus above which aid is needed.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "design", "x-certainty" = "P"))]
    pub aid_above_stress: f64,
    /// Aid to the incumbent, as a share of the focus' GDP in purchasing power.
    #[schemars(range(min = 0.0, max = 0.1), extend("x-unit" = "1/year", "x-source" = "few bn USD over 89.2 m x USD 16,200 = USD 1.44 tn (Factbook)", "x-certainty" = "P"))]
    pub aid_share_of_gdp_per_year: f64,
    /// Perceived pressure on the southern fronts above which they are reinforced.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "design", "x-certainty" = "P"))]
    pub reinforce_above_pressure: f64,
    /// Persons that a front that listens to the lines then holds at least.
    #[schemars(range(min = 0.0, max = 500_000.0), extend("x-unit" = "persons", "x-source" = "design", "x-certainty" = "P"))]
    pub reinforce_persons: f64,
    /// Loss of central control in the focus (1 - C) above which an intervention is needed.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "evidence 1.3 (intervention threshold)", "x-certainty" = "P"))]
    pub intervene_above_loss_of_control: f64,
    /// Persons of an intervention, drawn from the reserve.
    #[schemars(range(min = 0.0, max = 500_000.0), extend("x-unit" = "persons", "x-source" = "design", "x-certainty" = "P"))]
    pub intervene_strength: f64,
    /// Fraction of its threshold below which the need has passed and an action ends.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "design", "x-certainty" = "P"))]
    pub ends_below_share: f64,
    /// Fall of elite cohesion or control against day 0 at which an incumbent in collapse counts as gone.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "design", "x-certainty" = "P"))]
    pub gone_at_fall: f64,
    /// Days that the patron goes on backing an incumbent who is gone.
    #[schemars(range(min = 0, max = 3650), extend("x-unit" = "d", "x-source" = "source text: backing the wrong side", "x-certainty" = "P"))]
    pub drops_incumbent_after_days: u32,
    /// Time in which contacts with successors grow.
    #[schemars(range(min = 1.0, max = 3650.0), extend("x-unit" = "d", "x-source" = "design", "x-certainty" = "P"))]
    pub contact_days: f64,
    /// Contacts at which successors are recognised.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "design", "x-certainty" = "P"))]
    pub recognise_at: f64,
}

impl Parameters {
    /// What no single range can say: pairs of thresholds in the wrong order, values for fronts that are none, as
    /// (key, complaint).
    #[must_use]
    pub fn problems(&self, fronts: &[Front]) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let r = &self.reserve;
        for (table, values) in [
            ("weight", &r.weight),
            ("effect_per_thousand", &r.effect_per_thousand),
            ("baseline", &r.baseline),
        ] {
            let named = |name: &str| fronts.iter().any(|f| f.name == name);
            let missing = fronts.iter().map(|f| &f.name).filter(|name| !values.contains_key(*name));
            let told = missing.map(|name| format!("has no value for the front `{name}`"));
            let unknown = values.keys().filter(|name| !named(name));
            let told =
                told.chain(unknown.map(|name| format!("`{name}` is no front of run.fronts")));
            let key = || format!("states.reserve.{table}");
            found.extend(told.map(|complaint| (key(), complaint)));
        }
        let mut ordered = |key: String, low: f64, high: f64, other: &str| {
            if low > high {
                found.push((key, format!("{low} is above {other} = {high}")));
            }
        };
        let d = &self.decisions;
        ordered(
            "states.decisions.release_below".into(),
            d.release_below,
            d.reinforce_above,
            "reinforce_above",
        );
        ordered(
            "states.decisions.buffer_below".into(),
            d.buffer_below,
            d.buffer_above,
            "buffer_above",
        );
        let named = self.by_code.iter().map(|(code, s)| (format!("states.by_code.{code}"), s));
        for (key, s) in named.chain([("states.other".to_owned(), &self.other)]) {
            let (p, w) = (s.reopen_below_pressure, s.reopen_below_wait_days);
            ordered(
                format!("{key}.reopen_below_pressure"),
                p,
                s.close_above_pressure,
                "close_above_pressure",
            );
            ordered(
                format!("{key}.reopen_below_wait_days"),
                w,
                s.close_above_wait_days,
                "close_above_wait_days",
            );
            let (low, high) = (s.exit_bar_below_unrest, s.exit_bar_above_unrest);
            ordered(format!("{key}.exit_bar_below_unrest"), low, high, "exit_bar_above_unrest");
        }
        found
    }
}
