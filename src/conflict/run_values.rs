//! What a run makes of the parameters: ranges drawn once, names looked up on the map.

use bevy_ecs::prelude::*;

use super::parameters::Parameters;
use super::rules::SeverityLaw;
use crate::geography::Map;
use crate::ids::{AdminId, CommunityId};
use crate::random::{DrawId, RunKey, Stream, between};
use crate::units::Share;

/// Values of a run. A name that is not on the map is left out (see [`super::check_against_map`]).
#[derive(Resource, Clone, Debug)]
pub struct RunValues {
    /// Forces of the focus state inside the country for each resident.
    pub focus_forces_per_person: f64,
    /// Share that goes armed in a collapse.
    pub collapse_share: Share,
    /// Share that goes armed when the government turns.
    pub turn_share: Share,
    /// Hostility of each territory to groups that fight another state, 0 to 1.
    pub hostility: Vec<f64>,
    /// Communities from which kin-autonomist groups may arise.
    pub kin_communities: Vec<CommunityId>,
    /// Units with background violence and their shares.
    pub background_units: Vec<(AdminId, f64)>,
    /// Deaths in an event.
    pub severity: SeverityLaw,
}

impl RunValues {
    /// Draws the ranges and looks up the names.
    pub fn new(parameters: &Parameters, map: &Map, key: RunKey) -> Self {
        let drawn = |range: [f64; 2], number: u64| {
            between(range, key.uniform(Stream::ArmedSetup, DrawId::range(number), 0))
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
        let severity = &parameters.severity;
        Self {
            focus_forces_per_person: internal / forces.iran_population.max(1.0),
            collapse_share: Share::clamped(drawn(parameters.defection.collapse_share, 1)),
            turn_share: Share::clamped(drawn(parameters.defection.turn_share, 2)),
            hostility,
            kin_communities: kin.collect(),
            background_units: background.collect(),
            severity: SeverityLaw::new(severity.exponent, severity.most as u32),
        }
    }
}
