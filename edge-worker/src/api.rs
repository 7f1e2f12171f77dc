//! The whole API as one pure function: a request and an engine in, a response out.
//!
//! [`respond`] may say [`Reply::NeedParts`] instead: the host fetches those files, attaches them and
//! calls it again. What needs no pack (a wrong path, a wrong method, a preflight, a bad parameter)
//! is [`without_pack`], so that a host can answer it before it has read anything.

use std::borrow::Cow;

use aftershow_core::{Answer, Engine, NewItem, Outcome, PartFile, Query, Seed};
use serde::Serialize;

use crate::{
    caching,
    params::{self, Similar},
    problem::{self, Problem},
    routes::{self, Endpoint, Method, Route},
    shapes::{Health, PackStats, Recommendations},
};

/// A request, as far as the API looks at it.
#[derive(Clone, Debug)]
pub struct ApiRequest {
    /// Method.
    pub method: Method,
    /// Path, still percent-encoded.
    pub path: String,
    /// Query string, still percent-encoded, without its `?`.
    pub query: String,
    /// The `If-None-Match` header.
    pub if_none_match: Option<String>,
    /// Body. A host stops reading one byte past [`params::MAX_BODY`], which is enough to refuse it.
    pub body: Vec<u8>,
    /// What the deployment calls itself; shown by the health routes.
    pub service: String,
}

impl ApiRequest {
    /// A service that has not been given a name.
    pub const SERVICE: &'static str = "aftershow-edge";

    /// A request without headers or body to a path, with its query string if it has one.
    pub fn new(method: Method, path_and_query: &str) -> ApiRequest {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        ApiRequest {
            method,
            path: path.into(),
            query: query.into(),
            if_none_match: None,
            body: Vec::new(),
            service: ApiRequest::SERVICE.into(),
        }
    }
}

/// A finished response.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiResponse {
    /// HTTP status.
    pub status: u16,
    /// Headers, each once.
    pub headers: Vec<(&'static str, String)>,
    /// Body; empty for `HEAD`, 204 and 304.
    pub body: Vec<u8>,
    /// The route's pattern, for the log: unlike the path it names no item.
    pub route: &'static str,
}

impl ApiResponse {
    /// The value of a header, by its name as it is written here.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A response, or the files without which there is none yet.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// The response.
    Done(ApiResponse),
    /// Fetch these, attach each, and ask again.
    NeedParts(Vec<PartFile>),
}

/// Answers a request. Never panics, whatever the request.
pub fn respond(engine: &Engine, request: &ApiRequest) -> Reply {
    let call = match Call::read(request) {
        Ok(call) => call,
        Err(response) => return Reply::Done(response),
    };
    let respond = Respond {
        request,
        route: call.route.pattern,
    };
    match call.answer(engine) {
        Ok(Answered::Json(body, cache)) => Reply::Done(respond.ok(body, cache)),
        Ok(Answered::NeedParts(parts)) => Reply::NeedParts(parts),
        Err(problem) => Reply::Done(respond.problem(&problem)),
    }
}

/// The response to a request that needs no pack to be answered; `None` if it needs one.
pub fn without_pack(request: &ApiRequest) -> Option<ApiResponse> {
    Call::read(request).err()
}

/// The response while the pack can't be read.
pub fn pack_unavailable(request: &ApiRequest) -> ApiResponse {
    failed(request, &Problem::pack_unavailable())
}

/// The response when something happened that should not.
pub fn internal(request: &ApiRequest) -> ApiResponse {
    failed(request, &Problem::internal())
}

fn failed(request: &ApiRequest, problem: &Problem) -> ApiResponse {
    let route = routes::find(&request.path).map_or(routes::NO_ROUTE, |(route, _)| route.pattern);
    Respond { request, route }.problem(problem)
}

/// A request that has been read and found in order.
struct Call<'r> {
    request: &'r ApiRequest,
    route: &'static Route,
    asked: Asked<'r>,
}

/// What a request asks for.
enum Asked<'r> {
    Similar(Cow<'r, str>, Similar),
    SimilarToNew(NewItem, Similar),
    Stats,
    Health,
}

/// What the engine made of it.
enum Answered {
    /// A body, and how long it may be kept.
    Json(Vec<u8>, &'static str),
    NeedParts(Vec<PartFile>),
}

impl<'r> Call<'r> {
    /// Path, method, parameters and body, in this order; what is wrong is answered at once, and so
    /// is a preflight.
    fn read(request: &'r ApiRequest) -> Result<Call<'r>, ApiResponse> {
        let Some((route, id)) = routes::find(&request.path) else {
            return Err(Respond {
                request,
                route: routes::NO_ROUTE,
            }
            .problem(&Problem::not_found()));
        };
        let respond = Respond {
            request,
            route: route.pattern,
        };
        if request.method == Method::Options {
            return Err(respond.preflight(route.verb.allow()));
        }
        if !route.verb.takes(request.method) {
            let mut response = respond.problem(&Problem::method_not_allowed(route.verb.allow()));
            response.headers.push(("Allow", route.verb.allow().into()));
            return Err(response);
        }
        let asked = match route.endpoint {
            Endpoint::Similar | Endpoint::ShowRecommendations => params::id_text(id.unwrap_or_default())
                .and_then(|id| Ok(Asked::Similar(id, Similar::read(&request.query)?))),
            Endpoint::SimilarToNew => Similar::read(&request.query)
                .and_then(|similar| Ok(Asked::SimilarToNew(params::new_item(&request.body)?, similar))),
            Endpoint::Stats => Ok(Asked::Stats),
            Endpoint::Health => Ok(Asked::Health),
        };
        match asked {
            Ok(asked) => Ok(Call { request, route, asked }),
            Err(problem) => Err(respond.problem(&problem)),
        }
    }

    fn answer(self, engine: &Engine) -> Result<Answered, Problem> {
        match self.asked {
            Asked::Similar(id, similar) => {
                let id = params::item_id(&id, engine.manifest().id_kind)?;
                let query = similar.of(Seed::Item(id));
                match self.route.endpoint {
                    Endpoint::ShowRecommendations => ask(engine, &query, |answer| {
                        json(&Recommendations::of(answer), caching::ANSWER)
                    }),
                    _ => ask(engine, &query, |answer| json(answer, caching::ANSWER)),
                }
            }
            Asked::SimilarToNew(item, similar) => {
                let query = similar.of(Seed::Features(item));
                ask(engine, &query, |answer| json(answer, caching::NO_STORE))
            }
            Asked::Stats => json(&PackStats::of(engine), caching::ANSWER),
            Asked::Health => json(&Health::of(engine, &self.request.service), caching::NO_STORE),
        }
    }
}

fn ask(
    engine: &Engine,
    query: &Query,
    show: impl FnOnce(&Answer) -> Result<Answered, Problem>,
) -> Result<Answered, Problem> {
    match engine.answer(query)? {
        Outcome::Answer(answer) => show(&answer),
        Outcome::NeedParts(parts) => Ok(Answered::NeedParts(parts)),
    }
}

fn json(value: &impl Serialize, cache: &'static str) -> Result<Answered, Problem> {
    serde_json::to_vec(value)
        .map(|body| Answered::Json(body, cache))
        .map_err(|_| Problem::internal())
}

/// Status and headers around a body.
struct Respond<'r> {
    request: &'r ApiRequest,
    route: &'static str,
}

impl Respond<'_> {
    /// 200, or 304 if the client has these bytes already.
    fn ok(&self, body: Vec<u8>, cache: &'static str) -> ApiResponse {
        if cache == caching::NO_STORE {
            return self.with_body(200, "application/json", cache, body);
        }
        let etag = caching::etag(&body);
        let fresh = self
            .request
            .if_none_match
            .as_deref()
            .is_some_and(|header| caching::is_fresh(header, &etag));
        let mut response = if fresh {
            self.bare(304, vec![("Cache-Control", cache.into())])
        } else {
            self.with_body(200, "application/json", cache, body)
        };
        response.headers.push(("ETag", etag));
        response
    }

    fn problem(&self, problem: &Problem) -> ApiResponse {
        // Every member is a string or a number: serialising them can't fail.
        let body = serde_json::to_vec(problem).unwrap_or_default();
        let mut response = self.with_body(problem.status, problem::MEDIA_TYPE, problem.cache_control(), body);
        if problem.status == 503 {
            response.headers.push(("Retry-After", "5".into()));
        }
        response
    }

    /// What a browser asks before a cross-origin request that is not a simple one.
    fn preflight(&self, allow: &'static str) -> ApiResponse {
        let headers = [
            ("Allow", allow),
            ("Access-Control-Allow-Methods", allow),
            ("Access-Control-Allow-Headers", "Content-Type, If-None-Match"),
            ("Access-Control-Max-Age", caching::PREFLIGHT_SECONDS),
        ];
        self.bare(204, headers.map(|(name, value)| (name, value.into())).into())
    }

    fn with_body(&self, status: u16, media_type: &str, cache: &str, body: Vec<u8>) -> ApiResponse {
        let headers = vec![
            ("Content-Type", media_type.into()),
            ("Content-Length", body.len().to_string()),
            ("Cache-Control", cache.into()),
        ];
        let body = if self.request.method == Method::Head {
            Vec::new()
        } else {
            body
        };
        ApiResponse {
            body,
            ..self.bare(status, headers)
        }
    }

    /// Without a body, and with what every response has: any site may read it, none may guess at
    /// its type.
    fn bare(&self, status: u16, mut headers: Vec<(&'static str, String)>) -> ApiResponse {
        headers.push(("Access-Control-Allow-Origin", "*".into()));
        headers.push(("Access-Control-Expose-Headers", "ETag".into()));
        headers.push(("X-Content-Type-Options", "nosniff".into()));
        ApiResponse {
            status,
            headers,
            body: Vec::new(),
            route: self.route,
        }
    }
}
