//! A map against what is known of it: `spillover map check`.
//!
//! Loading tells whether a folder fits together. This tells whether it is right: lengths of crossings and borders, people
//! beside known totals, towns in their units, journeys whose length or hours are known. What is known stands in
//! `known.csv` of the map's folder, a table that the model does not read.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;

use super::journey::{Journey, journey_over};
use super::load::MapError;
use super::network::great_circle_km;
use super::{BorderCrossingPoint, CrossingMode, CrossingStatus, DestinationKind, Map, TravelMode};
use crate::ids::CellId;
use crate::time::Month;

/// The table of known figures.
pub const KNOWN_FILE: &str = "known.csv";

/// The length found of a border over the official one: winding lines come out short, none comes out long.
const BORDER_RATIO: (f64, f64) = (0.30, 1.15);
/// Borders shorter than this number of cells are too short for the raster.
const SHORT_BORDER_CELLS: f64 = 12.0;
/// Speeds of ferries, knots.
const FERRY_KNOTS: (f64, f64) = (3.0, 40.0);
/// Residents within this distance of a town are those of its surroundings, km.
const NEAR_TOWN_KM: f64 = 20.0;

/// What a check found.
#[derive(Debug, Default)]
pub struct Findings {
    /// Figures to look at.
    pub told: Vec<String>,
    /// What is wrong.
    pub wrong: Vec<String>,
}

impl Findings {
    fn expect(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(what());
        }
    }
}

/// A row of `known.csv`.
#[derive(Clone, Debug)]
pub struct Known {
    line: u64,
    /// What kind of fact it is.
    pub kind: String,
    /// First name.
    pub a: String,
    /// Second name.
    pub b: String,
    /// Gates, a unit or a holder.
    pub through: String,
    /// The figure.
    pub value: Option<f64>,
    low: f64,
    high: f64,
    /// Year of the figure.
    pub year: String,
}

/// The known figures of a map; none when the folder has no such table.
///
/// # Errors
/// When the table is there and cannot be read.
pub fn read_known(dir: &Path) -> Result<Vec<Known>, String> {
    let path = dir.join(KNOWN_FILE);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let told = |e: csv::Error| format!("{}: {e}", path.display());
    let mut reader = csv::Reader::from_path(&path).map_err(told)?;
    let headers = reader.headers().map_err(told)?.clone();
    let column = |name: &str| headers.iter().position(|h| h == name);
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(told)?;
        let text = |name: &str| column(name).map_or("", |i| &record[i]).to_owned();
        let line = record.position().map_or(0, csv::Position::line);
        let real = |name: &str| match text(name).as_str() {
            "" => Ok(None),
            t => t.parse::<f64>().map(Some).map_err(|_| {
                format!(
                    "{}:{line}, column `{name}`: found `{t}`; allowed: a number",
                    path.display()
                )
            }),
        };
        rows.push(Known {
            line,
            kind: text("kind"),
            a: text("a"),
            b: text("b"),
            through: text("through"),
            value: real("value")?,
            low: real("low")?.unwrap_or(0.0),
            high: real("high")?.unwrap_or(f64::INFINITY),
            year: text("year"),
        });
    }
    Ok(rows)
}

/// Checks a map folder; the map as of `as_of` is the one whose crossings, borders and journeys are looked at.
///
/// # Errors
/// When the folder cannot be loaded at one of its dates, or `known.csv` cannot be read.
pub fn check(dir: &Path, as_of: Date) -> Result<Findings, String> {
    let told = |e: MapError| e.to_string();
    let map = Map::load(dir, as_of).map_err(told)?;
    let known = read_known(dir)?;
    let units = read_units(dir)?;
    let mut found = Findings::default();
    let people: u64 = units.iter().map(|u| u.in_map).sum();
    found.told.push(format!("{}: {} cells, {people} people as counted", map.name, map.cells.len()));

    // Maps of other dates that facts speak of; each must load.
    let mut at_date: BTreeMap<Date, Map> = BTreeMap::new();
    for fact in known.iter().filter(|k| ["held", "town_held"].contains(&k.kind.as_str())) {
        let date: Date = fact.b.parse().map_err(|_| {
            format!("{KNOWN_FILE}:{}, column `b`: found `{}`; allowed: a date", fact.line, fact.b)
        })?;
        if let Entry::Vacant(place) = at_date.entry(date) {
            place.insert(Map::load(dir, date).map_err(told)?);
        }
    }

    check_order(&map, &mut found);
    check_crossings(&map, &mut found);
    check_borders(&map, &mut found);
    check_roads(&map, &mut found);
    check_units(&units, &known, &mut found);
    for fact in &known {
        check_fact(&map, &at_date, &units, fact, &mut found);
    }
    Ok(found)
}

/// Cells must be numbered along the rows from the north-west.
fn check_order(map: &Map, found: &mut Findings) {
    let place = |i: usize| (map.cells.row[i], map.cells.col[i]);
    let ordered = (1..map.cells.len()).all(|i| place(i - 1) < place(i));
    found.expect(ordered, || "cells.csv: cells are not in row-major order".to_owned());
}

fn centre(map: &Map, cell: CellId) -> (f64, f64) {
    let i = cell.index();
    (f64::from(map.cells.lat[i]), f64::from(map.cells.lon[i]))
}

fn apart_km(map: &Map, [a, b]: [CellId; 2]) -> f64 {
    let ((y0, x0), (y1, x1)) = (centre(map, a), centre(map, b));
    great_circle_km(y0, x0, y1, x1)
}

fn touching(map: &Map, [a, b]: [CellId; 2]) -> bool {
    let step = |list: &[u16]| list[a.index()].abs_diff(list[b.index()]);
    step(&map.cells.row) <= 1 && step(&map.cells.col) <= 1
}

/// Sides are checked at load; here: pairs that do not touch, gates without a road, lengths of passages.
fn check_crossings(map: &Map, found: &mut Findings) {
    let (mut apart, mut off) = (Vec::new(), Vec::new());
    for crossing in &map.crossings {
        let km = apart_km(map, crossing.cells);
        if crossing.mode == CrossingMode::Ferry {
            let hours = crossing.passage_hours;
            let knots = km / hours / 1.852;
            found.expect(hours > 0.0 && (FERRY_KNOTS.0..=FERRY_KNOTS.1).contains(&knots), || {
                format!("{}: {km:.0} km by ferry in {hours:.1} h", crossing.id)
            });
        } else if !touching(map, crossing.cells) {
            apart.push(format!("{} ({km:.0} km)", crossing.id));
        }
        let has_road = crossing.cells.iter().all(|c| map.cells.road_class[c.index()] > 0);
        if crossing.mode == CrossingMode::Road && !has_road {
            off.push(crossing.id.clone());
        }
    }
    found.told.push(format!(
        "crossings: {}; pairs that do not touch: {}; road gates off the road network: {}",
        map.crossings.len(),
        list(&apart),
        list(&off)
    ));
}

fn list(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// Lengths of borders beside the official ones.
fn check_borders(map: &Map, found: &mut Findings) {
    let cell_km = map.cell_degrees * 111.2;
    for segment in &map.segments {
        let Some(official) = segment.official_km else { continue };
        let ratio = segment.length_km / official;
        found.told.push(format!(
            "border {}: {:.0} km, official {official:.0} ({ratio:.2})",
            segment.name, segment.length_km
        ));
        let within = (BORDER_RATIO.0..=BORDER_RATIO.1).contains(&ratio);
        found.expect(within || official < SHORT_BORDER_CELLS * cell_km, || {
            format!("border {}: {:.0} km, official {official:.0}", segment.name, segment.length_km)
        });
    }
}

/// Towns of a territory that roads do not join, and passes that close no road.
fn check_roads(map: &Map, found: &mut Findings) {
    let mut part = vec![usize::MAX; map.cells.len()];
    let mut parts: BTreeMap<&str, BTreeMap<usize, Vec<&str>>> = BTreeMap::new();
    for place in map.destinations.iter().filter(|d| d.kind == DestinationKind::Town) {
        let start = place.cells[0].index();
        let mut stack = vec![start];
        while let Some(i) = stack.pop() {
            if part[i] == usize::MAX {
                part[i] = start;
                let roads =
                    map.links.from(CellId::from_index(i)).iter().filter(|l| l.road_class > 0);
                stack.extend(roads.map(|l| l.to.index()).filter(|&j| part[j] == usize::MAX));
            }
        }
        let code = map.territories[place.territory.index()].code.as_str();
        parts.entry(code).or_default().entry(part[start]).or_default().push(&place.name);
    }
    for (code, parts) in parts.iter().filter(|(_, parts)| parts.len() > 1) {
        let mut parts: Vec<&Vec<&str>> = parts.values().collect();
        parts.sort_by_key(|p| (std::cmp::Reverse(p.len()), p[0]));
        let small: Vec<String> = parts[1..].iter().map(|p| p.join(" and ")).collect();
        found.told.push(format!("roads of {code}: apart from the main part: {}", small.join("; ")));
    }
}

/// A unit as `admin1.csv` has it.
struct Unit {
    code: String,
    name: String,
    state: String,
    in_map: u64,
    known: Option<u64>,
    whole: bool,
}

fn read_units(dir: &Path) -> Result<Vec<Unit>, String> {
    let path = dir.join("admin1.csv");
    let told = |e: csv::Error| format!("{}: {e}", path.display());
    let mut reader = csv::Reader::from_path(&path).map_err(told)?;
    let headers = reader.headers().map_err(told)?.clone();
    let mut units = Vec::new();
    for record in reader.records() {
        let record = record.map_err(told)?;
        let text = |name: &str| headers.iter().position(|h| h == name).map_or("", |i| &record[i]);
        units.push(Unit {
            code: text("admin1").to_owned(),
            name: text("name").to_owned(),
            state: text("state").to_owned(),
            in_map: text("population_in_map").parse().unwrap_or(0),
            known: text("population_known").parse().ok(),
            whole: text("cut_by_edge") != "1" && !text("note").contains("figure is for the part"),
        });
    }
    Ok(units)
}

/// People of whole units beside their known totals. `units` gives the tolerance (a state or all; units of at least so
/// many), `not_alone` the units whose people cannot be told from their neighbours'.
fn check_units(units: &[Unit], known: &[Known], found: &mut Findings) {
    let apart: BTreeSet<&str> = known
        .iter()
        .filter(|k| k.kind == "not_alone" || k.kind == "group")
        .flat_map(|k| k.a.split('+'))
        .collect();
    let mut errors: Vec<(f64, String)> = Vec::new();
    for unit in units.iter().filter(|u| u.whole) {
        let Some(total) = unit.known.filter(|&n| n > 0) else { continue };
        let ratio = unit.in_map as f64 / total as f64;
        errors
            .push(((ratio - 1.0).abs(), format!("{} {:+.1} %", unit.name, 100.0 * (ratio - 1.0))));
        let own = known.iter().find(|k| k.kind == "units" && k.a == unit.state);
        let rule = own.or_else(|| known.iter().find(|k| k.kind == "units" && k.a.is_empty()));
        let Some(rule) = rule.filter(|r| total as f64 >= r.value.unwrap_or(0.0)) else { continue };
        let counts = own.is_some() || !apart.contains(unit.name.as_str());
        found.expect(!counts || (rule.low..=rule.high).contains(&ratio), || {
            format!("{} {}: {} people in the map, {total} known", unit.code, unit.name, unit.in_map)
        });
    }
    errors.sort_by(|a, b| b.0.total_cmp(&a.0));
    let close = errors.iter().filter(|e| e.0 <= 0.05).count();
    let worst: Vec<String> = errors.iter().take(8).map(|e| e.1.clone()).collect();
    if !errors.is_empty() {
        found.told.push(format!(
            "units that are whole and counted: {}; within 5 %: {close}; worst: {}",
            errors.len(),
            list(&worst)
        ));
    }
}

/// A town by its printed name.
fn town(map: &Map, name: &str) -> Option<CellId> {
    let town = |d: &&super::Destination| d.kind == DestinationKind::Town && d.name == name;
    map.destinations.iter().find(town).map(|d| d.cells[0])
}

fn holder(map: &Map, cell: CellId) -> &str {
    &map.territories[map.cells.territory[cell.index()].index()].code
}

/// One known fact.
fn check_fact(
    map: &Map,
    at_date: &BTreeMap<Date, Map>,
    units: &[Unit],
    fact: &Known,
    found: &mut Findings,
) {
    let then = || fact.b.parse().ok().and_then(|date: Date| at_date.get(&date));
    let value = fact.value.unwrap_or(f64::NAN);
    match fact.kind.as_str() {
        "units" | "not_alone" | "whole" => {}
        "state" | "group" => {
            let names: Vec<&str> = fact.a.split('+').collect();
            let ours = |u: &&Unit| {
                let name = if fact.kind == "state" { &u.state } else { &u.name };
                names.contains(&name.as_str())
            };
            let people: u64 = units.iter().filter(ours).map(|u| u.in_map).sum();
            let known: u64 = units.iter().filter(ours).filter_map(|u| u.known).sum();
            let known = fact.value.unwrap_or(known as f64);
            ratio(fact, people as f64, known, "people", found);
        }
        "held" => {
            let there =
                then().and_then(|m| Some(m.territories[m.territory(&fact.a)?.index()].population));
            ratio(fact, there.unwrap_or(0) as f64, value, "people", found);
        }
        "near" => match town(map, &fact.a) {
            Some(cell) => {
                let near = (0..map.cells.len()).map(CellId::from_index);
                let near = near.filter(|&c| apart_km(map, [c, cell]) <= NEAR_TOWN_KM);
                let people: u64 = near.map(|c| u64::from(map.cells.population[c.index()])).sum();
                ratio(fact, people as f64, value, "people within 20 km", found);
            }
            None => found.wrong.push(format!("{KNOWN_FILE}:{}: no town {}", fact.line, fact.a)),
        },
        "town" => {
            let cell = town(map, &fact.a);
            let unit = cell.map(|c| map.admin1[map.cells.admin1[c.index()].index()].name.as_str());
            let held = cell.map(|c| holder(map, c));
            let fits = (fact.b.is_empty() || unit == Some(&fact.b)) && held == Some(&fact.through);
            found.expect(fits, || {
                let (a, b, t) = (&fact.a, &fact.b, &fact.through);
                format!("{a}: in {unit:?}, held by {held:?}; {b}, {t} expected")
            });
        }
        "town_held" => {
            let held = then().and_then(|m| Some(holder(m, town(m, &fact.a)?)));
            found.expect(held == Some(&fact.through), || {
                format!("{} on {}: held by {held:?}, {} expected", fact.a, fact.b, fact.through)
            });
        }
        "journey" | "journey_by" | "journey_hours" | "no_journey" => {
            check_journey(map, fact, found);
        }
        other => found.wrong.push(format!("{KNOWN_FILE}:{}: no such kind `{other}`", fact.line)),
    }
}

/// A figure of the map beside a known one.
fn ratio(fact: &Known, of_map: f64, known: f64, what: &str, found: &mut Findings) {
    let ratio = of_map / known;
    let name = if fact.a.len() > 60 { fact.a.split('+').next().unwrap_or("") } else { &fact.a };
    found.told.push(format!("{name}: {of_map:.0} {what}, {known:.0} known ({ratio:.3})"));
    found.expect((fact.low..=fact.high).contains(&ratio), || {
        format!("{}: {of_map:.0} {what}, {known:.0} known", fact.a)
    });
}

/// A journey by road in July, when no pass is shut: `journey` over every gate that is not closed, of
/// which one in `through` must be passed; `journey_by` over the gates in `through` alone; `journey_hours` likewise, by its
/// hours; `no_journey` without the gates in `through`, which must be impossible or longer than `value`.
fn check_journey(map: &Map, fact: &Known, found: &mut Findings) {
    let gates: Vec<&str> = fact.through.split('|').filter(|g| !g.is_empty()).collect();
    let passed = |c: &BorderCrossingPoint| {
        let named = gates.contains(&c.id.as_str());
        c.mode == CrossingMode::Road
            && match fact.kind.as_str() {
                "journey" => c.status != CrossingStatus::Closed,
                "no_journey" => c.status != CrossingStatus::Closed && !named,
                _ => named,
            }
    };
    let (Some(from), Some(to)) = (town(map, &fact.a), town(map, &fact.b)) else {
        let line = fact.line;
        found.wrong.push(format!("{KNOWN_FILE}:{line}: no town {} or {}", fact.a, fact.b));
        return;
    };
    let way = journey_over(map, from, to, TravelMode::Vehicle, Month(7), &passed);
    let value = fact.value.unwrap_or(f64::NAN);
    let name = format!("{} - {}", fact.a, fact.b);
    let Some(Journey { hours, km, via }) = way else {
        found.told.push(format!("{name}: no way by road"));
        found.expect(fact.kind == "no_journey", || format!("{name}: no way by road"));
        return;
    };
    let by = if via.is_empty() { String::new() } else { format!(", by {}", via.join("; ")) };
    let known = if fact.kind == "journey_hours" { "h" } else { "km" };
    found.told.push(format!("{name}: {km:.0} km, {hours:.1} h (known {value} {known}){by}"));
    if fact.kind == "no_journey" {
        found.expect(km > value, || format!("{name}: {km:.0} km without {}", fact.through));
        return;
    }
    let ratio = if fact.kind == "journey_hours" { hours / value } else { km / value };
    found.expect((fact.low..=fact.high).contains(&ratio), || {
        format!("{name}: {km:.0} km, {hours:.1} h; {value} {known} known")
    });
    let id = |v: &String| v.split(' ').next().unwrap_or_default().to_owned();
    let asked = gates.is_empty() || via.iter().any(|v| gates.contains(&id(v).as_str()));
    found.expect(asked, || format!("{name}: not by {}", fact.through));
}
