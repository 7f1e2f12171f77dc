//! MovieLens's films: `u.item` with a flag for each genre (100K), `movies.dat` with `::` (1M and 10M), `movies.csv`
//! (since 20M). The older two are Latin-1. A title such as `Matrix, The (1999)` is the name "The Matrix" and the year
//! 1999.
//!
//! The `movies_extrainfos.dat` that goes round with the 1M set is read too: there a film has a plot, a certificate and people. As
//! `ml1m-extra:FILE` it is joined to another source's titles by their ids.

use std::path::Path;

use super::{Draft, Page, RawId, Scalar, Unreadable, csv, spec::File, spec::Source};
use crate::error::BuildError;

/// The names of the files with films in a data set's folder.
pub const FILMS: [&str; 3] = ["movies.csv", "movies.dat", "u.item"];
/// The name of the file with plots and people.
pub const EXTRAS: [&str; 1] = ["movies_extrainfos.dat"];
/// The names of the files with ratings.
pub const RATINGS: [&str; 3] = ["ratings.csv", "ratings.dat", "u.data"];

/// The genres that the flags of `u.item` stand for, in their order; the first is "unknown".
const GENRES: [&str; 19] = [
    "",
    "Action",
    "Adventure",
    "Animation",
    "Children's",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
];
/// Articles that stand behind a name.
const ARTICLES: [&str; 14] = [
    "The", "A", "An", "La", "Le", "Les", "Il", "El", "Los", "Las", "Der", "Die", "Das", "Un",
];

/// The file to read: `path` itself, or that of the folder `path` which has one of the names, gzipped or not.
///
/// # Errors
/// [`BuildError::Input`] if there is none.
pub fn file(shown: &str, path: &Path, names: &[&str]) -> Result<File, BuildError> {
    if !path.is_dir() {
        return Ok(File {
            name: shown.to_owned(),
            path: path.to_owned(),
        });
    }
    let mut candidates = names.iter().flat_map(|name| [(*name).to_owned(), format!("{name}.gz")]);
    match candidates.find(|name| path.join(name).is_file()) {
        Some(name) => Ok(File {
            path: path.join(&name),
            name: format!("{}/{name}", shown.trim_end_matches('/')),
        }),
        None => Err(BuildError::Input {
            place: path.display().to_string(),
            reason: format!("the folder has none of {}; name the file itself", names.join(", ")),
        }),
    }
}

/// Reads one file.
///
/// # Errors
/// [`BuildError::Input`] if the table of the later form has no id or no name.
pub fn read(name: &str, bytes: &[u8]) -> Result<Page, BuildError> {
    let first = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    if !first.windows(2).any(|pair| pair == b"::") && !first.contains(&b'|') {
        return read_table(name, bytes);
    }
    let mut records = Vec::new();
    for (i, line) in bytes.split(|b| *b == b'\n').enumerate() {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let line = decoded(line.trim_ascii_end());
        let (record, number) = (records.len() as u64 + 1, i as u64 + 1);
        records.push(match film(&line) {
            Some(draft) => Ok(Draft {
                record,
                line: number,
                ..draft
            }),
            None => Err(Unreadable {
                record,
                line: number,
                reason: "it is neither id::title::genres nor id|title|date||address and 19 flags".to_owned(),
            }),
        });
    }
    Ok(Page {
        file: name.to_owned(),
        records,
    })
}

/// `movieId,title,genres`, through the reader of tables.
fn read_table(name: &str, bytes: &[u8]) -> Result<Page, BuildError> {
    let mut source = Source::parse("csv:movies.csv")?;
    source.mapping.columns = [("movieId".to_owned(), "id".to_owned())].into();
    source.mapping.split = [("genres".to_owned(), "|".to_owned())].into();
    let mut page = csv::read(name, bytes, &source)?;
    for draft in page.records.iter_mut().flatten() {
        let title = draft.name.take().unwrap_or_default();
        title_into(draft, &title, None);
        draft.genres.retain(|genre| genre != "(no genres listed)");
    }
    Ok(page)
}

/// UTF-8 if it is that, else Latin-1, where each byte is the code point of the same number.
fn decoded(line: &[u8]) -> String {
    match std::str::from_utf8(line) {
        Ok(text) => text.to_owned(),
        Err(_) => line.iter().map(|b| char::from(*b)).collect(),
    }
}

fn film(line: &str) -> Option<Draft> {
    let mut draft = Draft::default();
    let flags = |fields: &[&str]| -> Vec<String> {
        let set = fields
            .iter()
            .zip(GENRES)
            .filter(|(flag, genre)| **flag == "1" && !genre.is_empty());
        set.map(|(_, genre)| genre.to_owned()).collect()
    };
    let fields: Vec<&str> = line.split("::").collect();
    match fields[..] {
        [id, title, genres] => {
            draft.id = RawId::Untyped(id.to_owned());
            draft.genres = genres.split('|').map(str::to_owned).collect();
            title_into(&mut draft, title, None);
        }
        [
            id,
            title,
            year,
            certificate,
            _,
            genres,
            directors,
            writers,
            actors,
            plot,
            _,
        ] => {
            draft.id = RawId::Untyped(id.to_owned());
            draft.genres = values(genres);
            title_into(&mut draft, title, Some(year));
            draft.summary = Some(plot.to_owned()).filter(|plot| plot.trim() != UNKNOWN);
            let several = [
                ("directors", directors),
                ("writers", writers),
                ("actors", actors),
                ("certificate", certificate),
            ];
            draft.attributes = several.map(|(name, text)| (name.to_owned(), values(text))).into();
        }
        _ => {
            let fields: Vec<&str> = line.split('|').collect();
            let [id, title, date, _, _, ..] = fields[..] else {
                return None;
            };
            if fields.len() != 5 + GENRES.len() {
                return None;
            }
            draft.id = RawId::Untyped(id.to_owned());
            draft.genres = flags(&fields[5..]);
            title_into(&mut draft, title, date.rsplit('-').next());
        }
    }
    if matches!(&draft.id, RawId::Untyped(id) if id.trim().is_empty()) {
        draft.id = RawId::Missing;
    }
    Some(draft)
}

/// How the extra file writes what it does not know.
const UNKNOWN: &str = "N/A";

/// The names of a list with commas between them, each once. What stands in brackets behind a name is what somebody did for a
/// film, `Joss Whedon (screenplay by)`, and no part of the name.
fn values(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut depth = 0usize;
    let mut name = String::new();
    for c in text.chars().chain([',']) {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                let whole = std::mem::take(&mut name).trim().to_owned();
                if !whole.is_empty() && whole != UNKNOWN && !names.contains(&whole) {
                    names.push(whole);
                }
            }
            _ if depth == 0 => name.push(c),
            _ => {}
        }
    }
    names
}

/// Name and year from a title; `year` is taken where the title has none.
fn title_into(draft: &mut Draft, title: &str, year: Option<&str>) {
    let title = title.trim();
    let is_year = |text: &str| text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    let (name, in_title) = match title.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) {
        Some((name, year)) if is_year(year) => (name.trim_end(), Some(year)),
        _ => (title, None),
    };
    let year = in_title.or(year).map(str::trim).filter(|year| is_year(year));
    draft.year = year.map(|year| Scalar::Text(year.to_owned()));
    draft.name = (!name.is_empty()).then(|| article_first(name));
}

/// `Matrix, The` is "The Matrix"; what stands in brackets behind it stays as it is.
fn article_first(name: &str) -> String {
    let (name, rest) = match name.find(" (") {
        Some(at) => name.split_at(at),
        None => (name, ""),
    };
    match name.rsplit_once(", ") {
        Some((noun, article)) if ARTICLES.contains(&article) => format!("{article} {noun}{rest}"),
        _ => format!("{name}{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(line: &[u8]) -> Draft {
        let page = read("a", line).unwrap();
        page.records.into_iter().next().unwrap().unwrap()
    }

    #[test]
    fn the_three_forms_of_a_film_read_alike() {
        let flags = "0|1|0|0|0|0|0|0|0|0|0|0|0|0|0|1|0|0|0";
        let forms = [
            format!("7|Matrix, The (1999)|31-Mar-1999||http://x|{flags}\n"),
            "7::Matrix, The (1999)::Action|Sci-Fi\n".to_owned(),
            "movieId,title,genres\n7,\"Matrix, The (1999)\",Action|Sci-Fi\n".to_owned(),
        ];
        for form in forms {
            let draft = one(form.as_bytes());
            assert_eq!(draft.id, RawId::Untyped("7".into()), "{form}");
            assert_eq!(draft.name.as_deref(), Some("The Matrix"), "{form}");
            assert_eq!(draft.year, Some(Scalar::Text("1999".into())), "{form}");
            assert_eq!(draft.genres, ["Action", "Sci-Fi"], "{form}");
        }
    }

    #[test]
    fn latin_1_and_utf_8_both_come_out_right() {
        assert_eq!(
            one(b"1::Mis\xe9rables, Les (1995)::Drama").name.as_deref(),
            Some("Les Misérables")
        );
        assert_eq!(
            one("1::Misérables, Les (1995)::Drama".as_bytes()).name.as_deref(),
            Some("Les Misérables")
        );
    }

    #[test]
    fn only_a_plain_article_at_the_end_moves_to_the_front() {
        for (title, name) in [
            (
                "City of Lost Children, The (Cité des enfants perdus, La) (1995)",
                "The City of Lost Children (Cité des enfants perdus, La)",
            ),
            (
                "Adventures of Priscilla, Queen of the Desert, The (1994)",
                "The Adventures of Priscilla, Queen of the Desert",
            ),
            ("Monsters, Inc. (2001)", "Monsters, Inc."),
            ("Cry, the Beloved Country (1995)", "Cry, the Beloved Country"),
            ("unknown", "unknown"),
        ] {
            let mut draft = Draft::default();
            title_into(&mut draft, title, None);
            assert_eq!(draft.name.as_deref(), Some(name));
        }
    }

    #[test]
    fn a_film_without_genres_or_year_has_none_and_the_date_stands_in_for_the_year() {
        let draft = one(b"movieId,title,genres\n9,Nameless,(no genres listed)\n");
        assert_eq!((draft.genres.len(), draft.year), (0, None));
        let flags = ["0"; 18].join("|");
        let draft = one(format!("267|unknown|04-Feb-1971||x|1|{flags}").as_bytes());
        assert_eq!((draft.genres.len(), draft.year), (0, Some(Scalar::Text("1971".into()))));
    }

    #[test]
    fn a_line_of_another_form_is_told_by_its_line() {
        let page = read("a", b"1::A (1990)::Drama\n2::B (1991)\n").unwrap();
        let bad = page.records[1].as_ref().unwrap_err();
        assert_eq!((bad.record, bad.line), (2, 2));
    }

    #[test]
    fn a_film_with_a_plot_has_a_summary_and_its_people() {
        let draft = one(b"1::Toy Story::1995::G::22 Nov 1995::Animation, Comedy::John Lasseter::Joss Whedon (screenplay by), Joel Cohen (a, b), Joss Whedon (story)::Tom Hanks, Tim Allen::A doll.::http://x");
        assert_eq!(
            (draft.name.as_deref(), draft.summary.as_deref()),
            (Some("Toy Story"), Some("A doll."))
        );
        assert_eq!(draft.attributes["actors"], ["Tom Hanks", "Tim Allen"]);
        assert_eq!(draft.attributes["writers"], ["Joss Whedon", "Joel Cohen"]);
        assert_eq!(draft.attributes["directors"], ["John Lasseter"]);
        assert_eq!(draft.genres, ["Animation", "Comedy"]);
    }

    #[test]
    fn the_file_of_a_folder_is_found_by_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let message = file("d", dir.path(), &FILMS).unwrap_err().to_string();
        assert!(message.contains("none of movies.csv, movies.dat, u.item"), "{message}");
        std::fs::write(dir.path().join("u.item.gz"), "").unwrap();
        assert_eq!(file("d/", dir.path(), &FILMS).unwrap().name, "d/u.item.gz");
    }
}
