//! State forces by province, and the parts of them that go their own way.

use bevy_ecs::prelude::*;

use super::fight_state::{ActiveGroups, Ground, NewGroup};
use super::parameters::Parameters;
use super::rules::{defecting_share, obeying_share, unit_size};
use super::run_values::RunValues;
use super::state::{FighterTally, GroupKind, StateForces};
use crate::ids::AdminId;
use crate::leadership::Leadership;
use crate::random::{self, DrawId, StepDraws, Stream};
use crate::states::Intervention;
use crate::units::Share;

/// Scales the garrisons by control and cohesion.
pub fn scale_forces(
    mut forces: ResMut<StateForces>,
    leadership: Res<Leadership>,
    parameters: Res<Parameters>,
    ground: Ground,
    intervention: Option<Res<Intervention>>,
) {
    let floor = parameters.forces.loyal_floor;
    let cohesion = Share::clamped(leadership.national.cohesion);
    let forces = &mut *forces;
    let units = || (0..ground.map.admin1.len()).map(AdminId::from_index);
    for unit in units() {
        let control = Share::clamped(leadership.province(unit).control);
        let cohesion = if ground.in_focus(unit) { cohesion } else { Share(1.0) };
        forces.by_admin[unit.index()] =
            f64::from(forces.stock[unit.index()]) * obeying_share(control, cohesion, floor).0;
    }

    // A force sent in from outside stands beside the garrisons of the country's provinces, in proportion to them.
    if let Some(sent) = intervention.filter(|i| i.persons > 0.0)
        && let Some(state) = sent.territory
    {
        let here = || units().filter(|u| ground.map.admin1[u.index()].state == state);
        let all: f64 = here().map(|u| f64::from(forces.initial[u.index()])).sum();
        for unit in here().map(AdminId::index) {
            forces.by_admin[unit] += sent.persons * f64::from(forces.initial[unit]) / all.max(1.0);
        }
    }
}

/// Parts of the focus state's garrisons stop obeying and form groups, or join groups of former comrades.
pub fn draw_defections(
    mut forces: ResMut<StateForces>,
    mut groups: ResMut<ActiveGroups>,
    mut tally: ResMut<FighterTally>,
    leadership: Res<Leadership>,
    parameters: Res<Parameters>,
    values: Res<RunValues>,
    ground: Ground,
    today: StepDraws,
) {
    let Some(focus) = ground.around.focus else { return };
    let p = &parameters.defection;
    let national = leadership.national;
    let forces = &mut *forces;
    for unit in 0..forces.stock.len() {
        let admin = AdminId::from_index(unit);
        let initial = f64::from(forces.initial[unit]);
        if !ground.in_focus(admin) || forces.initial[unit] == 0 {
            continue;
        }

        // Of those who will go, a share goes each day.
        let share = defecting_share(
            p,
            [values.collapse_share, values.turn_share],
            Share::clamped(leadership.province(admin).control),
            Share::clamped(national.cohesion),
            national.alignment,
        );
        let missing = share.0 - f64::from(forces.gone[unit]) / initial;
        if missing > 0.0 {
            let mut draws = today.draws(Stream::ArmedStrength, DrawId::garrison(admin));
            let left = random::poisson(&mut draws, missing * p.speed_per_day * initial) as u32;
            let left = left.min(forces.stock[unit]);
            forces.stock[unit] -= left;
            forces.gone[unit] += left;
            forces.leaving[unit] += left;
        }

        // Keyed by the count of batches so far, as a size waits for its fighters over many days. At most half of those who
        // will go, or a small garrison would wait for ever.
        let garrison = DrawId::garrison(admin);
        let mut draws = today.key.draws(Stream::Emergence, garrison, forces.formed);
        let half = (0.5 * share.0 * initial).max(p.unit[0]);
        let size = unit_size(p.unit, random::unit(&mut draws)).min(half as u32);
        if forces.leaving[unit] < size.max(1) {
            continue;
        }

        // A whole batch joins former comrades or forms a group.
        let strength = std::mem::take(&mut forces.leaving[unit]);
        forces.formed += 1;
        tally.defected += u64::from(strength);
        let comrades = groups.list.iter().position(|active| {
            active.group.kind == GroupKind::StateRemnant
                && active.group.strength > 0
                && active.group.against == focus
                && ground.unit(active.group.cell) == admin
        });
        let joins = random::unit(&mut draws) < p.absorbed_share;
        if let (Some(index), true) = (comrades, joins) {
            groups.list[index].group.strength += strength;
        } else if let Some(cell) = ground.populous_cell(admin, random::unit(&mut draws)) {
            groups.form(NewGroup {
                kind: GroupKind::StateRemnant,
                strength,
                cell,
                against: focus,
                kin: None,
                supply_days: p.supply_days,
                cohesion: parameters.kinds.state_remnant.cohesion,
                day: today.clock.day,
            });
        } else {
            // A province without land on the map: they go home.
            tally.disbanded += u64::from(strength);
        }
    }
}
