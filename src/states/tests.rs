//! The processes of states in a world made by hand.

use super::NationalityClass::{Neighbour, OwnOrKin, ThirdCountry};
use super::mini::{CALM, World4, scenario};
use super::*;
use crate::scenario::Scenario;

use crate::leadership::{Condition, IncumbentAid, Outcome};

const QUIET: [f64; 5] = [5.0; 5];
const NO_WAIT: [[f32; 2]; 4] = [[0.0; 2]; 4];
/// Pressure 80 on ARM-IRN and AZE-IRN.
const HOT: [f64; 5] = [5.0, 80.0, 80.0, 5.0, 5.0];
const ARM_IRN: usize = 1;
const C2: CrossingId = CrossingId(2);
/// From Iran (side 1 of C2) to Armenia (side 0).
const INTO_ARMENIA: usize = 1;
const COLLAPSED: Condition =
    Condition { unrest: 0.9, control: 0.3, cohesion: 0.2, stress: 0.9, alignment: 0.1, ..CALM };

fn kinds(w: &World4) -> Vec<ActionKind> {
    w.world.resource::<ActionLog>().actions.iter().map(|a| a.kind).collect()
}

fn level(w: &World4) -> Passage {
    w.world.resource::<Standings>().by[2][INTO_ARMENIA].level
}

fn with(change: impl Fn(&mut Scenario)) -> World4 {
    let mut s = scenario();
    change(&mut s);
    World4::new(s)
}

#[test]
fn shipped_parameters_have_their_thresholds_in_order() {
    let s = scenario();
    assert!(s.states.problems().is_empty(), "{:?}", s.states.problems());
    let mut bad = s.states;
    bad.decisions.release_below = 90.0;
    bad.other.reopen_below_pressure = 70.0;
    assert_eq!(bad.problems().len(), 2);
}

#[test]
fn crossings_start_at_the_stricter_of_map_and_stance() {
    let w = World4::new(scenario());
    let p = w.world.resource::<Policies>();
    assert_eq!(p.passage(C2, INTO_ARMENIA, Neighbour), Passage::Open);
    assert_eq!(p.passage(C2, INTO_ARMENIA, ThirdCountry), Passage::Permit);
    // Freight on the map: permits even for kin. C1 leads from Azerbaijan (0) to Iran (1).
    assert_eq!(p.passage(CrossingId(1), 1, OwnOrKin), Passage::Permit);
    assert_eq!(p.passage(CrossingId(3), 0, OwnOrKin), Passage::Closed);
    let kin = w.world.resource::<KinEntry>();
    let class = |community| {
        kin.class_of(TerritoryId(1), TerritoryId(2), TerritoryId(2), CommunityId(community), |t| t)
    };
    assert_eq!(class(1), OwnOrKin);
    assert_eq!(class(0), Neighbour);
    let off = with(|s| s.mechanisms.entry_policy = false);
    let p = off.world.resource::<Policies>();
    assert_eq!(p.passage(CrossingId(1), 1, ThirdCountry), Passage::Open);
    assert_eq!(p.passage(CrossingId(3), 1, OwnOrKin), Passage::Closed);
}

#[test]
fn a_state_acts_only_on_information_as_old_as_its_delay() {
    for delay in [1, 3, 6] {
        let mut w =
            with(|s| s.states.by_code.get_mut("ARM").expect("a table").decision_delay_days = delay);
        let mut changed_on = None;
        for day in 0..20 {
            w.day(if day >= 4 { HOT } else { QUIET }, NO_WAIT);
            if changed_on.is_none() && level(&w) != Passage::Open {
                changed_on = Some(day);
            }
        }
        assert_eq!(changed_on, Some(4 + delay));
    }
}

#[test]
fn a_crossing_tightens_in_steps_loosens_again_and_stays_shut_where_the_map_shuts_it() {
    let mut w = World4::new(scenario());
    w.days(30, HOT, NO_WAIT);
    assert_eq!(level(&w), Passage::Closed);
    let p = w.world.resource::<Policies>();
    assert_eq!(p.passage(C2, INTO_ARMENIA, NationalityClass::OwnOrKin), Passage::Closed);
    w.days(40, QUIET, NO_WAIT);
    assert_eq!(level(&w), Passage::Open);
    let open = |k: &ActionKind| *k == ActionKind::OpenCrossing;
    assert!(kinds(&w).iter().any(open));
    let p = w.world.resource::<Policies>();
    assert_eq!(p.passage(CrossingId(3), 0, NationalityClass::OwnOrKin), Passage::Closed);
    assert_eq!(p.passage(CrossingId(3), 1, NationalityClass::OwnOrKin), Passage::Closed);
}

#[test]
fn noise_between_the_thresholds_does_not_flap() {
    let mut w = World4::new(scenario());
    for i in 0..200_u32 {
        let noisy = 41.0 + f64::from(i * 7919 % 180) / 10.0;
        w.day([noisy; 5], [[1.5; 2]; 4]);
    }
    assert!(w.world.resource::<Standings>().by.iter().flatten().all(|s| s.changed.is_none()));
}

#[test]
fn a_corridor_opens_for_people_stuck_at_a_gate_but_not_at_a_line_closed_by_war() {
    let stuck = [[0.0, 99.0]; 4];
    let mut w = World4::new(scenario());
    w.days(60, HOT, stuck);
    let standing = w.world.resource::<Standings>().by[2][INTO_ARMENIA];
    assert!(standing.level == Passage::Closed && standing.corridor);
    let p = w.world.resource::<Policies>();
    assert_eq!(p.passage(C2, INTO_ARMENIA, NationalityClass::OwnOrKin), Passage::Permit);
    assert_eq!(p.passage(CrossingId(3), 1, NationalityClass::OwnOrKin), Passage::Closed);
    let mut w = with(|s| {
        s.states.by_code.get_mut("ARM").expect("a table").corridor_from = vec!["AZE".into()];
    });
    w.days(60, HOT, stuck);
    let p = w.world.resource::<Policies>();
    assert_eq!(p.passage(CrossingId(3), 1, NationalityClass::OwnOrKin), Passage::Permit);
    assert_eq!(p.passage(CrossingId(3), 1, NationalityClass::Neighbour), Passage::Closed);
}

#[test]
fn guards_move_under_pressure_and_none_is_made_or_lost() {
    let mut w = World4::new(scenario());
    let base = w.world.resource::<Guards>().per_km[ARM_IRN][0];
    for day in 0..120 {
        w.day(if (20..80).contains(&day) { [90.0; 5] } else { QUIET }, NO_WAIT);
        let posted = w.world.resource::<Posted>();
        let roster = w.world.resource::<Roster>();
        for (s, sides) in roster.sides_of.iter().enumerate() {
            let there: u64 = sides.iter().map(|&(b, i)| posted.persons[b.index()][i]).sum();
            assert_eq!(there + posted.free[s], posted.stock[s]);
        }
        if day == 60 {
            let guards = w.world.resource::<Guards>();
            assert!(guards.per_km[ARM_IRN][0] > base + 1.0);
            assert!(guards.strain[ARM_IRN][0] > 0.3);
            // Russia's lines draw on its reserve.
            assert!(posted.persons[3][0] > 0);
            assert!((guards.per_km[4][0] - guards.per_km[4][1]).abs() < 1e-12);
        }
    }
    let guards = w.world.resource::<Guards>();
    assert!((guards.per_km[ARM_IRN][0] - base).abs() < 1e-9);
    assert!(guards.strain[ARM_IRN][0] < 0.2);
    assert!(
        kinds(&w).contains(&ActionKind::Reinforce) && kinds(&w).contains(&ActionKind::Withdraw)
    );
}

#[test]
fn guards_leave_their_posts_when_control_fails() {
    let mut w = World4::new(scenario());
    w.days(3, QUIET, NO_WAIT);
    let before = w.world.resource::<Guards>().clone();
    w.lead(Outcome::Fragmentation, COLLAPSED);
    w.day(QUIET, NO_WAIT);
    let after = w.world.resource::<Guards>();
    assert!((after.per_km[ARM_IRN][1] / before.per_km[ARM_IRN][1] - 1.0 / 3.0).abs() < 1e-9);
    assert!((after.per_km[ARM_IRN][0] - before.per_km[ARM_IRN][0]).abs() < 1e-12);
    assert!(after.reserve_72h[ARM_IRN] < before.reserve_72h[ARM_IRN]);
}

#[test]
fn aid_buffer_and_exit_bar_come_and_go() {
    let mut w = with(|s| s.states.by_code.get_mut("AZE").expect("a table").buffer = 0.9);
    w.lead(Outcome::Continuity, Condition { unrest: 0.8, ..CALM });
    w.days(60, HOT, NO_WAIT);
    let p = w.world.resource::<Policies>();
    assert!(p.source_aid[2] > 0.05 && p.source_aid[2] < 1.0 && p.source_aid[0] <= 0.0);
    assert!(p.buffer[1] && !p.buffer[0]);
    assert!((p.exit_bar[2] - 0.7 * 0.9).abs() < 1e-9);
    w.lead(Outcome::Continuity, CALM);
    w.days(120, QUIET, NO_WAIT);
    let p = w.world.resource::<Policies>();
    assert!(p.source_aid[2] < 0.01 && !p.buffer[1] && p.exit_bar[2] <= 0.0);
    // A state that has lost control cannot hold its people.
    w.lead(Outcome::Fragmentation, COLLAPSED);
    w.days(5, QUIET, NO_WAIT);
    assert!(w.world.resource::<Policies>().exit_bar[2] <= 0.0);
}

#[test]
fn with_the_switches_off_nothing_changes() {
    let mut w = with(|s| {
        let m = &mut s.mechanisms;
        m.crossing_policy = false;
        m.reinforcement = false;
        m.source_aid = false;
        m.buffer = false;
        m.exit_bar = false;
        m.outreach = false;
        s.states.decisions.guards_follow_control = 0.0;
    });
    let before = w.world.resource::<Policies>().clone();
    let guards = w.world.resource::<Guards>().per_km.clone();
    w.lead(Outcome::Fragmentation, Condition { unrest: 0.9, ..CALM });
    w.days(60, [95.0; 5], [[0.0, 99.0]; 4]);
    let after = w.world.resource::<Policies>();
    assert_eq!(before.passage, after.passage);
    assert_eq!(before.exit_bar, after.exit_bar);
    assert_eq!(before.source_aid, after.source_aid);
    assert_eq!(before.buffer, after.buffer);
    assert_eq!(guards, w.world.resource::<Guards>().per_km);
    assert!(kinds(&w).is_empty(), "{:?}", kinds(&w));
}

#[test]
fn pressure_in_the_south_draws_on_the_reserve_and_raises_its_price() {
    let mut w = World4::new(scenario());
    w.days(30, QUIET, NO_WAIT);
    let calm = w.world.resource::<Reserve>().clone();
    assert!(calm.attention_diverted < 0.02 && (calm.price_ratio() - 1.0).abs() < 0.02, "{calm:?}");
    w.days(90, [90.0; 5], NO_WAIT);
    let hot = w.world.resource::<Reserve>().clone();
    assert!(hot.attention_diverted > 0.1 && hot.price_ratio() > 1.2, "{hot:?}");
    assert!(hot.allocation[0] < calm.allocation[0] && hot.allocation[1] > calm.allocation[1]);
    assert!(hot.committed <= calm.committed);
    let sum: f64 = hot.allocation.iter().sum::<f64>() + hot.unallocated;
    assert!((sum - hot.total).abs() < 1e-3, "{sum} of {}", hot.total);
    let mut free = with(|s| s.mechanisms.scarce_reserve = false);
    free.days(120, [90.0; 5], NO_WAIT);
    let r = free.world.resource::<Reserve>();
    assert!((r.price_ratio() - 1.0).abs() < 1e-9);
    assert!(r.allocation[0] >= calm.allocation[0] - 1.0 && r.allocation[1] > hot.allocation[1]);
}

#[test]
fn allocations_shift_no_faster_than_the_limit() {
    let mut w = World4::new(scenario());
    let mut last = w.world.resource::<Reserve>().allocation;
    for _ in 0..60 {
        w.day([95.0; 5], NO_WAIT);
        let now = w.world.resource::<Reserve>().allocation;
        assert!(last.iter().zip(now).all(|(a, b)| (a - b).abs() <= 5_000.0 + 1e-6));
        last = now;
    }
}

/// The world after a collapse under a posture, with some restraint.
fn collapse(posture: Posture, restraint: f64, outreach: bool) -> World4 {
    let mut w = with(|s| {
        s.states.moscow.posture = posture;
        s.states.moscow.restraint = restraint;
        s.states.moscow.outreach = outreach;
    });
    w.days(10, QUIET, NO_WAIT);
    w.lead(Outcome::Fragmentation, COLLAPSED);
    w
}

#[test]
fn an_intervention_is_drawn_from_the_reserve_and_returns() {
    let mut w = collapse(Posture::Intervene, 0.0, false);
    let mut idle = collapse(Posture::Restraint, 0.0, false);
    w.days(50, QUIET, NO_WAIT);
    idle.days(50, QUIET, NO_WAIT);
    let force = *w.world.resource::<Intervention>();
    assert!((force.persons - 20_000.0).abs() < 1e-6 && force.territory == Some(TerritoryId(2)));
    let (r, i) = (w.world.resource::<Reserve>(), idle.world.resource::<Reserve>());
    assert!(r.shadow_price > i.shadow_price && r.attention_diverted > i.attention_diverted + 0.05);
    assert!(
        kinds(&w).contains(&ActionKind::Intervene) && kinds(&idle).contains(&ActionKind::Restrain)
    );
    w.days(60, QUIET, NO_WAIT); // the incumbent is given up 60 days after it fell
    assert!(w.world.resource::<Intervention>().persons <= 0.0);
    assert!(kinds(&w).contains(&ActionKind::Withdraw));
}

#[test]
fn restraint_delays_and_overcommitment_withholds() {
    let first = |w: &World4| {
        let log = w.world.resource::<ActionLog>();
        log.actions.iter().find(|a| a.kind == ActionKind::Intervene).map(|a| a.day.0)
    };
    let mut quick = collapse(Posture::Intervene, 0.0, false);
    quick.days(50, QUIET, NO_WAIT);
    let mut slow = collapse(Posture::Intervene, 1.0, false);
    slow.days(50, QUIET, NO_WAIT);
    assert_eq!((first(&quick), first(&slow)), (Some(10), Some(40)));
    assert!(slow.world.resource::<Moscow>().restrained_days >= 29);
    let mut over = with(|s| {
        s.states.moscow.posture = Posture::Intervene;
        s.states.reserve.overcommitment_price_ratio = 1.1;
    });
    over.days(60, [90.0; 5], NO_WAIT);
    over.lead(Outcome::Fragmentation, COLLAPSED);
    over.days(50, [90.0; 5], NO_WAIT);
    assert_eq!(first(&over), None);
    assert!(
        over.world.resource::<Moscow>().overcommitted
            && kinds(&over).contains(&ActionKind::Restrain)
    );
}

#[test]
fn aid_reinforcement_and_outreach_do_what_they_say() {
    let mut w = collapse(Posture::AidIncumbent, 0.0, true);
    w.days(5, QUIET, NO_WAIT);
    assert!((w.world.resource::<IncumbentAid>().0 - 0.003).abs() < 1e-12);
    assert!(w.world.resource::<Moscow>().contacts > 0.0);
    w.days(150, QUIET, NO_WAIT);
    assert!(w.world.resource::<IncumbentAid>().0 <= 0.0);
    assert!(w.world.resource::<Moscow>().recognised);
    let mut w = collapse(Posture::Restraint, 0.0, false);
    w.days(30, QUIET, NO_WAIT);
    assert!(w.world.resource::<Moscow>().contacts <= 0.0);

    let mut plain = with(|s| s.states.moscow.restraint = 0.0);
    let mut south = with(|s| {
        s.states.moscow.restraint = 0.0;
        s.states.moscow.posture = Posture::ReinforceSouth;
    });
    let warm = [5.0, 5.0, 5.0, 30.0, 5.0];
    plain.days(90, warm, NO_WAIT);
    south.days(90, warm, NO_WAIT);
    let at = |w: &World4| w.world.resource::<Reserve>().clone();
    assert!(at(&south).allocation[1] >= 40_000.0 - 1e-6);
    assert!(at(&south).allocation[1] > at(&plain).allocation[1]);
    assert!(at(&south).attention_diverted > at(&plain).attention_diverted);
}
