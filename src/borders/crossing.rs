//! Crossings as queues: first come, first served, within capacity and policy (phase Move).

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use super::parameters::Parameters;
use super::rules;
use super::state::{CrossingTraffic, Lane, Queues, Waiting};
use crate::displacement::group::{Activity, DisplacedGroup, Travel};
use crate::displacement::population::{Population, governing_state};
use crate::displacement::state::NextGroup;
use crate::geography::{CrossingMode, DestinationKind};
use crate::ids::DisplacedGroupId;
use crate::mechanisms::Mechanisms;
use crate::prescribed::state::Prescribed;
use crate::random::{StepDraws, Stream};
use crate::states::parameters::Passage;
use crate::states::state::{KinEntry, Policies};
use crate::time::Clock;
use crate::units::{Days, PerDay, PersonsPerDay, Share};
use crate::world::RunMap;

/// System: groups that reached a gate join its queue, in the order of their ids.
///
/// # Panics
/// Never: the components are dense.
pub fn join_queues(
    map: Res<RunMap>,
    clock: Res<Clock>,
    kin_entry: Res<KinEntry>,
    mut queues: ResMut<Queues>,
    mut traffic: ResMut<CrossingTraffic>,
    mut newcomers: Local<Vec<(DisplacedGroupId, usize, usize, Waiting)>>,
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
            if t.activity != Activity::AtGate {
                continue;
            }
            let DestinationKind::Gate(crossing, side) =
                map.destinations[t.destination.index()].kind
            else {
                continue;
            };
            t.activity = Activity::Queued;
            let (x, side) = (crossing.index(), usize::from(side));
            let [near, far] = [side, 1 - side].map(|s| map.crossings[x].sides[s]);
            let origin = group.origin;
            let class = kin_entry.class_of(far, near, origin.nationality, origin.community, |t| {
                governing_state(&map, t)
            });
            let persons = group.persons;
            let waiting = Waiting { entity, persons, class, draw_key: group.draw_key };
            newcomers.push((group.id, x, side, waiting));
            if group.returning {
                traffic.returnees[x][side] += persons;
            }
        }
    }
    newcomers.sort_unstable_by_key(|n| n.0);
    for &(_, x, side, waiting) in &newcomers {
        let lane = &mut queues.lanes[x][side];
        lane.persons += waiting.persons;
        lane.queue.push_back(waiting);
        traffic.demand[x][side] += waiting.persons;
    }
}

/// System: crossings serve their queues, and some who wait give up.
///
/// # Panics
/// Never: every queued group exists.
pub fn serve_queues(gates: Gates, mut queues: ResMut<Queues>, mut crowd: Crowd) {
    for x in 0..gates.map.crossings.len() {
        for side in 0..2 {
            let lane = &mut queues.lanes[x][side];
            gates.make_ready(lane, x, side);
            if lane.queue.is_empty() {
                (lane.credit, lane.permit_credit) = (0.0, 0.0);
                crowd.traffic.waiting[x][side] = 0;
                crowd.traffic.wait_days[x][side] = 0.0;
                continue;
            }
            let mut room = gates.room(lane, x, side);
            let offered = room.persons;
            crowd.serve_lane(&gates, lane, (x, side), &mut room);
            let used = f64::from(offered - room.persons) / gates.draw.clock.step_days.0;
            let per_day = f64::from(crowd.traffic.served[x][side]).max(used);
            let wait_days = rules::wait_days(f64::from(lane.persons), per_day);
            crowd.traffic.waiting[x][side] = lane.persons;
            crowd.traffic.wait_days[x][side] = wait_days as f32;
        }
    }
}

/// What a gate can still serve in this step.
struct Room {
    persons: u32,
    permits: u32,
}

impl Room {
    /// Takes as many persons as may pass.
    fn take(&mut self, passage: Passage, persons: u32) -> u32 {
        let room = match passage {
            Passage::Open => self.persons,
            Passage::Permit => self.persons.min(self.permits),
            Passage::Closed => 0,
        };
        let pass = room.min(persons);
        self.persons -= pass;
        if passage == Passage::Permit {
            self.permits -= pass;
        }
        pass
    }
}

/// What the service of gates goes by: season, policy, capacity.
#[derive(SystemParam)]
pub struct Gates<'w> {
    map: Res<'w, RunMap>,
    parameters: Res<'w, Parameters>,
    mechanisms: Res<'w, Mechanisms>,
    policies: Res<'w, Policies>,
    prescribed: Res<'w, Prescribed>,
    draw: StepDraws<'w>,
}

impl Gates<'_> {
    /// Whether the season shuts a crossing.
    fn is_out_of_season(&self, x: usize) -> bool {
        self.mechanisms.seasons && !self.draw.clock.month.is_open(self.map.crossings[x].months_open)
    }

    /// Share of a crossing's capacity that the season leaves.
    fn season(&self, x: usize) -> f64 {
        let (p, point) = (&self.parameters.crossing, &self.map.crossings[x]);
        let height = |c: &crate::ids::CellId| f64::from(self.map.cells.elevation[c.index()]);
        let snowy = point.cells.iter().any(|c| height(c) > p.winter_elevation_m)
            && matches!(point.mode, CrossingMode::Road | CrossingMode::Foot);
        let winter = self.mechanisms.seasons && self.draw.clock.month.is_winter();
        if self.is_out_of_season(x) {
            0.0
        } else if winter && snowy {
            p.winter_capacity
        } else {
            1.0
        }
    }

    /// Brings a lane nearer to its capacity while people wait.
    fn make_ready(&self, lane: &mut Lane, x: usize, side: usize) {
        let p = &self.parameters.crossing;
        lane.readiness = if self.mechanisms.ramp_up {
            // A gate that lets nobody pass does not make itself ready for those who wait.
            let busy = !lane.queue.is_empty() && !self.policies.is_shut(x, side);
            let (idle, tau) = (Share(p.idle_share), Days(p.ramp_up_days));
            rules::readiness(Share(lane.readiness), busy, idle, tau, self.draw.clock.step_days).0
        } else {
            1.0
        };
    }

    /// What a lane can serve in this step; parts of a person are kept for the next.
    fn room(&self, lane: &mut Lane, x: usize, side: usize) -> Room {
        let (point, season) = (&self.map.crossings[x], self.season(x));
        let own = point.capacity_per_day * self.parameters.crossing.capacity_factor;
        let capacity = PersonsPerDay(self.prescribed.capacity(x, side).unwrap_or(own));
        let (ready, step) = (Share(lane.readiness), self.draw.clock.step_days);
        let offered = rules::service(capacity, ready, season, Share(1.0), step) + lane.credit;
        let permits = (point.permit_per_day * season * step.0).min(offered) + lane.permit_credit;
        (lane.credit, lane.permit_credit) = (offered.fract(), permits.fract());
        Room { persons: offered.floor() as u32, permits: permits.floor() as u32 }
    }

    /// Whether those who wait give up in this step.
    fn gives_up(&self, x: usize, passage: Passage, waiting: &Waiting) -> bool {
        let p = &self.parameters.crossing;
        let stuck = passage == Passage::Closed || self.is_out_of_season(x);
        let hazard = PerDay(if stuck { p.renege_closed_per_day } else { p.renege_per_day });
        self.mechanisms.reneging
            && self.draw.uniform(Stream::Renege, waiting.draw_key)
                < rules::renege_probability(hazard, self.draw.clock.step_days).0
    }
}

/// Those who wait, and the counts of those who pass.
#[derive(SystemParam)]
pub struct Crowd<'w, 's> {
    commands: Commands<'w, 's>,
    groups: Query<'w, 's, (&'static mut Travel, &'static mut DisplacedGroup)>,
    traffic: ResMut<'w, CrossingTraffic>,
    population: ResMut<'w, Population>,
    next: ResMut<'w, NextGroup>,
}

impl Crowd<'_, '_> {
    /// Serves a queue from its head; those who neither pass nor give up stay in it.
    fn serve_lane(
        &mut self,
        gates: &Gates<'_>,
        lane: &mut Lane,
        (x, side): (usize, usize),
        room: &mut Room,
    ) {
        let passages = gates.policies.passages(x, side);
        let mut queue = std::mem::take(&mut lane.queue);
        lane.queue.reserve(queue.len());
        while let Some(mut waiting) = queue.pop_front() {
            let passage = passages[waiting.class as usize];
            let pass = room.take(passage, waiting.persons);
            if pass > 0 {
                lane.persons -= pass;
                waiting.persons -= pass;
                self.pass(gates, (x, side), &waiting, pass);
            }
            if waiting.persons == 0 {
                continue;
            }
            if gates.gives_up(x, passage, &waiting) {
                lane.persons -= waiting.persons;
                let (mut travel, mut group) =
                    self.groups.get_mut(waiting.entity).expect("a queued group exists");
                group.gave_up = Some(travel.destination);
                travel.stop();
                continue;
            }
            lane.queue.push_back(waiting);
            if room.persons == 0 && !gates.mechanisms.reneging {
                lane.queue.append(&mut queue);
            }
        }
    }

    /// Lets persons of a group over the line, of whom `waiting` stay behind.
    fn pass(
        &mut self,
        gates: &Gates<'_>,
        (x, side): (usize, usize),
        waiting: &Waiting,
        persons: u32,
    ) {
        let point = &gates.map.crossings[x];
        self.traffic.served[x][side] += persons;
        self.traffic.passed[x][side] += u64::from(persons);
        let (mut travel, mut group) =
            self.groups.get_mut(waiting.entity).expect("a queued group exists");
        let sides = [point.sides[side], point.sides[1 - side]];
        self.population.record_passage(&gates.map, sides, &group, persons);
        let mut crossed = Travel { cell: point.cells[1 - side], ..*travel };
        crossed.stop();
        if waiting.persons == 0 {
            *travel = crossed;
            group.came_from = Some(point.sides[side]);
            return;
        }
        let draw = &gates.draw;
        // The gate closes in the middle of a group: those who passed go on as a group of their own.
        let draw_key = draw.key.hash(Stream::Hosting, waiting.draw_key, draw.clock.step);
        let mut part = group.split_off(persons, self.next.take(), draw_key);
        part.came_from = Some(point.sides[side]);
        self.commands.spawn((crossed, part));
    }
}
