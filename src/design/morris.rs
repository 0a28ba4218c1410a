//! Morris trajectories, in unit coordinates (Morris 1991, as `SALib`'s `morris.sample` without optimisation).

use crate::random::{RunKey, Stream, unit};

/// Step of [`Stream::Design`] that belongs to trajectories.
const STEP: u32 = 3;

/// Size of a step on a grid of so many levels, in unit coordinates: `p / (2 (p - 1))`.
#[must_use]
pub fn step_size(levels: u32) -> f64 {
    f64::from(levels) / (2.0 * f64::from(levels - 1))
}

/// Trajectories one after another, each of `axes + 1` points: it starts on a grid of `levels` (even) levels and moves every axis
/// once, in a random order, up or down by [`step_size`]. More trajectories leave the earlier ones.
#[must_use]
pub fn trajectories(key: RunKey, count: usize, levels: u32, axes: usize) -> Vec<Vec<f64>> {
    let jump = levels / 2;
    let mut points = Vec::with_capacity(count * (axes + 1));
    for trajectory in 0..count {
        let mut draws = key.draws(Stream::Design, trajectory as u64, STEP);
        let mut below = |n: u32| ((unit(&mut draws) * f64::from(n)) as u32).min(n - 1);
        let mut order: Vec<usize> = (0..axes).collect();
        for last in (1..axes).rev() {
            order.swap(last, below(last as u32 + 1) as usize);
        }
        let up: Vec<bool> = (0..axes).map(|_| below(2) == 1).collect();
        let base: Vec<u32> = (0..axes).map(|_| below(levels - jump)).collect();
        points.extend(path(&base, &up, &order, levels));
    }
    points
}

/// A trajectory from its draws. An axis moves between the level of `base`, counted from 0 and in the lower half of the grid, and
/// the one half of the levels above it: from the lower to the upper one if it goes `up`, else the other way. Axes move in `order`.
#[must_use]
pub fn path(base: &[u32], up: &[bool], order: &[usize], levels: u32) -> Vec<Vec<f64>> {
    let (top, jump) = (levels - 1, levels / 2);
    let mut at: Vec<u32> =
        base.iter().zip(up).map(|(level, up)| level + if *up { 0 } else { jump }).collect();
    let coordinates =
        |at: &[u32]| at.iter().map(|level| f64::from(*level) / f64::from(top)).collect();
    let mut points = vec![coordinates(&at)];
    for &axis in order {
        at[axis] = if up[axis] { base[axis] + jump } else { base[axis] };
        points.push(coordinates(&at));
    }
    points
}

/// A step of a trajectory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Move {
    /// Number of the factor that moves.
    pub factor: usize,
    /// How far, in shares of its whole range (-1 to 1); below 0: down.
    pub size: f64,
}

/// The steps of trajectories in unit coordinates, one after another; each is one of [`step_size`].
#[must_use]
pub fn moves(units: &[Vec<f64>], levels: u32) -> Vec<Move> {
    let axes = units.first().map_or(0, Vec::len);
    let step = |pair: &[Vec<f64>]| {
        let apart = |factor: usize| pair[1][factor] - pair[0][factor];
        let factor =
            (0..axes).max_by(|a, b| apart(*a).abs().total_cmp(&apart(*b).abs())).unwrap_or(0);
        Move { factor, size: step_size(levels).copysign(apart(factor)) }
    };
    units.chunks(axes + 1).flat_map(|path| path.windows(2).map(step)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        // What defines Morris's design.
        #[test]
        fn each_step_moves_one_axis_once_on_the_grid(seed in 0_u64..300, count in 1_usize..6, half in 1_u32..5, axes in 1_usize..8) {
            let levels = 2 * half;
            let points = trajectories(RunKey::new(seed, 0), count, levels, axes);
            prop_assert_eq!(points.len(), count * (axes + 1));
            for path in points.chunks(axes + 1) {
                let mut moved = vec![0; axes];
                for pair in path.windows(2) {
                    let changed: Vec<usize> = (0..axes).filter(|&a| (pair[0][a] - pair[1][a]).abs() > 1e-9).collect();
                    prop_assert_eq!(changed.len(), 1);
                    moved[changed[0]] += 1;
                    let size = (pair[1][changed[0]] - pair[0][changed[0]]).abs();
                    prop_assert!((size - step_size(levels)).abs() < 1e-12);
                }
                prop_assert!(moved.iter().all(|m| *m == 1));
                for x in path.iter().flatten() {
                    let level = x * f64::from(levels - 1);
                    prop_assert!((level - level.round()).abs() < 1e-12 && (0.0..=1.0).contains(x));
                }
            }
        }
    }

    // SALib 1.6.0, numpy 2.4.6, Python 3.11: morris.sample(problem, 3, num_levels=6, seed=11) with four axes on 0 to 1, and the
    // draws behind it, as docs/salib_draws.py prints them. SALib draws for each axis the number of the step that moves it; we draw
    // for each step the axis: the inverse permutation.
    #[test]
    fn salibs_draws_give_salibs_trajectories() {
        let draws: [([usize; 4], [u32; 4], [u32; 4]); 3] = [
            ([3, 1, 0, 2], [0, 1, 1, 1], [0, 1, 0, 1]),
            ([0, 2, 1, 3], [1, 0, 1, 1], [2, 1, 2, 1]),
            ([0, 2, 1, 3], [1, 0, 1, 0], [1, 2, 0, 2]),
        ];
        let expected = [
            [0.6, 0.2, 0.0, 0.2],
            [0.6, 0.2, 0.6, 0.2],
            [0.6, 0.8, 0.6, 0.2],
            [0.6, 0.8, 0.6, 0.8],
            [0.0, 0.8, 0.6, 0.8],
            [0.4, 0.8, 0.4, 0.2],
            [1.0, 0.8, 0.4, 0.2],
            [1.0, 0.8, 1.0, 0.2],
            [1.0, 0.2, 1.0, 0.2],
            [1.0, 0.2, 1.0, 0.8],
            [0.2, 1.0, 0.0, 1.0],
            [0.8, 1.0, 0.0, 1.0],
            [0.8, 1.0, 0.6, 1.0],
            [0.8, 0.4, 0.6, 1.0],
            [0.8, 0.4, 0.6, 0.4],
        ];
        for ((step_of, signs, base), expected) in draws.into_iter().zip(expected.chunks(5)) {
            let mut order = [0; 4];
            for (axis, step) in step_of.into_iter().enumerate() {
                order[step] = axis;
            }
            let found = path(&base, &signs.map(|sign| sign == 1), &order, 6);
            for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
                assert!((found - expected).abs() < 1e-12, "{found} {expected}");
            }
        }
    }

    // SALib 1.6.0: SALib.util._compute_delta(p) and the grid that a trajectory starts on, numpy.linspace(0, 1 - delta, p // 2).
    #[test]
    fn steps_and_levels_are_those_of_salib() {
        let expected: [(u32, f64, &[f64]); 4] = [
            (2, 1.0, &[0.0]),
            (4, 0.6666666666666666, &[0.0, 0.33333333333333337]),
            (6, 0.6, &[0.0, 0.2, 0.4]),
            (
                10,
                0.5555555555555556,
                &[
                    0.0,
                    0.1111111111111111,
                    0.2222222222222222,
                    0.3333333333333333,
                    0.4444444444444444,
                ],
            ),
        ];
        for (levels, delta, grid) in expected {
            assert!((step_size(levels) - delta).abs() < 1e-12, "{levels}");
            for (level, coordinate) in grid.iter().enumerate() {
                let [from, to] = [
                    path(&[level as u32], &[true], &[0], levels),
                    path(&[level as u32], &[false], &[0], levels),
                ]
                .map(|points| [points[0][0], points[1][0]]);
                let moved = [*coordinate, coordinate + delta];
                assert!(
                    (0..2).all(|i| (from[i] - moved[i]).abs() < 1e-12
                        && (to[i] - moved[1 - i]).abs() < 1e-12)
                );
            }
        }
    }

    #[test]
    fn starts_directions_and_orders_are_all_met() {
        let points = trajectories(RunKey::new(3, 0), 600, 4, 2);
        let share = |holds: &dyn Fn(&[Vec<f64>]) -> bool| {
            points.chunks(3).filter(|path| holds(path)).count() as f64 / 600.0
        };
        // Standard error of a share of a half: 0.02; of an eighth: 0.0135.
        assert!(
            (share(&|p| (p[0][0] - p[1][0]).abs() > 1e-9) - 0.5).abs() < 0.08,
            "which axis moves first"
        );
        assert!((share(&|p| p[2][1] > p[0][1]) - 0.5).abs() < 0.08, "up or down");
        for start in [0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0] {
            assert!(
                (share(&|p| (p[0][0] - start).abs() < 1e-9) - 0.25).abs() < 0.07,
                "start {start}"
            );
        }
        assert_eq!(points[..9], trajectories(RunKey::new(3, 0), 3, 4, 2));
        assert!((step_size(4) - 2.0 / 3.0).abs() < 1e-15);
    }
}
