//! Parameters of the leadership: each with unit, range, meaning, source. Values are in the scenario files.
//!
//! A pair `[lo, hi]` is a range that is sampled once per run, uniformly. The quantile belongs to the quantity and the
//! replicate, not to the outcome: replicate 7 is as lucky under every outcome.

use std::collections::BTreeMap;

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::outcome::{Outcome, for_each_outcome};

/// `[leadership]`.
#[derive(Resource, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Air campaigns against the focus; none unless a scenario asks for one.
    pub air_campaigns: Vec<AirCampaign>,
    /// National condition on the as-of date, the same under every outcome.
    pub start: Start,
    /// Course of the condition under each outcome.
    pub outcomes: Outcomes,
    /// Shape of renewed waves of unrest.
    pub flares: Flares,
    /// How provinces differ from the national course.
    pub periphery: Periphery,
    /// First-level units of the focus.
    pub provinces: Vec<Province>,
    /// Control by the governing state outside the focus, constant.
    pub control_elsewhere: ControlElsewhere,
    /// Sanctions, tariffs, threats, isolation, aid.
    pub external: External,
    /// Breakdown hazards and noise of the endogenous mode.
    pub hazards: Hazards,
}

impl Parameters {
    /// Whether an air campaign is under way on a day.
    #[must_use]
    pub fn is_under_air_campaign(&self, day: u32) -> bool {
        self.air_campaigns.iter().any(|a| day >= a.from_day && day - a.from_day < a.days)
    }
}

/// An air campaign against the focus.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AirCampaign {
    /// First day, counted from the as-of date.
    #[schemars(extend("x-unit" = "d", "x-source" = "scenario", "x-certainty" = "P"))]
    pub from_day: u32,
    /// How many days it lasts.
    #[schemars(range(min = 1), extend("x-unit" = "d", "x-source" = "scenario", "x-certainty" = "P"))]
    pub days: u32,
}

/// `[leadership.start]`: the condition on the as-of date.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// U: unrest about two weeks into the wave.
    #[schemars(
        inner(range(min = 0, max = 1)),
        extend("x-unit" = "1", "x-source" = "evidence 1.4 anchor", "x-certainty" = "P")
    )]
    pub unrest: [f64; 2],
    /// C: central control.
    #[schemars(inner(range(min = 0, max = 1)), extend("x-unit" = "1", "x-source" = "evidence 1.4", "x-certainty" = "P"))]
    pub control: [f64; 2],
    /// K: elite cohesion.
    #[schemars(inner(range(min = 0, max = 1)), extend("x-unit" = "1", "x-source" = "evidence 1.4", "x-certainty" = "P"))]
    pub cohesion: [f64; 2],
    /// E: economic stress.
    #[schemars(inner(range(min = 0, max = 1)), extend("x-unit" = "1", "x-source" = "evidence 1.3", "x-certainty" = "P"))]
    pub stress: [f64; 2],
    /// X: outside pressure.
    #[schemars(inner(range(min = 0, max = 1)), extend("x-unit" = "1", "x-source" = "evidence 1.4", "x-certainty" = "P"))]
    pub outside_pressure: [f64; 2],
    /// A: alignment with the patron.
    #[schemars(
        inner(range(min = -1, max = 1)),
        extend("x-unit" = "1", "x-source" = "evidence 1.4", "x-certainty" = "P")
    )]
    pub alignment: [f64; 2],
}

macro_rules! make_outcome_tables {
    (
        $(#[$first_meaning:meta])* $first:ident $first_name:ident { collapse: $_first:literal }
        $($(#[$meaning:meta])* $variant:ident $name:ident { collapse: $_collapse:literal })*
    ) => {
        /// `[leadership.outcomes]`.
        #[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct Outcomes {
            $(#[$first_meaning])*
            pub $first_name: Courses,
            $($(#[$meaning])* pub $name: Courses,)*
        }

        impl Outcomes {
            /// The courses of an outcome. While the endogenous mode has brought none about, the first holds.
            #[must_use]
            pub const fn of(&self, outcome: Outcome) -> &Courses {
                match outcome {
                    Outcome::$first | Outcome::Endogenous => &self.$first_name,
                    $(Outcome::$variant => &self.$name,)*
                }
            }
        }

        /// `[leadership.hazards]`: the endogenous mode.
        #[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct Hazards {
            /// Probability within a year that leadership breaks down at the calm condition, all kinds together.
            #[schemars(
                inner(range(min = 0, max = 0.99)),
                extend("x-unit" = "1/year", "x-source" = "evidence 1.3 (Geddes, Wright, Frantz)", "x-certainty" = "R-m")
            )]
            pub annual_breakdown_at_calm: [f64; 2],
            /// The condition that the base rate belongs to.
            pub calm: Calm,
            $($(#[$meaning])* pub $name: Breakdown,)*
            /// Spread of the noise on unrest (standard deviation in the long run).
            #[schemars(range(min = 0, max = 0.5), extend("x-unit" = "1", "x-source" = "evidence 1.4 (form)", "x-certainty" = "P"))]
            pub noise_sd: f64,
            /// Memory of the noise (e-fold).
            #[schemars(range(min = 0.1, max = 365), extend("x-unit" = "d", "x-source" = "evidence 1.4 (form)", "x-certainty" = "P"))]
            pub noise_memory_days: f64,
        }

        impl Hazards {
            /// Every kind of breakdown with what it leads to.
            #[must_use]
            pub const fn breakdowns(&self) -> [(Outcome, &Breakdown); Outcome::PRESCRIBED.len() - 1] {
                [$((Outcome::$variant, &self.$name),)*]
            }
        }
    };
}
for_each_outcome!(make_outcome_tables);

/// `[leadership.outcomes.<name>]`: how the condition moves under an outcome.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Courses {
    /// U: unrest.
    pub unrest: CurveRanges,
    /// C: central control.
    pub control: CurveRanges,
    /// K: elite cohesion.
    pub cohesion: CurveRanges,
    /// E: economic stress.
    pub stress: CurveRanges,
    /// X: outside pressure.
    pub outside_pressure: CurveRanges,
    /// A: alignment with the patron.
    pub alignment: CurveRanges,
    /// Probability within a year that unrest flares up again.
    #[schemars(
        inner(range(min = 0, max = 0.99)),
        extend("x-unit" = "1/year", "x-source" = "evidence 1.4", "x-certainty" = "P")
    )]
    pub flare_probability_per_year: [f64; 2],
    /// How high a renewed wave lifts unrest, as a share of the way to 1.
    #[schemars(inner(range(min = 0, max = 1)), extend("x-unit" = "1", "x-source" = "evidence 1.4", "x-certainty" = "P"))]
    pub flare_height: [f64; 2],
    /// Days that control of the core lags behind the national course, that is behind the periphery.
    #[schemars(
        inner(range(min = 0, max = 365)),
        extend("x-unit" = "d", "x-source" = "evidence 1.4 (form)", "x-certainty" = "P")
    )]
    pub centre_delay_days: [f64; 2],
    /// Contest at the centre: exponent on control of the core beyond 1, phased in with the control curve.
    #[schemars(
        inner(range(min = 0, max = 5)),
        extend("x-unit" = "1", "x-source" = "evidence 1.4 (front lines)", "x-certainty" = "P")
    )]
    pub centre_exponent: [f64; 2],
    /// Share of people under low control whose economic cost the stress curve of this outcome already includes.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "evidence 1.4", "x-certainty" = "P"))]
    pub war_share_included: f64,
}

impl Courses {
    /// The curves in the order of the sides of a [`super::Condition`].
    #[must_use]
    pub const fn curves(&self) -> [&CurveRanges; 6] {
        [
            &self.unrest,
            &self.control,
            &self.cohesion,
            &self.stress,
            &self.outside_pressure,
            &self.alignment,
        ]
    }
}

/// Ranges of a double logistic course from the start value over a peak (trough, plateau) to an end.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CurveRanges {
    /// Value that the first change leads to.
    #[schemars(
        inner(range(min = -1, max = 1)),
        extend("x-unit" = "1", "x-source" = "evidence 1.4", "x-certainty" = "P")
    )]
    pub peak: [f64; 2],
    /// Value in the end.
    #[schemars(
        inner(range(min = -1, max = 1)),
        extend("x-unit" = "1", "x-source" = "evidence 1.4", "x-certainty" = "P")
    )]
    pub end: [f64; 2],
    /// Middle of the first change, days after the start.
    #[schemars(
        inner(range(min = 0, max = 3650)),
        extend("x-unit" = "d", "x-source" = "evidence 1.4", "x-certainty" = "P")
    )]
    pub onset_days: [f64; 2],
    /// E-fold of the first change.
    #[schemars(
        inner(range(min = 0.1, max = 3650)),
        extend("x-unit" = "d", "x-source" = "evidence 1.4", "x-certainty" = "P")
    )]
    pub rise_days: [f64; 2],
    /// Middle of the second change, days after the start.
    #[schemars(
        inner(range(min = 0, max = 3650)),
        extend("x-unit" = "d", "x-source" = "evidence 1.4", "x-certainty" = "P")
    )]
    pub turn_days: [f64; 2],
    /// E-fold of the second change.
    #[schemars(
        inner(range(min = 0.1, max = 3650)),
        extend("x-unit" = "d", "x-source" = "evidence 1.4", "x-certainty" = "P")
    )]
    pub fall_days: [f64; 2],
}

/// `[leadership.flares]`: shape of a renewed wave of unrest.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flares {
    /// Days from the first protest to the whole country.
    #[schemars(inner(range(min = 0, max = 60)), extend("x-unit" = "d", "x-source" = "evidence 1.4", "x-certainty" = "C"))]
    pub ramp_days: [f64; 2],
    /// Days at full height.
    #[schemars(inner(range(min = 0, max = 60)), extend("x-unit" = "d", "x-source" = "evidence 1.4", "x-certainty" = "C"))]
    pub pulse_days: [f64; 2],
    /// E-fold of the decay.
    #[schemars(
        inner(range(min = 0.1, max = 365)),
        extend("x-unit" = "d", "x-source" = "evidence 1.4", "x-certainty" = "P")
    )]
    pub decay_days: [f64; 2],
    /// Share of control lost at the height of a wave.
    #[schemars(inner(range(min = 0, max = 1)), extend("x-unit" = "1", "x-source" = "none", "x-certainty" = "P"))]
    pub control_loss: [f64; 2],
}

/// `[leadership.periphery]`: how provinces differ from the national course.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Periphery {
    /// q: exponent on control beyond 1 in a wholly peripheral province.
    #[schemars(
        inner(range(min = 0, max = 5)),
        extend("x-unit" = "1", "x-source" = "evidence 1.4 (form)", "x-certainty" = "P")
    )]
    pub control_exponent: [f64; 2],
    /// Exponent on calm (1 - U) beyond 1 in a wholly peripheral province.
    #[schemars(inner(range(min = 0, max = 5)), extend("x-unit" = "1", "x-source" = "none", "x-certainty" = "P"))]
    pub unrest_exponent: [f64; 2],
    /// Days that unrest of the core lags behind the periphery.
    #[schemars(
        inner(range(min = 0, max = 60)),
        extend("x-unit" = "d", "x-source" = "evidence 1.4 (12 d to all provinces bounds it)", "x-certainty" = "P")
    )]
    pub unrest_delay_days: [f64; 2],
}

/// `[[leadership.provinces]]`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Province {
    /// Name of the first-level unit as the map gives it.
    pub name: String,
    /// 0 (core) to 1 (border and minority province).
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "evidence 3", "x-certainty" = "P"))]
    pub periphery: f64,
}

/// `[leadership.control_elsewhere]`: control by the governing state outside the focus.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControlElsewhere {
    /// Wherever nothing else is said.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "none", "x-certainty" = "P"))]
    pub default: f64,
    /// By ISO3 code of the state.
    #[schemars(extend("additionalProperties" = {"type": "number", "minimum": 0, "maximum": 1}, "x-unit" = "1", "x-source" = "none", "x-certainty" = "P"))]
    pub states: BTreeMap<String, f64>,
    /// By `CODE/Name` of the first-level unit, before the state's value.
    #[schemars(extend("additionalProperties" = {"type": "number", "minimum": 0, "maximum": 1}, "x-unit" = "1", "x-source" = "none", "x-certainty" = "P"))]
    pub units: BTreeMap<String, f64>,
}

/// `[leadership.external]`: pressure and aid from outside.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct External {
    /// Level of sanctions.
    pub sanctions: Instrument,
    /// Level of tariffs on the focus and on those who trade with it.
    pub tariffs: Instrument,
    /// Level of conditional military threats.
    pub threat: Instrument,
    /// Level of diplomatic isolation.
    pub isolation: Instrument,
    /// Growth lost to sanctions at full level, percentage points a year: fixes `alpha_s`.
    #[schemars(inner(range(min = 0, max = 20)), extend("x-unit" = "pp/year", "x-source" = "evidence 1.3", "x-certainty" = "R-h"))]
    pub sanctions_growth_loss: [f64; 2],
    /// Growth lost to tariffs at full level, percentage points a year.
    #[schemars(inner(range(min = 0, max = 20)), extend("x-unit" = "pp/year", "x-source" = "evidence 1.3 (US sanctions)", "x-certainty" = "P"))]
    pub tariffs_growth_loss: [f64; 2],
    /// Growth lost to war over the whole country, percentage points a year: fixes `alpha_w`.
    #[schemars(inner(range(min = 0, max = 60)), extend("x-unit" = "pp/year", "x-source" = "none", "x-certainty" = "P"))]
    pub war_growth_loss: [f64; 2],
    /// Growth kept by aid of one per cent of GDP a year, percentage points: fixes `alpha_r`.
    #[schemars(inner(range(min = 0, max = 3)), extend("x-unit" = "pp per % of GDP", "x-source" = "none", "x-certainty" = "P"))]
    pub aid_growth_gain: [f64; 2],
    /// Growth lost at economic stress 1, percentage points a year: the scale of E.
    #[schemars(inner(range(min = 1, max = 60)), extend("x-unit" = "pp/year", "x-source" = "none", "x-certainty" = "P"))]
    pub full_stress_growth_loss: [f64; 2],
    /// Share of sanctions and tariffs evaded beyond what the measured losses contain.
    #[schemars(inner(range(min = 0, max = 1)), extend("x-unit" = "1", "x-source" = "evidence 1.3 (form)", "x-certainty" = "P"))]
    pub evasion: [f64; 2],
    /// E-fold with which stress follows its forces (1 / rho).
    #[schemars(inner(range(min = 1, max = 3650)), extend("x-unit" = "d", "x-source" = "evidence 1.3 (form)", "x-certainty" = "P"))]
    pub stress_efold_days: [f64; 2],
    /// Outside pressure per level of threat above the standing one.
    #[schemars(inner(range(min = 0, max = 1)), extend("x-unit" = "1", "x-source" = "none", "x-certainty" = "P"))]
    pub pressure_per_threat: [f64; 2],
    /// Outside pressure per level of isolation above the standing one.
    #[schemars(inner(range(min = 0, max = 1)), extend("x-unit" = "1", "x-source" = "none", "x-certainty" = "P"))]
    pub pressure_per_isolation: [f64; 2],
    /// Elite cohesion gained by aid of one per cent of GDP a year.
    #[schemars(inner(range(min = 0, max = 0.2)), extend("x-unit" = "1 per % of GDP", "x-source" = "none", "x-certainty" = "P"))]
    pub cohesion_per_aid: [f64; 2],
    /// Control below which people count as living under war, for the war term of stress.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "evidence 1.6 (vacuum where C < 0.4)", "x-certainty" = "P"))]
    pub war_control_below: f64,
}

/// One kind of pressure: a standing level, and episodes in which it is another.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Instrument {
    /// Level on days without an episode; the outcomes' curves include it.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "none", "x-certainty" = "P"))]
    pub standing: f64,
    /// Days with another level; where two overlap the later in the list counts.
    pub episodes: Vec<Episode>,
}

/// Days on which an instrument has another level.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Episode {
    /// First day, counted from the as-of date.
    #[schemars(extend("x-unit" = "d", "x-source" = "scenario", "x-certainty" = "P"))]
    pub from_day: u32,
    /// Last day.
    #[schemars(extend("x-unit" = "d", "x-source" = "scenario", "x-certainty" = "P"))]
    pub to_day: u32,
    /// Level, 0 (none) to 1 (full).
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "scenario", "x-certainty" = "P"))]
    pub level: f64,
}

impl Instrument {
    /// Level on a day.
    #[must_use]
    pub fn level_on(&self, day: u32) -> f64 {
        self.episodes
            .iter()
            .rev()
            .find(|e| (e.from_day..=e.to_day).contains(&day))
            .map_or(self.standing, |e| e.level)
    }
}

/// `[leadership.hazards.calm]`: an ordinary year.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Calm {
    /// U in an ordinary year.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "none", "x-certainty" = "P"))]
    pub unrest: f64,
    /// C in an ordinary year.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "none", "x-certainty" = "P"))]
    pub control: f64,
    /// K in an ordinary year.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "none", "x-certainty" = "P"))]
    pub cohesion: f64,
    /// E in an ordinary year.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "none", "x-certainty" = "P"))]
    pub stress: f64,
    /// X in an ordinary year.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "none", "x-certainty" = "P"))]
    pub outside_pressure: f64,
}

/// One kind of breakdown: its share at the calm condition, and how the condition moves its hazard.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Breakdown {
    /// Share of breakdowns at the calm condition; those of all kinds add up to 1.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "evidence 1.3 (half autocracy to autocracy)", "x-certainty" = "P"))]
    pub share_at_calm: f64,
    /// `b_U`: log-hazard per unit of unrest.
    #[schemars(range(min = 0, max = 20), extend("x-unit" = "1", "x-source" = "evidence 1.3 (form)", "x-certainty" = "P"))]
    pub unrest: f64,
    /// `b_E`: log-hazard per unit of stress.
    #[schemars(range(min = 0, max = 20), extend("x-unit" = "1", "x-source" = "evidence 1.3 (form)", "x-certainty" = "P"))]
    pub stress: f64,
    /// `b_C`: fall of the log-hazard per unit of control.
    #[schemars(range(min = 0, max = 20), extend("x-unit" = "1", "x-source" = "evidence 1.3 (form)", "x-certainty" = "P"))]
    pub control: f64,
    /// `b_K`: fall of the log-hazard per unit of cohesion.
    #[schemars(range(min = 0, max = 20), extend("x-unit" = "1", "x-source" = "evidence 1.3 (form)", "x-certainty" = "P"))]
    pub cohesion: f64,
    /// `b_X`: log-hazard per unit of outside pressure.
    #[schemars(range(min = 0, max = 20), extend("x-unit" = "1", "x-source" = "evidence 1.3 (form)", "x-certainty" = "P"))]
    pub outside_pressure: f64,
}
