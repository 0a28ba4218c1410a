//! Perceived threat: what people of a cell believe about their danger.
//!
//! Two layers: unrest and air campaigns are felt over a whole first-level unit, fighting near a cell. Only cells where
//! fighting is felt are visited, so that a quiet day costs next to nothing. What an episode gives comes on top, by cell.

use bevy_ecs::prelude::*;

use super::rules::{self, Threat};
use crate::conflict::state::Violence;
use crate::episode::{Given, ThreatClass};
use crate::geography::Map;
use crate::ids::{AdminId, CellId, TerritoryId};
use crate::leadership::Leadership;
use crate::simulation::ScenarioRes;
use crate::time::Clock;
use crate::units::PerDay;
use crate::world::RunMap;

/// Hazards below this are taken as none, 1/d.
const NEGLIGIBLE: f64 = 1e-8;

/// Perceived threat by unit and by cell, as hazards of leaving.
#[derive(Resource, Clone, Debug)]
pub struct PerceivedThreat {
    /// By first-level unit: unrest and air campaigns.
    pub unit: Vec<f64>,
    /// By cell: fighting nearby, and what an episode gives (0 where nothing is felt).
    pub local: Vec<f32>,
    /// Of it by fighting alone: the danger of a place, from which its people flee to another. Unrest and air campaigns are
    /// felt over a country as a whole, and people find a quieter place within it.
    pub fighting: Vec<f32>,
    /// Cells with `local` above zero, ascending.
    pub active: Vec<CellId>,
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
            capital: focus
                .and_then(|state| map.admin1_named(state, focus_capital))
                .map(AdminId::index),
            unit: vec![0.0; map.admin1.len()],
            local: vec![0.0; map.cells.len()],
            active: Vec::new(),
            fighting: vec![0.0; map.cells.len()],
        }
    }

    /// Perceived hazard at a cell: the stronger of the two layers.
    #[must_use]
    pub fn at(&self, map: &Map, cell: CellId) -> PerDay {
        let unit = self.unit[map.cells.admin1[cell.index()].index()];
        PerDay(unit.max(f64::from(self.local[cell.index()])))
    }
}

/// System: perceived threat from yesterday's and today's.
pub fn perceive_threat(
    map: Res<RunMap>,
    scenario: Res<ScenarioRes>,
    clock: Res<Clock>,
    leadership: Res<Leadership>,
    violence: Res<Violence>,
    given: Res<Given>,
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
            air_campaign: leadership.air_campaign
                && Some(map.admin1[unit].state) == perceived.focus,
            capital: Some(unit) == perceived.capital,
            ..Threat::default()
        };
        let today = rules::threat_hazard(threat, hazard, decision);
        let m = rules::perceived_hazard(PerDay(perceived.unit[unit]), today, memory, step).0;
        perceived.unit[unit] = if m < NEGLIGIBLE { 0.0 } else { m };
    }
    // Cells where fighting is felt or given today, or was felt yesterday: all lists are ascending.
    let cells = merged(&merged(&violence.active, &given.cells_in_danger), &perceived.active);
    perceived.active.clear();
    for cell in cells {
        let i = cell.index();
        let unit = map.cells.admin1[i];
        let danger = given.danger(cell);
        let mut classes = danger.classes;
        let diffuse = [ThreatClass::Protest, ThreatClass::AirCampaign]
            .map(|c| std::mem::take(&mut classes[c as usize]));
        // Felt whether or not anybody is there: an emptied town is no refuge.
        let threat = Threat {
            unrest: leadership.province(unit).unrest,
            control: violence.control(&leadership, unit, cell),
            fatalities: f64::from(violence.fatalities[i]),
            advance: f64::from(violence.advance[i]).max(danger.advance),
            classes,
            ..Threat::default()
        };
        let fighting = rules::threat_hazard(threat, hazard, decision);
        let mut today = fighting;
        if diffuse.iter().any(|&share| share > 0.0) {
            let mut classes = [0.0; ThreatClass::COUNT];
            classes[..diffuse.len()].copy_from_slice(&diffuse);
            let general =
                rules::threat_hazard(Threat { classes, ..Threat::default() }, hazard, decision);
            today = PerDay(fighting.0.max(general.0));
        }
        let remember = |yesterday: f32, today: PerDay| {
            let m = rules::perceived_hazard(PerDay(f64::from(yesterday)), today, memory, step).0;
            if m >= NEGLIGIBLE { m as f32 } else { 0.0 }
        };
        perceived.fighting[i] = remember(perceived.fighting[i], fighting);
        perceived.local[i] = remember(perceived.local[i], today);
        if perceived.local[i] > 0.0 {
            perceived.active.push(cell);
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
