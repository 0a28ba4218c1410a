//! Violence between rival armed groups that are near each other.

use bevy_ecs::prelude::*;

use super::fight_state::{Combatants, EventLog};
use super::parameters::Parameters;
use super::rules::{DAY, are_rivals, rival_engagements};
use super::run_values::RunValues;
use super::state::{ViolenceType, ViolentEvent};
use super::surroundings::Surroundings;
use crate::mechanisms::Mechanisms;
use crate::random::{self, DrawId, StepDraws, Stream};
use crate::units::Fighters;

/// Rivals that are near each other may fight.
pub fn engage_rivals(
    mut combatants: Combatants,
    mut log: EventLog,
    around: Res<Surroundings>,
    parameters: Res<Parameters>,
    mechanisms: Res<Mechanisms>,
    values: Res<RunValues>,
    today: StepDraws,
) {
    if !mechanisms.engagements {
        return;
    }
    let engagement = &parameters.engagement;
    for (first, second) in rivals_near(&combatants, &around, engagement.rivalry_km) {
        let (a, b) = (combatants.group(first), combatants.group(second));
        let (of_a, of_b) = (f64::from(a.strength), f64::from(b.strength));
        let rate = rival_engagements(engagement, Fighters(of_a), Fighters(of_b));
        let mut draws = today.draws(Stream::Engagement, DrawId::rivals(a.id, b.id));
        if random::unit(&mut draws) >= rate.probability_within(DAY).0 {
            continue;
        }

        // Each loses by the other's part of the fighters.
        let cell = a.cell;
        let most = a.strength.saturating_add(b.strength);
        let u = random::unit(&mut draws);
        let severity = values.severity.deaths(mechanisms.heavy_tail, u, most);
        let share = of_b / (of_a + of_b).max(1.0);
        let of_first = random::binomial(&mut draws, u64::from(severity), share) as u32;
        let event = ViolentEvent {
            deaths_groups: combatants.kill_fighters(first, of_first)
                + combatants.kill_fighters(second, severity - of_first),
            ..ViolentEvent::new(today.clock.day, cell, ViolenceType::NonState)
        };
        log.record(event, mechanisms.self_excitation);
    }
}

/// Pairs of rival groups within reach of each other, by their places on the list, the older first.
fn rivals_near(
    combatants: &Combatants,
    around: &Surroundings,
    reach_km: f64,
) -> Vec<(usize, usize)> {
    // By row, so that each group looks only at those a few rows further south.
    let reach = libm::ceil(reach_km / around.row_km()) as u16;
    let groups = combatants.groups.list.iter().enumerate();
    let mut order: Vec<(u16, u16, usize)> = groups
        .filter(|(_, active)| active.group.strength > 0)
        .map(|(i, active)| {
            let (row, col) = around.row_col(active.group.cell);
            (row, col, i)
        })
        .collect();
    order.sort_unstable();
    let mut pairs = Vec::new();
    for (n, &(row, col, i)) in order.iter().enumerate() {
        for &(_, other_col, j) in order[n + 1..].iter().take_while(|other| other.0 - row <= reach) {
            let (first, second) = (i.min(j), i.max(j));
            if other_col.abs_diff(col) <= reach
                && are_rivals(combatants.group(first), combatants.group(second))
            {
                pairs.push((first, second));
            }
        }
    }
    pairs
}
