//! `events.csv`: violent events.

use jiff::civil::Date;

use super::{Look, RowWriter, columns};
use crate::conflict::state::{Events, ViolenceType, ViolentEvent};
use crate::geography::Map;

/// What one row is.
pub const ABOUT: &str = "One row per violent event. Positions are centres of map cells: the model has no finer place than its grid.";

/// An event.
pub struct Row<'a> {
    date: Date,
    event: &'a ViolentEvent,
    map: &'a Map,
    cell: usize,
}

columns! { r:
    run;
    dated = r.date;
    /// Code of the state or authority that holds the place.
    text state = &r.map.territories[r.map.cells.territory[r.cell].index()].code;
    /// Code of the first-level unit.
    text admin1 = &r.map.admin1[r.map.cells.admin1[r.cell].index()].code;
    /// PRIO-GRID cell (0.5 degrees).
    integer("1") prio_grid = r.map.cells.prio_grid[r.cell];
    /// Latitude of the centre of the map cell.
    number("degrees") lat = f64::from(r.map.cells.lat[r.cell]);
    /// Longitude of the centre of the map cell.
    number("degrees") lon = f64::from(r.map.cells.lon[r.cell]);
    /// state_based, non_state or one_sided (UCDP).
    text type = kind_name(r.event.kind);
    /// Everybody killed.
    integer("persons") deaths_persons = deaths(r.event);
    /// Fighters of armed groups killed.
    integer("persons") deaths_groups_persons = r.event.deaths_groups;
    /// Persons of state forces killed.
    integer("persons") deaths_state_forces_persons = r.event.deaths_state;
    /// Civilians killed.
    integer("persons") deaths_civilians_persons = r.event.deaths_civilians;
    /// Whether it belongs to one of the Caucasus' own conflicts rather than to Iran's crisis.
    boolean flashpoint = r.event.flashpoint;
}

/// The type of an event as it stands in the table.
const fn kind_name(kind: ViolenceType) -> &'static str {
    match kind {
        ViolenceType::StateBased => "state_based",
        ViolenceType::NonState => "non_state",
        ViolenceType::OneSided => "one_sided",
    }
}

/// Everybody killed in an event.
pub(super) fn deaths(event: &ViolentEvent) -> u64 {
    let of = [event.deaths_groups, event.deaths_state, event.deaths_civilians];
    of.into_iter().map(u64::from).sum()
}

/// Writes the events of the day.
pub fn record(look: &Look<'_>, rows: &mut RowWriter) {
    for event in &look.world.resource::<Events>().today {
        let cell = event.cell.index();
        rows.push(&Row { date: look.date(), event, map: look.map, cell });
    }
}
