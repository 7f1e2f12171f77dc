//! Core folds letters by two short tables; Unicode's own decompositions say what must be in them.

use aftershow_core::fold::Words;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

fn folded(text: &str) -> String {
    Words::of(text).each.into_iter().map(|word| word.text).collect()
}

/// Lower case, decomposed, without marks.
fn by_unicode(letter: char) -> String {
    let plain = |text: &str| text.nfkd().filter(|c| !is_combining_mark(*c)).collect::<String>();
    plain(&plain(&letter.to_string()).to_lowercase())
}

#[test]
fn latin_letters_are_folded_as_unicode_decomposes_them() {
    let mut compared = 0;
    for letter in ('\u{c0}'..='\u{24f}')
        .chain('\u{1e00}'..='\u{1eff}')
        .chain('\u{ff10}'..='\u{ff5a}')
    {
        let expected = by_unicode(letter);
        // What has no decomposition into plain letters is folded as people write it, and stands in core's own tests.
        let plain = !expected.is_empty() && expected.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !plain || !letter.is_alphanumeric() || "ŉẚ".contains(letter) {
            continue;
        }
        assert_eq!(folded(&letter.to_string()), expected, "{letter}");
        compared += 1;
    }
    assert!(compared > 500, "only {compared} letters");
}

#[test]
fn composed_and_decomposed_texts_are_folded_alike() {
    for text in [
        "Amélie à Þingvöllr",
        "Việt Nam",
        "Škoda Łódź",
        "Οδύσσεια",
        "Ёлки й",
        "Gülşen İstanbul",
    ] {
        let decomposed: String = text.nfd().collect();
        assert_ne!(text, decomposed);
        assert_eq!(folded(text), folded(&decomposed), "{text}");
    }
}

#[test]
fn letters_of_every_script_stay_letters() {
    for text in [
        "Δράκος",
        "Дракон",
        "דרקון",
        "تنين",
        "龍",
        "ドラゴン",
        "용",
        "अजगर",
        "มังกร",
        "վիշապ",
        "დრაკონი",
    ] {
        assert!(!folded(text).is_empty(), "{text}");
        assert_eq!(folded(text), folded(&text.to_uppercase()), "{text}");
    }
}
