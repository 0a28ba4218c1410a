//! From a region file to map folders.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::to_string;

use crate::cells::{Cell, land_cells, prio_grid, read_gridded};
use crate::crossings::{self, Chosen, Ground};
use crate::fault::Fault;
use crate::grid::{Grid, Place};
use crate::gridding;
use crate::lines::country_lines;
use crate::reading::{Table, features};
use crate::region::{MapSpec, Region};
use crate::roads::{self, Around, Links, Stretch};
use crate::sites;
use crate::writing::{Rows, number, write_text};

/// A map folder that was made.
#[derive(Debug)]
pub struct Built {
    /// Name of the map.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Land cells.
    pub cells: usize,
    /// People in them.
    pub people: u64,
    /// What was left out or stays open, for whoever looks after the map.
    pub notes: Vec<String>,
}

/// Builds the maps of a region file into `out`, each in a folder of its name.
///
/// `layers` stands in for the folder of layers that the file names; `only` makes one map; `told` hears what is being
/// done. The same input gives the same files, byte for byte.
///
/// # Errors
/// When the region file, a layer or a table cannot be read or does not fit.
pub fn build(
    file: &Path,
    layers: Option<&Path>,
    only: Option<&str>,
    out: &Path,
    told: &mut dyn FnMut(&str),
) -> Result<Vec<Built>, Fault> {
    let region = Region::read(file, layers)?;
    let chosen: Vec<&MapSpec> =
        region.map.iter().filter(|m| only.is_none_or(|name| name == m.name)).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = region.map.iter().map(|m| m.name.as_str()).collect();
        return Err(Fault::new(format!("no such map; the file has {}", names.join(", "))));
    }
    told("coast and borders");
    let outline = features(&region.layer(&region.layers.outline))?;
    let lines = country_lines(&outline, region.bbox, region.layers.outline_frame);
    let stretches = match &region.layers.roads {
        Some(roads) => roads::read(&region.layer(roads))?,
        None => Vec::new(),
    };
    let shared = Shared { region: &region, outline, lines, stretches };
    let name = file.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
    chosen.into_iter().map(|spec| shared.make(spec, name, out, told)).collect()
}

/// What all maps of a region have in common.
struct Shared<'r> {
    region: &'r Region,
    outline: Vec<serde_json::Value>,
    lines: serde_json::Value,
    stretches: Vec<Stretch>,
}

/// The road network, the crossings and the towns of a map.
struct Ways {
    crossings: Vec<crossings::Crossing>,
    chosen: BTreeMap<String, Chosen>,
    links: Links,
    notes: Vec<String>,
    nodes: BTreeMap<String, sites::Node>,
    town_cell: BTreeMap<String, usize>,
    drawn_km: f64,
    linked_km: f64,
}

impl Shared<'_> {
    fn make(
        &self,
        spec: &MapSpec,
        region_name: &str,
        out: &Path,
        told: &mut dyn FnMut(&str),
    ) -> Result<Built, Fault> {
        let region = self.region;
        let units = sites::read_units(region)?;
        let totals = sites::read_totals(region)?;

        told(&format!("{}: cells", spec.name));
        let layer = match &spec.cells {
            Some(file) => read_gridded(region, file, spec.cell_degrees)?,
            None => gridding::grid(region, spec, &self.outline, &units, told)?,
        };
        let by_code = sites::totals_by_code(&units, &totals);
        let (mut cells, cut) = land_cells(region, spec, layer, &by_code)?;
        let places = cells.iter().map(|c| (c.layer.row, c.layer.col)).collect();
        let grid = Grid::new(region.bbox, spec.cell_degrees, places);
        let present = present_column(region);
        let territory: Vec<String> =
            cells.iter().map(|c| c.territory(region, present).to_owned()).collect();

        told(&format!("{}: roads and crossings", spec.name));
        let ways = self.ways(spec, region_name, &grid, &cells, &territory)?;
        put_roads_on_cells(&mut cells, &ways.links);

        told(&format!("{}: tables", spec.name));
        let folder = out.join(&spec.name);
        let at = |name: &str| folder.join(name);
        let admin1 = sites::admin1(region, &cells, &cut, &units, &totals)?;
        let gateways = sites::gateways(
            region,
            &grid,
            &cells,
            &ways.nodes,
            &ways.town_cell,
            &territory,
            &units,
        )?;
        cell_rows(region, &cells).write(&at("cells.csv"))?;
        admin1.write(&at("admin1.csv"))?;
        self.communities(&cells)?.write(&at("communities.csv"))?;
        crossings::rows(&grid, &ways.crossings, &ways.chosen, &ways.links)
            .write(&at("crossings.csv"))?;
        let passes = self.passes()?;
        sites::passes(&grid, passes.as_ref())?.write(&at("passes.csv"))?;
        link_rows(&ways.links).write(&at("road_links.csv"))?;
        sites::places(&ways.nodes, &ways.town_cell).write(&at("places.csv"))?;
        gateways.write(&at("gateways.csv"))?;
        sites::camps(region, &grid, &territory)?.write(&at("camps.csv"))?;
        for (name, file, columns) in self.copied() {
            copy(region, file, columns)?.write(&at(name))?;
        }
        if let Some(known) = &region.tables.known {
            self.known(known, &spec.name)?.write(&at("known.csv"))?;
        }
        let lines = to_string(&self.lines).map_err(|e| Fault::new(e.to_string()))?;
        write_text(&at("lines.geojson"), &(lines + "\n"))?;
        write_text(&at("map.toml"), &map_toml(region, spec, &grid))?;

        let people = cells.iter().map(|c| c.population).sum();
        let mut notes = ways.notes;
        notes.push(format!(
            "{} road links ({:.0} km drawn, {:.0} km linked), {} places, {} crossings",
            ways.links.len(),
            ways.drawn_km,
            ways.linked_km,
            ways.town_cell.len(),
            ways.chosen.len()
        ));
        Ok(Built { name: spec.name.clone(), folder, cells: cells.len(), people, notes })
    }

    fn passes(&self) -> Result<Option<Table>, Fault> {
        let Some(file) = &self.region.layers.passes else { return Ok(None) };
        let columns = ["id", "name", "lat", "lon", "elev_m", "kind", "open_months", "class"];
        Table::read(&self.region.layer(file), &columns).map(Some)
    }

    /// Towns, roads and crossings, which hang on each other.
    fn ways(
        &self,
        spec: &MapSpec,
        region_name: &str,
        grid: &Grid,
        cells: &[Cell],
        territory: &[String],
    ) -> Result<Ways, Fault> {
        let region = self.region;
        let columns: Vec<&str> =
            region.holder_columns().iter().map(|s| s.column.as_str()).collect();
        let territory_of = |i: usize| territory[i].clone();
        let mut notes = Vec::new();

        // Towns, each on a cell of its territory.
        let points = roads::node_points(&self.stretches);
        let on_map = |place: Place| grid.holds(place, 0.0);
        let finest = self.town_layer(spec)?;
        let whose = |place: Place| match &finest {
            Some((grid, owners)) => grid.under(place).map(|i| owners[i].clone()),
            None => grid.under(place).map(territory_of),
        };
        let nodes = sites::nodes(region, &points, &on_map, &whose)?;
        let mut town_cell = BTreeMap::new();
        for (name, node) in nodes.iter().filter(|(_, n)| !n.edge) {
            match grid.nearest(node.place, &|i| territory[i] == node.territory) {
                Some(cell) => {
                    town_cell.insert(name.clone(), cell);
                }
                // A town on land that is left out.
                None if region.leave_out.iter().any(|l| l.state == node.territory) => {}
                None => {
                    let t = &node.territory;
                    return Err(Fault::new(format!("no cell of {t} near the town {name}")));
                }
            }
        }

        // Crossings of the present, each with a cell on both sides.
        let table = Table::read(&region.table(&region.tables.crossings), &["id", "a", "b", "lat"])?;
        let inside = |place: Place| grid.holds(place, 0.0);
        let mut crossings = crossings::read(&table, region_name, &inside)?;
        crossings.retain(|c| {
            let left_out = c.sides.iter().any(|s| region.leaves_out_state(s));
            let past = !c.line_of.is_empty() && !columns.contains(&c.line_of.as_str());
            let off = c.mode == "ferry" && c.ports.iter().any(|p| !town_cell.contains_key(p));
            if left_out || off {
                notes.push(format!("crossing {}: leads off the map, left out", c.id));
            }
            !(left_out || past || off)
        });
        let ground = Ground { grid, cells, columns: &columns, town_cell: &town_cell };
        let mut chosen = BTreeMap::new();
        let (now, past): (Vec<_>, Vec<_>) =
            crossings.iter().cloned().partition(|c| c.line_of.is_empty());
        for crossing in &now {
            chosen.insert(crossing.id.clone(), ground.choose(crossing, &territory_of)?);
        }

        // Roads between them, approaches to gates without one, and the crossings of lines that are gone.
        let left_out = |s: &&Stretch| !region.route_left_out.iter().any(|r| r.route == s.route);
        let mut stretches: Vec<Stretch> = self.stretches.iter().filter(left_out).cloned().collect();
        let mut gate_pass = BTreeMap::new();
        for crossing in &now {
            let Some((route, pass)) = &crossing.at_pass else { continue };
            gate_pass.insert((route.clone(), crossing.id.clone()), pass.clone());
            for stretch in stretches.iter_mut().filter(|s| s.route == *route) {
                for node in [&mut stretch.from, &mut stretch.to] {
                    if node == pass {
                        crossing.id.clone_into(node);
                    }
                }
            }
        }
        let stretches = roads::cut_to_box(grid, stretches);
        let towns = nodes.iter().map(|(name, n)| (name.clone(), n.territory.clone())).collect();
        let pass_months = match self.passes()? {
            Some(table) => sites::pass_months(&table)?,
            None => BTreeMap::new(),
        };
        let around = Around {
            grid,
            territory,
            towns: &towns,
            town_cell: &town_cell,
            crossings: &chosen,
            pass_months: &pass_months,
            gate_pass: &gate_pass,
        };
        let network = roads::build(&around, &stretches)?;
        let mut links = network.links;
        notes.extend(network.notes);
        let gates = crossings::road_gates(&now);
        roads::add_approaches(grid, territory, &gates, &mut chosen, &mut links);
        for crossing in &past {
            chosen.insert(crossing.id.clone(), ground.choose_past(crossing, &links)?);
        }
        let (drawn_km, linked_km) = (network.drawn_km, network.linked_km);
        Ok(Ways { crossings, chosen, links, notes, nodes, town_cell, drawn_km, linked_km })
    }

    /// The grid that tells whose a town is, if it is not that of the map, with the territory of each of its cells.
    fn town_layer(&self, spec: &MapSpec) -> Result<Option<(Grid, Vec<String>)>, Fault> {
        let layers = &self.region.layers;
        let (Some(file), Some(spacing)) = (&layers.town_cells, layers.town_cell_degrees) else {
            return Ok(None);
        };
        if spec.cells.as_ref() == Some(file) && self.region.leave_out.is_empty() {
            return Ok(None);
        }
        let mut layer = read_gridded(self.region, file, spacing)?;
        layer.retain(|c| c.land);
        let places = layer.iter().map(|c| (c.row, c.col)).collect();
        let present = present_column(self.region);
        let owners = layer.into_iter().map(|layer| {
            let mut cell = Cell {
                layer,
                unit: String::new(),
                population: 0,
                coast: "",
                road_class: 0,
                road_months: 0,
            };
            let owner = cell.territory(self.region, present).to_owned();
            cell.layer.holders.clear();
            owner
        });
        let owners = owners.collect();
        Ok(Some((Grid::new(self.region.bbox, spacing, places), owners)))
    }

    fn communities(&self, cells: &[Cell]) -> Result<Rows, Fault> {
        let mut used: BTreeMap<&str, usize> = BTreeMap::new();
        for cell in cells {
            *used.entry(&cell.layer.community).or_default() += 1;
        }
        let notes = match &self.region.tables.communities {
            Some(file) => Some(Table::read(&self.region.table(file), &["community", "note"])?),
            None => None,
        };
        let note = |name: &str| {
            let mut rows = notes.iter().flat_map(Table::rows);
            rows.find(|r| r.text("community") == name).map_or("", |r| r.text("note"))
        };
        let mut out = Rows::new(&["community", "cells", "note"]);
        for (name, count) in used {
            out.push(vec![name.to_owned(), count.to_string(), note(name).to_owned()]);
        }
        Ok(out)
    }

    /// `known.csv`: the known figures of this map.
    fn known(&self, file: &Path, map: &str) -> Result<Rows, Fault> {
        let table = Table::read(&self.region.table(file), &KNOWN)?;
        let mut out = Rows::new(&KNOWN);
        for row in table.rows().filter(|r| ["", map].contains(&r.text("only_map"))) {
            out.push(KNOWN.iter().map(|c| row.text(c).to_owned()).collect());
        }
        Ok(out)
    }

    /// Tables that are taken as they are.
    fn copied(&self) -> [(&'static str, Option<&PathBuf>, &'static [&'static str]); 3] {
        let tables = &self.region.tables;
        [
            ("territories.csv", Some(&tables.territories), &TERRITORIES),
            ("borders.csv", tables.borders.as_ref(), &BORDERS),
            ("coasts.csv", tables.coasts.as_ref(), &COASTS),
        ]
    }
}

const TERRITORIES: [&str; 6] =
    ["territory", "name", "state", "kind", "population_official", "source"];
const BORDERS: [&str; 6] = ["a", "b", "official_km", "certainty", "in_map", "note"];
const COASTS: [&str; 6] = ["territory", "water", "official_km", "certainty", "in_map", "note"];
const KNOWN: [&str; 10] =
    ["kind", "a", "b", "through", "value", "low", "high", "year", "certainty", "note"];

fn copy(region: &Region, file: Option<&PathBuf>, columns: &[&str]) -> Result<Rows, Fault> {
    let mut out = Rows::new(columns);
    if let Some(file) = file {
        let table = Table::read(&region.table(file), columns)?;
        for row in table.rows() {
            out.push(columns.iter().map(|c| row.text(c).to_owned()).collect());
        }
    }
    Ok(out)
}

/// The column of holders that counts at present: that of the snapshot without an end.
fn present_column(region: &Region) -> usize {
    let present = region.snapshot.iter().find(|s| s.to.is_none()).or(region.snapshot.last());
    let column = present.map(|s| s.column.as_str());
    region.holder_columns().iter().position(|s| Some(s.column.as_str()) == column).unwrap_or(0)
}

/// A cell has the best class of the links that touch it, and the most months of that class.
fn put_roads_on_cells(cells: &mut [Cell], links: &Links) {
    for (&(a, b), &(class, months, _)) in links {
        for i in [a, b] {
            let cell = &mut cells[i];
            if cell.road_class == 0 || class < cell.road_class {
                (cell.road_class, cell.road_months) = (class, months);
            } else if class == cell.road_class {
                cell.road_months = cell.road_months.max(months);
            }
        }
    }
}

/// `cells.csv`.
fn cell_rows(region: &Region, cells: &[Cell]) -> Rows {
    let mut columns = vec!["cell", "row", "col", "lat", "lon", "land_fraction", "state"];
    columns.extend(region.holder_columns().iter().map(|s| s.column.as_str()));
    columns.extend([
        "territory_part",
        "admin1",
        "population",
        "community",
        "community_share",
        "elevation_m",
        "ruggedness_m",
        "road_class",
        "road_months_open",
        "rail",
        "coast",
        "prio_grid",
    ]);
    let mut out = Rows::new(&columns);
    for (i, cell) in cells.iter().enumerate() {
        let l = &cell.layer;
        let mut row = vec![
            i.to_string(),
            l.row.to_string(),
            l.col.to_string(),
            number(l.lat, 4),
            number(l.lon, 4),
            number(l.land_fraction, 2),
            l.state.clone(),
        ];
        row.extend(l.holders.clone());
        row.extend([
            l.part.clone(),
            cell.unit.clone(),
            cell.population.to_string(),
            l.community.clone(),
            number(l.community_percent / 100.0, 2),
            number(l.elevation, 0),
            number(l.ruggedness, 0),
            cell.road_class.to_string(),
            cell.road_months.to_string(),
            u8::from(l.rail).to_string(),
            cell.coast.to_owned(),
            prio_grid(l.lat, l.lon).to_string(),
        ]);
        out.push(row);
    }
    out
}

/// `road_links.csv`.
fn link_rows(links: &Links) -> Rows {
    let mut out = Rows::new(&["cell_a", "cell_b", "road_class", "months_open", "km"]);
    for (&(a, b), &(class, months, km)) in links {
        let ends = [a.to_string(), b.to_string()];
        let road = [class.to_string(), months.to_string(), number(km, 1)];
        out.push(ends.into_iter().chain(road).collect());
    }
    out
}

/// `map.toml`: what the folder is and which column of `cells.csv` holds which date.
fn map_toml(region: &Region, spec: &MapSpec, grid: &Grid) -> String {
    let quoted = |text: &str| to_string(text).unwrap_or_default();
    let degrees = |v: f64| {
        let text = number(v, 4);
        if text.contains('.') { text } else { text + ".0" }
    };
    let made_by = region.made_by.as_deref().unwrap_or("spillover map build");
    let mut out = String::from(
        "# What this map folder is. The columns of the other files are described in maps/README.md,\n\
         # their sources, licences and weak points in maps/SOURCES.md.\n",
    );
    let _ = writeln!(out, "name = {}", quoted(&spec.name));
    let _ = writeln!(out, "title = {}", quoted(&spec.title));
    let _ = writeln!(
        out,
        "bbox = [{}] # west, south, east, north, degrees",
        region.bbox.map(degrees).join(", ")
    );
    let _ = writeln!(out, "cell_degrees = {}", number(spec.cell_degrees, 6));
    let _ = writeln!(out, "nx = {}\nny = {}", grid.nx, grid.ny);
    let _ = writeln!(out, "made_by = {}\n", quoted(made_by));
    for snapshot in &region.snapshot {
        for line in snapshot.comment.lines() {
            let _ = writeln!(out, "# {line}");
        }
        let _ = writeln!(out, "[[snapshot]]\nid = {}", quoted(&snapshot.id));
        let _ = writeln!(out, "from = {}", quoted(&snapshot.from));
        if let Some(to) = &snapshot.to {
            let _ = writeln!(out, "to = {}", quoted(to));
        }
        let _ = writeln!(out, "column = {}\n", quoted(&snapshot.column));
    }
    let _ = writeln!(out, "{}\n", region.map_toml.trim());
    let _ =
        writeln!(out, "[lines]\nfile = \"lines.geojson\"\nnote = {}", quoted(&region.lines_note));
    out
}
