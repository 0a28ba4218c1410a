//! The scarce reserve of the patron over its fronts (evidence 0.9, 1.3).

use bevy_ecs::prelude::*;

use super::parameters::{Parameters, Posture, ReserveParameters};
use super::roster::Roster;
use super::rules::{self, allocation, allocation::Front};
use super::setting::Setting;
use super::state::{Intervention, Patron, Reserve};
use crate::borders::Pressure;
use crate::ids::SegmentId;
use crate::random::{RunKey, Stream};
use crate::roles::Hears;

/// Identifier of the free share among the draws of parameters.
const FREE_SHARE_DRAW: u64 = 0x5354_0001;

/// The reserve on day 0: fronts at their baseline pressure.
pub(super) fn reserve_at_start(parameters: &Parameters, roster: &Roster, key: RunKey) -> Reserve {
    let r = &parameters.reserve;
    let [lo, hi] = r.free_share;
    let share = lo + (hi - lo) * key.uniform(Stream::Parameters, FREE_SHARE_DRAW, 0);
    let total = r.active * share;
    let perceived = roster.by_front(&r.baseline);
    let fronts = fronts(r, roster, &perceived, None);
    let start = allocation::allocate(&fronts, total / 1_000.0, r.holding_price);
    let allocation: Vec<f64> = start.thousands.iter().map(|n| n * 1_000.0).collect();
    let south = roster.on_fronts(&allocation, |hears| hears != Hears::Nothing);
    Reserve {
        allocation,
        perceived,
        unallocated: start.unallocated * 1_000.0,
        total,
        price_on_day_0: start.price,
        south_share_on_day_0: if total > 0.0 { south / total } else { 0.0 },
        committed: r.committed,
        shadow_price: start.price,
        attention_diverted: 0.0,
    }
}

/// The fronts as the allocation sees them; with the last allocation, each may shift only so far.
fn fronts(
    r: &ReserveParameters,
    roster: &Roster,
    perceived: &[f64],
    last: Option<&[f64]>,
) -> Vec<Front> {
    let (weight, effect) = (roster.by_front(&r.weight), roster.by_front(&r.effect_per_thousand));
    let front = |k: usize| {
        let (least, most) = last.map_or((0.0, f64::INFINITY), |l| {
            (((l[k] - r.max_shift) / 1_000.0).max(0.0), (l[k] + r.max_shift) / 1_000.0)
        });
        Front { weight: weight[k], pressure: perceived[k], effect: effect[k], least, most }
    };
    (0..perceived.len()).map(front).collect()
}

/// Pressure of each front today, 0 to 1, before perception smooths it.
fn observed(r: &ReserveParameters, roster: &Roster, pressure: &Pressure) -> Vec<f64> {
    let worst = |segments: &[SegmentId], of: fn(&crate::borders::SegmentPressure) -> f64| {
        let today = segments.iter().filter_map(|s| pressure.today.get(s.index()));
        today.map(of).fold(0.0, f64::max)
    };
    let index = |segments: &[SegmentId]| worst(segments, |s| s.index / 100.0);
    let lines = &roster.lines;
    let baseline = roster.by_front(&r.baseline);
    let news = roster.fronts.iter().map(|front| match front.hears {
        Hears::Nothing => 0.0,
        Hears::Lines => index(&lines.direct).max(r.upstream_share * index(&lines.upstream)),
        Hears::Violence => worst(&lines.direct, |s| s.violence),
        Hears::Sea => index(&lines.sea).max(r.sea_share * index(&lines.sea_upstream)),
    });
    baseline.into_iter().zip(news).map(|(level, new)| level.max(new).min(1.0)).collect()
}

/// Perceives the fronts daily, and each week splits the reserve over them; the intervention is drawn from it.
pub fn allocate_reserve(
    setting: Setting,
    pressure: Res<Pressure>,
    patron: Res<Patron>,
    mut reserve: ResMut<Reserve>,
    mut intervention: ResMut<Intervention>,
) {
    if !setting.clock.starts_day || setting.roles.patron.is_none() {
        return;
    }
    let (r, roster, day) = (&setting.parameters.reserve, &setting.roster, setting.clock.day.0);
    let now = observed(r, roster, &pressure);
    for (seen, news) in reserve.perceived.iter_mut().zip(now) {
        *seen = rules::approach(*seen, news, r.perception_days);
    }
    if day == 0 || !day.is_multiple_of(r.every_days) {
        return;
    }

    // The main front releases some of its forces while the price is high.
    let scarce = setting.mechanisms.scarce_reserve;
    if scarce && reserve.price_ratio() > r.release_price_ratio {
        let freed =
            rules::released(reserve.committed, r.release_per_month, f64::from(r.every_days));
        reserve.committed -= freed;
        reserve.total += freed;
    }

    // The intervention grows or shrinks, as fast as forces can be shifted.
    let acts = |posture| patron.acting && patron.posture == posture;
    let p = &setting.parameters.patron;
    let wanted = if acts(Posture::Intervene) { p.intervene_strength } else { 0.0 };
    let shift = wanted - intervention.persons;
    intervention.persons +=
        shift.clamp(-r.max_shift, r.max_shift).min((reserve.total - intervention.persons).max(0.0));
    intervention.territory = setting.roles.focus.filter(|_| intervention.persons > 0.0);

    // The rest is split over the fronts.
    let last = scarce.then_some(reserve.allocation.as_slice());
    let mut fronts = fronts(r, roster, &reserve.perceived, last);
    if acts(Posture::ReinforceSouth) {
        for (front, _) in
            fronts.iter_mut().zip(&roster.fronts).filter(|(_, f)| f.hears == Hears::Lines)
        {
            // The floor is reached at the pace at which forces can be shifted.
            let floor = (p.reinforce_persons / 1_000.0).min(front.most);
            front.least = front.least.max(floor);
        }
    }
    split(&mut reserve, &fronts, intervention.persons, scarce, r.holding_price);

    let south = roster.on_fronts(&reserve.allocation, |hears| hears != Hears::Nothing)
        + intervention.persons;
    reserve.attention_diverted =
        rules::attention_diverted(south, reserve.total, reserve.south_share_on_day_0);
}

/// Splits what the intervention leaves over the fronts; without scarcity each gets what it asks for at the price of day 0.
fn split(
    reserve: &mut Reserve,
    fronts: &[Front],
    intervention: f64,
    scarce: bool,
    holding_price: f64,
) {
    if scarce {
        let budget = (reserve.total - intervention).max(0.0) / 1_000.0;
        let split = allocation::allocate(fronts, budget, holding_price);
        reserve.allocation = split.thousands.iter().map(|n| n * 1_000.0).collect();
        reserve.unallocated = split.unallocated * 1_000.0;
        reserve.shadow_price = split.price;
    } else {
        let price = reserve.price_on_day_0;
        let asked = |f: &Front| if price > 0.0 { f.asked(price) * 1_000.0 } else { 0.0 };
        reserve.allocation = fronts.iter().map(asked).collect();
        reserve.total = reserve.allocation.iter().sum::<f64>() + intervention;
        reserve.unallocated = 0.0;
        reserve.shadow_price = price;
    }
}
