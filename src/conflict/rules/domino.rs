//! The domino effect on the region's own conflicts, channel by channel (evidence 1.2, refugees and conflict spread).

use crate::units::{Fighters, PerDay, Share};

/// A saturating effect: `x / (x + half)`, 0 to 1.
#[must_use]
pub fn saturating(x: f64, half: f64) -> Share {
    let x = x.max(0.0);
    Share::clamped(if x + half > 0.0 { x / (x + half) } else { 0.0 })
}

/// What kin add to the log hazard: fighters of kin next door, and kin refugees only where armed kin are near
/// (most refugees never take part in violence: evidence 0 item 6 and 1.2).
///
/// `b_kin f / (f + half) + ln(OR) ln(1 + refugees / unit) f / (f + half)`.
#[must_use]
pub fn kin_contribution(
    b_kin: f64,
    odds_per_efold: f64,
    fighters: Fighters,
    half: Fighters,
    refugees: f64,
    unit: f64,
) -> f64 {
    let armed = saturating(fighters.0, half.0).0;
    armed * (b_kin + libm::log(odds_per_efold.max(1.0)) * libm::log1p(refugees.max(0.0) / unit))
}

/// What foreign fighters nearby add: `b_sanct s / (s + half)`.
#[must_use]
pub fn sanctuary_contribution(b_sanctuary: f64, foreign: Fighters, half: Fighters) -> f64 {
    b_sanctuary * saturating(foreign.0, half.0).0
}

/// What a vacuum adds: the guarantor's attention elsewhere, and lost control across the line.
#[must_use]
pub fn vacuum_contribution(
    b_attention: f64,
    guarantor: Share,
    diverted: Share,
    b_control: f64,
    control_across: Share,
    threshold: Share,
) -> f64 {
    let lost = if threshold.0 > 0.0 {
        ((threshold.0 - control_across.0) / threshold.0).max(0.0)
    } else {
        0.0
    };
    b_attention * guarantor.0 * diverted.0.max(0.0) + b_control * lost
}

/// Hazard of an episode: `base exp(sum)`; without a hazard of its own `base (exp(sum) - 1)`, nil without spillover.
#[must_use]
pub fn flashpoint_hazard(base: PerDay, log_hazard: f64, spontaneous: bool) -> PerDay {
    let factor = if spontaneous { libm::exp(log_hazard) } else { libm::expm1(log_hazard) };
    PerDay(base.0 * factor.max(0.0))
}

/// Victims a year of a declining insurgency: `reference (1 - decline)^years`, not below the floor, and never above the
/// reference (evidence 1.2, base intensity check: it must not resurge by itself).
#[must_use]
pub fn background_victims_per_year(reference: f64, decline: f64, years: f64, floor: f64) -> f64 {
    (reference * libm::pow(1.0 - decline, years.max(0.0))).max(floor.min(reference))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refugees_matter_only_with_armed_kin() {
        let kin = |f, r| kin_contribution(0.7, 1.15, Fighters(f), Fighters(300.0), r, 1000.0);
        assert!(kin(0.0, 1e6).abs() < 1e-15);
        assert!(kin(300.0, 1e5) > kin(300.0, 0.0));
        assert!(kin(600.0, 0.0) > kin(300.0, 0.0));
    }

    #[test]
    fn channels_multiply_the_hazard() {
        let base = PerDay(1e-4);
        assert!((flashpoint_hazard(base, 0.0, true).0 - 1e-4).abs() < 1e-15);
        assert!(flashpoint_hazard(base, 0.0, false).0.abs() < 1e-15);
        assert!(flashpoint_hazard(base, 1.0, true).0 > flashpoint_hazard(base, 1.0, false).0);
        let vacuum =
            |d, c| vacuum_contribution(1.0, Share(1.0), Share(d), 0.7, Share(c), Share(0.4));
        assert!(vacuum(0.0, 0.9).abs() < 1e-15);
        assert!(vacuum(0.3, 0.9) > 0.0 && vacuum(0.0, 0.1) > 0.0);
        assert!(sanctuary_contribution(0.7, Fighters(1e9), Fighters(300.0)) <= 0.7);
    }

    #[test]
    fn the_background_declines_to_its_floor() {
        let v = |years| background_victims_per_year(141.0, 0.28, years, 10.0);
        assert!((v(0.0) - 141.0).abs() < 1e-9);
        assert!((v(8.0) - 10.18).abs() < 0.1);
        assert!((v(20.0) - 10.0).abs() < 1e-12);
        assert!(v(3.0) > v(4.0));
        assert!((v(-5.0) - 141.0).abs() < 1e-9);
    }
}
