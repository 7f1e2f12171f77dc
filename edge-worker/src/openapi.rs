//! The document of the API, as OpenAPI 3.1: `static/openapi.json`, which `static/docs.html` shows.
//!
//! Nothing of it is told twice. Paths are the rows of [`ROUTES`]; parameters are those that the readers look for; shapes are
//! those of the types that are read and written; ranges and defaults those that core checks by; what a knob does stands in the
//! documentation of its field, and problems in that of their codes. What is left to say here is which of these belong to
//! which endpoint, and the examples. It is made natively, and no Worker holds it:
//!
//! ```sh
//! cargo run -p aftershow-edge --example openapi > edge-worker/static/openapi.json
//! ```

use aftershow_core::{
    Answer, Filter, NewItem, PredictQuery, Predictions, Query, Recommendations, Rerank, Reranked, SearchQuery,
    SearchResults,
    engine::ranges::{self, Range},
};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{
    api,
    bodies::{self, ExistingBody, NewMovieBody, PeopleBody},
    problem::{self, Code, Problem, codes},
    replaced::{MediaBatch, MediaPage, MoviePage, NewMovieRating, PredictedRatings, ShowRecommendations},
    routes::{Audience, Endpoint, ROUTES, Route, Verb},
    shapes::{ForUser, ForUsers, Health, PackStats},
};

const ABOUT: &str = "Recommendations from a pack: items like an item, items for a person, predicted ratings.\n\n\
    Every GET route takes HEAD, every route takes OPTIONS, and any site may call them. An id is one path segment, percent-encoded. \
    Parameters that a route doesn't know are ignored; one of its own that is given twice is an error, and so is a field of a body \
    that it doesn't know. `null` in a body is as if the field were left out, where it may be. Errors are problems (RFC 9457): \
    branch on `code`, which never changes. Besides those of each route, a path that no route has is 404 `not_found`, and a route \
    that is called in another way 405 `method_not_allowed`.";

/// Names under which the readers take a field too: type, field, other names.
const ALIASES: [(&str, &str, &[&str]); 4] = [
    ("Event", "item", &["id"]),
    ("Rating", "item", &["id", "item_id", "movie_id"]),
    ("Rating", "value", &["rating"]),
    ("NewMovieBody", "summary", &["plot"]),
];

/// The document.
///
/// # Panics
/// If an endpoint reads a parameter that nothing is said of here.
pub fn document() -> Value {
    let mut maker = Maker::new();
    let mut paths = Map::new();
    for route in ROUTES {
        let method = match route.verb {
            Verb::Read => "get",
            Verb::Post => "post",
        };
        paths.insert(route.pattern.into(), json!({method: maker.operation(route)}));
    }
    let problems = codes::ALL
        .iter()
        .map(|(code, when)| json!({"code": code.name, "status": code.status, "title": code.title, "when": when}));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Aftershow",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "The deployment that this document comes from"}],
        "tags": TAGS.map(|(name, about)| json!({"name": name, "description": about})),
        "paths": paths,
        "components": {
            "schemas": maker.components(),
            "securitySchemes": {"token": {
                "type": "http",
                "scheme": "bearer",
                "description": "The token of the deployment. It opens everybody's recommendations, so it belongs into a server and \
                    never into a page.",
            }},
        },
        "x-problems": problems.collect::<Value>(),
    })
}

const SIMILAR: &str = "Similar items";
const SEARCH: &str = "Search";
const PEOPLE: &str = "For people";
const KNOWN: &str = "Known users";
const RATINGS: &str = "Predicted ratings";
const REPLACED: &str = "Replaced services";
const DEPLOYMENT: &str = "The deployment";
const TAGS: [(&str, &str); 7] = [
    (
        SIMILAR,
        "Items like an item of the pack, or like one that it has never seen",
    ),
    (SEARCH, "Items by the words of their titles"),
    (
        PEOPLE,
        "Items for the history in the body, which is stored nowhere, and what is popular",
    ),
    (RATINGS, "What somebody would rate titles"),
    (KNOWN, "Items for known users, by the token of the deployment"),
    (
        REPLACED,
        "The same answers under the field names of the services that this one replaces",
    ),
    (DEPLOYMENT, "What the pack holds, and whether it can be read"),
];

/// Tag, summary.
fn words(route: &Route) -> (&'static str, &'static str) {
    match route.endpoint {
        Endpoint::Similar => (SIMILAR, "Items similar to one of the pack"),
        Endpoint::SimilarToNew => (SIMILAR, "Items similar to one that the pack has never seen"),
        Endpoint::ShowRecommendations => (REPLACED, "Items similar to one of the pack, for the show service"),
        Endpoint::Recommend => (PEOPLE, "Items for a history"),
        Endpoint::Popular => (PEOPLE, "What most people want"),
        Endpoint::Search => (SEARCH, "Items by the words of their titles, typos and all"),
        Endpoint::Rerank => (
            PEOPLE,
            "Your candidates in order, for a history or by likeness to an item",
        ),
        Endpoint::Predict => (RATINGS, "Predicted ratings of items and new titles"),
        Endpoint::User => (KNOWN, "Items for a known user"),
        Endpoint::Users => (KNOWN, "Items for up to 100 known users"),
        Endpoint::MediaUser => (REPLACED, "Items for a known user, for the media service"),
        Endpoint::MediaUsers => (REPLACED, "Items for up to 100 known users, for the media service"),
        Endpoint::MovieUser => (REPLACED, "Items for a known user, for the movie service"),
        Endpoint::Existing => (
            REPLACED,
            "Predicted ratings of a known user, for the movie service, best first",
        ),
        Endpoint::NewMovie => (
            REPLACED,
            "Predicted rating of a new title by a known user, for the movie service",
        ),
        Endpoint::Stats => (DEPLOYMENT, "What the pack holds"),
        Endpoint::Health => (DEPLOYMENT, "Whether the pack can be read"),
    }
}

/// The problems that a route may answer with.
fn problems(route: &Route) -> Vec<Code> {
    let mut all = Vec::new();
    let body = route.verb == Verb::Post;
    let holder = route.endpoint.audience() == Audience::TokenHolder;
    if body || !parameters(route).is_empty() {
        all.push(codes::INVALID_PARAMETER);
    }
    match route.endpoint {
        Endpoint::Predict | Endpoint::Existing | Endpoint::NewMovie => all.push(codes::NO_RATINGS),
        Endpoint::Search => all.push(codes::NO_SEARCH),
        Endpoint::Stats | Endpoint::Health => {}
        Endpoint::Similar | Endpoint::ShowRecommendations | Endpoint::Rerank => {
            all.extend([codes::UNKNOWN_NAME, codes::UNKNOWN_ITEM]);
        }
        _ => all.push(codes::UNKNOWN_NAME),
    }
    if body {
        all.extend([codes::INVALID_BODY, codes::BODY_TOO_LARGE]);
        if route.endpoint != Endpoint::SimilarToNew {
            all.push(codes::UNSUPPORTED_MEDIA_TYPE);
        }
    }
    if holder {
        all.extend([codes::INVALID_USER_ID, codes::UNAUTHORIZED]);
        all.extend([codes::USERS_NOT_CONFIGURED, codes::USERS_UNAVAILABLE]);
    }
    all.extend([codes::INTERNAL, codes::PACK_UNAVAILABLE]);
    all
}

/// The parameters of the query string.
fn parameters(route: &Route) -> Vec<&'static str> {
    api::parameters(route)
}

/// Bodies that are worth trying, by what they ask. The ids are those of the sample.
fn examples(endpoint: Endpoint) -> Vec<(&'static str, Value)> {
    let new = json!({"name": "The Harbour", "genres": ["Drama", "Crime"], "summary": "A detective returns to a harbour town.",
                     "platform": "HBO", "type": "Scripted", "language": "English", "year": 2024});
    match endpoint {
        Endpoint::SimilarToNew => vec![("a new title", new)],
        Endpoint::Recommend => vec![
            (
                "a history",
                json!({"history": [82, {"id": 169, "weight": 3, "time": 1_700_000_000}], "genres": ["Drama"], "limit": 3}),
            ),
            (
                "filtered, diverse and with reasons",
                json!({
                    "history": [82, 169], "limit": 5, "reasons": true, "summaries": true, "half_life_days": 90,
                    "filter": {"genre": ["Drama", "Crime"], "year": {"min": 2000}, "not": {"language": "French"}},
                    "rerank": {"diversity": 0.3, "calibration": 0.2, "freshness": 0.1, "popularity_damping": 0.1,
                               "caps": [{"attribute": "platform", "at_most": 2}], "boosts": [{"id": 7, "factor": 2}],
                               "pins": [4], "bury": [5]},
                }),
            ),
            (
                "while something is being watched",
                json!({"history": [169], "watching": 82, "watching_weight": 0.7, "include_seen": true, "offset": 5,
                       "content_weight": 1, "collaborative_weight": 2, "genre_weight": 1, "text_weight": 1,
                       "metadata_weight": 0.5, "year_weight": 0.1, "genres": [{"genre": "Drama", "weight": 2}]}),
            ),
            ("nobody in particular", json!({})),
        ],
        Endpoint::Rerank => vec![
            (
                "for a history",
                json!({"candidates": [82, {"id": 7, "score": 12.5}, "no such item"], "history": [169]}),
            ),
            (
                "by likeness to an item",
                json!({"candidates": [1, 2, 3, 4, 5], "item": 82, "reasons": true}),
            ),
        ],
        Endpoint::Predict => vec![(
            "items and a new title",
            json!({"ratings": [{"item": 1, "value": 4}, {"id": 2, "rating": 2.5}], "items": [82, 999_999], "new_items": [new], "ranked": true}),
        )],
        Endpoint::Users | Endpoint::MediaUsers => {
            vec![(
                "two users",
                json!({"user_ids": ["synthetic-0007", "nobody"], "limit": 3}),
            )]
        }
        Endpoint::Existing => vec![(
            "three items",
            json!({"user_id": "synthetic-0007", "movie_ids": [82, 169, 7]}),
        )],
        Endpoint::NewMovie => vec![(
            "a new title",
            json!({"user_id": "synthetic-0007", "movie_title": "The Harbour", "genres": "Drama,Crime", "directors": ["Ann Example"],
                   "writers": [], "actors": [], "plot": "A detective returns.", "runtime": 60, "year": 2024, "certificate": "TV-MA"}),
        )],
        _ => Vec::new(),
    }
}

/// A value of a parameter that is worth trying.
fn example(parameter: &str) -> Value {
    match parameter {
        "id" | "watching" => json!("82"),
        "user_id" => json!("synthetic-0007"),
        "n" | "limit" => json!(5),
        "offset" => json!(10),
        "min_similarity" => json!(0.1),
        "half_life_days" => json!(90),
        "watching_weight" => json!(0.7),
        "summaries" | "include_seen" | "reasons" => json!("true"),
        "filter" => json!({"genre": ["Drama", "Crime"], "year": {"min": 2000}}),
        "rerank" => json!({"diversity": 0.3}),
        "variant" => json!("blend:content"),
        "against" => json!("blend:pack"),
        "visitor" => json!("visitor 7"),
        "q" => json!("game of thrnes"),
        "genre" => json!(["Drama", "Crime"]),
        _ => json!(1), // the weights
    }
}

/// Schemas of what is read and of what is written.
struct Maker {
    reads: SchemaGenerator,
    writes: SchemaGenerator,
    /// What is said of each knob of a query, by the name that it has here.
    knobs: Map<String, Value>,
    /// Bodies that are a part of a type.
    bodies: Map<String, Value>,
}

impl Maker {
    fn new() -> Maker {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        let mut reads = settings.clone().for_deserialize().into_generator();
        let mut knobs = properties::<Query>(&mut reads);
        let weights = properties::<aftershow_core::WeightsPatch>(&mut reads);
        let sides = properties::<aftershow_core::BlendPatch>(&mut reads);
        let search = properties::<SearchQuery>(&mut reads);
        knobs.extend(search.into_iter().filter(|(name, _)| name == "q"));
        knobs.extend(
            weights
                .into_iter()
                .chain(sides)
                .map(|(name, schema)| (format!("{name}_weight"), schema)),
        );
        let limit = knobs["n"].clone();
        knobs.insert(ranges::LIMIT.name.into(), limit);
        // Of the readers' types only those that a body has are shown.
        reads.take_definitions(true);
        Maker {
            reads,
            writes: settings.for_serialize().into_generator(),
            knobs,
            bodies: Map::new(),
        }
    }

    fn operation(&mut self, route: &Route) -> Value {
        let (tag, summary) = words(route);
        let mut operation = json!({
            "tags": [tag],
            "summary": summary,
            "operationId": operation_id(route),
            "parameters": self.parameters(route),
            "responses": self.responses(route),
        });
        if let Some((body, most)) = self.body(route.endpoint) {
            let examples = examples(route.endpoint).into_iter();
            let examples: Map<String, Value> = examples
                .map(|(name, value)| (name.into(), json!({"value": value})))
                .collect();
            operation["requestBody"] = json!({
                "required": true,
                "description": format!("At most {most} bytes."),
                "content": {"application/json": {"schema": body, "examples": examples}},
            });
        }
        if route.endpoint.audience() == Audience::TokenHolder {
            operation["security"] = json!([{"token": []}]);
        }
        operation
    }

    fn parameters(&mut self, route: &Route) -> Vec<Value> {
        let mut all = Vec::new();
        if route.pattern.contains("{id}") {
            all.push(json!({
                "name": "id", "in": "path", "required": true, "schema": {"type": "string", "minLength": 1},
                "description": "The item's id: a whole number, or 1 to 128 bytes of UTF-8, as the ids of the pack are.",
                "example": example("id"),
            }));
        }
        if route.pattern.contains("{user_id}") {
            all.push(json!({
                "name": "user_id", "in": "path", "required": true,
                "schema": {"type": "string", "minLength": 1, "maxLength": 128},
                "description": "The user's id: 1 to 128 bytes of UTF-8 without control characters, or a UUID where the pack says so.",
                "example": example("user_id"),
            }));
        }
        all.extend(parameters(route).into_iter().map(|name| self.parameter(name)));
        if kept(route) {
            all.push(json!({
                "name": "If-None-Match", "in": "header", "schema": {"type": "string"},
                "description": "The ETag of an answer that the caller has: if it is still right, the answer is a 304 without a body.",
            }));
        }
        all
    }

    /// A parameter of the query string.
    fn parameter(&mut self, name: &'static str) -> Value {
        // A genre is the one thing that is named otherwise where it may be repeated.
        let field = if name == "genre" { "genres" } else { name };
        let knob = self
            .knobs
            .get(field)
            .unwrap_or_else(|| panic!("nothing is said of the parameter {name}"));
        let description = knob["description"].clone();
        let mut parameter = json!({"name": name, "in": "query", "description": description, "example": example(name)});
        let schema = match name {
            "filter" | "rerank" => {
                let read = if name == "filter" {
                    self.reads.subschema_for::<Filter>()
                } else {
                    self.reads.subschema_for::<Rerank>()
                };
                parameter["content"] =
                    json!({"application/json": {"schema": read, "example": parameter["example"].take()}});
                if let Some(fields) = parameter.as_object_mut() {
                    fields.remove("example");
                }
                return parameter;
            }
            "watching" => json!({"type": "string"}),
            "variant" | "against" => json!({"type": "string", "pattern": ":"}),
            "visitor" => json!({"type": "string", "maxLength": Query::MAX_VISITOR}),
            "q" => json!({"type": "string", "maxLength": SearchQuery::MAX_BYTES}),
            "genre" => json!({"type": "array", "items": {"type": "string"}, "maxItems": Query::MAX_GENRES}),
            // What the reader takes for yes and no.
            _ if knob["type"] == "boolean" => {
                json!({"type": "string", "enum": ["true", "false", "1", "0"], "default": "false"})
            }
            _ => {
                let range = range(name).unwrap_or_else(|| panic!("the parameter {name} has no range"));
                let mut schema = json!({"type": if range.whole { "integer" } else { "number" }});
                put_range(&mut schema, &range);
                schema
            }
        };
        parameter["schema"] = schema;
        parameter
    }

    /// The body that an endpoint takes, and its most bytes.
    fn body(&mut self, endpoint: Endpoint) -> Option<(Value, usize)> {
        let of_people = |maker: &mut Maker, name: &str, takes, required: &[&str]| {
            let mut body = maker.people_body(takes, required);
            body["description"] = json!(format!(
                "Any of {}, and what the answer should be like.",
                takes.join(", ")
            ));
            maker.bodies.insert(name.into(), body);
            json!({"$ref": format!("#/components/schemas/{name}")})
        };
        let body = match endpoint {
            Endpoint::SimilarToNew => return Some((self.reads.subschema_for::<NewItem>().into(), bodies::MAX_ITEM)),
            Endpoint::Recommend => of_people(self, "HistoryBody", bodies::OF_HISTORY, &[]),
            Endpoint::Rerank => of_people(self, "CandidatesBody", bodies::OF_CANDIDATES, &["candidates"]),
            Endpoint::Users | Endpoint::MediaUsers => of_people(self, "UsersBody", bodies::OF_USERS, &["user_ids"]),
            Endpoint::Predict => self.reads.subschema_for::<PredictQuery>().into(),
            Endpoint::Existing => self.reads.subschema_for::<ExistingBody>().into(),
            Endpoint::NewMovie => self.reads.subschema_for::<NewMovieBody>().into(),
            _ => return None,
        };
        Some((body, bodies::MAX_PEOPLE))
    }

    /// [`PeopleBody`] without what is for another route.
    fn people_body(&mut self, takes: &[&str], required: &[&str]) -> Value {
        let mut body = Value::from(PeopleBody::json_schema(&mut self.reads));
        let others = [bodies::OF_HISTORY, bodies::OF_CANDIDATES, bodies::OF_USERS].concat();
        if let Some(properties) = body["properties"].as_object_mut() {
            properties.retain(|name, _| takes.contains(&name.as_str()) || !others.contains(&name.as_str()));
            for (name, schema) in properties {
                if required.contains(&name.as_str()) {
                    no_null(schema);
                }
                if schema.get("description").is_none() {
                    let knob = self
                        .knobs
                        .get(name)
                        .unwrap_or_else(|| panic!("nothing is said of the field {name}"));
                    schema["description"] = knob["description"].clone();
                }
            }
        }
        for name in ["variant", "against"] {
            if body["properties"][name].is_object() {
                body["properties"][name]["pattern"] = json!(":");
            }
        }
        body["properties"]["visitor"]["maxLength"] = json!(Query::MAX_VISITOR);
        if !required.is_empty() {
            body["required"] = json!(required);
        }
        if takes.contains(&"item") {
            let person = [json!({"required": ["history"]}), json!({"required": ["genres"]})];
            body["not"] = json!({"required": ["item"], "anyOf": person});
        }
        body
    }

    fn responses(&mut self, route: &Route) -> Value {
        let mut responses = Map::new();
        let mut answer = json!({
            "description": "The answer",
            "headers": {"Cache-Control": header("How long it may be kept")},
            "content": {"application/json": {"schema": self.answer(route.endpoint)}},
        });
        if kept(route) {
            let etag = header(
                "The hash of the body, for If-None-Match; none with `visitor`, since no cache may keep that answer",
            );
            answer["headers"]["ETag"] = etag.clone();
            let fresh =
                json!({"description": "The answer that the caller has is still right", "headers": {"ETag": etag}});
            responses.insert("304".into(), fresh);
        }
        responses.insert("200".into(), answer);
        if parameters(route).contains(&"filter") {
            let long =
                "The runtime's own answer to an address that is too long; a body takes more, where a route has one.";
            let text = json!({"text/plain": {"schema": {"type": "string"}}});
            responses.insert("414".into(), json!({"description": long, "content": text}));
        }
        let of_route = problems(route);
        for code in &of_route {
            let alike: Vec<Code> = of_route
                .iter()
                .filter(|other| other.status == code.status)
                .copied()
                .collect();
            responses.insert(code.status.to_string(), self.problem(code.status, &alike));
        }
        responses.into()
    }

    /// What an endpoint answers with.
    fn answer(&mut self, endpoint: Endpoint) -> Value {
        let writes = &mut self.writes;
        let answer = match endpoint {
            Endpoint::Similar | Endpoint::SimilarToNew => writes.subschema_for::<Answer>(),
            Endpoint::ShowRecommendations => writes.subschema_for::<ShowRecommendations<'_>>(),
            Endpoint::Search => writes.subschema_for::<SearchResults>(),
            Endpoint::Recommend | Endpoint::Popular => writes.subschema_for::<Recommendations>(),
            Endpoint::User => writes.subschema_for::<ForUser<'_>>(),
            Endpoint::Users => writes.subschema_for::<ForUsers<'_>>(),
            Endpoint::MediaUser => writes.subschema_for::<MediaPage<'_>>(),
            Endpoint::MediaUsers => writes.subschema_for::<MediaBatch<'_>>(),
            Endpoint::MovieUser => writes.subschema_for::<MoviePage<'_>>(),
            Endpoint::Rerank => writes.subschema_for::<Reranked>(),
            Endpoint::Predict => writes.subschema_for::<Predictions>(),
            Endpoint::Existing => writes.subschema_for::<PredictedRatings<'_>>(),
            Endpoint::NewMovie => writes.subschema_for::<NewMovieRating<'_>>(),
            Endpoint::Stats => writes.subschema_for::<PackStats>(),
            Endpoint::Health => writes.subschema_for::<Health<'_>>(),
        };
        answer.into()
    }

    fn problem(&mut self, status: u16, alike: &[Code]) -> Value {
        let when = |code: &Code| {
            codes::ALL
                .iter()
                .find(|(known, _)| known == code)
                .map_or("", |(_, when)| when)
        };
        let lines: Vec<String> = alike
            .iter()
            .map(|code| format!("`{}`: {}", code.name, when(code)))
            .collect();
        let names: Vec<&str> = alike.iter().map(|code| code.name).collect();
        let mut schema = Value::from(self.writes.subschema_for::<Problem>());
        schema["properties"] = json!({"status": {"const": status}, "code": {"enum": names}});
        let mut response = json!({
            "description": lines.join("\n\n"),
            "content": {problem::MEDIA_TYPE: {"schema": schema}},
        });
        match status {
            401 => response["headers"] = json!({"WWW-Authenticate": header("How to present the token")}),
            503 => {
                response["headers"] = json!({"Retry-After": header("After how many seconds it is worth another try")})
            }
            _ => {}
        }
        response
    }

    /// Every schema that has a name.
    fn components(mut self) -> Map<String, Value> {
        let mut read = self.reads.take_definitions(true);
        let mut all = self.writes.take_definitions(true);
        for schema in all.values_mut() {
            put_never_null(schema);
        }
        for (name, written) in &all {
            let alike = read
                .get(name)
                .is_none_or(|read| read["properties"].is_object() || read == written);
            assert!(alike, "{name} is read otherwise than it is written");
        }
        read.extend(self.bodies);
        for schema in read.values_mut() {
            put_ranges(schema);
        }
        for (name, field, others) in ALIASES {
            if let Some(schema) = read.get_mut(name) {
                put_aliases(schema, field, others);
            }
        }
        all.extend(read);
        let every: Vec<&str> = codes::ALL.iter().map(|(code, _)| code.name).collect();
        all["Problem"]["properties"]["code"]["enum"] = json!(every);
        all.into_iter().map(|(name, schema)| (name, tidied(schema))).collect()
    }
}

/// Whether a cache may keep the answer.
fn kept(route: &Route) -> bool {
    route.verb == Verb::Read && route.endpoint.audience() == Audience::Public && route.endpoint != Endpoint::Health
}

fn header(about: &str) -> Value {
    json!({"description": about, "schema": {"type": "string"}})
}

/// As `getV1ItemsIdSimilar`.
fn operation_id(route: &Route) -> String {
    let mut id = String::from(if route.verb == Verb::Post { "post" } else { "get" });
    for word in route.pattern.split(|letter: char| !letter.is_ascii_alphanumeric()) {
        let mut letters = word.chars();
        id.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        id.extend(letters);
    }
    id
}

/// The properties of a type's schema.
fn properties<T: JsonSchema>(generator: &mut SchemaGenerator) -> Map<String, Value> {
    match Value::from(T::json_schema(generator))["properties"].take() {
        Value::Object(properties) => properties
            .into_iter()
            .map(|(name, schema)| (name, tidied(schema)))
            .collect(),
        _ => Map::new(),
    }
}

fn range(name: &str) -> Option<Range> {
    ranges::ALL.into_iter().find(|range| range.name == name)
}

/// Says on a schema which numbers are in a range, and what counts without one.
fn put_range(schema: &mut Value, range: &Range) {
    let number = |value: f64| {
        if value.fract() == 0.0 {
            json!(value as i64)
        } else {
            json!(value)
        }
    };
    if let Some(fields) = schema.as_object_mut() {
        fields.remove("minimum");
    }
    schema[if range.above_low { "exclusiveMinimum" } else { "minimum" }] = number(range.low);
    schema["maximum"] = number(range.high);
    if let Some(default) = range.default {
        schema["default"] = number(default);
    }
}

/// The same on every property that is called like one.
fn put_ranges(schema: &mut Value) {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for (name, schema) in properties {
            if let Some(range) = range(name) {
                put_range(schema, &range);
            }
        }
    }
}

/// Lets a property go by other names: one of them, if it is required, and never two.
fn put_aliases(schema: &mut Value, field: &str, others: &[&str]) {
    let mut names = vec![field];
    for other in others {
        let mut alias = schema["properties"][field].clone();
        alias["description"] = json!(format!("Another name of `{field}`."));
        schema["properties"][other] = alias;
        names.push(other);
    }
    let each: Vec<Value> = names.iter().map(|name| json!({"required": [name]})).collect();
    let required = schema.get_mut("required").and_then(Value::as_array_mut);
    let needed = required.is_some_and(|required| {
        let before = required.len();
        required.retain(|name| name != field);
        required.len() < before
    });
    let rule = if needed {
        json!({"oneOf": each})
    } else {
        json!({"not": {"required": names}})
    };
    match schema.get_mut("allOf").and_then(Value::as_array_mut) {
        Some(rules) => rules.push(rule),
        None => schema["allOf"] = json!([rule]),
    }
}

/// Takes `null` from what a property may be.
fn no_null(schema: &mut Value) {
    if let Some(kinds) = schema.get_mut("type").and_then(Value::as_array_mut) {
        kinds.retain(|kind| kind != "null");
    }
}

/// Says of what is written that a property that may be left out is there or not, and never `null`.
fn put_never_null(schema: &mut Value) {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    for (name, schema) in schema
        .get_mut("properties")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
    {
        if required.contains(&json!(name)) {
            continue;
        }
        no_null(schema);
        if let Some(either) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
            either.retain(|one| one["type"] != "null");
        }
    }
}

/// Without what only Rust says: links of its documentation, line breaks, widths of integers, `null` as a default.
fn tidied(mut schema: Value) -> Value {
    tidy(&mut schema);
    schema
}

fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields
                .get("format")
                .and_then(Value::as_str)
                .is_some_and(|format| format.starts_with("uint"))
            {
                fields.remove("format");
            }
            if fields.get("default").is_some_and(Value::is_null) {
                fields.remove("default");
            }
            let required = fields.get("required").cloned().unwrap_or_default();
            let is_required = |name: &String| required.as_array().is_some_and(|all| all.contains(&json!(name)));
            for (name, property) in fields
                .get_mut("properties")
                .and_then(Value::as_object_mut)
                .into_iter()
                .flatten()
            {
                if let Some(Value::String(text)) = property.get_mut("description") {
                    *text = text.replace("`None`", if is_required(name) { "`null`" } else { "absent" });
                }
            }
            for (name, field) in fields.iter_mut() {
                match field {
                    Value::String(text) if name == "description" => *text = plain(text),
                    field => tidy(field),
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// Text of Rust's documentation, as text: `` [`a`](b) `` becomes `` `a` ``.
fn plain(text: &str) -> String {
    let text = text.replace("`None`", "`null`");
    let mut plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
    while let Some((start, end)) = link(&plain) {
        let after = plain[end..]
            .strip_prefix("](")
            .and_then(|target| Some(target.find(')')? + 3));
        plain.replace_range(end..end + after.unwrap_or(1), "");
        plain.remove(start);
    }
    plain
}

/// Where the first link of a text begins, and where its words end.
fn link(text: &str) -> Option<(usize, usize)> {
    let ends = text.match_indices(']').map(|(end, _)| end);
    let links = ends.filter_map(|end| Some((text[..end].rfind('[')?, end)));
    let is_link = |(start, end): &(usize, usize)| text[*end..].starts_with("](") || text[*start..].starts_with("[`");
    links.into_iter().find(is_link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_the_documentation_become_their_words() {
        for (text, expected) in [
            ("as [`Query::n`] says", "as `Query::n` says"),
            ("see the [stages](super::x) and\n[`N`](y).", "see the stages and `N`."),
            ("in 0..=1 [sic], `[1]`", "in 0..=1 [sic], `[1]`"),
            ("{\"all\": [\"Drama\"]}", "{\"all\": [\"Drama\"]}"),
        ] {
            assert_eq!(plain(text), expected);
        }
    }

    #[test]
    fn what_rust_calls_none_is_null_or_absent() {
        let schema = json!({"required": ["a"], "properties": {"a": {"description": "`None` if not"}, "b": {"description": "`None` if not"}}});
        let tidied = tidied(schema);
        assert_eq!(tidied["properties"]["a"]["description"], "`null` if not");
        assert_eq!(tidied["properties"]["b"]["description"], "absent if not");
    }
}
