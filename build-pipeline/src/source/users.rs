//! Where stated preferences come from: a line is a user with the genres the user prefers.
//!
//! In a jsonl file: `{"id": "u1", "genres": ["Drama", "Comedy"], "weights": [2, 1]}`, or `"genres": {"Drama": 2,
//! "Comedy": 1}`. In a csv file the columns `id`, `genres` and, if any, `weights`, with `|` between the values of one
//! user.

use serde_json::Value;

use super::{
    Kind, Source,
    events::{csv::fields, lines::Lines},
};
use crate::{error::BuildError, preferences::Preferences, tally::Tally};

/// So many genres of one user are taken, the engine's own limit.
const MAX_GENRES: usize = 100;
/// No weight is larger.
const MAX_WEIGHT: f32 = 100.0;

type Genres = Vec<(String, f32)>;

/// Reads sources of preferences. Of two lines for one user the last counts.
///
/// # Errors
/// [`BuildError`] for a file that can't be read, and with `strict` for the first line that can't be used.
pub fn read(sources: &[Source], strict: bool, tally: &mut Tally) -> Result<Preferences, BuildError> {
    let mut preferences = Preferences::default();
    for source in sources {
        for file in source.files()? {
            let mut lines = Lines::open(&file.name, &file.path)?;
            let mut table = match source.kind {
                Kind::Csv => Some(Table::begin(&mut lines, source)?),
                _ => None,
            };
            while let Some(line) = lines.advance()? {
                let text = std::str::from_utf8(line.bytes).map_err(|_| "the line is not UTF-8".to_owned());
                let user = text.and_then(|text| match &mut table {
                    Some(table) => table.row(text),
                    None => object(text, source),
                });
                let place = || format!("{}, line {}", file.name, line.number);
                match user {
                    Ok((id, genres)) => {
                        preferences.of_user.insert(id, genres);
                    }
                    Err(reason) if strict => {
                        return Err(BuildError::Record {
                            place: place(),
                            reason: format!("{reason}; without --strict it would be skipped"),
                        });
                    }
                    Err(reason) => tally.skip("users that can't be used", || format!("{}: {reason}", place())),
                }
            }
        }
    }
    Ok(preferences)
}

/// What a column or member is: a field by the mapping or by its name.
fn field<'f>(name: &'f str, source: &'f Source) -> &'f str {
    let name = source.mapping.columns.get(name).map_or(name, String::as_str);
    match name {
        "user_id" | "user" => "id",
        "preferred_genres" | "preferences" => "genres",
        name => name,
    }
}

fn object(text: &str, source: &Source) -> Result<(String, Genres), String> {
    let value: serde_json::Map<String, Value> = serde_json::from_str(text).map_err(|e| {
        let message = e.to_string();
        format!(
            "the line is not a JSON object: {}",
            message.split(" at line ").next().unwrap_or(&message)
        )
    })?;
    let (mut id, mut names, mut weights) = (String::new(), Vec::new(), Vec::new());
    for (name, value) in &value {
        match (field(name, source), value) {
            ("id", Value::String(text)) => id.clone_from(text),
            ("id", Value::Number(number)) if number.is_u64() => id = number.to_string(),
            ("genres", Value::Array(all)) => {
                for genre in all {
                    names.push(genre.as_str().ok_or("a genre is not a text")?.to_owned());
                }
            }
            ("genres", Value::Object(all)) => {
                for (genre, weight) in all {
                    names.push(genre.clone());
                    weights.push(weight.as_f64().ok_or("a weight is not a number")?);
                }
            }
            ("weights", Value::Array(all)) => {
                for weight in all {
                    weights.push(weight.as_f64().ok_or("a weight is not a number")?);
                }
            }
            ("id" | "genres", _) => return Err(format!("its {name} is of the wrong type")),
            ("weights", Value::Null) => {}
            ("weights", _) => return Err("its weights are not a list".to_owned()),
            _ => {}
        }
    }
    checked(id, names, weights)
}

/// A csv file under way.
struct Table {
    delimiter: char,
    columns: Vec<String>,
}

impl Table {
    fn begin(lines: &mut Lines<'_>, source: &Source) -> Result<Table, BuildError> {
        let delimiter = source.mapping.delimiter.unwrap_or(',');
        let place = format!("{}, line 1", lines.name());
        let refuse = |reason: String| Err(BuildError::Input { place, reason });
        let Some(line) = lines.advance()? else {
            return refuse("there is no header".to_owned());
        };
        let header = String::from_utf8_lossy(line.bytes);
        let names = match fields(&header, delimiter) {
            Ok(names) => names,
            Err(reason) => return refuse(format!("the header can't be read: {reason}")),
        };
        let columns: Vec<String> = names.iter().map(|name| field(name.trim(), source).to_owned()).collect();
        if let Some(missing) = ["id", "genres"].into_iter().find(|f| !columns.iter().any(|c| c == f)) {
            return refuse(format!(
                "no column is the {missing}; say which one is, with `columns: {{COLUMN: {missing}}}` in the configuration. \
                 Columns: {}",
                names.join(", ")
            ));
        }
        Ok(Table { delimiter, columns })
    }

    fn row(&self, text: &str) -> Result<(String, Genres), String> {
        let fields = fields(text, self.delimiter)?;
        if fields.len() != self.columns.len() {
            let expected = self.columns.len();
            return Err(format!("it has {} fields, and the header has {expected}", fields.len()));
        }
        let values = |name: &str| -> Vec<String> {
            let column = self.columns.iter().position(|column| column == name);
            let text = column.map_or("", |column| fields[column].as_ref());
            let values = text.split('|').map(|value| value.trim().to_owned());
            values.filter(|value| !value.is_empty()).collect()
        };
        let weights: Result<Vec<f64>, _> = values("weights").iter().map(|weight| weight.parse()).collect();
        let weights = weights.map_err(|_| "a weight is not a number".to_owned())?;
        let id = values("id").join("|");
        checked(id, values("genres"), weights)
    }
}

fn checked(id: String, names: Vec<String>, weights: Vec<f64>) -> Result<(String, Genres), String> {
    let id = id.trim().to_owned();
    if id.is_empty() || id.len() > aftershow_core::ids::MAX_ID_BYTES || id.chars().any(char::is_control) {
        return Err("it has no id of 1 to 128 bytes without control characters".to_owned());
    }
    if !weights.is_empty() && weights.len() != names.len() {
        return Err(format!("it has {} genres and {} weights", names.len(), weights.len()));
    }
    if names.len() > MAX_GENRES {
        return Err(format!(
            "it has {} genres, and at most {MAX_GENRES} are allowed",
            names.len()
        ));
    }
    let mut genres = Genres::new();
    for (i, name) in names.into_iter().enumerate() {
        let weight = weights.get(i).map_or(1.0, |weight| *weight as f32);
        if !(0.0..=MAX_WEIGHT).contains(&weight) {
            return Err(format!(
                "the weight of {name:?} is {weight}, which is not from 0 to {MAX_WEIGHT}"
            ));
        }
        let name = name.trim().to_owned();
        if !name.is_empty() && !genres.iter().any(|(known, _)| *known == name) {
            genres.push((name, weight));
        }
    }
    Ok((id, genres))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preferences(kind: &str, text: &str) -> (Preferences, u64) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let source = Source::parse(&format!("{kind}:{}", file.path().display())).unwrap();
        let mut tally = Tally::default();
        let read = read(&[source], false, &mut tally).unwrap();
        (read, tally.skipped().iter().map(|counted| counted.count).sum())
    }

    fn expected() -> Vec<(String, f32)> {
        vec![("Drama".to_owned(), 2.0), ("Comedy".to_owned(), 1.0)]
    }

    #[test]
    fn the_forms_of_a_user_read_alike() {
        for text in [
            r#"{"id": 7, "genres": ["Drama", "Comedy"], "weights": [2, 1], "age": 30}"#,
            r#"{"user_id": "7", "preferred_genres": {"Drama": 2.0, "Comedy": 1}}"#,
        ] {
            let mut genres = preferences("jsonl", text).0.of("7").to_vec();
            genres.sort_by(|a, b| b.0.cmp(&a.0)); // the members of an object have no order
            assert_eq!(genres, expected());
        }
        let csv = "name,id,genres,weights\nx,7,Drama|Comedy,2|1\ny,8,Drama,\n";
        let (all, skipped) = preferences("csv", csv);
        assert_eq!((all.of("7"), skipped), (&expected()[..], 0));
        assert_eq!(all.of("8"), [("Drama".to_owned(), 1.0)]);
        assert_eq!(all.unknown(["Drama"].into_iter()), [("Comedy", 1)].into());
    }

    #[test]
    fn lines_that_make_no_sense_are_skipped() {
        let text = "nonsense\n{\"genres\": []}\n{\"id\": \"u\", \"genres\": [1]}\n{\"id\": \"u\", \"genres\": {\"a\": -1}}\n\
                    {\"id\": \"u\", \"genres\": [\"a\"], \"weights\": [1, 2]}\n{\"id\": \"u\", \"genres\": []}\n";
        let (all, skipped) = preferences("jsonl", text);
        assert_eq!((all.of_user.len(), skipped), (1, 5));
    }
}
