//! `docs/parameters.md`: every parameter with value, range, unit, source and certainty, from the schema and the base
//! scenario.

use std::fmt::Write as _;
use std::path::Path;

use checked_toml::check::pick;
use checked_toml::schema::resolved;
use checked_toml::source::read;
use checked_toml::{Diagnostics, Node, Table, Value, View, join};
use serde_json::Value as Json;

use super::{Scenario, StudyFile, WORDING};

/// Characters of a value in a row at most; longer ones are in the file.
const LONGEST_VALUE: usize = 72;

const INTRODUCTION: &str = "# Parameters

Every parameter of the model: its value in the base scenario (`configs/base.toml`), its allowed range, unit, source and
certainty. This page is generated (`spillover schema --parameters > docs/parameters.md`) and tested to be current.

Certainty: `F` found in the named source; `F~` found, its date or time inferred; `C` computed from found figures; `R-h`,
`R-m`, `R-l` remembered from the literature with high, medium, low confidence; `P` proposed value without a source, to be
swept and never presented as evidence. Sources are sections of the project's evidence file, or named works. Ranges are what
the program accepts, not what is plausible.
";

/// The page, from the schema of a scenario and the values of a base scenario.
///
/// # Errors
/// When the base scenario cannot be read.
pub fn parameters_table(base: &Path) -> Result<String, Diagnostics> {
    let reading = read(base, &[], &WORDING);
    match reading.tree {
        Some(tree) if reading.problems.is_empty() => Ok(page(&resolved::<StudyFile>(), &tree)),
        _ => Err(Diagnostics::new(reading.sources, reading.problems)),
    }
}

/// Quantities of the model whose documentation in the schema is short of something, as `path: what is missing`.
///
/// Settings of the study, the run and the switches need no source and are left out.
#[must_use]
pub fn undocumented() -> Vec<String> {
    let document = resolved::<Scenario>();
    let mut found = Vec::new();
    for (name, table) in View::root(&document).properties() {
        if !matches!(name, "run" | "mechanisms") {
            gaps(table, table, name, 0, &mut found);
        }
    }
    found
}

fn gaps(schema: View<'_>, documented: View<'_>, path: &str, depth: usize, found: &mut Vec<String>) {
    if depth > 12 {
        return;
    }
    for (name, inner) in children(schema) {
        // A value of a map is documented where the map is.
        let documented =
            if name == "*" && inner.properties().next().is_none() { schema } else { inner };
        gaps(inner, documented, &join(path, name), depth + 1, found);
    }
    let mut missing = Vec::new();
    if schema.meaning().or_else(|| documented.meaning()).is_none() && depth > 0 {
        missing.push("meaning");
    }
    if let Some(number) = leaf_number(schema) {
        for (keyword, words) in
            [("x-unit", "unit"), ("x-source", "source"), ("x-certainty", "certainty")]
        {
            if schema.text(keyword).or_else(|| documented.text(keyword)).is_none() {
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
        found.extend(
            schema
                .other_properties()
                .filter(|inner| !inner.types().is_empty())
                .map(|inner| ("*", inner)),
        );
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

const DOCUMENTED: &str = "range | unit | meaning | source | certainty |";

fn section(schema: View<'_>, values: Option<&Node>, path: &str, level: usize, text: &mut String) {
    let _ = writeln!(text, "\n{} `[{path}]`\n", "#".repeat(level.min(6)));
    if let Some(meaning) = schema.meaning() {
        let _ = writeln!(text, "{meaning}\n");
    }
    let items = alike(schema, values);
    if !items.is_empty() {
        side_by_side(&items, text);
        return;
    }
    let table = values.and_then(Node::as_table);
    let value_of = |name: &str| table.and_then(|table| table.get(name)).map(|entry| &entry.node);
    let mut below = Vec::new();
    let mut rows = String::new();
    for (name, inner, value) in
        entries(schema, table).into_iter().map(|(name, inner)| (name, inner, value_of(name)))
    {
        if is_section(inner, value) {
            below.push((name, inner, value));
        } else {
            // A value of a map is documented where the map is.
            let documented = if schema.property(name).is_some() { inner } else { schema };
            let value = value.map_or_else(|| "not set".to_owned(), shown);
            let _ = writeln!(rows, "| `{name}` | {value} | {}", documentation(inner, documented));
        }
    }
    if !rows.is_empty() {
        let _ = write!(text, "| key | value | {DOCUMENTED}\n|---|---|---|---|---|---|---|\n{rows}");
    }
    for (name, inner, value) in below {
        section(
            value.map_or(inner, |node| chosen(inner, node)),
            value,
            &join(path, name),
            level + 1,
            text,
        );
    }
}

/// Names with their schemas: those of the struct in its order, then those that only the values name.
fn entries<'a>(schema: View<'a>, table: Option<&'a Table>) -> Vec<(&'a str, View<'a>)> {
    let mut found: Vec<_> = schema.properties().collect();
    if let Some(other) = schema.other_properties() {
        let names = table.into_iter().flat_map(Table::iter).map(|entry| entry.key.as_str());
        found
            .extend(names.filter(|name| schema.property(name).is_none()).map(|name| (name, other)));
    }
    found
}

/// One of several tables with the same keys.
struct Item<'a> {
    name: String,
    schema: View<'a>,
    node: &'a Node,
}

/// The tables of the same kind that a value consists of: items of a list, values of a map, fields of one type.
fn alike<'a>(schema: View<'a>, values: Option<&'a Node>) -> Vec<Item<'a>> {
    let Some(values) = values else { return Vec::new() };
    let items: Vec<Item<'a>> = match &values.value {
        Value::Array(items) => {
            let name = |index: usize, node: &Node| {
                let name = ["name", "code"]
                    .iter()
                    .find_map(|key| node.get(key)?.as_str().map(ToOwned::to_owned));
                name.unwrap_or_else(|| (index + 1).to_string())
            };
            let item = |(index, node)| {
                Some(Item { name: name(index, node), schema: schema.item(index)?, node })
            };
            items.iter().enumerate().filter_map(item).collect()
        }
        Value::Table(table) => {
            let item = |(name, schema): (&str, View<'a>)| {
                Some(Item { name: name.to_owned(), schema, node: &table.get(name)?.node })
            };
            entries(schema, Some(table)).into_iter().filter_map(item).collect()
        }
        _ => Vec::new(),
    };
    let Some(first) = items.first() else { return items };
    let kind = |item: &Item<'a>| item.schema.properties().map(|(name, _)| name).collect::<Vec<_>>();
    let keys = kind(first);
    let is_list = values.as_array().is_some();
    let all = items.iter().all(|item| item.node.as_table().is_some() && kind(item) == keys);
    if all && !keys.is_empty() && (is_list || items.len() > 1) { items } else { Vec::new() }
}

/// Keys that hold values, within a table and the tables below it.
fn leaves<'a>(schema: View<'a>, path: &str, found: &mut Vec<(String, View<'a>)>) {
    for (name, inner) in schema.properties() {
        let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        if inner.properties().next().is_some() && inner.branches().is_empty() {
            leaves(inner, &path, found);
        } else {
            found.push((path, inner));
        }
    }
}

/// Tables of the same kind: what the keys mean once, and their values side by side.
fn side_by_side(items: &[Item<'_>], text: &mut String) {
    const WIDEST: usize = 12;
    let mut keys = Vec::new();
    leaves(items[0].schema, "", &mut keys);
    let _ = write!(text, "| key | {DOCUMENTED}\n|---|---|---|---|---|---|\n");
    for (key, schema) in &keys {
        let _ = writeln!(text, "| `{key}` | {}", documentation(*schema, *schema));
    }
    let value =
        |item: &Item<'_>, key: &str| item.node.get(key).map_or_else(|| "not set".to_owned(), shown);
    let ruler = |columns: usize| "|---".repeat(columns + 1);
    if keys.len() <= WIDEST {
        let head: Vec<_> = keys.iter().map(|(key, _)| format!("`{key}`")).collect();
        let _ = writeln!(text, "\n| | {} |\n{}|", head.join(" | "), ruler(keys.len()));
        for item in items {
            let row: Vec<_> = keys.iter().map(|(key, _)| value(item, key)).collect();
            let _ = writeln!(text, "| {} | {} |", item.name.replace('|', "\\|"), row.join(" | "));
        }
    } else {
        let head: Vec<_> = items.iter().map(|item| item.name.replace('|', "\\|")).collect();
        let _ = writeln!(text, "\n| key | {} |\n{}|", head.join(" | "), ruler(items.len()));
        for (key, _) in &keys {
            let row: Vec<_> = items.iter().map(|item| value(item, key)).collect();
            let _ = writeln!(text, "| `{key}` | {} |", row.join(" | "));
        }
    }
}

/// Of an enum with fields, the variant that the value is.
fn chosen<'a>(schema: View<'a>, node: &Node) -> View<'a> {
    let branches = schema.branches();
    pick(node, &branches).unwrap_or(schema)
}

fn is_section(schema: View<'_>, value: Option<&Node>) -> bool {
    match value.map(|node| &node.value) {
        Some(Value::Table(_)) => true,
        Some(Value::Array(_)) => !alike(schema, value).is_empty(),
        Some(_) => false,
        None => schema.types() == ["object"],
    }
}

/// The cells of a row about what a key may be and means.
fn documentation(schema: View<'_>, documented: View<'_>) -> String {
    let range = match (schema.choices(), leaf_number(schema)) {
        (Some(choices), _) => choices
            .iter()
            .map(|(choice, _)| code(&choice.to_string()))
            .collect::<Vec<_>>()
            .join(", "),
        (None, Some(number)) => number.limits().in_words().unwrap_or_default(),
        (None, None) if schema.types() == ["boolean"] => "true, false".to_owned(),
        (None, None) => String::new(),
    };
    let cell = |keyword: &str| {
        schema
            .text(keyword)
            .or_else(|| documented.text(keyword))
            .unwrap_or_default()
            .replace('|', "\\|")
    };
    let meaning = schema.meaning().unwrap_or_default().replace('|', "\\|");
    let unit = schema.unit().or_else(|| documented.unit()).unwrap_or_default().replace('|', "\\|");
    let (source, certainty) = (cell("x-source"), cell("x-certainty"));
    format!("{range} | {unit} | {meaning} | {source} | {certainty} |")
}

fn shown(node: &Node) -> String {
    code(&shortened(&node.to_toml()))
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
