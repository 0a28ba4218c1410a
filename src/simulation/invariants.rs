//! What must hold after every step, in integers. A breach is a bug and panics.

use bevy_ecs::prelude::*;

use crate::borders::crossing::Queues;
use crate::displacement::Population;
use crate::displacement::group::{Activity, DisplacedGroup, Travel};

/// System: persons at home, settled, on the move and dead are everybody of day 0; no crossing served beyond its capacity or
/// against its policy; nobody waits without being in a queue.
///
/// # Panics
/// When one of these does not hold.
pub fn check_invariants(population: Res<Population>, queues: Res<Queues>, groups: Query<(&Travel, &DisplacedGroup)>) {
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
    assert_eq!(queued, queues.persons(), "queues and queued groups differ");
    assert_eq!(queues.passed_closed, 0, "somebody passed a closed crossing");
    assert!(queues.most_used <= 1.0, "a crossing served {} of its capacity", queues.most_used);
}
