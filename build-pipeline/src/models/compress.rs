//! B made small: a low-rank part and the largest of what it misses, in 8-bit codes.
//!
//! The models' matrices are symmetric between two diagonal scalings, `B = D⁻¹·S·D` (see [`ItemMatrix::balance`]), so the
//! low-rank part of S has *one* matrix of factors: `S ≈ Q·Qᵀ`, from the leading eigenvectors. Both sides
//! of B share its codes and have only a scale a row of their own.
//!
//! What the coded low-rank part misses is computed against the codes, not against the floats, so the sparse
//! part repairs the rounding too. Its entries are not dealt out evenly: one threshold for the whole matrix spends each byte where the
//! weighted error is largest.

use std::{ops::Range, sync::Arc};

use aftershow_core::pack::collaborative::{CollaborativeData, PersonFactors, SparseRows, fixed_bytes, row_bytes};
use rayon::prelude::*;

use super::{
    dense::{MatRef, Matrix, add_product},
    linear::{COLUMNS, ItemMatrix, ROWS, add_scaled, column_blocks},
    refit::{Histories, refit},
    spectrum::{Spectrum, leading},
    validation::TestUser,
};

/// How to compress.
#[derive(Clone, Debug)]
pub struct Compression {
    /// Bytes an item may take, everything counted.
    pub bytes_per_item: usize,
    /// Items of the catalogue that the matrix lacks: their rows say nothing, and what they don't need is there for the others.
    pub silent: usize,
    /// How often each item stands in a history: what errors are weighted by.
    pub counts: Vec<u32>,
    /// How much the low-rank part prefers what is popular: rows and columns are weighted by the balance to this power.
    pub emphasis: f32,
    /// Errors of a row count `count^x`.
    pub row_exponent: f32,
    /// Errors in a column count `count^x`.
    pub column_exponent: f32,
    /// How often the low-rank part is fitted again to what the sparse part leaves.
    pub rounds: usize,
    /// What the sparse values are fitted again to, if they are.
    pub histories: Option<Arc<Histories>>,
    /// Seed of the subspace iteration.
    pub seed: u64,
}

impl Default for Compression {
    fn default() -> Compression {
        Compression {
            bytes_per_item: 256,
            silent: 0,
            counts: Vec::new(),
            emphasis: 0.5,
            row_exponent: 0.5,
            column_exponent: 0.0,
            rounds: 0,
            histories: None,
            seed: 42,
        }
    }
}

/// A matrix in its stored form.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// Number of items.
    pub items: usize,
    /// Columns of the factors.
    pub rank: usize,
    /// Codes of both sides, `items × rank`.
    pub codes: Vec<i8>,
    /// Scales of the side that is scored.
    pub item_scales: Vec<f32>,
    /// Scales of the side of the history.
    pub person_scales: Vec<f32>,
    /// What the factors miss.
    pub sparse: SparseRows,
}

/// An entry that the sparse part may get: column and value.
pub type Entry = (u32, f32);

/// Bytes of the part that no item has: header and section table.
const OVERHEAD: usize = 640;

/// The spectrum that all ranks up to `rank` are cut from.
pub fn spectrum(b: &dyn ItemMatrix, how: &Compression, rank: usize) -> Spectrum {
    let sides = Sides::new(b, how.emphasis);
    leading(b.items(), rank, 6, how.seed, None, |x| sides.times(b, None, x))
}

/// Whether `rank` columns of factors fit, and leave at least an eighth of the budget to the sparse part.
pub fn fits(rank: usize, bytes_per_item: usize) -> bool {
    fixed_bytes(rank, true, true) + bytes_per_item / 8 <= bytes_per_item
}

/// B in at most `how.bytes_per_item`, with `rank` columns of factors. `spectrum`: of at least this rank.
pub fn compress(b: &dyn ItemMatrix, spectrum: &Spectrum, rank: usize, how: &Compression) -> Stored {
    let n = b.items();
    let sides = Sides::new(b, how.emphasis);
    let rank = rank.min(spectrum.values.len());
    let rows = n + how.silent;
    let budget = (how.bytes_per_item * rows).saturating_sub(OVERHEAD + rows * fixed_bytes(rank, true, true));
    let mut factors = Factors::new(spectrum, rank, &sides);
    let mut entries = remainder(b, &factors, how, budget);
    for round in 0..how.rounds {
        let refitted = leading(n, rank, 2, how.seed + 1 + round as u64, Some(spectrum), |x| {
            sides.times(b, Some(&entries), x)
        });
        factors = Factors::new(&refitted, rank, &sides);
        entries = remainder(b, &factors, how, budget);
    }
    if let Some(histories) = &how.histories {
        let (person, item) = factors.sides();
        refit(b, &person, &item, &mut entries, histories);
    }
    Stored {
        items: n,
        rank: factors.rank,
        codes: factors.codes,
        item_scales: factors.item_scales,
        person_scales: factors.person_scales,
        sparse: coded(&entries),
    }
}

/// The weights on both sides of B under which it is symmetric, and errors count as they should.
struct Sides {
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Sides {
    fn new(b: &dyn ItemMatrix, emphasis: f32) -> Sides {
        let balance = b.balance();
        Sides {
            left: balance.iter().map(|d| d.powf(emphasis) * d).collect(),
            right: balance.iter().map(|d| d.powf(emphasis) / d).collect(),
        }
    }

    /// `M·x` for the symmetric half of `M = left·(B − sparse)·right`.
    fn times(&self, b: &dyn ItemMatrix, sparse: Option<&[Vec<Entry>]>, x: &Matrix) -> Matrix {
        let (mut from_right, mut from_left) = (x.clone(), x.clone());
        from_right.scale_rows(&self.right);
        from_left.scale_rows(&self.left);
        let (mut forward, mut backward) = (b.times(&from_right), b.transposed_times(&from_left));
        if let Some(sparse) = sparse {
            forward
                .data
                .par_chunks_mut(x.cols.max(1))
                .zip(sparse)
                .for_each(|(row, entries)| {
                    entries
                        .iter()
                        .for_each(|(j, value)| add_scaled(row, from_right.row(*j as usize), -value));
                });
            // By rows of the transpose; one thread, since rows meet in columns.
            for (i, entries) in sparse.iter().enumerate() {
                for (j, value) in entries {
                    let row = &mut backward.data[*j as usize * x.cols..][..x.cols];
                    add_scaled(row, from_left.row(i), -value);
                }
            }
        }
        forward.scale_rows(&self.left);
        backward.scale_rows(&self.right);
        forward
            .data
            .iter_mut()
            .zip(&backward.data)
            .for_each(|(a, b)| *a = (*a + b) / 2.0);
        forward
    }
}

/// The coded low-rank part.
struct Factors {
    rank: usize,
    codes: Vec<i8>,
    item_scales: Vec<f32>,
    person_scales: Vec<f32>,
}

impl Factors {
    fn new(spectrum: &Spectrum, rank: usize, sides: &Sides) -> Factors {
        let rank = rank.min(spectrum.values.len());
        let roots: Vec<f32> = spectrum.values[..rank].iter().map(|v| v.sqrt() as f32).collect();
        let n = spectrum.vectors.rows;
        let mut factors = Factors {
            rank,
            codes: Vec::with_capacity(n * rank),
            item_scales: Vec::with_capacity(n),
            person_scales: Vec::with_capacity(n),
        };
        for i in 0..n {
            let row = spectrum.vectors.row(i)[..rank]
                .iter()
                .zip(&roots)
                .map(|(v, root)| v * root);
            let scale = code_row(row, &mut factors.codes);
            factors.item_scales.push(scale / sides.right[i]);
            factors.person_scales.push(scale / sides.left[i]);
        }
        factors
    }

    /// The values of the history's side and of the side that is scored.
    fn sides(&self) -> (Matrix, Matrix) {
        (self.values(&self.person_scales), self.values(&self.item_scales))
    }

    /// The values of a side.
    fn values(&self, scales: &[f32]) -> Matrix {
        Matrix {
            rows: scales.len(),
            cols: self.rank,
            data: dequantized(&self.codes, scales, self.rank),
        }
    }
}

/// Codes of a row, −127 to 127, and their scale.
pub fn code_row(values: impl Iterator<Item = f32> + Clone, codes: &mut Vec<i8>) -> f32 {
    let largest = values.clone().fold(0f32, |m, v| m.max(v.abs()));
    let scale = largest / 127.0;
    let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
    codes.extend(values.map(|v| (v * inverse).round() as i8));
    if inverse > 0.0 { scale } else { 0.0 }
}

/// Codes times the scales of their rows.
pub fn dequantized(codes: &[i8], scales: &[f32], rank: usize) -> Vec<f32> {
    codes
        .chunks(rank.max(1))
        .zip(scales)
        .flat_map(|(codes, scale)| codes.iter().map(move |code| f32::from(*code) * scale))
        .collect()
}

/// What `person · itemᵀ` misses of B: rows `first..` of these columns, into `out`; nothing on the diagonal.
pub fn missed(
    b: &dyn ItemMatrix,
    person: &Matrix,
    item: &Matrix,
    first: usize,
    columns: Range<usize>,
    out: &mut [f32],
) {
    let width = columns.len();
    b.block(first, columns.clone(), out);
    let left = person.view().subrows(first, out.len() / width);
    let right = item.view().subrows(columns.start, width);
    add_product(out, width, left, right.transpose(), -1.0);
    for (i, row) in out.chunks_mut(width).enumerate() {
        if columns.contains(&(first + i)) {
            row[first + i - columns.start] = 0.0;
        }
    }
}

/// What the factors miss, for each row the entries that the budget is best spent on, by column.
fn remainder(b: &dyn ItemMatrix, factors: &Factors, how: &Compression, budget: usize) -> Vec<Vec<Entry>> {
    let n = b.items();
    if n == 0 || budget == 0 {
        return vec![Vec::new(); n];
    }
    let (person, item) = factors.sides();
    let weight =
        |exponent: f32| -> Vec<f32> { how.counts.iter().map(|c| ((*c).max(1) as f32).powf(exponent)).collect() };
    let (of_row, of_column) = (weight(how.row_exponent), weight(how.column_exponent));
    // A first threshold from some rows, a little too low, so that not every error has to be kept.
    let sampled = n.min(256);
    let mut seen: Vec<f32> = (0..sampled)
        .into_par_iter()
        .map_init(
            || vec![0.0; n],
            |block, s| {
                let row = s * n / sampled;
                missed(b, &person, &item, row, 0..n, block);
                let most = (4 * budget / n + 64).min(n - 1);
                let mut weighed: Vec<f32> = block
                    .iter()
                    .zip(&of_column)
                    .map(|(e, w)| e.abs() * w * of_row[row])
                    .collect();
                weighed.select_nth_unstable_by(most, |a, b| b.total_cmp(a));
                weighed.truncate(most);
                weighed
            },
        )
        .flatten()
        .collect();
    let wanted = (budget / 2 * sampled / n).min(seen.len().saturating_sub(1));
    let first_threshold = match seen.is_empty() {
        true => 0.0,
        false => 0.8 * *seen.select_nth_unstable_by(wanted, |a, b| b.total_cmp(a)).1,
    };

    let rows: Vec<Vec<Entry>> = (0..n.div_ceil(ROWS))
        .into_par_iter()
        .map_init(
            || vec![0.0; ROWS * COLUMNS],
            |block, band| {
                let (first, count) = (band * ROWS, ROWS.min(n - band * ROWS));
                let mut rows = vec![Vec::new(); count];
                for columns in column_blocks(n, COLUMNS) {
                    let block = &mut block[..count * columns.len()];
                    missed(b, &person, &item, first, columns.clone(), block);
                    for (i, errors) in block.chunks(columns.len()).enumerate() {
                        let least = first_threshold / of_row[first + i];
                        let kept = columns.clone().zip(errors.iter().zip(&of_column[columns.clone()]));
                        let kept = kept.filter(|(_, (e, w))| e.abs() * **w > least && **e != 0.0);
                        rows[i].extend(kept.map(|(j, (e, _))| (j as u32, *e)));
                    }
                }
                rows
            },
        )
        .flatten()
        .collect();

    // The threshold that uses the budget, by what rows really cost.
    let kept = |row: usize, threshold: f32| {
        let least = threshold / of_row[row];
        rows[row]
            .iter()
            .filter(|(j, e)| e.abs() * of_column[*j as usize] > least)
            .copied()
            .collect::<Vec<Entry>>()
    };
    let cost = |threshold: f32| -> usize {
        let of = |row: usize| row_bytes(&kept(row, threshold).iter().map(|(j, _)| *j).collect::<Vec<_>>());
        (0..n).into_par_iter().map(of).sum()
    };
    let most = (0..n).flat_map(|i| rows[i].iter().map(move |(j, e)| (i, *j, *e)));
    let (mut low, mut high) = (
        first_threshold,
        most.map(|(i, j, e)| e.abs() * of_row[i] * of_column[j as usize])
            .fold(0.0, f32::max),
    );
    if cost(low) <= budget {
        high = low;
    }
    for _ in 0..24 {
        if high <= low {
            break;
        }
        let middle = low + (high - low) / 2.0;
        *(if cost(middle) <= budget { &mut high } else { &mut low }) = middle;
    }
    (0..n).into_par_iter().map(|row| kept(row, high)).collect()
}

/// The entries in codes; those that round to 0 are left out.
fn coded(rows: &[Vec<Entry>]) -> SparseRows {
    let mut sparse = SparseRows::default();
    let mut codes = Vec::new();
    for row in rows {
        codes.clear();
        let scale = code_row(row.iter().map(|(_, value)| *value), &mut codes);
        for ((column, _), code) in row.iter().zip(&codes).filter(|(_, code)| **code != 0) {
            sparse.columns.push(*column);
            sparse.codes.push(*code);
        }
        sparse.ends.push(sparse.columns.len() as u32);
        sparse.scales.push(scale);
    }
    sparse
}

impl Stored {
    /// Bytes an item takes, everything counted but the header.
    pub fn bytes_per_item(&self) -> f64 {
        let entries: usize = (0..self.items).map(|row| row_bytes(self.sparse.row(row).0)).sum();
        let fixed = fixed_bytes(self.rank, true, !self.sparse.columns.is_empty());
        entries as f64 / self.items.max(1) as f64 + fixed as f64
    }

    /// Something that scores histories as the engine will, but for the rounding of the person's vector.
    pub fn scorer(&self) -> Scorer<'_> {
        Scorer {
            stored: self,
            items: dequantized(&self.codes, &self.item_scales, self.rank),
        }
    }

    /// For core's writer, but for the popularity.
    pub fn into_data(self) -> CollaborativeData {
        CollaborativeData {
            items: self.items,
            popularity: Vec::new(),
            rank: self.rank,
            person: PersonFactors::Linear {
                scales: self.person_scales,
            },
            item_factors: self.codes,
            item_scales: self.item_scales,
            sparse: self.sparse,
        }
    }
}

/// A stored matrix with its factors as floats.
pub struct Scorer<'a> {
    stored: &'a Stored,
    items: Vec<f32>,
}

impl Scorer<'_> {
    /// Adds the scores of some users' histories, a row a user.
    pub fn add_block(&self, users: &[TestUser], out: &mut [f32]) {
        let (stored, rank) = (self.stored, self.stored.rank);
        let mut people = Matrix::zeros(users.len(), rank);
        for (at, user) in users.iter().enumerate() {
            let person = &mut people.data[at * rank..(at + 1) * rank];
            let out = &mut out[at * stored.items..(at + 1) * stored.items];
            for (item, weight) in &user.history {
                let item = *item as usize;
                let scale = stored.person_scales[item] * weight;
                for (sum, code) in person.iter_mut().zip(&stored.codes[item * rank..]) {
                    *sum += scale * f32::from(*code);
                }
                let (columns, codes) = stored.sparse.row(item);
                let scale = stored.sparse.scales.get(item).copied().unwrap_or(0.0) * weight;
                for (column, code) in columns.iter().zip(codes) {
                    out[*column as usize] += scale * f32::from(*code);
                }
            }
        }
        let items = MatRef::from_row_major_slice(&self.items, stored.items, rank);
        add_product(out, stored.items, people.view(), items.transpose(), 1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::linear::Dense;

    #[test]
    fn entries_of_every_block_of_columns_are_kept() {
        let n = COLUMNS + ROWS + 7;
        // A few large entries a row, in all blocks; nothing that factors could take.
        let mut values = vec![0.0; n * n];
        for i in 0..n {
            for (step, j) in [i * 31 + 5, i * 17 + n / 2, i + n - 1].into_iter().enumerate() {
                values[i * n + j % n] = (step + 1) as f32;
            }
        }
        let b = Dense::new(n, values, vec![1.0; n]);
        let how = Compression {
            counts: vec![1; n],
            ..Compression::default()
        };
        let stored = compress(&b, &spectrum(&b, &how, 0), 0, &how);
        for i in 0..n {
            let (columns, codes) = stored.sparse.row(i);
            let scale = stored.sparse.scales[i];
            let mut row = vec![0.0; n];
            let entries = columns.iter().zip(codes);
            entries.for_each(|(column, code)| row[*column as usize] = f32::from(*code) * scale);
            let whole = &b.values()[i * n..][..n];
            assert!(row.iter().zip(whole).all(|(a, b)| (a - b).abs() < 0.02), "row {i}");
        }
        let mut blended = Dense::new(n, vec![0.0; n * n], vec![1.0; n]);
        blended.blend(0.0, &b, 2.0);
        assert!(blended.values().iter().zip(b.values()).all(|(a, b)| *a == 2.0 * b));
    }
}
