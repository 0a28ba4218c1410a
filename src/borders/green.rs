//! The green border: attempts, detection, shift to the next segments (phase Move).

use bevy_ecs::prelude::*;

use super::crossing::count_arrival;
use super::rules;
use crate::displacement::group::{Activity, DisplacedGroup, Travel};
use crate::displacement::population::Population;
use crate::geography::network::great_circle_km;
use crate::geography::{DestinationKind, Map, SegmentKind};
use crate::ids::{CellId, DestinationId, SegmentId};
use crate::random::{RunKey, Stream, unit};
use crate::simulation::ScenarioRes;
use crate::states::Guards;
use crate::time::Clock;
use crate::units::Share;
use crate::world::RunMap;

/// Attempts of the day by segment, persons.
#[derive(Resource, Clone, Debug, Default)]
pub struct GreenTraffic {
    /// Persons who tried today.
    pub attempts: Vec<u32>,
    /// Persons of them who were stopped.
    pub stopped: Vec<u32>,
}

/// Where the lines lead: fixed by the map.
#[derive(Resource)]
pub struct GreenLines {
    /// `across[segment][side]`: for each cell along that side the nearest cell on the other side.
    across: Vec<[Vec<CellId>; 2]>,
    /// The green destination of each side of each segment.
    destination: Vec<[Option<DestinationId>; 2]>,
}

impl GreenLines {
    /// The lines of a map.
    #[must_use]
    pub fn new(map: &Map) -> Self {
        let km = |a: CellId, b: CellId| {
            let (a, b) = (a.index(), b.index());
            great_circle_km(
                f64::from(map.cells.lat[a]),
                f64::from(map.cells.lon[a]),
                f64::from(map.cells.lat[b]),
                f64::from(map.cells.lon[b]),
            )
        };
        let across = map
            .segments
            .iter()
            .map(|s| {
                if s.kind != SegmentKind::Land {
                    return [Vec::new(), Vec::new()];
                }
                let nearest = |from: &[CellId], to: &[CellId]| -> Vec<CellId> {
                    from.iter()
                        .filter_map(|&a| {
                            to.iter()
                                .copied()
                                .min_by(|&b, &c| km(a, b).total_cmp(&km(a, c)).then(b.cmp(&c)))
                        })
                        .collect()
                };
                [nearest(&s.cells_a, &s.cells_b), nearest(&s.cells_b, &s.cells_a)]
            })
            .collect();
        let mut destination = vec![[None; 2]; map.segments.len()];
        for (i, d) in map.destinations.iter().enumerate() {
            if let DestinationKind::Green(segment, side) = d.kind {
                destination[segment.index()][usize::from(side)] =
                    Some(DestinationId::from_index(i));
            }
        }
        Self { across, destination }
    }

    /// The green destinations of a territory's other segments, nearest names first is not needed: in segment order.
    fn others(
        &self,
        map: &Map,
        territory: crate::ids::TerritoryId,
        not: SegmentId,
    ) -> Vec<DestinationId> {
        map.segments
            .iter()
            .enumerate()
            .filter(|(i, _)| *i != not.index())
            .flat_map(|(i, s)| {
                [(s.a, 0_usize), (s.b, 1)]
                    .into_iter()
                    .filter(move |(t, _)| *t == territory)
                    .filter_map(move |(_, side)| self.destination[i][side])
            })
            .collect()
    }
}

/// System: groups at the line try to cross.
///
/// # Panics
/// Never: a shift has a segment to go to.
pub fn attempt_green_border(
    map: Res<RunMap>,
    scenario: Res<ScenarioRes>,
    clock: Res<Clock>,
    key: Res<RunKey>,
    guards: Res<Guards>,
    lines: Res<GreenLines>,
    mut traffic: ResMut<GreenTraffic>,
    mut population: ResMut<Population>,
    mut groups: Query<(&mut Travel, &mut DisplacedGroup)>,
) {
    if clock.starts_day {
        traffic.attempts.fill(0);
        traffic.stopped.fill(0);
    }
    let green = &scenario.borders.green;
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
        traffic.attempts[s] += group.persons;
        let far_guards = guards.per_km[s][1 - side];
        let detected =
            rules::detection_probability(green, far_guards, Share(guards.sensors[s][1 - side]));
        let mut draws = key.draws(Stream::GreenBorder, group.luck, clock.step);
        if unit(&mut draws) >= detected.0 {
            let Ok(position) = near.binary_search(&travel.cell) else { continue };
            travel.cell = lines.across[s][side][position];
            travel.activity = Activity::Choosing;
            group.came_from = Some(sides[0]);
            count_arrival(&map, &mut population, sides, 0, &group, group.persons);
            continue;
        }
        traffic.stopped[s] += group.persons;
        let others = lines.others(&map, sides[0], segment);
        group.attempts += 1;
        if !others.is_empty() && group.attempts < 3 && unit(&mut draws) < green.shift_share {
            // Shift to the neighbouring segment that is nearest to where they were stopped.
            let distance = |d: &DestinationId| {
                map.destinations[d.index()]
                    .cells
                    .iter()
                    .map(|c| {
                        let (a, b) = (c.index(), travel.cell.index());
                        let (dy, dx) = (
                            map.cells.lat[a] - map.cells.lat[b],
                            map.cells.lon[a] - map.cells.lon[b],
                        );
                        dy * dy + dx * dx
                    })
                    .fold(f32::INFINITY, f32::min)
            };
            let next =
                others.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)).then(a.cmp(b)));
            travel.destination = *next.expect("not empty");
            travel.activity = Activity::Travelling;
        } else {
            travel.activity = Activity::Choosing;
            group.gave_up = Some(travel.destination);
        }
        travel.hours_banked = 0.0;
    }
}
