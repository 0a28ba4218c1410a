//! Pure rules: quantities in, quantities out (evidence 0.8, 1.3).

const DAYS_PER_YEAR: f64 = 365.25;

/// Share of the link between focus and patron that holds: alignment against day 0 (none once it is not positive) times
/// control against day 0, 0 to 1. Evidence 1.4 (the arms link ends under a pivot).
#[must_use]
pub fn link(alignment: f64, alignment_at_start: f64, control: f64, control_at_start: f64) -> f64 {
    if alignment_at_start <= 0.0 || control_at_start <= 0.0 {
        return 0.0;
    }
    (alignment / alignment_at_start).clamp(0.0, 1.0) * (control / control_at_start).clamp(0.0, 1.0)
}

/// Exponential approach over a day: `x + (target - x) (1 - exp(-1/tau))`.
#[must_use]
pub fn approach(value: f64, target: f64, tau_days: f64) -> f64 {
    value + (target - value) * -libm::expm1(-1.0 / tau_days)
}

/// Share of lost imports made at home after `lost_days` of full loss: a logistic in time, shifted and scaled to 0 at the
/// start, 0.5 at the half-time and 1 at twice the half-time. Evidence 1.3 (half-time 3-9 months).
#[must_use]
pub fn substitution(lost_days: f64, half_time_days: f64, steepness: f64) -> f64 {
    let logistic = |t: f64| 1.0 / (1.0 + libm::exp(-steepness * (t / half_time_days - 1.0)));
    let at_start = logistic(0.0);
    ((logistic(lost_days) - at_start) / (1.0 - 2.0 * at_start)).clamp(0.0, 1.0)
}

/// Shortfall of a category per day, in days of use on day 0: `share_imp (1 - delivered) (1 - subst)`. Evidence 0.8: shock
/// = share still imported x (1 - substitution).
#[must_use]
pub fn shock(import_share: f64, delivered: f64, substituted: f64) -> f64 {
    import_share * (1.0 - delivered) * (1.0 - substituted)
}

/// Stock after a day, in days of use on day 0: `stock + imports + domestic + other - use`. Supplies balance the use of
/// day 0, so what changes is the shock and the use. Never below zero. Evidence 1.3.
#[must_use]
pub fn stock_after_day(stock: f64, shock: f64, use_ratio: f64) -> f64 {
    (stock + (1.0 - shock) - use_ratio).max(0.0)
}

/// Days that a stock lasts at today's use.
#[must_use]
pub fn days_of_supply(stock: f64, use_ratio: f64) -> f64 {
    stock / use_ratio
}

/// Trade against day 0: road and sea by share, each as open as its route, times what politics leaves of it.
#[must_use]
pub fn trade(
    road: f64,
    sea: f64,
    road_share: f64,
    political_share: f64,
    link_by_alignment: f64,
) -> f64 {
    let by_route = road_share * road + (1.0 - road_share) * sea;
    (by_route * (1.0 - political_share * (1.0 - link_by_alignment))).clamp(0.0, 1.0)
}

/// Decay rate of influence, 1/d: `ln 2 / half-life`.
#[must_use]
pub fn decay_per_day(half_life_years: f64) -> f64 {
    std::f64::consts::LN_2 / (half_life_years * DAYS_PER_YEAR)
}

/// Influence after a day: `dI/dt = -delta I + effort - shock`, 0 to 1. Evidence 1.3.
#[must_use]
pub fn influence_after_day(
    influence: f64,
    delta: f64,
    effort_per_day: f64,
    shock_per_day: f64,
) -> f64 {
    (influence - delta * influence + effort_per_day - shock_per_day).clamp(0.0, 1.0)
}

/// Yearly rate per day.
#[must_use]
pub fn per_day(per_year: f64) -> f64 {
    per_year / DAYS_PER_YEAR
}

/// Effective influence: `I_direct + m * proxies * max(A, 0) * C`. Evidence 1.3: a loss of alignment or control reduces
/// reach without a change of direct effort.
#[must_use]
pub fn amplified(direct: f64, multiplier: f64, proxies: f64, alignment: f64, control: f64) -> f64 {
    direct + multiplier * proxies * alignment.max(0.0) * control.clamp(0.0, 1.0)
}

/// Loss of prestige that sinks in when the partner falls: more without action, and by commitment when the patron acted and
/// failed.
#[must_use]
pub fn prestige_loss(at_fall: f64, inaction: f64, failure: f64, commitment: Option<f64>) -> f64 {
    (at_fall + commitment.map_or(inaction, |c| failure * c)).clamp(0.0, 1.0)
}

/// What is left of a loss after some years.
#[must_use]
pub fn remaining_loss(loss: f64, days: f64, half_life_years: f64) -> f64 {
    loss * libm::exp(-decay_per_day(half_life_years) * days)
}

/// Access to successors after a day: contacts open doors that successors hold open (by alignment, -1 to 1), backing the
/// incumbent who is gone shuts them.
#[must_use]
pub fn access_after_day(
    access: f64,
    contacts: f64,
    alignment: f64,
    growth_days: f64,
    backs_wrong_side: bool,
    wrong_side_days: f64,
) -> f64 {
    let openness = f64::midpoint(1.0, alignment).clamp(0.0, 1.0);
    let gained = contacts * openness * (1.0 - access) / growth_days;
    let lost = if backs_wrong_side { access / wrong_side_days } else { 0.0 };
    (access + gained - lost).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_falls_with_alignment_and_control_and_ends_with_a_pivot() {
        assert!((link(0.6, 0.6, 0.8, 0.8) - 1.0).abs() < 1e-12);
        assert!((link(0.3, 0.6, 0.4, 0.8) - 0.25).abs() < 1e-12);
        assert!(link(-0.4, 0.6, 0.8, 0.8).abs() < 1e-15);
        assert!((link(0.9, 0.6, 0.9, 0.8) - 1.0).abs() < 1e-12);
        assert!(link(0.5, 0.0, 0.9, 0.8).abs() < 1e-15);
    }

    #[test]
    fn substitution_is_zero_at_the_start_and_half_at_its_half_time() {
        for steepness in [0.5, 4.6, 12.0] {
            for half in [90.0, 180.0, 270.0] {
                assert!(substitution(0.0, half, steepness).abs() < 1e-12);
                assert!((substitution(half, half, steepness) - 0.5).abs() < 1e-12);
                assert!((substitution(2.0 * half, half, steepness) - 1.0).abs() < 1e-12);
                let steps: Vec<_> =
                    (0..60).map(|i| substitution(f64::from(i) * 10.0, half, steepness)).collect();
                assert!(steps.windows(2).all(|w| w[1] >= w[0]));
            }
        }
    }

    #[test]
    fn days_of_supply_in_a_known_case() {
        // 90 days of stock, 30 % imported, all of it lost, nothing made at home: 0.3 days of stock go each day.
        let mut stock = 90.0;
        for _ in 0..100 {
            stock = stock_after_day(stock, shock(0.3, 0.0, 0.0), 1.0);
        }
        assert!((days_of_supply(stock, 1.0) - 60.0).abs() < 1e-9);
        assert!((days_of_supply(60.0, 2.0) - 30.0).abs() < 1e-12);
        assert!(stock_after_day(0.1, 0.4, 1.0).abs() < 1e-15);
        assert!((stock_after_day(50.0, shock(0.3, 1.0, 0.0), 1.0) - 50.0).abs() < 1e-12);
        assert!(
            shock(0.3, 0.0, 0.5) < shock(0.3, 0.0, 0.0)
                && shock(0.3, 0.5, 0.0) < shock(0.3, 0.0, 0.0)
        );
    }

    #[test]
    fn effective_influence_falls_with_alignment_while_direct_effort_is_unchanged() {
        let direct = 0.4;
        assert!(amplified(direct, 0.5, 0.5, 0.2, 0.9) < amplified(direct, 0.5, 0.5, 0.6, 0.9));
        assert!(amplified(direct, 0.5, 0.5, 0.6, 0.4) < amplified(direct, 0.5, 0.5, 0.6, 0.9));
        assert!((amplified(direct, 0.5, 0.5, -0.4, 0.9) - direct).abs() < 1e-15);
    }

    #[test]
    fn influence_halves_without_effort_and_stands_with_the_effort_that_holds_it() {
        let delta = decay_per_day(2.0);
        let (mut idle, mut held) = (0.6, 0.6);
        for _ in 0..730 {
            idle = influence_after_day(idle, delta, 0.0, 0.0);
            held = influence_after_day(held, delta, delta * 0.6, 0.0);
        }
        assert!((idle - 0.3).abs() < 0.002 && (held - 0.6).abs() < 1e-9);
        assert!(
            influence_after_day(0.6, delta, 0.0, 0.01) < influence_after_day(0.6, delta, 0.0, 0.0)
        );
    }

    #[test]
    fn prestige_trade_and_access_have_their_signs() {
        let loss = |commitment| prestige_loss(0.15, 0.1, 0.25, commitment);
        assert!(loss(None) > loss(Some(0.2)) && loss(Some(1.0)) > loss(None));
        assert!((remaining_loss(0.2, 730.5, 2.0) - 0.1).abs() < 1e-9);
        assert!((trade(1.0, 1.0, 0.5, 0.3, 1.0) - 1.0).abs() < 1e-12);
        assert!(trade(0.5, 1.0, 0.5, 0.3, 1.0) < 1.0 && trade(1.0, 1.0, 0.5, 0.3, 0.0) < 1.0);
        let access = |contacts, alignment, wrong| {
            access_after_day(0.3, contacts, alignment, 90.0, wrong, 60.0)
        };
        assert!(
            access(0.5, 0.0, false) > 0.3 && access(0.5, 0.5, false) > access(0.5, -0.5, false)
        );
        assert!(access(0.0, 0.0, true) < 0.3 && (access(0.0, 0.0, false) - 0.3).abs() < 1e-15);
    }
}
