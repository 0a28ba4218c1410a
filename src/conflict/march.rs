//! Marches of armed groups, and lines that they cross or fail to cross.

use bevy_ecs::prelude::*;

use super::fight_state::{Combatants, EventLog, Ground};
use super::parameters::Parameters;
use super::plan::chance_of_detection;
use super::rules::days_march;
use super::run_values::RunValues;
use super::state::{ArmedCrossings, Intent, ViolenceType, ViolentEvent};
use super::surroundings::cells_km;
use crate::ids::{CellId, SegmentId};
use crate::mechanisms::Mechanisms;
use crate::random::{self, DrawId, StepDraws, Stream};
use crate::states::Guards;
use crate::units::Kilometres;

/// What a march depends on.
#[derive(bevy_ecs::system::SystemParam)]
pub struct March<'w> {
    ground: Ground<'w>,
    guards: Res<'w, Guards>,
    parameters: Res<'w, Parameters>,
    mechanisms: Res<'w, Mechanisms>,
    values: Res<'w, RunValues>,
    today: StepDraws<'w>,
}

/// Groups march towards their targets; guards may stop them at a line.
pub fn march_groups(
    mut combatants: Combatants,
    mut log: EventLog,
    mut crossings: ResMut<ArmedCrossings>,
    march: March,
) {
    let ground = &march.ground;
    crossings.attempted.fill(0);
    crossings.detected.fill(0);
    for index in 0..combatants.groups.list.len() {
        let group = &mut combatants.groups.list[index].group;
        let marches = matches!(
            group.intent,
            Intent::Relocate | Intent::SeekSanctuary | Intent::ExploitVacuum
        );
        if !marches || group.cell == group.target || group.strength == 0 {
            continue;
        }
        let Some(to) = march.next_cell(group.cell, group.target) else {
            group.target = group.cell;
            continue;
        };

        // Within a territory nothing stops a march; between two that share no line nothing lets it through.
        let (here, there) = (ground.territory(group.cell), ground.territory(to));
        if here == there {
            group.cell = to;
            continue;
        }
        let line = ground.around.segment_between(here, there);
        let Some(segment) = line.filter(|_| march.mechanisms.sanctuary) else {
            group.target = group.cell;
            continue;
        };
        march.try_line(index, to, segment, &mut combatants, &mut log, &mut crossings);
    }
}

impl March<'_> {
    /// The cell a day's march from one cell towards another; the target itself when it is in reach; none when water or
    /// the edge of the map lies in the way.
    fn next_cell(&self, from: CellId, target: CellId) -> Option<CellId> {
        let (map, around) = (&self.ground.map, &self.ground.around);
        let rough = self.ground.roughness(&self.parameters.sanctuary.weights, from);
        let km = days_march(Kilometres(self.parameters.plan.march_km_per_day), rough).0;
        let whole = cells_km(map, from, target);
        if whole <= km {
            return Some(target);
        }
        let at =
            |c: CellId| (f64::from(map.cells.lat[c.index()]), f64::from(map.cells.lon[c.index()]));
        let (a, b) = (at(from), at(target));
        // At least into the next cell, or a slow group on a coarse map would never move.
        let step = km.max(1.01 * around.row_km());
        let share = (step / whole).min(1.0);
        let along = |s: f64| {
            around.cell_at(a.0 + s * (b.0 - a.0), a.1 + s * (b.1 - a.1)).filter(|&c| c != from)
        };
        along(share).or_else(|| along((1.3 * share).min(1.0)))
    }

    /// A group at a line: guards notice it or not, and stop it with or without a fight.
    fn try_line(
        &self,
        index: usize,
        to: CellId,
        segment: SegmentId,
        combatants: &mut Combatants,
        log: &mut EventLog,
        crossings: &mut ArmedCrossings,
    ) {
        let group = &mut combatants.groups.list[index].group;
        let from = group.cell;
        crossings.attempted[segment.index()] += 1;
        let mut draws = self.today.draws(Stream::ArmedPlan, DrawId::line_crossing(group.id));
        let weights = &self.parameters.sanctuary.weights;
        if random::unit(&mut draws) >= chance_of_detection(weights, &self.guards, segment).0 {
            group.cell = to;
            return;
        }
        crossings.detected[segment.index()] += 1;
        (group.intent, group.target) = (Intent::Hold, from);

        // The guards of the far side fire from cover: both sides lose alike.
        let (fights, u) = (random::unit(&mut draws), random::unit(&mut draws));
        if self.mechanisms.engagements && fights < self.parameters.engagement.fight_when_detected {
            let severity = self.values.severity.deaths(
                self.mechanisms.heavy_tail,
                u,
                combatants.group(index).strength,
            );
            let event = ViolentEvent {
                deaths_groups: combatants.kill_fighters(index, severity.div_ceil(2)),
                deaths_state: combatants.forces.kill(self.ground.unit(to), severity / 2),
                ..ViolentEvent::new(self.today.clock.day, from, ViolenceType::StateBased)
            };
            log.record(event, self.mechanisms.self_excitation);
        }
    }
}
