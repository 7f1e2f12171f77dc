//! A user and the user's items a line, with spaces between them: the form of many public splits.

use super::{EventSource, Outcome, Sink, Told, WATCH, Whole, event, lines::Lines};
use crate::error::BuildError;

/// Reads the lines. A user without items is no fault.
pub(super) fn read(lines: &mut Lines<'_>, source: &EventSource, sink: &mut Sink<'_>) -> Result<(), BuildError> {
    let mut prefixed = String::new();
    while let Some(line) = lines.advance()? {
        let Ok(text) = std::str::from_utf8(line.bytes) else {
            sink(line.number, Outcome::Bad("the line is not UTF-8".to_owned()))?;
            continue;
        };
        let mut words = text.split_ascii_whitespace();
        let user = words.next().unwrap_or_default();
        for word in words {
            let item = match &source.id_prefix {
                Some(prefix) => {
                    prefixed.clear();
                    prefixed.push_str(prefix);
                    prefixed.push_str(word);
                    &prefixed
                }
                None => word,
            };
            let told = Told {
                user,
                item,
                kind: WATCH,
                value: None,
                time: None,
                whole: Whole::Fields,
            };
            sink(line.number, event(told))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::told;

    #[test]
    fn a_line_is_a_user_and_the_items_the_user_watched() {
        assert_eq!(
            told("user-items:a", "u1 3 x\n\nu2\nu3\t7\n"),
            ["1: u1 watch 3", "1: u1 watch x", "4: u3 watch 7"]
        );
        assert_eq!(
            told(r#"{"spec": "user-items:a", "id_prefix": "n-"}"#, "1 2\n"),
            ["1: 1 watch n-2"]
        );
    }

    #[test]
    fn an_id_that_is_too_long_is_told_and_costs_no_other() {
        let long = "x".repeat(129);
        let all = told("user-items:a", &format!("u {long} y\n"));
        assert!(
            all[0].starts_with("1! the item_id") && all[1] == "1: u watch y",
            "{all:?}"
        );
    }
}
