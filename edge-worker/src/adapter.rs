//! `worker` types in and out. What is decided is decided in [`crate::api`].

use futures_util::StreamExt;
use serde::Serialize;
use worker::{Context, Date, Env, Headers, Request, Response, ResponseBuilder, Result, console_log, event};

use crate::{
    access::Secret,
    api::{self, ApiRequest, ApiResponse, Call, Reply},
    bodies,
    bucket::{self, PeopleFiles},
    files::{Fault, Files, Store},
    routes::{Audience, Method},
    state::{self, Form, Loaded},
};

/// How often a request may ask for files, and how often again for each person it asks about. It needs at most a
/// table, a shard, the catalogue and summaries, one after the other, and of people their list and their file; some
/// more, since what it brought may be pushed out by a neighbour's request before it can ask again.
const MAX_ROUNDS: usize = 8;
const ROUNDS_A_PERSON: usize = 4;

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    let started = Date::now().as_millis();
    let mut loaded = Loaded::default();
    let (request, response, fault) = match read(request, &env).await {
        Ok(request) => match answer(&request, &env, &mut loaded).await {
            Ok(response) => (request, response, None),
            Err(fault) => {
                let response = match fault.store {
                    Store::Pack => api::pack_unavailable(&request),
                    Store::People => api::users_unavailable(&request),
                };
                (request, response, Some(fault))
            }
        },
        Err((request, fault)) => {
            let response = api::internal(&request);
            (request, response, Some(fault))
        }
    };
    // How many bytes were read for a person says something of what they were recommended.
    let loaded = (request.audience() == Audience::Public).then_some(loaded);
    let remark = match request.audience() {
        Audience::TokenHolder => bucket::token_fault(&env),
        _ => None,
    };
    log(&Line {
        method: request.method,
        route: response.route,
        status: response.status,
        ms: Date::now().as_millis().saturating_sub(started),
        pack_id: state::pack_id(),
        parts_loaded: loaded.as_ref().map(|loaded| loaded.parts),
        bytes_loaded: loaded.as_ref().map(|loaded| loaded.bytes),
        fault: fault.as_ref().map(|fault| fault.code).or(remark),
        fault_file: fault
            .as_ref()
            .filter(|_| loaded.is_some())
            .map(|fault| fault.file.as_str())
            .filter(|file| !file.is_empty()),
    });
    write(response)
}

async fn answer(request: &ApiRequest, env: &Env, loaded: &mut Loaded) -> std::result::Result<ApiResponse, Fault> {
    let mut call = match Call::read(request) {
        Ok(call) => call,
        Err(response) => return Ok(response),
    };
    let files = Files::of(env)?;
    let pack_id = state::open(&files, loaded).await?;
    if request.audience() == Audience::TokenHolder {
        state::forget_old_people(Date::now().as_millis())?;
    }
    let mut form = Form::Lazy;
    for _ in 0..MAX_ROUNDS + ROUNDS_A_PERSON * call.people() {
        match state::respond(form, &mut call)? {
            Reply::Done(response) => return Ok(response),
            Reply::NeedParts(parts) => {
                form = form.with(&parts);
                state::load(form, &parts, &files, loaded).await?;
            }
            Reply::NeedPeople(wanted) => {
                let files = PeopleFiles::of(env, pack_id.clone())?;
                state::load_people(&wanted, &files).await?;
            }
        }
    }
    Err(Fault::new("pack_never_enough", ""))
}

/// The request as the API takes it; without its headers and body and with a fault if those can't be read.
async fn read(mut request: Request, env: &Env) -> std::result::Result<ApiRequest, (ApiRequest, Fault)> {
    let head = ApiRequest {
        // `request.method()` calls every method that it doesn't know GET.
        method: Method::parse(&request.inner().method()),
        ..ApiRequest::new(Method::Other, &request.path())
    };
    match rest(&mut request, &head, env).await {
        Ok(whole) => Ok(whole),
        Err(_) => Err((head, Fault::new("request_unreadable", ""))),
    }
}

async fn rest(request: &mut Request, head: &ApiRequest, env: &Env) -> Result<ApiRequest> {
    // `request.url()` would link a whole URL parser, for an address that the runtime has parsed.
    let url = request.inner().url();
    let query = url
        .split('#')
        .next()
        .and_then(|url| url.split_once('?'))
        .map(|(_, query)| query.to_owned());
    let header = |name| request.headers().get(name);
    Ok(ApiRequest {
        query: query.unwrap_or_default(),
        if_none_match: header("If-None-Match")?,
        content_type: header("Content-Type")?,
        authorization: header("Authorization")?.as_deref().and_then(Secret::new),
        body: if head.method == Method::Post {
            body(request).await?
        } else {
            Vec::new()
        },
        users_token: bucket::token(env),
        service: env
            .var("SERVICE_NAME")
            .map_or_else(|_| ApiRequest::SERVICE.into(), |name| name.to_string()),
        ..head.clone()
    })
}

/// The body, but for what is past the byte that makes it too long.
async fn body(request: &mut Request) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    // A request without a body has no stream.
    let Ok(mut stream) = request.stream() else {
        return Ok(body);
    };
    while let Some(chunk) = stream.next().await {
        body.extend(chunk?);
        if body.len() > bodies::MAX {
            body.truncate(bodies::MAX + 1);
            break;
        }
    }
    Ok(body)
}

fn write(response: ApiResponse) -> Result<Response> {
    let headers = Headers::new();
    for (name, value) in &response.headers {
        headers.set(name, value)?;
    }
    let builder = ResponseBuilder::new()
        .with_status(response.status)
        .with_headers(headers);
    Ok(if response.body.is_empty() {
        builder.empty()
    } else {
        builder.fixed(response.body)
    })
}

/// The log line of a request. It names the route and never the path, a parameter or the client:
/// those would say who looked at what.
#[derive(Serialize)]
struct Line<'a> {
    method: Method,
    route: &'a str,
    status: u16,
    /// The runtime's clock stands still between inputs, so this is the time spent waiting for them.
    ms: u64,
    pack_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts_loaded: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_loaded: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault_file: Option<&'a str>,
}

fn log(line: &Line<'_>) {
    if let Ok(json) = serde_json::to_string(line) {
        console_log!("{json}");
    }
}
