//! From a study file to all that its runs need. Shared by the commands that take a study.

use std::path::Path;
use std::sync::Arc;

use super::problem::Problem;
use crate::calibration;
use crate::design;
use crate::design::points::Target;
use crate::design::prepare::CHECKED_WHOLE;
use crate::geography::Map;
use crate::scenario::Scenario;
use crate::scenario::of_domains;
use crate::scenario::{self, Resolved};
use crate::sensitivity::settings::Measure;
use crate::simulation;
use crate::study::conduct::border_names;
use crate::study::plan::{Plan, PlannedRun};

/// A study that was read and checked, with its map.
pub struct Study {
    /// The resolved config.
    pub resolved: Resolved,
    /// The map.
    pub map: Arc<Map>,
    /// The runs.
    pub plan: Plan,
    /// What `spillover sensitivity` explains.
    pub measures: Vec<Measure>,
}

impl Study {
    /// The scenario of a run.
    ///
    /// # Panics
    /// When a point of a large design, of which not every point was checked before, does not fit the scenario or the map: the
    /// run then is a failed one, with this as its cause.
    pub fn scenario(&self, run: &PlannedRun) -> Arc<Scenario> {
        let scenario = self.plan.scenario(run);
        if self.plan.points() > CHECKED_WHOLE {
            let complaint = of_domains(&scenario)
                .into_iter()
                .chain(simulation::check(&scenario, &self.map))
                .next();
            assert!(
                complaint.is_none(),
                "point {} does not fit: {}",
                run.point,
                complaint.unwrap_or_default()
            );
        }
        scenario
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
    let base = &resolved.file.scenario.run;
    let moved = resolved
        .variants
        .iter()
        .filter(|(_, v)| v.run.map != base.map || v.run.as_of != base.as_of);
    let moved = moved.map(|(name, _)| {
        format!("variant `{name}` changes run.map or run.as_of\n  the variants of a study share map and date: make a study of its own")
    });
    if let Some(problem) = Problem::all(moved) {
        return Err(problem);
    }
    let as_of = base.as_of.parse().map_err(|_| {
        Problem::new(format_args!(
            "run.as_of = \"{}\" is no date such as \"2026-01-15\"",
            base.as_of
        ))
    })?;
    let map = Map::load(&resolved.map_dir, as_of).map_err(Problem::new)?;
    for (variant, (_, scenario)) in resolved.variants.iter().enumerate() {
        let complaints = simulation::check(scenario, &map);
        if !complaints.is_empty() {
            return Err(resolved.place(variant, &complaints).into());
        }
    }
    let borders = border_names(map.segments.iter().map(|s| s.name.as_str()));
    let measures: Vec<_> = resolved
        .file
        .sensitivity
        .measures
        .iter()
        .map(|text| Measure::parse(text, &borders))
        .collect();
    let complaint = |(i, result): (usize, &Result<Measure, String>)| {
        result.as_ref().err().map(|words| format!("sensitivity.measures[{i}]: {words}"))
    };
    let wrong: Vec<String> = measures.iter().enumerate().filter_map(complaint).collect();
    if !wrong.is_empty() {
        return Err(resolved.place(0, &wrong).into());
    }
    let measures = measures.into_iter().flatten().collect();
    let design = design::prepare(&resolved, &|scenario| simulation::check(scenario, &map))?;
    let plan = Plan::with_design(&resolved.file.study, &resolved.variants, &map.hash, design)
        .map_err(Problem::new)?;
    Ok(Study { resolved, map: Arc::new(map), plan, measures })
}

/// What a study comes to, such as `100 runs (5 outcomes x 20 replicates), 365 days on caucasus_10km`.
pub fn extent(study: &Study) -> String {
    let count = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
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
