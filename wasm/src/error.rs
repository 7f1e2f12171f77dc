//! Core's errors as JavaScript `Error` objects. Callers branch on `code`, never on text.

use aftershow_core::{OpenError, QueryError};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/answer.js")]
extern "C" {
    #[wasm_bindgen(js_name = failure)]
    fn build_failure(code: &str, message: &str, parameter: Option<&str>) -> JsValue;
}

/// Why a call failed: an `Error` with `code` and, where a parameter is at fault, `parameter`.
#[derive(Debug)]
pub struct Failure(JsValue);

impl Failure {
    /// A parameter that can't be what it is, or can't be at all.
    pub fn parameter(name: &str, message: &str) -> Failure {
        Failure(build_failure("invalid_parameter", message, Some(name)))
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Failure {
        Failure(build_failure(error.code(), &error.message(), None))
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Failure {
        let parameter = match error {
            QueryError::InvalidParameter { name, .. } => Some(name),
            _ => None,
        };
        Failure(build_failure(error.code(), &error.message(), parameter))
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> JsValue {
        failure.0
    }
}
