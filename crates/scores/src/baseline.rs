//! Naive baselines. Forecasts of a series from an origin see the first points and are scored, like
//! the model, on the points after it. Allocations are given the observed total at every time and
//! split it. Fits see what they are scored on: they are references, not forecasts.

use crate::curves::Curve;
use crate::sum_at;

/// A naive forecast, allocation or fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Baseline {
    /// The last value seen stays.
    Persistence,
    /// The straight line through the points seen, by least squares.
    LinearTrend,
    /// The logistic growth curve through the points seen, by least squares.
    Logistic,
    /// The observed total, split by attraction and distance alone.
    Gravity,
    /// The observed total, split evenly.
    EqualSplit,
    /// The observed total, split in proportion to known capacity.
    CapacityShare,
    /// The straight line through all points.
    LinearFit,
    /// The logistic curve through all points.
    LogisticFit,
}

/// What a baseline is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// The points before an origin.
    Past {
        /// Points that it sees at least, where the series is long enough.
        wanted: usize,
        /// Points without which it is not defined.
        needed: usize,
    },
    /// The observed total at every time.
    Total,
    /// All points, of which there must be more than it has free parameters.
    All {
        /// Free parameters.
        free: usize,
    },
}

impl Baseline {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::Persistence,
        Self::LinearTrend,
        Self::Logistic,
        Self::Gravity,
        Self::EqualSplit,
        Self::CapacityShare,
        Self::LinearFit,
        Self::LogisticFit,
    ];

    /// The table of baselines: name, what each is given, and the curve that it draws.
    const fn row(self) -> (&'static str, Given, Option<Curve>) {
        use Given::{All, Past, Total};
        match self {
            Self::Persistence => {
                ("persistence", Past { wanted: 2, needed: 1 }, Some(Curve::Constant))
            }
            Self::LinearTrend => ("linear_trend", Past { wanted: 3, needed: 2 }, Some(Curve::Line)),
            Self::Logistic => ("logistic", Past { wanted: 3, needed: 3 }, Some(Curve::Logistic)),
            Self::Gravity => ("gravity", Total, None),
            Self::EqualSplit => ("equal_split", Total, None),
            Self::CapacityShare => ("capacity_share", Total, None),
            Self::LinearFit => ("linear_fit", All { free: 2 }, Some(Curve::Line)),
            Self::LogisticFit => ("logistic_fit", All { free: 3 }, Some(Curve::Logistic)),
        }
    }

    /// Name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// What it is given.
    #[must_use]
    pub const fn given(self) -> Given {
        self.row().1
    }

    /// Those that are given the total of a split, in their order.
    pub fn allocations() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|b| b.given() == Given::Total)
    }

    /// Those that skill may be claimed against: all but the fits, in their order.
    pub fn rivals() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|b| !matches!(b.given(), Given::All { .. }))
    }

    /// Number of points that it sees of a series of `n`. A forecast sees the first third (rounded
    /// up), or the number that it wants if that is more, or all but one if the series is shorter.
    ///
    /// # Errors
    /// When fewer than it needs would be seen, in words.
    pub fn seen(self, n: usize) -> Result<usize, String> {
        match self.given() {
            Given::Past { wanted, needed } => {
                let seen = n.div_ceil(3).max(wanted).min(n.saturating_sub(1));
                let points = if n == 1 { "point" } else { "points" };
                let few =
                    || format!("{n} {points}; it must see {needed} and be scored on one more");
                (seen >= needed).then_some(seen).ok_or_else(few)
            }
            Given::Total => Err("it splits a total".into()),
            Given::All { free } => {
                (n > free).then_some(n).ok_or_else(|| format!("it needs more than {free} points"))
            }
        }
    }

    /// Its values at the last points of a series: those after the origin of a forecast, all of a
    /// fit. `days` ascend and are as many as `observed`.
    ///
    /// Nothing below zero is forecast when nothing below zero was seen: persons cannot be negative,
    /// and a baseline that forgets it would be too easy to beat.
    ///
    /// # Errors
    /// Where the baseline is not defined, with the reason in words.
    pub fn values(
        self,
        days: &[f64],
        observed: &[f64],
        cumulative: bool,
    ) -> Result<Vec<f64>, String> {
        let (_, given, Some(curve)) = self.row() else { return Err("it splits a total".into()) };
        let is_forecast = matches!(given, Given::Past { .. });
        let accumulates = || {
            let fits = cumulative || curve != Curve::Logistic;
            fits.then_some(()).ok_or_else(|| "the series does not accumulate".to_owned())
        };
        // A forecast that does not apply says so before it counts its points; a fit counts first.
        if is_forecast {
            accumulates()?;
        }
        let seen = self.seen(observed.len())?;
        accumulates()?;
        let known = &observed[..seen];
        let at = curve.through(&days[..seen], known)?;
        let scored = if is_forecast { &days[seen..] } else { days };
        let mut values: Vec<f64> = scored.iter().map(|&t| at(t)).collect();
        if is_forecast && known.iter().all(|v| *v >= 0.0) {
            for value in &mut values {
                *value = value.max(0.0);
            }
        }
        Ok(values)
    }
}

/// The observed total at each time, split by fixed shares: one series per part. `observed` has one
/// series per part.
#[must_use]
pub fn allocate(shares: &[f64], observed: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let times = observed.first().map_or(0, Vec::len);
    let totals: Vec<f64> = (0..times).map(|t| sum_at(observed, t)).collect();
    shares.iter().map(|share| totals.iter().map(|total| share * total).collect()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Logistic, ard};

    fn days(n: usize) -> Vec<f64> {
        (0..n).map(|d| d as f64).collect()
    }

    /// Points seen by a baseline of an accumulating series, and its values after them.
    fn forecast(baseline: Baseline, observed: &[f64]) -> (usize, Vec<f64>) {
        let values = baseline.values(&days(observed.len()), observed, true).unwrap();
        (observed.len() - values.len(), values)
    }

    #[track_caller]
    fn all_near(found: &[f64], expected: &[f64], share: f64) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            let most = share * (1.0 + expected.abs());
            assert!((found - expected).abs() <= most, "{found}, expected {expected}");
        }
    }

    #[test]
    fn the_origin_is_the_first_third_or_what_it_wants() {
        use Baseline::{LinearTrend, Logistic, Persistence};
        let of = |baseline: Baseline, n| baseline.seen(n).ok();
        assert_eq!(
            [1, 2, 3, 6, 7, 300].map(|n| of(Persistence, n)),
            [None, Some(1), Some(2), Some(2), Some(3), Some(100)]
        );
        assert_eq!(
            [2, 3, 4, 9, 10].map(|n| of(LinearTrend, n)),
            [None, Some(2), Some(3), Some(3), Some(4)]
        );
        assert_eq!([3, 4, 12].map(|n| of(Logistic, n)), [None, Some(3), Some(4)]);
        assert_eq!(
            Persistence.seen(1).unwrap_err(),
            "1 point; it must see 1 and be scored on one more"
        );
        assert_eq!(forecast(Persistence, &[5.0, 9.0]), (1, vec![5.0]));
    }

    #[test]
    fn no_forecast_sees_what_it_is_scored_on() {
        let observed: Vec<f64> = days(12).iter().map(|d| 100.0 * d.sqrt()).collect();
        for baseline in [Baseline::Persistence, Baseline::LinearTrend, Baseline::Logistic] {
            let (seen, values) = forecast(baseline, &observed);
            let mut other = observed.clone();
            for value in &mut other[seen..] {
                *value *= 3.0;
            }
            assert_eq!(forecast(baseline, &other), (seen, values), "{baseline:?}");
        }
    }

    #[test]
    fn the_line_is_exact_on_a_line_and_stops_at_zero() {
        let falling: Vec<f64> = days(9).iter().map(|d| 50.0 - 10.0 * d).collect();
        let ahead = Baseline::LinearTrend.values(&days(9), &falling, false).unwrap();
        all_near(&ahead, &[20.0, 10.0, 0.0, 0.0, 0.0, 0.0], 1e-9);
    }

    #[test]
    fn the_logistic_is_exact_on_logistic_data() {
        for truth in [
            Logistic { ceiling: 100_600.0, rate: 0.6, middle: 6.0 },
            Logistic { ceiling: 1_000.0, rate: 0.3, middle: 12.0 },
        ] {
            let observed: Vec<f64> = days(30).iter().map(|&d| truth.at(d)).collect();
            let fitted = Baseline::LogisticFit.values(&days(30), &observed, true).unwrap();
            let (seen, ahead) = forecast(Baseline::Logistic, &observed);
            assert_eq!(seen, 10);
            for (found, expected) in
                fitted.iter().zip(&observed).chain(ahead.iter().zip(&observed[10..]))
            {
                assert!((found / expected - 1.0).abs() < 1e-4, "{found} {expected} for {truth:?}");
            }
        }
    }

    #[test]
    fn where_a_baseline_is_not_defined_it_says_why() {
        use Baseline::{Gravity, LinearFit, LinearTrend, Logistic, LogisticFit};
        let nine = days(9);
        for (baseline, days, observed, cumulative, why) in [
            (Logistic, &nine[..], [1.0; 9], false, "the series does not accumulate"),
            (Logistic, &nine[..3], [1.0; 9], false, "the series does not accumulate"),
            (Logistic, &nine[..], [0.0; 9], true, "no value above zero among the points seen"),
            (LinearTrend, &[1.0; 4], [1.0; 9], true, "the points seen are at one time"),
            (LinearFit, &nine[..2], [1.0; 9], true, "it needs more than 2 points"),
            (LogisticFit, &nine[..3], [1.0; 9], false, "it needs more than 3 points"),
            (LogisticFit, &nine[..], [1.0; 9], false, "the series does not accumulate"),
            (Gravity, &nine[..], [1.0; 9], true, "it splits a total"),
        ] {
            let found = baseline.values(days, &observed[..days.len()], cumulative);
            assert_eq!(found.unwrap_err(), why, "{baseline:?}");
        }
    }

    #[test]
    fn allocations_by_hand() {
        let observed = [vec![30.0, 60.0], vec![10.0, 40.0]];
        assert_eq!(allocate(&[0.5, 0.5], &observed), [vec![20.0, 50.0], vec![20.0, 50.0]]);
        // |20 - 30| + |20 - 10| over 40, and |50 - 60| + |50 - 40| over 100.
        let equal = ard(&allocate(&[0.5, 0.5], &observed), &observed, &[40.0, 100.0]);
        assert!((equal.mean.unwrap() - 0.35).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn any_line_is_forecast_exactly(
            level in 0.0..1e5f64, slope in 0.0..1e3f64, n in 3_usize..40,
        ) {
            let observed: Vec<f64> = days(n).iter().map(|d| level + slope * d).collect();
            let (seen, ahead) = forecast(Baseline::LinearTrend, &observed);
            all_near(&ahead, &observed[seen..], 1e-6);
        }

        #[test]
        fn the_logistic_never_fits_worse_than_the_best_constant(
            mut steps in proptest::collection::vec(0.0..1e3f64, 4..20),
        ) {
            for i in 1..steps.len() {
                steps[i] += steps[i - 1];
            }
            prop_assume!(steps[0] > 1.0);
            let days = days(steps.len());
            let curve = Logistic::through(&days, &steps).unwrap();
            let constant = steps.iter().sum::<f64>() / steps.len() as f64;
            let of_curve: f64 =
                days.iter().zip(&steps).map(|(&t, v)| (curve.at(t) - v).powi(2)).sum();
            let of_constant: f64 = steps.iter().map(|v| (constant - v).powi(2)).sum();
            prop_assert!(of_curve <= of_constant * (1.0 + 1e-6) + 1e-6);
        }
    }
}
