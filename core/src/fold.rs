//! The words of titles as search compares them: one function for the pipeline, which lists them, and for the queries.
//!
//! Folded is lower case without accents, so that "Amélie" is found by "amelie", and "Łódź" by "lodz". What a letter becomes is that of
//! Unicode's compatibility decomposition without its marks, and for letters that have none (ø, ß, þ …) what people write instead. Latin
//! letters stand in two short tables; Greek and Cyrillic ones in a few lines. Those of other scripts stay as they are.

use alloc::{string::String, vec::Vec};

use crate::lowercase::lowercase;

/// Longest word, in bytes: of a longer one the beginning stands for it, in titles and in queries alike.
pub const MAX_WORD: usize = 64;

/// What parts titles of one name from those of another is not how they begin with these.
const ARTICLES: [&str; 17] = [
    "a", "an", "das", "der", "die", "el", "il", "la", "las", "le", "les", "lo", "los", "the", "un", "una", "une",
];

/// A word of a title or a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word, folded: 1 to [`MAX_WORD`] bytes.
    pub text: String,
    /// Its place: words that a single character other than a space joins ("Spider-Man", "Grey's") have one between them. `None`
    /// for an article at the beginning: "Office" and "The Office" have the same first word.
    pub place: Option<usize>,
    /// Whether it is at the last place.
    pub last: bool,
}

/// The words of a title or a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Each word, in order.
    pub each: Vec<Word>,
    /// The joined ones once more as one: "spiderman", "greys", "swat" of "S.W.A.T.".
    pub joined: Vec<Word>,
}

impl Words {
    /// The words of a text.
    ///
    /// ```
    /// use aftershow_core::fold::Words;
    ///
    /// let words = Words::of("The Amazing Spider-Man");
    /// let folded: Vec<_> = words.each.iter().map(|word| (word.text.as_str(), word.place)).collect();
    /// assert_eq!(folded, [("the", None), ("amazing", Some(0)), ("spider", Some(1)), ("man", Some(1))]);
    /// assert_eq!(words.joined[0].text, "spiderman");
    /// ```
    pub fn of(text: &str) -> Words {
        let mut split = Split::default();
        text.chars().for_each(|letter| split.put(letter));
        split.end_word();
        split.words()
    }
}

/// A text on its way into words.
#[derive(Default)]
struct Split {
    words: Vec<(String, usize)>,
    word: String,
    /// How many characters that belong to no word came since the last word; a space counts as many.
    apart: usize,
    place: usize,
}

impl Split {
    fn put(&mut self, letter: char) {
        match letter {
            _ if is_mark(letter) => {}
            // Titles have the sign and queries the word, or the other way round.
            '&' => " and ".chars().for_each(|letter| self.put(letter)),
            '½' => " 1/2".chars().for_each(|letter| self.put(letter)),
            // Letters that stand for an apostrophe among them.
            '\u{2b0}'..='\u{2ff}' => self.part(1),
            _ if letter.is_alphanumeric() => {
                self.begin_word();
                for letter in lowercase(letter) {
                    fold(letter, &mut self.word);
                }
            }
            _ => self.part(if letter.is_whitespace() { 2 } else { 1 }),
        }
    }

    fn begin_word(&mut self) {
        if self.word.is_empty() && self.apart > 1 && !self.words.is_empty() {
            self.place += 1;
        }
        self.apart = 0;
    }

    fn part(&mut self, by: usize) {
        self.end_word();
        self.apart += by;
    }

    fn end_word(&mut self) {
        if !self.word.is_empty() {
            let word = core::mem::take(&mut self.word);
            self.words.push((cut(word), self.place));
        }
    }

    fn words(self) -> Words {
        let first = self.words.iter().take_while(|(_, place)| *place == 0).count();
        let article = first == 1 && self.place > 0 && ARTICLES.contains(&self.words[0].0.as_str());
        let word = |text: &str, place: usize| Word {
            text: text.into(),
            place: place.checked_sub(article.into()),
            last: place == self.place,
        };
        let mut words = Words {
            each: self.words.iter().map(|(text, place)| word(text, *place)).collect(),
            joined: Vec::new(),
        };
        for parts in self.words.chunk_by(|(_, before), (_, place)| before == place) {
            if let [(_, place), _, ..] = parts {
                let together: String = parts.iter().map(|(text, _)| text.as_str()).collect();
                words.joined.push(word(&cut(together), *place));
            }
        }
        words
    }
}

/// At most [`MAX_WORD`] bytes of a word.
fn cut(mut word: String) -> String {
    word.truncate(word.floor_char_boundary(MAX_WORD));
    word
}

/// Marks that are written or not as one pleases: accents set on letters, points of Hebrew, vowel signs of Arabic and its long stroke.
fn is_mark(letter: char) -> bool {
    matches!(letter,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{487}' | '\u{591}'..='\u{5bd}' | '\u{5bf}'..='\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{ad}' | '\u{200b}'..='\u{200f}')
}

/// From ß on; a digit is one of [`SEVERAL`], `-` a letter that stays or that lower case never has.
const LATIN_FROM: u32 = 0xdf;
const LATIN: &[u8; 369] = b"\
    1aaaaaa2ceeeeiiiidnooooo-ouuuuy4y-a-a-a-c-c-c-c-d-d-e-e-e-e-e-g-g-g-g-h-h-i-i-i-i-i-5-j-kk-l-l-l-l-l-n-n-nn-n\
    -o-o-o-3-r-r-r-s-s-s-s-t-t-t-u-u-u-u-u-u-w-y--z-z-zsb-------c---d-----f--h---kll--n--o---p-----t-t--u---y-z---\
    -----w------6--7--8-a-i-o-u-u-u-u-ue-a-a-2-g-g-k-o-o--j--6-g---n-a-2-o-a-a-e-e-i-i-o-o-r-r-u-u-s-t---h-d---z-a\
    -e-o-o-o-o-ylntj----c--sz------e-j-q-r-y";
const MORE_FROM: u32 = 0x1e00;
const MORE_LATIN: &[u8; 256] = b"\
    -a-b-b-b-c-d-d-d-d-d-e-e-e-e-e-f-g-h-h-h-h-h-i-i-k-k-k-l-l-l-l-m-m-m-n-n-n-n-o-o-o-o-p-p-r-r-r-r-s-s-s-s-s-t-t\
    -t-t-u-u-u-u-u-v-v-w-w-w-w-w-x-x-y-z-z-zhtwy-sss---a-a-a-a-a-a-a-a-a-a-a-a-e-e-e-e-e-e-e-e-i-i-o-o-o-o-o-o-o-o\
    -o-o-o-o-u-u-u-u-u-u-u-y-y-y-y-l-v-y";
const SEVERAL: [&str; 8] = ["ss", "ae", "oe", "th", "ij", "dz", "lj", "nj"];

/// Appends what a lower-case letter is compared as.
fn fold(letter: char, word: &mut String) {
    let of = |table: &[u8], from: u32| {
        let place = (letter as u32).checked_sub(from)?;
        table.get(place as usize).copied().filter(|base| *base != b'-')
    };
    if is_mark(letter) {
        return;
    }
    match of(LATIN, LATIN_FROM).or_else(|| of(MORE_LATIN, MORE_FROM)) {
        Some(digit @ b'1'..=b'8') => word.push_str(SEVERAL[usize::from(digit - b'1')]),
        Some(base) => word.push(base.into()),
        None => word.push(match letter {
            'ª' => 'a',
            'º' => 'o',
            '¹' => '1',
            '²' => '2',
            '³' => '3',
            'ά' => 'α',
            'έ' => 'ε',
            'ή' => 'η',
            'ί' | 'ϊ' | 'ΐ' => 'ι',
            'ό' => 'ο',
            'ύ' | 'ϋ' | 'ΰ' => 'υ',
            'ώ' => 'ω',
            'ς' => 'σ',
            'ѐ' | 'ё' => 'е',
            'ѝ' | 'й' => 'и',
            'ї' => 'і',
            'ў' => 'у',
            'ѓ' => 'г',
            'ќ' => 'к',
            // As wide as an ideograph: digits and letters of East Asian titles.
            '\u{ff10}'..='\u{ff5a}' => char::from((letter as u32 - 0xfee0) as u8),
            letter => letter,
        }),
    }
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use super::*;

    fn folded(text: &str) -> Vec<String> {
        Words::of(text).each.into_iter().map(|word| word.text).collect()
    }

    fn joined(text: &str) -> Vec<String> {
        Words::of(text).joined.into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn accents_and_case_make_no_difference() {
        for (text, expected) in [
            ("Le Fabuleux Destin d'Amélie", "le fabuleux destin d amelie"),
            ("Ame\u{301}lie", "amelie"),
            ("ŁÓDŹ Ørsted straße ÆON Œuvre", "lodz orsted strasse aeon oeuvre"),
            ("Þjóð İstanbul Việt ĲSSEL", "thjod istanbul viet ijssel"),
            ("Ёлки, Чужой", "елки чужои"),
            ("Οδύσσεια ΦΩΣ", "οδυσσεια φωσ"),
            ("Ａｌｉｅｎ³ ２", "alien3 2"),
            ("Fast & Furious", "fast and furious"),
            ("8½", "8 1 2"),
            ("進撃の巨人 아이언맨", "進撃の巨人 아이언맨"),
            ("مُحَمَّد", "محمد"),
            ("--- !", ""),
        ] {
            assert_eq!(folded(text).join(" "), expected, "{text}");
        }
    }

    #[test]
    fn joined_words_have_one_place_and_are_one_more_word() {
        assert_eq!(
            joined("S.W.A.T. and X-Men: Grey's 9-1-1"),
            ["swat", "xmen", "greys", "911"]
        );
        assert_eq!(joined("Hawaiʻi -- Five - O"), ["hawaii"]);
        assert_eq!(joined("one two"), Vec::<String>::new());
        let places = |text: &str| Words::of(text).each.iter().map(|word| word.place).collect::<Vec<_>>();
        assert_eq!(places("Spider-Man: No Way"), [Some(0), Some(0), Some(1), Some(2)]);
        let last = |text: &str| Words::of(text).each.iter().map(|word| word.last).collect::<Vec<_>>();
        assert_eq!(last("No Spider-Man"), [false, true, true]);
    }

    #[test]
    fn an_article_has_no_place_unless_it_is_the_title() {
        let places = |text: &str| Words::of(text).each.iter().map(|word| word.place).collect::<Vec<_>>();
        assert_eq!(places("The Office"), [None, Some(0)]);
        assert_eq!(places("Office"), [Some(0)]);
        assert_eq!(places("The"), [Some(0)]);
        assert_eq!(places("A-Team"), [Some(0), Some(0)]);
        assert_eq!(places("La La Land"), [None, Some(0), Some(1)]);
    }

    #[test]
    fn words_have_a_longest_and_end_at_a_letter() {
        let long = "é".repeat(100) + &"ж".repeat(100);
        let words = Words::of(&long);
        assert_eq!(words.each.len(), 1);
        assert_eq!(words.each[0].text, "e".repeat(64));
        assert_eq!(folded(&"ж".repeat(33)), vec!["ж".repeat(32)]);
        assert_eq!(Words::of(&"a-".repeat(1000)).joined[0].text.len(), MAX_WORD);
    }
}
