//! `pressure.csv`: pressure on each border.

use jiff::civil::Date;

use super::{Columns, Look, Record, RowWriter, border_names, columns};
use crate::borders::parameters::Parameters;
use crate::borders::{Pressure, SegmentPressure, rules};

/// What one row is.
pub const ABOUT: &str = "One row per run, date and border: the pressure index of evidence 1.5, its parts, what each term contributes, and the raw observables behind it. RUS-SOUTH is the aggregate over Russia's southern border. The index is an ordinal composite of load, not a probability of attack; movement of civilians counts as load on services.";

/// A border's day.
pub struct Row<'a> {
    date: Date,
    border: &'a str,
    pressure: &'a SegmentPressure,
    contributions: [f64; 6],
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
            /// Humanitarian (crossing) load D, 0 to 1; 0.5 is demand equal to capacity.
            number("1") humanitarian = r.pressure.humanitarian;
            /// Irregular crossing load N, 0 to 1; 0.5 is the reference flow.
            number("1") irregular = r.pressure.irregular;
            /// Armed presence A, 0 to 1, against the strength of the guard.
            number("1") armed = r.pressure.armed;
            /// Violence V near the line, 0 to 1.
            number("1") violence = r.pressure.violence;
            /// Points of the index that come from the humanitarian load.
            number("1") contribution_humanitarian = r.contributions[0];
            /// Points of the index that come from irregular crossing.
            number("1") contribution_irregular = r.contributions[1];
            /// Points of the index that come from armed presence.
            number("1") contribution_armed = r.contributions[2];
            /// Points of the index that come from violence.
            number("1") contribution_violence = r.contributions[3];
            /// Points of the index that come from vulnerability.
            number("1") contribution_vulnerability = r.contributions[4];
            /// Points of the index that come from impact.
            number("1") contribution_impact = r.contributions[5];
            /// f: persons who arrive at the crossings of the segment.
            number("persons/d") arrivals_persons_per_day = r.pressure.arrivals_per_day;
            /// Q: persons who wait at the crossings.
            number("persons") waiting_persons = r.pressure.waiting;
            /// W: time that a newcomer waits.
            number("h") wait_hours = r.pressure.wait_hours;
            /// i: attempts over the green border.
            number("persons/d") irregular_attempts_per_day = r.pressure.irregular_attempts_per_day;
            /// a: armed strength within 50 km, weighted by distance, per 100 km of line.
            number("fighters/100 km") armed_fighters_per_100km = r.pressure.armed_per_100km;
            /// v: events within 25 km weighted by severity (ln(1 + deaths)) and age, per 100 km of line.
            number("1/100 km") events_severity_per_100km = r.pressure.events_per_100km;
            /// m: flow of illicit goods, 0 to 1.
            number("1") illicit_goods_index = r.pressure.illicit_goods;
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

/// The measures of [`super::Series`], in its order. Each is a column too.
pub const MEASURES: [&str; 15] = [
    "index",
    "threat",
    "vulnerability",
    "impact",
    "humanitarian",
    "irregular",
    "armed",
    "violence",
    "arrivals_persons_per_day",
    "waiting_persons",
    "wait_hours",
    "irregular_attempts_per_day",
    "armed_fighters_per_100km",
    "events_severity_per_100km",
    "illicit_goods_index",
];

/// Position of the pressure index in [`MEASURES`].
pub const INDEX_MEASURE: usize = 0;

/// The values of [`MEASURES`].
#[must_use]
pub fn measures(s: &SegmentPressure) -> [f64; MEASURES.len()] {
    [
        s.index,
        s.threat,
        s.vulnerability,
        s.impact,
        s.humanitarian,
        s.irregular,
        s.armed,
        s.violence,
        s.arrivals_per_day,
        s.waiting,
        s.wait_hours,
        s.irregular_attempts_per_day,
        s.armed_per_100km,
        s.events_per_100km,
        s.illicit_goods,
    ]
}

/// Writes a row for every border, every day.
#[derive(Default)]
pub struct Recorder;

impl Record for Recorder {
    fn record(&mut self, look: &Look<'_>, rows: &mut RowWriter) {
        let parameters = &look.world.resource::<Parameters>().pressure;
        let borders = look.world.resource::<Pressure>().by_border();
        for (border, pressure) in border_names(look.map).zip(borders) {
            let contributions = rules::contributions(parameters, pressure);
            rows.push(&Row { date: look.date(), border, pressure, contributions });
        }
    }
}
