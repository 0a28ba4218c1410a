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
    let (top, jump) = (levels - 1, levels / 2);
    let mut points = Vec::with_capacity(count * (axes + 1));
    for trajectory in 0..count {
        let mut draws = key.draws(Stream::Design, trajectory as u64, STEP);
        let mut below = |n: u32| ((unit(&mut draws) * f64::from(n)) as u32).min(n - 1);
        let mut order: Vec<usize> = (0..axes).collect();
        for last in (1..axes).rev() {
            order.swap(last, below(last as u32 + 1) as usize);
        }
        // An axis that goes up starts in the lower half of the grid, one that goes down in the upper half.
        let up: Vec<bool> = (0..axes).map(|_| below(2) == 1).collect();
        let mut at: Vec<u32> = up.iter().map(|&up| below(levels - jump) + if up { 0 } else { jump }).collect();
        let mut keep = |at: &[u32]| points.push(at.iter().map(|&l| f64::from(l) / f64::from(top)).collect());
        keep(&at);
        for axis in order {
            at[axis] = if up[axis] { at[axis] + jump } else { at[axis] - jump };
            keep(&at);
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        // What defines Morris's design; SALib's own draws come from another generator and cannot be met.
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

    #[test]
    fn starts_directions_and_orders_are_all_met() {
        let points = trajectories(RunKey::new(3, 0), 600, 4, 2);
        let share =
            |holds: &dyn Fn(&[Vec<f64>]) -> bool| points.chunks(3).filter(|path| holds(path)).count() as f64 / 600.0;
        // Standard error of a share of a half: 0.02; of an eighth: 0.0135.
        assert!((share(&|p| (p[0][0] - p[1][0]).abs() > 1e-9) - 0.5).abs() < 0.08, "which axis moves first");
        assert!((share(&|p| p[2][1] > p[0][1]) - 0.5).abs() < 0.08, "up or down");
        for start in [0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0] {
            assert!((share(&|p| (p[0][0] - start).abs() < 1e-9) - 0.25).abs() < 0.07, "start {start}");
        }
        assert_eq!(points[..9], trajectories(RunKey::new(3, 0), 3, 4, 2));
        assert!((step_size(4) - 2.0 / 3.0).abs() < 1e-15);
    }
}
