//! From a case that was run to its scores, beside those of the baselines.

use scores::{Ard, Baseline, Case, Given, LogRatio, PeakError, mean};

use super::record::{CaseRecord, SeriesRecord, Split};

/// What a baseline came to, or why it is not defined.
pub type Against<T> = Vec<(Baseline, Result<T, String>)>;

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

/// Shares of points inside central intervals, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coverage {
    /// The central half of the predictive distribution.
    pub in_50: f64,
    /// The central 90 % of the predictive distribution.
    pub in_90: f64,
    /// The central half of the ensemble alone, as if the observation were exact.
    pub ensemble_50: f64,
    /// The central 90 % of the ensemble alone, as if the observation were exact.
    pub ensemble_90: f64,
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
    /// Coverage of the points.
    pub coverage: Coverage,
    /// Mean absolute log ratio.
    pub log_ratio: LogRatio,
    /// RMSE of the ensemble mean.
    pub rmse: f64,
    /// Bias of the ensemble mean.
    pub bias: f64,
    /// Error of the peak, where a peak is defined.
    pub peak: Option<PeakError>,
    /// Baselines in the order of [`Baseline::ALL`]; allocations are of the split that the series is
    /// a part of, and left out when it is a part of none.
    pub baselines: Against<Compared>,
}

/// Model and baseline on the same points.
#[derive(Clone, Copy, Debug, PartialEq)]
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
    /// Those baselines that split a total, in the order of [`Baseline::ALL`].
    pub baselines: Against<AllocationScore>,
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
    /// Coverage of all points.
    pub coverage: Coverage,
    /// For each baseline but the fits, in the order of [`Baseline::ALL`], model and baseline over the series where it is defined: means over
    /// series of the CRPS over the mean observed value of the series. Points are those of all these series.
    pub baselines: Vec<(Baseline, Option<Compared>)>,
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
    let whole = of_whole(&series);
    Ok(Assessment { record, series, splits, whole })
}

fn observed(series: &SeriesRecord) -> Vec<f64> {
    series.points.iter().map(|p| p.observed).collect()
}

fn simulated(series: &SeriesRecord, replicate: usize) -> Vec<f64> {
    series.points.iter().map(|p| p.simulated[replicate]).collect()
}

impl Coverage {
    fn of(cases: &[Case<'_>]) -> Option<Self> {
        let exact: Vec<Case<'_>> = cases.iter().map(|case| Case { error: 0.0, ..*case }).collect();
        Some(Self {
            in_50: scores::coverage(cases, 0.5)?,
            in_90: scores::coverage(cases, 0.9)?,
            ensemble_50: scores::coverage(&exact, 0.5)?,
            ensemble_90: scores::coverage(&exact, 0.9)?,
        })
    }

    /// That of the points of several series together.
    fn pooled(series: &[SeriesScores]) -> Self {
        let points = series.iter().map(|s| s.points).sum::<usize>() as f64;
        let over = |share: fn(&Self) -> f64| {
            series.iter().map(|s| share(&s.coverage) * s.points as f64).sum::<f64>() / points
        };
        Self {
            in_50: over(|c| c.in_50),
            in_90: over(|c| c.in_90),
            ensemble_50: over(|c| c.ensemble_50),
            ensemble_90: over(|c| c.ensemble_90),
        }
    }
}

/// Model and a baseline's values on the last points of a series.
fn compare(cases: &[Case<'_>], values: &[f64]) -> Result<Compared, String> {
    let scored = &cases[cases.len() - values.len()..];
    let errors: Vec<f64> =
        scored.iter().zip(values).map(|(case, v)| (v - case.observed).abs()).collect();
    let (model, baseline) = scores::mean_crps(scored).zip(mean(&errors)).ok_or("no points")?;
    Ok(Compared { points: values.len(), model, baseline, skill: scores::skill(model, baseline) })
}

fn of_series(record: &CaseRecord, index: usize) -> Option<SeriesScores> {
    let series = &record.series[index];
    let cases: Vec<Case<'_>> = series
        .points
        .iter()
        .map(|p| Case { observed: p.observed, error: p.error, ensemble: &p.simulated })
        .collect();
    let days: Vec<f64> = series.points.iter().map(|p| p.at_days).collect();
    let observed = observed(series);
    let replicates: Vec<Vec<f64>> =
        (0..record.replicates as usize).map(|r| simulated(series, r)).collect();
    let crps = scores::mean_crps(&cases)?;
    let mean_observed = mean(&observed)?;

    // An allocation speaks of the series as a part of the first split that has it.
    let split = record.splits.iter().find(|split| split.members.contains(&index));
    let against = |baseline: Baseline| {
        let values = if baseline.given() == Given::Total {
            let split = split?;
            let part = split.members.iter().position(|&m| m == index)?;
            let parts = parts(record, split);
            shares(split, baseline).map(|s| scores::allocate(&s, &parts).swap_remove(part))
        } else {
            baseline.values(&days, &observed, series.cumulative)
        };
        Some((baseline, values.and_then(|values| compare(&cases, &values))))
    };
    Some(SeriesScores {
        points: cases.len(),
        mean_observed,
        crps,
        crps_relative: (mean_observed > 0.0).then(|| crps / mean_observed),
        coverage: Coverage::of(&cases)?,
        log_ratio: scores::log_ratio(&cases),
        rmse: scores::rmse(&cases)?,
        bias: scores::bias(&cases)?,
        peak: scores::peak_error(&days, &observed, &replicates, series.cumulative),
        baselines: Baseline::ALL.into_iter().filter_map(against).collect(),
    })
}

/// Observed series of the members of a split.
fn parts(record: &CaseRecord, split: &Split) -> Vec<Vec<f64>> {
    split.members.iter().map(|&m| observed(&record.series[m])).collect()
}

/// The shares that a baseline allocates by.
fn shares(split: &Split, baseline: Baseline) -> Result<Vec<f64>, String> {
    let n = split.members.len();
    match baseline {
        Baseline::EqualSplit => Ok(vec![1.0 / n as f64; n]),
        Baseline::Gravity => {
            split.gravity_shares.clone().ok_or("no attraction and distance are given".into())
        }
        Baseline::CapacityShare => {
            split.capacity_shares.clone().ok_or("capacities are not known or hidden".into())
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

    // The model: its ensemble mean, and each replicate by itself.
    let middle: Vec<Vec<f64>> = members
        .iter()
        .map(|s| s.points.iter().map(|p| mean(&p.simulated).unwrap_or(f64::NAN)).collect())
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
        each.and_then(|each| mean(&each))
    };

    // The baselines on the same times.
    let against = |baseline: Baseline| {
        let shares = shares(split, baseline)?;
        let own = scores::ard(&scores::allocate(&shares, &observed), &observed, &total);
        let value = own.mean.ok_or("the observed total is zero at all times")?;
        Ok(AllocationScore {
            ard: value,
            times: own.used,
            skill: ard.mean.and_then(|model| scores::skill(model, value)),
            skill_rescaled: rescaled.mean.and_then(|model| scores::skill(model, value)),
        })
    };
    SplitScores {
        ard_replicates: over_replicates(scores::ard),
        rescaled_replicates: over_replicates(scores::ard_rescaled),
        ard,
        rescaled,
        baselines: Baseline::allocations().map(|b| (b, against(b))).collect(),
    }
}

fn of_whole(series: &[SeriesScores]) -> WholeScores {
    let relative: Vec<f64> = series.iter().filter_map(|s| s.crps_relative).collect();
    let against = |baseline: Baseline| {
        let found: Vec<(f64, Compared)> = series
            .iter()
            .filter_map(|s| Some((s.mean_observed, *s.against(baseline)?.as_ref().ok()?)))
            .filter(|(mean, _)| *mean > 0.0)
            .collect();
        let over = |value: fn(&Compared) -> f64| {
            mean(&found.iter().map(|(mean, c)| value(c) / mean).collect::<Vec<_>>())
        };
        let (model, value) = (over(|c| c.model)?, over(|c| c.baseline)?);
        let points = found.iter().map(|(_, c)| c.points).sum();
        Some(Compared { points, model, baseline: value, skill: scores::skill(model, value) })
    };
    WholeScores {
        points: series.iter().map(|s| s.points).sum(),
        crps_relative: mean(&relative),
        coverage: Coverage::pooled(series),
        baselines: Baseline::rivals().map(|b| (b, against(b))).collect(),
    }
}

impl SeriesScores {
    /// What a baseline came to; nothing when it splits a total that the series is no part of.
    #[must_use]
    pub fn against(&self, baseline: Baseline) -> Option<&Result<Compared, String>> {
        self.baselines.iter().find(|(b, _)| *b == baseline).map(|(_, compared)| compared)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_model_is_perfect() {
        // Bends in a way that no baseline foresees; the parts swap their lead.
        let points = |share: f64| {
            let lead = |t: f64| if share > 0.5 { 20.0 * t } else { 5.0 * t * t };
            let value = |t: f64| share * (100.0 * t * t + 50.0) + lead(t);
            (0..12).map(|t| (value(f64::from(t)), vec![value(f64::from(t)); 5])).collect()
        };
        let record =
            CaseRecord::example(&[("first", true, points(0.7)), ("second", true, points(0.3))]);
        let scored = assess(&record).unwrap();
        for series in &scored.series {
            assert!(
                series.crps.abs() < 1e-9 && series.rmse.abs() < 1e-9 && series.bias.abs() < 1e-9
            );
            assert_eq!((series.coverage.in_50, series.coverage.in_90), (1.0, 1.0));
            for (baseline, compared) in &series.baselines {
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
            assert!((compared.unwrap().skill.unwrap() - 1.0).abs() < 1e-9, "{baseline:?}");
        }
    }

    #[test]
    fn a_tiny_case_by_hand() {
        let record = CaseRecord::tiny();
        let scored = assess(&record).unwrap();
        // Camp A: 10, 20, 30 observed; 10, 20, 40 simulated by one replicate, 10, 20, 20 by the other.
        let a = &scored.series[0];
        // Third point: mean distance 10, the one pair 20 over 2 = 10: fair CRPS 0.
        assert!(a.crps.abs() < 1e-12);
        assert!((a.coverage.in_90 - 1.0).abs() < 1e-12);
        // Camp B: 10, 20, 30 observed; 16, 26, 36 by both: CRPS 6 at every point.
        let b = &scored.series[1];
        assert!((b.crps - 6.0).abs() < 1e-12 && (b.bias - 6.0).abs() < 1e-12);
        assert!((b.crps_relative.unwrap() - 0.3).abs() < 1e-12);
        assert_eq!((b.coverage.in_50, b.coverage.in_90), (0.0, 0.0));
        // Persistence sees two points and says 20 for the third: error 10, model 6.
        let persistence = b.baselines[0].1.clone().unwrap();
        assert_eq!((persistence.points, persistence.model, persistence.baseline), (1, 6.0, 10.0));
        assert!((persistence.skill.unwrap() - 0.4).abs() < 1e-12);
        // The line through 10, 20 is exact at the third point: no skill can be told.
        assert_eq!(b.baselines[1].1.clone().unwrap().skill, None);
        assert!(b.baselines[2].1.is_err());
        // Split: mean of A is 10, 20, 30, of B 16, 26, 36 against totals 20, 40, 60: (6/20 + 6/40 + 6/60) / 3.
        let split = &scored.splits[0];
        assert!((split.ard.mean.unwrap() - (0.3 + 0.15 + 0.1) / 3.0).abs() < 1e-12);
        // One replicate has (6/20 + 6/40 + 16/60), so has the other.
        assert!((split.ard_replicates.unwrap() - (0.3 + 0.15 + 16.0 / 60.0) / 3.0).abs() < 1e-12);
        // Whole case against persistence: model (0 / 20 + 6 / 20) / 2, baseline (10 / 20 + 10 / 20) / 2.
        let (_, whole) = scored.whole.baselines[0];
        assert!((whole.unwrap().skill.unwrap() - 0.7).abs() < 1e-12);
        assert!((scored.whole.coverage.in_90 - 0.5).abs() < 1e-12);
    }

    #[test]
    fn broken_records_are_told_apart() {
        let says = |change: fn(&mut CaseRecord), part: &str| {
            let mut record = CaseRecord::tiny();
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
