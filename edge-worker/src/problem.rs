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

/// An error, as the caller sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
    fn new(status: u16, code: &'static str, title: &'static str, detail: impl Into<String>) -> Problem {
        Problem {
            kind: format!("urn:aftershow:problem:{code}").into(),
            title,
            status,
            detail: detail.into(),
            code,
            parameter: None,
            did_you_mean: Box::default(),
        }
    }

    /// No route takes the path.
    pub fn not_found() -> Problem {
        Problem::new(
            404,
            "not_found",
            "Not found",
            "no route has this path; see the list of routes in the documentation",
        )
    }

    /// The route is called in another way.
    pub fn method_not_allowed(allow: &str) -> Problem {
        Problem::new(
            405,
            "method_not_allowed",
            "Method not allowed",
            format!("this route takes {allow}"),
        )
    }

    /// The pack has no such item.
    pub fn unknown_item(detail: impl Into<String>) -> Problem {
        Problem::new(404, "unknown_item", "Unknown item", detail)
    }

    /// A parameter that is not what it may be.
    pub fn invalid_parameter(name: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Problem {
        Problem {
            parameter: Some(name.into()),
            ..Problem::new(400, "invalid_parameter", "Invalid parameter", detail)
        }
    }

    /// A body that is not what the route takes.
    pub fn invalid_body(detail: impl Into<String>) -> Problem {
        Problem::new(400, "invalid_body", "Invalid body", detail)
    }

    /// A body that is too long to be read.
    pub fn body_too_large(most: usize) -> Problem {
        Problem::new(
            413,
            "body_too_large",
            "Body too large",
            format!("a body of this route has at most {most} bytes"),
        )
    }

    /// A body that says that it is no JSON.
    pub fn unsupported_media_type() -> Problem {
        Problem::new(
            415,
            "unsupported_media_type",
            "Unsupported media type",
            "the body must be JSON: send it with Content-Type: application/json",
        )
    }

    /// A text that can't be the id of a person.
    pub fn invalid_user_id(expected: &str) -> Problem {
        let detail = format!("the user id must be {expected}");
        Problem {
            parameter: Some("user_id".into()),
            ..Problem::new(400, "invalid_user_id", "Invalid user id", detail)
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
            404,
            "users_not_configured",
            "Known users not configured",
            "this deployment does not answer for known users: bind a bucket as USERS and set the secret USERS_TOKEN, \
             or send the history itself to POST /v1/recommendations",
        )
    }

    /// No token, or not the right one.
    pub fn unauthorized() -> Problem {
        Problem::new(
            401,
            "unauthorized",
            "Unauthorized",
            "this route needs the header Authorization: Bearer, with the token of this deployment",
        )
    }

    /// What is kept of known people can't be read. Why is in the log.
    pub fn users_unavailable() -> Problem {
        let detail = "the known users can't be read at the moment; try again in a few seconds";
        Problem::new(503, "users_unavailable", "Users unavailable", detail)
    }

    /// The pack, or a part of it, can't be read. Which one and why is in the log.
    pub fn pack_unavailable() -> Problem {
        let detail = "the recommendations can't be read at the moment; try again in a few seconds";
        Problem::new(503, "pack_unavailable", "Pack unavailable", detail)
    }

    /// Anything that should not happen.
    pub fn internal() -> Problem {
        Problem::new(
            500,
            "internal",
            "Internal error",
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
                ..Problem::new(400, "unknown_name", "Unknown name", error.to_string())
            },
            QueryError::NoRatings => Problem::new(404, "no_ratings", "No ratings", error.to_string()),
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
