//! Pure rules of borders: queues, detection, the pressure index (evidence 1.1.5, 1.1.6, 1.5).

use crate::units::{Days, PerDay, PersonsPerDay, Probability, Share};

use super::components::{self, Aggregate, COUNT, TERMS};
use super::parameters::{Form, Green, PressureIndex};
use super::segment_pressure::SegmentPressure;

/// Share of a crossing's capacity that is ready: approaches 1 while people wait and the idle share when nobody does, with
/// the ramp-up time as time constant.
#[must_use]
pub fn readiness(yesterday: Share, waiting: bool, idle: Share, ramp_up: Days, step: Days) -> Share {
    let target = if waiting { 1.0 } else { idle.0 };
    let keep = libm::exp(-step.0 / ramp_up.0);
    Share::clamped(target + (yesterday.0 - target) * keep)
}

/// Persons that a crossing can serve in a step: `mu * readiness * season * policy share * dt`.
#[must_use]
pub fn service(
    capacity: PersonsPerDay,
    readiness: Share,
    season: f64,
    share: Share,
    step: Days,
) -> f64 {
    capacity.0 * readiness.0 * season * share.0 * step.0
}

/// Waiting time of a newcomer: queue over service, `W = Q / served`; 99 days where nothing moves.
#[must_use]
pub fn wait_days(waiting: f64, served_per_day: f64) -> f64 {
    if waiting <= 0.0 {
        0.0
    } else if served_per_day <= 0.0 {
        99.0
    } else {
        (waiting / served_per_day).min(99.0)
    }
}

/// Probability of giving up a queue within a step.
#[must_use]
pub fn renege_probability(hazard: PerDay, step: Days) -> Probability {
    hazard.probability_within(step)
}

/// Koopman random search: `1 - exp(-(k_g g + k_s s) tau)` (evidence 1.1.6).
#[must_use]
pub fn detection_probability(green: &Green, guards_per_km: f64, sensors: Share) -> Probability {
    let effort = green.detection_per_guard_km * guards_per_km + green.detection_sensor * sensors.0;
    Probability(-libm::expm1(-effort * green.crossing_time))
}

/// Effectiveness of the guard of a segment: `E_b = 1 - exp(-(k_g g + k_s s))` (evidence 1.3).
#[must_use]
pub fn guard_effectiveness(green: &Green, guards_per_km: f64, sensors: Share) -> Share {
    Share(-libm::expm1(
        -(green.detection_per_guard_km * guards_per_km + green.detection_sensor * sensors.0),
    ))
}

/// Vulnerability: `U = 1 - E_b (1 - 0.5 strain)`.
#[must_use]
pub fn vulnerability(effectiveness: Share, strain: Share) -> Share {
    Share::clamped(1.0 - effectiveness.0 * (1.0 - 0.5 * strain.0))
}

/// Impact: `I = 0.5 min(1, p / p_ref) + 0.25 kin + 0.25 strategic value`.
#[must_use]
pub fn impact(exposed: f64, reference: f64, kin: Share, strategic: Share) -> Share {
    Share::clamped(0.5 * (exposed / reference).min(1.0) + 0.25 * kin.0 + 0.25 * strategic.0)
}

/// Threat: `T = (sum w X^q)^(1/q)` over the loads of the components; the weights are scaled to sum to 1.
#[must_use]
pub fn threat(p: &PressureIndex, loads: &[f64; COUNT]) -> Share {
    let sum: f64 = weights(p).iter().zip(loads).map(|(w, x)| w * libm::pow(*x, p.power)).sum();
    Share::clamped(libm::pow(sum, 1.0 / p.power))
}

/// The weights of the components, scaled to sum to 1.
#[must_use]
pub fn weights(p: &PressureIndex) -> [f64; COUNT] {
    let mut weights = [0.0; COUNT];
    for (weight, component) in weights.iter_mut().zip(components::ALL) {
        *weight = (component.weight)(p);
    }
    let sum: f64 = weights.iter().sum();
    if sum > 0.0 { weights.map(|w| w / sum) } else { [1.0 / COUNT as f64; COUNT] }
}

/// Exponents of threat, vulnerability and impact.
const fn exponents(form: Form) -> [f64; 3] {
    match form {
        Form::ThreatLedGeometric | Form::Arithmetic => [0.5, 0.25, 0.25],
        Form::EqualGeometric => [1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0],
    }
}

/// The index, 0 to 100, from threat, vulnerability and impact, each raised to the floor.
#[must_use]
pub fn index(p: &PressureIndex, threat: Share, vulnerability: Share, impact: Share) -> f64 {
    let x = [threat.0, vulnerability.0, impact.0].map(|v| v.max(p.floor));
    let e = exponents(p.form);
    100.0
        * match p.form {
            Form::Arithmetic => x.iter().zip(e).map(|(v, e)| v * e).sum::<f64>(),
            _ => x.iter().zip(e).map(|(v, e)| libm::pow(*v, e)).product(),
        }
}

/// Contribution of each term to the index, in index points; they sum to the index.
///
/// Between threat, vulnerability and impact the index is split by how far each lifts it above the floor (log shares for the
/// geometric forms, plain shares for the arithmetic one); inside threat by `w X^q`. Order: [`components::terms`].
#[must_use]
pub fn contributions(p: &PressureIndex, s: &SegmentPressure) -> [f64; TERMS] {
    let x = [s.threat, s.vulnerability, s.impact].map(|v| v.max(p.floor));
    let e = exponents(p.form);
    let lift = |i: usize| match p.form {
        Form::Arithmetic => e[i] * x[i],
        _ => e[i] * libm::log(x[i] / p.floor),
    };
    let lifts = [lift(0), lift(1), lift(2)];
    let sum: f64 = lifts.iter().sum();
    let mut points = [0.0; TERMS];
    let (of_components, standing) = points.split_at_mut(COUNT);
    if sum <= 0.0 {
        standing.fill(s.index / 2.0);
        return points;
    }

    // Inside threat by the powers of the loads.
    let [of_threat, of_vulnerability, of_impact] = lifts.map(|l| s.index * l / sum);
    let mut powers = weights(p);
    for (power, load) in powers.iter_mut().zip(s.loads) {
        *power *= libm::pow(load, p.power);
    }
    let total: f64 = powers.iter().sum();
    for (points, power) in of_components.iter_mut().zip(powers) {
        *points = if total > 0.0 { of_threat * power / total } else { of_threat / COUNT as f64 };
    }
    standing.copy_from_slice(&[of_vulnerability, of_impact]);
    points
}

/// Class of an index: fixed thresholds 20, 40, 60, 80.
#[must_use]
pub fn class(index: f64) -> &'static str {
    match index {
        x if x < 20.0 => "normal",
        x if x < 40.0 => "elevated",
        x if x < 60.0 => "high",
        x if x < 80.0 => "severe",
        _ => "critical",
    }
}

/// What a number of several lines comes to: values with lengths.
#[must_use]
pub fn over_lines(aggregate: Aggregate, values: &[(f64, f64)]) -> f64 {
    match aggregate {
        Aggregate::Sum => values.iter().map(|v| v.0).sum(),
        Aggregate::ByLength => {
            let length: f64 = values.iter().map(|v| v.1).sum();
            values.iter().map(|(x, l)| x * l).sum::<f64>() / length.max(f64::MIN_POSITIVE)
        }
        Aggregate::Largest => values.iter().map(|v| v.0).fold(0.0, f64::max),
    }
}

/// Length-weighted power mean over segments: `(sum l x^p / sum l)^(1/p)`.
#[must_use]
pub fn power_mean(values: &[(f64, f64)], power: f64) -> f64 {
    let length: f64 = values.iter().map(|v| v.1).sum();
    if length <= 0.0 {
        return 0.0;
    }
    let sum: f64 = values.iter().map(|&(x, l)| l * libm::pow(x.max(0.0), power)).sum();
    libm::pow(sum / length, 1.0 / power)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::LazyLock;

    use super::*;
    use proptest::prelude::*;

    /// The parameters of the shipped base scenario, but for form and power.
    fn parameters(form: Form, power: f64) -> PressureIndex {
        static BASE: LazyLock<PressureIndex> = LazyLock::new(|| {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/base.toml");
            let resolved = crate::scenario::load(&file, &[]).expect("the shipped base scenario");
            resolved.file.scenario.borders.pressure
        });
        PressureIndex { power, form, ..BASE.clone() }
    }

    #[test]
    fn the_expert_anchors_come_out() {
        // Ordinary Lars day about 10; a saturated crossing without arms about 40 (evidence 1.5).
        let p = parameters(Form::ThreatLedGeometric, 2.0);
        let (u, i) = (Share(0.65), Share(0.4));
        let calm = index(&p, threat(&p, &[0.0; COUNT]), u, i);
        let mut loads = [0.0; COUNT];
        loads[0] = 0.85;
        let saturated = index(&p, threat(&p, &loads), u, i);
        assert!((8.0..14.0).contains(&calm), "{calm}");
        assert!((38.0..52.0).contains(&saturated), "{saturated}");
        assert_eq!(class(calm), "normal");
    }

    #[test]
    fn a_crossing_reaches_its_capacity_within_its_time_constant() {
        let mut r = Share(0.25);
        for _ in 0..4 {
            r = readiness(r, true, Share(0.25), Days(1.0), Days(0.25));
        }
        assert!((r.0 - (1.0 - 0.75 * libm::exp(-1.0))).abs() < 1e-9);
        assert!((wait_days(100.0, 0.0) - 99.0).abs() < 1e-12);
        assert!((wait_days(100.0, 50.0) - 2.0).abs() < 1e-12);
    }

    #[test]
    fn more_guards_catch_more() {
        let green = Green {
            detection_per_guard_km: 0.05,
            detection_sensor: 1.2,
            crossing_time: 1.0,
            shift_share: 0.5,
        };
        let p = |g, s| detection_probability(&green, g, Share(s)).0;
        assert!(
            p(0.0, 0.0).abs() < 1e-12 && p(10.0, 0.0) > p(5.0, 0.0) && p(5.0, 1.0) > p(5.0, 0.0)
        );
        // A full wall leaves 0.3 of the crossings.
        assert!((1.0 - p(0.0, 1.0) - 0.3).abs() < 0.002);
    }

    #[test]
    fn classes_change_at_their_limits() {
        let classes = [0.0, 19.99, 20.0, 40.0, 60.0, 80.0, 100.0].map(class);
        assert_eq!(
            classes,
            ["normal", "normal", "elevated", "high", "severe", "critical", "critical"]
        );
    }

    proptest! {
        #[test]
        fn contributions_sum_to_the_index(
            loads in proptest::array::uniform::<_, COUNT>(0.0..1.0_f64), u in 0.0..1.0_f64, i in 0.0..1.0_f64,
            q in 1.0..8.0_f64, form in 0..3,
        ) {
            let form = [Form::ThreatLedGeometric, Form::EqualGeometric, Form::Arithmetic][form as usize];
            let p = parameters(form, q);
            let t = threat(&p, &loads);
            let s = SegmentPressure {
                index: index(&p, t, Share(u), Share(i)), threat: t.0, vulnerability: u, impact: i,
                loads, ..SegmentPressure::default()
            };
            let parts = contributions(&p, &s);
            prop_assert!((parts.iter().sum::<f64>() - s.index).abs() < 1e-9);
            prop_assert!(parts.iter().all(|x| *x >= -1e-9) && (0.0..=100.0 + 1e-9).contains(&s.index));
        }

        #[test]
        fn the_index_never_falls_when_a_component_rises(x in 0.0..0.9_f64, more in 0.0..0.1_f64, which in 0..COUNT, q in 1.0..8.0_f64) {
            let p = parameters(Form::ThreatLedGeometric, q);
            let low = [x; COUNT];
            let mut high = low;
            high[which] = x + more;
            let at = |loads| index(&p, threat(&p, &loads), Share(0.5), Share(0.5));
            prop_assert!(at(high) >= at(low) - 1e-9);
        }

        #[test]
        fn the_power_mean_lies_between_least_and_most(a in 0.0..100.0_f64, b in 0.0..100.0_f64, la in 1.0..900.0_f64, lb in 1.0..900.0_f64) {
            let m = power_mean(&[(a, la), (b, lb)], 4.0);
            prop_assert!(m >= a.min(b) - 1e-9 && m <= a.max(b) + 1e-9);
        }
    }
}
