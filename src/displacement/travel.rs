//! Departure and travel on the network (phase Move).

use bevy_ecs::prelude::*;
use rayon::prelude::*;

use super::group::{Activity, DisplacedGroup, Stratum, Travel};
use super::parameters::{self, Parameters};
use super::population::Population;
use super::rules;
use super::state::{DeparturePlan, NextGroup, Roads};
use crate::geography::{Map, NO_LINK, RouteTable, TravelMode};
use crate::ids::{CellId, TerritoryId};
use crate::mechanisms::Mechanisms;
use crate::random::{StepDraws, Stream};
use crate::time::{Clock, Month};
use crate::units::Hours;
use crate::world::{RunMap, ThreadsInRun};

/// Groups are handed to threads in blocks of this size.
const BLOCK: usize = 4096;

/// System: those who decided to leave become groups.
pub fn form_groups(
    mut commands: Commands,
    map: Res<RunMap>,
    parameters: Res<Parameters>,
    draw: StepDraws,
    mut plan: ResMut<DeparturePlan>,
    mut population: ResMut<Population>,
    mut next: ResMut<NextGroup>,
) {
    let mut groups = Vec::with_capacity(plan.departures.len());
    for d in plan.departures.drain(..) {
        // Deaths between plan and departure can only have been in phase Fight; who is not there any more cannot leave.
        let persons = d.persons.min(population.strata[d.stratum as usize][d.cell.index()]);
        if persons == 0 {
            continue;
        }
        population.leave_home(d.cell, d.stratum, persons);
        let share = if d.stratum == Stratum::Mobile {
            parameters.travel.mobile_vehicle_share
        } else {
            parameters.travel.vehicle_share
        };
        let travel = Travel {
            cell: d.cell,
            hours_banked: 0.0,
            destination: d.destination,
            activity: Activity::Travelling,
            by_vehicle: draw.key.uniform(Stream::Traits, d.draw_key, 0) < share,
        };
        let origin = population.origin(&map, d.cell, d.stratum);
        let group =
            DisplacedGroup::part_of(origin, persons, next.take(), d.draw_key, draw.clock.step);
        groups.push((travel, group));
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
pub fn move_groups(
    map: Res<RunMap>,
    parameters: Res<Parameters>,
    mechanisms: Res<Mechanisms>,
    clock: Res<Clock>,
    threads: Res<ThreadsInRun>,
    mut roads: ResMut<Roads>,
    mut groups: Query<(&mut Travel, &DisplacedGroup)>,
) {
    let roads = &mut *roads;
    let season = Season { map: &map, parameters: &parameters.travel, mechanisms: *mechanisms };
    season.set(roads, clock.month);
    season.set_jams(roads, clock.steps_per_day);
    if groups.is_empty() {
        return;
    }

    // Next hops where somebody travels.
    let mut in_use = vec![[false; 2]; map.territories.len()];
    for (travel, _) in groups.contiguous_iter().expect("dense components") {
        for t in travel.iter().filter(|t| t.activity == Activity::Travelling) {
            let territory = map.destinations[t.destination.index()].territory;
            in_use[territory.index()][usize::from(t.by_vehicle)] = true;
        }
    }
    let hours = |per_day: f64| rules::travel_hours(Hours(per_day), clock.step_days).0 as f32;
    let travel = &parameters.travel;
    let ways = Ways {
        map: &map,
        next: next_hops(&map, &in_use, clock.month),
        slow: [&roads.slow_foot, &roads.slow_vehicle],
        hours: [travel.walking_hours_per_day, travel.driving_hours_per_day].map(hours),
        on_arrival: &roads.on_arrival,
    };

    // The hops, and how many persons enter each cell by vehicle.
    let (mut hops, mut moving) = (0, 0);
    for (mut travel, groups) in groups.contiguous_iter_mut().expect("dense components") {
        let travel = travel.bypass_change_detection();
        let (h, m) = if threads.0 > 1 {
            advance_in_blocks(&ways, travel, groups, &mut roads.flow)
        } else {
            advance(&ways, travel, groups, &mut roads.flow)
        };
        hops += h;
        moving += m;
    }
    roads.flowed = hops > 0;
    roads.hops += hops;
    roads.group_days += moving as f64 * clock.step_days.0;
}

/// Next hops by destination and mode, for the territories and modes in use.
fn next_hops<'a>(map: &'a Map, in_use: &[[bool; 2]], month: Month) -> Vec<[&'a [u8]; 2]> {
    let mut next: Vec<[&[u8]; 2]> = Vec::with_capacity(map.destinations.len());
    for (t, used) in in_use.iter().enumerate() {
        let territory = TerritoryId::from_index(t);
        let tables = [(TravelMode::Foot, used[0]), (TravelMode::Vehicle, used[1])]
            .map(|(mode, used)| used.then(|| map.routes(territory, mode, month)));
        for d in 0..map.territories[t].destinations.len() {
            let hops = |table: &'a RouteTable| &table.next[d * table.n_cells..][..table.n_cells];
            next.push(tables.map(|table| table.map_or(&[][..], hops)));
        }
    }
    next
}

/// [`advance`], with blocks of groups on several threads.
fn advance_in_blocks(
    ways: &Ways<'_>,
    travel: &mut [Travel],
    groups: &[DisplacedGroup],
    flow: &mut [u32],
) -> (u64, u64) {
    let cells = flow.len();
    let nothing = || (vec![0_u32; cells], 0, 0);
    let (entered, hops, moving) = travel
        .par_chunks_mut(BLOCK)
        .zip(groups.par_chunks(BLOCK))
        .fold(nothing, |(mut flow, h, m), (travel, groups)| {
            let (dh, dm) = advance(ways, travel, groups, &mut flow);
            (flow, h + dh, m + dm)
        })
        .reduce(nothing, |(mut a, h1, m1), (b, h2, m2)| {
            a.iter_mut().zip(b).for_each(|(x, y)| *x += y);
            (a, h1 + h2, m1 + m2)
        });
    flow.iter_mut().zip(entered).for_each(|(x, y)| *x += y);
    (hops, moving)
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

/// What the season and the crowd do to the roads.
struct Season<'a> {
    map: &'a Map,
    parameters: &'a parameters::Travel,
    mechanisms: Mechanisms,
}

impl Season<'_> {
    /// Factors on walking and driving hours in a cell.
    fn factors(&self, cell: usize, month: Month) -> [f32; 2] {
        let winter = self.mechanisms.seasons && month.is_winter();
        let high = f64::from(self.map.cells.elevation[cell]) > self.parameters.winter_elevation_m;
        if winter && high {
            [self.parameters.winter_factor_foot, self.parameters.winter_factor_vehicle]
                .map(|factor| factor as f32)
        } else {
            [1.0; 2]
        }
    }

    /// Sets the factors of a month.
    fn set(&self, roads: &mut Roads, month: Month) {
        if roads.month != Some(month) {
            roads.month = Some(month);
            for cell in 0..self.map.cells.len() {
                [roads.slow_foot[cell], roads.slow_vehicle[cell]] = self.factors(cell, month);
            }
        }
    }

    /// Turns yesterday's flows into today's jams, and empties the counts.
    fn set_jams(&self, roads: &mut Roads, steps_per_day: u32) {
        let month = roads.month.unwrap_or(Month(1));
        for cell in roads.jammed.drain(..) {
            roads.slow_vehicle[cell.index()] = self.factors(cell.index(), month)[1];
        }
        if !std::mem::take(&mut roads.flowed) {
            return;
        }
        for cell in 0..self.map.cells.len() {
            let persons = std::mem::take(&mut roads.flow[cell]);
            if persons == 0 || !self.mechanisms.jams {
                continue;
            }
            let vehicles =
                f64::from(persons) * f64::from(steps_per_day) / self.parameters.persons_per_vehicle;
            let p = self.parameters;
            let capacity = rules::road_capacity(p, self.map.cells.road_class[cell]);
            let factor = rules::jam_factor(
                vehicles,
                capacity,
                p.jam_coefficient,
                p.jam_power,
                p.jam_slowdown_max,
            );
            if factor > 1.001 {
                roads.slow_vehicle[cell] = self.factors(cell, month)[1] * factor as f32;
                roads.jammed.push(CellId(cell as u32));
            }
        }
    }
}
