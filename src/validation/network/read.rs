//! Reading a case: every problem at once, each with its place, what is allowed and the next step.
//!
//! What Flee refuses is a problem here too; what it silently passes over is a note of the case.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;

use super::case::{Camp, Case, Closed, Closure, Place, PlaceKind, Route};
use super::counts::Counts;
use super::table::{Files, Findings, Table};
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
    let mut files = Files { folder, hasher: blake3::Hasher::new(), findings: Findings::default() };
    let case = read_all(&mut files);
    let Findings { problems, notes } = files.findings;
    if let (Some(case), true) = (case, problems.is_empty()) {
        return Ok(Case { notes, hash: files.hasher.finalize().to_hex().to_string(), ..case });
    }
    let shown = folder.display();
    let mut told: Vec<String> =
        problems.iter().take(SHOWN).map(|p| format!("{shown}/{p}")).collect();
    if problems.len() > SHOWN {
        told.push(format!("{shown}: and {} more problems", problems.len() - SHOWN));
    }
    Err(told)
}

fn read_all(files: &mut Files<'_>) -> Option<Case> {
    let name = files.folder.canonicalize().ok();
    let name = name.and_then(|f| Some(f.file_name()?.to_string_lossy().into_owned()));

    // Every file is opened before any is understood, so that what is missing is told at once.
    let period = files.read(SIM_PERIOD, "#").and_then(|t| period(&t, &mut files.findings));
    let locations = files.read(LOCATIONS, "name");
    let routes = files.read(ROUTES, "name1");
    let layout = files.read(LAYOUT, "#");
    let closures = files.optional(CLOSURES, "closure_type");
    let corrections = files.optional(CORRECTIONS, "#");
    let conflicts = files.optional(CONFLICTS, "Day");

    // Places come first: all other files name them.
    let findings = &mut files.findings;
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
    let mut counted = read_counts(files, &layout?, &places, start);
    let findings = &mut files.findings;
    if let Some(corrections) = &corrections {
        correct(&mut counted, corrections, &places, start, findings);
    }
    let camps = camps(counted, &places, days, findings);
    for file in NOT_USED.iter().filter(|file| files.folder.join(file).is_file()) {
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

fn period(table: &Table, findings: &mut Findings) -> Option<(Date, u32)> {
    let (mut start, mut days) = (None, None);
    for row in table.rows_of(2, "StartDate or Length, value", findings) {
        let key = table.field(row, 0, "key");
        match key.text {
            "StartDate" => start = table.field(row, 1, "StartDate").date(findings),
            "Length" => days = table.field(row, 1, "Length").whole(1, LONGEST, findings),
            _ => findings.refuse(key, "`StartDate` or `Length`", "remove or correct this row"),
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
            findings.again(name, "remove or rename one of the rows");
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
            findings.refuse(kind, allowed, "correct this value");
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
            findings.refuse(other, "another place than name1", "correct or remove the route");
            continue;
        }
        // The format's manual: 1 from name2 to name1, 2 from name1 to name2.
        let route = Route { a, b, km, a_sends_on: sends == 2, b_sends_on: sends == 1 };
        if let Some(&known) = at.get(&(a.min(b), a.max(b))) {
            findings.note(one, "a second route between two places; the shorter one counts");
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
        let what = closed(kind, one, other, (places, routes), findings);
        let (Some(what), Some(from), Some(until)) = (what, from, until) else { continue };
        // An end that is not after the start never comes.
        let until = (until > from).then_some(until as u32);
        closures.push(Closure { what, from: from as u32, until });
    }
    closures
}

/// What a closure of a kind closes, by one name or two; none (and a problem) where they do not fit.
fn closed(
    kind: Field<'_>,
    one: Field<'_>,
    other: Field<'_>,
    (places, routes): (&[Place], &[Route]),
    findings: &mut Findings,
) -> Option<Closed> {
    let place =
        |field: Field<'_>, findings: &mut Findings| field.one_of(names(places), A_PLACE, findings);
    let both = |findings: &mut Findings| {
        let (a, b) = (place(one, findings), place(other, findings));
        a.zip(b)
    };
    match kind.text {
        "country" => {
            for field in [one, other] {
                if !places.iter().any(|p| p.country == field.text) {
                    let what = format!("no place lies in {}; nothing is closed", field.quoted());
                    findings.note(field, what);
                }
            }
            Some(Closed::Border(one.text.to_owned(), other.text.to_owned()))
        }
        "location" if other.text.is_empty() => place(one, findings).map(Closed::Place),
        // With two names it is the route between them that is meant.
        "location" | "link" | "links" => {
            let (a, b) = both(findings)?;
            let found = routes.iter().position(|r| (r.a, r.b) == (a, b) || (r.b, r.a) == (a, b));
            if found.is_none() {
                let allowed = format!("a place with a route to {}", one.quoted());
                findings.refuse(other, allowed, "correct the names or add the route");
            }
            found.map(Closed::Route)
        }
        "camp" | "idpcamp" => {
            let camp = place(one, findings)?;
            if places[camp].kind != PlaceKind::Camp {
                findings.refuse(one, "a camp", "correct the name, or close it as a `location`");
                return None;
            }
            Some(Closed::Camp(camp))
        }
        "remove_forced_redirection" => {
            let (a, b) = both(findings)?;
            let sends = |r: &Route| {
                (r.a_sends_on && (r.a, r.b) == (a, b)) || (r.b_sends_on && (r.b, r.a) == (a, b))
            };
            if !routes.iter().any(sends) {
                let (from, to) = (one.quoted(), other.quoted());
                let what = format!("nobody is passed on from {from} to {to}; nothing is removed");
                findings.note(one, what);
            }
            Some(Closed::PassingOn(a, b))
        }
        _ => {
            let allowed = "country, location, link, camp, idpcamp or remove_forced_redirection";
            findings.refuse(kind, allowed, "correct this value");
            None
        }
    }
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
            let what = format!("the column {} is no place; it is zero throughout", field.quoted());
            findings.note(field, what);
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

/// Counts of a row of the layout: the camp's place (none for the total), the files, the counts.
type Counted = (Option<usize>, String, Counts);

fn read_counts(
    files: &mut Files<'_>,
    layout: &Table,
    places: &[Place],
    start: Date,
) -> Vec<Counted> {
    let mut counted = Vec::new();
    let mut seen = BTreeSet::new();
    for row in layout.rows_of(2, "name, file, further files", &mut files.findings) {
        let field = layout.field(row, 0, "name");
        let Some(name) = field.name(&mut files.findings) else { continue };
        if !seen.insert(name) {
            files.findings.again(field, "remove one of the rows");
            continue;
        }
        let named: Vec<&str> =
            row.used()[1..].iter().map(String::as_str).filter(|f| !f.is_empty()).collect();
        if named.is_empty() {
            let field = layout.field(row, 1, "file");
            files.findings.refuse(field, "the name of a file in source_data", "fill it in");
            continue;
        }
        let mut counts = Counts::default();
        for file in &named {
            if let Some(table) = files.read(&format!("source_data/{file}"), "Date") {
                counts.add(Counts::read(&table, start, &mut files.findings));
            }
        }
        let position = names(places).position(|n| n == name);
        if position.is_none() && name != "total" {
            let allowed = "`total` or a camp in locations.csv";
            field.one_of(names(places), allowed, &mut files.findings);
        }
        counted.push((position.filter(|_| name != "total"), named.join(" + "), counts));
    }
    counted
}

/// Corrects counts for registrations.
fn correct(
    counted: &mut [Counted],
    table: &Table,
    places: &[Place],
    start: Date,
    findings: &mut Findings,
) {
    for row in table.rows_of(2, "camp, date, normalize", findings) {
        let (camp, date) = (table.field(row, 0, "camp"), table.field(row, 1, "date"));
        let mut known: Vec<&str> =
            counted.iter().filter_map(|c| c.0).map(|p| places[p].name.as_str()).collect();
        known.sort_unstable();
        let allowed = "a camp in data_layout.csv";
        if camp.one_of(known.into_iter(), allowed, findings).is_none() {
            continue;
        }
        let Some(day) = date.date(findings) else { continue };
        let found = counted.iter_mut().find(|c| c.0.is_some_and(|p| places[p].name == camp.text));
        let Some((_, source, counts)) = found else { continue };
        if let Err(why) = counts.normalise(i64::from((day - start).get_days())) {
            let found = format!("{}: {why}", date.quoted());
            let allowed =
                format!("a date of {source} after its first, with a count above zero before it");
            let next = "correct the date or remove the row";
            findings.problems.push(date.problem(found, allowed, next));
        }
    }
}

/// The camps with their counts by day; each camp of the locations must have some.
fn camps(counted: Vec<Counted>, places: &[Place], days: u32, findings: &mut Findings) -> Vec<Camp> {
    let mut camps: Vec<Camp> = Vec::new();
    for (place, source, counts) in counted {
        let Some(place) = place else { continue };
        if places[place].kind != PlaceKind::Camp {
            let name = &places[place].name;
            findings
                .notes
                .push(format!("{LAYOUT}: `{name}` has counts and is no camp; they are left out"));
            continue;
        }
        let observed = (0..days).map(|day| counts.on(i64::from(day))).collect();
        camps.push(Camp { place, observed, source });
    }
    for (i, place) in places.iter().enumerate().filter(|(_, p)| p.kind == PlaceKind::Camp) {
        if !camps.iter().any(|c| c.place == i) {
            let found = format!("no row for the camp `{}`", place.name);
            let allowed = "a row for each camp of locations.csv";
            findings.add_file(LAYOUT, found, allowed, "add its counts, or make it a town");
        }
    }
    if camps.is_empty() && findings.problems.is_empty() {
        let allowed = "a row for at least one camp of locations.csv";
        findings.add_file(LAYOUT, "no camp", allowed, "restore the file");
    }
    camps
}
