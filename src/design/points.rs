//! The points of a design: values of the varied keys, and the scenario of each point.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json, json};

use super::morris::Move;
use crate::leadership::Outcome;
use crate::output::datapackage::{csv_resource, field};
use crate::scenario::Scenario;

/// Name of the column that fixes a point's replicate, and of the factor that makes the luck one.
pub const REPLICATE: &str = "replicate";
/// Name of the column that fixes a point's outcome.
pub const OUTCOME: &str = "outcome";
/// Name of the file with the points in the folder of a study.
pub const FILE: &str = "design.csv";

/// Points of a design at most.
pub const MOST_POINTS: usize = 1_000_000;

/// What a column of a design sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A key of the scenario.
    Key,
    /// The replicate that the point is run with, in place of all of the study.
    Replicate,
    /// The outcome that the point is run with, in place of all of the study.
    Outcome,
}

/// How the cells of a column are to be read.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Numbers.
    Numbers,
    /// Whole numbers.
    Integers,
    /// Positions in a list of values.
    Listed(Vec<Json>),
}

/// A column of a design.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Path of the key, or [`REPLICATE`], or [`OUTCOME`].
    pub path: String,
    /// What it sets.
    pub target: Target,
    /// How its cells are to be read.
    pub values: Values,
}

/// What a design was made for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Every combination of chosen values.
    Grid,
    /// Chosen points.
    List,
    /// Points drawn evenly over each range.
    LatinHypercube,
    /// Points of a Sobol' sequence.
    Sobol,
    /// Points that others made, for no scheme.
    File,
    /// Elementary effects.
    Morris {
        /// Trajectories.
        trajectories: u32,
        /// Levels of the grid.
        levels: u32,
    },
    /// Variance-based indices.
    Saltelli {
        /// Base points.
        base: u32,
        /// Whether BA is among the points.
        second_order: bool,
    },
}

impl Kind {
    /// Its name, as in a study.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::List => "list",
            Self::LatinHypercube => "latin_hypercube",
            Self::Sobol => "sobol",
            Self::File => "file",
            Self::Morris { .. } => "morris",
            Self::Saltelli { .. } => "saltelli",
        }
    }
}

/// The points of a design, in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Points {
    columns: Vec<Column>,
    /// By point, then column: a number, or a position in the column's list.
    cells: Vec<f64>,
    count: usize,
    kind: Kind,
    moves: Vec<Move>,
}

impl Points {
    /// Points from cells that were checked; there is a cell for each point and column.
    ///
    /// # Panics
    /// When there are no columns.
    #[must_use]
    pub fn new(columns: Vec<Column>, cells: Vec<f64>, kind: Kind) -> Self {
        let count = cells.len() / columns.len();
        Self { columns, cells, count, kind, moves: Vec::new() }
    }

    /// The points with the steps of their trajectories, for [`Kind::Morris`].
    #[must_use]
    pub fn with_moves(self, moves: Vec<Move>) -> Self {
        Self { moves, ..self }
    }

    /// The steps of Morris trajectories, as many per trajectory as there are columns; none of other designs.
    #[must_use]
    pub fn moves(&self) -> &[Move] {
        &self.moves
    }

    /// The columns.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Number of points.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// What the design was made for.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    fn cells_of(&self, point: u32) -> impl Iterator<Item = (&Column, f64)> {
        let width = self.columns.len();
        self.columns.iter().zip(self.cells[point as usize * width..][..width].iter().copied())
    }

    /// The values of a point, in the order of the columns.
    pub fn values(&self, point: u32) -> impl Iterator<Item = (&Column, Json)> {
        self.cells_of(point).map(|(column, cell)| {
            let value = match &column.values {
                Values::Numbers => json!(cell),
                Values::Integers => json!(cell as i64),
                Values::Listed(list) => list[cell as usize].clone(),
            };
            (column, value)
        })
    }

    /// The replicate that a point is run with, when it fixes one.
    #[must_use]
    pub fn replicate(&self, point: u32) -> Option<u32> {
        let mut fixed = self.values(point).filter(|(column, _)| column.target == Target::Replicate);
        fixed.next().and_then(|(_, value)| value.as_u64()).and_then(|n| u32::try_from(n).ok())
    }

    /// The outcome that a point is run with, when it fixes one.
    #[must_use]
    pub fn outcome(&self, point: u32) -> Option<Outcome> {
        let mut fixed = self.values(point).filter(|(column, _)| column.target == Target::Outcome);
        fixed.next().and_then(|(_, value)| serde_json::from_value(value).ok())
    }

    /// Whether points fix a replicate or an outcome.
    #[must_use]
    pub fn fixes(&self, target: Target) -> bool {
        self.columns.iter().any(|column| column.target == target)
    }

    /// The keys that a point sets, with their values; the keys in alphabetical order.
    #[must_use]
    pub fn overrides(&self, point: u32) -> Map<String, Json> {
        let mut set: Vec<(String, Json)> = self
            .values(point)
            .filter(|(column, _)| column.target == Target::Key)
            .map(|(column, value)| (column.path.clone(), value))
            .collect();
        set.sort_by(|a, b| a.0.cmp(&b.0));
        set.into_iter().collect()
    }

    /// The scenario of a point. `json` is `scenario` as JSON: only the tables that the point touches are read again.
    ///
    /// # Errors
    /// When a value does not fit its key, which a checked design rules out.
    pub fn scenario(
        &self,
        scenario: &Scenario,
        json: &Json,
        point: u32,
    ) -> Result<Scenario, String> {
        let mut changed = Map::new();
        for (path, value) in self.overrides(point) {
            let Some((section, rest)) = path.split_once('.') else {
                return Err(format!("`{path}` is no key"));
            };
            let table = changed.entry(section).or_insert_with(|| json[section].clone());
            let key = rest.split('.').try_fold(table, |table, key| table.get_mut(key));
            *key.ok_or_else(|| format!("`{path}` is no key of the scenario"))? = value;
        }
        let mut scenario = scenario.clone();
        for (section, table) in changed {
            match section.as_str() {
                "run" => scenario.run = read(table)?,
                "mechanisms" => scenario.mechanisms = read(table)?,
                "leadership" => scenario.leadership = read(table)?,
                "states" => scenario.states = read(table)?,
                "conflict" => scenario.conflict = read(table)?,
                "displacement" => scenario.displacement = read(table)?,
                "borders" => scenario.borders = read(table)?,
                "ledger" => scenario.ledger = read(table)?,
                "episode" => scenario.episode = read(table)?,
                other => return Err(format!("a design cannot vary `{other}`")),
            }
        }
        Ok(scenario)
    }

    /// `design.csv`: a row per point, its number and the value of each column, with all digits.
    #[must_use]
    pub fn csv(&self) -> Vec<u8> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let header = std::iter::once("point").chain(self.columns.iter().map(|c| c.path.as_str()));
        // Writing to memory does not fail, and every row has the width of the first.
        let _ = writer.write_record(header);
        for point in 0..self.count as u32 {
            let values = self.values(point).map(|(_, value)| match value {
                Json::String(text) => text,
                other => other.to_string(),
            });
            let _ = writer.write_record(std::iter::once(point.to_string()).chain(values));
        }
        writer.into_inner().unwrap_or_default()
    }

    /// The entry of [`FILE`] in `datapackage.json`.
    #[must_use]
    pub fn resource(&self) -> Json {
        let column = |column: &Column| {
            let kind = match &column.values {
                Values::Numbers => "number",
                Values::Integers => "integer",
                Values::Listed(list) if list.iter().all(Json::is_boolean) => "boolean",
                Values::Listed(list) if list.iter().all(Json::is_number) => "number",
                Values::Listed(_) => "string",
            };
            field(
                &column.path,
                kind,
                "Value at the point; docs/parameters.md has unit and meaning.",
            )
        };
        let number = field("point", "integer", "Number of the point, as in the other tables.");
        let fields = std::iter::once(number).chain(self.columns.iter().map(column)).collect();
        csv_resource(FILE, "One row per point of the design: what the study varied.", fields)
    }
}

fn read<T: DeserializeOwned>(table: Json) -> Result<T, String> {
    serde_path_to_error::deserialize(table).map_err(|error| error.to_string())
}
