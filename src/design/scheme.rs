//! What points of a file were made for, so that effects or indices can be computed of them: Morris trajectories, or Saltelli's
//! design. The points must have the structure of the scheme; what breaks it is told with its row and column.

use checked_toml::{Diagnostic, Node, Span, Step, schema::number, shown};
use serde_json::Value as Json;

use super::factor::{Against, Varied, odd, varied};
use super::morris::{Move, step_size};
use super::points::{Column, Kind, OUTCOME, Target, Values};
use super::saltelli::rows_per_base;
use super::settings::{Made, SchemeName};
use super::spread::Spread;

/// Levels that a complaint lists in full.
const LISTED: usize = 8;

/// What points of a file were made for.
pub(super) enum Scheme {
    /// Trajectories on a grid of so many levels over the ranges of the factors.
    Morris { levels: u32, factors: Vec<Varied> },
    /// Saltelli's design, with BA among its points or without.
    Saltelli { second_order: bool },
}

/// What is wrong with the structure of points.
pub(super) struct Fault {
    /// The point, counted from 0.
    pub point: usize,
    /// The column at fault, if it is one.
    pub column: Option<usize>,
    message: String,
    label: String,
    help: Option<String>,
}

impl Fault {
    /// The fault at its place.
    pub fn told(self, place: Span, columns: &[Column]) -> Diagnostic {
        let row = format!("row {} of the points", self.point + 1);
        let place_in_words = match self.column {
            Some(column) => format!("{row}, column `{}`", columns[column].path),
            None => row,
        };
        Diagnostic::at(place, self.message, self.label).note(place_in_words).maybe_help(self.help)
    }
}

impl Scheme {
    /// The scheme of a design from a file, if it names one.
    ///
    /// # Errors
    /// With what the study says wrongly about it.
    pub fn of(
        made: &Made,
        node: &Node,
        against: Against<'_>,
    ) -> Result<Option<Self>, Vec<Diagnostic>> {
        let Made::File { scheme, levels, second_order, factors, .. } = made else {
            return Ok(None);
        };
        let at = |key: &'static str| node.follow([Step::Key(key)]).span;

        // Keys that go with the other scheme, or with none.
        let given = [
            ("levels", levels.is_some(), Some(SchemeName::Morris)),
            ("factors", !factors.is_empty(), Some(SchemeName::Morris)),
            ("second_order", second_order.is_some(), Some(SchemeName::Saltelli)),
        ];
        let mut problems = Vec::new();
        for (key, _, of) in given.into_iter().filter(|(_, is_given, of)| *is_given && of != scheme)
        {
            let needed = if of == Some(SchemeName::Morris) { "morris" } else { "saltelli" };
            let problem =
                Diagnostic::at(at(key), format!("`{key}` is not of this design"), "not here");
            problems.push(
                problem.help(format!("it goes with `scheme = \"{needed}\"`; else take it out")),
            );
        }

        // What the scheme itself needs.
        match scheme {
            _ if !problems.is_empty() => Err(problems),
            None => Ok(None),
            Some(SchemeName::Saltelli) => {
                Ok(Some(Self::Saltelli { second_order: second_order.unwrap_or(false) }))
            }
            Some(SchemeName::Morris) => {
                let (found, wrong) = varied(made, node, against);
                problems.extend(wrong);
                match levels {
                    Some(levels) => problems.extend(odd(*levels, node)),
                    None => problems.push(
                        Diagnostic::at(at("scheme"), "`levels` is missing", "how many levels has the grid?").help(
                            "write `levels = 4`, or what the trajectories were made with (`num_levels` of SALib)",
                        ),
                    ),
                }
                let levels = levels.unwrap_or(2);
                if problems.is_empty() {
                    Ok(Some(Self::Morris { levels, factors: found }))
                } else {
                    Err(problems)
                }
            }
        }
    }

    /// What of a header does not fit the scheme.
    pub fn misses(&self, header: &[(&str, Span)]) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        for (_, place) in header.iter().filter(|(name, _)| *name == OUTCOME) {
            problems.push(
                Diagnostic::at(*place, "points of a scheme cannot fix the outcome", "not here")
                    .note("effects and indices are of an outcome, so each point is run with every one of the study")
                    .help("pass over the column (`ignore`), or make a study of each outcome"),
            );
        }
        let Self::Morris { factors, .. } = self else { return problems };
        for (name, place) in header.iter().filter(|(name, _)| *name != OUTCOME) {
            if !factors.iter().any(|factor| factor.column.path == *name) {
                let message = format!("the column {} has no range", shown(name));
                problems.push(Diagnostic::at(*place, message, "an effect is told for the whole range").help(format!(
                    "[[design.factors]] with `path = {name:?}` and the `low` and `high`, or `values`, that the points were made with"
                )));
            }
        }
        for factor in factors
            .iter()
            .filter(|factor| !header.iter().any(|(name, _)| *name == factor.column.path))
        {
            let message = format!("the file has no column {}", shown(&factor.column.path));
            problems.push(
                Diagnostic::at(factor.named, message, "varied here").help("take the factor out"),
            );
        }
        problems
    }

    /// What the cells are, point by point, and the steps of trajectories.
    ///
    /// # Errors
    /// With the first fault of structure, or with cells that no level of their factor has, so many at most.
    pub fn recognise(
        &self,
        columns: &[Column],
        cells: &[f64],
        most: usize,
    ) -> Result<(Kind, Vec<Move>), Vec<Fault>> {
        // Points come in blocks: trajectories, or base points.
        let count = cells.len() / columns.len();
        let (block, what, parts) = match self {
            Self::Morris { .. } => {
                (columns.len() + 1, "trajectories", "a start and a step of each column".to_owned())
            }
            Self::Saltelli { second_order } => {
                let crossed = if *second_order { "two" } else { "one" };
                let parts = format!("A, {crossed} of each column, B");
                (rows_per_base(columns.len(), *second_order), "base points", parts)
            }
        };
        if count < 2 * block || !count.is_multiple_of(block) {
            let needed =
                if count.is_multiple_of(block) { "two or more" } else { "a whole number of" };
            let other = match self {
                Self::Saltelli { second_order }
                    if count.is_multiple_of(rows_per_base(columns.len(), !second_order)) =>
                {
                    format!(
                        "`second_order = {}` has {} rows",
                        !second_order,
                        rows_per_base(columns.len(), !second_order)
                    )
                }
                _ => "a column that was not varied is passed over with `ignore`; `first` keeps so many rows".to_owned(),
            };
            return Err(vec![Fault {
                point: count - 1,
                column: None,
                message: format!("{count} points are not {needed} {what}"),
                label: format!("the last row; each has {block} rows here: {parts}"),
                help: Some(other),
            }]);
        }

        // Within each block the points must have the structure of the scheme.
        match self {
            Self::Morris { levels, factors } => {
                // In the order of the columns, each of which has a factor.
                let factors = columns
                    .iter()
                    .filter_map(|c| factors.iter().find(|f| f.column.path == c.path))
                    .collect();
                let trajectories = Trajectories { columns, factors, cells, levels: *levels };
                let moves = trajectories.moves(most)?;
                Ok((Kind::Morris { trajectories: (count / block) as u32, levels: *levels }, moves))
            }
            Self::Saltelli { second_order } => {
                crossed(columns, cells, *second_order).map_err(|fault| vec![fault])?;
                Ok((
                    Kind::Saltelli { base: (count / block) as u32, second_order: *second_order },
                    Vec::new(),
                ))
            }
        }
    }
}

/// A cell as the file means it.
fn in_words(column: &Column, cell: f64) -> String {
    match &column.values {
        Values::Listed(list) => list[cell as usize].to_string(),
        _ => number(cell),
    }
}

/// Checks that every base point has the rows of Saltelli's layout: each cell is that of A or that of B.
fn crossed(columns: &[Column], cells: &[f64], second_order: bool) -> Result<(), Fault> {
    let axes = columns.len();
    let block = rows_per_base(axes, second_order);
    for (base, rows) in cells.chunks(block * axes).enumerate() {
        for row in 1..block - 1 {
            // Rows 1 to `axes` are A with a column of B, the next so many B with a column of A.
            let (of, other, taken) =
                if row <= axes { (0, block - 1, row - 1) } else { (block - 1, 0, row - axes - 1) };
            for (axis, column) in columns.iter().enumerate() {
                let from = if axis == taken { other } else { of };
                let (found, needed) = (rows[row * axes + axis], rows[from * axes + axis]);
                #[expect(clippy::float_cmp, reason = "a cell of A or B is copied, digit by digit")]
                if found != needed {
                    let layout = if second_order { "A, AB.., BA.., B" } else { "A, AB.., B" };
                    return Err(Fault {
                        point: base * block + row,
                        column: Some(axis),
                        message: format!(
                            "row {} of base point {base} is not of Saltelli's layout",
                            row + 1
                        ),
                        label: format!(
                            "found {}, needed {} as in row {} of the points",
                            in_words(column, found),
                            in_words(column, needed),
                            base * block + from + 1
                        ),
                        help: Some(format!(
                            "the rows of a base point stand together: {layout}, as SALib has them{}",
                            if second_order {
                                ""
                            } else {
                                "; with BA for second-order indices: `second_order = true`"
                            }
                        )),
                    });
                }
            }
        }
    }
    Ok(())
}

/// Points that are to be trajectories.
struct Trajectories<'a> {
    columns: &'a [Column],
    factors: Vec<&'a Varied>,
    cells: &'a [f64],
    levels: u32,
}

impl Trajectories<'_> {
    /// The steps, each of half of the levels.
    fn moves(&self, most: usize) -> Result<Vec<Move>, Vec<Fault>> {
        let axes = self.columns.len();
        let top = f64::from(self.levels - 1);
        let grids: Vec<Vec<f64>> = self
            .factors
            .iter()
            .map(|factor| {
                (0..self.levels).map(|level| factor.spread.cell(f64::from(level) / top)).collect()
            })
            .collect();
        let mut faults = Vec::new();
        // The cells in terms of their factors.
        let mut placed = Vec::with_capacity(self.cells.len());
        for (index, cell) in self.cells.iter().enumerate() {
            let (point, axis) = (index / axes, index % axes);
            let place = self.place(axis, *cell);
            if !place.is_some_and(|place| self.is_there(axis, place, &grids[axis])) {
                faults.push(self.off_the_grid(point, axis, *cell, &grids[axis]));
                if faults.len() >= most {
                    break;
                }
            }
            placed.push(place.unwrap_or_default());
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut moves = Vec::with_capacity(placed.len());
        for (path, points) in placed.chunks(axes * (axes + 1)).enumerate() {
            self.path(path * (axes + 1), points, &grids, &mut moves)
                .map_err(|fault| vec![fault])?;
        }
        Ok(moves)
    }

    /// A cell as the factor's spread has it; none when it is no value of the factor's list.
    fn place(&self, axis: usize, cell: f64) -> Option<f64> {
        let Values::Listed(values) = &self.factors[axis].column.values else { return Some(cell) };
        let value = match &self.columns[axis].values {
            Values::Listed(list) => list[cell as usize].clone(),
            _ => Json::from(cell),
        };
        let is_same = |known: &Json| {
            *known == value || known.as_f64().is_some_and(|n| Some(n) == value.as_f64())
        };
        values.iter().position(is_same).map(|position| position as f64)
    }

    /// Whether a level of the grid has this cell, or a replicate is in its range.
    fn is_there(&self, axis: usize, cell: f64, grid: &[f64]) -> bool {
        if self.columns[axis].target == Target::Replicate {
            let ends = grid.iter().copied();
            return ends.clone().fold(f64::INFINITY, f64::min) <= cell
                && cell <= ends.fold(0.0, f64::max);
        }
        grid.iter().any(|level| self.is_same(axis, cell, *level))
    }

    /// Whether a cell is that of a level. Numbers count as the same when they agree in about six significant digits, to which ours
    /// are rounded and in which a file may be written.
    fn is_same(&self, axis: usize, cell: f64, level: f64) -> bool {
        match &self.factors[axis].spread {
            Spread::Numbers(range) => {
                let between_levels = (range.high - range.low) / f64::from(self.levels);
                let digits = 1e-5 * cell.abs().max(level.abs()) + 1e-6 * (range.high - range.low);
                (cell - level).abs() <= digits.min(0.1 * between_levels)
            }
            #[expect(clippy::float_cmp, reason = "whole numbers")]
            Spread::Integers { .. } | Spread::Listed(_) => cell == level,
        }
    }

    /// The steps of one trajectory, which begins at point `first`.
    fn path(
        &self,
        first: usize,
        points: &[f64],
        grids: &[Vec<f64>],
        moves: &mut Vec<Move>,
    ) -> Result<(), Fault> {
        let axes = self.columns.len();
        let mut moved = vec![false; axes];
        let mut steps: Vec<Option<Move>> = Vec::with_capacity(axes);
        for step in 0..axes {
            let pair = [step, step + 1].map(|point| &points[point * axes..][..axes]);
            steps.push(self.step(first + step, pair, grids, &mut moved)?);
        }

        // Two levels, or two draws of the luck, may have one value: such a step is that of the factor that moves nowhere else.
        let still: Vec<usize> = (0..axes).filter(|axis| !moved[*axis]).collect();
        if let ([_, _, ..], Some(step)) = (&still[..], steps.iter().position(Option::is_none)) {
            return Err(Fault {
                point: first + step + 1,
                column: None,
                message: "nothing moves in a step of a trajectory".to_owned(),
                label: format!("the same as row {} of the points", first + step + 1),
                help: Some("whole numbers and lists need so many values that each step reaches another one".to_owned()),
            });
        }
        let factor = still.first().copied().unwrap_or_default();
        let unseen = Move { factor, size: step_size(self.levels) };
        moves.extend(steps.into_iter().map(|step| step.unwrap_or(unseen)));
        Ok(())
    }

    /// The step from a point to the next; nothing when no cell changes.
    fn step(
        &self,
        from: usize,
        [before, after]: [&[f64]; 2],
        grids: &[Vec<f64>],
        moved: &mut [bool],
    ) -> Result<Option<Move>, Fault> {
        let axes = self.columns.len();
        let path = |axis: usize| &self.columns[axis].path;
        let fault = |axis: usize, message: String, label: String, help: String| {
            Err(Fault { point: from + 1, column: Some(axis), message, label, help: Some(help) })
        };
        let mut changed =
            (0..axes).filter(|axis| before[*axis].to_bits() != after[*axis].to_bits());
        let Some(axis) = changed.next() else { return Ok(None) };
        let layout = format!(
            "each trajectory is {} rows: a start, then steps that move one column each, every one once",
            axes + 1
        );
        if let Some(second) = changed.next() {
            let message =
                format!("`{}` and `{}` move in one step of a trajectory", path(axis), path(second));
            return fault(second, message, format!("row {} has another value", from + 1), layout);
        }
        if std::mem::replace(&mut moved[axis], true) {
            let message = format!("`{}` moves twice in a trajectory", path(axis));
            return fault(axis, message, "moves again here".to_owned(), layout);
        }
        if let Some(size) = self.size(axis, before[axis], after[axis], &grids[axis]) {
            return Ok(Some(Move { factor: axis, size }));
        }
        let [start, end] =
            [from, from + 1].map(|p| in_words(&self.columns[axis], self.cells[p * axes + axis]));
        let (half, levels) = (self.levels / 2, self.levels);
        let message = format!("the step of `{}` is not one of half of the levels", path(axis));
        let label = format!("from {start} to {end}, which is not {half} of {levels} levels");
        fault(axis, message, label, "is `levels` what the trajectories were made with?".into())
    }

    /// The size of a step between two cells; none when no two levels so far apart have them.
    fn size(&self, axis: usize, before: f64, after: f64, grid: &[f64]) -> Option<f64> {
        let sign = (after - before).signum();
        let (low, high) = (before.min(after), before.max(after));
        let jump = self.levels as usize / 2;
        let is_step = |pair: (&f64, &f64)| {
            self.is_same(axis, low, *pair.0) && self.is_same(axis, high, *pair.1)
        };
        let is_luck = self.columns[axis].target == Target::Replicate;
        let is_one = is_luck || grid.iter().zip(&grid[jump..]).any(is_step);
        let size = match self.factors[axis].spread.share(before, after) {
            _ if is_luck => sign, // other luck is the whole of it
            Some(share) => share,
            None => step_size(self.levels) * sign,
        };
        is_one.then_some(size)
    }

    fn off_the_grid(&self, point: usize, axis: usize, cell: f64, grid: &[f64]) -> Fault {
        let column = &self.factors[axis].column;
        let found = in_words(&self.columns[axis], cell);
        let mut known: Vec<String> = grid.iter().map(|level| in_words(column, *level)).collect();
        known.dedup();
        let is_range = !matches!(column.values, Values::Listed(_));
        let needed = if column.target == Target::Replicate && is_range {
            format!("the range is {} to {}", known[0], known[known.len() - 1])
        } else if known.len() <= LISTED {
            format!("the levels are {}", known.join(", "))
        } else {
            let apart = |level: &f64| (self.place(axis, cell).unwrap_or_default() - level).abs();
            let nearest = grid
                .iter()
                .copied()
                .min_by(|a, b| apart(a).total_cmp(&apart(b)))
                .unwrap_or_default();
            format!("the nearest level is {}", in_words(column, nearest))
        };
        Fault {
            point,
            column: Some(axis),
            message: format!("`{}` is not on the grid of {} levels", column.path, self.levels),
            label: format!("found {found}; {needed}"),
            help: Some(
                "`levels` and the range are those that the trajectories were made with".to_owned(),
            ),
        }
    }
}
