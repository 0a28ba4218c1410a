//! Guards: reinforcement out of a finite stock, strain, posts left where control fails (evidence 1.3, 1.5).

use bevy_ecs::prelude::*;

use super::roster::{Roster, lagged};
use super::{ActionKind, ActionLog, Guards, Reserve, rules};
use crate::borders::Pressure;
use crate::leadership::Leadership;
use crate::simulation::ScenarioRes;
use crate::time::Clock;
use crate::world::RunMap;

/// Persons posted to the lines beyond the ordinary guards. What is posted and what is not add up to each state's stock.
#[derive(Resource, Clone, Debug, Default)]
pub struct Posted {
    /// `persons[segment][side]`: persons posted.
    pub persons: Vec<[u64; 2]>,
    /// By governing state: persons that it could post in all.
    pub stock: Vec<u64>,
    /// By governing state: persons of the stock that are not posted.
    pub free: Vec<u64>,
    /// `held[segment][side]`: share of the ordinary guards at their posts, 0 to 1.
    pub held: Vec<[f64; 2]>,
    /// Control on the first day: of Iran, and along each of its lines.
    pub(super) control_at_start: Option<(f64, Vec<f64>)>,
    pub(super) wanted: Vec<f64>,
    pub(super) granted: Vec<u64>,
}

/// Moves guards to the segments under pressure and back, and lets those on duty wear out or rest.
pub fn post_guards(
    clock: Res<Clock>,
    map: Res<RunMap>,
    scenario: Res<ScenarioRes>,
    roster: Res<Roster>,
    pressure: Res<Pressure>,
    leadership: Res<Leadership>,
    reserve: Res<Reserve>,
    mut posted: ResMut<Posted>,
    mut guards: ResMut<Guards>,
    mut log: ResMut<ActionLog>,
) {
    if !clock.starts_day {
        return;
    }
    let posted = &mut *posted;
    let decisions = &scenario.states.decisions;
    let iran_holds = hold_posts(posted, &roster, &leadership, decisions.guards_follow_control);
    for (s, sides) in roster.sides_of.iter().enumerate() {
        if sides.is_empty() {
            continue;
        }
        let state = crate::ids::TerritoryId::from_index(s);
        let style = roster.style(state);
        let seen = lagged(&pressure.index_history, style.decision_delay_days);
        posted.stock[s] = if Some(state) == roster.russia {
            let southern = reserve.allocation[1] + reserve.allocation[3];
            (southern * scenario.states.reserve.border_share) as u64
        } else if Some(state) == roster.iran {
            (style.reinforcement_72h * iran_holds) as u64
        } else {
            style.reinforcement_72h as u64
        };
        posted.wanted.clear();
        for &(segment, side) in sides {
            let index = seen.map_or(0.0, |row| f64::from(row[segment.index()]));
            let here = posted.persons[segment.index()][side];
            let needed =
                index > decisions.reinforce_above || (here > 0 && index > decisions.release_below);
            let want = if needed && scenario.mechanisms.reinforcement {
                let share = rules::ramp(index, decisions.release_below, 100.0);
                share * decisions.reinforce_per_km * map.segments[segment.index()].line_km()
            } else {
                0.0
            };
            posted.wanted.push(want);
        }
        rules::posting(&posted.wanted, posted.stock[s], &mut posted.granted);
        move_guards(
            posted,
            s,
            sides,
            decisions.reinforce_days,
            |posted, segment, before, after| {
                if (before == 0) != (after == 0) {
                    let target = map.segments[segment.index()].name.as_str();
                    let index = seen.map_or(0.0, |row| row[segment.index()]);
                    let kind =
                        if after == 0 { ActionKind::Withdraw } else { ActionKind::Reinforce };
                    let reason = format!(
                        "pressure {index:.0} seen {} d late: {after} posted, stock {}",
                        style.decision_delay_days, posted.stock[s]
                    );
                    log.note(clock.day, state, kind, target, reason);
                }
            },
        );
        let price = if Some(state) == roster.russia {
            (reserve.price_ratio() - 1.0).clamp(0.0, 1.0)
        } else {
            0.0
        };
        for &(segment, side) in sides {
            let (b, i) = (segment.index(), side);
            let index = seen.map_or(0.0, |row| f64::from(row[b]));
            let duty = rules::ramp(index, decisions.strain_from, 100.0);
            let worn = rules::strain_after_day(
                guards.strain[b][i],
                duty,
                decisions.strain_rise_days,
                decisions.strain_decay_days,
            );
            // Evidence 1.5 allows either measure of strain; the worse of the two holds for Russia's lines.
            guards.strain[b][i] = worn.max(price * duty);
            let length = map.segments[b].line_km().max(1.0);
            guards.per_km[b][i] =
                roster.base_guards[b][i] * posted.held[b][i] + posted.persons[b][i] as f64 / length;
        }
    }
    for (b, segment) in map.segments.iter().enumerate() {
        let free = |t| posted.free[roster.state(t).index()] as f64;
        if segment.a == segment.b {
            guards.reserve_72h[b] = free(segment.a);
            guards.per_km[b][1] = guards.per_km[b][0];
            guards.strain[b][1] = guards.strain[b][0];
        } else {
            guards.reserve_72h[b] = free(segment.a) + free(segment.b);
        }
    }
}

/// Share of Iran's ordinary guards at their posts along each line, and of its mobile stock.
fn hold_posts(posted: &mut Posted, roster: &Roster, leadership: &Leadership, exponent: f64) -> f64 {
    if roster.iran.is_none() {
        return 1.0;
    }
    let along = |units: &[crate::ids::AdminId]| {
        units.iter().map(|&u| leadership.province(u).control).sum::<f64>()
            / units.len().max(1) as f64
    };
    let national = leadership.national.control;
    let (at_start, along_at_start) = posted.control_at_start.get_or_insert_with(|| {
        (national, roster.iran_posts.iter().map(|(_, _, units)| along(units)).collect())
    });
    for ((segment, side, units), start) in roster.iran_posts.iter().zip(along_at_start.iter()) {
        posted.held[segment.index()][*side] = rules::posts_held(along(units), *start, exponent);
    }
    rules::posts_held(national, *at_start, exponent)
}

/// Moves towards what was granted: those released return at once, those sent arrive over `days` and never exceed the stock.
fn move_guards(
    posted: &mut Posted,
    state: usize,
    sides: &[(crate::ids::SegmentId, usize)],
    days: f64,
    mut changed: impl FnMut(&Posted, crate::ids::SegmentId, u64, u64),
) {
    let stock = posted.stock[state];
    // A third of the stock a day when it takes three days; at least one person, so that small stocks move at all.
    let per_day = ((stock as f64 / days) as u64).max(1);
    let kept: u64 = sides
        .iter()
        .zip(&posted.granted)
        .map(|(&(b, i), &g)| posted.persons[b.index()][i].min(g))
        .sum();
    let mut can_move = per_day.min(stock - kept);
    let mut there = kept;
    for (k, &(segment, side)) in sides.iter().enumerate() {
        let before = posted.persons[segment.index()][side];
        let stay = before.min(posted.granted[k]);
        let added = (posted.granted[k] - stay).min(can_move);
        can_move -= added;
        there += added;
        posted.persons[segment.index()][side] = stay + added;
        changed(posted, segment, before, stay + added);
    }
    posted.free[state] = stock - there;
}
