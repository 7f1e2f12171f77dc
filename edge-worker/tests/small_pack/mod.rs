//! A small pack, made with core's writers, and a host that keeps it in memory; with a model and known people if
//! it is to have them.

use std::{cell::RefCell, collections::BTreeMap};

use aftershow_core::{
    Engine, ItemId, ItemIx, Manifest, Outcome, Part, PartFile, PersonalSettings, Query, Rerank, UserIdKind, Weights,
    ids::IdKind,
    pack::{
        CollaborativeData, ContentSettings, GenreSimilarity, PartEntry, PersonFactors, Series, SparseRows, UserRecord,
        UsersManifest, Writer, collaborative,
        display::{self, DisplayData},
        items::{self, AttributeData, ItemsData},
        layout::{FORMAT_VERSION, kind, role},
        rows, search,
        shard::{self, ShardData},
        summaries, table,
        users::{shard_of, write_users},
    },
    quant::quantize_row,
};
use aftershow_edge::{
    access::Secret,
    api::{ApiRequest, ApiResponse, Call, Reply},
    inflate::inflate,
    people::{People, PeopleFile},
};
use miniz_oxide::deflate::compress_to_vec;

/// One row of the catalogue: id, name, genres, platform, year, weights of the four terms.
type Show = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static str,
    u16,
    [f32; 4],
);

#[rustfmt::skip] // one show a line
const SHOWS: [Show; 7] = [
    ("1", "Harbour Lights", &["Crime", "Drama"],    "BBC One", 2011, [1.0, 1.0, 0.0, 0.0]),
    ("2", "The Long Tide",  &["Crime", "Drama"],    "BBC One", 2013, [1.0, 0.5, 0.0, 0.0]),
    ("3", "Night Ferry",    &["Crime", "Thriller"], "ITV",     2019, [0.0, 1.0, 1.0, 0.0]),
    ("4", "Kitchen Wars",   &["Food"],              "Netflix", 2020, [0.0, 0.0, 0.0, 1.0]),
    ("5", "Salt and Smoke", &["Food"],              "Netflix", 2021, [0.0, 0.0, 0.2, 1.0]),
    ("6", "Islands",        &[],                    "",        0,    [0.0; 4]),
    ("7", "Cold Harbour",   &["Drama", "Thriller"], "ITV",     2012, [1.0, 0.0, 1.0, 0.0]),
];
const TOP_N: usize = 20;

/// The id of a show in a pack of string ids: it needs escaping in a path.
pub fn string_id(number: &str) -> String {
    format!("tv/é {number}")
}

/// The token of the hosts' known users.
pub const TOKEN: &str = "correct horse battery staple";

/// A host: files by name, as they are stored.
pub struct Host {
    pub files: BTreeMap<String, Vec<u8>>,
    /// What the private bucket holds.
    pub bucket: BTreeMap<String, Vec<u8>>,
    /// Files that the last request had to read.
    pub read: RefCell<Vec<String>>,
    pub engine: RefCell<Engine>,
    pub people: RefCell<People>,
    pub manifest: Manifest,
}

impl Host {
    /// A host of the pack with ids of this kind, without a model of what people did, and nothing attached.
    pub fn new(ids: IdKind) -> Host {
        Host::of(pack(ids))
    }

    /// A host of the pack with a model, and with people who have these ids.
    pub fn with_people(user_ids: UserIdKind, users: &[UserRecord]) -> Host {
        let (mut manifest, mut files) = pack(IdKind::Integer);
        add_model(&mut manifest, &mut files, user_ids);
        let bucket = bucket(&manifest.pack_id, user_ids, users);
        Host {
            bucket,
            ..Host::of((manifest, files))
        }
    }

    fn of((manifest, files): (Manifest, BTreeMap<String, Vec<u8>>)) -> Host {
        let engine = RefCell::new(Engine::open(manifest.clone()).unwrap());
        Host {
            files,
            bucket: BTreeMap::new(),
            read: RefCell::default(),
            engine,
            people: RefCell::default(),
            manifest,
        }
    }

    /// Answers as the Worker does: ask, bring what is missing, ask again.
    pub fn respond(&self, request: &ApiRequest) -> ApiResponse {
        self.read.borrow_mut().clear();
        let mut call = match Call::read(request) {
            Ok(call) => call,
            Err(response) => return response,
        };
        for _ in 0..8 + 4 * call.people() {
            let reply = call.respond(&self.engine.borrow(), &mut self.people.borrow_mut());
            match reply {
                Reply::Done(response) => return response,
                Reply::NeedParts(parts) => parts.iter().for_each(|file| self.attach(file)),
                Reply::NeedPeople(files) => files.iter().for_each(|file| self.attach_people(*file)),
            }
        }
        panic!("the engine never has enough");
    }

    /// Answers for somebody with the token.
    pub fn respond_to_holder(&self, request: ApiRequest) -> ApiResponse {
        self.respond(&ApiRequest {
            authorization: Secret::new(&format!("Bearer {TOKEN}")),
            users_token: Secret::new(TOKEN),
            ..request
        })
    }

    fn attach_people(&self, file: PeopleFile) {
        let key = file.key(&self.manifest.pack_id);
        let bytes = self.bucket[&key].clone();
        self.people.borrow_mut().attach(file, bytes, &self.manifest).unwrap();
        self.read.borrow_mut().push(key);
    }

    /// Attaches every resident part.
    pub fn make_resident(&self) {
        self.manifest.resident().iter().for_each(|file| self.attach(file));
    }

    fn attach(&self, file: &PartFile) {
        let stored = &self.files[&file.file];
        let bytes = if file.deflated {
            inflate(stored).unwrap()
        } else {
            stored.clone()
        };
        self.engine.borrow_mut().attach(file.part, bytes).unwrap();
        self.read.borrow_mut().push(file.file.clone());
    }
}

fn pack(ids: IdKind) -> (Manifest, BTreeMap<String, Vec<u8>>) {
    let mut files = BTreeMap::new();
    let all: Vec<u32> = (0..SHOWS.len() as u32).collect();

    let mut out = Writer::new(kind::FEATURES);
    items::write(&mut out, &items_of(&all, ids));
    let vocabulary = ["ferry", "harbour", "night", "salt"].map(|term| (term.to_owned(), 1.0));
    let row = |show: &Show| {
        quantize_row(
            &show
                .5
                .iter()
                .enumerate()
                .map(|(t, v)| (t as u16, *v))
                .collect::<Vec<_>>(),
        )
    };
    rows::write(&mut out, &vocabulary, &SHOWS.iter().map(row).collect::<Vec<_>>());
    files.insert("features.f.bin".to_owned(), out.finish().unwrap());

    let mut out = Writer::new(kind::DISPLAY);
    display::write(&mut out, &display_of(&all));
    files.insert("display.d.bin".to_owned(), out.finish().unwrap());

    let texts: Vec<String> = SHOWS.iter().map(|show| format!("What {} is about.", show.1)).collect();
    let summaries = summaries::write(texts.iter().map(String::as_str)).unwrap();
    files.insert(
        "summaries.00000000000000aa.bin".to_owned(),
        compress_to_vec(&summaries, 6),
    );

    let entry = |kind: &str, file: &str| PartEntry {
        kind: kind.into(),
        name: String::new(),
        file: file.into(),
        bytes: files[file].len() as u64,
        sha256: String::new(),
        optional: false,
    };
    let mut manifest = Manifest {
        format: FORMAT_VERSION,
        pack_id: "0123456789abcdef".into(),
        version: "v1.2.3".into(),
        items: SHOWS.len() as u32,
        id_kind: ids,
        content: ContentSettings {
            weights: Weights::DEFAULT,
            genre_similarity: GenreSimilarity::Jaccard,
            top_n: TOP_N as u32,
            min_similarity: 0.0,
            rerank: Rerank::default(),
        },
        parts: vec![entry("features", "features.f.bin"), entry("display", "display.d.bin")],
        summaries: Series {
            items_per_file: SHOWS.len() as u32,
            hashes: vec!["00000000000000aa".into()],
        },
        tables: Series::default(),
        shards: 1,
        heads: Vec::new(),
        attribution: "Made up for the tests".into(),
        personal: None,
        experiments: vec![],
    };

    const SHARD: u64 = 0xbb;
    let shard = ShardData {
        popularity: vec![],
        items: items_of(&all, ids),
        display: display_of(&all),
        lists: lists(&manifest, &files, ids),
        length: TOP_N,
        rows: all.clone(),
    };
    files.insert(
        format!("shard.{SHARD:016x}.bin"),
        compress_to_vec(&shard::write(&shard).unwrap(), 6),
    );
    let entries: Vec<(u64, u64)> = SHOWS.iter().map(|show| (id_of(show, ids).hash64(), SHARD)).collect();
    files.insert(
        "table.00000000000000cc.bin".to_owned(),
        compress_to_vec(&table::write(&entries).unwrap(), 6),
    );
    manifest.tables.hashes.push("00000000000000cc".into());
    let names: Vec<&str> = SHOWS.iter().map(|show| show.1).collect();
    let bytes = search::write(&names, &[SHARD; SHOWS.len()]).unwrap();
    manifest.parts.push(PartEntry {
        kind: "search".into(),
        name: String::new(),
        file: "search.e.bin".into(),
        bytes: bytes.len() as u64,
        sha256: String::new(),
        optional: true,
    });
    files.insert("search.e.bin".into(), bytes);
    (manifest, files)
}

/// Somebody who did this: rows of shows with values, all on one day.
pub fn user(id: &str, events: &[(u32, f32)], genres: &[&str]) -> UserRecord {
    UserRecord {
        id: id.into(),
        events: events
            .iter()
            .map(|(row, value)| (ItemIx(*row), *value, Some(20_000)))
            .collect(),
        genres: genres.iter().map(|genre| ((*genre).to_owned(), 1.0)).collect(),
        ratings: Vec::new(),
    }
}

/// Ann liked crime and disliked food, Bob liked food, Cleo has said what she likes and seen nothing.
pub fn people() -> Vec<UserRecord> {
    vec![
        user("ann", &[(0, 2.0), (3, -1.0)], &[]),
        user("bob", &[(3, 1.0)], &[]),
        user("cleo", &[], &["Food"]),
        user("été/1+2", &[(0, 1.0)], &[]),
    ]
}

/// A model of two blocks: shows of crime (1, 2, 3, 7) and of food (4, 5). Who saw the first saw the second most.
fn add_model(manifest: &mut Manifest, files: &mut BTreeMap<String, Vec<u8>>, user_ids: UserIdKind) {
    const CRIME: [i8; 2] = [100, 0];
    const FOOD: [i8; 2] = [0, 100];
    let factors: Vec<i8> = [CRIME, CRIME, CRIME, FOOD, FOOD, [0, 0], CRIME].concat();
    let items = SHOWS.len();
    let mut out = Writer::new(kind::COLLABORATIVE);
    let data = CollaborativeData {
        items,
        popularity: (0..items).map(|row| (items - row) as f32).collect(),
        rank: 2,
        item_factors: factors,
        item_scales: vec![0.01; items],
        person: PersonFactors::Linear {
            scales: vec![0.01; items],
        },
        sparse: SparseRows {
            ends: vec![1; items],
            columns: vec![1],
            codes: vec![50],
            scales: vec![0.01; items],
        },
    };
    collaborative::write(&mut out, &data).unwrap();
    let bytes = out.finish().unwrap();
    manifest.parts.push(PartEntry {
        kind: "collaborative".into(),
        name: String::new(),
        file: "collaborative.c.bin".into(),
        bytes: bytes.len() as u64,
        sha256: String::new(),
        optional: true,
    });
    manifest.pack_id = "fedcba9876543210".into();
    manifest.personal = Some(PersonalSettings {
        content_weight: 0.4,
        collaborative_weight: 0.6,
        model: "made up".into(),
        user_ids,
        rerank: Rerank::default(),
    });
    files.insert("collaborative.c.bin".into(), bytes);
}

/// What a private bucket holds of these people, in three files.
fn bucket(pack_id: &str, user_ids: UserIdKind, users: &[UserRecord]) -> BTreeMap<String, Vec<u8>> {
    const SHARDS: u32 = 3;
    let key = "00112233445566778899aabbccddeeff".to_owned();
    let mut files = BTreeMap::new();
    for shard in 0..SHARDS {
        let here: Vec<UserRecord> = users
            .iter()
            .filter(|user| shard_of(&key, SHARDS, &user.id) == shard)
            .cloned()
            .collect();
        let mut out = Writer::new(kind::USERS);
        write_users(&mut out, &here).unwrap();
        files.insert(PeopleFile::Shard(shard).key(pack_id), out.finish().unwrap());
    }
    let manifest = UsersManifest::new(pack_id.into(), SHARDS, key, user_ids, users.len() as u64);
    files.insert(
        PeopleFile::Manifest.key(pack_id),
        serde_json::to_vec(&manifest).unwrap(),
    );
    files
}

/// Each show's neighbours with their text scores, as a scan finds them.
fn lists(manifest: &Manifest, files: &BTreeMap<String, Vec<u8>>, ids: IdKind) -> Vec<Vec<(u32, u16)>> {
    let mut engine = Engine::open(manifest.clone()).unwrap();
    for (part, file) in [(Part::Features, "features.f.bin"), (Part::Display, "display.d.bin")] {
        engine.attach(part, files[file].clone()).unwrap();
    }
    let row_of = |id: &ItemId| SHOWS.iter().position(|show| id_of(show, ids) == *id).unwrap() as u32;
    let list_of = |show: &Show| {
        let query = Query {
            n: TOP_N,
            ..Query::similar(id_of(show, ids))
        };
        let Outcome::Answer(answer) = engine.answer(&query).unwrap() else {
            panic!("a resident engine needs nothing")
        };
        answer
            .items
            .iter()
            .map(|item| (row_of(&item.card.id), (item.parts.text * 65535.0).round() as u16))
            .collect()
    };
    SHOWS.iter().map(list_of).collect()
}

fn id_of(show: &Show, ids: IdKind) -> ItemId {
    match ids {
        IdKind::Integer => ItemId::Int(show.0.parse().unwrap()),
        IdKind::String => ItemId::Str(string_id(show.0)),
    }
}

fn items_of(rows: &[u32], ids: IdKind) -> ItemsData<'static> {
    let shows = || rows.iter().map(|row| &SHOWS[*row as usize]);
    let attribute = |name, role, values: fn(&Show) -> Vec<&'static str>| AttributeData {
        name,
        role,
        values: shows().map(values).collect(),
    };
    ItemsData {
        ids: shows().map(|show| id_of(show, ids)).collect(),
        years: shows().map(|show| show.4).collect(),
        attributes: vec![
            attribute("genre", role::GENRE, |show| show.2.to_vec()),
            attribute("platform", role::METADATA, |show| {
                Some(show.3).filter(|name| !name.is_empty()).into_iter().collect()
            }),
            attribute("type", role::METADATA, |_| vec!["Scripted"]),
            attribute("country", role::PLAIN, |_| vec!["GB"]),
        ],
    }
}

fn display_of(rows: &[u32]) -> DisplayData<'static> {
    let shows = || rows.iter().map(|row| &SHOWS[*row as usize]);
    DisplayData {
        names: shows().map(|show| show.1).collect(),
        runtimes: shows().map(|_| 60).collect(),
        ratings: shows().map(|_| Some(7.5)).collect(),
        images: shows().map(|_| "https://images.example/poster.jpg").collect(),
        urls: shows().map(|_| "https://shows.example/page").collect(),
    }
}
