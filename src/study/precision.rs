//! Are the replicates enough? The Monte Carlo interval of the mean of each headline number, and how many replicates would do.

use std::collections::BTreeMap;

use super::summary::{PEAK_DAY, Summary, measures};
use crate::output::format::RowWriter;
use crate::recorders::Headline;
use crate::recorders::table::{RUSSIA_SOUTH, Table};

/// Half-width that is asked for when nothing else is, relative to the mean.
pub const WANTED: f64 = 0.05;

/// 97.5 % quantiles of Student's t for 1 to 30 degrees of freedom (NIST/SEMATECH e-Handbook, table 1.3.6.7.2).
const T_975: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042,
];

/// 97.5 % quantile of the normal distribution.
const Z_975: f64 = 1.959_963_984_540_054;

/// Mean, sample variance and number of some values, without keeping them (Welford 1962).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    /// How many values.
    pub count: usize,
    /// Mean.
    pub mean: f64,
    squares: f64,
}

impl Moments {
    /// The moments of some values.
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        values.fold(Self::default(), |Self { count, mean, squares }, value| {
            let count = count + 1;
            let before = value - mean;
            let mean = mean + before / count as f64;
            Self { count, mean, squares: squares + before * (value - mean) }
        })
    }

    /// Standard deviation of the values, with n - 1; nothing for fewer than two.
    #[must_use]
    pub fn deviation(&self) -> Option<f64> {
        (self.count >= 2).then(|| (self.squares.max(0.0) / (self.count - 1) as f64).sqrt())
    }
}

/// What counts as an independent draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draw {
    /// A replicate: the points of a design share its luck.
    Replicate,
    /// A point of a design, with luck of its own: its replicates share its parameters.
    Point,
}

impl Draw {
    /// Its name in the plural.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Replicate => "replicates",
            Self::Point => "points",
        }
    }
}

/// How well the mean of one headline number is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Precision {
    /// Outcome by its name.
    pub outcome: String,
    /// Variant by its name.
    pub variant: String,
    /// Border; empty for numbers of the whole region.
    pub border: String,
    /// Measure as in `summary.csv`.
    pub measure: &'static str,
    /// What counts as one value.
    pub by: Draw,
    /// Mean, variance, number of draws.
    pub moments: Moments,
}

impl Precision {
    /// Half-width of the 95 % interval of the mean, in the unit of the measure; nothing for fewer than two replicates.
    #[must_use]
    pub fn half_width(&self) -> Option<f64> {
        half_width(self.moments.count, self.moments.deviation()?)
    }

    /// The same relative to the size of the mean; nothing when the mean is 0 and the replicates differ.
    #[must_use]
    pub fn relative(&self) -> Option<f64> {
        let half = self.half_width()?;
        if half == 0.0 {
            return Some(0.0);
        }
        (self.moments.mean != 0.0).then(|| half / self.moments.mean.abs())
    }

    /// Fewest replicates whose interval would have the wanted relative half-width if they scatter as these do; nothing when
    /// that cannot be said.
    #[must_use]
    pub fn would_do(&self, wanted: f64) -> Option<usize> {
        let deviation = self.moments.deviation()?;
        let allowed = wanted * self.moments.mean.abs();
        if deviation == 0.0 {
            return Some(2);
        }
        if allowed <= 0.0 {
            return None;
        }
        let enough = |n: usize| half_width(n, deviation).is_some_and(|half| half <= allowed);
        // The normal quantile gives too few, by six at most; from there upwards.
        let first = ((Z_975 * deviation / allowed).powi(2).floor().min(1e12) as usize).max(2);
        (first..first + 64).find(|&n| enough(n))
    }

    /// Whether it is one of the numbers that `--until-precision` looks at: the peak on Russia's southern border and the
    /// numbers of the whole region.
    #[must_use]
    pub fn is_headline(&self) -> bool {
        self.measure != PEAK_DAY && (self.border == RUSSIA_SOUTH || self.border.is_empty())
    }

    /// The row of `precision.csv`.
    #[must_use]
    pub fn row(&self, wanted: f64) -> Vec<u8> {
        let mut row = RowWriter::new(Table::Precision);
        row.push_text(&self.outcome);
        row.push_text(&self.variant);
        row.push_text(&self.border);
        row.push_text(self.measure);
        row.push_count(self.moments.count as u64);
        row.push_num(self.moments.mean);
        let half = self.half_width();
        // `push_num` leaves a field empty that is not finite.
        row.push_num(self.moments.deviation().unwrap_or(f64::NAN));
        row.push_num(half.map_or(f64::NAN, |half| self.moments.mean - half));
        row.push_num(half.map_or(f64::NAN, |half| self.moments.mean + half));
        row.push_num(self.relative().unwrap_or(f64::NAN));
        row.push_num(wanted);
        match self.would_do(wanted) {
            Some(count) => row.push_count(count as u64),
            None => row.push_missing(),
        }
        row.end_row();
        row.into_bytes()
    }
}

/// Half-width of the 95 % interval of the mean of `n` values; nothing for fewer than two.
fn half_width(n: usize, deviation: f64) -> Option<f64> {
    (n >= 2).then(|| t_975(n - 1) * deviation / (n as f64).sqrt())
}

/// 97.5 % quantile of Student's t; beyond the table by the expansion of Abramowitz and Stegun 26.7.5.
fn t_975(freedom: usize) -> f64 {
    let (z, n) = (Z_975, freedom as f64);
    let expansion = || {
        z + (z.powi(3) + z) / (4.0 * n)
            + (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / (96.0 * n * n)
    };
    T_975.get(freedom.wrapping_sub(1)).copied().unwrap_or_else(expansion)
}

/// The precision of every headline number of a summary, in the order of `summary.csv`, from the numbers of the runs with their
/// draws. Runs of one draw (the points of a replicate, or the replicates of a point) are not independent: their mean is one value.
#[must_use]
pub fn of_summary(
    summary: &Summary,
    borders: &[String],
    by: Draw,
    headlines: &[(u32, &Headline)],
) -> Vec<Precision> {
    let one = |border: &str, measure, values: Vec<f64>| Precision {
        outcome: summary.outcome.clone(),
        variant: summary.variant.clone(),
        border: border.to_owned(),
        measure,
        by,
        moments: Moments::of(values.into_iter()),
    };
    if headlines.is_empty() {
        return Vec::new();
    }
    measures(borders)
        .map(|(border, name, value)| one(border, name, means_by_draw(headlines, &value)))
        .collect()
}

/// The mean of each draw over its runs.
fn means_by_draw(
    headlines: &[(u32, &Headline)],
    value: &dyn Fn(&Headline) -> Option<f64>,
) -> Vec<f64> {
    let mut sums: BTreeMap<u32, (f64, u32)> = BTreeMap::new();
    for (draw, headline) in headlines {
        if let Some(value) = value(headline) {
            let (sum, count) = sums.entry(*draw).or_default();
            *sum += value;
            *count += 1;
        }
    }
    sums.into_values().map(|(sum, count)| sum / f64::from(count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn precision(values: &[f64]) -> Precision {
        Precision {
            outcome: "continuity".into(),
            variant: "base".into(),
            border: RUSSIA_SOUTH.into(),
            measure: "peak_index",
            by: Draw::Replicate,
            moments: Moments::of(values.iter().copied()),
        }
    }

    #[test]
    fn an_interval_worked_by_hand() {
        // 4, 6, 8, 10: mean 7, variance 20 / 3, t with 3 degrees 3.182: 3.182 * 2.58199 / 2 = 4.10794.
        let four = precision(&[4.0, 6.0, 8.0, 10.0]);
        assert_eq!((four.moments.count, four.moments.mean), (4, 7.0));
        assert!((four.half_width().unwrap() - 4.107_94).abs() < 1e-4);
        assert!((four.relative().unwrap() - 0.586_85).abs() < 1e-4);
        // 20 %: 1.4 = t s / sqrt(n). n = 15: 2.145 * 2.58199 / 3.87298 = 1.4300; n = 16: 2.131 * 2.58199 / 4 = 1.3755.
        assert_eq!(four.would_do(0.2), Some(16));
        let row = String::from_utf8(four.row(0.2)).unwrap();
        assert_eq!(
            row,
            "continuity,base,RUS-SOUTH,peak_index,4,7,2.582,2.8921,11.108,0.58685,0.2,16\n"
        );
    }

    #[test]
    fn the_points_of_a_replicate_are_one_value() {
        let run = |replicate: u32, diverted: f64| {
            let headline = Headline {
                displaced_inside: 0,
                displaced_abroad: 0,
                attention_diverted: diverted,
                peak: Vec::new(),
                realised_outcome: "continuity".into(),
            };
            (replicate, headline)
        };
        // Three points, two replicates: means (1 + 2 + 6) / 3 = 3 and (3 + 4 + 8) / 3 = 5.
        let runs = [run(0, 1.0), run(1, 3.0), run(0, 2.0), run(1, 4.0), run(0, 6.0), run(1, 8.0)];
        let headlines: Vec<(u32, &Headline)> =
            runs.iter().map(|(replicate, headline)| (*replicate, headline)).collect();
        let all: Vec<&Headline> = runs.iter().map(|(_, headline)| headline).collect();
        let summary = Summary::of("continuity", "base", &[], &all);
        let found = of_summary(&summary, &[], Draw::Replicate, &headlines);
        let moments = found.iter().find(|p| p.measure == "attention_diverted").unwrap().moments;
        assert_eq!((moments.count, moments.mean), (2, 4.0));
        assert!((moments.deviation().unwrap() - 2.0_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_said_is_left_empty() {
        assert_eq!(
            (precision(&[3.0]).half_width(), precision(&[3.0]).would_do(0.05)),
            (None, None)
        );
        let same = precision(&[3.0, 3.0, 3.0]);
        assert_eq!((same.relative(), same.would_do(0.05)), (Some(0.0), Some(2)));
        let around_zero = precision(&[-1.0, 1.0]);
        assert_eq!((around_zero.relative(), around_zero.would_do(0.05)), (None, None));
        assert_eq!(
            String::from_utf8(precision(&[3.0]).row(0.05)).unwrap(),
            "continuity,base,RUS-SOUTH,peak_index,1,3,,,,,0.05,\n"
        );
    }

    #[test]
    fn quantiles_of_t_beyond_the_table() {
        // R: qt(0.975, c(31, 60, 120, 1e6)).
        for (freedom, t) in
            [(31, 2.039_513), (60, 2.000_298), (120, 1.979_930), (1_000_000, 1.959_966)]
        {
            assert!((t_975(freedom) - t).abs() < 1e-4, "{freedom}: {}", t_975(freedom));
        }
        assert!((1..200).all(|n| t_975(n) > t_975(n + 1)), "falling, also where the table ends");
    }

    #[test]
    fn the_replicates_that_would_do_are_the_fewest() {
        for wanted in [0.3, 0.1, 0.03, 0.01] {
            let p = precision(&[10.0, 14.0, 9.0, 12.0, 11.5]);
            let n = p.would_do(wanted).unwrap();
            let relative =
                |n| half_width(n, p.moments.deviation().unwrap()).unwrap() / p.moments.mean;
            assert!(relative(n) <= wanted && relative(n - 1) > wanted, "{wanted}: {n}");
        }
    }
}
