//! A table with a header line. A row is a line: nothing in a log has line ends in it.

use std::borrow::Cow;

use super::{Draft, EventSource, Outcome, Sink, Whole, column::Column, lines::Lines};
use crate::error::BuildError;

/// Reads the table.
pub(super) fn read(lines: &mut Lines<'_>, source: &EventSource, sink: &mut Sink<'_>) -> Result<(), BuildError> {
    let is_tsv = lines.name().trim_end_matches(".gz").ends_with(".tsv");
    let delimiter = source.delimiter.unwrap_or(if is_tsv { '\t' } else { ',' });
    let header = header(lines, delimiter)?;
    let place = format!("{}, line 1", lines.name());
    let columns = columns(&header, source).map_err(|reason| BuildError::Input { place, reason })?;
    let mut prefixed = String::new();
    while let Some(line) = lines.advance()? {
        let bad = |reason: String| Outcome::Bad(reason);
        let Ok(text) = std::str::from_utf8(line.bytes) else {
            sink(line.number, bad("the line is not UTF-8".to_owned()))?;
            continue;
        };
        let fields = match fields(text, delimiter) {
            Ok(fields) => fields,
            Err(reason) => {
                sink(line.number, bad(reason.to_owned()))?;
                continue;
            }
        };
        if fields.len() != header.len() {
            let reason = format!("it has {} fields, and the header has {}", fields.len(), header.len());
            sink(line.number, bad(reason))?;
            continue;
        }
        let mut draft = Draft::default();
        let mut others = Vec::new();
        for ((field, column), name) in fields.iter().zip(&columns).zip(&header) {
            match column {
                Some(column) => draft.put(*column, Cow::Borrowed(field)),
                None => others.push((name.as_str(), field.as_ref())),
            }
        }
        sink(
            line.number,
            draft.finish(source, &mut prefixed, Whole::Columns(&others)),
        )?;
    }
    Ok(())
}

fn header(lines: &mut Lines<'_>, delimiter: char) -> Result<Vec<String>, BuildError> {
    let place = format!("{}, line 1", lines.name());
    let refuse = |reason: &str| BuildError::Input {
        place,
        reason: format!("the header can't be read: {reason}"),
    };
    let Some(line) = lines.advance()? else {
        return Err(refuse("there is none"));
    };
    let Ok(text) = std::str::from_utf8(line.bytes) else {
        return Err(refuse("it is not UTF-8"));
    };
    match fields(text, delimiter) {
        Ok(fields) => Ok(fields.iter().map(|field| field.trim().to_owned()).collect()),
        Err(reason) => Err(refuse(reason)),
    }
}

/// What each column is; or which is missing.
fn columns(header: &[String], source: &EventSource) -> Result<Vec<Option<Column>>, String> {
    let columns: Vec<_> = header.iter().map(|name| Column::of(name, &source.columns)).collect();
    let shown = header.join(", ");
    if let Some(column) = source.columns.keys().find(|column| !header.contains(column)) {
        return Err(format!(
            "the configuration maps a column {column:?}, which the file doesn't have. Columns: {shown}"
        ));
    }
    for needed in [Column::User, Column::Item] {
        if !columns.contains(&Some(needed)) {
            let field = needed.name();
            return Err(format!(
                "no column is the {field}; say which one is, with `columns: {{COLUMN: {field}}}` in the configuration. \
                 Columns: {shown}"
            ));
        }
    }
    Ok(columns)
}

/// The fields of a line as RFC 4180 has them, but for line ends in quotes.
pub(crate) fn fields(line: &str, delimiter: char) -> Result<Vec<Cow<'_, str>>, &'static str> {
    let mut fields = Vec::with_capacity(8);
    let mut rest = line;
    loop {
        let after = match rest.strip_prefix('"') {
            None => {
                let end = rest.find(delimiter).unwrap_or(rest.len());
                fields.push(Cow::Borrowed(&rest[..end]));
                &rest[end..]
            }
            Some(quoted) => {
                let mut end = 0;
                loop {
                    let Some(quote) = quoted[end..].find('"') else {
                        return Err("a quoted field does not end on its line");
                    };
                    end += quote;
                    if !quoted[end + 1..].starts_with('"') {
                        break;
                    }
                    end += 2;
                }
                fields.push(if quoted[..end].contains('"') {
                    Cow::Owned(quoted[..end].replace("\"\"", "\""))
                } else {
                    Cow::Borrowed(&quoted[..end])
                });
                &quoted[end + 1..]
            }
        };
        match after.strip_prefix(delimiter) {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(fields),
            None => return Err("text follows the end of a quoted field"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::told, *};

    #[test]
    fn a_row_is_an_event_by_the_names_of_its_columns() {
        assert_eq!(
            told(
                "csv:a",
                "user_id,comment,item_id,type,timestamp\nu1,\"a, b\",7,like,100\nu2,,8,,\n"
            ),
            ["2: u1 like 7 @100", "3: u2 watch 8"]
        );
        assert_eq!(
            told("csv:a", "userId,movieId,rating,timestamp\n1,2,3.5,978300760\n"),
            ["2: 1 rating 2 3.5 @978300760"]
        );
        let mapped = r#"{"spec": "csv:a", "columns": {"viewer": "user_id", "film": "item_id"}, "delimiter": ";"}"#;
        assert_eq!(told(mapped, "viewer;film\na;b\n"), ["2: a watch b"]);
    }

    #[test]
    fn a_bad_row_is_told_by_its_line_and_a_bad_header_stops() {
        let all = told(
            "csv:a",
            "user_id,item_id,value,timestamp\nu,1\nu,\"1,2,3\n,1,,\nu,1,much,\nu,1,1,soon\nu,2,,\n",
        );
        for (line, what) in all.iter().zip([
            "2! it has 2 fields",
            "3! a quoted field",
            "4! it has no user_id",
            "5! the value \"much\"",
            "6! the timestamp \"soon\"",
            "7: u watch 2",
        ]) {
            assert!(line.starts_with(what), "{line}");
        }
        assert_eq!(all.len(), 6);
        let message = &told("csv:a", "viewer,item_id\n")[0];
        assert!(
            message.starts_with("a, line 1: no column is the user_id") && message.ends_with("viewer, item_id"),
            "{message}"
        );
    }

    #[test]
    fn fields_may_be_quoted_with_quotes_inside() {
        assert_eq!(
            fields("a,\"b \"\"c\"\", d\",,e", ',').unwrap(),
            ["a", "b \"c\", d", "", "e"]
        );
        assert_eq!(fields("", ',').unwrap(), [""]);
        assert!(fields("\"a\"b,c", ',').is_err());
    }
}
