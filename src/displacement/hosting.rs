//! Settling, moving on, return, death (phase Host).

use bevy_ecs::prelude::*;

use super::choice::ChoiceTables;
use super::decide::way_home;
use super::group::{Activity, DisplacedGroup, Travel};
use super::population::{Cohort, Population, governing_state};
use super::rules;
use super::threat::PerceivedThreat;
use super::travel::NextGroup;
use crate::conflict::state::{Events, Violence};
use crate::geography::{DestinationKind, Map};
use crate::ids::{CellId, DestinationId, TerritoryId};
use crate::leadership::Leadership;
use crate::random::{DrawId, RunKey, Stream, binomial};
use crate::simulation::ScenarioRes;
use crate::states::Policies;
use crate::time::Clock;
use crate::units::{Days, PerDay, Share};
use crate::world::RunMap;

/// System: civilians killed today are taken from the living.
pub fn bury_the_dead(map: Res<RunMap>, events: Res<Events>, mut population: ResMut<Population>) {
    for &(cell, deaths) in &events.civilian_deaths {
        let missing = deaths - population.kill_residents(&map, cell, deaths);
        if missing > 0 {
            kill_settled(&map, &mut population, cell, missing);
        }
    }
}

/// Kills settled displaced people at a cell; who cannot be found there is not counted as dead.
fn kill_settled(map: &Map, population: &mut Population, cell: CellId, mut persons: u32) {
    let territory = &map.territories[map.cells.territory[cell.index()].index()];
    for d in territory.destinations.clone() {
        let destination = &map.destinations[usize::from(d)];
        if destination.kind == DestinationKind::Beyond || destination.cells[0] != cell {
            continue;
        }
        for i in 0..population.cohorts[usize::from(d)].len() {
            let here = population.cohorts[usize::from(d)][i].persons.min(persons);
            if here > 0 {
                persons -= here;
                population.take_from_cohort(DestinationId(d), i, here);
                let pair = population
                    .pair(territory.governed_by, population.cohorts[usize::from(d)][i].nationality);
                population.flows.deaths[pair] += here;
                population.dead += u64::from(here);
            }
        }
    }
}

/// Persons a day that may still pass the border beyond the edge at each destination.
#[derive(Resource)]
pub struct BeyondQuota(pub Vec<f64>);

/// System: groups that arrived at a place to stay become part of its cohorts, or of the residents when they are home.
pub fn settle_arrivals(
    mut commands: Commands,
    map: Res<RunMap>,
    scenario: Res<ScenarioRes>,
    clock: Res<Clock>,
    key: Res<RunKey>,
    mut population: ResMut<Population>,
    mut quota: ResMut<BeyondQuota>,
    homes: Homes,
    mut groups: Query<(Entity, &mut Travel, &mut DisplacedGroup)>,
) {
    let hosting = &scenario.displacement.hosting;
    for (left, destination) in quota.0.iter_mut().zip(&map.destinations) {
        // What a large group took too much yesterday is paid back; nothing is saved up.
        let quota = destination.beyond_capacity_per_day * clock.step_days.0;
        *left = left.min(0.0) + quota;
    }
    let mut arrived: Vec<_> = groups
        .iter()
        .filter(|(_, travel, _)| travel.activity == Activity::Arrived)
        .map(|(entity, travel, group)| (group.id, entity, *travel, *group))
        .collect();
    arrived.sort_unstable_by_key(|a| a.0);
    let mut staying: Vec<Option<f64>> = vec![None; map.admin1.len()];
    for (_, entity, travel, group) in arrived {
        let at = travel.destination;
        let destination = &map.destinations[at.index()];
        if quota.0[at.index()] <= 0.0 {
            continue; // the border beyond the edge is full today: wait there
        }
        quota.0[at.index()] -= f64::from(group.persons);
        let state = population.receiving[at.index()];
        let at_home =
            group.returning && governing_state(&map, map.admin1[group.home.index()].state) == state;
        let leaves_again = at_home && group.base.is_some() && {
            let unit = group.home.index();
            let share = *staying[unit].get_or_insert_with(|| homes.staying(&population, unit));
            key.uniform(Stream::Hosting, group.luck, clock.step) >= share
        };
        if leaves_again {
            if let Ok((_, mut travel, mut group)) = groups.get_mut(entity) {
                travel.activity = Activity::Choosing;
                group.returning = false;
                (group.came_from, group.gave_up) = (None, None);
            }
            continue;
        }
        let days = f64::from(clock.step.saturating_sub(group.departed_step)) * clock.step_days.0;
        let mut alive = group.persons;
        if scenario.mechanisms.mortality {
            let p = rules::death_probability(hosting.deaths_per_10000_per_day, Days(days)).0;
            let mut draws = key.draws(Stream::Mortality, group.luck, clock.step);
            let dead = binomial(&mut draws, u64::from(alive), p) as u32;
            alive -= dead;
            population.dead += u64::from(dead);
            let pair = population.pair(state, group.nationality);
            population.flows.deaths[pair] += dead;
        }
        commands.entity(entity).despawn();
        if alive == 0 {
            continue;
        }
        let pair = population.pair(state, group.nationality);
        if at_home {
            population.flows.returns[pair] += alive;
            population.come_home(group.home, group.stratum, alive, |cell| homes.hazard(cell).0);
            continue;
        }
        // Over a border beyond the edge, which no crossing on the map counts.
        if destination.kind == DestinationKind::Beyond
            && state != governing_state(&map, destination.territory)
        {
            let flow = if state == group.nationality {
                &mut population.flows.returns
            } else {
                &mut population.flows.arrivals
            };
            flow[pair] += alive;
        }
        let kin_here =
            scenario.mechanisms.kin && population.are_kin(group.community, destination.community);
        let with_kin = if kin_here { f64::from(alive) * hosting.kin_hosted_share } else { 0.0 };
        let cohort = Cohort {
            home: group.home,
            nationality: group.nationality,
            community: group.community,
            stratum: group.stratum,
            persons: alive,
            with_kin: with_kin as u32,
            age_days: 0.0,
        };
        population.settle(at, cohort);
    }
}

/// What calls the displaced home, as hazards per day.
#[derive(Clone, Copy, Default)]
struct Calls {
    stay: f64,
    visit: f64,
}

/// Why some leave the place where they are settled. The numbers key draws: they keep their meaning.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaving {
    Onward = 0,
    Return = 1,
    Visit = 2,
}

/// What those who would return look at.
#[derive(bevy_ecs::system::SystemParam)]
pub struct Homes<'w> {
    map: Res<'w, RunMap>,
    scenario: Res<'w, ScenarioRes>,
    leadership: Res<'w, Leadership>,
    violence: Res<'w, Violence>,
    threat: Res<'w, PerceivedThreat>,
}

impl Homes<'_> {
    /// Hazard of return to a cell.
    fn hazard(&self, cell: CellId) -> PerDay {
        let unit = self.map.cells.admin1[cell.index()];
        let control = Share::clamped(self.violence.control(&self.leadership, unit, cell));
        rules::return_hazard(
            &self.scenario.displacement.hosting,
            control,
            self.threat.at(&self.map, cell),
        )
    }

    /// Hazards of return of those who left a first-level unit, and of visits there: means over the cells that they left, by how many.
    /// Where nobody has left since day 0, the homes of those displaced before are taken to lie where people live.
    fn mean_hazards(&self, population: &Population, unit: usize) -> Calls {
        let displacement = &self.scenario.displacement;
        let siege = PerDay(displacement.hazard.siege_per_day);
        let (mut persons, mut calls) = (0.0, Calls::default());
        let cells = &population.cells_of[unit];
        let some_left = cells.iter().any(|&cell| population.gone(cell) > 0);
        for &cell in cells {
            let gone =
                if some_left { population.gone(cell) } else { population.residents[cell.index()] };
            if gone > 0 {
                let safe = rules::threat_factor(
                    self.threat.at(&self.map, cell),
                    siege,
                    displacement.destination.threat_aversion,
                );
                persons += f64::from(gone);
                calls.stay += f64::from(gone) * self.hazard(cell).0;
                calls.visit += f64::from(gone) * displacement.hosting.visit_per_day * safe;
            }
        }
        let each = 1.0 / f64::max(persons, 1.0);
        Calls { stay: calls.stay * each, visit: calls.visit * each }
    }

    /// Share of visitors to a first-level unit who stay, having found it as it is: what its state leaves of the hazard of return.
    fn staying(&self, population: &Population, unit: usize) -> f64 {
        let free = self.scenario.displacement.hosting.return_per_day;
        self.mean_hazards(population, unit).stay / free.max(f64::MIN_POSITIVE)
    }
}

/// System: the settled die, return and move on.
pub fn live_in_displacement(
    mut commands: Commands,
    map: Res<RunMap>,
    scenario: Res<ScenarioRes>,
    clock: Res<Clock>,
    key: Res<RunKey>,
    (homes, policies): (Homes, Res<Policies>),
    tables: Res<ChoiceTables>,
    mut population: ResMut<Population>,
    mut next: ResMut<NextGroup>,
) {
    let hosting = &scenario.displacement.hosting;
    let on = &scenario.mechanisms;
    let step = clock.step_days;
    // Conditions at home by first-level unit, where they matter.
    let mut homeward: Vec<Option<Calls>> = vec![None; map.admin1.len()];
    let mut leavers: Vec<(Travel, DisplacedGroup)> = Vec::new();
    for d in 0..map.destinations.len() {
        let at = DestinationId::from_index(d);
        let beyond = map.destinations[d].kind == DestinationKind::Beyond;
        for i in 0..population.cohorts[d].len() {
            population.cohorts[d][i].age_days += step.0 as f32;
            let cohort = population.cohorts[d][i];
            if cohort.persons == 0 {
                continue;
            }
            let people = [cohort.nationality.0, cohort.community.0, cohort.stratum];
            let id = DrawId::cohort(at, cohort.home, people);
            let rested = (f64::from(cohort.age_days) / hosting.new_arrival_days).min(1.0);
            let death =
                if on.mortality { hosting.deaths_per_10000_per_day / 10_000.0 } else { 0.0 };
            // The mobile population has no home on the map to return to.
            let native = cohort.nationality != population.mobile_nationality();
            let calls = if on.return_home && native {
                let unit = cohort.home.index();
                *homeward[unit].get_or_insert_with(|| homes.mean_hazards(&population, unit))
            } else {
                Calls::default()
            };
            let (home, visit) = (calls.stay * rested, calls.visit * rested);
            let mut onward = if on.secondary_movement && !beyond {
                hosting.secondary_per_day * rested
            } else {
                0.0
            };
            // The settled flee from danger like those who live there.
            if !beyond {
                onward += homes.threat.at(&map, map.destinations[d].cells[0]).0;
            }
            let units = f64::from(cohort.persons.div_ceil(scenario.run.persons_per_group));
            let total = f64::from(cohort.persons) * death + units * (home + visit + onward);
            if key.uniform(Stream::Onward, id, clock.step) >= total * step.0 {
                continue;
            }
            // The quick test passed with probability `bound`; each count is thinned so that its mean stays exact.
            let bound = (total * step.0).min(1.0);
            let mut draws = key.draws(Stream::Onward, id.changes(), clock.step);
            let dead =
                thinned(&mut draws, cohort.persons, PerDay(death), step, bound).min(cohort.persons);
            if dead > 0 {
                population.take_from_cohort(at, i, dead);
                population.dead += u64::from(dead);
                let state = population.receiving[d];
                let pair = population.pair(state, cohort.nationality);
                population.flows.deaths[pair] += dead;
            }
            for (hazard, why) in
                [(home, Leaving::Return), (visit, Leaving::Visit), (onward, Leaving::Onward)]
            {
                let returning = why != Leaving::Onward;
                let groups = thinned(&mut draws, units as u32, PerDay(hazard), step, bound);
                for g in 0..groups {
                    let left = population.cohorts[d][i].persons;
                    let persons = cohort.persons.div_ceil(units as u32).min(left);
                    if persons == 0 {
                        break;
                    }
                    let luck = key.hash(
                        Stream::Onward,
                        DrawId::leaver(key.hash(Stream::Onward, id, clock.step), g, why as u64),
                        0,
                    );
                    let group = DisplacedGroup {
                        luck,
                        id: next.take(),
                        persons,
                        departed_step: clock.step,
                        home: cohort.home,
                        nationality: cohort.nationality,
                        community: cohort.community,
                        stratum: cohort.stratum,
                        returning,
                        base: (why == Leaving::Visit).then_some(at),
                        came_from: None,
                        gave_up: None,
                        attempts: 0,
                    };
                    let cell = map.destinations[d].cells[0];
                    let territory = map.destinations[d].territory;
                    let (destination, activity) = if returning {
                        let way = way_home(&map, &policies, &tables, &group, cell, territory);
                        let Some(way) = way else { break }; // no way home is open
                        (way, Activity::Travelling)
                    } else {
                        (at, Activity::Choosing)
                    };
                    population.take_from_cohort(at, i, persons);
                    leavers.push((
                        Travel {
                            cell,
                            hours_banked: 0.0,
                            destination,
                            activity,
                            by_vehicle: key.uniform(Stream::Traits, luck, 0)
                                < scenario.displacement.travel.vehicle_share,
                        },
                        group,
                    ));
                }
            }
        }
        population.cohorts[d].retain(|c| c.persons > 0);
    }
    commands.spawn_batch(leavers);
}

/// A count whose mean is `n p`, given that a test with probability `bound` was passed.
fn thinned(
    draws: &mut crate::random::Draws,
    n: u32,
    hazard: PerDay,
    step: Days,
    bound: f64,
) -> u32 {
    let p = hazard.probability_within(step).0;
    if p <= 0.0 || bound <= 0.0 {
        return 0;
    }
    if p / bound <= 1.0 {
        binomial(draws, u64::from(n), p / bound) as u32
    } else {
        binomial(draws, u64::from(n), p) as u32
    }
}

/// System: counts who is where, for tomorrow's plans, the pressure index and the recorders.
///
/// # Panics
/// Never: the components are dense.
pub fn count_the_displaced(
    map: Res<RunMap>,
    mut population: ResMut<Population>,
    groups: Query<(&Travel, &DisplacedGroup)>,
) {
    let population = &mut *population;
    let columns = population.nationalities.len();
    for cell in population.peopled.drain(..) {
        population.displaced[cell.index()] = 0;
        population.refugees[cell.index()] = 0;
    }
    population.present.fill(0);
    let governs: Vec<TerritoryId> = map.territories.iter().map(|t| t.governed_by).collect();
    let mut add =
        |cell: Option<CellId>, state: TerritoryId, nationality: TerritoryId, persons: u32| {
            population.present[state.index() * columns + nationality.index()] += persons;
            if let Some(cell) = cell {
                if population.displaced[cell.index()] == 0 {
                    population.peopled.push(cell);
                }
                population.displaced[cell.index()] += persons;
                if state != nationality {
                    population.refugees[cell.index()] += persons;
                }
            }
        };
    for (travel, groups) in groups.contiguous_iter().expect("dense components") {
        for (t, g) in travel.iter().zip(groups) {
            let state = governs[map.cells.territory[t.cell.index()].index()];
            add(Some(t.cell), state, g.nationality, g.persons);
        }
    }
    for (d, cohorts) in population.cohorts.iter().enumerate() {
        let destination = &map.destinations[d];
        let state = population.receiving[d];
        let on_map = destination.kind != DestinationKind::Beyond;
        for c in cohorts {
            add(on_map.then_some(destination.cells[0]), state, c.nationality, c.persons);
        }
    }
}
