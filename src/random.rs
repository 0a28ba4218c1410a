//! Every random draw of the model, keyed by (run key, stream, id, step).
//!
//! A draw does not depend on what was drawn before it, so results do not depend on threads, on the order of agents, on
//! shards or on recorders. The run key comes from the study's seed and the replicate, never from the outcome: replicate 7
//! meets the same luck under every outcome, and differences between outcomes are paired.
//!
//! The key is hashed (neighbouring raw keys are correlated) and seeds a `SplitMix64` from `rand_xoshiro`.

use bevy_ecs::prelude::{Res, Resource};
use bevy_ecs::system::SystemParam;
use rand::rand_core::SeedableRng;
pub use rand_xoshiro::SplitMix64 as Draws;

use crate::ids::{AdminId, ArmedGroupId, CellId, DestinationId};
use crate::time::Clock;

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

/// Who or what a draw is for, within its stream. The one place where several numbers are packed into an id.
///
/// Two ids of one stream never meet: what is set apart by a bit here takes numbers that stay below that bit. (A stream of
/// its own for each would be plainer; it would change every result.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrawId(u64);

impl From<u64> for DrawId {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl From<ArmedGroupId> for DrawId {
    fn from(group: ArmedGroupId) -> Self {
        Self(u64::from(group.0))
    }
}

impl DrawId {
    /// A parameter given as a range, by its number in its domain.
    #[must_use]
    pub const fn range(number: u64) -> Self {
        Self((1 << 40) | number)
    }

    /// A range in a list of lists.
    #[must_use]
    pub const fn range_of_list(list: u64, index: usize) -> Self {
        Self(list << 32 | index as u64)
    }

    /// The garrison of a first-level unit.
    #[must_use]
    pub const fn garrison(unit: AdminId) -> Self {
        Self((1 << 40) | unit.0 as u64)
    }

    /// An armed group at a border line.
    #[must_use]
    pub const fn line_crossing(group: ArmedGroupId) -> Self {
        Self((1 << 40) | group.0 as u64)
    }

    /// An armed group that may split.
    #[must_use]
    pub const fn split(group: ArmedGroupId) -> Self {
        Self((1 << 41) | group.0 as u64)
    }

    /// An armed group that an older one may absorb.
    #[must_use]
    pub const fn merger(group: ArmedGroupId) -> Self {
        Self((1 << 42) | group.0 as u64)
    }

    /// One of a group's engagements of a day (`number` below 256).
    #[must_use]
    pub const fn engagement(group: ArmedGroupId, number: u64) -> Self {
        Self(((group.0 as u64) << 8) | number)
    }

    /// Violence against civilians where a group is, by one of two sides (`side` 0 or 1).
    #[must_use]
    pub const fn one_sided(group: ArmedGroupId, side: u64) -> Self {
        Self((1 << 41) | ((group.0 as u64) << 1) | side)
    }

    /// Two rival groups that may meet.
    #[must_use]
    pub const fn rivals(a: ArmedGroupId, b: ArmedGroupId) -> Self {
        Self((1 << 63) | ((a.0 as u64) << 32) | b.0 as u64)
    }

    /// The residents of a stratum in a cell, of so many strata.
    #[must_use]
    pub const fn residents(cell: CellId, stratum: usize, strata: usize) -> Self {
        Self(cell.0 as u64 * strata as u64 + stratum as u64)
    }

    /// How many of these residents leave, once a first draw has said that some may.
    #[must_use]
    pub const fn leavers(self) -> Self {
        Self(self.0 | (1 << 60))
    }

    /// One of the groups in which these residents leave (`number` below 2^20).
    #[must_use]
    pub const fn departure(self, number: u32) -> Self {
        Self(self.0 << 20 | number as u64)
    }

    /// One of the groups in which these residents leave, where the numbers that leave are given.
    #[must_use]
    pub const fn given_departure(self, number: u32) -> Self {
        Self(self.0 << 32 | number as u64)
    }

    /// A cohort of settled people: where it is, home, nationality, community and stratum.
    #[must_use]
    pub const fn cohort(
        at: DestinationId,
        home: AdminId,
        [nationality, community, stratum]: [u8; 3],
    ) -> Self {
        let (at, home) = ((at.0 as u64) << 40, (home.0 as u64) << 24);
        Self(at | home | (nationality as u64) << 16 | (community as u64) << 8 | stratum as u64)
    }

    /// What becomes of a cohort, once a first draw has said that something may.
    #[must_use]
    pub const fn changes(self) -> Self {
        Self(self.0 | (1 << 63))
    }

    /// One of the groups that leave a cohort, by the cohort's own hash, a number and a reason (0 to 3).
    #[must_use]
    pub const fn leaver(cohort_hash: u64, number: u32, reason: u64) -> Self {
        Self(cohort_hash ^ ((number as u64) << 2 | reason))
    }

    /// A binary prefix or a number along one dimension of a design (`digits` below 2^33).
    #[must_use]
    pub const fn digits(dimension: usize, digits: u64) -> Self {
        Self((dimension as u64) << 33 | digits)
    }
}

/// The seed of a point that shares its luck with no other: below 2^53, so that every reader of tables keeps all of it.
#[must_use]
pub const fn seed_of_point(study_seed: u64, point: u32) -> u64 {
    mix(mix(study_seed ^ GOLDEN) ^ (point as u64 + 1).wrapping_mul(GOLDEN)) >> 11
}

/// Identifies a run's luck: a hash of the study's seed and the replicate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Resource)]
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
    pub fn hash(self, stream: Stream, id: impl Into<DrawId>, step: u32) -> u64 {
        let a = mix(self.0 ^ (stream as u64).wrapping_mul(GOLDEN));
        let b = mix(a ^ id.into().0.wrapping_mul(0xd6e8_feb8_6659_fd93));
        mix(b ^ (u64::from(step) + 1).wrapping_mul(0xa076_1d64_78bd_642f))
    }

    /// A generator for (stream, id, step). Fresh for each key; use it at once and drop it.
    #[must_use]
    #[inline]
    pub fn draws(self, stream: Stream, id: impl Into<DrawId>, step: u32) -> Draws {
        Draws::seed_from_u64(self.hash(stream, id, step))
    }

    /// One uniform number in [0, 1) for (stream, id, step): the cheap way where a single number is enough.
    #[must_use]
    #[inline]
    pub fn uniform(self, stream: Stream, id: impl Into<DrawId>, step: u32) -> f64 {
        // 53 bits: every value is a multiple of 2^-53, none rounds up to 1.
        (self.hash(stream, id, step) >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }
}

/// What a system draws from today: the run's key at the step of its clock.
#[derive(SystemParam)]
pub struct StepDraws<'w> {
    /// The key of the run.
    pub key: Res<'w, RunKey>,
    /// The clock of the run.
    pub clock: Res<'w, Clock>,
}

impl StepDraws<'_> {
    /// A generator for (stream, id) in this step.
    #[must_use]
    #[inline]
    pub fn draws(&self, stream: Stream, id: impl Into<DrawId>) -> Draws {
        self.key.draws(stream, id, self.clock.step)
    }

    /// One uniform number in [0, 1) for (stream, id) in this step.
    #[must_use]
    #[inline]
    pub fn uniform(&self, stream: Stream, id: impl Into<DrawId>) -> f64 {
        self.key.uniform(stream, id, self.clock.step)
    }
}

/// A uniform number between the two ends of a range (the lower end where they run backwards), by `u` in [0, 1).
#[must_use]
pub fn between([low, high]: [f64; 2], u: f64) -> f64 {
    low + u * (high - low).max(0.0)
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
