//! Conservation and limits. `simulation::invariants` checks persons, queues and capacities after every step of every run in
//! this file and panics on a breach; the tests add what one can only see from outside.

use spillover::leadership::Outcome;
use spillover::recorders::table::Table;

use crate::common;

#[test]
fn nobody_is_lost_or_made_under_any_outcome() {
    let scenario = common::quick(&["run.days=120"]);
    for outcome in Outcome::ALL {
        let output = common::one(&scenario, outcome, 2);
        assert!(
            output.headline.displaced_inside > 0,
            "{outcome:?}: nobody moved, so nothing was tested"
        );
    }
}

#[test]
fn zero_hazards_give_a_still_world() {
    let scenario = common::quick(&[
        "run.days=30",
        "displacement.hazard.background_per_day=0.0",
        "displacement.hazard.protest_per_day=0.0",
        "displacement.hazard.siege_per_day=0.0",
        "displacement.hazard.reprisal_per_day=0.0",
        "displacement.hazard.ground_advance_per_day=0.0",
        "displacement.hazard.defeat_per_day=0.0",
        "displacement.mobile.background_per_day=0.0",
    ]);
    let output = common::one(&scenario, Outcome::CivilStrife, 0);
    assert_eq!(output.hops, 0);
    assert_eq!((output.headline.displaced_inside, output.headline.displaced_abroad), (0, 0));
}

#[test]
fn no_crossing_serves_more_than_its_capacity_or_against_its_policy() {
    let scenario = common::quick(&["run.days=150"]);
    let output = common::one(&scenario, Outcome::CivilStrife, 0);
    let map = common::map();
    let mut busy = 0;
    for row in common::rows(&output, Table::Crossings) {
        let served: f64 = row["served_persons"].parse().expect("a count");
        let crossing =
            map.crossings.iter().find(|x| x.id == row["crossing"]).expect("a crossing of the map");
        let all_closed = ["policy_own_or_kin", "policy_neighbour", "policy_third_country"]
            .iter()
            .all(|p| row[p] == "closed");
        assert!(served <= crossing.capacity_per_day + 1.0, "{} served {served}", crossing.id);
        assert!(!(all_closed && served > 0.0), "{} served {served} while closed", crossing.id);
        busy += u32::from(served > 0.0);
    }
    assert!(busy > 100, "only {busy} rows with traffic: too few to test anything");
}
