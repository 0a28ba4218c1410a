//! Where ways lead: distances by road, the far sides of borders, and the next stop of those who know where they go.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use super::group::DisplacedGroup;
use crate::geography::{DestinationKind, Map, TravelMode};
use crate::ids::{CellId, CommunityId, CrossingId, DestinationId, NationalityId, TerritoryId};
use crate::states::parameters::Passage;
use crate::states::state::{KinEntry, NationalityClass, Policies};
use crate::time::Month;
use crate::world::RunMap;

/// Distances are those of the open season, by road.
pub const OPEN_SEASON: Month = Month(7);

/// Who chooses: what the factors of a destination depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chooser {
    /// Territory where they are.
    pub territory: TerritoryId,
    /// Nationality.
    pub nationality: NationalityId,
    /// Community.
    pub community: CommunityId,
}

impl Chooser {
    /// A group that chooses in a territory.
    #[must_use]
    pub fn of(group: &DisplacedGroup, territory: TerritoryId) -> Self {
        let origin = group.origin;
        Self { territory, nationality: origin.nationality, community: origin.community }
    }
}

/// The destinations of a territory.
pub fn destinations_of(
    map: &Map,
    territory: TerritoryId,
) -> impl Iterator<Item = DestinationId> + use<> {
    map.territories[territory.index()].destinations.clone().map(DestinationId)
}

/// Distance from a cell to each destination of its territory, km: by road in the open season, infinite where no way leads.
pub fn road_km(map: &Map, from: CellId) -> impl Fn(DestinationId) -> f64 {
    let territory = map.cells.territory[from.index()];
    let table = map.routes(territory, TravelMode::Vehicle, OPEN_SEASON);
    let first = map.territories[territory.index()].destinations.start;
    let local = map.cells.local[from.index()] as usize;
    move |to| {
        f64::from(table.km[usize::from(to.0 - first) * table.n_cells + local])
            + map.destinations[to.index()].extra_km
    }
}

/// The territory beyond a gate or green border.
#[must_use]
pub fn leads_to(map: &Map, destination: DestinationId) -> Option<TerritoryId> {
    match map.destinations[destination.index()].kind {
        DestinationKind::Gate(x, side) => {
            Some(map.crossings[x.index()].sides[1 - usize::from(side)])
        }
        DestinationKind::Green(s, side) => {
            let s = &map.segments[s.index()];
            Some(if side == 0 { s.b } else { s.a })
        }
        _ => None,
    }
}

/// Where those who head for a destination come to first, if that is one place on the map: the place itself, or the far side
/// of a gate.
#[must_use]
pub fn arrival(map: &Map, destination: DestinationId) -> Option<CellId> {
    let destination = &map.destinations[destination.index()];
    match destination.kind {
        DestinationKind::Town | DestinationKind::Camp => destination.cells.first().copied(),
        DestinationKind::Gate(x, side) => {
            Some(map.crossings[x.index()].cells[1 - usize::from(side)])
        }
        DestinationKind::Green(..) | DestinationKind::Beyond => None,
    }
}

/// Ways over borders, from the map alone.
#[derive(Resource)]
pub struct Ways {
    /// By territory: the gates that lead a step nearer to another territory, `homeward[here][there]`.
    homeward: Vec<Vec<Vec<DestinationId>>>,
    /// The town of each first-level unit where returnees arrive, if it lies in any territory.
    home_town: Vec<Option<DestinationId>>,
}

impl Ways {
    /// The ways of a map with these cells in each first-level unit.
    #[must_use]
    pub fn new(map: &Map, cells_of: &[Vec<CellId>]) -> Self {
        let units = cells_of.iter().enumerate();
        Self {
            homeward: homeward(map),
            home_town: units.map(|(unit, cells)| home_town(map, unit, cells)).collect(),
        }
    }
}

/// For each pair of territories the gates that lie on a shortest way (in borders crossed) between them.
fn homeward(map: &Map) -> Vec<Vec<Vec<DestinationId>>> {
    let n = map.territories.len();
    let mut hops = vec![vec![usize::MAX; n]; n];
    for (there, row) in hops.iter_mut().enumerate() {
        row[there] = 0;
        for _ in 0..n {
            for crossing in &map.crossings {
                let [a, b] = crossing.sides.map(TerritoryId::index);
                let (da, db) = (row[a], row[b]);
                row[a] = da.min(db.saturating_add(1));
                row[b] = db.min(da.saturating_add(1));
            }
        }
    }
    let mut gates = vec![vec![Vec::new(); n]; n];
    for crossing in &map.crossings {
        for side in 0..2 {
            let [here, far] = [side, 1 - side].map(|s| crossing.sides[s].index());
            for there in (0..n).filter(|&there| hops[there][far] < hops[there][here]) {
                gates[here][there].push(crossing.gate[side]);
            }
        }
    }
    gates
}

/// The town where returnees to a unit arrive: the largest in it, else the one nearest by air to its most populous cell.
fn home_town(map: &Map, unit: usize, cells: &[CellId]) -> Option<DestinationId> {
    let seat = map.most_populous(cells)?;
    let in_unit = |d: &DestinationId| {
        let town = &map.destinations[d.index()];
        town.kind == DestinationKind::Town
            && map.cells.admin1[town.cells[0].index()].index() == unit
    };
    destinations_of(map, map.cells.territory[seat.index()])
        .filter(in_unit)
        .max_by_key(|d| (map.destinations[d.index()].population, std::cmp::Reverse(*d)))
        .or_else(|| map.nearest_town(seat))
}

/// What groups look at that know where they go: the map, the policies at its borders, and the ways over them.
#[derive(SystemParam)]
pub struct Wayfinding<'w> {
    /// The map.
    pub map: Res<'w, RunMap>,
    /// Policies of the states.
    pub policies: Res<'w, Policies>,
    ways: Res<'w, Ways>,
    kin_entry: Res<'w, KinEntry>,
}

impl Wayfinding<'_> {
    /// The territory on the far side of a crossing.
    #[must_use]
    pub fn far_side(&self, crossing: CrossingId, side: u8) -> TerritoryId {
        self.map.crossings[crossing.index()].sides[1 - usize::from(side)]
    }

    /// As whom the state on the far side of a crossing sees people who come.
    #[must_use]
    pub fn class(&self, crossing: CrossingId, side: u8, who: Chooser) -> NationalityClass {
        let far = self.far_side(crossing, side);
        let governed_by = |t: TerritoryId| self.map.territories[t.index()].governed_by;
        self.kin_entry.class_of(far, who.territory, who.nationality, who.community, governed_by)
    }

    /// How a crossing lets such people pass.
    #[must_use]
    pub fn passage(&self, crossing: CrossingId, side: u8, who: Chooser) -> Passage {
        let class = self.class(crossing, side, who);
        self.policies.passage(crossing, usize::from(side), class)
    }

    /// Where a returning group goes next from a cell: its home town, or the nearest open gate on a shortest way.
    #[must_use]
    pub fn way_home(&self, group: &DisplacedGroup, from: CellId) -> Option<DestinationId> {
        self.way_to(self.ways.home_town[group.origin.home.index()]?, group, from)
    }

    /// Where a group goes next from a cell to reach a place: the place itself, or the nearest open gate on a shortest way.
    #[must_use]
    pub fn way_to(
        &self,
        place: DestinationId,
        group: &DisplacedGroup,
        from: CellId,
    ) -> Option<DestinationId> {
        let here = self.map.cells.territory[from.index()];
        let there = self.map.destinations[place.index()].territory;
        if there == here {
            return Some(place);
        }
        let who = Chooser::of(group, here);
        let km = road_km(&self.map, from);
        let lets_pass = |d: &DestinationId| match self.map.destinations[d.index()].kind {
            DestinationKind::Gate(crossing, side) => {
                self.passage(crossing, side, who) != Passage::Closed && km(*d).is_finite()
            }
            _ => false,
        };
        self.ways.homeward[here.index()][there.index()]
            .iter()
            .copied()
            .filter(lets_pass)
            .min_by(|a, b| km(*a).total_cmp(&km(*b)).then(a.cmp(b)))
    }
}
