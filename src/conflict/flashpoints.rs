//! Dormant conflicts of the South and North Caucasus, and the channels that may wake them: kin, sanctuary, vacuum.

use bevy_ecs::prelude::*;

use super::fighting::Field;
use super::muster::Muster;
use super::parameters::FlashpointRow;
use super::rules::domino::{
    flashpoint_hazard, kin_contribution, sanctuary_contribution, vacuum_contribution,
};
use super::surroundings::Surroundings;
use super::{ConflictSettings, Events, ViolenceType, ViolentEvent};
use crate::displacement::Population;
use crate::geography::Map;
use crate::geography::network::great_circle_km;
use crate::ids::{AdminId, CellId, CommunityId};
use crate::leadership::Leadership;
use crate::random::{self, RunKey, Stream};
use crate::states::Reserve;
use crate::time::{Clock, Day};
use crate::units::{Days, Fighters, PerDay, Share};

/// State of a flashpoint.
#[derive(Clone, Debug, Default)]
pub struct FlashpointState {
    /// Name.
    pub name: String,
    /// Last day of the episode under way, or of the latest one.
    pub active_until: Option<Day>,
    /// Whether an episode is under way today.
    pub active: bool,
    /// Hazard of an episode today, 1/day.
    pub hazard_per_day: f64,
    /// What kin add to the log hazard today.
    pub contribution_kin: f64,
    /// What foreign fighters nearby add to it.
    pub contribution_sanctuary: f64,
    /// What diverted attention and lost control across the line add to it.
    pub contribution_vacuum: f64,
    /// Episodes so far.
    pub ignitions: u32,
    events_per_day: f64,
    place: Place,
}

/// What does not change in a run.
#[derive(Clone, Debug, Default)]
struct Place {
    /// Cells of its events.
    scene: Vec<CellId>,
    /// Cells whose refugees count, with the share of kin among the residents.
    kin_cells: Vec<(CellId, f64)>,
    /// Units of Iran across the line, with their share of its cells in reach.
    across: Vec<(AdminId, f64)>,
    kin: Vec<CommunityId>,
    /// By cell: 0 out of reach, 1 near enough for kin, 2 for foreign fighters too.
    reach: Vec<u8>,
}

/// Flashpoints, in the order of the scenario. Written in `Phase::Fight`.
#[derive(Resource, Clone, Debug, Default)]
pub struct Flashpoints {
    /// Their states.
    pub rows: Vec<FlashpointState>,
}

impl Flashpoints {
    /// The flashpoints of the scenario that lie on the map; the others stay silent rows.
    #[must_use]
    pub fn new(map: &Map, settings: &ConflictSettings) -> Self {
        let rows = settings.parameters.flashpoints.iter().map(|row| FlashpointState {
            name: row.name.clone(),
            place: Place::new(map, settings, row),
            ..FlashpointState::default()
        });
        Self { rows: rows.collect() }
    }
}

impl Place {
    fn new(map: &Map, settings: &ConflictSettings, row: &FlashpointRow) -> Self {
        let domino = &settings.parameters.domino;
        let kin: Vec<CommunityId> = row.kin.iter().filter_map(|name| map.community(name)).collect();
        let mut place = Self { kin, reach: vec![0; map.cells.len()], ..Self::default() };
        let mut across = vec![0_u32; map.admin1.len()];
        for c in 0..map.cells.len() {
            let (lat, lon) = (f64::from(map.cells.lat[c]), f64::from(map.cells.lon[c]));
            let beyond = great_circle_km(row.lat, row.lon, lat, lon) - row.radius_km;
            let cell = CellId::from_index(c);
            if beyond <= 0.0 {
                place.scene.push(cell);
            }
            if beyond <= domino.kin_km {
                place.reach[c] = 1;
                if place.kin.contains(&map.cells.community[c]) {
                    place.kin_cells.push((cell, f64::from(map.cells.community_share[c])));
                }
                if Some(map.territories[map.cells.territory[c].index()].governed_by)
                    == settings.iran
                {
                    across[map.cells.admin1[c].index()] += 1;
                }
            }
            if beyond <= domino.sanctuary_km {
                place.reach[c] = 2;
            }
        }
        let all: u32 = across.iter().sum();
        place.across = across
            .iter()
            .enumerate()
            .filter(|&(_, &n)| n > 0)
            .map(|(unit, &n)| (AdminId::from_index(unit), f64::from(n) / f64::from(all)))
            .collect();
        place
    }
}

/// Hazards follow their channels; episodes begin, yield events, and end.
pub fn smoulder(
    mut flashpoints: ResMut<Flashpoints>,
    mut events: ResMut<Events>,
    mut field: ResMut<Field>,
    muster: Res<Muster>,
    leadership: Res<Leadership>,
    population: Res<Population>,
    reserve: Res<Reserve>,
    around: Res<Surroundings>,
    settings: Res<ConflictSettings>,
    key: Res<RunKey>,
    clock: Res<Clock>,
) {
    let (domino, switches) = (&settings.parameters.domino, &settings.switches);
    let threshold = Share(settings.parameters.vacuum.rates.control);
    let half = Fighters(domino.fighters_half);
    for (index, state) in flashpoints.rows.iter_mut().enumerate() {
        if state.place.scene.is_empty() {
            continue;
        }
        let row = &settings.parameters.flashpoints[index];
        let (mut kin_fighters, mut foreign) = (0_u64, 0_u64);
        for mustered in &muster.groups {
            let group = &mustered.group;
            let reach = state.place.reach[group.cell.index()];
            if reach >= 1 && group.kin.is_some_and(|kin| state.place.kin.contains(&kin)) {
                kin_fighters += u64::from(group.strength);
            }
            // A guest: it fights another state than the one that governs here.
            if reach == 2 && around.governor[group.cell.index()] != group.against {
                foreign += u64::from(group.strength);
            }
        }
        state.contribution_kin = if switches.domino_kin && kin_fighters > 0 {
            let refugees: f64 = state
                .place
                .kin_cells
                .iter()
                .map(|&(c, share)| f64::from(population.refugees[c.index()]) * share)
                .sum();
            let fighters = Fighters(kin_fighters as f64);
            let odds = domino.odds_per_refugee_efold;
            kin_contribution(
                domino.kin_fighters,
                odds,
                fighters,
                half,
                refugees,
                domino.refugees_unit,
            )
        } else {
            0.0
        };
        state.contribution_sanctuary = if switches.domino_sanctuary {
            sanctuary_contribution(domino.sanctuary, Fighters(foreign as f64), half)
        } else {
            0.0
        };
        state.contribution_vacuum = if switches.domino_vacuum {
            let across = state
                .place
                .across
                .iter()
                .map(|&(unit, share)| leadership.province(unit).control * share);
            let control = if state.place.across.is_empty() { 1.0 } else { across.sum() };
            vacuum_contribution(
                domino.attention,
                Share(row.guarantor),
                Share::clamped(reserve.attention_diverted),
                domino.control_across,
                Share::clamped(control),
                threshold,
            )
        } else {
            0.0
        };
        let log_hazard =
            state.contribution_kin + state.contribution_sanctuary + state.contribution_vacuum;
        let base = PerDay(row.hazard_per_year / 365.25);
        state.hazard_per_day = flashpoint_hazard(base, log_hazard, row.spontaneous).0;

        let mut draws = key.draws(Stream::Flashpoint, index as u64, clock.step);
        let (u, length, pace) =
            (random::unit(&mut draws), random::unit(&mut draws), random::unit(&mut draws));
        let between = |bounds: [f64; 2], u: f64| bounds[0] + u * (bounds[1] - bounds[0]).max(0.0);
        state.active = state.active_until.is_some_and(|last| last >= clock.day);
        if !state.active && u < PerDay(state.hazard_per_day).probability_within(Days(1.0)).0 {
            state.active = true;
            state.active_until =
                Some(Day(clock.day.0 + (between(row.episode_days, length) as u32).max(1) - 1));
            state.events_per_day = between(row.events_per_day, pace);
            state.ignitions += 1;
        }
        if !state.active {
            continue;
        }
        for _ in 0..random::poisson(&mut draws, state.events_per_day) {
            let n = state.place.scene.len();
            let cell =
                state.place.scene[((random::unit(&mut draws) * n as f64) as usize).min(n - 1)];
            let deaths = settings.severity(random::unit(&mut draws), row.most_deaths as u32);
            let civilians =
                random::binomial(&mut draws, u64::from(deaths), row.civilian_share) as u32;
            let event = ViolentEvent {
                day: clock.day,
                cell,
                kind: ViolenceType::StateBased,
                deaths_groups: 0,
                // Combatants of both sides, who are neither in garrisons of the map nor in groups.
                deaths_state: deaths - civilians,
                deaths_civilians: field.kill_civilians(&population, cell, civilians),
                flashpoint: true,
            };
            field.record(&mut events, event, false);
            if row.advance_per_event > 0.0 {
                field.advances.push((cell, row.advance_per_event as f32));
            }
        }
    }
}
