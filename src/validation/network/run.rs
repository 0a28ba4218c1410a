//! Running a case and writing down what was simulated beside what was observed.

use std::sync::Arc;
use std::time::Instant;

use super::case::{Camp, Case};
use super::plan::Plan;
use super::rules;
use super::world::{Network, for_networks};
use crate::displacement::choice::OPEN_SEASON;
use crate::geography::TravelMode;
use crate::ids::TerritoryId;
use crate::random::RunKey;
use crate::scenario;
use crate::scenario::Scenario;
use crate::validation::case::{replicates, scenarios};
use crate::validation::parameter_sets::Ground;
use crate::validation::record::{
    CaseKind, CaseRecord, Cost, Point, Role, SeriesRecord, Settings, Split,
};

/// The setting that says how many persons an agent stands for.
const PERSONS_PER_GROUP: &str = "run.persons_per_group";

/// Model discrepancy of a camp's count, as a share of it `[P]`: no calibration uses network cases.
const DISCREPANCY: f64 = 0.1;

/// What one replicate gives.
struct Replicate {
    /// Persons by camp and day.
    camps: Vec<Vec<u32>>,
    seconds: f64,
    agent_days: f64,
    stored_bytes_per_agent: f64,
    added: u64,
    waiting: u32,
    on_the_way: u64,
}

/// A case with its routes and its scenario: ready to be run with any sets of parameters, from any number of threads.
pub struct Prepared {
    case: Case,
    plan: Arc<Plan>,
    /// Observed total by day.
    total: Vec<u32>,
    /// The scenario as it is for networks.
    ground: Ground,
    scenario: Arc<Scenario>,
    /// The settings that it was prepared with.
    settings: Settings,
}

impl Prepared {
    /// Makes a case ready. Of the settings `scenario`, `sets` and `hide_capacities` count here.
    ///
    /// # Errors
    /// In sentences: what is wrong with the scenario.
    pub fn new(case: Case, settings: &Settings) -> Result<Self, Vec<String>> {
        let resolved = scenario::load(&settings.scenario, &settings.sets)
            .map_err(|problems| vec![problems.render(false)])?;
        let total = case.total();
        let mut scenario = resolved.file.scenario;
        let is_size =
            |s: &String| s.split('=').next().is_some_and(|key| key.trim() == PERSONS_PER_GROUP);
        if !settings.sets.iter().any(is_size) {
            scenario.run.persons_per_group =
                rules::persons_per_group(total.iter().copied().max().unwrap_or(0));
        }
        Ok(Self {
            plan: Arc::new(Plan::new(&case, settings.hide_capacities)),
            ground: Ground::new(&scenario),
            scenario: Arc::new(for_networks(scenario)),
            settings: settings.clone(),
            case,
            total,
        })
    }

    /// Runs the case. The result does not depend on the number of threads.
    ///
    /// # Errors
    /// When the settings are not those that it was prepared with (parameter sets, replicates, seed and threads may be others),
    /// no replicate is asked for, or a set of parameters does not fit the scenario.
    pub fn run(&self, settings: &Settings) -> Result<CaseRecord, Vec<String>> {
        settings.agree_with(&self.settings)?;
        let sets = &settings.parameter_sets;
        let scenarios = scenarios(&self.scenario, &self.ground, sets, |s| Ok(for_networks(s)))?;
        let replicates = replicates(settings, &self.case.name, |r| {
            let scenario = &scenarios[r as usize % scenarios.len()];
            replicate(&self.case, &self.plan, scenario, RunKey::new(settings.seed, r))
        })?;
        Ok(record(&self.case, &self.plan, &scenarios[0], settings, &self.total, &replicates))
    }
}

#[allow(clippy::disallowed_methods, reason = "what a run cost is reported and changes nothing")]
fn replicate(case: &Case, plan: &Arc<Plan>, scenario: &Arc<Scenario>, key: RunKey) -> Replicate {
    let mut network = Network::new(plan, scenario, case.start, key, 1);
    let mut camps = vec![Vec::with_capacity(case.days as usize); case.camps.len()];
    let (mut seconds, mut agent_days) = (0.0, 0.0);
    let per_agent = f64::from(scenario.run.persons_per_group);
    let mut last = network.present();
    let mut most_bytes = last.bytes;
    for day in 0..case.days {
        let before = Instant::now();
        network.step(day);
        seconds += before.elapsed().as_secs_f64();
        let settled = network.settled();
        for (camp, &d) in camps.iter_mut().zip(&plan.destination_of_camp) {
            camp.push(settled[d]);
        }
        last = network.present();
        most_bytes = most_bytes.max(last.bytes);
        agent_days += last.groups as f64 + last.settled as f64 / per_agent;
    }
    let agents = last.groups as f64 + last.settled as f64 / per_agent;
    let (added, waiting) = network.beside_the_files();
    Replicate {
        camps,
        seconds,
        agent_days,
        stored_bytes_per_agent: most_bytes as f64 / agents.max(1.0),
        added,
        waiting,
        on_the_way: last.moving,
    }
}

/// A count of persons by day, observed exactly, with what was simulated for each day.
fn series(
    case: &Case,
    (name, title, source): (&str, String, &str),
    observed: &[u32],
    simulated: impl Fn(usize) -> Vec<f64>,
) -> SeriesRecord {
    let point = |(day, &persons): (usize, &u32)| Point {
        at_days: day as f64,
        at: crate::time::Day(day as u32).date(case.start).to_string(),
        observed: f64::from(persons),
        error: 0.0,
        certainty: "F".to_owned(),
        source: source.to_owned(),
        simulated: simulated(day),
    };
    SeriesRecord {
        name: name.to_owned(),
        title,
        unit: "persons".to_owned(),
        cumulative: false,
        discrepancy: DISCREPANCY,
        points: observed.iter().enumerate().map(point).collect(),
    }
}

fn record(
    case: &Case,
    plan: &Plan,
    scenario: &Scenario,
    settings: &Settings,
    total: &[u32],
    replicates: &[Replicate],
) -> CaseRecord {
    let plain = |name: &str| name.replace('_', " ");

    // A series for each camp, and one for all of them.
    let of_camp = |(i, camp): (usize, &Camp)| {
        let place = &case.places[camp.place];
        let title = format!("Persons in {}, {}", plain(&place.name), plain(&place.country));
        series(case, (&place.name, title, &camp.source), &camp.observed, |day| {
            replicates.iter().map(|r| f64::from(r.camps[i][day])).collect()
        })
    };
    let mut all: Vec<SeriesRecord> = case.camps.iter().enumerate().map(of_camp).collect();
    let about = ("total", "Persons in all camps".to_owned(), "sum over camps");
    all.push(series(case, about, total, |day| {
        let sum = |r: &Replicate| r.camps.iter().map(|camp| f64::from(camp[day])).sum();
        replicates.iter().map(sum).collect()
    }));

    // The camps split the total, which is given.
    let known =
        |camp: &Camp| case.places[camp.place].capacity.filter(|_| !settings.hide_capacities);
    let split = Split {
        name: "camps".to_owned(),
        members: (0..case.camps.len()).collect(),
        gravity_shares: gravity_shares(case, plan, scenario),
        capacity_shares: rules::capacity_shares(&case.camps.iter().map(known).collect::<Vec<_>>()),
        total_given: true,
        total: Some(total.iter().map(|&t| f64::from(t)).collect()),
    };

    let sum = |f: fn(&Replicate) -> f64| replicates.iter().map(f).sum::<f64>();
    let (home, camps, days) = (plain(&case.home), case.camps.len(), case.days);
    CaseRecord {
        name: case.name.clone(),
        title: format!("{}: people from {home} in {camps} camps, {days} days", case.name),
        kind: CaseKind::Network,
        role: Role::Validation,
        capacities_hidden: settings.hide_capacities,
        start: case.start.to_string(),
        replicates: settings.replicates,
        series: all,
        splits: vec![split],
        cost: Cost {
            step_seconds: sum(|r| r.seconds),
            agent_days: sum(|r| r.agent_days),
            persons_per_agent: scenario.run.persons_per_group,
            stored_bytes_per_agent: sum(|r| r.stored_bytes_per_agent) / replicates.len() as f64,
        },
        notes: notes(case, settings, replicates),
    }
}

fn gravity_shares(case: &Case, plan: &Plan, scenario: &Scenario) -> Option<Vec<f64>> {
    let table = plan.open.routes(TerritoryId(0), TravelMode::Vehicle, OPEN_SEASON);
    let sources: Vec<usize> =
        (0..case.places.len()).filter(|&i| case.conflict.iter().any(|day| day[i] > 0.0)).collect();
    let population: Vec<f64> =
        sources.iter().map(|&i| f64::from(case.places[i].population.max(1))).collect();
    let km: Vec<Vec<f64>> = sources
        .iter()
        .map(|&i| {
            plan.destination_of_camp
                .iter()
                .map(|&d| f64::from(table.km[d * table.n_cells + i]))
                .collect()
        })
        .collect();
    rules::gravity_shares(&scenario.displacement.destination, &population, &km)
}

fn notes(case: &Case, settings: &Settings, replicates: &[Replicate]) -> Vec<String> {
    let mut notes = vec![
        "The daily number of people who enter is given: the increase of the observed sum over camps.".to_owned(),
        if settings.hide_capacities {
            "Capacities of camps are hidden.".to_owned()
        } else {
            "Capacities of camps are given; they are often the observed maxima of the same period.".to_owned()
        },
    ];
    let mean =
        |f: fn(&Replicate) -> f64| replicates.iter().map(f).sum::<f64>() / replicates.len() as f64;
    let added = mean(|r| r.added as f64);
    if added > 0.0 {
        notes.push(format!(
            "{added:.0} persons came from the surroundings of places whose given population had all left."
        ));
    }
    let waiting = mean(|r| f64::from(r.waiting));
    if waiting > 0.0 {
        notes.push(format!("{waiting:.0} persons could not enter, for no camp could be reached."));
    }
    notes.push(format!(
        "{:.0} persons were on the way on the last day.",
        mean(|r| r.on_the_way as f64)
    ));
    notes.extend(case.notes.iter().cloned());
    notes
}
