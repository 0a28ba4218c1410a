//! Parameters of the states: each with unit, range, meaning, source.
//!
//! There are no defaults in code: `configs/base.toml` (from `configs/fragments/states.toml`) holds every value with its tag.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Passage;

/// `[states]`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameters {}
impl Parameters {
    /// stub
    #[must_use]
    pub fn kin_communities(&self, _code: &str) -> &[String] {
        &[]
    }
}
