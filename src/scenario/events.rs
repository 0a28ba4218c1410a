//! Files of violent events that an episode names: read with the scenario, so that they are part of what a run is.

use std::collections::BTreeMap;
use std::path::PathBuf;

use checked_toml::{Diagnostic, Node, Sources, rows, shown};

use super::Scenario;
use crate::episode::PrescribedEvent;

const COLUMNS: [&str; 6] = ["date", "lat", "lon", "deaths_civilians", "deaths_all", "source"];
/// Deaths of one row at most.
const MOST_DEATHS: u32 = 1_000_000;

/// Files that were read, by path: variants of a study name the same ones.
#[derive(Default)]
pub struct EventFiles(BTreeMap<PathBuf, Vec<PrescribedEvent>>);

impl EventFiles {
    /// Reads the files that a scenario names into it. Paths are relative to the file that names them, those of `--set` to where
    /// the person stands.
    pub fn fill(
        &mut self,
        scenario: &mut Scenario,
        tree: &Node,
        sources: &mut Sources,
        problems: &mut Vec<Diagnostic>,
    ) {
        let nodes = tree.get("episode.violence").and_then(Node::as_array).unwrap_or_default();
        for (entry, node) in scenario.episode.violence.iter_mut().zip(nodes) {
            let Some(named) = node.get("file") else { continue };
            let path = sources.beside(named.span, &entry.file);
            if !self.0.contains_key(&path) {
                if !path.is_file() {
                    problems.push(
                        Diagnostic::at(
                            named.span,
                            format!("there is no file {}", shown(&path.display().to_string())),
                            "named here",
                        )
                        .note("the path is relative to the folder of the file that names it"),
                    );
                    continue;
                }
                match rows::read(&path, &COLUMNS, sources) {
                    Ok(rows) => {
                        let events = rows.iter().filter_map(|row| event(row, problems)).collect();
                        self.0.insert(path.clone(), events);
                    }
                    Err(found) => {
                        problems.extend(found);
                        continue;
                    }
                }
            }
            entry.events.clone_from(&self.0[&path]);
        }
    }
}

fn event(row: &rows::Row, problems: &mut Vec<Diagnostic>) -> Option<PrescribedEvent> {
    let before = problems.len();
    let text = |i: usize| row.fields[i].text.as_str();
    let number =
        |i: usize, most: f64| text(i).parse::<f64>().ok().filter(|x: &f64| x.abs() <= most);
    let deaths = |i: usize| text(i).parse::<u32>().ok().filter(|n| *n <= MOST_DEATHS);

    let date = text(0).parse().ok().filter(|_| !text(0).contains('T'));
    let (lat, lon, civilians, all) = (number(1, 90.0), number(2, 180.0), deaths(3), deaths(4));
    let more_than_all = civilians.zip(all).is_some_and(|(civilians, all)| civilians > all);
    for (i, wrong, allowed) in [
        (0, date.is_none(), "a date such as 1999-10-21"),
        (1, lat.is_none(), "degrees, -90 to 90"),
        (2, lon.is_none(), "degrees, -180 to 180"),
        (3, civilians.is_none(), "a count of persons"),
        (4, all.is_none(), "a count of persons"),
        (3, more_than_all, "at most `deaths_all`"),
        (5, text(5).is_empty(), "where the event is from"),
    ] {
        if wrong {
            let message = format!("{} is no `{}`", shown(text(i)), COLUMNS[i]);
            let label = format!("expected {allowed}");
            problems.push(Diagnostic::at(row.fields[i].span, message, label));
        }
    }
    if problems.len() > before {
        return None;
    }
    Some(PrescribedEvent {
        line: row.line,
        date: date?,
        lat: lat?,
        lon: lon?,
        deaths_civilians: civilians?,
        deaths_all: all?,
    })
}
