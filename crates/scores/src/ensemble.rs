//! An ensemble at observed points: CRPS, coverage, ratio, bias.

/// One observation and what was simulated for it.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Observed value.
    pub observed: f64,
    /// Standard deviation of the observation, same unit, not negative.
    pub error: f64,
    /// Simulated value by replicate, not empty.
    pub ensemble: &'a [f64],
}

/// Arithmetic mean in the order given; nothing for no values.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Continuous ranked probability score of an ensemble, in the unit of the observation; lower is better.
///
/// The **fair** version (Ferro 2014): `mean |x_i - y| - sum_{i<j} |x_i - x_j| / (m (m - 1))`, which does not punish a small
/// ensemble for being small. A single point may come out slightly below zero; the mean over points does not in expectation.
/// One member has no spread: the score is then the ordinary one, the absolute error. Nothing for an empty ensemble.
#[must_use]
pub fn crps(ensemble: &[f64], observed: f64) -> Option<f64> {
    let m = ensemble.len();
    let distance = ensemble.iter().map(|x| (x - observed).abs()).sum::<f64>() / m as f64;
    match m {
        0 => None,
        1 => Some(distance),
        _ => {
            let mut sorted = ensemble.to_vec();
            sorted.sort_unstable_by(f64::total_cmp);
            // Over pairs i < j of sorted values, x_k is added k times and taken away m - 1 - k times.
            let pairs: f64 =
                sorted.iter().enumerate().map(|(k, x)| (2.0 * k as f64 - (m - 1) as f64) * x).sum();
            Some(distance - pairs / (m as f64 * (m - 1) as f64))
        }
    }
}

/// Probability that a standard normal number is at most `z`.
fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

/// Density of a standard normal number.
fn normal_density(z: f64) -> f64 {
    libm::exp(-0.5 * z * z) / (2.0 * std::f64::consts::PI).sqrt()
}

/// Quantile `p` (0 to 1) of type 6 (Hyndman and Fan 1996): linear between order statistics at `(m + 1) p`, the ends beyond them.
///
/// A further draw from where the members come from is below the k-th of `m` members with probability `k / (m + 1)`, whatever the
/// distribution (Weibull's plotting position). So an interval between these quantiles holds such a draw as often as
/// it says; between those of type 7, which describe the members themselves, it does not: 81 % of draws instead of 90 % for 20
/// members. `sorted` is ascending and not empty.
fn fair_quantile(sorted: &[f64], p: f64) -> f64 {
    let last = sorted.len() - 1;
    let position = ((sorted.len() + 1) as f64 * p - 1.0).clamp(0.0, last as f64);
    let below = position.floor() as usize;
    let (low, high) = (sorted[below], sorted[(below + 1).min(last)]);
    low + (position - below as f64) * (high - low)
}

/// Quantile `p` (0 to 1) of the **predictive** distribution: where a further draw lies whose observation has a normal `error`
/// (standard deviation, unit of the members).
///
/// Each gap between neighbouring members has a share of `1 / (m + 1)`, spread evenly over it; so have the two tails, which lie on
/// the outermost members, for nothing is known of what is beyond. All of it is blurred by the error. Without an error this is
/// the quantile of type 6. `sorted` is ascending and not empty.
#[must_use]
pub fn predictive_quantile(sorted: &[f64], error: f64, p: f64) -> f64 {
    if error.is_nan() || error <= 0.0 {
        return fair_quantile(sorted, p);
    }
    let (first, last) = (sorted[0], sorted[sorted.len() - 1]);
    // Integral of the normal CDF.
    let area = |z: f64| z * normal_cdf(z) + normal_density(z);
    let below = |q: f64| {
        let z = |x: f64| (q - x) / error;
        let gap = |pair: &[f64]| {
            let width = (pair[1] - pair[0]) / error;
            // In a narrow gap the difference of areas would be one of rounding errors; the middle is exact to its square.
            if width < 1e-5 {
                normal_cdf(z(f64::midpoint(pair[0], pair[1])))
            } else {
                (area(z(pair[0])) - area(z(pair[1]))) / width
            }
        };
        let inside: f64 = sorted.windows(2).map(gap).sum();
        (normal_cdf(z(first)) + inside + normal_cdf(z(last))) / (sorted.len() + 1) as f64
    };
    let (mut low, mut high) = (first - 10.0 * error, last + 10.0 * error);
    // The CDF is continuous and rises: 80 halvings are past the last bit of a double for any width met here.
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if below(middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// Whether an observation lies in the central interval of the predictive distribution with this mass (0 to 1), ends
/// included. Nothing for an empty ensemble.
#[must_use]
pub fn is_inside(case: Case<'_>, mass: f64) -> Option<bool> {
    if case.ensemble.is_empty() {
        return None;
    }
    let mut sorted = case.ensemble.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - mass) / 2.0;
    let low = predictive_quantile(&sorted, case.error, tail);
    let high = predictive_quantile(&sorted, case.error, 1.0 - tail);
    Some((low..=high).contains(&case.observed))
}

/// Share of the observations inside the central interval with this mass; nothing where there is none.
#[must_use]
pub fn coverage(cases: &[Case<'_>], mass: f64) -> Option<f64> {
    let inside: Vec<bool> = cases.iter().filter_map(|&case| is_inside(case, mass)).collect();
    (!inside.is_empty()).then(|| inside.iter().filter(|i| **i).count() as f64 / inside.len() as f64)
}

/// Coverage that a perfect ensemble of `m` members reaches on average with exact observations: `mass`, but not more than the
/// share `(m - 1) / (m + 1)` between its outermost members. That is less than 90 % for fewer than 19 members.
#[must_use]
pub fn expected_coverage(m: usize, mass: f64) -> f64 {
    mass.min(m.saturating_sub(1) as f64 / (m + 1) as f64)
}

/// Mean of `|ln (ensemble mean / observed)|` with the number of points that it is over and of those left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogRatio {
    /// Mean; nothing when no point has both values above zero.
    pub mean: Option<f64>,
    /// Points with both values above zero.
    pub used: usize,
    /// Points where the observed or the simulated value is zero or below.
    pub skipped: usize,
}

/// Mean absolute log ratio of the ensemble mean to the observation: 0.69 is a factor of two. Only where both are above zero.
#[must_use]
pub fn log_ratio(cases: &[Case<'_>]) -> LogRatio {
    let ratios: Vec<f64> = cases
        .iter()
        .filter_map(|case| {
            let simulated = mean(case.ensemble)?;
            (simulated > 0.0 && case.observed > 0.0)
                .then(|| libm::log(simulated / case.observed).abs())
        })
        .collect();
    LogRatio { mean: mean(&ratios), used: ratios.len(), skipped: cases.len() - ratios.len() }
}

/// Root of the mean squared difference between ensemble mean and observation, in the unit of the series.
#[must_use]
pub fn rmse(cases: &[Case<'_>]) -> Option<f64> {
    mean(&differences(cases).iter().map(|d| d * d).collect::<Vec<_>>()).map(f64::sqrt)
}

/// Mean of ensemble mean minus observation, in the unit of the series: above zero when the model is too high.
#[must_use]
pub fn bias(cases: &[Case<'_>]) -> Option<f64> {
    mean(&differences(cases))
}

fn differences(cases: &[Case<'_>]) -> Vec<f64> {
    cases.iter().filter_map(|case| Some(mean(case.ensemble)? - case.observed)).collect()
}

/// Mean CRPS over points, in the unit of the series.
#[must_use]
pub fn mean_crps(cases: &[Case<'_>]) -> Option<f64> {
    mean(&cases.iter().filter_map(|case| crps(case.ensemble, case.observed)).collect::<Vec<_>>())
}

/// Skill `1 - score / baseline` of scores where lower is better: 1 is perfect, 0 is no better than the baseline, below 0 is
/// worse. Nothing when the baseline is perfect (zero), because no ratio exists then.
#[must_use]
pub fn skill(score: f64, baseline: f64) -> Option<f64> {
    (baseline > 0.0).then(|| 1.0 - score / baseline)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_distr::{Distribution, StandardNormal};
    use rand_xoshiro::SplitMix64;

    use super::*;

    fn near(a: Option<f64>, b: f64) {
        assert!(a.is_some_and(|a| (a - b).abs() < 1e-9), "{a:?}, expected {b}");
    }

    fn normal(draws: &mut SplitMix64) -> f64 {
        StandardNormal.sample(draws)
    }

    /// Made-up observations with their ensembles.
    fn fakes(
        seed: u64,
        n: usize,
        mut one: impl FnMut(&mut SplitMix64) -> (f64, Vec<f64>),
    ) -> Vec<(f64, Vec<f64>)> {
        let mut draws = SplitMix64::seed_from_u64(seed);
        (0..n).map(|_| one(&mut draws)).collect()
    }

    fn cases(fakes: &[(f64, Vec<f64>)], error: f64) -> Vec<Case<'_>> {
        fakes.iter().map(|(observed, e)| Case { observed: *observed, error, ensemble: e }).collect()
    }

    #[test]
    fn crps_by_hand() {
        near(crps(&[3.0], 5.0), 2.0);
        // Two members 1 and 4, observed 2: mean distance (1 + 2) / 2 = 1.5; the one pair 3, over
        // 2 * 1 = 1.5.
        near(crps(&[1.0, 4.0], 2.0), 0.0);
        // Three members 0, 2, 7, observed 4: distances 4, 2, 3 = 3; pairs 2 + 7 + 5 = 14, over
        // 3 * 2 = 2.3333.
        near(crps(&[7.0, 0.0, 2.0], 4.0), 3.0 - 14.0 / 6.0);
        assert_eq!(crps(&[], 1.0), None);
    }

    #[test]
    fn fair_crps_is_unbiased_in_the_size_of_the_ensemble() {
        // Members and observation from one standard normal: the expected score is 1 / sqrt(pi) for
        // every size.
        for m in [2_usize, 5, 20] {
            let fakes = fakes(17 + m as u64, 6_000, |draws| {
                (normal(draws), (0..m).map(|_| normal(draws)).collect())
            });
            let score = mean_crps(&cases(&fakes, 0.0)).unwrap();
            assert!((score - 0.5642).abs() < 0.03, "{m} members: {score}");
        }
    }

    #[test]
    fn coverage_of_a_calibrated_fake_is_nominal() {
        let n = 10_000;
        // (members, standard deviation of the observation; the members' own is 1). Three members:
        // their outermost are both the 50 % and the widest interval. Between order statistics the
        // quantile is a straight line, which the distribution is not: with few members and
        // positions far from whole numbers coverage is off (5 members at 50 %: 53 %), with 20 by
        // less than 1 %.
        for (m, error) in [(199, 0.0), (20, 0.0), (20, 0.1), (20, 0.7), (20, 5.0), (3, 0.0)] {
            let fakes = fakes(23, n, |draws| {
                let centre = 100.0 * draws.random::<f64>();
                let ensemble = (0..m).map(|_| centre + normal(draws)).collect();
                (centre + normal(draws) + error * normal(draws), ensemble)
            });
            for mass in [0.5, 0.9] {
                let expected = expected_coverage(m, mass);
                let found = coverage(&cases(&fakes, error), mass).unwrap();
                // Four standard errors of a share of 10,000: 0.020 at 50 %, 0.012 at 90 %.
                let allowed = 4.0 * (expected * (1.0 - expected) / n as f64).sqrt();
                assert!(
                    (found - expected).abs() < allowed,
                    "{m} members, error {error}: {found}, expected {expected}"
                );
            }
        }
        near(Some(expected_coverage(5, 0.9)), 4.0 / 6.0);
        near(Some(expected_coverage(20, 0.9)), 0.9);
    }

    #[test]
    fn an_overconfident_fake_is_found_out() {
        let fakes = fakes(29, 2_000, |draws| {
            (3.0 * normal(draws), (0..99).map(|_| normal(draws)).collect())
        });
        assert!(coverage(&cases(&fakes, 0.0), 0.9).unwrap() < 0.5);
    }

    #[test]
    fn quantiles_by_hand() {
        let twenty: Vec<f64> = (1..=20).map(f64::from).collect();
        let normal_95 = 10.0 + 2.0 * 1.644_853_627;
        for (sorted, error, p, expected, most) in [
            // Type 6: positions 21 * 0.05 = 1.05 and 21 * 0.95 = 19.95.
            (&twenty[..], 0.0, 0.05, 1.05, 1e-12),
            (&twenty[..], 0.0, 0.95, 19.95, 1e-12),
            (&twenty[..], 0.0, 0.5, 10.5, 1e-12),
            // Position 0.2 of three members is before the first.
            (&[4.0, 5.0, 9.0], 0.0, 0.05, 4.0, 0.0),
            (&[4.0], 0.0, 0.95, 4.0, 0.0),
            (&[1.0, 2.0], 0.0, 0.95, 2.0, 1e-12),
            // A small error changes little.
            (&twenty[..], 1e-6, 0.25, 5.25, 1e-5),
            // One member has the quantiles of a normal; equal members are one.
            (&[10.0], 2.0, 0.95, normal_95, 1e-6),
            (&[10.0], 2.0, 0.5, 10.0, 1e-9),
            (&[10.0, 10.0, 10.0], 2.0, 0.95, normal_95, 1e-6),
            // Two members far apart: a third of the mass is at each and one between, so 5/6 is the
            // median of the upper one.
            (&[0.0, 100.0], 1.0, 5.0 / 6.0, 100.0, 0.1),
            (&[0.0, 100.0], 1.0, 0.5, 50.0, 1e-9),
        ] {
            let found = predictive_quantile(sorted, error, p);
            assert!((found - expected).abs() <= most, "{sorted:?} {error} {p}: {found}");
        }
    }

    #[test]
    fn ratio_bias_and_rmse_by_hand() {
        let cases = [
            Case { observed: 10.0, error: 0.0, ensemble: &[10.0, 30.0] }, // mean 20: + 10, ratio 2
            Case { observed: 40.0, error: 0.0, ensemble: &[20.0] },       // - 20, ratio 1/2
            Case { observed: 0.0, error: 0.0, ensemble: &[5.0] },         // + 5, no ratio
        ];
        let ratio = log_ratio(&cases);
        near(ratio.mean, std::f64::consts::LN_2);
        assert_eq!((ratio.used, ratio.skipped), (2, 1));
        near(bias(&cases), -5.0 / 3.0);
        near(rmse(&cases), 175.0_f64.sqrt());
        assert_eq!(rmse(&[]), None);
    }

    #[test]
    fn a_perfect_model_has_skill_one() {
        let pairs = [(0.0, 4.0, Some(1.0)), (4.0, 4.0, Some(0.0)), (6.0, 4.0, Some(-0.5))];
        for (score, baseline, expected) in pairs.into_iter().chain([(0.0, 0.0, None)]) {
            assert_eq!(skill(score, baseline), expected);
        }
    }

    proptest! {
        #[test]
        fn crps_of_a_point_mass_is_the_absolute_error(
            x in -1e6..1e6f64, y in -1e6..1e6f64, m in 1_usize..30,
        ) {
            let score = crps(&vec![x; m], y).unwrap();
            prop_assert!((score - (x - y).abs()).abs() < 1e-6, "{score}");
        }

        #[test]
        fn crps_by_sorting_is_crps_by_pairs(
            mut values in proptest::collection::vec(-1e3..1e3f64, 2..25), y in -1e3..1e3f64,
        ) {
            let m = values.len() as f64;
            let pairs: f64 =
                values.iter().flat_map(|a| values.iter().map(move |b| (a - b).abs())).sum();
            let distance = values.iter().map(|x| (x - y).abs()).sum::<f64>() / m;
            let expected = distance - pairs / (2.0 * m * (m - 1.0));
            let before = crps(&values, y).unwrap();
            prop_assert!((before - expected).abs() < 1e-7);
            values.reverse();
            prop_assert!((crps(&values, y).unwrap() - before).abs() < 1e-7);
        }

        #[test]
        fn a_wider_interval_holds_what_a_narrower_holds(
            values in proptest::collection::vec(-1e3..1e3f64, 1..25),
            y in -1e3..1e3f64,
            error in 0.0..50.0f64,
        ) {
            let case = Case { observed: y, error, ensemble: &values };
            prop_assert!(!is_inside(case, 0.5).unwrap() || is_inside(case, 0.9).unwrap());
        }
    }
}
