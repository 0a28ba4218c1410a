//! Borders: crossings as queues, the green border, the pressure index (ODD 7.5).

use bevy_ecs::prelude::*;

use crate::geography::Map;
use crate::scenario::Scenario;
use crate::schedule::Phase;

pub mod crossing;
pub mod green;
pub mod parameters;
pub mod pressure;
pub mod rules;

/// What happened at the crossings in the latest day. Written in `Phase::Move`.
#[derive(Resource, Clone, Debug, Default)]
pub struct CrossingTraffic {
    /// `demand[crossing][direction]`: persons who joined the queue today.
    pub demand: Vec<[u32; 2]>,
    /// `returnees[crossing][direction]`: persons of the demand who are on their way home.
    pub returnees: Vec<[u32; 2]>,
    /// `served[crossing][direction]`: persons who passed today.
    pub served: Vec<[u32; 2]>,
    /// `passed[crossing][direction]`: persons who passed since the start.
    pub passed: Vec<[u64; 2]>,
    /// `waiting[crossing][direction]`: persons in the queue at the end of the day.
    pub waiting: Vec<[u32; 2]>,
    /// `wait_days[crossing][direction]`: waiting time of a newcomer, days (queue over what was served; 99 when nothing moves).
    pub wait_days: Vec<[f32; 2]>,
}

/// Pressure of a segment on a day (evidence 1.5). Written in `Phase::Pressure`; states read it with a delay.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SegmentPressure {
    /// Index, 0 to 100.
    pub index: f64,
    /// Threat, 0 to 1.
    pub threat: f64,
    /// Vulnerability, 0 to 1.
    pub vulnerability: f64,
    /// Impact, 0 to 1.
    pub impact: f64,
    /// Humanitarian (crossing) load D, 0 to 1.
    pub humanitarian: f64,
    /// Irregular crossing load N, 0 to 1.
    pub irregular: f64,
    /// Armed presence A, 0 to 1.
    pub armed: f64,
    /// Violence V, 0 to 1.
    pub violence: f64,
    /// f: persons arriving at the crossings today.
    pub arrivals_per_day: f64,
    /// Q: persons waiting.
    pub waiting: f64,
    /// W: wait, hours.
    pub wait_hours: f64,
    /// i: irregular attempts today.
    pub irregular_attempts_per_day: f64,
    /// a: armed strength near the line, fighters per 100 km.
    pub armed_per_100km: f64,
    /// v: severity-weighted events near the line per 100 km.
    pub events_per_100km: f64,
    /// m: illicit-goods flow index, 0 to 1.
    pub illicit_goods: f64,
    /// g: guards per km.
    pub guards_per_km: f64,
    /// r: reserve available in 72 h, persons.
    pub reserve_72h: f64,
    /// p: exposed population within 50 km.
    pub exposed_population: f64,
    /// k: kin-link index, 0 to 1.
    pub kin_index: f64,
}

/// Pressure of every segment today and on past days.
#[derive(Resource, Clone, Debug, Default)]
pub struct Pressure {
    /// By segment, today.
    pub today: Vec<SegmentPressure>,
    /// Russia's southern border as one, today.
    pub southern: SegmentPressure,
    /// `index_history[day][segment]`: past indices, for lagged decisions.
    pub index_history: Vec<Vec<f32>>,
    /// `wait_history[day][crossing][direction]`: past waits, days.
    pub wait_history: Vec<Vec<[f32; 2]>>,
}

/// Registers the systems of the domain. Crossings and lines follow the travel of displaced groups.
pub fn add_to(schedule: &mut Schedule) {
    use crate::displacement::travel::travel;
    schedule.add_systems(
        (crossing::join_queues, crossing::serve_queues, green::attempt_green_border)
            .chain()
            .after(travel)
            .in_set(Phase::Move),
    );
    schedule.add_systems(pressure::assess_pressure.in_set(Phase::Pressure));
}

/// Puts the domain's resources into the world.
pub fn populate(world: &mut World, map: &Map, scenario: &Scenario) {
    let n = map.crossings.len();
    world.insert_resource(CrossingTraffic {
        demand: vec![[0; 2]; n],
        returnees: vec![[0; 2]; n],
        served: vec![[0; 2]; n],
        passed: vec![[0; 2]; n],
        waiting: vec![[0; 2]; n],
        wait_days: vec![[0.0; 2]; n],
    });
    world.insert_resource(crossing::Queues::new(map, scenario.borders.crossing.idle_share));
    let segments = map.segments.len();
    world.insert_resource(green::GreenTraffic {
        attempts: vec![0; segments],
        stopped: vec![0; segments],
    });
    world.insert_resource(green::GreenLines::new(map));
    world.insert_resource(pressure::SegmentConstants::new(map, scenario));
    world.insert_resource(Pressure {
        today: vec![SegmentPressure::default(); segments],
        ..Pressure::default()
    });
}
