//! Marches of armed groups, and lines that they cross or fail to cross.

use bevy_ecs::prelude::*;

use super::fighting::Field;
use super::forces::StateForces;
use super::muster::{FighterTally, Muster};
use super::plan::{roughness, segment_detection};
use super::surroundings::{Surroundings, cells_km};
use super::{ConflictSettings, Events, Intent, ViolenceType, ViolentEvent};
use crate::geography::Map;
use crate::ids::CellId;
use crate::random::{self, DrawId, RunKey, Stream};
use crate::states::Guards;
use crate::time::Clock;
use crate::world::RunMap;

/// Attempts of armed groups to cross lines today, by segment. Written in `Phase::Fight`.
#[derive(Resource, Clone, Debug, Default)]
pub struct ArmedCrossings {
    /// Attempts.
    pub attempted: Vec<u32>,
    /// Attempts that guards detected and stopped.
    pub detected: Vec<u32>,
}

/// Groups march towards their targets; guards may stop them at a line.
pub fn march(
    mut muster: ResMut<Muster>,
    mut crossings: ResMut<ArmedCrossings>,
    mut events: ResMut<Events>,
    mut field: ResMut<Field>,
    mut forces: ResMut<StateForces>,
    mut tally: ResMut<FighterTally>,
    guards: Res<Guards>,
    around: Res<Surroundings>,
    settings: Res<ConflictSettings>,
    map: Res<RunMap>,
    key: Res<RunKey>,
    clock: Res<Clock>,
) {
    crossings.attempted.fill(0);
    crossings.detected.fill(0);
    for index in 0..muster.groups.len() {
        let group = &muster.groups[index].group;
        let marches = matches!(
            group.intent,
            Intent::Relocate | Intent::SeekSanctuary | Intent::ExploitVacuum
        );
        if !marches || group.cell == group.target || group.strength == 0 {
            continue;
        }
        let from = group.cell;
        let weights = &settings.parameters.sanctuary.weights;
        // Rough ground halves a march at most: Tobler's speeds on mountain paths against even ground.
        let km = settings.parameters.plan.march_km_per_day
            * (1.0 - 0.5 * roughness(&map, from, weights.rough_m));
        let Some(to) = next_cell(&map, &around, from, group.target, km) else {
            muster.groups[index].group.target = from;
            continue;
        };
        let (here, there) = (map.cells.territory[from.index()], map.cells.territory[to.index()]);
        if here == there {
            muster.groups[index].group.cell = to;
            continue;
        }
        let group = &mut muster.groups[index].group;
        let Some(segment) =
            around.segment_between(here, there).filter(|_| settings.switches.sanctuary)
        else {
            group.target = from;
            continue;
        };
        crossings.attempted[segment.index()] += 1;
        let mut draws = key.draws(Stream::ArmedPlan, DrawId::line_crossing(group.id), clock.step);
        if random::unit(&mut draws) >= segment_detection(&settings, &guards, segment).0 {
            group.cell = to;
            continue;
        }
        crossings.detected[segment.index()] += 1;
        (group.intent, group.target) = (Intent::Hold, from);
        let (fights, u) = (random::unit(&mut draws), random::unit(&mut draws));
        if settings.switches.engagements
            && fights < settings.parameters.engagement.fight_when_detected
        {
            // The guards of the far side fire from cover: both sides lose alike.
            let unit = map.cells.admin1[to.index()];
            let severity = settings.severity(u, muster.groups[index].group.strength);
            let deaths_groups = muster.kill(index, severity.div_ceil(2), &mut tally);
            let deaths_state = forces.kill(unit, severity / 2);
            let event = ViolentEvent {
                day: clock.day,
                cell: from,
                kind: ViolenceType::StateBased,
                deaths_groups,
                deaths_state,
                deaths_civilians: 0,
                flashpoint: false,
            };
            field.record(&mut events, event, settings.switches.self_excitation);
        }
    }
}

/// The cell a day's march from one cell towards another; the target itself when it is in reach; none when water or the
/// edge of the map lies in the way.
fn next_cell(
    map: &Map,
    around: &Surroundings,
    from: CellId,
    target: CellId,
    km: f64,
) -> Option<CellId> {
    let whole = cells_km(map, from, target);
    if whole <= km {
        return Some(target);
    }
    let at = |c: CellId| (f64::from(map.cells.lat[c.index()]), f64::from(map.cells.lon[c.index()]));
    let (a, b) = (at(from), at(target));
    // At least into the next cell, or a slow group on a coarse map would never move.
    let step = km.max(1.01 * around.row_km());
    let share = (step / whole).min(1.0);
    let along = |s: f64| {
        around.cell_at(a.0 + s * (b.0 - a.0), a.1 + s * (b.1 - a.1)).filter(|&c| c != from)
    };
    along(share).or_else(|| along((1.3 * share).min(1.0)))
}
