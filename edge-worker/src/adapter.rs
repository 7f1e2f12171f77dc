//! `worker` types in and out. What is decided is decided in [`crate::api`].

use futures_util::StreamExt;
use serde::Serialize;
use worker::{Context, Date, Env, Headers, Request, Response, ResponseBuilder, Result, console_log, event};

use crate::{
    api::{self, ApiRequest, ApiResponse, Reply},
    files::{Fault, Files},
    params::MAX_BODY,
    routes::Method,
    state::{self, Form, Loaded},
};

/// How often a request may ask for parts. It needs at most a table, a shard, the catalogue and
/// summaries, one after the other; some more, since what it brought may be pushed out by a
/// neighbour's request before it can ask again.
const MAX_ROUNDS: usize = 8;

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    let started = Date::now().as_millis();
    let mut loaded = Loaded::default();
    let (method, response, fault) = match read(request, &env).await {
        Ok(request) => match answer(&request, &env, &mut loaded).await {
            Ok(response) => (request.method, response, None),
            Err(fault) => (request.method, api::pack_unavailable(&request), Some(fault)),
        },
        Err(_) => {
            let request = ApiRequest::new(Method::Other, "");
            (
                request.method,
                api::internal(&request),
                Some(Fault::new("request_unreadable", "")),
            )
        }
    };
    log(&Line {
        method,
        route: response.route,
        status: response.status,
        ms: Date::now().as_millis().saturating_sub(started),
        pack_id: state::pack_id(),
        parts_loaded: loaded.parts,
        bytes_loaded: loaded.bytes,
        fault: fault.as_ref().map(|fault| fault.code),
        fault_file: fault
            .as_ref()
            .map(|fault| fault.file.as_str())
            .filter(|file| !file.is_empty()),
    });
    write(response)
}

async fn answer(request: &ApiRequest, env: &Env, loaded: &mut Loaded) -> std::result::Result<ApiResponse, Fault> {
    if let Some(response) = api::without_pack(request) {
        return Ok(response);
    }
    let files = Files::of(env)?;
    state::open(&files, loaded).await?;
    let mut form = Form::Lazy;
    for _ in 0..MAX_ROUNDS {
        match state::ask(form, |engine| api::respond(engine, request))? {
            Reply::Done(response) => return Ok(response),
            Reply::NeedParts(parts) => {
                form = form.with(&parts);
                state::load(form, &parts, &files, loaded).await?;
            }
        }
    }
    Err(Fault::new("pack_never_enough", ""))
}

async fn read(mut request: Request, env: &Env) -> Result<ApiRequest> {
    // `request.url()` would link a whole URL parser, for an address that the runtime has parsed.
    let url = request.inner().url();
    let query = url
        .split('#')
        .next()
        .and_then(|url| url.split_once('?'))
        .map(|(_, query)| query.to_owned());
    // `request.method()` calls every method that it doesn't know GET.
    let method = Method::parse(&request.inner().method());
    Ok(ApiRequest {
        method,
        path: request.path(),
        query: query.unwrap_or_default(),
        if_none_match: request.headers().get("If-None-Match")?,
        body: if method == Method::Post {
            body(&mut request).await?
        } else {
            Vec::new()
        },
        service: env
            .var("SERVICE_NAME")
            .map_or_else(|_| ApiRequest::SERVICE.into(), |name| name.to_string()),
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
        if body.len() > MAX_BODY {
            body.truncate(MAX_BODY + 1);
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
    parts_loaded: usize,
    bytes_loaded: usize,
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
