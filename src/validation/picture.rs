//! Pictures as SVG text: one panel per series with bands, median and observed points. No plotting library: a panel is some
//! paths, and the same parts serve any page that shows them.
//!
//! Colours are those of Okabe and Ito (2008), told apart by most people with colour-blindness; the observed is black, and every
//! meaning is also carried by shape. Text for those who do not see the picture is in `<title>` and `<desc>`.

use std::fmt::Write as _;

use jiff::civil::{Date, DateTime};

use crate::text::escaped;

/// A picture of small multiples.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Heading.
    pub title: String,
    /// A line under the heading.
    pub subtitle: String,
    /// What the picture shows, in sentences, for those who do not see it.
    pub description: String,
    /// Time of day 0; without one the axis counts days.
    pub start: Option<DateTime>,
    /// Panels, in reading order.
    pub panels: Vec<Panel>,
}

/// A panel: an observed series over the band of what was simulated.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Heading.
    pub title: String,
    /// Label of the vertical axis: the unit.
    pub unit: String,
    /// A short line under the heading, such as its scores.
    pub note: String,
    /// Points, ascending in time.
    pub points: Vec<PanelPoint>,
}

/// A point of a panel.
#[derive(Clone, Copy, Debug)]
pub struct PanelPoint {
    /// Days since the start.
    pub day: f64,
    /// Observed value.
    pub observed: f64,
    /// Standard deviation of the observation.
    pub error: f64,
    /// Quantiles of the ensemble: 5, 25, 50, 75, 95 %.
    pub quantiles: [f64; 5],
}

/// Okabe and Ito's sky blue: the 90 % band.
const BAND_90: &str = "#56B4E9";
/// Okabe and Ito's blue: the 50 % band and the median.
const BAND_50: &str = "#0072B2";
/// Observed.
const OBSERVED: &str = "#000000";
/// Quiet text and lines.
const QUIET: &str = "#555555";
const GRID: &str = "#E3E3E3";

/// Size of a panel with its labels, and of the area inside it, px.
const PANEL: (f64, f64) = (400.0, 270.0);
const INNER: (f64, f64, f64, f64) = (64.0, 52.0, 320.0, 172.0); // left, top, width, height
const MARGIN: f64 = 16.0;
const HEAD: f64 = 92.0;
/// From this many points on the observed are a line with no marks.
const DENSE: usize = 60;
/// Up to so many days the time axis has days; beyond, months.
const DAYS_LABELLED: f64 = 100.0;
/// Standard deviations that an error bar reaches to each side: 90 % of a normal.
pub const ERROR_BAR: f64 = 1.645;

/// The picture as an SVG document.
#[must_use]
pub fn svg(picture: &Picture) -> String {
    let columns = match picture.panels.len() {
        0..=1 => 1,
        2..=4 => 2,
        _ => 3,
    };
    let rows = picture.panels.len().div_ceil(columns).max(1);
    let width = (2.0 * MARGIN + columns as f64 * PANEL.0).max(2.0 * MARGIN + 1.5 * PANEL.0);
    let height = HEAD + rows as f64 * PANEL.1 + MARGIN;
    let mut text = String::new();
    let _ = write!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" role=\"img\" font-family=\"'Noto Sans', 'DejaVu Sans', Helvetica, Arial, sans-serif\">\n<title>{}</title>\n<desc>{}</desc>\n<rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>\n",
        escaped(&picture.title),
        escaped(&picture.description),
    );
    let fits = |size: f64| ((width - 2.0 * MARGIN) / (0.56 * size)) as usize;
    label(
        &mut text,
        (MARGIN, 28.0),
        18.0,
        "start",
        "#000000",
        "font-weight=\"bold\"",
        &cut(&picture.title, fits(19.0)),
    );
    label(&mut text, (MARGIN, 49.0), 13.0, "start", QUIET, "", &cut(&picture.subtitle, fits(13.0)));
    legend(&mut text, MARGIN, 72.0);
    for (i, panel) in picture.panels.iter().enumerate() {
        let x = MARGIN + (i % columns) as f64 * PANEL.0;
        let y = HEAD + (i / columns) as f64 * PANEL.1;
        text.push_str(&group(panel, picture.start, (x, y)));
    }
    text.push_str("</svg>\n");
    text
}

/// One panel as a group that stands at a place of a larger picture.
#[must_use]
pub fn group(panel: &Panel, start: Option<DateTime>, (x, y): (f64, f64)) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "<g transform=\"translate({x:.1} {y:.1})\"><title>{}</title>",
        escaped(&panel.title)
    );
    label(
        &mut text,
        (INNER.0, 20.0),
        14.0,
        "start",
        "#000000",
        "font-weight=\"bold\"",
        &cut(&panel.title, 40),
    );
    label(&mut text, (INNER.0, 38.0), 11.0, "start", QUIET, "", &cut(&panel.note, 64));
    let frame = Frame::around(panel);
    axes(&mut text, &frame, start, &panel.unit);
    marks(&mut text, &frame, &panel.points);
    text.push_str("</g>\n");
    text
}

/// From values to places in a panel.
struct Frame {
    days: (f64, f64),
    top: f64,
    bottom: f64,
    step: f64,
}

impl Frame {
    fn around(panel: &Panel) -> Self {
        let first = panel.points.first().map_or(0.0, |p| p.day);
        let last = panel.points.last().map_or(1.0, |p| p.day);
        // A single point, or all at one time, stands in the middle of some days.
        let days = if last - first > 1e-6 {
            let room = 0.03 * (last - first);
            (first - room, last + room)
        } else {
            (first - 5.0, last + 5.0)
        };
        let reach = |p: &PanelPoint| (p.observed + ERROR_BAR * p.error).max(p.quantiles[4]);
        let highest = panel.points.iter().map(reach).fold(0.0, f64::max);
        let lowest =
            panel.points.iter().map(|p| p.observed.min(p.quantiles[0])).fold(0.0, f64::min);
        let step = if highest > lowest { nice_step(highest - lowest, 4.0) } else { 0.5 };
        // Half a step of air is enough; the topmost tick need not be the edge.
        let top = if highest > lowest { highest + 0.06 * (highest - lowest) } else { lowest + 1.0 };
        Self { days, top, bottom: (lowest / step).floor() * step, step }
    }

    fn x(&self, day: f64) -> f64 {
        INNER.0 + INNER.2 * (day - self.days.0) / (self.days.1 - self.days.0)
    }

    fn y(&self, value: f64) -> f64 {
        let share = (value - self.bottom) / (self.top - self.bottom);
        INNER.1 + INNER.3 * (1.0 - share.clamp(-0.02, 1.02))
    }
}

fn legend(text: &mut String, x: f64, y: f64) {
    let item = |text: &mut String, x: f64, words: &str| {
        label(text, (x, y + 4.0), 12.0, "start", QUIET, "", words);
    };
    let _ = writeln!(
        text,
        "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"22\" height=\"12\" fill=\"{BAND_90}\" fill-opacity=\"0.35\"/>",
        x,
        y - 6.0
    );
    item(text, x + 28.0, "90 % band");
    let _ = writeln!(
        text,
        "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"22\" height=\"12\" fill=\"{BAND_50}\" fill-opacity=\"0.35\"/>",
        x + 104.0,
        y - 6.0
    );
    item(text, x + 132.0, "50 % band");
    let _ = writeln!(
        text,
        "<path d=\"M{:.1} {y:.1}h22\" stroke=\"{BAND_50}\" stroke-width=\"2\"/>",
        x + 208.0
    );
    item(text, x + 236.0, "median");
    let _ = writeln!(
        text,
        "<path d=\"M{0:.1} {1:.1}v14\" stroke=\"{OBSERVED}\"/><circle cx=\"{0:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{OBSERVED}\"/>",
        x + 304.0,
        y - 7.0
    );
    item(text, x + 314.0, "observed, with 90 % error bars");
}

fn axes(text: &mut String, frame: &Frame, start: Option<DateTime>, unit: &str) {
    let (left, top, width, height) = INNER;
    let steps = ((frame.top - frame.bottom) / frame.step + 1e-9).floor() as u32;
    for i in 0..=steps.min(20) {
        let value = frame.bottom + f64::from(i) * frame.step;
        let y = frame.y(value);
        let _ = writeln!(text, "<path d=\"M{left:.1} {y:.1}h{width:.1}\" stroke=\"{GRID}\"/>");
        label(text, (left - 6.0, y + 4.0), 12.0, "end", QUIET, "", &number(value, frame.step));
    }
    for (day, words) in date_ticks(frame.days, start) {
        let x = frame.x(day);
        let _ = writeln!(text, "<path d=\"M{x:.1} {:.1}v4\" stroke=\"{QUIET}\"/>", top + height);
        label(text, (x, top + height + 18.0), 12.0, "middle", QUIET, "", &words);
    }
    let _ = writeln!(
        text,
        "<path d=\"M{left:.1} {:.1}h{width:.1}\" stroke=\"{QUIET}\"/>",
        top + height
    );
    let upright = format!("transform=\"rotate(-90 12 {:.1})\"", top + height / 2.0);
    label(text, (12.0, top + height / 2.0), 12.0, "middle", QUIET, &upright, &cut(unit, 24));
    let axis = match start {
        // Labels of days and hours have no year.
        Some(start) if frame.days.1 - frame.days.0 <= DAYS_LABELLED => {
            let year = |day: f64| {
                start
                    .checked_add(jiff::SignedDuration::from_hours((24.0 * day) as i64))
                    .map(DateTime::year)
            };
            match (year(frame.days.0), year(frame.days.1)) {
                (Ok(first), Ok(last)) if first != last => format!("date ({first} to {last})"),
                (Ok(first), _) => format!("date ({first})"),
                _ => "date".into(),
            }
        }
        Some(_) => "date".into(),
        None => "days since the start".into(),
    };
    label(text, (left + width, top + height + 34.0), 11.0, "end", QUIET, "", &axis);
}

fn marks(text: &mut String, frame: &Frame, points: &[PanelPoint]) {
    let spread = points.first().zip(points.last()).is_some_and(|(a, b)| b.day - a.day > 1e-6);
    if spread {
        for (low, high, colour) in [(0, 4, BAND_90), (1, 3, BAND_50)] {
            let there = points.iter().map(|p| (frame.x(p.day), frame.y(p.quantiles[high])));
            let back = points.iter().rev().map(|p| (frame.x(p.day), frame.y(p.quantiles[low])));
            let _ = writeln!(
                text,
                "<path d=\"{}Z\" fill=\"{colour}\" fill-opacity=\"0.35\"/>",
                path(&there.chain(back).collect::<Vec<_>>())
            );
        }
        let median: Vec<_> =
            points.iter().map(|p| (frame.x(p.day), frame.y(p.quantiles[2]))).collect();
        let _ = writeln!(
            text,
            "<path d=\"{}\" fill=\"none\" stroke=\"{BAND_50}\" stroke-width=\"2\"/>",
            path(&median)
        );
    } else {
        for p in points {
            let x = frame.x(p.day);
            for (low, high, colour) in [(0, 4, BAND_90), (1, 3, BAND_50)] {
                let (y0, y1) = (frame.y(p.quantiles[high]), frame.y(p.quantiles[low]));
                let _ = writeln!(
                    text,
                    "<rect x=\"{:.1}\" y=\"{y0:.1}\" width=\"28\" height=\"{:.1}\" fill=\"{colour}\" fill-opacity=\"0.35\"/>",
                    x - 14.0,
                    (y1 - y0).max(0.5)
                );
            }
            let y = frame.y(p.quantiles[2]);
            let _ = writeln!(
                text,
                "<path d=\"M{:.1} {y:.1}h28\" stroke=\"{BAND_50}\" stroke-width=\"2\"/>",
                x - 14.0
            );
        }
    }
    if points.len() >= DENSE {
        let observed: Vec<_> =
            points.iter().map(|p| (frame.x(p.day), frame.y(p.observed))).collect();
        let _ = writeln!(
            text,
            "<path d=\"{}\" fill=\"none\" stroke=\"{OBSERVED}\" stroke-width=\"1.4\"/>",
            path(&observed)
        );
        return;
    }
    for p in points {
        let (x, y) = (frame.x(p.day), frame.y(p.observed));
        if p.error > 0.0 {
            let bar = (
                frame.y(p.observed + ERROR_BAR * p.error),
                frame.y(p.observed - ERROR_BAR * p.error),
            );
            let _ = writeln!(
                text,
                "<path d=\"M{x:.1} {:.1}V{:.1}\" stroke=\"{OBSERVED}\"/>",
                bar.0, bar.1
            );
        }
        let _ =
            writeln!(text, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.8\" fill=\"{OBSERVED}\"/>");
    }
}

fn path(points: &[(f64, f64)]) -> String {
    let mut text = String::new();
    for (i, (x, y)) in points.iter().enumerate() {
        let _ = write!(text, "{}{x:.1} {y:.1}", if i == 0 { 'M' } else { 'L' });
    }
    text
}

fn label(
    text: &mut String,
    at: (f64, f64),
    size: f64,
    anchor: &str,
    colour: &str,
    more: &str,
    words: &str,
) {
    if words.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"{size}\" text-anchor=\"{anchor}\" fill=\"{colour}\" {more}>{}</text>",
        at.0,
        at.1,
        escaped(words)
    );
}

/// Text cut to so many characters.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        text.to_owned()
    } else {
        text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
    }
}

/// A step of 1, 2 or 5 times a power of ten that divides a range into about so many parts.
fn nice_step(range: f64, parts: f64) -> f64 {
    let rough = range / parts;
    let power = libm::pow(10.0, libm::log10(rough).floor());
    [1.0, 2.0, 5.0].into_iter().map(|m| m * power).find(|s| *s >= rough).unwrap_or(10.0 * power)
}

/// A value of the vertical axis with as many digits as its step needs.
fn number(value: f64, step: f64) -> String {
    if value.abs() < step * 1e-6 {
        return "0".into();
    }
    let (value, step, unit) = if value.abs() >= 1e6 && step >= 1e4 {
        (value / 1e6, step / 1e6, " M")
    } else if value.abs() >= 1e3 && step >= 10.0 {
        (value / 1e3, step / 1e3, " k")
    } else {
        (value, step, "")
    };
    let decimals =
        (0..6).find(|&d| (step * f64::powi(10.0, d)).fract().abs() < 1e-6).unwrap_or(6) as usize;
    format!("{value:.decimals$}{unit}")
}

/// Ticks of the time axis: days since the start, with their labels.
fn date_ticks((from, to): (f64, f64), start: Option<DateTime>) -> Vec<(f64, String)> {
    let Some(start) = start else {
        let step = nice_step(to - from, 5.0);
        let first = (from / step).ceil() as i64;
        let last = (to / step).floor() as i64;
        return (first..=last).map(|i| (i as f64 * step, number(i as f64 * step, step))).collect();
    };
    let span = to - from;
    let midnight = start.date();
    // Days that the start lies after its midnight.
    let late =
        start.duration_since(midnight.to_datetime(jiff::civil::Time::midnight())).as_secs_f64()
            / 86_400.0;
    if span <= DAYS_LABELLED {
        let steps = [0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 14.0, 20.0, 30.0];
        let step = steps.into_iter().find(|s| span / s <= 5.5).unwrap_or(30.0);
        let first = ((from + late) / step).ceil() as i64;
        let last = ((to + late) / step).floor() as i64;
        return (first..=last)
            .filter_map(|i| {
                let since_midnight = i as f64 * step;
                let date = midnight
                    .checked_add(jiff::Span::new().days(since_midnight.floor() as i64))
                    .ok()?;
                let hour = ((since_midnight - since_midnight.floor()) * 24.0).round();
                let words = if hour > 0.0 { format!("{hour:.0} h") } else { day_and_month(date) };
                Some((since_midnight - late, words))
            })
            .collect();
    }
    let months = [1, 2, 3, 6, 12, 24, 60]
        .into_iter()
        .find(|m| span / (30.44 * f64::from(*m)) <= 4.5)
        .unwrap_or(120);
    let Ok(begin) = midnight.checked_add(jiff::Span::new().days(from.floor() as i64)) else {
        return Vec::new();
    };
    let Ok(mut tick) = Date::new(begin.year(), 1, 1) else { return Vec::new() };
    let mut ticks = Vec::new();
    while let Ok(next) = tick.checked_add(jiff::Span::new().months(months)) {
        let days = tick.duration_since(midnight).as_secs_f64() / 86_400.0 - late;
        if days > to {
            break;
        }
        if days >= from {
            ticks.push((days, tick.strftime("%b %Y").to_string()));
        }
        tick = next;
    }
    ticks
}

fn day_and_month(date: Date) -> String {
    date.strftime("%-d %b").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut() {
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("abcd", 4), "abcd");
    }

    #[test]
    fn steps_and_numbers_are_round() {
        for (range, step) in [(1.0, 0.5), (9.0, 5.0), (95_000.0, 50_000.0), (0.3, 0.1)] {
            assert!((nice_step(range, 4.0) / step - 1.0).abs() < 1e-12, "{range}");
        }
        assert_eq!(number(0.0, 5.0), "0");
        assert_eq!(number(20_000.0, 20_000.0), "20 k");
        assert_eq!(number(2_500_000.0, 500_000.0), "2.5 M");
        assert_eq!(number(0.5, 0.25), "0.50");
        assert_eq!(number(-200.0, 100.0), "-200");
    }

    #[test]
    fn ticks_stand_at_midnight_and_at_months() {
        let start: DateTime = "2023-09-24T06:00".parse().unwrap();
        let ticks = date_ticks((0.0, 3.0), Some(start));
        // The first midnight comes 18 hours after the start.
        assert!(ticks.contains(&(0.75, "25 Sep".into())), "{ticks:?}");
        let ticks = date_ticks((0.0, 300.0), Some("2012-02-29T00:00".parse().unwrap()));
        assert!(ticks.contains(&(32.0, "Apr 2012".into())), "{ticks:?}");
        assert!((3..=6).contains(&ticks.len()), "{ticks:?}");
        assert_eq!(date_ticks((0.0, 10.0), None).len(), 6);
    }

    #[test]
    fn odd_panels_do_no_harm() {
        let point = |day, observed| PanelPoint { day, observed, error: 0.0, quantiles: [0.0; 5] };
        for points in [
            vec![],
            vec![point(0.0, 0.0)],
            vec![point(3.0, 5.0), point(3.0, 6.0)],
            vec![point(0.0, -4.0), point(1.0, -2.0)],
        ] {
            let panel =
                Panel { title: "<t>".into(), unit: "u&".into(), note: String::new(), points };
            let picture = Picture {
                title: "a".into(),
                subtitle: String::new(),
                description: String::new(),
                start: None,
                panels: vec![panel],
            };
            let text = svg(&picture);
            assert!(
                !text.contains("NaN") && !text.contains("inf") && !text.contains("<t>"),
                "{text}"
            );
        }
    }
}
