//! What a group weighs: places, crossings, raids (evidence 1.2, sanctuary seeking).

use crate::units::{Days, Fighters, Persons, Probability, Share};

/// What a place offers to a group.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// Threat of the forces of the state that the group fights, 0 to 1.
    pub threat: f64,
    /// Capacity of the host times its hostility, 0 to 1; 0 in the state that the group fights.
    pub host: f64,
    /// Share of kin among the residents, 0 to 1.
    pub kin: f64,
    /// Roughness, 0 to 1.
    pub rugged: f64,
    /// Kin refugees present.
    pub refugees: f64,
    /// Days of march to it.
    pub travel: Days,
}

/// Weights of [`place_utility`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlaceWeights {
    /// Of the threat.
    pub threat: f64,
    /// Of the host.
    pub host: f64,
    /// Of kin.
    pub kin: f64,
    /// Of rough ground.
    pub rugged: f64,
    /// Per e-fold of kin refugees.
    pub refugees: f64,
    /// Per day of march.
    pub travel: f64,
}

/// `U = -b_thr threat - b_host capacity hostility + b_kin kin + b_rug rugged + b_ref ln(1 + refugees_kin) - b_d travel`
/// (Salehyan's argument as a utility; evidence 1.2).
#[must_use]
pub fn place_utility(weights: &PlaceWeights, place: &Place) -> f64 {
    -weights.threat * place.threat - weights.host * place.host
        + weights.kin * place.kin
        + weights.rugged * place.rugged
        + weights.refugees * libm::log1p(place.refugees.max(0.0))
        - weights.travel * place.travel.0
}

/// Threat of forces to a group: their share of the force at the place, `F / (F + x)`; 0 when there is neither.
#[must_use]
pub fn threat_of_forces(forces: Fighters, group: Fighters) -> Share {
    let sum = forces.0 + group.0;
    Share::clamped(if sum > 0.0 { forces.0 / sum } else { 0.0 })
}

/// Chance that guards notice a group that crosses: `1 - exp(-(k_g g + k_s s) tau)` (evidence 1.3).
///
/// `guards_per_km` on both sides together, `sensors` 0 to 1 (the better side).
#[must_use]
pub fn detection_probability(
    k_g: f64,
    guards_per_km: f64,
    k_s: f64,
    sensors: f64,
    exposure: f64,
) -> Probability {
    Probability(-libm::expm1(-((k_g * guards_per_km + k_s * sensors) * exposure).max(0.0)))
}

/// Cost of crossing a line: what it costs unguarded, and more the likelier detection is.
#[must_use]
pub fn crossing_cost(unguarded: f64, guarded: f64, detection: Probability) -> f64 {
    unguarded + guarded * detection.0
}

/// Worth of a raid: what success brings times the odds, less its price.
#[must_use]
pub fn raid_gain(worth: f64, price: f64, group: Fighters, forces: Fighters) -> f64 {
    worth * threat_of_forces(group, forces).0 - price
}

/// Worth of a vacuum: nil at the threshold of control, growing with what is lost below it and with residents to tax.
#[must_use]
pub fn vacuum_gain(
    worth: f64,
    control: Share,
    threshold: Share,
    residents: Persons,
    half: f64,
) -> f64 {
    if control.0 >= threshold.0 || threshold.0 <= 0.0 {
        return 0.0;
    }
    let people = residents.as_f64();
    worth * (threshold.0 - control.0) / threshold.0 * people / (people + half)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEIGHTS: PlaceWeights = PlaceWeights {
        threat: 1.0,
        host: 1.0,
        kin: 0.5,
        rugged: 0.4,
        refugees: 0.05,
        travel: 0.05,
    };

    #[test]
    fn each_feature_has_its_sign() {
        let here = place_utility(&WEIGHTS, &Place::default());
        assert!(here.abs() < 1e-15);
        let with = |place: Place| place_utility(&WEIGHTS, &place);
        assert!(with(Place { threat: 0.5, ..Place::default() }) < here);
        assert!(with(Place { host: 0.5, ..Place::default() }) < here);
        assert!(with(Place { travel: Days(2.0), ..Place::default() }) < here);
        assert!(with(Place { kin: 0.5, ..Place::default() }) > here);
        assert!(with(Place { rugged: 0.5, ..Place::default() }) > here);
        assert!(with(Place { refugees: 500.0, ..Place::default() }) > here);
    }

    #[test]
    fn more_guards_detect_more_and_cost_more() {
        let mut last = -1.0;
        for g in [0.0, 1.0, 5.0, 10.0, 30.0, 300.0] {
            let p = detection_probability(0.05, g, 1.2, 0.0, 1.0);
            assert!(p.0 > last && (0.0..=1.0).contains(&p.0));
            assert!(crossing_cost(0.1, 0.6, p) >= 0.1);
            last = p.0;
        }
        // A wall with k_s = 1.2 leaves 0.3 undetected: the wall factor of evidence 5.
        assert!((1.0 - detection_probability(0.05, 0.0, 1.2, 1.0, 1.0).0 - 0.301).abs() < 1e-3);
    }

    #[test]
    fn raids_pay_when_the_state_is_weak_and_vacuums_only_below_the_threshold() {
        assert!(raid_gain(1.0, 0.5, Fighters(500.0), Fighters(100.0)) > 0.0);
        assert!(raid_gain(1.0, 0.5, Fighters(500.0), Fighters(1500.0)) < 0.0);
        let gain = |c| vacuum_gain(0.8, Share(c), Share(0.4), Persons(5000), 5000.0);
        assert!(gain(0.4).abs() < 1e-15 && gain(0.9).abs() < 1e-15);
        assert!(gain(0.1) > gain(0.3));
        assert!((gain(0.0) - 0.4).abs() < 1e-12);
    }
}
