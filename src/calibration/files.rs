//! The folder of a calibration: bytes of each file. Nothing here changes between repetitions.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::conduct::{Calibrated, Learned, Quantiles, Row, Status, Wave};
use super::selection::sampled_order;
use super::study::Plan;
use crate::design::axis::Axis;
use crate::output::datapackage::{csv_resource, field};
use crate::output::format::append_number;
use crate::study::RESULTS_VERSION;
use crate::validation::parameter_sets;

/// Every set that was tried.
pub const RUNS: &str = "runs.csv";
/// Every set that survived.
pub const PLAUSIBLE: &str = "plausible.csv";
/// What was given and what came out.
pub const SUMMARY: &str = "summary.json";
/// The accepted set in the middle, as a piece of a scenario.
pub const CENTRAL: &str = "central.toml";

fn number(value: f64) -> String {
    let mut bytes = Vec::new();
    append_number(&mut bytes, value);
    String::from_utf8(bytes).unwrap_or_default()
}

fn maybe(value: Option<f64>) -> String {
    value.map(number).unwrap_or_default()
}

fn table(rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        // Writing to memory does not fail, and every row has the width of the first.
        let _ = writer.write_record(&row);
    }
    writer.into_inner().unwrap_or_default()
}

fn paths(plan: &Plan) -> impl Iterator<Item = String> {
    plan.axes.iter().map(|axis| axis.path.clone())
}

/// Columns of [`RUNS`].
#[must_use]
pub fn runs_columns(plan: &Plan, calibrated: &Calibrated) -> Vec<String> {
    let mut columns = vec!["wave".to_owned(), "set".into()];
    columns.extend(paths(plan));
    columns
        .extend(calibrated.series.iter().map(|series| format!("implausibility:{}", series.name)));
    columns.extend(["implausibility", "distance", "status", "cause"].map(str::to_owned));
    columns
}

/// [`RUNS`].
#[must_use]
pub fn runs(plan: &Plan, calibrated: &Calibrated) -> Vec<u8> {
    let one = |row: &Row| {
        let mut fields = vec![row.wave.to_string(), row.set.to_string()];
        fields.extend(row.values.iter().map(f64::to_string));
        match row.series() {
            Some(series) => fields.extend(series.map(number)),
            None => fields.extend(calibrated.series.iter().map(|_| String::new())),
        }
        fields.extend([
            maybe(row.implausibility),
            maybe(row.distance),
            row.status.name().to_owned(),
        ]);
        fields.push(row.cause().unwrap_or_default().to_owned());
        fields
    };
    table(std::iter::once(runs_columns(plan, calibrated)).chain(calibrated.rows.iter().map(one)))
}

/// Columns of [`PLAUSIBLE`].
#[must_use]
pub fn plausible_columns(plan: &Plan) -> Vec<String> {
    paths(plan).chain(parameter_sets::BESIDE.map(str::to_owned)).collect()
}

/// [`PLAUSIBLE`]: the accepted first, then the others, each in an order of which every beginning is a weighted sample.
#[must_use]
pub fn plausible(plan: &Plan, calibrated: &Calibrated) -> Vec<u8> {
    let survived = |row: &&Row| matches!(row.status, Status::Plausible | Status::Accepted);
    let survivors: Vec<&Row> = calibrated.rows.iter().filter(survived).collect();
    let weights: Vec<f64> = survivors.iter().map(|row| row.weight).collect();
    let mut rows: Vec<&Row> =
        sampled_order(plan.key(), &weights).into_iter().map(|i| survivors[i]).collect();
    rows.sort_by_key(|row| row.status != Status::Accepted);
    let one = |row: &Row| {
        let mut fields: Vec<String> = row.values.iter().map(f64::to_string).collect();
        fields.extend([
            row.wave.to_string(),
            row.set.to_string(),
            maybe(row.implausibility),
            maybe(row.distance),
        ]);
        fields
            .extend([format!("{:.6e}", row.weight), (row.status == Status::Accepted).to_string()]);
        fields
    };
    table(std::iter::once(plausible_columns(plan)).chain(rows.into_iter().map(one)))
}

/// [`SUMMARY`]; `plan_hash` names the journal.
#[must_use]
pub fn summary(plan: &Plan, calibrated: &Calibrated) -> Value {
    let by_path =
        |values: Vec<Value>| -> Value { Value::Object(paths(plan).zip(values).collect()) };
    let wave = |wave: &Wave| {
        let mut value = json!(wave);
        value["ranges"] = by_path(wave.ranges.iter().map(|q| json!(q)).collect());
        value["region"] = by_path(wave.region.iter().map(|range| json!(range)).collect());
        value
    };
    let waves: Vec<Value> = calibrated.waves.iter().map(wave).collect();
    let central = calibrated.central.map(|row| &calibrated.rows[row]);
    let parameter = |(a, (axis, learned)): (usize, (&Axis, &Learned))| {
        json!({
            "path": axis.path,
            "low": axis.low,
            "high": axis.high,
            "scale": axis.scale,
            "plausible": learned.plausible,
            "accepted": learned.accepted,
            "shrinkage": learned.shrinkage,
            "central": central.map(|row| row.values[a]),
        })
    };
    let parameters = plan.axes.iter().zip(&calibrated.learned).enumerate();
    let parameters: Vec<Value> = parameters.map(parameter).collect();
    json!({
        "name": plan.study.name,
        "title": plan.study.title,
        "study": plan.study,
        "sets": {
            "tried": calibrated.rows.len(),
            "failed": calibrated.count(Status::Failed),
            "ruled_out": calibrated.count(Status::RuledOut),
            "plausible": calibrated.plausible(),
            "accepted": calibrated.count(Status::Accepted),
            "effective_plausible": calibrated.effective_plausible,
            "effective_accepted": calibrated.effective_accepted,
        },
        "stopped": calibrated.stopped,
        "central": central.map(|row| json!({
            "wave": row.wave,
            "set": row.set,
            "implausibility": row.implausibility,
            "distance": row.distance,
        })),
        "parameters": parameters,
        "series": calibrated.series,
        "waves": waves,
    })
}

/// [`CENTRAL`].
#[must_use]
pub fn central(plan: &Plan, calibrated: &Calibrated) -> String {
    let mut text = format!(
        "# Calibration \"{}\": a piece of a scenario, to be copied into one.\n",
        plan.study.name
    );
    let Some(row) = calibrated.central else {
        text.push_str(
            "# No set of parameters survived, so there is nothing in the middle of them.\n",
        );
        return text;
    };
    let row = &calibrated.rows[row];
    let _ = write!(
        text,
        "# The medoid of the {} accepted sets: wave {}, set {}. An actual member, which was run with exactly these values;\n\
         # the accepted sets as a whole ({PLAUSIBLE}), not this one, say what the cases leave open.\n\
         # Intervals: 5 to 95 % of the accepted sets; in brackets of all {} that survived.\n",
        calibrated.count(Status::Accepted),
        row.wave,
        row.set,
        calibrated.plausible(),
    );
    let mut lines: Vec<(String, String, String)> = Vec::new();
    for ((axis, value), learned) in plan.axes.iter().zip(&row.values).zip(&calibrated.learned) {
        let interval = |q: Option<Quantiles>| {
            q.map_or("none".to_owned(), |q| format!("{:?} to {:?}", q.q05, q.q95))
        };
        let comment = format!("{} [{}]", interval(learned.accepted), interval(learned.plausible));
        lines.push((axis.path.clone(), format!("{value:?}"), comment));
    }
    for set in &plan.sets {
        if let Some((path, value)) = set.split_once('=') {
            lines.push((path.to_owned(), value.to_owned(), "held fixed".to_owned()));
        }
    }
    let mut written: Vec<&str> = Vec::new();
    for (path, _, _) in &lines {
        let table = path.rsplit_once('.').map_or("", |(table, _)| table);
        if written.contains(&table) {
            continue;
        }
        written.push(table);
        let _ = write!(text, "\n[{table}]\n");
        for (path, value, comment) in &lines {
            if let Some((of, key)) = path.rsplit_once('.').filter(|(of, _)| *of == table) {
                debug_assert_eq!(of, table);
                let _ = writeln!(text, "{key} = {value} # {comment}");
            }
        }
    }
    text
}

/// `datapackage.json`: the tables described for data tools, and the mark of a complete folder.
#[must_use]
pub fn datapackage(plan: &Plan, calibrated: &Calibrated) -> Value {
    let resource = |path: &str, about: &str, columns: &[String]| {
        csv_resource(path, about, columns.iter().map(|name| field(name, kind(name), "")).collect())
    };
    let other = |path: &str, about: &str| json!({ "name": path.replace('.', "-"), "path": path, "description": about });
    json!({
        "profile": "data-package",
        "name": plan.study.name.to_lowercase(),
        "title": plan.study.title,
        "description": "A calibration with spillover; columns are explained in docs/calibration.md. Where the figures come from is in manifest.json.",
        "spillover": { "results_version": RESULTS_VERSION, "kind": "calibration" },
        "resources": [
            resource(RUNS, "Every set that was tried.", &runs_columns(plan, calibrated)),
            resource(PLAUSIBLE, "Every set that survived, accepted or not.", &plausible_columns(plan)),
            other(SUMMARY, "What was given and what came out, wave by wave."),
            other(CENTRAL, "The accepted set in the middle, as a piece of a scenario."),
        ],
    })
}

fn kind(column: &str) -> &'static str {
    match column {
        "wave" | "set" => "integer",
        "status" | "cause" => "string",
        "accepted" => "boolean",
        _ => "number",
    }
}
