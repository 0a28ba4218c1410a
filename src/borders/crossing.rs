//! Crossings as queues: first come, first served, within capacity and policy (phase Move).

use std::collections::VecDeque;

use bevy_ecs::prelude::*;

use super::{CrossingTraffic, rules};
use crate::displacement::choice::ChoiceTables;
use crate::displacement::group::{Activity, DisplacedGroup, Travel};
use crate::displacement::population::{Population, governing_state};
use crate::displacement::travel::{NextGroup, is_winter};
use crate::episode::Given;
use crate::geography::{CrossingMode, DestinationKind, Map};
use crate::ids::CrossingId;
use crate::random::{RunKey, Stream};
use crate::simulation::ScenarioRes;
use crate::states::{NationalityClass, Passage, Policies};
use crate::time::Clock;
use crate::units::{Days, PerDay, PersonsPerDay, Share};
use crate::world::RunMap;

/// A group in a queue.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    entity: Entity,
    persons: u32,
    class: NationalityClass,
    luck: u64,
}

/// One direction of a crossing.
#[derive(Clone, Debug, Default)]
struct Lane {
    queue: VecDeque<Waiting>,
    persons: u32,
    readiness: f64,
    /// Parts of a person that capacity left over, below 1.
    credit: f64,
    permit_credit: f64,
}

/// The queues of all crossings.
#[derive(Resource)]
pub struct Queues {
    lanes: Vec<[Lane; 2]>,
}

impl Queues {
    /// Empty queues.
    #[must_use]
    pub fn new(map: &Map, idle: f64) -> Self {
        let lane = || Lane { readiness: idle, ..Lane::default() };
        Self { lanes: map.crossings.iter().map(|_| [lane(), lane()]).collect() }
    }

    /// Persons in all queues.
    #[must_use]
    pub fn persons(&self) -> u64 {
        self.lanes.iter().flatten().map(|l| u64::from(l.persons)).sum()
    }
}

/// System: groups that reached a gate join its queue, in the order of their ids.
///
/// # Panics
/// Never: the components are dense and every queued group exists.
pub fn join_queues(
    map: Res<RunMap>,
    clock: Res<Clock>,
    tables: Res<ChoiceTables>,
    mut queues: ResMut<Queues>,
    mut traffic: ResMut<CrossingTraffic>,
    mut newcomers: Local<Vec<(crate::ids::DisplacedGroupId, Entity, CrossingId, usize, Waiting)>>,
    mut groups: Query<(Entity, &mut Travel, &DisplacedGroup)>,
) {
    if clock.starts_day {
        traffic.demand.fill([0; 2]);
        traffic.served.fill([0; 2]);
        traffic.returnees.fill([0; 2]);
    }
    newcomers.clear();
    for (entities, mut travel, groups) in groups.contiguous_iter_mut().expect("dense components") {
        let travel = travel.bypass_change_detection();
        for ((&entity, t), group) in entities.iter().zip(travel).zip(groups) {
            // A queued group keeps its destination; `hours_banked` below zero marks that it stands in the queue already.
            if t.activity != Activity::Queued || t.hours_banked < 0.0 {
                continue;
            }
            let DestinationKind::Gate(crossing, side) =
                map.destinations[t.destination.index()].kind
            else {
                continue;
            };
            t.hours_banked = -1.0;
            let sides = map.crossings[crossing.index()].sides;
            let (near, far) = (sides[usize::from(side)], sides[1 - usize::from(side)]);
            let class = tables.class(far, near, group.nationality, group.community);
            let waiting = Waiting { entity, persons: group.persons, class, luck: group.luck };
            newcomers.push((group.id, entity, crossing, usize::from(side), waiting));
            if group.returning {
                traffic.returnees[crossing.index()][usize::from(side)] += group.persons;
            }
        }
    }
    newcomers.sort_unstable_by_key(|n| n.0);
    for &(_, _, crossing, side, waiting) in &newcomers {
        let lane = &mut queues.lanes[crossing.index()][side];
        lane.persons += waiting.persons;
        lane.queue.push_back(waiting);
        traffic.demand[crossing.index()][side] += waiting.persons;
    }
}

/// System: crossings serve their queues, and some who wait give up.
///
/// # Panics
/// Never: the components are dense and every queued group exists.
pub fn serve_queues(
    mut commands: Commands,
    map: Res<RunMap>,
    scenario: Res<ScenarioRes>,
    clock: Res<Clock>,
    key: Res<RunKey>,
    (policies, given): (Res<Policies>, Res<Given>),
    mut queues: ResMut<Queues>,
    mut traffic: ResMut<CrossingTraffic>,
    mut population: ResMut<Population>,
    mut next: ResMut<NextGroup>,
    mut groups: Query<(&mut Travel, &mut DisplacedGroup)>,
) {
    let parameters = &scenario.borders.crossing;
    let queues = &mut *queues;
    for x in 0..map.crossings.len() {
        let point = &map.crossings[x];
        let winter = scenario.mechanisms.seasons && is_winter(clock.month);
        let snowy = point
            .cells
            .iter()
            .any(|c| f64::from(map.cells.elevation[c.index()]) > parameters.winter_elevation_m);
        let shut = scenario.mechanisms.seasons && !clock.month.is_open(point.months_open);
        let season = match (
            shut,
            winter && snowy && matches!(point.mode, CrossingMode::Road | CrossingMode::Foot),
        ) {
            (true, _) => 0.0,
            (_, true) => parameters.winter_capacity,
            _ => 1.0,
        };
        for side in 0..2 {
            let lane = &mut queues.lanes[x][side];
            let waiting = !lane.queue.is_empty();
            let idle = Share(parameters.idle_share);
            lane.readiness = if scenario.mechanisms.ramp_up {
                let tau = Days(parameters.ramp_up_days);
                // A gate that lets nobody pass does not make itself ready for those who wait.
                let busy = waiting && policies.passage[x][side] != [Passage::Closed; 3];
                rules::readiness(Share(lane.readiness), busy, idle, tau, clock.step_days).0
            } else {
                1.0
            };
            if !waiting {
                (lane.credit, lane.permit_credit) = (0.0, 0.0);
                traffic.waiting[x][side] = 0;
                traffic.wait_days[x][side] = 0.0;
                continue;
            }
            let own = point.capacity_per_day * parameters.capacity_factor;
            let capacity = PersonsPerDay(given.capacity(x, side).unwrap_or(own));
            let ready = Share(lane.readiness);
            let offered =
                rules::service(capacity, ready, season, Share(1.0), clock.step_days) + lane.credit;
            let permits = (point.permit_per_day * season * clock.step_days.0).min(offered)
                + lane.permit_credit;
            let (mut left, mut permits_left) = (offered.floor() as u32, permits.floor() as u32);
            let start = left;
            (lane.credit, lane.permit_credit) = (offered.fract(), permits.fract());
            let direction = &policies.passage[x][side];
            let mut kept = VecDeque::with_capacity(lane.queue.len());
            while let Some(mut waiting) = lane.queue.pop_front() {
                let passage = direction[waiting.class as usize];
                let room = match passage {
                    Passage::Open => left,
                    Passage::Permit => left.min(permits_left),
                    Passage::Closed => 0,
                };
                let (mut travel, mut group) =
                    groups.get_mut(waiting.entity).expect("a queued group exists");
                let pass = room.min(waiting.persons);
                if pass > 0 {
                    left -= pass;
                    if passage == Passage::Permit {
                        permits_left -= pass;
                    }
                    traffic.served[x][side] += pass;
                    traffic.passed[x][side] += u64::from(pass);
                    lane.persons -= pass;
                    count_arrival(&map, &mut population, point.sides, side, &group, pass);
                    let crossed = Travel {
                        cell: point.cells[1 - side],
                        hours_banked: 0.0,
                        destination: travel.destination,
                        activity: Activity::Choosing,
                        by_vehicle: travel.by_vehicle,
                    };
                    if pass == waiting.persons {
                        *travel = crossed;
                        group.came_from = Some(point.sides[side]);
                        continue;
                    }
                    // The gate closes in the middle of a group: those who passed go on as a group of their own.
                    let part = DisplacedGroup {
                        id: next.take(),
                        persons: pass,
                        luck: key.hash(Stream::Hosting, waiting.luck, clock.step),
                        came_from: Some(point.sides[side]),
                        ..*group
                    };
                    commands.spawn((crossed, part));
                    waiting.persons -= pass;
                    group.persons -= pass;
                }
                let hazard = if passage == Passage::Closed || shut {
                    parameters.renege_closed_per_day
                } else {
                    parameters.renege_per_day
                };
                let give_up = scenario.mechanisms.reneging
                    && key.uniform(Stream::Renege, waiting.luck, clock.step)
                        < rules::renege_probability(PerDay(hazard), clock.step_days).0;
                if give_up {
                    lane.persons -= waiting.persons;
                    travel.activity = Activity::Choosing;
                    travel.hours_banked = 0.0;
                    group.gave_up = Some(travel.destination);
                    continue;
                }
                kept.push_back(waiting);
                if left == 0 && !scenario.mechanisms.reneging {
                    kept.append(&mut lane.queue);
                }
            }
            lane.queue = kept;
            let used = start - left;
            traffic.waiting[x][side] = lane.persons;
            let per_day =
                f64::from(traffic.served[x][side]).max(f64::from(used) / clock.step_days.0);
            traffic.wait_days[x][side] = rules::wait_days(f64::from(lane.persons), per_day) as f32;
        }
    }
}

/// Counts persons who pass from one territory to another, at a crossing or over the green border; and as arrivals those who enter a
/// state's territory, unless they come home.
pub fn count_arrival(
    map: &Map,
    population: &mut Population,
    sides: [crate::ids::TerritoryId; 2],
    side: usize,
    group: &DisplacedGroup,
    persons: u32,
) {
    let pair = sides[side].index() * map.territories.len() + sides[1 - side].index();
    population.passed[pair] += u64::from(persons);
    let from = governing_state(map, sides[side]);
    let to = governing_state(map, sides[1 - side]);
    // Who comes back from a visit home is no newcomer.
    if from != to && to != group.nationality && group.base.is_none() {
        let pair = population.pair(to, group.nationality);
        population.flows.arrivals[pair] += persons;
    }
}
