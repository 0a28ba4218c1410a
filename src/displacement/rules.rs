//! Pure rules of displacement: quantities in, probabilities, weights and hours out.
//!
//! No world, no draw, no clock. Sources are in the evidence file; the ODD document links each submodel to its rule here.

use super::parameters::{Decision, DestinationChoice, Hazard, Hosting, Kernel, Mobile, Travel};
use crate::prescribed::parameters::ThreatClass;
use crate::states::parameters::Passage;
use crate::units::{Days, Hours, Kilometres, PerDay, Probability, Share};

/// What people of a cell face today.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Threat {
    /// Unrest of the province.
    pub unrest: f64,
    /// Control by the state, 0 to 1.
    pub control: f64,
    /// Kernel-weighted deaths of the past two weeks near the cell.
    pub fatalities: f64,
    /// Control lost to an advance in the past days, 0 to 1.
    pub advance: f64,
    /// An air campaign is on.
    pub air_campaign: bool,
    /// The cell belongs to the capital.
    pub capital: bool,
    /// Share of the hazard of each class where only the class is known, by [`ThreatClass`].
    pub classes: [f64; ThreatClass::COUNT],
}

/// Hazard of leaving by class of threat (evidence 1.1.1): the strongest class that applies, times
/// `((1 + N) / (1 + N_ref))^b_n` for the deadly classes, kept below the largest factor.
#[must_use]
pub fn threat_hazard(threat: Threat, hazard: &Hazard, decision: &Decision) -> PerDay {
    let mut worst: f64 = 0.0;
    if threat.unrest > decision.protest_unrest_threshold {
        let above = (threat.unrest - decision.protest_unrest_threshold)
            / (1.0 - decision.protest_unrest_threshold);
        worst = worst.max(hazard.protest_per_day * above.min(1.0));
    }
    if threat.air_campaign {
        let class = if threat.capital {
            hazard.capital_under_strikes_per_day
        } else {
            hazard.air_campaign_per_day
        };
        worst = worst.max(class);
    }
    if threat.fatalities > 0.0 {
        let relative = (1.0 + threat.fatalities) / (1.0 + decision.fatalities_for_siege);
        let dose = libm::pow(relative, decision.fatalities_exponent)
            .min(decision.fatalities_multiplier_max);
        // (1 + N) keeps a dose at N = 0; below one death the class fades out.
        let presence = threat.fatalities.min(1.0);
        let class = if threat.control > 0.5 && threat.unrest > 0.5 {
            hazard.reprisal_per_day
        } else {
            hazard.siege_per_day
        };
        worst = worst.max(class * dose * presence);
    }
    if threat.advance > decision.advance_threshold {
        let class = if threat.advance >= decision.defeat_advance {
            hazard.defeat_per_day
        } else {
            // Full strength just below defeat.
            let span =
                (decision.defeat_advance - decision.advance_threshold).max(f64::MIN_POSITIVE);
            hazard.ground_advance_per_day * (threat.advance - decision.advance_threshold) / span
        };
        worst = worst.max(class);
    }
    for (class, share) in by_class(hazard).into_iter().zip(threat.classes) {
        worst = worst.max(class * share);
    }
    if worst > 0.0 { PerDay(worst + hazard.background_per_day) } else { PerDay(0.0) }
}

/// Hazards of leaving by fighting alone, and by all that is felt at a cell. Protest and air campaigns, where they are given by
/// class, are felt over a country as a whole: they make no place more dangerous than another.
#[must_use]
pub fn local_hazards(mut threat: Threat, hazard: &Hazard, decision: &Decision) -> [PerDay; 2] {
    let mut diffuse = Threat::default();
    for class in [ThreatClass::Protest, ThreatClass::AirCampaign] {
        diffuse.classes[class as usize] = std::mem::take(&mut threat.classes[class as usize]);
    }
    let fighting = threat_hazard(threat, hazard, decision);
    let general = threat_hazard(diffuse, hazard, decision);
    [fighting, PerDay(fighting.0.max(general.0))]
}

/// Hazards in the order of [`ThreatClass`].
const fn by_class(hazard: &Hazard) -> [f64; ThreatClass::COUNT] {
    [
        hazard.protest_per_day,
        hazard.air_campaign_per_day,
        hazard.siege_per_day,
        hazard.reprisal_per_day,
        hazard.ground_advance_per_day,
        hazard.defeat_per_day,
    ]
}

/// Perceived threat: it rises with the threat at once and fades as `M(t) = rho^dt M(t-1) + (1 - rho^dt) threat`
/// (evidence 1.1.1; why only the fading is slow: decision 0006).
#[must_use]
pub fn perceived_hazard(
    yesterday: PerDay,
    today: PerDay,
    memory_per_day: f64,
    step: Days,
) -> PerDay {
    let keep = if memory_per_day <= 0.0 || today.0 >= yesterday.0 {
        0.0
    } else {
        libm::pow(memory_per_day, step.0)
    };
    PerDay(keep * yesterday.0 + (1.0 - keep) * today.0)
}

/// Hazard of a household drawn at random from those who are still there, when readiness to leave is gamma distributed with
/// mean 1 and this variance: `h S^variance`, `S` the share still there.
///
/// Equal to `h / (1 + variance H)` after a cumulative hazard `H` under which everybody could leave; under one that nobody
/// could follow, as behind a closed gate, the ready are still there.
#[must_use]
pub fn frail_hazard(hazard: PerDay, share_there: Share, variance: f64) -> PerDay {
    PerDay(hazard.0 * libm::pow(share_there.0.clamp(0.0, 1.0), variance))
}

/// Factor by which the share of neighbours gone raises the hazard: `exp(b_s S)`.
#[must_use]
pub fn cascade_factor(share_gone: Share, strength: f64) -> f64 {
    libm::exp(strength * share_gone.0.clamp(0.0, 1.0))
}

/// Hazard of the already mobile population, from that of others where they are.
#[must_use]
pub fn mobile_hazard(mobile: &Mobile, hazard: PerDay) -> PerDay {
    PerDay(hazard.0 * mobile.hazard_factor + mobile.background_per_day)
}

/// Probability of leaving within a step.
#[must_use]
pub fn departure_probability(hazard: PerDay, step: Days) -> Probability {
    hazard.probability_within(step)
}

/// Kernel of a destination at this distance, with `mass` its attraction, `origin_mass` that of the origin, and `passed` the
/// attraction of all destinations nearer than it (evidence 1.1.3).
#[must_use]
pub fn kernel_weight(
    choice: &DestinationChoice,
    distance: Kilometres,
    mass: f64,
    origin_mass: f64,
    passed: f64,
) -> f64 {
    if !distance.0.is_finite() || mass <= 0.0 {
        return 0.0;
    }
    match choice.kernel {
        Kernel::Gravity => {
            libm::pow(mass, choice.attraction_power)
                * libm::pow(distance.0 + choice.softening_km, -choice.distance_power)
        }
        // Stouffer: opportunities there over opportunities passed (its own included, so that the nearest is finite).
        Kernel::InterveningOpportunities => mass / (passed + mass),
        Kernel::Radiation => {
            origin_mass * mass
                / ((origin_mass + passed) * (origin_mass + mass + passed)).max(f64::MIN_POSITIVE)
        }
    }
}

/// Attraction of a reception site with this many places (infinite where unknown), in persons of a town's population; none when
/// it has no place. How many places it has does not attract: the term in `cap_j` of evidence 1.1.3 is its room, which falls as it
/// fills.
#[must_use]
pub fn camp_mass(choice: &DestinationChoice, capacity: f64) -> f64 {
    if capacity > 0.0 { choice.camp_weight * choice.camp_population } else { 0.0 }
}

/// Factor of a place by the compatriots who have settled there: `(1 + n / n0)^power`. Family and friends draw those who follow
/// (evidence 1.1.3).
#[must_use]
pub fn friends_factor(choice: &DestinationChoice, compatriots: u32) -> f64 {
    if compatriots == 0 {
        return 1.0; // as most places: it saves the power
    }
    libm::pow(1.0 + f64::from(compatriots) / choice.friends_persons, choice.friends_power)
}

/// Factor of a destination by the threat there: `exp(-b_risk h / (h + h_siege))`.
#[must_use]
pub fn threat_factor(hazard_there: PerDay, siege: PerDay, aversion: f64) -> f64 {
    let level = hazard_there.0 / (hazard_there.0 + siege.0).max(f64::MIN_POSITIVE);
    libm::exp(-aversion * level)
}

/// Factor of a destination by the fighting there against the threat at home, for those who flee: `1 - min(1, h_there / h_here)`.
/// A place as dangerous as home is no refuge.
#[must_use]
pub fn refuge_factor(fighting_there: PerDay, threat_here: PerDay) -> Share {
    if threat_here.0 <= 0.0 {
        Share(1.0)
    } else {
        Share(1.0 - (fighting_there.0 / threat_here.0).clamp(0.0, 1.0))
    }
}

/// Factor of a destination by the share of kin among those who live there: `exp(b_kin share)`.
#[must_use]
pub fn kin_factor(choice: &DestinationChoice, share_of_kin: f64) -> f64 {
    libm::exp(choice.kin_bonus * share_of_kin)
}

/// What is left of a place for newcomers when this many live there without kin or friends: places of a site that has a
/// number of them, the acceptance of residents where there are any, all where no limit is known.
#[must_use]
pub fn room_left(crowd: u32, capacity: f64, residents: Option<u64>, saturation: f64) -> Share {
    let crowd = f64::from(crowd);
    match residents {
        _ if capacity.is_finite() => Share((1.0 - crowd / capacity).max(0.0)),
        Some(residents) => host_acceptance(crowd / (residents as f64).max(1.0), saturation),
        None => Share(1.0),
    }
}

/// Acceptance of a host place with this many displaced per resident: `exp(-(L / L0)^2)` (evidence 1.1.7).
#[must_use]
pub fn host_acceptance(load: f64, saturation: f64) -> Share {
    let x = load.max(0.0) / saturation;
    Share(libm::exp(-x * x))
}

/// What is left of a crossing's attraction for nationals under an exit bar: `exp(-a5 bar)`.
#[must_use]
pub fn exit_factor(bar: Share, strength: f64) -> f64 {
    libm::exp(-strength * bar.0)
}

/// What aid at source leaves of the attraction of going abroad: `exp(-b aid)`.
#[must_use]
pub fn source_aid_factor(choice: &DestinationChoice, aid: Share) -> f64 {
    libm::exp(-choice.source_aid_strength * aid.0)
}

/// What is left of the attraction of a territory that holds people in a buffer: `exp(-b)`.
#[must_use]
pub fn buffer_factor(choice: &DestinationChoice) -> f64 {
    libm::exp(-choice.buffer_strength)
}

/// Factor of a gate for those of a class. Some wait at a line that is shut to all for now; not where war or treaty shut it, nor
/// where a rule bars them. Nobody knows how long a shut line stays shut: its queue tells nothing.
#[must_use]
pub fn gate_factor(
    choice: &DestinationChoice,
    passage: Passage,
    shut_for_now: bool,
    wait: Days,
) -> f64 {
    match passage {
        Passage::Open => wait_factor(wait, choice.wait_aversion_per_day),
        Passage::Permit => choice.permit_weight * wait_factor(wait, choice.wait_aversion_per_day),
        Passage::Closed if shut_for_now => choice.closed_weight,
        Passage::Closed => 0.0,
    }
}

/// Attraction lost to an expected wait: `exp(-b days)`.
#[must_use]
pub fn wait_factor(wait: Days, aversion_per_day: f64) -> f64 {
    libm::exp(-aversion_per_day * wait.0.clamp(0.0, 60.0))
}

/// Vehicles a day on a road of a class (1 to 3) before it jams; where there is no road, as on one of class 3.
#[must_use]
pub const fn road_capacity(travel: &Travel, class: u8) -> f64 {
    match class {
        1 => travel.road_capacity_class_1,
        2 => travel.road_capacity_class_2,
        _ => travel.road_capacity_class_3,
    }
}

/// Factor on travel time on a road with this many vehicles a day (Bureau of Public Roads 1964).
#[must_use]
pub fn jam_factor(
    vehicles_per_day: f64,
    capacity_per_day: f64,
    coefficient: f64,
    power: f64,
    largest: f64,
) -> f64 {
    if vehicles_per_day <= 0.0 {
        return 1.0;
    }
    (1.0 + coefficient * libm::pow(vehicles_per_day / capacity_per_day, power)).min(largest)
}

/// Hours of travel in a step.
#[must_use]
pub fn travel_hours(per_day: Hours, step: Days) -> Hours {
    Hours(per_day.0 * step.0)
}

/// Hazard of return: `h0 sigma((C - C*) / s) exp(-h_home / scale)` (evidence 1.1.7).
#[must_use]
pub fn return_hazard(hosting: &Hosting, control_at_home: Share, hazard_at_home: PerDay) -> PerDay {
    let x = (control_at_home.0 - hosting.return_control) / hosting.return_control_width;
    let willing = 1.0 / (1.0 + libm::exp(-x));
    PerDay(
        hosting.return_per_day
            * willing
            * libm::exp(-hazard_at_home.0 / hosting.return_threat_scale),
    )
}

/// Share of visitors who stay at a home where the hazard of return is this: what its state leaves of that to a safe home.
#[must_use]
pub fn share_who_stay(hosting: &Hosting, return_hazard: PerDay) -> Share {
    Share(return_hazard.0 / hosting.return_per_day.max(f64::MIN_POSITIVE))
}

/// How far people who arrived this long ago have settled, for return and moving on to act, 0 to 1.
#[must_use]
pub fn rested_share(hosting: &Hosting, since_arrival: Days) -> Share {
    Share((since_arrival.0 / hosting.new_arrival_days).min(1.0))
}

/// Hazard of moving on of people who have settled this far.
#[must_use]
pub fn onward_hazard(hosting: &Hosting, rested: Share) -> PerDay {
    PerDay(hosting.secondary_per_day * rested.0)
}

/// Hazard of death of the displaced.
#[must_use]
pub fn death_hazard(hosting: &Hosting) -> PerDay {
    PerDay(hosting.deaths_per_10000_per_day / 10_000.0)
}

/// Probability of an event, given that a test was passed of which it is one of the causes.
#[must_use]
pub fn probability_given(event: Probability, test: Probability) -> Probability {
    let given = event.0 / test.0;
    if given <= 1.0 { Probability(given) } else { event }
}

/// Probability that a displaced person dies within this time.
#[must_use]
pub fn death_probability(hosting: &Hosting, time: Days) -> Probability {
    death_hazard(hosting).probability_within(time)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::displacement::parameters::Parameters;

    /// The shipped parameters, with those fixed that a test names numbers of.
    static BASE: LazyLock<Parameters> = LazyLock::new(|| {
        let mut p = crate::states::tests::scenario().displacement;
        let h = &mut p.hazard;
        (h.siege_per_day, h.ground_advance_per_day, h.defeat_per_day) = (0.0155, 0.18, 0.3);
        (p.hosting.return_per_day, p.hosting.saturation_share) = (0.008, 0.2);
        let d = &mut p.destination;
        (d.friends_power, d.closed_weight, d.wait_aversion_per_day) = (0.5, 0.05, 0.3);
        p
    });

    fn hazard_of(threat: Threat) -> f64 {
        threat_hazard(threat, &BASE.hazard, &BASE.decision).0
    }

    fn choice(kernel: Kernel) -> DestinationChoice {
        DestinationChoice { kernel, ..BASE.destination.clone() }
    }

    #[test]
    fn each_class_of_threat_meets_its_anchor() {
        let quiet = Threat { control: 1.0, ..Threat::default() };
        let cases = [
            ("peace", quiet, 0.0),
            ("protest at full unrest", Threat { unrest: 1.0, ..quiet }, 8e-5),
            ("protest below the threshold", Threat { unrest: 0.2, ..quiet }, 0.0),
            ("air campaign", Threat { air_campaign: true, ..quiet }, 0.003),
            (
                "capital under strikes",
                Threat { air_campaign: true, capital: true, ..quiet },
                0.0053,
            ),
            ("siege", Threat { control: 0.3, fatalities: 500.0, ..quiet }, 0.0155),
            ("a tenth of a siege", Threat { control: 0.3, fatalities: 49.1, ..quiet }, 0.00155),
            ("reprisals", Threat { unrest: 0.9, fatalities: 500.0, ..quiet }, 0.0275),
            ("a slow loss of control", Threat { control: 0.3, advance: 0.3, ..quiet }, 0.0),
            ("half an advance", Threat { control: 0.3, advance: 0.6, ..quiet }, 0.09),
            (
                "an advance short of defeat",
                Threat { control: 0.3, advance: 0.799_999_9, ..quiet },
                0.18,
            ),
            ("a class alone", Threat { classes: [0.0, 0.0, 0.5, 0.0, 0.0, 0.0], ..quiet }, 0.00775),
            (
                "the worst of two classes",
                Threat { classes: [1.0, 0.0, 1.0, 0.0, 0.0, 0.1], ..quiet },
                0.03,
            ),
            ("defeat", Threat { control: 0.0, advance: 0.9, ..quiet }, 0.3),
        ];
        for (name, threat, expected) in cases {
            let got = hazard_of(threat);
            assert!((got - expected).abs() < 2e-6, "{name}: {got} instead of {expected}");
        }
    }

    #[test]
    fn a_site_attracts_the_same_whatever_its_size_and_not_at_all_when_closed() {
        let c = choice(Kernel::Gravity);
        assert!((camp_mass(&c, 3_000.0) - 1e5).abs() < 1e-9);
        assert!((camp_mass(&c, f64::INFINITY) - 1e5).abs() < 1e-9);
        assert!(camp_mass(&c, 0.0).abs() < 1e-9, "closed");
    }

    #[test]
    fn those_who_are_there_draw_others() {
        let c = choice(Kernel::Gravity);
        for (compatriots, factor) in [(0, 1.0), (3_000, 2.0), (8_000, 3.0), (99_000, 10.0)] {
            assert!((friends_factor(&c, compatriots) - factor).abs() < 1e-12, "{compatriots}");
        }
        let nobody_follows = DestinationChoice { friends_power: 0.0, ..c };
        assert!((friends_factor(&nobody_follows, 99_000) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_gate_draws_by_whom_it_lets_pass_and_a_place_by_its_room() {
        let gate = |passage, for_now| {
            gate_factor(&BASE.destination, passage, for_now, Days(1.0)) / libm::exp(-0.3)
        };
        assert!((gate(Passage::Open, false) - 1.0).abs() < 1e-12);
        assert!((gate(Passage::Permit, true) - 0.3).abs() < 1e-12);
        assert!((gate(Passage::Closed, true) - 0.05 / libm::exp(-0.3)).abs() < 1e-12);
        assert!(gate(Passage::Closed, false).abs() < 1e-12);
        let room = |capacity, residents| room_left(200, capacity, residents, 0.2).0;
        assert!((room(1_000.0, None) - 0.8).abs() < 1e-12 && room(100.0, None).abs() < 1e-12);
        assert!((room(f64::INFINITY, Some(1_000)) - libm::exp(-1.0)).abs() < 1e-12);
        assert!((room(f64::INFINITY, None) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn frailty_thins_out_those_who_leave_easily() {
        // Gamma frailty of variance 1: survival 1 / (1 + H), so after H = 3 a quarter is left; of variance 2: (1 + 2 H)^-1/2.
        for (variance, left_after_3) in
            [(1.0, 0.25), (2.0, 1.0 / 7.0_f64.sqrt()), (0.0, libm::exp(-3.0))]
        {
            let (mut left, mut cumulative, dt) = (1.0, 0.0, 0.001);
            while cumulative < 3.0 {
                left *= 1.0 - frail_hazard(PerDay(1.0), Share(left), variance).0 * dt;
                cumulative += dt;
            }
            assert!((left - left_after_3).abs() < 1e-3, "{variance}: {left}");
        }
    }

    #[test]
    fn a_place_as_dangerous_as_home_is_no_refuge() {
        let f = |there, here| refuge_factor(PerDay(there), PerDay(here)).0;
        assert!((f(0.0, 0.3) - 1.0).abs() < 1e-12);
        assert!((f(0.15, 0.3) - 0.5).abs() < 1e-12);
        assert!(f(0.3, 0.3).abs() < 1e-12 && f(0.9, 0.3).abs() < 1e-12);
        assert!((f(0.9, 0.0) - 1.0).abs() < 1e-12, "who does not flee is not held back by it");
    }

    #[test]
    fn jams_follow_the_bpr_function() {
        assert!((jam_factor(0.0, 100.0, 0.15, 4.0, 15.0) - 1.0).abs() < 1e-12);
        assert!((jam_factor(100.0, 100.0, 0.15, 4.0, 15.0) - 1.15).abs() < 1e-12);
        assert!((jam_factor(1e6, 100.0, 0.15, 4.0, 15.0) - 15.0).abs() < 1e-12);
    }

    #[test]
    fn return_needs_control_and_calm() {
        let hosting = &BASE.hosting;
        let safe = return_hazard(hosting, Share(1.0), PerDay(0.0)).0;
        let lawless = return_hazard(hosting, Share(0.3), PerDay(0.0)).0;
        let shelled = return_hazard(hosting, Share(1.0), PerDay(0.0155)).0;
        assert!(safe > 0.0075 && lawless < 0.0002 && shelled < 1e-5, "{safe} {lawless} {shelled}");
    }

    proptest! {
        #[test]
        fn more_of_any_danger_never_lowers_the_hazard(
            unrest in 0.0..1.0_f64, deaths in 0.0..500.0_f64, advance in 0.0..1.0_f64, more in 0.0..50.0_f64,
        ) {
            // Control fixed below one half: above it, unrest turns fighting into the reprisal class.
            let threat = Threat { unrest, control: 0.4, fatalities: deaths, advance, ..Threat::default() };
            let now = hazard_of(threat);
            let deadlier = Threat { fatalities: deaths + more, ..threat };
            let nearer = Threat { advance: (advance + more / 50.0).min(1.0), ..threat };
            prop_assert!(hazard_of(deadlier) >= now - 1e-12);
            prop_assert!(hazard_of(nearer) >= now - 1e-12);
            prop_assert!((0.0..=0.31).contains(&now));
        }

        #[test]
        fn perceived_threat_lies_between_yesterday_and_today(a in 0.0..1.0_f64, b in 0.0..1.0_f64, rho in 0.0..0.99_f64) {
            let m = perceived_hazard(PerDay(a), PerDay(b), rho, Days(1.0)).0;
            prop_assert!(m >= a.min(b) - 1e-12 && m <= a.max(b) + 1e-12);
            // Four steps of 6 h are one of a day.
            let mut q = PerDay(a);
            for _ in 0..4 { q = perceived_hazard(q, PerDay(b), rho, Days(0.25)); }
            prop_assert!((q.0 - m).abs() < 1e-9);
            prop_assert!(b < a || (m - b).abs() < 1e-12, "fear of a new danger does not wait");
        }

        #[test]
        fn nearer_and_larger_places_weigh_more(km in 0.0..900.0_f64, mass in 1.0..1e6_f64) {
            for kernel in [Kernel::Gravity, Kernel::InterveningOpportunities, Kernel::Radiation] {
                let c = choice(kernel);
                let near = kernel_weight(&c, Kilometres(km), mass, 1e4, 100.0);
                let far = kernel_weight(&c, Kilometres(km + 50.0), mass, 1e4, 5_000.0);
                let large = kernel_weight(&c, Kilometres(km), mass * 2.0, 1e4, 100.0);
                prop_assert!(near > far && large > near, "{kernel:?}");
            }
        }

        #[test]
        fn factors_stay_within_bounds(x in 0.0..10.0_f64) {
            for f in [threat_factor(PerDay(x), PerDay(0.0155), 1.386), host_acceptance(x, 0.2).0,
                      exit_factor(Share(x / 10.0), 3.0), wait_factor(Days(x), 0.3), death_probability(&Hosting { deaths_per_10000_per_day: x, ..BASE.hosting.clone() }, Days(x)).0] {
                prop_assert!((0.0..=1.0).contains(&f));
            }
            prop_assert!(cascade_factor(Share(x / 10.0), 0.5) >= 1.0);
        }
    }
}
