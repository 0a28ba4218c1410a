//! Who is who: the states' styles and the lines that concern them, looked up once when the world is built.

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;

use super::parameters::{Parameters, StateStyle};
use crate::geography::{BorderSegment, Map, SegmentKind};
use crate::ids::{AdminId, SegmentId, TerritoryId};
use crate::roles::{Front, Hears, Roles};

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

/// Segments that the patron's fronts listen to.
#[derive(Clone, Debug, Default)]
pub struct FrontLines {
    /// The patron's land lines with its neighbourhood.
    pub direct: Vec<SegmentId>,
    /// Other lines of the neighbourhood.
    pub upstream: Vec<SegmentId>,
    /// The patron's sea approach.
    pub sea: Vec<SegmentId>,
    /// Lines between an origin and the neighbourhood that reach the sea.
    pub sea_upstream: Vec<SegmentId>,
}

/// Look-ups that do not change during a run.
#[derive(Resource, Clone, Debug)]
pub struct Roster {
    /// By territory: its style (an exclave has its state's).
    pub styles: Vec<StateStyle>,
    /// By territory: the state that governs it.
    pub governed_by: Vec<TerritoryId>,
    /// By segment and side: guards per km in ordinary times.
    pub base_guards: Vec<[f64; 2]>,
    /// By governing state: the sides of segments that it guards (one side of a sea approach).
    pub sides_of: Vec<Vec<(SegmentId, usize)>>,
    /// Sides of segments that the focus guards, with the first-level units along them.
    pub focus_posts: Vec<(SegmentId, usize, Vec<AdminId>)>,
    /// Lines across which aid at source and buffers work.
    pub source_lines: Vec<SourceLine>,
    /// Fronts of the patron's reserve.
    pub fronts: Vec<Front>,
    /// What they listen to.
    pub lines: FrontLines,
}

impl Roster {
    /// Looks everything up.
    #[must_use]
    pub fn new(map: &Map, parameters: &Parameters, roles: Roles, fronts: &[Front]) -> Self {
        let governed_by: Vec<_> = map.territories.iter().map(|t| t.governed_by).collect();
        let own_code = |t: TerritoryId| &map.territories[t.index()].code;
        let code_of = |t: TerritoryId| own_code(governed_by[t.index()]);
        let style = |i: usize| {
            let (own, state) = (TerritoryId::from_index(i), governed_by[i]);
            let named = |t: TerritoryId| parameters.by_code.get(own_code(t));
            named(own).or_else(|| named(state)).unwrap_or(&parameters.other).clone()
        };
        let mut roster = Self {
            styles: (0..map.territories.len()).map(style).collect(),
            base_guards: Vec::new(),
            sides_of: vec![Vec::new(); map.territories.len()],
            focus_posts: Vec::new(),
            source_lines: Vec::new(),
            fronts: fronts.to_vec(),
            lines: FrontLines::default(),
            governed_by: governed_by.clone(),
        };
        for (i, segment) in map.segments.iter().enumerate() {
            let id = SegmentId::from_index(i);
            let sides = [segment.a, segment.b];
            let is_sea = segment.kind == SegmentKind::CaspianApproach;

            // Each side is guarded by its state; both sides of a sea approach are the same guards.
            roster.base_guards.push(sides.map(|t| roster.styles[t.index()].guards_per_km));
            for (side, &territory) in sides.iter().enumerate().take(if is_sea { 1 } else { 2 }) {
                let state = governed_by[territory.index()];
                roster.sides_of[state.index()].push((id, side));
                if Some(state) == roles.focus {
                    roster.focus_posts.push((id, side, units_along(map, segment, side)));
                }
                let neighbour = sides[1 - side];
                if parameters.aid_origins.contains(own_code(territory))
                    && governed_by[neighbour.index()] != state
                {
                    let line = SourceLine { origin: territory, neighbour, segment: id };
                    roster.source_lines.push(line);
                }
            }

            // What the fronts of the patron hear of it.
            let touches = |what: &dyn Fn(TerritoryId) -> bool| sides.iter().any(|&t| what(t));
            let patron = touches(&|t| Some(governed_by[t.index()]) == roles.patron);
            let neighbourhood = touches(&|t| parameters.reserve.neighbourhood.contains(code_of(t)));
            let origin = touches(&|t| parameters.aid_origins.contains(code_of(t)));
            let lines = &mut roster.lines;
            match (is_sea, patron, neighbourhood) {
                (true, true, _) => lines.sea.push(id),
                (false, true, true) => lines.direct.push(id),
                (false, false, true) => {
                    lines.upstream.push(id);
                    if origin && reaches_sea(map, segment) {
                        lines.sea_upstream.push(id);
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

    /// The values of the fronts in their order.
    #[must_use]
    pub fn by_front(&self, values: &BTreeMap<String, f64>) -> Vec<f64> {
        self.fronts.iter().map(|f| values.get(&f.name).copied().unwrap_or(0.0)).collect()
    }

    /// Sum of values of the fronts that listen to something.
    pub fn on_fronts(&self, values: &[f64], which: impl Fn(Hears) -> bool) -> f64 {
        let chosen = self.fronts.iter().zip(values).filter(|(f, _)| which(f.hears));
        chosen.map(|(_, value)| value).sum()
    }

    /// The highest of the values of the fronts that listen to the map.
    #[must_use]
    pub fn worst_southern(&self, values: &[f64]) -> f64 {
        let hearing = self.fronts.iter().zip(values).filter(|(f, _)| f.hears != Hears::Nothing);
        hearing.map(|(_, &value)| value).fold(0.0, f64::max)
    }
}

/// First-level units along one side of a segment.
fn units_along(map: &Map, segment: &BorderSegment, side: usize) -> Vec<AdminId> {
    let cells = if side == 0 { &segment.cells_a } else { &segment.cells_b };
    let mut units: Vec<_> = cells.iter().map(|c| map.cells.admin1[c.index()]).collect();
    units.sort_unstable();
    units.dedup();
    units
}

/// Whether a segment reaches the coast of the inland sea.
fn reaches_sea(map: &Map, segment: &BorderSegment) -> bool {
    segment.cells_a.iter().chain(&segment.cells_b).any(|c| map.cells.coast[c.index()] == 2)
}
