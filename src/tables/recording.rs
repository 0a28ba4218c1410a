//! How a table of a run is recorded.

use bevy_ecs::prelude::World;
use jiff::civil::Date;

use super::rows::RowWriter;
use super::run_output::{Headline, Series};
use crate::geography::Map;
use crate::time::Clock;

/// Days from one count of the displaced by place to the next: by cell and day they would outweigh all other tables.
const DAYS_BETWEEN_COUNTS: u32 = 7;

/// A look at a world at the end of a day. It changes nothing.
pub struct Look<'a> {
    /// The world.
    pub world: &'a World,
    /// Its map.
    pub map: &'a Map,
    /// Its clock.
    pub clock: &'a Clock,
}

impl Look<'_> {
    /// Date of the day.
    #[must_use]
    pub fn date(&self) -> Date {
        self.clock.date
    }

    /// Whether it is a day on which the displaced are counted by place.
    #[must_use]
    pub fn is_weekly(&self) -> bool {
        self.clock.day.0.is_multiple_of(DAYS_BETWEEN_COUNTS)
    }
}

/// What is known of a run when it has ended.
pub struct End<'a> {
    /// Its map.
    pub map: &'a Map,
    /// Its daily values.
    pub series: &'a Series,
    /// Its numbers.
    pub headline: &'a Headline,
}

/// Fills a table of a run.
pub trait Record {
    /// Writes the rows of a day.
    fn record(&mut self, look: &Look<'_>, rows: &mut RowWriter);

    /// Writes rows about the run as a whole.
    fn conclude(&mut self, _end: &End<'_>, _rows: &mut RowWriter) {}
}

impl<F: FnMut(&Look<'_>, &mut RowWriter)> Record for F {
    fn record(&mut self, look: &Look<'_>, rows: &mut RowWriter) {
        self(look, rows);
    }
}
