//! How far something is: a bar on a terminal, a line every ten seconds elsewhere, events with `--json`.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use serde_json::{Value, json};

use super::store::Voice;
use super::{print, talk};
use crate::study::conduct::Event;
use crate::study::plan::{Plan, PlannedRun};
use crate::text::DURATION;

/// Time between two lines where there is no terminal.
const EVERY: Duration = Duration::from_secs(10);

/// The way in which progress is told; it depends on the arguments and on what stderr is.
pub enum Way {
    /// Nothing but failures.
    Silent,
    /// A bar on a terminal.
    Bar(ProgressBar),
    /// Now and then a line.
    Lines {
        /// When the last one was.
        last: Instant,
    },
    /// Events on stdout.
    Json,
}

/// This moment.
#[allow(clippy::disallowed_methods)] // the front door may look at the clock
pub fn now() -> Instant {
    Instant::now()
}

impl Way {
    /// The way for something of so many parts; `template` is that of the bar.
    pub fn new(voice: Voice, parts: u64, template: &str) -> Self {
        if voice.json {
            return Self::Json;
        }
        if voice.quiet {
            return Self::Silent;
        }
        if !std::io::stderr().is_terminal() {
            return Self::Lines { last: now() };
        }
        let bar = ProgressBar::new(parts);
        if let Ok(style) = ProgressStyle::with_template(template) {
            let rate = |state: &ProgressState, text: &mut dyn std::fmt::Write| {
                let _ = write!(text, "{:.2}", state.per_sec());
            };
            bar.set_style(style.with_key("rate", rate));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self::Bar(bar)
    }

    /// Tells people something, unless they asked for nothing or for events.
    pub fn say(&self, text: &str) {
        match self {
            Self::Bar(bar) => bar.println(text),
            Self::Lines { .. } => talk(text),
            Self::Silent | Self::Json => {}
        }
    }

    /// Tells people of a failure, whatever they asked for.
    pub fn say_failure(&self, text: &str) {
        if let Self::Bar(bar) = self { bar.println(text) } else { talk(text) }
    }

    /// Prints an event where events are asked for.
    pub fn event(&self, event: impl FnOnce() -> Value) {
        if matches!(self, Self::Json) {
            print(&event().to_string());
        }
    }

    /// Tells a line when the last one is long ago.
    pub fn line(&mut self, line: impl FnOnce() -> String) {
        if let Self::Lines { last } = self
            && last.elapsed() >= EVERY
        {
            *last = now();
            talk(&line());
        }
    }

    /// Ends; what comes after stands on a clean line.
    pub fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
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
    way: Way,
}

impl<'a> Progress<'a> {
    /// Begins.
    pub fn new(plan: &'a Plan, voice: Voice) -> Self {
        let runs = plan.runs.len();
        let template = "{bar:30} {pos}/{len} runs, {rate} runs/s, {eta} left {msg}";
        let way = Way::new(voice, runs as u64, template);
        way.event(|| json!({ "event": "start", "study": plan.name, "runs": runs }));
        Self { plan, begun: now(), before: 0, ended: 0, runs, way }
    }

    /// Tells of an event.
    pub fn tell(&mut self, event: Event<'_>) {
        match event {
            Event::Tick => self.line(),
            Event::Found { ended, of, others } => self.found(ended, of, others),
            Event::Run { run, failure, ended, .. } => {
                self.ended = ended;
                self.run(run, failure);
                self.line();
            }
            Event::OtherBuild(count, of) => {
                self.way.event(|| json!({ "event": "other_build", "runs": count, "of": of }));
                self.way.say(&format!(
                    "note: another build of the program, of the same results version, did {count} of the {of} runs (manifest.json: parts)"
                ));
            }
            Event::Bands => {
                if let Way::Bar(bar) = &self.way {
                    bar.set_message("(bands and contrasts)");
                }
            }
            Event::Damaged(damage) => talk(&format!("note: {damage}; it is done again")),
        }
    }

    /// What a study goes on from.
    fn found(&mut self, ended: usize, of: usize, others: usize) {
        (self.before, self.ended, self.runs) = (ended, ended, of);
        if ended + others > 0 {
            self.way
                .event(|| json!({ "event": "found", "ended": ended, "of": of, "others": others }));
        }
        if let Way::Bar(bar) = &self.way {
            bar.set_length(of as u64);
            bar.set_position(ended as u64);
            bar.reset_eta();
        }
        if ended > 0 {
            self.way.say(&format!("going on: {ended} of {of} runs are in the store"));
        }
        if others > 0 {
            self.way.say(&format!(
                "note: the store has {others} runs of another config, map, version or selection; they are kept and not merged"
            ));
        }
    }

    /// A run that ended.
    fn run(&self, run: &PlannedRun, failure: Option<&str>) {
        let (outcome, variant) = (run.outcome.name(), &self.plan.variant(run).name);
        self.way.event(|| {
            json!({
                "event": "run",
                "run_id": run.id,
                "outcome": outcome,
                "variant": variant,
                "replicate": run.replicate,
                "status": if failure.is_some() { "failed" } else { "done" },
                "cause": failure,
                "ended": self.ended,
            })
        });
        if let Way::Bar(bar) = &self.way {
            bar.set_position(self.ended as u64);
        }
        if let (Some(cause), false) = (failure, matches!(self.way, Way::Json)) {
            let name = format!("{outcome} / {variant} / replicate {}", run.replicate);
            self.way.say_failure(&format!("run failed: {name}: {cause}"));
        }
    }

    fn line(&mut self) {
        let (ended, before, runs, begun) = (self.ended, self.before, self.runs, self.begun);
        self.way.line(|| line(ended, before, runs, begun.elapsed().as_secs_f64()));
    }

    /// Ends; what comes after stands on a clean line.
    pub fn end(&self) {
        self.way.end();
    }
}

/// One line about how far it is.
fn line(ended: usize, before: usize, runs: usize, seconds: f64) -> String {
    if ended == before {
        return format!("{ended} of {runs} runs after {}", DURATION.of(seconds));
    }
    let rate = (ended - before) as f64 / seconds.max(1e-3);
    let left = DURATION.of((runs - ended) as f64 / rate);
    format!("{ended} of {runs} runs, {rate:.2} runs/s, {left} left")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_rate_and_time_left() {
        assert_eq!(line(0, 0, 100, 10.0), "0 of 100 runs after 10 s");
        assert_eq!(line(20, 0, 100, 10.0), "20 of 100 runs, 2.00 runs/s, 40 s left");
        assert_eq!(line(40, 20, 100, 10.0), "40 of 100 runs, 2.00 runs/s, 30 s left");
    }
}
