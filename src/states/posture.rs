//! The posture of the patron: it watches the crisis, acts, or holds back (evidence 0.9, 1.3).

use bevy_ecs::prelude::*;

use super::parameters::{PatronParameters, Posture};
use super::rules;
use super::setting::Setting;
use super::state::{ActionKind, ActionLog, Patron, Reserve};
use crate::leadership::Outcome;
use crate::leadership::state::{Condition, IncumbentAid, Leadership};
use crate::roles::Hears;

/// Whether the incumbent is gone: the outcome is a collapse, and cohesion or control has fallen by a share since day 0, or
/// alignment has turned away.
fn is_gone(outcome: Outcome, start: Condition, now: Condition, fall: f64) -> bool {
    outcome.is_collapse()
        && (now.cohesion < start.cohesion * (1.0 - fall)
            || now.control < start.control * (1.0 - fall)
            || now.alignment < 0.0)
}

/// How much an action is needed, from what level on, and the words for it in the log.
struct Need {
    level: f64,
    threshold: f64,
    words: &'static str,
}

fn need_of(p: &PatronParameters, now: Condition, southern: f64) -> Need {
    let (level, threshold, words) = match p.posture {
        Posture::AidIncumbent => (now.stress, p.aid_above_stress, "economic stress"),
        Posture::ReinforceSouth => {
            (southern, p.reinforce_above_pressure, "perceived southern pressure")
        }
        // A restrained patron weighs the strongest of its actions.
        Posture::Intervene | Posture::Restraint => {
            (1.0 - now.control, p.intervene_above_loss_of_control, "loss of control")
        }
    };
    Need { level, threshold, words }
}

/// The patron watches, acts on its posture, or holds back; after a collapse it drops the incumbent and may reach out.
pub fn take_posture(
    setting: Setting,
    leadership: Res<Leadership>,
    reserve: Res<Reserve>,
    mut patron: ResMut<Patron>,
    mut aid: ResMut<IncumbentAid>,
    mut log: ResMut<ActionLog>,
) {
    let (Some(actor), Some(focus)) = (setting.roles.patron, setting.roles.focus) else { return };
    if !setting.clock.starts_day {
        return;
    }
    let (p, day, now) = (&setting.parameters.patron, setting.clock.day, leadership.national);

    // Is the incumbent gone, and has it been for so long that it is given up?
    let start = *patron.start.get_or_insert(now);
    patron.overcommitted =
        reserve.price_ratio() > setting.parameters.reserve.overcommitment_price_ratio;
    if patron.incumbent_gone.is_none() && is_gone(leadership.outcome, start, now, p.gone_at_fall) {
        patron.incumbent_gone = Some(day);
    }
    let lost_cause =
        patron.incumbent_gone.is_some_and(|d| day.since(d) >= p.drops_incumbent_after_days);

    // Is its action needed, and for how long has it been?
    let need = need_of(p, now, setting.roster.worst_southern(&reserve.perceived));
    let helps_incumbent = matches!(p.posture, Posture::AidIncumbent | Posture::Intervene);
    patron.need = rules::needed(patron.need, need.level, need.threshold, p.ends_below_share)
        && !(helps_incumbent && lost_cause);
    patron.watched_days = if patron.need { patron.watched_days + 1 } else { 0 };

    // It acts once its patience is over. What is under way goes on: overcommitment withholds new actions.
    let restraint = if setting.mechanisms.restraint { p.restraint } else { 0.0 };
    let watched = f64::from(patron.watched_days.saturating_sub(1));
    let may = patron.acting || rules::acts(watched, restraint, p.watch_days, patron.overcommitted);
    let acting = patron.need && may && p.posture != Posture::Restraint;
    let held_back = patron.need && !acting;

    let gone = if lost_cause { ", incumbent given up" } else { "" };
    let ratio = reserve.price_ratio();
    let reason = || {
        let Need { level, threshold, words } = need;
        format!("{words} {level:.2} (mark {threshold:.2}), price of the reserve x{ratio:.2}{gone}")
    };
    let by = setting.by(actor);
    if acting != patron.acting {
        let (kind, front) = turn_of(p.posture, acting, &setting);
        log.note(by, kind, front.unwrap_or_else(|| setting.code(focus)), reason());
    }
    if held_back && !patron.held_back {
        let why = match (p.posture, patron.overcommitted) {
            (_, true) => "overcommitted",
            (Posture::Restraint, _) => "restraint",
            _ => "watches first",
        };
        let reason = format!("{why}: {}", reason());
        log.note(by, ActionKind::Restrain, setting.code(focus), reason);
    }

    patron.restrained_days += u32::from(held_back);
    patron.held_back = held_back;
    patron.acting = acting;
    patron.has_acted |= acting;
    patron.backs_incumbent = acting && helps_incumbent;
    let aids = acting && p.posture == Posture::AidIncumbent;
    aid.0 = if aids { p.aid_share_of_gdp_per_year } else { 0.0 };
    if setting.mechanisms.outreach && p.outreach && patron.incumbent_gone.is_some() {
        for (kind, words) in reach_out(&mut patron, p, reason) {
            log.note(by, kind, setting.code(focus), words);
        }
    }
}

/// What the log calls the beginning or the end of the posture's action, and the front where it happens if it is one.
fn turn_of<'s>(
    posture: Posture,
    begins: bool,
    setting: &'s Setting,
) -> (ActionKind, Option<&'s str>) {
    let kind = match posture {
        _ if !begins => ActionKind::Withdraw,
        Posture::AidIncumbent => ActionKind::AidIncumbent,
        Posture::ReinforceSouth => ActionKind::Reinforce,
        Posture::Intervene | Posture::Restraint => ActionKind::Intervene,
    };
    let lines = setting.roster.fronts.iter().find(|f| f.hears == Hears::Lines);
    let front = lines.filter(|_| posture == Posture::ReinforceSouth);
    (kind, front.map(|f| f.name.as_str()))
}

/// Contacts with successors grow, and open the way to recognition: what of it is worth a line in the log.
fn reach_out(
    patron: &mut Patron,
    p: &PatronParameters,
    reason: impl Fn() -> String,
) -> Vec<(ActionKind, String)> {
    let mut notes = Vec::new();
    if patron.contacts <= 0.0 {
        notes.push((ActionKind::Outreach, format!("incumbent gone: {}", reason())));
    }
    patron.contacts = rules::approach(patron.contacts, 1.0, p.contact_days);
    if !patron.recognised && patron.contacts >= p.recognise_at && !patron.backs_incumbent {
        patron.recognised = true;
        let words = format!("contacts with successors {:.2}", patron.contacts);
        notes.push((ActionKind::Recognise, words));
    }
    notes
}
