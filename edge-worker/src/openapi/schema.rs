//! Schemas of types, as the document shows them.

use aftershow_core::engine::ranges::{self, Range};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// The properties of a type's schema.
pub fn properties<T: JsonSchema>(generator: &mut SchemaGenerator) -> Map<String, Value> {
    match Value::from(T::json_schema(generator))["properties"].take() {
        Value::Object(properties) => properties
            .into_iter()
            .map(|(name, schema)| (name, tidied(schema)))
            .collect(),
        _ => Map::new(),
    }
}

/// The range of a knob.
pub fn range(name: &str) -> Option<Range> {
    ranges::ALL.into_iter().find(|range| range.name == name)
}

/// Says on a schema which numbers are in a range, and what counts without one.
pub fn put_range(schema: &mut Value, range: &Range) {
    let number = |value: f64| {
        if value.fract() == 0.0 {
            json!(value as i64)
        } else {
            json!(value)
        }
    };
    if let Some(fields) = schema.as_object_mut() {
        fields.remove("minimum");
    }
    schema[if range.above_low { "exclusiveMinimum" } else { "minimum" }] = number(range.low);
    schema["maximum"] = number(range.high);
    if let Some(default) = range.default {
        schema["default"] = number(default);
    }
}

/// The same on every property that is called like one.
pub fn put_ranges(schema: &mut Value) {
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        for (name, schema) in properties {
            if let Some(range) = range(name) {
                put_range(schema, &range);
            }
        }
    }
}

/// Lets a property go by other names: one of them, if it is required, and never two.
pub fn put_aliases(schema: &mut Value, field: &str, others: &[&str]) {
    let mut names = vec![field];
    for other in others {
        let mut alias = schema["properties"][field].clone();
        alias["description"] = json!(format!("Another name of `{field}`."));
        schema["properties"][other] = alias;
        names.push(other);
    }
    let each: Vec<Value> = names.iter().map(|name| json!({"required": [name]})).collect();
    let required = schema.get_mut("required").and_then(Value::as_array_mut);
    let needed = required.is_some_and(|required| {
        let before = required.len();
        required.retain(|name| name != field);
        required.len() < before
    });
    let rule = if needed {
        json!({"oneOf": each})
    } else {
        json!({"not": {"required": names}})
    };
    match schema.get_mut("allOf").and_then(Value::as_array_mut) {
        Some(rules) => rules.push(rule),
        None => schema["allOf"] = json!([rule]),
    }
}

/// Takes `null` from what a property may be.
pub fn no_null(schema: &mut Value) {
    if let Some(kinds) = schema.get_mut("type").and_then(Value::as_array_mut) {
        kinds.retain(|kind| kind != "null");
    }
}

/// Says of what is written that a property that may be left out is there or not, and never `null`.
pub fn put_never_null(schema: &mut Value) {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    for (name, schema) in schema
        .get_mut("properties")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
    {
        if required.contains(&json!(name)) {
            continue;
        }
        no_null(schema);
        if let Some(either) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
            either.retain(|one| one["type"] != "null");
        }
    }
}

/// Without what only Rust says: links of its documentation, line breaks, widths of integers, `null` as a default.
pub fn tidied(mut schema: Value) -> Value {
    tidy(&mut schema);
    schema
}

fn tidy(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if fields
                .get("format")
                .and_then(Value::as_str)
                .is_some_and(|format| format.starts_with("uint"))
            {
                fields.remove("format");
            }
            if fields.get("default").is_some_and(Value::is_null) {
                fields.remove("default");
            }
            let required = fields.get("required").cloned().unwrap_or_default();
            let is_required = |name: &String| required.as_array().is_some_and(|all| all.contains(&json!(name)));
            for (name, property) in fields
                .get_mut("properties")
                .and_then(Value::as_object_mut)
                .into_iter()
                .flatten()
            {
                if let Some(Value::String(text)) = property.get_mut("description") {
                    *text = text.replace("`None`", if is_required(name) { "`null`" } else { "absent" });
                }
            }
            for (name, field) in fields.iter_mut() {
                match field {
                    Value::String(text) if name == "description" => *text = plain(text),
                    field => tidy(field),
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// Text of Rust's documentation, as text: `` [`a`](b) `` becomes `` `a` ``.
fn plain(text: &str) -> String {
    let text = text.replace("`None`", "`null`");
    let mut plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
    while let Some((start, end)) = link(&plain) {
        let after = plain[end..]
            .strip_prefix("](")
            .and_then(|target| Some(target.find(')')? + 3));
        plain.replace_range(end..end + after.unwrap_or(1), "");
        plain.remove(start);
    }
    plain
}

/// Where the first link of a text begins, and where its words end.
fn link(text: &str) -> Option<(usize, usize)> {
    let ends = text.match_indices(']').map(|(end, _)| end);
    let links = ends.filter_map(|end| Some((text[..end].rfind('[')?, end)));
    let is_link = |(start, end): &(usize, usize)| text[*end..].starts_with("](") || text[*start..].starts_with("[`");
    links.into_iter().find(is_link)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_the_documentation_become_their_words() {
        for (text, expected) in [
            ("as [`Query::n`] says", "as `Query::n` says"),
            ("see the [stages](super::x) and\n[`N`](y).", "see the stages and `N`."),
            ("in 0..=1 [sic], `[1]`", "in 0..=1 [sic], `[1]`"),
            ("{\"all\": [\"Drama\"]}", "{\"all\": [\"Drama\"]}"),
        ] {
            assert_eq!(plain(text), expected);
        }
    }

    #[test]
    fn what_rust_calls_none_is_null_or_absent() {
        let schema = json!({"required": ["a"], "properties": {"a": {"description": "`None` if not"}, "b": {"description": "`None` if not"}}});
        let tidied = tidied(schema);
        assert_eq!(tidied["properties"]["a"]["description"], "`null` if not");
        assert_eq!(tidied["properties"]["b"]["description"], "absent if not");
    }
}
