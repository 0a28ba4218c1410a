//! Naive baselines that a model must beat, as pure functions. Definitions for readers: `docs/validation.md`.
//!
//! Baselines of a **series** are forecasts from an origin: they see the first points and are scored, like the model, on the points
//! after it. Baselines of a **split** are given the observed total at every time and allocate it. Fits to all
//! points see what they are scored on: they are references, not forecasts.

use serde::Serialize;

/// A naive forecast or allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
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
}

impl Baseline {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 6] = [
        Self::Persistence,
        Self::LinearTrend,
        Self::Logistic,
        Self::Gravity,
        Self::EqualSplit,
        Self::CapacityShare,
    ];
    /// Those of a series.
    pub const OF_SERIES: [Self; 3] = [Self::Persistence, Self::LinearTrend, Self::Logistic];
    /// Those of a split.
    pub const OF_SPLIT: [Self; 3] = [Self::Gravity, Self::EqualSplit, Self::CapacityShare];

    /// Name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Persistence => "persistence",
            Self::LinearTrend => "linear_trend",
            Self::Logistic => "logistic",
            Self::Gravity => "gravity",
            Self::EqualSplit => "equal_split",
            Self::CapacityShare => "capacity_share",
        }
    }

    /// Points that it sees at least, where the series is long enough.
    const fn wanted(self) -> usize {
        match self {
            Self::Persistence => 2,
            _ => 3,
        }
    }

    /// Points without which it is not defined.
    const fn needed(self) -> usize {
        match self {
            Self::Persistence => 1,
            Self::LinearTrend => 2,
            _ => 3,
        }
    }
}

/// A fit to all points of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reference {
    /// Straight line.
    LinearFit,
    /// Logistic curve.
    LogisticFit,
}

impl Reference {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 2] = [Self::LinearFit, Self::LogisticFit];

    /// Name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LinearFit => "linear_fit",
            Self::LogisticFit => "logistic_fit",
        }
    }
}

/// What a baseline says about the points after its origin.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// Points that it saw; it is scored on the rest.
    pub seen: usize,
    /// Its value at each point after them.
    pub values: Vec<f64>,
}

/// The number of points that a baseline of a series sees out of `n`: the first third (rounded up), or the number that it wants if that
/// is more, or all but one if the series is shorter than that.
///
/// # Errors
/// When fewer than it needs would be left, in words.
pub fn origin(baseline: Baseline, n: usize) -> Result<usize, String> {
    let seen = n.div_ceil(3).max(baseline.wanted()).min(n.saturating_sub(1));
    if seen >= baseline.needed() {
        Ok(seen)
    } else {
        let points = if n == 1 { "point" } else { "points" };
        Err(format!("{n} {points}; it must see {} and be scored on one more", baseline.needed()))
    }
}

/// The forecast of a baseline of a series. `days` ascend and are as many as `observed`.
///
/// Nothing below zero is forecast when nothing below zero was seen: persons cannot be negative, and a baseline that
/// forgets it would be too easy to beat.
///
/// # Errors
/// Where the baseline is not defined, with the reason in words.
pub fn forecast(
    baseline: Baseline,
    days: &[f64],
    observed: &[f64],
    cumulative: bool,
) -> Result<Forecast, String> {
    if baseline == Baseline::Logistic && !cumulative {
        return Err("the series does not accumulate".into());
    }
    let seen = origin(baseline, observed.len())?;
    let (past, future) = (&days[..seen], &days[seen..]);
    let known = &observed[..seen];
    let mut values: Vec<f64> = match baseline {
        Baseline::Persistence => vec![known[seen - 1]; future.len()],
        Baseline::LinearTrend => {
            let line = Line::through(past, known)?;
            future.iter().map(|&t| line.at(t)).collect()
        }
        Baseline::Logistic => {
            let curve = Logistic::through(past, known)?;
            future.iter().map(|&t| curve.at(t)).collect()
        }
        _ => return Err("it splits a total".into()),
    };
    if known.iter().all(|v| *v >= 0.0) {
        for value in &mut values {
            *value = value.max(0.0);
        }
    }
    Ok(Forecast { seen, values })
}

/// A fit to all points: a value at each.
///
/// # Errors
/// Where it is not defined, with the reason in words.
pub fn fit(
    reference: Reference,
    days: &[f64],
    observed: &[f64],
    cumulative: bool,
) -> Result<Vec<f64>, String> {
    let free = match reference {
        Reference::LinearFit => 2,
        Reference::LogisticFit => 3,
    };
    if observed.len() <= free {
        return Err(format!("it needs more than {free} points"));
    }
    match reference {
        Reference::LinearFit => {
            let line = Line::through(days, observed)?;
            Ok(days.iter().map(|&t| line.at(t)).collect())
        }
        Reference::LogisticFit if !cumulative => Err("the series does not accumulate".into()),
        Reference::LogisticFit => {
            let curve = Logistic::through(days, observed)?;
            Ok(days.iter().map(|&t| curve.at(t)).collect())
        }
    }
}

/// The observed total at each time, split by fixed shares: one series per part. `observed` has one series per part.
#[must_use]
pub fn allocate(shares: &[f64], observed: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let times = observed.first().map_or(0, Vec::len);
    let totals: Vec<f64> = (0..times).map(|t| super::scores::sum_at(observed, t)).collect();
    shares.iter().map(|share| totals.iter().map(|total| share * total).collect()).collect()
}

/// A straight line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    mean_day: f64,
    mean_value: f64,
    slope: f64,
}

impl Line {
    /// The line of least squares.
    ///
    /// # Errors
    /// When there are no two different times.
    pub fn through(days: &[f64], values: &[f64]) -> Result<Self, String> {
        let n = days.len() as f64;
        let mean_day = days.iter().sum::<f64>() / n;
        let mean_value = values.iter().sum::<f64>() / n;
        let spread: f64 = days.iter().map(|t| (t - mean_day).powi(2)).sum();
        if spread.is_nan() || spread <= 0.0 {
            return Err("the points seen are at one time".into());
        }
        let together: f64 =
            days.iter().zip(values).map(|(t, v)| (t - mean_day) * (v - mean_value)).sum();
        Ok(Self { mean_day, mean_value, slope: together / spread })
    }

    /// Its value at a day.
    #[must_use]
    pub fn at(&self, day: f64) -> f64 {
        self.mean_value + self.slope * (day - self.mean_day)
    }
}

/// A logistic growth curve `ceiling / (1 + exp(-rate (day - middle)))`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Logistic {
    /// Value that it grows to.
    pub ceiling: f64,
    /// Growth rate, per day.
    pub rate: f64,
    /// Day of half the ceiling.
    pub middle: f64,
}

/// Bounds of the logistic fit \[P\]: an exponential start alone does not determine the ceiling. They are wide enough not to bind on
/// data that show a bend.
const CEILING_TIMES_LARGEST: f64 = 20.0;
/// Bounds of the rate times the span of the points seen.
const RATE_TIMES_SPAN: (f64, f64) = (0.05, 200.0);
/// How many spans before the first and after the last point the middle may lie.
const MIDDLE_SPANS: (f64, f64) = (2.0, 5.0);
/// Nodes of the starting grid in rate and in middle, and how many of the best are refined.
const GRID: (usize, usize, usize) = (40, 71, 3);

impl Logistic {
    /// The curve of least squares within bounds: a grid over rate and middle (the ceiling is then linear), and from its best nodes
    /// Levenberg and Marquardt's method. Deterministic.
    ///
    /// # Errors
    /// When there are no two different times or no value above zero.
    pub fn through(days: &[f64], values: &[f64]) -> Result<Self, String> {
        let (Some(&first), Some(&last)) = (days.first(), days.last()) else {
            return Err("no points".into());
        };
        let span = last - first;
        let largest = values.iter().copied().fold(0.0, f64::max);
        if span.is_nan() || span <= 0.0 {
            return Err("the points seen are at one time".into());
        }
        if largest <= 0.0 {
            return Err("no value above zero among the points seen".into());
        }
        let bounds = Bounds {
            low: [1e-6 * largest, RATE_TIMES_SPAN.0 / span, first - MIDDLE_SPANS.0 * span]
                .map_first_two(libm::log),
            high: [
                CEILING_TIMES_LARGEST * largest,
                RATE_TIMES_SPAN.1 / span,
                last + MIDDLE_SPANS.1 * span,
            ]
            .map_first_two(libm::log),
        };
        let (rates, middles, starts) = GRID;
        let mut nodes: Vec<(f64, [f64; 3])> = Vec::with_capacity(rates * middles);
        for i in 0..rates {
            for j in 0..middles {
                let log_rate = between(bounds.low[1], bounds.high[1], i, rates);
                let middle = between(bounds.low[2], bounds.high[2], j, middles);
                let unit = Self { ceiling: 1.0, rate: libm::exp(log_rate), middle };
                let (mut gv, mut gg) = (0.0, 0.0);
                for (&t, &v) in days.iter().zip(values) {
                    let g = unit.at(t);
                    gv += g * v;
                    gg += g * g;
                }
                let ceiling = if gg > 0.0 { gv / gg } else { largest };
                let log_ceiling = libm::log(ceiling.max(1e-6 * largest));
                let parameters = bounds.clamp([log_ceiling, log_rate, middle]);
                nodes.push((misfit(parameters, days, values), parameters));
            }
        }
        nodes.sort_by(|a, b| a.0.total_cmp(&b.0)); // stable: ties keep the order of the grid
        let best = nodes
            .into_iter()
            .take(starts)
            .map(|(_, start)| refine(start, &bounds, days, values))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        best.map(|(_, parameters)| Self::of(parameters)).ok_or_else(|| "no points".into())
    }

    /// Its value at a day.
    #[must_use]
    pub fn at(&self, day: f64) -> f64 {
        self.ceiling / (1.0 + libm::exp(-self.rate * (day - self.middle)))
    }

    fn of([log_ceiling, log_rate, middle]: [f64; 3]) -> Self {
        Self { ceiling: libm::exp(log_ceiling), rate: libm::exp(log_rate), middle }
    }
}

/// Bounds of log ceiling, log rate and middle.
struct Bounds {
    low: [f64; 3],
    high: [f64; 3],
}

impl Bounds {
    fn clamp(&self, x: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|i| x[i].clamp(self.low[i], self.high[i]))
    }
}

trait MapFirstTwo {
    fn map_first_two(self, f: fn(f64) -> f64) -> Self;
}

impl MapFirstTwo for [f64; 3] {
    fn map_first_two(self, f: fn(f64) -> f64) -> Self {
        [f(self[0]), f(self[1]), self[2]]
    }
}

fn between(low: f64, high: f64, i: usize, n: usize) -> f64 {
    low + (high - low) * i as f64 / (n - 1) as f64
}

fn misfit(parameters: [f64; 3], days: &[f64], values: &[f64]) -> f64 {
    let curve = Logistic::of(parameters);
    days.iter().zip(values).map(|(&t, v)| (curve.at(t) - v).powi(2)).sum()
}

/// Levenberg and Marquardt's method with steps cut at the bounds. Gives the misfit and the parameters.
fn refine(start: [f64; 3], bounds: &Bounds, days: &[f64], values: &[f64]) -> (f64, [f64; 3]) {
    let mut at = start;
    let mut cost = misfit(at, days, values);
    let mut damping = 1e-3;
    for _ in 0..400 {
        let curve = Logistic::of(at);
        let mut normal = [[0.0; 3]; 3];
        let mut gradient = [0.0; 3];
        for (&t, &v) in days.iter().zip(values) {
            let value = curve.at(t);
            let bend = value * (1.0 - value / curve.ceiling);
            let slopes = [value, bend * (t - curve.middle) * curve.rate, -bend * curve.rate];
            for i in 0..3 {
                gradient[i] += slopes[i] * (v - value);
                for j in 0..3 {
                    normal[i][j] += slopes[i] * slopes[j];
                }
            }
        }
        let mut improved = false;
        while damping < 1e12 {
            let mut damped = normal;
            for (i, row) in damped.iter_mut().enumerate() {
                row[i] += damping * row[i].max(1e-30);
            }
            let step = solve(damped, gradient);
            let next = bounds.clamp(std::array::from_fn(|i| at[i] + step.map_or(0.0, |s| s[i])));
            let next_cost = misfit(next, days, values);
            if next_cost < cost {
                let gain = (cost - next_cost) / cost;
                (at, cost) = (next, next_cost);
                damping = (damping / 5.0).max(1e-15);
                improved = gain > 1e-14;
                break;
            }
            damping *= 4.0;
        }
        if !improved {
            break;
        }
    }
    (cost, at)
}

/// Solves three linear equations by elimination with pivots; nothing when they are singular.
fn solve(mut a: [[f64; 3]; 3], mut b: [f64; 3]) -> Option<[f64; 3]> {
    for column in 0..3 {
        let pivot =
            (column..3).max_by(|&i, &j| a[i][column].abs().total_cmp(&a[j][column].abs()))?;
        if a[pivot][column].is_nan() || a[pivot][column] == 0.0 {
            return None;
        }
        a.swap(column, pivot);
        b.swap(column, pivot);
        let top = a[column];
        for row in column + 1..3 {
            let factor = a[row][column] / top[column];
            for (cell, above) in a[row].iter_mut().zip(top) {
                *cell -= factor * above;
            }
            b[row] -= factor * b[column];
        }
    }
    let mut x = [0.0; 3];
    for row in (0..3).rev() {
        let known: f64 = (row + 1..3).map(|k| a[row][k] * x[k]).sum();
        x[row] = (b[row] - known) / a[row][row];
    }
    x.iter().all(|v| v.is_finite()).then_some(x)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::validation::scores::ard;

    fn days(n: usize) -> Vec<f64> {
        (0..n).map(|d| d as f64).collect()
    }

    #[test]
    fn the_origin_is_the_first_third_or_what_it_wants() {
        use Baseline::{LinearTrend, Logistic, Persistence};
        let of = |baseline, n| origin(baseline, n).ok();
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
            origin(Persistence, 1).unwrap_err(),
            "1 point; it must see 1 and be scored on one more"
        );
    }

    #[test]
    fn persistence_of_a_short_series_is_its_first_point() {
        let forecast = forecast(Baseline::Persistence, &days(2), &[5.0, 9.0], true).unwrap();
        assert_eq!(forecast, Forecast { seen: 1, values: vec![5.0] });
    }

    #[test]
    fn no_baseline_sees_what_it_is_scored_on() {
        let days = days(12);
        let observed: Vec<f64> = days.iter().map(|d| 100.0 * d.sqrt()).collect();
        for baseline in Baseline::OF_SERIES {
            let forecast_of = |values: &[f64]| forecast(baseline, &days, values, true).unwrap();
            let before = forecast_of(&observed);
            let mut other = observed.clone();
            other[before.seen..].iter_mut().for_each(|v| *v *= 3.0);
            assert_eq!(forecast_of(&other), before, "{baseline:?}");
        }
    }

    #[test]
    fn the_line_is_exact_on_a_line_and_stops_at_zero() {
        let days = days(9);
        let falling: Vec<f64> = days.iter().map(|d| 50.0 - 10.0 * d).collect();
        let forecast = forecast(Baseline::LinearTrend, &days, &falling[..], false).unwrap();
        assert_eq!(forecast.seen, 3);
        let expected = [20.0, 10.0, 0.0, 0.0, 0.0, 0.0];
        for (value, expected) in forecast.values.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-9, "{:?}", forecast.values);
        }
        assert!(Line::through(&[2.0, 2.0], &[1.0, 5.0]).is_err());
    }

    #[test]
    fn the_logistic_is_exact_on_logistic_data() {
        let days = days(30);
        for truth in [
            Logistic { ceiling: 100_600.0, rate: 0.6, middle: 6.0 },
            Logistic { ceiling: 1_000.0, rate: 0.3, middle: 12.0 },
        ] {
            let observed: Vec<f64> = days.iter().map(|&d| truth.at(d)).collect();
            let fitted = fit(Reference::LogisticFit, &days, &observed, true).unwrap();
            let ahead = forecast(Baseline::Logistic, &days, &observed, true).unwrap();
            assert_eq!(ahead.seen, 10);
            for (found, expected) in
                fitted.iter().zip(&observed).chain(ahead.values.iter().zip(&observed[10..]))
            {
                assert!((found / expected - 1.0).abs() < 1e-4, "{found} {expected} for {truth:?}");
            }
        }
    }

    #[test]
    fn where_a_baseline_is_not_defined_it_says_why() {
        let refuse = |b, d: &[f64], v: &[f64], c| forecast(b, d, v, c).unwrap_err();
        assert_eq!(
            refuse(Baseline::Logistic, &days(9), &[1.0; 9], false),
            "the series does not accumulate"
        );
        assert_eq!(
            refuse(Baseline::Logistic, &days(9), &[0.0; 9], true),
            "no value above zero among the points seen"
        );
        assert_eq!(
            refuse(Baseline::LinearTrend, &[1.0; 4], &[1.0; 4], true),
            "the points seen are at one time"
        );
        assert!(fit(Reference::LinearFit, &days(2), &[1.0, 2.0], true).is_err());
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
        fn any_line_is_forecast_exactly(level in 0.0..1e5f64, slope in 0.0..1e3f64, n in 3_usize..40) {
            let days = days(n);
            let observed: Vec<f64> = days.iter().map(|d| level + slope * d).collect();
            let ahead = forecast(Baseline::LinearTrend, &days, &observed, true).unwrap();
            for (found, expected) in ahead.values.iter().zip(&observed[ahead.seen..]) {
                prop_assert!((found - expected).abs() < 1e-6 * (1.0 + expected));
            }
        }

        #[test]
        fn the_logistic_never_fits_worse_than_the_best_constant(mut steps in proptest::collection::vec(0.0..1e3f64, 4..20)) {
            for i in 1..steps.len() {
                steps[i] += steps[i - 1];
            }
            prop_assume!(steps[0] > 1.0);
            let days = days(steps.len());
            let curve = Logistic::through(&days, &steps).unwrap();
            let constant = steps.iter().sum::<f64>() / steps.len() as f64;
            let of_curve: f64 = days.iter().zip(&steps).map(|(&t, v)| (curve.at(t) - v).powi(2)).sum();
            let of_constant: f64 = steps.iter().map(|v| (constant - v).powi(2)).sum();
            prop_assert!(of_curve <= of_constant * (1.0 + 1e-6) + 1e-6);
        }
    }
}
