//! The declining insurgency of the North Caucasus as background violence (evidence 1.2, base intensity check).
//!
//! Its level is set by the years since the reference and cannot rise: a resurgence can come only through the flashpoint
//! of the North Caucasus, whose hazard is nil without spillover.

use bevy_ecs::prelude::*;

use super::fighting::Field;
use super::forces::populous_cell;
use super::rules::domino::background_victims_per_year;
use super::surroundings::Surroundings;
use super::{ConflictSettings, Events, ViolenceType, ViolentEvent};
use crate::displacement::Population;
use crate::random::{self, RunKey, Stream};
use crate::time::Clock;
use crate::world::RunMap;

/// Draws today's background events.
pub fn simmer(
    mut events: ResMut<Events>,
    mut field: ResMut<Field>,
    population: Res<Population>,
    around: Res<Surroundings>,
    settings: Res<ConflictSettings>,
    map: Res<RunMap>,
    key: Res<RunKey>,
    clock: Res<Clock>,
) {
    if !settings.switches.north_caucasus_baseline {
        return;
    }
    let level = &settings.parameters.background.level;
    let years =
        f64::from(clock.date.year()) + f64::from(clock.date.day_of_year()) / 365.25 - level.year;
    let victims =
        background_victims_per_year(level.victims, level.decline_per_year, years, level.floor);
    let most = level.most as u32;
    let events_per_day = victims * level.killed_share / settings.law.mean(most) / 365.25;
    for (index, &(unit, share)) in settings.background_units.iter().enumerate() {
        let mut draws = key.draws(Stream::Background, index as u64, clock.step);
        for _ in 0..random::poisson(&mut draws, events_per_day * share) {
            let Some(cell) = populous_cell(&map, &around, unit, random::unit(&mut draws)) else {
                break;
            };
            let deaths = settings.severity(random::unit(&mut draws), most);
            let civilians =
                random::binomial(&mut draws, u64::from(deaths), level.civilian_share) as u32;
            let deaths_state =
                random::binomial(&mut draws, u64::from(deaths - civilians), 0.5) as u32;
            let event = ViolentEvent {
                day: clock.day,
                cell,
                kind: ViolenceType::StateBased,
                // Of cells too small to be entities: they are outside the tally of fighters.
                deaths_groups: deaths - civilians - deaths_state,
                deaths_state,
                deaths_civilians: field.kill_civilians(&population, cell, civilians),
                flashpoint: true,
            };
            field.record(&mut events, event, false);
        }
    }
}
