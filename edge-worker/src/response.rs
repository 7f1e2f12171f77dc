//! Status and headers around a body: the one place.

use crate::{
    api::{ApiRequest, ApiResponse},
    caching, place,
    problem::{self, Problem},
    routes::{self, Audience, Method, Route},
};

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// What programs read.
    Json,
    /// What browsers show.
    Html,
}

impl MediaType {
    fn name(self) -> &'static str {
        match self {
            MediaType::Json => "application/json",
            MediaType::Html => "text/html; charset=utf-8",
        }
    }
}

/// Status and headers around a body.
pub struct Respond<'r> {
    /// The request.
    pub request: &'r ApiRequest,
    /// The route's pattern.
    pub route: &'static str,
    /// Whom the response is for.
    pub audience: Audience,
}

impl<'r> Respond<'r> {
    /// For the route that takes the request, if one does.
    pub fn to(request: &'r ApiRequest, route: Option<&'static Route>) -> Respond<'r> {
        Respond {
            request,
            route: route.map_or(routes::NO_ROUTE, |route| route.pattern),
            audience: route.map_or(Audience::Public, |route| route.endpoint.audience()),
        }
    }

    /// 200, or 304 if the client has these bytes already.
    pub fn ok(&self, body: Vec<u8>, media_type: MediaType, cache: &'static str) -> ApiResponse {
        let mut response = self.fresh(body, media_type, cache);
        if media_type == MediaType::Html {
            response.headers.push(("Content-Security-Policy", place::POLICY.into()));
        }
        response
    }

    fn fresh(&self, body: Vec<u8>, media_type: MediaType, cache: &'static str) -> ApiResponse {
        let media_type = media_type.name();
        if cache != caching::ANSWER || self.audience != Audience::Public {
            return self.with_body(200, media_type, cache, body);
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
            self.with_body(200, media_type, cache, body)
        };
        response.headers.push(("ETag", etag));
        response
    }

    /// An error.
    pub fn problem(&self, problem: &Problem) -> ApiResponse {
        // Every member is a string or a number: serialising them can't fail.
        let body = serde_json::to_vec(problem).unwrap_or_default();
        let mut response = self.with_body(problem.status, problem::MEDIA_TYPE, problem.cache_control(), body);
        match problem.status {
            401 => response
                .headers
                .push(("WWW-Authenticate", "Bearer realm=\"known users\"".into())),
            503 => response.headers.push(("Retry-After", "5".into())),
            _ => {}
        }
        response
    }

    /// What a browser asks before a cross-origin request that is not a simple one.
    pub fn preflight(&self, allow: &'static str) -> ApiResponse {
        let headers = [
            ("Allow", allow),
            ("Access-Control-Allow-Methods", allow),
            (
                "Access-Control-Allow-Headers",
                match self.audience {
                    Audience::TokenHolder => "Authorization, Content-Type",
                    _ => "Content-Type, If-None-Match",
                },
            ),
            ("Access-Control-Max-Age", caching::PREFLIGHT_SECONDS),
        ];
        let mut headers: Vec<_> = headers.map(|(name, value)| (name, value.to_owned())).into();
        if self.audience != Audience::Public {
            headers.push(("Cache-Control", caching::PRIVATE.into()));
        }
        self.bare(204, headers)
    }

    fn with_body(&self, status: u16, media_type: &str, cache: &str, body: Vec<u8>) -> ApiResponse {
        // Whatever it says: of people nothing is kept.
        let cache = match self.audience {
            Audience::Public => cache,
            _ => caching::PRIVATE,
        };
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
