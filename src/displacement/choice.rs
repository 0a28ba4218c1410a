//! Choice of destination by random utility: `P(j) ~ kernel(cell, j) * factor(j, who)`.
//!
//! The kernel is a row per cell, computed once when somebody first chooses there; the factors are a row per territory,
//! nationality and community, computed once a day when somebody of that kind chooses. Nothing is evaluated per person.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use super::group::NO_COMMUNITY;
use super::parameters::{DestinationChoice, Parameters};
use super::population::{Population, governing_state, is_place_to_stay};
use super::rules;
use super::state::PerceivedThreat;
use super::wayfinding::{Chooser, Wayfinding, arrival, destinations_of, leads_to, road_km};
use crate::borders::parameters::Parameters as BorderParameters;
use crate::borders::rules::detection_probability;
use crate::borders::state::CrossingTraffic;
use crate::geography::{CrossingStatus, Destination, DestinationKind, Map};
use crate::ids::{CellId, CrossingId, DestinationId, NationalityId, SegmentId, TerritoryId};
use crate::mechanisms::Mechanisms;
use crate::prescribed::state::Prescribed;
use crate::states::state::Guards;
use crate::units::{Days, Kilometres, PerDay, Share};
use crate::world::RunSettings;

/// Where a choice is made, and what is not chosen again.
#[derive(Clone, Copy, Debug)]
pub struct Standpoint {
    /// Where they are.
    pub cell: CellId,
    /// The territory that they left last, over a border.
    pub came_from: Option<TerritoryId>,
    /// The gate or line where they gave up last.
    pub gave_up: Option<DestinationId>,
}

impl Standpoint {
    /// That of those who leave home.
    #[must_use]
    pub const fn at_home(cell: CellId) -> Self {
        Self { cell, came_from: None, gave_up: None }
    }
}

/// Static side of the choice. Built once a run; rows fill on first use.
#[derive(Resource)]
pub struct ChoiceTables {
    /// Kernel by cell over the destinations of its territory, for those of the territory and for those who came over a border.
    rows: [Vec<OnceLock<Box<[f32]>>>; 2],
    /// Attraction of each destination (0 for a gate that leads nowhere).
    mass: Vec<f64>,
}

impl ChoiceTables {
    /// Tables for a map.
    #[must_use]
    pub fn new(map: &Map, choice: &DestinationChoice) -> Self {
        // Attraction of what can be reached from a cell inside its territory, seen from `beyond_border_km` before the border.
        let beyond = |cell: CellId| -> f64 {
            let km = road_km(map, cell);
            destinations_of(map, map.cells.territory[cell.index()])
                .map(|d| {
                    let destination = &map.destinations[d.index()];
                    if !km(d).is_finite() || !is_place_to_stay(destination.kind) {
                        return 0.0;
                    }
                    place_mass(choice, destination)
                        * libm::pow(1.0 + km(d) / choice.beyond_border_km, -choice.distance_power)
                })
                .sum()
        };
        let mass = |destination: &Destination| match destination.kind {
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
            _ => place_mass(choice, destination),
        };
        Self {
            rows: [(); 2].map(|()| (0..map.cells.len()).map(|_| OnceLock::new()).collect()),
            mass: map.destinations.iter().map(mass).collect(),
        }
    }

    /// Kernel of a cell over the destinations of its territory. Those who came over a border have a way behind them that counts:
    /// they choose as from `beyond_border_km` before it, which is what the gate's attraction was reckoned with.
    fn row(
        &self,
        map: &Map,
        choice: &DestinationChoice,
        cell: CellId,
        came_over_border: bool,
    ) -> &[f32] {
        self.rows[usize::from(came_over_border)][cell.index()].get_or_init(|| {
            let behind =
                if came_over_border { choice.beyond_border_km - choice.softening_km } else { 0.0 };
            let km = road_km(map, cell);
            let places: Vec<(f64, f64)> = destinations_of(map, map.cells.territory[cell.index()])
                .map(|d| (km(d), self.mass[d.index()]))
                .collect();

            // The attraction of all destinations nearer than each.
            let mut order: Vec<usize> = (0..places.len()).collect();
            order.sort_by(|&i, &j| places[i].0.total_cmp(&places[j].0));
            let mut passed = vec![0.0; places.len()];
            let mut sum = 0.0;
            for i in order {
                passed[i] = sum;
                sum += places[i].1;
            }

            let origin_mass = f64::from(map.cells.population[cell.index()]).max(1.0);
            let kernel = |(&(km, mass), &before): (&(f64, f64), &f64)| {
                rules::kernel_weight(choice, Kilometres(km + behind), mass, origin_mass, before)
                    as f32
            };
            places.iter().zip(&passed).map(kernel).collect()
        })
    }
}

fn place_mass(choice: &DestinationChoice, destination: &Destination) -> f64 {
    match destination.kind {
        DestinationKind::Camp => rules::camp_mass(choice, destination.capacity),
        _ => destination.population as f64,
    }
}

/// What the day is like, for those who choose.
#[derive(SystemParam)]
pub struct Conditions<'w> {
    /// The map, the policies at its borders, and the ways over them.
    pub way: Wayfinding<'w>,
    /// The run.
    pub run: Res<'w, RunSettings>,
    /// The domain's parameters.
    pub parameters: Res<'w, Parameters>,
    /// The mechanisms that are on.
    pub mechanisms: Res<'w, Mechanisms>,
    /// Everybody.
    pub population: Res<'w, Population>,
    /// Perceived threat.
    pub threat: Res<'w, PerceivedThreat>,
    /// What is prescribed of refuge.
    prescribed: Res<'w, Prescribed>,
    borders: Res<'w, BorderParameters>,
    guards: Res<'w, Guards>,
    traffic: Res<'w, CrossingTraffic>,
    tables: Res<'w, ChoiceTables>,
}

/// Factors of the day's destinations, computed once for each kind of chooser.
pub struct DayFactors<'a> {
    day: &'a Conditions<'a>,
    by_chooser: BTreeMap<Chooser, Vec<f32>>,
    /// [`Conditions::friends_beyond`], from the first who chooses on.
    friends_beyond: OnceLock<Vec<f64>>,
}

impl<'a> DayFactors<'a> {
    /// Factors of a day on which nobody has chosen yet.
    #[must_use]
    pub fn new(day: &'a Conditions<'a>) -> Self {
        Self { day, by_chooser: BTreeMap::new(), friends_beyond: OnceLock::new() }
    }

    /// Factors for a kind of chooser.
    pub fn get(&mut self, who: Chooser) -> &[f32] {
        let (day, friends) = (self.day, &self.friends_beyond);
        self.by_chooser.entry(who).or_insert_with(|| {
            let all = destinations_of(&day.way.map, who.territory);
            all.map(|d| day.factor(friends, who, d) as f32).collect()
        })
    }

    /// Factors for a kind of chooser that have been computed before.
    #[must_use]
    pub fn known(&self, who: Chooser) -> &[f32] {
        &self.by_chooser[&who]
    }
}

impl Conditions<'_> {
    /// Mean factor of compatriots over the towns and sites of each territory (rows), weighted by their attraction, for each nationality
    /// (columns): what they add to the attraction beyond a border.
    fn friends_beyond(&self) -> Vec<f64> {
        let (map, population) = (&self.way.map, &self.population);
        let n = population.nationalities.len();
        let mut mean = vec![1.0; map.territories.len() * n];
        for t in 0..map.territories.len() {
            let places = || {
                destinations_of(map, TerritoryId::from_index(t))
                    .filter(|d| is_place_to_stay(map.destinations[d.index()].kind))
            };
            let hosts = |d: &DestinationId| population.hosted[d.index()].persons > 0;
            if !places().any(|d| hosts(&d)) {
                continue;
            }
            let sum: f64 = places().map(|d| self.tables.mass[d.index()]).sum();
            for d in places().filter(hosts) {
                for nationality in 0..n {
                    let compatriots =
                        population.compatriots(d, NationalityId::from_index(nationality));
                    if compatriots > 0 && sum > 0.0 {
                        let more =
                            rules::friends_factor(&self.parameters.destination, compatriots) - 1.0;
                        mean[t * n + nationality] += more * self.tables.mass[d.index()] / sum;
                    }
                }
            }
        }
        mean
    }

    /// Factor of a destination for a kind of chooser.
    fn factor(&self, friends: &OnceLock<Vec<f64>>, who: Chooser, id: DestinationId) -> f64 {
        let destination = &self.way.map.destinations[id.index()];
        match destination.kind {
            // A site without a place for anybody is closed.
            DestinationKind::Camp if destination.capacity <= 0.0 => 0.0,
            DestinationKind::Town | DestinationKind::Camp => self.place_factor(who, id),
            DestinationKind::Beyond => self.beyond_factor(who, id),
            DestinationKind::Gate(crossing, side) => {
                let far = self.way.far_side(crossing, side);
                self.gate_factor(who, crossing, side) * self.abroad_factor(friends, who, far)
            }
            DestinationKind::Green(segment, side) if self.mechanisms.green_border => {
                let line = &self.way.map.segments[segment.index()];
                let far = if side == 0 { line.b } else { line.a };
                self.unseen(segment, side) * self.abroad_factor(friends, who, far)
            }
            DestinationKind::Green(..) => 0.0,
        }
    }

    /// Factor of a town or reception site.
    fn place_factor(&self, who: Chooser, id: DestinationId) -> f64 {
        let destination = &self.way.map.destinations[id.index()];
        let choice = &self.parameters.destination;
        let cell = destination.cells[0];
        let threat = rules::threat_factor(
            self.threat.at(&self.way.map, cell),
            PerDay(self.parameters.hazard.siege_per_day),
            choice.threat_aversion,
        );
        let akin =
            self.mechanisms.kin && self.population.are_kin(who.community, destination.community);
        let kin = rules::kin_factor(choice, if akin { destination.community_share } else { 0.0 });
        let hosted = self.population.hosted[id.index()];
        let room = if self.mechanisms.saturation {
            // Nobody knows of a limit of some sites, and no residents share with those in them.
            let residents =
                (destination.kind == DestinationKind::Town).then_some(destination.population);
            rules::room_left(
                hosted.persons - hosted.with_kin.min(hosted.persons),
                destination.capacity,
                residents,
                self.parameters.hosting.saturation_share,
            )
        } else {
            Share(1.0)
        };
        threat
            * room.0
            * rules::friends_factor(choice, self.population.compatriots(id, who.nationality))
            * kin
            * self.prescribed.refuge(cell)
    }

    /// Factor of a way beyond the edge of the map.
    fn beyond_factor(&self, who: Chooser, id: DestinationId) -> f64 {
        let destination = &self.way.map.destinations[id.index()];
        let home = governing_state(&self.way.map, who.territory);
        if destination.receiving_state == self.way.map.territories[home.index()].code {
            return self.prescribed.refuge(destination.cells[0]);
        }
        // Over a border beyond the map: nationals of that state go home; others as to any foreign country.
        let nationality = &self.population.nationalities[who.nationality.index()];
        if destination.receiving_state == *nationality {
            return self.parameters.mobile.home_weight;
        }
        let choice = &self.parameters.destination;
        choice.foreign_weight
            * self.attraction(&destination.receiving_state)
            * self.exit_factor(who)
            * rules::friends_factor(choice, self.population.compatriots(id, who.nationality))
    }

    /// Factor of a gate by whom it lets pass and how long they wait.
    fn gate_factor(&self, who: Chooser, crossing: CrossingId, side: u8) -> f64 {
        let (x, direction) = (crossing.index(), usize::from(side));
        let passage = self.way.passage(crossing, side, who);
        let shut_for_now = self.way.map.crossings[x].status != CrossingStatus::Closed
            && self.way.policies.is_shut(x, direction);
        let wait = Days(f64::from(self.traffic.wait_days[x][direction]));
        rules::gate_factor(&self.parameters.destination, passage, shut_for_now, wait)
    }

    /// Probability of not being seen at a green border by the guards of the far side.
    fn unseen(&self, segment: SegmentId, side: u8) -> f64 {
        let (s, far) = (segment.index(), 1 - usize::from(side));
        let sensors = Share(self.guards.sensors[s][far]);
        let guards = self.guards.per_km[s][far];
        1.0 - detection_probability(&self.borders.green, guards, sensors).0
    }

    /// Factor of going to another territory, common to gates and green borders.
    fn abroad_factor(&self, friends: &OnceLock<Vec<f64>>, who: Chooser, far: TerritoryId) -> f64 {
        let (map, on) = (&self.way.map, &self.mechanisms);
        let choice = &self.parameters.destination;
        let here = governing_state(map, who.territory);
        let there = governing_state(map, far);
        let national_here = who.nationality == here.into();
        if who.nationality == there.into() && !national_here {
            return 0.0; // the displaced do not flee home; returnees have their own way
        }
        let kin_share = if on.kin && who.community != NO_COMMUNITY {
            self.population.kin_share[far.index()][who.community.index()]
        } else {
            0.0
        };
        let friends = friends.get_or_init(|| self.friends_beyond());
        let mut factor = self.attraction(&map.territories[there.index()].code)
            * rules::kin_factor(choice, f64::from(kin_share))
            * self.exit_factor(who)
            * friends[self.population.pair(far, who.nationality)];
        if !national_here && there != here {
            factor *= choice.onward_weight;
        }
        if on.source_aid && national_here {
            let aid = Share(self.way.policies.source_aid[who.territory.index()]);
            factor *= rules::source_aid_factor(choice, aid);
        }
        if on.buffer && self.way.policies.buffer[far.index()] {
            factor *= rules::buffer_factor(choice);
        }
        factor
    }

    /// What an exit bar leaves of going abroad.
    fn exit_factor(&self, who: Chooser) -> f64 {
        let here = governing_state(&self.way.map, who.territory);
        if !self.mechanisms.exit_bar || who.nationality != here.into() {
            return 1.0;
        }
        let bar = Share(self.way.policies.exit_bar[here.index()].in_force());
        rules::exit_factor(bar, self.parameters.destination.exit_bar_strength)
    }

    fn attraction(&self, state: &str) -> f64 {
        let table = &self.parameters.host_attraction;
        table.get(state).or_else(|| table.get("default")).copied().unwrap_or(1.0)
    }

    /// The odds of the destinations for somebody of a kind at a cell. Nobody goes straight back over the line that they came from,
    /// to the gate where they gave up, or from danger to as much danger.
    #[must_use]
    pub fn odds(&self, factors: &[f32], from: Standpoint) -> Odds {
        let map = &self.way.map;
        let over_border = from.came_from.is_some();
        let row = self.tables.row(map, &self.parameters.destination, from.cell, over_border);
        let here = self.threat.at(map, from.cell);
        let territory = map.cells.territory[from.cell.index()];
        let refuge = |d: DestinationId| {
            let there = if here.0 > 0.0 { arrival(map, d) } else { None };
            there.map_or(1.0, |there| {
                let fighting = PerDay(f64::from(self.threat.fighting[there.index()]));
                rules::refuge_factor(fighting, here).0
            })
        };
        let mut sum = 0.0;
        let weights = row.iter().zip(factors).zip(destinations_of(map, territory));
        let cumulative = weights.map(|((&kernel, &factor), d)| {
            let back = over_border && leads_to(map, d) == from.came_from;
            if !back && from.gave_up != Some(d) {
                sum += f64::from(kernel) * f64::from(factor) * refuge(d);
            }
            sum
        });
        Odds {
            cumulative: cumulative.collect(),
            first: map.territories[territory.index()].destinations.start,
        }
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
