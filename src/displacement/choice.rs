//! Choice of destination by random utility: `P(j) ~ kernel(cell, j) * factor(j, who)`.
//!
//! The kernel is a row per cell, computed once when somebody first chooses there; the factors are a row per territory,
//! nationality and community, computed once a day when somebody of that kind chooses. Nothing is evaluated per person.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use bevy_ecs::prelude::*;

use super::group::NO_COMMUNITY;
use super::population::{Population, governing_state};
use super::rules;
use super::threat::PerceivedThreat;
use crate::borders::{self, CrossingTraffic};
use crate::episode::Given;
use crate::geography::{CrossingStatus, DestinationKind, Map, TravelMode};
use crate::ids::{CellId, CommunityId, DestinationId, TerritoryId};
use crate::scenario::Scenario;
use crate::states::{Guards, KinEntry, NationalityClass, Passage, Policies};
use crate::time::Month;
use crate::units::{Days, Kilometres, PerDay, Share};

/// Distances are those of the open season, by road.
pub const OPEN_SEASON: Month = Month(7);

/// Who chooses: what the factors of a destination depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chooser {
    /// Territory where they are.
    pub territory: TerritoryId,
    /// Nationality.
    pub nationality: TerritoryId,
    /// Community.
    pub community: CommunityId,
}

/// Static side of the choice. Built once a run; rows fill on first use.
#[derive(Resource)]
pub struct ChoiceTables {
    /// Kernel by cell over the destinations of its territory, for those of the territory and for those who came over a border.
    rows: [Vec<OnceLock<Box<[f32]>>>; 2],
    /// Attraction of each destination (0 for a gate that leads nowhere).
    mass: Vec<f64>,
    /// The territory that a gate or green border leads to.
    leads_to: Vec<Option<TerritoryId>>,
    /// Where those who choose a destination come to first: the place itself, or the far side of a gate.
    arrival: Vec<Option<CellId>>,
    /// Whom each territory lets in like its own.
    kin_entry: KinEntry,
    /// The state that governs each territory.
    governs: Vec<TerritoryId>,
    /// By territory: the destinations that lead a step nearer to another territory, `homeward[here][there]`.
    pub homeward: Vec<Vec<Vec<DestinationId>>>,
    /// The town of each first-level unit where returnees arrive, if it lies in any territory.
    pub home_town: Vec<Option<DestinationId>>,
}

/// What the day is like, for a chooser.
pub struct Conditions<'a> {
    /// The map.
    pub map: &'a Map,
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Everybody.
    pub population: &'a Population,
    /// Perceived threat.
    pub threat: &'a PerceivedThreat,
    /// Policies.
    pub policies: &'a Policies,
    /// Guards.
    pub guards: &'a Guards,
    /// Yesterday's traffic.
    pub traffic: &'a CrossingTraffic,
    /// What is given of refuge.
    pub given: &'a Given,
    /// [`ChoiceTables::friends_beyond`], from the first who chooses among territories on.
    pub friends_beyond: OnceLock<Vec<f64>>,
}

/// Factors of the day, by chooser.
pub type DayFactors = BTreeMap<Chooser, Vec<f32>>;

impl ChoiceTables {
    /// Tables for a scenario on a map.
    #[must_use]
    pub fn new(
        map: &Map,
        scenario: &Scenario,
        population: &Population,
        kin_entry: &KinEntry,
    ) -> Self {
        let choice = &scenario.displacement.destination;
        // Attraction of what can be reached from a cell inside its territory, seen from `beyond_border_km` before the border.
        let beyond = |cell: CellId| -> f64 {
            let territory = map.cells.territory[cell.index()];
            let table = map.routes(territory, TravelMode::Vehicle, OPEN_SEASON);
            let range = &map.territories[territory.index()].destinations;
            let local = map.cells.local[cell.index()] as usize;
            (range.start..range.end)
                .map(|d| {
                    let destination = &map.destinations[usize::from(d)];
                    let km =
                        f64::from(table.km[usize::from(d - range.start) * table.n_cells + local])
                            + destination.extra_km;
                    if !km.is_finite() || !super::population::is_place_to_stay(destination.kind) {
                        return 0.0;
                    }
                    place_mass(map, scenario, DestinationId(d))
                        * libm::pow(1.0 + km / choice.beyond_border_km, -choice.distance_power)
                })
                .sum()
        };
        let mass = (0..map.destinations.len())
            .map(|d| {
                let destination = &map.destinations[d];
                match destination.kind {
                    DestinationKind::Gate(crossing, side) => {
                        let far = map.crossings[crossing.index()].cells[1 - usize::from(side)];
                        choice.foreign_weight * beyond(far)
                    }
                    DestinationKind::Green(segment, side) => {
                        let segment = &map.segments[segment.index()];
                        let far = if side == 0 { &segment.cells_b } else { &segment.cells_a };
                        far.get(far.len() / 2).map_or(0.0, |&cell| {
                            choice.foreign_weight * choice.irregular_weight * beyond(cell)
                        })
                    }
                    _ => place_mass(map, scenario, DestinationId::from_index(d)),
                }
            })
            .collect();
        Self {
            rows: [(); 2].map(|()| (0..map.cells.len()).map(|_| OnceLock::new()).collect()),
            mass,
            leads_to: map.destinations.iter().map(|d| leads_to(map, d.kind)).collect(),
            arrival: map.destinations.iter().map(|d| arrival(map, d)).collect(),
            kin_entry: kin_entry.clone(),
            governs: map.territories.iter().map(|t| t.governed_by).collect(),
            homeward: homeward(map),
            home_town: home_towns(map, population),
        }
    }

    /// Mean factor of compatriots over the towns and sites of each territory (rows), weighted by their attraction, for each nationality
    /// (columns): what they add to the attraction beyond a border.
    #[must_use]
    pub fn friends_beyond(
        &self,
        map: &Map,
        scenario: &Scenario,
        population: &Population,
    ) -> Vec<f64> {
        let choice = &scenario.displacement.destination;
        let n = population.nationalities.len();
        let mut mean = vec![1.0; map.territories.len() * n];
        for (t, territory) in map.territories.iter().enumerate() {
            let places = || {
                let all = territory.destinations.clone().map(DestinationId);
                all.filter(|d| {
                    super::population::is_place_to_stay(map.destinations[d.index()].kind)
                })
            };
            if places().all(|d| population.settled[d.index()].0 == 0) {
                continue;
            }
            let sum: f64 = places().map(|d| self.mass[d.index()]).sum();
            for d in places().filter(|d| population.settled[d.index()].0 > 0) {
                for nationality in 0..n {
                    let compatriots =
                        population.compatriots(d, TerritoryId::from_index(nationality));
                    if compatriots > 0 && sum > 0.0 {
                        let more = rules::friends_factor(choice, compatriots) - 1.0;
                        mean[t * n + nationality] += more * self.mass[d.index()] / sum;
                    }
                }
            }
        }
        mean
    }

    /// How the state of a territory sees people of a nationality and community who come from another territory.
    #[must_use]
    pub fn class(
        &self,
        entering: TerritoryId,
        leaving: TerritoryId,
        nationality: TerritoryId,
        community: CommunityId,
    ) -> NationalityClass {
        // A nationality from beyond the map governs no territory: it stands for itself.
        let governed_by = |t: TerritoryId| self.governs.get(t.index()).copied().unwrap_or(t);
        self.kin_entry.class_of(entering, leaving, nationality, community, governed_by)
    }

    /// Kernel of a cell over the destinations of its territory. Those who came over a border have a way behind them that counts:
    /// they choose as from `beyond_border_km` before it, which is what the gate's attraction was reckoned with.
    #[must_use]
    pub fn row(
        &self,
        map: &Map,
        scenario: &Scenario,
        cell: CellId,
        came_over_border: bool,
    ) -> &[f32] {
        self.rows[usize::from(came_over_border)][cell.index()].get_or_init(|| {
            let choice = &scenario.displacement.destination;
            let behind =
                if came_over_border { choice.beyond_border_km - choice.softening_km } else { 0.0 };
            let territory = map.cells.territory[cell.index()];
            let table = map.routes(territory, TravelMode::Vehicle, OPEN_SEASON);
            let range = &map.territories[territory.index()].destinations;
            let local = map.cells.local[cell.index()] as usize;
            let places: Vec<(f64, f64)> = (range.start..range.end)
                .map(|d| {
                    let km =
                        f64::from(table.km[usize::from(d - range.start) * table.n_cells + local]);
                    (km + map.destinations[usize::from(d)].extra_km, self.mass[usize::from(d)])
                })
                .collect();
            let mut order: Vec<usize> = (0..places.len()).collect();
            order.sort_by(|&i, &j| places[i].0.total_cmp(&places[j].0));
            let mut passed = vec![0.0; places.len()];
            let mut sum = 0.0;
            for i in order {
                passed[i] = sum;
                sum += places[i].1;
            }
            let origin_mass = f64::from(map.cells.population[cell.index()]).max(1.0);
            places
                .iter()
                .zip(&passed)
                .map(|(&(km, mass), &before)| {
                    rules::kernel_weight(choice, Kilometres(km + behind), mass, origin_mass, before)
                        as f32
                })
                .collect()
        })
    }

    /// Factors of the destinations of a territory for a kind of chooser, today.
    #[must_use]
    pub fn factors(&self, day: &Conditions<'_>, who: Chooser) -> Vec<f32> {
        let range = &day.map.territories[who.territory.index()].destinations;
        (range.start..range.end).map(|d| self.factor(day, who, DestinationId(d)) as f32).collect()
    }

    fn factor(&self, day: &Conditions<'_>, who: Chooser, id: DestinationId) -> f64 {
        let destination = &day.map.destinations[id.index()];
        let choice = &day.scenario.displacement.destination;
        let on = &day.scenario.mechanisms;
        match destination.kind {
            // A site without a place for anybody is closed.
            DestinationKind::Camp if destination.capacity <= 0.0 => 0.0,
            DestinationKind::Town | DestinationKind::Camp => {
                let cell = destination.cells[0];
                let threat = rules::threat_factor(
                    day.threat.at(day.map, cell),
                    PerDay(day.scenario.displacement.hazard.siege_per_day),
                    choice.threat_aversion,
                );
                let kin = if on.kin && day.population.are_kin(who.community, destination.community)
                {
                    choice.kin_bonus * destination.community_share
                } else {
                    0.0
                };
                let (settled, with_kin) = day.population.settled[id.index()];
                let crowd = f64::from(settled - with_kin.min(settled));
                let room = if !on.saturation {
                    1.0
                } else if destination.capacity.is_finite() {
                    (1.0 - crowd / destination.capacity).max(0.0)
                } else if destination.kind == DestinationKind::Camp {
                    1.0 // nobody knows of a limit, and no residents share with them
                } else {
                    let load = crowd / (destination.population as f64).max(1.0);
                    rules::host_acceptance(load, day.scenario.displacement.hosting.saturation_share)
                        .0
                };
                let friends =
                    rules::friends_factor(choice, day.population.compatriots(id, who.nationality));
                threat * room * friends * libm::exp(kin) * day.given.refuge(cell)
            }
            DestinationKind::Beyond => {
                let home = governing_state(day.map, who.territory);
                if destination.receiving_state == day.map.territories[home.index()].code {
                    return day.given.refuge(destination.cells[0]);
                }
                // Over a border beyond the map: nationals of that state go home; others as to any foreign country.
                if destination.receiving_state
                    == day.population.nationalities[who.nationality.index()]
                {
                    day.scenario.displacement.mobile.home_weight
                } else {
                    let friends = rules::friends_factor(
                        choice,
                        day.population.compatriots(id, who.nationality),
                    );
                    choice.foreign_weight
                        * attraction(day.scenario, &destination.receiving_state)
                        * exit(day, who)
                        * friends
                }
            }
            DestinationKind::Gate(crossing, side) => {
                let point = &day.map.crossings[crossing.index()];
                let far = point.sides[1 - usize::from(side)];
                let class = self.class(far, who.territory, who.nationality, who.community);
                // Nobody knows how long a shut line stays shut: its queue tells nothing.
                let wait =
                    Days(f64::from(day.traffic.wait_days[crossing.index()][usize::from(side)]));
                let waited = rules::wait_factor(wait, choice.wait_aversion_per_day);
                let open = match day.policies.passage(crossing, usize::from(side), class) {
                    Passage::Open => waited,
                    Passage::Permit => choice.permit_weight * waited,
                    // Some wait at a line that is shut to all for now; not where war or treaty shut it, nor where a rule bars them.
                    Passage::Closed
                        if point.status != CrossingStatus::Closed
                            && day.policies.passage[crossing.index()][usize::from(side)]
                                == [Passage::Closed; 3] =>
                    {
                        choice.closed_weight
                    }
                    Passage::Closed => 0.0,
                };
                open * abroad(self, day, who, far)
            }
            DestinationKind::Green(segment, side) => {
                if !on.green_border {
                    return 0.0;
                }
                let line = &day.map.segments[segment.index()];
                let far = if side == 0 { line.b } else { line.a };
                let detected = borders::rules::detection_probability(
                    &day.scenario.borders.green,
                    day.guards.per_km[segment.index()][1 - usize::from(side)],
                    Share(day.guards.sensors[segment.index()][1 - usize::from(side)]),
                );
                (1.0 - detected.0) * abroad(self, day, who, far)
            }
        }
    }

    /// The odds of the destinations for somebody of a kind at a cell. Nobody goes straight back over the line to `came_from`, to the
    /// gate where they gave up, or from danger to as much danger.
    #[must_use]
    pub fn odds(
        &self,
        day: &Conditions<'_>,
        factors: &[f32],
        (cell, came_from, gave_up): (CellId, Option<TerritoryId>, Option<DestinationId>),
    ) -> Odds {
        let map = day.map;
        let row = self.row(map, day.scenario, cell, came_from.is_some());
        let here = day.threat.at(map, cell);
        let first = map.territories[map.cells.territory[cell.index()].index()].destinations.start;
        let mut sum = 0.0;
        let cumulative =
            row.iter().zip(factors).zip(usize::from(first)..).map(|((&kernel, &factor), d)| {
                let back = came_from.is_some() && self.leads_to[d] == came_from;
                if !back && gave_up.is_none_or(|g| g.index() != d) {
                    let refuge = match self.arrival[d] {
                        Some(there) if here.0 > 0.0 => {
                            rules::refuge_factor(
                                PerDay(f64::from(day.threat.fighting[there.index()])),
                                here,
                            )
                            .0
                        }
                        _ => 1.0,
                    };
                    sum += f64::from(kernel) * f64::from(factor) * refuge;
                }
                sum
            });
        Odds { first, cumulative: cumulative.collect() }
    }
}

/// Odds of the destinations of a territory.
#[derive(Clone, Debug)]
pub struct Odds {
    first: u16,
    /// Sum of the weights up to each destination.
    cumulative: Vec<f64>,
}

impl Odds {
    /// Draws a destination with a number from 0 to 1; none where nothing can be reached.
    #[must_use]
    pub fn draw(&self, uniform: f64) -> Option<DestinationId> {
        let total = *self.cumulative.last()?;
        if total <= 0.0 || !total.is_finite() {
            return None;
        }
        // The first whose sum passes the number has a weight of its own; rounding must not pass the last of them.
        let picked = self.cumulative.partition_point(|&sum| sum <= uniform * total);
        let last = self.cumulative.partition_point(|&sum| sum < total);
        Some(DestinationId(self.first + picked.min(last) as u16))
    }
}

/// The territory beyond a gate or green border.
fn leads_to(map: &Map, kind: DestinationKind) -> Option<TerritoryId> {
    match kind {
        DestinationKind::Gate(x, side) => {
            Some(map.crossings[x.index()].sides[1 - usize::from(side)])
        }
        DestinationKind::Green(s, side) => {
            let s = &map.segments[s.index()];
            Some(if side == 0 { s.b } else { s.a })
        }
        _ => None,
    }
}

/// Where those who head for a destination come to first, if that is one place on the map.
fn arrival(map: &Map, destination: &crate::geography::Destination) -> Option<CellId> {
    match destination.kind {
        DestinationKind::Town | DestinationKind::Camp => destination.cells.first().copied(),
        DestinationKind::Gate(x, side) => {
            Some(map.crossings[x.index()].cells[1 - usize::from(side)])
        }
        DestinationKind::Green(..) | DestinationKind::Beyond => None,
    }
}

/// Factor of going to another territory, common to gates and green borders.
fn abroad(tables: &ChoiceTables, day: &Conditions<'_>, who: Chooser, far: TerritoryId) -> f64 {
    let choice = &day.scenario.displacement.destination;
    let on = &day.scenario.mechanisms;
    let here = governing_state(day.map, who.territory);
    let there = governing_state(day.map, far);
    if there == who.nationality && here != who.nationality {
        return 0.0; // the displaced do not flee home; returnees have their own way
    }
    let kin = if on.kin && who.community != NO_COMMUNITY {
        choice.kin_bonus * f64::from(day.population.kin_share[far.index()][who.community.index()])
    } else {
        0.0
    };
    let friends = day
        .friends_beyond
        .get_or_init(|| tables.friends_beyond(day.map, day.scenario, day.population))
        [far.index() * day.population.nationalities.len() + who.nationality.index()];
    let mut factor = attraction(day.scenario, &day.map.territories[there.index()].code)
        * libm::exp(kin)
        * exit(day, who)
        * friends;
    if here != who.nationality && there != here {
        factor *= choice.onward_weight;
    }
    if on.source_aid && here == who.nationality {
        factor *=
            libm::exp(-choice.source_aid_strength * day.policies.source_aid[who.territory.index()]);
    }
    if on.buffer && day.policies.buffer[far.index()] {
        factor *= libm::exp(-choice.buffer_strength);
    }
    factor
}

/// What an exit bar leaves of going abroad.
fn exit(day: &Conditions<'_>, who: Chooser) -> f64 {
    let here = governing_state(day.map, who.territory);
    if day.scenario.mechanisms.exit_bar && here == who.nationality {
        let bar = Share(day.policies.exit_bar[here.index()]);
        rules::exit_factor(bar, day.scenario.displacement.destination.exit_bar_strength)
    } else {
        1.0
    }
}

fn attraction(scenario: &Scenario, state: &str) -> f64 {
    let table = &scenario.displacement.host_attraction;
    table.get(state).or_else(|| table.get("default")).copied().unwrap_or(1.0)
}

fn place_mass(map: &Map, scenario: &Scenario, d: DestinationId) -> f64 {
    let choice = &scenario.displacement.destination;
    let destination = &map.destinations[d.index()];
    match destination.kind {
        DestinationKind::Camp => rules::camp_mass(choice, destination.capacity),
        _ => destination.population as f64,
    }
}

/// For each pair of territories the gates that lie on a shortest way (in borders crossed) between them.
fn homeward(map: &Map) -> Vec<Vec<Vec<DestinationId>>> {
    let n = map.territories.len();
    let mut hops = vec![vec![usize::MAX; n]; n];
    for (there, row) in hops.iter_mut().enumerate() {
        row[there] = 0;
        for _ in 0..n {
            for crossing in &map.crossings {
                let [a, b] = crossing.sides.map(TerritoryId::index);
                let (da, db) = (row[a], row[b]);
                row[a] = da.min(db.saturating_add(1));
                row[b] = db.min(da.saturating_add(1));
            }
        }
    }
    (0..n)
        .map(|here| {
            (0..n)
                .map(|there| {
                    let mut gates = Vec::new();
                    for crossing in &map.crossings {
                        for side in 0..2 {
                            let (near, far) =
                                (crossing.sides[side].index(), crossing.sides[1 - side].index());
                            if near == here && hops[there][far] < hops[there][here] {
                                gates.push(crossing.gate[side]);
                            }
                        }
                    }
                    gates
                })
                .collect()
        })
        .collect()
}

/// The town where returnees to a unit arrive: the largest in it, else the one nearest by air to its most populous cell.
fn home_towns(map: &Map, population: &Population) -> Vec<Option<DestinationId>> {
    (0..map.admin1.len())
        .map(|unit| {
            let cells = &population.cells_of[unit];
            let centre = cells
                .iter()
                .copied()
                .max_by_key(|c| (map.cells.population[c.index()], std::cmp::Reverse(*c)))?;
            let territory = map.cells.territory[centre.index()];
            let towns = map
                .destinations
                .iter()
                .enumerate()
                .filter(|(_, d)| d.kind == DestinationKind::Town && d.territory == territory);
            let inside = towns
                .clone()
                .filter(|(_, d)| map.cells.admin1[d.cells[0].index()].index() == unit)
                .max_by_key(|(i, d)| (d.population, std::cmp::Reverse(*i)));
            let km = |cell: CellId| {
                let (a, b) = (cell.index(), centre.index());
                crate::geography::network::great_circle_km(
                    f64::from(map.cells.lat[a]),
                    f64::from(map.cells.lon[a]),
                    f64::from(map.cells.lat[b]),
                    f64::from(map.cells.lon[b]),
                )
            };
            inside
                .or_else(|| {
                    towns.min_by(|(_, x), (_, y)| km(x.cells[0]).total_cmp(&km(y.cells[0])))
                })
                .map(|(i, _)| DestinationId::from_index(i))
        })
        .collect()
}
