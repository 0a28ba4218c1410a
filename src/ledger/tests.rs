//! The ledger on the map `tiny`.

use super::*;
use crate::leadership::{Condition, Outcome};
use crate::scenario::Scenario;
use crate::states::Posture;
use crate::states::tests::{CALM, Desk, QUIET};

const PIVOT: Condition = Condition { control: 0.8, cohesion: 0.4, alignment: -0.4, ..CALM };

fn after(
    change: impl Fn(&mut Scenario),
    outcome: Outcome,
    national: Condition,
    days: u32,
) -> Ledger {
    let mut w = Desk::new(change);
    w.days(2, QUIET, 0.0);
    w.lead(outcome, national);
    w.days(days, QUIET, 0.0);
    w.world.resource::<Ledger>().clone()
}

#[test]
fn an_unchanged_condition_is_a_steady_ledger() {
    let calm = after(|_| (), Outcome::Continuity, CALM, 1);
    let later = after(|_| (), Outcome::Continuity, CALM, 300);
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
    near(calm.arms_days_of_supply, later.arms_days_of_supply);
    near(calm.influence_direct, later.influence_direct);
    near(calm.influence_amplified, later.influence_amplified);
    for ledger in [&calm, &later] {
        near(ledger.substitution, 0.0);
        near(ledger.prestige, 1.0);
        near(ledger.capability, 1.0);
        near(ledger.trade, 1.0);
        near(ledger.access_to_successors, 0.2);
    }
}

#[test]
fn a_pivot_ends_the_link_and_substitution_makes_up_for_it() {
    let all = after(|_| (), Outcome::WesternPivot, PIVOT, 200);
    let alone = after(|s| s.mechanisms.substitution = false, Outcome::WesternPivot, PIVOT, 200);
    let off = after(|s| s.mechanisms.arms_pipeline = false, Outcome::WesternPivot, PIVOT, 200);
    assert!(all.delivered < 0.01 && all.arms_to_focus <= 0.0);
    assert!(all.substitution > 0.05 && alone.substitution <= 0.0);
    assert!(
        all.arms_days_of_supply > alone.arms_days_of_supply && all.capability > alone.capability
    );
    assert!(
        off.arms_days_of_supply > all.arms_days_of_supply && (off.capability - 1.0).abs() < 1e-12
    );
}

#[test]
fn reach_is_lost_with_alignment_while_direct_influence_barely_moves() {
    let cool = Condition { alignment: 0.1, ..CALM };
    let calm = after(|_| (), Outcome::Continuity, CALM, 60);
    let lost = after(|_| (), Outcome::Continuity, cool, 60);
    assert!((calm.influence_direct - lost.influence_direct).abs() < 1e-9);
    assert!(lost.influence_amplified < calm.influence_amplified - 0.05);
    let off = after(|s| s.mechanisms.amplification = false, Outcome::Continuity, cool, 60);
    assert!((off.influence_amplified - off.influence_direct).abs() < 1e-12);
}

#[test]
fn prestige_falls_with_the_partner_more_for_the_inactive_most_for_the_defeated() {
    let posture = |p: Posture| {
        move |s: &mut Scenario| {
            s.states.patron.posture = p;
            s.states.patron.restraint = 0.0;
        }
    };
    let fallen = Condition { control: 0.3, cohesion: 0.2, stress: 0.9, alignment: 0.1, ..CALM };
    let at = |p| after(posture(p), Outcome::Fragmentation, fallen, 120);
    let (idle, aided, beaten) =
        (at(Posture::Restraint), at(Posture::AidIncumbent), at(Posture::Intervene));
    assert!(
        aided.prestige > idle.prestige && idle.prestige > beaten.prestige,
        "{idle:?} {aided:?} {beaten:?}"
    );
    assert!(idle.prestige < 0.8);
    let off = after(|s| s.mechanisms.prestige = false, Outcome::Fragmentation, fallen, 120);
    assert!((off.prestige - 1.0).abs() < 1e-12);
    assert!(beaten.influence_over_neighbours[0] < off.influence_over_neighbours[0]);
    // Prestige and capability are apart: an unaligned Iran costs both, the posture only the first.
    assert!((idle.capability - beaten.capability).abs() < 1e-12);
    // Whoever backs the fallen loses access that outreach would have won.
    assert!(idle.access_to_successors > aided.access_to_successors);
}

#[test]
fn outreach_opens_doors_and_keeps_levers() {
    let fallen = Condition { control: 0.3, cohesion: 0.2, alignment: 0.1, ..CALM };
    let with = after(|s| s.states.patron.outreach = true, Outcome::Fragmentation, fallen, 200);
    let without = after(|s| s.states.patron.outreach = false, Outcome::Fragmentation, fallen, 200);
    assert!(with.access_to_successors > without.access_to_successors + 0.2);
    assert!(with.influence_over_successors > without.influence_over_successors);
    assert!(with.influence_direct > without.influence_direct);
    assert!(with.influence_over_incumbent < 0.01);
}

#[test]
fn trade_falls_with_control_along_the_route() {
    let weak = Condition { control: 0.3, ..CALM };
    let fallen = after(|_| (), Outcome::Continuity, weak, 5);
    assert!(fallen.trade < 0.5 && fallen.trade > 0.0);
    let off = after(|s| s.mechanisms.energy_trade = false, Outcome::Continuity, weak, 5);
    assert!((off.trade - 1.0).abs() < 1e-12);
}
