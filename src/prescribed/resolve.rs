//! From an episode, as a scenario writes it, to what is prescribed on the map.

use jiff::civil::Date;

use super::parameters::Episode;
use super::state::{DisplacedAt, Entry, Lane, Prescribed, ResidentsOf};
use super::{Period, Place, check};
use crate::geography::Map;
use crate::ids::CellId;
use crate::random::{DrawId, RunKey, Stream, between};

/// Numbers of the lists: a number keeps its meaning for ever, or draws change.
mod list {
    pub const RESIDENTS: u64 = 0;
    pub const DISPLACED: u64 = 1;
    pub const CONTROL: u64 = 2;
    pub const ADVANCE: u64 = 3;
    pub const THREAT: u64 = 4;
    pub const CAPACITY: u64 = 5;
    pub const EXIT_BAR: u64 = 6;
    pub const REFUGE: u64 = 7;
}

/// Where and when the entries of an episode are resolved.
struct Resolver<'a> {
    map: &'a Map,
    as_of: Date,
    key: RunKey,
}

impl Resolver<'_> {
    /// The value of a range in this run.
    fn drawn(&self, list: u64, index: usize, range: [f64; 2]) -> f64 {
        let id = DrawId::range_of_list(list, index);
        between(range, self.key.uniform(Stream::Episode, id, 0))
    }

    /// A number of persons in this run.
    fn persons(&self, list: u64, index: usize, range: [f64; 2]) -> u64 {
        libm::round(self.drawn(list, index, range)) as u64
    }

    fn cells(&self, place: &str) -> Vec<CellId> {
        Place::read(place, self.map).map(|place| place.cells(self.map)).unwrap_or_default()
    }

    /// The directions of a crossing that lead to a territory; both when it is not named.
    fn lanes(&self, crossing: &str, towards: &str) -> Vec<Lane> {
        let at = self.map.crossings.iter().position(|x| x.id == crossing);
        let leads = |x: usize, direction: usize| {
            // Direction 0 leads to side 1.
            let to = self.map.crossings[x].sides[1 - direction];
            towards.is_empty() || self.map.territories[to.index()].code == towards
        };
        at.into_iter()
            .flat_map(|x| [(x, 0), (x, 1)])
            .filter(|&(x, direction)| leads(x, direction))
            .collect()
    }

    /// Violent events by day, on the land nearest to them.
    fn events(&self, episode: &Episode) -> Vec<(i32, CellId, super::PrescribedEvent)> {
        let files = episode.violence.iter().flat_map(|file| &file.events);
        let mut events: Vec<_> = files
            .filter_map(|event| {
                let day = event.date.duration_since(self.as_of).as_hours() / 24;
                let cell = check::land_at(self.map, event.lat, event.lon)?;
                Some((i32::try_from(day).ok()?, cell, *event))
            })
            .collect();
        events.sort_by_key(|e| e.0);
        events
    }

    /// The entries that hold for a time, list by list.
    fn entries(&self, episode: &Episode) -> Vec<(Period, Entry)> {
        let mut entries = Vec::new();
        let mut add = |from: &str, to: &str, entry: Entry| {
            entries.extend(Period::read(from, to, self.as_of).ok().map(|period| (period, entry)));
        };
        for (i, e) in episode.control.iter().enumerate() {
            let value = self.drawn(list::CONTROL, i, e.value) as f32;
            add(&e.from, &e.to, Entry::Control(self.cells(&e.place), value));
        }
        for (i, e) in episode.advance.iter().enumerate() {
            let value = self.drawn(list::ADVANCE, i, e.value) as f32;
            add(&e.from, &e.to, Entry::Advance(self.cells(&e.place), value));
        }
        for (i, e) in episode.threat.iter().enumerate() {
            let intensity = self.drawn(list::THREAT, i, e.intensity) as f32;
            add(&e.from, &e.to, Entry::Threat(self.cells(&e.place), e.class, intensity));
        }
        for e in &episode.passage {
            let concerns =
                |class| e.classes.is_empty() || e.classes.iter().any(|k| *k as usize == class);
            let lanes = self.lanes(&e.crossing, &e.towards);
            add(&e.from, &e.to, Entry::Passage(lanes, [0, 1, 2].map(concerns), e.passage));
        }
        for (i, e) in episode.capacity.iter().enumerate() {
            let persons = self.drawn(list::CAPACITY, i, e.persons_per_day);
            let lanes = self.lanes(&e.crossing, &e.towards);
            add(&e.from, &e.to, Entry::Capacity(lanes, persons));
        }
        for (i, e) in episode.exit_bar.iter().enumerate() {
            if let Some(state) = self.map.territory(&e.state) {
                let strength = self.drawn(list::EXIT_BAR, i, e.strength);
                add(&e.from, &e.to, Entry::ExitBar(state, strength));
            }
        }
        for (i, e) in episode.refuge.iter().enumerate() {
            let factor = self.drawn(list::REFUGE, i, e.factor) as f32;
            add(&e.from, &e.to, Entry::Refuge(self.cells(&e.place), factor));
        }
        entries
    }
}

impl Prescribed {
    /// The episode of a scenario on a map, with its ranges drawn. Entries that do not fit the map are left out: the scenario's check
    /// refuses them.
    ///
    /// # Panics
    /// When the as-of date is none, which the scenario's check rules out.
    #[must_use]
    pub fn new(episode: &Episode, as_of: &str, map: &Map, key: RunKey) -> Self {
        let on = Resolver { map, as_of: as_of.parse().expect("a checked date"), key };
        let residents = episode.residents.iter().enumerate().map(|(i, e)| ResidentsOf {
            cells: on.cells(&e.place),
            persons: on.persons(list::RESIDENTS, i, e.persons),
        });
        let displaced = episode.displaced.iter().enumerate().map(|(i, e)| DisplacedAt {
            home: on.cells(&e.home),
            at: on.cells(&e.at),
            persons: on.persons(list::DISPLACED, i, e.persons),
        });
        Self {
            residents: residents.collect(),
            displaced: displaced.collect(),
            events: on.events(episode),
            entries: on.entries(episode),
            cells: map.cells.len(),
            ..Self::default()
        }
    }
}
