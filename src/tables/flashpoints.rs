//! `flashpoints.csv`: the region's own dormant conflicts.

use jiff::civil::Date;

use super::{Look, RowWriter, columns};
use crate::conflict::state::{FlashpointState, Flashpoints};

/// What one row is.
pub const ABOUT: &str = "One row per run, flashpoint and date on which something moves its hazard or an episode is under way: the domino effect with each channel apart.";

/// A flashpoint's day.
pub struct Row<'a> {
    date: Date,
    flashpoint: &'a FlashpointState,
}

columns! { r:
    run;
    dated = r.date;
    /// Name of the dormant conflict.
    text flashpoint = &r.flashpoint.name;
    /// Whether an episode is under way.
    boolean active = r.flashpoint.active;
    /// Hazard of an episode that day.
    number("1/1,000,000 d") hazard_per_million_days = r.flashpoint.hazard_per_day * 1e6;
    /// What kin across the line add to the log hazard.
    number("1") contribution_kin = r.flashpoint.contribution_kin;
    /// What foreign fighters nearby add to it.
    number("1") contribution_sanctuary = r.flashpoint.contribution_sanctuary;
    /// What diverted attention and lost control across the line add to it.
    number("1") contribution_vacuum = r.flashpoint.contribution_vacuum;
    /// Episodes so far in the run.
    integer("1") ignitions = r.flashpoint.ignitions;
}

/// Writes the flashpoints with an episode or with anything that moves their hazard.
pub fn record(look: &Look<'_>, rows: &mut RowWriter) {
    for f in &look.world.resource::<Flashpoints>().rows {
        let channels = [f.contribution_kin, f.contribution_sanctuary, f.contribution_vacuum];
        if f.active || channels.iter().any(|c| c.abs() >= 1e-4) {
            rows.push(&Row { date: look.date(), flashpoint: f });
        }
    }
}
