//! How long an answer may be kept, and whether the one that a client keeps is still right.

use aftershow_core::Query;
use xxhash_rust::xxh3::xxh3_128;

/// Answers and statistics. They change only with a deployment, so an old one is still a good one
/// while a new one is being fetched.
pub const ANSWER: &str = "public, max-age=300, stale-while-revalidate=86400";
/// "There is no such thing": may be kept, but not for long, since the next pack may have it.
pub const NOT_FOUND: &str = "public, max-age=60";
/// Health, other errors, and answers to `POST`.
pub const NO_STORE: &str = "no-store";
/// Whatever is about a person, errors too: no cache may keep it, that of the browser included.
pub const PRIVATE: &str = "private, no-store";
/// For a question that says nothing of a person. The answer to a named visitor is kept nowhere, since a cache keeps the address with it.
pub fn of(query: &Query) -> &'static str {
    if query.visitor.is_some() { PRIVATE } else { ANSWER }
}

/// Seconds for which a browser need not ask again whether it may ask.
pub const PREFLIGHT_SECONDS: &str = "86400";

/// The strong entity tag of a body.
///
/// A hash of the bytes themselves, not of the pack and the question: what a strong tag promises,
/// equal bytes, then holds across deployments that change the code and not the pack.
pub fn etag(body: &[u8]) -> String {
    format!("\"{:032x}\"", xxh3_128(body))
}

/// Whether an `If-None-Match` header (RFC 9110 §13.1.2) names `etag`, or is `*`.
///
/// The comparison is the weak one: a proxy that compresses makes `W/"x"` of our `"x"`. A header
/// that breaks the grammar matches up to where it breaks, and no further.
pub fn is_fresh(if_none_match: &str, etag: &str) -> bool {
    let mut rest = if_none_match.trim();
    if rest == "*" {
        return true;
    }
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        rest = rest.strip_prefix("W/").unwrap_or(rest);
        // A tag may have commas in it, so the list is read tag by tag.
        let Some((tag, after)) = rest.strip_prefix('"').and_then(|open| open.split_once('"')) else {
            return false;
        };
        if etag.strip_prefix('"').and_then(|e| e.strip_suffix('"')) == Some(tag) {
            return true;
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_bodies_have_equal_tags_and_others_have_others() {
        assert_eq!(etag(b"a"), etag(b"a"));
        assert_ne!(etag(b"a"), etag(b"b"));
        assert_eq!(etag(b"").len(), 34);
    }

    #[test]
    fn if_none_match_takes_lists_weak_tags_and_the_star() {
        let tag = "\"abc\"";
        for header in [
            "*",
            " * ",
            "\"abc\"",
            "W/\"abc\"",
            "\"x\", \"abc\"",
            "\"x\",W/\"abc\"",
            "\"a,b\" , \"abc\"",
            ",\"abc\"",
        ] {
            assert!(is_fresh(header, tag), "{header}");
        }
        for header in [
            "",
            "\"abd\"",
            "abc",
            "\"abc",
            "\"x\", *",
            "\"ABC\"",
            "\"\"",
            "w/\"abc\"",
            "\"x\" oops \"abc\"",
        ] {
            assert!(!is_fresh(header, tag), "{header}");
        }
    }
}
