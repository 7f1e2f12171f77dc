//! The ranges of the numbers that a question may say, each defined once: the checks, the words of their errors, the OpenAPI
//! document, and the test that the `.d.ts` says the same, all go by them.

use crate::error::QueryError;

/// The range of a number that a question may say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The number's name, the same on every surface.
    pub name: &'static str,
    /// The least value.
    pub low: f64,
    /// The largest value; it is one.
    pub high: f64,
    /// Whether `low` itself is beyond the range.
    pub above_low: bool,
    /// Whether only whole numbers are.
    pub whole: bool,
    /// What counts where a question says nothing; `None` if that is the pack's to say, or nothing.
    pub default: Option<f64>,
    /// What the number may be, in the words of an error.
    pub expected: &'static str,
}

macro_rules! number {
    ($name:literal, $low:literal to $high:literal, $default:expr) => {
        Range {
            name: $name,
            low: $low as u64 as f64,
            high: $high as u64 as f64,
            above_low: false,
            whole: false,
            default: $default,
            expected: concat!("a number from ", $low, " to ", $high),
        }
    };
}

macro_rules! whole_number {
    ($name:literal, $low:literal to $high:literal, $default:expr) => {
        Range {
            whole: true,
            expected: concat!("a whole number from ", $low, " to ", $high),
            ..number!($name, $low to $high, $default)
        }
    };
}

/// How many items; of a page of recommendations it is called [`LIMIT`].
pub const N: Range = whole_number!("n", 1 to 100, Some(10.0));
/// How many recommendations.
pub const LIMIT: Range = Range { name: "limit", ..N };
/// The first item of a page. The largest 32-bit number stands for none in JavaScript; to the engine itself any is a page, if an
/// empty one, so who reads it checks it.
pub const OFFSET: Range = whole_number!("offset", 0 to 4294967294, Some(0.0));
/// Least score of similar items.
pub const MIN_SIMILARITY: Range = number!("min_similarity", 0 to 1, Some(0.0));
/// Weight of shared genres. A sum of four such weights is finite.
pub const GENRE_WEIGHT: Range = number!("genre_weight", 0 to 1000000, None);
/// Weight of the summaries' likeness.
pub const TEXT_WEIGHT: Range = number!("text_weight", 0 to 1000000, None);
/// Weight of platform, type and language.
pub const METADATA_WEIGHT: Range = number!("metadata_weight", 0 to 1000000, None);
/// Weight of the years' nearness.
pub const YEAR_WEIGHT: Range = number!("year_weight", 0 to 1000000, None);
/// Weight of the content side.
pub const CONTENT_WEIGHT: Range = number!("content_weight", 0 to 1000000, None);
/// Weight of the collaborative side.
pub const COLLABORATIVE_WEIGHT: Range = number!("collaborative_weight", 0 to 1000000, None);
/// After how many days an event counts half.
pub const HALF_LIFE_DAYS: Range = Range {
    above_low: true,
    expected: "a number above 0, at most 100000",
    ..number!("half_life_days", 0 to 100000, None)
};
/// How much likeness to what is being watched counts.
pub const WATCHING_WEIGHT: Range = number!("watching_weight", 0 to 1, Some(0.5));
/// How much items should differ from those before them.
pub const DIVERSITY: Range = number!("diversity", 0 to 1, None);
/// How closely the genres should follow those of the history.
pub const CALIBRATION: Range = number!("calibration", 0 to 1, None);
/// How much newer items should come before older ones.
pub const FRESHNESS: Range = number!("freshness", 0 to 1, None);
/// How much what is popular anyway should step back.
pub const POPULARITY_DAMPING: Range = number!("popularity_damping", 0 to 1, None);

/// All of them.
pub const ALL: [Range; 16] = [
    N,
    LIMIT,
    OFFSET,
    MIN_SIMILARITY,
    GENRE_WEIGHT,
    TEXT_WEIGHT,
    METADATA_WEIGHT,
    YEAR_WEIGHT,
    CONTENT_WEIGHT,
    COLLABORATIVE_WEIGHT,
    HALF_LIFE_DAYS,
    WATCHING_WEIGHT,
    DIVERSITY,
    CALIBRATION,
    FRESHNESS,
    POPULARITY_DAMPING,
];

impl Range {
    /// Checks a number; one that is not given is in every range.
    ///
    /// # Errors
    /// [`QueryError::InvalidParameter`] with the range's name.
    #[inline]
    pub fn check(self, value: impl Into<Option<f32>>) -> Result<(), QueryError> {
        match value.into() {
            Some(value) => self.check_number(f64::from(value)),
            None => Ok(()),
        }
    }

    /// Checks a whole number.
    ///
    /// # Errors
    /// As [`Range::check`].
    #[inline]
    pub fn check_count(self, value: usize) -> Result<(), QueryError> {
        self.check_number(value as f64)
    }

    #[inline]
    fn check_number(self, value: f64) -> Result<(), QueryError> {
        // NaN is in no range.
        if (self.low..=self.high).contains(&value) && !(self.above_low && value <= self.low) {
            return Ok(());
        }
        Err(QueryError::InvalidParameter {
            name: self.name,
            expected: self.expected,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Query;

    #[test]
    fn the_defaults_are_those_of_a_query_that_says_nothing() {
        let query = Query::popular();
        assert_eq!(N.default, Some(query.n as f64));
        assert_eq!(OFFSET.default, Some(query.offset as f64));
        assert_eq!(MIN_SIMILARITY.default, Some(f64::from(query.min_similarity)));
        assert_eq!(WATCHING_WEIGHT.default, Some(f64::from(query.watching_weight)));
    }

    #[test]
    fn both_ends_are_in_the_range_unless_it_is_above_one() {
        for range in ALL {
            let (low, high) = (range.low as f32, range.high as f32);
            assert_eq!(range.check(low).is_ok(), !range.above_low, "{range:?}");
            assert!(
                range.check(None).is_ok() && range.check(high / 2.0).is_ok(),
                "{range:?}"
            );
            for beyond in [low - 1.0, high * 1.5, f32::NAN, f32::INFINITY] {
                assert!(range.check(beyond).is_err(), "{beyond} {range:?}");
            }
            assert!(range.whole || range.check(high).is_ok(), "{range:?}");
        }
        assert!(OFFSET.check_count(4_294_967_294).is_ok() && OFFSET.check_count(4_294_967_295).is_err());
    }
}
