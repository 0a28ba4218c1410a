//! The map under the report: land, holders, units, lines, towns.

use serde_json::json;

use super::{Gathered, pack};
use crate::geography::draw::DrawnLine;
use crate::geography::{DestinationKind, Map};

/// Towns offered to the page, largest first; it shows those that find room.
const TOWNS: usize = 60;

/// Adds what the page draws the map from.
pub fn add(map: &Map, lines: &[DrawnLine], out: &mut Gathered) {
    let n = map.cells.len();
    let columns: [(&str, Vec<f32>); 4] = [
        ("row", map.cells.row.iter().map(|&v| f32::from(v)).collect()),
        ("col", map.cells.col.iter().map(|&v| f32::from(v)).collect()),
        ("territory", map.cells.territory.iter().map(|t| t.index() as f32).collect()),
        ("admin1", map.cells.admin1.iter().map(|a| a.index() as f32).collect()),
    ];
    for (name, values) in columns {
        out.block(0, format!("ground/{name}"), pack::linear(&[n], &values, 1.0));
    }
    let points: Vec<&[f64; 2]> = lines.iter().flat_map(|l| &l.points).collect();
    let axis = |i: usize| points.iter().map(|p| p[i] as f32).collect::<Vec<f32>>();
    let mut both = axis(0);
    both.extend(axis(1));
    out.block(0, "ground/lines".into(), pack::linear(&[2, points.len()], &both, 0.001));
    let mut towns: Vec<_> =
        map.destinations.iter().filter(|d| d.kind == DestinationKind::Town).collect();
    towns.sort_by_key(|d| std::cmp::Reverse(d.population));
    let towns: Vec<_> = towns
        .into_iter()
        .take(TOWNS)
        .map(|d| {
            let cell = d.cells[0].index();
            json!([d.name, map.cells.lat[cell], map.cells.lon[cell]])
        })
        .collect();
    out.put(
        "map",
        json!({
            "title": map.title, "bbox": map.bbox, "cell": map.cell_degrees,
            "territories": map.territories.iter().map(|t| json!([t.code, t.name, map.territories[t.governed_by.index()].code])).collect::<Vec<_>>(),
            "admin1": map.admin1.iter().map(|a| json!([a.code, a.name])).collect::<Vec<_>>(),
            "lines": lines.iter().map(|l| json!([u8::from(l.border), l.points.len()])).collect::<Vec<_>>(),
            "towns": towns,
        }),
    );
}
