//! A map from places and the ways between them: every place is a cell, every way a link, every reception site a destination.
//!
//! What a route network does not know is left neutral: no heights, no communities, one territory without borders, gates or
//! segments. The roads are national roads (class 2), open all year.

use super::load::TravelSpeeds;
use super::network::{empty_cache, road_walking_hours};
use super::{
    Admin1, CellTable, Destination, DestinationKind, Link, LinkTable, Map, NO_LINK, Territory,
    TerritoryKind,
};
use crate::ids::{AdminId, CellId, CommunityId, TerritoryId};

/// Road class of every way: a national road.
pub const ROAD_CLASS: u8 = 2;

/// Speeds on a route network, km/h: those of the shipped grid maps (`maps/caucasus_10km/map.toml`), so that a day of driving
/// (`displacement.travel.driving_hours_per_day`, 6 h) is 360 km (evidence 1.1.4 `[F]`).
pub const SPEEDS: TravelSpeeds = TravelSpeeds {
    class_1_km_per_hour: 70.0,
    class_2_km_per_hour: 60.0,
    class_3_km_per_hour: 40.0,
    ferry_km_per_hour: 22.0,
};

/// Most ways that may leave a place: a next hop is kept in a byte.
pub const MOST_WAYS: usize = NO_LINK as usize;

/// A place of a route network.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Name.
    pub name: String,
    /// Latitude, degrees.
    pub lat: f64,
    /// Longitude, degrees.
    pub lon: f64,
    /// Residents, persons.
    pub population: u32,
    /// Persons that a reception site here takes in: infinite where unknown, 0 while it is closed; none where there is no site.
    pub site: Option<f64>,
}

/// A way from one place to another, in one direction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Way {
    /// Position of the place that it leaves.
    pub from: usize,
    /// Position of the place that it reaches.
    pub to: usize,
    /// Length, km.
    pub km: f64,
}

impl Map {
    /// A map of places and ways. Destinations are the places with a site, in the order of the places; each place is a
    /// first-level unit of its own, so that home is known by place.
    ///
    /// # Panics
    /// With more than 65,535 places or more than [`MOST_WAYS`] ways from one of them, or a way to a place that there is not:
    /// whoever reads a network from files checks these before.
    #[must_use]
    pub fn of_routes(name: &str, home: &str, hash: String, places: &[Place], ways: &[Way]) -> Self {
        let n = places.len();
        let territory = TerritoryId(0);
        let bound = |f: fn(f64, f64) -> f64, of: fn(&Place) -> f64| {
            places.iter().map(of).reduce(f).unwrap_or(0.0)
        };
        let cells = CellTable {
            row: vec![0; n],
            col: vec![0; n],
            lat: places.iter().map(|p| p.lat as f32).collect(),
            lon: places.iter().map(|p| p.lon as f32).collect(),
            territory: vec![territory; n],
            state: vec![territory; n],
            admin1: (0..n).map(AdminId::from_index).collect(),
            population: places.iter().map(|p| p.population).collect(),
            community: vec![CommunityId(0); n],
            community_share: vec![0.0; n],
            elevation: vec![0.0; n],
            ruggedness: vec![0.0; n],
            road_class: vec![ROAD_CLASS; n],
            road_months_open: vec![12; n],
            coast: vec![0; n],
            prio_grid: vec![0; n],
            area_km2: vec![0.0; n],
            local: (0..n as u32).collect(),
        };
        let destinations: Vec<Destination> = places
            .iter()
            .enumerate()
            .filter_map(|(i, place)| {
                Some(Destination {
                    name: place.name.clone(),
                    kind: DestinationKind::Camp,
                    territory,
                    cells: vec![CellId::from_index(i)],
                    population: 0,
                    receiving_state: home.to_owned(),
                    extra_km: 0.0,
                    beyond_capacity_per_day: f64::INFINITY,
                    capacity: place.site?,
                    community: CommunityId(0),
                    community_share: 0.0,
                })
            })
            .collect();
        let residents = |p: &Place| u64::from(p.population);
        let territories = vec![Territory {
            code: home.to_owned(),
            name: home.to_owned(),
            kind: TerritoryKind::State,
            governed_by: territory,
            population: places.iter().map(residents).sum(),
            cells: (0..n).map(CellId::from_index).collect(),
            destinations: 0..destinations.len() as u16,
        }];
        let links = links(n, ways);
        let route_cache = empty_cache(&territories, &links);
        Self {
            name: name.to_owned(),
            title: name.to_owned(),
            cell_degrees: 0.0,
            bbox: [
                bound(f64::min, |p| p.lon),
                bound(f64::min, |p| p.lat),
                bound(f64::max, |p| p.lon),
                bound(f64::max, |p| p.lat),
            ],
            hash,
            communities: vec!["unknown".to_owned()],
            admin1: places
                .iter()
                .map(|p| Admin1 {
                    code: p.name.clone(),
                    name: p.name.clone(),
                    state: territory,
                    population: residents(p),
                    population_known: None,
                })
                .collect(),
            territories,
            cells,
            links,
            segments: Vec::new(),
            crossings: Vec::new(),
            destinations,
            passes: Vec::new(),
            route_cache,
        }
    }
}

/// The ways grouped by the place that they leave; those of a place stay in their order.
fn links(places: usize, ways: &[Way]) -> LinkTable {
    let mut start = vec![0_u32; places + 1];
    for way in ways {
        start[way.from + 1] += 1;
    }
    for i in 0..places {
        assert!(
            (start[i + 1] as usize) < MOST_WAYS,
            "more ways from a place than a next hop can tell apart"
        );
        start[i + 1] += start[i];
    }
    let mut sorted: Vec<&Way> = ways.iter().collect();
    sorted.sort_by_key(|way| way.from);
    let links = sorted
        .into_iter()
        .map(|way| Link {
            to: CellId::from_index(way.to),
            foot_hours: road_walking_hours(way.km, 0.0) as f32,
            vehicle_hours: (way.km / SPEEDS.of_class(ROAD_CLASS)) as f32,
            km: way.km as f32,
            months_open: 12,
            road_class: ROAD_CLASS,
        })
        .collect();
    LinkTable { start, links }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geography::TravelMode;
    use crate::time::Month;

    /// A(0) - B(1) - C(2), a site at C, and a longer direct way A - C.
    fn triangle(direct_km: f64) -> Map {
        let place = |name: &str, population, site| Place {
            name: name.to_owned(),
            lat: 1.0,
            lon: 2.0,
            population,
            site,
        };
        let places = [place("A", 500, None), place("B", 0, None), place("C", 0, Some(40.0))];
        let mut ways = Vec::new();
        for (from, to, km) in [(0, 1, 60.0), (1, 2, 120.0), (0, 2, direct_km)] {
            ways.extend([Way { from, to, km }, Way { from: to, to: from, km }]);
        }
        Map::of_routes("triangle", "Home", String::new(), &places, &ways)
    }

    #[test]
    fn the_shortest_way_is_taken_at_the_speed_of_a_national_road() {
        for (direct, km) in [(150.0, 150.0), (240.0, 180.0)] {
            let map = triangle(direct);
            let table = map.routes(TerritoryId(0), TravelMode::Vehicle, Month(7));
            assert_eq!((table.km[0], table.hours[0]), (km, km / 60.0));
            assert_eq!((table.km[2], table.next[2]), (0.0, NO_LINK));
        }
        let foot = triangle(240.0).routes(TerritoryId(0), TravelMode::Foot, Month(1)).hours[1];
        assert!((f64::from(foot) - 120.0 / 5.037).abs() < 0.01, "{foot} h for 120 km on foot");
    }

    #[test]
    fn a_way_may_lead_in_one_direction_only() {
        let place = |name: &str, site| Place {
            name: name.to_owned(),
            lat: 0.0,
            lon: 0.0,
            population: 1,
            site,
        };
        let places = [place("A", Some(9.0)), place("B", Some(f64::INFINITY))];
        let map = Map::of_routes(
            "one way",
            "Home",
            String::new(),
            &places,
            &[Way { from: 0, to: 1, km: 30.0 }],
        );
        let table = map.routes(TerritoryId(0), TravelMode::Foot, Month(1));
        assert_eq!(table.km[2..], [30.0, 0.0], "from A to B");
        assert_eq!(table.km[..2], [0.0, f32::INFINITY], "not from B to A");
        assert_eq!(
            map.destinations.iter().map(|d| d.capacity).collect::<Vec<_>>(),
            [9.0, f64::INFINITY]
        );
    }
}
