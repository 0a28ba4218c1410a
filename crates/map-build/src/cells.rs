//! From a gridded layer to the land cells of a map.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::fault::{Fault, Faults};
use crate::reading::{Table, json};
use crate::region::{MapSpec, Region};
use crate::writing::number;

/// Water of the gridded layer.
pub const CASPIAN: u8 = 2;

/// A cell of the gridded layer, land or water.
#[derive(Clone, Debug, Default)]
pub struct LayerCell {
    /// Row in the box, from the north.
    pub row: usize,
    /// Column in the box, from the west.
    pub col: usize,
    /// Centre, degrees.
    pub lat: f64,
    /// Centre, degrees.
    pub lon: f64,
    /// Whether it is land.
    pub land: bool,
    /// Share of land, 0 to 1.
    pub land_fraction: f64,
    /// De jure state.
    pub state: String,
    /// Number of the unit.
    pub unit: u32,
    /// 0 none, 1 sea, 2 Caspian, 3 lake.
    pub water: u8,
    /// Mean height, m.
    pub elevation: f64,
    /// Standard deviation of the heights in it, m.
    pub ruggedness: f64,
    /// People.
    pub people: f64,
    /// The exclave that it lies in, or nothing.
    pub part: String,
    /// Holder for each column of holders.
    pub holders: Vec<String>,
    /// Largest community.
    pub community: String,
    /// Its share, per cent.
    pub community_percent: f64,
    /// Whether a railway runs through it.
    pub rail: bool,
}

/// A land cell of the map.
#[derive(Clone, Debug)]
pub struct Cell {
    /// What the layer says.
    pub layer: LayerCell,
    /// Code of its unit, state and number.
    pub unit: String,
    /// Whole people.
    pub population: u64,
    /// `caspian`, `sea` or nothing.
    pub coast: &'static str,
    /// Best class of the road links that touch it; 0 none.
    pub road_class: u8,
    /// Most months of that class.
    pub road_months: u8,
}

impl Cell {
    /// Who holds it at present; an exclave counts as a territory of its own while its state holds it.
    #[must_use]
    pub fn territory(&self, region: &Region, column: usize) -> &str {
        let (part, holder) = (self.layer.part.as_str(), self.layer.holders[column].as_str());
        if !part.is_empty() && region.exclave_state(part) == Some(holder) { part } else { holder }
    }
}

/// Code of a unit.
#[must_use]
pub fn unit_code(state: &str, number: u32) -> String {
    format!("{state}-{number:03}")
}

/// PRIO-GRID id of the half-degree cell that holds a point.
#[must_use]
pub fn prio_grid(lat: f64, lon: f64) -> i64 {
    let half = |x: f64| libm::floor(x / 0.5) as i64;
    half(lat + 90.0) * 720 + half(lon + 180.0) + 1
}

/// Reads a gridded layer and cuts it to the region's box.
///
/// # Errors
/// When the layer has holes, people on water, land without a state or unit, or unknown codes.
pub fn read_gridded(region: &Region, file: &Path, spacing: f64) -> Result<Vec<LayerCell>, Fault> {
    let fixed = [
        "lat",
        "lon",
        "land_frac",
        "is_land",
        "country",
        "admin1",
        "water",
        "elev_mean",
        "rugged_std",
        "pop",
        "ethnic",
        "ethnic_share",
        "rail",
    ];
    let table = Table::read(&region.layer(file), &fixed)?;
    let at = fixed.map(|name| table.column(name).unwrap_or(0));
    let [
        lat,
        lon,
        land_frac,
        is_land,
        country,
        admin1,
        water,
        elev,
        rugged,
        pop,
        group,
        share,
        rail,
    ] = at;
    let names = match &region.layers.communities {
        Some(names) => json(&region.layer(names))?,
        None => serde_json::Value::Null,
    };
    let holders: Vec<Option<usize>> = region
        .holder_columns()
        .iter()
        .map(|s| s.layer.as_deref().map(|layer| table.must_have(layer)).transpose())
        .collect::<Result<_, _>>()?;
    let exclaves: Vec<(usize, &str)> = region
        .exclave
        .iter()
        .map(|e| Ok((table.must_have(&e.layer)?, e.code.as_str())))
        .collect::<Result<_, Fault>>()?;

    let [west, south, east, north] = region.bbox;
    let steps = |from: f64, to: f64| libm::round((to - from) / spacing) as usize;
    let (nx, ny) = (steps(west, east), steps(south, north));
    let mut faults = Faults::default();
    let mut found: Vec<Option<LayerCell>> = vec![None; nx * ny];
    for row in table.rows() {
        let place = |c: usize| row.at(c).parse::<f64>();
        let (Ok(y), Ok(x)) = (place(lat), place(lon)) else {
            faults.add(format!("{}:{}: no position", file.display(), row.line));
            continue;
        };
        let (r, c) = ((north - y) / spacing - 0.5, (x - west) / spacing - 0.5);
        let (r, c) = (libm::round(r), libm::round(c));
        if r < 0.0 || c < 0.0 || r >= ny as f64 || c >= nx as f64 {
            continue;
        }
        let land = row.at(is_land) == "1";
        let mut cell = LayerCell {
            row: r as usize,
            col: c as usize,
            lat: y,
            lon: x,
            land,
            water: row.at(water).parse().unwrap_or(0),
            ..LayerCell::default()
        };
        let mut real = |c: usize, what: &str| {
            row.at(c).parse::<f64>().unwrap_or_else(|_| {
                let (file, line, text) = (file.display(), row.line, row.at(c));
                faults.add(format!("{file}:{line}: {what} is `{text}`, no number"));
                0.0
            })
        };
        cell.people = real(pop, "pop");
        if land {
            cell.land_fraction = real(land_frac, "land_frac");
            cell.elevation = real(elev, "elev_mean");
            cell.ruggedness = real(rugged, "rugged_std");
            cell.community_percent = real(share, "ethnic_share");
            row.at(country).clone_into(&mut cell.state);
            cell.unit = row.at(admin1).parse().unwrap_or(0);
            cell.rail = row.at(rail) == "1";
            if let Some(name) = names[row.at(group)].as_str() {
                name.clone_into(&mut cell.community);
            } else {
                let (group, line) = (row.at(group), row.line);
                faults
                    .add(format!("{}:{line}: no community has the number {group}", file.display()));
            }
            for layer in &holders {
                let code = match layer {
                    None => Some(&cell.state),
                    Some(layer) => region.holders.get(row.at(*layer)),
                };
                let code = code.cloned().unwrap_or_else(|| {
                    let number = row.at(layer.unwrap_or(0));
                    faults.add(format!(
                        "{}:{}: [holders] lacks {number}",
                        file.display(),
                        row.line
                    ));
                    String::new()
                });
                cell.holders.push(code);
            }
            for (layer, code) in &exclaves {
                if row.at(*layer) == "1" {
                    (*code).clone_into(&mut cell.part);
                }
            }
        }
        let place = cell.row * nx + cell.col;
        if found[place].replace(cell).is_some() {
            faults.add(format!("{}:{}: a second cell at {y}, {x}", file.display(), row.line));
        }
    }
    for (i, cell) in found.iter().enumerate() {
        match cell {
            None => faults.add(format!(
                "{}: no cell at {}, {}: the layer has a hole or ends inside the box",
                file.display(),
                number(north - ((i / nx) as f64 + 0.5) * spacing, 4),
                number(west + ((i % nx) as f64 + 0.5) * spacing, 4),
            )),
            Some(c) => check_cell(c, &mut faults),
        }
    }
    faults.stop_if_any()?;
    Ok(found.into_iter().flatten().collect())
}

/// What each cell of a layer must have.
pub fn check_cell(cell: &LayerCell, faults: &mut Faults) {
    let place = format!("{}, {}", number(cell.lat, 4), number(cell.lon, 4));
    if cell.land && (cell.state.is_empty() || cell.unit == 0) {
        faults.add(format!("land without a state or a first-level unit at {place}"));
    }
    if !cell.land && cell.people > 0.0 {
        faults.add(format!("people on water at {place}"));
    }
}

/// The land cells of a map from the cells of its layer, with the names of units that the left-out land cuts.
///
/// # Errors
/// When a unit that should be scaled has nobody in its cells.
pub fn land_cells(
    region: &Region,
    spec: &MapSpec,
    layer: Vec<LayerCell>,
    totals: &BTreeMap<String, u64>,
) -> Result<(Vec<Cell>, BTreeSet<String>), Fault> {
    let water: BTreeMap<(usize, usize), u8> = layer
        .iter()
        .filter(|c| !c.land && c.water > 0)
        .map(|c| ((c.row, c.col), c.water))
        .collect();
    let columns = region.holder_columns();
    let mut cut = BTreeSet::new();
    let mut cells: Vec<Cell> = Vec::new();
    let edge = |c: &LayerCell| {
        let last = |from: f64, to: f64| libm::round((to - from) / spec.cell_degrees) as usize - 1;
        c.row == 0
            || c.col == 0
            || c.row == last(region.bbox[1], region.bbox[3])
            || c.col == last(region.bbox[0], region.bbox[2])
    };
    for mut cell in layer.into_iter().filter(|c| c.land) {
        let unit = unit_code(&cell.state, cell.unit);
        let off = region.leaves_out(&cell.state, cell.lon);
        if off || edge(&cell) {
            cut.insert(unit.clone());
        }
        if off {
            continue;
        }
        for (i, snapshot) in columns.iter().enumerate() {
            if let Some(holder) = snapshot.held.get(&unit) {
                holder.clone_into(&mut cell.holders[i]);
            }
        }
        let coast = coast_of(&water, cell.row, cell.col);
        cells.push(Cell { layer: cell, unit, population: 0, coast, road_class: 0, road_months: 0 });
    }
    scale(region, &mut cells, &cut, totals)?;
    whole_people(&mut cells);
    Ok((cells, cut))
}

/// Scales the people of whole units to their known totals, in the states that the region names.
fn scale(
    region: &Region,
    cells: &mut [Cell],
    cut: &BTreeSet<String>,
    totals: &BTreeMap<String, u64>,
) -> Result<(), Fault> {
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for cell in cells.iter() {
        *sums.entry(cell.unit.clone()).or_default() += cell.layer.people;
    }
    let mut faults = Faults::default();
    for cell in cells.iter_mut().filter(|c| region.scale_to_totals.contains(&c.layer.state)) {
        if cut.contains(&cell.unit) {
            continue;
        }
        match (totals.get(&cell.unit), sums[&cell.unit]) {
            (Some(&total), sum) if sum > 0.0 => cell.layer.people *= total as f64 / sum,
            (Some(_), _) => faults.add(format!("{}: nobody lives in its cells", cell.unit)),
            (None, _) => faults.add(format!("{}: no known total to scale it to", cell.unit)),
        }
    }
    faults.stop_if_any()
}

/// Rounds people to whole numbers so that each unit keeps its sum (largest remainder).
fn whole_people(cells: &mut [Cell]) {
    let mut units: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (k, cell) in cells.iter().enumerate() {
        units.entry(cell.unit.clone()).or_default().push(k);
    }
    for mut members in units.into_values() {
        let exact: f64 = members.iter().map(|&k| cells[k].layer.people).sum();
        let mut floors = 0;
        for &k in &members {
            cells[k].population = libm::floor(cells[k].layer.people) as u64;
            floors += cells[k].population;
        }
        let left = (libm::rint(exact) as u64).saturating_sub(floors) as usize;
        let behind = |k: usize| cells[k].population as f64 - cells[k].layer.people;
        members.sort_by(|&a, &b| behind(a).total_cmp(&behind(b)).then(a.cmp(&b)));
        for &k in members.iter().take(left) {
            cells[k].population += 1;
        }
    }
}

/// `caspian` or `sea` if an eight-neighbour is that water; the Caspian first.
fn coast_of(water: &BTreeMap<(usize, usize), u8>, row: usize, col: usize) -> &'static str {
    let mut coast = "";
    for r in row.saturating_sub(1)..=row + 1 {
        for c in col.saturating_sub(1)..=col + 1 {
            match water.get(&(r, c)) {
                Some(&CASPIAN) => return "caspian",
                Some(1) => coast = "sea",
                _ => {}
            }
        }
    }
    coast
}
