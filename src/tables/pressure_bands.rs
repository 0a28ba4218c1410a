//! `pressure_bands.csv`: bands over replicates of each measure of pressure.

use jiff::civil::Date;

use super::columns;
use crate::quantiles::Spread;

/// What one row is.
pub const ABOUT: &str = "One row per outcome, variant, border, measure and date: mean and quantiles over the replicates, and the share of replicates with a high index. Conditional on the outcome: nothing here says how likely an outcome is.";

/// A measure of a border on a day, over the replicates.
pub struct Row<'a> {
    /// Outcome by its name.
    pub outcome: &'a str,
    /// Variant by its name.
    pub variant: &'a str,
    /// Day.
    pub date: Date,
    /// Border.
    pub border: &'a str,
    /// Measure.
    pub measure: &'a str,
    /// Its spread.
    pub spread: &'a Spread,
    /// Shares of replicates above 40, 60, 80; NaN for other measures than the index.
    pub shares: [f64; 3],
}

columns! { r:
    outcome = r.outcome;
    variant = r.variant;
    dated = r.date;
    border = r.border;
    /// A column of pressure.csv.
    text measure = r.measure;
    /// Runs that the row is made of: the replicates, of all points in a study with a design.
    integer("1") replicates = r.spread.count;
    spread = r.spread;
    /// Share of replicates with an index above 40; empty for other measures.
    number("1") share_above_40 = r.shares[0];
    /// Share of replicates with an index above 60; empty for other measures.
    number("1") share_above_60 = r.shares[1];
    /// Share of replicates with an index above 80; empty for other measures.
    number("1") share_above_80 = r.shares[2];
}
