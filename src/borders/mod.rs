//! Borders: crossings as queues, the green border, the pressure index (ODD 7.5).

use bevy_ecs::prelude::*;

use crate::schedule::{Phase, SubPhase};
use crate::world::RunMap;

pub mod components;
pub mod crossing;
pub mod green;
pub mod parameters;
pub mod pressure;
pub mod rules;
mod segment_pressure;
pub mod state;

use parameters::Parameters;
pub use segment_pressure::{Pressure, SegmentPressure};
pub use state::{CrossingTraffic, GreenTraffic};
use state::{GreenLines, Queues};

/// Registers the systems of the domain. Crossings and lines follow the travel of displaced groups.
pub fn add_to(schedule: &mut Schedule) {
    schedule.add_systems(
        (crossing::join_queues, crossing::serve_queues, green::attempt_green_border)
            .chain()
            .after(SubPhase::Travel)
            .in_set(Phase::Move),
    );
    schedule.add_systems(pressure::assess_pressure.in_set(Phase::Pressure));
}

/// Puts the domain's resources into a world that holds the map and the parameters: nobody waits or has passed.
pub fn populate(world: &mut World) {
    let map = world.resource::<RunMap>().clone();
    let parameters = world.resource::<Parameters>().clone();
    let segments = map.segments.len();
    world.insert_resource(CrossingTraffic::none(&map));
    world.insert_resource(Queues::empty(&map, parameters.crossing.idle_share));
    world.insert_resource(GreenTraffic { attempts: vec![0; segments], stopped: vec![0; segments] });
    world.insert_resource(GreenLines::new(&map));
    world.insert_resource(pressure::SegmentConstants::new(&map, &parameters.pressure));
    world.insert_resource(Pressure {
        today: vec![SegmentPressure::default(); segments],
        ..Pressure::default()
    });
}

/// Puts the neutral state into a world: that of day 0.
pub fn still(world: &mut World) {
    populate(world);
}
