//! The switches: every mechanism of the model can be turned off, to see what it does.
//!
//! A system reads them as the resource [`Mechanisms`]; nothing keeps a copy of a switch.

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[mechanisms]`: every mechanism can be turned off, to see what it does.
#[allow(clippy::struct_excessive_bools)]
#[derive(Resource, Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mechanisms {
    /// Iran's leadership goes through its crisis; off: every province is calm, under the control of `control_elsewhere` or full control.
    pub leadership_crisis: bool,
    /// Armed groups, background violence and flashpoints; off: only the events of `[episode]`.
    pub armed_groups: bool,
    /// States decide; off: policies, guards and reserve stay as at the start, but for what `[episode]` gives.
    pub state_decisions: bool,
    /// Threat is perceived through information with a memory; off: people see today's threat.
    pub perceived_threat: bool,
    /// Neighbours who left raise the hazard of leaving.
    pub cascade: bool,
    /// Households differ in their readiness to leave (gamma frailty).
    pub frailty: bool,
    /// Kin attract: destinations and host families.
    pub kin: bool,
    /// A state may bar its nationals from leaving.
    pub exit_bar: bool,
    /// States of destination choose whom they let in; off: every crossing that is not closed is open.
    pub entry_policy: bool,
    /// People try the green border.
    pub green_border: bool,
    /// Host places fill up.
    pub saturation: bool,
    /// The settled move on.
    pub secondary_movement: bool,
    /// The displaced return.
    pub return_home: bool,
    /// The displaced die above the ordinary.
    pub mortality: bool,
    /// Afghans in Iran as a population of their own.
    pub mobile_population: bool,
    /// Crowded roads slow down.
    pub jams: bool,
    /// Winter closes passes and slows travel.
    pub seasons: bool,
    /// People give up waiting at crossings.
    pub reneging: bool,
    /// A crossing needs time to reach its capacity.
    pub ramp_up: bool,
    /// Engagements between armed groups and state forces.
    pub engagements: bool,
    /// Rough terrain helps the weaker side.
    pub terrain: bool,
    /// Fire is informed by the people, more so under control.
    pub informed_fire: bool,
    /// Severity has a heavy tail; off: every event has the mean severity.
    pub heavy_tail: bool,
    /// Armed groups contest control of cells.
    pub control_contest: bool,
    /// Groups recruit and absorb defectors.
    pub recruitment: bool,
    /// Fighters desert when supply fails.
    pub desertion: bool,
    /// Groups split and merge.
    pub split_merge: bool,
    /// Groups seek sanctuary across a line.
    pub sanctuary: bool,
    /// Opportunists form groups where control is low.
    pub vacuum: bool,
    /// Violence breeds violence nearby for a while.
    pub self_excitation: bool,
    /// The declining insurgency of the North Caucasus.
    pub north_caucasus_baseline: bool,
    /// Control fails first in the periphery.
    pub periphery_first: bool,
    /// Sanctions, tariffs, threats and isolation act on stress and outside pressure.
    pub external_pressure: bool,
    /// States change the policy of crossings.
    pub crossing_policy: bool,
    /// States reinforce borders under pressure.
    pub reinforcement: bool,
    /// States aid at source.
    pub source_aid: bool,
    /// States hold people in a buffer on the far side.
    pub buffer: bool,
    /// Russia's mobile reserve is scarce; off: every front gets what it asks.
    pub scarce_reserve: bool,
    /// Moscow's restraint holds back its actions; off: it acts at once.
    pub restraint: bool,
    /// Recognition of and outreach to successors.
    pub outreach: bool,
    /// The arms pipeline between Iran and Russia.
    pub arms_pipeline: bool,
    /// Russia substitutes imports by its own production.
    pub substitution: bool,
    /// Energy and trade through Iran.
    pub energy_trade: bool,
    /// Iran as an active amplifier of Russia's influence.
    pub amplification: bool,
    /// Prestige as a stock apart from capability.
    pub prestige: bool,
    /// Kin channel of the domino effect.
    pub domino_kin: bool,
    /// Sanctuary channel of the domino effect.
    pub domino_sanctuary: bool,
    /// Vacuum channel of the domino effect.
    pub domino_vacuum: bool,
}
