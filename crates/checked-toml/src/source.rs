//! From files to one tree: TOML with places, `extends` chains, `--set` arguments.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use crate::Wording;
use crate::diagnostics::{Diagnostic, FileId, Sources, Span, shown};
use crate::spelling::{nearest, question};
use crate::tree::{self, Node, Value};

/// Files in an `extends` chain at most.
const LONGEST_CHAIN: usize = 16;
/// Bytes of a file at most: a larger one holds no settings, perhaps it does not even end.
const LARGEST_FILE: u64 = 8 << 20;
/// Parts of a dotted key at most; the parser itself knows no limit and would recurse.
const LONGEST_KEY: usize = 32;

/// What was read.
#[derive(Debug)]
pub struct Reading {
    /// The texts.
    pub sources: Sources,
    /// The file that was asked for; none when it could not be opened.
    pub root: Option<FileId>,
    /// All layers merged; none when a text could not be parsed.
    pub tree: Option<Node>,
    /// Whether every file of the chain was read: if not, nothing can be said of missing keys.
    pub is_complete: bool,
    /// Problems so far.
    pub problems: Vec<Diagnostic>,
}

/// Reads a file, those it extends, and the `--set` arguments over them.
#[must_use]
pub fn read(path: &Path, sets: &[String], wording: &Wording) -> Reading {
    let mut reading = Reading {
        sources: Sources::default(),
        root: None,
        tree: None,
        is_complete: true,
        problems: Vec::new(),
    };
    let layers = reading.files(path);
    let arguments: Vec<_> =
        sets.iter().filter_map(|text| reading.argument(text, wording)).collect();
    if let Some(layers) = layers {
        // The last file of the chain is the ground; the file that was asked for and the arguments lie on top.
        reading.tree = layers.into_iter().rev().reduce(|mut under, layer| {
            under.overlay(layer, true);
            under
        });
        if let Some(merged) = &mut reading.tree {
            for argument in arguments {
                merged.overlay(argument, false);
            }
        }
    }
    reading
}

/// A link of an `extends` chain.
struct Link {
    /// As shown to people.
    path: PathBuf,
    /// For telling cycles, however the path is spelled.
    canonical: PathBuf,
}

/// Why something cannot be read.
type Refusal = Box<Diagnostic>;

impl Reading {
    /// Notes the problem of what did not succeed.
    fn noted<T>(&mut self, result: Result<T, Refusal>) -> Option<T> {
        result.map_err(|problem| self.problems.push(*problem)).ok()
    }

    /// The trees of the chain, that of the file asked for first; none when one of them is not valid TOML.
    fn files(&mut self, path: &Path) -> Option<Vec<Node>> {
        let mut chain: Vec<Link> = Vec::new();
        let mut layers = Vec::new();
        let mut is_valid = true;
        let mut next = Some((path.to_owned(), None));
        while let Some((path, named_at)) = next.take() {
            let opened = open(&path, named_at, &mut self.sources);
            let Some(file) = self.noted(opened) else {
                self.is_complete = false;
                break;
            };
            self.root.get_or_insert(file);
            let canonical = path.canonicalize().unwrap_or_else(|_| path.clone());
            chain.push(Link { path, canonical });

            let before = self.problems.len();
            let mut layer = parse(&self.sources, file, &mut self.problems);
            is_valid &= self.problems.len() == before;
            let extends = match &mut layer.value {
                Value::Table(table) => table.remove("extends"),
                _ => None,
            };
            layers.push(layer);
            if let Some(extends) = extends {
                let followed = self.noted(follow(&chain, &extends.node));
                self.is_complete &= followed.is_some();
                next = followed.map(|path| (path, Some(extends.node.span)));
            }
        }
        (is_valid && !layers.is_empty()).then_some(layers)
    }

    /// The tree of a `--set` argument.
    fn argument(&mut self, text: &str, wording: &Wording) -> Option<Node> {
        let file = self.sources.add_argument(text);
        let tree = self.argument_tree(text, file, wording);
        self.noted(tree)
    }

    fn argument_tree(
        &mut self,
        text: &str,
        file: FileId,
        wording: &Wording,
    ) -> Result<Node, Refusal> {
        let span = |start: usize, end: usize| Span { file, start, end };
        let help = || format!("write `--set key=value`, for example `--set {}`", wording.example);
        let bad = |span: Span, message: &str, label: &str| {
            Err(Diagnostic::at(span, message, label).help(help()).into())
        };
        let needs_both = |span, label: &str| bad(span, "`--set` needs a key and a value", label);
        let whole = span(0, text.len());
        let Some((key, value)) = text.split_once('=') else {
            return needs_both(whole, "no `=` here");
        };
        if key.trim().is_empty() {
            return needs_both(whole, "no key before `=`");
        }
        if value.trim().is_empty() {
            return needs_both(span(text.len(), text.len()), "no value after `=`");
        }
        if let Some(problem) = long_key(&self.sources, file) {
            return Err(problem.into());
        }

        let tree = if let Ok(table) = DeTable::parse(text) {
            let tree = tree::from_toml(table.get_ref(), file, &mut self.problems);
            if !has_one_path(&tree) || text.trim_start().starts_with('[') {
                return bad(whole, "`--set` sets one key", "more than one key here");
            }
            tree
        } else {
            // Not TOML: the value is a word without quotes, unless the key itself is the trouble.
            let probe = format!("{key}=0");
            let Ok(table) = DeTable::parse(&probe) else {
                let label = "expected names joined by dots";
                return bad(span(0, key.len()), "`--set` cannot read the key", label);
            };
            let mut tree = tree::from_toml(table.get_ref(), file, &mut self.problems);
            let place = span(text.len() - value.trim_start().len(), text.trim_end().len());
            let word = Value::String(value.trim().to_owned());
            replace_leaf(&mut tree, Node { value: word, span: place });
            tree
        };

        match tree.as_table().and_then(|table| table.get("extends")) {
            Some(entry) => Err(Box::new(Diagnostic::at(
                entry.key_span,
                "`--set` cannot change `extends`",
                "only a file can extend another",
            ))),
            None => Ok(tree),
        }
    }
}

/// The file that an `extends` names, unless something is wrong with it.
fn follow(chain: &[Link], extends: &Node) -> Result<PathBuf, Refusal> {
    let problem = |message: &str, label: String| Diagnostic::at(extends.span, message, label);
    let Some(name) = extends.as_str() else {
        let label =
            format!("expected the path of a file as a string, found {}", extends.value.kind());
        return Err(problem("wrong type for `extends`", label)
            .note("a file extends one other file, which may extend another in turn")
            .into());
    };
    if name.trim().is_empty() {
        return Err(problem("`extends` is empty", "expected the path of a file".to_owned())
            .help("remove the key, or write `extends = \"base.toml\"`")
            .into());
    }
    let folder = chain.last().and_then(|here| here.path.parent()).unwrap_or(Path::new(""));
    let path: PathBuf = folder.join(name).components().collect();
    if let Ok(canonical) = path.canonicalize()
        && let Some(start) = chain.iter().position(|link| link.canonical == canonical)
    {
        let circle = chain[start..].iter().chain([&chain[start]]);
        let names: Vec<_> = circle.map(|link| link.path.display().to_string()).collect();
        let label = match names.len() {
            2 => "a file cannot extend itself",
            _ => "this closes the circle",
        };
        return Err(problem("`extends` goes in a circle", label.to_owned())
            .note(format!("the chain: {}", names.join(" -> ")))
            .into());
    }
    if chain.len() >= LONGEST_CHAIN {
        let label =
            format!("this would be file {}; at most {LONGEST_CHAIN} are read", chain.len() + 1);
        return Err(problem("the chain of `extends` is too long", label).into());
    }
    Ok(path)
}

/// Opens and decodes a file, which an `extends` may have named.
fn open(path: &Path, named_at: Option<Span>, sources: &mut Sources) -> Result<FileId, Refusal> {
    let name = shown(&path.display().to_string());
    let bytes = read_bytes(path).map_err(|reason| {
        let problem = match named_at {
            Some(span) => Diagnostic::at(span, format!("cannot read {name}"), reason)
                .note("`extends` is relative to the folder of the file that names it"),
            None => Diagnostic::nowhere(format!("cannot read {name}: {reason}")),
        };
        problem.maybe_help(neighbour(path))
    })?;
    match String::from_utf8(bytes) {
        Ok(text) => {
            let file = sources.add_file(path, text);
            long_key(sources, file).map_or(Ok(file), |problem| Err(problem.into()))
        }
        Err(error) => {
            let start = error.utf8_error().valid_up_to();
            let byte = error.as_bytes()[start];
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let file = sources.add_file(path, text);
            let span = Span { file, start, end: start + char::REPLACEMENT_CHARACTER.len_utf8() };
            let label = format!("byte 0x{byte:02X} is not UTF-8");
            Err(Diagnostic::at(span, format!("{name} is not UTF-8 text"), label)
                .help("save the file with the encoding UTF-8")
                .into())
        }
    }
}

/// Whether every table on the way down has one key.
fn has_one_path(node: &Node) -> bool {
    let Some(table) = node.as_table() else { return true };
    let mut entries = table.iter();
    match (entries.next(), entries.next()) {
        // An inline table is a value: `--set leadership.x={ a = 1, b = 2 }`.
        (Some(entry), None) => {
            entry.node.span.start != entry.key_span.start || has_one_path(&entry.node)
        }
        _ => false,
    }
}

fn replace_leaf(node: &mut Node, leaf: Node) {
    let mut path = Vec::new();
    let mut at = &*node;
    while let Some(entry) = at.as_table().and_then(|table| table.iter().next()) {
        path.push((entry.key.clone(), entry.key_span));
        at = &entry.node;
    }
    node.set(&path, leaf);
}

/// Bytes of a file, or why it cannot be read, in words that are the same on every system.
fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    let words = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => "no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder, not a file".to_owned(),
        _ => error.to_string(),
    };
    if path.is_dir() {
        return Err("it is a folder, not a file".to_owned());
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut bytes))
        .map_err(words)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(format!("it is larger than {} MB, the most that is read", LARGEST_FILE >> 20));
    }
    Ok(bytes)
}

/// A file beside a missing one that may have been meant.
fn neighbour(path: &Path) -> Option<String> {
    if path.exists() {
        return None;
    }
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(listing) = folder.read_dir() else {
        return Some(format!(
            "the folder {} does not exist either",
            shown(&folder.display().to_string())
        ));
    };
    let mut names: Vec<String> = listing
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| Path::new(name).extension() == Some(OsStr::new("toml")))
        .collect();
    names.sort();
    let wanted = path.file_name()?.to_str()?;
    nearest(wanted, names.iter().map(String::as_str)).map(question)
}

/// A dotted key with too many parts, if there is one.
fn long_key(sources: &Sources, file: FileId) -> Option<Diagnostic> {
    let mut offset = 0;
    for line in sources.text(file).split_inclusive('\n') {
        let mut start = 0;
        if !line.trim_start().starts_with('#') {
            for piece in line.split_inclusive(['=', ',', '{', '}', '[', ']', '"', '\'', '#']) {
                if piece.matches('.').count() > LONGEST_KEY {
                    let start = offset + start;
                    let span = Span { file, start, end: start + piece.trim_end().len() };
                    let label = format!("more than {LONGEST_KEY} names joined by dots");
                    return Some(Diagnostic::at(span, "key too long", label));
                }
                if piece.ends_with('#') {
                    break;
                }
                start += piece.len();
            }
        }
        offset += line.len();
    }
    None
}

/// Parses a file; everything that the grammar forbids becomes a problem.
fn parse(sources: &Sources, file: FileId, problems: &mut Vec<Diagnostic>) -> Node {
    let text = sources.text(file);
    let (table, mut errors) = DeTable::parse_recoverable(text);
    let tree = tree::from_toml(table.get_ref(), file, problems);
    errors.sort_by_key(|error| {
        // Where a value and the rest of its line are both in doubt, the value is the cause.
        (
            error.span().map_or(0, |span| line_of(text, span.start)),
            error.message().starts_with("unexpected key or value"),
        )
    });
    let mut last_line = None;
    for error in errors {
        let range = error.span().unwrap_or(0..0);
        let line = line_of(text, range.start);
        // One mistake often upsets the rest of its line.
        if last_line == Some(line) {
            continue;
        }
        last_line = Some(line);
        // After an open list or string everything else looks wrong.
        let is_lost = error.message().contains("comma between array");
        let span =
            Span { file, start: range.start.min(text.len()), end: range.end.min(text.len()) };
        problems.push(syntax_problem(sources, span, error.message(), &tree));
        if is_lost {
            break;
        }
    }
    tree
}

fn line_of(text: &str, offset: usize) -> usize {
    text.get(..offset.min(text.len())).unwrap_or_default().matches('\n').count()
}

/// The parser's words, with the next step for the mistakes that people make.
fn syntax_problem(sources: &Sources, span: Span, message: &str, tree: &Node) -> Diagnostic {
    let found = sources.slice(span);
    let (what, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    if what == "duplicate key" {
        let mut problem =
            Diagnostic::at(span, format!("{} is set twice", shown(found)), "set again here");
        if let Some(first) = first_mention(sources, tree, found, span) {
            problem = problem.related(first, "first set here");
        }
        return problem.help("keep one of the two");
    }
    if what == "string values must be quoted" {
        let number: String = found
            .chars()
            .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))
            .collect();
        if number.parse::<f64>().is_ok() {
            return Diagnostic::at(
                span,
                "cannot read this value",
                "a number stands alone, without its unit",
            )
            .help(format!("write `{number}`; the unit of a key is in its name or its comment"));
        }
        if found.is_empty() {
            return Diagnostic::at(span, "cannot read this value", "expected a value");
        }
        let problem = Diagnostic::at(span, "cannot read this value", "text needs quotes");
        return match found.to_lowercase().as_str() {
            "true" | "yes" | "on" => problem.help("for a switch write `true`"),
            "false" | "no" | "off" => problem.help("for a switch write `false`"),
            _ => problem.help(format!("write `\"{found}\"`")),
        };
    }
    let label = if expected.is_empty() { String::new() } else { format!("expected {expected}") };
    let problem = Diagnostic::at(span, format!("not valid TOML: {what}"), label);
    if what == "unexpected key or value"
        && sources.text(span.file).as_bytes().get(span.start) == Some(&b',')
    {
        return problem.help("a number is written with a decimal point, a list in brackets");
    }
    if what.contains("comma between array") {
        return problem.help("is the list above closed with `]`?");
    }
    problem
}

/// The place where a key that is set twice was set first.
fn first_mention(sources: &Sources, tree: &Node, name: &str, again: Span) -> Option<Span> {
    let text = sources.text(again.file);
    let line_start = text[..again.start].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    if line.trim_start().starts_with('[') {
        // The parser forgets where a table began when it begins again.
        let header = &line[..=line.find(']')?];
        let mut start = 0;
        let mut lines = text[..line_start].split_inclusive('\n');
        return lines.find_map(|earlier| {
            let end = start + earlier.len();
            let span = Span { file: again.file, start, end: start + header.len() };
            start = end;
            earlier.starts_with(header).then_some(span)
        });
    }
    let mut found: Option<Span> = None;
    let mut open = vec![tree];
    while let Some(node) = open.pop() {
        for entry in node.as_table().into_iter().flat_map(tree::Table::iter) {
            let span = entry.key_span;
            let line_start =
                sources.text(span.file)[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
            let starts_line = sources.text(span.file)[line_start..span.start].trim().is_empty();
            if starts_line && sources.slice(span) == name && span.start < again.start {
                found = found.max(Some(span));
            }
            open.push(&entry.node);
        }
        open.extend(node.as_array().into_iter().flatten());
    }
    found
}
