//! What violence does to places: felt fatalities, lost control, offspring to come; and the list of active cells.

use bevy_ecs::prelude::*;

use super::fight_state::{Aftermath, Ground};
use super::parameters::Parameters;
use super::rules::{DAY, approach_share, challenge_share, excitation_due, remaining_share};
use super::state::{Events, StateForces, Violence};
use crate::ids::CellId;
use crate::mechanisms::Mechanisms;
use crate::units::{Days, PerDay};

/// Below this a memory is over: the cell can leave the list. Less than a first day's gain of the least challenge.
const NOTHING: f32 = 1e-4;
/// A challenge below this is not felt, so that a handful of fighters does not keep a whole region on the list.
const LEAST_CHALLENGE: f64 = 0.01;
/// How far a ground advance at an event is felt.
const ADVANCE_KM: f32 = 20.0;

/// Yesterday fades and control follows the balance of force.
pub fn contest_places(
    mut violence: ResMut<Violence>,
    mut aftermath: ResMut<Aftermath>,
    forces: Res<StateForces>,
    ground: Ground,
    parameters: Res<Parameters>,
    mechanisms: Res<Mechanisms>,
) {
    let (violence, aftermath, p) = (&mut *violence, &mut *aftermath, &*parameters);
    let challenge = |aftermath: &Aftermath, cell: CellId| {
        let state = ground.forces_at(&forces, p.forces.concentration, cell);
        let groups = f64::from(aftermath.presence[cell.index()]);
        challenge_share(state, groups, p.control.decisiveness).0
    };

    // Places that groups begin to contest.
    if mechanisms.control_contest {
        for i in 0..aftermath.touched.len() {
            let cell = aftermath.touched[i];
            if !aftermath.is_listed(cell) && challenge(aftermath, cell) >= LEAST_CHALLENGE {
                aftermath.list(violence, cell);
            }
        }
    }

    // A day of forgetting, and of the way to what the groups' share of the contest leaves.
    let memory = remaining_share(Days(p.control.memory_days), DAY).0 as f32;
    let advance = remaining_share(Days(p.control.advance_days), DAY).0 as f32;
    let pending = 1.0 - excitation_due(Days(p.excitation.decay_days), DAY).0 as f32;
    let approach = approach_share(PerDay(p.control.speed_per_day), DAY).0 as f32;
    for &cell in &violence.active {
        let c = cell.index();
        violence.fatalities[c] *= memory;
        violence.advance[c] *= advance;
        aftermath.pending[c] *= pending;
        let contested = mechanisms.control_contest && aftermath.presence[c] > 0.0;
        let aim = if contested { challenge(aftermath, cell) } else { 0.0 };
        let aim = if aim < LEAST_CHALLENGE { 0.0 } else { aim as f32 };
        let change = approach * (aim - violence.challenge[c]);
        violence.challenge[c] = (violence.challenge[c] + change).clamp(0.0, 1.0);
        violence.advance[c] = (violence.advance[c] + change.max(0.0)).min(1.0);
    }
}

/// Today's events spread over the places around them; places without anything left leave the list.
pub fn spread_events(
    mut violence: ResMut<Violence>,
    mut aftermath: ResMut<Aftermath>,
    mut events: ResMut<Events>,
    ground: Ground,
    parameters: Res<Parameters>,
) {
    let (violence, aftermath) = (&mut *violence, &mut *aftermath);
    for event in events.today.iter().filter(|event| event.deaths() > 0) {
        for (cell, offset) in ground.around.around(event.cell) {
            violence.fatalities[cell.index()] += event.deaths() as f32 * offset.felt;
            aftermath.list(violence, cell);
        }
    }

    // Offspring to come, and ground advances.
    let branching = parameters.excitation.branching as f32;
    for parent in std::mem::take(&mut aftermath.parents) {
        for (cell, offset) in ground.around.around(parent) {
            aftermath.pending[cell.index()] += branching * offset.offspring;
            aftermath.list(violence, cell);
        }
    }
    for (centre, amount) in std::mem::take(&mut aftermath.advances) {
        for (cell, offset) in
            ground.around.around(centre).take_while(|(_, offset)| offset.km <= ADVANCE_KM)
        {
            let advance = &mut violence.advance[cell.index()];
            *advance = (*advance + amount * offset.strength).min(1.0);
            aftermath.list(violence, cell);
        }
    }

    aftermath.forget_quiet_cells(violence, NOTHING);
    violence.active.sort_unstable();
    aftermath.any_pending = !violence.active.is_empty();
    events.civilian_deaths.extend(aftermath.take_civilian_deaths());
}
