//! The gallery: a recorder looks at the world through glass after each day and writes rows. It changes nothing.
//!
//! What is recorded, and how, stands in the file of each table in [`crate::tables`].

use bevy_ecs::prelude::*;

use crate::borders::Pressure;
use crate::displacement::state::Roads;
use crate::geography::Map;
use crate::leadership::Leadership;
use crate::scenario::Scenario;
use crate::states::Reserve;
use crate::tables::{
    End, Headline, Look, Record, RowWriter, RunOutput, RunSpec, Series, Table, displacement,
    pressure, recorders,
};
use crate::time::Clock;
use crate::world::RunMap;

/// Looks at a run and keeps what it saw.
pub struct Recorder {
    /// What records the tables that are wanted.
    tables: Vec<(Table, Box<dyn Record>)>,
    /// The rows, by the order of [`Table::RECORDED`].
    rows: Vec<RowWriter>,
    series: Series,
    headline: Headline,
}

impl Recorder {
    /// A recorder for a run.
    #[must_use]
    pub fn new(scenario: &Scenario, map: &Map, spec: RunSpec<'_>) -> Self {
        let rows =
            RowWriter::for_run(spec.outcome.name(), spec.variant, spec.point, spec.replicate);
        let borders = map.segments.len() + 1;
        Self {
            tables: Table::RECORDED
                .into_iter()
                .zip(recorders())
                .filter(|(table, _)| spec.tables.contains(*table))
                .collect(),
            rows: vec![rows; Table::RECORDED.len()],
            series: Series::zeros(borders, scenario.run.days as usize),
            headline: Headline { peak: vec![(0.0, 0); borders], ..Headline::default() },
        }
    }

    /// Looks at the world at the end of a day.
    pub fn look(&mut self, world: &World) {
        let look =
            Look { world, map: world.resource::<RunMap>(), clock: world.resource::<Clock>() };
        self.keep_series(world.resource::<Pressure>(), look.clock.day.0);
        self.headline.attention_diverted =
            self.headline.attention_diverted.max(world.resource::<Reserve>().attention_diverted);
        for (table, recorder) in &mut self.tables {
            recorder.record(&look, &mut self.rows[table.index()]);
        }
    }

    fn keep_series(&mut self, pressure: &Pressure, day: u32) {
        for (border, today) in pressure.by_border().enumerate() {
            for (measure, value) in pressure::measures(today).enumerate() {
                self.series.set(measure, border, day, value);
            }
            let peak = &mut self.headline.peak[border];
            if today.index > peak.0 {
                *peak = (today.index, day);
            }
        }
    }

    /// What the run leaves behind.
    #[must_use]
    pub fn finish(mut self, world: &World) -> RunOutput {
        (self.headline.displaced_inside, self.headline.displaced_abroad) =
            displacement::totals(world);
        world
            .resource::<Leadership>()
            .outcome
            .name()
            .clone_into(&mut self.headline.realised_outcome);

        let end =
            End { map: world.resource::<RunMap>(), series: &self.series, headline: &self.headline };
        for (table, recorder) in &mut self.tables {
            recorder.conclude(&end, &mut self.rows[table.index()]);
        }

        let roads = world.resource::<Roads>();
        RunOutput {
            tables: self.rows.into_iter().map(RowWriter::into_bytes).collect(),
            series: self.series,
            headline: self.headline,
            group_days: roads.group_days.round() as u64,
            hops: roads.hops,
        }
    }
}
