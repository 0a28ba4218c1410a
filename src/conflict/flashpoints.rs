//! Dormant conflicts of the region, and the channels that may wake them: kin, sanctuary, vacuum.

use bevy_ecs::prelude::*;

use super::fight_state::{ActiveGroups, EventLog};
use super::parameters::{FlashpointRow, Parameters};
use super::rules::{
    DAY, flashpoint_hazard, kin_contribution, lost_control, sanctuary_contribution,
    vacuum_contribution,
};
use super::run_values::RunValues;
use super::state::{Flashpoints, ViolenceType, ViolentEvent};
use super::surroundings::{Surroundings, shares_of_units};
use crate::displacement::Population;
use crate::geography::Map;
use crate::geography::network::great_circle_km;
use crate::ids::{AdminId, CellId, CommunityId, TerritoryId};
use crate::leadership::Leadership;
use crate::mechanisms::Mechanisms;
use crate::random::{self, StepDraws, Stream, between};
use crate::states::Reserve;
use crate::time::Day;
use crate::units::{Fighters, PerDay, Share};

/// Where the flashpoints lie, in the order of the scenario.
#[derive(Resource, Clone, Debug)]
pub struct FlashpointPlaces(Vec<Place>);

/// Where a flashpoint lies, and what of the map its channels look at.
#[derive(Clone, Debug)]
struct Place {
    /// Cells of its events; none when it is off the map.
    scene: Vec<CellId>,
    /// Cells whose refugees count, with the share of kin among the residents.
    kin_cells: Vec<(CellId, f64)>,
    /// Units of the focus state across the line, with their share of its cells in reach.
    across: Vec<(AdminId, f64)>,
    /// Communities whose kin ties count.
    kin: Vec<CommunityId>,
    /// By cell: how near it is.
    reach: Vec<Reach>,
}

/// How near a cell is to a flashpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Out,
    /// Near enough for kin.
    Kin,
    /// For foreign fighters too.
    Sanctuary,
}

impl FlashpointPlaces {
    /// From the map; a flashpoint that is off it has no scene.
    pub fn new(map: &Map, parameters: &Parameters, focus: Option<TerritoryId>) -> Self {
        let places =
            parameters.flashpoints.iter().map(|row| Place::new(map, parameters, focus, row));
        Self(places.collect())
    }
}

impl Place {
    fn new(
        map: &Map,
        parameters: &Parameters,
        focus: Option<TerritoryId>,
        row: &FlashpointRow,
    ) -> Self {
        let domino = &parameters.domino;
        let kin: Vec<CommunityId> = row.kin.iter().filter_map(|name| map.community(name)).collect();
        let mut reach = vec![Reach::Out; map.cells.len()];
        let (mut scene, mut kin_cells, mut across) = (Vec::new(), Vec::new(), Vec::new());
        for (c, reach) in reach.iter_mut().enumerate() {
            let (lat, lon) = (f64::from(map.cells.lat[c]), f64::from(map.cells.lon[c]));
            let beyond = great_circle_km(row.lat, row.lon, lat, lon) - row.radius_km;
            let cell = CellId::from_index(c);
            if beyond <= 0.0 {
                scene.push(cell);
            }
            if beyond <= domino.kin_km {
                *reach = Reach::Kin;
                if kin.contains(&map.cells.community[c]) {
                    kin_cells.push((cell, f64::from(map.cells.community_share[c])));
                }
                if Some(map.territories[map.cells.territory[c].index()].governed_by) == focus {
                    across.push(cell);
                }
            }
            if beyond <= domino.sanctuary_km {
                *reach = Reach::Sanctuary;
            }
        }
        let across = shares_of_units(map, across.into_iter());
        Self { scene, kin_cells, across, kin, reach }
    }

    /// Fighters of kin, and fighters who are guests, near the flashpoint. A guest fights another state than the one that
    /// governs where it is.
    fn fighters_near(&self, groups: &ActiveGroups, around: &Surroundings) -> (Fighters, Fighters) {
        let (mut of_kin, mut guests) = (0_u64, 0_u64);
        for active in &groups.list {
            let group = &active.group;
            let reach = self.reach[group.cell.index()];
            if reach >= Reach::Kin && group.kin.is_some_and(|kin| self.kin.contains(&kin)) {
                of_kin += u64::from(group.strength);
            }
            if reach == Reach::Sanctuary && around.governor[group.cell.index()] != group.against {
                guests += u64::from(group.strength);
            }
        }
        (Fighters(of_kin as f64), Fighters(guests as f64))
    }

    fn kin_refugees(&self, population: &Population) -> f64 {
        let cells = self.kin_cells.iter();
        cells.map(|&(c, share)| f64::from(population.refugees[c.index()]) * share).sum()
    }

    /// Control across the line, by the shares of its units; full where nothing of the focus state is near.
    fn control_across(&self, leadership: &Leadership) -> Share {
        if self.across.is_empty() {
            return Share(1.0);
        }
        let units = self.across.iter();
        Share::clamped(units.map(|&(unit, share)| leadership.province(unit).control * share).sum())
    }
}

/// Hazards follow their channels.
pub fn update_flashpoints(
    mut flashpoints: ResMut<Flashpoints>,
    places: Res<FlashpointPlaces>,
    groups: Res<ActiveGroups>,
    leadership: Res<Leadership>,
    population: Res<Population>,
    reserve: Res<Reserve>,
    around: Res<Surroundings>,
    parameters: Res<Parameters>,
    mechanisms: Res<Mechanisms>,
) {
    let domino = &parameters.domino;
    let rows = parameters.flashpoints.iter().zip(&places.0);
    for (state, (row, place)) in flashpoints.rows.iter_mut().zip(rows) {
        if place.scene.is_empty() {
            continue;
        }
        let (of_kin, guests) = place.fighters_near(&groups, &around);
        let lost = lost_control(place.control_across(&leadership), parameters.vacuum.rates.control);
        let diverted = Share::clamped(reserve.attention_diverted);

        // A channel that is switched off adds nothing.
        let on = |switch: bool, contribution: f64| if switch { contribution } else { 0.0 };
        state.contribution_kin = on(
            mechanisms.domino_kin && of_kin.0 > 0.0,
            kin_contribution(domino, of_kin, place.kin_refugees(&population)),
        );
        state.contribution_sanctuary =
            on(mechanisms.domino_sanctuary, sanctuary_contribution(domino, guests));
        state.contribution_vacuum = on(
            mechanisms.domino_vacuum,
            vacuum_contribution(domino, Share(row.guarantor), diverted, lost),
        );
        let log_hazard =
            state.contribution_kin + state.contribution_sanctuary + state.contribution_vacuum;
        let base = PerDay(row.hazard_per_year / 365.25);
        state.hazard_per_day = flashpoint_hazard(base, log_hazard, row.spontaneous).0;
    }
}

/// Episodes begin, yield events, and end.
pub fn draw_flashpoint_events(
    mut flashpoints: ResMut<Flashpoints>,
    mut log: EventLog,
    places: Res<FlashpointPlaces>,
    parameters: Res<Parameters>,
    mechanisms: Res<Mechanisms>,
    values: Res<RunValues>,
    today: StepDraws,
) {
    let day = today.clock.day;
    let rows = parameters.flashpoints.iter().zip(&places.0);
    for (index, (state, (row, place))) in flashpoints.rows.iter_mut().zip(rows).enumerate() {
        let scene = &place.scene;
        if scene.is_empty() {
            continue;
        }

        // Drawn whether an episode begins or not, so that the luck of its events does not depend on it.
        let mut draws = today.draws(Stream::Flashpoint, index as u64);
        let [begins, length, pace] = std::array::from_fn(|_| random::unit(&mut draws));
        state.active = state.active_until.is_some_and(|last| last >= day);
        if !state.active && begins < PerDay(state.hazard_per_day).probability_within(DAY).0 {
            let days = (between(row.episode_days, length) as u32).max(1);
            state.active = true;
            state.active_until = Some(Day(day.0 + days - 1));
            state.events_per_day = between(row.events_per_day, pace);
            state.ignitions += 1;
        }
        if !state.active {
            continue;
        }

        for _ in 0..random::poisson(&mut draws, state.events_per_day) {
            let nth = (random::unit(&mut draws) * scene.len() as f64) as usize;
            let cell = scene[nth.min(scene.len() - 1)];
            let u = random::unit(&mut draws);
            let deaths = values.severity.deaths(mechanisms.heavy_tail, u, row.most_deaths as u32);
            let civilians =
                random::binomial(&mut draws, u64::from(deaths), row.civilian_share) as u32;
            let event = ViolentEvent {
                // Combatants of both sides, who are neither in garrisons of the map nor in groups.
                deaths_state: deaths - civilians,
                deaths_civilians: log.kill_civilians(cell, civilians),
                flashpoint: true,
                ..ViolentEvent::new(day, cell, ViolenceType::StateBased)
            };
            log.record(event, false);
            if row.advance_per_event > 0.0 {
                log.aftermath.advances.push((cell, row.advance_per_event as f32));
            }
        }
    }
}
