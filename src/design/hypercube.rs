//! Latin hypercubes, in unit coordinates.

use crate::random::{RunKey, Stream, unit};

/// A Latin hypercube: `count` points of which every axis has exactly one in each of `count` equal slices, at a place drawn
/// uniformly in its slice (`McKay`, Beckman, Conover 1979). `batch` keeps the designs of one
/// stream apart.
#[must_use]
pub fn latin_hypercube(
    key: RunKey,
    stream: Stream,
    batch: u32,
    count: usize,
    axes: usize,
) -> Vec<Vec<f64>> {
    let mut columns = Vec::with_capacity(axes);
    for axis in 0..axes {
        let mut draws = key.draws(stream, axis as u64, batch);
        let mut slices: Vec<usize> = (0..count).collect();
        // Fisher and Yates; the bias of a scaled 53-bit number is far below what could be seen.
        for last in (1..count).rev() {
            let other = (unit(&mut draws) * (last + 1) as f64) as usize;
            slices.swap(last, other.min(last));
        }
        let within: Vec<f64> = slices.iter().map(|_| unit(&mut draws)).collect();
        columns.push(in_slices(&slices, &within));
    }
    (0..count).map(|point| columns.iter().map(|column| column[point]).collect()).collect()
}

/// The coordinates of the points on an axis, from the draws: each point's slice, of as many equal ones as there are points,
/// counted from 0; and each point's place within its slice, 0 to below 1.
#[must_use]
pub fn in_slices(slices: &[usize], within: &[f64]) -> Vec<f64> {
    slices
        .iter()
        .zip(within)
        .map(|(slice, within)| (*slice as f64 + within) / slices.len() as f64)
        .collect()
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

    // SALib 1.6.0, numpy 2.4.6, Python 3.11: latin.sample(problem, 5, seed=11) with three axes on 0 to 1, and the draws behind it,
    // as docs/salib_draws.py prints them. SALib draws a place for each slice and then shuffles the slices among the points.
    #[test]
    fn salibs_draws_give_salibs_points() {
        let of_slices = [
            [0.12857020276919962, 0.49927786244011496, 0.6014983576233575],
            [0.028689008371944547, 0.14792608457745593, 0.9282110229603695],
            [0.07042057615419683, 0.12977394939929798, 0.9483284532917751],
            [0.6218835927963828, 0.368993123729791, 0.5113900218032627],
            [0.6628429525167993, 0.2753088157611293, 0.13796807286695534],
        ];
        let slices = [[0, 4, 3, 2, 1], [4, 1, 0, 3, 2], [3, 1, 4, 2, 0]];
        let expected = [
            [0.025714040553839926, 0.8550617631522259, 0.7022780043606526],
            [0.9325685905033598, 0.2295852169154912, 0.38564220459207393],
            [0.7243767185592767, 0.099855572488023, 0.8275936145733911],
            [0.4140841152308394, 0.6737986247459583, 0.5896656906583551],
            [0.20573780167438893, 0.42595478987985963, 0.1202996715246715],
        ];
        for axis in 0..3 {
            let within = slices[axis].map(|slice| of_slices[slice][axis]);
            for (point, found) in in_slices(&slices[axis], &within).into_iter().enumerate() {
                assert!(
                    (found - expected[point][axis]).abs() < 1e-12,
                    "point {point}, axis {axis}: {found}"
                );
            }
        }
    }

    #[test]
    fn axes_are_shuffled_independently() {
        // Correlation of two axes of 1,000 points: standard deviation 1 / sqrt(999) = 0.032.
        let points = latin_hypercube(RunKey::new(7, 0), Stream::Design, 1, 1000, 2);
        let covariance: f64 =
            points.iter().map(|p| (p[0] - 0.5) * (p[1] - 0.5)).sum::<f64>() / 1000.0;
        assert!((covariance * 12.0).abs() < 0.13, "{covariance}");
        assert_ne!(
            points,
            latin_hypercube(RunKey::new(7, 0), Stream::Design, 2, 1000, 2),
            "batches differ"
        );
    }
}
