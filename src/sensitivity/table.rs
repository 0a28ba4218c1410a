//! `sensitivity.csv`.

use serde_json::Value as Json;

use super::analysis::Analysis;
use crate::output::datapackage::{csv_resource, field};
use crate::tables::format::{append_number, append_text};

/// Name of the table in the folder of the study.
pub const FILE: &str = "sensitivity.csv";
/// Name of the picture in the folder of the study.
pub const PICTURE: &str = "sensitivity.svg";

/// Columns: name, kind in a data package, meaning.
pub const COLUMNS: [(&str, &str, &str); 12] = [
    ("outcome", "string", "Leadership outcome that the runs are conditional on."),
    ("variant", "string", "Variant of the scenario; `base` in a study without variants."),
    ("measure", "string", "What is explained, as in measures.csv."),
    ("border", "string", "Border segment or RUS-SOUTH; empty for measures of the whole region."),
    ("method", "string", "morris or saltelli."),
    ("parameter", "string", "Key of the scenario, or replicate: the luck."),
    ("with_parameter", "string", "Second key of a second-order index; empty for the others."),
    (
        "index",
        "string",
        "mu, mu_star, sigma (mean, mean size, standard deviation of the elementary effects: change of the measure over the factor's whole range); S1, ST, S2 (first-order, total-order, second-order share of the variance).",
    ),
    ("value", "number", "The estimate."),
    ("low", "number", "Lower end of the bootstrap interval (percentiles; sensitivity.confidence)."),
    ("high", "number", "Upper end of it."),
    ("samples", "integer", "Elementary effects, or base points, that the estimate is made of."),
];

/// The table with its header.
#[must_use]
pub fn csv(analysis: &Analysis) -> Vec<u8> {
    let mut bytes = COLUMNS.map(|(name, _, _)| name).join(",").into_bytes();
    bytes.push(b'\n');
    for row in &analysis.rows {
        let texts = [&row.outcome, &row.variant, &row.measure.name, &row.measure.border];
        for text in texts.into_iter().map(String::as_str).chain([analysis.method]) {
            append_text(&mut bytes, text);
            bytes.push(b',');
        }
        for text in [&row.parameter, &row.with_parameter, row.index] {
            append_text(&mut bytes, text);
            bytes.push(b',');
        }
        for value in [row.estimate.value, row.estimate.low, row.estimate.high] {
            append_number(&mut bytes, value);
            bytes.push(b',');
        }
        bytes.extend_from_slice(row.samples.to_string().as_bytes());
        bytes.push(b'\n');
    }
    bytes
}

/// Its entry in `datapackage.json`.
#[must_use]
pub fn resource() -> Json {
    let fields = COLUMNS.iter().map(|(name, kind, about)| field(name, kind, about)).collect();
    let about = "One row per outcome, variant, measure, factor and index: how much each factor of the design moves the measure.";
    csv_resource(FILE, about, fields)
}

#[cfg(test)]
mod tests {
    use super::super::Estimate;
    use super::super::analysis::Row;
    use super::super::settings::Measure;
    use super::*;

    #[test]
    fn rows_have_the_columns() {
        let row = Row {
            outcome: "continuity".into(),
            variant: "base".into(),
            measure: Measure { name: "peak_index".into(), border: "RUS-SOUTH".into() },
            parameter: "borders.pressure.power".into(),
            with_parameter: String::new(),
            index: "ST",
            estimate: Estimate { value: 0.5, low: 0.25, high: 0.75 },
            samples: 64,
        };
        let analysis =
            Analysis { method: "saltelli", main: "ST", rows: vec![row], silent: Vec::new() };
        let text = String::from_utf8(csv(&analysis)).unwrap();
        assert_eq!(
            text,
            "outcome,variant,measure,border,method,parameter,with_parameter,index,value,low,high,samples\n\
             continuity,base,peak_index,RUS-SOUTH,saltelli,borders.pressure.power,,ST,0.5,0.25,0.75,64\n"
        );
        assert_eq!(resource()["schema"]["fields"].as_array().unwrap().len(), 12);
    }
}
