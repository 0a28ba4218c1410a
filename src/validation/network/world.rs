//! The world of a network run: the model's own systems of displacement, and the few that only a network has.
//!
//! # What is network-only
//!
//! - The number of people who enter on a day is given (`rules::entering`); the model's own departures are not used.
//! - They start at places in conflict, by the model's hazard of leaving there and not by residents
//!   (`rules::source_weight`); where no conflict is felt, at the places where it was last; where none ever was, anywhere at
//!   home. When a place has nobody left, more come from its surroundings.
//! - A conflict of intensity 1 is felt like the deaths of a siege (`rules::deaths_of_intensity`).
//! - Destinations are the camps alone, for the counts know nobody else.
//! - Closures and the passing on of people are states of the map; travellers whose way or camp has closed choose again.
//! - Who arrives at a full camp goes on while there is room elsewhere (`rules::goes_on`).
//! - Nobody dies and nobody returns: the counts are net of both already. No winter, for heights are unknown.
//! - There are no borders with gates, guards or policies.

use std::sync::{Arc, OnceLock};

use bevy_ecs::prelude::*;

use super::plan::Plan;
use super::rules;
use crate::borders::CrossingTraffic;
use crate::conflict::state::Violence;
use crate::displacement::choice::{ChoiceTables, Chooser, Conditions};
use crate::displacement::decide::{Departure, DeparturePlan, choose_destinations, leaving_hazard};
use crate::displacement::group::{Activity, DisplacedGroup, NO_COMMUNITY, Travel};
use crate::displacement::hosting::{self, BeyondQuota};
use crate::displacement::population::{Cohort, STRATA, Stratum};
use crate::displacement::threat::{PerceivedThreat, perceive_threat};
use crate::displacement::travel::{self, NextGroup, Roads};
use crate::displacement::{Population, start_day};
use crate::episode::Given;
use crate::geography::{Map, TravelMode};
use crate::ids::{AdminId, CellId, DestinationId, TerritoryId};
use crate::leadership::{Leadership, Outcome, ProvinceCondition};
use crate::random::{DrawId, Draws, RunKey, Stream, binomial};
use crate::scenario::Scenario;
use crate::schedule::{Phase, empty_step};
use crate::simulation::ScenarioRes;
use crate::states::{Guards, KinEntry, Policies};
use crate::time::Clock;
use crate::units::PerDay;
use crate::world::{RunMap, ThreadsInRun};

/// The one territory.
const HOME: TerritoryId = TerritoryId(0);

/// Bytes that the entity world keeps of an entity besides its components: its id in the table, and its place (archetype,
/// row, table, row, generation).
const ENTITY_BYTES: usize = 8 + 24;

/// The case, shared.
#[derive(Resource, Clone)]
struct PlanRes(Arc<Plan>);

/// Who is to enter.
#[derive(Resource)]
struct Entry {
    /// Persons who could not enter yet, because no camp can be reached.
    waiting: u32,
    /// By place: the last day with conflict.
    last_conflict: Vec<Option<u32>>,
    /// Persons added where a place had nobody left.
    added: u64,
}

/// A network run.
pub struct Network {
    world: World,
    schedule: Schedule,
    plan: Arc<Plan>,
    map: usize,
}

/// What a day cost and how many there were.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Present {
    /// Persons on the way.
    pub moving: u64,
    /// Groups on the way.
    pub groups: u64,
    /// Persons in camps.
    pub settled: u64,
    /// Bytes that hold both.
    pub bytes: usize,
}

/// The scenario as a network case uses it: what the counts or the map do not allow is off.
#[must_use]
pub fn for_networks(mut scenario: Scenario) -> Scenario {
    scenario.run.steps_per_day = 1;
    let on = &mut scenario.mechanisms;
    on.mortality = false;
    on.return_home = false;
    on.mobile_population = false;
    on.green_border = false;
    scenario
}

impl Network {
    /// A world on day 0; `scenario` as [`for_networks`] gives it.
    #[must_use]
    pub fn new(
        plan: &Arc<Plan>,
        scenario: &Arc<Scenario>,
        start: jiff::civil::Date,
        key: RunKey,
        threads: usize,
    ) -> Self {
        let map = Arc::clone(&plan.maps[plan.map_of_day.first().copied().unwrap_or(0)]);
        let mut population =
            Population::new(&map, &scenario.displacement, &scenario.mechanisms, &[]);
        // Where those of day 0 come from is not known: they count as people of the largest place at home.
        let home = (0..map.cells.len())
            .filter(|&c| plan.is_home[c])
            .max_by_key(|&c| (map.cells.population[c], std::cmp::Reverse(c)))
            .unwrap_or(0);
        for (d, &persons) in plan.at_start.iter().enumerate().filter(|(_, p)| **p > 0) {
            let cohort = Cohort {
                home: AdminId::from_index(home),
                nationality: HOME,
                community: NO_COMMUNITY,
                stratum: Stratum::Other as u8,
                persons,
                with_kin: 0,
                age_days: scenario.displacement.hosting.new_arrival_days as f32,
            };
            population.settle(DestinationId::from_index(d), cohort);
            population.initial_total += u64::from(persons);
        }
        let n = map.cells.len();
        let mut world = World::new();
        world.insert_resource(Clock::new(start, 1));
        world.insert_resource(key);
        world.insert_resource(ScenarioRes(Arc::clone(scenario)));
        scenario.put_into(&mut world);
        world.insert_resource(ThreadsInRun(threads));
        world.insert_resource(PlanRes(Arc::clone(plan)));
        world.insert_resource(Entry { waiting: 0, last_conflict: vec![None; n], added: 0 });
        // What other domains would say: nothing.
        let quiet = ProvinceCondition { control: 1.0, unrest: 0.0 };
        world.insert_resource(Leadership::still(Outcome::Continuity, vec![quiet; n]));
        world.insert_resource(Violence {
            fatalities: vec![0.0; n],
            challenge: vec![0.0; n],
            advance: vec![0.0; n],
            active: Vec::new(),
            prescribed_control: Vec::new(),
        });
        world.insert_resource(Policies {
            passage: Vec::new(),
            exit_bar: vec![0.0],
            source_aid: vec![0.0],
            buffer: vec![false],
        });
        world.insert_resource(Guards {
            per_km: Vec::new(),
            sensors: Vec::new(),
            strain: Vec::new(),
            reserve_72h: Vec::new(),
        });
        world.insert_resource(CrossingTraffic::default());
        world.insert_resource(tables(&map, scenario, &population));
        world.insert_resource(Given::default());
        world.insert_resource(DeparturePlan::default());
        world.insert_resource(PerceivedThreat::new(&map, &map.territories[0].code, ""));
        world.insert_resource(NextGroup::default());
        world.insert_resource(Roads::new(&map));
        world.insert_resource(BeyondQuota(vec![f64::INFINITY; map.destinations.len()]));
        world.insert_resource(population);
        world.insert_resource(RunMap(map));
        let mut schedule = empty_step(false);
        schedule.add_systems(start_day.in_set(Phase::Clock));
        schedule.add_systems(
            (feel_conflict, perceive_threat, enter, choose_destinations)
                .chain()
                .in_set(Phase::Plan),
        );
        schedule.add_systems((travel::depart, travel::travel).chain().in_set(Phase::Move));
        schedule.add_systems(
            (
                send_on,
                hosting::settle_arrivals,
                hosting::live_in_displacement,
                hosting::count_the_displaced,
            )
                .chain()
                .in_set(Phase::Host),
        );
        Self {
            world,
            schedule,
            plan: Arc::clone(plan),
            map: plan.map_of_day.first().copied().unwrap_or(0),
        }
    }

    /// Simulates a day; days come in order from 0.
    ///
    /// # Panics
    /// When persons were lost or made: a bug.
    pub fn step(&mut self, day: u32) {
        self.world.resource_mut::<Clock>().set_step(day);
        let map = self.plan.map_of_day[day as usize];
        if map != self.map {
            self.map = map;
            self.change_map();
        }
        self.schedule.run(&mut self.world);
        let population = self.world.resource::<Population>();
        let present: u64 = population.present.iter().map(|&p| u64::from(p)).sum();
        let home: u64 = population.residents.iter().map(|&r| u64::from(r)).sum();
        assert_eq!(
            home + present + population.dead,
            population.initial_total,
            "persons were lost or made"
        );
    }

    /// Persons settled at each destination of the map.
    #[must_use]
    pub fn settled(&self) -> Vec<u32> {
        self.world.resource::<Population>().settled.iter().map(|s| s.0).collect()
    }

    /// Who is there, and what it takes to hold them.
    pub fn present(&mut self) -> Present {
        let mut query = self.world.query::<&DisplacedGroup>();
        let (mut moving, mut groups) = (0, 0);
        for group in query.iter(&self.world) {
            moving += u64::from(group.persons);
            groups += 1;
        }
        let population = self.world.resource::<Population>();
        let cohorts: usize = population.cohorts.iter().map(Vec::capacity).sum();
        let bytes = groups as usize
            * (size_of::<Travel>() + size_of::<DisplacedGroup>() + ENTITY_BYTES)
            + cohorts * size_of::<Cohort>();
        let settled = population.settled.iter().map(|s| u64::from(s.0)).sum();
        Present { moving, groups, settled, bytes }
    }

    /// Persons who came from the surroundings of a place that had nobody left, and those who still wait to enter.
    #[must_use]
    pub fn beside_the_files(&self) -> (u64, u32) {
        let entry = self.world.resource::<Entry>();
        (entry.added, entry.waiting)
    }

    /// The map of a new state of the closures; those who cannot go on choose again.
    fn change_map(&mut self) {
        let map = Arc::clone(&self.plan.maps[self.map]);
        let scenario = self.world.resource::<ScenarioRes>().clone();
        let choice = tables(&map, &scenario.0, self.world.resource::<Population>());
        self.world.insert_resource(choice);
        let table = map.routes(HOME, TravelMode::Vehicle, crate::displacement::choice::OPEN_SEASON);
        for mut travel in self.world.query::<&mut Travel>().iter_mut(&mut self.world) {
            let d = travel.destination.index();
            let km = table.km[d * table.n_cells + travel.cell.index()];
            if travel.activity == Activity::Travelling
                && (map.destinations[d].capacity <= 0.0 || !km.is_finite())
            {
                travel.activity = Activity::Choosing;
            }
        }
        self.world.insert_resource(RunMap(map));
    }
}

fn tables(map: &Map, scenario: &Scenario, population: &Population) -> ChoiceTables {
    let nobodys_kin = KinEntry { by_territory: vec![Vec::new()] };
    ChoiceTables::new(map, scenario, population, &nobodys_kin)
}

/// System: the day's conflict, as deaths that are felt.
fn feel_conflict(
    plan: Res<PlanRes>,
    scenario: Res<ScenarioRes>,
    clock: Res<Clock>,
    mut violence: ResMut<Violence>,
    mut entry: ResMut<Entry>,
) {
    let siege = scenario.displacement.decision.fatalities_for_siege;
    let violence = &mut *violence;
    violence.active.clear();
    for (place, &intensity) in plan.0.conflict[clock.day.0 as usize].iter().enumerate() {
        violence.fatalities[place] = rules::deaths_of_intensity(f64::from(intensity), siege) as f32;
        if intensity > 0.0 {
            violence.active.push(CellId::from_index(place));
            entry.last_conflict[place] = Some(clock.day.0);
        }
    }
}

/// System: those who enter today choose where to; phase Move makes them groups.
fn enter(
    (map, scenario, plan): (Res<RunMap>, Res<ScenarioRes>, Res<PlanRes>),
    (clock, key): (Res<Clock>, Res<RunKey>),
    (threat, policies, guards, traffic): (
        Res<PerceivedThreat>,
        Res<Policies>,
        Res<Guards>,
        Res<CrossingTraffic>,
    ),
    given: Res<Given>,
    tables: Res<ChoiceTables>,
    mut population: ResMut<Population>,
    mut entry: ResMut<Entry>,
    mut departures: ResMut<DeparturePlan>,
) {
    departures.departures.clear();
    let day = clock.day.0;
    let mut left = plan.0.entering[day as usize] + entry.waiting;
    entry.waiting = 0;
    if left == 0 {
        return;
    }
    let stratum = Stratum::Other as usize;
    let conditions = Conditions {
        map: &map,
        scenario: &scenario,
        population: &population,
        threat: &threat,
        policies: &policies,
        guards: &guards,
        traffic: &traffic,
        given: &given,
        friends_beyond: OnceLock::new(),
    };
    let who = Chooser { territory: HOME, nationality: HOME, community: NO_COMMUNITY };
    let factors = tables.factors(&conditions, who);
    let places: Vec<CellId> = (0..map.cells.len()).map(CellId::from_index).collect();
    let odds: Vec<_> =
        places.iter().map(|&cell| tables.odds(&conditions, &factors, (cell, None, None))).collect();
    let reaches: Vec<bool> = odds.iter().map(|odds| odds.draw(0.0).is_some()).collect();
    let hazards: Vec<PerDay> =
        places.iter().map(|&cell| leaving_hazard(&conditions, cell, stratum)).collect();
    let latest =
        (0..places.len()).filter(|&i| reaches[i]).filter_map(|i| entry.last_conflict[i]).max();
    let bases: [Vec<f64>; 3] = [
        hazards.iter().zip(&reaches).map(|(h, &r)| if r { h.0 } else { 0.0 }).collect(),
        (0..places.len())
            .map(|i| f64::from(reaches[i] && latest.is_some() && entry.last_conflict[i] == latest))
            .collect(),
        (0..places.len()).map(|i| f64::from(reaches[i] && plan.0.is_home[i])).collect(),
    ];
    let Some(basis) = bases.into_iter().find(|basis| basis.iter().any(|&b| b > 0.0)) else {
        entry.waiting = left;
        return;
    };
    let mut draws = key.draws(Stream::Departure, 0, clock.step);
    let residents: Vec<u32> =
        places.iter().map(|c| population.strata[stratum][c.index()]).collect();
    let weights: Vec<f64> = residents
        .iter()
        .zip(&basis)
        .map(|(&r, &b)| rules::source_weight(f64::from(r), PerDay(b)))
        .collect();
    let mut leaving = allot(&mut draws, left, &weights, &residents);
    left -= leaving.iter().sum::<u32>();
    let mut from_around = Vec::new();
    if left > 0 {
        let at_first = |i: usize| f64::from(population.initial_strata[stratum][i].max(1));
        let weights: Vec<f64> = basis
            .iter()
            .enumerate()
            .map(|(i, &b)| rules::source_weight(at_first(i), PerDay(b)))
            .collect();
        let more = allot(&mut draws, left, &weights, &vec![u32::MAX; places.len()]);
        leaving.iter_mut().zip(&more).for_each(|(leaving, more)| *leaving += more);
        from_around = more;
    }
    let size = scenario.run.persons_per_group;
    for ((&cell, odds), persons) in places.iter().zip(&odds).zip(leaving) {
        for group in 0..persons.div_ceil(size) {
            let id = DrawId::residents(cell, stratum, STRATA).given_departure(group);
            let luck = key.hash(Stream::Traits, id, clock.step);
            let Some(destination) = odds.draw(key.uniform(Stream::Destination, luck, 0)) else {
                continue;
            };
            let persons = size.min(persons - group * size);
            departures.departures.push(Departure {
                cell,
                stratum: stratum as u8,
                persons,
                destination,
                luck,
            });
        }
    }
    // Those from the surroundings first live in the place, so that phase Move finds them there.
    entry.added += u64::from(left);
    population.initial_total += u64::from(left);
    for (i, &persons) in from_around.iter().enumerate() {
        population.residents[i] += persons;
        population.strata[stratum][i] += persons;
        population.initial_strata[stratum][i] += persons;
    }
}

/// Splits `n` at random by weight, with at most so many each; what finds no room is left out.
fn allot(draws: &mut Draws, n: u32, weights: &[f64], most: &[u32]) -> Vec<u32> {
    let mut given = vec![0_u32; weights.len()];
    let mut left = n;
    while left > 0 {
        let open: Vec<usize> =
            (0..weights.len()).filter(|&i| weights[i] > 0.0 && given[i] < most[i]).collect();
        let mut sum: f64 = open.iter().map(|&i| weights[i]).sum();
        let mut rest = left;
        for (k, &i) in open.iter().enumerate() {
            let p = if k + 1 == open.len() { 1.0 } else { (weights[i] / sum).min(1.0) };
            let here = binomial(draws, u64::from(rest), p) as u32;
            rest -= here;
            sum -= weights[i];
            let taken = here.min(most[i] - given[i]);
            given[i] += taken;
            left -= taken;
        }
        if open.is_empty() {
            break;
        }
    }
    given
}

/// System: who arrives at a full camp goes on while there is room elsewhere, in the order of arrival by number.
fn send_on(
    map: Res<RunMap>,
    population: Res<Population>,
    mut groups: Query<(Entity, &mut Travel, &DisplacedGroup)>,
) {
    let mut settled: Vec<f64> = population.settled.iter().map(|s| f64::from(s.0)).collect();
    let mut coming = settled.clone();
    for (_, travel, group) in &groups {
        if travel.activity == Activity::Arrived {
            coming[travel.destination.index()] += f64::from(group.persons);
        }
    }
    if map.destinations.iter().zip(&coming).all(|(d, &n)| n <= d.capacity) {
        return;
    }
    let mut arrived: Vec<_> = groups
        .iter()
        .filter(|(_, travel, _)| travel.activity == Activity::Arrived)
        .map(|(entity, travel, group)| (group.id, entity, *travel, group.persons))
        .collect();
    arrived.sort_unstable_by_key(|a| a.0);
    let table = map.routes(HOME, TravelMode::Vehicle, crate::displacement::choice::OPEN_SEASON);
    for (_, entity, travel, persons) in arrived {
        let (here, persons) = (travel.destination.index(), f64::from(persons));
        let room_elsewhere = map.destinations.iter().enumerate().any(|(d, camp)| {
            d != here
                && settled[d] + persons <= camp.capacity
                && table.km[d * table.n_cells + travel.cell.index()].is_finite()
        });
        if rules::goes_on(settled[here], persons, map.destinations[here].capacity, room_elsewhere) {
            if let Ok((_, mut travel, _)) = groups.get_mut(entity) {
                travel.activity = Activity::Choosing;
            }
        } else {
            settled[here] += persons;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_by_weight_keeps_to_limits_and_gives_everybody() {
        let key = RunKey::new(3, 0);
        let mut sums = [0_u32; 4];
        for step in 0..200 {
            let mut draws = key.draws(Stream::Departure, 0, step);
            let given = allot(&mut draws, 100, &[3.0, 0.0, 1.0, 6.0], &[50, 50, 50, 20]);
            assert_eq!(given.iter().sum::<u32>(), 100);
            assert!(
                given[0] <= 50 && given[1] == 0 && given[2] <= 50 && given[3] <= 20,
                "{given:?}"
            );
            sums.iter_mut().zip(&given).for_each(|(s, g)| *s += g);
        }
        assert!(sums[3] > 3_900, "the heaviest is nearly always full: {sums:?}");
        let mut draws = key.draws(Stream::Departure, 0, 0);
        assert_eq!(
            allot(&mut draws, 9, &[1.0, 1.0], &[2, 3]),
            vec![2, 3],
            "what finds no room is left out"
        );
        assert_eq!(allot(&mut draws, 9, &[0.0, 0.0], &[9, 9]), vec![0, 0]);
    }
}
