//! Designs as a person writes them, and the exact words about wrong ones.

use std::path::Path;

use super::points::{Kind, Points};
use super::prepare;
use crate::config::{self, Diagnostics};

/// A study with this design, beside files of points.
fn study(design: &str, files: &[(&str, &[u8])]) -> Result<Points, Diagnostics> {
    study_with(design, files, &|_| Vec::new())
}

fn study_with(
    design: &str,
    files: &[(&str, &[u8])],
    complaints: &(dyn Fn(&crate::config::scenario::Scenario) -> Vec<String> + Sync),
) -> Result<Points, Diagnostics> {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let path = folder.path().join("study.toml");
    let quick = concat!(env!("CARGO_MANIFEST_DIR"), "/configs/quick.toml");
    let text = if design.starts_with('[') {
        format!("extends = {quick:?}\n{design}")
    } else {
        format!("extends = {quick:?}\ndesign = {design}")
    };
    std::fs::write(&path, text).unwrap();
    let resolved = config::load(&path, &[])?;
    prepare(&resolved, complaints).map(|points| points.expect("a design"))
}

/// Problems as `line:column message (label) notes; help`.
fn told(result: Result<Points, Diagnostics>) -> Vec<String> {
    let json = result.expect_err("a wrong design").to_json();
    let text = |p: &serde_json::Value, key: &str| p[key].as_str().unwrap_or_default().to_owned();
    let list = |p: &serde_json::Value, key: &str| {
        p[key].as_array().unwrap().iter().flat_map(|v| ["; ", v.as_str().unwrap()]).collect::<String>()
    };
    json.as_array()
        .unwrap()
        .iter()
        .map(|p| {
            let name = text(p, "file");
            let file = Path::new(&name).file_name().map(|f| f.to_string_lossy().into_owned()).unwrap_or_default();
            let (message, label) = (text(p, "message"), text(p, "label"));
            let rest = list(p, "notes") + &list(p, "help");
            without_folder(&format!("{file}:{}:{} {message} ({label}){rest}", p["line"], p["column"]))
        })
        .collect()
}

/// A text with the folder of the test written as $DIR.
fn without_folder(text: &str) -> String {
    let temp = std::env::temp_dir().display().to_string();
    match text.split_once(&temp) {
        Some((before, after)) => {
            let rest = after.trim_start_matches('/').split_once('/').map_or("", |(_, rest)| rest);
            format!("{before}$DIR/{rest}")
        }
        None => text.to_owned(),
    }
}

/// The points as rows of text.
fn rows(points: &Points) -> Vec<String> {
    String::from_utf8(points.csv()).unwrap().lines().map(str::to_owned).collect()
}

const FACTORS: &str = r#"
[[design.factors]]
path = "borders.pressure.power"
low = 1.0
high = 4.0
[[design.factors]]
path = "borders.pressure.form"
values = ["arithmetic", "equal_geometric", "threat_led_geometric"]
[[design.factors]]
path = "run.persons_per_group"
low = 10
high = 1000
scale = "log"
"#;

#[test]
fn a_file_of_points_is_read_as_its_program_means_it() {
    let plain = "borders.pressure.power,mechanisms.cascade,borders.pressure.form\n1.5,true,arithmetic\n2,FALSE,equal_geometric\n";
    let expected = [
        "point,borders.pressure.power,mechanisms.cascade,borders.pressure.form",
        "0,1.5,true,arithmetic",
        "1,2.0,false,equal_geometric",
    ];
    // As SALib and pandas write it; as R does, with quotes; as Excel does, with a byte order mark and CRLF; as Excel does where
    // the comma is the decimal point.
    let quoted = "\"borders.pressure.power\",\"mechanisms.cascade\",\"borders.pressure.form\"\n\"1.5\",TRUE,\"arithmetic\"\n2e0,FALSE,\"equal_geometric\"\n";
    let excel = format!("\u{feff}{}", plain.replace('\n', "\r\n"));
    let european = "borders.pressure.power;mechanisms.cascade;borders.pressure.form\r\n1,5;TRUE;arithmetic\r\n2;FALSE;equal_geometric\r\n";
    let tabs = plain.replace(',', "\t");
    for text in [plain, quoted, &excel, european, &tabs] {
        let points = study(r#""points.csv""#, &[("points.csv", text.as_bytes())]).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(rows(&points), expected, "{text}");
        assert_eq!(points.kind(), Kind::Plain("file"));
    }
}

#[test]
fn columns_of_other_kinds() {
    let text = "set,outcome,replicate,borders.pressure.southern_border,run.persons_per_group\nx,continuity,3,\"[\"\"RUS-GEO\"\"]\",50.0\ny,fragmentation,0,\"['RUS-AZE', 'RUS-GEO']\",200\n";
    let design = r#"{ kind = "file", file = "points.csv", ignore = ["set"] }"#;
    let points = study(design, &[("points.csv", text.as_bytes())]).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(rows(&points)[1], r#"0,continuity,3,"[""RUS-GEO""]",50"#);
    assert_eq!((points.replicate(0), points.replicate(1)), (Some(3), Some(0)));
    assert_eq!(points.outcome(1).map(crate::recorders::table::outcome_name), Some("fragmentation"));
    let short = study(&design.replace(']', "], first = 1"), &[("points.csv", text.as_bytes())]).unwrap();
    assert_eq!(short.count(), 1);
}

/// Wrong designs with the words about each, in a file of its own: `SPILLOVER_UPDATE_GOLDEN=1` writes it anew, to be read.
#[test]
fn wrong_designs_are_refused_in_these_words() {
    let mut text = String::new();
    let mut add = |design: &str, points: &str, told: Vec<String>| {
        use std::fmt::Write as _;
        let points = if points.is_empty() { String::new() } else { format!("\n{}", points.trim_end()) };
        writeln!(text, "{design}{points}\n  => {}\n", told.join("\n  => ")).unwrap();
    };
    for points in [
        "borders.pressure.power\n0.5\nx\n\"\"\n3\n",
        "wave,border.pressure.power\n1,2\n",
        "\"\",borders.pressure.power\n1,2\n",
        "borders.pressure.form,mechanisms.kin,run.persons_per_group\ngeometric,maybe,2.5\n",
        "outcome,replicate\ncollapse,-1\n",
        "borders.pressure.power,borders.pressure.power,run.days\n1,2,3\n",
        "borders.pressure\n1\n",
        "borders.pressure.power\n1,2\n",
        "borders.pressure.power\n1\n1,5\n",
        "borders.pressure.power\n",
    ] {
        let design = r#""points.csv""#;
        add(design, points, told(study(design, &[("points.csv", points.as_bytes())])));
    }
    let absent = r#""point.csv""#;
    add(absent, "", told(study(absent, &[])));
    add(r#""points.csv""#, "(bytes FF FE)", told(study(r#""points.csv""#, &[("points.csv", b"\xff\xfe")])));
    let ignored = r#"{ kind = "file", file = "points.csv", ignore = ["wave"] }"#;
    add(ignored, "borders.pressure.power\n1", told(study(ignored, &[("points.csv", b"borders.pressure.power\n1\n")])));
    let power = r#"path = "borders.pressure.power""#;
    for (kind, factor) in [
        (r#"kind = "moris", trajectories = 4"#, format!("{power}, low = 1, high = 2")),
        (r#"kind = "sobol", points = 4"#, r#"path = "borders.pressure.powr", low = 1, high = 2"#.to_owned()),
        (r#"kind = "sobol", points = 4"#, format!("{power}, low = 0.5, high = 2")),
        (r#"kind = "sobol", points = 4"#, format!("{power}, low = 3, high = 2")),
        (r#"kind = "sobol", points = 4"#, format!("{power}, low = 1")),
        (r#"kind = "sobol", points = 4"#, format!("{power}, low = 1, high = 2, steps = 3")),
        (
            r#"kind = "sobol", points = 4"#,
            r#"path = "borders.pressure.form", values = ["arithmetic", "geometric"]"#.to_owned(),
        ),
        (r#"kind = "sobol", points = 4"#, r#"path = "borders.pressure.form", low = 1, high = 2"#.to_owned()),
        (
            r#"kind = "sobol", points = 4"#,
            r#"path = "displacement.decision.cascade", low = 0, high = 2, scale = "log""#.to_owned(),
        ),
        (r#"kind = "sobol", points = 4"#, r#"path = "run.days", low = 1, high = 20"#.to_owned()),
        (r#"kind = "sobol", points = 4"#, r#"path = "outcome", values = ["continuity"]"#.to_owned()),
        (r#"kind = "sobol", points = 4"#, r#"path = "replicate", low = 0, high = 1e7"#.to_owned()),
        (r#"kind = "morris", trajectories = 4, levels = 5"#, format!("{power}, low = 1, high = 2")),
        (r#"kind = "morris", trajectories = 4"#, format!("{power}, low = 1, high = 2")),
        (r#"kind = "grid""#, format!("{power}, low = 1, high = 2")),
        (
            r#"kind = "list""#,
            format!("{power}, values = [1] }}, {{ path = \"borders.pressure.floor\", values = [0.1, 0.2]"),
        ),
        (r#"kind = "list""#, format!("{power}, values = [1] }}, {{ {power}, values = [2]")),
    ] {
        let design = format!("{{ {kind}, factors = [{{ {factor} }}] }}");
        let told = told(study(&design, &[]));
        add(&design, "", told);
    }
    let variant = "[study]\nvariants = [{ name = \"a\", set = { \"borders.pressure.power\" = 2.0 } }]\ncontrast_variant = \"a\"\n[design]\nkind = \"list\"\nfactors = [{ path = \"borders.pressure.power\", values = [1, 2] }]\n";
    add(variant.trim_end(), "", told(study(variant, &[])));
    let points = "borders.pressure.power\n1\n3\n3\n";
    let complaints = |s: &crate::config::scenario::Scenario| {
        let too_much = s.borders.pressure.power > 2.0;
        Vec::from_iter(too_much.then(|| "borders.pressure.power: too much for this map".to_owned()))
    };
    let misfit = study_with(r#""points.csv""#, &[("points.csv", points.as_bytes())], &complaints);
    add("\"points.csv\", and a map on which a power above 2 does not fit", points, told(misfit));

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/design/refused.txt");
    if std::env::var_os("SPILLOVER_UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &text).unwrap();
    }
    let known = std::fs::read_to_string(path).unwrap_or_default();
    assert!(known == text, "the words about wrong designs changed:\n{text}\nwere:\n{known}");
}

#[test]
fn grids_have_every_combination_and_the_last_factor_changes_fastest() {
    let design = r#"{ kind = "grid", factors = [{ path = "borders.pressure.power", low = 1, high = 3, steps = 3 }, { path = "mechanisms.kin", values = [true, false] }] }"#;
    let points = study(design, &[]).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(
        rows(&points)[1..],
        ["0,1.0,true", "1,1.0,false", "2,2.0,true", "3,2.0,false", "4,3.0,true", "5,3.0,false"]
    );
}

#[test]
fn each_kind_makes_its_points() {
    let kinds = [
        ("kind = \"latin_hypercube\"\npoints = 300", 300),
        ("kind = \"sobol\"\npoints = 256", 256),
        ("kind = \"morris\"\ntrajectories = 90\nlevels = 4", 360),
        ("kind = \"saltelli\"\nbase = 64", 320),
        ("kind = \"saltelli\"\nbase = 64\nsecond_order = true", 512),
    ];
    for (kind, count) in kinds {
        let points = study(&format!("[design]\n{kind}\n{FACTORS}"), &[]).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(points.count(), count, "{kind}");
        let forms = ["arithmetic", "equal_geometric", "threat_led_geometric"];
        let mut met = [0; 3];
        for point in 0..count as u32 {
            let set = points.overrides(point);
            let number = |key: &str| set[key].as_f64().unwrap();
            assert!((1.0..=4.0).contains(&number("borders.pressure.power")));
            assert!(
                (10.0..=1000.0).contains(&number("run.persons_per_group")) && set["run.persons_per_group"].is_i64()
            );
            met[forms.iter().position(|f| set["borders.pressure.form"] == *f).unwrap()] += 1;
        }
        assert!(met.iter().all(|n| *n >= count / 5), "{kind}: {met:?}");
        let again = study(&format!("[design]\n{kind}\n{FACTORS}"), &[]).unwrap();
        assert!(points == again, "{kind} does not repeat");
        let other = study(&format!("[study]\nseed = 1\n[design]\n{kind}\n{FACTORS}"), &[]).unwrap();
        assert!(points.csv() != other.csv(), "{kind} does not depend on the seed");
    }
    // A sixth of the logarithms of 10 to 1000 lies below 21.5: the log scale is used.
    let points = study(&format!("[design]\nkind = \"sobol\"\npoints = 256\n{FACTORS}"), &[]).unwrap();
    let low = (0..256).filter(|p| points.overrides(*p)["run.persons_per_group"].as_i64().unwrap() < 22).count();
    assert!((38..=50).contains(&low), "{low}");
}
