//! Aid at source, buffers on the far side, and bars on leaving (evidence 0.3, 1.3).

use bevy_ecs::prelude::*;

use super::parameters::StateStyle;
use super::roster::SourceLine;
use super::rules::{self, lagged};
use super::setting::Setting;
use super::state::{ActionKind, ActionLog, Policies};
use crate::borders::Pressure;
use crate::ids::TerritoryId;
use crate::leadership::state::Leadership;

/// Aid worth a line in the log.
const NOTABLE_AID: f64 = 0.05;

/// Pressure on a line as its neighbour sees it, as old as its information is; 0 in the first days.
fn seen_on(pressure: &Pressure, line: SourceLine, style: &StateStyle) -> f64 {
    let row = lagged(&pressure.index_history, style.decision_delay_days);
    row.map_or(0.0, |row| f64::from(row[line.segment.index()]))
}

/// Neighbours under pressure send aid to where people come from.
pub fn aid_at_source(
    setting: Setting,
    pressure: Res<Pressure>,
    mut policies: ResMut<Policies>,
    mut log: ResMut<ActionLog>,
) {
    let (roster, decisions) = (&setting.roster, &setting.parameters.decisions);
    if !setting.clock.starts_day || roster.source_lines.is_empty() {
        return;
    }
    let gives = setting.mechanisms.source_aid;
    for (o, origin) in setting.map.territories.iter().enumerate() {
        if !setting.parameters.aid_origins.contains(&origin.code) {
            continue;
        }
        // What each neighbour gives meets a share of what the others leave unmet.
        let lines = || roster.source_lines.iter().filter(|l| l.origin.index() == o);
        let unmet = lines().fold(1.0, |unmet, line| {
            let style = roster.style(line.neighbour);
            let index = seen_on(&pressure, *line, style);
            unmet * (1.0 - style.source_aid * rules::ramp(index, decisions.aid_from, 100.0))
        });
        let before = policies.source_aid[o];
        let after =
            if gives { rules::approach(before, 1.0 - unmet, decisions.aid_days) } else { 0.0 };
        policies.source_aid[o] = after;

        // The neighbour that gives most stands for all of them in the log.
        if (before >= NOTABLE_AID) != (after >= NOTABLE_AID) {
            let kind =
                if after >= NOTABLE_AID { ActionKind::SourceAid } else { ActionKind::Withdraw };
            let gift = |line: &SourceLine| {
                let style = roster.style(line.neighbour);
                style.source_aid * seen_on(&pressure, *line, style)
            };
            let giver = lines().max_by(|a, b| gift(a).total_cmp(&gift(b)));
            let actor = giver.map_or(TerritoryId::from_index(o), |l| roster.state(l.neighbour));
            let reason = format!("neighbours' aid at source reaches {after:.2} of 1");
            log.note(setting.by(actor), kind, origin.code.as_str(), reason);
        }
    }
}

/// Neighbours under pressure hold arrivals on the far side of their line, or cease to.
pub fn set_up_buffers(
    setting: Setting,
    pressure: Res<Pressure>,
    mut policies: ResMut<Policies>,
    mut log: ResMut<ActionLog>,
) {
    let (roster, decisions) = (&setting.roster, &setting.parameters.decisions);
    let may = setting.mechanisms.buffer && !roster.source_lines.is_empty();
    if !setting.clock.starts_day || !may {
        return;
    }
    for (t, style) in roster.styles.iter().enumerate().filter(|(_, style)| style.buffer > 0.0) {
        let lines = roster.source_lines.iter().filter(|l| l.neighbour.index() == t);
        let worst = lines.map(|l| seen_on(&pressure, *l, style)).fold(0.0, f64::max);
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
            let holder = TerritoryId::from_index(t);
            let target = format!("buffer of {}", setting.code(holder));
            log.note(setting.by(roster.state(holder)), kind, target, reason);
        }
    }
}

/// A state whose unrest is high and whose control still holds bars its nationals from leaving. Only the condition of the focus
/// is modelled, so only the focus can come to this.
pub fn bar_exits(
    setting: Setting,
    leadership: Res<Leadership>,
    mut policies: ResMut<Policies>,
    mut log: ResMut<ActionLog>,
) {
    let Some(focus) = setting.roles.focus else { return };
    if !setting.clock.starts_day {
        return;
    }
    let style = setting.roster.style(focus);
    let before = policies.exit_bar[focus.index()];
    let nation = leadership.national;
    let barred = setting.mechanisms.exit_bar
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
    policies.exit_bar[focus.index()] = after;
    if (before > 0.0) != (after > 0.0) {
        let kind = if after > 0.0 { ActionKind::ExitBar } else { ActionKind::Withdraw };
        let reason = format!("unrest {:.2}, control {:.2}", nation.unrest, nation.control);
        let target = format!("exit bar of {}", setting.code(focus));
        log.note(setting.by(focus), kind, target, reason);
    }
}
