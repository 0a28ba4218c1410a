//! A small region of 4 x 3 cells from rasters and polygons, and what is said when its input does not fit.

use std::fmt::Write as _;
use std::path::Path;

use map_build::build;
use tiff::encoder::{TiffEncoder, colortype};
use tiff::tags::Tag;

const REGION: &str = r#"
box = [10, 50, 10.4, 50.3]
layers_folder = "."
tables_folder = "."
lines_note = "made up"
map_toml = """
[speeds]
class_1_km_per_hour = 70.0
class_2_km_per_hour = 60.0
class_3_km_per_hour = 40.0
ferry_km_per_hour = 22.0
"""

[[map]]
name = "small"
title = "Made up"
cell_degrees = 0.1

[layers]
units = "units.csv"
roads = "roads.geojson"
outline = "countries.geojson"
people = "people.tif"
elevation = "elevation.tif"
unit_polygons = "unit_polygons.geojson"
unit_communities = "communities.csv"

[tables]
territories = "territories.csv"
crossings = "crossings.csv"

[[snapshot]]
id = "2000-"
from = "2000-01-01"
column = "holder_2000"
comment = "One period."
"#;

/// Writes a raster of 40 x 30 pixels of 0.01 degrees, all of one value.
fn raster(path: &Path, value: f32) {
    let file = std::fs::File::create(path).expect("a file");
    let mut encoder = TiffEncoder::new(file).expect("an encoder");
    let mut image = encoder.new_image::<colortype::Gray32Float>(40, 30).expect("an image");
    let tags = image.encoder();
    tags.write_tag(Tag::ModelPixelScaleTag, &[0.01_f64, 0.01, 0.0][..]).expect("a tag");
    let tie = [0.0_f64, 0.0, 0.0, 10.0, 50.3, 0.0];
    tags.write_tag(Tag::ModelTiepointTag, &tie[..]).expect("a tag");
    image.write_data(&[value; 40 * 30]).expect("pixels");
}

/// A feature collection of rectangles (west, south, east, north) with properties.
fn rectangles(list: &[(&str, [f64; 4])]) -> String {
    let mut text = String::new();
    for (properties, [w, s, e, n]) in list {
        let comma = if text.is_empty() { "" } else { "," };
        let _ = write!(
            text,
            r#"{comma}{{"type":"Feature","properties":{properties},"geometry":{{"type":"Polygon","coordinates":[[[{w},{s}],[{w},{n}],[{e},{n}],[{e},{s}],[{w},{s}]]]}}}}"#
        );
    }
    format!(r#"{{"type":"FeatureCollection","features":[{text}]}}"#)
}

/// The folder of a sound region: two states side by side, a road through a crossing.
fn sound() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).expect(name);
    write("region.toml", REGION);
    write("units.csv", "admin,name,adm0,id\nLeft,West,AAA,1\nRight,East,BBB,2\n");
    write(
        "countries.geojson",
        &rectangles(&[
            (r#"{"ADM0_A3":"AAA"}"#, [9.0, 49.0, 10.2, 51.0]),
            (r#"{"ADM0_A3":"BBB"}"#, [10.2, 49.0, 11.0, 51.0]),
        ]),
    );
    write(
        "unit_polygons.geojson",
        &rectangles(&[
            (r#"{"id":1}"#, [9.0, 49.0, 10.2, 51.0]),
            (r#"{"id":2}"#, [10.2, 49.0, 11.0, 51.0]),
        ]),
    );
    write("communities.csv", "unit,community,share_percent\n1,Lefter,90\n2,Righter,80\n");
    write(
        "territories.csv",
        "territory,name,state,kind,population_official,source\nAAA,Left,AAA,state,1000,made up\nBBB,Right,BBB,state,1000,made up\n",
    );
    write(
        "crossings.csv",
        "id,name_a,name_b,a,b,mode,lat,lon,status_1992,status_2008,status_2016,status_2020,status_2023,note\n\
         C01,Gate,Gate,AAA,BBB,road,50.15,10.2,open,open,open,open,open,\n",
    );
    write(
        "roads.geojson",
        r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"route":"R1","from":"Lefton","to":"C01","class":1,"km":12},"geometry":{"type":"LineString","coordinates":[[10.05,50.15],[10.2,50.15]]}},
{"type":"Feature","properties":{"route":"R1","from":"C01","to":"Righton","class":1,"km":12},"geometry":{"type":"LineString","coordinates":[[10.2,50.15],[10.35,50.15]]}}]}"#,
    );
    raster(&dir.path().join("people.tif"), 2.0);
    raster(&dir.path().join("elevation.tif"), 300.0);
    dir
}

fn made(dir: &Path) -> Result<Vec<map_build::Built>, String> {
    let file = dir.join("region.toml");
    build(&file, None, None, &dir.join("out"), &mut |_| {}).map_err(|e| e.to_string())
}

#[test]
fn a_sound_region_becomes_a_map() {
    let dir = sound();
    let built = made(dir.path()).expect("a map");
    assert_eq!((built[0].cells, built[0].people), (12, 2400));
    let text = |name: &str| std::fs::read_to_string(built[0].folder.join(name)).expect(name);
    let cells = text("cells.csv");
    let expected = "4,1,0,50.15,10.05,1,AAA,AAA,,AAA-001,200,Lefter,0.9,300,0,1,12,0,,201981";
    assert_eq!(cells.lines().nth(5), Some(expected));
    let gate = "C01,Gate - Gate,Gate,Gate,AAA,BBB,road,50.15,10.2,5,6,1,open,open,open,open,open,8000,rule: road class 1,P,200,P,,,,";
    assert_eq!(text("crossings.csv").lines().nth(1), Some(gate));
    assert_eq!(text("road_links.csv").lines().count(), 3, "{}", text("road_links.csv"));
    let lines = text("lines.geojson");
    assert!(lines.contains(r#""kind":"border","a":"AAA","b":"BBB""#), "{lines}");
    // The same input gives the same bytes.
    made(dir.path()).expect("a map again");
    assert_eq!(cells, text("cells.csv"));
}

#[test]
fn each_hole_is_told() {
    for (file, from, to, expected) in [
        ("units.csv", "2", "3", "no `id` of the table of units"),
        ("communities.csv", "\n2,Righter,80", "", "unit 2: no community (BBB)"),
        (
            "communities.csv",
            "80",
            "180",
            "column `share_percent`: found `180`; allowed: a number from 0 to 100",
        ),
        ("crossings.csv", "road", "tunnel", "column `mode`: found `tunnel`"),
        ("crossings.csv", "AAA,BBB", "AAA,CCC", "crossing C01: no land of CCC near it"),
        ("crossings.csv", "10.2", "x", "column `lon`: found `x`; allowed: a number"),
        ("crossings.csv", "name_a,", "", "crossings.csv"),
        (
            "roads.geojson",
            "\"class\":1",
            "\"class\":7",
            "line 1 lacks one of route, from, to, class",
        ),
        ("region.toml", "people = \"people.tif\"", "", "[layers] lacks `people`"),
        ("region.toml", "box = [10, 50", "box = [11, 50", "west < east and south < north"),
        ("region.toml", "box = [10, 50, 10.4", "box = [10, 50, 11.4", "no height at"),
        ("region.toml", "lines_note", "line_note", "unknown field `line_note`"),
        ("region.toml", "\"roads.geojson\"", "\"paths.geojson\"", "name the folder of layers"),
        ("region.toml", "[speeds]", "[speeds", "map_toml"),
    ] {
        let dir = sound();
        let path = dir.path().join(file);
        let text = std::fs::read_to_string(&path).expect(file);
        assert!(text.contains(from), "{file} does not contain {from}");
        std::fs::write(&path, text.replacen(from, to, 1)).expect(file);
        let told = made(dir.path()).expect_err(expected);
        assert!(told.contains(expected), "{file}: {from} -> {to}: {told}");
    }
    let dir = sound();
    raster(&dir.path().join("people.tif"), -1.0);
    assert!(made(dir.path()).expect_err("people below zero").contains("-1 people at"));
    std::fs::write(dir.path().join("people.tif"), "no raster").expect("a file");
    assert!(made(dir.path()).expect_err("no raster").contains("people.tif"));
}
