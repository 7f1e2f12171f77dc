//! A source as the user names it: a SPEC, and what its columns mean.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    mapping::{self, Mapping},
    movielens,
};
use crate::error::BuildError;

/// A kind of source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The shows that come with the program.
    Sample,
    /// TVmaze's `/shows`: a JSON array, or a folder of such pages.
    Tvmaze,
    /// MovieLens's films, in any of its three forms; a file, or the data set's folder.
    Movielens,
    /// The `movies_extrainfos.dat` that goes round with MovieLens 1M: what it knows is added to the titles of the same ids.
    Ml1mExtra,
    /// One JSON object a line.
    Jsonl,
    /// A table with a header line.
    Csv,
}

impl Kind {
    /// As a SPEC writes it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Sample => "sample",
            Kind::Tvmaze => "tvmaze",
            Kind::Movielens => "movielens",
            Kind::Ml1mExtra => "ml1m-extra",
            Kind::Jsonl => "jsonl",
            Kind::Csv => "csv",
        }
    }
}

/// A source: `kind:path`, and for `jsonl` and `csv` what its columns mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Kind of source.
    pub kind: Kind,
    /// File or folder, as given; empty for the sample.
    pub path: String,
    /// What the path is relative to.
    pub base: PathBuf,
    /// What the columns mean.
    pub mapping: Mapping,
}

impl Source {
    /// Reads a SPEC.
    ///
    /// # Errors
    /// [`BuildError::Usage`] says what a SPEC may be.
    pub fn parse(spec: &str) -> Result<Source, BuildError> {
        let refuse = |what: &str| {
            let may = "a source is sample, tvmaze:FILE, jsonl:FILE, csv:FILE, movielens:DIR or ml1m-extra:FILE";
            Err(BuildError::Usage {
                reason: format!("the source {spec:?} {what}; {may}"),
            })
        };
        let (kind, path) = match spec.split_once(':') {
            None if spec == "sample" => (Kind::Sample, ""),
            None if ["tvmaze", "movielens", "ml1m-extra", "jsonl", "csv"].contains(&spec) => {
                return refuse("names no file");
            }
            None => return refuse("has no kind"),
            Some(("tvmaze", path)) => (Kind::Tvmaze, path),
            Some(("movielens", path)) => (Kind::Movielens, path),
            Some(("ml1m-extra", path)) => (Kind::Ml1mExtra, path),
            Some(("jsonl", path)) => (Kind::Jsonl, path),
            Some(("csv", path)) => (Kind::Csv, path),
            Some((_, _)) => return refuse("is of no known kind"),
        };
        if kind != Kind::Sample && path.is_empty() {
            return refuse("names no file");
        }
        Ok(Source {
            kind,
            path: path.to_owned(),
            base: PathBuf::new(),
            mapping: Mapping::default(),
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

    /// Whether the source has columns to map.
    pub fn has_columns(&self) -> bool {
        matches!(self.kind, Kind::Jsonl | Kind::Csv)
    }

    /// Whether the two read a file of the same name in the same way.
    pub fn names_the_same_file(&self, other: &Source) -> bool {
        self.kind == other.kind && Path::new(&self.path).file_name() == Path::new(&other.path).file_name()
    }

    /// The source as messages name it.
    pub fn shown(&self) -> String {
        match self.kind {
            Kind::Sample => "sample".to_owned(),
            kind => format!("{}:{}", kind.name(), self.path),
        }
    }

    /// What a result made from the source depends on, besides the bytes of its files.
    ///
    /// # Errors
    /// [`BuildError::Json`], never in fact.
    pub fn meaning(&self) -> Result<String, BuildError> {
        let anywhere = Source {
            path: String::new(),
            base: PathBuf::new(),
            ..self.clone()
        };
        Ok(serde_json::to_string(&anywhere)?)
    }

    /// Checks the mapping.
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
        let m = &self.mapping;
        if !self.has_columns()
            && *m
                != (Mapping {
                    id_prefix: m.id_prefix.clone(),
                    ..Mapping::default()
                })
        {
            return refuse(
                "columns",
                "only jsonl and csv sources have columns to map; here only id_prefix is possible".to_owned(),
            );
        }
        for (column, target) in &m.columns {
            if target.trim().is_empty() {
                return refuse(
                    &format!("columns.{column}"),
                    "must name a field or an attribute; to leave it out, put it under ignore".to_owned(),
                );
            }
        }
        for (name, separator) in &m.split {
            if separator.is_empty() {
                return refuse(
                    &format!("split.{name}"),
                    "must be the text between two values, such as \",\"".to_owned(),
                );
            }
            let target = m.columns.get(name).map_or(name.as_str(), String::as_str);
            if mapping::is_single(target) {
                return refuse(
                    &format!("split.{name}"),
                    format!("the field {target} has one value, which is not split"),
                );
            }
        }
        if let Some(name) = m.constants.keys().find(|name| matches!(name.as_str(), "id" | "name")) {
            return refuse(
                &format!("constants.{name}"),
                "can't be the same for every record".to_owned(),
            );
        }
        if m.delimiter
            .is_some_and(|c| !c.is_ascii() || matches!(c, '"' | '\n' | '\r'))
        {
            return refuse(
                "delimiter",
                "must be one ASCII character, and no quote or line end".to_owned(),
            );
        }
        Ok(())
    }

    /// Where the file or folder is.
    pub fn location(&self) -> PathBuf {
        self.base.join(&self.path)
    }

    /// The files, in the order to read them. For the sample one with no path.
    ///
    /// # Errors
    /// [`BuildError::Input`] if there are none.
    pub fn files(&self) -> Result<Vec<File>, BuildError> {
        if self.kind == Kind::Sample {
            return Ok(vec![File {
                name: "sample".to_owned(),
                path: PathBuf::new(),
            }]);
        }
        let path = self.location();
        match self.kind {
            Kind::Movielens => return Ok(vec![movielens::file(&self.path, &path, &movielens::FILMS)?]),
            Kind::Ml1mExtra => return Ok(vec![movielens::file(&self.path, &path, &movielens::EXTRAS)?]),
            _ => {}
        }
        let about = fs::metadata(&path).map_err(|e| BuildError::read(&path, &e))?;
        if !about.is_dir() {
            return Ok(vec![File {
                name: self.path.clone(),
                path,
            }]);
        }
        if self.kind != Kind::Tvmaze {
            let reason = "is a folder, and this source is one file; name each file as a source of its own".to_owned();
            return Err(BuildError::Input {
                place: path.display().to_string(),
                reason,
            });
        }
        self.pages(&path)
    }

    fn pages(&self, folder: &Path) -> Result<Vec<File>, BuildError> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder).map_err(|e| BuildError::read(folder, &e))? {
            let name = entry
                .map_err(|e| BuildError::read(folder, &e))?
                .file_name()
                .to_string_lossy()
                .into_owned();
            if name.ends_with(".json") || name.ends_with(".json.gz") {
                names.push(name);
            }
        }
        if names.is_empty() {
            let reason = "the folder has no .json or .json.gz file".to_owned();
            return Err(BuildError::Input {
                place: folder.display().to_string(),
                reason,
            });
        }
        // Page 10 comes after page 9.
        names.sort_by_key(|name| (first_number(name), name.clone()));
        let as_file = |name: String| File {
            name: format!("{}/{name}", self.path.trim_end_matches('/')),
            path: folder.join(&name),
        };
        Ok(names.into_iter().map(as_file).collect())
    }
}

fn first_number(name: &str) -> u64 {
    let digits: String = name
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse().unwrap_or(u64::MAX)
}

/// A file of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The name for messages.
    pub name: String,
    /// The path to read.
    pub path: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_is_a_kind_and_a_path_and_anything_else_is_refused_with_what_it_may_be() {
        assert_eq!(Source::parse("sample").unwrap().kind, Kind::Sample);
        let source = Source::parse("csv:C:/a.csv").unwrap();
        assert_eq!((source.kind, source.path.as_str()), (Kind::Csv, "C:/a.csv"));
        for bad in ["", "shows.json", "csv", "csv:", "xml:a.xml", "sample:x"] {
            let message = Source::parse(bad).unwrap_err().to_string();
            assert!(
                message.contains(
                    "a source is sample, tvmaze:FILE, jsonl:FILE, csv:FILE, movielens:DIR or ml1m-extra:FILE"
                ),
                "{message}"
            );
        }
    }

    #[test]
    fn the_public_spec_keeps_only_the_name_of_an_absolute_path() {
        assert_eq!(
            Source::parse("tvmaze:/home/me/shows.json").unwrap().public_spec(),
            "tvmaze:shows.json"
        );
        assert_eq!(
            Source::parse("tvmaze:data/shows.json").unwrap().public_spec(),
            "tvmaze:data/shows.json"
        );
    }

    #[test]
    fn the_pages_of_a_folder_come_in_the_order_of_their_numbers() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["shows-10.json", "shows-9.json.gz", "shows-0.json", "notes.txt"] {
            fs::write(dir.path().join(name), "[]").unwrap();
        }
        let source = Source::parse(&format!("tvmaze:{}", dir.path().display())).unwrap();
        let files = source.files().unwrap();
        let names: Vec<_> = files
            .iter()
            .map(|f| f.path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["shows-0.json", "shows-9.json.gz", "shows-10.json"]);
    }

    #[test]
    fn a_folder_without_pages_and_a_folder_as_csv_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let refused = |kind: &str| {
            Source::parse(&format!("{kind}:{}", dir.path().display()))
                .unwrap()
                .files()
                .unwrap_err()
                .to_string()
        };
        assert!(refused("tvmaze").contains("has no .json"), "{}", refused("tvmaze"));
        assert!(refused("csv").contains("is a folder"), "{}", refused("csv"));
    }

    #[test]
    fn a_mapping_that_makes_no_sense_is_refused_by_key() {
        let refused = |json: &str| {
            serde_json::from_str::<Source>(json)
                .unwrap()
                .check("catalog[0]")
                .unwrap_err()
                .to_string()
        };
        let cases = [
            (
                r#"{"spec": "csv:a", "split": {"genres": ""}}"#,
                "catalog[0].split.genres",
            ),
            (
                r#"{"spec": "csv:a", "split": {"title": ","}, "columns": {"title": "name"}}"#,
                "catalog[0].split.title",
            ),
            (
                r#"{"spec": "csv:a", "constants": {"id": "1"}}"#,
                "catalog[0].constants.id",
            ),
            (
                r#"{"spec": "csv:a", "columns": {"title": " "}}"#,
                "catalog[0].columns.title",
            ),
            (
                r#"{"spec": "sample", "columns": {"title": "name"}}"#,
                "catalog[0].columns",
            ),
            (r#"{"spec": "csv:a", "delimiter": "\""}"#, "catalog[0].delimiter"),
        ];
        for (json, key) in cases {
            assert!(refused(json).starts_with(&format!("{key}: ")), "{}", refused(json));
        }
    }
}
