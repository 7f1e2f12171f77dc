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

mod schema;
mod words;

use aftershow_core::{
    Answer, Filter, NewItem, PredictQuery, Predictions, Query, Recommendations, Rerank, Reranked, SearchQuery,
    SearchResults, engine::ranges,
};
use aftershow_render::Layout;
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use self::{
    schema::{no_null, properties, put_aliases, put_never_null, put_range, put_ranges, range, tidied},
    words::{TAGS, example, examples, words},
};
use crate::{
    api,
    bodies::{self, ExistingBody, NewMovieBody, PeopleBody},
    place::ListPlace,
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
        Endpoint::Similar | Endpoint::SimilarHtml | Endpoint::ShowRecommendations | Endpoint::Rerank => {
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
        knobs.extend(properties::<ListPlace>(&mut reads));
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
        if route.endpoint == Endpoint::SimilarHtml {
            as_cards(&mut all);
        }
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
            "watching" | "src" | "href" => json!({"type": "string"}),
            "layout" => json!({"type": "string", "enum": Layout::NAMES.map(|(name, _)| name), "default": "grid"}),
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
            "content": content(route.endpoint, self.answer(route.endpoint)),
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
            Endpoint::SimilarHtml => return json!({"type": "string"}),
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

/// What is otherwise with a list of cards: it has reasons by default, and never summaries.
fn as_cards(parameters: &mut Vec<Value>) {
    parameters.retain(|parameter| parameter["name"] != "summaries");
    for parameter in parameters.iter_mut().filter(|parameter| parameter["name"] == "reasons") {
        parameter["schema"]["default"] = json!("true");
    }
}

/// The body of an answer.
fn content(endpoint: Endpoint, schema: Value) -> Value {
    match endpoint {
        Endpoint::SimilarHtml => json!({"text/html": {"schema": schema}}),
        _ => json!({"application/json": {"schema": schema}}),
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
