//! `whereabouts.csv`: the displaced by cell.

use jiff::civil::Date;

use super::{Look, RowWriter, columns};
use crate::displacement::Population;
use crate::geography::Map;
use crate::ids::CellId;

/// What one row is.
pub const ABOUT: &str = "One row per run, every seventh date from the start, and map cell with displaced people in it, moving or settled. Who went beyond the edge of the map is in displacement.csv alone.";

/// The displaced in a cell on a day.
pub struct Row<'a> {
    date: Date,
    population: &'a Population,
    map: &'a Map,
    cell: usize,
}

columns! { r:
    run;
    dated = r.date;
    /// Code of the first-level unit that the cell lies in.
    text admin1 = &r.map.admin1[r.map.cells.admin1[r.cell].index()].code;
    /// Latitude of the centre of the map cell.
    number("degrees") lat = f64::from(r.map.cells.lat[r.cell]);
    /// Longitude of the centre of the map cell.
    number("degrees") lon = f64::from(r.map.cells.lon[r.cell]);
    /// Displaced people in the cell, moving or settled.
    integer("persons") displaced_persons = r.population.displaced[r.cell];
    /// Those of them outside the state of which they are nationals.
    integer("persons") refugees_persons = r.population.refugees[r.cell];
}

/// Writes the cells with displaced people in them, once a week.
pub fn record(look: &Look<'_>, rows: &mut RowWriter) {
    if !look.is_weekly() {
        return;
    }
    let population = look.world.resource::<Population>();
    // They stand in the order in which groups were met, which is no order to publish.
    let mut cells = population.peopled.clone();
    cells.sort_unstable();
    for cell in cells.into_iter().map(CellId::index) {
        rows.push(&Row { date: look.date(), population, map: look.map, cell });
    }
}
