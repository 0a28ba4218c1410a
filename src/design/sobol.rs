//! Sobol' sequences, in unit coordinates: plain, or with Owen's scrambling.
//!
//! The direction numbers are those of Joe and Kuo (2008, "Constructing Sobol' sequences with better two-dimensional
//! projections", set new-joe-kuo-6.21201), in the order in which `SALib` 1.6.0 holds them: per dimension from the second on
//! the polynomial's number, then the initial m. Copyright (c) 2008 Frances Y. Kuo and Stephen Joe, under the 3-clause BSD
//! licence (<https://web.maths.unsw.edu.au/~fkuo/sobol/>).

use std::sync::OnceLock;

use crate::random::{DrawId, RunKey, Stream, unit};

/// Dimensions at most.
pub const MOST_DIMENSIONS: usize = 256;
/// Points at most, with those that are skipped.
pub const MOST_POINTS: u64 = 1 << 31;
/// Digits of a coordinate.
const BITS: usize = 32;

/// Steps of [`Stream::Design`] that belong to scrambling.
const FLIPS: u32 = 1;
const TAILS: u32 = 2;

/// Direction numbers by dimension: `v[j]` is added (without carry) when digit `j` of the Gray code changes.
fn directions() -> &'static [[u32; BITS]] {
    static DIRECTIONS: OnceLock<Vec<[u32; BITS]>> = OnceLock::new();
    DIRECTIONS.get_or_init(|| {
        let mut all = vec![std::array::from_fn(|j| 1 << (BITS - 1 - j))];
        for line in include_str!("direction_numbers.txt").lines() {
            let numbers: Vec<u32> = line.split(' ').filter_map(|n| n.parse().ok()).collect();
            let (polynomial, m) = (numbers[0], &numbers[1..]);
            let degree = m.len();
            let mut v = [0_u32; BITS];
            for j in 0..BITS {
                if j < degree {
                    v[j] = m[j] << (BITS - 1 - j);
                    continue;
                }
                v[j] = v[j - degree] ^ (v[j - degree] >> degree);
                for k in 1..degree {
                    if (polynomial >> (degree - 1 - k)) & 1 == 1 {
                        v[j] ^= v[j - k];
                    }
                }
            }
            all.push(v);
        }
        all
    })
}

/// Points `skip` to `skip + count` of the sequence. With a key each coordinate is scrambled as Owen (1995) does: every digit is
/// flipped or not by a draw of its own for each value of the digits before it, and what lies beyond the last digit is drawn.
/// Every point is then uniform on [0, 1), any run of 2^m points that begins at a multiple of 2^m stays a net, and no
/// coordinate is exactly 0.
///
/// # Panics
/// When there are more than [`MOST_DIMENSIONS`] dimensions or [`MOST_POINTS`] points, which checked designs rule out.
#[must_use]
pub fn sobol(
    scramble: Option<RunKey>,
    skip: u32,
    count: usize,
    dimensions: usize,
) -> Vec<Vec<f64>> {
    assert!(
        dimensions <= MOST_DIMENSIONS && u64::from(skip) + count as u64 <= MOST_POINTS,
        "a checked design"
    );
    let directions = directions();
    let point = |number: u32| {
        let gray = number ^ (number >> 1);
        let coordinate = |dimension: usize| {
            let digits = (0..BITS)
                .filter(|j| (gray >> j) & 1 == 1)
                .fold(0, |x, j| x ^ directions[dimension][j]);
            let Some(key) = scramble else { return f64::from(digits) / 2_f64.powi(32) };
            let mut x = 0_u32;
            for j in 0..BITS {
                // The digits before this one, with a leading 1 so that 0 and 00 differ.
                let before =
                    (1_u64 << j) | u64::from(digits.checked_shr((BITS - j) as u32).unwrap_or(0));
                let flip = key.hash(Stream::Design, DrawId::digits(dimension, before), FLIPS) & 1;
                x = (x << 1) | (((digits >> (BITS - 1 - j)) & 1) ^ flip as u32);
            }
            let mut draws =
                key.draws(Stream::Design, DrawId::digits(dimension, u64::from(number)), TAILS);
            let tail = unit(&mut draws).max(f64::EPSILON);
            // 32 digits and a tail: the sum may round up to 1, which is outside.
            ((f64::from(x) + tail) / 2_f64.powi(32)).min(1.0 - f64::EPSILON / 2.0)
        };
        (0..dimensions).map(coordinate).collect()
    };
    (skip..skip + count as u32).map(point).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // Reference values: SALib 1.6.0 under Python 3.11,
    //   from SALib.sample import sobol_sequence
    //   sobol_sequence.sample(8, 5)
    //   s = sobol_sequence.sample(300, 40); s[299, [0, 7, 20, 39]]; s.sum()
    //   sobol_sequence.sample(1000, 200)[777, [50, 150, 199]]
    #[test]
    fn the_plain_sequence_is_that_of_salib() {
        let expected = [
            [0.0, 0.0, 0.0, 0.0, 0.0],
            [0.5, 0.5, 0.5, 0.5, 0.5],
            [0.75, 0.25, 0.25, 0.25, 0.75],
            [0.25, 0.75, 0.75, 0.75, 0.25],
            [0.375, 0.375, 0.625, 0.875, 0.375],
            [0.875, 0.875, 0.125, 0.375, 0.875],
            [0.625, 0.125, 0.875, 0.625, 0.625],
            [0.125, 0.625, 0.375, 0.125, 0.125],
        ];
        assert_eq!(sobol(None, 0, 8, 5), expected);
        let many = sobol(None, 0, 300, 40);
        assert_eq!(
            [0, 7, 20, 39].map(|d| many[299][d]).to_vec(),
            [0.490234375, 0.279296875, 0.361328125, 0.880859375]
        );
        assert!((many.iter().flatten().sum::<f64>() - 5979.75).abs() < 1e-9);
        let wide = sobol(None, 777, 1, 200);
        assert_eq!(
            [50, 150, 199].map(|d| wide[0][d]).to_vec(),
            [0.0830078125, 0.4775390625, 0.1435546875]
        );
    }

    proptest! {
        #[test]
        fn scrambled_points_stay_a_net(seed in 0_u64..200, power in 1_u32..8, block in 0_u32..4, dimensions in 1_usize..6) {
            let count = 1_usize << power;
            let points = sobol(Some(RunKey::new(seed, 0)), block << power, count, dimensions);
            // Each slice of 1/2^m of each axis has one point, and each quarter-square of the first two axes a quarter.
            for axis in 0..dimensions {
                let mut slices: Vec<usize> = points.iter().map(|p| (p[axis] * count as f64) as usize).collect();
                slices.sort_unstable();
                prop_assert_eq!(slices, (0..count).collect::<Vec<_>>());
            }
            if dimensions > 1 && power >= 2 {
                for quarter in 0..4 {
                    let inside = |p: &&Vec<f64>| (p[0] * 2.0) as usize * 2 + (p[1] * 2.0) as usize == quarter;
                    prop_assert_eq!(points.iter().filter(inside).count(), count / 4);
                }
            }
            prop_assert!(points.iter().flatten().all(|x| *x > 0.0 && *x < 1.0));
        }
    }

    #[test]
    fn scrambles_differ_by_seed_repeat_and_are_uniform_at_one_point() {
        let first = |seed| sobol(Some(RunKey::new(seed, 0)), 0, 4, 3);
        assert_eq!(first(1), first(1));
        assert_ne!(first(1), first(2));
        // Point 0, which is the corner in the plain sequence, is uniform over seeds: mean 0.5, standard error 0.0065.
        let mean =
            (0..2000).map(|seed| sobol(Some(RunKey::new(seed, 0)), 0, 1, 2)[0][1]).sum::<f64>()
                / 2000.0;
        assert!((mean - 0.5).abs() < 0.026, "{mean}");
        // More points leave the earlier ones.
        assert_eq!(sobol(Some(RunKey::new(1, 0)), 0, 9, 3)[..4], first(1));
    }
}
