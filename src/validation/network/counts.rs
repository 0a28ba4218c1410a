//! Observed counts of a camp: dates and persons, corrected and interpolated as Flee does.

use jiff::civil::Date;

use super::table::{Findings, Table};

/// Persons by day since the start, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Counts {
    rows: Vec<(i64, f64)>,
}

impl Counts {
    /// Reads `date,count`; rows without a count are passed over.
    pub(super) fn read(table: &Table, start: Date, findings: &mut Findings) -> Self {
        let mut rows: Vec<(i64, f64)> = Vec::new();
        for row in table.rows_of(2, "date, count", findings) {
            let count = table.field(row, 1, "count");
            if count.text.is_empty() {
                continue;
            }
            let field = table.field(row, 0, "date");
            let date = field.date(findings);
            let count = count.whole(0, i64::from(u32::MAX), findings);
            let (Some(date), Some(count)) = (date, count) else { continue };
            let day = i64::from((date - start).get_days());
            if rows.last().is_some_and(|&(last, _)| day < last) {
                let what = "comes after a later date; read in the order of the file, as Flee does";
                findings.note(field, format!("{} {what}", field.quoted()));
            }
            rows.push((day, count as f64));
        }
        if rows.is_empty() && findings.problems.iter().all(|p| p.file != table.file) {
            findings.add_file(&table.file, "no count", "rows of date,count", "restore the file");
        }
        Self { rows }
    }

    /// Adds the counts of another file: on every date of either, both interpolated.
    pub(super) fn add(&mut self, other: Self) {
        if self.rows.is_empty() {
            *self = other;
            return;
        }
        let mut days: Vec<i64> = self.rows.iter().chain(&other.rows).map(|r| r.0).collect();
        days.sort_unstable();
        days.dedup();
        self.rows =
            days.into_iter().map(|day| (day, self.between(day) + other.between(day))).collect();
    }

    /// A correction for registration: every count before this date is multiplied by the count on it over the one before.
    pub(super) fn normalise(&mut self, day: i64) -> Result<(), &'static str> {
        let mut found = false;
        for i in 0..self.rows.len() {
            if self.rows[i].0 != day {
                continue;
            }
            if i == 0 {
                return Err("is the first date of the camp");
            }
            let (now, before) = (self.rows[i].1, self.rows[i - 1].1);
            if before <= 0.0 {
                return Err("follows a count of zero");
            }
            for row in &mut self.rows[..i] {
                row.1 *= now / before;
            }
            found = true;
        }
        if found { Ok(()) } else { Err("is no date of the camp") }
    }

    /// Persons on a day: linear between dates, the first count before, the last after.
    fn between(&self, day: i64) -> f64 {
        let Some(&first) = self.rows.first() else { return 0.0 };
        if day <= first.0 {
            return first.1;
        }
        for pair in self.rows.windows(2) {
            let [(d0, c0), (d1, c1)] = [pair[0], pair[1]];
            if day < d1 {
                return c0 + (day - d0) as f64 / (d1 - d0) as f64 * (c1 - c0);
            }
        }
        self.rows[self.rows.len() - 1].1
    }

    /// [`Counts::between`], truncated to whole persons.
    pub(super) fn on(&self, day: i64) -> u32 {
        self.between(day).max(0.0) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_linear_between_dates_and_flat_outside() {
        let counts = Counts { rows: vec![(0, 10.0), (4, 13.0), (10, 1.0)] };
        assert_eq!(
            [-5, 0, 1, 2, 4, 7, 10, 99].map(|d| counts.on(d)),
            [10, 10, 10, 11, 13, 7, 1, 1]
        );
    }

    #[test]
    fn a_correction_scales_what_came_before() {
        let mut counts = Counts { rows: vec![(0, 100.0), (5, 200.0), (9, 50.0), (12, 80.0)] };
        counts.normalise(9).expect("a date with one before");
        assert_eq!(counts.rows, vec![(0, 25.0), (5, 50.0), (9, 50.0), (12, 80.0)]);
        assert!(counts.normalise(6).is_err() && counts.normalise(0).is_err());
    }

    #[test]
    fn files_of_a_camp_are_added_day_by_day() {
        let mut counts = Counts { rows: vec![(0, 10.0), (4, 30.0)] };
        counts.add(Counts { rows: vec![(2, 1.0), (4, 5.0), (6, 7.0)] });
        assert_eq!(counts.rows, vec![(0, 11.0), (2, 21.0), (4, 35.0), (6, 37.0)]);
    }

    #[test]
    fn a_date_out_of_order_is_read_where_it_stands() {
        // Days 10, 3 (out of order), 20: after day 10 the line runs from day 3 on, as in Flee.
        let counts = Counts { rows: vec![(0, 0.0), (10, 100.0), (3, 100.0), (20, 270.0)] };
        assert_eq!(counts.on(10), 170);
        assert_eq!(counts.on(5), 50);
    }
}
