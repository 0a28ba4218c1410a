//! Supply, recruits, desertion, cohesion; splits, mergers, dissolution.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use super::fight_state::{ActiveGroups, Aftermath, Conditions, Ground, NewGroup};
use super::parameters::Parameters;
use super::presence::part_of_presence;
use super::rules::{
    DAY, Livelihood, cohesion_after_a_day, desertion_hazard, faction_size, merged,
    recruits_per_day, split_hazard, supply_after_a_day,
};
use super::state::{ArmedGroup, FighterTally, Intent};
use crate::displacement::Population;
use crate::mechanisms::Mechanisms;
use crate::random::{self, DrawId, StepDraws, Stream};
use crate::units::{Days, Fighters, PerDay, Persons, Share};

/// What groups live on.
#[derive(SystemParam)]
pub struct Means<'w> {
    aftermath: Res<'w, Aftermath>,
    conditions: Conditions<'w>,
    population: Res<'w, Population>,
    ground: Ground<'w>,
    parameters: Res<'w, Parameters>,
}

/// Groups live through the day: supply, recruits, deserters, cohesion, dissolution.
pub fn sustain_groups(
    mut groups: ResMut<ActiveGroups>,
    mut tally: ResMut<FighterTally>,
    means: Means,
    mechanisms: Res<Mechanisms>,
    today: StepDraws,
) {
    let parameters = &means.parameters;
    for active in &mut groups.list {
        let group = &mut active.group;
        if group.strength == 0 {
            continue;
        }
        if group.intent == Intent::Disband {
            tally.disbanded += u64::from(std::mem::take(&mut group.strength));
            continue;
        }

        // What it has eaten and taken.
        let mut draws = today.draws(Stream::ArmedStrength, group.id);
        let traits = parameters.kinds.of(group.kind);
        let supply = Days(group.supply_days);
        group.supply_days =
            supply_after_a_day(&parameters.supply, traits, &means.livelihood(group), supply).0;
        let wants = group.supply_days < parameters.supply.least_days;

        // Who joins, and who leaves for want.
        if mechanisms.recruitment && !wants {
            let joined = random::poisson(&mut draws, means.recruits(group)).min(10_000) as u32;
            group.strength += joined;
            tally.recruited += u64::from(joined);
        }
        if mechanisms.desertion {
            let supply = Days(group.supply_days);
            let hazard = desertion_hazard(&parameters.supply, supply, Share(group.cohesion));
            let chance = hazard.probability_within(DAY).0;
            let left = random::binomial(&mut draws, u64::from(group.strength), chance) as u32;
            group.strength -= left;
            tally.deserted += u64::from(left);
        }

        // What losses and want leave of its cohesion.
        let before = f64::from(group.strength + active.killed_today).max(1.0);
        let lost = Share(f64::from(active.killed_today) / before);
        let (now, at_rest) = (Share(group.cohesion), Share(traits.cohesion));
        group.cohesion = cohesion_after_a_day(&parameters.cohesion, now, at_rest, lost, wants).0;
    }
}

impl Means<'_> {
    fn livelihood(&self, group: &ArmedGroup) -> Livelihood {
        Livelihood {
            residents: Persons(u64::from(self.population.residents[group.cell.index()])),
            control: self.conditions.control(group.cell),
            near_line: !self.ground.around.lines_near(group.cell).is_empty(),
            in_action: group.intent != Intent::Hold,
        }
    }

    /// Mean number of recruits of a group today. Groups near each other draw from one pool, each by its part of the
    /// strength felt there.
    fn recruits(&self, group: &ArmedGroup) -> f64 {
        let (p, around) = (&self.parameters.recruitment, &self.ground.around);
        let traits = self.parameters.kinds.of(group.kind);
        let part = part_of_presence(&self.aftermath, around, &self.parameters, group);
        recruits_per_day(
            PerDay(p.rate * traits.recruitment),
            self.conditions.grievance(p, group.cell),
            self.conditions.control(group.cell),
            part * p.pool_share * self.people_in_reach(group, p.reach_km as f32),
            Fighters(f64::from(group.strength)),
            Fighters(traits.most_fighters),
        )
    }

    /// Residents within reach who could join: kin of the group, or everybody for a group without kin.
    fn people_in_reach(&self, group: &ArmedGroup, reach: f32) -> f64 {
        let cells = &self.ground.map.cells;
        let territory = self.ground.territory(group.cell);
        self.ground
            .around
            .around(group.cell)
            .take_while(|(_, offset)| offset.km <= reach)
            .filter(|(cell, _)| self.ground.territory(*cell) == territory)
            .map(|(cell, _)| {
                let c = cell.index();
                let residents = f64::from(self.population.residents[c]);
                match group.kin {
                    None => residents,
                    Some(kin) if kin == cells.community[c] => {
                        residents * f64::from(cells.community_share[c])
                    }
                    Some(_) => 0.0,
                }
            })
            .sum()
    }
}

/// Groups without cohesion split.
pub fn split_groups(
    mut groups: ResMut<ActiveGroups>,
    parameters: Res<Parameters>,
    mechanisms: Res<Mechanisms>,
    today: StepDraws,
) {
    if !mechanisms.split_merge {
        return;
    }
    let p = &parameters.cohesion;
    for index in 0..groups.list.len() {
        let group = &mut groups.list[index].group;
        if f64::from(group.strength) < p.least_to_split {
            continue;
        }
        let mut draws = today.draws(Stream::ArmedStrength, DrawId::split(group.id));
        let hazard = split_hazard(PerDay(p.split_per_day), Share(group.cohesion));
        if random::unit(&mut draws) >= hazard.probability_within(DAY).0 {
            continue;
        }
        let faction = NewGroup {
            kind: group.kind,
            strength: faction_size(group.strength, random::unit(&mut draws)),
            cell: group.cell,
            against: group.against,
            kin: group.kin,
            supply_days: group.supply_days,
            cohesion: parameters.kinds.of(group.kind).cohesion,
            day: today.clock.day,
        };
        group.strength -= faction.strength;
        groups.form(faction);
    }
}

/// Groups of one side at one place merge: the older absorbs the younger.
pub fn merge_groups(
    mut groups: ResMut<ActiveGroups>,
    parameters: Res<Parameters>,
    mechanisms: Res<Mechanisms>,
    today: StepDraws,
) {
    if !mechanisms.split_merge {
        return;
    }
    let chance = PerDay(parameters.cohesion.merge_per_day).probability_within(DAY).0;

    // Neighbours in the order of (cell, side, id).
    let side = |g: &ArmedGroup| (g.cell, g.kind, g.against, g.kin);
    let list = &mut groups.list;
    let mut order: Vec<usize> = (0..list.len()).filter(|&i| list[i].group.strength > 0).collect();
    order.sort_unstable_by_key(|&i| (side(&list[i].group), i));
    let mut elder = None;
    for index in order {
        let younger = list[index].group.clone();
        let Some(older) = elder.filter(|&o: &usize| side(&list[o].group) == side(&younger)) else {
            elder = Some(index);
            continue;
        };

        // A faction does not rejoin on the day it left, and no group grows beyond what its kind can hold.
        let draw = || today.uniform(Stream::ArmedStrength, DrawId::merger(younger.id));
        let group = &mut list[older].group;
        let fighters = [group.strength, younger.strength].map(|n| Fighters(f64::from(n)));
        let most = parameters.kinds.of(group.kind).most_fighters;
        if younger.formed == today.clock.day
            || draw() >= chance
            || fighters[0].0 + fighters[1].0 > most
        {
            continue;
        }
        group.supply_days = merged([group.supply_days, younger.supply_days], fighters);
        group.cohesion = merged([group.cohesion, younger.cohesion], fighters);
        group.strength += younger.strength;
        list[index].group.strength = 0;
    }
}
