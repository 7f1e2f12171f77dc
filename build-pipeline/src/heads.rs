//! Heads: packs of the best-known titles alone, for pages that show an answer while the whole catalogue is on its way.
//!
//! Rows stand by popularity, so a head has the first of them. What it says of a title is what the whole pack says: the same
//! codes, scales and weights, cut off. It shares the whole pack's summaries, and has no lists, shards, ratings or search.

use aftershow_core::{
    ItemIx, Manifest,
    kernel::Features,
    pack::{
        Collaborative, CollaborativeData, Container, Head, PartEntry, Series, Writer, collaborative,
        display::{self, DisplayData},
        items,
        layout::kind,
        rows,
    },
    quant::Row,
};
use sha2::{Digest, Sha256};

use crate::{
    catalogue::Catalogue,
    config::Config,
    emit::{display_at, items_at},
    error::BuildError,
    features::items_data,
    files::{Files, hex},
    train::Trained,
};

/// A head of more than a fourth of the titles would save a page too little.
const AT_MOST: usize = 4;

/// Writes the heads that the configuration asks for; what is left is said of them in the manifest.
///
/// # Errors
/// [`BuildError`] if a file can't be written.
pub fn write(
    whole: &Manifest,
    catalogue: &Catalogue,
    display: &DisplayData<'_>,
    features: &Features<'_>,
    trained: &Trained,
    config: &Config,
    files: &mut Files<'_>,
) -> Result<Vec<Head>, BuildError> {
    let most = catalogue.items.len() / AT_MOST;
    let mut sizes: Vec<usize> = config.personal.heads.iter().map(|size| *size as usize).collect();
    sizes.retain(|size| *size <= most);
    sizes.sort_unstable();
    sizes.dedup();
    sizes
        .into_iter()
        .map(|size| {
            let parts = parts(size, catalogue, display, features, trained, files)?;
            let json = serde_json::to_vec(&manifest(whole, size, parts)?)?;
            let file = format!("head.{}.json", &hex(&Sha256::digest(&json))[..16]);
            files.named("head", &file, &json)?;
            Ok(Head {
                items: size as u32,
                file,
            })
        })
        .collect()
}

fn parts(
    size: usize,
    catalogue: &Catalogue,
    display: &DisplayData<'_>,
    features: &Features<'_>,
    trained: &Trained,
    files: &mut Files<'_>,
) -> Result<Vec<PartEntry>, BuildError> {
    let first: Vec<u32> = (0..size as u32).collect();
    let mut features_part = Writer::new(kind::FEATURES);
    items::write(&mut features_part, &items_at(&items_data(catalogue)?, &first));
    let vocabulary = features.rows.vocabulary;
    let weights = vocabulary.idf.iter().map(|idf| idf.get());
    let vocabulary: Vec<(String, f32)> = vocabulary.terms.iter().map(str::to_owned).zip(weights).collect();
    let row = |row: &u32| {
        let row = features.rows.row(ItemIx(*row));
        Row {
            terms: row.terms.iter().map(|term| term.get()).collect(),
            codes: row.codes.to_vec(),
            scale: row.scale,
        }
    };
    rows::write(
        &mut features_part,
        &vocabulary,
        &first.iter().map(row).collect::<Vec<_>>(),
    );
    let mut display_part = Writer::new(kind::DISPLAY);
    display::write(&mut display_part, &display_at(display, &first));
    let mut parts = vec![
        files.resident("features", &features_part.finish()?)?,
        files.resident("display", &display_part.finish()?)?,
    ];
    if !trained.is_empty() {
        let part = files.resident("collaborative", &model(&trained.part, size)?)?;
        parts.push(PartEntry { optional: true, ..part });
    }
    for (name, whole) in &trained.models {
        let part = files.resident("model", &model(whole, size)?)?;
        let name = name.clone();
        parts.push(PartEntry { name, ..part });
    }
    Ok(parts)
}

/// The first titles of a model.
fn model(whole: &[u8], size: usize) -> Result<Vec<u8>, BuildError> {
    let whole = Container::open(whole.to_vec(), kind::COLLABORATIVE)?;
    let mut part = Writer::new(kind::COLLABORATIVE);
    collaborative::write(
        &mut part,
        &CollaborativeData::first(&Collaborative::open(&whole)?, size),
    )?;
    Ok(part.finish()?)
}

fn manifest(whole: &Manifest, size: usize, parts: Vec<PartEntry>) -> Result<Manifest, BuildError> {
    let summaries = &whole.summaries;
    let files = size.div_ceil(summaries.items_per_file.max(1) as usize);
    let mut head = Manifest {
        items: size as u32,
        parts,
        summaries: Series {
            items_per_file: summaries.items_per_file,
            hashes: summaries.hashes.iter().take(files).cloned().collect(),
        },
        tables: Series::default(),
        shards: 0,
        heads: Vec::new(),
        ..whole.clone()
    };
    head.pack_id = hex(&Sha256::digest(serde_json::to_vec(&head)?))[..16].to_owned();
    head.check()?;
    Ok(head)
}
