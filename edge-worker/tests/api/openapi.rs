//! The document of the API against the API: what it says is taken is taken, what it says is refused is refused, and nothing
//! else is read. And its words against those of the JavaScript types.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use aftershow_core::{UserIdKind, engine::ranges};
use aftershow_edge::{
    api::ApiRequest,
    openapi::document,
    problem::codes,
    routes::{Method, ROUTES},
};
use serde_json::{Value, json};

use super::{
    small_pack::{self, Host},
    values::Values,
};

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Method, path, operation of every route.
fn operations(document: &Value) -> Vec<(Method, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (Method::parse(&method.to_ascii_uppercase()), path.as_str(), operation))
    });
    all.collect()
}

#[test]
fn the_file_that_is_deployed_is_what_the_code_makes() {
    let deployed: Value = serde_json::from_str(&read("static/openapi.json")).unwrap();
    assert!(
        deployed == document(),
        "make it anew: cargo run -p aftershow-edge --example openapi > edge-worker/static/openapi.json"
    );
}

#[test]
fn the_readme_names_every_route_and_every_problem() {
    let readme = read("README.md");
    let document = document();
    for (method, path, operation) in operations(&document) {
        let method = if method == Method::Get { "GET" } else { "POST" };
        assert!(readme.contains(&format!("`{method} {path}`")), "{method} {path}");
        assert!(operation["summary"].is_string());
    }
    assert_eq!(operations(&document).len(), ROUTES.len());
    let mut answered = BTreeSet::from(["not_found", "method_not_allowed"]);
    for (_, _, operation) in operations(&document) {
        for response in operation["responses"].as_object().unwrap().values() {
            let codes = &response["content"]["application/problem+json"]["schema"]["properties"]["code"]["enum"];
            answered.extend(codes.as_array().into_iter().flatten().filter_map(Value::as_str));
        }
    }
    for (code, _) in codes::ALL {
        assert!(
            readme.contains(&format!("| {} | `{}` |", code.status, code.name)),
            "{code:?}"
        );
        assert!(answered.contains(code.name), "no route answers with {code:?}");
    }
}

fn host() -> Host {
    Host::with_people(UserIdKind::Any, &small_pack::people())
}

/// What the API says to a request: status, code, parameter or detail.
fn ask(host: &Host, method: Method, path: &str, body: Option<&Value>) -> (u16, String, Value) {
    let response = host.respond_to_holder(ApiRequest {
        body: body.map(|body| body.to_string().into()).unwrap_or_default(),
        ..ApiRequest::new(method, path)
    });
    let html = response
        .header("Content-Type")
        .is_some_and(|kind| kind.starts_with("text/html"));
    let answer: Value = match html {
        true => String::from_utf8(response.body.clone()).unwrap().into(),
        false => serde_json::from_slice(&response.body).unwrap(),
    };
    let code = answer["code"].as_str().unwrap_or_default().to_owned();
    (response.status, code, answer)
}

/// Whether the API found what it was asked to be in order.
fn is_taken(status: u16, code: &str) -> bool {
    // Values are samples: the pack need not have such an item or name, nor ratings.
    status == 200 || ["unknown_item", "unknown_name", "no_ratings", "invalid_user_id"].contains(&code)
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn with_ids(path: &str) -> String {
    path.replace("{id}", "1").replace("{user_id}", "ann")
}

#[test]
fn every_parameter_is_taken_at_both_ends_refused_beyond_and_refused_twice() {
    let (document, host) = (document(), host());
    let mut tried = 0;
    for (method, path, operation) in operations(&document) {
        let parameters = operation["parameters"].as_array().unwrap();
        for parameter in parameters.iter().filter(|parameter| parameter["in"] == "query") {
            let name = parameter["name"].as_str().unwrap();
            let content = &parameter["content"]["application/json"]["schema"];
            let in_json = !content.is_null();
            let schema = if in_json { content } else { &parameter["schema"] };
            let values = Values {
                document: &document,
                depth: 3,
            };
            let body = operation
                .pointer("/requestBody/content/application~1json/schema")
                .map(|schema| values.sample(schema));
            let send = |pairs: &[String]| {
                ask(
                    &host,
                    method,
                    &format!("{}?{}", with_ids(path), pairs.join("&")),
                    body.as_ref(),
                )
            };
            let pair = |value: &Value| match value {
                Value::Array(values) => values
                    .iter()
                    .map(|value| format!("{name}={}", escaped(value.as_str().unwrap_or(""))))
                    .collect(),
                Value::String(text) if !in_json => vec![format!("{name}={}", escaped(text))],
                value => vec![format!("{name}={}", escaped(&value.to_string()))],
            };
            for (value, good) in values.all(schema) {
                // In a query string everything is a text, and a list is a list of texts.
                let text = Values::kind(schema) == Some("string") || Values::kind(schema) == Some("array");
                if !good && text && !(value.is_string() || value.as_array().is_some_and(|list| list.len() > 1)) {
                    continue;
                }
                let (status, code, answer) = send(&pair(&value));
                assert_eq!(is_taken(status, &code), good, "{path} {name}={value}: {answer}");
                let of_rerank = name == "rerank" || name == "filter";
                assert!(
                    good || answer["parameter"] == name || of_rerank,
                    "{path} {name}={value}: {answer}"
                );
                tried += 1;
            }
            let sample = pair(&values.sample(schema));
            let twice = [sample.as_slice(), sample.as_slice()].concat();
            let (status, code, answer) = send(&twice);
            if name == "genre" {
                assert_eq!(status, 200, "{answer}");
            } else {
                assert_eq!(
                    (status, code.as_str()),
                    (400, "invalid_parameter"),
                    "{path} {name}: {answer}"
                );
                assert_eq!(answer["parameter"], name);
            }
        }
    }
    assert!(tried > 1000, "{tried}");
}

#[test]
fn every_field_of_a_body_is_taken_at_both_ends_and_refused_beyond() {
    let (document, host) = (document(), host());
    let mut tried = 0;
    for (method, path, operation) in operations(&document) {
        let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") else {
            continue;
        };
        let most: usize = {
            let about = operation["requestBody"]["description"].as_str().unwrap();
            about
                .trim_start_matches("At most ")
                .trim_end_matches(" bytes.")
                .parse()
                .unwrap()
        };
        for (value, good) in (Values {
            document: &document,
            depth: 4,
        })
        .all(schema)
        {
            let (status, code, answer) = ask(&host, method, path, Some(&value));
            let shown: String = value.to_string().chars().take(300).collect();
            if value.to_string().len() > most {
                assert_eq!(
                    (status, code.as_str()),
                    (413, "body_too_large"),
                    "{path} {shown}: {answer}"
                );
                continue;
            }
            assert_eq!(is_taken(status, &code), good, "{path} {shown}: {answer}");
            tried += 1;
        }
        for (_, example) in operation
            .pointer("/requestBody/content/application~1json/examples")
            .unwrap()
            .as_object()
            .unwrap()
        {
            let (status, code, answer) = ask(&host, method, path, Some(&example["value"]));
            assert!(is_taken(status, &code), "{path} {example}: {answer}");
        }
    }
    assert!(tried > 500, "{tried}");
}

#[test]
fn the_fields_that_the_readers_know_are_those_of_the_document() {
    let (document, host) = (document(), host());
    // Three routes read one type, and each refuses what is the others'.
    let of_people = ["HistoryBody", "CandidatesBody", "UsersBody"];
    let bodies = of_people.map(|name| &document["components"]["schemas"][name]["properties"]);
    let of_people: BTreeSet<&str> = bodies
        .iter()
        .flat_map(|body| body.as_object().unwrap().keys())
        .map(String::as_str)
        .collect();
    let mut places = BTreeMap::new();
    for (method, path, operation) in operations(&document) {
        let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") else {
            continue;
        };
        for (value, known) in (Values {
            document: &document,
            depth: 4,
        })
        .unknown(schema)
        {
            let (status, code, answer) = ask(&host, method, path, Some(&value));
            assert_eq!(
                (status, code.as_str()),
                (400, "invalid_body"),
                "{path} {value}: {answer}"
            );
            let detail = answer["detail"].as_str().unwrap();
            let (before, expected) = detail
                .split_once("unknown field `zzz`, expected")
                .unwrap_or_else(|| panic!("{path} {value}: {detail}"));
            let expected: BTreeSet<&str> = expected.split('`').skip(1).step_by(2).collect();
            let of_person = known.contains("limit");
            assert_eq!(
                expected,
                if of_person { of_people.clone() } else { known.clone() },
                "{path} {value}"
            );
            if value.get("zzz").is_some() {
                for name in known {
                    let alias = name == "plot";
                    assert!(alias || before.contains(name), "{path} does not name {name}: {before}");
                }
                if of_person {
                    for name in of_people
                        .iter()
                        .filter(|name| schema_of(&document, schema)["properties"].get(**name).is_none())
                    {
                        let mut body = Values {
                            document: &document,
                            depth: 1,
                        }
                        .sample(schema);
                        body[*name] = if *name == "item" { json!(1) } else { json!([]) };
                        let (status, code, answer) = ask(&host, method, path, Some(&body));
                        assert_eq!(
                            (status, code.as_str()),
                            (400, "invalid_body"),
                            "{path} {name}: {answer}"
                        );
                    }
                }
            }
            *places.entry(path).or_insert(0) += 1;
        }
    }
    assert!(places.len() == 8 && places.values().sum::<usize>() > 20, "{places:?}");
}

fn schema_of<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    Values { document, depth: 0 }.resolve(schema)
}

/// The documentation of an interface's fields in the JavaScript types.
fn interface<'t>(types: &'t str, name: &str) -> BTreeMap<&'t str, String> {
    let start = types
        .find(&format!("export interface {name} "))
        .unwrap_or_else(|| panic!("no {name}"));
    let body = &types[start..start + types[start..].find("\n}\n").unwrap()];
    let (mut fields, mut words) = (BTreeMap::new(), Vec::new());
    for line in body.lines().skip(1).map(str::trim) {
        let comment = line.strip_prefix("/**").or_else(|| line.strip_prefix('*'));
        match comment {
            Some(comment) => {
                if line.starts_with("/**") {
                    words.clear();
                }
                words.extend(comment.trim_end_matches("*/").trim_end_matches('/').split_whitespace());
            }
            None => {
                if let Some((field, _)) = line.split_once(':') {
                    fields.insert(field.trim_end_matches('?'), words.join(" "));
                }
            }
        }
    }
    fields
}

#[test]
fn the_words_for_a_knob_are_the_same_in_rust_in_the_document_and_in_the_javascript_types() {
    let (document, types) = (document(), read("../wasm/npm/src/types.ts"));
    let schemas = &document["components"]["schemas"];
    // The document's words are those of Rust's documentation: it is made from them.
    let parameters = operations(&document)
        .into_iter()
        .flat_map(|(_, _, operation)| operation["parameters"].as_array().unwrap());
    let mut said: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for parameter in parameters.filter(|parameter| parameter["in"] == "query") {
        let name = parameter["name"].as_str().unwrap();
        said.entry(if name == "genre" { "popular genres" } else { name })
            .or_default()
            .insert(parameter["description"].as_str().unwrap());
    }
    for body in ["HistoryBody", "CandidatesBody", "UsersBody"] {
        for (name, schema) in schemas[body]["properties"].as_object().unwrap() {
            said.entry(name)
                .or_default()
                .insert(schema["description"].as_str().unwrap());
        }
    }
    for (name, words) in &said {
        assert_eq!(words.len(), 1, "{name} is told in different words: {words:?}");
    }
    let mut compared = BTreeSet::new();
    for name in [
        "ContentWeights",
        "QueryOptions",
        "PageOptions",
        "RecommendOptions",
        "RerankOptions",
        "Knobs",
        "SearchOptions",
    ] {
        for (field, words) in interface(&types, name) {
            let own = said.get(field).unwrap_or_else(|| panic!("the document has no {field}"));
            // Who calls from JavaScript has no routes, and passes events and candidates as the types say.
            if ["history", "genres"].contains(&field) {
                continue;
            }
            assert_eq!(Some(words.as_str()), own.first().copied(), "{name}.{field}");
            compared.insert(field.to_owned());
        }
    }
    let popular = interface(&types, "PopularOptions");
    assert_eq!(
        Some(popular["genres"].as_str()),
        said["popular genres"].first().copied()
    );
    for (name, schema) in [
        ("Rerank", "Rerank"),
        ("NewItem", "NewItem"),
        ("PredictOptions", "PredictQuery"),
        ("GenrePreference", "GenrePreference"),
    ] {
        let fields = interface(&types, name);
        let own = schemas[schema]["properties"].as_object().unwrap();
        assert_eq!(
            fields.keys().copied().collect::<BTreeSet<_>>(),
            own.keys().map(String::as_str).collect(),
            "{name}"
        );
        for (field, words) in fields {
            assert_eq!(own[field]["description"], words, "{name}.{field}");
            compared.insert(field.to_owned());
        }
    }
    for range in ranges::ALL {
        assert!(compared.contains(range.name), "{}", range.name);
        let words = said.get(range.name).and_then(|words| words.first().copied());
        let words = words
            .or_else(|| schemas["Rerank"]["properties"][range.name]["description"].as_str())
            .unwrap();
        let stated = if range.above_low {
            format!("above {}, to {}", range.low, range.high)
        } else {
            format!("{} to {}", range.low, range.high)
        };
        assert!(words.contains(&stated), "{} does not say {stated}: {words}", range.name);
        let default = range
            .default
            .map_or("Default: ".to_owned(), |default| format!("Default {default}."));
        assert!(
            words.contains(&default),
            "{} does not say {default}: {words}",
            range.name
        );
    }
}
