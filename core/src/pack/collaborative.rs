//! What people did, as a model: for each item how popular it is, a row of factors, and a sparse row of
//! what the factors miss.
//!
//! An item-item model is a matrix B with `score(person, j) = Σ_i h_i·B[i][j]` for a history h. It is kept
//! as `B ≈ D·V·Vᵀ + S`: `V` has `rank` columns of 8-bit codes with a scale a row, the diagonal `D` is a second scale a row,
//! and `S` has some tens of entries a row. One table of codes is enough for both sides, since the matrices of the EASE^R
//! family and of graph filters are symmetric but for a scale of each row and each column: so the same bytes hold twice the rank. So the whole history becomes one vector of `rank` numbers, which is then
//! compared with every row of `V`; and row `i` of `S` is read only for the items of the history. A
//! factorisation model has `V` alone: there the person's vector is the solution of a small
//! linear system, see [`PersonFactors::Ridge`].

use alloc::vec::Vec;

use zerocopy::little_endian::F32;

use super::{
    container::{Container, Ints, Writer},
    layout::{MAX_GRAM, MAX_ITEMS, MAX_RANK, MAX_SCALE, section},
    popularity::{self, Popularity},
    varint,
};
use crate::{error::OpenError, ids::ItemIx};

/// A model to write. Rows are items, in the pack's order.
#[derive(Clone, Debug, PartialEq)]
pub struct CollaborativeData {
    /// Number of items.
    pub items: usize,
    /// Popularity of each item: finite, 0 or more, never rising from row to row. Only its proportions are kept.
    pub popularity: Vec<f32>,
    /// Columns of the factors, 0 to [`MAX_RANK`]. A multiple of 16 is scored fastest.
    pub rank: usize,
    /// The side that is scored, `items × rank`, row-major.
    pub item_factors: Vec<i8>,
    /// A scale for each row of `item_factors`: value = scale · code. Finite, 0 to [`MAX_SCALE`].
    pub item_scales: Vec<f32>,
    /// How a history becomes a vector.
    pub person: PersonFactors,
    /// What the factors miss. May be empty.
    pub sparse: SparseRows,
}

/// How a history h becomes the vector that is compared with the items' factors.
#[derive(Clone, Debug, PartialEq)]
pub enum PersonFactors {
    /// `Σ h_i·scale_i·codes_i`, with the codes of the item factors: linear models (the EASE family, graph filters).
    Linear {
        /// A scale for each row, as for the item factors.
        scales: Vec<f32>,
    },
    /// `argmin_x Σ_i h_i·(x·v_i − 1)² + α·Σ_j (x·v_j)² + λ|x|²`: one ridge solve in closed form (implicit
    /// ALS: Hu et al. 2008, Rendle et al. 2021).
    Ridge {
        /// `α·VᵀV + λI` over the *dequantized* item factors, `rank × rank`, row-major; symmetric, with a
        /// positive diagonal.
        gram: Vec<f32>,
    },
}

/// Sparse rows, one for each item of a history, one after the other.
///
/// Entry value = scale of its row · code. No row names an item twice, nor its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SparseRows {
    /// Where each row ends in `columns` and `codes`; empty if no row has an entry.
    pub ends: Vec<u32>,
    /// The items that a row scores, ascending in a row.
    pub columns: Vec<u32>,
    /// One code an entry.
    pub codes: Vec<i8>,
    /// One scale a row, as for the item factors.
    pub scales: Vec<f32>,
}

impl SparseRows {
    /// The entries of a row: columns and codes.
    pub fn row(&self, row: usize) -> (&[u32], &[i8]) {
        let end = self.ends.get(row).map_or(0, |end| *end as usize);
        let start = row
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .map_or(0, |end| *end as usize);
        (
            self.columns.get(start..end).unwrap_or_default(),
            self.codes.get(start..end).unwrap_or_default(),
        )
    }
}

impl CollaborativeData {
    /// The first `items` of a model, as a model of their own: what stands in it scores as before.
    pub fn first(model: &Collaborative<'_>, items: usize) -> CollaborativeData {
        let items = items.min(model.len());
        let rank = model.rank;
        let first = |scales: &[F32]| scales.iter().take(items).map(|scale| scale.get()).collect();
        let ends = model.sparse_ends();
        let mut sparse = SparseRows::default();
        for row in (0..items).map(|row| ItemIx(row as u32)) {
            let (entries, scale) = model.sparse_row(row, &ends);
            for (column, code) in entries.filter(|(column, _)| (*column as usize) < items) {
                sparse.columns.push(column);
                sparse.codes.push(code);
            }
            sparse.ends.push(sparse.columns.len() as u32);
            sparse.scales.push(scale);
        }
        CollaborativeData {
            items,
            popularity: model.popularity.first(items).map(|code| code as f32).collect(),
            rank,
            item_factors: model.item_factors.codes.iter().take(items * rank).copied().collect(),
            item_scales: first(model.item_factors.scales),
            person: match model.person {
                Person::Linear(factors) => PersonFactors::Linear {
                    scales: first(factors.scales),
                },
                Person::Ridge(lower) => PersonFactors::Ridge {
                    gram: symmetric(lower, rank),
                },
            },
            sparse,
        }
    }
}

/// The whole of a symmetric matrix, of its lower triangle.
fn symmetric(lower: &[F32], rank: usize) -> Vec<f32> {
    let at = |row: usize, column: usize| lower.get(row * (row + 1) / 2 + column).map_or(0.0, |value| value.get());
    (0..rank * rank)
        .map(|place| (place / rank, place % rank))
        .map(|(row, column)| at(row.max(column), row.min(column)))
        .collect()
}

/// Longest number in a sparse row, in bytes: columns are below 2²⁸.
const LONGEST: usize = 4;

/// Bytes that the entries of a sparse row take: its columns as differences, and a code each.
pub fn row_bytes(columns: &[u32]) -> usize {
    let mut next = 0;
    columns
        .iter()
        .map(|column| {
            varint::len(u64::from(
                column.saturating_sub(core::mem::replace(&mut next, *column + 1)),
            )) + 1
        })
        .sum()
}

/// Bytes of an item beside the entries of its sparse row, at most: popularity, factors with scales,
/// length and scale of the sparse row.
pub fn fixed_bytes(rank: usize, linear: bool, sparse: bool) -> usize {
    let factors = if rank == 0 { 0 } else { rank + 4 };
    let person = if linear && rank > 0 { 4 } else { 0 };
    // A length takes one byte while no row is longer than 255, four if one is longer than 65,535.
    2 + factors + person + if sparse { 2 + 4 } else { 0 }
}

/// A model, read in place.
#[derive(Clone, Copy, Debug)]
pub struct Collaborative<'a> {
    popularity: Popularity<'a>,
    rank: usize,
    item_factors: Factors<'a>,
    person: Person<'a>,
    sparse: Option<Sparse<'a>>,
}

/// Rows of factors, read in place.
#[derive(Clone, Copy, Debug, Default)]
pub struct Factors<'a> {
    /// `items × rank`, row-major.
    pub codes: &'a [i8],
    /// One scale a row.
    pub scales: &'a [F32],
}

/// How a history becomes a vector.
#[derive(Clone, Copy, Debug)]
pub enum Person<'a> {
    /// See [`PersonFactors::Linear`]: the codes of the item factors, with scales of their own.
    Linear(Factors<'a>),
    /// See [`PersonFactors::Ridge`]: the lower triangle of the matrix with its diagonal, row by row.
    Ridge(&'a [F32]),
}

#[derive(Clone, Copy, Debug)]
struct Sparse<'a> {
    lengths: Ints<'a>,
    entries: &'a [u8],
    scales: &'a [F32],
}

/// The entries of a sparse row: column and code.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    bytes: &'a [u8],
    next: u32,
}

impl Iterator for Entries<'_> {
    type Item = (u32, i8);

    #[inline(always)] // part of a scan's inner loop, also in a build for size
    fn next(&mut self) -> Option<(u32, i8)> {
        let (gap, code) = match *self.bytes {
            // Gaps of one byte and of two come as they like, so which it is must not be a branch.
            [first, second, _, ..] if first & second < 0x80 => {
                let two = usize::from(first >> 7);
                let code = *self.bytes.get(1 + two)?;
                self.bytes = self.bytes.get(2 + two..)?;
                let more = u32::from(second & 0x7f) << 7 & (two as u32).wrapping_neg();
                (u32::from(first & 0x7f) | more, code)
            }
            _ => {
                let gap = varint::take(&mut self.bytes, LONGEST)? as u32;
                let (code, rest) = self.bytes.split_first()?;
                self.bytes = rest;
                (gap, *code)
            }
        };
        let column = self.next + gap;
        // Below 2²⁸ in a row that was checked.
        self.next = (column + 1) & (u32::MAX >> 2);
        Some((column, code as i8))
    }
}

impl<'a> Factors<'a> {
    pub(super) fn open(part: &'a Container, codes: u16, scales: u16) -> Result<Factors<'a>, OpenError> {
        Ok(Factors {
            codes: part.i8s(codes, "factors")?,
            scales: part.f32s(scales, "scales of the factors")?,
        })
    }

    /// Checks the numbers of codes and scales, and every scale.
    pub(super) fn check(&self, items: usize, rank: usize) -> Result<(), OpenError> {
        if items.checked_mul(rank) != Some(self.codes.len()) {
            return Err(OpenError::Value {
                what: "number of factors",
            });
        }
        check_scales(self.scales.iter().map(|scale| scale.get()), items, "scale of factors")
    }

    /// The codes and the scale of a row.
    #[inline(always)] // part of the innermost loops, also in a build for size
    pub fn row(&self, row: ItemIx, rank: usize) -> (&'a [i8], f32) {
        let start = row.at().saturating_mul(rank);
        (
            self.codes.get(start..start.saturating_add(rank)).unwrap_or_default(),
            self.scales.get(row.at()).map_or(0.0, |scale| scale.get()),
        )
    }
}

impl<'a> Collaborative<'a> {
    /// Finds the sections; looks at shapes only.
    ///
    /// # Errors
    /// [`OpenError::WrongPart`] names what is missing, [`OpenError::Value`] a shape that is not possible.
    pub fn open(part: &'a Container) -> Result<Collaborative<'a>, OpenError> {
        let shape = part.ints(section::FACTOR_SHAPE, "shape of the factors")?;
        shape.check_len(2, "shape of the factors")?;
        let (rank, form) = (shape.index(0), shape.index(1));
        if rank > MAX_RANK || form > 1 {
            return Err(OpenError::Value {
                what: "shape of the factors",
            });
        }
        let factors = |codes, scales| match rank {
            0 => Ok(Factors::default()),
            _ => Factors::open(part, codes, scales),
        };
        let sparse = || {
            Ok(Sparse {
                lengths: part.ints(section::SPARSE_LENGTHS, "sparse rows")?,
                entries: part.bytes(section::SPARSE_ENTRIES, "sparse rows")?,
                scales: part.f32s(section::SPARSE_SCALES, "scales of the sparse rows")?,
            })
        };
        Ok(Collaborative {
            popularity: Popularity::open(part)?,
            rank,
            item_factors: factors(section::ITEM_FACTORS, section::ITEM_FACTOR_SCALES)?,
            person: match form {
                1 => Person::Ridge(part.f32s(section::GRAM, "gram matrix")?),
                _ => Person::Linear(factors(section::ITEM_FACTORS, section::PERSON_FACTOR_SCALES)?),
            },
            sparse: part.has(section::SPARSE_LENGTHS).then(sparse).transpose()?,
        })
    }

    /// Checks every value, for a catalogue of `items`.
    ///
    /// # Errors
    /// [`OpenError::Value`] names the first that the format does not allow.
    pub fn check(&self, items: usize) -> Result<(), OpenError> {
        let bad = |what| Err(OpenError::Value { what });
        if items > MAX_ITEMS {
            return bad("number of items");
        }
        self.popularity.check(items)?;
        if self.rank > 0 {
            self.item_factors.check(items, self.rank)?;
        }
        match self.person {
            Person::Linear(factors) if self.rank > 0 => factors.check(items, self.rank)?,
            Person::Linear(_) => {}
            Person::Ridge(gram) => {
                if gram.len() != self.rank * (self.rank + 1) / 2 {
                    return bad("size of the gram matrix");
                }
                if gram.iter().any(|value| !(-MAX_GRAM..=MAX_GRAM).contains(&value.get())) {
                    return bad("gram matrix");
                }
                // The last of each row of the triangle.
                if (1..=self.rank).any(|row| gram[row * (row + 1) / 2 - 1].get() <= 0.0) {
                    return bad("diagonal of the gram matrix");
                }
            }
        }
        let Some(sparse) = self.sparse else { return Ok(()) };
        sparse.lengths.check_len(items, "sparse rows")?;
        check_scales(
            sparse.scales.iter().map(|scale| scale.get()),
            items,
            "scale of a sparse row",
        )?;
        let mut rest = sparse.entries;
        for (row, length) in sparse.lengths.iter().enumerate() {
            let Some((mut bytes, behind)) = usize::try_from(length).ok().and_then(|at| rest.split_at_checked(at))
            else {
                return bad("length of a sparse row");
            };
            rest = behind;
            let mut next = 0u64;
            while !bytes.is_empty() {
                let Some(step) = varint::take(&mut bytes, LONGEST) else {
                    return bad("column of a sparse row");
                };
                let column = next + step;
                if column >= items as u64 || column == row as u64 {
                    return bad("column of a sparse row");
                }
                let Some((_, behind)) = bytes.split_first() else {
                    return bad("code of a sparse row");
                };
                bytes = behind;
                next = column + 1;
            }
        }
        if rest.is_empty() {
            Ok(())
        } else {
            bad("length of a sparse row")
        }
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.popularity.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Columns of the factors.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// The side that is scored.
    pub fn item_factors(&self) -> Factors<'a> {
        self.item_factors
    }

    /// How a history becomes a vector.
    pub fn person(&self) -> Person<'a> {
        self.person
    }

    /// How popular the items are.
    pub fn popularity(&self) -> Popularity<'a> {
        self.popularity
    }

    /// Where each sparse row ends in the bytes of all of them, for [`Collaborative::sparse_row`]; empty if there are no sparse rows.
    /// On disk stand the lengths, which are shorter.
    pub fn sparse_ends(&self) -> Vec<u32> {
        let mut end = 0u32;
        let ends = |length: u64| {
            end = end.saturating_add(length as u32);
            end
        };
        self.sparse
            .map(|sparse| sparse.lengths.iter().map(ends).collect())
            .unwrap_or_default()
    }

    /// The entries of a sparse row and their scale. `ends`: what [`Collaborative::sparse_ends`] gave.
    #[inline]
    pub fn sparse_row(&self, row: ItemIx, ends: &[u32]) -> (Entries<'a>, f32) {
        let end_of = |row: Option<usize>| row.and_then(|row| ends.get(row)).map_or(0, |end| *end as usize);
        let run = end_of(row.at().checked_sub(1))..end_of(Some(row.at()));
        let bytes = self
            .sparse
            .and_then(|sparse| sparse.entries.get(run))
            .unwrap_or_default();
        let scale = self.sparse.and_then(|sparse| sparse.scales.get(row.at()));
        (Entries { bytes, next: 0 }, scale.map_or(0.0, |scale| scale.get()))
    }

    /// Number of entries of all sparse rows, for people. Cost: a pass over them.
    pub fn sparse_entries(&self) -> usize {
        let ends = self.sparse_ends();
        (0..ends.len())
            .map(|row| self.sparse_row(ItemIx(row as u32), &ends).0.count())
            .sum()
    }
}

fn check_scales(scales: impl ExactSizeIterator<Item = f32>, rows: usize, what: &'static str) -> Result<(), OpenError> {
    let right = scales.len() == rows && { scales }.all(|scale| (0.0..=MAX_SCALE).contains(&scale));
    if right { Ok(()) } else { Err(OpenError::Value { what }) }
}

/// Writes the sections that [`Collaborative`] reads, into a part of the kind
/// [`COLLABORATIVE`](super::layout::kind::COLLABORATIVE).
///
/// # Errors
/// [`OpenError::Value`] if lengths don't fit together or a value is out of its range.
pub fn write(out: &mut Writer, data: &CollaborativeData) -> Result<(), OpenError> {
    let ensure = |ok: bool, what| if ok { Ok(()) } else { Err(OpenError::Value { what }) };
    let (items, rank) = (data.items, data.rank);
    ensure(data.popularity.len() == items, "number of popularities")?;
    ensure(
        data.popularity.iter().all(|p| p.is_finite() && *p >= 0.0) && data.popularity.is_sorted_by(|a, b| a >= b),
        "popularity",
    )?;
    ensure(rank <= MAX_RANK, "rank")?;
    ensure(
        items.checked_mul(rank) == Some(data.item_factors.len()),
        "number of factors",
    )?;

    let most = data.popularity.first().copied().unwrap_or(0.0);
    let codes: Vec<u64> = data.popularity.iter().map(|own| popularity::code(*own, most)).collect();
    popularity::write(out, &codes);
    let form = u64::from(matches!(data.person, PersonFactors::Ridge { .. }));
    out.ints(section::FACTOR_SHAPE, &[rank as u64, form]);
    if rank > 0 {
        check_scales(data.item_scales.iter().copied(), items, "scale of factors")?;
        out.i8s(section::ITEM_FACTORS, &data.item_factors);
        out.f32s(section::ITEM_FACTOR_SCALES, &data.item_scales);
    }
    match &data.person {
        PersonFactors::Linear { scales } if rank > 0 => {
            check_scales(scales.iter().copied(), items, "scale of factors")?;
            out.f32s(section::PERSON_FACTOR_SCALES, scales);
        }
        PersonFactors::Linear { .. } => {}
        PersonFactors::Ridge { gram } => {
            ensure(gram.len() == rank * rank, "size of the gram matrix")?;
            ensure(
                gram.iter().all(|value| (-MAX_GRAM..=MAX_GRAM).contains(value)),
                "gram matrix",
            )?;
            ensure(
                (0..rank).all(|i| gram[i * rank + i] > 0.0),
                "diagonal of the gram matrix",
            )?;
            let lower = (0..rank).flat_map(|row| &gram[row * rank..=row * rank + row]);
            out.f32s(section::GRAM, &lower.copied().collect::<Vec<_>>());
        }
    }
    write_sparse(out, &data.sparse, items)
}

fn write_sparse(out: &mut Writer, sparse: &SparseRows, items: usize) -> Result<(), OpenError> {
    let ensure = |ok: bool, what| if ok { Ok(()) } else { Err(OpenError::Value { what }) };
    ensure(sparse.codes.len() == sparse.columns.len(), "number of sparse codes")?;
    if sparse.columns.is_empty() {
        return Ok(());
    }
    ensure(
        sparse.ends.len() == items
            && sparse.ends.is_sorted()
            && sparse.ends.last().map(|end| *end as usize) == Some(sparse.columns.len()),
        "sparse rows",
    )?;
    check_scales(sparse.scales.iter().copied(), items, "scale of a sparse row")?;
    let mut lengths = Vec::with_capacity(items);
    let mut entries = Vec::new();
    for row in 0..items {
        let from = entries.len();
        let (columns, codes) = sparse.row(row);
        let mut next = 0u32;
        for (column, code) in columns.iter().zip(codes) {
            ensure(
                *column >= next && (*column as usize) < items && *column as usize != row,
                "column of a sparse row",
            )?;
            varint::push(&mut entries, u64::from(*column - next));
            entries.push(*code as u8);
            next = *column + 1;
        }
        lengths.push((entries.len() - from) as u64);
    }
    out.ints(section::SPARSE_LENGTHS, &lengths);
    out.bytes(section::SPARSE_ENTRIES, entries);
    out.f32s(section::SPARSE_SCALES, &sparse.scales);
    Ok(())
}
