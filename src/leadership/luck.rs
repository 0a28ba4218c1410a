//! What a run draws once: the quantile of each named quantity, and the values that follow from it under each outcome.

use super::outcome::Outcome;
use super::parameters::{CurveRanges, Parameters};
use super::rules::{self, Curve, StressForces};
use crate::units::{Days, PerDay};

/// Sides of the condition, in the order of the arrays of curves.
pub(super) const SIDES: usize = 6;
pub(super) const UNREST: usize = 0;
pub(super) const CONTROL: usize = 1;
pub(super) const COHESION: usize = 2;
pub(super) const STRESS: usize = 3;
pub(super) const OUTSIDE: usize = 4;
pub(super) const ALIGNMENT: usize = 5;

/// Stable numbers of the quantities: a number keeps its meaning for ever, or results change. 0 to 5 are the start
/// values.
mod number {
    /// Curves: `CURVE + 10 * side + field`.
    pub const CURVE: u64 = 100;
    pub const FLARE_PROBABILITY: u64 = 200;
    pub const FLARE_HEIGHT: u64 = 201;
    pub const FLARE_RAMP: u64 = 202;
    pub const FLARE_PULSE: u64 = 203;
    pub const FLARE_DECAY: u64 = 204;
    pub const FLARE_CONTROL: u64 = 205;
    /// Waiting times for flares: `FLARE_WAIT + i`.
    pub const FLARE_WAIT: u64 = 210;
    pub const PERIPHERY_CONTROL: u64 = 300;
    pub const PERIPHERY_UNREST: u64 = 301;
    pub const UNREST_DELAY: u64 = 302;
    pub const CENTRE_DELAY: u64 = 310;
    pub const CENTRE_EXPONENT: u64 = 311;
    /// Outside pressure: `EXTERNAL + field`.
    pub const EXTERNAL: u64 = 320;
    pub const BREAKDOWN: u64 = 340;
}

/// Flares that a run can have at most; the tenth within any horizon is beyond reason.
const FLARES: u64 = 10;

/// A source of quantiles: the run's keyed draws, or a constant in tests.
pub(super) type Quantiles<'a> = &'a dyn Fn(u64) -> f64;

/// A course under one outcome, from the day that it begins.
#[derive(Clone, Debug)]
pub(super) struct Regime {
    pub outcome: Outcome,
    /// Day on which it begins, counted from the as-of date.
    pub begins: f64,
    pub curves: [Curve; SIDES],
    /// Days on which renewed waves begin, ascending, counted from the as-of date.
    pub flares: Vec<f64>,
    pub flare_height: f64,
    pub centre_delay: Days,
    pub centre_exponent: f64,
    pub war_share_included: f64,
}

impl Regime {
    /// The regime of an outcome, beginning from this condition on this day.
    pub fn sample(
        parameters: &Parameters,
        outcome: Outcome,
        start: [f64; SIDES],
        begins: f64,
        shape: &FlareShape,
        u: Quantiles,
    ) -> Self {
        let courses = parameters.outcomes.of(outcome);
        let ranges = courses.curves();
        let curves = std::array::from_fn(|side| curve(ranges[side], start[side], side as u64, u));
        let yearly =
            rules::quantile(courses.flare_probability_per_year, u(number::FLARE_PROBABILITY));
        let rate = rules::rate_from_annual_probability(yearly);
        let mut flares = Vec::new();
        let mut day = begins;
        if rate.0 > 0.0 {
            for i in 0..FLARES {
                // Inversion keeps the pairing: the same quantile is the same wave, sooner where waves are likelier.
                day += -libm::log1p(-u(number::FLARE_WAIT + i)) / rate.0;
                flares.push(day);
                day += shape.ramp.0 + shape.pulse.0;
            }
        }
        Self {
            outcome,
            begins,
            curves,
            flares,
            flare_height: rules::quantile(courses.flare_height, u(number::FLARE_HEIGHT)),
            centre_delay: Days(rules::quantile(courses.centre_delay_days, u(number::CENTRE_DELAY))),
            centre_exponent: rules::quantile(courses.centre_exponent, u(number::CENTRE_EXPONENT)),
            war_share_included: courses.war_share_included,
        }
    }

    /// Height of renewed waves at a time, of those that begin before `until`.
    pub fn flare(&self, time: f64, until: f64, shape: &FlareShape) -> f64 {
        let mut height: f64 = 0.0;
        for &begins in self.flares.iter().take_while(|&&b| b < time && b < until) {
            height = height.max(
                rules::flare_height(Days(time - begins), shape.ramp, shape.pulse, shape.decay).0,
            );
        }
        height * self.flare_height
    }
}

fn curve(ranges: &CurveRanges, start: f64, side: u64, u: Quantiles) -> Curve {
    let at =
        |field: u64, range: [f64; 2]| rules::quantile(range, u(number::CURVE + 10 * side + field));
    Curve {
        start,
        peak: at(0, ranges.peak),
        end: at(1, ranges.end),
        onset: Days(at(2, ranges.onset_days)),
        rise: Days(at(3, ranges.rise_days)),
        turn: Days(at(4, ranges.turn_days)),
        fall: Days(at(5, ranges.fall_days)),
    }
}

/// The condition on the as-of date.
pub(super) fn start(parameters: &Parameters, u: Quantiles) -> [f64; SIDES] {
    let s = &parameters.start;
    let ranges = [s.unrest, s.control, s.cohesion, s.stress, s.outside_pressure, s.alignment];
    std::array::from_fn(|side| rules::quantile(ranges[side], u(side as u64)))
}

/// Shape of renewed waves in this run.
#[derive(Clone, Copy, Debug)]
pub(super) struct FlareShape {
    pub ramp: Days,
    pub pulse: Days,
    pub decay: Days,
    pub control_loss: f64,
}

impl FlareShape {
    pub fn sample(parameters: &Parameters, u: Quantiles) -> Self {
        let f = &parameters.flares;
        Self {
            ramp: Days(rules::quantile(f.ramp_days, u(number::FLARE_RAMP))),
            pulse: Days(rules::quantile(f.pulse_days, u(number::FLARE_PULSE))),
            decay: Days(rules::quantile(f.decay_days, u(number::FLARE_DECAY))),
            control_loss: rules::quantile(f.control_loss, u(number::FLARE_CONTROL)),
        }
    }
}

/// How provinces differ from the national course in this run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offsets {
    pub control_exponent: f64,
    pub unrest_exponent: f64,
    pub unrest_delay: Days,
}

impl Offsets {
    pub fn sample(parameters: &Parameters, u: Quantiles) -> Self {
        let p = &parameters.periphery;
        Self {
            control_exponent: rules::quantile(p.control_exponent, u(number::PERIPHERY_CONTROL)),
            unrest_exponent: rules::quantile(p.unrest_exponent, u(number::PERIPHERY_UNREST)),
            unrest_delay: Days(rules::quantile(p.unrest_delay_days, u(number::UNREST_DELAY))),
        }
    }
}

/// Strength of outside pressure and aid in this run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outside {
    pub forces: StressForces,
    /// rho.
    pub rate: PerDay,
    pub per_threat: f64,
    pub per_isolation: f64,
    /// Cohesion per one per cent of GDP of aid.
    pub cohesion_per_aid: f64,
}

impl Outside {
    pub fn sample(parameters: &Parameters, u: Quantiles) -> Self {
        let e = &parameters.external;
        let at = |field: u64, range: [f64; 2]| rules::quantile(range, u(number::EXTERNAL + field));
        Self {
            forces: StressForces {
                sanctions_points: at(0, e.sanctions_growth_loss),
                tariffs_points: at(1, e.tariffs_growth_loss),
                war_points: at(2, e.war_growth_loss),
                relief_points: at(3, e.aid_growth_gain),
                full_points: at(4, e.full_stress_growth_loss),
                evasion: at(5, e.evasion),
            },
            rate: PerDay(1.0 / at(6, e.stress_efold_days).max(1e-3)),
            per_threat: at(7, e.pressure_per_threat),
            per_isolation: at(8, e.pressure_per_isolation),
            cohesion_per_aid: at(9, e.cohesion_per_aid),
        }
    }
}

/// Breakdown rate at the calm condition, all kinds together.
pub(super) fn calm_rate(parameters: &Parameters, u: Quantiles) -> PerDay {
    let yearly = rules::quantile(parameters.hazards.annual_breakdown_at_calm, u(number::BREAKDOWN));
    rules::rate_from_annual_probability(yearly)
}
