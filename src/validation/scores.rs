//! Scores of an ensemble against observations, as pure functions. Definitions for readers: `docs/validation.md`.
//!
//! An ensemble is the simulated value of every replicate at one observed point. Where one number must stand for it (bias, RMSE,
//! ratio, averaged relative difference) it is the ensemble **mean**: the mean is what a squared error rewards, and it keeps the
//! parts of a whole adding up.

/// One observation and what was simulated for it. Borrowed from [`crate::validation::record::Point`].
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

/// The highest point of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    /// Height: the value, or the increase per day of a cumulative series.
    pub height: f64,
    /// Days since the start: of the point, or the middle of the interval of a cumulative series.
    pub day: f64,
}

/// The peak of a series; the earliest of equal ones. A cumulative series has the peak of its increments per day. Nothing
/// when fewer than two candidates exist: one point has no peak.
#[must_use]
pub fn peak(days: &[f64], values: &[f64], cumulative: bool) -> Option<Peak> {
    let points = days.iter().copied().zip(values.iter().copied());
    let candidates: Vec<Peak> = if cumulative {
        points
            .clone()
            .zip(points.skip(1))
            .filter(|((t0, _), (t1, _))| t1 > t0)
            .map(|((t0, v0), (t1, v1))| Peak {
                height: (v1 - v0) / (t1 - t0),
                day: f64::midpoint(t0, t1),
            })
            .collect()
    } else {
        points.map(|(day, height)| Peak { height, day }).collect()
    };
    if candidates.len() < 2 {
        return None;
    }
    candidates.into_iter().reduce(|best, next| if next.height > best.height { next } else { best })
}

/// How far the simulated peak is from the observed one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeakError {
    /// Observed peak.
    pub observed: Peak,
    /// Mean over replicates of each one's own peak height, minus the observed: unit of the series, per day when cumulative.
    pub height: f64,
    /// Mean over replicates of the distance in days between each one's own peak and the observed, regardless of direction.
    pub day: f64,
    /// The same with its direction: above zero when the simulated peak is late.
    pub day_signed: f64,
}

/// Error of peak height and day, at the observed times only. Each replicate has its own peak: the mean curve would flatten it.
/// `replicates` is one series per replicate, each as long as `days`. Nothing where no peak is defined.
#[must_use]
pub fn peak_error(
    days: &[f64],
    observed: &[f64],
    replicates: &[Vec<f64>],
    cumulative: bool,
) -> Option<PeakError> {
    let observed = peak(days, observed, cumulative)?;
    let peaks: Vec<Peak> =
        replicates.iter().filter_map(|values| peak(days, values, cumulative)).collect();
    let over = |value: fn(&Peak, &Peak) -> f64| {
        mean(&peaks.iter().map(|p| value(p, &observed)).collect::<Vec<_>>())
    };
    Some(PeakError {
        observed,
        height: over(|p, o| p.height - o.height)?,
        day: over(|p, o| (p.day - o.day).abs())?,
        day_signed: over(|p, o| p.day - o.day)?,
    })
}

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

/// Skill `1 - score / baseline` of scores where lower is better: 1 is perfect, 0 is no better than the baseline, below 0 is
/// worse. Nothing when the baseline is perfect (zero), because no ratio exists then.
#[must_use]
pub fn skill(score: f64, baseline: f64) -> Option<f64> {
    (baseline > 0.0).then(|| 1.0 - score / baseline)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::random::{RunKey, Stream, normal, unit};

    fn near(a: Option<f64>, b: f64) {
        assert!(a.is_some_and(|a| (a - b).abs() < 1e-9), "{a:?}, expected {b}");
    }

    #[test]
    fn crps_by_hand() {
        near(crps(&[3.0], 5.0), 2.0);
        // Two members 1 and 4, observed 2: mean distance (1 + 2) / 2 = 1.5; the one pair 3, over 2 * 1 = 1.5.
        near(crps(&[1.0, 4.0], 2.0), 0.0);
        // Three members 0, 2, 7, observed 4: distances 4, 2, 3 = 3; pairs 2 + 7 + 5 = 14, over 3 * 2 = 2.3333.
        near(crps(&[7.0, 0.0, 2.0], 4.0), 3.0 - 14.0 / 6.0);
        assert_eq!(crps(&[], 1.0), None);
    }

    #[test]
    fn fair_crps_is_unbiased_in_the_size_of_the_ensemble() {
        // Members and observation from one standard normal: the expected score is 1 / sqrt(pi) = 0.5642 for every size.
        let key = RunKey::new(17, 0);
        for m in [2_usize, 5, 20] {
            let n = 6_000;
            let scores: Vec<f64> = (0..n)
                .map(|i| {
                    let mut draws = key.draws(Stream::Traits, m as u64, i);
                    let ensemble: Vec<f64> = (0..m).map(|_| normal(&mut draws)).collect();
                    crps(&ensemble, normal(&mut draws)).unwrap()
                })
                .collect();
            let score = mean(&scores).unwrap();
            assert!((score - 0.5642).abs() < 0.03, "{m} members: {score}");
        }
    }

    #[test]
    fn coverage_of_a_calibrated_fake_is_nominal() {
        let key = RunKey::new(23, 0);
        let n = 10_000_u32;
        // (members, standard deviation of the observation; the members' own is 1). Three members: their outermost are both the 50 %
        // and the widest interval. Between order statistics the quantile is a straight line, which the distribution is not: with
        // few members and positions far from whole numbers coverage is off (5 members at 50 %: 53 %), with 20 by less than 1 %.
        for (m, error) in [(199, 0.0), (20, 0.0), (20, 0.1), (20, 0.7), (20, 5.0), (3, 0.0)] {
            let data: Vec<(f64, Vec<f64>)> = (0..n)
                .map(|i| {
                    let mut draws = key.draws(Stream::Traits, m as u64, i);
                    let centre = 100.0 * unit(&mut draws);
                    let ensemble = (0..m).map(|_| centre + normal(&mut draws)).collect();
                    (centre + normal(&mut draws) + error * normal(&mut draws), ensemble)
                })
                .collect();
            let cases: Vec<Case<'_>> = data
                .iter()
                .map(|(observed, ensemble)| Case { observed: *observed, error, ensemble })
                .collect();
            for mass in [0.5, 0.9] {
                let expected = expected_coverage(m, mass);
                let found = coverage(&cases, mass).unwrap();
                // Four standard errors of a share of 10,000: 0.020 at 50 %, 0.012 at 90 %.
                let allowed = 4.0 * (expected * (1.0 - expected) / f64::from(n)).sqrt();
                assert!(
                    (found - expected).abs() < allowed,
                    "{m} members, error {error}: {found}, expected {expected}"
                );
            }
        }
        assert!(
            (expected_coverage(5, 0.9) - 4.0 / 6.0).abs() < 1e-12
                && (expected_coverage(20, 0.9) - 0.9).abs() < 1e-12
        );
    }

    #[test]
    fn quantiles_of_type_6_by_hand() {
        let twenty: Vec<f64> = (1..=20).map(f64::from).collect();
        // Positions 21 * 0.05 = 1.05 and 21 * 0.95 = 19.95.
        assert!((fair_quantile(&twenty, 0.05) - 1.05).abs() < 1e-12);
        assert!((fair_quantile(&twenty, 0.95) - 19.95).abs() < 1e-12);
        assert!((fair_quantile(&twenty, 0.5) - 10.5).abs() < 1e-12);
        // Position 0.2 of three members is before the first.
        assert_eq!(fair_quantile(&[4.0, 5.0, 9.0], 0.05).to_bits(), 4.0_f64.to_bits());
        assert_eq!(fair_quantile(&[4.0], 0.95).to_bits(), 4.0_f64.to_bits());
        // A small error changes little.
        assert!(
            (predictive_quantile(&twenty, 1e-6, 0.25) - fair_quantile(&twenty, 0.25)).abs() < 1e-5
        );
    }

    #[test]
    fn an_overconfident_fake_is_found_out() {
        let key = RunKey::new(29, 0);
        let data: Vec<(f64, Vec<f64>)> = (0..2_000)
            .map(|i| {
                let mut draws = key.draws(Stream::Traits, 1, i);
                (3.0 * normal(&mut draws), (0..99).map(|_| normal(&mut draws)).collect())
            })
            .collect();
        let cases: Vec<Case<'_>> = data
            .iter()
            .map(|(observed, ensemble)| Case { observed: *observed, error: 0.0, ensemble })
            .collect();
        assert!(coverage(&cases, 0.9).unwrap() < 0.5);
    }

    #[test]
    fn one_member_with_an_error_has_the_quantiles_of_a_normal() {
        let q = predictive_quantile(&[10.0], 2.0, 0.95);
        assert!((q - (10.0 + 2.0 * 1.644_853_627)).abs() < 1e-6, "{q}");
        assert!((predictive_quantile(&[10.0], 2.0, 0.5) - 10.0).abs() < 1e-9);
        // Equal members are one.
        assert!((predictive_quantile(&[10.0, 10.0, 10.0], 2.0, 0.95) - q).abs() < 1e-9);
        // Two members far apart: a third of the mass is at each and one between, so 5/6 is the median of the upper one.
        assert!((predictive_quantile(&[0.0, 100.0], 1.0, 5.0 / 6.0) - 100.0).abs() < 0.1);
        assert!((predictive_quantile(&[0.0, 100.0], 1.0, 0.5) - 50.0).abs() < 1e-9);
        assert!((predictive_quantile(&[1.0, 2.0], 0.0, 0.95) - 2.0).abs() < 1e-12);
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
    fn peaks_by_hand() {
        let days = [0.0, 1.0, 3.0, 4.0];
        // Levels: 2 at day 0, 9 at day 3.
        assert_eq!(peak(&days, &[2.0, 5.0, 9.0, 9.0], false), Some(Peak { height: 9.0, day: 3.0 }));
        // Per day: 3, 2, 0.
        assert_eq!(peak(&days, &[2.0, 5.0, 9.0, 9.0], true), Some(Peak { height: 3.0, day: 0.5 }));
        assert_eq!(peak(&days[..1], &[2.0], false), None);
        assert_eq!(peak(&days[..2], &[2.0, 5.0], true), None);
        // Replicates peak at day 1 (8) and day 4 (12) against the observed 9 at day 3.
        let replicates = [vec![0.0, 8.0, 1.0, 1.0], vec![0.0, 1.0, 1.0, 12.0]];
        let error = peak_error(&days, &[2.0, 5.0, 9.0, 9.0], &replicates, false).unwrap();
        assert!((error.height - 1.0).abs() < 1e-12);
        assert!((error.day - 1.5).abs() < 1e-12);
        assert!((error.day_signed + 0.5).abs() < 1e-12);
    }

    #[test]
    fn averaged_relative_difference_by_hand() {
        // Two camps, three days; nobody observed on day 0, which is skipped.
        let observed = [vec![0.0, 60.0, 100.0], vec![0.0, 40.0, 100.0]];
        let simulated = [vec![9.0, 70.0, 100.0], vec![9.0, 30.0, 60.0]];
        let total = [0.0, 100.0, 200.0];
        // Day 1: 20 / 100; day 2: 40 / 200.
        let found = ard(&simulated, &observed, &total);
        near(found.mean, 0.2);
        assert_eq!((found.used, found.skipped), (2, 1));
        // Day 2 scaled by 200 / 160: 125 and 75, 50 / 200 = 0.25; day 1 as before.
        near(ard_rescaled(&simulated, &observed, &total).mean, 0.225);
        assert_eq!(ard(&[], &[], &[0.0]).mean, None);
    }

    #[test]
    fn a_perfect_model_has_skill_one() {
        assert_eq!(skill(0.0, 4.0), Some(1.0));
        assert_eq!(skill(4.0, 4.0), Some(0.0));
        assert_eq!(skill(6.0, 4.0), Some(-0.5));
        assert_eq!(skill(0.0, 0.0), None);
    }

    proptest! {
        #[test]
        fn crps_of_a_point_mass_is_the_absolute_error(x in -1e6..1e6f64, y in -1e6..1e6f64, m in 1_usize..30) {
            let score = crps(&vec![x; m], y).unwrap();
            prop_assert!((score - (x - y).abs()).abs() < 1e-6, "{score}");
        }

        #[test]
        fn crps_by_sorting_is_crps_by_pairs(mut values in proptest::collection::vec(-1e3..1e3f64, 2..25), y in -1e3..1e3f64) {
            let m = values.len() as f64;
            let pairs: f64 = values.iter().flat_map(|a| values.iter().map(move |b| (a - b).abs())).sum();
            let expected = values.iter().map(|x| (x - y).abs()).sum::<f64>() / m - pairs / (2.0 * m * (m - 1.0));
            prop_assert!((crps(&values, y).unwrap() - expected).abs() < 1e-7);
            let before = crps(&values, y).unwrap();
            values.reverse();
            prop_assert!((crps(&values, y).unwrap() - before).abs() < 1e-7);
        }

        #[test]
        fn a_wider_interval_holds_what_a_narrower_holds(values in proptest::collection::vec(-1e3..1e3f64, 1..25), y in -1e3..1e3f64, error in 0.0..50.0f64) {
            let case = Case { observed: y, error, ensemble: &values };
            prop_assert!(!is_inside(case, 0.5).unwrap() || is_inside(case, 0.9).unwrap());
        }

        #[test]
        fn rescaling_leaves_nothing_when_proportions_agree(parts in proptest::collection::vec(1.0..1e4f64, 1..6), factor in 0.01..100.0f64) {
            let observed: Vec<Vec<f64>> = parts.iter().map(|p| vec![*p]).collect();
            let simulated: Vec<Vec<f64>> = parts.iter().map(|p| vec![*p * factor]).collect();
            let total = [parts.iter().sum::<f64>()];
            prop_assert!(ard_rescaled(&simulated, &observed, &total).mean.unwrap() < 1e-9);
            prop_assert!((ard(&simulated, &observed, &total).mean.unwrap() - (factor - 1.0).abs()).abs() < 1e-9 * (1.0 + factor));
        }
    }
}
