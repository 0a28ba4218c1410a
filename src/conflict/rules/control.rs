//! Control of places: contest with loss of strength by distance (evidence 1.2).

use crate::units::{Days, Kilometres, PerDay, Share};

/// Boulding's loss-of-strength gradient `exp(-d / L)`.
#[must_use]
pub fn loss_of_strength(distance: Kilometres, length: Kilometres) -> Share {
    Share(if length.0 > 0.0 { libm::exp(-distance.0.max(0.0) / length.0) } else { 0.0 })
}

/// The groups' share of a contest: `R^m / (F^m + R^m)`, one minus the contest success function of evidence 1.2.
/// Nil without groups, also when the state has no force.
#[must_use]
pub fn challenge_share(state: f64, groups: f64, decisiveness: f64) -> Share {
    if groups <= 0.0 {
        return Share(0.0);
    }
    let ratio = state.max(0.0) / groups;
    // m = 1 is the default and needs no power: this runs for every cell near a group every day.
    let ratio =
        if (decisiveness - 1.0).abs() < 1e-12 { ratio } else { libm::pow(ratio, decisiveness) };
    Share(1.0 / (1.0 + ratio))
}

/// Share of the way to its target that control goes within a span: the exact step of `dC/dt = kappa (target - C)`.
#[must_use]
pub fn approach_share(kappa: PerDay, span: Days) -> Share {
    Share(kappa.probability_within(span).0)
}

/// Share that is left of a memory after a span: `exp(-t / tau)`.
#[must_use]
pub fn remaining_share(memory: Days, span: Days) -> Share {
    Share(if memory.0 > 0.0 { libm::exp(-span.0 / memory.0) } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contest_is_bounded_and_monotone() {
        assert!((challenge_share(100.0, 100.0, 1.0).0 - 0.5).abs() < 1e-12);
        assert!((challenge_share(100.0, 100.0, 2.0).0 - 0.5).abs() < 1e-12);
        assert!(challenge_share(100.0, 0.0, 1.0).0.abs() < 1e-15);
        assert!((challenge_share(0.0, 10.0, 1.5).0 - 1.0).abs() < 1e-12);
        assert!(challenge_share(100.0, 50.0, 1.0).0 > challenge_share(200.0, 50.0, 1.0).0);
        assert!(challenge_share(100.0, 50.0, 1.0).0 > challenge_share(100.0, 20.0, 1.0).0);
        // A more decisive contest favours the stronger.
        assert!(challenge_share(100.0, 50.0, 2.0).0 < challenge_share(100.0, 50.0, 1.0).0);
    }

    #[test]
    fn strength_fades_and_memory_too() {
        assert!((loss_of_strength(Kilometres(0.0), Kilometres(60.0)).0 - 1.0).abs() < 1e-12);
        assert!(loss_of_strength(Kilometres(60.0), Kilometres(60.0)).0 < 0.37);
        assert!((remaining_share(Days(14.0), Days(14.0)).0 - 0.367_88).abs() < 1e-4);
        assert!(approach_share(PerDay(0.05), Days(1.0)).0 < 0.05);
    }
}
