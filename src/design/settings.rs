//! `[design]` of a study as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::axis::Scale;

/// A design: which points of the parameters are run, each with every outcome and replicate. The path of a CSV file, or a table
/// with a `kind`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Design {
    /// Path of a CSV file with a row per point, relative to the file that names it. Its columns are keys of the scenario.
    File(String),
    /// A design with a kind.
    Made(Made),
}

/// A design with a kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Made {
    /// Every combination of the factors' values; the last factor changes fastest.
    Grid {
        /// What is varied; each factor has `values`, or `low`, `high` and `steps`.
        #[schemars(length(min = 1, max = 100))]
        factors: Vec<Factor>,
    },
    /// Point i takes value i of every factor.
    List {
        /// What is varied; each factor has `values`, all of the same number.
        #[schemars(length(min = 1, max = 100))]
        factors: Vec<Factor>,
    },
    /// A Latin hypercube.
    LatinHypercube {
        /// Points.
        #[schemars(range(min = 1, max = 1_000_000))]
        points: u32,
        /// What is varied.
        #[schemars(length(min = 1, max = 100))]
        factors: Vec<Factor>,
    },
    /// A Sobol' sequence.
    Sobol {
        /// Points; a power of 2 keeps them balanced.
        #[schemars(range(min = 1, max = 1_000_000))]
        points: u32,
        /// Points of the sequence left out at the start; 0 when absent.
        #[schemars(range(min = 0, max = 1_000_000))]
        skip: Option<u32>,
        /// Owen's scrambling, keyed by the study's seed; on when absent.
        scramble: Option<bool>,
        /// What is varied.
        #[schemars(length(min = 1, max = 100))]
        factors: Vec<Factor>,
    },
    /// Trajectories that move one factor at a time, for screening with `spillover sensitivity`.
    Morris {
        /// Trajectories, of one point more than there are factors each.
        #[schemars(range(min = 2, max = 100_000))]
        trajectories: u32,
        /// Levels of the grid, an even number.
        #[schemars(range(min = 2, max = 64))]
        levels: u32,
        /// What is varied.
        #[schemars(length(min = 1, max = 100))]
        factors: Vec<Factor>,
    },
    /// Saltelli's design on a Sobol' sequence, for variance-based indices with `spillover sensitivity`.
    Saltelli {
        /// Base points; a power of 2 keeps them balanced. The design has `base * (factors + 2)` points.
        #[schemars(range(min = 2, max = 1_000_000))]
        base: u32,
        /// Also the points that second-order indices need: `base * (2 * factors + 2)` points in all; off when absent.
        second_order: Option<bool>,
        /// Points of the sequence left out at the start; 0 when absent.
        #[schemars(range(min = 0, max = 1_000_000))]
        skip: Option<u32>,
        /// Owen's scrambling, keyed by the study's seed; on when absent.
        scramble: Option<bool>,
        /// What is varied.
        #[schemars(length(min = 1, max = 100))]
        factors: Vec<Factor>,
    },
    /// Points of a CSV file made by `SALib`, the EMA workbench, R, Excel or `spillover calibrate`.
    File {
        /// Path of the file, relative to the file that names it.
        #[schemars(length(min = 1))]
        file: String,
        /// Columns that are no keys of the scenario and are passed over.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ignore: Vec<String>,
        /// Points taken from the beginning of the file; all when absent.
        #[schemars(range(min = 1, max = 1_000_000))]
        first: Option<u32>,
        /// What the points were made for, when effects or indices are to be computed of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scheme: Option<SchemeName>,
        /// With `scheme = "morris"`: levels of the grid, an even number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(range(min = 2, max = 64))]
        levels: Option<u32>,
        /// With `scheme = "saltelli"`: the points for second-order indices are there; absent: they are not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        second_order: Option<bool>,
        /// With `scheme = "morris"`: the range or the values of every column.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schemars(length(max = 100))]
        factors: Vec<Factor>,
    },
}

/// What the points of a file were made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SchemeName {
    /// Trajectories that move one factor at a time.
    Morris,
    /// Saltelli's design, base point by base point.
    Saltelli,
}

/// A key of the scenario that is varied: over a range (`low`, `high`) or over a list (`values`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Factor {
    /// Path of the key, such as `displacement.hazard.siege_per_day`; or `replicate`, to make the luck a factor like the others.
    pub path: String,
    /// Least value, unit of the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Greatest value, unit of the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// `linear`: equal differences are equally likely (also when absent); `log`: equal ratios.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
    /// For a grid over a range: how many values, the two ends included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 2, max = 10_000))]
    pub steps: Option<u32>,
    /// Values, in place of a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 100_000))]
    pub values: Option<Vec<Json>>,
}

impl Made {
    /// All points of a file, for no scheme.
    #[must_use]
    pub fn file(file: String) -> Self {
        let (ignore, factors) = (Vec::new(), Vec::new());
        Self::File {
            file,
            ignore,
            first: None,
            scheme: None,
            levels: None,
            second_order: None,
            factors,
        }
    }

    /// The factors; of a file those whose ranges its scheme needs.
    #[must_use]
    pub fn factors(&self) -> &[Factor] {
        match self {
            Self::Grid { factors }
            | Self::List { factors }
            | Self::LatinHypercube { factors, .. }
            | Self::Sobol { factors, .. }
            | Self::Morris { factors, .. }
            | Self::Saltelli { factors, .. }
            | Self::File { factors, .. } => factors,
        }
    }
}
