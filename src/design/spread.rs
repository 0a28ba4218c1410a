//! How the unit cube becomes the cells of a design, column by column.

use super::axis::{Axis, Scale};

/// How unit coordinates become cells of a column.
#[derive(Clone, Debug)]
pub(super) enum Spread {
    /// Numbers of a range.
    Numbers(Axis),
    /// Whole numbers of a range, both ends included.
    Integers { low: f64, high: f64, scale: Scale },
    /// Positions in a list of so many values.
    Listed(usize),
}

impl Spread {
    /// The cell at a unit coordinate.
    pub fn cell(&self, coordinate: f64) -> f64 {
        match self {
            Self::Numbers(axis) => axis.value(coordinate),
            Self::Integers { low, high, scale: Scale::Linear } => {
                (low + (coordinate * (high - low + 1.0)).floor()).min(*high)
            }
            // Whole numbers from a half below the least to a half above the greatest, evenly in ratio.
            Self::Integers { low, high, scale: Scale::Log } => {
                let (from, to) = (libm::log(low - 0.5), libm::log(high + 0.5));
                libm::exp(from + coordinate * (to - from)).round().clamp(*low, *high)
            }
            Self::Listed(count) => (coordinate * *count as f64).floor().min(*count as f64 - 1.0),
        }
    }

    /// What share of the whole range lies between two cells, with the sign of the way; none for numbers, which take every
    /// coordinate as it is, while whole numbers and lists take the nearest of few.
    pub fn share(&self, before: f64, after: f64) -> Option<f64> {
        match self {
            Self::Numbers(_) => None,
            Self::Integers { low, high, scale: Scale::Linear } => {
                Some((after - before) / (high - low))
            }
            Self::Integers { low, high, scale: Scale::Log } => {
                Some(libm::log(after / before) / libm::log(high / low))
            }
            Self::Listed(count) => Some((after - before) / (*count as f64 - 1.0)),
        }
    }

    /// The values of a grid: all of a list, or so many of a range with both ends.
    pub fn all(&self, steps: Option<u32>) -> Vec<f64> {
        match self {
            Self::Listed(count) => (0..*count).map(|i| i as f64).collect(),
            Self::Numbers(axis) => {
                let steps = steps.unwrap_or(2);
                (0..steps).map(|i| axis.value(f64::from(i) / f64::from(steps - 1))).collect()
            }
            Self::Integers { low, high, scale } => {
                let axis = Axis { path: String::new(), low: *low, high: *high, scale: *scale };
                let steps = steps.unwrap_or(2);
                let mut all: Vec<f64> = (0..steps)
                    .map(|i| axis.value(f64::from(i) / f64::from(steps - 1)).round())
                    .collect();
                all.dedup();
                all
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_has_the_share_of_the_range_that_its_values_make() {
        let whole = |high| Spread::Integers { low: 1.0, high, scale: Scale::Linear };
        assert_eq!(whole(2.0).share(1.0, 2.0), Some(1.0), "a range of two is a switch");
        assert_eq!(
            (whole(3.0).share(1.0, 3.0), whole(3.0).share(3.0, 2.0)),
            (Some(1.0), Some(-0.5))
        );
        assert_eq!(
            (Spread::Listed(3).share(0.0, 2.0), Spread::Listed(2).share(1.0, 0.0)),
            (Some(1.0), Some(-1.0))
        );
        let log = Spread::Integers { low: 10.0, high: 1_000.0, scale: Scale::Log };
        assert!((log.share(10.0, 100.0).unwrap() - 0.5).abs() < 1e-12);
        let axis = Axis { path: String::new(), low: 0.0, high: 1.0, scale: Scale::Linear };
        assert_eq!(Spread::Numbers(axis).share(0.0, 0.5), None);
    }
}
