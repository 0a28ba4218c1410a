//! Supply, recruits, desertion, cohesion; splits, mergers, dissolution.

use bevy_ecs::prelude::*;

use super::fighting::{Field, grievance_at, part_of_presence};
use super::muster::{FighterTally, Founding, Muster};
use super::rules::strength::{
    Livelihood, SupplyRates, cohesion_after_a_day, desertion_hazard, recruits_per_day,
    split_hazard, supply_after_a_day,
};
use super::surroundings::Surroundings;
use super::{ArmedGroup, ConflictSettings, Intent, Violence};
use crate::displacement::Population;
use crate::leadership::Leadership;
use crate::random::{self, DrawId, RunKey, Stream};
use crate::time::Clock;
use crate::units::{Days, Fighters, PerDay, Persons, Share};
use crate::world::RunMap;

/// Groups live through the day: supply, recruits, deserters, cohesion, dissolution.
pub fn sustain(
    mut muster: ResMut<Muster>,
    mut tally: ResMut<FighterTally>,
    (field, violence): (Res<Field>, Res<Violence>),
    leadership: Res<Leadership>,
    population: Res<Population>,
    around: Res<Surroundings>,
    settings: Res<ConflictSettings>,
    map: Res<RunMap>,
    key: Res<RunKey>,
    clock: Res<Clock>,
) {
    let (parameters, switches) = (&settings.parameters, &settings.switches);
    for mustered in &mut muster.groups {
        let group = &mut mustered.group;
        if group.strength == 0 {
            continue;
        }
        if group.intent == Intent::Disband {
            tally.disbanded += u64::from(std::mem::take(&mut group.strength));
            continue;
        }
        let mut draws = key.draws(Stream::ArmedStrength, group.id, clock.step);
        let unit = map.cells.admin1[group.cell.index()];
        let control = Share::clamped(violence.control(&leadership, unit, group.cell));
        let traits = parameters.kinds.of(group.kind);
        let s = &parameters.supply;
        let rates = SupplyRates {
            tax: s.tax,
            tax_half: s.tax_population,
            sponsor: traits.sponsor,
            smuggling: traits.smuggling,
            rest: s.use_at_rest,
            action: s.use_in_action,
        };
        let place = Livelihood {
            residents: Persons(u64::from(population.residents[group.cell.index()])),
            control,
            near_line: !around.lines_near(group.cell).is_empty(),
            in_action: group.intent != Intent::Hold,
        };
        group.supply_days =
            supply_after_a_day(Days(group.supply_days), &rates, &place, Days(s.most_days)).0;
        let wants = group.supply_days < s.least_days;

        if switches.recruitment && !wants {
            let p = &parameters.recruitment;
            let iranian = settings.iranian(&map, unit);
            let aggrieved =
                grievance_at(&settings, &leadership, &violence, iranian, unit, group.cell);
            // Groups near each other draw from one pool, each by its part of the strength felt here.
            let part = part_of_presence(&field, &around, &settings, group);
            let mean = recruits_per_day(
                PerDay(p.rate * traits.recruitment),
                aggrieved,
                control,
                part * p.pool_share
                    * people_in_reach(group, &map, &around, &population, p.reach_km as f32),
                Fighters(f64::from(group.strength)),
                Fighters(traits.most_fighters),
            );
            let joined = random::poisson(&mut draws, mean).min(10_000) as u32;
            group.strength += joined;
            tally.recruited += u64::from(joined);
        }
        if switches.desertion {
            let hazard = desertion_hazard(
                Days(group.supply_days),
                Days(s.least_days),
                PerDay(s.desertion_per_day),
                Share(group.cohesion),
            );
            let chance = hazard.probability_within(Days(1.0)).0;
            let left = random::binomial(&mut draws, u64::from(group.strength), chance) as u32;
            group.strength -= left;
            tally.deserted += u64::from(left);
        }
        let c = &parameters.cohesion;
        let before = f64::from(group.strength + mustered.killed_today).max(1.0);
        group.cohesion = cohesion_after_a_day(
            Share(group.cohesion),
            Share(traits.cohesion),
            c.recovery_per_day,
            f64::from(mustered.killed_today) / before,
            c.lost_by_losses,
            if wants { c.lost_by_want_per_day } else { 0.0 },
        )
        .0;
    }
}

/// Residents within reach who could join: kin of the group, or everybody for a group without kin.
fn people_in_reach(
    group: &ArmedGroup,
    map: &crate::geography::Map,
    around: &Surroundings,
    population: &Population,
    reach: f32,
) -> f64 {
    let territory = map.cells.territory[group.cell.index()];
    around
        .around(group.cell)
        .take_while(|(_, offset)| offset.km <= reach)
        .filter(|(cell, _)| map.cells.territory[cell.index()] == territory)
        .map(|(cell, _)| {
            let c = cell.index();
            let residents = f64::from(population.residents[c]);
            match group.kin {
                None => residents,
                Some(kin) if kin == map.cells.community[c] => {
                    residents * f64::from(map.cells.community_share[c])
                }
                Some(_) => 0.0,
            }
        })
        .sum()
}

/// Groups without cohesion split, groups of one side at one place merge.
pub fn split_and_merge(
    mut muster: ResMut<Muster>,
    settings: Res<ConflictSettings>,
    key: Res<RunKey>,
    clock: Res<Clock>,
) {
    if !settings.switches.split_merge {
        return;
    }
    let p = &settings.parameters.cohesion;
    let day = Days(1.0);
    for index in 0..muster.groups.len() {
        let group = &muster.groups[index].group;
        if f64::from(group.strength) < p.least_to_split {
            continue;
        }
        let mut draws = key.draws(Stream::ArmedStrength, DrawId::split(group.id), clock.step);
        let chance =
            split_hazard(PerDay(p.split_per_day), Share(group.cohesion)).probability_within(day).0;
        if random::unit(&mut draws) >= chance {
            continue;
        }
        // A faction of a fifth to a half leaves.
        let part = ((0.2 + 0.3 * random::unit(&mut draws)) * f64::from(group.strength)) as u32;
        let faction = Founding {
            kind: group.kind,
            strength: part,
            cell: group.cell,
            against: group.against,
            kin: group.kin,
            supply_days: group.supply_days,
            cohesion: settings.parameters.kinds.of(group.kind).cohesion,
            day: clock.day,
        };
        muster.groups[index].group.strength -= part;
        muster.found(faction);
    }

    // Merging: neighbours in the order of (cell, side, id); the older absorbs the younger.
    let side = |g: &ArmedGroup| (g.cell, g.kind, g.against, g.kin);
    let mut order: Vec<usize> =
        (0..muster.groups.len()).filter(|&i| muster.groups[i].group.strength > 0).collect();
    order.sort_unstable_by_key(|&i| (side(&muster.groups[i].group), i));
    let chance = PerDay(p.merge_per_day).probability_within(day).0;
    let mut elder = None;
    for index in order {
        let group = &muster.groups[index].group;
        let Some(older) = elder.filter(|&o: &usize| side(&muster.groups[o].group) == side(group))
        else {
            elder = Some(index);
            continue;
        };
        let id = DrawId::merger(group.id);
        // A faction does not rejoin on the day it left.
        if group.formed == clock.day || key.uniform(Stream::ArmedStrength, id, clock.step) >= chance
        {
            continue;
        }
        let together = f64::from(group.strength) + f64::from(muster.groups[older].group.strength);
        if together > settings.parameters.kinds.of(group.kind).most_fighters {
            continue;
        }
        let younger = std::mem::take(&mut muster.groups[index].group.strength);
        let (supply, cohesion) =
            (muster.groups[index].group.supply_days, muster.groups[index].group.cohesion);
        let group = &mut muster.groups[older].group;
        let (a, b) = (f64::from(group.strength), f64::from(younger));
        group.supply_days = (group.supply_days * a + supply * b) / (a + b);
        group.cohesion = (group.cohesion * a + cohesion * b) / (a + b);
        group.strength += younger;
    }
}
