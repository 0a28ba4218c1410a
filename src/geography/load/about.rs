//! `map.toml`: what the folder is, which holder column counts when, and how fast roads are.

use jiff::civil::Date;
use serde::Deserialize;

use super::problems::{Problem, Problems};

/// Name of the file.
pub(super) const FILE: &str = "map.toml";

/// Speeds of travel that belong to the map's road classes.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TravelSpeeds {
    /// International roads, km/h.
    pub class_1_km_per_hour: f64,
    /// National roads, km/h.
    pub class_2_km_per_hour: f64,
    /// Regional roads, km/h.
    pub class_3_km_per_hour: f64,
    /// Ferries, km/h, waiting in port not counted.
    pub ferry_km_per_hour: f64,
}

impl TravelSpeeds {
    /// Speed of a road class 1 to 3, km/h.
    #[must_use]
    pub const fn of_class(&self, class: u8) -> f64 {
        match class {
            1 => self.class_1_km_per_hour,
            2 => self.class_2_km_per_hour,
            _ => self.class_3_km_per_hour,
        }
    }
}

/// The part of `map.toml` that the loader reads; notes for people are left alone.
#[derive(Deserialize)]
pub(super) struct About {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) bbox: [f64; 4],
    pub(super) cell_degrees: f64,
    pub(super) nx: usize,
    pub(super) ny: usize,
    #[serde(default)]
    snapshot: Vec<Snapshot>,
    #[serde(default)]
    emptied: Vec<Emptied>,
    speeds: Option<TravelSpeeds>,
}

/// Land whose residents of the population layer have left by a date.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Emptied {
    column: String,
    holder: String,
    from: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Snapshot {
    #[allow(dead_code, reason = "a label for people")]
    id: String,
    from: String,
    to: Option<String>,
    column: String,
}

/// What the loader needs of the file, checked.
pub(super) struct Settings {
    pub(super) about: About,
    /// The columns of all snapshots, newest first. `places.csv` speaks of the newest.
    pub(super) holder_columns: Vec<String>,
    /// The snapshot of the as-of date, counted from the newest.
    pub(super) snapshot: usize,
    pub(super) speeds: TravelSpeeds,
    /// Columns and holders of land that is empty by the as-of date.
    pub(super) emptied: Vec<(String, String)>,
}

/// Reads and checks the file; none when it cannot be used at all.
pub(super) fn read(bytes: &[u8], as_of: Date, problems: &mut Problems) -> Option<Settings> {
    let before = problems.count();
    let Ok(text) = std::str::from_utf8(bytes) else {
        problems.add_file(
            FILE,
            "bytes that are not UTF-8",
            "text in UTF-8",
            "save the file as UTF-8",
        );
        return None;
    };
    let about: About = match toml::from_str(text) {
        Ok(about) => about,
        Err(error) => {
            let line = error.span().map(|s| 1 + text[..s.start].matches('\n').count() as u64);
            problems.add(Problem {
                file: FILE.to_owned(),
                line,
                column: None,
                found: error.message().trim().to_owned(),
                allowed: "the keys described in maps/README.md".to_owned(),
                next: "correct this line".to_owned(),
            });
            return None;
        }
    };
    check_raster(&about, problems);
    let speeds = check_speeds(&about, problems);
    let chosen = choose_snapshot(&about.snapshot, as_of, problems);
    let mut emptied = Vec::new();
    for land in &about.emptied {
        match land.from.parse::<Date>() {
            Ok(from) if from <= as_of => emptied.push((land.column.clone(), land.holder.clone())),
            Ok(_) => {}
            Err(_) => problems.add_file(
                FILE,
                format!("from = \"{}\" in [[emptied]]", land.from),
                "a date such as \"2023-10-04\"",
                "correct `from`",
            ),
        }
    }
    if problems.count() > before {
        return None;
    }
    let chosen = chosen?;
    let mut newest_first: Vec<usize> = (0..about.snapshot.len()).collect();
    newest_first.sort_by_key(|&i| std::cmp::Reverse(&about.snapshot[i].from));
    let holder_columns = newest_first.iter().map(|&i| about.snapshot[i].column.clone()).collect();
    let snapshot = newest_first.iter().position(|&i| i == chosen)?;
    Some(Settings { holder_columns, snapshot, speeds: speeds?, emptied, about })
}

fn check_raster(about: &About, problems: &mut Problems) {
    let [west, south, east, north] = about.bbox;
    let ordered = -180.0 <= west
        && west < east
        && east <= 180.0
        && -90.0 <= south
        && south < north
        && north <= 90.0;
    if !ordered {
        problems.add_file(
            FILE,
            format!("bbox = {:?}", about.bbox),
            "west < east within -180 to 180, south < north within -90 to 90",
            "correct `bbox`",
        );
        return;
    }
    if !(about.cell_degrees > 0.0 && about.cell_degrees <= 5.0) {
        let found = format!("cell_degrees = {}", about.cell_degrees);
        problems.add_file(FILE, found, "a number above 0, at most 5", "correct `cell_degrees`");
        return;
    }
    let fits = |n: usize, span: f64| {
        (span / about.cell_degrees - n as f64).abs() < 0.01 && u16::try_from(n).is_ok()
    };
    if !fits(about.nx, east - west) || !fits(about.ny, north - south) {
        problems.add_file(
            FILE,
            format!("nx = {}, ny = {}", about.nx, about.ny),
            "the size of `bbox` divided by `cell_degrees`",
            "correct `nx`, `ny`, `bbox` or `cell_degrees`",
        );
    }
}

fn check_speeds(about: &About, problems: &mut Problems) -> Option<TravelSpeeds> {
    let Some(speeds) = about.speeds else {
        problems.add_file(
            FILE,
            "no table [speeds]",
            "[speeds] with class_1_km_per_hour, class_2_km_per_hour, class_3_km_per_hour, ferry_km_per_hour",
            "add the table; maps/caucasus_10km/map.toml has one with its source",
        );
        return None;
    };
    for (key, value) in [
        ("class_1_km_per_hour", speeds.class_1_km_per_hour),
        ("class_2_km_per_hour", speeds.class_2_km_per_hour),
        ("class_3_km_per_hour", speeds.class_3_km_per_hour),
        ("ferry_km_per_hour", speeds.ferry_km_per_hour),
    ] {
        if !(1.0..=200.0).contains(&value) {
            problems.add_file(
                FILE,
                format!("{key} = {value}"),
                "a speed from 1 to 200 km/h",
                format!("correct `{key}`"),
            );
        }
    }
    Some(speeds)
}

/// Position of the snapshot that contains the date.
fn choose_snapshot(snapshots: &[Snapshot], as_of: Date, problems: &mut Problems) -> Option<usize> {
    let mut ranges = Vec::new();
    let mut chosen = None;
    for (i, snapshot) in snapshots.iter().enumerate() {
        let mut parse = |key: &str, text: &str| {
            text.parse::<Date>()
                .inspect_err(|_| {
                    let found = format!("{key} = \"{text}\" in the snapshot `{}`", snapshot.id);
                    problems.add_file(
                        FILE,
                        found,
                        "a date like \"2020-11-10\"",
                        format!("correct `{key}`"),
                    );
                })
                .ok()
        };
        let from = parse("from", &snapshot.from)?;
        let to = match &snapshot.to {
            Some(to) => parse("to", to)?,
            None => Date::MAX,
        };
        if from <= as_of && as_of <= to && chosen.is_none() {
            chosen = Some(i);
        }
        ranges.push(format!("{} to {}", snapshot.from, snapshot.to.as_deref().unwrap_or("today")));
    }
    if chosen.is_none() {
        let allowed = if ranges.is_empty() {
            "a date in a [[snapshot]]; there is none".to_owned()
        } else {
            ranges.join(", ")
        };
        problems.add_file(
            FILE,
            format!("no snapshot for the as-of date {as_of}"),
            allowed,
            "choose another as-of date or add a [[snapshot]] with its holder column",
        );
    }
    chosen
}
