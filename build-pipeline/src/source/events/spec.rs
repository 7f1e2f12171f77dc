//! A source of events as the user names it: a SPEC, and what its columns mean.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap};

use super::column::Column;
use crate::{
    error::BuildError,
    source::{movielens, spec::File},
};

/// What a SPEC may be, for messages.
const MAY_BE: &str = "a source of events is sample, movielens:DIR, jsonl:FILE, csv:FILE or user-items:FILE";

/// A kind of source of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The synthetic log that comes with the program.
    Sample,
    /// MovieLens's ratings, in any of its three forms; a file, or the data set's folder.
    Movielens,
    /// One JSON object a line.
    Jsonl,
    /// A table with a header line.
    Csv,
    /// A user and the user's items a line.
    UserItems,
}

impl Kind {
    /// As a SPEC writes it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Sample => "sample",
            Kind::Movielens => "movielens",
            Kind::Jsonl => "jsonl",
            Kind::Csv => "csv",
            Kind::UserItems => "user-items",
        }
    }
}

/// A source of events: `kind:path`, and for `jsonl` and `csv` what its columns mean.
#[derive(Clone, Debug, PartialEq)]
pub struct EventSource {
    /// Kind of source.
    pub kind: Kind,
    /// File or folder, as given; empty for the sample.
    pub path: String,
    /// What the path is relative to.
    pub base: PathBuf,
    /// Column → field: `movie: item_id`.
    pub columns: BTreeMap<String, String>,
    /// The character between the fields of a CSV line; a comma if absent, a tab for `.tsv`.
    pub delimiter: Option<char>,
    /// Text before every item's id, as the catalogue's source has it.
    pub id_prefix: Option<String>,
}

impl EventSource {
    /// Reads a SPEC.
    ///
    /// # Errors
    /// [`BuildError::Usage`] says what a SPEC may be.
    pub fn parse(spec: &str) -> Result<EventSource, BuildError> {
        let refuse = |what: &str| {
            let reason = format!("the source of events {spec:?} {what}; {MAY_BE}");
            Err(BuildError::Usage { reason })
        };
        let with_files = [Kind::Movielens, Kind::Jsonl, Kind::Csv, Kind::UserItems];
        let (kind, path) = match spec.split_once(':') {
            None if spec == "sample" => (Kind::Sample, ""),
            None if with_files.iter().any(|kind| kind.name() == spec) => return refuse("names no file"),
            None => return refuse("has no kind"),
            Some((name, path)) => match with_files.into_iter().find(|kind| kind.name() == name) {
                Some(_) if path.is_empty() => return refuse("names no file"),
                Some(kind) => (kind, path),
                None => return refuse("is of no known kind"),
            },
        };
        Ok(EventSource {
            kind,
            path: path.to_owned(),
            base: PathBuf::new(),
            columns: BTreeMap::new(),
            delimiter: None,
            id_prefix: None,
        })
    }

    /// The SPEC as it may be shown to anyone: of an absolute path only the last name.
    pub fn public_spec(&self) -> String {
        if self.kind == Kind::Sample {
            return self.kind.name().to_owned();
        }
        let path = Path::new(&self.path);
        let shown = match path.file_name() {
            Some(name) if path.is_absolute() => name.to_string_lossy().into_owned(),
            _ => self.path.clone(),
        };
        format!("{}:{shown}", self.kind.name())
    }

    /// The source as messages name it.
    pub fn shown(&self) -> String {
        match self.kind {
            Kind::Sample => "sample".to_owned(),
            kind => format!("{}:{}", kind.name(), self.path),
        }
    }

    /// Whether the two read a file of the same name in the same way.
    pub fn names_the_same_file(&self, other: &EventSource) -> bool {
        self.kind == other.kind && Path::new(&self.path).file_name() == Path::new(&other.path).file_name()
    }

    /// What a result made from the source depends on, besides the bytes of its files.
    ///
    /// # Errors
    /// [`BuildError::Json`], never in fact.
    pub fn meaning(&self) -> Result<String, BuildError> {
        let anywhere = EventSource {
            path: String::new(),
            base: PathBuf::new(),
            ..self.clone()
        };
        Ok(serde_json::to_string(&anywhere)?)
    }

    /// Checks what is said of the columns.
    ///
    /// # Errors
    /// [`BuildError::Config`] names the key, behind `place`.
    pub fn check(&self, place: &str) -> Result<(), BuildError> {
        let refuse = |key: &str, reason: String| {
            Err(BuildError::Config {
                place: format!("{place}.{key}"),
                reason: format!("{reason} ({})", self.shown()),
            })
        };
        let has_columns = matches!(self.kind, Kind::Jsonl | Kind::Csv);
        if !(has_columns || self.columns.is_empty() && self.delimiter.is_none()) {
            let reason = "only jsonl and csv sources have columns to map; here only id_prefix is possible";
            return refuse("columns", reason.to_owned());
        }
        for (column, field) in &self.columns {
            if Column::of_field(field).is_none() {
                let reason = format!("must be one of {}, and is {field:?}", Column::names());
                return refuse(&format!("columns.{column}"), reason);
            }
        }
        if self
            .delimiter
            .is_some_and(|c| !c.is_ascii() || matches!(c, '"' | '\n' | '\r'))
        {
            let reason = "must be one ASCII character, and no quote or line end";
            return refuse("delimiter", reason.to_owned());
        }
        Ok(())
    }

    /// The file to read; for the sample one with no path.
    ///
    /// # Errors
    /// [`BuildError::Input`] if there is none.
    pub fn file(&self) -> Result<File, BuildError> {
        let path = self.base.join(&self.path);
        match self.kind {
            Kind::Sample => Ok(File {
                name: "sample".to_owned(),
                path: PathBuf::new(),
            }),
            Kind::Movielens => movielens::file(&self.path, &path, &movielens::RATINGS),
            _ if path.is_dir() => Err(BuildError::Input {
                place: path.display().to_string(),
                reason: "is a folder, and this source is one file; name each file as a source of its own".to_owned(),
            }),
            _ => Ok(File {
                name: self.path.clone(),
                path,
            }),
        }
    }
}

impl Serialize for EventSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.columns.is_empty() && self.delimiter.is_none() && self.id_prefix.is_none() {
            return serializer.serialize_str(&self.public_spec());
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("spec", &self.public_spec())?;
        if !self.columns.is_empty() {
            map.serialize_entry("columns", &self.columns)?;
        }
        if let Some(delimiter) = self.delimiter {
            map.serialize_entry("delimiter", &delimiter)?;
        }
        if let Some(prefix) = &self.id_prefix {
            map.serialize_entry("id_prefix", prefix)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for EventSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<EventSource, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Entry {
            spec: String,
            #[serde(default)]
            columns: BTreeMap<String, String>,
            #[serde(default)]
            delimiter: Option<char>,
            #[serde(default)]
            id_prefix: Option<String>,
        }
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = EventSource;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{MAY_BE}, or a map with `spec` and what its columns mean")
            }

            fn visit_str<E: de::Error>(self, spec: &str) -> Result<EventSource, E> {
                EventSource::parse(spec).map_err(E::custom)
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<EventSource, A::Error> {
                let entry = Entry::deserialize(de::value::MapAccessDeserializer::new(map))?;
                let source = EventSource::parse(&entry.spec).map_err(de::Error::custom)?;
                Ok(EventSource {
                    columns: entry.columns,
                    delimiter: entry.delimiter,
                    id_prefix: entry.id_prefix,
                    ..source
                })
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_is_a_kind_and_a_path_and_anything_else_is_refused_with_what_it_may_be() {
        let source = EventSource::parse("user-items:C:/train.txt").unwrap();
        assert_eq!((source.kind, source.path.as_str()), (Kind::UserItems, "C:/train.txt"));
        assert_eq!(EventSource::parse("sample").unwrap().kind, Kind::Sample);
        for bad in ["", "train.txt", "csv", "jsonl:", "tvmaze:a.json", "sample:x"] {
            let message = EventSource::parse(bad).unwrap_err().to_string();
            assert!(message.contains(MAY_BE), "{message}");
        }
    }

    #[test]
    fn a_source_reads_back_from_the_form_in_the_manifest_which_names_no_folder_of_the_machine() {
        let json = r#"{"spec":"csv:/home/me/log.csv","columns":{"film":"item_id"},"delimiter":";","id_prefix":"n-"}"#;
        let source: EventSource = serde_json::from_str(json).unwrap();
        let public = serde_json::to_string(&source).unwrap();
        assert_eq!(public, json.replace("/home/me/", ""));
        assert_eq!(
            serde_json::to_string(&EventSource::parse("jsonl:/x/a.jsonl").unwrap()).unwrap(),
            "\"jsonl:a.jsonl\""
        );
    }

    #[test]
    fn a_mapping_that_makes_no_sense_is_refused_by_key() {
        let refused = |json: &str| {
            serde_json::from_str::<EventSource>(json)
                .unwrap()
                .check("interactions.sources[0]")
                .unwrap_err()
                .to_string()
        };
        for (json, key) in [
            (r#"{"spec": "csv:a", "columns": {"film": "movie"}}"#, "columns.film"),
            (r#"{"spec": "user-items:a", "columns": {"film": "item_id"}}"#, "columns"),
            (r#"{"spec": "csv:a", "delimiter": "\""}"#, "delimiter"),
        ] {
            let message = refused(json);
            assert!(
                message.starts_with(&format!("interactions.sources[0].{key}: ")),
                "{message}"
            );
        }
    }
}
