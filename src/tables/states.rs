//! `states.csv`: what Russia holds and does.

use jiff::civil::Date;

use super::{Look, Record, RowWriter, columns};
use crate::ledger::Ledger;
use crate::states::{ActionLog, Reserve};

/// What one row is.
pub const ABOUT: &str = "One row per run and date for Russia (RUS): its mobile reserve by front and the attention that it diverts southward, influence, the arms pipeline, prestige apart from capability.";

/// Russia's day.
pub struct Row<'a> {
    date: Date,
    state: &'a str,
    reserve: &'a Reserve,
    ledger: &'a Ledger,
    actions: usize,
}

columns! { r:
    run;
    dated = r.date;
    /// Code of the state: RUS.
    text state = r.state;
    /// Share of the mobile reserve on the South Caucasus, North Caucasus and Caspian fronts beyond that
    /// of day 0, 0 to 1.
    number("1") attention_diverted = r.reserve.attention_diverted;
    /// Mobile reserve.
    number("persons") reserve_total_persons = r.reserve.total;
    /// Of it on the main front.
    number("persons") reserve_ukraine_persons = r.on_front(0);
    /// Of it on the South Caucasus front.
    number("persons") reserve_south_caucasus_persons = r.on_front(1);
    /// Of it on the North Caucasus front.
    number("persons") reserve_north_caucasus_persons = r.on_front(2);
    /// Of it on the Caspian front.
    number("persons") reserve_caspian_persons = r.on_front(3);
    /// Of it on the Central Asian front.
    number("persons") reserve_central_asia_persons = r.on_front(4);
    /// Of it at home.
    number("persons") reserve_home_persons = r.on_front(5);
    /// Of it unallocated.
    number("persons") reserve_unallocated_persons = r.reserve.unallocated;
    /// Loss averted by the next 1,000 persons, in the units of the fronts' weights.
    number("1/1000 persons") reserve_shadow_price_per_1000_persons = r.reserve.shadow_price;
    /// Influence by Russia's own effort, 0 to 1.
    number("1") influence_direct = r.ledger.influence_direct;
    /// Influence with Iran as an amplifier, 0 upwards.
    number("1") influence_amplified = r.ledger.influence_amplified;
    /// Days that stocks of Iranian-supplied arms last at today's use, least category.
    number("d") arms_supply_days = r.ledger.arms_days_of_supply;
    /// Share of former arms imports that Russia makes itself, 0 to 1.
    number("1") substitution = r.ledger.substitution;
    /// Prestige, 1 on day 0.
    number("1") prestige = r.ledger.prestige;
    /// Share of the former supplies that arrives or is substituted, 0 to 1.
    number("1") capability = r.ledger.capability;
    /// Access to the successors of the leadership, 0 to 1.
    number("1") access_to_successors = r.ledger.access_to_successors;
    /// Trade and energy through Iran, 1 on day 0.
    number("1") trade = r.ledger.trade;
    /// Actions taken that day.
    integer("1") actions = r.actions;
}

impl Row<'_> {
    /// Persons of the reserve on a front of `run.fronts`; NaN, an empty field, where the scenario has no such front.
    fn on_front(&self, front: usize) -> f64 {
        self.reserve.allocation.get(front).copied().unwrap_or(f64::NAN)
    }
}

/// Writes a row a day.
#[derive(Default)]
pub struct Recorder {
    seen: usize,
}

impl Record for Recorder {
    fn record(&mut self, look: &Look<'_>, rows: &mut RowWriter) {
        let actions = look.world.resource::<ActionLog>().actions.len();
        rows.push(&Row {
            date: look.date(),
            state: "RUS",
            reserve: look.world.resource(),
            ledger: look.world.resource(),
            actions: actions - self.seen,
        });
        self.seen = actions;
    }
}
