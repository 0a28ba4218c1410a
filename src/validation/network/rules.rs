//! What is only so on a network, as pure functions: who enters, from where, who is turned away.
//!
//! Everything else is the model's own: threat and its memory, frailty, the kernel and room of destinations, travel, settling,
//! moving on.

use crate::displacement::parameters::{DestinationChoice, Kernel};
use crate::displacement::rules::kernel_weight;
use crate::units::{Kilometres, PerDay};

/// Persons who enter on each day: the increase of the observed total; a decrease is a debt that later increases work off
/// first. Day 0 is 0: those observed then are in the camps already.
#[must_use]
pub fn entering(total: &[u32]) -> Vec<u32> {
    let mut debt = 0_i64;
    let mut previous = total.first().copied().map_or(0, i64::from);
    total
        .iter()
        .map(|&now| {
            let new = i64::from(now) - previous - debt;
            previous = i64::from(now);
            debt = (-new).max(0);
            new.max(0) as u32
        })
        .collect()
}

/// Weight of a place among those that people leave: the hazard of those still there, whatever their number. In these files the
/// population of a conflict place is that of a town, of a district, or left out, and the daily total is given: numbers at risk
/// cannot be told from them (`docs/network_cases.md`).
#[must_use]
pub fn source_weight(residents: f64, hazard: PerDay) -> f64 {
    if residents > 0.0 { hazard.0.max(0.0) } else { 0.0 }
}

/// Kernel-weighted deaths that stand for a conflict of this intensity (0 to 1): at 1 the siege class applies in full.
#[must_use]
pub fn deaths_of_intensity(intensity: f64, fatalities_for_siege: f64) -> f64 {
    intensity * fatalities_for_siege
}

/// Whether arrivals find a camp full and go on: there is no place for them, and there is one elsewhere. Who finds no place
/// anywhere stays where they are.
#[must_use]
pub fn goes_on(settled: f64, persons: f64, capacity: f64, room_elsewhere: bool) -> bool {
    settled + persons > capacity && room_elsewhere
}

/// Persons in an agent that keep a case below 250,000 agents: 1, 10, 100, ... `[P]`; as Flee's users chose for the four cases.
#[must_use]
pub fn persons_per_group(largest_total: u32) -> u32 {
    let mut persons = 1;
    while largest_total / persons > 250_000 && persons < 10_000 {
        persons *= 10;
    }
    persons
}

/// Shares of camps by distance alone, from sources weighted by population: the naive gravity baseline. `km[source][camp]`.
/// None where no source reaches any camp.
#[must_use]
pub fn gravity_shares(
    choice: &DestinationChoice,
    population: &[f64],
    km: &[Vec<f64>],
) -> Option<Vec<f64>> {
    let choice = DestinationChoice { kernel: Kernel::Gravity, ..choice.clone() };
    let mut shares = vec![0.0; km.first()?.len()];
    for (people, row) in population.iter().zip(km) {
        let weights: Vec<f64> =
            row.iter().map(|&km| kernel_weight(&choice, Kilometres(km), 1.0, 1.0, 0.0)).collect();
        let sum: f64 = weights.iter().sum();
        if sum > 0.0 {
            shares.iter_mut().zip(&weights).for_each(|(s, w)| *s += people * w / sum);
        }
    }
    normalised(shares)
}

/// Shares in proportion to capacity; none where one is unknown.
#[must_use]
pub fn capacity_shares(capacities: &[Option<f64>]) -> Option<Vec<f64>> {
    normalised(capacities.iter().copied().collect::<Option<Vec<f64>>>()?)
}

fn normalised(mut shares: Vec<f64>) -> Option<Vec<f64>> {
    let sum: f64 = shares.iter().sum();
    for share in &mut shares {
        *share /= sum;
    }
    (sum > 0.0).then_some(shares)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decrease_is_worked_off_before_anybody_enters() {
        // 10 there on day 0; +5; -8 (debt 8); +3 (debt 5); +5 (debt 0); +4.
        assert_eq!(entering(&[10, 15, 7, 10, 15, 19]), vec![0, 5, 0, 0, 0, 4]);
        assert_eq!(entering(&[]), Vec::<u32>::new());
    }

    #[test]
    fn only_those_with_somewhere_to_go_go_on() {
        assert!(goes_on(99.0, 2.0, 100.0, true) && !goes_on(99.0, 2.0, 100.0, false));
        assert!(!goes_on(98.0, 2.0, 100.0, true) && !goes_on(1e9, 1.0, f64::INFINITY, true));
    }

    #[test]
    fn agents_are_as_large_as_in_the_published_runs() {
        let totals = [111_000, 212_321, 3_813_502, 303_963];
        assert_eq!(totals.map(persons_per_group), [1, 1, 100, 10]);
    }

    #[test]
    fn shares_sum_to_one() {
        assert_eq!(capacity_shares(&[Some(30.0), Some(10.0)]), Some(vec![0.75, 0.25]));
        assert_eq!(capacity_shares(&[Some(30.0), None]), None);
    }
}
