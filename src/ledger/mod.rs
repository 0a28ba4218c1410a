//! Ledger: arms pipeline, energy and trade, influence, prestige, access to successors (ODD 7.6).
//!
//! Reads the leadership of Iran, Moscow's posture and the standing of crossings; writes [`Ledger`], daily. Nothing in the
//! model reads the ledger back: it is what a run comes to, not what drives it.

use bevy_ecs::prelude::*;

use crate::geography::{CrossingStatus, Map, SegmentKind};
use crate::ids::{AdminId, TerritoryId};
use crate::leadership::{Condition, Leadership};
use crate::random::{RunKey, Stream};
use crate::schedule::Phase;
use crate::simulation::ScenarioRes;
use crate::states::roster::IRAN;
use crate::states::{Moscow, Passage, Posture, Standings};
use crate::time::Clock;
use crate::world::RunMap;

pub mod parameters;
pub mod rules;

/// Names of the categories of arms, in the order of [`Ledger::stock_days`].
pub const CATEGORIES: [&str; 3] = ["airframes", "munitions", "missiles"];

/// Stocks of the lifeline between Iran and Russia. Written in `Phase::Ledger`.
#[derive(Resource, Clone, Debug, Default)]
pub struct Ledger {
    /// Days that Russia's stock of the Iranian-supplied categories lasts at today's use (the least of the categories).
    pub arms_days_of_supply: f64,
    /// Share of the former imports that Russia makes itself by now, 0 to 1.
    pub substitution: f64,
    /// Influence by Russia's own effort over Iran and its neighbours, 0 to 1.
    pub influence_direct: f64,
    /// Influence with Iran as an amplifier, 0 upwards.
    pub influence_amplified: f64,
    /// Prestige, 0 to 1 (1 on day 0).
    pub prestige: f64,
    /// Capability: share of the pre-crisis supplies that still arrives or is substituted, 0 to 1.
    pub capability: f64,
    /// Access to the successors of the leadership, 0 to 1.
    pub access_to_successors: f64,
    /// Trade and energy through Iran against day 0, 0 to 1.
    pub trade: f64,
    /// Stock by category of [`CATEGORIES`], in days of use on day 0.
    pub stock_days: [f64; 3],
    /// Shortfall by category, share of the use on day 0, 0 to 1.
    pub shock: [f64; 3],
    /// Share of the former imports from Iran that is delivered, 0 to 1.
    pub delivered: f64,
    /// Russian deliveries to Iran against day 0, 0 to 1.
    pub arms_to_iran: f64,
    /// Days of full loss of imports that substitution has worked on.
    pub lost_days: f64,
    /// Influence over Iran's incumbent leadership, 0 to 1.
    pub influence_over_incumbent: f64,
    /// Influence over its successors, 0 to 1.
    pub influence_over_successors: f64,
    /// Influence over neighbours, in the order of their codes, 0 to 1.
    pub influence_over_neighbours: Vec<f64>,
}

/// What is fixed for a run: uncertain parameters drawn once, routes looked up once, the condition of day 0.
#[derive(Resource, Clone, Debug, Default)]
pub struct Terms {
    /// Half-time of substitution, d.
    pub half_time_days: f64,
    /// Share of the use that comes from Iran, by category.
    pub import_share: [f64; 3],
    /// Half-life of influence, years.
    pub half_life_years: f64,
    /// Crossings of the road corridor (index, direction out of Iran, persons per day as a measure of size).
    road: Vec<(usize, usize, f64)>,
    /// First-level units of Iran along the road corridor and along its Caspian coast.
    road_units: Vec<AdminId>,
    sea_units: Vec<AdminId>,
    start: Option<Start>,
}

#[derive(Clone, Copy, Debug)]
struct Start {
    condition: Condition,
    road_control: f64,
    sea_control: f64,
}

/// Registers the system of the domain.
pub fn add_to(schedule: &mut Schedule) {
    schedule.add_systems(balance_ledger.in_set(Phase::Ledger));
}

/// First of the identifiers of the ledger's draws of parameters.
const DRAWS: u64 = 0x4c45_0001;

/// Puts the resources of the domain into a world that holds the scenario, the map and the run key.
pub fn populate(world: &mut World) {
    let scenario = world.resource::<ScenarioRes>().clone();
    let map = world.resource::<RunMap>().clone();
    let key = *world.resource::<RunKey>();
    let p = &scenario.ledger;
    let between = |[lo, hi]: [f64; 2], id: u64| {
        lo + (hi - lo) * key.uniform(Stream::Parameters, DRAWS + id, 0)
    };
    let categories = [p.arms.airframes, p.arms.munitions, p.arms.missiles];
    let mut terms = Terms {
        half_time_days: between(p.arms.substitution_half_time_days, 0),
        half_life_years: between(p.influence.half_life_years, 1),
        import_share: [0, 1, 2].map(|c| between(categories[c].import_share, 2 + c as u64)),
        ..Terms::default()
    };
    if let Some(iran) = map.territory(IRAN) {
        find_routes(&map, iran, &p.trade.road_partners, &mut terms);
    }
    let stock_days = categories.map(|c| c.stock_days);
    let mut ledger = Ledger {
        stock_days,
        delivered: 1.0,
        arms_to_iran: 1.0,
        prestige: 1.0,
        capability: 1.0,
        trade: 1.0,
        access_to_successors: p.access.start,
        influence_over_incumbent: p.influence.incumbent.start,
        influence_over_successors: p.influence.successors_start,
        influence_over_neighbours: p.influence.neighbours.values().map(|a| a.start).collect(),
        ..Ledger::default()
    };
    ledger.arms_days_of_supply = least_days_of_supply(&ledger, categories);
    ledger.influence_direct = mean_influence(&ledger, &p.influence);
    ledger.influence_amplified = ledger.influence_direct;
    world.insert_resource(ledger);
    world.insert_resource(terms);
}

fn find_routes(map: &Map, iran: TerritoryId, partners: &[String], terms: &mut Terms) {
    let is_partner = |t: TerritoryId| partners.contains(&map.territories[t.index()].code);
    for (x, point) in map.crossings.iter().enumerate() {
        for direction in 0..2 {
            let (from, to) = (point.sides[direction], point.sides[1 - direction]);
            if from == iran && is_partner(to) && point.status != CrossingStatus::Closed {
                terms.road.push((x, direction, point.capacity_per_day));
                terms.road_units.push(map.cells.admin1[point.cells[direction].index()]);
            }
        }
    }
    for segment in
        map.segments.iter().filter(|s| s.kind == SegmentKind::CaspianApproach && s.a == iran)
    {
        terms.sea_units.extend(segment.cells_a.iter().map(|c| map.cells.admin1[c.index()]));
    }
    for units in [&mut terms.road_units, &mut terms.sea_units] {
        units.sort_unstable();
        units.dedup();
    }
}

fn least_days_of_supply(ledger: &Ledger, categories: [parameters::Category; 3]) -> f64 {
    let days = ledger
        .stock_days
        .iter()
        .zip(categories)
        .map(|(s, c)| rules::days_of_supply(*s, c.use_ratio));
    days.fold(f64::INFINITY, f64::min)
}

/// Mean over the actors by weight; Iran counts once, by its incumbent and successors together.
fn mean_influence(ledger: &Ledger, p: &parameters::Influence) -> f64 {
    let iran = (ledger.influence_over_incumbent + ledger.influence_over_successors).min(1.0);
    let (mut sum, mut weights) = (iran * p.incumbent.weight, p.incumbent.weight);
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
    scenario: Res<ScenarioRes>,
    leadership: Res<Leadership>,
    moscow: Res<Moscow>,
    standings: Res<Standings>,
    mut terms: ResMut<Terms>,
    mut ledger: ResMut<Ledger>,
) {
    if !clock.starts_day {
        return;
    }
    let (p, mechanisms) = (&scenario.ledger, &scenario.mechanisms);
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
    let gone_days = moscow.incumbent_gone.map(|d| f64::from(clock.day.since(d)));
    if let (true, Some(days)) = (mechanisms.prestige, gone_days) {
        let q = &p.prestige;
        let commitment = match moscow.posture {
            _ if !moscow.has_acted => None,
            Posture::Restraint => None,
            Posture::AidIncumbent => Some(q.commitment_of_aid),
            Posture::ReinforceSouth => Some(q.commitment_of_reinforcement),
            Posture::Intervene => Some(q.commitment_of_intervention),
        };
        let loss =
            rules::prestige_loss(q.loss_at_fall, q.loss_of_inaction, q.loss_of_failure, commitment);
        let target = 1.0 - rules::remaining_loss(loss, days, q.recovery_years);
        ledger.prestige = rules::approach(ledger.prestige, target, q.loss_days);
    }
    let wrong_side = moscow.backs_incumbent && gone_days.is_some();
    ledger.access_to_successors = rules::access_after_day(
        ledger.access_to_successors,
        moscow.contacts,
        now.alignment,
        p.access.growth_days,
        wrong_side,
        p.access.wrong_side_days,
    );
    balance_influence(
        ledger,
        &p.influence,
        terms.half_life_years,
        gone_days.is_some(),
        moscow.contacts,
    );
    ledger.influence_amplified = if mechanisms.amplification {
        let i = &p.influence;
        rules::amplified(
            ledger.influence_direct,
            i.multiplier,
            i.proxies,
            now.alignment,
            now.control,
        )
    } else {
        ledger.influence_direct
    };
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
    p: &parameters::Arms,
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
    // What flows the other way follows the same link, and is cut when Russia itself runs short.
    ledger.arms_to_iran = link * (1.0 - short / 3.0);
    ledger.arms_days_of_supply = least_days_of_supply(ledger, categories);
}

fn balance_influence(
    ledger: &mut Ledger,
    p: &parameters::Influence,
    half_life: f64,
    gone: bool,
    contacts: f64,
) {
    let delta = rules::decay_per_day(half_life);
    // On day 0 direct effort just holds what there is.
    let holding = |start: f64| delta * start;
    let incumbent = ledger.influence_over_incumbent;
    ledger.influence_over_incumbent = if gone {
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

#[cfg(test)]
mod tests;
