//! The table at the end of a study: outcome x border.

use std::fmt::Write as _;

use comfy_table::Cell;

use super::grid::{grid, right, row};
use crate::borders::rules::class as pressure_class;
use crate::recorders::table::BASE_VARIANT;
use crate::study::precision::Precision;
use crate::study::quantiles::Spread;
use crate::study::summary::{
    ATTENTION_DIVERTED, DISPLACED_ABROAD, DISPLACED_INSIDE, PEAK_DAY, PEAK_INDEX, Summary,
    headline_borders,
};
use crate::text::{PERSONS, count};

/// Borders shown.
const BORDERS: usize = 8;

/// A number of the whole region: its name here and in a summary, how it is shown.
type WholeRegion = (&'static str, &'static str, fn(f64) -> String);

/// The tables of a study, one per variant.
pub fn tables(summaries: &[Summary], borders: &[String]) -> String {
    let shown = headline_borders(summaries, borders, BORDERS);
    let mut text = String::new();
    let mut rest = summaries;
    while let Some(first) = rest.first() {
        let count = rest.iter().take_while(|s| s.variant == first.variant).count();
        let (variant, others) = rest.split_at(count);
        rest = others;
        if variant.len() < summaries.len() {
            let _ = writeln!(text, "Variant {}", first.variant);
        }
        text.push_str(&table(variant, borders, &shown));
        text.push('\n');
    }
    let most = summaries.iter().map(|s| s.runs).max().unwrap_or(0);
    let _ = writeln!(
        text,
        "Peak pressure 0-100: median [5-95 % of {}], class of the median, median day (d) of the peak.",
        count(most, "run")
    );
    text.push_str(
        "Each column is conditional on its outcome; nothing here says how likely an outcome is.\n",
    );
    text
}

fn table(summaries: &[Summary], borders: &[String], shown: &[usize]) -> String {
    let names = summaries.iter().map(|s| right(s.outcome.replace('_', "\n")));
    let mut table = grid([Cell::new("peak pressure")].into_iter().chain(names));
    for &border in shown {
        let cells = summaries.iter().map(|s| {
            let Spread { q05, q50, q95, .. } = s.spread(PEAK_INDEX, &borders[border])?;
            let (class, day) = (pressure_class(q50), s.spread(PEAK_DAY, &borders[border])?.q50);
            Some(format!("{q50:.0} [{q05:.0}-{q95:.0}]\n{class} d {day:.0}"))
        });
        row(&mut table, &borders[border], cells);
    }
    let percent = |share| format!("{:.0}", 100.0 * share);
    let whole: [WholeRegion; 3] = [
        ("displaced inside\n(persons)", DISPLACED_INSIDE, |v| PERSONS.of(v)),
        ("displaced abroad\n(persons)", DISPLACED_ABROAD, |v| PERSONS.of(v)),
        ("attention diverted\n(% of reserve)", ATTENTION_DIVERTED, percent),
    ];
    for (name, measure, shown) in whole {
        let cell =
            |v: Spread| format!("{}\n[{}]", shown(v.q50), range(&shown(v.q05), &shown(v.q95)));
        row(&mut table, name, summaries.iter().map(|s| s.spread(measure, "").map(cell)));
    }
    table.trim_fmt()
}

/// Whether the replicates are enough: for each headline number the outcome whose mean is least well known.
pub fn precision(precisions: &[Precision], wanted: f64) -> String {
    let mut text = String::new();

    // Headline numbers in their order, each where it is least well known.
    let mut measures: Vec<(&str, &str)> = Vec::new();
    for p in precisions.iter().filter(|p| p.is_headline()) {
        if !measures.contains(&(p.measure, &p.border)) {
            measures.push((p.measure, &p.border));
        }
    }
    for (measure, border) in measures {
        let of = precisions.iter().filter(|p| p.measure == measure && p.border == border);
        let worst = of.max_by(|a, b| size(a).total_cmp(&size(b)));
        let Some(worst) = worst else { continue };
        let border = if border.is_empty() { String::new() } else { format!(" {border}") };
        let variant = if worst.variant == BASE_VARIANT {
            String::new()
        } else {
            format!(" / {}", worst.variant)
        };
        let known = match worst.relative() {
            Some(relative) => format!("\u{b1}{:.1} %", 100.0 * relative),
            None if worst.moments.count < 2 => "unknown from one draw".into(),
            None => "around zero".into(),
        };
        let enough = worst.relative().is_some_and(|relative| relative <= wanted);
        let would_do = match worst.would_do(wanted) {
            _ if enough => format!("{} {} are enough", worst.moments.count, worst.by.plural()),
            Some(count) => format!("about {count} {} would do", worst.by.plural()),
            None => format!("no number of {} can be told", worst.by.plural()),
        };
        let _ = writeln!(
            text,
            "  {measure}{border}: {known} ({}{variant}); for \u{b1}{:.0} % {would_do}",
            worst.outcome,
            100.0 * wanted
        );
    }
    if !text.is_empty() {
        text.insert_str(
            0,
            "Mean over the runs, 95 % interval where it is widest (precision.csv has all):\n",
        );
    }
    text
}

/// How far a mean is from being known: what cannot be told is farthest.
fn size(precision: &Precision) -> f64 {
    precision.relative().unwrap_or(f64::INFINITY)
}

/// `a-b`, with a unit that both share only once.
fn range(low: &str, high: &str) -> String {
    match (low.split_once(' '), high.split_once(' ')) {
        (Some((number, unit)), Some((_, same))) if unit == same => format!("{number}-{high}"),
        _ => format!("{low}-{high}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorders::Headline;

    #[test]
    fn the_table_has_borders_outcomes_and_people() {
        let headline = Headline {
            displaced_inside: 1_200_000,
            displaced_abroad: 34_000,
            attention_diverted: 0.12,
            peak: vec![(71.2, 90), (44.4, 120)],
            realised_outcome: String::new(),
        };
        let borders = ["IRN-AZE".to_owned(), "RUS-SOUTH".to_owned()];
        let of = |outcome: &str| Summary::of(outcome, "base", &borders, &[&headline, &headline]);
        let text = tables(&[of("continuity"), of("civil_strife")], &borders);
        for part in ["civil", "44 [44-44]", "high d 120", "1.20 M", "[34-34 k]", "5-95 % of 2 runs"]
        {
            assert!(text.contains(part), "{part} in\n{text}");
        }
        let line = |word: &str| text.lines().position(|l| l.contains(word)).unwrap();
        assert!(line("RUS-SOUTH") < line("IRN-AZE"));
        assert!(!text.contains("Variant"));
    }
}
