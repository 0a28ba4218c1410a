//! The gallery: recorders look at the world through glass and write rows. (Stub: the lead owns the recorders.)

pub mod columns;
pub mod table;

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
#[derive(Clone, Debug, Default, PartialEq)]
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
