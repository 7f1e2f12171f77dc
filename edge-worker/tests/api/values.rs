//! Values to try a schema with.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// Values of a schema, and whether they are of it: one that is, both ends of every range, and what is just beyond.
pub struct Values<'d> {
    pub document: &'d Value,
    /// How deep objects are looked into.
    pub depth: usize,
}

/// A value, and whether it is of the schema.
pub type Tried = (Value, bool);

impl<'d> Values<'d> {
    pub fn resolve(&self, schema: &'d Value) -> &'d Value {
        match schema["$ref"].as_str() {
            Some(path) => self.document.pointer(path.trim_start_matches('#')).unwrap(),
            None => match schema["allOf"].as_array().map(Vec::as_slice) {
                Some([only]) if schema.get("properties").is_none() => self.resolve(only),
                _ => schema,
            },
        }
    }

    pub fn kind(schema: &Value) -> Option<&str> {
        let kind = &schema["type"];
        kind.as_str().or_else(|| kind.as_array()?.first()?.as_str())
    }

    /// Groups of properties of which one may be there, and whether it must.
    fn groups(schema: &Value) -> Vec<(Vec<&str>, bool)> {
        let rules = schema["allOf"].as_array().into_iter().flatten();
        let rules = rules.chain(schema.get("oneOf").map(|_| schema));
        rules
            .map(|rule| match rule["oneOf"].as_array() {
                Some(each) => (
                    each.iter().filter_map(|one| one["required"][0].as_str()).collect(),
                    true,
                ),
                None => {
                    let both = rule["not"]["required"].as_array().into_iter().flatten();
                    (both.filter_map(Value::as_str).collect(), false)
                }
            })
            .collect()
    }

    /// The properties that must be there, with values.
    fn base(&self, schema: &'d Value) -> Map<String, Value> {
        let required = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let groups = Values::groups(schema);
        let needed = groups.iter().filter(|(_, needed)| *needed).map(|(names, _)| names[0]);
        let all = required.chain(needed);
        all.map(|name| (name.to_owned(), self.sample(&schema["properties"][name])))
            .collect()
    }

    /// Some value of the schema.
    pub fn sample(&self, schema: &'d Value) -> Value {
        let schema = self.resolve(schema);
        if let Some(first) = schema["anyOf"].as_array().and_then(|any| any.first()) {
            return self.sample(first);
        }
        if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
            return first.clone();
        }
        match Values::kind(schema) {
            Some("string") if schema["pattern"] == ":" => json!("a:b"),
            Some("string") => json!("x"),
            Some("integer" | "number") => json!(schema["maximum"].as_u64().map_or(1, |most| most.min(1))),
            Some("boolean") => json!(true),
            Some("array") => json!([self.sample(&schema["items"])]),
            Some("object") => self.base(schema).into(),
            other => panic!("{other:?} in {schema}"),
        }
    }

    pub fn all(&self, schema: &'d Value) -> Vec<Tried> {
        let mut all = vec![(self.sample(schema), true)];
        let schema = self.resolve(schema);
        for one in schema["anyOf"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|one| one["type"] != "null")
        {
            // What is none of one may be of another.
            let of_one = self.all(one).into_iter();
            all.extend(of_one.filter(|(value, good)| *good || (value.is_object() && *value != json!({}))));
        }
        match Values::kind(schema) {
            Some("string") => {
                if let Some(most) = schema["maxLength"].as_u64() {
                    let text = |length: u64| json!("x".repeat(length as usize));
                    all.extend([(text(most), true), (text(most + 1), false)]);
                }
                all.push((json!({}), false));
            }
            Some("integer" | "number") => {
                if let Some(low) = schema["minimum"].as_i64() {
                    all.extend([(json!(low), true), (json!(low - 1), false)]);
                }
                if let Some(low) = schema["exclusiveMinimum"].as_i64() {
                    all.extend([(json!(low), false), (json!(low as f64 + 1e-6), true)]);
                }
                if let Some(high) = schema["maximum"].as_i64() {
                    all.extend([(json!(high), true), (json!(high + 1), false)]);
                }
                all.push((json!("seven"), false));
            }
            Some("boolean") => all.extend([(json!(false), true), (json!("yes"), false)]),
            Some("array") => {
                let items = self.all(&schema["items"]).into_iter();
                all.extend(items.map(|(value, good)| (json!([value]), good)));
                if let Some(most) = schema["maxItems"].as_u64() {
                    let one = self.sample(&schema["items"]);
                    let list = |length: u64| Value::from(vec![one.clone(); length as usize]);
                    all.extend([(list(most), true), (list(most + 1), false)]);
                }
                all.push((json!(7), false));
            }
            Some("object") if self.depth > 0 => {
                let inner = Values {
                    depth: self.depth - 1,
                    ..*self
                };
                let groups = Values::groups(schema);
                for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                    for (value, good) in inner.all(property) {
                        let mut object = self.base(schema);
                        for (names, _) in groups.iter().filter(|(names, _)| names.contains(&name.as_str())) {
                            names.iter().for_each(|name| drop(object.remove(*name)));
                        }
                        object.insert(name.clone(), value);
                        all.push((object.into(), good));
                    }
                }
                for name in self.base(schema).keys() {
                    let mut object = self.base(schema);
                    object.remove(name);
                    all.push((object.into(), false));
                }
            }
            _ => {}
        }
        all
    }

    /// Objects with a field that no one knows, and the fields that are known in that place.
    pub fn unknown(&self, schema: &'d Value) -> Vec<(Value, BTreeSet<&'d str>)> {
        let mut all = Vec::new();
        let schema = self.resolve(schema);
        for one in schema["anyOf"].as_array().into_iter().flatten() {
            all.extend(self.unknown(one));
        }
        match Values::kind(schema) {
            Some("array") => {
                let items = self.unknown(&schema["items"]).into_iter();
                all.extend(items.map(|(value, known)| (json!([value]), known)));
            }
            Some("object") if self.depth > 0 => {
                let properties = schema["properties"].as_object().unwrap();
                if schema["additionalProperties"] == json!(false) {
                    let mut object = self.base(schema);
                    object.insert("zzz".into(), json!(1));
                    all.push((object.into(), properties.keys().map(String::as_str).collect()));
                }
                let inner = Values {
                    depth: self.depth - 1,
                    ..*self
                };
                let groups = Values::groups(schema);
                for (name, property) in properties {
                    for (value, known) in inner.unknown(property) {
                        let mut object = self.base(schema);
                        for (names, _) in groups.iter().filter(|(names, _)| names.contains(&name.as_str())) {
                            names.iter().for_each(|name| drop(object.remove(*name)));
                        }
                        object.insert(name.clone(), value);
                        all.push((object.into(), known));
                    }
                }
            }
            _ => {}
        }
        all
    }
}
