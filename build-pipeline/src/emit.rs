//! Features and lists to the files of a pack: display data, summaries, shards, tables, manifest.
//!
//! File names are content hashes, so a rebuild changes only the names of what changed.

use std::{fs, path::Path};

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
use libdeflater::{CompressionLvl, Compressor};
use rayon::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    catalogue::{Catalogue, CatalogueItem},
    config::{AboutModel, Config},
    error::BuildError,
    features::items_data,
    progress::{Progress, Stage},
    ratings::Rated,
    shards,
    train::Trained,
};

/// Summaries of so many rows share a file, at most.
const SUMMARIES_PER_FILE: usize = 1024;
/// So many ids share a table: with 512, the names of the tables in the manifest and a table itself
/// weigh about the same on a page's first answer for 80,000 items.
const IDS_PER_TABLE: usize = 512;
/// Length of the list of popular items: what a page shows where it has nothing better.
const POPULAR: usize = 60;
/// Effort of DEFLATE, 0 to 12. On shards of the 80k catalogue 9 saves another 0.1 % and takes half as long again;
/// 12 saves 2 % and takes seven times as long.
const DEFLATE_LEVEL: i32 = 6;

/// What was written.
#[derive(Clone, Debug, Serialize)]
pub struct PackReport {
    /// Hash of the whole content.
    pub pack_id: String,
    /// Number of files, the manifest and the checksums included.
    pub files: usize,
    /// Sizes by kind of part, in the order of the format.
    pub parts: Vec<PartSize>,
}

/// Size of the files of one kind.
#[derive(Clone, Debug, Serialize)]
pub struct PartSize {
    /// Kind of part.
    pub name: String,
    /// Number of files.
    pub files: usize,
    /// Bytes in all of them.
    pub bytes: u64,
}

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
    let lazy = write_shards(
        catalogue,
        features,
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
        personal: (!trained.is_empty()).then(|| config.personal.settings(&trained.model, trained.blend)),
        experiments: config.experiments.clone(),
    };
    // What the training found may not go with what the configuration says.
    manifest.check().map_err(|fault| BuildError::Config {
        place: "the configuration".to_owned(),
        reason: format!("makes a pack that nothing would open: {fault}"),
    })?;
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
    features: Vec<u8>,
    neighbours: Vec<u8>,
    display: &DisplayData<'_>,
    model: &[u8],
    config: &Config,
    files: &mut Files<'_>,
    stage: &Stage<'_>,
) -> Result<Lazy, BuildError> {
    let features = Container::open(features, kind::FEATURES)?;
    let features = Features::open(&features)?;
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
        features: &features,
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

    let tables = catalogue.items.len().div_ceil(IDS_PER_TABLE);
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
            items: ItemsData {
                ids: pick(&self.items.ids, &rows),
                years: pick(&self.items.years, &rows),
                attributes: self
                    .items
                    .attributes
                    .iter()
                    .map(|attribute| pick_attribute(attribute, &rows))
                    .collect(),
            },
            display: DisplayData {
                names: pick(&self.display.names, &rows),
                runtimes: pick(&self.display.runtimes, &rows),
                ratings: pick(&self.display.ratings, &rows),
                images: pick(&self.display.images, &rows),
                urls: pick(&self.display.urls, &rows),
            },
            lists,
            length: self.length,
            rows,
            popularity: Vec::new(),
        }
    }
}

fn pick<T: Clone>(all: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().map(|row| all[*row as usize].clone()).collect()
}

fn pick_attribute<'s>(all: &AttributeData<'s>, rows: &[u32]) -> AttributeData<'s> {
    AttributeData {
        name: all.name,
        role: all.role,
        values: pick(&all.values, rows),
    }
}

/// Raw DEFLATE (RFC 1951). No part may be larger than what its reader will inflate.
fn deflated(part: &[u8]) -> Result<Vec<u8>, BuildError> {
    if part.len() > MAX_INFLATED {
        return Err(BuildError::part_too_large(part.len(), MAX_INFLATED));
    }
    let mut compressor = Compressor::new(CompressionLvl::new(DEFLATE_LEVEL).unwrap_or_default());
    let mut out = vec![0; compressor.deflate_compress_bound(part.len())];
    let length = compressor
        .deflate_compress(part, &mut out)
        .map_err(|_| BuildError::part_too_large(part.len(), out.len()))?;
    out.truncate(length);
    Ok(out)
}

/// The files of a pack, as they are written.
struct Files<'a> {
    dir: &'a Path,
    /// File name and full SHA-256 of each, for `checksums.txt`.
    written: Vec<(String, String)>,
    sizes: Vec<PartSize>,
}

impl<'a> Files<'a> {
    fn new(dir: &'a Path) -> Files<'a> {
        Files {
            dir,
            written: Vec::new(),
            sizes: Vec::new(),
        }
    }

    /// A part with an entry of its own in the manifest.
    fn resident(&mut self, kind: &str, bytes: &[u8]) -> Result<PartEntry, BuildError> {
        let hash = self.one_of(kind, bytes)?;
        let (file, sha256) = (format!("{kind}.{hash}.bin"), hex(&Sha256::digest(bytes)));
        Ok(PartEntry {
            kind: kind.into(),
            name: String::new(),
            file,
            bytes: bytes.len() as u64,
            sha256,
            optional: false,
        })
    }

    /// One of many files of a kind; returns the hash in its name.
    fn one_of(&mut self, kind: &str, bytes: &[u8]) -> Result<String, BuildError> {
        let sha256 = hex(&Sha256::digest(bytes));
        let hash = sha256[..16].to_owned();
        self.write(kind, &format!("{kind}.{hash}.bin"), bytes, sha256)?;
        Ok(hash)
    }

    /// A file with a name of its own.
    fn plain(&mut self, name: &str, bytes: &[u8]) -> Result<(), BuildError> {
        self.write(name, name, bytes, hex(&Sha256::digest(bytes)))
    }

    fn write(&mut self, kind: &str, name: &str, bytes: &[u8], sha256: String) -> Result<(), BuildError> {
        let path = self.dir.join(name);
        fs::write(&path, bytes).map_err(|error| BuildError::write(&path, error))?;
        match self.sizes.iter_mut().find(|size| size.name == kind) {
            Some(size) => {
                size.files += 1;
                size.bytes += bytes.len() as u64;
            }
            None => self.sizes.push(PartSize {
                name: kind.into(),
                files: 1,
                bytes: bytes.len() as u64,
            }),
        }
        self.written.push((name.into(), sha256));
        Ok(())
    }

    /// Writes `checksums.txt`, which `sha256sum -c` reads.
    fn finish(mut self, pack_id: String) -> Result<PackReport, BuildError> {
        self.written.sort();
        self.written.dedup();
        let lines: String = self
            .written
            .iter()
            .map(|(name, sha256)| format!("{sha256}  {name}\n"))
            .collect();
        self.plain("checksums.txt", lines.as_bytes())?;
        Ok(PackReport {
            pack_id,
            files: self.written.len(),
            parts: self.sizes,
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
