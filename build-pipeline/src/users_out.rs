//! Known people in a folder of their own: `DIR/<pack_id>/users.json` and the user parts beside it.
//!
//! Private: what is public is the pack's folder, so this one is never in it, nor around it. Files are for their owner
//! alone, and the key that places people in files comes from the system.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use aftershow_core::{
    ItemIx, Person, UserIdKind,
    pack::{
        Container, Writer,
        layout::kind,
        users::{MAX_USER_SHARDS, MAX_USER_VALUE, UserRecord, Users, UsersManifest, write_users},
    },
};
use rayon::prelude::*;
use serde::Serialize;

use crate::{
    config::Config,
    error::BuildError,
    gather::Gathered,
    interactions::Interactions,
    open::{PackDir, refused},
    preferences::Preferences,
    progress::Progress,
    recommend, scratch,
    step::Plan,
};

/// So many people share a file, on average: a read of some kilobytes answers one.
const USERS_PER_SHARD: usize = 64;
/// The manifest's name.
const MANIFEST: &str = "users.json";

/// Everybody of whom something is to be kept.
#[derive(Clone, Debug)]
pub struct Known<'a> {
    /// What they did. Nobody has one item in two of them.
    pub events: Vec<&'a Interactions>,
    /// What they say they prefer.
    pub preferences: &'a Preferences,
    /// How they rated. Nobody has one item in two of them.
    pub ratings: Vec<&'a Interactions>,
}

impl<'a> Known<'a> {
    /// With what was too little to learn from: somebody with a single title is known too.
    fn of(gathered: &'a Gathered) -> Known<'a> {
        Known {
            events: vec![&gathered.interactions, &gathered.left_out],
            preferences: &gathered.preferences,
            ratings: vec![&gathered.ratings, &gathered.lone_ratings],
        }
    }

    /// Everybody, in the order of the ids' bytes.
    fn ids(&self) -> Vec<&'a str> {
        let logs = self.events.iter().chain(&self.ratings);
        let with_events = logs.flat_map(|events| &events.users);
        let mut ids: Vec<&str> = with_events.map(String::as_str).collect();
        ids.extend(self.preferences.of_user.keys().map(String::as_str));
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    fn record(&self, id: &str) -> UserRecord {
        let within = |value: f32| value.clamp(-MAX_USER_VALUE, MAX_USER_VALUE);
        let mut kept = Vec::new();
        for events in &self.events {
            let range = events.find(id).map_or(0..0, |user| events.range(user));
            kept.extend(range.map(|at| {
                (
                    ItemIx(events.items[at]),
                    within(events.weights[at]),
                    Some(events.days[at]).filter(|day| *day > 0),
                )
            }));
        }
        kept.sort_by_key(|(item, ..)| *item);
        let mut ratings = Vec::new();
        for told in &self.ratings {
            let range = told.find(id).map_or(0..0, |user| told.range(user));
            ratings.extend(range.map(|at| (ItemIx(told.items[at]), within(told.weights[at]))));
        }
        ratings.sort_by_key(|(item, _)| *item);
        UserRecord {
            id: id.to_owned(),
            events: kept,
            genres: self.preferences.of(id).to_vec(),
            ratings,
        }
    }
}

/// What was written.
#[derive(Clone, Debug, Serialize)]
pub struct UsersReport {
    /// Number of people.
    pub users: usize,
    /// Number of files, without the manifest.
    pub files: usize,
    /// Bytes of the files.
    pub bytes: u64,
    /// The folder.
    pub dir: String,
    /// Folders beside it, of other packs.
    pub other_packs: Vec<String>,
}

/// Makes sure that people's data would not lie where a pack is served from, before hours go into making it.
///
/// # Errors
/// [`BuildError::Usage`] if one of the two folders is in the other, or the users' is a file.
pub fn check(dir: &Path, pack: &Path) -> Result<(), BuildError> {
    let refuse = |what: &str| {
        Err(BuildError::Usage {
            reason: format!("--users-out {}: {what}; name a folder beside it", dir.display()),
        })
    };
    let (users, public) = (absolute(dir)?, absolute(pack)?);
    if users.starts_with(&public) {
        return refuse("is in the pack's folder, which is public");
    }
    if public.starts_with(&users) {
        return refuse("contains the pack's folder, which is public");
    }
    if dir.exists() && !dir.is_dir() {
        return refuse("is a file");
    }
    Ok(())
}

/// Checks what a plan says of people.
///
/// # Errors
/// As [`check`].
pub fn check_plan(plan: &Plan) -> Result<(), BuildError> {
    plan.users_out.as_deref().map_or(Ok(()), |dir| check(dir, &plan.out))
}

/// Checks that there are people to keep, and that all have ids that they may have, before the long steps.
///
/// # Errors
/// [`BuildError::Usage`] if there is nobody, [`BuildError::Input`] names the id.
pub fn check_people(plan: &Plan, config: &Config, gathered: &Gathered) -> Result<(), BuildError> {
    if plan.users_out.is_none() {
        return Ok(());
    }
    let ids = Known::of(gathered).ids();
    if ids.is_empty() {
        return Err(BuildError::Usage {
            reason: "--users-out: there is nobody to keep; give --interactions, --ratings or --users".to_owned(),
        });
    }
    check_ids(&ids, config.personal.user_ids)
}

/// Writes everybody of a run, if the plan asks for it.
///
/// # Errors
/// As [`write()`].
pub fn of_run(
    plan: &Plan,
    config: &Config,
    gathered: &Gathered,
    pack_id: &str,
    progress: &Progress,
) -> Result<Option<UsersReport>, BuildError> {
    let Some(dir) = &plan.users_out else { return Ok(None) };
    let report = write(dir, pack_id, &Known::of(gathered), config.personal.user_ids, progress)?;
    if !report.other_packs.is_empty() {
        progress.warn(&format!(
            "--users-out {}: also has people of other packs, in {}; who asks to be forgotten is in there still, so delete the \
             folders whose packs are no longer served",
            dir.display(),
            report.other_packs.join(", ")
        ));
    }
    Ok(Some(report))
}

/// The message has no id in it: it may end up in a log.
fn check_ids(ids: &[&str], kind: UserIdKind) -> Result<(), BuildError> {
    ids.iter().enumerate().try_for_each(|(at, id)| {
        kind.check(id).map_err(|e| BuildError::Input {
            place: format!("user {} of {}, in the order of the ids' bytes", at + 1, ids.len()),
            reason: e.to_string(),
        })
    })
}

/// The folders in `dir` that hold people of other packs, by name.
fn other_packs(dir: &Path, pack_id: &str) -> Vec<String> {
    let folders = fs::read_dir(dir).into_iter().flatten().flatten();
    let others = folders.filter(|folder| folder.file_name() != pack_id && folder.path().join(MANIFEST).is_file());
    let mut others: Vec<String> = others.map(|folder| folder.path().display().to_string()).collect();
    others.sort_unstable();
    others
}

/// The path without links and dots, as far as it exists; what does not exist yet is appended.
pub fn absolute(path: &Path) -> Result<PathBuf, BuildError> {
    let whole = std::path::absolute(path).map_err(|e| BuildError::read(path, &e))?;
    let mut found = PathBuf::new();
    for part in whole.components() {
        match part {
            std::path::Component::ParentDir => drop(found.pop()),
            part => found.push(part),
        }
        // Of what exists, where it really is: a link may lead into the other folder.
        if let Ok(real) = fs::canonicalize(&found) {
            found = real;
        }
    }
    Ok(found)
}

/// Writes everybody who did something or prefers something. What is there for the same pack is replaced whole.
///
/// # Errors
/// [`BuildError::Input`] for an id that is none of this kind, [`BuildError::Write`]; what was there is then there
/// still.
pub fn write(
    dir: &Path,
    pack_id: &str,
    known: &Known<'_>,
    user_ids: UserIdKind,
    progress: &Progress,
) -> Result<UsersReport, BuildError> {
    let ids = known.ids();
    check_ids(&ids, user_ids)?;
    let stage = progress.stage("users", ids.len() as u64);
    let shards = ids.len().div_ceil(USERS_PER_SHARD).clamp(1, MAX_USER_SHARDS as usize);
    let manifest = UsersManifest::new(pack_id.to_owned(), shards as u32, key()?, user_ids, ids.len() as u64);
    let mut placed: Vec<Vec<&str>> = vec![Vec::new(); shards];
    for id in &ids {
        placed[aftershow_core::pack::users::shard_of(&manifest.key, manifest.shards, id) as usize].push(id);
    }
    let place = dir.join(pack_id);
    let bytes = scratch::write_dir(&place, |new| {
        private_dir(new)?;
        let shard = |(shard, ids): (usize, &Vec<&str>)| {
            let records: Vec<UserRecord> = ids.iter().map(|id| known.record(id)).collect();
            let mut part = Writer::new(kind::USERS);
            write_users(&mut part, &records)?;
            let bytes = part.finish()?;
            private_file(&new.join(UsersManifest::file(shard as u32)), &bytes)?;
            stage.inc(ids.len() as u64);
            Ok(bytes.len() as u64)
        };
        let sizes: Vec<u64> = placed
            .par_iter()
            .enumerate()
            .map(shard)
            .collect::<Result<_, BuildError>>()?;
        private_file(&new.join(MANIFEST), &serde_json::to_vec(&manifest)?)?;
        Ok(sizes.iter().sum())
    })?;
    Ok(UsersReport {
        users: ids.len(),
        files: shards,
        bytes,
        dir: place.display().to_string(),
        other_packs: other_packs(dir, pack_id),
    })
}

/// 128 random bits of the system, as hex digits.
fn key() -> Result<String, BuildError> {
    let mut key = [0u8; 16];
    getrandom::fill(&mut key).map_err(|e| BuildError::Write {
        place: "the key of the users' files".to_owned(),
        source: std::io::Error::other(format!("the system gives no random numbers: {e}")),
    })?;
    Ok(key.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn private_file(path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    let written = scratch::create_private(path).and_then(|mut file| file.write_all(bytes));
    written.map_err(|e| BuildError::write(path, e))
}

/// Closes a folder, before anything is in it, to all but its owner.
fn private_dir(dir: &Path) -> Result<(), BuildError> {
    #[cfg(unix)]
    {
        let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        fs::set_permissions(dir, owner_only).map_err(|e| BuildError::write(dir, e))?;
    }
    Ok(())
}

/// What is known of a user: `None` if nobody is known by the id. `dir` is what `--users-out` named, or the folder of
/// one pack in it.
///
/// # Errors
/// [`BuildError::Query`] for what can't be an id, [`BuildError::Pack`] for files of another pack or damaged ones.
pub fn find(dir: &Path, pack: &mut PackDir, id: &str) -> Result<Option<Person>, BuildError> {
    recommend::check_user(pack, id)?;
    let of_pack = dir.join(&pack.manifest().pack_id);
    let dir = if of_pack.join(MANIFEST).is_file() {
        of_pack.as_path()
    } else {
        dir
    };
    let path = dir.join(MANIFEST);
    let json = fs::read(&path).map_err(|_| BuildError::Pack {
        code: "users",
        place: dir.display().to_string(),
        reason: format!(
            "holds no users of the pack {}; name the folder that `aftershow build --users-out` wrote together with this pack",
            pack.manifest().pack_id
        ),
    })?;
    let manifest = UsersManifest::from_json(&json).map_err(|e| refused(&path, &e))?;
    manifest.check_for(pack.manifest()).map_err(|e| refused(&path, &e))?;
    manifest.user_ids.check(id)?;
    let path = dir.join(manifest.file_of(id));
    let bytes = fs::read(&path).map_err(|e| BuildError::Pack {
        code: "users",
        place: path.display().to_string(),
        reason: format!("can't be read ({e}); write the users again"),
    })?;
    let read = || {
        let part = Container::open(bytes, kind::USERS)?;
        let users = Users::open(&part)?;
        users.check(pack.manifest().items as usize)?;
        Ok(users.find(id))
    };
    let Some(record) = read().map_err(|e| refused(&path, &e))? else {
        return Ok(None);
    };
    pack.attach_resident()?;
    Ok(pack.engine().person_of(&record))
}
