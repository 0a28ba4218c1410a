//! Bands over replicates and paired contrasts, from the series that the runs leave behind.
//!
//! The series of all runs stay in memory: 4 bytes x 15 measures x borders x days a run (0.7 MB for 31 borders and a year,
//! 70 MB for the 100 runs of the main study). A [`Group`] only borrows series, so that a store on disk can take their place.

use jiff::civil::Date;
use rayon::prelude::*;

use super::quantiles::Spread;
use crate::output::format::RowWriter;
use crate::recorders::Series;
use crate::recorders::table::{INDEX_MEASURE, MEASURES, Table};
use crate::time::Day;

/// The runs of one outcome and variant: all points of a design with all replicates.
#[derive(Clone, Debug)]
pub struct Group<'a> {
    /// Outcome by its name.
    pub outcome: &'a str,
    /// Variant by its name.
    pub variant: &'a str,
    /// Date of day 0.
    pub as_of: Date,
    /// Series by point and replicate, ascending; failed runs are missing.
    pub runs: Vec<((u32, u32), &'a Series)>,
}

impl Group<'_> {
    fn days(&self) -> usize {
        self.runs.iter().map(|(_, series)| series.days).min().unwrap_or(0)
    }
}

/// The values of one measure at one border, by day.
fn daily(series: &Series, measure: usize, border: usize) -> &[f32] {
    let start = (measure * series.segments + border) * series.days;
    &series.values[start..start + series.days]
}

/// Rows of `pressure_bands.csv` for a group, a chunk per border in their order.
#[must_use]
pub fn bands(group: &Group<'_>, borders: &[String]) -> Vec<Vec<u8>> {
    by_border(borders, |border, name| {
        let mut rows = RowWriter::new(Table::PressureBands);
        let days = group.days();
        let mut values = Vec::with_capacity(group.runs.len());
        for (measure, measure_name) in MEASURES.into_iter().enumerate() {
            let series: Vec<&[f32]> = group.runs.iter().map(|(_, s)| daily(s, measure, border)).collect();
            for day in 0..days {
                values.clear();
                values.extend(series.iter().map(|s| f64::from(s[day])));
                let shares = [40.0, 60.0, 80.0].map(|limit| share(&values, |v| v > limit));
                let Some(spread) = Spread::of(&mut values) else { continue };
                rows.push_text(group.outcome);
                rows.push_text(group.variant);
                rows.push_date(Day(day as u32).date(group.as_of));
                push_rest(&mut rows, name, measure_name, &spread);
                for share in shares {
                    if measure == INDEX_MEASURE { rows.push_num(share) } else { rows.push_missing() }
                }
                rows.end_row();
            }
        }
        rows.into_bytes()
    })
}

/// Rows of `contrasts.csv` for the differences of a group to a reference, run by run of the same point and replicate, a chunk per border.
#[must_use]
pub fn contrasts(group: &Group<'_>, against: &Group<'_>, borders: &[String]) -> Vec<Vec<u8>> {
    let pairs = pairs(group, against);
    let days = group.days().min(against.days());
    by_border(borders, |border, name| {
        let mut rows = RowWriter::new(Table::Contrasts);
        let mut values = Vec::with_capacity(pairs.len());
        for (measure, measure_name) in MEASURES.into_iter().enumerate() {
            let series: Vec<(&[f32], &[f32])> =
                pairs.iter().map(|(a, b)| (daily(a, measure, border), daily(b, measure, border))).collect();
            for day in 0..days {
                values.clear();
                values.extend(series.iter().map(|(a, b)| f64::from(a[day]) - f64::from(b[day])));
                let above = share(&values, |v| v > 0.0);
                let Some(spread) = Spread::of(&mut values) else { continue };
                rows.push_text(group.outcome);
                rows.push_text(group.variant);
                rows.push_text(against.outcome);
                rows.push_text(against.variant);
                rows.push_date(Day(day as u32).date(group.as_of));
                push_rest(&mut rows, name, measure_name, &spread);
                rows.push_num(above);
                rows.end_row();
            }
        }
        rows.into_bytes()
    })
}

/// The contrasts that a study asks for: each group against the reference outcome under its own variant, and against the
/// reference variant under its own outcome. Pairs of positions in `groups`.
#[must_use]
pub fn comparisons(groups: &[Group<'_>], against_outcome: &str, against_variant: &str) -> Vec<(usize, usize)> {
    let find = |outcome: &str, variant: &str| groups.iter().position(|g| g.outcome == outcome && g.variant == variant);
    let mut found = Vec::new();
    for (i, group) in groups.iter().enumerate() {
        let references = [find(against_outcome, group.variant), find(group.outcome, against_variant)];
        found.extend(references.into_iter().flatten().filter(|&j| j != i).map(|j| (i, j)));
    }
    found
}

/// Series with the same point and replicate in both groups. Both lists ascend.
fn pairs<'a>(group: &Group<'a>, against: &Group<'a>) -> Vec<(&'a Series, &'a Series)> {
    let partner = |luck: (u32, u32)| {
        let at = against.runs.binary_search_by_key(&luck, |&(r, _)| r).ok()?;
        Some(against.runs[at].1)
    };
    group.runs.iter().filter_map(|&(luck, series)| Some((series, partner(luck)?))).collect()
}

fn by_border(borders: &[String], rows: impl Fn(usize, &str) -> Vec<u8> + Sync) -> Vec<Vec<u8>> {
    borders.par_iter().enumerate().map(|(border, name)| rows(border, name)).collect()
}

fn share(values: &[f64], holds: impl Fn(f64) -> bool) -> f64 {
    values.iter().filter(|&&v| holds(v)).count() as f64 / values.len().max(1) as f64
}

fn push_rest(rows: &mut RowWriter, border: &str, measure: &str, spread: &Spread) {
    rows.push_text(border);
    rows.push_text(measure);
    rows.push_count(spread.count as u64);
    for value in [spread.mean, spread.q05, spread.q25, spread.q50, spread.q75, spread.q95] {
        rows.push_num(value);
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::random::{RunKey, Stream};

    /// A series in which the index at border `b` on day `d` is `value(b, d)`, and every other measure is zero.
    fn series(borders: usize, days: usize, value: impl Fn(usize, usize) -> f32) -> Series {
        let mut values = vec![0.0; MEASURES.len() * borders * days];
        for border in 0..borders {
            for day in 0..days {
                values[border * days + day] = value(border, day);
            }
        }
        Series { measures: MEASURES.len(), segments: borders, days, values }
    }

    fn group<'a>(outcome: &'a str, variant: &'a str, runs: &'a [Series]) -> Group<'a> {
        let runs = runs.iter().enumerate().map(|(r, s)| ((0, r as u32), s)).collect();
        Group { outcome, variant, as_of: date(2026, 1, 15), runs }
    }

    fn lines(chunks: &[Vec<u8>]) -> Vec<String> {
        let text = String::from_utf8(chunks.concat()).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn bands_of_known_values() {
        let runs: Vec<Series> = [10.0, 50.0, 90.0].map(|level| series(2, 2, |b, d| level + (b + d) as f32)).into();
        let rows = lines(&bands(&group("continuity", "base", &runs), &["RUS-GEO".into(), "RUS-SOUTH".into()]));
        assert_eq!(rows.len(), 2 * MEASURES.len() * 2);
        assert_eq!(rows[0], "continuity,base,2026-01-15,RUS-GEO,index,3,50,14,30,50,70,86,0.66667,0.33333,0.33333");
        assert_eq!(
            rows[MEASURES.len() * 2 + 1],
            "continuity,base,2026-01-16,RUS-SOUTH,index,3,52,16,32,52,72,88,0.66667,0.33333,0.33333"
        );
        assert_eq!(rows[2], "continuity,base,2026-01-15,RUS-GEO,threat,3,0,0,0,0,0,0,,,");
    }

    #[test]
    fn contrasts_pair_the_same_replicate() {
        let a: Vec<Series> = [10.0, 50.0, 90.0].map(|v| series(1, 1, |_, _| v)).into();
        let b: Vec<Series> = [9.0, 48.0, 93.0].map(|v| series(1, 1, |_, _| v)).into();
        let mut first = group("fragmentation", "base", &a);
        let second = group("continuity", "base", &b);
        let row = lines(&contrasts(&first, &second, &["RUS-GEO".into()])).remove(0);
        assert_eq!(row, "fragmentation,base,continuity,base,2026-01-15,RUS-GEO,index,3,0,-2.6,-1,1,1.5,1.9,0.66667");
        first.runs.remove(0); // a failed run: its partner falls out too
        let row = lines(&contrasts(&first, &second, &["RUS-GEO".into()])).remove(0);
        assert!(row.contains("index,2,-0.5,"), "{row}");
    }

    #[test]
    fn pairing_narrows_the_band_when_the_luck_is_shared() {
        // Two outcomes with the same luck per replicate, a small effect, and a little noise of their own.
        let noise = |replicate: u32, id: u64| RunKey::new(1, replicate).uniform(Stream::Parameters, id, 0) as f32;
        let value =
            |outcome: u64, r: u32| 30.0 + 20.0 * noise(r, 0) + 2.0 * noise(r, 1 + outcome) + 5.0 * outcome as f32;
        let of = |outcome: u64| (0..40).map(|r| series(1, 1, |_, _| value(outcome, r))).collect::<Vec<_>>();
        let (reference, changed) = (of(0), of(1));
        let (a, b) = (group("fragmentation", "base", &changed), group("continuity", "base", &reference));
        let width = |row: &str| {
            let fields: Vec<f64> = row.split(',').map(|f| f.parse().unwrap_or(f64::NAN)).collect();
            let at = fields.len() - 6; // q05 ... q95 share
            fields[at + 4] - fields[at]
        };
        let paired = width(&lines(&contrasts(&a, &b, &["x".into()]))[0]);
        let shifted: Vec<((u32, u32), &Series)> =
            (0..40).map(|r| ((0, r), &reference[(r as usize + 17) % 40])).collect();
        let unpaired = width(&lines(&contrasts(&a, &Group { runs: shifted, ..b }, &["x".into()]))[0]);
        assert!(paired < unpaired / 4.0, "paired {paired}, unpaired {unpaired}");
    }

    #[test]
    fn a_study_compares_outcomes_and_variants_with_their_references() {
        let none: Vec<Series> = Vec::new();
        let groups: Vec<Group> = ["base", "aid"]
            .into_iter()
            .flat_map(|v| ["continuity", "fragmentation"].map(|o| group(o, v, &none)))
            .collect();
        // 0 continuity base, 1 fragmentation base, 2 continuity aid, 3 fragmentation aid
        assert_eq!(comparisons(&groups, "continuity", "base"), [(1, 0), (2, 0), (3, 2), (3, 1)]);
        assert_eq!(comparisons(&groups, "western_pivot", "none"), []);
        assert!(bands(&groups[0], &["x".into()])[0].is_empty());
    }
}
