//! The course of a run: sampled once, advanced once a day (ODD 7.1).
//!
//! Prescribed mode: the outcome's curves are the anchor; outside pressure and aid add a deviation of stress, outside
//! pressure and cohesion to them. Endogenous mode: continuity's curves with noise on unrest, until one of the
//! competing hazards has used up its luck; from that day on the curves of that outcome, beginning at the condition
//! reached.

use bevy_ecs::prelude::*;

use super::luck::{
    self, ALIGNMENT, COHESION, CONTROL, FlareShape, OUTSIDE, Offsets, Outside, Regime, STRESS,
    UNREST,
};
use super::outcome::Outcome;
use super::parameters::{Breakdown, Parameters};
use super::rules::{self, Slopes};
use super::state::{Condition, ExternalPressure, IncumbentAid, Leadership, ProvinceCondition};
use crate::geography::Map;
use crate::ids::{AdminId, TerritoryId};
use crate::mechanisms::Mechanisms;
use crate::random::{RunKey, Stream, normal};
use crate::time::{Clock, Day};
use crate::units::{Days, PerDay, Share};

const A_DAY: Days = Days(1.0);

/// A first-level unit of the focus.
#[derive(Clone, Copy, Debug)]
struct Site {
    unit: AdminId,
    periphery: Share,
    residents: f64,
}

/// One of the competing hazards.
#[derive(Clone, Debug)]
struct Path {
    slopes: Slopes,
    at_calm: PerDay,
    /// Cumulated hazard at which it happens: an exponential draw. Hazards that are lowered, as by aid, happen later,
    /// never sooner, under the same luck.
    luck: f64,
    cumulated: f64,
    outcome: Outcome,
}

/// The endogenous mode's state.
#[derive(Clone, Debug)]
struct Hazards {
    calm: Condition,
    paths: [Path; Outcome::PRESCRIBED.len() - 1],
    noise: f64,
}

/// What a course depends on besides its luck: the parameters and the switches of the run.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// `[leadership]`.
    pub parameters: &'a Parameters,
    /// The switches.
    pub mechanisms: Mechanisms,
}

/// The course of a run and where it stands. Held beside [`Leadership`], which is what others read.
#[derive(Resource, Clone, Debug)]
pub struct Course {
    key: RunKey,
    day: u32,
    regime: Regime,
    /// The regime before an endogenous outcome came about.
    past: Option<Regime>,
    hazards: Option<Hazards>,
    realised_on: Option<Day>,
    shape: FlareShape,
    offsets: Offsets,
    outside: Outside,
    added_stress: f64,
    aid: f64,
    sites: Vec<Site>,
    elsewhere: Vec<ProvinceCondition>,
    now: Leadership,
}

impl Course {
    /// Samples the course of a run and stands at day 0.
    #[must_use]
    pub fn new(
        terms: Terms,
        outcome: Outcome,
        map: &Map,
        focus: Option<TerritoryId>,
        key: RunKey,
    ) -> Self {
        let quantiles = |number: u64| key.uniform(Stream::LeadershipCurve, number, 0);
        Self::with_quantiles(terms, outcome, map, focus, key, &quantiles)
    }

    /// The same with quantiles from elsewhere: tests ask for the middle of every range.
    pub(super) fn with_quantiles(
        terms: Terms,
        outcome: Outcome,
        map: &Map,
        focus: Option<TerritoryId>,
        key: RunKey,
        quantiles: luck::Quantiles,
    ) -> Self {
        let parameters = terms.parameters;
        let shape = FlareShape::sample(parameters, quantiles);
        let start = luck::start(parameters, quantiles);
        let elsewhere = elsewhere(parameters, map);
        let mut course = Self {
            key,
            day: 0,
            regime: Regime::sample(parameters, outcome, start, 0.0, &shape, quantiles),
            past: None,
            hazards: (outcome == Outcome::Endogenous).then(|| hazards(parameters, key, quantiles)),
            realised_on: None,
            shape,
            offsets: Offsets::sample(parameters, quantiles),
            outside: Outside::sample(parameters, quantiles),
            added_stress: 0.0,
            aid: 0.0,
            sites: sites(parameters, map, focus),
            now: Leadership::still(outcome, elsewhere.clone()),
            elsewhere,
        };
        course.look(terms);
        course
    }

    /// A copy of the reading where the course stands.
    #[must_use]
    pub fn reading(&self) -> Leadership {
        self.now.clone()
    }

    /// The reading of a run without a crisis: every unit under its constant control, without unrest.
    #[must_use]
    pub fn calm(&self) -> Leadership {
        Leadership::still(self.regime.outcome, self.elsewhere.clone())
    }

    /// Publishes the reading where the course stands, without allocating.
    pub fn write_to(&self, leadership: &mut Leadership) {
        leadership.clone_from(&self.now);
    }

    /// Moves to a day, a day at a time; `aid` is yesterday's. A day already reached changes nothing.
    pub fn advance(&mut self, terms: Terms, day: Day, aid: IncumbentAid) {
        while self.day < day.0 {
            self.aid = if aid.0.is_finite() { aid.0.max(0.0) } else { 0.0 };
            self.day += 1;
            self.pass_a_day(terms);
            self.look(terms);
        }
    }

    /// What has memory: stress from outside, noise, cumulated hazards. Uses yesterday's reading.
    fn pass_a_day(&mut self, terms: Terms) {
        let yesterday = self.now.national;
        if terms.mechanisms.external_pressure || self.aid > 0.0 || self.added_stress != 0.0 {
            let rest = self.stress_at_rest(terms);
            self.added_stress = rules::relaxed(self.added_stress, rest, self.outside.rate, A_DAY);
        }
        let Some(hazards) = &mut self.hazards else { return };
        let xi = normal(&mut self.key.draws(Stream::LeadershipHazard, 0, self.day));
        let h = &terms.parameters.hazards;
        let memory = Days(h.noise_memory_days);
        hazards.noise = rules::noise_after(hazards.noise, h.noise_sd, memory, A_DAY, xi);
        if self.realised_on.is_some() {
            return;
        }
        if let Some(outcome) = hazards.cumulate(&yesterday) {
            self.turn_to(terms.parameters, outcome);
        }
    }

    fn stress_at_rest(&self, terms: Terms) -> f64 {
        let (mut sanctions, mut tariffs, mut war) = (0.0, 0.0, 0.0);
        if terms.mechanisms.external_pressure {
            let external = &terms.parameters.external;
            sanctions = external.sanctions.level_on(self.day) - external.sanctions.standing;
            tariffs = external.tariffs.level_on(self.day) - external.tariffs.standing;
            war = if terms.parameters.is_under_air_campaign(self.day) {
                1.0
            } else {
                let share = self.share_under_war(external.war_control_below);
                (share - self.regime.war_share_included).max(0.0)
            };
        }
        rules::stress_at_rest(&self.outside.forces, sanctions, tariffs, Share(war), self.aid)
    }

    /// Share of the residents of the focus on the map who live where control is low, yesterday.
    fn share_under_war(&self, low: f64) -> f64 {
        let (mut all, mut under) = (0.0, 0.0);
        for site in &self.sites {
            all += site.residents;
            if self.now.provinces[site.unit.index()].control < low {
                under += site.residents;
            }
        }
        if all > 0.0 { under / all } else { 0.0 }
    }

    /// An endogenous outcome comes about today: its curves begin at the condition that the old ones have reached.
    fn turn_to(&mut self, parameters: &Parameters, outcome: Outcome) {
        let key = self.key;
        let quantiles = |number: u64| key.uniform(Stream::LeadershipCurve, number, 0);
        let today = f64::from(self.day);
        let start = std::array::from_fn(|side| self.curve_at(side, today));
        let next = Regime::sample(parameters, outcome, start, today, &self.shape, &quantiles);
        self.past = Some(std::mem::replace(&mut self.regime, next));
        self.realised_on = Some(Day(self.day));
    }

    /// The curve of one side at a time (days since the as-of date, also of the past), without waves, noise or outside
    /// forces.
    fn curve_at(&self, side: usize, time: f64) -> f64 {
        let regime = match &self.past {
            Some(past) if time < self.regime.begins => past,
            _ => &self.regime,
        };
        rules::double_logistic(&regime.curves[side], Days(time - regime.begins))
    }

    /// Height of renewed waves at a time; waves of the past regime die out.
    fn flare_at(&self, time: f64) -> f64 {
        let before = self
            .past
            .as_ref()
            .map_or(0.0, |past| past.flare(time, self.regime.begins, &self.shape));
        before.max(self.regime.flare(time, f64::INFINITY, &self.shape))
    }

    fn unrest_at(&self, time: f64, noise: f64) -> Share {
        let curve = self.curve_at(UNREST, time).clamp(0.0, 1.0);
        Share::clamped(curve + (1.0 - curve) * self.flare_at(time) + noise)
    }

    fn control_at(&self, time: f64) -> Share {
        Share::clamped(
            self.curve_at(CONTROL, time) * (1.0 - self.shape.control_loss * self.flare_at(time)),
        )
    }

    /// Computes the reading of the day that the course stands at.
    fn look(&mut self, terms: Terms) {
        let today = f64::from(self.day);
        let noise = self.hazards.as_ref().map_or(0.0, |h| h.noise);
        let air_campaign = terms.parameters.is_under_air_campaign(self.day);
        let external = self.external_today(terms);
        let standing = &terms.parameters.external;
        let added_pressure = if terms.mechanisms.external_pressure {
            rules::added_outside_pressure(
                external.threat - standing.threat.standing,
                external.isolation - standing.isolation.standing,
                self.outside.per_threat,
                self.outside.per_isolation,
            )
        } else {
            0.0
        };
        let added_cohesion = self.outside.cohesion_per_aid * (100.0 * self.aid).min(10.0);
        self.now.national = Condition {
            unrest: self.unrest_at(today, noise).0,
            control: self.control_at(today).0,
            cohesion: (self.curve_at(COHESION, today) + added_cohesion).clamp(0.0, 1.0),
            stress: (self.curve_at(STRESS, today) + self.added_stress).clamp(0.0, 1.0),
            outside_pressure: (self.curve_at(OUTSIDE, today) + added_pressure).clamp(0.0, 1.0),
            alignment: self.curve_at(ALIGNMENT, today).clamp(-1.0, 1.0),
        };
        self.now.outcome = if self.realised_on.is_none() && self.hazards.is_some() {
            Outcome::Endogenous
        } else {
            self.regime.outcome
        };
        self.now.realised_on = self.realised_on;
        self.now.air_campaign = air_campaign;
        self.now.external = external;
        self.look_at_provinces(today, noise, terms.mechanisms.periphery_first);
    }

    fn external_today(&self, terms: Terms) -> ExternalPressure {
        let full = self.outside.forces.full_points;
        let added = ExternalPressure {
            added_stress: self.added_stress,
            growth_points_lost: rules::growth_points_lost(self.added_stress, full),
            ..Default::default()
        };
        if !terms.mechanisms.external_pressure {
            return added;
        }
        let (e, day) = (&terms.parameters.external, self.day);
        let bombed = terms.parameters.is_under_air_campaign(day);
        ExternalPressure {
            sanctions: e.sanctions.level_on(day),
            tariffs: e.tariffs.level_on(day),
            threat: if bombed { 1.0 } else { e.threat.level_on(day) },
            isolation: e.isolation.level_on(day),
            ..added
        }
    }

    fn look_at_provinces(&mut self, today: f64, noise: f64, periphery_first: bool) {
        if !periphery_first {
            let alike = ProvinceCondition {
                unrest: self.now.national.unrest,
                control: self.now.national.control,
            };
            for site in &self.sites {
                self.now.provinces[site.unit.index()] = alike;
            }
            return;
        }
        // The delay and the contest of the centre come in with the control curve: day 0 is the same under every
        // outcome, and an endogenous outcome does not make the provinces jump.
        let curve = &self.regime.curves[CONTROL];
        let phase = rules::progress(Days(today - self.regime.begins), curve.onset, curve.rise).0;
        let (delay_before, contest_before) =
            self.past.as_ref().map_or((self.regime.centre_delay.0, 0.0), |past| {
                (past.centre_delay.0, past.centre_exponent)
            });
        let centre_delay = Days(delay_before + (self.regime.centre_delay.0 - delay_before) * phase);
        let contest = contest_before + (self.regime.centre_exponent - contest_before) * phase;
        for i in 0..self.sites.len() {
            let Site { unit, periphery, .. } = self.sites[i];
            let control_time = today - rules::province_delay(centre_delay, periphery).0;
            let unrest_time = today - rules::province_delay(self.offsets.unrest_delay, periphery).0;
            let control = self.control_at(control_time);
            let unrest = self.unrest_at(unrest_time, noise);
            self.now.provinces[unit.index()] = ProvinceCondition {
                control: rules::province_control(
                    control,
                    periphery,
                    self.offsets.control_exponent,
                    contest,
                )
                .0,
                unrest: rules::province_unrest(unrest, periphery, self.offsets.unrest_exponent).0,
            };
        }
    }
}

/// Once a day: moves the course to today and publishes it.
pub fn advance_leadership(
    clock: Res<Clock>,
    parameters: Res<Parameters>,
    mechanisms: Res<Mechanisms>,
    aid: Res<IncumbentAid>,
    mut course: ResMut<Course>,
    mut leadership: ResMut<Leadership>,
) {
    if clock.starts_day && mechanisms.leadership_crisis {
        course.advance(Terms { parameters: &parameters, mechanisms: *mechanisms }, clock.day, *aid);
        course.write_to(&mut leadership);
    }
}

impl Hazards {
    /// Adds a day's hazard to each path; the outcome whose luck ran out first within the day, if any did.
    fn cumulate(&mut self, condition: &Condition) -> Option<Outcome> {
        let mut first: Option<(f64, Outcome)> = None;
        for path in &mut self.paths {
            let hazard =
                rules::breakdown_hazard(path.at_calm, &path.slopes, condition, &self.calm).0;
            // The time within the day at which the path's luck runs out.
            let time = (path.luck - path.cumulated) / hazard;
            path.cumulated += hazard;
            if hazard > 0.0 && time <= 1.0 && first.is_none_or(|(t, _)| time < t) {
                first = Some((time, path.outcome));
            }
        }
        first.map(|(_, outcome)| outcome)
    }
}

fn hazards(parameters: &Parameters, key: RunKey, quantiles: luck::Quantiles) -> Hazards {
    let h = &parameters.hazards;
    let rate = luck::calm_rate(parameters, quantiles);
    let path = |outcome: Outcome, b: &Breakdown| Path {
        slopes: Slopes {
            unrest: b.unrest,
            stress: b.stress,
            control: b.control,
            cohesion: b.cohesion,
            outside_pressure: b.outside_pressure,
        },
        at_calm: rate * b.share_at_calm,
        luck: -libm::log1p(-key.uniform(Stream::LeadershipHazard, outcome as u64, 0)),
        cumulated: 0.0,
        outcome,
    };
    Hazards {
        calm: Condition {
            unrest: h.calm.unrest,
            control: h.calm.control,
            cohesion: h.calm.cohesion,
            stress: h.calm.stress,
            outside_pressure: h.calm.outside_pressure,
            alignment: 0.0,
        },
        paths: h.breakdowns().map(|(outcome, breakdown)| path(outcome, breakdown)),
        noise: 0.0,
    }
}

/// The units of the focus on the map. One that the scenario does not list counts as core; `check_against_map` reports it
/// before.
fn sites(parameters: &Parameters, map: &Map, focus: Option<TerritoryId>) -> Vec<Site> {
    let units = map.admin1.iter().enumerate().filter(|(_, unit)| Some(unit.state) == focus);
    units
        .map(|(i, unit)| Site {
            unit: AdminId::from_index(i),
            periphery: Share(
                parameters
                    .provinces
                    .iter()
                    .find(|p| p.name == unit.name)
                    .map_or(0.0, |p| p.periphery),
            ),
            residents: unit.population as f64,
        })
        .collect()
}

fn elsewhere(parameters: &Parameters, map: &Map) -> Vec<ProvinceCondition> {
    let table = &parameters.control_elsewhere;
    let control = |unit: &crate::geography::Admin1| {
        let code = &map.territories[unit.state.index()].code;
        let by_unit = table.units.get(&format!("{code}/{}", unit.name));
        by_unit.or_else(|| table.states.get(code)).copied().unwrap_or(table.default)
    };
    map.admin1
        .iter()
        .map(|unit| ProvinceCondition { unrest: 0.0, control: control(unit) })
        .collect()
}
