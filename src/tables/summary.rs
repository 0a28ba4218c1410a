//! `summary.csv`: headline numbers over replicates.

use super::columns;
use crate::quantiles::Spread;

/// What one row is.
pub const ABOUT: &str = "One row per outcome, variant, border and headline number: what the terminal shows at the end of a run. Numbers of the whole region have no border.";

/// A headline number over the replicates.
pub struct Row<'a> {
    /// Outcome by its name.
    pub outcome: &'a str,
    /// Variant by its name.
    pub variant: &'a str,
    /// Border; empty for numbers of the whole region.
    pub border: &'a str,
    /// Which number.
    pub measure: &'a str,
    /// Its spread.
    pub spread: &'a Spread,
    /// Class of the median peak; empty for other measures.
    pub class: &'a str,
}

columns! { r:
    outcome = r.outcome;
    variant = r.variant;
    /// Border segment or RUS-SOUTH; empty for numbers of the whole region.
    text border = r.border;
    /// peak_index (highest index of the run), peak_day (days from the start to it),
    /// displaced_inside_persons, displaced_abroad_persons (at the end of the run), attention_diverted
    /// (highest of the run).
    text measure = r.measure;
    /// Runs that the row is made of: the replicates, of all points in a study with a design.
    integer("1") replicates = r.spread.count;
    spread = r.spread;
    /// Class of the median peak; empty for other measures.
    text class = r.class;
}
