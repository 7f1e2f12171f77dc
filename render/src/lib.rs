//! An answer as HTML: the list that `<aftershow-list>` shows, in a declarative shadow root, for first paint and for crawlers.
//!
//! A page has it at once and without JavaScript. Where the element's code is loaded, it takes the list over: it asks the same
//! question, which the attributes here say, and knows the items by their `data-id`. What it expects is written in the README
//! of the npm package, "Made on a server"; `web-demo/tests/served.test.mjs` holds both to it.
//!
//! Everything that comes from a pack or from a caller is escaped, and no address is written that is not http(s) or relative.

mod address;
mod card;
mod escape;
mod place;
mod reason;

pub use address::component;
pub use place::{Layout, Place, PlaceError};

use std::fmt::Write;

use aftershow_core::{Answer, Query, Wording};

use crate::{card::card, escape::escaped};

/// The looks of the list: the file `aftershow/list.css` of the npm package.
pub const STYLE: &str = include_str!("../../wasm/npm/src/element/list.css");

/// Items of a list where the query says nothing of them: as many as the element shows.
const N: usize = 10;

/// The answer to a query as an `<aftershow-list>` with a declarative shadow root.
///
/// Reasons are said in the words of `wording`, where the query asked for them. Cost: some 600 bytes an item and 7 kB of style.
pub fn list(answer: &Answer, query: &Query, place: &Place<'_>, wording: &Wording) -> String {
    let reasons: Vec<String> = answer
        .items
        .iter()
        .map(|item| reason::said(&item.reasons, wording).unwrap_or_default())
        .collect();
    let reasoned = reasons.iter().any(|reason| !reason.is_empty());
    let mut html = String::from("<aftershow-list");
    for (name, value) in attributes(answer, query, place) {
        attribute(&mut html, name, &value);
    }
    html.push_str("><template shadowrootmode=\"open\"><style>");
    html.push_str(STYLE);
    html.push_str("</style>\n<ul class=\"list");
    html.push_str(if reasoned { " reasoned\"" } else { "\"" });
    html.push_str(" part=\"list\" role=\"list\"");
    attribute(&mut html, "aria-label", place.label);
    html.push_str(">\n");
    for (item, reason) in answer.items.iter().zip(&reasons) {
        card(&mut html, &item.card, reason, place);
    }
    html.push_str("</ul></template></aftershow-list>\n");
    html
}

/// The question as the element asks it.
fn attributes(answer: &Answer, query: &Query, place: &Place<'_>) -> Vec<(&'static str, String)> {
    let number = |value: Option<f32>| value.map(|value| value.to_string());
    let text = |value: &str| Some(value.to_owned());
    let asked = [
        ("src", text(place.src)),
        ("item", answer.subject.as_ref().map(|card| card.id.to_string())),
        ("href", place.href.map(str::to_owned)),
        ("layout", place.layout.attribute().and_then(text)),
        ("n", (query.n != N).then(|| query.n.to_string())),
        (
            "min-similarity",
            number((query.min_similarity > 0.0).then_some(query.min_similarity)),
        ),
        ("genre-weight", number(query.weights.genre)),
        ("text-weight", number(query.weights.text)),
        ("metadata-weight", number(query.weights.metadata)),
        ("year-weight", number(query.weights.year)),
        ("reasons", if query.reasons { None } else { text("off") }),
        // A visitor's variant is the answer's own: the page asks for it by its name.
        (
            "variant",
            answer
                .variant
                .as_ref()
                .map(|name| format!("{}:{}", name.experiment, name.variant)),
        ),
        ("options", place.options()),
    ];
    asked
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

fn attribute(html: &mut String, name: &str, value: &str) {
    // Writing to a string can't fail.
    write!(html, " {name}=\"{}\"", escaped(value)).ok();
}

#[cfg(test)]
mod tests {
    use aftershow_core::{Card, ItemId, Reason, ReasonKind, Route, ScoreParts, Scored, Weights, WeightsPatch};

    use super::*;

    fn item(id: &str, name: &str) -> Card {
        Card {
            id: ItemId::Str(id.into()),
            name: name.into(),
            genres: vec!["Drama".into(), "R&B".into()],
            year: Some(2008),
            platform: Some("AMC".into()),
            kind: None,
            language: None,
            runtime: None,
            rating: None,
            image: None,
            url: None,
            attributes: vec![],
            summary: None,
        }
    }

    fn reason(kind: ReasonKind, names: &[&str], share: f64) -> Reason {
        Reason {
            kind,
            attribute: None,
            ids: vec![],
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            share,
            contributions: vec![],
        }
    }

    fn answer(items: Vec<(Card, Vec<Reason>)>) -> Answer {
        let scored = |(card, reasons)| Scored {
            card,
            parts: ScoreParts {
                score: 0.5,
                genre: 0.5,
                text: 0.5,
                metadata: 0.5,
                year: 0.5,
            },
            shared_genres: vec![],
            adjusted_score: None,
            reasons,
            sentence: None,
        };
        Answer {
            subject: Some(item("a b", "Subject")),
            items: items.into_iter().map(scored).collect(),
            weights: Weights::DEFAULT,
            route: Route::Stored,
            matched: 3,
            unknown_rerank_ids: 0,
            variant: None,
        }
    }

    fn query() -> Query {
        Query {
            reasons: true,
            ..Query::similar(ItemId::Str("a b".into()))
        }
    }

    #[test]
    fn a_list_is_what_the_readme_of_the_package_shows() {
        let genres = reason(ReasonKind::Genres, &["Drama"], 0.7);
        let story = reason(ReasonKind::Terms, &["ship"], 0.3);
        let card = Card {
            image: Some("https://example.org/a.jpg?x&y".into()),
            ..item("c/d", "Tom & Jerry")
        };
        let place = Place {
            href: Some("/shows/{id}"),
            ..Place::default()
        };
        let html = list(
            &answer(vec![(card, vec![genres, story])]),
            &query(),
            &place,
            &Wording::english(),
        );
        let (head, body) = html.split_once("</style>\n").unwrap();
        let expected =
            r#"<aftershow-list src="/pack/" item="a b" href="/shows/{id}"><template shadowrootmode="open"><style>"#;
        assert_eq!(head, [expected, STYLE].concat());
        assert_eq!(
            body,
            "<ul class=\"list reasoned\" part=\"list\" role=\"list\" aria-label=\"Similar titles\">\n\
             <li class=\"item\" part=\"item\" data-id=\"c/d\"><div class=\"card\" part=\"card\">\
             <div class=\"poster\" part=\"poster\"><img part=\"image\" src=\"https://example.org/a.jpg?x&amp;y\" alt=\"\" width=\"200\" \
             height=\"300\" loading=\"lazy\" decoding=\"async\" referrerpolicy=\"no-referrer\"></div><div class=\"body\" part=\"body\">\
             <a class=\"name\" part=\"name\" href=\"/shows/c%2Fd\">Tom &amp; Jerry</a><p class=\"facts\" part=\"facts\">2008 · AMC</p>\
             <p class=\"genres\" part=\"genres\">Drama, R&amp;B</p><p class=\"reason\" part=\"reason\"><bdi>Also about ship</bdi></p>\
             <span class=\"score\" part=\"score\"></span></div></div></li>\n\
             </ul></template></aftershow-list>\n"
        );
    }

    #[test]
    fn nothing_of_a_catalogue_or_a_caller_becomes_markup() {
        let evil = "\"'><script>alert(1)</script><b x=\"";
        let card = Card {
            genres: vec![evil.into()],
            platform: Some(evil.into()),
            image: Some(format!("https://example.org/{evil}")),
            url: Some("javascript:alert(1)".into()),
            ..item(evil, evil)
        };
        let reasons = vec![reason(ReasonKind::Genres, &[evil], 1.0)];
        let place = Place {
            src: evil,
            label: evil,
            filter: Some(r#"{"genre": "<script>\"'"}"#),
            ..Place::default()
        };
        let html = list(&answer(vec![(card, reasons)]), &query(), &place, &Wording::english());
        let html = html.replace(STYLE, "");
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("javascript:"), "{html}");
        assert!(!html.contains("<b "), "{html}");
        // Quotes are even: none from outside opens or closes an attribute.
        assert_eq!(html.matches('"').count() % 2, 0);
        assert!(html.contains(r#"<span class="name" part="name">"#), "{html}");
    }

    #[test]
    fn the_attributes_ask_the_same_question() {
        let query = Query {
            n: 5,
            min_similarity: 0.25,
            weights: WeightsPatch {
                text: Some(2.5),
                ..WeightsPatch::default()
            },
            reasons: false,
            ..query()
        };
        let place = Place {
            layout: Layout::Row,
            filter: Some(r#"{ "year": {"min": 2015} }"#),
            rerank: Some(r#"{"diversity": 0.3}"#),
            ..Place::default()
        };
        let html = list(&answer(vec![]), &query, &place, &Wording::english());
        assert!(
            html.starts_with(
                r#"<aftershow-list src="/pack/" item="a b" layout="row" n="5" min-similarity="0.25" text-weight="2.5" reasons="off" options="{&quot;filter&quot;:{&quot;year&quot;:{&quot;min&quot;:2015}},&quot;rerank&quot;:{&quot;diversity&quot;:0.3}}">"#
            ),
            "{}",
            &html[..400]
        );
        assert!(html.contains("<ul class=\"list\" part"), "no reason, no room for one");
    }

    #[test]
    fn addresses_of_a_caller_are_checked_by_name() {
        for (name, place) in [
            (
                "src",
                Place {
                    src: "javascript:x",
                    ..Place::default()
                },
            ),
            (
                "src",
                Place {
                    src: "",
                    ..Place::default()
                },
            ),
            (
                "href",
                Place {
                    href: Some("data:text/html,{id}"),
                    ..Place::default()
                },
            ),
        ] {
            assert_eq!(place.check().unwrap_err().name, name);
        }
        let place = Place {
            href: Some("https://example.org/{id}"),
            ..Place::default()
        };
        assert_eq!(place.check(), Ok(()));
        assert_eq!("row".parse(), Ok(Layout::Row));
        assert_eq!(
            "rows".parse::<Layout>().unwrap_err().to_string(),
            "layout must be grid, row or list"
        );
    }
}
