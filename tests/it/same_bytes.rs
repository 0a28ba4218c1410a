//! The guard of every change that must not change a result: hashes of what `configs/quick.toml` leaves behind, to the byte.
//!
//! Every CSV, the rows of every run in the store, and the page, each without what tells when, where and by which build it was
//! made. Where results change on purpose: look at what moved, write it under "Results changed" in CHANGELOG.md, raise
//! `study::RESULTS_VERSION`, and renew with `SPILLOVER_UPDATE_GOLDEN=1 cargo test --release --test it same_bytes`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::desk::{self, desk, quick, tables};
use serde_json::Value;
use spillover::report::pack::unpacked_words;

const QUICK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/quick_study.txt");
const HINDCASTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/hindcasts.txt");

/// Columns of `runs.csv` that tell how a run was found or called, not what it gave.
const OF_THE_CALL: [&str; 2] = ["run_id", "command"];

fn short(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..16].to_owned()
}

/// Compares a text with what it was, line by line, or renews it where that is asked for.
#[track_caller]
fn compare(file: &str, text: &str) {
    if std::env::var_os("SPILLOVER_UPDATE_GOLDEN").is_some() {
        fs::write(file, text).expect("the golden file");
    }
    let known = fs::read_to_string(file).expect("the golden file; see the head of this test");
    for (now, was) in text.lines().zip(known.lines()) {
        assert_eq!(now, was, "results changed: see the head of tests/it/same_bytes.rs");
    }
    assert_eq!(text.lines().count(), known.lines().count(), "another number of tables or runs");
}

/// `runs.csv` without the columns of the call.
fn runs_without_call(bytes: &[u8]) -> Vec<u8> {
    let mut reader = csv::Reader::from_reader(bytes);
    let names = reader.headers().expect("a header").clone();
    let mut rows = csv::Writer::from_writer(Vec::new());
    for record in
        std::iter::once(names.clone()).chain(reader.records().map(|r| r.expect("a whole row")))
    {
        let fields = names.iter().zip(&record).filter(|(name, _)| !OF_THE_CALL.contains(name));
        rows.write_record(fields.map(|(_, field)| field)).expect("memory");
    }
    rows.into_inner().expect("memory")
}

/// One line for each run of the store: the digests that its index gives of rows and series.
fn stored(store: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(store).expect("a store") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|e| e != "jsonl") {
            continue;
        }
        // The first line of an index tells who wrote it; every other one tells of a run.
        for line in fs::read_to_string(path).expect("an index").lines().skip(1) {
            let run: Value = serde_json::from_str(line).expect("JSON");
            let mut text = format!("run {:>2}", run["run"]);
            for table in run["tables"].as_array().expect("tables") {
                write!(text, " {}", &table["blake3"].as_str().expect("a digest")[..12])
                    .expect("text");
            }
            writeln!(
                text,
                " series {}",
                &run["series"]["blake3"].as_str().expect("a digest")[..12]
            )
            .expect("text");
            lines.push(text);
        }
    }
    lines.sort();
    lines
}

/// The data of a page: its arrays, and what is said about them without provenance.
fn page(html: &str) -> (Value, Value) {
    let data = html.split_once("type=\"application/json\"").expect("data").1;
    let data = data.split_once('>').expect("a tag").1.split_once("</script>").expect("an end").0;
    let data: Value = serde_json::from_str(data).expect("JSON");
    let text = unpacked_words(data["about"].as_str().expect("text")).expect("packed words");
    let mut about: Value = serde_json::from_str(&text).expect("JSON");
    for study in about["studies"].as_array_mut().expect("studies") {
        let study = study.as_object_mut().expect("a study");
        for of_the_call in [
            "command",
            "program",
            "provenance",
            "account",
            "plan_hash",
            "results_version",
            "folder",
        ] {
            study.remove(of_the_call);
        }
    }
    (data["blocks"].clone(), about)
}

#[test]
fn the_quick_study_gives_the_same_bytes() {
    let desk = desk();
    desk.spillover(&["run", &quick(), "--out", "study", "--quiet"]).ends(0, &[], &[]);
    desk.spillover(&["report", "study", "--out", "page.html"]).ends(0, &[], &[]);

    let mut text = String::from(
        "# What configs/quick.toml leaves behind, BLAKE3. See tests/it/same_bytes.rs.\n",
    );
    for (name, bytes) in tables(&desk.path("study")) {
        let bytes = if name == "runs.csv" { runs_without_call(&bytes) } else { bytes };
        if name != "datapackage.json" {
            writeln!(text, "{name} {}", short(&bytes)).expect("text");
        }
    }
    text.extend(stored(&desk.path("study/store")));
    let (blocks, about) = page(&fs::read_to_string(desk.path("page.html")).expect("a page"));
    writeln!(text, "page arrays {}", short(blocks.to_string().as_bytes())).expect("text");
    writeln!(text, "page about {}", short(about.to_string().as_bytes())).expect("text");

    compare(QUICK, &text);
}

#[test]
fn two_hindcasts_give_the_same_bytes() {
    let desk = desk();
    // The shipped scenario is found from the folder of the project.
    let mut command = desk.command();
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args([
        "validate",
        "karabakh_2023",
        "kobani_2014",
    ]);
    command.args(["--replicates", "2", "--out"]).arg(desk.path("scores"));
    desk::Said::from(command.output().expect("the program")).ends(0, &[], &[]);

    let mut text = String::from(
        "# What two hindcasts of two replicates leave behind, BLAKE3. See tests/it/same_bytes.rs.\n",
    );
    for (name, bytes) in tables(&desk.path("scores")) {
        if name != "datapackage.json" {
            writeln!(text, "{name} {}", short(&bytes)).expect("text");
        }
    }
    compare(HINDCASTS, &text);
}
