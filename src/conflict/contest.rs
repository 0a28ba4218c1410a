//! What violence does to places: felt fatalities, lost control, offspring to come; and the list of active cells.

use bevy_ecs::prelude::*;

use super::fighting::Field;
use super::forces::StateForces;
use super::rules::combat::excitation_due;
use super::rules::control::{approach_share, challenge_share, remaining_share};
use super::surroundings::Surroundings;
use super::{ConflictSettings, Events, Violence};
use crate::ids::CellId;
use crate::units::{Days, PerDay};
use crate::world::RunMap;

/// Below this a memory is over: the cell can leave the list. Less than a first day's gain of the least challenge.
const NOTHING: f32 = 1e-4;
/// A challenge below this is not felt, so that a handful of fighters does not keep a whole region on the list.
const LEAST_CHALLENGE: f64 = 0.01;

/// How far a ground advance at an event is felt.
const ADVANCE_KM: f32 = 20.0;

pub(super) fn list(field: &mut Field, violence: &mut Violence, cell: CellId) {
    if !field.listed[cell.index()] {
        field.listed[cell.index()] = true;
        violence.active.push(cell);
    }
}

/// Yesterday fades, today's events spread, control follows the balance of force.
pub fn contest_places(
    mut violence: ResMut<Violence>,
    mut field: ResMut<Field>,
    mut events: ResMut<Events>,
    forces: Res<StateForces>,
    around: Res<Surroundings>,
    settings: Res<ConflictSettings>,
    map: Res<RunMap>,
) {
    let (violence, field, p) = (&mut *violence, &mut *field, &settings.parameters);
    let known = violence.active.len();
    let concentration = p.forces.concentration;

    let target = |field: &Field, cell: CellId| {
        let state = forces.at(map.cells.admin1[cell.index()], cell, &around, concentration);
        challenge_share(state, f64::from(field.groups[cell.index()]), p.control.decisiveness).0
    };
    if settings.switches.control_contest {
        for i in 0..field.touched.len() {
            let cell = field.touched[i];
            if !field.listed[cell.index()] && target(field, cell) >= LEAST_CHALLENGE {
                list(field, violence, cell);
            }
        }
    }

    let day = Days(1.0);
    let memory = remaining_share(Days(p.control.memory_days), day).0 as f32;
    let advance = remaining_share(Days(p.control.advance_days), day).0 as f32;
    let pending = 1.0 - excitation_due(Days(p.excitation.decay_days), day).0 as f32;
    let approach = approach_share(PerDay(p.control.speed_per_day), day).0 as f32;
    for &cell in &violence.active {
        let c = cell.index();
        violence.fatalities[c] *= memory;
        violence.advance[c] *= advance;
        field.pending[c] *= pending;
        let aim = if settings.switches.control_contest && field.groups[c] > 0.0 {
            let aim = target(field, cell);
            if aim < LEAST_CHALLENGE { 0.0 } else { aim as f32 }
        } else {
            0.0
        };
        let change = approach * (aim - violence.challenge[c]);
        violence.challenge[c] = (violence.challenge[c] + change).clamp(0.0, 1.0);
        violence.advance[c] = (violence.advance[c] + change.max(0.0)).min(1.0);
    }

    for event in &events.today {
        let deaths = event.deaths();
        if deaths == 0 {
            continue;
        }
        for (cell, offset) in around.around(event.cell) {
            violence.fatalities[cell.index()] += deaths as f32 * offset.felt;
            list(field, violence, cell);
        }
    }
    let branching = p.excitation.branching as f32;
    for i in 0..field.breeding.len() {
        for (cell, offset) in around.around(field.breeding[i]) {
            field.pending[cell.index()] += branching * offset.offspring;
            list(field, violence, cell);
        }
    }
    field.breeding.clear();
    for i in 0..field.advances.len() {
        let (centre, amount) = field.advances[i];
        for (cell, offset) in
            around.around(centre).take_while(|(_, offset)| offset.km <= ADVANCE_KM)
        {
            let advance = &mut violence.advance[cell.index()];
            *advance = (*advance + amount * offset.strength).min(1.0);
            list(field, violence, cell);
        }
    }
    field.advances.clear();

    forget_quiet_cells(violence, field);
    if violence.active.len() > known || !violence.active.is_sorted() {
        violence.active.sort_unstable();
    }
    field.any_pending = !violence.active.is_empty();

    // Civilians killed, one entry a cell, ascending.
    field.bereaved.sort_unstable();
    for cell in field.bereaved.drain(..) {
        events
            .civilian_deaths
            .push((cell, std::mem::take(&mut field.civilians_today[cell.index()])));
    }
}

fn forget_quiet_cells(violence: &mut Violence, field: &mut Field) {
    let Violence { fatalities, challenge, advance, active, .. } = violence;
    active.retain(|cell| {
        let c = cell.index();
        let alive = fatalities[c] >= NOTHING
            || challenge[c] >= NOTHING
            || advance[c] >= NOTHING
            || field.pending[c] >= NOTHING;
        if !alive {
            (fatalities[c], challenge[c], advance[c], field.pending[c]) = (0.0, 0.0, 0.0, 0.0);
            field.listed[c] = false;
        }
        alive
    });
}
