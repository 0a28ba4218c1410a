//! The report as a user meets it: the real program on small studies; numbers, hostile text, damage, comparison.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use spillover::report::pack::{Block, decode, unpacked_words};

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
    fn spillover(arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spillover"));
        // Maps are found from the repository's root.
        command.current_dir(env!("CARGO_MANIFEST_DIR")).env("NO_COLOR", "1").args(arguments);
        command.output().unwrap()
    }
    /// A study of two outcomes, three replicates and fifteen days.
    fn study(&self, name: &str, more: &[&str]) -> String {
        let folder = self.path(name).display().to_string();
        let outcomes = r#"study.outcomes=["continuity", "civil_strife"]"#;
        let mut arguments = vec![
            "run",
            "configs/quick.toml",
            "--quiet",
            "--replicates",
            "3",
            "--set",
            "run.days=15",
            "--set",
            outcomes,
        ];
        arguments.extend(["--out", &folder]);
        arguments.extend(more);
        let output = Self::spillover(&arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        folder
    }
    fn report(&self, arguments: &[&str]) -> (String, Page) {
        let out = self.path("page.html").display().to_string();
        let mut all = vec!["report"];
        all.extend(arguments);
        all.extend(["--out", &out, "--overwrite"]);
        let output = Self::spillover(&all);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{told}");
        (told, Page::read(Path::new(&out)))
    }
}

struct Page {
    html: String,
    about: Value,
    blocks: BTreeMap<String, Block>,
}

impl Page {
    fn read(path: &Path) -> Self {
        let html = fs::read_to_string(path).unwrap();
        let (_, rest) = html.split_once(r#"id="data">"#).expect("the data");
        let (data, _) = rest.split_once("</script>").expect("the end of the data");
        let data: Value = serde_json::from_str(data).expect("JSON");
        let about = unpacked_words(data["about"].as_str().unwrap()).unwrap();
        Self {
            about: serde_json::from_str(&about).unwrap(),
            blocks: serde_json::from_value(data["blocks"].clone()).unwrap(),
            html,
        }
    }
    fn names(&self, part: &str) -> Vec<String> {
        serde_json::from_value(self.about[part].clone()).unwrap()
    }
}

fn rows(folder: &str, table: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader =
        csv::Reader::from_path(Path::new(folder).join(format!("{table}.csv"))).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap_or(f64::NAN)
}

#[test]
fn numbers_on_the_page_equal_the_tables() {
    let desk = Desk::new();
    let folder = desk.study("study", &[]);
    let (_, page) = desk.report(&[&folder]);
    let borders = page.names("borders");
    let outcomes = ["continuity", "civil_strife"];
    let days = page.about["days"].as_u64().unwrap() as usize;
    assert_eq!(days, 15);
    let start = jiff::civil::date(1970, 1, 1)
        .checked_add(jiff::Span::new().days(page.about["studies"][0]["start"].as_i64().unwrap()))
        .unwrap();
    let place = |row: &BTreeMap<String, String>| {
        let scenario = outcomes.iter().position(|o| *o == row["outcome"]).unwrap();
        let border = borders.iter().position(|b| *b == row["border"]).unwrap();
        let date: jiff::civil::Date = row["date"].parse().unwrap();
        (scenario, border, date.since(start).unwrap().get_days() as usize)
    };
    for (kind, table) in [("level", "pressure_bands"), ("difference", "contrasts")] {
        let mut decoded = BTreeMap::new();
        let mut compared = 0;
        for row in rows(&folder, table) {
            let name = format!("{kind}/{}", row["measure"]);
            let block = &page.blocks[&name];
            let values = decoded.entry(name.clone()).or_insert_with(|| decode(block).unwrap());
            let (s, b, d) = place(&row);
            for (q, column) in ["q05", "q25", "q50", "q75", "q95"].into_iter().enumerate() {
                let mine = values[((s * 5 + q) * borders.len() + b) * days + d];
                let table = number(&row, column);
                assert!(
                    (mine - table).abs() <= block.step * 0.5001,
                    "{name} {column}: {mine} for {table} in {row:?}"
                );
                compared += 1;
            }
        }
        assert!(compared > 10_000, "{compared} numbers of {table}");
    }
    // Single runs, and the sum of the terms.
    let runs = decode(&page.blocks["runs/index"]).unwrap();
    for row in rows(&folder, "pressure") {
        let (s, b, d) = place(&row);
        let r = number(&row, "replicate") as usize;
        let mine = runs[((s * 3 + r) * borders.len() + b) * days + d];
        assert!((mine - number(&row, "index")).abs() <= 0.0501, "{mine} in {row:?}");
    }
    // Headline numbers.
    let table = page.about["borders_table"].as_array().unwrap();
    let peaks: Vec<_> =
        rows(&folder, "summary").into_iter().filter(|r| r["measure"] == "peak_index").collect();
    assert_eq!(peaks.len(), table.len());
    for row in peaks {
        let s = outcomes.iter().position(|o| *o == row["outcome"]).unwrap();
        let b = borders.iter().position(|b| *b == row["border"]).unwrap();
        let mine = table.iter().find(|t| t["s"] == s && t["b"] == b).unwrap();
        for (q, column) in ["q05", "q25", "q50", "q75", "q95"].into_iter().enumerate() {
            let (mine, table) = (mine["peak"][q].as_f64().unwrap(), number(&row, column));
            assert!((mine - table).abs() < 0.006, "{mine} for {table} in {row:?}");
        }
    }
    // People abroad on the last day: the median of three replicates, counted here.
    let totals = &page.blocks["people/totals"];
    let values = decode(totals).unwrap();
    for (s, outcome) in outcomes.into_iter().enumerate() {
        let mut abroad = [0.0; 3];
        let last = start.checked_add(jiff::Span::new().days(14)).unwrap().to_string();
        for row in rows(&folder, "displacement")
            .iter()
            .filter(|r| r["outcome"] == outcome && r["date"] == last)
        {
            abroad[number(row, "replicate") as usize] += number(row, "hosted_persons");
        }
        abroad.sort_by(f64::total_cmp);
        let mine = values[((s * 2 + 1) * 5 + 2) * days + 14];
        assert!((mine - abroad[1]).abs() <= totals.step * 0.5001, "{mine} for {}", abroad[1]);
    }
    // Where people are adds up to who is inside and abroad, but for those beyond the map.
    let units = decode(&page.blocks["map/units"]).unwrap();
    assert!(units.iter().any(|v| *v > 0.0), "nobody on the map");
    assert!(page.html.len() < 2_000_000);
    assert!(page.html.contains("default-src 'none'"));
    assert!(
        !page.html.contains("http://")
            || page.html.matches("http://").count()
                == page.html.matches("http://www.w3.org/").count()
    );
    assert_eq!(page.about["notes"], serde_json::json!([]));
}

#[test]
fn hostile_text_cannot_script_the_page() {
    let desk = Desk::new();
    let evil = r#"study.title="</script><script>alert(1)</script><img src=x onerror=alert(2)>""#;
    let folder = desk.study("study", &["--set", evil]);
    // A hand that edits the tables may write anything as an outcome or a border.
    let runs = Path::new(&folder).join("runs.csv");
    let text = fs::read_to_string(&runs).unwrap().replace("civil_strife", "<svg onload=alert(3)>");
    fs::write(runs, text).unwrap();
    let (_, page) = desk.report(&[&folder]);
    for word in ["<script>alert", "<img", "<svg onload", "onerror=alert"] {
        assert!(!page.html.contains(word), "{word}");
    }
    assert_eq!(page.html.matches("</script>").count(), 2);
    assert!(
        page.about.to_string().contains("</script><script>alert(1)"),
        "the title is still there, as text"
    );
    // The page's program never makes markup of text.
    for way in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "fetch(",
        "XMLHttpRequest",
    ] {
        assert!(!page.html.contains(way), "{way}");
    }
}

#[test]
fn a_damaged_study_says_what_is_missing_and_shows_the_rest() {
    let desk = Desk::new();
    let folder = desk.study("study", &[]);
    let path = |name: &str| Path::new(&folder).join(name);
    let cut = |name: &str, keep: usize| {
        let text = fs::read_to_string(path(name)).unwrap();
        let lines: Vec<&str> = text.lines().take(keep).collect();
        fs::write(path(name), format!("{}\ncontinuity,base", lines.join("\n"))).unwrap();
    };
    // Into the second outcome.
    let keep = fs::read_to_string(path("displacement.csv")).unwrap().lines().count() - 10;
    cut("displacement.csv", keep);
    let text =
        fs::read_to_string(path("crossings.csv")).unwrap().replacen(",0,0,0,0,", ",0,zero,0,0,", 1);
    fs::write(path("crossings.csv"), text).unwrap();
    for name in ["contrasts.csv", "events.csv", "manifest.json"] {
        fs::remove_file(path(name)).unwrap();
    }
    fs::rename(path("states.csv"), path("states.csv.part")).unwrap();
    fs::write(path("UNFINISHED"), "stopped by hand\n").unwrap();
    let (told, page) = desk.report(&[&folder, "--map", "maps/caucasus_10km"]);
    let notes = page.names("notes").join("\n");
    for part in [
        "is unfinished: stopped by hand",
        &format!("line {} has 2 fields where the header has 12", keep + 1),
        "column `served_persons`: found `zero`, expected a number",
        "contrasts.csv is not there",
        "events.csv is not there",
        "no readable manifest.json",
    ] {
        assert!(notes.contains(part), "{part} in\n{notes}");
        assert!(told.contains(part), "{part} in\n{told}");
    }
    for name in ["level/index", "terms", "people/totals", "russia/attention_diverted"] {
        assert!(page.blocks.contains_key(name), "{name} is shown all the same");
    }
    assert!(!page.blocks.contains_key("difference/index"));
}

/// Outcome and replicate of a row.
fn run_of(row: &BTreeMap<String, String>) -> (String, String) {
    (row["outcome"].clone(), row["replicate"].clone())
}

/// Who is abroad on the last day, run by run, and their median on the page (NaN where it shows none).
fn abroad_on_the_last_day(
    page: &Page,
    whole: &str,
    outcome: usize,
) -> (BTreeMap<(String, String), f64>, f64, f64) {
    let name = ["continuity", "civil_strife"][outcome];
    let table = rows(whole, "displacement");
    let last = rows(whole, "pressure").last().unwrap()["date"].clone();
    let mut by: BTreeMap<_, f64> = rows(whole, "runs").iter().map(|r| (run_of(r), 0.0)).collect();
    for row in table.iter().filter(|r| r["date"] == last) {
        *by.get_mut(&run_of(row)).unwrap() += number(row, "hosted_persons");
    }
    by.retain(|run, _| run.0 == name);
    let block = &page.blocks["people/totals"];
    (by, decode(block).unwrap()[((outcome * 2 + 1) * 5 + 2) * 15 + 14], block.step)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2])
}

#[test]
fn a_run_whose_rows_are_lost_counts_for_nothing() {
    let desk = Desk::new();
    let (whole, folder) = (desk.study("whole", &[]), desk.study("study", &[]));
    // Cut at the end of a line, amid a run: nothing but the length tells.
    let mut left = BTreeMap::new();
    for (name, share) in [("displacement", 0.8), ("pressure", 0.7), ("whereabouts", 0.4)] {
        let path = Path::new(&folder).join(format!("{name}.csv"));
        let text = fs::read_to_string(&path).unwrap();
        let keep = (text.lines().count() as f64 * share) as usize;
        let lines: Vec<&str> = text.lines().take(keep).collect();
        fs::write(&path, lines.join("\n") + "\n").unwrap();
        let cut = rows(&folder, name);
        // All before the run that is cut: the table stands in the order of the plan.
        let runs: Vec<_> = rows(&folder, "runs").iter().map(run_of).collect();
        let end = runs.iter().position(|r| *r == run_of(cut.last().unwrap())).unwrap();
        left.insert(name, runs[..end].to_vec());
    }
    let (told, page) = desk.report(&[&folder]);
    assert_eq!(told.matches("bytes that manifest.json names").count(), 3, "{told}");
    assert!(told.contains("displacement.csv: cut: "), "{told}");
    for outcome in 0..2 {
        let (all, mine, step) = abroad_on_the_last_day(&page, &whole, outcome);
        let values: Vec<f64> = all
            .iter()
            .filter(|(run, _)| left["displacement"].contains(run))
            .map(|(_, v)| *v)
            .collect();
        if values.is_empty() {
            assert!(mine.is_nan(), "nothing is known of the outcome, but the page says {mine}");
        } else {
            let hand = median(values);
            assert!((mine - hand).abs() <= step * 0.5001, "{mine} for {hand} abroad");
        }
    }
    // The terms add up to the mean index of the runs that are left, on every border and day.
    let (borders, terms) = (page.names("borders"), decode(&page.blocks["terms"]).unwrap());
    let mut sums: BTreeMap<(usize, usize, String), (f64, f64)> = BTreeMap::new();
    for row in rows(&whole, "pressure").iter().filter(|r| left["pressure"].contains(&run_of(r))) {
        let b = borders.iter().position(|b| *b == row["border"]).unwrap();
        let sum = sums
            .entry((usize::from(row["outcome"] == "civil_strife"), b, row["date"].clone()))
            .or_default();
        *sum = (sum.0 + number(row, "index"), sum.1 + 1.0);
    }
    let first = sums.keys().next().unwrap().2.parse::<jiff::civil::Date>().unwrap();
    for ((s, b, date), (sum, n)) in sums {
        let day =
            date.parse::<jiff::civil::Date>().unwrap().since(first).unwrap().get_days() as usize;
        let mine: f64 = (0..6).map(|t| terms[((s * 6 + t) * borders.len() + b) * 15 + day]).sum();
        assert!((mine - sum / n).abs() < 0.05, "{mine} for {} on {date}", sum / n);
    }
    let table = page.about["borders_table"].as_array().unwrap();
    let of = |s: usize| {
        table.iter().find(|row| row["s"] == s).map_or(0, |row| row["n"].as_u64().unwrap())
    };
    let strife = left["pressure"].iter().filter(|r| r.0 == "civil_strife").count() as u64;
    assert_eq!((of(0), of(1)), (3, strife));
}

#[test]
fn a_store_whose_runs_keep_different_tables_counts_those_that_have_them() {
    let desk = Desk::new();
    let whole = desk.study("whole", &[]);
    let folder = desk.path("part").display().to_string();
    let outcomes = r#"study.outcomes=["continuity", "civil_strife"]"#;
    let arguments = [
        "run",
        "configs/quick.toml",
        "--quiet",
        "--replicates",
        "3",
        "--set",
        "run.days=15",
        "--set",
        outcomes,
    ];
    Desk::spillover(&[&arguments[..], &["--shard", "0/2", "--out", &folder]].concat());
    // What the first part shows is what its runs have.
    let (_, before) = desk.report(&[&folder, "--map", "maps/caucasus_10km"]);
    Desk::spillover(
        &[&arguments[..], &["--shard", "1/2", "--tables", "pressure", "--out", &folder]].concat(),
    );
    let (told, page) = desk.report(&[&folder, "--map", "maps/caucasus_10km"]);
    assert!(
        told.contains("displacement.csv: 3 of the 6 runs that are done keep this table"),
        "{told}"
    );
    for outcome in 0..2 {
        let (all, mine, step) = abroad_on_the_last_day(&page, &whole, outcome);
        let scenario = before.about["scenarios"][outcome].clone();
        let runs: Vec<(String, u64)> = serde_json::from_value(scenario["runs"].clone()).unwrap();
        let has = |run: &(String, String)| runs.iter().any(|r| r.1.to_string() == run.1);
        let hand = median(all.iter().filter(|(run, _)| has(run)).map(|(_, v)| *v).collect());
        assert!((mine - hand).abs() <= step * 0.5001, "{mine} for {hand} abroad");
    }
}

#[test]
fn a_wrong_date_costs_its_run_alone_and_a_slash_changes_nothing() {
    let desk = Desk::new();
    let folder = desk.study("study", &[]);
    let path = Path::new(&folder).join("pressure.csv");
    let text = fs::read_to_string(&path).unwrap();
    // The first row's date: the table no longer begins on the earliest day.
    let date = rows(&folder, "pressure")[0]["date"].clone();
    fs::write(&path, text.replacen(&date, "2080-03-01", 1)).unwrap();
    let (told, page) = desk.report(&[&format!("{folder}/")]);
    assert_eq!(page.about["days"], 15);
    let notes = page.names("notes").join("\n");
    assert!(
        notes.contains(
            "study/pressure.csv: line 2, column `date`: found `2080-03-01`, the study has "
        ),
        "{notes}"
    );
    assert!(notes.contains("counts 2 of 3 runs of continuity"), "{notes}");
    assert!(!told.contains("displacement.csv"), "the other tables are read: {told}");
    let table = page.about["borders_table"].as_array().unwrap();
    assert_eq!(table.iter().find(|row| row["s"] == 0).unwrap()["n"], 2);
    assert_eq!(table.iter().find(|row| row["s"] == 1).unwrap()["n"], 3);
}

#[test]
fn two_studies_are_compared_run_by_run() {
    let desk = Desk::new();
    let a = desk.study("a", &[]);
    let b = desk.study("b", &["--set", "mechanisms.kin=false"]);
    let (_, page) = desk.report(&[&a, &b]);
    let borders = page.names("borders");
    assert_eq!(page.about["scenarios"].as_array().unwrap().len(), 4);
    assert_eq!(page.about["twin"], serde_json::json!([null, null, 0, 1]));
    let between = decode(&page.blocks["between/index"]).unwrap();
    // By hand: the median difference of a border on the last day.
    let last = |folder: &str, border: &str| -> Vec<f64> {
        let all = rows(folder, "pressure");
        let mine = all.iter().filter(|r| r["outcome"] == "civil_strife" && r["border"] == border);
        let mut by: BTreeMap<String, f64> = BTreeMap::new();
        for row in mine {
            by.insert(row["replicate"].clone(), number(row, "index")); // rows stand by date: the last stays
        }
        by.into_values().collect()
    };
    for (n, border) in borders.iter().enumerate() {
        let mut differences: Vec<f64> =
            last(&b, border).iter().zip(last(&a, border)).map(|(b, a)| b - a).collect();
        differences.sort_by(f64::total_cmp);
        let mine = between[((3 * 5 + 2) * borders.len() + n) * 15 + 14];
        assert!((mine - differences[1]).abs() < 0.0151, "{border}: {mine} for {}", differences[1]);
    }
}

#[test]
fn two_studies_are_compared_in_every_measure() {
    let desk = Desk::new();
    let a = desk.study("a", &[]);
    let b =
        desk.study("b", &["--set", "mechanisms.kin=false", "--set", "borders.pressure.power=6"]);
    let (_, page) = desk.report(&[&a, &b]);
    let (borders, days) = (page.names("borders"), 15);
    let measures: Vec<&str> = page.about["measures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["name"].as_str().unwrap())
        .collect();
    assert!(measures.len() > 10, "{measures:?}");
    let (of_a, of_b) = (rows(&a, "pressure"), rows(&b, "pressure"));
    let scenario = page.about["scenarios"]
        .as_array()
        .unwrap()
        .iter()
        .position(|s| s["study"] == 1 && s["outcome"] == "civil_strife");
    let mut moved = std::collections::BTreeSet::new();
    for measure in measures {
        let block = &page.blocks[&format!("between/{measure}")];
        let between = decode(block).unwrap();
        // By hand: the spread over three runs of B less A, on the last day of each border.
        let last = of_b.last().unwrap()["date"].clone();
        let mut differences: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for (a, b) in of_a.iter().zip(&of_b) {
            assert_eq!(
                (&a["outcome"], &a["replicate"], &a["date"]),
                (&b["outcome"], &b["replicate"], &b["date"])
            );
            if b["outcome"] == "civil_strife" && b["date"] == last {
                differences
                    .entry(&b["border"])
                    .or_default()
                    .push(number(b, measure) - number(a, measure));
            }
        }
        for (border, mut values) in differences {
            values.sort_by(f64::total_cmp);
            let n = borders.iter().position(|b| b == border).unwrap();
            // Lowest, median, highest of three; the outer quantiles lie a tenth of the way in.
            let [low, middle, high] = values[..] else { panic!("{values:?}") };
            let quantiles =
                [(0, low + 0.1 * (middle - low)), (2, middle), (4, high - 0.1 * (high - middle))];
            for (q, table) in quantiles {
                let mine = between[((scenario.unwrap() * 5 + q) * borders.len() + n) * days + 14];
                let slack = block.step * 0.51 + table.abs() * 1e-4;
                assert!((mine - table).abs() <= slack, "{measure}, {border}: {mine} for {table}");
            }
            moved.extend((high - low > 0.0 || middle != 0.0).then_some(measure));
        }
    }
    assert!(moved.len() > 3, "{moved:?} differ between the studies");
}

#[test]
fn the_shorter_of_two_studies_ends_where_it_ends() {
    let desk = Desk::new();
    let (a, b) = (desk.study("a", &[]), desk.study("b", &["--set", "run.days=8"]));
    let (told, page) = desk.report(&[&a, &b]);
    assert!(told.contains("The studies have 15 and 8 days"), "{told}");
    let borders = page.names("borders").len();
    let ends = |name: &str, lines: usize| -> Vec<usize> {
        let values = decode(&page.blocks[name]).unwrap();
        let lines = values.chunks(15).zip(0..4 * lines);
        let long = lines.map(|(line, _)| line.iter().take_while(|v| v.is_finite()).count());
        long.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
    };
    assert_eq!(ends("people/totals", 2 * 5), [8, 15]);
    assert_eq!(ends("level/index", 5 * borders), [8, 15]);
    // What both have is compared all the same.
    let between = decode(&page.blocks["between/index"]).unwrap();
    let of_b = &between[2 * 5 * borders * 15..];
    assert!(of_b.chunks(15).all(
        |line| line[..8].iter().all(|v| v.is_finite()) && line[8..].iter().all(|v| v.is_nan())
    ));
}

#[test]
fn studies_with_different_designs_are_not_paired() {
    let desk = Desk::new();
    let (a, b) = (desk.study("a", &[]), desk.study("b", &[]));
    let design = |folder: &str, high: u32| {
        fs::write(
            Path::new(folder).join("design.csv"),
            format!("point,borders.pressure.power\n0,{high}\n"),
        )
        .unwrap();
    };
    design(&a, 4);
    design(&b, 8);
    let (told, page) = desk.report(&[&a, &b]);
    assert!(told.contains("different designs (design.csv): their runs cannot be paired"), "{told}");
    assert!(!page.blocks.keys().any(|name| name.starts_with("between/")));
    assert!(page.blocks.contains_key("level/index"), "the rest is shown");
    design(&b, 4);
    let (told, page) = desk.report(&[&a, &b]);
    assert!(!told.contains("designs"), "{told}");
    assert!(page.blocks.contains_key("between/index"));
    fs::remove_file(Path::new(&b).join("design.csv")).unwrap();
    let (told, _) = desk.report(&[&a, &b]);
    assert!(told.contains("different designs"), "one study has points, the other has none: {told}");
}

#[test]
fn summary_tables_alone_fill_the_cards() {
    let desk = Desk::new();
    let folder = desk.study("study", &["--tables", "summary"]);
    assert!(!Path::new(&folder).join("pressure.csv").exists());
    let (told, page) = desk.report(&[&folder]);
    assert!(told.contains("pressure.csv is not there: the chance to stay above a limit"), "{told}");
    let (borders, outcomes) = (page.names("borders"), ["continuity", "civil_strife"]);
    let table = page.about["borders_table"].as_array().unwrap();
    let (mut peaks, mut ends) = (0, 0);
    for row in rows(&folder, "summary") {
        let s = outcomes.iter().position(|o| *o == row["outcome"]).unwrap();
        let mine = match row["measure"].as_str() {
            "peak_index" | "peak_day" => {
                let mine = table
                    .iter()
                    .find(|t| {
                        t["s"] == s && borders[t["b"].as_u64().unwrap() as usize] == row["border"]
                    })
                    .unwrap();
                assert_eq!((mine["n"].as_u64(), &mine["stays"]), (Some(3), &Value::Null));
                peaks += 1;
                &mine[if row["measure"] == "peak_index" { "peak" } else { "peak_day" }]
            }
            "displaced_abroad_persons" => {
                ends += 1;
                &page.about["abroad"][s]
            }
            _ => continue,
        };
        for (q, column) in ["q05", "q25", "q50", "q75", "q95"].into_iter().enumerate() {
            let (mine, table) = (mine[q].as_f64().unwrap(), number(&row, column));
            assert!((mine - table).abs() <= table.abs() * 1e-5, "{mine} for {table} in {row:?}");
        }
    }
    assert_eq!((peaks, ends), (2 * 2 * borders.len(), 2));
    assert_eq!(table.len(), 2 * borders.len());
    for name in ["level/index", "difference/index"] {
        assert!(page.blocks.contains_key(name), "{name} comes from its table");
    }
    // Without the summary the numbers of the runs do: they give the same peaks.
    fs::remove_file(Path::new(&folder).join("summary.csv")).unwrap();
    let (_, again) = desk.report(&[&folder]);
    let of = |page: &Page, what: &str| -> Vec<Value> {
        page.about["borders_table"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row[what].clone())
            .collect()
    };
    assert_eq!(of(&again, "n"), of(&page, "n"));
    for (one, two) in of(&again, "peak").iter().zip(of(&page, "peak")) {
        for q in 0..5 {
            assert!(
                (one[q].as_f64().unwrap() - two[q].as_f64().unwrap()).abs() < 0.006,
                "{one} for {two}"
            );
        }
    }
    assert_eq!(again.about["abroad"].as_array().unwrap().len(), 2);
}

#[test]
fn without_a_manifest_the_map_is_asked_for_and_the_rest_is_shown() {
    let desk = Desk::new();
    let folder = desk.study("study", &[]);
    fs::remove_file(Path::new(&folder).join("manifest.json")).unwrap();
    let (told, page) = desk.report(&[&folder]);
    let notes = page.names("notes").join("\n");
    for part in [
        "no readable manifest.json",
        "The map of the study is not known; name its folder with --map",
    ] {
        assert!(notes.contains(part) && told.contains(part), "{part} in\n{notes}");
    }
    assert_eq!(page.about["map"], Value::Null);
    assert!(!page.blocks.keys().any(|name| name.starts_with("ground/") || name == "map/units"));
    for name in
        ["level/index", "difference/index", "terms", "runs/index", "people/totals", "people/flows"]
    {
        assert!(page.blocks.contains_key(name), "{name} is shown all the same");
    }
    let (told, page) = desk.report(&[&folder, "--map", "maps/caucasus_10km"]);
    assert!(!told.contains("--map"), "{told}");
    assert!(page.blocks.contains_key("ground/row") && page.blocks.contains_key("map/units"));
}

#[test]
fn a_page_of_older_tables_goes_with_them() {
    let desk = Desk::new();
    let folder = desk.study("study", &[]);
    let page = Path::new(&folder).join("report.html");
    assert!(Desk::spillover(&["report", &folder]).status.success());
    assert!(page.is_file());
    desk.study("study", &["--overwrite"]);
    assert!(!page.exists(), "it would show numbers that are no longer there");
    // A page that somebody else wrote is theirs.
    fs::write(&page, "<!doctype html><title>mine</title>").unwrap();
    desk.study("study", &["--overwrite"]);
    assert_eq!(fs::read_to_string(&page).unwrap(), "<!doctype html><title>mine</title>");
}

#[test]
fn columns_are_found_by_name() {
    let desk = Desk::new();
    let folder = desk.study("study", &[]);
    let (_, plain) = desk.report(&[&folder]);
    // A column that nobody knows, before the outcome in every table: nothing changes.
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "csv") {
            let mut reader = csv::Reader::from_path(&path).unwrap();
            let mut header: Vec<String> =
                reader.headers().unwrap().iter().map(str::to_owned).collect();
            let at = header.iter().position(|h| h == "outcome").unwrap();
            header.insert(at, "colour".into());
            let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            let mut writer = csv::Writer::from_path(&path).unwrap();
            writer.write_record(&header).unwrap();
            for record in records {
                let mut fields: Vec<&str> = record.iter().collect();
                fields.insert(at, "teal");
                writer.write_record(&fields).unwrap();
            }
            writer.flush().unwrap();
        }
    }
    let (_, coloured) = desk.report(&[&folder]);
    assert_eq!(plain.blocks, coloured.blocks);
    assert_eq!(plain.about["borders_table"], coloured.about["borders_table"]);
    // Two points: their runs are pooled, and the bands come from the daily values.
    for table in ["pressure", "runs"] {
        let path = Path::new(&folder).join(format!("{table}.csv"));
        let text = fs::read_to_string(&path).unwrap();
        let (head, rest) = text.split_once('\n').unwrap();
        let second = rest.replace(",base,0,", ",base,1,");
        fs::write(&path, format!("{head}\n{rest}{second}")).unwrap();
    }
    fs::remove_file(Path::new(&folder).join("pressure_bands.csv")).unwrap();
    let (_, pooled) = desk.report(&[&folder]);
    assert_eq!(pooled.about["scenarios"][0]["runs"].as_array().unwrap().len(), 6);
    // Every run stands twice, so the median stays.
    let (once, twice) = (
        decode(&plain.blocks["level/index"]).unwrap(),
        decode(&pooled.blocks["level/index"]).unwrap(),
    );
    let n = plain.names("borders").len() * 15;
    for i in 0..n {
        let (a, b) = (once[2 * n + i], twice[2 * n + i]);
        assert!((a - b).abs() < 0.0101, "{a} and {b}");
    }
}

#[test]
fn a_screening_is_shown_with_its_intervals() {
    let desk = Desk::new();
    let design = r#"
[design]
kind = "morris"
trajectories = 3
levels = 4
[[design.factors]]
path = "replicate"
low = 0
high = 9
[[design.factors]]
path = "borders.pressure.aggregate_power"
low = 1.0
high = 8.0
"#;
    let config = desk.path("screening.toml");
    let base =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/quick.toml").display().to_string();
    let study = format!(
        "extends = {base:?}\n[study]\nname = \"screening\"\noutcomes = [\"continuity\", \"civil_strife\"]\nreplicates = 1\n[run]\ndays = 3\n{design}"
    );
    fs::write(&config, study).unwrap();
    let folder = desk.path("screening").display().to_string();
    let config = config.display().to_string();
    let output = Desk::spillover(&[
        "sensitivity",
        &config,
        "--measure",
        "peak_index:RUS-SOUTH",
        "--quiet",
        "--out",
        &folder,
    ]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (told, page) = desk.report(&[&folder]);
    assert!(!told.contains("sensitivity"), "{told}");
    let shown = page.about["sensitivity"].as_array().unwrap();
    let table = rows(&folder, "sensitivity");
    assert_eq!(shown.len(), table.len());
    // Two outcomes, two factors, three indices.
    assert_eq!(table.len(), 12);
    for (mine, row) in shown.iter().zip(&table) {
        let texts = [
            "outcome",
            "variant",
            "measure",
            "border",
            "method",
            "parameter",
            "with_parameter",
            "index",
        ];
        for (at, column) in texts.into_iter().enumerate() {
            assert_eq!(mine[at + 1], row[column], "{column} of {row:?}");
        }
        for (at, column) in [(9, "value"), (10, "low"), (11, "high"), (12, "samples")] {
            let (mine, table) = (mine[at].as_f64().unwrap(), number(row, column));
            assert!((mine - table).abs() <= table.abs() * 1e-5, "{column}: {mine} in {row:?}");
        }
    }
    let power = shown
        .iter()
        .find(|r| r[6] == "borders.pressure.aggregate_power" && r[8] == "mu_star")
        .unwrap();
    assert!(power[9].as_f64().unwrap() > 0.0, "the power of the mean moves the index: {power}");
}

#[test]
fn pictures_of_an_outcome() {
    let desk = Desk::new();
    let folder = desk.study("study", &[]);
    let of = |out: &Path, more: &[&str]| {
        let out = out.display().to_string();
        let mut all = vec!["map", "render", "--study", &folder, "--width", "700", "--out", &out];
        all.extend(more);
        Desk::spillover(&all)
    };
    let png = desk.path("day.png");
    assert!(of(&png, &["--outcome", "civil_strife", "--day", "9"]).status.success());
    assert_eq!(fs::read(&png).unwrap()[1..4], *b"PNG");
    // Crossings and events are on it: without their tables it is another picture, and the displaced are still shown.
    let bare = desk.path("bare");
    fs::create_dir(&bare).unwrap();
    for table in ["runs.csv", "whereabouts.csv"] {
        fs::copy(Path::new(&folder).join(table), bare.join(table)).unwrap();
    }
    let (png_of_bare, bare) = (desk.path("bare.png"), bare.display().to_string());
    let out = png_of_bare.display().to_string();
    let without = [
        "map",
        "render",
        "--study",
        &bare,
        "--width",
        "700",
        "--outcome",
        "civil_strife",
        "--day",
        "9",
        "--out",
        &out,
    ];
    assert!(Desk::spillover(&without).status.success());
    assert!(fs::read(&png_of_bare).unwrap() != fs::read(&png).unwrap());
    let gif = desk.path("film.gif");
    assert!(of(&gif, &["--outcome", "civil_strife"]).status.success());
    assert_eq!(fs::read(&gif).unwrap()[..6], *b"GIF89a");
    let wrong = of(&desk.path("x.png"), &["--outcome", "weather"]);
    assert_eq!(wrong.status.code(), Some(2));
    let told = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(told.contains("no outcome `weather`; it has continuity, civil_strife"), "{told}");
    let late = of(&desk.path("x.png"), &["--outcome", "continuity", "--day", "400"]);
    assert!(String::from_utf8_lossy(&late.stderr).contains("from day 0 to day 14"));
    assert!(!desk.path("x.png").exists());
}

#[test]
fn mistakes_are_told_with_the_next_step() {
    let desk = Desk::new();
    let told = |arguments: &[&str]| {
        let output = Desk::spillover(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(told(&["report", "nowhere"]).contains("`spillover run` wrote"));
    let empty = desk.path("empty");
    fs::create_dir(&empty).unwrap();
    let empty = empty.display().to_string();
    assert!(told(&["report", &empty]).contains("holds no tables of a study"));
    let there = desk.path("there.html");
    fs::write(&there, "mine").unwrap();
    let there = there.display().to_string();
    assert!(told(&["report", &empty, "--out", &there]).contains("add --overwrite"));
    assert_eq!(fs::read_to_string(&there).unwrap(), "mine");
}

#[test]
fn an_unfinished_study_shows_the_runs_that_are_done() {
    let desk = Desk::new();
    let whole = desk.study("whole", &[]);
    let folder = desk.path("part").display().to_string();
    let outcomes = r#"study.outcomes=["continuity", "civil_strife"]"#;
    let arguments = [
        "run",
        "configs/quick.toml",
        "--quiet",
        "--replicates",
        "3",
        "--set",
        "run.days=15",
        "--set",
        outcomes,
    ];
    let output = Desk::spillover(&[&arguments[..], &["--shard", "1/2", "--out", &folder]].concat());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        Path::new(&folder).join("store").is_dir() && !Path::new(&folder).join("runs.csv").exists(),
        "{told}"
    );
    let (told, page) = desk.report(&[&folder, "--map", "maps/caucasus_10km"]);
    assert!(told.contains("is unfinished: still running, or ended without a word"), "{told}");
    assert!(told.contains("missing"), "{told}");
    let progress = page.about["progress"].as_array().unwrap();
    assert_eq!(progress.len(), 2);
    let sum = |what: &str| progress.iter().map(|r| r[what].as_u64().unwrap()).sum::<u64>();
    assert_eq!((sum("planned"), sum("done"), sum("failed"), sum("missing")), (6, 3, 0, 3));
    // What is done is what the whole study has of the same runs.
    let table = rows(&whole, "runs");
    for (s, row) in progress.iter().enumerate() {
        let runs: Vec<(String, u64)> =
            serde_json::from_value(page.about["scenarios"][s]["runs"].clone()).unwrap();
        assert_eq!(runs.len() as u64, row["done"].as_u64().unwrap());
        let mut abroad: Vec<f64> = table
            .iter()
            .filter(|r| {
                r["outcome"] == row["outcome"]
                    && runs.iter().any(|(_, n)| (*n as f64 - number(r, "replicate")).abs() < 0.5)
            })
            .map(|r| number(r, "displaced_abroad_persons"))
            .collect();
        abroad.sort_by(f64::total_cmp);
        let median = f64::midpoint(abroad[(abroad.len() - 1) / 2], abroad[abroad.len() / 2]);
        let mine = row["abroad"][2].as_f64().unwrap();
        assert!((mine - median).abs() <= median * 1e-5, "{mine} for {median}");
    }
    for name in ["level/index", "terms", "people/totals"] {
        assert!(page.blocks.contains_key(name), "{name} comes from the store");
    }
    assert!(told.contains("contrasts.csv is not there"), "{told}");
}

#[test]
fn a_difference_is_told_with_its_own_reference() {
    let desk = Desk::new();
    let variants = r#"study.variants=[{name="plain", set={mechanisms={kin=true}}}, {name="no_kin", set={mechanisms={kin=false}}}]"#;
    let folder =
        desk.study("study", &["--set", variants, "--set", r#"study.contrast_variant="plain""#]);
    let (_, page) = desk.report(&[&folder]);
    let scenarios = page.about["scenarios"].as_array().unwrap();
    let name = |s: usize| {
        (scenarios[s]["outcome"].as_str().unwrap(), scenarios[s]["variant"].as_str().unwrap())
    };
    let place = |outcome: &str, variant: &str| {
        (0..scenarios.len()).find(|&s| name(s) == (outcome, variant))
    };
    let (borders, days) = (page.names("borders"), 15);
    let values = decode(&page.blocks["difference/index"]).unwrap();
    let start: jiff::civil::Date = rows(&folder, "pressure")[0]["date"].parse().unwrap();
    let expected = [
        (("continuity", "plain"), None),
        (("civil_strife", "plain"), Some(("continuity", "plain"))),
        (("continuity", "no_kin"), Some(("continuity", "plain"))),
        // Both references are in the table: the reference outcome in the same variant counts.
        (("civil_strife", "no_kin"), Some(("continuity", "no_kin"))),
    ];
    let table = rows(&folder, "contrasts");
    for ((outcome, variant), against) in expected {
        let s = place(outcome, variant).unwrap();
        let reference = page.about["reference"][s].as_u64().map(|r| name(r as usize));
        assert_eq!(reference, against, "{outcome} {variant}");
        let Some(against) = against else { continue };
        let mut compared = 0;
        for row in table.iter().filter(|r| {
            (r["outcome"].as_str(), r["variant"].as_str()) == (outcome, variant)
                && (r["against_outcome"].as_str(), r["against_variant"].as_str()) == against
                && r["measure"] == "index"
        }) {
            let b = borders.iter().position(|b| *b == row["border"]).unwrap();
            let date: jiff::civil::Date = row["date"].parse().unwrap();
            let day = date.since(start).unwrap().get_days() as usize;
            for (q, column) in ["q05", "q25", "q50", "q75", "q95"].into_iter().enumerate() {
                let mine = values[((s * 5 + q) * borders.len() + b) * days + day];
                assert!(
                    (mine - number(row, column)).abs() <= 0.0051,
                    "{column}: {mine} in {row:?}"
                );
                compared += 1;
            }
        }
        assert!(compared > 500, "{compared} numbers of {outcome} {variant}");
    }
}
