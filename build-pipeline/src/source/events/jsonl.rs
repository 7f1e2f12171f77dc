//! One event a line, as a JSON object: `user_id`, `item_id`, and as far as known `type`, `value` and `timestamp`.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer,
    de::{self, DeserializeSeed},
};

use super::{Draft, EventSource, Outcome, Sink, Whole, column::Column, lines::Lines};
use crate::error::BuildError;

/// Reads the lines.
pub(super) fn read(lines: &mut Lines<'_>, source: &EventSource, sink: &mut Sink<'_>) -> Result<(), BuildError> {
    let name = lines.name().to_owned();
    let mut prefixed = String::new();
    while let Some(line) = lines.advance()? {
        let Ok(text) = std::str::from_utf8(line.bytes) else {
            sink(line.number, Outcome::Bad("the line is not UTF-8".to_owned()))?;
            continue;
        };
        let mut json = serde_json::Deserializer::from_str(text);
        let read = Record { source }
            .deserialize(&mut json)
            .and_then(|draft| json.end().map(|()| draft));
        match read {
            Ok(mut draft) => sink(line.number, draft.finish(source, &mut prefixed, Whole::Json(text)))?,
            Err(e) if e.is_eof() && line.is_open && line.number > 1 => {
                return Err(BuildError::Input {
                    place: format!("{name}, line {}", line.number),
                    reason: "the last line ends too early; the file seems to be cut off".to_owned(),
                });
            }
            Err(e) => {
                let message = e.to_string();
                let message = message.split(" at line ").next().unwrap_or(&message);
                sink(
                    line.number,
                    Outcome::Bad(format!("the line is not a JSON event: {message}")),
                )?;
            }
        }
    }
    Ok(())
}

/// Reads an object without a tree of it.
struct Record<'s> {
    source: &'s EventSource,
}

impl<'de> DeserializeSeed<'de> for Record<'_> {
    type Value = Draft<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Draft<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> de::Visitor<'de> for Record<'_> {
    type Value = Draft<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Draft<'de>, A::Error> {
        let mut draft = Draft::default();
        while let Some(key) = map.next_key_seed(Text)? {
            match Column::of(&key, &self.source.columns) {
                Some(column) => map.next_value_seed(Field {
                    column,
                    draft: &mut draft,
                })?,
                None => {
                    map.next_value::<de::IgnoredAny>()?;
                }
            }
        }
        Ok(draft)
    }
}

/// A string, borrowed where it has no escapes.
struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> de::Visitor<'de> for Text {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// A field's value, put into the draft. One of the wrong type is a fault of the event, not of the JSON.
struct Field<'d, 'de> {
    column: Column,
    draft: &'d mut Draft<'de>,
}

impl Field<'_, '_> {
    fn fail(self, what: &str) {
        let name = self.column.name();
        self.draft.fail(|| format!("the {name} is {what}"));
    }
}

impl<'de> DeserializeSeed<'de> for Field<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> de::Visitor<'de> for Field<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a number")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<(), E> {
        self.draft.put(self.column, Cow::Borrowed(text));
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.draft.put(self.column, Cow::Owned(text.to_owned()));
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        match self.column {
            Column::Value => self.draft.put_value(number as f64),
            Column::Time => self.draft.put_time(number as f64),
            column => self.draft.put(column, Cow::Owned(number.to_string())),
        }
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        match self.column {
            Column::Value => self.draft.put_value(number as f64),
            Column::Time => self.draft.put_time(number as f64),
            column => self.draft.put(column, Cow::Owned(number.to_string())),
        }
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        match self.column {
            Column::Value => self.draft.put_value(number),
            Column::Time => self.draft.put_time(number),
            _ => self.fail("a fraction"),
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        self.fail("a truth value");
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<de::IgnoredAny>()?.is_some() {}
        self.fail("a list");
        Ok(())
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<de::IgnoredAny, de::IgnoredAny>()?.is_some() {}
        self.fail("an object");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::told;

    #[test]
    fn ids_are_strings_or_integers_and_times_numbers_or_text() {
        let text = concat!(
            r#"{"user_id": "u1", "item_id": 82, "type": "like", "timestamp": 1735000000}"#,
            "\n",
            r#"{"item_id": "82", "user_id": 7, "timestamp": "2024-12-24T00:26:40Z", "device": {"os": ["x"]}}"#,
            "\n",
            r#"{"user_id": "ä\"", "item_id": "b", "type": "rating", "value": 4.5, "timestamp": 1735000000000}"#,
            "\n",
            r#"{"user_id": "u", "item_id": "b", "value": 4, "timestamp": null}"#,
        );
        assert_eq!(
            told("jsonl:a", text),
            [
                "1: u1 like 82 @1735000000",
                "2: 7 watch 82 @1735000000",
                "3: ä\" rating b 4.5 @1735000000",
                "4: u rating b 4",
            ]
        );
    }

    #[test]
    fn a_bad_line_is_told_and_costs_no_other_and_a_cut_off_end_stops() {
        let text = "[1]\n{\"user_id\": 1.5, \"item_id\": 1}\n{\"user_id\": \"u\"}\nnonsense\n{\"user_id\": \"u\", \"item_id\": 3} x\n{\"user_id\": \"u\", \"item_id\": [3]}\n{\"user_id\": \"u\", \"item_id\": 3}\n{\"user_id\": \"u\", \"it";
        let all = told("jsonl:a", text);
        for (line, what) in all.iter().zip([
            "1! the line is not a JSON event",
            "2! the user_id is a fraction",
            "3! it has no item_id",
            "4! the line is not a JSON event",
            "5! the line is not a JSON event",
            "6! the item_id is a list",
            "7: u watch 3",
            "a, line 8: the last line ends too early",
        ]) {
            assert!(line.starts_with(what), "{line}");
        }
        assert_eq!(all.len(), 8);
    }

    #[test]
    fn columns_can_be_mapped() {
        let spec = r#"{"spec": "jsonl:a", "columns": {"who": "user_id", "what": "item_id"}, "id_prefix": "n-"}"#;
        assert_eq!(told(spec, r#"{"who": 1, "what": 2}"#), ["1: 1 watch n-2"]);
    }
}
