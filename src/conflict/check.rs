//! What of the parameters does not fit a map.

use super::initial::area_on_map;
use super::parameters::Parameters;
use crate::geography::Map;

/// What of the parameters does not fit the map or itself, in sentences that begin with the key; empty when all fits.
///
/// A map may show less than the parameters speak of: a host, a unit or a community that it lacks is passed over, unless a
/// name on the map is so near that it must be a slip. A group whose area lies on the map must fight a state of the map.
#[must_use]
pub fn check_against_map(parameters: &Parameters, map: &Map) -> Vec<String> {
    let mut problems = Vec::new();
    let mut in_order = |key: String, [low, high]: [f64; 2]| {
        if low > high {
            problems
                .push(format!("{key}: [{low}, {high}] runs backwards, the lower end comes first"));
        }
    };
    in_order("conflict.forces.irgc_ground".into(), parameters.forces.irgc_ground);
    in_order("conflict.defection.collapse_share".into(), parameters.defection.collapse_share);
    in_order("conflict.defection.turn_share".into(), parameters.defection.turn_share);
    in_order("conflict.defection.unit".into(), parameters.defection.unit);
    in_order("conflict.vacuum.rates.unit".into(), parameters.vacuum.rates.unit);
    for (i, row) in parameters.groups.iter().enumerate() {
        in_order(format!("conflict.groups[{i}].strength"), row.strength);
    }
    for (i, row) in parameters.flashpoints.iter().enumerate() {
        in_order(format!("conflict.flashpoints[{i}].episode_days"), row.episode_days);
        in_order(format!("conflict.flashpoints[{i}].events_per_day"), row.events_per_day);
    }

    let communities: Vec<&str> = map.communities.iter().map(String::as_str).collect();
    let mut slip = |key: String, what: &str, name: &str, known: &[&str], place: &str| {
        if let Some(near) = checked_toml::slip_of(name, known) {
            problems.push(format!(
                "{key}: the map `{}` has no {what} `{name}`{place}; {}",
                map.name,
                checked_toml::question(near)
            ));
        }
    };
    for (i, row) in parameters.groups.iter().enumerate() {
        slip(format!("conflict.groups[{i}].kin"), "community", &row.kin, &communities, "");
        if map.territory(&row.against).is_none() && area_on_map(row, map).is_some() {
            let codes: Vec<&str> = map.territories.iter().map(|t| t.code.as_str()).collect();
            slip(format!("conflict.groups[{i}].against"), "territory", &row.against, &codes, "");
        }
    }
    for (i, row) in parameters.background.regions.iter().enumerate() {
        if let Some(state) = map.territory(&row.state) {
            let units: Vec<&str> =
                map.admin1.iter().filter(|u| u.state == state).map(|u| u.name.as_str()).collect();
            let place = format!(" in {}", row.state);
            slip(
                format!("conflict.background.regions[{i}].unit"),
                "unit",
                &row.unit,
                &units,
                &place,
            );
        }
    }
    for name in &parameters.vacuum.kin_communities {
        slip("conflict.vacuum.kin_communities".into(), "community", name, &communities, "");
    }
    for (i, row) in parameters.flashpoints.iter().enumerate() {
        for name in &row.kin {
            slip(format!("conflict.flashpoints[{i}].kin"), "community", name, &communities, "");
        }
    }
    problems
}
