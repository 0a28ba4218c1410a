//! From `[design]` to points: checked against the scenario, key by key and point by point.

use std::path::Path;

use checked_toml::{
    Diagnostic, Diagnostics, Node, Sources, Span, Step, View, leaves, schema, shown,
};
use rayon::prelude::*;
use serde_json::Value as Json;

use super::factor::Against;
use super::file::{self, Taken};
use super::generate::generate;
use super::points::Points;
use super::scheme::Scheme;
use super::settings::{Design, Made};
use crate::random::RunKey;
use crate::scenario::{Resolved, Scenario, StudyFile, of_domains};

/// Points of which the whole scenario is checked before the first run, spread evenly over the design; of more points the rest
/// is checked when its run begins. Ranges of keys are checked for every point in any case.
pub const CHECKED_WHOLE: usize = 2_000;

/// The points of a study; none when it has no design. `complaints` says what of a scenario does not fit the map, as
/// `key: what is wrong`.
///
/// # Errors
/// With every problem found, at its place in the study's file or in the file of the points.
pub fn prepare(
    resolved: &Resolved,
    complaints: &(dyn Fn(&Scenario) -> Vec<String> + Sync),
) -> Result<Option<Points>, Diagnostics> {
    let Some(design) = &resolved.file.design else { return Ok(None) };
    let mut sources = resolved.sources().clone();
    let values = resolved.file.to_json();
    let document = schema::resolved::<StudyFile>();
    let outcomes: Vec<String> =
        resolved.file.study.outcomes.iter().map(|o| o.name().to_owned()).collect();
    let against = Against { values: &values, document: View::root(&document), outcomes: &outcomes };
    let Some(node) = resolved.tree().and_then(|tree| tree.get("design")) else { return Ok(None) };
    let made = match design {
        Design::File(file) => Made::file(file.clone()),
        Design::Made(made) => made.clone(),
    };

    // The points, from a file or made here.
    let read = match &made {
        Made::File { file, .. } => {
            let is_short = matches!(design, Design::File(_));
            let named = if is_short { node } else { node.follow([Step::Key("file")]) };
            read(&sources.beside(named.span, file), named.span, &made, node, against, &mut sources)
        }
        made => generate(made, node, against, RunKey::new(resolved.file.study.seed, 0))
            .map(|points| (points, Vec::new())),
    };

    // What their values come to in a scenario.
    let checked = read.and_then(|(points, rows)| {
        let mut problems = overlaps(&points, resolved, node.span);
        if problems.is_empty() {
            problems = misfits(&points, &rows, resolved, node.span, complaints);
        }
        if problems.is_empty() { Ok(points) } else { Err(problems) }
    });
    checked.map(Some).map_err(|problems| Diagnostics::new(sources, problems))
}

/// The points of a file, with the row of each.
fn read(
    path: &Path,
    named: Span,
    made: &Made,
    node: &Node,
    against: Against<'_>,
    sources: &mut Sources,
) -> Result<(Points, Vec<Span>), Vec<Diagnostic>> {
    let Made::File { ignore, first, .. } = made else { return Err(Vec::new()) };
    if !path.is_file() {
        let message = format!("there is no file {}", shown(&path.display().to_string()));
        let problem = Diagnostic::at(named, message, "the points of the design");
        let note = "the path is relative to the folder of the file that names it";
        return Err(vec![problem.note(note)]);
    }
    let scheme = Scheme::of(made, node, against)?;
    file::read(path, Taken { ignore, first: *first }, scheme.as_ref(), against, sources)
}

/// Keys that the design varies although a variant of the study sets them.
fn overlaps(points: &Points, resolved: &Resolved, span: Span) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for variant in &resolved.file.study.variants {
        for key in leaves(&Json::Object(variant.set.clone())) {
            if points.columns().iter().any(|column| column.path == key) {
                let message =
                    format!("the design varies `{key}`, which the variant `{}` sets", variant.name);
                problems.push(
                    Diagnostic::at(span, message, "the point would win over the variant")
                        .help("take the key out of one of the two"),
                );
            }
        }
    }
    problems
}

/// What is wrong with points as wholes: keys that must agree, and what the map rules out.
fn misfits(
    points: &Points,
    rows: &[Span],
    resolved: &Resolved,
    design: Span,
    complaints: &(dyn Fn(&Scenario) -> Vec<String> + Sync),
) -> Vec<Diagnostic> {
    let stride = points.count().div_ceil(CHECKED_WHOLE).max(1);
    for (name, scenario) in &resolved.variants {
        let json = serde_json::to_value(scenario).unwrap_or_default();
        let look = |point: u32| -> Vec<String> {
            match points.scenario(scenario, &json, point) {
                Ok(scenario) => {
                    let mut found = of_domains(&scenario);
                    found.extend(complaints(&scenario));
                    found
                }
                Err(problem) => vec![problem],
            }
        };
        let chosen: Vec<u32> = (0..points.count() as u32).step_by(stride).collect();
        let found: Vec<(u32, String)> = chosen
            .into_par_iter()
            .flat_map_iter(|point| look(point).into_iter().map(move |c| (point, c)))
            .collect();
        if found.is_empty() {
            continue;
        }

        // Each complaint once, at the first point that has it.
        let mut told: Vec<&str> = Vec::new();
        let mut problems = Vec::new();
        for (point, complaint) in &found {
            if told.contains(&complaint.as_str()) {
                continue;
            }
            told.push(complaint);
            let others = found.iter().filter(|(_, c)| c == complaint).count();
            let (span, label) = match rows.get(*point as usize) {
                Some(row) => (*row, format!("point {point}")),
                None => {
                    (design, format!("point {point}: {}", Json::Object(points.overrides(*point))))
                }
            };
            problems.push(
                Diagnostic::at(
                    span,
                    format!("a point of the design does not fit: {complaint}"),
                    label,
                )
                .note(format!(
                    "{others} of {} checked points, in the variant `{name}`",
                    points.count().div_ceil(stride)
                )),
            );
        }
        return problems;
    }
    Vec::new()
}
