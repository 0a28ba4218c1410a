//! The study file: which runs of a scenario are made, and what is made of them.

use std::borrow::Cow;

use checked_toml::schema::file;
use checked_toml::{Diagnostic, Node, deserialise};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::model::Scenario;
use crate::design::settings::Design;
use crate::leadership::Outcome;
use crate::sensitivity::settings::Sensitivity;

/// A study file after inheritance: one address space of TOML tables, read as two types.
#[derive(Clone, Debug)]
pub struct StudyFile {
    /// What is run: outcomes, replicates, variants.
    pub study: StudySettings,
    /// What each run depends on.
    pub scenario: Scenario,
    /// What `spillover sensitivity` makes of the runs; it changes none.
    pub sensitivity: Sensitivity,
    /// Which points of the parameters are run. Without it the scenario alone.
    pub design: Option<Design>,
}

/// The tables of a study file beside those of its scenario.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Beside {
    /// What is run: outcomes, replicates, variants.
    study: StudySettings,
    /// What `spillover sensitivity` makes of the runs; it changes none.
    sensitivity: Sensitivity,
    /// Which points of the parameters are run: the path of a CSV file, or a table with a `kind`. Without it the scenario alone.
    #[serde(default)]
    design: Option<Design>,
}

impl StudyFile {
    /// Reads a checked tree.
    ///
    /// # Errors
    /// When a type refuses what its schema lets through.
    pub fn from_tree(tree: &Node) -> Result<Self, Box<Diagnostic>> {
        let Beside { study, sensitivity, design } = deserialise(tree)?;
        Ok(Self { study, scenario: deserialise(tree)?, sensitivity, design })
    }

    /// All tables as JSON, in the order of the base scenario.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let design = self.design.as_ref().map(|design| json!({ "design": design }));
        let parts = [
            json!({ "study": self.study }),
            json!(self.scenario),
            json!({ "sensitivity": self.sensitivity }),
            design.unwrap_or_default(),
        ];
        let tables = |part| if let Value::Object(tables) = part { tables } else { Map::new() };
        Value::Object(parts.into_iter().flat_map(tables).collect())
    }
}

impl JsonSchema for StudyFile {
    fn schema_name() -> Cow<'static, str> {
        "StudyFile".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        // Asked for first, so that the definitions stand in the order of the tables.
        generator.subschema_for::<StudySettings>();
        let mut scenario = Scenario::json_schema(generator);
        let mut file = Beside::json_schema(generator);
        if let (Some(Value::Object(own)), Some(Value::Object(inner))) =
            (file.get_mut("properties"), scenario.remove("properties"))
        {
            let mut rest = std::mem::take(own).into_iter();
            own.extend(rest.next().into_iter().chain(inner).chain(rest));
        }
        if let (Some(Value::Array(own)), Some(Value::Array(inner))) =
            (file.get_mut("required"), scenario.remove("required"))
        {
            own.splice(1..1, inner);
        }
        file
    }
}

/// The schema of a file, for editors: a file may inherit every key, so nothing is required.
#[must_use]
pub fn schema() -> Value {
    file::<StudyFile>(
        "Spillover scenario",
        "A scenario or study of Spillover. A file may extend another, and then holds only what differs.",
    )
}

/// `[study]`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StudySettings {
    /// Name of the study and of its output folder: letters, digits, `-` and `_`.
    #[schemars(regex(pattern = r"^[A-Za-z0-9_-]{1,64}$"), extend("x-hint" = "1 to 64 letters, digits, `-` or `_`"))]
    pub name: String,
    /// One line for people.
    pub title: String,
    /// Leadership outcomes to run.
    #[schemars(length(min = 1))]
    pub outcomes: Vec<Outcome>,
    /// Replicates of each outcome and variant.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub replicates: u32,
    /// Seed of the study; with the replicate it fixes the luck of a run.
    #[schemars(range(min = 0, max = 9_007_199_254_740_991_i64))]
    pub seed: u64,
    /// Whether the points of a design share their luck, replicate by replicate, so that they can be compared (as outcomes and
    /// variants do at each point). When they do not, each point draws luck of its own, and bands over the points hold as many
    /// draws of the luck as there are runs.
    pub points_share_luck: bool,
    /// Outcome that the others are compared with in `contrasts.csv`.
    pub contrast_against: Outcome,
    /// Named changes of the scenario, each run with every outcome and replicate; empty: only the scenario itself, as `base`.
    pub variants: Vec<Variant>,
    /// Variant that the others are compared with in `contrasts.csv`, when there are variants.
    pub contrast_variant: String,
}

/// A named change of the scenario.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Name in the column `variant`.
    #[schemars(regex(pattern = r"^[A-Za-z0-9_-]{1,64}$"), extend("x-hint" = "1 to 64 letters, digits, `-` or `_`"))]
    pub name: String,
    /// Keys of the scenario and their values under this variant, as with `--set`.
    pub set: serde_json::Map<String, serde_json::Value>,
}
