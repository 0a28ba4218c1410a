//! Engagements with state forces, violence between groups and against civilians, and the field that they leave behind.

use bevy_ecs::prelude::*;

use super::forces::StateForces;
use super::muster::{FighterTally, Muster};
use super::plan::roughness;
use super::rules::combat::{
    Exchange, engagements_per_day, excitation_due, informed_share, one_sided_propensity,
};
use super::rules::strength::grievance;
use super::surroundings::Surroundings;
use super::{
    ArmedGroup, ConflictSettings, Events, GroupKind, Intent, Violence, ViolenceType, ViolentEvent,
};
use crate::displacement::Population;
use crate::ids::CellId;
use crate::leadership::Leadership;
use crate::random::{self, DrawId, Draws, RunKey, Stream};
use crate::time::Clock;
use crate::units::{Days, Fighters, Share};
use crate::world::RunMap;

/// What violence leaves behind by cell, beside [`Violence`]: private to the fight.
#[derive(Resource, Clone, Debug, Default)]
pub struct Field {
    /// Offspring of past events still to come (Hawkes).
    pub pending: Vec<f32>,
    /// Weighted strength of groups felt today.
    pub groups: Vec<f32>,
    /// Cells with a non-zero entry in `groups`.
    pub touched: Vec<CellId>,
    /// Whether a cell is on the list of active cells.
    pub listed: Vec<bool>,
    /// Civilians killed today.
    pub civilians_today: Vec<u32>,
    /// Cells with civilians killed today.
    pub bereaved: Vec<CellId>,
    /// Today's events that breed others.
    pub breeding: Vec<CellId>,
    /// Ground advances at today's events of flashpoints.
    pub advances: Vec<(CellId, f32)>,
    /// Whether anything is pending at all.
    pub any_pending: bool,
}

impl Field {
    /// An empty field over a number of cells.
    #[must_use]
    pub fn new(cells: usize) -> Self {
        Self {
            pending: vec![0.0; cells],
            groups: vec![0.0; cells],
            listed: vec![false; cells],
            civilians_today: vec![0; cells],
            ..Self::default()
        }
    }

    /// Notes an event; when it `breeds`, others will follow nearby.
    pub fn record(&mut self, events: &mut Events, event: ViolentEvent, breeds: bool) {
        if breeds {
            self.breeding.push(event.cell);
        }
        events.today.push(event);
    }

    /// Kills civilians in a cell, at most those who are present; returns how many.
    pub fn kill_civilians(&mut self, population: &Population, cell: CellId, wanted: u32) -> u32 {
        let c = cell.index();
        let present = population.residents[c].saturating_add(population.displaced[c]);
        let killed = wanted.min(present.saturating_sub(self.civilians_today[c]));
        if killed > 0 {
            if self.civilians_today[c] == 0 {
                self.bereaved.push(cell);
            }
            self.civilians_today[c] += killed;
        }
        killed
    }
}

/// Adds up the strength of groups that is felt in each cell.
pub fn feel_presence(
    mut field: ResMut<Field>,
    muster: Res<Muster>,
    around: Res<Surroundings>,
    settings: Res<ConflictSettings>,
) {
    let field = &mut *field;
    for cell in field.touched.drain(..) {
        field.groups[cell.index()] = 0.0;
    }
    for mustered in &muster.groups {
        let group = &mustered.group;
        let (at_home, as_guest) = presence_weights(&settings, group);
        for (cell, offset) in around.around(group.cell) {
            let weight =
                if around.governor[cell.index()] == group.against { at_home } else { as_guest };
            let felt = &mut field.groups[cell.index()];
            if *felt <= 0.0 && weight > 0.0 {
                field.touched.push(cell);
            }
            *felt += weight * offset.strength;
        }
    }
}

/// Weighted strength of a group in the state that it fights, and elsewhere.
fn presence_weights(settings: &ConflictSettings, group: &ArmedGroup) -> (f32, f32) {
    let traits = settings.parameters.kinds.of(group.kind);
    let weight = f64::from(group.strength) * traits.contest;
    (weight as f32, (weight * settings.parameters.control.guest_contest) as f32)
}

/// The group's part of the offspring that fall due today: in each cell by its part of the strength felt there, so that
/// no offspring is counted twice and the branching ratio is never exceeded.
fn excited_per_day(
    field: &Field,
    around: &Surroundings,
    settings: &ConflictSettings,
    group: &ArmedGroup,
) -> f64 {
    if !field.any_pending {
        return 0.0;
    }
    let (at_home, as_guest) = presence_weights(settings, group);
    let mut sum = 0.0_f32;
    for (cell, offset) in around.around(group.cell) {
        let c = cell.index();
        if field.pending[c] > 0.0 && field.groups[c] > 0.0 {
            let weight = if around.governor[c] == group.against { at_home } else { as_guest };
            sum += field.pending[c] * (weight * offset.strength / field.groups[c]).min(1.0);
        }
    }
    let decay = Days(settings.parameters.excitation.decay_days);
    f64::from(sum) * excitation_due(decay, Days(1.0)).0
}

/// The group's part of the strength that is felt where it is based, 0 to 1; 1 for a group that nobody has felt yet.
#[must_use]
pub fn part_of_presence(
    field: &Field,
    around: &Surroundings,
    settings: &ConflictSettings,
    group: &ArmedGroup,
) -> f64 {
    let (at_home, as_guest) = presence_weights(settings, group);
    let weight =
        if around.governor[group.cell.index()] == group.against { at_home } else { as_guest };
    let felt = field.groups[group.cell.index()];
    if felt > 0.0 { f64::from((weight / felt).min(1.0)) } else { 1.0 }
}

/// Grievance at a cell.
#[must_use]
pub fn grievance_at(
    settings: &ConflictSettings,
    leadership: &Leadership,
    violence: &Violence,
    iranian: bool,
    unit: crate::ids::AdminId,
    cell: CellId,
) -> Share {
    let p = &settings.parameters.recruitment;
    if !iranian {
        return Share(p.grievance_elsewhere);
    }
    grievance(
        [p.grievance_by_stress, p.grievance_by_unrest, p.grievance_by_harm],
        Share::clamped(leadership.national.stress),
        Share::clamped(leadership.province(unit).unrest),
        f64::from(violence.fatalities[cell.index()]),
        p.harm_half,
    )
}

/// Engagements of groups with state forces, and one-sided violence by both.
pub fn engage(
    mut muster: ResMut<Muster>,
    mut events: ResMut<Events>,
    mut field: ResMut<Field>,
    mut forces: ResMut<StateForces>,
    mut tally: ResMut<FighterTally>,
    violence: Res<Violence>,
    leadership: Res<Leadership>,
    population: Res<Population>,
    around: Res<Surroundings>,
    settings: Res<ConflictSettings>,
    map: Res<RunMap>,
    key: Res<RunKey>,
    clock: Res<Clock>,
) {
    let (parameters, switches) = (&settings.parameters, &settings.switches);
    let p = &parameters.engagement;
    for index in 0..muster.groups.len() {
        let group = muster.groups[index].group.clone();
        if group.strength == 0 {
            continue;
        }
        let mut draws = key.draws(Stream::Engagement, group.id, clock.step);
        let cell = place_of_action(
            &group,
            &around,
            parameters.plan.raid_km as f32,
            random::unit(&mut draws),
        );
        let unit = map.cells.admin1[cell.index()];
        let at_home = around.governor[cell.index()] == group.against;
        let strength = Fighters(f64::from(group.strength));
        let traits = parameters.kinds.of(group.kind);

        // Where background violence is drawn as such, the fights of the cells there are part of it.
        let in_background = switches.north_caucasus_baseline
            && settings.background_units.iter().any(|&(known, _)| known == unit);
        if switches.engagements && !in_background {
            let posture = traits.combat
                * match (at_home, group.intent) {
                    (false, _) => {
                        p.guest_posture * settings.hostility[around.governor[cell.index()].index()]
                    }
                    (true, Intent::Raid) => 1.0,
                    (true, Intent::Hold | Intent::Disband) => p.hold_posture,
                    (true, _) => p.march_posture,
                };
            let base =
                engagements_per_day(p.rate, strength, forces.density(unit, cell, &around), posture);
            let excited = if switches.self_excitation {
                excited_per_day(&field, &around, &settings, &group)
            } else {
                0.0
            };
            for k in 0..random::poisson(&mut draws, base + excited).min(20) {
                let mut severity_draws =
                    key.draws(Stream::Severity, DrawId::engagement(group.id, k), clock.step);
                let x = muster.groups[index].group.strength;
                if x == 0 {
                    break;
                }
                let severity = settings.severity(
                    random::unit(&mut severity_draws),
                    x.saturating_add(forces.stock[unit.index()]),
                );
                let control = Share::clamped(violence.control(&leadership, unit, cell));
                let aggrieved = grievance_at(
                    &settings,
                    &leadership,
                    &violence,
                    settings.iranian(&map, unit),
                    unit,
                    cell,
                );
                let here = forces.at(unit, cell, &around, parameters.forces.concentration);
                let people = f64::from(population.residents[cell.index()])
                    + f64::from(population.displaced[cell.index()]);
                let exchange = Exchange {
                    group: Fighters(f64::from(x)),
                    soldiers: Fighters(here.min(p.most_against_one * f64::from(x))),
                    people,
                    informed: if switches.informed_fire {
                        informed_share(
                            p.informed,
                            p.informed_by_control,
                            p.informed_lost_by_grievance,
                            control,
                            aggrieved,
                        )
                    } else {
                        Share(p.informed)
                    },
                    group_fire: p.group_fire,
                    state_fire: p.state_fire,
                    terrain: if switches.terrain {
                        p.terrain * roughness(&map, cell, parameters.sanctuary.weights.rough_m)
                    } else {
                        0.0
                    },
                };
                let share = exchange.group_loss_share().0;
                let of_group =
                    random::binomial(&mut severity_draws, u64::from(severity), share) as u32;
                let stray = f64::from(severity)
                    * share
                    * exchange.civilians_per_fighter()
                    * p.stray_lethality;
                let civilians =
                    random::poisson(&mut severity_draws, stray).min(u64::from(u32::MAX)) as u32;
                let event = ViolentEvent {
                    day: clock.day,
                    cell,
                    kind: ViolenceType::StateBased,
                    deaths_groups: muster.kill(index, of_group, &mut tally),
                    deaths_state: forces.kill(unit, severity - of_group),
                    deaths_civilians: field.kill_civilians(&population, cell, civilians),
                    flashpoint: false,
                };
                field.record(&mut events, event, switches.self_excitation);
            }
        }

        let place = (cell, Share::clamped(violence.control(&leadership, unit, cell)), at_home);
        harm_civilians(
            &group,
            place,
            &mut draws,
            &mut field,
            &mut events,
            &population,
            &settings,
            (*key, &clock),
        );
    }
}

/// Violence against civilians at a place (cell, control, whether the group fights the state there), by the zone of control
/// (Kalyvas): first the group's, then that of the state near it.
fn harm_civilians(
    group: &ArmedGroup,
    (cell, control, at_home): (CellId, Share, bool),
    draws: &mut Draws,
    field: &mut Field,
    events: &mut Events,
    population: &Population,
    settings: &ConflictSettings,
    (key, clock): (RunKey, &Clock),
) {
    let traits = settings.parameters.kinds.of(group.kind);
    let by_group = traits.one_sided_per_1000_per_day * f64::from(group.strength) / 1000.0;
    let rates = [
        by_group * one_sided_propensity(control, false).0,
        if at_home {
            settings.parameters.one_sided.state_per_day * one_sided_propensity(control, true).0
        } else {
            0.0
        },
    ];
    for (side, rate) in rates.into_iter().enumerate() {
        if random::unit(draws) >= -libm::expm1(-rate) {
            continue;
        }
        let u = key.uniform(Stream::Severity, DrawId::one_sided(group.id, side as u64), clock.step);
        let killed = field.kill_civilians(population, cell, settings.severity(u, u32::MAX));
        if killed > 0 {
            let event = ViolentEvent {
                day: clock.day,
                cell,
                kind: ViolenceType::OneSided,
                deaths_groups: 0,
                deaths_state: 0,
                deaths_civilians: killed,
                flashpoint: false,
            };
            field.record(events, event, settings.switches.self_excitation);
        }
    }
}

/// Where a group acts today: a raid goes to a place within reach of the state that it fights, anything else stays.
fn place_of_action(group: &ArmedGroup, around: &Surroundings, reach: f32, u: f64) -> CellId {
    if group.intent != Intent::Raid {
        return group.cell;
    }
    let places = || {
        around
            .around(group.cell)
            .take_while(|(_, offset)| offset.km <= reach)
            .filter(|(cell, _)| around.governor[cell.index()] == group.against)
    };
    let n = places().count();
    places().nth((u * n as f64) as usize).map_or(group.cell, |(cell, _)| cell)
}

/// Whether two groups are rivals: of different kinds, or of one kind with different kin; smugglers pay and pass.
fn rivals(a: &ArmedGroup, b: &ArmedGroup) -> bool {
    let crooks = a.kind == GroupKind::Criminal || b.kind == GroupKind::Criminal;
    !crooks && (a.kind != b.kind || (a.kin.is_some() && b.kin.is_some() && a.kin != b.kin))
}

/// Violence between rival groups that are near each other.
pub fn clash(
    mut muster: ResMut<Muster>,
    mut events: ResMut<Events>,
    mut field: ResMut<Field>,
    mut tally: ResMut<FighterTally>,
    around: Res<Surroundings>,
    settings: Res<ConflictSettings>,
    key: Res<RunKey>,
    clock: Res<Clock>,
) {
    if !settings.switches.engagements || muster.groups.len() < 2 {
        return;
    }
    let engagement = &settings.parameters.engagement;
    let area = std::f64::consts::PI * engagement.rivalry_km * engagement.rivalry_km;
    let reach = libm::ceil(engagement.rivalry_km / around.row_km()) as u16;
    // By row, so that each group looks only at those a few rows further south.
    let mut order: Vec<(u16, u16, usize)> = muster
        .groups
        .iter()
        .enumerate()
        .filter(|(_, m)| m.group.strength > 0)
        .map(|(i, m)| {
            let (row, col) = around.row_col(m.group.cell);
            (row, col, i)
        })
        .collect();
    order.sort_unstable();
    for (n, &(row, col, i)) in order.iter().enumerate() {
        for &(_, other_col, j) in order[n + 1..].iter().take_while(|other| other.0 - row <= reach) {
            if other_col.abs_diff(col) > reach
                || !rivals(&muster.groups[i].group, &muster.groups[j].group)
            {
                continue;
            }
            let (first, second) = (i.min(j), i.max(j));
            let (a, b) = (&muster.groups[first].group, &muster.groups[second].group);
            let mean =
                engagement.rivalry_rate * f64::from(a.strength) * f64::from(b.strength) / area;
            let mut draws = key.draws(Stream::Engagement, DrawId::rivals(a.id, b.id), clock.step);
            if random::unit(&mut draws) >= -libm::expm1(-mean) {
                continue;
            }
            let severity =
                settings.severity(random::unit(&mut draws), a.strength.saturating_add(b.strength));
            let share =
                f64::from(b.strength) / (f64::from(a.strength) + f64::from(b.strength)).max(1.0);
            let of_first = random::binomial(&mut draws, u64::from(severity), share) as u32;
            let cell = a.cell;
            let deaths_groups = muster.kill(first, of_first, &mut tally)
                + muster.kill(second, severity - of_first, &mut tally);
            let event = ViolentEvent {
                day: clock.day,
                cell,
                kind: ViolenceType::NonState,
                deaths_groups,
                deaths_state: 0,
                deaths_civilians: 0,
                flashpoint: false,
            };
            field.record(&mut events, event, settings.switches.self_excitation);
        }
    }
}
