//! A number that is varied: its range, and how unit coordinates (0 to 1) become values.

use checked_toml::schema::{Limits, number};
use checked_toml::{Diagnostic, Span, shown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::significant;

/// How an axis is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Equal differences are equally likely.
    Linear,
    /// Equal ratios are equally likely.
    Log,
}

/// A key of the scenario with the range in which it is varied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Axis {
    /// Path of the key, such as `displacement.hazard.siege_per_day`.
    pub path: String,
    /// Least value, unit of the key.
    pub low: f64,
    /// Greatest value, unit of the key; more than `low`.
    pub high: f64,
    /// `linear`: equal differences are equally likely; `log`: equal ratios.
    pub scale: Scale,
}

impl Axis {
    /// The value at a unit coordinate, rounded to six significant digits so that files show exactly what was run.
    #[must_use]
    pub fn value(&self, coordinate: f64) -> f64 {
        let value = match self.scale {
            Scale::Linear => self.low + coordinate * (self.high - self.low),
            Scale::Log => libm::exp(
                libm::log(self.low) + coordinate * (libm::log(self.high) - libm::log(self.low)),
            ),
        };
        significant(value, 6).clamp(self.low, self.high)
    }

    /// The unit coordinate of a value; 0 at `low`, 1 at `high`.
    #[must_use]
    pub fn coordinate(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Log => {
                (libm::log(value) - libm::log(self.low))
                    / (libm::log(self.high) - libm::log(self.low))
            }
        }
    }
}

impl Axis {
    /// What is wrong with the range of a key that has limits and a meaning; `at` is the place of
    /// `low` and of `high` as they are written.
    #[must_use]
    pub fn problem(
        &self,
        limits: Limits,
        meaning: Option<&str>,
        at: impl Fn(&'static str) -> Span,
    ) -> Option<Diagnostic> {
        let Self { path, low, high, scale } = self;
        let name = shown(path);
        for (end, value) in [("low", *low), ("high", *high)] {
            if !limits.allow(value) {
                let allowed = limits.in_words().unwrap_or_default();
                let label = format!("found {}, allowed: {allowed}", number(value));
                let message = format!("the range of {name} is wider than the key's own");
                let problem = Diagnostic::at(at(end), message, label);
                let meaning = meaning.map(|meaning| format!("`{path}`: {meaning}"));
                return Some(meaning.into_iter().fold(problem, Diagnostic::note));
            }
        }
        if low >= high {
            let label = format!("from {} to {}", number(*low), number(*high));
            let message = format!("the range of {name} is empty or runs backwards");
            return Some(
                Diagnostic::at(at("high"), message, label).help("`low` is less than `high`"),
            );
        }
        if *scale == Scale::Log && *low <= 0.0 {
            let label = format!("found {}, needed: more than 0", number(*low));
            let message = format!("{name} cannot start there on a log scale");
            let problem = Diagnostic::at(at("low"), message, label);
            return Some(problem.help("raise `low`, or write `scale = \"linear\"`"));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_value_and_its_coordinate_belong_together(coordinate in 0.0_f64..=1.0, is_log in any::<bool>()) {
            let scale = if is_log { Scale::Log } else { Scale::Linear };
            let axis = Axis { path: String::new(), low: 0.02, high: 3.0, scale };
            let value = axis.value(coordinate);
            prop_assert!((0.02..=3.0).contains(&value));
            prop_assert!((axis.coordinate(value) - coordinate).abs() < 1e-5);
        }
    }

    #[test]
    fn scales_by_hand() {
        let linear = Axis { path: String::new(), low: 1.0, high: 3.0, scale: Scale::Linear };
        let log = Axis { scale: Scale::Log, low: 0.01, high: 1.0, ..linear.clone() };
        assert_eq!((linear.value(0.25), linear.value(1.0)), (1.5, 3.0));
        assert_eq!((log.value(0.0), log.value(0.5), log.value(1.0)), (0.01, 0.1, 1.0));
        assert!((linear.value(1.0 / 3.0) - 1.66667).abs() < 1e-12, "six digits");
    }
}
