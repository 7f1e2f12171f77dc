//! A source as an entry of the configuration: a SPEC, or a map of a SPEC and what its columns mean.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap};

use super::{mapping::Mapping, spec::Source};

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.mapping == Mapping::default() {
            return serializer.serialize_str(&self.public_spec());
        }
        // Flattened by hand: `flatten` and `deny_unknown_fields` don't go together on the way back.
        let m = &self.mapping;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("spec", &self.public_spec())?;
        if !m.columns.is_empty() {
            map.serialize_entry("columns", &m.columns)?;
        }
        if !m.split.is_empty() {
            map.serialize_entry("split", &m.split)?;
        }
        if !m.constants.is_empty() {
            map.serialize_entry("constants", &m.constants)?;
        }
        if !m.ignore.is_empty() {
            map.serialize_entry("ignore", &m.ignore)?;
        }
        if let Some(prefix) = &m.id_prefix {
            map.serialize_entry("id_prefix", prefix)?;
        }
        if let Some(delimiter) = m.delimiter {
            map.serialize_entry("delimiter", &delimiter)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Source, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Entry {
            spec: String,
            #[serde(default)]
            columns: BTreeMap<String, String>,
            #[serde(default)]
            split: BTreeMap<String, String>,
            #[serde(default)]
            constants: BTreeMap<String, String>,
            #[serde(default)]
            ignore: Vec<String>,
            #[serde(default)]
            id_prefix: Option<String>,
            #[serde(default)]
            delimiter: Option<char>,
        }
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Source;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a source: sample, tvmaze:FILE, jsonl:FILE, csv:FILE, movielens:DIR or ml1m-extra:FILE, or a map with `spec` and what its columns mean")
            }

            fn visit_str<E: de::Error>(self, spec: &str) -> Result<Source, E> {
                Source::parse(spec).map_err(E::custom)
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Source, A::Error> {
                let e = Entry::deserialize(de::value::MapAccessDeserializer::new(map))?;
                let source = Source::parse(&e.spec).map_err(de::Error::custom)?;
                let Entry {
                    columns,
                    split,
                    constants,
                    ignore,
                    id_prefix,
                    delimiter,
                    ..
                } = e;
                Ok(Source {
                    mapping: Mapping {
                        columns,
                        split,
                        constants,
                        ignore,
                        id_prefix,
                        delimiter,
                    },
                    ..source
                })
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}
