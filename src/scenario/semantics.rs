//! What a schema cannot say: keys of a scenario that must agree with each other.
//!
//! These look at the tree, not at the finished scenario, so that they are told together with everything else.

use checked_toml::tree::Entry;
use checked_toml::{Diagnostic, Node, Span, Table, nearest, question, shown};

use super::Scenario;
use crate::leadership;

/// Keys that a variant may not change, with the reason.
const FIXED_IN_VARIANTS: [(&str, &str); 6] = [
    ("study", "a variant changes the model, not the study that it is part of"),
    ("design", "the points of a study are the same under each of its variants"),
    ("sensitivity", "a variant changes the model, not what is made of the runs"),
    ("run.map", "all variants of a study run on one map"),
    ("run.as_of", "variants are compared day by day, so they share the dates"),
    ("run.days", "variants are compared day by day, so they share the dates"),
];

/// Name of the scenario itself among the variants, when a study has no others.
pub const BASE_VARIANT: &str = "base";

/// Problems between keys of a scenario.
#[must_use]
pub fn check(tree: &Node) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    outcomes(tree, &mut problems);
    variants(tree, &mut problems);
    problems
}

/// What the domains say of their own values, as `key: what is wrong`: keys that must agree within a domain.
#[must_use]
pub fn of_domains(scenario: &Scenario) -> Vec<String> {
    let mut found = leadership::checks::check(&scenario.leadership);
    let pairs = scenario.states.problems(&scenario.run.fronts);
    found.extend(pairs.into_iter().map(|(key, complaint)| format!("{key}: {complaint}")));
    found
}

fn words<'a>(tree: &'a Node, path: &str) -> Vec<(&'a str, &'a Node)> {
    let items = tree.get(path).and_then(Node::as_array).unwrap_or_default();
    items.iter().filter_map(|item| Some((item.as_str()?, item))).collect()
}

fn repeated<'a>(named: &[(&'a str, &'a Node)], what: &str, problems: &mut Vec<Diagnostic>) {
    for (index, (name, node)) in named.iter().enumerate() {
        if let Some((_, first)) = named[..index].iter().find(|(other, _)| other == name) {
            problems.push(
                Diagnostic::at(
                    node.span,
                    format!("{what} {} is named twice", shown(name)),
                    "again here",
                )
                .related(first.span, "first here")
                .help("keep one of the two"),
            );
        }
    }
}

fn list(names: &[(&str, &Node)]) -> String {
    names.iter().map(|(name, _)| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

fn outcomes(tree: &Node, problems: &mut Vec<Diagnostic>) {
    let outcomes = words(tree, "study.outcomes");
    repeated(&outcomes, "outcome", problems);
    if let Some(against) = tree.get("study.contrast_against")
        && let Some(name) = against.as_str()
        && !outcomes.is_empty()
        && !outcomes.iter().any(|(outcome, _)| *outcome == name)
    {
        let message =
            format!("`study.contrast_against` is {}, which the study does not run", shown(name));
        let mut problem = Diagnostic::at(against.span, message, "not among `study.outcomes`");
        if let Some(list) = tree.get("study.outcomes") {
            problem = problem.related(list.span, "the outcomes of the study");
        }
        problems.push(problem.help("add it to `study.outcomes`, or compare with one of them"));
    }
}

/// Names of the variants, each with its node.
fn variant_names(tree: &Node) -> Vec<(&str, &Node)> {
    let variants = tree.get("study.variants").and_then(Node::as_array).unwrap_or_default();
    variants
        .iter()
        .filter_map(|variant| variant.get("name").and_then(|name| Some((name.as_str()?, name))))
        .collect()
}

fn variants(tree: &Node, problems: &mut Vec<Diagnostic>) {
    let names = variant_names(tree);
    repeated(&names, "variant", problems);
    let Some(against) = tree.get("study.contrast_variant") else { return };
    let Some(name) = against.as_str() else { return };
    if names.iter().any(|(variant, _)| *variant == name) || names.is_empty() && name == BASE_VARIANT
    {
        return;
    }
    let message =
        format!("`study.contrast_variant` is {}, which is no variant of the study", shown(name));
    let problem = Diagnostic::at(against.span, message, "not among `study.variants`");
    problems.push(if names.is_empty() {
        problem.help("a study without variants has only \"base\", the scenario itself")
    } else {
        let problem = problem.note(format!("variants of the study: {}", list(&names)));
        match nearest(name, names.iter().map(|(name, _)| *name)) {
            Some(guess) => problem.help(question(&format!("\"{guess}\""))),
            None => problem.help("set it to the variant that the others are compared with"),
        }
    });
}

/// The scenario of each variant as a tree, with the problems of laying the variant over the scenario.
#[must_use]
pub fn apply_variants(tree: &Node) -> (Vec<(String, Node)>, Vec<Diagnostic>) {
    let mut applied = Vec::new();
    let mut problems = Vec::new();
    let variants = tree.get("study.variants").and_then(Node::as_array).unwrap_or_default();
    for variant in variants {
        let Some(name) = variant.get("name").and_then(Node::as_str) else { continue };
        let mut changed = tree.clone();
        let set = variant.get("set").and_then(Node::as_table);
        for entry in set.into_iter().flat_map(Table::iter) {
            apply(entry, &mut Vec::new(), &mut changed, &mut problems);
        }
        applied.push((name.to_owned(), changed));
    }
    (applied, problems)
}

/// Sets what an entry of a variant's `set` says. Keys may be nested tables or quoted paths with dots.
fn apply(
    entry: &Entry,
    path: &mut Vec<(String, Span)>,
    tree: &mut Node,
    problems: &mut Vec<Diagnostic>,
) {
    let depth = path.len();
    let mut start = entry.key_span.start;
    let is_quoted = entry.key_span.end - entry.key_span.start == entry.key.len() + 2;
    start += usize::from(is_quoted);
    for part in entry.key.split('.') {
        let mut span = entry.key_span;
        if is_quoted {
            (span.start, span.end) = (start, start + part.len());
            start = span.end + 1;
        }
        path.push((part.to_owned(), span));
    }
    let dotted = path.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>().join(".");
    let is_within = |key: &str| {
        dotted.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    if let Some((key, why)) = FIXED_IN_VARIANTS.iter().find(|(key, _)| is_within(key)) {
        problems.push(
            Diagnostic::at(entry.key_span, format!("a variant cannot change `{key}`"), "not here")
                .note((*why).to_owned())
                .help("set it in the study's own table"),
        );
    } else if let Some(table) = entry.node.as_table().filter(|table| table.iter().next().is_some())
    {
        for inner in table.iter() {
            apply(inner, path, tree, problems);
        }
    } else {
        tree.set(path, entry.node.clone());
    }
    path.truncate(depth);
}
