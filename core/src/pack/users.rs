//! Known people: what they did and what they prefer, for hosts that keep it.
//!
//! This is private. It is never inside a pack's folder, whose files are all public: it has a folder of
//! its own with `users.json` ([`UsersManifest`]) and the files `users.0000.bin`, `users.0001.bin` …, and
//! a host serves none of them. The files are raw (not deflated) and small, so that one read answers
//! one person. Rows are those of the pack that the manifest names.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::{
    container::{Container, Ints, Writer},
    layout::{FORMAT_VERSION, MAX_VALUE, section},
    manifest::Manifest,
    strings::{self, Strings},
    varint,
};
use crate::{
    error::OpenError,
    ids::{ItemIx, UserIdKind},
};

/// Steps of a stored value or weight in 1.
const STEPS: f32 = 16.0;
/// Largest stored value, of either sign, and largest weight of a preference.
pub const MAX_USER_VALUE: f32 = 1e6;
/// Most preferred genres of a person: as many as a question may have.
pub const MAX_USER_GENRES: usize = 100;
/// Most files that people are spread over.
pub const MAX_USER_SHARDS: u32 = 1 << 20;
/// Longest number of a record, in bytes: rows, steps and days are below 2³⁵.
const LONGEST: usize = 5;

/// `users.json`: where everybody is. Private, as the files are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsersManifest {
    /// Format version, that of packs.
    pub format: u32,
    /// The pack whose rows the records name.
    pub pack_id: String,
    /// Number of files.
    pub shards: u32,
    /// 32 hex digits that place people in files; secret.
    pub key: String,
    /// What the ids are.
    pub user_ids: UserIdKind,
    /// Number of people.
    pub users: u64,
}

impl UsersManifest {
    /// Reads `users.json`.
    ///
    /// # Errors
    /// As [`UsersManifest::check`].
    #[cfg(feature = "json")]
    pub fn from_json(json: &[u8]) -> Result<UsersManifest, OpenError> {
        let manifest: UsersManifest =
            serde_json::from_slice(json).map_err(|e| OpenError::Manifest { reason: format!("{e}") })?;
        manifest.check()?;
        Ok(manifest)
    }

    /// Checks what the types can't say.
    ///
    /// # Errors
    /// [`OpenError::Version`] or [`OpenError::Manifest`].
    pub fn check(&self) -> Result<(), OpenError> {
        super::FormatOnly { format: self.format }.check()?;
        let bad = |reason: &str| Err(OpenError::Manifest { reason: reason.into() });
        if !(1..=MAX_USER_SHARDS).contains(&self.shards) {
            return bad("the number of user files is not from 1 to 1048576");
        }
        if self.key.len() != 32 || !self.key.bytes().all(|b| b.is_ascii_hexdigit()) {
            return bad("the key is not 32 hex digits");
        }
        Ok(())
    }

    /// Checks that these people's rows are those of `pack`.
    ///
    /// # Errors
    /// [`OpenError::Manifest`] if they are of another one.
    pub fn check_for(&self, pack: &Manifest) -> Result<(), OpenError> {
        self.check()?;
        if self.pack_id == pack.pack_id {
            return Ok(());
        }
        Err(OpenError::Manifest {
            reason: format!(
                "the users were written for the pack {} and this is {}; build both in one run",
                self.pack_id, pack.pack_id
            ),
        })
    }

    /// A manifest of the format that this crate writes.
    pub fn new(pack_id: String, shards: u32, key: String, user_ids: UserIdKind, users: u64) -> UsersManifest {
        UsersManifest {
            format: FORMAT_VERSION,
            pack_id,
            shards,
            key,
            user_ids,
            users,
        }
    }

    /// The file that knows a person, if any does.
    pub fn file_of(&self, user_id: &str) -> String {
        UsersManifest::file(shard_of(&self.key, self.shards, user_id))
    }

    /// Whether these people are in this file by this manifest; not if they were laid out anew under another key.
    pub fn lays(&self, users: &Users<'_>, shard: u32) -> bool {
        users.ids.iter().all(|id| shard_of(&self.key, self.shards, id) == shard)
    }

    /// The name of a file. It says nothing about who is in it.
    pub fn file(shard: u32) -> String {
        format!("users.{shard:04}.bin")
    }
}

/// The file, of `shards`, that a person belongs to.
///
/// XXH3-64 under a key. That is no cryptographic hash: it spreads people over files and makes names of
/// files useless without the key, and protects nothing else. Who may read the files is the host's to decide.
pub fn shard_of(key: &str, shards: u32, user_id: &str) -> u32 {
    let seed = key.bytes().take(16).fold(0u64, |seed, digit| {
        seed << 4 | u64::from((digit as char).to_digit(16).unwrap_or(0))
    });
    let mut keyed = key.as_bytes().to_vec();
    keyed.extend_from_slice(user_id.as_bytes());
    (xxh3_64_with_seed(&keyed, seed) % u64::from(shards.max(1))) as u32
}

/// What is kept of a person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UserRecord {
    /// Who they are.
    pub id: String,
    /// Item, value and day (since 1970) of what they did, ascending by item, each item once. Values are kept
    /// in steps of 1/16, at most [`MAX_USER_VALUE`] of either sign; what is not 0 stays so.
    pub events: Vec<(ItemIx, f32, Option<u32>)>,
    /// The genres that they prefer, at most [`MAX_USER_GENRES`], each once, with weights in the same steps, 0 or more.
    /// They are kept in the order of their bytes.
    pub genres: Vec<(String, f32)>,
    /// How they rated items, on the scale of the pack's ratings, ascending by item, each item once; values as those of the events.
    pub ratings: Vec<(ItemIx, f32)>,
}

/// A file of people, read in place.
#[derive(Clone, Copy, Debug)]
pub struct Users<'a> {
    ids: Strings<'a>,
    ends: Ints<'a>,
    records: &'a [u8],
    genres: Strings<'a>,
}

impl<'a> Users<'a> {
    /// Finds the sections; looks at no value.
    ///
    /// # Errors
    /// [`OpenError::WrongPart`] names what is missing.
    pub fn open(part: &'a Container) -> Result<Users<'a>, OpenError> {
        Ok(Users {
            ids: Strings::open(part, section::USER_ID_ENDS, section::USER_ID_BYTES, "user ids")?,
            ends: part.ints(section::USER_RECORD_ENDS, "user records")?,
            records: part.bytes(section::USER_RECORDS, "user records")?,
            genres: Strings::open(part, section::USER_GENRE_ENDS, section::USER_GENRE_BYTES, "user genres")?,
        })
    }

    /// Checks every value, for a catalogue of `items`. Allocates nothing.
    ///
    /// # Errors
    /// [`OpenError::Value`] names the first that the format does not allow.
    pub fn check(&self, items: usize) -> Result<(), OpenError> {
        let bad = |what| Err(OpenError::Value { what });
        self.ids.check_sorted("user ids")?;
        if self.ids.iter().any(|id| UserIdKind::Any.check(id).is_err()) {
            return bad("user id");
        }
        self.genres.check_sorted("user genres")?;
        self.genres.check_longest(MAX_VALUE, "user genres")?;
        self.ends.check_len(self.ids.len(), "user records")?;
        self.ends.check_ends(self.records.len(), "user records")?;
        for user in 0..self.ids.len() {
            let Some(last) = self.walk(user, |_| ()) else {
                return bad("user record");
            };
            if last.is_some_and(|item| item.at() >= items) {
                return bad("item of a user record");
            }
        }
        Ok(())
    }

    /// Number of people.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is kept of a person, found by binary search.
    pub fn find(&self, user_id: &str) -> Option<UserRecord> {
        self.read(self.ids.find(user_id)?)
    }

    /// Person `i` of the file, in the order of the ids.
    pub fn get(&self, i: usize) -> Option<UserRecord> {
        (i < self.len()).then(|| self.read(i)).flatten()
    }

    /// `None` for a record that the format does not allow. An event takes three bytes or more, a rating two, and there are at
    /// most [`MAX_USER_GENRES`] names, so little is allocated that the bytes don't hold.
    fn read(&self, user: usize) -> Option<UserRecord> {
        let mut record = UserRecord {
            id: self.ids.get(user).to_owned(),
            ..UserRecord::default()
        };
        self.walk(user, |told| match told {
            Told::Event(item, value, day) => record.events.push((item, value, day)),
            Told::Genre(genre, weight) => record.genres.push((self.genres.get(genre).to_owned(), weight)),
            Told::Rating(item, value) => record.ratings.push((item, value)),
        })?;
        Some(record)
    }

    /// Tells what a record holds, and returns its largest row, if it names any. `None`, be it after some of it, for a record
    /// that the format does not allow.
    fn walk(&self, user: usize, mut tell: impl FnMut(Told)) -> Option<Option<ItemIx>> {
        let bytes = &mut self.records.get(self.ends.run(user))?;
        let mut largest = None;
        let mut next = 0u64;
        let mut last_day = 0i64;
        for _ in 0..varint::take(bytes, LONGEST)? {
            let item = take_item(bytes, &mut next)?;
            let value = take_value(bytes)?;
            let day = match varint::take(bytes, LONGEST)? {
                0 => None,
                known => {
                    last_day += varint::unzigzag(known - 1);
                    Some(u32::try_from(last_day).ok()?)
                }
            };
            largest = largest.max(Some(item));
            tell(Told::Event(item, value, day));
        }
        let count = varint::take(bytes, LONGEST)?;
        if count > MAX_USER_GENRES as u64 {
            return None;
        }
        let mut least = 0;
        for _ in 0..count {
            let place = usize::try_from(varint::take(bytes, LONGEST)?).ok()?;
            let weight = varint::take(bytes, LONGEST)? as f32 / STEPS;
            if !(least..self.genres.len()).contains(&place) || weight > MAX_USER_VALUE {
                return None;
            }
            least = place + 1;
            tell(Told::Genre(place, weight));
        }
        let mut next = 0u64;
        for _ in 0..varint::take(bytes, LONGEST)? {
            let item = take_item(bytes, &mut next)?;
            largest = largest.max(Some(item));
            tell(Told::Rating(item, take_value(bytes)?));
        }
        bytes.is_empty().then_some(largest)
    }
}

/// A piece of a record: an event, a preferred genre by its place among the names of the file, a rating.
enum Told {
    Event(ItemIx, f32, Option<u32>),
    Genre(usize, f32),
    Rating(ItemIx, f32),
}

/// A row, written as the difference to the one before.
fn take_item(bytes: &mut &[u8], next: &mut u64) -> Option<ItemIx> {
    let item = *next + varint::take(bytes, LONGEST)?;
    *next = item + 1;
    u32::try_from(item).ok().map(ItemIx)
}

fn take_value(bytes: &mut &[u8]) -> Option<f32> {
    let value = varint::unzigzag(varint::take(bytes, LONGEST)?) as f32 / STEPS;
    (value.abs() <= MAX_USER_VALUE).then_some(value)
}

fn push_item(out: &mut Vec<u8>, item: ItemIx, next: &mut u64) -> Result<(), OpenError> {
    let row = u64::from(item.0);
    if row < *next {
        return Err(OpenError::Value {
            what: "order of a person's items",
        });
    }
    varint::push(out, row - *next);
    *next = row + 1;
    Ok(())
}

fn push_value(out: &mut Vec<u8>, value: f32) -> Result<(), OpenError> {
    // NaN is in no range.
    if !(-MAX_USER_VALUE..=MAX_USER_VALUE).contains(&value) {
        return Err(OpenError::Value {
            what: "value of an event or a rating",
        });
    }
    varint::push(out, varint::zigzag(steps(value)));
    Ok(())
}

/// Writes the sections that [`Users`] reads, into a part of the kind [`USERS`](super::layout::kind::USERS). People may
/// come in any order, and so may the genres of one.
///
/// # Errors
/// [`OpenError::Value`] for a value out of its range, an id or a genre given twice, or items not in order.
pub fn write_users(out: &mut Writer, users: &[UserRecord]) -> Result<(), OpenError> {
    let ensure = |ok: bool, what| if ok { Ok(()) } else { Err(OpenError::Value { what }) };
    let mut sorted: Vec<&UserRecord> = users.iter().collect();
    sorted.sort_by(|a, b| a.id.cmp(&b.id));
    ensure(
        sorted.windows(2).all(|pair| pair[0].id != pair[1].id),
        "user id given twice",
    )?;
    let mut genres: Vec<&str> = users
        .iter()
        .flat_map(|user| user.genres.iter().map(|(name, _)| name.as_str()))
        .collect();
    genres.sort_unstable();
    genres.dedup();
    ensure(genres.iter().all(|name| name.len() <= MAX_VALUE), "user genres")?;

    let mut records = Vec::new();
    let mut ends = Vec::with_capacity(sorted.len());
    for user in &sorted {
        ensure(UserIdKind::Any.check(&user.id).is_ok(), "user id")?;
        let mut next = 0;
        let mut last_day = 0i64;
        varint::push(&mut records, user.events.len() as u64);
        for (item, value, day) in &user.events {
            push_item(&mut records, *item, &mut next)?;
            push_value(&mut records, *value)?;
            let coded = day.map_or(0, |day| {
                let step = i64::from(day) - core::mem::replace(&mut last_day, i64::from(day));
                1 + varint::zigzag(step)
            });
            varint::push(&mut records, coded);
        }
        let place = |name: &String| genres.partition_point(|known| *known < name.as_str());
        let mut preferred: Vec<(usize, f32)> = user.genres.iter().map(|(name, w)| (place(name), *w)).collect();
        preferred.sort_by_key(|(place, _)| *place);
        ensure(preferred.len() <= MAX_USER_GENRES, "number of preferred genres")?;
        ensure(
            preferred.windows(2).all(|pair| pair[0].0 != pair[1].0),
            "genre given twice",
        )?;
        varint::push(&mut records, preferred.len() as u64);
        for (place, weight) in preferred {
            ensure((0.0..=MAX_USER_VALUE).contains(&weight), "weight of a preferred genre")?;
            varint::push(&mut records, place as u64);
            varint::push(&mut records, steps(weight) as u64);
        }
        let mut next = 0;
        varint::push(&mut records, user.ratings.len() as u64);
        for (item, value) in &user.ratings {
            push_item(&mut records, *item, &mut next)?;
            push_value(&mut records, *value)?;
        }
        ends.push(records.len() as u64);
    }
    let ids = sorted.iter().map(|user| user.id.as_str());
    strings::write(out, section::USER_ID_ENDS, section::USER_ID_BYTES, ids);
    out.ints(section::USER_RECORD_ENDS, &ends);
    out.bytes(section::USER_RECORDS, records);
    strings::write(out, section::USER_GENRE_ENDS, section::USER_GENRE_BYTES, genres);
    Ok(())
}

/// The nearest step; of what is not 0 the nearest that is not 0.
fn steps(value: f32) -> i64 {
    let nearest = (f64::from(value.abs()) * f64::from(STEPS) + 0.5) as i64;
    match value {
        0.0 => 0,
        _ if value < 0.0 => -nearest.max(1),
        _ => nearest.max(1),
    }
}
