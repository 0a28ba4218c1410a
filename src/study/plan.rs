//! The plan: variants x outcomes x replicates as a table of runs in a fixed order.
//!
//! A run's identity depends on what it computes, not on the study that asks for it: more replicates, another title or
//! another choice of outcomes leave the ids of the runs that stay. Designs over parameters add variants; shards and
//! resumed studies take a part of the table.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Value;

use super::RESULTS_VERSION;
use crate::config::scenario::Scenario;
use crate::leadership::Outcome;
use crate::recorders::table::outcome_name;

/// Identity of a run: the first 8 bytes of a BLAKE3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId([u8; 8]);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

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
    /// Outcome.
    pub outcome: Outcome,
    /// Replicate.
    pub replicate: u32,
    /// Seed of the study.
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
    /// The runs: by variant, then outcome, then replicate.
    pub runs: Vec<PlannedRun>,
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
}

impl Plan {
    /// The whole plan of a resolved study. `variants` is empty or has the scenario itself when the study names none.
    ///
    /// # Errors
    /// When a date is no date, or there are more variants than can be numbered; checked configs rule out the former.
    pub fn new(scenario: &Scenario, variants: &[(String, Scenario)], map_hash: &str) -> Result<Self, PlanError> {
        let base = [(crate::recorders::table::BASE_VARIANT.to_owned(), scenario.clone())];
        let variants = if variants.is_empty() { &base } else { variants };
        let study = &scenario.study;
        let mut planned = Vec::with_capacity(variants.len());
        let mut runs = Vec::with_capacity(variants.len() * study.outcomes.len() * study.replicates as usize);
        let mut hash = blake3::Hasher::new();
        for (number, (name, scenario)) in variants.iter().enumerate() {
            let variant = u16::try_from(number)
                .map_err(|_| PlanError(format!("{} variants are too many: 65536 at most", variants.len())))?;
            let as_of: Date = scenario.run.as_of.parse().map_err(|_| {
                PlanError(format!("run.as_of = \"{}\" is no date such as \"2026-01-15\"", scenario.run.as_of))
            })?;
            let identity = identity_of(scenario, name, map_hash);
            for &outcome in &study.outcomes {
                for replicate in 0..study.replicates {
                    let mut run_hash = identity.clone();
                    run_hash.update(outcome_name(outcome).as_bytes());
                    run_hash.update(&replicate.to_le_bytes());
                    let id = first_eight(&run_hash);
                    hash.update(&id.0);
                    runs.push(PlannedRun { index: runs.len(), id, variant, outcome, replicate, seed: study.seed });
                }
            }
            let set = study.variants.get(number).map(|v| Value::Object(v.set.clone()));
            planned.push(PlannedVariant {
                name: name.clone(),
                scenario: Arc::new(scenario.clone()),
                as_of,
                parameters: set.map_or_else(|| "{}".into(), canonical),
            });
        }
        Ok(Self {
            name: study.name.clone(),
            title: study.title.clone(),
            variants: planned,
            outcomes: study.outcomes.clone(),
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

    /// Keeps the chosen runs, with the numbers and ids that they have in the whole plan.
    ///
    /// # Errors
    /// When a choice is not in the plan.
    pub fn select(&mut self, selection: &Selection) -> Result<(), PlanError> {
        let outcomes: Vec<&str> = self.outcomes.iter().map(|&o| outcome_name(o)).collect();
        all_known("outcome", &selection.outcomes, &outcomes)?;
        let variants: Vec<&str> = self.variants.iter().map(|v| v.name.as_str()).collect();
        all_known("variant", &selection.variants, &variants)?;
        let replicates = self.runs.iter().map(|r| r.replicate + 1).max().unwrap_or(0);
        if let Some(&replicate) = selection.replicates.iter().find(|&&r| r >= replicates) {
            return Err(PlanError(format!(
                "replicate {replicate} is not in the study: its {replicates} replicates are 0 to {}\n  raise it with --replicates",
                replicates.saturating_sub(1)
            )));
        }
        let named = |list: &[String], name: &str| list.is_empty() || list.iter().any(|n| n == name);
        let variant_chosen: Vec<bool> = self.variants.iter().map(|v| named(&selection.variants, &v.name)).collect();
        self.runs.retain(|run| {
            variant_chosen[usize::from(run.variant)]
                && named(&selection.outcomes, outcome_name(run.outcome))
                && (selection.replicates.is_empty() || selection.replicates.contains(&run.replicate))
        });
        Ok(())
    }
}

fn all_known(kind: &str, chosen: &[String], known: &[&str]) -> Result<(), PlanError> {
    let Some(name) = chosen.iter().find(|n| !known.contains(&n.as_str())) else { return Ok(()) };
    let likeness = |known: &str| strsim::jaro_winkler(name, known);
    let nearest = known.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b))).filter(|k| likeness(k) > 0.8);
    let hint = nearest.map_or(String::new(), |k| format!(" (did you mean `{k}`?)"));
    Err(PlanError(format!("{kind} `{name}` is not in the study{hint}\n  it has {}", known.join(", "))))
}

/// The hash of everything but outcome and replicate that a run's figures depend on.
///
/// Of the study only the seed counts: its name, title, extent and comparisons change no run. The map counts by its hash,
/// not by the path that leads to it here.
fn identity_of(scenario: &Scenario, variant: &str, map_hash: &str) -> blake3::Hasher {
    let mut value = serde_json::to_value(scenario).unwrap_or(Value::Null);
    if let Some(root) = value.as_object_mut() {
        let seed = root.get("study").and_then(|s| s.get("seed")).cloned().unwrap_or(Value::Null);
        root.insert("study".into(), serde_json::json!({ "seed": seed }));
        if let Some(run) = root.get_mut("run").and_then(Value::as_object_mut) {
            run.remove("map");
        }
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

fn first_eight(hash: &blake3::Hasher) -> RunId {
    let mut id = [0; 8];
    id.copy_from_slice(&hash.finalize().as_bytes()[..8]);
    RunId(id)
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
    use crate::config;

    const VARIANTS: &str =
        r#"study.variants=[{ name = "kin", set = {} }, { name = "no_kin", set = { "mechanisms.kin" = false } }]"#;

    fn plan(sets: &[&str], map_hash: &str) -> Plan {
        let mut all = vec![
            r#"study.outcomes=["continuity", "fragmentation"]"#.to_owned(),
            "study.replicates=3".to_owned(),
            "study.seed=7".to_owned(),
        ];
        all.extend(sets.iter().map(|&s| s.to_owned()));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/quick.toml");
        let resolved = config::load(&path, &all).unwrap_or_else(|e| panic!("{}", e.render(false)));
        Plan::new(&resolved.scenario, &resolved.variants, map_hash).unwrap()
    }

    fn ids(plan: &Plan) -> Vec<String> {
        plan.runs.iter().map(|r| r.id.to_string()).collect()
    }

    #[test]
    fn runs_stand_by_variant_then_outcome_then_replicate() {
        let plan = plan(&[VARIANTS, r#"study.contrast_variant="kin""#], "m");
        let table: Vec<_> = plan.runs.iter().map(|r| (r.variant, outcome_name(r.outcome), r.replicate)).collect();
        assert_eq!(table.len(), 12);
        assert_eq!(
            table[..4],
            [(0, "continuity", 0), (0, "continuity", 1), (0, "continuity", 2), (0, "fragmentation", 0)]
        );
        assert_eq!(table[6], (1, "continuity", 0));
        assert!(plan.runs.iter().enumerate().all(|(i, r)| r.index == i && r.seed == 7));
        assert_eq!(plan.variants[1].parameters, r#"{"mechanisms.kin":false}"#);
        assert!(plan.variants[0].scenario.mechanisms.kin && !plan.variants[1].scenario.mechanisms.kin);
    }

    #[test]
    fn ids_are_unique_and_repeat() {
        let first = ids(&plan(&[], "m"));
        assert_eq!(first, ids(&plan(&[], "m")));
        let mut unique = first.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), 6);
        assert!(first.iter().all(|id| id.len() == 16));
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
        for (sets, map) in [(&["study.seed=8"][..], "m"), (&["mechanisms.kin=false"], "m"), (&[], "n")] {
            assert!(ids(&plan(sets, map)).iter().all(|id| !base.contains(id)), "{sets:?} {map}");
        }
    }

    #[test]
    fn a_part_of_the_plan_keeps_numbers_and_ids() {
        let whole = plan(&[], "m");
        let mut part = whole.clone();
        let selection = Selection { outcomes: vec!["fragmentation".into()], replicates: vec![2], ..Default::default() };
        part.select(&selection).unwrap();
        assert_eq!(part.runs, [whole.runs[5]]);
        let wrong = |selection: Selection| whole.clone().select(&selection).unwrap_err().0;
        assert_eq!(
            wrong(Selection { outcomes: vec!["fragmentaton".into()], ..Default::default() }),
            "outcome `fragmentaton` is not in the study (did you mean `fragmentation`?)\n  it has continuity, fragmentation"
        );
        let message = wrong(Selection { replicates: vec![3], ..Default::default() });
        assert!(message.starts_with("replicate 3 is not in the study: its 3 replicates are 0 to 2"), "{message}");
    }

    #[test]
    fn a_hundred_thousand_runs_are_planned() {
        assert_eq!(plan(&["study.replicates=50000"], "m").runs.len(), 100_000);
    }
}
