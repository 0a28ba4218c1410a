//! Arrays as short text: quantised, differences along the last axis, variable-length integers, deflate, base64.
//!
//! The page undoes it: `DecompressionStream("deflate-raw")`, then [`decode`] in its own script.

use std::io::Write as _;

use base64::Engine as _;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};

/// Levels into which the largest value of a block is split at least.
const LEVELS: f64 = 1000.0;

/// Whole numbers beyond it are cut: their differences would not fit into the page's 28 bits.
const LARGEST: i64 = 60_000_000;

/// How the whole numbers of a block become values again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// The number times the step.
    Linear,
    /// exp(number times the step) - 1: the same relative precision for few and for many.
    Log,
}

/// A packed array.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Lengths of the axes; the last is the one along which differences are kept.
    pub shape: Vec<usize>,
    /// What one unit of the packed numbers is worth.
    pub step: f64,
    /// How to undo the quantisation.
    pub scale: Scale,
    /// Base64 of the deflated numbers.
    pub data: String,
}

/// A step that is a power of ten, at least `LEVELS` of which make up the largest value: values then print as short
/// decimals. 1 for an array of zeros.
#[must_use]
pub fn step_for(values: &[f32]) -> f64 {
    let largest =
        values.iter().filter(|v| v.is_finite()).fold(0.0_f64, |m, v| m.max(f64::from(v.abs())));
    if largest <= 0.0 {
        1.0
    } else {
        10.0_f64.powi(libm::floor(libm::log10(largest / LEVELS)) as i32)
    }
}

/// Packs an array on a linear scale. Values that are not finite become missing.
#[must_use]
pub fn linear(shape: &[usize], values: &[f32], step: f64) -> Block {
    let whole = values.iter().map(|&v| v.is_finite().then(|| (f64::from(v) / step).round() as i64));
    Block { shape: shape.to_vec(), step, scale: Scale::Linear, data: text(shape, whole) }
}

/// Packs counts from 0 upwards on a logarithmic scale.
#[must_use]
pub fn logarithmic(shape: &[usize], values: &[f32], step: f64) -> Block {
    let whole = values.iter().map(|&v| {
        v.is_finite().then(|| (libm::log1p(f64::from(v.max(0.0))) / step).round() as i64)
    });
    Block { shape: shape.to_vec(), step, scale: Scale::Log, data: text(shape, whole) }
}

fn text(shape: &[usize], whole: impl Iterator<Item = Option<i64>>) -> String {
    let row = shape.last().copied().unwrap_or(1).max(1);
    let mut bytes = Vec::new();
    let mut before = 0;
    for (i, value) in whole.enumerate() {
        if i % row == 0 {
            before = 0;
        }
        let Some(value) = value else {
            bytes.push(0); // missing
            continue;
        };
        // The page reads numbers of 28 bits; a thousand levels and a safe margin lie far below.
        let value = value.clamp(-LARGEST, LARGEST);
        let difference = value - before;
        before = value;
        // Zigzag, so that small steps down are short too; 0 is taken by what is missing.
        put(&mut bytes, ((difference << 1) ^ (difference >> 63)) as u64 + 1);
    }
    base64::engine::general_purpose::STANDARD.encode(deflated(&bytes))
}

/// Packs a text.
#[must_use]
pub fn words(text: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(deflated(text.as_bytes()))
}

/// The text that [`words`] packed, for tests.
///
/// # Errors
/// When it is no packed text.
pub fn unpacked_words(packed: &str) -> Result<String, String> {
    use std::io::Read as _;
    let bytes =
        base64::engine::general_purpose::STANDARD.decode(packed).map_err(|e| e.to_string())?;
    let mut text = String::new();
    flate2::read::DeflateDecoder::new(&bytes[..])
        .read_to_string(&mut text)
        .map_err(|e| e.to_string())?;
    Ok(text)
}

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Raw deflate. Writing to memory cannot fail.
fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// What the page makes of a block: its values, NaN where missing. For tests, which compare it with the tables.
///
/// # Errors
/// When the text is no packed array.
pub fn decode(block: &Block) -> Result<Vec<f64>, String> {
    use std::io::Read as _;
    let packed =
        base64::engine::general_purpose::STANDARD.decode(&block.data).map_err(|e| e.to_string())?;
    let mut bytes = Vec::new();
    flate2::read::DeflateDecoder::new(&packed[..])
        .read_to_end(&mut bytes)
        .map_err(|e| e.to_string())?;
    let row = block.shape.last().copied().unwrap_or(1).max(1);
    let (mut out, mut before, mut number, mut shift) = (Vec::new(), 0_i64, 0_u64, 0);
    for byte in bytes {
        number |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 != 0 {
            continue;
        }
        if out.len() % row == 0 {
            before = 0;
        }
        if number == 0 {
            out.push(f64::NAN);
        } else {
            let zigzag = number - 1;
            before += (zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed();
            let value = before as f64 * block.step;
            out.push(if block.scale == Scale::Log { libm::expm1(value) } else { value });
        }
        (number, shift) = (0, 0);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn steps_are_powers_of_ten() {
        for (largest, step) in
            [(100.0, 0.1), (99.0, 0.01), (1.0, 0.001), (45_000.0, 10.0), (0.0, 1.0)]
        {
            assert!((step_for(&[0.0, -largest]) / step - 1.0).abs() < 1e-12, "{largest}");
        }
    }

    proptest! {
        #[test]
        fn a_block_comes_back(values in prop::collection::vec(prop_oneof![Just(f32::NAN), -1e6_f32..1e6], 0..60)) {
            let values = &values[..values.len() / 3 * 3];
            let block = linear(&[values.len() / 3, 3], values, 0.5);
            let back = decode(&block).unwrap();
            prop_assert_eq!(back.len(), values.len());
            for (a, b) in values.iter().zip(back) {
                let same = (a.is_nan() && b.is_nan()) || (f64::from(*a) - b).abs() <= 0.2501;
                prop_assert!(same, "{} for {}", b, a);
            }
        }

        #[test]
        fn counts_keep_their_relative_precision(values in prop::collection::vec(0_u32..5_000_000, 1..40)) {
            let values: Vec<f32> = values.into_iter().map(|v| v as f32).collect();
            let block = logarithmic(&[values.len()], &values, 0.02);
            for (a, b) in values.iter().zip(decode(&block).unwrap()) {
                prop_assert!((f64::from(*a) - b).abs() <= 0.0102 * (f64::from(*a) + 1.0));
            }
        }
    }
}
