//! Lines of an index: a head that says what process wrote the part, then a line per run.
//!
//! Each line is a JSON object whose last field is a checksum of what stands before it, so that a torn, short or garbled line
//! is known for what it is.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::frame::{Digest, Layout, SeriesBlobs, TableBlob, digest};
use crate::tables::{Headline, Table};

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
    let headers: Vec<u8> = Table::ALL.into_iter().flat_map(Table::header).collect();
    hex(&digest(&headers))
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// With results.
    Done,
    /// Without, for a cause.
    Failed,
    /// Its bytes in another part turned out to be damaged; they count no more.
    Damaged,
}

/// A line about a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Identity of the run, as a number.
    pub id: u64,
    /// Number in the plan of the process that ran it.
    pub run: usize,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It has results.
    Done(Done),
    /// It failed.
    Failed {
        /// Why.
        cause: String,
    },
    /// The bytes at a place of a part are damaged.
    Damaged {
        /// Name of the part without its ending.
        part: String,
        /// Where in it.
        offset: u64,
    },
}

/// Results of a run: where, and what is known without looking there.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// Where its bytes begin in the part.
    pub offset: u64,
    /// How they are laid out.
    pub layout: Layout,
    /// Numbers of the run.
    pub headline: Headline,
    /// Days lived by moving groups.
    pub group_days: u64,
    /// Cells entered by moving groups.
    pub hops: u64,
}

/// An entry as JSON.
#[derive(Serialize, Deserialize)]
struct Line {
    run_id: String,
    run: usize,
    status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    part: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tables: Vec<TableLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    series: Option<SeriesLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    headline: Option<Headline>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group_days: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hops: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct TableLine {
    name: String,
    stored: u32,
    raw: u32,
    blake3: String,
}

#[derive(Serialize, Deserialize)]
struct SeriesLine {
    days: u32,
    measures: u32,
    stored: Box<[u32]>,
    blake3: String,
}

impl Entry {
    /// The line, with its checksum and line end.
    #[must_use]
    pub fn line(&self) -> Vec<u8> {
        let mut line = Line {
            run_id: format!("{:016x}", self.id),
            run: self.run,
            status: Status::Done,
            cause: None,
            part: None,
            offset: None,
            bytes: None,
            tables: Vec::new(),
            series: None,
            headline: None,
            group_days: None,
            hops: None,
        };
        match &self.fate {
            Fate::Done(done) => {
                line.offset = Some(done.offset);
                line.bytes = Some(done.layout.bytes());
                line.tables = done.layout.tables.iter().map(table_line).collect();
                line.series = done.layout.series.as_ref().map(|s| SeriesLine {
                    days: s.days,
                    measures: s.measures,
                    stored: s.stored.clone(),
                    blake3: hex(&s.digest),
                });
                line.headline = Some(done.headline.clone());
                line.group_days = Some(done.group_days);
                line.hops = Some(done.hops);
            }
            Fate::Failed { cause } => {
                line.status = Status::Failed;
                line.cause = Some(cause.clone());
            }
            Fate::Damaged { part, offset } => {
                line.status = Status::Damaged;
                line.part = Some(part.clone());
                line.offset = Some(*offset);
            }
        }
        sealed(&line)
    }

    /// Reads a line without its line end; nothing when it is not whole.
    #[must_use]
    pub fn read(line: &[u8]) -> Option<Self> {
        let line: Line = serde_json::from_slice(opened(line)?).ok()?;
        let id = u64::from_str_radix(&line.run_id, 16).ok()?;
        let fate = match line.status {
            Status::Done => {
                let tables = line.tables.iter().map(table_blob).collect::<Option<Vec<_>>>()?;
                let series = match line.series {
                    Some(s) => {
                        let digest = from_hex(&s.blake3)?;
                        Some(SeriesBlobs {
                            days: s.days,
                            measures: s.measures,
                            stored: s.stored,
                            digest,
                        })
                    }
                    None => None,
                };
                Fate::Done(Done {
                    offset: line.offset?,
                    layout: Layout { tables, series },
                    headline: line.headline?,
                    group_days: line.group_days?,
                    hops: line.hops?,
                })
            }
            Status::Failed => Fate::Failed { cause: line.cause? },
            Status::Damaged => Fate::Damaged { part: line.part?, offset: line.offset? },
        };
        Some(Self { id, run: line.run, fate })
    }
}

impl Head {
    /// The line, with its checksum and line end.
    #[must_use]
    pub fn line(&self) -> Vec<u8> {
        sealed(self)
    }

    /// Reads a line without its line end; nothing when it is not whole.
    #[must_use]
    pub fn read(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(opened(line)?).ok()
    }
}

fn table_line(blob: &TableBlob) -> TableLine {
    let digest = hex(&blob.digest);
    TableLine {
        name: blob.table.name().to_owned(),
        stored: blob.stored,
        raw: blob.raw,
        blake3: digest,
    }
}

fn table_blob(line: &TableLine) -> Option<TableBlob> {
    let table = Table::RECORDED.into_iter().find(|t| t.name() == line.name)?;
    Some(TableBlob { table, stored: line.stored, raw: line.raw, digest: from_hex(&line.blake3)? })
}

fn hex(digest: &Digest) -> String {
    format!("{:032x}", u128::from_be_bytes(*digest))
}

fn from_hex(text: &str) -> Option<Digest> {
    (text.len() == 32).then(|| u128::from_str_radix(text, 16).ok())?.map(u128::to_be_bytes)
}

/// `,"check":"` and eight digits, a quote and a brace.
const CHECK: &[u8] = b",\"check\":\"";

fn check_of(text: &[u8]) -> String {
    blake3::hash(text).to_hex()[..8].to_owned()
}

/// A JSON object with a checksum of all before it as its last field.
fn sealed(value: &impl Serialize) -> Vec<u8> {
    let mut text = serde_json::to_vec(value).unwrap_or_default();
    text.pop(); // the brace, which comes back after the checksum
    let check = check_of(&text);
    text.extend_from_slice(CHECK);
    text.extend_from_slice(check.as_bytes());
    text.extend_from_slice(b"\"}\n");
    text
}

/// The line itself when its checksum is right. Unknown fields, the checksum among them, are passed over when it is read.
fn opened(line: &[u8]) -> Option<&[u8]> {
    let (text, end) = line.split_at_checked(line.len().checked_sub(CHECK.len() + 10)?)?;
    let check = end.strip_prefix(CHECK)?.strip_suffix(b"\"}")?;
    (check == check_of(text).as_bytes()).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done() -> Entry {
        let blob = TableBlob { table: Table::Events, stored: 20, raw: 30, digest: [7; 16] };
        let series =
            SeriesBlobs { days: 3, measures: 15, stored: Box::new([4, 5]), digest: [255; 16] };
        let headline = Headline {
            displaced_inside: 12,
            displaced_abroad: 3,
            attention_diverted: 0.1 + 0.2,
            peak: vec![(1.0 / 3.0, 4), (f64::MIN_POSITIVE, 0)],
            realised_outcome: "continuity".into(),
        };
        let layout = Layout { tables: vec![blob], series: Some(series) };
        Entry {
            id: 0x00ab,
            run: 5,
            fate: Fate::Done(Done { offset: 99, layout, headline, group_days: 7, hops: 8 }),
        }
    }

    #[test]
    fn lines_come_back_to_the_bit() {
        let failed = Entry {
            id: u64::MAX,
            run: 0,
            fate: Fate::Failed { cause: "a \"cause\"\nof two lines".into() },
        };
        let damaged =
            Entry { id: 1, run: 2, fate: Fate::Damaged { part: "run-x".into(), offset: 9 } };
        for entry in [done(), failed, damaged] {
            let line = entry.line();
            assert_eq!(line.split(|&b| b == b'\n').count(), 2, "one line, ended");
            assert!(serde_json::from_slice::<Value>(&line).is_ok(), "JSON");
            assert_eq!(Entry::read(&line[..line.len() - 1]), Some(entry));
        }
        let head =
            Head { store: 1, study: "x".into(), shard: Some("2/7".into()), ..Head::default() };
        let line = head.line();
        assert_eq!(Head::read(&line[..line.len() - 1]), Some(head));
    }

    #[test]
    fn a_torn_or_garbled_line_does_not_exist() {
        let line = done().line();
        let line = &line[..line.len() - 1];
        for length in 0..line.len() {
            assert_eq!(Entry::read(&line[..length]), None, "{length} bytes");
        }
        for at in 0..line.len() {
            let mut wrong = line.to_vec();
            wrong[at] ^= 1;
            assert_eq!(Entry::read(&wrong), None, "byte {at}");
        }
    }
}
