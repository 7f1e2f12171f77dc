//! Words that are spelled nearly like another, or begin nearly like it: by the number of letters that are wrong, missing, too many or
//! swapped with their neighbour (optimal string alignment).
//!
//! An automaton reads a word letter by letter. For each number of typos it keeps the set of the pattern's beginnings that fit what was
//! read, a bit for each (Wu & Manber 1992; swaps as in Hyyrö 2003). Sorted words share their beginnings, so what was read is not read
//! again, and where no set has anything left, all words that begin so are passed over.

use alloc::vec::Vec;

use crate::pack::strings::Strings;

/// Most typos.
pub const MAX_TYPOS: usize = 2;
/// Longest pattern, in letters.
pub const MAX_LETTERS: usize = 62;

/// How a word fits a pattern: the least typos with which it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    /// As a whole.
    pub whole: Option<u8>,
    /// Some beginning of it, which may be all of it.
    pub beginning: Option<u8>,
}

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Pattern {
    letters: Vec<char>,
    /// The masks of the letters of ASCII; see [`Step::mask`].
    ascii: [u64; 128],
    typos: usize,
}

/// For each number of typos, bit `i` says whether the pattern's first `i` letters fit what was read. Those with fewer fit with more.
type Sets = [u64; MAX_TYPOS + 1];

/// The state after a letter.
#[derive(Clone, Copy)]
struct Step {
    /// Where the letter ends in its word.
    end: usize,
    /// Bit `i + 1`: the pattern's letter `i` is this one.
    mask: u64,
    sets: Sets,
    /// The least typos with which the whole pattern fits a beginning of what was read.
    beginning: Option<u8>,
}

impl Pattern {
    /// A word, and how many typos are allowed: at most [`MAX_TYPOS`]. `None` for a word of more than [`MAX_LETTERS`] letters.
    pub fn new(word: &str, typos: usize) -> Option<Pattern> {
        let letters: Vec<char> = word.chars().collect();
        let mut ascii = [0; 128];
        for (place, letter) in letters.iter().enumerate().take(MAX_LETTERS) {
            if let Some(mask) = ascii.get_mut(*letter as usize) {
                *mask |= 2 << place;
            }
        }
        (letters.len() <= MAX_LETTERS).then_some(Pattern {
            letters,
            ascii,
            typos: typos.min(MAX_TYPOS),
        })
    }

    /// Calls `each` with every word that fits, as a whole or, if `beginnings` is set, by a beginning; in their order.
    ///
    /// `words` are sorted, and `shared` is what [`shared`] says of them. Cost: a few operations for each letter of their common
    /// beginnings that still fits, and one for each word that is passed over.
    pub fn search(&self, words: &Strings<'_>, shared: &[u8], beginnings: bool, mut each: impl FnMut(usize, Fit)) {
        // The state before the first letter, and after each letter of the word before, as far as it was read.
        let mut path: Vec<Step> = Vec::with_capacity(MAX_LETTERS);
        path.push(self.start());
        let mut at = 0;
        while at < words.len() {
            let known = shared.get(at).map_or(0, |bytes| usize::from(*bytes));
            while path.len() > 1 && path[path.len() - 1].end > known {
                path.pop();
            }
            let read = path[path.len() - 1].end;
            let mut rest = words.bytes(at).get(read..).unwrap_or_default();
            let mut lost = None;
            while let Some(letter) = take_letter(&mut rest) {
                let step = self.step(&path, letter);
                if step.sets[self.typos] == 0 {
                    lost = Some(step.end);
                    break;
                }
                path.push(step);
            }
            let last = &path[path.len() - 1];
            let fit = Fit {
                whole: if lost.is_none() { self.fits(&last.sets) } else { None },
                beginning: last.beginning.filter(|_| beginnings),
            };
            at += 1;
            if fit.whole.is_some() || fit.beginning.is_some() {
                each(at - 1, fit);
            } else if let Some(read) = lost {
                while shared.get(at).is_some_and(|bytes| usize::from(*bytes) >= read) {
                    at += 1;
                }
            }
        }
    }

    /// Without a letter read, so many of the pattern's fit as may be missing.
    fn start(&self) -> Step {
        let sets = [1, 3, 7].map(|set| set & self.all());
        Step {
            end: 0,
            mask: 0,
            sets,
            beginning: self.fits(&sets),
        }
    }

    /// A bit for each beginning of the pattern.
    fn all(&self) -> u64 {
        (2 << self.letters.len()) - 1
    }

    /// The least typos with which the whole pattern fits.
    #[inline]
    fn fits(&self, sets: &Sets) -> Option<u8> {
        let fits = |typos: usize| typos <= self.typos && sets[typos] >> self.letters.len() & 1 > 0;
        match () {
            () if !fits(self.typos) => None,
            () if fits(0) => Some(0),
            () if fits(1) => Some(1),
            () => Some(2),
        }
    }

    fn mask(&self, letter: char) -> u64 {
        match self.ascii.get(letter as usize) {
            Some(mask) => *mask,
            None => {
                let letters = self.letters.iter().rev();
                letters.fold(0, |mask, own| (mask | u64::from(*own == letter)) << 1)
            }
        }
    }

    #[inline]
    fn step(&self, path: &[Step], letter: char) -> Step {
        let Some((last, rest)) = path.split_last() else {
            return self.start();
        };
        let mask = self.mask(letter);
        // Where this letter and the one before stand the other way round, it goes on from before both.
        let swapped = last.mask & mask << 1;
        let before_both = rest.last().map_or([0; MAX_TYPOS + 1], |step| step.sets);
        // The right letter; or with a typo more a wrong one, one too many, one missing before it, two swapped.
        let right = |typos: usize| last.sets[typos] << 1 & mask;
        let typo = |fewer: usize, with_fewer: u64| {
            last.sets[fewer] << 1 | last.sets[fewer] | with_fewer << 1 | before_both[fewer] << 2 & swapped
        };
        let all = self.all();
        let none = right(0);
        let one = (right(1) | typo(0, none)) & all;
        let two = (right(2) | typo(1, one)) & all;
        let sets = [none, one, two];
        Step {
            end: last.end + letter.len_utf8(),
            mask,
            sets,
            beginning: match (last.beginning, self.fits(&sets)) {
                (Some(before), Some(now)) => Some(before.min(now)),
                (before, now) => before.or(now),
            },
        }
    }
}

/// The first letter of what is left of a word; `None` at its end.
#[inline]
fn take_letter(rest: &mut &[u8]) -> Option<char> {
    let (first, behind) = rest.split_first()?;
    if first.is_ascii() {
        *rest = behind;
        return Some(char::from(*first));
    }
    let letter = core::str::from_utf8(rest).ok()?.chars().next()?;
    *rest = rest.get(letter.len_utf8()..)?;
    Some(letter)
}

/// How many bytes each of sorted words shares with the one before, at most 255: what [`Pattern::search`] goes by.
pub fn shared(words: &Strings<'_>) -> Vec<u8> {
    let mut before = "";
    let shared = words.iter().map(|word| {
        let alike = before.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count();
        before = word;
        alike.min(255) as u8
    });
    shared.collect()
}

#[cfg(test)]
mod tests {
    use alloc::{string::String, vec};

    use proptest::prelude::*;

    use super::*;
    use crate::pack::{
        container::{Container, Writer},
        layout::{kind, section},
        strings,
    };

    /// The same by a table of all beginnings of both.
    fn distance(a: &[char], b: &[char]) -> usize {
        let mut table = vec![vec![0usize; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let wrong = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    wrong.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1)
                };
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    table[i][j] = table[i][j].min(table[i - 2][j - 2] + 1);
                }
            }
        }
        table[a.len()][b.len()]
    }

    fn found(words: &[String], pattern: &str, typos: usize, beginnings: bool) -> Vec<(usize, Fit)> {
        let mut out = Writer::new(kind::SEARCH);
        let words = words.iter().map(String::as_str);
        strings::write(&mut out, section::WORD_ENDS, section::WORD_BYTES, words);
        let part = Container::open(out.finish().unwrap(), kind::SEARCH).unwrap();
        let words = Strings::open(&part, section::WORD_ENDS, section::WORD_BYTES, "words").unwrap();
        let mut found = Vec::new();
        let pattern = Pattern::new(pattern, typos).unwrap();
        pattern.search(&words, &shared(&words), beginnings, |at, fit| found.push((at, fit)));
        found
    }

    fn by_table(words: &[String], pattern: &str, typos: usize, beginnings: bool) -> Vec<(usize, Fit)> {
        let pattern: Vec<char> = pattern.chars().collect();
        let within = |distance: usize| (distance <= typos).then_some(distance as u8);
        let fit = |word: &String| {
            let word: Vec<char> = word.chars().collect();
            let nearest = (0..=word.len()).map(|end| distance(&pattern, &word[..end])).min();
            Fit {
                whole: within(distance(&pattern, &word)),
                beginning: nearest.and_then(within).filter(|_| beginnings),
            }
        };
        let all = words.iter().map(fit).enumerate();
        all.filter(|(_, fit)| fit.whole.is_some() || fit.beginning.is_some())
            .collect()
    }

    #[test]
    fn typos_are_counted_as_people_make_them() {
        let count = |a: &str, b: &str| {
            let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            distance(&a, &b)
        };
        assert_eq!(count("thrones", "thrnoes"), 1);
        assert_eq!(count("avengers", "avegers"), 1);
        assert_eq!(count("friends", "freinds"), 1);
        assert_eq!(count("dark", "drak"), 1);
        assert_eq!(count("ca", "abc"), 3);
    }

    proptest! {
        #[test]
        fn the_automaton_finds_what_the_table_finds(
            mut words in prop::collection::vec("[abcé]{1,9}", 0..60),
            pattern in "[abcé]{0,9}",
            typos in 0..=MAX_TYPOS,
            beginnings: bool,
        ) {
            words.sort();
            words.dedup();
            prop_assert_eq!(
                found(&words, &pattern, typos, beginnings),
                by_table(&words, &pattern, typos, beginnings)
            );
        }
    }

    #[test]
    fn the_longest_pattern_has_room() {
        let long: String = "ab".repeat(MAX_LETTERS / 2);
        let words = [long.clone(), long.clone() + "c"];
        let fits = found(&words, &long, 2, true);
        assert_eq!(
            fits.iter().map(|(_, fit)| fit.whole).collect::<Vec<_>>(),
            [Some(0), Some(1)]
        );
        assert!(Pattern::new(&(long + "a"), 2).is_none());
    }
}
