//! Border crossings: the land cell on each side, and what may pass in a day.

use std::collections::BTreeMap;

use crate::cells::Cell;
use crate::fault::Fault;
use crate::grid::{Grid, Place};
use crate::reading::Table;
use crate::roads::Links;
use crate::writing::{Rows, number};

/// How far the drawn road's own way over a past line may be from the place of the checkpoint, km.
const PAST_KM: f64 = 16.0;
/// Rings of rows and columns in which a cell of each side is looked for.
const REACHES: [i32; 3] = [3, 5, 9];
/// What is paid for a pair that does not touch, or a holder that does not fit, in cells.
const PENALTY_CELLS: f64 = 2.5;
/// Kilometres of a road crossing itself, which no road link counts `[P]`.
const ROAD_KM: f64 = 1.0;

// Persons a day in one direction where nothing is known [P]: by the worse side's road class (0 none), and by mode.
const CAPACITY_BY_ROAD: [u32; 4] = [500, 8000, 4000, 1000];
const CAPACITY_BY_MODE: [(&str, u32); 3] = [("rail", 1000), ("foot", 1500), ("ferry", 500)];
const RAIL_BESIDE_ROAD: u32 = 500;
const PERMIT_BY_ROAD: [u32; 4] = [50, 200, 200, 100];
const PERMIT_BY_MODE: [(&str, u32); 3] = [("rail", 50), ("foot", 100), ("ferry", 50)];

const STATUS: [&str; 5] =
    ["status_1992", "status_2008", "status_2016", "status_2020", "status_2023"];

/// A row of the table of crossings.
#[derive(Clone, Debug)]
pub struct Crossing {
    /// Id.
    pub id: String,
    names: [String; 2],
    /// Territories that it joins.
    pub sides: [String; 2],
    /// Point on the border.
    pub place: Place,
    /// road, rail, foot, ferry, road+rail.
    pub mode: String,
    status: [String; 5],
    /// Number, basis, certainty.
    capacity: Option<(u32, String, String)>,
    permit: Option<(u32, String)>,
    certainty: [String; 2],
    note: String,
    /// The holder column of the line that it lay on, if that line is gone.
    pub line_of: String,
    /// Former holders that a cell should have had: side, column, holder.
    held_before: Vec<(usize, String, String)>,
    /// Towns of a ferry.
    pub ports: [String; 2],
    /// Route and pass, where the crossing is a pass on a route.
    pub at_pass: Option<(String, String)>,
}

/// The cells of a crossing.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// One of each side.
    pub cells: [usize; 2],
    /// What was moved.
    pub notes: Vec<String>,
    /// Length of a ferry's way, km.
    pub km: Option<f64>,
}

/// Reads the table of crossings: those of this region, on the map.
///
/// # Errors
/// When a column lacks or a value does not fit.
pub fn read(
    table: &Table,
    region: &str,
    on_map: &dyn Fn(Place) -> bool,
) -> Result<Vec<Crossing>, Fault> {
    let mut out: Vec<Crossing> = Vec::new();
    for row in table.rows() {
        let place = (row.number("lat")?, row.number("lon")?);
        let regions = row.text("only_regions");
        if !on_map(place) || !(regions.is_empty() || regions.split(' ').any(|r| r == region)) {
            continue;
        }
        let text = |column: &str| row.text(column).to_owned();
        let mode = text("mode");
        if !["road", "rail", "foot", "ferry", "road+rail"].contains(&mode.as_str()) {
            return Err(row.fault("mode", "road, rail, foot, ferry, road+rail"));
        }
        if out.iter().any(|c| c.id == row.text("id")) {
            return Err(row.fault("id", "each id once"));
        }
        let ports = [text("port_a"), text("port_b")];
        if mode == "ferry" && ports.contains(&String::new()) {
            return Err(row.fault("port_a", "the towns of a ferry, in port_a and port_b"));
        }
        let held_before = row
            .text("held_before")
            .split(' ')
            .filter(|w| !w.is_empty())
            .map(|word| {
                let (side, rest) = word.split_once(':')?;
                let (column, holder) = rest.split_once('=')?;
                Some((usize::from(side == "b"), column.to_owned(), holder.to_owned()))
            })
            .collect::<Option<_>>()
            .ok_or_else(|| row.fault("held_before", "words like b:holder_1994_2020=NKR"))?;
        out.push(Crossing {
            id: text("id"),
            names: [text("name_a"), text("name_b")],
            sides: [text("a"), text("b")],
            place,
            mode,
            status: STATUS.map(text),
            capacity: match row.text("capacity_persons_per_day") {
                "" => None,
                _ => Some((
                    row.number("capacity_persons_per_day")?,
                    text("capacity_basis"),
                    text("capacity_certainty"),
                )),
            },
            permit: match row.text("permit_persons_per_day") {
                "" => None,
                _ => Some((row.number("permit_persons_per_day")?, text("permit_certainty"))),
            },
            certainty: [text("position_certainty"), text("status_certainty")],
            note: text("note"),
            line_of: text("line_of"),
            held_before,
            ports,
            at_pass: row
                .text("at_pass")
                .split_once(':')
                .map(|(route, pass)| (route.to_owned(), pass.to_owned())),
        });
    }
    out.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(out)
}

/// What the choice of cells needs to know.
pub struct Ground<'a> {
    /// The grid.
    pub grid: &'a Grid,
    /// The cells.
    pub cells: &'a [Cell],
    /// Columns of holders.
    pub columns: &'a [&'a str],
    /// Cells of towns.
    pub town_cell: &'a BTreeMap<String, usize>,
}

impl Ground<'_> {
    /// How many of the former holders that a side should have had this cell lacks.
    fn misses(&self, cell: usize, crossing: &Crossing, side: usize) -> u32 {
        let wanted = crossing.held_before.iter().filter(|(s, ..)| *s == side);
        let lacks = wanted.filter(|(_, column, holder)| {
            self.columns
                .iter()
                .position(|c| c == column)
                .is_some_and(|i| self.cells[cell].layer.holders[i] != *holder)
        });
        lacks.count() as u32
    }

    /// The two cells, one of each side, that are nearest to the crossing, touch, and had the right holders.
    ///
    /// # Errors
    /// When a side has no land near the crossing, or a ferry's town is not on the map.
    pub fn choose(
        &self,
        crossing: &Crossing,
        territory_of: &dyn Fn(usize) -> String,
    ) -> Result<Chosen, Fault> {
        let grid = self.grid;
        if crossing.mode == "ferry" {
            let port = |name: &String| {
                self.town_cell.get(name).copied().ok_or_else(|| {
                    Fault::new(format!("crossing {}: no town {name} on the map", crossing.id))
                })
            };
            let [a, b] = [port(&crossing.ports[0])?, port(&crossing.ports[1])?];
            let km = Some(grid.km_between(a, b));
            return Ok(Chosen { cells: [a, b], notes: vec!["port towns".to_owned()], km });
        }
        let place = crossing.place;
        let near = |side: &String| {
            let of_side = |i: usize| territory_of(i) == *side;
            let found = REACHES.iter().map(|&reach| grid.within(place, reach, &of_side));
            found.into_iter().find(|f| !f.is_empty()).ok_or_else(|| {
                Fault::new(format!("crossing {}: no land of {side} near it", crossing.id))
            })
        };
        let found = [near(&crossing.sides[0])?, near(&crossing.sides[1])?];
        let width = grid.width_km();
        let mut best: Option<(f64, usize, usize)> = None;
        for &(da, a) in &found[0] {
            for &(db, b) in &found[1] {
                let apart = f64::from(u32::from(!grid.adjacent(a, b)));
                let misses = f64::from(self.misses(a, crossing, 0) + self.misses(b, crossing, 1));
                let cost = da + db + apart * PENALTY_CELLS * width + misses * PENALTY_CELLS * width;
                let less = |old: (f64, usize, usize)| {
                    cost.total_cmp(&old.0).then((a, b).cmp(&(old.1, old.2))).is_lt()
                };
                if best.is_none_or(less) {
                    best = Some((cost, a, b));
                }
            }
        }
        let (_, a, b) = best.unwrap_or_default();
        let notes = self.notes(crossing, [a, b], [found[0][0].1, found[1][0].1]);
        Ok(Chosen { cells: [a, b], notes, km: None })
    }

    /// What was moved to get these cells.
    fn notes(&self, crossing: &Crossing, cells: [usize; 2], nearest: [usize; 2]) -> Vec<String> {
        let grid = self.grid;
        let km = |cell: usize| number(grid.km_to(cell, crossing.place), 1);
        let mut notes = Vec::new();
        for (s, letter) in ["a", "b"].into_iter().enumerate() {
            let (cell, first, side) = (cells[s], nearest[s], &crossing.sides[s]);
            if cell != first {
                notes.push(format!(
                    "{letter}: not the nearest cell of {side} ({} km) but one at {} km, so that the pair touches or had the right holders",
                    km(first),
                    km(cell)
                ));
            } else if Some(cell) != grid.under(crossing.place)
                && grid.km_to(cell, crossing.place) > 1.1 * grid.width_km()
            {
                notes.push(format!("{letter}: nearest cell of {side} is {} km off", km(cell)));
            }
            if self.misses(cell, crossing, s) > 0 {
                notes.push(format!("{letter}: holder differs in some earlier snapshot"));
            }
        }
        if !grid.adjacent(cells[0], cells[1]) {
            let km = number(grid.km_between(cells[0], cells[1]), 1);
            notes.push(format!("the cells do not touch ({km} km apart)"));
        }
        notes
    }

    /// Cells of a crossing of a line that is gone: where a road link crosses the line of that time, else as ever.
    ///
    /// # Errors
    /// When the line's column of holders is unknown, or as [`Ground::choose`].
    pub fn choose_past(&self, crossing: &Crossing, links: &Links) -> Result<Chosen, Fault> {
        let column = self.columns.iter().position(|c| *c == crossing.line_of).ok_or_else(|| {
            let (id, column) = (&crossing.id, &crossing.line_of);
            Fault::new(format!("crossing {id}: no snapshot has the column {column}"))
        })?;
        let holder = |i: usize| self.cells[i].layer.holders[column].clone();
        let mut best: Option<(f64, usize, usize)> = None;
        for &(a, b) in links.keys() {
            for (u, v) in [(a, b), (b, a)] {
                if [holder(u), holder(v)] == crossing.sides {
                    let km = |i: usize| self.grid.km_to(i, crossing.place);
                    let way = (f64::midpoint(km(u), km(v)), u, v);
                    let less = |old: (f64, usize, usize)| {
                        way.0.total_cmp(&old.0).then((u, v).cmp(&(old.1, old.2))).is_lt()
                    };
                    if best.is_none_or(less) {
                        best = Some(way);
                    }
                }
            }
        }
        match best {
            Some((km, u, v)) if crossing.mode == "road" && km <= PAST_KM => Ok(Chosen {
                cells: [u, v],
                km: None,
                notes: vec![format!(
                    "where the drawn road crosses the line, {} km from the point given",
                    number(km, 1)
                )],
            }),
            _ => self.choose(crossing, &holder),
        }
    }
}

impl Crossing {
    /// Persons a day in one direction: a known figure, or the rule by mode and road class.
    fn capacity(&self, class: u8) -> (u32, String, String) {
        if let Some(known) = &self.capacity {
            return known.clone();
        }
        let by_rule = |n: u32, basis: String| (n, basis, "P".to_owned());
        if let Some(&(mode, n)) = CAPACITY_BY_MODE.iter().find(|(m, _)| *m == self.mode) {
            return by_rule(n, format!("rule: {mode}"));
        }
        let n = CAPACITY_BY_ROAD[usize::from(class)];
        let basis = match class {
            0 => "rule: no road drawn".to_owned(),
            _ => format!("rule: road class {class}"),
        };
        if self.mode == "road+rail" {
            return by_rule(n + RAIL_BESIDE_ROAD, basis + " and rail");
        }
        by_rule(n, basis)
    }

    /// Persons a day when only permits or freight pass.
    fn permit(&self, class: u8) -> (u32, String) {
        self.permit.clone().unwrap_or_else(|| {
            let by_mode = PERMIT_BY_MODE.iter().find(|(m, _)| *m == self.mode).map(|(_, n)| *n);
            (by_mode.unwrap_or(PERMIT_BY_ROAD[usize::from(class)]), "P".to_owned())
        })
    }

    fn is_road(&self) -> bool {
        self.mode.starts_with("road")
    }
}

/// Road gates with their sides, for approach roads.
#[must_use]
pub fn road_gates(crossings: &[Crossing]) -> Vec<(&str, [&str; 2])> {
    let gates = crossings.iter().filter(|c| c.is_road());
    gates.map(|c| (c.id.as_str(), [c.sides[0].as_str(), c.sides[1].as_str()])).collect()
}

/// `crossings.csv`.
#[must_use]
pub fn rows(
    grid: &Grid,
    crossings: &[Crossing],
    chosen: &BTreeMap<String, Chosen>,
    links: &Links,
) -> Rows {
    let mut out = Rows::new(&[
        "id",
        "name",
        "name_a",
        "name_b",
        "a",
        "b",
        "mode",
        "lat",
        "lon",
        "cell_a",
        "cell_b",
        "km",
        STATUS[0],
        STATUS[1],
        STATUS[2],
        STATUS[3],
        STATUS[4],
        "capacity_persons_per_day",
        "capacity_basis",
        "capacity_certainty",
        "permit_persons_per_day",
        "permit_certainty",
        "position_certainty",
        "status_certainty",
        "snap_note",
        "note",
    ]);
    let best = crate::roads::class_at(links);
    for c in crossings {
        let Some(Chosen { cells: [a, b], notes, km }) = chosen.get(&c.id) else { continue };
        let classes: Vec<u8> = [a, b].iter().filter_map(|i| best.get(i).copied()).collect();
        let class = if classes.len() == 2 { classes[0].max(classes[1]) } else { 0 };
        let (persons, basis, certainty) = c.capacity(class);
        let (permits, permit_certainty) = c.permit(class);
        let apart = grid.km_between(*a, *b);
        let km = match km {
            Some(km) => *km,
            None if c.is_road() && grid.adjacent(*a, *b) => ROAD_KM,
            None => apart,
        };
        let [name_a, name_b] = c.names.clone();
        let mut row = vec![
            c.id.clone(),
            format!("{name_a} - {name_b}"),
            name_a,
            name_b,
            c.sides[0].clone(),
            c.sides[1].clone(),
            c.mode.clone(),
            number(c.place.0, 4),
            number(c.place.1, 4),
            a.to_string(),
            b.to_string(),
            number(km, 1),
        ];
        row.extend(c.status.clone());
        row.extend([persons.to_string(), basis, certainty, permits.to_string(), permit_certainty]);
        row.extend(c.certainty.clone());
        row.extend([notes.join("; "), c.note.clone()]);
        out.push(row);
    }
    out
}
