//! The Cholesky factor of a dense positive definite matrix: all the linear algebra that the effects need.

/// `L` with `A = L Lᵀ`, lower triangular, stored row after row without what lies above the diagonal.
#[derive(Clone, Debug, PartialEq)]
pub struct Cholesky {
    size: usize,
    lower: Vec<f64>,
}

/// Where row `row` of a packed lower triangle begins. The triangle of size n has `start(n)` entries.
#[must_use]
pub fn start(row: usize) -> usize {
    row * (row + 1) / 2
}

impl Cholesky {
    /// Factors the packed lower triangle of a symmetric matrix of so many rows, in place: row i holds its entries
    /// 0..=i. `None` where the matrix is not positive definite to working precision or holds a NaN.
    ///
    /// Row by row (Golub and Van Loan 2013, ch. 4.2), so that the inner loop is a product of two contiguous rows: a
    /// matrix of 600 rows takes some hundredths of a second.
    #[must_use]
    pub fn factor(size: usize, mut lower: Vec<f64>) -> Option<Self> {
        if lower.len() != start(size) {
            return None;
        }
        for i in 0..size {
            let (above, rest) = lower.split_at_mut(start(i));
            let row = &mut rest[..=i];
            for j in 0..i {
                let other = &above[start(j)..=start(j) + j];
                row[j] = (row[j] - dot(&row[..j], &other[..j])) / other[j];
            }
            let pivot = row[i] - dot(&row[..i], &row[..i]);
            // Written so that a NaN is refused as well.
            if !(pivot > 0.0 && pivot.is_finite()) {
                return None;
            }
            row[i] = pivot.sqrt();
        }
        Some(Cholesky { size, lower })
    }

    /// Solves `L x = b` in place; `b` has one entry per row.
    pub fn forward(&self, b: &mut [f64]) {
        for i in 0..self.size {
            let row = self.row(i);
            b[i] = (b[i] - dot(&row[..i], &b[..i])) / row[i];
        }
    }

    /// Solves `Lᵀ x = b` in place.
    pub fn backward(&self, b: &mut [f64]) {
        for i in (0..self.size).rev() {
            let row = self.row(i);
            let value = b[i] / row[i];
            b[i] = value;
            for (entry, factor) in b[..i].iter_mut().zip(row) {
                *entry -= factor * value;
            }
        }
    }

    /// Solves `A x = b` in place.
    pub fn solve(&self, b: &mut [f64]) {
        self.forward(b);
        self.backward(b);
    }

    /// The logarithm of the determinant of `A`.
    #[must_use]
    pub fn log_determinant(&self) -> f64 {
        (0..self.size).map(|i| 2.0 * self.row(i)[i].ln()).sum()
    }

    fn row(&self, i: usize) -> &[f64] {
        &self.lower[start(i)..=start(i) + i]
    }
}

/// Four sums side by side: the compiler may not reorder one sum of floats, and so could not use the vector units.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (left, right) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f64 = left.remainder().iter().zip(right.remainder()).map(|(x, y)| x * y).sum();
    let mut sums = [0.0; 4];
    for (x, y) in left.zip(right) {
        for lane in 0..4 {
            sums[lane] += x[lane] * y[lane];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_textbook_matrix_has_its_textbook_factor() {
        // [[4, 12, -16], [12, 37, -43], [-16, -43, 98]] = L Lᵀ with L = [[2], [6, 1], [-8, 5, 3]].
        let factor = Cholesky::factor(3, vec![4.0, 12.0, 37.0, -16.0, -43.0, 98.0]).unwrap();
        assert_eq!(factor.lower, vec![2.0, 6.0, 1.0, -8.0, 5.0, 3.0]);
    }

    #[test]
    fn what_is_not_positive_definite_is_refused() {
        assert_eq!(Cholesky::factor(2, vec![1.0, 2.0, 1.0]), None);
        assert_eq!(Cholesky::factor(1, vec![0.0]), None);
        assert_eq!(Cholesky::factor(1, vec![f64::NAN]), None);
        assert_eq!(Cholesky::factor(2, vec![1.0]), None);
    }

    proptest! {
        #[test]
        fn the_solution_solves_and_the_factor_multiplies_back(
            size in 1_usize..25,
            seed in prop::collection::vec(-1.0_f64..1.0, 25 * 25),
            b in prop::collection::vec(-10.0_f64..10.0, 25),
        ) {
            // B Bᵀ + I is positive definite whatever B is.
            let at = |i: usize, j: usize| {
                let product: f64 = (0..size).map(|k| seed[i * 25 + k] * seed[j * 25 + k]).sum();
                product + f64::from(u8::from(i == j))
            };
            let packed = (0..size).flat_map(|i| (0..=i).map(move |j| (i, j))).map(|(i, j)| at(i, j)).collect();
            let factor = Cholesky::factor(size, packed).unwrap();
            for i in 0..size {
                for j in 0..=i {
                    let product: f64 = (0..=j).map(|k| factor.row(i)[k] * factor.row(j)[k]).sum();
                    prop_assert!((product - at(i, j)).abs() < 1e-9);
                }
            }
            let mut x = b[..size].to_vec();
            factor.solve(&mut x);
            for (i, right) in b.iter().enumerate().take(size) {
                let product: f64 = (0..size).map(|j| at(i, j) * x[j]).sum();
                prop_assert!((product - right).abs() < 1e-7);
            }
        }
    }
}
