//! The report's map as pictures: displaced people by first-level unit under an outcome, on a day or as a film of all weeks.

use std::collections::BTreeMap;
use std::path::Path;

use super::axes::{Axes, Scenario};
use super::people::{People, Weekly};
use super::places::Places;
use super::rows::Rows;
use super::{Gathered, Study, pressure};
use crate::geography::Map;
use crate::geography::draw::{
    DrawnLine, Image, Mark, Quantity, Ramp, RenderOptions, render_quantity,
};

/// Persons at the two ends of the ramp, as on the page.
const RANGE: [f64; 2] = [1.0, 2_000_000.0];
/// Colours of a film: a GIF has 256 at most.
const FILM_COLOURS: usize = 256;
/// Hundredths of a second that a picture of a film stands.
const FILM_DELAY: u16 = 18;

/// The counts of one outcome and variant of a study.
#[derive(Clone, Debug)]
pub struct Film {
    /// Days of the counts, from the study's first.
    pub days: Vec<usize>,
    /// Replicates.
    pub runs: usize,
    /// The outcome and variant.
    pub scenario: Scenario,
    /// Median persons: `[unit][count]`.
    median: Vec<Vec<f32>>,
    /// Crossings and armed events, by count.
    marks: Vec<Vec<Mark>>,
    /// What of them is missing or damaged, in sentences.
    pub notes: Vec<String>,
}

impl Film {
    /// Reads the counts of an outcome (and variant) of a study.
    ///
    /// # Errors
    /// When a table is missing or damaged, or there is no such outcome: then with the list of those there are.
    pub fn read(
        folder: &Path,
        map: &Map,
        outcome: &str,
        variant: Option<&str>,
    ) -> Result<Self, String> {
        let study = Study {
            folder: folder.to_owned(),
            manifest: serde_json::Value::Null,
            package: serde_json::Value::Null,
            unfinished: None,
        };
        let (mut axes, mut notes) = (Axes::default(), Gathered::default());
        pressure::read_runs(&study, 0, &mut axes, &mut notes);
        let mut people = People::default();
        let damage =
            people.read_cells(Rows::open(folder, "whereabouts")?, 0, &mut axes, Some(map))?;
        if let Some(problem) = damage.or_else(|| notes.notes.first().cloned()) {
            return Err(problem);
        }
        let mut places = Places::default();
        places.read(&study, 0, &mut axes, Some(map), &mut notes);
        let fits = |s: &Scenario| s.outcome == outcome && variant.is_none_or(|v| s.variant == v);
        let Some(at) = axes.scenarios.iter().position(fits) else {
            let known: Vec<String> = axes
                .scenarios
                .iter()
                .map(|s| {
                    if s.variant == "base" {
                        s.outcome.clone()
                    } else {
                        format!("{} ({})", s.outcome, s.variant)
                    }
                })
                .collect();
            let asked = variant.map_or_else(|| outcome.to_owned(), |v| format!("{outcome} ({v})"));
            return Err(format!(
                "{} has no outcome `{asked}`; it has {}",
                folder.display(),
                known.join(", ")
            ));
        };
        let Weekly { days, median } = people.weekly_units(&axes, map, at);
        let marks = days.iter().map(|&day| places.marks(&axes, map, at, day)).collect();
        let (runs, scenario) = (axes.whole("whereabouts", at).len(), axes.scenarios[at].clone());
        Ok(Self { days, runs, scenario, median, marks, notes: notes.notes })
    }

    /// The last count not after a day; nothing before the first.
    #[must_use]
    pub fn count_on(&self, day: usize) -> Option<usize> {
        self.days.iter().rposition(|&d| d <= day)
    }

    /// Draws a count.
    #[must_use]
    pub fn draw(
        &self,
        map: &Map,
        lines: &[DrawnLine],
        count: usize,
        first: jiff::civil::Date,
        width: u32,
    ) -> Image {
        let day = self.days[count];
        let date = crate::time::Day(day as u32).date(first);
        let value = |unit: &crate::ids::AdminId| {
            let persons = f64::from(self.median[unit.index()][count]);
            if persons >= RANGE[0] { persons } else { f64::NAN }
        };
        let quantity = Quantity {
            values: map.cells.admin1.iter().map(value).collect(),
            title: "displaced".into(),
            unit: "persons in a unit".into(),
            range: RANGE,
            logarithmic: true,
            ramp: Ramp::Heat,
            relief: false,
        };
        let variant = if self.scenario.variant == "base" {
            String::new()
        } else {
            format!(", {}", self.scenario.variant)
        };
        let outcome = self.scenario.outcome.replace('_', " ");
        let heading = format!("Where displaced people are: {outcome}{variant}");
        let subtitle =
            format!("{date} (day {day}), median of {} runs, by first-level unit", self.runs);
        render_quantity(
            map,
            &heading,
            quantity,
            &RenderOptions { width, subtitle, lines, towns: true, marks: &self.marks[count] },
        )
    }
}

/// How far two colours are from each other.
fn far(a: [u8; 3], b: [u8; 3]) -> i32 {
    (0..3).map(|i| (i32::from(a[i]) - i32::from(b[i])).pow(2)).sum()
}

/// The colours of a film, from how often each is used.
fn palette(counts: &BTreeMap<[u8; 3], usize>) -> Vec<[u8; 3]> {
    let mut colours: Vec<[u8; 3]> = counts.keys().copied().collect();
    colours.sort_by_key(|colour| (std::cmp::Reverse(counts[colour]), *colour));
    let rare = colours.split_off(colours.len().min(FILM_COLOURS / 2));
    // Each rare colour with its distance from the nearest that is taken.
    let mut open: Vec<([u8; 3], i32)> = rare
        .iter()
        .map(|&c| (c, colours.iter().map(|&t| far(c, t)).min().unwrap_or(i32::MAX)))
        .collect();
    while colours.len() < FILM_COLOURS {
        let Some(&(next, gap)) = open.iter().max_by_key(|(colour, gap)| (*gap, *colour)) else {
            break;
        };
        if gap == 0 {
            break;
        }
        colours.push(next);
        for (colour, gap) in &mut open {
            *gap = (*gap).min(far(*colour, next));
        }
    }
    colours
}

/// An animated GIF of pictures of one size.
///
/// Half of the colours are the most frequent ones of all pictures, half those that lie farthest from them, so that the ends
/// of a ramp stay what its legend says; others become their nearest.
///
/// # Errors
/// When the encoder refuses, which it does for pictures above 65,535 pixels alone.
pub fn film(images: &[Image]) -> Result<Vec<u8>, gif::EncodingError> {
    let Some(first) = images.first() else { return Ok(Vec::new()) };
    let mut counts: BTreeMap<[u8; 3], usize> = BTreeMap::new();
    for pixel in images.iter().flat_map(|i| i.pixels.chunks_exact(3)) {
        *counts.entry([pixel[0], pixel[1], pixel[2]]).or_default() += 1;
    }
    let palette = palette(&counts);
    let nearest =
        |c: [u8; 3]| (0..palette.len()).min_by_key(|&i| far(palette[i], c)).unwrap_or(0) as u8;
    let index: BTreeMap<[u8; 3], u8> = counts.keys().map(|&c| (c, nearest(c))).collect();
    let colours: Vec<u8> = palette.iter().flatten().copied().collect();
    let mut bytes = Vec::new();
    {
        let (w, h) = (first.width as u16, first.height as u16);
        let mut encoder = gif::Encoder::new(&mut bytes, w, h, &colours)?;
        encoder.set_repeat(gif::Repeat::Infinite)?;
        for (number, image) in images.iter().enumerate() {
            let pixels: Vec<u8> =
                image.pixels.chunks_exact(3).map(|p| index[&[p[0], p[1], p[2]]]).collect();
            let last = number + 1 == images.len();
            let delay = if last { FILM_DELAY * 8 } else { FILM_DELAY };
            let frame = gif::Frame {
                width: w,
                height: h,
                delay,
                buffer: pixels.into(),
                ..gif::Frame::default()
            };
            encoder.write_frame(&frame)?;
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_has_its_pictures() {
        let images: Vec<Image> = [[255, 0, 0], [0, 255, 0]].map(|c| Image::new(4, 3, c)).to_vec();
        let bytes = film(&images).unwrap();
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(&bytes[..]).unwrap();
        for colour in [[255, 0, 0, 255], [0, 255, 0, 255]] {
            let frame = decoder.read_next_frame().unwrap().unwrap();
            assert_eq!(frame.buffer[..4], colour);
        }
        assert!(decoder.read_next_frame().unwrap().is_none());
    }

    #[test]
    fn rare_colours_at_the_end_of_a_ramp_stay() {
        // 900 shades of green, ten times each, and one dark red dot.
        let shade = |i: usize| [0, (i % 200) as u8, 200 + (i / 200) as u8];
        let mut counts: BTreeMap<[u8; 3], usize> = (0..900).map(|i| (shade(i), 10)).collect();
        counts.insert([90, 0, 10], 1);
        let palette = palette(&counts);
        assert_eq!(palette.len(), FILM_COLOURS);
        assert!(palette.contains(&[90, 0, 10]));
        for &colour in counts.keys() {
            let gap = palette.iter().map(|&p| far(p, colour)).min().unwrap();
            assert!(gap <= 5 * 5, "{colour:?} is {gap} from the nearest");
        }
        let few = BTreeMap::from([([1, 2, 3], 4), ([4, 5, 6], 1)]);
        assert_eq!(super::palette(&few), [[1, 2, 3], [4, 5, 6]]);
    }
}
