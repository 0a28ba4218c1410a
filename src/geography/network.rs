//! Travel times inside territories, and least-time routes over them.
//!
//! Walking speed is Tobler's hiking function; driving speed is that of the road's class. Snow, jams and tiredness are not
//! in here: they act on the traveller (evidence 1.1.4).

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::OnceLock;

use super::grid::Grid;
use super::load::TravelSpeeds;
use super::{
    CellTable, Destination, Link, LinkTable, Map, NO_LINK, RouteCache, RouteTable, Territory,
    TravelMode,
};
use crate::ids::{CellId, TerritoryId};
use crate::time::Month;

/// Mean radius of the Earth, km.
pub const EARTH_RADIUS_KM: f64 = 6371.0;

/// Greatest walking speed, on a descent of 5 %, km/h (Tobler 1993; evidence 1.1.4 `[F]`).
pub const TOBLER_MAX_KM_PER_HOUR: f64 = 6.0;
/// How fast walking slows with slope, 1 (Tobler 1993 `[F]`).
pub const TOBLER_DECAY: f64 = 3.5;
/// The slope of the greatest speed is minus this, rise over run (Tobler 1993 `[F]`).
pub const TOBLER_OFFSET: f64 = 0.05;
/// Speed off paths relative to that on paths, 1 (Tobler 1993 `[F]`).
pub const OFF_PATH_FACTOR: f64 = 0.6;

/// The eight neighbours as steps of row and column, from north-west to south-east.
const NEIGHBOURS: [(i32, i32); 8] =
    [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)];

/// A road between two neighbouring cells, in both directions.
#[derive(Clone, Copy, Debug)]
pub struct RoadLink {
    /// One end.
    pub from: CellId,
    /// The other end.
    pub to: CellId,
    /// 1 international, 2 national, 3 regional.
    pub class: u8,
    /// Months a year that it is open.
    pub months_open: u8,
    /// Length, km.
    pub km: f64,
}

/// Distance over the sphere between two positions in degrees, km.
#[must_use]
pub fn great_circle_km(lat1: f64, lon1: f64, lat2: f64, lon2: f64) -> f64 {
    let (a, b) = (lat1.to_radians(), lat2.to_radians());
    let d = (lon2 - lon1).to_radians();
    let h = libm::pow(libm::sin((b - a) / 2.0), 2.0)
        + libm::cos(a) * libm::cos(b) * libm::pow(libm::sin(d / 2.0), 2.0);
    2.0 * EARTH_RADIUS_KM * libm::asin(libm::sqrt(h.min(1.0)))
}

/// Walking speed on a slope (rise over run), km/h: `W = 6 exp(-3.5 |S + 0.05|)` (Tobler 1993; evidence 1.1.4 `[F]`).
#[must_use]
pub fn walking_km_per_hour(slope: f64) -> f64 {
    TOBLER_MAX_KM_PER_HOUR * libm::exp(-TOBLER_DECAY * (slope + TOBLER_OFFSET).abs())
}

/// Hours on a road on foot: the slope is that between the mean heights of the two cells; windings are in the road's km.
#[must_use]
pub fn road_walking_hours(km: f64, rise_m: f64) -> f64 {
    km / walking_km_per_hour(rise_m / (km * 1000.0))
}

/// Hours on foot where there is no road.
///
/// Mean heights of large cells hide the ups and downs between them, and no road avoids these. So the way is taken to climb
/// above the line between the means by the ruggedness (the standard deviation of heights in the cells) on one half and
/// to come down again on the other: slopes `S + g` and `S - g` with `g = 2 * ruggedness / length` `[P]`.
#[must_use]
pub fn off_path_walking_hours(km: f64, rise_m: f64, ruggedness_m: f64) -> f64 {
    let metres = km * 1000.0;
    let (slope, extra) = (rise_m / metres, 2.0 * ruggedness_m / metres);
    let half = km / 2.0 / OFF_PATH_FACTOR;
    half / walking_km_per_hour(slope + extra) + half / walking_km_per_hour(slope - extra)
}

/// Links between each cell and its eight neighbours in the same territory; roads across a border are no way over it.
pub(super) fn build_links(
    cells: &CellTable,
    grid: &Grid,
    roads: &[RoadLink],
    speeds: &TravelSpeeds,
) -> LinkTable {
    let mut table = LinkTable {
        start: Vec::with_capacity(cells.len() + 1),
        links: Vec::with_capacity(cells.len() * 8),
    };
    table.start.push(0);
    // Steps are the same all along a row.
    let width = |lat: f64| grid.width_km(lat);
    for i in 0..cells.len() {
        let (row, col) = (i32::from(cells.row[i]), i32::from(cells.col[i]));
        for (d_row, d_col) in NEIGHBOURS {
            let Some(to) = grid.at(row + d_row, col + d_col) else { continue };
            let j = to.index();
            if cells.territory[j] != cells.territory[i] {
                continue;
            }
            // Between neighbours the plane is as good as the sphere, and much quicker.
            let lat = f64::midpoint(f64::from(cells.lat[i]), f64::from(cells.lat[j]));
            let km =
                libm::hypot(f64::from(d_row) * grid.height_km(), f64::from(d_col) * width(lat));
            let rise = f64::from(cells.elevation[j]) - f64::from(cells.elevation[i]);
            let rugged =
                f64::midpoint(f64::from(cells.ruggedness[i]), f64::from(cells.ruggedness[j]));
            let hours = off_path_walking_hours(km, rise, rugged) as f32;
            let link = Link {
                to,
                foot_hours: hours,
                vehicle_hours: hours,
                km: km as f32,
                months_open: 12,
                road_class: 0,
            };
            table.links.push(link);
        }
        table.start.push(table.links.len() as u32);
    }
    for road in roads {
        for (from, to) in [(road.from, road.to), (road.to, road.from)] {
            let range = table.start[from.index()] as usize..table.start[from.index() + 1] as usize;
            let Some(link) = table.links[range].iter_mut().find(|l| l.to == to) else { continue };
            let rise =
                f64::from(cells.elevation[to.index()]) - f64::from(cells.elevation[from.index()]);
            *link = Link {
                to,
                foot_hours: road_walking_hours(road.km, rise) as f32,
                vehicle_hours: (road.km / speeds.of_class(road.class)) as f32,
                km: road.km as f32,
                months_open: road.months_open,
                road_class: road.class,
            };
        }
    }
    table
}

/// Empty slots for the route tables, and which months share one: those in which the same roads are open.
pub(super) fn empty_cache(territories: &[Territory], links: &LinkTable) -> RouteCache {
    let mut cache = RouteCache { pattern_of_month: Vec::new(), slots: Vec::new() };
    for territory in territories {
        let mut closing = [false; 12];
        for link in territory.cells.iter().flat_map(|&c| links.from(c)) {
            if link.months_open < 12 {
                closing[usize::from(link.months_open)] = true;
            }
        }
        let open_in = |month: u8| {
            let kinds = (0..12_u8).filter(|&m| closing[usize::from(m)] && Month(month).is_open(m));
            kinds.fold(0_u16, |set, m| set | (1 << m))
        };
        let mut patterns: Vec<u16> = Vec::new();
        let mut of_month = [0_u8; 12];
        for month in 1..=12_u8 {
            let set = open_in(month);
            let pattern = patterns.iter().position(|&p| p == set).unwrap_or_else(|| {
                patterns.push(set);
                patterns.len() - 1
            });
            of_month[usize::from(month - 1)] = pattern as u8;
        }
        cache.pattern_of_month.push(of_month);
        let slots = |n: usize| (0..n).map(|_| OnceLock::new()).collect();
        // Walkers use closed roads too: one table serves all months.
        cache.slots.push([slots(1), slots(patterns.len())]);
    }
    cache
}

/// Hours over a link in a month. A closed road is walked.
#[must_use]
#[inline]
pub fn link_hours(link: &Link, mode: TravelMode, month: Month) -> f32 {
    match mode {
        TravelMode::Vehicle if month.is_open(link.months_open) => link.vehicle_hours,
        TravelMode::Foot | TravelMode::Vehicle => link.foot_hours,
    }
}

/// A link seen from its end: who can come here over it.
struct Incoming {
    /// Local number of the cell that it leaves.
    from: u32,
    /// Its number among the links of that cell.
    link: u8,
    hours: f32,
    km: f32,
}

/// Dijkstra from each destination of the territory backwards over its links.
///
/// Ties are broken by local cell number, so that the tables are the same however often they are built. The work is
/// shared out among plain threads: a task of a thread pool could pick up another run while it waits, which could then wait
/// for this very table.
///
/// # Panics
/// If a working thread panics.
#[must_use]
pub fn build_routes(
    map: &Map,
    territory: TerritoryId,
    mode: TravelMode,
    month: Month,
) -> RouteTable {
    let place = &map.territories[territory.index()];
    let n_cells = place.cells.len();
    let range = usize::from(place.destinations.start)..usize::from(place.destinations.end);
    let destinations = &map.destinations[range];
    let size = n_cells * destinations.len();
    let mut table = RouteTable {
        n_cells,
        next: vec![NO_LINK; size],
        hours: vec![f32::INFINITY; size],
        km: vec![f32::INFINITY; size],
    };
    if size == 0 {
        return table;
    }
    let (start, incoming) = incoming_links(map, place, mode, month);
    let threads = std::thread::available_parallelism()
        .map_or(1, std::num::NonZero::get)
        .min(destinations.len());
    let share = destinations.len().div_ceil(threads);
    std::thread::scope(|scope| {
        let parts = destinations
            .chunks(share)
            .zip(table.next.chunks_mut(share * n_cells))
            .zip(table.hours.chunks_mut(share * n_cells))
            .zip(table.km.chunks_mut(share * n_cells));
        for (((list, next), hours), km) in parts {
            let (start, incoming) = (&start, &incoming);
            scope.spawn(move || {
                let mut heap = BinaryHeap::new();
                let rows = next
                    .chunks_mut(n_cells)
                    .zip(hours.chunks_mut(n_cells))
                    .zip(km.chunks_mut(n_cells));
                for (destination, ((next, hours), km)) in list.iter().zip(rows) {
                    routes_to(map, destination, (start, incoming), &mut heap, (next, hours, km));
                }
            });
        }
    });
    table
}

/// The links of a territory grouped by the cell that they reach.
fn incoming_links(
    map: &Map,
    place: &Territory,
    mode: TravelMode,
    month: Month,
) -> (Vec<u32>, Vec<Incoming>) {
    let local = |cell: CellId| map.cells.local[cell.index()];
    let mut start = vec![0_u32; place.cells.len() + 1];
    for link in place.cells.iter().flat_map(|&c| map.links.from(c)) {
        start[local(link.to) as usize + 1] += 1;
    }
    for i in 1..start.len() {
        start[i] += start[i - 1];
    }
    let mut fill = start.clone();
    let mut incoming: Vec<Incoming> = (0..start[place.cells.len()])
        .map(|_| Incoming { from: 0, link: NO_LINK, hours: 0.0, km: 0.0 })
        .collect();
    for &from in &place.cells {
        for (number, link) in map.links.from(from).iter().enumerate() {
            let at = &mut fill[local(link.to) as usize];
            let hours = link_hours(link, mode, month);
            incoming[*at as usize] =
                Incoming { from: local(from), link: number as u8, hours, km: link.km };
            *at += 1;
        }
    }
    (start, incoming)
}

/// Fills one destination's row of a route table.
fn routes_to(
    map: &Map,
    destination: &Destination,
    (start, incoming): (&[u32], &[Incoming]),
    heap: &mut BinaryHeap<Reverse<(u32, u32)>>,
    (next, hours, km): (&mut [u8], &mut [f32], &mut [f32]),
) {
    // Hours are never negative, and then their bits are ordered as they are.
    heap.clear();
    for cell in &destination.cells {
        let local = map.cells.local[cell.index()];
        hours[local as usize] = 0.0;
        km[local as usize] = 0.0;
        heap.push(Reverse((0, local)));
    }
    while let Some(Reverse((bits, at))) = heap.pop() {
        let so_far = f32::from_bits(bits);
        if so_far > hours[at as usize] {
            continue;
        }
        for link in &incoming[start[at as usize] as usize..start[at as usize + 1] as usize] {
            let from = link.from as usize;
            let total = so_far + link.hours;
            if total < hours[from] {
                hours[from] = total;
                km[from] = km[at as usize] + link.km;
                next[from] = link.link;
                heap.push(Reverse((total.to_bits(), link.from)));
            }
        }
    }
}
