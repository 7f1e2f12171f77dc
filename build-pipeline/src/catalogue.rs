//! The catalogue: clean items in the pack's order, whatever source they came from.

use std::{cmp::Ordering, collections::BTreeMap};

use aftershow_core::{ItemId, ids::IdKind};
use serde::{Deserialize, Serialize};

/// Everything that later stages know of the titles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Catalogue {
    /// Kind of all ids.
    pub id_kind: IdKind,
    /// Who must be credited for the data; empty if nobody.
    pub attribution: String,
    /// The items, in the order of their rows: see [`in_order`].
    pub items: Vec<CatalogueItem>,
}

/// One title, clean: texts are plain, in NFC, without control characters; lists have no empty or
/// repeated values; numbers are within their ranges. What the source lacks is `None` or empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CatalogueItem {
    /// The id, exactly as the source gave it, behind the source's `id_prefix`.
    pub id: ItemId,
    /// Name; never empty.
    pub name: String,
    /// Genres, in alphabetical order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub genres: Vec<String>,
    /// Summary, as plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Network or web channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// Type: Scripted, Reality, Movie …
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Year of the first showing, 1 to 9999.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<u16>,
    /// Minutes, 1 or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime: Option<u16>,
    /// How many people like it by the events, newer events counting more; absent if there are no events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub popularity: Option<f32>,
    /// Mean rating, 0 to 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<f64>,
    /// How well known it is, on the source's own scale; more is better known. Always finite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
    /// Address of a picture: http, https or relative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Address of the title's own page: http, https or relative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// When the source last changed it, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<i64>,
    /// Country, certificate and every further column: the name and the values, in the source's order.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Vec<String>>,
}

/// The pack's order: the best known first, by the events if there are any and then by the source's weight,
/// then the best rated, then by id. What has no weight or no rating comes after what has one.
pub fn in_order(a: &CatalogueItem, b: &CatalogueItem) -> Ordering {
    let popularity = |item: &CatalogueItem| item.popularity.map(f64::from);
    more_first(popularity(a), popularity(b))
        .then(more_first(a.weight, b.weight))
        .then(more_first(a.rating, b.rating))
        .then_with(|| a.id.cmp(&b.id))
}

fn more_first(a: Option<f64>, b: Option<f64>) -> Ordering {
    match (a, b) {
        // Adding 0 turns -0 into 0: the two are one number, but not to total_cmp.
        (Some(a), Some(b)) => (b + 0.0).total_cmp(&(a + 0.0)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

impl CatalogueItem {
    /// An item of which no more is known than its id and name.
    pub fn new(id: ItemId, name: &str) -> CatalogueItem {
        CatalogueItem {
            id,
            name: name.to_owned(),
            genres: Vec::new(),
            summary: None,
            platform: None,
            kind: None,
            language: None,
            year: None,
            runtime: None,
            popularity: None,
            rating: None,
            weight: None,
            image: None,
            url: None,
            updated: None,
            attributes: BTreeMap::new(),
        }
    }

    /// Takes from another record of the title what this one lacks.
    pub fn fill(&mut self, other: CatalogueItem) {
        fn fill<T>(own: &mut Option<T>, other: Option<T>) {
            *own = own.take().or(other);
        }
        if self.genres.is_empty() {
            self.genres = other.genres;
        }
        fill(&mut self.summary, other.summary);
        fill(&mut self.platform, other.platform);
        fill(&mut self.kind, other.kind);
        fill(&mut self.language, other.language);
        fill(&mut self.year, other.year);
        fill(&mut self.runtime, other.runtime);
        fill(&mut self.rating, other.rating);
        fill(&mut self.weight, other.weight);
        fill(&mut self.image, other.image);
        fill(&mut self.url, other.url);
        fill(&mut self.updated, other.updated);
        for (name, values) in other.attributes {
            self.attributes.entry(name).or_insert(values);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: u64, weight: Option<f64>, rating: Option<f64>) -> CatalogueItem {
        CatalogueItem {
            weight,
            rating,
            ..CatalogueItem::new(ItemId::Int(id), "x")
        }
    }

    #[test]
    fn items_are_ordered_by_weight_then_rating_then_id_and_what_is_missing_comes_last() {
        let mut items = [
            item(1, None, None),
            item(2, None, Some(9.0)),
            item(3, Some(5.0), None),
            item(5, Some(5.0), Some(8.0)),
            item(4, Some(5.0), Some(8.0)),
            item(6, Some(90.0), Some(1.0)),
            item(8, Some(-0.0), None),
            item(7, Some(0.0), None),
        ];
        items.sort_by(in_order);
        let ids: Vec<String> = items.iter().map(|i| i.id.to_string()).collect();
        assert_eq!(ids, ["6", "4", "5", "3", "7", "8", "2", "1"]);
    }

    #[test]
    fn an_item_survives_its_stored_form_and_missing_fields_take_no_room() {
        let bare = CatalogueItem::new(ItemId::Str("ä".into()), "Name");
        let json = serde_json::to_string(&bare).unwrap();
        assert_eq!(json, r#"{"id":"ä","name":"Name"}"#);
        assert_eq!(serde_json::from_str::<CatalogueItem>(&json).unwrap(), bare);
        let full = CatalogueItem {
            rating: Some(8.7),
            weight: Some(1.0),
            year: Some(1999),
            ..bare
        };
        assert_eq!(
            serde_json::from_str::<CatalogueItem>(&serde_json::to_string(&full).unwrap()).unwrap(),
            full
        );
    }
}
