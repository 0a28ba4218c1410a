//! Strength of groups: recruits, supply, desertion, cohesion, defection, new groups (evidence 1.2).

use crate::units::{Days, Fighters, PerDay, Persons, Probability, Share};

/// Grievance: weighted economic stress, unrest and harm nearby (hardship and lost legitimacy, Epstein 2002; theta).
#[must_use]
pub fn grievance(
    weights: [f64; 3],
    stress: Share,
    unrest: Share,
    fatalities: f64,
    harm_half: f64,
) -> Share {
    let harm = fatalities.max(0.0) / (fatalities.max(0.0) + harm_half);
    Share::clamped(weights[0] * stress.0 + weights[1] * unrest.0 + weights[2] * harm)
}

/// Recruits a day: `rec grievance (1 - C) pool (1 - x / most)`, nil at and above `most`.
#[must_use]
pub fn recruits_per_day(
    rate: PerDay,
    grievance: Share,
    control: Share,
    pool: f64,
    strength: Fighters,
    most: Fighters,
) -> f64 {
    let room = (1.0 - strength.0 / most.0.max(1.0)).max(0.0);
    rate.0 * grievance.0 * (1.0 - control.0) * pool.max(0.0) * room
}

/// Where a group lives, for its supply.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Livelihood {
    /// Residents of its cell.
    pub residents: Persons,
    /// Control of its cell by the state that governs it.
    pub control: Share,
    /// Whether a border is near.
    pub near_line: bool,
    /// Whether it raids or marches.
    pub in_action: bool,
}

/// Rates of supply, days a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SupplyRates {
    /// From taxing a populous place without control.
    pub tax: f64,
    /// Residents for half of it.
    pub tax_half: f64,
    /// From a sponsor.
    pub sponsor: f64,
    /// From smuggling.
    pub smuggling: f64,
    /// Use at rest.
    pub rest: f64,
    /// Further use in action.
    pub action: f64,
}

/// Supply after a day: `s' = s + tax territory + sponsor + smuggling - use`, from 0 to `most` (evidence 1.2).
#[must_use]
pub fn supply_after_a_day(
    supply: Days,
    rates: &SupplyRates,
    place: &Livelihood,
    most: Days,
) -> Days {
    let open = 1.0 - place.control.0;
    let people = place.residents.as_f64();
    let tax = rates.tax * open * people / (people + rates.tax_half);
    let smuggling = if place.near_line { rates.smuggling * open } else { 0.0 };
    let used = rates.rest + if place.in_action { rates.action } else { 0.0 };
    Days((supply.0 + tax + rates.sponsor + smuggling - used).clamp(0.0, most.0))
}

/// Hazard of desertion: nil while supply lasts, then more the less cohesive the group is (evidence 1.2: 1-3 %/d).
#[must_use]
pub fn desertion_hazard(supply: Days, least: Days, rate: PerDay, cohesion: Share) -> PerDay {
    PerDay(if supply.0 < least.0 { rate.0 * (1.5 - cohesion.0) } else { 0.0 })
}

/// Cohesion after a day: back to the kind's, down by losses and want.
#[must_use]
pub fn cohesion_after_a_day(
    now: Share,
    rest: Share,
    recovery: f64,
    lost_share: f64,
    by_losses: f64,
    want: f64,
) -> Share {
    Share::clamped(now.0 + recovery * (rest.0 - now.0) - by_losses * lost_share - want)
}

/// Hazard of a split: grows as cohesion goes.
#[must_use]
pub fn split_hazard(rate: PerDay, cohesion: Share) -> PerDay {
    PerDay(rate.0 * (1.0 - cohesion.0))
}

/// Share of a garrison that goes armed: by collapse, `s ((1 - C)(1 - K) - threshold)+ / (1 - threshold)`, and by a turn of
/// the government, `s' (A / A_turned)` for A below zero (evidence 1.4: 1-5 % under a turn). Reads conditions only.
#[must_use]
pub fn defecting_share(
    collapse: Share,
    threshold: f64,
    turn: Share,
    turned_alignment: f64,
    control: Share,
    cohesion: Share,
    alignment: f64,
) -> Share {
    let lost = ((1.0 - control.0) * (1.0 - cohesion.0) - threshold).max(0.0) / (1.0 - threshold);
    let turned = if alignment < 0.0 { (alignment / turned_alignment).clamp(0.0, 1.0) } else { 0.0 };
    Share::clamped(collapse.0 * lost + turn.0 * turned)
}

/// Share of a garrison that obeys: control times what elite cohesion leaves.
#[must_use]
pub fn obeying_share(control: Share, cohesion: Share, floor: f64) -> Share {
    Share::clamped(control.0 * (floor + (1.0 - floor) * cohesion.0))
}

/// New groups a day in a province: hazard below the threshold of control times grievance and millions of residents.
#[must_use]
pub fn emergence_per_day(
    rate: PerDay,
    control: Share,
    threshold: Share,
    grievance: Share,
    residents: Persons,
) -> f64 {
    if control.0 >= threshold.0 || threshold.0 <= 0.0 {
        return 0.0;
    }
    rate.0 * (threshold.0 - control.0) / threshold.0 * grievance.0 * residents.as_f64() / 1e6
}

/// A size between two bounds, log-uniform by `u`.
#[must_use]
pub fn unit_size(bounds: [f64; 2], u: f64) -> u32 {
    let (low, high) = (bounds[0].max(1.0), bounds[1].max(bounds[0]).max(1.0));
    libm::round(low * libm::pow(high / low, u)) as u32
}

/// Chance of giving up today: certain for a rump, certain without supply and cohesion.
#[must_use]
pub fn gives_up(
    strength: Fighters,
    least: Fighters,
    supply: Days,
    cohesion: Share,
    floor: Share,
) -> Probability {
    Probability(if strength.0 < least.0 || (supply.0 <= 0.0 && cohesion.0 < floor.0) {
        1.0
    } else {
        0.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_control_gives_fewer_recruits() {
        let recruits = |c, x| {
            recruits_per_day(
                PerDay(0.002),
                Share(0.5),
                Share(c),
                1000.0,
                Fighters(x),
                Fighters(500.0),
            )
        };
        assert!(recruits(0.2, 100.0) > recruits(0.8, 100.0));
        assert!(recruits(1.0, 100.0).abs() < 1e-15);
        assert!(recruits(0.2, 500.0).abs() < 1e-15 && recruits(0.2, 900.0).abs() < 1e-15);
    }

    #[test]
    fn supply_and_desertion() {
        let rates = SupplyRates {
            tax: 0.8,
            tax_half: 5000.0,
            sponsor: 0.2,
            smuggling: 0.5,
            rest: 1.0,
            action: 0.5,
        };
        let place = Livelihood {
            residents: Persons(5000),
            control: Share(0.0),
            near_line: true,
            in_action: false,
        };
        let after = |p: Livelihood| supply_after_a_day(Days(10.0), &rates, &p, Days(180.0)).0;
        assert!((after(place) - 10.1).abs() < 1e-12);
        assert!(after(Livelihood { in_action: true, ..place }) < after(place));
        assert!(after(Livelihood { control: Share(0.9), ..place }) < after(place));
        assert!(desertion_hazard(Days(6.0), Days(5.0), PerDay(0.02), Share(0.5)).0.abs() < 1e-15);
        let hungry = |k| desertion_hazard(Days(1.0), Days(5.0), PerDay(0.02), Share(k)).0;
        assert!((0.01..=0.03).contains(&hungry(1.0)) && (0.01..=0.03).contains(&hungry(0.0)));
        assert!(hungry(0.1) > hungry(0.9));
    }

    #[test]
    fn defection_follows_conditions() {
        let share =
            |c, k, a| defecting_share(Share(0.2), 0.08, Share(0.03), -0.4, Share(c), Share(k), a).0;
        // The rows of evidence 1.4: continuity, transition, fragmentation, strife, pivot.
        assert!(share(0.85, 0.8, 0.6).abs() < 1e-12);
        assert!(share(0.75, 0.6, 0.2) < 0.01);
        assert!(share(0.3, 0.3, 0.0) > 0.05);
        assert!(share(0.4, 0.15, 0.1) > 0.05);
        let pivot = share(0.8, 0.5, -0.4);
        assert!((0.01..=0.05).contains(&pivot), "{pivot}");
        assert!(
            obeying_share(Share(0.8), Share(0.8), 0.2).0
                > obeying_share(Share(0.3), Share(0.3), 0.2).0
        );
    }

    #[test]
    fn groups_emerge_only_below_the_threshold() {
        let rate = |c| {
            emergence_per_day(PerDay(0.01), Share(c), Share(0.4), Share(0.5), Persons(3_000_000))
        };
        assert!(rate(0.4).abs() < 1e-15 && rate(0.9).abs() < 1e-15);
        assert!(rate(0.1) > rate(0.3));
        assert_eq!(unit_size([60.0, 800.0], 0.0), 60);
        assert_eq!(unit_size([60.0, 800.0], 1.0), 800);
        assert!(gives_up(Fighters(3.0), Fighters(5.0), Days(9.0), Share(0.9), Share(0.2)).0 > 0.5);
        assert!(gives_up(Fighters(30.0), Fighters(5.0), Days(0.0), Share(0.9), Share(0.2)).0 < 0.5);
    }

    #[test]
    fn cohesion_and_grievance_stay_in_bounds() {
        assert!(cohesion_after_a_day(Share(0.1), Share(0.7), 0.01, 1.0, 1.0, 0.0).0.abs() < 1e-15);
        assert!(cohesion_after_a_day(Share(0.5), Share(0.7), 0.01, 0.0, 1.0, 0.0).0 > 0.5);
        assert!(
            split_hazard(PerDay(0.004), Share(0.2)).0 > split_hazard(PerDay(0.004), Share(0.9)).0
        );
        let g = grievance([0.3, 0.4, 0.3], Share(1.0), Share(1.0), 1e9, 20.0).0;
        assert!((g - 1.0).abs() < 1e-6);
        assert!(grievance([0.3, 0.4, 0.3], Share(0.0), Share(0.0), 0.0, 20.0).0.abs() < 1e-15);
    }
}
