//! Where things lie: cells around a cell, lines near a cell, who governs. Built once a run, read by every process.
//!
//! A neighbourhood depends only on the row of the grid, so one stencil per row serves every cell of it: a few thousand
//! entries instead of millions of lists.

use bevy_ecs::prelude::*;

use super::parameters::Parameters;
use super::rules::left_at_distance;
use crate::geography::Map;
use crate::geography::network::great_circle_km;
use crate::ids::{AdminId, CellId, SegmentId, TerritoryId};
use crate::units::Kilometres;

/// Reach of a neighbourhood: two days' march. Groups act, and violence is felt, within it.
pub const NEIGHBOURHOOD_KM: f64 = 50.0;

const NO_CELL: u32 = u32::MAX;
const KM_PER_DEGREE: f64 = 111.195;

/// A cell relative to another, with what distance does to each effect.
#[derive(Clone, Copy, Debug)]
pub struct Offset {
    row: i16,
    col: i16,
    /// Distance, km.
    pub km: f32,
    /// Weight at which fatalities are felt.
    pub felt: f32,
    /// Strength of a group that is left (Boulding).
    pub strength: f32,
    /// Share of the offspring of an event that falls here; all of a stencil add up to 1.
    pub offspring: f32,
}

/// A border segment near a cell.
#[derive(Clone, Copy, Debug)]
pub struct LineNear {
    /// The segment.
    pub segment: SegmentId,
    /// Distance, km.
    pub km: f32,
    /// Weight of armed strength at this distance.
    pub weight: f32,
}

/// Where things lie.
#[derive(Resource, Clone, Debug)]
pub struct Surroundings {
    degrees: f64,
    west: f64,
    north: f64,
    rows: usize,
    cols: usize,
    lookup: Vec<u32>,
    place: Vec<(u16, u16)>,
    stencil_start: Vec<u32>,
    stencil: Vec<Offset>,
    line_start: Vec<u32>,
    lines: Vec<LineNear>,
    between: Vec<Option<SegmentId>>,
    territories: usize,
    cell_start: Vec<u32>,
    cells_of_unit: Vec<CellId>,
    /// State (or de facto authority) that governs the territory of each cell.
    pub governor: Vec<TerritoryId>,
    /// Share of a province's strength that reaches each cell from the seat (its most populous cell).
    pub state_reach: Vec<f32>,
    /// Area of each first-level unit on the map, km2.
    pub unit_area: Vec<f64>,
    /// By segment: units near the line with their share of its cells.
    pub units_near: Vec<Vec<(AdminId, f64)>>,
    /// The state whose leadership is in question, if it is on the map.
    pub focus: Option<TerritoryId>,
}

/// Lists by key as one table with starts.
fn grouped<T: Copy>(keys: usize, items: &[(usize, T)]) -> (Vec<u32>, Vec<T>) {
    let mut start = vec![0_u32; keys + 1];
    for &(key, _) in items {
        start[key + 1] += 1;
    }
    for key in 0..keys {
        start[key + 1] += start[key];
    }
    let mut sorted: Vec<(usize, T)> = items.to_vec();
    sorted.sort_by_key(|&(key, _)| key);
    (start, sorted.into_iter().map(|(_, item)| item).collect())
}

impl Surroundings {
    /// From the map, with the lengths of the parameters.
    #[must_use]
    pub fn new(map: &Map, parameters: &Parameters, focus: Option<TerritoryId>) -> Self {
        let n = map.cells.len();
        let (degrees, west, north, place) = raster(map);
        let rows = place.iter().map(|p| usize::from(p.0) + 1).max().unwrap_or(0);
        let cols = place.iter().map(|p| usize::from(p.1) + 1).max().unwrap_or(0);
        let mut lookup = vec![NO_CELL; rows * cols];
        for (i, &(row, col)) in place.iter().enumerate().rev() {
            lookup[usize::from(row) * cols + usize::from(col)] = i as u32;
        }
        let (stencil_start, stencil) = stencils(rows, degrees, north, parameters);

        // Lines near each cell, and units near each line.
        let scale = Kilometres(parameters.threat.strength_km);
        let mut near = Vec::new();
        for (s, segment) in map.segments.iter().enumerate() {
            for &(cell, km) in &segment.near {
                let weight = left_at_distance(Kilometres(f64::from(km)), scale).0 as f32;
                let line = LineNear { segment: SegmentId::from_index(s), km, weight };
                near.push((cell.index(), line));
            }
        }
        let (line_start, lines) = grouped(n, &near);
        let units_near = map.segments.iter().map(|segment| {
            let cells = segment.near.iter().map(|&(cell, _)| cell);
            shares_of_units(map, cells)
        });

        // Who governs what, and where two territories meet.
        let territories = map.territories.len();
        let mut between = vec![None; territories * territories];
        for (s, segment) in map.segments.iter().enumerate() {
            if segment.a != segment.b {
                let id = Some(SegmentId::from_index(s));
                between[segment.a.index() * territories + segment.b.index()] = id;
                between[segment.b.index() * territories + segment.a.index()] = id;
            }
        }

        let members: Vec<(usize, CellId)> =
            (0..n).map(|i| (map.cells.admin1[i].index(), CellId::from_index(i))).collect();
        let (cell_start, cells_of_unit) = grouped(map.admin1.len(), &members);
        let governor =
            map.cells.territory.iter().map(|t| map.territories[t.index()].governed_by).collect();
        let mut built = Self {
            degrees,
            west,
            north,
            rows,
            cols,
            lookup,
            place,
            stencil_start,
            stencil,
            line_start,
            lines,
            between,
            territories,
            cell_start,
            cells_of_unit,
            governor,
            state_reach: vec![1.0; n],
            unit_area: vec![0.0; map.admin1.len()],
            units_near: units_near.collect(),
            focus,
        };
        built.measure_units(map, Kilometres(parameters.forces.reach_km));
        built
    }

    /// Strength that reaches each cell from the seat of its unit, and areas of the units.
    fn measure_units(&mut self, map: &Map, reach: Kilometres) {
        for unit in 0..map.admin1.len() {
            let cells = self.cells_of(AdminId::from_index(unit)).to_vec();
            // The most populous cell stands for the seat; the first of equals.
            let Some(&seat) = cells
                .iter()
                .max_by_key(|c| (map.cells.population[c.index()], std::cmp::Reverse(**c)))
            else {
                continue;
            };
            let at = |c: CellId| {
                (f64::from(map.cells.lat[c.index()]), f64::from(map.cells.lon[c.index()]))
            };
            for cell in cells {
                let km = great_circle_km(at(seat).0, at(seat).1, at(cell).0, at(cell).1);
                self.state_reach[cell.index()] = left_at_distance(Kilometres(km), reach).0 as f32;
                self.unit_area[unit] += f64::from(map.cells.area_km2[cell.index()]).max(1.0);
            }
        }
    }

    /// Whether a unit belongs to the focus state.
    #[must_use]
    pub fn in_focus(&self, map: &Map, unit: AdminId) -> bool {
        Some(map.admin1[unit.index()].state) == self.focus
    }

    /// Cells within the neighbourhood of a cell, itself first, by distance.
    #[inline]
    pub fn around(&self, cell: CellId) -> impl Iterator<Item = (CellId, &Offset)> {
        let (row, col) = self.place[cell.index()];
        let range = self.stencil_start[usize::from(row)] as usize
            ..self.stencil_start[usize::from(row) + 1] as usize;
        self.stencil[range].iter().filter_map(move |offset| {
            let found = self.at_offset(row, col, offset)?;
            Some((found, offset))
        })
    }

    #[inline]
    fn at_offset(&self, row: u16, col: u16, offset: &Offset) -> Option<CellId> {
        let row = usize::from(row.checked_add_signed(offset.row)?);
        let col = usize::from(col.checked_add_signed(offset.col)?);
        if row >= self.rows || col >= self.cols {
            return None;
        }
        let cell = self.lookup[row * self.cols + col];
        (cell != NO_CELL).then_some(CellId(cell))
    }

    /// The cell that contains a position, if it is land on the map.
    #[must_use]
    pub fn cell_at(&self, lat: f64, lon: f64) -> Option<CellId> {
        let (row, col) = ((self.north - lat) / self.degrees, (lon - self.west) / self.degrees);
        if row < 0.0 || col < 0.0 || row >= self.rows as f64 || col >= self.cols as f64 {
            return None;
        }
        let cell = self.lookup[row as usize * self.cols + col as usize];
        (cell != NO_CELL).then_some(CellId(cell))
    }

    /// Row and column of a cell in the raster of look-ups.
    #[must_use]
    pub fn row_col(&self, cell: CellId) -> (u16, u16) {
        self.place[cell.index()]
    }

    /// Height of a row, km.
    #[must_use]
    pub fn row_km(&self) -> f64 {
        self.degrees * KM_PER_DEGREE
    }

    /// Segments near a cell.
    #[must_use]
    #[inline]
    pub fn lines_near(&self, cell: CellId) -> &[LineNear] {
        &self.lines
            [self.line_start[cell.index()] as usize..self.line_start[cell.index() + 1] as usize]
    }

    /// The segment between two territories.
    #[must_use]
    #[inline]
    pub fn segment_between(&self, a: TerritoryId, b: TerritoryId) -> Option<SegmentId> {
        self.between[a.index() * self.territories + b.index()]
    }

    /// Cells of a first-level unit, ascending.
    #[must_use]
    pub fn cells_of(&self, unit: AdminId) -> &[CellId] {
        &self.cells_of_unit
            [self.cell_start[unit.index()] as usize..self.cell_start[unit.index() + 1] as usize]
    }
}

/// Units that these cells belong to, with their share of the cells.
pub(super) fn shares_of_units(
    map: &Map,
    cells: impl Iterator<Item = CellId>,
) -> Vec<(AdminId, f64)> {
    let mut counts = vec![0_u32; map.admin1.len()];
    for cell in cells {
        counts[map.cells.admin1[cell.index()].index()] += 1;
    }
    let all = f64::from(counts.iter().sum::<u32>());
    let found = counts.iter().enumerate().filter(|&(_, &n)| n > 0);
    found.map(|(unit, &n)| (AdminId::from_index(unit), f64::from(n) / all)).collect()
}

/// The position at a distance from another, in a direction (`turn` 0 to 1); good for the ranges of a march.
pub(super) fn moved((lat, lon): (f64, f64), km: f64, turn: f64) -> (f64, f64) {
    let angle = turn * std::f64::consts::TAU;
    let north = km * libm::cos(angle) / KM_PER_DEGREE;
    let east = km * libm::sin(angle) / (KM_PER_DEGREE * libm::cos(lat.to_radians()).max(0.01));
    (lat + north, lon + east)
}

/// Distance between two cells, km; on the plane, good to a percent over the ranges of a march.
#[must_use]
#[inline]
pub fn cells_km(map: &Map, a: CellId, b: CellId) -> f64 {
    let (lat_a, lat_b) = (f64::from(map.cells.lat[a.index()]), f64::from(map.cells.lat[b.index()]));
    let (lon_a, lon_b) = (f64::from(map.cells.lon[a.index()]), f64::from(map.cells.lon[b.index()]));
    let east = (lon_b - lon_a) * libm::cos((0.5 * (lat_a + lat_b)).to_radians());
    libm::sqrt(east * east + (lat_b - lat_a) * (lat_b - lat_a)) * KM_PER_DEGREE
}

/// Cell size, west and north edge, row and column of each cell. A route network has no grid: its places are put on one of
/// 0.1 degrees, where a place hidden by another is not found from its neighbours.
fn raster(map: &Map) -> (f64, f64, f64, Vec<(u16, u16)>) {
    let cells = &map.cells;
    if map.cell_degrees > 0.0 {
        let place = cells.row.iter().copied().zip(cells.col.iter().copied()).collect();
        return (map.cell_degrees, map.bbox[0], map.bbox[3], place);
    }
    let degrees = 0.1;
    let north = cells.lat.iter().copied().fold(-90.0_f32, f32::max);
    let west = cells.lon.iter().copied().fold(180.0_f32, f32::min);
    let (north, west) = (f64::from(north) + degrees / 2.0, f64::from(west) - degrees / 2.0);
    let bin = |x: f64| (x / degrees).clamp(0.0, 3600.0) as u16;
    let place = (0..cells.len())
        .map(|i| (bin(north - f64::from(cells.lat[i])), bin(f64::from(cells.lon[i]) - west)))
        .collect();
    (degrees, west, north, place)
}

/// The neighbourhood of a cell, for each row of the grid: where each begins in one list.
fn stencils(
    rows: usize,
    degrees: f64,
    north: f64,
    parameters: &Parameters,
) -> (Vec<u32>, Vec<Offset>) {
    let (mut start, mut all) = (vec![0_u32], Vec::new());
    let row_km = degrees * KM_PER_DEGREE;
    for row in 0..rows {
        let latitude = north - (row as f64 + 0.5) * degrees;
        let col_km = (row_km * libm::cos(latitude.to_radians())).max(0.1);
        let (high, wide) = ((NEIGHBOURHOOD_KM / row_km) as i16, (NEIGHBOURHOOD_KM / col_km) as i16);
        let mut stencil = Vec::new();
        for dr in -high..=high {
            for dc in -wide..=wide {
                let km = libm::hypot(f64::from(dr) * row_km, f64::from(dc) * col_km);
                if km <= NEIGHBOURHOOD_KM {
                    let left =
                        |length| left_at_distance(Kilometres(km), Kilometres(length)).0 as f32;
                    stencil.push(Offset {
                        row: dr,
                        col: dc,
                        km: km as f32,
                        felt: left(parameters.control.fatality_km),
                        strength: left(parameters.control.reach_km),
                        offspring: left(parameters.excitation.range_km),
                    });
                }
            }
        }
        stencil.sort_by(|a, b| a.km.total_cmp(&b.km).then((a.row, a.col).cmp(&(b.row, b.col))));
        // Normalised over land and water alike: offspring at sea are lost, never too many.
        let sum: f32 = stencil.iter().map(|o| o.offspring).sum();
        for offset in &mut stencil {
            offset.offspring /= sum;
        }
        all.extend(stencil);
        start.push(all.len() as u32);
    }
    (start, all)
}
