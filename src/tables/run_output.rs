//! Which run it is, and what it leaves behind.

use super::TableSet;
use crate::leadership::Outcome;

/// Which run.
#[derive(Clone, Copy, Debug)]
pub struct RunSpec<'a> {
    /// Outcome.
    pub outcome: Outcome,
    /// Name of the variant, for the rows. The scenario is already that of the variant.
    pub variant: &'a str,
    /// Point of the design, for the rows; 0 without one. The scenario is already that of the point.
    pub point: u32,
    /// Replicate.
    pub replicate: u32,
    /// Seed of the study.
    pub seed: u64,
    /// Threads inside the run; the result does not depend on it.
    pub threads_in_run: usize,
    /// Tables to record; the result does not depend on them.
    pub tables: TableSet,
}

/// What a run leaves behind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunOutput {
    /// CSV rows without header, by the order of [`super::Table::RECORDED`].
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
    /// Number of measures, [`super::MEASURES`].
    pub measures: usize,
    /// Number of borders: the map's segments and [`super::RUSSIA_SOUTH`] at the end.
    pub segments: usize,
    /// Number of days.
    pub days: usize,
    /// `[measure][segment][day]`.
    pub values: Vec<f32>,
}

impl Series {
    /// Nothing but zeros, of so many borders and days.
    #[must_use]
    pub fn zeros(borders: usize, days: usize) -> Self {
        let measures = super::MEASURES.len();
        Self { measures, segments: borders, days, values: vec![0.0; measures * borders * days] }
    }

    /// The days of a measure on a border.
    #[must_use]
    pub fn line(&self, measure: usize, border: usize) -> &[f32] {
        &self.values[(measure * self.segments + border) * self.days..][..self.days]
    }

    /// Sets a value.
    pub fn set(&mut self, measure: usize, border: usize, day: u32, value: f64) {
        self.values[(measure * self.segments + border) * self.days + day as usize] = value as f32;
    }
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
