//! How far a set of parameters is from what was observed, in standard deviations.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An observation with what was simulated for it under one set of parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// Observed value.
    pub observed: f64,
    /// Standard deviation of the observation, same unit.
    pub error: f64,
    /// Simulated value by replicate.
    pub simulated: Vec<f64>,
}

/// A series under one set of parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesOutcome {
    /// `case/series`.
    pub name: String,
    /// Standard deviation of the model's discrepancy, as a share of the observed value.
    pub discrepancy: f64,
    /// The points.
    pub points: Vec<Compared>,
}

/// How the points of a series become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OverPoints {
    /// Root mean square: points of one series are strongly correlated, so many of them are no more evidence than a few.
    RootMeanSquare,
    /// The worst point.
    Largest,
}

/// How the series become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OverSeries {
    /// The worst series.
    Largest,
    /// The second worst: one series may be out of the model's reach.
    SecondLargest,
    /// The third worst.
    ThirdLargest,
}

impl OverSeries {
    /// Its place from the top, from 1.
    #[must_use]
    pub const fn rank(self) -> usize {
        match self {
            Self::Largest => 1,
            Self::SecondLargest => 2,
            Self::ThirdLargest => 3,
        }
    }
}

/// Share of the largest observation of a series below which an observation does not count as smaller when its discrepancy
/// is reckoned: early points near zero would otherwise be taken as known exactly (proposed).
pub const LEAST_SHARE: f64 = 0.01;
/// What stands for no number and for anything greater.
pub const BEYOND: f64 = 1e9;
/// A series under one set of parameters, judged.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// Implausibility of the series.
    pub implausibility: f64,
    /// Mean square, over points and replicates, of (simulated - observed) / tolerance.
    pub square: f64,
}

/// Numbers that a journal can carry: no NaN, none beyond [`BEYOND`].
fn finite(value: f64) -> f64 {
    if value.is_nan() { BEYOND } else { value.clamp(-BEYOND, BEYOND) }
}

impl SeriesOutcome {
    /// Standard deviation of observation and discrepancy together at each point.
    #[must_use]
    pub fn tolerances(&self) -> Vec<f64> {
        let least = LEAST_SHARE * self.points.iter().map(|p| p.observed.abs()).fold(0.0, f64::max);
        let of = |p: &Compared| {
            let discrepancy = self.discrepancy * p.observed.abs().max(least);
            (p.error * p.error + discrepancy * discrepancy).sqrt()
        };
        self.points.iter().map(of).collect()
    }

    /// Compares with what was observed: at each point `|z - E f| / sqrt(V_obs + V_disc + V_ens)`,
    /// where the luck of `n` replicates adds `V_ens = s² (1 + 1/n)`, the variance of a further
    /// replicate about their mean.
    #[must_use]
    pub fn judge(&self, over_points: OverPoints) -> Judged {
        let mut each = Vec::with_capacity(self.points.len());
        let mut square = 0.0;
        for (point, tolerance) in self.points.iter().zip(self.tolerances()) {
            // Everything in units of the tolerance.
            let n = point.simulated.len() as f64;
            let scaled: Vec<f64> =
                point.simulated.iter().map(|s| (s - point.observed) / tolerance).collect();
            let mean = scaled.iter().sum::<f64>() / n;
            let spread = scaled.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>();
            let ensemble = if n > 1.0 { spread / (n - 1.0) * (1.0 + 1.0 / n) } else { 0.0 };
            square += finite(scaled.iter().map(|x| x * x).sum::<f64>() / n);
            each.push(finite(finite(mean).abs() / (1.0 + finite(ensemble)).sqrt()));
        }
        Judged {
            implausibility: over_points.combine(each.into_iter()),
            square: finite(square / self.points.len().max(1) as f64),
        }
    }
}

impl OverPoints {
    /// One number of many; 0 of none.
    #[must_use]
    pub fn combine(self, points: impl ExactSizeIterator<Item = f64>) -> f64 {
        let count = points.len().max(1) as f64;
        match self {
            Self::RootMeanSquare => finite((points.map(|i| i * i).sum::<f64>() / count).sqrt()),
            Self::Largest => points.fold(0.0, f64::max),
        }
    }
}

impl OverSeries {
    /// One number of many; 0 where there are fewer than its rank.
    #[must_use]
    pub fn combine(self, series: impl Iterator<Item = f64>) -> f64 {
        let mut sorted: Vec<f64> = series.collect();
        sorted.sort_unstable_by(|a, b| b.total_cmp(a));
        sorted.get(self.rank() - 1).copied().unwrap_or(0.0)
    }
}

/// Distance for the rejection step: root mean square over replicates, points, series and cases of (simulated - observed) /
/// tolerance. Every series of a case weighs the same, and every case, however many series it has. The spread of the
/// replicates counts against a set here, or a set would come closer by being noisy. `cases` gives the case of each series.
#[must_use]
pub fn distance(judged: &[Judged], cases: &[usize]) -> f64 {
    let count = cases.iter().max().map_or(0, |last| last + 1);
    let mut sums = vec![(0.0, 0_u32); count];
    for (series, &case) in judged.iter().zip(cases) {
        sums[case].0 += series.square;
        sums[case].1 += 1;
    }
    let means: Vec<f64> =
        sums.iter().filter(|(_, n)| *n > 0).map(|(sum, n)| sum / f64::from(*n)).collect();
    (means.iter().sum::<f64>() / means.len().max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::random::{RunKey, Stream, normal};

    fn series(discrepancy: f64, points: &[(f64, f64, &[f64])]) -> SeriesOutcome {
        let points = points
            .iter()
            .map(|&(observed, error, simulated)| Compared {
                observed,
                error,
                simulated: simulated.to_vec(),
            })
            .collect();
        SeriesOutcome { name: "case/series".into(), discrepancy, points }
    }

    #[test]
    fn a_point_by_hand() {
        // V_obs = 3² = 9, V_disc = (0.04 * 100)² = 16, mean 110, s² = 50, V_ens = 50 (1 + 1/2) = 75; 10 / sqrt(100) = 1.
        let one = series(0.04, &[(100.0, 3.0, &[105.0, 115.0])]);
        let judged = one.judge(OverPoints::RootMeanSquare);
        assert!((judged.implausibility - 1.0).abs() < 1e-12);
        // In units of the tolerance 5: (5/5)² and (15/5)², mean 5.
        assert!((judged.square - 5.0).abs() < 1e-12);
    }

    #[test]
    fn points_and_series_by_hand() {
        // Tolerance 1: deviations 3 and 4; root mean square 3.5355, largest 4.
        let two = series(0.0, &[(10.0, 1.0, &[13.0]), (20.0, 1.0, &[16.0])]);
        assert!(
            (two.judge(OverPoints::RootMeanSquare).implausibility - 12.5_f64.sqrt()).abs() < 1e-12
        );
        assert!((two.judge(OverPoints::Largest).implausibility - 4.0).abs() < 1e-12);
        let all = [0.5, 7.0, 2.0, 3.0];
        let of = |over: OverSeries| over.combine(all.into_iter());
        assert_eq!(
            (of(OverSeries::Largest), of(OverSeries::SecondLargest), of(OverSeries::ThirdLargest)),
            (7.0, 3.0, 2.0)
        );
        assert!(OverSeries::SecondLargest.combine([4.0].into_iter()).abs() < 1e-12);
    }

    #[test]
    fn early_points_near_zero_are_not_known_exactly() {
        let two = series(0.1, &[(0.0, 0.0, &[5.0]), (1000.0, 0.0, &[1000.0])]);
        // A hundredth of 1,000, a tenth of it: 1 person.
        assert_eq!(two.tolerances(), [1.0, 100.0]);
    }

    #[test]
    fn every_case_weighs_the_same_in_the_distance() {
        let of = |square| Judged { implausibility: 0.0, square };
        // Case 0: mean of 1 and 3; case 1: 16. sqrt((2 + 16) / 2) = 3.
        assert!((distance(&[of(1.0), of(3.0), of(16.0)], &[0, 0, 1]) - 3.0).abs() < 1e-12);
    }

    #[test]
    fn what_is_no_number_is_ruled_out() {
        let broken = series(0.1, &[(10.0, 1.0, &[f64::NAN, 10.0])]);
        let judged = broken.judge(OverPoints::RootMeanSquare);
        assert!(judged.implausibility > 1e3 && judged.square == BEYOND);
        let empty = series(0.1, &[(10.0, 1.0, &[])]);
        assert!(empty.judge(OverPoints::Largest).implausibility > 1e3);
    }

    proptest! {
        #[test]
        fn root_mean_square_lies_below_the_largest(values in proptest::collection::vec(0.0..1e4_f64, 1..20)) {
            let rms = OverPoints::RootMeanSquare.combine(values.iter().copied());
            let largest = OverPoints::Largest.combine(values.iter().copied());
            prop_assert!(rms <= largest * (1.0 + 1e-12));
        }
    }

    /// Share of 4,000 synthetic observations for which the true parameters are ruled out at a cutoff: truth 100, observation
    /// error 3, model discrepancy 4 (shared by the points of a series), luck of one run 5.
    fn ruled_out(cutoff: f64, points: usize, replicates: usize) -> f64 {
        let rounds = 4000;
        let mut out = 0;
        for round in 0..rounds {
            let mut draws = RunKey::new(11, round).draws(Stream::Calibration, points as u64, 0);
            let shared = 4.0 * normal(&mut draws);
            let mut point = || {
                let observed = 100.0 + shared + 5.0 * normal(&mut draws) + 3.0 * normal(&mut draws);
                let simulated = (0..replicates).map(|_| 100.0 + 5.0 * normal(&mut draws)).collect();
                Compared { observed, error: 3.0, simulated }
            };
            let points = (0..points).map(|_| point()).collect();
            let series = SeriesOutcome { name: String::new(), discrepancy: 0.04, points };
            out += u32::from(series.judge(OverPoints::RootMeanSquare).implausibility > cutoff);
        }
        f64::from(out) / f64::from(rounds)
    }

    #[test]
    fn the_truth_is_kept_as_often_as_the_cutoff_promises() {
        // One point, many replicates: the two-sided normal law, 5 % beyond 1.96 (standard error 0.35 %).
        let one = ruled_out(1.96, 1, 40);
        assert!((one - 0.05).abs() < 0.0125, "{one}");
        // At 3, 0.27 %; few replicates make the tails of a t law.
        assert!(ruled_out(3.0, 1, 40) < 0.008);
        assert!(ruled_out(3.0, 1, 4) < 0.02);
        // The root mean square of many points is no stricter, however they hang together.
        assert!(ruled_out(3.0, 12, 8) < 0.004);
    }
}
