//! Reading a case: every problem at once, each with its place, what is allowed and the next step.
//!
//! What Flee refuses is a problem here too; what it silently passes over is a note of the case.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;

use super::case::{Camp, Case, Closed, Closure, Place, PlaceKind, Route};
use super::counts::Counts;
use super::table::{Findings, Table};
use crate::geography::load::field::Field;
use crate::geography::route_network::MOST_WAYS;

const SIM_PERIOD: &str = "input_csv/sim_period.csv";
const LOCATIONS: &str = "input_csv/locations.csv";
const ROUTES: &str = "input_csv/routes.csv";
const CLOSURES: &str = "input_csv/closures.csv";
const CONFLICTS: &str = "input_csv/conflicts.csv";
const CORRECTIONS: &str = "input_csv/registration_corrections.csv";
const LAYOUT: &str = "source_data/data_layout.csv";

/// Files of newer cases whose effect is not modelled here.
const NOT_USED: [&str; 2] = ["input_csv/location_changes.csv", "input_csv/major_routes.csv"];

/// Longest period, d: that of a scenario (`run.days`).
const LONGEST: i64 = 3650;

/// Problems that are spelled out; the rest is only counted.
const SHOWN: usize = 30;

/// Reads a case.
///
/// # Errors
/// With every problem found, one a line: file, line, column, found, allowed, next step.
pub fn read(folder: &Path) -> Result<Case, Vec<String>> {
    let mut findings = Findings::default();
    let mut hasher = blake3::Hasher::new();
    let case = read_all(folder, &mut hasher, &mut findings);
    if let (Some(case), true) = (case, findings.problems.is_empty()) {
        return Ok(Case {
            notes: findings.notes,
            hash: hasher.finalize().to_hex().to_string(),
            ..case
        });
    }
    let total = findings.problems.len();
    let mut told: Vec<String> =
        findings.problems.iter().take(SHOWN).map(|p| format!("{}/{p}", folder.display())).collect();
    if total > SHOWN {
        told.push(format!("{}: and {} more problems", folder.display(), total - SHOWN));
    }
    Err(told)
}

fn read_all(folder: &Path, hasher: &mut blake3::Hasher, findings: &mut Findings) -> Option<Case> {
    let name = folder
        .canonicalize()
        .ok()
        .and_then(|f| Some(f.file_name()?.to_string_lossy().into_owned()));
    let period =
        Table::read(folder, SIM_PERIOD, "#", hasher, findings).and_then(|t| period(&t, findings));
    let locations = Table::read(folder, LOCATIONS, "name", hasher, findings);
    let routes = Table::read(folder, ROUTES, "name1", hasher, findings);
    let layout = Table::read(folder, LAYOUT, "#", hasher, findings);
    let closures = optional(folder, CLOSURES, "closure_type", hasher, findings);
    let corrections = optional(folder, CORRECTIONS, "#", hasher, findings);
    let conflicts = optional(folder, CONFLICTS, "Day", hasher, findings);
    let (places, since) = places(locations.as_ref()?, findings)?;
    let routes = routes.map(|t| read_routes(&t, &places, findings)).unwrap_or_default();
    let closures =
        closures.map(|t| read_closures(&t, &places, &routes, findings)).unwrap_or_default();
    let (start, days) = period?;
    let conflict = match conflicts {
        Some(table) => read_conflicts(&table, &places, days, findings)?,
        None => (0..days)
            .map(|day| since.iter().map(|s| f32::from(s.is_some_and(|s| s <= day))).collect())
            .collect(),
    };
    let camps =
        camps(folder, &layout?, corrections.as_ref(), &places, (start, days), hasher, findings)?;
    for file in NOT_USED.iter().filter(|file| folder.join(file).is_file()) {
        findings
            .notes
            .push(format!("{file} is there and not used: changes of a place's kind and major routes are not modelled"));
    }
    Some(Case {
        name: name.unwrap_or_else(|| "case".to_owned()),
        start,
        days,
        home: places[0].country.clone(),
        places,
        routes,
        closures,
        conflict,
        camps,
        notes: Vec::new(),
        hash: String::new(),
    })
}

/// A file that a case may lack.
fn optional(
    folder: &Path,
    file: &str,
    first_column: &str,
    hasher: &mut blake3::Hasher,
    findings: &mut Findings,
) -> Option<Table> {
    if folder.join(file).exists() {
        Table::read(folder, file, first_column, hasher, findings)
    } else {
        findings.notes.push(format!("{file} is not there: nothing is read from it"));
        None
    }
}

fn period(table: &Table, findings: &mut Findings) -> Option<(Date, u32)> {
    let (mut start, mut days) = (None, None);
    for row in table.rows_of(2, "StartDate or Length, value", findings) {
        let key = table.field(row, 0, "key");
        match key.text {
            "StartDate" => start = table.field(row, 1, "StartDate").date(findings),
            "Length" => days = table.field(row, 1, "Length").whole(1, LONGEST, findings),
            _ => findings.problems.push(key.problem(
                key.quoted(),
                "`StartDate` or `Length`",
                "remove or correct this row",
            )),
        }
    }
    let all_rows = || table.rows.iter();
    for key in ["StartDate", "Length"] {
        if !all_rows().any(|row| table.field(row, 0, "key").text == key) {
            findings.add_file(
                &table.file,
                format!("no row `{key}`"),
                "rows `StartDate` and `Length`",
                "add the row",
            );
        }
    }
    Some((start?, days? as u32))
}

/// The places, and since which day each is in conflict by its own row (where the case has no `conflicts.csv`).
fn places(table: &Table, findings: &mut Findings) -> Option<(Vec<Place>, Vec<Option<u32>>)> {
    let (mut places, mut since): (Vec<Place>, Vec<Option<u32>>) = (Vec::new(), Vec::new());
    let columns =
        "name, region, country, latitude, longitude, location_type, conflict_date, population";
    for row in table.rows_of(6, columns, findings) {
        let field = |index, column| table.field(row, index, column);
        let name = field(0, "name");
        let Some(text) = name.name(findings) else { continue };
        if places.iter().any(|p| p.name == text) {
            findings.problems.push(name.problem(
                format!("{} again", name.quoted()),
                "each name once",
                "remove or rename one of the rows",
            ));
            continue;
        }
        let degrees = |f: Field<'_>, most: f64, findings: &mut Findings| {
            if f.text.is_empty() { Some(0.0) } else { f.real(-most, most, findings) }
        };
        let lat = degrees(field(3, "latitude"), 90.0, findings);
        let lon = degrees(field(4, "longitude"), 180.0, findings);
        let kind = field(5, "location_type");
        let word = kind.text.to_lowercase();
        let known = ["camp", "conflict", "town", "forward", "marker", "default"]
            .iter()
            .any(|w| word.contains(w));
        if !known {
            let allowed = "conflict_zone, town, camp, idpcamp, forwarding_hub or marker";
            findings.problems.push(kind.problem(kind.quoted(), allowed, "correct this value"));
        }
        let conflict = field(6, "conflict_date").whole_or(-1, -1, LONGEST * 10, findings);
        let people = field(7, "population").whole_or(0, -1, i64::from(u32::MAX), findings);
        let is_camp = word.contains("camp");
        let people = people.unwrap_or(0);
        places.push(Place {
            name: text.to_owned(),
            country: field(2, "country").text.to_owned(),
            lat: lat.unwrap_or(0.0),
            lon: lon.unwrap_or(0.0),
            kind: if is_camp { PlaceKind::Camp } else { PlaceKind::Way },
            population: if is_camp { 0 } else { people.max(0) as u32 },
            capacity: (is_camp && people > 0).then_some(people as f64),
        });
        let starts = conflict.filter(|&d| d >= 0 && word.contains("conflict"));
        since.push(starts.map(|d| d as u32));
    }
    if places.is_empty() {
        findings.add_file(&table.file, "no place", "a row for each place", "restore the file");
        return None;
    }
    if places.len() > usize::from(u16::MAX) {
        findings.add_file(
            &table.file,
            format!("{} places", places.len()),
            "at most 65,535",
            "merge places",
        );
        return None;
    }
    Some((places, since))
}

fn names(places: &[Place]) -> impl Iterator<Item = &str> + Clone {
    places.iter().map(|p| p.name.as_str())
}

const A_PLACE: &str = "a name in locations.csv";

fn read_routes(table: &Table, places: &[Place], findings: &mut Findings) -> Vec<Route> {
    let mut routes: Vec<Route> = Vec::new();
    let mut at: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut ways = vec![0_usize; places.len()];
    for row in table.rows_of(3, "name1, name2, distance, forced_redirection", findings) {
        let (one, other) = (table.field(row, 0, "name1"), table.field(row, 1, "name2"));
        let a = one.one_of(names(places), A_PLACE, findings);
        let b = other.one_of(names(places), A_PLACE, findings);
        let km = table.field(row, 2, "distance").real(0.001, 20_000.0, findings);
        let sends = table.field(row, 3, "forced_redirection").whole_or(0, 0, 2, findings);
        let (Some(a), Some(b), Some(km), Some(sends)) = (a, b, km, sends) else { continue };
        if a == b {
            findings.problems.push(other.problem(
                other.quoted(),
                "another place than name1",
                "correct or remove the route",
            ));
            continue;
        }
        // The format's manual: 1 from name2 to name1, 2 from name1 to name2.
        let route = Route { a, b, km, a_sends_on: sends == 2, b_sends_on: sends == 1 };
        if let Some(&known) = at.get(&(a.min(b), a.max(b))) {
            findings.notes.push(format!(
                "{}: a second route between two places; the shorter one counts",
                one.place()
            ));
            if route.km < routes[known].km {
                routes[known] = route;
            }
            continue;
        }
        at.insert((a.min(b), a.max(b)), routes.len());
        ways[a] += 1;
        ways[b] += 1;
        routes.push(route);
    }
    for (place, _) in places.iter().zip(&ways).filter(|&(_, &n)| n >= MOST_WAYS) {
        let found = format!("{MOST_WAYS} or more routes from `{}`", place.name);
        findings.add_file(&table.file, found, "fewer", "merge places or leave out routes");
    }
    routes
}

fn read_closures(
    table: &Table,
    places: &[Place],
    routes: &[Route],
    findings: &mut Findings,
) -> Vec<Closure> {
    let mut closures = Vec::new();
    for row in table.rows_of(4, "closure_type, name1, name2, closure_start, closure_end", findings)
    {
        let kind = table.field(row, 0, "closure_type");
        let (one, other) = (table.field(row, 1, "name1"), table.field(row, 2, "name2"));
        let from = table.field(row, 3, "closure_start").whole(0, i64::from(u32::MAX), findings);
        let until =
            table.field(row, 4, "closure_end").whole_or(-1, -1, i64::from(u32::MAX), findings);
        let place = |field: Field<'_>, findings: &mut Findings| {
            field.one_of(names(places), A_PLACE, findings)
        };
        let what = match kind.text {
            "country" => {
                for field in [one, other] {
                    if !places.iter().any(|p| p.country == field.text) {
                        findings.notes.push(format!(
                            "{}: no place lies in {}; nothing is closed",
                            field.place(),
                            field.quoted()
                        ));
                    }
                }
                Some(Closed::Border(one.text.to_owned(), other.text.to_owned()))
            }
            "location" if other.text.is_empty() => place(one, findings).map(Closed::Place),
            // With two names it is the route between them that is meant.
            "location" | "link" | "links" => {
                let ends = (place(one, findings), place(other, findings));
                if let (Some(a), Some(b)) = ends {
                    let found =
                        routes.iter().position(|r| (r.a, r.b) == (a, b) || (r.b, r.a) == (a, b));
                    if found.is_none() {
                        let allowed = format!("a place with a route to {}", one.quoted());
                        findings.problems.push(other.problem(
                            other.quoted(),
                            allowed,
                            "correct the names or add the route",
                        ));
                    }
                    found.map(Closed::Route)
                } else {
                    None
                }
            }
            "camp" | "idpcamp" => place(one, findings).and_then(|camp| {
                let is_camp = places[camp].kind == PlaceKind::Camp;
                if !is_camp {
                    findings.problems.push(one.problem(
                        one.quoted(),
                        "a camp",
                        "correct the name, or close it as a `location`",
                    ));
                }
                is_camp.then_some(Closed::Camp(camp))
            }),
            "remove_forced_redirection" => {
                let ends = (place(one, findings), place(other, findings));
                if let (Some(a), Some(b)) = ends {
                    let sends = |r: &&Route| {
                        (r.a_sends_on && (r.a, r.b) == (a, b))
                            || (r.b_sends_on && (r.b, r.a) == (a, b))
                    };
                    if routes.iter().find(sends).is_none() {
                        findings.notes.push(format!(
                            "{}: nobody is passed on from {} to {}; nothing is removed",
                            one.place(),
                            one.quoted(),
                            other.quoted()
                        ));
                    }
                    Some(Closed::PassingOn(a, b))
                } else {
                    None
                }
            }
            _ => {
                let allowed = "country, location, link, camp, idpcamp or remove_forced_redirection";
                findings.problems.push(kind.problem(kind.quoted(), allowed, "correct this value"));
                None
            }
        };
        let (Some(what), Some(from), Some(until)) = (what, from, until) else { continue };
        // An end that is not after the start never comes.
        let until = (until > from).then_some(until as u32);
        closures.push(Closure { what, from: from as u32, until });
    }
    closures
}

fn read_conflicts(
    table: &Table,
    places: &[Place],
    days: u32,
    findings: &mut Findings,
) -> Option<Vec<Vec<f32>>> {
    let Some(header) = &table.header else {
        findings.add_file(
            &table.file,
            "no header",
            "a first line with #Day and the names of places",
            "restore the line",
        );
        return None;
    };
    let used = header.used().len();
    let mut columns: Vec<Option<usize>> = Vec::new();
    for index in 1..used {
        let field = table.field(header, index, "name of a place");
        let position = names(places).position(|name| name == field.text);
        let has_conflict = table
            .rows
            .iter()
            .any(|row| !matches!(table.field(row, index, "").text, "" | "0" | "0.0"));
        if position.is_none() && has_conflict {
            field.one_of(names(places), A_PLACE, findings);
        } else if position.is_none() {
            findings.notes.push(format!(
                "{}: the column {} is no place; it is zero throughout",
                field.place(),
                field.quoted()
            ));
        }
        columns.push(position);
    }
    if table.rows.len() < days as usize {
        let next = "add the missing days, or shorten the period in sim_period.csv";
        findings.add_file(
            &table.file,
            format!("{} days", table.rows.len()),
            &format!("at least {days}, as in sim_period.csv"),
            next,
        );
    }
    let mut numbered = true;
    let mut conflict = Vec::with_capacity(days as usize);
    for (day, row) in table.rows.iter().take(days as usize).enumerate() {
        numbered &= table.field(row, 0, "Day").text.parse() == Ok(day);
        let mut today = vec![0.0_f32; places.len()];
        if row.len() < used {
            let field = table.field(row, row.len(), "");
            let found = format!("{} fields", row.len());
            let mut problem = field.problem(
                found,
                format!("{used} fields, as in the header"),
                "look for a missing comma, or a file that was cut off",
            );
            problem.column = None;
            findings.problems.push(problem);
            continue;
        }
        for (index, column) in columns.iter().enumerate() {
            let name = column.map_or("", |c| places[c].name.as_str());
            let value = table.field(row, index + 1, name).real(0.0, 1.0, findings);
            if let (Some(column), Some(value)) = (*column, value) {
                today[column] = value as f32;
            }
        }
        conflict.push(today);
    }
    if !numbered {
        findings.notes.push(format!(
            "{}: days are not numbered from 0 on; rows are days in their order",
            table.file
        ));
    }
    Some(conflict)
}

fn camps(
    folder: &Path,
    layout: &Table,
    corrections: Option<&Table>,
    places: &[Place],
    (start, days): (Date, u32),
    hasher: &mut blake3::Hasher,
    findings: &mut Findings,
) -> Option<Vec<Camp>> {
    let mut series: Vec<(Option<usize>, String, Counts)> = Vec::new();
    let mut seen = BTreeSet::new();
    for row in layout.rows_of(2, "name, file, further files", findings) {
        let field = layout.field(row, 0, "name");
        let Some(name) = field.name(findings) else { continue };
        if !seen.insert(name) {
            findings.problems.push(field.problem(
                format!("{} again", field.quoted()),
                "each name once",
                "remove one of the rows",
            ));
            continue;
        }
        let files: Vec<&String> = row.used()[1..].iter().filter(|f| !f.is_empty()).collect();
        if files.is_empty() {
            findings.problems.push(layout.field(row, 1, "file").problem(
                "nothing",
                "the name of a file in source_data",
                "fill it in",
            ));
            continue;
        }
        let mut counts = Counts::default();
        for file in &files {
            let path = format!("source_data/{file}");
            let Some(table) = Table::read(folder, &path, "Date", hasher, findings) else {
                continue;
            };
            counts.add(Counts::read(&table, start, findings));
        }
        let position = names(places).position(|n| n == name);
        if position.is_none() && name != "total" {
            field.one_of(names(places), "`total` or a camp in locations.csv", findings);
        }
        let source = files.iter().map(|f| f.as_str()).collect::<Vec<_>>().join(" + ");
        series.push((position.filter(|_| name != "total"), source, counts));
    }
    for row in
        corrections.map(|t| t.rows_of(2, "camp, date, normalize", findings)).unwrap_or_default()
    {
        let table = corrections?;
        let (camp, date) = (table.field(row, 0, "camp"), table.field(row, 1, "date"));
        let mut known: Vec<&str> =
            series.iter().filter_map(|s| s.0).map(|p| places[p].name.as_str()).collect();
        known.sort_unstable();
        let Some(name) = camp
            .one_of(known.into_iter(), "a camp in data_layout.csv", findings)
            .map(|_| camp.text)
        else {
            continue;
        };
        let Some(day) = date.date(findings) else { continue };
        let at = i64::from((day - start).get_days());
        let found = series.iter_mut().find(|s| s.0.is_some_and(|p| places[p].name == name));
        let Some((_, source, counts)) = found else { continue };
        if let Err(why) = counts.normalise(at) {
            let allowed =
                format!("a date of {source} after its first, with a count above zero before it");
            findings.problems.push(date.problem(
                format!("{}: {why}", date.quoted()),
                allowed,
                "correct the date or remove the row",
            ));
        }
    }
    let mut camps = Vec::new();
    for (place, source, counts) in series {
        let Some(place) = place else { continue };
        if places[place].kind != PlaceKind::Camp {
            let name = &places[place].name;
            findings
                .notes
                .push(format!("{LAYOUT}: `{name}` has counts and is no camp; they are left out"));
            continue;
        }
        camps.push(Camp {
            place,
            observed: (0..days).map(|day| counts.on(i64::from(day))).collect(),
            source,
        });
    }
    for (i, place) in places.iter().enumerate().filter(|(_, p)| p.kind == PlaceKind::Camp) {
        if !camps.iter().any(|c| c.place == i) {
            let found = format!("no row for the camp `{}`", place.name);
            findings.add_file(
                LAYOUT,
                found,
                "a row for each camp of locations.csv",
                "add its counts, or make it a town",
            );
        }
    }
    if camps.is_empty() && findings.problems.is_empty() {
        findings.add_file(
            LAYOUT,
            "no camp",
            "a row for at least one camp of locations.csv",
            "restore the file",
        );
    }
    Some(camps)
}
