//! Who is who: the states' styles and the lines that concern them, looked up once when the world is built.

use bevy_ecs::prelude::*;

use super::parameters::{Parameters, StateStyle};
use crate::geography::{Map, SegmentKind};
use crate::ids::{AdminId, SegmentId, TerritoryId};

/// Code of the state whose reserve is modelled.
pub const RUSSIA: &str = "RUS";
/// Code of the state whose leadership is modelled.
pub const IRAN: &str = "IRN";

/// A line across which a neighbour looks at a territory that people may leave.
#[derive(Clone, Copy, Debug)]
pub struct SourceLine {
    /// Territory that people may leave.
    pub origin: TerritoryId,
    /// Territory across the line.
    pub neighbour: TerritoryId,
    /// The segment.
    pub segment: SegmentId,
}

/// Segments that Russia's fronts listen to.
#[derive(Clone, Debug, Default)]
pub struct FrontLines {
    /// Russia's land lines in the Caucasus.
    pub direct: Vec<SegmentId>,
    /// Other lines of the South Caucasus.
    pub upstream: Vec<SegmentId>,
    /// Russia's Caspian coast.
    pub caspian: Vec<SegmentId>,
    /// Lines between an origin and the Caucasus that reach the Caspian.
    pub caspian_upstream: Vec<SegmentId>,
}

/// Look-ups that do not change during a run.
#[derive(Resource, Clone, Debug)]
pub struct Roster {
    /// By territory: its style (an exclave has its state's).
    pub styles: Vec<StateStyle>,
    /// By territory: the state that governs it.
    pub governed_by: Vec<TerritoryId>,
    /// Russia, where the map has it.
    pub russia: Option<TerritoryId>,
    /// Iran, where the map has it.
    pub iran: Option<TerritoryId>,
    /// By segment and side: guards per km in ordinary times.
    pub base_guards: Vec<[f64; 2]>,
    /// By governing state: the sides of segments that it guards (one side of a sea approach).
    pub sides_of: Vec<Vec<(SegmentId, usize)>>,
    /// Sides of segments that Iran guards, with the first-level units along them.
    pub iran_posts: Vec<(SegmentId, usize, Vec<AdminId>)>,
    /// Lines across which aid at source and buffers work.
    pub source_lines: Vec<SourceLine>,
    /// What Russia's fronts listen to.
    pub fronts: FrontLines,
}

impl Roster {
    /// Looks everything up.
    #[must_use]
    pub fn new(map: &Map, parameters: &Parameters) -> Self {
        let governed_by: Vec<_> = map.territories.iter().map(|t| t.governed_by).collect();
        let code_of =
            |t: TerritoryId| map.territories[governed_by[t.index()].index()].code.as_str();
        let styles: Vec<StateStyle> = (0..map.territories.len())
            .map(|i| {
                let own = parameters.by_code.get(&map.territories[i].code);
                own.or_else(|| parameters.by_code.get(code_of(TerritoryId::from_index(i))))
                    .unwrap_or(&parameters.other)
                    .clone()
            })
            .collect();
        let iran = map.territory(IRAN);
        let mut roster = Self {
            governed_by: governed_by.clone(),
            russia: map.territory(RUSSIA),
            iran,
            base_guards: Vec::new(),
            sides_of: vec![Vec::new(); map.territories.len()],
            iran_posts: Vec::new(),
            source_lines: Vec::new(),
            fronts: FrontLines::default(),
            styles,
        };
        for (i, segment) in map.segments.iter().enumerate() {
            let id = SegmentId::from_index(i);
            let sides = [segment.a, segment.b];
            roster.base_guards.push(sides.map(|t| roster.styles[t.index()].guards_per_km));
            let sea = segment.kind == SegmentKind::CaspianApproach;
            for (side, &territory) in sides.iter().enumerate().take(if sea { 1 } else { 2 }) {
                let state = governed_by[territory.index()];
                roster.sides_of[state.index()].push((id, side));
                if Some(state) == iran {
                    let cells = if side == 0 { &segment.cells_a } else { &segment.cells_b };
                    let mut units: Vec<_> =
                        cells.iter().map(|c| map.cells.admin1[c.index()]).collect();
                    units.sort_unstable();
                    units.dedup();
                    roster.iran_posts.push((id, side, units));
                }
                let is_origin = parameters
                    .aid_origins
                    .iter()
                    .any(|c| *c == map.territories[territory.index()].code);
                let across = sides[1 - side];
                if is_origin && governed_by[across.index()] != state {
                    roster.source_lines.push(SourceLine {
                        origin: territory,
                        neighbour: across,
                        segment: id,
                    });
                }
            }
            let is_russia = |t: TerritoryId| Some(governed_by[t.index()]) == roster.russia;
            let in_caucasus =
                |t: TerritoryId| parameters.reserve.caucasus.iter().any(|c| c == code_of(t));
            let touches = |what: &dyn Fn(TerritoryId) -> bool| sides.iter().any(|&t| what(t));
            let reaches_caspian = segment
                .cells_a
                .iter()
                .chain(&segment.cells_b)
                .any(|c| map.cells.coast[c.index()] == 2);
            let origin = |t: TerritoryId| parameters.aid_origins.iter().any(|c| c == code_of(t));
            let lines = &mut roster.fronts;
            match (sea, touches(&is_russia), touches(&in_caucasus)) {
                (true, true, _) => lines.caspian.push(id),
                (false, true, true) => lines.direct.push(id),
                (false, false, true) => {
                    lines.upstream.push(id);
                    if touches(&origin) && reaches_caspian {
                        lines.caspian_upstream.push(id);
                    }
                }
                _ => {}
            }
        }
        roster
    }

    /// Style of the state that holds a territory.
    #[must_use]
    pub fn style(&self, territory: TerritoryId) -> &StateStyle {
        &self.styles[territory.index()]
    }

    /// The state that governs a territory.
    #[must_use]
    pub fn state(&self, territory: TerritoryId) -> TerritoryId {
        self.governed_by[territory.index()]
    }
}

/// The entry of a daily history that is `delay_days` old: 1 is the latest. None before that much has happened.
#[must_use]
pub fn lagged<T>(history: &[T], delay_days: u32) -> Option<&T> {
    history.len().checked_sub(delay_days.max(1) as usize).map(|i| &history[i])
}
