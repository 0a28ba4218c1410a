//! From drawn routes to a network of cells.
//!
//! A route runs from town to town through crossings (C..) and passes (P..). Between two crossings it belongs to one
//! territory, whatever a line that is a few kilometres off may say, so every point of it is laid on the nearest cell of
//! that territory. The length drawn inside each cell is kept: a link between two cells has half the length in each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::crossings::Chosen;
use crate::fault::Fault;
use crate::grid::{Grid, KM_PER_DEGREE, Place, distance_km};
use crate::reading::features;

/// How far round water a link may be led, in straight lines.
const LONGEST_FILL: f64 = 3.0;
/// A visit shorter than this part of a cell's width is a corner cut, no visit.
const SHORT_VISIT: f64 = 0.2;
/// Points looked at on each stretch of a drawn line.
const STEPS: u32 = 4;
/// How far beyond the edge a drawn line may run and still be laid on the outermost cells, cells.
const MARGIN_CELLS: f64 = 1.0;

/// A link: class, months a year that it is open, km.
pub type Link = (u8, u8, f64);
/// Links by their two cells, the lower first.
pub type Links = BTreeMap<(usize, usize), Link>;

/// A stretch of a route between two nodes.
#[derive(Clone, Debug)]
pub struct Stretch {
    /// Name of the route.
    pub route: String,
    /// Node at its start; nothing where the box cuts it.
    pub from: String,
    /// Node at its end; nothing where the box cuts it.
    pub to: String,
    /// Class, 1 to 3.
    pub class: u8,
    /// Length drawn, km.
    pub km: f64,
    /// The line.
    pub line: Vec<Place>,
}

/// Whether a node is a crossing (`C12`) or a pass (`P12`).
fn numbered(name: &str, letter: char) -> bool {
    name.strip_prefix(letter)
        .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a node of the road layer is neither a crossing nor a pass.
#[must_use]
pub fn is_place(name: &str) -> bool {
    !(name.is_empty() || numbered(name, 'C') || numbered(name, 'P'))
}

/// Reads the road layer.
///
/// # Errors
/// When it cannot be read or a line lacks its properties.
pub fn read(path: &Path) -> Result<Vec<Stretch>, Fault> {
    let stretch = |(i, feature): (usize, &Value)| {
        let p = &feature["properties"];
        let line = feature["geometry"]["coordinates"].as_array().map(|line| {
            line.iter().filter_map(|q| Some((q[1].as_f64()?, q[0].as_f64()?))).collect::<Vec<_>>()
        });
        let text = |key: &str| p[key].as_str().map(str::to_owned);
        let stretch = (|| {
            Some(Stretch {
                route: text("route")?,
                from: text("from")?,
                to: text("to")?,
                class: p["class"].as_u64()? as u8,
                km: p["km"].as_f64()?,
                line: line.filter(|l| l.len() > 1)?,
            })
        })();
        stretch.filter(|s| (1..=3).contains(&s.class)).ok_or_else(|| {
            Fault::new(format!(
                "{}: line {} lacks one of route, from, to, class (1 to 3), km or two points",
                path.display(),
                i + 1
            ))
        })
    };
    features(path)?.iter().enumerate().map(stretch).collect()
}

/// The point where routes meet a node, the first one drawn.
#[must_use]
pub fn node_points(stretches: &[Stretch]) -> BTreeMap<String, Place> {
    let mut points = BTreeMap::new();
    for s in stretches {
        points.entry(s.from.clone()).or_insert(s.line[0]);
        points.entry(s.to.clone()).or_insert(s.line[s.line.len() - 1]);
    }
    points
}

/// Cuts stretches at the box; what lies within a cell of the edge stays.
#[must_use]
pub fn cut_to_box(grid: &Grid, stretches: Vec<Stretch>) -> Vec<Stretch> {
    let mut out = Vec::new();
    for s in stretches {
        let inside: Vec<bool> = s.line.iter().map(|&p| grid.holds(p, MARGIN_CELLS)).collect();
        if inside.iter().all(|&i| i) {
            out.push(s);
            continue;
        }
        let mut start = 0;
        while start < s.line.len() {
            let Some(first) = (start..s.line.len()).find(|&k| inside[k]) else { break };
            let end = (first..s.line.len()).find(|&k| !inside[k]).unwrap_or(s.line.len());
            start = end;
            if end - first < 2 {
                continue;
            }
            let line = s.line[first..end].to_vec();
            let from = if first == 0 { s.from.clone() } else { String::new() };
            let to = if end == s.line.len() { s.to.clone() } else { String::new() };
            let km = line.windows(2).map(|p| distance_km(p[0], p[1])).sum();
            out.push(Stretch { from, to, km, line, route: s.route.clone(), class: s.class });
        }
    }
    out
}

/// What the building of roads needs to know of the rest.
pub struct Around<'a> {
    /// The grid.
    pub grid: &'a Grid,
    /// Territory of each cell at present.
    pub territory: &'a [String],
    /// Territory of each town and edge point.
    pub towns: &'a BTreeMap<String, String>,
    /// Cell of each town.
    pub town_cell: &'a BTreeMap<String, usize>,
    /// Cells of each crossing.
    pub crossings: &'a BTreeMap<String, Chosen>,
    /// Months a year that each pass is open.
    pub pass_months: &'a BTreeMap<String, u8>,
    /// The pass that a crossing on a route is.
    pub gate_pass: &'a BTreeMap<(String, String), String>,
}

/// The road network with what could not be linked.
#[derive(Debug, Default)]
pub struct Network {
    /// Links.
    pub links: Links,
    /// What was left out or stays open.
    pub notes: Vec<String>,
    /// Drawn, km.
    pub drawn_km: f64,
    /// Linked, km.
    pub linked_km: f64,
}

/// Routes cut at crossings: lists of consecutive stretches inside one territory.
fn pieces(stretches: &[Stretch]) -> Vec<&[Stretch]> {
    let follows = |last: &Stretch, next: &Stretch| {
        last.route == next.route
            && last.to == next.from
            && !next.from.is_empty()
            && !numbered(&next.from, 'C')
    };
    stretches.chunk_by(follows).collect()
}

/// The territories that a piece may run in: those of its towns, else that under its first point.
fn piece_territories(piece: &[Stretch], around: &Around<'_>) -> BTreeSet<String> {
    let nodes = piece.iter().flat_map(|s| [&s.from, &s.to]);
    let found: BTreeSet<String> =
        nodes.filter_map(|node| around.towns.get(node)).cloned().collect();
    if !found.is_empty() {
        return found;
    }
    let mut points = piece.iter().flat_map(|s| &s.line);
    let cell = points.find_map(|&p| around.grid.under(p));
    cell.map(|i| around.territory[i].clone()).into_iter().collect()
}

/// Cells along a line with the kilometres inside each.
fn visits_along(
    grid: &Grid,
    line: &[Place],
    allowed: &dyn Fn(usize) -> bool,
) -> Option<Vec<(usize, f64)>> {
    let mut visits: Vec<(usize, f64)> = Vec::new();
    for pair in line.windows(2) {
        let ((y0, x0), (y1, x1)) = (pair[0], pair[1]);
        let km = distance_km(pair[0], pair[1]);
        for k in 0..STEPS {
            let t = (f64::from(k) + 0.5) / f64::from(STEPS);
            let cell = grid.nearest((y0 + (y1 - y0) * t, x0 + (x1 - x0) * t), allowed)?;
            match visits.last_mut() {
                Some(last) if last.0 == cell => last.1 += km / f64::from(STEPS),
                _ => visits.push((cell, km / f64::from(STEPS))),
            }
        }
    }
    Some(visits)
}

/// Takes out visits shorter than a fifth of a cell whose neighbours touch each other; their length is shared out.
fn drop_short(grid: &Grid, visits: &mut Vec<(usize, f64)>, keep: [usize; 2]) {
    let width = grid.spacing * KM_PER_DEGREE * 0.75;
    loop {
        let short = (1..visits.len().saturating_sub(1)).find(|&k| {
            let (a, (c, km), b) = (visits[k - 1].0, visits[k], visits[k + 1].0);
            let limit = SHORT_VISIT * width * if a == b { 2.0 } else { 1.0 };
            !keep.contains(&c) && grid.adjacent(a, b) && km < limit
        });
        let Some(k) = short else { return };
        let km = visits[k].1;
        visits[k - 1].1 += km / 2.0;
        visits[k + 1].1 += km / 2.0;
        visits.remove(k);
        if visits[k - 1].0 == visits[k].0 {
            visits[k - 1].1 += visits[k].1;
            visits.remove(k);
        }
    }
}

/// Makes each step a step to an eight-neighbour, by the shortest chain of allowed cells.
///
/// A line that crosses water with no way round within reach falls into several chains.
fn fill_jumps(
    grid: &Grid,
    visits: &[(usize, f64)],
    allowed: &dyn Fn(usize) -> bool,
) -> Vec<Vec<(usize, f64)>> {
    let mut chains = vec![vec![visits[0]]];
    for &visit in &visits[1..] {
        let last = chains.len() - 1;
        let before = chains[last][chains[last].len() - 1].0;
        if !grid.adjacent(before, visit.0) {
            let longest = LONGEST_FILL * grid.km_between(before, visit.0);
            let Some(way) = grid.path(before, visit.0, allowed, longest) else {
                chains.push(vec![visit]);
                continue;
            };
            chains[last].extend(way[1..way.len() - 1].iter().map(|&c| (c, 0.0)));
        }
        chains[last].push(visit);
    }
    chains
}

/// Links along a chain: half the length in each cell, all of it at the two ends.
fn link_lengths(grid: &Grid, visits: &[(usize, f64)]) -> Vec<(usize, usize, f64)> {
    let last = visits.len() - 1;
    visits
        .windows(2)
        .enumerate()
        .map(|(k, pair)| {
            let ((a, ka), (b, kb)) = (pair[0], pair[1]);
            let first = if k == 0 { ka } else { ka / 2.0 };
            let km = first + if k + 1 == last { kb } else { kb / 2.0 };
            (a, b, km.max(0.4 * grid.km_between(a, b)))
        })
        .collect()
}

/// Builds the road network.
///
/// # Errors
/// When a crossing on a route has no cell in the territories of the route.
pub fn build(around: &Around<'_>, stretches: &[Stretch]) -> Result<Network, Fault> {
    let mut out = Network::default();
    let on_map: BTreeSet<&String> = around.territory.iter().collect();
    for piece in pieces(stretches) {
        let territories = piece_territories(piece, around);
        if !territories.iter().any(|t| on_map.contains(t)) {
            continue;
        }
        let names: Vec<&str> = territories.iter().map(String::as_str).collect();
        if territories.len() > 1 {
            let (from, to) = (&piece[0].from, &piece[piece.len() - 1].to);
            out.notes.push(format!(
                "route {} ({from} - {to}) runs from {} without a crossing: usable on each side only",
                piece[0].route,
                names.join(" to ")
            ));
        }
        let allowed = |i: usize| territories.contains(&around.territory[i]);
        let mut before = None;
        for stretch in piece {
            before = add_stretch(around, stretch, before, &names, &allowed, &mut out)?;
        }
    }
    Ok(out)
}

/// Lays a stretch on cells; gives the cell at its end, if it could be laid.
fn add_stretch(
    around: &Around<'_>,
    stretch: &Stretch,
    before: Option<usize>,
    territories: &[&str],
    allowed: &dyn Fn(usize) -> bool,
    out: &mut Network,
) -> Result<Option<usize>, Fault> {
    let Around { grid, .. } = around;
    let Stretch { route, from, to, line, .. } = stretch;
    let cell_of = |name: &str, point: Place| -> Result<Option<usize>, Fault> {
        if let Some(&cell) = around.town_cell.get(name) {
            return Ok(Some(cell));
        }
        match around.crossings.get(name) {
            // The one of the crossing's two cells that is on this side.
            Some(chosen) => {
                chosen.cells.iter().find(|&&c| allowed(c)).copied().map(Some).ok_or_else(|| {
                    let t = territories.join(", ");
                    Fault::new(format!("crossing {name} has no cell in {t} for route {route}"))
                })
            }
            None => Ok(grid.nearest(point, allowed)),
        }
    };
    let start = match before {
        Some(cell) => Some(cell),
        None => cell_of(from, line[0])?,
    };
    let end = cell_of(to, line[line.len() - 1])?;
    let (Some(start), Some(end), Some(mut visits)) =
        (start, end, visits_along(grid, line, allowed))
    else {
        let t = territories.join(", ");
        out.notes.push(format!("route {route} {from} - {to}: no cell of {t} near it, left out"));
        return Ok(None);
    };

    // The chain of cells from the start's to the end's.
    if visits.first().is_none_or(|v| v.0 != start) {
        visits.insert(0, (start, 0.0));
    }
    if visits.last().is_none_or(|v| v.0 != end) {
        visits.push((end, 0.0));
    }
    drop_short(grid, &mut visits, [start, end]);
    let chains = fill_jumps(grid, &visits, allowed);
    for pair in chains.windows(2) {
        let (a, b) = (pair[0][pair[0].len() - 1].0, pair[1][0].0);
        out.notes.push(format!(
            "route {route} {from} - {to}: {:.0} km of water or foreign land between cells {a} and {b}, not linked",
            grid.km_between(a, b)
        ));
    }

    // A pass closes the links that touch its cell.
    let mut months: BTreeMap<usize, u8> = BTreeMap::new();
    for (name, cell) in [(from, start), (to, end)] {
        let gate = around.gate_pass.get(&(route.clone(), name.clone()));
        if let Some(&open) = around.pass_months.get(gate.unwrap_or(name)) {
            let least = months.entry(cell).or_insert(12);
            *least = open.min(*least);
        }
    }
    for (a, b, km) in chains.iter().flat_map(|chain| link_lengths(grid, chain)) {
        if a == b {
            continue;
        }
        let open = |cell: usize| months.get(&cell).copied().unwrap_or(12);
        let new = (stretch.class, open(a).min(open(b)), km);
        out.links
            .entry((a.min(b), a.max(b)))
            .and_modify(|old| *old = better(*old, new))
            .or_insert(new);
        out.linked_km += km;
    }
    out.drawn_km += stretch.km;
    Ok(Some(end))
}

/// Two roads on one link: the best class, its most months, the fewest km.
fn better(old: Link, new: Link) -> Link {
    let months = match old.0.cmp(&new.0) {
        std::cmp::Ordering::Less => old.1,
        std::cmp::Ordering::Greater => new.1,
        std::cmp::Ordering::Equal => old.1.max(new.1),
    };
    (old.0.min(new.0), months, old.2.min(new.2))
}

/// Best class of the links that touch each cell.
#[must_use]
pub fn class_at(links: &Links) -> BTreeMap<usize, u8> {
    let mut best = BTreeMap::new();
    for (&(a, b), &(class, ..)) in links {
        for cell in [a, b] {
            let least = best.entry(cell).or_insert(class);
            *least = class.min(*least);
        }
    }
    best
}

/// Gives road gates that no drawn route reaches a regional road to the nearest road cell of their side `[P]`.
pub fn add_approaches(
    grid: &Grid,
    territory: &[String],
    gates: &[(&str, [&str; 2])],
    chosen: &mut BTreeMap<String, Chosen>,
    links: &mut Links,
) {
    for &(id, sides) in gates {
        for (s, side) in sides.into_iter().enumerate() {
            let have = class_at(links);
            let Some(gate) = chosen.get_mut(id) else { continue };
            let cell = gate.cells[s];
            if have.contains_key(&cell) {
                continue;
            }
            let allowed = |i: usize| territory[i] == side;
            let reach = (APPROACH_KM / (grid.spacing * KM_PER_DEGREE * 0.7)) as i32 + 1;
            let goals =
                grid.within(grid.centre(cell), reach, &|i| allowed(i) && have.contains_key(&i));
            let way = goals
                .iter()
                .filter(|(km, _)| *km <= APPROACH_KM)
                .find_map(|&(_, goal)| grid.path(cell, goal, &allowed, APPROACH_KM * 2.0));
            let letter = ["a", "b"][s];
            let Some(way) = way else {
                gate.notes.push(format!("{letter}: no road within {APPROACH_KM:.0} km"));
                continue;
            };
            for pair in way.windows(2) {
                let (u, v) = (pair[0].min(pair[1]), pair[0].max(pair[1]));
                let km = grid.km_between(pair[0], pair[1]) * DETOUR;
                links.entry((u, v)).or_insert((3, 12, km));
            }
            gate.notes.push(format!("{letter}: approach road by rule, {} links", way.len() - 1));
        }
    }
}

/// How far a road gate may be from a drawn road and still get an approach road by rule, km `[P]`.
const APPROACH_KM: f64 = 40.0;
/// An approach road is this much longer than the chain of cell centres `[P]`.
const DETOUR: f64 = 1.2;
