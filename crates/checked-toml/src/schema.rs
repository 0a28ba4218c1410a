//! The JSON schema of a type, and a view on it that follows references.

use schemars::JsonSchema;
use serde_json::{Map, Value, json};

/// The schema that whole settings satisfy: every key is required.
#[must_use]
pub fn resolved<T: JsonSchema>() -> Value {
    schemars::SchemaGenerator::default().into_root_schema_for::<T>().to_value()
}

/// The schema of a file, for editors: a file may inherit every key, so nothing is required.
#[must_use]
pub fn file<T: JsonSchema>(title: &str, description: &str) -> Value {
    let mut schema = resolved::<T>();
    drop_required(&mut schema);
    if let Some(root) = schema.as_object_mut() {
        root.insert("title".into(), title.into());
        root.insert("description".into(), description.into());
        let extends = json!({
            "description": "File that this one extends, relative to the folder of this file.",
            "type": "string",
        });
        let mut properties = Map::from_iter([("extends".to_owned(), extends)]);
        if let Some(Value::Object(own)) = root.remove("properties") {
            properties.extend(own);
        }
        root.insert("properties".into(), Value::Object(properties));
    }
    schema
}

/// Removes `required` from every schema, but not a property that happens to have this name.
fn drop_required(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.get("required").is_some_and(Value::is_array) {
                map.remove("required");
            }
            map.values_mut().for_each(drop_required);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_required),
        _ => {}
    }
}

/// The schema that everything satisfies.
static ANYTHING: Value = Value::Bool(true);

/// A value of a closed list, with its meaning.
pub type Choice<'s> = (&'s Value, Option<String>);

/// A schema within a document of schemas; reads through `$ref`.
#[derive(Clone, Copy, Debug)]
pub struct View<'s> {
    document: &'s Value,
    own: &'s Value,
}

impl<'s> View<'s> {
    /// The whole document.
    #[must_use]
    pub const fn root(document: &'s Value) -> Self {
        Self { document, own: document }
    }

    const fn at(self, own: &'s Value) -> Self {
        Self { document: self.document, own }
    }

    /// A keyword, of the schema itself or of the one that it refers to.
    #[must_use]
    pub fn get(self, keyword: &str) -> Option<&'s Value> {
        let mut own = self.own;
        // References of references are short; a circle of them would be a bug of the generator.
        for _ in 0..16 {
            if let Some(value) = own.get(keyword) {
                return Some(value);
            }
            let reference = own.get("$ref")?.as_str()?.strip_prefix('#')?;
            own = self.document.pointer(reference)?;
        }
        None
    }

    /// A keyword with a text.
    #[must_use]
    pub fn text(self, keyword: &str) -> Option<&'s str> {
        self.get(keyword)?.as_str()
    }

    /// What the key means: the first paragraph of its description, on one line.
    #[must_use]
    pub fn meaning(self) -> Option<String> {
        let first = self.text("description")?.split("\n\n").next()?;
        Some(first.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Unit of a quantity, unless it has none. A switch or a choice has none, whatever is written there.
    #[must_use]
    pub fn unit(self) -> Option<&'s str> {
        let is_quantity = self.types() != ["boolean"] && self.choices().is_none();
        self.text("x-unit").filter(|unit| is_quantity && !unit.is_empty() && *unit != "1")
    }

    /// The schemas that a keyword holds by name.
    fn named(self, keyword: &str) -> impl Iterator<Item = (&'s str, Self)> {
        let all = self.get(keyword).and_then(Value::as_object);
        all.into_iter().flatten().map(move |(name, own)| (name.as_str(), self.at(own)))
    }

    /// What a keyword lists.
    fn listed(self, keyword: &str) -> impl Iterator<Item = &'s Value> {
        self.get(keyword).and_then(Value::as_array).into_iter().flatten()
    }

    /// Names and schemas of the properties, in the order of the struct.
    pub fn properties(self) -> impl Iterator<Item = (&'s str, Self)> {
        self.named("properties")
    }

    /// Schema of a property.
    #[must_use]
    pub fn property(self, name: &str) -> Option<Self> {
        Some(self.at(self.get("properties")?.get(name)?))
    }

    /// Schema of the key at a dotted path of tables; none where the path leads nowhere.
    #[must_use]
    pub fn at_path(self, path: &str) -> Option<Self> {
        path.split('.')
            .try_fold(self, |view, key| view.property(key).or_else(|| view.other_properties()))
    }

    /// Schema of properties without a name of their own: a map from names to values. None when such are not allowed.
    #[must_use]
    pub fn other_properties(self) -> Option<Self> {
        match self.get("additionalProperties") {
            Some(Value::Bool(false)) => None,
            Some(own) => Some(self.at(own)),
            // Without the keyword, JSON schema allows anything.
            None => Some(self.at(&ANYTHING)),
        }
    }

    /// Patterns of names with their schemas.
    pub fn pattern_properties(self) -> impl Iterator<Item = (&'s str, Self)> {
        self.named("patternProperties")
    }

    /// Whether a property must be there.
    pub fn required(self) -> impl Iterator<Item = &'s str> {
        self.listed("required").filter_map(Value::as_str)
    }

    /// JSON types that are allowed, without `null`, which TOML does not have. Empty: any.
    #[must_use]
    pub fn types(self) -> Vec<&'s str> {
        match self.get("type") {
            Some(Value::String(one)) => vec![one.as_str()],
            Some(Value::Array(many)) => {
                many.iter().filter_map(Value::as_str).filter(|name| *name != "null").collect()
            }
            _ => Vec::new(),
        }
    }

    /// Alternatives of `oneOf`, `anyOf`, without `null`.
    #[must_use]
    pub fn branches(self) -> Vec<Self> {
        ["oneOf", "anyOf"]
            .into_iter()
            .flat_map(|keyword| self.listed(keyword))
            .map(|own| self.at(own))
            .filter(|branch| branch.text("type") != Some("null"))
            .collect()
    }

    /// Parts of an `allOf`.
    pub fn parts(self) -> impl Iterator<Item = Self> {
        self.listed("allOf").map(move |own| self.at(own))
    }

    /// The closed list of values, if the schema is one: an enum without fields.
    #[must_use]
    pub fn choices(self) -> Option<Vec<Choice<'s>>> {
        if let Some(value) = self.get("const") {
            return Some(vec![(value, self.meaning())]);
        }
        if let Some(Value::Array(values)) = self.get("enum") {
            return Some(values.iter().map(|value| (value, None)).collect());
        }
        let branches = self.branches();
        if branches.is_empty() {
            return None;
        }
        let lists: Option<Vec<_>> = branches.into_iter().map(Self::choices).collect();
        Some(lists?.into_iter().flatten().collect())
    }

    /// Schema of an item of an array.
    #[must_use]
    pub fn item(self, index: usize) -> Option<Self> {
        let prefix = self.get("prefixItems").and_then(|items| items.get(index));
        prefix.or_else(|| self.get("items")).map(|own| self.at(own))
    }

    /// A keyword with a count.
    #[must_use]
    pub fn count(self, keyword: &str) -> Option<usize> {
        usize::try_from(self.get(keyword)?.as_u64()?).ok()
    }

    /// Limits of a number.
    #[must_use]
    pub fn limits(self) -> Limits {
        let bound = |keyword: &str| self.get(keyword).and_then(Value::as_f64);
        let mut limits = Limits {
            minimum: bound("minimum"),
            above: bound("exclusiveMinimum"),
            maximum: bound("maximum"),
            below: bound("exclusiveMaximum"),
        };
        // The Rust type has limits of its own that the schema tells only by its format.
        let (least, most) = match self.text("format") {
            Some("uint8") => (0.0, f64::from(u8::MAX)),
            Some("uint16") => (0.0, f64::from(u16::MAX)),
            Some("uint32") => (0.0, f64::from(u32::MAX)),
            Some("uint64" | "uint" | "uint128") => (0.0, i64::MAX as f64),
            Some("int8") => (f64::from(i8::MIN), f64::from(i8::MAX)),
            Some("int16") => (f64::from(i16::MIN), f64::from(i16::MAX)),
            Some("int32") => (f64::from(i32::MIN), f64::from(i32::MAX)),
            _ => return limits,
        };
        if limits.above.is_none() {
            limits.minimum = Some(limits.minimum.map_or(least, |own| own.max(least)));
        }
        if limits.below.is_none() {
            limits.maximum = Some(limits.maximum.map_or(most, |own| own.min(most)));
        }
        limits
    }

    /// Whether an array of two numbers is a range `[lo, hi]`: it is unless marked `x-range = false`.
    #[must_use]
    pub fn is_range(self) -> bool {
        let is_pair = self.count("minItems") == Some(2) && self.count("maxItems") == Some(2);
        let are_numbers = [0, 1].iter().all(|&index| {
            self.item(index).is_some_and(|item| matches!(item.types()[..], ["number" | "integer"]))
        });
        is_pair && are_numbers && self.get("x-range") != Some(&Value::Bool(false))
    }
}

/// Limits of a number; all may be absent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// Least allowed.
    pub minimum: Option<f64>,
    /// Must be greater.
    pub above: Option<f64>,
    /// Greatest allowed.
    pub maximum: Option<f64>,
    /// Must be smaller.
    pub below: Option<f64>,
}

impl Limits {
    /// Whether a number is within them.
    #[must_use]
    pub fn allow(self, number: f64) -> bool {
        self.minimum.is_none_or(|bound| number >= bound)
            && self.above.is_none_or(|bound| number > bound)
            && self.maximum.is_none_or(|bound| number <= bound)
            && self.below.is_none_or(|bound| number < bound)
    }

    /// The limits in words: `0 to 1`, `more than 0`, `at least 1 and below 5`.
    #[must_use]
    pub fn in_words(self) -> Option<String> {
        if let (None, Some(low), None, Some(high)) =
            (self.above, self.minimum, self.below, self.maximum)
        {
            return Some(format!("{} to {}", number(low), number(high)));
        }
        let worded = |strict: Option<f64>, strictly: &str, wide: Option<f64>, widely: &str| {
            let strict = strict.map(|bound| format!("{strictly} {}", number(bound)));
            strict.or_else(|| wide.map(|bound| format!("{widely} {}", number(bound))))
        };
        let low = worded(self.above, "more than", self.minimum, "at least");
        let high = worded(self.below, "less than", self.maximum, "at most");
        match (low, high) {
            (Some(low), Some(high)) => Some(format!("{low} and {high}")),
            (low, high) => low.or(high),
        }
    }
}

/// A number as a person writes it.
#[must_use]
pub fn number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-5..1e16).contains(&size) {
        format!("{value:e}")
    } else {
        format!("{value}")
    }
}
