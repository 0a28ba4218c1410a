//! The grid: land cells, their numbers, and the geometry that everything else needs.
//!
//! A cell's number is its place among the land cells in row-major order from the north-west, so it can be used
//! as an index by whoever reads the map.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// Length of a degree of latitude, km.
pub const KM_PER_DEGREE: f64 = 111.195;

const NEIGHBOURS: [(i32, i32); 8] =
    [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)];

/// Rings of rows and columns in which the nearest cell is looked for.
const REACHES: [i32; 4] = [2, 4, 8, 16];

/// A place: latitude and longitude, degrees.
pub type Place = (f64, f64);

/// Great-circle distance in short form: good to 0.5 % within a region, km.
#[must_use]
pub fn distance_km(a: Place, b: Place) -> f64 {
    let k = libm::cos(f64::midpoint(a.0, b.0).to_radians());
    libm::hypot((a.0 - b.0) * KM_PER_DEGREE, (a.1 - b.1) * KM_PER_DEGREE * k)
}

/// A number that can be ordered; none is NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Real(pub f64);

impl Eq for Real {}

impl Ord for Real {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Real {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The land cells of one map by place.
#[derive(Debug)]
pub struct Grid {
    west: f64,
    north: f64,
    /// Size of a cell, degrees.
    pub spacing: f64,
    /// Columns.
    pub nx: usize,
    /// Rows.
    pub ny: usize,
    places: Vec<(usize, usize)>,
    at: Vec<Option<u32>>,
}

impl Grid {
    /// A grid from the box (west, south, east, north) and the rows and columns of the land cells.
    #[must_use]
    pub fn new(bbox: [f64; 4], spacing: f64, places: Vec<(usize, usize)>) -> Self {
        let steps = |from: f64, to: f64| libm::round((to - from) / spacing).max(0.0) as usize;
        let (nx, ny) = (steps(bbox[0], bbox[2]), steps(bbox[1], bbox[3]));
        let mut at = vec![None; nx * ny];
        for (i, &(row, col)) in places.iter().enumerate() {
            at[row * nx + col] = Some(i as u32);
        }
        Self { west: bbox[0], north: bbox[3], spacing, nx, ny, places, at }
    }

    /// Latitude of the centre of a row.
    #[must_use]
    pub fn lat(&self, row: usize) -> f64 {
        self.north - (row as f64 + 0.5) * self.spacing
    }

    /// Longitude of the centre of a column.
    #[must_use]
    pub fn lon(&self, col: usize) -> f64 {
        self.west + (col as f64 + 0.5) * self.spacing
    }

    /// Width of a cell on the equator, km.
    #[must_use]
    pub fn width_km(&self) -> f64 {
        self.spacing * KM_PER_DEGREE
    }

    /// Centre of a cell.
    #[must_use]
    pub fn centre(&self, cell: usize) -> Place {
        let (row, col) = self.places[cell];
        (self.lat(row), self.lon(col))
    }

    /// Row and column of a point; points on or beyond the edge fall in the outermost row or column.
    #[must_use]
    pub fn row_col(&self, (lat, lon): Place) -> (usize, usize) {
        let row = libm::floor((self.north - lat) / self.spacing + 1e-9).max(0.0) as usize;
        let col = libm::floor((lon - self.west) / self.spacing + 1e-9).max(0.0) as usize;
        (row.min(self.ny - 1), col.min(self.nx - 1))
    }

    /// Whether a point lies on the grid or at most so many cells beyond its edge.
    #[must_use]
    pub fn holds(&self, (lat, lon): Place, margin_cells: f64) -> bool {
        let y = (self.north - lat) / self.spacing;
        let x = (lon - self.west) / self.spacing;
        let inside = |v: f64, n: usize| -margin_cells <= v && v <= n as f64 + margin_cells;
        inside(y, self.ny) && inside(x, self.nx)
    }

    /// The land cell in a row and column, which may lie outside.
    #[must_use]
    pub fn at(&self, row: i32, col: i32) -> Option<usize> {
        let (row, col) = (usize::try_from(row).ok()?, usize::try_from(col).ok()?);
        if row >= self.ny || col >= self.nx {
            return None;
        }
        self.at[row * self.nx + col].map(|i| i as usize)
    }

    /// The land cell under a point.
    #[must_use]
    pub fn under(&self, place: Place) -> Option<usize> {
        let (row, col) = self.row_col(place);
        self.at(row as i32, col as i32)
    }

    /// Distance from the centre of a cell to a point, km.
    #[must_use]
    pub fn km_to(&self, cell: usize, place: Place) -> f64 {
        distance_km(self.centre(cell), place)
    }

    /// Distance between the centres of two cells, km.
    #[must_use]
    pub fn km_between(&self, a: usize, b: usize) -> f64 {
        distance_km(self.centre(a), self.centre(b))
    }

    /// Whether two cells are eight-neighbours or the same.
    #[must_use]
    pub fn adjacent(&self, a: usize, b: usize) -> bool {
        let (a, b) = (self.places[a], self.places[b]);
        a.0.abs_diff(b.0) <= 1 && a.1.abs_diff(b.1) <= 1
    }

    /// Cells at most `reach` rows and columns from a point that are allowed, nearest first, with their distance in km.
    #[must_use]
    pub fn within(
        &self,
        place: Place,
        reach: i32,
        allowed: &dyn Fn(usize) -> bool,
    ) -> Vec<(f64, usize)> {
        let (row, col) = self.row_col(place);
        let (row, col) = (row as i32, col as i32);
        let mut found = Vec::new();
        for r in row - reach..=row + reach {
            for c in col - reach..=col + reach {
                if let Some(i) = self.at(r, c).filter(|&i| allowed(i)) {
                    found.push((self.km_to(i, place), i));
                }
            }
        }
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        found
    }

    /// The cell under a point if it is allowed, else the allowed cell whose centre is nearest; none if none is near.
    #[must_use]
    pub fn nearest(&self, place: Place, allowed: &dyn Fn(usize) -> bool) -> Option<usize> {
        if let Some(i) = self.under(place).filter(|&i| allowed(i)) {
            return Some(i);
        }
        REACHES.iter().find_map(|&reach| Some(self.within(place, reach, allowed).first()?.1))
    }

    /// The eight-neighbours of a cell that are land.
    pub fn neighbours(&self, cell: usize) -> impl Iterator<Item = usize> + '_ {
        let (row, col) = self.places[cell];
        NEIGHBOURS.iter().filter_map(move |(dr, dc)| self.at(row as i32 + dr, col as i32 + dc))
    }

    /// Shortest chain of eight-neighbours over allowed cells; none if there is none near.
    #[must_use]
    pub fn path(
        &self,
        start: usize,
        end: usize,
        allowed: &dyn Fn(usize) -> bool,
        longest_km: f64,
    ) -> Option<Vec<usize>> {
        let mut best = BTreeMap::from([(start, 0.0)]);
        let mut before = BTreeMap::new();
        let mut queue = BinaryHeap::from([Reverse((Real(0.0), start))]);
        while let Some(Reverse((Real(d), i))) = queue.pop() {
            if i == end {
                let mut chain = vec![i];
                while let Some(&j) = before.get(&chain[chain.len() - 1]) {
                    chain.push(j);
                }
                chain.reverse();
                return Some(chain);
            }
            if d > best[&i] || d > longest_km {
                continue;
            }
            for j in self.neighbours(i) {
                if j != end && !allowed(j) {
                    continue;
                }
                let dj = d + self.km_between(i, j);
                if dj < best.get(&j).copied().unwrap_or(1e9) - 1e-9 {
                    best.insert(j, dj);
                    before.insert(j, i);
                    queue.push(Reverse((Real(dj), j)));
                }
            }
        }
        None
    }
}
