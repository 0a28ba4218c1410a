//! Headline numbers over replicates: what the terminal shows and `summary.csv` holds.

use super::quantiles::Spread;
use crate::borders::rules::class as pressure_class;
use crate::output::format::RowWriter;
use crate::recorders::Headline;
use crate::recorders::table::{RUSSIA_SOUTH, Table};

/// A headline number of a run, at a border where it has one.
pub type Value = fn(&Headline, usize) -> Option<f64>;

/// Headline numbers of a border: peak index, and days from the start to it.
const OF_BORDERS: [(&str, Value); 2] = [
    (PEAK_INDEX, |h, border| h.peak.get(border).map(|&(index, _)| index)),
    (PEAK_DAY, |h, border| h.peak.get(border).map(|&(_, day)| f64::from(day))),
];

/// Headline numbers of the whole region: displaced at the end, persons; attention diverted southward, highest of the run, 0 to 1.
const OF_REGION: [(&str, Value); 3] = [
    (DISPLACED_INSIDE, |h, _| Some(h.displaced_inside as f64)),
    (DISPLACED_ABROAD, |h, _| Some(h.displaced_abroad as f64)),
    (ATTENTION_DIVERTED, |h, _| Some(h.attention_diverted)),
];

/// Highest pressure index of a border.
pub const PEAK_INDEX: &str = "peak_index";
/// Days from the start to it.
pub const PEAK_DAY: &str = "peak_day";
/// Displaced within their state at the end, persons.
pub const DISPLACED_INSIDE: &str = "displaced_inside_persons";
/// Displaced abroad at the end, persons.
pub const DISPLACED_ABROAD: &str = "displaced_abroad_persons";
/// Highest share of Russia's reserves that is diverted southward, 0 to 1.
pub const ATTENTION_DIVERTED: &str = "attention_diverted";

/// Every headline number in the order of the tables: border (empty for the whole region), name, and its value in a run.
pub fn measures(
    borders: &[String],
) -> impl Iterator<Item = (&str, &'static str, impl Fn(&Headline) -> Option<f64>)> {
    let of_borders = borders.iter().enumerate().flat_map(|(number, border)| {
        OF_BORDERS.map(|(name, value)| (border.as_str(), name, number, value))
    });
    let of_region = OF_REGION.map(|(name, value)| ("", name, 0, value));
    of_borders
        .chain(of_region)
        .map(|(border, name, number, value)| (border, name, move |h: &Headline| value(h, number)))
}

/// The headline numbers of one outcome and variant.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Outcome by its name.
    pub outcome: String,
    /// Variant by its name.
    pub variant: String,
    /// Runs that succeeded.
    pub runs: usize,
    /// Border, name and spread of each; none when every run failed.
    spreads: Vec<(String, &'static str, Spread)>,
}

impl Summary {
    /// The summary of the headlines of an outcome and variant.
    #[must_use]
    pub fn of(outcome: &str, variant: &str, borders: &[String], headlines: &[&Headline]) -> Self {
        let spreads = measures(borders).filter_map(|(border, name, value)| {
            let mut values: Vec<f64> = headlines.iter().filter_map(|h| value(h)).collect();
            Some((border.to_owned(), name, Spread::of(&mut values)?))
        });
        Self {
            outcome: outcome.to_owned(),
            variant: variant.to_owned(),
            runs: headlines.len(),
            spreads: spreads.collect(),
        }
    }

    /// The spread of a headline number at a border, or of the whole region where that is empty.
    #[must_use]
    pub fn spread(&self, measure: &str, border: &str) -> Option<Spread> {
        let mut all = self.spreads.iter();
        all.find(|(b, name, _)| b == border && *name == measure).map(|&(_, _, spread)| spread)
    }

    /// The rows of `summary.csv`.
    #[must_use]
    pub fn rows(&self) -> Vec<u8> {
        let mut rows = RowWriter::new(Table::Summary);
        for (border, measure, spread) in &self.spreads {
            rows.push_text(&self.outcome);
            rows.push_text(&self.variant);
            rows.push_text(border);
            rows.push_text(measure);
            rows.push_count(spread.count as u64);
            spread.numbers().into_iter().for_each(|value| rows.push_num(value));
            if *measure == PEAK_INDEX {
                rows.push_text(pressure_class(spread.q50));
            } else {
                rows.push_missing();
            }
            rows.end_row();
        }
        rows.into_bytes()
    }
}

/// The borders to show: Russia's southern border first, then those with the highest median peak under any outcome.
#[must_use]
pub fn headline_borders(summaries: &[Summary], borders: &[String], count: usize) -> Vec<usize> {
    let highest = |border: usize| {
        let medians = summaries.iter().filter_map(|s| s.spread(PEAK_INDEX, &borders[border]));
        medians.map(|index| index.q50).fold(f64::NEG_INFINITY, f64::max)
    };
    let mut order: Vec<(bool, f64, usize)> =
        (0..borders.len()).map(|b| (borders[b] != RUSSIA_SOUTH, highest(b), b)).collect();
    order.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
    order.into_iter().take(count).map(|(_, _, border)| border).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headline(peaks: &[(f64, u32)]) -> Headline {
        Headline {
            displaced_inside: 1000,
            displaced_abroad: 10,
            attention_diverted: 0.25,
            peak: peaks.to_vec(),
            realised_outcome: "continuity".into(),
        }
    }

    #[test]
    fn a_summary_has_peaks_by_border_and_the_whole_region() {
        let (a, b) = (headline(&[(10.0, 3), (50.0, 100)]), headline(&[(20.0, 5), (70.0, 120)]));
        let borders = ["IRN-AZE".to_owned(), RUSSIA_SOUTH.to_owned()];
        let summary = Summary::of("continuity", "base", &borders, &[&a, &b]);
        let text = String::from_utf8(summary.rows()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "continuity,base,IRN-AZE,peak_index,2,15,10.5,12.5,15,17.5,19.5,normal"
        );
        assert_eq!(lines[3], "continuity,base,RUS-SOUTH,peak_day,2,110,101,105,110,115,119,");
        assert_eq!(
            lines[6],
            "continuity,base,,attention_diverted,2,0.25,0.25,0.25,0.25,0.25,0.25,"
        );
    }

    #[test]
    fn no_run_leaves_no_row() {
        let borders = ["a".to_owned(), "b".to_owned()];
        assert!(Summary::of("continuity", "base", &borders, &[]).rows().is_empty());
    }

    #[test]
    fn russia_stands_first_then_the_highest_peaks() {
        let borders = ["a", "b", "c", RUSSIA_SOUTH].map(str::to_owned);
        let run = headline(&[(5.0, 0), (50.0, 0), (30.0, 0), (1.0, 0)]);
        let summary = Summary::of("continuity", "base", &borders, &[&run]);
        assert_eq!(headline_borders(&[summary], &borders, 3), [3, 1, 2]);
    }
}
