//! `leadership.csv`: the condition of Iran's leadership.

use jiff::civil::Date;

use super::{Look, RowWriter, columns};
use crate::leadership::Leadership;
use crate::scenario::RunSettings;

/// What one row is.
pub const ABOUT: &str = "One row per run and date: the condition of Iran's leadership that drove the run (evidence 1.4).";

/// The leadership's day.
pub struct Row<'a> {
    date: Date,
    leadership: &'a Leadership,
    /// Lowest and highest control of a province.
    controls: [f64; 2],
}

columns! { r:
    run;
    dated = r.date;
    /// Outcome so far: the prescribed one, or what came out of the hazards.
    text realised_outcome = r.leadership.outcome.name();
    /// U, 0 to 1.
    number("1") unrest = r.leadership.national.unrest;
    /// C: central control, 0 to 1.
    number("1") control = r.leadership.national.control;
    /// K: elite cohesion, 0 to 1.
    number("1") cohesion = r.leadership.national.cohesion;
    /// E: economic stress, 0 to 1.
    number("1") stress = r.leadership.national.stress;
    /// X: outside pressure, 0 to 1.
    number("1") outside_pressure = r.leadership.national.outside_pressure;
    /// A: alignment with Russia, -1 to 1.
    number("1") alignment = r.leadership.national.alignment;
    /// Lowest control of a province of Iran, 0 to 1.
    number("1") province_control_min = r.controls[0];
    /// Highest control of a province of Iran, 0 to 1.
    number("1") province_control_max = r.controls[1];
    /// Level of sanctions, 0 to 1.
    number("1") sanctions = r.leadership.external.sanctions;
    /// Level of tariffs, 0 to 1.
    number("1") tariffs = r.leadership.external.tariffs;
    /// Level of conditional military threat, 0 to 1.
    number("1") threat = r.leadership.external.threat;
    /// Level of diplomatic isolation, 0 to 1.
    number("1") isolation = r.leadership.external.isolation;
}

/// Writes a row a day.
pub fn record(look: &Look<'_>, rows: &mut RowWriter) {
    let leadership = look.world.resource::<Leadership>();
    let focus = look.map.territory(&look.world.resource::<RunSettings>().focus_state);
    let units = look.map.admin1.iter().zip(&leadership.provinces);
    let controls = units
        .filter(|(unit, _)| Some(unit.state) == focus && unit.population > 0)
        .map(|(_, province)| province.control);
    let (least, most) =
        controls.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), c| (a.min(c), b.max(c)));
    rows.push(&Row { date: look.date(), leadership, controls: [least, most] });
}
