//! Crossings: open, permit or closed, by direction and class, decided daily on old information (evidence 1.3).

use bevy_ecs::prelude::*;

use super::parameters::{ByClass, StateStyle};
use super::roster::{Roster, lagged};
use super::rules::{self, ClassStance, Limits, Seen, Turn};
use super::{ActionKind, ActionLog, Passage, Policies, permit_share};
use crate::borders::Pressure;
use crate::geography::{BorderCrossingPoint, CrossingStatus, Map};
use crate::ids::TerritoryId;
use crate::mechanisms::Mechanisms;
use crate::prescribed::Prescribed;
use crate::random::{RunKey, Stream};
use crate::simulation::ScenarioRes;
use crate::time::{Clock, Day};
use crate::world::RunMap;

/// How strict the entering state is at a crossing in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Level of strictness; the passage of a class follows from it.
    pub level: Passage,
    /// Day of the last change; none since the start.
    pub changed: Option<Day>,
    /// Whether a permit corridor runs through a gate that is shut.
    pub corridor: bool,
    /// Days in a row that people have been seen waiting at a shut gate.
    pub stuck_days: u32,
}

/// Standing of every crossing, `by[crossing][direction]`; direction 0 leads from side 0 to side 1.
#[derive(Resource, Clone, Debug, Default)]
pub struct Standings {
    /// By crossing and direction.
    pub by: Vec<[Standing; 2]>,
}

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
pub(super) fn entering(map: &Map, crossing: usize, direction: usize) -> TerritoryId {
    map.crossings[crossing].sides[1 - direction]
}

/// Each state looks at each of its gates as they were some days ago, and opens, restricts or shuts it.
pub fn decide_crossings(
    clock: Res<Clock>,
    key: Res<RunKey>,
    map: Res<RunMap>,
    scenario: Res<ScenarioRes>,
    roster: Res<Roster>,
    pressure: Res<Pressure>,
    mut standings: ResMut<Standings>,
    mut policies: ResMut<Policies>,
    mut log: ResMut<ActionLog>,
) {
    if !clock.starts_day || !scenario.mechanisms.crossing_policy {
        return;
    }
    let decisions = &scenario.states.decisions;
    for (x, point) in map.crossings.iter().enumerate() {
        for direction in 0..2 {
            let holder = entering(&map, x, direction);
            let style = roster.style(holder);
            let delay = style.decision_delay_days;
            let Some(waits) = lagged(&pressure.wait_history, delay) else { continue };
            let index = match (point.segment, lagged(&pressure.index_history, delay)) {
                (Some(segment), Some(row)) => f64::from(row[segment.index()]),
                _ => 0.0,
            };
            let seen = Seen {
                pressure: index,
                wait_in: f64::from(waits[x][direction]),
                wait_out: f64::from(waits[x][1 - direction]),
                permit_share: permit_share(point),
                permits_at_best: base_passage(point.status, &scenario.mechanisms)
                    == Passage::Permit,
            };
            let before = standings.by[x][direction];
            let mut now = before;
            let rested = now.changed.is_none_or(|d| clock.day.since(d) >= decisions.min_dwell_days);
            let shut_on_map = point.status == CrossingStatus::Closed;
            if rested && !shut_on_map {
                let scores = rules::turn_scores(now.level, seen, limits(style));
                let uniform = if style.temperature > 0.0 {
                    key.uniform(Stream::StateDecision, (x * 2 + direction) as u64, clock.day.0)
                } else {
                    0.5
                };
                let turn = rules::turn(scores, style.temperature, uniform);
                if turn != Turn::Keep {
                    now.level = rules::turned(now.level, turn);
                    now.changed = Some(clock.day);
                }
            }
            let shut = shut_on_map || now.level == Passage::Closed;
            now.stuck_days = if shut && seen.wait_in > 0.0 { now.stuck_days + 1 } else { 0 };
            let from = &map.territories[point.sides[direction].index()].code;
            let allowed = !shut_on_map || style.corridor_from.iter().any(|c| c == from);
            let opens = rules::opens_corridor(
                f64::from(now.stuck_days),
                style.corridor_willingness,
                decisions.corridor_after_days,
            );
            now.corridor = shut && allowed && (now.corridor || opens);
            if now == before {
                continue;
            }
            standings.by[x][direction] = now;
            if now.level == before.level && now.corridor == before.corridor {
                continue;
            }
            policies.decide(x, direction, passages(point, style, now, &scenario.mechanisms));
            let kind = match (now.level, now.corridor) {
                (Passage::Open, _) if !shut => ActionKind::OpenCrossing,
                (Passage::Closed, false) => ActionKind::CloseCrossing,
                _ => ActionKind::PermitCrossing,
            };
            let to = &map.territories[holder.index()].code;
            let reason = format!(
                "seen {delay} d late: pressure {index:.0}, wait {:.1} d (shuts above {:.0} or {:.1} d, re-opens below {:.0}){}",
                seen.wait_in,
                style.close_above_pressure,
                style.close_above_wait_days,
                style.reopen_below_pressure,
                if now.corridor { "; permit corridor" } else { "" },
            );
            log.note(
                clock.day,
                roster.state(holder),
                kind,
                format!("{} {from}->{to}", point.id),
                reason,
            );
        }
    }
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
pub fn hold_closed(scenario: Res<ScenarioRes>, map: Res<RunMap>, mut policies: ResMut<Policies>) {
    let closed = &scenario.borders.crossing.closed;
    if closed.is_empty() {
        return;
    }
    for (x, point) in map.crossings.iter().enumerate() {
        if closed.contains(&point.id) {
            (0..2).for_each(|direction| policies.decide(x, direction, [Passage::Closed; 3]));
        }
    }
}

/// System: what the scenario prescribes from now on stands beside what the states decide.
pub fn take_prescribed_policies(prescribed: Res<Prescribed>, mut policies: ResMut<Policies>) {
    for (x, lanes) in policies.passage.iter_mut().enumerate() {
        for (direction, by_class) in lanes.iter_mut().enumerate() {
            for (policy, passage) in by_class.iter_mut().zip(prescribed.passage(x, direction)) {
                policy.prescribed = passage;
            }
        }
    }
    for (state, policy) in policies.exit_bar.iter_mut().enumerate() {
        policy.prescribed = prescribed.exit_bar(TerritoryId::from_index(state));
    }
}
