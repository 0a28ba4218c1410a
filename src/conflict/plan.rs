//! Plans of armed groups (`Phase::Plan`): hold, raid, relocate, seek sanctuary, exploit a vacuum, disband.
//!
//! Reads one snapshot and writes only the group's intent and target, with draws of the group's own: the order of groups
//! and what else is planned at the same time do not matter.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use super::fight_state::{Conditions, Ground};
use super::parameters::{Parameters, SanctuaryWeights};
use super::rules::{
    Governor, Place, choice_noise, crossing_cost, detection_probability, gives_up, place_utility,
    raid_gain, vacuum_gain,
};
use super::run_values::RunValues;
use super::state::{ArmedGroup, GroupKind, Intent, StateForces};
use super::surroundings::{cells_km, moved};
use crate::displacement::Population;
use crate::ids::{CellId, SegmentId, TerritoryId};
use crate::mechanisms::Mechanisms;
use crate::random::{self, Draws, StepDraws, Stream};
use crate::states::Guards;
use crate::units::{Days, Fighters, Persons, Probability, Share};

/// What plans are made from; nothing of it changes while groups plan.
#[derive(SystemParam)]
pub struct Snapshot<'w> {
    ground: Ground<'w>,
    conditions: Conditions<'w>,
    forces: Res<'w, StateForces>,
    population: Res<'w, Population>,
    guards: Res<'w, Guards>,
    parameters: Res<'w, Parameters>,
    mechanisms: Res<'w, Mechanisms>,
    values: Res<'w, RunValues>,
}

/// The best place of each purpose, with its utility.
#[derive(Clone, Copy)]
struct BestPlaces {
    relocate: (f64, CellId),
    sanctuary: (f64, CellId),
    vacuum: (f64, CellId),
}

/// Every group whose turn it is makes a plan; the others keep theirs.
pub fn plan_armed_groups(mut groups: Query<&mut ArmedGroup>, snapshot: Snapshot, today: StepDraws) {
    let every = (snapshot.parameters.plan.every_days as u32).max(1);
    for mut group in &mut groups {
        if (today.clock.day.0 + group.id.0).is_multiple_of(every) {
            let mut draws = today.draws(Stream::ArmedPlan, group.id);
            (group.intent, group.target) = snapshot.choose(&group, &mut draws);
        } else if group.intent != Intent::Raid && group.cell == group.target {
            group.intent = Intent::Hold;
        }
    }
}

/// Chance that the guards of a segment, both sides together, notice a group that crosses.
pub fn chance_of_detection(
    weights: &SanctuaryWeights,
    guards: &Guards,
    segment: SegmentId,
) -> Probability {
    let (per_km, sensors) = (guards.per_km[segment.index()], guards.sensors[segment.index()]);
    detection_probability(weights, per_km[0] + per_km[1], sensors[0].max(sensors[1]))
}

impl Snapshot<'_> {
    /// The plan of one group.
    fn choose(&self, group: &ArmedGroup, draws: &mut Draws) -> (Intent, CellId) {
        let plan = &self.parameters.plan;
        let strength = Fighters(f64::from(group.strength));
        let (supply, cohesion) = (Days(group.supply_days), Share(group.cohesion));
        if gives_up(&self.parameters.cohesion, strength, supply, cohesion) {
            return (Intent::Disband, group.cell);
        }
        let here = self.utility(group, group.cell, 0.0);
        let best = self.best_places(group, draws);

        // Drawn for every option, possible or not, so that the luck of one does not depend on another.
        let [hold, relocate, vacuum, raid, sanctuary] =
            std::array::from_fn(|_| choice_noise(plan.noise, random::unit(draws)));
        let raid = (group.kind != GroupKind::Criminal)
            .then(|| self.forces_in_reach(group))
            .flatten()
            .map_or(f64::NEG_INFINITY, |forces| here + raid_gain(plan, strength, forces) + raid);
        let sanctuary = if best.sanctuary.0 > here {
            best.sanctuary.0 + plan.hold - plan.move_cost + sanctuary
        } else {
            f64::NEG_INFINITY
        };
        let options = [
            (Intent::Hold, here + plan.hold + hold, group.cell),
            (Intent::Raid, raid, group.cell),
            (Intent::Relocate, best.relocate.0 - plan.move_cost + relocate, best.relocate.1),
            (Intent::SeekSanctuary, sanctuary, best.sanctuary.1),
            (Intent::ExploitVacuum, best.vacuum.0 - plan.move_cost + vacuum, best.vacuum.1),
        ];
        let chosen = options.into_iter().reduce(|a, b| if b.1 > a.1 { b } else { a });
        chosen.map_or((Intent::Hold, group.cell), |(intent, _, cell)| (intent, cell))
    }

    /// The best place of each purpose among a bounded sample of cells in reach.
    fn best_places(&self, group: &ArmedGroup, draws: &mut Draws) -> BestPlaces {
        let plan = &self.parameters.plan;
        let none = (f64::NEG_INFINITY, group.cell);
        let mut best = BestPlaces { relocate: none, sanctuary: none, vacuum: none };
        let home = self.ground.territory(group.cell);
        for candidate in 0..plan.candidates as u32 {
            // Half of the looks go a day's march far, half as far as the horizon.
            let days = if candidate % 2 == 0 { 1.0 } else { plan.horizon_days };
            let (a, turn) = (random::unit(draws), random::unit(draws));
            let km = days * plan.march_km_per_day * libm::sqrt(a);
            let Some(cell) = self.look(group.cell, km, turn).filter(|&cell| cell != group.cell)
            else {
                continue;
            };
            let there = self.ground.territory(cell);
            let Some(cost) = self.cost_of_crossing(home, there) else { continue };
            let km = cells_km(&self.ground.map, group.cell, cell);
            let utility = self.utility(group, cell, km) - cost;

            // Opportunists take a place that nobody controls; others only from the state that they fight.
            let at_home = self.ground.is_at_home(group, cell);
            if self.mechanisms.vacuum && (at_home || group.kind == GroupKind::Criminal) {
                let residents = self.population.residents[cell.index()];
                let control = self.conditions.control(cell);
                let gain = vacuum_gain(plan, control, Persons(u64::from(residents)));
                if gain > 0.0 && utility + gain > best.vacuum.0 {
                    best.vacuum = (utility + gain, cell);
                }
            }

            // Salehyan: across a line only to where the state that it fights does not follow.
            if there == home && utility > best.relocate.0 {
                best.relocate = (utility, cell);
            } else if there != home && !at_home && utility > best.sanctuary.0 {
                best.sanctuary = (utility, cell);
            }
        }
        best
    }

    /// Utility of a place to a group, from where it is.
    fn utility(&self, group: &ArmedGroup, cell: CellId, km: f64) -> f64 {
        let weights = &self.parameters.sanctuary.weights;
        let cells = &self.ground.map.cells;
        let c = cell.index();
        let kin = if group.kin == Some(cells.community[c]) {
            f64::from(cells.community_share[c])
        } else {
            0.0
        };
        let governor = if self.ground.is_at_home(group, cell) {
            Governor::Enemy(self.forces_at(cell))
        } else {
            let state = self.ground.around.governor[c];
            Governor::Host(self.conditions.control(cell), self.values.hostility[state.index()])
        };
        let place = Place {
            governor,
            kin: Share(kin),
            rough: self.ground.roughness(weights, cell),
            kin_refugees: kin * f64::from(self.population.refugees[c]),
            travel: Days(km / self.parameters.plan.march_km_per_day),
        };
        place_utility(weights, Fighters(f64::from(group.strength)), &place)
    }

    fn forces_at(&self, cell: CellId) -> Fighters {
        let concentration = self.parameters.forces.concentration;
        Fighters(self.ground.forces_at(&self.forces, concentration, cell))
    }

    /// Cost of the line between two territories: nil within one, none where no line can be crossed.
    fn cost_of_crossing(&self, from: TerritoryId, to: TerritoryId) -> Option<f64> {
        if from == to {
            return Some(0.0);
        }
        let weights = &self.parameters.sanctuary.weights;
        let line = self.ground.around.segment_between(from, to);
        let segment = line.filter(|_| self.mechanisms.sanctuary)?;
        Some(crossing_cost(weights, chance_of_detection(weights, &self.guards, segment)))
    }

    /// The land cell at a distance and in a direction (`turn` 0 to 1), if any.
    fn look(&self, from: CellId, km: f64, turn: f64) -> Option<CellId> {
        let cells = &self.ground.map.cells;
        let at = (f64::from(cells.lat[from.index()]), f64::from(cells.lon[from.index()]));
        let (lat, lon) = moved(at, km, turn);
        self.ground.around.cell_at(lat, lon)
    }

    /// Forces at the nearest place of the state that the group fights, within reach of a raid; none: nothing to raid.
    fn forces_in_reach(&self, group: &ArmedGroup) -> Option<Fighters> {
        let reach = self.parameters.plan.raid_km as f32;
        let (cell, _) = self
            .ground
            .around
            .around(group.cell)
            .take_while(|(_, offset)| offset.km <= reach)
            .find(|(cell, _)| self.ground.is_at_home(group, *cell))?;
        Some(self.forces_at(cell))
    }
}
