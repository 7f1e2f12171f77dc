//! Every error of the API, as `application/problem+json` (RFC 9457).
//!
//! A problem carries the same stable `code` as errors in Rust and JavaScript do. It says what the
//! caller can do, and nothing of the inside: no file name, no stack, no source.

use std::borrow::Cow;

use aftershow_core::QueryError;
use serde::Serialize;

use crate::caching;

/// Media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A kind of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The stable code.
    pub name: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What kind of problem, in words that never change for a code.
    pub title: &'static str,
}

/// Every kind of problem.
pub mod codes {
    use super::Code;

    macro_rules! codes {
        ($($constant:ident = $status:literal $name:literal $title:literal: $when:literal;)*) => {
            $(
                #[doc = $when]
                pub const $constant: Code = Code { name: $name, status: $status, title: $title };
            )*

            /// All of them, each with when it is: for the document of the API.
            #[cfg(not(target_arch = "wasm32"))]
            pub const ALL: &[(Code, &str)] = &[$(($constant, $when)),*];
        };
    }

    codes! {
        INVALID_PARAMETER = 400 "invalid_parameter" "Invalid parameter":
            "A parameter, a value of the body, or the escapes of an id are not what they may be; `parameter` names it.";
        INVALID_BODY = 400 "invalid_body" "Invalid body":
            "The body is no JSON object of this route; `detail` says at which line and column.";
        INVALID_USER_ID = 400 "invalid_user_id" "Invalid user id":
            "No user can have that id.";
        UNKNOWN_NAME = 400 "unknown_name" "Unknown name":
            "The pack has no such attribute, value, experiment or variant; `did_you_mean` has near spellings.";
        UNAUTHORIZED = 401 "unauthorized" "Unauthorized":
            "A route of known users without the token.";
        UNKNOWN_ITEM = 404 "unknown_item" "Unknown item":
            "The pack has no item with that id.";
        NO_RATINGS = 404 "no_ratings" "No ratings":
            "The pack was built without ratings.";
        NO_SEARCH = 404 "no_search" "No search":
            "The pack was built without an index of its titles.";
        USERS_NOT_CONFIGURED = 404 "users_not_configured" "Known users not configured":
            "The deployment has no bucket, or no token of 16 bytes or more, for known users.";
        NOT_FOUND = 404 "not_found" "Not found":
            "No route and no file has that path.";
        METHOD_NOT_ALLOWED = 405 "method_not_allowed" "Method not allowed":
            "The route is called in another way; `Allow` lists the right ones.";
        BODY_TOO_LARGE = 413 "body_too_large" "Body too large":
            "The body is longer than the route takes.";
        UNSUPPORTED_MEDIA_TYPE = 415 "unsupported_media_type" "Unsupported media type":
            "The body says that it is no JSON.";
        INTERNAL = 500 "internal" "Internal error":
            "Our fault.";
        PACK_UNAVAILABLE = 503 "pack_unavailable" "Pack unavailable":
            "The pack is missing or damaged; the log says which file and why.";
        USERS_UNAVAILABLE = 503 "users_unavailable" "Users unavailable":
            "The files about users are missing, damaged, too large, too slow, or of another pack; the log says which of these.";
    }
}

/// An error, as the caller sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Problem {
    /// Identifies the kind of problem: a URN that ends in the code.
    #[serde(rename = "type")]
    pub kind: Box<str>,
    /// What kind of problem, in words that never change for a code.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// What happened here, and the remedy.
    pub detail: String,
    /// The stable code: this is what a program branches on.
    pub code: &'static str,
    /// The parameter that is wrong, if one is: in a body with its place, as in `history[3].weight`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<Cow<'static, str>>,
    /// Names that are spelled nearly as the unknown one is, the nearest first.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub did_you_mean: Box<[String]>,
}

impl Problem {
    fn new(code: Code, detail: impl Into<String>) -> Problem {
        Problem {
            kind: format!("urn:aftershow:problem:{}", code.name).into(),
            title: code.title,
            status: code.status,
            detail: detail.into(),
            code: code.name,
            parameter: None,
            did_you_mean: Box::default(),
        }
    }

    /// No route takes the path.
    pub fn not_found() -> Problem {
        Problem::new(
            codes::NOT_FOUND,
            "no route has this path; see the list of routes in the documentation",
        )
    }

    /// The route is called in another way.
    pub fn method_not_allowed(allow: &str) -> Problem {
        Problem::new(codes::METHOD_NOT_ALLOWED, format!("this route takes {allow}"))
    }

    /// The pack has no such item.
    pub fn unknown_item(detail: impl Into<String>) -> Problem {
        Problem::new(codes::UNKNOWN_ITEM, detail)
    }

    /// A parameter that is not what it may be.
    pub fn invalid_parameter(name: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Problem {
        Problem {
            parameter: Some(name.into()),
            ..Problem::new(codes::INVALID_PARAMETER, detail)
        }
    }

    /// A body that is not what the route takes.
    pub fn invalid_body(detail: impl Into<String>) -> Problem {
        Problem::new(codes::INVALID_BODY, detail)
    }

    /// A body that is too long to be read.
    pub fn body_too_large(most: usize) -> Problem {
        Problem::new(
            codes::BODY_TOO_LARGE,
            format!("a body of this route has at most {most} bytes"),
        )
    }

    /// A body that says that it is no JSON.
    pub fn unsupported_media_type() -> Problem {
        Problem::new(
            codes::UNSUPPORTED_MEDIA_TYPE,
            "the body must be JSON: send it with Content-Type: application/json",
        )
    }

    /// A text that can't be the id of a person.
    pub fn invalid_user_id(expected: &str) -> Problem {
        let detail = format!("the user id must be {expected}");
        Problem {
            parameter: Some("user_id".into()),
            ..Problem::new(codes::INVALID_USER_ID, detail)
        }
    }

    /// The same, about one place of a list.
    pub fn at(self, place: String) -> Problem {
        Problem {
            detail: format!("{place}: {}", self.detail),
            parameter: Some(place.into()),
            ..self
        }
    }

    /// The deployment knows no people.
    pub fn users_not_configured() -> Problem {
        Problem::new(
            codes::USERS_NOT_CONFIGURED,
            "this deployment does not answer for known users: bind a bucket as USERS and set the secret USERS_TOKEN, \
             or send the history itself to POST /v1/recommendations",
        )
    }

    /// No token, or not the right one.
    pub fn unauthorized() -> Problem {
        Problem::new(
            codes::UNAUTHORIZED,
            "this route needs the header Authorization: Bearer, with the token of this deployment",
        )
    }

    /// What is kept of known people can't be read. Why is in the log.
    pub fn users_unavailable() -> Problem {
        let detail = "the known users can't be read at the moment; try again in a few seconds";
        Problem::new(codes::USERS_UNAVAILABLE, detail)
    }

    /// The pack, or a part of it, can't be read. Which one and why is in the log.
    pub fn pack_unavailable() -> Problem {
        let detail = "the recommendations can't be read at the moment; try again in a few seconds";
        Problem::new(codes::PACK_UNAVAILABLE, detail)
    }

    /// Anything that should not happen.
    pub fn internal() -> Problem {
        Problem::new(
            codes::INTERNAL,
            "something went wrong on our side; try again in a few seconds",
        )
    }

    /// How long the problem may be kept.
    pub fn cache_control(&self) -> &'static str {
        if self.status == 404 {
            caching::NOT_FOUND
        } else {
            caching::NO_STORE
        }
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Problem {
        match &error {
            QueryError::UnknownItem { .. } => Problem::unknown_item(error.to_string()),
            QueryError::InvalidParameter { name, .. } => Problem::invalid_parameter(*name, error.to_string()),
            QueryError::InvalidUserId { expected } => Problem::invalid_user_id(expected),
            QueryError::UnknownName(unknown) => Problem {
                did_you_mean: unknown.near.as_slice().into(),
                ..Problem::new(codes::UNKNOWN_NAME, error.to_string())
            },
            QueryError::NoRatings => Problem::new(codes::NO_RATINGS, error.to_string()),
            QueryError::NoSearch => Problem::new(codes::NO_SEARCH, error.to_string()),
            // Parts that contradict each other, and whatever a later engine adds.
            _ => Problem::pack_unavailable(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engines_errors_keep_their_code_and_name_the_parameter() {
        let unknown = QueryError::UnknownItem { id: "7".into() };
        let invalid = QueryError::InvalidParameter {
            name: "n",
            expected: "a whole number from 1 to 100",
        };
        for (error, status, parameter) in [(unknown, 404, None), (invalid, 400, Some("n"))] {
            let code = error.code();
            let problem = Problem::from(error);
            assert_eq!(
                (problem.status, problem.code, problem.parameter.as_deref()),
                (status, code, parameter)
            );
        }
    }

    #[test]
    fn a_broken_pack_says_nothing_of_the_inside() {
        let problem = Problem::from(QueryError::Inconsistent {
            what: "shard and table",
        });
        assert_eq!((problem.status, problem.code), (503, "pack_unavailable"));
        assert!(!problem.detail.contains("shard"), "{}", problem.detail);
    }

    #[test]
    fn a_problem_has_the_members_of_rfc_9457() {
        let json = serde_json::to_value(Problem::invalid_parameter("n", "n must be a number")).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "type": "urn:aftershow:problem:invalid_parameter", "title": "Invalid parameter", "status": 400,
                "detail": "n must be a number", "code": "invalid_parameter", "parameter": "n",
            })
        );
    }
}
