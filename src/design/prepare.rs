//! From `[design]` to points: checked against the scenario, key by key and point by point.

use std::path::{Path, PathBuf};

use checked_toml::{
    Diagnostic, Diagnostics, Node, Sources, Span, Step, View, leaves, lookup,
    schema::{self, number},
    shown,
};
use rayon::prelude::*;
use serde_json::{Value as Json, json};

use super::axis::{Axis, Scale};
use super::file::{self, Against, Taken};
use super::keys::nearest_key;
use super::points::{Column, Kind, OUTCOME, Points, REPLICATE, Target, Values};
use super::scheme::Scheme;
use super::settings::{Design, Factor, Made};
use super::spread::Spread;
use super::{hypercube, morris, saltelli, sobol};
use crate::random::{RunKey, Stream};
use crate::scenario::{Resolved, Scenario, StudyFile, check_value, of_domains};

/// Points of a design at most.
pub const MOST_POINTS: usize = 1_000_000;
/// Number of a replicate at most, so that studies and designs share their numbers.
pub const MOST_REPLICATE: u32 = 999_999;
/// Step of [`Stream::Design`] that belongs to the luck of Morris trajectories.
const LUCK: u32 = 4;
/// Points of which the whole scenario is checked before the first run, spread evenly over the design; of more points the rest
/// is checked when its run begins. Ranges of keys are checked for every point in any case.
pub const CHECKED_WHOLE: usize = 2_000;

/// Keys that a design may not vary, with the reason.
const REFUSED: [(&str, &str); 4] = [
    ("run.map", "all points of a study run on one map"),
    ("run.as_of", "points are compared day by day, so they share the dates"),
    ("run.days", "points are compared day by day, so they share the dates"),
    ("study.seed", "to vary the luck, vary `replicate`"),
];

/// Why a key may not be varied, if so.
pub(super) fn refused(path: &str, span: Span) -> Option<Diagnostic> {
    let (_, why) = REFUSED.iter().find(|(key, _)| *key == path)?;
    Some(
        Diagnostic::at(span, format!("a design cannot vary `{path}`"), "not here")
            .note((*why).to_owned()),
    )
}

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
    let read = match &made {
        Made::File { file, ignore, first, .. } => {
            let named = if matches!(design, Design::File(_)) {
                node
            } else {
                node.follow([Step::Key("file")])
            };
            let path = beside(&sources, named.span, file);
            if path.is_file() {
                let taken = Taken { ignore, first: *first };
                let read = Scheme::of(&made, node, against).and_then(|scheme| {
                    file::read(&path, taken, scheme.as_ref(), against, &mut sources)
                });
                read.map(|read| (read.points, read.rows))
            } else {
                let message = format!("there is no file {}", shown(&path.display().to_string()));
                Err(vec![
                    Diagnostic::at(named.span, message, "the points of the design")
                        .note("the path is relative to the folder of the file that names it"),
                ])
            }
        }
        made => generate(made, node, against, RunKey::new(resolved.file.study.seed, 0))
            .map(|p| (p, Vec::new())),
    };
    let checked = read.and_then(|(points, rows)| {
        let mut problems = overlaps(&points, resolved, node.span);
        if problems.is_empty() {
            problems = misfits(&points, &rows, resolved, node.span, complaints);
        }
        if problems.is_empty() { Ok(points) } else { Err(problems) }
    });
    checked.map(Some).map_err(|problems| Diagnostics::new(sources, problems))
}

/// A path relative to the file that names it, or for `--set` to where the person stands.
fn beside(sources: &Sources, named: Span, file: &str) -> PathBuf {
    let folder = sources.path(named.file).and_then(Path::parent).unwrap_or(Path::new(""));
    folder.join(file).components().collect()
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

/// The points of a design that is made here.
fn generate(
    made: &Made,
    node: &Node,
    against: Against<'_>,
    key: RunKey,
) -> Result<Points, Vec<Diagnostic>> {
    let factors = made.factors();
    let (varied, mut problems) = varied(factors, made, node, against);
    let (columns, spreads): (Vec<Column>, Vec<Spread>) =
        varied.into_iter().map(|v| (v.column, v.spread)).unzip();
    let axes = factors.len();
    let count = match made {
        Made::Grid { factors } => {
            let sizes = factors
                .iter()
                .map(|f| f.values.as_ref().map_or(f.steps.unwrap_or(2) as usize, Vec::len));
            sizes.fold(1, usize::saturating_mul)
        }
        Made::List { factors } => {
            factors.iter().filter_map(|f| f.values.as_ref()).map(Vec::len).max().unwrap_or(0)
        }
        Made::LatinHypercube { points, .. } | Made::Sobol { points, .. } => *points as usize,
        Made::Morris { trajectories, .. } => *trajectories as usize * (axes + 1),
        Made::Saltelli { base, second_order, .. } => {
            *base as usize * saltelli::rows_per_base(axes, second_order.unwrap_or(false))
        }
        Made::File { .. } => 0,
    };
    if count > MOST_POINTS {
        problems.push(Diagnostic::at(
            node.span,
            format!("the design has {count} points"),
            format!("at most {MOST_POINTS}"),
        ));
    }
    if let Made::Morris { levels, .. } = made {
        problems.extend(odd(*levels, node));
    }
    if let Made::List { factors } = made {
        let lengths: Vec<usize> =
            factors.iter().filter_map(|f| f.values.as_ref()).map(Vec::len).collect();
        if lengths.iter().any(|length| *length != lengths[0]) {
            let found = lengths.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
            problems.push(
                Diagnostic::at(node.span, "the factors of a list have different numbers of values", format!("found {found}"))
                    .help("give every factor as many values as there are points; for every combination write `kind = \"grid\"`"),
            );
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let from_units = |units: &[Vec<f64>]| -> Vec<f64> {
        units
            .iter()
            .flat_map(|unit| spreads.iter().zip(unit).map(|(spread, x)| spread.cell(*x)))
            .collect()
    };
    let plain = |name| Kind::Plain(name);
    let scrambled = |scramble: &Option<bool>| scramble.unwrap_or(true).then_some(key);
    let mut moves = Vec::new();
    let (cells, kind) = match made {
        Made::Grid { factors } => {
            let all: Vec<Vec<f64>> =
                spreads.iter().zip(factors).map(|(s, f)| s.all(f.steps)).collect();
            (combinations(&all), plain("grid"))
        }
        Made::List { .. } => {
            let cells =
                (0..count).flat_map(|point| spreads.iter().map(move |_| point as f64)).collect();
            (cells, plain("list"))
        }
        Made::LatinHypercube { .. } => {
            let units = hypercube::latin_hypercube(key, Stream::Design, 0, count, axes);
            (from_units(&units), plain("latin_hypercube"))
        }
        Made::Sobol { skip, scramble, .. } => {
            let units = sobol::sobol(scrambled(scramble), skip.unwrap_or(0), count, axes);
            (from_units(&units), plain("sobol"))
        }
        Made::Morris { trajectories, levels, .. } => {
            let units = morris::trajectories(key, *trajectories as usize, *levels, axes);
            let mut cells = from_units(&units);
            // Luck has no levels: each trajectory moves between two draws of its own, not between the same few for all.
            for (axis, spread) in spreads
                .iter()
                .enumerate()
                .filter(|(axis, _)| columns[*axis].target == Target::Replicate)
            {
                for (point, unit) in units.iter().enumerate() {
                    let level = (unit[axis] * f64::from(levels - 1)).round() as u64;
                    let id = (point / (axes + 1)) as u64 * u64::from(*levels) + level;
                    cells[point * axes + axis] = spread.cell(key.uniform(Stream::Design, id, LUCK));
                }
            }
            moves = morris::moves(&units, *levels);
            for (step, moved) in moves.iter_mut().enumerate() {
                let column = &columns[moved.factor];
                let point = step / axes * (axes + 1) + step % axes;
                let [before, after] =
                    [point, point + 1].map(|point| cells[point * axes + moved.factor]);
                let still = after.to_bits() == before.to_bits();
                if column.target == Target::Replicate {
                    // Other luck is the whole of it; it goes up where its number does.
                    moved.size =
                        if still { moved.size.signum() } else { (after - before).signum() };
                } else if let (false, Some(share)) =
                    (still, spreads[moved.factor].share(before, after))
                {
                    moved.size = share;
                }
            }
            (cells, Kind::Morris { trajectories: *trajectories, levels: *levels })
        }
        Made::Saltelli { base, second_order, skip, scramble, .. } => {
            let second_order = second_order.unwrap_or(false);
            let sequence =
                sobol::sobol(scrambled(scramble), skip.unwrap_or(0), *base as usize, 2 * axes);
            let units = saltelli::saltelli(&sequence, second_order);
            (from_units(&units), Kind::Saltelli { base: *base, second_order })
        }
        Made::File { .. } => (Vec::new(), plain("file")),
    };
    Ok(Points::new(columns, cells, kind).with_moves(moves))
}

/// A factor that fits the scenario.
pub(super) struct Varied {
    /// As a column of points.
    pub column: Column,
    /// How the unit interval becomes its cells.
    pub spread: Spread,
    /// Where the study names its path.
    pub named: Span,
}

/// The factors of a design, and what is wrong with them.
pub(super) fn varied(
    factors: &[Factor],
    made: &Made,
    node: &Node,
    against: Against<'_>,
) -> (Vec<Varied>, Vec<Diagnostic>) {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for (index, factor) in factors.iter().enumerate() {
        let place = node.follow([Step::Key("factors"), Step::Index(index)]);
        let named = place.follow([Step::Key("path")]).span;
        if let Some(first) = factors[..index].iter().position(|other| other.path == factor.path) {
            let before =
                node.follow([Step::Key("factors"), Step::Index(first), Step::Key("path")]).span;
            let message = format!("{} is varied twice", shown(&factor.path));
            problems.push(
                Diagnostic::at(named, message, "again here")
                    .related(before, "first here")
                    .help("remove one"),
            );
            continue;
        }
        match column(factor, place, made, against) {
            Ok((column, spread)) => found.push(Varied { column, spread, named }),
            Err(wrong) => problems.extend(wrong),
        }
    }
    (found, problems)
}

/// The complaint about an odd number of levels.
pub(super) fn odd(levels: u32, node: &Node) -> Option<Diagnostic> {
    let span = node.follow([Step::Key("levels")]).span;
    let problem =
        Diagnostic::at(span, "`levels` is odd", format!("found {levels}, needed: an even number"));
    (levels % 2 == 1).then(|| problem.help("4 is the usual choice"))
}

/// Every combination, the last list changing fastest.
fn combinations(all: &[Vec<f64>]) -> Vec<f64> {
    let count: usize = all.iter().map(Vec::len).product();
    let mut cells = Vec::with_capacity(count * all.len());
    for point in 0..count {
        let mut rest = point;
        let start = cells.len();
        for values in all.iter().rev() {
            cells.push(values[rest % values.len()]);
            rest /= values.len();
        }
        cells[start..].reverse();
    }
    cells
}

/// A factor as a column, or what is wrong with it.
fn column(
    factor: &Factor,
    node: &Node,
    made: &Made,
    against: Against<'_>,
) -> Result<(Column, Spread), Vec<Diagnostic>> {
    let at = |name: &str| node.follow([Step::Key(name)]).span;
    let path = factor.path.as_str();
    let name = shown(path);
    let one = |problem: Diagnostic| vec![problem];
    let (target, view) = if path == REPLICATE {
        (Target::Replicate, None)
    } else if path == OUTCOME {
        return Err(one(Diagnostic::at(at("path"), "outcomes are no factor", "varied here")
            .help("every point is run with every outcome of `study.outcomes`")));
    } else {
        if let Some(problem) = refused(path, at("path")) {
            return Err(one(problem));
        }
        let value = lookup(against.values, path);
        if value.is_none_or(Json::is_object) {
            let keys = leaves(against.values);
            let label = if value.is_some() { "this is a table, not a key" } else { "no such key" };
            return Err(one(Diagnostic::at(
                at("path"),
                format!("{name} is no key of the scenario"),
                label,
            )
            .note("docs/parameters.md has all keys with their ranges")
            .guess(nearest_key(path, &keys))));
        }
        let Some(view) = against.document.at_path(path) else {
            let label = "its table has no schema of its own";
            return Err(one(Diagnostic::at(
                at("path"),
                format!("{name} cannot be varied by itself"),
                label,
            )));
        };
        (Target::Key, Some(view))
    };
    let with = |values| Column { path: path.to_owned(), target, values };
    let is_number = view
        .is_none_or(|v| matches!(v.types()[..], ["number" | "integer"]) && v.choices().is_none());
    let is_whole = view.is_none_or(|v| v.types() == ["integer"]);
    match (&factor.values, factor.low, factor.high) {
        (Some(values), None, None) => {
            for (key, is_there) in
                [("scale", factor.scale.is_some()), ("steps", factor.steps.is_some())]
            {
                if is_there {
                    return Err(one(Diagnostic::at(
                        at(key),
                        format!("{name} has a list of values and `{key}`"),
                        "only for a range",
                    )
                    .help(format!("take out `{key}`"))));
                }
            }
            let mut problems = Vec::new();
            for index in 0..values.len() {
                let value = node.follow([Step::Key("values"), Step::Index(index)]);
                match view {
                    Some(view) => problems.extend(check_value(value, view, path)),
                    None if value.as_f64().is_none_or(|n| {
                        n.fract() != 0.0 || !(0.0..=f64::from(MOST_REPLICATE)).contains(&n)
                    }) =>
                    {
                        let label =
                            format!("expected a whole number, allowed: 0 to {MOST_REPLICATE}");
                        problems.push(Diagnostic::at(
                            value.span,
                            "`replicate` is out of range",
                            label,
                        ));
                    }
                    None => {}
                }
            }
            if !problems.is_empty() {
                return Err(problems);
            }
            // `1` and `1.0` are the same value of a key with real numbers, and give the same run.
            let alike = |value: &Json| match value.as_f64() {
                Some(n) if is_number && !is_whole => json!(n),
                _ => value.clone(),
            };
            let list: Vec<Json> = values.iter().map(alike).collect();
            Ok((with(Values::Listed(list)), Spread::Listed(values.len())))
        }
        (None, Some(low), Some(high)) => {
            if !is_number {
                return Err(one(Diagnostic::at(
                    at("path"),
                    format!("{name} has no range"),
                    "its values are no plain numbers",
                )
                .help("list them: `values = [...]`")));
            }
            let limits = view.map_or(
                schema::Limits {
                    minimum: Some(0.0),
                    maximum: Some(f64::from(MOST_REPLICATE)),
                    ..Default::default()
                },
                View::limits,
            );
            for (key, value) in [("low", low), ("high", high)] {
                if !limits.allow(value) {
                    let allowed = limits.in_words().unwrap_or_default();
                    let label = format!("found {}, allowed: {allowed}", number(value));
                    let problem = Diagnostic::at(
                        at(key),
                        format!("the range of {name} is wider than the key's own"),
                        label,
                    );
                    let meaning =
                        view.and_then(View::meaning).map(|meaning| format!("`{path}`: {meaning}"));
                    return Err(one(meaning.into_iter().fold(problem, Diagnostic::note)));
                }
                if is_whole && value.fract() != 0.0 {
                    let label = format!("found {}, needed: a whole number", number(value));
                    return Err(one(Diagnostic::at(
                        at(key),
                        format!("{name} is a whole number"),
                        label,
                    )));
                }
            }
            if low >= high {
                let label = format!("from {} to {}", number(low), number(high));
                return Err(one(Diagnostic::at(
                    at("high"),
                    format!("the range of {name} is empty or runs backwards"),
                    label,
                )
                .help("`low` is less than `high`")));
            }
            let scale = factor.scale.unwrap_or(Scale::Linear);
            if scale == Scale::Log && low <= 0.0 {
                let label = format!("found {}, needed: more than 0", number(low));
                return Err(one(Diagnostic::at(
                    at("low"),
                    format!("{name} cannot start there on a log scale"),
                    label,
                )
                .help("raise `low`, or write `scale = \"linear\"`")));
            }
            let steps = matches!(made, Made::Grid { .. });
            if steps != factor.steps.is_some() || matches!(made, Made::List { .. }) {
                let (message, help) = match made {
                    Made::Grid { .. } => (
                        format!("{name} has a range and no `steps`"),
                        "a grid needs `steps`, or `values`",
                    ),
                    Made::List { .. } => (format!("{name} has a range"), "a list needs `values`"),
                    _ => (format!("{name} has `steps`"), "`steps` is for a grid; take it out"),
                };
                return Err(one(Diagnostic::at(node.span, message, "this factor").help(help)));
            }
            if is_whole {
                return Ok((with(Values::Integers), Spread::Integers { low, high, scale }));
            }
            Ok((
                with(Values::Numbers),
                Spread::Numbers(Axis { path: path.to_owned(), low, high, scale }),
            ))
        }
        _ => Err(one(Diagnostic::at(
            node.span,
            format!("{name} needs a range or a list of values"),
            "this factor",
        )
        .help("write `low` and `high`, or `values = [...]`, and not both"))),
    }
}
