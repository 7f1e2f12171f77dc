//! The isolate's engines: opened by the first request, kept for the isolate's life. And the known people, kept for some
//! minutes: their files may change while the pack does not, as when somebody wants to be forgotten.
//!
//! The manifest is read once: a deployment starts new isolates, so an isolate never sees two packs.
//!
//! There are two engines over the one pack. The lazy one gets tables and shards and answers
//! item-to-item with the pack's own weights; the resident one gets the whole catalogue, and only
//! once a request needs it. An engine that has the catalogue answers everything by it, so with a
//! single one the first request with other weights would make every later answer a scan.
//!
//! Nothing here is borrowed across an `await`, and requests share no promise: the runtime forbids one
//! request to wait for another one's input. Two first requests at once each fetch what they need;
//! the second to come back finds it there and drops its own.

use std::cell::RefCell;

use aftershow_core::{Engine, Manifest, Part, PartFile};
use futures_util::future::try_join_all;

use crate::{
    api::{Call, Reply},
    bucket::PeopleFiles,
    files::{Fault, Files},
    people::{People, PeopleFile},
};

/// After so many milliseconds the files about people are read anew.
const KEEP_PEOPLE: u64 = 5 * 60 * 1000;

thread_local! {
    static ENGINES: RefCell<Option<Engines>> = const { RefCell::new(None) };
    /// With the time at which the first of their files was read.
    static PEOPLE: RefCell<(People, u64)> = RefCell::default();
}

struct Engines {
    lazy: Engine,
    resident: Engine,
}

/// Which of the two engines a request asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// With tables and shards.
    Lazy,
    /// With the whole catalogue.
    Resident,
}

impl Form {
    /// The form that has these parts; `self` unless one of them is of the catalogue.
    pub fn with(self, parts: &[PartFile]) -> Form {
        let resident = |file: &PartFile| {
            matches!(
                file.part,
                Part::Features
                    | Part::Display
                    | Part::Neighbours
                    | Part::Collaborative
                    | Part::Model(_)
                    | Part::Ratings
            )
        };
        if parts.iter().any(resident) {
            Form::Resident
        } else {
            self
        }
    }
}

/// What a request had to read.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// Parts, without the manifest.
    pub parts: usize,
    /// Bytes as stored, with the manifest.
    pub bytes: usize,
}

/// The id of the pack, if it is open.
pub fn pack_id() -> Option<String> {
    ask(Form::Lazy, |engine| engine.manifest().pack_id.clone()).ok()
}

/// Opens the pack, if this isolate has not done so yet; returns its id.
pub async fn open(files: &Files, loaded: &mut Loaded) -> Result<String, Fault> {
    const MANIFEST: &str = "manifest.json";
    if let Some(pack_id) = pack_id() {
        return Ok(pack_id);
    }
    let json = files.get(MANIFEST).await?;
    loaded.bytes += json.len();
    let refused = |error| Fault::refused(&error, MANIFEST);
    let manifest = Manifest::from_json(&json).map_err(refused)?;
    let lazy = Engine::open(manifest.clone()).map_err(refused)?;
    let resident = Engine::open(manifest).map_err(refused)?;
    ENGINES.with(|engines| {
        let mut engines = engines.try_borrow_mut().map_err(|_| busy())?;
        let open = engines.get_or_insert(Engines { lazy, resident });
        Ok(open.lazy.manifest().pack_id.clone())
    })
}

/// Takes a request one step further.
pub fn respond(form: Form, call: &mut Call<'_>) -> Result<Reply, Fault> {
    ask(form, |engine| {
        PEOPLE.with(|people| {
            let (people, _) = &mut *people.try_borrow_mut().map_err(|_| busy())?;
            Ok(call.respond(engine, people))
        })
    })?
}

/// Asks an engine.
fn ask<T>(form: Form, question: impl FnOnce(&Engine) -> T) -> Result<T, Fault> {
    ENGINES.with(|engines| {
        let engines = engines.try_borrow().map_err(|_| busy())?;
        let engines = engines.as_ref().ok_or_else(|| Fault::new("pack_not_open", ""))?;
        Ok(question(match form {
            Form::Lazy => &engines.lazy,
            Form::Resident => &engines.resident,
        }))
    })
}

/// Fetches the parts that the engine hasn't got, all at once, and attaches them.
pub async fn load(form: Form, parts: &[PartFile], files: &Files, loaded: &mut Loaded) -> Result<(), Fault> {
    let missing: Vec<&PartFile> = ask(form, |engine| {
        parts.iter().filter(|file| !engine.has(file.part)).collect()
    })?;
    let fetched = try_join_all(missing.iter().map(|file| files.part(file))).await?;
    for (file, (bytes, read)) in missing.into_iter().zip(fetched) {
        loaded.parts += 1;
        loaded.bytes += read;
        attach(form, file, bytes)?;
    }
    Ok(())
}

fn attach(form: Form, file: &PartFile, bytes: Vec<u8>) -> Result<(), Fault> {
    ENGINES.with(|engines| {
        let mut engines = engines.try_borrow_mut().map_err(|_| busy())?;
        let engines = engines.as_mut().ok_or_else(|| Fault::new("pack_not_open", ""))?;
        let engine = match form {
            Form::Lazy => &mut engines.lazy,
            Form::Resident => &mut engines.resident,
        };
        // Another request may have brought it while this one was fetching.
        if engine.has(file.part) {
            return Ok(());
        }
        engine
            .attach(file.part, bytes)
            .map_err(|error| Fault::refused(&error, &file.file))
    })
}

/// Forgets the files about people if they were read long ago. `now` is in milliseconds.
pub fn forget_old_people(now: u64) -> Result<(), Fault> {
    PEOPLE.with(|people| {
        let mut people = people.try_borrow_mut().map_err(|_| busy())?;
        if now.saturating_sub(people.1) > KEEP_PEOPLE {
            *people = (People::default(), now);
        }
        Ok(())
    })
}

/// Fetches files about people, all at once, and attaches them.
pub async fn load_people(wanted: &[PeopleFile], files: &PeopleFiles) -> Result<(), Fault> {
    let fetched = try_join_all(wanted.iter().map(|file| files.get(*file))).await?;
    for (file, bytes) in wanted.iter().zip(fetched) {
        ask(Form::Lazy, |engine| {
            PEOPLE.with(|people| {
                let (people, _) = &mut *people.try_borrow_mut().map_err(|_| busy())?;
                let attached = people.attach(*file, bytes, engine.manifest());
                attached.map_err(|error| Fault::of_people(error.code()))
            })
        })??;
    }
    Ok(())
}

/// No borrow outlives its closure, so this can't be; were it so, one request fails and not the isolate.
fn busy() -> Fault {
    Fault::new("engine_busy", "")
}
