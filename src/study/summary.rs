//! Headline numbers over replicates: what the terminal shows and `summary.csv` holds.

use super::quantiles::Spread;
use crate::borders::rules::class as pressure_class;
use crate::tables::{Headline, RUSSIA_SOUTH, RowWriter, summary};

/// The headline numbers of one outcome and variant.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Outcome by its name.
    pub outcome: String,
    /// Variant by its name.
    pub variant: String,
    /// Runs that succeeded.
    pub runs: usize,
    /// By border: peak index, and days from the start to it. Nothing when every run failed.
    pub peaks: Vec<Option<(Spread, Spread)>>,
    /// Displaced inside their state at the end, persons.
    pub displaced_inside: Option<Spread>,
    /// Displaced abroad at the end, persons.
    pub displaced_abroad: Option<Spread>,
    /// Attention diverted southward, highest of the run, 0 to 1.
    pub attention_diverted: Option<Spread>,
}

impl Summary {
    /// The summary of the headlines of an outcome and variant.
    #[must_use]
    pub fn of(outcome: &str, variant: &str, borders: usize, headlines: &[&Headline]) -> Self {
        let spread = |value: &dyn Fn(&Headline) -> f64| -> Option<Spread> {
            Spread::of(&mut headlines.iter().map(|h| value(h)).collect::<Vec<f64>>())
        };
        let peak = |border: usize, value: &dyn Fn(&(f64, u32)) -> f64| {
            Spread::of(
                &mut headlines
                    .iter()
                    .filter_map(|h| h.peak.get(border))
                    .map(value)
                    .collect::<Vec<f64>>(),
            )
        };
        Self {
            outcome: outcome.to_owned(),
            variant: variant.to_owned(),
            runs: headlines.len(),
            peaks: (0..borders)
                .map(|b| {
                    Some((peak(b, &|&(index, _)| index)?, peak(b, &|&(_, day)| f64::from(day))?))
                })
                .collect(),
            displaced_inside: spread(&|h| h.displaced_inside as f64),
            displaced_abroad: spread(&|h| h.displaced_abroad as f64),
            attention_diverted: spread(&|h| h.attention_diverted),
        }
    }

    /// The rows of `summary.csv`.
    #[must_use]
    pub fn rows(&self, borders: &[String]) -> Vec<u8> {
        let (outcome, variant) = (self.outcome.as_str(), self.variant.as_str());
        let mut rows = RowWriter::new();
        let mut row = |border: &str, measure: &str, spread: &Spread, class: &str| {
            rows.push(&summary::Row { outcome, variant, border, measure, spread, class });
        };
        for (border, peak) in borders.iter().zip(&self.peaks) {
            let Some((index, day)) = peak else { continue };
            row(border, "peak_index", index, pressure_class(index.q50));
            row(border, "peak_day", day, "");
        }
        let whole = [
            ("displaced_inside_persons", &self.displaced_inside),
            ("displaced_abroad_persons", &self.displaced_abroad),
            ("attention_diverted", &self.attention_diverted),
        ];
        for (measure, spread) in whole {
            if let Some(spread) = spread {
                row("", measure, spread, "");
            }
        }
        rows.into_bytes()
    }
}

/// The borders to show: Russia's southern border first, then those with the highest median peak under any outcome.
#[must_use]
pub fn headline_borders(summaries: &[Summary], borders: &[String], count: usize) -> Vec<usize> {
    let highest = |border: usize| {
        let medians = summaries
            .iter()
            .filter_map(|s| s.peaks.get(border)?.as_ref())
            .map(|(index, _)| index.q50);
        medians.fold(f64::NEG_INFINITY, f64::max)
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
        let summary = Summary::of("continuity", "base", 2, &[&a, &b]);
        let text = String::from_utf8(summary.rows(&borders)).unwrap();
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
        assert!(
            Summary::of("continuity", "base", 2, &[]).rows(&["a".into(), "b".into()]).is_empty()
        );
    }

    #[test]
    fn russia_stands_first_then_the_highest_peaks() {
        let summary = Summary::of(
            "continuity",
            "base",
            4,
            &[&headline(&[(5.0, 0), (50.0, 0), (30.0, 0), (1.0, 0)])],
        );
        let borders = ["a", "b", "c", RUSSIA_SOUTH].map(str::to_owned);
        assert_eq!(headline_borders(&[summary], &borders, 3), [3, 1, 2]);
    }
}
