//! `aftershow inspect`: what is in a pack, byte by byte.

use std::{fmt::Write, fs};

use aftershow_core::{
    Manifest,
    pack::{Head, PartEntry, sections},
};
use serde::Serialize;

use crate::{
    error::BuildError,
    open::{PackDir, refused},
    report::size,
};

/// What is in a pack. `sections` add up to `bytes_total`.
#[derive(Clone, Debug, Serialize)]
pub struct Inspection {
    /// Version of the format.
    pub format_version: u32,
    /// Hash of the whole content.
    pub pack_id: String,
    /// Number of titles.
    pub items: u32,
    /// Bytes of all files.
    pub bytes_total: u64,
    /// Where the bytes are.
    pub sections: Vec<SectionSize>,
    /// The configuration that the pack was built with.
    pub config: serde_json::Value,
}

/// Bytes of a section, or of all files of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SectionSize {
    /// `part/section`, or the kind of files.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
}

/// Looks into every file of a pack.
///
/// # Errors
/// [`BuildError::Pack`] names the file that is missing or damaged.
pub fn inspect(pack: &PackDir) -> Result<Inspection, BuildError> {
    let manifest = pack.manifest();
    let mut rows = vec![SectionSize {
        name: "manifest".to_owned(),
        bytes: bytes_of(pack, "manifest.json")?,
    }];
    for part in &manifest.parts {
        rows.extend(part_sections(pack, part)?);
    }
    let files = |kind: &str, hashes: &[String]| -> Result<u64, BuildError> {
        // Equal files have one name and are one file.
        let mut hashes: Vec<&String> = hashes.iter().collect();
        hashes.sort_unstable();
        hashes.dedup();
        hashes
            .iter()
            .map(|hash| bytes_of(pack, &format!("{kind}.{hash}.bin")))
            .sum()
    };
    let mut add = |name: &str, bytes: u64| {
        if bytes > 0 {
            rows.push(SectionSize {
                name: name.to_owned(),
                bytes,
            });
        }
    };
    add("summaries", files("summaries", &manifest.summaries.hashes)?);
    add("tables", files("table", &manifest.tables.hashes)?);
    add("shards", shard_bytes(pack)?);
    for head in &manifest.heads {
        add(&format!("head of {}", head.items), head_bytes(pack, head)?);
    }
    if pack.dir().join("checksums.txt").exists() {
        add("checksums", bytes_of(pack, "checksums.txt")?);
    }
    Ok(Inspection {
        format_version: manifest.format,
        pack_id: manifest.pack_id.clone(),
        items: manifest.items,
        bytes_total: rows.iter().map(|row| row.bytes).sum(),
        sections: rows,
        config: pack.manifest_json().get("config").cloned().unwrap_or_default(),
    })
}

/// The files of a head that are its own.
fn head_bytes(pack: &PackDir, head: &Head) -> Result<u64, BuildError> {
    let path = pack.dir().join(&head.file);
    let json = fs::read(&path).map_err(|e| missing(pack, &head.file, &e))?;
    let manifest = Manifest::from_json(&json).map_err(|e| refused(&path, &e))?;
    let parts: Result<Vec<u64>, BuildError> = manifest.parts.iter().map(|part| bytes_of(pack, &part.file)).collect();
    Ok(json.len() as u64 + parts?.iter().sum::<u64>())
}

fn part_sections(pack: &PackDir, part: &PartEntry) -> Result<Vec<SectionSize>, BuildError> {
    let manifest = pack.manifest();
    let file = manifest.part_named(&part.file).and_then(|part| manifest.file(part));
    if file.is_some_and(|file| file.deflated) {
        let bytes = bytes_of(pack, &part.file)?;
        return Ok(vec![SectionSize {
            name: part.kind.clone(),
            bytes,
        }]);
    }
    let path = pack.dir().join(&part.file);
    let bytes = fs::read(&path).map_err(|e| missing(pack, &part.file, &e))?;
    let found = sections(&bytes).map_err(|e| refused(&path, &e))?;
    let mut rows: Vec<SectionSize> = found
        .into_iter()
        .map(|(name, bytes)| SectionSize {
            name: format!("{}/{name}", part.kind),
            bytes,
        })
        .collect();
    let padding = (bytes.len() as u64).saturating_sub(rows.iter().map(|row| row.bytes).sum());
    if padding > 0 {
        rows.push(SectionSize {
            name: format!("{}/padding", part.kind),
            bytes: padding,
        });
    }
    Ok(rows)
}

/// Shards are named by the tables, not by the manifest: all that lie in the folder count.
fn shard_bytes(pack: &PackDir) -> Result<u64, BuildError> {
    let mut sum = 0;
    for entry in fs::read_dir(pack.dir()).map_err(|e| BuildError::read(pack.dir(), &e))? {
        let entry = entry.map_err(|e| BuildError::read(pack.dir(), &e))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("shard.") && name.ends_with(".bin") {
            sum += bytes_of(pack, &name)?;
        }
    }
    Ok(sum)
}

fn bytes_of(pack: &PackDir, name: &str) -> Result<u64, BuildError> {
    fs::metadata(pack.dir().join(name))
        .map(|about| about.len())
        .map_err(|e| missing(pack, name, &e))
}

fn missing(pack: &PackDir, name: &str, error: &std::io::Error) -> BuildError {
    BuildError::Pack {
        code: "pack",
        place: pack.dir().join(name).display().to_string(),
        reason: format!("the manifest names the file and it can't be read ({error}); rebuild the pack"),
    }
}

/// The inspection for people.
///
/// # Errors
/// [`BuildError::Json`], never in fact.
pub fn for_people(pack: &PackDir, found: &Inspection) -> Result<String, BuildError> {
    let manifest = pack.manifest();
    let mut out = String::new();
    let mut row = |name: &str, value: &str| out.push_str(&format!("{name:<16} {value}\n"));
    row("pack", &found.pack_id);
    row("version", &manifest.version);
    row("format", &found.format_version.to_string());
    row("titles", &found.items.to_string());
    row(
        "ids",
        if manifest.id_kind == aftershow_core::ids::IdKind::Integer {
            "integers"
        } else {
            "strings"
        },
    );
    let w = manifest.content.weights;
    row(
        "weights",
        &format!(
            "genre {}, text {}, metadata {}, year {}",
            w.genre, w.text, w.metadata, w.year
        ),
    );
    row(
        "stored lists",
        &format!(
            "{} neighbours, from {} on",
            manifest.content.top_n, manifest.content.min_similarity
        ),
    );
    row("shards", &manifest.shards.to_string());
    if !manifest.attribution.is_empty() {
        row("credit", &manifest.attribution);
    }
    let widest = found.sections.iter().map(|s| s.name.chars().count()).max().unwrap_or(0);
    out.push('\n');
    for section in &found.sections {
        writeln!(out, "{:<widest$}  {:>10}", section.name, size(section.bytes)).ok();
    }
    writeln!(out, "{:<widest$}  {:>10}", "in all", size(found.bytes_total)).ok();
    writeln!(out, "\nconfiguration\n{}", serde_json::to_string_pretty(&found.config)?).ok();
    Ok(out)
}
