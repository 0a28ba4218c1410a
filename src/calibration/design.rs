//! Sets of parameters spread over a box, in unit coordinates (0 to 1 on every axis), and the axes themselves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::random::{RunKey, Stream, unit};

/// How an axis is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Equal differences are equally likely.
    Linear,
    /// Equal ratios are equally likely.
    Log,
}

/// A parameter that is varied, with its range.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Config path, such as `displacement.hazard.siege_per_day`.
    pub path: String,
    /// Least value, unit of the key.
    pub low: f64,
    /// Greatest value, unit of the key; more than `low`.
    pub high: f64,
    /// How values are spread between the two.
    pub scale: Scale,
}

impl Axis {
    /// The value at a unit coordinate, rounded to six significant digits so that files show exactly what was run.
    #[must_use]
    pub fn value(&self, coordinate: f64) -> f64 {
        let value = match self.scale {
            Scale::Linear => self.low + coordinate * (self.high - self.low),
            Scale::Log => libm::exp(libm::log(self.low) + coordinate * (libm::log(self.high) - libm::log(self.low))),
        };
        rounded(value).clamp(self.low, self.high)
    }

    /// The unit coordinate of a value; 0 at `low`, 1 at `high`.
    #[must_use]
    pub fn coordinate(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Log => (libm::log(value) - libm::log(self.low)) / (libm::log(self.high) - libm::log(self.low)),
        }
    }
}

/// Six significant digits, by way of decimal text: the same bits on every platform.
fn rounded(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

/// A Latin hypercube: `count` points of which every axis has exactly one in each of `count` equal slices, at a place drawn
/// uniformly in its slice (`McKay`, Beckman, Conover 1979). `batch` keeps the designs of one calibration apart.
#[must_use]
pub fn latin_hypercube(key: RunKey, batch: u32, count: usize, axes: usize) -> Vec<Vec<f64>> {
    let mut points = vec![vec![0.0; axes]; count];
    for axis in 0..axes {
        let mut draws = key.draws(Stream::Calibration, axis as u64, batch);
        let mut slices: Vec<usize> = (0..count).collect();
        // Fisher and Yates; the bias of a scaled 53-bit number is far below what could be seen.
        for last in (1..count).rev() {
            let other = (unit(&mut draws) * (last + 1) as f64) as usize;
            slices.swap(last, other.min(last));
        }
        for (point, slice) in points.iter_mut().zip(slices) {
            point[axis] = (slice as f64 + unit(&mut draws)) / count as f64;
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_slice_of_every_axis_has_one_point(seed in 0_u64..1000, batch in 0_u32..9, count in 1_usize..80, axes in 1_usize..8) {
            let points = latin_hypercube(RunKey::new(seed, 0), batch, count, axes);
            for axis in 0..axes {
                let mut slices: Vec<usize> = points.iter().map(|p| (p[axis] * count as f64).floor() as usize).collect();
                slices.sort_unstable();
                prop_assert_eq!(slices, (0..count).collect::<Vec<_>>());
            }
        }

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
    fn axes_are_shuffled_independently() {
        // Correlation of two axes of 1,000 points: standard deviation 1 / sqrt(999) = 0.032.
        let points = latin_hypercube(RunKey::new(7, 0), 1, 1000, 2);
        let covariance: f64 = points.iter().map(|p| (p[0] - 0.5) * (p[1] - 0.5)).sum::<f64>() / 1000.0;
        assert!((covariance * 12.0).abs() < 0.13, "{covariance}");
        assert_ne!(points, latin_hypercube(RunKey::new(7, 0), 2, 1000, 2), "batches differ");
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
