//! What must hold after every step, in integers. A breach is a bug and panics.

use bevy_ecs::prelude::*;

use crate::borders::CrossingTraffic;
use crate::borders::crossing::Queues;
use crate::borders::parameters::Parameters;
use crate::conflict::state::{ArmedGroup, FighterTally};
use crate::displacement::Population;
use crate::displacement::group::{Activity, DisplacedGroup, Travel};
use crate::episode::Given;
use crate::states::{Passage, Policies};
use crate::time::Clock;
use crate::world::RunMap;

/// System: persons at home, settled, on the move and dead are everybody of day 0; fighters are those of the tally; no crossing served beyond its capacity or
/// against its policy; nobody waits without being in a queue.
///
/// # Panics
/// When one of these does not hold.
pub fn check_invariants(
    population: Res<Population>,
    queues: Res<Queues>,
    traffic: Res<CrossingTraffic>,
    policies: Res<Policies>,
    (map, borders, given, clock): (Res<RunMap>, Res<Parameters>, Res<Given>, Res<Clock>),
    mut before: Local<Vec<[u32; 2]>>,
    (armed, tally): (Query<&ArmedGroup>, Res<FighterTally>),
    groups: Query<(&Travel, &DisplacedGroup)>,
) {
    let (mut moving, mut queued) = (0_u64, 0_u64);
    for (travel, groups) in groups.contiguous_iter().expect("dense components") {
        for (t, g) in travel.iter().zip(groups) {
            moving += u64::from(g.persons);
            if t.activity == Activity::Queued && t.hours_banked < 0.0 {
                queued += u64::from(g.persons);
            }
        }
    }
    let counted = population.accounted_for() + moving;
    assert_eq!(counted, population.initial_total, "persons were lost or made");
    let fighters: i128 = armed.iter().map(|g| i128::from(g.strength)).sum();
    assert_eq!(fighters, tally.in_groups(), "fighters were lost or made");
    assert_eq!(queued, queues.persons(), "queues and queued groups differ");
    // Reckoned anew from the day's traffic, the map and the policies, not from what the queues say of themselves.
    // A gate may close within a day, so what passed is that of the step.
    if clock.starts_day {
        before.clear();
    }
    before.resize(map.crossings.len(), [0; 2]);
    for (x, point) in map.crossings.iter().enumerate() {
        let own = point.capacity_per_day * borders.crossing.capacity_factor;
        for side in 0..2 {
            let most = own.max(given.most_capacity(x, side).unwrap_or(0.0)) + 1.0;
            let served = f64::from(traffic.served[x][side]);
            assert!(
                served <= most,
                "{} served {served} persons in a day, {most} at most",
                point.id
            );
            let closed = policies.passage[x][side] == [Passage::Closed; 3];
            let passed = traffic.served[x][side] - before[x][side];
            assert!(
                !closed || passed == 0,
                "{passed} persons passed the closed crossing {}",
                point.id
            );
        }
    }
    before.copy_from_slice(&traffic.served);
}
