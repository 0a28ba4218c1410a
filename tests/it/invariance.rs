//! What must not change a result: threads inside a run, recorders, what else runs, running twice. And what must.

use spillover::leadership::Outcome;
use spillover::recorders::RunOutput;
use spillover::recorders::table::TableSet;
use spillover::simulation::{RunSpec, run};

use crate::common;

const SHORT: &[&str] = &["run.days=60"];

#[test]
fn a_run_repeats_bit_for_bit() {
    let scenario = common::quick(SHORT);
    let first = common::one(&scenario, Outcome::CivilStrife, 1);
    let second = common::one(&scenario, Outcome::CivilStrife, 1);
    assert!(first == second, "the same run gave different bytes");
    assert!(first.hops > 0, "nobody moved, so nothing was tested");
}

#[test]
fn threads_inside_a_run_change_nothing() {
    let scenario = common::quick(SHORT);
    let spec = common::spec(Outcome::CivilStrife, 0);
    let alone = run(&scenario, &common::map(), spec);
    let threaded = run(&scenario, &common::map(), RunSpec { threads_in_run: 3, ..spec });
    assert!(alone == threaded, "threads inside the run changed the result");
}

#[test]
fn recorders_change_nothing() {
    let scenario = common::quick(SHORT);
    let spec = common::spec(Outcome::Fragmentation, 0);
    let seen = run(&scenario, &common::map(), spec);
    let unseen = run(&scenario, &common::map(), RunSpec { tables: TableSet::runs_only(), ..spec });
    assert!(
        seen.series == unseen.series && seen.headline == unseen.headline,
        "being recorded changed the run"
    );
    assert!(unseen.tables.iter().all(Vec::is_empty), "a table was recorded that was not asked for");
}

#[test]
fn replicates_differ_and_outcomes_share_their_luck_until_they_differ() {
    let scenario = common::quick(SHORT);
    let a = common::one(&scenario, Outcome::Continuity, 0);
    let b = common::one(&scenario, Outcome::Continuity, 1);
    assert!(a.series != b.series, "two replicates are the same");
    // Day 0 is the same under every outcome: nothing has happened yet that an outcome could change.
    let c = common::one(&scenario, Outcome::Fragmentation, 0);
    let day0 = |o: &RunOutput| -> Vec<f32> {
        o.series.values.iter().copied().step_by(o.series.days).collect()
    };
    assert_eq!(day0(&a), day0(&c), "replicate 0 has other luck under another outcome");
    assert_ne!(day0(&a), day0(&b), "replicates share their luck");
}

#[test]
fn four_steps_a_day_tell_the_same_story_as_one() {
    // Step-halving: displaced persons agree within their spread between replicates.
    let total = |steps: &str| {
        let scenario = common::quick(&["run.days=60", steps]);
        let runs = (0..4).map(|r| {
            let h = common::one(&scenario, Outcome::Fragmentation, r).headline;
            (h.displaced_inside + h.displaced_abroad) as f64
        });
        common::median(runs.collect())
    };
    let (day, quarter) = (total("run.steps_per_day=1"), total("run.steps_per_day=4"));
    assert!((quarter / day - 1.0).abs() < 0.15, "{day} persons by day, {quarter} by 6 h");
}

#[test]
fn doubling_the_super_agents_changes_weekly_bands_by_less_than_their_monte_carlo_error() {
    use rayon::prelude::*;
    const REPLICATES: u32 = 16;
    const BORDERS: [&str; 4] = ["IRN-TUR", "IRN-ARM", "IRN-AZE", "IRN-IRQ"];
    // Weekly means of the index, by border, week and replicate.
    let weekly = |persons: u32| -> Vec<Vec<Vec<f64>>> {
        let scenario =
            common::quick(&["run.days=126", &format!("run.persons_per_group={persons}")]);
        let runs: Vec<_> = (0..REPLICATES)
            .into_par_iter()
            .map(|r| common::one(&scenario, Outcome::CivilStrife, r))
            .collect();
        BORDERS
            .map(|border| {
                (0..18)
                    .map(|week| {
                        let mean = |o: &RunOutput| {
                            let days = &common::series(o, "index", border)[week * 7..][..7];
                            days.iter().map(|v| f64::from(*v)).sum::<f64>() / 7.0
                        };
                        runs.iter().map(mean).collect()
                    })
                    .collect()
            })
            .to_vec()
    };
    let (one, two) = (weekly(100), weekly(200));
    let (mut within, mut weeks, mut worst) = (0, 0, 0.0_f64);
    for (a, b) in one.iter().flatten().zip(two.iter().flatten()) {
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        let error = |v: &[f64]| {
            let m = mean(v);
            v.iter().map(|x| (x - m).powi(2)).sum::<f64>() / ((v.len() - 1) * v.len()) as f64
        };
        let (difference, allowed) = ((mean(a) - mean(b)).abs(), 2.0 * (error(a) + error(b)).sqrt());
        worst = worst.max(difference);
        weeks += 1;
        within += u32::from(difference <= allowed + 0.05);
    }
    println!(
        "{within} of {weeks} border-weeks within two Monte Carlo errors; largest difference {worst:.2} points"
    );
    assert!(
        f64::from(within) >= 0.95 * f64::from(weeks),
        "{within} of {weeks}, largest difference {worst:.2}"
    );
}
