//! Pictures of the map, for `spillover map render` and for the report.
//!
//! Plate carrée with the aspect of the middle latitude. Cells are squares of colour; over them lie relief, coasts and
//! borders, crossings, towns, a scale and a legend.

#![allow(
    clippy::cast_possible_wrap,
    reason = "pixels and grid positions are far below the limits of i32"
)]

pub mod canvas;
pub mod colour;
mod labels;
mod layers;
mod legend;
mod lines;
mod marks;

pub use self::canvas::{Colour, Image};
pub use self::colour::Ramp;
use self::labels::Labels;
use self::layers::{Fill, fill};
pub use self::layers::{Layer, Quantity};
pub use self::lines::{DrawnLine, load_lines};
use super::Map;
use super::grid::Grid;

/// Page around the map.
const PAGE: Colour = [252, 252, 251];
/// Margin of the page, pixels.
const MARGIN: f64 = 24.0;
/// Height of the title, pixels.
const HEAD: f64 = 76.0;
/// Width of the legend, pixels.
const SIDE: f64 = 300.0;

/// How a picture is made.
#[derive(Clone, Debug)]
pub struct RenderOptions<'a> {
    /// Width of the picture with its legend, pixels (at least 700).
    pub width: u32,
    /// A line under the title, such as the as-of date.
    pub subtitle: String,
    /// Coasts and borders; without them the edges of cells are drawn.
    pub lines: &'a [DrawnLine],
    /// Whether towns are named.
    pub towns: bool,
    /// Marks over the cells, with what each kind of them means in the legend.
    pub marks: &'a [Mark],
}

/// A mark on the map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// Latitude, degrees.
    pub lat: f64,
    /// Longitude, degrees.
    pub lon: f64,
    /// Size, pixels from the middle.
    pub radius: f64,
    /// What it stands for.
    pub shape: Shape,
}

/// What a mark stands for, as on the page of a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A crossing open to neighbours: a disc.
    Open,
    /// A crossing for those with a permit: a diamond.
    Permit,
    /// A closed crossing: a cross.
    Closed,
    /// Armed events: a ring.
    Event,
}

/// Where places lie on the picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    bbox: [f64; 4],
}

impl Frame {
    pub(super) fn at(&self, lat: f64, lon: f64) -> (f64, f64) {
        let [west, south, east, north] = self.bbox;
        (
            self.left + (lon - west) / (east - west) * self.width,
            self.top + (north - lat) / (north - south) * self.height,
        )
    }

    /// Longitude and latitude of a pixel's centre.
    fn place(&self, x: u32, y: u32) -> (f64, f64) {
        let [west, south, east, north] = self.bbox;
        (
            west + (f64::from(x) + 0.5 - self.left) / self.width * (east - west),
            north - (f64::from(y) + 0.5 - self.top) / self.height * (north - south),
        )
    }

    pub(super) fn contains(&self, (x, y): (f64, f64)) -> bool {
        x >= self.left
            && x <= self.left + self.width
            && y >= self.top
            && y <= self.top + self.height
    }

    /// Pixels per km from west to east in the middle of the map.
    pub(super) fn pixels_per_km(&self) -> f64 {
        let [west, south, east, north] = self.bbox;
        let middle = f64::midpoint(south, north);
        self.width / super::network::great_circle_km(middle, west, middle, east).max(1e-9)
    }
}

/// Draws a layer of the map.
#[must_use]
pub fn render(map: &Map, layer: Layer, options: &RenderOptions<'_>) -> Image {
    compose(map, Some(layer), layer.heading(), &fill(map, layer), options)
}

/// Draws a quantity of every cell, such as displaced people present, under a heading.
#[must_use]
pub fn render_quantity(
    map: &Map,
    heading: &str,
    quantity: Quantity,
    options: &RenderOptions<'_>,
) -> Image {
    compose(map, None, heading, &Fill::Quantity(quantity), options)
}

fn compose(
    map: &Map,
    layer: Option<Layer>,
    heading: &str,
    fill: &Fill,
    options: &RenderOptions<'_>,
) -> Image {
    let width = options.width.clamp(700, 8000);
    let [west, south, east, north] = map.bbox;
    let map_width = f64::from(width) - SIDE - 3.0 * MARGIN;
    let aspect = libm::cos(f64::midpoint(south, north).to_radians());
    let map_height = (map_width * (north - south) / ((east - west) * aspect)).round().max(200.0);
    let height = (HEAD + map_height + MARGIN) as u32;
    let frame =
        Frame { left: MARGIN, top: HEAD, width: map_width, height: map_height, bbox: map.bbox };
    let grid = Grid::of(map);

    let mut image = Image::new(width, height, PAGE);
    paint_cells(&mut image, map, &grid, &frame, fill);
    if layer == Some(Layer::Road) {
        marks::roads(&mut image, map, &frame);
    }
    marks::lines(&mut image, map, &grid, &frame, options.lines);
    for mark in options.marks {
        marks::mark(&mut image, frame.at(mark.lat, mark.lon), mark.radius, mark.shape);
    }
    let mut labels = Labels::new(frame);
    let middles = match layer {
        Some(Layer::Segments) => marks::segments(&mut image, map, &grid, &frame),
        _ => Vec::new(),
    };
    if layer.is_some_and(Layer::shows_crossings) {
        marks::crossings(&mut image, map, &frame, &mut labels);
    }
    match layer {
        Some(Layer::Segments) => marks::segment_names(&mut image, map, &middles, &mut labels),
        Some(Layer::Passes) => marks::passes(&mut image, map, &frame, &mut labels),
        Some(Layer::Admin1) => marks::unit_names(&mut image, map, &mut labels),
        _ => {}
    }
    if options.towns && !matches!(layer, Some(Layer::Admin1)) {
        marks::towns(&mut image, map, &mut labels);
    }
    // What was drawn over the edge of the map is covered by the page again.
    mask(&mut image, &frame);
    image.frame(frame.left, frame.top, frame.width, frame.height, [150, 156, 162]);
    marks::scale(&mut image, &frame);
    legend::title(&mut image, map, heading, &options.subtitle);
    let beside = frame.left + frame.width + MARGIN;
    let below = legend::draw(&mut image, map, layer, fill, (beside, frame.top), frame.height);
    if !options.marks.is_empty() {
        legend::mark_list(&mut image, options.marks, beside, below);
    }
    image
}

fn mask(image: &mut Image, frame: &Frame) {
    let (w, h) = (f64::from(image.width), f64::from(image.height));
    let (right, bottom) = (frame.left + frame.width, frame.top + frame.height);
    image.rectangle(0.0, 0.0, w, frame.top, PAGE);
    image.rectangle(0.0, bottom, w, h - bottom, PAGE);
    image.rectangle(0.0, 0.0, frame.left, h, PAGE);
    image.rectangle(right, 0.0, w - right, h, PAGE);
}

/// Colours the land.
fn paint_cells(image: &mut Image, map: &Map, grid: &Grid, frame: &Frame, fill: &Fill) {
    let (colours, relief): (Vec<Colour>, f64) = match fill {
        Fill::Quantity(q) => {
            let one = |v: &f64| if v.is_nan() { colour::LAND } else { q.ramp.at(q.position(*v)) };
            (q.values.iter().map(one).collect(), if q.relief { 0.5 } else { 0.0 })
        }
        Fill::Categories { colours, .. } => (colours.clone(), 0.3),
    };
    let light = if relief > 0.0 { hill_shade(map, grid) } else { Vec::new() };
    let scale = 1.0 / map.cell_degrees.max(1e-9);
    for y in frame.top as u32..(frame.top + frame.height) as u32 {
        for x in frame.left as u32..(frame.left + frame.width) as u32 {
            let (lon, lat) = frame.place(x, y);
            let (col, row) = ((lon - grid.west) * scale, (grid.north - lat) * scale);
            let cell = grid.at(row.floor() as i32, col.floor() as i32);
            let paint = match cell {
                None => colour::WATER,
                Some(cell) if relief > 0.0 => colour::lit(
                    colours[cell.index()],
                    relief * smooth(grid, &light, row - 0.5, col - 0.5),
                ),
                Some(cell) => colours[cell.index()],
            };
            image.blend(x as i32, y as i32, paint, 1.0);
        }
    }
}

/// Light from the north-west on each cell, -1 (shadow) to 1.
fn hill_shade(map: &Map, grid: &Grid) -> Vec<f64> {
    let c = &map.cells;
    let height = |row: i32, col: i32, i: usize| {
        f64::from(
            grid.at(row, col).map_or(c.elevation[i].clamp(-30.0, 0.0), |j| c.elevation[j.index()]),
        )
    };
    // Coarse cells have gentle slopes: they are raised so that mountains are seen.
    let exaggeration = 8.0 / (grid.height_km() * 2000.0);
    (0..c.len())
        .map(|i| {
            let (row, col) = (i32::from(c.row[i]), i32::from(c.col[i]));
            let to_east = height(row, col + 1, i) - height(row, col - 1, i);
            let to_south = height(row + 1, col, i) - height(row - 1, col, i);
            libm::tanh((to_east + to_south) * exaggeration)
        })
        .collect()
}

/// A value between the centres of cells; water counts as the middle.
fn smooth(grid: &Grid, values: &[f64], row: f64, col: f64) -> f64 {
    let (r, c) = (row.floor(), col.floor());
    let value = |dr: i32, dc: i32| {
        grid.at(r as i32 + dr, c as i32 + dc).map_or(0.0, |cell| values[cell.index()])
    };
    let (fr, fc) = (row - r, col - c);
    (value(0, 0) * (1.0 - fc) + value(0, 1) * fc) * (1.0 - fr)
        + (value(1, 0) * (1.0 - fc) + value(1, 1) * fc) * fr
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layer_can_be_drawn_and_comes_out_the_same() {
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("maps/tiny");
        let map = Map::load(&dir, jiff::civil::date(2026, 1, 15)).expect("maps/tiny is sound");
        let lines = load_lines(&dir).expect("lines");
        for (name, layer) in Layer::NAMES {
            let options = RenderOptions {
                width: 700,
                subtitle: String::new(),
                lines: &lines,
                towns: true,
                marks: &[],
            };
            let image = render(&map, layer, &options);
            assert_eq!(
                image.pixels.len(),
                image.width as usize * image.height as usize * 3,
                "{name}"
            );
            assert!(image == render(&map, layer, &options), "{name} differs when drawn again");
            // The page around the map is blank.
            assert_eq!(image.pixels[..3], PAGE, "{name}");
        }
        assert!(Layer::named("weather").is_none());
    }
}
