//! Filters as JSON: the table of [`Filter`] has every form.

use alloc::{boxed::Box, string::String, vec, vec::Vec};
use core::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor},
    ser::SerializeMap,
};

use super::Filter;

/// Keys that are no attributes.
const WORDS: [&str; 8] = ["all", "any", "not", "year", "runtime", "rating", "ids", "attribute"];

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rating {
    min: f32,
}

/// The values of an attribute: any of a list, or of one; or all.
struct Values {
    names: Vec<String>,
    all: bool,
}

/// An attribute whose name is one of [`WORDS`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
    any: Option<Vec<String>>,
    all: Option<Vec<String>>,
}

impl Filter {
    fn on_attribute(name: String, values: Values) -> Filter {
        let names = values.names;
        if values.all {
            Filter::AttributeAll { name, all: names }
        } else {
            Filter::Attribute { name, any: names }
        }
    }
}

impl<'de> Deserialize<'de> for Filter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Filter, D::Error> {
        deserializer.deserialize_map(OfKeys)
    }
}

/// The table of [`Filter`] as a schema.
#[cfg(feature = "schema")]
impl schemars::JsonSchema for Filter {
    fn schema_name() -> alloc::borrow::Cow<'static, str> {
        "Filter".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let filter = generator.subschema_for::<Filter>();
        let span = generator.subschema_for::<super::Span>();
        let ids = generator.subschema_for::<Vec<crate::ids::ItemId>>();
        let names = generator.subschema_for::<Vec<String>>();
        schemars::json_schema!({
            "description": "Which items may be answers: those that meet every key; {} lets all pass. Every key that is not listed is \
                an attribute of the pack (genre, platform, type, language, country, certificate …) with a name, with names of \
                which any must be there, or with {\"all\": […]}. Names are found as they are written, else in any case; one that \
                the pack lacks is the problem unknown_name. An item that lacks the value passes no filter on it. At most 8 filters \
                deep, and of 1000 filters and names and 10000 ids.",
            "type": "object",
            "properties": {
                "all": {"type": "array", "items": filter, "description": "What each of the filters lets pass; of none: everything."},
                "any": {"type": "array", "items": filter, "description": "What one of the filters lets pass; of none: nothing."},
                "not": {"allOf": [filter], "description": "What the filter does not let pass."},
                "year": {"allOf": [span], "description": "The years, both ends included; either may be left out."},
                "runtime": {"allOf": [span], "description": "The minutes, both ends included; either may be left out."},
                "rating": {
                    "type": "object",
                    "properties": {"min": {
                        "type": "number", "minimum": 0, "maximum": 10,
                        "description": "Least mean rating, 0 to 10. At 0 every item that has a rating; at 10 only those of the best.",
                    }},
                    "required": ["min"],
                    "additionalProperties": false,
                },
                "ids": {"allOf": [ids], "description": "These items; of none: nothing."},
                "attribute": {
                    "description": "An attribute that is called like one of these keys.",
                    "type": "object",
                    "properties": {"name": {"type": "string"}, "any": names, "all": names},
                    "required": ["name"],
                    "oneOf": [{"required": ["any"]}, {"required": ["all"]}],
                    "additionalProperties": false,
                },
            },
            "additionalProperties": {"anyOf": [
                {"type": "string"},
                names,
                {"type": "object", "properties": {"any": names}, "required": ["any"], "additionalProperties": false},
                {"type": "object", "properties": {"all": names}, "required": ["all"], "additionalProperties": false},
            ]},
        })
    }
}

struct OfKeys;

impl<'de> Visitor<'de> for OfKeys {
    type Value = Filter;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a filter: an object such as {\"genre\": [\"Drama\"], \"year\": {\"min\": 1990}}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Filter, A::Error> {
        let mut filters = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            filters.push(match key.as_str() {
                "all" => Filter::All(map.next_value()?),
                "any" => Filter::Any(map.next_value()?),
                "not" => Filter::Not(Box::new(map.next_value()?)),
                "year" => Filter::Year(map.next_value()?),
                "runtime" => Filter::Runtime(map.next_value()?),
                "rating" => Filter::Rating {
                    min: map.next_value::<Rating>()?.min,
                },
                "ids" => Filter::Ids(map.next_value()?),
                "attribute" => {
                    let Named { name, any, all } = map.next_value()?;
                    let (names, all) = match (any, all) {
                        (Some(any), None) => (any, false),
                        (None, Some(all)) => (all, true),
                        _ => return Err(de::Error::custom("an attribute needs one of `any` and `all`")),
                    };
                    Filter::on_attribute(name, Values { names, all })
                }
                _ => {
                    let values = map.next_value()?;
                    Filter::on_attribute(key, values)
                }
            });
        }
        // One key is that filter itself, so that what is written is read as it was.
        Ok(match <[Filter; 1]>::try_from(filters) {
            Ok([only]) => only,
            Err(filters) => Filter::All(filters),
        })
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Values, D::Error> {
        deserializer.deserialize_any(OfNames)
    }
}

struct OfNames;

impl<'de> Visitor<'de> for OfNames {
    type Value = Values;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the names of values: [\"Drama\"], \"Drama\" or {\"all\": [\"Drama\"]}")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Values, E> {
        Ok(Values {
            names: vec![name.into()],
            all: false,
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Values, A::Error> {
        let mut names = Vec::new();
        while let Some(name) = seq.next_element()? {
            names.push(name);
        }
        Ok(Values { names, all: false })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Values, A::Error> {
        let mut values = None;
        while let Some(key) = map.next_key::<String>()? {
            let all = match key.as_str() {
                "all" => true,
                "any" => false,
                _ => return Err(de::Error::unknown_field(&key, &["all", "any"])),
            };
            let names = map.next_value()?;
            if values.replace(Values { names, all }).is_some() {
                return Err(de::Error::custom("one of `any` and `all`, not both"));
            }
        }
        values.ok_or_else(|| de::Error::missing_field("all"))
    }
}

impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            // What no key asks for is everything.
            Filter::All(filters) if filters.is_empty() => {}
            Filter::All(filters) => map.serialize_entry("all", filters)?,
            Filter::Any(filters) => map.serialize_entry("any", filters)?,
            Filter::Not(filter) => map.serialize_entry("not", filter)?,
            Filter::Attribute { name, any } => attribute(&mut map, name, Some(any), None)?,
            Filter::AttributeAll { name, all } => attribute(&mut map, name, None, Some(all))?,
            Filter::Year(span) => map.serialize_entry("year", span)?,
            Filter::Runtime(span) => map.serialize_entry("runtime", span)?,
            Filter::Rating { min } => map.serialize_entry("rating", &Rating { min: *min })?,
            Filter::Ids(ids) => map.serialize_entry("ids", ids)?,
        }
        map.end()
    }
}

/// As [`Named`], and as the values of an attribute whose name is the key.
#[derive(Serialize)]
struct NamedRef<'f> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'f str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    any: Option<&'f [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    all: Option<&'f [String]>,
}

fn attribute<M: SerializeMap>(
    map: &mut M,
    name: &str,
    any: Option<&[String]>,
    all: Option<&[String]>,
) -> Result<(), M::Error> {
    let is_word = WORDS.contains(&name);
    match any {
        Some(names) if !is_word => map.serialize_entry(name, names),
        _ => {
            let key = if is_word { "attribute" } else { name };
            let name = is_word.then_some(name);
            map.serialize_entry(key, &NamedRef { name, any, all })
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::{super::Span, *};
    use crate::ids::ItemId;

    fn read(json: &str) -> Filter {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn every_form_is_read_and_written() {
        let drama = Filter::any_of("genre", ["Drama"]);
        let forms = [
            ("{}", Filter::default()),
            (r#"{"genre":["Drama"]}"#, drama.clone()),
            (r#"{"all":[{"genre":["Drama"]}]}"#, Filter::All(vec![drama.clone()])),
            (
                r#"{"any":[{"genre":["Drama"]},{}]}"#,
                Filter::Any(vec![drama.clone(), Filter::default()]),
            ),
            (r#"{"not":{"genre":["Drama"]}}"#, Filter::Not(Box::new(drama.clone()))),
            (
                r#"{"genre":{"all":["Crime","Drama"]}}"#,
                Filter::AttributeAll {
                    name: "genre".into(),
                    all: vec!["Crime".into(), "Drama".into()],
                },
            ),
            (
                r#"{"year":{"min":1990,"max":1999}}"#,
                Filter::Year(Span {
                    min: Some(1990),
                    max: Some(1999),
                }),
            ),
            (
                r#"{"runtime":{"max":60}}"#,
                Filter::Runtime(Span {
                    min: None,
                    max: Some(60),
                }),
            ),
            (r#"{"rating":{"min":7.5}}"#, Filter::Rating { min: 7.5 }),
            (
                r#"{"ids":[7,"tt1"]}"#,
                Filter::Ids(vec![ItemId::Int(7), ItemId::Str("tt1".into())]),
            ),
            (
                r#"{"attribute":{"name":"rating","any":["PG"]}}"#,
                Filter::any_of("rating", ["PG"]),
            ),
            (
                r#"{"attribute":{"name":"year","all":["PG"]}}"#,
                Filter::AttributeAll {
                    name: "year".into(),
                    all: vec!["PG".into()],
                },
            ),
        ];
        for (json, filter) in forms {
            assert_eq!(read(json), filter);
            assert_eq!(serde_json::to_string(&filter).unwrap(), json);
        }
        assert_eq!(read(r#"{"genre":"Drama"}"#), drama);
        assert_eq!(read(r#"{"genre":{"any":["Drama"]}}"#), drama);
        let both = Filter::All(vec![drama, Filter::Rating { min: 7.0 }]);
        assert_eq!(read(r#"{"genre":["Drama"],"rating":{"min":7}}"#), both);
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for json in [
            "[]",
            "7",
            r#"{"genre":7}"#,
            r#"{"genre":{"none":["Drama"]}}"#,
            r#"{"genre":{}}"#,
            r#"{"genre":{"any":[],"all":[]}}"#,
            r#"{"year":1990}"#,
            r#"{"year":{"min":-1}}"#,
            r#"{"year":{"from":1990}}"#,
            r#"{"rating":{}}"#,
            r#"{"not":[]}"#,
            r#"{"ids":7}"#,
            r#"{"attribute":{"name":"rating"}}"#,
            r#"{"attribute":{"name":"rating","any":[],"all":[]}}"#,
        ] {
            assert!(serde_json::from_str::<Filter>(json).is_err(), "{json}");
        }
        // Deeper than any filter may be, and than the reader follows.
        let deep = format!("{}{{}}{}", r#"{"not":"#.repeat(10_000), "}".repeat(10_000));
        assert!(serde_json::from_str::<Filter>(&deep).is_err());
    }
}
