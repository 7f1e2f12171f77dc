//! MovieLens's ratings: `user TAB item TAB rating TAB time` (100K and its folds), `user::item::rating::time` (1M and
//! 10M), or a table with a header (since 20M). The first line tells which.

use std::borrow::Cow;

use super::{Draft, EventSource, Outcome, Sink, Whole, column::Column, csv, lines::Lines};
use crate::error::BuildError;

const FIELDS: [Column; 4] = [Column::User, Column::Item, Column::Value, Column::Time];

/// Reads the ratings.
pub(super) fn read(lines: &mut Lines<'_>, source: &EventSource, sink: &mut Sink<'_>) -> Result<(), BuildError> {
    let first = lines.peek()?;
    let separator = if first.windows(2).any(|pair| pair == b"::") {
        "::"
    } else if first.contains(&b'\t') {
        "\t"
    } else {
        return csv::read(lines, source, sink);
    };
    let mut prefixed = String::new();
    while let Some(line) = lines.advance()? {
        let mut draft = Draft::default();
        let text = std::str::from_utf8(line.bytes).unwrap_or_default();
        let mut fields = text.split(separator);
        let found = FIELDS
            .into_iter()
            .map_while(|column| fields.next().map(|field| draft.put(column, Cow::Borrowed(field))))
            .count();
        let outcome = if found < 3 || fields.next().is_some() {
            Outcome::Bad(
                format!("it is not user{separator:?}item{separator:?}rating{separator:?}time").replace('"', " "),
            )
        } else if draft.value.is_none() && draft.fault.is_none() {
            Outcome::Bad("it has no rating".to_owned())
        } else {
            draft.finish(source, &mut prefixed, Whole::Fields)
        };
        sink(line.number, outcome)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::told;

    #[test]
    fn the_three_forms_of_ratings_read_alike_and_a_time_of_0_is_none() {
        let expected = ["1: 1 rating 1193 5 @978300760", "2: 1 rating 661 3"];
        assert_eq!(told("movielens:a", "1::1193::5::978300760\n1::661::3::0\n"), expected);
        assert_eq!(told("movielens:a", "1\t1193\t5\t978300760\n1\t661\t3\t0\n"), expected);
        assert_eq!(
            told("movielens:a", "userId,movieId,rating,timestamp\n1,1193,5.0,978300760\n"),
            ["2: 1 rating 1193 5 @978300760"]
        );
    }

    #[test]
    fn a_line_of_another_form_is_told() {
        let all = told(
            "movielens:a",
            "1::2::3::4\n1::2\n1::2::x::4\n1::2::::4\n1::2::3::4::5\n",
        );
        let marks: Vec<&str> = all.iter().map(|line| &line[..2]).collect();
        assert_eq!(marks, ["1:", "2!", "3!", "4!", "5!"], "{all:?}");
    }
}
