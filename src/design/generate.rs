//! The points of a design that is made here, from its factors and the seed of the study.

use checked_toml::{Diagnostic, Node};

use super::factor::{Against, odd, varied};
use super::morris::Move;
use super::points::{Column, Kind, MOST_POINTS, Points, Target};
use super::settings::{Factor, Made};
use super::spread::Spread;
use super::{hypercube, morris, saltelli, sobol};
use crate::random::{RunKey, Stream};

/// Step of [`Stream::Design`] that belongs to the luck of Morris trajectories.
const LUCK: u32 = 4;

/// The points of a design that is made here.
///
/// # Errors
/// With all that is wrong with its factors, and with the design as a whole.
pub(super) fn generate(
    made: &Made,
    node: &Node,
    against: Against<'_>,
    key: RunKey,
) -> Result<Points, Vec<Diagnostic>> {
    let axes = made.factors().len();
    let (varied, mut problems) = varied(made, node, against);
    let count = count(made, axes);
    problems.extend(misfits(made, node, count));
    if !problems.is_empty() {
        return Err(problems);
    }
    let (columns, spreads): (Vec<Column>, Vec<Spread>) =
        varied.into_iter().map(|v| (v.column, v.spread)).unzip();

    // From the unit cube to cells, but for the kinds that take every value as it stands.
    let units = units(made, key, count, axes);
    let mut cells: Vec<f64> = match made {
        Made::Grid { factors } => {
            let all = spreads.iter().zip(factors).map(|(spread, f)| spread.all(f.steps));
            combinations(&all.collect::<Vec<_>>())
        }
        Made::List { .. } => (0..count).flat_map(|p| std::iter::repeat_n(p as f64, axes)).collect(),
        _ => {
            let cells =
                |unit: &Vec<f64>| spreads.iter().zip(unit).map(|(s, x)| s.cell(*x)).collect();
            units.iter().flat_map(|unit| -> Vec<f64> { cells(unit) }).collect()
        }
    };
    let moves = match made {
        Made::Morris { levels, .. } => {
            draw_luck(&mut cells, &units, &columns, &spreads, key, *levels);
            moves(&cells, &units, &columns, &spreads, *levels)
        }
        _ => Vec::new(),
    };
    Ok(Points::new(columns, cells, kind(made)).with_moves(moves))
}

/// What a design is made for.
fn kind(made: &Made) -> Kind {
    match *made {
        Made::Grid { .. } => Kind::Grid,
        Made::List { .. } => Kind::List,
        Made::LatinHypercube { .. } => Kind::LatinHypercube,
        Made::Sobol { .. } => Kind::Sobol,
        Made::Morris { trajectories, levels, .. } => Kind::Morris { trajectories, levels },
        Made::Saltelli { base, second_order, .. } => {
            Kind::Saltelli { base, second_order: second_order.unwrap_or(false) }
        }
        Made::File { .. } => Kind::File,
    }
}

/// Lengths of the lists of values.
fn lengths(factors: &[Factor]) -> Vec<usize> {
    factors.iter().filter_map(|f| f.values.as_ref()).map(Vec::len).collect()
}

/// How many points a design has.
fn count(made: &Made, axes: usize) -> usize {
    match made {
        Made::Grid { factors } => {
            let size =
                |f: &Factor| f.values.as_ref().map_or(f.steps.unwrap_or(2) as usize, Vec::len);
            factors.iter().map(size).fold(1, usize::saturating_mul)
        }
        Made::List { factors } => lengths(factors).into_iter().max().unwrap_or(0),
        Made::LatinHypercube { points, .. } | Made::Sobol { points, .. } => *points as usize,
        Made::Morris { trajectories, .. } => *trajectories as usize * (axes + 1),
        Made::Saltelli { base, second_order, .. } => {
            *base as usize * saltelli::rows_per_base(axes, second_order.unwrap_or(false))
        }
        Made::File { .. } => 0,
    }
}

/// What is wrong with a design as a whole.
fn misfits(made: &Made, node: &Node, count: usize) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    if count > MOST_POINTS {
        let message = format!("the design has {count} points");
        problems.push(Diagnostic::at(node.span, message, format!("at most {MOST_POINTS}")));
    }
    match made {
        Made::Morris { levels, .. } => problems.extend(odd(*levels, node)),
        Made::List { factors } => {
            let lengths = lengths(factors);
            if lengths.iter().any(|length| *length != lengths[0]) {
                let found = lengths.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
                let message = "the factors of a list have different numbers of values";
                problems.push(Diagnostic::at(node.span, message, format!("found {found}")).help(
                    "give every factor as many values as there are points; for every combination write `kind = \"grid\"`",
                ));
            }
        }
        _ => {}
    }
    problems
}

/// The points in unit coordinates; none for kinds that take every value as it stands.
fn units(made: &Made, key: RunKey, count: usize, axes: usize) -> Vec<Vec<f64>> {
    let sobol = |skip: &Option<u32>, scramble: &Option<bool>, count, axes| {
        let scrambled = scramble.unwrap_or(true).then_some(key);
        sobol::sobol(scrambled, skip.unwrap_or(0), count, axes)
    };
    match made {
        Made::LatinHypercube { .. } => {
            hypercube::latin_hypercube(key, Stream::Design, 0, count, axes)
        }
        Made::Sobol { skip, scramble, .. } => sobol(skip, scramble, count, axes),
        Made::Morris { trajectories, levels, .. } => {
            morris::trajectories(key, *trajectories as usize, *levels, axes)
        }
        Made::Saltelli { base, second_order, skip, scramble, .. } => {
            let sequence = sobol(skip, scramble, *base as usize, 2 * axes);
            saltelli::saltelli(&sequence, second_order.unwrap_or(false))
        }
        Made::Grid { .. } | Made::List { .. } | Made::File { .. } => Vec::new(),
    }
}

/// Every combination, the last list changing fastest.
fn combinations(all: &[Vec<f64>]) -> Vec<f64> {
    let count: usize = all.iter().map(Vec::len).product();
    let mut cells = Vec::with_capacity(count * all.len());
    for point in 0..count {
        let mut rest = point;
        let start = cells.len();
        for values in all.iter().rev() {
            cells.push(values[rest % values.len()]);
            rest /= values.len();
        }
        cells[start..].reverse();
    }
    cells
}

/// Luck has no levels: each trajectory moves between two draws of its own, not between the same few for all.
fn draw_luck(
    cells: &mut [f64],
    units: &[Vec<f64>],
    columns: &[Column],
    spreads: &[Spread],
    key: RunKey,
    levels: u32,
) {
    let axes = columns.len();
    for axis in (0..axes).filter(|axis| columns[*axis].target == Target::Replicate) {
        for (point, unit) in units.iter().enumerate() {
            let level = (unit[axis] * f64::from(levels - 1)).round() as u64;
            let id = (point / (axes + 1)) as u64 * u64::from(levels) + level;
            cells[point * axes + axis] = spreads[axis].cell(key.uniform(Stream::Design, id, LUCK));
        }
    }
}

/// The steps of trajectories, of the size that their cells make.
fn moves(
    cells: &[f64],
    units: &[Vec<f64>],
    columns: &[Column],
    spreads: &[Spread],
    levels: u32,
) -> Vec<Move> {
    let axes = columns.len();
    let mut moves = morris::moves(units, levels);
    for (step, moved) in moves.iter_mut().enumerate() {
        let point = step / axes * (axes + 1) + step % axes;
        let [before, after] = [point, point + 1].map(|point| cells[point * axes + moved.factor]);
        let is_still = after.to_bits() == before.to_bits();
        if columns[moved.factor].target == Target::Replicate {
            // Other luck is the whole of it; it goes up where its number does.
            moved.size = if is_still { moved.size.signum() } else { (after - before).signum() };
        } else if let (false, Some(share)) = (is_still, spreads[moved.factor].share(before, after))
        {
            moved.size = share;
        }
    }
    moves
}
