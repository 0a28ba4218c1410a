//! `pressure.csv`, and the measures that bands are made of.

use bevy_ecs::prelude::*;
use jiff::civil::Date;

use super::table::{MEASURES, RUSSIA_SOUTH};
use crate::borders::{Pressure, SegmentPressure, rules};
use crate::geography::Map;
use crate::output::format::RowWriter;
use crate::simulation::ScenarioRes;

/// The measures of a border, in the order of [`MEASURES`].
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

/// One row per border.
pub fn record(rows: &mut RowWriter, world: &World, map: &Map, date: Date) {
    let pressure = world.resource::<Pressure>();
    let parameters = &world.resource::<ScenarioRes>().borders.pressure;
    let names = map.segments.iter().map(|s| s.name.as_str()).chain(std::iter::once(RUSSIA_SOUTH));
    for (name, s) in names.zip(pressure.today.iter().chain(std::iter::once(&pressure.southern))) {
        rows.start_row(date);
        rows.push_text(name);
        rows.push_num(s.index);
        rows.push_text(rules::class(s.index));
        for value in
            [s.threat, s.vulnerability, s.impact, s.humanitarian, s.irregular, s.armed, s.violence]
        {
            rows.push_num(value);
        }
        for value in rules::contributions(parameters, s) {
            rows.push_num(value);
        }
        for value in [
            s.arrivals_per_day,
            s.waiting,
            s.wait_hours,
            s.irregular_attempts_per_day,
            s.armed_per_100km,
            s.events_per_100km,
            s.illicit_goods,
            s.guards_per_km,
            s.reserve_72h,
            s.exposed_population,
            s.kin_index,
        ] {
            rows.push_num(value);
        }
        rows.end_row();
    }
}
