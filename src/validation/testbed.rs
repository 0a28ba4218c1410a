//! Cases made by hand for tests.

use super::record::{CaseKind, CaseRecord, Cost, Point, Role, SeriesRecord, Split};
use crate::random::{RunKey, Stream, normal};

/// A point; its date is the day counted from 2023-09-24.
pub fn point(at_days: f64, observed: f64, error: f64, simulated: &[f64]) -> Point {
    let start: jiff::civil::DateTime = "2023-09-24T00:00".parse().unwrap();
    let at =
        start.checked_add(jiff::SignedDuration::from_secs((at_days * 86_400.0) as i64)).unwrap();
    Point {
        at_days,
        at: at.to_string(),
        observed,
        error,
        certainty: "F~".into(),
        source: "a report, by hand".into(),
        simulated: simulated.to_vec(),
    }
}

/// A series of persons.
pub fn series(name: &str, title: &str, cumulative: bool, points: Vec<Point>) -> SeriesRecord {
    SeriesRecord {
        name: name.into(),
        title: title.into(),
        unit: "persons".into(),
        cumulative,
        discrepancy: 0.1,
        points,
    }
}

/// A case of some series that are the parts of one total.
pub fn case(name: &str, replicates: u32, series: Vec<SeriesRecord>) -> CaseRecord {
    let n = series.len();
    let split = Split {
        name: "camps".into(),
        members: (0..n).collect(),
        gravity_shares: Some((0..n).map(|i| 2.0 * (i + 1) as f64 / (n * (n + 1)) as f64).collect()),
        capacity_shares: Some(vec![1.0 / n as f64; n]),
        total_given: false,
        total: None,
    };
    CaseRecord {
        name: name.into(),
        title: "A case <by hand> & more".into(),
        kind: CaseKind::Regional,
        role: Role::Calibration,
        capacities_hidden: false,
        start: "2023-09-24T00:00".into(),
        replicates,
        series,
        splits: vec![split],
        cost: Cost {
            step_seconds: 2.0,
            agent_days: 4e6,
            persons_per_agent: 1,
            stored_bytes_per_agent: 64.0,
        },
        notes: vec!["Made by hand.".into()],
    }
}

/// Two camps, three days, two replicates; its scores are worked out by hand in the tests of `assess`.
pub fn tiny() -> CaseRecord {
    let a = [[10.0, 10.0], [20.0, 20.0], [40.0, 20.0]];
    let b = [[16.0, 16.0], [26.0, 26.0], [36.0, 36.0]];
    let of = |values: [[f64; 2]; 3]| {
        (0..3).map(|i| point(i as f64, 10.0 * (i + 1) as f64, 0.0, &values[i])).collect::<Vec<_>>()
    };
    case(
        "tiny",
        2,
        vec![series("camp_a", "Camp A", true, of(a)), series("camp_b", "Camp B", true, of(b))],
    )
}

/// A growing total and its two parts, simulated without error.
pub fn perfect() -> CaseRecord {
    let points = |share: f64| {
        (0..12)
            .map(|i| {
                // Bends in a way that no baseline foresees; the parts swap their lead.
                let t = f64::from(i);
                let value = share * (100.0 * t * t + 50.0)
                    + if share > 0.5 { 20.0 * t } else { 5.0 * t * t };
                point(t, value, 0.0, &[value; 5])
            })
            .collect()
    };
    case(
        "perfect",
        5,
        vec![
            series("first", "First", true, points(0.7)),
            series("second", "Second", true, points(0.3)),
        ],
    )
}

/// A lively case with noise, of every kind of panel, for pictures and tables.
pub fn lively() -> CaseRecord {
    let key = RunKey::new(3, 0);
    let noisy = |id: u64, truth: &dyn Fn(f64) -> f64, days: &[f64], error: f64| -> Vec<Point> {
        days.iter()
            .enumerate()
            .map(|(i, &day)| {
                let mut draws = key.draws(Stream::Traits, id, i as u32);
                let value = truth(day);
                let simulated: Vec<f64> = (0..20)
                    .map(|r| {
                        let own = normal(&mut key.draws(Stream::Traits, id + 100, r));
                        (value * (1.0 + 0.15 * own) + 0.02 * value * normal(&mut draws)).max(0.0)
                    })
                    .collect();
                point(day, value * (1.0 + 0.08 * normal(&mut draws)), error * value, &simulated)
            })
            .collect()
    };
    let quarter: Vec<f64> = (0..24).map(|i| f64::from(i) * 0.25).collect();
    let daily: Vec<f64> = (0..300).map(f64::from).collect();
    let grown = |t: f64| 100_000.0 / (1.0 + libm::exp(-1.6 * (t - 3.0)));
    let mut record = case(
        "lively",
        20,
        vec![
            series(
                "arrivals",
                "Arrivals at the bridge, cumulative",
                true,
                noisy(1, &grown, &quarter, 0.05),
            ),
            series(
                "present",
                "Persons present in the camp",
                false,
                noisy(2, &|t| 40_000.0 * t / (60.0 + t), &daily, 0.0),
            ),
            series(
                "one",
                "Share that one count found",
                false,
                noisy(3, &|_| 3_200.0, &[30.0], 0.1),
            ),
            series(
                "return",
                "Returns",
                false,
                noisy(4, &|t| 900.0 * t * libm::exp(-t / 9.0), &[2.0, 9.0, 16.0, 40.0, 75.0], 0.2),
            ),
        ],
    );
    record.splits.clear();
    record
}
