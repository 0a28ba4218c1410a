//! The processes of states in a world made by hand.

use std::path::Path;
use std::sync::Arc;

use super::NationalityClass::{Neighbour, OwnOrKin, ThirdCountry};
use super::*;
use crate::borders::{Pressure, SegmentPressure};
use crate::geography::Map;
use crate::ids::{CrossingId, SegmentId, TerritoryId};
use crate::leadership::{self, Condition, IncumbentAid, Leadership, Outcome};
use crate::ledger;
use crate::random::RunKey;
use crate::scenario::Scenario;
use crate::schedule::empty_step;
use crate::time::Clock;
use crate::world::RunMap;

/// The shipped base scenario.
pub(crate) fn scenario() -> Scenario {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/base.toml");
    crate::scenario::load(&file, &[]).expect("the shipped base scenario").file.scenario
}

/// A national condition in ordinary times.
pub(crate) const CALM: Condition = Condition {
    unrest: 0.2,
    control: 0.9,
    cohesion: 0.75,
    stress: 0.4,
    outside_pressure: 0.4,
    alignment: 0.6,
};

/// Pressure of a segment by its name.
pub(crate) type Heat = fn(&str) -> f64;

/// Pressure 5 everywhere.
pub(crate) const QUIET: Heat = |_| 5.0;
const SEVERE: Heat = |_| 90.0;
/// Pressure 80 on two lines of the focus.
const HOT: Heat = |name| if ["IRN-ARM", "IRN-AZE"].contains(&name) { 80.0 } else { 5.0 };
const STUCK: f32 = 99.0;
const COLLAPSED: Condition =
    Condition { unrest: 0.9, control: 0.3, cohesion: 0.2, stress: 0.9, alignment: 0.1, ..CALM };

/// States and ledger of the base scenario on the map `tiny`; the test plays leadership and borders.
pub(crate) struct Desk {
    /// The world.
    pub world: World,
    schedule: Schedule,
}

impl Desk {
    /// The world of a scenario, at the start of day 0.
    pub fn new(change: impl Fn(&mut Scenario)) -> Self {
        let mut scenario = scenario();
        change(&mut scenario);
        let as_of = jiff::civil::date(2026, 1, 15);
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("maps/tiny");
        let map = Arc::new(Map::load(&folder, as_of).expect("the tiny map"));
        let mut world = World::new();
        world.insert_resource(Clock::new(as_of, 1));
        world.insert_resource(RunKey::new(7, 0));
        scenario.put_into(&mut world);
        world.insert_resource(scenario.run.roles(&map));
        world.insert_resource(RunMap(map));
        world.insert_resource(Pressure::default());
        world.insert_resource(episode::Given::default());
        leadership::still(&mut world);
        populate(&mut world);
        ledger::populate(&mut world);
        let mut schedule = empty_step(false);
        add_to(&mut schedule);
        ledger::add_to(&mut schedule);
        let mut desk = Self { world, schedule };
        desk.lead(Outcome::Continuity, CALM);
        desk
    }

    /// Some days with this pressure, and this wait, days, at every crossing in both directions.
    pub fn days(&mut self, n: u32, heat: impl Fn(&str) -> f64, wait: f32) {
        let map = self.world.resource::<RunMap>().clone();
        let index: Vec<f64> = map.segments.iter().map(|s| heat(&s.name)).collect();
        for _ in 0..n {
            self.schedule.run(&mut self.world);
            let mut pressure = self.world.resource_mut::<Pressure>();
            let of = |&index: &f64| SegmentPressure { index, ..SegmentPressure::default() };
            pressure.today = index.iter().map(of).collect();
            pressure.index_history.push(index.iter().map(|&i| i as f32).collect());
            pressure.wait_history.push(vec![[wait; 2]; map.crossings.len()]);
            let mut clock = self.world.resource_mut::<Clock>();
            let next = clock.step + 1;
            clock.set_step(next);
        }
    }

    /// Sets the leadership of the days to come.
    pub fn lead(&mut self, outcome: Outcome, national: Condition) {
        let mut leadership = self.world.resource_mut::<Leadership>();
        (leadership.outcome, leadership.national) = (outcome, national);
        for p in &mut leadership.provinces {
            p.control = national.control;
        }
    }

    fn get<R: Resource>(&self) -> &R {
        self.world.resource::<R>()
    }

    fn territory(&self, code: &str) -> TerritoryId {
        self.get::<RunMap>().territory(code).expect("a territory of the map")
    }

    fn segment(&self, name: &str) -> SegmentId {
        self.get::<RunMap>().segment(name).expect("a segment of the map")
    }

    /// A crossing and its direction into a territory.
    fn gate(&self, id: &str, into: &str) -> (CrossingId, usize) {
        let into = self.territory(into);
        let crossings = &self.get::<RunMap>().crossings;
        let x = crossings.iter().position(|point| point.id == id).expect("a crossing of the map");
        (CrossingId::from_index(x), usize::from(crossings[x].sides[0] == into))
    }

    fn passage(&self, (x, direction): (CrossingId, usize), class: NationalityClass) -> Passage {
        self.get::<Policies>().passage(x, direction, class)
    }

    /// The gate from the focus into its smaller neighbour.
    fn vale_gate(&self) -> Standing {
        let (x, direction) = self.gate("C03", "ARM");
        self.get::<Standings>().by[x.index()][direction]
    }

    fn kinds(&self) -> Vec<ActionKind> {
        self.get::<ActionLog>().actions.iter().map(|a| a.kind).collect()
    }
}

fn unchanged(_: &mut Scenario) {}

/// The style of the smaller neighbour.
fn vale(scenario: &mut Scenario) -> &mut parameters::StateStyle {
    scenario.states.by_code.get_mut("ARM").expect("a table")
}

#[test]
fn shipped_parameters_have_their_thresholds_in_order() {
    let s = scenario();
    let fronts = &s.run.fronts;
    assert_eq!(s.states.problems(fronts), []);
    let mut bad = s.states;
    bad.decisions.release_below = 90.0;
    bad.other.reopen_below_pressure = 70.0;
    bad.reserve.weight.remove("home");
    bad.reserve.baseline.insert("hone".into(), 1.0);
    let told: Vec<String> =
        bad.problems(fronts).into_iter().map(|(key, words)| format!("{key} {words}")).collect();
    assert_eq!(
        told,
        [
            "states.reserve.weight has no value for the front `home`",
            "states.reserve.baseline `hone` is no front of run.fronts",
            "states.decisions.release_below 90 is above reinforce_above = 40",
            "states.other.reopen_below_pressure 70 is above close_above_pressure = 60",
        ]
    );
}

#[test]
fn crossings_start_at_the_stricter_of_map_and_stance() {
    let w = Desk::new(unchanged);
    let into_vale = w.gate("C03", "ARM");
    assert_eq!(w.passage(into_vale, Neighbour), Passage::Open);
    assert_eq!(w.passage(into_vale, ThirdCountry), Passage::Permit);
    // Freight on the map: permits even for kin.
    assert_eq!(w.passage(w.gate("C01", "IRN"), OwnOrKin), Passage::Permit);
    assert_eq!(w.passage(w.gate("C04", "AZE"), OwnOrKin), Passage::Closed);
    let class = |community| {
        let community = w.get::<RunMap>().community(community).expect("on the map");
        let (to, from) = (w.territory("AZE"), w.territory("IRN"));
        w.get::<KinEntry>().class_of(to, from, from, community, |t| t)
    };
    assert_eq!(class("Azerbaijani"), OwnOrKin);
    assert_eq!(class("Persian"), Neighbour);
    let off = Desk::new(|s| s.mechanisms.entry_policy = false);
    assert_eq!(off.passage(off.gate("C01", "IRN"), ThirdCountry), Passage::Open);
    assert_eq!(off.passage(off.gate("C04", "ARM"), OwnOrKin), Passage::Closed);
}

#[test]
fn a_state_acts_only_on_information_as_old_as_its_delay() {
    for delay in [1, 3, 6] {
        let mut w = Desk::new(|s| vale(s).decision_delay_days = delay);
        let mut changed_on = None;
        for day in 0..20 {
            w.days(1, if day >= 4 { HOT } else { QUIET }, 0.0);
            if changed_on.is_none() && w.vale_gate().level != Passage::Open {
                changed_on = Some(day);
            }
        }
        assert_eq!(changed_on, Some(4 + delay));
    }
}

#[test]
fn a_crossing_tightens_in_steps_loosens_again_and_stays_shut_where_the_map_shuts_it() {
    let mut w = Desk::new(unchanged);
    w.days(30, HOT, 0.0);
    assert_eq!(w.vale_gate().level, Passage::Closed);
    assert_eq!(w.passage(w.gate("C03", "ARM"), OwnOrKin), Passage::Closed);
    w.days(40, QUIET, 0.0);
    assert_eq!(w.vale_gate().level, Passage::Open);
    assert!(w.kinds().contains(&ActionKind::OpenCrossing));
    for into in ["ARM", "AZE"] {
        assert_eq!(w.passage(w.gate("C04", into), OwnOrKin), Passage::Closed);
    }
}

#[test]
fn noise_between_the_thresholds_does_not_flap() {
    let mut w = Desk::new(unchanged);
    for i in 0..200_u32 {
        w.days(1, |_| 41.0 + f64::from(i * 7919 % 180) / 10.0, 1.5);
    }
    assert!(w.get::<Standings>().by.iter().flatten().all(|s| s.changed.is_none()));
}

#[test]
fn a_corridor_opens_for_people_stuck_at_a_gate_but_not_at_a_line_closed_by_war() {
    let mut w = Desk::new(unchanged);
    w.days(60, HOT, STUCK);
    let standing = w.vale_gate();
    assert!(standing.level == Passage::Closed && standing.corridor);
    assert_eq!(w.passage(w.gate("C03", "ARM"), OwnOrKin), Passage::Permit);
    assert_eq!(w.passage(w.gate("C04", "ARM"), OwnOrKin), Passage::Closed);
    let mut w = Desk::new(|s| vale(s).corridor_from = vec!["AZE".into()]);
    w.days(60, HOT, STUCK);
    assert_eq!(w.passage(w.gate("C04", "ARM"), OwnOrKin), Passage::Permit);
    assert_eq!(w.passage(w.gate("C04", "ARM"), Neighbour), Passage::Closed);
}

/// Position of a segment, and of a territory's side of it.
fn side_of(w: &Desk, segment: &str, territory: &str) -> (usize, usize) {
    let b = w.segment(segment).index();
    let territory = w.territory(territory);
    (b, usize::from(w.get::<RunMap>().segments[b].a != territory))
}

#[test]
fn guards_move_under_pressure_and_none_is_made_or_lost() {
    let mut w = Desk::new(unchanged);
    let (line, vale) = side_of(&w, "IRN-ARM", "ARM");
    let (northern, patron) = side_of(&w, "RUS-AZE", "RUS");
    let sea = w.segment("RUS-CASPIAN").index();
    let base = w.get::<Guards>().per_km[line][vale];
    for day in 0..120 {
        w.days(1, if (20..80).contains(&day) { SEVERE } else { QUIET }, 0.0);
        let posted = w.get::<Posted>();
        for (s, sides) in w.get::<Roster>().sides_of.iter().enumerate() {
            let there: u64 = sides.iter().map(|&(b, i)| posted.persons[b.index()][i]).sum();
            assert_eq!(there + posted.free[s], posted.stock[s]);
        }
        if day == 60 {
            let guards = w.get::<Guards>();
            assert!(guards.per_km[line][vale] > base + 1.0);
            assert!(guards.strain[line][vale] > 0.3);
            // The patron's lines draw on its reserve.
            assert!(posted.persons[northern][patron] > 0);
            assert!((guards.per_km[sea][0] - guards.per_km[sea][1]).abs() < 1e-12);
        }
    }
    let guards = w.get::<Guards>();
    assert!((guards.per_km[line][vale] - base).abs() < 1e-9);
    assert!(guards.strain[line][vale] < 0.2);
    let kinds = w.kinds();
    assert!(kinds.contains(&ActionKind::Reinforce) && kinds.contains(&ActionKind::Withdraw));
}

#[test]
fn guards_leave_their_posts_when_control_fails() {
    let mut w = Desk::new(unchanged);
    w.days(3, QUIET, 0.0);
    let before = w.get::<Guards>().clone();
    w.lead(Outcome::Fragmentation, COLLAPSED);
    w.days(1, QUIET, 0.0);
    let after = w.get::<Guards>();
    let (line, vale) = side_of(&w, "IRN-ARM", "ARM");
    let focus = 1 - vale;
    let kept = after.per_km[line][focus] / before.per_km[line][focus];
    assert!((kept - 1.0 / 3.0).abs() < 1e-9, "{kept}");
    assert!((after.per_km[line][vale] - before.per_km[line][vale]).abs() < 1e-12);
    assert!(after.reserve_72h[line] < before.reserve_72h[line]);
}

#[test]
fn aid_buffer_and_exit_bar_come_and_go() {
    let mut w = Desk::new(|s| s.states.by_code.get_mut("AZE").expect("a table").buffer = 0.9);
    let [vale, middle, focus] = ["ARM", "AZE", "IRN"].map(|code| w.territory(code).index());
    w.lead(Outcome::Continuity, Condition { unrest: 0.8, ..CALM });
    w.days(60, HOT, 0.0);
    let p = w.get::<Policies>();
    assert!(p.source_aid[focus] > 0.05 && p.source_aid[focus] < 1.0 && p.source_aid[vale] <= 0.0);
    assert!(p.buffer[middle] && !p.buffer[vale]);
    assert!((p.exit_bar[focus] - 0.7 * 0.9).abs() < 1e-9);
    w.lead(Outcome::Continuity, CALM);
    w.days(120, QUIET, 0.0);
    let p = w.get::<Policies>();
    assert!(p.source_aid[focus] < 0.01 && !p.buffer[middle] && p.exit_bar[focus] <= 0.0);
    // A state that has lost control cannot hold its people.
    w.lead(Outcome::Fragmentation, COLLAPSED);
    w.days(5, QUIET, 0.0);
    assert!(w.get::<Policies>().exit_bar[focus] <= 0.0);
}

#[test]
fn with_the_switches_off_nothing_changes() {
    let mut w = Desk::new(|s| {
        let m = &mut s.mechanisms;
        m.crossing_policy = false;
        m.reinforcement = false;
        m.source_aid = false;
        m.buffer = false;
        m.exit_bar = false;
        m.outreach = false;
        s.states.decisions.guards_follow_control = 0.0;
    });
    let before = w.get::<Policies>().clone();
    let guards = w.get::<Guards>().per_km.clone();
    w.lead(Outcome::Fragmentation, Condition { unrest: 0.9, ..CALM });
    w.days(60, SEVERE, STUCK);
    let after = w.get::<Policies>();
    assert_eq!(before.passage, after.passage);
    assert_eq!(before.exit_bar, after.exit_bar);
    assert_eq!(before.source_aid, after.source_aid);
    assert_eq!(before.buffer, after.buffer);
    assert_eq!(guards, w.get::<Guards>().per_km);
    assert!(w.kinds().is_empty(), "{:?}", w.kinds());
}

#[test]
fn pressure_in_the_south_draws_on_the_reserve_and_raises_its_price() {
    let mut w = Desk::new(unchanged);
    w.days(30, QUIET, 0.0);
    let calm = w.get::<Reserve>().clone();
    assert!(calm.attention_diverted < 0.02 && (calm.price_ratio() - 1.0).abs() < 0.02, "{calm:?}");
    w.days(90, SEVERE, 0.0);
    let hot = w.get::<Reserve>().clone();
    assert!(hot.attention_diverted > 0.1 && hot.price_ratio() > 1.2, "{hot:?}");
    assert!(hot.allocation[0] < calm.allocation[0] && hot.allocation[1] > calm.allocation[1]);
    assert!(hot.committed <= calm.committed);
    let sum: f64 = hot.allocation.iter().sum::<f64>() + hot.unallocated;
    assert!((sum - hot.total).abs() < 1e-3, "{sum} of {}", hot.total);
    let mut free = Desk::new(|s| s.mechanisms.scarce_reserve = false);
    free.days(120, SEVERE, 0.0);
    let r = free.get::<Reserve>();
    assert!((r.price_ratio() - 1.0).abs() < 1e-9);
    assert!(r.allocation[0] >= calm.allocation[0] - 1.0 && r.allocation[1] > hot.allocation[1]);
}

#[test]
fn allocations_shift_no_faster_than_the_limit() {
    let mut w = Desk::new(unchanged);
    let mut last = w.get::<Reserve>().allocation.clone();
    for _ in 0..60 {
        w.days(1, SEVERE, 0.0);
        let now = w.get::<Reserve>().allocation.clone();
        assert!(last.iter().zip(&now).all(|(a, b)| (a - b).abs() <= 5_000.0 + 1e-6));
        last = now;
    }
}

/// The world after a collapse under a posture, with some restraint.
fn collapse(posture: Posture, restraint: f64, outreach: bool) -> Desk {
    let mut w = Desk::new(|s| {
        s.states.patron.posture = posture;
        s.states.patron.restraint = restraint;
        s.states.patron.outreach = outreach;
    });
    w.days(10, QUIET, 0.0);
    w.lead(Outcome::Fragmentation, COLLAPSED);
    w
}

#[test]
fn an_intervention_is_drawn_from_the_reserve_and_returns() {
    let mut w = collapse(Posture::Intervene, 0.0, false);
    let mut idle = collapse(Posture::Restraint, 0.0, false);
    w.days(50, QUIET, 0.0);
    idle.days(50, QUIET, 0.0);
    let force = *w.get::<Intervention>();
    assert!((force.persons - 20_000.0).abs() < 1e-6 && force.territory == Some(w.territory("IRN")));
    let (r, i) = (w.get::<Reserve>(), idle.get::<Reserve>());
    assert!(r.shadow_price > i.shadow_price && r.attention_diverted > i.attention_diverted + 0.05);
    assert!(
        w.kinds().contains(&ActionKind::Intervene) && idle.kinds().contains(&ActionKind::Restrain)
    );
    w.days(60, QUIET, 0.0); // the incumbent is given up 60 days after it fell
    assert!(w.get::<Intervention>().persons <= 0.0);
    assert!(w.kinds().contains(&ActionKind::Withdraw));
}

#[test]
fn restraint_delays_and_overcommitment_withholds() {
    let first = |w: &Desk| {
        let log = w.get::<ActionLog>();
        log.actions.iter().find(|a| a.kind == ActionKind::Intervene).map(|a| a.day.0)
    };
    let mut quick = collapse(Posture::Intervene, 0.0, false);
    quick.days(50, QUIET, 0.0);
    let mut slow = collapse(Posture::Intervene, 1.0, false);
    slow.days(50, QUIET, 0.0);
    assert_eq!((first(&quick), first(&slow)), (Some(10), Some(40)));
    assert!(slow.get::<Patron>().restrained_days >= 29);
    let mut over = Desk::new(|s| {
        s.states.patron.posture = Posture::Intervene;
        s.states.reserve.overcommitment_price_ratio = 1.1;
    });
    over.days(60, SEVERE, 0.0);
    over.lead(Outcome::Fragmentation, COLLAPSED);
    over.days(50, SEVERE, 0.0);
    assert_eq!(first(&over), None);
    assert!(over.get::<Patron>().overcommitted && over.kinds().contains(&ActionKind::Restrain));
}

#[test]
fn aid_reinforcement_and_outreach_do_what_they_say() {
    let mut w = collapse(Posture::AidIncumbent, 0.0, true);
    w.days(5, QUIET, 0.0);
    assert!((w.get::<IncumbentAid>().0 - 0.003).abs() < 1e-12);
    assert!(w.get::<Patron>().contacts > 0.0);
    w.days(150, QUIET, 0.0);
    assert!(w.get::<IncumbentAid>().0 <= 0.0);
    assert!(w.get::<Patron>().recognised);
    let mut w = collapse(Posture::Restraint, 0.0, false);
    w.days(30, QUIET, 0.0);
    assert!(w.get::<Patron>().contacts <= 0.0);

    let mut plain = Desk::new(|s| s.states.patron.restraint = 0.0);
    let mut south = Desk::new(|s| {
        s.states.patron.restraint = 0.0;
        s.states.patron.posture = Posture::ReinforceSouth;
    });
    let warm: Heat = |name| if name == "RUS-AZE" { 30.0 } else { 5.0 };
    plain.days(90, warm, 0.0);
    south.days(90, warm, 0.0);
    let at = |w: &Desk| w.get::<Reserve>().clone();
    assert!(at(&south).allocation[1] >= 40_000.0 - 1e-6);
    assert!(at(&south).allocation[1] > at(&plain).allocation[1]);
    assert!(at(&south).attention_diverted > at(&plain).attention_diverted);
}
