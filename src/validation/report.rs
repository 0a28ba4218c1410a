//! What a validation leaves behind: `scores.csv`, `series.csv`, `validation.json`, a picture per case, their description.
//!
//! Everything here is the same bytes in every repetition; what the runs cost stands in `manifest.json` alone.

use scores::Case;
use serde::Serialize;
use serde_json::{Value, json};

use super::assess::{Assessment, Compared, Coverage, SeriesScores, SplitScores};
use super::picture::{Panel, PanelPoint, Picture};
use super::record::{CaseKind, CaseRecord, Role, SeriesRecord};
use crate::output::datapackage::{csv_resource, field};
use crate::output::format::{append_number, append_text};
use crate::study::quantiles::Spread;

/// Names of the files.
pub const SCORES: &str = "scores.csv";
/// Observed and simulated points.
pub const SERIES: &str = "series.csv";
/// Both for programs, with the failures.
pub const VALIDATION: &str = "validation.json";

/// A column: name, type as data packages have it, meaning.
type Column = (&'static str, &'static str, &'static str);

const SCORES_COLUMNS: [Column; 11] = [
    ("case", "string", "Name of the case."),
    ("setting", "string", "Camp capacities: as_given or hidden."),
    ("role", "string", "calibration: parameters were fitted to it; validation: they were not."),
    ("scope", "string", "What the score is of: series, split (parts of a whole) or case."),
    ("series", "string", "Name of the series or split; empty for the case."),
    ("score", "string", "Score, as defined in docs/validation.md."),
    ("subject", "string", "model, or the baseline or reference that the score is of or against."),
    ("value", "number", "The score; empty where it is not defined."),
    ("unit", "string", "Unit of the value."),
    ("n_points", "integer", "Points (of a split: times) that it is over."),
    ("note", "string", "Why there is no value."),
];

const SERIES_COLUMNS: [Column; 17] = [
    ("case", "string", "Name of the case."),
    ("setting", "string", "Camp capacities: as_given or hidden."),
    ("series", "string", "Name of the series."),
    ("at", "string", "Date and time as in the source, ISO 8601."),
    ("days", "number", "Days since the start of the case."),
    ("observed", "number", "Observed value, unit of the series."),
    ("observation_error", "number", "Standard deviation of the observation."),
    ("certainty", "string", "Certainty tag of the observation."),
    ("source", "string", "Source of the observation."),
    ("sim_mean", "number", "Mean over replicates."),
    ("sim_p05", "number", "5 % quantile of the replicates."),
    ("sim_p25", "number", "25 % quantile of the replicates."),
    ("sim_p50", "number", "Median of the replicates."),
    ("sim_p75", "number", "75 % quantile of the replicates."),
    ("sim_p95", "number", "95 % quantile of the replicates."),
    (
        "inside_50",
        "boolean",
        "Whether the observation is in the central half of the predictive distribution.",
    ),
    (
        "inside_90",
        "boolean",
        "Whether the observation is in the central 90 % of the predictive distribution.",
    ),
];

/// A row of `scores.csv`, without the case; its fields are called as the columns are.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScoreRow {
    /// `series`, `split` or `case`.
    pub scope: &'static str,
    /// Name of the series or split.
    pub series: String,
    /// Score.
    pub score: &'static str,
    /// Model, baseline or reference.
    pub subject: &'static str,
    /// Value.
    pub value: Option<f64>,
    /// Unit.
    pub unit: String,
    /// Points.
    pub n_points: usize,
    /// Why there is no value.
    pub note: String,
}

/// A row of `series.csv`, without the case; its fields are called as the columns are.
#[derive(Clone, Debug, Serialize)]
pub struct PointRow<'a> {
    /// Series.
    pub series: &'a str,
    /// Date and time.
    pub at: &'a str,
    /// Days since the start.
    pub days: f64,
    /// Observed.
    pub observed: f64,
    /// Its standard deviation.
    pub observation_error: f64,
    /// Its certainty.
    pub certainty: &'a str,
    /// Its source.
    pub source: &'a str,
    /// Mean of the ensemble.
    pub sim_mean: f64,
    /// Quantiles of the ensemble.
    pub sim_p05: f64,
    /// 25 %.
    pub sim_p25: f64,
    /// Median.
    pub sim_p50: f64,
    /// 75 %.
    pub sim_p75: f64,
    /// 95 %.
    pub sim_p95: f64,
    /// Inside the central half of the predictive distribution.
    pub inside_50: bool,
    /// Inside its central 90 %.
    pub inside_90: bool,
}

/// A case that could not be scored, with every cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Case as it was named.
    pub case: String,
    /// Causes, each a sentence with its place.
    pub causes: Vec<String>,
}

/// How capacities were treated, in a word.
#[must_use]
pub fn setting(record: &CaseRecord) -> &'static str {
    if record.capacities_hidden { "hidden" } else { "as_given" }
}

/// Role in a word.
#[must_use]
pub fn role(record: &CaseRecord) -> &'static str {
    match record.role {
        Role::Calibration => "calibration",
        Role::Validation => "validation",
    }
}

fn kind(record: &CaseRecord) -> &'static str {
    match record.kind {
        CaseKind::Regional => "regional",
        CaseKind::Network => "network",
    }
}

/// Name of the picture of a case.
#[must_use]
pub fn picture_file(case: &str, setting: &str) -> String {
    format!("{case}_{setting}.svg")
}

/// How the capacities of camps were treated, in words; nothing where there are none.
#[must_use]
pub const fn capacities(record: &CaseRecord) -> &'static str {
    match (record.kind, record.capacities_hidden) {
        (CaseKind::Regional, _) => "",
        (CaseKind::Network, true) => ", capacities hidden",
        (CaseKind::Network, false) => ", capacities as given",
    }
}

/// A share in whole per cent.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

/// A score of the model: its name, value, unit, points, and why there is no value.
type ModelScore<'a> = (&'static str, Option<f64>, &'a str, usize, &'static str);

/// Collects rows of one series, split or case.
struct Rows<'r> {
    list: &'r mut Vec<ScoreRow>,
    scope: &'static str,
    series: &'r str,
}

impl Rows<'_> {
    fn add(
        &mut self,
        subject: &'static str,
        (score, value, unit, n_points, note): (&'static str, Option<f64>, &str, usize, &str),
    ) {
        self.list.push(ScoreRow {
            scope: self.scope,
            series: self.series.to_owned(),
            score,
            subject,
            value,
            unit: unit.to_owned(),
            n_points,
            note: if value.is_none() { note.to_owned() } else { String::new() },
        });
    }

    fn model(&mut self, scores: &[ModelScore<'_>]) {
        for score in scores {
            self.add("model", *score);
        }
    }

    fn coverage(&mut self, c: Coverage, n: usize) {
        self.model(&[
            ("coverage_50", Some(c.in_50), "1", n, ""),
            ("coverage_90", Some(c.in_90), "1", n, ""),
            ("coverage_50_ensemble", Some(c.ensemble_50), "1", n, ""),
            ("coverage_90_ensemble", Some(c.ensemble_90), "1", n, ""),
        ]);
    }

    /// Baseline, model on the same points, skill.
    fn compared(
        &mut self,
        [baseline, model, skill]: [&'static str; 3],
        subject: &'static str,
        compared: Result<Compared, &str>,
        unit: &str,
    ) {
        match compared {
            Ok(c) => {
                self.add(subject, (baseline, Some(c.baseline), unit, c.points, ""));
                self.add(subject, (model, Some(c.model), unit, c.points, ""));
                self.add(subject, (skill, c.skill, "1", c.points, PERFECT));
            }
            Err(why) => self.add(subject, (baseline, None, unit, 0, why)),
        }
    }
}

/// Why there is no skill.
const PERFECT: &str = "the baseline is perfect";

fn of_series(rows: &mut Rows<'_>, series: &SeriesRecord, s: &SeriesScores) {
    let (unit, n, ratio) = (series.unit.as_str(), s.points, s.log_ratio);
    let no_mean = "the mean observed value is not above zero";
    let no_ratio = "no point with both values above zero";
    rows.model(&[
        ("crps", Some(s.crps), unit, n, ""),
        ("crps_relative", s.crps_relative, "1", n, no_mean),
    ]);
    rows.coverage(s.coverage, n);
    let height_unit = if series.cumulative { format!("{unit}/day") } else { unit.to_owned() };
    let (height, few) = (height_unit.as_str(), "too few points for a peak");
    rows.model(&[
        ("log_ratio", ratio.mean, "1", ratio.used, no_ratio),
        ("log_ratio_skipped", Some(ratio.skipped as f64), "points", n, ""),
        ("rmse", Some(s.rmse), unit, n, ""),
        ("bias", Some(s.bias), unit, n, ""),
        ("peak_height_observed", s.peak.map(|p| p.observed.height), height, n, few),
        ("peak_height_error", s.peak.map(|p| p.height), height, n, few),
        ("peak_day_observed", s.peak.map(|p| p.observed.day), "days", n, few),
        ("peak_day_error", s.peak.map(|p| p.day), "days", n, few),
        ("peak_day_error_signed", s.peak.map(|p| p.day_signed), "days", n, few),
    ]);
    let names = ["crps", "crps_model_same_points", "crps_skill"];
    for (baseline, compared) in &s.baselines {
        rows.compared(
            names,
            baseline.name(),
            compared.as_ref().copied().map_err(String::as_str),
            unit,
        );
    }
}

fn of_split(rows: &mut Rows<'_>, s: &SplitScores) {
    let zero = "the observed total is zero at all times";
    let (used, skipped) = (s.ard.used, s.ard.skipped);
    rows.model(&[
        ("ard", s.ard.mean, "1", used, zero),
        ("ard_rescaled", s.rescaled.mean, "1", s.rescaled.used, zero),
        ("ard_replicates", s.ard_replicates, "1", used, zero),
        ("ard_rescaled_replicates", s.rescaled_replicates, "1", used, zero),
        ("times_skipped", Some(skipped as f64), "times", used + skipped, ""),
    ]);
    for (baseline, scored) in &s.baselines {
        let subject = baseline.name();
        match scored {
            Ok(b) => {
                rows.add(subject, ("ard", Some(b.ard), "1", b.times, ""));
                rows.add(subject, ("ard_skill", b.skill, "1", b.times, PERFECT));
                rows.add(subject, ("ard_rescaled_skill", b.skill_rescaled, "1", b.times, PERFECT));
            }
            Err(why) => rows.add(subject, ("ard", None, "1", 0, why)),
        }
    }
}

fn of_whole(rows: &mut Rows<'_>, a: &Assessment<'_>) {
    let (w, m) = (&a.whole, a.record.replicates as usize);
    let no_mean = "no series has a mean observed value above zero";
    rows.model(&[("crps_relative", w.crps_relative, "1", w.points, no_mean)]);
    rows.coverage(w.coverage, w.points);
    let expected = |mass| Some(scores::expected_coverage(m, mass));
    rows.model(&[
        ("coverage_50_expected", expected(0.5), "1", w.points, ""),
        ("coverage_90_expected", expected(0.9), "1", w.points, ""),
    ]);
    let names = ["crps_relative", "crps_relative_model_same_points", "crps_skill"];
    for (baseline, compared) in &w.baselines {
        rows.compared(names, baseline.name(), compared.ok_or("defined for no series"), "1");
    }
}

/// All scores of a case, tidy.
#[must_use]
pub fn score_rows(a: &Assessment<'_>) -> Vec<ScoreRow> {
    let mut list = Vec::new();
    for (series, s) in a.record.series.iter().zip(&a.series) {
        let mut rows = Rows { list: &mut list, scope: "series", series: &series.name };
        of_series(&mut rows, series, s);
    }
    for (split, s) in a.record.splits.iter().zip(&a.splits) {
        of_split(&mut Rows { list: &mut list, scope: "split", series: &split.name }, s);
    }
    of_whole(&mut Rows { list: &mut list, scope: "case", series: "" }, a);
    list
}

/// All points of a case, tidy.
#[must_use]
pub fn point_rows(record: &CaseRecord) -> Vec<PointRow<'_>> {
    let mut rows = Vec::new();
    for series in &record.series {
        for point in &series.points {
            let Some(spread) = Spread::of(&mut point.simulated.clone()) else { continue };
            let case =
                Case { observed: point.observed, error: point.error, ensemble: &point.simulated };
            rows.push(PointRow {
                series: &series.name,
                at: &point.at,
                days: point.at_days,
                observed: point.observed,
                observation_error: point.error,
                certainty: &point.certainty,
                source: &point.source,
                sim_mean: spread.mean,
                sim_p05: spread.q05,
                sim_p25: spread.q25,
                sim_p50: spread.q50,
                sim_p75: spread.q75,
                sim_p95: spread.q95,
                inside_50: scores::is_inside(case, 0.5).unwrap_or(false),
                inside_90: scores::is_inside(case, 0.9).unwrap_or(false),
            });
        }
    }
    rows
}

/// A table of these columns: of each case its facts, and those of its rows.
fn csv<'a, R: Serialize>(
    columns: &[Column],
    cases: &'a [Assessment<'a>],
    rows: impl Fn(&'a Assessment<'a>) -> Vec<R>,
) -> Vec<u8> {
    let mut bytes = columns.iter().map(|c| c.0).collect::<Vec<_>>().join(",").into_bytes();
    bytes.push(b'\n');
    for a in cases {
        let r = a.record;
        let of_case = json!({ "case": r.name, "setting": setting(r), "role": role(r) });
        for row in rows(a) {
            let row = json!(row);
            for (i, (name, ..)) in columns.iter().enumerate() {
                if i > 0 {
                    bytes.push(b',');
                }
                match row.get(name).unwrap_or(&of_case[name]) {
                    Value::String(text) => append_text(&mut bytes, text),
                    Value::Bool(is) => append_text(&mut bytes, if *is { "true" } else { "false" }),
                    value => append_number(&mut bytes, value.as_f64().unwrap_or(f64::NAN)),
                }
            }
            bytes.push(b'\n');
        }
    }
    bytes
}

/// `scores.csv`.
#[must_use]
pub fn scores_csv(cases: &[Assessment<'_>]) -> Vec<u8> {
    csv(&SCORES_COLUMNS, cases, score_rows)
}

/// `series.csv`.
#[must_use]
pub fn series_csv(cases: &[Assessment<'_>]) -> Vec<u8> {
    csv(&SERIES_COLUMNS, cases, |a| point_rows(a.record))
}

/// `validation.json`: the content of both tables and the failures.
#[must_use]
pub fn document(cases: &[Assessment<'_>], failures: &[Failure]) -> Value {
    let case = |a: &Assessment<'_>| {
        let r = a.record;
        json!({
            "case": r.name,
            "title": r.title,
            "kind": kind(r),
            "role": role(r),
            "setting": setting(r),
            "start": r.start,
            "replicates": r.replicates,
            "notes": r.notes,
            "scores": score_rows(a),
            "points": point_rows(r),
        })
    };
    json!({ "cases": cases.iter().map(case).collect::<Vec<_>>(), "failures": failures })
}

/// What the runs of each case cost: volatile, so it stands apart.
#[must_use]
pub fn costs(cases: &[Assessment<'_>]) -> Value {
    let cost = |a: &Assessment<'_>| {
        let mut value = json!(a.record.cost);
        value["case"] = a.record.name.clone().into();
        value["setting"] = setting(a.record).into();
        value
    };
    cases.iter().map(cost).collect::<Vec<_>>().into()
}

/// The picture of a case.
#[must_use]
pub fn picture(a: &Assessment<'_>) -> Picture {
    let record = a.record;
    let replicates = record.replicates;
    let mut description = format!(
        "{}: {} series, each with the simulated 50 % and 90 % bands of {replicates} replicates, their median, and the observed points.",
        record.title,
        record.series.len()
    );
    let mut panels = Vec::new();
    for (series, s) in record.series.iter().zip(&a.series) {
        let points: Vec<PanelPoint> = series
            .points
            .iter()
            .filter_map(|p| {
                let q = Spread::of(&mut p.simulated.clone())?;
                Some(PanelPoint {
                    day: p.at_days,
                    observed: p.observed,
                    error: p.error,
                    quantiles: [q.q05, q.q25, q.q50, q.q75, q.q95],
                })
            })
            .collect();
        description.push_str(&in_words(series, s, points.last()));
        let note = format!(
            "{} {}: inside 50 % {}, inside 90 % {} (with error)",
            s.points,
            if s.points == 1 { "point" } else { "points" },
            percent(s.coverage.in_50),
            percent(s.coverage.in_90)
        );
        panels.push(Panel { title: series.title.clone(), unit: series.unit.clone(), note, points });
    }
    let midnight = |date: jiff::civil::Date| date.to_datetime(jiff::civil::Time::midnight());
    Picture {
        title: record.title.clone(),
        subtitle: format!("{} case{}; {replicates} replicates", role(record), capacities(record)),
        description,
        start: record.start.parse().ok().or_else(|| record.start.parse().ok().map(midnight)),
        panels,
    }
}

/// A panel for those who do not see it.
fn in_words(series: &SeriesRecord, s: &SeriesScores, last_shown: Option<&PanelPoint>) -> String {
    let (Some(first), Some(last)) = (series.points.first(), series.points.last()) else {
        return String::new();
    };
    let when =
        if s.points == 1 { first.at.clone() } else { format!("{} to {}", first.at, last.at) };
    format!(
        " {} ({}, {when}): {} of {} points inside the 90 % band widened by the observation error; last observed {:.0}, simulated median {:.0}.",
        series.title,
        series.unit,
        (s.coverage.in_90 * s.points as f64).round(),
        s.points,
        last.observed,
        last_shown.map_or(f64::NAN, |p| p.quantiles[2]),
    )
}

/// The description of the folder (Frictionless tabular data package, version 1).
#[must_use]
pub fn datapackage(results_version: u32, pictures: &[String]) -> Value {
    let table = |path: &str, columns: &[Column], about: &str| {
        csv_resource(
            path,
            about,
            columns.iter().map(|(name, kind, about)| field(name, kind, about)).collect(),
        )
    };
    let mut resources = vec![
        table(SCORES, &SCORES_COLUMNS, "Scores of the model and of baselines."),
        table(SERIES, &SERIES_COLUMNS, "Observed points with what was simulated."),
        json!({ "name": "validation", "path": VALIDATION, "format": "json", "mediatype": "application/json" }),
    ];
    resources.extend(pictures.iter().enumerate().map(|(i, path)| {
        json!({ "name": format!("picture-{}", i + 1), "path": path, "format": "svg", "mediatype": "image/svg+xml" })
    }));
    json!({
        "name": "validation",
        "title": "Hindcasts of the displacement model",
        "description": "Simulated against observed, with scores beside naive baselines. Definitions: docs/validation.md.",
        "spillover": { "results_version": results_version },
        "resources": resources,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validation::assess::assess;
    use crate::validation::picture;

    fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
        reader
            .records()
            .map(|r| r.expect("rows of equal length").iter().map(str::to_owned).collect())
            .collect()
    }

    #[test]
    fn tables_have_the_values_of_the_tiny_case() {
        let record = CaseRecord::tiny();
        let scored = [assess(&record).unwrap()];
        let scores = rows(&scores_csv(&scored));
        let find = |scope: &str, series: &str, score: &str, subject: &str| {
            let found: Vec<_> = scores
                .iter()
                .filter(|r| r[3] == scope && r[4] == series && r[5] == score && r[6] == subject)
                .collect();
            assert_eq!(found.len(), 1, "{scope} {series} {score} {subject}");
            found[0].clone()
        };
        assert_eq!(find("series", "camp_b", "crps", "model")[7..10], ["6", "persons", "3"]);
        assert_eq!(find("series", "camp_b", "crps_skill", "persistence")[7..10], ["0.4", "1", "1"]);
        let undefined = find("series", "camp_b", "crps_skill", "linear_trend");
        assert_eq!(
            (undefined[7].as_str(), undefined[10].as_str()),
            ("", "the baseline is perfect")
        );
        assert!(find("series", "camp_b", "crps", "logistic")[10].contains("3 points"));
        assert_eq!(find("split", "camps", "ard", "model")[7], "0.18333");
        assert_eq!(find("case", "", "crps_skill", "persistence")[7], "0.7");
        assert_eq!(find("case", "", "coverage_90", "model")[7], "0.5");
        let series = rows(&series_csv(&scored));
        assert_eq!(series.len(), 7);
        assert_eq!(series[6][3..6], ["2023-09-26T00:00:00", "2", "30"]);
        assert_eq!(series[6][15..], ["false", "false"]);
    }

    #[test]
    fn every_column_is_a_fact_of_the_case_or_of_a_row_and_none_is_left_out() {
        let record = CaseRecord::tiny();
        let scored = assess(&record).unwrap();
        let check = |columns: &[Column], of_case: &[&str], row: Value| {
            let fields = row.as_object().unwrap().keys().map(String::as_str);
            let all: Vec<&str> = of_case.iter().copied().chain(fields).collect();
            assert_eq!(columns.iter().map(|c| c.0).collect::<Vec<_>>(), all);
        };
        check(&SCORES_COLUMNS, &["case", "setting", "role"], json!(score_rows(&scored)[0]));
        check(&SERIES_COLUMNS, &["case", "setting"], json!(point_rows(&record)[0]));
    }

    #[test]
    fn the_document_has_what_the_tables_have() {
        let record = CaseRecord::tiny();
        let scored = [assess(&record).unwrap()];
        let failures = [Failure { case: "gone".into(), causes: vec!["no such folder".into()] }];
        let document = document(&scored, &failures);
        let case = &document["cases"][0];
        assert_eq!(case["scores"].as_array().unwrap().len(), rows(&scores_csv(&scored)).len() - 1);
        assert_eq!(case["points"].as_array().unwrap().len(), rows(&series_csv(&scored)).len() - 1);
        assert_eq!(document["failures"][0]["causes"][0], "no such folder");
        assert!(!document.to_string().contains("step_seconds"));
        assert_eq!(costs(&scored)[0]["agent_days"], 4e6);
    }

    #[test]
    fn pictures_are_whole_and_the_same_each_time() {
        // Of every kind of panel: few points and many, one alone, and one with errors.
        let bell = |day: u32| 900.0 * f64::from(day) * libm::exp(-f64::from(day) / 9.0);
        let points = |days: u32| {
            (1..=days).map(|d| (bell(d), [0.8, 1.0, 1.3].map(|x| x * bell(d)).to_vec())).collect()
        };
        let mut record = CaseRecord::example(&[
            ("daily", false, points(300)),
            ("arrivals", true, points(8)),
            ("one", false, points(1)),
            ("counts", false, points(5)),
        ]);
        record.splits.clear();
        record.series[3].points.iter_mut().for_each(|p| p.error = 0.2 * p.observed);
        let scored = assess(&record).unwrap();
        let svg = picture::svg(&super::picture(&scored));
        assert_eq!(svg, picture::svg(&super::picture(&assess(&record).unwrap())));
        assert_eq!(svg.matches("<g ").count(), 4);
        assert_eq!(svg.matches("<g ").count(), svg.matches("</g>").count());
        assert!(svg.contains("A case &lt;by hand&gt; &amp; more") && !svg.contains("NaN"));
        assert!(svg.contains("points inside the 90 % band"));
        if let Some(path) = std::env::var_os("SPILLOVER_PICTURE") {
            std::fs::write(path, svg).unwrap(); // to look at it
        }
    }
}
