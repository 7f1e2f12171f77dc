//! What every question shares: the resident parts, and items as they are shown.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use super::{Card, Engine, Outcome, Query, filter::Filterable};
use crate::{
    error::{OpenError, QueryError},
    ids::ItemIx,
    kernel::{Features, Index, ModelIndex},
    pack::{self, Collaborative, Manifest, Part, PartFile, display::Display, items::Items, layout::role, summaries},
};

/// The features, what is shown of them, and the model if the pack has one.
pub(super) struct Resident<'a> {
    pub engine: &'a Engine,
    pub features: Features<'a>,
    pub index: &'a Index,
    pub display: Display<'a>,
    /// Which of the pack's models is asked.
    model: Part,
}

impl<'a> Resident<'a> {
    /// Calls `then` with the resident parts, or says that they are needed.
    pub fn with<T>(
        engine: &'a Engine,
        model: Part,
        then: impl FnOnce(&Resident<'a>) -> Result<Outcome<T>, QueryError>,
    ) -> Result<Outcome<T>, QueryError> {
        match Resident::of(engine, model)? {
            Some(resident) => then(&resident),
            None => Ok(Outcome::NeedParts(missing(engine, &[Part::Features, Part::Display]))),
        }
    }

    fn of(engine: &'a Engine, model: Part) -> Result<Option<Resident<'a>>, QueryError> {
        let (Some((features, index)), Some(display)) = (&engine.features, &engine.display) else {
            return Ok(None);
        };
        Ok(Some(Resident {
            engine,
            index,
            model,
            features: Features::open(features).map_err(inconsistent)?,
            display: Display::open(display).map_err(inconsistent)?,
        }))
    }

    /// The model with what was made of it once; `None` if it isn't attached.
    pub fn model(&self) -> Result<Option<(Collaborative<'a>, &'a ModelIndex)>, QueryError> {
        let attached = self.engine.model(self.model);
        attached
            .map(|(part, index)| Ok((Collaborative::open(part).map_err(inconsistent)?, index)))
            .transpose()
    }

    /// How popular items are.
    pub fn popularity(&self) -> Result<Popularity<'a>, QueryError> {
        Ok(Popularity {
            known: self.model()?.map(|(model, _)| model.popularity()),
            items: self.features.items.len(),
        })
    }

    /// What filters look at.
    pub fn filterable(&self) -> Filterable<'_> {
        Filterable {
            items: &self.features.items,
            display: &self.display,
        }
    }

    pub fn view(&self) -> View<'_> {
        View {
            engine: self.engine,
            items: &self.features.items,
            display: &self.display,
            row: &|item| item,
        }
    }
}

/// How popular items are: 1 for the most popular, never rising from row to row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Popularity<'a> {
    pub known: Option<pack::Popularity<'a>>,
    pub items: usize,
}

impl Popularity<'_> {
    /// Where nothing is known of what people did the place in the order has to do.
    #[inline]
    pub fn of(&self, item: ItemIx) -> f32 {
        match &self.known {
            Some(known) => known.of(item),
            None => (self.items - item.at().min(self.items)) as f32 / self.items.max(1) as f32,
        }
    }
}

/// Items with what is shown of them, whole pack or shard.
pub(super) struct View<'v> {
    pub engine: &'v Engine,
    pub items: &'v Items<'v>,
    pub display: &'v Display<'v>,
    /// The row in the pack of an item.
    pub row: &'v dyn Fn(ItemIx) -> ItemIx,
}

impl View<'_> {
    /// The files of summaries that the cards of these items still need; `None` if there are none.
    pub fn missing_summaries(&self, query: &Query, items: impl Iterator<Item = ItemIx>) -> Option<Vec<PartFile>> {
        if !query.summaries {
            return None;
        }
        let manifest = &self.engine.manifest;
        let mut missing: Vec<Part> = Vec::new();
        for part in items.filter_map(|item| manifest.summaries_of((self.row)(item))) {
            if self.engine.summaries.get(part).is_none() && !missing.contains(&part) {
                missing.push(part);
            }
        }
        (!missing.is_empty()).then(|| need(manifest, missing))
    }

    pub fn genres(&self, item: ItemIx) -> Vec<&str> {
        let genre = self.items.genre();
        genre.map_or_else(Vec::new, |genre| genre.values_of(item).collect())
    }

    pub fn card(&self, query: &Query, item: ItemIx) -> Card {
        let mut card = self.plain_card(item);
        if query.summaries {
            card.summary = summary(self.engine, (self.row)(item));
        }
        card
    }

    /// Without a summary.
    pub fn plain_card(&self, item: ItemIx) -> Card {
        let mut card = Card {
            id: self.items.id(item),
            name: self.display.name(item).into(),
            genres: self.genres(item).into_iter().map(str::to_owned).collect(),
            year: self.items.year(item),
            platform: None,
            kind: None,
            language: None,
            runtime: self.display.runtime(item),
            rating: self.display.rating(item),
            image: self.display.image(item),
            url: self.display.url(item),
            attributes: Vec::new(),
            summary: None,
        };
        for attribute in self.items.attributes.iter().filter(|a| a.role != role::GENRE) {
            let mut values = attribute.values_of(item).map(str::to_owned);
            match attribute.name {
                "platform" => card.platform = values.next(),
                "type" => card.kind = values.next(),
                "language" => card.language = values.next(),
                name => {
                    let values: Vec<String> = values.collect();
                    if !values.is_empty() {
                        card.attributes.push((name.into(), values));
                    }
                }
            }
        }
        card
    }
}

fn summary(engine: &Engine, row: ItemIx) -> Option<String> {
    let part = engine.manifest.summaries_of(row)?;
    let texts = summaries::open(engine.summaries.get(part)?).ok()?;
    let place = row.at() % engine.manifest.summaries.items_per_file.max(1) as usize;
    Some(texts.get(place)).filter(|text| !text.is_empty()).map(String::from)
}

/// A score for people, to six decimals: equal in JSON of any host.
pub(super) fn rounded(score: f32) -> f64 {
    (f64::from(score) * 1e6 + 0.5) as u64 as f64 / 1e6
}

/// Those of the parts that the pack has and the engine has not.
pub(super) fn missing(engine: &Engine, parts: &[Part]) -> Vec<PartFile> {
    let missing = parts.iter().copied().filter(|part| !engine.has(*part));
    need(&engine.manifest, missing)
}

/// The files of parts.
pub(super) fn need(manifest: &Manifest, parts: impl IntoIterator<Item = Part>) -> Vec<PartFile> {
    parts.into_iter().filter_map(|part| manifest.file(part)).collect()
}

/// What `attach` checked can't be wrong now; were it so, it is said and not hidden.
pub(super) fn inconsistent(_: OpenError) -> QueryError {
    QueryError::Inconsistent {
        what: "an attached part",
    }
}
