//! Summaries to TF-IDF rows: the same way for the pipeline and for a new show at the edge.
//!
//! The definition is scikit-learn's `TfidfVectorizer`: lower case, tokens of two or more word
//! characters, raw counts times `idf = ln((1 + n) / (1 + df)) + 1`, L2 norm. The norm is the scale of
//! the quantized row, see [`crate::quant`].

use alloc::{string::String, vec::Vec};

use crate::{
    lowercase::lowercase,
    pack::rows::Vocabulary,
    quant::{Row, quantize_row},
};

/// Takes the tags out of simple HTML. A tag that ends a line or a block leaves a space behind;
/// a `<` that no `>` follows is text.
pub fn strip_tags(html: &str) -> String {
    const INLINE: [&str; 10] = ["b", "i", "em", "strong", "u", "span", "a", "small", "sup", "sub"];
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((text, from)) = rest.split_once('<') {
        out.push_str(text);
        if !from.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            out.push('<');
            rest = from;
            continue;
        }
        // What no `>` follows has no tags any more: so each byte is looked at once.
        let Some((tag, after)) = from.split_once('>') else {
            out.push('<');
            rest = from;
            break;
        };
        // Inline marks stand inside words: <b>B</b>reaking is one word.
        let name = tag.trim_start_matches('/');
        let name = name
            .split(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default();
        if !INLINE.iter().any(|inline| name.eq_ignore_ascii_case(inline)) {
            out.push(' ');
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Plain text from plain text or simple HTML: no tags, the commonest character references decoded
/// (numeric ones and `amp lt gt quot apos nbsp hellip mdash ndash lsquo rsquo ldquo rdquo`), soft
/// hyphens and zero-width marks taken out. The pipeline knows all of HTML's references and composes
/// characters (NFC); whoever has others, decodes them before.
pub fn clean(html: &str) -> String {
    let text = strip_tags(html);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((text, from)) = rest.split_once('&') {
        out.push_str(text);
        let near = from.bytes().take(10).position(|byte| byte == b';');
        let reference = near.and_then(|end| Some((decode(from.get(..end)?)?, from.get(end + 1..)?)));
        let (character, after) = reference.unwrap_or(('&', from));
        out.push(character);
        rest = after;
    }
    out.push_str(rest);
    out.retain(|c| !matches!(c, '\u{ad}' | '\u{200b}' | '\u{feff}'));
    out
}

fn decode(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            // Of 64 bits, as elsewhere: one reader of digits is enough.
            Some(hex) => u64::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return char::from_u32(code.ok()?.try_into().ok()?).filter(|c| *c != '\0');
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "hellip" => '…',
        "mdash" => '—',
        "ndash" => '–',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        _ => return None,
    })
}

/// The tokens of plain text: lower case, two or more word characters (letters, digits, `_`).
///
/// ```
/// use aftershow_core::text::tokens;
///
/// let mut found = vec![];
/// tokens("A dragon's 2nd Élan", |token| found.push(token.to_owned()));
/// assert_eq!(found, ["dragon", "2nd", "élan"]);
/// ```
pub fn tokens(text: &str, mut each: impl FnMut(&str)) {
    let lower = lower(text);
    for token in lower.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
        // Two characters, not two bytes.
        if token.chars().nth(1).is_some() {
            each(token);
        }
    }
}

/// As `str::to_lowercase`, but for marks beside a capital sigma.
// The library's knows of those too, at the cost of some 5 kB of wasm.
fn lower(text: &str) -> String {
    let mut lower = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    let mut in_word = false;
    while let Some(character) = characters.next() {
        // It has a form of its own at the end of a word (Unicode's Final_Sigma).
        let last = in_word && !characters.peek().is_some_and(|next| next.is_alphabetic());
        match character {
            'Σ' if last => lower.push('ς'),
            _ => lower.extend(lowercase(character)),
        }
        in_word = character.is_alphabetic();
    }
    lower
}

/// The quantized TF-IDF row of a plain text. Words outside the vocabulary don't count.
pub fn vectorize(vocabulary: &Vocabulary<'_>, text: &str) -> Row {
    // Kept in order as they come: a summary has some ten different terms of the vocabulary, and a general
    // sort would be 3 kB of wasm.
    let mut counts: Vec<(u16, f32)> = Vec::new();
    tokens(text, |token| {
        let Some(term) = vocabulary.terms.find(token) else {
            return;
        };
        let term = term as u16;
        match counts.binary_search_by_key(&term, |(known, _)| *known) {
            Ok(place) => counts[place].1 += 1.0,
            Err(place) => counts.insert(place, (term, 1.0)),
        }
    });
    let idf = |term: u16| vocabulary.idf.get(usize::from(term)).map_or(0.0, |w| w.get());
    let values: Vec<(u16, f32)> = counts.iter().map(|(term, count)| (*term, count * idf(*term))).collect();
    quantize_row(&values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_references_become_text() {
        assert_eq!(clean("<p><b>B</b>reaking &amp; Bad</p>"), " Breaking & Bad ");
        assert_eq!(clean("<B>B</B>read de\u{ad}tective &#xad;"), "Bread detective ");
        assert_eq!(clean("one<br/>two &#233;&#x2014;&hellip;"), "one two é—…");
    }

    #[test]
    fn small_letters_are_those_of_the_library() {
        for text in [
            "ΟΔΥΣΣΕΥΣ ΣΤΗΝ ΙΘΑΚΗ: Σ",
            "Σ ΑΣ,ΣΑΣ",
            "İstanbul ǅ Straße ÉLAN",
            "ÅΣ9 9Σ aΣ",
        ] {
            assert_eq!(lower(text), text.to_lowercase(), "{text}");
        }
        let every: String = ('\0'..=char::MAX).filter(|c| *c != 'Σ').collect();
        assert_eq!(lower(&every), every.to_lowercase());
    }

    #[test]
    fn long_nonsense_is_read_in_one_pass() {
        for nonsense in ["<a", "&", "<", "&a", "</"] {
            let text = nonsense.repeat(1_000_000);
            assert_eq!(clean(&text).len(), text.len());
        }
    }

    #[test]
    fn what_only_looks_like_html_stays() {
        assert_eq!(clean("3 < 4 & R&D &nope; &#0; <"), "3 < 4 & R&D &nope; &#0; <");
        assert_eq!(clean("a <b unclosed"), "a <b unclosed");
    }
}
