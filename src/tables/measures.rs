//! `measures.csv`: what a run comes to, number by number, for comparing many runs.

use super::{End, INDEX_MEASURE, Look, Record, RowWriter, border_names, columns};

/// What one row is.
pub const ABOUT: &str = "One row per run, border and measure: what the run comes to, for comparing many runs. Measures of the whole region have no border. `spillover sensitivity` reads this table.";

/// A number of a run.
pub struct Row<'a> {
    border: &'a str,
    measure: &'a str,
    value: f64,
}

columns! { r:
    run;
    /// Border segment or RUS-SOUTH; empty for measures of the whole region.
    text border = r.border;
    /// Of a border: peak_index, mean_index (highest and mean index over the days), days_above_60 (days
    /// with an index above 60). Of the region: displaced_inside_persons, displaced_abroad_persons (at
    /// the end of the run), attention_diverted (highest share of Russia's reserve diverted southward, 0
    /// to 1).
    text measure = r.measure;
    /// Its value.
    number("as the measure") value = r.value;
}

/// Measures of a border.
pub const OF_BORDERS: [&str; 3] = ["peak_index", "mean_index", "days_above_60"];
/// Measures of the whole region.
pub const OF_REGION: [&str; 3] =
    ["displaced_inside_persons", "displaced_abroad_persons", "attention_diverted"];

/// Index above which a day counts in `days_above_60`.
const SEVERE: f32 = 60.0;

/// Writes every border with its measures, then the region.
pub struct Recorder;

impl Record for Recorder {
    fn record(&mut self, _look: &Look<'_>, _rows: &mut RowWriter) {}

    fn conclude(&mut self, end: &End<'_>, rows: &mut RowWriter) {
        let mut row = |border: &str, measure: &str, value: f64| {
            rows.push(&Row { border, measure, value });
        };
        for (border, name) in border_names(end.map).enumerate() {
            let index = end.series.line(INDEX_MEASURE, border);
            let mean = index.iter().map(|v| f64::from(*v)).sum::<f64>() / index.len().max(1) as f64;
            let above = index.iter().filter(|v| **v > SEVERE).count() as f64;
            let values = [end.headline.peak[border].0, mean, above];
            for (measure, value) in OF_BORDERS.into_iter().zip(values) {
                row(name, measure, value);
            }
        }
        let h = end.headline;
        let values = [h.displaced_inside as f64, h.displaced_abroad as f64, h.attention_diverted];
        for (measure, value) in OF_REGION.into_iter().zip(values) {
            row("", measure, value);
        }
    }
}
