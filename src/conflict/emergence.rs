//! New groups where control is low: opportunists exploit vacuums.

use bevy_ecs::prelude::*;

use super::fighting::grievance_at;
use super::forces::populous_cell;
use super::muster::{FighterTally, Founding, Muster};
use super::rules::strength::{emergence_per_day, unit_size};
use super::surroundings::Surroundings;
use super::{ConflictSettings, GroupKind, Violence};
use crate::ids::AdminId;
use crate::leadership::Leadership;
use crate::random::{self, RunKey, Stream};
use crate::time::Clock;
use crate::units::{PerDay, Persons, Share};
use crate::world::RunMap;

/// Groups form in provinces whose control is below the threshold.
pub fn emerge_in_vacuums(
    mut muster: ResMut<Muster>,
    mut tally: ResMut<FighterTally>,
    violence: Res<Violence>,
    leadership: Res<Leadership>,
    around: Res<Surroundings>,
    settings: Res<ConflictSettings>,
    map: Res<RunMap>,
    key: Res<RunKey>,
    clock: Res<Clock>,
) {
    let rates = &settings.parameters.vacuum.rates;
    if !settings.switches.vacuum {
        return;
    }
    for (index, admin) in map.admin1.iter().enumerate() {
        let unit = AdminId::from_index(index);
        let control = Share::clamped(leadership.provinces[index].control);
        if control.0 >= rates.control || muster.groups.len() as f64 >= rates.most_groups {
            continue;
        }
        let mut draws = key.draws(Stream::Emergence, index as u64, clock.step);
        let Some(cell) = populous_cell(&map, &around, unit, random::unit(&mut draws)) else {
            continue;
        };
        let iranian = settings.iranian(&map, unit);
        let aggrieved = grievance_at(&settings, &leadership, &violence, iranian, unit, cell);
        let mean = emergence_per_day(
            PerDay(rates.per_million_per_day),
            control,
            Share(rates.control),
            aggrieved,
            Persons(admin.population),
        );
        for _ in 0..random::poisson(&mut draws, mean).min(5) {
            let (u, size) = (random::unit(&mut draws), random::unit(&mut draws));
            let community = map.cells.community[cell.index()];
            let kind = if u < rates.criminal_share {
                GroupKind::Criminal
            } else if u < rates.criminal_share + rates.jihadist_share {
                GroupKind::Jihadist
            } else if settings.kin_communities.contains(&community) {
                GroupKind::KinAutonomist
            } else {
                // Where no community is organised, the rest of the hazard is crime as well.
                GroupKind::Criminal
            };
            let strength = unit_size(rates.unit, size);
            tally.recruited += u64::from(strength);
            muster.found(Founding {
                kind,
                strength,
                cell,
                against: around.governor[cell.index()],
                kin: (kind == GroupKind::KinAutonomist).then_some(community),
                supply_days: rates.supply_days,
                cohesion: settings.parameters.kinds.of(kind).cohesion,
                day: clock.day,
            });
        }
    }
}
