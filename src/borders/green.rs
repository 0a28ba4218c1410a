//! The green border: attempts, detection, shift to the next segments (phase Move).

use bevy_ecs::prelude::*;

use super::parameters::Parameters;
use super::rules;
use super::state::{GreenLines, GreenTraffic};
use crate::displacement::group::{Activity, DisplacedGroup, Travel};
use crate::displacement::population::Population;
use crate::geography::{DestinationKind, Map};
use crate::ids::{CellId, DestinationId};
use crate::random::{StepDraws, Stream, unit};
use crate::states::state::Guards;
use crate::units::Share;
use crate::world::RunMap;

/// System: groups at the line try to cross.
pub fn attempt_green_border(
    map: Res<RunMap>,
    parameters: Res<Parameters>,
    draw: StepDraws,
    guards: Res<Guards>,
    lines: Res<GreenLines>,
    mut traffic: ResMut<GreenTraffic>,
    mut population: ResMut<Population>,
    mut groups: Query<(&mut Travel, &mut DisplacedGroup)>,
) {
    if draw.clock.starts_day {
        traffic.attempts.fill(0);
        traffic.stopped.fill(0);
    }
    let green = &parameters.green;
    for (mut travel, mut group) in &mut groups {
        if travel.activity != Activity::AtLine {
            continue;
        }
        let DestinationKind::Green(segment, side) =
            map.destinations[travel.destination.index()].kind
        else {
            continue;
        };
        let (s, side) = (segment.index(), usize::from(side));
        let line = &map.segments[s];
        let (near, sides) = if side == 0 {
            (&line.cells_a, [line.a, line.b])
        } else {
            (&line.cells_b, [line.b, line.a])
        };

        // Those whom the guards of the far side do not see are over.
        traffic.attempts[s] += group.persons;
        let far_guards = guards.per_km[s][1 - side];
        let detected =
            rules::detection_probability(green, far_guards, Share(guards.sensors[s][1 - side]));
        let mut draws = draw.draws(Stream::GreenBorder, group.draw_key);
        if unit(&mut draws) >= detected.0 {
            let Ok(position) = near.binary_search(&travel.cell) else { continue };
            travel.cell = lines.across[s][side][position];
            travel.activity = Activity::Choosing;
            group.came_from = Some(sides[0]);
            population.record_passage(&map, sides, &group, group.persons);
            continue;
        }

        // Of those who are stopped some shift to the segment that is nearest, the others give up.
        traffic.stopped[s] += group.persons;
        group.attempts += 1;
        let next = nearest(&map, travel.cell, &lines.others(&map, sides[0], segment));
        let next = next.filter(|_| group.attempts < 3 && unit(&mut draws) < green.shift_share);
        if next.is_none() {
            group.gave_up = Some(travel.destination);
        }
        travel.stop();
        if let Some(next) = next {
            (travel.destination, travel.activity) = (next, Activity::Travelling);
        }
    }
}

/// The line among these that comes nearest to a cell, by degrees.
fn nearest(map: &Map, to: CellId, lines: &[DestinationId]) -> Option<DestinationId> {
    let (lat, lon) = (&map.cells.lat, &map.cells.lon);
    let distance = |d: &DestinationId| {
        let square = |c: &CellId| {
            let (a, b) = (c.index(), to.index());
            let (dy, dx) = (lat[a] - lat[b], lon[a] - lon[b]);
            dy * dy + dx * dx
        };
        map.destinations[d.index()].cells.iter().map(square).fold(f32::INFINITY, f32::min)
    };
    lines.iter().copied().min_by(|a, b| distance(a).total_cmp(&distance(b)).then(a.cmp(b)))
}
