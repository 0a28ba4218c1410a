//! A case made ready to run: its map in each state of its closures, who enters when, where the conflict is.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::case::{Case, Closed, Closure, PlaceKind};
use super::rules;
use crate::geography::Map;
use crate::geography::route_network::{Place, Way};

/// A case made ready; shared by all replicates.
pub struct Plan {
    /// The maps, one for each state of the closures.
    pub maps: Vec<Arc<Map>>,
    /// Which map holds on each day.
    pub map_of_day: Vec<usize>,
    /// The map without any closure.
    pub open: Arc<Map>,
    /// Persons who enter on each day.
    pub entering: Vec<u32>,
    /// Persons in each destination (in the map's order) on day 0.
    pub at_start: Vec<u32>,
    /// Intensity of conflict by day and place.
    pub conflict: Vec<Vec<f32>>,
    /// The destination of each camp of the case.
    pub destination_of_camp: Vec<usize>,
    /// Whether people may come from a place: it lies in the home country and is no camp.
    pub is_home: Vec<bool>,
}

impl Plan {
    /// Makes a case ready; with `hide_capacities` no camp has a known capacity.
    ///
    /// # Panics
    /// When the case is not one that [`super::read::read`] gives: a route or a camp at a place that there is not.
    #[must_use]
    pub fn new(case: &Case, hide_capacities: bool) -> Self {
        let mut maps: Vec<Arc<Map>> = Vec::new();
        let mut known: BTreeMap<Vec<bool>, usize> = BTreeMap::new();
        let map_of_day = (0..case.days)
            .map(|day| {
                let state: Vec<bool> = case.closures.iter().map(|c| c.holds(day)).collect();
                *known.entry(state).or_insert_with_key(|state| {
                    let holding = case
                        .closures
                        .iter()
                        .zip(state)
                        .filter(|(_, holds)| **holds)
                        .map(|(c, _)| c);
                    maps.push(Arc::new(map(case, &holding.collect::<Vec<_>>(), hide_capacities)));
                    maps.len() - 1
                })
            })
            .collect();
        let order: Vec<usize> =
            (0..case.places.len()).filter(|&i| case.places[i].kind == PlaceKind::Camp).collect();
        let destination_of_camp: Vec<usize> = case
            .camps
            .iter()
            .map(|camp| {
                order
                    .iter()
                    .position(|&place| place == camp.place)
                    .expect("a camp's place is a camp")
            })
            .collect();
        let mut at_start = vec![0; order.len()];
        for (camp, &d) in case.camps.iter().zip(&destination_of_camp) {
            at_start[d] = camp.observed.first().copied().unwrap_or(0);
        }
        Self {
            open: Arc::new(map(case, &[], hide_capacities)),
            maps,
            map_of_day,
            entering: rules::entering(&case.total()),
            at_start,
            conflict: case.conflict.clone(),
            destination_of_camp,
            is_home: case
                .places
                .iter()
                .map(|p| p.kind == PlaceKind::Way && p.country == case.home)
                .collect(),
        }
    }
}

/// The map while these closures hold.
fn map(case: &Case, holding: &[&Closure], hide_capacities: bool) -> Map {
    let is_closed = |route: usize| {
        let r = &case.routes[route];
        let countries = [case.places[r.a].country.as_str(), case.places[r.b].country.as_str()];
        holding.iter().any(|closure| match &closure.what {
            Closed::Border(a, b) => countries == [a, b] || countries == [b, a],
            Closed::Place(place) => r.a == *place || r.b == *place,
            Closed::Route(closed) => *closed == route,
            Closed::Camp(_) | Closed::PassingOn(..) => false,
        })
    };
    let open: Vec<usize> = (0..case.routes.len()).filter(|&r| !is_closed(r)).collect();
    // Where a place passes people on: over the first open route that says so.
    let mut sends_on: Vec<Option<usize>> = vec![None; case.places.len()];
    for &route in &open {
        let r = &case.routes[route];
        for (from, to, sends) in [(r.a, r.b, r.a_sends_on), (r.b, r.a, r.b_sends_on)] {
            let ended = holding.iter().any(|c| c.what == Closed::PassingOn(from, to));
            if sends && !ended {
                sends_on[from].get_or_insert(route);
            }
        }
    }
    let ways: Vec<Way> = open
        .iter()
        .flat_map(|&route| {
            let r = case.routes[route];
            [(r.a, r.b), (r.b, r.a)].map(|(from, to)| (route, Way { from, to, km: r.km }))
        })
        .filter(|(route, way)| sends_on[way.from].is_none_or(|only| only == *route))
        .map(|(_, way)| way)
        .collect();
    let places: Vec<Place> = case
        .places
        .iter()
        .enumerate()
        .map(|(i, place)| {
            let closed = sends_on[i].is_some() || holding.iter().any(|c| c.what == Closed::Camp(i));
            let capacity = place.capacity.filter(|_| !hide_capacities).unwrap_or(f64::INFINITY);
            Place {
                name: place.name.clone(),
                lat: place.lat,
                lon: place.lon,
                population: place.population,
                site: (place.kind == PlaceKind::Camp).then_some(if closed {
                    0.0
                } else {
                    capacity
                }),
            }
        })
        .collect();
    Map::of_routes(&case.name, &case.home, case.hash.clone(), &places, &ways)
}

#[cfg(test)]
mod tests {
    use super::super::case::{Camp, Place, Route};
    use super::*;
    use crate::geography::TravelMode;
    use crate::ids::TerritoryId;
    use crate::time::Month;

    /// Town - hub - camp A - camp B, abroad from the hub on; the hub passes people on to A, and A to B up to day 9.
    fn case(closures: Vec<Closure>) -> Case {
        let place = |name: &str, country: &str, kind, capacity| super::super::case::Place {
            name: name.to_owned(),
            country: country.to_owned(),
            lat: 0.0,
            lon: 0.0,
            kind,
            population: 100,
            capacity,
        };
        let camp = |place| Camp { place, observed: (0..20).collect(), source: String::new() };
        Case {
            name: "a".to_owned(),
            start: jiff::civil::date(2030, 1, 1),
            days: 20,
            home: "Home".to_owned(),
            places: vec![
                place("Town", "Home", PlaceKind::Way, None),
                place("Hub", "Abroad", PlaceKind::Way, None),
                place("A", "Abroad", PlaceKind::Camp, Some(50.0)),
                place("B", "Abroad", PlaceKind::Camp, Some(70.0)),
            ] as Vec<Place>,
            routes: vec![
                Route { a: 0, b: 1, km: 10.0, a_sends_on: false, b_sends_on: false },
                Route { a: 2, b: 1, km: 20.0, a_sends_on: false, b_sends_on: true },
                Route { a: 2, b: 3, km: 40.0, a_sends_on: true, b_sends_on: false },
            ],
            closures,
            conflict: vec![vec![1.0, 0.0, 0.0, 0.0]; 20],
            camps: vec![camp(3), camp(2)],
            notes: Vec::new(),
            hash: String::new(),
        }
    }

    /// Km from a place to each destination on a day.
    fn km(plan: &Plan, day: usize, place: usize) -> Vec<f32> {
        let map = &plan.maps[plan.map_of_day[day]];
        let table = map.routes(TerritoryId(0), TravelMode::Vehicle, Month(1));
        (0..map.destinations.len()).map(|d| table.km[d * table.n_cells + place]).collect()
    }

    #[test]
    fn people_are_passed_on_until_that_ends() {
        let end = Closure { what: Closed::PassingOn(2, 3), from: 9, until: None };
        let plan = Plan::new(&case(vec![end]), false);
        let capacity = |day: usize| {
            plan.maps[plan.map_of_day[day]]
                .destinations
                .iter()
                .map(|d| d.capacity)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            (capacity(8), capacity(9)),
            (vec![0.0, 70.0], vec![50.0, 70.0]),
            "A takes in nobody while it passes on"
        );
        assert_eq!(km(&plan, 8, 0), [30.0, 70.0]);
        assert_eq!(km(&plan, 9, 1), [20.0, 60.0]);
        // Nobody goes back from the hub, or before day 9 from A.
        let back = &plan.maps[0].links;
        assert_eq!(back.from(crate::ids::CellId(1)).len(), 1);
        assert_eq!(back.from(crate::ids::CellId(2)).len(), 1);
        assert_eq!(plan.maps[plan.map_of_day[9]].links.from(crate::ids::CellId(2)).len(), 2);
        assert_eq!(plan.destination_of_camp, [1, 0], "camps keep their own order");
        assert_eq!(plan.is_home, [true, false, false, false]);
    }

    #[test]
    fn closures_shut_borders_places_routes_and_camps_for_their_days() {
        let never = [f32::INFINITY; 2];
        let cases = [
            (Closed::Border("Abroad".to_owned(), "Home".to_owned()), never),
            (Closed::Place(1), never),
            (Closed::Route(0), never),
            (Closed::Camp(3), [30.0, 70.0]),
        ];
        for (what, expected) in cases {
            let plan = Plan::new(
                &case(vec![Closure { what: what.clone(), from: 5, until: Some(7) }]),
                false,
            );
            assert_eq!(km(&plan, 5, 0), expected, "{what:?}");
            assert_eq!(km(&plan, 4, 0), [30.0, 70.0], "{what:?} before");
            assert_eq!(km(&plan, 7, 0), [30.0, 70.0], "{what:?} after");
            let takes = |day: usize| plan.maps[plan.map_of_day[day]].destinations[1].capacity;
            assert_eq!(
                (takes(6), takes(7)),
                (if what == Closed::Camp(3) { 0.0 } else { 70.0 }, 70.0)
            );
        }
    }

    #[test]
    fn hidden_capacities_are_unknown_ones() {
        let plan = Plan::new(&case(Vec::new()), true);
        assert!(plan.open.destinations[1].capacity.is_infinite());
    }
}
