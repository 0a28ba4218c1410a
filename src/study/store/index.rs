//! Lines of an index: a head that says what process wrote the part, then a line per run.
//!
//! Each line is a JSON object whose last field is a checksum of what stands before it, so that a torn, short or garbled line
//! is known for what it is.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::frame::{Layout, digest};
use crate::output::format::header;
use crate::recorders::Headline;
use crate::recorders::table::Table;
use crate::study::run_id::RunId;

/// What process wrote a part, and from what.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// Version of the layout, [`super::LAYOUT`].
    pub store: u32,
    /// Name of the study.
    pub study: String,
    /// Hash of the plan.
    pub plan_hash: String,
    /// Version of the results.
    pub results_version: u32,
    /// Hash of the resolved configuration.
    pub config_hash: String,
    /// Hash of the map.
    pub map_hash: String,
    /// Digest of the columns of all tables, [`columns_digest`].
    pub columns: String,
    /// Tables asked for, by name.
    pub tables: Vec<String>,
    /// Shard such as `2/7`; nothing for a process that did not share the runs.
    pub shard: Option<String>,
    /// The command line.
    pub command: Vec<String>,
    /// Threads over runs.
    pub threads: usize,
    /// Start, UTC.
    pub started: String,
    /// What program ran.
    pub program: Value,
    /// What machine ran it.
    pub host: Value,
    /// What the plan asks for, so that whoever has no study file can tell what is missing; empty in parts of older programs.
    #[serde(default)]
    pub groups: Vec<Group>,
}

/// The runs of an outcome and a variant, which stand together in a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Outcome, as in the tables.
    pub outcome: String,
    /// Variant, as in the tables.
    pub variant: String,
    /// Number of the first of them in the whole plan.
    pub first: usize,
    /// Number of the last of them.
    pub last: usize,
    /// How many of them are asked for.
    pub runs: usize,
}

/// Digest of the names of all columns: rows of a program with other columns are not mixed with those of this one.
#[must_use]
pub fn columns_digest() -> String {
    let headers: Vec<u8> = Table::ALL.into_iter().flat_map(header).collect();
    digest(&headers).into()
}

/// What became of a run, or of the bytes of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Entry {
    /// It has results.
    Done(Done),
    /// It failed.
    Failed {
        /// Identity of the run.
        run_id: RunId,
        /// Number in the plan of the process that ran it.
        run: usize,
        /// Why.
        cause: String,
    },
    /// The bytes at a place of a part are damaged: what they held counts no more.
    Damaged {
        /// Name of the part without its ending.
        part: String,
        /// Where in it.
        offset: u64,
    },
}

/// Results of a run: where, and what is known without looking there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Done {
    /// Identity of the run.
    pub run_id: RunId,
    /// Number in the plan of the process that ran it.
    pub run: usize,
    /// Where its bytes begin in the part.
    pub offset: u64,
    /// How they are laid out.
    #[serde(flatten)]
    pub layout: Layout,
    /// Numbers of the run.
    pub headline: Headline,
    /// Days lived by moving groups.
    pub group_days: u64,
    /// Cells entered by moving groups.
    pub hops: u64,
}

/// A line with its checksum and line end.
#[must_use]
pub fn line(value: &impl Serialize) -> Vec<u8> {
    let mut text = serde_json::to_vec(value).unwrap_or_default();
    text.pop(); // the brace, which comes back after the checksum
    let check = check_of(&text);
    text.extend_from_slice(CHECK);
    text.extend_from_slice(check.as_bytes());
    text.extend_from_slice(b"\"}\n");
    text
}

/// Reads a line without its line end; nothing when it is not whole, or says something else.
#[must_use]
pub fn read<'l, T: Deserialize<'l>>(line: &'l [u8]) -> Option<T> {
    // Unknown fields, the checksum among them, are passed over.
    is_whole(line).then(|| serde_json::from_slice(line).ok())?
}

/// Whether a line without its line end has the checksum of what stands before it.
#[must_use]
pub fn is_whole(line: &[u8]) -> bool {
    let parts = line.len().checked_sub(CHECK.len() + 10).map(|at| line.split_at(at));
    parts.is_some_and(|(text, end)| {
        let check = end.strip_prefix(CHECK).and_then(|end| end.strip_suffix(b"\"}"));
        check == Some(check_of(text).as_bytes())
    })
}

/// `,"check":"` and eight digits, a quote and a brace.
const CHECK: &[u8] = b",\"check\":\"";

fn check_of(text: &[u8]) -> String {
    blake3::hash(text).to_hex()[..8].to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::frame::{SeriesBlobs, TableBlob};
    use super::*;

    fn run_id() -> RunId {
        "r00000000000000ab".parse().unwrap()
    }

    fn done() -> Entry {
        let blob = TableBlob { table: Table::Events, stored: 20, raw: 30, digest: digest(b"a") };
        let series =
            SeriesBlobs { days: 3, measures: 15, stored: Box::new([4, 5]), digest: digest(b"b") };
        let headline = Headline {
            displaced_inside: 12,
            displaced_abroad: 3,
            attention_diverted: 0.1 + 0.2,
            peak: vec![(1.0 / 3.0, 4), (f64::MIN_POSITIVE, 0)],
            realised_outcome: "continuity".into(),
        };
        let layout = Layout { tables: vec![blob], series: Some(series) };
        Entry::Done(Done {
            run_id: run_id(),
            run: 5,
            offset: 99,
            layout,
            headline,
            group_days: 7,
            hops: u64::MAX,
        })
    }

    #[test]
    fn lines_come_back_to_the_bit() {
        let cause = "a \"cause\"\nof two lines".to_owned();
        let failed = Entry::Failed { run_id: run_id(), run: 0, cause };
        let damaged = Entry::Damaged { part: "run-x".into(), offset: 9 };
        for entry in [done(), failed, damaged] {
            let line = line(&entry);
            assert_eq!(line.split(|&b| b == b'\n').count(), 2, "one line, ended");
            assert!(serde_json::from_slice::<Value>(&line).is_ok(), "JSON");
            assert_eq!(read(&line[..line.len() - 1]), Some(entry));
        }
        let head =
            Head { store: 1, study: "x".into(), shard: Some("2/7".into()), ..Head::default() };
        let line = line(&head);
        assert_eq!(read(&line[..line.len() - 1]), Some(head));
    }

    #[test]
    fn a_torn_or_garbled_line_does_not_exist() {
        let line = line(&done());
        let line = &line[..line.len() - 1];
        for length in 0..line.len() {
            assert_eq!(read::<Entry>(&line[..length]), None, "{length} bytes");
        }
        for at in 0..line.len() {
            let mut wrong = line.to_vec();
            wrong[at] ^= 1;
            assert_eq!(read::<Entry>(&wrong), None, "byte {at}");
        }
    }

    #[test]
    fn a_whole_line_with_an_id_of_an_older_program_is_none_of_ours() {
        let old = serde_json::json!({ "run_id": "00000000000000ab", "run": 0, "status": "failed", "cause": "" });
        let line = line(&old);
        let line = &line[..line.len() - 1];
        assert!(is_whole(line));
        assert_eq!(read::<Entry>(line), None);
    }
}
