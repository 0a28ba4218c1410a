//! New groups where control is low: opportunists exploit vacuums.

use bevy_ecs::prelude::*;

use super::fight_state::{ActiveGroups, Conditions, Ground, NewGroup};
use super::parameters::Parameters;
use super::rules::{emergence_per_day, kind_of_new_group, unit_size};
use super::run_values::RunValues;
use super::state::{FighterTally, GroupKind};
use crate::ids::AdminId;
use crate::mechanisms::Mechanisms;
use crate::random::{self, StepDraws, Stream};
use crate::units::{Persons, Share};

/// Groups form in provinces whose control is below the threshold.
pub fn form_groups_in_vacuums(
    mut groups: ResMut<ActiveGroups>,
    mut tally: ResMut<FighterTally>,
    conditions: Conditions,
    ground: Ground,
    parameters: Res<Parameters>,
    mechanisms: Res<Mechanisms>,
    values: Res<RunValues>,
    today: StepDraws,
) {
    if !mechanisms.vacuum {
        return;
    }
    let rates = &parameters.vacuum.rates;
    for (index, admin) in ground.map.admin1.iter().enumerate() {
        let unit = AdminId::from_index(index);
        let control = Share::clamped(conditions.leadership.provinces[index].control);
        if control.0 >= rates.control || groups.list.len() as f64 >= rates.most_groups {
            continue;
        }

        // How many form, and where: grievance is that of the place.
        let mut draws = today.draws(Stream::Emergence, index as u64);
        let Some(cell) = ground.populous_cell(unit, random::unit(&mut draws)) else { continue };
        let aggrieved = conditions.grievance(&parameters.recruitment, cell);
        let mean = emergence_per_day(rates, control, aggrieved, Persons(admin.population));
        for _ in 0..random::poisson(&mut draws, mean).min(5) {
            // What each of them is.
            let (u, size) = (random::unit(&mut draws), random::unit(&mut draws));
            let community = ground.map.cells.community[cell.index()];
            let kind = kind_of_new_group(rates, values.kin_communities.contains(&community), u);
            let strength = unit_size(rates.unit, size);
            tally.recruited += u64::from(strength);
            groups.form(NewGroup {
                kind,
                strength,
                cell,
                against: ground.around.governor[cell.index()],
                kin: (kind == GroupKind::KinAutonomist).then_some(community),
                supply_days: rates.supply_days,
                cohesion: parameters.kinds.of(kind).cohesion,
                day: today.clock.day,
            });
        }
    }
}
