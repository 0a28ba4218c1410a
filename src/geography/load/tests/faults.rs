//! Every fault with the message that it gets.

use jiff::civil::date;

use super::{AS_OF, changed, failure, problems_after, texts, tiny};

#[test]
fn missing_files_are_told_together() {
    let dir = changed(&[("cells.csv", &|_| None), ("camps.csv", &|_| None)]);
    let next = "Next: restore it; a table that the map does not need may hold its header only.";
    assert_eq!(
        texts(&failure(dir.path(), AS_OF)),
        ["cells.csv", "camps.csv"].map(|f| format!(
            "{f}: found no such file; allowed: every file that maps/README.md names. {next}"
        ))
    );
    let error = failure(&dir.path().join("nowhere"), AS_OF);
    assert!(error.to_string().contains("found no such folder"), "{error}");
}

#[test]
fn bytes_that_are_not_text_are_told_with_their_line() {
    let latin1 = |mut bytes: Vec<u8>| {
        let at = bytes.iter().position(|&b| b == b'\n').map(|n| n + 1);
        bytes[at?] = 0xE9;
        Some(bytes)
    };
    let dir = changed(&[("places.csv", &latin1)]);
    assert_eq!(
        texts(&failure(dir.path(), AS_OF)),
        [
            "places.csv:2: found the byte 0xE9, which is not UTF-8; allowed: text in UTF-8. Next: save the file as UTF-8."
        ]
    );
}

#[test]
fn files_that_were_cut_off_are_told() {
    let dir = changed(&[("cells.csv", &|bytes| Some(bytes[..5000].to_vec()))]);
    let found = texts(&failure(dir.path(), AS_OF));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("or a file that was cut off"), "{found:?}");
    // Cut at the end of a row, only the sums tell.
    let whole_rows = |bytes: Vec<u8>| {
        let end = bytes[..5000].iter().rposition(|&b| b == b'\n')?;
        Some(bytes[..=end].to_vec())
    };
    let dir = changed(&[("cells.csv", &whole_rows)]);
    let found = texts(&failure(dir.path(), AS_OF));
    assert!(found.iter().any(|f| f.contains("the sum of its cells")), "{found:?}");
    let dir = changed(&[("cells.csv", &|_| Some(Vec::new()))]);
    assert_eq!(
        texts(&failure(dir.path(), AS_OF)),
        [
            "cells.csv: found an empty file; allowed: a header line and rows. Next: restore the file."
        ]
    );
}

#[test]
fn a_map_without_cells_is_refused() {
    let header_only = |bytes: Vec<u8>| {
        let end = bytes.iter().position(|&b| b == b'\n')?;
        Some(bytes[..=end].to_vec())
    };
    let dir = changed(&[("cells.csv", &header_only)]);
    assert_eq!(
        texts(&failure(dir.path(), AS_OF)),
        [
            "cells.csv: found no cells; allowed: at least one land cell. Next: restore the rows of the file."
        ]
    );
}

#[test]
fn a_date_outside_every_snapshot_is_told_with_the_ranges() {
    let error = failure(&super::tiny_folder(), date(1990, 5, 1));
    assert_eq!(
        texts(&error),
        [
            "map.toml: found no snapshot for the as-of date 1990-05-01; allowed: 1994-05-12 to 2008-08-07, \
          2008-08-08 to 2020-11-09, 2020-11-10 to 2023-09-19, 2023-09-20 to today. Next: choose another as-of date \
          or add a [[snapshot]] with its holder column."
        ]
    );
}

#[test]
fn many_faults_are_told_at_once_and_counted() {
    let break_all = |bytes: Vec<u8>| {
        Some(String::from_utf8(bytes).ok()?.replace(",RUS-002,", ",RUS-999,").into_bytes())
    };
    let dir = changed(&[("cells.csv", &break_all)]);
    let error = failure(dir.path(), AS_OF);
    assert_eq!((error.problems.len(), error.total), (20, 22));
    assert!(error.to_string().ends_with("\n  and 2 more"), "{error}");
    // Faults of several files come together.
    let negative = |bytes: Vec<u8>| {
        Some(String::from_utf8(bytes).ok()?.replace(",4000,", ",-1,").into_bytes())
    };
    let months = |bytes: Vec<u8>| {
        Some(String::from_utf8(bytes).ok()?.replace("39,49,1,9,", "39,49,1,19,").into_bytes())
    };
    let dir = changed(&[("crossings.csv", &negative), ("road_links.csv", &months)]);
    assert_eq!(failure(dir.path(), AS_OF).total, 2);
}

#[test]
fn the_hash_covers_names_and_contents_of_the_maps_files() {
    let same = changed(&[]);
    let map = crate::geography::Map::load(same.path(), AS_OF).expect("a copy is sound");
    assert_eq!(map.hash, tiny().hash);
    let note = |mut bytes: Vec<u8>| {
        bytes.extend_from_slice(b"# a note\n");
        Some(bytes)
    };
    let other = changed(&[("map.toml", &note)]);
    let map = crate::geography::Map::load(other.path(), AS_OF).expect("a note is sound");
    assert_ne!(map.hash, tiny().hash);
}

#[allow(clippy::too_many_lines, reason = "a table")]
#[test]
fn each_fault_is_told_with_its_place_and_what_is_allowed() {
    // File, text, replaced by, problems.
    let table: &[(&str, &str, &str, &[&str])] = &[
        (
            "cells.csv",
            "3,0,3,40.45,45.75,1,RUS,RUS,RUS,RUS,RUS,,RUS-002,12780",
            "3,0,3,40.45,45.75,1,RUS,RUS,RUS,RUS,RUS,,RUS-002,-3",
            &[
                "cells.csv:5, column `population`: found `-3`; allowed: a whole number from 0 to 4294967295. Next: correct this value.",
            ],
        ),
        (
            "cells.csv",
            "\n5,0,5,",
            "\n6,0,5,",
            &[
                "cells.csv:7, column `cell`: found 6 (a hole); allowed: 5: cells are numbered 0, 1, 2, ... without holes. Next: restore the missing row or number the cells anew.",
                "cells.csv:8, column `cell`: found 6 (a repeat); allowed: 7: cells are numbered 0, 1, 2, ... without holes. Next: restore the missing row or number the cells anew.",
            ],
        ),
        (
            "cells.csv",
            "\n5,0,5,40.45,45.95,1,RUS,RUS,RUS,RUS,RUS,,RUS-002,660,Russian,0.6,200,55,0,0,0,,187652",
            "",
            &[
                "cells.csv:7, column `cell`: found 6 (a hole); allowed: 5: cells are numbered 0, 1, 2, ... without holes. Next: restore the missing row or number the cells anew.",
            ],
        ),
        (
            "cells.csv",
            "\n4,0,4,40.45",
            "\n4,0,4,41.45",
            &[
                "cells.csv:6, column `lat`: found `41.45`; allowed: a number from 39.6 to 40.5. Next: correct this value.",
            ],
        ),
        (
            "cells.csv",
            "\n4,0,4,40.45",
            "\n4,0,4,40.35",
            &[
                "cells.csv:6, column `lat`: found `40.35`; allowed: 40.4500, the centre of its row and col. Next: correct this value, row or col.",
            ],
        ),
        (
            "cells.csv",
            "\n4,0,4,40.45,45.85",
            "\n4,0,4,40.45,NaN",
            &[
                "cells.csv:6, column `lon`: found `NaN`; allowed: a number from 45.4 to 46.6. Next: correct this value.",
            ],
        ),
        (
            "cells.csv",
            "\n4,0,4,",
            "\n4,9,4,",
            &[
                "cells.csv:6, column `row`: found `9`; allowed: a whole number from 0 to 8. Next: correct this value.",
            ],
        ),
        (
            "cells.csv",
            "\n4,0,4,40.45,45.85",
            "\n4,0,12,40.45,45.85",
            &[
                "cells.csv:6, column `col`: found `12`; allowed: a whole number from 0 to 11. Next: correct this value.",
            ],
        ),
        (
            "cells.csv",
            "\n4,0,4,40.45,45.85",
            "\n4,0,3,40.45,45.75",
            &[
                "cells.csv:6, column `row`: found row 0, col 3 again; allowed: one cell in each place (it is that of cell 3). Next: correct row and col of one of the two.",
            ],
        ),
        (
            "cells.csv",
            "\n4,0,4,40.45,45.85,1,RUS",
            "\n4,0,4,40.45,45.85,1,RUZ",
            &[
                "cells.csv:6, column `state`: found `RUZ`; allowed: a name in territories.csv (of kind state). Next: did you mean `RUS`? Otherwise add it to territories.csv (of kind state).",
            ],
        ),
        (
            "cells.csv",
            "\n4,0,4,40.45,45.85,1,RUS,RUS,RUS,RUS,RUS,",
            "\n4,0,4,40.45,45.85,1,RUS,RUS,RUS,RUS,XYZ,",
            &[
                "cells.csv:6, column `holder_2023`: found `XYZ`; allowed: a name in territories.csv (of kind state or de_facto). Next: correct this value or add it to territories.csv (of kind state or de_facto).",
            ],
        ),
        (
            "cells.csv",
            "RUS-002,550,Russian,0.6",
            "RUS-003,550,Russian,0.6",
            &[
                "cells.csv:2, column `admin1`: found `RUS-003`; allowed: a name in admin1.csv. Next: did you mean `RUS-001`? Otherwise add it to admin1.csv.",
            ],
        ),
        (
            "cells.csv",
            "550,Russian,0.6",
            "550,Rusian,0.6",
            &[
                "cells.csv:2, column `community`: found `Rusian`; allowed: a name in communities.csv. Next: did you mean `Russian`? Otherwise add it to communities.csv.",
            ],
        ),
        (
            "cells.csv",
            "550,Russian,0.6",
            "550,Russian,1.6",
            &[
                "cells.csv:2, column `community_share`: found `1.6`; allowed: a number from 0 to 1. Next: correct this value.",
            ],
        ),
        (
            "cells.csv",
            "550,Russian,0.6,400,80,0,0,",
            "550,Russian,0.6,400,80,0,13,",
            &[
                "cells.csv:2, column `road_months_open`: found `13`; allowed: a whole number from 0 to 12. Next: correct this value.",
            ],
        ),
        (
            "cells.csv",
            "187652\n2,0,2,40.45,45.65,1",
            "187652\n2,0,2,40.45",
            &[
                "cells.csv:4: found 21 fields; allowed: 23 fields, as in the header. Next: look for a missing or extra comma, or a file that was cut off.",
            ],
        ),
        (
            "cells.csv",
            "prio_grid\n",
            "prio\n",
            &[
                "cells.csv:1, column `prio_grid`: found no such column; allowed: a header with it (there are: cell, row, col, lat, lon, land_fraction, state, holder_1994_2008, holder_1994_2020, holder_2020_2023, holder_2023, territory_part, admin1, population, community, community_share, elevation_m, ruggedness_m, road_class, road_months_open, rail, coast, prio). Next: add the column or correct its name.",
            ],
        ),
        (
            "cells.csv",
            "RUS-002,550,",
            "RUS-002,551,",
            &[
                "admin1.csv:7, column `population_in_map`: found 59927 for `RUS-002`; allowed: 59928, the sum of its cells in cells.csv. Next: restore lost rows of cells.csv, or write the new sum.",
            ],
        ),
        (
            "cells.csv",
            "187651\n1,0,1",
            "187651\n\n\n1,0,x",
            &[
                "cells.csv:5, column `col`: found `x`; allowed: a whole number from 0 to 11. Next: correct this value.",
            ],
        ),
        (
            "admin1.csv",
            "RUS-001,",
            "RUS-002,",
            &[
                "admin1.csv:7, column `admin1`: found `RUS-002` again; allowed: each name once. Next: remove or rename one of the rows.",
            ],
        ),
        (
            "territories.csv",
            "ARM,Armenia,ARM,state",
            "ARM,Armenia,ARM,kingdom",
            &[
                "territories.csv:3, column `kind`: found `kingdom`; allowed: `state`, `de_facto`, `exclave`. Next: correct this value.",
                "territories.csv:3, column `state`: found `ARM`; allowed: a name in territories.csv (of kind state). Next: correct this value or add it to territories.csv (of kind state).",
            ],
        ),
        (
            "crossings.csv",
            "IRN,AZE,road,39.9,45.95,68,58",
            "IRN,AZE,road,39.9,45.95,68,79",
            &[
                "crossings.csv:2, column `cell_b`: found cell 79, in IRN like cell_a; allowed: a cell in another territory than cell_a. Next: correct cell_a or cell_b.",
            ],
        ),
        (
            "crossings.csv",
            "IRN,AZE,road,39.9,45.95,68,58",
            "IRN,ARM,road,39.9,45.95,68,58",
            &[
                "crossings.csv:2, column `b`: found `ARM`; allowed: `AZE`, which holds cell 58 in the latest snapshot. Next: correct the territory or the cell.",
            ],
        ),
        (
            "crossings.csv",
            "IRN,AZE,road,39.9,45.95,68,58",
            "IRN,AZE,road,39.9,99,68,58",
            &[
                "crossings.csv:2, column `lon`: found `99`; allowed: a number from 45.4 to 46.6. Next: correct this value.",
            ],
        ),
        (
            "crossings.csv",
            "IRN,AZE,road,39.9,45.95,68,58",
            "IRN,AZE,road,40.35,45.95,68,58",
            &[
                "crossings.csv:2, column `lat`: found 40.35, 45.95, within a cell of RUS; allowed: a place at most a cell from the line of IRN and AZE. Next: correct `lat` and `lon`, or the territories.",
            ],
        ),
        (
            "crossings.csv",
            "IRN,AZE,road,39.9,45.95,68,58",
            "IRN,AZE,road,40.05,45.95,68,58",
            &[
                "crossings.csv:2, column `lat`: found 40.05, 45.95, within a cell of AZE; allowed: a place at most a cell from the line of IRN and AZE. Next: correct `lat` and `lon`, or the territories.",
            ],
        ),
        (
            "crossings.csv",
            "IRN,AZE,road,39.9,45.95,68,58",
            "IRN,AZE,road,39.9,45.95,68,580",
            &[
                "crossings.csv:2, column `cell_b`: found `580`; allowed: a whole number from 0 to 95. Next: correct this value.",
            ],
        ),
        (
            "crossings.csv",
            ",4000,fictional",
            ",-4000,fictional",
            &[
                "crossings.csv:2, column `capacity_persons_per_day`: found `-4000`; allowed: a number not below 0. Next: correct this value.",
            ],
        ),
        (
            "crossings.csv",
            "freight,freight,4000",
            "freight,ajar,4000",
            &[
                "crossings.csv:2, column `status_2023`: found `ajar`; allowed: `open`, `restricted`, `freight`, `closed`, `ferry`. Next: correct this value.",
            ],
        ),
        (
            "road_links.csv",
            "3,4,3,12,9.7",
            "3,5,3,12,9.7",
            &[
                "road_links.csv:2, column `cell_b`: found cell 5, which does not touch cell 3; allowed: one of the eight neighbours of cell_a. Next: correct the cells, or give the road a link for every cell on the way.",
            ],
        ),
        (
            "road_links.csv",
            "3,4,3,12,9.7",
            "3,4,3,13,9.7",
            &[
                "road_links.csv:2, column `months_open`: found `13`; allowed: a whole number from 0 to 12. Next: correct this value.",
            ],
        ),
        (
            "road_links.csv",
            "4,16,3,12,16.1",
            "4,3,3,12,16.1",
            &[
                "road_links.csv:3, column `cell_b`: found a second link between cells 4 and 3; allowed: one link (the first is in line 2). Next: remove one of the two.",
            ],
        ),
        (
            "passes.csv",
            ",9,1,P",
            ",9.5,1,P",
            &[
                "passes.csv:2, column `months_open`: found `9.5`; allowed: a whole number from 0 to 12. Next: correct this value.",
            ],
        ),
        (
            "places.csv",
            "52,AZE",
            "52,IRN",
            &[
                "places.csv:2, column `territory`: found `IRN`; allowed: `AZE`, which holds cell 52 in the latest snapshot. Next: correct the territory or the cell.",
            ],
        ),
        (
            "camps.csv",
            "2000",
            "lots",
            &[
                "camps.csv:2, column `capacity_persons`: found `lots`; allowed: a number not below 0. Next: correct this value.",
            ],
        ),
        (
            "gateways.csv",
            "90,120",
            "90,",
            &[
                "gateways.csv:2, column `extra_km`: found nothing; allowed: a number from 0 to 20000. Next: correct this value.",
            ],
        ),
        (
            "map.toml",
            "nx = 12",
            "nx = 13",
            &[
                "map.toml: found nx = 13, ny = 9; allowed: the size of `bbox` divided by `cell_degrees`. Next: correct `nx`, `ny`, `bbox` or `cell_degrees`.",
            ],
        ),
        (
            "map.toml",
            "nx = 12",
            "nx = twelve",
            &[
                "map.toml:7: found invalid boolean, expected `true`; allowed: the keys described in maps/README.md. Next: correct this line.",
            ],
        ),
        (
            "map.toml",
            "class_2_km_per_hour = 60.0",
            "class_2_km_per_hour = 0.0",
            &[
                "map.toml: found class_2_km_per_hour = 0; allowed: a speed from 1 to 200 km/h. Next: correct `class_2_km_per_hour`.",
            ],
        ),
        (
            "map.toml",
            "column = \"holder_2023\"",
            "column = \"holder_2024\"",
            &[
                "cells.csv:1, column `holder_2024`: found no such column; allowed: a header with it (there are: cell, row, col, lat, lon, land_fraction, state, holder_1994_2008, holder_1994_2020, holder_2020_2023, holder_2023, territory_part, admin1, population, community, community_share, elevation_m, ruggedness_m, road_class, road_months_open, rail, coast, prio_grid). Next: add the column or correct its name.",
            ],
        ),
        (
            "map.toml",
            "[speeds]",
            "[spedes]",
            &[
                "map.toml: found no table [speeds]; allowed: [speeds] with class_1_km_per_hour, class_2_km_per_hour, class_3_km_per_hour, ferry_km_per_hour. Next: add the table; maps/caucasus_10km/map.toml has one with its source.",
            ],
        ),
    ];
    for (file, from, to, expected) in table {
        assert_eq!(&problems_after(file, from, to), expected, "{file}: {from} -> {to}");
    }
}
