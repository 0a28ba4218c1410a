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

use std::sync::Arc;

use bevy_ecs::prelude::*;

use super::plan::Plan;
use super::rules;
use crate::conflict::state::Violence;
use crate::displacement::choice::{ChoiceTables, Conditions, DayFactors, Odds, Standpoint};
use crate::displacement::decide::{choose_destinations, leaving_hazard};
use crate::displacement::group::{Activity, DisplacedGroup, NO_COMMUNITY, Origin, Stratum, Travel};
use crate::displacement::parameters::Parameters;
use crate::displacement::population::{Cohort, Population};
use crate::displacement::state::{Departure, DeparturePlan};
use crate::displacement::threat::perceive_threat;
use crate::displacement::wayfinding::{Chooser, road_km};
use crate::displacement::{arrival, census, hosting, travel};
use crate::ids::{AdminId, CellId, DestinationId, NationalityId, TerritoryId};
use crate::random::{DrawId, Draws, RunKey, StepDraws, Stream, binomial};
use crate::scenario::Scenario;
use crate::schedule::{Phase, empty_step};
use crate::time::Clock;
use crate::units::PerDay;
use crate::world::{RunMap, ThreadsInRun};
use crate::{borders, conflict, displacement, leadership, prescribed, states};

/// The one territory.
const HOME: TerritoryId = TerritoryId(0);

/// Who they all are; their home apart.
const ORIGIN: Origin = Origin {
    home: AdminId(0),
    nationality: NationalityId(0),
    community: NO_COMMUNITY,
    stratum: Stratum::Other,
};

/// Bytes that the entity world keeps of an entity besides its components: its id in the table, and its place (archetype,
/// row, table, row, generation).
const ENTITY_BYTES: usize = 8 + 24;

/// The case, shared.
#[derive(Resource, Clone)]
struct PlanRes(Arc<Plan>);

/// Who is to enter.
#[derive(Resource, Default)]
struct Entry {
    /// Persons who could not enter yet, because no camp can be reached.
    waiting: u32,
    /// By place: the last day with conflict.
    last_conflict: Vec<Option<u32>>,
    /// Persons added where a place had nobody left.
    added: u64,
    /// By place: those of them who are added today.
    from_around: Vec<u32>,
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
    pub hosted: u64,
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
        let first_map = plan.map_of_day.first().copied().unwrap_or(0);
        let map = Arc::clone(&plan.maps[first_map]);
        let n = map.cells.len();
        let mut world = World::new();
        world.insert_resource(Clock::new(start, 1));
        world.insert_resource(key);
        scenario.put_into(&mut world);
        world.insert_resource(ThreadsInRun(threads));
        world.insert_resource(RunMap(map));
        world.insert_resource(PlanRes(Arc::clone(plan)));
        world.insert_resource(Entry { last_conflict: vec![None; n], ..Entry::default() });

        // What other domains would say: nothing.
        prescribed::still(&mut world);
        leadership::still(&mut world);
        states::still(&mut world);
        conflict::still(&mut world);
        borders::still(&mut world);
        displacement::still(&mut world);
        host_those_of_day_0(&mut world, plan);

        let mut schedule = empty_step(false);
        schedule.add_systems(census::reset_flows.in_set(Phase::Clock));
        schedule.add_systems(
            (feel_conflict, perceive_threat, plan_entries, add_from_around, choose_destinations)
                .chain()
                .in_set(Phase::Plan),
        );
        schedule
            .add_systems((travel::form_groups, travel::move_groups).chain().in_set(Phase::Move));
        schedule.add_systems(
            (send_on, arrival::settle_arrivals, hosting::update_hosted, census::count_displaced)
                .chain()
                .in_set(Phase::Host),
        );
        Self { world, schedule, plan: Arc::clone(plan), map: first_map }
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

    /// Persons hosted at each destination of the map.
    #[must_use]
    pub fn hosted(&self) -> Vec<u32> {
        self.world.resource::<Population>().hosted.iter().map(|h| h.persons).collect()
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
        let hosted = population.hosted.iter().map(|h| u64::from(h.persons)).sum();
        Present { moving, groups, hosted, bytes }
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
        let choice = &self.world.resource::<Parameters>().destination;
        let tables = ChoiceTables::new(&map, choice);
        self.world.insert_resource(tables);
        for mut travel in self.world.query::<&mut Travel>().iter_mut(&mut self.world) {
            let capacity = map.destinations[travel.destination.index()].capacity;
            let km = road_km(&map, travel.cell)(travel.destination);
            if travel.activity == Activity::Travelling && (capacity <= 0.0 || !km.is_finite()) {
                travel.activity = Activity::Choosing;
            }
        }
        self.world.insert_resource(RunMap(map));
    }
}

/// Puts those into the camps who are there on day 0. Where they come from is not known: they count as people of the largest
/// place at home.
fn host_those_of_day_0(world: &mut World, plan: &Plan) {
    let map = world.resource::<RunMap>().clone();
    let age_days = world.resource::<Parameters>().hosting.new_arrival_days as f32;
    let mut population = world.resource_mut::<Population>();
    let places: Vec<CellId> =
        (0..map.cells.len()).filter(|&c| plan.is_home[c]).map(CellId::from_index).collect();
    let home = map.most_populous(&places).map_or(0, CellId::index);
    let origin = Origin { home: AdminId::from_index(home), ..ORIGIN };
    for (d, &persons) in plan.at_start.iter().enumerate().filter(|(_, p)| **p > 0) {
        population.host(&map, DestinationId::from_index(d), origin, persons, 0.0, age_days);
        population.initial_total += u64::from(persons);
    }
}

/// System: the day's conflict, as deaths that are felt.
fn feel_conflict(
    plan: Res<PlanRes>,
    parameters: Res<Parameters>,
    clock: Res<Clock>,
    mut violence: ResMut<Violence>,
    mut entry: ResMut<Entry>,
) {
    let siege = parameters.decision.fatalities_for_siege;
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
fn plan_entries(
    day: Conditions,
    plan: Res<PlanRes>,
    draw: StepDraws,
    mut entry: ResMut<Entry>,
    mut departures: ResMut<DeparturePlan>,
) {
    departures.departures.clear();
    entry.from_around.clear();
    let left = plan.0.entering[draw.clock.day.0 as usize] + std::mem::take(&mut entry.waiting);
    if left == 0 {
        return;
    }

    // The odds of the camps at each place, and how readily people leave it.
    let places = (0..day.way.map.cells.len()).map(CellId::from_index);
    let mut factors = DayFactors::new(&day);
    let who =
        Chooser { territory: HOME, nationality: ORIGIN.nationality, community: ORIGIN.community };
    let factors = factors.get(who);
    let odds: Vec<Odds> =
        places.clone().map(|cell| day.odds(factors, Standpoint::at_home(cell))).collect();
    let Some(basis) = basis(&day, &plan.0, &entry, &odds) else {
        entry.waiting = left;
        return;
    };

    // How many leave each place; where nobody is left, more come from its surroundings.
    let mut draws = draw.draws(Stream::Departure, 0);
    let weights = |persons: &[u32]| -> Vec<f64> {
        let each = persons.iter().zip(&basis);
        each.map(|(&n, &b)| rules::source_weight(f64::from(n), PerDay(b))).collect()
    };
    let residents = &day.population.strata[ORIGIN.stratum as usize];
    let mut leaving = allot(&mut draws, left, &weights(residents), residents);
    let missing = left - leaving.iter().sum::<u32>();
    if missing > 0 {
        let at_first = day.population.initial_strata[ORIGIN.stratum as usize].iter();
        let at_first: Vec<u32> = at_first.map(|&n| n.max(1)).collect();
        let no_limit = vec![u32::MAX; at_first.len()];
        entry.from_around = allot(&mut draws, missing, &weights(&at_first), &no_limit);
        leaving.iter_mut().zip(&entry.from_around).for_each(|(leaving, more)| *leaving += more);
    }

    // Groups of them, each with a destination.
    let size = day.run.persons_per_group;
    for ((cell, odds), persons) in places.zip(&odds).zip(leaving) {
        for group in 0..persons.div_ceil(size) {
            let id = DrawId::residents(cell, ORIGIN.stratum as usize, Stratum::COUNT);
            let id = id.given_departure(group);
            let draw_key = draw.key.hash(Stream::Traits, id, draw.clock.step);
            let drawn = odds.draw(draw.key.uniform(Stream::Destination, draw_key, 0));
            departures.departures.extend(drawn.map(|destination| Departure {
                cell,
                stratum: ORIGIN.stratum,
                persons: size.min(persons - group * size),
                destination,
                draw_key,
            }));
        }
    }
}

/// How readily people leave each place from which a camp can be reached: by the hazard of leaving; where there is none, equally
/// from where conflict was last; where there never was any, equally from home. None when no camp can be reached.
fn basis(day: &Conditions<'_>, plan: &Plan, entry: &Entry, odds: &[Odds]) -> Option<Vec<f64>> {
    let reaches: Vec<bool> = odds.iter().map(|odds| odds.draw(0.0).is_some()).collect();
    let where_reached = |value: &dyn Fn(usize) -> f64| -> Vec<f64> {
        reaches.iter().enumerate().map(|(i, &r)| if r { value(i) } else { 0.0 }).collect()
    };
    let last = |i: usize| entry.last_conflict[i].filter(|_| reaches[i]);
    let latest = (0..reaches.len()).filter_map(last).max();
    let bases = [
        where_reached(&|i| leaving_hazard(day, CellId::from_index(i), ORIGIN.stratum).0),
        where_reached(&|i| f64::from(latest.is_some() && entry.last_conflict[i] == latest)),
        where_reached(&|i| f64::from(plan.is_home[i])),
    ];
    bases.into_iter().find(|basis| basis.iter().any(|&b| b > 0.0))
}

/// System: those from the surroundings first live in the place, so that phase Move finds them there.
fn add_from_around(mut entry: ResMut<Entry>, mut population: ResMut<Population>) {
    let entry = &mut *entry;
    for (i, &persons) in entry.from_around.iter().enumerate() {
        entry.added += u64::from(persons);
        population.initial_total += u64::from(persons);
        population.residents[i] += persons;
        population.strata[ORIGIN.stratum as usize][i] += persons;
        population.initial_strata[ORIGIN.stratum as usize][i] += persons;
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
    let mut hosted: Vec<f64> = population.hosted.iter().map(|h| f64::from(h.persons)).collect();
    let mut coming = hosted.clone();
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
    for (_, entity, travel, persons) in arrived {
        let km = road_km(&map, travel.cell);
        let (here, persons) = (travel.destination.index(), f64::from(persons));
        let room_elsewhere = map.destinations.iter().enumerate().any(|(d, camp)| {
            d != here
                && hosted[d] + persons <= camp.capacity
                && km(DestinationId::from_index(d)).is_finite()
        });
        if rules::goes_on(hosted[here], persons, map.destinations[here].capacity, room_elsewhere) {
            if let Ok((_, mut travel, _)) = groups.get_mut(entity) {
                travel.activity = Activity::Choosing;
            }
        } else {
            hosted[here] += persons;
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
