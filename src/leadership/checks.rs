//! What a schema cannot see: bounds of sampled ranges, sums, and whether the scenario fits the map.

use super::Outcome;
use super::course::STATE;
use super::parameters::{CurveRanges, Instrument, Parameters};
use crate::geography::Map;

/// Everything that is wrong with the values, each with its key; empty when all is well.
#[must_use]
pub fn check(parameters: &Parameters) -> Vec<String> {
    let mut problems = Vec::new();
    check_start_and_outcomes(parameters, &mut problems);
    check_shapes(parameters, &mut problems);
    check_external(parameters, &mut problems);
    check_provinces(parameters, &mut problems);
    check_hazards(parameters, &mut problems);
    problems
}

/// Units of Iran on the map that the scenario does not list. Units listed but not on the map are no problem.
#[must_use]
pub fn check_against_map(parameters: &Parameters, map: &Map) -> Vec<String> {
    let Some(state) = map.territory(STATE) else { return Vec::new() };
    map.admin1
        .iter()
        .filter(|unit| unit.state == state && !parameters.provinces.iter().any(|p| p.name == unit.name))
        .map(|unit| {
            let names = parameters.provinces.iter().map(|p| p.name.as_str());
            let nearest = checked_toml::nearest(&unit.name, names);
            let hint = nearest.map_or_else(String::new, |n| format!(" (the nearest name listed is \"{n}\")"));
            format!(
                "leadership.provinces: the map {} has the unit \"{}\" of Iran, which is not listed{hint}",
                map.name, unit.name
            )
        })
        .collect()
}

fn range(problems: &mut Vec<String>, key: &str, range: [f64; 2], low: f64, high: f64) {
    let [lo, hi] = range;
    if !lo.is_finite() || !hi.is_finite() || lo < low || hi > high {
        problems.push(format!("{key}: [{lo}, {hi}] is not within {low} to {high}"));
    } else if lo > hi {
        problems.push(format!("{key}: [{lo}, {hi}] runs backwards, the lower end comes first"));
    }
}

fn number(problems: &mut Vec<String>, key: &str, value: f64, low: f64, high: f64) {
    if !(low..=high).contains(&value) {
        problems.push(format!("{key}: {value} is not within {low} to {high}"));
    }
}

fn check_start_and_outcomes(parameters: &Parameters, problems: &mut Vec<String>) {
    let s = &parameters.start;
    for (name, r, low) in [
        ("unrest", s.unrest, 0.0),
        ("control", s.control, 0.0),
        ("cohesion", s.cohesion, 0.0),
        ("stress", s.stress, 0.0),
        ("outside_pressure", s.outside_pressure, 0.0),
        ("alignment", s.alignment, -1.0),
    ] {
        range(problems, &format!("leadership.start.{name}"), r, low, 1.0);
    }
    for (outcome, name) in [
        (Outcome::Continuity, "continuity"),
        (Outcome::ManagedTransition, "managed_transition"),
        (Outcome::Fragmentation, "fragmentation"),
        (Outcome::CivilStrife, "civil_strife"),
        (Outcome::WesternPivot, "western_pivot"),
    ] {
        let courses = parameters.outcomes.of(outcome);
        let key = format!("leadership.outcomes.{name}");
        for (side, curve, low) in [
            ("unrest", &courses.unrest, 0.0),
            ("control", &courses.control, 0.0),
            ("cohesion", &courses.cohesion, 0.0),
            ("stress", &courses.stress, 0.0),
            ("outside_pressure", &courses.outside_pressure, 0.0),
            ("alignment", &courses.alignment, -1.0),
        ] {
            check_curve(problems, &format!("{key}.{side}"), curve, low);
        }
        let flare = courses.flare_probability_per_year;
        range(problems, &format!("{key}.flare_probability_per_year"), flare, 0.0, 0.99);
        range(problems, &format!("{key}.flare_height"), courses.flare_height, 0.0, 1.0);
        range(problems, &format!("{key}.centre_delay_days"), courses.centre_delay_days, 0.0, 365.0);
        range(problems, &format!("{key}.centre_exponent"), courses.centre_exponent, 0.0, 5.0);
        number(
            problems,
            &format!("{key}.war_share_included"),
            courses.war_share_included,
            0.0,
            1.0,
        );
    }
}

fn check_curve(problems: &mut Vec<String>, key: &str, curve: &CurveRanges, low: f64) {
    range(problems, &format!("{key}.peak"), curve.peak, low, 1.0);
    range(problems, &format!("{key}.end"), curve.end, low, 1.0);
    range(problems, &format!("{key}.onset_days"), curve.onset_days, 0.0, 3650.0);
    range(problems, &format!("{key}.rise_days"), curve.rise_days, 0.1, 3650.0);
    range(problems, &format!("{key}.turn_days"), curve.turn_days, 0.0, 3650.0);
    range(problems, &format!("{key}.fall_days"), curve.fall_days, 0.1, 3650.0);
}

fn check_shapes(parameters: &Parameters, problems: &mut Vec<String>) {
    let f = &parameters.flares;
    range(problems, "leadership.flares.ramp_days", f.ramp_days, 0.0, 60.0);
    range(problems, "leadership.flares.pulse_days", f.pulse_days, 0.0, 60.0);
    range(problems, "leadership.flares.decay_days", f.decay_days, 0.1, 365.0);
    range(problems, "leadership.flares.control_loss", f.control_loss, 0.0, 1.0);
    let p = &parameters.periphery;
    range(problems, "leadership.periphery.control_exponent", p.control_exponent, 0.0, 5.0);
    range(problems, "leadership.periphery.unrest_exponent", p.unrest_exponent, 0.0, 5.0);
    range(problems, "leadership.periphery.unrest_delay_days", p.unrest_delay_days, 0.0, 60.0);
    for (i, air) in parameters.air_campaigns.iter().enumerate() {
        if air.days == 0 {
            problems.push(format!("leadership.air_campaigns[{i}].days: 0 is not at least 1"));
        }
    }
}

fn check_external(parameters: &Parameters, problems: &mut Vec<String>) {
    let e = &parameters.external;
    for (name, r, low, high) in [
        ("sanctions_growth_loss", e.sanctions_growth_loss, 0.0, 20.0),
        ("tariffs_growth_loss", e.tariffs_growth_loss, 0.0, 20.0),
        ("war_growth_loss", e.war_growth_loss, 0.0, 60.0),
        ("aid_growth_gain", e.aid_growth_gain, 0.0, 3.0),
        ("full_stress_growth_loss", e.full_stress_growth_loss, 1.0, 60.0),
        ("evasion", e.evasion, 0.0, 1.0),
        ("stress_efold_days", e.stress_efold_days, 1.0, 3650.0),
        ("pressure_per_threat", e.pressure_per_threat, 0.0, 1.0),
        ("pressure_per_isolation", e.pressure_per_isolation, 0.0, 1.0),
        ("cohesion_per_aid", e.cohesion_per_aid, 0.0, 0.2),
    ] {
        range(problems, &format!("leadership.external.{name}"), r, low, high);
    }
    number(problems, "leadership.external.war_control_below", e.war_control_below, 0.0, 1.0);
    for (name, instrument) in [
        ("sanctions", &e.sanctions),
        ("tariffs", &e.tariffs),
        ("threat", &e.threat),
        ("isolation", &e.isolation),
    ] {
        check_instrument(problems, &format!("leadership.external.{name}"), instrument);
    }
}

fn check_instrument(problems: &mut Vec<String>, key: &str, instrument: &Instrument) {
    number(problems, &format!("{key}.standing"), instrument.standing, 0.0, 1.0);
    for (i, episode) in instrument.episodes.iter().enumerate() {
        number(problems, &format!("{key}.episodes[{i}].level"), episode.level, 0.0, 1.0);
        if episode.from_day > episode.to_day {
            problems.push(format!(
                "{key}.episodes[{i}]: from_day {} comes after to_day {}",
                episode.from_day, episode.to_day
            ));
        }
    }
}

fn check_provinces(parameters: &Parameters, problems: &mut Vec<String>) {
    for (i, province) in parameters.provinces.iter().enumerate() {
        let key = format!("leadership.provinces[{i}] (\"{}\")", province.name);
        number(problems, &format!("{key}.periphery"), province.periphery, 0.0, 1.0);
        if parameters.provinces[..i].iter().any(|other| other.name == province.name) {
            problems.push(format!("{key}: listed twice"));
        }
    }
    let table = &parameters.control_elsewhere;
    number(problems, "leadership.control_elsewhere.default", table.default, 0.0, 1.0);
    for (group, entries) in [("states", &table.states), ("units", &table.units)] {
        for (name, &value) in entries {
            number(
                problems,
                &format!("leadership.control_elsewhere.{group}.\"{name}\""),
                value,
                0.0,
                1.0,
            );
        }
    }
}

fn check_hazards(parameters: &Parameters, problems: &mut Vec<String>) {
    let h = &parameters.hazards;
    range(
        problems,
        "leadership.hazards.annual_breakdown_at_calm",
        h.annual_breakdown_at_calm,
        0.0,
        0.99,
    );
    number(problems, "leadership.hazards.noise_sd", h.noise_sd, 0.0, 0.5);
    number(problems, "leadership.hazards.noise_memory_days", h.noise_memory_days, 0.1, 365.0);
    for (name, value) in [
        ("unrest", h.calm.unrest),
        ("control", h.calm.control),
        ("cohesion", h.calm.cohesion),
        ("stress", h.calm.stress),
        ("outside_pressure", h.calm.outside_pressure),
    ] {
        number(problems, &format!("leadership.hazards.calm.{name}"), value, 0.0, 1.0);
    }
    let mut shares = 0.0;
    for (kind, b) in [
        ("managed_transition", &h.managed_transition),
        ("fragmentation", &h.fragmentation),
        ("civil_strife", &h.civil_strife),
        ("western_pivot", &h.western_pivot),
    ] {
        let key = format!("leadership.hazards.{kind}");
        number(problems, &format!("{key}.share_at_calm"), b.share_at_calm, 0.0, 1.0);
        shares += b.share_at_calm;
        for (slope, value) in [
            ("unrest", b.unrest),
            ("stress", b.stress),
            ("control", b.control),
            ("cohesion", b.cohesion),
            ("outside_pressure", b.outside_pressure),
        ] {
            number(problems, &format!("{key}.{slope}"), value, 0.0, 20.0);
        }
    }
    if (shares - 1.0).abs() > 1e-6 {
        problems.push(format!(
            "leadership.hazards: the four share_at_calm add up to {shares:.3}, not to 1"
        ));
    }
}
