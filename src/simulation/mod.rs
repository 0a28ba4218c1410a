//! Build, step, run. (Stub: the lead owns this. Here a run is a little noise in the shape of results.)

use std::sync::Arc;

use crate::config::scenario::Scenario;
use crate::geography::Map;
use crate::leadership::Outcome;
use crate::output::format::RowWriter;
use crate::random::{RunKey, Stream};
use crate::recorders::table::{MEASURES, RUSSIA_SOUTH, Table, TableSet, outcome_name, pressure_class, variant_name};
use crate::recorders::{Headline, RunOutput, Series};
use crate::time::Day;

/// What to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunSpec {
    /// Outcome.
    pub outcome: Outcome,
    /// Variant.
    pub variant: u16,
    /// Replicate.
    pub replicate: u32,
    /// Seed of the study.
    pub seed: u64,
    /// Threads inside the run.
    pub threads_in_run: usize,
    /// Tables to record.
    pub tables: TableSet,
}

/// Problems of a scenario with its map. (Stub.)
#[must_use]
pub fn check(_scenario: &Scenario, _map: &Map) -> Vec<String> {
    Vec::new()
}

/// Runs. (Stub.)
#[must_use]
pub fn run(scenario: &Arc<Scenario>, map: &Arc<Map>, spec: RunSpec) -> RunOutput {
    let key = RunKey::new(spec.seed, spec.replicate);
    let borders = map.segments.len() + 1;
    let days = scenario.run.days as usize;
    let as_of: jiff::civil::Date = scenario.run.as_of.parse().unwrap_or_default();
    let outcome = outcome_name(spec.outcome);
    let mut tables = vec![Vec::new(); Table::RECORDED.len()];
    let mut values = vec![0.0_f32; MEASURES.len() * borders * days];
    let mut rows = RowWriter::for_run(Table::Pressure, outcome, variant_name(scenario, spec.variant), spec.replicate);
    let mut peak = vec![(0.0_f64, 0_u32); borders];
    for day in 0..days {
        for border in 0..borders {
            let luck = key.uniform(Stream::Background, border as u64, day as u32 / 7);
            let index = 5.0 + 12.0 * (spec.outcome as u8 as f64) * (day as f64 / days as f64) + 20.0 * luck;
            for measure in 0..MEASURES.len() {
                values[(measure * borders + border) * days + day] = if measure == 0 { index } else { luck } as f32;
            }
            if index > peak[border].0 {
                peak[border] = (index, day as u32);
            }
            if spec.tables.contains(Table::Pressure) {
                rows.start_row(Day(day as u32).date(as_of));
                rows.push_text(map.segments.get(border).map_or(RUSSIA_SOUTH, |s| &s.name));
                rows.push_num(index);
                rows.push_text(pressure_class(index));
                for column in &Table::Pressure.columns()[7..] {
                    rows.push_num(luck * column.name.len() as f64);
                }
                rows.end_row();
            }
        }
    }
    tables[0] = rows.into_bytes();
    RunOutput {
        tables,
        series: Series { measures: MEASURES.len(), segments: borders, days, values },
        headline: Headline {
            displaced_inside: 1_000_000 + u64::from(spec.replicate) * 12_345,
            displaced_abroad: 40_000 + u64::from(spec.replicate) * 678,
            attention_diverted: 0.1 + 0.001 * f64::from(spec.replicate),
            peak,
            realised_outcome: outcome.into(),
        },
        group_days: 1000 * days as u64,
        hops: 2000 * days as u64,
    }
}
