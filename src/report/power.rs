//! Moscow: where the reserve stands and what the next thousand would avert, arms, influence, actions.

use serde_json::{Value, json};

use super::axes::{Axes, Cube, each_row, short};
use super::pressure::band;
use super::rows::Rows;
use super::{Gathered, Study, pack};
use crate::tables::{ColumnKind, Table};

/// Actions kept at most: beyond it the first runs alone are listed, and the page says so.
const MOST_ACTIONS: usize = 8_000;

/// What the tables hold.
#[derive(Default)]
pub struct Power {
    names: Vec<String>,
    /// By column: scenario, run, day.
    values: Vec<Cube>,
    actions: Vec<Value>,
    left_out: usize,
}

impl Power {
    /// Reads the tables of a study.
    pub fn read(&mut self, study: &Study, number: usize, axes: &mut Axes, out: &mut Gathered) {
        match study.rows("states").and_then(|rows| self.read_states(rows, number, axes)) {
            Ok(problem) => out.notes.extend(problem),
            Err(problem) => {
                out.not_shown(
                    (number, study),
                    "states",
                    &problem,
                    "reserve, influence and arms of Russia",
                );
            }
        }
        match study.rows("actions").and_then(|rows| self.read_actions(rows, number, axes)) {
            Ok(problem) => out.notes.extend(problem),
            Err(problem) => {
                out.not_shown((number, study), "actions", &problem, "actions of states");
            }
        }
    }

    fn read_states(
        &mut self,
        rows: Rows,
        number: usize,
        axes: &mut Axes,
    ) -> Result<Option<String>, String> {
        let mut wanted = Vec::new();
        let columns = Table::States.columns();
        for column in columns.iter().filter(|c| c.kind == ColumnKind::Number) {
            let Some(at) = rows.find(column.name) else { continue };
            let place = self.names.iter().position(|n| n == column.name).unwrap_or_else(|| {
                self.names.push(column.name.to_owned());
                self.values.push(Cube::default());
                self.names.len() - 1
            });
            wanted.push((at, place));
        }
        let numbers: Vec<usize> = wanted.iter().map(|w| w.0).collect();
        each_row(rows, axes, number, &numbers, |row| {
            for &(at, place) in &wanted {
                let value = row.number_or(at, f64::NAN)?;
                self.values[place].set([row.scenario, row.run, 0], row.day, value as f32);
            }
            Ok(())
        })
    }

    fn read_actions(
        &mut self,
        rows: Rows,
        number: usize,
        axes: &mut Axes,
    ) -> Result<Option<String>, String> {
        let columns = [
            rows.column("actor")?,
            rows.column("action")?,
            rows.column("target")?,
            rows.column("reason")?,
        ];
        each_row(rows, axes, number, &[], |row| {
            if self.actions.len() < MOST_ACTIONS {
                let [actor, action, target, reason] = columns.map(|c| row.text(c));
                self.actions.push(json!([
                    row.scenario,
                    row.run,
                    row.day,
                    actor,
                    action,
                    target,
                    reason
                ]));
            } else {
                self.left_out += 1;
            }
            Ok(())
        })
    }

    /// Makes what the page shows of it.
    pub fn finish(self, axes: &Axes, out: &mut Gathered) {
        let (scenarios, days) = (axes.scenarios.len(), axes.days);
        for (name, cube) in self.names.iter().zip(&self.values) {
            let shape = [scenarios, 5, days];
            let mut bands = vec![f32::NAN; shape.iter().product()];
            for (s, runs) in axes.runs.iter().enumerate() {
                for d in 0..days {
                    let values: Vec<f64> = (0..runs.len())
                        .filter_map(|r| {
                            cube.line([s, r, 0])
                                .get(d)
                                .copied()
                                .filter(|v| v.is_finite())
                                .map(f64::from)
                        })
                        .collect();
                    for (q, value) in band(values).enumerate() {
                        bands[(s * 5 + q) * days + d] = value;
                    }
                }
            }
            out.block(
                2,
                format!("russia/{name}"),
                pack::linear(&shape, &bands, pack::step_for(&bands)),
            );
        }
        let columns = Table::States.columns();
        let about = |name: &String| columns.iter().find(|c| c.name == name);
        out.put(
            "russia",
            self.names
                .iter()
                .map(|n| json!({ "name": n, "unit": about(n).map_or("", |c| c.unit), "about": about(n).map_or("", |c| c.about) }))
                .collect(),
        );
        out.put("actions", Value::Array(self.actions));
        if self.left_out > 0 {
            out.note(format!(
                "actions.csv: {} actions beyond the first {MOST_ACTIONS} are not on the timeline",
                self.left_out
            ));
        }
    }
}

/// Hindcast scores of a validation folder: one row per case and series.
///
/// # Errors
/// When there is no `scores.csv` or it lacks a column.
pub fn scores(folder: &std::path::Path, out: &mut Gathered) -> Result<Vec<Value>, String> {
    let mut rows = Rows::open(folder, "scores")?;
    let wanted = [
        "case", "setting", "role", "scope", "series", "score", "subject", "value", "unit",
        "n_points",
    ];
    let mut at = [0; 10];
    for (to, name) in at.iter_mut().zip(wanted) {
        *to = rows.column(name)?;
    }
    let kept = [
        "crps",
        "crps_skill",
        "crps_relative",
        "coverage_50",
        "coverage_90",
        "log_ratio",
        "bias",
        "rmse",
    ];
    let mut list = Vec::new();
    while let Some(record) = rows.next_row() {
        let text =
            |i: usize| String::from_utf8_lossy(record.get(at[i]).unwrap_or_default()).into_owned();
        if kept.contains(&text(5).as_str())
            && let Some(value) =
                super::rows::number(record.get(at[7]).unwrap_or_default()).filter(|v| v.is_finite())
        {
            list.push(json!([
                text(0),
                text(1),
                text(2),
                text(3),
                text(4),
                text(5),
                text(6),
                short(value),
                text(8),
                text(9)
            ]));
        }
    }
    out.notes.extend(rows.problem());
    Ok(list)
}

/// Sensitivity of measures to parameters, where a study has it: the rows of [`crate::sensitivity::table`], one per index.
pub fn sensitivity(study: &Study, number: usize, out: &mut Gathered) -> Vec<Value> {
    let Ok(mut rows) = study.rows("sensitivity") else { return Vec::new() };
    // Columns with a number come last, after the texts.
    let names = crate::sensitivity::table::COLUMNS;
    let mut at = [0; 12];
    for (to, (name, _, _)) in at.iter_mut().zip(names) {
        match rows.column(name) {
            Ok(column) => *to = column,
            Err(problem) => {
                out.note(format!(
                    "{problem}: the sensitivity of measures to parameters is not shown"
                ));
                return Vec::new();
            }
        }
    }
    let mut list = Vec::new();
    while let Some(record) = rows.next_row() {
        let mut refused = None;
        let mut row = vec![json!(number)];
        for (&column, (_, kind, _)) in at.iter().zip(names) {
            let field = record.get(column).unwrap_or_default();
            row.push(if kind == "string" {
                json!(String::from_utf8_lossy(field))
            } else if let Some(value) = super::rows::number(field) {
                json!(Some(value).filter(|v| v.is_finite()).map(short))
            } else {
                refused = Some(column);
                break;
            });
        }
        if let Some(column) = refused {
            rows.refuse(column, "a number");
            break;
        }
        list.push(Value::Array(row));
    }
    out.notes.extend(rows.problem());
    list
}
