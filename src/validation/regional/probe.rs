//! Measures resolved on a map, and read from a world.

use bevy_ecs::world::World;

use super::case::{Measure, Passed, PassedDaily};
use crate::borders::CrossingTraffic;
use crate::displacement::Population;
use crate::displacement::group::{DisplacedGroup, Travel};
use crate::displacement::population::governing_state;
use crate::episode::Place;
use crate::geography::{DestinationKind, Map};
use crate::ids::{AdminId, CellId, TerritoryId};

/// What is read from the world at the end of a step.
#[derive(Clone, Debug)]
pub enum Reading {
    /// Persons passed between two territories: position in `Population::passed`.
    Pair(usize),
    /// Persons passed at crossings, by direction.
    Gates(Vec<(usize, usize)>),
    /// Displaced people.
    People {
        /// Whose.
        home: Home,
        /// Where; none: anywhere.
        at: Option<Whereabouts>,
        /// Whether only the settled count.
        settled: bool,
    },
}

/// How a reading becomes the measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// As it is, less its value at a time.
    Since(f64),
    /// The growth within 24 h around the time.
    Daily,
    /// As it is.
    Stock,
}

/// A measure on a map.
#[derive(Clone, Debug)]
pub struct Probe {
    /// What is read.
    pub reading: Reading,
    /// How it is used.
    pub form: Form,
    /// Whether vehicles count and not the persons in them.
    pub is_vehicles: bool,
}

/// Homes.
#[derive(Clone, Debug)]
pub enum Home {
    /// Nationals of the authority that governs a territory.
    Nationals(TerritoryId),
    /// People of first-level units.
    Units(Vec<AdminId>),
}

impl Home {
    fn of(place: Place, map: &Map) -> Self {
        match place {
            Place::Territory(territory) => Self::Nationals(governing_state(map, territory)),
            Place::Unit(unit) => Self::Units(vec![unit]),
            Place::Disc { .. } => {
                let mut units: Vec<AdminId> =
                    place.cells(map).iter().map(|c| map.cells.admin1[c.index()]).collect();
                units.sort_unstable();
                units.dedup();
                Self::Units(units)
            }
        }
    }

    fn has(&self, home: AdminId, nationality: TerritoryId) -> bool {
        match self {
            Self::Nationals(state) => *state == nationality,
            Self::Units(units) => units.contains(&home),
        }
    }
}

/// A place where people may be.
#[derive(Clone, Debug)]
pub struct Whereabouts {
    inside: Vec<bool>,
    /// The authority that receives those who go on beyond the edge of the map.
    receiving: Option<TerritoryId>,
}

impl Whereabouts {
    fn of(place: Place, map: &Map) -> Self {
        let inside =
            (0..map.cells.len()).map(|c| place.contains(map, CellId::from_index(c))).collect();
        let receiving = match place {
            Place::Territory(territory) => Some(governing_state(map, territory)),
            _ => None,
        };
        Self { inside, receiving }
    }
}

/// What is wrong with a measure: the key within it, and how.
pub type Wrong = (&'static str, String);

/// Who passes between two territories; with `back` those who pass the other way.
fn flow(
    map: &Map,
    (from, to): (&str, &str),
    crossings: &[String],
    back: bool,
) -> Result<Reading, Wrong> {
    let territory = |key: &'static str, code: &str| match Place::read(code, map) {
        Ok(Place::Territory(territory)) => Ok(territory),
        Ok(_) => {
            let why = "is no territory: people are counted between territories";
            Err((key, format!("`{code}` {why}")))
        }
        Err(error) => Err((key, error)),
    };
    let (mut a, mut b) = (territory("from", from)?, territory("to", to)?);
    if back {
        (a, b) = (b, a);
    }
    if crossings.is_empty() {
        return Ok(Reading::Pair(a.index() * map.territories.len() + b.index()));
    }
    let gate = |id: &String| {
        let wrong = |what: String| ("crossings", what);
        let x = map.crossings.iter().position(|x| x.id == *id);
        let x = x.ok_or_else(|| wrong(format!("the map `{}` has no crossing `{id}`", map.name)))?;
        let sides = map.crossings[x].sides;
        let direction = (0..2).find(|&d| sides[d] == a && sides[1 - d] == b);
        let [one, other] = sides.map(|t| map.territories[t.index()].code.as_str());
        let elsewhere = || wrong(format!("`{id}` joins {one} and {other} at the as-of date"));
        Ok((x, direction.ok_or_else(elsewhere)?))
    };
    Ok(Reading::Gates(crossings.iter().map(gate).collect::<Result<_, _>>()?))
}

/// Displaced people of a home, at a place or anywhere.
fn people(map: &Map, home: &str, at: &str, settled: bool) -> Result<Reading, Wrong> {
    let place =
        |key: &'static str, name: &str| Place::read(name, map).map_err(|error| (key, error));
    let home = Home::of(place("home", home)?, map);
    let at = match at {
        "anywhere" => None,
        name => Some(Whereabouts::of(place("at", name)?, map)),
    };
    Ok(Reading::People { home, at, settled })
}

impl Probe {
    /// A measure on a map. `days` gives the days since the start of the run of a date and time.
    ///
    /// # Errors
    /// With the key within the measure and what is wrong with it.
    pub fn new(
        measure: &Measure,
        map: &Map,
        days: impl Fn(&str) -> Result<f64, String>,
    ) -> Result<Self, Wrong> {
        let since = |text: &str| {
            if text.is_empty() { Ok(0.0) } else { days(text).map_err(|error| ("since", error)) }
        };
        let passed = |p: &Passed, back: bool| {
            let reading = flow(map, (&p.from, &p.to), &p.crossings, back)?;
            Ok((reading, Form::Since(since(&p.since)?)))
        };
        let daily = |p: &PassedDaily, back: bool| {
            Ok((flow(map, (&p.from, &p.to), &p.crossings, back)?, Form::Daily))
        };
        let stock = |home: &str, at: &str, settled: bool| {
            Ok((people(map, home, at, settled)?, Form::Stock))
        };
        let (reading, form) = match measure {
            Measure::Crossed(p) | Measure::Vehicles(p) => passed(p, false),
            Measure::CrossedBack(p) => passed(p, true),
            Measure::Daily(p) => daily(p, false),
            Measure::DailyBack(p) => daily(p, true),
            Measure::Present { home, at } => stock(home, at, false),
            Measure::Settled { home, at } => stock(home, at, true),
            Measure::DisplacedTotal { home } => stock(home, "anywhere", false),
        }?;
        Ok(Self { reading, form, is_vehicles: matches!(measure, Measure::Vehicles(_)) })
    }

    /// Times at which the reading is needed for a value at a time.
    #[must_use]
    pub fn times(&self, at: f64) -> Vec<f64> {
        match self.form {
            Form::Since(start) => vec![start, at],
            Form::Daily => vec![at - 0.5, at + 0.5],
            Form::Stock => vec![at],
        }
    }

    /// The measure at a time from a reading at any time. Persons per vehicle are those of the run's own scenario, which a set of
    /// parameters may have changed.
    #[must_use]
    pub fn value(&self, at: f64, persons_per_vehicle: f64, reading: impl Fn(f64) -> f64) -> f64 {
        let factor = if self.is_vehicles { 1.0 / persons_per_vehicle } else { 1.0 };
        factor
            * match self.form {
                Form::Since(start) => (reading(at) - reading(start)).max(0.0),
                Form::Daily => reading(at + 0.5) - reading(at - 0.5),
                Form::Stock => reading(at),
            }
    }

    /// Reads a world.
    pub fn read(&self, world: &mut World, map: &Map) -> f64 {
        match &self.reading {
            Reading::Pair(pair) => world.resource::<Population>().passed[*pair] as f64,
            Reading::Gates(gates) => {
                let traffic = world.resource::<CrossingTraffic>();
                gates.iter().map(|&(x, direction)| traffic.passed[x][direction]).sum::<u64>() as f64
            }
            Reading::People { home, at, settled } => {
                let mut persons = 0_u64;
                let there = |cell: CellId| at.as_ref().is_none_or(|at| at.inside[cell.index()]);
                if !settled {
                    let mut groups = world.query::<(&Travel, &DisplacedGroup)>();
                    for (travel, group) in groups.iter(world) {
                        if there(travel.cell) && home.has(group.home, group.nationality) {
                            persons += u64::from(group.persons);
                        }
                    }
                }
                let population = world.resource::<Population>();
                for (d, cohorts) in
                    population.cohorts.iter().enumerate().filter(|(_, c)| !c.is_empty())
                {
                    let destination = &map.destinations[d];
                    let counts = if destination.kind == DestinationKind::Beyond {
                        at.as_ref().is_none_or(|at| at.receiving == Some(population.receiving[d]))
                    } else {
                        there(destination.cells[0])
                    };
                    if counts {
                        let own = cohorts.iter().filter(|c| home.has(c.home, c.nationality));
                        persons += own.map(|c| u64::from(c.persons)).sum::<u64>();
                    }
                }
                persons as f64
            }
        }
    }
}
