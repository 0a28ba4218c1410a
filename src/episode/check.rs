//! Whether an episode fits itself and the map.

use jiff::civil::Date;

use super::parameters::Episode;
use super::{Period, Place};
use crate::geography::Map;
use crate::geography::network::great_circle_km;
use crate::ids::CellId;

/// Farthest from land that an event may lie, km: coordinates of events are rounded, coasts are cut into cells.
const FAR_FROM_LAND_KM: f64 = 25.0;

/// The land cell of an event: the nearest one, none where the map has no land near.
#[must_use]
pub fn land_at(map: &Map, lat: f64, lon: f64) -> Option<CellId> {
    map.cell_at(lat, lon).filter(|c| {
        let (y, x) = (f64::from(map.cells.lat[c.index()]), f64::from(map.cells.lon[c.index()]));
        great_circle_km(lat, lon, y, x) <= FAR_FROM_LAND_KM
    })
}

/// What of an episode does not fit, as `key: what is wrong`; empty when all fits.
#[must_use]
pub fn check_against_map(episode: &Episode, as_of: &str, map: &Map) -> Vec<String> {
    let Ok(as_of) = as_of.parse::<Date>() else { return Vec::new() };
    let mut problems = Vec::new();
    let mut tell =
        |key: String, complaint: String| problems.push(format!("episode.{key}: {complaint}"));
    let ordered = |[low, high]: [f64; 2]| -> Result<(), String> {
        if low > high {
            return Err(format!("[{low}, {high}] runs backwards, the lower end comes first"));
        }
        Ok(())
    };
    let period = |from: &str, to: &str| Period::read(from, to, as_of).map(|_| ());
    let residents_of = |cells: &[CellId]| {
        cells.iter().map(|c| u64::from(map.cells.population[c.index()])).sum::<u64>()
    };

    for (i, e) in episode.residents.iter().enumerate() {
        match Place::read(&e.place, map) {
            Err(error) => tell(format!("residents[{i}].place"), error),
            Ok(place) if residents_of(&place.cells(map)) == 0 => tell(
                format!("residents[{i}].place"),
                format!(
                    "nobody lives in `{}` on the map `{}`, so there is nothing to scale",
                    e.place, map.name
                ),
            ),
            Ok(_) => {}
        }
        if let Err(error) = ordered(e.persons) {
            tell(format!("residents[{i}].persons"), error);
        }
    }
    for (i, e) in episode.displaced.iter().enumerate() {
        for (key, text) in [("home", &e.home), ("at", &e.at)] {
            match Place::read(text, map) {
                Err(error) => tell(format!("displaced[{i}].{key}"), error),
                Ok(place) => {
                    let cells = place.cells(map);
                    if key == "home" && residents_of(&cells) == 0 {
                        tell(
                            format!("displaced[{i}].home"),
                            format!("nobody lives in `{text}` on the map"),
                        );
                    }
                    if key == "at"
                        && crate::displacement::population::shelters(map, &cells).is_empty()
                    {
                        tell(
                            format!("displaced[{i}].at"),
                            format!(
                                "the map has no town or reception site in the territory of `{text}` to stay in"
                            ),
                        );
                    }
                }
            }
        }
        if let Err(error) = ordered(e.persons) {
            tell(format!("displaced[{i}].persons"), error);
        }
    }
    for (i, file) in episode.violence.iter().enumerate() {
        for event in &file.events {
            if land_at(map, event.lat, event.lon).is_none() {
                tell(
                    format!("violence[{i}].file"),
                    format!(
                        "{} line {}: {}, {} is more than {FAR_FROM_LAND_KM} km from any land of the map `{}`",
                        file.file, event.line, event.lat, event.lon, map.name
                    ),
                );
            }
        }
    }
    for (list, entries) in [("control", &episode.control), ("advance", &episode.advance)] {
        for (i, e) in entries.iter().enumerate() {
            if let Err(error) = Place::read(&e.place, map) {
                tell(format!("{list}[{i}].place"), error);
            }
            if let Err((key, error)) = period(&e.from, &e.to) {
                tell(format!("{list}[{i}].{key}"), error);
            }
            if let Err(error) = ordered(e.value) {
                tell(format!("{list}[{i}].value"), error);
            }
        }
    }
    for (i, e) in episode.threat.iter().enumerate() {
        if let Err(error) = Place::read(&e.place, map) {
            tell(format!("threat[{i}].place"), error);
        }
        if let Err((key, error)) = period(&e.from, &e.to) {
            tell(format!("threat[{i}].{key}"), error);
        }
        if let Err(error) = ordered(e.intensity) {
            tell(format!("threat[{i}].intensity"), error);
        }
    }
    let lane = |crossing: &str, towards: &str| -> Result<(), (&'static str, String)> {
        let Some(point) = map.crossings.iter().find(|x| x.id == crossing) else {
            let next =
                checked_toml::did_you_mean(crossing, map.crossings.iter().map(|x| x.id.as_str()));
            return Err((
                "crossing",
                format!("the map `{}` has no crossing `{crossing}`{next}", map.name),
            ));
        };
        let codes = point.sides.map(|t| map.territories[t.index()].code.as_str());
        if towards.is_empty() || codes.contains(&towards) {
            return Ok(());
        }
        let (id, name, [a, b]) = (&point.id, &point.name, codes);
        Err((
            "towards",
            format!(
                "{id} ({name}) joins {a} and {b} at the as-of date, it does not lead to `{towards}`"
            ),
        ))
    };
    for (i, e) in episode.passage.iter().enumerate() {
        if let Err((key, error)) = lane(&e.crossing, &e.towards) {
            tell(format!("passage[{i}].{key}"), error);
        }
        if let Err((key, error)) = period(&e.from, &e.to) {
            tell(format!("passage[{i}].{key}"), error);
        }
    }
    for (i, e) in episode.capacity.iter().enumerate() {
        if let Err((key, error)) = lane(&e.crossing, &e.towards) {
            tell(format!("capacity[{i}].{key}"), error);
        }
        if let Err((key, error)) = period(&e.from, &e.to) {
            tell(format!("capacity[{i}].{key}"), error);
        }
        if let Err(error) = ordered(e.persons_per_day) {
            tell(format!("capacity[{i}].persons_per_day"), error);
        }
    }
    for (i, e) in episode.exit_bar.iter().enumerate() {
        if map.territory(&e.state).is_none() {
            tell(
                format!("exit_bar[{i}].state"),
                format!("the map `{}` has no territory `{}`", map.name, e.state),
            );
        }
        if let Err((key, error)) = period(&e.from, &e.to) {
            tell(format!("exit_bar[{i}].{key}"), error);
        }
        if let Err(error) = ordered(e.strength) {
            tell(format!("exit_bar[{i}].strength"), error);
        }
    }
    for (i, e) in episode.refuge.iter().enumerate() {
        if let Err(error) = Place::read(&e.place, map) {
            tell(format!("refuge[{i}].place"), error);
        }
        if let Err((key, error)) = period(&e.from, &e.to) {
            tell(format!("refuge[{i}].{key}"), error);
        }
        if let Err(error) = ordered(e.factor) {
            tell(format!("refuge[{i}].factor"), error);
        }
    }
    problems
}
