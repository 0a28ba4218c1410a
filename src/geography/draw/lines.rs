//! Coasts and borders for drawing, from the map's `lines.geojson`.

use std::path::Path;

use serde::Deserialize;

use crate::geography::load::LINES_FILE;

/// A line to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawnLine {
    /// Whether it is a border (else a coast).
    pub border: bool,
    /// Longitude and latitude of its points, degrees.
    pub points: Vec<[f64; 2]>,
}

#[derive(Deserialize)]
struct Collection {
    features: Vec<Feature>,
}
#[derive(Deserialize)]
struct Feature {
    properties: Properties,
    geometry: Geometry,
}
#[derive(Deserialize)]
struct Properties {
    kind: String,
}
#[derive(Deserialize)]
struct Geometry {
    coordinates: Vec<[f64; 2]>,
}

/// Reads the lines of a map folder.
///
/// # Errors
/// When the file cannot be read or is no collection of lines; the message names it.
pub fn load_lines(dir: &Path) -> Result<Vec<DrawnLine>, String> {
    let path = dir.join(LINES_FILE);
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let collection: Collection = serde_json::from_str(&text).map_err(|e| {
        format!("{}: {e}; allowed: a GeoJSON collection of LineStrings with `kind`", path.display())
    })?;
    let line = |f: Feature| DrawnLine {
        border: f.properties.kind == "border",
        points: f.geometry.coordinates,
    };
    Ok(collection.features.into_iter().map(line).collect())
}
