//! Parameters of the domain: each with unit, range, meaning, source.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parameters of this domain.
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
