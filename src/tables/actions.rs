//! `actions.csv`: what states did.

use jiff::civil::Date;

use super::{Look, Record, RowWriter, columns};
use crate::states::ActionLog;

/// What one row is.
pub const ABOUT: &str = "One row per action of a state, with the reading that led to it.";

/// An action.
pub struct Row<'a> {
    pub(super) date: Date,
    pub(super) actor: &'a str,
    pub(super) action: &'a str,
    pub(super) target: &'a str,
    pub(super) reason: &'a str,
}

columns! { r:
    run;
    dated = r.date;
    /// Code of the state or authority that acts.
    text actor = r.actor;
    /// open_crossing, permit_crossing, close_crossing, exit_bar, reinforce, source_aid, buffer,
    /// intervene, recognise, outreach, aid_incumbent, restrain, withdraw.
    text action = r.action;
    /// On what: a crossing, a border, a state.
    text target = r.target;
    /// The reading that led to it.
    text reason = r.reason;
}

/// Writes the actions since it last looked.
#[derive(Default)]
pub struct Recorder {
    seen: usize,
}

impl Record for Recorder {
    fn record(&mut self, look: &Look<'_>, rows: &mut RowWriter) {
        let actions = &look.world.resource::<ActionLog>().actions;
        for action in &actions[self.seen..] {
            rows.push(&Row {
                date: look.date(),
                actor: &look.map.territories[action.actor.index()].code,
                action: action.kind.name(),
                target: &action.target,
                reason: &action.reason,
            });
        }
        self.seen = actions.len();
    }
}
