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
    /// As [`Endpoint::Similar`], as HTML.
    SimilarHtml,
    /// Items similar to one that the pack has never seen.
    SimilarToNew,
    /// As [`Endpoint::Similar`], under the field names of the service that it replaces.
    ShowRecommendations,
    /// Recommendations for the history in the body.
    Recommend,
    /// Recommendations for a known person.
    User,
    /// Recommendations for up to a hundred known people.
    Users,
    /// As [`Endpoint::User`], under the field names of the media service.
    MediaUser,
    /// As [`Endpoint::Users`], under the field names of the media service.
    MediaUsers,
    /// As [`Endpoint::User`], under the field names of the movie service.
    MovieUser,
    /// The caller's candidates in order.
    Rerank,
    /// Predicted ratings, for the ratings in the body.
    Predict,
    /// A known person's predicted ratings, under the field names of the movie service.
    Existing,
    /// A known person's predicted rating of a new title, under the field names of the movie service.
    NewMovie,
    /// What most people want.
    Popular,
    /// Items by the words of their titles.
    Search,
    /// What the pack holds.
    Stats,
    /// Whether the pack can be read.
    Health,
}

/// Whom an answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Anybody: it may be kept by caches.
    Public,
    /// Who brought the history: kept nowhere.
    Caller,
    /// Who has the token, since it says what somebody did: kept nowhere.
    TokenHolder,
}

impl Endpoint {
    /// Whom the answer is for.
    pub fn audience(self) -> Audience {
        match self {
            Endpoint::User
            | Endpoint::Users
            | Endpoint::MediaUser
            | Endpoint::MediaUsers
            | Endpoint::MovieUser
            | Endpoint::Existing
            | Endpoint::NewMovie => Audience::TokenHolder,
            Endpoint::Recommend | Endpoint::Rerank | Endpoint::Predict => Audience::Caller,
            _ => Audience::Public,
        }
    }
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

const fn read(pattern: &'static str, endpoint: Endpoint) -> Route {
    Route {
        pattern,
        verb: Verb::Read,
        endpoint,
    }
}

const fn post(pattern: &'static str, endpoint: Endpoint) -> Route {
    Route {
        pattern,
        verb: Verb::Post,
        endpoint,
    }
}

/// Every route. The first row that fits wins; a test holds every later row to being reached.
pub const ROUTES: &[Route] = &[
    read("/health", Endpoint::Health),
    read("/recommendations/health", Endpoint::Health),
    read("/recommendations/stats", Endpoint::Stats),
    post("/recommendations/existing", Endpoint::Existing),
    read("/recommendations/{user_id}", Endpoint::MovieUser),
    post("/predict/new-movie", Endpoint::NewMovie),
    post("/api/recommendations/batch", Endpoint::MediaUsers),
    read("/api/recommendations/{user_id}", Endpoint::MediaUser),
    read("/shows/{id}/recommendations", Endpoint::ShowRecommendations),
    read("/v1/health", Endpoint::Health),
    read("/v1/stats", Endpoint::Stats),
    read("/v1/popular", Endpoint::Popular),
    read("/v1/search", Endpoint::Search),
    post("/v1/recommendations", Endpoint::Recommend),
    post("/v1/rerank", Endpoint::Rerank),
    post("/v1/predict", Endpoint::Predict),
    post("/v1/similar", Endpoint::SimilarToNew),
    read("/v1/items/{id}/similar", Endpoint::Similar),
    read("/v1/items/{id}/similar.html", Endpoint::SimilarHtml),
    post("/v1/users/recommendations", Endpoint::Users),
    read("/v1/users/{user_id}/recommendations", Endpoint::User),
];

/// Words that are no user's id at the end of a path, where an id would stand beside them. Within a path they are
/// ids like any other.
const FIXED_WORDS: [&str; 4] = ["batch", "existing", "health", "stats"];

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
        let fits = match expected {
            "{id}" => !segment.is_empty(),
            // An empty user id is a malformed one, not another path.
            "{user_id}" => !(pattern.ends_with(expected) && FIXED_WORDS.contains(&segment)),
            word => word == segment,
        };
        if !fits {
            return None;
        }
        if expected.starts_with('{') {
            taken = Some(segment);
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
        for path in ["/recommendations", "/api/recommendations"] {
            for word in FIXED_WORDS {
                let path = format!("{path}/{word}");
                assert_eq!(find(&path).and_then(|(_, id)| id), None, "{path}");
            }
        }
        let user = find("/v1/users/stats/recommendations");
        assert_eq!(
            user.map(|(route, id)| (route.endpoint, id)),
            Some((Endpoint::User, Some("stats")))
        );
    }

    #[test]
    fn what_is_about_somebody_is_for_token_holders_only() {
        for route in ROUTES {
            let of_users = ["user", "batch", "existing", "new-movie"];
            let expected = if of_users.iter().any(|word| route.pattern.contains(word)) {
                Audience::TokenHolder
            } else if ["/v1/recommendations", "/v1/rerank", "/v1/predict"].contains(&route.pattern) {
                Audience::Caller
            } else {
                Audience::Public
            };
            assert_eq!(route.endpoint.audience(), expected, "{}", route.pattern);
        }
    }

    #[test]
    fn an_empty_user_id_reaches_its_route_to_be_refused_there() {
        for path in [
            "/recommendations/",
            "/api/recommendations/",
            "/v1/users//recommendations",
        ] {
            assert_eq!(find(path).map(|(_, id)| id), Some(Some("")), "{path}");
        }
        assert_eq!(find("/recommendations"), None);
        assert_eq!(find("/v1/users/a/b/recommendations"), None);
    }
}
