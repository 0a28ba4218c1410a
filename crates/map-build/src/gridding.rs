//! From rasters and polygons to a gridded layer.
//!
//! Each cell is looked at in 8 x 8 points: it is land if at least half of them lie in a country and in no water, of the
//! state and the unit that most of them lie in. People of pixels are summed; those of water go to the nearest land.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::cells::{LayerCell, check_cell};
use crate::fault::{Fault, Faults};
use crate::grid::Grid;
use crate::raster::{Canvas, Raster};
use crate::reading::{Table, features};
use crate::region::{MapSpec, Region};
use crate::sites::Unit;

/// Sample points across a cell.
const SAMPLES: usize = 8;
/// Share of its points from which a cell is land, 0 to 1.
const LAND_SHARE: f64 = 0.5;

/// Sums, squares and count of the pixels in a cell.
#[derive(Clone, Copy, Default)]
struct Heights {
    sum: f64,
    squares: f64,
    count: u32,
}

/// Makes the gridded layer of a map.
///
/// # Errors
/// When a raster or polygon layer lacks or does not fit.
pub fn grid(
    region: &Region,
    spec: &MapSpec,
    outline: &[Value],
    units: &BTreeMap<u32, Unit>,
    told: &mut dyn FnMut(&str),
) -> Result<Vec<LayerCell>, Fault> {
    let layers = &region.layers;
    let must = |file: &Option<PathBuf>, key: &str| {
        let file = file.as_ref().map(|f| region.layer(f));
        file.ok_or_else(|| Fault::new(format!("[layers] lacks `{key}` (or [[map]] `cells`)")))
    };
    let spacing = spec.cell_degrees;
    let whole = Grid::new(region.bbox, spacing, Vec::new());
    let (nx, ny) = (whole.nx, whole.ny);
    let [west, _, _, north] = region.bbox;
    let step = spacing / SAMPLES as f64;
    let canvas = || Canvas::new(west, north, step, nx * SAMPLES, ny * SAMPLES);

    // Countries, units and inland water, painted on points.
    told(&format!("{}: countries and units", spec.name));
    let mut states: Vec<String> = Vec::new();
    let mut country = canvas();
    for feature in outline {
        let code = feature["properties"]["ADM0_A3"].as_str().unwrap_or_default();
        if !states.iter().any(|s| s == code) {
            states.push(code.to_owned());
        }
        let number = states.iter().position(|s| s == code).unwrap_or(0) + 1;
        country.paint(&feature["geometry"], number as u16);
    }
    let mut unit = canvas();
    let unit_file = must(&layers.unit_polygons, "unit_polygons")?;
    for (i, feature) in features(&unit_file)?.iter().enumerate() {
        let id =
            feature["properties"]["id"].as_u64().filter(|id| units.contains_key(&(*id as u32)));
        let id = id.ok_or_else(|| {
            let file = unit_file.display();
            Fault::new(format!("{file}: feature {}: no `id` of the table of units", i + 1))
        })?;
        unit.paint(&feature["geometry"], id as u16);
    }
    let mut water = canvas();
    if let Some(file) = &layers.water {
        for feature in features(&region.layer(file))? {
            let caspian = feature["properties"]["kind"].as_str() == Some("caspian");
            water.paint(&feature["geometry"], if caspian { 2 } else { 3 });
        }
    }

    // What most points of each cell say.
    let mut faults = Faults::default();
    let mut cells = Vec::with_capacity(nx * ny);
    for i in 0..nx * ny {
        let (row, col) = (i / nx, i % nx);
        let points: Vec<usize> = (0..SAMPLES * SAMPLES)
            .map(|k| (row * SAMPLES + k / SAMPLES) * country.nx + col * SAMPLES + k % SAMPLES)
            .collect();
        let dry = |p: &&usize| country.values[**p] > 0 && water.values[**p] == 0;
        let land: Vec<usize> = points.iter().filter(dry).copied().collect();
        let share = land.len() as f64 / points.len() as f64;
        let mut cell = LayerCell {
            row,
            col,
            lat: whole.lat(row),
            lon: whole.lon(col),
            land: share >= LAND_SHARE,
            land_fraction: share,
            ..LayerCell::default()
        };
        if cell.land {
            let state = most(land.iter().map(|&p| country.values[p]));
            states[usize::from(state) - 1].clone_into(&mut cell.state);
            let ours = |n: u16| units.get(&u32::from(n)).is_some_and(|u| u.state == cell.state);
            cell.unit = u32::from(most(land.iter().map(|&p| unit.values[p]).filter(|&n| ours(n))));
        } else {
            let wet = |p: &usize| country.values[*p] == 0 || water.values[*p] > 0;
            cell.water =
                most(points.iter().filter(|p| wet(p)).map(|&p| water.values[p].max(1))) as u8;
        }
        cells.push(cell);
    }
    nearest_units(&mut cells, &whole, region, units);

    // People and heights.
    told(&format!("{}: people and heights", spec.name));
    let land = cells.iter().enumerate().filter(|(_, c)| c.land);
    let (place_of, places): (Vec<usize>, Vec<(usize, usize)>) =
        land.map(|(i, c)| (i, (c.row, c.col))).unzip();
    let land = Grid::new(region.bbox, spacing, places);
    let people = must(&layers.people, "people")?;
    let raster = Raster::read(&people)?;
    if raster.pixel.iter().any(|&p| p > spacing * 1.001) {
        return Err(Fault::new(format!("{}: pixels larger than cells", people.display())));
    }
    for (lat, lon, value) in raster.pixels().filter(|p| land.holds((p.0, p.1), 0.0)) {
        if value < 0.0 {
            return Err(Fault::new(format!(
                "{}: {value} people at {lat}, {lon}",
                people.display()
            )));
        }
        match land.nearest((lat, lon), &|_| true) {
            Some(cell) => cells[place_of[cell]].people += value,
            None if value > 0.0 => {
                faults.add(format!("people far from land at {lat:.3}, {lon:.3}"));
            }
            None => {}
        }
    }
    let mut heights = vec![Heights::default(); cells.len()];
    for (lat, lon, value) in Raster::read(&must(&layers.elevation, "elevation")?)?.pixels() {
        if whole.holds((lat, lon), 0.0) {
            let (row, col) = whole.row_col((lat, lon));
            let cell = &mut heights[row * nx + col];
            cell.sum += value;
            cell.squares += value * value;
            cell.count += 1;
        }
    }

    // Communities by unit, heights, holders.
    let communities =
        Communities::read(region, &must(&layers.unit_communities, "unit_communities")?)?;
    for (cell, heights) in cells.iter_mut().zip(&heights).filter(|(c, _)| c.land) {
        let n = f64::from(heights.count);
        if heights.count == 0 {
            faults.add(format!("no height at {:.3}, {:.3}", cell.lat, cell.lon));
        }
        cell.elevation = heights.sum / n;
        cell.ruggedness =
            libm::sqrt((heights.squares / n - cell.elevation * cell.elevation).max(0.0));
        match communities.of.get(&cell.unit) {
            Some((name, percent)) => {
                name.clone_into(&mut cell.community);
                cell.community_percent = *percent;
            }
            None => faults.add(format!("unit {}: no community ({})", cell.unit, cell.state)),
        }
        cell.holders = vec![cell.state.clone(); region.holder_columns().len()];
    }
    for cell in &cells {
        check_cell(cell, &mut faults);
    }
    faults.stop_if_any()?;
    Ok(cells)
}

/// The value met most often; of equals the least; 0 of none.
fn most(values: impl Iterator<Item = u16>) -> u16 {
    let mut counts: BTreeMap<u16, u32> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    counts.into_iter().max_by_key(|&(value, n)| (n, std::cmp::Reverse(value))).map_or(0, |c| c.0)
}

/// Land that no unit's polygon covers (coasts drawn coarsely) belongs to the nearest unit of its state.
fn nearest_units(
    cells: &mut [LayerCell],
    whole: &Grid,
    region: &Region,
    units: &BTreeMap<u32, Unit>,
) {
    let known: Vec<usize> = (0..cells.len()).filter(|&i| cells[i].unit > 0).collect();
    let places = known.iter().map(|&i| (cells[i].row, cells[i].col)).collect();
    let near = Grid::new(region.bbox, whole.spacing, places);
    for i in (0..cells.len()).filter(|&i| cells[i].land && cells[i].unit == 0).collect::<Vec<_>>() {
        let state = cells[i].state.clone();
        let of_state =
            |k: usize| units.get(&cells[known[k]].unit).is_some_and(|u| u.state == state);
        if let Some(k) = near.nearest((cells[i].lat, cells[i].lon), &of_state) {
            cells[i].unit = cells[known[k]].unit;
        }
    }
}

/// Largest community of each unit, with its share in per cent.
struct Communities {
    of: BTreeMap<u32, (String, f64)>,
}

impl Communities {
    fn read(_region: &Region, path: &std::path::Path) -> Result<Self, Fault> {
        let table = Table::read(path, &["unit", "community", "share_percent"])?;
        let mut of = BTreeMap::new();
        for r in table.rows() {
            let share: f64 = r.number("share_percent")?;
            if !(0.0..=100.0).contains(&share) {
                return Err(r.fault("share_percent", "a number from 0 to 100"));
            }
            of.insert(r.number("unit")?, (r.text("community").to_owned(), share));
        }
        Ok(Self { of })
    }
}
