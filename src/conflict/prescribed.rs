//! Events that an episode prescribes: they are booked as simulated ones are.

use bevy_ecs::prelude::*;

use super::fight_state::{EventLog, Ground};
use super::parameters::Parameters;
use super::rules::remaining_share;
use super::state::{Violence, ViolenceType, ViolentEvent};
use crate::episode::Given;
use crate::time::Clock;
use crate::units::Days;

/// Days before day 0 whose events are still remembered.
const REMEMBERED_DAYS: i32 = 90;

/// Today's prescribed events. On day 0 those of the days before as well: their dead are not among the living of day 0, but
/// are remembered as they would be had the run begun earlier.
pub fn apply_prescribed_events(
    mut log: EventLog,
    mut violence: ResMut<Violence>,
    prescribed: Res<Given>,
    ground: Ground,
    parameters: Res<Parameters>,
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

    let days_before = if today == 0 { -REMEMBERED_DAYS..0 } else { 0..0 };
    for day in days_before {
        // The places forget a day's worth when today is reckoned.
        let days = Days(f64::from(-day - 1));
        let left = remaining_share(Days(parameters.control.memory_days), days).0 as f32;
        for (_, cell, event) in of_day(day).filter(|e| e.2.deaths_all > 0) {
            for (near, offset) in ground.around.around(*cell) {
                violence.fatalities[near.index()] += event.deaths_all as f32 * offset.felt * left;
                log.aftermath.list(&mut violence, near);
            }
        }
    }

    for (_, cell, event) in of_day(today) {
        let event = ViolentEvent {
            // Fighters of all sides: none of them is in a group or garrison of the model.
            deaths_state: event.deaths_all.saturating_sub(event.deaths_civilians),
            deaths_civilians: log.kill_civilians(*cell, event.deaths_civilians),
            flashpoint: !ground.in_focus(ground.unit(*cell)),
            ..ViolentEvent::new(clock.day, *cell, ViolenceType::StateBased)
        };
        log.record(event, false);
    }
}
