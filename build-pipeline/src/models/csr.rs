//! What the models learn from: a sparse matrix users × items of what people liked, and its transpose.

use crate::interactions::Interactions;

/// A sparse matrix in compressed rows: columns ascend in a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Csr {
    /// Number of columns.
    pub cols: usize,
    /// Where each row ends.
    pub ends: Vec<usize>,
    /// The columns.
    pub columns: Vec<u32>,
    /// The values.
    pub values: Vec<f32>,
}

impl Csr {
    /// What people liked: 1 for each item of a user with a weight above 0. Users without any keep an empty row, so
    /// rows are the users of `interactions`.
    pub fn liked(interactions: &Interactions) -> Csr {
        let mut liked = Csr {
            cols: interactions.item_count,
            ..Csr::default()
        };
        for user in 0..interactions.user_count() {
            liked.columns.extend(interactions.positives(user).map(|(item, _)| item));
            liked.ends.push(liked.columns.len());
        }
        liked.values = vec![1.0; liked.columns.len()];
        liked
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.ends.len()
    }

    /// A row: its columns and values.
    #[inline]
    pub fn row(&self, row: usize) -> (&[u32], &[f32]) {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        let run = start..self.ends[row];
        (&self.columns[run.clone()], &self.values[run])
    }

    /// Only these columns, ascending, numbered anew; rows keep their order.
    pub fn with_columns(&self, kept: &[u32]) -> Csr {
        let mut new = vec![None; self.cols];
        (0u32..)
            .zip(kept)
            .for_each(|(number, column)| new[*column as usize] = Some(number));
        let mut narrow = Csr {
            cols: kept.len(),
            ..Csr::default()
        };
        for row in 0..self.rows() {
            let (columns, values) = self.row(row);
            for (column, value) in columns.iter().zip(values) {
                if let Some(column) = new[*column as usize] {
                    narrow.columns.push(column);
                    narrow.values.push(*value);
                }
            }
            narrow.ends.push(narrow.columns.len());
        }
        narrow
    }

    /// How many entries each column has.
    pub fn column_counts(&self) -> Vec<u32> {
        let mut counts = vec![0; self.cols];
        self.columns.iter().for_each(|column| counts[*column as usize] += 1);
        counts
    }

    /// How many entries each row has.
    pub fn row_counts(&self) -> Vec<u32> {
        (0..self.rows()).map(|row| self.row(row).0.len() as u32).collect()
    }

    /// Rows for columns.
    pub fn transposed(&self) -> Csr {
        let mut ends = vec![0usize; self.cols];
        self.columns.iter().for_each(|column| ends[*column as usize] += 1);
        let mut next = vec![0usize; self.cols];
        let mut sum = 0;
        for (end, next) in ends.iter_mut().zip(&mut next) {
            *next = sum;
            sum += *end;
            *end = sum;
        }
        let mut columns = vec![0; self.columns.len()];
        let mut values = vec![0.0; self.columns.len()];
        for row in 0..self.rows() {
            let (items, weights) = self.row(row);
            for (item, weight) in items.iter().zip(weights) {
                let place = &mut next[*item as usize];
                columns[*place] = row as u32;
                values[*place] = *weight;
                *place += 1;
            }
        }
        Csr {
            cols: self.rows(),
            ends,
            columns,
            values,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transpose_turns_back_and_counts_agree() {
        let a = Csr {
            cols: 4,
            ends: vec![2, 2, 5],
            columns: vec![0, 3, 0, 1, 3],
            values: vec![1.0, 2.0, 3.0, 4.0, 5.0],
        };
        let t = a.transposed();
        assert_eq!((t.rows(), t.cols), (4, 3));
        assert_eq!(t.row(3), (&[0, 2][..], &[2.0, 5.0][..]));
        assert_eq!(t.transposed(), a);
        assert_eq!(a.column_counts(), t.row_counts());
    }
}
