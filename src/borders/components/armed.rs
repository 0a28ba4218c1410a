//! A: armed groups near the line, against its guard.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Aggregate, Component, Kind, Observable, Quantity};
use crate::units::Share;

/// Parameters of armed presence.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Parameters {
    /// Weight of armed presence A.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "evidence 1.5", "x-certainty" = "P"))]
    pub weight_armed: f64,
}

/// The component.
pub const COMPONENT: Component = Component {
    load: quantity! {
        /// Armed presence A, 0 to 1, against the strength of the guard.
        armed["1"] "Armed presence A"
    },
    contribution: quantity! {
        /// Points of the index that come from armed presence.
        contribution_armed["1"] "armed presence"
    },
    kind: Kind::Armed,
    observables: &[observable! {
        /// a: armed strength within 50 km, weighted by distance, per 100 km of line.
        armed_fighters_per_100km["fighters/100 km"] "Armed fighters near" = |line| line.threat.armed_per_100km[line.number], ByLength
    }],
    load_of: |_, line, seen| armed_presence(seen[0], line.guards_per_km),
    weight: |p| p.components.armed.weight_armed,
};

/// Armed presence against guard strength: the contest function `A = a / (a + g)`, both per 100 km.
#[must_use]
pub fn armed_presence(fighters_per_100km: f64, guards_per_km: f64) -> Share {
    if fighters_per_100km <= 0.0 {
        return Share(0.0);
    }
    Share(fighters_per_100km / (fighters_per_100km + 100.0 * guards_per_km.max(0.0)))
}

#[cfg(test)]
#[test]
fn fighters_as_strong_as_the_guard_are_half() {
    assert!((armed_presence(800.0, 8.0).0 - 0.5).abs() < 1e-12);
}
