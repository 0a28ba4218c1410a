//! Studies with a design as a user meets them: `plan`, `run`, `sensitivity` by the real program, on three days.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::desk;

const GRID: &str = r#"
[design]
kind = "grid"
[[design.factors]]
path = "borders.pressure.power"
values = [1.0, 4.0]
[[design.factors]]
path = "borders.pressure.form"
values = ["threat_led_geometric", "arithmetic"]
"#;

/// Trajectories over the factors that tests of designs share, and the luck.
const MORRIS: &str = concat!(
    "[design]\nkind = \"morris\"\ntrajectories = 3\nlevels = 4",
    include_str!("desk/factors.toml"),
    "[[design.factors]]\npath = \"replicate\"\nlow = 0\nhigh = 99\n"
);

fn write(folder: &Path, name: &str, design: &str) {
    let quick = concat!(env!("CARGO_MANIFEST_DIR"), "/configs/quick.toml");
    let map = concat!(env!("CARGO_MANIFEST_DIR"), "/maps/caucasus_10km");
    let outcomes = r#"outcomes = ["continuity", "fragmentation"]"#;
    let text = format!(
        "extends = {quick:?}\n[study]\nname = {name:?}\n{outcomes}\nreplicates = 2\n[run]\ndays = 3\nmap = {map:?}\n{design}"
    );
    fs::write(folder.join(format!("{name}.toml")), text).unwrap();
}

fn spillover(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_spillover"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn records(bytes: &[u8]) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(bytes).records().map(Result::unwrap).collect()
}

#[test]
fn a_plan_lists_every_run_with_its_parameters() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "grid", GRID);
    let said = spillover(folder.path(), &["plan", "grid.toml", "--csv"]);
    assert_eq!(said.status.code(), Some(0), "{}", text(&said.stderr));
    assert!(
        text(&said.stdout)
            .starts_with("run,run_id,variant,point,outcome,replicate,seed,parameters\n")
    );
    let runs = records(&said.stdout);
    assert_eq!(runs.len(), 2 * 4 * 2);
    assert_eq!(&runs[3][3], "1");
    assert_eq!(
        &runs[3][7],
        r#"{"borders.pressure.form":"arithmetic","borders.pressure.power":1.0}"#
    );
    let mut ids: Vec<&str> = runs.iter().map(|r| &r[1]).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 16);

    let said = spillover(folder.path(), &["plan", "grid.toml", "--json"]);
    let plan: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(plan["runs"][3]["parameters"]["borders.pressure.form"], "arithmetic");
    assert_eq!(plan["runs"][3]["run_id"], runs[3][1]);
    assert!(
        plan["prediction"]["bytes"].as_u64().unwrap() > 10_000
            && plan["prediction"]["seconds"].as_f64().unwrap() > 0.0
    );

    let said = spillover(folder.path(), &["plan", "grid.toml", "--no-timing"]);
    assert!(
        text(&said.stdout).contains("16 runs; all of them: --csv or --json"),
        "{}",
        text(&said.stdout)
    );
    assert!(
        text(&said.stderr).contains("16 runs (2 outcomes x 4 points x 2 replicates), 3 days"),
        "{}",
        text(&said.stderr)
    );
    assert!(!folder.path().join("output").exists(), "a plan writes nothing");
}

#[test]
fn a_study_with_a_design_has_its_points_in_every_table() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "grid", GRID);
    let said = spillover(folder.path(), &["run", "grid.toml", "--out", "all", "--quiet"]);
    assert_eq!(said.status.code(), Some(0), "{}", text(&said.stderr));
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert_eq!(
        text(&read("all/design.csv")),
        "point,borders.pressure.power,borders.pressure.form\n0,1.0,threat_led_geometric\n1,1.0,arithmetic\n2,4.0,threat_led_geometric\n3,4.0,arithmetic\n"
    );
    let runs = records(&read("all/runs.csv"));
    assert_eq!(runs.len(), 16);
    assert_eq!(
        &runs[15][7],
        r#"{"borders.pressure.form":"arithmetic","borders.pressure.power":4.0}"#
    );
    // Bands and contrasts are over all points and replicates.
    assert!(records(&read("all/pressure_bands.csv")).iter().all(|r| &r[5] == "8"));
    assert!(records(&read("all/contrasts.csv")).iter().all(|r| &r[7] == "8"));
    let package: serde_json::Value = serde_json::from_slice(&read("all/datapackage.json")).unwrap();
    assert!(package["resources"].as_array().unwrap().iter().any(|r| r["path"] == "design.csv"));

    // One run of it by itself is the same run.
    let one = [
        "run",
        "grid.toml",
        "--out",
        "one",
        "--quiet",
        "--outcome",
        "fragmentation",
        "--point",
        "3",
        "--replicate",
        "1",
    ];
    assert_eq!(spillover(folder.path(), &one).status.code(), Some(0));
    let rows = |name: &str| -> Vec<String> {
        text(&read(name))
            .lines()
            .filter(|l| l.starts_with("fragmentation,base,3,1,"))
            .map(str::to_owned)
            .collect()
    };
    assert!(
        rows("one/pressure.csv").len() > 60 && rows("one/pressure.csv") == rows("all/pressure.csv")
    );
    assert_eq!(records(&read("one/runs.csv")), [runs[15].clone()]);
    // What the form changes is the index, not the luck: loads are the same at every point.
    let loads = |point: &str| -> Vec<String> {
        let begin = format!("continuity,base,{point},0,");
        text(&read("all/displacement.csv"))
            .lines()
            .filter_map(|l| l.strip_prefix(&begin).map(str::to_owned))
            .collect()
    };
    assert!(!loads("0").is_empty() && loads("0") == loads("3"), "points do not share their luck");
    // The design goes in again as a file.
    let again = "design = { kind = \"file\", file = \"all/design.csv\", ignore = [\"point\"] }\n";
    fs::write(
        folder.path().join("again.toml"),
        text(&read("grid.toml")).split("[design]").next().unwrap().replacen(
            "[study]",
            &format!("{again}[study]"),
            1,
        ),
    )
    .unwrap();
    let plans = ["grid.toml", "again.toml"].map(|study| {
        let plan = spillover(folder.path(), &["plan", study, "--csv"]);
        assert_eq!(plan.status.code(), Some(0), "{}", text(&plan.stderr));
        text(&plan.stdout)
    });
    assert_eq!(plans[0], plans[1], "the same points from a file give the same runs");
}

#[test]
fn sensitivity_runs_the_study_once_and_keeps_what_it_finds() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "screen", MORRIS);
    let arguments = [
        "sensitivity",
        "screen.toml",
        "--measure",
        "peak_index:RUS-SOUTH",
        "--measure",
        "mean_index:IRN-AZE",
    ];
    let said = spillover(folder.path(), &arguments);
    assert_eq!(said.status.code(), Some(0), "{}", text(&said.stderr));
    let (out, err) = (text(&said.stdout), text(&said.stderr));
    assert!(out.contains("peak_index:RUS-SOUTH") && out.contains("mu*"), "{out}");
    assert!(err.contains("24 runs (2 outcomes x 12 points), 3 days"), "{err}");
    assert!(!err.contains("summary.csv"), "no hint at a table that is not there: {err}");
    let read = |name: &str| fs::read(folder.path().join("output/screen").join(name)).unwrap();
    let rows = records(&read("sensitivity.csv"));
    assert_eq!(rows.len(), 2 * 2 * 3 * 3, "outcomes x measures x factors x indices");
    let of = |parameter: &str, index: &str| -> Vec<f64> {
        rows.iter()
            .filter(|r| &r[5] == parameter && &r[7] == index)
            .map(|r| r[8].parse().unwrap())
            .collect()
    };
    assert!(
        of("borders.pressure.form", "mu_star").iter().all(|v| *v > 0.0),
        "the form of the index moves it"
    );
    assert!(rows.iter().all(|r| &r[11] == "3" && &r[4] == "morris"));
    assert!(text(&read("sensitivity.svg")).contains("<desc>"));
    let package: serde_json::Value = serde_json::from_slice(&read("datapackage.json")).unwrap();
    assert!(
        package["resources"].as_array().unwrap().iter().any(|r| r["path"] == "sensitivity.csv")
    );

    let again = spillover(folder.path(), &arguments);
    assert_eq!(again.status.code(), Some(0));
    assert!(
        text(&again.stderr).contains("the runs are in output/screen"),
        "{}",
        text(&again.stderr)
    );
    assert_eq!(records(&read("sensitivity.csv")), rows);

    // Nothing failed, so there is nothing to try again.
    let retry = |more: &[&str]| {
        spillover(folder.path(), &[&arguments[..], &["--retry-failed"], more].concat())
    };
    assert!(text(&retry(&[]).stderr).contains("the runs are in output/screen"));
    // Failed runs are told of as `run` tells of them, and tried again on request.
    let with_failure = text(&read("runs.csv")).replacen(",done,", ",failed,", 1);
    fs::write(folder.path().join("output/screen/runs.csv"), with_failure).unwrap();
    assert_eq!(spillover(folder.path(), &arguments).status.code(), Some(1));
    let said = retry(&[]);
    assert_eq!(said.status.code(), Some(0), "{}", text(&said.stderr));
    assert!(text(&said.stderr).contains("24 runs from the store"), "{}", text(&said.stderr));
    assert!(
        !text(&read("runs.csv")).contains(",failed,") && records(&read("sensitivity.csv")) == rows
    );

    // A study that replaces this one takes the picture away, too.
    let other = spillover(
        folder.path(),
        &["run", "screen.toml", "--overwrite", "--quiet", "--tables", "summary"],
    );
    assert_eq!(other.status.code(), Some(0), "{}", text(&other.stderr));
    assert!(!folder.path().join("output/screen/sensitivity.svg").exists());
}

/// Points of our own designs go in again as the files that `SALib` or R would have written: the same table, byte by byte.
#[test]
fn points_of_a_file_have_the_same_sensitivity() {
    let saltelli = MORRIS.replace(
        "kind = \"morris\"\ntrajectories = 3\nlevels = 4",
        "kind = \"saltelli\"\nbase = 2\nsecond_order = true",
    );
    let factors = MORRIS.split_once("levels = 4").unwrap().1;
    let cases = [
        ("morris", MORRIS.to_owned(), format!("scheme = \"morris\"\nlevels = 4\n{factors}")),
        ("saltelli", saltelli, "scheme = \"saltelli\"\nsecond_order = true\n".to_owned()),
    ];
    for (kind, own, scheme) in cases {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        write(folder.path(), "own", &own);
        let measures =
            ["--measure", "peak_index:RUS-SOUTH", "--measure", "displaced_abroad_persons"];
        let said =
            spillover(folder.path(), &[&["sensitivity", "own.toml"][..], &measures].concat());
        assert_eq!(said.status.code(), Some(0), "{}", text(&said.stderr));
        let table = fs::read(path("output/own/sensitivity.csv")).unwrap();
        assert!(
            records(&table).iter().any(|row| row[8].parse::<f64>().unwrap() > 0.0),
            "{}",
            text(&table)
        );

        fs::copy(path("output/own/design.csv"), path("points.csv")).unwrap();
        let of_file = "[design]\nkind = \"file\"\nfile = \"points.csv\"\nignore = [\"point\"]\n";
        write(folder.path(), "file", &format!("{of_file}{scheme}"));
        let said =
            spillover(folder.path(), &[&["sensitivity", "file.toml"][..], &measures].concat());
        assert_eq!(said.status.code(), Some(0), "{}", text(&said.stderr));
        assert!(fs::read(path("output/file/sensitivity.csv")).unwrap() == table, "{kind}");

        // Without its scheme it is a file like any other; with rows in another order it is not of the scheme.
        write(folder.path(), "plain", of_file);
        let said = spillover(folder.path(), &["sensitivity", "plain.toml"]);
        assert!(
            said.status.code() == Some(2)
                && text(&said.stderr).contains("says what its points are")
        );
        let mut rows: Vec<String> =
            text(&fs::read(path("points.csv")).unwrap()).lines().map(str::to_owned).collect();
        rows.swap(2, 3);
        fs::write(path("points.csv"), rows.join("\n")).unwrap();
        let said = spillover(folder.path(), &["sensitivity", "file.toml", "--out", "none"]);
        let told = text(&said.stderr);
        assert_eq!(said.status.code(), Some(2), "{told}");
        assert!(
            told.contains("points.csv:3:") && told.contains("row 2 of the points, column `"),
            "{told}"
        );
        assert!(!path("none").exists());
    }
}

#[test]
fn a_design_that_fixes_outcomes_says_that_it_compares_none() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "outcomes", "[design]\nkind = \"file\"\nfile = \"points.csv\"\n");
    let points = "outcome,borders.pressure.power\ncontinuity,1\nfragmentation,1\n";
    fs::write(folder.path().join("points.csv"), points).unwrap();
    let said = spillover(folder.path(), &["run", "outcomes.toml"]);
    let told = text(&said.stderr);
    assert_eq!(said.status.code(), Some(0), "{told}");
    assert!(
        told.contains("note: the design fixes the outcome of each point")
            && told.contains("next: grep"),
        "{told}"
    );
    let contrasts = fs::read(folder.path().join("output/outcomes/contrasts.csv")).unwrap();
    assert_eq!(text(&contrasts).lines().count(), 1, "the header");
}

#[test]
fn precision_with_a_design_is_refused_where_the_replicate_is_fixed_and_sensitivity_with_shards() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "screen", MORRIS);
    for (arguments, words) in [
        (
            ["run", "screen.toml", "--until-precision", "0.1"],
            "the design fixes the replicate of each point",
        ),
        (["sensitivity", "screen.toml", "--shard", "0/2"], "unexpected argument '--shard' found"),
    ] {
        let said = spillover(folder.path(), &arguments);
        assert_eq!(said.status.code(), Some(2));
        assert!(text(&said.stderr).contains(words), "{}", text(&said.stderr));
    }
    assert!(!folder.path().join("output").exists());
}

#[test]
fn what_sensitivity_cannot_do_is_said() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "bare", "");
    write(folder.path(), "grid", GRID);
    write(
        folder.path(),
        "measure",
        &format!("[sensitivity]\nmeasures = [\"peak_index:RUS-SUOTH\"]\n{MORRIS}"),
    );
    let words = |study: &str| {
        let said = spillover(folder.path(), &["sensitivity", study]);
        assert_eq!(said.status.code(), Some(2));
        text(&said.stderr)
    };
    assert!(words("bare.toml").starts_with(
        "error: the study has no design, so nothing is varied\n  give the study one:"
    ));
    assert!(
        words("grid.toml")
            .starts_with("error: the design is `grid`, of which no effects can be computed\n")
    );
    let placed = words("measure.toml");
    assert!(
        placed.contains("the map has no border `RUS-SUOTH`; did you mean `RUS-SOUTH`?")
            && placed.contains("measure.toml:10:13"),
        "{placed}"
    );
    assert!(!folder.path().join("output").exists());
}

/// A factor that moves nobody: what differs between points is their luck.
#[test]
fn points_share_their_luck_or_have_luck_of_their_own() {
    let desk = desk::desk();
    let design = r#"design={ kind = "latin_hypercube", points = 3, factors = [{ path = "borders.pressure.power", low = 1, high = 3 }] }"#;
    let displaced = |out: &str, share: &str| {
        let share = format!("study.points_share_luck={share}");
        let study = [
            "--set",
            design,
            "--set",
            &share,
            "--set",
            "run.days=6",
            "--replicates",
            "2",
            "--outcome",
            "civil_strife",
        ];
        desk.spillover(&[&["run", &desk::quick(), "--out", out, "--quiet"], &study[..]].concat())
            .ends(0, &[], &[]);
        let column = |file: &str, name: &str| -> Vec<String> {
            let mut table = csv::Reader::from_path(desk.path(out).join(file)).unwrap();
            let at = table.headers().unwrap().iter().position(|column| column == name).unwrap();
            table.records().map(|row| row.unwrap()[at].to_owned()).collect()
        };
        let mut draws = column("precision.csv", "replicates");
        draws.dedup();
        (column("runs.csv", "displaced_inside_persons"), draws)
    };
    let (shared, draws) = displaced("shared", "true");
    assert_eq!(
        (&shared[..2], &shared[..2]),
        (&shared[2..4], &shared[4..]),
        "replicate by replicate the same"
    );
    assert!(shared[0] != shared[1] && draws == ["2"], "two draws of the luck: {draws:?}");
    let (mut own, draws) = displaced("own", "false");
    own.sort();
    own.dedup();
    assert!(
        own.len() >= 5 && draws == ["3"],
        "six draws of the luck over three points: {own:?}, {draws:?}"
    );
    let more =
        ["--set", design, "--set", "study.points_share_luck=false", "--until-precision", "0.1"];
    let said = desk.spillover(&[&["run", &desk::quick(), "--out", "more"], &more[..]].concat());
    said.ends(2, &[], &["only more points make known"]);
}

/// Points are compared under the same luck, replicate by replicate: with one replicate missing, its point is left out.
#[test]
fn a_failed_replicate_takes_its_point_out_of_the_effects() {
    let desk = desk::desk();
    let design = r#"design={ kind = "morris", trajectories = 3, levels = 4, factors = [{ path = "borders.pressure.power", low = 1, high = 3 }, { path = "displacement.hazard.siege_per_day", low = 0.01, high = 0.03 }] }"#;
    let study = [desk::quick(), "--set".into(), design.into(), "--set".into(), "run.days=6".into()];
    let sensitivity = |more: &[&str]| {
        let study = study.iter().map(String::as_str);
        let of = [
            "--replicates",
            "2",
            "--outcome",
            "civil_strife",
            "--measure",
            "displaced_inside_persons",
            "--out",
            "m",
        ];
        let arguments: Vec<&str> = ["sensitivity"]
            .into_iter()
            .chain(study)
            .chain(of)
            .chain(more.iter().copied())
            .collect();
        desk.spillover(&arguments)
    };
    sensitivity(&["--quiet"]).ends(0, &[], &[]);
    // The index moves nobody: its effects on the displaced are nil, whatever the luck.
    let rows = || -> Vec<Vec<String>> {
        let mut table = csv::Reader::from_path(desk.path("m/sensitivity.csv")).unwrap();
        let rows =
            table.records().map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>());
        rows.filter(|row| {
            row.iter().any(|cell| cell == "mu_star")
                && row.iter().any(|c| c == "borders.pressure.power")
        })
        .collect()
    };
    let header = fs::read_to_string(desk.path("m/sensitivity.csv")).unwrap();
    let at = |name: &str| {
        header.lines().next().unwrap().split(',').position(|column| column == name).unwrap()
    };
    let (value, samples) = (at("value"), at("samples"));
    assert_eq!((rows()[0][value].as_str(), rows()[0][samples].as_str()), ("0", "3"));
    // A replicate of point 1 fails: marked so in the tables, as `run` would have left them.
    let edit = |file: &str, change: &dyn Fn(&str) -> Option<String>| {
        let text = fs::read_to_string(desk.path("m").join(file)).unwrap();
        fs::write(
            desk.path("m").join(file),
            text.lines().filter_map(change).fold(String::new(), |all, line| all + &line + "\n"),
        )
        .unwrap();
    };
    edit("measures.csv", &|line| {
        (!line.starts_with("civil_strife,base,1,0,")).then(|| line.to_owned())
    });
    edit("runs.csv", &|line| {
        let failed = line.contains(",civil_strife,base,1,0,");
        Some(if failed { line.replacen(",done,", ",failed,", 1) } else { line.to_owned() })
    });
    sensitivity(&["--quiet"]).ends(1, &[], &[]);
    let row = &rows()[0];
    assert_eq!(row[value], "0", "no other luck comes in: {row:?}");
    assert_eq!(row[samples], "2", "point 1 is in two steps, one of each factor: {row:?}");
}
