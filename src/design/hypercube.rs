//! Latin hypercubes, in unit coordinates.

use crate::random::{RunKey, Stream, unit};

/// A Latin hypercube: `count` points of which every axis has exactly one in each of `count` equal slices, at a place drawn
/// uniformly in its slice (`McKay`, Beckman, Conover 1979). `batch` keeps the designs of one
/// stream apart.
#[must_use]
pub fn latin_hypercube(key: RunKey, stream: Stream, batch: u32, count: usize, axes: usize) -> Vec<Vec<f64>> {
    let mut points = vec![vec![0.0; axes]; count];
    for axis in 0..axes {
        let mut draws = key.draws(stream, axis as u64, batch);
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
            let points = latin_hypercube(RunKey::new(seed, 0), Stream::Design, batch, count, axes);
            for axis in 0..axes {
                let mut slices: Vec<usize> = points.iter().map(|p| (p[axis] * count as f64).floor() as usize).collect();
                slices.sort_unstable();
                prop_assert_eq!(slices, (0..count).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn axes_are_shuffled_independently() {
        // Correlation of two axes of 1,000 points: standard deviation 1 / sqrt(999) = 0.032.
        let points = latin_hypercube(RunKey::new(7, 0), Stream::Design, 1, 1000, 2);
        let covariance: f64 = points.iter().map(|p| (p[0] - 0.5) * (p[1] - 0.5)).sum::<f64>() / 1000.0;
        assert!((covariance * 12.0).abs() < 0.13, "{covariance}");
        assert_ne!(points, latin_hypercube(RunKey::new(7, 0), Stream::Design, 2, 1000, 2), "batches differ");
    }
}
