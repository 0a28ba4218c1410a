//! Perceived threat: what people of a cell believe about their danger.
//!
//! Two layers: unrest and air campaigns are felt over a whole first-level unit, fighting near a cell. Only cells where
//! fighting is felt are visited, so that a quiet day costs next to nothing. What an episode prescribes comes on top, by cell.

use bevy_ecs::prelude::*;

use super::parameters::Parameters;
use super::rules::{self, Threat};
use super::state::PerceivedThreat;
use crate::conflict::state::Violence;
use crate::geography::Map;
use crate::ids::AdminId;
use crate::leadership::state::Leadership;
use crate::mechanisms::Mechanisms;
use crate::prescribed::state::Prescribed;
use crate::time::Clock;
use crate::units::{Days, PerDay};
use crate::world::RunMap;

/// Hazards below this are taken as none, 1/d.
const NEGLIGIBLE: f64 = 1e-8;

/// System: perceived threat from yesterday's and today's.
pub fn perceive_threat(
    map: Res<RunMap>,
    parameters: Res<Parameters>,
    mechanisms: Res<Mechanisms>,
    clock: Res<Clock>,
    leadership: Res<Leadership>,
    violence: Res<Violence>,
    prescribed: Res<Prescribed>,
    mut perceived: ResMut<PerceivedThreat>,
) {
    let memory = if mechanisms.perceived_threat { parameters.decision.memory_per_day } else { 0.0 };
    let perceived = &mut *perceived;
    perceive_in_units(&map, &parameters, &leadership, memory, clock.step_days, perceived);

    // Cells where fighting is felt or prescribed today, or was felt yesterday; ascending, each once.
    let mut cells = std::mem::take(&mut perceived.active);
    cells.extend(violence.active.iter().copied().chain(prescribed.cells_in_danger()));
    cells.sort();
    cells.dedup();
    for cell in cells {
        let i = cell.index();
        let unit = map.cells.admin1[i];
        let danger = prescribed.danger(cell);
        // Felt whether or not anybody is there: an emptied town is no refuge.
        let threat = Threat {
            unrest: leadership.province(unit).unrest,
            control: violence.control(&leadership, unit, cell),
            fatalities: f64::from(violence.fatalities[i]),
            advance: f64::from(violence.advance[i]).max(danger.advance),
            classes: danger.classes,
            ..Threat::default()
        };
        let [fighting, today] =
            rules::local_hazards(threat, &parameters.hazard, &parameters.decision);
        let remember = |yesterday: f32, today: PerDay| {
            let yesterday = PerDay(f64::from(yesterday));
            remembered(yesterday, today, memory, clock.step_days) as f32
        };
        perceived.fighting[i] = remember(perceived.fighting[i], fighting);
        perceived.local[i] = remember(perceived.local[i], today);
        if perceived.local[i] > 0.0 {
            perceived.active.push(cell);
        }
    }
}

/// Unrest and air campaigns, as felt over each first-level unit.
fn perceive_in_units(
    map: &Map,
    parameters: &Parameters,
    leadership: &Leadership,
    memory: f64,
    step: Days,
    perceived: &mut PerceivedThreat,
) {
    for unit in 0..map.admin1.len() {
        let condition = leadership.provinces[unit];
        let threat = Threat {
            unrest: condition.unrest,
            control: condition.control,
            air_campaign: leadership.air_campaign
                && Some(map.admin1[unit].state) == perceived.focus,
            capital: Some(AdminId::from_index(unit)) == perceived.capital,
            ..Threat::default()
        };
        let today = rules::threat_hazard(threat, &parameters.hazard, &parameters.decision);
        perceived.unit[unit] = remembered(PerDay(perceived.unit[unit]), today, memory, step);
    }
}

/// Threat as perceived today, 1/d; none when it is negligible.
fn remembered(yesterday: PerDay, today: PerDay, memory: f64, step: Days) -> f64 {
    let hazard = rules::perceived_hazard(yesterday, today, memory, step).0;
    if hazard < NEGLIGIBLE { 0.0 } else { hazard }
}
