//! Times as an episode writes them: local, as dates or as dates with a time of day.

use jiff::civil::{Date, DateTime};

/// A stretch of time in days since the start of day 0; the end is outside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Period {
    /// Beginning.
    pub from: f64,
    /// End.
    pub to: f64,
}

impl Period {
    /// Reads a beginning and an end. An empty text is open; a date counts from its start, as an end to its own end.
    ///
    /// # Errors
    /// With the name of the key (`from` or `to`) and a sentence.
    pub fn read(from: &str, to: &str, as_of: Date) -> Result<Self, (&'static str, String)> {
        let begin = if from.is_empty() {
            f64::NEG_INFINITY
        } else {
            days(from, as_of, 0.0).map_err(|e| ("from", e))?
        };
        let end = if to.is_empty() {
            f64::INFINITY
        } else {
            days(to, as_of, 1.0).map_err(|e| ("to", e))?
        };
        if begin >= end {
            return Err(("to", format!("the end `{to}` is not after the beginning `{from}`")));
        }
        Ok(Self { from: begin, to: end })
    }

    /// Whether it covers a time, days since the start of day 0.
    #[must_use]
    pub fn covers(&self, time: f64) -> bool {
        self.from <= time && time < self.to
    }
}

/// Days from the start of the as-of date to a date (plus `whole_date` for a date without a time of day) or time.
///
/// # Errors
/// In a sentence when the text is neither.
pub fn days(text: &str, as_of: Date, whole_date: f64) -> Result<f64, String> {
    let since = |time: DateTime| {
        time.duration_since(as_of.to_datetime(jiff::civil::Time::midnight())).as_secs_f64()
            / 86_400.0
    };
    // A text with a time of day would pass as a date, its time dropped.
    if text.contains(['T', ' ']) {
        if let Ok(time) = text.parse::<DateTime>() {
            return Ok(since(time));
        }
    } else if let Ok(date) = text.parse::<Date>() {
        return Ok(since(date.to_datetime(jiff::civil::Time::midnight())) + whole_date);
    }
    Err(format!(
        "`{text}` is no date or time; write `2023-09-24` or `2023-09-24T12:00`, local time"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AS_OF: Date = jiff::civil::date(2023, 9, 19);

    #[test]
    fn dates_are_whole_and_times_are_moments() {
        let p = Period::read("2023-09-24T12:00", "2023-10-02", AS_OF).unwrap();
        assert!((p.from - 5.5).abs() < 1e-12 && (p.to - 14.0).abs() < 1e-12);
        assert!(!p.covers(5.49) && p.covers(5.5) && p.covers(13.99) && !p.covers(14.0));
        let always = Period::read("", "", AS_OF).unwrap();
        assert!(always.covers(-1e9) && always.covers(1e9));
        let day = Period::read("2023-09-20", "2023-09-20", AS_OF).unwrap();
        assert!((day.to - day.from - 1.0).abs() < 1e-12);
        assert!((days("2023-09-18", AS_OF, 0.0).unwrap() + 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        assert_eq!(Period::read("2023-09-31", "", AS_OF).unwrap_err().0, "from");
        assert_eq!(Period::read("", "24 Sept", AS_OF).unwrap_err().0, "to");
        assert_eq!(
            Period::read("2023-09-24T12:00", "2023-09-24T12:00", AS_OF).unwrap_err().0,
            "to"
        );
        assert!(days("2023-09-24T25:00", AS_OF, 0.0).is_err());
    }
}
