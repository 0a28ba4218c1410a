//! Crossings: open, permit or closed, by direction and class, decided daily on old information (evidence 1.3).

use bevy_ecs::prelude::*;

use super::parameters::{ByClass, Passage, StateStyle};
use super::rules::{self, ClassStance, Limits, Seen, Turn, lagged};
use super::setting::Setting;
use super::state::{ActionKind, ActionLog, Policies, Standing, Standings, permit_share};
use crate::borders::Pressure;
use crate::borders::parameters::Parameters as BorderParameters;
use crate::geography::{BorderCrossingPoint, CrossingStatus, Map};
use crate::mechanisms::Mechanisms;
use crate::random::{RunKey, Stream};
use crate::world::RunMap;

/// The map's standing of a crossing as a passage. Without entry policies only closed lines stay closed.
#[must_use]
pub fn base_passage(status: CrossingStatus, mechanisms: &Mechanisms) -> Passage {
    match status {
        CrossingStatus::Closed => Passage::Closed,
        CrossingStatus::Restricted | CrossingStatus::Freight if mechanisms.entry_policy => {
            Passage::Permit
        }
        _ => Passage::Open,
    }
}

/// Passage of each class at a standing.
pub(super) fn passages(
    point: &BorderCrossingPoint,
    style: &StateStyle,
    standing: Standing,
    mechanisms: &Mechanisms,
) -> [Passage; 3] {
    let base = base_passage(point.status, mechanisms);
    let free = ByClass {
        own_or_kin: Passage::Open,
        neighbour: Passage::Open,
        third_country: Passage::Open,
    };
    let (start, pressed) = if mechanisms.entry_policy {
        (style.entry_at_start, style.entry_under_pressure)
    } else {
        (free, free)
    };
    let (start, pressed) = (start.in_order(), pressed.in_order());
    std::array::from_fn(|class| {
        let stance =
            ClassStance { base, start: start[class], pressed: pressed[class], own: class == 0 };
        rules::class_passage(standing.level, stance, standing.corridor)
    })
}

/// The state on whose land a direction ends decides who enters.
pub(super) fn entering(map: &Map, crossing: usize, direction: usize) -> crate::ids::TerritoryId {
    map.crossings[crossing].sides[1 - direction]
}

/// What the entering state knows of a gate, as old as its information is; none in the first days.
fn look_at_gate(
    setting: &Setting,
    pressure: &Pressure,
    x: usize,
    direction: usize,
) -> Option<Seen> {
    let point = &setting.map.crossings[x];
    let delay = setting.roster.style(entering(&setting.map, x, direction)).decision_delay_days;
    let waits = lagged(&pressure.wait_history, delay)?[x];
    let index = match (point.segment, lagged(&pressure.index_history, delay)) {
        (Some(segment), Some(row)) => f64::from(row[segment.index()]),
        _ => 0.0,
    };
    Some(Seen {
        pressure: index,
        wait_in: f64::from(waits[direction]),
        wait_out: f64::from(waits[1 - direction]),
        permit_share: permit_share(point),
        permits_at_best: base_passage(point.status, &setting.mechanisms) == Passage::Permit,
    })
}

/// How the standing of a gate goes on from today, and whether it is shut but for a corridor.
fn next_standing(
    setting: &Setting,
    x: usize,
    direction: usize,
    before: Standing,
    seen: Seen,
    luck: impl Fn() -> f64,
) -> (Standing, bool) {
    let (day, decisions) = (setting.clock.day, &setting.parameters.decisions);
    let point = &setting.map.crossings[x];
    let style = setting.roster.style(entering(&setting.map, x, direction));
    let mut now = before;

    // One step stricter or looser, once the last change has stood for a while.
    let rested = now.changed.is_none_or(|d| day.since(d) >= decisions.min_dwell_days);
    let shut_on_map = point.status == CrossingStatus::Closed;
    if rested && !shut_on_map {
        let scores = rules::turn_scores(now.level, seen, limits(style));
        let uniform = if style.temperature > 0.0 { luck() } else { 0.5 };
        let turn = rules::turn(scores, style.temperature, uniform);
        if turn != Turn::Keep {
            now.level = rules::turned(now.level, turn);
            now.changed = Some(day);
        }
    }

    // A permit corridor for those who are stuck at a shut gate.
    let shut = shut_on_map || now.level == Passage::Closed;
    now.stuck_days = if shut && seen.wait_in > 0.0 { now.stuck_days + 1 } else { 0 };
    let from = setting.code(point.sides[direction]);
    let allowed = !shut_on_map || style.corridor_from.iter().any(|c| c == from);
    let stuck = f64::from(now.stuck_days);
    let opens =
        rules::opens_corridor(stuck, style.corridor_willingness, decisions.corridor_after_days);
    now.corridor = shut && allowed && (now.corridor || opens);
    (now, shut)
}

/// Each state looks at each of its gates as they were some days ago, and opens, restricts or shuts it.
pub fn decide_crossings(
    setting: Setting,
    key: Res<RunKey>,
    pressure: Res<Pressure>,
    mut standings: ResMut<Standings>,
    mut policies: ResMut<Policies>,
    mut log: ResMut<ActionLog>,
) {
    let (clock, map) = (&setting.clock, &setting.map);
    if !clock.starts_day || !setting.mechanisms.crossing_policy {
        return;
    }
    for x in 0..map.crossings.len() {
        for direction in 0..2 {
            let Some(seen) = look_at_gate(&setting, &pressure, x, direction) else { continue };
            let before = standings.by[x][direction];
            let id = (x * 2 + direction) as u64;
            let luck = || key.uniform(Stream::StateDecision, id, clock.day.0);
            let (now, shut) = next_standing(&setting, x, direction, before, seen, luck);
            standings.by[x][direction] = now;
            if now.level == before.level && now.corridor == before.corridor {
                continue;
            }
            let (point, holder) = (&map.crossings[x], entering(map, x, direction));
            let style = setting.roster.style(holder);
            policies.passage[x][direction] = passages(point, style, now, &setting.mechanisms);
            let kind = match (now.level, now.corridor) {
                (Passage::Open, _) if !shut => ActionKind::OpenCrossing,
                (Passage::Closed, false) => ActionKind::CloseCrossing,
                _ => ActionKind::PermitCrossing,
            };
            let (from, to) = (setting.code(point.sides[direction]), setting.code(holder));
            log.note(
                setting.by(setting.roster.state(holder)),
                kind,
                format!("{} {from}->{to}", point.id),
                reason(style, seen, now.corridor),
            );
        }
    }
}

/// The reading that led to a decision at a gate, in words and numbers.
fn reason(style: &StateStyle, seen: Seen, corridor: bool) -> String {
    format!(
        "seen {} d late: pressure {:.0}, wait {:.1} d (shuts above {:.0} or {:.1} d, re-opens below {:.0}){}",
        style.decision_delay_days,
        seen.pressure,
        seen.wait_in,
        style.close_above_pressure,
        style.close_above_wait_days,
        style.reopen_below_pressure,
        if corridor { "; permit corridor" } else { "" },
    )
}

fn limits(style: &StateStyle) -> Limits {
    Limits {
        close_wait: style.close_above_wait_days,
        close_pressure: style.close_above_pressure,
        reopen_pressure: style.reopen_below_pressure,
        reopen_wait: style.reopen_below_wait_days,
        switch_cost: style.switch_cost,
    }
}

/// System: crossings that the scenario holds closed (`borders.crossing.closed`) stay closed, whatever states decide.
pub fn hold_closed(
    borders: Res<BorderParameters>,
    map: Res<RunMap>,
    mut policies: ResMut<Policies>,
) {
    let closed = &borders.crossing.closed;
    if closed.is_empty() {
        return;
    }
    for (x, point) in map.crossings.iter().enumerate() {
        if closed.contains(&point.id) {
            policies.passage[x] = [[Passage::Closed; 3]; 2];
        }
    }
}
