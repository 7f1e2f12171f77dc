//! Names as people write them: found in any case, and if not at all, what they may have meant.

use alloc::{borrow::ToOwned, boxed::Box, vec::Vec};

use crate::{
    error::{QueryError, UnknownName},
    lowercase::lowercase,
};

/// Most spellings that an error lists.
const NEAR: usize = 3;
/// Of longer names none is near, in characters: comparing costs the product of two lengths.
const LONGEST: usize = 64;

/// Whether two names differ in nothing but case.
pub(super) fn same(a: &str, b: &str) -> bool {
    let lower = |name| str::chars(name).flat_map(lowercase);
    lower(a).eq(lower(b))
}

/// The error of a name that is none of `known`, with the nearest of those. `attribute`: whose value it was to be; empty for
/// the name of an attribute itself.
pub(in crate::engine) fn unknown_name(
    attribute: &str,
    name: &str,
    known: &mut dyn Iterator<Item = &str>,
) -> QueryError {
    QueryError::UnknownName(Box::new(UnknownName {
        attribute: attribute.to_owned(),
        name: name.to_owned(),
        near: near(name, known).into_iter().map(str::to_owned).collect(),
    }))
}

/// The names nearest to `name`, at most three, the nearest first and of equally near ones the first.
///
/// By the number of letters to add, take out, change or swap (Damerau 1964), with case and diacritics folded; up to a third of
/// the letters may differ, and one in any case. Cost: a few hundred nanoseconds a known name.
// By dynamic dispatch, as all that takes names here: a copy for each kind of list would be the larger part of it in wasm.
fn near<'k>(name: &str, known: &mut dyn Iterator<Item = &'k str>) -> Vec<&'k str> {
    let wanted = folded(name);
    let mut found: Vec<(usize, &str)> = Vec::new();
    if wanted.is_empty() || wanted.len() > LONGEST {
        return Vec::new();
    }
    let most = (wanted.len() / 3).max(1);
    for other in known {
        // Four bytes a character at most: what is longer need not be decoded.
        if other.len() > 4 * (LONGEST + most) {
            continue;
        }
        let letters = folded(other);
        if letters.len().abs_diff(wanted.len()) > most {
            continue;
        }
        let distance = distance(&wanted, &letters);
        if distance <= most {
            let place = found.partition_point(|(kept, _)| *kept <= distance);
            found.insert(place, (distance, other));
            found.truncate(NEAR);
        }
    }
    found.into_iter().map(|(_, name)| name).collect()
}

/// Lower case without diacritics: of Latin letters up to U+017F, and of combining marks.
fn folded(name: &str) -> Vec<char> {
    // The letter at each place from U+00C0 on; `*` stands for itself.
    const LATIN: &[u8; 192] = b"aaaaaaaceeeeiiiidnooooo*ouuuuyts\
        aaaaaaaceeeeiiiidnooooo*ouuuuyty\
        aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll\
        lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
    let plain = |letter: char| {
        let place = (letter as usize).checked_sub(0xc0);
        match place.and_then(|place| LATIN.get(place)) {
            Some(b'*') | None => letter,
            Some(plain) => char::from(*plain),
        }
    };
    let mark = |letter: &char| ('\u{300}'..='\u{36f}').contains(letter);
    let lower = name.chars().flat_map(lowercase);
    lower.filter(|letter| !mark(letter)).map(plain).collect()
}

/// How many letters to add, take out, change or swap with the next turn one word into the other, none of them twice.
fn distance(a: &[char], b: &[char]) -> usize {
    // Three rows of the table of distances between the beginnings of the two.
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let mut above = row.clone();
    let mut next = row.clone();
    for (i, own) in a.iter().enumerate() {
        next[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let changed = row[j] + usize::from(own != other);
            next[j + 1] = changed.min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && a[i - 1] == *other && *own == b[j - 1] {
                next[j + 1] = next[j + 1].min(above[j - 1] + 1);
            }
        }
        core::mem::swap(&mut above, &mut row);
        core::mem::swap(&mut row, &mut next);
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GENRES: [&str; 6] = ["Animation", "Comedy", "Crime", "Drama", "Pokémon", "Romance"];

    #[test]
    fn near_spellings_are_found_whatever_the_case_and_the_accents() {
        let near = |name| near(name, &mut GENRES.into_iter());
        assert_eq!(near("comdy"), ["Comedy"]);
        assert_eq!(near("POKEMON"), ["Pokémon"]);
        assert_eq!(near("Romanze"), ["Romance"]);
        assert_eq!(near("Darma"), ["Drama"]);
        assert_eq!(near("Opera"), Vec::<&str>::new());
        assert_eq!(near(""), Vec::<&str>::new());
        assert_eq!(near(&"x".repeat(10_000)), Vec::<&str>::new());
        // All at a distance of 1: the first three.
        assert_eq!(
            super::near("aa", &mut ["ab", "ac", "ad", "ae"].into_iter()),
            ["ab", "ac", "ad"]
        );
    }

    #[test]
    fn folding_takes_case_and_diacritics() {
        let folded = |name| super::folded(name).into_iter().collect::<alloc::string::String>();
        assert_eq!(folded("ÀÉÎÕÜÝÞß×÷ø"), "aeiouyts×÷o");
        assert_eq!(folded("ĀĆĎĚĞĤĨĴĶŁŃŐŘŠŤŮŴŶŽſ"), "acdeghijklnorstuwyzs");
        assert_eq!(folded("e\u{301}ÿŉŋŸ"), "eynny");
        assert!(same("ÉLAN", "élan") && !same("elan", "élan"));
    }

    /// By the definition.
    fn slow(a: &[char], b: &[char]) -> usize {
        match (a, b) {
            ([], rest) | (rest, []) => rest.len(),
            ([x, a_rest @ ..], [y, b_rest @ ..]) => {
                let changed = slow(a_rest, b_rest) + usize::from(x != y);
                let least = changed.min(slow(a_rest, b) + 1).min(slow(a, b_rest) + 1);
                match (a, b) {
                    ([x, y, a_rest @ ..], [z, w, b_rest @ ..]) if x == w && y == z => {
                        least.min(slow(a_rest, b_rest) + 1)
                    }
                    _ => least,
                }
            }
        }
    }

    proptest! {
        #[test]
        fn the_distance_is_the_one_of_the_definition(a in "[abc]{0,6}", b in "[abc]{0,6}") {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            prop_assert_eq!(distance(&a, &b), slow(&a, &b));
        }
    }
}
