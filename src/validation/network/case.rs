//! What a network case says, checked.

use jiff::civil::Date;

/// A case in the Flee format.
#[derive(Clone, Debug)]
pub struct Case {
    /// Folder name.
    pub name: String,
    /// Day 0.
    pub start: Date,
    /// Days to simulate.
    pub days: u32,
    /// Country of the first place.
    pub home: String,
    /// Places, in the order of `locations.csv`.
    pub places: Vec<Place>,
    /// Routes; those that repeat a pair of places are left out but for the shortest.
    pub routes: Vec<Route>,
    /// Closures.
    pub closures: Vec<Closure>,
    /// Intensity of conflict, 0 to 1, by day and place.
    pub conflict: Vec<Vec<f32>>,
    /// The camps with their observed counts, in the order of `data_layout.csv`.
    pub camps: Vec<Camp>,
    /// What a reader of the results should know of the files.
    pub notes: Vec<String>,
    /// BLAKE3 of the files, hexadecimal.
    pub hash: String,
}

/// What a place is in the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceKind {
    /// Where conflict may be, a town, or a point on the way.
    Way,
    /// A camp, of refugees or of people displaced inside their country.
    Camp,
}

/// A row of `locations.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Name.
    pub name: String,
    /// Country.
    pub country: String,
    /// Latitude, degrees; 0 where none stands.
    pub lat: f64,
    /// Longitude, degrees; 0 where none stands.
    pub lon: f64,
    /// Kind.
    pub kind: PlaceKind,
    /// Residents; 0 for camps and where none are given.
    pub population: u32,
    /// Places of a camp; none where unknown.
    pub capacity: Option<f64>,
}

/// A row of `routes.csv`: an undirected way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Route {
    /// One end, by position among the places.
    pub a: usize,
    /// The other end.
    pub b: usize,
    /// Length, km.
    pub km: f64,
    /// Whether people at `a` are passed on to `b`.
    pub a_sends_on: bool,
    /// Whether people at `b` are passed on to `a`.
    pub b_sends_on: bool,
}

/// What a closure closes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closed {
    /// Every route between two countries, in both directions.
    Border(String, String),
    /// Every route of a place.
    Place(usize),
    /// A route, in both directions, by position.
    Route(usize),
    /// A camp: people pass through it as through a town.
    Camp(usize),
    /// Not a closure: the passing on from the first place to the second ends.
    PassingOn(usize, usize),
}

/// A row of `closures.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closure {
    /// What.
    pub what: Closed,
    /// First day of it.
    pub from: u32,
    /// First day after it; none where it lasts.
    pub until: Option<u32>,
}

impl Closure {
    /// Whether it holds on a day.
    #[must_use]
    pub fn holds(&self, day: u32) -> bool {
        day >= self.from && self.until.is_none_or(|end| day < end)
    }
}

/// A camp with its observed counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Camp {
    /// Its place.
    pub place: usize,
    /// Persons by day, after corrections, interpolated.
    pub observed: Vec<u32>,
    /// The files it was read from.
    pub source: String,
}

impl Case {
    /// Observed persons in all camps, by day: the sum over camps, as Flee has it (`sum_from_camps`), not the national total.
    #[must_use]
    pub fn total(&self) -> Vec<u32> {
        (0..self.days as usize)
            .map(|day| self.camps.iter().map(|c| c.observed[day]).sum())
            .collect()
    }
}
