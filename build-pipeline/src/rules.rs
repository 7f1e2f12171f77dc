//! From a draft to a clean item: plain text, numbers within their ranges, addresses that are safe to follow.

use std::collections::HashSet;

use aftershow_core::{
    ItemId,
    pack::layout::{MAX_ATTRIBUTE_NAME, MAX_SET, MAX_SHOWN, MAX_VALUE},
    text::strip_tags,
};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use crate::{
    catalogue::CatalogueItem,
    source::{Draft, Scalar},
};

/// A value that was left out of an item, for the count at the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Dropped {
    /// The field, and why.
    pub what: &'static str,
    /// The value, as the source has it.
    pub value: String,
}

/// Cleans a draft that has a name. The id is the caller's to find.
pub fn clean(id: ItemId, draft: Draft) -> (CatalogueItem, Vec<Dropped>) {
    let mut dropped = Vec::new();
    let raw_name = draft.name.unwrap_or_default();
    let mut item = CatalogueItem::new(id, "");
    // A name that is nothing but a tag, such as <Untitled>, is meant as it stands.
    item.name = Some(plain(&raw_name))
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| fold(&raw_name));
    item.genres = values(draft.genres);
    item.genres.sort_unstable();
    item.summary = one(draft.summary);
    item.platform = one(draft.platform);
    item.kind = one(draft.kind);
    item.language = one(draft.language);
    item.year = checked(
        draft.year,
        "year: neither a year from 1 to 9999 nor a date",
        year,
        &mut dropped,
    );
    item.rating = checked(draft.rating, "rating: not a number from 0 to 10", rating, &mut dropped);
    item.weight = checked(draft.weight, "weight: not a number", number, &mut dropped);
    item.updated = checked(
        draft.updated,
        "updated: neither seconds since 1970 nor a date",
        moment,
        &mut dropped,
    );
    item.image = address(
        draft.image,
        "image: not an http, https or relative address",
        &mut dropped,
    );
    item.url = address(draft.url, "url: not an http, https or relative address", &mut dropped);
    item.attributes = draft
        .attributes
        .into_iter()
        .map(|(name, all)| (name, values(all)))
        .filter(|(_, all)| !all.is_empty())
        .collect();
    match draft.runtime.as_ref().and_then(|raw| length(&raw.text())) {
        Some(Length::Minutes(minutes)) => item.runtime = Some(minutes),
        Some(Length::Seasons(seasons)) => {
            item.attributes
                .entry("seasons".to_owned())
                .or_insert_with(|| vec![seasons.to_string()]);
        }
        None => drop(checked(
            draft.runtime,
            "runtime: not a length from 1 to 65535 minutes",
            |_| None::<()>,
            &mut dropped,
        )),
    }
    fit(&mut item, &mut dropped);
    (item, dropped)
}

/// Leaves out what a pack has no room for, so that a card is never larger than a page wants.
fn fit(item: &mut CatalogueItem, dropped: &mut Vec<Dropped>) {
    let mut note = |what, value: &str| {
        let value = value.chars().take(60).collect();
        dropped.push(Dropped { what, value });
    };
    if item.name.len() > MAX_SHOWN {
        note("name: longer than 2048 bytes, cut", &item.name);
        item.name.truncate(item.name.floor_char_boundary(MAX_SHOWN));
    }
    for address in [&mut item.image, &mut item.url] {
        if let Some(long) = address.take_if(|address| address.len() > MAX_SHOWN) {
            note("address: longer than 2048 bytes", &long);
        }
    }
    for value in [&mut item.platform, &mut item.kind, &mut item.language] {
        if let Some(long) = value.take_if(|value| value.len() > MAX_VALUE) {
            note("value of an attribute: longer than 512 bytes", &long);
        }
    }
    item.attributes.retain(|name, _| {
        let short = name.len() <= MAX_ATTRIBUTE_NAME;
        if !short {
            note("attribute: its name is longer than 64 bytes", name);
        }
        short
    });
    for values in item.attributes.values_mut().chain([&mut item.genres]) {
        values.retain(|value| {
            let short = value.len() <= MAX_VALUE;
            if !short {
                note("value of an attribute: longer than 512 bytes", value);
            }
            short
        });
        if values.len() > MAX_SET {
            note("values of an attribute: those past the first 256", &values[MAX_SET]);
            values.truncate(MAX_SET);
        }
    }
    item.attributes.retain(|_, values| !values.is_empty());
}

fn one(raw: Option<String>) -> Option<String> {
    raw.map(|text| plain(&text)).filter(|text| !text.is_empty())
}

/// Each value clean, none empty, none twice, in their order.
fn values(raw: Vec<String>) -> Vec<String> {
    let mut known = HashSet::new();
    let clean = raw.iter().map(|value| plain(value)).filter(|value| !value.is_empty());
    clean.filter(|value| known.insert(value.clone())).collect()
}

/// Plain text of plain text or simple HTML: no tags, no character references, NFC, no control
/// characters, and every run of white space one space.
pub fn plain(raw: &str) -> String {
    if !raw.contains(['<', '&']) {
        return fold(raw);
    }
    fold(&htmlize::unescape(strip_tags(raw)))
}

fn fold(raw: &str) -> String {
    let bytes = raw.as_bytes();
    let simple = bytes.iter().all(|b| (0x20..0x7f).contains(b)) && !raw.contains("  ");
    if simple && !raw.starts_with(' ') && !raw.ends_with(' ') {
        return raw.to_owned();
    }
    let mut out = String::with_capacity(raw.len());
    let mut push = |c: char| {
        if c.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !is_unseen(c) {
            out.push(c);
        }
    };
    if is_nfc(raw) {
        raw.chars().for_each(&mut push)
    } else {
        raw.nfc().for_each(&mut push)
    }
    out.truncate(out.trim_end().len());
    out
}

/// Controls, and marks that only change how the text around them is laid out: with them a name can
/// be made to look like another. The joiners stay, since scripts and emoji need them.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}' | '\u{feff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{ad}')
}

/// Reads a value, and notes it if there is one that can't be read.
fn checked<T>(
    raw: Option<Scalar>,
    what: &'static str,
    read: impl Fn(&str) -> Option<T>,
    dropped: &mut Vec<Dropped>,
) -> Option<T> {
    let text = raw?.text();
    let text = text.trim();
    // The ways that tables write "unknown".
    if ["", "-", "nan", "n/a", "null", "none", "unknown"]
        .iter()
        .any(|none| text.eq_ignore_ascii_case(none))
    {
        return None;
    }
    let value = read(text);
    if value.is_none() {
        dropped.push(Dropped {
            what,
            value: text.to_owned(),
        });
    }
    value
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|n: &f64| n.is_finite())
}

fn rating(text: &str) -> Option<f64> {
    number(text).filter(|n| (0.0..=10.0).contains(n))
}

/// A whole number, or the year of a date: `2011`, `2011-04-17`, `April 17, 2011`, `17/04/2011`.
fn year(text: &str) -> Option<u16> {
    let in_range = |n: f64| (1.0..=9999.0).contains(&n) && n.fract() == 0.0;
    if let Some(n) = number(text) {
        return in_range(n).then_some(n as u16);
    }
    let mut runs = text.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == 4);
    let first = runs.next()?;
    // Of several runs of four digits the year is the one in front; elsewhere it can't be told.
    if runs.next().is_some() && !text.starts_with(first) {
        return None;
    }
    first.parse().ok().filter(|year| *year > 0)
}

/// Seconds since 1970: a number, or a date `2011-04-17`, with a time `T21:00:00` or without.
fn moment(text: &str) -> Option<i64> {
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    if let Some(n) = number(text) {
        return (n.abs() < 1e15).then_some(n as i64);
    }
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00:00"));
    let parts: Vec<i64> = date.split('-').map(|p| p.parse().ok()).collect::<Option<_>>()?;
    let [y, m, d] = parts[..] else { return None };
    if !(1..=9999).contains(&y) || !(1..=12).contains(&m) || !(1..=31).contains(&d) {
        return None;
    }
    let clock: Vec<i64> = time
        .get(..8)?
        .split(':')
        .map(|p| p.parse().ok())
        .collect::<Option<_>>()?;
    let [h, min, s] = clock[..] else { return None };
    // Days from the civil date, counting years from March so that the leap day is the last.
    let (y, m) = if m > 2 { (y, m - 3) } else { (y - 1, m + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + d - 719_469;
    Some(days * 86_400 + h * 3600 + min * 60 + s)
}

#[derive(Debug, PartialEq)]
enum Length {
    Minutes(u16),
    Seasons(u32),
}

/// `90`, `90 min`, `1h 30m`, `PT1H30M`; or `2 Seasons`, which is no length in minutes.
fn length(text: &str) -> Option<Length> {
    let lower = text.trim().to_lowercase();
    let mut rest = lower.strip_prefix("pt").unwrap_or(&lower).trim();
    let mut minutes = 0.0;
    let mut pairs = 0;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let count: f64 = number(&rest[..digits])?;
        rest = rest[digits..].trim_start();
        let letters = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let unit = &rest[..letters];
        rest = rest[letters..].trim_start_matches(['.', ',', ' ']);
        pairs += 1;
        minutes += match unit {
            "" | "m" | "min" | "mins" | "minute" | "minutes" => count,
            "h" | "hr" | "hrs" | "hour" | "hours" => 60.0 * count,
            "s" | "sec" | "secs" | "second" | "seconds" => count / 60.0,
            "season" | "seasons" if pairs == 1 && rest.is_empty() && count >= 1.0 => {
                return Some(Length::Seasons(count as u32));
            }
            _ => return None,
        };
    }
    let minutes = minutes.round();
    (pairs > 0 && (1.0..=65535.0).contains(&minutes)).then_some(Length::Minutes(minutes as u16))
}

/// An address that a page can safely link to or show.
fn address(raw: Option<String>, what: &'static str, dropped: &mut Vec<Dropped>) -> Option<String> {
    // Browsers leave out line ends and tabs before they look at the scheme, so this does too. In
    // addresses only &amp; is decoded: in a=1&copy=2 there is no ©.
    let text: String = raw?.trim().chars().filter(|c| !c.is_control()).collect();
    let text = text.trim().replace("&amp;", "&");
    if text.is_empty() {
        return None;
    }
    let scheme = text
        .split_once(':')
        .map(|(scheme, _)| scheme)
        .filter(|s| !s.contains(['/', '?', '#']));
    let safe = scheme.is_none_or(|s| s.eq_ignore_ascii_case("http") || s.eq_ignore_ascii_case("https"));
    if !safe {
        dropped.push(Dropped {
            what,
            value: text.chars().take(80).collect(),
        });
    }
    safe.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pack_has_no_room_for_is_left_out_and_counted() {
        let draft = Draft {
            name: Some("é".repeat(2000)),
            genres: (0..300)
                .map(|i| format!("genre {i:03}"))
                .chain(["x".repeat(600)])
                .collect(),
            url: Some(format!("https://site.example/{}", "a".repeat(3000))),
            ..Draft::default()
        };
        let (item, dropped) = clean(ItemId::Int(1), draft);
        assert_eq!(item.name, "é".repeat(1024));
        assert_eq!(item.genres.len(), 256);
        assert_eq!(item.url, None);
        assert_eq!(dropped.len(), 4, "{dropped:?}");
    }

    #[test]
    fn html_entities_white_space_and_controls_are_cleaned_and_text_is_nfc() {
        assert_eq!(
            plain("<p><b>Law &amp; Order</b></p>\n <p>it&rsquo;s&nbsp;back</p>"),
            "Law & Order it’s back"
        );
        assert_eq!(plain("a &lt;b&gt; c"), "a <b> c", "what was escaped is text");
        assert_eq!(plain("Cafe\u{301}"), "Café");
        assert_eq!(plain("\u{200b}Ann\u{202e}a\u{0}\t\t b \u{7}"), "Anna b");
        assert_eq!(plain("1 < 2 & AT&T"), "1 < 2 & AT&T");
        assert_eq!(plain("👩\u{200d}🚀"), "👩\u{200d}🚀");
        assert_eq!(plain("  "), "");
    }

    #[test]
    fn a_name_that_is_nothing_but_a_tag_is_kept_as_it_stands() {
        let draft = Draft {
            name: Some("<Untitled>".into()),
            ..Draft::default()
        };
        assert_eq!(clean(ItemId::Int(1), draft).0.name, "<Untitled>");
    }

    #[test]
    fn years_are_numbers_or_the_years_of_dates() {
        for (text, expected) in [
            ("2011", Some(2011)),
            ("2011-04-17", Some(2011)),
            ("2014.0", Some(2014)),
            ("September 25, 2021", Some(2021)),
            ("25/09/2021", Some(2021)),
            ("2011-04-17T21:00:00+0000", Some(2011)),
            ("2019–2021", Some(2019)),
            ("0", None),
            ("0000-00-00", None),
            ("12345", None),
            ("1.5", None),
            ("in 2011 or 2012", None),
            ("soon", None),
            ("-5", None),
        ] {
            assert_eq!(year(text), expected, "{text}");
        }
    }

    #[test]
    fn lengths_are_minutes_and_seasons_are_not() {
        for (text, expected) in [
            ("90", Some(Length::Minutes(90))),
            ("90 min", Some(Length::Minutes(90))),
            ("1h 30m", Some(Length::Minutes(90))),
            ("1 hr. 30 min.", Some(Length::Minutes(90))),
            ("PT1H30M", Some(Length::Minutes(90))),
            ("89.6", Some(Length::Minutes(90))),
            ("2 Seasons", Some(Length::Seasons(2))),
            ("1 Season", Some(Length::Seasons(1))),
            ("0", None),
            ("70000", None),
            ("1:30", None),
            ("long", None),
            ("", None),
        ] {
            assert_eq!(length(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_out_of_range_is_dropped_and_told_and_what_is_unknown_is_only_missing() {
        let text = |s: &str| Some(Scalar::Text(s.into()));
        let draft = Draft {
            rating: text("PG-13"),
            runtime: Some(Scalar::Number(0.0)),
            year: text("nan"),
            weight: text("inf"),
            updated: text("yesterday"),
            url: Some("java\nscript:alert(1)".into()),
            image: Some("data:image/png;base64,xx".into()),
            ..Draft::default()
        };
        let (item, dropped) = clean(ItemId::Int(1), draft);
        assert_eq!(
            (item.rating, item.runtime, item.year, item.weight),
            (None, None, None, None)
        );
        let told: Vec<&str> = dropped.iter().map(|d| d.what.split(':').next().unwrap()).collect();
        assert_eq!(told, ["rating", "weight", "updated", "image", "url", "runtime"]);
        assert_eq!(dropped[4].value, "javascript:alert(1)");
    }

    #[test]
    fn http_https_and_relative_addresses_are_kept() {
        for good in [
            "https://a.example/x?a=1&copy=2",
            "HTTP://a",
            "/shows/1",
            "img/a.jpg",
            "//cdn.example/a",
            "?id=1:2",
        ] {
            assert_eq!(
                address(Some(good.into()), "url", &mut Vec::new()).as_deref(),
                Some(good)
            );
        }
        assert_eq!(
            address(Some("/a?b&amp;c".into()), "url", &mut Vec::new()).as_deref(),
            Some("/a?b&c")
        );
        for bad in [
            "javascript:alert(1)",
            "JaVaScript:x",
            "data:,x",
            "vbscript:x",
            "file:///etc/passwd",
        ] {
            assert_eq!(address(Some(bad.into()), "url", &mut Vec::new()), None, "{bad}");
        }
    }

    #[test]
    fn moments_are_seconds_or_dates() {
        assert_eq!(moment("1549572248"), Some(1_549_572_248));
        assert_eq!(moment("1970-01-01"), Some(0));
        assert_eq!(moment("2000-02-29T12:00:01Z"), Some(951_825_601));
        assert_eq!(moment("2021-13-01"), None);
        assert_eq!(moment("soon"), None);
    }

    #[test]
    fn seasons_become_an_attribute_and_genres_a_sorted_set() {
        let draft = Draft {
            runtime: Some(Scalar::Text("3 Seasons".into())),
            genres: vec!["Drama".into(), " Crime ".into(), "Drama".into(), "".into()],
            attributes: [
                ("country".into(), vec!["".into(), " France".into()]),
                ("empty".into(), vec![" ".into()]),
            ]
            .into(),
            ..Draft::default()
        };
        let (item, dropped) = clean(ItemId::Int(1), draft);
        assert_eq!(item.genres, ["Crime", "Drama"]);
        assert_eq!(item.attributes["seasons"], ["3"]);
        assert_eq!(item.attributes["country"], ["France"]);
        assert!(!item.attributes.contains_key("empty") && dropped.is_empty());
    }
}
