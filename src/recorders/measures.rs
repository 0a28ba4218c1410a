//! `measures.csv`: what a run comes to, number by number, for comparing many runs.

use super::table::{INDEX_MEASURE, RUSSIA_SOUTH};
use super::{Headline, Series};
use crate::geography::Map;
use crate::output::format::RowWriter;

/// Measures of a border.
pub const OF_BORDERS: [&str; 3] = ["peak_index", "mean_index", "days_above_60"];
/// Measures of the whole region.
pub const OF_REGION: [&str; 3] =
    ["displaced_inside_persons", "displaced_abroad_persons", "attention_diverted"];

/// Index above which a day counts in `days_above_60`.
const SEVERE: f32 = 60.0;

/// The rows of a run: every border with its measures, then the region.
pub fn record(rows: &mut RowWriter, map: &Map, series: &Series, headline: &Headline) {
    let mut row = |border: &str, measure: &str, value: f64| {
        rows.start_undated_row();
        rows.push_text(border);
        rows.push_text(measure);
        rows.push_num(value);
        rows.end_row();
    };
    let names = map.segments.iter().map(|s| s.name.as_str()).chain(std::iter::once(RUSSIA_SOUTH));
    for (border, name) in names.enumerate() {
        let index = &series.values[(INDEX_MEASURE * series.segments + border) * series.days..]
            [..series.days];
        let mean = index.iter().map(|v| f64::from(*v)).sum::<f64>() / series.days.max(1) as f64;
        let above = index.iter().filter(|v| **v > SEVERE).count() as f64;
        for (measure, value) in OF_BORDERS.into_iter().zip([headline.peak[border].0, mean, above]) {
            row(name, measure, value);
        }
    }
    let region = [
        headline.displaced_inside as f64,
        headline.displaced_abroad as f64,
        headline.attention_diverted,
    ];
    for (measure, value) in OF_REGION.into_iter().zip(region) {
        row("", measure, value);
    }
}
