//! Text in HTML.

use std::fmt;

/// Text that stands for itself, between tags as well as in a quoted attribute.
pub fn escaped(text: &str) -> Escaped<'_> {
    Escaped(text)
}

/// See [`escaped`].
#[derive(Clone, Copy, Debug)]
pub struct Escaped<'t>(&'t str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(['&', '<', '>', '"', '\'', '\0', '\r']) {
            out.write_str(&rest[..at])?;
            out.write_str(match rest.as_bytes()[at] {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                b'\'' => "&#39;",
                // A parser makes a line feed of one that is not escaped.
                b'\r' => "&#13;",
                // What HTML can't say at all.
                _ => "\u{fffd}",
            })?;
            rest = &rest[at + 1..];
        }
        out.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sign_of_html_is_left() {
        assert_eq!(
            escaped("Tom & 'Jerry' <3 \"é\"\0\r").to_string(),
            "Tom &amp; &#39;Jerry&#39; &lt;3 &quot;é&quot;\u{fffd}&#13;"
        );
        assert_eq!(escaped("").to_string(), "");
        assert_eq!(escaped("plain").to_string(), "plain");
    }
}
