//! The domain on the tiny map: a real world, in which the test plays leadership and guards, and this domain's systems alone.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use bevy_ecs::prelude::*;

use super::parameters::Parameters;
use super::state::{
    ArmedCrossings, ArmedGroup, Events, FighterTally, FlashpointState, Flashpoints, SegmentThreat,
    StateForces, Violence,
};
use super::surroundings::Surroundings;
use super::{add_to, check_against_map};
use crate::displacement::Population;
use crate::geography::Map;
use crate::ids::CellId;
use crate::leadership::{Condition, Leadership, Outcome, ProvinceCondition};
use crate::mechanisms::Mechanisms;
use crate::random::RunKey;
use crate::scenario::Scenario;
use crate::schedule::empty_step;
use crate::simulation::Simulation;
use crate::states::{Guards, Reserve};
use crate::time::{Clock, Day};

const CALM: Condition = Condition {
    unrest: 0.2,
    control: 0.9,
    cohesion: 0.8,
    stress: 0.4,
    outside_pressure: 0.4,
    alignment: 0.6,
};
const COLLAPSE: Condition = Condition {
    unrest: 0.9,
    control: 0.3,
    cohesion: 0.2,
    stress: 0.9,
    outside_pressure: 0.6,
    alignment: 0.0,
};

static MAP: LazyLock<Arc<Map>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("maps/tiny");
    Arc::new(Map::load(&folder, jiff::civil::date(2026, 1, 15)).expect("the tiny map"))
});

/// The shipped base scenario.
pub static BASE: LazyLock<Scenario> = LazyLock::new(|| {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/base.toml");
    crate::scenario::load(&base, &[]).expect("the base scenario").file.scenario
});

/// The base scenario with its groups beyond the northern line of the focus state, and people for twenty: the tiny
/// map has few.
static SCENARIO: LazyLock<Scenario> = LazyLock::new(|| {
    let mut scenario = BASE.clone();
    scenario.run.focus_capital = "Border province (fictional)".into();
    scenario.mechanisms.mobile_population = false;
    let p = &mut scenario.conflict;
    for (row, i) in p.groups.iter_mut().zip(0_u32..) {
        (row.lat, row.lon, row.spread_km) = (39.95, 45.6 + 0.15 * f64::from(i), 15.0);
        if row.kin == "Kurd" {
            row.kin = "Azerbaijani".into();
        }
    }
    p.sanctuary.hosts[0].host = "AZE".into();
    p.background.regions[0].unit = "Ridge republic (fictional)".into();
    p.forces.iran_population /= 20.0;
    p.vacuum.rates.per_million_per_day *= 20.0;
    p.recruitment.pool_share *= 20.0;
    scenario
});

struct Bed {
    simulation: Simulation,
    schedule: Schedule,
    step: u32,
}

/// What a run of a bed came to: sums over its days, and how it ended.
#[derive(Debug, Default, PartialEq)]
struct Sums {
    events: [u32; 3],
    deaths: u32,
    worst: u32,
    attempted: u32,
    detected: u32,
    tally: FighterTally,
    soldiers_killed: u64,
    challenge: f32,
    groups: usize,
}

impl Bed {
    fn new(condition: Condition, replicate: u32, change: impl Fn(&mut Scenario)) -> Self {
        let mut scenario = SCENARIO.clone();
        change(&mut scenario);
        let key = RunKey::new(11, replicate);
        let scenario = Arc::new(scenario);
        let mut simulation = Simulation::new(&scenario, &MAP, Outcome::Continuity, key, 1);
        let world = simulation.world_mut();
        let focus = world.resource::<Surroundings>().focus;
        let mut leadership = world.resource_mut::<Leadership>();
        leadership.national = condition;
        for (unit, province) in MAP.admin1.iter().zip(&mut leadership.provinces) {
            let there = if Some(unit.state) == focus { condition } else { CALM };
            *province = ProvinceCondition { unrest: there.unrest, control: there.control };
        }
        let mut guards = world.resource_mut::<Guards>();
        guards.per_km.fill([3.0, 3.0]);
        guards.sensors.fill([0.0, 0.0]);
        let mut schedule = empty_step(false);
        add_to(&mut schedule);
        Self { simulation, schedule, step: 0 }
    }

    /// A bed whose scenario differs in parameters of the domain alone.
    fn with(condition: Condition, replicate: u32, change: impl Fn(&mut Parameters)) -> Self {
        Self::new(condition, replicate, |scenario| change(&mut scenario.conflict))
    }

    fn get<R: Resource>(&self) -> &R {
        self.simulation.world().resource::<R>()
    }

    fn get_mut<R: Resource<Mutability = bevy_ecs::component::Mutable>>(&mut self) -> Mut<'_, R> {
        self.simulation.world_mut().resource_mut::<R>()
    }

    fn day(&mut self) {
        let step = self.step;
        self.get_mut::<Clock>().set_step(step);
        self.schedule.run(self.simulation.world_mut());
        self.step += self.get::<Clock>().steps_per_day;
    }

    fn run(&mut self, days: u32) -> Sums {
        let mut sums = Sums::default();
        for _ in 0..days {
            self.day();
            for event in &self.get::<Events>().today {
                sums.events[event.kind as usize] += 1;
                sums.deaths += event.deaths();
                sums.worst = sums.worst.max(event.deaths());
            }
            let crossings = self.get::<ArmedCrossings>();
            sums.attempted += crossings.attempted.iter().sum::<u32>();
            sums.detected += crossings.detected.iter().sum::<u32>();
        }
        sums.tally = *self.get::<FighterTally>();
        sums.soldiers_killed = self.get::<StateForces>().killed;
        sums.challenge = self.get::<Violence>().challenge.iter().sum();
        sums.groups = self.groups().len();
        sums
    }

    fn groups(&mut self) -> Vec<ArmedGroup> {
        let world = self.simulation.world_mut();
        world.query::<&ArmedGroup>().iter(world).cloned().collect()
    }
}

/// The mean of what many runs came to.
fn mean(runs: u32, run: impl Fn(u32) -> f64) -> f64 {
    (0..runs).map(run).sum::<f64>() / f64::from(runs)
}

#[test]
fn every_fighter_is_accounted_for_on_every_day_of_collapse() {
    let mut bed = Bed::with(COLLAPSE, 0, |_| ());
    for _ in 0..200 {
        bed.day();
        let fighters: i128 = bed.groups().iter().map(|g| i128::from(g.strength)).sum();
        assert_eq!(fighters, bed.get::<FighterTally>().in_groups());

        let (events, population) = (bed.get::<Events>(), bed.get::<Population>());
        let killed: u32 = events.today.iter().map(|e| e.deaths_civilians).sum();
        assert_eq!(killed, events.civilian_deaths.iter().map(|d| d.1).sum::<u32>());
        assert!(events.civilian_deaths.is_sorted_by(|a, b| a.0 < b.0));
        for &(cell, n) in &events.civilian_deaths {
            assert!(n <= population.residents[cell.index()] + population.displaced[cell.index()]);
        }

        let violence = bed.get::<Violence>();
        assert!(violence.active.is_sorted_by(|a, b| a < b));
        let mut shares = violence.challenge.iter().chain(&violence.advance);
        assert!(shares.all(|x| (0.0..=1.0).contains(x)));
        let listed = |c: usize| violence.active.binary_search(&CellId::from_index(c)).is_ok();
        assert!((0..violence.fatalities.len()).all(|c| violence.fatalities[c] <= 0.0 || listed(c)));
    }
    let tally = *bed.get::<FighterTally>();
    assert!(tally.recruited > 0 && tally.defected > 0 && tally.killed > 0, "{tally:?}");
    let forces = bed.get::<StateForces>();
    let sum = |v: &Vec<u32>| v.iter().map(|&n| u64::from(n)).sum::<u64>();
    assert_eq!(sum(&forces.initial), sum(&forces.stock) + sum(&forces.gone) + forces.killed);
}

#[test]
fn collapse_brings_a_multiple_of_the_violence_of_calm() {
    let events = |condition| {
        mean(6, |r| f64::from(Bed::with(condition, r, |_| ()).run(200).events.iter().sum::<u32>()))
    };
    // The garrisons of the tiny map are too small for many remnants: on the Caucasus the ratio is tens (evidence 1.4).
    let (calm, collapse) = (events(CALM), events(COLLAPSE));
    assert!(collapse > 2.0 * calm.max(1.0), "{calm} in calm, {collapse} in collapse");
}

#[test]
fn the_same_luck_gives_the_same_run() {
    let run = |r| Bed::with(COLLAPSE, r, |_| ()).run(60);
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn without_groups_and_background_the_world_is_still() {
    let mut bed = Bed::new(CALM, 0, |scenario| {
        scenario.mechanisms.north_caucasus_baseline = false;
        scenario.conflict.groups.clear();
        scenario.conflict.flashpoints.clear();
    });
    assert_eq!(bed.run(100), Sums::default());
    assert!(bed.get::<Violence>().active.is_empty());
    assert!(bed.get::<SegmentThreat>().armed_per_100km.iter().all(|&a| a <= 0.0));
}

#[test]
fn more_guards_let_fewer_groups_cross() {
    let crossings = |guards: f64| {
        let run = |r| {
            let mut bed = Bed::with(COLLAPSE, r, |_| ());
            bed.get_mut::<Guards>().per_km.fill([guards, guards]);
            bed.run(60)
        };
        (0..8).map(run).fold((0, 0), |(crossed, detected), sums| {
            (crossed + sums.attempted - sums.detected, detected + sums.detected)
        })
    };
    let (open, guarded) = (crossings(0.0), crossings(30.0));
    assert!(open.0 > 2 * guarded.0, "{open:?} without guards, {guarded:?} with many");
    assert_eq!(open.1, 0);
}

/// Each switch takes away what it says: what runs in collapse come to with it and without, and what must hold.
#[test]
fn switches_do_what_they_say() {
    type Case = (&'static str, fn(&mut Mechanisms), fn(&Sums) -> f64, fn(f64, f64) -> bool);
    let gone: fn(f64, f64) -> bool = |on, off| on > 0.0 && off <= 0.0;
    let less: fn(f64, f64) -> bool = |on, off| off < on;
    let of_events: fn(&Sums) -> f64 = |s| f64::from(s.events[0]);
    let cases: [Case; 10] = [
        ("armed_groups", |m| m.armed_groups = false, |s| s.groups as f64, gone),
        (
            "engagements with the state",
            |m| (m.engagements, m.north_caucasus_baseline) = (false, false),
            of_events,
            |on, off| on > 0.0 && off < on / 4.0,
        ),
        ("engagements of rivals", |m| m.engagements = false, |s| f64::from(s.events[1]), gone),
        ("self_excitation", |m| m.self_excitation = false, of_events, less),
        ("heavy_tail", |m| m.heavy_tail = false, |s| f64::from(s.worst), |on, off| on > 2.0 * off),
        ("sanctuary", |m| m.sanctuary = false, |s| f64::from(s.attempted), gone),
        (
            "recruitment",
            |m| (m.recruitment, m.vacuum) = (false, false),
            |s| s.tally.recruited as f64,
            gone,
        ),
        ("desertion", |m| m.desertion = false, |s| s.tally.deserted as f64, gone),
        ("control_contest", |m| m.control_contest = false, |s| f64::from(s.challenge), gone),
        ("vacuum", |m| m.vacuum = false, |s| s.groups as f64, less),
    ];
    let runs = |change: fn(&mut Mechanisms)| {
        let run = |r| Bed::new(COLLAPSE, r, |s| change(&mut s.mechanisms)).run(120);
        (0..4).map(run).collect::<Vec<_>>()
    };
    let all_on = runs(|_| ());
    for (name, turn_off, reading, holds) in cases {
        let sum = |runs: &[Sums]| runs.iter().map(reading).sum::<f64>();
        let (on, off) = (sum(&all_on), sum(&runs(turn_off)));
        assert!(holds(on, off), "{name}: {on} with it, {off} without");
    }
}

#[test]
fn terrain_spares_the_groups() {
    let killed_for_one_soldier = |terrain| {
        mean(12, |r| {
            let mut bed = Bed::new(CALM, r, |scenario| {
                (scenario.mechanisms.terrain, scenario.mechanisms.vacuum) = (terrain, false);
                scenario.conflict.engagement.rate *= 20.0;
                scenario.conflict.plan.raid_cost = -5.0;
            });
            let sums = bed.run(60);
            sums.tally.killed as f64 / sums.soldiers_killed.max(1) as f64
        })
    };
    let (rough, plain) = (killed_for_one_soldier(true), killed_for_one_soldier(false));
    assert!(rough < plain, "{rough} {plain}");
}

#[test]
fn a_turn_of_the_government_sends_a_few_in_a_hundred_underground() {
    let turned = Condition { control: 0.85, cohesion: 0.5, alignment: -0.4, unrest: 0.3, ..CALM };
    for r in 0..5 {
        let mut bed = Bed::with(turned, r, |_| ());
        bed.run(360);
        let forces = bed.get::<StateForces>();
        let units = (0..MAP.admin1.len()).filter(|&u| MAP.admin1[u].state == focus(&bed));
        let initial: u32 = units.map(|unit| forces.initial[unit]).sum();
        let share = f64::from(forces.gone.iter().sum::<u32>()) / f64::from(initial);
        assert!((0.005..=0.055).contains(&share), "{share}");
        assert_eq!(Bed::with(CALM, r, |_| ()).run(360).tally.defected, 0);
    }
}

fn focus(bed: &Bed) -> crate::ids::TerritoryId {
    bed.get::<Surroundings>().focus.expect("the focus state is on the map")
}

#[test]
fn the_background_stays_at_its_level() {
    // 10 to 12 victims a year, 44 % of them killed: 4 to 6 deaths a year; 40 years of luck.
    let deaths = 40.0
        * mean(40, |r| {
            let mut bed = Bed::with(CALM, r, |p| {
                p.groups.clear();
                p.flashpoints.clear();
                p.background.regions[0].share = 1.0;
            });
            f64::from(bed.run(365).deaths)
        });
    assert!((100.0..=300.0).contains(&deaths), "{deaths}");
}

#[test]
fn excitation_multiplies_events_below_its_bound() {
    // Offspring of n events are at most branching / (1 - branching) times n, whatever the number of groups.
    let events = |branching: f64| {
        mean(12, |r| {
            let mut bed = Bed::new(CALM, r, |scenario| {
                (scenario.mechanisms.vacuum, scenario.mechanisms.split_merge) = (false, false);
                let p = &mut scenario.conflict;
                p.flashpoints.clear();
                p.excitation.branching = branching;
                p.engagement.rate *= 3.0;
                p.engagement.most_against_one = 0.1;
                p.severity.exponent = 4.0;
            });
            f64::from(bed.run(150).events[0])
        })
    };
    let (alone, excited) = (events(0.0), events(0.5));
    assert!(excited > 1.15 * alone && excited < 2.2 * alone, "{alone} {excited}");
}

#[test]
fn channels_of_the_domino_effect_are_told_apart() {
    let row = |diverted: f64, turn_off: fn(&mut Mechanisms)| -> FlashpointState {
        let mut bed = Bed::new(COLLAPSE, 0, |scenario| {
            turn_off(&mut scenario.mechanisms);
            scenario.conflict.flashpoints.truncate(1);
        });
        bed.get_mut::<Reserve>().attention_diverted = diverted;
        bed.get_mut::<Population>().refugees[50] = 500;
        bed.run(30);
        bed.get::<Flashpoints>().rows[0].clone()
    };
    let base = SCENARIO.conflict.flashpoints[0].hazard_per_year / 365.25;
    let all = row(0.3, |_| ());
    let channels = |row: &FlashpointState| {
        [row.contribution_kin, row.contribution_sanctuary, row.contribution_vacuum]
    };
    assert!(channels(&all).iter().all(|&c| c > 0.0) && all.hazard_per_day > base, "{all:?}");
    assert!(row(0.6, |_| ()).hazard_per_day > all.hazard_per_day);
    let off: [fn(&mut Mechanisms); 3] =
        [|m| m.domino_kin = false, |m| m.domino_sanctuary = false, |m| m.domino_vacuum = false];
    for (channel, turn_off) in off.into_iter().enumerate() {
        assert!(channels(&row(0.3, turn_off))[channel].abs() < 1e-15);
    }
    let none = row(0.6, |m| {
        (m.domino_kin, m.domino_sanctuary, m.domino_vacuum) = (false, false, false);
    });
    assert!((none.hazard_per_day - base).abs() < 1e-12);
}

#[test]
fn an_episode_yields_events_and_ends() {
    let mut bed = Bed::new(CALM, 0, |scenario| {
        scenario.mechanisms.north_caucasus_baseline = false;
        let p = &mut scenario.conflict;
        p.groups.clear();
        p.flashpoints.truncate(1);
        (p.flashpoints[0].hazard_per_year, p.flashpoints[0].episode_days) = (1e6, [5.0, 5.0]);
    });
    bed.day();
    let state = bed.get::<Flashpoints>().rows[0].clone();
    assert_eq!((state.active, state.active_until, state.ignitions), (true, Some(Day(4)), 1));
    let sums = bed.run(30);
    assert!(sums.events[0] > 0 && bed.get::<Events>().today.iter().all(|e| e.flashpoint));
    assert!(bed.get::<Flashpoints>().rows[0].ignitions > 1, "an episode of five days goes on");
    assert!(bed.get::<Violence>().advance.iter().any(|&a| a > 0.0));
}

#[test]
fn armed_strength_weighs_on_the_line_that_it_is_near() {
    let mut bed = Bed::with(CALM, 0, |_| ());
    bed.day();
    let threat = bed.get::<SegmentThreat>();
    let of = |name: &str| MAP.segment(name).expect("a segment of the map").index();
    let (near, far) = (of("IRN-AZE"), of("RUS-AZE"));
    assert!(threat.armed_per_100km[near] > threat.armed_per_100km[far]);
    assert!(threat.illicit.iter().all(|m| (0.0..=1.0).contains(m)) && threat.illicit[near] > 0.0);
    let governor = bed.get::<Surroundings>().governor.clone();
    assert!(bed.groups().iter().any(|group| governor[group.cell.index()] != group.against));
}

#[test]
fn names_that_the_map_lacks_are_told_by_their_key() {
    let mut parameters = SCENARIO.conflict.clone();
    assert_eq!(check_against_map(&parameters, &MAP), Vec::<String>::new());
    parameters.groups[0].kin = "Azerbaijanis".into();
    parameters.groups[1].against = "IRM".into();
    parameters.defection.unit = [800.0, 60.0];
    parameters.background.regions[0].unit = "Ridge republik (fictional)".into();
    assert_eq!(
        check_against_map(&parameters, &MAP),
        [
            "conflict.defection.unit: [800, 60] runs backwards, the lower end comes first",
            "conflict.groups[0].kin: the map `tiny` has no community `Azerbaijanis`; did you mean `Azerbaijani`?",
            "conflict.groups[1].against: the map `tiny` has no territory `IRM`; did you mean `IRN`?",
            "conflict.background.regions[0].unit: the map `tiny` has no unit `Ridge republik (fictional)` in RUS; did you mean `Ridge republic (fictional)`?",
        ]
    );
}
