//! Straight line and logistic curve of least squares.

/// A curve that is drawn through points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    /// The last value.
    Constant,
    /// [`Line`].
    Line,
    /// [`Logistic`].
    Logistic,
}

impl Curve {
    /// Its value by day, fitted to some points.
    pub(crate) fn through(
        self,
        days: &[f64],
        values: &[f64],
    ) -> Result<Box<dyn Fn(f64) -> f64>, String> {
        Ok(match self {
            Self::Constant => {
                let last = *values.last().ok_or("no points")?;
                Box::new(move |_| last)
            }
            Self::Line => {
                let line = Line::through(days, values)?;
                Box::new(move |day| line.at(day))
            }
            Self::Logistic => {
                let curve = Logistic::through(days, values)?;
                Box::new(move |day| curve.at(day))
            }
        })
    }
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
            low: [
                libm::log(1e-6 * largest),
                libm::log(RATE_TIMES_SPAN.0 / span),
                first - MIDDLE_SPANS.0 * span,
            ],
            high: [
                libm::log(CEILING_TIMES_LARGEST * largest),
                libm::log(RATE_TIMES_SPAN.1 / span),
                last + MIDDLE_SPANS.1 * span,
            ],
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
