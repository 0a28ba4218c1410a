//! The declining insurgency of the North Caucasus as background violence (evidence 1.2, base intensity check).
//!
//! Its level is set by the years since the reference and cannot rise: a resurgence can come only through the flashpoint
//! of the North Caucasus, whose hazard is nil without spillover.

use bevy_ecs::prelude::*;

use super::fight_state::{EventLog, Ground};
use super::parameters::Parameters;
use super::rules::background_victims_per_year;
use super::run_values::RunValues;
use super::state::{ViolenceType, ViolentEvent};
use crate::mechanisms::Mechanisms;
use crate::random::{self, StepDraws, Stream};

/// Draws today's background events.
pub fn draw_background_events(
    mut log: EventLog,
    ground: Ground,
    parameters: Res<Parameters>,
    mechanisms: Res<Mechanisms>,
    values: Res<RunValues>,
    today: StepDraws,
) {
    if !mechanisms.north_caucasus_baseline {
        return;
    }
    let level = &parameters.background.level;
    let date = today.clock.date;
    let years = f64::from(date.year()) + f64::from(date.day_of_year()) / 365.25 - level.year;
    let victims = background_victims_per_year(level, years);
    let most = level.most as u32;
    let events_per_day = victims * level.killed_share / values.severity.mean(most) / 365.25;

    for (index, &(unit, share)) in values.background_units.iter().enumerate() {
        let mut draws = today.draws(Stream::Background, index as u64);
        for _ in 0..random::poisson(&mut draws, events_per_day * share) {
            let Some(cell) = ground.populous_cell(unit, random::unit(&mut draws)) else { break };
            let u = random::unit(&mut draws);
            let deaths = values.severity.deaths(mechanisms.heavy_tail, u, most);
            let civilians =
                random::binomial(&mut draws, u64::from(deaths), level.civilian_share) as u32;
            let deaths_state =
                random::binomial(&mut draws, u64::from(deaths - civilians), 0.5) as u32;
            let event = ViolentEvent {
                // Of cells too small to be entities: they are outside the tally of fighters.
                deaths_groups: deaths - civilians - deaths_state,
                deaths_state,
                deaths_civilians: log.kill_civilians(cell, civilians),
                flashpoint: true,
                ..ViolentEvent::new(today.clock.day, cell, ViolenceType::StateBased)
            };
            log.record(event, false);
        }
    }
}
