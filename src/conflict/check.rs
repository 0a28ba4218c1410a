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
    let mut problems = backwards(parameters);
    let mut slip = |key: String, kind: &str, name: &str, place: &str, known: Vec<&str>| {
        if let Some(near) = checked_toml::slip_of(name, &known) {
            let (map, question) = (&map.name, checked_toml::question(near));
            problems
                .push(format!("{key}: the map `{map}` has no {kind} `{name}`{place}; {question}"));
        }
    };
    let communities = || map.communities.iter().map(String::as_str).collect();
    for (i, row) in parameters.groups.iter().enumerate() {
        slip(format!("conflict.groups[{i}].kin"), "community", &row.kin, "", communities());
        if area_on_map(row, map).is_some() {
            let codes = map.territories.iter().map(|t| t.code.as_str()).collect();
            slip(format!("conflict.groups[{i}].against"), "territory", &row.against, "", codes);
        }
    }
    for (i, row) in parameters.background.regions.iter().enumerate() {
        if let Some(state) = map.territory(&row.state) {
            let units = map.admin1.iter().filter(|unit| unit.state == state);
            let known = units.map(|unit| unit.name.as_str()).collect();
            let key = format!("conflict.background.regions[{i}].unit");
            slip(key, "unit", &row.unit, &format!(" in {}", row.state), known);
        }
    }
    for name in &parameters.vacuum.kin_communities {
        slip("conflict.vacuum.kin_communities".into(), "community", name, "", communities());
    }
    for (i, row) in parameters.flashpoints.iter().enumerate() {
        for name in &row.kin {
            slip(format!("conflict.flashpoints[{i}].kin"), "community", name, "", communities());
        }
    }
    problems
}

/// Ranges that run backwards.
fn backwards(p: &Parameters) -> Vec<String> {
    let mut ranges = vec![
        ("conflict.forces.irgc_ground".to_owned(), p.forces.irgc_ground),
        ("conflict.defection.collapse_share".to_owned(), p.defection.collapse_share),
        ("conflict.defection.turn_share".to_owned(), p.defection.turn_share),
        ("conflict.defection.unit".to_owned(), p.defection.unit),
        ("conflict.vacuum.rates.unit".to_owned(), p.vacuum.rates.unit),
    ];
    for (i, row) in p.groups.iter().enumerate() {
        ranges.push((format!("conflict.groups[{i}].strength"), row.strength));
    }
    for (i, row) in p.flashpoints.iter().enumerate() {
        let key = |name| format!("conflict.flashpoints[{i}].{name}");
        ranges.push((key("episode_days"), row.episode_days));
        ranges.push((key("events_per_day"), row.events_per_day));
    }
    let backwards = ranges.into_iter().filter(|(_, [low, high])| low > high);
    let told = backwards.map(|(key, [low, high])| {
        format!("{key}: [{low}, {high}] runs backwards, the lower end comes first")
    });
    told.collect()
}
