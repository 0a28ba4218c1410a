//! The tornado picture: per measure and group a panel with a bar for each factor, those that matter most on top.

use std::fmt::Write as _;

use super::Estimate;
use super::analysis::{Analysis, Row};
use super::results::Group;
use super::settings::Measure;
use crate::design::points::REPLICATE;
use crate::text::{AXIS, escaped};

/// Factors shown in a panel at most.
const SHOWN: usize = 16;
/// Okabe and Ito's blue: the main index; the result rises with the factor.
const RISES: &str = "#0072B2";
/// Their vermilion: the result falls as the factor rises.
const FALLS: &str = "#D55E00";
/// Their sky blue: the first-order share within the total.
const WITHIN: &str = "#56B4E9";
/// Grey: the luck, which has no direction.
const LUCK: &str = "#888888";
const QUIET: &str = "#555555";

const LABELS: f64 = 330.0;
const PANEL: f64 = 200.0;
const GAP: f64 = 24.0;
const BAR: f64 = 20.0;
const HEAD: f64 = 46.0;
const LINE: f64 = 16.0;
/// Width of a letter of the text under the heading, about.
const LETTER: f64 = 6.6;
const PANEL_HEAD: f64 = 44.0;
const PANEL_FOOT: f64 = 34.0;

/// The picture as an SVG document.
#[must_use]
pub fn svg(title: &str, analysis: &Analysis, groups: &[Group], measures: &[Measure]) -> String {
    let shown: Vec<(&Measure, Vec<&str>)> = measures
        .iter()
        .map(|m| (m, analysis.order(m).into_iter().take(SHOWN).collect::<Vec<_>>()))
        .filter(|(_, rows)| !rows.is_empty())
        .collect();
    let height_of = |rows: &Vec<&str>| PANEL_HEAD + BAR * rows.len() as f64 + PANEL_FOOT;
    let width = LABELS + groups.len().max(1) as f64 * (PANEL + GAP) + 16.0;
    let about = if analysis.is_morris() {
        "Bars: mean size of the change when a factor goes through its whole range (mu*), with bootstrap interval. Blue, +: the measure rises with the factor; vermilion, -: it falls; grey: replicate is the luck, which has no direction."
    } else {
        "Bars: share of the variance that a factor has a part in (total order), with bootstrap interval; the light bar within is its own share (first order). replicate is the luck of the run."
    };
    let lines = wrapped(about, ((width - 32.0) / LETTER) as usize);
    let head = HEAD + LINE * lines.len() as f64;
    let height = head + shown.iter().map(|(_, rows)| height_of(rows)).sum::<f64>() + 16.0;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"system-ui, sans-serif\" role=\"img\">\n<title>{}</title>\n<desc>{about}</desc>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
        escaped(title)
    );
    label(&mut text, (16.0, 30.0), 18.0, "start", "#000000", title);
    for (line, words) in lines.iter().enumerate() {
        label(&mut text, (16.0, 50.0 + LINE * line as f64), 12.0, "start", QUIET, words);
    }
    let mut top = head;
    for (measure, rows) in &shown {
        panels(&mut text, analysis, groups, measure, rows, top);
        top += height_of(rows);
    }
    text.push_str("</svg>\n");
    text
}

/// The panels of a measure, side by side, with the names of the factors before them.
fn panels(
    text: &mut String,
    analysis: &Analysis,
    groups: &[Group],
    measure: &Measure,
    rows: &[&str],
    top: f64,
) {
    let name = measure.to_string();
    label(text, (16.0, top + 30.0), 14.0, "start", "#000000", &name);
    for (i, factor) in rows.iter().enumerate() {
        let y = top + PANEL_HEAD + BAR * (i as f64 + 0.5) + 4.0;
        label(text, (LABELS - 10.0, y), 11.0, "end", "#000000", &last_words(factor));
    }

    // One axis for all: it ends where the longest interval does.
    let ends = groups
        .iter()
        .flat_map(|g| analysis.pairs(measure, g))
        .map(|(main, _)| main.estimate.high.max(main.estimate.value));
    let most = ends.fold(0.0_f64, f64::max).max(1e-12);
    let bottom = top + PANEL_HEAD + BAR * rows.len() as f64;
    for (column, group) in groups.iter().enumerate() {
        let left = LABELS + column as f64 * (PANEL + GAP);
        let alone = groups.iter().all(|g| g.variant == group.variant);
        let heading = if alone {
            group.outcome.clone()
        } else {
            format!("{} / {}", group.outcome, group.variant)
        };
        let _ = writeln!(text, "<g><title>{}</title>", escaped(&format!("{name}, {heading}")));
        label(text, (left, top + 30.0), 12.0, "start", QUIET, &heading);
        let x = |value: f64| left + PANEL * value.max(0.0) / most;
        for part in [0.0, 0.5, 1.0] {
            let (at, from) = (x(part * most), top + PANEL_HEAD);
            let _ =
                writeln!(text, "<path d=\"M{at:.1} {from:.1}V{bottom:.1}\" stroke=\"#E3E3E3\"/>");
            label(text, (at, bottom + 15.0), 10.0, "middle", QUIET, &AXIS.of(part * most));
        }
        for pair in analysis.pairs(measure, group) {
            if let Some(row) = rows.iter().position(|factor| *factor == pair.0.parameter) {
                let y = top + PANEL_HEAD + BAR * row as f64;
                factor(text, pair, analysis.is_morris(), (left, y), x);
            }
        }
        text.push_str("</g>\n");
    }
}

/// The bar of a factor with its interval: the main index, and beside it the sign or within it the share of its own.
fn factor(
    text: &mut String,
    (main, beside): (&Row, &Row),
    is_morris: bool,
    (left, y): (f64, f64),
    x: impl Fn(f64) -> f64,
) {
    let (colour, sign) = match is_morris && beside.estimate.value < 0.0 {
        _ if main.parameter == REPLICATE => (LUCK, ""), // other luck is neither more nor less of it
        true => (FALLS, "\u{2212}"),
        false => (RISES, "+"),
    };
    let Estimate { value, low, high } = main.estimate;
    bar(text, (left, y + 3.0), x(value) - left, 14.0, colour);
    if !is_morris {
        let own = beside.estimate.value.clamp(0.0, value.max(0.0));
        bar(text, (left, y + 6.0), x(own) - left, 8.0, WITHIN);
    }
    let (low, high, middle) = (x(low), x(high), y + BAR / 2.0);
    let above = middle - 4.0;
    let _ = writeln!(
        text,
        "<path d=\"M{low:.1} {middle:.1}H{high:.1}M{low:.1} {above:.1}v8M{high:.1} {above:.1}v8\" stroke=\"#000000\" fill=\"none\"/>"
    );
    if is_morris && value > 0.0 {
        label(text, (high + 5.0, middle + 4.0), 11.0, "start", colour, sign);
    }
}

fn bar(text: &mut String, (x, y): (f64, f64), width: f64, height: f64, colour: &str) {
    let _ = writeln!(
        text,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{height:.1}\" fill=\"{colour}\"/>",
        width.max(0.0)
    );
}

fn label(
    text: &mut String,
    (x, y): (f64, f64),
    size: f64,
    anchor: &str,
    colour: &str,
    words: &str,
) {
    let _ = writeln!(
        text,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" text-anchor=\"{anchor}\" fill=\"{colour}\">{}</text>",
        escaped(words)
    );
}

/// Text in lines of so many letters.
fn wrapped(text: &str, letters: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= letters => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The end of a path that fits beside the bars.
fn last_words(path: &str) -> String {
    const MOST: usize = 48;
    let letters = path.chars().count();
    if letters <= MOST {
        path.to_owned()
    } else {
        format!("\u{2026}{}", path.chars().skip(letters - MOST).collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_have_the_length_of_their_index() {
        let measure = Measure { name: "peak_index".into(), border: "RUS-SOUTH".into() };
        let row = |parameter: &str, index, value: f64| Row {
            outcome: "continuity".into(),
            variant: "base".into(),
            measure: measure.clone(),
            parameter: parameter.into(),
            with_parameter: String::new(),
            index,
            estimate: Estimate { value, low: value / 2.0, high: value.abs() },
            samples: 4,
        };
        let rows = vec![
            row("a<b", "mu", -2.0),
            row("a<b", "mu_star", 2.0),
            row("c", "mu", 8.0),
            row("c", "mu_star", 8.0),
            row("replicate", "mu", 4.0),
            row("replicate", "mu_star", 4.0),
        ];
        let analysis = Analysis { method: "morris", main: "mu_star", rows, silent: Vec::new() };
        let group =
            Group { outcome: "continuity".into(), variant: "base".into(), results: Vec::new() };
        let text = svg("t", &analysis, &[group], &[measure]);
        assert!(
            text.contains("width=\"200.0\" height=\"14.0\" fill=\"#0072B2\""),
            "the longest fills the panel"
        );
        assert!(
            text.contains("width=\"50.0\" height=\"14.0\" fill=\"#D55E00\""),
            "a quarter, falling"
        );
        assert!(
            text.contains("width=\"100.0\" height=\"14.0\" fill=\"#888888\""),
            "the luck has no direction"
        );
        assert!(
            text.contains("a&lt;b") && text.find(">c<").unwrap() < text.find("a&lt;b").unwrap()
        );
        assert_eq!(wrapped("aa bb cc", 5), ["aa bb", "cc"]);
    }
}
