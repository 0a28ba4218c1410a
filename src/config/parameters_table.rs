//! `docs/parameters.md`: every parameter with value, range, unit, source and certainty, from the schema and the base
//! scenario.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value as Json;

use super::check::join;
use super::diagnostics::Diagnostics;
use super::resolve::read_tree;
use super::scenario::Scenario;
use super::schema::{self, View};
use super::tree::{Node, Table, Value};

/// Characters of a value in a row at most; longer ones are in the file.
const LONGEST_VALUE: usize = 72;

const INTRODUCTION: &str = "# Parameters

Every parameter of the model: its value in the base scenario (`configs/base.toml`), its allowed range, unit, source and
certainty. This page is generated (`spillover schema --parameters > docs/parameters.md`) and tested to be current.

Certainty: `F` measured or documented fact, `F~` fact with a wide or contested range, `C` calibrated or fitted by its
source, `R-h`, `R-m`, `R-l` reasoned from the literature with high, medium, low confidence, `P` placeholder: plausible,
without a source, to be varied in sensitivity studies. Sources are sections of the project's evidence file, or named works.
";

/// The page, from the schema of a scenario and the values of a base scenario.
///
/// # Errors
/// When the base scenario cannot be read.
pub fn parameters_table(base: &Path) -> Result<String, Diagnostics> {
    let (tree, _) = read_tree(base, &[])?;
    Ok(page(&schema::resolved::<Scenario>(), &tree))
}

/// Quantities of the model whose documentation in the schema is short of something, as `path: what is missing`.
///
/// Settings of the study, the run and the switches need no source and are left out.
#[must_use]
pub fn undocumented() -> Vec<String> {
    let document = schema::resolved::<Scenario>();
    let mut found = Vec::new();
    for (name, table) in View::root(&document).properties() {
        if !matches!(name, "study" | "run" | "mechanisms") {
            gaps(table, name, 0, &mut found);
        }
    }
    found
}

fn gaps(schema: View<'_>, path: &str, depth: usize, found: &mut Vec<String>) {
    if depth > 12 {
        return;
    }
    for (name, inner) in children(schema) {
        gaps(inner, &join(path, name), depth + 1, found);
    }
    let number = leaf_number(schema);
    let mut missing = Vec::new();
    if schema.meaning().is_none() && depth > 0 {
        missing.push("meaning");
    }
    if let Some(number) = number {
        for (keyword, words) in [("x-unit", "unit"), ("x-source", "source"), ("x-certainty", "certainty")] {
            if schema.text(keyword).is_none() {
                missing.push(words);
            }
        }
        let limits = number.limits();
        if limits.minimum.or(limits.above).is_none() || limits.maximum.or(limits.below).is_none() {
            missing.push("range");
        }
    }
    if !missing.is_empty() {
        found.push(format!("{path}: {}", missing.join(", ")));
    }
}

/// Schemas below one: properties, values of a map, items of a list of tables, fields of an enum's variants.
fn children(schema: View<'_>) -> Vec<(&str, View<'_>)> {
    let mut found: Vec<_> = schema.properties().collect();
    if schema.types() == ["object"] {
        found.extend(schema.other_properties().filter(|inner| !inner.types().is_empty()).map(|inner| ("*", inner)));
    }
    if schema.types() == ["array"]
        && let Some(item) = schema.item(0).filter(|item| item.types() == ["object"])
    {
        found.push(("*", item));
    }
    if schema.choices().is_none() {
        found.extend(schema.branches().into_iter().flat_map(View::properties));
    }
    found
}

/// The number that a leaf is or is a list of.
fn leaf_number(schema: View<'_>) -> Option<View<'_>> {
    match schema.types()[..] {
        ["number" | "integer"] => Some(schema),
        ["array"] => leaf_number(schema.item(0)?),
        _ => None,
    }
}

/// The page for any schema.
pub fn page(document: &Json, tree: &Node) -> String {
    let mut text = INTRODUCTION.to_owned();
    for (name, schema) in View::root(document).properties() {
        let values = tree.as_table().and_then(|table| table.get(name)).map(|entry| &entry.node);
        section(schema, values, name, 2, &mut text);
    }
    text
}

fn section(schema: View<'_>, values: Option<&Node>, path: &str, level: usize, text: &mut String) {
    let _ = writeln!(text, "\n{} `[{path}]`\n", "#".repeat(level.min(6)));
    if let Some(meaning) = schema.meaning() {
        let _ = writeln!(text, "{meaning}\n");
    }
    let table = values.and_then(Node::as_table);
    let value_of = |name: &str| table.and_then(|table| table.get(name)).map(|entry| &entry.node);
    let mut below = Vec::new();
    let mut rows = String::new();
    for (name, inner, value) in entries(schema, table).into_iter().map(|(name, inner)| (name, inner, value_of(name))) {
        if is_section(inner, value) {
            below.push((name, inner, value));
        } else {
            // A value of a map is documented where the map is.
            let documented = if schema.property(name).is_some() { inner } else { schema };
            row(name, inner, documented, value, &mut rows);
        }
    }
    if !rows.is_empty() {
        text.push_str("| key | value | range | unit | meaning | source | certainty |\n|---|---|---|---|---|---|---|\n");
        text.push_str(&rows);
    }
    for (name, inner, value) in below {
        let path = join(path, name);
        match value.and_then(Node::as_array) {
            Some(items) => {
                for (index, item) in items.iter().enumerate() {
                    let item_schema = inner.item(index).unwrap_or(inner);
                    section(chosen(item_schema, item), Some(item), &format!("{path}[{index}]"), level + 1, text);
                }
            }
            None => section(value.map_or(inner, |node| chosen(inner, node)), value, &path, level + 1, text),
        }
    }
}

/// Names with their schemas: those of the struct in its order, then those that only the values name.
fn entries<'a>(schema: View<'a>, table: Option<&'a Table>) -> Vec<(&'a str, View<'a>)> {
    let mut found: Vec<_> = schema.properties().collect();
    if let Some(other) = schema.other_properties() {
        let names = table.into_iter().flat_map(Table::iter).map(|entry| entry.key.as_str());
        found.extend(names.filter(|name| schema.property(name).is_none()).map(|name| (name, other)));
    }
    found
}

/// Of an enum with fields, the variant that the value is.
fn chosen<'a>(schema: View<'a>, node: &Node) -> View<'a> {
    let branches = schema.branches();
    super::check::pick(node, &branches).unwrap_or(schema)
}

fn is_section(schema: View<'_>, value: Option<&Node>) -> bool {
    match value.map(|node| &node.value) {
        Some(Value::Table(_)) => true,
        Some(Value::Array(items)) => {
            !items.is_empty() && items.iter().all(|item| item.as_table().is_some_and(|table| table.iter().count() > 2))
        }
        Some(_) => false,
        None => schema.types() == ["object"],
    }
}

fn row(name: &str, schema: View<'_>, documented: View<'_>, value: Option<&Node>, rows: &mut String) {
    let value = value.map_or_else(|| "not set".to_owned(), |node| code(&shortened(&node.to_toml())));
    let range = match (schema.choices(), leaf_number(schema)) {
        (Some(choices), _) => {
            choices.iter().map(|(choice, _)| code(&choice.to_string())).collect::<Vec<_>>().join(", ")
        }
        (None, Some(number)) => number.limits().in_words().unwrap_or_default(),
        (None, None) if schema.types() == ["boolean"] => "true, false".to_owned(),
        (None, None) => String::new(),
    };
    let cell = |keyword: &str| {
        schema.text(keyword).or_else(|| documented.text(keyword)).unwrap_or_default().replace('|', "\\|")
    };
    let meaning = schema.meaning().unwrap_or_default().replace('|', "\\|");
    let unit = match cell("x-unit") {
        unit if unit == "1" => String::new(),
        unit => unit,
    };
    let (source, certainty) = (cell("x-source"), cell("x-certainty"));
    let _ = writeln!(rows, "| `{name}` | {value} | {range} | {unit} | {meaning} | {source} | {certainty} |");
}

fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST_VALUE {
        return text.to_owned();
    }
    format!("{}...", text.chars().take(LONGEST_VALUE).collect::<String>())
}
