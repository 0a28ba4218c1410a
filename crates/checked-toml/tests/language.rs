//! Bad files, each with the exact words that a person sees; and the few good ones.

mod toy;

use std::collections::BTreeMap;
use std::path::Path;

use checked_toml::document::read_checked;
use checked_toml::{Diagnostics, Node, Sources, View, Wording, deserialise};
use proptest::prelude::*;
use toy::{BASE, folder, schema};

const WORDING: Wording = Wording {
    base: "the base scenario",
    list: "`spillover schema --parameters`",
    example: "run.days=30",
};

fn load(folder: &Path, sets: &[&str]) -> Result<(Node, Sources), Diagnostics> {
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    read_checked(&folder.join("study.toml"), &sets, View::root(&schema()), &WORDING)
}

/// What is said of these files, with the folder written `$DIR`.
fn answer(files: &[(&str, &[u8])], sets: &[&str]) -> String {
    let folder = folder(files);
    let Err(told) = load(folder.path(), sets) else { panic!("it is accepted") };
    let told = told.to_string();
    told.replace(&folder.path().display().to_string(), "$DIR").trim_end().to_owned()
}

#[test]
fn bad_files_are_refused_with_exactly_these_words() {
    toy::refused("tests/refused.txt", 60, |folder, sets| {
        let sets: Vec<&str> = sets.iter().map(String::as_str).collect();
        load(folder, &sets).err().map_or_else(String::new, |problems| problems.to_string())
    });
}

#[test]
fn a_file_in_another_encoding_is_refused_at_its_first_strange_byte() {
    let found = answer(&[("study.toml", b"# fine\n# K\xfcste\n")], &[]);
    insta::assert_snapshot!(found, @r"
    error: `$DIR/study.toml` is not UTF-8 text
     --> $DIR/study.toml:2:4
      |
    2 | # K�ste
      |    ^ byte 0xFC is not UTF-8
      |
      = help: save the file with the encoding UTF-8
    ");
}

#[test]
fn a_long_chain_of_files_ends() {
    let texts: Vec<(String, String)> =
        (0..17).map(|i| (format!("{i}.toml"), format!("extends = \"{}.toml\"\n", i + 1))).collect();
    let mut files: Vec<(&str, &[u8])> =
        texts.iter().map(|(name, text)| (name.as_str(), text.as_bytes())).collect();
    files.push(("study.toml", b"extends = \"0.toml\"\n"));
    insta::assert_snapshot!(answer(&files, &[]), @r#"
    error: the chain of `extends` is too long
     --> $DIR/14.toml:1:11
      |
    1 | extends = "15.toml"
      |           ^^^^^^^^^ this would be file 17; at most 16 are read
    "#);
}

#[test]
fn what_would_overflow_the_stack_is_refused() {
    let nested = |depth: usize| format!("x = {}{}\n", "[".repeat(depth), "]".repeat(depth));
    let dotted = |parts: usize| format!("{} = 1\n", vec!["a"; parts].join("."));
    for (text, told) in [
        (
            nested(70),
            "error: tables and arrays are nested more than 64 deep\n --> $DIR/study.toml:1:69\n",
        ),
        (format!("x = {}", "[".repeat(100_000)), "error: "),
        (dotted(40), "error: key too long\n --> $DIR/study.toml:1:1\n"),
        (dotted(100_000), "error: key too long\n --> $DIR/study.toml:1:1\n"),
    ] {
        let found = answer(&[("study.toml", text.as_bytes())], &[]);
        assert!(found.starts_with(told), "{}", &found[..200]);
    }
    for parts in [40, 100_000] {
        let found = answer(&[("study.toml", b"extends = \"base.toml\"")], &[dotted(parts).trim()]);
        assert!(found.starts_with("error: key too long\n --> --set:1:1\n"), "{}", &found[..200]);
    }
}

#[test]
fn an_argument_sets_one_key() {
    let found =
        answer(&[("study.toml", b"extends = \"base.toml\"")], &["run.days=3\nrun.map='toyland'"]);
    insta::assert_snapshot!(found, @r"
    error: `--set` sets one key
     --> --set:1:1
      |
    1 | run.days=3
      | ^^^^^^^^^^ more than one key here
      |
      = help: write `--set key=value`, for example `--set run.days=30`
    ");
}

#[test]
fn a_folder_is_no_file() {
    let found = answer(&[("study.toml/x", b"")], &[]);
    assert_eq!(found, "error: cannot read `$DIR/study.toml`: it is a folder, not a file");
}

#[test]
fn a_child_inherits_and_overrides() {
    let study = b"extends = \"middle.toml\"\nrun.days = 60\n[model.weights]\nGEO = 2\n";
    let middle =
        b"extends = \"base.toml\"\n[run]\ndays = 90\nsteps_per_day = 4\n[model]\nrows = [{ code = \"a\", size = 1 }]\n";
    let folder = folder(&[("study.toml", study), ("middle.toml", middle)]);
    let sets = [
        "model.kernel=radiation",
        "model.range_km=[2, 3]",
        "study.title = a toy = a joy",
        "run.as_of=2025-12-31",
    ];
    let (tree, sources) = load(folder.path(), &sets).unwrap();
    for (path, expected) in [
        ("run.days", "60"),
        ("run.steps_per_day", "4"),
        ("run.as_of", "2025-12-31"),
        ("model.weights", "{ IRN = 1.0, GEO = 2 }"),
        ("model.kernel", "\"radiation\""),
        ("model.range_km", "[2, 3]"),
        ("model.rows", "[{ code = \"a\", size = 1 }]"),
        ("study.title", "\"a toy = a joy\""),
    ] {
        assert_eq!(tree.get(path).unwrap().to_toml(), expected, "{path}");
    }
    let names: Vec<_> = sources.files().iter().map(|f| f.file_name().unwrap().to_owned()).collect();
    assert_eq!(names, ["study.toml", "middle.toml", "base.toml"]);
}

#[test]
fn problems_for_machines_have_file_line_and_column() {
    let text = "extends = \"base.toml\"\n[run]\nmap = \"toyland\" # ö\ndays = 0\n";
    let folder = folder(&[("study.toml", text.as_bytes())]);
    let problems = load(folder.path(), &["study.seed=-1"]).err().unwrap().to_json();
    let place = |at: usize| {
        let problem = &problems[at];
        let file = Path::new(problem["file"].as_str().unwrap()).file_name().unwrap();
        (file.to_str().unwrap().to_owned(), problem["line"].clone(), problem["column"].clone())
    };
    assert_eq!(problems.as_array().unwrap().len(), 2);
    assert_eq!(place(0), ("study.toml".into(), 4.into(), 8.into()));
    assert_eq!(problems[0]["label"], "found 0, allowed: 1 to 3650");
    assert_eq!(place(1), ("--set".into(), 1.into(), 12.into()));
}

#[test]
fn what_only_serde_refuses_still_has_its_place() {
    let folder = folder(&[("study.toml", b"extends = \"base.toml\"\n")]);
    let (tree, sources) = load(folder.path(), &[]).unwrap();
    let problem = deserialise::<BTreeMap<String, BTreeMap<String, bool>>>(&tree).unwrap_err();
    let text = Diagnostics::new(sources, vec![*problem]).to_string();
    assert!(text.starts_with("error: cannot read `study.name`\n"), "{text}");
    assert!(text.contains("base.toml:3:8"), "{text}");
}

#[test]
fn colours_are_only_in_styled_text() {
    let folder = folder(&[("study.toml", b"extends = \"base.toml\"\nx = 1\n")]);
    let problems = load(folder.path(), &[]).err().unwrap();
    assert!(problems.render(true).contains('\u{1b}'));
    assert!(!problems.render(false).contains('\u{1b}'));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Whatever stands in a file or an argument, there is an answer, and it can be shown.
    #[test]
    fn no_text_makes_it_panic(cut in 0usize..600, len in 0usize..40, new in "[\\[\\]{}=.\"'#,\\-+0-9a-fnxé\n \t\\\\]{0,24}", set in "\\PC{0,24}") {
        let text = format!("extends = \"base.toml\"{BASE}");
        let start = (cut..=text.len()).find(|&i| text.is_char_boundary(i)).unwrap_or(text.len());
        let end = (start + len).min(text.len());
        let changed = format!("{}{new}{}", &text[..start], &text[end..]);
        let folder = folder(&[("study.toml", changed.as_bytes())]);
        if let Err(problems) = load(folder.path(), &[&set]) {
            prop_assert!(!problems.is_empty());
            prop_assert!(!problems.to_string().is_empty());
            prop_assert!(problems.to_json().is_array());
        }
    }
}
