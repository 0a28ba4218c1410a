//! The factors of a design as the study writes them, checked against the scenario: what each varies, over which values.

use checked_toml::schema::{Limits, number};
use checked_toml::{Diagnostic, Node, Span, Step, View, leaves, lookup, shown};
use serde_json::{Value as Json, json};

use super::axis::{Axis, Scale};
use super::keys::nearest_key;
use super::points::{Column, OUTCOME, REPLICATE, Target, Values};
use super::settings::{Factor, Made};
use super::spread::Spread;
use crate::scenario::check_value;

/// Number of a replicate at most, so that studies and designs share their numbers.
pub const MOST_REPLICATE: u32 = 999_999;

/// Keys that a design may not vary, with the reason.
const REFUSED: [(&str, &str); 4] = [
    ("run.map", "all points of a study run on one map"),
    ("run.as_of", "points are compared day by day, so they share the dates"),
    ("run.days", "points are compared day by day, so they share the dates"),
    ("study.seed", "to vary the luck, vary `replicate`"),
];

/// What a design must fit.
#[derive(Clone, Copy)]
pub struct Against<'a> {
    /// The resolved scenario as JSON.
    pub values: &'a Json,
    /// Its schema.
    pub document: View<'a>,
    /// Outcomes of the study, by name.
    pub outcomes: &'a [String],
}

/// Why a key may not be varied, if so.
pub(super) fn refused(path: &str, span: Span) -> Option<Diagnostic> {
    let (_, why) = REFUSED.iter().find(|(key, _)| *key == path)?;
    Some(Diagnostic::at(span, format!("a design cannot vary `{path}`"), "not here").note(*why))
}

/// Numbers that a replicate may have.
pub(super) fn replicate_limits() -> Limits {
    let maximum = Some(f64::from(MOST_REPLICATE));
    Limits { minimum: Some(0.0), maximum, ..Limits::default() }
}

/// The complaint about an odd number of levels.
pub(super) fn odd(levels: u32, node: &Node) -> Option<Diagnostic> {
    let span = node.follow([Step::Key("levels")]).span;
    let problem =
        Diagnostic::at(span, "`levels` is odd", format!("found {levels}, needed: an even number"));
    (levels % 2 == 1).then(|| problem.help("4 is the usual choice"))
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
    made: &Made,
    node: &Node,
    against: Against<'_>,
) -> (Vec<Varied>, Vec<Diagnostic>) {
    let factors = made.factors();
    let place = |index| node.follow([Step::Key("factors"), Step::Index(index)]);
    let named = |index| place(index).follow([Step::Key("path")]).span;
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for (index, factor) in factors.iter().enumerate() {
        let named_here = named(index);
        if let Some(first) = factors[..index].iter().position(|other| other.path == factor.path) {
            let message = format!("{} is varied twice", shown(&factor.path));
            let problem = Diagnostic::at(named_here, message, "again here");
            problems.push(problem.related(named(first), "first here").help("remove one"));
            continue;
        }
        let written = Written { factor, node: place(index), made, name: shown(&factor.path) };
        match written.varied(against) {
            Ok((column, spread)) => found.push(Varied { column, spread, named: named_here }),
            Err(wrong) => problems.extend(wrong),
        }
    }
    (found, problems)
}

/// A key that is varied; none for the luck.
type Key<'a> = Option<View<'a>>;

fn is_number(key: Key<'_>) -> bool {
    let plain = |v: View<'_>| matches!(v.types()[..], ["number" | "integer"]);
    key.is_none_or(|view| plain(view) && view.choices().is_none())
}

fn is_whole(key: Key<'_>) -> bool {
    key.is_none_or(|view| view.types() == ["integer"])
}

/// A factor as the study writes it.
struct Written<'a> {
    factor: &'a Factor,
    node: &'a Node,
    made: &'a Made,
    /// Its path, as it is shown.
    name: String,
}

type Checked<T> = Result<T, Vec<Diagnostic>>;

impl Written<'_> {
    /// What is wrong with one of its keys, or without one with the whole of it.
    fn wrong<T>(
        &self,
        key: Option<&'static str>,
        message: String,
        label: impl Into<String>,
        more: impl FnOnce(Diagnostic) -> Diagnostic,
    ) -> Checked<T> {
        let span = key.map_or(self.node.span, |key| self.node.follow([Step::Key(key)]).span);
        Err(vec![more(Diagnostic::at(span, message, label))])
    }

    /// The factor as a column, or what is wrong with it.
    fn varied(&self, against: Against<'_>) -> Checked<(Column, Spread)> {
        let path = &self.factor.path;
        let key = self.key(against)?;
        let (values, spread) = match (&self.factor.values, self.factor.low, self.factor.high) {
            (Some(values), None, None) => self.list(values, key)?,
            (None, Some(low), Some(high)) => self.range(low, high, key)?,
            _ => {
                let message = format!("{} needs a range or a list of values", self.name);
                return self.wrong(None, message, "this factor", |problem| {
                    problem.help("write `low` and `high`, or `values = [...]`, and not both")
                });
            }
        };
        let target = if key.is_some() { Target::Key } else { Target::Replicate };
        Ok((Column { path: path.clone(), target, values }, spread))
    }

    /// The key that it varies.
    fn key<'a>(&self, against: Against<'a>) -> Checked<Key<'a>> {
        let (path, name) = (self.factor.path.as_str(), &self.name);
        if path == REPLICATE {
            return Ok(None);
        }
        if path == OUTCOME {
            return self.wrong(Some("path"), "outcomes are no factor".into(), "varied here", |p| {
                p.help("every point is run with every outcome of `study.outcomes`")
            });
        }
        if let Some(problem) = refused(path, self.node.follow([Step::Key("path")]).span) {
            return Err(vec![problem]);
        }
        let value = lookup(against.values, path);
        if value.is_none_or(Json::is_object) {
            let label = if value.is_some() { "this is a table, not a key" } else { "no such key" };
            let message = format!("{name} is no key of the scenario");
            return self.wrong(Some("path"), message, label, |problem| {
                problem
                    .note("docs/parameters.md has all keys with their ranges")
                    .guess(nearest_key(path, &leaves(against.values)))
            });
        }
        match against.document.at_path(path) {
            Some(view) => Ok(Some(view)),
            None => self.wrong(
                Some("path"),
                format!("{name} cannot be varied by itself"),
                "its table has no schema of its own",
                |problem| problem,
            ),
        }
    }

    /// A list of values.
    fn list(&self, values: &[Json], key: Key<'_>) -> Checked<(Values, Spread)> {
        let Factor { path, scale, steps, .. } = self.factor;
        for (name, is_there) in [("scale", scale.is_some()), ("steps", steps.is_some())] {
            if is_there {
                let message = format!("{} has a list of values and `{name}`", self.name);
                return self.wrong(Some(name), message, "only for a range", |problem| {
                    problem.help(format!("take out `{name}`"))
                });
            }
        }
        let mut problems = Vec::new();
        for index in 0..values.len() {
            let value = self.node.follow([Step::Key("values"), Step::Index(index)]);
            let is_replicate = |n: f64| n.fract() == 0.0 && replicate_limits().allow(n);
            match key {
                Some(view) => problems.extend(check_value(value, view, path)),
                None if value.as_f64().is_some_and(is_replicate) => {}
                None => problems.push(Diagnostic::at(
                    value.span,
                    "`replicate` is out of range",
                    format!("expected a whole number, allowed: 0 to {MOST_REPLICATE}"),
                )),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        // `1` and `1.0` are the same value of a key with real numbers, and give the same run.
        let alike = |value: &Json| match value.as_f64() {
            Some(n) if is_number(key) && !is_whole(key) => json!(n),
            _ => value.clone(),
        };
        Ok((Values::Listed(values.iter().map(alike).collect()), Spread::Listed(values.len())))
    }

    /// A range of numbers.
    fn range(&self, low: f64, high: f64, key: Key<'_>) -> Checked<(Values, Spread)> {
        let (path, name, is_whole) = (&self.factor.path, &self.name, is_whole(key));
        if !is_number(key) {
            let message = format!("{name} has no range");
            return self.wrong(Some("path"), message, "its values are no plain numbers", |p| {
                p.help("list them: `values = [...]`")
            });
        }

        // A whole number has whole ends.
        for (end, value) in [("low", low), ("high", high)] {
            if is_whole && value.fract() != 0.0 {
                let label = format!("found {}, needed: a whole number", number(value));
                let message = format!("{name} is a whole number");
                return self.wrong(Some(end), message, label, |problem| problem);
            }
        }

        // The range lies within what the key allows, and runs forwards on its scale.
        let scale = self.factor.scale.unwrap_or(Scale::Linear);
        let axis = Axis { path: path.clone(), low, high, scale };
        let limits = key.map_or_else(replicate_limits, View::limits);
        let at = |end| self.node.follow([Step::Key(end)]).span;
        if let Some(problem) = axis.problem(limits, key.and_then(View::meaning).as_deref(), at) {
            return Err(vec![problem]);
        }

        // Steps are for grids, which need them; a list has no ranges.
        let has_steps = self.factor.steps.is_some();
        let misfit = match self.made {
            Made::List { .. } => Some((format!("{name} has a range"), "a list needs `values`")),
            Made::Grid { .. } => (!has_steps).then(|| {
                (format!("{name} has a range and no `steps`"), "a grid needs `steps`, or `values`")
            }),
            _ => has_steps
                .then(|| (format!("{name} has `steps`"), "`steps` is for a grid; take it out")),
        };
        if let Some((message, help)) = misfit {
            return self.wrong(None, message, "this factor", |problem| problem.help(help));
        }
        Ok(if is_whole {
            (Values::Integers, Spread::Integers { low, high, scale })
        } else {
            (Values::Numbers, Spread::Numbers(axis))
        })
    }
}
