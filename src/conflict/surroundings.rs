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

/// The cells on a grid.
#[derive(Clone, Debug)]
struct Raster {
    /// Size of a cell, degrees.
    degrees: f64,
    west: f64,
    north: f64,
    rows: usize,
    cols: usize,
    /// Row and column of each cell.
    places: Vec<(u16, u16)>,
    /// The cell at each row and column.
    lookup: Vec<u32>,
}

/// Where things lie.
#[derive(Resource, Clone, Debug)]
pub struct Surroundings {
    raster: Raster,
    /// Neighbourhoods by row of the grid.
    stencils: Vec<Vec<Offset>>,
    /// Segments near each cell.
    lines: Vec<Vec<LineNear>>,
    /// The segment between two territories.
    between: Vec<Vec<Option<SegmentId>>>,
    /// Cells of each first-level unit, ascending.
    cells_of_unit: Vec<Vec<CellId>>,
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

impl Surroundings {
    /// From the map, with the lengths of the parameters.
    pub fn new(map: &Map, parameters: &Parameters, focus: Option<TerritoryId>) -> Self {
        let n = map.cells.len();
        let raster = Raster::new(map);
        let stencils = (0..raster.rows).map(|row| raster.stencil(row, parameters)).collect();

        // Lines near each cell, units near each line, and where two territories meet.
        let scale = Kilometres(parameters.threat.strength_km);
        let mut lines = vec![Vec::new(); n];
        let mut between = vec![vec![None; map.territories.len()]; map.territories.len()];
        for (s, segment) in map.segments.iter().enumerate() {
            let id = SegmentId::from_index(s);
            for &(cell, km) in &segment.near {
                let weight = left_at_distance(Kilometres(f64::from(km)), scale).0 as f32;
                lines[cell.index()].push(LineNear { segment: id, km, weight });
            }
            if segment.a != segment.b {
                between[segment.a.index()][segment.b.index()] = Some(id);
                between[segment.b.index()][segment.a.index()] = Some(id);
            }
        }
        let near = map.segments.iter().map(|segment| segment.near.iter().map(|&(cell, _)| cell));
        let units_near = near.map(|cells| shares_of_units(map, cells)).collect();

        // Who governs what.
        let mut cells_of_unit = vec![Vec::new(); map.admin1.len()];
        for (c, unit) in map.cells.admin1.iter().enumerate() {
            cells_of_unit[unit.index()].push(CellId::from_index(c));
        }
        let governors = map.cells.territory.iter().map(|t| map.territories[t.index()].governed_by);
        let mut built = Self {
            raster,
            stencils,
            lines,
            between,
            cells_of_unit,
            governor: governors.collect(),
            state_reach: vec![1.0; n],
            unit_area: vec![0.0; map.admin1.len()],
            units_near,
            focus,
        };
        built.measure_units(map, Kilometres(parameters.forces.reach_km));
        built
    }

    /// Strength that reaches each cell from the seat of its unit, and areas of the units.
    fn measure_units(&mut self, map: &Map, reach: Kilometres) {
        let at =
            |c: CellId| (f64::from(map.cells.lat[c.index()]), f64::from(map.cells.lon[c.index()]));
        for (unit, cells) in self.cells_of_unit.iter().enumerate() {
            // The most populous cell stands for the seat; the first of equals.
            let people = |c: &CellId| (map.cells.population[c.index()], std::cmp::Reverse(*c));
            let Some(&seat) = cells.iter().max_by_key(|&c| people(c)) else { continue };
            for &cell in cells {
                let km = great_circle_km(at(seat).0, at(seat).1, at(cell).0, at(cell).1);
                self.state_reach[cell.index()] = left_at_distance(Kilometres(km), reach).0 as f32;
                self.unit_area[unit] += f64::from(map.cells.area_km2[cell.index()]).max(1.0);
            }
        }
    }

    /// Whether a unit belongs to the focus state.
    pub fn in_focus(&self, map: &Map, unit: AdminId) -> bool {
        Some(map.admin1[unit.index()].state) == self.focus
    }

    /// Cells within the neighbourhood of a cell, itself first, by distance.
    #[inline]
    pub fn around(&self, cell: CellId) -> impl Iterator<Item = (CellId, &Offset)> {
        let place = self.raster.places[cell.index()];
        let stencil = &self.stencils[usize::from(place.0)];
        stencil
            .iter()
            .filter_map(move |offset| Some((self.raster.at_offset(place, offset)?, offset)))
    }

    /// The cell that contains a position, if it is land on the map.
    pub fn cell_at(&self, lat: f64, lon: f64) -> Option<CellId> {
        let raster = &self.raster;
        let row = (raster.north - lat) / raster.degrees;
        let col = (lon - raster.west) / raster.degrees;
        // Before the cut to whole numbers, which would take the edge in from beyond it.
        (row >= 0.0 && col >= 0.0).then(|| raster.at(row as usize, col as usize)).flatten()
    }

    /// Row and column of a cell in the raster of look-ups.
    pub fn row_col(&self, cell: CellId) -> (u16, u16) {
        self.raster.places[cell.index()]
    }

    /// Height of a row, km.
    pub fn row_km(&self) -> f64 {
        self.raster.degrees * KM_PER_DEGREE
    }

    /// Segments near a cell.
    #[inline]
    pub fn lines_near(&self, cell: CellId) -> &[LineNear] {
        &self.lines[cell.index()]
    }

    /// The segment between two territories.
    #[inline]
    pub fn segment_between(&self, a: TerritoryId, b: TerritoryId) -> Option<SegmentId> {
        self.between[a.index()][b.index()]
    }

    /// Cells of a first-level unit, ascending.
    pub fn cells_of(&self, unit: AdminId) -> &[CellId] {
        &self.cells_of_unit[unit.index()]
    }
}

impl Raster {
    /// The map's own grid. A route network has none: its places are put on one of 0.1 degrees, where a place hidden by
    /// another is not found from its neighbours.
    fn new(map: &Map) -> Self {
        let cells = &map.cells;
        let (degrees, west, north, places): (_, _, _, Vec<(u16, u16)>) = if map.cell_degrees > 0.0 {
            let places = cells.row.iter().copied().zip(cells.col.iter().copied()).collect();
            (map.cell_degrees, map.bbox[0], map.bbox[3], places)
        } else {
            let degrees = 0.1;
            let north = f64::from(cells.lat.iter().copied().fold(-90.0_f32, f32::max));
            let west = f64::from(cells.lon.iter().copied().fold(180.0_f32, f32::min));
            let (north, west) = (north + degrees / 2.0, west - degrees / 2.0);
            let bin = |x: f64| (x / degrees).clamp(0.0, 3600.0) as u16;
            let place = |(&lat, &lon)| (bin(north - f64::from(lat)), bin(f64::from(lon) - west));
            (degrees, west, north, cells.lat.iter().zip(&cells.lon).map(place).collect())
        };
        let rows = places.iter().map(|p| usize::from(p.0) + 1).max().unwrap_or(0);
        let cols = places.iter().map(|p| usize::from(p.1) + 1).max().unwrap_or(0);
        let mut lookup = vec![NO_CELL; rows * cols];
        for (i, &(row, col)) in places.iter().enumerate().rev() {
            lookup[usize::from(row) * cols + usize::from(col)] = i as u32;
        }
        Self { degrees, west, north, rows, cols, places, lookup }
    }

    #[inline]
    fn at(&self, row: usize, col: usize) -> Option<CellId> {
        if row >= self.rows || col >= self.cols {
            return None;
        }
        let cell = self.lookup[row * self.cols + col];
        (cell != NO_CELL).then_some(CellId(cell))
    }

    #[inline]
    fn at_offset(&self, (row, col): (u16, u16), offset: &Offset) -> Option<CellId> {
        let row = row.checked_add_signed(offset.row)?;
        let col = col.checked_add_signed(offset.col)?;
        self.at(usize::from(row), usize::from(col))
    }

    /// The neighbourhood of a cell of this row, nearest first.
    fn stencil(&self, row: usize, parameters: &Parameters) -> Vec<Offset> {
        let row_km = self.degrees * KM_PER_DEGREE;
        let latitude = self.north - (row as f64 + 0.5) * self.degrees;
        let col_km = (row_km * libm::cos(latitude.to_radians())).max(0.1);
        let (high, wide) = ((NEIGHBOURHOOD_KM / row_km) as i16, (NEIGHBOURHOOD_KM / col_km) as i16);
        let mut stencil = Vec::new();
        for dr in -high..=high {
            for dc in -wide..=wide {
                let km = libm::hypot(f64::from(dr) * row_km, f64::from(dc) * col_km);
                let left = |length| left_at_distance(Kilometres(km), Kilometres(length)).0 as f32;
                if km <= NEIGHBOURHOOD_KM {
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
        stencil
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
#[inline]
pub fn cells_km(map: &Map, a: CellId, b: CellId) -> f64 {
    let (lat_a, lat_b) = (f64::from(map.cells.lat[a.index()]), f64::from(map.cells.lat[b.index()]));
    let (lon_a, lon_b) = (f64::from(map.cells.lon[a.index()]), f64::from(map.cells.lon[b.index()]));
    let east = (lon_b - lon_a) * libm::cos((0.5 * (lat_a + lat_b)).to_radians());
    libm::sqrt(east * east + (lat_b - lat_a) * (lat_b - lat_a)) * KM_PER_DEGREE
}
