//! Which land cell lies where in the raster, and how large cells are.

use super::network::EARTH_RADIUS_KM;
use crate::ids::CellId;

/// No land there.
const NONE: u32 = u32::MAX;

/// The raster behind a grid map: rows from north to south, columns from west to east.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Columns.
    pub nx: usize,
    /// Rows.
    pub ny: usize,
    /// Size of a cell, degrees.
    pub cell_degrees: f64,
    /// West edge of column 0, degrees.
    pub west: f64,
    /// North edge of row 0, degrees.
    pub north: f64,
    /// West, south, east and north edge, degrees.
    pub bbox: [f64; 4],
    cell_at: Vec<u32>,
}

impl Grid {
    /// A raster without land.
    #[must_use]
    pub fn empty(bbox: [f64; 4], cell_degrees: f64, nx: usize, ny: usize) -> Self {
        Self {
            nx,
            ny,
            cell_degrees,
            west: bbox[0],
            north: bbox[3],
            bbox,
            cell_at: vec![NONE; nx * ny],
        }
    }

    /// The raster of a loaded map.
    #[must_use]
    pub fn of(map: &super::Map) -> Self {
        let steps = |from: f64, to: f64| {
            libm::round((to - from) / map.cell_degrees.max(1e-6)).max(0.0) as usize
        };
        let mut grid = Self::empty(
            map.bbox,
            map.cell_degrees,
            steps(map.bbox[0], map.bbox[2]),
            steps(map.bbox[1], map.bbox[3]),
        );
        for i in 0..map.cells.len() {
            grid.put(
                usize::from(map.cells.row[i]),
                usize::from(map.cells.col[i]),
                CellId::from_index(i),
            );
        }
        grid
    }

    /// Puts a land cell into its place; gives the cell that lay there before.
    pub fn put(&mut self, row: usize, col: usize, cell: CellId) -> Option<CellId> {
        if row >= self.ny || col >= self.nx {
            return None;
        }
        let place = &mut self.cell_at[row * self.nx + col];
        let before = (*place != NONE).then_some(CellId(*place));
        *place = cell.0;
        before
    }

    /// The land cell in a row and column, which may lie outside the raster.
    #[must_use]
    #[inline]
    pub fn at(&self, row: i32, col: i32) -> Option<CellId> {
        let (row, col) = (usize::try_from(row).ok()?, usize::try_from(col).ok()?);
        if !self.contains(row, col) {
            return None;
        }
        let cell = self.cell_at[row * self.nx + col];
        (cell != NONE).then_some(CellId(cell))
    }

    /// Whether the place lies inside the raster (on land or water).
    #[must_use]
    pub const fn contains(&self, row: usize, col: usize) -> bool {
        row < self.ny && col < self.nx
    }

    /// A position in cells from the north-west corner: rows, columns.
    #[must_use]
    pub fn place(&self, lat: f64, lon: f64) -> (f64, f64) {
        ((self.north - lat) / self.cell_degrees, (lon - self.west) / self.cell_degrees)
    }

    /// Latitude of a horizontal grid line (`0` is the north edge), degrees.
    #[must_use]
    pub fn line_lat(&self, line: f64) -> f64 {
        self.north - line * self.cell_degrees
    }

    /// Longitude of a vertical grid line (`0` is the west edge), degrees.
    #[must_use]
    pub fn line_lon(&self, line: f64) -> f64 {
        self.west + line * self.cell_degrees
    }

    /// Height of a cell from south to north, km.
    #[must_use]
    pub fn height_km(&self) -> f64 {
        EARTH_RADIUS_KM * self.cell_degrees.to_radians()
    }

    /// Width of a cell from west to east at a latitude, km.
    #[must_use]
    pub fn width_km(&self, lat: f64) -> f64 {
        self.height_km() * libm::cos(lat.to_radians())
    }

    /// Area of the cells in a row, km2 (exact on the sphere).
    #[must_use]
    pub fn area_km2(&self, row: usize) -> f64 {
        let sine = |line: f64| libm::sin(self.line_lat(line).to_radians());
        EARTH_RADIUS_KM
            * EARTH_RADIUS_KM
            * self.cell_degrees.to_radians()
            * (sine(row as f64) - sine(row as f64 + 1.0)).abs()
    }
}
