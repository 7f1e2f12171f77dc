//! Features and lists to the files of a pack: display data, summaries, shards, tables, manifest.

use std::path::Path;

use aftershow_core::{
    ItemIx, Manifest, Query,
    kernel::{Features, Subject, similarity::TEXT_ONE},
    pack::{
        Container, PartEntry, Popularity, Series, Writer,
        display::{self, DisplayData},
        items::{AttributeData, ItemsData},
        layout::{FORMAT_VERSION, MAX_INFLATED, kind},
        lists::Lists,
        search,
        shard::{self, ShardData},
        summaries, table,
    },
};
use rayon::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    catalogue::{Catalogue, CatalogueItem},
    config::{AboutModel, Config},
    error::BuildError,
    features::items_data,
    files::{Files, PackReport, deflated, hex},
    heads,
    progress::{Progress, Stage},
    ratings::Rated,
    shards,
    train::Trained,
};

/// Summaries of so many rows share a file, at most.
const SUMMARIES_PER_FILE: usize = 1024;
/// So many ids share a table at least.
const IDS_PER_TABLE: usize = 256;
/// Length of the list of popular items: what a page shows where it has nothing better.
const POPULAR: usize = 60;

/// `manifest.json`: what the engine reads, then what is for people and tools.
#[derive(Serialize)]
struct ManifestFile<'a> {
    #[serde(flatten)]
    engine: &'a Manifest,
    /// The release that built the pack.
    built_by: &'a str,
    /// The configuration in force.
    config: &'a Config,
    /// The sentence encoder of the text rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    text_encoder: Option<&'a AboutModel>,
    /// What the training chose and measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    training: Option<&'a serde_json::Value>,
    /// What the rating model was learnt from.
    #[serde(skip_serializing_if = "Option::is_none")]
    rating_model: Option<&'a serde_json::Value>,
}

/// Writes a whole pack into `dir`, which exists and is empty.
///
/// # Errors
/// [`BuildError`] if a file can't be written or a part would be too large for the format.
#[allow(clippy::too_many_arguments, reason = "what the steps made, all of it")]
pub fn emit(
    catalogue: &Catalogue,
    features: Vec<u8>,
    neighbours: Vec<u8>,
    trained: &Trained,
    rated: &Rated,
    config: &Config,
    dir: &Path,
    progress: &Progress,
) -> Result<PackReport, BuildError> {
    let shards = catalogue.items.len().div_ceil(shards::ITEMS_PER_SHARD);
    let stage = progress.stage("pack", shards as u64);
    let mut files = Files::new(dir);
    let display_data = display_data(catalogue);
    let mut display_part = Writer::new(kind::DISPLAY);
    display::write(&mut display_part, &display_data);
    let mut parts = vec![
        files.resident("features", &features)?,
        files.resident("neighbours", &neighbours)?,
        files.resident("display", &display_part.finish()?)?,
    ];
    if !trained.is_empty() {
        let part = files.resident("collaborative", &trained.part)?;
        parts.push(PartEntry { optional: true, ..part });
    }
    for (name, model) in &trained.models {
        let part = files.resident("model", model)?;
        let name = name.clone();
        parts.push(PartEntry { name, ..part });
    }
    if !rated.is_empty() {
        let part = files.resident("ratings", &rated.part)?;
        parts.push(PartEntry { optional: true, ..part });
    }
    let summaries = write_summaries(catalogue, &mut files)?;
    let features = Container::open(features, kind::FEATURES)?;
    let features = Features::open(&features)?;
    let lazy = write_shards(
        catalogue,
        &features,
        neighbours,
        &display_data,
        &trained.part,
        config,
        &mut files,
        &stage,
    )?;
    let part = files.resident("search", &search::write(&display_data.names, &lazy.shard_of)?)?;
    parts.push(PartEntry { optional: true, ..part });
    parts.push(PartEntry {
        optional: true,
        ..lazy.popular
    });

    let mut manifest = Manifest {
        format: FORMAT_VERSION,
        pack_id: String::new(),
        version: config.pack_version.clone(),
        items: catalogue.items.len() as u32,
        id_kind: catalogue.id_kind,
        content: config.content.settings()?,
        parts,
        summaries,
        tables: Series {
            items_per_file: 0,
            hashes: lazy.tables,
        },
        shards: lazy.shards as u32,
        attribution: catalogue.attribution.clone(),
        heads: Vec::new(),
        personal: (!trained.is_empty()).then(|| config.personal.settings(&trained.model, trained.blend)),
        experiments: config.experiments.clone(),
    };
    // What the training found may not go with what the configuration says.
    manifest.check().map_err(|fault| BuildError::Config {
        place: "the configuration".to_owned(),
        reason: format!("makes a pack that nothing would open: {fault}"),
    })?;
    manifest.heads = heads::write(
        &manifest,
        catalogue,
        &display_data,
        &features,
        trained,
        config,
        &mut files,
    )?;
    let text_encoder = config.content.text_encoder.about()?;
    let json = |manifest: &Manifest| {
        let file = ManifestFile {
            engine: manifest,
            built_by: concat!("aftershow ", env!("CARGO_PKG_VERSION")),
            config,
            text_encoder: text_encoder.as_ref(),
            training: (!trained.is_empty()).then_some(&trained.figures),
            rating_model: (!rated.is_empty()).then_some(&rated.figures),
        };
        serde_json::to_vec(&file).map_err(BuildError::from)
    };
    // The manifest names every resident file, summary and table by its hash, and the tables the
    // shards: so its own hash is that of the whole pack.
    manifest.pack_id = hex(&Sha256::digest(json(&manifest)?))[..16].to_owned();
    files.plain("manifest.json", &json(&manifest)?)?;
    files.finish(manifest.pack_id)
}

fn display_data(catalogue: &Catalogue) -> DisplayData<'_> {
    let items = &catalogue.items;
    DisplayData {
        names: items.iter().map(|item| item.name.as_str()).collect(),
        runtimes: items.iter().map(|item| item.runtime.unwrap_or(0)).collect(),
        ratings: items.iter().map(|item| item.rating).collect(),
        images: items
            .iter()
            .map(|item| item.image.as_deref().unwrap_or_default())
            .collect(),
        urls: items
            .iter()
            .map(|item| item.url.as_deref().unwrap_or_default())
            .collect(),
    }
}

/// Writes the summaries; returns how many share a file, and the files' hashes.
fn write_summaries(catalogue: &Catalogue, files: &mut Files<'_>) -> Result<Series, BuildError> {
    // Fewer share a file where they are long: none may be larger than what its reader inflates.
    let bytes = |items: &[CatalogueItem]| {
        items
            .iter()
            .filter_map(|item| item.summary.as_ref())
            .map(String::len)
            .sum()
    };
    let mut per_file = SUMMARIES_PER_FILE;
    while per_file > 1
        && catalogue
            .items
            .chunks(per_file)
            .map(bytes)
            .any(|sum: usize| sum > MAX_INFLATED / 2)
    {
        per_file /= 2;
    }
    let packed: Vec<Vec<u8>> = catalogue
        .items
        .par_chunks(per_file)
        .map(|chunk| {
            deflated(&summaries::write(
                chunk.iter().map(|item| item.summary.as_deref().unwrap_or_default()),
            )?)
        })
        .collect::<Result<_, BuildError>>()?;
    let hashes: Result<_, BuildError> = packed.iter().map(|bytes| files.one_of("summaries", bytes)).collect();
    Ok(Series {
        items_per_file: per_file as u32,
        hashes: hashes?,
    })
}

/// What was written for pages that read no resident part.
struct Lazy {
    /// The tables' hashes.
    tables: Vec<String>,
    /// Number of shards.
    shards: usize,
    /// The shard of each item.
    shard_of: Vec<u64>,
    popular: PartEntry,
}

/// Writes shards, tables and the list of popular items. `model`: the collaborative part, which may be empty.
#[allow(clippy::too_many_arguments, reason = "a shard has something of every part")]
fn write_shards(
    catalogue: &Catalogue,
    features: &Features<'_>,
    neighbours: Vec<u8>,
    display: &DisplayData<'_>,
    model: &[u8],
    config: &Config,
    files: &mut Files<'_>,
    stage: &Stage<'_>,
) -> Result<Lazy, BuildError> {
    let neighbours = Container::open(neighbours, kind::NEIGHBOURS)?;
    let neighbours = Lists::open(&neighbours)?;
    // No query asks for more than MAX_N.
    let length = (config.content.top_n as usize).min(Query::MAX_N);
    let lists: Vec<Vec<u32>> = (0..catalogue.items.len())
        .map(|row| neighbours.get(row).take(length).collect())
        .collect();
    let groups = shards::group(&lists);
    let whole = Whole {
        items: items_data(catalogue)?,
        display,
        features,
        lists: &lists,
        length,
    };
    let packed: Vec<Vec<u8>> = groups
        .par_iter()
        .map(|group| {
            let bytes = deflated(&shard::write(&whole.shard(group))?)?;
            stage.inc(1);
            Ok(bytes)
        })
        .collect::<Result<_, BuildError>>()?;

    // A page's first answer reads all names of tables, in the manifest, and one table: with the square root of the items the two
    // weigh about the same.
    let items = catalogue.items.len();
    let tables = items.div_ceil(IDS_PER_TABLE.max(items.isqrt()));
    let mut entries: Vec<Vec<(u64, u64)>> = vec![Vec::new(); tables];
    let mut shard_of = vec![0; catalogue.items.len()];
    for (group, bytes) in groups.iter().zip(&packed) {
        let name = files.one_of("shard", bytes)?;
        let shard = u64::from_str_radix(&name, 16).unwrap_or_default();
        for row in group {
            let id = catalogue.items[*row as usize].id.hash64();
            entries[(id % tables as u64) as usize].push((id, shard));
            shard_of[*row as usize] = shard;
        }
    }
    let hashes: Vec<String> = entries
        .iter()
        .map(|entries| files.one_of("table", &deflated(&table::write(entries)?)?))
        .collect::<Result<_, BuildError>>()?;
    let popular = deflated(&shard::write(&whole.popular(model)?)?)?;
    Ok(Lazy {
        tables: hashes,
        shards: groups.len(),
        shard_of,
        popular: files.resident("popular", &popular)?,
    })
}

/// The data that shards are cut from.
struct Whole<'a> {
    items: ItemsData<'a>,
    display: &'a DisplayData<'a>,
    features: &'a Features<'a>,
    lists: &'a [Vec<u32>],
    length: usize,
}

impl<'a> Whole<'a> {
    fn shard(&self, own: &[u32]) -> ShardData<'a> {
        // Own items first, then whatever else their lists name.
        let mut rows: Vec<u32> = own
            .iter()
            .flat_map(|row| self.lists[*row as usize].iter().copied())
            .collect();
        rows.sort_unstable();
        rows.dedup();
        rows.retain(|row| own.binary_search(row).is_err());
        let others = rows;
        let number = |row: &u32| match own.binary_search(row) {
            Ok(place) => place as u32,
            Err(_) => (own.len() + others.partition_point(|other| other < row)) as u32,
        };
        let lists = own
            .iter()
            .map(|row| {
                let subject = Subject::of_features(self.features, ItemIx(*row));
                let how = aftershow_core::pack::GenreSimilarity::default(); // the text part has nothing to do with it
                let text = |other: &u32| subject.parts(self.features, ItemIx(*other), how).text;
                let list = self.lists[*row as usize].iter();
                list.map(|other| (number(other), (text(other) * TEXT_ONE).round() as u16))
                    .collect()
            })
            .collect();
        let rows: Vec<u32> = own.iter().chain(&others).copied().collect();
        self.cut(rows, lists)
    }

    /// The most popular items, without lists.
    fn popular(&self, model: &[u8]) -> Result<ShardData<'a>, BuildError> {
        let rows: Vec<u32> = (0..self.features.items.len().min(POPULAR) as u32).collect();
        let popularity = match model {
            [] => Vec::new(),
            model => {
                let part = Container::open(model.to_vec(), kind::COLLABORATIVE)?;
                Popularity::open(&part)?.first(rows.len()).collect()
            }
        };
        Ok(ShardData {
            popularity,
            ..self.cut(rows, Vec::new())
        })
    }

    /// Items with these lists.
    fn cut(&self, rows: Vec<u32>, lists: Vec<Vec<(u32, u16)>>) -> ShardData<'a> {
        ShardData {
            items: items_at(&self.items, &rows),
            display: display_at(self.display, &rows),
            lists,
            length: self.length,
            rows,
            popularity: Vec::new(),
        }
    }
}

/// The items of some rows.
pub fn items_at<'s>(all: &ItemsData<'s>, rows: &[u32]) -> ItemsData<'s> {
    let attribute = |all: &AttributeData<'s>| AttributeData {
        name: all.name,
        role: all.role,
        values: pick(&all.values, rows),
    };
    ItemsData {
        ids: pick(&all.ids, rows),
        years: pick(&all.years, rows),
        attributes: all.attributes.iter().map(attribute).collect(),
    }
}

/// What is shown of some rows.
pub fn display_at<'s>(all: &DisplayData<'s>, rows: &[u32]) -> DisplayData<'s> {
    DisplayData {
        names: pick(&all.names, rows),
        runtimes: pick(&all.runtimes, rows),
        ratings: pick(&all.ratings, rows),
        images: pick(&all.images, rows),
        urls: pick(&all.urls, rows),
    }
}

fn pick<T: Clone>(all: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().map(|row| all[*row as usize].clone()).collect()
}
