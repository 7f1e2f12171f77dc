//! Features to neighbour lists: exact over all pairs, by core's own kernel on the quantized rows, so
//! a stored list is the beginning of what a full scan answers.

use aftershow_core::{
    ItemIx, Weights,
    kernel::{Features, Index, Limits, Scratch, Subject},
    pack::{Container, ContentSettings, Writer, layout::kind, lists},
};
use rayon::prelude::*;

use crate::{error::BuildError, progress::Progress};

/// The bytes of the neighbours part. Never more than one list a thread is under way, so memory is
/// the index and the lists.
///
/// # Errors
/// [`BuildError`] if `features` is not a features part.
pub fn find(features: &[u8], settings: &ContentSettings, progress: &Progress) -> Result<Vec<u8>, BuildError> {
    let part = Container::open(features.to_vec(), kind::FEATURES)?;
    let features = Features::open(&part)?;
    features.check()?;
    let items = features.items.len();
    let stage = progress.stage("similarities", items as u64);
    let index = Index::new(&features);
    let length = settings.top_n as usize;
    // Items of one genre set follow each other, so that what depends on genres alone is made once.
    let found: Vec<(u32, Vec<u32>)> = index
        .items()
        .par_chunks(256)
        .map_init(Scratch::default, |scratch, rows| {
            let lists: Vec<(u32, Vec<u32>)> = rows
                .iter()
                .map(|row| {
                    let item = ItemIx(*row);
                    if says_nothing(&features, item, &settings.weights) {
                        return (*row, Vec::new());
                    }
                    let subject = Subject::of_features(&features, item);
                    let limits = Limits {
                        n: length,
                        min: settings.min_similarity,
                        except: Some(item),
                        among: None,
                        factors: None,
                    };
                    let hits = index.search(&subject, &settings.weights, settings.genre_similarity, limits, scratch);
                    (*row, hits.iter().map(|hit| hit.item.0).collect())
                })
                .collect();
            stage.inc(lists.len() as u64);
            lists
        })
        .flatten_iter()
        .collect();
    let mut lists = vec![Vec::new(); items];
    found.into_iter().for_each(|(row, list)| lists[row as usize] = list);
    // A list with room left says that nothing more is alike: where all are empty, room for one says it as well as for
    // twenty.
    let room = if lists.iter().all(Vec::is_empty) { 1 } else { length };
    let mut out = Writer::new(kind::NEIGHBOURS);
    lists::write(&mut out, &lists, room, items);
    Ok(out.finish()?)
}

/// Whether nothing that has a weight is known of the item: then nothing is like it. A catalogue that is no more than
/// the items of a log would else be compared with itself for minutes, to find that.
fn says_nothing(features: &Features<'_>, item: ItemIx, weights: &Weights) -> bool {
    let items = &features.items;
    let has_genres = || {
        items
            .genre()
            .is_some_and(|genre| genre.set(genre.set_of_item.index(item.at())).next().is_some())
    };
    let has_metadata = || {
        items
            .metadata()
            .any(|attribute| attribute.set_of_item.at(item.at()) != 0)
    };
    !(weights.genre > 0.0 && has_genres()
        || weights.text > 0.0 && !features.rows.row(item).terms.is_empty()
        || weights.metadata > 0.0 && has_metadata()
        || weights.year > 0.0 && items.years.at(item.at()) != 0)
}
