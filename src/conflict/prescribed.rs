//! Control and events that the scenario prescribes; the events enter the field as simulated ones do.

use bevy_ecs::prelude::*;

use super::contest::list;
use super::fighting::Field;
use super::rules::control::remaining_share;
use super::surroundings::Surroundings;
use super::{ConflictSettings, Events, Violence, ViolenceType, ViolentEvent};
use crate::displacement::Population;
use crate::prescribed::Prescribed;
use crate::time::Clock;
use crate::units::Days;
use crate::world::RunMap;

/// System of phase Clock: the control that the scenario prescribes from now on.
pub fn take_prescribed_control(prescribed: Res<Prescribed>, mut violence: ResMut<Violence>) {
    violence.given_control.clear();
    violence.given_control.extend_from_slice(prescribed.control());
}

/// Days before day 0 whose events are still remembered.
const REMEMBERED_DAYS: i32 = 90;

/// System: today's prescribed events. On day 0 those of the days before as well: their dead are not among the living of day 0, but are
/// remembered as they would be had the run begun earlier.
pub fn apply_prescribed_events(
    mut events: ResMut<Events>,
    mut field: ResMut<Field>,
    mut violence: ResMut<Violence>,
    prescribed: Res<Prescribed>,
    population: Res<Population>,
    around: Res<Surroundings>,
    settings: Res<ConflictSettings>,
    map: Res<RunMap>,
    clock: Res<Clock>,
) {
    if prescribed.events.is_empty() {
        return;
    }
    let today = clock.day.0.cast_signed();
    let of_day = |day: i32| {
        let start = prescribed.events.partition_point(|e| e.0 < day);
        prescribed.events[start..].iter().take_while(move |e| e.0 == day)
    };
    if today == 0 {
        for day in -REMEMBERED_DAYS..0 {
            // The places forget a day's worth when today is reckoned.
            let days = Days(f64::from(-day - 1));
            let left =
                remaining_share(Days(settings.parameters.control.memory_days), days).0 as f32;
            for (_, cell, event) in of_day(day).filter(|e| e.2.deaths_all > 0) {
                for (near, offset) in around.around(*cell) {
                    violence.fatalities[near.index()] +=
                        event.deaths_all as f32 * offset.felt * left;
                    list(&mut field, &mut violence, near);
                }
            }
        }
    }
    for (_, cell, event) in of_day(today) {
        let event = ViolentEvent {
            day: clock.day,
            cell: *cell,
            kind: ViolenceType::StateBased,
            deaths_groups: 0,
            // Fighters of all sides: none of them is in a group or garrison of the model.
            deaths_state: event.deaths_all.saturating_sub(event.deaths_civilians),
            deaths_civilians: field.kill_civilians(&population, *cell, event.deaths_civilians),
            flashpoint: !settings.iranian(&map, map.cells.admin1[cell.index()]),
        };
        field.record(&mut events, event, false);
    }
}
