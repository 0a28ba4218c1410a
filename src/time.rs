//! Days of a run, and their dates.

use jiff::civil::Date;

use crate::units::Days;

/// A point in time: whole days since the as-of date of the scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub u32);

impl Day {
    /// The calendar date of this day.
    ///
    /// # Panics
    /// Beyond the year 9999, which no checked scenario reaches.
    #[must_use]
    pub fn date(self, as_of: Date) -> Date {
        as_of
            .checked_add(jiff::Span::new().days(i64::from(self.0)))
            .expect("a date before the year 9999")
    }

    /// Days passed since `earlier`, zero when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u32 {
        self.0.saturating_sub(earlier.0)
    }
}

/// The calendar month (1 to 12), which opens and closes passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub u8);

impl Month {
    /// The month of a date.
    #[must_use]
    pub fn of(date: Date) -> Self {
        Self(date.month().unsigned_abs())
    }

    /// Whether winter slows travel in this month: December to March.
    #[must_use]
    pub const fn is_winter(self) -> bool {
        matches!(self.0, 12 | 1..=3)
    }

    /// Whether a road open for `months_open` months a year is open in this month.
    ///
    /// The sources give a number of months, not dates. The open season is centred on the end of July, when snow lies
    /// least: 12 is always, 0 never, 6 is May to October.
    #[must_use]
    pub fn is_open(self, months_open: u8) -> bool {
        if months_open >= 12 {
            return true;
        }
        // Distance, in half months, of the middle of this month from the end of July, round the year.
        let middle = 2 * i32::from(self.0) - 1;
        let away = (middle - 14).abs();
        let away = away.min(24 - away);
        away <= i32::from(months_open)
    }
}

/// The clock of a run. The step length is a day unless the scenario asks for 6 h.
#[derive(Clone, Copy, Debug, bevy_ecs::resource::Resource)]
pub struct Clock {
    /// Steps done since the start.
    pub step: u32,
    /// The day that is being simulated.
    pub day: Day,
    /// Its date.
    pub date: Date,
    /// Its month.
    pub month: Month,
    /// The date of day 0.
    pub as_of: Date,
    /// Length of a step (1 or 0.25 d).
    pub step_days: Days,
    /// Steps in a day (1 or 4).
    pub steps_per_day: u32,
    /// Whether this step is the first of its day: slow processes (politics, armed planning, ledgers) act only then.
    pub starts_day: bool,
}

impl Clock {
    /// A clock that stands at the start of day 0, with `steps_per_day` steps to a day.
    #[must_use]
    pub fn new(as_of: Date, steps_per_day: u32) -> Self {
        Self {
            step: 0,
            day: Day(0),
            date: as_of,
            month: Month::of(as_of),
            as_of,
            step_days: Days(1.0 / f64::from(steps_per_day)),
            steps_per_day,
            starts_day: true,
        }
    }

    /// Moves to the step with this number.
    pub fn set_step(&mut self, step: u32) {
        self.step = step;
        self.day = Day(step / self.steps_per_day);
        self.date = self.day.date(self.as_of);
        self.month = Month::of(self.date);
        self.starts_day = step.is_multiple_of(self.steps_per_day);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seasons_are_centred_on_late_july() {
        let open = |n: u8| (1..=12).filter(|&m| Month(m).is_open(n)).collect::<Vec<_>>();
        assert_eq!(open(0), Vec::<u8>::new());
        assert_eq!(open(6), vec![5, 6, 7, 8, 9, 10]);
        assert_eq!(open(4), vec![6, 7, 8, 9]);
        assert_eq!(open(12).len(), 12);
        for n in 0..=12 {
            let count = open(n).len();
            assert!(count.abs_diff(usize::from(n)) <= 1, "{n} months open gave {count}");
        }
    }

    #[test]
    fn six_hour_steps_share_a_day() {
        let mut clock = Clock::new(jiff::civil::date(2026, 1, 15), 4);
        clock.set_step(7);
        assert_eq!((clock.day, clock.starts_day), (Day(1), false));
        clock.set_step(8);
        assert_eq!((clock.day, clock.starts_day), (Day(2), true));
    }
}
