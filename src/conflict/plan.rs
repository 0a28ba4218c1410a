//! Plans of armed groups (`Phase::Plan`): hold, raid, relocate, seek sanctuary, exploit a vacuum, disband.
//!
//! Reads one snapshot and writes only the group's intent and target, with draws of the group's own: the order of groups
//! and what else is planned at the same time do not matter.

use bevy_ecs::prelude::*;

use super::forces::StateForces;
use super::rules::choice::{
    Place, PlaceWeights, crossing_cost, detection_probability, place_utility, raid_gain,
    threat_of_forces, vacuum_gain,
};
use super::rules::strength::gives_up;
use super::surroundings::{Surroundings, cells_km};
use super::{ArmedGroup, ConflictSettings, GroupKind, Intent, Violence};
use crate::displacement::Population;
use crate::geography::Map;
use crate::ids::{CellId, SegmentId, TerritoryId};
use crate::leadership::Leadership;
use crate::random::{self, RunKey, Stream};
use crate::states::Guards;
use crate::time::Clock;
use crate::units::{Days, Fighters, Persons, Probability, Share};
use crate::world::RunMap;

/// What plans are made from.
pub struct Snapshot<'a> {
    /// The map.
    pub map: &'a Map,
    /// Where things lie.
    pub around: &'a Surroundings,
    /// Parameters and switches.
    pub settings: &'a ConflictSettings,
    /// Conditions by province.
    pub leadership: &'a Leadership,
    /// Control and violence by cell.
    pub violence: &'a Violence,
    /// State forces.
    pub forces: &'a StateForces,
    /// Refugees.
    pub population: &'a Population,
    /// Guards on the lines.
    pub guards: &'a Guards,
}

impl Snapshot<'_> {
    /// Control of a cell by the state that governs it.
    #[must_use]
    pub fn control(&self, cell: CellId) -> Share {
        Share::clamped(self.violence.control(
            self.leadership,
            self.map.cells.admin1[cell.index()],
            cell,
        ))
    }

    /// Utility of a place to a group, from where it is.
    #[must_use]
    pub fn utility(&self, group: &ArmedGroup, cell: CellId, km: f64) -> f64 {
        let weights = &self.settings.parameters.sanctuary.weights;
        let c = cell.index();
        let map = self.map;
        let governor = self.around.governor[c];
        let at_home = governor == group.against;
        let forces = self.forces.at(
            map.cells.admin1[c],
            cell,
            self.around,
            self.settings.parameters.forces.concentration,
        );
        let kin = if group.kin == Some(map.cells.community[c]) {
            f64::from(map.cells.community_share[c])
        } else {
            0.0
        };
        let place = Place {
            threat: if at_home {
                threat_of_forces(Fighters(forces), Fighters(f64::from(group.strength))).0
            } else {
                0.0
            },
            host: if at_home {
                0.0
            } else {
                self.control(cell).0 * self.settings.hostility[governor.index()]
            },
            kin,
            rugged: roughness(map, cell, weights.rough_m),
            refugees: kin * f64::from(self.population.refugees[c]),
            travel: Days(km / self.settings.parameters.plan.march_km_per_day),
        };
        let b = PlaceWeights {
            threat: weights.threat,
            host: weights.host,
            kin: weights.kin,
            rugged: weights.rugged,
            refugees: weights.refugees,
            travel: weights.travel_per_day,
        };
        place_utility(&b, &place)
    }

    /// Chance that the guards of a segment, both sides together, notice a group.
    #[must_use]
    pub fn detection(&self, segment: SegmentId) -> Probability {
        segment_detection(self.settings, self.guards, segment)
    }

    fn cost_of_crossing(&self, from: TerritoryId, to: TerritoryId) -> Option<f64> {
        let weights = &self.settings.parameters.sanctuary.weights;
        let segment = self.around.segment_between(from, to)?;
        Some(crossing_cost(weights.crossing, weights.guarded_crossing, self.detection(segment)))
    }
}

/// Chance that the guards of a segment, both sides together, notice a group that crosses.
#[must_use]
pub fn segment_detection(
    settings: &ConflictSettings,
    guards: &Guards,
    segment: SegmentId,
) -> Probability {
    let weights = &settings.parameters.sanctuary.weights;
    let (per_km, sensors) = (guards.per_km[segment.index()], guards.sensors[segment.index()]);
    detection_probability(
        weights.detection_per_guard_per_km,
        per_km[0] + per_km[1],
        weights.detection_by_sensors,
        sensors[0].max(sensors[1]),
        weights.exposure,
    )
}

/// Roughness of a cell, 0 to 1.
#[must_use]
#[inline]
pub fn roughness(map: &Map, cell: CellId, fully_rough_m: f64) -> f64 {
    (f64::from(map.cells.ruggedness[cell.index()]) / fully_rough_m).clamp(0.0, 1.0)
}

/// Every group whose turn it is makes a plan; the others keep theirs.
pub fn plan_armed_groups(
    mut groups: Query<&mut ArmedGroup>,
    map: Res<RunMap>,
    around: Res<Surroundings>,
    settings: Res<ConflictSettings>,
    leadership: Res<Leadership>,
    violence: Res<Violence>,
    forces: Res<StateForces>,
    population: Res<Population>,
    guards: Res<Guards>,
    key: Res<RunKey>,
    clock: Res<Clock>,
) {
    let snapshot = Snapshot {
        map: &map,
        around: &around,
        settings: &settings,
        leadership: &leadership,
        violence: &violence,
        forces: &forces,
        population: &population,
        guards: &guards,
    };
    let every = settings.parameters.plan.every_days as u32;
    for mut group in &mut groups {
        if (clock.day.0 + group.id.0).is_multiple_of(every.max(1)) {
            let (intent, target) = choose(&snapshot, &group, *key, clock.step);
            group.intent = intent;
            group.target = target;
        } else if group.intent != Intent::Raid && group.cell == group.target {
            group.intent = Intent::Hold;
        }
    }
}

/// The plan of one group.
#[must_use]
pub fn choose(snapshot: &Snapshot, group: &ArmedGroup, key: RunKey, step: u32) -> (Intent, CellId) {
    let parameters = &snapshot.settings.parameters;
    let switches = &snapshot.settings.switches;
    let plan = &parameters.plan;
    let strength = Fighters(f64::from(group.strength));
    let cohesion = &parameters.cohesion;
    if gives_up(
        strength,
        Fighters(cohesion.least_fighters),
        Days(group.supply_days),
        Share(group.cohesion),
        Share(cohesion.give_up),
    )
    .0 > 0.5
    {
        return (Intent::Disband, group.cell);
    }
    let mut draws = key.draws(Stream::ArmedPlan, u64::from(group.id.0), step);
    let here = snapshot.utility(group, group.cell, 0.0);
    let home = snapshot.map.cells.territory[group.cell.index()];

    // The best place of each purpose among a bounded sample of cells in reach.
    let mut best: [(f64, CellId); 3] = [(f64::NEG_INFINITY, group.cell); 3];
    let (relocate, sanctuary, vacuum) = (0, 1, 2);
    for candidate in 0..plan.candidates as u32 {
        // Half of the looks go a day's march far, half as far as the horizon.
        let days = if candidate % 2 == 0 { 1.0 } else { plan.horizon_days };
        let (a, b) = (random::unit(&mut draws), random::unit(&mut draws));
        let Some(cell) =
            look(snapshot, group.cell, days * plan.march_km_per_day * libm::sqrt(a), b)
        else {
            continue;
        };
        if cell == group.cell {
            continue;
        }
        let there = snapshot.map.cells.territory[cell.index()];
        let cost = if there == home {
            0.0
        } else if let (true, Some(cost)) =
            (switches.sanctuary, snapshot.cost_of_crossing(home, there))
        {
            cost
        } else {
            continue;
        };
        let utility =
            snapshot.utility(group, cell, cells_km(snapshot.map, group.cell, cell)) - cost;
        let governor = snapshot.around.governor[cell.index()];
        let purpose = if there == home { relocate } else { sanctuary };
        let open_to_exploit = governor == group.against || group.kind == GroupKind::Criminal;
        if switches.vacuum && open_to_exploit {
            let gain = vacuum_gain(
                plan.vacuum,
                snapshot.control(cell),
                Share(plan.vacuum_control),
                Persons(u64::from(snapshot.population.residents[cell.index()])),
                plan.vacuum_population,
            );
            if gain > 0.0 && utility + gain > best[vacuum].0 {
                best[vacuum] = (utility + gain, cell);
            }
        }
        // Salehyan: across a line only to where the state that it fights does not follow.
        if (there == home || governor != group.against) && utility > best[purpose].0 {
            best[purpose] = (utility, cell);
        }
    }

    let mut noise =
        || -plan.noise * libm::log(-libm::log(random::unit(&mut draws).max(1e-300)).min(-1e-16));
    let mut options = [
        (Intent::Hold, here + plan.hold + noise(), group.cell),
        (Intent::Raid, f64::NEG_INFINITY, group.cell),
        (Intent::Relocate, best[relocate].0 - plan.move_cost + noise(), best[relocate].1),
        (Intent::SeekSanctuary, f64::NEG_INFINITY, best[sanctuary].1),
        (Intent::ExploitVacuum, best[vacuum].0 - plan.move_cost + noise(), best[vacuum].1),
    ];
    // Drawn for every option, possible or not, so that the luck of one does not depend on another.
    let (raid_noise, sanctuary_noise) = (noise(), noise());
    if group.kind != GroupKind::Criminal
        && let Some(forces) = forces_in_reach(snapshot, group)
    {
        options[1].1 =
            here + raid_gain(plan.raid, plan.raid_cost, strength, Fighters(forces)) + raid_noise;
    }
    if best[sanctuary].0 > here {
        options[3].1 = best[sanctuary].0 + plan.hold - plan.move_cost + sanctuary_noise;
    }
    let chosen = options.into_iter().reduce(|a, b| if b.1 > a.1 { b } else { a });
    chosen.map_or((Intent::Hold, group.cell), |(intent, _, cell)| (intent, cell))
}

/// The land cell at a distance and in a direction (`turn` 0 to 1), if any.
fn look(snapshot: &Snapshot, from: CellId, km: f64, turn: f64) -> Option<CellId> {
    let (lat, lon) = (
        f64::from(snapshot.map.cells.lat[from.index()]),
        f64::from(snapshot.map.cells.lon[from.index()]),
    );
    let angle = turn * std::f64::consts::TAU;
    let north = km * libm::cos(angle) / 111.195;
    let east = km * libm::sin(angle) / (111.195 * libm::cos(lat.to_radians()).max(0.01));
    snapshot.around.cell_at(lat + north, lon + east)
}

/// Forces at the nearest place of the state that the group fights, within reach of a raid; none: nothing to raid.
fn forces_in_reach(snapshot: &Snapshot, group: &ArmedGroup) -> Option<f64> {
    let parameters = &snapshot.settings.parameters;
    let reach = parameters.plan.raid_km as f32;
    let (cell, _) = snapshot
        .around
        .around(group.cell)
        .take_while(|(_, offset)| offset.km <= reach)
        .find(|(cell, _)| snapshot.around.governor[cell.index()] == group.against)?;
    let unit = snapshot.map.cells.admin1[cell.index()];
    Some(snapshot.forces.at(unit, cell, snapshot.around, parameters.forces.concentration))
}
