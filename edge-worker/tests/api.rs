//! The whole API, natively: the same function that the Worker calls, over a small pack.

#[path = "api/openapi.rs"]
mod openapi;
#[path = "api/order.rs"]
mod order;
#[path = "api/people.rs"]
mod people;
mod small_pack;
#[path = "api/values.rs"]
mod values;

use aftershow_core::{Answer, ItemId, Outcome, Query, ids::IdKind};
use aftershow_edge::{
    api::{self, ApiRequest, ApiResponse, Call, Reply},
    bodies::MAX_ITEM,
    caching,
    people::People,
    routes::{Audience, Method, ROUTES},
};
use serde_json::{Value, json};
use small_pack::Host;

const SIMILAR: &str = "/v1/items/1/similar";

fn host() -> Host {
    Host::new(IdKind::Integer)
}

fn get(host: &Host, path: &str) -> ApiResponse {
    host.respond(&ApiRequest::new(Method::Get, path))
}

fn post(host: &Host, path: &str, body: impl Into<Vec<u8>>) -> ApiResponse {
    host.respond(&ApiRequest {
        body: body.into(),
        ..ApiRequest::new(Method::Post, path)
    })
}

fn body(response: &ApiResponse) -> Value {
    serde_json::from_slice(&response.body).unwrap_or_else(|e| panic!("{e} in {response:?}"))
}

fn ids(answer: &Value) -> Vec<&Value> {
    answer["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["id"])
        .collect()
}

/// What core itself answers, with everything attached.
fn expected(host: &Host, query: &Query) -> Answer {
    host.make_resident();
    match host.engine.borrow().answer(query).unwrap() {
        Outcome::Answer(answer) => answer,
        Outcome::NeedParts(parts) => panic!("{parts:?}"),
    }
}

/// Every response, whatever its status.
fn assert_common(response: &ApiResponse) {
    assert_eq!(response.header("Access-Control-Allow-Origin"), Some("*"));
    assert_eq!(response.header("X-Content-Type-Options"), Some("nosniff"));
    let mut names: Vec<_> = response
        .headers
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect();
    names.sort();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "a header twice: {:?}", response.headers);
}

fn assert_problem(response: &ApiResponse, status: u16, code: &str) {
    assert_common(response);
    assert_eq!(response.status, status, "{response:?}");
    assert_eq!(response.header("Content-Type"), Some("application/problem+json"));
    let problem = body(response);
    assert_eq!(
        (problem["status"].as_u64(), problem["code"].as_str()),
        (Some(status.into()), Some(code))
    );
    assert_eq!(problem["type"], format!("urn:aftershow:problem:{code}"));
    assert!(
        problem["title"].is_string() && problem["detail"].is_string(),
        "{problem}"
    );
    assert_eq!(response.header("ETag"), None);
    let of_people = ["user", "/batch", "/existing", "/new-movie"];
    let private = of_people.iter().any(|word| response.route.contains(word));
    let keep = match status {
        _ if private || ["/v1/recommendations", "/v1/rerank", "/v1/predict"].contains(&response.route) => {
            caching::PRIVATE
        }
        404 => caching::NOT_FOUND,
        _ => caching::NO_STORE,
    };
    assert_eq!(response.header("Cache-Control"), Some(keep));
}

#[test]
fn similar_items_are_cores_answer_as_it_is() {
    let host = host();
    let response = get(&host, SIMILAR);
    assert_common(&response);
    assert_eq!(
        (response.status, response.header("Content-Type")),
        (200, Some("application/json"))
    );
    assert_eq!(response.header("Cache-Control"), Some(caching::ANSWER));
    assert_eq!(response.route, "/v1/items/{id}/similar");
    let answer = body(&response);
    assert_eq!(answer["subject"]["name"], "Harbour Lights");
    assert_eq!(answer["items"][0]["name"], "The Long Tide");
    assert_eq!(answer["items"][0]["shared_genres"], json!(["Crime", "Drama"]));
    assert_eq!(answer["route"], "shard");
    let resident = serde_json::to_value(expected(&host, &Query::similar(ItemId::Int(1)))).unwrap();
    assert_eq!(
        (&answer["subject"], &answer["items"]),
        (&resident["subject"], &resident["items"])
    );
}

#[test]
fn with_the_packs_own_weights_a_table_and_a_shard_are_read_and_nothing_else() {
    for path in [
        "/v1/items/1/similar?n=4",
        "/shows/4/recommendations?n=3&min_similarity=0.1",
    ] {
        let host = host();
        assert_eq!(get(&host, path).status, 200);
        assert_eq!(
            *host.read.borrow(),
            ["table.00000000000000cc.bin", "shard.00000000000000bb.bin"],
            "{path}"
        );
        assert_eq!(get(&host, path).status, 200);
        assert!(
            host.read.borrow().is_empty(),
            "the second request for {path} reads {:?}",
            host.read.borrow()
        );
    }
}

#[test]
fn other_weights_score_the_whole_catalogue() {
    let host = host();
    let response = get(
        &host,
        "/v1/items/1/similar?genre_weight=0&text_weight=0&metadata_weight=0&year_weight=1",
    );
    let answer = body(&response);
    assert_eq!(answer["route"], "scan");
    assert_eq!(
        answer["weights"],
        json!({"genre": 0.0, "text": 0.0, "metadata": 0.0, "year": 1.0})
    );
    assert_eq!(answer["items"][0]["name"], "Cold Harbour", "the nearest year: {answer}");
    assert_eq!(answer["items"][0]["score"], answer["items"][0]["year_score"]);
}

#[test]
fn summaries_come_only_when_asked_for() {
    let host = host();
    assert_eq!(body(&get(&host, SIMILAR))["items"][0]["summary"], Value::Null);
    let answer = body(&get(&host, "/v1/items/1/similar?summaries=true"));
    assert_eq!(answer["items"][0]["summary"], "What The Long Tide is about.");
    assert_eq!(*host.read.borrow(), ["summaries.00000000000000aa.bin"]);
}

#[test]
fn n_and_min_similarity_cut_the_list() {
    let host = host();
    let all = body(&get(&host, "/v1/items/1/similar?n=100"));
    assert_eq!(
        all["items"].as_array().unwrap().len(),
        6,
        "all have at least the type in common: {all}"
    );
    let two = body(&get(&host, "/v1/items/1/similar?n=2"));
    assert_eq!(
        two["items"].as_array().unwrap()[..],
        all["items"].as_array().unwrap()[..2]
    );
    let score = |i: usize| all["items"][i]["score"].as_f64().unwrap();
    let between = (score(2) + score(3)) / 2.0;
    assert!(score(2) > between, "a tie can't be cut: {all}");
    let near = body(&get(
        &host,
        &format!("/v1/items/1/similar?n=100&min_similarity={between}"),
    ));
    assert_eq!(ids(&near), ids(&all)[..3]);
}

#[test]
fn a_show_that_the_pack_has_never_seen_finds_its_likes() {
    let host = host();
    let new =
        json!({"name": "Black Harbour", "genres": ["Crime", "Drama"], "summary": "A harbour.", "platform": "BBC One"});
    let response = post(&host, "/v1/similar?n=2", new.to_string());
    assert_common(&response);
    assert_eq!(
        (response.status, response.header("Cache-Control")),
        (200, Some(caching::NO_STORE))
    );
    let answer = body(&response);
    assert_eq!(answer["subject"], Value::Null);
    assert_eq!(ids(&answer), [&json!(1), &json!(2)]);
    assert_problem(&post(&host, "/v1/similar", "{"), 400, "invalid_body");
    assert_problem(
        &post(&host, "/v1/similar", vec![b' '; MAX_ITEM + 1]),
        413,
        "body_too_large",
    );
    assert_problem(
        &post(&host, "/v1/similar?n=0", new.to_string()),
        400,
        "invalid_parameter",
    );
}

#[test]
fn the_old_route_gives_the_same_answer_under_the_old_names() {
    let host = host();
    let new = body(&get(&host, "/v1/items/1/similar?n=3&summaries=true"));
    let old = body(&get(&host, "/shows/1/recommendations?n=3&summaries=true"));
    assert_eq!(
        (&old["show_id"], &old["name"], &old["count"]),
        (&json!(1), &json!("Harbour Lights"), &json!(3))
    );
    let recommendations = old["recommendations"].as_array().unwrap();
    assert_eq!(recommendations.len(), 3);
    for (old, new) in recommendations.iter().zip(new["items"].as_array().unwrap()) {
        assert_eq!(old["show_id"], 1);
        assert_eq!(
            (&old["similar_show_id"], &old["similarity_score"]),
            (&new["id"], &new["score"])
        );
        let same = [
            "genre_score",
            "text_score",
            "metadata_score",
            "year_score",
            "name",
            "genres",
            "shared_genres",
            "year",
            "platform",
            "type",
            "language",
            "runtime",
            "rating",
            "image",
            "url",
            "summary",
        ];
        for field in same {
            assert!(old.get(field).is_some(), "{field} is missing");
            assert_eq!(old[field], new[field], "{field}");
        }
        assert!(old["summary"].is_string());
    }
}

#[test]
fn stats_and_health_answer_under_every_one_of_their_names() {
    let host = host();
    for path in ["/v1/stats", "/recommendations/stats"] {
        let response = get(&host, path);
        let stats = body(&response);
        assert_eq!(
            (&stats["items"], &stats["pack_id"]),
            (&json!(7), &json!("0123456789abcdef")),
            "{path}"
        );
        assert_eq!(stats["attribution"], "Made up for the tests");
        assert_eq!(
            (response.route, response.header("Cache-Control")),
            (path, Some(caching::ANSWER))
        );
    }
    let request = ApiRequest {
        service: "my-shows".into(),
        ..ApiRequest::new(Method::Get, "/v1/health")
    };
    let named = body(&host.respond(&request));
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        named,
        json!({"status": "ok", "service": "my-shows", "version": version, "pack_id": "0123456789abcdef"})
    );
    for path in ["/v1/health", "/recommendations/health", "/health"] {
        let response = get(&host, path);
        assert_eq!(body(&response)["status"], "ok", "{path}");
        assert_eq!(
            (response.header("Cache-Control"), response.header("ETag")),
            (Some(caching::NO_STORE), None)
        );
    }
    assert!(host.read.borrow().is_empty());
}

#[test]
fn stats_do_not_depend_on_what_the_isolate_has_read() {
    let host = host();
    let before = get(&host, "/v1/stats");
    get(&host, SIMILAR);
    assert_eq!(get(&host, "/v1/stats"), before);
}

#[test]
fn an_unknown_item_is_a_404_that_may_be_kept_for_a_while() {
    let host = host();
    for path in [
        "/v1/items/99/similar",
        "/shows/99/recommendations",
        "/v1/items/one/similar",
        "/v1/items/01/similar",
    ] {
        assert_problem(&get(&host, path), 404, "unknown_item");
    }
}

#[test]
fn a_bad_parameter_is_a_400_that_names_it() {
    let host = host();
    for (query, name) in [
        ("n=0", "n"),
        ("n=101", "n"),
        ("n=5&n=6", "n"),
        ("min_similarity=2", "min_similarity"),
        ("text_weight=-1", "text_weight"),
        ("summaries=perhaps", "summaries"),
        (
            "genre_weight=0&text_weight=0&metadata_weight=0&year_weight=0",
            "weights",
        ),
    ] {
        for path in [SIMILAR, "/shows/1/recommendations"] {
            let response = get(&host, &format!("{path}?{query}"));
            assert_problem(&response, 400, "invalid_parameter");
            assert_eq!(body(&response)["parameter"], name, "{query}");
        }
    }
    let response = get(&host, "/v1/items/%zz/similar");
    assert_problem(&response, 400, "invalid_parameter");
    assert_eq!(body(&response)["parameter"], "id");
}

#[test]
fn what_needs_no_pack_is_answered_without_one() {
    for (method, path, status) in [
        (Method::Get, "/v2/items", 404),
        (Method::Post, SIMILAR, 405),
        (Method::Get, "/v1/items/1/similar?n=0", 400),
        (Method::Options, SIMILAR, 204),
    ] {
        let request = ApiRequest::new(method, path);
        assert_eq!(Call::read(&request).map(|_| ()).unwrap_err().status, status, "{path}");
    }
    for path in [SIMILAR, "/health", "/v1/popular"] {
        assert!(Call::read(&ApiRequest::new(Method::Get, path)).is_ok(), "{path}");
    }
}

#[test]
fn a_search_finds_titles_and_reads_the_index_and_a_shard() {
    let host = host();
    let response = get(&host, "/v1/search?q=harbor+ligths&limit=5");
    assert_common(&response);
    assert_eq!(
        (response.status, response.header("Cache-Control")),
        (200, Some(caching::ANSWER))
    );
    assert_eq!(*host.read.borrow(), ["search.e.bin", "shard.00000000000000bb.bin"]);
    let answer = body(&response);
    assert_eq!(ids(&answer), [1], "{answer}");
    assert_eq!(
        (&answer["items"][0]["matched"], &answer["items"][0]["year"]),
        (&json!("typo"), &json!(2011))
    );
    let both = body(&get(&host, "/v1/search?q=HARB%C3%B6ur"));
    assert_eq!(ids(&both), [1, 7], "the title that begins with it comes first");
    assert!(host.read.borrow().is_empty());
    for nothing in ["/v1/search", "/v1/search?q=", "/v1/search?q=%21"] {
        let response = get(&host, nothing);
        assert_eq!(
            (response.status, body(&response)),
            (200, json!({"items": []})),
            "{nothing}"
        );
    }
    assert_problem(&get(&host, "/v1/search?q=a&limit=0"), 400, "invalid_parameter");
    let mut lacking = Host::new(IdKind::Integer);
    lacking.manifest.parts.retain(|part| part.kind != "search");
    *lacking.engine.borrow_mut() = aftershow_core::Engine::open(lacking.manifest.clone()).unwrap();
    assert_problem(&get(&lacking, "/v1/search?q=a"), 404, "no_search");
}

#[test]
fn unknown_parameters_are_ignored() {
    let host = host();
    let plain = get(&host, SIMILAR);
    assert_eq!(get(&host, "/v1/items/1/similar?utm_source=mail&_=1&_=2&%zz"), plain);
}

#[test]
fn paths_that_are_no_route_are_not_found() {
    let host = host();
    for path in [
        "/",
        "/v1",
        "/v1/items/1",
        "/v1/items/1/similar/",
        "/V1/stats",
        "/pack/nothing.bin",
        "/shows//recommendations",
    ] {
        let response = get(&host, path);
        assert_problem(&response, 404, "not_found");
        assert_eq!(response.route, "none", "{path}");
    }
}

#[test]
fn a_wrong_method_is_a_405_that_lists_the_right_ones() {
    let host = host();
    let allow = |method, path| {
        let response = host.respond(&ApiRequest::new(method, path));
        if method == Method::Head {
            assert_eq!(response.status, 405);
        } else {
            assert_problem(&response, 405, "method_not_allowed");
        }
        response.header("Allow").unwrap().to_owned()
    };
    for path in [SIMILAR, "/shows/1/recommendations", "/v1/stats", "/health"] {
        for method in [Method::Post, Method::Other] {
            assert_eq!(allow(method, path), "GET, HEAD, OPTIONS", "{path}");
        }
    }
    for method in [Method::Get, Method::Head, Method::Other] {
        assert_eq!(allow(method, "/v1/similar"), "POST, OPTIONS");
    }
}

#[test]
fn a_preflight_is_answered_for_every_route_and_for_no_other_path() {
    for route in ROUTES {
        let path = route.pattern.replace("{id}", "1").replace("{user_id}", "ann");
        let request = ApiRequest::new(Method::Options, &path);
        let response = Call::read(&request).unwrap_err();
        assert_common(&response);
        assert_eq!((response.status, response.body.len()), (204, 0));
        assert_eq!(
            response.header("Access-Control-Allow-Methods"),
            response.header("Allow")
        );
        assert_eq!(
            response.header("Access-Control-Allow-Headers"),
            Some(match route.endpoint.audience() {
                Audience::TokenHolder => "Authorization, Content-Type",
                _ => "Content-Type, If-None-Match",
            })
        );
        assert_eq!(response.header("Access-Control-Max-Age"), Some("86400"));
        assert_eq!(
            (response.header("Content-Length"), response.header("Content-Type")),
            (None, None)
        );
    }
    let nothing = ApiRequest::new(Method::Options, "/nothing");
    assert_eq!(Call::read(&nothing).unwrap_err().status, 404);
}

#[test]
fn head_has_the_headers_of_get_and_no_body() {
    let host = host();
    for path in [SIMILAR, "/v1/stats", "/health", "/v1/items/99/similar", "/nothing"] {
        let (get, head) = (get(&host, path), host.respond(&ApiRequest::new(Method::Head, path)));
        assert_eq!((head.status, &head.headers), (get.status, &get.headers), "{path}");
        assert!(head.body.is_empty() && !get.body.is_empty());
        assert_eq!(head.header("Content-Length"), Some(get.body.len().to_string().as_str()));
    }
}

#[test]
fn an_answer_that_the_client_has_already_is_a_304_with_the_same_caching_headers() {
    let host = host();
    let full = get(&host, SIMILAR);
    let etag = full.header("ETag").unwrap().to_owned();
    assert!(etag.starts_with('"'), "a strong tag: {etag}");
    for (header, status) in [
        (etag.clone(), 304),
        (format!("W/{etag}"), 304),
        (format!("\"other\", {etag}"), 304),
        ("*".to_owned(), 304),
        ("\"other\"".to_owned(), 200),
    ] {
        for method in [Method::Get, Method::Head] {
            let request = ApiRequest {
                if_none_match: Some(header.clone()),
                ..ApiRequest::new(method, SIMILAR)
            };
            let response = host.respond(&request);
            assert_common(&response);
            assert_eq!(response.status, status, "{header}");
            for name in ["ETag", "Cache-Control"] {
                assert_eq!(response.header(name), full.header(name));
            }
            if status == 304 {
                assert_eq!((response.body.len(), response.header("Content-Length")), (0, None));
            }
        }
    }
    let other = get(&host, "/v1/items/1/similar?n=1");
    assert_ne!(other.header("ETag"), Some(etag.as_str()));
    let unknown = ApiRequest {
        if_none_match: Some("*".into()),
        ..ApiRequest::new(Method::Get, "/v1/items/99/similar")
    };
    assert_problem(&host.respond(&unknown), 404, "unknown_item");
}

#[test]
fn what_tells_a_visitor_apart_is_in_no_cache() {
    let host = host();
    for path in [SIMILAR, "/v1/popular?limit=2"] {
        let with = |visitor: &str| {
            get(&host, &format!("{path}{visitor}"))
                .header("Cache-Control")
                .map(str::to_owned)
        };
        let parted = if path.contains('?') { "&" } else { "?" };
        assert_eq!(with("").as_deref(), Some(caching::ANSWER));
        assert_eq!(with(&format!("{parted}visitor=ann")).as_deref(), Some(caching::PRIVATE));
    }
}

#[test]
fn string_ids_are_found_by_their_escaped_form_and_come_back_as_they_are() {
    let host = Host::new(IdKind::String);
    for path in ["/v1/items/tv%2F%C3%A9%201/similar", "/v1/items/tv%2f%c3%a9%201/similar"] {
        let answer = body(&get(&host, path));
        assert_eq!(answer["subject"]["id"], small_pack::string_id("1"));
        assert_eq!(answer["items"][0]["id"], small_pack::string_id("2"));
    }
    assert_problem(&get(&host, "/v1/items/tv%2F1/similar"), 404, "unknown_item");
}

#[test]
fn an_isolate_without_the_pack_says_503_and_nothing_of_the_inside() {
    let request = ApiRequest::new(Method::Get, "/health");
    let response = api::pack_unavailable(&request);
    assert_problem(&response, 503, "pack_unavailable");
    assert_eq!((response.route, response.header("Retry-After")), ("/health", Some("5")));
    assert_problem(&api::internal(&request), 500, "internal");
}

#[test]
fn a_reply_names_the_parts_it_needs() {
    let host = host();
    let request = ApiRequest::new(Method::Get, SIMILAR);
    let mut call = Call::read(&request).unwrap();
    let Reply::NeedParts(parts) = call.respond(&host.engine.borrow(), &mut People::default()) else {
        panic!("an engine without parts has an answer")
    };
    assert_eq!(
        parts.iter().map(|file| file.file.as_str()).collect::<Vec<_>>(),
        ["table.00000000000000cc.bin"]
    );
}
