//! The map of the Caucasus against what is known of it: people, holders, crossings, journeys, lengths of borders.

use std::path::Path;

use jiff::civil::{Date, date};
use spillover::geography::check;
use spillover::geography::journey::{Journey, journey};
use spillover::geography::{
    CrossingStatus, DestinationKind, Map, SegmentKind, TerritoryKind, TravelMode,
};
use spillover::ids::CellId;
use spillover::time::Month;

fn load(as_of: Date) -> Map {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("maps/caucasus_10km");
    match Map::load(&dir, as_of) {
        Ok(map) => map,
        Err(error) => panic!("{error}"),
    }
}

fn today() -> Map {
    load(date(2026, 1, 15))
}

fn town(map: &Map, name: &str) -> CellId {
    let found = map.destinations.iter().find(|d| d.kind == DestinationKind::Town && d.name == name);
    found.unwrap_or_else(|| panic!("no town {name}")).cells[0]
}

fn by_car(map: &Map, from: &str, to: &str, month: u8, through_closed: bool) -> Option<Journey> {
    journey(map, town(map, from), town(map, to), TravelMode::Vehicle, Month(month), through_closed)
}

fn code(map: &Map, cell: CellId) -> &str {
    &map.territories[map.cells.territory[cell.index()].index()].code
}

#[test]
fn people_are_as_many_as_known() {
    let map = today();
    // Whole states on the map, from their censuses; the tolerance is that of maps/caucasus_10km/known.csv.
    for (states, known, tolerance) in [
        (&["ARM"][..], 2_932_731.0, 0.03),
        (&["GEO", "ABK", "SOS"], 4_013_000.0, 0.03),
        (&["AZE", "NAX"], 10_100_000.0, 0.05),
    ] {
        let found: u64 = map
            .territories
            .iter()
            .filter(|t| states.contains(&t.code.as_str()))
            .map(|t| t.population)
            .sum();
        assert!((found as f64 / known - 1.0).abs() <= tolerance, "{states:?}: {found}");
    }
    let (mut close, mut all) = (0, 0);
    for unit in &map.admin1 {
        if let Some(known) = unit.population_known.filter(|&n| n >= 150_000) {
            all += 1;
            close += u32::from((unit.population as f64 / known as f64 - 1.0).abs() <= 0.15);
        }
    }
    // Units that the map's edge cuts hold less than is known.
    assert!(close * 10 >= all * 7, "{close} of {all} units within 15 %");
}

#[test]
fn cities_lie_where_they_belong() {
    let map = today();
    for (city, unit, holder) in [
        ("Tehran", "Tehran", "IRN"),
        ("Tabriz", "East Azarbaijan", "IRN"),
        ("Baku", "Bakı", "AZE"),
        ("Tbilisi", "Tbilisi", "GEO"),
        ("Yerevan", "Erevan", "ARM"),
        ("Vladikavkaz", "North Ossetia", "RUS"),
        ("Makhachkala", "Dagestan", "RUS"),
        ("Sukhumi", "Abkhazia", "ABK"),
        ("Tskhinvali", "South Ossetia", "SOS"),
    ] {
        let cell = town(&map, city);
        let found = &map.admin1[map.cells.admin1[cell.index()].index()].name;
        assert_eq!((found.as_str(), code(&map, cell)), (unit, holder), "{city}");
    }
    assert_eq!(code(&map, town(&map, "Nakhchivan")), "NAX");
    let exclave = &map.territories[map.territory("NAX").expect("NAX").index()];
    assert_eq!(map.territories[exclave.governed_by.index()].code, "AZE");
}

#[test]
fn holders_follow_the_date() {
    let holder = |as_of| {
        let map = load(as_of);
        code(&map, town(&map, "Stepanakert")).to_owned()
    };
    assert_eq!(holder(date(2008, 1, 1)), "NKR");
    assert_eq!(holder(date(2020, 9, 27)), "NKR");
    assert_eq!(holder(date(2023, 9, 19)), "NKR");
    assert_eq!(holder(date(2023, 9, 20)), "AZE");
    assert!(today().territory("NKR").is_none());
}

#[test]
fn chechnya_is_told_apart_from_1996_to_2000_alone() {
    let at = |as_of| {
        let map = load(as_of);
        let ids: Vec<String> = map.crossings.iter().map(|c| c.id.clone()).collect();
        (code(&map, town(&map, "Grozny")).to_owned(), map.segment("RUS-ICH").is_some(), ids)
    };
    let past = ["C72", "C73", "C74", "C75", "C76"];
    for (as_of, holder) in [
        (date(1996, 8, 30), "RUS"),
        (date(1996, 8, 31), "ICH"),
        (date(2000, 2, 29), "ICH"),
        (date(2000, 3, 1), "RUS"),
        (date(2026, 1, 15), "RUS"),
    ] {
        let (found, segment, ids) = at(as_of);
        assert_eq!(found, holder, "{as_of}");
        assert_eq!(segment, holder == "ICH", "{as_of}");
        // A line that had ended is no crossing, not even where it would now lie on another one (Shatili: Russia-Georgia).
        let there: Vec<&str> = past.into_iter().filter(|c| ids.iter().any(|i| i == c)).collect();
        let expected: &[&str] = match holder {
            "ICH" => &past,
            _ if as_of < date(1996, 8, 31) => &["C76"],
            _ => &[],
        };
        assert_eq!(there, expected, "{as_of}");
    }
    let map = load(date(1999, 9, 1));
    let authorities = &map.territories[map.territory("ICH").expect("ICH").index()];
    assert_eq!(authorities.kind, TerritoryKind::DeFacto);
    assert!(
        authorities
            .cells
            .iter()
            .all(|c| map.territories[map.cells.state[c.index()].index()].code == "RUS")
    );
    // The only way out that a road serves from Grozny to Nazran is the Kavkaz checkpoint.
    let found = by_car(&map, "Grozny", "Nazran", 10, false).expect("a way");
    assert_eq!(found.via.len(), 1);
    assert!(found.via[0].starts_with("C72 "), "{found:?}");
}

#[test]
fn crossings_join_the_right_sides() {
    let map = today();
    assert_eq!(map.crossings.len(), 71);
    for (id, sides, segment, status) in [
        ("C01", ["RUS", "GEO"], Some("RUS-GEO"), CrossingStatus::Open),
        ("C02", ["RUS", "SOS"], Some("RUS-SOS"), CrossingStatus::Open),
        ("C03", ["RUS", "ABK"], Some("RUS-ABK"), CrossingStatus::Open),
        ("C25", ["NAX", "TUR"], Some("NAX-TUR"), CrossingStatus::Open),
        ("C32", ["ARM", "IRN"], Some("IRN-ARM"), CrossingStatus::Open),
        ("C33", ["AZE", "IRN"], Some("IRN-AZE"), CrossingStatus::Freight),
        ("C35", ["NAX", "IRN"], Some("IRN-NAX"), CrossingStatus::Open),
        ("C39", ["AZE", "RUS"], Some("RUS-AZE"), CrossingStatus::Freight),
        ("C68", ["AZE", "TKM"], None, CrossingStatus::Freight),
        ("C71", ["TUR", "SYR"], Some("TUR-SYR"), CrossingStatus::Closed),
    ] {
        let crossing = map.crossings.iter().find(|c| c.id == id).expect("a crossing");
        let found = crossing.sides.map(|t| map.territories[t.index()].code.as_str());
        let on = crossing.segment.map(|s| map.segments[s.index()].name.as_str());
        assert_eq!((found, on, crossing.status), (sides, segment, status), "{id}");
    }
    for crossing in &map.crossings {
        assert_ne!(crossing.sides[0], crossing.sides[1], "{}", crossing.id);
        assert_eq!(
            crossing.cells.map(|c| map.cells.territory[c.index()]),
            crossing.sides,
            "{}",
            crossing.id
        );
    }
}

#[test]
fn journeys_take_as_long_as_known() {
    let map = today();
    for (from, to, km, hours) in [
        // Evidence 1.1.4: about 500 km, about 8 h.
        ("Tehran", "Astara (IR)", 450.0..=560.0, 7.0..=9.5),
        ("Tehran", "Tabriz", 560.0..=680.0, 8.0..=11.0),
        ("Tbilisi", "Yerevan", 230.0..=330.0, 3.2..=6.0),
    ] {
        let found = by_car(&map, from, to, 7, false).expect("a way");
        assert!(km.contains(&found.km) && hours.contains(&found.hours), "{from} - {to}: {found:?}");
    }
}

#[test]
fn tbilisi_and_vladikavkaz_meet_at_lars_alone() {
    let mut map = today();
    let found = by_car(&map, "Tbilisi", "Vladikavkaz", 7, true).expect("a way");
    assert_eq!(found.via, ["C01 Verkhny Lars - Dariali (Kazbegi)"]);
    let lars = map.crossings.iter_mut().find(|c| c.id == "C01").expect("Lars");
    lars.status = CrossingStatus::Closed;
    // All that is left is a way round by other states, if any.
    let round = by_car(&map, "Tbilisi", "Vladikavkaz", 7, false);
    assert!(round.as_ref().is_none_or(|j| j.km > 1000.0), "{round:?}");
}

#[test]
fn yerevan_and_tabriz_meet_at_norduz() {
    let map = today();
    let found = by_car(&map, "Yerevan", "Tabriz", 7, false).expect("a way");
    assert_eq!(found.via, ["C32 Agarak (Meghri) - Norduz (Nurduz)"]);
    // About 550 km are remembered [R-m]. The map's mountain roads are too straight, here by 15 %: a known weakness of it.
    assert!((0.8..=1.1).contains(&(found.km / 550.0)), "{found:?}");
}

#[test]
fn the_armenian_line_is_more_than_ten_hours_from_tehran() {
    // Evidence 1.1.4: "to the Armenian line >10 h [F]".
    let map = today();
    let iran = map.territory("IRN").expect("IRN");
    let norduz = map.crossings.iter().find(|c| c.id == "C32").expect("Norduz");
    let side = norduz.sides.iter().position(|&t| t == iran).expect("a side in Iran");
    let territory = &map.territories[iran.index()];
    let row = norduz.gate[side].index() - usize::from(territory.destinations.start);
    let table = map.routes(iran, TravelMode::Vehicle, Month(7));
    let hours =
        table.hours[row * table.n_cells + map.cells.local[town(&map, "Tehran").index()] as usize];
    assert!((10.0..=14.0).contains(&hours), "{hours} h");
}

#[test]
fn segments_are_there_with_lengths_in_a_band() {
    let map = today();
    for name in [
        "RUS-GEO",
        "RUS-AZE",
        "RUS-ABK",
        "RUS-SOS",
        "RUS-KAZ",
        "IRN-AZE",
        "IRN-NAX",
        "IRN-ARM",
        "IRN-TUR",
        "IRN-IRQ",
        "IRN-TKM",
        "GEO-ARM",
        "GEO-AZE",
        "GEO-TUR",
        "GEO-ABK",
        "GEO-SOS",
        "ARM-AZE",
        "ARM-NAX",
        "ARM-TUR",
        "NAX-TUR",
        "TUR-IRQ",
        "TUR-SYR",
        "IRQ-SYR",
        "TKM-KAZ",
        "RUS-CASPIAN",
        "AZE-CASPIAN",
        "IRN-CASPIAN",
        "TKM-CASPIAN",
        "KAZ-CASPIAN",
    ] {
        assert!(map.segment(name).is_some(), "no segment {name}");
    }
    for segment in &map.segments {
        if let Some(official) = segment.official_km {
            // A raster of 10 km does not know the bends of mountain ridges and rivers.
            let ratio = segment.length_km / official;
            assert!(
                (0.5..=1.05).contains(&ratio),
                "{}: {:.0} of {official} km",
                segment.name,
                segment.length_km
            );
        }
        if segment.kind == SegmentKind::Land {
            assert!(!segment.cells_a.is_empty() && !segment.cells_b.is_empty(), "{}", segment.name);
        }
        assert!(segment.population_near > 0, "{}", segment.name);
    }
}

#[test]
fn every_gate_and_town_of_the_mainland_can_be_reached() {
    let map = today();
    let iran = map.territory("IRN").expect("IRN");
    let table = map.routes(iran, TravelMode::Vehicle, Month(1));
    let territory = &map.territories[iran.index()];
    let tehran = map.cells.local[town(&map, "Tehran").index()] as usize;
    for d in 0..territory.destinations.len() {
        let hours = table.hours[d * table.n_cells + tehran];
        let name = &map.destinations[usize::from(territory.destinations.start) + d].name;
        assert!(hours.is_finite() && hours < 60.0, "{name}: {hours} h");
    }
}

#[test]
fn known_figures_hold_on_every_map() {
    let maps = Path::new(env!("CARGO_MANIFEST_DIR")).join("maps");
    for name in ["tiny", "caucasus_10km", "caucasus_5km", "iran_caucasus_10km"] {
        let found = check::check(&maps.join(name), date(2026, 1, 15));
        let found = found.unwrap_or_else(|e| panic!("{e}"));
        assert!(found.wrong.is_empty(), "{name}: {:#?}", found.wrong);
    }
}

#[test]
fn what_is_not_as_known_is_told() {
    let maps = Path::new(env!("CARGO_MANIFEST_DIR")).join("maps/tiny");
    let dir = tempfile::tempdir().expect("a temporary folder");
    for entry in std::fs::read_dir(maps).expect("maps/tiny") {
        let path = entry.expect("an entry").path();
        std::fs::copy(&path, dir.path().join(path.file_name().expect("a name"))).expect("a copy");
    }
    let known = |rows: &str| {
        let header = "kind,a,b,through,value,low,high,year,certainty,note";
        std::fs::write(dir.path().join("known.csv"), format!("{header}\n{rows}\n"))
            .expect("a file");
        check::check(dir.path(), date(2026, 1, 15)).map(|found| found.wrong)
    };
    for (row, expected) in [
        ("state,ARM,,,1000,0.9,1.1,,,", "ARM: "),
        ("held,AZE,2000-01-01,,1000,0.9,1.1,,,", "AZE: "),
        ("near,Midtown,,,1,0.9,1.1,,,", "people within 20 km"),
        (
            "town,Midtown,,IRN,,,,,,",
            "Midtown: in Some(\"Middle district (fictional)\"), held by Some(\"AZE\")",
        ),
        ("town,Midtown,Elsewhere,AZE,,,,,,", "Elsewhere, AZE expected"),
        ("town_held,Midtown,2000-01-01,IRN,,,,,,", "held by Some(\"AZE\"), IRN expected"),
        ("journey,Midtown,Northgate,,500,0.9,1.1,,,", "500 km known"),
        ("journey_by,Midtown,Northgate,,30,0,9,,,", "no way by road"),
        ("journey_hours,Midtown,Northgate,C02,50,0.9,1.1,,,", "50 h known"),
        ("no_journey,Midtown,Northgate,C01,500,,,,,", "km without C01"),
        ("journey,Midtown,Nowhere,,5,,,,,", "no town Midtown or Nowhere"),
        ("height,Midtown,,,5,,,,,", "no such kind `height`"),
    ] {
        let wrong = known(row).expect("a table that can be read");
        assert!(wrong.len() == 1 && wrong[0].contains(expected), "{row}: {wrong:?}");
    }
    assert!(known("held,AZE,soon,,1,,,,,").expect_err("no date").contains("column `b`"));
    assert!(known("state,AZE,,,many,,,,,").expect_err("no number").contains("column `value`"));
    assert_eq!(known("whole,IRN,,,1,,,2016,,"), Ok(Vec::new()));
}

#[test]
fn the_region_whose_layers_are_here_becomes_a_map() {
    let regions = Path::new(env!("CARGO_MANIFEST_DIR")).join("maps/regions/gulf_head.toml");
    let out = tempfile::tempdir().expect("a temporary folder");
    let mut steps = Vec::new();
    let mut told = |step: &str| steps.push(step.to_owned());
    let built = map_build::build(&regions, None, None, out.path(), &mut told);
    let built = built.unwrap_or_else(|e| panic!("{e}"));
    assert!(steps.len() > 3, "{steps:?}");
    let found = check::check(&built[0].folder, date(2026, 1, 15)).unwrap_or_else(|e| panic!("{e}"));
    assert!(found.wrong.is_empty(), "{:#?}", found.wrong);
    let map = Map::load(&built[0].folder, date(2026, 1, 15)).unwrap_or_else(|e| panic!("{e}"));
    assert!(map.segment("IRN-IRQ").is_some() && map.segment("IRQ-KWT").is_some());
    assert!(by_car(&map, "Ahvaz", "Basra", 7, true).is_some());
}
