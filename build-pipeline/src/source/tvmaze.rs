//! TVmaze's `/shows` form: a JSON array of shows.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Draft, Page, RawId, Scalar, Unreadable};
use crate::error::BuildError;

#[derive(Deserialize)]
struct Show {
    #[serde(default)]
    id: RawId,
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    language: Option<String>,
    genres: Option<Vec<Option<String>>>,
    status: Option<String>,
    runtime: Option<Scalar>,
    #[serde(rename = "averageRuntime")]
    average_runtime: Option<Scalar>,
    premiered: Option<Scalar>,
    rating: Option<Rating>,
    weight: Option<Scalar>,
    network: Option<Network>,
    #[serde(rename = "webChannel")]
    web_channel: Option<Network>,
    image: Option<Image>,
    url: Option<String>,
    summary: Option<String>,
    updated: Option<Scalar>,
}

#[derive(Deserialize)]
struct Rating {
    average: Option<Scalar>,
}

#[derive(Deserialize)]
struct Network {
    name: Option<String>,
    country: Option<Country>,
}

#[derive(Deserialize)]
struct Country {
    name: Option<String>,
}

#[derive(Deserialize)]
struct Image {
    medium: Option<String>,
    original: Option<String>,
}

/// Reads one file: the array is walked without a tree of it in memory, and each show is read on its own,
/// so a bad one costs no other.
///
/// # Errors
/// [`BuildError::Input`] with the line if the file is not a JSON array.
pub fn read(name: &str, bytes: &[u8]) -> Result<Page, BuildError> {
    let refuse = |place: String, reason: String| Err(BuildError::Input { place, reason });
    if bytes.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{') {
        let reason =
            "holds an object, and an array of shows is expected; a file with one object a line is a jsonl: source";
        return refuse(name.to_owned(), reason.to_owned());
    }
    let shows: Vec<&RawValue> = match serde_json::from_slice(bytes) {
        Ok(shows) => shows,
        Err(e) => {
            // The line is in the place already.
            let message = e.to_string();
            let message = message.split(" at line ").next().unwrap_or(&message);
            let cut_off = if e.is_eof() {
                "; the file seems to be cut off"
            } else {
                ""
            };
            return refuse(
                format!("{name}, line {}", e.line()),
                format!("is not a JSON array of shows: {message}{cut_off}"),
            );
        }
    };
    let lines = lines_of(bytes, &shows);
    let records = shows
        .par_iter()
        .zip(&lines)
        .enumerate()
        .map(|(i, (show, line))| {
            let record = i as u64 + 1;
            match serde_json::from_str::<Show>(show.get()) {
                Ok(show) => Ok(draft(show, record, *line)),
                Err(e) => Err(Unreadable {
                    record,
                    line: *line,
                    reason: reason(show.get(), &e),
                }),
            }
        })
        .collect();
    Ok(Page {
        file: name.to_owned(),
        records,
    })
}

fn reason(json: &str, error: &serde_json::Error) -> String {
    if !json.starts_with('{') {
        return "it is not an object".to_owned();
    }
    let message = error.to_string();
    message.split(" at line ").next().unwrap_or(&message).to_owned()
}

/// The line on which each show begins. The shows lie in `bytes` one after the other.
fn lines_of(bytes: &[u8], shows: &[&RawValue]) -> Vec<u64> {
    let (mut at, mut line) = (0, 1);
    let mut lines = Vec::with_capacity(shows.len());
    for show in shows {
        let start = (show.get().as_ptr() as usize)
            .saturating_sub(bytes.as_ptr() as usize)
            .clamp(at, bytes.len());
        line += bytes[at..start].iter().filter(|b| **b == b'\n').count() as u64;
        at = start;
        lines.push(line);
    }
    lines
}

fn draft(show: Show, record: u64, line: u64) -> Draft {
    let channels = [show.network, show.web_channel];
    let country = channels.iter().flatten().find_map(|n| n.country.as_ref()?.name.clone());
    let platform = channels.into_iter().flatten().find_map(|n| n.name);
    let mut attributes = BTreeMap::new();
    attributes.extend(country.map(|c| ("country".to_owned(), vec![c])));
    attributes.extend(show.status.map(|s| ("status".to_owned(), vec![s])));
    Draft {
        record,
        line,
        id: show.id,
        name: show.name,
        genres: show.genres.unwrap_or_default().into_iter().flatten().collect(),
        summary: show.summary,
        platform,
        kind: show.kind,
        language: show.language,
        year: show.premiered,
        runtime: show.runtime.or(show.average_runtime),
        rating: show.rating.and_then(|r| r.average),
        weight: show.weight,
        image: show.image.and_then(|i| i.medium.or(i.original)),
        url: show.url,
        updated: show.updated,
        attributes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_show_is_read_with_its_channel_country_picture_and_status() {
        let json = r#"[{"id": 1, "name": "A", "network": null, "webChannel": {"name": "W", "country": {"name": "Japan"}},
            "rating": {"average": 7.5}, "premiered": "2011-04-17", "image": {"medium": null, "original": "o.jpg"},
            "status": "Ended", "runtime": null, "averageRuntime": 42, "genres": ["Drama", null], "unknown": {"a": []}}]"#;
        let page = read("shows.json", json.as_bytes()).unwrap();
        let draft = page.records[0].as_ref().unwrap();
        assert_eq!((draft.id.clone(), draft.name.as_deref()), (RawId::Int(1), Some("A")));
        assert_eq!(
            (draft.platform.as_deref(), draft.image.as_deref()),
            (Some("W"), Some("o.jpg"))
        );
        assert_eq!(
            (&draft.rating, &draft.runtime),
            (&Some(Scalar::Number(7.5)), &Some(Scalar::Number(42.0)))
        );
        assert_eq!(draft.attributes["country"], ["Japan"]);
        assert_eq!(draft.attributes["status"], ["Ended"]);
        assert_eq!(draft.genres, ["Drama"]);
    }

    #[test]
    fn a_bad_record_is_told_by_its_number_and_line_and_costs_no_other() {
        let json = "[\n{\"id\": 1},\n{\"id\": 2, \"name\": [3]},\nnull,\n{\"id\": 4}\n]";
        let page = read("shows.json", json.as_bytes()).unwrap();
        let bad: Vec<_> = page
            .records
            .iter()
            .filter_map(|r| r.as_ref().err())
            .map(|u| (u.record, u.line))
            .collect();
        assert_eq!(bad, [(2, 3), (3, 4)]);
        assert_eq!(page.records[2].as_ref().unwrap_err().reason, "it is not an object");
        assert_eq!(page.records[3].as_ref().unwrap().line, 5);
    }

    #[test]
    fn a_cut_off_file_is_an_error_that_names_file_and_line() {
        let error = read("shows.json", b"[\n{\"id\": 1},\n{\"id\":")
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("shows.json, line 3: ") && error.ends_with("cut off"),
            "{error}"
        );
        let error = read("shows.json", b"[{}]\n[{}]").unwrap_err().to_string();
        assert!(error.starts_with("shows.json, line 2: "), "{error}");
        let error = read("shows.json", b"{\"id\": 1}").unwrap_err().to_string();
        assert!(error.contains("jsonl:"), "{error}");
    }
}
