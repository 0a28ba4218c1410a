//! Mean and quantiles of the replicates of one quantity.

/// Mean and quantiles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// How many values.
    pub count: usize,
    /// Mean.
    pub mean: f64,
    /// 5 % quantile.
    pub q05: f64,
    /// 25 % quantile.
    pub q25: f64,
    /// Median.
    pub q50: f64,
    /// 75 % quantile.
    pub q75: f64,
    /// 95 % quantile.
    pub q95: f64,
}

impl Spread {
    /// The spread of some values, which are sorted by it; nothing for no values.
    ///
    /// The sum is taken in the order given, so the same replicates in the same order give the same bits.
    #[must_use]
    pub fn of(values: &mut [f64]) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.sort_unstable_by(f64::total_cmp);
        Some(Self {
            count: values.len(),
            mean,
            q05: quantile(values, 0.05),
            q25: quantile(values, 0.25),
            q50: quantile(values, 0.5),
            q75: quantile(values, 0.75),
            q95: quantile(values, 0.95),
        })
    }

    /// Mean and quantiles in the order of the tables.
    #[must_use]
    pub const fn numbers(&self) -> [f64; 6] {
        [self.mean, self.q05, self.q25, self.q50, self.q75, self.q95]
    }

    /// Width of the 90 % band.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.q95 - self.q05
    }
}

/// Quantile of type 7 (Hyndman and Fan 1996): linear between order statistics at `(n - 1) p`, the default of R and numpy.
/// `sorted` is ascending and not empty; `p` is between 0 and 1.
#[must_use]
pub fn quantile(sorted: &[f64], p: f64) -> f64 {
    let position = (sorted.len() - 1) as f64 * p;
    let below = position.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    let (low, high) = (sorted[below], sorted[above]);
    // Equal neighbours give themselves exactly, also when they are infinite.
    if low.total_cmp(&high).is_eq() { low } else { low + (position - below as f64) * (high - low) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(values: &[f64], p: f64, expected: f64) {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        assert!(
            (quantile(&sorted, p) - expected).abs() < 1e-12,
            "{values:?} at {p}: {}",
            quantile(&sorted, p)
        );
    }

    #[test]
    fn quantiles_are_those_of_r_and_numpy() {
        // By hand, and the same as quantile(x, p, type = 7) and numpy.quantile(x, p).
        check(&[3.0], 0.05, 3.0);
        check(&[1.0, 2.0], 0.05, 1.05);
        check(&[1.0, 2.0], 0.95, 1.95);
        check(&[1.0, 2.0, 3.0, 4.0], 0.25, 1.75);
        check(&[4.0, 1.0, 3.0, 2.0], 0.5, 2.5);
        check(&[10.0, 20.0, 40.0, 80.0, 160.0], 0.25, 20.0);
        check(&[10.0, 20.0, 40.0, 80.0, 160.0], 0.95, 144.0);
        let twenty: Vec<f64> = (1..=20).map(f64::from).collect();
        check(&twenty, 0.05, 1.95);
        check(&twenty, 0.95, 19.05);
        check(&twenty, 0.0, 1.0);
        check(&twenty, 1.0, 20.0);
    }

    #[test]
    fn a_spread_of_nothing_is_nothing() {
        assert_eq!(Spread::of(&mut []), None);
        let spread = Spread::of(&mut [2.0, 4.0, 9.0]).unwrap();
        assert_eq!((spread.count, spread.mean, spread.q50), (3, 5.0, 4.0));
        assert!((spread.width() - (8.5 - 2.2)).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn quantiles_lie_in_order_within_the_values(mut values in proptest::collection::vec(-1e6..1e6f64, 1..60)) {
            let spread = Spread::of(&mut values).unwrap();
            let ladder = [values[0], spread.q05, spread.q25, spread.q50, spread.q75, spread.q95, values[values.len() - 1]];
            prop_assert!(ladder.windows(2).all(|w| w[0] <= w[1]), "{:?}", ladder);
        }
    }
}
