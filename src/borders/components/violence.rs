//! V: violent events near the line.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Aggregate, Component, Kind, Observable, Quantity};
use crate::units::Share;

/// Parameters of violence.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Parameters {
    /// Weight of violence V.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "evidence 1.5", "x-certainty" = "P"))]
    pub weight_violence: f64,
    /// Severity-weighted events per 100 km that set V; V = 0.5 at ln 2 of it.
    #[schemars(range(min = 0.001, max = 1000), extend("x-unit" = "1/100 km", "x-source" = "North Caucasus 2010: 754 killed in about 377 events on 1,232 km give 0.5", "x-certainty" = "C"))]
    pub violence_reference: f64,
}

/// The component.
pub const COMPONENT: Component = Component {
    load: quantity! {
        /// Violence V near the line, 0 to 1.
        violence["1"] "Violence V"
    },
    contribution: quantity! {
        /// Points of the index that come from violence.
        contribution_violence["1"] "violence near the line"
    },
    kind: Kind::Armed,
    observables: &[observable! {
        /// v: events within 25 km weighted by severity (ln(1 + deaths)) and age, per 100 km of line.
        events_severity_per_100km["1/100 km"] "Violent events near" = |line| line.threat.events_per_100km[line.number], ByLength
    }],
    load_of: |p, _, seen| violence_level(seen[0], p.components.violence.violence_reference),
    weight: |p| p.components.violence.weight_violence,
};

/// Violence near the line: `V = 1 - exp(-v / v_ref)`.
#[must_use]
pub fn violence_level(events_per_100km: f64, reference: f64) -> Share {
    Share(-libm::expm1(-events_per_100km.max(0.0) / reference))
}

#[cfg(test)]
#[test]
fn the_north_caucasus_of_2010_is_half() {
    // 754 killed, two an event, over 894 + 338 km, remembered for 14 days.
    let v = 754.0 / 2.0 / 365.0 * libm::log(3.0) * 14.0 / 12.32;
    assert!((violence_level(v, 1.86).0 - 0.5).abs() < 0.01, "{v}");
}
