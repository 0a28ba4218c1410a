//! What a case hands over to be scored: observed points with what was simulated at each, by replicate.

use std::path::PathBuf;

/// How cases are run; the same for all kinds.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Scenario whose displacement parameters network cases use; regional cases extend it themselves.
    pub scenario: PathBuf,
    /// `key=value` laid over the scenario, as with `--set`.
    pub sets: Vec<String>,
    /// Sets of parameters to draw from (the plausible sets of a calibration): replicate `r` uses set `r mod len`, laid over
    /// the scenario after `sets`. Empty: the scenario's own values in every replicate.
    pub parameter_sets: Vec<Vec<(String, f64)>>,
    /// Replicates.
    pub replicates: u32,
    /// Seed.
    pub seed: u64,
    /// Network cases: camps have no known capacity.
    pub hide_capacities: bool,
    /// Threads over replicates.
    pub threads: usize,
}

impl Settings {
    /// That settings of a run do not contradict those that a case was prepared with: what is read from files with the case
    /// cannot be said anew for one run.
    ///
    /// # Errors
    /// In a sentence, for each setting that is another.
    pub(super) fn agree_with(&self, prepared: &Self) -> Result<(), Vec<String>> {
        let same = [
            ("scenario", self.scenario == prepared.scenario),
            ("sets", self.sets == prepared.sets),
            ("hide_capacities", self.hide_capacities == prepared.hide_capacities),
        ];
        let others = same.iter().filter(|(_, same)| !same);
        let problems: Vec<String> = others
            .map(|(name, _)| {
                format!("`{name}` is not what the case was prepared with: prepare the case again")
            })
            .collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }
}

/// What a case is used for. The parameters were fitted on calibration cases only.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Parameters were fitted to it.
    Calibration,
    /// Parameters were not fitted to it.
    Validation,
}

/// Kind of case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseKind {
    /// On a grid map; totals are the model's.
    Regional,
    /// On a route network; the daily total is given, the split among camps is the model's.
    Network,
}

/// A case after its runs.
#[derive(Clone, Debug)]
pub struct CaseRecord {
    /// Folder name, such as `karabakh_2023`.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Kind.
    pub kind: CaseKind,
    /// Role.
    pub role: Role,
    /// Whether camp capacities were hidden (network cases).
    pub capacities_hidden: bool,
    /// Date and time of day 0, ISO.
    pub start: String,
    /// Replicates.
    pub replicates: u32,
    /// The observed series, each with what was simulated.
    pub series: Vec<SeriesRecord>,
    /// Series that share a total.
    pub splits: Vec<Split>,
    /// Seconds spent in steps, agent-days simulated (persons present per day, summed), persons per group.
    pub cost: Cost,
    /// What a reader should know, in sentences.
    pub notes: Vec<String>,
}

/// What the runs of a case cost.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct Cost {
    /// Seconds by the clock in steps, summed over replicates, each of which is one thread. Making maps and routes is not in it.
    pub step_seconds: f64,
    /// Agents (groups) times days that they were in the simulation, all replicates, as Flee counts them.
    pub agent_days: f64,
    /// Persons per group.
    pub persons_per_agent: u32,
    /// Bytes stored per agent when a day ends, from the sizes of the records of groups and cohorts: the most of any day over the
    /// agents at the end. Not the memory of the process, which also holds map, routes and results. 0 where not measured.
    pub stored_bytes_per_agent: f64,
}

/// An observed series.
#[derive(Clone, Debug)]
pub struct SeriesRecord {
    /// Name, unique in the case.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Unit, such as `persons`.
    pub unit: String,
    /// Whether the series accumulates (never falls): growth curves are fair baselines only then.
    pub cumulative: bool,
    /// Standard deviation of the model's discrepancy, as a share of the observed value (calibration).
    pub discrepancy: f64,
    /// The points, ascending in time.
    pub points: Vec<Point>,
}

/// An observation with what was simulated for it.
#[derive(Clone, Debug)]
pub struct Point {
    /// Days since the start of the case.
    pub at_days: f64,
    /// Date and time as written in the source, ISO.
    pub at: String,
    /// Observed value.
    pub observed: f64,
    /// Standard deviation of the observation, same unit.
    pub error: f64,
    /// Certainty tag, such as `F~`.
    pub certainty: String,
    /// Source.
    pub source: String,
    /// Simulated value by replicate.
    pub simulated: Vec<f64>,
}

/// Series that share a total and times: the parts of a whole.
#[derive(Clone, Debug)]
pub struct Split {
    /// Name.
    pub name: String,
    /// Positions in [`CaseRecord::series`], all with the same times.
    pub members: Vec<usize>,
    /// Shares by attraction and distance alone, where defined; same order and length as `members`, summing to 1.
    pub gravity_shares: Option<Vec<f64>>,
    /// Shares by known capacity, where capacities are known and not hidden.
    pub capacity_shares: Option<Vec<f64>>,
    /// Whether the total is given to the model (network cases) rather than generated.
    pub total_given: bool,
    /// Observed total by time where it is more than the sum of the members (Flee divides by the observed total).
    pub total: Option<Vec<f64>>,
}

/// Made-up records for tests.
#[cfg(test)]
impl CaseRecord {
    /// Series by name, whether each accumulates, and its points, a day apart: observed exactly, and
    /// simulated by replicate. They are the parts of one total.
    pub(crate) fn example(series: &[(&str, bool, Vec<(f64, Vec<f64>)>)]) -> Self {
        let start = jiff::civil::date(2023, 9, 24);
        let point = |(day, (observed, simulated)): (usize, &(f64, Vec<f64>))| Point {
            at_days: day as f64,
            at: format!("{}T00:00:00", crate::time::Day(day as u32).date(start)),
            observed: *observed,
            error: 0.0,
            certainty: "F~".into(),
            source: "a report, by hand".into(),
            simulated: simulated.clone(),
        };
        let one = |(name, cumulative, points): &(&str, bool, Vec<_>)| SeriesRecord {
            name: (*name).into(),
            title: format!("Persons, {name}"),
            unit: "persons".into(),
            cumulative: *cumulative,
            discrepancy: 0.1,
            points: points.iter().enumerate().map(point).collect(),
        };
        let n = series.len();
        let gravity = (1..=n).map(|i| 2.0 * i as f64 / (n * (n + 1)) as f64).collect();
        Self {
            name: "tiny".into(),
            title: "A case <by hand> & more".into(),
            kind: CaseKind::Regional,
            role: Role::Calibration,
            capacities_hidden: false,
            start: format!("{start}T00:00"),
            replicates: series[0].2[0].1.len() as u32,
            series: series.iter().map(one).collect(),
            splits: vec![Split {
                name: "camps".into(),
                members: (0..n).collect(),
                gravity_shares: Some(gravity),
                capacity_shares: Some(vec![1.0 / n as f64; n]),
                total_given: false,
                total: None,
            }],
            cost: Cost {
                step_seconds: 2.0,
                agent_days: 4e6,
                persons_per_agent: 1,
                stored_bytes_per_agent: 64.0,
            },
            notes: vec!["Made by hand.".into()],
        }
    }

    /// Two camps, three days, two replicates; its scores are worked out by hand in the tests of
    /// `assess`.
    pub(crate) fn tiny() -> Self {
        let camp = |simulated: [[f64; 2]; 3]| {
            (1..).zip(simulated).map(|(i, s)| (10.0 * f64::from(i), s.to_vec())).collect()
        };
        Self::example(&[
            ("camp_a", true, camp([[10.0, 10.0], [20.0, 20.0], [40.0, 20.0]])),
            ("camp_b", true, camp([[16.0, 16.0], [26.0, 26.0], [36.0, 36.0]])),
        ])
    }
}
