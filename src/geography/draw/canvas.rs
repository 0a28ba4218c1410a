//! A picture and the few things that can be drawn on it, with smooth edges.

use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};

/// Red, green, blue.
pub type Colour = [u8; 3];

/// A finished picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Width, pixels.
    pub width: u32,
    /// Height, pixels.
    pub height: u32,
    /// Red, green and blue of each pixel, row by row from the top.
    pub pixels: Vec<u8>,
}

/// Size of letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// 16 pixels.
    Small,
    /// 20 pixels.
    Medium,
    /// 24 pixels.
    Large,
}

impl Size {
    const fn raster(self) -> RasterHeight {
        match self {
            Self::Small => RasterHeight::Size16,
            Self::Medium => RasterHeight::Size20,
            Self::Large => RasterHeight::Size24,
        }
    }

    /// Height of a line of text, pixels.
    #[must_use]
    pub const fn height(self) -> f64 {
        match self {
            Self::Small => 16.0,
            Self::Medium => 20.0,
            Self::Large => 24.0,
        }
    }
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Size.
    pub size: Size,
    /// Bold or regular.
    pub bold: bool,
    /// Colour of the letters.
    pub colour: Colour,
    /// A border of light round the letters, so that they can be read on any ground.
    pub halo: bool,
}

impl Style {
    /// Regular letters without a halo.
    #[must_use]
    pub const fn plain(size: Size, colour: Colour) -> Self {
        Self { size, bold: false, colour, halo: false }
    }
    const fn weight(self) -> FontWeight {
        if self.bold { FontWeight::Bold } else { FontWeight::Regular }
    }
}

/// Width of a text, pixels.
#[must_use]
pub fn text_width(text: &str, style: Style) -> f64 {
    text.chars().count() as f64 * get_raster_width(style.weight(), style.size.raster()) as f64
}

/// The font ends before the schwa of Azerbaijani names.
const fn in_font(letter: char) -> char {
    match letter {
        'ə' => 'e',
        'Ə' => 'E',
        other => other,
    }
}

impl Image {
    /// A picture of one colour.
    #[must_use]
    pub fn new(width: u32, height: u32, ground: Colour) -> Self {
        let pixels =
            ground.iter().copied().cycle().take(width as usize * height as usize * 3).collect();
        Self { width, height, pixels }
    }

    /// Lays a colour over a pixel; beyond the edges nothing happens.
    #[inline]
    pub fn blend(&mut self, x: i32, y: i32, colour: Colour, alpha: f64) {
        if x < 0 || y < 0 || x >= self.width as i32 || y >= self.height as i32 || alpha <= 0.0 {
            return;
        }
        let at = (y as usize * self.width as usize + x as usize) * 3;
        let alpha = alpha.min(1.0);
        for (pixel, new) in self.pixels[at..at + 3].iter_mut().zip(colour) {
            *pixel = (f64::from(*pixel) * (1.0 - alpha) + f64::from(new) * alpha + 0.5) as u8;
        }
    }

    /// Colours every pixel of a box by where its centre lies.
    fn shade(
        &mut self,
        [left, top, right, bottom]: [f64; 4],
        colour: Colour,
        alpha: impl Fn(f64, f64) -> f64,
    ) {
        for y in (top.floor().max(0.0) as i32)..=(bottom.ceil().min(f64::from(self.height)) as i32)
        {
            for x in
                (left.floor().max(0.0) as i32)..=(right.ceil().min(f64::from(self.width)) as i32)
            {
                self.blend(x, y, colour, alpha(f64::from(x) + 0.5, f64::from(y) + 0.5));
            }
        }
    }

    /// A filled box.
    pub fn rectangle(&mut self, left: f64, top: f64, width: f64, height: f64, colour: Colour) {
        let cover = |low: f64, size: f64, p: f64| {
            ((p + 0.5).min(low + size) - (p - 0.5).max(low)).clamp(0.0, 1.0)
        };
        self.shade([left, top, left + width, top + height], colour, |x, y| {
            cover(left, width, x) * cover(top, height, y)
        });
    }

    /// The outline of a box.
    pub fn frame(&mut self, left: f64, top: f64, width: f64, height: f64, colour: Colour) {
        let (right, bottom) = (left + width, top + height);
        for (a, b) in [
            ((left, top), (right, top)),
            ((right, top), (right, bottom)),
            ((right, bottom), (left, bottom)),
            ((left, bottom), (left, top)),
        ] {
            self.line(a, b, 1.0, colour, 1.0);
        }
    }

    /// A straight line with round ends.
    pub fn line(
        &mut self,
        (x0, y0): (f64, f64),
        (x1, y1): (f64, f64),
        width: f64,
        colour: Colour,
        alpha: f64,
    ) {
        let reach = width / 2.0 + 1.0;
        let (dx, dy) = (x1 - x0, y1 - y0);
        let square = dx * dx + dy * dy;
        let distance = |x: f64, y: f64| {
            let t = if square > 0.0 {
                (((x - x0) * dx + (y - y0) * dy) / square).clamp(0.0, 1.0)
            } else {
                0.0
            };
            libm::hypot(x - x0 - t * dx, y - y0 - t * dy)
        };
        let around =
            [x0.min(x1) - reach, y0.min(y1) - reach, x0.max(x1) + reach, y0.max(y1) + reach];
        self.shade(around, colour, |x, y| {
            alpha * (width / 2.0 + 0.5 - distance(x, y)).clamp(0.0, 1.0)
        });
    }

    /// A filled circle.
    pub fn disc(&mut self, x: f64, y: f64, radius: f64, colour: Colour) {
        self.line((x, y), (x, y), radius * 2.0, colour, 1.0);
    }

    /// A filled triangle that points up, with a light edge; `x` and `y` are its middle.
    pub fn triangle(&mut self, x: f64, y: f64, radius: f64, colour: Colour, edge: Colour) {
        for (size, paint) in [(radius + 1.5, edge), (radius, colour)] {
            let around = [x - size * 1.2, y - size * 1.2, x + size * 1.2, y + size * 1.2];
            // Distance from the three sides of an equilateral triangle, whose inner radius is half the outer one.
            self.shade(around, paint, |px, py| {
                let (dx, dy) = (px - x, py - y);
                let inside = [dy, -0.866 * dx - 0.5 * dy, 0.866 * dx - 0.5 * dy]
                    .map(|d| size / 2.0 - d + 0.5);
                inside.into_iter().fold(1.0, f64::min).clamp(0.0, 1.0)
            });
        }
    }

    /// Text with its upper left corner at this place. Letters that the font lacks become `?`.
    pub fn text(&mut self, x: f64, y: f64, text: &str, style: Style) {
        if style.halo {
            let halo = [
                (-1, -1),
                (-1, 0),
                (-1, 1),
                (0, -1),
                (0, 1),
                (1, -1),
                (1, 0),
                (1, 1),
                (-2, 0),
                (2, 0),
            ];
            for (dx, dy) in halo {
                self.letters((x as i32 + dx, y as i32 + dy), text, style, [255, 255, 255], 0.55);
            }
        }
        self.letters((x as i32, y as i32), text, style, style.colour, 1.0);
    }

    fn letters(
        &mut self,
        (x, y): (i32, i32),
        text: &str,
        style: Style,
        colour: Colour,
        alpha: f64,
    ) {
        let step = get_raster_width(style.weight(), style.size.raster()) as i32;
        for (i, letter) in text.chars().map(in_font).enumerate() {
            let raster = get_raster(letter, style.weight(), style.size.raster())
                .or_else(|| get_raster('?', style.weight(), style.size.raster()));
            let Some(raster) = raster else { continue };
            for (dy, row) in raster.rows().enumerate() {
                for (dx, &ink) in row.iter().enumerate().filter(|(_, ink)| **ink > 0) {
                    let at = (x + i as i32 * step + dx as i32, y + dy as i32);
                    self.blend(at.0, at.1, colour, alpha * f64::from(ink) / 255.0);
                }
            }
        }
    }
}
