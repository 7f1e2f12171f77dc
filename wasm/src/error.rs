//! Core's errors as JavaScript `Error` objects. Callers branch on `code`, never on text.

use aftershow_core::{OpenError, QueryError};
use js_sys::{Error, Reflect};
use wasm_bindgen::prelude::*;

/// Why a call failed: an `Error` with `code` and, where a parameter is at fault, `parameter`.
#[derive(Debug)]
pub struct Failure {
    code: &'static str,
    message: String,
    parameter: Option<String>,
}

impl Failure {
    /// A parameter that can't be what it is, or can't be at all.
    pub fn parameter(name: &str, message: String) -> Failure {
        Failure {
            code: "invalid_parameter",
            message,
            parameter: Some(name.into()),
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Failure {
        Failure {
            code: error.code(),
            message: error.to_string(),
            parameter: None,
        }
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Failure {
        let parameter = match &error {
            QueryError::InvalidParameter { name, .. } => Some((*name).into()),
            _ => None,
        };
        Failure {
            code: error.code(),
            message: error.to_string(),
            parameter,
        }
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> JsValue {
        let error = Error::new(&failure.message);
        // Setting a property of an object that was made just now can't fail.
        let set = |key: &str, value: &str| Reflect::set(&error, &key.into(), &value.into()).is_ok();
        set("code", failure.code);
        if let Some(name) = &failure.parameter {
            set("parameter", name);
        }
        error.into()
    }
}
