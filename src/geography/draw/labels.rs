//! Names on the map that do not lie on one another.

use super::Frame;
use super::canvas::{Image, Style, text_width};

/// Places that are taken.
pub(super) struct Labels {
    frame: Frame,
    taken: Vec<[f64; 4]>,
}

impl Labels {
    pub(super) const fn new(frame: Frame) -> Self {
        Self { frame, taken: Vec::new() }
    }

    /// Where a place lies on the picture, if it does.
    pub(super) fn point(&self, lat: f64, lon: f64) -> Option<(f64, f64)> {
        let point = self.frame.at(lat, lon);
        self.frame.contains(point).then_some(point)
    }

    /// Keeps the surroundings of a mark free of names.
    pub(super) fn keep_free(&mut self, (x, y): (f64, f64), radius: f64) {
        self.taken.push([x - radius, y - radius, x + radius, y + radius]);
    }

    /// Whether a mark of this size would lie on something.
    pub(super) fn is_free(&self, (x, y): (f64, f64), radius: f64) -> bool {
        self.fits([x - radius, y - radius, x + radius, y + radius])
    }

    fn fits(&self, b: [f64; 4]) -> bool {
        let f = &self.frame;
        b[0] >= f.left + 2.0
            && b[1] >= f.top + 2.0
            && b[2] <= f.left + f.width - 2.0
            && b[3] <= f.top + f.height - 2.0
            && self.taken.iter().all(|t| b[2] < t[0] || b[0] > t[2] || b[3] < t[1] || b[1] > t[3])
    }

    /// Writes a name beside a mark (right, left, below, above) or over the middle of an area, if there is room.
    pub(super) fn write(
        &mut self,
        image: &mut Image,
        (x, y): (f64, f64),
        gap: f64,
        text: &str,
        style: Style,
    ) -> bool {
        let (w, h) = (text_width(text, style), style.size.height());
        let beside = [
            (x + gap, y - h / 2.0),
            (x - gap - w, y - h / 2.0),
            (x - w / 2.0, y + gap * 0.6),
            (x - w / 2.0, y - gap * 0.6 - h),
        ];
        let over = [(x - w / 2.0, y - h / 2.0)];
        let choices: &[(f64, f64)] = if gap > 0.0 { &beside } else { &over };
        for &(left, top) in choices {
            let area = [left - 1.0, top + 1.0, left + w + 1.0, top + h - 1.0];
            if self.fits(area) {
                image.text(left, top, text, style);
                self.taken.push(area);
                return true;
            }
        }
        false
    }
}
