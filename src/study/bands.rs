//! Bands over replicates and paired contrasts, from the daily series that the runs left in the store.
//!
//! A [`Group`] names runs and holds no series: those of one border are read when its rows are made, some measures at a time
//! where there are many runs, so memory does not grow with their number.

use std::ops::Range;

use jiff::civil::Date;
use rayon::prelude::*;

use super::plan::PlannedRun;
use super::quantiles::Spread;
use crate::output::format::RowWriter;
use crate::recorders::table::{INDEX_MEASURE, MEASURES, Table};
use crate::time::Day;

/// Memory for the values of all borders that are worked on at the same time, bytes.
const MEMORY: usize = 128 << 20;

/// What two runs must share to be compared: the point of the design and the replicate.
pub type PairKey = (u32, u32);

/// The key by which runs of different outcomes and variants are paired. A study without a design has one point, 0.
#[must_use]
pub fn pair_key(run: &PlannedRun) -> PairKey {
    (run.point, run.replicate)
}

/// Where daily series come from.
pub trait SeriesSource: Sync {
    /// Why they cannot be had.
    type Error: Send;

    /// The values of one border of a run, by measure (those of [`MEASURES`]) and day.
    ///
    /// # Errors
    /// When they cannot be had.
    fn border(&self, run: usize, border: usize) -> Result<Vec<f32>, Self::Error>;
}

/// The runs of one outcome and variant: all points of a design with all replicates.
#[derive(Clone, Debug)]
pub struct Group<'a> {
    /// Outcome by its name.
    pub outcome: &'a str,
    /// Variant by its name.
    pub variant: &'a str,
    /// Date of day 0.
    pub as_of: Date,
    /// Days of each run.
    pub days: usize,
    /// Runs by their key, ascending, with their position in the source; failed runs are missing.
    pub runs: Vec<(PairKey, usize)>,
}

/// The values of some measures at one border of many runs.
struct Values {
    /// By run, measure and day.
    all: Vec<f32>,
    measures: usize,
    days: usize,
}

impl Values {
    fn read<S: SeriesSource>(
        source: &S,
        runs: &[usize],
        border: usize,
        measures: Range<usize>,
        days: usize,
    ) -> Result<Self, S::Error> {
        let mut values = Vec::with_capacity(runs.len() * measures.len() * days);
        for &run in runs {
            let all = source.border(run, border)?;
            // Runs of one group have the same days; a run with more is cut to those that all have.
            let stride = all.len() / MEASURES.len();
            for measure in measures.clone() {
                values.extend_from_slice(&all[measure * stride..measure * stride + days]);
            }
        }
        Ok(Self { all: values, measures: measures.len(), days })
    }

    /// The values of all runs on one day.
    fn on(&self, measure: usize, day: usize) -> impl Iterator<Item = f64> {
        let first = measure * self.days + day;
        self.all
            .iter()
            .skip(first)
            .step_by((self.measures * self.days).max(1))
            .map(|&v| f64::from(v))
    }
}

/// Rows of `pressure_bands.csv` for a group, a chunk per border in their order.
///
/// # Errors
/// When series cannot be had.
pub fn bands<S: SeriesSource>(
    group: &Group<'_>,
    borders: &[String],
    source: &S,
) -> Result<Vec<Vec<u8>>, S::Error> {
    bands_within(MEMORY, group, borders, source)
}

fn bands_within<S: SeriesSource>(
    memory: usize,
    group: &Group<'_>,
    borders: &[String],
    source: &S,
) -> Result<Vec<Vec<u8>>, S::Error> {
    let runs: Vec<usize> = group.runs.iter().map(|&(_, run)| run).collect();
    let days = if runs.is_empty() { 0 } else { group.days };
    by_border(memory, borders, runs.len(), days, |border, name, measures| {
        let mut rows = RowWriter::new(Table::PressureBands);
        let read = Values::read(source, &runs, border, measures.clone(), days)?;
        let mut values = Vec::with_capacity(runs.len());
        for (at, measure) in measures.enumerate() {
            for day in 0..days {
                values.clear();
                values.extend(read.on(at, day));
                let shares = [40.0, 60.0, 80.0].map(|limit| share(&values, |v| v > limit));
                let Some(spread) = Spread::of(&mut values) else { continue };
                rows.push_text(group.outcome);
                rows.push_text(group.variant);
                rows.push_date(Day(day as u32).date(group.as_of));
                push_rest(&mut rows, name, MEASURES[measure], &spread);
                for share in shares {
                    if measure == INDEX_MEASURE {
                        rows.push_num(share);
                    } else {
                        rows.push_missing();
                    }
                }
                rows.end_row();
            }
        }
        Ok(rows.into_bytes())
    })
}

/// Rows of `contrasts.csv` for the differences of a group to a reference, pair by pair, a chunk per border.
///
/// # Errors
/// When series cannot be had.
pub fn contrasts<S: SeriesSource>(
    group: &Group<'_>,
    against: &Group<'_>,
    borders: &[String],
    source: &S,
) -> Result<Vec<Vec<u8>>, S::Error> {
    contrasts_within(MEMORY, group, against, borders, source)
}

fn contrasts_within<S: SeriesSource>(
    memory: usize,
    group: &Group<'_>,
    against: &Group<'_>,
    borders: &[String],
    source: &S,
) -> Result<Vec<Vec<u8>>, S::Error> {
    let (ours, theirs): (Vec<usize>, Vec<usize>) = pairs(group, against).into_iter().unzip();
    let days = if ours.is_empty() { 0 } else { group.days.min(against.days) };
    by_border(memory, borders, 2 * ours.len(), days, |border, name, measures| {
        let mut rows = RowWriter::new(Table::Contrasts);
        let a = Values::read(source, &ours, border, measures.clone(), days)?;
        let b = Values::read(source, &theirs, border, measures.clone(), days)?;
        let mut values = Vec::with_capacity(ours.len());
        for (at, measure) in measures.enumerate() {
            for day in 0..days {
                values.clear();
                values.extend(a.on(at, day).zip(b.on(at, day)).map(|(a, b)| a - b));
                let above = share(&values, |v| v > 0.0);
                let Some(spread) = Spread::of(&mut values) else { continue };
                rows.push_text(group.outcome);
                rows.push_text(group.variant);
                rows.push_text(against.outcome);
                rows.push_text(against.variant);
                rows.push_date(Day(day as u32).date(group.as_of));
                push_rest(&mut rows, name, MEASURES[measure], &spread);
                rows.push_num(above);
                rows.end_row();
            }
        }
        Ok(rows.into_bytes())
    })
}

/// The contrasts that a study asks for: each group against the reference outcome under its own variant, and against the
/// reference variant under its own outcome. Pairs of positions in `groups`.
#[must_use]
pub fn comparisons(
    groups: &[Group<'_>],
    against_outcome: &str,
    against_variant: &str,
) -> Vec<(usize, usize)> {
    let find = |outcome: &str, variant: &str| {
        groups.iter().position(|g| g.outcome == outcome && g.variant == variant)
    };
    let mut found = Vec::new();
    for (i, group) in groups.iter().enumerate() {
        let references =
            [find(against_outcome, group.variant), find(group.outcome, against_variant)];
        found.extend(references.into_iter().flatten().filter(|&j| j != i).map(|j| (i, j)));
    }
    found
}

/// Positions of the runs with the same key in both groups. Both lists ascend.
fn pairs(group: &Group<'_>, against: &Group<'_>) -> Vec<(usize, usize)> {
    let partner = |key: PairKey| {
        let at = against.runs.binary_search_by_key(&key, |&(k, _)| k).ok()?;
        Some(against.runs[at].1)
    };
    group.runs.iter().filter_map(|&(key, run)| Some((run, partner(key)?))).collect()
}

/// Rows by border on all threads of the pool, as many borders and measures at a time as so many bytes allow for so many runs.
fn by_border<E: Send>(
    memory: usize,
    borders: &[String],
    runs: usize,
    days: usize,
    rows: impl Fn(usize, &str, Range<usize>) -> Result<Vec<u8>, E> + Sync,
) -> Result<Vec<Vec<u8>>, E> {
    let measure_bytes = (4 * runs * days).max(1);
    let at_once = (memory / measure_bytes).max(1); // measures of borders
    let threads = rayon::current_num_threads().min(at_once).max(1);
    let measures = (at_once / threads).clamp(1, MEASURES.len());
    let mut chunks = Vec::with_capacity(borders.len());
    for (number, some) in borders.chunks(threads).enumerate() {
        let made: Result<Vec<Vec<u8>>, E> = some
            .par_iter()
            .enumerate()
            .map(|(i, name)| {
                let mut text = Vec::new();
                for first in (0..MEASURES.len()).step_by(measures) {
                    let last = (first + measures).min(MEASURES.len());
                    text.append(&mut rows(number * threads + i, name, first..last)?);
                }
                Ok(text)
            })
            .collect();
        chunks.append(&mut made?);
    }
    Ok(chunks)
}

fn share(values: &[f64], holds: impl Fn(f64) -> bool) -> f64 {
    values.iter().filter(|&&v| holds(v)).count() as f64 / values.len().max(1) as f64
}

fn push_rest(rows: &mut RowWriter, border: &str, measure: &str, spread: &Spread) {
    rows.push_text(border);
    rows.push_text(measure);
    rows.push_count(spread.count as u64);
    spread.numbers().into_iter().for_each(|value| rows.push_num(value));
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use jiff::civil::date;

    use super::*;
    use crate::random::{RunKey, Stream};
    use crate::recorders::Series;

    impl SeriesSource for Vec<Series> {
        type Error = std::convert::Infallible;

        fn border(&self, run: usize, border: usize) -> Result<Vec<f32>, Self::Error> {
            let Series { measures, segments, days, values } = &self[run];
            let of = |m: usize| values[(m * segments + border) * days..][..*days].iter().copied();
            Ok((0..*measures).flat_map(of).collect())
        }
    }

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

    /// Replicates from 0 whose series stand from `first` on in the source.
    fn group<'a>(
        outcome: &'a str,
        variant: &'a str,
        days: usize,
        first: usize,
        count: usize,
    ) -> Group<'a> {
        let runs = (0..count).map(|r| ((0, r as u32), first + r)).collect();
        Group { outcome, variant, as_of: date(2026, 1, 15), days, runs }
    }

    fn lines(chunks: &[Vec<u8>]) -> Vec<String> {
        let text = String::from_utf8(chunks.concat()).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn bands_of_known_values() {
        let runs: Vec<Series> =
            [10.0, 50.0, 90.0].map(|level| series(2, 2, |b, d| level + (b + d) as f32)).into();
        let group = group("continuity", "base", 2, 0, 3);
        let rows = lines(&bands(&group, &["RUS-GEO".into(), "RUS-SOUTH".into()], &runs).unwrap());
        assert_eq!(rows.len(), 2 * MEASURES.len() * 2);
        assert_eq!(
            rows[0],
            "continuity,base,2026-01-15,RUS-GEO,index,3,50,14,30,50,70,86,0.66667,0.33333,0.33333"
        );
        assert_eq!(
            rows[MEASURES.len() * 2 + 1],
            "continuity,base,2026-01-16,RUS-SOUTH,index,3,52,16,32,52,72,88,0.66667,0.33333,0.33333"
        );
        assert_eq!(rows[2], "continuity,base,2026-01-15,RUS-GEO,threat,3,0,0,0,0,0,0,,,");
    }

    #[test]
    fn contrasts_pair_the_same_replicate() {
        let all: Vec<Series> =
            [10.0, 50.0, 90.0, 9.0, 48.0, 93.0].map(|v| series(1, 1, |_, _| v)).into();
        let mut first = group("fragmentation", "base", 1, 0, 3);
        let second = group("continuity", "base", 1, 3, 3);
        let row = lines(&contrasts(&first, &second, &["RUS-GEO".into()], &all).unwrap()).remove(0);
        assert_eq!(
            row,
            "fragmentation,base,continuity,base,2026-01-15,RUS-GEO,index,3,0,-2.6,-1,1,1.5,1.9,0.66667"
        );
        first.runs.remove(0); // a failed run: its partner falls out too
        let row = lines(&contrasts(&first, &second, &["RUS-GEO".into()], &all).unwrap()).remove(0);
        assert!(row.contains("index,2,-0.5,"), "{row}");
    }

    #[test]
    fn pairing_narrows_the_band_when_the_luck_is_shared() {
        // Two outcomes with the same luck per replicate, a small effect, and a little noise of their own.
        let noise = |replicate: u32, id: u64| {
            RunKey::new(1, replicate).uniform(Stream::Parameters, id, 0) as f32
        };
        let value = |outcome: u64, r: u32| {
            30.0 + 20.0 * noise(r, 0) + 2.0 * noise(r, 1 + outcome) + 5.0 * outcome as f32
        };
        let both = [(0, 40), (1, 40)]
            .into_iter()
            .flat_map(|(outcome, n)| (0..n).map(move |r| (outcome, r)));
        let all: Vec<Series> =
            both.map(|(outcome, r)| series(1, 1, |_, _| value(outcome, r))).collect();
        let (a, b) =
            (group("fragmentation", "base", 1, 40, 40), group("continuity", "base", 1, 0, 40));
        let width = |row: &str| {
            let fields: Vec<f64> = row.split(',').map(|f| f.parse().unwrap_or(f64::NAN)).collect();
            let at = fields.len() - 6; // q05 ... q95 share
            fields[at + 4] - fields[at]
        };
        let paired = width(&lines(&contrasts(&a, &b, &["x".into()], &all).unwrap())[0]);
        let shifted: Vec<(PairKey, usize)> =
            (0..40).map(|r| ((0, r), (r as usize + 17) % 40)).collect();
        let unpaired = width(
            &lines(&contrasts(&a, &Group { runs: shifted, ..b }, &["x".into()], &all).unwrap())[0],
        );
        assert!(paired < unpaired / 4.0, "paired {paired}, unpaired {unpaired}");
    }

    /// A source that counts its reads.
    struct Counted<'a>(&'a Vec<Series>, AtomicUsize);

    impl SeriesSource for Counted<'_> {
        type Error = std::convert::Infallible;

        fn border(&self, run: usize, border: usize) -> Result<Vec<f32>, Self::Error> {
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.border(run, border)
        }
    }

    #[test]
    fn few_measures_at_a_time_give_the_same_rows() {
        // Every run, measure, border and day has a value of its own.
        let (count, borders, days) = (3, 2, 4);
        let names = ["a".to_owned(), "b".to_owned()];
        let run = |r: usize| {
            let values = (0..MEASURES.len() * borders * days)
                .map(|i| (1000 * r * (1 + r) + i) as f32)
                .collect();
            Series { measures: MEASURES.len(), segments: borders, days, values }
        };
        let all: Vec<Series> = (0..2 * count).map(run).collect();
        let (ours, theirs) = (
            group("continuity", "base", days, 0, count),
            group("fragmentation", "base", days, count, count),
        );
        // How often a run's border is read tells how many measures were in memory.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let whole = pool.install(|| bands(&ours, &names, &all).unwrap());
        assert_eq!(lines(&whole).len(), borders * MEASURES.len() * days);
        assert_eq!(
            lines(&whole)[MEASURES.len() * days],
            "continuity,base,2026-01-15,b,index,3,2670.7,204,1004,2004,4004,5604,0.66667,0.66667,0.66667"
        );
        let pairs = pool.install(|| contrasts(&theirs, &ours, &names, &all).unwrap());
        for measures in [1, 4, MEASURES.len()] {
            let memory = 4 * count * days * measures;
            let reads = MEASURES.len().div_ceil(measures) * borders * count;
            let counted = Counted(&all, AtomicUsize::new(0));
            assert!(
                pool.install(|| bands_within(memory, &ours, &names, &counted).unwrap()) == whole,
                "{measures}"
            );
            assert_eq!(counted.1.into_inner(), reads, "{measures} measures at a time");
            let counted = Counted(&all, AtomicUsize::new(0));
            let found = pool.install(|| {
                contrasts_within(2 * memory, &theirs, &ours, &names, &counted).unwrap()
            });
            assert!(found == pairs, "{measures}");
            assert_eq!(
                counted.1.into_inner(),
                2 * reads,
                "{measures} measures at a time, of pairs"
            );
        }
    }

    #[test]
    fn a_study_compares_outcomes_and_variants_with_their_references() {
        let groups: Vec<Group> = ["base", "aid"]
            .into_iter()
            .flat_map(|v| ["continuity", "fragmentation"].map(|o| group(o, v, 1, 0, 0)))
            .collect();
        // 0 continuity base, 1 fragmentation base, 2 continuity aid, 3 fragmentation aid
        assert_eq!(comparisons(&groups, "continuity", "base"), [(1, 0), (2, 0), (3, 2), (3, 1)]);
        assert_eq!(comparisons(&groups, "western_pivot", "none"), []);
        assert!(bands(&groups[0], &["x".into()], &Vec::<Series>::new()).unwrap()[0].is_empty());
    }
}
