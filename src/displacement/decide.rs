//! Who leaves today and where to (phase Plan, from one snapshot).

use bevy_ecs::prelude::*;
use rayon::prelude::*;

use super::choice::{Conditions, DayFactors, Standpoint};
use super::group::{Activity, DisplacedGroup, Stratum, Travel};
use super::rules;
use super::state::{Departure, DeparturePlan};
use super::wayfinding::Chooser;
use crate::ids::CellId;
use crate::random::{DrawId, RunKey, StepDraws, Stream, binomial};
use crate::units::{PerDay, Share};
use crate::world::ThreadsInRun;

/// A cell and stratum from which some leave.
struct Leaving {
    cell: CellId,
    stratum: Stratum,
    groups: u32,
}

/// System: residents decide whether to leave, and those who leave choose where to.
pub fn plan_departures(
    day: Conditions,
    draw: StepDraws,
    threads: Res<ThreadsInRun>,
    mut plan: ResMut<DeparturePlan>,
) {
    plan.departures.clear();
    let cells = threatened_cells(&day);
    if cells.is_empty() {
        return;
    }
    let leave = |&cell: &CellId| leaving(&day, &draw, cell);
    let leaving: Vec<Leaving> = if threads.0 > 1 {
        cells.par_iter().flat_map_iter(leave).collect()
    } else {
        cells.iter().flat_map(leave).collect()
    };
    // Factors once for each kind of chooser, then the draws.
    let mut factors = DayFactors::new(&day);
    for l in &leaving {
        factors.get(resident(&day, l.cell, l.stratum));
    }
    let choose = |l: &Leaving| choose_for(&day, &factors, &draw, l);
    plan.departures = if threads.0 > 1 {
        leaving.par_iter().flat_map_iter(choose).collect()
    } else {
        leaving.iter().flat_map(choose).collect()
    };
}

/// Cells where somebody may leave today, ascending, each once.
fn threatened_cells(day: &Conditions<'_>) -> Vec<CellId> {
    let mut cells: Vec<CellId> = day.threat.active.clone();
    for (unit, &hazard) in day.threat.unit.iter().enumerate() {
        if hazard > 0.0 {
            cells.extend_from_slice(&day.population.cells_of[unit]);
        }
    }
    if day.mechanisms.mobile_population && day.parameters.mobile.background_per_day > 0.0 {
        cells.extend_from_slice(&day.population.mobile_cells);
    }
    cells.sort_unstable();
    cells.dedup();
    cells
}

/// The residents of a cell and stratum, as those who choose.
fn resident(day: &Conditions<'_>, cell: CellId, stratum: Stratum) -> Chooser {
    let origin = day.population.origin(&day.way.map, cell, stratum);
    let territory = day.way.map.cells.territory[cell.index()];
    Chooser { territory, nationality: origin.nationality, community: origin.community }
}

/// Hazard of leaving of those of a stratum who are still at a cell: perceived threat, frailty, and the example of those gone.
#[must_use]
pub fn leaving_hazard(day: &Conditions<'_>, cell: CellId, stratum: Stratum) -> PerDay {
    let decision = &day.parameters.decision;
    let mut hazard = day.threat.at(&day.way.map, cell);
    if day.mechanisms.frailty {
        let there = Share(day.population.share_there(cell, stratum));
        hazard = rules::frail_hazard(hazard, there, decision.frailty_variance);
    }
    if day.mechanisms.cascade && hazard.0 > 0.0 {
        let gone = Share::clamped(day.population.share_gone(cell));
        hazard = hazard * rules::cascade_factor(gone, decision.cascade);
    }
    if stratum == Stratum::Mobile {
        rules::mobile_hazard(&day.parameters.mobile, hazard)
    } else {
        hazard
    }
}

/// How many groups leave a cell, by stratum. Residents are taken in units of at most `persons_per_group`.
fn leaving(
    day: &Conditions<'_>,
    draw: &StepDraws<'_>,
    cell: CellId,
) -> impl Iterator<Item = Leaving> + use<> {
    let groups = Stratum::ALL.map(|stratum| {
        let here = day.population.strata[stratum as usize][cell.index()];
        let hazard = if here == 0 { PerDay(0.0) } else { leaving_hazard(day, cell, stratum) };
        if hazard.0 <= 0.0 {
            return 0;
        }
        let units = here.div_ceil(day.run.persons_per_group);
        let p = rules::departure_probability(hazard, draw.clock.step_days).0;
        let id = DrawId::residents(cell, stratum as usize, Stratum::COUNT);
        // Most cells lose nobody: one number tells, without a distribution.
        if draw.uniform(Stream::Departure, id) >= f64::from(units) * p {
            return 0;
        }
        conditional_binomial(*draw.key, id, draw.clock.step, units, p)
    });
    let found = Stratum::ALL.into_iter().zip(groups).filter(|&(_, groups)| groups > 0);
    found.map(move |(stratum, groups)| Leaving { cell, stratum, groups })
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
    factors: &DayFactors<'_>,
    draw: &StepDraws<'_>,
    &Leaving { cell, stratum, groups }: &Leaving,
) -> Vec<Departure> {
    let here = day.population.strata[stratum as usize][cell.index()];
    let units = here.div_ceil(day.run.persons_per_group);
    let factors = factors.known(resident(day, cell, stratum));
    let odds = day.odds(factors, Standpoint::at_home(cell));
    let mut gone = 0_u32;
    (1..=groups)
        .filter_map(|g| {
            // Equal parts: after g groups, g/units of the residents are gone.
            let target = (u64::from(here) * u64::from(g) / u64::from(units)) as u32;
            let persons = target - gone;
            gone = target;
            let id = DrawId::residents(cell, stratum as usize, Stratum::COUNT).departure(g);
            let draw_key = draw.key.hash(Stream::Traits, id, draw.clock.step);
            let destination = odds.draw(draw.key.uniform(Stream::Destination, draw_key, 0))?;
            let departure = Departure { cell, stratum, persons, destination, draw_key };
            (persons > 0).then_some(departure)
        })
        .collect()
}

/// System: groups under way that have no destination choose one.
///
/// # Panics
/// Never: the components are dense.
pub fn choose_destinations(
    day: Conditions,
    draw: StepDraws,
    mut groups: Query<(&mut Travel, &DisplacedGroup)>,
) {
    let mut factors = DayFactors::new(&day);
    for (mut travel, groups) in groups.contiguous_iter_mut().expect("dense components") {
        for (travel, group) in travel.bypass_change_detection().iter_mut().zip(groups) {
            if travel.activity != Activity::Choosing {
                continue;
            }
            // Returnees and visitors go home, visitors who were there back to where they are hosted, unless they gave up on the way.
            let known = match group.base {
                _ if group.returning => day.way.way_home(group, travel.cell),
                Some(base) if group.gave_up.is_none() => day.way.way_to(base, group, travel.cell),
                _ => None,
            };
            let chosen = known.or_else(|| {
                let territory = day.way.map.cells.territory[travel.cell.index()];
                let factors = factors.get(Chooser::of(group, territory));
                let after = draw.clock.step + 1;
                let uniform = draw.key.uniform(Stream::Destination, group.draw_key, after);
                let at =
                    |gave_up| Standpoint { cell: travel.cell, came_from: group.came_from, gave_up };
                // Who gave up waiting and finds nowhere else to go joins the queue again.
                let elsewhere = day.odds(factors, at(group.gave_up)).draw(uniform);
                elsewhere.or_else(|| {
                    group.gave_up.and_then(|_| day.odds(factors, at(None)).draw(uniform))
                })
            });
            if let Some(destination) = chosen {
                travel.destination = destination;
                travel.activity = Activity::Travelling;
                travel.hours_banked = 0.0;
            }
        }
    }
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
