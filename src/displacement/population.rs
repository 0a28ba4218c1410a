//! Residents by cell, the settled displaced by destination, and the count of everybody.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use bevy_ecs::prelude::*;

use super::group::NO_COMMUNITY;
use super::parameters::{Hosting, Parameters};
use crate::episode::{DisplacedAt, ResidentsOf};
use crate::geography::{DestinationKind, Map};
use crate::ids::{AdminId, CellId, CommunityId, DestinationId, TerritoryId};
use crate::mechanisms::Mechanisms;

/// Parts of a cell's residents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Stratum {
    /// Members of the cell's largest community.
    Main = 0,
    /// Everybody else.
    Other = 1,
    /// The already mobile population (Afghans in Iran).
    Mobile = 2,
}

/// Number of strata.
pub const STRATA: usize = 3;

/// Settled displaced people of one home, nationality, community and stratum at one destination.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cohort {
    /// Where home is.
    pub home: AdminId,
    /// Nationality.
    pub nationality: TerritoryId,
    /// Community.
    pub community: CommunityId,
    /// Stratum.
    pub stratum: u8,
    /// Persons.
    pub persons: u32,
    /// Of them with kin or friends.
    pub with_kin: u32,
    /// Mean days since arrival.
    pub age_days: f32,
}

impl Cohort {
    /// What two cohorts must share to be one.
    #[must_use]
    pub fn key(&self) -> (AdminId, TerritoryId, CommunityId, u8) {
        (self.home, self.nationality, self.community, self.stratum)
    }
}

/// Flows of a day by state (rows) and nationality (columns), persons. Both count over [`Population::nationalities`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flows {
    /// Persons who came from another state's territory.
    pub arrivals: Vec<u32>,
    /// Persons who came home.
    pub returns: Vec<u32>,
    /// Displaced persons who died, and residents killed.
    pub deaths: Vec<u32>,
}

/// Everybody: at home, settled away from home, dead. Those on the move are entities.
#[derive(Resource, Clone, Debug)]
pub struct Population {
    /// Residents still at home, by cell, all strata.
    pub residents: Vec<u32>,
    /// By stratum and cell.
    pub strata: [Vec<u32>; STRATA],
    /// Residents on day 0, by stratum and cell.
    pub initial_strata: [Vec<u32>; STRATA],
    /// Residents killed since day 0, by stratum and cell: nobody comes home in their place.
    killed: [Vec<u32>; STRATA],
    /// Displaced people present (moving or settled), by cell.
    pub displaced: Vec<u32>,
    /// Those of them who are not nationals of the state that governs the cell.
    pub refugees: Vec<u32>,
    /// Cells where `displaced` is above zero.
    pub peopled: Vec<CellId>,
    /// Residents by territory on day 0.
    pub initial_by_territory: Vec<u64>,
    /// Settled cohorts by destination, each list ordered by its keys.
    pub cohorts: Vec<Vec<Cohort>>,
    /// Settled persons by destination, those with kin apart: (all, with kin).
    pub settled: Vec<(u32, u32)>,
    /// Settled persons by destination (rows) and nationality (columns).
    settled_of: Vec<u32>,
    /// Persons who died since day 0.
    pub dead: u64,
    /// Everybody on day 0.
    pub initial_total: u64,
    /// Nationalities: the territories' codes, then the mobile population's.
    pub nationalities: Vec<String>,
    /// Flows of the current day.
    pub flows: Flows,
    /// Cells by first-level unit, ascending.
    pub cells_of: Vec<Vec<CellId>>,
    /// Share of each community's kin, itself included, in each territory on day 0: `[territory][community]`.
    pub kin_share: Vec<Vec<f32>>,
    /// Whether two communities take one another in as kin: `[community][community]`.
    akin: Vec<Vec<bool>>,
    /// Displaced persons by governing state (rows) and nationality (columns), moving and settled.
    pub present: Vec<u32>,
    /// Persons who passed from a territory (rows) to another (columns) since the start, at crossings and over green borders.
    pub passed: Vec<u64>,
    /// By destination: the state that receives who settles there (an index of `nationalities`).
    pub receiving: Vec<TerritoryId>,
}

impl Population {
    /// The population of a map on day 0; an episode may give the residents of some places.
    #[must_use]
    pub fn new(
        map: &Map,
        parameters: &Parameters,
        mechanisms: &Mechanisms,
        given: &[ResidentsOf],
    ) -> Self {
        let n = map.cells.len();
        let territories = map.territories.len();
        let mut strata: [Vec<u32>; STRATA] = [vec![0; n], vec![0; n], vec![0; n]];
        let scale: Vec<f64> = map
            .territories
            .iter()
            .map(|t| parameters.population_scale.get(&t.code).copied().unwrap_or(1.0))
            .collect();
        let mobile_state = map.territory(&parameters.mobile.state);
        let mobile_share = (parameters.mobile.persons - parameters.mobile.left_since).max(0.0)
            / parameters.mobile.state_population;
        let mut initial_by_territory = vec![0_u64; territories];
        let mut community_share = vec![vec![0.0_f32; map.communities.len()]; territories];
        let mut everybody: Vec<f64> = (0..n)
            .map(|cell| {
                (f64::from(map.cells.population[cell]) * scale[map.cells.state[cell].index()])
                    .round()
            })
            .collect();
        for place in given {
            scale_to(&mut everybody, place);
        }
        for cell in 0..n {
            let territory = map.cells.territory[cell];
            let state = map.cells.state[cell];
            let all = everybody[cell];
            let main = (all * f64::from(map.cells.community_share[cell])).round().min(all);
            strata[0][cell] = main as u32;
            strata[1][cell] = (all - main) as u32;
            if mechanisms.mobile_population && Some(state) == mobile_state {
                strata[2][cell] = (all * mobile_share).round() as u32;
            }
            let total: u32 = strata.iter().map(|s| s[cell]).sum();
            initial_by_territory[territory.index()] += u64::from(total);
            community_share[territory.index()][map.cells.community[cell].index()] += main as f32;
        }
        let akin = akin(map, &parameters.related_communities);
        let kin_share = community_share
            .iter()
            .zip(&initial_by_territory)
            .map(|(persons, &all)| {
                let kin = |related: &Vec<bool>| {
                    persons.iter().zip(related).filter(|(_, r)| **r).map(|(p, _)| p).sum::<f32>()
                };
                akin.iter().map(|related| kin(related) / all.max(1) as f32).collect()
            })
            .collect();
        let residents: Vec<u32> = (0..n).map(|c| strata.iter().map(|s| s[c]).sum()).collect();
        let mut cells_of = vec![Vec::new(); map.admin1.len()];
        for cell in 0..n {
            cells_of[map.cells.admin1[cell].index()].push(CellId::from_index(cell));
        }
        let mut nationalities: Vec<String> =
            map.territories.iter().map(|t| t.code.clone()).collect();
        nationalities.push(parameters.mobile.nationality.clone());
        let pairs = nationalities.len() * nationalities.len();
        let receiving = map
            .destinations
            .iter()
            .map(|d| {
                let known = nationalities.iter().position(|n| *n == d.receiving_state);
                known.map_or_else(|| governing_state(map, d.territory), TerritoryId::from_index)
            })
            .collect();
        Self {
            initial_total: residents.iter().map(|&r| u64::from(r)).sum(),
            residents,
            initial_strata: strata.clone(),
            killed: [(); STRATA].map(|()| vec![0; n]),
            strata,
            displaced: vec![0; n],
            refugees: vec![0; n],
            peopled: Vec::new(),
            initial_by_territory,
            cohorts: vec![Vec::new(); map.destinations.len()],
            settled: vec![(0, 0); map.destinations.len()],
            settled_of: vec![0; map.destinations.len() * nationalities.len()],
            dead: 0,
            nationalities,
            flows: Flows {
                arrivals: vec![0; pairs],
                returns: vec![0; pairs],
                deaths: vec![0; pairs],
            },
            cells_of,
            kin_share,
            akin,
            receiving,
            present: vec![0; pairs],
            passed: vec![0; territories * territories],
        }
    }

    /// The nationality of the mobile population.
    #[must_use]
    pub fn mobile_nationality(&self) -> TerritoryId {
        TerritoryId::from_index(self.nationalities.len() - 1)
    }

    /// Position of (state, nationality) in the matrices of flows and of people present.
    #[must_use]
    pub fn pair(&self, state: TerritoryId, nationality: TerritoryId) -> usize {
        state.index() * self.nationalities.len() + nationality.index()
    }

    /// Nationality and community of the residents of a cell, by stratum.
    #[must_use]
    pub fn identity(&self, map: &Map, cell: CellId, stratum: usize) -> (TerritoryId, CommunityId) {
        match stratum {
            0 => (
                governing_state(map, map.cells.territory[cell.index()]),
                map.cells.community[cell.index()],
            ),
            1 => (governing_state(map, map.cells.territory[cell.index()]), NO_COMMUNITY),
            _ => (self.mobile_nationality(), NO_COMMUNITY),
        }
    }

    /// Puts displaced people of day 0, given by an episode, into the towns and sites where they are.
    pub fn settle_given(&mut self, map: &Map, given: &DisplacedAt, hosting: &Hosting, kin: bool) {
        // Homes by unit and nationality, weighted by who lives there, with the community that most of them belong to.
        let mut homes =
            BTreeMap::<(AdminId, TerritoryId), (u64, BTreeMap<CommunityId, u64>)>::new();
        for &cell in &given.home {
            let (nationality, community) = self.identity(map, cell, Stratum::Main as usize);
            let home = homes.entry((map.cells.admin1[cell.index()], nationality)).or_default();
            home.0 += u64::from(self.residents[cell.index()]);
            *home.1.entry(community).or_default() += u64::from(self.strata[0][cell.index()]);
        }
        let at = shelters(map, &given.at);
        let weights: Vec<f64> = homes
            .values()
            .flat_map(|home| at.iter().map(|&d| home.0 as f64 * shelter_weight(map, d)))
            .collect();
        let parts = shares_of(given.persons, &weights);
        let places = homes.iter().flat_map(|home| at.iter().map(move |&d| (home, d)));
        for (((&(home, nationality), (_, communities)), d), persons) in places.zip(parts) {
            if persons == 0 {
                continue;
            }
            let most = communities.iter().max_by_key(|(id, n)| (**n, std::cmp::Reverse(**id)));
            let community = most.map_or(NO_COMMUNITY, |(id, _)| *id);
            let kin_here = kin && self.are_kin(community, map.destinations[d.index()].community);
            let with_kin = if kin_here { persons as f64 * hosting.kin_hosted_share } else { 0.0 };
            let cohort = Cohort {
                home,
                nationality,
                community,
                stratum: Stratum::Main as u8,
                persons: persons as u32,
                with_kin: with_kin as u32,
                age_days: hosting.new_arrival_days as f32,
            };
            self.settle(d, cohort);
            self.initial_total += persons;
        }
    }

    /// Whether people of a community are taken in as kin where another one is the largest.
    #[must_use]
    pub fn are_kin(&self, a: CommunityId, b: CommunityId) -> bool {
        self.akin
            .get(a.index())
            .and_then(|related| related.get(b.index()))
            .copied()
            .unwrap_or(false)
    }

    /// Persons of a nationality who have settled at a destination.
    #[must_use]
    pub fn compatriots(&self, at: DestinationId, nationality: TerritoryId) -> u32 {
        self.settled_of[at.index() * self.nationalities.len() + nationality.index()]
    }

    /// Takes persons out of a cohort, those with kin in proportion.
    pub fn take_from_cohort(&mut self, at: DestinationId, i: usize, persons: u32) {
        let cohort = &mut self.cohorts[at.index()][i];
        let part = u64::from(cohort.with_kin) * u64::from(persons);
        let with_kin =
            (part.div_ceil(u64::from(cohort.persons.max(1))) as u32).min(cohort.with_kin);
        cohort.persons -= persons;
        cohort.with_kin -= with_kin;
        self.settled_of[at.index() * self.nationalities.len() + cohort.nationality.index()] -=
            persons;
        let settled = &mut self.settled[at.index()];
        settled.0 -= persons;
        settled.1 -= with_kin;
    }

    /// Share of a stratum of a cell's residents who are still there, 0 to 1.
    #[must_use]
    pub fn share_there(&self, cell: CellId, stratum: usize) -> f64 {
        let initial = self.initial_strata[stratum][cell.index()];
        if initial == 0 {
            1.0
        } else {
            (f64::from(self.strata[stratum][cell.index()]) / f64::from(initial)).min(1.0)
        }
    }

    /// Share of the residents of a cell who have left.
    #[must_use]
    pub fn share_gone(&self, cell: CellId) -> f64 {
        let initial: u32 = self.initial_strata.iter().map(|s| s[cell.index()]).sum();
        if initial == 0 {
            0.0
        } else {
            1.0 - f64::from(self.residents[cell.index()]) / f64::from(initial)
        }
    }

    /// Residents of a cell on day 0 who are alive and not there now.
    #[must_use]
    pub fn gone(&self, cell: CellId) -> u32 {
        (0..STRATA).map(|stratum| self.missing(cell, stratum)).sum()
    }

    fn missing(&self, cell: CellId, stratum: usize) -> u32 {
        let c = cell.index();
        self.initial_strata[stratum][c]
            .saturating_sub(self.strata[stratum][c] + self.killed[stratum][c])
    }

    /// Takes residents of a stratum away from a cell.
    pub fn leave_home(&mut self, cell: CellId, stratum: usize, persons: u32) {
        self.strata[stratum][cell.index()] -= persons;
        self.residents[cell.index()] -= persons;
    }

    /// Brings people home to the cells of a unit where their stratum misses most, weighted by how willingly people return there
    /// (`willing`, any scale); all of them to the first cell that has room for them, the rest on.
    pub fn come_home(
        &mut self,
        home: AdminId,
        stratum: u8,
        mut persons: u32,
        willing: impl Fn(CellId) -> f64,
    ) {
        let stratum = usize::from(stratum);
        let cells = std::mem::take(&mut self.cells_of[home.index()]);
        while persons > 0 {
            // The emptiest cell first; ties to the emptier, then to the larger place, then to the lower id.
            let place = |&cell: &CellId| {
                let missing = self.missing(cell, stratum);
                let call = if missing > 0 { f64::from(missing) * willing(cell) } else { 0.0 };
                (call, missing, self.initial_strata[stratum][cell.index()], Reverse(cell))
            };
            let first = cells
                .iter()
                .map(place)
                .max_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2, a.3).cmp(&(b.1, b.2, b.3))));
            let Some((_, missing, _, Reverse(cell))) = first else { break };
            let room = if missing == 0 { persons } else { missing.min(persons) };
            self.strata[stratum][cell.index()] += room;
            self.residents[cell.index()] += room;
            persons -= room;
        }
        self.cells_of[home.index()] = cells;
    }

    /// Adds people to a destination's settled.
    pub fn settle(&mut self, at: DestinationId, arrivals: Cohort) {
        let list = &mut self.cohorts[at.index()];
        match list.binary_search_by_key(&arrivals.key(), Cohort::key) {
            Ok(i) => {
                let all = list[i].persons + arrivals.persons;
                list[i].age_days = (list[i].age_days * list[i].persons as f32
                    + arrivals.age_days * arrivals.persons as f32)
                    / all.max(1) as f32;
                list[i].persons = all;
                list[i].with_kin += arrivals.with_kin;
            }
            Err(i) => list.insert(i, arrivals),
        }
        self.settled_of[at.index() * self.nationalities.len() + arrivals.nationality.index()] +=
            arrivals.persons;
        self.settled[at.index()].0 += arrivals.persons;
        self.settled[at.index()].1 += arrivals.with_kin;
    }

    /// Kills residents of a cell, the larger stratum first; returns how many could be found.
    pub fn kill_residents(&mut self, map: &Map, cell: CellId, mut persons: u32) -> u32 {
        let wanted = persons;
        for stratum in 0..STRATA {
            let here = self.strata[stratum][cell.index()].min(persons);
            if here > 0 {
                let (nationality, _) = self.identity(map, cell, stratum);
                self.strata[stratum][cell.index()] -= here;
                self.residents[cell.index()] -= here;
                self.killed[stratum][cell.index()] += here;
                let state = governing_state(map, map.cells.territory[cell.index()]);
                let pair = self.pair(state, nationality);
                self.flows.deaths[pair] += here;
                persons -= here;
            }
        }
        self.dead += u64::from(wanted - persons);
        wanted - persons
    }

    /// Persons at home, settled and dead: with those on the move this is always everybody of day 0.
    #[must_use]
    pub fn accounted_for(&self) -> u64 {
        let home: u64 = self.residents.iter().map(|&r| u64::from(r)).sum();
        let settled: u64 = self.cohorts.iter().flatten().map(|c| u64::from(c.persons)).sum();
        home + settled + self.dead
    }
}

/// Which communities are kin: each to itself, and those of one family to each other. Names that the map lacks are left out.
fn akin(map: &Map, families: &[Vec<String>]) -> Vec<Vec<bool>> {
    let n = map.communities.len();
    (0..n)
        .map(|a| {
            let together = |b: usize| {
                let in_family =
                    |family: &Vec<String>, c: usize| family.contains(&map.communities[c]);
                a == b || families.iter().any(|family| in_family(family, a) && in_family(family, b))
            };
            (0..n).map(together).collect()
        })
        .collect()
}

/// Scales the residents of a place's cells alike, so that they come to the given number exactly.
fn scale_to(residents: &mut [f64], place: &ResidentsOf) {
    let weights: Vec<f64> = place.cells.iter().map(|c| residents[c.index()]).collect();
    for (cell, persons) in place.cells.iter().zip(shares_of(place.persons, &weights)) {
        residents[cell.index()] = persons as f64;
    }
}

/// Splits a whole in proportion to weights; the parts are integers and sum to it. All zero when the weights are.
fn shares_of(whole: u64, weights: &[f64]) -> Vec<u64> {
    let sum: f64 = weights.iter().sum();
    let (mut passed, mut given) = (0.0, 0_u64);
    weights
        .iter()
        .map(|weight| {
            passed += weight;
            let so_far = if sum > 0.0 { (whole as f64 * (passed / sum)).round() as u64 } else { 0 };
            let part = so_far - given;
            given = so_far;
            part
        })
        .collect()
}

/// Towns and reception sites in some cells; where there are none, the town nearest to the most populous of them in its territory.
#[must_use]
pub fn shelters(map: &Map, cells: &[CellId]) -> Vec<DestinationId> {
    let all = || {
        map.destinations
            .iter()
            .enumerate()
            .filter(|(_, d)| matches!(d.kind, DestinationKind::Town | DestinationKind::Camp))
    };
    let inside: Vec<DestinationId> = all()
        .filter(|(_, d)| cells.binary_search(&d.cells[0]).is_ok())
        .map(|(i, _)| DestinationId::from_index(i))
        .collect();
    if !inside.is_empty() {
        return inside;
    }
    let seat = cells
        .iter()
        .copied()
        .max_by_key(|c| (map.cells.population[c.index()], std::cmp::Reverse(*c)));
    let Some(seat) = seat.map(CellId::index) else { return inside };
    let km = |cell: CellId| {
        let at = |c: usize| (f64::from(map.cells.lat[c]), f64::from(map.cells.lon[c]));
        let ((a, b), (c, d)) = (at(cell.index()), at(seat));
        crate::geography::network::great_circle_km(a, b, c, d)
    };
    all()
        .filter(|(_, d)| {
            d.kind == DestinationKind::Town && d.territory == map.cells.territory[seat]
        })
        .min_by(|(_, a), (_, b)| km(a.cells[0]).total_cmp(&km(b.cells[0])))
        .map(|(i, _)| DestinationId::from_index(i))
        .into_iter()
        .collect()
}

/// How many of the displaced of day 0 a place takes, relative to others: its residents, or a site's places.
fn shelter_weight(map: &Map, at: DestinationId) -> f64 {
    let place = &map.destinations[at.index()];
    match place.kind {
        DestinationKind::Camp if place.capacity.is_finite() => place.capacity,
        _ => (place.population as f64).max(1.0),
    }
}

/// The state that governs a territory.
#[must_use]
pub fn governing_state(map: &Map, territory: TerritoryId) -> TerritoryId {
    map.territories[territory.index()].governed_by
}

/// Whether people settle at such a destination.
#[must_use]
pub fn is_place_to_stay(kind: DestinationKind) -> bool {
    matches!(kind, DestinationKind::Town | DestinationKind::Camp | DestinationKind::Beyond)
}
