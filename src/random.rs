//! Every random draw of the model, keyed by (run key, stream, id, step).
//!
//! A draw does not depend on what was drawn before it, so results do not depend on threads, on the order of agents, on
//! shards or on recorders. The run key comes from the study's seed and the replicate, never from the outcome: replicate 7
//! meets the same luck under every outcome, and differences between outcomes are paired.
//!
//! The key is hashed (neighbouring raw keys are correlated) and seeds a `SplitMix64` from `rand_xoshiro`.

use rand::rand_core::SeedableRng;
pub use rand_xoshiro::SplitMix64 as Draws;

/// The closed list of purposes. Two purposes never share a draw; a new process takes a new line at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Stream {
    /// Sampled leadership curves, drawn once per run.
    LeadershipCurve = 1,
    /// Noise and competing hazards of the endogenous leadership.
    LeadershipHazard = 2,
    /// Uncertain parameters given as ranges, drawn once per run.
    Parameters = 3,
    /// How many leave a cell.
    Departure = 4,
    /// Where a departing group heads for.
    Destination = 5,
    /// Travel mode, household traits.
    Traits = 6,
    /// Leaving a queue.
    Renege = 7,
    /// Green-border attempts: detected or not, shift or not.
    GreenBorder = 8,
    /// Secondary movement and return of the settled.
    Onward = 9,
    /// Deaths of the displaced.
    Mortality = 10,
    /// Initial armed groups.
    ArmedSetup = 11,
    /// Plans of armed groups.
    ArmedPlan = 12,
    /// Whether and where an engagement happens.
    Engagement = 13,
    /// Severity of an engagement.
    Severity = 14,
    /// Recruitment, desertion, splits, mergers.
    ArmedStrength = 15,
    /// New groups in vacuums.
    Emergence = 16,
    /// Decisions of states.
    StateDecision = 17,
    /// Flare-ups of the region's own conflicts.
    Flashpoint = 18,
    /// Background violence.
    Background = 19,
    /// The ledger: imports, prices.
    Ledger = 20,
    /// Hosting: kin or camp, onward placing.
    Hosting = 21,
    /// Ranges of an episode, drawn once per run.
    Episode = 22,
    /// Designs of a calibration: which sets of parameters are tried.
    Calibration = 24,
    /// Designs of a study: which points of the parameters are run.
    Design = 25,
    /// Resampling of estimates that are made of results.
    Bootstrap = 26,
}

/// The seed of a point that shares its luck with no other: below 2^53, so that every reader of tables keeps all of it.
#[must_use]
pub const fn seed_of_point(study_seed: u64, point: u32) -> u64 {
    mix(mix(study_seed ^ GOLDEN) ^ (point as u64 + 1).wrapping_mul(GOLDEN)) >> 11
}

/// Identifies a run's luck: a hash of the study's seed and the replicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, bevy_ecs::resource::Resource)]
pub struct RunKey(u64);

/// The finaliser of `SplitMix64` (Steele, Lea, Flood 2014): a bijection of 64 bits with full avalanche.
const fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

impl RunKey {
    /// The key of one replicate of a study with this seed.
    #[must_use]
    pub const fn new(study_seed: u64, replicate: u32) -> Self {
        Self(mix(
            mix(study_seed.wrapping_add(GOLDEN)) ^ mix((replicate as u64 + 1).wrapping_mul(GOLDEN))
        ))
    }

    /// The hash that everything drawn for (stream, id, step) comes from.
    #[must_use]
    #[inline]
    pub const fn hash(self, stream: Stream, id: u64, step: u32) -> u64 {
        let a = mix(self.0 ^ (stream as u64).wrapping_mul(GOLDEN));
        let b = mix(a ^ id.wrapping_mul(0xd6e8_feb8_6659_fd93));
        mix(b ^ ((step as u64) + 1).wrapping_mul(0xa076_1d64_78bd_642f))
    }

    /// A generator for (stream, id, step). Fresh for each key; use it at once and drop it.
    #[must_use]
    #[inline]
    pub fn draws(self, stream: Stream, id: u64, step: u32) -> Draws {
        Draws::seed_from_u64(self.hash(stream, id, step))
    }

    /// One uniform number in [0, 1) for (stream, id, step): the cheap way where a single number is enough.
    #[must_use]
    #[inline]
    pub fn uniform(self, stream: Stream, id: u64, step: u32) -> f64 {
        // 53 bits: every value is a multiple of 2^-53, none rounds up to 1.
        (self.hash(stream, id, step) >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }
}

/// A number of successes out of `n` with probability `p`, from the given generator.
///
/// # Panics
/// Never: `p` is clamped to [0, 1].
#[must_use]
pub fn binomial(draws: &mut Draws, n: u64, p: f64) -> u64 {
    use rand_distr::{Binomial, Distribution};
    if n == 0 || p <= 0.0 || p.is_nan() {
        return 0;
    }
    if p >= 1.0 {
        return n;
    }
    Binomial::new(n, p).expect("p within (0, 1)").sample(draws)
}

/// A number of events of a Poisson process with this mean.
///
/// # Panics
/// Never: a mean that is not above zero gives zero, a mean above 1e9 is cut.
#[must_use]
pub fn poisson(draws: &mut Draws, mean: f64) -> u64 {
    use rand_distr::{Distribution, Poisson};
    if mean.is_nan() || mean <= 0.0 {
        return 0;
    }
    Poisson::new(mean.min(1e9)).expect("a positive mean").sample(draws) as u64
}

/// A uniform number in [0, 1) from the given generator.
#[must_use]
pub fn unit(draws: &mut Draws) -> f64 {
    use rand::RngExt;
    draws.random::<f64>()
}

/// A standard normal number from the given generator.
#[must_use]
pub fn normal(draws: &mut Draws) -> f64 {
    use rand_distr::{Distribution, StandardNormal};
    StandardNormal.sample(draws)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicates_differ_and_the_key_repeats() {
        assert_ne!(RunKey::new(1, 0), RunKey::new(1, 1));
        assert_ne!(RunKey::new(1, 0), RunKey::new(2, 0));
        assert_eq!(RunKey::new(1, 7), RunKey::new(1, 7));
    }

    #[test]
    fn neighbouring_keys_pass_a_chi_square_test() {
        // 16 bins over three kinds of neighbouring keys; the 0.999 quantile of chi-square with 15 df is 37.7.
        let key = RunKey::new(42, 3);
        let cases: [Box<dyn Fn(u32) -> f64>; 3] = [
            Box::new(|i| key.uniform(Stream::Departure, u64::from(i), 9)),
            Box::new(|i| key.uniform(Stream::Departure, 9, i)),
            Box::new(|i| RunKey::new(42, i).uniform(Stream::Departure, 9, 9)),
        ];
        for draw in cases {
            let mut bins = [0_u32; 16];
            let n = 16_000;
            for i in 0..n {
                bins[(draw(i) * 16.0) as usize] += 1;
            }
            let expected = f64::from(n) / 16.0;
            let chi: f64 = bins.iter().map(|&b| (f64::from(b) - expected).powi(2) / expected).sum();
            assert!(chi < 37.7, "chi-square {chi}");
        }
    }

    #[test]
    fn binomial_and_poisson_have_their_means() {
        let mut draws = RunKey::new(5, 0).draws(Stream::Traits, 0, 0);
        let n = 4_000;
        let mean_b =
            (0..n).map(|_| binomial(&mut draws, 50, 0.1) as f64).sum::<f64>() / f64::from(n);
        let mean_p = (0..n).map(|_| poisson(&mut draws, 3.0) as f64).sum::<f64>() / f64::from(n);
        assert!((mean_b - 5.0).abs() < 0.15, "{mean_b}");
        assert!((mean_p - 3.0).abs() < 0.12, "{mean_p}");
        assert_eq!(binomial(&mut draws, 10, 1.5), 10);
        assert_eq!(poisson(&mut draws, f64::NAN), 0);
    }
}
