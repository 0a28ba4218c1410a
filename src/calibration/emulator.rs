//! A cheap stand-in for the cases: quadratic regression of every landmark on the parameters. It only decides where the next
//! wave looks, never whether a set survives: every set that is reported was run.

use super::implausibility::{Deviation, Judged, OverPoints, OverSeries};

/// Sets per coefficient below which a smaller form is taken (proposed).
const SETS_PER_TERM: f64 = 1.5;
/// Standard deviations of the regression's own error that are given to a prediction: Pukelsheim's three sigma rule.
const SIGMAS: f64 = 3.0;
/// Added to the diagonal, relative to it: makes a design that is short of one term solvable.
const RIDGE: f64 = 1e-9;
/// Landmarks farther off than this teach nothing: the model gave no number there.
const FARTHEST: f64 = 1e6;

/// Terms of a regression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// 1, x, x², x y.
    Full,
    /// 1, x, x².
    Squares,
}

impl Form {
    /// Number of terms with so many axes.
    #[must_use]
    pub const fn terms(self, axes: usize) -> usize {
        match self {
            Self::Full => 1 + 2 * axes + axes * (axes - 1) / 2,
            Self::Squares => 1 + 2 * axes,
        }
    }

    fn features(self, at: &[f64]) -> Vec<f64> {
        let mut features = Vec::with_capacity(self.terms(at.len()));
        features.push(1.0);
        features.extend_from_slice(at);
        features.extend(at.iter().map(|x| x * x));
        if self == Self::Full {
            for (i, x) in at.iter().enumerate() {
                features.extend(at[i + 1..].iter().map(|y| x * y));
            }
        }
        features
    }
}

/// What is regressed on the parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    /// The deviation itself.
    Plain,
    /// Its `asinh`, which tames sets that are far off.
    Tamed,
}

impl Target {
    fn of(self, deviation: f64) -> f64 {
        match self {
            Self::Plain => deviation,
            Self::Tamed => libm::asinh(deviation),
        }
    }

    fn back(self, target: f64) -> f64 {
        match self {
            Self::Plain => target,
            Self::Tamed => libm::sinh(target.min(20.0)),
        }
    }
}

/// What the regression knows of one landmark.
#[derive(Clone, Debug)]
struct Landmark {
    target: Target,
    coefficients: Vec<f64>,
    /// Standard deviation of the residuals, on the scale of the target.
    residual: f64,
    /// Ensemble variance, in squared tolerances: the 90 % quantile over the sets, to err on the side of keeping.
    ensemble: f64,
}

/// The regressions of all landmarks, by series.
#[derive(Clone, Debug)]
pub struct Emulator {
    form: Form,
    /// Box in which it was fitted, unit coordinates.
    low: Vec<f64>,
    high: Vec<f64>,
    series: Vec<Vec<Landmark>>,
    /// Sets that it was fitted to.
    pub sets: usize,
}

impl Emulator {
    /// Fits to the sets within a box (unit coordinates). None where there are too few of them.
    #[must_use]
    pub fn fit(sets: &[(&[f64], &[Judged])], low: &[f64], high: &[f64]) -> Option<Self> {
        let axes = low.len();
        let inside = |at: &[f64]| {
            at.iter().zip(low.iter().zip(high)).all(|(x, (l, h))| (*l..=*h).contains(x))
        };
        let sound = |judged: &[Judged]| {
            judged.iter().flat_map(|s| &s.landmarks).all(|d| d.mean.abs() < FARTHEST)
        };
        let used: Vec<_> = sets.iter().filter(|(at, judged)| inside(at) && sound(judged)).collect();
        let enough = |form: &Form| used.len() as f64 >= SETS_PER_TERM * form.terms(axes) as f64;
        let form = [Form::Full, Form::Squares].into_iter().find(enough)?;
        let mut emulator = Self {
            form,
            low: low.to_vec(),
            high: high.to_vec(),
            series: Vec::new(),
            sets: used.len(),
        };
        let rows: Vec<Vec<f64>> =
            used.iter().map(|(at, _)| form.features(&emulator.centred(at))).collect();
        let solver = Cholesky::of_normal_equations(&rows)?;
        let free = (used.len() - form.terms(axes)) as f64;
        let series_count = used.first()?.1.len();
        for s in 0..series_count {
            let mut landmarks = Vec::new();
            for l in 0..used[0].1[s].landmarks.len() {
                let of = |judged: &[Judged]| -> Deviation { judged[s].landmarks[l] };
                let one = |target: Target| {
                    let targets: Vec<f64> =
                        used.iter().map(|(_, judged)| target.of(of(judged).mean)).collect();
                    let coefficients = solver.least_squares(&rows, &targets);
                    let error = |(row, target): (&Vec<f64>, &f64)| {
                        (dot(row, &coefficients) - target).powi(2)
                    };
                    let residual =
                        (rows.iter().zip(&targets).map(error).sum::<f64>() / free).sqrt();
                    (target, coefficients, residual)
                };
                let (plain, tamed) = (one(Target::Plain), one(Target::Tamed));
                // The one that leaves less open where it matters, about a deviation of nothing.
                let reach = |(target, _, residual): &(Target, Vec<f64>, f64)| {
                    target.back(SIGMAS * residual)
                };
                let (target, coefficients, residual) =
                    if reach(&plain) <= reach(&tamed) { plain } else { tamed };
                let mut ensembles: Vec<f64> =
                    used.iter().map(|(_, judged)| of(judged).ensemble).collect();
                ensembles.sort_unstable_by(f64::total_cmp);
                let ensemble = crate::study::quantiles::quantile(&ensembles, 0.9);
                landmarks.push(Landmark { target, coefficients, residual, ensemble });
            }
            emulator.series.push(landmarks);
        }
        Some(emulator)
    }

    /// Form of the regressions.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.form
    }

    /// -1 to 1 within the box.
    fn centred(&self, at: &[f64]) -> Vec<f64> {
        let one = |(x, (low, high)): (&f64, (&f64, &f64))| {
            if high > low { (2.0 * x - low - high) / (high - low) } else { 0.0 }
        };
        at.iter().zip(self.low.iter().zip(&self.high)).map(one).collect()
    }

    /// The least implausibility that the regression's own error leaves possible at a point (unit coordinates).
    #[must_use]
    pub fn least_implausibility(
        &self,
        at: &[f64],
        over_points: OverPoints,
        over_series: OverSeries,
    ) -> f64 {
        let features = self.form.features(&self.centred(at));
        let landmark = |landmark: &Landmark| {
            let predicted = dot(&features, &landmark.coefficients).abs();
            let least = landmark.target.back((predicted - SIGMAS * landmark.residual).max(0.0));
            Deviation { mean: least, ensemble: landmark.ensemble }.implausibility()
        };
        over_series.combine(
            self.series.iter().map(|series| over_points.combine(series.iter().map(landmark))),
        )
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Cholesky factor of the normal equations of a regression: shared by all landmarks, which have the same sets. A hundred
/// terms at most, so no library of linear algebra is needed.
struct Cholesky {
    lower: Vec<Vec<f64>>,
}

impl Cholesky {
    fn of_normal_equations(rows: &[Vec<f64>]) -> Option<Self> {
        let terms = rows.first()?.len();
        let mut matrix = vec![vec![0.0; terms]; terms];
        for row in rows {
            for i in 0..terms {
                for j in 0..=i {
                    matrix[i][j] += row[i] * row[j];
                }
            }
        }
        for i in 0..terms {
            matrix[i][i] *= 1.0 + RIDGE;
            for j in 0..=i {
                let (before, rest) = matrix.split_at_mut(i);
                let of_j = if j < i { &before[j] } else { &rest[0] };
                let sum = rest[0][j] - dot(&rest[0][..j], &of_j[..j]);
                let value = if i == j { sum.sqrt() } else { sum / of_j[j] };
                if !value.is_finite() || (i == j && value <= 0.0) {
                    return None;
                }
                rest[0][j] = value;
            }
        }
        Some(Self { lower: matrix })
    }

    fn least_squares(&self, rows: &[Vec<f64>], targets: &[f64]) -> Vec<f64> {
        let terms = self.lower.len();
        let mut x: Vec<f64> = (0..terms)
            .map(|i| rows.iter().zip(targets).map(|(row, target)| row[i] * target).sum())
            .collect();
        for i in 0..terms {
            x[i] = (x[i] - dot(&self.lower[i][..i], &x[..i])) / self.lower[i][i];
        }
        for i in (0..terms).rev() {
            let above: f64 = (i + 1..terms).map(|j| self.lower[j][i] * x[j]).sum();
            x[i] = (x[i] - above) / self.lower[i][i];
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::latin_hypercube;
    use crate::random::RunKey;
    use crate::random::Stream;

    fn judged(mean: f64) -> Vec<Judged> {
        vec![Judged {
            implausibility: mean.abs(),
            square: mean * mean,
            landmarks: vec![Deviation { mean, ensemble: 0.0 }],
        }]
    }

    fn fit(points: &[Vec<f64>], f: impl Fn(&[f64]) -> f64) -> Option<Emulator> {
        let sets: Vec<_> = points.iter().map(|p| (p.clone(), judged(f(p)))).collect();
        let views: Vec<_> =
            sets.iter().map(|(at, judged)| (at.as_slice(), judged.as_slice())).collect();
        Emulator::fit(&views, &[0.0, 0.0], &[1.0, 1.0])
    }

    #[test]
    fn a_quadratic_is_found_exactly() {
        let points = latin_hypercube(RunKey::new(1, 0), Stream::Calibration, 0, 40, 2);
        let truth =
            |p: &[f64]| libm::sinh(1.0 + 2.0 * p[0] - 3.0 * p[1] + 4.0 * p[0] * p[1] + p[1] * p[1]);
        let emulator = fit(&points, truth).unwrap();
        assert_eq!(emulator.form(), Form::Full);
        for at in [[0.1, 0.9], [0.5, 0.5], [0.0, 1.0]] {
            let found =
                emulator.least_implausibility(&at, OverPoints::Largest, OverSeries::Largest);
            assert!((found - truth(&at).abs()).abs() < 1e-4, "{found} at {at:?}");
        }
    }

    #[test]
    fn what_it_cannot_fit_it_does_not_rule_out() {
        // A needle that no quadratic follows: the residual keeps everything that is near the typical level.
        let points = latin_hypercube(RunKey::new(2, 0), Stream::Calibration, 0, 60, 2);
        let emulator = fit(&points, |p| if p[0] > 0.9 { 0.0 } else { 6.0 }).unwrap();
        let at =
            emulator.least_implausibility(&[0.95, 0.5], OverPoints::Largest, OverSeries::Largest);
        assert!(at < 3.0, "{at}");
    }

    #[test]
    fn few_sets_give_a_smaller_form_or_none() {
        let points = latin_hypercube(RunKey::new(3, 0), Stream::Calibration, 0, 8, 2);
        assert_eq!(fit(&points, |p| p[0]).map(|e| e.form()), Some(Form::Squares));
        assert!(fit(&points[..7], |p| p[0]).is_none());
    }
}
