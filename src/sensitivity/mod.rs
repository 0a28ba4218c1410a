//! The scales: which of the varied keys move a result, and how much.
//!
//! [`effects`] are Morris's elementary effects, [`indices`] the variance-based indices of Sobol'; both come with bootstrap
//! intervals. [`results`] reads what the runs came to, [`analysis`] joins the two, [`table`] and [`tornado`] show what comes out.
//! Definitions are in `docs/studies.md`.

pub mod analysis;
pub mod effects;
pub mod indices;
pub mod results;
pub mod settings;
pub mod table;
pub mod tornado;

/// A number with its bootstrap interval.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Estimate {
    /// The estimate from all samples.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// How intervals are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bootstrap {
    /// What the resampling is keyed by.
    pub key: crate::random::RunKey,
    /// Resamples.
    pub resamples: u32,
    /// Confidence, 0 to 1.
    pub confidence: f64,
}

impl Bootstrap {
    /// Percentile interval of a statistic over samples `0..count`, which are drawn with replacement; the same resamples at every
    /// call, so that intervals of several statistics belong together.
    fn interval(
        &self,
        count: usize,
        value: f64,
        mut statistic: impl FnMut(&[usize]) -> f64,
    ) -> Estimate {
        use crate::random::{Stream, unit};
        let mut picked = vec![0; count];
        let mut all = Vec::with_capacity(self.resamples as usize);
        for resample in 0..self.resamples {
            let mut draws = self.key.draws(Stream::Bootstrap, u64::from(resample), 0);
            for pick in &mut picked {
                *pick = ((unit(&mut draws) * count as f64) as usize).min(count - 1);
            }
            all.push(statistic(&picked));
        }
        all.retain(|x| x.is_finite());
        all.sort_unstable_by(f64::total_cmp);
        if all.is_empty() {
            return Estimate { value, low: value, high: value };
        }
        let tail = (1.0 - self.confidence) / 2.0;
        let at = |p| crate::quantiles::quantile(&all, p);
        Estimate { value, low: at(tail), high: at(1.0 - tail) }
    }
}
