//! The quickest way between any two cells, over crossings: for checks and for `spillover map info --journey`.
//!
//! The model itself never plans across a border: a displaced group travels to a gate and then meets its queue.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::network::{great_circle_km, link_hours};
use super::{BorderCrossingPoint, CrossingMode, CrossingStatus, Map, TravelMode};
use crate::ids::CellId;
use crate::time::Month;

/// Speed through the strip between two gates, km/h: walking pace with stops on foot, slow driving by car [P].
const GATE_KM_PER_HOUR: [f64; 2] = [4.0, 30.0];

/// Length of a road crossing whose approaches are on the network on both sides, km.
const GATE_KM: f64 = 1.0;

/// A way that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Journey {
    /// Hours on the way, without waiting or sleep.
    pub hours: f64,
    /// Length, km.
    pub km: f64,
    /// Crossings passed, in order, as `C01 Verkhny Lars - Dariali (Kazbegi)`.
    pub via: Vec<String>,
}

/// The quickest way from one cell to another in a month, or none.
///
/// Trains are left out; a crossing for pedestrians serves only walkers, a closed-in-winter one only in its season. Unless
/// `through_closed`, only crossings with ordinary travel (`open`) are passed.
#[must_use]
pub fn journey(
    map: &Map,
    from: CellId,
    to: CellId,
    mode: TravelMode,
    month: Month,
    through_closed: bool,
) -> Option<Journey> {
    let passed = |c: &BorderCrossingPoint| usable(c, mode, month, through_closed);
    journey_over(map, from, to, mode, month, &passed)
}

/// The quickest way from one cell to another in a month over the crossings that are `passed`, or none.
#[must_use]
pub fn journey_over(
    map: &Map,
    from: CellId,
    to: CellId,
    mode: TravelMode,
    month: Month,
    passed: &dyn Fn(&BorderCrossingPoint) -> bool,
) -> Option<Journey> {
    let mut gates: Vec<(CellId, CellId, usize)> = Vec::new();
    for (i, crossing) in map.crossings.iter().enumerate() {
        if passed(crossing) {
            let [a, b] = crossing.cells;
            gates.push((a, b, i));
            gates.push((b, a, i));
        }
    }
    gates.sort_unstable();
    let mut hours = vec![f64::INFINITY; map.cells.len()];
    let mut before: Vec<Option<(CellId, f64, Option<usize>)>> = vec![None; map.cells.len()];
    let mut heap = BinaryHeap::new();
    hours[from.index()] = 0.0;
    heap.push(Reverse((0_u64, from)));
    while let Some(Reverse((bits, at))) = heap.pop() {
        let so_far = f64::from_bits(bits);
        if at == to {
            break;
        }
        if so_far > hours[at.index()] {
            continue;
        }
        let inside = map
            .links
            .from(at)
            .iter()
            .map(|l| (l.to, f64::from(link_hours(l, mode, month)), f64::from(l.km), None));
        let first_gate = gates.partition_point(|g| g.0 < at);
        let across = gates[first_gate..].iter().take_while(|g| g.0 == at).map(|&(_, end, i)| {
            let (passage_hours, km) = passage(map, &map.crossings[i], mode);
            (end, passage_hours, km, Some(i))
        });
        for (end, link_hours, km, gate) in inside.chain(across) {
            let total = so_far + link_hours;
            if total < hours[end.index()] {
                hours[end.index()] = total;
                before[end.index()] = Some((at, km, gate));
                heap.push(Reverse((total.to_bits(), end)));
            }
        }
    }
    if hours[to.index()].is_infinite() {
        return None;
    }
    let (mut km, mut via, mut at) = (0.0, Vec::new(), to);
    while let Some((previous, length, gate)) = before[at.index()] {
        km += length;
        via.extend(gate.map(|i| format!("{} {}", map.crossings[i].id, map.crossings[i].name)));
        at = previous;
    }
    via.reverse();
    Some(Journey { hours: hours[to.index()], km, via })
}

fn usable(
    crossing: &BorderCrossingPoint,
    mode: TravelMode,
    month: Month,
    through_closed: bool,
) -> bool {
    let vehicle_fits = match crossing.mode {
        CrossingMode::Road | CrossingMode::Ferry => true,
        CrossingMode::Foot => mode == TravelMode::Foot,
        CrossingMode::Rail => false,
    };
    vehicle_fits
        && month.is_open(crossing.months_open)
        && (through_closed || crossing.status == CrossingStatus::Open)
}

/// Hours and km between the two cells of a crossing.
fn passage(map: &Map, crossing: &BorderCrossingPoint, mode: TravelMode) -> (f64, f64) {
    let [a, b] = crossing.cells.map(CellId::index);
    let c = &map.cells;
    let apart = great_circle_km(
        f64::from(c.lat[a]),
        f64::from(c.lon[a]),
        f64::from(c.lat[b]),
        f64::from(c.lon[b]),
    );
    let touching = c.row[a].abs_diff(c.row[b]) <= 1 && c.col[a].abs_diff(c.col[b]) <= 1;
    let on_road = c.road_class[a] > 0 && c.road_class[b] > 0;
    let km =
        if crossing.mode == CrossingMode::Road && touching && on_road { GATE_KM } else { apart };
    let hours = if crossing.passage_hours > 0.0 {
        crossing.passage_hours
    } else {
        km / GATE_KM_PER_HOUR[mode as usize]
    };
    (hours, km)
}
