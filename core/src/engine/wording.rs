//! Reasons as short sentences. All words that people read stand in one table; a translation is another table.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::reasons::{Reason, ReasonKind};

/// A sentence for each kind of reason, without a full stop. `{names}` stands for the names of the reason, and `{attribute}` for
/// the attribute's.
///
/// The same table stands in `wording.json` beside this file, for hosts that make sentences themselves; a test compares the
/// two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each field is the sentence for the reason of its name")]
pub struct Wording {
    pub history: String,
    pub genres: String,
    pub preferred_genres: String,
    pub attribute: String,
    pub people: String,
    pub terms: String,
    /// Of terms that are not known; see [`Reason::names`].
    pub story: String,
    pub year: String,
    pub watching: String,
    pub popular: String,
    pub boost: String,
    pub pinned: String,
    pub given: String,
    /// What stands between two names.
    pub separator: String,
    /// What stands before the last name.
    pub last_separator: String,
}

impl Default for Wording {
    fn default() -> Wording {
        Wording::english()
    }
}

impl Wording {
    /// English.
    pub fn english() -> Wording {
        Wording {
            history: "Because you watched {names}".into(),
            genres: "More {names}".into(),
            preferred_genres: "Because you like {names}".into(),
            attribute: "Same {attribute}: {names}".into(),
            people: "With {names}".into(),
            terms: "Also about {names}".into(),
            story: "A similar story".into(),
            year: "From around {names}".into(),
            watching: "Because you are watching {names}".into(),
            popular: "Popular with everyone".into(),
            boost: "Highlighted for you".into(),
            pinned: "Editor's choice".into(),
            given: "Matches your search".into(),
            separator: ", ".into(),
            last_separator: " and ".into(),
        }
    }

    fn template(&self, reason: &Reason) -> &str {
        match reason.kind {
            ReasonKind::History => &self.history,
            ReasonKind::Genres => &self.genres,
            ReasonKind::PreferredGenres => &self.preferred_genres,
            ReasonKind::Attribute => &self.attribute,
            ReasonKind::People => &self.people,
            ReasonKind::Terms if reason.names.is_empty() => &self.story,
            ReasonKind::Terms => &self.terms,
            ReasonKind::Year => &self.year,
            ReasonKind::Watching => &self.watching,
            ReasonKind::Popular => &self.popular,
            ReasonKind::Boost => &self.boost,
            ReasonKind::Pinned => &self.pinned,
            ReasonKind::Given => &self.given,
        }
    }

    /// The sentence of the first reason that has one; reasons come with the strongest first.
    pub fn sentence(&self, reasons: &[Reason]) -> Option<String> {
        reasons.iter().find_map(|reason| reason.sentence(self))
    }
}

impl Reason {
    /// The reason as a sentence; `None` if the sentence wants names and the reason has none.
    pub fn sentence(&self, wording: &Wording) -> Option<String> {
        let mut rest = wording.template(self);
        let mut sentence = String::new();
        // By hand: a name that holds `{names}` is a name and no template.
        while let Some((before, mark, behind)) = next_mark(rest) {
            sentence.push_str(before);
            match mark {
                "{attribute}" => sentence.push_str(self.attribute.as_deref()?),
                _ if self.names.is_empty() => return None,
                _ => self.push_names(&mut sentence, wording),
            }
            rest = behind;
        }
        sentence.push_str(rest);
        Some(sentence)
    }

    fn push_names(&self, sentence: &mut String, wording: &Wording) {
        for (at, name) in self.names.iter().enumerate() {
            match at {
                0 => {}
                _ if at + 1 == self.names.len() => sentence.push_str(&wording.last_separator),
                _ => sentence.push_str(&wording.separator),
            }
            sentence.push_str(name);
        }
    }
}

/// What stands before the first mark, the mark, and what stands behind it.
fn next_mark(text: &str) -> Option<(&str, &'static str, &str)> {
    let at = |mark: &'static str| text.find(mark).map(|at| (at, mark));
    let (at, mark) = ["{names}", "{attribute}"].into_iter().filter_map(at).min()?;
    Some((&text[..at], mark, &text[at + mark.len()..]))
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use super::*;

    #[test]
    fn the_table_for_other_hosts_is_the_same() {
        let table: Wording = serde_json::from_str(include_str!("wording.json")).unwrap();
        assert_eq!(table, Wording::english());
        let written = serde_json::to_string_pretty(&table).unwrap();
        assert_eq!(include_str!("wording.json").trim_end(), written);
        let names = serde_json::to_value(&table).unwrap();
        for kind in ReasonKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
            assert!(names.get(kind.name()).is_some(), "{kind:?}");
        }
    }

    fn reason(kind: ReasonKind, attribute: Option<&str>, names: &[&str]) -> Reason {
        Reason {
            kind,
            attribute: attribute.map(Into::into),
            ids: vec![],
            names: names.iter().map(|name| String::from(*name)).collect(),
            share: 1.0,
            contributions: vec![],
        }
    }

    #[test]
    fn names_are_listed() {
        let wording = Wording::english();
        let sentence = |names: &[&str]| reason(ReasonKind::History, None, names).sentence(&wording);
        assert_eq!(sentence(&["A"]).unwrap(), "Because you watched A");
        assert_eq!(sentence(&["A", "B"]).unwrap(), "Because you watched A and B");
        assert_eq!(
            sentence(&["{names}", "B", "C"]).unwrap(),
            "Because you watched {names}, B and C"
        );
        assert_eq!(sentence(&[]), None);
        let platform = reason(ReasonKind::Attribute, Some("platform"), &["HBO"]);
        assert_eq!(platform.sentence(&wording).unwrap(), "Same platform: HBO");
        let terms = |names: &[&str]| reason(ReasonKind::Terms, None, names).sentence(&wording);
        assert_eq!(terms(&["ship"]).unwrap(), "Also about ship");
        assert_eq!(terms(&[]).unwrap(), "A similar story");
        let reasons: Vec<Reason> = vec![reason(ReasonKind::Genres, None, &[]), platform];
        assert_eq!(wording.sentence(&reasons).unwrap(), "Same platform: HBO");
        assert_eq!(wording.sentence(&[]), None);
    }
}
