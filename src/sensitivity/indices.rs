//! Variance-based indices from Saltelli's design: first order as in Saltelli et al. (2010), total order as in Jansen (1999),
//! second order as in Saltelli (2002); the estimators of `SALib`.

use super::{Bootstrap, Estimate};

/// The indices of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Indices {
    /// By factor: share of the variance that goes when the factor is known (first order).
    pub first: Vec<Estimate>,
    /// By factor: share that stays when all others are known (total order).
    pub total: Vec<Estimate>,
    /// By pair of factors: share that the two have together beyond their own. Empty without the points for it.
    pub second: Vec<(usize, usize, Estimate)>,
    /// Base points with all results.
    pub samples: usize,
}

/// Results at the rows of a base point.
struct Block<'a> {
    rows: &'a [f64],
    factors: usize,
}

impl Block<'_> {
    fn a(&self) -> f64 {
        self.rows[0]
    }
    fn b(&self) -> f64 {
        self.rows[self.rows.len() - 1]
    }
    fn ab(&self, factor: usize) -> f64 {
        self.rows[1 + factor]
    }
    fn ba(&self, factor: usize) -> f64 {
        self.rows[1 + self.factors + factor]
    }
}

/// The indices of a result from its values at the points of the design, in the order of the design. Base points with a missing
/// result are left out. Nothing with fewer than two base points, or when the result does not vary.
#[must_use]
pub fn indices(
    results: &[Option<f64>],
    factors: usize,
    second_order: bool,
    bootstrap: &Bootstrap,
) -> Option<Indices> {
    let width = crate::design::saltelli::rows_per_base(factors, second_order);
    let kept: Vec<Vec<f64>> = results
        .chunks_exact(width)
        .filter_map(|rows| rows.iter().copied().collect::<Option<Vec<f64>>>())
        .collect();
    if kept.len() < 2 {
        return None;
    }
    // Centred and scaled: the estimators of products lose digits when the mean is far from 0.
    let count = (kept.len() * width) as f64;
    let mean = kept.iter().flatten().sum::<f64>() / count;
    let deviation = (kept.iter().flatten().map(|y| (y - mean).powi(2)).sum::<f64>() / count).sqrt();
    if deviation <= 1e-12 * mean.abs().max(1e-300) {
        return None;
    }
    let scaled: Vec<Vec<f64>> =
        kept.iter().map(|rows| rows.iter().map(|y| (y - mean) / deviation).collect()).collect();
    let blocks: Vec<Block<'_>> = scaled.iter().map(|rows| Block { rows, factors }).collect();

    // The estimators, over any choice of base points.
    let everything: Vec<usize> = (0..blocks.len()).collect();
    let average = |picked: &[usize], value: &dyn Fn(&Block<'_>) -> f64| {
        picked.iter().map(|&i| value(&blocks[i])).sum::<f64>() / picked.len() as f64
    };
    // The variance of A and B together.
    let variance = |picked: &[usize]| {
        let mean = average(picked, &|block| f64::midpoint(block.a(), block.b()));
        average(picked, &|block| {
            f64::midpoint((block.a() - mean).powi(2), (block.b() - mean).powi(2))
        })
    };
    let first = |picked: &[usize], j: usize| {
        average(picked, &|x| x.b() * (x.ab(j) - x.a())) / variance(picked)
    };
    let total = |picked: &[usize], j: usize| {
        0.5 * average(picked, &|x| (x.a() - x.ab(j)).powi(2)) / variance(picked)
    };
    let second = |picked: &[usize], j: usize, k: usize| {
        let joint = average(picked, &|x| x.ba(j) * x.ab(k) - x.a() * x.b()) / variance(picked);
        joint - first(picked, j) - first(picked, k)
    };

    // Each with its interval.
    let estimate = |statistic: &dyn Fn(&[usize]) -> f64| {
        bootstrap.interval(blocks.len(), statistic(&everything), statistic)
    };
    let pairs =
        (0..factors).flat_map(|j| (j + 1..factors).map(move |k| (j, k))).filter(|_| second_order);
    Some(Indices {
        first: (0..factors).map(|j| estimate(&|picked| first(picked, j))).collect(),
        total: (0..factors).map(|j| estimate(&|picked| total(picked, j))).collect(),
        second: pairs.map(|(j, k)| (j, k, estimate(&|picked| second(picked, j, k)))).collect(),
        samples: blocks.len(),
    })
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;
    use crate::design::saltelli::saltelli;
    use crate::design::sobol::sobol;
    use crate::random::RunKey;

    const BOOTSTRAP: Bootstrap =
        Bootstrap { key: RunKey::new(1, 0), resamples: 500, confidence: 0.95 };

    /// Ishigami and Homma (1990): `sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1`, each from -pi to pi.
    fn ishigami(unit: &[f64]) -> f64 {
        let x: Vec<f64> = unit.iter().map(|u| PI * (2.0 * u - 1.0)).collect();
        libm::sin(x[0]) + 7.0 * libm::sin(x[1]).powi(2) + 0.1 * x[2].powi(4) * libm::sin(x[0])
    }

    fn results(points: &[Vec<f64>]) -> Vec<Option<f64>> {
        points.iter().map(|p| Some(ishigami(p))).collect()
    }

    fn values(estimates: &[Estimate]) -> Vec<f64> {
        estimates.iter().map(|e| e.value).collect()
    }

    fn close(found: &[f64], expected: &[f64], within: f64) {
        assert!(
            found.iter().zip(expected).all(|(a, b)| (a - b).abs() < within),
            "{found:?} against {expected:?}"
        );
    }

    // SALib 1.6.0 under Python 3.11:
    //   p = {'num_vars': 3, 'names': ['x1', 'x2', 'x3'], 'bounds': [[-np.pi, np.pi]] * 3}
    //   X = saltelli.sample(p, 64, calc_second_order=True, skip_values=64); Y = Ishigami.evaluate(X)
    //   sobol.analyze(p, Y, calc_second_order=True, seed=1)
    // and the same with 1024, calc_second_order=False, skip_values=1024.
    #[test]
    fn the_indices_are_those_of_salib() {
        let points = saltelli(&sobol(None, 64, 64, 6), true);
        let found = indices(&results(&points), 3, true, &BOOTSTRAP).unwrap();
        close(
            &values(&found.first),
            &[0.33288102628956323, 0.3625565440736223, 0.029790208055050883],
            1e-9,
        );
        close(
            &values(&found.total),
            &[0.6173886067211046, 0.4439066230292659, 0.2898922639255715],
            1e-9,
        );
        let second: Vec<f64> = found.second.iter().map(|(_, _, e)| e.value).collect();
        close(&second, &[0.16355710240960625, 0.3611737864875838, 0.10314425823892394], 1e-9);
        assert_eq!(
            found.second.iter().map(|(j, k, _)| (*j, *k)).collect::<Vec<_>>(),
            [(0, 1), (0, 2), (1, 2)]
        );

        let points = saltelli(&sobol(None, 1024, 1024, 6), false);
        let found = indices(&results(&points), 3, false, &BOOTSTRAP).unwrap();
        close(
            &values(&found.first),
            &[0.3168315383498472, 0.44376306100377055, 0.012203120086348433],
            1e-9,
        );
        close(
            &values(&found.total),
            &[0.5558600851355467, 0.4418980711957674, 0.24467538653635174],
            1e-9,
        );
        // Half the intervals that SALib takes from a normal.
        let halves = [0.05859772914798995, 0.04679077661385053, 0.05568900057432573];
        for (estimate, half) in found.first.iter().zip(halves) {
            assert!(
                ((estimate.high - estimate.low) / (2.0 * half) - 1.0).abs() < 0.25,
                "{estimate:?} {half}"
            );
        }
    }

    #[test]
    fn ishigami_in_closed_form() {
        // With a = 7, b = 0.1: V = a^2/8 + b pi^4/5 + b^2 pi^8/18 + 1/2, V1 = (1 + b pi^4/5)^2 / 2, V2 = a^2/8, V13 = 8 b^2 pi^8/225.
        let (p4, p8) = (PI.powi(4), PI.powi(8));
        let v1 = (1.0 + 0.1 * p4 / 5.0).powi(2) / 2.0;
        let (v2, v13) = (49.0 / 8.0, 8.0 * 0.01 * p8 / 225.0);
        let v = v1 + v2 + v13;
        assert!((v - (49.0 / 8.0 + 0.1 * p4 / 5.0 + 0.01 * p8 / 18.0 + 0.5)).abs() < 1e-9);
        let points = saltelli(&sobol(Some(RunKey::new(7, 0)), 0, 8192, 6), true);
        let found = indices(&results(&points), 3, true, &BOOTSTRAP).unwrap();
        close(&values(&found.first), &[v1 / v, v2 / v, 0.0], 0.01);
        close(&values(&found.total), &[(v1 + v13) / v, v2 / v, v13 / v], 0.01);
        let second: Vec<f64> = found.second.iter().map(|(_, _, e)| e.value).collect();
        close(&second, &[0.0, v13 / v, 0.0], 0.02);
        assert!(found.first[0].low < v1 / v && v1 / v < found.first[0].high);
    }

    #[test]
    fn gaps_and_constants() {
        let points = saltelli(&sobol(None, 64, 64, 6), false);
        let mut y = results(&points);
        y[7] = None; // in the second base point
        assert_eq!(indices(&y, 3, false, &BOOTSTRAP).unwrap().samples, 63);
        let flat = vec![Some(5.0); points.len()];
        assert_eq!(indices(&flat, 3, false, &BOOTSTRAP), None);
        assert_eq!(indices(&y[..5], 3, false, &BOOTSTRAP), None);
    }
}
