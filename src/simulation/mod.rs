//! The clockwork: a world for one run, its step, its invariants. No files, no errors, no printing.
//!
//! Nothing between loading and writing returns `Result`: a scenario and a map that passed [`check`] always run, and a broken
//! invariant is a bug, which panics and makes the run a failed row of its study.

mod checks;
pub mod invariants;

pub use checks::check;

use std::ops::Deref;
use std::sync::Arc;

use bevy_ecs::prelude::*;
use bevy_tasks::{ComputeTaskPool, TaskPoolBuilder};

use crate::geography::Map;
use crate::leadership::Outcome;
use crate::random::RunKey;
use crate::recorders::table::TableSet;
use crate::recorders::{Recorder, RunOutput};
use crate::scenario::Scenario;
use crate::schedule::{ORDER, Phase, empty_step};
use crate::time::Clock;
use crate::world::{RunMap, ThreadsInRun};
use crate::{borders, conflict, displacement, episode, leadership, ledger, states};

/// The scenario of the run, shared by all runs of its variant.
#[derive(Resource, Clone)]
pub struct ScenarioRes(pub Arc<Scenario>);

impl Deref for ScenarioRes {
    type Target = Scenario;
    fn deref(&self) -> &Scenario {
        &self.0
    }
}

/// How a domain puts its resources into a world, and its systems into the step.
type Domain = (fn(&mut World, &Map, &Scenario), fn(&mut Schedule));

/// The domains of the model, in the order in which their resources are made: states before displacement, whose choices of
/// destination read whom states let in.
const DOMAINS: [Domain; 6] = [
    (|world, _, _| leadership::populate(world), leadership::add_to),
    (|world, _, _| states::populate(world), states::add_to),
    (displacement::populate, displacement::add_to),
    (borders::populate, borders::add_to),
    (|world, _, _| conflict::populate(world), conflict::add_to),
    (|world, _, _| ledger::populate(world), ledger::add_to),
];

/// Which run.
#[derive(Clone, Copy, Debug)]
pub struct RunSpec<'a> {
    /// Outcome.
    pub outcome: Outcome,
    /// Name of the variant, for the rows. The scenario is already that of the variant.
    pub variant: &'a str,
    /// Point of the design, for the rows; 0 without one. The scenario is already that of the point.
    pub point: u32,
    /// Replicate.
    pub replicate: u32,
    /// Seed of the study.
    pub seed: u64,
    /// Threads inside the run; the result does not depend on it.
    pub threads_in_run: usize,
    /// Tables to record; the result does not depend on them.
    pub tables: TableSet,
}

/// The world of one run and its step.
pub struct Simulation {
    world: World,
    schedule: Schedule,
}

impl Simulation {
    /// A world on day 0.
    ///
    /// # Panics
    /// When the as-of date is none, which the scenario's check rules out.
    #[must_use]
    pub fn new(
        scenario: &Arc<Scenario>,
        map: &Arc<Map>,
        outcome: Outcome,
        key: RunKey,
        threads: usize,
    ) -> Self {
        if threads > 1 {
            // The pool is global: the first run that asks for threads sets their number for the process.
            ComputeTaskPool::get_or_init(|| TaskPoolBuilder::new().num_threads(threads).build());
        }
        let mut world = World::new();
        let as_of = scenario.run.as_of.parse().expect("a checked date");
        world.insert_resource(Clock::new(as_of, scenario.run.steps_per_day));
        world.insert_resource(key);
        scenario.put_into(&mut world);
        world.insert_resource(ScenarioRes(Arc::clone(scenario)));
        world.insert_resource(scenario.run.roles(map));
        world.insert_resource(RunMap(Arc::clone(map)));
        world.insert_resource(ThreadsInRun(threads));
        world.insert_resource(NextStep(0));
        world.insert_resource(leadership::ConditionalOn(outcome));
        episode::populate(&mut world); // before the domains, which start from what is given
        let mut schedule = empty_step(threads > 1);
        schedule.add_systems(
            (advance_clock, displacement::start_day, episode::set_stage)
                .chain()
                .in_set(Phase::Clock),
        );
        for (populate, add_to) in DOMAINS {
            populate(&mut world, map, scenario);
            add_to(&mut schedule);
        }
        schedule.add_systems(invariants::check_invariants.in_set(Phase::Record));
        Self { world, schedule }
    }

    /// One step.
    pub fn step(&mut self) {
        self.schedule.run(&mut self.world);
    }

    /// Keeps only some phases of the step, for benches that time one phase by itself.
    pub fn keep_phases(&mut self, kept: &[Phase]) {
        for phase in ORDER.into_iter().filter(|phase| !kept.contains(phase)) {
            self.schedule.configure_sets(phase.run_if(|| false));
        }
    }

    /// The world, to look at.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The step, to add a mechanism of one's own: a system in a phase, ordered among those that touch the same data.
    #[must_use]
    pub fn schedule_mut(&mut self) -> &mut Schedule {
        &mut self.schedule
    }

    /// The world, for benches and tests that set up a state of their own.
    #[must_use]
    pub fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

/// Number of the step that comes next.
#[derive(Resource)]
struct NextStep(u32);

fn advance_clock(mut clock: ResMut<Clock>, mut next: ResMut<NextStep>) {
    clock.set_step(next.0);
    next.0 += 1;
}

/// Does a whole run. The same arguments give the same bytes, whatever else runs beside it.
#[must_use]
pub fn run(scenario: &Arc<Scenario>, map: &Arc<Map>, spec: RunSpec<'_>) -> RunOutput {
    let key = RunKey::new(spec.seed, spec.replicate);
    let mut simulation = Simulation::new(scenario, map, spec.outcome, key, spec.threads_in_run);
    let mut recorder = Recorder::new(simulation.world_mut(), spec);
    for _ in 0..scenario.run.days {
        for _ in 0..scenario.run.steps_per_day {
            simulation.step();
        }
        recorder.look(simulation.world());
    }
    recorder.finish(simulation.world())
}
