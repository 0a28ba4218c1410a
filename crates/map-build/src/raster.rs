//! Rasters of people and heights (`GeoTIFF`) and polygons painted on a grid of sample points.

use std::path::Path;

use serde_json::Value;
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::Tag;

use crate::fault::Fault;
use crate::reading::polygons;

/// A raster in degrees, north up.
#[derive(Debug)]
pub struct Raster {
    columns: usize,
    west: f64,
    north: f64,
    /// Width and height of a pixel, degrees.
    pub pixel: [f64; 2],
    values: Vec<f64>,
    nodata: Option<f64>,
}

impl Raster {
    /// Reads a `GeoTIFF` with one band, degrees, north up.
    ///
    /// # Errors
    /// When it cannot be read or says not where it lies.
    pub fn read(path: &Path) -> Result<Self, Fault> {
        let told = |e: &dyn std::fmt::Display| Fault::new(format!("{}: {e}", path.display()));
        let file = std::fs::File::open(path).map_err(|e| told(&e))?;
        let mut decoder = Decoder::new(std::io::BufReader::new(file))
            .map_err(|e| told(&e))?
            .with_limits(Limits::unlimited());
        let (width, height) = decoder.dimensions().map_err(|e| told(&e))?;
        let places = |tag, decoder: &mut Decoder<_>| {
            decoder
                .find_tag(tag)
                .ok()
                .flatten()
                .and_then(|v| v.into_f64_vec().ok())
                .ok_or_else(|| told(&"no GeoTIFF tags that say where the raster lies"))
        };
        let scale = places(Tag::ModelPixelScaleTag, &mut decoder)?;
        let tie = places(Tag::ModelTiepointTag, &mut decoder)?;
        if scale.len() < 2 || tie.len() < 5 {
            return Err(told(&"a pixel scale and a tie point are asked"));
        }
        let nodata = decoder
            .find_tag(Tag::GdalNodata)
            .ok()
            .flatten()
            .and_then(|v| v.into_string().ok())
            .and_then(|t| t.trim_matches(['\0', ' ']).parse().ok());
        let values: Vec<f64> = match decoder.read_image().map_err(|e| told(&e))? {
            DecodingResult::U8(v) => v.into_iter().map(f64::from).collect(),
            DecodingResult::U16(v) => v.into_iter().map(f64::from).collect(),
            DecodingResult::U32(v) => v.into_iter().map(f64::from).collect(),
            DecodingResult::I16(v) => v.into_iter().map(f64::from).collect(),
            DecodingResult::I32(v) => v.into_iter().map(f64::from).collect(),
            DecodingResult::F32(v) => v.into_iter().map(f64::from).collect(),
            DecodingResult::F64(v) => v,
            _ => return Err(told(&"whole numbers of 8, 16 or 32 bits or floats are asked")),
        };
        if values.len() != width as usize * height as usize {
            return Err(told(&"one band is asked"));
        }
        let (west, north) = (tie[3] - tie[0] * scale[0], tie[4] + tie[1] * scale[1]);
        let pixel = [scale[0], scale[1]];
        Ok(Self { columns: width as usize, west, north, pixel, values, nodata })
    }

    /// Each pixel that has a value: latitude and longitude of its centre, and the value.
    pub fn pixels(&self) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
        self.values.iter().enumerate().filter_map(|(i, &value)| {
            let (row, col) = (i / self.columns, i % self.columns);
            let lat = self.north - (row as f64 + 0.5) * self.pixel[1];
            let lon = self.west + (col as f64 + 0.5) * self.pixel[0];
            let known = value.is_finite() && self.nodata.is_none_or(|n| (value - n).abs() > 1e-9);
            known.then_some((lat, lon, value))
        })
    }
}

/// Sample points over a box: so many in a row and in a column.
#[derive(Debug)]
pub struct Canvas {
    west: f64,
    north: f64,
    step: f64,
    /// Columns of sample points.
    pub nx: usize,
    ny: usize,
    /// What lies under each: 0 nothing.
    pub values: Vec<u16>,
}

impl Canvas {
    /// An empty canvas with a point in the middle of each square of `step` degrees.
    #[must_use]
    pub fn new(west: f64, north: f64, step: f64, nx: usize, ny: usize) -> Self {
        Self { west, north, step, nx, ny, values: vec![0; nx * ny] }
    }

    /// Paints the polygons of a geometry (even-odd, so that holes stay free).
    pub fn paint(&mut self, geometry: &Value, value: u16) {
        for rings in polygons(geometry) {
            for row in 0..self.ny {
                let lat = self.north - (row as f64 + 0.5) * self.step;
                let mut crossings: Vec<f64> = rings
                    .iter()
                    .flat_map(|ring| ring.windows(2))
                    .filter(|edge| (edge[0].1 > lat) != (edge[1].1 > lat))
                    .map(|edge| {
                        let ((x0, y0), (x1, y1)) = (edge[0], edge[1]);
                        x0 + (lat - y0) / (y1 - y0) * (x1 - x0)
                    })
                    .collect();
                crossings.sort_by(f64::total_cmp);
                for inside in crossings.chunks_exact(2) {
                    let column = |lon: f64| {
                        let at = libm::ceil((lon - self.west) / self.step - 0.5);
                        at.clamp(0.0, self.nx as f64) as usize
                    };
                    for col in column(inside[0])..column(inside[1]) {
                        self.values[row * self.nx + col] = value;
                    }
                }
            }
        }
    }
}
