//! The scores as tables for people: on the terminal, or in Markdown.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment, Table, presets};
use scores::{Baseline, Given};

use crate::text::SCORE;
use crate::validation::assess::{Assessment, Compared};
use crate::validation::record::CaseKind;
use crate::validation::report::{self, Failure, percent};

/// How tables are written.
#[derive(Clone, Copy)]
pub(super) enum Style {
    /// For the terminal.
    Terminal,
    /// For a document in Markdown.
    Markdown,
}

/// A table before it has a style. The first column is text, the rest are numbers.
struct Grid {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Grid {
    fn new(header: &[&str]) -> Self {
        Self { header: header.iter().map(|h| (*h).to_owned()).collect(), rows: Vec::new() }
    }

    /// Takes out the columns where no row says anything.
    fn without_empty_columns(mut self) -> Self {
        let says =
            |i: usize| i == 0 || self.rows.iter().any(|row| !matches!(row[i].as_str(), "" | "-"));
        let kept: Vec<bool> = (0..self.header.len()).map(says).collect();
        for row in self.rows.iter_mut().chain([&mut self.header]) {
            let mut i = 0;
            row.retain(|_| {
                i += 1;
                kept[i - 1]
            });
        }
        self
    }

    fn show(&self, style: Style) -> String {
        match style {
            Style::Terminal => {
                let mut table = Table::new();
                table.load_style(presets::UTF8_HORIZONTAL_ONLY);
                let cells = |row: &[String]| {
                    row.iter()
                        .enumerate()
                        .map(|(i, text)| {
                            let side =
                                if i == 0 { CellAlignment::Left } else { CellAlignment::Right };
                            Cell::new(text).set_alignment(side)
                        })
                        .collect::<Vec<_>>()
                };
                table.set_header(cells(&self.header));
                for row in &self.rows {
                    table.add_row(cells(row));
                }
                table.trim_fmt() + "\n"
            }
            Style::Markdown => {
                let line = |row: &[String]| {
                    let cells: Vec<String> =
                        row.iter().map(|c| c.replace('\n', " ").replace('|', "\\|")).collect();
                    format!("| {} |\n", cells.join(" | "))
                };
                let sides: Vec<&str> =
                    (0..self.header.len()).map(|i| if i == 0 { "---" } else { "---:" }).collect();
                let mut text = line(&self.header);
                let _ = writeln!(text, "| {} |", sides.join(" | "));
                self.rows.iter().for_each(|row| text.push_str(&line(row)));
                text
            }
        }
    }
}

/// All cases, then what they cost, then what failed.
pub(super) fn tables(cases: &[Assessment<'_>], failures: &[Failure], style: Style) -> String {
    let mut text = String::new();
    for a in cases {
        text.push_str(&case(a, style));
        text.push('\n');
    }
    if cases.len() > 1 {
        text.push_str(&overview(cases, style));
        text.push('\n');
    }
    text.push_str(&costs(cases, style));
    if !failures.is_empty() {
        text.push('\n');
        text.push_str(&heading("Failed", style));
        for failure in failures {
            for cause in &failure.causes {
                let _ = writeln!(
                    text,
                    "- {}: {}",
                    failure.case,
                    cause.lines().map(str::trim).collect::<Vec<_>>().join("; ")
                );
            }
        }
    }
    match style {
        Style::Terminal => text,
        // Nothing here is meant as HTML; and one blank line between blocks is enough.
        Style::Markdown => {
            let mut text = text.replace('<', "&lt;");
            while text.contains("\n\n\n") {
                text = text.replace("\n\n\n", "\n\n");
            }
            text
        }
    }
}

fn heading(words: &str, style: Style) -> String {
    match style {
        Style::Terminal => format!("{words}\n"),
        Style::Markdown => format!("### {words}\n\n"),
    }
}

fn line(words: &str, style: Style) -> String {
    match style {
        Style::Terminal => format!("{words}\n"),
        Style::Markdown => format!("\n{words}\n\n"),
    }
}

/// How a case was run, in words.
fn conditions(a: &Assessment<'_>) -> String {
    let r = a.record;
    let kind = match r.kind {
        CaseKind::Regional => "on the map, total generated",
        CaseKind::Network => "on a network, total given",
    };
    let plural = if r.replicates == 1 { "" } else { "s" };
    let capacities = report::capacities(r);
    format!("{}, {kind}{capacities}, {} replicate{plural}", report::role(r), r.replicates)
}

/// A value that may be missing.
fn or_dash<T>(value: Option<T>, show: impl FnOnce(T) -> String) -> String {
    value.map_or("-".into(), show)
}

/// The blocks of a case: scores, skill against baselines, splits, notes.
fn case(a: &Assessment<'_>, style: Style) -> String {
    let r = a.record;
    let mut text = heading(&format!("{}: {}", r.name, r.title), style);
    text.push_str(&line(&format!("{}.", capital(&conditions(a))), style));
    text.push_str(&series(a, style));
    text.push_str(&line("Skill against baselines: 1 - CRPS / CRPS of the baseline, on the same points (1 perfect, 0 no better, below 0 worse); of the whole case from means over series of CRPS / mean observed. Fits see what they are scored on: references, not forecasts.", style));
    text.push_str(&skills(a, style));
    let missing = undefined(a);
    if !missing.is_empty() {
        text.push_str(&line(&format!("Not defined (-): {}.", missing.join("; ")), style));
    }
    if !a.splits.is_empty() {
        text.push_str(&line("Averaged relative difference of each split, lower is better; skill in brackets. Baselines are given the observed total.", style));
        text.push_str(&splits(std::slice::from_ref(a), style));
    }
    if !r.notes.is_empty() {
        text.push_str(&line(&r.notes.join(" "), style));
    }
    text
}

fn series(a: &Assessment<'_>, style: Style) -> String {
    let mut grid = Grid::new(&[
        "series",
        "n",
        "CRPS",
        "of mean",
        "in 50 %",
        "in 90 %",
        "|ln ratio|",
        "RMSE",
        "bias",
        "peak\nheight",
        "peak\nday",
    ]);
    for (series, s) in a.record.series.iter().zip(&a.series) {
        let left_out = match s.log_ratio.skipped {
            0 => String::new(),
            n => format!(" ({n} left out)"),
        };
        grid.rows.push(vec![
            format!("{} ({})", series.name, series.unit),
            s.points.to_string(),
            SCORE.of(s.crps),
            or_dash(s.crps_relative, percent),
            percent(s.coverage.in_50),
            percent(s.coverage.in_90),
            or_dash(s.log_ratio.mean, |v| format!("{v:.2}{left_out}")),
            SCORE.of(s.rmse),
            signed(s.bias),
            or_dash(s.peak, |p| format!("{} of {}", signed(p.height), SCORE.of(p.observed.height))),
            or_dash(s.peak, |p| format!("{:.1} d", p.day)),
        ]);
    }
    let (w, m) = (&a.whole, a.record.replicates as usize);
    let mut all = vec![
        "all points".to_owned(),
        w.points.to_string(),
        String::new(),
        or_dash(w.crps_relative, percent),
        percent(w.coverage.in_50),
        percent(w.coverage.in_90),
    ];
    all.resize(grid.header.len(), String::new());
    grid.rows.push(all);
    let note = format!(
        "Coverage is of the predictive distribution (ensemble and observation error); of the ensemble alone {} and {}. A perfect ensemble of {m} with exact observations would have {} and {} on average. Peak: error of height (per day where the series accumulates) and distance in days, means over replicates.",
        percent(w.coverage.ensemble_50),
        percent(w.coverage.ensemble_90),
        percent(scores::expected_coverage(m, 0.5)),
        percent(scores::expected_coverage(m, 0.9)),
    );
    grid.show(style) + &line(&note, style)
}

/// Heading of a baseline's column; those that are no forecasts in brackets.
fn column(baseline: Baseline) -> String {
    let name = baseline.name().replacen('_', "\n", 1);
    if matches!(baseline.given(), Given::All { .. }) { format!("({name})") } else { name }
}

/// A table with a column for each of some baselines after others.
fn against(first: &[&str], baselines: impl Iterator<Item = Baseline>) -> Grid {
    let mut grid = Grid::new(first);
    grid.header.extend(baselines.map(column));
    grid
}

fn skills(a: &Assessment<'_>, style: Style) -> String {
    let mut grid = against(&["series"], Baseline::ALL.into_iter());
    for (series, s) in a.record.series.iter().zip(&a.series) {
        let compared = |b| s.against(b).and_then(|c| c.as_ref().ok());
        let skills = Baseline::ALL.map(|b| or_dash(compared(b), |c| skill(c.skill)));
        grid.rows.push(std::iter::once(series.name.clone()).chain(skills).collect());
    }
    let mut whole = vec!["whole case".to_owned()];
    whole.extend(whole_skills(a));
    whole.resize(grid.header.len(), String::new());
    grid.rows.push(whole);
    grid.without_empty_columns().show(style)
}

/// Skill of a case against each baseline but the fits.
fn whole_skills(a: &Assessment<'_>) -> impl Iterator<Item = String> {
    a.whole.baselines.iter().map(|(_, c)| or_dash(*c, |c| skill(c.skill)))
}

/// Why baselines are not defined: each reason once, with the series that it holds for.
fn undefined(a: &Assessment<'_>) -> Vec<String> {
    let mut reasons: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for (series, s) in a.record.series.iter().zip(&a.series) {
        for (baseline, compared) in &s.baselines {
            let why = match compared {
                Err(why) => why,
                Ok(Compared { skill: None, .. }) => "the baseline is perfect",
                Ok(_) => continue,
            };
            reasons.entry((baseline.name(), why)).or_default().push(&series.name);
        }
    }
    let whom = |series: &[&str]| match series.len() {
        n if n == a.series.len() && n > 1 => "all series".to_owned(),
        n if n > 4 => format!("{n} series"),
        _ => series.join(", "),
    };
    let one = |((name, why), series): (&(&str, &str), &Vec<&str>)| {
        format!("{} for {}: {why}", name.replace('_', " "), whom(series))
    };
    reasons.iter().map(one).collect()
}

/// One line per split, called after its case as well where there are several cases.
fn splits(cases: &[Assessment<'_>], style: Style) -> String {
    let first = ["split", "times", "model", "rescaled", "by\nreplicate", "its\nrescaled"];
    let mut grid = against(&first, Baseline::allocations());
    let three = |v: Option<f64>| or_dash(v, |v| format!("{v:.3}"));
    for a in cases {
        for (split, s) in a.record.splits.iter().zip(&a.splits) {
            let name = match cases.len() {
                1 => split.name.clone(),
                _ => format!("{}: {}", named(a), split.name),
            };
            let mut row = vec![
                name,
                s.ard.used.to_string(),
                three(s.ard.mean),
                three(s.rescaled.mean),
                three(s.ard_replicates),
                three(s.rescaled_replicates),
            ];
            row.extend(s.baselines.iter().map(|(_, b)| {
                or_dash(b.as_ref().ok(), |b| {
                    let (own, rescaled) = (skill(b.skill), skill(b.skill_rescaled));
                    format!("{:.3} ({own}; rescaled {rescaled})", b.ard)
                })
            }));
            grid.rows.push(row);
        }
    }
    grid.without_empty_columns().show(style)
}

/// A case and how its capacities were treated.
fn named(a: &Assessment<'_>) -> String {
    let hidden = if a.record.capacities_hidden { " (hidden)" } else { "" };
    format!("{}{hidden}", a.record.name)
}

/// One line per case.
fn overview(cases: &[Assessment<'_>], style: Style) -> String {
    let mut text = heading("All cases: skill over the series of each", style);
    let mut grid = against(&["case", "role", "in 50 %", "in 90 %"], Baseline::rivals());
    for a in cases {
        let (role, c) = (report::role(a.record).to_owned(), a.whole.coverage);
        let mut row = vec![named(a), role, percent(c.in_50), percent(c.in_90)];
        row.extend(whole_skills(a));
        grid.rows.push(row);
    }
    text.push_str(&grid.without_empty_columns().show(style));
    if cases.iter().any(|a| !a.splits.is_empty()) {
        text.push('\n');
        text.push_str(&heading("All cases: averaged relative difference", style));
        text.push_str(&splits(cases, style));
    }
    text
}

fn costs(cases: &[Assessment<'_>], style: Style) -> String {
    let mut grid = Grid::new(&[
        "case",
        "s in steps",
        "million\nagent-days",
        "million agent-days\nper s in steps",
        "persons\nper agent",
        "bytes stored\nper agent at\na day's end",
    ]);
    for a in cases {
        let c = &a.record.cost;
        let rate = (c.step_seconds > 0.0).then(|| c.agent_days / c.step_seconds / 1e6);
        let bytes = (c.stored_bytes_per_agent > 0.0).then_some(c.stored_bytes_per_agent);
        grid.rows.push(vec![
            named(a),
            format!("{:.2}", c.step_seconds),
            format!("{:.2}", c.agent_days / 1e6),
            or_dash(rate, |v| format!("{v:.2}")),
            c.persons_per_agent.to_string(),
            or_dash(bytes, |v| format!("{v:.0}")),
        ]);
    }
    heading("Cost", style) + &grid.show(style)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |c| c.to_uppercase().chain(chars).collect())
}

fn skill(value: Option<f64>) -> String {
    match value {
        None => "-".into(),
        // Far below zero the digits say nothing more.
        Some(v) if v < -99.0 => "< -99".into(),
        Some(v) => format!("{:.2}", if v.abs() < 0.005 { 0.0 } else { v }),
    }
}

fn signed(value: f64) -> String {
    let text = SCORE.of(value);
    if value > 0.0 && text != "0" { format!("+{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validation::CaseRecord;
    use crate::validation::assess::assess;

    #[test]
    fn numbers_have_three_digits() {
        for (value, text) in
            [(0.0, "0"), (0.0123, "0.012"), (1.234, "1.23"), (12.34, "12.3"), (1234.0, "1234")]
        {
            assert_eq!(SCORE.of(value), text);
        }
        assert_eq!(
            (signed(12.0), signed(-12.0), signed(0.0)),
            ("+12.0".into(), "-12.0".into(), "0".into())
        );
        assert_eq!(skill(Some(-0.001)), "0.00");
    }

    #[test]
    fn both_styles_show_the_tiny_case() {
        let record = CaseRecord::tiny();
        let scored = [assess(&record).unwrap()];
        let failures = [Failure { case: "gone".into(), causes: vec!["no such folder".into()] }];
        for style in [Style::Terminal, Style::Markdown] {
            let text = tables(&scored, &failures, style);
            for part in [
                "camp_b (persons)",
                "0.183",
                "0.40",
                "0.70",
                "gone: no such folder",
                "2.00",
                "logistic for all series: 3 points",
            ] {
                assert!(text.contains(part), "{part} in\n{text}");
            }
        }
        let markdown = tables(&scored, &[], Style::Markdown);
        let header = markdown.lines().find(|l| l.starts_with("| series | n")).unwrap();
        let columns = |l: &str| l.replace("\\|", "").matches('|').count();
        let row = markdown.lines().find(|l| l.starts_with("| camp_b (")).unwrap();
        assert_eq!(columns(header), columns(row));
        assert!(markdown.contains("A case &lt;by hand>") && !markdown.contains("\n\n\n"));
    }
}
