//! Aid at source, buffers on the far side, and bars on leaving (evidence 0.3, 1.3).

use bevy_ecs::prelude::*;

use super::roster::{Roster, lagged};
use super::{ActionKind, ActionLog, Policies, rules};
use crate::borders::Pressure;
use crate::leadership::Leadership;
use crate::simulation::ScenarioRes;
use crate::time::Clock;
use crate::world::RunMap;

/// Aid and buffers worth a line in the log.
const NOTABLE_AID: f64 = 0.05;

/// Neighbours under pressure send aid to where people come from, and may hold arrivals on the far side.
pub fn aid_at_source(
    clock: Res<Clock>,
    map: Res<RunMap>,
    scenario: Res<ScenarioRes>,
    roster: Res<Roster>,
    pressure: Res<Pressure>,
    mut policies: ResMut<Policies>,
    mut log: ResMut<ActionLog>,
) {
    if !clock.starts_day || roster.source_lines.is_empty() {
        return;
    }
    let (decisions, mechanisms) = (&scenario.states.decisions, &scenario.mechanisms);
    for origin in map
        .territories
        .iter()
        .enumerate()
        .filter(|(_, t)| scenario.states.aid_origins.contains(&t.code))
    {
        let o = origin.0;
        let mut unmet = 1.0;
        for line in roster.source_lines.iter().filter(|l| l.origin.index() == o) {
            let style = roster.style(line.neighbour);
            let index = lagged(&pressure.index_history, style.decision_delay_days)
                .map_or(0.0, |row| f64::from(row[line.segment.index()]));
            if mechanisms.source_aid {
                unmet *= 1.0 - style.source_aid * rules::ramp(index, decisions.aid_from, 100.0);
            }
        }
        let before = policies.source_aid[o];
        let after = if mechanisms.source_aid {
            rules::approach(before, 1.0 - unmet, decisions.aid_days)
        } else {
            0.0
        };
        policies.source_aid[o] = after;
        if (before >= NOTABLE_AID) != (after >= NOTABLE_AID) {
            let kind =
                if after >= NOTABLE_AID { ActionKind::SourceAid } else { ActionKind::Withdraw };
            let actor = strongest_giver(&roster, &pressure, o)
                .unwrap_or(crate::ids::TerritoryId::from_index(o));
            let reason = format!("neighbours' aid at source reaches {after:.2} of 1");
            log.note(clock.day, actor, kind, origin.1.code.as_str(), reason);
        }
    }
    if !mechanisms.buffer {
        return;
    }
    for t in 0..map.territories.len() {
        let style = &roster.styles[t];
        if style.buffer <= 0.0 {
            continue;
        }
        let row = lagged(&pressure.index_history, style.decision_delay_days);
        let lines = roster.source_lines.iter().filter(|l| l.neighbour.index() == t);
        let worst =
            lines.map(|l| row.map_or(0.0, |r| f64::from(r[l.segment.index()]))).fold(0.0, f64::max);
        let before = policies.buffer[t];
        let mark = if before { decisions.buffer_below } else { decisions.buffer_above };
        let after = worst * style.buffer > mark;
        if after != before {
            policies.buffer[t] = after;
            let kind = if after { ActionKind::Buffer } else { ActionKind::Withdraw };
            let reason = format!(
                "pressure {worst:.0} seen {} d late, inclination {:.2}",
                style.decision_delay_days, style.buffer
            );
            let state = roster.state(crate::ids::TerritoryId::from_index(t));
            log.note(
                clock.day,
                state,
                kind,
                format!("buffer of {}", map.territories[t].code),
                reason,
            );
        }
    }
}

/// The neighbour that gives most to an origin today.
fn strongest_giver(
    roster: &Roster,
    pressure: &Pressure,
    origin: usize,
) -> Option<crate::ids::TerritoryId> {
    let gift = |l: &super::roster::SourceLine| {
        let style = roster.style(l.neighbour);
        let row = lagged(&pressure.index_history, style.decision_delay_days);
        style.source_aid * row.map_or(0.0, |r| f64::from(r[l.segment.index()]))
    };
    let lines = roster.source_lines.iter().filter(|l| l.origin.index() == origin);
    lines.max_by(|a, b| gift(a).total_cmp(&gift(b))).map(|l| roster.state(l.neighbour))
}

/// A state whose unrest is high and whose control still holds bars its nationals from leaving. Only Iran's condition is
/// modelled, so only Iran can come to this.
pub fn bar_exits(
    clock: Res<Clock>,
    map: Res<RunMap>,
    scenario: Res<ScenarioRes>,
    roster: Res<Roster>,
    leadership: Res<Leadership>,
    mut policies: ResMut<Policies>,
    mut log: ResMut<ActionLog>,
) {
    let Some(iran) = roster.iran else { return };
    if !clock.starts_day {
        return;
    }
    let style = roster.style(iran);
    let before = policies.exit_bar[iran.index()].decided;
    let nation = leadership.national;
    let barred = scenario.mechanisms.exit_bar
        && style.exit_bar > 0.0
        && rules::bars_exit(
            before > 0.0,
            nation.unrest,
            nation.control,
            style.exit_bar_above_unrest,
            style.exit_bar_below_unrest,
            style.exit_bar_needs_control,
        );
    let after = if barred { style.exit_bar * nation.control } else { 0.0 };
    policies.exit_bar[iran.index()].decided = after;
    if (before > 0.0) != (after > 0.0) {
        let kind = if after > 0.0 { ActionKind::ExitBar } else { ActionKind::Withdraw };
        let reason = format!("unrest {:.2}, control {:.2}", nation.unrest, nation.control);
        log.note(
            clock.day,
            iran,
            kind,
            format!("exit bar of {}", map.territories[iran.index()].code),
            reason,
        );
    }
}
