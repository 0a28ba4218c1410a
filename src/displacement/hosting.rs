//! Life in displacement: the hosted die, return and move on (phase Host).

use bevy_ecs::prelude::*;

use super::group::{Activity, DisplacedGroup, Stratum, Travel};
use super::homes::{Calls, Homes};
use super::population::{Cohort, Population};
use super::rules;
use super::state::NextGroup;
use super::wayfinding::Wayfinding;
use crate::geography::DestinationKind;
use crate::ids::DestinationId;
use crate::mechanisms::Mechanisms;
use crate::random::{DrawId, Draws, StepDraws, Stream, binomial};
use crate::units::{Days, PerDay, Probability, Share};
use crate::world::RunSettings;

/// Why some leave the place where they are hosted. The numbers key draws: they keep their meaning.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaving {
    Onward = 0,
    Return = 1,
    Visit = 2,
}

/// What may happen to the hosted of a cohort: death to each person, leaving to each group of them.
struct Hazards {
    death: PerDay,
    leaving: [(PerDay, Leaving); 3],
}

/// System: the hosted die, return and move on.
pub fn update_hosted(
    mut commands: Commands,
    homes: Homes,
    way: Wayfinding,
    mechanisms: Res<Mechanisms>,
    run: Res<RunSettings>,
    draw: StepDraws,
    mut population: ResMut<Population>,
    mut next: ResMut<NextGroup>,
) {
    let step = draw.clock.step_days;
    // Conditions at home by first-level unit, where they matter.
    let mut calls: Vec<Option<Calls>> = vec![None; homes.map.admin1.len()];
    let mut leavers: Vec<(Travel, DisplacedGroup)> = Vec::new();
    for at in (0..homes.map.destinations.len()).map(DestinationId::from_index) {
        for i in 0..population.cohorts[at.index()].len() {
            let cohort = &mut population.cohorts[at.index()][i];
            cohort.age_days += step.0 as f32;
            let cohort = *cohort;
            if cohort.persons == 0 {
                continue;
            }
            let o = cohort.origin;
            let people = [o.nationality.0, o.community.0, o.stratum as u8];
            let id = DrawId::cohort(at, o.home, people);
            let hazards = hazards(&homes, &population, &mechanisms, &mut calls, at, &cohort);
            let units = cohort.persons.div_ceil(run.persons_per_group);
            let total = f64::from(cohort.persons) * hazards.death.0
                + f64::from(units)
                    * hazards.leaving.iter().map(|(hazard, _)| hazard.0).sum::<f64>();
            if draw.uniform(Stream::Onward, id) >= total * step.0 {
                continue;
            }

            // The quick test passed with probability `bound`; each count is thinned so that its mean stays exact.
            let bound = Probability((total * step.0).min(1.0));
            let mut draws = draw.draws(Stream::Onward, id.changes());
            let mut count = |n: u32, hazard| thinned(&mut draws, n, hazard, step, bound);
            let dead = count(cohort.persons, hazards.death).min(cohort.persons);
            population.die_in_cohort(at, i, dead);
            for (hazard, why) in hazards.leaving {
                let groups = count(units, hazard);
                for g in 0..groups {
                    let left = population.cohorts[at.index()][i].persons;
                    let persons = cohort.persons.div_ceil(units).min(left);
                    if persons == 0 {
                        break;
                    }
                    let hash = draw.key.hash(Stream::Onward, id, draw.clock.step);
                    let leaver = DrawId::leaver(hash, g, why as u64);
                    let draw_key = draw.key.hash(Stream::Onward, leaver, 0);
                    let now = draw.clock.step;
                    let group = DisplacedGroup {
                        returning: why != Leaving::Onward,
                        base: (why == Leaving::Visit).then_some(at),
                        ..DisplacedGroup::part_of(o, persons, next.take(), draw_key, now)
                    };
                    let by_vehicle = draw.key.uniform(Stream::Traits, draw_key, 0)
                        < homes.parameters.travel.vehicle_share;
                    let Some(travel) = set_out(&way, at, &group, by_vehicle) else { break };
                    population.take_from_cohort(at, i, persons);
                    leavers.push((travel, group));
                }
            }
        }
        population.cohorts[at.index()].retain(|c| c.persons > 0);
    }
    commands.spawn_batch(leavers);
}

/// Hazards of a cohort.
fn hazards(
    homes: &Homes<'_>,
    population: &Population,
    mechanisms: &Mechanisms,
    calls: &mut [Option<Calls>],
    at: DestinationId,
    cohort: &Cohort,
) -> Hazards {
    let hosting = &homes.parameters.hosting;
    let destination = &homes.map.destinations[at.index()];
    let beyond = destination.kind == DestinationKind::Beyond;
    let rested = rules::rested_share(hosting, Days(f64::from(cohort.age_days)));
    // The mobile population has no home on the map to return to.
    let calls = if mechanisms.return_home && cohort.origin.stratum != Stratum::Mobile {
        let home = cohort.origin.home;
        *calls[home.index()].get_or_insert_with(|| homes.mean_calls(population, home))
    } else {
        Calls::default()
    };
    let moves_on = mechanisms.secondary_movement && !beyond;
    let mut onward = rules::onward_hazard(hosting, if moves_on { rested } else { Share(0.0) });
    // The hosted flee from danger like those who live there.
    if !beyond {
        onward += homes.threat.at(&homes.map, destination.cells[0]);
    }
    Hazards {
        death: if mechanisms.mortality { rules::death_hazard(hosting) } else { PerDay(0.0) },
        leaving: [
            (calls.stay * rested.0, Leaving::Return),
            (calls.visit * rested.0, Leaving::Visit),
            (onward, Leaving::Onward),
        ],
    }
}

/// How those set out who leave where they are hosted; none when no way home is open.
fn set_out(
    way: &Wayfinding<'_>,
    at: DestinationId,
    group: &DisplacedGroup,
    by_vehicle: bool,
) -> Option<Travel> {
    let cell = way.map.destinations[at.index()].cells[0];
    let (destination, activity) = if group.returning {
        (way.way_home(group, cell)?, Activity::Travelling)
    } else {
        (at, Activity::Choosing)
    };
    Some(Travel { cell, hours_banked: 0.0, destination, activity, by_vehicle })
}

/// A count whose mean is `n p`, given that a test with probability `bound` was passed.
fn thinned(draws: &mut Draws, n: u32, hazard: PerDay, step: Days, bound: Probability) -> u32 {
    let p = rules::probability_given(hazard.probability_within(step), bound).0;
    if p > 0.0 { binomial(draws, u64::from(n), p) as u32 } else { 0 }
}
