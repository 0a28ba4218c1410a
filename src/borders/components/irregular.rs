//! N: people over the green border.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Aggregate, Component, Kind, Observable, Quantity};
use crate::units::Share;

/// Parameters of irregular crossing.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Parameters {
    /// Weight of irregular crossing N.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "evidence 1.5", "x-certainty" = "P"))]
    pub weight_irregular: f64,
    /// Irregular attempts that give N = 0.5.
    #[schemars(range(min = 0.01, max = 1000), extend("x-unit" = "attempts/km/d", "x-source" = "evidence 1.5", "x-certainty" = "P"))]
    pub irregular_reference: f64,
}

/// The component.
pub const COMPONENT: Component = Component {
    load: quantity! {
        /// Irregular crossing load N, 0 to 1; 0.5 is the reference flow.
        irregular["1"] "Irregular crossing N"
    },
    contribution: quantity! {
        /// Points of the index that come from irregular crossing.
        contribution_irregular["1"] "irregular crossing"
    },
    kind: Kind::Civilians,
    observables: &[observable! {
        /// i: attempts over the green border.
        irregular_attempts_per_day["persons/d"] "Irregular attempts" = |line| f64::from(line.green.attempts[line.number]), Sum
    }],
    load_of: |p, line, seen| {
        let reference = p.components.irregular.irregular_reference;
        irregular_load(seen[0], reference, line.segment.line_km())
    },
    weight: |p| p.components.irregular.weight_irregular,
};

/// Irregular crossing load: `N = i / (i + i_ref)`, `i_ref` per km times the length.
#[must_use]
pub fn irregular_load(attempts_per_day: f64, reference_per_km: f64, length_km: f64) -> Share {
    if attempts_per_day <= 0.0 {
        return Share(0.0);
    }
    Share(attempts_per_day / (attempts_per_day + reference_per_km * length_km))
}

#[cfg(test)]
#[test]
fn the_reference_flow_is_half() {
    assert!((irregular_load(500.0, 5.0, 100.0).0 - 0.5).abs() < 1e-12);
}
