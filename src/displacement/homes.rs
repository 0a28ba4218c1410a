//! What those who would return look at: their homes.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use super::parameters::Parameters;
use super::population::Population;
use super::rules;
use super::state::PerceivedThreat;
use crate::conflict::state::Violence;
use crate::ids::{AdminId, CellId};
use crate::leadership::state::Leadership;
use crate::units::{PerDay, Share};
use crate::world::RunMap;

/// What calls the displaced home.
#[derive(Clone, Copy, Default)]
pub struct Calls {
    /// Hazard of return for good.
    pub stay: PerDay,
    /// Hazard of a visit.
    pub visit: PerDay,
}

/// Threat and control at the homes of the displaced.
#[derive(SystemParam)]
pub struct Homes<'w> {
    /// The map.
    pub map: Res<'w, RunMap>,
    /// The domain's parameters.
    pub parameters: Res<'w, Parameters>,
    /// Perceived threat.
    pub threat: Res<'w, PerceivedThreat>,
    leadership: Res<'w, Leadership>,
    violence: Res<'w, Violence>,
}

impl Homes<'_> {
    /// Hazard of return to a cell.
    #[must_use]
    pub fn hazard(&self, cell: CellId) -> PerDay {
        let unit = self.map.cells.admin1[cell.index()];
        let control = Share::clamped(self.violence.control(&self.leadership, unit, cell));
        let threat = self.threat.at(&self.map, cell);
        rules::return_hazard(&self.parameters.hosting, control, threat)
    }

    /// Hazards of return of those who left a first-level unit, and of visits there: means over the cells that they left, by how many.
    /// Where nobody has left since day 0, the homes of those displaced before are taken to lie where people live.
    #[must_use]
    pub fn mean_calls(&self, population: &Population, unit: AdminId) -> Calls {
        let p = &*self.parameters;
        let siege = PerDay(p.hazard.siege_per_day);
        let cells = &population.cells_of[unit.index()];
        let some_left = cells.iter().any(|&cell| population.gone(cell) > 0);
        let (mut persons, mut stay, mut visit) = (0.0, 0.0, 0.0);
        for &cell in cells {
            let gone =
                if some_left { population.gone(cell) } else { population.residents[cell.index()] };
            if gone > 0 {
                let threat = self.threat.at(&self.map, cell);
                let safe = rules::threat_factor(threat, siege, p.destination.threat_aversion);
                persons += f64::from(gone);
                stay += f64::from(gone) * self.hazard(cell).0;
                visit += f64::from(gone) * p.hosting.visit_per_day * safe;
            }
        }
        let each = 1.0 / f64::max(persons, 1.0);
        Calls { stay: PerDay(stay * each), visit: PerDay(visit * each) }
    }

    /// Share of visitors to a first-level unit who stay, having found it as it is.
    #[must_use]
    pub fn share_who_stay(&self, population: &Population, unit: AdminId) -> Share {
        let found = self.mean_calls(population, unit).stay;
        rules::share_who_stay(&self.parameters.hosting, found)
    }
}
