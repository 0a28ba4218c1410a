//! Designs as a person writes them, and the exact words about wrong ones.

use std::path::Path;

use super::points::{Kind, Points};
use super::prepare;
use crate::scenario::{self, Scenario};
use checked_toml::Diagnostics;

/// A study with this design, beside files of points.
fn study(design: &str, files: &[(&str, &[u8])]) -> Result<Points, Diagnostics> {
    study_with(design, files, &|_| Vec::new())
}

fn study_with(
    design: &str,
    files: &[(&str, &[u8])],
    complaints: &(dyn Fn(&Scenario) -> Vec<String> + Sync),
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
    let resolved = scenario::load(&path, &[])?;
    prepare(&resolved, complaints).map(|points| points.expect("a design"))
}

/// Problems as `line:column message (label) notes; help`.
fn told(result: Result<Points, Diagnostics>) -> Vec<String> {
    let json = result.expect_err("a wrong design").to_json();
    let text = |p: &serde_json::Value, key: &str| p[key].as_str().unwrap_or_default().to_owned();
    let list = |p: &serde_json::Value, key: &str| {
        p[key]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|v| ["; ", v.as_str().unwrap()])
            .collect::<String>()
    };
    json.as_array()
        .unwrap()
        .iter()
        .map(|p| {
            let name = text(p, "file");
            let file = Path::new(&name)
                .file_name()
                .map(|f| f.to_string_lossy().into_owned())
                .unwrap_or_default();
            let (message, label) = (text(p, "message"), text(p, "label"));
            let rest = list(p, "notes") + &list(p, "help");
            without_folder(&format!(
                "{file}:{}:{} {message} ({label}){rest}",
                p["line"], p["column"]
            ))
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

/// The factors that tests of designs share, and one of whole numbers on a log scale.
const FACTORS: &str = concat!(
    include_str!("../../tests/it/desk/factors.toml"),
    "[[design.factors]]\npath = \"run.persons_per_group\"\nlow = 10\nhigh = 1000\nscale = \"log\"\n"
);

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
        let points = study(r#""points.csv""#, &[("points.csv", text.as_bytes())])
            .unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(rows(&points), expected, "{text}");
        assert_eq!(points.kind(), Kind::File);
    }
}

#[test]
fn columns_of_other_kinds() {
    let text = "set,outcome,replicate,borders.pressure.southern_border,run.persons_per_group\nx,continuity,3,\"[\"\"RUS-GEO\"\"]\",50.0\ny,fragmentation,0,\"['RUS-AZE', 'RUS-GEO']\",200\n";
    let design = r#"{ kind = "file", file = "points.csv", ignore = ["set"] }"#;
    let points =
        study(design, &[("points.csv", text.as_bytes())]).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(rows(&points)[1], r#"0,continuity,3,"[""RUS-GEO""]",50"#);
    assert_eq!((points.replicate(0), points.replicate(1)), (Some(3), Some(0)));
    assert_eq!(points.outcome(1).map(crate::leadership::Outcome::name), Some("fragmentation"));
    let short =
        study(&design.replace(']', "], first = 1"), &[("points.csv", text.as_bytes())]).unwrap();
    assert_eq!(short.count(), 1);
}

/// What the points of a study are for sensitivity, with the steps of trajectories.
fn purpose(points: &Points) -> (Kind, Vec<(usize, f64)>) {
    (points.kind(), points.moves().iter().map(|moved| (moved.factor, moved.size)).collect())
}

// Written by SALib 1.6.0, numpy 2.4.6 and pandas:
//   p = {'num_vars': 3, 'names': ['borders.pressure.power', 'run.persons_per_group', 'borders.pressure.form'],
//        'bounds': [[1, 8], [10, 1000 + 1], [0, 3]]}
//   X = pd.DataFrame(morris.sample(p, 2, num_levels=4, seed=3), columns=p['names'])
//   X['run.persons_per_group'] = np.minimum(np.floor(X['run.persons_per_group']), 1000).astype(int)
//   forms = ['arithmetic', 'equal_geometric', 'threat_led_geometric']
//   X['borders.pressure.form'] = [forms[min(int(x), 2)] for x in X['borders.pressure.form']]
//   X.to_csv(index=False)
const SALIB_MORRIS: &str = "borders.pressure.power,run.persons_per_group,borders.pressure.form
8.0,1000,threat_led_geometric
8.0,1000,equal_geometric
8.0,340,equal_geometric
3.3333333333333335,340,equal_geometric
5.666666666666666,670,arithmetic
5.666666666666666,10,arithmetic
1.0,10,arithmetic
1.0,10,threat_led_geometric
";

const MORRIS_FILE: &str = r#"[design]
kind = "file"
file = "points.csv"
scheme = "morris"
levels = 4
[[design.factors]]
path = "borders.pressure.form"
values = ["arithmetic", "equal_geometric", "threat_led_geometric"]
[[design.factors]]
path = "borders.pressure.power"
low = 1
high = 8
[[design.factors]]
path = "run.persons_per_group"
low = 10
high = 1000
"#;

#[test]
fn trajectories_of_salib_are_recognised() {
    // Of the list of three a step of half of the levels leads over one place or over both.
    let (number, one, both) = (2.0 / 3.0, 0.5, 1.0);
    let expected =
        vec![(2, -one), (1, -number), (0, -number), (1, -number), (0, -number), (2, both)];
    // All digits, and as a program writes six of them.
    for text in [
        SALIB_MORRIS.to_owned(),
        SALIB_MORRIS
            .replace("3.3333333333333335", "3.33333")
            .replace("5.666666666666666", "5.66667"),
    ] {
        let points = study(MORRIS_FILE, &[("points.csv", text.as_bytes())])
            .unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(
            purpose(&points),
            (Kind::Morris { trajectories: 2, levels: 4 }, expected.clone())
        );
    }
}

// p = {'num_vars': 2, 'names': ['borders.pressure.power', 'borders.pressure.floor'], 'bounds': [[1, 8], [0.01, 0.05]]}
// SALib.sample.sobol.sample(p, 2, calc_second_order=second_order, seed=3)
#[test]
fn saltellis_layout_of_salib_is_recognised() {
    let header = "borders.pressure.power,borders.pressure.floor\n";
    let first = header.to_owned()
        + "5.895841157995164,0.03138769056648016\n3.9422534918412566,0.03138769056648016\n5.895841157995164,0.025501764230430126\n3.9422534918412566,0.025501764230430126\n3.7683876967057586,0.018952913135290145\n6.773084134794772,0.018952913135290145\n3.7683876967057586,0.03212055951356888\n6.773084134794772,0.03212055951356888\n";
    let second = header.to_owned()
        + "5.895841157995164,0.03138769056648016\n3.9422534918412566,0.03138769056648016\n5.895841157995164,0.025501764230430126\n5.895841157995164,0.025501764230430126\n3.9422534918412566,0.03138769056648016\n3.9422534918412566,0.025501764230430126\n3.7683876967057586,0.018952913135290145\n6.773084134794772,0.018952913135290145\n3.7683876967057586,0.03212055951356888\n3.7683876967057586,0.03212055951356888\n6.773084134794772,0.018952913135290145\n6.773084134794772,0.03212055951356888\n";
    for (text, second_order) in [(first, false), (second, true)] {
        let design = format!(
            r#"{{ kind = "file", file = "points.csv", scheme = "saltelli", second_order = {second_order} }}"#
        );
        let points =
            study(&design, &[("points.csv", text.as_bytes())]).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(points.kind(), Kind::Saltelli { base: 2, second_order });
    }
}

#[test]
fn our_own_trajectories_are_recognised_in_their_file() {
    let factors = r#"factors = [
    { path = "borders.pressure.power", low = 1, high = 64, scale = "log" },
    { path = "replicate", low = 0, high = 3 },
    { path = "borders.pressure.form", values = ["arithmetic", "equal_geometric", "threat_led_geometric"] },
    { path = "displacement.decision.cascade", low = 0.001, high = 0.0011 },
    { path = "mechanisms.kin", values = [true, false] },
    { path = "borders.pressure.floor", values = [0.01, 0.02, 0.03, 0.05, 0.08] },
    { path = "run.persons_per_group", low = 10, high = 1000, scale = "log" },
]"#;
    for levels in [2, 4, 6, 10] {
        let own =
            format!("[design]\nkind = \"morris\"\ntrajectories = 40\nlevels = {levels}\n{factors}");
        let design = study(&own, &[]).unwrap_or_else(|e| panic!("{e}"));
        let (kind, moves) = purpose(&design);
        // A switch and the luck are turned wholly by any step; lists go as many places as they go.
        let step = super::morris::step_size(levels);
        let is = |size: f64, wanted: f64| (size.abs() - wanted).abs() < 1e-12;
        for (factor, size) in &moves {
            let right = match factor {
                1 | 4 => is(*size, 1.0),
                0 | 3 => is(*size, step),
                2 => is(*size, 0.5) || is(*size, 1.0),
                5 => {
                    [0.25, 0.5, 0.75, 1.0].into_iter().any(|share| is(*size, share))
                        || is(*size, step)
                }
                _ => (size.abs() - step).abs() < 0.1,
            };
            assert!(right, "{levels} levels, factor {factor}: {size}");
        }
        let file = format!(
            "[design]\nkind = \"file\"\nfile = \"points.csv\"\nignore = [\"point\"]\nscheme = \"morris\"\nlevels = {levels}\n{factors}"
        );
        let read = study(&file, &[("points.csv", &design.csv())])
            .unwrap_or_else(|e| panic!("{levels} levels: {e}"));
        assert_eq!(read.csv(), design.csv());
        let (read_kind, read_moves) = purpose(&read);
        assert_eq!(read_kind, kind);
        for (step, (read, own)) in read_moves.iter().zip(&moves).enumerate() {
            // With four replicates two draws of the luck are often one: a step without a direction, and without an effect.
            let point = (step / 7 * 8 + step % 7) as u32;
            let is_still = own.0 == 1 && design.replicate(point) == design.replicate(point + 1);
            assert!(
                read.0 == own.0 && (is_still || read.1.to_bits() == own.1.to_bits()),
                "step {step}: {read:?} {own:?}"
            );
        }
    }
}

/// Wrong designs with the words about each stand in a file of their own: a design, the rows of its file, and what is told.
/// `SPILLOVER_UPDATE_GOLDEN=1` writes the words anew, to be read.
#[test]
fn wrong_designs_are_refused_in_these_words() {
    use std::fmt::Write as _;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/design/refused.txt");
    let known = std::fs::read_to_string(path).unwrap();
    let too_much = |s: &Scenario| {
        let is_too_much = s.borders.pressure.power > 2.0;
        Vec::from_iter(is_too_much.then(|| "borders.pressure.power: too much for this map".into()))
    };
    let (mut text, mut cases) = (String::new(), 0);
    for case in known.split_terminator("\n\n") {
        let asked: Vec<&str> = case.lines().take_while(|line| !line.starts_with("  => ")).collect();
        let is_design = |line: &&str| {
            line.starts_with(['[', '{']) || line.contains(" = ") || line.contains(".csv\"")
        };
        let (design, points): (Vec<&str>, Vec<&str>) = asked.iter().copied().partition(is_design);
        let bytes = match points[..] {
            ["(bytes FF FE)"] => b"\xff\xfe".to_vec(),
            _ => (points.join("\n") + "\n").into_bytes(),
        };
        let design = design.join("\n");
        let files: &[(&str, &[u8])] = &[("points.csv", &bytes)];
        let result = match design.split_once(", and a map on which a power above 2") {
            Some((design, _)) => study_with(design, files, &too_much),
            None => study(&design, files),
        };
        writeln!(text, "{}\n  => {}\n", asked.join("\n"), told(result).join("\n  => ")).unwrap();
        cases += 1;
    }
    assert!(cases >= 48, "{cases} cases");
    if std::env::var_os("SPILLOVER_UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &text).unwrap();
    }
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
        let points =
            study(&format!("[design]\n{kind}\n{FACTORS}"), &[]).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(points.count(), count, "{kind}");
        let forms = ["arithmetic", "equal_geometric", "threat_led_geometric"];
        let mut met = [0; 3];
        for point in 0..count as u32 {
            let set = points.overrides(point);
            let number = |key: &str| set[key].as_f64().unwrap();
            assert!((1.0..=4.0).contains(&number("borders.pressure.power")));
            assert!(
                (10.0..=1000.0).contains(&number("run.persons_per_group"))
                    && set["run.persons_per_group"].is_i64()
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
    let points =
        study(&format!("[design]\nkind = \"sobol\"\npoints = 256\n{FACTORS}"), &[]).unwrap();
    let low = (0..256)
        .filter(|p| points.overrides(*p)["run.persons_per_group"].as_i64().unwrap() < 22)
        .count();
    assert!((38..=50).contains(&low), "{low}");
}
