//! Problems in files that a person wrote, shown the way rustc shows them: file, line, column, what was found, what is
//! allowed, the next step.

use std::fmt;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use annotate_snippets::{
    AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str,
};
use serde_json::{Value, json};

use crate::spelling::question;

/// Number of a source in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId(u32);

/// A piece of text: which source, which bytes. All sources of one reading share this address space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The source.
    pub file: FileId,
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

/// A text that settings came from.
#[derive(Clone, Debug)]
struct Source {
    /// As shown to people.
    name: String,
    /// The file; none for `--set`.
    path: Option<PathBuf>,
    text: String,
}

/// Every text that settings came from: their file, the files it extends, and the `--set` arguments.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// Adds a file's text.
    pub fn add_file(&mut self, path: &Path, text: String) -> FileId {
        self.add(Source { name: path.display().to_string(), path: Some(path.to_owned()), text })
    }

    /// Adds the text of a `--set` argument.
    pub fn add_argument(&mut self, text: &str) -> FileId {
        self.add(Source { name: "--set".to_owned(), path: None, text: text.to_owned() })
    }

    fn add(&mut self, source: Source) -> FileId {
        self.0.push(source);
        FileId(self.0.len() as u32 - 1)
    }

    /// Text of a source.
    #[must_use]
    pub fn text(&self, file: FileId) -> &str {
        &self.0[file.0 as usize].text
    }

    /// Name of a source, as shown to people.
    #[must_use]
    pub fn name(&self, file: FileId) -> &str {
        &self.0[file.0 as usize].name
    }

    /// The file behind a source; none for a `--set` argument.
    #[must_use]
    pub fn path(&self, file: FileId) -> Option<&Path> {
        self.0[file.0 as usize].path.as_deref()
    }

    /// A path relative to the folder of the file in which it is named; in a `--set` argument, to where the person stands.
    #[must_use]
    pub fn beside(&self, named: Span, path: &str) -> PathBuf {
        let folder = self.path(named.file).and_then(Path::parent).unwrap_or(Path::new(""));
        folder.join(path).components().collect()
    }

    /// Text that a span covers.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.file).get(span.start..span.end).unwrap_or_default()
    }

    /// All files, in the order they were read: the one that was asked for first.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        self.0.iter().filter_map(|source| source.path.clone()).collect()
    }

    /// Line and column of the start of a span, both from 1; columns count characters.
    #[must_use]
    pub fn line_column(&self, span: Span) -> (usize, usize) {
        let text = self.text(span.file);
        let before = text.get(..span.start.min(text.len())).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

/// Where a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Nowhere,
    Span(Span),
    /// Something absent: the file as a whole.
    File(FileId),
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    message: String,
    place: Place,
    label: String,
    related: Vec<(Span, String)>,
    notes: Vec<String>,
    help: Vec<String>,
}

impl Diagnostic {
    /// A problem at a piece of text; the label stands beside the carets.
    #[must_use]
    pub fn at(span: Span, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self { place: Place::Span(span), label: label.into(), ..Self::nowhere(message) }
    }

    /// A problem of a file as a whole.
    #[must_use]
    pub fn in_file(file: FileId, message: impl Into<String>) -> Self {
        Self { place: Place::File(file), ..Self::nowhere(message) }
    }

    /// A problem without a text to point at.
    #[must_use]
    pub fn nowhere(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            place: Place::Nowhere,
            label: String::new(),
            related: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
        }
    }

    /// Adds what is allowed, or what the key means.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds the next step.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds the next step, if there is one to propose.
    #[must_use]
    pub fn maybe_help(self, help: Option<impl Into<String>>) -> Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }

    /// Adds as the next step the name that was most likely meant, if there is one.
    #[must_use]
    pub fn guess(self, guess: Option<&str>) -> Self {
        self.maybe_help(guess.map(question))
    }

    /// Adds a second piece of text that explains the problem.
    #[must_use]
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }

    fn render(&self, sources: &Sources, renderer: &Renderer) -> String {
        let mut group = Group::with_title(Level::ERROR.primary_title(&self.message));
        match self.place {
            Place::Nowhere => {}
            Place::File(file) => group = group.element(Origin::path(sources.name(file))),
            Place::Span(span) => {
                let mark = |kind: AnnotationKind, span: Span, label: &str| {
                    let label = (!label.is_empty()).then(|| normalize_untrusted_str(label));
                    kind.span(first_line(sources, span)).label(label)
                };
                let context =
                    |(span, label): &&(Span, String)| mark(AnnotationKind::Context, *span, label);
                let (here, elsewhere): (Vec<_>, Vec<_>) =
                    self.related.iter().partition(|(other, _)| other.file == span.file);
                let main = snippet_of(sources, span.file)
                    .annotation(mark(AnnotationKind::Primary, span, &self.label))
                    .annotations(here.iter().map(context));
                let others = elsewhere
                    .iter()
                    .map(|other| snippet_of(sources, other.0.file).annotation(context(other)));
                group = group.element(main).elements(others);
            }
        }
        let notes =
            self.notes.iter().map(|note| Level::NOTE.message(normalize_untrusted_str(note)));
        let help = self.help.iter().map(|help| Level::HELP.message(normalize_untrusted_str(help)));
        renderer.render(&[group.elements(notes.chain(help))])
    }
}

fn snippet_of(sources: &Sources, file: FileId) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    Snippet::source(sources.text(file)).path(sources.name(file))
}

/// A value over many lines is pointed at by its first.
fn first_line(sources: &Sources, span: Span) -> std::ops::Range<usize> {
    let text = sources.text(span.file);
    let start = span.start.min(text.len());
    let end = span.end.clamp(start, text.len());
    let line = text[start..end].find('\n').map_or(end, |newline| start + newline);
    start..line
}

/// Every problem that was found, with the texts that they point at. Never empty when it is an error.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    sources: Sources,
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Puts the problems in order of place, each once.
    #[must_use]
    pub fn new(sources: Sources, problems: Vec<Diagnostic>) -> Self {
        let mut list: Vec<Diagnostic> = Vec::with_capacity(problems.len());
        for new in problems {
            let is_same = |known: &Diagnostic| {
                (known.place, &known.message, &known.label) == (new.place, &new.message, &new.label)
            };
            if !list.iter().any(is_same) {
                list.push(new);
            }
        }
        list.sort_by_key(|problem| match problem.place {
            Place::Nowhere => (None, 0),
            Place::File(file) => (Some(file), usize::MAX),
            Place::Span(span) => (Some(span.file), span.start),
        });
        Self { sources, list }
    }

    /// Whether there is no problem.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The problems as text for people; `styled` adds colours of a terminal.
    #[must_use]
    pub fn render(&self, styled: bool) -> String {
        let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        for problem in &self.list {
            text.push_str(&problem.render(&self.sources, &renderer));
            text.push_str("\n\n");
        }
        if self.list.len() > 1 {
            let summary = format!("{} problems found", self.list.len());
            let summary = Group::with_title(Level::ERROR.primary_title(summary));
            text.push_str(&renderer.render(&[summary]));
        }
        text.truncate(text.trim_end().len());
        text
    }

    /// The problems for machines: a list of objects with `file`, `line`, `column`, `message`, `label`, `notes`, `help`.
    /// Lines and columns count from 1; they are null where a problem has no place, as is `file`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let one = |problem: &Diagnostic| {
            let (file, line_column) = match problem.place {
                Place::Nowhere => (None, None),
                Place::File(file) => (Some(file), None),
                Place::Span(span) => (Some(span.file), Some(self.sources.line_column(span))),
            };
            json!({
                "file": file.map(|file| self.sources.name(file)),
                "line": line_column.map(|(line, _)| line),
                "column": line_column.map(|(_, column)| column),
                "message": problem.message,
                "label": problem.label,
                "notes": problem.notes,
                "help": problem.help,
            })
        };
        Value::Array(self.list.iter().map(one).collect())
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

/// Whether text for this stream may carry colours: it is a terminal, and `NO_COLOR` is not set.
#[must_use]
pub fn wants_colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// A word of a person's file, cut where it is too long to read.
#[must_use]
pub fn shown(word: &str) -> String {
    const LONGEST: usize = 60;
    if word.chars().count() <= LONGEST {
        return format!("`{word}`");
    }
    format!("`{}...`", word.chars().take(LONGEST).collect::<String>())
}
