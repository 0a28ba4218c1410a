//! Perceived threat: what people of a cell believe about their danger.
//!
//! Two layers: unrest and air campaigns are felt over a whole first-level unit, fighting near a cell. Only cells where
//! fighting is felt are visited, so that a quiet day costs next to nothing.

use bevy_ecs::prelude::*;

use super::population::Population;
use super::rules::{self, Threat};
use crate::conflict::Violence;
use crate::geography::Map;
use crate::ids::{AdminId, CellId, TerritoryId};
use crate::leadership::Leadership;
use crate::simulation::{MapRes, ScenarioRes};
use crate::time::Clock;
use crate::units::PerDay;

/// Hazards below this are taken as none, 1/d.
const NEGLIGIBLE: f64 = 1e-8;

/// Perceived threat by unit and by cell, as hazards of leaving.
#[derive(Resource, Clone, Debug)]
pub struct PerceivedThreat {
    /// By first-level unit: unrest and air campaigns.
    pub unit: Vec<f64>,
    /// By cell: fighting nearby (0 where none is felt).
    pub local: Vec<f32>,
    /// Cells with `local` above zero, ascending.
    pub active: Vec<CellId>,
    /// Sum of `unit` over time, for frailty.
    pub unit_cumulative: Vec<f64>,
    /// Sum over time of what `local` adds to `unit`, for frailty.
    pub local_cumulative: Vec<f32>,
    /// The state whose leadership is in question.
    focus: Option<TerritoryId>,
    /// The unit of its capital.
    capital: Option<usize>,
}

impl PerceivedThreat {
    /// No threat anywhere.
    #[must_use]
    pub fn new(map: &Map, focus_state: &str, focus_capital: &str) -> Self {
        let focus = map.territory(focus_state);
        Self {
            focus,
            capital: focus.and_then(|state| map.admin1_named(state, focus_capital)).map(AdminId::index),
            unit: vec![0.0; map.admin1.len()],
            local: vec![0.0; map.cells.len()],
            active: Vec::new(),
            unit_cumulative: vec![0.0; map.admin1.len()],
            local_cumulative: vec![0.0; map.cells.len()],
        }
    }

    /// Perceived hazard at a cell: the stronger of the two layers.
    #[must_use]
    pub fn at(&self, map: &Map, cell: CellId) -> PerDay {
        let unit = self.unit[map.cells.admin1[cell.index()].index()];
        PerDay(unit.max(f64::from(self.local[cell.index()])))
    }

    /// Cumulative hazard at a cell.
    #[must_use]
    pub fn cumulative(&self, map: &Map, cell: CellId) -> f64 {
        self.unit_cumulative[map.cells.admin1[cell.index()].index()] + f64::from(self.local_cumulative[cell.index()])
    }
}

/// System: perceived threat from yesterday's and today's.
pub fn perceive_threat(
    map: Res<MapRes>,
    scenario: Res<ScenarioRes>,
    clock: Res<Clock>,
    leadership: Res<Leadership>,
    violence: Res<Violence>,
    population: Res<Population>,
    mut perceived: ResMut<PerceivedThreat>,
) {
    let (hazard, decision) = (&scenario.displacement.hazard, &scenario.displacement.decision);
    let memory = if scenario.mechanisms.perceived_threat { decision.memory_per_day } else { 0.0 };
    let step = clock.step_days;
    let perceived = &mut *perceived;
    for unit in 0..map.admin1.len() {
        let condition = leadership.provinces[unit];
        let threat = Threat {
            unrest: condition.unrest,
            control: condition.control,
            air_campaign: leadership.air_campaign && Some(map.admin1[unit].state) == perceived.focus,
            capital: Some(unit) == perceived.capital,
            ..Threat::default()
        };
        let today = rules::threat_hazard(threat, hazard, decision);
        let m = rules::perceived_hazard(PerDay(perceived.unit[unit]), today, memory, step).0;
        perceived.unit[unit] = if m < NEGLIGIBLE { 0.0 } else { m };
        perceived.unit_cumulative[unit] += perceived.unit[unit] * step.0;
    }
    // Cells where fighting is felt today or was yesterday: both lists are ascending.
    let cells = merged(&violence.active, &perceived.active);
    perceived.active.clear();
    for cell in cells {
        let i = cell.index();
        let unit = map.cells.admin1[i];
        let threat = Threat {
            unrest: leadership.province(unit).unrest,
            control: violence.control(&leadership, unit, cell),
            fatalities: f64::from(violence.fatalities[i]),
            advance: f64::from(violence.advance[i]),
            ..Threat::default()
        };
        let today = if population.residents[i] + population.displaced[i] == 0 {
            PerDay(0.0)
        } else {
            rules::threat_hazard(threat, hazard, decision)
        };
        let m = rules::perceived_hazard(PerDay(f64::from(perceived.local[i])), today, memory, step).0;
        if m >= NEGLIGIBLE {
            perceived.local[i] = m as f32;
            perceived.active.push(cell);
            let above = (m - perceived.unit[unit.index()]).max(0.0);
            perceived.local_cumulative[i] += (above * step.0) as f32;
        } else {
            perceived.local[i] = 0.0;
        }
    }
}

/// The union of two ascending lists.
fn merged(a: &[CellId], b: &[CellId]) -> Vec<CellId> {
    let mut all = Vec::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let next = match (a.get(i), b.get(j)) {
            (Some(&x), Some(&y)) => x.min(y),
            (Some(&x), None) => x,
            (None, Some(&y)) => y,
            (None, None) => break,
        };
        i += usize::from(a.get(i) == Some(&next));
        j += usize::from(b.get(j) == Some(&next));
        all.push(next);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ascending_lists_merge_without_repeats() {
        let ids = |v: &[u32]| v.iter().map(|&i| CellId(i)).collect::<Vec<_>>();
        assert_eq!(merged(&ids(&[1, 3, 5]), &ids(&[2, 3, 9])), ids(&[1, 2, 3, 5, 9]));
        assert_eq!(merged(&[], &ids(&[4])), ids(&[4]));
    }
}
