//! `case.toml` and the observed series beside it.

use std::path::Path;

use checked_toml::{Diagnostic, Diagnostics, Document, Sources, nearest, rows, shown};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::episode::period;
use crate::scenario::document;
use crate::validation::record::Role;

/// Name of the file that makes a folder a regional case.
pub const FILE: &str = "case.toml";
const COLUMNS: [&str; 6] = ["series", "at", "value", "error", "certainty", "source"];
const TAGS: [&str; 7] = ["F", "F~", "C", "R-h", "R-m", "R-l", "P"];

/// `case.toml`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// Title for people.
    pub title: String,
    /// Whether parameters were fitted to it.
    pub role: Role,
    /// Scenario, relative to the folder of the case.
    pub scenario: String,
    /// Observed series, relative to the folder of the case.
    pub observed: String,
    /// Observation error where a row names none, as a share of the value.
    #[serde(default = "two_per_cent")]
    #[schemars(range(min = 0, max = 10))]
    pub default_error: f64,
    /// What a reader should know, in sentences.
    #[serde(default)]
    pub notes: Vec<String>,
    /// The series.
    pub series: Vec<SeriesDefinition>,
    /// Series that share an observed total.
    #[serde(default)]
    pub split: Vec<SplitDefinition>,
}

const fn two_per_cent() -> f64 {
    0.02
}

/// `[[series]]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SeriesDefinition {
    /// Name, as in the column `series` of the observed series.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Unit.
    pub unit: String,
    /// Whether it never falls.
    #[serde(default)]
    pub cumulative: bool,
    /// Standard deviation of the model's discrepancy, as a share of the observed value.
    #[serde(default = "a_tenth")]
    #[schemars(range(min = 0, max = 10))]
    pub discrepancy: f64,
    /// What is measured in the simulation.
    pub measure: Measure,
}

const fn a_tenth() -> f64 {
    0.1
}

/// What is measured in the simulation at a time; between the ends of steps it is interpolated.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Measure {
    /// Persons who passed from one territory to another since a time, at all crossings between them and over the green border.
    Crossed(Passed),
    /// Persons who passed the other way: from `to` to `from`.
    CrossedBack(Passed),
    /// Vehicles that passed: persons who crossed over `displacement.travel.persons_per_vehicle`.
    Vehicles(Passed),
    /// Persons who crossed in the 24 h around the time.
    Daily(PassedDaily),
    /// The same the other way: from `to` to `from`.
    DailyBack(PassedDaily),
    /// Displaced persons of a home who are at a place, moving or settled.
    Present {
        /// Place of their homes. Homes are known by holder or by first-level unit: a disc stands for the units that it touches.
        home: String,
        /// Place where they are, or `anywhere`.
        at: String,
    },
    /// Displaced persons of a home who have settled at a place.
    Settled {
        /// Place of their homes.
        home: String,
        /// Place where they are, or `anywhere`.
        at: String,
    },
    /// Displaced persons of a home, anywhere.
    DisplacedTotal {
        /// Place of their homes.
        home: String,
    },
}

/// Between which territories people are counted since a time.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Passed {
    /// Code of the territory that they left, or had left when they come back.
    pub from: String,
    /// Code of the territory that they entered, or had entered when they come back.
    pub to: String,
    /// Ids of crossings; when any is named, only these count, without the green border.
    #[serde(default)]
    pub crossings: Vec<String>,
    /// Time from which to count; the start of the run when left out.
    #[serde(default)]
    pub since: String,
}

/// Between which territories people are counted within a day.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PassedDaily {
    /// Code of the territory that they left, or had left when they come back.
    pub from: String,
    /// Code of the territory that they entered, or had entered when they come back.
    pub to: String,
    /// Ids of crossings; when any is named, only these count, without the green border.
    #[serde(default)]
    pub crossings: Vec<String>,
}

/// `[[split]]`: the settled of a home by place, scaled to the observed total.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitDefinition {
    /// Name.
    pub name: String,
    /// Place of their homes.
    pub home: String,
    /// Unit.
    pub unit: String,
    /// Standard deviation of the model's discrepancy, as a share of the observed value.
    #[serde(default = "a_tenth")]
    #[schemars(range(min = 0, max = 10))]
    pub discrepancy: f64,
    /// The parts; each becomes a series.
    pub members: Vec<MemberDefinition>,
}

/// A part of a split.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberDefinition {
    /// Name of its series.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Place.
    pub place: String,
}

/// An observed point.
#[derive(Clone, Debug)]
pub struct Observation {
    /// Series.
    pub series: String,
    /// Time as written.
    pub at: String,
    /// Value.
    pub value: f64,
    /// Standard deviation, same unit.
    pub error: f64,
    /// Certainty tag.
    pub certainty: String,
    /// Source.
    pub source: String,
    /// Place of the time in the file.
    span: checked_toml::Span,
}

/// A case as read.
pub struct Case {
    /// `case.toml`.
    pub file: Document<CaseFile>,
    /// Observed points, in the order of the file.
    pub observations: Vec<Observation>,
}

/// Reads a case's own files.
///
/// # Errors
/// With every problem that was found.
pub fn read(folder: &Path) -> Result<Case, Diagnostics> {
    let mut file: Document<CaseFile> = document(&folder.join(FILE), &[])?;
    let mut problems = Vec::new();
    let names = names(&file.value);
    for (i, name) in names.iter().enumerate() {
        if names[..i].contains(name) {
            problems.push(Diagnostic::nowhere(format!(
                "{}: two series are called `{name}`",
                folder.join(FILE).display()
            )));
        }
    }
    let path = folder.join(&file.value.observed);
    if !path.is_file() {
        problems.push(file.place(&format!("observed: there is no file `{}`", path.display())));
        return Err(Diagnostics::new(file.sources, problems));
    }
    let rows = match rows::read(&path, &COLUMNS, &mut file.sources) {
        Ok(rows) => rows,
        Err(found) => {
            problems.extend(found);
            return Err(Diagnostics::new(file.sources, problems));
        }
    };
    let observations: Vec<Observation> = rows
        .iter()
        .filter_map(|row| observation(row, &names, file.value.default_error, &mut problems))
        .collect();
    if problems.is_empty() {
        for (i, series) in file.value.series.iter().enumerate() {
            if !observations.iter().any(|o| o.series == series.name) {
                problems.push(file.place(&format!(
                    "series[{i}].name: `{}` has no row in {}",
                    series.name, file.value.observed
                )));
            }
        }
        for (i, split) in file.value.split.iter().enumerate() {
            let times = |name: &str| -> Vec<&str> {
                observations.iter().filter(|o| o.series == name).map(|o| o.at.as_str()).collect()
            };
            let first = split.members.first().map_or_else(Vec::new, |m| times(&m.name));
            for (j, member) in split.members.iter().enumerate() {
                if times(&member.name).is_empty() || times(&member.name) != first {
                    problems.push(file.place(&format!(
                        "split[{i}].members[{j}].name: the parts of a split need rows for the same times in {}, in the same order",
                        file.value.observed
                    )));
                }
            }
        }
    }
    if problems.is_empty() {
        Ok(Case { file, observations })
    } else {
        Err(Diagnostics::new(file.sources, problems))
    }
}

/// Names of all series, those of splits after the others.
#[must_use]
pub fn names(file: &CaseFile) -> Vec<String> {
    let own = file.series.iter().map(|s| s.name.clone());
    own.chain(file.split.iter().flat_map(|s| s.members.iter().map(|m| m.name.clone()))).collect()
}

fn observation(
    row: &rows::Row,
    names: &[String],
    default_error: f64,
    problems: &mut Vec<Diagnostic>,
) -> Option<Observation> {
    let before = problems.len();
    let field = |i: usize| &row.fields[i];
    let text = |i: usize| field(i).text.as_str();
    if !names.iter().any(|name| name == text(0)) {
        let guess = nearest(text(0), names.iter().map(String::as_str));
        problems.push(
            Diagnostic::at(
                field(0).span,
                format!("unknown series {}", shown(text(0))),
                "not in case.toml",
            )
            .note(format!("series: {}", names.join(", ")))
            .guess(guess),
        );
    }
    let any_day = Date::constant(2000, 1, 1);
    if let Err(error) = period::days(text(1), any_day, 0.0) {
        problems.push(Diagnostic::at(field(1).span, error, "expected a date or time"));
    }
    let count = |text: &str| text.parse::<f64>().ok().filter(|x| x.is_finite() && *x >= 0.0);
    let value = count(text(2));
    if value.is_none() {
        let message = format!("{} is no value", shown(text(2)));
        problems.push(Diagnostic::at(field(2).span, message, "expected a number, 0 or more"));
    }
    let error = match text(3).strip_suffix('%') {
        _ if text(3).is_empty() => value.map(|v| default_error * v),
        Some(share) => count(share.trim()).zip(value).map(|(share, v)| share / 100.0 * v),
        None => count(text(3)),
    };
    if error.is_none() && value.is_some() {
        let message = format!("{} is no error", shown(text(3)));
        let label = "expected a number in the unit of the value, a share such as 2%, or nothing";
        problems.push(Diagnostic::at(field(3).span, message, label));
    }
    if !TAGS.contains(&text(4)) {
        let message = format!("{} is no certainty", shown(text(4)));
        problems.push(Diagnostic::at(
            field(4).span,
            message,
            format!("expected one of {}", TAGS.join(", ")),
        ));
    }
    if text(5).is_empty() {
        problems.push(Diagnostic::at(
            field(5).span,
            "a point without a source",
            "expected where it is from",
        ));
    }
    if problems.len() > before {
        return None;
    }
    Some(Observation {
        series: text(0).to_owned(),
        at: text(1).to_owned(),
        value: value?,
        error: error?,
        certainty: text(4).to_owned(),
        source: text(5).to_owned(),
        span: field(1).span,
    })
}

/// Complaints about times outside the run.
#[must_use]
pub fn check_times(
    case: &Case,
    as_of: Date,
    days: f64,
    reach: impl Fn(&str) -> (f64, f64),
) -> Vec<Diagnostic> {
    let outside = |o: &&Observation| {
        let (from, to) = reach(&o.series);
        period::days(&o.at, as_of, 0.5).is_ok_and(|t| t + from < 0.0 || t + to > days)
    };
    case.observations
        .iter()
        .filter(outside)
        .map(|o| {
            Diagnostic::at(o.span, format!("{} is outside the run", o.at), "nothing is simulated then")
                .note(format!(
                    "the run begins on {as_of} and has {days} days; a daily figure needs half a day on either side"
                ))
                .help("set `run.days` or `run.as_of` of the scenario, or leave the row out")
        })
        .collect()
}

/// Shows problems at their places in the files of a case.
#[must_use]
pub fn show(sources: &Sources, problems: Vec<Diagnostic>) -> Vec<String> {
    vec![Diagnostics::new(sources.clone(), problems).render(false)]
}
