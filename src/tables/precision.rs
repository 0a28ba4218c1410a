//! `precision.csv`: how well the means of the headline numbers are known.

use super::columns;

/// What one row is.
pub const ABOUT: &str = "One row per outcome, variant, border and headline number: the Monte Carlo interval of its mean, and how many replicates would give a wanted one. It says how well the model's mean is known, and nothing of how right the model is.";

/// A headline number and its interval; what is not known is NaN.
pub struct Row<'a> {
    /// Outcome by its name.
    pub outcome: &'a str,
    /// Variant by its name.
    pub variant: &'a str,
    /// Border; empty for numbers of the whole region.
    pub border: &'a str,
    /// Which number.
    pub measure: &'a str,
    /// Independent draws.
    pub draws: usize,
    /// Mean over them.
    pub mean: f64,
    /// Standard deviation over them.
    pub deviation: f64,
    /// Ends of the interval of the mean.
    pub interval: [f64; 2],
    /// Its half-width against the size of the mean.
    pub relative: f64,
    /// Relative half-width that is wanted.
    pub wanted: f64,
    /// Draws that would give it.
    pub would_do: Option<usize>,
}

columns! { r:
    outcome = r.outcome;
    variant = r.variant;
    /// Border segment or RUS-SOUTH; empty for numbers of the whole region.
    text border = r.border;
    /// As in summary.csv.
    text measure = r.measure;
    /// Independent draws that the row is made of: replicates, or points where study.points_share_luck
    /// is false.
    integer("1") replicates = r.draws;
    mean = r.mean;
    /// Standard deviation over these draws (n - 1).
    number("as the measure") deviation = r.deviation;
    /// Lower end of the 95 % interval of the mean (Student's t).
    number("as the measure") mean_low = r.interval[0];
    /// Upper end of it.
    number("as the measure") mean_high = r.interval[1];
    /// Half the width of the interval against the size of the mean; empty when the mean is 0 or there
    /// is one draw.
    number("1") relative_half_width = r.relative;
    /// Relative half-width that is wanted.
    number("1") wanted = r.wanted;
    /// Fewest draws whose interval would be that narrow if they scatter as these do.
    integer("1") replicates_would_do = r.would_do;
}
