//! Queues at the crossings, traffic over the lines, and the domain's neutral state.

use std::collections::VecDeque;

use bevy_ecs::prelude::*;

use crate::geography::{DestinationKind, Map, SegmentKind};
use crate::ids::{CellId, DestinationId, SegmentId, TerritoryId};
use crate::states::state::NationalityClass;

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

impl CrossingTraffic {
    /// No traffic at any crossing of a map.
    #[must_use]
    pub fn none(map: &Map) -> Self {
        let n = map.crossings.len();
        Self {
            demand: vec![[0; 2]; n],
            returnees: vec![[0; 2]; n],
            served: vec![[0; 2]; n],
            passed: vec![[0; 2]; n],
            waiting: vec![[0; 2]; n],
            wait_days: vec![[0.0; 2]; n],
        }
    }
}

/// A group in a queue.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    pub(super) entity: Entity,
    pub(super) persons: u32,
    pub(super) class: NationalityClass,
    pub(super) draw_key: u64,
}

/// One direction of a crossing.
#[derive(Clone, Debug, Default)]
pub(super) struct Lane {
    pub queue: VecDeque<Waiting>,
    pub persons: u32,
    /// Share of the capacity that is ready, 0 to 1.
    pub readiness: f64,
    /// Parts of a person that capacity left over, below 1.
    pub credit: f64,
    pub permit_credit: f64,
}

/// The queues of all crossings.
#[derive(Resource)]
pub struct Queues {
    pub(super) lanes: Vec<[Lane; 2]>,
}

impl Queues {
    /// Empty queues, with a share of the capacity ready.
    #[must_use]
    pub fn empty(map: &Map, idle_share: f64) -> Self {
        let lane = || Lane { readiness: idle_share, ..Lane::default() };
        Self { lanes: map.crossings.iter().map(|_| [lane(), lane()]).collect() }
    }

    /// Persons in all queues.
    #[must_use]
    pub fn persons(&self) -> u64 {
        self.lanes.iter().flatten().map(|l| u64::from(l.persons)).sum()
    }
}

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
    pub(super) across: Vec<[Vec<CellId>; 2]>,
    /// The green destination of each side of each segment.
    destination: Vec<[Option<DestinationId>; 2]>,
}

impl GreenLines {
    /// The lines of a map.
    #[must_use]
    pub fn new(map: &Map) -> Self {
        let nearest = |from: &[CellId], to: &[CellId]| -> Vec<CellId> {
            let across = |&a: &CellId| {
                let km = |b: &CellId| map.km_between(a, *b);
                to.iter().copied().min_by(|b, c| km(b).total_cmp(&km(c)).then(b.cmp(c)))
            };
            from.iter().filter_map(across).collect()
        };
        let across = map.segments.iter().map(|s| match s.kind {
            SegmentKind::Land => [nearest(&s.cells_a, &s.cells_b), nearest(&s.cells_b, &s.cells_a)],
            SegmentKind::CaspianApproach => [Vec::new(), Vec::new()],
        });
        let mut destination = vec![[None; 2]; map.segments.len()];
        for (i, d) in map.destinations.iter().enumerate() {
            if let DestinationKind::Green(segment, side) = d.kind {
                destination[segment.index()][usize::from(side)] =
                    Some(DestinationId::from_index(i));
            }
        }
        Self { across: across.collect(), destination }
    }

    /// The green destinations of a territory's other segments, in the order of the segments.
    pub(super) fn others(
        &self,
        map: &Map,
        territory: TerritoryId,
        not: SegmentId,
    ) -> Vec<DestinationId> {
        let mut others = Vec::new();
        for (i, s) in map.segments.iter().enumerate().filter(|(i, _)| *i != not.index()) {
            for (holder, green) in [s.a, s.b].into_iter().zip(self.destination[i]) {
                others.extend(green.filter(|_| holder == territory));
            }
        }
        others
    }
}
