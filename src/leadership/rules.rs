//! Pure rules of the leadership: quantities in, quantities out.
//!
//! Evidence 1.3 (sanctions, breakdown hazards) and 1.4 (trajectories of the outcomes).

use super::state::Condition;
use crate::units::{Days, PerDay, Share};

/// Days in a year, for rates that the sources give by year.
pub const YEAR: Days = Days(365.0);

/// The value at a quantile of a range `[lo, hi]` that is uniform in between.
///
/// The same quantile is used under every outcome, which is what pairs them.
#[must_use]
pub fn quantile(range: [f64; 2], u: f64) -> f64 {
    range[0] + (range[1] - range[0]) * u
}

/// How far a logistic change has come: 0 at its start, 1 in the end.
///
/// `(L((t - m) / w) - L(-m / w)) / (1 - L(-m / w))` with `L(x) = 1 / (1 + exp(-x))`, `m` the middle, `w` the width: the
/// logistic of evidence 1.4, shifted and scaled so that it is exactly zero on day 0. Without that a curve would not
/// begin at the condition of the as-of date, and a run whose outcome changes on the way would jump. What remains to
/// be done falls off with e-fold `w`, so that the table's e-fold times are widths.
#[must_use]
pub fn progress(since: Days, middle: Days, width: Days) -> Share {
    if since.0 <= 0.0 {
        return Share(0.0);
    }
    let width = width.0.max(1e-3);
    let before = logistic(-middle.0 / width);
    let now = logistic((since.0 - middle.0) / width);
    let to_go = 1.0 - before;
    if to_go <= 1e-12 { Share(1.0) } else { Share::clamped((now - before) / to_go) }
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-x))
}

/// The course of one quantity under one outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Curve {
    /// Value on the day that the course begins.
    pub start: f64,
    /// Value that the first change leads to: a peak, a trough or a plateau.
    pub peak: f64,
    /// Value in the end.
    pub end: f64,
    /// Middle of the first change, days from the start.
    pub onset: Days,
    /// Width (e-fold) of the first change.
    pub rise: Days,
    /// Middle of the second change, days from the start.
    pub turn: Days,
    /// Width (e-fold) of the second change.
    pub fall: Days,
}

/// The double logistic of evidence 1.4:
/// `z(t) = z0 + (zpk - z0) L((t - t1) / w1) - (zpk - zinf) L((t - t2) / w2)`, with [`progress`] for `L`.
///
/// Before the start it is the start value. Not clipped: the range belongs to the quantity.
#[must_use]
pub fn double_logistic(curve: &Curve, since: Days) -> f64 {
    let first = progress(since, curve.onset, curve.rise).0;
    let second = progress(since, curve.turn, curve.fall).0;
    curve.start + (curve.peak - curve.start) * first - (curve.peak - curve.end) * second
}

/// Height of a renewed wave of unrest, 0 to 1: a ramp, a pulse at full height, then an exponential decay.
///
/// Evidence 1.4: ramp 10 to 12 d (first deaths to all provinces), violent pulse about 5 d, decay e-fold 7 to 20 d.
#[must_use]
pub fn flare_height(since: Days, ramp: Days, pulse: Days, decay: Days) -> Share {
    let s = since.0;
    if s <= 0.0 {
        Share(0.0)
    } else if s < ramp.0 {
        Share::clamped(s / ramp.0)
    } else if s <= ramp.0 + pulse.0 {
        Share(1.0)
    } else {
        Share::clamped(libm::exp(-(s - ramp.0 - pulse.0) / decay.0.max(1e-3)))
    }
}

/// The constant rate that gives an event within a year with this probability: `-ln(1 - p) / 365`.
#[must_use]
pub fn rate_from_annual_probability(probability: f64) -> PerDay {
    PerDay(-libm::log1p(-probability.clamp(0.0, 1.0 - 1e-12)) / YEAR.0)
}

/// How many days a province's course lags behind the national one: `delay * (1 - periphery)`.
///
/// The periphery goes first (it has none), the core goes last. Evidence 1.4 (periphery-first offset).
#[must_use]
pub fn province_delay(delay: Days, periphery: Share) -> Days {
    delay * (1.0 - periphery.0)
}

/// Control of a province by the centre: `C(t - delay)^(1 + q * periphery + c * (1 - periphery))`.
///
/// Evidence 1.4 with one term more: `c` is above zero where the centre itself is contested (civil strife).
#[must_use]
pub fn province_control(
    delayed_control: Share,
    periphery: Share,
    periphery_power: f64,
    centre_power: f64,
) -> Share {
    let power = 1.0 + periphery_power * periphery.0 + centre_power * (1.0 - periphery.0);
    Share::clamped(libm::pow(delayed_control.0.clamp(0.0, 1.0), power))
}

/// Unrest in a province: `1 - (1 - U(t - delay))^(1 + q * periphery)`, the mirror image of [`province_control`].
///
/// Small unrest stays small (its slope at zero is `1 + q`). The form is proposed, without a source.
#[must_use]
pub fn province_unrest(delayed_unrest: Share, periphery: Share, periphery_power: f64) -> Share {
    let calm = (1.0 - delayed_unrest.0).clamp(0.0, 1.0);
    Share::clamped(1.0 - libm::pow(calm, 1.0 + periphery_power * periphery.0))
}

/// What moves economic stress, in percentage points of annual growth, and the scale that turns them into stress.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StressForces {
    /// Growth lost to sanctions at full level, pp a year.
    pub sanctions_points: f64,
    /// Growth lost to tariffs at full level, pp a year.
    pub tariffs_points: f64,
    /// Growth lost to war over the whole country, pp a year.
    pub war_points: f64,
    /// Growth kept by outside aid of one per cent of GDP a year, pp.
    pub relief_points: f64,
    /// Growth lost at stress 1, pp a year.
    pub full_points: f64,
    /// Share of sanctions and tariffs that is evaded beyond what the measured losses contain, 0 to 1.
    pub evasion: f64,
}

/// The stress that steady outside forces would lead to, as a deviation from the outcome's own curve.
///
/// Evidence 1.3, `dE/dt = alpha_s S (1 - evasion) + alpha_w war - alpha_r relief - rho E`, at rest:
/// `E* = (alpha_s S (1 - evasion) + alpha_w war - alpha_r relief) / rho`. The alphas are not given as such: with
/// `alpha = rho * points / full_points` a steady full level costs exactly the growth that the sources report (2 to 3.5 pp a
/// year for sanctions). `sanctions` and `tariffs` are levels above (or below) those that the curves include.
#[must_use]
pub fn stress_at_rest(
    forces: &StressForces,
    sanctions: f64,
    tariffs: f64,
    war: Share,
    aid_share_of_gdp: f64,
) -> f64 {
    let reaching = 1.0 - forces.evasion.clamp(0.0, 1.0);
    let points = (forces.sanctions_points * sanctions + forces.tariffs_points * tariffs) * reaching
        + forces.war_points * war.0
        - forces.relief_points * 100.0 * aid_share_of_gdp.max(0.0);
    points / forces.full_points.max(1e-6)
}

/// A linear relaxation over some days, exact for any step: `x(t + dt) = x* + (x - x*) exp(-rho dt)`.
#[must_use]
pub fn relaxed(now: f64, at_rest: f64, rate: PerDay, days: Days) -> f64 {
    at_rest + (now - at_rest) * libm::exp(-rate.0.max(0.0) * days.0)
}

/// Annual growth that a deviation of stress stands for, pp lost.
#[must_use]
pub fn growth_points_lost(stress_deviation: f64, full_points: f64) -> f64 {
    stress_deviation * full_points
}

/// Outside pressure added by threats and isolation above the levels that the curves include.
#[must_use]
pub fn added_outside_pressure(
    threat: f64,
    isolation: f64,
    per_threat: f64,
    per_isolation: f64,
) -> f64 {
    per_threat * threat + per_isolation * isolation
}

/// How strongly each side of the national condition moves a breakdown hazard (all zero or above).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slopes {
    /// `b_U`.
    pub unrest: f64,
    /// `b_E`.
    pub stress: f64,
    /// `b_C`: control lowers the hazard.
    pub control: f64,
    /// `b_K`: cohesion lowers the hazard.
    pub cohesion: f64,
    /// `b_X`.
    pub outside_pressure: f64,
}

/// Hazard of one kind of breakdown: `lambda0 exp(b_U U + b_E E - b_C C - b_K K + b_X X)` (evidence 1.3).
///
/// `lambda0` is fixed by the rate at a calm condition, which has an empirical base rate: `lambda0 = at_calm / exp(b z_calm)`.
#[must_use]
pub fn breakdown_hazard(
    at_calm: PerDay,
    slopes: &Slopes,
    condition: &Condition,
    calm: &Condition,
) -> PerDay {
    let exponent = slopes.unrest * (condition.unrest - calm.unrest)
        + slopes.stress * (condition.stress - calm.stress)
        - slopes.control * (condition.control - calm.control)
        - slopes.cohesion * (condition.cohesion - calm.cohesion)
        + slopes.outside_pressure * (condition.outside_pressure - calm.outside_pressure);
    // The cut (x 5e8) only keeps absurd slopes finite.
    PerDay(at_calm.0 * libm::exp(exponent.min(20.0)))
}

/// The next value of a noise with memory (Ornstein-Uhlenbeck, exact for any step): `x e^-a + sd sqrt(1 - e^-2a) xi`.
#[must_use]
pub fn noise_after(now: f64, sd: f64, memory: Days, step: Days, standard_normal: f64) -> f64 {
    let kept = libm::exp(-step.0 / memory.0.max(1e-3));
    now * kept + sd * (1.0 - kept * kept).max(0.0).sqrt() * standard_normal
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURVE: Curve = Curve {
        start: 0.7,
        peak: 0.9,
        end: 0.2,
        onset: Days(10.0),
        rise: Days(2.0),
        turn: Days(60.0),
        fall: Days(15.0),
    };

    #[test]
    fn a_curve_starts_peaks_and_ends_where_it_should() {
        assert!((double_logistic(&CURVE, Days(0.0)) - 0.7).abs() < 1e-15);
        assert!((double_logistic(&CURVE, Days(-5.0)) - 0.7).abs() < 1e-15);
        let peak =
            (0..400).map(|t| double_logistic(&CURVE, Days(f64::from(t)))).fold(0.0, f64::max);
        assert!((peak - 0.9).abs() < 0.05, "{peak}");
        assert!((double_logistic(&CURVE, Days(1000.0)) - 0.2).abs() < 1e-9);
    }

    #[test]
    fn the_width_is_the_e_fold_of_what_remains() {
        let left = |t: f64| 1.0 - progress(Days(t), Days(5.0), Days(20.0)).0;
        let e_fold = 60.0 / libm::log(left(100.0) / left(160.0));
        assert!((e_fold - 20.0).abs() < 0.1, "{e_fold}");
    }

    #[test]
    fn progress_is_monotone_and_bounded_also_at_the_limits() {
        for (middle, width) in [(0.0, 0.0), (0.0, 1.0), (50.0, 0.5), (1000.0, 0.1), (5.0, 1e6)] {
            let mut last = 0.0;
            for t in 0..2000 {
                let p = progress(Days(f64::from(t)), Days(middle), Days(width)).0;
                assert!(
                    p.is_finite() && p >= last - 1e-15 && p <= 1.0,
                    "{middle} {width} {t}: {p}"
                );
                last = p;
            }
        }
    }

    #[test]
    fn a_flare_ramps_holds_and_decays() {
        let f = |s: f64| flare_height(Days(s), Days(10.0), Days(5.0), Days(14.0)).0;
        for (s, expected) in
            [(-1.0, 0.0), (0.0, 0.0), (5.0, 0.5), (10.0, 1.0), (15.0, 1.0), (29.0, 0.367_879)]
        {
            assert!((f(s) - expected).abs() < 1e-6, "{s}: {}", f(s));
        }
    }

    #[test]
    fn the_periphery_has_less_control_more_unrest_and_no_delay() {
        let c = |p: f64| province_control(Share(0.6), Share(p), 0.7, 0.0).0;
        let u = |p: f64| province_unrest(Share(0.4), Share(p), 0.4).0;
        for pair in [0.0, 0.25, 0.5, 0.75, 1.0].windows(2) {
            assert!(c(pair[1]) < c(pair[0]) && u(pair[1]) > u(pair[0]));
        }
        assert!((c(0.0) - 0.6).abs() < 1e-12 && (u(0.0) - 0.4).abs() < 1e-12);
        assert!(province_delay(Days(30.0), Share(1.0)).0.abs() < 1e-12);
        assert!((province_delay(Days(30.0), Share(0.0)).0 - 30.0).abs() < 1e-12);
        assert!(province_control(Share(1.0), Share(1.0), 0.7, 0.4).0 > 0.999);
        assert!(province_unrest(Share(0.0), Share(1.0), 0.4).0 < 1e-12);
    }

    #[test]
    fn full_sanctions_cost_what_the_sources_report() {
        let forces = StressForces {
            sanctions_points: 2.75,
            tariffs_points: 0.7,
            war_points: 10.0,
            relief_points: 0.75,
            full_points: 10.0,
            evasion: 0.0,
        };
        let cost =
            |level| growth_points_lost(stress_at_rest(&forces, level, 0.0, Share(0.0), 0.0), 10.0);
        assert!((cost(1.0) - 2.75).abs() < 1e-12);
        assert!((cost(0.5) - 1.375).abs() < 1e-12);
        assert!(cost(-0.5) < 0.0);
        // Reached from nothing, within the first year on average still 2 pp or more.
        let rest = stress_at_rest(&forces, 1.0, 0.0, Share(0.0), 0.0);
        let (mut stress, mut sum) = (0.0, 0.0);
        for _ in 0..365 {
            stress = relaxed(stress, rest, PerDay(1.0 / 82.5), Days(1.0));
            sum += growth_points_lost(stress, 10.0);
        }
        let mean = sum / 365.0;
        assert!((2.0..=3.5).contains(&mean), "first-year mean {mean}");
        // Each force has its sign.
        let rest = |s, t, w, a| stress_at_rest(&forces, s, t, Share(w), a);
        assert!(rest(1.0, 1.0, 0.0, 0.0) > rest(1.0, 0.0, 0.0, 0.0));
        assert!(rest(0.0, 0.0, 0.5, 0.0) > 0.0);
        assert!(rest(0.0, 0.0, 0.0, 0.01) < 0.0);
        let leaky = StressForces { evasion: 0.5, ..forces };
        assert!((stress_at_rest(&leaky, 1.0, 0.0, Share(0.0), 0.0) - 0.1375).abs() < 1e-12);
    }

    #[test]
    fn hazards_are_monotone_and_anchored_at_calm() {
        let slopes =
            Slopes { unrest: 2.0, stress: 1.5, control: 3.0, cohesion: 2.0, outside_pressure: 1.0 };
        let calm = Condition {
            unrest: 0.1,
            control: 0.95,
            cohesion: 0.85,
            stress: 0.5,
            outside_pressure: 0.4,
            alignment: 0.6,
        };
        let rate = rate_from_annual_probability(0.045);
        let h = |c: &Condition| breakdown_hazard(rate, &slopes, c, &calm).0;
        assert!((1.0 - libm::exp(-h(&calm) * 365.0) - 0.045).abs() < 1e-12);
        assert!(h(&Condition { unrest: 0.8, ..calm }) > h(&calm));
        assert!(h(&Condition { stress: 0.9, ..calm }) > h(&calm));
        assert!(h(&Condition { outside_pressure: 0.9, ..calm }) > h(&calm));
        assert!(h(&Condition { control: 0.5, ..calm }) > h(&calm));
        assert!(h(&Condition { cohesion: 0.3, ..calm }) > h(&calm));
        assert!((h(&Condition { alignment: -1.0, ..calm }) - h(&calm)).abs() < 1e-18);
        let steep = Slopes { unrest: 1e9, ..slopes };
        assert!(
            breakdown_hazard(rate, &steep, &Condition { unrest: 1.0, ..calm }, &calm).0.is_finite()
        );
    }

    #[test]
    fn noise_forgets_and_keeps_its_spread() {
        assert!(
            (noise_after(1.0, 0.1, Days(10.0), Days(10.0), 0.0) - libm::exp(-1.0)).abs() < 1e-12
        );
        // The stationary spread is kept: var * kept^2 + sd^2 (1 - kept^2) = sd^2.
        let kept = noise_after(1.0, 0.0, Days(10.0), Days(1.0), 0.0);
        let fresh = noise_after(0.0, 1.0, Days(10.0), Days(1.0), 1.0);
        assert!((kept * kept + fresh * fresh - 1.0).abs() < 1e-12);
    }
}
