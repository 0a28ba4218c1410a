//! Guards: reinforcement out of a finite stock, strain, posts left where control fails (evidence 1.3, 1.5).

use bevy_ecs::prelude::*;

use super::rules::{self, lagged};
use super::setting::Setting;
use super::state::{ActionKind, ActionLog, Guards, Posted, Reserve};
use crate::borders::Pressure;
use crate::ids::{AdminId, SegmentId, TerritoryId};
use crate::leadership::state::Leadership;
use crate::roles::Hears;

/// Moves guards to the segments under pressure and back, and lets those on duty wear out or rest.
pub fn post_guards(
    setting: Setting,
    pressure: Res<Pressure>,
    leadership: Res<Leadership>,
    reserve: Res<Reserve>,
    mut posted: ResMut<Posted>,
    mut guards: ResMut<Guards>,
    mut log: ResMut<ActionLog>,
) {
    if !setting.clock.starts_day {
        return;
    }
    let (posted, guards) = (&mut *posted, &mut *guards);
    let decisions = &setting.parameters.decisions;
    let focus_holds = hold_posts(posted, &setting, &leadership);
    for (s, sides) in setting.roster.sides_of.iter().enumerate().filter(|(_, x)| !x.is_empty()) {
        let state = TerritoryId::from_index(s);
        let delay = setting.roster.style(state).decision_delay_days;
        let seen = lagged(&pressure.index_history, delay).map(Vec::as_slice);

        // What each line would get, and what the stock can give.
        posted.stock[s] = stock_of(&setting, &reserve, state, focus_holds);
        want_guards(posted, &setting, sides, seen);
        rules::posting(&posted.wanted, posted.stock[s], &mut posted.granted);

        // Guards go to their lines and return.
        let stock = posted.stock[s];
        move_guards(posted, s, sides, decisions.reinforce_days, |segment, before, after| {
            if (before == 0) != (after == 0) {
                let target = setting.map.segments[segment.index()].name.as_str();
                let index = seen.map_or(0.0, |row| row[segment.index()]);
                let kind = if after == 0 { ActionKind::Withdraw } else { ActionKind::Reinforce };
                let reason = format!(
                    "pressure {index:.0} seen {delay} d late: {after} posted, stock {stock}"
                );
                log.note(setting.by(state), kind, target, reason);
            }
        });

        // Those on duty wear out. Evidence 1.5 allows the price of the reserve as a measure of it too; the worse of the two
        // holds for the patron's lines.
        let is_patron = Some(state) == setting.roles.patron;
        let price = if is_patron { (reserve.price_ratio() - 1.0).clamp(0.0, 1.0) } else { 0.0 };
        for &(segment, i) in sides {
            let b = segment.index();
            let index = seen.map_or(0.0, |row| f64::from(row[b]));
            let duty = rules::ramp(index, decisions.strain_from, 100.0);
            let worn = rules::strain_after_day(
                guards.strain[b][i],
                duty,
                decisions.strain_rise_days,
                decisions.strain_decay_days,
            );
            guards.strain[b][i] = worn.max(price * duty);
            let length = setting.map.segments[b].line_km().max(1.0);
            guards.per_km[b][i] = setting.roster.base_guards[b][i] * posted.held[b][i]
                + posted.persons[b][i] as f64 / length;
        }
    }
    count_reserves(guards, posted, &setting);
}

/// What can reach each line within 72 h. Both sides of a sea approach are the same guards.
fn count_reserves(guards: &mut Guards, posted: &Posted, setting: &Setting) {
    for (b, segment) in setting.map.segments.iter().enumerate() {
        let free = |t| posted.free[setting.roster.state(t).index()] as f64;
        if segment.a == segment.b {
            guards.reserve_72h[b] = free(segment.a);
            guards.per_km[b][1] = guards.per_km[b][0];
            guards.strain[b][1] = guards.strain[b][0];
        } else {
            guards.reserve_72h[b] = free(segment.a) + free(segment.b);
        }
    }
}

/// Persons that a state can post in all: the patron's stand on its fronts along the lines and the sea; those of the focus leave
/// with its control.
fn stock_of(setting: &Setting, reserve: &Reserve, state: TerritoryId, focus_holds: f64) -> u64 {
    let at_hand = setting.roster.style(state).reinforcement_72h;
    if Some(state) == setting.roles.patron {
        let near = |hears| matches!(hears, Hears::Lines | Hears::Sea);
        let southern = setting.roster.on_fronts(&reserve.allocation, near);
        (southern * setting.parameters.reserve.border_share) as u64
    } else if Some(state) == setting.roles.focus {
        (at_hand * focus_holds) as u64
    } else {
        at_hand as u64
    }
}

/// What a state would post on each of its sides for the pressure that it sees, with hysteresis.
fn want_guards(
    posted: &mut Posted,
    setting: &Setting,
    sides: &[(SegmentId, usize)],
    seen: Option<&[f32]>,
) {
    let decisions = &setting.parameters.decisions;
    posted.wanted.clear();
    for &(segment, side) in sides {
        let index = seen.map_or(0.0, |row| f64::from(row[segment.index()]));
        let here = posted.persons[segment.index()][side];
        let needed =
            index > decisions.reinforce_above || (here > 0 && index > decisions.release_below);
        posted.wanted.push(if needed && setting.mechanisms.reinforcement {
            let share = rules::ramp(index, decisions.release_below, 100.0);
            let length = setting.map.segments[segment.index()].line_km();
            share * decisions.reinforce_per_km * length
        } else {
            0.0
        });
    }
}

/// Share of the ordinary guards of the focus at their posts along each line, and of its mobile stock.
fn hold_posts(posted: &mut Posted, setting: &Setting, leadership: &Leadership) -> f64 {
    if setting.roles.focus.is_none() {
        return 1.0;
    }
    let posts = &setting.roster.focus_posts;
    let exponent = setting.parameters.decisions.guards_follow_control;
    let along = |units: &[AdminId]| {
        let controls = units.iter().map(|&u| leadership.province(u).control);
        controls.sum::<f64>() / units.len().max(1) as f64
    };
    let national = leadership.national.control;
    let (at_start, along_at_start) = posted.control_at_start.get_or_insert_with(|| {
        (national, posts.iter().map(|(_, _, units)| along(units)).collect())
    });
    for ((segment, side, units), start) in posts.iter().zip(along_at_start.iter()) {
        posted.held[segment.index()][*side] = rules::posts_held(along(units), *start, exponent);
    }
    rules::posts_held(national, *at_start, exponent)
}

/// Moves towards what was granted: those released return at once, those sent arrive over `days` and never exceed the stock.
fn move_guards(
    posted: &mut Posted,
    state: usize,
    sides: &[(SegmentId, usize)],
    days: f64,
    mut changed: impl FnMut(SegmentId, u64, u64),
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
        changed(segment, before, stay + added);
    }
    posted.free[state] = stock - there;
}
