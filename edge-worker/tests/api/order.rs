//! Filters, reranking and reasons over HTTP: the same words in the query string and in a body.

use aftershow_core::UserIdKind;
use serde_json::{Value, json};

use super::{
    assert_problem, body, get, post,
    small_pack::{self, Host},
};

fn host() -> Host {
    Host::with_people(UserIdKind::Any, &small_pack::people())
}

fn ids_of(answer: &Value) -> Vec<u64> {
    super::ids(answer).into_iter().map(|id| id.as_u64().unwrap()).collect()
}

fn encoded(json: &Value) -> String {
    json.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn a_filter_means_the_same_in_a_query_string_and_in_a_body() {
    let host = host();
    let filter = json!({"genre": "Crime"});
    let popular = body(&get(&host, &format!("/v1/popular?filter={}", encoded(&filter))));
    let items = popular["items"].as_array().unwrap();
    assert!(!items.is_empty());
    let crime = |item: &Value| item["genres"].as_array().unwrap().contains(&json!("Crime"));
    assert!(items.iter().all(crime), "{popular}");
    assert_eq!(popular["matched"], items.len());
    let asked = json!({"filter": filter, "history": [1], "include_seen": true});
    let mine = body(&post(&host, "/v1/recommendations", asked.to_string()));
    let sorted = |answer: &Value| {
        let mut ids = ids_of(answer);
        ids.sort_unstable();
        ids
    };
    assert_eq!(sorted(&mine), sorted(&popular));
    let similar = body(&get(&host, &format!("/v1/items/1/similar?filter={}", encoded(&filter))));
    assert!(similar["items"].as_array().unwrap().iter().all(crime), "{similar}");
}

#[test]
fn an_unknown_name_is_refused_with_near_spellings() {
    let host = host();
    let filter = encoded(&json!({"genre": "Crme"}));
    let response = get(&host, &format!("/v1/popular?filter={filter}"));
    assert_problem(&response, 400, "unknown_name");
    assert_eq!(body(&response)["did_you_mean"], json!(["Crime"]));
}

#[test]
fn what_is_no_filter_and_no_order_is_refused_by_name() {
    let host = host();
    for (name, value) in [
        ("filter", "7"),
        ("filter", "%7B"),
        ("rerank", "%7B%22diverse%22%3A1%7D"),
        ("variant", "a"),
        ("reasons", "maybe"),
        ("watching_weight", "2"),
    ] {
        let response = get(&host, &format!("/v1/popular?{name}={value}"));
        assert_problem(&response, 400, "invalid_parameter");
        assert_eq!(body(&response)["parameter"], name, "{value}");
    }
    let twice = get(&host, "/v1/popular?filter=%7B%7D&filter=%7B%7D");
    assert_problem(&twice, 400, "invalid_parameter");
    let response = get(&host, "/v1/popular?variant=a:b");
    assert_problem(&response, 400, "unknown_name");
}

#[test]
fn pins_come_first_buried_last_and_reasons_say_why() {
    let host = host();
    let asked = json!({"history": [1], "rerank": {"pins": [5], "bury": [2]}, "reasons": true});
    let answer = body(&post(&host, "/v1/recommendations", asked.to_string()));
    let order = ids_of(&answer);
    assert_eq!((order.first(), order.last()), (Some(&5), Some(&2)), "{answer}");
    for item in answer["items"].as_array().unwrap() {
        let reasons = item["reasons"].as_array().unwrap();
        let shares: f64 = reasons.iter().map(|reason| reason["share"].as_f64().unwrap()).sum();
        assert!((shares - 1.0).abs() < 1e-5, "{item}");
    }
    // An id as text names the same item.
    let text = json!({"history": ["1"], "rerank": {"pins": ["5"], "bury": ["2"]}, "reasons": true});
    assert_eq!(body(&post(&host, "/v1/recommendations", text.to_string())), answer);
}

#[test]
fn candidates_come_back_in_order_and_the_unknown_apart() {
    let host = host();
    let asked = json!({"candidates": [6, {"id": 2, "score": 3}, 99], "history": [1]});
    let response = post(&host, "/v1/rerank", asked.to_string());
    let answer = body(&response);
    assert_eq!(response.status, 200, "{answer}");
    let mut order = ids_of(&answer);
    order.sort_unstable();
    assert_eq!((order, &answer["unknown"]), (vec![2, 6], &json!([99])));
    for wrong in [
        json!({"history": [1]}),
        json!({"candidates": [1], "user_ids": ["a"]}),
        json!({"candidates": [1], "item": 2, "history": [1]}),
        json!({"candidates": [{"score": 1}]}),
    ] {
        assert_problem(&post(&host, "/v1/rerank", wrong.to_string()), 400, "invalid_body");
    }
    let wrong = json!({"candidates": [{"id": 1, "score": -1}]});
    assert_problem(&post(&host, "/v1/rerank", wrong.to_string()), 400, "invalid_parameter");
}

#[test]
fn a_pack_without_ratings_predicts_none_and_says_so() {
    let host = host();
    let asked = json!({"ratings": [{"item": 1, "value": 4}], "items": [2]});
    assert_problem(&post(&host, "/v1/predict", asked.to_string()), 404, "no_ratings");
    assert_problem(
        &post(&host, "/v1/predict", json!({"items": 2}).to_string()),
        400,
        "invalid_body",
    );
    // The routes about known people need the token first.
    for path in ["/recommendations/existing", "/predict/new-movie"] {
        let response = post(&host, path, "{}");
        assert!([401, 404].contains(&response.status), "{path}: {}", response.status);
    }
}
