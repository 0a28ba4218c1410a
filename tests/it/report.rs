//! The report as a user meets it: the real program on small studies; numbers, hostile text, damage, comparison.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use spillover::report::pack::{Block, decode, unpacked_words};

/// A study of two outcomes, three replicates and fifteen days.
const SMALL: [&str; 9] = [
    "run",
    "configs/quick.toml",
    "--quiet",
    "--replicates",
    "3",
    "--set",
    "run.days=15",
    "--set",
    r#"study.outcomes=["continuity", "civil_strife"]"#,
];

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
    /// Such a study in a folder.
    fn study(&self, name: &str, more: &[&str]) -> String {
        let folder = self.path(name).display().to_string();
        let output = Self::spillover(&[&SMALL, &["--out", &folder][..], more].concat());
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
    let output = Desk::spillover(&[&SMALL, &["--shard", "1/2", "--out", &folder][..]].concat());
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
