//! What the conflict means for each border segment: armed strength, events, illicit goods (evidence 1.5: a, v, m).

use bevy_ecs::prelude::*;

use super::fight_state::{ActiveGroups, Ground};
use super::parameters::Parameters;
use super::rules::{DAY, illicit_flow, lost_control, per_100km, remaining_share};
use super::state::{Events, GroupKind, SegmentThreat};
use crate::ids::SegmentId;
use crate::leadership::Leadership;
use crate::units::{Days, Kilometres, Share};

/// Reckons what the day meant for each segment.
pub fn assess_segments(
    mut threat: ResMut<SegmentThreat>,
    groups: Res<ActiveGroups>,
    events: Res<Events>,
    leadership: Res<Leadership>,
    ground: Ground,
    parameters: Res<Parameters>,
) {
    let p = &parameters.threat;
    let threat = &mut *threat;
    let scale =
        |segment: SegmentId| per_100km(Kilometres(ground.map.segments[segment.index()].line_km()));

    // Strength of all groups near each segment, discounted by distance, and of the criminal ones among them.
    let mut criminal = vec![0.0; threat.armed_per_100km.len()];
    threat.armed_per_100km.fill(0.0);
    for active in &groups.list {
        let group = &active.group;
        for line in ground.around.lines_near(group.cell) {
            let strength = f64::from(group.strength) * f64::from(line.weight) * scale(line.segment);
            threat.armed_per_100km[line.segment.index()] += strength;
            if group.kind == GroupKind::Criminal {
                criminal[line.segment.index()] += strength;
            }
        }
    }

    // Events near each segment, with a memory.
    let left = remaining_share(Days(p.event_days), DAY).0;
    for v in &mut threat.events_per_100km {
        *v *= left;
    }
    for event in &events.today {
        let weight = libm::log1p(f64::from(event.deaths()));
        for line in ground.around.lines_near(event.cell) {
            if f64::from(line.km) <= p.event_km {
                threat.events_per_100km[line.segment.index()] += weight * scale(line.segment);
            }
        }
    }

    // Illicit goods, by the criminals and by the control lost along the line.
    for (segment, units) in ground.around.units_near.iter().enumerate() {
        let control = |unit| Share(leadership.province(unit).control);
        let lost = units
            .iter()
            .map(|&(unit, share)| share * lost_control(control(unit), p.illicit_control).0)
            .sum();
        threat.illicit[segment] = illicit_flow(p, criminal[segment], Share::clamped(lost)).0;
    }
}
