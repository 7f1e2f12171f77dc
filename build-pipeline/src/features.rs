//! Catalogue to features: attributes, years, and quantized text rows of the summaries.
//!
//! TF-IDF rows are made by core's own tokeniser and quantizer, so a new show's summary is treated the
//! same at the edge. Only the vocabulary is learnt here. With a sentence encoder the rows are
//! [what the summaries mean](crate::meaning), in terms of the same vocabulary.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use aftershow_core::{
    pack::{
        Container, Writer,
        items::{self, AttributeData, ItemsData},
        layout::{MAX_ATTRIBUTES, kind, role},
        rows::{self, Vocabulary},
    },
    quant::Row,
    text,
};
use rayon::prelude::*;

use crate::{
    catalogue::{Catalogue, CatalogueItem},
    config::{ContentConfig, TextEncoder},
    encoder,
    error::BuildError,
    meaning,
    progress::Progress,
};

/// The bytes of the features part.
///
/// # Errors
/// [`BuildError`] if the catalogue has more attributes than a pack may have, and for a text encoder that can't be used.
pub fn build(catalogue: &Catalogue, settings: &ContentConfig, progress: &Progress) -> Result<Vec<u8>, BuildError> {
    let stage = progress.stage("features", catalogue.items.len() as u64);
    let items = items_data(catalogue)?;
    let vocabulary = learn_vocabulary(catalogue, settings);
    let words = text_rows(catalogue, &vocabulary, |done| stage.inc(done))?;
    drop(stage);
    let rows = match &settings.text_encoder {
        TextEncoder::Tfidf => words,
        TextEncoder::Model(dir) => {
            let vectors = encoder::vectors(dir, catalogue, progress)?;
            meaning::rows(vectors, &words, vocabulary.len())
        }
    };
    let mut out = Writer::new(kind::FEATURES);
    items::write(&mut out, &items);
    rows::write(&mut out, &vocabulary, &rows);
    Ok(out.finish()?)
}

/// Ids, years and attributes, in the catalogue's order.
///
/// # Errors
/// As [`build`].
pub fn items_data(catalogue: &Catalogue) -> Result<ItemsData<'_>, BuildError> {
    fn all(values: &[String]) -> Vec<&str> {
        values.iter().map(String::as_str).collect()
    }
    fn one(value: &Option<String>) -> Vec<&str> {
        value.iter().map(String::as_str).collect()
    }
    let items = &catalogue.items;
    let mut attributes = vec![
        AttributeData {
            name: "genre",
            role: role::GENRE,
            values: items.iter().map(|item| all(&item.genres)).collect(),
        },
        AttributeData {
            name: "platform",
            role: role::METADATA,
            values: items.iter().map(|item| one(&item.platform)).collect(),
        },
        AttributeData {
            name: "type",
            role: role::METADATA,
            values: items.iter().map(|item| one(&item.kind)).collect(),
        },
        AttributeData {
            name: "language",
            role: role::METADATA,
            values: items.iter().map(|item| one(&item.language)).collect(),
        },
    ];
    let further: BTreeSet<&String> = items.iter().flat_map(|item| item.attributes.keys()).collect();
    for name in further {
        let values = items
            .iter()
            .map(|item| item.attributes.get(name).map(|v| all(v)).unwrap_or_default())
            .collect();
        attributes.push(AttributeData {
            name,
            role: role::PLAIN,
            values,
        });
    }
    if attributes.len() > MAX_ATTRIBUTES {
        return Err(BuildError::too_many_attributes(attributes.len(), MAX_ATTRIBUTES));
    }
    Ok(ItemsData {
        ids: catalogue.items.iter().map(|item| item.id.clone()).collect(),
        years: catalogue.items.iter().map(|item| item.year.unwrap_or(0)).collect(),
        attributes,
    })
}

/// Counts of a term over the catalogue.
#[derive(Clone, Copy, Default)]
struct Counts {
    total: u64,
    documents: u32,
}

/// The terms with the most occurrences, sorted, each with its inverse document frequency:
/// scikit-learn's `max_features` and `smooth_idf`. Of equally frequent terms the first in
/// alphabetical order stays.
fn learn_vocabulary(catalogue: &Catalogue, settings: &ContentConfig) -> Vec<(String, f32)> {
    let stop_words: HashSet<String> = settings.stop_words.words();
    let counted: HashMap<String, Counts> = catalogue
        .items
        .par_chunks(1024)
        .map(|chunk| {
            let mut counts: HashMap<String, Counts> = HashMap::new();
            let mut seen: HashMap<String, u32> = HashMap::new();
            for summary in chunk.iter().filter_map(|item| item.summary.as_deref()) {
                seen.clear();
                text::tokens(summary, |token| match seen.get_mut(token) {
                    Some(count) => *count += 1,
                    None => drop(seen.insert(token.to_owned(), 1)),
                });
                for (token, count) in seen.drain() {
                    let counts = counts.entry(token).or_default();
                    counts.total += u64::from(count);
                    counts.documents += 1;
                }
            }
            counts
        })
        // Sums don't depend on the order in which they are made.
        .reduce(HashMap::new, |mut all, some| {
            for (token, counts) in some {
                let sum = all.entry(token).or_default();
                sum.total += counts.total;
                sum.documents += counts.documents;
            }
            all
        });
    let mut terms: Vec<(String, Counts)> = counted
        .into_iter()
        .filter(|(token, _)| !stop_words.contains(token))
        .collect();
    terms.sort_unstable_by(|(a, x), (b, y)| y.total.cmp(&x.total).then_with(|| a.cmp(b)));
    terms.truncate(settings.max_text_features);
    terms.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    let documents = catalogue.items.len() as f64;
    let idf = |df: u32| (((1.0 + documents) / (1.0 + f64::from(df))).ln() + 1.0) as f32;
    terms
        .into_iter()
        .map(|(term, counts)| (term, idf(counts.documents)))
        .collect()
}

/// One quantized row an item, by core's vectorizer over a vocabulary written the way it reads it.
fn text_rows(
    catalogue: &Catalogue,
    vocabulary: &[(String, f32)],
    done: impl Fn(u64) + Sync,
) -> Result<Vec<Row>, BuildError> {
    let mut out = Writer::new(kind::FEATURES);
    rows::write_vocabulary(&mut out, vocabulary);
    let part = Container::open(out.finish()?, kind::FEATURES)?;
    let vocabulary = Vocabulary::open(&part)?;
    let rows = catalogue.items.par_chunks(256).flat_map_iter(|chunk| {
        done(chunk.len() as u64);
        chunk.iter().map(|item| {
            item.summary
                .as_deref()
                .map_or_else(Row::default, |s| text::vectorize(&vocabulary, s))
        })
    });
    Ok(rows.collect())
}

/// How many items have each attribute: for the summary of a build.
pub fn coverage(catalogue: &Catalogue) -> BTreeMap<&'static str, usize> {
    let count = |has: &dyn Fn(&CatalogueItem) -> bool| catalogue.items.iter().filter(|item| has(item)).count();
    BTreeMap::from([
        ("genres", count(&|item| !item.genres.is_empty())),
        ("summary", count(&|item| item.summary.is_some())),
        ("platform", count(&|item| item.platform.is_some())),
        ("type", count(&|item| item.kind.is_some())),
        ("language", count(&|item| item.language.is_some())),
        ("year", count(&|item| item.year.is_some())),
        ("image", count(&|item| item.image.is_some())),
    ])
}
