//! `runs.csv`: the runs of the plan.

use jiff::civil::Date;

use super::{Headline, columns};

/// What one row is.
pub const ABOUT: &str = "One row per run of the plan, also for runs that failed: identity, parameters, seed, status, headline numbers, and the command that repeats a failed run.";

/// A run of the plan.
pub struct Row<'a> {
    /// What names it.
    pub run_id: &'a str,
    /// Its number in the plan.
    pub run: usize,
    /// Outcome by its name.
    pub outcome: &'a str,
    /// Variant by its name.
    pub variant: &'a str,
    /// Point of the design.
    pub point: u32,
    /// Replicate.
    pub replicate: u32,
    /// Seed.
    pub seed: u64,
    /// What variant and point set, as JSON.
    pub parameters: &'a str,
    /// How it ended.
    pub status: &'a str,
    /// What it came to, if it is done.
    pub done: Option<Came<'a>>,
    /// Why it failed; empty otherwise.
    pub cause: &'a str,
    /// What repeats it where it failed; empty otherwise.
    pub command: &'a str,
}

/// What a run came to.
pub struct Came<'a> {
    /// Its headline.
    pub headline: &'a Headline,
    /// Highest index of Russia's southern border and its date.
    pub peak: Option<(f64, Date)>,
    /// Days lived by moving groups.
    pub group_days: u64,
    /// Cells entered by moving groups.
    pub hops: u64,
}

columns! { r:
    /// `r`, then the first 16 hexadecimal digits of the BLAKE3 of the resolved scenario, outcome, variant,
    /// point, replicate, map and results version.
    text run_id = r.run_id;
    /// Number of the run in the plan, from 0.
    integer("1") run = r.run;
    outcome = r.outcome;
    variant = r.variant;
    point = r.point;
    replicate = r.replicate;
    /// Seed of the study, or of the point where study.points_share_luck is false; with the replicate it
    /// fixes the luck of the run.
    integer("1") seed = r.seed;
    /// What variant and point set, as JSON.
    text parameters = r.parameters;
    /// done or failed.
    text status = r.status;
    /// Outcome that came about.
    text realised_outcome = r.headline().map_or("", |h| &h.realised_outcome);
    /// Displaced inside their own state at the end.
    integer("persons") displaced_inside_persons = r.headline().map(|h| h.displaced_inside);
    /// Displaced abroad at the end.
    integer("persons") displaced_abroad_persons = r.headline().map(|h| h.displaced_abroad);
    /// Highest share of Russia's reserve diverted southward, 0 to 1.
    number("1") attention_diverted = r.headline().map_or(f64::NAN, |h| h.attention_diverted);
    /// Highest index of Russia's southern border, 0 to 100.
    number("1") peak_index_rus_south = r.peak().map_or(f64::NAN, |(index, _)| index);
    /// Date of it.
    date peak_date_rus_south = r.peak().map(|(_, date)| date);
    /// Days lived by moving groups.
    integer("1") group_days = r.done.as_ref().map(|d| d.group_days);
    /// Cells entered by moving groups.
    integer("1") hops = r.done.as_ref().map(|d| d.hops);
    /// Why a run failed.
    text cause = r.cause;
    /// Command that repeats a failed run.
    text command = r.command;
}

impl Row<'_> {
    fn headline(&self) -> Option<&Headline> {
        self.done.as_ref().map(|done| done.headline)
    }

    fn peak(&self) -> Option<(f64, Date)> {
        self.done.as_ref()?.peak
    }
}
