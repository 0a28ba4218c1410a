//! The plan: variants x outcomes x points of a design x replicates as a table of runs in a fixed order.
//!
//! A run's identity depends on what it computes and on the names in its rows, not on the study that asks for it: more
//! replicates, more points at the end of a design, another title or another choice of outcomes leave the ids of the runs that
//! stay. The scenario of a point is made when its run begins, so that a plan stays small. Shards and resumed studies take a part
//! of the table.

use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Value;

use super::RESULTS_VERSION;
use super::run_id::RunId;
use crate::design::Points;
use crate::design::points::{Kind, Target};
use crate::leadership::Outcome;
use crate::random::seed_of_point;
use crate::scenario::{Scenario, StudySettings};

/// A variant of the scenario, resolved.
#[derive(Clone, Debug)]
pub struct PlannedVariant {
    /// Name in the column `variant`.
    pub name: String,
    /// The scenario.
    pub scenario: Arc<Scenario>,
    /// Date of day 0.
    pub as_of: Date,
    /// What it sets, as JSON text.
    pub parameters: String,
    /// What it sets.
    set: serde_json::Map<String, Value>,
    /// The scenario as JSON, when there is a design that changes it.
    json: Value,
}

/// One run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedRun {
    /// Number in the whole plan.
    pub index: usize,
    /// Identity.
    pub id: RunId,
    /// Variant, by position in [`Plan::variants`].
    pub variant: u16,
    /// Point of the design; 0 in a study without one.
    pub point: u32,
    /// Outcome.
    pub outcome: Outcome,
    /// Replicate.
    pub replicate: u32,
    /// What the luck is drawn from, with the replicate: the seed of the study, or one of the point's own.
    pub seed: u64,
}

/// The table of runs of a study.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Name of the study.
    pub name: String,
    /// Title of the study.
    pub title: String,
    /// Variants in their order; at least one.
    pub variants: Vec<PlannedVariant>,
    /// Outcomes in their order.
    pub outcomes: Vec<Outcome>,
    /// The points of the design; none in a study without one.
    pub design: Option<Arc<Points>>,
    /// The runs: by variant, then outcome, then point, then replicate.
    pub runs: Vec<PlannedRun>,
    /// Whether the points of the design share their luck.
    pub points_share_luck: bool,
    /// Outcome that the others are compared with.
    pub contrast_against: Outcome,
    /// Variant that the others are compared with.
    pub contrast_variant: String,
    /// BLAKE3 of the ids of all runs in their order, in hexadecimal.
    pub hash: String,
}

/// Why a plan cannot be made, for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PlanError(pub String);

/// Which runs of the plan to do; an empty list takes all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Names of outcomes.
    pub outcomes: Vec<String>,
    /// Names of variants.
    pub variants: Vec<String>,
    /// Numbers of replicates.
    pub replicates: Vec<u32>,
    /// Numbers of points.
    pub points: Vec<u32>,
}

impl Plan {
    /// The whole plan of a resolved study without a design; see [`Plan::with_design`].
    ///
    /// # Errors
    /// As [`Plan::with_design`].
    pub fn new(
        study: &StudySettings,
        variants: &[(String, Scenario)],
        map_hash: &str,
    ) -> Result<Self, PlanError> {
        Self::with_design(study, variants, map_hash, None)
    }

    /// The whole plan of a resolved study and the points of its design. `variants` has the scenario itself when the study names none.
    ///
    /// # Errors
    /// When a date is no date, or there are more variants than can be numbered; checked configs rule out the former.
    pub fn with_design(
        study: &StudySettings,
        variants: &[(String, Scenario)],
        map_hash: &str,
        design: Option<Points>,
    ) -> Result<Self, PlanError> {
        let fixed = design.as_ref().is_some_and(|d| d.fixes(Target::Replicate));
        let has_own_luck = !study.points_share_luck && design.is_some();
        if let (true, Some(design)) = (has_own_luck, &design) {
            luck_can_be_own(design, fixed)?;
        }

        // Every run of every variant, with an identity that stands for all that its figures depend on.
        let points = point_keys(design.as_ref());
        let (mut planned, mut runs) = (Vec::with_capacity(variants.len()), Vec::new());
        for (number, (name, scenario)) in variants.iter().enumerate() {
            let variant = u16::try_from(number).map_err(|_| {
                PlanError(format!("{} variants are too many: 65536 at most", variants.len()))
            })?;
            let identity = identity_of(study.seed, scenario, name, map_hash);
            for &outcome in &study.outcomes {
                let is_run = |key: &PointKey| key.outcome.is_none_or(|only| only == outcome);
                for (point, key) in (0_u32..).zip(&points).filter(|(_, key)| is_run(key)) {
                    let seed =
                        if has_own_luck { seed_of_point(study.seed, point) } else { study.seed };
                    let all = 0..study.replicates;
                    for replicate in key.replicate.map_or(all, |only| only..only + 1) {
                        let mut hash = identity.clone();
                        hash.update(&key.identity);
                        hash.update(outcome.name().as_bytes());
                        hash.update(&replicate.to_le_bytes());
                        if has_own_luck {
                            hash.update(&seed.to_le_bytes());
                        }
                        let (index, id) = (runs.len(), RunId::of(&hash));
                        let run =
                            PlannedRun { index, id, variant, point, outcome, replicate, seed };
                        runs.push(run);
                    }
                }
            }
            let set = study.variants.get(number).map(|v| v.set.clone()).unwrap_or_default();
            planned.push(PlannedVariant::new(name, scenario, set, design.is_some())?);
        }
        let mut hash = blake3::Hasher::new();
        for run in &runs {
            hash.update(&run.id.bytes());
        }
        Ok(Self {
            name: study.name.clone(),
            title: study.title.clone(),
            variants: planned,
            outcomes: study.outcomes.clone(),
            points_share_luck: study.points_share_luck || design.is_none(),
            design: design.map(Arc::new),
            runs,
            contrast_against: study.contrast_against,
            contrast_variant: study.contrast_variant.clone(),
            hash: hash.finalize().to_hex().to_string(),
        })
    }

    /// The variant of a run.
    #[must_use]
    pub fn variant(&self, run: &PlannedRun) -> &PlannedVariant {
        &self.variants[usize::from(run.variant)]
    }

    /// The scenario of a run: its variant's, or with a design that of its point, made anew at each call (about a millisecond).
    ///
    /// # Panics
    /// When the point does not fit the scenario, which [`crate::design::prepare()`] rules out.
    #[must_use]
    pub fn scenario(&self, run: &PlannedRun) -> Arc<Scenario> {
        let variant = self.variant(run);
        match &self.design {
            None => Arc::clone(&variant.scenario),
            Some(design) => match design.scenario(&variant.scenario, &variant.json, run.point) {
                Ok(scenario) => Arc::new(scenario),
                Err(problem) => panic!("point {} of the design: {problem}", run.point),
            },
        }
    }

    /// What a run's variant and point set, as JSON text with the keys in alphabetical order.
    #[must_use]
    pub fn parameters(&self, run: &PlannedRun) -> String {
        let variant = self.variant(run);
        let Some(design) = &self.design else { return variant.parameters.clone() };
        let mut set = variant.set.clone();
        set.extend(design.overrides(run.point));
        canonical(Value::Object(set))
    }

    /// Number of points: 1 in a study without a design.
    #[must_use]
    pub fn points(&self) -> usize {
        self.design.as_ref().map_or(1, |design| design.count())
    }

    /// Keeps the chosen runs, with the numbers and ids that they have in the whole plan.
    ///
    /// # Errors
    /// When a choice is not in the plan.
    pub fn select(&mut self, selection: &Selection) -> Result<(), PlanError> {
        let outcomes: Vec<&str> = self.outcomes.iter().map(|o| o.name()).collect();
        all_known("outcome", &selection.outcomes, &outcomes)?;
        let variants: Vec<&str> = self.variants.iter().map(|v| v.name.as_str()).collect();
        all_known("variant", &selection.variants, &variants)?;
        let points = self.points();
        if let Some(point) = selection.points.iter().find(|p| **p as usize >= points) {
            return Err(PlanError(match &self.design {
                Some(_) => format!(
                    "point {point} is not in the design: its {points} points are 0 to {}",
                    points - 1
                ),
                None => format!(
                    "point {point} is not in the study: it has no design, so its only point is 0"
                ),
            }));
        }
        let replicates = self.runs.iter().map(|r| r.replicate + 1).max().unwrap_or(0);
        if let Some(&replicate) = selection.replicates.iter().find(|&&r| r >= replicates) {
            return Err(PlanError(format!(
                "replicate {replicate} is not in the study: its {replicates} replicates are 0 to {}\n  raise it with --replicates",
                replicates.saturating_sub(1)
            )));
        }
        let named = |list: &[String], name: &str| list.is_empty() || list.iter().any(|n| n == name);
        let variant_chosen: Vec<bool> =
            self.variants.iter().map(|v| named(&selection.variants, &v.name)).collect();
        self.runs.retain(|run| {
            variant_chosen[usize::from(run.variant)]
                && named(&selection.outcomes, run.outcome.name())
                && (selection.replicates.is_empty()
                    || selection.replicates.contains(&run.replicate))
                && (selection.points.is_empty() || selection.points.contains(&run.point))
        });
        Ok(())
    }
}

impl PlannedVariant {
    /// A variant; with a design its scenario is kept as JSON too.
    fn new(
        name: &str,
        scenario: &Scenario,
        set: serde_json::Map<String, Value>,
        has_design: bool,
    ) -> Result<Self, PlanError> {
        let as_of = &scenario.run.as_of;
        let date = as_of.parse().map_err(|_| {
            PlanError(format!("run.as_of = \"{as_of}\" is no date such as \"2026-01-15\""))
        })?;
        let json = if has_design { serde_json::to_value(scenario).ok() } else { None };
        Ok(Self {
            name: name.to_owned(),
            scenario: Arc::new(scenario.clone()),
            as_of: date,
            parameters: canonical(Value::Object(set.clone())),
            set,
            json: json.unwrap_or_default(),
        })
    }
}

/// What a point adds to the identity of its runs, and the one outcome and replicate that it may be held to.
#[derive(Default)]
struct PointKey {
    identity: Vec<u8>,
    outcome: Option<Outcome>,
    replicate: Option<u32>,
}

/// The points of a design; one that adds nothing where there is none.
fn point_keys(design: Option<&Points>) -> Vec<PointKey> {
    let Some(design) = design else { return vec![PointKey::default()] };
    let key = |point: u32| {
        let mut identity = point.to_le_bytes().to_vec();
        // The overrides are in alphabetical order, as canonical text is.
        identity.extend(Value::Object(design.overrides(point)).to_string().into_bytes());
        let (outcome, replicate) = (design.outcome(point), design.replicate(point));
        PointKey { identity, outcome, replicate }
    };
    (0..design.count() as u32).map(key).collect()
}

/// Points with luck of their own are of no use where they are compared with each other, or where the design draws the luck.
fn luck_can_be_own(design: &Points, fixed: bool) -> Result<(), PlanError> {
    let why = match design.kind() {
        _ if fixed => "fixes the replicate of each point",
        Kind::Morris { .. } | Kind::Saltelli { .. } => "is for differences between points",
        Kind::Grid | Kind::List => "has chosen points, not drawn ones",
        Kind::LatinHypercube | Kind::Sobol | Kind::File => return Ok(()),
    };
    Err(PlanError(format!(
        "study.points_share_luck = false does not go with this design, which {why}\n  set it to true; to vary the luck, add the factor `replicate`"
    )))
}

fn all_known(kind: &str, chosen: &[String], known: &[&str]) -> Result<(), PlanError> {
    let Some(name) = chosen.iter().find(|n| !known.contains(&n.as_str())) else { return Ok(()) };
    let hint = checked_toml::did_you_mean(name, known.iter().copied());
    Err(PlanError(format!(
        "{kind} `{name}` is not in the study{hint}\n  it has {}",
        known.join(", ")
    )))
}

/// The hash of everything but point, outcome and replicate that a run's figures depend on.
///
/// Of the study only the seed counts. The map counts by its hash, not by the path that leads to it here.
fn identity_of(seed: u64, scenario: &Scenario, variant: &str, map_hash: &str) -> blake3::Hasher {
    let mut value = serde_json::json!(scenario);
    value["study"] = serde_json::json!({ "seed": seed });
    if let Some(run) = value["run"].as_object_mut() {
        run.remove("map");
    }
    let mut hash = blake3::Hasher::new();
    hash.update(b"spillover run");
    hash.update(&RESULTS_VERSION.to_le_bytes());
    for part in [map_hash, variant, &canonical(value)] {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash
}

/// JSON text with the keys of every object in alphabetical order: equal values give equal bytes.
fn canonical(mut value: Value) -> String {
    value.sort_all_objects();
    value.to_string()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{design, scenario};

    const GRID: &str = r#"design={ kind = "list", factors = [{ path = "borders.pressure.power", values = [1, 2.5] }, { path = "mechanisms.cascade", values = [true, false] }] }"#;
    const VARIANTS: &str = r#"study.variants=[{ name = "kin", set = {} }, { name = "no_kin", set = { "mechanisms.kin" = false } }]"#;

    fn plan(sets: &[&str], map_hash: &str) -> Plan {
        try_plan(sets, map_hash).unwrap()
    }

    fn try_plan(sets: &[&str], map_hash: &str) -> Result<Plan, PlanError> {
        let mut all = vec![
            r#"study.outcomes=["continuity", "fragmentation"]"#.to_owned(),
            "study.replicates=3".to_owned(),
            "study.seed=7".to_owned(),
        ];
        all.extend(sets.iter().map(|&s| s.to_owned()));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/quick.toml");
        let resolved =
            scenario::load(&path, &all).unwrap_or_else(|e| panic!("{}", e.render(false)));
        let design = design::prepare(&resolved, &|_| Vec::new())
            .unwrap_or_else(|e| panic!("{}", e.render(false)));
        Plan::with_design(&resolved.file.study, &resolved.variants, map_hash, design)
    }

    fn ids(plan: &Plan) -> Vec<String> {
        plan.runs.iter().map(|r| r.id.to_string()).collect()
    }

    #[test]
    fn points_share_their_luck_or_have_luck_of_their_own() {
        const DRAWN: &str = r#"design={ kind = "latin_hypercube", points = 2, factors = [{ path = "borders.pressure.power", low = 1, high = 3 }] }"#;
        let seeds = |sets: &[&str]| {
            let plan = plan(&[&[DRAWN][..], sets].concat(), "m");
            let of = |outcome, point| {
                let seeds = plan
                    .runs
                    .iter()
                    .filter(|r| r.outcome == outcome && r.point == point)
                    .map(|r| r.seed);
                let mut seeds: Vec<u64> = seeds.collect();
                seeds.dedup();
                assert_eq!(seeds.len(), 1, "replicates differ by their number");
                seeds[0]
            };
            for point in 0..2 {
                assert_eq!(
                    of(Outcome::Continuity, point),
                    of(Outcome::Fragmentation, point),
                    "outcomes are paired"
                );
            }
            ([of(Outcome::Continuity, 0), of(Outcome::Continuity, 1)], plan)
        };
        let (shared, plan) = seeds(&[]);
        assert_eq!(shared, [7, 7]);
        let ([a, b], own) = seeds(&["study.points_share_luck=false"]);
        assert!(a != b && a != 7 && b != 7 && a.max(b) < 1 << 53);
        assert!(
            plan.runs.iter().zip(&own.runs).all(|(a, b)| a.id != b.id),
            "other luck is another run"
        );
        let morris = r#"design={ kind = "morris", trajectories = 2, levels = 4, factors = [{ path = "borders.pressure.power", low = 1, high = 2 }] }"#;
        let fixed =
            r#"design={ kind = "list", factors = [{ path = "replicate", values = [1, 2] }] }"#;
        let chosen = "has chosen points";
        for (design, why) in [
            (morris, "for differences between points"),
            (fixed, "fixes the replicate"),
            (GRID, chosen),
        ] {
            let error =
                try_plan(&[design, "study.points_share_luck=false"], "m").unwrap_err().to_string();
            assert!(error.contains(why) && error.contains("set it to true"), "{error}");
        }
    }

    #[test]
    fn runs_stand_by_variant_then_outcome_then_replicate() {
        let plan = plan(&[VARIANTS, r#"study.contrast_variant="kin""#], "m");
        let table: Vec<_> =
            plan.runs.iter().map(|r| (r.variant, r.outcome.name(), r.replicate)).collect();
        assert_eq!(table.len(), 12);
        assert_eq!(
            table[..4],
            [
                (0, "continuity", 0),
                (0, "continuity", 1),
                (0, "continuity", 2),
                (0, "fragmentation", 0)
            ]
        );
        assert_eq!(table[6], (1, "continuity", 0));
        assert!(plan.runs.iter().enumerate().all(|(i, r)| r.index == i && r.seed == 7));
        assert_eq!(plan.variants[1].parameters, r#"{"mechanisms.kin":false}"#);
        assert!(
            plan.variants[0].scenario.mechanisms.kin && !plan.variants[1].scenario.mechanisms.kin
        );
    }

    #[test]
    fn ids_are_unique_and_repeat() {
        let first = ids(&plan(&[], "m"));
        assert_eq!(first, ids(&plan(&[], "m")));
        let mut unique = first.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), 6);
        assert!(first.iter().all(|id| id.len() == 17 && id.starts_with('r')));
    }

    #[test]
    fn more_replicates_or_another_title_keep_the_ids() {
        let small = ids(&plan(&[], "m"));
        let large = ids(&plan(&["study.replicates=5", "study.title=other"], "m"));
        assert_eq!(small[..3], large[..3]);
        assert_eq!(small[3..], large[5..8]);
    }

    #[test]
    fn what_changes_the_figures_changes_every_id() {
        let base = ids(&plan(&[], "m"));
        for (sets, map) in
            [(&["study.seed=8"][..], "m"), (&["mechanisms.kin=false"], "m"), (&[], "n")]
        {
            assert!(ids(&plan(sets, map)).iter().all(|id| !base.contains(id)), "{sets:?} {map}");
        }
    }

    #[test]
    fn a_part_of_the_plan_keeps_numbers_and_ids() {
        let whole = plan(&[], "m");
        let mut part = whole.clone();
        let selection = Selection {
            outcomes: vec!["fragmentation".into()],
            replicates: vec![2],
            ..Default::default()
        };
        part.select(&selection).unwrap();
        assert_eq!(part.runs, [whole.runs[5]]);
        let wrong = |selection: Selection| whole.clone().select(&selection).unwrap_err().0;
        assert_eq!(
            wrong(Selection { outcomes: vec!["fragmentaton".into()], ..Default::default() }),
            "outcome `fragmentaton` is not in the study; did you mean `fragmentation`?\n  it has continuity, fragmentation"
        );
        let message = wrong(Selection { replicates: vec![3], ..Default::default() });
        assert!(
            message.starts_with("replicate 3 is not in the study: its 3 replicates are 0 to 2"),
            "{message}"
        );
    }

    #[test]
    fn a_hundred_thousand_runs_are_planned() {
        assert_eq!(plan(&["study.replicates=50000"], "m").runs.len(), 100_000);
    }

    #[test]
    fn points_stand_between_outcome_and_replicate_and_change_the_scenario() {
        let plan = plan(&[GRID, VARIANTS, r#"study.contrast_variant="kin""#], "m");
        let table: Vec<_> =
            plan.runs.iter().map(|r| (r.outcome.name(), r.point, r.replicate)).collect();
        assert_eq!(table.len(), 24);
        assert_eq!(table[2..4], [("continuity", 0, 2), ("continuity", 1, 0)]);
        assert_eq!(table[6], ("fragmentation", 0, 0));
        let last = plan.runs.last().unwrap();
        let scenario = plan.scenario(last);
        assert!(!scenario.mechanisms.cascade && !scenario.mechanisms.kin);
        assert!((scenario.borders.pressure.power - 2.5).abs() < 1e-12);
        assert_eq!(
            plan.parameters(last),
            r#"{"borders.pressure.power":2.5,"mechanisms.cascade":false,"mechanisms.kin":false}"#
        );
        assert!(plan.scenario(&plan.runs[0]).mechanisms.cascade);
    }

    #[test]
    fn a_point_more_at_the_end_keeps_the_ids_and_a_point_is_no_plain_run() {
        let bare = ids(&plan(&[], "m"));
        let two = ids(&plan(&[GRID], "m"));
        let three =
            ids(&plan(&[&GRID.replace("2.5]", "2.5, 3]").replace("false]", "false, true]")], "m"));
        assert_eq!(two[..6], three[..6]);
        assert_eq!(two[6..], three[9..15]);
        assert!(two.iter().all(|id| !bare.contains(id)));
        let mut unique = three.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), 18);
    }

    #[test]
    fn a_factor_of_luck_holds_each_point_to_a_replicate() {
        let design =
            r#"design={ kind = "list", factors = [{ path = "replicate", values = [5, 0] }] }"#;
        let runs = plan(&[design], "m").runs;
        assert_eq!(runs.iter().map(|r| r.replicate).collect::<Vec<_>>(), [5, 0, 5, 0]);
    }

    #[test]
    fn a_hundred_thousand_runs_of_a_design_stay_small() {
        let design = r#"design={ kind = "sobol", points = 5000, factors = [{ path = "borders.pressure.power", low = 1, high = 4 }, { path = "borders.pressure.floor", low = 0.01, high = 0.1, scale = "log" }] }"#;
        let plan = plan(&[design, "study.replicates=10"], "m");
        assert_eq!(plan.runs.len(), 100_000);
        assert!(std::mem::size_of::<PlannedRun>() <= 48);
        let powers: Vec<f64> =
            (0..4).map(|i| plan.scenario(&plan.runs[i * 10]).borders.pressure.power).collect();
        assert!(
            powers.windows(2).all(|p| (p[0] - p[1]).abs() > 1e-9)
                && powers.iter().all(|p| (1.0..=4.0).contains(p))
        );
    }

    #[test]
    fn points_are_chosen_by_number() {
        let mut part = plan(&[GRID], "m");
        part.select(&Selection { points: vec![1], ..Default::default() }).unwrap();
        assert!(part.runs.len() == 6 && part.runs.iter().all(|r| r.point == 1));
        let wrong = |plan: Plan| {
            plan.clone().select(&Selection { points: vec![2], ..Default::default() }).unwrap_err().0
        };
        assert_eq!(
            wrong(plan(&[GRID], "m")),
            "point 2 is not in the design: its 2 points are 0 to 1"
        );
        assert_eq!(
            wrong(plan(&[], "m")),
            "point 2 is not in the study: it has no design, so its only point is 0"
        );
    }
}
