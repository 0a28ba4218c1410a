//! The accounts of a day.

use bevy_ecs::prelude::*;

use super::parameters::{Arms, Category, Influence, Parameters, Prestige};
use super::rules;
use super::state::{Ledger, Start, Terms};
use crate::ids::AdminId;
use crate::leadership::state::{Condition, Leadership};
use crate::mechanisms::Mechanisms;
use crate::states::parameters::{Passage, Posture};
use crate::states::state::{Patron, Standings};
use crate::time::Clock;

pub(super) fn least_days_of_supply(ledger: &Ledger, categories: [Category; 3]) -> f64 {
    let days = ledger
        .stock_days
        .iter()
        .zip(categories)
        .map(|(s, c)| rules::days_of_supply(*s, c.use_ratio));
    days.fold(f64::INFINITY, f64::min)
}

/// Mean over the actors by weight; the focus counts once, by its incumbent and successors together.
pub(super) fn mean_influence(ledger: &Ledger, p: &Influence) -> f64 {
    let focus = (ledger.influence_over_incumbent + ledger.influence_over_successors).min(1.0);
    let (mut sum, mut weights) = (focus * p.incumbent.weight, p.incumbent.weight);
    for (influence, actor) in ledger.influence_over_neighbours.iter().zip(p.neighbours.values()) {
        sum += influence * actor.weight;
        weights += actor.weight;
    }
    if weights > 0.0 { sum / weights } else { 0.0 }
}

fn mean_control(leadership: &Leadership, units: &[AdminId]) -> f64 {
    if units.is_empty() {
        return leadership.national.control;
    }
    units.iter().map(|&u| leadership.province(u).control).sum::<f64>() / units.len() as f64
}

/// Brings every account up to date at the start of a day.
pub fn balance_ledger(
    clock: Res<Clock>,
    (parameters, mechanisms): (Res<Parameters>, Res<Mechanisms>),
    leadership: Res<Leadership>,
    patron: Res<Patron>,
    standings: Res<Standings>,
    mut terms: ResMut<Terms>,
    mut ledger: ResMut<Ledger>,
) {
    if !clock.starts_day {
        return;
    }
    let p = &parameters;
    let now = leadership.national;
    let (road_control, sea_control) =
        (mean_control(&leadership, &terms.road_units), mean_control(&leadership, &terms.sea_units));
    let start = *terms.start.get_or_insert(Start { condition: now, road_control, sea_control });
    let ledger = &mut *ledger;

    if mechanisms.arms_pipeline {
        balance_arms(ledger, &terms, &p.arms, now, start.condition, mechanisms.substitution);
    }
    if mechanisms.energy_trade {
        let by_alignment = rules::link(now.alignment, start.condition.alignment, 1.0, 1.0);
        let road = open_share(&terms.road, &standings) * ratio(road_control, start.road_control);
        let sea = ratio(sea_control, start.sea_control);
        ledger.trade =
            rules::trade(road, sea, p.trade.road_share, p.trade.political_share, by_alignment);
    }
    let gone_days = patron.incumbent_gone.map(|d| f64::from(clock.day.since(d)));
    if let (true, Some(days)) = (mechanisms.prestige, gone_days) {
        let q = &p.prestige;
        let loss = rules::prestige_loss(
            q.loss_at_fall,
            q.loss_of_inaction,
            q.loss_of_failure,
            commitment(q, &patron),
        );
        let target = 1.0 - rules::remaining_loss(loss, days, q.recovery_years);
        ledger.prestige = rules::approach(ledger.prestige, target, q.loss_days);
    }
    ledger.access_to_successors = rules::access_after_day(
        ledger.access_to_successors,
        patron.contacts,
        now.alignment,
        p.access.growth_days,
        patron.backs_incumbent && gone_days.is_some(),
        p.access.wrong_side_days,
    );
    balance_influence(ledger, &p.influence, terms.half_life_years, gone_days, patron.contacts);
    let (i, direct) = (&p.influence, ledger.influence_direct);
    ledger.influence_amplified = if mechanisms.amplification {
        rules::amplified(direct, i.multiplier, i.proxies, now.alignment, now.control)
    } else {
        direct
    };
}

/// How far the patron has committed itself, if it has ever acted.
fn commitment(q: &Prestige, patron: &Patron) -> Option<f64> {
    match patron.posture {
        _ if !patron.has_acted => None,
        Posture::Restraint => None,
        Posture::AidIncumbent => Some(q.commitment_of_aid),
        Posture::ReinforceSouth => Some(q.commitment_of_reinforcement),
        Posture::Intervene => Some(q.commitment_of_intervention),
    }
}

fn ratio(now: f64, at_start: f64) -> f64 {
    if at_start > 0.0 { (now / at_start).clamp(0.0, 1.0) } else { 0.0 }
}

/// Share of the road corridor that is not shut; all of it when the map has none.
fn open_share(road: &[(usize, usize, f64)], standings: &Standings) -> f64 {
    let all: f64 = road.iter().map(|r| r.2).sum();
    if all <= 0.0 {
        return 1.0;
    }
    // Goods pass at gates that only permits pass, not at those that are shut.
    let open = road.iter().filter(|(x, d, _)| standings.by[*x][*d].level != Passage::Closed);
    open.map(|r| r.2).sum::<f64>() / all
}

fn balance_arms(
    ledger: &mut Ledger,
    terms: &Terms,
    p: &Arms,
    now: Condition,
    start: Condition,
    substitutes: bool,
) {
    let link = rules::link(now.alignment, start.alignment, now.control, start.control);
    ledger.delivered = rules::approach(ledger.delivered, link, p.transit_days);
    if substitutes {
        ledger.lost_days += 1.0 - ledger.delivered;
        ledger.substitution =
            rules::substitution(ledger.lost_days, terms.half_time_days, p.substitution_steepness);
    }
    let categories = [p.airframes, p.munitions, p.missiles];
    for (c, category) in categories.iter().enumerate() {
        ledger.shock[c] =
            rules::shock(terms.import_share[c], ledger.delivered, ledger.substitution);
        ledger.stock_days[c] =
            rules::stock_after_day(ledger.stock_days[c], ledger.shock[c], category.use_ratio);
    }
    let imports: f64 = terms.import_share.iter().sum();
    let short: f64 = ledger.shock.iter().sum();
    ledger.capability = if imports > 0.0 { 1.0 - short / imports } else { 1.0 };
    // What flows the other way follows the same link, and is cut when the patron itself runs short.
    ledger.arms_to_focus = link * (1.0 - short / 3.0);
    ledger.arms_days_of_supply = least_days_of_supply(ledger, categories);
}

fn balance_influence(
    ledger: &mut Ledger,
    p: &Influence,
    half_life: f64,
    gone_days: Option<f64>,
    contacts: f64,
) {
    let delta = rules::decay_per_day(half_life);
    // On day 0 direct effort just holds what there is.
    let holding = |start: f64| delta * start;
    let incumbent = ledger.influence_over_incumbent;
    ledger.influence_over_incumbent = if gone_days.is_some() {
        rules::influence_after_day(incumbent, delta, 0.0, incumbent / p.loss_days)
    } else {
        rules::influence_after_day(incumbent, delta, holding(p.incumbent.start), 0.0)
    };
    let successors = ledger.influence_over_successors;
    let gain = rules::per_day(p.successor_gain_per_year)
        * ledger.access_to_successors
        * contacts
        * (1.0 - successors);
    ledger.influence_over_successors =
        rules::influence_after_day(successors, delta, holding(p.successors_start) + gain, 0.0);
    let pull = rules::per_day(p.prestige_pull_per_year) * (1.0 - ledger.prestige);
    for (influence, actor) in ledger.influence_over_neighbours.iter_mut().zip(p.neighbours.values())
    {
        *influence =
            rules::influence_after_day(*influence, delta, holding(actor.start), pull * *influence);
    }
    ledger.influence_direct = mean_influence(ledger, p);
}
