//! The whole API: a request, an engine and the known people in, a response out. No I/O.
//!
//! A [`Call`] is a request under way. [`Call::read`] answers at once what needs no pack: a wrong path, a wrong method,
//! a preflight, no token, a bad parameter. [`Call::respond`] may say [`Reply::NeedParts`] or [`Reply::NeedPeople`]
//! instead of a response: the host fetches those files, attaches them and calls it again.

use std::borrow::Cow;

use aftershow_core::{
    Answer, Engine, ItemId, NewItem, Outcome, Part, PartFile, Person, PredictQuery, Prediction, Predictions, Query,
    QueryError, Rating, Recommendations, Reranked, SearchQuery, Seed, Wording, pack::UserRecord,
};
use serde::Serialize;

use crate::{
    access::Secret,
    bodies::{self, Candidate},
    caching,
    known::{Known, Progress},
    params::{self, Given, Recommend, Similar},
    people::{People, PeopleFile},
    place::ListPlace,
    problem::Problem,
    replaced::{MediaBatch, MediaPage, MoviePage, NewMovieRating, PredictedRatings, ShowRecommendations},
    response::{MediaType, Respond},
    routes::{self, Audience, Endpoint, Method, Route},
    shapes::{ForUser, ForUsers, Health, PackStats},
};

/// A request, as far as the API looks at it, and the deployment's settings.
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
    /// The `Content-Type` header.
    pub content_type: Option<String>,
    /// The `Authorization` header.
    pub authorization: Option<Secret>,
    /// Body. A host stops reading one byte past [`bodies::MAX`], which is enough to refuse it.
    pub body: Vec<u8>,
    /// What the deployment calls itself; shown by the health routes.
    pub service: String,
    /// The token of the routes of known users. `None` while the deployment has no token or no bucket: then there are no
    /// such routes.
    pub users_token: Option<Secret>,
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
            content_type: None,
            authorization: None,
            body: Vec::new(),
            service: ApiRequest::SERVICE.into(),
            users_token: None,
        }
    }

    /// Whom the answer is for, whatever it is.
    pub fn audience(&self) -> Audience {
        routes::find(&self.path).map_or(Audience::Public, |(route, _)| route.endpoint.audience())
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
    /// The route's pattern, for the log: unlike the path it names no item and no person.
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
    /// Fetch these parts of the pack, attach each to the engine, and ask again.
    NeedParts(Vec<PartFile>),
    /// Fetch these files about known people, attach each, and ask again.
    NeedPeople(Vec<PeopleFile>),
}

/// The response while the pack can't be read.
pub fn pack_unavailable(request: &ApiRequest) -> ApiResponse {
    failed(request, &Problem::pack_unavailable())
}

/// The response while what is kept of known people can't be read.
pub fn users_unavailable(request: &ApiRequest) -> ApiResponse {
    failed(request, &Problem::users_unavailable())
}

/// The response when something happened that should not.
pub fn internal(request: &ApiRequest) -> ApiResponse {
    failed(request, &Problem::internal())
}

fn failed(request: &ApiRequest, problem: &Problem) -> ApiResponse {
    Respond::to(request, routes::find(&request.path).map(|(route, _)| route)).problem(problem)
}

/// A request that has been read and found in order, and how far its answer has come.
#[derive(Debug)]
pub struct Call<'r> {
    request: &'r ApiRequest,
    route: &'static Route,
    asked: Asked<'r>,
}

/// What a request asks for.
#[derive(Debug)]
enum Asked<'r> {
    Similar(Cow<'r, str>, Similar),
    SimilarHtml(Cow<'r, str>, Similar, ListPlace),
    SimilarToNew(NewItem, Similar),
    Recommend(Person, Recommend),
    Known(Known<Recommendations>, Recommend),
    NewMovie(Known<Predictions>, NewItem),
    Existing(Known<Ranked>, Vec<ItemId>),
    Rerank(Vec<Candidate>, Seed, Recommend),
    Predict(PredictQuery),
    Popular(Vec<String>, Recommend),
    Search(SearchQuery),
    Stats,
    Health,
}

/// Items in an order, each with its predicted rating if there is one.
type Ranked = Vec<(ItemId, Option<f64>)>;

/// What the engine made of it.
enum Answered {
    /// A body, what it is, and how long it may be kept.
    Body(Vec<u8>, MediaType, &'static str),
    NeedParts(Vec<PartFile>),
    NeedPeople(Vec<PeopleFile>),
}

impl<'r> Call<'r> {
    /// Path, method, token, parameters and body, in this order.
    ///
    /// # Errors
    /// The response to a request that is not in order, or that needs no pack.
    pub fn read(request: &'r ApiRequest) -> Result<Call<'r>, ApiResponse> {
        let Some((route, id)) = routes::find(&request.path) else {
            return Err(Respond::to(request, None).problem(&Problem::not_found()));
        };
        let respond = Respond::to(request, Some(route));
        if request.method == Method::Options {
            return Err(respond.preflight(route.verb.allow()));
        }
        if !route.verb.takes(request.method) {
            let mut response = respond.problem(&Problem::method_not_allowed(route.verb.allow()));
            response.headers.push(("Allow", route.verb.allow().into()));
            return Err(response);
        }
        match admitted(request, route).and_then(|()| {
            let given = Given::of(&request.query);
            Asked::read(request, &given, route, id.unwrap_or_default())
        }) {
            Ok(asked) => Ok(Call { request, route, asked }),
            Err(problem) => Err(respond.problem(&problem)),
        }
    }

    /// The response, or what it takes to make it. Never panics, whatever the request.
    pub fn respond(&mut self, engine: &Engine, people: &mut People) -> Reply {
        let respond = Respond::to(self.request, Some(self.route));
        match self.answer(engine, people) {
            Ok(Answered::Body(body, media_type, cache)) => Reply::Done(respond.ok(body, media_type, cache)),
            Ok(Answered::NeedParts(parts)) => Reply::NeedParts(parts),
            Ok(Answered::NeedPeople(files)) => Reply::NeedPeople(files),
            Err(problem) => Reply::Done(respond.problem(&problem)),
        }
    }

    /// How many people's answers it takes.
    pub fn people(&self) -> usize {
        match &self.asked {
            Asked::Known(known, _) => known.len(),
            Asked::NewMovie(known, _) => known.len(),
            Asked::Existing(known, _) => known.len(),
            _ => 1,
        }
    }

    fn answer(&mut self, engine: &Engine, people: &mut People) -> Result<Answered, Problem> {
        let endpoint = self.route.endpoint;
        match &mut self.asked {
            Asked::Similar(id, similar) => {
                let id = params::item_id(id, engine.manifest().id_kind)?;
                let query = similar.clone().of(Seed::Item(id));
                shown(engine.answer(&query)?.map(in_english), |answer| match endpoint {
                    Endpoint::ShowRecommendations => json(&ShowRecommendations::of(answer), caching::of(&query)),
                    _ => json(answer, caching::of(&query)),
                })
            }
            Asked::SimilarHtml(id, similar, place) => {
                let id = params::item_id(id, engine.manifest().id_kind)?;
                let query = similar.clone().of(Seed::Item(id));
                shown(engine.answer(&query)?, |answer| {
                    let html = place.html(answer, &query);
                    Ok(Answered::Body(html, MediaType::Html, caching::of(&query)))
                })
            }
            Asked::SimilarToNew(item, similar) => {
                let query = similar.clone().of(Seed::Features(item.clone()));
                shown(engine.answer(&query)?.map(in_english), |answer| {
                    json(answer, caching::NO_STORE)
                })
            }
            Asked::Recommend(person, recommend) => {
                let query = recommend.of(Seed::Person(person.clone()));
                shown(recommended(engine, &query)?, |answer| json(answer, caching::PRIVATE))
            }
            Asked::Popular(genres, recommend) => {
                let query = Query {
                    genres: genres.clone(),
                    ..recommend.of(Seed::Popular)
                };
                shown(recommended(engine, &query)?, |answer| json(answer, caching::of(&query)))
            }
            Asked::Search(query) => shown(engine.search(query)?, |found| json(found, caching::ANSWER)),
            Asked::Rerank(candidates, seed, recommend) => {
                let query = recommend.of(seed.clone());
                let said = |found: Reranked| Reranked {
                    page: found.page.said(&Wording::english()),
                    ..found
                };
                shown(engine.rerank(candidates, &query)?.map(said), |answer| {
                    json(answer, caching::PRIVATE)
                })
            }
            Asked::Predict(query) => shown(engine.predict(query)?, |answer| json(answer, caching::PRIVATE)),
            Asked::Known(known, recommend) => {
                let who = |record: &UserRecord| engine.person_of(record);
                let ask = |person| recommended(engine, &recommend.of(Seed::Person(person)));
                known_shown(known.answer(engine, people, who, ask)?, |answers| {
                    for_known(endpoint, answers, recommend)
                })
            }
            Asked::NewMovie(known, item) => {
                let who = |record: &UserRecord| engine.ratings_of(record);
                let ask = |ratings| {
                    engine.predict(&PredictQuery {
                        ratings,
                        new_items: vec![item.clone()],
                        ..PredictQuery::default()
                    })
                };
                known_shown(known.answer(engine, people, who, ask)?, |answers| match answers {
                    [(id, answer)] => json(&NewMovieRating::of(id, item, answer), caching::PRIVATE),
                    _ => Err(Problem::internal()),
                })
            }
            Asked::Existing(known, items) => {
                let who = |record: &UserRecord| Some((engine.person_of(record)?, engine.ratings_of(record)?));
                let ask = |(person, ratings)| ranked(engine, items, person, ratings);
                known_shown(known.answer(engine, people, who, ask)?, |answers| match answers {
                    [(id, ranked)] => json(&PredictedRatings::of(id, ranked), caching::PRIVATE),
                    _ => Err(Problem::internal()),
                })
            }
            Asked::Stats => json(
                &PackStats::of(engine, self.request.users_token.is_some()),
                caching::ANSWER,
            ),
            Asked::Health => json(&Health::of(engine, &self.request.service), caching::NO_STORE),
        }
    }
}

impl<'r> Asked<'r> {
    fn read(request: &'r ApiRequest, given: &Given<'_>, route: &Route, id: &'r str) -> Result<Asked<'r>, Problem> {
        let body = request.body.as_slice();
        let content_type = request.content_type.as_deref();
        Ok(match route.endpoint {
            Endpoint::Similar | Endpoint::ShowRecommendations => {
                Asked::Similar(params::id_text(id)?, Similar::read(given)?)
            }
            Endpoint::SimilarHtml => {
                let similar = Similar::read(given)?.of_cards();
                Asked::SimilarHtml(params::id_text(id)?, similar, ListPlace::read(given)?)
            }
            Endpoint::SimilarToNew => {
                let similar = Similar::read(given)?;
                Asked::SimilarToNew(bodies::new_item(body)?, similar)
            }
            Endpoint::Recommend => {
                let (person, recommend) = bodies::history(body, content_type)?;
                Asked::Recommend(person, recommend)
            }
            Endpoint::User | Endpoint::MediaUser | Endpoint::MovieUser => {
                let id = params::user_id(id)?;
                Asked::Known(Known::one(id), described(route.endpoint, Recommend::read(given)?))
            }
            Endpoint::Users | Endpoint::MediaUsers => {
                let (ids, recommend) = bodies::users(body, content_type)?;
                Asked::Known(Known::many(ids), described(route.endpoint, recommend))
            }
            Endpoint::Rerank => {
                let (candidates, seed, recommend) = bodies::candidates(body, content_type)?;
                Asked::Rerank(candidates, seed, recommend)
            }
            Endpoint::Predict => Asked::Predict(bodies::predict(body, content_type)?),
            Endpoint::Existing => {
                let (id, items) = bodies::existing(body, content_type)?;
                Asked::Existing(Known::one(id), items)
            }
            Endpoint::NewMovie => {
                let (id, item) = bodies::new_movie(body, content_type)?;
                Asked::NewMovie(Known::one(id), item)
            }
            Endpoint::Popular => Asked::Popular(params::genres(given)?, Recommend::read(given)?),
            Endpoint::Search => Asked::Search(params::search(given)?),
            Endpoint::Stats => Asked::Stats,
            Endpoint::Health => Asked::Health,
        })
    }
}

/// The parameters that a route reads from the query string, in its order.
#[cfg(not(target_arch = "wasm32"))]
pub fn parameters(route: &Route) -> Vec<&'static str> {
    let request = ApiRequest::new(Method::Other, route.pattern);
    let given = Given::of("");
    // Whatever it makes of the empty body: what it looks for has been noted.
    let _ = Asked::read(&request, &given, route, "1");
    given.asked()
}

/// Whether the request may ask what the route answers.
fn admitted(request: &ApiRequest, route: &Route) -> Result<(), Problem> {
    if route.endpoint.audience() != Audience::TokenHolder {
        return Ok(());
    }
    match &request.users_token {
        None => Err(Problem::users_not_configured()),
        Some(token) if token.admits(request.authorization.as_ref()) => Ok(()),
        Some(_) => Err(Problem::unauthorized()),
    }
}

/// The replaced services' cards have a description unless the caller wants none.
fn described(endpoint: Endpoint, mut recommend: Recommend) -> Recommend {
    if matches!(
        endpoint,
        Endpoint::MediaUser | Endpoint::MediaUsers | Endpoint::MovieUser
    ) {
        recommend.summaries.get_or_insert(true);
    }
    recommend
}

/// The answers about known people, in the shape of the route.
fn for_known(
    endpoint: Endpoint,
    answers: &[(String, Recommendations)],
    recommend: &Recommend,
) -> Result<Answered, Problem> {
    let cache = caching::PRIVATE;
    match (endpoint, answers) {
        (Endpoint::Users, _) => json(&ForUsers::of(answers), cache),
        (Endpoint::MediaUsers, _) => json(&MediaBatch::of(answers), cache),
        (Endpoint::MediaUser, [(id, answer)]) => json(&MediaPage::of(id, answer, recommend), cache),
        (Endpoint::MovieUser, [(id, answer)]) => json(&MoviePage::of(id, answer, recommend), cache),
        (_, [(id, answer)]) => json(&ForUser::of(id, answer), cache),
        // One id was asked about, so there is one answer.
        _ => Err(Problem::internal()),
    }
}

/// The items, best first, those that the pack lacks last: by what the person would rate them, and without a model of ratings in
/// the order of recommendations.
fn ranked(
    engine: &Engine,
    items: &[ItemId],
    person: Person,
    ratings: Vec<Rating>,
) -> Result<Outcome<Ranked>, QueryError> {
    let unrated = |id: ItemId| (id, None);
    if engine.manifest().file(Part::Ratings).is_none() {
        let candidates: Vec<Candidate> = items.iter().map(|id| (id.clone(), None)).collect();
        let mut ranked = Ranked::new();
        loop {
            let query = Query {
                n: Query::MAX_N,
                offset: ranked.len(),
                ..Query::person(person.clone())
            };
            let Reranked { page, unknown } = match engine.rerank(&candidates, &query)? {
                Outcome::Answer(answer) => answer,
                Outcome::NeedParts(parts) => return Ok(Outcome::NeedParts(parts)),
            };
            let last = page.items.len() < Query::MAX_N;
            ranked.extend(page.items.into_iter().map(|item| unrated(item.card.id)));
            if last {
                ranked.extend(unknown.into_iter().map(unrated));
                return Ok(Outcome::Answer(ranked));
            }
        }
    }
    let query = PredictQuery {
        ratings,
        items: items.to_vec(),
        ranked: true,
        ..PredictQuery::default()
    };
    Ok(engine.predict(&query)?.map(|predictions| {
        let rated = |item: Prediction| Some((item.item?, Some(item.prediction)));
        let found = predictions.items.into_iter().filter_map(rated);
        found.chain(predictions.unknown.into_iter().map(unrated)).collect()
    }))
}

fn in_english(answer: Answer) -> Answer {
    answer.said(&Wording::english())
}

fn recommended(engine: &Engine, query: &Query) -> Result<Outcome<Recommendations>, QueryError> {
    Ok(engine.recommend(query)?.map(|page| page.said(&Wording::english())))
}

fn shown<T>(outcome: Outcome<T>, show: impl FnOnce(&T) -> Result<Answered, Problem>) -> Result<Answered, Problem> {
    match outcome {
        Outcome::Answer(answer) => show(&answer),
        Outcome::NeedParts(parts) => Ok(Answered::NeedParts(parts)),
    }
}

fn known_shown<T>(
    progress: Progress<T>,
    show: impl FnOnce(&[(String, T)]) -> Result<Answered, Problem>,
) -> Result<Answered, Problem> {
    match progress {
        Progress::Done(answers) => show(&answers),
        Progress::NeedParts(parts) => Ok(Answered::NeedParts(parts)),
        Progress::NeedPeople(files) => Ok(Answered::NeedPeople(files)),
    }
}

fn json(value: &impl Serialize, cache: &'static str) -> Result<Answered, Problem> {
    serde_json::to_vec(value)
        .map(|body| Answered::Body(body, MediaType::Json, cache))
        .map_err(|_| Problem::internal())
}
