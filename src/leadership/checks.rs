//! What the range of a single key cannot say: orders, sums, names, and whether the scenario fits the map.

use super::outcome::Outcome;
use super::parameters::Parameters;
use crate::geography::Map;

/// Everything that is wrong with the values, each with its key; empty when all is well. The ranges of single keys are
/// checked by the schema.
#[must_use]
pub fn check(parameters: &Parameters) -> Vec<String> {
    let mut problems = Vec::new();
    check_levels(parameters, &mut problems);
    check_episodes(parameters, &mut problems);
    check_provinces(parameters, &mut problems);
    check_shares(parameters, &mut problems);
    problems
}

/// Units of the focus on the map that the scenario does not list. Units listed but not on the map are no problem.
#[must_use]
pub fn check_against_map(parameters: &Parameters, map: &Map, focus: &str) -> Vec<String> {
    let Some(state) = map.territory(focus) else { return Vec::new() };
    let country = &map.territories[state.index()].name;
    map.admin1
        .iter()
        .filter(|unit| unit.state == state && !parameters.provinces.iter().any(|p| p.name == unit.name))
        .map(|unit| {
            let names = parameters.provinces.iter().map(|p| p.name.as_str());
            let nearest = checked_toml::nearest(&unit.name, names);
            let hint = nearest.map_or_else(String::new, |n| format!(" (the nearest name listed is \"{n}\")"));
            format!(
                "leadership.provinces: the map {} has the unit \"{}\" of {country}, which is not listed{hint}",
                map.name, unit.name
            )
        })
        .collect()
}

/// Of the curves only alignment, the last, goes below zero.
fn check_levels(parameters: &Parameters, problems: &mut Vec<String>) {
    let sides = ["unrest", "control", "cohesion", "stress", "outside_pressure"];
    for outcome in Outcome::PRESCRIBED {
        for (side, curve) in sides.into_iter().zip(parameters.outcomes.of(outcome).curves()) {
            for (end, [lo, hi]) in [("peak", curve.peak), ("end", curve.end)] {
                if lo < 0.0 {
                    let name = outcome.name();
                    problems.push(format!(
                        "leadership.outcomes.{name}.{side}.{end}: [{lo}, {hi}] is not within 0 to 1"
                    ));
                }
            }
        }
    }
}

fn check_episodes(parameters: &Parameters, problems: &mut Vec<String>) {
    let e = &parameters.external;
    for (name, instrument) in [
        ("sanctions", &e.sanctions),
        ("tariffs", &e.tariffs),
        ("threat", &e.threat),
        ("isolation", &e.isolation),
    ] {
        for (i, episode) in instrument.episodes.iter().enumerate() {
            if episode.from_day > episode.to_day {
                problems.push(format!(
                    "leadership.external.{name}.episodes[{i}]: from_day {} comes after to_day {}",
                    episode.from_day, episode.to_day
                ));
            }
        }
    }
}

fn check_provinces(parameters: &Parameters, problems: &mut Vec<String>) {
    let provinces = &parameters.provinces;
    for (i, province) in provinces.iter().enumerate() {
        if provinces[..i].iter().any(|other| other.name == province.name) {
            let name = &province.name;
            problems.push(format!("leadership.provinces[{i}] (\"{name}\"): listed twice"));
        }
    }
}

fn check_shares(parameters: &Parameters, problems: &mut Vec<String>) {
    let shares: f64 = parameters.hazards.breakdowns().iter().map(|(_, b)| b.share_at_calm).sum();
    if (shares - 1.0).abs() > 1e-6 {
        problems.push(format!(
            "leadership.hazards: the values of share_at_calm add up to {shares:.3}, not to 1"
        ));
    }
}
