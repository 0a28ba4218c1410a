//! Armed conflict: groups, engagements, control, recruitment, sanctuary, vacuums, flashpoints (ODD 7.3).
//!
//! Groups plan in `Phase::Plan` (`plan`) from one snapshot. `Phase::Fight` is a serial chain, once a day: groups are listed
//! (`fight_state`), garrisons are scaled and parts of them defect (`forces`), groups emerge in vacuums (`emergence`),
//! march (`march`), are felt (`presence`), fight state forces (`engagement`) and each other (`rivalry`); background
//! violence (`background`), the region's own conflicts (`flashpoints`) and an episode (`prescribed`) add their events;
//! places feel them (`places`); groups live on (`livelihood`); segments are assessed (`threat`).
//!
//! Reads: leadership (conditions, never outcomes), states (guards, reserve), displacement (people present, refugees), map.
//! Writes: what is in [`state`], which is all that others read.
//!
//! Limits: recruits and defectors are not taken out of the residents; the dead of background violence and of flashpoints
//! are outside the tally of fighters; no tactical resolution and no target of any kind is modelled or put out.

use bevy_ecs::prelude::*;

use crate::mechanisms::Mechanisms;
use crate::prescribed::Prescribed;
use crate::schedule::{Phase, SubPhase};
use crate::time::Clock;

mod background;
mod check;
mod emergence;
mod engagement;
mod fight_state;
mod flashpoints;
mod forces;
mod initial;
mod livelihood;
mod march;
pub mod parameters;
mod places;
mod plan;
mod prescribed;
mod presence;
mod rivalry;
mod rules;
mod run_values;
pub mod state;
mod surroundings;
#[cfg(test)]
mod tests;
mod threat;

pub use check::check_against_map;
pub use initial::populate;
pub use state::still;

/// Registers the domain's systems: planning, and the serial chain of the fight.
pub fn add_to(schedule: &mut Schedule) {
    let day_starts = |clock: Res<Clock>| clock.starts_day;
    let groups_arise = |mechanisms: Res<Mechanisms>| mechanisms.armed_groups;
    schedule.add_systems(plan::plan_armed_groups.in_set(Phase::Plan).run_if(day_starts));
    schedule.add_systems(
        prescribed::take_prescribed_control
            .run_if(resource_changed::<Prescribed>)
            .after(SubPhase::Prescribe)
            .in_set(Phase::Clock),
    );
    let own_violence = (
        background::draw_background_events,
        flashpoints::update_flashpoints,
        flashpoints::draw_flashpoint_events,
    );
    let day = (
        fight_state::collect_groups,
        forces::scale_forces,
        (forces::draw_defections, emergence::form_groups_in_vacuums).chain().run_if(groups_arise),
        march::march_groups,
        presence::sum_presence,
        engagement::engage_state_forces,
        rivalry::engage_rivals,
        own_violence.chain().run_if(groups_arise),
        prescribed::apply_prescribed_events,
        (places::contest_places, places::spread_events).chain(),
        livelihood::sustain_groups,
        (livelihood::split_groups, livelihood::merge_groups).chain(),
        threat::assess_segments,
        fight_state::write_groups_back,
    );
    schedule.add_systems(
        (fight_state::clear_events, day.chain().run_if(day_starts)).chain().in_set(Phase::Fight),
    );
}
