//! `pressure.csv`: pressure on each border.

use jiff::civil::Date;

use super::{Columns, Look, RowWriter, border_names, columns};
use crate::borders::components::{self, COUNT, OBSERVED, Quantity, TERMS};
use crate::borders::parameters::Parameters;
use crate::borders::{Pressure, SegmentPressure, rules};

/// What one row is.
pub const ABOUT: &str = "One row per run, date and border: the pressure index of evidence 1.5, its parts, what each term contributes, and the raw observables behind it. RUS-SOUTH is the aggregate over Russia's southern border. The index is an ordinal composite of load, not a probability of attack; movement of civilians counts as load on services.";

/// A border's day.
pub struct Row<'a> {
    date: Date,
    border: &'a str,
    pressure: &'a SegmentPressure,
    contributions: [f64; TERMS],
}

impl super::Row for Row<'_> {
    fn columns(to: &mut impl Columns<Self>) {
        to.run();
        to.dated(|r| r.date);
        to.border(|r| r.border);
        columns! { to, r:
            /// Pressure index, 0 to 100 (ordinal).
            number("1") index = r.pressure.index;
            /// normal below 20, elevated below 40, high below 60, severe below 80, critical.
            text class = rules::class(r.pressure.index);
            /// Threat T, 0 to 1: power mean of the four load components.
            number("1") threat = r.pressure.threat;
            /// Vulnerability U, 0 to 1: what the guard lacks.
            number("1") vulnerability = r.pressure.vulnerability;
            /// Impact I, 0 to 1: exposed people, kin links, strategic value.
            number("1") impact = r.pressure.impact;
        }
        for (i, component) in components::ALL.iter().enumerate() {
            let Quantity { name, unit, about, .. } = component.load;
            to.number(name, unit, about, |r| r.pressure.loads[i]);
        }
        for (i, (term, _)) in components::terms().enumerate() {
            to.number(term.name, term.unit, term.about, |r| r.contributions[i]);
        }
        for (i, observable) in components::observables().enumerate() {
            let Quantity { name, unit, about, .. } = observable.quantity;
            to.number(name, unit, about, |r| r.pressure.observed[i]);
        }
        columns! { to, r:
            /// g: guards along the line.
            number("persons/km") guards_per_km = r.pressure.guards_per_km;
            /// r: reserve that can be there within 72 h.
            number("persons") reserve_72h_persons = r.pressure.reserve_72h;
            /// p: residents within 50 km.
            number("persons") exposed_population_persons = r.pressure.exposed_population;
            /// k: share of them whose community also lives across the line, 0 to 1.
            number("1") kin_index = r.pressure.kin_index;
        }
    }
}

/// The measures beside the components, first in [`MEASURES`].
const LEVELS: [&str; 4] = ["index", "threat", "vulnerability", "impact"];

/// The measures of [`super::Series`], in its order: the index and what makes it, the loads of the components, what is
/// observed of them. Each is a column too.
pub const MEASURES: [&str; LEVELS.len() + COUNT + OBSERVED] = {
    let mut names = [""; LEVELS.len() + COUNT + OBSERVED];
    let mut i = 0;
    while i < names.len() {
        names[i] = if i < LEVELS.len() {
            LEVELS[i]
        } else if i < LEVELS.len() + COUNT {
            components::ALL[i - LEVELS.len()].load.name
        } else {
            components::observable(i - LEVELS.len() - COUNT).quantity.name
        };
        i += 1;
    }
    names
};

/// The values of [`MEASURES`].
pub fn measures(s: &SegmentPressure) -> impl Iterator<Item = f64> {
    let levels = [s.index, s.threat, s.vulnerability, s.impact];
    levels.into_iter().chain(s.loads).chain(s.observed)
}

/// Position of the pressure index in [`MEASURES`].
pub const INDEX_MEASURE: usize = 0;

/// Writes a row for every border, every day.
pub fn record(look: &Look<'_>, rows: &mut RowWriter) {
    let parameters = &look.world.resource::<Parameters>().pressure;
    let borders = look.world.resource::<Pressure>().by_border();
    for (border, pressure) in border_names(look.map).zip(borders) {
        let contributions = rules::contributions(parameters, pressure);
        rows.push(&Row { date: look.date(), border, pressure, contributions });
    }
}

#[cfg(test)]
mod tests {
    use super::super::Table;
    use super::*;

    #[test]
    fn measures_have_the_values_of_their_columns() {
        let mut pressure = SegmentPressure { index: 1.0, threat: 2.0, ..Default::default() };
        (pressure.vulnerability, pressure.impact) = (3.0, 4.0);
        for (i, value) in pressure.loads.iter_mut().chain(&mut pressure.observed).enumerate() {
            *value = 5.0 + i as f64;
        }
        let mut rows = RowWriter::for_run("o", "v", 0, 0);
        let date = jiff::civil::date(2026, 1, 15);
        rows.push(&Row { date, border: "b", pressure: &pressure, contributions: [0.0; TERMS] });
        let line = String::from_utf8(rows.into_bytes()).unwrap();
        let columns = Table::Pressure.columns();
        let fields: std::collections::BTreeMap<&str, &str> =
            columns.iter().map(|c| c.name).zip(line.trim_end().split(',')).collect();
        for (name, value) in MEASURES.into_iter().zip(measures(&pressure)) {
            assert_eq!(fields[name], value.to_string(), "{name}");
        }
        assert_eq!(MEASURES[INDEX_MEASURE], "index");
    }
}
