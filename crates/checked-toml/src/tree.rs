//! Settings as a tree in which every key and value remembers where it was written.

use serde_json::{Map, Number};
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

use crate::diagnostics::{Diagnostic, FileId, Span};

/// Levels of tables and arrays in one file; deeper is taken for an accident.
const DEEPEST: usize = 64;

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it was written: a table's header, or the value itself.
    pub span: Span,
}

/// A TOML value.
#[derive(Clone, Debug)]
pub enum Value {
    /// Text.
    String(String),
    /// An integer of any size that TOML can write and serde can carry.
    Integer(i128),
    /// A real number, perhaps not finite.
    Float(f64),
    /// True or false.
    Boolean(bool),
    /// A date, a time, or both.
    Datetime(Datetime),
    /// A list.
    Array(Vec<Node>),
    /// Keys and values.
    Table(Table),
}

impl Value {
    /// The kind of value, with its article.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::String(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a number with a decimal point",
            Self::Boolean(_) => "a boolean",
            Self::Datetime(datetime) if datetime.time.is_none() => "a date",
            Self::Datetime(_) => "a date with a time",
            Self::Array(_) => "an array",
            Self::Table(_) => "a table",
        }
    }
}

/// A key with its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key was written last.
    pub key_span: Span,
    /// Its value.
    pub node: Node,
}

/// Keys and values in the order in which they were written.
#[derive(Clone, Debug, Default)]
pub struct Table {
    entries: Vec<Entry>,
}

impl Table {
    /// The entries in order.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The entry of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(at))
    }

    /// Adds an entry; the caller knows that the key is new.
    fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }
}

/// One step of a path through a tree.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// Into a table.
    Key(&'a str),
    /// Into an array.
    Index(usize),
}

impl Node {
    /// A table with nothing in it.
    #[must_use]
    pub fn empty_table(span: Span) -> Self {
        Self { value: Value::Table(Table::default()), span }
    }

    /// The value as a table.
    #[must_use]
    pub fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The value as an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        match &self.value {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The value as text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The value as a real number.
    #[must_use]
    pub const fn as_f64(&self) -> Option<f64> {
        match self.value {
            Value::Integer(integer) => Some(integer as f64),
            Value::Float(float) => Some(float),
            _ => None,
        }
    }

    /// The value under a dotted path of plain keys.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |node, key| Some(&node.as_table()?.get(key)?.node))
    }

    /// The deepest value that exists along a path.
    #[must_use]
    pub fn follow<'a>(&self, steps: impl IntoIterator<Item = Step<'a>>) -> &Self {
        let mut node = self;
        for step in steps {
            let next = match step {
                Step::Key(key) => {
                    node.as_table().and_then(|table| table.get(key)).map(|entry| &entry.node)
                }
                Step::Index(index) => node.as_array().and_then(|items| items.get(index)),
            };
            let Some(next) = next else { break };
            node = next;
        }
        node
    }

    /// Lays another tree over this one: its values win, tables are merged key by key, arrays are replaced whole.
    ///
    /// A file that writes a table again becomes the place to speak of that table; a `--set` or a variant does not
    /// (`moves_tables` is false), since a person looks for a table's missing keys in a file.
    pub fn overlay(&mut self, over: Self, moves_tables: bool) {
        match (&mut self.value, over.value) {
            (Value::Table(under), Value::Table(table)) => {
                if moves_tables {
                    self.span = over.span;
                }
                for entry in table.entries {
                    match under.entries.iter_mut().find(|known| known.key == entry.key) {
                        Some(known) => {
                            known.key_span = entry.key_span;
                            known.node.overlay(entry.node, moves_tables);
                        }
                        None => under.push(entry),
                    }
                }
            }
            (under, value) => {
                *under = value;
                self.span = over.span;
            }
        }
    }

    /// Sets the value under a path of keys, making tables on the way; a value that stands in the way is replaced.
    pub fn set(&mut self, path: &[(String, Span)], node: Self) {
        let Some(((key, key_span), rest)) = path.split_first() else {
            self.overlay(node, false);
            return;
        };
        if self.as_table().is_none() {
            *self = Self::empty_table(*key_span);
        }
        let Value::Table(table) = &mut self.value else { return };
        let at = table.entries.iter().position(|entry| entry.key == *key).unwrap_or_else(|| {
            let empty = Self::empty_table(*key_span);
            table.push(Entry { key: key.clone(), key_span: *key_span, node: empty });
            table.entries.len() - 1
        });
        table.entries[at].key_span = *key_span;
        table.entries[at].node.set(rest, node);
    }

    /// The tree as JSON. Dates become text; a number that is not finite becomes null, and was reported before.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::String(text) => Json::String(text.clone()),
            Value::Integer(integer) => i64::try_from(*integer)
                .map(Number::from)
                .or_else(|_| u64::try_from(*integer).map(Number::from))
                .map_or_else(|_| Json::from(*integer as f64), Json::Number),
            Value::Float(float) => Number::from_f64(*float).map_or(Json::Null, Json::Number),
            Value::Boolean(boolean) => Json::Bool(*boolean),
            Value::Datetime(datetime) => Json::String(datetime.to_string()),
            Value::Array(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Value::Table(table) => Json::Object(
                table.iter().map(|e| (e.key.clone(), e.node.to_json())).collect::<Map<_, _>>(),
            ),
        }
    }

    /// The value as TOML on one line, for tables of documentation and for messages.
    #[must_use]
    pub fn to_toml(&self) -> String {
        match &self.value {
            Value::String(text) => format!("{text:?}"),
            Value::Integer(integer) => integer.to_string(),
            Value::Float(float) => format!("{float:?}"),
            Value::Boolean(boolean) => boolean.to_string(),
            Value::Datetime(datetime) => datetime.to_string(),
            Value::Array(items) => {
                format!("[{}]", items.iter().map(Self::to_toml).collect::<Vec<_>>().join(", "))
            }
            Value::Table(table) => {
                let inside: Vec<_> =
                    table.iter().map(|e| format!("{} = {}", e.key, e.node.to_toml())).collect();
                format!("{{ {} }}", inside.join(", "))
            }
        }
    }
}

/// A parsed document as a tree.
pub fn from_toml(table: &DeTable<'_>, file: FileId, problems: &mut Vec<Diagnostic>) -> Node {
    Reader { file, problems }.table(table, 0..0, 0)
}

struct Reader<'a> {
    file: FileId,
    problems: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span { file: self.file, start: range.start, end: range.end }
    }

    fn table(&mut self, table: &DeTable<'_>, range: std::ops::Range<usize>, depth: usize) -> Node {
        let mut entries: Vec<Entry> = Vec::with_capacity(table.len());
        for (key, value) in table {
            let key_span = self.span(key.span());
            let node = self.value(value.get_ref(), value.span(), depth + 1);
            entries.push(Entry { key: key.get_ref().to_string(), key_span, node });
        }
        // The parser sorts by name; people read in the order of the file.
        entries.sort_by_key(|entry| entry.key_span.start);
        Node { value: Value::Table(Table { entries }), span: self.span(range) }
    }

    fn value(&mut self, value: &DeValue<'_>, range: std::ops::Range<usize>, depth: usize) -> Node {
        let span = self.span(range.clone());
        if depth > DEEPEST {
            self.problems.push(Diagnostic::at(
                span,
                format!("tables and arrays are nested more than {DEEPEST} deep"),
                "no key lies so deep",
            ));
            return Node { value: Value::Boolean(false), span };
        }
        let value = match value {
            DeValue::String(text) => Value::String(text.to_string()),
            DeValue::Boolean(boolean) => Value::Boolean(*boolean),
            DeValue::Datetime(datetime) => Value::Datetime(*datetime),
            DeValue::Array(items) => Value::Array(
                items
                    .iter()
                    .map(|item| self.value(item.get_ref(), item.span(), depth + 1))
                    .collect(),
            ),
            DeValue::Table(table) => return self.table(table, range, depth),
            DeValue::Integer(digits) => match i128::from_str_radix(digits.as_str(), digits.radix())
            {
                Ok(integer) if i64::try_from(integer).is_ok() => Value::Integer(integer),
                _ => self.too_large(span, "an integer beyond 9223372036854775807"),
            },
            DeValue::Float(digits) => match digits.as_str().parse::<f64>() {
                Ok(float) if float.is_infinite() && !digits.as_str().contains("inf") => {
                    self.too_large(span, "a number beyond 1.8e308")
                }
                Ok(float) => Value::Float(float),
                Err(_) => self.too_large(span, "not a number that can be read"),
            },
        };
        Node { value, span }
    }

    fn too_large(&mut self, span: Span, label: &str) -> Value {
        self.problems.push(Diagnostic::at(span, "number too large", label));
        Value::Integer(0)
    }
}

/// The value at a dotted path of tables.
#[must_use]
pub fn lookup<'a>(values: &'a serde_json::Value, path: &str) -> Option<&'a serde_json::Value> {
    path.split('.').try_fold(values, |value, key| value.as_object()?.get(key))
}

/// Dotted paths of everything that is no table.
#[must_use]
pub fn leaves(values: &serde_json::Value) -> Vec<String> {
    fn walk(value: &serde_json::Value, path: &str, found: &mut Vec<String>) {
        let Some(table) = value.as_object() else { return found.push(path.to_owned()) };
        for (key, value) in table {
            let dot = if path.is_empty() { "" } else { "." };
            walk(value, &format!("{path}{dot}{key}"), found);
        }
    }
    let mut found = Vec::new();
    walk(values, "", &mut found);
    found
}
