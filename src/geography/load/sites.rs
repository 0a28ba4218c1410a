//! Crossings, roads, passes, towns, camps and ways over the edge of the map.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::about::TravelSpeeds;
use super::cells::Land;
use super::field::Field;
use super::problems::Problems;
use super::table::Table;
use crate::geography::network::{RoadLink, great_circle_km};
use crate::geography::segments::Official;
use crate::geography::{BorderCrossingPoint, CrossingMode, CrossingStatus, Pass};
use crate::ids::{CellId, CrossingId, DestinationId};

/// A pass within this distance lies on the approach of a crossing, km: about one cell of the coarser map.
const APPROACH_KM: f64 = 12.0;

/// A town of `places.csv`.
pub(super) struct Town {
    pub(super) name: String,
    pub(super) cell: CellId,
}

/// A reception site of `camps.csv`.
pub(super) struct Camp {
    pub(super) name: String,
    pub(super) cell: CellId,
    pub(super) capacity: f64,
}

/// A way over the map's edge of `gateways.csv`.
pub(super) struct Gateway {
    pub(super) name: String,
    pub(super) cell: CellId,
    pub(super) state: String,
    pub(super) extra_km: f64,
    pub(super) population: u64,
    pub(super) capacity_per_day: f64,
}

fn cell(field: &Field<'_>, land: &Land, problems: &mut Problems) -> Option<CellId> {
    field.whole(0, land.cells.len() as u64 - 1, problems).map(|n| CellId(n as u32))
}

/// Checks that a cell lies in the territory that a file names (which it does as of the latest snapshot).
fn check_holder(cell: CellId, named: &Field<'_>, land: &Land, problems: &mut Problems) {
    let held = land.past.latest(cell);
    if held != named.text {
        problems.add(named.problem(
            named.quoted(),
            format!("`{held}`, which holds cell {} in the latest snapshot", cell.0),
            "correct the territory or the cell",
        ));
    }
}

/// Whether two cells are eight-neighbours.
fn touching(a: CellId, b: CellId, land: &Land) -> bool {
    let step = |list: &[u16]| list[a.index()].abs_diff(list[b.index()]);
    step(&land.cells.row) <= 1 && step(&land.cells.col) <= 1
}

/// Checks that a crossing lies at most a cell from the line of its two territories in the last snapshot in which they
/// meet there. A ferry or a long bridge has no line: it must lie at most a cell from one of the two.
fn check_place(
    [lat, a, b]: [&Field<'_>; 3],
    place: [f64; 2],
    sea: bool,
    snapshot: usize,
    land: &Land,
    problems: &mut Problems,
) {
    let near = land.near(place, snapshot);
    let has = |code: &Field<'_>| near.contains(&code.text);
    if (has(a) && has(b)) || (sea && (has(a) || has(b))) {
        return;
    }
    let there = if near.is_empty() { "no land".to_owned() } else { near.join(", ") };
    let allowed = if sea {
        format!("a place at most a cell from {} or {}", a.text, b.text)
    } else {
        format!("a place at most a cell from the line of {} and {}", a.text, b.text)
    };
    problems.add(lat.problem(
        format!("{}, {}, within a cell of {there}", place[0], place[1]),
        allowed,
        "correct `lat` and `lon`, or the territories",
    ));
}

/// The status column that counts at a date: the latest that began by then. `status_2020` begins in March 2020, when the
/// pandemic closed borders; the others on 1 January (2008 tells of the time before August, and stands until 2016).
fn status_column(table: &Table, as_of: Date, problems: &mut Problems) -> Option<String> {
    let mut years: Vec<i16> = table
        .names()
        .filter_map(|n| n.strip_prefix("status_"))
        .filter_map(|y| y.parse().ok())
        .collect();
    years.sort_unstable();
    let begins =
        |year: i16| Date::new(year, if year == 2020 { 3 } else { 1 }, 1).unwrap_or(Date::MAX);
    let found = years.iter().rev().find(|&&y| begins(y) <= as_of).map(|y| format!("status_{y}"));
    if found.is_none() {
        let has: Vec<_> = years.iter().map(|y| format!("status_{y}")).collect();
        problems.add_file(
            table.file,
            format!("no status for the as-of date {as_of}"),
            format!("a column status_YEAR of that year or before (there are: {})", has.join(", ")),
            "choose a later as-of date or add the column",
        );
    }
    found
}

/// Crossings at the as-of date. One whose two cells then have the same holder is no crossing, and is left out; so is one
/// of a line that had ended by then.
pub(super) fn read_crossings(
    table: &Table,
    land: &Land,
    passes: &[(Pass, u8)],
    speeds: &TravelSpeeds,
    as_of: Date,
    problems: &mut Problems,
) -> Option<Vec<BorderCrossingPoint>> {
    let status_name = status_column(table, as_of, problems)?;
    let columns = table.columns(
        [
            "id",
            "name",
            "a",
            "b",
            "mode",
            "lat",
            "lon",
            "cell_a",
            "cell_b",
            "km",
            "capacity_persons_per_day",
            "permit_persons_per_day",
        ],
        problems,
    )?;
    let [status_column] = table.columns([status_name.as_str()], problems)?;
    let modes = [
        ("road", CrossingMode::Road),
        ("rail", CrossingMode::Rail),
        ("foot", CrossingMode::Foot),
        ("ferry", CrossingMode::Ferry),
        ("road+rail", CrossingMode::Road),
    ];
    // `ferry`: where a road crosses today, a ship ran then (the Kerch strait).
    let statuses = [
        ("open", (CrossingStatus::Open, false)),
        ("restricted", (CrossingStatus::Restricted, false)),
        ("freight", (CrossingStatus::Freight, false)),
        ("closed", (CrossingStatus::Closed, false)),
        ("ferry", (CrossingStatus::Open, true)),
    ];
    let [west, south, east, north] = land.grid.bbox;
    let mut ids = std::collections::BTreeSet::new();
    let mut crossings = Vec::new();
    for row in table.rows() {
        let [id, name, a, b, mode, lat, lon, cell_a, cell_b, km, capacity, permit] =
            columns.map(|c| row.field(c));
        if !ids.insert(id.text) {
            problems.add(id.problem(
                format!("{} again", id.quoted()),
                "each id once",
                "give one of the two a new id",
            ));
        }
        let mode = mode.word(&modes, problems);
        let status = row.field(status_column).word(&statuses, problems);
        let place = (lat.real(south, north, problems), lon.real(west, east, problems));
        let cells = (cell(&cell_a, land, problems), cell(&cell_b, land, problems));
        let km = km.real(0.0, 2000.0, problems);
        let capacity = capacity.real(0.0, f64::INFINITY, problems);
        let permit = permit.real(0.0, f64::INFINITY, problems);
        let (Some(first), Some(second)) = cells else { continue };
        let last = land.past.last_with([first, second], [a.text, b.text]);
        if last.is_none() && land.past.latest(first) == land.past.latest(second) {
            problems.add(cell_b.problem(
                format!("cell {}, in {} like cell_a", second.0, land.past.latest(second)),
                "a cell in another territory than cell_a",
                "correct cell_a or cell_b",
            ));
            continue;
        }
        if last.is_none() {
            check_holder(first, &a, land, problems);
            check_holder(second, &b, land, problems);
        }
        if let (Some(last), Some(mode), (Some(y), Some(x))) = (last, mode, place) {
            let sea = mode == CrossingMode::Ferry || !touching(first, second, land);
            check_place([&lat, &a, &b], [y, x], sea, last, land, problems);
        }
        let (Some(mode), Some((status, by_ship)), Some(km), (Some(lat), Some(lon))) =
            (mode, status, km, place)
        else {
            continue;
        };
        let mode = if by_ship { CrossingMode::Ferry } else { mode };
        let sides = [land.cells.territory[first.index()], land.cells.territory[second.index()]];
        if sides[0] == sides[1] || last.is_some_and(|last| last > land.past.chosen) {
            continue;
        }
        let months_open = passes
            .iter()
            .filter(|(p, class)| {
                *class <= 3 && great_circle_km(p.lat, p.lon, lat, lon) <= APPROACH_KM
            })
            .map(|(p, _)| p.months_open)
            .min()
            .unwrap_or(12);
        crossings.push(BorderCrossingPoint {
            id: id.text.to_owned(),
            name: name.text.to_owned(),
            cells: [first, second],
            sides,
            segment: None,
            mode,
            status,
            capacity_per_day: capacity.unwrap_or(0.0),
            permit_per_day: permit.unwrap_or(0.0),
            months_open,
            gate: [DestinationId::default(); 2],
            passage_hours: if mode == CrossingMode::Ferry {
                km / speeds.ferry_km_per_hour
            } else {
                0.0
            },
        });
    }
    if crossings.len() > 10_000 {
        problems.add_file(
            table.file,
            format!("{} rows", crossings.len()),
            "at most 10000",
            "merge crossings",
        );
    }
    Some(crossings)
}

pub(super) fn read_roads(
    table: &Table,
    land: &Land,
    problems: &mut Problems,
) -> Option<Vec<RoadLink>> {
    let [a, b, class, months, km] =
        table.columns(["cell_a", "cell_b", "road_class", "months_open", "km"], problems)?;
    let mut seen = BTreeMap::new();
    let mut roads = Vec::new();
    for (i, row) in table.rows().enumerate() {
        let ends = (cell(&row.field(a), land, problems), cell(&row.field(b), land, problems));
        let class = row.field(class).whole(1, 3, problems);
        let months_open = row.field(months).whole(0, 12, problems);
        let km = row.field(km).real(0.1, 1000.0, problems);
        let (Some(from), Some(to)) = ends else { continue };
        let step = |list: &[u16]| list[from.index()].abs_diff(list[to.index()]);
        if step(&land.cells.row) > 1 || step(&land.cells.col) > 1 || from == to {
            problems.add(row.field(b).problem(
                format!("cell {}, which does not touch cell {}", to.0, from.0),
                "one of the eight neighbours of cell_a",
                "correct the cells, or give the road a link for every cell on the way",
            ));
            continue;
        }
        if let Some(first) = seen.insert((from.min(to), from.max(to)), i) {
            problems.add(row.field(b).problem(
                format!("a second link between cells {} and {}", from.0, to.0),
                format!("one link (the first is in line {})", first + 2),
                "remove one of the two",
            ));
        }
        if let (Some(class), Some(months_open), Some(km)) = (class, months_open, km) {
            roads.push(RoadLink {
                from,
                to,
                class: class as u8,
                months_open: months_open as u8,
                km,
            });
        }
    }
    Some(roads)
}

/// Passes, each with the class of its road.
pub(super) fn read_passes(table: &Table, problems: &mut Problems) -> Option<Vec<(Pass, u8)>> {
    let [name, lat, lon, height, months, class] =
        table.columns(["name", "lat", "lon", "elevation_m", "months_open", "class"], problems)?;
    let mut passes = Vec::new();
    for row in table.rows() {
        let pass = (
            row.field(lat).real(-90.0, 90.0, problems),
            row.field(lon).real(-180.0, 180.0, problems),
            row.field(height).real(-500.0, 9000.0, problems),
            row.field(months).whole(0, 12, problems),
            row.field(class).whole(1, 5, problems),
        );
        if let (Some(lat), Some(lon), Some(elevation), Some(months), Some(class)) = pass {
            let name = row.field(name).text.to_owned();
            passes
                .push((Pass { name, lat, lon, elevation, months_open: months as u8 }, class as u8));
        }
    }
    Some(passes)
}

pub(super) fn read_towns(table: &Table, land: &Land, problems: &mut Problems) -> Option<Vec<Town>> {
    let [name, place, territory] = table.columns(["name", "cell", "territory"], problems)?;
    let mut towns = Vec::new();
    for row in table.rows() {
        let Some(cell) = cell(&row.field(place), land, problems) else { continue };
        check_holder(cell, &row.field(territory), land, problems);
        towns.push(Town { name: row.field(name).text.to_owned(), cell });
    }
    Some(towns)
}

pub(super) fn read_camps(table: &Table, land: &Land, problems: &mut Problems) -> Option<Vec<Camp>> {
    let [name, place, territory, capacity] =
        table.columns(["name", "cell", "territory", "capacity_persons"], problems)?;
    let mut camps = Vec::new();
    for row in table.rows() {
        let capacity = row.field(capacity).real(0.0, f64::INFINITY, problems);
        let Some(cell) = cell(&row.field(place), land, problems) else { continue };
        check_holder(cell, &row.field(territory), land, problems);
        camps.push(Camp {
            name: row.field(name).text.to_owned(),
            cell,
            capacity: capacity.unwrap_or(0.0),
        });
    }
    Some(camps)
}

pub(super) fn read_gateways(
    table: &Table,
    land: &Land,
    problems: &mut Problems,
) -> Option<Vec<Gateway>> {
    let [name, state, place, extra, people, capacity] = table.columns(
        [
            "name",
            "state",
            "cell",
            "extra_km",
            "population_beyond",
            "crossing_capacity_persons_per_day",
        ],
        problems,
    )?;
    let mut gateways = Vec::new();
    for row in table.rows() {
        let extra_km = row.field(extra).real(0.0, 20_000.0, problems);
        let population = row.field(people).whole(0, 10_000_000_000, problems);
        let capacity = row.field(capacity).real_or_empty(0.0, f64::INFINITY, problems);
        let Some(cell) = cell(&row.field(place), land, problems) else { continue };
        gateways.push(Gateway {
            name: row.field(name).text.to_owned(),
            cell,
            state: row.field(state).text.to_owned(),
            extra_km: extra_km.unwrap_or(0.0),
            population: population.unwrap_or(0),
            capacity_per_day: capacity.unwrap_or(f64::INFINITY),
        });
    }
    Some(gateways)
}

/// Official lengths of borders and Caspian coasts.
pub(super) fn read_official(
    borders: &Table,
    coasts: &Table,
    problems: &mut Problems,
) -> Option<Official> {
    let [a, b, km, part] = borders.columns(["a", "b", "official_km", "in_map"], problems)?;
    let [territory, water, coast_km, coast_part] =
        coasts.columns(["territory", "water", "official_km", "in_map"], problems)?;
    let mut official = Official::default();
    let whole = [("full", true), ("part", false)];
    for row in borders.rows() {
        let length = row.field(km).real_or_empty(0.0, 50_000.0, problems);
        let full = row.field(part).word(&whole, problems).unwrap_or(false);
        let (x, y) = (row.field(a).text, row.field(b).text);
        let pair = if x < y { (x.to_owned(), y.to_owned()) } else { (y.to_owned(), x.to_owned()) };
        official.borders.insert(pair, length.filter(|_| full));
    }
    for row in coasts.rows().filter(|r| r.field(water).text == "caspian") {
        let length = row.field(coast_km).real_or_empty(0.0, 50_000.0, problems);
        let full = row.field(coast_part).word(&whole, problems).unwrap_or(false);
        official.coasts.insert(row.field(territory).text.to_owned(), length.filter(|_| full));
    }
    Some(official)
}

/// The crossings' ids in order.
pub(super) fn crossing_ids(
    crossings: &[BorderCrossingPoint],
) -> impl Iterator<Item = (CrossingId, &BorderCrossingPoint)> {
    crossings.iter().enumerate().map(|(i, c)| (CrossingId::from_index(i), c))
}
