//! What an evaluation found: one JSON object for tools, a table for people.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

use super::{
    bootstrap::{Figure, Means},
    cases::Cases,
    measure::{Measured, column},
    metrics::Measure,
};
use crate::{open::PackDir, report::size};

/// What was found. In JSON the figures of the pack stand at the top, by names such as `recall@20`.
#[derive(Clone, Debug, Serialize)]
pub struct Findings {
    /// The figures of the pack.
    #[serde(flatten)]
    pub figures: BTreeMap<String, f64>,
    /// What was measured, and on whom.
    #[serde(flatten)]
    pub about: About,
    /// Seconds of the whole, with reading and resampling.
    pub seconds: f64,
    /// Lists a second, of the pack.
    pub users_per_second: f64,
    /// The pack, and with baselines what it is compared with.
    pub rows: Vec<Row>,
    /// The knobs of which several values were measured; empty unless they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub curves: Vec<Curve>,
    /// Packs of the same data, this one first; empty unless others were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub compared: Vec<Compared>,
    /// How histories and lists spread over the tenths of the catalogue, the most popular first.
    pub popularity_tenths: Tenths,
}

/// What was measured, and on whom.
#[derive(Clone, Debug, Serialize)]
pub struct About {
    /// The pack's folder.
    pub pack: String,
    /// The pack.
    pub pack_id: String,
    /// Name of its model; `None` if it has none.
    pub model: Option<String>,
    /// Number of items of the catalogue.
    pub items: usize,
    /// Bytes of the model, an item; `None` if the pack has none.
    pub bytes_per_item: Option<f64>,
    /// Users whose lists were measured.
    pub users: usize,
    /// Items that they wanted.
    pub test_items: usize,
    /// How many of these the pack lacks; they count as wanted all the same.
    pub test_items_not_in_pack: usize,
    /// Users of the test without a history: not measured.
    pub cold_users: usize,
    /// Users who wanted nothing that was not in their history: not measured.
    pub users_without_test_items: usize,
    /// Users who have a history.
    pub history_users: usize,
    /// The lengths of the lists.
    pub ks: Vec<usize>,
    /// The length that stands for all where only one can be shown: 20, or else the longest.
    pub main_k: usize,
}

/// What one ranker's lists came to.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// `pack`, `variant`, the name of a knob, `float`, `collaborative`, `content`, `popularity`, `compared`.
    pub key: &'static str,
    /// Which that is, for people.
    pub label: String,
    /// The knob's value, for a row of a curve.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setting: Option<f32>,
    /// The figures, by names such as `recall@20`. Coverage is none of users, and has no interval.
    pub figures: BTreeMap<String, Shown>,
    /// How much larger than the pack's they are, with the interval of the paired difference.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub against_pack: BTreeMap<String, Figure>,
    /// Users for whom it had something to go by.
    pub personal_users: usize,
    /// Seconds of making the lists and measuring them.
    pub seconds: f64,
}

/// A knob of which several values were measured: the rows whose key is its name, and the pack's own row.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Curve {
    /// Name of the knob, as in a query.
    pub knob: &'static str,
    /// The value that the pack's own row has.
    pub own: f32,
}

/// A figure, and where there is one its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Shown {
    /// The figure.
    pub value: f64,
    /// Lower end of the 95 % interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Upper end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}

/// A pack of the same data.
#[derive(Clone, Debug, Serialize)]
pub struct Compared {
    /// The pack's folder.
    pub pack: String,
    /// The pack.
    pub pack_id: String,
    /// Bytes of its model, an item.
    pub bytes_per_item: Option<f64>,
    /// Its figures.
    pub row: Row,
}

/// Shares that sum to 1.
#[derive(Clone, Debug, Serialize)]
pub struct Tenths {
    /// Of the events of the measured users' histories.
    pub history: Vec<f64>,
    /// Of the items of the pack's lists.
    pub recommended: Vec<f64>,
}

impl About {
    pub(super) fn of(pack: &PackDir, cases: &Cases, ks: &[usize], main: usize) -> About {
        let manifest = pack.manifest();
        About {
            pack: pack.dir().display().to_string(),
            pack_id: manifest.pack_id.clone(),
            model: manifest.personal.as_ref().map(|own| own.model.clone()),
            items: cases.items,
            bytes_per_item: bytes_per_item(pack),
            users: cases.users.len(),
            test_items: cases.wanted(),
            test_items_not_in_pack: cases.wanted_beyond(),
            cold_users: cases.cold_users,
            users_without_test_items: cases.users_without_test,
            history_users: cases.history.user_count(),
            ks: ks.to_vec(),
            main_k: ks[main],
        }
    }
}

/// The whole file of the model, over the items.
fn bytes_per_item(pack: &PackDir) -> Option<f64> {
    let manifest = pack.manifest();
    let part = manifest.parts.iter().find(|part| part.kind == "collaborative")?;
    Some(part.bytes as f64 / f64::from(manifest.items.max(1)))
}

impl Row {
    pub(super) fn of(
        key: &'static str,
        label: String,
        measured: &Measured,
        means: &Means,
        pack: Option<&Means>,
        ks: &[usize],
    ) -> Row {
        let mut figures = BTreeMap::new();
        let mut against_pack = BTreeMap::new();
        for (at, k) in ks.iter().enumerate() {
            for measure in Measure::ALL {
                let name = format!("{}@{k}", measure.key());
                let column = column(at, measure);
                if let Some(difference) = pack.and_then(|pack| means.difference(pack, column)) {
                    against_pack.insert(name.clone(), difference);
                }
                if let Some(Figure { value, low, high }) = means.figure(column) {
                    let (low, high) = (Some(low), Some(high));
                    figures.insert(name, Shown { value, low, high });
                }
            }
            let value = measured.coverage[at];
            let coverage = Shown {
                value,
                low: None,
                high: None,
            };
            figures.insert(format!("{COVERAGE}@{k}"), coverage);
        }
        Row {
            key,
            label,
            setting: None,
            figures,
            against_pack,
            personal_users: measured.personal_users,
            seconds: measured.seconds,
        }
    }

    pub(super) fn at(self, setting: Option<f32>) -> Row {
        Row { setting, ..self }
    }

    /// A figure by its name without `@k`.
    pub fn figure(&self, name: &str, k: usize) -> Option<Shown> {
        self.figures.get(&format!("{name}@{k}")).copied()
    }
}

/// The name of the share of the catalogue that is in anybody's list.
pub const COVERAGE: &str = "coverage";

impl Compared {
    pub(super) fn of(pack: &PackDir, row: Row) -> Compared {
        Compared {
            pack: pack.dir().display().to_string(),
            pack_id: pack.manifest().pack_id.clone(),
            bytes_per_item: bytes_per_item(pack),
            row,
        }
    }
}

impl Findings {
    pub(super) fn new(
        about: About,
        rows: Vec<Row>,
        curves: Vec<Curve>,
        compared: Vec<Compared>,
        [history, recommended]: [Vec<f64>; 2],
        seconds: f64,
    ) -> Findings {
        let own = &rows[0];
        Findings {
            figures: own
                .figures
                .iter()
                .map(|(name, shown)| (name.clone(), shown.value))
                .collect(),
            users_per_second: about.users as f64 / own.seconds.max(1e-9),
            about,
            seconds,
            rows,
            curves,
            compared,
            popularity_tenths: Tenths { history, recommended },
        }
    }
}

/// What a table has room for: name in JSON, name for people, digits.
const COLUMNS: [(&str, &str, usize); 6] = [
    ("precision", "Prec.", 4),
    ("hit_rate", "Hit", 4),
    ("mrr", "MRR", 4),
    ("map", "MAP", 4),
    ("coverage", "Cover.", 4),
    ("novelty", "Novelty", 2),
];

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let about = &self.about;
        write!(
            f,
            "{} users, {} items, {} test items",
            about.users, about.items, about.test_items
        )?;
        match (&about.model, about.bytes_per_item) {
            (Some(model), Some(bytes)) => writeln!(f, "; {model}, {bytes:.1} B an item")?,
            _ => writeln!(f, "; no model of what people did")?,
        }
        for (count, what) in [
            (about.cold_users, "users of the test without a history: not measured"),
            (
                about.users_without_test_items,
                "users who wanted nothing beyond their history: not measured",
            ),
            (
                about.test_items_not_in_pack,
                "test items that the pack lacks: counted as wanted",
            ),
        ] {
            if count > 0 {
                writeln!(f, "{count} {what}")?;
            }
        }
        let packs = || {
            self.compared
                .iter()
                .skip(1)
                .map(|other| (other.pack.as_str(), &other.row))
        };
        let rows = || self.rows.iter().map(|row| (row.label.as_str(), row)).chain(packs());
        let width = rows().map(|(label, _)| label.chars().count()).max().unwrap_or(0).max(8);
        for k in &about.ks {
            write!(f, "\n{:<width$}  {:<21}  {:<21}", format!("at {k}"), "Recall", "NDCG")?;
            for (_, name, _) in COLUMNS {
                write!(f, "  {name:>7}")?;
            }
            writeln!(f)?;
            for (label, row) in rows() {
                write!(f, "{label:<width$}")?;
                for name in ["recall", "ndcg"] {
                    write!(
                        f,
                        "  {:<21}",
                        row.figure(name, *k).map_or("–".to_owned(), with_interval)
                    )?;
                }
                for (name, _, digits) in COLUMNS {
                    let shown = row.figure(name, *k).map(|shown| format!("{:.digits$}", shown.value));
                    write!(f, "  {:>7}", shown.unwrap_or("–".to_owned()))?;
                }
                writeln!(f)?;
            }
        }
        for other in &self.compared {
            if let Some(bytes) = other.bytes_per_item {
                writeln!(f, "\n{}: {} an item", other.pack, size(bytes.round() as u64))?;
            }
        }
        writeln!(
            f,
            "\n{:.1} s; the pack's lists {:.1} s, {:.0} users per second",
            self.seconds, self.rows[0].seconds, self.users_per_second
        )
    }
}

fn with_interval(shown: Shown) -> String {
    match (shown.low, shown.high) {
        (Some(low), Some(high)) => format!("{:.4} ({low:.4}–{high:.4})", shown.value)
            .replace("(0.", "(.")
            .replace("–0.", "–."),
        _ => format!("{:.4}", shown.value),
    }
}
