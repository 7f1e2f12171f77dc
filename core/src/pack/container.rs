//! A part: a header, a table of sections, and the sections' little-endian values, read in place.

use alloc::{format, string::String, vec::Vec};

use xxhash_rust::xxh3::xxh3_64;
use zerocopy::{
    FromBytes,
    little_endian::{F32, U16, U32, U64},
};

use super::layout::{
    ALIGN, CHECKED_FROM, CHECKSUM_AT, ENTRY_BYTES, FORMAT_VERSION, HEADER_BYTES, MAGIC, MAX_SECTIONS, dtype, section,
};
use crate::error::OpenError;

/// The bytes of one part, with their header, table and checksum checked.
#[derive(Debug)]
pub struct Container {
    bytes: Vec<u8>,
    sections: Vec<Section>,
}

#[derive(Clone, Copy, Debug)]
struct Section {
    id: u16,
    dtype: u16,
    start: usize,
    end: usize,
}

impl Container {
    /// Checks the header, the section table and the checksum of a part of the kind `expected`.
    ///
    /// Never panics, whatever the bytes; allocates 24 bytes a section, and there are at most as
    /// many as the table has room for. Cost: one pass over the bytes.
    ///
    /// # Errors
    /// [`OpenError::WrongPart`], [`OpenError::Version`], [`OpenError::Truncated`],
    /// [`OpenError::Checksum`] or [`OpenError::Value`].
    pub fn open(bytes: Vec<u8>, expected: u16) -> Result<Container, OpenError> {
        let sections = read_table(&bytes, expected)?;
        Ok(Container { bytes, sections })
    }

    /// The bytes again.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether it has no bytes; never so for a part.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    fn find(&self, id: u16) -> Option<(u16, &[u8])> {
        let section = self.sections.iter().find(|s| s.id == id)?;
        Some((section.dtype, self.bytes.get(section.start..section.end)?))
    }

    fn need(&self, id: u16, what: &'static str) -> Result<(u16, &[u8]), OpenError> {
        self.find(id).ok_or(OpenError::WrongPart { what })
    }

    /// Whether the part has the section.
    pub fn has(&self, id: u16) -> bool {
        self.find(id).is_some()
    }

    /// A section of unsigned integers of any width.
    ///
    /// # Errors
    /// [`OpenError::WrongPart`] if it is missing or holds something else.
    pub fn ints(&self, id: u16, what: &'static str) -> Result<Ints<'_>, OpenError> {
        let wrong = OpenError::WrongPart { what };
        let (dtype, bytes) = self.need(id, what)?;
        match dtype {
            dtype::U8 => Ok(Ints::U8(bytes)),
            dtype::U16 => <[U16]>::ref_from_bytes(bytes).map(Ints::U16).map_err(|_| wrong),
            dtype::U32 => <[U32]>::ref_from_bytes(bytes).map(Ints::U32).map_err(|_| wrong),
            dtype::U64 => <[U64]>::ref_from_bytes(bytes).map(Ints::U64).map_err(|_| wrong),
            _ => Err(wrong),
        }
    }

    /// A section of bytes.
    ///
    /// # Errors
    /// As [`Container::ints`].
    pub fn bytes(&self, id: u16, what: &'static str) -> Result<&[u8], OpenError> {
        match self.need(id, what)? {
            (dtype::U8, bytes) => Ok(bytes),
            _ => Err(OpenError::WrongPart { what }),
        }
    }

    /// A section of 16-bit integers, where a kernel wants no other width.
    ///
    /// # Errors
    /// As [`Container::ints`].
    pub fn u16s(&self, id: u16, what: &'static str) -> Result<&[U16], OpenError> {
        match self.need(id, what)? {
            (dtype::U16, bytes) => <[U16]>::ref_from_bytes(bytes).map_err(|_| OpenError::WrongPart { what }),
            _ => Err(OpenError::WrongPart { what }),
        }
    }

    /// A section of signed bytes.
    ///
    /// # Errors
    /// As [`Container::ints`].
    pub fn i8s(&self, id: u16, what: &'static str) -> Result<&[i8], OpenError> {
        match self.need(id, what)? {
            (dtype::I8, bytes) => <[i8]>::ref_from_bytes(bytes).map_err(|_| OpenError::WrongPart { what }),
            _ => Err(OpenError::WrongPart { what }),
        }
    }

    /// A section of 32-bit floats.
    ///
    /// # Errors
    /// As [`Container::ints`].
    pub fn f32s(&self, id: u16, what: &'static str) -> Result<&[F32], OpenError> {
        match self.need(id, what)? {
            (dtype::F32, bytes) => <[F32]>::ref_from_bytes(bytes).map_err(|_| OpenError::WrongPart { what }),
            _ => Err(OpenError::WrongPart { what }),
        }
    }
}

fn read_table(bytes: &[u8], expected: u16) -> Result<Vec<Section>, OpenError> {
    let u16_at = |at: usize| bytes.get(at..at + 2).map(|b| u16::from_le_bytes([b[0], b[1]]));
    let u32_at = |at: usize| {
        bytes
            .get(at..at + 4)
            .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    };
    let header = OpenError::Truncated { what: "header" };
    if bytes.len() < HEADER_BYTES {
        return Err(header);
    }
    if bytes[..4] != MAGIC {
        return Err(OpenError::WrongPart { what: "magic bytes" });
    }
    if u16_at(4) != Some(expected) {
        return Err(OpenError::WrongPart { what: "kind of part" });
    }
    let format = u32::from(u16_at(6).ok_or(header.clone())?);
    if format != FORMAT_VERSION {
        return Err(OpenError::Version {
            found: format,
            reads: FORMAT_VERSION,
        });
    }
    if u32_at(16).ok_or(header.clone())? as usize != bytes.len() {
        return Err(OpenError::Truncated { what: "length" });
    }
    let checksum = bytes[CHECKSUM_AT..CHECKED_FROM]
        .iter()
        .rev()
        .fold(0u64, |sum, b| sum << 8 | u64::from(*b));
    if checksum != xxh3_64(&bytes[CHECKED_FROM..]) {
        return Err(OpenError::Checksum);
    }
    let count = u32_at(20).ok_or(header)? as usize;
    let table = OpenError::Truncated { what: "section table" };
    let mut free_from = count
        .checked_mul(ENTRY_BYTES)
        .and_then(|n| n.checked_add(HEADER_BYTES))
        .ok_or(table.clone())?;
    if free_from > bytes.len() {
        return Err(table);
    }
    if count > MAX_SECTIONS {
        return Err(OpenError::Value {
            what: "number of sections",
        });
    }
    let mut sections: Vec<Section> = Vec::with_capacity(count);
    for entry in bytes[HEADER_BYTES..free_from].chunks_exact(ENTRY_BYTES) {
        let u16_of = |at: usize| u16::from_le_bytes([entry[at], entry[at + 1]]);
        let u32_of = |at: usize| u32::from_le_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]) as usize;
        let start = u32_of(4);
        let end = start
            .checked_add(u32_of(8))
            .ok_or(OpenError::Truncated { what: "section" })?;
        // In order and apart, so no byte is read as two things.
        if start < free_from || start % ALIGN != 0 || end > bytes.len() {
            return Err(OpenError::Truncated { what: "section" });
        }
        free_from = end;
        if sections.iter().any(|other| other.id == u16_of(0)) {
            return Err(OpenError::Value {
                what: "two sections of one id",
            });
        }
        sections.push(Section {
            id: u16_of(0),
            dtype: u16_of(2),
            start,
            end,
        });
    }
    Ok(sections)
}

/// Unsigned integers of one width, read in place.
#[derive(Clone, Copy, Debug)]
pub enum Ints<'a> {
    /// 8 bits each.
    U8(&'a [u8]),
    /// 16 bits each.
    U16(&'a [U16]),
    /// 32 bits each.
    U32(&'a [U32]),
    /// 64 bits each.
    U64(&'a [U64]),
}

impl Ints<'_> {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Ints::U8(s) => s.len(),
            Ints::U16(s) => s.len(),
            Ints::U32(s) => s.len(),
            Ints::U64(s) => s.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Value `i`, or 0 beyond the end: after `check` nothing reads there.
    #[inline]
    pub fn at(&self, i: usize) -> u64 {
        match self {
            Ints::U8(s) => s.get(i).map_or(0, |v| u64::from(*v)),
            Ints::U16(s) => s.get(i).map_or(0, |v| u64::from(v.get())),
            Ints::U32(s) => s.get(i).map_or(0, |v| u64::from(v.get())),
            Ints::U64(s) => s.get(i).map_or(0, |v| v.get()),
        }
    }

    /// Value `i` as an index.
    #[inline]
    pub fn index(&self, i: usize) -> usize {
        self.at(i) as usize
    }

    /// All values.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        (0..self.len()).map(|i| self.at(i))
    }

    /// Checks the number of values.
    ///
    /// # Errors
    /// [`OpenError::Value`] if it is another.
    pub fn check_len(&self, len: usize, what: &'static str) -> Result<(), OpenError> {
        if self.len() == len {
            Ok(())
        } else {
            Err(OpenError::Value { what })
        }
    }

    /// Checks that every value is below `bound`.
    ///
    /// # Errors
    /// [`OpenError::Value`] if one is not.
    pub fn check_below(&self, bound: u64, what: &'static str) -> Result<(), OpenError> {
        if self.iter().all(|v| v < bound) {
            Ok(())
        } else {
            Err(OpenError::Value { what })
        }
    }

    /// Checks that the values are the ends of runs that follow each other and fill `total` places.
    ///
    /// # Errors
    /// [`OpenError::Value`] if they are not.
    pub fn check_ends(&self, total: usize, what: &'static str) -> Result<(), OpenError> {
        let mut last = 0;
        for end in self.iter() {
            if end < last {
                return Err(OpenError::Value { what });
            }
            last = end;
        }
        if last == total as u64 {
            Ok(())
        } else {
            Err(OpenError::Value { what })
        }
    }

    /// Run `i` of runs given by their ends, as a range.
    #[inline]
    pub fn run(&self, i: usize) -> core::ops::Range<usize> {
        let start = if i == 0 { 0 } else { self.index(i - 1) };
        start..self.index(i)
    }
}

/// Writes a part. Sections come in the order they are added; equal input gives equal bytes.
#[derive(Debug)]
pub struct Writer {
    kind: u16,
    sections: Vec<(u16, u16, Vec<u8>)>,
}

impl Writer {
    /// A part of the given kind, still empty.
    pub fn new(kind: u16) -> Writer {
        Writer {
            kind,
            sections: Vec::new(),
        }
    }

    /// Adds unsigned integers, each as narrow as the largest of them allows.
    pub fn ints(&mut self, id: u16, values: &[u64]) {
        let largest = values.iter().copied().max().unwrap_or(0);
        let (dtype, width) = match largest {
            0..=0xff => (dtype::U8, 1),
            0x100..=0xffff => (dtype::U16, 2),
            0x1_0000..=0xffff_ffff => (dtype::U32, 4),
            _ => (dtype::U64, 8),
        };
        let bytes = values
            .iter()
            .flat_map(|v| v.to_le_bytes().into_iter().take(width))
            .collect();
        self.sections.push((id, dtype, bytes));
    }

    /// Adds bytes.
    pub fn bytes(&mut self, id: u16, bytes: Vec<u8>) {
        self.sections.push((id, dtype::U8, bytes));
    }

    /// Adds signed bytes.
    pub fn i8s(&mut self, id: u16, values: &[i8]) {
        self.sections
            .push((id, dtype::I8, values.iter().map(|v| *v as u8).collect()));
    }

    /// Adds 16-bit integers.
    pub fn u16s(&mut self, id: u16, values: &[u16]) {
        self.sections
            .push((id, dtype::U16, values.iter().flat_map(|v| v.to_le_bytes()).collect()));
    }

    /// Adds 32-bit floats.
    pub fn f32s(&mut self, id: u16, values: &[f32]) {
        self.sections
            .push((id, dtype::F32, values.iter().flat_map(|v| v.to_le_bytes()).collect()));
    }

    /// The bytes of the part.
    ///
    /// # Errors
    /// [`OpenError::Value`] if the part is larger than 4 GiB.
    pub fn finish(self) -> Result<Vec<u8>, OpenError> {
        let mut at = HEADER_BYTES + ENTRY_BYTES * self.sections.len();
        let mut table = Vec::new();
        for (id, dtype, bytes) in &self.sections {
            at = at.next_multiple_of(ALIGN);
            let as_u32 = |n: usize| {
                u32::try_from(n).map_err(|_| OpenError::Value {
                    what: "part of more than 4 GiB",
                })
            };
            table.extend_from_slice(&id.to_le_bytes());
            table.extend_from_slice(&dtype.to_le_bytes());
            table.extend_from_slice(&as_u32(at)?.to_le_bytes());
            table.extend_from_slice(&as_u32(bytes.len())?.to_le_bytes());
            table.extend_from_slice(&[0; 4]);
            at += bytes.len();
        }
        let length = u32::try_from(at).map_err(|_| OpenError::Value {
            what: "part of more than 4 GiB",
        })?;
        let mut out = Vec::with_capacity(at);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&self.kind.to_le_bytes());
        out.extend_from_slice(&(FORMAT_VERSION as u16).to_le_bytes());
        out.extend_from_slice(&[0; 8]);
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(self.sections.len() as u32).to_le_bytes());
        out.extend_from_slice(&[0; 8]);
        out.extend_from_slice(&table);
        for (_, _, bytes) in &self.sections {
            out.resize(out.len().next_multiple_of(ALIGN), 0);
            out.extend_from_slice(bytes);
        }
        let checksum = xxh3_64(&out[CHECKED_FROM..]);
        out[CHECKSUM_AT..CHECKED_FROM].copy_from_slice(&checksum.to_le_bytes());
        Ok(out)
    }
}

/// Kind of a part, and the name and the bytes of each of its sections, for people.
///
/// The header with the table is the first row, `header`; padding is not counted.
///
/// # Errors
/// As [`Container::open`].
pub fn sections(bytes: &[u8]) -> Result<Vec<(String, u64)>, OpenError> {
    let code = bytes.get(4..6).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]));
    let table = read_table(bytes, code)?;
    let head = HEADER_BYTES + table.len() * ENTRY_BYTES;
    let mut rows = alloc::vec![(String::from("header"), head as u64)];
    rows.extend(table.iter().map(|s| (section_name(s.id), (s.end - s.start) as u64)));
    Ok(rows)
}

fn section_name(id: u16) -> String {
    if id >= section::ATTRIBUTES {
        let of = ["value_ends", "value_bytes", "set_ends", "set_values", "set_of_item"];
        let attribute = (id - section::ATTRIBUTES) / 8;
        return match of.get(usize::from(id % 8)) {
            Some(name) => format!("attribute_{attribute}_{name}"),
            None => format!("section_{id:#x}"),
        };
    }
    let name = match id {
        section::ID_INTS => "id_ints",
        section::ID_STRING_ENDS => "id_string_ends",
        section::ID_STRING_BYTES => "id_string_bytes",
        section::ID_ORDER => "id_order",
        section::YEARS => "years",
        section::ATTRIBUTE_NAME_ENDS => "attribute_name_ends",
        section::ATTRIBUTE_NAME_BYTES => "attribute_name_bytes",
        section::ATTRIBUTE_ROLES => "attribute_roles",
        section::TERM_ENDS => "term_ends",
        section::TERM_BYTES => "term_bytes",
        section::TERM_IDF => "term_idf",
        section::ROW_ENDS => "row_ends",
        section::ROW_TERMS => "row_terms",
        section::ROW_CODES => "row_codes",
        section::ROW_SCALES => "row_scales",
        section::NAME_ENDS => "name_ends",
        section::NAME_BYTES => "name_bytes",
        section::RUNTIMES => "runtimes",
        section::RATINGS => "ratings",
        section::IMAGE_PREFIX_ENDS => "image_prefix_ends",
        section::IMAGE_PREFIX_BYTES => "image_prefix_bytes",
        section::IMAGE_PREFIX_OF_ITEM => "image_prefix_of_item",
        section::IMAGE_REST_ENDS => "image_rest_ends",
        section::IMAGE_REST_BYTES => "image_rest_bytes",
        section::URL_PREFIX_ENDS => "url_prefix_ends",
        section::URL_PREFIX_BYTES => "url_prefix_bytes",
        section::URL_PREFIX_OF_ITEM => "url_prefix_of_item",
        section::URL_REST_ENDS => "url_rest_ends",
        section::URL_REST_BYTES => "url_rest_bytes",
        section::LIST_SHAPE => "list_shape",
        section::LIST_BITS => "list_bits",
        section::LIST_TEXT_SCORES => "list_text_scores",
        section::SHARD_ROWS => "shard_rows",
        section::SUMMARY_ENDS => "summary_ends",
        section::SUMMARY_BYTES => "summary_bytes",
        section::TABLE_HASHES => "table_hashes",
        section::TABLE_SHARD_OF => "table_shard_of",
        section::TABLE_SHARDS => "table_shards",
        section::POPULARITY => "popularity",
        section::FACTOR_SHAPE => "factor_shape",
        section::ITEM_FACTORS => "item_factors",
        section::ITEM_FACTOR_SCALES => "item_factor_scales",
        section::PERSON_FACTOR_SCALES => "person_factor_scales",
        section::GRAM => "gram",
        section::SPARSE_LENGTHS => "sparse_lengths",
        section::SPARSE_ENTRIES => "sparse_entries",
        section::SPARSE_SCALES => "sparse_scales",
        section::RATING_SCALE => "rating_scale",
        section::RATING_PRIORS => "rating_priors",
        section::RATING_BIASES => "rating_biases",
        section::RATING_FACTORS => "rating_factors",
        section::RATING_FACTOR_SCALES => "rating_factor_scales",
        section::RATING_COUNTS => "rating_counts",
        section::RATING_CHOICES => "rating_choices",
        section::RATING_CHOICE_SCALES => "rating_choice_scales",
        section::RATING_BASE => "rating_base",
        section::RATING_GROUP_ENDS => "rating_group_ends",
        section::RATING_KEYS => "rating_keys",
        section::RATING_WEIGHTS => "rating_weights",
        section::RATING_WEIGHT_SCALES => "rating_weight_scales",
        section::WORD_ENDS => "word_ends",
        section::WORD_BYTES => "word_bytes",
        section::POSTING_ENDS => "posting_ends",
        section::POSTINGS => "postings",
        section::CARD_SHARD_OF => "card_shard_of",
        section::CARD_SHARDS => "card_shards",
        section::USER_ID_ENDS => "user_id_ends",
        section::USER_ID_BYTES => "user_id_bytes",
        section::USER_RECORD_ENDS => "user_record_ends",
        section::USER_RECORDS => "user_records",
        section::USER_GENRE_ENDS => "user_genre_ends",
        section::USER_GENRE_BYTES => "user_genre_bytes",
        other => return format!("section_{other:#x}"),
    };
    name.into()
}
