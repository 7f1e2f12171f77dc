//! Recommendations: for a history in the body, for known people, under the replaced services' names, and the popular.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::Path,
};

use aftershow_core::{UserIdKind, ids::IdKind};
use aftershow_edge::{
    access::Secret,
    api::{ApiRequest, ApiResponse, Call, Reply},
    bodies, caching,
    people::{Lookup, MAX_FILE, People, PeopleFile},
    routes::Method,
};
use serde_json::{Value, json};

use super::{
    assert_common, assert_problem, body, get, ids, post,
    small_pack::{self, Host, TOKEN, user},
};

const UUID: &str = "123e4567-e89b-12d3-a456-426614174000";

fn host() -> Host {
    Host::with_people(UserIdKind::Any, &small_pack::people())
}

fn known(host: &Host, path: &str) -> ApiResponse {
    host.respond_to_holder(ApiRequest::new(Method::Get, path))
}

fn known_post(host: &Host, path: &str, body: &Value) -> ApiResponse {
    host.respond_to_holder(ApiRequest {
        body: body.to_string().into(),
        content_type: Some("application/json".into()),
        ..ApiRequest::new(Method::Post, path)
    })
}

fn assert_private(response: &ApiResponse) {
    assert_common(response);
    assert_eq!(response.header("Cache-Control"), Some(caching::PRIVATE), "{response:?}");
    assert_eq!(response.header("ETag"), None);
}

fn ok(response: &ApiResponse) -> Value {
    assert_private(response);
    assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
    body(response)
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn recommended(answer: &Value) -> Vec<u64> {
    let list = answer["recommendations"].as_array().unwrap();
    list.iter().map(|item| item["id"].as_u64().unwrap()).collect()
}

const MEDIA_KEYS: [&str; 10] = [
    "id",
    "title",
    "description",
    "release_year",
    "media_type",
    "cover_url",
    "genres",
    "recommendation_score",
    "content_score",
    "collaborative_score",
];

#[test]
fn a_history_in_the_body_is_answered_and_nothing_of_it_kept() {
    let host = host();
    let history = json!({"history": [1, {"id": 4, "weight": -1, "time": 1_700_000_000}], "limit": 3});
    let response = post(&host, "/v1/recommendations", history.to_string());
    let answer = ok(&response);
    assert_eq!(
        ids(&answer)[0],
        2,
        "as crime, and seen most by who saw the first: {answer}"
    );
    assert_eq!(answer["items"][0]["source"], "collaborative");
    assert_eq!(answer["weights"], json!({"content": 0.4, "collaborative": 0.6}));
    assert_eq!((&answer["fallback_used"], &answer["total"]), (&json!(false), &json!(5)));
    for item in answer["items"].as_array().unwrap() {
        let (content, collaborative) = (item["content_score"].as_f64(), item["collaborative_score"].as_f64());
        let score = 0.4 * content.unwrap() + 0.6 * collaborative.unwrap();
        assert!((item["score"].as_f64().unwrap() - score).abs() < 2e-6, "{item}");
    }
    // The same whatever is kept of others, and no token.
    assert_eq!(
        host.read.borrow().iter().filter(|file| file.contains("users")).count(),
        0
    );
    assert_eq!(post(&host, "/v1/recommendations", history.to_string()), response);
}

#[test]
fn the_bodys_knobs_reach_the_engine() {
    let host = host();
    let ask = |body: Value| ok(&post(&host, "/v1/recommendations", body.to_string()));
    let content = ask(json!({"history": [1], "content_weight": 1, "collaborative_weight": 0}));
    assert_eq!(content["weights"], json!({"content": 1.0, "collaborative": 0.0}));
    assert_eq!(content["items"][0]["score"], content["items"][0]["content_score"]);
    assert_eq!(ids(&ask(json!({"history": [1], "include_seen": true}))).len(), 7);
    let food = ask(json!({"genres": ["Food", {"genre": "Western", "weight": 0.5}], "limit": 2}));
    assert_eq!(ids(&food), [4, 5]);
    assert_eq!(
        ask(json!({"history": [1], "summaries": true}))["items"][0]["summary"],
        "What The Long Tide is about."
    );
    let old = json!({"id": 4, "time": 0});
    let faded = ask(json!({"history": [{"id": 1, "time": 31_536_000}, old], "half_life_days": 30}));
    assert_eq!(ids(&faded)[0], 2);
    let unknown = ask(json!({"history": [99, "one"]}));
    assert_eq!(
        (&unknown["unknown_items"], &unknown["fallback_used"]),
        (&json!(2), &json!(true))
    );
    assert_eq!(unknown["items"][0]["source"], "popular");
    assert_eq!(ids(&ask(json!({}))), [1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn pages_neither_repeat_nor_skip() {
    let host = host();
    let ask = |offset: usize, limit: usize| {
        let body = json!({"history": [1], "offset": offset, "limit": limit});
        let answer = ok(&post(&host, "/v1/recommendations", body.to_string()));
        ids(&answer).into_iter().cloned().collect::<Vec<_>>()
    };
    let all = ask(0, 100);
    assert_eq!(all.len(), 6);
    for limit in 1..=3 {
        let pages: Vec<Value> = (0..8).step_by(limit).flat_map(|offset| ask(offset, limit)).collect();
        assert_eq!(pages, all, "pages of {limit}");
    }
    assert_eq!(ask(4_000_000_000, 10), Vec::<Value>::new());
    let known = |query: &str| body(&known(&host, &format!("/api/recommendations/ann?{query}")));
    let all = recommended(&known("limit=100"));
    let pages: Vec<u64> = (0..8)
        .step_by(2)
        .flat_map(|o| recommended(&known(&format!("limit=2&offset={o}"))))
        .collect();
    assert_eq!(pages, all);
}

#[test]
fn a_body_that_is_no_history_is_refused_with_the_place() {
    let host = host();
    let refuse = |body: &str, content_type: Option<&str>, status: u16, code: &str| {
        let response = host.respond(&ApiRequest {
            body: body.into(),
            content_type: content_type.map(str::to_owned),
            ..ApiRequest::new(Method::Post, "/v1/recommendations")
        });
        assert_problem(&response, status, code);
        assert_private(&response);
        super::body(&response)
    };
    let problem = refuse("{\"history\": [1,\n2,\nnull]}", None, 400, "invalid_body");
    assert!(problem["detail"].as_str().unwrap().contains("line 3"), "{problem}");
    let problem = refuse(
        r#"{"history": [{"id": 1, "weight": 1000}]}"#,
        None,
        400,
        "invalid_parameter",
    );
    assert_eq!(problem["parameter"], "history[0].weight");
    refuse("{}", Some("text/plain"), 415, "unsupported_media_type");
    let long = format!("{{{}}}", " ".repeat(bodies::MAX_PEOPLE - 1));
    refuse(&long, None, 413, "body_too_large");
    assert_problem(&get(&host, "/v1/recommendations"), 405, "method_not_allowed");
}

#[test]
fn what_is_popular_is_public_and_comes_by_genre_too() {
    let host = host();
    let response = get(&host, "/v1/popular?limit=3");
    assert_common(&response);
    assert_eq!(
        (response.status, response.header("Cache-Control")),
        (200, Some(caching::ANSWER))
    );
    let answer = body(&response);
    assert_eq!(ids(&answer), [1, 2, 3]);
    assert_eq!((&answer["fallback_used"], &answer["total"]), (&json!(false), &json!(7)));
    assert_eq!(answer["items"][0]["popularity"], 1.0);
    let etag = response.header("ETag").unwrap().to_owned();
    let again = host.respond(&ApiRequest {
        if_none_match: Some(etag),
        ..ApiRequest::new(Method::Get, "/v1/popular?limit=3")
    });
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(
        ids(&body(&get(&host, "/v1/popular?genre=Food&genre=Thriller&offset=1"))),
        [4, 5, 7]
    );
    let none = body(&get(&host, "/v1/popular?genre=Western"));
    assert_eq!((&none["items"], &none["total"]), (&json!([]), &json!(0)));
    for (query, name) in [("limit=0", "limit"), ("offset=x", "offset"), ("genre=%zz", "genre")] {
        let response = get(&host, &format!("/v1/popular?{query}"));
        assert_problem(&response, 400, "invalid_parameter");
        assert_eq!(body(&response)["parameter"], name);
    }
}

#[test]
fn a_known_person_is_answered_from_one_file_of_people() {
    let host = host();
    let response = known(&host, "/v1/users/ann/recommendations?limit=3");
    let answer = ok(&response);
    assert_eq!(response.route, "/v1/users/{user_id}/recommendations");
    assert_eq!(
        (&answer["user_id"], &answer["fallback_used"]),
        (&json!("ann"), &json!(false))
    );
    let history = json!({"history": [{"id": 1, "weight": 2}, {"id": 4, "weight": -1}], "limit": 3});
    let same = ok(&post(&host, "/v1/recommendations", history.to_string()));
    assert_eq!(answer["items"], same["items"]);
    // Only now: the answers above are no cause to read them.
    let files = |host: &Host| host.read.borrow().iter().filter(|file| file.contains("users")).count();
    assert_eq!(files(&host), 0);
    let fresh = self::host();
    known(&fresh, "/v1/users/ann/recommendations");
    assert_eq!(files(&fresh), 2, "the list and one file: {:?}", fresh.read.borrow());
    known(&fresh, "/v1/users/ann/recommendations");
    assert_eq!(fresh.read.borrow().len(), 0, "all are there: {:?}", fresh.read.borrow());

    assert_eq!(
        ids(&ok(&known(&host, "/v1/users/cleo/recommendations?limit=2"))),
        [4, 5]
    );
    let odd = ok(&known(&host, "/v1/users/%C3%A9t%C3%A9%2F1+2/recommendations"));
    assert_eq!(
        (&odd["user_id"], &odd["fallback_used"]),
        (&json!("été/1+2"), &json!(false))
    );
    assert_eq!(odd["items"][0]["id"], 2);
}

#[test]
fn somebody_unknown_gets_what_is_popular() {
    let host = host();
    let answer = ok(&known(&host, "/v1/users/nobody/recommendations"));
    assert_eq!((ids(&answer).len(), &answer["fallback_used"]), (7, &json!(true)));
    assert!(
        answer["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| item["source"] == "popular")
    );
    let movies = ok(&known(&host, "/recommendations/nobody"));
    assert_eq!(
        (recommended(&movies), &movies["fallback_used"]),
        (vec![1, 2, 3, 4, 5, 6, 7], &json!(true))
    );
    let media = ok(&known(&host, "/api/recommendations/nobody?limit=2"));
    assert_eq!(recommended(&media), [1, 2]);
}

#[test]
fn the_media_service_is_answered_for_under_its_names() {
    let host = host();
    let answer = ok(&known(&host, "/api/recommendations/ann?limit=2&offset=1"));
    assert_eq!(
        keys(&answer),
        BTreeSet::from(["user_id", "recommendations", "count", "limit", "offset"])
    );
    assert_eq!(
        (
            &answer["user_id"],
            &answer["count"],
            &answer["limit"],
            &answer["offset"]
        ),
        (&json!("ann"), &json!(2), &json!(2), &json!(1))
    );
    let now = ok(&known(
        &host,
        "/v1/users/ann/recommendations?limit=2&offset=1&summaries=true",
    ));
    for (old, new) in answer["recommendations"]
        .as_array()
        .unwrap()
        .iter()
        .zip(now["items"].as_array().unwrap())
    {
        assert_eq!(keys(old), BTreeSet::from(MEDIA_KEYS));
        for (old_name, new_name) in [
            ("id", "id"),
            ("title", "name"),
            ("description", "summary"),
            ("release_year", "year"),
            ("media_type", "type"),
            ("cover_url", "image"),
            ("genres", "genres"),
            ("recommendation_score", "score"),
            ("content_score", "content_score"),
            ("collaborative_score", "collaborative_score"),
        ] {
            assert_eq!(old[old_name], new[new_name], "{old_name}");
        }
        assert!(old["description"].is_string() && old["cover_url"].is_string());
    }
    let defaults = ok(&known(&host, "/api/recommendations/ann"));
    assert_eq!((&defaults["limit"], &defaults["offset"]), (&json!(10), &json!(0)));
    assert_eq!(defaults["count"], 5, "all that she hasn't seen");

    let batch = json!({"user_ids": ["bob", "nobody", "ann", "bob"], "limit": 2});
    let answer = ok(&known_post(&host, "/api/recommendations/batch", &batch));
    assert_eq!(keys(&answer), BTreeSet::from(["results", "total_users"]));
    assert_eq!(answer["total_users"], 3);
    assert_eq!(keys(&answer["results"]), BTreeSet::from(["ann", "bob", "nobody"]));
    for (id, result) in answer["results"].as_object().unwrap() {
        assert_eq!(keys(result), BTreeSet::from(["recommendations", "count"]));
        assert_eq!(result["count"], 2);
        let alone = ok(&known(&host, &format!("/api/recommendations/{id}?limit=2")));
        assert_eq!(result["recommendations"], alone["recommendations"], "{id}");
    }
}

#[test]
fn the_movie_service_is_answered_for_under_its_names() {
    let host = host();
    let answer = ok(&known(&host, "/recommendations/bob?limit=6"));
    assert_eq!(
        keys(&answer),
        BTreeSet::from(["user_id", "recommendations", "count", "limit", "fallback_used"])
    );
    let list = answer["recommendations"].as_array().unwrap();
    let expected: BTreeSet<&str> = MEDIA_KEYS.into_iter().chain(["source"]).collect();
    assert!(list.iter().all(|item| keys(item) == expected));
    assert_eq!((list[0]["title"].as_str(), list.len()), (Some("Salt and Smoke"), 6));
    // His show has the type in common with all, so nothing has to be there for being popular but what has nothing.
    let popular = list.iter().any(|item| item["source"] == "popular");
    assert_eq!(answer["fallback_used"], popular);
    assert_eq!(known(&host, "/recommendations/ann").route, "/recommendations/{user_id}");
    for (path, route) in [
        ("/recommendations/stats", "/recommendations/stats"),
        ("/recommendations/health", "/recommendations/health"),
        ("/recommendations/existing", "/recommendations/existing"),
        ("/recommendations/batch", "none"),
        ("/api/recommendations/batch", "/api/recommendations/batch"),
    ] {
        assert_eq!(known(&host, path).route, route, "{path}");
    }
}

#[test]
fn candidates_of_a_pack_without_ratings_come_in_the_order_of_recommendations() {
    let host = host();
    let all = ok(&known(
        &host,
        "/v1/users/bob/recommendations?limit=100&include_seen=true",
    ));
    let order: Vec<_> = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["id"].clone())
        .collect();
    assert!(order.len() >= 5);
    let mut asked: Vec<Value> = order.iter().rev().cloned().collect();
    asked.insert(1, json!(99));
    let body = json!({"user_id": "bob", "movie_ids": asked});
    let answer = ok(&known_post(&host, "/recommendations/existing", &body));
    let expected: Vec<Value> = (order.iter().chain([&json!(99)]))
        .map(|id| json!({"movie_id": id, "predicted_rating": null}))
        .collect();
    assert_eq!(answer, json!({"user_id": "bob", "recommendations": expected}));
}

#[test]
fn a_batch_answers_in_order_and_as_each_alone() {
    let host = host();
    let batch = json!({"user_ids": ["cleo", "ann", "nobody"], "limit": 2, "offset": 1, "content_weight": 1});
    let answer = ok(&known_post(&host, "/v1/users/recommendations", &batch));
    let users = answer["users"].as_array().unwrap();
    for (user, id) in users.iter().zip(["cleo", "ann", "nobody"]) {
        let query = "limit=2&offset=1&content_weight=1";
        let alone = ok(&known(&host, &format!("/v1/users/{id}/recommendations?{query}")));
        assert_eq!((user, user["user_id"].as_str()), (&alone, Some(id)));
    }
    let nobody = ok(&known_post(
        &host,
        "/v1/users/recommendations",
        &json!({"user_ids": []}),
    ));
    assert_eq!(nobody, json!({"users": []}));
}

#[test]
fn a_batch_of_a_hundred_needs_no_more_than_is_kept() {
    let names: Vec<String> = (0..100).map(|n| format!("user {n}")).collect();
    let people: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(n, id)| user(id, &[(n as u32 % 7, 1.0)], &[]))
        .collect();
    let host = Host::with_people(UserIdKind::Any, &people);
    let answer = ok(&known_post(
        &host,
        "/api/recommendations/batch",
        &json!({"user_ids": names, "limit": 100}),
    ));
    assert_eq!(answer["total_users"], 100);
    for (n, id) in names.iter().enumerate() {
        let seen = n as u64 % 7 + 1;
        assert_eq!(answer["results"][id]["count"], 6);
        assert!(!recommended(&answer["results"][id]).contains(&seen));
    }
}

#[test]
fn a_malformed_id_is_refused_by_its_own_code() {
    let host = host();
    let long = "x".repeat(129);
    for id in ["", "a%0Ab", "%00", "%zz", "%FF", long.as_str()] {
        for path in [
            format!("/v1/users/{id}/recommendations"),
            format!("/api/recommendations/{id}"),
            format!("/recommendations/{id}"),
        ] {
            let response = known(&host, &path);
            assert_problem(&response, 400, "invalid_user_id");
            assert_private(&response);
            assert_eq!(body(&response)["parameter"], "user_id");
        }
    }
    let response = known_post(
        &host,
        "/api/recommendations/batch",
        &json!({"user_ids": ["ann", "a\nb"]}),
    );
    assert_problem(&response, 400, "invalid_user_id");
    assert_eq!(body(&response)["parameter"], "user_ids[1]");
    for path in [
        "/v1/users/ann/recommendations",
        "/api/recommendations/ann",
        "/recommendations/ann",
    ] {
        for query in [
            "limit=0",
            "limit=101",
            "limit=ten",
            "offset=-1",
            "content_weight=0&collaborative_weight=0",
        ] {
            assert_problem(&known(&host, &format!("{path}?{query}")), 400, "invalid_parameter");
        }
    }
}

#[test]
fn where_users_have_uuids_nothing_else_is_an_id() {
    let host = Host::with_people(UserIdKind::Uuid, &[user(UUID, &[(0, 1.0)], &[])]);
    let answer = ok(&known(&host, &format!("/recommendations/{UUID}")));
    assert_eq!(recommended(&answer)[0], 2);
    for id in [
        "ann",
        "123e4567e89b12d3a456426614174000",
        "123e4567-e89b-12d3-a456-42661417400g",
    ] {
        assert_problem(
            &known(&host, &format!("/api/recommendations/{id}")),
            400,
            "invalid_user_id",
        );
    }
    let response = known_post(&host, "/v1/users/recommendations", &json!({"user_ids": [UUID, "ann"]}));
    assert_problem(&response, 400, "invalid_user_id");
    assert_eq!(body(&response)["parameter"], "user_ids[1]");
    let unknown = UUID.replace('1', "2");
    assert_eq!(
        ok(&known(&host, &format!("/recommendations/{unknown}")))["fallback_used"],
        true
    );
}

#[test]
fn without_a_token_configured_there_are_no_routes_of_known_users() {
    let host = host();
    for (method, path) in [
        (Method::Get, "/v1/users/ann/recommendations"),
        (Method::Head, "/v1/users/ann/recommendations"),
        (Method::Get, "/api/recommendations/ann"),
        (Method::Get, "/api/recommendations/"),
        (Method::Get, "/recommendations/ann"),
        (Method::Post, "/v1/users/recommendations"),
        (Method::Post, "/api/recommendations/batch"),
    ] {
        let request = ApiRequest {
            authorization: Secret::new("Bearer anything"),
            ..ApiRequest::new(method, path)
        };
        let response = host.respond(&request);
        assert_private(&response);
        if method != Method::Head {
            assert_problem(&response, 404, "users_not_configured");
            assert!(body(&response)["detail"].as_str().unwrap().contains("USERS_TOKEN"));
        }
        assert_eq!(response.status, 404);
    }
    assert!(host.read.borrow().is_empty());
}

#[test]
fn without_the_right_token_nobody_is_answered_about() {
    let host = host();
    let ask = |authorization: Option<&str>, path: &str| {
        host.respond(&ApiRequest {
            authorization: authorization.and_then(Secret::new),
            users_token: Secret::new(TOKEN),
            ..ApiRequest::new(Method::Get, path)
        })
    };
    for path in [
        "/v1/users/ann/recommendations",
        "/api/recommendations/ann",
        "/recommendations/ann?limit=0",
    ] {
        for authorization in [None, Some("Bearer wrong"), Some(TOKEN), Some("Basic YW5uOmFubg==")] {
            let response = ask(authorization, path);
            assert_problem(&response, 401, "unauthorized");
            assert_private(&response);
            assert!(response.header("WWW-Authenticate").unwrap().starts_with("Bearer"));
            assert!(!String::from_utf8_lossy(&response.body).contains(TOKEN));
        }
        assert_ne!(ask(Some(&format!("bearer {TOKEN}")), path).status, 401);
    }
    // What is about nobody needs none.
    assert_eq!(ask(None, "/v1/popular").status, 200);
}

#[test]
fn stats_say_which_routes_are_on_and_no_secret() {
    let host = host();
    let stats = |host: &Host, token: Option<&str>| {
        let response = host.respond(&ApiRequest {
            users_token: token.and_then(Secret::new),
            ..ApiRequest::new(Method::Get, "/v1/stats")
        });
        let text = String::from_utf8_lossy(&response.body).into_owned();
        assert!(!text.contains(TOKEN));
        body(&response)
    };
    let on = stats(&host, Some(TOKEN));
    assert_eq!((&on["collaborative"], &on["known_users"]), (&json!(true), &json!(true)));
    assert_eq!(on["personal"]["model"], "made up");
    let off = stats(&Host::new(IdKind::Integer), None);
    assert_eq!(
        (&off["collaborative"], &off["known_users"], &off["personal"]),
        (&json!(false), &json!(false), &Value::Null)
    );
}

#[test]
fn a_pack_without_a_model_answers_by_content_and_popularity() {
    let host = Host::new(IdKind::Integer);
    let answer = ok(&post(&host, "/v1/recommendations", json!({"history": [1]}).to_string()));
    assert_eq!(
        (ids(&answer)[0], &answer["items"][0]["source"]),
        (&json!(2), &json!("content"))
    );
    assert_eq!(answer["weights"], json!({"content": 1.0, "collaborative": 0.0}));
    assert_eq!(ids(&body(&get(&host, "/v1/popular?limit=2"))), [1, 2]);
    // What an answer has read leaves those of similar items as they were.
    assert_eq!(get(&host, super::SIMILAR).status, 200);
}

#[test]
fn files_about_people_are_checked_before_they_are_kept() {
    let host = host();
    let key = |file: PeopleFile| file.key(&host.manifest.pack_id);
    let manifest = host.bucket[&key(PeopleFile::Manifest)].clone();
    let shard = host.bucket[&key(PeopleFile::Shard(0))].clone();
    let mut people = People::default();
    let mut refused = |file, bytes: Vec<u8>| people.attach(file, bytes, &host.manifest).map_err(|error| error.code());
    assert_eq!(refused(PeopleFile::Manifest, b"{}".to_vec()), Err("pack_manifest"));
    let of_another = String::from_utf8(manifest.clone())
        .unwrap()
        .replace(&host.manifest.pack_id, "0000000000000000");
    assert_eq!(refused(PeopleFile::Manifest, of_another.into()), Err("pack_manifest"));
    for end in 0..shard.len() {
        assert!(
            refused(PeopleFile::Shard(0), shard[..end].to_vec()).is_err(),
            "{end} bytes"
        );
    }
    for at in 0..shard.len() {
        let mut flipped = shard.clone();
        flipped[at] ^= 0x10;
        assert!(refused(PeopleFile::Shard(0), flipped).is_err(), "byte {at}");
    }
    assert_eq!(
        refused(PeopleFile::Shard(0), vec![0; MAX_FILE + 1]),
        Err("pack_truncated")
    );
    assert_eq!(
        refused(PeopleFile::Shard(0), host.files["features.f.bin"].clone()),
        Err("pack_wrong_part")
    );
    assert_eq!(refused(PeopleFile::Manifest, manifest), Ok(()));
    assert_eq!(refused(PeopleFile::Shard(0), shard), Ok(()));
    assert!(people.has(PeopleFile::Manifest) && people.has(PeopleFile::Shard(0)) && !people.has(PeopleFile::Shard(1)));
}

#[test]
fn people_who_were_written_anew_are_read_anew() {
    let host = host();
    let key = |file: PeopleFile| file.key(&host.manifest.pack_id);
    let read = |file| host.bucket[&key(file)].clone();
    // As it was before: under another key, which lays people in other files.
    let text = String::from_utf8(read(PeopleFile::Manifest)).unwrap();
    let before = text.replace("00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100");
    let mut people = People::default();
    let mut attach = |file, bytes| {
        people.attach(file, bytes, &host.manifest).unwrap();
        people.has(PeopleFile::Manifest)
    };
    assert!(attach(PeopleFile::Manifest, before.into_bytes()));
    let kept = (0..3).all(|shard| attach(PeopleFile::Shard(shard), read(PeopleFile::Shard(shard))));
    assert!(!kept, "the old manifest would say that nobody is known");
    assert!(attach(PeopleFile::Manifest, text.into_bytes()));
    assert!((0..3).all(|shard| attach(PeopleFile::Shard(shard), read(PeopleFile::Shard(shard)))));
    assert!(matches!(people.find("ann"), Lookup::Known(_)));
}

#[test]
fn a_reply_names_the_files_about_people_that_it_needs() {
    let host = host();
    let request = ApiRequest {
        authorization: Secret::new(&format!("Bearer {TOKEN}")),
        users_token: Secret::new(TOKEN),
        ..ApiRequest::new(Method::Get, "/recommendations/ann")
    };
    let mut call = Call::read(&request).unwrap();
    let reply = call.respond(&host.engine.borrow(), &mut People::default());
    assert_eq!(reply, Reply::NeedPeople(vec![PeopleFile::Manifest]));
    assert_eq!(PeopleFile::Manifest.key("0123"), "0123/users.json");
    assert_eq!(PeopleFile::Shard(7).key("0123"), "0123/users.0007.bin");
}

/// The tests of the Worker deploy this pack and these people.
#[test]
fn the_fixture_of_the_worker_tests_is_what_the_writers_write() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixture");
    let host = host();
    let mut files = BTreeMap::new();
    for (name, bytes) in &host.files {
        files.insert(format!("pack/{name}"), bytes.clone());
    }
    let manifest = serde_json::to_vec_pretty(&host.manifest).unwrap();
    files.insert("pack/manifest.json".to_owned(), manifest);
    for (key, bytes) in &host.bucket {
        files.insert(format!("bucket/{key}"), bytes.clone());
    }
    if env::var_os("AFTERSHOW_WRITE_FIXTURE").is_some() {
        let _ = fs::remove_dir_all(&folder);
        for (name, bytes) in &files {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
    for (name, bytes) in &files {
        let stored = fs::read(folder.join(name)).unwrap_or_default();
        assert!(
            stored == *bytes,
            "{name} in {} is not what core writes: run AFTERSHOW_WRITE_FIXTURE=1 cargo test -p aftershow-edge --test api",
            folder.display()
        );
    }
}
