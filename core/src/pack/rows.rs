//! Text rows: the vocabulary with its weights, and a sparse row of 8-bit codes for each item.

use alloc::{string::String, vec::Vec};

use zerocopy::little_endian::{F32, U16};

use super::{
    container::{Container, Ints, Writer},
    layout::{MAX_TERMS, section},
    strings::{self, Strings},
};
use crate::{error::OpenError, ids::ItemIx, quant};

/// The vocabulary: terms and their inverse document frequencies.
#[derive(Clone, Copy, Debug)]
pub struct Vocabulary<'a> {
    /// The terms, sorted.
    pub terms: Strings<'a>,
    /// `ln((1 + n) / (1 + df)) + 1` of each term.
    pub idf: &'a [F32],
}

/// The text rows of all items, read in place.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// What the terms of the rows are.
    pub vocabulary: Vocabulary<'a>,
    ends: Ints<'a>,
    terms: &'a [U16],
    codes: &'a [u8],
    scales: &'a [F32],
}

/// One row, read in place.
#[derive(Clone, Copy, Debug)]
pub struct RowRef<'a> {
    /// Term numbers, ascending.
    pub terms: &'a [U16],
    /// One code a term, 1 to 255.
    pub codes: &'a [u8],
    /// 1 over the length of the code vector; 0 for a row without terms.
    pub scale: f32,
}

impl<'a> Vocabulary<'a> {
    /// Finds the sections; looks at no value.
    ///
    /// # Errors
    /// [`OpenError::WrongPart`] names what is missing.
    pub fn open(part: &'a Container) -> Result<Vocabulary<'a>, OpenError> {
        Ok(Vocabulary {
            terms: Strings::open(part, section::TERM_ENDS, section::TERM_BYTES, "vocabulary")?,
            idf: part.f32s(section::TERM_IDF, "term weights")?,
        })
    }
}

impl<'a> Rows<'a> {
    /// Finds the sections; looks at no value.
    ///
    /// # Errors
    /// [`OpenError::WrongPart`] names what is missing.
    pub fn open(part: &'a Container) -> Result<Rows<'a>, OpenError> {
        Ok(Rows {
            vocabulary: Vocabulary::open(part)?,
            ends: part.ints(section::ROW_ENDS, "text rows")?,
            terms: part.u16s(section::ROW_TERMS, "text terms")?,
            codes: part.bytes(section::ROW_CODES, "text codes")?,
            scales: part.f32s(section::ROW_SCALES, "text scales")?,
        })
    }

    /// Checks every value, for a catalogue of `items`.
    ///
    /// # Errors
    /// [`OpenError::Value`] names the first that the format does not allow.
    pub fn check(&self, items: usize) -> Result<(), OpenError> {
        let ensure = |ok: bool, what| if ok { Ok(()) } else { Err(OpenError::Value { what }) };
        let vocabulary = self.vocabulary;
        vocabulary.terms.check_sorted("vocabulary")?;
        let terms = vocabulary.terms.len();
        ensure(
            terms <= MAX_TERMS && vocabulary.idf.len() == terms,
            "size of the vocabulary",
        )?;
        ensure(
            vocabulary.idf.iter().all(|w| (0.0..=1e6).contains(&w.get())),
            "term weight",
        )?;
        self.ends.check_len(items, "text rows")?;
        self.ends.check_ends(self.terms.len(), "text rows")?;
        ensure(self.codes.len() == self.terms.len(), "number of text codes")?;
        ensure(self.scales.len() == items, "number of text scales")?;
        for item in 0..items {
            let row = self.row(ItemIx(item as u32));
            ensure(
                row.terms.windows(2).all(|pair| pair[0].get() < pair[1].get()),
                "order of text terms",
            )?;
            ensure(
                row.terms.last().is_none_or(|last| usize::from(last.get()) < terms),
                "text term",
            )?;
            ensure(row.codes.iter().all(|code| *code > 0), "text code")?;
            // The scale follows from the codes: a false one would be a score out of its range.
            ensure(row.scale == quant::scale(row.codes), "text scale")?;
        }
        Ok(())
    }

    /// The row of an item.
    #[inline]
    pub fn row(&self, item: ItemIx) -> RowRef<'a> {
        let run = self.ends.run(item.at());
        RowRef {
            terms: self.terms.get(run.clone()).unwrap_or_default(),
            codes: self.codes.get(run).unwrap_or_default(),
            scale: self.scales.get(item.at()).map_or(0.0, |s| s.get()),
        }
    }

    /// The scale of each row: 1 over the length of its code vector; 0 for a row without terms.
    pub fn scales(&self) -> &'a [F32] {
        self.scales
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of terms in all rows together.
    pub fn entries(&self) -> usize {
        self.terms.len()
    }
}

/// Writes the sections that [`Vocabulary`] reads: sorted terms with their weights.
pub fn write_vocabulary(out: &mut Writer, vocabulary: &[(String, f32)]) {
    strings::write(
        out,
        section::TERM_ENDS,
        section::TERM_BYTES,
        vocabulary.iter().map(|(term, _)| term.as_str()),
    );
    out.f32s(
        section::TERM_IDF,
        &vocabulary.iter().map(|(_, idf)| *idf).collect::<Vec<_>>(),
    );
}

/// Writes the sections that [`Rows`] reads. `vocabulary`: sorted terms with their weights.
pub fn write(out: &mut Writer, vocabulary: &[(String, f32)], rows: &[quant::Row]) {
    write_vocabulary(out, vocabulary);
    let mut total = 0;
    let ends: Vec<u64> = rows
        .iter()
        .map(|row| {
            total += row.terms.len() as u64;
            total
        })
        .collect();
    out.ints(section::ROW_ENDS, &ends);
    out.u16s(
        section::ROW_TERMS,
        &rows
            .iter()
            .flat_map(|row| row.terms.iter().copied())
            .collect::<Vec<_>>(),
    );
    out.bytes(
        section::ROW_CODES,
        rows.iter().flat_map(|row| row.codes.iter().copied()).collect(),
    );
    out.f32s(
        section::ROW_SCALES,
        &rows.iter().map(|row| row.scale).collect::<Vec<_>>(),
    );
}
