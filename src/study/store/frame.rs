//! A run's results as bytes of a part, and back.
//!
//! One LZ4 frame per recorded table (CSV rows without header), then one per border with its daily series: 32-bit floats,
//! little-endian, by measure and day. Borders stand apart so that bands read one border of every run and no more.

use std::io::{Read, Write};

use lz4_flex::frame::{FrameDecoder, FrameEncoder};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::recorders::RunOutput;
use crate::recorders::table::{MEASURES, Table, TableSet};

/// First half of a BLAKE3, as a number: what tells that bytes are the same. Written in 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Digest(u128);

impl From<Digest> for String {
    fn from(Digest(number): Digest) -> Self {
        format!("{number:032x}")
    }
}

impl TryFrom<String> for Digest {
    type Error = Damage;

    fn try_from(text: String) -> Result<Self, Damage> {
        let number = (text.len() == 32).then(|| u128::from_str_radix(&text, 16).ok()).flatten();
        number.map(Self).ok_or_else(|| Damage(format!("`{text}` is no digest")))
    }
}

/// Where one table of a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableBlob {
    /// Which, of those that recorders fill.
    #[serde(rename = "name", serialize_with = "write_name", deserialize_with = "read_name")]
    pub table: Table,
    /// Length in the part, bytes.
    pub stored: u32,
    /// Length of the rows, bytes.
    pub raw: u32,
    /// Digest of the rows.
    #[serde(rename = "blake3")]
    pub digest: Digest,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde hands out references
fn write_name<S: Serializer>(table: &Table, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(table.name())
}

fn read_name<'de, D: Deserializer<'de>>(from: D) -> Result<Table, D::Error> {
    let name = String::deserialize(from)?;
    let known = Table::RECORDED.into_iter().find(|table| table.name() == name);
    known.ok_or_else(|| serde::de::Error::custom("no table that is recorded"))
}

/// Where the daily series of a run stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesBlobs {
    /// Days.
    pub days: u32,
    /// Measures.
    pub measures: u32,
    /// Length in the part by border, bytes.
    pub stored: Box<[u32]>,
    /// Digest of the values of all borders.
    #[serde(rename = "blake3")]
    pub digest: Digest,
}

/// The layout of a run's bytes: tables in the order of [`Table::RECORDED`], then borders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// Tables that were recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<TableBlob>,
    /// Daily series, where bands or contrasts were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<SeriesBlobs>,
}

impl Layout {
    /// Length of the whole, bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let series = self.series.iter().flat_map(|s| s.stored.iter());
        self.tables.iter().map(|t| u64::from(t.stored)).sum::<u64>()
            + series.map(|&b| u64::from(b)).sum::<u64>()
    }

    /// Whether everything is there that a choice of tables needs.
    #[must_use]
    pub fn covers(&self, tables: TableSet) -> bool {
        recorded(tables).all(|table| self.tables.iter().any(|blob| blob.table == table))
            && (!keeps_series(tables)
                || self.series.as_ref().is_some_and(|s| s.measures as usize == MEASURES.len()))
    }

    /// Place of a border's series: offset from the start of the run and length, bytes.
    #[must_use]
    pub fn border(&self, border: usize) -> Option<(u64, u32)> {
        let series = self.series.as_ref()?;
        let length = *series.stored.get(border)?;
        let tables: u64 = self.tables.iter().map(|t| u64::from(t.stored)).sum();
        let before: u64 = series.stored[..border].iter().map(|&b| u64::from(b)).sum();
        Some((tables + before, length))
    }
}

/// The chosen tables that recorders fill.
pub fn recorded(tables: TableSet) -> impl Iterator<Item = Table> {
    Table::RECORDED.into_iter().filter(move |&table| tables.contains(table))
}

/// Whether a choice of tables needs the daily series.
#[must_use]
pub fn keeps_series(tables: TableSet) -> bool {
    tables.contains(Table::PressureBands) || tables.contains(Table::Contrasts)
}

/// What of a run is not as its line says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Damage(pub String);

/// Packs the chosen tables of a run.
///
/// # Errors
/// When a table of one run is larger than 4 GiB.
pub fn pack(output: &RunOutput, tables: TableSet) -> Result<(Vec<u8>, Layout), String> {
    let mut bytes = Vec::with_capacity(output.tables.iter().map(Vec::len).sum::<usize>() / 3);
    let mut layout = Layout::default();
    for table in recorded(tables) {
        let rows = output.tables.get(table.index()).map_or(&[][..], Vec::as_slice);
        let raw = u32::try_from(rows.len())
            .map_err(|_| format!("{} of one run is beyond 4 GiB", table.file()))?;
        let stored = compress(rows, &mut bytes);
        layout.tables.push(TableBlob { table, stored, raw, digest: digest(rows) });
    }
    if keeps_series(tables) {
        let series = &output.series;
        let mut hash = blake3::Hasher::new();
        let mut values = Vec::with_capacity(4 * series.measures * series.days);
        let mut stored = Vec::with_capacity(series.segments);
        for border in 0..series.segments {
            values.clear();
            for measure in 0..series.measures {
                let start = (measure * series.segments + border) * series.days;
                for value in &series.values[start..start + series.days] {
                    values.extend_from_slice(&value.to_le_bytes());
                }
            }
            hash.update(&values);
            stored.push(compress(&values, &mut bytes));
        }
        layout.series = Some(SeriesBlobs {
            days: series.days as u32,
            measures: series.measures as u32,
            stored: stored.into_boxed_slice(),
            digest: first_half(&hash),
        });
    }
    Ok((bytes, layout))
}

/// The rows of the tables of a run, checked against their digests; the series are checked too.
///
/// # Errors
/// When the bytes are not what was written.
pub fn unpack(bytes: &[u8], layout: &Layout) -> Result<Vec<(Table, Vec<u8>)>, Damage> {
    let mut rest = bytes;
    let mut take = |length: u32| {
        let (head, tail) =
            rest.split_at_checked(length as usize).ok_or_else(|| Damage("it is cut off".into()))?;
        rest = tail;
        Ok::<_, Damage>(head)
    };
    let mut tables = Vec::with_capacity(layout.tables.len());
    for blob in &layout.tables {
        let rows = decompress(take(blob.stored)?, blob.raw as usize)?;
        if digest(&rows) != blob.digest {
            return Err(Damage(format!(
                "the rows of {} are others than were written",
                blob.table.file()
            )));
        }
        tables.push((blob.table, rows));
    }
    if let Some(series) = &layout.series {
        let mut hash = blake3::Hasher::new();
        for &stored in &series.stored {
            hash.update(&decompress(take(stored)?, 4 * (series.measures * series.days) as usize)?);
        }
        if first_half(&hash) != series.digest {
            return Err(Damage("the daily series are others than were written".into()));
        }
    }
    Ok(tables)
}

/// The series of one border, by measure and day.
///
/// # Errors
/// When the bytes are not what was written.
pub fn unpack_border(bytes: &[u8], series: &SeriesBlobs) -> Result<Vec<f32>, Damage> {
    let values = decompress(bytes, 4 * (series.measures * series.days) as usize)?;
    Ok(values.as_chunks::<4>().0.iter().map(|&v| f32::from_le_bytes(v)).collect())
}

/// Appends a frame; its length. Writing to memory cannot fail.
fn compress(raw: &[u8], to: &mut Vec<u8>) -> u32 {
    let before = to.len();
    let mut encoder = FrameEncoder::new(&mut *to);
    let written = encoder
        .write_all(raw)
        .and_then(|()| encoder.finish().map_err(std::io::Error::other).map(|_| ()));
    debug_assert!(written.is_ok(), "memory takes every byte");
    (to.len() - before) as u32
}

fn decompress(stored: &[u8], raw: usize) -> Result<Vec<u8>, Damage> {
    let mut rows = Vec::with_capacity(raw);
    // One byte more than expected is enough to see that there is too much, however long a garbled frame says it is.
    let read = FrameDecoder::new(stored).take(raw as u64 + 1).read_to_end(&mut rows);
    match read {
        Ok(length) if length == raw => Ok(rows),
        Ok(length) => Err(Damage(format!("a frame holds {length} bytes instead of {raw}"))),
        Err(error) => Err(Damage(format!("a frame cannot be read: {error}"))),
    }
}

/// Digest of some bytes.
#[must_use]
pub fn digest(bytes: &[u8]) -> Digest {
    let mut hash = blake3::Hasher::new();
    hash.update(bytes);
    first_half(&hash)
}

fn first_half(hash: &blake3::Hasher) -> Digest {
    let mut half = [0; 16];
    half.copy_from_slice(&hash.finalize().as_bytes()[..16]);
    Digest(u128::from_be_bytes(half))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::recorders::Series;

    fn output(tables: Vec<Vec<u8>>, borders: usize, days: usize, values: &[f32]) -> RunOutput {
        let measures = MEASURES.len();
        let count = measures * borders * days;
        let values = (0..count)
            .map(|i| values.get(i % values.len().max(1)).copied().unwrap_or(0.0))
            .collect();
        RunOutput {
            tables,
            series: Series { measures, segments: borders, days, values },
            ..RunOutput::default()
        }
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_back(
            texts in proptest::collection::vec("[a-z0-9,\n]{0,200}", Table::RECORDED.len()),
            values in proptest::collection::vec(proptest::num::f32::ANY, 1..40),
            borders in 1..4_usize, days in 0..6_usize,
        ) {
            let whole = output(texts.iter().map(|t| t.clone().into_bytes()).collect(), borders, days, &values);
            let (bytes, layout) = pack(&whole, TableSet::ALL).unwrap();
            prop_assert_eq!(layout.bytes(), bytes.len() as u64);
            prop_assert!(layout.covers(TableSet::ALL));
            let back = unpack(&bytes, &layout).unwrap();
            prop_assert!(back.iter().map(|(_, rows)| rows).eq(whole.tables.iter()));
            let series = layout.series.as_ref().unwrap();
            let by_border: Vec<Vec<f32>> = (0..borders).map(|b| {
                let (start, length) = layout.border(b).unwrap();
                unpack_border(&bytes[start as usize..][..length as usize], series).unwrap()
            }).collect();
            let measure = |m: usize| by_border.iter().flat_map(move |border| &border[m * days..][..days]);
            let back = (0..MEASURES.len()).flat_map(measure).map(|v| v.to_bits());
            prop_assert!(back.eq(whole.series.values.iter().map(|v| v.to_bits())));
        }
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let rows: Vec<u8> =
            (0..400_u32).flat_map(|i| format!("{i},{}\n", i * i).into_bytes()).collect();
        let whole = output(vec![rows; 9], 2, 5, &[1.5, -2.0, 3.25]);
        let (bytes, layout) = pack(&whole, TableSet::ALL).unwrap();
        for at in (0..bytes.len()).step_by(7) {
            let mut wrong = bytes.clone();
            wrong[at] ^= 0x10;
            // A bit of a frame's header that says nothing about its content may change; then the content is the same.
            if let Ok(back) = unpack(&wrong, &layout) {
                assert!(back.iter().zip(&whole.tables).all(|((_, a), b)| a == b), "byte {at}");
            }
        }
        assert!(unpack(&bytes[..bytes.len() - 1], &layout).is_err());
    }

    #[test]
    fn a_choice_of_tables_is_covered_by_what_was_recorded() {
        let (bytes, layout) = pack(
            &output(vec![b"a\n".to_vec(); Table::RECORDED.len()], 1, 1, &[1.0]),
            TableSet::summary(),
        )
        .unwrap();
        // Of what runs record, a summary takes their measures alone.
        assert!(layout.tables.len() == 1 && layout.series.is_some() && !bytes.is_empty());
        assert!(layout.covers(TableSet::summary()) && !layout.covers(TableSet::ALL));
        let runs = TableSet::runs_only();
        assert_eq!(pack(&RunOutput::default(), runs).unwrap(), (Vec::new(), Layout::default()));
        assert!(Layout::default().covers(runs) && !Layout::default().covers(TableSet::summary()));
    }
}
