//! The show room: the tables of a study become one page that opens without anything else.
//!
//! [`gather`] reads one or two study folders and packs what the page shows; [`page::html`] puts it beside the page's own
//! script and style. What is missing or damaged becomes a note on the page; the rest is shown.

pub mod axes;
mod ground;
pub mod pack;
pub mod page;
mod people;
pub mod picture;
mod places;
mod power;
pub mod pressure;
pub mod rows;
pub mod unfinished;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map as Object, Value, json};

use crate::design::points::FILE as DESIGN;
use crate::geography::Map;
use crate::geography::draw::load_lines;
use axes::Axes;
use pack::Block;
use rows::Rows;
use unfinished::Unfinished;

/// Size of the data at most, bytes of text: with script and style the page stays below two million.
const BUDGET: usize = 1_880_000;

/// A study folder.
#[derive(Clone, Debug)]
pub struct Study {
    /// The folder.
    pub folder: PathBuf,
    /// Its `manifest.json`; null when there is none.
    pub manifest: Value,
    /// Its `datapackage.json`; null when there is none.
    pub package: Value,
    /// The runs in its store, when the study is unfinished.
    pub unfinished: Option<Arc<Unfinished>>,
}

impl Study {
    /// Opens a table: the finished one; else the rows in the store, which are whole runs; else the file in the making.
    ///
    /// # Errors
    /// A sentence that names the file, when there is none or it cannot be read.
    pub fn rows(&self, name: &str) -> Result<Rows, String> {
        let path = self.folder.join(format!("{name}.csv"));
        if !path.is_file()
            && let Some(rows) = self.unfinished.as_ref().and_then(|u| u.rows(name, &path))
        {
            return rows;
        }
        let mut rows = Rows::open(&self.folder, name)?;
        let files = self.manifest["files"].as_array().filter(|_| path.is_file());
        let file = files.into_iter().flatten().find(|file| file["path"] == format!("{name}.csv"));
        if let Some(named) = file.and_then(|file| file["bytes"].as_u64()) {
            rows.expect_length(named);
        }
        Ok(rows)
    }

    /// First and last day that the manifest names, in days since 1970-01-01.
    fn span(&self) -> Option<(i32, i32)> {
        let run = &self.manifest["provenance"]["resolved_config"]["run"];
        let first = rows::day_number(run["as_of"].as_str()?.as_bytes())?;
        let days = i32::try_from(run["days"].as_u64()?).ok().filter(|days| *days > 0)?;
        Some((first, first.checked_add(days - 1)?))
    }
}

/// What was gathered for the page.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Everything but the arrays.
    data: Object<String, Value>,
    /// Arrays by name, with their rank: the lowest ranks are kept first.
    blocks: Vec<(u8, String, Block)>,
    /// What is missing or damaged, in sentences.
    pub notes: Vec<String>,
    /// Tables that are not there, by study, with what of them is not shown.
    absent: Vec<(usize, String, String)>,
    /// Folders as they were given, with their names: a page that is sent on names no place of this machine.
    folders: Vec<(String, String)>,
    /// By study and point: what the luck comes from.
    seeds: BTreeMap<usize, BTreeMap<String, String>>,
    /// Why the runs of two studies cannot be paired, if so.
    unpaired: Option<&'static str>,
}

impl Gathered {
    fn note(&mut self, sentence: String) {
        self.notes.push(sentence);
    }
    /// Notes that a table cannot be read. Tables that are not there are gathered into one sentence.
    fn not_shown(
        &mut self,
        (number, study): (usize, &Study),
        table: &str,
        problem: &str,
        what: &str,
    ) {
        if problem == rows::absent(&study.folder, table) {
            self.absent.push((number, table.to_owned(), what.to_owned()));
        } else {
            self.note(format!("{problem}: not shown: {what}"));
        }
    }
    /// The sentence about a study's absent tables.
    fn note_absent(&mut self, number: usize, study: &Study) {
        let of: Vec<_> = std::mem::take(&mut self.absent);
        let (of, others): (Vec<_>, Vec<_>) = of.into_iter().partition(|absent| absent.0 == number);
        self.absent = others;
        if of.len() < 3 {
            for (_, table, what) in of {
                self.note(format!("{}: not shown: {what}", rows::absent(&study.folder, &table)));
            }
            return;
        }
        let tables: Vec<String> =
            of.iter().map(|(_, table, what)| format!("{table}.csv ({what})")).collect();
        self.note(format!(
            "{}: these tables are not there and not shown, `--tables all` writes them: {}",
            study.folder.display(),
            tables.join(", ")
        ));
    }
    fn put(&mut self, name: &str, value: Value) {
        self.data.insert(name.into(), value);
    }
    fn block(&mut self, rank: u8, name: String, block: Block) {
        self.blocks.push((rank, name, block));
    }

    /// An array of the page by its name, for tests.
    #[must_use]
    pub fn array(&self, name: &str) -> Option<&Block> {
        self.blocks.iter().find(|b| b.1 == name).map(|b| &b.2)
    }

    /// A part of the page's data by its name, for tests.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<&Value> {
        self.data.get(name)
    }

    /// The data as the page reads it. What exceeds the budget is left out, the least important arrays first, and noted.
    #[must_use]
    pub fn into_json(mut self) -> Value {
        self.blocks.sort_by_key(|b| b.0);
        let about =
            |data: &Object<String, Value>| pack::words(&Value::Object(data.clone()).to_string());
        // Notes come last and are short.
        let mut left = BUDGET.saturating_sub(about(&self.data).len());
        let mut kept = Object::new();
        let mut dropped = Vec::new();
        for (_, name, block) in self.blocks {
            // Differences of a measure whose level was left out could not be chosen.
            let measure =
                name.strip_prefix("between/").or_else(|| name.strip_prefix("difference/"));
            let chosen =
                measure.is_none_or(|measure| !dropped.contains(&format!("level/{measure}")));
            if chosen && block.data.len() <= left {
                left -= block.data.len();
                kept.insert(name, json!(block));
            } else {
                dropped.push(name);
            }
        }
        if !dropped.is_empty() {
            self.notes.push(format!(
                "Left out so that the page stays below 2 MB (the tables have them): {}.",
                in_words(&dropped, &kept)
            ));
        }
        for (path, name) in &self.folders {
            for note in &mut self.notes {
                *note = note.replace(path, name);
            }
        }
        self.data.insert("notes".into(), json!(self.notes));
        json!({
            "about": about(&self.data), "blocks": kept,
            "terms": pressure::terms(), "titles": pressure::titles(),
        })
    }
}

/// Arrays that were left out, in words. What hangs on another one that is left out is not named.
fn in_words(dropped: &[String], kept: &Object<String, Value>) -> String {
    let of = |kind: &str, words: &str| {
        let measures: Vec<&str> = dropped
            .iter()
            .filter_map(|name| name.strip_prefix(kind)?.strip_prefix('/'))
            .filter(|measure| kind == "level" || kept.contains_key(&format!("level/{measure}")))
            .collect();
        (!measures.is_empty()).then(|| format!("{words} {}", measures.join(", ")))
    };
    let mut parts: Vec<String> = [
        ("level", "the measures"),
        ("between", "B against A of"),
        ("difference", "paired differences of"),
    ]
    .into_iter()
    .filter_map(|(kind, words)| of(kind, words))
    .collect();
    let known = |name: &&String| {
        ["level/", "between/", "difference/"].iter().any(|kind| name.starts_with(kind))
    };
    parts.extend(dropped.iter().filter(|name| !known(name)).cloned());
    parts.join("; ")
}

/// Where the page's inputs are.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// One study folder, or two to compare.
    pub studies: Vec<PathBuf>,
    /// The map's folder; without it the folder that the manifest names is looked for in `maps/`.
    pub map: Option<PathBuf>,
    /// Folders with `scores.csv` of `spillover validate`.
    pub validation: Vec<PathBuf>,
}

/// Reads everything that the page shows.
///
/// # Errors
/// When a folder is no study folder at all.
pub fn gather(sources: &Sources) -> Result<Gathered, String> {
    let mut out = Gathered::default();
    let mut axes = Axes::default();
    // As it is shown in notes, without a slash at the end.
    let plain = |folder: &PathBuf| folder.components().collect::<PathBuf>();
    let sources = &Sources {
        studies: sources.studies.iter().map(plain).collect(),
        map: sources.map.as_ref().map(plain),
        validation: sources.validation.iter().map(plain).collect(),
    };
    for folder in sources.studies.iter().chain(&sources.map).chain(&sources.validation) {
        if let Some(name) = folder.file_name() {
            out.folders.push((folder.display().to_string(), name.to_string_lossy().into_owned()));
        }
    }
    let studies =
        sources.studies.iter().map(|f| open(f, &mut out)).collect::<Result<Vec<_>, _>>()?;
    for (number, study) in studies.iter().enumerate() {
        axes.span.extend(study.span().map(|span| (number, span)));
        pressure::read_runs(study, number, &mut axes, &mut out);
    }
    out.unpaired = unpaired(&studies, &out);
    let map = load_map(sources, &studies, &mut out);
    let map = map.as_ref();
    let compared = studies.len() == 2 && out.unpaired.is_none();
    let mut pressure = pressure::Pressure::new(compared);
    let mut people = people::People::default();
    let mut places = places::Places::default();
    let mut power = power::Power::default();
    let mut sensitivity = Vec::new();
    for (number, study) in studies.iter().enumerate() {
        pressure.read(study, number, &mut axes, &mut out);
        power.read(study, number, &mut axes, &mut out);
        people.read(study, number, &mut axes, map, &mut out);
        places.read(study, number, &mut axes, map, &mut out);
        sensitivity.extend(power::sensitivity(study, number, &mut out));
        out.note_absent(number, study);
    }
    pressure.finish(&axes, &mut out);
    people.finish(&axes, map, &mut out);
    places.finish(&axes, map, &mut out);
    power.finish(&axes, &mut out);
    out.put("sensitivity", Value::Array(sensitivity));
    let mut scores = Vec::new();
    for folder in &sources.validation {
        match power::scores(folder, &mut out) {
            Ok(rows) => scores.extend(rows),
            Err(problem) => {
                out.note(format!("{problem}: run `spillover validate` to have hindcast scores"));
            }
        }
    }
    out.put("scores", Value::Array(scores));
    let progress = studies.iter().enumerate();
    let progress =
        progress.filter_map(|(n, s)| Some(s.unfinished.as_ref()?.progress(n))).flatten().collect();
    out.put("progress", Value::Array(progress));
    describe(&studies, &axes, &mut out);
    Ok(out)
}

/// Opens a folder, and notes when it is unfinished.
fn open(folder: &Path, out: &mut Gathered) -> Result<Study, String> {
    let shown = folder.display();
    if !folder.is_dir() {
        return Err(format!(
            "{shown} is no folder; name the folder that `spillover run` wrote, such as output/outcomes"
        ));
    }
    let json = |name: &str| -> Option<Value> {
        let text = std::fs::read_to_string(folder.join(name)).ok()?;
        serde_json::from_str(&text).ok()
    };
    let mut study = Study {
        folder: folder.to_owned(),
        manifest: json("manifest.json").unwrap_or(Value::Null),
        package: json("datapackage.json").unwrap_or(Value::Null),
        unfinished: None,
    };
    if !folder.join("runs.csv").is_file() {
        study.unfinished = Unfinished::open(folder, out).map(Arc::new);
    }
    let has = |name: &str| rows::file_of(folder, name).is_some();
    if study.unfinished.is_none()
        && !["runs", "pressure", "pressure_bands", "summary"].into_iter().any(has)
    {
        return Err(format!(
            "{shown} holds no tables of a study (runs.csv, pressure.csv, pressure_bands.csv); `spillover run STUDY.toml --out {shown}` makes them"
        ));
    }
    if let Ok(text) = std::fs::read_to_string(folder.join("UNFINISHED")) {
        let lines = || text.lines().map(str::trim).filter(|l| !l.is_empty());
        let why = lines()
            .find_map(|l| l.strip_prefix("cause: "))
            .or_else(|| lines().next())
            .unwrap_or("an empty mark");
        out.note(format!("The study in {shown} is unfinished: {why}"));
    }
    if let (true, Some(unfinished)) = (study.manifest.is_null(), &study.unfinished) {
        study.manifest = unfinished.manifest();
    }
    if study.manifest.is_null() {
        out.note(format!(
            "{shown} has no readable manifest.json: the command that repeats the study is not known, nor how long its tables were"
        ));
    }
    Ok(study)
}

/// Why the runs of two studies cannot be paired: a pair shares luck, and its point is the same in both.
fn unpaired(studies: &[Study], out: &Gathered) -> Option<&'static str> {
    let [a, b] = studies else { return None };
    let design = |study: &Study| std::fs::read(study.folder.join(DESIGN)).ok();
    match (out.seeds.get(&0), out.seeds.get(&1)) {
        (Some(a), Some(b))
            if a.iter().any(|(point, seed)| b.get(point).is_some_and(|other| other != seed)) =>
        {
            Some(
                "The runs of the studies have different luck (study.seed or study.points_share_luck differs): they cannot be paired.",
            )
        }
        (Some(_), Some(_)) if design(a) != design(b) => {
            Some("The studies have different designs (design.csv): their runs cannot be paired.")
        }
        (Some(_), Some(_)) => None,
        _ => Some(
            "A study without runs.csv has no known seed: runs of the two studies cannot be paired.",
        ),
    }
}

/// How a table is read by a part of the report. Gives the damage of the table, if any.
///
/// # Errors
/// A sentence when a column is absent.
type Reader<T> = fn(&mut T, Rows, usize, &mut Axes, Option<&Map>) -> Result<Option<String>, String>;

/// Reads tables of a study: each with what of it the page shows, for the note when it cannot be read.
fn read_tables<T>(
    to: &mut T,
    tables: &[(&str, &str, Reader<T>)],
    (number, study): (usize, &Study),
    axes: &mut Axes,
    map: Option<&Map>,
    out: &mut Gathered,
) {
    for (table, what, read) in tables {
        match study.rows(table).and_then(|rows| read(to, rows, number, axes, map)) {
            Ok(problem) => out.notes.extend(problem),
            Err(problem) => out.not_shown((number, study), table, &problem, what),
        }
    }
}

/// The map that the study ran on.
fn load_map(sources: &Sources, studies: &[Study], out: &mut Gathered) -> Option<Map> {
    let provenance = &studies.first()?.manifest["provenance"];
    let folder = match (&sources.map, provenance["map"].as_str()) {
        (Some(folder), _) => folder.clone(),
        (None, Some(name)) => PathBuf::from("maps").join(name),
        (None, None) => {
            out.note("The map of the study is not known; name its folder with --map".into());
            return None;
        }
    };
    // Holders are those of the study's first day.
    let first = first_date(studies).unwrap_or(jiff::civil::date(2026, 1, 15));
    let map = match Map::load(&folder, first) {
        Ok(map) => map,
        Err(problem) => {
            out.note(format!("The map is not shown (name its folder with --map): {problem}"));
            return None;
        }
    };
    if provenance["map_hash"].as_str().is_some_and(|hash| hash != map.hash) {
        out.note(format!("{} is not the state of the map that the study ran on", folder.display()));
    }
    match load_lines(&folder) {
        Ok(lines) => ground::add(&map, &lines, out),
        Err(problem) => {
            out.note(problem);
            ground::add(&map, &[], out);
        }
    }
    Some(map)
}

/// The first date of the first table that has one.
fn first_date(studies: &[Study]) -> Option<jiff::civil::Date> {
    for table in ["pressure_bands", "pressure", "states", "leadership", "conflict"] {
        let Ok(mut rows) = studies.first()?.rows(table) else { continue };
        let Ok(date) = rows.column("date") else { continue };
        let text =
            rows.next_row().and_then(|r| std::str::from_utf8(r.get(date)?).ok().map(str::to_owned));
        if let Some(date) = text.and_then(|t| t.parse().ok()) {
            return Some(date);
        }
    }
    None
}

/// The seed of a study: that of its runs, or where points have luck of their own the one that theirs come from.
fn seed(by_point: Option<&BTreeMap<String, String>>, study: &Study) -> Option<String> {
    let mut seeds: Vec<&String> = by_point?.values().collect();
    seeds.dedup();
    if let [seed] = seeds[..] {
        return Some(seed.clone());
    }
    let of_study = study.manifest["provenance"]["resolved_config"]["study"]["seed"].as_u64()?;
    Some(format!("{of_study}, with luck of its own for each point"))
}

/// What the page is about: studies, scenarios, borders, days.
fn describe(studies: &[Study], axes: &Axes, out: &mut Gathered) {
    let list: Vec<Value> = studies
        .iter()
        .enumerate()
        .map(|(number, study)| {
            let folder = study.folder.file_name().map(|n| n.to_string_lossy().into_owned());
            let name = study.manifest["study"]
                .as_str()
                .map(str::to_owned)
                .or(folder.clone())
                .unwrap_or_default();
            json!({
                "name": name,
                "folder": folder,
                "title": study.package["title"],
                "start": axes.start.get(number).copied().flatten(),
                "days": axes.days_of.get(number),
                "seed": seed(out.seeds.get(&number), study),
                "command": command(&study.manifest),
                "program": study.manifest["program"],
                "provenance": study.manifest["provenance"],
                "account": study.manifest["account"],
                "plan_hash": study.manifest["plan_hash"],
                "results_version": study.manifest["results_version"],
            })
        })
        .collect();
    let scenarios: Vec<Value> = axes
        .scenarios
        .iter()
        .enumerate()
        .map(|(s, scenario)| {
            json!({
                "study": scenario.study, "outcome": scenario.outcome, "variant": scenario.variant,
                "runs": axes.runs[s].iter().map(|r| json!([r.0, r.1])).collect::<Vec<_>>(),
                "failed": axes.failed[s], "example": axes.typical[s],
            })
        })
        .collect();
    let mut starts = axes.start.iter().copied().flatten();
    let first = starts.next();
    if starts.any(|start| Some(start) != first) {
        out.note(
            "The studies begin on different dates: days are counted from each one's own first, dates are those of A"
                .into(),
        );
    }
    let own_days = &axes.days_of;
    if own_days.iter().any(|days| days != &axes.days) {
        let days: Vec<String> = own_days.iter().map(usize::to_string).collect();
        out.note(format!(
            "The studies have {} days: beyond the end of the shorter one only the other is shown",
            days.join(" and ")
        ));
    }
    let failed: usize = axes.failed.iter().sum();
    if failed > 0 {
        out.note(format!(
            "{failed} runs failed and are in no number of this page; runs.csv has their causes"
        ));
    }
    out.put("studies", Value::Array(list));
    out.put("scenarios", Value::Array(scenarios));
    out.put("borders", json!(axes.borders));
    out.put("days", json!(axes.days));
}

/// The command that repeats a study, without the place where the program lay.
fn command(manifest: &Value) -> Option<String> {
    let words = manifest["provenance"]["command"].as_array()?;
    let word = |(i, value): (usize, &Value)| {
        let text = value.as_str().unwrap_or_default();
        let text = if i == 0 { text.rsplit(['/', '\\']).next().unwrap_or(text) } else { text };
        let plain = !text.is_empty()
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c));
        if plain { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
    };
    Some(words.iter().enumerate().map(word).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_keeps_within_its_size() {
        let mut out = Gathered::default();
        // Numbers that hardly shrink: each array takes about 300 kB.
        let noise = |seed: u32| -> Vec<f32> {
            let next = |x: &u32| Some(x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
            std::iter::successors(Some(seed), next)
                .take(100_000)
                .map(|x| (x >> 16) as f32)
                .collect()
        };
        let names = [
            "level/index",
            "level/threat",
            "between/threat",
            "level/armed",
            "between/armed",
            "map/displaced",
        ];
        for (rank, name) in names.into_iter().enumerate() {
            out.block(rank as u8, name.into(), pack::linear(&[100_000], &noise(rank as u32), 1.0));
        }
        let words: Vec<Value> = noise(9).iter().map(|v| json!(v)).collect();
        out.put("actions", Value::Array(words));
        let page = out.into_json();
        let length = page.to_string().len();
        assert!((1_200_000..BUDGET + 2_000).contains(&length), "{length} bytes");
        let kept: Vec<&String> = page["blocks"].as_object().unwrap().keys().collect();
        assert!(
            kept.len() < names.len()
                && names[..kept.len()].iter().all(|n| kept.iter().any(|k| k == n)),
            "{kept:?}"
        );
        let about: Value =
            serde_json::from_str(&pack::unpacked_words(page["about"].as_str().unwrap()).unwrap())
                .unwrap();
        let note = about["notes"][0].as_str().unwrap();
        assert!(note.contains("below 2 MB") && note.contains("map/displaced"), "{note}");
    }

    #[test]
    fn what_is_left_out_is_told_in_words() {
        let dropped = ["level/armed", "between/armed", "between/threat", "difference/irregular"]
            .map(str::to_owned);
        let kept: Object<String, Value> = ["level/threat", "level/irregular"]
            .map(|n| (n.to_owned(), Value::Null))
            .into_iter()
            .collect();
        assert_eq!(
            in_words(&dropped, &kept),
            "the measures armed; B against A of threat; paired differences of irregular"
        );
    }
}
