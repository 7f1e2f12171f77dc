//! What a caller in JavaScript gives: options and manifests, which `options.js` lays flat.
//!
//! A value at a time would cross the border hundreds of times for one history; laid flat it is one string of all texts and
//! one array of numbers, and from there on plain Rust. A number says what comes; a text is as long as its number of UTF-16
//! units says.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/options.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn texts(value: &JsValue) -> Result<String, JsValue>;
    fn numbers() -> Vec<f64>;
}

/// What was given, laid flat.
#[derive(Debug)]
pub struct Given {
    texts: String,
    numbers: Vec<f64>,
}

impl Given {
    /// Lays a value flat. One whose properties can't be read is [`Value::Other`].
    pub fn of(value: &JsValue) -> Given {
        match texts(value) {
            Ok(texts) => Given {
                texts,
                numbers: numbers(),
            },
            Err(_) => Given {
                texts: String::new(),
                numbers: Vec::new(),
            },
        }
    }

    /// The value.
    pub fn value(&self) -> Value<'_> {
        Value::of(&self.texts, &self.numbers)
    }
}

/// A value of JavaScript. Properties that are `null` or `undefined` are not there.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// `true` or `false`.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(&'a str),
    /// A `Date`, in milliseconds since 1970.
    Date(f64),
    /// An array.
    List(Vec<Value<'a>>),
    /// Any other object: its own properties.
    Object(Vec<(&'a str, Value<'a>)>),
    /// What no option can be: a function, `null` in a list, a list or a nesting beyond all limits.
    Other,
}

impl<'a> Value<'a> {
    /// What is cut off is [`Value::Other`].
    fn of(texts: &'a str, numbers: &'a [f64]) -> Value<'a> {
        Reader { texts, numbers }.value(0)
    }

    /// A property; `None` also for what is no object.
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        let Value::Object(properties) = self else { return None };
        properties.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// The number, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&'a str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The flag, if it is one.
    pub fn flag(&self) -> Option<bool> {
        match self {
            Value::Flag(flag) => Some(*flag),
            _ => None,
        }
    }
}

/// Nesting beyond this is not followed.
const DEEPEST: usize = 32;

struct Reader<'a> {
    texts: &'a str,
    numbers: &'a [f64],
}

impl<'a> Reader<'a> {
    /// The kinds are those of `options.js`.
    fn value(&mut self, depth: usize) -> Value<'a> {
        match self.next() as u32 {
            _ if depth > DEEPEST => Value::Other,
            1 => Value::Flag(false),
            2 => Value::Flag(true),
            3 => Value::Number(self.next()),
            4 => Value::Text(self.text()),
            5 => Value::Date(self.next()),
            6 => {
                let count = self.count();
                Value::List((0..count).map(|_| self.value(depth + 1)).collect())
            }
            7 => {
                let count = self.count();
                Value::Object((0..count).map(|_| (self.text(), self.value(depth + 1))).collect())
            }
            _ => Value::Other,
        }
    }

    fn next(&mut self) -> f64 {
        let (first, rest) = self.numbers.split_first().unwrap_or((&0.0, &[]));
        self.numbers = rest;
        *first
    }

    /// No list is longer than what is left.
    fn count(&mut self) -> usize {
        (self.next() as usize).min(self.numbers.len())
    }

    fn text(&mut self) -> &'a str {
        let mut units = self.next() as usize;
        let mut characters = self.texts.chars();
        while units > 0
            && let Some(character) = characters.next()
        {
            units = units.saturating_sub(character.len_utf16());
        }
        let rest = characters.as_str();
        let text = self.texts.get(..self.texts.len() - rest.len());
        self.texts = rest;
        text.unwrap_or_default()
    }
}

/// Where a value stands among the options, for messages: `history[3].weight`. The options themselves have no name.
#[derive(Clone, Copy, Debug)]
pub struct Place<'p> {
    within: Option<&'p Place<'p>>,
    key: &'p str,
    at: usize,
}

impl<'p> Place<'p> {
    /// The options.
    pub const OPTIONS: Place<'static> = Place {
        within: None,
        key: "",
        at: 0,
    };

    /// A property of what stands here.
    pub fn key(&'p self, key: &'p str) -> Place<'p> {
        Place {
            within: Some(self),
            key,
            at: 0,
        }
    }

    /// An element of the list that stands here.
    pub fn at(&'p self, at: usize) -> Place<'p> {
        Place {
            within: Some(self),
            key: "",
            at,
        }
    }

    /// The name; nothing for the options themselves.
    pub fn name(&self) -> String {
        let Some(within) = self.within else {
            return String::new();
        };
        let mut name = within.name();
        if self.key.is_empty() {
            name.push('[');
            name.push_str(&self.at.to_string());
            name.push(']');
        } else {
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(self.key);
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_they_are_laid_flat() {
        // {id: 82, name: "é🎬", list: [true, 1.5], at: Date(5), no: () => 0}
        let texts = "id".to_owned() + "name" + "é🎬" + "list" + "at" + "no";
        let numbers = [
            7.0, 5.0, 2.0, 3.0, 82.0, 4.0, 4.0, 3.0, 4.0, 6.0, 2.0, 2.0, 3.0, 1.5, 2.0, 5.0, 5.0, 2.0, 0.0,
        ];
        let value = Value::of(&texts, &numbers);
        assert_eq!(value.get("id").and_then(Value::number), Some(82.0));
        assert_eq!(value.get("name").and_then(Value::text), Some("é🎬"));
        let list = vec![Value::Flag(true), Value::Number(1.5)];
        assert_eq!(value.get("list"), Some(&Value::List(list)));
        assert_eq!(value.get("at"), Some(&Value::Date(5.0)));
        assert_eq!(value.get("no"), Some(&Value::Other));
        assert_eq!(value.get("nothing"), None);
    }

    #[test]
    fn what_is_cut_off_is_no_value() {
        assert_eq!(Value::of("", &[]), Value::Other);
        assert_eq!(Value::of("", &[7.0, 1e18]), Value::Object(vec![]));
        let cut = Value::of("", &[6.0, 3.0, 4.0, 9.0]);
        assert_eq!(cut, Value::List(vec![Value::Text(""), Value::Other]));
    }

    #[test]
    fn nesting_ends() {
        let deep: Vec<f64> = [6.0, 1.0].repeat(1_000_000);
        let mut value = &Value::of("", &deep);
        let mut levels = 0;
        while let Value::List(values) = value {
            (value, levels) = (&values[0], levels + 1);
        }
        assert_eq!(levels, DEEPEST + 1);
    }

    #[test]
    fn places_are_named_as_one_writes_them() {
        let history = Place::OPTIONS.key("history");
        assert_eq!(history.at(3).key("weight").name(), "history[3].weight");
        assert_eq!(Place::OPTIONS.name(), "");
    }
}
