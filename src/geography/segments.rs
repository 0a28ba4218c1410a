//! Border segments found from the cells.
//!
//! A border between territories is a staircase of cell edges. Its length is measured along the polyline through the
//! midpoints of those edges, times the factor that makes such a polyline right on average for straight lines of any
//! direction. That is right to a few percent for straight borders (Iraq-Syria on the 10 km map: 462 km, 463 km from the line
//! of Natural Earth). What is finer than a cell (bends of rivers and ridges) is lost, so that official lengths of winding
//! mountain borders are up to twice as great. [`BorderSegment::line_km`] gives the length to reckon with.

use std::collections::BTreeMap;

use super::grid::Grid;
use super::network::EARTH_RADIUS_KM;
use super::{BorderCrossingPoint, BorderSegment, CellTable, CrossingMode, SegmentKind, Territory};
use crate::ids::{CellId, CommunityId, CrossingId, SegmentId, TerritoryId};

/// Cells within this distance are near a line, km (evidence 1.5: exposed population within 50 km).
pub const NEAR_KM: f64 = 50.0;

/// Length of a straight line over that of the polyline through edge midpoints (8-direction chain code), mean over all
/// directions: Proffitt and Rosen 1979, Computer Graphics and Image Processing 10:318.
pub const CHAIN_CODE_CORRECTION: f64 = 0.948;

/// A community lives on the other side if it makes up this share of the residents near the line there, 1 `[P]`.
pub const KIN_MINIMUM_SHARE: f64 = 0.01;

/// A line shorter than this number of cell heights that no table names and no crossing lies on is an accident of the
/// raster, and is left out.
const ACCIDENT_CELLS: f64 = 2.0;

/// Which code of a pair comes first in a segment's name; the others follow by alphabet.
const ORDER: [&str; 16] = [
    "RUS", "IRN", "GEO", "ARM", "AZE", "NAX", "NKR", "ABK", "SOS", "TUR", "IRQ", "SYR", "TKM",
    "KAZ", "UKR", "LBN",
];

/// Lengths that states and reference works give.
#[derive(Default)]
pub struct Official {
    /// By pair of territory codes in alphabetical order: km, none when not known or not wholly on the map.
    pub borders: BTreeMap<(String, String), Option<f64>>,
    /// By territory: Caspian coast, km, none when not known or not wholly on the map.
    pub coasts: BTreeMap<String, Option<f64>>,
}

/// Cell edges that make up a line.
#[derive(Default)]
struct Line {
    /// Where the edges meet: grid line from the north, grid line from the west, to the directions in which edges leave
    /// (bits [`NORTH`], [`SOUTH`], [`WEST`], [`EAST`]).
    corners: BTreeMap<(usize, usize), u8>,
    /// Midpoints of the edges in halves of cells, from the north-west.
    midpoints: Vec<(usize, usize)>,
    /// Cells on the first and the second side.
    cells: [Vec<CellId>; 2],
}

const NORTH: u8 = 1;
const SOUTH: u8 = 2;
const WEST: u8 = 4;
const EAST: u8 = 8;

impl Line {
    /// The edge on the south side of the cell in this row and column.
    fn add_southern(&mut self, row: usize, col: usize) {
        *self.corners.entry((row + 1, col)).or_default() |= EAST;
        *self.corners.entry((row + 1, col + 1)).or_default() |= WEST;
        self.midpoints.push((2 * row + 2, 2 * col + 1));
    }

    /// The edge on the east side of the cell in this row and column.
    fn add_eastern(&mut self, row: usize, col: usize) {
        *self.corners.entry((row, col + 1)).or_default() |= SOUTH;
        *self.corners.entry((row + 1, col + 1)).or_default() |= NORTH;
        self.midpoints.push((2 * row + 1, 2 * col + 2));
    }

    /// Length along the midpoints, corrected, km.
    fn length_km(&self, grid: &Grid) -> f64 {
        let mut km = 0.0;
        for (&(row, _), &directions) in &self.corners {
            let high = grid.height_km() / 2.0;
            let wide = grid.width_km(grid.line_lat(row as f64)) / 2.0;
            let vertical = u32::from((directions & (NORTH | SOUTH)).count_ones() as u8);
            let horizontal = (directions & (WEST | EAST)).count_ones();
            // Each vertical half-edge that meets a horizontal one is cut short by the diagonal between their midpoints.
            let diagonals = vertical.min(horizontal);
            km += f64::from(diagonals) * libm::hypot(high, wide)
                + f64::from(vertical - diagonals) * high
                + f64::from(horizontal - diagonals) * wide;
        }
        CHAIN_CODE_CORRECTION * km
    }
}

/// Finds all segments, ordered by name, and notes at each crossing which one it lies on.
pub(super) fn find(
    cells: &CellTable,
    grid: &Grid,
    territories: &[Territory],
    official: &Official,
    crossings: &mut [BorderCrossingPoint],
) -> Vec<BorderSegment> {
    let (borders, coasts) = trace_lines(cells, grid);
    let code = |t: TerritoryId| territories[t.index()].code.as_str();
    let rank =
        |t: TerritoryId| (ORDER.iter().position(|o| *o == code(t)).unwrap_or(ORDER.len()), code(t));
    let mut segments = Vec::new();
    let mut near = NearLine::new(cells, grid);
    for ((x, y), mut line) in borders {
        let pair = if code(x) < code(y) { (code(x), code(y)) } else { (code(y), code(x)) };
        let listed = official.borders.get(&(pair.0.to_owned(), pair.1.to_owned()));
        let length_km = line.length_km(grid);
        let crossed = crossings.iter().any(|c| c.sides == [x, y] || c.sides == [y, x]);
        if length_km < ACCIDENT_CELLS * grid.height_km() && listed.is_none() && !crossed {
            continue;
        }
        let (a, b) = if rank(x) <= rank(y) { (x, y) } else { (y, x) };
        if a != x {
            line.cells.swap(0, 1);
        }
        let [cells_a, cells_b] = line.cells.map(sorted);
        let near = near.find(&line.midpoints, [a, b]);
        let (population_near, kin_share) = people_near(cells, &near, a);
        segments.push(BorderSegment {
            name: format!("{}-{}", code(a), code(b)),
            kind: SegmentKind::Land,
            a,
            b,
            length_km,
            official_km: listed.copied().flatten(),
            cells_a,
            cells_b,
            crossings: Vec::new(),
            near,
            population_near,
            kin_share,
        });
    }
    let id = |code: &String| {
        territories.iter().position(|t| t.code == *code).map(TerritoryId::from_index)
    };
    for ((x, y), km) in &official.borders {
        let (Some(x), Some(y), Some(km)) = (id(x), id(y), *km) else { continue };
        if segments.iter().any(|s: &BorderSegment| (s.a, s.b) == (x, y) || (s.a, s.b) == (y, x)) {
            continue;
        }
        let (a, b) = if rank(x) <= rank(y) { (x, y) } else { (y, x) };
        let Some((midpoints, [cells_a, cells_b])) = line_by_crossings(cells, crossings, [a, b])
        else {
            continue;
        };
        let near = near.find(&midpoints, [a, b]);
        let (population_near, kin_share) = people_near(cells, &near, a);
        segments.push(BorderSegment {
            name: format!("{}-{}", code(a), code(b)),
            kind: SegmentKind::Land,
            a,
            b,
            length_km: km,
            official_km: Some(km),
            cells_a,
            cells_b,
            crossings: Vec::new(),
            near,
            population_near,
            kin_share,
        });
    }
    for (t, line) in coasts {
        let near = near.find(&line.midpoints, [t, t]);
        let (population_near, _) = people_near(cells, &near, t);
        segments.push(BorderSegment {
            name: format!("{}-CASPIAN", code(t)),
            kind: SegmentKind::CaspianApproach,
            a: t,
            b: t,
            length_km: line.length_km(grid),
            official_km: official.coasts.get(code(t)).copied().flatten(),
            cells_a: sorted(line.cells[0].clone()),
            cells_b: Vec::new(),
            crossings: Vec::new(),
            near,
            population_near,
            // Nobody lives on the other side of a coast within reach.
            kin_share: 0.0,
        });
    }
    segments.sort_by(|s, t| s.name.cmp(&t.name));
    assign_crossings(cells, &mut segments, crossings);
    segments
}

/// A border that is too short for the raster (Nakhchivan-Turkey, 17 km): the places of its crossings stand for the line.
/// Gives midpoints in halves of cells and the cells on both sides; none without a crossing over land.
#[allow(clippy::type_complexity, reason = "used once")]
fn line_by_crossings(
    cells: &CellTable,
    crossings: &[BorderCrossingPoint],
    [a, b]: [TerritoryId; 2],
) -> Option<(Vec<(usize, usize)>, [Vec<CellId>; 2])> {
    let (mut midpoints, mut sides) = (Vec::new(), [Vec::new(), Vec::new()]);
    for crossing in crossings.iter().filter(|c| !is_long(cells, c)) {
        let [first, second] = crossing.cells;
        let (on_a, on_b) = match crossing.sides {
            s if s == [a, b] => (first, second),
            s if s == [b, a] => (second, first),
            _ => continue,
        };
        // The middle between two centres, counted in halves of cells: centres lie at odd halves.
        let middle =
            |list: &[u16]| usize::from(list[on_a.index()]) + usize::from(list[on_b.index()]) + 1;
        midpoints.push((middle(&cells.row), middle(&cells.col)));
        sides[0].push(on_a);
        sides[1].push(on_b);
    }
    (!midpoints.is_empty()).then(|| (midpoints, sides.map(sorted)))
}

/// A ferry, or a bridge much longer than a cell.
fn is_long(cells: &CellTable, crossing: &BorderCrossingPoint) -> bool {
    let [a, b] = crossing.cells.map(CellId::index);
    crossing.mode == CrossingMode::Ferry
        || cells.row[a].abs_diff(cells.row[b]).max(cells.col[a].abs_diff(cells.col[b])) > 3
}

fn sorted(mut cells: Vec<CellId>) -> Vec<CellId> {
    cells.sort_unstable();
    cells.dedup();
    cells
}

/// All lines between territories (by pair, smaller id first) and all Caspian coasts.
fn trace_lines(
    cells: &CellTable,
    grid: &Grid,
) -> (BTreeMap<(TerritoryId, TerritoryId), Line>, BTreeMap<TerritoryId, Line>) {
    let mut borders: BTreeMap<(TerritoryId, TerritoryId), Line> = BTreeMap::new();
    let mut coasts: BTreeMap<TerritoryId, Line> = BTreeMap::new();
    let place = |i: usize| (i32::from(cells.row[i]), i32::from(cells.col[i]));
    for i in 0..cells.len() {
        let t = cells.territory[i];
        let (row, col) = place(i);
        for (d_row, d_col) in [(-1, 0), (1, 0), (0, -1), (0, 1)] {
            let (at_row, at_col) = (row + d_row, col + d_col);
            // Row and column of the cell whose southern or eastern edge this is.
            let (edge_row, edge_col) = (row.min(at_row), col.min(at_col));
            if let Some(there) = grid.at(at_row, at_col) {
                // Each edge is met from both sides, and taken once.
                let other = cells.territory[there.index()];
                if t < other {
                    add_edge(
                        borders.entry((t, other)).or_default(),
                        edge_row,
                        edge_col,
                        d_row != 0,
                    );
                }
            } else if cells.coast[i] == 2
                && let (Ok(r), Ok(c)) = (usize::try_from(at_row), usize::try_from(at_col))
                && grid.contains(r, c)
            {
                let line = coasts.entry(t).or_default();
                add_edge(line, edge_row, edge_col, d_row != 0);
                line.cells[0].push(CellId::from_index(i));
            }
        }
    }
    // Cells that only touch the other side at a corner lie along the line too.
    for i in 0..cells.len() {
        let t = cells.territory[i];
        let (row, col) = place(i);
        for (d_row, d_col) in [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)]
        {
            let other =
                grid.at(row + d_row, col + d_col).map_or(t, |there| cells.territory[there.index()]);
            if other != t
                && let Some(line) = borders.get_mut(&(t.min(other), t.max(other)))
            {
                line.cells[usize::from(t > other)].push(CellId::from_index(i));
            }
        }
    }
    (borders, coasts)
}

fn add_edge(line: &mut Line, row: i32, col: i32, southern: bool) {
    // The cell to the north or west of an inner edge lies in the raster.
    let (row, col) = (row.max(0) as usize, col.max(0) as usize);
    if southern {
        line.add_southern(row, col);
    } else {
        line.add_eastern(row, col);
    }
}

/// Notes the crossings of each segment. A ferry, or a bridge much longer than a cell, lies on none.
fn assign_crossings(
    cells: &CellTable,
    segments: &mut [BorderSegment],
    crossings: &mut [BorderCrossingPoint],
) {
    for (i, crossing) in crossings.iter_mut().enumerate() {
        if is_long(cells, crossing) {
            continue;
        }
        let [x, y] = crossing.sides;
        let found = segments.iter().position(|s| {
            s.kind == SegmentKind::Land && ((s.a, s.b) == (x, y) || (s.a, s.b) == (y, x))
        });
        if let Some(found) = found {
            crossing.segment = Some(SegmentId::from_index(found));
            segments[found].crossings.push(CrossingId::from_index(i));
        }
    }
}

/// Residents near a line, and the share of them whose community also lives on the other side near it.
///
/// Of a cell only the largest community and its share are known, so smaller communities count as having no kin.
fn people_near(cells: &CellTable, near: &[(CellId, f32)], first: TerritoryId) -> (u64, f64) {
    let mut total = [0_u64; 2];
    let mut by_community: BTreeMap<CommunityId, [f64; 2]> = BTreeMap::new();
    for &(cell, _) in near {
        let i = cell.index();
        let side = usize::from(cells.territory[i] != first);
        total[side] += u64::from(cells.population[i]);
        by_community.entry(cells.community[i]).or_default()[side] +=
            f64::from(cells.population[i]) * f64::from(cells.community_share[i]);
    }
    let lives = |people: [f64; 2], side: usize| {
        people[side] > 0.0 && people[side] >= KIN_MINIMUM_SHARE * total[side] as f64
    };
    let kin: f64 = by_community
        .values()
        .map(|&people| {
            (0..2).filter(|&side| lives(people, 1 - side)).map(|side| people[side]).sum::<f64>()
        })
        .sum();
    let all = total[0] + total[1];
    (all, if all == 0 { 0.0 } else { (kin / all as f64).clamp(0.0, 1.0) })
}

/// Finds the cells near lines; keeps its tables from line to line.
struct NearLine<'m> {
    cells: &'m CellTable,
    grid: &'m Grid,
    /// Unit vector of each cell's centre.
    centres: Vec<[f64; 3]>,
    /// Cosine of the angle to the line, the greatest found; -2 where not yet looked at.
    closest: Vec<f64>,
}

fn unit_vector(lat: f64, lon: f64) -> [f64; 3] {
    let (lat, lon) = (lat.to_radians(), lon.to_radians());
    [libm::cos(lat) * libm::cos(lon), libm::cos(lat) * libm::sin(lon), libm::sin(lat)]
}

impl<'m> NearLine<'m> {
    fn new(cells: &'m CellTable, grid: &'m Grid) -> Self {
        let centre = |i: usize| unit_vector(f64::from(cells.lat[i]), f64::from(cells.lon[i]));
        Self {
            cells,
            grid,
            centres: (0..cells.len()).map(centre).collect(),
            closest: vec![-2.0; cells.len()],
        }
    }

    /// Cells of these territories within [`NEAR_KM`] of an edge's midpoint, ascending, with their distance in km.
    fn find(
        &mut self,
        midpoints: &[(usize, usize)],
        sides: [TerritoryId; 2],
    ) -> Vec<(CellId, f32)> {
        let limit = libm::cos(NEAR_KM / EARTH_RADIUS_KM);
        let mut found = Vec::new();
        for &(half_row, half_col) in midpoints {
            let (line_row, line_col) = (half_row as f64 / 2.0, half_col as f64 / 2.0);
            let lat = self.grid.line_lat(line_row);
            let point = unit_vector(lat, self.grid.line_lon(line_col));
            let rows = NEAR_KM / self.grid.height_km() + 1.0;
            let cols = NEAR_KM / self.grid.width_km(lat.abs() + 1.0).max(0.01) + 1.0;
            for row in (line_row - rows) as i32..=(line_row + rows) as i32 {
                for col in (line_col - cols) as i32..=(line_col + cols) as i32 {
                    let Some(cell) = self.grid.at(row, col) else { continue };
                    let i = cell.index();
                    if !sides.contains(&self.cells.territory[i]) {
                        continue;
                    }
                    let centre = self.centres[i];
                    let cosine = point[0] * centre[0] + point[1] * centre[1] + point[2] * centre[2];
                    if cosine >= limit {
                        if self.closest[i] < -1.5 {
                            found.push(cell);
                        }
                        self.closest[i] = self.closest[i].max(cosine);
                    }
                }
            }
        }
        found.sort_unstable();
        found
            .into_iter()
            .map(|cell| {
                let cosine = std::mem::replace(&mut self.closest[cell.index()], -2.0);
                (cell, (EARTH_RADIUS_KM * libm::acos(cosine.min(1.0))) as f32)
            })
            .collect()
    }
}
