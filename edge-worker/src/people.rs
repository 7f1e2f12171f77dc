//! What an isolate has read of the known people: the manifest, and a few of the files that it lays them in.
//!
//! The files are private and come from a bucket, never from the assets. Each is checked whole when it is attached, so
//! that looking somebody up can't fail. Whoever is asked about is copied out: a batch may need more files than are
//! kept.

use std::collections::VecDeque;

use aftershow_core::{
    Manifest, OpenError,
    pack::{
        Container, UserRecord, Users, UsersManifest,
        layout::{MAX_INFLATED, kind},
        users::shard_of,
    },
};

/// No file is larger than this many bytes: a larger one is not read.
pub const MAX_FILE: usize = MAX_INFLATED;
/// How many files a request may ask for at once.
pub const AT_ONCE: usize = 6;
/// Files that are kept; of more, the one goes that was longest not asked.
const KEPT: usize = 64;
/// Bytes of files that are kept, at most; one file is kept whatever its size.
const KEPT_BYTES: usize = 16 << 20;

/// A file about known people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PeopleFile {
    /// `users.json`.
    Manifest,
    /// One of the files that it lays people in.
    Shard(u32),
}

impl PeopleFile {
    /// The file's name in the bucket, for a pack.
    pub fn key(self, pack_id: &str) -> String {
        match self {
            PeopleFile::Manifest => format!("{pack_id}/users.json"),
            PeopleFile::Shard(shard) => format!("{pack_id}/{}", UsersManifest::file(shard)),
        }
    }
}

/// What is known of a person.
#[derive(Clone, Debug, PartialEq)]
pub enum Lookup {
    /// It is kept.
    Known(UserRecord),
    /// Nothing is kept of them.
    Unknown,
    /// Attach this file first.
    Needs(PeopleFile),
}

/// The manifest of the known people and some of their files.
#[derive(Debug, Default)]
pub struct People {
    manifest: Option<UsersManifest>,
    /// Checked; the one last asked is last.
    shards: VecDeque<(u32, Container)>,
}

impl People {
    /// Attaches a file after checking every value in it. One refused leaves everything as it was. After one that the manifest did
    /// not lay, nothing is attached: all people were written anew since the manifest was read.
    ///
    /// # Errors
    /// [`OpenError`] says what is wrong with it: also that it is of another pack.
    pub fn attach(&mut self, file: PeopleFile, bytes: Vec<u8>, pack: &Manifest) -> Result<(), OpenError> {
        if bytes.len() > MAX_FILE {
            return Err(OpenError::Truncated {
                what: "file of users over the limit",
            });
        }
        match file {
            PeopleFile::Manifest => {
                let manifest = UsersManifest::from_json(&bytes)?;
                manifest.check_for(pack)?;
                self.manifest = Some(manifest);
            }
            PeopleFile::Shard(shard) => {
                let container = Container::open(bytes, kind::USERS)?;
                let users = Users::open(&container)?;
                users.check(pack.items as usize)?;
                if self.manifest.as_ref().is_some_and(|known| !known.lays(&users, shard)) {
                    *self = People::default();
                    return Ok(());
                }
                self.shards.retain(|(kept, _)| *kept != shard);
                self.shards.push_back((shard, container));
                while self.shards.len() > 1 && (self.shards.len() > KEPT || self.bytes() > KEPT_BYTES) {
                    self.shards.pop_front();
                }
            }
        }
        Ok(())
    }

    fn bytes(&self) -> usize {
        self.shards.iter().map(|(_, shard)| shard.len()).sum()
    }

    /// Whether a file is attached.
    pub fn has(&self, file: PeopleFile) -> bool {
        match file {
            PeopleFile::Manifest => self.manifest.is_some(),
            PeopleFile::Shard(shard) => self.shards.iter().any(|(kept, _)| *kept == shard),
        }
    }

    /// The manifest, if it is attached.
    pub fn manifest(&self) -> Option<&UsersManifest> {
        self.manifest.as_ref()
    }

    /// Looks a person up.
    pub fn find(&mut self, user_id: &str) -> Lookup {
        let Some(manifest) = &self.manifest else {
            return Lookup::Needs(PeopleFile::Manifest);
        };
        let shard = shard_of(&manifest.key, manifest.shards, user_id);
        let Some(at) = self.shards.iter().position(|(kept, _)| *kept == shard) else {
            return Lookup::Needs(PeopleFile::Shard(shard));
        };
        if let Some(asked) = self.shards.remove(at) {
            self.shards.push_back(asked);
        }
        let users = self.shards.back().and_then(|(_, shard)| Users::open(shard).ok());
        match users.and_then(|users| users.find(user_id)) {
            Some(record) => Lookup::Known(record),
            None => Lookup::Unknown,
        }
    }
}
