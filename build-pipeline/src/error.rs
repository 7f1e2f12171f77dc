//! What can stop a build, in one enum with stable codes. A message names the file, line or key, and ends with the
//! remedy.

use std::{fmt, io, path::Path};

use aftershow_core::{OpenError, QueryError};

/// Why the pipeline stopped.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// A flag or an argument that can't be carried out.
    Usage {
        /// What is wrong and what would be right.
        reason: String,
    },
    /// A configuration value that is not allowed.
    Config {
        /// The file, its line and the key, as far as they are known; or the flag.
        place: String,
        /// What is wrong and what would be right.
        reason: String,
    },
    /// Input that can't be read: a file that is missing, damaged or of another form.
    Input {
        /// The file, and the line if there is one.
        place: String,
        /// What is wrong and what would be right.
        reason: String,
    },
    /// A record that breaks a rule which has no way round it.
    Record {
        /// The file, the record and the line.
        place: String,
        /// What is wrong and what would be right.
        reason: String,
    },
    /// One id in two sources.
    DuplicateId {
        /// The id.
        id: String,
        /// Where it stands first.
        first: String,
        /// Where it stands again.
        second: String,
    },
    /// A step's stored product is missing, or was made from other input or with another configuration.
    Stale {
        /// The step whose product it is.
        step: &'static str,
        /// What differs.
        reason: String,
        /// The steps to run.
        run: String,
    },
    /// A folder that is not a pack, or a pack that can't be opened.
    Pack {
        /// The stable code: core's, or `pack`.
        code: &'static str,
        /// The folder or the file.
        place: String,
        /// What is wrong and what would be right.
        reason: String,
    },
    /// A question that the pack can't answer.
    Query(QueryError),
    /// A file or folder that can't be written.
    Write {
        /// The file or folder.
        place: String,
        /// What the system says.
        source: io::Error,
    },
    /// A value that can't be written as JSON: a fault of this program.
    Json(serde_json::Error),
    /// A part that core's writer or reader refuses although the input was checked: a fault of this program.
    Format(OpenError),
}

impl BuildError {
    /// A file or folder that can't be written.
    pub fn write(path: &Path, source: io::Error) -> BuildError {
        BuildError::Write {
            place: path.display().to_string(),
            source,
        }
    }

    /// A file or folder that can't be read.
    pub fn read(path: &Path, source: &io::Error) -> BuildError {
        let reason = match source.kind() {
            io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
            _ => source.to_string(),
        };
        BuildError::Input {
            place: path.display().to_string(),
            reason,
        }
    }

    /// A catalogue with more attributes than a pack may have.
    pub fn too_many_attributes(found: usize, most: usize) -> BuildError {
        BuildError::Config {
            place: "the catalogue".to_owned(),
            reason: format!(
                "it has {found} attributes, genre, platform, type and language included, and a pack holds at most {most}; \
                 name columns that nobody needs under `ignore` in the configuration"
            ),
        }
    }

    /// A model asked for in a program that can't run any.
    pub fn no_encoders() -> BuildError {
        BuildError::Config {
            place: "content.text_encoder (--text-encoder)".to_owned(),
            reason: "this aftershow was built without sentence encoders; build it with --features text-encoder, or use tfidf"
                .to_owned(),
        }
    }

    /// A deflated part that no reader would inflate.
    pub fn part_too_large(found: usize, most: usize) -> BuildError {
        BuildError::Config {
            place: "the catalogue".to_owned(),
            reason: format!(
                "one file of the pack would hold {found} bytes and at most {most} are allowed; \
                 shorten the summaries or lower content.top_n (--top-n)"
            ),
        }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            BuildError::Usage { .. } => "usage",
            BuildError::Config { .. } => "configuration",
            BuildError::Input { .. } => "input",
            BuildError::Record { .. } => "record",
            BuildError::DuplicateId { .. } => "duplicate_id",
            BuildError::Stale { .. } => "stale_step",
            BuildError::Pack { code, .. } => code,
            BuildError::Query(e) => e.code(),
            BuildError::Write { .. } => "write",
            BuildError::Json(_) => "json",
            BuildError::Format(e) => e.code(),
        }
    }

    /// The exit code: 2 for what the user can put right in flags, configuration or input, 1 for the rest.
    pub fn exit_code(&self) -> u8 {
        match self {
            BuildError::Write { .. } | BuildError::Json(_) | BuildError::Format(_) => 1,
            _ => 2,
        }
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BuildError::Usage { reason } => f.write_str(reason),
            BuildError::Config { place, reason }
            | BuildError::Input { place, reason }
            | BuildError::Record { place, reason }
            | BuildError::Pack { place, reason, .. } => write!(f, "{place}: {reason}"),
            BuildError::DuplicateId { id, first, second } => write!(
                f,
                "the id {id} is in two sources: {first}, and {second}; give one of the sources an `id_prefix` in the configuration"
            ),
            BuildError::Stale { step, reason, run } => {
                write!(
                    f,
                    "the stored result of the step `{step}` can't be used: {reason}; run --steps {run}"
                )
            }
            BuildError::Query(e) => e.fmt(f),
            BuildError::Write { place, source } => {
                write!(
                    f,
                    "{place} can't be written: {source}; check the space and the permissions there"
                )
            }
            BuildError::Json(e) => write!(
                f,
                "a value can't be written as JSON: {e}. This is a fault of aftershow: please report it"
            ),
            BuildError::Format(e) => {
                write!(
                    f,
                    "a part came out wrong: {e}. This is a fault of aftershow: please report it with the command you ran"
                )
            }
        }
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            BuildError::Write { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl From<serde_json::Error> for BuildError {
    fn from(e: serde_json::Error) -> BuildError {
        BuildError::Json(e)
    }
}

impl From<OpenError> for BuildError {
    fn from(e: OpenError) -> BuildError {
        BuildError::Format(e)
    }
}

impl From<QueryError> for BuildError {
    fn from(e: QueryError) -> BuildError {
        BuildError::Query(e)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_user_can_put_right_exits_with_2_and_the_rest_with_1() {
        let missing = BuildError::read(Path::new("shows.json"), &io::ErrorKind::NotFound.into());
        assert_eq!((missing.code(), missing.exit_code()), ("input", 2));
        assert_eq!(missing.to_string(), "shows.json: there is no such file or folder");
        let full = BuildError::write(Path::new("pack"), io::ErrorKind::StorageFull.into());
        assert_eq!((full.code(), full.exit_code()), ("write", 1));
        assert!(full.to_string().starts_with("pack can't be written: "), "{full}");
    }

    #[test]
    fn a_query_keeps_the_code_that_core_gave_it() {
        let error = BuildError::from(QueryError::UnknownItem { id: "7".into() });
        assert_eq!((error.code(), error.exit_code()), ("unknown_item", 2));
    }
}
