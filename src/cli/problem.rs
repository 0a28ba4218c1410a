//! What the front door tells people when something is wrong.

use std::fmt;
use std::io::IsTerminal;

use checked_toml::Diagnostics;

/// A problem that ends the command with exit code 2: complete lines for people.
#[derive(Debug)]
pub struct Problem(Vec<String>);

impl Problem {
    /// A problem told in a sentence.
    pub fn new(message: impl fmt::Display) -> Self {
        Self(vec![format!("error: {message}")])
    }

    /// Several problems; nothing when there is none.
    pub fn all(messages: impl IntoIterator<Item = String>) -> Option<Self> {
        let lines: Vec<String> = messages.into_iter().map(|m| format!("error: {m}")).collect();
        (!lines.is_empty()).then_some(Self(lines))
    }
}

impl From<Diagnostics> for Problem {
    /// The config's diagnostics come with their own headings, in colour on a terminal.
    fn from(diagnostics: Diagnostics) -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self(vec![diagnostics.render(std::io::stderr().is_terminal() && !plain)])
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}
