//! Departure and travel on the network (phase Move).

use bevy_ecs::prelude::*;
use rayon::prelude::*;

use super::decide::DeparturePlan;
use super::group::{Activity, DisplacedGroup, Travel};
use super::population::Population;
use super::rules;
use crate::geography::{DestinationKind, Map, NO_LINK, TravelMode};
use crate::ids::{CellId, DisplacedGroupId};
use crate::random::{RunKey, Stream};
use crate::scenario::Scenario;
use crate::simulation::ScenarioRes;
use crate::time::{Clock, Month};
use crate::units::Hours;
use crate::world::{RunMap, ThreadsInRun};

/// Groups are handed to threads in blocks of this size.
const BLOCK: usize = 4096;

/// Numbers groups in the order of departure.
#[derive(Resource, Default)]
pub struct NextGroup(pub u32);

impl NextGroup {
    /// The next number.
    pub fn take(&mut self) -> DisplacedGroupId {
        self.0 += 1;
        DisplacedGroupId(self.0 - 1)
    }
}

/// State of the roads, and counts of the travel loop.
#[derive(Resource)]
pub struct Roads {
    /// Persons who entered each cell by vehicle in the latest step.
    flow: Vec<u32>,
    /// Whether anybody entered any cell in the latest step.
    flowed: bool,
    /// Cells with a jam, ascending.
    used: Vec<CellId>,
    /// Factor on vehicle hours by cell (season and jam).
    slow_vehicle: Vec<f32>,
    /// Factor on walking hours by cell (season).
    slow_foot: Vec<f32>,
    /// Month that the season's factors are for.
    month: Option<Month>,
    /// What a group does on reaching each destination.
    on_arrival: Vec<Activity>,
    /// Cells entered by groups since the start.
    pub hops: u64,
    /// Group-days of travel since the start (a group that travels for a day is one).
    pub group_days: f64,
}

impl Roads {
    /// Empty roads.
    #[must_use]
    pub fn new(map: &Map) -> Self {
        let n = map.cells.len();
        let on_arrival = map
            .destinations
            .iter()
            .map(|d| match d.kind {
                DestinationKind::Gate(..) => Activity::Queued,
                DestinationKind::Green(..) => Activity::AtLine,
                _ => Activity::Arrived,
            })
            .collect();
        Self {
            flow: vec![0; n],
            flowed: false,
            used: Vec::new(),
            slow_vehicle: vec![1.0; n],
            slow_foot: vec![1.0; n],
            month: None,
            on_arrival,
            hops: 0,
            group_days: 0.0,
        }
    }
}

/// Whether winter slows travel in this month.
#[must_use]
pub fn is_winter(month: Month) -> bool {
    matches!(month.0, 12 | 1..=3)
}

/// System: those who decided to leave become groups.
pub fn depart(
    mut commands: Commands,
    map: Res<RunMap>,
    scenario: Res<ScenarioRes>,
    clock: Res<Clock>,
    key: Res<RunKey>,
    mut plan: ResMut<DeparturePlan>,
    mut population: ResMut<Population>,
    mut next: ResMut<NextGroup>,
) {
    let travel = &scenario.displacement.travel;
    let mut groups = Vec::with_capacity(plan.departures.len());
    for d in plan.departures.drain(..) {
        // Deaths between plan and departure can only have been in phase Fight; who is not there any more cannot leave.
        let persons = d.persons.min(population.strata[usize::from(d.stratum)][d.cell.index()]);
        if persons == 0 {
            continue;
        }
        population.leave_home(d.cell, usize::from(d.stratum), persons);
        let (nationality, community) = population.identity(&map, d.cell, usize::from(d.stratum));
        let share = if nationality == population.mobile_nationality() {
            travel.mobile_vehicle_share
        } else {
            travel.vehicle_share
        };
        groups.push((
            Travel {
                cell: d.cell,
                hours_banked: 0.0,
                destination: d.destination,
                activity: Activity::Travelling,
                by_vehicle: key.uniform(Stream::Traits, d.luck, 0) < share,
            },
            DisplacedGroup {
                luck: d.luck,
                id: next.take(),
                persons,
                departed_step: clock.step,
                home: map.cells.admin1[d.cell.index()],
                nationality,
                community,
                stratum: d.stratum,
                returning: false,
                base: None,
                came_from: None,
                gave_up: None,
                attempts: 0,
            },
        ));
    }
    commands.spawn_batch(groups);
}

/// What the travel loop reads: one slice of next hops per destination and mode.
struct Ways<'a> {
    map: &'a Map,
    next: Vec<[&'a [u8]; 2]>,
    slow: [&'a [f32]; 2],
    hours: [f32; 2],
    on_arrival: &'a [Activity],
}

/// System: groups travel within the step's hours.
///
/// # Panics
/// Never: the components are dense.
pub fn travel(
    map: Res<RunMap>,
    scenario: Res<ScenarioRes>,
    clock: Res<Clock>,
    threads: Res<ThreadsInRun>,
    mut roads: ResMut<Roads>,
    mut groups: Query<(&mut Travel, &DisplacedGroup)>,
) {
    let roads = &mut *roads;
    set_season(roads, &map, &scenario, clock.month);
    set_jams(roads, &map, &scenario, clock.steps_per_day);
    if groups.is_empty() {
        return;
    }
    let mut in_use = vec![[false; 2]; map.territories.len()];
    for (travel, _) in groups.contiguous_iter().expect("dense components") {
        for t in travel {
            if t.activity == Activity::Travelling {
                let territory = map.destinations[t.destination.index()].territory;
                in_use[territory.index()][usize::from(t.by_vehicle)] = true;
            }
        }
    }
    let parameters = &scenario.displacement.travel;
    let mut next: Vec<[&[u8]; 2]> = Vec::with_capacity(map.destinations.len());
    for (territory, used) in map.territories.iter().zip(&in_use) {
        let id =
            map.destinations.get(usize::from(territory.destinations.start)).map(|d| d.territory);
        let table = |mode: usize| {
            let modes = [TravelMode::Foot, TravelMode::Vehicle];
            id.filter(|_| used[mode]).map(|id| map.routes(id, modes[mode], clock.month))
        };
        let tables = [table(0), table(1)];
        for d in 0..usize::from(territory.destinations.end - territory.destinations.start) {
            next.push(
                tables.map(|t| t.map_or(&[][..], |t| &t.next[d * t.n_cells..(d + 1) * t.n_cells])),
            );
        }
    }
    let hours = |per_day: f64| rules::travel_hours(Hours(per_day), clock.step_days).0 as f32;
    let ways = Ways {
        map: &map,
        next,
        slow: [&roads.slow_foot, &roads.slow_vehicle],
        hours: [hours(parameters.walking_hours_per_day), hours(parameters.driving_hours_per_day)],
        on_arrival: &roads.on_arrival,
    };
    let (mut hops, mut moving) = (0, 0);
    for (mut travel, groups) in groups.contiguous_iter_mut().expect("dense components") {
        let travel = travel.bypass_change_detection();
        if threads.0 > 1 {
            let n = map.cells.len();
            let (flow, h, m) = travel
                .par_chunks_mut(BLOCK)
                .zip(groups.par_chunks(BLOCK))
                .fold(
                    || (vec![0_u32; n], 0, 0),
                    |(mut flow, h, m), (travel, groups)| {
                        let (dh, dm) = advance(&ways, travel, groups, &mut flow);
                        (flow, h + dh, m + dm)
                    },
                )
                .reduce(
                    || (vec![0; n], 0, 0),
                    |(mut a, h1, m1), (b, h2, m2)| {
                        a.iter_mut().zip(b).for_each(|(x, y)| *x += y);
                        (a, h1 + h2, m1 + m2)
                    },
                );
            roads.flow.iter_mut().zip(flow).for_each(|(x, y)| *x += y);
            hops += h;
            moving += m;
        } else {
            let (h, m) = advance(&ways, travel, groups, &mut roads.flow);
            hops += h;
            moving += m;
        }
    }
    roads.flowed = hops > 0;
    roads.hops += hops;
    roads.group_days += moving as f64 * clock.step_days.0;
}

/// The travel loop. Returns cells entered and groups that travelled.
fn advance(
    ways: &Ways<'_>,
    travel: &mut [Travel],
    groups: &[DisplacedGroup],
    flow: &mut [u32],
) -> (u64, u64) {
    let (local, start, links) =
        (&ways.map.cells.local[..], &ways.map.links.start[..], &ways.map.links.links[..]);
    let (mut hops, mut moving) = (0, 0);
    for (t, group) in travel.iter_mut().zip(groups) {
        if t.activity != Activity::Travelling {
            continue;
        }
        moving += 1;
        let mode = usize::from(t.by_vehicle);
        let next = ways.next[t.destination.index()][mode];
        let slow = ways.slow[mode];
        let mut budget = ways.hours[mode] + t.hours_banked;
        let mut cell = t.cell.index();
        loop {
            let k = next[local[cell] as usize];
            if k == NO_LINK {
                t.activity = ways.on_arrival[t.destination.index()];
                budget = 0.0;
                break;
            }
            let link = &links[start[cell] as usize + usize::from(k)];
            let hours = (if t.by_vehicle { link.vehicle_hours } else { link.foot_hours })
                * slow[link.to.index()];
            if budget < hours {
                break;
            }
            budget -= hours;
            cell = link.to.index();
            hops += 1;
            if t.by_vehicle {
                flow[cell] += group.persons;
            }
        }
        t.cell = CellId(cell as u32);
        t.hours_banked = budget;
    }
    (hops, moving)
}

fn set_season(roads: &mut Roads, map: &Map, scenario: &Scenario, month: Month) {
    if roads.month == Some(month) {
        return;
    }
    roads.month = Some(month);
    let travel = &scenario.displacement.travel;
    let winter = scenario.mechanisms.seasons && is_winter(month);
    for cell in 0..map.cells.len() {
        let snow = winter && f64::from(map.cells.elevation[cell]) > travel.winter_elevation_m;
        roads.slow_foot[cell] = if snow { travel.winter_factor_foot as f32 } else { 1.0 };
        roads.slow_vehicle[cell] = if snow { travel.winter_factor_vehicle as f32 } else { 1.0 };
    }
}

/// Turns yesterday's flows into today's jams, and empties the counts.
fn set_jams(roads: &mut Roads, map: &Map, scenario: &Scenario, steps_per_day: u32) {
    let travel = &scenario.displacement.travel;
    let winter = scenario.mechanisms.seasons && roads.month.is_some_and(is_winter);
    let base = |cell: usize| {
        let snow = winter && f64::from(map.cells.elevation[cell]) > travel.winter_elevation_m;
        if snow { travel.winter_factor_vehicle as f32 } else { 1.0 }
    };
    for cell in roads.used.drain(..) {
        roads.slow_vehicle[cell.index()] = base(cell.index());
    }
    if !std::mem::take(&mut roads.flowed) {
        return;
    }
    let capacity = [
        travel.road_capacity_class_3,
        travel.road_capacity_class_1,
        travel.road_capacity_class_2,
        travel.road_capacity_class_3,
    ];
    for cell in 0..map.cells.len() {
        let persons = std::mem::take(&mut roads.flow[cell]);
        if persons == 0 || !scenario.mechanisms.jams {
            continue;
        }
        let vehicles = f64::from(persons) * f64::from(steps_per_day) / travel.persons_per_vehicle;
        let class = usize::from(map.cells.road_class[cell]).min(3);
        let factor = rules::jam_factor(
            vehicles,
            capacity[class],
            travel.jam_coefficient,
            travel.jam_power,
            travel.jam_slowdown_max,
        );
        if factor > 1.001 {
            roads.slow_vehicle[cell] = base(cell) * factor as f32;
            roads.used.push(CellId(cell as u32));
        }
    }
}
