//! Links, routes, segments and destinations of the tiny map.

use jiff::civil::date;

use super::{tiny, tiny_folder};
use crate::geography::journey::journey;
use crate::geography::network::{
    build_routes, link_hours, off_path_walking_hours, road_walking_hours, walking_km_per_hour,
};
use crate::geography::{CrossingStatus, DestinationKind, Map, NO_LINK, SegmentKind, TravelMode};
use crate::ids::{CellId, TerritoryId};
use crate::time::Month;

#[test]
fn walking_speed_is_toblers() {
    // Evidence 1.1.4: level 5.0; 10 % 3.6 up, 5.0 down; 20 % 2.5 and 3.6; 30 % 1.8 and 2.5 km/h.
    for (slope, speed) in
        [(0.0, 5.0), (0.1, 3.6), (-0.1, 5.0), (0.2, 2.5), (-0.2, 3.6), (0.3, 1.8), (-0.3, 2.5)]
    {
        assert!(
            (walking_km_per_hour(slope) - speed).abs() < 0.06,
            "{slope}: {}",
            walking_km_per_hour(slope)
        );
    }
    assert!(
        walking_km_per_hour(-0.05) > walking_km_per_hour(-0.06)
            && walking_km_per_hour(-0.05) > walking_km_per_hour(-0.04)
    );
    assert!(
        (road_walking_hours(10.0, 0.0) / off_path_walking_hours(10.0, 0.0, 0.0) - 0.6).abs()
            < 1e-12
    );
    let mut before = 0.0;
    for ruggedness in [0.0, 100.0, 300.0, 600.0] {
        let hours = off_path_walking_hours(10.0, 200.0, ruggedness);
        assert!(hours >= before, "rougher ground is never quicker above a gentle slope");
        before = hours;
    }
}

#[test]
fn links_stay_inside_territories_and_have_a_way_back() {
    let map = tiny();
    for from in (0..map.cells.len()).map(CellId::from_index) {
        let links = map.links.from(from);
        assert!(links.len() <= 8);
        for link in links {
            assert_eq!(map.cells.territory[from.index()], map.cells.territory[link.to.index()]);
            assert!(
                map.links
                    .from(link.to)
                    .iter()
                    .any(|l| l.to == from && l.road_class == link.road_class)
            );
            assert!(
                link.foot_hours > 0.0 && link.vehicle_hours <= link.foot_hours && link.km > 0.0
            );
        }
    }
    // The one road of the saddle is open nine months.
    let saddle = map.links.from(CellId(39)).iter().find(|l| l.to == CellId(49)).expect("a link");
    assert_eq!((saddle.road_class, saddle.months_open), (1, 9));
    assert!((f64::from(saddle.vehicle_hours) - 12.8 / 70.0).abs() < 1e-6);
    assert!(
        link_hours(saddle, TravelMode::Vehicle, Month(1))
            > link_hours(saddle, TravelMode::Vehicle, Month(7))
    );
}

/// Hours to a destination by relaxing every link until nothing changes.
fn bellman_ford(
    map: &Map,
    territory: TerritoryId,
    ends: &[CellId],
    mode: TravelMode,
    month: Month,
) -> Vec<f32> {
    let cells = &map.territories[territory.index()].cells;
    let mut hours = vec![f32::INFINITY; cells.len()];
    for end in ends {
        hours[map.cells.local[end.index()] as usize] = 0.0;
    }
    for _ in 0..cells.len() {
        for (i, &cell) in cells.iter().enumerate() {
            for link in map.links.from(cell) {
                let total = hours[map.cells.local[link.to.index()] as usize]
                    + link_hours(link, mode, month);
                hours[i] = hours[i].min(total);
            }
        }
    }
    hours
}

#[test]
fn routes_are_the_quickest_and_lead_where_they_say() {
    let map = tiny();
    for t in (0..map.territories.len()).map(TerritoryId::from_index) {
        for (mode, month) in
            [(TravelMode::Foot, 1), (TravelMode::Vehicle, 1), (TravelMode::Vehicle, 7)]
        {
            let month = Month(month);
            let table = map.routes(t, mode, month);
            let territory = &map.territories[t.index()];
            for (d, destination) in map.destinations
                [usize::from(territory.destinations.start)..usize::from(territory.destinations.end)]
                .iter()
                .enumerate()
            {
                let row = d * table.n_cells..(d + 1) * table.n_cells;
                let (next, hours, km) =
                    (&table.next[row.clone()], &table.hours[row.clone()], &table.km[row]);
                let check = bellman_ford(&map, t, &destination.cells, mode, month);
                for (i, &start) in territory.cells.iter().enumerate() {
                    assert!(
                        (hours[i] - check[i]).abs() <= 1e-4 * check[i].max(1.0),
                        "{} from {start:?}",
                        destination.name
                    );
                    let (mut at, mut walked, mut length, mut steps) = (start, 0.0, 0.0, 0);
                    while next[map.cells.local[at.index()] as usize] != NO_LINK {
                        let link = map.links.from(at)
                            [usize::from(next[map.cells.local[at.index()] as usize])];
                        walked += link_hours(&link, mode, month);
                        length += link.km;
                        at = link.to;
                        steps += 1;
                        assert!(
                            steps <= table.n_cells,
                            "a way in a circle to {}",
                            destination.name
                        );
                    }
                    assert!(
                        destination.cells.contains(&at),
                        "{} is not reached from {start:?}",
                        destination.name
                    );
                    assert!((walked - hours[i]).abs() < 1e-3 && (length - km[i]).abs() < 1e-2);
                }
            }
        }
    }
}

#[test]
fn tables_are_the_same_whenever_they_are_built() {
    let (one, two) = (tiny(), tiny());
    for t in (0..one.territories.len()).map(TerritoryId::from_index) {
        let (a, b) = (
            one.routes(t, TravelMode::Vehicle, Month(3)),
            build_routes(&two, t, TravelMode::Vehicle, Month(3)),
        );
        assert!(a.next == b.next && a.hours == b.hours && a.km == b.km);
    }
}

#[test]
fn months_with_the_same_roads_share_a_table() {
    let map = tiny();
    let pattern = |code: &str| {
        map.route_cache.pattern_of_month[map.territory(code).expect("a territory").index()]
    };
    assert_eq!(pattern("IRN"), [0; 12]);
    let middle = pattern("AZE");
    assert_eq!(middle.iter().max(), Some(&1));
    for month in 1..=12_u8 {
        assert_eq!(
            middle[usize::from(month - 1)] == middle[6],
            Month(month).is_open(9),
            "month {month}"
        );
    }
    let t = map.territory("AZE").expect("a territory");
    assert!(std::ptr::eq(
        map.routes(t, TravelMode::Foot, Month(1)),
        map.routes(t, TravelMode::Foot, Month(7))
    ));
}

#[test]
fn segments_have_the_lengths_of_their_straight_lines() {
    let map = tiny();
    let names: Vec<_> = map.segments.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "ARM-AZE",
            "AZE-CASPIAN",
            "IRN-ARM",
            "IRN-AZE",
            "IRN-CASPIAN",
            "RUS-ARM",
            "RUS-AZE",
            "RUS-CASPIAN"
        ]
    );
    // Straight lines along cells are the worst case of the chain code: 5 % short.
    let line = &map.segments[map.segment("ARM-AZE").expect("a segment").index()];
    assert!((line.length_km / (3.0 * 11.12) - 0.948).abs() < 0.01, "{}", line.length_km);
    assert_eq!(line.cells_a.len() + line.cells_b.len(), 6);
    for segment in &map.segments {
        assert!(segment.cells_a.is_sorted() && segment.near.is_sorted_by_key(|n| n.0));
        assert!((0.0..=1.0).contains(&segment.kin_share));
        assert!(segment.near.iter().all(|&(_, km)| (0.0..=50.0).contains(&km)));
        let people: u64 =
            segment.near.iter().map(|n| u64::from(map.cells.population[n.0.index()])).sum();
        assert_eq!(people, segment.population_near);
    }
    // Azerbaijani live on both sides of the southern line; so only they have kin there.
    let south = &map.segments[map.segment("IRN-AZE").expect("a segment").index()];
    assert!(south.kin_share > 0.2 && south.kin_share < 0.95, "{}", south.kin_share);
}

#[test]
fn destinations_lie_together_by_territory_and_in_order() {
    let map = tiny();
    let mut next = 0;
    for (t, territory) in map.territories.iter().enumerate() {
        assert_eq!(territory.destinations.start, next);
        next = territory.destinations.end;
        let list = &map.destinations
            [usize::from(territory.destinations.start)..usize::from(territory.destinations.end)];
        assert!(list.iter().all(|d| d.territory.index() == t && !d.cells.is_empty()));
        let rank = |k: &DestinationKind| match k {
            DestinationKind::Town => 0,
            DestinationKind::Camp => 1,
            DestinationKind::Beyond => 2,
            DestinationKind::Gate(..) => 3,
            DestinationKind::Green(..) => 4,
        };
        assert!(list.is_sorted_by_key(|d| rank(&d.kind)), "{}", territory.code);
        assert_eq!(
            territory.cells.iter().map(|c| u64::from(map.cells.population[c.index()])).sum::<u64>(),
            territory.population
        );
    }
    assert_eq!(usize::from(next), map.destinations.len());
    for (i, crossing) in map.crossings.iter().enumerate() {
        for side in 0..2_u8 {
            let gate = &map.destinations[crossing.gate[usize::from(side)].index()];
            assert!(
                matches!(gate.kind, DestinationKind::Gate(c, s) if c.index() == i && s == side)
            );
            assert_eq!(gate.cells, vec![crossing.cells[usize::from(side)]]);
        }
    }
    let greens =
        map.destinations.iter().filter(|d| matches!(d.kind, DestinationKind::Green(..))).count();
    assert_eq!(greens, 2 * map.segments.iter().filter(|s| s.kind == SegmentKind::Land).count());
}

#[test]
fn the_standing_of_a_crossing_follows_the_date() {
    let standing = |year, month| {
        let map = Map::load(&tiny_folder(), date(year, month, 1)).expect("maps/tiny is sound");
        map.crossings[0].status
    };
    assert_eq!(standing(2019, 6), CrossingStatus::Open);
    // `status_2020` begins in March.
    assert_eq!(standing(2020, 2), CrossingStatus::Open);
    assert_eq!(standing(2020, 3), CrossingStatus::Freight);
    assert_eq!(standing(2026, 1), CrossingStatus::Freight);
}

#[test]
fn journeys_pass_only_open_crossings_unless_told_otherwise() {
    let map = tiny();
    let town =
        |name: &str| map.destinations.iter().find(|d| d.name == name).expect("a town").cells[0];
    let (south, north) = (town("Southmarket"), town("Northgate"));
    let by = |mode, through| journey(&map, south, north, mode, Month(7), through).map(|j| j.via);
    assert_eq!(
        by(TravelMode::Vehicle, true),
        Some(vec!["C01 South gate - Ford gate".into(), "C02 Saddle gate - North gate".into()])
    );
    // The ford is for freight and the vale's way on is for walkers.
    assert_eq!(by(TravelMode::Vehicle, false), None);
    assert_eq!(
        by(TravelMode::Foot, false),
        Some(vec!["C03 West gate - Vale gate".into(), "C05 Vale path - Ridge path".into()])
    );
    assert_eq!(
        journey(&map, south, south, TravelMode::Foot, Month(1), false).map(|j| j.hours),
        Some(0.0)
    );
}
