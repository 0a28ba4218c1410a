//! THE order of a step. This module knows the phases and no domain.
//!
//! ODD section 3. Systems of one phase that touch the same data must be ordered among themselves by their domain;
//! an order left open is an error when the schedule is built.

use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{LogLevel, ScheduleBuildSettings};

/// The ten phases of a step, in their order.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// 1. Date, season, months open.
    Clock,
    /// 2. The leadership's trajectory, by province; sanctions, tariffs, threats, isolation.
    Leadership,
    /// 3. States decide on lagged information; Russia allocates its reserve.
    States,
    /// 4. Displaced groups and armed groups plan, in parallel, from one snapshot.
    Plan,
    /// 5. Engagements, losses, harm to civilians, control, recruitment, supply.
    Fight,
    /// 6. Travel on the network, queues at crossings, green-border attempts.
    Move,
    /// 7. Settling, saturation, secondary movement, return, mortality.
    Host,
    /// 8. Arms pipeline, energy and trade, influence, prestige, access.
    Ledger,
    /// 9. Pressure per border segment.
    Pressure,
    /// 10. Recorders look; invariants are checked.
    Record,
}

/// Every phase in its order: the one place where the order is written.
pub const ORDER: [Phase; 10] = [
    Phase::Clock,
    Phase::Leadership,
    Phase::States,
    Phase::Plan,
    Phase::Fight,
    Phase::Move,
    Phase::Host,
    Phase::Ledger,
    Phase::Pressure,
    Phase::Record,
];

/// Parts of a phase that systems of other rooms come after, so that no domain names a system of another.
#[derive(SystemSet, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubPhase {
    /// In `Phase::Clock`: the clock shows the step.
    Tick,
    /// In `Phase::Clock`: what the scenario prescribes for this step is known at its end.
    Prescribe,
    /// In `Phase::Move`: displaced groups have travelled at its end.
    Travel,
}

/// An empty step with the phases in their order, and undefined order inside a phase as an error.
#[must_use]
pub fn empty_step(parallel: bool) -> Schedule {
    use bevy_ecs::schedule::{MultiThreadedExecutor, SingleThreadedExecutor};
    let mut schedule = Schedule::default();
    schedule.set_build_settings(ScheduleBuildSettings {
        ambiguity_detection: LogLevel::Error,
        ..ScheduleBuildSettings::default()
    });
    if parallel {
        schedule.set_executor(MultiThreadedExecutor::new());
    } else {
        schedule.set_executor(SingleThreadedExecutor::new());
    }
    for pair in ORDER.windows(2) {
        schedule.configure_sets(pair[0].before(pair[1]));
    }
    schedule.configure_sets(SubPhase::Tick.before(SubPhase::Prescribe));
    schedule
}
