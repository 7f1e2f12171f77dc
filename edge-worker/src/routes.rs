//! Path and method → endpoint. A new route is a new row of [`ROUTES`].

use serde::Serialize;

/// A request's method, as far as the API tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// `GET`.
    Get,
    /// `HEAD`: as `GET`, without the body.
    Head,
    /// `POST`.
    Post,
    /// `OPTIONS`: what a browser asks before a cross-origin request.
    Options,
    /// Anything else.
    Other,
}

impl Method {
    /// Reads a method; they are upper case.
    pub fn parse(name: &str) -> Method {
        match name {
            "GET" => Method::Get,
            "HEAD" => Method::Head,
            "POST" => Method::Post,
            "OPTIONS" => Method::Options,
            _ => Method::Other,
        }
    }
}

/// What a route answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// Items similar to one of the pack.
    Similar,
    /// Items similar to one that the pack has never seen.
    SimilarToNew,
    /// As [`Endpoint::Similar`], under the field names of the service that it replaces.
    ShowRecommendations,
    /// What the pack holds.
    Stats,
    /// Whether the pack can be read.
    Health,
}

/// How a route is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// `GET` and `HEAD`.
    Read,
    /// `POST`.
    Post,
}

impl Verb {
    /// Whether a request with this method is one for the route. `OPTIONS` is answered apart.
    pub fn takes(self, method: Method) -> bool {
        match self {
            Verb::Read => matches!(method, Method::Get | Method::Head),
            Verb::Post => method == Method::Post,
        }
    }

    /// The `Allow` header, and the methods that CORS allows.
    pub fn allow(self) -> &'static str {
        match self {
            Verb::Read => "GET, HEAD, OPTIONS",
            Verb::Post => "POST, OPTIONS",
        }
    }
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The path; a segment in braces takes any one segment. Also what the log calls the route.
    pub pattern: &'static str,
    /// How it is called.
    pub verb: Verb,
    /// What it answers with.
    pub endpoint: Endpoint,
}

/// Every route. The first row that fits wins, so fixed words (`stats`, `health`) stand before the
/// patterns that would take them for an id; a test holds every later row to that.
pub const ROUTES: &[Route] = &[
    Route {
        pattern: "/health",
        verb: Verb::Read,
        endpoint: Endpoint::Health,
    },
    Route {
        pattern: "/recommendations/health",
        verb: Verb::Read,
        endpoint: Endpoint::Health,
    },
    Route {
        pattern: "/recommendations/stats",
        verb: Verb::Read,
        endpoint: Endpoint::Stats,
    },
    Route {
        pattern: "/v1/health",
        verb: Verb::Read,
        endpoint: Endpoint::Health,
    },
    Route {
        pattern: "/v1/stats",
        verb: Verb::Read,
        endpoint: Endpoint::Stats,
    },
    Route {
        pattern: "/v1/similar",
        verb: Verb::Post,
        endpoint: Endpoint::SimilarToNew,
    },
    Route {
        pattern: "/v1/items/{id}/similar",
        verb: Verb::Read,
        endpoint: Endpoint::Similar,
    },
    Route {
        pattern: "/shows/{id}/recommendations",
        verb: Verb::Read,
        endpoint: Endpoint::ShowRecommendations,
    },
];

/// What the log calls a request that no route takes.
pub const NO_ROUTE: &str = "none";

/// The route that takes `path`, and what its braces took, still percent-encoded.
pub fn find(path: &str) -> Option<(&'static Route, Option<&str>)> {
    ROUTES
        .iter()
        .find_map(|route| Some((route, take(route.pattern, path)?)))
}

/// `None` if `path` is none of `pattern`; else what the braces took, if it has any.
fn take<'p>(pattern: &str, path: &'p str) -> Option<Option<&'p str>> {
    let mut taken = None;
    let mut segments = path.split('/');
    for expected in pattern.split('/') {
        let segment = segments.next()?;
        if expected.starts_with('{') {
            if segment.is_empty() {
                return None;
            }
            taken = Some(segment);
        } else if segment != expected {
            return None;
        }
    }
    segments.next().is_none().then_some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_row_hides_a_row_below_it() {
        for (above, route) in ROUTES.iter().enumerate() {
            for below in &ROUTES[above + 1..] {
                assert_eq!(
                    take(route.pattern, below.pattern),
                    None,
                    "{} hides {}",
                    route.pattern,
                    below.pattern
                );
            }
        }
    }

    #[test]
    fn a_placeholder_takes_one_segment_that_is_not_empty() {
        let id = |path| find(path).map(|(route, id)| (route.endpoint, id));
        assert_eq!(id("/v1/items/82/similar"), Some((Endpoint::Similar, Some("82"))));
        assert_eq!(id("/v1/items/a%2Fb/similar"), Some((Endpoint::Similar, Some("a%2Fb"))));
        assert_eq!(
            id("/shows/82/recommendations"),
            Some((Endpoint::ShowRecommendations, Some("82")))
        );
        for path in [
            "/v1/items//similar",
            "/v1/items/a/b/similar",
            "/v1/items/82/similar/",
            "/v1/items/82",
            "/",
            "",
        ] {
            assert_eq!(id(path), None, "{path}");
        }
    }

    #[test]
    fn fixed_words_are_routes_of_their_own() {
        for (path, endpoint) in [
            ("/health", Endpoint::Health),
            ("/v1/health", Endpoint::Health),
            ("/recommendations/health", Endpoint::Health),
            ("/v1/stats", Endpoint::Stats),
            ("/recommendations/stats", Endpoint::Stats),
        ] {
            assert_eq!(
                find(path).map(|(route, id)| (route.endpoint, id)),
                Some((endpoint, None)),
                "{path}"
            );
        }
    }
}
