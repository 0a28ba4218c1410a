//! What the conflict means for each border segment: armed strength, events, illicit goods (evidence 1.5: a, v, m).

use bevy_ecs::prelude::*;

use super::muster::Muster;
use super::rules::control::remaining_share;
use super::surroundings::Surroundings;
use super::{ConflictSettings, Events, GroupKind};
use crate::geography::Map;
use crate::ids::AdminId;
use crate::leadership::Leadership;
use crate::units::{Days, Share};
use crate::world::RunMap;

/// Raw observables of the segments. Written at the end of `Phase::Fight`.
#[derive(Resource, Clone, Debug, Default)]
pub struct SegmentThreat {
    /// a: strength of groups, discounted by distance from the line, fighters per 100 km.
    pub armed_per_100km: Vec<f64>,
    /// v: sum of ln(1 + deaths) of events near the line, fading, per 100 km.
    pub events_per_100km: Vec<f64>,
    /// m: illicit-goods flow, 0 to 1.
    pub illicit: Vec<f64>,
    /// `near_units[segment]`: units near the line with their share of its cells.
    near_units: Vec<Vec<(AdminId, f64)>>,
    criminal: Vec<f64>,
}

impl SegmentThreat {
    /// Quiet segments.
    #[must_use]
    pub fn new(map: &Map) -> Self {
        let zeros = vec![0.0; map.segments.len()];
        let near_units = map.segments.iter().map(|segment| {
            let mut counts = vec![0_u32; map.admin1.len()];
            for &(cell, _) in &segment.near {
                counts[map.cells.admin1[cell.index()].index()] += 1;
            }
            let all = f64::from(counts.iter().sum::<u32>().max(1));
            let shares = counts.iter().enumerate().filter(|&(_, &n)| n > 0);
            shares.map(|(unit, &n)| (AdminId::from_index(unit), f64::from(n) / all)).collect()
        });
        Self {
            near_units: near_units.collect(),
            armed_per_100km: zeros.clone(),
            events_per_100km: zeros.clone(),
            illicit: zeros.clone(),
            criminal: zeros,
        }
    }
}

/// Illicit-goods flow: what criminals carry and what passes where nobody controls, as independent chances.
///
/// `1 - exp(-criminals / reference) (1 - w (C_ref - C)+ / C_ref)`, with the lost control averaged along the line.
#[must_use]
pub fn illicit_flow(
    criminals_per_100km: f64,
    reference: f64,
    lost_control: Share,
    weight: f64,
) -> Share {
    Share::clamped(
        1.0 - libm::exp(-criminals_per_100km.max(0.0) / reference)
            * (1.0 - weight * lost_control.0),
    )
}

/// Strength of all groups near each segment, discounted by distance, fighters per 100 km of line.
pub fn armed_strength_near(
    muster: &Muster,
    around: &Surroundings,
    map: &Map,
    all: &mut [f64],
    criminal: &mut [f64],
) {
    all.fill(0.0);
    criminal.fill(0.0);
    for mustered in &muster.groups {
        let group = &mustered.group;
        for line in around.lines_near(group.cell) {
            let weight = f64::from(group.strength)
                * f64::from(line.weight)
                * per_100km(map, line.segment.index());
            all[line.segment.index()] += weight;
            if group.kind == GroupKind::Criminal {
                criminal[line.segment.index()] += weight;
            }
        }
    }
}

fn per_100km(map: &Map, segment: usize) -> f64 {
    100.0 / map.segments[segment].line_km().max(1.0)
}

/// Tells what the day meant for each segment.
pub fn assess_segments(
    mut threat: ResMut<SegmentThreat>,
    muster: Res<Muster>,
    events: Res<Events>,
    leadership: Res<Leadership>,
    around: Res<Surroundings>,
    settings: Res<ConflictSettings>,
    map: Res<RunMap>,
) {
    let p = &settings.parameters.threat;
    let threat = &mut *threat;
    armed_strength_near(&muster, &around, &map, &mut threat.armed_per_100km, &mut threat.criminal);
    let left = remaining_share(Days(p.event_days), Days(1.0)).0;
    for v in &mut threat.events_per_100km {
        *v *= left;
    }
    for event in &events.today {
        let weight = libm::log1p(f64::from(event.deaths()));
        for line in around.lines_near(event.cell) {
            if f64::from(line.km) <= p.event_km {
                threat.events_per_100km[line.segment.index()] +=
                    weight * per_100km(&map, line.segment.index());
            }
        }
    }
    for (segment, units) in threat.near_units.iter().enumerate() {
        let lost: f64 = units
            .iter()
            .map(|&(unit, share)| {
                share
                    * ((p.illicit_control - leadership.province(unit).control) / p.illicit_control)
                        .max(0.0)
            })
            .sum();
        threat.illicit[segment] = illicit_flow(
            threat.criminal[segment],
            p.illicit_fighters,
            Share::clamped(lost),
            p.illicit_without_control,
        )
        .0;
    }
}
