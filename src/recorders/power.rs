//! `states.csv`, `actions.csv`, `leadership.csv`.

use bevy_ecs::prelude::*;
use jiff::civil::Date;

use crate::geography::Map;
use crate::leadership::Leadership;
use crate::ledger::Ledger;
use crate::output::format::RowWriter;
use crate::simulation::ScenarioRes;
use crate::states::{ActionLog, Reserve};

/// Russia's row of the day.
pub fn record_russia(rows: &mut RowWriter, world: &World, date: Date, seen: usize) {
    let (reserve, ledger) = (world.resource::<Reserve>(), world.resource::<Ledger>());
    rows.start_row(date);
    rows.push_text("RUS");
    rows.push_num(reserve.attention_diverted);
    rows.push_num(reserve.total);
    for &persons in &reserve.allocation {
        rows.push_num(persons);
    }
    rows.push_num(reserve.unallocated);
    rows.push_num(reserve.shadow_price);
    for value in [
        ledger.influence_direct,
        ledger.influence_amplified,
        ledger.arms_days_of_supply,
        ledger.substitution,
        ledger.prestige,
        ledger.capability,
        ledger.access_to_successors,
        ledger.trade,
    ] {
        rows.push_num(value);
    }
    rows.push_count((world.resource::<ActionLog>().actions.len() - seen) as u64);
    rows.end_row();
}

/// One row per new action.
pub fn record_actions(rows: &mut RowWriter, world: &World, map: &Map, date: Date, seen: usize) {
    for action in &world.resource::<ActionLog>().actions[seen..] {
        rows.start_row(date);
        rows.push_text(&map.territories[action.actor.index()].code);
        rows.push_text(action.kind.name());
        rows.push_text(&action.target);
        rows.push_text(&action.reason);
        rows.end_row();
    }
}

/// The leadership's row of the day.
pub fn record_leadership(rows: &mut RowWriter, world: &World, map: &Map, date: Date) {
    let leadership = world.resource::<Leadership>();
    let focus = map.territory(&world.resource::<ScenarioRes>().run.focus_state);
    let controls = map
        .admin1
        .iter()
        .zip(&leadership.provinces)
        .filter(|(unit, _)| Some(unit.state) == focus && unit.population > 0)
        .map(|(_, province)| province.control);
    let (least, most) =
        controls.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), c| (a.min(c), b.max(c)));
    let z = leadership.national;
    rows.start_row(date);
    rows.push_text(leadership.outcome.name());
    for value in
        [z.unrest, z.control, z.cohesion, z.stress, z.outside_pressure, z.alignment, least, most]
    {
        rows.push_num(value);
    }
    let external = &leadership.external;
    for value in [external.sanctions, external.tariffs, external.threat, external.isolation] {
        rows.push_num(value);
    }
    rows.end_row();
}
