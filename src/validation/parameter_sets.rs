//! Sets of parameters in a CSV, such as the plausible sets of a calibration: one column per parameter, one row per set.

use std::path::Path;

use checked_toml::{
    View, leaves, lookup, nearest,
    schema::{number, resolved},
};
use serde_json::Value;

use crate::scenario::{Scenario, of_domains};

/// Columns that a calibration writes beside the parameters, in its order. It writes by this list and they are passed over by
/// it, so that what one command writes the other reads.
pub const BESIDE: [&str; 6] = ["wave", "set", "implausibility", "distance", "weight", ACCEPTED];
/// How the names of more such columns begin.
const BESIDE_PREFIX: &str = "implausibility";
/// Whether a set is one of those that a calibration accepted: `true` or `false`.
pub const ACCEPTED: &str = "accepted";

/// Sets of parameters with the line of the file that each stands in.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterSets {
    /// Line of each set, counted from 1.
    pub lines: Vec<u64>,
    /// Row of each set under the header, counted from 1 with those that were passed over.
    pub rows: Vec<usize>,
    /// The sets: config path and value, in the order of the columns.
    pub sets: Vec<Vec<(String, f64)>>,
}

/// Reads sets of parameters. The columns [`BESIDE`] and those that begin with `implausibility` are passed over; where there is
/// a column `accepted`, so are the sets with `false` in it. Lines that begin with `#` are comments.
///
/// # Errors
/// With every problem in a sentence, with file, row and column. Whether a path names a parameter and the value is in
/// its range only shows when the set is laid over a scenario: [`Ground::lay`].
pub fn read(path: &Path) -> Result<ParameterSets, Vec<String>> {
    let shown = path.display();
    let bytes =
        std::fs::read(path).map_err(|error| vec![format!("cannot read {shown}: {error}")])?;
    parse(&bytes).map_err(|problems| problems.iter().map(|p| format!("{shown}{p}")).collect())
}

/// What the header says.
struct Columns {
    /// Position and path of each parameter.
    parameters: Vec<(usize, String)>,
    /// Position of [`ACCEPTED`], where it is there.
    accepted: Option<usize>,
}

/// Reads the header; `at` is its place.
fn columns(header: &csv::StringRecord, at: &str) -> Result<Columns, Vec<String>> {
    let mut found = Columns { parameters: Vec::new(), accepted: None };
    let mut problems = Vec::new();
    for (i, name) in header.iter().enumerate() {
        let name = name.trim_start_matches('\u{feff}');
        let column = i + 1;
        if name == ACCEPTED {
            found.accepted = Some(i);
        }
        if BESIDE.contains(&name) || name.starts_with(BESIDE_PREFIX) {
            continue;
        }
        if !name.contains('.') {
            problems.push(format!(
                "{at}: column {column}: `{name}` is no path of a parameter\n  allowed: paths such as displacement.hazard.siege_per_day, and the columns {} and {BESIDE_PREFIX}*, which are passed over",
                BESIDE.join(", ")
            ));
        } else if found.parameters.iter().any(|(_, known)| known == name) {
            problems.push(format!(
                "{at}: column {column}: `{name}` is there twice\n  remove one of the columns"
            ));
        } else {
            found.parameters.push((i, name.to_owned()));
        }
    }
    if found.parameters.is_empty() && problems.is_empty() {
        problems.push(format!(
            "{at}: no column is a parameter\n  the header holds config paths such as displacement.hazard.siege_per_day"
        ));
    }
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

impl Columns {
    /// The set of a row, nothing when it was not accepted; `at` is the row's place.
    fn set(
        &self,
        record: &csv::StringRecord,
        at: &str,
    ) -> Result<Option<Vec<(String, f64)>>, Vec<String>> {
        match self.accepted.map(|i| (i + 1, &record[i])) {
            None | Some((_, "true")) => {}
            Some((_, "false")) => return Ok(None),
            Some((column, other)) => {
                return Err(vec![format!(
                    "{at}, column {column} (`{ACCEPTED}`): found `{other}`\n  `true` or `false` is allowed; without the column every set counts"
                )]);
            }
        }
        let (mut set, mut problems) = (Vec::with_capacity(self.parameters.len()), Vec::new());
        for (i, name) in &self.parameters {
            match record[*i].parse::<f64>() {
                Ok(value) if value.is_finite() => set.push((name.clone(), value)),
                _ => problems.push(format!(
                    "{at}, column {} (`{name}`): found `{}`\n  a finite number is allowed",
                    i + 1,
                    &record[*i]
                )),
            }
        }
        if problems.is_empty() { Ok(Some(set)) } else { Err(problems) }
    }
}

fn parse(bytes: &[u8]) -> Result<ParameterSets, Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(bytes);
    let header = reader.headers().map_err(|error| vec![format!(": {error}")])?.clone();
    let line = |record: &csv::StringRecord| record.position().map_or(0, csv::Position::line);
    let columns = columns(&header, &format!(":{}", line(&header).max(1)))?;

    let mut found = ParameterSets { lines: Vec::new(), rows: Vec::new(), sets: Vec::new() };
    let (mut problems, mut refused) = (Vec::new(), 0_usize);
    for (row, record) in (1..).zip(reader.records()) {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.push(format!(": {error}"));
                break;
            }
        };
        let at = format!(":{}: row {row}", line(&record));
        if record.len() != header.len() {
            let (fields, wanted) = (record.len(), header.len());
            problems.push(format!("{at}: {fields} fields, the header has {wanted}"));
            continue;
        }
        match columns.set(&record, &at) {
            Ok(Some(set)) => {
                found.lines.push(line(&record));
                found.rows.push(row);
                found.sets.push(set);
            }
            Ok(None) => refused += 1,
            Err(wrong) => problems.extend(wrong),
        }
    }
    if found.sets.is_empty() && problems.is_empty() {
        problems.push(match refused {
            0 => ": there is no set under the header".into(),
            _ => format!(
                ": none of the {refused} sets is accepted\n  remove the column `{ACCEPTED}` to use those that survived without being accepted"
            ),
        });
    }
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

/// A scenario over which sets of parameters are laid, with what its keys allow.
#[derive(Clone, Debug)]
pub struct Ground {
    tree: Value,
    schema: Value,
}

/// Why a set does not fit a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Position in the set of the value that is wrong; none where the values do not go together.
    pub value: Option<usize>,
    /// Whether the key is wrong rather than its value, and so in every set.
    pub is_key: bool,
    /// What was found and what is allowed.
    pub told: String,
}

impl Ground {
    /// Makes a scenario ready for sets to be laid over it.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        Self {
            tree: serde_json::to_value(scenario).unwrap_or(Value::Null),
            schema: resolved::<Scenario>(),
        }
    }

    /// The scenario with a set of parameters laid over it, checked as a file would be: every value against the range of its
    /// key, then the values against each other. Whether it still fits its map is not looked at.
    ///
    /// # Errors
    /// With everything that is wrong.
    pub fn lay(&self, set: &[(String, f64)]) -> Result<Scenario, Vec<Misfit>> {
        let mut tree = self.tree.clone();
        let mut misfits = Vec::new();
        for (position, (key, value)) in set.iter().enumerate() {
            if let Err((is_key, told)) = self.put(&mut tree, key, *value) {
                misfits.push(Misfit { value: Some(position), is_key, told });
            }
        }
        if !misfits.is_empty() {
            return Err(misfits);
        }
        let whole = |told| Misfit { value: None, is_key: false, told };
        let scenario: Scenario =
            serde_json::from_value(tree).map_err(|error| vec![whole(error.to_string())])?;
        let complaints = of_domains(&scenario);
        if complaints.is_empty() {
            Ok(scenario)
        } else {
            Err(complaints.into_iter().map(whole).collect())
        }
    }

    /// Puts a value in its place; otherwise whether the key is wrong, and in what way.
    fn put(&self, tree: &mut Value, key: &str, value: f64) -> Result<(), (bool, String)> {
        let schema = View::root(&self.schema).at_path(key);
        let (Some(_), Some(schema)) = (lookup(&self.tree, key), schema) else {
            let keys = leaves(&self.tree);
            let guess = nearest(key, keys.iter().map(String::as_str));
            let hint = guess
                .map_or_else(String::new, |guess| format!("\n  {}", checked_toml::question(guess)));
            return Err((true, format!("the scenario has no parameter `{key}`{hint}")));
        };
        let place = key.split('.').try_fold(tree, |tree, key| tree.as_object_mut()?.get_mut(key));
        let place = place.filter(|place| place.is_number());
        let Some(place) = place else {
            return Err((true, format!("the parameter `{key}` is not a number")));
        };
        let limits = schema.limits();
        let is_whole = schema.types() == ["integer"];
        if !value.is_finite() || (is_whole && value.fract() != 0.0) || !limits.allow(value) {
            let allowed = limits.in_words().unwrap_or_else(|| "any number".to_owned());
            let kind = if is_whole { ", a whole number" } else { "" };
            let meaning = schema
                .meaning()
                .map_or_else(String::new, |meaning| format!("\n  {key}: {meaning}"));
            return Err((
                false,
                format!("`{key}`: found {}, allowed: {allowed}{kind}{meaning}", number(value)),
            ));
        }
        *place = match is_whole {
            true if value < 0.0 => (value as i64).into(),
            true => (value as u64).into(),
            false => value.into(),
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_read_past_the_other_columns() {
        let text = b"# plausible\nset,displacement.a.b,implausibility_max,borders.c\n1,0.5,2.2,3\n2, 0.25 ,1.1,4\n";
        let found = parse(text).unwrap();
        assert_eq!(found.lines, [3, 4]);
        assert_eq!(
            found.sets[1],
            [("displacement.a.b".to_owned(), 0.25), ("borders.c".to_owned(), 4.0)]
        );
    }

    #[test]
    fn sets_that_were_not_accepted_are_passed_over() {
        let text =
            b"a.b,wave,set,implausibility,distance,weight,accepted\n1,0,3,1.5,0.7,2.5e-1,true\n2,0,4,1,1,1,false\n";
        let found = parse(text).unwrap();
        assert_eq!((found.lines, found.sets), (vec![2], vec![vec![("a.b".to_owned(), 1.0)]]));
    }

    #[test]
    fn problems_have_row_and_column() {
        let says = |text: &str, part: &str| {
            let problems = parse(text.as_bytes()).expect_err(part).join("\n");
            assert!(problems.contains(part), "{problems}");
        };
        says("a.b,c.d\n1,2\n1,x\n", ":3: row 2, column 2 (`c.d`): found `x`");
        says("a.b\nNaN\n", "found `NaN`");
        says("a.b,c.d\n1\n", ":2: row 1: 1 fields, the header has 2");
        says("a.b,nonsense\n1,2\n", ":1: column 2: `nonsense` is no path");
        says("a.b,a.b\n1,2\n", "twice");
        says("set,wave\n1,2\n", "no column is a parameter");
        says("a.b\n", "no set under the header");
        says("a.b,accepted\n1,false\n2,false\n", "none of the 2 sets is accepted");
        says("a.b,accepted\n1,true\n2,yes\n", ":3: row 2, column 2 (`accepted`): found `yes`");
        says("", "no column is a parameter");
    }

    #[test]
    fn a_set_is_checked_like_a_file() {
        let resolved =
            crate::scenario::load(Path::new("configs/base.toml"), &[]).expect("the base scenario");
        let ground = Ground::new(&resolved.file.scenario);
        let lay = |pairs: &[(&str, f64)]| {
            ground.lay(
                &pairs.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect::<Vec<_>>(),
            )
        };
        assert_eq!(
            checked_toml::canonical_json(&lay(&[]).unwrap()),
            checked_toml::canonical_json(&resolved.file.scenario),
            "nothing laid over it leaves the scenario as it is"
        );
        let key = "displacement.hazard.siege_per_day";
        let laid = lay(&[(key, 0.125), ("run.persons_per_group", 7.0)]).unwrap();
        assert_eq!(
            (laid.displacement.hazard.siege_per_day, laid.run.persons_per_group),
            (0.125, 7)
        );
        let misfits = lay(&[
            ("run.days", 2.5),
            (key, 0.125),
            (key, -1.0),
            ("displacement.hazard.siege_per_dy", 1.0),
        ]);
        let misfits = misfits.unwrap_err();
        assert_eq!(
            misfits.iter().map(|m| (m.value, m.is_key)).collect::<Vec<_>>(),
            [(Some(0), false), (Some(2), false), (Some(3), true)]
        );
        for (misfit, words) in misfits.iter().zip([
            "`run.days`: found 2.5, allowed: 1 to",
            "`displacement.hazard.siege_per_day`: found -1, allowed: ",
            "no parameter `displacement.hazard.siege_per_dy`\n  did you mean `displacement.hazard.siege_per_day`?",
        ]) {
            assert!(misfit.told.contains(words), "{words} in {}", misfit.told);
        }
        assert!(lay(&[("run.map", 1.0)]).unwrap_err()[0].told.contains("is not a number"));
    }
}
