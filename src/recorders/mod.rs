//! The gallery: recorders look at the world through glass after each day and write rows. They change nothing.
//!
//! One file per group of tables. To add a column: a line in [`columns`] and a push in the file that fills its table.

pub mod columns;
mod conflict;
mod crossings;
mod displacement;
pub mod measures;
mod power;
mod pressure;
pub mod table;

use bevy_ecs::prelude::*;

use crate::borders::Pressure;
use crate::conflict::state::ArmedGroup;
use crate::displacement::group::{DisplacedGroup, Travel};
use crate::displacement::travel::Roads;
use crate::geography::Map;
use crate::leadership::Leadership;
use crate::output::format::RowWriter;
use crate::simulation::{RunSpec, ScenarioRes};
use crate::states::Reserve;
use crate::time::Clock;
use crate::world::RunMap;
use table::{MEASURES, Table, TableSet};

/// Days from one count of the displaced by place to the next: by cell and day they would outweigh all other tables.
const DAYS_BETWEEN_COUNTS: u32 = 7;

/// What a run leaves behind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunOutput {
    /// CSV rows without header, by the order of [`table::Table::RECORDED`].
    pub tables: Vec<Vec<u8>>,
    /// Daily values that bands are made of.
    pub series: Series,
    /// Numbers of the run for the terminal and `runs.csv`.
    pub headline: Headline,
    /// Days lived by moving groups, summed over groups.
    pub group_days: u64,
    /// Cells entered by moving groups.
    pub hops: u64,
}

/// Daily values by measure and border.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Number of measures, [`table::MEASURES`].
    pub measures: usize,
    /// Number of borders: the map's segments and [`table::RUSSIA_SOUTH`] at the end.
    pub segments: usize,
    /// Number of days.
    pub days: usize,
    /// `[measure][segment][day]`.
    pub values: Vec<f32>,
}

/// Numbers of a run.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Headline {
    /// Displaced inside their state at the end, persons.
    pub displaced_inside: u64,
    /// Displaced abroad at the end, persons.
    pub displaced_abroad: u64,
    /// Attention diverted southward, maximum over the days, 0 to 1.
    pub attention_diverted: f64,
    /// By border: highest index and its day.
    pub peak: Vec<(f64, u32)>,
    /// Outcome that came about.
    pub realised_outcome: String,
}

/// Looks at a run and keeps what it saw.
pub struct Recorder {
    tables: TableSet,
    writers: Vec<RowWriter>,
    series: Series,
    headline: Headline,
    crossings: crossings::Memory,
    actions_seen: usize,
    groups: QueryState<&'static ArmedGroup>,
    displaced: QueryState<(&'static Travel, &'static DisplacedGroup)>,
}

impl Recorder {
    /// A recorder for a run. It needs the world only to prepare its query.
    #[must_use]
    pub fn new(world: &mut World, spec: RunSpec<'_>) -> Self {
        let scenario = world.resource::<ScenarioRes>().0.clone();
        let map = world.resource::<RunMap>().0.clone();
        let (outcome, variant) = (spec.outcome.name(), spec.variant);
        let borders = map.segments.len() + 1;
        let days = scenario.run.days as usize;
        Self {
            tables: spec.tables,
            writers: Table::RECORDED
                .into_iter()
                .map(|table| {
                    RowWriter::for_run(table, outcome, variant, spec.point, spec.replicate)
                })
                .collect(),
            series: Series {
                measures: MEASURES.len(),
                segments: borders,
                days,
                values: vec![0.0; MEASURES.len() * borders * days],
            },
            headline: Headline { peak: vec![(0.0, 0); borders], ..Headline::default() },
            crossings: crossings::Memory::new(&map),
            actions_seen: 0,
            groups: world.query::<&ArmedGroup>(),
            displaced: world.query::<(&Travel, &DisplacedGroup)>(),
        }
    }

    /// Looks at the world at the end of a day.
    pub fn look(&mut self, world: &World) {
        let map: &Map = world.resource::<RunMap>();
        let clock = world.resource::<Clock>();
        self.keep_series(world.resource::<Pressure>(), clock.day.0);
        self.headline.attention_diverted =
            self.headline.attention_diverted.max(world.resource::<Reserve>().attention_diverted);
        let date = clock.date;
        let weekly = clock.day.0.is_multiple_of(DAYS_BETWEEN_COUNTS);
        for table in Table::RECORDED {
            if !self.tables.contains(table) {
                continue;
            }
            let rows = &mut self.writers[table.index()];
            match table {
                Table::Pressure => pressure::record(rows, world, map, date),
                Table::Crossings => self.crossings.record(rows, world, map, date),
                Table::Displacement => displacement::record(rows, world, map, date),
                Table::Conflict => {
                    self.groups.update_archetypes(world);
                    conflict::record_states(rows, world, map, date, self.groups.iter_manual(world));
                }
                Table::Events => conflict::record_events(rows, world, map, date),
                Table::States => power::record_russia(rows, world, date, self.actions_seen),
                Table::Actions => power::record_actions(rows, world, map, date, self.actions_seen),
                Table::Leadership => power::record_leadership(rows, world, map, date),
                Table::Flashpoints => conflict::record_flashpoints(rows, world, date),
                Table::Whereabouts if weekly => {
                    displacement::record_whereabouts(rows, world, map, date);
                }
                Table::Origins if weekly => {
                    self.displaced.update_archetypes(world);
                    displacement::record_origins(
                        rows,
                        world,
                        map,
                        date,
                        self.displaced.iter_manual(world),
                    );
                }
                _ => {}
            }
        }
        self.actions_seen = world.resource::<crate::states::ActionLog>().actions.len();
    }

    fn keep_series(&mut self, pressure: &Pressure, day: u32) {
        let (borders, days) = (self.series.segments, self.series.days);
        for (b, s) in pressure.today.iter().chain(std::iter::once(&pressure.southern)).enumerate() {
            for (m, value) in pressure::measures(s).into_iter().enumerate() {
                self.series.values[(m * borders + b) * days + day as usize] = value as f32;
            }
            if s.index > self.headline.peak[b].0 {
                self.headline.peak[b] = (s.index, day);
            }
        }
    }

    /// What the run leaves behind.
    #[must_use]
    pub fn finish(mut self, world: &World) -> RunOutput {
        let (inside, abroad) = displacement::totals(world);
        self.headline.displaced_inside = inside;
        self.headline.displaced_abroad = abroad;
        world
            .resource::<Leadership>()
            .outcome
            .name()
            .clone_into(&mut self.headline.realised_outcome);
        if self.tables.contains(Table::Measures) {
            let map: &Map = world.resource::<RunMap>();
            measures::record(
                &mut self.writers[Table::Measures.index()],
                map,
                &self.series,
                &self.headline,
            );
        }
        let roads = world.resource::<Roads>();
        RunOutput {
            tables: self.writers.into_iter().map(|mut w| w.take()).collect(),
            series: self.series,
            headline: self.headline,
            group_days: roads.group_days.round() as u64,
            hops: roads.hops,
        }
    }
}
