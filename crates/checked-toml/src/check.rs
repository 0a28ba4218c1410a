//! A merged tree against its schema: every problem at once, each at its place, in words.

use regex_lite::Regex;
use serde_json::Value as Json;

use crate::Wording;
use crate::diagnostics::{Diagnostic, FileId, Span, shown};
use crate::schema::{Choice, View, number};
use crate::source::Reading;
use crate::spelling::nearest;
use crate::tree::{Entry, Node, Table, Value};
use crate::words::{join, place_in_words, repair, type_in_words, with_meaning};

/// Keys in a message at most; a command lists more.
const LISTED_KEYS: usize = 16;
/// Missing keys named in a message at most.
const NAMED: usize = 5;
/// The pattern of a date in the schemas; values that fit it must also be real dates.
const DATE: &str = r"^\d{4}-\d{2}-\d{2}$";

const DATE_IN_WORDS: &str = "a date as year-month-day, such as 2026-01-15";

/// What to check besides the values.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The file that was asked for, which is where whole tables are missing.
    pub root: Option<FileId>,
    /// Whether it extends another.
    pub extends: bool,
    /// Whether missing keys are problems: not when a file of the chain could not be read.
    pub is_complete: bool,
    /// The program's words.
    pub wording: &'a Wording,
}

impl<'a> Scope<'a> {
    /// That of files which were read.
    #[must_use]
    pub fn of(reading: &Reading, wording: &'a Wording) -> Self {
        let Reading { root, is_complete, .. } = *reading;
        Self { root, extends: reading.sources.files().len() > 1, is_complete, wording }
    }

    /// That of a value by itself.
    #[must_use]
    pub const fn value(wording: &'a Wording) -> Self {
        Self { root: None, extends: false, is_complete: true, wording }
    }
}

/// Problems of a tree, or of the value at a path, against its schema.
#[must_use]
pub fn check(tree: &Node, schema: View<'_>, path: &str, scope: Scope<'_>) -> Vec<Diagnostic> {
    let mut walk = Walk {
        schema,
        scope,
        problems: Vec::new(),
        missing: Vec::new(),
        has_misplaced_extends: false,
    };
    walk.node(tree, schema, path, None);
    if scope.is_complete && !walk.has_misplaced_extends {
        walk.problems.append(&mut walk.missing);
    }
    walk.problems
}

struct Walk<'s> {
    /// Of the whole tree, to tell where a misplaced key belongs.
    schema: View<'s>,
    scope: Scope<'s>,
    problems: Vec<Diagnostic>,
    /// Missing keys, told only if nothing explains why they are missing.
    missing: Vec<Diagnostic>,
    has_misplaced_extends: bool,
}

/// A key and the schema that tells its meaning and unit: for an item of an array that of the array.
type Told<'a> = (&'a str, View<'a>);

impl Walk<'_> {
    fn report(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// Reports a problem of a key with what the key means.
    fn tell(&mut self, (path, told): Told<'_>, span: Span, what: &str, label: String) {
        let problem = Diagnostic::at(span, format!("{} {what}", shown(path)), label);
        self.report(with_meaning(problem, told, path));
    }

    /// `key_schema` is the schema at the key, where meaning and unit are told for an item of an array as well.
    fn node(&mut self, node: &Node, schema: View<'_>, path: &str, key_schema: Option<View<'_>>) {
        let told = key_schema.unwrap_or(schema);
        for part in schema.parts() {
            self.node(node, part, path, Some(told));
        }
        if let Some(choices) = schema.choices() {
            self.choice(node, &choices, (path, told));
            return;
        }

        // Of several alternatives, the one that was meant.
        let branches = schema.branches();
        if let Some(table) = node.as_table()
            && let Some((tag, kinds)) = common_tag(&branches)
            && !table
                .get(tag)
                .is_some_and(|entry| kinds.iter().any(|(kind, _)| *kind == &entry.node.to_json()))
        {
            // Which fields are right cannot be said before the kind is known.
            match table.get(tag) {
                Some(entry) => self.choice(&entry.node, &kinds, (&join(path, tag), told)),
                None => self.missing_keys(node, &[tag], branches[0], path),
            }
            return;
        }
        if let Some(branch) = pick(node, &branches) {
            self.node(node, branch, path, Some(told));
            return;
        }

        // One of the types that are allowed, and then what is allowed of that type.
        let types = if branches.is_empty() {
            schema.types()
        } else {
            branches.iter().flat_map(|b| b.types()).collect()
        };
        if types.is_empty() {
            self.finite_within(node, path);
            return;
        }
        if !types.iter().any(|name| fits(&node.value, name)) || !branches.is_empty() {
            self.wrong_type(node, &types, schema, (path, told));
            return;
        }
        match &node.value {
            Value::Integer(_) | Value::Float(_) => self.number(node, schema, (path, told)),
            Value::String(text) => self.text(node, text, schema, (path, told)),
            Value::Datetime(datetime) => {
                self.text(node, &datetime.to_string(), schema, (path, told));
            }
            Value::Boolean(_) => {}
            Value::Array(items) => self.array(node, items, schema, (path, told)),
            Value::Table(table) => self.table(node, table, schema, path),
        }
    }

    fn choice(&mut self, node: &Node, choices: &[Choice<'_>], (path, told): Told<'_>) {
        let found = node.to_json();
        let same = |choice: &Json| {
            *choice == found || choice.as_f64().is_some_and(|c| node.as_f64() == Some(c))
        };
        if choices.iter().any(|(choice, _)| same(choice)) {
            return;
        }
        let allowed =
            choices.iter().map(|(choice, _)| choice.to_string()).collect::<Vec<_>>().join(", ");
        let names = choices.iter().filter_map(|(choice, _)| choice.as_str());
        let right_type =
            choices.iter().any(|(choice, _)| choice.is_string() == node.as_str().is_some());
        let problem = if right_type {
            let message = format!("unknown value for {}", shown(path));
            let guess = node.as_str().and_then(|word| nearest(word, names));
            let label = if choices.len() == 1 {
                format!("expected {allowed}")
            } else {
                "not one of the choices".into()
            };
            Diagnostic::at(node.span, message, label)
                .note(format!("allowed: {allowed}"))
                .guess(guess.map(|guess| format!("\"{guess}\"")).as_deref())
        } else {
            let label = format!("expected one of {allowed}, found {}", node.value.kind());
            let hint = matches!(node.value, Value::Array(_))
                .then_some("this key takes one value, not a list");
            Diagnostic::at(node.span, format!("wrong type for {}", shown(path)), label)
                .maybe_help(hint)
        };
        self.report(with_meaning(problem, told, path));
    }

    fn wrong_type(
        &mut self,
        node: &Node,
        types: &[&str],
        schema: View<'_>,
        (path, told): Told<'_>,
    ) {
        let expected = if schema.text("pattern") == Some(DATE) {
            DATE_IN_WORDS.to_owned()
        } else {
            types.iter().map(|name| type_in_words(name)).collect::<Vec<_>>().join(" or ")
        };
        let label = format!("expected {expected}, found {}", node.value.kind());
        let problem = Diagnostic::at(node.span, format!("wrong type for {}", shown(path)), label);
        let help = repair(node, types, told);
        self.report(with_meaning(problem, told, path).maybe_help(help));
    }

    fn number(&mut self, node: &Node, schema: View<'_>, at: Told<'_>) {
        let Some(found) = node.as_f64() else { return };
        if !found.is_finite() {
            self.not_finite(node, at);
            return;
        }
        let limits = schema.limits();
        if limits.allow(found) {
            return;
        }
        let found = match node.value {
            Value::Integer(integer) => integer.to_string(),
            _ => number(found),
        };
        let label = format!("found {found}, allowed: {}", limits.in_words().unwrap_or_default());
        self.tell(at, node.span, "is out of range", label);
    }

    fn not_finite(&mut self, node: &Node, at: Told<'_>) {
        self.tell(at, node.span, "is not a finite number", "expected a number".into());
    }

    /// Where the schema allows anything, numbers still have to be numbers.
    fn finite_within(&mut self, node: &Node, path: &str) {
        match &node.value {
            Value::Float(float) if !float.is_finite() => {
                self.not_finite(node, (path, View::root(&Json::Null)));
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.finite_within(item, &format!("{path}[{index}]"));
                }
            }
            Value::Table(table) => {
                for entry in table.iter() {
                    self.finite_within(&entry.node, &join(path, &entry.key));
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, node: &Node, text: &str, schema: View<'_>, at: Told<'_>) {
        let letters = text.chars().count();
        let pattern = schema.text("pattern");
        let matches = pattern
            .is_none_or(|pattern| Regex::new(pattern).is_ok_and(|regex| regex.is_match(text)));
        if !matches {
            let hint = at.1.text("x-hint").or_else(|| schema.text("x-hint"));
            let expected = match (hint, pattern) {
                (Some(hint), _) => hint.to_owned(),
                (None, Some(DATE)) => DATE_IN_WORDS.to_owned(),
                (None, pattern) => {
                    format!("text that fits the pattern {}", pattern.unwrap_or_default())
                }
            };
            self.tell(at, node.span, "has the wrong form", format!("expected {expected}"));
        } else if pattern == Some(DATE) && text.parse::<jiff::civil::Date>().is_err() {
            let label = format!("there is no {text}");
            self.tell(at, node.span, "is not a date of the calendar", label);
        } else if schema.count("minLength").is_some_and(|least| letters < least) {
            let label = if letters == 0 {
                "expected text".into()
            } else {
                format!("found {letters} characters")
            };
            self.tell(at, node.span, "is too short", label);
        } else if let Some(most) = schema.count("maxLength").filter(|most| letters > *most) {
            let label = format!("found {letters} characters, allowed: at most {most}");
            self.tell(at, node.span, "is too long", label);
        }
    }

    fn array(&mut self, node: &Node, items: &[Node], schema: View<'_>, (path, told): Told<'_>) {
        let (least, most) = (schema.count("minItems"), schema.count("maxItems"));
        if least.is_some_and(|least| items.len() < least)
            || most.is_some_and(|most| items.len() > most)
        {
            let allowed = match (least, most) {
                (Some(least), Some(most)) if least == most => format!("exactly {least}"),
                (Some(least), Some(most)) => format!("{least} to {most}"),
                (Some(least), None) => format!("at least {least}"),
                (None, most) => format!("at most {}", most.unwrap_or_default()),
            };
            let label = format!("found {}, expected {allowed}", items.len());
            self.tell((path, told), node.span, "has the wrong number of values", label);
        }
        for (index, item) in items.iter().enumerate() {
            let path = format!("{path}[{index}]");
            match schema.item(index) {
                Some(inner) => self.node(item, inner, &path, Some(told)),
                None => self.finite_within(item, &path),
            }
        }
        if schema.is_range()
            && let [low, high] = items
            && let (Some(from), Some(to)) = (low.as_f64(), high.as_f64())
            && from > to
        {
            let (low, high) = (low.to_toml(), high.to_toml());
            let message = format!("the range of {} runs backwards", shown(path));
            let problem = Diagnostic::at(node.span, message, format!("from {low} down to {high}"));
            let help = format!("write the lower value first: `[{high}, {low}]`");
            self.report(with_meaning(problem, told, path).help(help));
        }
        if schema.get("uniqueItems") == Some(&Json::Bool(true)) {
            self.report_repeated(items, path);
        }
    }

    fn report_repeated(&mut self, items: &[Node], path: &str) {
        for (index, item) in items.iter().enumerate() {
            let value = item.to_json();
            if let Some(first) = items[..index].iter().find(|other| other.to_json() == value) {
                let message = format!("{} names {} twice", shown(path), item.to_toml());
                self.report(
                    Diagnostic::at(item.span, message, "again here")
                        .related(first.span, "first here")
                        .help("remove one"),
                );
            }
        }
    }

    fn table(&mut self, node: &Node, table: &Table, schema: View<'_>, path: &str) {
        for entry in table.iter() {
            let inner_path = join(path, &entry.key);
            let by_pattern = || {
                let mut patterns = schema.pattern_properties();
                patterns.find(|(pattern, _)| {
                    Regex::new(pattern).is_ok_and(|regex| regex.is_match(&entry.key))
                })
            };
            let inner = schema
                .property(&entry.key)
                .or_else(|| by_pattern().map(|(_, inner)| inner))
                .or_else(|| schema.other_properties());
            match inner {
                // A value of a map is explained where the map is.
                Some(inner) => self.node(
                    &entry.node,
                    inner,
                    &inner_path,
                    inner.meaning().is_none().then_some(schema),
                ),
                None => self.unknown_key(entry, schema, path),
            }
        }
        let missing: Vec<&str> =
            schema.required().filter(|name| table.get(name).is_none()).collect();
        if !missing.is_empty() {
            self.missing_keys(node, &missing, schema, path);
        }
    }

    fn unknown_key(&mut self, entry: &Entry, schema: View<'_>, path: &str) {
        let key = entry.key.as_str();
        let kind = if entry.node.as_table().is_some() { "table" } else { "key" };
        let place = place_in_words(path);
        let message = format!("unknown {kind} {} {place}", shown(key));
        let keys: Vec<&str> = schema.properties().map(|(name, _)| name).collect();
        let guess = nearest(key, keys.iter().copied());
        let mut problem = Diagnostic::at(entry.key_span, message, "no such key");
        if key == "extends" {
            self.has_misplaced_extends = true;
            problem = problem.help("`extends` stands at the top of a file, before the first table");
        } else if guess.is_some() {
            problem = problem.guess(guess);
        } else if let elsewhere = self.tables_with(key)
            && !elsewhere.is_empty()
        {
            let tables = elsewhere.join(" and of ");
            problem = problem.help(format!("{} is a key of {tables}", shown(key)));
        }
        let list = self.scope.wording.list;
        self.report(problem.note(match keys.len() {
            0 => format!("there is no key {place}"),
            1..=LISTED_KEYS => format!("keys {place}: `{}`", keys.join("`, `")),
            many => format!("there are {many} keys {place}; {list} lists them"),
        }));
    }

    /// Tables that have a key of this name: for a key under the wrong header.
    fn tables_with(&self, key: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut open = vec![(String::new(), self.schema)];
        while let Some((path, schema)) = open.pop() {
            // Types that contain themselves would never end.
            if path.matches('.').count() > 6 || found.len() > 3 {
                break;
            }
            for (name, inner) in schema.properties() {
                if name == key {
                    let is_top = path.is_empty();
                    found.push(if is_top { "the top level".into() } else { format!("[{path}]") });
                }
                open.push((join(&path, name), inner));
            }
        }
        if found.len() > 3 { Vec::new() } else { found }
    }

    fn missing_keys(&mut self, node: &Node, missing: &[&str], schema: View<'_>, path: &str) {
        let place = place_in_words(path);
        let is_table =
            |name: &str| schema.property(name).is_some_and(|inner| inner.types() == ["object"]);
        let name = |key: &&str| {
            if is_table(key) { format!("[{}]", join(path, key)) } else { format!("`{key}`") }
        };
        let kind = match (missing.iter().all(|key| is_table(key)), missing.len()) {
            (true, 1) => "table",
            (true, _) => "tables",
            (false, 1) => "key",
            (false, _) => "keys",
        };
        let mut names = missing.iter().take(NAMED).map(name).collect::<Vec<_>>().join(", ");
        if missing.len() > NAMED {
            names = format!("{names} and {} more", missing.len() - NAMED);
        }
        let message = if path.is_empty() && kind.starts_with("table") {
            format!("missing {kind} {names}")
        } else {
            format!("missing {kind} {names} {place}")
        };
        let label = "set neither here nor in a file that this one extends";
        let mut problem = match self.scope.root {
            Some(root) if path.is_empty() => Diagnostic::in_file(root, message),
            _ => Diagnostic::at(node.span, message, label),
        };
        for key in missing.iter().take(NAMED) {
            if let Some(inner) = schema.property(key) {
                problem = with_meaning(problem, inner, key);
            }
        }
        self.missing.push(if path.contains('[') {
            problem.help("an entry of a list is written in full, it inherits nothing")
        } else if self.scope.extends {
            problem.help(format!("add it here or to {}", self.scope.wording.base))
        } else {
            let base = self.scope.wording.base;
            problem.help(format!(
                "`extends = \"base.toml\"` at the top of the file inherits every key from {base}"
            ))
        });
    }
}

/// The field by which all alternatives of an enum tell themselves apart, with its values.
fn common_tag<'s>(branches: &[View<'s>]) -> Option<(&'s str, Vec<Choice<'s>>)> {
    let (first, rest) = branches.split_first()?;
    let is_tag = |branch: &View<'s>, name: &str| {
        branch.property(name).is_some_and(|inner| inner.get("const").is_some())
    };
    let (tag, _) = first.properties().find(|(name, _)| {
        is_tag(first, name) && !rest.is_empty() && rest.iter().all(|branch| is_tag(branch, name))
    })?;
    let kinds = branches
        .iter()
        .filter_map(|b| Some((b.property(tag)?.get("const")?, b.meaning())))
        .collect();
    Some((tag, kinds))
}

/// The alternative that a value was meant to be.
#[must_use]
pub fn pick<'s>(node: &Node, branches: &[View<'s>]) -> Option<View<'s>> {
    if let [only] = branches {
        return Some(*only);
    }
    let type_fits = |branch: &View<'_>| {
        let types = branch.types();
        match branch.choices() {
            Some(choices) => {
                choices.iter().any(|(choice, _)| choice.is_string() == node.as_str().is_some())
            }
            None => types.is_empty() || types.iter().any(|name| fits(&node.value, name)),
        }
    };
    let candidates: Vec<View<'s>> = branches.iter().copied().filter(type_fits).collect();
    let Some(table) = node.as_table() else { return candidates.first().copied() };
    // A table tells its kind by a field with a fixed value, or by its only key.
    let by_tag = |branch: &&View<'s>| {
        branch.properties().any(|(name, inner)| {
            let tag = table.get(name).and_then(|entry| entry.node.as_str());
            tag.is_some() && inner.get("const").and_then(Json::as_str) == tag
        })
    };
    let by_key =
        |branch: &&View<'s>| branch.required().next().is_some_and(|name| table.get(name).is_some());
    candidates
        .iter()
        .find(by_tag)
        .or_else(|| candidates.iter().find(by_key))
        .or(candidates.first())
        .copied()
}

/// Whether a value is of a JSON type.
fn fits(value: &Value, name: &str) -> bool {
    match name {
        "number" => matches!(value, Value::Integer(_) | Value::Float(_)),
        "integer" => matches!(value, Value::Integer(_)),
        "string" => match value {
            Value::String(_) => true,
            // TOML's own dates stand for their text.
            Value::Datetime(datetime) => datetime.time.is_none(),
            _ => false,
        },
        "boolean" => matches!(value, Value::Boolean(_)),
        "array" => matches!(value, Value::Array(_)),
        "object" => matches!(value, Value::Table(_)),
        _ => false,
    }
}
