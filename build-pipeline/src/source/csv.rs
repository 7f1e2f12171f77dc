//! A table with a header line, as RFC 4180 has it.

use std::collections::BTreeMap;

use ::csv::{ByteRecord, ReaderBuilder};

use super::{Draft, Page, RawId, Source, Unreadable, mapping};
use crate::error::BuildError;

/// What stands between genres if the configuration says nothing of them: a table has one field for all of a title's, and hardly any
/// genre has one of these in its name.
const GENRE_SEPARATORS: [char; 3] = ['|', ';', ','];

/// Reads one file.
///
/// # Errors
/// [`BuildError::Input`] if the header has no id or no name.
pub fn read(name: &str, bytes: &[u8], source: &Source) -> Result<Page, BuildError> {
    let refuse = |place: String, reason: String| BuildError::Input { place, reason };
    let is_tsv = name.trim_end_matches(".gz").ends_with(".tsv");
    let delimiter = source.mapping.delimiter.unwrap_or(if is_tsv { '\t' } else { ',' });
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter as u8)
        .flexible(true)
        .from_reader(bytes);
    let header = reader
        .headers()
        .map_err(|e| refuse(format!("{name}, line 1"), format!("the header can't be read: {e}")))?;
    let columns: Vec<String> = header.iter().map(|column| column.trim().to_owned()).collect();
    let targets: Vec<_> = columns.iter().map(|column| source.mapping.target(column)).collect();
    let known: BTreeMap<_, _> = columns.iter().cloned().zip(targets.iter().cloned()).collect();
    for field in ["id", "name"] {
        if let Some(reason) = mapping::no_column(field, &known) {
            return Err(refuse(format!("{name}, line 1"), reason));
        }
    }
    if let Some(column) = source
        .mapping
        .columns
        .keys()
        .find(|column| !known.contains_key(*column))
    {
        let reason = format!(
            "the configuration maps a column {column:?}, which the file doesn't have. Columns: {}",
            columns.join(", ")
        );
        return Err(refuse(format!("{name}, line 1"), reason));
    }

    let mut records = Vec::new();
    let mut row = ByteRecord::new();
    loop {
        // Where the last row ended: a row's own position is known only once it is read.
        let record = records.len() as u64 + 1;
        match reader.read_byte_record(&mut row) {
            Ok(false) => break,
            Ok(true) => {}
            Err(e) => {
                return Err(refuse(
                    format!("{name}, line {}", reader.position().line()),
                    e.to_string(),
                ));
            }
        }
        let line = row.position().map_or(0, |p| p.line());
        let unreadable = |reason: String| Err(Unreadable { record, line, reason });
        records.push(if row.len() != columns.len() {
            unreadable(format!(
                "it has {} fields, and the header has {}",
                row.len(),
                columns.len()
            ))
        } else if let Some(bad) = row.iter().position(|field| std::str::from_utf8(field).is_err()) {
            unreadable(format!("the field {} is not UTF-8", columns[bad]))
        } else {
            let mut draft = Draft {
                record,
                line,
                ..Draft::default()
            };
            for (field, target) in row.iter().zip(&targets) {
                let value = String::from_utf8_lossy(field).into_owned();
                match target {
                    Some(target) if target.name == "id" && !value.trim().is_empty() => {
                        draft.id = RawId::Untyped(value);
                    }
                    Some(target) if target.name == "genres" && target.separator.is_none() => {
                        let genres = value.split(GENRE_SEPARATORS).map(str::trim);
                        let genres = genres.filter(|genre| !genre.is_empty()).map(str::to_owned);
                        draft.genres.extend(genres);
                    }
                    Some(target) => mapping::put(&mut draft, target, value),
                    None => {}
                }
            }
            source.mapping.fill(&mut draft);
            Ok(draft)
        });
    }
    Ok(Page {
        file: name.to_owned(),
        records,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(json: &str) -> Source {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_row_becomes_a_draft_with_its_line_and_quoted_line_ends_are_counted() {
        let source = source(
            r#"{"spec": "csv:a.csv", "columns": {"show_id": "id", "rating": "certificate"}, "split": {"genres": ","}}"#,
        );
        let csv = "show_id,title,genres,rating\ns1,\"Two\nlines\",\"A, B\",PG\ns2,Next,,\n";
        let page = read("a.csv", csv.as_bytes(), &source).unwrap();
        let first = page.records[0].as_ref().unwrap();
        assert_eq!(
            (first.id.clone(), first.line, first.record),
            (RawId::Untyped("s1".into()), 2, 1)
        );
        assert_eq!(first.genres, ["A", "B"]);
        assert_eq!(first.attributes["certificate"], ["PG"]);
        let second = page.records[1].as_ref().unwrap();
        assert_eq!((second.name.as_deref(), second.line), (Some("Next"), 4));
    }

    #[test]
    fn genres_of_one_field_are_several_unless_the_configuration_says_what_parts_them() {
        let csv = "id,name,genres\n1,A,\"Drama, Sci-Fi & Fantasy\"\n2,B,Drama|Crime;\n";
        let genres = |json: &str| -> Vec<Vec<String>> {
            let page = read("a.csv", csv.as_bytes(), &source(json)).unwrap();
            page.records.into_iter().map(|draft| draft.unwrap().genres).collect()
        };
        assert_eq!(
            genres("\"csv:a.csv\""),
            [vec!["Drama", "Sci-Fi & Fantasy"], vec!["Drama", "Crime"]]
        );
        assert_eq!(
            genres(r#"{"spec": "csv:a.csv", "split": {"genres": " / "}}"#),
            [["Drama, Sci-Fi & Fantasy"], ["Drama|Crime;"]]
        );
    }

    #[test]
    fn a_row_with_the_wrong_number_of_fields_or_bad_utf_8_is_told_by_its_line() {
        let csv = b"id,name\n1,A\n2\n3,\xff\n4,D\n";
        let page = read("a.csv", csv, &source("\"csv:a.csv\"")).unwrap();
        let bad: Vec<_> = page.records.iter().filter_map(|r| r.as_ref().err()).collect();
        assert_eq!(
            bad.iter().map(|b| (b.record, b.line)).collect::<Vec<_>>(),
            [(2, 3), (3, 4)]
        );
        assert!(
            bad[0].reason.contains("1 fields") && bad[1].reason.contains("name is not UTF-8"),
            "{bad:?}"
        );
    }

    #[test]
    fn a_header_without_name_or_with_a_mapped_column_missing_is_an_error() {
        let message = read("a.csv", b"id,titel\n", &source("\"csv:a.csv\""))
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("a.csv, line 1: no column is the name") && message.ends_with("id, titel"),
            "{message}"
        );
        let typo = source(r#"{"spec": "csv:a.csv", "columns": {"titel": "name"}}"#);
        let message = read("a.csv", b"id,name\n1,A\n", &typo).unwrap_err().to_string();
        assert!(message.contains("maps a column \"titel\""), "{message}");
    }

    #[test]
    fn tabs_part_the_fields_of_a_tsv_file_and_a_delimiter_can_be_set() {
        assert_eq!(
            read("a.tsv.gz", b"id\tname\n1\tA\n", &source("\"csv:a.tsv.gz\""))
                .unwrap()
                .records
                .len(),
            1
        );
        let semicolon = source(r#"{"spec": "csv:a.csv", "delimiter": ";"}"#);
        assert_eq!(read("a.csv", b"id;name\n1;A\n", &semicolon).unwrap().records.len(), 1);
    }
}
