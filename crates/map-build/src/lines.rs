//! Coast and border lines from country polygons.
//!
//! A stretch of outline that two countries share is a border; a stretch with one country is coast. Edges on the frame
//! that the source was cut with are neither and are dropped.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::grid::Real;
use crate::reading::polygons;
use crate::writing::rounded;

const TOLERANCE_DEGREES: f64 = 0.01;

type Point = (Real, Real);
type Edge = (Point, Point);

/// Each undirected edge of the outlines with the countries that have it.
fn owned_edges(features: &[Value], frame: Option<[f64; 4]>) -> BTreeMap<Edge, BTreeSet<String>> {
    let close = |u: Real, v: f64| (u.0 - v).abs() < 1e-4;
    let on_frame = |p: Point, q: Point| {
        frame.is_some_and(|[w, s, e, n]| {
            [w, e].iter().any(|&v| close(p.0, v) && close(q.0, v))
                || [s, n].iter().any(|&v| close(p.1, v) && close(q.1, v))
        })
    };
    let mut owners: BTreeMap<Edge, BTreeSet<String>> = BTreeMap::new();
    for feature in features {
        let code = feature["properties"]["ADM0_A3"].as_str().unwrap_or_default();
        for ring in polygons(&feature["geometry"]).into_iter().flatten() {
            for pair in ring.windows(2) {
                let [p, q] = [pair[0], pair[1]].map(|p| (Real(p.0), Real(p.1)));
                if p != q && !on_frame(p, q) {
                    owners.entry((p.min(q), p.max(q))).or_default().insert(code.to_owned());
                }
            }
        }
    }
    owners
}

/// Joins edges end to end into lines; a line ends where three or more edges meet.
fn chains(edges: &BTreeSet<Edge>) -> Vec<Vec<Point>> {
    let mut touching: BTreeMap<Point, Vec<Edge>> = BTreeMap::new();
    for &edge in edges {
        touching.entry(edge.0).or_default().push(edge);
        touching.entry(edge.1).or_default().push(edge);
    }
    let mut unused = edges.clone();
    let follow = |start: Point, first: Edge, unused: &mut BTreeSet<Edge>| {
        let (mut point, mut edge, mut line) = (start, first, vec![start]);
        loop {
            unused.remove(&edge);
            point = if edge.0 == point { edge.1 } else { edge.0 };
            line.push(point);
            let here = &touching[&point];
            match here.iter().find(|e| unused.contains(e)) {
                Some(&onward) if here.len() == 2 => edge = onward,
                _ => return line,
            }
        }
    };
    let mut found = Vec::new();
    for (&point, here) in touching.iter().filter(|(_, here)| here.len() != 2) {
        for &edge in here {
            if unused.contains(&edge) {
                found.push(follow(point, edge, &mut unused));
            }
        }
    }
    for &edge in edges {
        if unused.contains(&edge) {
            found.push(follow(edge.0, edge, &mut unused));
        }
    }
    found
}

/// The middle between two points.
fn middle(a: Point, b: Point) -> Point {
    (Real(f64::midpoint(a.0.0, b.0.0)), Real(f64::midpoint(a.1.0, b.1.0)))
}

/// Parts of a line inside the box; edges are cut in short steps, which is exact enough at this scale.
fn clip(line: &[Point], [w, s, e, n]: [f64; 4]) -> Vec<Vec<Point>> {
    let inside = |p: Point| w <= p.0.0 && p.0.0 <= e && s <= p.1.0 && p.1.0 <= n;
    // Where an edge leaves the box, from a point inside to one outside.
    let leaves = |mut a: Point, mut b: Point| {
        for _ in 0..30 {
            let mid = middle(a, b);
            if inside(mid) { a = mid } else { b = mid }
        }
        a
    };
    let (mut parts, mut part) = (Vec::new(), Vec::new());
    for pair in line.windows(2) {
        let (p, q) = (pair[0], pair[1]);
        if inside(p) && part.is_empty() {
            part = vec![p];
        }
        if inside(p) && inside(q) {
            part.push(q);
        } else if inside(p) != inside(q) {
            let a = if inside(p) { leaves(p, q) } else { leaves(q, p) };
            if inside(p) {
                part.push(a);
                parts.push(std::mem::take(&mut part));
            } else {
                part = vec![a, q];
            }
        } else if !inside(p) {
            // Both ends lie outside: a long straight border may still run through the box.
            let along = |k: u32| {
                let f = f64::from(k) / 256.0;
                (Real(p.0.0 + f * (q.0.0 - p.0.0)), Real(p.1.0 + f * (q.1.0 - p.1.0)))
            };
            if let Some(within) = (1..256).map(along).find(|&point| inside(point)) {
                parts.push(vec![leaves(within, p), leaves(within, q)]);
            }
        }
    }
    if part.len() > 1 {
        parts.push(part);
    }
    parts
}

/// Douglas-Peucker, with a stack instead of recursion.
fn simplify(line: &[Point], tolerance: f64) -> Vec<Point> {
    let mut keep = BTreeSet::from([0, line.len() - 1]);
    let mut stack = vec![(0, line.len() - 1)];
    while let Some((i, j)) = stack.pop() {
        let ((x0, y0), (x1, y1)) = ((line[i].0.0, line[i].1.0), (line[j].0.0, line[j].1.0));
        let length = libm::hypot(x1 - x0, y1 - y0);
        let (mut far, mut at) = (-1.0, None);
        for (k, point) in line.iter().enumerate().take(j).skip(i + 1) {
            let (x, y) = (point.0.0, point.1.0);
            let d = if length == 0.0 {
                libm::hypot(x - x0, y - y0)
            } else {
                ((x1 - x0) * (y0 - y) - (x0 - x) * (y1 - y0)).abs() / length
            };
            if d > far {
                (far, at) = (d, Some(k));
            }
        }
        if let Some(at) = at.filter(|_| far > tolerance) {
            keep.insert(at);
            stack.extend([(i, at), (at, j)]);
        }
    }
    keep.into_iter().map(|k| line[k]).collect()
}

/// `GeoJSON` of the simplified coast and border lines inside a box (west, south, east, north).
#[must_use]
pub fn country_lines(features: &[Value], bbox: [f64; 4], frame: Option<[f64; 4]>) -> Value {
    let mut by_owner: BTreeMap<Vec<String>, BTreeSet<Edge>> = BTreeMap::new();
    for (edge, owners) in owned_edges(features, frame) {
        by_owner.entry(owners.into_iter().collect()).or_default().insert(edge);
    }
    let mut lines: Vec<(&str, String, String, Vec<Point>)> = Vec::new();
    for (owners, edges) in &by_owner {
        for part in chains(edges).iter().flat_map(|line| clip(line, bbox)) {
            let mut thin: Vec<Point> = simplify(&part, TOLERANCE_DEGREES)
                .into_iter()
                .map(|(x, y)| (Real(rounded(x.0, 3)), Real(rounded(y.0, 3))))
                .collect();
            thin.dedup();
            if thin.len() < 2 || (thin[0] == thin[thin.len() - 1] && thin.len() < 4) {
                continue;
            }
            let border = owners.len() > 1;
            let second = if border { owners[1].clone() } else { String::new() };
            let kind = if border { "border" } else { "coast" };
            lines.push((kind, owners[0].clone(), second, thin));
        }
    }
    lines.sort();
    let features: Vec<Value> = lines
        .into_iter()
        .map(|(kind, a, b, line)| {
            let line: Vec<[f64; 2]> = line.iter().map(|p| [p.0.0, p.1.0]).collect();
            json!({
                "type": "Feature",
                "properties": { "kind": kind, "a": a, "b": b },
                "geometry": { "type": "LineString", "coordinates": line },
            })
        })
        .collect();
    json!({ "type": "FeatureCollection", "features": features })
}
