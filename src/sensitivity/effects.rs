//! Elementary effects of Morris trajectories (Morris 1991; Campolongo, Cariboni, Saltelli 2007).

use super::{Bootstrap, Estimate};
use crate::design::morris::Move;

/// What the effects of a factor come to. Units: those of the result, for the whole range of the factor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effects {
    /// Mean of the effects, with their signs.
    pub mu: Estimate,
    /// Mean of their sizes.
    pub mu_star: Estimate,
    /// Their standard deviation (n - 1): interactions, or a bent response.
    pub sigma: Estimate,
    /// Effects that could be computed.
    pub samples: usize,
}

/// The effects of each factor from the steps of trajectories, one after another, each of as many steps as there are factors, and the
/// results at their points, one more than steps. A step with a missing result gives no effect.
#[must_use]
pub fn elementary_effects(
    factors: usize,
    moves: &[Move],
    results: &[Option<f64>],
) -> Vec<Vec<f64>> {
    let mut effects = vec![Vec::new(); factors];
    for (moves, results) in moves.chunks(factors.max(1)).zip(results.chunks(factors + 1)) {
        for (moved, results) in moves.iter().zip(results.windows(2)) {
            if let [Some(before), Some(after)] = results {
                effects[moved.factor].push((after - before) / moved.size);
            }
        }
    }
    effects
}

/// What the effects of a factor come to; nothing with fewer than two.
#[must_use]
pub fn summary(effects: &[f64], bootstrap: &Bootstrap) -> Option<Effects> {
    let count = effects.len();
    if count < 2 {
        return None;
    }
    let everything: Vec<usize> = (0..count).collect();
    let mean = |picked: &[usize]| picked.iter().map(|&i| effects[i]).sum::<f64>() / count as f64;
    let size =
        |picked: &[usize]| picked.iter().map(|&i| effects[i].abs()).sum::<f64>() / count as f64;
    let deviation = |picked: &[usize]| {
        let mean = mean(picked);
        (picked.iter().map(|&i| (effects[i] - mean).powi(2)).sum::<f64>() / (count - 1) as f64)
            .sqrt()
    };
    Some(Effects {
        mu: bootstrap.interval(count, mean(&everything), mean),
        mu_star: bootstrap.interval(count, size(&everything), size),
        sigma: bootstrap.interval(count, deviation(&everything), deviation),
        samples: count,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::morris;
    use crate::random::RunKey;

    const BOOTSTRAP: Bootstrap =
        Bootstrap { key: RunKey::new(1, 0), resamples: 1000, confidence: 0.95 };

    // SALib 1.6.0 under Python 3.11, its own trajectories and its own numbers for them:
    //   from SALib.sample.morris import sample; from SALib.analyze import morris
    //   p = {'num_vars': 3, 'names': ['x1', 'x2', 'x3'], 'bounds': [[0, 1]] * 3}
    //   X = sample(p, 4, num_levels=4, seed=5)
    //   Y = X[:, 0] + 2 * X[:, 1]**2 + 3 * X[:, 0] * X[:, 2]
    //   morris.analyze(p, X, Y, num_levels=4, num_resamples=1000, conf_level=0.95, seed=1)
    const SALIB: [[u8; 3]; 16] = [
        [3, 1, 2],
        [3, 1, 0],
        [1, 1, 0],
        [1, 3, 0],
        [2, 2, 0],
        [2, 0, 0],
        [2, 0, 2],
        [0, 0, 2],
        [3, 1, 2],
        [3, 1, 0],
        [3, 3, 0],
        [1, 3, 0],
        [3, 1, 3],
        [3, 3, 3],
        [3, 3, 1],
        [1, 3, 1],
    ];

    fn units() -> Vec<Vec<f64>> {
        SALIB.iter().map(|p| p.iter().map(|level| f64::from(*level) / 3.0).collect()).collect()
    }

    fn results() -> Vec<Option<f64>> {
        units().iter().map(|x| Some(x[0] + 2.0 * x[1] * x[1] + 3.0 * x[0] * x[2])).collect()
    }

    #[test]
    fn the_effects_are_those_of_salib() {
        let effects = elementary_effects(3, &morris::moves(&units(), 4), &results());
        let expected = [
            // mu, mu*, sigma, and half the interval of mu* that SALib takes from a normal
            (1.75, 1.75, 0.9574271077563381, 0.808708281902503),
            (7.0 / 3.0, 7.0 / 3.0, 0.6666666666666667, 0.5598206161521438),
            (2.75, 2.75, 0.4999999999999998, 0.4059806761116632),
        ];
        for (list, (mu, mu_star, sigma, half)) in effects.iter().zip(expected) {
            let found = summary(list, &BOOTSTRAP).unwrap();
            assert!(
                (found.mu.value - mu).abs() < 1e-12
                    && (found.mu_star.value - mu_star).abs() < 1e-12,
                "{found:?}"
            );
            assert!((found.sigma.value - sigma).abs() < 1e-12 && found.samples == 4, "{found:?}");
            let width = found.mu_star.high - found.mu_star.low;
            assert!((width / (2.0 * half) - 1.0).abs() < 0.25, "{width} against {}", 2.0 * half);
        }
    }

    #[test]
    fn missing_results_take_away_their_steps_only() {
        let mut with_gap = results();
        with_gap[1] = None; // the first trajectory loses the steps of x3 and x1, and keeps that of x2
        let effects = elementary_effects(3, &morris::moves(&units(), 4), &with_gap);
        assert_eq!(effects.iter().map(Vec::len).collect::<Vec<_>>(), [3, 4, 3]);
        assert_eq!(summary(&effects[0][..1], &BOOTSTRAP), None);
    }
}
