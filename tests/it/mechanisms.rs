//! Every mechanism of displacement and borders has an effect of the right sign: each test turns one switch, under the same
//! luck. (Leadership, states, conflict and ledger test theirs beside their code, in worlds made by hand.)

use spillover::leadership::Outcome;
use spillover::recorders::RunOutput;
use spillover::recorders::table::Table;

use crate::common;

/// Runs of three replicates with and without a mechanism.
fn with_and_without(
    mechanism: &str,
    outcome: Outcome,
    more: &[&str],
) -> (Vec<RunOutput>, Vec<RunOutput>) {
    let runs = |on: bool| {
        let switch = format!("mechanisms.{mechanism}={on}");
        let mut sets = vec!["run.days=150", "run.persons_per_group=200"];
        sets.extend(more);
        sets.push(&switch);
        let scenario = common::quick(&sets);
        (0..3).map(|r| common::one(&scenario, outcome, r)).collect()
    };
    (runs(true), runs(false))
}

fn displaced(runs: &[RunOutput]) -> f64 {
    runs.iter().map(|o| (o.headline.displaced_inside + o.headline.displaced_abroad) as f64).sum()
}

fn abroad(runs: &[RunOutput]) -> f64 {
    runs.iter().map(|o| o.headline.displaced_abroad as f64).sum()
}

/// Sum of a column over all rows and runs.
fn total(runs: &[RunOutput], table: Table, column: &str) -> f64 {
    runs.iter()
        .flat_map(|o| common::rows(o, table))
        .map(|row| row[column].parse::<f64>().expect("a number"))
        .sum()
}

fn sum_of(runs: &[RunOutput], measure: &str, border: &str) -> f64 {
    runs.iter().flat_map(|o| common::series(o, measure, border)).map(|v| f64::from(*v)).sum()
}

#[test]
fn the_memory_of_a_threat_prolongs_flight() {
    let displaced = |runs: &[RunOutput]| -> f64 {
        runs.iter()
            .flat_map(|o| common::rows(o, Table::Displacement))
            .filter(|r| r["origin"] == "IRN" && r["state"] == "IRN")
            .map(|r| r["displaced_inside_persons"].parse::<f64>().expect("a count"))
            .sum()
    };
    let (on, off) = with_and_without("perceived_threat", Outcome::CivilStrife, &[]);
    let (on, off) = (displaced(&on), displaced(&off));
    assert!(on > off, "a memory did not keep people leaving: {on} {off}");
}

#[test]
fn a_cascade_raises_and_frailty_lowers_displacement() {
    let (on, off) = with_and_without("cascade", Outcome::CivilStrife, &[]);
    assert!(displaced(&on) > displaced(&off));
    let (on, off) = with_and_without("frailty", Outcome::CivilStrife, &[]);
    assert!(displaced(&on) < displaced(&off));
}

#[test]
fn an_exit_bar_keeps_nationals_in() {
    let (on, off) = with_and_without("exit_bar", Outcome::Continuity, &["run.days=40"]);
    let left = |runs: &[RunOutput]| total(runs, Table::Displacement, "arrivals_persons");
    assert!(left(&on) < left(&off), "{} {}", left(&on), left(&off));
}

#[test]
fn without_entry_policy_more_pass() {
    let (on, off) = with_and_without("entry_policy", Outcome::CivilStrife, &[]);
    let passed = |r: &[RunOutput]| total(r, Table::Crossings, "served_persons");
    assert!(passed(&off) > passed(&on), "{} {}", passed(&on), passed(&off));
}

#[test]
fn the_green_border_is_tried_only_with_its_switch() {
    let (on, off) = with_and_without("green_border", Outcome::CivilStrife, &[]);
    let tried = |r: &[RunOutput]| {
        ["IRN-TUR", "IRN-IRQ", "IRN-AZE"]
            .iter()
            .map(|b| sum_of(r, "irregular_attempts_per_day", b))
            .sum::<f64>()
    };
    assert!(tried(&on) > 0.0 && tried(&off) == 0.0);
}

#[test]
fn kin_draw_people_across_the_line() {
    let (on, off) = with_and_without("kin", Outcome::CivilStrife, &[]);
    let to_azerbaijan = |r: &[RunOutput]| {
        r.iter()
            .flat_map(|o| common::rows(o, Table::Displacement))
            .filter(|row| row["state"] == "AZE" && row["origin"] == "IRN")
            .map(|row| row["arrivals_persons"].parse::<f64>().expect("a count"))
            .sum::<f64>()
    };
    assert!(to_azerbaijan(&on) > to_azerbaijan(&off));
}

#[test]
fn the_displaced_return_and_die_only_with_the_switches() {
    let (on, off) = with_and_without("return_home", Outcome::CivilStrife, &[]);
    let back = |r: &[RunOutput]| total(r, Table::Displacement, "returns_persons");
    assert!(back(&on) > back(&off));
    let (on, off) = with_and_without("mortality", Outcome::CivilStrife, &[]);
    let dead = |r: &[RunOutput]| total(r, Table::Displacement, "deaths_persons");
    assert!(dead(&on) > dead(&off));
}

#[test]
fn afghans_leave_iran_only_with_their_switch() {
    let (on, off) = with_and_without("mobile_population", Outcome::Continuity, &["run.days=40"]);
    let afghans = |r: &[RunOutput]| {
        r.iter()
            .flat_map(|o| common::rows(o, Table::Displacement))
            .filter(|row| row["origin"] == "AFG")
            .count()
    };
    assert!(afghans(&on) > 0 && afghans(&off) == 0);
}

#[test]
fn jams_and_winter_slow_travel() {
    let hops =
        |r: &[RunOutput]| r.iter().map(|o| o.hops as f64 / o.group_days.max(1) as f64).sum::<f64>();
    let (on, off) = with_and_without("seasons", Outcome::CivilStrife, &["run.days=60"]);
    assert!(hops(&on) < hops(&off), "winter did not slow travel: {} {}", hops(&on), hops(&off));
    // Narrow roads, so that the effect is there in a few days.
    let narrow = [
        "run.days=60",
        "displacement.travel.road_capacity_class_1=300.0",
        "displacement.travel.road_capacity_class_2=300.0",
    ];
    let (on, off) = with_and_without("jams", Outcome::CivilStrife, &narrow);
    assert!(hops(&on) < hops(&off), "jams did not slow travel: {} {}", hops(&on), hops(&off));
}

/// What a slow start of a gate does is tested where a queue does not answer it (`tests/it/episode.rs`): here people who pass at
/// other times change the rest of the run by more than the start.
#[test]
fn reneging_shortens_queues() {
    // A tight crossing makes queues.
    let tight = ["borders.crossing.capacity_factor=0.02", "mechanisms.crossing_policy=false"];
    let waiting = |r: &[RunOutput]| {
        sum_of(r, "waiting_persons", "IRN-TUR") + sum_of(r, "waiting_persons", "IRN-IRQ")
    };
    let (on, off) = with_and_without("reneging", Outcome::CivilStrife, &tight);
    assert!(waiting(&on) < waiting(&off), "{} {}", waiting(&on), waiting(&off));
}

#[test]
fn saturation_spreads_people_out() {
    let (on, off) = with_and_without(
        "saturation",
        Outcome::CivilStrife,
        &["displacement.hosting.saturation_share=0.02"],
    );
    assert!(
        abroad(&on) > abroad(&off),
        "full towns send nobody further: {} {}",
        abroad(&on),
        abroad(&off)
    );
}

#[test]
fn secondary_movement_moves_the_settled() {
    let (on, off) = with_and_without("secondary_movement", Outcome::CivilStrife, &[]);
    let days = |r: &[RunOutput]| r.iter().map(|o| o.group_days).sum::<u64>();
    assert!(days(&on) > days(&off));
}

#[test]
fn the_other_kernels_give_other_flows() {
    let share = |kernel: &str| {
        let set = format!("displacement.destination.kernel=\"{kernel}\"");
        let scenario = common::quick(&["run.days=150", &set]);
        let h = common::one(&scenario, Outcome::CivilStrife, 0).headline;
        h.displaced_abroad as f64 / (h.displaced_inside + h.displaced_abroad) as f64
    };
    let shares = [share("gravity"), share("intervening_opportunities"), share("radiation")];
    assert!(shares.iter().all(|s| *s > 0.0 && *s < 1.0), "{shares:?}");
    assert!(
        (shares[0] - shares[1]).abs() > 1e-4 && (shares[0] - shares[2]).abs() > 1e-4,
        "{shares:?}"
    );
}
