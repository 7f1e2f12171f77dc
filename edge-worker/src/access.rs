//! Who may ask about known people: whoever has the deployment's token.

use std::{fmt, hint::black_box};

/// A token of fewer bytes can be guessed.
const MIN_TOKEN: usize = 16;

/// A text that no log and no error may show: the token, and what a request presents as one.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret; white space around it is none of it. `None` if nothing is left.
    pub fn new(text: &str) -> Option<Secret> {
        let text = text.trim();
        (!text.is_empty()).then(|| Secret(text.into()))
    }

    /// The deployment's token; `None` if it is too short to be one.
    pub fn token(text: &str) -> Option<Secret> {
        Secret::new(text).filter(|token| token.0.len() >= MIN_TOKEN)
    }

    /// Whether an `Authorization` header (RFC 6750 §2.1) presents this token.
    ///
    /// How long it takes depends on the length of what is presented, and on nothing of the token.
    pub fn admits(&self, authorization: Option<&Secret>) -> bool {
        let Some((scheme, presented)) = authorization.and_then(|header| header.0.split_once(' ')) else {
            return false;
        };
        scheme.eq_ignore_ascii_case("Bearer") && equal(self.0.as_bytes(), presented.trim_start().as_bytes())
    }
}

/// Compares every byte, wherever the first difference is.
fn equal(token: &[u8], presented: &[u8]) -> bool {
    let mut difference = u8::from(token.len() != presented.len());
    // The token is never empty, so its bytes come round for as long as there are others.
    for (ours, theirs) in token.iter().cycle().zip(presented) {
        difference = black_box(difference | (ours ^ theirs));
    }
    difference == 0
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_is_admitted() {
        let token = Secret::new("s3cret-token\n").unwrap();
        let admits = |header: &str| token.admits(Secret::new(header).as_ref());
        for header in ["Bearer s3cret-token", "bearer s3cret-token", "BEARER   s3cret-token "] {
            assert!(admits(header), "{header}");
        }
        for header in [
            "",
            "Bearer",
            "Bearer ",
            "s3cret-token",
            "Basic s3cret-token",
            "Bearer s3cret-toke",
            "Bearer s3cret-tokens",
            "Bearer s3cret-tokens3cret-token",
            "Bearer S3cret-token",
            "Bearer s3cret-token, Bearer s3cret-token",
        ] {
            assert!(!admits(header), "{header}");
        }
        assert!(!token.admits(None));
    }

    #[test]
    fn a_token_that_can_be_guessed_is_none() {
        assert!(Secret::token("sixteen letters!").is_some());
        for short in ["", " ", "x", "fifteen letters", " fifteen letters\n"] {
            assert_eq!(Secret::token(short), None, "{short:?}");
        }
    }

    #[test]
    fn a_secret_is_never_empty_and_never_shown() {
        assert_eq!(Secret::new(" \n"), None);
        assert_eq!(format!("{:?}", Secret::new("s3cret")), "Some(Secret)");
    }
}
