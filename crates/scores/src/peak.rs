//! The highest point of a series, and how far a simulated one is from it.

use crate::mean;

/// The highest point of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peak {
    /// Height: the value, or the increase per day of a cumulative series.
    pub height: f64,
    /// Days since the start: of the point, or the middle of the interval of a cumulative series.
    pub day: f64,
}

/// The peak of a series; the earliest of equal ones. A cumulative series has the peak of its increments per day. Nothing
/// when fewer than two candidates exist: one point has no peak.
#[must_use]
pub fn peak(days: &[f64], values: &[f64], cumulative: bool) -> Option<Peak> {
    let points = days.iter().copied().zip(values.iter().copied());
    let candidates: Vec<Peak> = if cumulative {
        points
            .clone()
            .zip(points.skip(1))
            .filter(|((t0, _), (t1, _))| t1 > t0)
            .map(|((t0, v0), (t1, v1))| Peak {
                height: (v1 - v0) / (t1 - t0),
                day: f64::midpoint(t0, t1),
            })
            .collect()
    } else {
        points.map(|(day, height)| Peak { height, day }).collect()
    };
    if candidates.len() < 2 {
        return None;
    }
    candidates.into_iter().reduce(|best, next| if next.height > best.height { next } else { best })
}

/// How far the simulated peak is from the observed one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PeakError {
    /// Observed peak.
    pub observed: Peak,
    /// Mean over replicates of each one's own peak height, minus the observed: unit of the series, per day when cumulative.
    pub height: f64,
    /// Mean over replicates of the distance in days between each one's own peak and the observed, regardless of direction.
    pub day: f64,
    /// The same with its direction: above zero when the simulated peak is late.
    pub day_signed: f64,
}

/// Error of peak height and day, at the observed times only. Each replicate has its own peak: the mean curve would flatten it.
/// `replicates` is one series per replicate, each as long as `days`. Nothing where no peak is defined.
#[must_use]
pub fn peak_error(
    days: &[f64],
    observed: &[f64],
    replicates: &[Vec<f64>],
    cumulative: bool,
) -> Option<PeakError> {
    let observed = peak(days, observed, cumulative)?;
    let peaks: Vec<Peak> =
        replicates.iter().filter_map(|values| peak(days, values, cumulative)).collect();
    let over = |value: fn(&Peak, &Peak) -> f64| {
        mean(&peaks.iter().map(|p| value(p, &observed)).collect::<Vec<_>>())
    };
    Some(PeakError {
        observed,
        height: over(|p, o| p.height - o.height)?,
        day: over(|p, o| (p.day - o.day).abs())?,
        day_signed: over(|p, o| p.day - o.day)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_by_hand() {
        let (days, observed) = ([0.0, 1.0, 3.0, 4.0], [2.0, 5.0, 9.0, 9.0]);
        // Levels: 2 at day 0, 9 at day 3.
        assert_eq!(peak(&days, &observed, false), Some(Peak { height: 9.0, day: 3.0 }));
        // Per day: 3, 2, 0.
        assert_eq!(peak(&days, &observed, true), Some(Peak { height: 3.0, day: 0.5 }));
        assert_eq!(peak(&days[..1], &[2.0], false), None);
        assert_eq!(peak(&days[..2], &[2.0, 5.0], true), None);
        // Replicates peak at day 1 (8) and day 4 (12) against the observed 9 at day 3.
        let replicates = [vec![0.0, 8.0, 1.0, 1.0], vec![0.0, 1.0, 1.0, 12.0]];
        let error = peak_error(&days, &observed, &replicates, false).unwrap();
        assert!((error.height - 1.0).abs() < 1e-12);
        assert!((error.day - 1.5).abs() < 1e-12);
        assert!((error.day_signed + 0.5).abs() < 1e-12);
    }
}
