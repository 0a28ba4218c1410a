//! Pure rules: quantities in, quantities out. The patron's reserve has its own file, [`allocation`].

use super::parameters::Passage;

pub mod allocation;

/// The entry of a daily history that is `delay_days` old: 1 is the latest. None before that much has happened.
#[must_use]
pub fn lagged<T>(history: &[T], delay_days: u32) -> Option<&T> {
    history.len().checked_sub(delay_days.max(1) as usize).map(|i| &history[i])
}

/// What a state knows of a crossing in one direction, as old as its information is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// Pressure of the segment, 0 to 100.
    pub pressure: f64,
    /// Wait of those who want in, days.
    pub wait_in: f64,
    /// Wait of those who want out, days.
    pub wait_out: f64,
    /// Permit quota over capacity, 0 to 1: turns a wait under permits into the wait at an open gate.
    pub permit_share: f64,
    /// Whether the map lets only permits pass at best (freight and restricted gates).
    pub permits_at_best: bool,
}

/// Thresholds of a state at a crossing.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Wait above which it tightens, days.
    pub close_wait: f64,
    /// Pressure above which it tightens.
    pub close_pressure: f64,
    /// Pressure below which it loosens.
    pub reopen_pressure: f64,
    /// Wait at full capacity below which it loosens from permits, days.
    pub reopen_wait: f64,
    /// Cost of a change.
    pub switch_cost: f64,
}

/// What a state does with a crossing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Leaves it as it is.
    Keep,
    /// One step stricter.
    Tighten,
    /// One step looser.
    Loosen,
}

/// Scores of tightening and loosening against keeping (0): how far a threshold is exceeded, as a share of itself, less
/// the cost of a change. Evidence 1.3: close at wait > 3 d or pressure > 60, re-open below 40.
///
/// A wait under permits follows from the permits: at a gate that never gives more, it counts as the wait at full capacity,
/// and where the state itself has gone over to permits it tightens no further. A load that runs outward (more
/// waiting on this side) is no reason to shut those out who come in.
#[must_use]
pub fn turn_scores(level: Passage, seen: Seen, limits: Limits) -> [f64; 2] {
    let never = f64::NEG_INFINITY;
    let tighten = if level == Passage::Closed || seen.wait_out > seen.wait_in {
        never
    } else {
        let own_doing = if seen.permits_at_best { seen.permit_share } else { 1.0 };
        let wait =
            if level == Passage::Open { seen.wait_in * own_doing / limits.close_wait } else { 0.0 };
        wait.max(seen.pressure / limits.close_pressure) - 1.0 - limits.switch_cost
    };
    let loosen = match level {
        Passage::Open => never,
        Passage::Closed => 1.0 - seen.pressure / limits.reopen_pressure - limits.switch_cost,
        Passage::Permit => {
            let at_full_capacity = seen.wait_in * seen.permit_share;
            let calm = 1.0 - seen.pressure / limits.reopen_pressure;
            let short = if at_full_capacity <= limits.reopen_wait { 1.0 } else { never };
            calm.min(short) - limits.switch_cost
        }
    };
    [tighten, loosen]
}

/// The turn chosen for these scores and a uniform number: by threshold at temperature 0, else by softmax
/// `P(k) = exp(score_k / T) / sum exp(score / T)` with keeping at score 0. Evidence 1.3.
#[must_use]
pub fn turn([tighten, loosen]: [f64; 2], temperature: f64, uniform: f64) -> Turn {
    if temperature <= 0.0 {
        return if tighten > 0.0 && tighten >= loosen {
            Turn::Tighten
        } else if loosen > 0.0 {
            Turn::Loosen
        } else {
            Turn::Keep
        };
    }
    let top = tighten.max(loosen).max(0.0);
    let mass = |score: f64| libm::exp((score - top) / temperature);
    let (t, l, k) = (mass(tighten), mass(loosen), mass(0.0));
    let at = uniform * (t + l + k);
    if at < t {
        Turn::Tighten
    } else if at < t + l {
        Turn::Loosen
    } else {
        Turn::Keep
    }
}

/// One step stricter or looser.
#[must_use]
pub const fn turned(level: Passage, turn: Turn) -> Passage {
    match (turn, level) {
        (Turn::Tighten, Passage::Open) | (Turn::Loosen, Passage::Closed) => Passage::Permit,
        (Turn::Tighten, _) => Passage::Closed,
        (Turn::Loosen, _) => Passage::Open,
        (Turn::Keep, same) => same,
    }
}

/// What of a crossing's rules applies to one class of people.
#[derive(Clone, Copy, Debug)]
pub struct ClassStance {
    /// Standing on the map: nothing is looser than this.
    pub base: Passage,
    /// The state's stance at the start.
    pub start: Passage,
    /// Its stance once it has tightened.
    pub pressed: Passage,
    /// Whether the class is its own nationals and kin.
    pub own: bool,
}

/// Passage of a class at a level of strictness: the strictest of the map's standing and the state's stance. A permit
/// corridor lets a class through a gate shut for it, but at a line closed on the map its own and kin alone, and never a
/// class that the state shuts out under pressure.
#[must_use]
pub fn class_passage(level: Passage, stance: ClassStance, corridor: bool) -> Passage {
    let by_stance = match level {
        Passage::Open => stance.start,
        Passage::Permit => stance.start.max(stance.pressed),
        Passage::Closed => Passage::Closed,
    };
    let passage = stance.base.max(by_stance);
    let through_corridor =
        stance.own || (stance.base != Passage::Closed && stance.pressed != Passage::Closed);
    if corridor && passage == Passage::Closed && through_corridor {
        Passage::Permit
    } else {
        passage
    }
}

/// Whether a corridor opens: people have waited `stuck_days` in a row, shortened by willingness. Evidence 1.3 (Azerbaijan's
/// permit corridor).
#[must_use]
pub fn opens_corridor(stuck_days: f64, willingness: f64, after_days: f64) -> bool {
    willingness > 0.0 && stuck_days * willingness >= after_days
}

/// Position of a pressure between two marks, 0 to 1.
#[must_use]
pub fn ramp(pressure: f64, from: f64, to: f64) -> f64 {
    if to <= from {
        return if pressure > from { 1.0 } else { 0.0 };
    }
    ((pressure - from) / (to - from)).clamp(0.0, 1.0)
}

/// Whole persons posted for these demands out of a stock: each demand when the stock covers all, else in proportion.
/// The sum never exceeds the stock (rounding is downward). Evidence 1.3, guards conserved.
pub fn posting(demands: &[f64], stock: u64, posted: &mut Vec<u64>) {
    posted.clear();
    let total: f64 = demands.iter().sum();
    let share = if total > stock as f64 { stock as f64 / total } else { 1.0 };
    posted.extend(demands.iter().map(|d| (d.max(0.0) * share) as u64));
    // A product just below a whole number may round up in f64: take back what is too much.
    let mut excess = posted.iter().sum::<u64>().saturating_sub(stock);
    for n in posted.iter_mut() {
        let back = excess.min(*n);
        *n -= back;
        excess -= back;
    }
}

/// Strain of guards after a day: `ds/dt = x (1 - s) / tau_rise - (1 - x) s / tau_decay`, x the pressure on duty from 0 to
/// 1. Evidence 1.5 (duty-days index).
#[must_use]
pub fn strain_after_day(strain: f64, duty: f64, rise_days: f64, decay_days: f64) -> f64 {
    (strain + duty * (1.0 - strain) / rise_days - (1.0 - duty) * strain / decay_days)
        .clamp(0.0, 1.0)
}

/// Exponential approach over a day: `x + (target - x) (1 - exp(-1/tau))`.
#[must_use]
pub fn approach(value: f64, target: f64, tau_days: f64) -> f64 {
    value + (target - value) * -libm::expm1(-1.0 / tau_days)
}

/// Guards that stand at their posts when the control of their state is `control` against `at_start`:
/// `(C / C0)^k`, at most 1. Evidence 1.4 (control falls), exponent proposed.
#[must_use]
pub fn posts_held(control: f64, at_start: f64, exponent: f64) -> f64 {
    if at_start <= 0.0 || exponent <= 0.0 {
        return 1.0;
    }
    libm::pow((control / at_start).clamp(0.0, 1.0), exponent)
}

/// Whether nationals are barred from leaving, with hysteresis in unrest; a state without control cannot. Evidence 0.3.
#[must_use]
pub fn bars_exit(
    barred: bool,
    unrest: f64,
    control: f64,
    above: f64,
    below: f64,
    needs_control: f64,
) -> bool {
    control >= needs_control && (unrest > above || (barred && unrest >= below))
}

/// Whether a need is seen as there, with hysteresis: from its threshold up, until it falls below a share of it.
#[must_use]
pub fn needed(was: bool, need: f64, threshold: f64, ends_below_share: f64) -> bool {
    need > threshold || (was && need > threshold * ends_below_share)
}

/// Whether the patron acts on a need that has lasted `watched_days`: patience is over and it is not overcommitted. Evidence
/// 1.3 (restraint as a watch-and-wait weight). `restraint = 0` acts at once, whatever the price.
#[must_use]
pub fn acts(watched_days: f64, restraint: f64, watch_days: f64, overcommitted: bool) -> bool {
    watched_days >= restraint * watch_days && !(overcommitted && restraint > 0.0)
}

/// Attention diverted: share of the reserve that stands south beyond the share on day 0, 0 to 1. Evidence 1.3.
#[must_use]
pub fn attention_diverted(south: f64, total: f64, share_on_day_0: f64) -> f64 {
    if total <= 0.0 {
        return 0.0;
    }
    (south / total - share_on_day_0).clamp(0.0, 1.0)
}

/// Persons of the main front's commitment released in some days, at most a share a month. Evidence 1.3 (1-3 %/month).
#[must_use]
pub fn released(committed: f64, per_month: f64, days: f64) -> f64 {
    committed.max(0.0) * (per_month * days / 30.0).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        close_wait: 3.0,
        close_pressure: 60.0,
        reopen_pressure: 40.0,
        reopen_wait: 1.0,
        switch_cost: 0.0,
    };

    fn step(level: Passage, pressure: f64, wait_in: f64, wait_out: f64) -> Passage {
        let seen = Seen { pressure, wait_in, wait_out, permit_share: 0.05, permits_at_best: false };
        turned(level, turn(turn_scores(level, seen, LIMITS), 0.0, 0.5))
    }

    #[test]
    fn thresholds_with_hysteresis() {
        use Passage::{Closed, Open, Permit};
        let table = [
            (Open, 20.0, 1.0, 0.0, Open),
            (Open, 61.0, 0.0, 0.0, Permit),
            (Open, 20.0, 3.1, 0.0, Permit),
            (Open, 61.0, 0.0, 9.0, Open), // the load runs outward
            (Permit, 61.0, 0.0, 0.0, Closed),
            (Permit, 50.0, 30.0, 0.0, Permit), // a long wait under permits closes nothing
            (Permit, 39.0, 50.0, 0.0, Permit), // and keeps the gate at permits: 2.5 d at full capacity
            (Permit, 39.0, 10.0, 0.0, Open),   // 0.5 d at full capacity
            (Closed, 41.0, 99.0, 0.0, Closed),
            (Closed, 39.0, 99.0, 0.0, Permit),
            (Closed, 99.0, 99.0, 0.0, Closed),
        ];
        for (level, pressure, wait_in, wait_out, after) in table {
            assert_eq!(
                step(level, pressure, wait_in, wait_out),
                after,
                "{level:?} {pressure} {wait_in} {wait_out}"
            );
        }
    }

    #[test]
    fn a_freight_gate_counts_its_queue_at_full_capacity() {
        let seen = |wait_in| Seen {
            wait_in,
            permit_share: 0.05,
            permits_at_best: true,
            ..Seen::default()
        };
        assert!(turn_scores(Passage::Open, seen(50.0), LIMITS)[0] < 0.0);
        assert!(turn_scores(Passage::Open, seen(70.0), LIMITS)[0] > 0.0);
    }

    #[test]
    fn noise_between_the_thresholds_changes_nothing() {
        for level in [Passage::Open, Passage::Permit, Passage::Closed] {
            for i in 0..200_u32 {
                let pressure = 40.1 + f64::from(i * 37 % 199) * 0.1;
                assert_eq!(step(level, pressure, 0.5, 0.0), level);
            }
        }
    }

    #[test]
    fn temperature_makes_the_choice_probable_and_a_switch_cost_rarer() {
        let share = |score: f64| {
            let n = 2_000;
            let hits = (0..n)
                .filter(|&i| {
                    turn([score, f64::NEG_INFINITY], 0.5, (f64::from(i) + 0.5) / f64::from(n))
                        == Turn::Tighten
                })
                .count();
            hits as f64 / f64::from(n)
        };
        assert!((share(0.0) - 0.5).abs() < 1e-3);
        assert!(share(0.5) > share(0.2) && share(-0.5) < 0.5);
        let costly = Limits { switch_cost: 0.5, ..LIMITS };
        let seen = Seen { pressure: 70.0, ..Seen::default() };
        assert!(
            turn_scores(Passage::Open, seen, costly)[0]
                < turn_scores(Passage::Open, seen, LIMITS)[0]
        );
    }

    #[test]
    fn passage_is_the_strictest_and_corridors_are_narrow() {
        use Passage::{Closed, Open, Permit};
        let stance = |base, start, pressed, own| ClassStance { base, start, pressed, own };
        assert_eq!(class_passage(Open, stance(Open, Permit, Closed, false), false), Permit);
        assert_eq!(class_passage(Permit, stance(Open, Permit, Closed, false), false), Closed);
        assert_eq!(class_passage(Open, stance(Permit, Open, Open, true), false), Permit);
        assert_eq!(class_passage(Closed, stance(Open, Open, Open, true), false), Closed);
        assert_eq!(class_passage(Closed, stance(Open, Open, Permit, false), true), Permit);
        assert_eq!(class_passage(Closed, stance(Open, Open, Closed, false), true), Closed);
        assert_eq!(class_passage(Open, stance(Closed, Open, Open, false), true), Closed);
        assert_eq!(class_passage(Open, stance(Closed, Open, Open, true), true), Permit);
        assert!(
            opens_corridor(10.0, 0.5, 5.0)
                && !opens_corridor(9.0, 0.5, 5.0)
                && !opens_corridor(1e9, 0.0, 5.0)
        );
    }

    #[test]
    fn posting_never_exceeds_the_stock() {
        let mut posted = Vec::new();
        posting(&[10.0, 20.0], 100, &mut posted);
        assert_eq!(posted, [10, 20]);
        posting(&[300.0, 100.0, -5.0], 100, &mut posted);
        assert_eq!(posted, [75, 25, 0]);
        for i in 0..500_u32 {
            let demands: Vec<f64> =
                (0..7).map(|k| f64::from((i * 7919 + k * 104_729) % 1_000) * 0.37).collect();
            let stock = u64::from(i * 13 % 900);
            posting(&demands, stock, &mut posted);
            assert!(posted.iter().sum::<u64>() <= stock);
        }
    }

    #[test]
    fn strain_rises_with_duty_and_decays_without() {
        let mut s = 0.0;
        for _ in 0..60 {
            s = strain_after_day(s, 1.0, 60.0, 30.0);
        }
        assert!(s > 0.6 && s < 0.65, "{s}");
        for _ in 0..30 {
            s = strain_after_day(s, 0.0, 60.0, 30.0);
        }
        assert!(s < 0.25);
        assert!(strain_after_day(0.0, 0.0, 60.0, 30.0).abs() < 1e-15);
    }

    #[test]
    fn the_small_rules_keep_their_bounds_and_signs() {
        assert!(
            ramp(20.0, 30.0, 100.0).abs() < 1e-15 && (ramp(65.0, 30.0, 100.0) - 0.5).abs() < 1e-12
        );
        assert!(
            (posts_held(0.4, 0.8, 1.0) - 0.5).abs() < 1e-12
                && (posts_held(0.9, 0.8, 1.0) - 1.0).abs() < 1e-12
        );
        assert!(
            bars_exit(false, 0.7, 0.8, 0.6, 0.4, 0.5) && !bars_exit(false, 0.5, 0.8, 0.6, 0.4, 0.5)
        );
        assert!(
            bars_exit(true, 0.5, 0.8, 0.6, 0.4, 0.5) && !bars_exit(true, 0.9, 0.4, 0.6, 0.4, 0.5)
        );
        assert!(
            acts(0.0, 0.0, 30.0, true)
                && !acts(10.0, 0.7, 30.0, false)
                && acts(21.0, 0.7, 30.0, false)
        );
        assert!(!acts(99.0, 0.7, 30.0, true));
        assert!(
            needed(false, 0.5, 0.4, 0.5)
                && needed(true, 0.3, 0.4, 0.5)
                && !needed(false, 0.3, 0.4, 0.5)
        );
        assert!((attention_diverted(30.0, 100.0, 0.2) - 0.1).abs() < 1e-12);
        assert!(attention_diverted(10.0, 100.0, 0.2).abs() < 1e-15);
        assert!((released(600_000.0, 0.02, 30.0) - 12_000.0).abs() < 1e-6);
        assert!(approach(0.0, 1.0, 14.0) > 0.0 && (approach(0.5, 0.5, 14.0) - 0.5).abs() < 1e-15);
    }
}
