//! Where a wave looks: a box in unit coordinates.

use serde::Serialize;

use crate::design::latin_hypercube;
use crate::random::{RunKey, Stream};

/// A box is widened on each side by this share of its own width (proposed).
const WIDENED_BY: f64 = 0.1;
/// And by at least this share of the whole range (proposed).
const WIDENED_LEAST: f64 = 0.02;
/// Survivors from which on their box is trusted; with fewer, the least implausible sets stand in (proposed).
pub const ENOUGH: usize = 10;
/// Share of the sets that stand in (proposed).
const STAND_IN: f64 = 0.1;
/// Designs that a wave may draw, of which it draws the first.
const DESIGNS_PER_WAVE: u32 = 1000;

/// What a wave's region was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The ranges of the study.
    Whole,
    /// The box of the sets that survived so far.
    Survivors,
    /// Fewer than [`ENOUGH`] survived: the box of the least implausible tenth.
    LeastImplausible,
}

/// The region of a wave.
#[derive(Clone, Debug)]
pub struct Region {
    /// What it was made from.
    pub basis: Basis,
    /// Least unit coordinate by axis.
    pub low: Vec<f64>,
    /// Greatest unit coordinate by axis.
    pub high: Vec<f64>,
}

impl Region {
    /// The ranges of the study.
    #[must_use]
    pub fn whole(axes: usize) -> Self {
        Self { basis: Basis::Whole, low: vec![0.0; axes], high: vec![1.0; axes] }
    }

    /// The region after the sets so far: unit coordinates and implausibility of each. None when
    /// nothing was run with success.
    #[must_use]
    pub fn after(tried: &[(&[f64], f64)], axes: usize, cutoff: f64) -> Option<Self> {
        if tried.is_empty() {
            return None;
        }
        // Its members: the survivors, or where these are few, the least implausible sets.
        let mut order: Vec<usize> = (0..tried.len()).collect();
        order.sort_by(|&a, &b| tried[a].1.total_cmp(&tried[b].1).then(a.cmp(&b)));
        let survivors = tried.iter().filter(|t| t.1 <= cutoff).count();
        let (basis, members) = if survivors >= ENOUGH {
            (Basis::Survivors, survivors)
        } else {
            let tenth = (tried.len() as f64 * STAND_IN).ceil() as usize;
            (Basis::LeastImplausible, tenth.max(ENOUGH).min(tried.len()))
        };

        // Their box, a little wider.
        let mut region = Self { basis, low: vec![1.0; axes], high: vec![0.0; axes] };
        for &member in &order[..members] {
            for (axis, x) in tried[member].0.iter().enumerate() {
                region.low[axis] = region.low[axis].min(*x);
                region.high[axis] = region.high[axis].max(*x);
            }
        }
        for (low, high) in region.low.iter_mut().zip(&mut region.high) {
            let by = ((*high - *low) * WIDENED_BY).max(WIDENED_LEAST);
            (*low, *high) = ((*low - by).max(0.0), (*high + by).min(1.0));
        }
        Some(region)
    }

    /// Least and greatest unit coordinate, axis by axis.
    fn sides(&self) -> impl Iterator<Item = (f64, f64)> {
        self.low.iter().copied().zip(self.high.iter().copied())
    }

    /// Whether a point lies in it.
    #[must_use]
    pub fn holds(&self, at: &[f64]) -> bool {
        at.iter().zip(self.sides()).all(|(x, (low, high))| (low..=high).contains(x))
    }

    /// Share of the whole space.
    #[must_use]
    pub fn volume(&self) -> f64 {
        self.sides().map(|(low, high)| high - low).product()
    }

    /// The points of a wave: a Latin hypercube over the box.
    #[must_use]
    pub fn points(&self, key: RunKey, wave: u32, count: usize) -> Vec<Vec<f64>> {
        let number = wave.saturating_mul(DESIGNS_PER_WAVE);
        let mut points = latin_hypercube(key, Stream::Calibration, number, count, self.low.len());
        for (x, (low, high)) in points.iter_mut().flat_map(|p| p.iter_mut().zip(self.sides())) {
            *x = low + *x * (high - low);
        }
        points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(at: &[Vec<f64>], f: impl Fn(&[f64]) -> f64) -> Vec<(&[f64], f64)> {
        at.iter().map(|p| (&p[..], f(p))).collect()
    }

    #[test]
    fn the_box_of_the_survivors_is_widened() {
        let at: Vec<Vec<f64>> = (0..=20).map(|i| vec![f64::from(i) / 20.0, 0.5]).collect();
        // Survivors: 0.2 to 0.7, eleven of them; widened by a tenth of 0.5, and by 0.02 where the box has no width.
        let tried = tried(&at, |p| if (0.19..0.71).contains(&p[0]) { 1.0 } else { 9.0 });
        let region = Region::after(&tried, 2, 3.0).unwrap();
        assert_eq!(region.basis, Basis::Survivors);
        for (found, expected) in region.low.iter().chain(&region.high).zip([0.15, 0.48, 0.75, 0.52])
        {
            assert!((found - expected).abs() < 1e-12, "{region:?}");
        }
        assert!(region.holds(&[0.16, 0.5]) && !region.holds(&[0.14, 0.5]));
        assert!((region.volume() - 0.6 * 0.04).abs() < 1e-12);
    }

    #[test]
    fn without_survivors_the_least_implausible_stand_in() {
        let at: Vec<Vec<f64>> = (0..200).map(|i| vec![f64::from(i) / 199.0]).collect();
        let tried = tried(&at, |p| 5.0 + 10.0 * p[0]);
        let region = Region::after(&tried, 1, 3.0).unwrap();
        assert_eq!(region.basis, Basis::LeastImplausible);
        assert!(region.low[0] == 0.0 && (0.095..0.13).contains(&region.high[0]), "{region:?}");
        assert!(Region::after(&[], 1, 3.0).is_none());
    }
}
