//! The smaller tables of a map folder: units, towns, passes, ways over the edge, reception sites.

use std::collections::{BTreeMap, BTreeSet};

use crate::cells::{Cell, unit_code};
use crate::fault::Fault;
use crate::grid::{Grid, Place};
use crate::reading::{Row, Table};
use crate::region::Region;
use crate::writing::{Rows, number};

/// A first-level unit of the layer of units.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its state as the layer names it.
    pub state_name: String,
    /// Its name.
    pub name: String,
    /// Code of the state that the layer puts it under.
    pub state: String,
}

/// What is known of the people of a unit.
#[derive(Clone, Debug)]
pub struct Total {
    /// People of the whole unit.
    pub people: u64,
    year: String,
    basis: String,
    certainty: String,
}

/// Units by their number.
///
/// # Errors
/// When the layer of units cannot be read.
pub fn read_units(region: &Region) -> Result<BTreeMap<u32, Unit>, Fault> {
    let path = region.layer(&region.layers.units);
    let table = Table::read(&path, &["admin", "name", "adm0", "id"])?;
    table
        .rows()
        .map(|r| {
            let text = |c: &str| r.text(c).to_owned();
            Ok((
                r.number("id")?,
                Unit { state_name: text("admin"), name: text("name"), state: text("adm0") },
            ))
        })
        .collect()
}

/// Known totals by state and name of the unit: those of the layer, then those of the hand table.
///
/// # Errors
/// When a table cannot be read or a number does not fit.
pub fn read_totals(region: &Region) -> Result<BTreeMap<(String, String), Total>, Fault> {
    let mut totals = BTreeMap::new();
    let layer = region.layers.unit_totals.as_ref().map(|f| region.layer(f));
    let hand = region.tables.unit_totals.as_ref().map(|f| region.table(f));
    for path in layer.into_iter().chain(hand) {
        let table = Table::read(&path, &["admin", "name", "pop", "year", "basis", "conf"])?;
        for r in table.rows() {
            let certainty = match r.text("conf") {
                "high" => "R-h",
                "med" => "R-m",
                "low" => "R-l",
                _ => return Err(r.fault("conf", "high, med, low")),
            };
            let total = Total {
                people: r.number("pop")?,
                year: r.text("year").to_owned(),
                basis: r.text("basis").to_owned(),
                certainty: certainty.to_owned(),
            };
            totals.entry((r.text("admin").to_owned(), r.text("name").to_owned())).or_insert(total);
        }
    }
    Ok(totals)
}

/// Known totals by code of the unit, for every state that may hold it.
#[must_use]
pub fn totals_by_code(
    units: &BTreeMap<u32, Unit>,
    totals: &BTreeMap<(String, String), Total>,
) -> BTreeMap<String, u64> {
    units
        .iter()
        .filter_map(|(&number, unit)| {
            let total = totals.get(&(unit.state_name.clone(), unit.name.clone()))?;
            Some((unit_code(&unit.state, number), total.people))
        })
        .collect()
}

/// People of the cells by a key of theirs.
fn people_by<'c>(cells: &'c [Cell], key: impl Fn(&'c Cell) -> &'c str) -> BTreeMap<&'c str, u64> {
    let mut people = BTreeMap::new();
    for cell in cells {
        *people.entry(key(cell)).or_default() += cell.population;
    }
    people
}

/// `admin1.csv`: what the cells hold beside what a census counted.
///
/// # Errors
/// When a cell lies in a unit that the layer of units lacks.
pub fn admin1(
    region: &Region,
    cells: &[Cell],
    cut: &BTreeSet<String>,
    units: &BTreeMap<u32, Unit>,
    totals: &BTreeMap<(String, String), Total>,
) -> Result<Rows, Fault> {
    let mut out = Rows::new(&[
        "admin1",
        "name",
        "state",
        "population_in_map",
        "population_known",
        "year",
        "basis",
        "certainty",
        "cut_by_edge",
        "share_in_map",
        "note",
    ]);
    let numbers: BTreeMap<&str, u32> =
        cells.iter().map(|c| (c.unit.as_str(), c.layer.unit)).collect();
    for (code, in_map) in people_by(cells, |c| &c.unit) {
        let number_of = numbers[code];
        let unit = units.get(&number_of).ok_or_else(|| {
            let file = region.layers.units.display();
            Fault::new(format!("{file}: no unit has the number {number_of}, which cells name"))
        })?;
        let state = &code[..code.len().min(3)];
        let total = totals.get(&(unit.state_name.clone(), unit.name.clone()));
        let cut = cut.contains(code);
        let mut note = match (cut, total) {
            (true, Some(_)) => "cut by the map's edge: the figure is for the whole unit".to_owned(),
            (true, None) => "cut by the map's edge".to_owned(),
            _ => String::new(),
        };
        if let Some(told) = region.unit_note.iter().find(|n| n.units.contains(&unit.name)) {
            note.clone_from(&told.note);
        }
        if unit.state != state {
            note = format!(
                "the source lists the unit under {}; the cells follow the country layer",
                unit.state_name
            );
        }
        let known = |f: &dyn Fn(&Total) -> String| total.map_or(String::new(), f);
        out.push(vec![
            code.to_owned(),
            unit.name.clone(),
            state.to_owned(),
            in_map.to_string(),
            known(&|t| t.people.to_string()),
            known(&|t| t.year.clone()),
            known(&|t| t.basis.clone()),
            known(&|t| t.certainty.clone()),
            u8::from(cut).to_string(),
            if cut {
                known(&|t| number(in_map as f64 / t.people as f64, 3))
            } else {
                String::new()
            },
            note,
        ]);
    }
    Ok(out)
}

/// A node of the road network that is neither crossing nor pass.
#[derive(Clone, Debug)]
pub struct Node {
    /// Name as printed.
    pub printed: String,
    /// Where it lies.
    pub place: Place,
    /// Its territory.
    pub territory: String,
    /// Whether it is a point on the edge and no town.
    pub edge: bool,
}

/// A row of the table of towns.
struct TownFact {
    printed: String,
    territory: String,
    place: Option<Place>,
    edge: bool,
}

/// Towns and edge points: those of the road layer, as the hand table has it, and those of the hand table.
///
/// # Errors
/// When a town lies on water or the hand table lacks what it must have.
pub fn nodes(
    region: &Region,
    points: &BTreeMap<String, Place>,
    on_map: &dyn Fn(Place) -> bool,
    territory_at: &dyn Fn(Place) -> Option<String>,
) -> Result<BTreeMap<String, Node>, Fault> {
    let mut facts: BTreeMap<String, TownFact> = BTreeMap::new();
    if let Some(file) = &region.tables.towns {
        let path = region.table(file);
        let table = Table::read(&path, &["node", "printed", "kind", "territory", "lat", "lon"])?;
        for r in table.rows() {
            let place = match r.text("lat") {
                "" => None,
                _ => Some((r.number("lat")?, r.number("lon")?)),
            };
            let text = |c: &str| r.text(c).to_owned();
            let edge = match r.text("kind") {
                "edge" => true,
                "town" | "" => false,
                _ => return Err(r.fault("kind", "town, edge")),
            };
            let fact =
                TownFact { printed: text("printed"), territory: text("territory"), place, edge };
            facts.insert(text("node"), fact);
        }
    }
    let mut out = BTreeMap::new();
    let of_layer = points.iter().filter(|(name, _)| crate::roads::is_place(name));
    let of_hand = facts.iter().filter_map(|(n, f)| f.place.as_ref().map(|p| (n, p)));
    for (name, &drawn) in of_layer.chain(of_hand) {
        let fact = facts.get(name);
        let place = fact.and_then(|f| f.place).unwrap_or(drawn);
        if !on_map(place) {
            continue;
        }
        let told = fact.map(|f| f.territory.clone()).filter(|t| !t.is_empty());
        let Some(territory) = told.or_else(|| territory_at(place)) else {
            return Err(Fault::new(format!(
                "town {name} lies on water or off the layer: give its territory in the table of towns"
            )));
        };
        let printed = fact.map(|f| f.printed.clone()).filter(|p| !p.is_empty());
        let node = Node {
            printed: printed.unwrap_or_else(|| name.clone()),
            place,
            territory,
            edge: fact.is_some_and(|f| f.edge),
        };
        out.insert(name.clone(), node);
    }
    Ok(out)
}

/// `places.csv`.
#[must_use]
pub fn places(nodes: &BTreeMap<String, Node>, town_cell: &BTreeMap<String, usize>) -> Rows {
    let mut out = Rows::new(&["name", "lat", "lon", "cell", "territory", "kind"]);
    let mut towns: Vec<(&Node, usize)> =
        town_cell.iter().filter_map(|(name, &cell)| Some((nodes.get(name)?, cell))).collect();
    towns.sort_by(|a, b| a.0.printed.cmp(&b.0.printed));
    for (node, cell) in towns {
        out.push(vec![
            node.printed.clone(),
            number(node.place.0, 4),
            number(node.place.1, 4),
            cell.to_string(),
            node.territory.clone(),
            "town".to_owned(),
        ]);
    }
    out
}

/// Months a year that each pass is open.
///
/// # Errors
/// When a number does not fit.
pub fn pass_months(passes: &Table) -> Result<BTreeMap<String, u8>, Fault> {
    passes.rows().map(|r| Ok((r.text("id").to_owned(), r.number("open_months")?))).collect()
}

/// `passes.csv`, with the pass's cell on the nearest land.
///
/// # Errors
/// When a number does not fit.
pub fn passes(grid: &Grid, passes: Option<&Table>) -> Result<Rows, Fault> {
    let mut out = Rows::new(&[
        "id",
        "name",
        "lat",
        "lon",
        "cell",
        "elevation_m",
        "kind",
        "months_open",
        "class",
        "certainty",
        "note",
    ]);
    for r in passes.iter().flat_map(|t| t.rows()) {
        let place: Place = (r.number("lat")?, r.number("lon")?);
        let Some(cell) = grid.nearest(place, &|_| true).filter(|_| grid.holds(place, 0.0)) else {
            continue;
        };
        let text = |c: &str| r.text(c).to_owned();
        out.push(vec![
            text("id"),
            text("name"),
            number(place.0, 4),
            number(place.1, 4),
            cell.to_string(),
            text("elev_m"),
            text("kind"),
            text("open_months"),
            text("class"),
            text("conf"),
            text("note"),
        ]);
    }
    Ok(out)
}

/// `gateways.csv`: who lives beyond the map's edge, less those that the cells already hold.
///
/// # Errors
/// When a gateway names no town or edge point of the map, or people that no table has.
pub fn gateways(
    region: &Region,
    grid: &Grid,
    cells: &[Cell],
    nodes: &BTreeMap<String, Node>,
    town_cell: &BTreeMap<String, usize>,
    territory: &[String],
    units: &BTreeMap<u32, Unit>,
) -> Result<Rows, Fault> {
    let mut out = Rows::new(&[
        "id",
        "name",
        "state",
        "area",
        "cell",
        "extra_km",
        "population_beyond",
        "crossing_capacity_persons_per_day",
        "basis",
        "certainty",
    ]);
    let Some(file) = &region.tables.gateways else { return Ok(out) };
    let table = Table::read(
        &region.table(file),
        &["id", "name", "state", "area", "share", "town", "extra_km", "beyond", "basis"],
    )?;
    for r in table.rows() {
        let share: f64 = r.number("share")?;
        let beyond = people_beyond(region, cells, units, r)?;
        let cell = match (town_cell.get(r.text("town")), nodes.get(r.text("town"))) {
            (Some(&cell), _) => Some(cell),
            (None, Some(node)) => grid.nearest(node.place, &|i| territory[i] == node.territory),
            (None, None) => None,
        };
        let cell = cell.ok_or_else(|| r.fault("town", "a town or edge point with land near it"))?;
        let text = |c: &str| r.text(c).to_owned();
        out.push(vec![
            text("id"),
            text("name"),
            text("state"),
            text("area"),
            cell.to_string(),
            text("extra_km"),
            format!("{:.0}", libm::rint(beyond * share)),
            text("crossing_capacity_persons_per_day"),
            text("basis"),
            text("certainty"),
        ]);
    }
    Ok(out)
}

/// The people that a gateway leads to: a number, `rest:STATE` (the state's official people less those on the map) or
/// `units:AREA` (units of the table `beyond`, each less its cells).
fn people_beyond(
    region: &Region,
    cells: &[Cell],
    units: &BTreeMap<u32, Unit>,
    row: Row<'_>,
) -> Result<f64, Fault> {
    let Some((kind, key)) = row.text("beyond").split_once(':') else { return row.number("beyond") };
    match (kind, &region.tables.beyond) {
        ("rest", _) => {
            let table = Table::read(
                &region.table(&region.tables.territories),
                &["territory", "population_official"],
            )?;
            let whole = table.rows().find(|t| t.text("territory") == key);
            let whole: f64 = whole
                .and_then(|t| t.number("population_official").ok())
                .ok_or_else(|| row.fault("beyond", "a state with an official population"))?;
            let inside = people_by(cells, |c| &c.layer.state).get(key).copied().unwrap_or(0);
            Ok(whole - inside as f64)
        }
        ("units", Some(file)) => {
            let table = Table::read(&region.table(file), &["area", "state", "unit", "people"])?;
            let in_map = people_by(cells, |c| &c.unit);
            let mut sum = 0.0;
            for r in table.rows().filter(|r| r.text("area") == key) {
                let people: f64 = r.number("people")?;
                let inside: u64 = units
                    .iter()
                    .filter(|(_, u)| u.state == r.text("state") && u.name == r.text("unit"))
                    .filter_map(|(&n, u)| in_map.get(unit_code(&u.state, n).as_str()))
                    .sum();
                sum += (people - inside as f64).max(0.0);
            }
            Ok(sum)
        }
        _ => Err(row.fault("beyond", "a number, rest:STATE, or units:AREA with a table `beyond`")),
    }
}

/// `camps.csv`: the sites on the map.
///
/// # Errors
/// When a number does not fit.
pub fn camps(region: &Region, grid: &Grid, territory: &[String]) -> Result<Rows, Fault> {
    let mut out = Rows::new(&[
        "id",
        "name",
        "lat",
        "lon",
        "cell",
        "territory",
        "capacity_persons",
        "opens_after_days",
        "source",
        "certainty",
    ]);
    let Some(file) = &region.tables.camps else { return Ok(out) };
    let table = Table::read(&region.table(file), &["id", "name", "lat", "lon", "territory"])?;
    for r in table.rows() {
        let place: Place = (r.number("lat")?, r.number("lon")?);
        if !grid.holds(place, 0.0) {
            continue;
        }
        let cell = grid.nearest(place, &|i| territory[i] == r.text("territory"));
        let cell =
            cell.ok_or_else(|| r.fault("territory", "a territory with land near the site"))?;
        let text = |c: &str| r.text(c).to_owned();
        out.push(vec![
            text("id"),
            text("name"),
            number(place.0, 4),
            number(place.1, 4),
            cell.to_string(),
            text("territory"),
            text("capacity_persons"),
            text("opens_after_days"),
            text("source"),
            text("certainty"),
        ]);
    }
    Ok(out)
}
