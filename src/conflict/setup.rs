//! What the domain starts a run with: settings, groups on day 0, tables.

use std::sync::Arc;

use bevy_ecs::prelude::*;

use super::fighting::Field;
use super::flashpoints::Flashpoints;
use super::forces::StateForces;
use super::march::ArmedCrossings;
use super::muster::{FighterTally, Founding, Muster};
use super::parameters::{GroupRow, Parameters};
use super::rules::combat::SeverityLaw;
use super::surroundings::Surroundings;
use super::threat::SegmentThreat;
use super::{Events, Violence};
use crate::geography::Map;
use crate::geography::network::great_circle_km;
use crate::ids::{AdminId, CellId, CommunityId, TerritoryId};
use crate::mechanisms::Mechanisms;
use crate::random::{self, RunKey, Stream};
use crate::simulation::ScenarioRes;
use crate::time::Day;
use crate::units::Share;
use crate::world::RunMap;

/// The switches of this domain, out of `[mechanisms]`.
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Copy, Debug)]
pub struct Switches {
    /// Groups, background violence and flashpoints at all.
    pub armed_groups: bool,
    /// Engagements between armed groups and state forces, and between rival groups.
    pub engagements: bool,
    /// Rough terrain helps the group.
    pub terrain: bool,
    /// Fire is informed by the people, more so under control.
    pub informed_fire: bool,
    /// Severity has a heavy tail.
    pub heavy_tail: bool,
    /// Groups contest control.
    pub control_contest: bool,
    /// Groups recruit.
    pub recruitment: bool,
    /// Fighters desert when supply fails.
    pub desertion: bool,
    /// Groups split and merge.
    pub split_merge: bool,
    /// Groups cross lines.
    pub sanctuary: bool,
    /// Vacuums are exploited.
    pub vacuum: bool,
    /// Violence breeds violence.
    pub self_excitation: bool,
    /// Background violence in the North Caucasus.
    pub north_caucasus_baseline: bool,
    /// Kin channel of the domino effect.
    pub domino_kin: bool,
    /// Sanctuary channel.
    pub domino_sanctuary: bool,
    /// Vacuum channel.
    pub domino_vacuum: bool,
}

impl From<&Mechanisms> for Switches {
    fn from(m: &Mechanisms) -> Self {
        Self {
            armed_groups: m.armed_groups,
            engagements: m.engagements,
            terrain: m.terrain,
            informed_fire: m.informed_fire,
            heavy_tail: m.heavy_tail,
            control_contest: m.control_contest,
            recruitment: m.recruitment,
            desertion: m.desertion,
            split_merge: m.split_merge,
            sanctuary: m.sanctuary,
            vacuum: m.vacuum,
            self_excitation: m.self_excitation,
            north_caucasus_baseline: m.north_caucasus_baseline,
            domino_kin: m.domino_kin,
            domino_sanctuary: m.domino_sanctuary,
            domino_vacuum: m.domino_vacuum,
        }
    }
}

/// Parameters, switches and sampled values of a run, with names resolved on the map.
#[derive(Resource, Clone, Debug)]
pub struct ConflictSettings {
    /// Parameters.
    pub parameters: Arc<Parameters>,
    /// Switches.
    pub switches: Switches,
    /// Iran on the map.
    pub iran: Option<TerritoryId>,
    /// Forces of Iran inside the country for each resident.
    pub iran_forces_per_person: f64,
    /// Sampled share that goes armed in a collapse.
    pub collapse_share: Share,
    /// Sampled share that goes armed when the government turns.
    pub turn_share: Share,
    /// Hostility of each territory to groups that fight another state.
    pub hostility: Vec<f64>,
    /// Communities from which kin-autonomist groups may arise.
    pub kin_communities: Vec<CommunityId>,
    /// Units with background violence and their shares.
    pub background_units: Vec<(AdminId, f64)>,
    /// Deaths in an event.
    pub law: Arc<SeverityLaw>,
}

impl ConflictSettings {
    /// Samples the ranges and resolves the names; a name that is not on the map is left out (see [`check_against_map`]).
    #[must_use]
    pub fn new(parameters: Arc<Parameters>, switches: Switches, map: &Map, key: RunKey) -> Self {
        let drawn = |bounds: [f64; 2], id: u64| {
            bounds[0]
                + key.uniform(Stream::ArmedSetup, (1 << 40) | id, 0)
                    * (bounds[1] - bounds[0]).max(0.0)
        };
        let forces = &parameters.forces;
        let internal = drawn(forces.irgc_ground, 0) + forces.artesh * forces.artesh_internal_share;
        let mut hostility = vec![parameters.sanctuary.weights.hostility; map.territories.len()];
        for row in &parameters.sanctuary.hosts {
            if let Some(host) = map.territory(&row.host) {
                hostility[host.index()] = row.hostility;
            }
        }
        let background = parameters.background.regions.iter().filter_map(|row| {
            let unit = map.admin1_named(map.territory(&row.state)?, &row.unit)?;
            Some((unit, row.share))
        });
        let kin = parameters.vacuum.kin_communities.iter().filter_map(|name| map.community(name));
        Self {
            switches,
            iran: map.territory("IRN"),
            iran_forces_per_person: internal / forces.iran_population.max(1.0),
            collapse_share: Share::clamped(drawn(parameters.defection.collapse_share, 1)),
            turn_share: Share::clamped(drawn(parameters.defection.turn_share, 2)),
            hostility,
            kin_communities: kin.collect(),
            background_units: background.collect(),
            law: Arc::new(SeverityLaw::new(
                parameters.severity.exponent,
                parameters.severity.most as u32,
            )),
            parameters,
        }
    }

    /// Deaths in an event by a uniform number, at most `most`; without a heavy tail the mean, rounded up or down by chance.
    #[must_use]
    pub fn severity(&self, u: f64, most: u32) -> u32 {
        if self.switches.heavy_tail {
            return self.law.quantile(u, most);
        }
        let mean = self.law.mean(most);
        let whole = libm::floor(mean);
        whole as u32 + u32::from(u < mean - whole)
    }

    /// Whether a unit belongs to Iran.
    #[must_use]
    pub fn iranian(&self, map: &Map, unit: AdminId) -> bool {
        Some(map.admin1[unit.index()].state) == self.iran
    }
}

/// What of the parameters does not fit the map or itself, in sentences that begin with the key; empty when all fits.
///
/// A map may show less than the parameters speak of: a host, a unit or a community that it lacks is passed over, unless a
/// name on the map is so near that it must be a slip. A group whose area lies on the map must fight a state of the map.
#[must_use]
pub fn check_against_map(parameters: &Parameters, map: &Map) -> Vec<String> {
    let mut problems = Vec::new();
    let mut in_order = |key: String, [low, high]: [f64; 2]| {
        if low > high {
            problems
                .push(format!("{key}: [{low}, {high}] runs backwards, the lower end comes first"));
        }
    };
    in_order("conflict.forces.irgc_ground".into(), parameters.forces.irgc_ground);
    in_order("conflict.defection.collapse_share".into(), parameters.defection.collapse_share);
    in_order("conflict.defection.turn_share".into(), parameters.defection.turn_share);
    in_order("conflict.defection.unit".into(), parameters.defection.unit);
    in_order("conflict.vacuum.rates.unit".into(), parameters.vacuum.rates.unit);
    for (i, row) in parameters.groups.iter().enumerate() {
        in_order(format!("conflict.groups[{i}].strength"), row.strength);
    }
    for (i, row) in parameters.flashpoints.iter().enumerate() {
        in_order(format!("conflict.flashpoints[{i}].episode_days"), row.episode_days);
        in_order(format!("conflict.flashpoints[{i}].events_per_day"), row.events_per_day);
    }

    let communities: Vec<&str> = map.communities.iter().map(String::as_str).collect();
    let mut slip = |key: String, what: &str, name: &str, known: &[&str], place: &str| {
        if let Some(near) = checked_toml::slip_of(name, known) {
            problems.push(format!(
                "{key}: the map `{}` has no {what} `{name}`{place}; {}",
                map.name,
                checked_toml::question(near)
            ));
        }
    };
    for (i, row) in parameters.groups.iter().enumerate() {
        slip(format!("conflict.groups[{i}].kin"), "community", &row.kin, &communities, "");
        if map.territory(&row.against).is_none() && area_on_map(row, map).is_some() {
            let codes: Vec<&str> = map.territories.iter().map(|t| t.code.as_str()).collect();
            slip(format!("conflict.groups[{i}].against"), "territory", &row.against, &codes, "");
        }
    }
    for (i, row) in parameters.background.regions.iter().enumerate() {
        if let Some(state) = map.territory(&row.state) {
            let units: Vec<&str> =
                map.admin1.iter().filter(|u| u.state == state).map(|u| u.name.as_str()).collect();
            let place = format!(" in {}", row.state);
            slip(
                format!("conflict.background.regions[{i}].unit"),
                "unit",
                &row.unit,
                &units,
                &place,
            );
        }
    }
    for name in &parameters.vacuum.kin_communities {
        slip("conflict.vacuum.kin_communities".into(), "community", name, &communities, "");
    }
    for (i, row) in parameters.flashpoints.iter().enumerate() {
        for name in &row.kin {
            slip(format!("conflict.flashpoints[{i}].kin"), "community", name, &communities, "");
        }
    }
    problems
}

/// Puts the domain's resources and the groups of day 0 into a world that has the scenario, the map and the run key.
pub fn populate(world: &mut World) {
    let scenario = world.resource::<ScenarioRes>().clone();
    populate_with(world, Arc::new(scenario.conflict.clone()), Switches::from(&scenario.mechanisms));
}

/// [`populate`] with parameters and switches given apart from a scenario.
pub fn populate_with(world: &mut World, parameters: Arc<Parameters>, switches: Switches) {
    let map = world.resource::<RunMap>().clone();
    let key = *world.resource::<RunKey>();
    let settings = ConflictSettings::new(parameters, switches, &map, key);
    let around = Surroundings::new(&map, &settings.parameters);
    let n = map.cells.len();

    let mut muster = Muster::default();
    let mut tally = FighterTally::default();
    let rows = if switches.armed_groups { &settings.parameters.groups[..] } else { &[] };
    for (index, row) in rows.iter().enumerate() {
        for founding in groups_of_row(row, index, &map, &around, key) {
            tally.initial += u64::from(founding.strength);
            world.spawn(founding.group(muster.next_id));
            muster.next_id += 1;
        }
    }

    let segments = map.segments.len();
    world.insert_resource(StateForces::new(&map, &settings));
    world.insert_resource(Flashpoints::new(&map, &settings));
    world.insert_resource(SegmentThreat::new(&map));
    world.insert_resource(ArmedCrossings {
        attempted: vec![0; segments],
        detected: vec![0; segments],
    });
    world.insert_resource(Events::default());
    world.insert_resource(Violence {
        fatalities: vec![0.0; n],
        challenge: vec![0.0; n],
        advance: vec![0.0; n],
        active: Vec::new(),
        given_control: Vec::new(),
    });
    world.insert_resource(Field::new(n));
    world.insert_resource(muster);
    world.insert_resource(tally);
    world.insert_resource(around);
    world.insert_resource(settings);
}

/// The groups of a row: its fighters, drawn once, shared among its groups and scattered over its area.
fn groups_of_row(
    row: &GroupRow,
    index: usize,
    map: &Map,
    around: &Surroundings,
    key: RunKey,
) -> Vec<Founding> {
    let (Some(against), true) = (map.territory(&row.against), row.count > 0) else {
        return Vec::new();
    };
    let Some(centre) = area_on_map(row, map) else { return Vec::new() };
    let mut draws = key.draws(Stream::ArmedSetup, index as u64, 0);
    let whole =
        row.strength[0] + random::unit(&mut draws) * (row.strength[1] - row.strength[0]).max(0.0);
    let whole = libm::round(whole.max(0.0)) as u32;
    let weights: Vec<f64> = (0..row.count).map(|_| 0.5 + random::unit(&mut draws)).collect();
    let sum: f64 = weights.iter().sum();
    let mut left = whole;
    let mut foundings = Vec::new();
    for (i, weight) in weights.iter().enumerate() {
        let last = i + 1 == weights.len();
        let strength =
            if last { left } else { ((f64::from(whole) * weight / sum) as u32).min(left) };
        left -= strength;
        let cell = scattered(row, centre, map, around, &mut draws);
        if strength > 0 {
            foundings.push(Founding {
                kind: row.kind,
                strength,
                cell,
                against,
                kin: map.community(&row.kin),
                supply_days: row.supply_days,
                cohesion: row.cohesion,
                day: Day(0),
            });
        }
    }
    foundings
}

/// The cell nearest to the middle of a row's area; none when the area is off the map (a test map, another region).
fn area_on_map(row: &GroupRow, map: &Map) -> Option<CellId> {
    map.cell_at(row.lat, row.lon).filter(|c| {
        let (lat, lon) = (f64::from(map.cells.lat[c.index()]), f64::from(map.cells.lon[c.index()]));
        great_circle_km(row.lat, row.lon, lat, lon) <= row.spread_km + 50.0
    })
}

/// A land cell within the area of a row, evenly over the disc; its middle when water fills it.
fn scattered(
    row: &GroupRow,
    centre: CellId,
    map: &Map,
    around: &Surroundings,
    draws: &mut random::Draws,
) -> CellId {
    let mut found = None;
    for _ in 0..8 {
        let (a, b) = (random::unit(draws), random::unit(draws));
        let km = row.spread_km * libm::sqrt(a);
        let angle = b * std::f64::consts::TAU;
        let lat = row.lat + km * libm::cos(angle) / 111.195;
        let lon =
            row.lon + km * libm::sin(angle) / (111.195 * libm::cos(row.lat.to_radians()).max(0.01));
        // All eight are drawn whatever is found, so that the luck of later groups does not depend on the map.
        found = found.or_else(|| around.cell_at(lat, lon));
    }
    found.filter(|c| c.index() < map.cells.len()).unwrap_or(centre)
}
