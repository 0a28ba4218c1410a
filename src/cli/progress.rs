//! How far a study is: a bar on a terminal, a line every ten seconds elsewhere, events with `--json`.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use serde_json::json;

use super::{print, talk};
use crate::study::conduct::Event;
use crate::study::plan::Plan;

/// Time between two lines where there is no terminal.
const EVERY: Duration = Duration::from_secs(10);

enum Way {
    Silent,
    Bar(ProgressBar),
    Lines { last: Instant },
    Json,
}

/// Tells of the progress of a study.
pub struct Progress<'a> {
    plan: &'a Plan,
    begun: Instant,
    /// Runs that the store had.
    before: usize,
    ended: usize,
    /// Runs asked of this process.
    runs: usize,
    group_days: u64,
    way: Way,
}

#[allow(clippy::disallowed_methods)] // the front door may look at the clock
fn now() -> Instant {
    Instant::now()
}

impl<'a> Progress<'a> {
    /// Begins; the way depends on the arguments and on what stderr is.
    pub fn new(plan: &'a Plan, quiet: bool, json: bool) -> Self {
        let way = if json {
            let study = &plan.name;
            print(
                &json!({ "event": "start", "study": study, "runs": plan.runs.len() }).to_string(),
            );
            Way::Json
        } else if quiet {
            Way::Silent
        } else if std::io::stderr().is_terminal() {
            let bar = ProgressBar::new(plan.runs.len() as u64);
            let template = "{bar:30} {pos}/{len} runs, {rate} runs/s, {eta} left {msg}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.with_key(
                    "rate",
                    |state: &ProgressState, text: &mut dyn std::fmt::Write| {
                        let _ = write!(text, "{:.2}", state.per_sec());
                    },
                ));
            }
            bar.enable_steady_tick(Duration::from_millis(200));
            Way::Bar(bar)
        } else {
            Way::Lines { last: now() }
        };
        Self { plan, begun: now(), before: 0, ended: 0, runs: plan.runs.len(), group_days: 0, way }
    }

    /// Tells of an event.
    pub fn tell(&mut self, event: Event<'_>) {
        match event {
            Event::Found { ended, of, others } => {
                (self.before, self.ended, self.runs) = (ended, ended, of);
                self.tell_of_store(ended, of, others);
            }
            Event::OtherBuild(count, of) => self.tell_of_other_build(count, of),
            Event::Damaged(damage) => talk(&format!("note: {damage}; it is done again")),
            _ => {}
        }
        if let Event::Run { run, failure, ended, group_days } = event {
            (self.ended, self.group_days) = (ended, group_days);
            let name = || {
                let variant = &self.plan.variant(run).name;
                format!("{} / {variant} / replicate {}", run.outcome.name(), run.replicate)
            };
            match &self.way {
                Way::Json => print(
                    &json!({
                        "event": "run",
                        "run_id": run.id.to_string(),
                        "outcome": run.outcome.name(),
                        "variant": self.plan.variant(run).name,
                        "replicate": run.replicate,
                        "status": if failure.is_some() { "failed" } else { "done" },
                        "cause": failure,
                        "ended": ended,
                    })
                    .to_string(),
                ),
                Way::Bar(bar) => {
                    bar.set_position(ended as u64);
                    if let Some(cause) = failure {
                        bar.println(format!("run failed: {}: {cause}", name()));
                    }
                }
                Way::Lines { .. } | Way::Silent => {
                    if let Some(cause) = failure {
                        talk(&format!("run failed: {}: {cause}", name()));
                    }
                }
            }
        }
        match (&mut self.way, event) {
            (Way::Bar(bar), Event::Bands) => bar.set_message("(bands and contrasts)"),
            (Way::Lines { last }, Event::Tick | Event::Run { .. }) if last.elapsed() >= EVERY => {
                *last = now();
                talk(&line(self.ended, self.before, self.runs, self.begun.elapsed().as_secs_f64()));
            }
            _ => {}
        }
    }

    /// Results of another build count as they are: the results version says that they are the same.
    fn tell_of_other_build(&self, count: usize, of: usize) {
        match &self.way {
            Way::Json => {
                print(&json!({ "event": "other_build", "runs": count, "of": of }).to_string());
            }
            Way::Bar(_) | Way::Lines { .. } => {
                let text = format!(
                    "note: another build of the program, of the same results version, did {count} of the {of} runs (manifest.json: parts)"
                );
                if let Way::Bar(bar) = &self.way { bar.println(text) } else { talk(&text) }
            }
            Way::Silent => {}
        }
    }

    /// What a study goes on from.
    fn tell_of_store(&self, ended: usize, of: usize, others: usize) {
        match &self.way {
            Way::Json if ended + others > 0 => {
                print(
                    &json!({ "event": "found", "ended": ended, "of": of, "others": others })
                        .to_string(),
                );
            }
            Way::Bar(bar) => {
                bar.set_length(of as u64);
                bar.set_position(ended as u64);
                bar.reset_eta();
            }
            _ => {}
        }
        if matches!(self.way, Way::Bar(_) | Way::Lines { .. }) {
            let say = |text: &str| {
                if let Way::Bar(bar) = &self.way { bar.println(text) } else { talk(text) }
            };
            if ended > 0 {
                say(&format!("going on: {ended} of {of} runs are in the store"));
            }
            if others > 0 {
                say(&format!(
                    "note: the store has {others} runs of another config, map, version or selection; they are kept and not merged"
                ));
            }
        }
    }

    /// Ends; what comes after stands on a clean line.
    pub fn end(&self) {
        if let Way::Bar(bar) = &self.way {
            bar.finish_and_clear();
        }
    }
}

/// One line about how far it is.
fn line(ended: usize, before: usize, runs: usize, seconds: f64) -> String {
    if ended == before {
        return format!("{ended} of {runs} runs after {}", duration(seconds));
    }
    let rate = (ended - before) as f64 / seconds.max(1e-3);
    format!(
        "{ended} of {runs} runs, {rate:.2} runs/s, {} left",
        duration((runs - ended) as f64 / rate)
    )
}

/// A duration for people.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 9.95 => format!("{s:.1} s"),
        s if s < 119.5 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_rate_and_time_left() {
        assert_eq!(line(0, 0, 100, 10.0), "0 of 100 runs after 10 s");
        assert_eq!(line(20, 0, 100, 10.0), "20 of 100 runs, 2.00 runs/s, 40 s left");
        assert_eq!(line(40, 20, 100, 10.0), "40 of 100 runs, 2.00 runs/s, 30 s left");
        assert_eq!(duration(600.0), "10 min");
    }
}
