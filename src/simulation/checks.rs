//! Whether a scenario fits its map.

use checked_toml::did_you_mean;

use crate::geography::Map;
use crate::scenario::Scenario;
use crate::{conflict, episode, leadership};

/// What of a scenario does not fit the map, in sentences; empty when it fits.
#[must_use]
pub fn check(scenario: &Scenario, map: &Map) -> Vec<String> {
    let mut problems = Vec::new();
    if scenario.mechanisms.leadership_crisis {
        let focus = &scenario.run.focus_state;
        problems.extend(leadership::check_against_map(&scenario.leadership, map, focus));
    }
    problems.extend(unknown_names(scenario, map));
    problems.extend(misfits(scenario, map));
    problems.extend(conflict::check_against_map(&scenario.conflict, map));
    problems.extend(episode::check_against_map(&scenario.episode, &scenario.run.as_of, map));
    problems
}

/// Names of segments, crossings, communities and states that the map does not have.
fn unknown_names(scenario: &Scenario, map: &Map) -> Vec<String> {
    let mut problems = Vec::new();
    let mut known = |key: &str, what: &str, name: &str, names: Vec<&str>| {
        if !names.contains(&name) {
            let hint = did_you_mean(name, names.iter().copied());
            problems.push(format!("{key}: the map `{}` has no {what} `{name}`{hint}", map.name));
        }
    };
    let segments: Vec<&str> = map.segments.iter().map(|s| s.name.as_str()).collect();
    for name in scenario.borders.pressure.southern_border.iter().filter(|n| *n != "default") {
        known("borders.pressure.southern_border", "border segment", name, segments.clone());
    }
    let crossings: Vec<&str> = map.crossings.iter().map(|x| x.id.as_str()).collect();
    for id in &scenario.borders.crossing.closed {
        known("borders.crossing.closed", "crossing", id, crossings.clone());
    }
    // Another map may lack a community; a name that nearly is one of this map's is a slip.
    let communities: Vec<&str> = map.communities.iter().map(String::as_str).collect();
    for name in scenario.displacement.related_communities.iter().flatten() {
        if !did_you_mean(name, communities.iter().copied()).is_empty() {
            known("displacement.related_communities", "community", name, communities.clone());
        }
    }
    let codes: Vec<&str> = map.territories.iter().map(|t| t.code.as_str()).collect();
    let (run, mobile) = (&scenario.run, &scenario.displacement.mobile);
    known("run.focus_state", "territory", &run.focus_state, codes.clone());
    known("run.patron_state", "territory", &run.patron_state, codes.clone());
    if scenario.mechanisms.mobile_population {
        known("displacement.mobile.state", "territory", &mobile.state, codes);
    }
    if let Some(focus) = map.territory(&run.focus_state)
        && map.admin1_named(focus, &run.focus_capital).is_none()
    {
        let units = map.admin1.iter().filter(|unit| unit.state == focus);
        let hint = did_you_mean(&run.focus_capital, units.map(|u| u.name.as_str()));
        problems.push(format!(
            "run.focus_capital: the map `{}` has no unit `{}` in {}{hint}",
            map.name, run.focus_capital, run.focus_state
        ));
    }
    problems
}

/// Values that do not fit each other or the map.
fn misfits(scenario: &Scenario, map: &Map) -> Vec<String> {
    let (run, mobile) = (&scenario.run, &scenario.displacement.mobile);
    let p = &scenario.borders.pressure;
    let year = run.as_of.get(..4).and_then(|y| y.parse::<u32>().ok()).unwrap_or(0);
    let weights = p.weight_humanitarian + p.weight_irregular + p.weight_armed + p.weight_violence;
    let is_border = map.segments.iter().any(|s| s.name == run.watched_border);
    let repeated = |i: &usize| run.fronts[..*i].iter().any(|f| f.name == run.fronts[*i].name);
    let twice = (0..run.fronts.len()).find(repeated);
    let table = [
        (
            year > 2100,
            format!("run.as_of: {} is beyond 2100, for which no map can be right", run.as_of),
        ),
        (
            is_border,
            format!(
                "run.watched_border: `{}` is a border of the map; the whole needs a name of its own",
                run.watched_border
            ),
        ),
        (
            twice.is_some(),
            format!("run.fronts[{}]: a front of this name stands before", twice.unwrap_or(0)),
        ),
        (
            weights <= 0.0,
            "borders.pressure: all four weights are 0; give at least one some weight".to_owned(),
        ),
        (
            p.southern_border.is_empty(),
            "borders.pressure.southern_border: names no segment; name at least one".to_owned(),
        ),
        (
            mobile.left_since > mobile.persons || mobile.persons > mobile.state_population,
            "displacement.mobile.left_since: more left than there were, or more than the state has people".to_owned(),
        ),
        (
            map.territory(&mobile.nationality).is_some(),
            format!(
                "displacement.mobile.nationality: `{}` is a territory of the map; name the state they come from",
                mobile.nationality
            ),
        ),
    ];
    table.into_iter().filter(|(wrong, _)| *wrong).map(|(_, complaint)| complaint).collect()
}
