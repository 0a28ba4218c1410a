//! What lies over the coloured cells: lines, roads, segments, crossings, passes, towns, the scale.

use super::canvas::{Colour, Image, Size, Style, text_width};
use super::colour::{self, INK, PALE_INK, Ramp};
use super::labels::Labels;
use super::lines::DrawnLine;
use super::{Frame, Shape};
use crate::geography::grid::Grid;
use crate::geography::{
    CrossingMode, CrossingStatus, DestinationKind, Map, SegmentKind, TerritoryKind,
};
use crate::ids::{CellId, TerritoryId};

const BORDER: Colour = [70, 70, 78];
const COAST: Colour = [110, 140, 165];

/// Towns nearer than this to a greater one are not named, pixels.
const SATELLITE: f64 = 14.0;

/// Colours of road classes 1 to 3.
pub(super) const ROADS: [(Colour, f64); 3] =
    [([176, 48, 40], 2.6), ([214, 120, 50], 2.0), ([150, 130, 100], 1.4)];

/// The colour and the word for a crossing's standing.
pub(super) const STANDINGS: [(CrossingStatus, Colour, &str); 4] = [
    (CrossingStatus::Open, [0, 130, 96], "open"),
    (CrossingStatus::Restricted, [230, 159, 0], "restricted"),
    (CrossingStatus::Freight, [120, 80, 160], "freight only"),
    (CrossingStatus::Closed, [200, 40, 40], "closed"),
];

/// The colour of a pass open for so many months a year.
pub(super) fn pass_colour(months: u8) -> Colour {
    Ramp::Viridis.at(f64::from(months) / 12.0)
}

/// An edge between two places of the raster, from corner to corner, with the cells on both sides.
struct Edge {
    from: (f64, f64),
    to: (f64, f64),
    cells: (CellId, CellId),
}

/// All cell edges between territories.
fn edges(map: &Map, grid: &Grid, frame: &Frame) -> Vec<Edge> {
    let c = &map.cells;
    let mut edges = Vec::new();
    let corner =
        |row: u32, col: u32| frame.at(grid.line_lat(f64::from(row)), grid.line_lon(f64::from(col)));
    for i in 0..c.len() {
        let (row, col) = (u32::from(c.row[i]), u32::from(c.col[i]));
        for (d_row, d_col) in [(0, 1), (1, 0)] {
            let Some(other) = grid.at((row + d_row) as i32, (col + d_col) as i32) else { continue };
            if c.territory[i] != c.territory[other.index()] {
                let (from, to) = (corner(row + d_row, col + d_col), corner(row + 1, col + 1));
                edges.push(Edge { from, to, cells: (CellId::from_index(i), other) });
            }
        }
    }
    edges
}

/// Coasts and borders. Lines of de facto authorities, which no border file has, follow the cells.
pub(super) fn lines(image: &mut Image, map: &Map, grid: &Grid, frame: &Frame, lines: &[DrawnLine]) {
    let all_edges = lines.is_empty();
    let de_facto = |t: TerritoryId| map.territories[t.index()].kind == TerritoryKind::DeFacto;
    for edge in edges(map, grid, frame) {
        let sides =
            (map.cells.territory[edge.cells.0.index()], map.cells.territory[edge.cells.1.index()]);
        if all_edges || de_facto(sides.0) || de_facto(sides.1) {
            image.line(edge.from, edge.to, 1.2, BORDER, 0.8);
        }
    }
    for line in lines {
        let (paint, width) = if line.border { (BORDER, 1.6) } else { (COAST, 1.2) };
        for pair in line.points.windows(2) {
            let (a, b) = (frame.at(pair[0][1], pair[0][0]), frame.at(pair[1][1], pair[1][0]));
            if frame.contains(a) || frame.contains(b) {
                image.line(a, b, width, paint, 0.85);
            }
        }
    }
}

/// Road links between the centres of cells, small roads first.
pub(super) fn roads(image: &mut Image, map: &Map, frame: &Frame) {
    let place = |c: CellId| {
        frame.at(f64::from(map.cells.lat[c.index()]), f64::from(map.cells.lon[c.index()]))
    };
    for class in (1..=3_u8).rev() {
        let (paint, width) = ROADS[usize::from(class - 1)];
        for from in (0..map.cells.len()).map(CellId::from_index) {
            for link in map.links.from(from).iter().filter(|l| l.road_class == class && from < l.to)
            {
                image.line(place(from), place(link.to), width, paint, 1.0);
                if link.months_open < 12 {
                    image.line(place(from), place(link.to), width * 0.45, [255, 255, 255], 1.0);
                }
            }
        }
    }
}

/// Segments as broad lines along the cells; gives the points of each for its name.
pub(super) fn segments(
    image: &mut Image,
    map: &Map,
    grid: &Grid,
    frame: &Frame,
) -> Vec<Vec<(f64, f64)>> {
    let colour_of = colour::strong;
    let all = edges(map, grid, frame);
    let mut middles: Vec<Vec<(f64, f64)>> = vec![Vec::new(); map.segments.len()];
    for edge in &all {
        let (a, b) =
            (map.cells.territory[edge.cells.0.index()], map.cells.territory[edge.cells.1.index()]);
        let found = map.segments.iter().position(|s| {
            s.kind == SegmentKind::Land && ((s.a, s.b) == (a, b) || (s.b, s.a) == (a, b))
        });
        if let Some(i) = found {
            image.line(edge.from, edge.to, 5.0, colour_of(i), 1.0);
            middles[i].push((
                f64::midpoint(edge.from.0, edge.to.0),
                f64::midpoint(edge.from.1, edge.to.1),
            ));
        }
    }
    // A border too short for the raster is a line between the gates of its crossings.
    let place = |c: CellId| {
        frame.at(f64::from(map.cells.lat[c.index()]), f64::from(map.cells.lon[c.index()]))
    };
    for (i, segment) in map.segments.iter().enumerate() {
        if segment.kind == SegmentKind::Land && middles[i].is_empty() {
            for [a, b] in
                segment.crossings.iter().map(|c| map.crossings[c.index()].cells.map(place))
            {
                image.line(a, b, 5.0, colour_of(i), 1.0);
                middles[i].push((f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1)));
            }
        }
    }
    for (i, segment) in
        map.segments.iter().enumerate().filter(|(_, s)| s.kind == SegmentKind::CaspianApproach)
    {
        for cell in &segment.cells_a {
            let (lat, lon) = (map.cells.lat[cell.index()], map.cells.lon[cell.index()]);
            let point = frame.at(f64::from(lat), f64::from(lon));
            image.disc(point.0, point.1, 3.0, colour_of(i));
            middles[i].push(point);
        }
    }
    middles
}

/// Names of segments beside them.
pub(super) fn segment_names(
    image: &mut Image,
    map: &Map,
    middles: &[Vec<(f64, f64)>],
    labels: &mut Labels,
) {
    // The shortest first: the long ones find room elsewhere.
    let mut order: Vec<usize> = (0..middles.len()).collect();
    order.sort_by_key(|&i| (middles[i].len(), i));
    let style = Style { size: Size::Small, bold: true, colour: INK, halo: true };
    for i in order {
        let list = &middles[i];
        let n = list.len();
        let tries = [n / 2, n / 3, 2 * n / 3, n / 4, 3 * n / 4, n / 6, 5 * n / 6];
        for &at in tries.iter().filter(|&&k| k < n) {
            if labels.write(image, list[at], 8.0, &map.segments[i].name, style) {
                break;
            }
        }
    }
}

/// Passes as triangles coloured by the months that they are open.
pub(super) fn passes(image: &mut Image, map: &Map, frame: &Frame, labels: &mut Labels) {
    let style = Style { size: Size::Small, bold: false, colour: INK, halo: true };
    for pass in &map.passes {
        let point = frame.at(pass.lat, pass.lon);
        image.triangle(point.0, point.1, 9.0, pass_colour(pass.months_open), [255, 255, 255]);
        labels.keep_free(point, 8.0);
    }
    for pass in &map.passes {
        let text = format!("{} {}", pass.name, pass.months_open);
        labels.write(image, frame.at(pass.lat, pass.lon), 11.0, &text, style);
    }
}

/// Crossings as triangles coloured by their standing.
pub(super) fn crossings(image: &mut Image, map: &Map, frame: &Frame, labels: &mut Labels) {
    for crossing in &map.crossings {
        let place = |side: usize| {
            let i = crossing.cells[side].index();
            frame.at(f64::from(map.cells.lat[i]), f64::from(map.cells.lon[i]))
        };
        let (a, b) = (place(0), place(1));
        let paint = STANDINGS.iter().find(|s| s.0 == crossing.status).map_or(INK, |s| s.1);
        if crossing.mode == CrossingMode::Ferry {
            // Dotted over the water.
            let steps = (libm::hypot(a.0 - b.0, a.1 - b.1) / 9.0) as u32;
            for k in 0..=steps {
                let t = f64::from(k) / f64::from(steps.max(1));
                image.disc(a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t, 1.4, paint);
            }
        }
        let middle = (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1));
        image.triangle(middle.0, middle.1, 6.5, paint, [255, 255, 255]);
        labels.keep_free(middle, 6.0);
    }
}

/// A mark of a study: light edges keep it apart from the cells.
pub(super) fn mark(image: &mut Image, (x, y): (f64, f64), r: f64, shape: Shape) {
    const LIGHT: Colour = [255, 255, 255];
    const GREEN: Colour = [0, 130, 96];
    const BLUE: Colour = [0, 84, 147];
    match shape {
        Shape::Open => {
            image.disc(x, y, r + 1.2, LIGHT);
            image.disc(x, y, r, GREEN);
        }
        Shape::Permit => {
            for (size, paint) in [(r + 2.2, LIGHT), (r + 0.6, GREEN)] {
                for step in 0..=(4.0 * size) as u32 {
                    let down = f64::from(step) / 2.0 - size;
                    let half = size - down.abs();
                    image.line((x - half, y + down), (x + half, y + down), 1.0, paint, 1.0);
                }
            }
        }
        Shape::Closed => {
            for (width, paint) in [(4.4, LIGHT), (2.2, INK)] {
                image.line((x - r, y - r), (x + r, y + r), width, paint, 1.0);
                image.line((x - r, y + r), (x + r, y - r), width, paint, 1.0);
            }
        }
        Shape::Event => {
            let corner = |i: u32| {
                let angle = f64::from(i) * std::f64::consts::TAU / 24.0;
                (x + r * libm::cos(angle), y + r * libm::sin(angle))
            };
            for (width, paint) in [(3.2, LIGHT), (1.8, BLUE)] {
                (0..24).for_each(|i| image.line(corner(i), corner(i + 1), width, paint, 1.0));
            }
        }
    }
}

/// Names of first-level units over their middles, the populous first.
pub(super) fn unit_names(image: &mut Image, map: &Map, labels: &mut Labels) {
    let mut sums = vec![(0.0, 0.0, 0.0); map.admin1.len()];
    for i in 0..map.cells.len() {
        let sum = &mut sums[map.cells.admin1[i].index()];
        *sum =
            (sum.0 + f64::from(map.cells.lat[i]), sum.1 + f64::from(map.cells.lon[i]), sum.2 + 1.0);
    }
    let mut order: Vec<usize> = (0..sums.len()).filter(|&u| sums[u].2 > 0.0).collect();
    order.sort_by_key(|&u| std::cmp::Reverse(map.admin1[u].population));
    let style = Style { size: Size::Small, bold: false, colour: INK, halo: true };
    for unit in order {
        let (lat, lon, n) = sums[unit];
        if let Some(point) = labels.point(lat / n, lon / n) {
            labels.write(image, point, 0.0, &map.admin1[unit].name, style);
        }
    }
}

/// Towns with their names, the great ones first.
pub(super) fn towns(image: &mut Image, map: &Map, labels: &mut Labels) {
    let mut towns: Vec<_> =
        map.destinations.iter().filter(|d| d.kind == DestinationKind::Town).collect();
    towns.sort_by(|a, b| b.population.cmp(&a.population).then(a.name.cmp(&b.name)));
    // The greatest of each territory come first, so that small ones are named too.
    let mut capitals = std::collections::BTreeSet::new();
    let (mut first, others): (Vec<_>, Vec<_>) =
        towns.into_iter().partition(|t| capitals.insert(t.territory));
    first.extend(others);
    let towns = first;
    for (rank, town) in towns.iter().enumerate() {
        let i = town.cells[0].index();
        let Some(point) = labels.point(f64::from(map.cells.lat[i]), f64::from(map.cells.lon[i]))
        else {
            continue;
        };
        let great = rank < 12;
        let style = Style { size: Size::Small, bold: great, colour: INK, halo: true };
        let radius = if great { 4.0 } else { 2.8 };
        if labels.is_free(point, radius)
            && labels.write(image, point, radius + 4.0, &town.name, style)
        {
            image.disc(point.0, point.1, radius + 1.2, [255, 255, 255]);
            image.disc(point.0, point.1, radius, INK);
            labels.keep_free(point, SATELLITE);
        }
        if rank > 90 {
            break;
        }
    }
}

/// A bar of round length in the lower left corner.
pub(super) fn scale(image: &mut Image, frame: &Frame) {
    let per_km = frame.pixels_per_km();
    let rounds = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0];
    let km = rounds.into_iter().rev().find(|km| km * per_km <= frame.width / 6.0).unwrap_or(1.0);
    let style = Style::plain(Size::Small, PALE_INK);
    let text = format!("{km} km");
    let (left, bottom) = (frame.left + 16.0, frame.top + frame.height - 16.0);
    let width = km * per_km;
    image.rectangle(
        left - 8.0,
        bottom - 26.0,
        width + text_width(&text, style) + 24.0,
        34.0,
        [255, 255, 255],
    );
    image.rectangle(left, bottom - 8.0, width, 5.0, INK);
    image.rectangle(left + width / 2.0, bottom - 7.0, width / 2.0 - 1.0, 3.0, [255, 255, 255]);
    image.text(left + width + 8.0, bottom - 16.0, &text, style);
}
