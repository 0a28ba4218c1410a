//! From a case that was run to its scores, beside those of the baselines.

use serde::Serialize;

use super::baselines::{self, Baseline, Reference};
use super::record::{CaseRecord, SeriesRecord, Split};
use super::scores::{self, Ard, Case, LogRatio, PeakError};

/// The scores of a case.
#[derive(Clone, Debug)]
pub struct Assessment<'a> {
    /// The case.
    pub record: &'a CaseRecord,
    /// Scores of each series, in the order of the record.
    pub series: Vec<SeriesScores>,
    /// Scores of each split, in the order of the record.
    pub splits: Vec<SplitScores>,
    /// Scores over all series.
    pub whole: WholeScores,
}

/// The scores of a series. Scores in the unit of the series unless said otherwise.
#[derive(Clone, Debug)]
pub struct SeriesScores {
    /// Points.
    pub points: usize,
    /// Mean observed value.
    pub mean_observed: f64,
    /// Mean fair CRPS.
    pub crps: f64,
    /// Mean fair CRPS over the mean observed value; nothing when that is not above zero.
    pub crps_relative: Option<f64>,
    /// Share of points inside the central half of the predictive distribution.
    pub coverage_50: f64,
    /// Share of points inside the central 90 % of the predictive distribution.
    pub coverage_90: f64,
    /// Share of points inside the central half of the ensemble alone, as if the observation were exact.
    pub coverage_50_ensemble: f64,
    /// Share of points inside the central 90 % of the ensemble alone, as if the observation were exact.
    pub coverage_90_ensemble: f64,
    /// Mean absolute log ratio.
    pub log_ratio: LogRatio,
    /// RMSE of the ensemble mean.
    pub rmse: f64,
    /// Bias of the ensemble mean.
    pub bias: f64,
    /// Error of the peak, where a peak is defined.
    pub peak: Option<PeakError>,
    /// Forecasts from an origin, in the order of [`Baseline::OF_SERIES`].
    pub forecasts: Vec<(Baseline, Result<Compared, String>)>,
    /// Fits to all points, in the order of [`Reference::ALL`].
    pub references: Vec<(Reference, Result<Compared, String>)>,
    /// Allocations of the observed total of the split that it is a part of, in the order of [`Baseline::OF_SPLIT`]; empty when it
    /// is a part of none.
    pub allocations: Vec<(Baseline, Result<Compared, String>)>,
}

/// Model and baseline on the same points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// Points that both are scored on.
    pub points: usize,
    /// Mean CRPS of the model there.
    pub model: f64,
    /// Mean absolute error of the baseline there: the CRPS of a forecast without spread.
    pub baseline: f64,
    /// Skill of the model; nothing when the baseline is perfect.
    pub skill: Option<f64>,
}

/// The scores of a split.
#[derive(Clone, Debug)]
pub struct SplitScores {
    /// Averaged relative difference of the ensemble mean.
    pub ard: Ard,
    /// The same, rescaled.
    pub rescaled: Ard,
    /// Mean over replicates of each one's own averaged relative difference.
    pub ard_replicates: Option<f64>,
    /// The same, rescaled.
    pub rescaled_replicates: Option<f64>,
    /// Baselines in the order of [`Baseline::OF_SPLIT`].
    pub baselines: Vec<(Baseline, Result<AllocationScore, String>)>,
}

/// How a baseline allocates a total. It is given the observed total, so that rescaling changes nothing for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AllocationScore {
    /// Its averaged relative difference.
    pub ard: f64,
    /// Times that it is over.
    pub times: usize,
    /// Skill of the model's averaged relative difference.
    pub skill: Option<f64>,
    /// Skill of the model's rescaled averaged relative difference: the fairer one where the total is the model's own.
    pub skill_rescaled: Option<f64>,
}

/// Scores of a case over all its series.
#[derive(Clone, Debug)]
pub struct WholeScores {
    /// Points of all series.
    pub points: usize,
    /// Mean over series of CRPS over the mean observed value; nothing when no series has such a value.
    pub crps_relative: Option<f64>,
    /// Share of all points inside the central half of the predictive distribution.
    pub coverage_50: f64,
    /// Share of all points inside the central 90 % of the predictive distribution.
    pub coverage_90: f64,
    /// Share of all points inside the central half of the ensemble alone.
    pub coverage_50_ensemble: f64,
    /// Share of all points inside the central 90 % of the ensemble alone.
    pub coverage_90_ensemble: f64,
    /// For each baseline, in the order of [`Baseline::ALL`], model and baseline over the series where it is defined: means over
    /// series of the CRPS over the mean observed value of the series. Points are those of all these series.
    pub baselines: Vec<(Baseline, Option<WholeCompared>)>,
}

/// Model and baseline over several series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WholeCompared {
    /// Series where the baseline is defined.
    pub series: usize,
    /// The comparison, in shares of the mean observed value.
    pub compared: Compared,
}

/// What makes a record impossible to score, in sentences; empty when it is sound.
#[must_use]
pub fn problems(record: &CaseRecord) -> Vec<String> {
    let mut problems = Vec::new();
    if record.series.is_empty() {
        problems.push("there is no observed series".into());
    }
    if record.replicates == 0 {
        problems.push("there is no replicate".into());
    }
    for series in &record.series {
        let name = &series.name;
        if series.points.is_empty() {
            problems.push(format!("series `{name}` has no points"));
        }
        if record.series.iter().filter(|s| s.name == *name).count() > 1 {
            problems.push(format!("two series are called `{name}`"));
        }
        for (i, point) in series.points.iter().enumerate() {
            let at = &point.at;
            if point.simulated.len() != record.replicates as usize {
                let (found, all) = (point.simulated.len(), record.replicates);
                problems.push(format!(
                    "series `{name}` at {at}: {found} simulated values for {all} replicates"
                ));
            }
            if !(point.at_days.is_finite() && point.observed.is_finite() && point.error.is_finite())
                || point.error < 0.0
                || point.simulated.iter().any(|v| !v.is_finite())
            {
                problems
                    .push(format!("series `{name}` at {at}: a value is no finite number, or an error is below zero"));
            }
            if i > 0 && point.at_days < series.points[i - 1].at_days {
                problems.push(format!("series `{name}` at {at}: earlier than the point before it"));
            }
        }
    }
    for split in &record.splits {
        problems.extend(
            split_problems(record, split).map(|what| format!("split `{}`: {what}", split.name)),
        );
    }
    problems.dedup();
    problems
}

fn split_problems(record: &CaseRecord, split: &Split) -> Option<String> {
    let Some(members) =
        split.members.iter().map(|&m| record.series.get(m)).collect::<Option<Vec<&SeriesRecord>>>()
    else {
        return Some("a member is no series".into());
    };
    let Some(first) = members.first() else { return Some("it has no members".into()) };
    let same_times = |s: &SeriesRecord| {
        s.points.len() == first.points.len()
            && s.points
                .iter()
                .zip(&first.points)
                .all(|(a, b)| a.at_days.total_cmp(&b.at_days).is_eq())
    };
    if !members.iter().all(|s| same_times(s)) {
        return Some("its members do not have the same times".into());
    }
    for shares in [&split.gravity_shares, &split.capacity_shares].into_iter().flatten() {
        if shares.len() != members.len() || (shares.iter().sum::<f64>() - 1.0).abs() > 1e-6 {
            return Some("its shares are not one for each member, summing to 1".into());
        }
    }
    match &split.total {
        Some(total) if total.len() != first.points.len() => {
            Some("its total does not have the times of its members".into())
        }
        _ => None,
    }
}

/// Scores a case.
///
/// # Errors
/// When the record is not sound, with every problem in a sentence.
pub fn assess(record: &CaseRecord) -> Result<Assessment<'_>, Vec<String>> {
    let problems = problems(record);
    if !problems.is_empty() {
        return Err(problems);
    }
    let series: Vec<SeriesScores> =
        (0..record.series.len()).filter_map(|s| of_series(record, s)).collect();
    if series.len() != record.series.len() {
        return Err(vec!["a series cannot be scored".into()]);
    }
    let splits = record.splits.iter().map(|split| of_split(record, split)).collect();
    let whole = of_whole(record, &series);
    Ok(Assessment { record, series, splits, whole })
}

fn cases(series: &SeriesRecord) -> Vec<Case<'_>> {
    series
        .points
        .iter()
        .map(|p| Case { observed: p.observed, error: p.error, ensemble: &p.simulated })
        .collect()
}

/// The same points as if the observations were exact.
fn exact<'a>(cases: &[Case<'a>]) -> Vec<Case<'a>> {
    cases.iter().map(|case| Case { error: 0.0, ..*case }).collect()
}

fn observed(series: &SeriesRecord) -> Vec<f64> {
    series.points.iter().map(|p| p.observed).collect()
}

fn simulated(series: &SeriesRecord, replicate: usize) -> Vec<f64> {
    series.points.iter().map(|p| p.simulated[replicate]).collect()
}

/// Model and a baseline's values on the last points of a series.
fn compare(cases: &[Case<'_>], values: &[f64]) -> Option<Compared> {
    let scored = &cases[cases.len() - values.len()..];
    let model = scores::mean_crps(scored)?;
    let errors: Vec<f64> =
        scored.iter().zip(values).map(|(case, v)| (v - case.observed).abs()).collect();
    let baseline = scores::mean(&errors)?;
    Some(Compared { points: values.len(), model, baseline, skill: scores::skill(model, baseline) })
}

fn of_series(record: &CaseRecord, index: usize) -> Option<SeriesScores> {
    let series = &record.series[index];
    let cases = cases(series);
    let exact = exact(&cases);
    let days: Vec<f64> = series.points.iter().map(|p| p.at_days).collect();
    let observed = observed(series);
    let replicates: Vec<Vec<f64>> =
        (0..record.replicates as usize).map(|r| simulated(series, r)).collect();
    let crps = scores::mean_crps(&cases)?;
    let mean_observed = scores::mean(&observed)?;
    let nothing = || "no points".to_owned();
    Some(SeriesScores {
        points: cases.len(),
        mean_observed,
        crps,
        crps_relative: (mean_observed > 0.0).then(|| crps / mean_observed),
        coverage_50: scores::coverage(&cases, 0.5)?,
        coverage_90: scores::coverage(&cases, 0.9)?,
        coverage_50_ensemble: scores::coverage(&exact, 0.5)?,
        coverage_90_ensemble: scores::coverage(&exact, 0.9)?,
        log_ratio: scores::log_ratio(&cases),
        rmse: scores::rmse(&cases)?,
        bias: scores::bias(&cases)?,
        peak: scores::peak_error(&days, &observed, &replicates, series.cumulative),
        forecasts: Baseline::OF_SERIES
            .into_iter()
            .map(|baseline| {
                let forecast = baselines::forecast(baseline, &days, &observed, series.cumulative);
                (baseline, forecast.and_then(|f| compare(&cases, &f.values).ok_or_else(nothing)))
            })
            .collect(),
        references: Reference::ALL
            .into_iter()
            .map(|reference| {
                let fit = baselines::fit(reference, &days, &observed, series.cumulative);
                (reference, fit.and_then(|values| compare(&cases, &values).ok_or_else(nothing)))
            })
            .collect(),
        allocations: record.splits.iter().find(|split| split.members.contains(&index)).map_or_else(
            Vec::new,
            |split| {
                let part = split.members.iter().position(|&m| m == index).unwrap_or(0);
                let parts = parts(record, split);
                Baseline::OF_SPLIT
                    .into_iter()
                    .map(|baseline| {
                        let shares = shares(split, baseline);
                        let values = shares
                            .map(|shares| baselines::allocate(&shares, &parts).swap_remove(part));
                        (
                            baseline,
                            values.and_then(|values| compare(&cases, &values).ok_or_else(nothing)),
                        )
                    })
                    .collect()
            },
        ),
    })
}

/// Observed series of the members of a split.
fn parts(record: &CaseRecord, split: &Split) -> Vec<Vec<f64>> {
    split.members.iter().map(|&m| observed(&record.series[m])).collect()
}

/// The shares that a baseline allocates by.
fn shares(split: &Split, baseline: Baseline) -> Result<Vec<f64>, String> {
    match baseline {
        Baseline::EqualSplit => Ok(vec![1.0 / split.members.len() as f64; split.members.len()]),
        Baseline::Gravity => split
            .gravity_shares
            .clone()
            .ok_or_else(|| "no attraction and distance are given".into()),
        Baseline::CapacityShare => {
            split.capacity_shares.clone().ok_or_else(|| "capacities are not known or hidden".into())
        }
        _ => Err("it forecasts a series".into()),
    }
}

fn of_split(record: &CaseRecord, split: &Split) -> SplitScores {
    let observed = parts(record, split);
    let times = observed.first().map_or(0, Vec::len);
    let total: Vec<f64> = split
        .total
        .clone()
        .unwrap_or_else(|| (0..times).map(|t| scores::sum_at(&observed, t)).collect());
    let members: Vec<&SeriesRecord> = split.members.iter().map(|&m| &record.series[m]).collect();
    let middle: Vec<Vec<f64>> = members
        .iter()
        .map(|s| s.points.iter().map(|p| scores::mean(&p.simulated).unwrap_or(f64::NAN)).collect())
        .collect();
    let ard = scores::ard(&middle, &observed, &total);
    let rescaled = scores::ard_rescaled(&middle, &observed, &total);
    let over_replicates = |score: fn(&[Vec<f64>], &[Vec<f64>], &[f64]) -> Ard| {
        let each: Option<Vec<f64>> = (0..record.replicates as usize)
            .map(|r| {
                let own: Vec<Vec<f64>> = members.iter().map(|s| simulated(s, r)).collect();
                score(&own, &observed, &total).mean
            })
            .collect();
        each.and_then(|each| scores::mean(&each))
    };
    let baselines = Baseline::OF_SPLIT
        .into_iter()
        .map(|baseline| {
            let scored = shares(split, baseline).and_then(|shares| {
                let own = scores::ard(&baselines::allocate(&shares, &observed), &observed, &total);
                let value = own.mean.ok_or("the observed total is zero at all times")?;
                Ok(AllocationScore {
                    ard: value,
                    times: own.used,
                    skill: ard.mean.and_then(|model| scores::skill(model, value)),
                    skill_rescaled: rescaled.mean.and_then(|model| scores::skill(model, value)),
                })
            });
            (baseline, scored)
        })
        .collect();
    SplitScores {
        ard_replicates: over_replicates(scores::ard),
        rescaled_replicates: over_replicates(scores::ard_rescaled),
        ard,
        rescaled,
        baselines,
    }
}

fn of_whole(record: &CaseRecord, series: &[SeriesScores]) -> WholeScores {
    let points = series.iter().map(|s| s.points).sum();
    let pooled = |share: fn(&SeriesScores) -> f64| {
        series.iter().map(|s| share(s) * s.points as f64).sum::<f64>() / points as f64
    };
    let relative: Vec<f64> = series.iter().filter_map(|s| s.crps_relative).collect();
    let of = |baseline: Baseline| {
        let found: Vec<(f64, Compared)> = series
            .iter()
            .filter_map(|s| {
                let mut all = s.forecasts.iter().chain(&s.allocations);
                let (_, compared) = all.find(|(b, _)| *b == baseline)?;
                let compared = *compared.as_ref().ok()?;
                (s.mean_observed > 0.0).then_some((s.mean_observed, compared))
            })
            .collect();
        let over = |value: fn(&Compared) -> f64| {
            scores::mean(&found.iter().map(|(mean, c)| value(c) / mean).collect::<Vec<_>>())
        };
        let (model, value) = (over(|c| c.model)?, over(|c| c.baseline)?);
        let points = found.iter().map(|(_, c)| c.points).sum();
        let compared =
            Compared { points, model, baseline: value, skill: scores::skill(model, value) };
        Some(WholeCompared { series: found.len(), compared })
    };
    debug_assert_eq!(record.series.len(), series.len());
    WholeScores {
        points,
        crps_relative: scores::mean(&relative),
        coverage_50: pooled(|s| s.coverage_50),
        coverage_90: pooled(|s| s.coverage_90),
        coverage_50_ensemble: pooled(|s| s.coverage_50_ensemble),
        coverage_90_ensemble: pooled(|s| s.coverage_90_ensemble),
        baselines: Baseline::ALL.into_iter().map(|baseline| (baseline, of(baseline))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validation::testbed;

    #[test]
    fn a_perfect_model_is_perfect() {
        let record = testbed::perfect();
        let scored = assess(&record).unwrap();
        for series in &scored.series {
            assert!(
                series.crps.abs() < 1e-9 && series.rmse.abs() < 1e-9 && series.bias.abs() < 1e-9
            );
            assert_eq!((series.coverage_50, series.coverage_90), (1.0, 1.0));
            for (baseline, compared) in &series.forecasts {
                if let Ok(compared) = compared {
                    let skill = compared.skill.expect("an imperfect baseline");
                    assert!((skill - 1.0).abs() < 1e-9, "{baseline:?} {compared:?}");
                }
            }
        }
        let split = &scored.splits[0];
        assert!(split.ard.mean.unwrap() < 1e-9);
        assert!(split.baselines.iter().all(|(_, b)| b.as_ref().unwrap().skill == Some(1.0)));
        for (baseline, compared) in &scored.whole.baselines {
            assert!((compared.unwrap().compared.skill.unwrap() - 1.0).abs() < 1e-9, "{baseline:?}");
        }
    }

    #[test]
    fn a_tiny_case_by_hand() {
        let record = testbed::tiny();
        let scored = assess(&record).unwrap();
        // Camp A: 10, 20, 30 observed; 10, 20, 40 simulated by one replicate, 10, 20, 20 by the other.
        let a = &scored.series[0];
        // Third point: mean distance 10, the one pair 20 over 2 = 10: fair CRPS 0.
        assert!(a.crps.abs() < 1e-12);
        assert!((a.coverage_90 - 1.0).abs() < 1e-12);
        // Camp B: 10, 20, 30 observed; 16, 26, 36 by both: CRPS 6 at every point.
        let b = &scored.series[1];
        assert!((b.crps - 6.0).abs() < 1e-12 && (b.bias - 6.0).abs() < 1e-12);
        assert!((b.crps_relative.unwrap() - 0.3).abs() < 1e-12);
        assert_eq!((b.coverage_50, b.coverage_90), (0.0, 0.0));
        // Persistence sees two points and says 20 for the third: error 10, model 6.
        let persistence = b.forecasts[0].1.clone().unwrap();
        assert_eq!((persistence.points, persistence.model, persistence.baseline), (1, 6.0, 10.0));
        assert!((persistence.skill.unwrap() - 0.4).abs() < 1e-12);
        // The line through 10, 20 is exact at the third point: no skill can be told.
        assert_eq!(b.forecasts[1].1.clone().unwrap().skill, None);
        assert!(b.forecasts[2].1.is_err());
        // Split: mean of A is 10, 20, 30, of B 16, 26, 36 against totals 20, 40, 60: (6/20 + 6/40 + 6/60) / 3.
        let split = &scored.splits[0];
        assert!((split.ard.mean.unwrap() - (0.3 + 0.15 + 0.1) / 3.0).abs() < 1e-12);
        // One replicate has (6/20 + 6/40 + 16/60), so has the other.
        assert!((split.ard_replicates.unwrap() - (0.3 + 0.15 + 16.0 / 60.0) / 3.0).abs() < 1e-12);
        // Whole case against persistence: model (0 / 20 + 6 / 20) / 2, baseline (10 / 20 + 10 / 20) / 2.
        let (_, whole) = scored.whole.baselines[0];
        assert!((whole.unwrap().compared.skill.unwrap() - 0.7).abs() < 1e-12);
        assert!((scored.whole.coverage_90 - 0.5).abs() < 1e-12);
    }

    #[test]
    fn broken_records_are_told_apart() {
        let says = |change: fn(&mut CaseRecord), part: &str| {
            let mut record = testbed::tiny();
            change(&mut record);
            let problems = assess(&record).expect_err(part).join("\n");
            assert!(problems.contains(part), "{problems}");
        };
        says(|r| r.series.clear(), "no observed series");
        says(|r| r.series[0].points.clear(), "has no points");
        says(
            |r| r.series[0].points[1].simulated.truncate(1),
            "1 simulated values for 2 replicates",
        );
        says(|r| r.series[0].points[1].observed = f64::NAN, "no finite number");
        says(|r| r.series[0].points[2].at_days = 0.5, "earlier than the point before it");
        says(|r| r.series[1].name = "camp_a".into(), "two series are called `camp_a`");
        says(|r| r.splits[0].members[1] = 7, "a member is no series");
        says(|r| r.splits[0].capacity_shares = Some(vec![0.5, 0.6]), "summing to 1");
        says(|r| r.splits[0].total = Some(vec![1.0]), "the times of its members");
        says(
            |r| {
                r.series[1].points.pop();
            },
            "the same times",
        );
    }
}
