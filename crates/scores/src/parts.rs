//! The parts of a whole: averaged relative difference.

use crate::mean;

/// Averaged relative difference over time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ard {
    /// Mean over times; nothing when every time was skipped.
    pub mean: Option<f64>,
    /// Times that it is over.
    pub used: usize,
    /// Times with an observed total of zero, which are left out.
    pub skipped: usize,
}

/// Averaged relative difference of the parts of a whole: `E(t) = sum_i |simulated_i - observed_i| / total(t)`, and its mean over times.
///
/// `simulated` and `observed` have one series per part, all of the length of `total` (the observed total).
#[must_use]
pub fn ard(simulated: &[Vec<f64>], observed: &[Vec<f64>], total: &[f64]) -> Ard {
    over_times(total, |t| {
        simulated.iter().zip(observed).map(|(s, o)| (s[t] - o[t]).abs()).sum::<f64>() / total[t]
    })
}

/// The rescaled variant: at every time the simulated parts are first multiplied so that their sum is the sum of the observed parts,
/// so that only the split is judged. A time where nobody is simulated cannot be scaled and stands as it is.
#[must_use]
pub fn ard_rescaled(simulated: &[Vec<f64>], observed: &[Vec<f64>], total: &[f64]) -> Ard {
    let scaled: Vec<Vec<f64>> = {
        let factors: Vec<f64> = (0..total.len())
            .map(|t| {
                let (s, o) = (sum_at(simulated, t), sum_at(observed, t));
                if s > 0.0 { o / s } else { 1.0 }
            })
            .collect();
        simulated
            .iter()
            .map(|part| part.iter().zip(&factors).map(|(v, f)| v * f).collect())
            .collect()
    };
    ard(&scaled, observed, total)
}

/// Sum of the parts at one time.
#[must_use]
pub fn sum_at(parts: &[Vec<f64>], t: usize) -> f64 {
    parts.iter().map(|part| part[t]).sum()
}

fn over_times(total: &[f64], value: impl Fn(usize) -> f64) -> Ard {
    let values: Vec<f64> = (0..total.len()).filter(|&t| total[t] > 0.0).map(value).collect();
    Ard { mean: mean(&values), used: values.len(), skipped: total.len() - values.len() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn averaged_relative_difference_by_hand() {
        let near = |found: Option<f64>, expected: f64| (found.unwrap() - expected).abs() < 1e-9;
        // Two camps, three days; nobody observed on day 0, which is skipped.
        let observed = [vec![0.0, 60.0, 100.0], vec![0.0, 40.0, 100.0]];
        let simulated = [vec![9.0, 70.0, 100.0], vec![9.0, 30.0, 60.0]];
        let total = [0.0, 100.0, 200.0];
        // Day 1: 20 / 100; day 2: 40 / 200.
        let found = ard(&simulated, &observed, &total);
        assert!(near(found.mean, 0.2));
        assert_eq!((found.used, found.skipped), (2, 1));
        // Day 2 scaled by 200 / 160: 125 and 75, 50 / 200 = 0.25; day 1 as before.
        assert!(near(ard_rescaled(&simulated, &observed, &total).mean, 0.225));
        assert_eq!(ard(&[], &[], &[0.0]).mean, None);
    }

    proptest! {
        #[test]
        fn rescaling_leaves_nothing_when_proportions_agree(
            parts in proptest::collection::vec(1.0..1e4f64, 1..6), factor in 0.01..100.0f64,
        ) {
            let observed: Vec<Vec<f64>> = parts.iter().map(|p| vec![*p]).collect();
            let simulated: Vec<Vec<f64>> = parts.iter().map(|p| vec![*p * factor]).collect();
            let total = [parts.iter().sum::<f64>()];
            prop_assert!(ard_rescaled(&simulated, &observed, &total).mean.unwrap() < 1e-9);
            let plain = ard(&simulated, &observed, &total).mean.unwrap();
            prop_assert!((plain - (factor - 1.0).abs()).abs() < 1e-9 * (1.0 + factor));
        }
    }
}
