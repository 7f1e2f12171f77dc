//! From the records of all sources to one catalogue: ids of one kind, none twice, in the pack's order.

use std::collections::HashMap;

use aftershow_core::{ItemId, ids::IdKind};
use rayon::prelude::*;

use crate::{
    catalogue::{Catalogue, CatalogueItem, in_order},
    config::Config,
    error::BuildError,
    progress::Progress,
    rules,
    source::{self, Kind, Page, RawId, Source},
    tally::Tally,
};

/// Credit that TVmaze's licence asks for (CC BY-SA 4.0).
const TVMAZE_CREDIT: &str = "Show data from TVmaze (https://www.tvmaze.com), licensed under CC BY-SA 4.0";

/// Reads all sources into a whole catalogue, as it is without events.
///
/// # Errors
/// As [`read`].
pub fn fetch(config: &Config, progress: &Progress, tally: &mut Tally) -> Result<Catalogue, BuildError> {
    let mut catalogue = read(config, progress, tally)?;
    finish(&mut catalogue, config, tally);
    Ok(catalogue)
}

/// Reads the titles of all sources, in order.
///
/// # Errors
/// [`BuildError`] for input that can't be read, ids that can't be ids, and with `strict` for any
/// record that would be skipped.
pub fn read(config: &Config, progress: &Progress, tally: &mut Tally) -> Result<Catalogue, BuildError> {
    let stage = progress.stage("fetch", config.catalog.len() as u64);
    let mut assembler = Assembler {
        strict: config.strict,
        files: Vec::new(),
        entries: Vec::new(),
        extras: config
            .catalog
            .iter()
            .map(|source| source.kind == Kind::Ml1mExtra)
            .collect(),
        tally,
    };
    for (number, source) in config.catalog.iter().enumerate() {
        source::read(source, |page| assembler.add(number, source, page))?;
        stage.inc(1);
    }
    assembler.finish(config.id_kind)
}

/// Cuts a catalogue in order to its best-known titles, and says whom to credit.
pub fn finish(catalogue: &mut Catalogue, config: &Config, tally: &mut Tally) {
    if let Some(most) = config.max_items.filter(|most| *most < catalogue.items.len()) {
        tally.left_out = (catalogue.items.len() - most) as u64;
        catalogue.items.truncate(most);
    }
    catalogue.attribution = match &config.attribution {
        Some(text) => rules::plain(text),
        None if catalogue
            .items
            .iter()
            .any(|item| item.url.as_deref().is_some_and(is_on_tvmaze)) =>
        {
            TVMAZE_CREDIT.to_owned()
        }
        None => String::new(),
    };
}

fn is_on_tvmaze(url: &str) -> bool {
    let host = url
        .split_once("//")
        .map_or("", |(_, rest)| rest.split('/').next().unwrap_or_default());
    host.eq_ignore_ascii_case("tvmaze.com") || host.to_ascii_lowercase().ends_with(".tvmaze.com")
}

struct Assembler<'a> {
    strict: bool,
    /// Each file with the number of its source.
    files: Vec<(usize, String)>,
    entries: Vec<Entry>,
    /// For each source, whether it adds to titles of others.
    extras: Vec<bool>,
    tally: &'a mut Tally,
}

struct Entry {
    item: CatalogueItem,
    /// The source did not say whether the id is a number: until all are known it is held as a string.
    untyped: bool,
    /// The source adds to titles of others.
    is_extra: bool,
    place: Place,
}

#[derive(Clone, Copy)]
struct Place {
    file: u32,
    record: u64,
    line: u64,
}

impl Assembler<'_> {
    fn add(&mut self, source: usize, spec: &Source, page: Page) -> Result<(), BuildError> {
        let file = self.files.len() as u32;
        self.files.push((source, page.file));
        let prefix = spec.mapping.id_prefix.as_deref();
        // Cleaning is most of the work, and each record's own.
        let clean = |mut draft: source::Draft| {
            let place = Place {
                file,
                record: draft.record,
                line: draft.line,
            };
            let raw = std::mem::take(&mut draft.id).prefixed(prefix);
            // What is skipped anyway need not be clean.
            let cleaned = draft.name.is_some().then(|| rules::clean(ItemId::Int(0), draft));
            (place, raw, cleaned)
        };
        let cleaned: Vec<_> = page
            .records
            .into_par_iter()
            .map(|record| {
                record.map(clean).map_err(|u| {
                    (
                        Place {
                            file,
                            record: u.record,
                            line: u.line,
                        },
                        u.reason,
                    )
                })
            })
            .collect();
        self.tally.read += cleaned.len() as u64;
        for record in cleaned {
            match record {
                Err((place, reason)) => self.skip(place, "can't be read", &format!("can't be read: {reason}"))?,
                Ok((place, raw, cleaned)) => self.add_one(place, raw, cleaned)?,
            }
        }
        Ok(())
    }

    fn add_one(
        &mut self,
        place: Place,
        raw: RawId,
        cleaned: Option<(CatalogueItem, Vec<rules::Dropped>)>,
    ) -> Result<(), BuildError> {
        let untyped = matches!(raw, RawId::Untyped(_));
        let id = match raw {
            RawId::Missing => return self.skip(place, "no id", "has no id"),
            RawId::Int(v) => ItemId::Int(v),
            RawId::Text(s) | RawId::Untyped(s) => ItemId::Str(s),
            RawId::Bad(what) => {
                return Err(self.refuse(place, format!("the id is {what}; {ID_RULE}")));
            }
        };
        if !id.is_valid() {
            let shown: String = id.to_string().chars().take(40).collect();
            return Err(self.refuse(place, format!("the id {shown} … is too long or too large; {ID_RULE}")));
        }
        let Some((mut item, dropped)) = cleaned.filter(|(item, _)| !item.name.is_empty()) else {
            return self.skip(place, "no name", "has no name");
        };
        item.id = id;
        for value in dropped {
            let shown = self.shown(place);
            self.tally
                .drop_value(value.what, || format!("{:?} in {shown}", value.value));
        }
        let is_extra = self.extras[self.files[place.file as usize].0];
        self.entries.push(Entry {
            item,
            untyped,
            is_extra,
            place,
        });
        Ok(())
    }

    fn skip(&mut self, place: Place, reason: &'static str, message: &str) -> Result<(), BuildError> {
        if self.strict {
            return Err(self.refuse(
                place,
                format!("the record {message}; without --strict it would be skipped"),
            ));
        }
        let shown = self.shown(place);
        self.tally.skip(reason, || format!("{shown}: {message}"));
        Ok(())
    }

    fn refuse(&self, place: Place, reason: String) -> BuildError {
        BuildError::Record {
            place: self.shown(place),
            reason,
        }
    }

    fn shown(&self, place: Place) -> String {
        format!(
            "{}, record {} (line {})",
            self.files[place.file as usize].1, place.record, place.line
        )
    }

    fn finish(mut self, wanted: Option<IdKind>) -> Result<Catalogue, BuildError> {
        if self.entries.is_empty() {
            let files: Vec<&str> = self.files.iter().map(|(_, name)| name.as_str()).collect();
            let reason = format!(
                "of {} records none can be used; a title needs an id and a name",
                self.tally.read
            );
            return Err(BuildError::Input {
                place: files.join(", "),
                reason,
            });
        }
        let id_kind = self.one_kind(wanted)?;
        for entry in self
            .entries
            .iter_mut()
            .filter(|entry| entry.untyped && id_kind == IdKind::Integer)
        {
            if let Some(id) = ItemId::parse(&entry.item.id.to_string(), IdKind::Integer) {
                entry.item.id = id;
            }
        }
        self.join_extras();
        self.keep_the_newest()?;
        let mut items: Vec<CatalogueItem> = self.entries.into_iter().map(|entry| entry.item).collect();
        items.par_sort_unstable_by(in_order);
        Ok(Catalogue {
            id_kind,
            attribution: String::new(),
            items,
        })
    }

    /// The kind of all ids; what a source left open goes with the rest.
    fn one_kind(&self, wanted: Option<IdKind>) -> Result<IdKind, BuildError> {
        let is_integer = |entry: &Entry| match &entry.item.id {
            ItemId::Int(_) => true,
            ItemId::Str(s) => entry.untyped && ItemId::parse(s, IdKind::Integer).is_some(),
        };
        let first_string = self.entries.iter().find(|entry| !is_integer(entry));
        let first_number = self
            .entries
            .iter()
            .find(|entry| matches!(entry.item.id, ItemId::Int(_)));
        match (first_number, first_string) {
            (Some(number), Some(string)) => {
                let reason = format!(
                    "the id {} is an integer, and the id {:?} of {} is a string; a pack has one kind: \
                     write all ids the same way, or give the source of integers an `id_prefix`",
                    number.item.id,
                    string.item.id.to_string(),
                    self.shown(string.place)
                );
                Err(self.refuse(number.place, reason))
            }
            (_, Some(string)) if wanted == Some(IdKind::Integer) => {
                let reason = format!(
                    "the id {:?} is not an integer, and id_kind asks for integers",
                    string.item.id.to_string()
                );
                Err(self.refuse(string.place, reason))
            }
            (Some(number), _) if wanted == Some(IdKind::String) => {
                let reason = format!(
                    "the id {} is an integer, and id_kind asks for strings; give the source an `id_prefix`",
                    number.item.id
                );
                Err(self.refuse(number.place, reason))
            }
            (_, Some(_)) => Ok(IdKind::String),
            (_, None) => Ok(wanted.unwrap_or(IdKind::Integer)),
        }
    }

    /// Puts what extra records know into the titles of the same ids. An extra record without one is a title itself.
    fn join_extras(&mut self) {
        if !self.extras.contains(&true) {
            return;
        }
        let (extras, mut titles): (Vec<Entry>, Vec<Entry>) = std::mem::take(&mut self.entries)
            .into_iter()
            .partition(|entry| entry.is_extra);
        let places: HashMap<ItemId, usize> = titles.iter().map(|entry| entry.item.id.clone()).zip(0..).collect();
        let mut alone = Vec::new();
        for extra in extras {
            match places.get(&extra.item.id) {
                Some(place) => titles[*place].item.fill(extra.item),
                None => alone.push(extra),
            }
        }
        titles.extend(alone);
        self.entries = titles;
    }

    /// Of records of one source with one id, the newest stays; of equally new ones, the last.
    fn keep_the_newest(&mut self) -> Result<(), BuildError> {
        let mut newest: HashMap<&ItemId, usize> = HashMap::with_capacity(self.entries.len());
        let mut out = Vec::new();
        for (i, entry) in self.entries.iter().enumerate() {
            let Some(first) = newest.insert(&entry.item.id, i) else {
                continue;
            };
            let other = &self.entries[first];
            let source = |entry: &Entry| self.files[entry.place.file as usize].0;
            if source(entry) != source(other) {
                return Err(BuildError::DuplicateId {
                    id: entry.item.id.to_string(),
                    first: self.shown(other.place),
                    second: self.shown(entry.place),
                });
            }
            if entry.item.updated >= other.item.updated {
                out.push(first);
            } else {
                newest.insert(&entry.item.id, first);
                out.push(i);
            }
        }
        for i in &out {
            let (shown, id) = (self.shown(self.entries[*i].place), self.entries[*i].item.id.clone());
            self.tally.skip("older record of the same id", || {
                format!("{shown}: another record of the id {id} is newer")
            });
        }
        let mut older = vec![false; self.entries.len()];
        out.iter().for_each(|i| older[*i] = true);
        let mut i = 0;
        self.entries.retain(|_| {
            i += 1;
            !older[i - 1]
        });
        Ok(())
    }
}

/// What an id may be, for messages.
const ID_RULE: &str = "an id is an integer from 0 to 9007199254740991 or a string of 1 to 128 bytes";
