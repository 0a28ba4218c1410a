//! `spillover export --as parquet` through the real program, read back with the crate's own reader, value by value.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use crate::desk::{Desk, Said, desk, quick, tables};
use ::parquet::basic::{Compression, LogicalType};
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::Field;
use serde_json::{Value, json};

/// Two points of a design with a number, a word and a truth value, three days long.
const STUDY: [&str; 12] = [
    "--set",
    r#"study.outcomes=["continuity", "civil_strife"]"#,
    "--set",
    "run.days=3",
    "--set",
    "study.name=\"small\"",
    "--set",
    r#"design={ kind = "file", file = "points.csv" }"#,
    "--replicates",
    "2",
    "--quiet",
    "--out=study",
];

fn study(desk: &Desk) {
    let points = "borders.pressure.power,borders.pressure.form,mechanisms.kin\n2.5,arithmetic,true\n4,equal_geometric,false\n";
    fs::write(desk.path("points.csv"), points).unwrap();
    desk.spillover(&[&["run", &quick()], &STUDY[..]].concat()).ends(0, &[], &[]);
}

fn package(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("datapackage.json")).unwrap()).unwrap()
}

/// Days from the first of January 1970, counted here by walking over the years and months.
fn days(text: &str) -> i32 {
    let part = |range: std::ops::Range<usize>| text[range].parse::<i32>().unwrap();
    let (year, month, day) = (part(0..4), part(5..7), part(8..10));
    let leap = |y: i32| (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    let length = |y: i32| if leap(y) { 366 } else { 365 };
    let years: i32 = if year >= 1970 {
        (1970..year).map(length).sum()
    } else {
        -(year..1970).map(length).sum::<i32>()
    };
    let months = [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    years + months[..month as usize - 1].iter().sum::<i32>() + day - 1
}

/// What a field of the CSV has to be in Parquet.
fn expected(kind: &str, text: &str) -> Field {
    match kind {
        _ if text.is_empty() => Field::Null,
        "string" => Field::Str(text.to_owned()),
        "integer" => Field::Long(text.parse().unwrap()),
        "number" => Field::Double(text.parse().unwrap()),
        "boolean" => Field::Bool(text == "true"),
        "date" => Field::Date(days(text)),
        other => panic!("{other} is no kind"),
    }
}

/// Compares every value of every table; how many tables and values of each kind there were, missing ones last.
fn compare(study: &Path, out: &Path) -> (usize, [usize; 6]) {
    let package = package(study);
    let resources: Vec<&Value> =
        package["resources"].as_array().unwrap().iter().filter(|r| r["format"] == "csv").collect();
    let mut seen = [0; 6];
    for resource in &resources {
        let name = resource["path"].as_str().unwrap();
        let path = out.join(name.replace(".csv", ".parquet"));
        let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
        let meta = reader.metadata();
        let entry = meta
            .file_metadata()
            .key_value_metadata()
            .unwrap()
            .iter()
            .find(|p| p.key == "spillover.resource");
        let entry: Value = serde_json::from_str(entry.unwrap().value.as_ref().unwrap()).unwrap();
        assert_eq!(&&entry, resource, "{name}: meanings and units go along");
        for group in meta.row_groups() {
            assert!(
                group.columns().iter().all(|c| c.compression() == Compression::LZ4_RAW),
                "{name}"
            );
        }
        let fields = resource["schema"]["fields"].as_array().unwrap();
        let columns = meta.file_metadata().schema_descr().columns();
        for (field, column) in fields.iter().zip(columns) {
            let is_date = column.logical_type_ref() == Some(&LogicalType::Date);
            assert_eq!(is_date, field["type"] == "date", "{name}: {}", field["name"]);
        }
        let mut csv = csv::Reader::from_path(study.join(name)).unwrap();
        let mut rows = 0;
        for row in reader.get_row_iter(None).unwrap() {
            let (row, mut record) = (row.unwrap(), csv::StringRecord::new());
            assert!(csv.read_record(&mut record).unwrap(), "{name} has more rows as Parquet");
            assert!(row.len() == fields.len() && record.len() == fields.len(), "{name}");
            for (((column, found), field), text) in row.get_column_iter().zip(fields).zip(&record) {
                assert_eq!(column.as_str(), field["name"], "{name}");
                let kind = field["type"].as_str().unwrap();
                assert_eq!(*found, expected(kind, text), "{name}, row {rows}, {column}");
                let place = ["string", "integer", "number", "date", "boolean"]
                    .iter()
                    .position(|k| *k == kind);
                seen[if text.is_empty() { 5 } else { place.unwrap() }] += 1;
            }
            rows += 1;
        }
        assert!(
            !csv.read_record(&mut csv::StringRecord::new()).unwrap(),
            "{name} has fewer rows as Parquet"
        );
        assert_eq!(meta.file_metadata().num_rows(), rows);
    }
    (resources.len(), seen)
}

#[test]
fn every_value_of_every_table_comes_back() {
    let desk = desk();
    study(&desk);
    let before = tables(&desk.path("study"));
    let export = |out: &str, more: &[&str]| {
        desk.spillover(&[&["export", "study", "--as", "parquet", "--out", out], more].concat())
    };
    let said = export("deep/parquet", &[]).ends(0, &[], &["deep/parquet: 18 tables"]);
    assert!(said.out.is_empty(), "nothing but files");
    let (count, seen) = compare(&desk.path("study"), &desk.path("deep/parquet"));
    assert_eq!(count, 18, "the closed list and design.csv");
    assert!(seen.iter().all(|&n| n > 0), "every kind, and nothing at all, was met: {seen:?}");
    let names = desk.names("deep/parquet");
    assert!(
        names.len() == 18 && names.iter().all(|n| n.ends_with(".parquet") && !n.starts_with('.')),
        "{names:?}"
    );
    assert!(tables(&desk.path("study")) == before, "the study is left alone");

    // Existing files stay unless they are to be replaced; the same tables give the same bytes.
    let bytes = || -> Vec<Vec<u8>> {
        names.iter().map(|n| fs::read(desk.path("deep/parquet").join(n)).unwrap()).collect()
    };
    let first = bytes();
    export("deep/parquet", &[]).ends(
        2,
        &[],
        &["deep/parquet holds pressure.parquet, ", "--overwrite"],
    );
    fs::write(desk.path("deep/parquet/runs.parquet"), "old").unwrap();
    fs::write(desk.path("deep/parquet/note.txt"), "a user's").unwrap();
    export("deep/parquet", &["--overwrite"]).ends(0, &[], &["18 tables"]);
    assert!(bytes() == first && desk.path("deep/parquet/note.txt").exists());

    desk.spillover(&["export", "study", "--as", "parquet"]).ends(2, &[], &["--out FOLDER"]);
    desk.spillover(&["export", "study", "--as", "hubverse", "--out", "x"]).ends(
        2,
        &[],
        &["> FILE.csv"],
    );
    fs::write(desk.path("study/UNFINISHED"), "").unwrap();
    export("other", &[]).ends(2, &[], &["not finished"]);
    assert!(!desk.path("other").exists());
}

/// A folder with one table of every kind: its rows and its description.
fn package_of(desk: &Desk, rows: &str) {
    let fields: Vec<Value> =
        [("t", "string"), ("i", "integer"), ("n", "number"), ("d", "date"), ("b", "boolean")]
            .map(|(name, kind)| json!({ "name": name, "type": kind }))
            .into();
    let resource = |path: &str| json!({ "path": path, "format": "csv", "schema": { "fields": fields, "missingValues": [""] } });
    let package =
        json!({ "name": "made", "resources": [resource("first.csv"), resource("made.csv")] });
    fs::create_dir_all(desk.path("made")).unwrap();
    fs::write(desk.path("made/datapackage.json"), package.to_string()).unwrap();
    fs::write(desk.path("made/first.csv"), "t,i,n,d,b\n").unwrap();
    fs::write(desk.path("made/made.csv"), format!("t,i,n,d,b\n{rows}")).unwrap();
}

#[test]
fn extremes_and_many_row_groups_come_back() {
    let desk = desk();
    let mut rows = vec![String::from(
        "\"a, \"\"b\"\"\nc\",-9223372036854775808,-0.000001,1969-12-31,true\n\
         Երևան,9223372036854775807,1000000000000000,1600-02-29,false\n,,,,\n",
    )];
    for i in 0..150_000_u32 {
        let date = format!("20{:02}-{:02}-{:02}", i % 100, i % 12 + 1, i % 28 + 1);
        let number = f64::from(i) / 1024.0;
        rows.push(match i % 7 {
            3 => format!(",{i},,{date},\n"),
            5 => format!("text {i},,{number},,{}\n", i % 2 == 0),
            _ => format!("r{},{i},{number},{date},{}\n", i % 11, i % 3 == 0),
        });
    }
    package_of(&desk, &rows.concat());
    desk.spillover(&["export", "made", "--as", "parquet", "--out", "out"]).ends(
        0,
        &[],
        &["2 tables, 150003 rows"],
    );
    let (count, seen) = compare(&desk.path("made"), &desk.path("out"));
    assert!(count == 2 && seen.iter().all(|&n| n > 10_000), "{seen:?}");
    let reader =
        SerializedFileReader::new(File::open(desk.path("out/made.parquet")).unwrap()).unwrap();
    let groups: Vec<i64> = reader
        .metadata()
        .row_groups()
        .iter()
        .map(::parquet::file::metadata::RowGroupMetaData::num_rows)
        .collect();
    assert_eq!(groups, [65_536, 65_536, 150_003 - 2 * 65_536], "one group is in memory at a time");
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_nothing_is_left() {
    let desk = desk();
    let fails = |said: &[&str]| {
        desk.spillover(&["export", "made", "--as", "parquet", "--out", "out"]).ends(2, &[], said);
        assert!(!desk.path("out").exists(), "nothing half written");
    };
    let good = "a,1,1.5,2026-01-15,true\n";
    for (bad, said) in [
        (
            "a,1.5,1,2026-01-15,true\n",
            ", line 3, column `i`: found `1.5`, allowed: a whole number of 64 bits",
        ),
        ("a,9223372036854775808,1,2026-01-15,true\n", "column `i`: found `9223372036854775808`"),
        (
            "a,1,NaN,2026-01-15,true\n",
            ", line 3, column `n`: found `NaN`, allowed: a finite decimal number",
        ),
        ("a,1,1e999,2026-01-15,true\n", "column `n`: found `1e999`"),
        (
            "a,1,1,2026-02-30,true\n",
            ", line 3, column `d`: found `2026-02-30`, allowed: a date as YYYY-MM-DD",
        ),
        ("a,1,1,2026-01-15,yes\n", ", line 3, column `b`: found `yes`, allowed: true or false"),
        ("a,1,1,2026-01-15\n", ", line 3: found 4 fields, allowed: 5"),
    ] {
        package_of(&desk, &format!("{good}{bad}"));
        fails(&["error: made/made.csv, line", said, "--overwrite"]);
    }
    package_of(&desk, good);
    fs::write(desk.path("made/made.csv"), b"t,i,n,d,b\n\xff,1,1,2026-01-15,true\n").unwrap();
    fails(&["made/made.csv, line 2, field 1: found bytes that are no UTF-8"]);
    fs::write(desk.path("made/made.csv"), "t,i,n,b,d\n").unwrap();
    fails(&["made/made.csv, line 1: found the columns t,i,n,b,d", "t,i,n,d,b"]);
    fs::remove_file(desk.path("made/made.csv")).unwrap();
    fails(&["made/made.csv: cannot be read"]);

    let with = |from: &str, to: &str| {
        package_of(&desk, good);
        let path = desk.path("made/datapackage.json");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from));
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
    };
    with("\"boolean\"", "\"year\"");
    fails(&[
        "made/datapackage.json: first.csv, column `b`: found the type `year`, allowed: string, integer",
    ]);
    with("\"first.csv\"", "\"../first.csv\"");
    fails(&["found the path `../first.csv`, allowed: the name of a CSV file beside it"]);
    with("\"first.csv\"", "\"made.csv\"");
    fails(&["`made.csv` stands there twice"]);
    with("\"resources\"", "\"sources\"");
    fails(&["no list `resources`", "give the folder of a complete study"]);
    fs::remove_file(desk.path("made/datapackage.json")).unwrap();
    fails(&["made/datapackage.json: ", "give the folder of a complete study"]);

    // Files of the user stay what they are when an export fails.
    package_of(&desk, "a,x,1,2026-01-15,true\n");
    fs::create_dir(desk.path("out")).unwrap();
    fs::write(desk.path("out/made.parquet"), "old").unwrap();
    desk.spillover(&["export", "made", "--as", "parquet", "--out", "out", "--overwrite"]).ends(
        2,
        &[],
        &["found `x`"],
    );
    assert!(
        desk.names("out") == ["made.parquet"]
            && fs::read(desk.path("out/made.parquet")).unwrap() == b"old"
    );
    fs::write(desk.path("file"), "").unwrap();
    desk.spillover(&["export", "made", "--as", "parquet", "--out", "file"]).ends(
        2,
        &[],
        &["cannot write file"],
    );
}

#[test]
fn a_full_disk_leaves_nothing() {
    let desk = desk();
    let rows: Vec<String> =
        (0..20_000).map(|i| format!("text {i},{i},{i},2026-01-15,true\n")).collect();
    package_of(&desk, &rows.concat());
    let script = "mkdir disk && mount -t tmpfs -o size=64k tmpfs disk || exit 77
        \"$@\"; code=$?; ls -A disk | wc -l; exit $code";
    let mut command = Command::new("unshare");
    command.current_dir(desk.folder.path()).args(["-m", "bash", "-c", script, "bash"]);
    command.args([
        env!("CARGO_BIN_EXE_spillover"),
        "export",
        "made",
        "--as",
        "parquet",
        "--out",
        "disk/out",
    ]);
    match command.output().map(Said::from) {
        Ok(said) if said.code != Some(77) && !said.err.starts_with("unshare") => {
            let said =
                said.ends(2, &[], &["cannot write disk/out/made.parquet: No space left on device"]);
            assert_eq!(said.out.trim(), "0", "no file, no folder");
        }
        _ => eprintln!("SKIPPED: no rights to mount a small disk"),
    }
}
