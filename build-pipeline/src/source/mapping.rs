//! What a column is: a field, an attribute, or nothing; and how its values make a [`Draft`].

use std::collections::BTreeMap;

use super::{Draft, RawId, Scalar};

/// What the columns of a `jsonl` or `csv` source mean.
///
/// A column that has a field's name is that field, and what is neither a field nor ignored becomes an
/// attribute under its own name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// Column → field or attribute name: `title: name`.
    pub columns: BTreeMap<String, String>,
    /// Column, field or attribute → the text between its values: `keywords: " / "`. Genres of a CSV file without one are split at
    /// `|`, `;` and `,`.
    pub split: BTreeMap<String, String>,
    /// Field or attribute → a value for every record that has none of its own: `platform: Netflix`.
    pub constants: BTreeMap<String, String>,
    /// Columns to leave out.
    pub ignore: Vec<String>,
    /// Text before every id; then all ids are strings.
    pub id_prefix: Option<String>,
    /// The character between the fields of a CSV line; a comma if absent, a tab for `.tsv`.
    pub delimiter: Option<char>,
}

/// The fields, by the names that a mapping gives them.
pub const FIELDS: [&str; 14] = [
    "id", "name", "genres", "summary", "platform", "type", "language", "year", "runtime", "rating", "weight", "image",
    "url", "updated",
];
/// Common other names of fields. They count only for columns that the mapping says nothing of.
const ALIASES: [(&str, &str); 3] = [("title", "name"), ("genre", "genres"), ("description", "summary")];

/// Whether the field has one value; `genres` and attributes have any number.
pub fn is_single(target: &str) -> bool {
    FIELDS.contains(&target) && target != "genres"
}

/// What a column is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The field's or attribute's name.
    pub name: String,
    /// The text between two values.
    pub separator: Option<String>,
}

impl Mapping {
    /// What the column is; `None` if it is left out.
    pub fn target(&self, column: &str) -> Option<Target> {
        if column.trim().is_empty() || self.ignore.iter().any(|c| c == column) {
            return None;
        }
        let named = self.columns.get(column).map(|name| name.trim());
        let taken = |field: &str| self.columns.values().any(|v| v == field);
        // `genre` is never an attribute's name: the pack has one of that name already.
        let alias = ALIASES
            .iter()
            .find(|(other, field)| *other == named.unwrap_or(column) && (*other == "genre" || !taken(field)));
        let name = alias.map_or(named.unwrap_or(column), |(_, field)| *field);
        let split = [column, name].iter().find_map(|n| self.split.get(*n));
        Some(Target {
            name: name.to_owned(),
            separator: split.cloned(),
        })
    }

    /// Fills in the constants where the draft has nothing.
    pub fn fill(&self, draft: &mut Draft) {
        for (name, value) in &self.constants {
            // As for columns: no attribute is named `genre`.
            let field = if name == "genre" { "genres" } else { name };
            if is_empty(draft, field) {
                let split = [name.as_str(), field].iter().find_map(|n| self.split.get(*n));
                let target = Target {
                    name: field.to_owned(),
                    separator: split.cloned(),
                };
                put(draft, &target, value.clone());
            }
        }
    }
}

/// Puts a column's value into the draft. Of two values for a field that has one, the first stays. The
/// id is not put here, since only the source knows its type.
pub fn put(draft: &mut Draft, target: &Target, value: String) {
    if value.trim().is_empty() {
        return;
    }
    let values = |value: String| match &target.separator {
        Some(separator) => value
            .split(separator.as_str())
            .map(|v| v.trim().to_owned())
            .filter(|v| !v.is_empty())
            .collect(),
        None => vec![value],
    };
    let text = |slot: &mut Option<String>, value| *slot = slot.take().or(Some(value));
    let scalar = |slot: &mut Option<Scalar>, value| *slot = slot.take().or(Some(Scalar::Text(value)));
    match target.name.as_str() {
        "id" => {}
        "name" => text(&mut draft.name, value),
        "genres" => draft.genres.extend(values(value)),
        "summary" => text(&mut draft.summary, value),
        "platform" => text(&mut draft.platform, value),
        "type" => text(&mut draft.kind, value),
        "language" => text(&mut draft.language, value),
        "year" => scalar(&mut draft.year, value),
        "runtime" => scalar(&mut draft.runtime, value),
        "rating" => scalar(&mut draft.rating, value),
        "weight" => scalar(&mut draft.weight, value),
        "image" => text(&mut draft.image, value),
        "url" => text(&mut draft.url, value),
        "updated" => scalar(&mut draft.updated, value),
        name => draft
            .attributes
            .entry(name.to_owned())
            .or_default()
            .extend(values(value)),
    }
}

fn is_empty(draft: &Draft, name: &str) -> bool {
    match name {
        "id" => draft.id == RawId::Missing,
        "name" => draft.name.is_none(),
        "genres" => draft.genres.is_empty(),
        "summary" => draft.summary.is_none(),
        "platform" => draft.platform.is_none(),
        "type" => draft.kind.is_none(),
        "language" => draft.language.is_none(),
        "year" => draft.year.is_none(),
        "runtime" => draft.runtime.is_none(),
        "rating" => draft.rating.is_none(),
        "weight" => draft.weight.is_none(),
        "image" => draft.image.is_none(),
        "url" => draft.url.is_none(),
        "updated" => draft.updated.is_none(),
        name => draft.attributes.get(name).is_none_or(Vec::is_empty),
    }
}

/// The remedy when no column is the id or the name.
pub fn no_column(field: &str, columns: &BTreeMap<String, Option<Target>>) -> Option<String> {
    if columns.values().flatten().any(|target| target.name == field) {
        return None;
    }
    let known: Vec<&str> = columns.keys().map(String::as_str).take(30).collect();
    Some(format!(
        "no column is the {field}; say which one is, with `columns: {{COLUMN: {field}}}` in the configuration. Columns: {}",
        known.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping() -> Mapping {
        let map = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        Mapping {
            columns: map(&[("listed_in", "genres"), ("rating", "certificate"), ("cast", "cast")]),
            split: map(&[("genres", ","), ("cast", ",")]),
            constants: map(&[("platform", "Netflix"), ("genres", "A,B")]),
            ignore: vec!["date_added".into()],
            ..Mapping::default()
        }
    }

    #[test]
    fn a_column_is_a_field_an_attribute_or_left_out() {
        let mapping = mapping();
        let name = |column: &str| mapping.target(column).map(|t| t.name);
        assert_eq!(name("listed_in").as_deref(), Some("genres"));
        assert_eq!(name("rating").as_deref(), Some("certificate"));
        assert_eq!(name("country").as_deref(), Some("country"));
        assert_eq!(name("title").as_deref(), Some("name"));
        assert_eq!(
            name("genre").as_deref(),
            Some("genres"),
            "never an attribute named genre"
        );
        assert_eq!((name("date_added"), name(" ")), (None, None));
    }

    #[test]
    fn a_column_that_is_mapped_takes_the_field_from_its_common_name() {
        let columns = [("original_name".to_owned(), "name".to_owned())].into();
        let mapping = Mapping {
            columns,
            ..Mapping::default()
        };
        assert_eq!(mapping.target("title").unwrap().name, "title");
    }

    #[test]
    fn values_are_split_and_constants_fill_only_what_is_empty() {
        let mapping = mapping();
        let mut draft = Draft::default();
        put(
            &mut draft,
            &mapping.target("listed_in").unwrap(),
            "Drama, ,Comedy ".into(),
        );
        put(&mut draft, &mapping.target("cast").unwrap(), "Ann Lee, Bo Yi".into());
        put(&mut draft, &mapping.target("country").unwrap(), "France, Italy".into());
        mapping.fill(&mut draft);
        assert_eq!(draft.genres, ["Drama", "Comedy"]);
        assert_eq!(draft.attributes["cast"], ["Ann Lee", "Bo Yi"]);
        assert_eq!(
            draft.attributes["country"],
            ["France, Italy"],
            "not split unless asked for"
        );
        assert_eq!(draft.platform.as_deref(), Some("Netflix"));
        let mut empty = Draft::default();
        mapping.fill(&mut empty);
        assert_eq!(empty.genres, ["A", "B"]);
        let constants = [("genre".to_owned(), "Film".to_owned())].into();
        let mut film = Draft::default();
        Mapping {
            constants,
            ..Mapping::default()
        }
        .fill(&mut film);
        assert_eq!((&film.genres[..], film.attributes.len()), (&["Film".to_owned()][..], 0));
    }

    #[test]
    fn a_missing_name_column_is_told_with_the_columns_that_there_are() {
        let columns = [("show_id".to_owned(), None)].into();
        let message = no_column("name", &columns).unwrap();
        assert!(
            message.contains("columns: {COLUMN: name}") && message.ends_with("Columns: show_id"),
            "{message}"
        );
    }
}
