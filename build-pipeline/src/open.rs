//! A pack in a folder, and the engine over it: the host that core leaves files to.

use std::{
    fs,
    path::{Path, PathBuf},
};

use aftershow_core::{
    Answer, Engine, Manifest, OpenError, Outcome, Part, PartFile, Query, QueryError, Recommendations,
    pack::{Container, layout::MAX_INFLATED},
};
use miniz_oxide::inflate::decompress_to_vec_with_limit;

use crate::{error::BuildError, users_out::absolute};

/// A pack in a folder. It reads what a question needs, when it needs it, and keeps it.
#[derive(Debug)]
pub struct PackDir {
    dir: PathBuf,
    manifest: serde_json::Value,
    engine: Engine,
}

impl PackDir {
    /// Opens the folder; reads the manifest only.
    ///
    /// # Errors
    /// [`BuildError::Pack`] if the folder is no pack, or one that this program does not read.
    pub fn open(dir: &Path) -> Result<PackDir, BuildError> {
        let path = dir.join("manifest.json");
        let json = match fs::read(&path) {
            Ok(json) => json,
            Err(_) if !dir.is_dir() => {
                return Err(no_pack(dir, "there is no such folder; `aftershow build` makes packs"));
            }
            Err(_) => {
                return Err(no_pack(
                    dir,
                    "is not a pack: it has no manifest.json; name the folder that `aftershow build --out` wrote",
                ));
            }
        };
        let refused = |e: OpenError| refused(&path, &e);
        let manifest = Manifest::from_json(&json).map_err(refused)?;
        let engine = Engine::open(manifest).map_err(refused)?;
        Ok(PackDir {
            dir: dir.to_owned(),
            manifest: serde_json::from_slice(&json)?,
            engine,
        })
    }

    /// What the engine knows of the manifest.
    pub fn manifest(&self) -> &Manifest {
        self.engine.manifest()
    }

    /// The whole manifest, with what is for people and tools.
    pub fn manifest_json(&self) -> &serde_json::Value {
        &self.manifest
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Makes sure that a file about people would not lie in the pack's folder, which is public.
    ///
    /// # Errors
    /// [`BuildError::Usage`].
    pub fn keep_out(&self, file: &Path) -> Result<(), BuildError> {
        if absolute(file)?.starts_with(absolute(&self.dir)?) {
            let (file, dir) = (file.display(), self.dir.display());
            return Err(BuildError::Usage {
                reason: format!("--out {file} is in the pack's folder {dir}, which is public; name a file beside it"),
            });
        }
        Ok(())
    }

    /// Attaches the resident parts, and the models of variants: then every question is answered by the whole catalogue at hand.
    ///
    /// # Errors
    /// [`BuildError::Pack`] names the file that is missing or damaged.
    pub fn attach_resident(&mut self) -> Result<(), BuildError> {
        let manifest = self.engine.manifest();
        let models = (0..).map_while(|number| manifest.file(Part::Model(number)));
        let resident: Vec<_> = manifest.resident().into_iter().chain(models).collect();
        resident.iter().try_for_each(|file| self.attach(file))
    }

    /// The engine, with what is attached of the pack: for many questions at once, from many threads, after
    /// [`PackDir::attach_resident`].
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Answers a question about an item; parts that it needs are read.
    ///
    /// # Errors
    /// [`BuildError::Query`], or [`BuildError::Pack`] names the file that is missing or damaged.
    pub fn answer(&mut self, query: &Query) -> Result<Answer, BuildError> {
        self.ask(|engine| engine.answer(query))
    }

    /// Recommends items to a person; parts that it needs are read.
    ///
    /// # Errors
    /// [`BuildError::Query`], or [`BuildError::Pack`] names the file that is missing or damaged.
    pub fn recommend(&mut self, query: &Query) -> Result<Recommendations, BuildError> {
        self.ask(|engine| engine.recommend(query))
    }

    /// A resident part for those who read it themselves, beside the engine.
    ///
    /// # Errors
    /// [`BuildError::Pack`] if the pack has no such part, or its file is missing or damaged.
    pub fn container(&self, part: Part, kind: u16) -> Result<Container, BuildError> {
        let Some(file) = self.manifest().file(part) else {
            return Err(no_pack(&self.dir, "the manifest lacks a part; rebuild the pack"));
        };
        Container::open(self.read(&file)?, kind).map_err(|e| refused(&self.dir.join(&file.file), &e))
    }

    /// Asks the engine anything; parts that it needs are read.
    ///
    /// # Errors
    /// [`BuildError::Query`], or [`BuildError::Pack`] names the file that is missing or damaged.
    pub fn ask<T>(&mut self, ask: impl Fn(&Engine) -> Result<Outcome<T>, QueryError>) -> Result<T, BuildError> {
        let mut asked: Vec<Part> = Vec::new();
        loop {
            let files = match ask(&self.engine)? {
                Outcome::Answer(answer) => return Ok(answer),
                Outcome::NeedParts(files) => files,
            };
            // A damaged pack may name a part that does not hold what was asked for: don't ask twice.
            if files.is_empty() || files.iter().any(|file| asked.contains(&file.part)) {
                return Err(no_pack(&self.dir, "the parts do not fit together; rebuild the pack"));
            }
            for file in &files {
                self.attach(file)?;
                asked.push(file.part);
            }
        }
    }

    fn attach(&mut self, file: &PartFile) -> Result<(), BuildError> {
        let bytes = self.read(file)?;
        self.engine
            .attach(file.part, bytes)
            .map_err(|e| refused(&self.dir.join(&file.file), &e))
    }

    /// The bytes of a file, inflated.
    fn read(&self, file: &PartFile) -> Result<Vec<u8>, BuildError> {
        let path = self.dir.join(&file.file);
        let bytes = fs::read(&path).map_err(|e| {
            no_pack(
                &path,
                &format!("the manifest names the file and it can't be read ({e}); rebuild the pack"),
            )
        })?;
        if !file.deflated {
            return Ok(bytes);
        }
        decompress_to_vec_with_limit(&bytes, MAX_INFLATED)
            .map_err(|e| no_pack(&path, &format!("can't be inflated ({:?}); rebuild the pack", e.status)))
    }
}

fn no_pack(place: &Path, reason: &str) -> BuildError {
    BuildError::Pack {
        code: "pack",
        place: place.display().to_string(),
        reason: reason.to_owned(),
    }
}

/// A file that core refuses.
pub fn refused(place: &Path, error: &OpenError) -> BuildError {
    BuildError::Pack {
        code: error.code(),
        place: place.display().to_string(),
        reason: error.to_string(),
    }
}
