//! What titles are about, as sparse features: the words of name and summary, year, runtime, and every attribute of the pack.

use std::collections::BTreeMap;

use aftershow_core::{
    ItemIx,
    kernel::Features,
    pack::{Container, layout::kind, ratings::group},
    text,
};
use rayon::prelude::*;

use crate::{
    catalogue::{Catalogue, CatalogueItem},
    error::BuildError,
    models::csr::Csr,
};

/// The features of all titles.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Content {
    /// Rows: titles; columns: features, in the order of the groups.
    pub of_title: Csr,
    /// The keys of the features, group by group, ascending: see [`group`].
    pub groups: Vec<Vec<u32>>,
}

/// A feature that fewer rated titles have says nothing of others.
const LEAST: usize = 2;
/// Years between two knots.
const YEARS: u32 = 10;
/// Minutes between two knots.
const MINUTES: u32 = 20;
/// The groups whose features are knots.
const KNOTS: [usize; 2] = [group::YEAR, group::RUNTIME];
/// No knots beyond: what lies there is as what lies at the end.
const MOST: [u32; 2] = [2100, 300];

impl Content {
    /// The features that at least two of the `rated` titles have. `features`: the features part of the pack.
    ///
    /// # Errors
    /// [`BuildError::Format`] for a part that is damaged.
    pub fn of(catalogue: &Catalogue, features: &[u8], rated: &[bool]) -> Result<Content, BuildError> {
        let part = Container::open(features.to_vec(), kind::FEATURES)?;
        let features = Features::open(&part)?;
        let titles: Vec<Vec<(usize, u32, f32)>> = catalogue
            .items
            .par_iter()
            .enumerate()
            .map(|(row, title)| of_title(&features, row, title))
            .collect();
        // Group and key to how many rated titles have it.
        let mut counts: BTreeMap<(usize, u32), usize> = BTreeMap::new();
        for (title, _) in titles.iter().zip(rated).filter(|(_, rated)| **rated) {
            for (group, key, _) in title {
                *counts.entry((*group, *key)).or_default() += 1;
            }
        }
        let groups = group::ATTRIBUTES + features.items.attributes.len();
        let mut content = Content {
            groups: vec![Vec::new(); groups],
            ..Content::default()
        };
        let mut columns: BTreeMap<(usize, u32), u32> = BTreeMap::new();
        for (feature, count) in counts {
            if count >= LEAST {
                columns.insert(feature, columns.len() as u32);
                content.groups[feature.0].push(feature.1);
            }
        }
        content.of_title.cols = columns.len();
        for (features, title) in titles.iter().zip(&catalogue.items) {
            let plain = features.iter().copied().filter(|(group, ..)| !KNOTS.contains(group));
            let numbers = [(group::YEAR, title.year), (group::RUNTIME, title.runtime)];
            let around = numbers.into_iter().filter_map(|(group, number)| {
                let number = number.filter(|number| *number > 0)?;
                Some(around(&content.groups[group], u32::from(number)).map(move |(key, share)| (group, key, share)))
            });
            let all = plain.chain(around.flatten());
            let mut own: Vec<(u32, f32)> = all
                .filter_map(|(group, key, value)| Some((*columns.get(&(group, key))?, value)))
                .collect();
            own.sort_unstable_by_key(|(column, _)| *column);
            content.of_title.columns.extend(own.iter().map(|(column, _)| *column));
            content.of_title.values.extend(own.iter().map(|(_, value)| *value));
            content.of_title.ends.push(content.of_title.columns.len());
        }
        Ok(content)
    }
}

/// How much each of the two knots around a number counts, as the engine's [`Ratings::knots`] has it: some knots of the grid are left out.
///
/// [`Ratings::knots`]: aftershow_core::pack::ratings::Ratings::knots
fn around(knots: &[u32], number: u32) -> impl Iterator<Item = (u32, f32)> + use<> {
    let right = knots
        .partition_point(|knot| *knot < number)
        .min(knots.len().saturating_sub(1));
    let left = right.saturating_sub(1);
    let two = knots.get(left).zip(knots.get(right)).map(|(low, high)| {
        let share = match high > low {
            true => ((number as f32 - *low as f32) / (high - low) as f32).clamp(0.0, 1.0),
            false => 1.0,
        };
        [(*low, 1.0 - share), (*high, share)]
    });
    two.into_iter().flatten().filter(|(_, share)| *share > 0.0)
}

/// The features of a title: group, key and value, ascending; knots as if all of the grid were kept.
fn of_title(features: &Features<'_>, row: usize, title: &CatalogueItem) -> Vec<(usize, u32, f32)> {
    let mut all = Vec::new();
    let mut words = title.name.clone();
    if let Some(summary) = &title.summary {
        words.push(' ');
        words.push_str(summary);
    }
    let text = text::vectorize(&features.rows.vocabulary, &words);
    for (term, code) in text.terms.iter().zip(&text.codes) {
        all.push((group::TEXT, u32::from(*term), f32::from(*code) * text.scale));
    }
    let numbers = [
        (group::YEAR, title.year, YEARS, MOST[0]),
        (group::RUNTIME, title.runtime, MINUTES, MOST[1]),
    ];
    for (group, number, step, most) in numbers {
        if let Some(number) = number.filter(|number| *number > 0) {
            let number = u32::from(number).min(most);
            let (left, share) = (number / step * step, (number % step) as f32 / step as f32);
            all.push((group, left, 1.0 - share));
            if share > 0.0 {
                all.push((group, left + step, share));
            }
        }
    }
    for (place, attribute) in features.items.attributes.iter().enumerate() {
        let set = attribute.set_of_item.index(ItemIx(row as u32).at());
        all.extend(
            attribute
                .set(set)
                .map(|value| (group::ATTRIBUTES + place, value as u32, 1.0)),
        );
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_shared_out_between_the_knots_that_are_kept() {
        let shares = |number| around(&[1980, 1990, 2020], number).collect::<Vec<_>>();
        assert_eq!(shares(1970), [(1980, 1.0)]);
        assert_eq!(shares(1980), [(1980, 1.0)]);
        assert_eq!(shares(1985), [(1980, 0.5), (1990, 0.5)]);
        assert_eq!(shares(1990), [(1990, 1.0)]);
        // 2000 and 2010 were left out: what lies between is not lost.
        assert_eq!(shares(2005), [(1990, 0.5), (2020, 0.5)]);
        assert_eq!(shares(2100), [(2020, 1.0)]);
        assert_eq!(around(&[], 2000).count(), 0);
        assert_eq!(around(&[1980], 2000).collect::<Vec<_>>(), [(1980, 1.0)]);
    }
}
