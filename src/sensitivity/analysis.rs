//! From the points of a design and the results at them to effects or indices.

use super::effects::{elementary_effects, summary};
use super::indices::indices;
use super::results::Group;
use super::settings::Measure;
use super::{Bootstrap, Estimate};
use crate::design::points::{Kind, Points};

/// How much a factor moves a measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Outcome.
    pub outcome: String,
    /// Variant.
    pub variant: String,
    /// What is explained.
    pub measure: Measure,
    /// Path of the key, or `replicate`: the luck.
    pub parameter: String,
    /// The second key of a second-order index; empty otherwise.
    pub with_parameter: String,
    /// `mu`, `mu_star`, `sigma`; `S1`, `ST`, `S2`.
    pub index: &'static str,
    /// The number and its interval.
    pub estimate: Estimate,
    /// Effects, or base points, that it is made of.
    pub samples: usize,
}

/// The analysis of a study.
#[derive(Clone, Debug, PartialEq)]
pub struct Analysis {
    /// `morris` or `saltelli`.
    pub method: &'static str,
    /// The index that says how much a factor matters in all: `mu_star` or `ST`.
    pub main: &'static str,
    /// By group, measure, factor, index.
    pub rows: Vec<Row>,
    /// Measures that do not vary, or of which too few results are there, as `measure under outcome (variant)`.
    pub silent: Vec<String>,
}

/// Effects or indices of every group and measure; none when the design was not made for it.
#[must_use]
pub fn analyse(
    points: &Points,
    groups: &[Group],
    measures: &[Measure],
    bootstrap: &Bootstrap,
) -> Option<Analysis> {
    let factors: Vec<&str> = points.columns().iter().map(|column| column.path.as_str()).collect();
    let (method, main) = match points.kind() {
        Kind::Morris { .. } => ("morris", "mu_star"),
        Kind::Saltelli { .. } => ("saltelli", "ST"),
        _ => return None,
    };
    let mut analysis = Analysis { method, main, rows: Vec::new(), silent: Vec::new() };
    for group in groups {
        for (measure, results) in measures.iter().zip(&group.results) {
            let found = explained(points, results, bootstrap);
            if found.is_empty() {
                let Group { outcome, variant, .. } = group;
                analysis.silent.push(format!("{measure} under {outcome} ({variant})"));
            }
            analysis.rows.extend(found.into_iter().map(|found| Row {
                outcome: group.outcome.clone(),
                variant: group.variant.clone(),
                measure: measure.clone(),
                parameter: factors[found.factor].to_owned(),
                with_parameter: found.with.map_or(String::new(), |with| factors[with].to_owned()),
                index: found.index,
                estimate: found.estimate,
                samples: found.samples,
            }));
        }
    }
    Some(analysis)
}

/// An index of a factor, by number.
struct Found {
    factor: usize,
    with: Option<usize>,
    index: &'static str,
    estimate: Estimate,
    samples: usize,
}

/// How much each factor moves the results at the points; nothing when they do not vary, or too few are there.
fn explained(points: &Points, results: &[Option<f64>], bootstrap: &Bootstrap) -> Vec<Found> {
    let factors = points.columns().len();
    let mut all = Vec::new();
    let mut push = |factor, with, index, estimate, samples| {
        all.push(Found { factor, with, index, estimate, samples });
    };
    match points.kind() {
        Kind::Morris { .. } => {
            let effects = elementary_effects(factors, points.moves(), results);
            for (factor, effects) in effects.iter().enumerate() {
                let Some(found) = summary(effects, bootstrap) else { continue };
                push(factor, None, "mu", found.mu, found.samples);
                push(factor, None, "mu_star", found.mu_star, found.samples);
                push(factor, None, "sigma", found.sigma, found.samples);
            }
        }
        Kind::Saltelli { second_order, .. } => {
            if let Some(found) = indices(results, factors, second_order, bootstrap) {
                for factor in 0..factors {
                    push(factor, None, "S1", found.first[factor], found.samples);
                    push(factor, None, "ST", found.total[factor], found.samples);
                }
                for (factor, with, estimate) in found.second {
                    push(factor, Some(with), "S2", estimate, found.samples);
                }
            }
        }
        _ => {}
    }
    all
}

impl Analysis {
    /// Whether it is of elementary effects; else of shares of the variance.
    #[must_use]
    pub fn is_morris(&self) -> bool {
        self.method == "morris"
    }

    /// The rows of a measure in a group, by factor: the main index beside the one that goes with it (`mu` or `S1`).
    pub fn pairs<'a>(
        &'a self,
        measure: &'a Measure,
        group: &'a Group,
    ) -> impl Iterator<Item = (&'a Row, &'a Row)> {
        let here = move |row: &&Row| {
            row.measure == *measure && row.outcome == group.outcome && row.variant == group.variant
        };
        let beside = if self.main == "ST" { "S1" } else { "mu" };
        let mains = self.rows.iter().filter(here).filter(|row| row.index == self.main);
        mains.filter_map(move |main| {
            let mut others = self.rows.iter().filter(here).filter(|row| row.index == beside);
            Some((main, others.find(|other| other.parameter == main.parameter)?))
        })
    }

    /// Factors of a measure, those that matter most in any group first.
    #[must_use]
    pub fn order(&self, measure: &Measure) -> Vec<&str> {
        let mut most: Vec<(f64, &str)> = Vec::new();
        for row in self.rows.iter().filter(|row| row.index == self.main && row.measure == *measure)
        {
            match most.iter_mut().find(|(_, name)| *name == row.parameter) {
                Some(known) => known.0 = known.0.max(row.estimate.value),
                None => most.push((row.estimate.value, &row.parameter)),
            }
        }
        most.sort_by(|a, b| b.0.total_cmp(&a.0));
        most.into_iter().map(|(_, name)| name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::design::morris;
    use crate::design::points::{Column, Target, Values};
    use crate::random::RunKey;

    #[test]
    fn a_morris_study_finds_the_factor_that_matters_and_the_sign() {
        let key = RunKey::new(4, 0);
        let column =
            |path: &str| Column { path: path.into(), target: Target::Key, values: Values::Numbers };
        let units = morris::trajectories(key, 6, 4, 2);
        let kind = Kind::Morris { trajectories: 6, levels: 4 };
        let points = Points::new(
            vec![column("a"), column("b")],
            units.iter().flatten().copied().collect(),
            kind,
        )
        .with_moves(morris::moves(&units, 4));
        let measure = Measure { name: "attention_diverted".into(), border: String::new() };
        let group = |y: &dyn Fn(&[f64]) -> f64| Group {
            outcome: "continuity".into(),
            variant: "base".into(),
            results: vec![units.iter().map(|u| Some(y(u))).collect()],
        };
        let bootstrap = Bootstrap { key, resamples: 100, confidence: 0.9 };
        let measures = [measure.clone()];
        let moved = [group(&|u| 2.0 * u[0] - 5.0 * u[1])];
        let analysis = analyse(&points, &moved, &measures, &bootstrap).unwrap();
        assert_eq!(analysis.order(&measure), ["b", "a"]);
        let pairs: Vec<(f64, f64)> = analysis
            .pairs(&measure, &moved[0])
            .map(|(m, s)| (m.estimate.value, s.estimate.value))
            .collect();
        assert!((pairs[0].0 - 2.0).abs() < 1e-12 && (pairs[0].1 - 2.0).abs() < 1e-12);
        assert!((pairs[1].0 - 5.0).abs() < 1e-12 && (pairs[1].1 + 5.0).abs() < 1e-12);
        let mut failed = group(&|u| u[0]);
        failed.results[0].fill(None);
        let silent = analyse(&points, &[failed], &measures, &bootstrap).unwrap();
        assert_eq!(
            (silent.rows.len(), silent.silent[0].as_str()),
            (0, "attention_diverted under continuity (base)")
        );
    }
}
