//! Places as an episode writes them, on a map.

use crate::geography::Map;
use crate::geography::network::great_circle_km;
use crate::ids::{AdminId, CellId, TerritoryId};

/// A part of the map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// The land under one holder at the as-of date.
    Territory(TerritoryId),
    /// A first-level unit.
    Unit(AdminId),
    /// A disc, cut to one territory or not.
    Disc {
        /// The territory that it is cut to.
        within: Option<TerritoryId>,
        /// Latitude of its middle, degrees.
        lat: f64,
        /// Longitude of its middle, degrees.
        lon: f64,
        /// Radius, km.
        km: f64,
    },
}

/// What a place may look like, for messages.
pub const FORMS: &str = "write a territory (`NKR`), `STATE/Unit` (`RUS/Chechnya`), or a disc `latitude,longitude,km`, which may be cut to a territory (`SYR/36.9,38.4,35`)";

impl Place {
    /// Reads a place.
    ///
    /// # Errors
    /// In a sentence when the map has no such place, or no land there at the as-of date.
    pub fn read(text: &str, map: &Map) -> Result<Self, String> {
        let place = Self::parse(text.trim(), map)?;
        if (0..map.cells.len()).any(|c| place.contains(map, CellId::from_index(c))) {
            Ok(place)
        } else {
            Err(format!("`{text}` holds no land of the map `{}` at the as-of date", map.name))
        }
    }

    fn parse(text: &str, map: &Map) -> Result<Self, String> {
        if let Some(disc) = disc(text) {
            return disc.map(|[lat, lon, km]| Self::Disc { within: None, lat, lon, km });
        }
        if let Some((state, rest)) = text.split_once('/') {
            let territory = territory(state, map)?;
            if let Some(disc) = disc(rest) {
                return disc.map(|[lat, lon, km]| Self::Disc {
                    within: Some(territory),
                    lat,
                    lon,
                    km,
                });
            }
            return map.admin1_named(territory, rest).map(Self::Unit).ok_or_else(|| {
                let units =
                    map.admin1.iter().filter(|u| u.state == territory).map(|u| u.name.as_str());
                let guess = checked_toml::nearest(rest, units).map_or_else(String::new, |guess| {
                    format!("; {}", checked_toml::question(&format!("{state}/{guess}")))
                });
                format!("the map `{}` has no unit `{rest}` in {state}{guess}", map.name)
            });
        }
        territory(text, map).map(Self::Territory)
    }

    /// Whether a cell belongs to it.
    #[must_use]
    pub fn contains(&self, map: &Map, cell: CellId) -> bool {
        let c = cell.index();
        match *self {
            Self::Territory(territory) => map.cells.territory[c] == territory,
            Self::Unit(unit) => map.cells.admin1[c] == unit,
            Self::Disc { within, lat, lon, km } => {
                within.is_none_or(|territory| map.cells.territory[c] == territory)
                    && great_circle_km(
                        lat,
                        lon,
                        f64::from(map.cells.lat[c]),
                        f64::from(map.cells.lon[c]),
                    ) <= km
            }
        }
    }

    /// Its cells, ascending.
    #[must_use]
    pub fn cells(&self, map: &Map) -> Vec<CellId> {
        (0..map.cells.len()).map(CellId::from_index).filter(|&c| self.contains(map, c)).collect()
    }
}

/// The three numbers of a disc; none when the text does not look like one.
fn disc(text: &str) -> Option<Result<[f64; 3], String>> {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    if parts.len() < 2 || parts[0].parse::<f64>().is_err() {
        return None;
    }
    let numbers: Vec<f64> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    Some(match numbers[..] {
        [lat, lon, km]
            if parts.len() == 3
                && lat.abs() <= 90.0
                && lon.abs() <= 180.0
                && km > 0.0
                && km <= 2000.0 =>
        {
            Ok([lat, lon, km])
        }
        _ => Err(format!("`{text}` is no disc; {FORMS}")),
    })
}

fn territory(code: &str, map: &Map) -> Result<TerritoryId, String> {
    map.territory(code).ok_or_else(|| {
        let guess = checked_toml::nearest(code, map.territories.iter().map(|t| t.code.as_str()));
        let next = guess.map_or_else(|| FORMS.to_owned(), checked_toml::question);
        format!("the map `{}` has no territory `{code}`; {next}", map.name)
    })
}
