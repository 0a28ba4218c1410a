//! Residents by cell, the hosted displaced by destination, and the count of everybody.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use bevy_ecs::prelude::*;

use super::group::{DisplacedGroup, NO_COMMUNITY, Origin, Stratum};
use super::parameters::{Mobile, Parameters};
use crate::geography::{DestinationKind, Map};
use crate::ids::{AdminId, CellId, CommunityId, DestinationId, NationalityId, TerritoryId};
use crate::mechanisms::Mechanisms;
use crate::prescribed::place::shelters;
use crate::prescribed::state::{DisplacedAt, ResidentsOf};

/// Hosted displaced people of one origin at one destination.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cohort {
    /// Where from and who.
    pub origin: Origin,
    /// Persons.
    pub persons: u32,
    /// Of them with kin or friends.
    pub with_kin: u32,
    /// Mean days since arrival.
    pub age_days: f32,
}

/// Displaced persons hosted at a destination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hosted {
    /// All of them.
    pub persons: u32,
    /// Of them with kin or friends.
    pub with_kin: u32,
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

/// Persons by stratum and cell.
pub type Strata = [Vec<u32>; Stratum::COUNT];

/// Everybody: at home, hosted away from home, dead. Those on the move are entities.
#[derive(Resource, Clone, Debug)]
pub struct Population {
    /// Residents still at home, by cell, all strata.
    pub residents: Vec<u32>,
    /// Residents still at home, by [`Stratum`] and cell.
    pub strata: Strata,
    /// Residents on day 0.
    pub initial_strata: Strata,
    /// Residents killed since day 0: nobody comes home in their place.
    killed: Strata,
    /// Displaced people present (moving or hosted), by cell.
    pub displaced: Vec<u32>,
    /// Those of them who are not nationals of the state that governs the cell.
    pub refugees: Vec<u32>,
    /// Cells where `displaced` is above zero.
    pub peopled: Vec<CellId>,
    /// Residents by territory on day 0.
    pub initial_by_territory: Vec<u64>,
    /// Hosted cohorts by destination, each list ordered by its origins.
    pub cohorts: Vec<Vec<Cohort>>,
    /// Hosted persons by destination.
    pub hosted: Vec<Hosted>,
    /// Hosted persons by destination (rows) and nationality (columns).
    hosted_of: Vec<u32>,
    /// Persons who died since day 0.
    pub dead: u64,
    /// Everybody on day 0.
    pub initial_total: u64,
    /// Names of the nationalities: the territories' codes, then the mobile population's.
    pub nationalities: Vec<String>,
    /// Flows of the current day.
    pub flows: Flows,
    /// Cells where somebody of the mobile population lives on day 0, ascending: they may leave without any threat.
    pub mobile_cells: Vec<CellId>,
    /// Cells by first-level unit, ascending.
    pub cells_of: Vec<Vec<CellId>>,
    /// Share of each community's kin, itself included, in each territory on day 0: `[territory][community]`.
    pub kin_share: Vec<Vec<f32>>,
    /// Whether two communities take one another in as kin: `[community][community]`.
    akin: Vec<Vec<bool>>,
    /// Displaced persons by governing state (rows) and nationality (columns), moving and hosted.
    pub present: Vec<u32>,
    /// Persons who passed from a territory (rows) to another (columns) since the start, at crossings and over green borders.
    pub passed: Vec<u64>,
    /// By destination: the state that receives whom it hosts, as one of the nationalities.
    pub receiving: Vec<NationalityId>,
}

impl Population {
    /// The population of a map on day 0, all of it at home; an episode may prescribe the residents of some places.
    #[must_use]
    pub fn new(
        map: &Map,
        parameters: &Parameters,
        mechanisms: &Mechanisms,
        prescribed: &[ResidentsOf],
    ) -> Self {
        let (n, territories) = (map.cells.len(), map.territories.len());
        let mobile = mechanisms.mobile_population.then_some(&parameters.mobile);
        let strata = initial_strata(map, everybody(map, parameters, prescribed), mobile);
        let residents: Vec<u32> =
            (0..n).map(|cell| strata.iter().map(|persons| persons[cell]).sum()).collect();

        // Who lives where, by territory and by unit.
        let mut initial_by_territory = vec![0_u64; territories];
        let mut cells_of = vec![Vec::new(); map.admin1.len()];
        for (cell, &persons) in residents.iter().enumerate() {
            initial_by_territory[map.cells.territory[cell].index()] += u64::from(persons);
            cells_of[map.cells.admin1[cell].index()].push(CellId::from_index(cell));
        }
        let is_mobile = |c: &usize| strata[Stratum::Mobile as usize][*c] > 0;
        let mobile_cells = (0..n).filter(is_mobile).map(CellId::from_index).collect();
        let akin = akin(map, &parameters.related_communities);

        // Tables by nationality and destination.
        let mut nationalities: Vec<String> =
            map.territories.iter().map(|t| t.code.clone()).collect();
        nationalities.push(parameters.mobile.nationality.clone());
        let by_pair = vec![0; nationalities.len() * nationalities.len()];
        Self {
            initial_total: residents.iter().map(|&r| u64::from(r)).sum(),
            residents,
            kin_share: kin_share(map, &strata, &initial_by_territory, &akin),
            initial_strata: strata.clone(),
            killed: [(); Stratum::COUNT].map(|()| vec![0; n]),
            strata,
            displaced: vec![0; n],
            refugees: vec![0; n],
            peopled: Vec::new(),
            initial_by_territory,
            cohorts: vec![Vec::new(); map.destinations.len()],
            hosted: vec![Hosted::default(); map.destinations.len()],
            hosted_of: vec![0; map.destinations.len() * nationalities.len()],
            dead: 0,
            flows: Flows {
                arrivals: by_pair.clone(),
                returns: by_pair.clone(),
                deaths: by_pair.clone(),
            },
            mobile_cells,
            cells_of,
            akin,
            receiving: receiving(map, &nationalities),
            nationalities,
            present: by_pair,
            passed: vec![0; territories * territories],
        }
    }

    /// The nationality of the mobile population.
    #[must_use]
    pub fn mobile_nationality(&self) -> NationalityId {
        NationalityId::from_index(self.nationalities.len() - 1)
    }

    /// Position of (state, nationality) in the matrices of flows and of people present.
    #[must_use]
    pub fn pair(&self, state: impl Into<NationalityId>, nationality: NationalityId) -> usize {
        state.into().index() * self.nationalities.len() + nationality.index()
    }

    /// Where the residents of a cell are at home, and who they are, by stratum.
    #[must_use]
    pub fn origin(&self, map: &Map, cell: CellId, stratum: Stratum) -> Origin {
        let state = governing_state(map, map.cells.territory[cell.index()]);
        let (nationality, community) = match stratum {
            Stratum::Main => (state.into(), map.cells.community[cell.index()]),
            Stratum::Other => (state.into(), NO_COMMUNITY),
            Stratum::Mobile => (self.mobile_nationality(), NO_COMMUNITY),
        };
        Origin { home: map.cells.admin1[cell.index()], nationality, community, stratum }
    }

    /// Puts displaced people of day 0, prescribed by an episode, into the towns and sites where they are.
    pub fn host_prescribed(
        &mut self,
        map: &Map,
        displaced: &DisplacedAt,
        parameters: &Parameters,
        mechanisms: &Mechanisms,
    ) {
        // Homes by unit and nationality, weighted by who lives there, with the community that most of them belong to.
        let mut homes =
            BTreeMap::<(AdminId, NationalityId), (u64, BTreeMap<CommunityId, u64>)>::new();
        for &cell in &displaced.home {
            let main = self.origin(map, cell, Stratum::Main);
            let home = homes.entry((main.home, main.nationality)).or_default();
            home.0 += u64::from(self.residents[cell.index()]);
            *home.1.entry(main.community).or_default() +=
                u64::from(self.strata[Stratum::Main as usize][cell.index()]);
        }

        // Each pair of a home and a shelter takes its share.
        let at = shelters(map, &displaced.at);
        let weights: Vec<f64> = homes
            .values()
            .flat_map(|home| at.iter().map(|&d| home.0 as f64 * shelter_weight(map, d)))
            .collect();
        let parts = shares_of(displaced.persons, &weights);
        let places = homes.iter().flat_map(|home| at.iter().map(move |&d| (home, d)));
        for (((&(home, nationality), (_, communities)), d), persons) in places.zip(parts) {
            if persons == 0 {
                continue;
            }
            let most = communities.iter().max_by_key(|(id, n)| (**n, Reverse(**id)));
            let community = most.map_or(NO_COMMUNITY, |(id, _)| *id);
            let origin = Origin { home, nationality, community, stratum: Stratum::Main };
            let age_days = parameters.hosting.new_arrival_days as f32;
            let kin_share = if mechanisms.kin { parameters.hosting.kin_hosted_share } else { 0.0 };
            self.host(map, d, origin, persons as u32, kin_share, age_days);
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

    /// Persons of a nationality who are hosted at a destination.
    #[must_use]
    pub fn compatriots(&self, at: DestinationId, nationality: NationalityId) -> u32 {
        self.hosted_of[at.index() * self.nationalities.len() + nationality.index()]
    }

    /// Takes persons out of a cohort, those with kin in proportion.
    pub fn take_from_cohort(&mut self, at: DestinationId, i: usize, persons: u32) {
        let cohort = &mut self.cohorts[at.index()][i];
        let part = u64::from(cohort.with_kin) * u64::from(persons);
        let with_kin =
            (part.div_ceil(u64::from(cohort.persons.max(1))) as u32).min(cohort.with_kin);
        cohort.persons -= persons;
        cohort.with_kin -= with_kin;
        let nationality = cohort.origin.nationality;
        self.hosted_of[at.index() * self.nationalities.len() + nationality.index()] -= persons;
        let hosted = &mut self.hosted[at.index()];
        hosted.persons -= persons;
        hosted.with_kin -= with_kin;
    }

    /// Writes persons down as dead, in a state.
    pub fn book_deaths(
        &mut self,
        state: impl Into<NationalityId>,
        nationality: NationalityId,
        persons: u32,
    ) {
        let pair = self.pair(state, nationality);
        self.flows.deaths[pair] += persons;
        self.dead += u64::from(persons);
    }

    /// Takes persons out of a cohort who have died.
    pub fn die_in_cohort(&mut self, at: DestinationId, i: usize, persons: u32) {
        self.take_from_cohort(at, i, persons);
        let nationality = self.cohorts[at.index()][i].origin.nationality;
        self.book_deaths(self.receiving[at.index()], nationality, persons);
    }

    /// Share of a stratum of a cell's residents who are still there, 0 to 1.
    #[must_use]
    pub fn share_there(&self, cell: CellId, stratum: Stratum) -> f64 {
        let initial = self.initial_strata[stratum as usize][cell.index()];
        if initial == 0 {
            1.0
        } else {
            (f64::from(self.strata[stratum as usize][cell.index()]) / f64::from(initial)).min(1.0)
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
        Stratum::ALL.iter().map(|&stratum| self.missing(cell, stratum)).sum()
    }

    fn missing(&self, cell: CellId, stratum: Stratum) -> u32 {
        let (s, c) = (stratum as usize, cell.index());
        self.initial_strata[s][c].saturating_sub(self.strata[s][c] + self.killed[s][c])
    }

    /// Takes residents of a stratum away from a cell.
    pub fn leave_home(&mut self, cell: CellId, stratum: Stratum, persons: u32) {
        self.strata[stratum as usize][cell.index()] -= persons;
        self.residents[cell.index()] -= persons;
    }

    /// Brings people home to the cells of their unit where their stratum misses most, weighted by how willingly people return
    /// there (`willing`, any scale); all of them to the first cell that has room for them, the rest on.
    pub fn come_home(&mut self, origin: Origin, mut persons: u32, willing: impl Fn(CellId) -> f64) {
        let s = origin.stratum as usize;
        let cells = std::mem::take(&mut self.cells_of[origin.home.index()]);
        while persons > 0 {
            // The emptiest cell first; ties to the emptier, then to the larger place, then to the lower id.
            let place = |&cell: &CellId| {
                let missing = self.missing(cell, origin.stratum);
                let call = if missing > 0 { f64::from(missing) * willing(cell) } else { 0.0 };
                (call, missing, self.initial_strata[s][cell.index()], Reverse(cell))
            };
            let first = cells
                .iter()
                .map(place)
                .max_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2, a.3).cmp(&(b.1, b.2, b.3))));
            let Some((_, missing, _, Reverse(cell))) = first else { break };
            let room = if missing == 0 { persons } else { missing.min(persons) };
            self.strata[s][cell.index()] += room;
            self.residents[cell.index()] += room;
            persons -= room;
        }
        self.cells_of[origin.home.index()] = cells;
    }

    /// Adds people to those hosted at a destination. Of those whose community lives there, a share finds kin or friends.
    pub fn host(
        &mut self,
        map: &Map,
        at: DestinationId,
        origin: Origin,
        persons: u32,
        kin_hosted_share: f64,
        age_days: f32,
    ) {
        let akin = self.are_kin(origin.community, map.destinations[at.index()].community);
        let with_kin = if akin { (f64::from(persons) * kin_hosted_share) as u32 } else { 0 };
        let list = &mut self.cohorts[at.index()];
        match list.binary_search_by_key(&origin, |cohort| cohort.origin) {
            Ok(i) => {
                let all = list[i].persons + persons;
                list[i].age_days = (list[i].age_days * list[i].persons as f32
                    + age_days * persons as f32)
                    / all.max(1) as f32;
                list[i].persons = all;
                list[i].with_kin += with_kin;
            }
            Err(i) => list.insert(i, Cohort { origin, persons, with_kin, age_days }),
        }
        let of = at.index() * self.nationalities.len() + origin.nationality.index();
        self.hosted_of[of] += persons;
        self.hosted[at.index()].persons += persons;
        self.hosted[at.index()].with_kin += with_kin;
    }

    /// Kills people at a cell: residents, the larger stratum first, then the hosted; who cannot be found there is not counted
    /// as dead.
    pub fn kill(&mut self, map: &Map, cell: CellId, mut persons: u32) {
        for stratum in Stratum::ALL {
            let (s, c) = (stratum as usize, cell.index());
            let here = self.strata[s][c].min(persons);
            if here > 0 {
                self.leave_home(cell, stratum, here);
                self.killed[s][c] += here;
                let state = governing_state(map, map.cells.territory[c]);
                let nationality = self.origin(map, cell, stratum).nationality;
                self.book_deaths(state, nationality, here);
                persons -= here;
            }
        }
        if persons == 0 {
            return;
        }
        let territory = &map.territories[map.cells.territory[cell.index()].index()];
        for at in territory.destinations.clone().map(DestinationId) {
            let place = &map.destinations[at.index()];
            if place.kind == DestinationKind::Beyond || place.cells[0] != cell {
                continue;
            }
            for i in 0..self.cohorts[at.index()].len() {
                let here = self.cohorts[at.index()][i].persons.min(persons);
                if here > 0 {
                    persons -= here;
                    self.die_in_cohort(at, i, here);
                }
            }
        }
    }

    /// Counts persons of a group who pass from one territory to another, at a crossing or over the green border; and as arrivals
    /// those who enter a state's territory, unless they come home.
    pub fn record_passage(
        &mut self,
        map: &Map,
        [from, to]: [TerritoryId; 2],
        group: &DisplacedGroup,
        persons: u32,
    ) {
        self.passed[from.index() * map.territories.len() + to.index()] += u64::from(persons);
        let nationality = group.origin.nationality;
        let state = governing_state(map, to);
        // Who comes back from a visit home is no newcomer.
        if governing_state(map, from) != state
            && nationality != state.into()
            && group.base.is_none()
        {
            let pair = self.pair(state, nationality);
            self.flows.arrivals[pair] += persons;
        }
    }

    /// Persons at home, hosted and dead: with those on the move this is always everybody of day 0.
    #[must_use]
    pub fn accounted_for(&self) -> u64 {
        let home: u64 = self.residents.iter().map(|&r| u64::from(r)).sum();
        let hosted: u64 = self.cohorts.iter().flatten().map(|c| u64::from(c.persons)).sum();
        home + hosted + self.dead
    }
}

/// Residents of each cell on day 0, all strata but the mobile population.
fn everybody(map: &Map, parameters: &Parameters, prescribed: &[ResidentsOf]) -> Vec<f64> {
    let scale = |territory: TerritoryId| {
        let code = &map.territories[territory.index()].code;
        parameters.population_scale.get(code).copied().unwrap_or(1.0)
    };
    let persons = map.cells.population.iter().zip(&map.cells.state);
    let mut everybody: Vec<f64> =
        persons.map(|(&persons, &state)| (f64::from(persons) * scale(state)).round()).collect();
    for place in prescribed {
        scale_to(&mut everybody, place);
    }
    everybody
}

/// Residents by stratum and cell.
fn initial_strata(map: &Map, everybody: Vec<f64>, mobile: Option<&Mobile>) -> Strata {
    let mobile_share =
        mobile.map_or(0.0, |m| (m.persons - m.left_since).max(0.0) / m.state_population);
    let mobile_state = mobile.and_then(|m| map.territory(&m.state));
    let mut strata: Strata = Default::default();
    for (cell, all) in everybody.into_iter().enumerate() {
        let main = (all * f64::from(map.cells.community_share[cell])).round().min(all);
        let has_mobile = Some(map.cells.state[cell]) == mobile_state;
        let mobile = if has_mobile { (all * mobile_share).round() } else { 0.0 };
        for (persons, here) in strata.iter_mut().zip([main, all - main, mobile]) {
            persons.push(here as u32);
        }
    }
    strata
}

/// Share of each community's kin in each territory: `[territory][community]`.
fn kin_share(map: &Map, strata: &Strata, all: &[u64], akin: &[Vec<bool>]) -> Vec<Vec<f32>> {
    let mut of_community = vec![vec![0.0_f32; map.communities.len()]; map.territories.len()];
    for (cell, &main) in strata[Stratum::Main as usize].iter().enumerate() {
        let community = map.cells.community[cell].index();
        of_community[map.cells.territory[cell].index()][community] += main as f32;
    }
    let of_territory = |(persons, &all): (&Vec<f32>, &u64)| {
        let kin = |related: &Vec<bool>| {
            persons.iter().zip(related).filter(|(_, r)| **r).map(|(p, _)| p).sum::<f32>()
        };
        akin.iter().map(|related| kin(related) / all.max(1) as f32).collect()
    };
    of_community.iter().zip(all).map(of_territory).collect()
}

/// By destination: the state that receives whom it hosts; the governing one where it is not known.
fn receiving(map: &Map, nationalities: &[String]) -> Vec<NationalityId> {
    let state_of = |d: &crate::geography::Destination| {
        let known = nationalities.iter().position(|n| *n == d.receiving_state);
        known.map_or_else(|| governing_state(map, d.territory).into(), NationalityId::from_index)
    };
    map.destinations.iter().map(state_of).collect()
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
