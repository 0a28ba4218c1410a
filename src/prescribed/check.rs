//! Whether an episode fits itself and the map.

use checked_toml::did_you_mean;
use jiff::civil::Date;

use super::parameters::Episode;
use super::period::Period;
use super::place::{Place, shelters};
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
    let mut on = Check { map, as_of, entry: String::new(), problems: Vec::new() };
    on.check_day_0(episode);
    on.check_violence(episode);
    on.check_entries(episode);
    on.problems
}

/// A check under way: which entry it looks at, and what it found.
struct Check<'a> {
    map: &'a Map,
    as_of: Date,
    entry: String,
    problems: Vec<String>,
}

impl Check<'_> {
    /// Turns to an entry of a list.
    fn turn_to(&mut self, list: &str, number: usize) {
        self.entry = format!("episode.{list}[{number}]");
    }

    fn tell(&mut self, key: &str, complaint: &str) {
        self.problems.push(format!("{}.{key}: {complaint}", self.entry));
    }

    /// The cells of a place; none where it is not told what is wrong with it.
    fn cells(&mut self, key: &str, text: &str) -> Option<Vec<CellId>> {
        match Place::read(text, self.map) {
            Ok(place) => Some(place.cells(self.map)),
            Err(error) => {
                self.tell(key, &error);
                None
            }
        }
    }

    fn period(&mut self, from: &str, to: &str) {
        if let Err((key, error)) = Period::read(from, to, self.as_of) {
            self.tell(key, &error);
        }
    }

    fn range(&mut self, key: &str, [low, high]: [f64; 2]) {
        if low > high {
            let complaint = "runs backwards, the lower end comes first";
            self.tell(key, &format!("[{low}, {high}] {complaint}"));
        }
    }

    /// That there is such a crossing, and that it leads where it is said to.
    fn lane(&mut self, crossing: &str, towards: &str) {
        let map = self.map;
        let Some(point) = map.crossings.iter().find(|x| x.id == crossing) else {
            let next = did_you_mean(crossing, map.crossings.iter().map(|x| x.id.as_str()));
            let complaint = format!("the map `{}` has no crossing `{crossing}`{next}", map.name);
            return self.tell("crossing", &complaint);
        };
        let codes = point.sides.map(|t| map.territories[t.index()].code.as_str());
        if !towards.is_empty() && !codes.contains(&towards) {
            let (id, name, [a, b]) = (&point.id, &point.name, codes);
            let complaint = format!(
                "{id} ({name}) joins {a} and {b} at the as-of date, it does not lead to `{towards}`"
            );
            self.tell("towards", &complaint);
        }
    }

    fn nobody_lives_in(&self, cells: &[CellId]) -> bool {
        cells.iter().all(|c| self.map.cells.population[c.index()] == 0)
    }

    fn check_day_0(&mut self, episode: &Episode) {
        for (i, e) in episode.residents.iter().enumerate() {
            self.turn_to("residents", i);
            if self.cells("place", &e.place).is_some_and(|cells| self.nobody_lives_in(&cells)) {
                let (place, map) = (&e.place, &self.map.name);
                let complaint = format!(
                    "nobody lives in `{place}` on the map `{map}`, so there is nothing to scale"
                );
                self.tell("place", &complaint);
            }
            self.range("persons", e.persons);
        }
        for (i, e) in episode.displaced.iter().enumerate() {
            self.turn_to("displaced", i);
            if self.cells("home", &e.home).is_some_and(|cells| self.nobody_lives_in(&cells)) {
                self.tell("home", &format!("nobody lives in `{}` on the map", e.home));
            }
            if self.cells("at", &e.at).is_some_and(|cells| shelters(self.map, &cells).is_empty()) {
                let complaint = format!(
                    "the map has no town or reception site in the territory of `{}` to stay in",
                    e.at
                );
                self.tell("at", &complaint);
            }
            self.range("persons", e.persons);
        }
    }

    fn check_violence(&mut self, episode: &Episode) {
        for (i, file) in episode.violence.iter().enumerate() {
            self.turn_to("violence", i);
            for e in file.events.iter().filter(|e| land_at(self.map, e.lat, e.lon).is_none()) {
                let complaint = format!(
                    "{} line {}: {}, {} is more than {FAR_FROM_LAND_KM} km from any land of the map `{}`",
                    file.file, e.line, e.lat, e.lon, self.map.name
                );
                self.tell("file", &complaint);
            }
        }
    }

    fn check_entries(&mut self, episode: &Episode) {
        for (list, entries) in [("control", &episode.control), ("advance", &episode.advance)] {
            for (i, e) in entries.iter().enumerate() {
                self.turn_to(list, i);
                self.cells("place", &e.place);
                self.period(&e.from, &e.to);
                self.range("value", e.value);
            }
        }
        for (i, e) in episode.threat.iter().enumerate() {
            self.turn_to("threat", i);
            self.cells("place", &e.place);
            self.period(&e.from, &e.to);
            self.range("intensity", e.intensity);
        }
        for (i, e) in episode.passage.iter().enumerate() {
            self.turn_to("passage", i);
            self.lane(&e.crossing, &e.towards);
            self.period(&e.from, &e.to);
        }
        for (i, e) in episode.capacity.iter().enumerate() {
            self.turn_to("capacity", i);
            self.lane(&e.crossing, &e.towards);
            self.period(&e.from, &e.to);
            self.range("persons_per_day", e.persons_per_day);
        }
        for (i, e) in episode.exit_bar.iter().enumerate() {
            self.turn_to("exit_bar", i);
            if self.map.territory(&e.state).is_none() {
                let complaint =
                    format!("the map `{}` has no territory `{}`", self.map.name, e.state);
                self.tell("state", &complaint);
            }
            self.period(&e.from, &e.to);
            self.range("strength", e.strength);
        }
        for (i, e) in episode.refuge.iter().enumerate() {
            self.turn_to("refuge", i);
            self.cells("place", &e.place);
            self.period(&e.from, &e.to);
            self.range("factor", e.factor);
        }
    }
}
