//! Pressure per segment and day (phase Pressure; evidence 1.5).

use bevy_ecs::prelude::*;

use super::green::GreenTraffic;
use super::{CrossingTraffic, Pressure, SegmentPressure, rules};
use crate::conflict::state::SegmentThreat;
use crate::displacement::Population;
use crate::geography::{CrossingStatus, Map};
use crate::ids::SegmentId;
use crate::scenario::Scenario;
use crate::simulation::ScenarioRes;
use crate::states::Guards;
use crate::time::Clock;
use crate::units::{PersonsPerDay, Share};
use crate::world::RunMap;

/// What the index needs of a segment that does not change.
#[derive(Resource)]
pub struct SegmentConstants {
    capacity: Vec<f64>,
    strategic: Vec<f64>,
    /// Segments of Russia's southern border.
    pub southern: Vec<SegmentId>,
}

impl SegmentConstants {
    /// Constants of a scenario on a map. Names that the map does not have were refused when the scenario was checked.
    #[must_use]
    pub fn new(map: &Map, scenario: &Scenario) -> Self {
        let p = &scenario.borders.pressure;
        let strategic = |name: &str| {
            p.strategic_value
                .get(name)
                .or_else(|| p.strategic_value.get("default"))
                .copied()
                .unwrap_or(0.0)
        };
        Self {
            capacity: map
                .segments
                .iter()
                .map(|s| {
                    s.crossings
                        .iter()
                        .map(|x| &map.crossings[x.index()])
                        .filter(|x| x.status != CrossingStatus::Closed)
                        .map(|x| x.capacity_per_day)
                        .sum()
                })
                .collect(),
            strategic: map.segments.iter().map(|s| strategic(&s.name)).collect(),
            southern: p.southern_border.iter().filter_map(|name| map.segment(name)).collect(),
        }
    }
}

/// System: the pressure of every segment, once a day.
pub fn assess_pressure(
    map: Res<RunMap>,
    scenario: Res<ScenarioRes>,
    clock: Res<Clock>,
    constants: Res<SegmentConstants>,
    traffic: Res<CrossingTraffic>,
    green: Res<GreenTraffic>,
    threat: Res<SegmentThreat>,
    guards: Res<Guards>,
    population: Res<Population>,
    mut pressure: ResMut<Pressure>,
) {
    // With several steps a day the index is taken at the end of the day's last step.
    if !(clock.step + 1).is_multiple_of(clock.steps_per_day) {
        return;
    }
    let p = &scenario.borders.pressure;
    let today: Vec<SegmentPressure> = map
        .segments
        .iter()
        .enumerate()
        .map(|(i, segment)| {
            let mut s = SegmentPressure::default();
            for x in &segment.crossings {
                for side in 0..2 {
                    let came = traffic.demand[x.index()][side];
                    let home = traffic.returnees[x.index()][side];
                    s.arrivals_per_day += f64::from(came - home.min(came));
                    s.waiting += f64::from(traffic.waiting[x.index()][side]);
                    s.wait_hours =
                        s.wait_hours.max(24.0 * f64::from(traffic.wait_days[x.index()][side]));
                }
            }
            s.irregular_attempts_per_day = f64::from(green.attempts[i]);
            s.armed_per_100km = threat.armed_per_100km[i];
            s.events_per_100km = threat.events_per_100km[i];
            s.illicit_goods = threat.illicit[i];
            let [a, b] = guards.per_km[i];
            s.guards_per_km = if segment.a == segment.b { a } else { a + b };
            s.reserve_72h = guards.reserve_72h[i];
            s.exposed_population = segment
                .near
                .iter()
                .map(|(c, _)| {
                    f64::from(population.residents[c.index()] + population.displaced[c.index()])
                })
                .sum();
            s.kin_index = segment.kin_share;
            let sensors = Share(guards.sensors[i][0].max(guards.sensors[i][1]));
            let strain = Share(guards.strain[i][0].max(guards.strain[i][1]));
            s.humanitarian = rules::humanitarian_load(
                PersonsPerDay(s.arrivals_per_day),
                s.waiting,
                p.queue_days,
                PersonsPerDay(constants.capacity[i]),
            )
            .0;
            s.irregular = rules::irregular_load(
                s.irregular_attempts_per_day,
                p.irregular_reference,
                segment.line_km(),
            )
            .0;
            s.armed = rules::armed_presence(s.armed_per_100km, s.guards_per_km).0;
            s.violence = rules::violence_level(s.events_per_100km, p.violence_reference).0;
            let components = [s.humanitarian, s.irregular, s.armed, s.violence].map(Share);
            let effectiveness =
                rules::guard_effectiveness(&scenario.borders.green, s.guards_per_km, sensors);
            s.threat = rules::threat(p, components).0;
            s.vulnerability = rules::vulnerability(effectiveness, strain).0;
            let kin = Share(if scenario.mechanisms.kin { s.kin_index } else { 0.0 });
            s.impact = rules::impact(
                s.exposed_population,
                p.exposed_reference,
                kin,
                Share(constants.strategic[i]),
            )
            .0;
            s.index = rules::index(p, Share(s.threat), Share(s.vulnerability), Share(s.impact));
            s
        })
        .collect();
    let pressure = &mut *pressure;
    pressure.index_history.push(today.iter().map(|s| s.index as f32).collect());
    pressure.wait_history.push(traffic.wait_days.clone());
    pressure.southern = aggregate(&scenario, &map, &constants.southern, &today);
    pressure.today = today;
}

/// Russia's southern border as one: power mean by length for the levels, sums for the flows.
#[must_use]
pub fn aggregate(
    scenario: &Scenario,
    map: &Map,
    segments: &[SegmentId],
    today: &[SegmentPressure],
) -> SegmentPressure {
    let p = &scenario.borders.pressure;
    let mean = |f: fn(&SegmentPressure) -> f64| {
        let values: Vec<(f64, f64)> = segments
            .iter()
            .map(|s| (f(&today[s.index()]), map.segments[s.index()].line_km()))
            .collect();
        rules::power_mean(&values, p.aggregate_power)
    };
    let sum =
        |f: fn(&SegmentPressure) -> f64| segments.iter().map(|s| f(&today[s.index()])).sum::<f64>();
    let by_length = |f: fn(&SegmentPressure) -> f64| {
        let length: f64 = segments.iter().map(|s| map.segments[s.index()].line_km()).sum();
        segments
            .iter()
            .map(|s| f(&today[s.index()]) * map.segments[s.index()].line_km())
            .sum::<f64>()
            / length.max(f64::MIN_POSITIVE)
    };
    let largest = |f: fn(&SegmentPressure) -> f64| {
        segments.iter().map(|s| f(&today[s.index()])).fold(0.0, f64::max)
    };
    SegmentPressure {
        index: mean(|s| s.index),
        threat: mean(|s| s.threat),
        vulnerability: mean(|s| s.vulnerability),
        impact: mean(|s| s.impact),
        humanitarian: mean(|s| s.humanitarian),
        irregular: mean(|s| s.irregular),
        armed: mean(|s| s.armed),
        violence: mean(|s| s.violence),
        arrivals_per_day: sum(|s| s.arrivals_per_day),
        waiting: sum(|s| s.waiting),
        wait_hours: largest(|s| s.wait_hours),
        irregular_attempts_per_day: sum(|s| s.irregular_attempts_per_day),
        armed_per_100km: by_length(|s| s.armed_per_100km),
        events_per_100km: by_length(|s| s.events_per_100km),
        illicit_goods: largest(|s| s.illicit_goods),
        guards_per_km: by_length(|s| s.guards_per_km),
        reserve_72h: largest(|s| s.reserve_72h),
        exposed_population: sum(|s| s.exposed_population),
        kin_index: by_length(|s| s.kin_index),
    }
}
