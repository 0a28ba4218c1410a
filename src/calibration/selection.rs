//! Weights of the sets that survived, which of them are accepted, and the one in the middle.

use crate::random::{RunKey, Stream};

/// Quantile of values with weights: the least value at which the weight so far reaches the share `p` of all. 0 without values.
#[must_use]
pub fn weighted_quantile(values: &[f64], weights: &[f64], p: f64) -> f64 {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]).then(a.cmp(&b)));
    let target = p * weights.iter().sum::<f64>();
    let mut sum = 0.0;
    for &i in &order {
        sum += weights[i];
        if sum >= target {
            return values[i];
        }
    }
    order.last().map_or(0.0, |&i| values[i])
}

/// Positions in an order of which every beginning is a weighted sample without replacement (Efraimidis and Spirakis 2006):
/// whoever takes the first twenty rows takes no selection of the best.
#[must_use]
pub fn sampled_order(key: RunKey, weights: &[f64]) -> Vec<usize> {
    let wait = |i: usize| {
        -libm::log(1.0 - key.uniform(Stream::Calibration, i as u64, u32::MAX - 1)) / weights[i]
    };
    let waits: Vec<f64> = (0..weights.len()).map(wait).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|&a, &b| waits[a].total_cmp(&waits[b]).then(a.cmp(&b)));
    order
}

/// Positions of the sets of least distance, ascending: the best `keep` share of them, but at least
/// `min_keep` (all, where there are fewer). Ties go to the earlier set.
#[must_use]
pub fn accepted(distances: &[f64], keep: f64, min_keep: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..distances.len()).collect();
    order.sort_by(|&a, &b| distances[a].total_cmp(&distances[b]).then(a.cmp(&b)));
    let by_share = (keep * distances.len() as f64).ceil() as usize;
    order.truncate(by_share.max(min_keep));
    order.sort_unstable();
    order
}

/// Position of the medoid: the member with the least weighted sum of Euclidean distances to the others. None of none.
#[must_use]
pub fn medoid(points: &[&[f64]], weights: &[f64]) -> Option<usize> {
    let apart =
        |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt();
    let cost = |a: &[f64]| points.iter().zip(weights).map(|(b, w)| w * apart(a, b)).sum::<f64>();
    let costs: Vec<f64> = points.iter().map(|a| cost(a)).collect();
    (0..points.len()).min_by(|&a, &b| costs[a].total_cmp(&costs[b]).then(a.cmp(&b)))
}

/// How many equally weighted sets the weights are worth (Kish 1965): `(sum w)² / sum w²`.
#[must_use]
pub fn effective_size(weights: &[f64]) -> f64 {
    let sum: f64 = weights.iter().sum();
    let squares: f64 = weights.iter().map(|w| w * w).sum();
    if squares > 0.0 { sum * sum / squares } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::float_cmp)] // members, not results of a reckoning
    fn weighted_quantiles_by_hand() {
        let values = [30.0, 10.0, 20.0];
        assert_eq!(weighted_quantile(&values, &[1.0, 1.0, 1.0], 0.5), 20.0);
        assert_eq!(weighted_quantile(&values, &[1.0, 8.0, 1.0], 0.5), 10.0);
        assert_eq!(weighted_quantile(&values, &[1.0, 8.0, 1.0], 0.85), 20.0);
        assert_eq!(weighted_quantile(&values, &[1.0, 8.0, 1.0], 0.95), 30.0);
        assert_eq!(weighted_quantile(&[], &[], 0.5), 0.0);
    }

    #[test]
    fn every_beginning_of_the_order_is_a_weighted_sample() {
        // The first of two with weights 3 and 1 is the first in 3 of 4 cases (standard error 0.7 % of 4,000).
        let first =
            (0..4000).filter(|s| sampled_order(RunKey::new(*s, 0), &[3.0, 1.0])[0] == 0).count();
        assert!((first as f64 / 4000.0 - 0.75).abs() < 0.025, "{first}");
        let mut all = sampled_order(RunKey::new(1, 0), &[0.1; 50]);
        all.sort_unstable();
        assert_eq!(all, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn acceptance_by_hand() {
        let distances = [3.0, 1.0, 2.0, 5.0, 1.0];
        assert_eq!(accepted(&distances, 0.2, 1), [1]);
        assert_eq!(accepted(&distances, 0.4, 1), [1, 4]);
        assert_eq!(accepted(&distances, 0.2, 2), [1, 4]);
        assert_eq!(accepted(&distances, 0.2, 20), [0, 1, 2, 3, 4]);
        assert!(accepted(&[], 0.2, 20).is_empty());
    }

    #[test]
    fn the_medoid_is_a_member_in_the_middle() {
        let points: [&[f64]; 4] = [&[0.0, 0.0], &[0.4, 0.5], &[0.5, 0.5], &[1.0, 1.0]];
        // Sums of distances: 2.75, 1.52, 1.51, 2.9.
        assert_eq!(medoid(&points, &[1.0; 4]), Some(2));
        assert_eq!(medoid(&points, &[1.0, 1.0, 1.0, 50.0]), Some(3));
        assert_eq!(medoid(&[], &[]), None);
    }

    #[test]
    fn effective_size_by_hand() {
        assert!((effective_size(&[2.0; 5]) - 5.0).abs() < 1e-12);
        assert!((effective_size(&[3.0, 1.0]) - 1.6).abs() < 1e-12);
    }
}
