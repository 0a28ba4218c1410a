//! Engagements: how many, how severe, who loses what (evidence 1.2).

use crate::units::{Days, Fighters, Share};

/// Engagements of a group a day: `lambda x_A x_B / area` (evidence 1.2), with `per_km2` the opposing density.
#[must_use]
pub fn engagements_per_day(rate: f64, group: Fighters, opposing_per_km2: f64, posture: f64) -> f64 {
    (rate * group.0 * opposing_per_km2 * posture).max(0.0)
}

/// Share of waiting offspring of a Hawkes process that fall due within a span: `1 - exp(-t / tau)`.
#[must_use]
pub fn excitation_due(decay: Days, span: Days) -> Share {
    Share(if decay.0 > 0.0 { -libm::expm1(-span.0 / decay.0) } else { 1.0 })
}

/// The discrete power law `p(x) ~ x^-alpha`, `x = 1, 2, ..., most`, as a table of its distribution function
/// (Bohorquez et al. 2009; Clauset, Shalizi and Newman 2009; evidence 1.2).
#[derive(Clone, Debug)]
pub struct SeverityLaw {
    /// `below[x - 1]`: sum of the weights up to x, not normalised.
    below: Vec<f64>,
    /// `weighted[x - 1]`: sum of x times its weight.
    weighted: Vec<f64>,
}

impl SeverityLaw {
    /// The law with this exponent and this greatest value.
    #[must_use]
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

    /// The value below which a share `u` of the law lies that is cut at `most`.
    #[must_use]
    pub fn quantile(&self, u: f64, most: u32) -> u32 {
        let cut = self.cut(most);
        let aim = u.clamp(0.0, 1.0) * self.below[cut - 1];
        let found = self.below[..cut].partition_point(|&sum| sum <= aim);
        found.min(cut - 1) as u32 + 1
    }

    /// The mean of the law that is cut at `most`.
    #[must_use]
    pub fn mean(&self, most: u32) -> f64 {
        let cut = self.cut(most);
        self.weighted[cut - 1] / self.below[cut - 1]
    }
}

/// m: informed share of fire, raised by control and lowered by grievance (Kress and Szechtman 2009; evidence 1.2).
#[must_use]
pub fn informed_share(
    base: f64,
    by_control: f64,
    by_grievance: f64,
    control: Share,
    grievance: Share,
) -> Share {
    Share::clamped(base + by_control * control.0 - by_grievance * grievance.0)
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
    #[must_use]
    pub fn hit_share(&self) -> Share {
        let among = if self.people > 0.0 { (self.group.0 / self.people).min(1.0) } else { 1.0 };
        Share::clamped(self.informed.0 + (1.0 - self.informed.0) * among)
    }

    /// The group's share of the losses, by Deitchman's form with terrain:
    /// `dR = g (1 + c) G`, `dG = r / (1 + c) R [m + (1 - m) G / P]`.
    #[must_use]
    pub fn group_loss_share(&self) -> Share {
        let factor = 1.0 + self.terrain.max(0.0);
        let soldiers_lost = self.group_fire * factor * self.group.0;
        let fighters_lost = self.state_fire / factor * self.soldiers.0 * self.hit_share().0;
        let sum = soldiers_lost + fighters_lost;
        Share::clamped(if sum > 0.0 { fighters_lost / sum } else { 0.5 })
    }

    /// Civilians hit for each fighter hit: `(1 - m)(1 - G / P) / [m + (1 - m) G / P]` (collateral harm over losses).
    /// At most 50, as fire without information finds no end of bystanders.
    #[must_use]
    pub fn civilians_per_fighter(&self) -> f64 {
        let hit = self.hit_share().0;
        ((1.0 - hit) / hit.max(0.02)).min(50.0)
    }
}

/// How much control of a place invites violence against civilians, 0 to 1 (Kalyvas 2006; evidence 1.2).
///
/// Zones by the state's control: 1 full (above 0.9), 2 (0.6), 3 parity (0.4), 4 (0.1), 5 none. Selective violence peaks
/// where one side dominates without full control (the state in 2, groups in 4); indiscriminate violence where it has none
/// (the state in 5, groups in 1); least at parity.
#[must_use]
pub fn one_sided_propensity(control: Share, by_state: bool) -> Share {
    let by_zone = if by_state { [0.1, 1.0, 0.1, 0.3, 0.5] } else { [0.5, 0.3, 0.1, 1.0, 0.1] };
    let zone = match control.0 {
        c if c > 0.9 => 0,
        c if c > 0.6 => 1,
        c if c > 0.4 => 2,
        c if c > 0.1 => 3,
        _ => 4,
    };
    Share(by_zone[zone])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{RunKey, Stream};

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
    fn the_maximum_likelihood_exponent_of_drawn_severities_is_the_given_one() {
        let law = SeverityLaw::new(2.5, 5000);
        let key = RunKey::new(7, 0);
        let drawn: Vec<u32> = (0..20_000)
            .map(|i| law.quantile(key.uniform(Stream::Severity, i, 0), u32::MAX))
            .collect();
        // Log-likelihood of the discrete law: -n ln zeta(alpha) - alpha sum ln x, over a grid.
        let sum_ln: f64 = drawn.iter().map(|&x| libm::log(f64::from(x))).sum();
        let zeta = |a: f64| (1..=20_000).map(|x| libm::pow(f64::from(x), -a)).sum::<f64>();
        let best = (200..=300)
            .map(|a| f64::from(a) / 100.0)
            .max_by(|&a, &b| {
                let l = |a: f64| -(drawn.len() as f64) * libm::log(zeta(a)) - a * sum_ln;
                l(a).total_cmp(&l(b))
            })
            .unwrap();
        assert!((2.4..=2.6).contains(&best), "{best}");
    }

    #[test]
    fn severity_keeps_its_bounds_and_its_mean() {
        let law = SeverityLaw::new(2.5, 5000);
        assert_eq!(law.quantile(0.0, 100), 1);
        assert_eq!(law.quantile(1.0, 100), 100);
        assert_eq!(law.quantile(0.999_999, 3), 3);
        assert_eq!(law.quantile(0.3, 0), 1);
        assert!((law.mean(1) - 1.0).abs() < 1e-12);
        // zeta(1.5) / zeta(2.5) = 1.947 without a cut.
        assert!((1.85..1.95).contains(&law.mean(5000)), "{}", law.mean(5000));
        let n = 50_000;
        let mean = (0..n)
            .map(|i| f64::from(law.quantile((f64::from(i) + 0.5) / f64::from(n), 200)))
            .sum::<f64>()
            / f64::from(n);
        assert!((mean - law.mean(200)).abs() < 0.02);
    }

    #[test]
    fn terrain_helps_the_weaker_side_and_information_the_state() {
        let share = |e: Exchange| e.group_loss_share().0;
        assert!(share(Exchange { terrain: 1.0, ..EVEN }) < share(EVEN));
        assert!(share(Exchange { informed: Share(0.9), ..EVEN }) > share(EVEN));
        assert!(share(Exchange { soldiers: Fighters(3000.0), ..EVEN }) > share(EVEN));
        assert!((share(Exchange { soldiers: Fighters(0.0), ..EVEN })).abs() < 1e-12);
        assert!(
            (share(Exchange { group: Fighters(0.0), soldiers: Fighters(0.0), ..EVEN }) - 0.5).abs()
                < 1e-12
        );
    }

    #[test]
    fn informed_fire_spares_civilians() {
        let harm = |m| Exchange { informed: Share(m), ..EVEN }.civilians_per_fighter();
        assert!(harm(0.0) > harm(0.3) && harm(0.3) > harm(0.9));
        assert!(harm(1.0).abs() < 1e-12);
        assert!((Exchange { people: 0.0, ..EVEN }).civilians_per_fighter().abs() < 1e-12);
        assert!(
            informed_share(0.3, 0.5, 0.2, Share(1.0), Share(0.0)).0
                > informed_share(0.3, 0.5, 0.2, Share(0.2), Share(0.0)).0
        );
        assert!(
            informed_share(0.3, 0.5, 0.2, Share(0.5), Share(1.0)).0
                < informed_share(0.3, 0.5, 0.2, Share(0.5), Share(0.0)).0
        );
    }

    #[test]
    fn one_sided_violence_follows_the_zones() {
        for by_state in [true, false] {
            let p = |c| one_sided_propensity(Share(c), by_state).0;
            let (dominant, absent) = if by_state { (0.75, 0.05) } else { (0.2, 0.95) };
            assert!(p(dominant) > p(absent) && p(absent) > p(0.5));
        }
    }

    #[test]
    fn engagements_scale_with_both_sides() {
        let n = |x, density| engagements_per_day(2.5e-4, Fighters(x), density, 1.0);
        assert!((n(1000.0, 0.2) / n(500.0, 0.1) - 4.0).abs() < 1e-12);
        assert!(n(0.0, 1.0).abs() < 1e-15);
        assert!((excitation_due(Days(10.0), Days(1.0)).0 - 0.095_16).abs() < 1e-4);
    }
}
