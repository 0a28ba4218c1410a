//! Lists (territories, admin-1 units, communities) and the cells themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::about::Settings;
use super::field::Field;
use super::problems::{Problem, Problems};
use super::table::Table;
use crate::geography::grid::Grid;
use crate::geography::{Admin1, CellTable, Territory, TerritoryKind};
use crate::ids::{AdminId, CellId, CommunityId, TerritoryId};

/// A row of `territories.csv`.
struct Holder {
    name: String,
    /// De jure state.
    state: String,
    kind: TerritoryKind,
}

/// A row of `admin1.csv`, with the people that it claims for the map.
struct Unit {
    line: u64,
    code: String,
    name: String,
    state: String,
    population_in_map: u64,
    population_known: Option<u64>,
}

/// The lists that cells refer to.
pub(super) struct Lists {
    holders: BTreeMap<String, Holder>,
    units: Vec<Unit>,
    communities: Vec<String>,
}

/// The cells with everything that hangs on them.
pub(super) struct Land {
    pub(super) cells: CellTable,
    pub(super) grid: Grid,
    pub(super) territories: Vec<Territory>,
    pub(super) admin1: Vec<Admin1>,
    pub(super) communities: Vec<String>,
    /// Who held every cell in each snapshot.
    pub(super) past: Past,
}

impl Land {
    /// Territories in a snapshot (counted from the newest) of the cells at most a cell from a place, by code.
    pub(super) fn near(&self, [lat, lon]: [f64; 2], snapshot: usize) -> Vec<&str> {
        let (y, x) = self.grid.place(lat, lon);
        let mut codes = BTreeSet::new();
        for row in y as i32 - 2..=y as i32 + 2 {
            for col in x as i32 - 2..=x as i32 + 2 {
                let off =
                    |line: i32, at: f64| (f64::from(line) - at).max(at - f64::from(line) - 1.0);
                if off(row, y).max(off(col, x)) <= 1.0 + 1e-6
                    && let Some(cell) = self.grid.at(row, col)
                {
                    codes.insert(self.past.code(snapshot, cell));
                }
            }
        }
        codes.into_iter().collect()
    }
}

/// Territories of the cells in every snapshot, newest first, for the files that name territories.
#[derive(Default)]
pub(super) struct Past {
    codes: Vec<String>,
    by_snapshot: Vec<Vec<u8>>,
    /// The snapshot of the as-of date, counted from the newest.
    pub(super) chosen: usize,
}

impl Past {
    /// Territory code of a cell in the newest snapshot, which `places.csv` and others speak of.
    pub(super) fn latest(&self, cell: CellId) -> &str {
        self.code(0, cell)
    }

    /// The newest snapshot, counted from the newest of all, in which these two cells had these territories.
    pub(super) fn last_with(&self, cells: [CellId; 2], codes: [&str; 2]) -> Option<usize> {
        (0..self.by_snapshot.len()).find(|&s| cells.map(|c| self.code(s, c)) == codes)
    }

    fn code(&self, snapshot: usize, cell: CellId) -> &str {
        &self.codes[usize::from(self.by_snapshot[snapshot][cell.index()])]
    }

    fn push(&mut self, snapshot: usize, code: &str) {
        // Codes are few: `read_holders` admits 250.
        let known = self.codes.iter().position(|c| c == code).unwrap_or_else(|| {
            self.codes.push(code.to_owned());
            self.codes.len() - 1
        });
        self.by_snapshot[snapshot].push(known as u8);
    }
}

pub(super) fn read_lists(
    territories: &Table,
    admin1: &Table,
    communities: &Table,
    problems: &mut Problems,
) -> Option<Lists> {
    let holders = read_holders(territories, problems);
    let units = read_units(admin1, problems);
    let communities = read_communities(communities, problems);
    Some(Lists { holders: holders?, units: units?, communities: communities? })
}

fn repeated(field: &Field<'_>) -> Problem {
    field.problem(
        format!("{} again", field.quoted()),
        "each name once",
        "remove or rename one of the rows",
    )
}

/// More rows than an id can count.
fn check_count(table: &Table, limit: usize, problems: &mut Problems) -> bool {
    let rows = table.rows().len();
    if rows > limit {
        problems.add_file(
            table.file,
            format!("{rows} rows"),
            format!("at most {limit}"),
            "merge rows",
        );
    }
    rows <= limit
}

fn read_holders(table: &Table, problems: &mut Problems) -> Option<BTreeMap<String, Holder>> {
    let [code, name, state, kind] =
        table.columns(["territory", "name", "state", "kind"], problems)?;
    if !check_count(table, 250, problems) {
        return None;
    }
    let kinds = [
        ("state", TerritoryKind::State),
        ("de_facto", TerritoryKind::DeFacto),
        ("exclave", TerritoryKind::Exclave),
    ];
    let mut holders = BTreeMap::new();
    let is_state = |r: &super::table::Row<'_>| r.field(kind).text == "state";
    let states: BTreeMap<String, TerritoryKind> = table
        .rows()
        .filter(is_state)
        .map(|r| (r.field(code).text.to_owned(), TerritoryKind::State))
        .collect();
    for row in table.rows() {
        let kind = row.field(kind).word(&kinds, problems);
        let known = row.field(state).listed(&states, "territories.csv (of kind state)", problems);
        let (Some(kind), Some(_)) = (kind, known) else { continue };
        let holder = Holder {
            name: row.field(name).text.to_owned(),
            state: row.field(state).text.to_owned(),
            kind,
        };
        if holders.insert(row.field(code).text.to_owned(), holder).is_some() {
            problems.add(repeated(&row.field(code)));
        }
    }
    Some(holders)
}

fn read_units(table: &Table, problems: &mut Problems) -> Option<Vec<Unit>> {
    let [code, name, state, in_map, known] = table
        .columns(["admin1", "name", "state", "population_in_map", "population_known"], problems)?;
    if !check_count(table, usize::from(u16::MAX), problems) {
        return None;
    }
    let mut seen = BTreeSet::new();
    let mut units = Vec::new();
    for row in table.rows() {
        if !seen.insert(row.field(code).text) {
            problems.add(repeated(&row.field(code)));
        }
        let known = row.field(known);
        units.push(Unit {
            line: row.line,
            code: row.field(code).text.to_owned(),
            name: row.field(name).text.to_owned(),
            state: row.field(state).text.to_owned(),
            population_in_map: row.field(in_map).whole(0, u64::MAX, problems).unwrap_or(0),
            population_known: if known.text.is_empty() {
                None
            } else {
                known.whole(0, u64::MAX, problems)
            },
        });
    }
    Some(units)
}

fn read_communities(table: &Table, problems: &mut Problems) -> Option<Vec<String>> {
    let [name] = table.columns(["community"], problems)?;
    if !check_count(table, 250, problems) {
        return None;
    }
    let mut names: Vec<String> = Vec::new();
    for row in table.rows() {
        let field = row.field(name);
        if names.iter().any(|n| n == field.text) {
            problems.add(repeated(&field));
        }
        names.push(field.text.to_owned());
    }
    Some(names)
}

impl Lists {
    /// The territory of a cell: an exclave is one of its own while its state holds it.
    fn territory_of<'a>(&self, holder: &'a str, part: &'a str) -> &'a str {
        if self.holders.get(part).is_some_and(|p| p.state == holder) { part } else { holder }
    }
}

/// What cells may name.
struct Names {
    holders: BTreeMap<String, TerritoryKind>,
    states: BTreeMap<String, TerritoryKind>,
    parts: BTreeMap<String, TerritoryKind>,
    units: BTreeMap<String, AdminId>,
    communities: BTreeMap<String, CommunityId>,
}

impl Names {
    fn of(lists: &Lists) -> Self {
        let kinds = |wanted: &[TerritoryKind]| {
            let some = lists.holders.iter().filter(|(_, h)| wanted.contains(&h.kind));
            some.map(|(code, h)| (code.clone(), h.kind)).collect()
        };
        Self {
            holders: kinds(&[TerritoryKind::State, TerritoryKind::DeFacto]),
            states: kinds(&[TerritoryKind::State]),
            parts: kinds(&[TerritoryKind::Exclave]),
            units: lists
                .units
                .iter()
                .enumerate()
                .map(|(i, u)| (u.code.clone(), AdminId::from_index(i)))
                .collect(),
            communities: lists
                .communities
                .iter()
                .enumerate()
                .map(|(i, c)| (c.clone(), CommunityId::from_index(i)))
                .collect(),
        }
    }
}

/// Codes of a cell that become ids once all territories are known.
struct Codes {
    territory: String,
    state: String,
}

/// Reads the cells. Faulty values are replaced, so that the reading can go on and find the other faults.
pub(super) fn read_cells(
    table: &Table,
    lists: Lists,
    settings: &Settings,
    problems: &mut Problems,
) -> Option<Land> {
    let before = problems.count();
    let about = &settings.about;
    let mut grid = Grid::empty(about.bbox, about.cell_degrees, about.nx, about.ny);
    let mut cells = CellTable::default();
    let mut codes = Vec::new();

    let fixed = table.columns(FIXED, problems);
    let mut holders = Vec::new();
    for column in &settings.holder_columns {
        let [column] = table.columns([column.as_str()], problems)?;
        holders.push(column);
    }
    let mut past = Past {
        codes: Vec::new(),
        by_snapshot: vec![Vec::new(); holders.len()],
        chosen: settings.snapshot,
    };
    let mut emptied = Vec::new();
    let mut left: Vec<(usize, u32)> = Vec::new();
    for (column, code) in &settings.emptied {
        let [column] = table.columns([column.as_str()], problems)?;
        emptied.push((column, code));
    }
    let columns = fixed?;
    if table.rows().len() == 0 {
        problems.add_file(
            table.file,
            "no cells",
            "at least one land cell",
            "restore the rows of the file",
        );
        return None;
    }

    let names = Names::of(&lists);

    let mut expected = 0_u64;
    for row in table.rows() {
        let [
            id,
            r,
            c,
            lat,
            lon,
            land,
            state,
            part,
            admin1,
            people,
            community,
            share,
            height,
            rough,
            class,
            months,
            coast,
            prio,
        ] = columns.map(|column| row.field(column));
        expected = check_id(&id, expected, problems);
        let row_number = r.whole(0, about.ny as u64 - 1, problems);
        let col_number = c.whole(0, about.nx as u64 - 1, problems);
        let (row_index, col_index) = (row_number.unwrap_or(0), col_number.unwrap_or(0));
        let cell = CellId::from_index(cells.len());
        if row_number.is_some()
            && col_number.is_some()
            && let Some(first) = grid.put(row_index as usize, col_index as usize, cell)
        {
            let found = format!("row {row_index}, col {col_index} again");
            let allowed = format!("one cell in each place (it is that of cell {})", first.0);
            problems.add(r.problem(found, allowed, "correct row and col of one of the two"));
        }
        cells.row.push(row_index as u16);
        cells.col.push(col_index as u16);
        let centre_lat = row_number.map(|_| grid.line_lat(row_index as f64 + 0.5));
        let centre_lon = col_number.map(|_| grid.line_lon(col_index as f64 + 0.5));
        cells.lat.push(position(
            &lat,
            [about.bbox[1], about.bbox[3]],
            centre_lat,
            about.cell_degrees,
            problems,
        ));
        cells.lon.push(position(
            &lon,
            [about.bbox[0], about.bbox[2]],
            centre_lon,
            about.cell_degrees,
            problems,
        ));
        // Residents live on land: densities are taken over the land of a cell.
        let land_share = land.real(0.0, 1.0, problems).unwrap_or(1.0);
        cells.area_km2.push((grid.area_km2(row_index as usize) * land_share) as f32);

        state.listed(&names.states, "territories.csv (of kind state)", problems);
        for (i, &holder) in holders.iter().enumerate() {
            let held_by = row.field(holder);
            // A column that serves two snapshots is told once.
            if settings.holder_columns[..i].iter().all(|c| *c != settings.holder_columns[i]) {
                held_by.listed(
                    &names.holders,
                    "territories.csv (of kind state or de_facto)",
                    problems,
                );
            }
            past.push(i, lists.territory_of(held_by.text, part.text));
        }
        if !part.text.is_empty() {
            part.listed(&names.parts, "territories.csv (of kind exclave)", problems);
        }
        let territory = past.code(settings.snapshot, cell).to_owned();
        codes.push(Codes { territory, state: state.text.to_owned() });

        cells.admin1.push(admin1.listed(&names.units, "admin1.csv", problems).unwrap_or_default());
        let gone = emptied.iter().any(|(column, code)| row.field(*column).text == code.as_str());
        let people = people.whole(0, u64::from(u32::MAX), problems).unwrap_or(0) as u32;
        if gone {
            left.push((cells.population.len(), people));
        }
        cells.population.push(if gone { 0 } else { people });
        cells.community.push(
            community.listed(&names.communities, "communities.csv", problems).unwrap_or_default(),
        );
        cells.community_share.push(share.real(0.0, 1.0, problems).unwrap_or(0.0) as f32);
        cells.elevation.push(height.real(-500.0, 9000.0, problems).unwrap_or(0.0) as f32);
        cells.ruggedness.push(rough.real(0.0, 5000.0, problems).unwrap_or(0.0) as f32);
        cells.road_class.push(class.whole(0, 3, problems).unwrap_or(0) as u8);
        cells.road_months_open.push(months.whole(0, 12, problems).unwrap_or(0) as u8);
        cells.coast.push(coast.word(&[("", 0), ("sea", 1), ("caspian", 2)], problems).unwrap_or(0));
        cells.prio_grid.push(prio.whole(0, u64::from(u32::MAX), problems).unwrap_or(0) as u32);
    }
    if problems.count() > before {
        return None;
    }
    let territories = number_territories(&lists, &codes, &mut cells);
    let admin1 = number_units(&lists, &territories, &cells, &left, problems);
    Some(Land { cells, grid, territories, admin1, communities: lists.communities, past })
}

/// The columns of `cells.csv` whose names do not depend on the map.
const FIXED: [&str; 18] = [
    "cell",
    "row",
    "col",
    "lat",
    "lon",
    "land_fraction",
    "state",
    "territory_part",
    "admin1",
    "population",
    "community",
    "community_share",
    "elevation_m",
    "ruggedness_m",
    "road_class",
    "road_months_open",
    "coast",
    "prio_grid",
];

/// Cell numbers count the rows; after a fault the count goes on from the number found, so that one fault is one problem.
fn check_id(field: &Field<'_>, expected: u64, problems: &mut Problems) -> u64 {
    let Some(id) = field.whole(0, u64::from(u32::MAX) - 1, problems) else { return expected + 1 };
    if id != expected {
        let what = if id < expected { "a repeat" } else { "a hole" };
        let found = format!("{id} ({what})");
        problems.add(field.problem(
            found,
            format!("{expected}: cells are numbered 0, 1, 2, ... without holes"),
            "restore the missing row or number the cells anew",
        ));
    }
    id + 1
}

/// A coordinate inside the map, at the centre of its row or column.
fn position(
    field: &Field<'_>,
    [low, high]: [f64; 2],
    centre: Option<f64>,
    cell_degrees: f64,
    problems: &mut Problems,
) -> f32 {
    let Some(value) = field.real(low, high, problems) else { return low as f32 };
    if let Some(centre) = centre
        && (value - centre).abs() > cell_degrees / 10.0
    {
        let allowed = format!("{centre:.4}, the centre of its row and col");
        problems.add(field.problem(field.quoted(), allowed, "correct this value, row or col"));
    }
    value as f32
}

/// Numbers the territories that exist at the as-of date by code, and gives each its cells.
fn number_territories(lists: &Lists, codes: &[Codes], cells: &mut CellTable) -> Vec<Territory> {
    // The states behind holders and exclaves are there even if they hold no cell of their own at the date.
    let mut present: BTreeSet<&str> =
        codes.iter().flat_map(|c| [c.territory.as_str(), c.state.as_str()]).collect();
    let states: Vec<&str> =
        present.iter().filter_map(|c| lists.holders.get(*c)).map(|h| h.state.as_str()).collect();
    present.extend(states);
    let ids: BTreeMap<&str, TerritoryId> =
        present.iter().enumerate().map(|(i, c)| (*c, TerritoryId::from_index(i))).collect();
    let mut territories: Vec<Territory> = present
        .iter()
        .map(|code| {
            let holder = &lists.holders[*code];
            let governor =
                if holder.kind == TerritoryKind::Exclave { holder.state.as_str() } else { code };
            Territory {
                code: (*code).to_owned(),
                name: holder.name.clone(),
                kind: holder.kind,
                governed_by: ids[governor],
                population: 0,
                cells: Vec::new(),
                destinations: 0..0,
            }
        })
        .collect();
    for (i, code) in codes.iter().enumerate() {
        let id = ids[code.territory.as_str()];
        let territory = &mut territories[id.index()];
        cells.territory.push(id);
        cells.state.push(ids[code.state.as_str()]);
        cells.local.push(territory.cells.len() as u32);
        territory.cells.push(CellId::from_index(i));
        territory.population += u64::from(cells.population[i]);
    }
    territories
}

/// Units with the people of their cells, which must be those that `admin1.csv` names.
fn number_units(
    lists: &Lists,
    territories: &[Territory],
    cells: &CellTable,
    left: &[(usize, u32)],
    problems: &mut Problems,
) -> Vec<Admin1> {
    let mut people = vec![0_u64; lists.units.len()];
    for i in 0..cells.len() {
        people[cells.admin1[i].index()] += u64::from(cells.population[i]);
    }
    // The sums of the file are those of its rows; who had left by the as-of date is taken off afterwards.
    let mut gone = vec![0_u64; people.len()];
    for &(i, persons) in left {
        gone[cells.admin1[i].index()] += u64::from(persons);
    }
    people.iter_mut().zip(&gone).for_each(|(all, gone)| *all += gone);
    let mut units = Vec::new();
    for ((unit, &population), gone) in lists.units.iter().zip(&people).zip(gone) {
        let at = |column: &str, found: String, allowed: String, next: &str| Problem {
            file: "admin1.csv".to_owned(),
            line: Some(unit.line),
            column: Some(column.to_owned()),
            found,
            allowed,
            next: next.to_owned(),
        };
        let Some(state) =
            territories.iter().position(|t| t.code == unit.state && t.kind == TerritoryKind::State)
        else {
            problems.add(at(
                "state",
                format!("`{}`", unit.state),
                "a state that has cells".to_owned(),
                "correct the state or remove the unit",
            ));
            continue;
        };
        if unit.population_in_map != population {
            problems.add(at(
                "population_in_map",
                format!("{} for `{}`", unit.population_in_map, unit.code),
                format!("{population}, the sum of its cells in cells.csv"),
                "restore lost rows of cells.csv, or write the new sum",
            ));
        }
        units.push(Admin1 {
            code: unit.code.clone(),
            name: unit.name.clone(),
            state: TerritoryId::from_index(state),
            population: population - gone,
            population_known: unit.population_known,
        });
    }
    units
}
