//! One JSON object a line. Objects inside it are columns with dots in their names: `network.name`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Draft, Page, RawId, Source, Unreadable,
    mapping::{self, Target},
};
use crate::error::BuildError;

/// Reads one file. Blank lines don't count.
///
/// # Errors
/// [`BuildError::Input`] if the last line is cut off, or no record has an id or a name.
pub fn read(name: &str, bytes: &[u8], source: &Source) -> Result<Page, BuildError> {
    let mut columns = BTreeMap::new();
    let mut records = Vec::new();
    for (i, line) in bytes.split(|b| *b == b'\n').enumerate() {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let (record, line_number) = (records.len() as u64 + 1, i as u64 + 1);
        let unreadable = |reason: String| {
            Err(Unreadable {
                record,
                line: line_number,
                reason,
            })
        };
        records.push(match serde_json::from_slice(line) {
            Ok(Value::Object(object)) => {
                let mut draft = Draft {
                    record,
                    line: line_number,
                    ..Draft::default()
                };
                for (key, value) in object {
                    flatten(&mut draft, key, value, source, &mut columns);
                }
                source.mapping.fill(&mut draft);
                Ok(draft)
            }
            Ok(_) => unreadable("the line is not an object".to_owned()),
            Err(e) if e.is_eof() && line_number > 1 && is_last(bytes, line) => {
                let reason = "the last line ends too early; the file seems to be cut off".to_owned();
                return Err(BuildError::Input {
                    place: format!("{name}, line {line_number}"),
                    reason,
                });
            }
            Err(e) => {
                let message = e.to_string();
                unreadable(format!(
                    "the line is not JSON: {}",
                    message.split(" at line ").next().unwrap_or(&message)
                ))
            }
        });
    }
    let first = records.iter().flatten().next().map(|draft: &Draft| draft.line);
    for field in ["id", "name"] {
        // Only when records were read: a file of bad lines is told line by line.
        if let (Some(line), Some(reason)) = (first, mapping::no_column(field, &columns)) {
            return Err(BuildError::Input {
                place: format!("{name}, line {line}"),
                reason,
            });
        }
    }
    Ok(Page {
        file: name.to_owned(),
        records,
    })
}

fn is_last(bytes: &[u8], line: &[u8]) -> bool {
    std::ptr::eq(bytes.as_ptr_range().end, line.as_ptr_range().end)
}

/// Objects become columns with dots, lists become several values of one column.
fn flatten(
    draft: &mut Draft,
    column: String,
    value: Value,
    source: &Source,
    columns: &mut BTreeMap<String, Option<Target>>,
) {
    if !columns.contains_key(&column) {
        // An object that is no field itself is not a column; its members are.
        if let (Value::Object(_), false) = (&value, source.mapping.columns.contains_key(&column)) {
            return members(draft, &column, value, source, columns);
        }
        columns.insert(column.clone(), source.mapping.target(&column));
    }
    let Some(Some(target)) = columns.get(&column) else {
        return;
    };
    if target.name == "id" {
        // Any JSON value is a raw id; what kind of one, the catalogue judges.
        let id = serde_json::from_value(value).unwrap_or_else(|e| RawId::Bad(e.to_string()));
        if draft.id == RawId::Missing {
            draft.id = id;
        }
        return;
    }
    match value {
        Value::Null => {}
        Value::Bool(b) => mapping::put(draft, target, b.to_string()),
        Value::Number(n) => mapping::put(draft, target, n.to_string()),
        Value::String(s) => mapping::put(draft, target, s),
        Value::Array(values) => values
            .into_iter()
            .for_each(|v| flatten(draft, column.clone(), v, source, columns)),
        Value::Object(_) => members(draft, &column, value, source, columns),
    }
}

fn members(
    draft: &mut Draft,
    column: &str,
    value: Value,
    source: &Source,
    columns: &mut BTreeMap<String, Option<Target>>,
) {
    let Value::Object(object) = value else { return };
    if source.mapping.ignore.iter().any(|c| c == column) {
        return;
    }
    for (key, value) in object {
        flatten(draft, format!("{column}.{key}"), value, source, columns);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Scalar;

    fn read_lines(lines: &str, source: &str) -> Result<Page, BuildError> {
        read("a.jsonl", lines.as_bytes(), &serde_json::from_str(source).unwrap())
    }

    #[test]
    fn nested_objects_are_columns_with_dots_and_lists_are_several_values() {
        let line = r#"{"id": 7, "title": "T", "network": {"name": "N", "id": 3}, "cast": [{"name": "A"}, {"name": "B"}],
            "year": 1999, "tags": ["x", "y"], "free": true, "gone": null}"#;
        let source = r#"{"spec": "jsonl:a.jsonl", "columns": {"network.name": "platform", "cast.name": "cast"}}"#;
        let page = read_lines(&line.replace('\n', " "), source).unwrap();
        let draft = page.records[0].as_ref().unwrap();
        assert_eq!(
            (draft.id.clone(), draft.platform.as_deref()),
            (RawId::Int(7), Some("N"))
        );
        assert_eq!(
            (draft.name.as_deref(), &draft.year),
            (Some("T"), &Some(Scalar::Text("1999".into())))
        );
        assert_eq!(draft.attributes["cast"], ["A", "B"]);
        assert_eq!(draft.attributes["tags"], ["x", "y"]);
        assert_eq!(
            (&draft.attributes["free"][0], &draft.attributes["network.id"][0]),
            (&"true".into(), &"3".into())
        );
        assert!(!draft.attributes.contains_key("gone"));
    }

    #[test]
    fn a_line_that_is_no_object_is_told_by_its_line_and_blank_lines_do_not_count() {
        let page = read_lines(
            "{\"id\": 1, \"name\": \"A\"}\n\n[1]\n{\"id\": }\r\n{\"id\": 2}\n",
            "\"jsonl:a.jsonl\"",
        )
        .unwrap();
        let bad: Vec<_> = page
            .records
            .iter()
            .filter_map(|r| r.as_ref().err())
            .map(|b| (b.record, b.line))
            .collect();
        assert_eq!((bad, page.records.len()), (vec![(2, 3), (3, 4)], 4));
    }

    #[test]
    fn a_last_line_that_ends_too_early_is_an_error() {
        let message = read_lines("{\"id\": 1, \"name\": \"A\"}\n{\"id\": 2, \"na", "\"jsonl:a.jsonl\"")
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("a.jsonl, line 2: ") && message.contains("cut off"),
            "{message}"
        );
    }

    #[test]
    fn records_of_which_none_has_a_name_are_an_error_with_the_columns() {
        let message = read_lines("{\"id\": 1, \"caption\": \"A\"}\n", "\"jsonl:a.jsonl\"")
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("no column is the name") && message.ends_with("caption, id"),
            "{message}"
        );
    }

    #[test]
    fn ids_that_are_lists_or_fractions_stay_what_they_are() {
        for id in ["[1]", "1.5", "-1", "{\"a\": 1}", "false"] {
            let page = read_lines(
                &format!("{{\"id\": {id}, \"name\": \"A\"}}"),
                r#"{"spec": "jsonl:a", "columns": {"id": "id"}}"#,
            )
            .unwrap();
            assert!(matches!(page.records[0].as_ref().unwrap().id, RawId::Bad(_)), "{id}");
        }
    }
}
