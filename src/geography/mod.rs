//! The map: land cells, territories, borders, crossings, destinations, and the network that joins them.
//!
//! Immutable once loaded, shared by all runs of a study. A grid map (`maps/...`) and a route network become the same
//! type, so that the same displacement rules run on both. ODD section 2 (scales) and 6 (input data).
//!
//! A *territory* is the land under one holder at the as-of date; the Nakhchivan exclave is one of its own. Nobody passes
//! from one territory to another but at a crossing or over the green border, so travel is computed inside territories.

pub mod check;
pub mod draw;
pub mod grid;
pub mod journey;
pub mod load;
pub mod network;
pub mod route_network;
pub mod segments;

use std::sync::OnceLock;

use crate::ids::{AdminId, CellId, CommunityId, CrossingId, DestinationId, SegmentId, TerritoryId};
use crate::time::Month;

/// No link, no next hop, no cell.
pub const NO_LINK: u8 = u8::MAX;

/// Everything that is known of the region at one date.
pub struct Map {
    /// Folder name, e.g. `caucasus_10km`.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Cell size in degrees; zero for a route network.
    pub cell_degrees: f64,
    /// West, south, east, north, in degrees.
    pub bbox: [f64; 4],
    /// BLAKE3 of the files that it was read from, in hexadecimal.
    pub hash: String,
    /// Names of the communities.
    pub communities: Vec<String>,
    /// First-level units.
    pub admin1: Vec<Admin1>,
    /// Territories, ordered by code.
    pub territories: Vec<Territory>,
    /// Land cells, by column.
    pub cells: CellTable,
    /// The travel network inside territories.
    pub links: LinkTable,
    /// Border segments, ordered by name.
    pub segments: Vec<BorderSegment>,
    /// Crossing points, ordered by id in the map's file.
    pub crossings: Vec<BorderCrossingPoint>,
    /// Everything that a displaced group can head for, grouped by territory (ascending).
    pub destinations: Vec<Destination>,
    /// Mountain passes.
    pub passes: Vec<Pass>,
    /// Lazily built route tables, see [`Map::routes`].
    pub route_cache: RouteCache,
}

/// Columns of the land cells; all have the same length. The row in a map's `cells.csv` is the `CellId`.
#[derive(Default)]
pub struct CellTable {
    /// Row in the grid, 0 in the north.
    pub row: Vec<u16>,
    /// Column in the grid, 0 in the west.
    pub col: Vec<u16>,
    /// Latitude of the centre, degrees.
    pub lat: Vec<f32>,
    /// Longitude of the centre, degrees.
    pub lon: Vec<f32>,
    /// Territory that holds it at the as-of date.
    pub territory: Vec<TerritoryId>,
    /// Territory of the de jure state (an index of `Map::territories` of kind state).
    pub state: Vec<TerritoryId>,
    /// First-level unit.
    pub admin1: Vec<AdminId>,
    /// Residents.
    pub population: Vec<u32>,
    /// The largest community.
    pub community: Vec<CommunityId>,
    /// Its share of the residents, 0 to 1.
    pub community_share: Vec<f32>,
    /// Mean height, m.
    pub elevation: Vec<f32>,
    /// Standard deviation of the 30" heights in the cell, m.
    pub ruggedness: Vec<f32>,
    /// 0 none, 1 international, 2 national, 3 regional.
    pub road_class: Vec<u8>,
    /// Months a year that the road is open (0 without a road).
    pub road_months_open: Vec<u8>,
    /// 0 none, 1 sea, 2 Caspian.
    pub coast: Vec<u8>,
    /// PRIO-GRID id.
    pub prio_grid: Vec<u32>,
    /// Area of the land in the cell, km2.
    pub area_km2: Vec<f32>,
    /// Position of the cell among the cells of its territory (index into a [`RouteTable`]).
    pub local: Vec<u32>,
}

impl CellTable {
    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.row.len()
    }
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.row.is_empty()
    }
}

/// A first-level administrative unit.
#[derive(Clone, Debug)]
pub struct Admin1 {
    /// Code, e.g. `IRN-03`.
    pub code: String,
    /// Name.
    pub name: String,
    /// Territory of its de jure state.
    pub state: TerritoryId,
    /// Residents on the map.
    pub population: u64,
    /// Residents by census or estimate, where known.
    pub population_known: Option<u64>,
}

/// What a territory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TerritoryKind {
    /// A recognised state.
    State,
    /// A de facto authority.
    DeFacto,
    /// A part of a state cut off from the rest by land.
    Exclave,
}

/// The land under one holder.
#[derive(Clone, Debug)]
pub struct Territory {
    /// ISO3 code of the state, or `ABK`, `SOS`, `NKR`, `ICH`, `NAX`.
    pub code: String,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: TerritoryKind,
    /// The state that governs it: itself, or for an exclave its state.
    pub governed_by: TerritoryId,
    /// Residents on the map.
    pub population: u64,
    /// Cells, ascending; `CellTable::local` is the position in here.
    pub cells: Vec<CellId>,
    /// The range of `Map::destinations` inside this territory.
    pub destinations: std::ops::Range<u16>,
}

/// A directed link of the travel network.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// Where it leads.
    pub to: CellId,
    /// Hours on foot in good season (Tobler on slope; off-path factor where there is no road).
    pub foot_hours: f32,
    /// Hours by vehicle in good season: the road's speed, or on foot where there is none.
    pub vehicle_hours: f32,
    /// Length, km.
    pub km: f32,
    /// Months a year that the road on it is open; 12 also without a road.
    pub months_open: u8,
    /// Road class; 0 none.
    pub road_class: u8,
}

/// Links grouped by the cell that they leave (compressed rows).
#[derive(Default)]
pub struct LinkTable {
    /// `links[start[c]..start[c + 1]]` leave cell `c`; one entry more than cells.
    pub start: Vec<u32>,
    /// The links.
    pub links: Vec<Link>,
}

impl LinkTable {
    /// The links that leave a cell.
    #[must_use]
    #[inline]
    pub fn from(&self, cell: CellId) -> &[Link] {
        &self.links[self.start[cell.index()] as usize..self.start[cell.index() + 1] as usize]
    }
}

/// What a segment borders on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentKind {
    /// A line between two territories.
    Land,
    /// A Caspian coast: people and goods may come over the sea.
    CaspianApproach,
}

/// A stretch of border between two territories, or a sea approach of one.
#[derive(Clone, Debug)]
pub struct BorderSegment {
    /// `AAA-BBB` with the codes of the sides in the map's order of preference (`RUS-GEO`), or `RUS-CASPIAN`.
    pub name: String,
    /// Kind.
    pub kind: SegmentKind,
    /// First side.
    pub a: TerritoryId,
    /// Second side (the same as the first for a sea approach).
    pub b: TerritoryId,
    /// Length found from the map, km; winding lines come out short, see [`segments`].
    pub length_km: f64,
    /// Official length where the whole segment is on the map, km.
    pub official_km: Option<f64>,
    /// Cells along the line on the first side, ascending.
    pub cells_a: Vec<CellId>,
    /// Cells along the line on the second side, ascending.
    pub cells_b: Vec<CellId>,
    /// Crossing points on it.
    pub crossings: Vec<CrossingId>,
    /// Cells within 50 km of the line on either side, with their distance in km.
    pub near: Vec<(CellId, f32)>,
    /// Residents within 50 km.
    pub population_near: u64,
    /// Share of those residents whose community also lives on the other side within 50 km (0 to 1).
    pub kin_share: f64,
}

impl BorderSegment {
    /// The length to reckon with, km: the official one where the whole line is on the map, else the one found.
    #[must_use]
    pub fn line_km(&self) -> f64 {
        self.official_km.unwrap_or(self.length_km)
    }
}

/// How people pass a crossing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrossingMode {
    /// Cars, buses, lorries.
    Road,
    /// Trains only.
    Rail,
    /// Pedestrians.
    Foot,
    /// A ship.
    Ferry,
}

/// The standing of a crossing at the as-of date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrossingStatus {
    /// Ordinary travel.
    Open,
    /// Local, humanitarian or permit traffic only.
    Restricted,
    /// Goods pass, passengers need a permit.
    Freight,
    /// Nobody passes.
    Closed,
}

/// A border crossing point.
#[derive(Clone, Debug)]
pub struct BorderCrossingPoint {
    /// Id in the map's file, e.g. `C01`.
    pub id: String,
    /// Name.
    pub name: String,
    /// Cells that it joins: first side, second side.
    pub cells: [CellId; 2],
    /// Territories of those cells.
    pub sides: [TerritoryId; 2],
    /// The segment that it lies on; none for ferries and other long links.
    pub segment: Option<SegmentId>,
    /// Mode.
    pub mode: CrossingMode,
    /// Standing at the as-of date.
    pub status: CrossingStatus,
    /// Persons per day in one direction.
    pub capacity_per_day: f64,
    /// Persons per day in one direction while only permits pass.
    pub permit_per_day: f64,
    /// Months a year that it is open (a pass on the approach).
    pub months_open: u8,
    /// The gate on each side as a destination of travellers.
    pub gate: [DestinationId; 2],
    /// Hours of passage (0 but for ferries).
    pub passage_hours: f64,
}

/// What a group can head for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DestinationKind {
    /// A town with its surroundings.
    Town,
    /// A reception site.
    Camp,
    /// The gate of a crossing; side 0 or 1 of it lies in this territory.
    Gate(CrossingId, u8),
    /// The green border of a segment on side 0 or 1.
    Green(SegmentId, u8),
    /// A region beyond the edge of the map.
    Beyond,
}

/// A place in a territory that a displaced group can head for.
#[derive(Clone, Debug)]
pub struct Destination {
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: DestinationKind,
    /// Where it lies.
    pub territory: TerritoryId,
    /// The cells that count as arrived (one, but for green borders: every cell along the line).
    pub cells: Vec<CellId>,
    /// Residents in reach: 15 km round a town, the region beyond an edge; 0 for gates and lines.
    pub population: u64,
    /// The state that receives those who arrive: the territory, or beyond the edge another state (ISO3).
    pub receiving_state: String,
    /// Further road beyond the edge of the map, km.
    pub extra_km: f64,
    /// Persons per day that pass an international border beyond the edge; infinite without one.
    pub beyond_capacity_per_day: f64,
    /// Places in a camp; infinite elsewhere.
    pub capacity: f64,
    /// The largest community of its cell.
    pub community: CommunityId,
    /// Its share, 0 to 1.
    pub community_share: f64,
}

/// A mountain pass.
#[derive(Clone, Debug)]
pub struct Pass {
    /// Name.
    pub name: String,
    /// Position, degrees.
    pub lat: f64,
    /// Position, degrees.
    pub lon: f64,
    /// Height, m.
    pub elevation: f64,
    /// Months a year that it is open.
    pub months_open: u8,
}

/// How a group travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TravelMode {
    /// Walking.
    Foot,
    /// By car or bus.
    Vehicle,
}

/// Least-time routes inside one territory to each of its destinations, for one mode and one state of the passes.
pub struct RouteTable {
    /// Cells in the territory.
    pub n_cells: usize,
    /// `next[d * n_cells + local]`: which link of the cell to take; [`NO_LINK`] at the destination and where none leads there.
    pub next: Vec<u8>,
    /// `hours[d * n_cells + local]`: hours to go, infinite where no way leads there.
    pub hours: Vec<f32>,
    /// `km[d * n_cells + local]`: km to go along that way.
    pub km: Vec<f32>,
}

/// Tables built on demand and shared by all runs: by territory, mode and pattern of open months.
pub struct RouteCache {
    /// For each territory: which pattern each month has (index into the territory's slots).
    pub pattern_of_month: Vec<[u8; 12]>,
    /// For each territory: a slot per mode and pattern, `slots[territory][mode][pattern]`; on foot there is one pattern.
    pub slots: Vec<[Vec<OnceLock<RouteTable>>; 2]>,
}

impl Map {
    /// The territory with this code.
    #[must_use]
    pub fn territory(&self, code: &str) -> Option<TerritoryId> {
        self.territories.iter().position(|t| t.code == code).map(TerritoryId::from_index)
    }

    /// The segment with this name.
    #[must_use]
    pub fn segment(&self, name: &str) -> Option<SegmentId> {
        self.segments.iter().position(|s| s.name == name).map(SegmentId::from_index)
    }

    /// The community with this name.
    #[must_use]
    pub fn community(&self, name: &str) -> Option<CommunityId> {
        self.communities.iter().position(|c| c == name).map(CommunityId::from_index)
    }

    /// The first-level unit with this name in this state.
    #[must_use]
    pub fn admin1_named(&self, state: TerritoryId, name: &str) -> Option<AdminId> {
        self.admin1
            .iter()
            .position(|a| a.state == state && (a.name == name || a.code == name))
            .map(AdminId::from_index)
    }

    /// The cell nearest to a position (by great-circle distance).
    #[must_use]
    pub fn cell_at(&self, lat: f64, lon: f64) -> Option<CellId> {
        let km = |i: usize| {
            network::great_circle_km(
                lat,
                lon,
                f64::from(self.cells.lat[i]),
                f64::from(self.cells.lon[i]),
            )
        };
        (0..self.cells.len()).min_by(|&i, &j| km(i).total_cmp(&km(j))).map(CellId::from_index)
    }

    /// Great-circle distance between two cells, km.
    #[must_use]
    pub fn km_between(&self, a: CellId, b: CellId) -> f64 {
        let at = |c: CellId| [&self.cells.lat, &self.cells.lon].map(|x| f64::from(x[c.index()]));
        let ([lat1, lon1], [lat2, lon2]) = (at(a), at(b));
        network::great_circle_km(lat1, lon1, lat2, lon2)
    }

    /// The cell among these where most people live; of several the first.
    #[must_use]
    pub fn most_populous(&self, cells: &[CellId]) -> Option<CellId> {
        let people = |c: &CellId| (self.cells.population[c.index()], std::cmp::Reverse(*c));
        cells.iter().copied().max_by_key(people)
    }

    /// The town of a cell's territory that is nearest to it by air.
    #[must_use]
    pub fn nearest_town(&self, cell: CellId) -> Option<DestinationId> {
        let territory = self.cells.territory[cell.index()];
        let km = |d: &DestinationId| self.km_between(self.destinations[d.index()].cells[0], cell);
        self.territories[territory.index()]
            .destinations
            .clone()
            .map(DestinationId)
            .filter(|d| self.destinations[d.index()].kind == DestinationKind::Town)
            .min_by(|a, b| km(a).total_cmp(&km(b)))
    }

    /// Least-time routes in a territory, in a month; built on first use, the same for all runs.
    #[must_use]
    pub fn routes(&self, territory: TerritoryId, mode: TravelMode, month: Month) -> &RouteTable {
        let pattern = match mode {
            // Walkers use closed roads too: one table serves all months.
            TravelMode::Foot => 0,
            TravelMode::Vehicle => {
                self.route_cache.pattern_of_month[territory.index()][usize::from(month.0 - 1)]
            }
        };
        self.route_cache.slots[territory.index()][mode as usize][usize::from(pattern)]
            .get_or_init(|| network::build_routes(self, territory, mode, month))
    }
}
