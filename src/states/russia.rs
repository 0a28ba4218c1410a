//! Russia: the posture that Moscow takes, and its scarce reserve over six fronts (evidence 0.9, 1.3).

use bevy_ecs::prelude::*;

use super::allocation::{self, Front};
use super::parameters::{MoscowParameters, Parameters, Posture};
use super::roster::Roster;
use super::{ActionKind, ActionLog, FRONTS, Reserve, rules};
use crate::borders::Pressure;
use crate::ids::TerritoryId;
use crate::leadership::{Condition, IncumbentAid, Leadership, Outcome};
use crate::random::{RunKey, Stream};
use crate::simulation::ScenarioRes;
use crate::time::{Clock, Day};
use crate::world::RunMap;

/// A force that Russia has sent into another state's land. Drawn from the reserve; conflict may read it as further state
/// forces in the border provinces.
#[derive(Resource, Clone, Copy, Debug, Default)]
pub struct Intervention {
    /// Persons in the field.
    pub persons: f64,
    /// Where.
    pub territory: Option<TerritoryId>,
}

/// What Moscow does about the crisis. Read by the ledger.
#[allow(clippy::struct_excessive_bools)] // each answers a question of its own
#[derive(Resource, Clone, Debug, Default)]
pub struct Moscow {
    /// Its posture in this scenario.
    pub posture: Posture,
    /// Whether the need for the posture's action (of an intervention, under restraint) is seen.
    pub need: bool,
    /// Days that the need has lasted.
    pub watched_days: u32,
    /// Whether the action is under way.
    pub acting: bool,
    /// Whether it has ever acted.
    pub has_acted: bool,
    /// Days on which a needed action was withheld.
    pub restrained_days: u32,
    /// Whether the price of the reserve is above the mark of overcommitment.
    pub overcommitted: bool,
    /// Day since when the incumbent of Iran counts as gone.
    pub incumbent_gone: Option<Day>,
    /// Whether it gives the incumbent money or forces today.
    pub backs_incumbent: bool,
    /// Contacts with successors, 0 to 1.
    pub contacts: f64,
    /// Whether successors are recognised.
    pub recognised: bool,
    pub(super) start: Option<Condition>,
    pub(super) held_back: bool,
}

/// Identifier of the free share among the draws of parameters.
const FREE_SHARE_DRAW: u64 = 0x5354_0001;

/// Whether the incumbent is gone: the outcome is a collapse, and cohesion or control has fallen by a share since day 0, or
/// alignment has turned away.
fn is_gone(outcome: Outcome, start: Condition, now: Condition, fall: f64) -> bool {
    outcome.is_collapse()
        && (now.cohesion < start.cohesion * (1.0 - fall)
            || now.control < start.control * (1.0 - fall)
            || now.alignment < 0.0)
}

/// Need of an action and its threshold, with the words for the log.
fn need_of(
    action: Posture,
    p: &MoscowParameters,
    now: Condition,
    reserve: &Reserve,
) -> (f64, f64, &'static str) {
    match action {
        Posture::AidIncumbent => (now.stress, p.aid_above_stress, "economic stress"),
        Posture::ReinforceSouth => {
            let southern = reserve.perceived[1].max(reserve.perceived[2]).max(reserve.perceived[3]);
            (southern, p.reinforce_above_pressure, "perceived southern pressure")
        }
        // A restrained Moscow weighs the strongest of its actions.
        Posture::Intervene | Posture::Restraint => {
            (1.0 - now.control, p.intervene_above_loss_of_control, "loss of control")
        }
    }
}

/// Moscow watches, acts on its posture, or holds back; after a collapse it drops the incumbent and may reach out.
pub fn take_posture(
    clock: Res<Clock>,
    map: Res<RunMap>,
    scenario: Res<ScenarioRes>,
    roster: Res<Roster>,
    leadership: Res<Leadership>,
    reserve: Res<Reserve>,
    mut moscow: ResMut<Moscow>,
    mut aid: ResMut<IncumbentAid>,
    mut log: ResMut<ActionLog>,
) {
    let (Some(russia), Some(iran)) = (roster.russia, roster.iran) else { return };
    if !clock.starts_day {
        return;
    }
    let (p, mechanisms) = (&scenario.states.moscow, &scenario.mechanisms);
    let target = map.territories[iran.index()].code.as_str();
    let now = leadership.national;
    let start = *moscow.start.get_or_insert(now);
    moscow.overcommitted =
        reserve.price_ratio() > scenario.states.reserve.overcommitment_price_ratio;
    if moscow.incumbent_gone.is_none() && is_gone(leadership.outcome, start, now, p.gone_at_fall) {
        moscow.incumbent_gone = Some(clock.day);
    }
    let lost_cause =
        moscow.incumbent_gone.is_some_and(|d| clock.day.since(d) >= p.drops_incumbent_after_days);

    let (need, threshold, words) = need_of(p.posture, p, now, &reserve);
    let helps_incumbent = matches!(p.posture, Posture::AidIncumbent | Posture::Intervene);
    moscow.need = rules::needed(moscow.need, need, threshold, p.ends_below_share)
        && !(helps_incumbent && lost_cause);
    moscow.watched_days = if moscow.need { moscow.watched_days + 1 } else { 0 };
    let restraint = if mechanisms.restraint { p.restraint } else { 0.0 };
    let watched = f64::from(moscow.watched_days.saturating_sub(1));
    // What is under way goes on: overcommitment withholds new actions.
    let may = moscow.acting || rules::acts(watched, restraint, p.watch_days, moscow.overcommitted);
    let acting = moscow.need && may && p.posture != Posture::Restraint;
    let reason = || {
        let gone = if lost_cause { ", incumbent given up" } else { "" };
        format!(
            "{words} {need:.2} (mark {threshold:.2}), price of the reserve x{:.2}{gone}",
            reserve.price_ratio()
        )
    };
    if acting != moscow.acting {
        let kind = match p.posture {
            _ if !acting => ActionKind::Withdraw,
            Posture::AidIncumbent => ActionKind::AidIncumbent,
            Posture::ReinforceSouth => ActionKind::Reinforce,
            Posture::Intervene | Posture::Restraint => ActionKind::Intervene,
        };
        let on = if p.posture == Posture::ReinforceSouth { FRONTS[1] } else { target };
        log.note(clock.day, russia, kind, on, reason());
    }
    let held_back = moscow.need && !acting;
    if held_back {
        moscow.restrained_days += 1;
        if !moscow.held_back {
            let why = match (p.posture, moscow.overcommitted) {
                (_, true) => "overcommitted",
                (Posture::Restraint, _) => "restraint",
                _ => "watches first",
            };
            log.note(
                clock.day,
                russia,
                ActionKind::Restrain,
                target,
                format!("{why}: {}", reason()),
            );
        }
    }
    moscow.held_back = held_back;
    moscow.acting = acting;
    moscow.has_acted |= acting;
    moscow.backs_incumbent = acting && helps_incumbent;
    aid.0 = if acting && p.posture == Posture::AidIncumbent {
        p.aid_share_of_gdp_per_year
    } else {
        0.0
    };

    if mechanisms.outreach && p.outreach && moscow.incumbent_gone.is_some() {
        let before = moscow.contacts;
        moscow.contacts = rules::approach(before, 1.0, p.contact_days);
        if before <= 0.0 {
            log.note(
                clock.day,
                russia,
                ActionKind::Outreach,
                target,
                format!("incumbent gone: {}", reason()),
            );
        }
        if !moscow.recognised && moscow.contacts >= p.recognise_at && !moscow.backs_incumbent {
            moscow.recognised = true;
            let words = format!("contacts with successors {:.2}", moscow.contacts);
            log.note(clock.day, russia, ActionKind::Recognise, target, words);
        }
    }
}

/// The reserve on day 0: fronts at their baseline pressure.
pub(super) fn reserve_at_start(p: &Parameters, key: RunKey) -> Reserve {
    let r = &p.reserve;
    let [lo, hi] = r.free_share;
    let share = lo + (hi - lo) * key.uniform(Stream::Parameters, FREE_SHARE_DRAW, 0);
    let total = r.active * share;
    let perceived = r.baseline.in_order();
    let start = allocation::allocate(&fronts(p, perceived, None), total / 1_000.0, r.holding_price);
    let allocation = start.thousands.map(|n| n * 1_000.0);
    let south = allocation[1] + allocation[2] + allocation[3];
    Reserve {
        allocation,
        perceived,
        unallocated: start.unallocated * 1_000.0,
        total,
        price_on_day_0: start.price,
        south_share_on_day_0: if total > 0.0 { south / total } else { 0.0 },
        committed: r.committed,
        shadow_price: start.price,
        attention_diverted: 0.0,
    }
}

/// The fronts as the allocation sees them; with the last allocation, each may shift only so far.
fn fronts(p: &Parameters, perceived: [f64; 6], last: Option<[f64; 6]>) -> [Front; 6] {
    let r = &p.reserve;
    let (weight, effect) = (r.weight.in_order(), r.effect_per_thousand.in_order());
    std::array::from_fn(|k| {
        let (least, most) = last.map_or((0.0, f64::INFINITY), |l| {
            (((l[k] - r.max_shift) / 1_000.0).max(0.0), (l[k] + r.max_shift) / 1_000.0)
        });
        Front { weight: weight[k], pressure: perceived[k], effect: effect[k], least, most }
    })
}

/// Pressure of each front today, 0 to 1, before perception smooths it.
fn observed(p: &Parameters, roster: &Roster, pressure: &Pressure) -> [f64; 6] {
    let r = &p.reserve;
    let worst = |segments: &[crate::ids::SegmentId]| {
        segments
            .iter()
            .filter_map(|s| pressure.today.get(s.index()))
            .map(|s| s.index / 100.0)
            .fold(0.0, f64::max)
    };
    let violence = roster.fronts.direct.iter().filter_map(|s| pressure.today.get(s.index()));
    let violence = violence.map(|s| s.violence).fold(0.0, f64::max);
    let mut seen = r.baseline.in_order();
    let news = [
        0.0,
        worst(&roster.fronts.direct).max(r.upstream_share * worst(&roster.fronts.upstream)),
        violence,
        worst(&roster.fronts.caspian).max(r.caspian_share * worst(&roster.fronts.caspian_upstream)),
        0.0,
        0.0,
    ];
    for (level, new) in seen.iter_mut().zip(news) {
        *level = level.max(new).min(1.0);
    }
    seen
}

/// Perceives the fronts daily, and each week splits the reserve over them; the intervention is drawn from it.
pub fn allocate_reserve(
    clock: Res<Clock>,
    scenario: Res<ScenarioRes>,
    roster: Res<Roster>,
    pressure: Res<Pressure>,
    moscow: Res<Moscow>,
    mut reserve: ResMut<Reserve>,
    mut intervention: ResMut<Intervention>,
) {
    if !clock.starts_day || roster.russia.is_none() {
        return;
    }
    let p = &scenario.states;
    let r = &p.reserve;
    let now = observed(p, &roster, &pressure);
    for (seen, news) in reserve.perceived.iter_mut().zip(now) {
        *seen = rules::approach(*seen, news, r.perception_days);
    }
    if clock.day.0 == 0 || !clock.day.0.is_multiple_of(r.every_days) {
        return;
    }
    let scarce = scenario.mechanisms.scarce_reserve;
    if scarce && reserve.price_ratio() > r.release_price_ratio {
        let freed =
            rules::released(reserve.committed, r.release_per_month, f64::from(r.every_days));
        reserve.committed -= freed;
        reserve.total += freed;
    }
    let wanted = if moscow.acting && moscow.posture == Posture::Intervene {
        p.moscow.intervene_strength
    } else {
        0.0
    };
    let shift = wanted - intervention.persons;
    intervention.persons +=
        shift.clamp(-r.max_shift, r.max_shift).min((reserve.total - intervention.persons).max(0.0));
    intervention.territory = if intervention.persons > 0.0 { roster.iran } else { None };

    let mut fronts =
        fronts(p, reserve.perceived, if scarce { Some(reserve.allocation) } else { None });
    if moscow.acting && moscow.posture == Posture::ReinforceSouth {
        // The floor is reached at the pace at which forces can be shifted.
        let floor = (p.moscow.reinforce_persons / 1_000.0).min(fronts[1].most);
        fronts[1].least = fronts[1].least.max(floor);
    }
    if scarce {
        let budget = (reserve.total - intervention.persons).max(0.0) / 1_000.0;
        let split = allocation::allocate(&fronts, budget, r.holding_price);
        reserve.allocation = split.thousands.map(|n| n * 1_000.0);
        reserve.unallocated = split.unallocated * 1_000.0;
        reserve.shadow_price = split.price;
    } else {
        // Without scarcity each front gets what it asks for at the price of day 0.
        let price = reserve.price_on_day_0;
        reserve.allocation =
            fronts.map(|f| if price > 0.0 { f.asked(price) * 1_000.0 } else { 0.0 });
        reserve.total = reserve.allocation.iter().sum::<f64>() + intervention.persons;
        reserve.unallocated = 0.0;
        reserve.shadow_price = price;
    }
    let south = reserve.allocation[1]
        + reserve.allocation[2]
        + reserve.allocation[3]
        + intervention.persons;
    reserve.attention_diverted =
        rules::attention_diverted(south, reserve.total, reserve.south_share_on_day_0);
}
