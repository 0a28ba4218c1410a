//! From a study file to all that its runs need. Shared by the commands that take a study.

use std::path::Path;
use std::sync::Arc;

use super::problem::Problem;
use crate::calibration;
use crate::design;
use crate::design::points::Target;
use crate::design::prepare::CHECKED_WHOLE;
use crate::geography::Map;
use crate::recorders::RunOutput;
use crate::recorders::table::TableSet;
use crate::scenario::{self, Resolved, Scenario, of_domains};
use crate::sensitivity::settings::Measure;
use crate::simulation::{self, RunSpec};
use crate::study::conduct::border_names;
use crate::study::plan::{Plan, PlannedRun};
use crate::text::count;

/// A study that was read and checked, with its map.
pub struct Study {
    /// The resolved config.
    pub resolved: Resolved,
    /// The map.
    pub map: Arc<Map>,
    /// Borders that are reported, by name.
    pub borders: Vec<String>,
    /// The runs.
    pub plan: Plan,
    /// What `spillover sensitivity` explains.
    pub measures: Vec<Measure>,
}

impl Study {
    /// Does a run.
    ///
    /// # Panics
    /// When a point of a large design, of which not every point was checked before, does not fit the scenario or the map: the
    /// run then is a failed one, with this as its cause.
    pub fn simulate(&self, run: &PlannedRun, tables: TableSet, threads_in_run: usize) -> RunOutput {
        let scenario = self.plan.scenario(run);
        if self.plan.points() > CHECKED_WHOLE {
            let of_map = || simulation::check(&scenario, &self.map);
            if let Some(complaint) = of_domains(&scenario).into_iter().chain(of_map()).next() {
                panic!("point {} does not fit: {complaint}", run.point);
            }
        }
        let PlannedRun { outcome, point, replicate, seed, .. } = *run;
        let variant = &self.plan.variant(run).name;
        let spec = RunSpec { outcome, variant, point, replicate, seed, threads_in_run, tables };
        simulation::run(&scenario, &self.map, spec)
    }
}

/// Reads and checks a study, its map, and the one against the other.
///
/// # Errors
/// With all problems of the first of these that has any.
pub fn load(path: &Path, sets: &[String]) -> Result<Study, Problem> {
    if calibration::study::is_one(path) {
        let path = path.display();
        return Err(Problem::new(format_args!(
            "{path} is a calibration study\n  do it with: spillover calibrate {path}"
        )));
    }
    let resolved = scenario::load(path, sets)?;
    let map = map_of(&resolved)?;
    for (variant, (_, scenario)) in resolved.variants.iter().enumerate() {
        let complaints = simulation::check(scenario, &map);
        if !complaints.is_empty() {
            return Err(resolved.place(variant, &complaints).into());
        }
    }
    let borders = border_names(map.segments.iter().map(|s| s.name.as_str()));

    // What is to be explained, or all that is wrong with it.
    let (mut measures, mut wrong) = (Vec::new(), Vec::new());
    for (i, text) in resolved.file.sensitivity.measures.iter().enumerate() {
        match Measure::parse(text, &borders) {
            Ok(measure) => measures.push(measure),
            Err(words) => wrong.push(format!("sensitivity.measures[{i}]: {words}")),
        }
    }
    if !wrong.is_empty() {
        return Err(resolved.place(0, &wrong).into());
    }

    let design = design::prepare(&resolved, &|scenario| simulation::check(scenario, &map))?;
    let plan = Plan::with_design(&resolved.file.study, &resolved.variants, &map.hash, design)
        .map_err(Problem::new)?;
    Ok(Study { resolved, map: Arc::new(map), borders, plan, measures })
}

/// The map of a study, which all variants share.
fn map_of(resolved: &Resolved) -> Result<Map, Problem> {
    let base = &resolved.file.scenario.run;
    let has_moved =
        |scenario: &Scenario| scenario.run.map != base.map || scenario.run.as_of != base.as_of;
    let moved = resolved.variants.iter().filter(|(_, scenario)| has_moved(scenario));
    let problems = moved.map(|(name, _)| {
        format!("variant `{name}` changes run.map or run.as_of\n  the variants of a study share map and date: make a study of its own")
    });
    if let Some(problem) = Problem::all(problems) {
        return Err(problem);
    }
    let as_of = &base.as_of;
    let date = as_of.parse().map_err(|_| {
        Problem::new(format_args!("run.as_of = \"{as_of}\" is no date such as \"2026-01-15\""))
    })?;
    Map::load(&resolved.map_dir, date).map_err(Problem::new)
}

/// What a study comes to, such as `100 runs (5 outcomes x 20 replicates), 365 days on caucasus_10km`.
pub fn extent(study: &Study) -> String {
    let settings = &study.resolved.file;
    let design = study.plan.design.as_ref();
    let mut factors = vec![count(study.plan.outcomes.len(), "outcome")];
    factors.extend(design.map(|design| count(design.count(), "point")));
    if design.is_none_or(|design| !design.fixes(Target::Replicate)) {
        factors.push(count(settings.study.replicates as usize, "replicate"));
    }
    if study.plan.variants.len() > 1 {
        factors.insert(0, count(study.plan.variants.len(), "variant"));
    }
    format!(
        "{} ({}), {} on {}",
        count(study.plan.runs.len(), "run"),
        factors.join(" x "),
        count(settings.scenario.run.days as usize, "day"),
        study.map.name
    )
}
