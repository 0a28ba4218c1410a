//! Saltelli's design for variance-based indices, in unit coordinates (Saltelli 2002, 2010; the layout of `SALib`).

/// Rows of one base point: A, every AB, every BA if asked, B.
#[must_use]
pub const fn rows_per_base(axes: usize, second_order: bool) -> usize {
    if second_order { 2 * axes + 2 } else { axes + 2 }
}

/// The design from base points of twice as many axes: the first half of the coordinates is A, the second B. Per base point the
/// rows are A, then A with one axis of B for each axis, then (`second_order`) B with one axis of A for each axis, then B.
#[must_use]
pub fn saltelli(base: &[Vec<f64>], second_order: bool) -> Vec<Vec<f64>> {
    let axes = base.first().map_or(0, Vec::len) / 2;
    let mut rows = Vec::with_capacity(base.len() * rows_per_base(axes, second_order));
    for point in base {
        let (a, b) = point.split_at(axes);
        let crossed = |into: &[f64], from: &[f64], axis: usize| {
            let mut row = into.to_vec();
            row[axis] = from[axis];
            row
        };
        rows.push(a.to_vec());
        rows.extend((0..axes).map(|axis| crossed(a, b, axis)));
        if second_order {
            rows.extend((0..axes).map(|axis| crossed(b, a, axis)));
        }
        rows.push(b.to_vec());
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::super::sobol::sobol;
    use super::*;

    // Reference values: SALib 1.6.0 under Python 3.11,
    //   from SALib.sample import saltelli
    //   p = {'num_vars': 3, 'names': ['x1', 'x2', 'x3'], 'bounds': [[0, 1]] * 3}
    //   saltelli.sample(p, 2, calc_second_order=True, skip_values=4)
    //   saltelli.sample(p, 1, calc_second_order=False, skip_values=4)
    #[test]
    fn the_layout_is_that_of_salib() {
        let expected = [
            [0.375, 0.375, 0.625],
            [0.875, 0.375, 0.625],
            [0.375, 0.375, 0.625],
            [0.375, 0.375, 0.125],
            [0.375, 0.375, 0.125],
            [0.875, 0.375, 0.125],
            [0.875, 0.375, 0.625],
            [0.875, 0.375, 0.125],
            [0.875, 0.875, 0.125],
            [0.375, 0.875, 0.125],
            [0.875, 0.875, 0.125],
            [0.875, 0.875, 0.625],
            [0.875, 0.875, 0.625],
            [0.375, 0.875, 0.625],
            [0.375, 0.875, 0.125],
            [0.375, 0.875, 0.625],
        ];
        assert_eq!(saltelli(&sobol(None, 4, 2, 6), true), expected);
        let expected = [
            [0.375, 0.375, 0.625],
            [0.875, 0.375, 0.625],
            [0.375, 0.375, 0.625],
            [0.375, 0.375, 0.125],
            [0.875, 0.375, 0.125],
        ];
        assert_eq!(saltelli(&sobol(None, 4, 1, 6), false), expected);
        assert_eq!((rows_per_base(3, true), rows_per_base(3, false)), (8, 5));
    }
}
