//! Engagements of armed groups with state forces, and the harm that both do to civilians.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use super::fight_state::{Combatants, Conditions, EventLog, Ground};
use super::parameters::Parameters;
use super::presence::excited_engagements;
use super::rules::{
    DAY, Exchange, engagements_per_day, informed_share, one_sided_propensity, posture,
};
use super::run_values::RunValues;
use super::state::{ArmedGroup, Intent, Side, ViolenceType, ViolentEvent};
use crate::ids::CellId;
use crate::mechanisms::Mechanisms;
use crate::random::{self, DrawId, Draws, StepDraws, Stream};
use crate::units::{Fighters, PerDay, Share};

/// Engagements of a group with state forces in a day, at most.
const MOST_ENGAGEMENTS: u64 = 20;

/// What decides a fight, beside those who fight.
#[derive(SystemParam)]
pub struct Circumstances<'w> {
    conditions: Conditions<'w>,
    ground: Ground<'w>,
    parameters: Res<'w, Parameters>,
    mechanisms: Res<'w, Mechanisms>,
    values: Res<'w, RunValues>,
    today: StepDraws<'w>,
}

/// Engagements of groups with state forces, and one-sided violence by both.
pub fn engage_state_forces(
    mut combatants: Combatants,
    mut log: EventLog,
    circumstances: Circumstances,
) {
    for index in 0..combatants.groups.list.len() {
        let group = combatants.group(index).clone();
        if group.strength == 0 {
            continue;
        }
        let mut draws = circumstances.today.draws(Stream::Engagement, group.id);
        let cell = circumstances.place_of_action(&group, random::unit(&mut draws));
        let mean = circumstances.engagements(&group, cell, &combatants, &log);
        if let Some(mean) = mean {
            for number in 0..random::poisson(&mut draws, mean).min(MOST_ENGAGEMENTS) {
                if combatants.group(index).strength == 0 {
                    break;
                }
                circumstances.exchange_fire(index, cell, number, &mut combatants, &mut log);
            }
        }
        circumstances.harm_civilians(&group, cell, &mut draws, &mut log);
    }
}

impl Circumstances<'_> {
    /// Where a group acts today: a raid goes to a place within reach of the state that it fights, anything else stays.
    fn place_of_action(&self, group: &ArmedGroup, u: f64) -> CellId {
        if group.intent != Intent::Raid {
            return group.cell;
        }
        let reach = self.parameters.plan.raid_km as f32;
        let places = || {
            self.ground
                .around
                .around(group.cell)
                .take_while(|(_, offset)| offset.km <= reach)
                .filter(|(cell, _)| self.ground.is_at_home(group, *cell))
        };
        let n = places().count();
        places().nth((u * n as f64) as usize).map_or(group.cell, |(cell, _)| cell)
    }

    /// Mean number of a group's engagements at a place today; none where it does not fight as a group: where background
    /// violence is drawn as such, the fights are part of it.
    fn engagements(
        &self,
        group: &ArmedGroup,
        cell: CellId,
        combatants: &Combatants,
        log: &EventLog,
    ) -> Option<f64> {
        let (ground, p) = (&self.ground, &self.parameters.engagement);
        let unit = ground.unit(cell);
        let in_background = self.mechanisms.north_caucasus_baseline
            && self.values.background_units.iter().any(|&(known, _)| known == unit);
        if !self.mechanisms.engagements || in_background {
            return None;
        }

        // Of itself, by what it intends and whom it meets.
        let host = (!ground.is_at_home(group, cell))
            .then(|| self.values.hostility[ground.around.governor[cell.index()].index()]);
        let posture = posture(p, self.parameters.kinds.of(group.kind), group.intent, host);
        let density = ground.density_of_forces(&combatants.forces, cell);
        let strength = Fighters(f64::from(group.strength));
        let base = engagements_per_day(p.rate, strength, density, posture);

        // Bred by past events nearby.
        let excited = if self.mechanisms.self_excitation {
            excited_engagements(&log.aftermath, &ground.around, &self.parameters, group)
        } else {
            0.0
        };
        Some(base + excited)
    }

    /// One engagement of a group with state forces at a place.
    fn exchange_fire(
        &self,
        index: usize,
        cell: CellId,
        number: u64,
        combatants: &mut Combatants,
        log: &mut EventLog,
    ) {
        let (id, strength) = (combatants.group(index).id, combatants.group(index).strength);
        let (parameters, switches, ground) = (&self.parameters, &self.mechanisms, &self.ground);
        let p = &parameters.engagement;
        let unit = ground.unit(cell);

        // How many die.
        let mut draws = self.today.draws(Stream::Severity, DrawId::engagement(id, number));
        let severity = self.values.severity.deaths(
            switches.heavy_tail,
            random::unit(&mut draws),
            strength.saturating_add(combatants.forces.stock[unit.index()]),
        );

        // Who they are: by numbers, ground, and what the people tell.
        let here = ground.forces_at(&combatants.forces, parameters.forces.concentration, cell);
        let informed = if switches.informed_fire {
            let aggrieved = self.conditions.grievance(&parameters.recruitment, cell);
            informed_share(p, self.conditions.control(cell), aggrieved)
        } else {
            Share(p.informed)
        };
        let terrain = if switches.terrain {
            p.terrain * ground.roughness(&parameters.sanctuary.weights, cell).0
        } else {
            0.0
        };
        let exchange = Exchange {
            group: Fighters(f64::from(strength)),
            soldiers: Fighters(here.min(p.most_against_one * f64::from(strength))),
            people: log.people(cell),
            informed,
            group_fire: p.group_fire,
            state_fire: p.state_fire,
            terrain,
        };
        let share = exchange.group_loss_share().0;
        let of_group = random::binomial(&mut draws, u64::from(severity), share) as u32;

        // Bystanders, by how many of the group were hit.
        let stray =
            f64::from(severity) * share * exchange.civilians_per_fighter() * p.stray_lethality;
        let civilians = random::poisson(&mut draws, stray).min(u64::from(u32::MAX)) as u32;
        let event = ViolentEvent {
            deaths_groups: combatants.kill_fighters(index, of_group),
            deaths_state: combatants.forces.kill(unit, severity - of_group),
            deaths_civilians: log.kill_civilians(cell, civilians),
            ..ViolentEvent::new(self.today.clock.day, cell, ViolenceType::StateBased)
        };
        log.record(event, switches.self_excitation);
    }

    /// Violence against civilians at a place by the zone of control (Kalyvas): first the group's, then that of the state near
    /// it, where the group fights that state.
    fn harm_civilians(
        &self,
        group: &ArmedGroup,
        cell: CellId,
        draws: &mut Draws,
        log: &mut EventLog,
    ) {
        let traits = self.parameters.kinds.of(group.kind);
        let by_group = traits.one_sided_per_1000_per_day * f64::from(group.strength) / 1000.0;
        let by_state = if self.ground.is_at_home(group, cell) {
            self.parameters.one_sided.state_per_day
        } else {
            0.0
        };
        let control = self.conditions.control(cell);
        for (side, rate) in [(Side::Groups, by_group), (Side::State, by_state)] {
            let rate = PerDay(rate * one_sided_propensity(control, side).0);
            if random::unit(draws) >= rate.probability_within(DAY).0 {
                continue;
            }
            let u = self.today.uniform(Stream::Severity, DrawId::one_sided(group.id, side as u64));
            let deaths = self.values.severity.deaths(self.mechanisms.heavy_tail, u, u32::MAX);
            let killed = log.kill_civilians(cell, deaths);
            if killed > 0 {
                let event = ViolentEvent {
                    deaths_civilians: killed,
                    ..ViolentEvent::new(self.today.clock.day, cell, ViolenceType::OneSided)
                };
                log.record(event, self.mechanisms.self_excitation);
            }
        }
    }
}
