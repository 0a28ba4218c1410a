//! One value of a CSV file that knows where it stands, for every reader of tables with faults told by row and column.

use std::fmt::Display;
use std::str::FromStr;

use super::problems::Problem;

/// One value of a table, which knows where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Field<'t> {
    pub(crate) text: &'t str,
    file: &'t str,
    line: u64,
    column: &'t str,
}

/// Takes problems.
pub(crate) trait Tell {
    /// Takes one.
    fn tell(&mut self, problem: Problem);
}

impl<'t> Field<'t> {
    /// The value in a line (from 1) and column of a file.
    pub(crate) const fn new(text: &'t str, file: &'t str, line: u64, column: &'t str) -> Self {
        Self { text, file, line, column }
    }

    /// A problem with this value.
    pub(crate) fn problem(
        &self,
        found: impl Into<String>,
        allowed: impl Into<String>,
        next: impl Into<String>,
    ) -> Problem {
        Problem {
            file: self.file.to_owned(),
            line: Some(self.line),
            column: Some(self.column.to_owned()),
            found: found.into(),
            allowed: allowed.into(),
            next: next.into(),
        }
    }

    /// The value between backticks, as messages show it.
    pub(crate) fn quoted(&self) -> String {
        if self.text.is_empty() { "nothing".to_owned() } else { format!("`{}`", self.text) }
    }

    /// `file:line`, for notes.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }

    /// A whole number within bounds.
    pub(crate) fn whole<N: FromStr + PartialOrd + Display>(
        &self,
        low: N,
        high: N,
        told: &mut impl Tell,
    ) -> Option<N> {
        let value = self.text.parse().ok().filter(|n| (&low..=&high).contains(&n));
        if value.is_none() {
            let allowed = format!("a whole number from {low} to {high}");
            told.tell(self.problem(self.quoted(), allowed, "correct this value"));
        }
        value
    }

    /// A finite number within bounds.
    pub(crate) fn real(&self, low: f64, high: f64, told: &mut impl Tell) -> Option<f64> {
        let value =
            self.text.parse().ok().filter(|x: &f64| x.is_finite() && (low..=high).contains(x));
        if value.is_none() {
            let allowed = if high.is_finite() {
                format!("a number from {low} to {high}")
            } else {
                format!("a number not below {low}")
            };
            told.tell(self.problem(self.quoted(), allowed, "correct this value"));
        }
        value
    }
}
