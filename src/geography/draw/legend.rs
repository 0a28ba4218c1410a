//! Title and legend.

use super::canvas::{Image, Size, Style, text_width};
use super::colour::{self, INK, PALE_INK};
use super::layers::{Fill, Layer, Quantity};
use super::marks::{ROADS, STANDINGS, mark, pass_colour};
use super::{MARGIN, Mark, SIDE, Shape};
use crate::geography::Map;
use crate::text::grouped;

/// Height of a line of the legend, pixels.
const LINE: f64 = 24.0;

pub(super) fn title(image: &mut Image, map: &Map, heading: &str, subtitle: &str) {
    let style = Style { size: Size::Large, bold: true, colour: INK, halo: false };
    image.text(MARGIN, 14.0, heading, style);
    let below =
        if subtitle.is_empty() { map.title.clone() } else { format!("{}; {subtitle}", map.title) };
    image.text(MARGIN, 44.0, &below, Style::plain(Size::Small, PALE_INK));
}

/// Cuts a text to a width.
fn fitted(text: &str, width: f64, style: Style) -> String {
    let room = (width / text_width("x", style)) as usize;
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(2)).chain("..".chars()).collect()
}

pub(super) fn draw(
    image: &mut Image,
    map: &Map,
    layer: Option<Layer>,
    fill: &Fill,
    (left, top): (f64, f64),
    height: f64,
) -> f64 {
    let mut y = top;
    match fill {
        Fill::Quantity(quantity) => y = ramp(image, quantity, left, y),
        Fill::Categories { legend, .. } => {
            let room = ((height - 5.0 * LINE) / LINE) as usize;
            for (paint, name, remark) in legend.iter().take(room) {
                swatch(image, left, y, *paint, name, remark);
                y += LINE;
            }
            if legend.len() > room {
                let text = format!("and {} more", legend.len() - room);
                image.text(left + 28.0, y, &text, Style::plain(Size::Small, PALE_INK));
                y += LINE;
            }
        }
    }
    match layer {
        Some(Layer::Segments) => y = segment_list(image, map, left, y, top + height - 6.0 * LINE),
        Some(Layer::Road) => y = road_list(image, left, y),
        Some(Layer::Passes) => y = pass_list(image, left, y + LINE / 2.0),
        _ => {}
    }
    if layer.is_some_and(Layer::shows_crossings) {
        crossing_list(image, map, left, y + LINE / 2.0);
    }
    y
}

/// What the marks of a study mean, as far as there are any of a kind.
pub(super) fn mark_list(image: &mut Image, marks: &[Mark], left: f64, top: f64) {
    let kinds = [
        (Shape::Open, "crossing open (size: queue)"),
        (Shape::Permit, "crossing by permit"),
        (Shape::Closed, "crossing closed"),
        (Shape::Event, "armed events this week"),
    ];
    let mut y = top + LINE / 2.0;
    for (shape, words) in
        kinds.into_iter().filter(|(shape, _)| marks.iter().any(|mark| mark.shape == *shape))
    {
        mark(image, (left + 9.0, y + 10.0), 5.0, shape);
        image.text(left + 28.0, y + 1.0, words, Style::plain(Size::Small, INK));
        y += LINE;
    }
}

fn swatch(image: &mut Image, left: f64, y: f64, paint: [u8; 3], name: &str, remark: &str) {
    image.rectangle(left, y + 2.0, 18.0, 14.0, paint);
    image.frame(left, y + 2.0, 18.0, 14.0, colour::lit(paint, -0.3));
    let style = Style::plain(Size::Small, INK);
    let remark_width = text_width(remark, style);
    image.text(left + 28.0, y + 1.0, &fitted(name, SIDE - 40.0 - remark_width, style), style);
    image.text(left + SIDE - remark_width, y + 1.0, remark, Style::plain(Size::Small, PALE_INK));
}

fn ramp(image: &mut Image, quantity: &Quantity, left: f64, top: f64) -> f64 {
    let (bar, length) = (28.0, 320.0);
    image.text(
        left,
        top,
        &quantity.title,
        Style { size: Size::Small, bold: true, colour: INK, halo: false },
    );
    image.text(left, top + 20.0, &quantity.unit, Style::plain(Size::Small, PALE_INK));
    let start = top + 52.0;
    for step in 0..length as u32 {
        let position = 1.0 - f64::from(step) / (length - 1.0);
        image.rectangle(left, start + f64::from(step), bar, 1.0, quantity.ramp.at(position));
    }
    image.frame(left, start, bar, length, [120, 126, 132]);
    for (value, position) in quantity.ticks() {
        let y = start + (1.0 - position) * length;
        image.line((left + bar, y), (left + bar + 5.0, y), 1.0, INK, 1.0);
        image.text(left + bar + 10.0, y - 8.0, &number(value), Style::plain(Size::Small, INK));
    }
    let mut y = start + length + LINE;
    if quantity.values.iter().any(|v| v.is_nan()) {
        swatch(image, left, y, colour::LAND, "none", "");
        y += LINE;
    }
    y
}

/// A round number with its thousands apart.
fn number(value: f64) -> String {
    if value.abs() < 1.0 && value != 0.0 {
        return format!("{value:.2}").trim_end_matches('0').to_owned();
    }
    let text = grouped(value.abs().round_ties_even() as u64);
    if value < 0.0 { format!("-{text}") } else { text }
}

fn segment_list(image: &mut Image, map: &Map, left: f64, top: f64, bottom: f64) -> f64 {
    let mut y = top;
    let step = ((bottom - top) / map.segments.len().max(1) as f64).clamp(17.0, LINE);
    for (i, segment) in map.segments.iter().enumerate() {
        let paint = colour::strong(i);
        swatch(
            image,
            left,
            y,
            paint,
            &segment.name,
            &format!("{} km", number(segment.length_km.round())),
        );
        y += step;
    }
    y
}

fn road_list(image: &mut Image, left: f64, top: f64) -> f64 {
    let mut y = top;
    for ((paint, width), name) in ROADS.into_iter().zip(["international", "national", "regional"]) {
        image.line((left, y + 9.0), (left + 18.0, y + 9.0), width, paint, 1.0);
        image.text(left + 28.0, y + 1.0, name, Style::plain(Size::Small, INK));
        y += LINE;
    }
    let (paint, width) = ROADS[1];
    image.line((left, y + 9.0), (left + 18.0, y + 9.0), width + 1.0, paint, 1.0);
    image.line((left, y + 9.0), (left + 18.0, y + 9.0), 1.2, [255, 255, 255], 1.0);
    image.text(left + 28.0, y + 1.0, "closed part of the year", Style::plain(Size::Small, INK));
    y + LINE
}

fn pass_list(image: &mut Image, left: f64, top: f64) -> f64 {
    let style = Style { size: Size::Small, bold: true, colour: INK, halo: false };
    image.text(left, top, "Pass: months open a year", style);
    let mut y = top + LINE;
    for months in [12_u8, 9, 6, 3] {
        image.triangle(left + 9.0, y + 11.0, 8.0, pass_colour(months), [255, 255, 255]);
        image.text(left + 28.0, y + 1.0, &months.to_string(), Style::plain(Size::Small, INK));
        y += LINE;
    }
    y
}

fn crossing_list(image: &mut Image, map: &Map, left: f64, top: f64) {
    let style = Style { size: Size::Small, bold: true, colour: INK, halo: false };
    image.text(left, top, "Crossings", style);
    let mut y = top + LINE;
    for (status, paint, word) in STANDINGS {
        let n = map.crossings.iter().filter(|c| c.status == status).count();
        image.triangle(left + 9.0, y + 10.0, 7.0, paint, [255, 255, 255]);
        image.text(left + 28.0, y + 1.0, word, Style::plain(Size::Small, INK));
        let text = n.to_string();
        let pale = Style::plain(Size::Small, PALE_INK);
        image.text(left + SIDE - text_width(&text, pale), y + 1.0, &text, pale);
        y += LINE;
    }
}
