//! Pure rules: quantities in, quantities out. Places and plans, engagements, control, strength of groups, lines, the domino
//! effect (evidence 1.2 unless another section is named).

use super::parameters::{
    BackgroundLevel, Cohesion, Defection, Domino, Engagement, KindTraits, Plan, Recruitment,
    SanctuaryWeights, Supply, Threat, VacuumRates,
};
use super::state::{ArmedGroup, GroupKind, Intent, Side};
use crate::units::{Days, Fighters, Kilometres, Metres, PerDay, Persons, Probability, Share};

/// One day: the step of this domain.
pub const DAY: Days = Days(1.0);

// Places and plans.

/// Who governs a place, as it matters to a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Governor {
    /// The state that the group fights, with the forces that it can bring to bear there.
    Enemy(Fighters),
    /// Another state: its control of the place and its hostility to such groups, 0 to 1.
    Host(Share, f64),
}

/// What a place offers to a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Who governs it.
    pub governor: Governor,
    /// Share of kin among the residents.
    pub kin: Share,
    /// Roughness.
    pub rough: Share,
    /// Kin refugees present.
    pub kin_refugees: f64,
    /// Days of march to it.
    pub travel: Days,
}

/// `U = -b_thr threat - b_host capacity hostility + b_kin kin + b_rug rugged + b_ref ln(1 + refugees_kin) - b_d travel`
/// for a group of this strength (Salehyan's argument as a utility). Only the state that it fights threatens a group;
/// only others are hosts.
pub fn place_utility(weights: &SanctuaryWeights, strength: Fighters, place: &Place) -> f64 {
    let (threat, host) = match place.governor {
        Governor::Enemy(forces) => (threat_of_forces(forces, strength).0, 0.0),
        Governor::Host(control, hostility) => (0.0, control.0 * hostility),
    };
    -weights.threat * threat - weights.host * host
        + weights.kin * place.kin.0
        + weights.rugged * place.rough.0
        + weights.refugees * libm::log1p(place.kin_refugees.max(0.0))
        - weights.travel_per_day * place.travel.0
}

/// Threat of forces to a group: their share of the force at the place, `F / (F + x)`; 0 when there is neither.
pub fn threat_of_forces(forces: Fighters, group: Fighters) -> Share {
    let sum = forces.0 + group.0;
    Share::clamped(if sum > 0.0 { forces.0 / sum } else { 0.0 })
}

/// Roughness by the standard deviation of heights, 1 where the ground counts as fully rough.
#[inline]
pub fn roughness(ruggedness: Metres, fully_rough: Metres) -> Share {
    Share::clamped(ruggedness.0 / fully_rough.0)
}

/// Distance marched in a day. Rough ground halves it at most: Tobler's speeds on mountain paths against even ground.
pub fn days_march(on_even_ground: Kilometres, rough: Share) -> Kilometres {
    on_even_ground * (1.0 - 0.5 * rough.0)
}

/// Chance that guards notice a group that crosses: `1 - exp(-(k_g g + k_s s) tau)` (evidence 1.3).
///
/// `guards_per_km` on both sides together, `sensors` 0 to 1 (the better side).
pub fn detection_probability(
    weights: &SanctuaryWeights,
    guards_per_km: f64,
    sensors: f64,
) -> Probability {
    let noticed =
        weights.detection_per_guard_per_km * guards_per_km + weights.detection_by_sensors * sensors;
    Probability(-libm::expm1(-(noticed * weights.exposure).max(0.0)))
}

/// Cost of crossing a line: what it costs unguarded, and more the likelier detection is.
pub fn crossing_cost(weights: &SanctuaryWeights, detection: Probability) -> f64 {
    weights.crossing + weights.guarded_crossing * detection.0
}

/// Worth of a raid: what success brings times the odds, less its price.
pub fn raid_gain(plan: &Plan, group: Fighters, forces: Fighters) -> f64 {
    plan.raid * threat_of_forces(group, forces).0 - plan.raid_cost
}

/// Worth of a vacuum: nil at the threshold of control, growing with what is lost below it and with residents to tax.
pub fn vacuum_gain(plan: &Plan, control: Share, residents: Persons) -> f64 {
    if control.0 >= plan.vacuum_control || plan.vacuum_control <= 0.0 {
        return 0.0;
    }
    let people = residents.as_f64();
    plan.vacuum * (plan.vacuum_control - control.0) / plan.vacuum_control * people
        / (people + plan.vacuum_population)
}

/// Noise of a choice with this scale: Gumbel, by `u` in [0, 1).
pub fn choice_noise(scale: f64, u: f64) -> f64 {
    -scale * libm::log(-libm::log(u.max(1e-300)).min(-1e-16))
}

// Engagements: how many, how severe, who loses what.

/// How readily a group comes to fight state forces: by what it intends in the state that it fights, elsewhere by the
/// hostility of the host.
pub fn posture(p: &Engagement, traits: &KindTraits, intent: Intent, host: Option<f64>) -> f64 {
    traits.combat
        * match (host, intent) {
            (Some(hostility), _) => p.guest_posture * hostility,
            (None, Intent::Raid) => 1.0,
            (None, Intent::Hold | Intent::Disband) => p.hold_posture,
            (None, _) => p.march_posture,
        }
}

/// Engagements of a group a day: `lambda x_A x_B / area`, with `per_km2` the opposing density.
pub fn engagements_per_day(rate: f64, group: Fighters, opposing_per_km2: f64, posture: f64) -> f64 {
    (rate * group.0 * opposing_per_km2 * posture).max(0.0)
}

/// Whether two groups are rivals: of different kinds, or of one kind with different kin; smugglers pay and pass.
pub fn are_rivals(a: &ArmedGroup, b: &ArmedGroup) -> bool {
    let crooks = a.kind == GroupKind::Criminal || b.kind == GroupKind::Criminal;
    !crooks && (a.kind != b.kind || (a.kin.is_some() && b.kin.is_some() && a.kin != b.kin))
}

/// Engagements a day of two rival groups that are near each other.
pub fn rival_engagements(p: &Engagement, a: Fighters, b: Fighters) -> PerDay {
    let area = std::f64::consts::PI * p.rivalry_km * p.rivalry_km;
    PerDay(p.rivalry_rate * a.0 * b.0 / area)
}

/// Share of waiting offspring of a Hawkes process that fall due within a span: `1 - exp(-t / tau)`.
pub fn excitation_due(decay: Days, span: Days) -> Share {
    Share(if decay.0 > 0.0 { -libm::expm1(-span.0 / decay.0) } else { 1.0 })
}

/// The discrete power law `p(x) ~ x^-alpha`, `x = 1, 2, ..., most`, as a table of its distribution function
/// (Bohorquez et al. 2009; Clauset, Shalizi and Newman 2009).
#[derive(Clone, Debug)]
pub struct SeverityLaw {
    /// `below[x - 1]`: sum of the weights up to x, not normalised.
    below: Vec<f64>,
    /// `weighted[x - 1]`: sum of x times its weight.
    weighted: Vec<f64>,
}

impl SeverityLaw {
    /// The law with this exponent and this greatest value.
    pub fn new(exponent: f64, most: u32) -> Self {
        let (mut sum, mut first) = (0.0, 0.0);
        let (below, weighted) = (1..=most.max(1))
            .map(|x| {
                let weight = libm::pow(f64::from(x), -exponent);
                sum += weight;
                first += weight * f64::from(x);
                (sum, first)
            })
            .unzip();
        Self { below, weighted }
    }

    fn cut(&self, most: u32) -> usize {
        (most.max(1) as usize).min(self.below.len())
    }

    /// Deaths in an event by `u` in [0, 1), at most `most`: a quantile of the law, or without its heavy tail the mean, rounded
    /// up or down by chance.
    pub fn deaths(&self, heavy_tail: bool, u: f64, most: u32) -> u32 {
        if heavy_tail {
            return self.quantile(u, most);
        }
        let mean = self.mean(most);
        let whole = libm::floor(mean);
        whole as u32 + u32::from(u < mean - whole)
    }

    /// The value below which a share `u` of the law lies that is cut at `most`.
    pub fn quantile(&self, u: f64, most: u32) -> u32 {
        let cut = self.cut(most);
        let aim = u.clamp(0.0, 1.0) * self.below[cut - 1];
        let found = self.below[..cut].partition_point(|&sum| sum <= aim);
        found.min(cut - 1) as u32 + 1
    }

    /// The mean of the law that is cut at `most`.
    pub fn mean(&self, most: u32) -> f64 {
        let cut = self.cut(most);
        self.weighted[cut - 1] / self.below[cut - 1]
    }
}

/// m: informed share of fire, raised by control and lowered by grievance (Kress and Szechtman 2009).
pub fn informed_share(p: &Engagement, control: Share, grievance: Share) -> Share {
    let gained = p.informed + p.informed_by_control * control.0;
    Share::clamped(gained - p.informed_lost_by_grievance * grievance.0)
}

/// What an exchange of fire is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exchange {
    /// G: fighters of the group.
    pub group: Fighters,
    /// R: soldiers engaged.
    pub soldiers: Fighters,
    /// P: people at the place.
    pub people: f64,
    /// m: informed share of the soldiers' fire.
    pub informed: Share,
    /// g: aimed fire of a fighter.
    pub group_fire: f64,
    /// r: informed fire of a soldier.
    pub state_fire: f64,
    /// `c_t * ruggedness`: the group's advantage by ground.
    pub terrain: f64,
}

impl Exchange {
    /// Share of the fire that hits fighters: `m + (1 - m) G / P`.
    pub fn hit_share(&self) -> Share {
        let among = if self.people > 0.0 { (self.group.0 / self.people).min(1.0) } else { 1.0 };
        Share::clamped(self.informed.0 + (1.0 - self.informed.0) * among)
    }

    /// The group's share of the losses, by Deitchman's form with terrain:
    /// `dR = g (1 + c) G`, `dG = r / (1 + c) R [m + (1 - m) G / P]`.
    pub fn group_loss_share(&self) -> Share {
        let factor = 1.0 + self.terrain.max(0.0);
        let soldiers_lost = self.group_fire * factor * self.group.0;
        let fighters_lost = self.state_fire / factor * self.soldiers.0 * self.hit_share().0;
        let sum = soldiers_lost + fighters_lost;
        Share::clamped(if sum > 0.0 { fighters_lost / sum } else { 0.5 })
    }

    /// Civilians hit for each fighter hit: `(1 - m)(1 - G / P) / [m + (1 - m) G / P]` (collateral harm over losses).
    /// At most 50, as fire without information finds no end of bystanders.
    pub fn civilians_per_fighter(&self) -> f64 {
        let hit = self.hit_share().0;
        ((1.0 - hit) / hit.max(0.02)).min(50.0)
    }
}

/// How much control of a place invites violence of a side against civilians, 0 to 1 (Kalyvas 2006).
///
/// Zones by the state's control: 1 full (above 0.9), 2 (0.6), 3 parity (0.4), 4 (0.1), 5 none. Selective violence peaks
/// where one side dominates without full control (the state in 2, groups in 4); indiscriminate violence where it has none
/// (the state in 5, groups in 1); least at parity.
pub fn one_sided_propensity(control: Share, by: Side) -> Share {
    let by_zone = match by {
        Side::State => [0.1, 1.0, 0.1, 0.3, 0.5],
        Side::Groups => [0.5, 0.3, 0.1, 1.0, 0.1],
    };
    let zone = match control.0 {
        c if c > 0.9 => 0,
        c if c > 0.6 => 1,
        c if c > 0.4 => 2,
        c if c > 0.1 => 3,
        _ => 4,
    };
    Share(by_zone[zone])
}

// Control of places.

/// What is left of an effect at a distance: `exp(-d / L)`; of strength, Boulding's loss-of-strength gradient.
pub fn left_at_distance(distance: Kilometres, length: Kilometres) -> Share {
    Share(if length.0 > 0.0 { libm::exp(-distance.0.max(0.0) / length.0) } else { 0.0 })
}

/// The groups' share of a contest: `R^m / (F^m + R^m)`, one minus the contest success function.
/// Nil without groups, also when the state has no force.
pub fn challenge_share(state: f64, groups: f64, decisiveness: f64) -> Share {
    if groups <= 0.0 {
        return Share(0.0);
    }
    let ratio = state.max(0.0) / groups;
    // m = 1 is the default and needs no power: this runs for every cell near a group every day.
    let ratio =
        if (decisiveness - 1.0).abs() < 1e-12 { ratio } else { libm::pow(ratio, decisiveness) };
    Share(1.0 / (1.0 + ratio))
}

/// Share of the way to its target that control goes within a span: the exact step of `dC/dt = kappa (target - C)`.
pub fn approach_share(kappa: PerDay, span: Days) -> Share {
    Share(kappa.probability_within(span).0)
}

/// Share that is left of a memory after a span: `exp(-t / tau)`.
pub fn remaining_share(memory: Days, span: Days) -> Share {
    Share(if memory.0 > 0.0 { libm::exp(-span.0 / memory.0) } else { 0.0 })
}

/// Control lost below a threshold, as a share of the threshold: `(C_ref - C)+ / C_ref`.
pub fn lost_control(control: Share, threshold: f64) -> Share {
    Share(if threshold > 0.0 { ((threshold - control.0) / threshold).max(0.0) } else { 0.0 })
}

// Strength of groups: recruits, supply, desertion, cohesion, defection, new groups.

/// Grievance: weighted economic stress, unrest and harm nearby (hardship and lost legitimacy, Epstein 2002; theta).
pub fn grievance(p: &Recruitment, stress: Share, unrest: Share, fatalities: f64) -> Share {
    let harm = fatalities.max(0.0) / (fatalities.max(0.0) + p.harm_half);
    Share::clamped(
        p.grievance_by_stress * stress.0
            + p.grievance_by_unrest * unrest.0
            + p.grievance_by_harm * harm,
    )
}

/// Recruits a day: `rec grievance (1 - C) pool (1 - x / most)`, nil at and above `most`.
pub fn recruits_per_day(
    rate: PerDay,
    grievance: Share,
    control: Share,
    pool: f64,
    strength: Fighters,
    most: Fighters,
) -> f64 {
    let room = (1.0 - strength.0 / most.0.max(1.0)).max(0.0);
    rate.0 * grievance.0 * (1.0 - control.0) * pool.max(0.0) * room
}

/// Where a group lives, for its supply.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Livelihood {
    /// Residents of its cell.
    pub residents: Persons,
    /// Control of its cell by the state that governs it.
    pub control: Share,
    /// Whether a border is near.
    pub near_line: bool,
    /// Whether it raids or marches.
    pub in_action: bool,
}

/// Supply after a day: `s' = s + tax territory + sponsor + smuggling - use`, from 0 to what can be stored.
pub fn supply_after_a_day(p: &Supply, by: &KindTraits, place: &Livelihood, supply: Days) -> Days {
    let open = 1.0 - place.control.0;
    let people = place.residents.as_f64();
    let tax = p.tax * open * people / (people + p.tax_population);
    let smuggling = if place.near_line { by.smuggling * open } else { 0.0 };
    let used = p.use_at_rest + if place.in_action { p.use_in_action } else { 0.0 };
    Days((supply.0 + tax + by.sponsor + smuggling - used).clamp(0.0, p.most_days))
}

/// Hazard of desertion: nil while supply lasts, then more the less cohesive the group is (1-3 %/d).
pub fn desertion_hazard(p: &Supply, supply: Days, cohesion: Share) -> PerDay {
    PerDay(if supply.0 < p.least_days { p.desertion_per_day * (1.5 - cohesion.0) } else { 0.0 })
}

/// Cohesion after a day: back to the kind's, down by losses and want.
pub fn cohesion_after_a_day(
    p: &Cohesion,
    now: Share,
    at_rest: Share,
    lost: Share,
    wants: bool,
) -> Share {
    let recovered = now.0 + p.recovery_per_day * (at_rest.0 - now.0);
    let by_want = if wants { p.lost_by_want_per_day } else { 0.0 };
    Share::clamped(recovered - p.lost_by_losses * lost.0 - by_want)
}

/// Hazard of a split: grows as cohesion goes.
pub fn split_hazard(rate: PerDay, cohesion: Share) -> PerDay {
    PerDay(rate.0 * (1.0 - cohesion.0))
}

/// Fighters of a faction that leaves: a fifth to a half, by `u` in [0, 1).
pub fn faction_size(strength: u32, u: f64) -> u32 {
    ((0.2 + 0.3 * u) * f64::from(strength)) as u32
}

/// A trait of two groups that merge: the mean by their fighters.
pub fn merged([a, b]: [f64; 2], [of_a, of_b]: [Fighters; 2]) -> f64 {
    (a * of_a.0 + b * of_b.0) / (of_a.0 + of_b.0)
}

/// Share of a garrison that goes armed: by collapse, `s ((1 - C)(1 - K) - threshold)+ / (1 - threshold)`, and by a turn of
/// the government, `s' (A / A_turned)` for A below zero (evidence 1.4: 1-5 % under a turn). Reads conditions only.
pub fn defecting_share(
    p: &Defection,
    [collapse, turn]: [Share; 2],
    control: Share,
    cohesion: Share,
    alignment: f64,
) -> Share {
    let lost =
        ((1.0 - control.0) * (1.0 - cohesion.0) - p.threshold).max(0.0) / (1.0 - p.threshold);
    let turned =
        if alignment < 0.0 { (alignment / p.turned_alignment).clamp(0.0, 1.0) } else { 0.0 };
    Share::clamped(collapse.0 * lost + turn.0 * turned)
}

/// Share of a garrison that obeys: control times what elite cohesion leaves.
pub fn obeying_share(control: Share, cohesion: Share, floor: f64) -> Share {
    Share::clamped(control.0 * (floor + (1.0 - floor) * cohesion.0))
}

/// New groups a day in a province: hazard below the threshold of control times grievance and millions of residents.
pub fn emergence_per_day(
    p: &VacuumRates,
    control: Share,
    grievance: Share,
    residents: Persons,
) -> f64 {
    if control.0 >= p.control || p.control <= 0.0 {
        return 0.0;
    }
    p.per_million_per_day * (p.control - control.0) / p.control * grievance.0 * residents.as_f64()
        / 1e6
}

/// Kind of a new group, by `u` in [0, 1). Where no community is organised, the rest of the hazard is crime as well.
pub fn kind_of_new_group(p: &VacuumRates, organised_community: bool, u: f64) -> GroupKind {
    if u < p.criminal_share {
        GroupKind::Criminal
    } else if u < p.criminal_share + p.jihadist_share {
        GroupKind::Jihadist
    } else if organised_community {
        GroupKind::KinAutonomist
    } else {
        GroupKind::Criminal
    }
}

/// A size between two bounds, log-uniform by `u`.
pub fn unit_size(bounds: [f64; 2], u: f64) -> u32 {
    let (low, high) = (bounds[0].max(1.0), bounds[1].max(bounds[0]).max(1.0));
    libm::round(low * libm::pow(high / low, u)) as u32
}

/// Whether a group gives up: a rump does, and one without supply and cohesion.
pub fn gives_up(p: &Cohesion, strength: Fighters, supply: Days, cohesion: Share) -> bool {
    strength.0 < p.least_fighters || (supply.0 <= 0.0 && cohesion.0 < p.give_up)
}

// Border lines (evidence 1.5: a, v, m).

/// Factor that makes of an amount along a line one per 100 km of it; a line counts as 1 km at least.
pub fn per_100km(line: Kilometres) -> f64 {
    100.0 / line.0.max(1.0)
}

/// Illicit-goods flow: what criminals carry and what passes where nobody controls, as independent chances.
///
/// `1 - exp(-criminals / reference) (1 - w (C_ref - C)+ / C_ref)`, with the lost control averaged along the line.
pub fn illicit_flow(p: &Threat, criminals_per_100km: f64, lost_control: Share) -> Share {
    Share::clamped(
        1.0 - libm::exp(-criminals_per_100km.max(0.0) / p.illicit_fighters)
            * (1.0 - p.illicit_without_control * lost_control.0),
    )
}

// The domino effect on the region's own conflicts, channel by channel, and their background.

/// A saturating effect: `x / (x + half)`, 0 to 1.
pub fn saturating(x: f64, half: f64) -> Share {
    let x = x.max(0.0);
    Share::clamped(if x + half > 0.0 { x / (x + half) } else { 0.0 })
}

/// What kin add to the log hazard: fighters of kin next door, and kin refugees only where armed kin are near
/// (most refugees never take part in violence: evidence 0 item 6).
///
/// `b_kin f / (f + half) + ln(OR) ln(1 + refugees / unit) f / (f + half)`.
pub fn kin_contribution(p: &Domino, fighters: Fighters, refugees: f64) -> f64 {
    let armed = saturating(fighters.0, p.fighters_half).0;
    let odds = libm::log(p.odds_per_refugee_efold.max(1.0));
    armed * (p.kin_fighters + odds * libm::log1p(refugees.max(0.0) / p.refugees_unit))
}

/// What foreign fighters nearby add: `b_sanct s / (s + half)`.
pub fn sanctuary_contribution(p: &Domino, foreign: Fighters) -> f64 {
    p.sanctuary * saturating(foreign.0, p.fighters_half).0
}

/// What a vacuum adds: the guarantor's attention elsewhere, and lost control across the line.
pub fn vacuum_contribution(p: &Domino, guarantor: Share, diverted: Share, lost: Share) -> f64 {
    p.attention * guarantor.0 * diverted.0.max(0.0) + p.control_across * lost.0
}

/// Hazard of an episode: `base exp(sum)`; without a hazard of its own `base (exp(sum) - 1)`, nil without spillover.
pub fn flashpoint_hazard(base: PerDay, log_hazard: f64, spontaneous: bool) -> PerDay {
    let factor = if spontaneous { libm::exp(log_hazard) } else { libm::expm1(log_hazard) };
    PerDay(base.0 * factor.max(0.0))
}

/// Victims a year of a declining insurgency: `reference (1 - decline)^years`, not below the floor, and never above the
/// reference (base intensity check: it must not resurge by itself).
pub fn background_victims_per_year(p: &BackgroundLevel, years: f64) -> f64 {
    (p.victims * libm::pow(1.0 - p.decline_per_year, years.max(0.0))).max(p.floor.min(p.victims))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conflict::parameters::Parameters;
    use crate::conflict::tests::BASE;
    use crate::random::{RunKey, Stream};

    fn base() -> &'static Parameters {
        &BASE.conflict
    }

    fn near(value: f64, expected: f64, tolerance: f64) {
        assert!((value - expected).abs() <= tolerance, "{value} is not near {expected}");
    }

    /// Checks that a function falls (or rises) strictly along these arguments.
    fn falls(what: &str, arguments: &[f64], of: impl Fn(f64) -> f64) {
        let values: Vec<f64> = arguments.iter().map(|&x| of(x)).collect();
        assert!(values.is_sorted_by(|a, b| a > b), "{what}: {values:?}");
    }

    const EVEN: Exchange = Exchange {
        group: Fighters(500.0),
        soldiers: Fighters(1000.0),
        people: 20_000.0,
        informed: Share(0.5),
        group_fire: 0.01,
        state_fire: 0.01,
        terrain: 0.0,
    };

    #[test]
    fn each_feature_of_a_place_has_its_sign() {
        let nowhere = Place {
            governor: Governor::Host(Share(0.0), 0.0),
            kin: Share(0.0),
            rough: Share(0.0),
            kin_refugees: 0.0,
            travel: Days(0.0),
        };
        let utility = |place| place_utility(&base().sanctuary.weights, Fighters(100.0), &place);
        near(utility(nowhere), 0.0, 1e-15);
        let worse = [
            Place { governor: Governor::Enemy(Fighters(100.0)), ..nowhere },
            Place { governor: Governor::Host(Share(1.0), 0.5), ..nowhere },
            Place { travel: Days(2.0), ..nowhere },
        ];
        let better = [
            Place { kin: Share(0.5), ..nowhere },
            Place { rough: Share(0.5), ..nowhere },
            Place { kin_refugees: 500.0, ..nowhere },
        ];
        assert!(worse.into_iter().all(|place| utility(place) < 0.0));
        assert!(better.into_iter().all(|place| utility(place) > 0.0));
    }

    #[test]
    fn more_guards_detect_more_and_cost_more() {
        let weights = &base().sanctuary.weights;
        let detection = |guards| detection_probability(weights, guards, 0.0);
        let guards = [0.0, 1.0, 5.0, 10.0, 30.0, 300.0];
        falls("undetected", &guards, |g| 1.0 - detection(g).0);
        falls("cheap", &guards, |g| -crossing_cost(weights, detection(g)));
        assert!(crossing_cost(weights, detection(0.0)) >= weights.crossing);
        // A wall with k_s = 1.2 leaves 0.3 undetected: the wall factor of evidence 5.
        near(1.0 - detection_probability(weights, 0.0, 1.0).0, 0.301, 1e-3);
    }

    #[test]
    fn raids_pay_when_the_state_is_weak_and_vacuums_only_below_the_threshold() {
        let plan = &base().plan;
        assert!(raid_gain(plan, Fighters(500.0), Fighters(100.0)) > 0.0);
        assert!(raid_gain(plan, Fighters(500.0), Fighters(1500.0)) < 0.0);
        let gain = |c| vacuum_gain(plan, Share(c), Persons(5000));
        assert!(gain(0.4).abs() < 1e-15 && gain(0.9).abs() < 1e-15);
        falls("gain", &[0.0, 0.1, 0.3, 0.4], gain);
        near(gain(0.0), 0.4, 1e-12);
    }

    #[test]
    fn marches_and_postures_have_their_order() {
        near(days_march(Kilometres(20.0), Share(1.0)).0, 10.0, 1e-12);
        near(roughness(Metres(600.0), Metres(300.0)).0, 1.0, 1e-12);
        let traits = base().kinds.of(GroupKind::Jihadist);
        let posture = |intent, host| posture(&base().engagement, traits, intent, host);
        let (raid, march) = (posture(Intent::Raid, None), posture(Intent::Relocate, None));
        assert!(raid > march && march > posture(Intent::Hold, None));
        assert!(posture(Intent::Raid, Some(0.3)) < posture(Intent::Raid, Some(0.9)));
    }

    #[test]
    fn the_maximum_likelihood_exponent_of_drawn_severities_is_the_given_one() {
        let law = SeverityLaw::new(2.5, 5000);
        let key = RunKey::new(7, 0);
        let drawn: Vec<u32> = (0..20_000_u64)
            .map(|i| law.quantile(key.uniform(Stream::Severity, i, 0), u32::MAX))
            .collect();
        // Log-likelihood of the discrete law: -n ln zeta(alpha) - alpha sum ln x, over a grid.
        let sum_ln: f64 = drawn.iter().map(|&x| libm::log(f64::from(x))).sum();
        let zeta = |a: f64| (1..=20_000).map(|x| libm::pow(f64::from(x), -a)).sum::<f64>();
        let likelihood = |a: f64| -(drawn.len() as f64) * libm::log(zeta(a)) - a * sum_ln;
        let best = (200..=300)
            .map(|a| f64::from(a) / 100.0)
            .max_by(|&a, &b| likelihood(a).total_cmp(&likelihood(b)))
            .unwrap();
        near(best, 2.5, 0.1);
    }

    #[test]
    fn severity_keeps_its_bounds_and_its_mean() {
        let law = SeverityLaw::new(2.5, 5000);
        for (u, most, deaths) in [(0.0, 100, 1), (1.0, 100, 100), (0.999_999, 3, 3), (0.3, 0, 1)] {
            assert_eq!(law.quantile(u, most), deaths);
        }
        near(law.mean(1), 1.0, 1e-12);
        // zeta(1.5) / zeta(2.5) = 1.947 without a cut.
        assert!((1.85..1.95).contains(&law.mean(5000)), "{}", law.mean(5000));
        let n = 50_000;
        for heavy_tail in [true, false] {
            let deaths = |i| law.deaths(heavy_tail, (f64::from(i) + 0.5) / f64::from(n), 200);
            let mean = (0..n).map(|i| f64::from(deaths(i))).sum::<f64>() / f64::from(n);
            near(mean, law.mean(200), 0.02);
        }
    }

    #[test]
    fn terrain_helps_the_weaker_side_and_information_the_state() {
        let share = |e: Exchange| e.group_loss_share().0;
        assert!(share(Exchange { terrain: 1.0, ..EVEN }) < share(EVEN));
        assert!(share(Exchange { informed: Share(0.9), ..EVEN }) > share(EVEN));
        assert!(share(Exchange { soldiers: Fighters(3000.0), ..EVEN }) > share(EVEN));
        let alone = Exchange { soldiers: Fighters(0.0), ..EVEN };
        near(share(alone), 0.0, 1e-12);
        near(share(Exchange { group: Fighters(0.0), ..alone }), 0.5, 1e-12);
    }

    #[test]
    fn informed_fire_spares_civilians() {
        let harm = |m| Exchange { informed: Share(m), ..EVEN }.civilians_per_fighter();
        falls("harm", &[0.0, 0.3, 0.9], harm);
        near(harm(1.0), 0.0, 1e-12);
        near(Exchange { people: 0.0, ..EVEN }.civilians_per_fighter(), 0.0, 1e-12);
        let informed = |c, g| informed_share(&base().engagement, Share(c), Share(g)).0;
        assert!(informed(1.0, 0.0) > informed(0.2, 0.0));
        assert!(informed(0.5, 1.0) < informed(0.5, 0.0));
    }

    #[test]
    fn one_sided_violence_follows_the_zones() {
        for (side, dominant, absent) in [(Side::State, 0.75, 0.05), (Side::Groups, 0.2, 0.95)] {
            falls("propensity", &[dominant, absent, 0.5], |c| {
                one_sided_propensity(Share(c), side).0
            });
        }
    }

    #[test]
    fn engagements_scale_with_both_sides() {
        let n = |x, density| engagements_per_day(2.5e-4, Fighters(x), density, 1.0);
        near(n(1000.0, 0.2) / n(500.0, 0.1), 4.0, 1e-12);
        near(n(0.0, 1.0), 0.0, 1e-15);
        let p = &base().engagement;
        let rivals = |a, b| rival_engagements(p, Fighters(a), Fighters(b)).0;
        near(rivals(200.0, 300.0) / rivals(100.0, 100.0), 6.0, 1e-12);
        near(excitation_due(Days(10.0), Days(1.0)).0, 0.095_16, 1e-4);
    }

    #[test]
    fn the_contest_is_bounded_and_monotone() {
        let challenge = |state, groups, m| challenge_share(state, groups, m).0;
        for (state, groups, m, expected) in [
            (100.0, 100.0, 1.0, 0.5),
            (100.0, 100.0, 2.0, 0.5),
            (100.0, 0.0, 1.0, 0.0),
            (0.0, 10.0, 1.5, 1.0),
        ] {
            near(challenge(state, groups, m), expected, 1e-12);
        }
        falls("by the state", &[100.0, 200.0], |state| challenge(state, 50.0, 1.0));
        falls("by the groups", &[50.0, 20.0], |groups| challenge(100.0, groups, 1.0));
        // A more decisive contest favours the stronger.
        falls("by decisiveness", &[1.0, 2.0], |m| challenge(100.0, 50.0, m));
    }

    #[test]
    fn strength_fades_and_memory_too() {
        near(left_at_distance(Kilometres(0.0), Kilometres(60.0)).0, 1.0, 1e-12);
        near(left_at_distance(Kilometres(60.0), Kilometres(60.0)).0, 0.367_88, 1e-4);
        near(remaining_share(Days(14.0), Days(14.0)).0, 0.367_88, 1e-4);
        assert!(approach_share(PerDay(0.05), Days(1.0)).0 < 0.05);
    }

    #[test]
    fn more_control_gives_fewer_recruits() {
        let recruits = |c, x| {
            let (rate, grievance) = (PerDay(0.002), Share(0.5));
            recruits_per_day(rate, grievance, Share(c), 1000.0, Fighters(x), Fighters(500.0))
        };
        falls("recruits", &[0.2, 0.8, 1.0], |c| recruits(c, 100.0));
        for (c, x) in [(1.0, 100.0), (0.2, 500.0), (0.2, 900.0)] {
            near(recruits(c, x), 0.0, 1e-15);
        }
    }

    #[test]
    fn supply_and_desertion() {
        let p = Supply { tax: 0.8, tax_population: 5000.0, ..base().supply.clone() };
        let by = KindTraits { sponsor: 0.2, smuggling: 0.5, ..base().kinds.criminal.clone() };
        let place = Livelihood {
            residents: Persons(5000),
            control: Share(0.0),
            near_line: true,
            in_action: false,
        };
        let after = |place| supply_after_a_day(&p, &by, &place, Days(10.0)).0;
        near(after(place), 10.1, 1e-12);
        assert!(after(Livelihood { in_action: true, ..place }) < after(place));
        assert!(after(Livelihood { control: Share(0.9), ..place }) < after(place));

        let hazard = |supply, k| desertion_hazard(&p, Days(supply), Share(k)).0;
        near(hazard(6.0, 0.5), 0.0, 1e-15);
        assert!([0.0, 1.0].into_iter().all(|k| (0.01..=0.03).contains(&hazard(1.0, k))));
        falls("desertion", &[0.1, 0.9], |k| hazard(1.0, k));
    }

    #[test]
    fn defection_follows_conditions() {
        let sampled = [Share(0.2), Share(0.03)];
        // The rows of evidence 1.4: continuity, transition, fragmentation, strife, pivot.
        for (c, k, alignment, least, most) in [
            (0.85, 0.8, 0.6, 0.0, 1e-12),
            (0.75, 0.6, 0.2, 0.0, 0.01),
            (0.3, 0.3, 0.0, 0.05, 1.0),
            (0.4, 0.15, 0.1, 0.05, 1.0),
            (0.8, 0.5, -0.4, 0.01, 0.05),
        ] {
            let share =
                defecting_share(&base().defection, sampled, Share(c), Share(k), alignment).0;
            assert!((least..=most).contains(&share), "{share} at {c} {k} {alignment}");
        }
        let obeying = |x| obeying_share(Share(x), Share(x), 0.2).0;
        falls("obeying", &[0.8, 0.3], obeying);
    }

    #[test]
    fn groups_emerge_only_below_the_threshold() {
        let rates = &base().vacuum.rates;
        let rate = |c| emergence_per_day(rates, Share(c), Share(0.5), Persons(3_000_000));
        assert!(rate(0.4).abs() < 1e-15 && rate(0.9).abs() < 1e-15);
        falls("emergence", &[0.1, 0.3], rate);
        assert_eq!([0.0, 1.0].map(|u| unit_size([60.0, 800.0], u)), [60, 800]);
        let kind = |u| kind_of_new_group(rates, true, u);
        let kinds = [GroupKind::Criminal, GroupKind::Jihadist, GroupKind::KinAutonomist];
        assert_eq!([0.3, 0.65, 0.9].map(kind), kinds);
        assert_eq!(kind_of_new_group(rates, false, 0.9), GroupKind::Criminal);
    }

    #[test]
    fn cohesion_and_grievance_stay_in_bounds() {
        let p = &base().cohesion;
        let cohesion =
            |now, lost| cohesion_after_a_day(p, Share(now), Share(0.7), Share(lost), false).0;
        near(cohesion(0.1, 1.0), 0.0, 1e-15);
        assert!(cohesion(0.5, 0.0) > 0.5);
        falls("split", &[0.2, 0.9], |k| split_hazard(PerDay(0.004), Share(k)).0);
        assert_eq!([0.0, 0.999].map(|u| faction_size(1000, u)), [200, 499]);
        near(merged([10.0, 40.0], [Fighters(200.0), Fighters(100.0)]), 20.0, 1e-12);

        let gives_up = |x, supply, k| gives_up(p, Fighters(x), Days(supply), Share(k));
        assert!(gives_up(3.0, 9.0, 0.9) && gives_up(30.0, 0.0, 0.1) && !gives_up(30.0, 0.0, 0.9));
        let grievance = |x, deaths| grievance(&base().recruitment, Share(x), Share(x), deaths).0;
        near(grievance(1.0, 1e9), 1.0, 1e-6);
        near(grievance(0.0, 0.0), 0.0, 1e-15);
    }

    #[test]
    fn goods_pass_with_criminals_and_where_nobody_controls() {
        let flow = |criminals, lost| illicit_flow(&base().threat, criminals, Share(lost)).0;
        near(flow(0.0, 0.0), 0.0, 1e-15);
        near(flow(200.0, 0.0), 0.632_12, 1e-4);
        near(flow(0.0, 1.0), base().threat.illicit_without_control, 1e-12);
        assert!(flow(1e9, 1.0) <= 1.0);
        near(lost_control(Share(0.1), 0.4).0, 0.75, 1e-12);
        near(lost_control(Share(0.9), 0.4).0, 0.0, 1e-15);
        near(per_100km(Kilometres(50.0)), 2.0, 1e-12);
    }

    #[test]
    fn channels_multiply_the_hazard() {
        let (p, base) = (&base().domino, PerDay(1e-4));
        near(flashpoint_hazard(base, 0.0, true).0, 1e-4, 1e-15);
        near(flashpoint_hazard(base, 0.0, false).0, 0.0, 1e-15);
        assert!(flashpoint_hazard(base, 1.0, true).0 > flashpoint_hazard(base, 1.0, false).0);
        // Refugees matter only with armed kin.
        let kin = |fighters, refugees| kin_contribution(p, Fighters(fighters), refugees);
        near(kin(0.0, 1e6), 0.0, 1e-15);
        assert!(kin(300.0, 1e5) > kin(300.0, 0.0) && kin(600.0, 0.0) > kin(300.0, 0.0));
        let vacuum =
            |diverted, lost| vacuum_contribution(p, Share(1.0), Share(diverted), Share(lost));
        near(vacuum(0.0, 0.0), 0.0, 1e-15);
        assert!(vacuum(0.3, 0.0) > 0.0 && vacuum(0.0, 0.5) > 0.0);
        assert!(sanctuary_contribution(p, Fighters(1e9)) <= p.sanctuary);
    }

    #[test]
    fn the_background_declines_to_its_floor() {
        let victims = |years| background_victims_per_year(&base().background.level, years);
        falls("victims", &[3.0, 4.0], victims);
        for (years, expected, tolerance) in
            [(0.0, 141.0, 1e-9), (8.0, 10.18, 0.1), (20.0, 10.0, 1e-12), (-5.0, 141.0, 1e-9)]
        {
            near(victims(years), expected, tolerance);
        }
    }
}
