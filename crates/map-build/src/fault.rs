//! What is wrong with the input of a build.

/// Faults that are spelled out; the rest is only counted.
const SHOWN: usize = 20;

/// What is wrong, where, and what to do next; several lines when several things are wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    lines: Vec<String>,
}

impl Fault {
    /// One fault.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { lines: vec![text.into()] }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, line) in self.lines.iter().take(SHOWN).enumerate() {
            write!(f, "{}{line}", if i > 0 { "\n  " } else { "" })?;
        }
        match self.lines.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more"),
        }
    }
}

impl std::error::Error for Fault {}

/// Collects faults while reading goes on.
#[derive(Default, Debug)]
pub struct Faults(Vec<String>);

impl Faults {
    /// Notes a fault.
    pub fn add(&mut self, text: impl Into<String>) {
        self.0.push(text.into());
    }

    /// Ends the reading if anything was found wrong.
    ///
    /// # Errors
    /// With everything that was noted.
    pub fn stop_if_any(&mut self) -> Result<(), Fault> {
        if self.0.is_empty() { Ok(()) } else { Err(Fault { lines: std::mem::take(&mut self.0) }) }
    }
}
