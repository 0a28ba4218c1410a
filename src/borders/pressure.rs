//! Pressure per segment and day (phase Pressure; evidence 1.5).

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use super::components::{self, Aggregate, Line};
use super::parameters::{Parameters, PressureIndex};
use super::rules;
use super::segment_pressure::{Pressure, SegmentPressure};
use super::state::{CrossingTraffic, GreenTraffic};
use crate::conflict::state::SegmentThreat;
use crate::displacement::population::Population;
use crate::geography::{CrossingStatus, Map};
use crate::ids::SegmentId;
use crate::mechanisms::Mechanisms;
use crate::states::state::Guards;
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
    /// Constants of a map. Names that the map does not have were refused when the scenario was checked.
    #[must_use]
    pub fn new(map: &Map, p: &PressureIndex) -> Self {
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

/// What the pressure on a line is made of.
#[derive(SystemParam)]
pub struct Surroundings<'w> {
    constants: Res<'w, SegmentConstants>,
    traffic: Res<'w, CrossingTraffic>,
    green: Res<'w, GreenTraffic>,
    threat: Res<'w, SegmentThreat>,
    guards: Res<'w, Guards>,
    population: Res<'w, Population>,
}

/// System: the pressure of every segment, once a day.
pub fn assess_pressure(
    map: Res<RunMap>,
    parameters: Res<Parameters>,
    mechanisms: Res<Mechanisms>,
    clock: Res<Clock>,
    around: Surroundings,
    mut pressure: ResMut<Pressure>,
) {
    // With several steps a day the index is taken at the end of the day's last step.
    if !(clock.step + 1).is_multiple_of(clock.steps_per_day) {
        return;
    }
    let segments = map.segments.iter().enumerate();
    let today: Vec<SegmentPressure> = segments
        .map(|(number, segment)| {
            let [a, b] = around.guards.per_km[number];
            let line = Line {
                number,
                segment,
                capacity: PersonsPerDay(around.constants.capacity[number]),
                guards_per_km: if segment.a == segment.b { a } else { a + b },
                traffic: &around.traffic,
                green: &around.green,
                threat: &around.threat,
            };
            assess(&line, &parameters, &mechanisms, &around)
        })
        .collect();
    let pressure = &mut *pressure;
    pressure.index_history.push(today.iter().map(|s| s.index as f32).collect());
    pressure.wait_history.push(around.traffic.wait_days.clone());
    pressure.southern = aggregate(&parameters.pressure, &map, &around.constants.southern, &today);
    pressure.today = today;
}

/// The pressure on a line.
fn assess(
    line: &Line<'_>,
    parameters: &Parameters,
    mechanisms: &Mechanisms,
    around: &Surroundings<'_>,
) -> SegmentPressure {
    let (p, i) = (&parameters.pressure, line.number);
    let mut s = SegmentPressure {
        guards_per_km: line.guards_per_km,
        reserve_72h: around.guards.reserve_72h[i],
        kin_index: line.segment.kin_share,
        ..SegmentPressure::default()
    };
    let (residents, displaced) = (&around.population.residents, &around.population.displaced);
    let near = line.segment.near.iter().map(|(cell, _)| cell.index());
    s.exposed_population = near.map(|c| f64::from(residents[c] + displaced[c])).sum();

    // What is observed, and the loads that it makes.
    for (seen, observable) in s.observed.iter_mut().zip(components::observables()) {
        *seen = (observable.observe)(line);
    }
    let mut rest = &s.observed[..];
    for (load, component) in s.loads.iter_mut().zip(components::ALL) {
        let (own, others) = rest.split_at(component.observables.len());
        *load = (component.load_of)(p, line, own).0;
        rest = others;
    }

    // Threat, vulnerability, impact, and the index that they make.
    let sensors = Share(around.guards.sensors[i][0].max(around.guards.sensors[i][1]));
    let strain = Share(around.guards.strain[i][0].max(around.guards.strain[i][1]));
    let effectiveness = rules::guard_effectiveness(&parameters.green, s.guards_per_km, sensors);
    let kin = Share(if mechanisms.kin { s.kin_index } else { 0.0 });
    let strategic = Share(around.constants.strategic[i]);
    s.threat = rules::threat(p, &s.loads).0;
    s.vulnerability = rules::vulnerability(effectiveness, strain).0;
    s.impact = rules::impact(s.exposed_population, p.exposed_reference, kin, strategic).0;
    s.index = rules::index(p, Share(s.threat), Share(s.vulnerability), Share(s.impact));
    s
}

/// Russia's southern border as one: power mean by length for the levels, and for what is observed its own aggregate.
#[must_use]
pub fn aggregate(
    p: &PressureIndex,
    map: &Map,
    segments: &[SegmentId],
    today: &[SegmentPressure],
) -> SegmentPressure {
    let values = |f: &dyn Fn(&SegmentPressure) -> f64| -> Vec<(f64, f64)> {
        let value = |s: &SegmentId| (f(&today[s.index()]), map.segments[s.index()].line_km());
        segments.iter().map(value).collect()
    };
    let level =
        |f: &dyn Fn(&SegmentPressure) -> f64| rules::power_mean(&values(f), p.aggregate_power);
    let over = |aggregate: Aggregate, f: &dyn Fn(&SegmentPressure) -> f64| {
        rules::over_lines(aggregate, &values(f))
    };
    let mut south = SegmentPressure {
        index: level(&|s| s.index),
        threat: level(&|s| s.threat),
        vulnerability: level(&|s| s.vulnerability),
        impact: level(&|s| s.impact),
        guards_per_km: over(Aggregate::ByLength, &|s| s.guards_per_km),
        reserve_72h: over(Aggregate::Largest, &|s| s.reserve_72h),
        exposed_population: over(Aggregate::Sum, &|s| s.exposed_population),
        kin_index: over(Aggregate::ByLength, &|s| s.kin_index),
        ..SegmentPressure::default()
    };
    for (i, load) in south.loads.iter_mut().enumerate() {
        *load = level(&|s| s.loads[i]);
    }
    for (i, observable) in components::observables().enumerate() {
        south.observed[i] = over(observable.over_lines, &|s| s.observed[i]);
    }
    south
}
