//! D: people at crossings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Aggregate, Component, Kind, Line, Observable, Quantity};
use crate::units::{PersonsPerDay, Share};

/// Parameters of the humanitarian load.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Parameters {
    /// Weight of the humanitarian load D.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "evidence 1.5", "x-certainty" = "P"))]
    pub weight_humanitarian: f64,
    /// Days over which a queue counts as demand.
    #[schemars(range(min = 0.1, max = 30), extend("x-unit" = "d", "x-source" = "evidence 1.5", "x-certainty" = "P"))]
    pub queue_days: f64,
}

/// The component.
pub const COMPONENT: Component = Component {
    load: quantity! {
        /// Humanitarian (crossing) load D, 0 to 1; 0.5 is demand equal to capacity.
        humanitarian["1"] "Humanitarian load D"
    },
    contribution: quantity! {
        /// Points of the index that come from the humanitarian load.
        contribution_humanitarian["1"] "people at crossings"
    },
    kind: Kind::Civilians,
    observables: &[
        observable! {
            /// f: persons who arrive at the crossings of the segment.
            arrivals_persons_per_day["persons/d"] "Arrivals" = arrivals, Sum
        },
        observable! {
            /// Q: persons who wait at the crossings.
            waiting_persons["persons"] "People waiting" = waiting, Sum
        },
        observable! {
            /// W: time that a newcomer waits.
            wait_hours["h"] "Waiting time" = longest_wait_hours, Largest
        },
    ],
    load_of: |p, line, seen| {
        let days = p.components.humanitarian.queue_days;
        humanitarian_load(PersonsPerDay(seen[0]), seen[1], days, line.capacity)
    },
    weight: |p| p.components.humanitarian.weight_humanitarian,
};

/// The queues of a line: crossing and side.
fn queues(line: &Line<'_>) -> impl Iterator<Item = (usize, usize)> {
    line.segment.crossings.iter().flat_map(|x| [(x.index(), 0), (x.index(), 1)])
}

/// A sum; 0, not the -0 of an empty sum, where there is nothing to add.
fn total(values: impl Iterator<Item = f64>) -> f64 {
    0.0 + values.sum::<f64>()
}

/// Persons who came today and are not on their way home.
fn arrivals(line: &Line<'_>) -> f64 {
    let traffic = line.traffic;
    total(queues(line).map(|(x, side)| {
        let (came, home) = (traffic.demand[x][side], traffic.returnees[x][side]);
        f64::from(came - home.min(came))
    }))
}

fn waiting(line: &Line<'_>) -> f64 {
    total(queues(line).map(|(x, side)| f64::from(line.traffic.waiting[x][side])))
}

fn longest_wait_hours(line: &Line<'_>) -> f64 {
    let hours = |(x, side): (usize, usize)| 24.0 * f64::from(line.traffic.wait_days[x][side]);
    queues(line).map(hours).fold(0.0, f64::max)
}

/// Humanitarian load: `D = rho / (1 + rho)`, `rho = (f + Q / queue_days) / mu`; 0.5 where demand equals capacity.
#[must_use]
pub fn humanitarian_load(
    arrivals: PersonsPerDay,
    waiting: f64,
    queue_days: f64,
    capacity: PersonsPerDay,
) -> Share {
    let demand = arrivals.0 + waiting / queue_days;
    if demand <= 0.0 {
        return Share(0.0);
    }
    Share(demand / (demand + capacity.0))
}

#[cfg(test)]
#[test]
fn demand_equal_to_capacity_is_half() {
    let load = humanitarian_load(PersonsPerDay(1_000.0), 0.0, 3.0, PersonsPerDay(1_000.0));
    assert!((load.0 - 0.5).abs() < 1e-12);
}
