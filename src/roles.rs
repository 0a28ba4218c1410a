//! Roles: who plays which part in the crisis. Names of states come from `[run]`; code knows the parts alone, so that another
//! crisis is another config and another map.

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::geography::Map;
use crate::ids::TerritoryId;

/// The states that play a part, where the map has them.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// The state whose leadership is in question.
    pub focus: Option<TerritoryId>,
    /// The state that backs it, whose scarce reserve, influence and supplies are modelled.
    pub patron: Option<TerritoryId>,
}

impl Roles {
    /// Looks the states up on a map by their codes.
    #[must_use]
    pub fn on(map: &Map, focus_state: &str, patron_state: &str) -> Self {
        Self { focus: map.territory(focus_state), patron: map.territory(patron_state) }
    }
}

/// A front of the patron's reserve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Front {
    /// Its name in `[states.reserve]` and in the tables: small letters, digits and `_`.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9_]{0,39}$"), extend("x-hint" = "small letters, digits and `_`"))]
    pub name: String,
    /// What of the map it listens to.
    pub hears: Hears,
}

/// What of the map a front listens to. Its pressure is that of the news, but never below its baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Hears {
    /// Nothing: it stands elsewhere, and keeps its baseline.
    Nothing,
    /// The pressure on the patron's land lines, and a share of that on the lines behind them.
    Lines,
    /// Violence along its land lines.
    Violence,
    /// The pressure on the patron's sea approach, and a share of that on the lines that lead to the sea.
    Sea,
}
