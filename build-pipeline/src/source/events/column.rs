//! What a column of events is.

use std::collections::BTreeMap;

/// A field of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// Who.
    User,
    /// With which title.
    Item,
    /// What the user did.
    Type,
    /// How much: a rating's value.
    Value,
    /// When.
    Time,
}

/// The fields by their names, each with the names that other programs use.
const FIELDS: [(Column, &str, &[&str]); 5] = [
    (Column::User, "user_id", &["user", "userid", "uid"]),
    (
        Column::Item,
        "item_id",
        &["item", "itemid", "movie_id", "movieid", "show_id"],
    ),
    (Column::Type, "type", &["event_type", "event"]),
    (Column::Value, "value", &["rating"]),
    (Column::Time, "timestamp", &["time", "ts"]),
];

impl Column {
    /// All of them.
    pub const ALL: [Column; 5] = [Column::User, Column::Item, Column::Type, Column::Value, Column::Time];

    /// The name that a mapping and the jsonl form use.
    pub fn name(self) -> &'static str {
        FIELDS[self as usize].1
    }

    /// The names with commas between them.
    pub fn names() -> String {
        Column::ALL.map(Column::name).join(", ")
    }

    /// The field with this name.
    pub fn of_field(name: &str) -> Option<Column> {
        let name = name.trim();
        FIELDS
            .iter()
            .find(|(_, field, _)| *field == name)
            .map(|(column, ..)| *column)
    }

    /// What a source's column is: what the mapping says, or what its name is known for. A field that
    /// the mapping gives to another column is not found by its name.
    pub fn of(name: &str, mapping: &BTreeMap<String, String>) -> Option<Column> {
        if let Some(field) = mapping.get(name) {
            return Column::of_field(field);
        }
        let same = |other: &str| name.eq_ignore_ascii_case(other);
        let (column, field, _) = FIELDS
            .iter()
            .find(|(_, field, others)| same(field) || others.iter().any(|other| same(other)))?;
        let is_taken = mapping.values().any(|taken| taken.trim() == *field);
        (!is_taken).then_some(*column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_known_by_the_mapping_or_by_its_name() {
        let none = BTreeMap::new();
        for (name, column) in [
            ("user_id", Column::User),
            ("movieId", Column::Item),
            ("event", Column::Type),
            ("rating", Column::Value),
            ("timestamp", Column::Time),
        ] {
            assert_eq!(Column::of(name, &none), Some(column));
        }
        assert_eq!(Column::of("comment", &none), None);
        let mapping = [("viewer".to_owned(), "user_id".to_owned())].into();
        assert_eq!(Column::of("viewer", &mapping), Some(Column::User));
        assert_eq!(Column::of("user", &mapping), None, "the field has another column");
    }

    #[test]
    fn the_table_is_in_the_order_of_the_fields() {
        assert!(Column::ALL.iter().all(|c| Column::of_field(c.name()) == Some(*c)));
    }
}
