//! Where a wave looks: a box in unit coordinates, and within it what the emulator does not rule out.

use serde::Serialize;

use super::emulator::Emulator;
use super::implausibility::{Judged, OverPoints, OverSeries};
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
/// Designs drawn at most to fill a wave with what the emulator keeps.
const MOST_BATCHES: u32 = 400;
/// Step between the batches of two waves.
const BATCHES_PER_WAVE: u32 = 1000;

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

/// How implausibilities become one number, and where it rules out.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Over the points of a series.
    pub over_points: OverPoints,
    /// Over series.
    pub over_series: OverSeries,
    /// Above it a set is ruled out.
    pub cutoff: f64,
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
    /// What rules out within the box.
    pub emulator: Option<Emulator>,
    /// Share of the box that the emulator keeps, from the points that were proposed; 1 without an emulator.
    pub kept: f64,
}

/// A set that was run, as far as the next region needs to know.
#[derive(Clone, Copy, Debug)]
pub struct Tried<'a> {
    /// Unit coordinates.
    pub at: &'a [f64],
    /// Its series.
    pub judged: &'a [Judged],
    /// Its implausibility.
    pub implausibility: f64,
}

impl Region {
    /// The ranges of the study.
    #[must_use]
    pub fn whole(axes: usize) -> Self {
        Self {
            basis: Basis::Whole,
            low: vec![0.0; axes],
            high: vec![1.0; axes],
            emulator: None,
            kept: 1.0,
        }
    }

    /// The region after the sets so far. None when nothing was run with success.
    #[must_use]
    pub fn after(tried: &[Tried<'_>], axes: usize, rule: Rule) -> Option<Self> {
        if tried.is_empty() {
            return None;
        }
        let mut order: Vec<usize> = (0..tried.len()).collect();
        order.sort_by(|&a, &b| {
            tried[a].implausibility.total_cmp(&tried[b].implausibility).then(a.cmp(&b))
        });
        let survivors = tried.iter().filter(|t| t.implausibility <= rule.cutoff).count();
        let (basis, members) = if survivors >= ENOUGH {
            (Basis::Survivors, survivors)
        } else {
            let tenth = (tried.len() as f64 * STAND_IN).ceil() as usize;
            (Basis::LeastImplausible, tenth.max(ENOUGH).min(tried.len()))
        };
        let mut region =
            Self { basis, low: vec![1.0; axes], high: vec![0.0; axes], emulator: None, kept: 1.0 };
        for &member in &order[..members] {
            for axis in 0..axes {
                region.low[axis] = region.low[axis].min(tried[member].at[axis]);
                region.high[axis] = region.high[axis].max(tried[member].at[axis]);
            }
        }
        for (low, high) in region.low.iter_mut().zip(&mut region.high) {
            let by = ((*high - *low) * WIDENED_BY).max(WIDENED_LEAST);
            (*low, *high) = ((*low - by).max(0.0), (*high + by).min(1.0));
        }
        let sets: Vec<(&[f64], &[Judged])> = tried.iter().map(|t| (t.at, t.judged)).collect();
        region.emulator = Emulator::fit(&sets, &region.low, &region.high);
        Some(region)
    }

    /// Whether a point may be looked at.
    #[must_use]
    pub fn holds(&self, at: &[f64], rule: Rule) -> bool {
        let inside = at
            .iter()
            .zip(self.low.iter().zip(&self.high))
            .all(|(x, (low, high))| (*low..=*high).contains(x));
        inside && self.keeps(at, rule)
    }

    fn keeps(&self, at: &[f64], rule: Rule) -> bool {
        self.emulator.as_ref().is_none_or(|emulator| {
            emulator.least_implausibility(at, rule.over_points, rule.over_series) <= rule.cutoff
        })
    }

    /// Share of the whole space, the emulator's estimate included.
    #[must_use]
    pub fn volume(&self) -> f64 {
        self.low.iter().zip(&self.high).map(|(low, high)| high - low).product::<f64>() * self.kept
    }

    /// The points of a wave: a Latin hypercube over the box; with an emulator, hypercubes until enough points are kept. An
    /// emulator that keeps next to nothing is dropped rather than believed.
    pub fn points(&mut self, key: RunKey, wave: u32, count: usize, rule: Rule) -> Vec<Vec<f64>> {
        let axes = self.low.len();
        let first = wave.saturating_mul(BATCHES_PER_WAVE);
        let batch = |region: &Self, number: u32| -> Vec<Vec<f64>> {
            let mut points = latin_hypercube(key, Stream::Calibration, first + number, count, axes);
            for (x, (low, high)) in points
                .iter_mut()
                .flat_map(|p| p.iter_mut().zip(region.low.iter().zip(&region.high)))
            {
                *x = low + *x * (high - low);
            }
            points
        };
        if self.emulator.is_some() {
            let mut kept = Vec::new();
            let (mut proposed, mut accepted) = (0_u64, 0_u64);
            for number in 0..MOST_BATCHES {
                for point in batch(self, number) {
                    proposed += 1;
                    if self.keeps(&point, rule) {
                        accepted += 1;
                        kept.push(point);
                    }
                }
                if kept.len() >= count {
                    kept.truncate(count);
                    self.kept = accepted as f64 / proposed as f64;
                    return kept;
                }
            }
            self.emulator = None;
        }
        self.kept = 1.0;
        batch(self, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Rule = Rule {
        over_points: OverPoints::RootMeanSquare,
        over_series: OverSeries::Largest,
        cutoff: 3.0,
    };

    fn tried(at: &[Vec<f64>], f: impl Fn(&[f64]) -> f64) -> Vec<Tried<'_>> {
        at.iter().map(|p| Tried { at: p, judged: &[], implausibility: f(p) }).collect()
    }

    #[test]
    fn the_box_of_the_survivors_is_widened() {
        let at: Vec<Vec<f64>> = (0..=20).map(|i| vec![f64::from(i) / 20.0, 0.5]).collect();
        // Survivors: 0.2 to 0.7, eleven of them; widened by a tenth of 0.5, and by 0.02 where the box has no width.
        let tried = tried(&at, |p| if (0.19..0.71).contains(&p[0]) { 1.0 } else { 9.0 });
        let region = Region::after(&tried, 2, RULE).unwrap();
        assert_eq!(region.basis, Basis::Survivors);
        for (found, expected) in region.low.iter().chain(&region.high).zip([0.15, 0.48, 0.75, 0.52])
        {
            assert!((found - expected).abs() < 1e-12, "{region:?}");
        }
        assert!(region.holds(&[0.16, 0.5], RULE) && !region.holds(&[0.14, 0.5], RULE));
        assert!((region.volume() - 0.6 * 0.04).abs() < 1e-12);
    }

    #[test]
    fn without_survivors_the_least_implausible_stand_in() {
        let at: Vec<Vec<f64>> = (0..200).map(|i| vec![f64::from(i) / 199.0]).collect();
        let tried = tried(&at, |p| 5.0 + 10.0 * p[0]);
        let region = Region::after(&tried, 1, RULE).unwrap();
        assert_eq!(region.basis, Basis::LeastImplausible);
        assert!(region.low[0] == 0.0 && (0.095..0.13).contains(&region.high[0]), "{region:?}");
        assert!(Region::after(&[], 1, RULE).is_none());
    }
}
