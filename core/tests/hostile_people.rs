//! Damaged models and damaged files of people: each is refused with a code, or answers within bounds.

mod support;

use aftershow_core::{
    Engine, Event, GenrePreference, ItemIx, Outcome, Part, Person, Query, UserIdKind, Weights,
    pack::{
        CollaborativeData, Container, PersonFactors, SparseRows, UserRecord, Users, UsersManifest, Writer,
        collaborative::{self, row_bytes},
        layout::{MAX_GRAM, MAX_RANK, MAX_SCALE, kind, section},
        strings,
        users::{MAX_USER_GENRES, shard_of, write_users},
        varint,
    },
};
use support::{
    Plain,
    damage::{damage, damage_part},
    id,
};

const ITEMS: usize = 9;

fn plain() -> Vec<Plain> {
    let item = |row: usize| Plain {
        genres: vec![["Comedy", "Crime"][row % 2].to_string()],
        text: vec![(row as u16 % 4, 1.0), (7, 2.0)],
        ..Plain::default()
    };
    (0..ITEMS).map(item).collect()
}

fn linear() -> CollaborativeData {
    let mut sparse = SparseRows::default();
    for row in 0..ITEMS as u32 {
        let columns: Vec<u32> = [1, 4, 8]
            .into_iter()
            .filter(|column| *column != row && row != 5)
            .collect();
        sparse
            .codes
            .extend(columns.iter().map(|column| *column as i8 * 11 - 50));
        sparse.columns.extend(columns);
        sparse.ends.push(sparse.columns.len() as u32);
        sparse.scales.push(0.02);
    }
    CollaborativeData {
        items: ITEMS,
        popularity: (0..ITEMS).map(|row| 50.0 - row as f32).collect(),
        rank: 3,
        item_factors: (0..ITEMS * 3).map(|i| (i * 37) as u8 as i8).collect(),
        item_scales: vec![0.01; ITEMS],
        person: PersonFactors::Linear {
            scales: vec![0.02; ITEMS],
        },
        sparse,
    }
}

fn ridge() -> CollaborativeData {
    CollaborativeData {
        person: PersonFactors::Ridge {
            gram: vec![2.0, 0.5, 0.1, 0.5, 3.0, 0.2, 0.1, 0.2, 1.0],
        },
        sparse: SparseRows::default(),
        ..linear()
    }
}

fn ask(engine: &Engine) {
    let event = |row: usize| Event {
        weight: [2.0, 1.0, -1.0][row % 3],
        ..Event::of(id(row))
    };
    let person = Person {
        history: (0..6).map(event).collect(),
        genres: vec![GenrePreference {
            genre: "Crime".into(),
            weight: 1.0,
        }],
    };
    let popular = Query::popular();
    let personal = Query::person(person);
    let everything = Query {
        include_seen: true,
        ..personal.clone()
    };
    for query in [personal, everything, popular] {
        let Outcome::Answer(answer) = engine.recommend(&query).unwrap() else {
            panic!("all parts are attached");
        };
        assert!(!answer.items.is_empty());
        let scores = answer.items.iter().map(|item| item.score);
        assert!(scores.is_sorted_by(|a, b| a >= b));
        for item in &answer.items {
            for score in [
                item.score,
                item.content_score,
                item.collaborative_score,
                item.popularity,
            ] {
                assert!((0.0..=1.0).contains(&score), "a score of {score}");
            }
        }
    }
}

#[test]
fn damaged_models_are_refused_or_answer_within_bounds() {
    for data in [linear(), ridge()] {
        let mut engine = support::engine(&plain(), 10, Weights::DEFAULT, Some((&data, 0.4)));
        damage_part(&mut engine, Part::Collaborative, &support::model(&data), ask);
    }
}

#[test]
fn extreme_but_allowed_models_stay_within_bounds() {
    for scale in [0.0, f32::from_bits(1), 1e-30, MAX_SCALE] {
        for mut data in [linear(), ridge()] {
            data.item_scales.fill(scale);
            data.sparse.scales.fill(scale);
            match &mut data.person {
                PersonFactors::Linear { scales } => scales.fill(scale),
                PersonFactors::Ridge { gram } => {
                    // Not positive definite: then the model has nothing to say.
                    gram.fill(MAX_GRAM);
                }
            }
            ask(&support::engine(&plain(), 10, Weights::DEFAULT, Some((&data, 0.4))));
        }
    }
}

#[test]
fn models_that_make_no_sense_are_not_written() {
    let refused = |change: &dyn Fn(&mut CollaborativeData)| {
        for mut data in [linear(), ridge()] {
            let before = data.clone();
            change(&mut data);
            let mut out = Writer::new(kind::COLLABORATIVE);
            let error = collaborative::write(&mut out, &data);
            assert!(data == before || error.is_err(), "{data:?}");
        }
    };
    refused(&|data| data.items = 8);
    refused(&|data| data.rank = MAX_RANK + 1);
    refused(&|data| data.popularity[3] = f32::NAN);
    refused(&|data| data.popularity[3] = 1e9);
    refused(&|data| data.item_scales[2] = -1.0);
    refused(&|data| data.item_scales[2] = f32::INFINITY);
    refused(&|data| data.item_factors.truncate(5));
    refused(&|data| {
        if let PersonFactors::Ridge { gram } = &mut data.person {
            gram[4] = 0.0;
        }
    });
    refused(&|data| {
        if !data.sparse.columns.is_empty() {
            data.sparse.columns[1] = 9;
        }
    });
    refused(&|data| {
        if !data.sparse.columns.is_empty() {
            data.sparse.columns[0] = 0; // its own
        }
    });
    refused(&|data| {
        if !data.sparse.columns.is_empty() {
            data.sparse.columns.swap(1, 2);
        }
    });
}

#[test]
fn a_model_comes_back_as_it_was_written() {
    let data = linear();
    let bytes = support::model(&data);
    let part = Container::open(bytes, kind::COLLABORATIVE).unwrap();
    let model = collaborative::Collaborative::open(&part).unwrap();
    model.check(ITEMS).unwrap();
    let ends = model.sparse_ends();
    let mut entry_bytes = 0;
    for row in 0..ITEMS {
        let (columns, codes) = data.sparse.row(row);
        let (entries, scale) = model.sparse_row(ItemIx(row as u32), &ends);
        assert!(entries.eq(columns.iter().copied().zip(codes.iter().copied())));
        assert_eq!(scale, 0.02);
        entry_bytes += row_bytes(columns);
        assert_eq!(
            model.item_factors().row(ItemIx(row as u32), 3).0,
            &data.item_factors[row * 3..][..3]
        );
        let popularity = data.popularity[row] / data.popularity[0];
        assert!((model.popularity().of(ItemIx(row as u32)) - popularity).abs() < 1e-5);
    }
    assert_eq!(*ends.last().unwrap() as usize, entry_bytes);
    assert_eq!(model.sparse_entries(), data.sparse.columns.len());
    // Differences: 300 is two bytes, 301 is 0 from there.
    assert_eq!(row_bytes(&[300, 301, 302 + 127]), 3 + 2 + 2);
}

fn people() -> Vec<UserRecord> {
    let record = |id: &str, events: &[(u32, f32, Option<u32>)], genres: &[(&str, f32)]| UserRecord {
        id: id.into(),
        events: events
            .iter()
            .map(|(row, value, day)| (ItemIx(*row), *value, *day))
            .collect(),
        genres: genres
            .iter()
            .map(|(genre, weight)| (genre.to_string(), *weight))
            .collect(),
        ratings: events
            .iter()
            .map(|(row, value, _)| (ItemIx(*row), value + 3.5))
            .collect(),
    };
    vec![
        record(
            "ben",
            &[(0, 3.0, Some(20_000)), (1, -2.0, None), (8, 0.5, Some(19_000))],
            &[("Crime", 1.0)],
        ),
        record("ada", &[], &[]),
        record("дора", &[(4, 1000.0, Some(0))], &[("Crime", 0.0625), ("War", 2.5)]),
    ]
}

fn users_part(people: &[UserRecord]) -> Vec<u8> {
    let mut out = Writer::new(kind::USERS);
    write_users(&mut out, people).unwrap();
    out.finish().unwrap()
}

#[test]
fn people_are_found_again_and_become_questions() {
    let part = Container::open(users_part(&people()), kind::USERS).unwrap();
    let users = Users::open(&part).unwrap();
    users.check(ITEMS).unwrap();
    assert!(users.check(8).is_err(), "a row that the pack lacks");
    assert_eq!(users.len(), 3);
    for person in people() {
        assert_eq!(users.find(&person.id), Some(person));
    }
    assert_eq!(users.find("nobody"), None);
    assert_eq!(users.get(0).map(|person| person.id), Some("ada".into()));
    let engine = support::engine(&plain(), 10, Weights::DEFAULT, Some((&linear(), 0.4)));
    let person = engine.person_of(&users.find("ben").unwrap()).unwrap();
    let event = |row, weight, time| Event {
        item: id(row),
        weight,
        time,
    };
    let history = vec![
        event(0, 3.0, Some(20_000 * 86_400)),
        event(1, -2.0, None),
        event(8, 0.5, Some(19_000 * 86_400)),
    ];
    assert_eq!(person.history, history);
    assert_eq!(person.genres[0].genre, "Crime");
    assert!(person.check().is_ok());
    assert!(engine.recommend(&Query::person(person)).is_ok());
    let loud = engine.person_of(&users.find("дора").unwrap()).unwrap();
    assert_eq!(loud.history[0].weight, 100.0);
    assert!(loud.check().is_ok());
    let busy = UserRecord {
        events: (0..20_000).map(|i| (ItemIx(i % 9), 1.0, Some(i / 2))).collect(),
        ..UserRecord::default()
    };
    let busy = engine.person_of(&busy).unwrap();
    assert_eq!(busy.history.len(), Query::MAX_HISTORY);
    assert!(busy.history.iter().all(|event| event.time >= Some(5_000 * 86_400)));
}

#[test]
fn small_values_stay_apart_from_none() {
    let person = UserRecord {
        id: "x".into(),
        events: vec![
            (ItemIx(0), 0.001, None),
            (ItemIx(1), -0.001, None),
            (ItemIx(2), 0.0, None),
        ],
        ..UserRecord::default()
    };
    let part = Container::open(users_part(&[person]), kind::USERS).unwrap();
    let kept = Users::open(&part).unwrap().find("x").unwrap();
    assert_eq!(
        kept.events.iter().map(|(_, value, _)| *value).collect::<Vec<_>>(),
        [0.0625, -0.0625, 0.0]
    );
}

#[test]
fn damaged_people_are_refused_or_read_within_bounds() {
    let accepted = damage(&users_part(&people()), |bytes| {
        let Ok(part) = Container::open(bytes, kind::USERS) else {
            return false;
        };
        let Ok(users) = Users::open(&part) else { return false };
        if users.check(ITEMS).is_err() {
            return false;
        }
        for i in 0..users.len() {
            let person = users.get(i).unwrap();
            assert_eq!(users.find(&person.id), Some(person.clone()));
            assert!(
                person
                    .events
                    .iter()
                    .all(|(item, value, _)| item.at() < ITEMS && value.is_finite())
            );
        }
        true
    });
    assert!(accepted > 500, "only {accepted} got past the checks: they test nothing");
}

/// A file of one person without events who prefers the genres at these places of 200, each name 500 bytes long.
fn prefers(places: &[u64]) -> Vec<u8> {
    let mut record = vec![0];
    varint::push(&mut record, places.len() as u64);
    for place in places {
        varint::push(&mut record, *place);
        varint::push(&mut record, 16);
    }
    varint::push(&mut record, 0); // no ratings
    let names: Vec<String> = (0..200).map(|i| format!("{i:03}{}", "x".repeat(497))).collect();
    let mut out = Writer::new(kind::USERS);
    strings::write(&mut out, section::USER_ID_ENDS, section::USER_ID_BYTES, ["ann"]);
    out.ints(section::USER_RECORD_ENDS, &[record.len() as u64]);
    out.bytes(section::USER_RECORDS, record);
    let names = names.iter().map(String::as_str);
    strings::write(&mut out, section::USER_GENRE_ENDS, section::USER_GENRE_BYTES, names);
    out.finish().unwrap()
}

#[test]
fn two_bytes_of_a_record_never_become_a_name_again_and_again() {
    let most = MAX_USER_GENRES as u64;
    let ascending = |count: u64| (0..count).collect::<Vec<u64>>();
    for (places, right) in [
        (ascending(most), true),
        (vec![3, 199], true),
        (ascending(most + 1), false),
        (vec![7; 5_000], false),
        (vec![0; 4_000_000], false),
        (vec![5, 5], false),
        (vec![5, 4], false),
        (vec![200], false),
    ] {
        let part = Container::open(prefers(&places), kind::USERS).unwrap();
        let users = Users::open(&part).unwrap();
        let (first, count) = (places.first(), places.len());
        assert_eq!(users.check(ITEMS).is_ok(), right, "{count} from {first:?}");
        assert_eq!(users.find("ann").map(|ann| ann.genres.len()), right.then_some(count));
        assert_eq!(users.get(0).is_some(), right);
    }
}

#[test]
fn people_that_make_no_sense_are_not_written() {
    let refused = |person: UserRecord| assert!(write_users(&mut Writer::new(kind::USERS), &[person]).is_err());
    let with = |events: Vec<(ItemIx, f32, Option<u32>)>| UserRecord {
        id: "x".into(),
        events,
        ..UserRecord::default()
    };
    refused(with(vec![(ItemIx(1), 1.0, None), (ItemIx(1), 1.0, None)]));
    refused(with(vec![(ItemIx(1), f32::NAN, None)]));
    let rated = |ratings: Vec<(ItemIx, f32)>| UserRecord {
        ratings,
        ..with(vec![])
    };
    refused(rated(vec![(ItemIx(2), 4.0), (ItemIx(1), 4.0)]));
    refused(rated(vec![(ItemIx(1), f32::NAN)]));
    refused(UserRecord::default());
    let prefers = |names: &mut dyn Iterator<Item = usize>| UserRecord {
        genres: names.map(|i| (format!("genre {i:03}"), 1.0)).collect(),
        ..with(vec![])
    };
    refused(prefers(&mut [1, 0, 1].into_iter()));
    refused(prefers(&mut (0..=MAX_USER_GENRES)));
    let most = prefers(&mut (0..MAX_USER_GENRES).rev());
    let part = Container::open(users_part(&[most]), kind::USERS).unwrap();
    let kept = Users::open(&part).unwrap().find("x").unwrap();
    assert_eq!(kept.genres.len(), MAX_USER_GENRES);
    assert!(kept.genres.is_sorted_by(|a, b| a.0 < b.0));
    let twice = [with(vec![]), with(vec![])];
    assert!(write_users(&mut Writer::new(kind::USERS), &twice).is_err());
}

#[test]
fn people_are_placed_by_key_and_the_manifest_is_checked() {
    let key = "00112233445566778899aabbccddeeff";
    let mut counts = [0u32; 16];
    for i in 0..16_000 {
        counts[shard_of(key, 16, &format!("user {i}")) as usize] += 1;
    }
    assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");
    let other = key.replace("ff", "fe");
    let moved = (0..1000)
        .filter(|i| shard_of(key, 16, &format!("{i}")) != shard_of(&other, 16, &format!("{i}")))
        .count();
    assert!(moved > 900);
    let manifest = UsersManifest::new("0123456789abcdef".into(), 16, key.into(), UserIdKind::Any, 3);
    let pack = support::manifest(ITEMS, Weights::DEFAULT, None);
    assert!(manifest.check_for(&pack).is_ok());
    assert!(manifest.file_of("ben").starts_with("users.00"));
    let wrong = |change: &dyn Fn(&mut UsersManifest)| {
        let mut manifest = manifest.clone();
        change(&mut manifest);
        assert!(manifest.check_for(&pack).is_err(), "{manifest:?}");
    };
    wrong(&|m| m.pack_id = "other".into());
    wrong(&|m| m.shards = 0);
    wrong(&|m| m.key = "secret".into());
    wrong(&|m| m.format = 2);
    #[cfg(feature = "json")]
    {
        let json = serde_json::to_vec(&manifest).unwrap();
        assert_eq!(UsersManifest::from_json(&json).unwrap(), manifest);
    }
}

#[test]
fn user_ids_are_checked() {
    let long = "x".repeat(129);
    for (kind, id, right) in [
        (UserIdKind::Any, "42", true),
        (UserIdKind::Any, "дора", true),
        (UserIdKind::Any, "", false),
        (UserIdKind::Any, long.as_str(), false),
        (UserIdKind::Any, "a\nb", false),
        (UserIdKind::Any, "a\u{85}b", false),
        (UserIdKind::Uuid, "123e4567-e89b-12d3-a456-426614174000", true),
        (UserIdKind::Uuid, "123E4567-E89B-12D3-A456-426614174000", true),
        (UserIdKind::Uuid, "123e4567e89b12d3a456426614174000", false),
        (UserIdKind::Uuid, "123e4567-e89b-12d3-a456-42661417400g", false),
    ] {
        let checked = kind.check(id);
        assert_eq!(checked.is_ok(), right, "{id:?}");
        assert!(checked.err().is_none_or(|error| error.code() == "invalid_user_id"));
    }
}
