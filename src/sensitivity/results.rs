//! What the runs of a study came to, point by point, from its `measures.csv`.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use super::settings::Measure;
use crate::recorders::table::Table;
use crate::study::plan::Plan;

/// The results of an outcome and variant.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Outcome by its name.
    pub outcome: String,
    /// Variant by its name.
    pub variant: String,
    /// By measure, then by point: mean over its replicates; none unless all of them succeeded, since points are compared under
    /// the same luck.
    pub results: Vec<Vec<Option<f64>>>,
}

/// Reads the results of a study from its folder, a group per variant and outcome in the order of the plan.
///
/// # Errors
/// When the table cannot be read or has not the columns or points of the plan, in words with the next step.
pub fn read(folder: &Path, plan: &Plan, measures: &[Measure]) -> Result<Vec<Group>, String> {
    let path = folder.join(Table::Measures.file());
    let shown = path.display().to_string();
    let wrong = |what: String| {
        format!("{shown} {what}\n  give another folder with --out: the study is run there")
    };
    let file = File::open(&path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    let mut reader = csv::Reader::from_reader(file);
    let expected: Vec<&str> = Table::Measures.columns().iter().map(|c| c.name).collect();
    let header = reader.headers().map_err(|error| wrong(format!("is not valid CSV: {error}")))?;
    if header != expected {
        return Err(wrong(format!("has not the columns {}", expected.join(","))));
    }

    // Groups in the order of the plan, and where each measure goes.
    let mut groups: Vec<(&str, &str)> = Vec::new();
    for run in &plan.runs {
        let key = (plan.variant(run).name.as_str(), run.outcome.name());
        if groups.last() != Some(&key) && !groups.contains(&key) {
            groups.push(key);
        }
    }
    let numbers: BTreeMap<(&str, &str), usize> =
        groups.iter().enumerate().map(|(i, key)| (*key, i)).collect();
    let wanted: BTreeMap<(&str, &str), usize> = measures
        .iter()
        .enumerate()
        .map(|(i, m)| ((m.name.as_str(), m.border.as_str()), i))
        .collect();
    // Sums and counts, by group, measure, point.
    let mut sums = vec![vec![vec![(0.0, 0_u32); plan.points()]; measures.len()]; groups.len()];

    // Row by row; measures and groups that are not asked for are passed over.
    let mut record = csv::StringRecord::new();
    while reader
        .read_record(&mut record)
        .map_err(|error| wrong(format!("is not valid CSV: {error}")))?
    {
        let [outcome, variant, point, _, border, measure, value] =
            std::array::from_fn(|i| &record[i]);
        let (Some(&group), Some(&measure)) =
            (numbers.get(&(variant, outcome)), wanted.get(&(measure, border)))
        else {
            continue;
        };
        let line = record.position().map_or(0, csv::Position::line);
        let cell =
            point.parse::<usize>().ok().and_then(|point| sums[group][measure].get_mut(point));
        let value = value.parse::<f64>().ok().filter(|value| value.is_finite());
        let (Some(cell), Some(value)) = (cell, value) else {
            return Err(wrong(format!("has no point of the plan or no number in line {line}")));
        };
        *cell = (cell.0 + value, cell.1 + 1);
    }
    // Runs that the plan has, by group and point.
    let mut planned = vec![vec![0_u32; plan.points()]; groups.len()];
    for run in &plan.runs {
        let group = numbers[&(plan.variant(run).name.as_str(), run.outcome.name())];
        planned[group][run.point as usize] += 1;
    }

    // A point counts when all its runs are there.
    let mean = |((sum, count), planned): ((f64, u32), &u32)| {
        (count > 0 && count == *planned).then(|| sum / f64::from(count))
    };
    let group =
        |(number, ((variant, outcome), sums)): (usize, (&(&str, &str), Vec<Vec<(f64, u32)>>))| {
            Group {
                outcome: (*outcome).to_owned(),
                variant: (*variant).to_owned(),
                results: sums
                    .into_iter()
                    .map(|points| points.into_iter().zip(&planned[number]).map(mean).collect())
                    .collect(),
            }
        };
    Ok(groups.iter().zip(sums).enumerate().map(group).collect())
}
