//! Who leaves today and where to (phase Plan, from one snapshot).

use std::sync::OnceLock;

use bevy_ecs::prelude::*;
use rayon::prelude::*;

use super::choice::{ChoiceTables, Chooser, Conditions, DayFactors};
use super::group::{Activity, DisplacedGroup, Travel};
use super::population::{Population, STRATA, Stratum};
use super::rules;
use super::threat::PerceivedThreat;
use crate::borders::CrossingTraffic;
use crate::episode::Given;
use crate::geography::{DestinationKind, Map};
use crate::ids::{CellId, DestinationId, TerritoryId};
use crate::random::{DrawId, RunKey, Stream, binomial};
use crate::simulation::ScenarioRes;
use crate::states::{Guards, Passage, Policies};
use crate::time::Clock;
use crate::units::{PerDay, Share};
use crate::world::{RunMap, ThreadsInRun};

/// People who leave home this step: they become a group in phase Move.
#[derive(Clone, Copy, Debug)]
pub struct Departure {
    /// From where.
    pub cell: CellId,
    /// Stratum of the residents.
    pub stratum: u8,
    /// Persons.
    pub persons: u32,
    /// Where to.
    pub destination: DestinationId,
    /// Key of the group's draws.
    pub luck: u64,
}

/// Departures of the step, ordered by cell.
#[derive(Resource, Default)]
pub struct DeparturePlan {
    /// The departures.
    pub departures: Vec<Departure>,
}

/// Cells where somebody may leave without any threat (the mobile population), ascending.
#[derive(Resource)]
pub struct MobileCells(pub Vec<CellId>);

/// The snapshot that choices are made from.
#[derive(bevy_ecs::system::SystemParam)]
pub struct Snapshot<'w> {
    map: Res<'w, RunMap>,
    scenario: Res<'w, ScenarioRes>,
    population: Res<'w, Population>,
    threat: Res<'w, PerceivedThreat>,
    policies: Res<'w, Policies>,
    guards: Res<'w, Guards>,
    traffic: Res<'w, CrossingTraffic>,
    given: Res<'w, Given>,
}

impl Snapshot<'_> {
    fn conditions(&self) -> Conditions<'_> {
        Conditions {
            map: &self.map,
            scenario: &self.scenario,
            population: &self.population,
            threat: &self.threat,
            policies: &self.policies,
            guards: &self.guards,
            traffic: &self.traffic,
            given: &self.given,
            friends_beyond: OnceLock::new(),
        }
    }
}

/// A cell and stratum from which some leave.
struct Leaving {
    cell: CellId,
    stratum: usize,
    groups: u32,
}

/// System: residents decide whether to leave, and those who leave choose where to.
pub fn plan_departures(
    now: Snapshot,
    clock: Res<Clock>,
    key: Res<RunKey>,
    threads: Res<ThreadsInRun>,
    tables: Res<ChoiceTables>,
    mobile: Res<MobileCells>,
    mut plan: ResMut<DeparturePlan>,
) {
    plan.departures.clear();
    let cells = threatened_cells(&now, &mobile);
    if cells.is_empty() {
        return;
    }
    let day = now.conditions();
    let leave = |&cell: &CellId| leaving(&day, *key, &clock, cell);
    let leaving: Vec<Leaving> = if threads.0 > 1 {
        cells.par_iter().flat_map_iter(leave).collect()
    } else {
        cells.iter().flat_map(leave).collect()
    };
    // Factors once for each kind of chooser, then the draws.
    let mut factors = DayFactors::new();
    for l in &leaving {
        let who = chooser(&day, l.cell, l.stratum);
        factors.entry(who).or_insert_with(|| tables.factors(&day, who));
    }
    let choose = |l: &Leaving| choose_for(&day, &tables, &factors, *key, &clock, l);
    let departures: Vec<Departure> = if threads.0 > 1 {
        leaving.par_iter().flat_map_iter(choose).collect()
    } else {
        leaving.iter().flat_map(choose).collect()
    };
    plan.departures = departures;
}

/// Cells where somebody may leave today, ascending, each once.
fn threatened_cells(now: &Snapshot<'_>, mobile: &MobileCells) -> Vec<CellId> {
    let mut cells: Vec<CellId> = now.threat.active.clone();
    for (unit, &hazard) in now.threat.unit.iter().enumerate() {
        if hazard > 0.0 {
            cells.extend_from_slice(&now.population.cells_of[unit]);
        }
    }
    if now.scenario.mechanisms.mobile_population
        && now.scenario.displacement.mobile.background_per_day > 0.0
    {
        cells.extend_from_slice(&mobile.0);
    }
    cells.sort_unstable();
    cells.dedup();
    cells
}

fn chooser(day: &Conditions<'_>, cell: CellId, stratum: usize) -> Chooser {
    let (nationality, community) = day.population.identity(day.map, cell, stratum);
    Chooser { territory: day.map.cells.territory[cell.index()], nationality, community }
}

/// Hazard of leaving of those of a stratum who are still at a cell: perceived threat, frailty, and the example of those gone.
#[must_use]
pub fn leaving_hazard(day: &Conditions<'_>, cell: CellId, stratum: usize) -> PerDay {
    let decision = &day.scenario.displacement.decision;
    let on = &day.scenario.mechanisms;
    let mut hazard = day.threat.at(day.map, cell);
    if on.frailty {
        let there = Share(day.population.share_there(cell, stratum));
        hazard = rules::frail_hazard(hazard, there, decision.frailty_variance);
    }
    if on.cascade && hazard.0 > 0.0 {
        let gone = Share::clamped(day.population.share_gone(cell));
        hazard = hazard * rules::cascade_factor(gone, decision.cascade);
    }
    hazard
}

/// How many groups leave a cell, by stratum. Residents are taken in units of at most `persons_per_group`.
fn leaving(
    day: &Conditions<'_>,
    key: RunKey,
    clock: &Clock,
    cell: CellId,
) -> impl Iterator<Item = Leaving> + use<> {
    let displacement = &day.scenario.displacement;
    let mut found = [0_u32; STRATA];
    for (stratum, groups) in found.iter_mut().enumerate() {
        let here = day.population.strata[stratum][cell.index()];
        if here == 0 {
            continue;
        }
        let hazard = leaving_hazard(day, cell, stratum);
        let h = if stratum == Stratum::Mobile as usize {
            PerDay(
                hazard.0 * displacement.mobile.hazard_factor
                    + displacement.mobile.background_per_day,
            )
        } else {
            hazard
        };
        if h.0 <= 0.0 {
            continue;
        }
        let units = here.div_ceil(day.scenario.run.persons_per_group);
        let p = rules::departure_probability(h, clock.step_days).0;
        let id = DrawId::residents(cell, stratum, STRATA);
        // Most cells lose nobody: one number tells, without a distribution.
        if key.uniform(Stream::Departure, id, clock.step) >= f64::from(units) * p {
            continue;
        }
        *groups = conditional_binomial(key, id, clock.step, units, p);
    }
    found
        .into_iter()
        .enumerate()
        .filter(|&(_, groups)| groups > 0)
        .map(move |(stratum, groups)| Leaving { cell, stratum, groups })
}

/// A binomial number, given that the quick test with probability `min(1, n p)` was passed: that test passes more often than
/// `P(X >= 1)`, so the number is thinned to keep the distribution exact.
fn conditional_binomial(key: RunKey, id: DrawId, step: u32, units: u32, p: f64) -> u32 {
    let mut draws = key.draws(Stream::Departure, id.leavers(), step);
    let bound = (f64::from(units) * p).min(1.0);
    if bound >= 1.0 {
        return binomial(&mut draws, u64::from(units), p) as u32;
    }
    // P(X >= 1) / bound of those who pass lose somebody; then X is binomial conditioned on X >= 1, by inversion.
    let none = libm::exp(f64::from(units) * libm::log1p(-p));
    let u = crate::random::unit(&mut draws) * bound;
    if u >= 1.0 - none {
        return 0;
    }
    let (mut k, mut mass, mut sum) = (0_u32, none, 0.0);
    loop {
        mass *= (f64::from(units - k) / f64::from(k + 1)) * (p / (1.0 - p));
        k += 1;
        sum += mass;
        if u < sum || k == units {
            return k;
        }
    }
}

/// Splits the leaving of a cell into groups and draws a destination for each.
fn choose_for(
    day: &Conditions<'_>,
    tables: &ChoiceTables,
    factors: &DayFactors,
    key: RunKey,
    clock: &Clock,
    leaving: &Leaving,
) -> Vec<Departure> {
    let (cell, stratum) = (leaving.cell, leaving.stratum);
    let here = day.population.strata[stratum][cell.index()];
    let units = here.div_ceil(day.scenario.run.persons_per_group);
    let factors = &factors[&chooser(day, cell, stratum)];
    let odds = tables.odds(day, factors, (cell, None, None));
    let mut gone = 0_u32;
    (1..=leaving.groups)
        .filter_map(|g| {
            // Equal parts: after g groups, g/units of the residents are gone.
            let target = (u64::from(here) * u64::from(g) / u64::from(units)) as u32;
            let persons = target - gone;
            gone = target;
            let id = DrawId::residents(cell, stratum, STRATA).departure(g);
            let luck = key.hash(Stream::Traits, id, clock.step);
            let uniform = key.uniform(Stream::Destination, luck, 0);
            let destination = odds.draw(uniform)?;
            (persons > 0).then_some(Departure {
                cell,
                stratum: stratum as u8,
                persons,
                destination,
                luck,
            })
        })
        .collect()
}

/// System: groups under way that have no destination choose one.
///
/// # Panics
/// Never: the components are dense.
pub fn choose_destinations(
    now: Snapshot,
    clock: Res<Clock>,
    key: Res<RunKey>,
    tables: Res<ChoiceTables>,
    mut groups: Query<(&mut Travel, &DisplacedGroup)>,
) {
    let day = now.conditions();
    let mut factors = DayFactors::new();
    for (mut travel, groups) in groups.contiguous_iter_mut().expect("dense components") {
        for (travel, group) in travel.bypass_change_detection().iter_mut().zip(groups) {
            if travel.activity != Activity::Choosing {
                continue;
            }
            let territory = day.map.cells.territory[travel.cell.index()];
            // Returnees and visitors go home, visitors who were there back to where they are settled, unless they gave up on the way.
            let chosen = match group.base {
                _ if group.returning => {
                    way_home(day.map, day.policies, &tables, group, travel.cell, territory)
                }
                Some(base) if group.gave_up.is_none() => {
                    way_to(day.map, day.policies, &tables, base, group, travel.cell, territory)
                }
                _ => None,
            };
            let chosen = chosen.or_else(|| {
                let who = Chooser {
                    territory,
                    nationality: group.nationality,
                    community: group.community,
                };
                let factors = factors.entry(who).or_insert_with(|| tables.factors(&day, who));
                let uniform = key.uniform(Stream::Destination, group.luck, clock.step + 1);
                let odds = |gave_up| {
                    tables
                        .odds(&day, factors, (travel.cell, group.came_from, gave_up))
                        .draw(uniform)
                };
                // Who gave up waiting and finds nowhere else to go joins the queue again.
                odds(group.gave_up).or_else(|| group.gave_up.and_then(|_| odds(None)))
            });
            if let Some(destination) = chosen {
                travel.destination = destination;
                travel.activity = Activity::Travelling;
                travel.hours_banked = 0.0;
            }
        }
    }
}

/// Where a returning group goes next from a territory: its home town, or the nearest open gate on a shortest way.
#[must_use]
pub fn way_home(
    map: &Map,
    policies: &Policies,
    tables: &ChoiceTables,
    group: &DisplacedGroup,
    cell: CellId,
    territory: TerritoryId,
) -> Option<DestinationId> {
    way_to(map, policies, tables, tables.home_town[group.home.index()]?, group, cell, territory)
}

/// Where a group goes next from a territory to reach a place: the place itself, or the nearest open gate on a shortest way.
#[must_use]
pub fn way_to(
    map: &Map,
    policies: &Policies,
    tables: &ChoiceTables,
    place: DestinationId,
    group: &DisplacedGroup,
    cell: CellId,
    territory: TerritoryId,
) -> Option<DestinationId> {
    let there = map.destinations[place.index()].territory;
    if there == territory {
        return Some(place);
    }
    let range = &map.territories[territory.index()].destinations;
    let table =
        map.routes(territory, crate::geography::TravelMode::Vehicle, super::choice::OPEN_SEASON);
    let local = map.cells.local[cell.index()] as usize;
    let km = |d: DestinationId| table.km[usize::from(d.0 - range.start) * table.n_cells + local];
    tables.homeward[territory.index()][there.index()]
        .iter()
        .copied()
        .filter(|d| {
            let DestinationKind::Gate(crossing, side) = map.destinations[d.index()].kind else {
                return false;
            };
            let far = map.crossings[crossing.index()].sides[1 - usize::from(side)];
            let class = tables.class(far, territory, group.nationality, group.community);
            policies.passage(crossing, usize::from(side), class) != Passage::Closed
                && km(*d).is_finite()
        })
        .min_by(|a, b| km(*a).total_cmp(&km(*b)).then(a.cmp(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_test_leaves_the_binomial_distribution_as_it_is() {
        let key = RunKey::new(9, 0);
        for (units, p) in [(1_u32, 0.02), (5, 0.03), (40, 0.004), (300, 0.01)] {
            let n = 60_000_u64;
            let (mut sum, mut squares, mut none) = (0.0, 0.0, 0.0);
            for id in 0..n {
                let k = if key.uniform(Stream::Departure, id, 0) >= f64::from(units) * p {
                    0
                } else {
                    conditional_binomial(key, id.into(), 0, units, p)
                };
                sum += f64::from(k);
                squares += f64::from(k * k);
                none += f64::from(u8::from(k == 0));
            }
            let n = n as f64;
            let (mean, expected) = (sum / n, f64::from(units) * p);
            let variance = squares / n - mean * mean;
            assert!((mean - expected).abs() < 5.0 * (expected / n).sqrt(), "{units} {p}: {mean}");
            assert!(
                (variance / (expected * (1.0 - p)) - 1.0).abs() < 0.06,
                "{units} {p}: variance {variance}"
            );
            let p0 = (1.0 - p).powi(units.cast_signed());
            assert!(
                (none / n - p0).abs() < 5.0 * (p0 * (1.0 - p0) / n).sqrt(),
                "{units} {p}: none {none}"
            );
        }
    }
}
