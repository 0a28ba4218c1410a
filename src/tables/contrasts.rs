//! `contrasts.csv`: bands of paired differences.

use jiff::civil::Date;

use super::columns;
use crate::quantiles::Spread;

/// What one row is.
pub const ABOUT: &str = "One row per outcome, variant, border, measure and date: mean and quantiles of the paired difference to the reference (study.contrast_against, study.contrast_variant), replicate by replicate under the same luck.";

/// The difference in a measure of a border on a day, over the pairs.
pub struct Row<'a> {
    /// Outcome by its name.
    pub outcome: &'a str,
    /// Variant by its name.
    pub variant: &'a str,
    /// Outcome and variant that are subtracted.
    pub against: [&'a str; 2],
    /// Day.
    pub date: Date,
    /// Border.
    pub border: &'a str,
    /// Measure.
    pub measure: &'a str,
    /// Spread of the difference.
    pub spread: &'a Spread,
    /// Share of pairs in which it is above zero.
    pub share_above_zero: f64,
}

columns! { r:
    outcome = r.outcome;
    variant = r.variant;
    /// Outcome that is subtracted.
    text against_outcome = r.against[0];
    /// Variant that is subtracted.
    text against_variant = r.against[1];
    dated = r.date;
    border = r.border;
    /// A column of pressure.csv.
    text measure = r.measure;
    /// Pairs of runs with the same point and replicate that the row is made of.
    integer("1") replicates = r.spread.count;
    spread = r.spread;
    /// Share of pairs in which the difference is above zero.
    number("1") share_above_zero = r.share_above_zero;
}
