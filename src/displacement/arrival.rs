//! Groups that reach a place to stay (phase Host).

use bevy_ecs::prelude::*;

use super::group::{Activity, DisplacedGroup, Travel};
use super::homes::Homes;
use super::population::{Population, governing_state};
use super::rules;
use super::state::BeyondQuota;
use crate::geography::{DestinationKind, Map};
use crate::ids::DestinationId;
use crate::mechanisms::Mechanisms;
use crate::random::{StepDraws, Stream, binomial};
use crate::units::{Days, Share};

impl BeyondQuota {
    /// A new step. What a large group took too much in the last is paid back; nothing is saved up.
    fn renew(&mut self, map: &Map, step: Days) {
        for (left, destination) in self.0.iter_mut().zip(&map.destinations) {
            let quota = destination.beyond_capacity_per_day * step.0;
            *left = left.min(0.0) + quota;
        }
    }

    /// Lets persons pass to a destination while it takes any.
    fn admit(&mut self, at: DestinationId, persons: u32) -> bool {
        let left = &mut self.0[at.index()];
        let admits = *left > 0.0;
        if admits {
            *left -= f64::from(persons);
        }
        admits
    }
}

/// System: groups that arrived at a place to stay become part of its cohorts, or of the residents when they are home.
pub fn settle_arrivals(
    mut commands: Commands,
    homes: Homes,
    mechanisms: Res<Mechanisms>,
    draw: StepDraws,
    mut population: ResMut<Population>,
    mut quota: ResMut<BeyondQuota>,
    mut groups: Query<(Entity, &mut Travel, &mut DisplacedGroup)>,
) {
    let (map, hosting) = (&homes.map, &homes.parameters.hosting);
    quota.renew(map, draw.clock.step_days);
    let mut arrived: Vec<_> = groups
        .iter()
        .filter(|(_, travel, _)| travel.activity == Activity::Arrived)
        .map(|(entity, travel, group)| (group.id, entity, travel.destination, *group))
        .collect();
    arrived.sort_unstable_by_key(|a| a.0);
    let mut staying: Vec<Option<Share>> = vec![None; map.admin1.len()];
    for (_, entity, at, group) in arrived {
        if !quota.admit(at, group.persons) {
            continue; // the border beyond the edge is full today: wait there
        }
        let (origin, state) = (group.origin, population.receiving[at.index()]);
        let at_home = group.returning
            && state == governing_state(map, map.admin1[origin.home.index()].state).into();

        // Visitors find their home as it is, and stay or go back.
        if at_home && group.base.is_some() {
            let share = *staying[origin.home.index()]
                .get_or_insert_with(|| homes.share_who_stay(&population, origin.home));
            if draw.uniform(Stream::Hosting, group.draw_key) >= share.0 {
                if let Ok((_, mut travel, mut group)) = groups.get_mut(entity) {
                    travel.activity = Activity::Choosing;
                    group.returning = false;
                    (group.came_from, group.gave_up) = (None, None);
                }
                continue;
            }
        }

        // Some have died on the way.
        commands.entity(entity).despawn();
        let mut alive = group.persons;
        if mechanisms.mortality {
            let steps = draw.clock.step.saturating_sub(group.departed_step);
            let days = Days(f64::from(steps) * draw.clock.step_days.0);
            let p = rules::death_probability(hosting, days).0;
            let mut draws = draw.draws(Stream::Mortality, group.draw_key);
            let dead = binomial(&mut draws, u64::from(alive), p) as u32;
            alive -= dead;
            population.book_deaths(state, origin.nationality, dead);
        }
        if alive == 0 {
            continue;
        }

        // The others are home, or become guests.
        let pair = population.pair(state, origin.nationality);
        if at_home {
            population.flows.returns[pair] += alive;
            population.come_home(origin, alive, |cell| homes.hazard(cell).0);
            continue;
        }
        let destination = &map.destinations[at.index()];
        if destination.kind == DestinationKind::Beyond
            && state != governing_state(map, destination.territory).into()
        {
            // Over a border beyond the edge, which no crossing on the map counts.
            let flows = &mut population.flows;
            let home = state == origin.nationality;
            let flow = if home { &mut flows.returns } else { &mut flows.arrivals };
            flow[pair] += alive;
        }
        let kin_share = if mechanisms.kin { hosting.kin_hosted_share } else { 0.0 };
        population.host(map, at, origin, alive, kin_share, 0.0);
    }
}
