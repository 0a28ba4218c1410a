//! Newtypes for quantities that must not be mixed up. Pure rules take and return these.
//!
//! Counts of people are integers, so that conservation can be checked exactly; rates and shares are `f64`.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Sub};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! quantity {
    ($(#[$meta:meta])* $name:ident, $unit:literal) => {
        $(#[$meta])*
        #[doc = concat!("\n\nUnit: ", $unit, ".")]
        #[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub f64);

        impl $name {
            /// The bare number, in the unit of the type.
            #[must_use]
            pub const fn value(self) -> f64 {
                self.0
            }
        }
        impl Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }
        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) {
                self.0 += other.0;
            }
        }
        impl Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }
        impl Mul<f64> for $name {
            type Output = Self;
            fn mul(self, factor: f64) -> Self {
                Self(self.0 * factor)
            }
        }
        impl Div for $name {
            type Output = f64;
            fn div(self, other: Self) -> f64 {
                self.0 / other.0
            }
        }
        impl Sum for $name {
            fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
                Self(items.map(|q| q.0).sum())
            }
        }
    };
}

quantity!(
    /// A length on the ground.
    Kilometres, "km");
quantity!(
    /// A height or a standard deviation of heights.
    Metres, "m");
quantity!(
    /// A duration within a day.
    Hours, "h");
quantity!(
    /// A length of time.
    Days, "d");
quantity!(
    /// A hazard or a rate.
    PerDay, "1/d");
quantity!(
    /// A flow of people.
    PersonsPerDay, "persons/d");
quantity!(
    /// Fighters of an armed force, as an amount in a rule (entities hold integers).
    Fighters, "fighters");
quantity!(
    /// A dimensionless share, level or index between 0 and 1.
    Share, "1 (0 to 1)");
quantity!(
    /// A probability between 0 and 1.
    Probability, "1 (0 to 1)");

impl PerDay {
    /// The one road from a rate to a probability: `1 - exp(-rate * days)`.
    #[must_use]
    pub fn probability_within(self, days: Days) -> Probability {
        Probability(-libm::expm1(-(self.0.max(0.0)) * days.0))
    }
}

impl Share {
    /// Clamped to the range that the type promises.
    #[must_use]
    pub fn clamped(value: f64) -> Self {
        Self(value.clamp(0.0, 1.0))
    }
}

/// A number of people. Integer, so that nobody is lost to rounding.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(transparent)]
pub struct Persons(pub u64);

impl Persons {
    /// The count as a real number, for use in rates.
    #[must_use]
    pub const fn as_f64(self) -> f64 {
        self.0 as f64
    }
}

impl Add for Persons {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sum for Persons {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        Self(items.map(|n| n.0).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_becomes_a_probability_by_the_exponential_law() {
        assert!((PerDay(0.0).probability_within(Days(1.0)).0).abs() < 1e-15);
        assert!(
            (PerDay(std::f64::consts::LN_2).probability_within(Days(1.0)).0 - 0.5).abs() < 1e-12
        );
        assert!((PerDay(1e-9).probability_within(Days(1.0)).0 - 1e-9).abs() < 1e-17);
        assert!((PerDay(-1.0).probability_within(Days(1.0)).0).abs() < 1e-15);
    }
}
