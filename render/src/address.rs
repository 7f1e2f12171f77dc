//! Addresses that come from data. A link or a picture may only be http(s) or relative to the page.

use std::fmt::Write;

/// The address if it may be followed; `None` for any other scheme and for an empty one.
///
/// As a browser reads it (WHATWG URL, basic URL parser): spaces and controls around it count for nothing, tabs and line breaks
/// nowhere.
pub fn safe(address: &str) -> Option<String> {
    let trimmed = address.trim_matches(|sign: char| sign <= ' ');
    let address: String = trimmed
        .chars()
        .filter(|sign| !matches!(sign, '\t' | '\n' | '\r'))
        .collect();
    let web = match address.split_once([':', '/', '?', '#', '\\']) {
        Some((scheme, _)) if address.as_bytes().get(scheme.len()) == Some(&b':') => {
            ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web))
        }
        _ => !address.is_empty(),
    };
    web.then_some(address)
}

/// The template with the escaped id for each `{id}`.
pub fn filled(template: &str, id: &str) -> String {
    template.replace("{id}", &component(id))
}

/// Text as one segment of an address: as `encodeURIComponent`.
pub fn component(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')' => {
                encoded.push(char::from(byte));
            }
            // Writing to a string can't fail.
            _ => {
                write!(encoded, "%{byte:02X}").ok();
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_web_and_the_site_itself_are_linked() {
        for address in [
            "https://example.org/a?b#c",
            "HTTP://example.org",
            "/shows/82",
            "shows/82",
            "?show=82",
            "#a:b",
            "a/b:c",
            "//example.org/a",
        ] {
            assert_eq!(safe(address).as_deref(), Some(address), "{address}");
        }
        assert_eq!(
            safe(" \u{1}https://example.org\n").as_deref(),
            Some("https://example.org")
        );
        for address in [
            "",
            " ",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            " java\nscript:alert(1)",
            "\u{1}javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "blob:https://example.org/x",
            "a:b",
        ] {
            assert_eq!(safe(address), None, "{address:?}");
        }
    }

    #[test]
    fn an_id_is_one_segment() {
        assert_eq!(
            filled("/a/{id}?x={id}", "tt1/2 é"),
            "/a/tt1%2F2%20%C3%A9?x=tt1%2F2%20%C3%A9"
        );
        assert_eq!(filled("/a", "1"), "/a");
        assert_eq!(filled("{id}", "javascript:x"), "javascript%3Ax");
    }
}
