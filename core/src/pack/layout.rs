//! Every number of the format, once. `FORMAT.md` says the same in words.

/// The format that this crate writes and reads.
pub const FORMAT_VERSION: u32 = 1;

/// No inflated part is larger than this many bytes: whoever inflates one stops here.
pub const MAX_INFLATED: usize = 8 << 20;
/// No item count is larger; rows are `u32` and one value stands for "none".
pub const MAX_ITEMS: usize = (1 << 28) - 1;
/// Longest stored neighbour list.
pub const MAX_TOP_N: usize = 1000;
/// Largest vocabulary: dot products of two rows then stay below 2³¹.
pub const MAX_TERMS: usize = 1 << 15;

/// Most attributes.
pub const MAX_ATTRIBUTES: usize = 64;
/// Most values that an item may have of one attribute.
pub const MAX_SET: usize = 256;
/// Longest name of an attribute, in bytes.
pub const MAX_ATTRIBUTE_NAME: usize = 64;
/// Longest value of an attribute, in bytes. What many cards may share must not be as long as a file.
pub const MAX_VALUE: usize = 512;
/// Longest name of an item, and longest shared beginning and own rest of an address, in bytes.
pub const MAX_SHOWN: usize = 2048;
/// Most sections of a part.
pub const MAX_SECTIONS: usize = 512;
/// Most ids of a table that may have the same hash.
pub const MAX_EQUAL_HASHES: usize = 16;

/// Most columns of the factors. A dot product of 8-bit and 16-bit codes then stays below 2³¹:
/// `512 · 128 · 32,767 = 2,147,418,112`.
pub const MAX_RANK: usize = 512;
/// Largest scale of factors and sparse rows: no score of any history then leaves the range of an `f32`.
pub const MAX_SCALE: f32 = 1e6;
/// Largest absolute value in a gram matrix.
pub const MAX_GRAM: f32 = 1e12;
/// Most columns of the factors of a rating model: a person is a linear system of one more.
pub const MAX_RATING_RANK: usize = 64;
/// Largest absolute value of a rating and of a bias.
pub const MAX_RATING: f32 = 1e6;
/// Least standard deviation of a rating, and least precision of a prior: what is divided by is above 0.
pub const MIN_DEVIATION: f32 = 1e-6;
/// The code of the most popular item's popularity.
pub const POPULARITY_ONE: u16 = u16::MAX;

/// First bytes of every part.
pub const MAGIC: [u8; 4] = *b"AFTR";
/// Bytes of the header: magic, kind u16, format u16, checksum u64, file length u32, section count
/// u32, u64 of zeros. The checksum is the XXH3-64 of everything behind it.
pub const HEADER_BYTES: usize = 32;
/// Where the checksum stands.
pub const CHECKSUM_AT: usize = 8;
/// From here on the bytes are under the checksum.
pub const CHECKED_FROM: usize = 16;
/// Bytes of an entry of the section table: id u16, dtype u16, offset u32, length u32, zero u32.
pub const ENTRY_BYTES: usize = 16;
/// Sections start at multiples of this many bytes.
pub const ALIGN: usize = 8;

/// Kinds of parts.
pub mod kind {
    #![allow(missing_docs)]
    pub const FEATURES: u16 = 1;
    pub const NEIGHBOURS: u16 = 2;
    pub const DISPLAY: u16 = 3;
    pub const SUMMARIES: u16 = 4;
    pub const TABLE: u16 = 5;
    pub const SHARD: u16 = 6;
    pub const COLLABORATIVE: u16 = 7;
    /// Not of a pack: people's histories, kept apart and private.
    pub const USERS: u16 = 8;
    pub const RATINGS: u16 = 9;
    pub const SEARCH: u16 = 10;
}

/// Types of a section's values, little-endian.
pub mod dtype {
    #![allow(missing_docs)]
    pub const U8: u16 = 1;
    pub const U16: u16 = 2;
    pub const U32: u16 = 3;
    pub const U64: u16 = 4;
    pub const F32: u16 = 5;
    pub const I8: u16 = 6;
}

/// Section ids. A reader skips the ids that it doesn't know.
pub mod section {
    #![allow(missing_docs)]
    // Items: in features and in shards.
    pub const ID_INTS: u16 = 1;
    pub const ID_STRING_ENDS: u16 = 2;
    pub const ID_STRING_BYTES: u16 = 3;
    pub const ID_ORDER: u16 = 4;
    pub const YEARS: u16 = 5;
    pub const ATTRIBUTE_NAME_ENDS: u16 = 6;
    pub const ATTRIBUTE_NAME_BYTES: u16 = 7;
    pub const ATTRIBUTE_ROLES: u16 = 8;
    /// Attribute `a` has its five sections at `ATTRIBUTES + 8·a`, plus the number below.
    pub const ATTRIBUTES: u16 = 0x1000;
    pub const VALUE_ENDS: u16 = 0;
    pub const VALUE_BYTES: u16 = 1;
    pub const SET_ENDS: u16 = 2;
    pub const SET_VALUES: u16 = 3;
    pub const SET_OF_ITEM: u16 = 4;

    // Text rows: in features.
    pub const TERM_ENDS: u16 = 0x20;
    pub const TERM_BYTES: u16 = 0x21;
    pub const TERM_IDF: u16 = 0x22;
    pub const ROW_ENDS: u16 = 0x23;
    pub const ROW_TERMS: u16 = 0x24;
    pub const ROW_CODES: u16 = 0x25;
    pub const ROW_SCALES: u16 = 0x26;

    // Display: in display and in shards.
    pub const NAME_ENDS: u16 = 0x30;
    pub const NAME_BYTES: u16 = 0x31;
    pub const RUNTIMES: u16 = 0x32;
    pub const RATINGS: u16 = 0x33;
    pub const IMAGE_PREFIX_ENDS: u16 = 0x34;
    pub const IMAGE_PREFIX_BYTES: u16 = 0x35;
    pub const IMAGE_PREFIX_OF_ITEM: u16 = 0x36;
    pub const IMAGE_REST_ENDS: u16 = 0x37;
    pub const IMAGE_REST_BYTES: u16 = 0x38;
    pub const URL_PREFIX_ENDS: u16 = 0x3a;
    pub const URL_PREFIX_BYTES: u16 = 0x3b;
    pub const URL_PREFIX_OF_ITEM: u16 = 0x3c;
    pub const URL_REST_ENDS: u16 = 0x3d;
    pub const URL_REST_BYTES: u16 = 0x3e;

    // Neighbour lists: in neighbours, and with scores and rows in shards.
    pub const LIST_SHAPE: u16 = 0x40;
    pub const LIST_BITS: u16 = 0x41;
    pub const LIST_TEXT_SCORES: u16 = 0x42;
    pub const SHARD_ROWS: u16 = 0x43;

    // Summaries.
    pub const SUMMARY_ENDS: u16 = 0x50;
    pub const SUMMARY_BYTES: u16 = 0x51;

    // Tables.
    pub const TABLE_HASHES: u16 = 0x60;
    pub const TABLE_SHARD_OF: u16 = 0x61;
    pub const TABLE_SHARDS: u16 = 0x62;

    // Collaborative.
    pub const POPULARITY: u16 = 0x70;
    pub const FACTOR_SHAPE: u16 = 0x71;
    pub const ITEM_FACTORS: u16 = 0x72;
    pub const ITEM_FACTOR_SCALES: u16 = 0x73;
    pub const PERSON_FACTOR_SCALES: u16 = 0x75;
    pub const GRAM: u16 = 0x76;
    pub const SPARSE_LENGTHS: u16 = 0x78;
    pub const SPARSE_ENTRIES: u16 = 0x79;
    pub const SPARSE_SCALES: u16 = 0x7a;

    // Ratings.
    pub const RATING_SCALE: u16 = 0x90;
    pub const RATING_PRIORS: u16 = 0x91;
    pub const RATING_BIASES: u16 = 0x92;
    pub const RATING_FACTORS: u16 = 0x93;
    pub const RATING_FACTOR_SCALES: u16 = 0x94;
    pub const RATING_COUNTS: u16 = 0x95;
    pub const RATING_CHOICES: u16 = 0x96;
    pub const RATING_CHOICE_SCALES: u16 = 0x97;
    pub const RATING_BASE: u16 = 0x98;
    pub const RATING_GROUP_ENDS: u16 = 0x99;
    pub const RATING_KEYS: u16 = 0x9a;
    pub const RATING_WEIGHTS: u16 = 0x9b;
    pub const RATING_WEIGHT_SCALES: u16 = 0x9c;

    // Search.
    pub const WORD_ENDS: u16 = 0xa0;
    pub const WORD_BYTES: u16 = 0xa1;
    pub const POSTING_ENDS: u16 = 0xa2;
    pub const POSTINGS: u16 = 0xa3;
    pub const CARD_SHARD_OF: u16 = 0xa4;
    pub const CARD_SHARDS: u16 = 0xa5;

    // Users.
    pub const USER_ID_ENDS: u16 = 0x80;
    pub const USER_ID_BYTES: u16 = 0x81;
    pub const USER_RECORD_ENDS: u16 = 0x82;
    pub const USER_RECORDS: u16 = 0x83;
    pub const USER_GENRE_ENDS: u16 = 0x84;
    pub const USER_GENRE_BYTES: u16 = 0x85;
}

/// What an attribute is for.
pub mod role {
    #![allow(missing_docs)]
    /// Shown and filtered on.
    pub const PLAIN: u8 = 0;
    /// Compared as a set: the genre score. At most one attribute has this role.
    pub const GENRE: u8 = 1;
    /// Counted in the metadata score, if both items have it.
    pub const METADATA: u8 = 2;
}
