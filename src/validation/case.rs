//! A case of either kind: found in a folder, read once, run with any sets of parameters.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::parameter_sets::Ground;
use super::record::{CaseKind, CaseRecord, Settings};
use super::{network, regional};
use crate::scenario::Scenario;
use crate::study::execute;

/// Runs a case under given settings, as often as asked and from any number of threads.
pub type Runner = Box<dyn Fn(&Settings) -> Result<CaseRecord, Vec<String>> + Send + Sync>;

/// A case whose files and map were read.
pub struct Prepared {
    /// Runs it. Of the settings, parameter sets, replicates, seed and threads may be others than those that it was
    /// prepared with.
    pub run: Runner,
    /// Hash of what it depends on that does not lie in its folder.
    pub fingerprint: String,
}

/// What kind of case a folder holds, if it holds one.
#[must_use]
pub fn kind(folder: &Path) -> Option<CaseKind> {
    if regional::is_case(folder) {
        Some(CaseKind::Regional)
    } else {
        network::is_case(folder).then_some(CaseKind::Network)
    }
}

/// Reads a case.
///
/// # Errors
/// In sentences, each with its file and line.
pub fn prepare(folder: &Path, settings: &Settings) -> Result<Prepared, Vec<String>> {
    Ok(if kind(folder) == Some(CaseKind::Network) {
        let case = network::prepare(folder, settings)?;
        Prepared { run: Box::new(move |settings| case.run(settings)), fingerprint: String::new() }
    } else {
        let case = regional::prepare(folder, settings)?;
        let fingerprint = case.fingerprint().to_owned();
        Prepared { run: Box::new(move |settings| case.run(settings)), fingerprint }
    })
}

/// The scenario under each set of parameters; replicate `r` uses scenario `r mod len`. Without sets it is the case's own.
/// `fitted` makes a scenario that a set was laid over one of the case, or says what is wrong with it.
pub(super) fn scenarios(
    own: &Arc<Scenario>,
    ground: &Ground,
    sets: &[Vec<(String, f64)>],
    fitted: impl Fn(Scenario) -> Result<Scenario, Vec<String>>,
) -> Result<Vec<Arc<Scenario>>, Vec<String>> {
    if sets.is_empty() {
        return Ok(vec![Arc::clone(own)]);
    }
    let one = |(number, set): (usize, &Vec<(String, f64)>)| {
        let laid = ground.lay(set).map_err(|misfits| misfits.into_iter().map(|m| m.told).collect());
        let told = |what: String| format!("set {} of the parameters: {what}", number + 1);
        let scenario = laid.and_then(&fitted).map(Arc::new);
        scenario.map_err(|problems: Vec<String>| problems.into_iter().map(told).collect())
    };
    sets.iter().enumerate().map(one).collect()
}

/// Every replicate, in order, whatever the threads. One that panics is a bug; all of them are told.
pub(super) fn replicates<R: Send>(
    settings: &Settings,
    case: &str,
    one: impl Fn(u32) -> R + Sync,
) -> Result<Vec<R>, Vec<String>> {
    if settings.replicates == 0 {
        let next = "Next: ask for at least one";
        return Err(vec![format!("replicates: found 0; allowed: 1 or more. {next}")]);
    }
    let caught = |r: u32| {
        catch_unwind(AssertUnwindSafe(|| one(r))).map_err(|panic| {
            let cause = panic.downcast_ref::<String>().map(String::as_str);
            let cause = cause.or_else(|| panic.downcast_ref::<&str>().copied());
            format!("{case}: replicate {r} failed: {}", cause.unwrap_or("no cause told"))
        })
    };
    let results: Vec<Result<R, String>> = if settings.threads > 1 {
        let pool = execute::pool(settings.threads).map_err(|error| vec![error])?;
        pool.install(|| (0..settings.replicates).into_par_iter().map(caught).collect())
    } else {
        (0..settings.replicates).map(caught).collect()
    };
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(replicate) => done.push(replicate),
            Err(cause) => failed.push(cause),
        }
    }
    if failed.is_empty() { Ok(done) } else { Err(failed) }
}
