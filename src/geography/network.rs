//! Travel times and least-time routes. (contract: see `build_routes`, `great_circle_km`)

use super::{Map, RouteTable, TravelMode};
use crate::ids::TerritoryId;
use crate::time::Month;

/// Distance over the sphere between two positions in degrees, km.
#[must_use]
pub fn great_circle_km(lat1: f64, lon1: f64, lat2: f64, lon2: f64) -> f64 {
    let (a, b) = (lat1.to_radians(), lat2.to_radians());
    let d = (lon2 - lon1).to_radians();
    let h = libm::pow(libm::sin((b - a) / 2.0), 2.0) + libm::cos(a) * libm::cos(b) * libm::pow(libm::sin(d / 2.0), 2.0);
    2.0 * 6371.0 * libm::asin(libm::sqrt(h.min(1.0)))
}

/// Dijkstra from each destination of the territory backwards over its links.
#[must_use]
pub fn build_routes(_map: &Map, _territory: TerritoryId, _mode: TravelMode, _month: Month) -> RouteTable {
    unimplemented!("by the geography helper")
}
