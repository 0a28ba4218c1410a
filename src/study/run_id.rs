//! Identities of runs: the one place where they are written and read.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Identity of a run: the first 8 bytes of a BLAKE3, as a number. Written as `r` and 16 hexadecimal digits; the letter keeps
/// spreadsheets from taking an id for a number.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(into = "String", try_from = "String")]
pub struct RunId(u64);

/// First results version whose ids begin with a letter.
pub const LETTER_SINCE: u32 = 4;

/// A text that is no identity of a run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no id of a run: one is `r` and 16 hexadecimal digits, such as r0123456789abcdef{hint}", hint = older(text))]
pub struct NoRunId {
    /// The text.
    text: String,
}

/// What to do about the id of an older program; nothing for other texts.
fn older(text: &str) -> &'static str {
    if digits(text).is_some() {
        "\n  an older program wrote it: its runs are done again, in another folder (--out) or in place of it (--overwrite)"
    } else {
        ""
    }
}

/// The number of 16 lower-case hexadecimal digits.
fn digits(text: &str) -> Option<u64> {
    let is_digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    (text.len() == 16 && text.bytes().all(is_digit)).then(|| u64::from_str_radix(text, 16).ok())?
}

impl RunId {
    /// The identity that a hash gives.
    #[must_use]
    pub fn of(hash: &blake3::Hasher) -> Self {
        let mut first = [0; 8];
        first.copy_from_slice(&hash.finalize().as_bytes()[..8]);
        Self(u64::from_be_bytes(first))
    }

    /// Its bytes, for a hash of many.
    #[must_use]
    pub const fn bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "r{:016x}", self.0)
    }
}

impl FromStr for RunId {
    type Err = NoRunId;

    fn from_str(text: &str) -> Result<Self, NoRunId> {
        let number = text.strip_prefix('r').and_then(digits);
        number.map(Self).ok_or_else(|| NoRunId { text: text.to_owned() })
    }
}

impl From<RunId> for String {
    fn from(id: RunId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for RunId {
    type Error = NoRunId;

    fn try_from(text: String) -> Result<Self, NoRunId> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back_and_nothing_else_is_one() {
        let id = RunId(0x0012_34ab);
        assert_eq!(id.to_string(), "r00000000001234ab");
        assert_eq!(id.to_string().parse(), Ok(id));
        for wrong in ["", "r", "r00", "R00000000001234ab", "r00000000001234aB", "r+0000000001234ab"]
        {
            let told = wrong.parse::<RunId>().unwrap_err().to_string();
            assert!(told.contains("r0123456789abcdef") && !told.contains("older"), "{told}");
        }
        let told = "00000000001234ab".parse::<RunId>().unwrap_err().to_string();
        assert!(told.contains("an older program wrote it") && told.contains("--out"), "{told}");
    }
}
