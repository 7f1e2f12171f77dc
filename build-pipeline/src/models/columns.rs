//! The items that a model is learned for: those that enough people like.
//!
//! The catalogue may have many more, and a solve, the memory and the bytes of the pack go by their number. And a pack
//! is public: the row of an item that only one person likes would tell what else that person likes.

use aftershow_core::pack::collaborative::{CollaborativeData, PersonFactors, SparseRows};

use super::{Model, csr::Csr, validation::TestUser};

/// Some of the columns of a matrix.
#[derive(Clone, Debug)]
pub struct Columns {
    all: usize,
    /// Those that are kept, ascending.
    kept: Vec<u32>,
}

impl Columns {
    /// The columns with at least `least` entries.
    pub fn with_at_least(liked: &Csr, least: u32) -> Columns {
        let counts = liked.column_counts();
        let enough = |column: &u32| counts[*column as usize] >= least.max(1);
        Columns {
            all: liked.cols,
            kept: (0..liked.cols as u32).filter(enough).collect(),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether no column is kept.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// The matrix without the others.
    pub fn narrow(&self, liked: &Csr) -> Csr {
        match self.len() == self.all {
            true => liked.clone(),
            false => liked.with_columns(&self.kept),
        }
    }

    /// The model with rows for the others too, which say nothing. `popularity` is of all.
    pub fn widen(&self, data: CollaborativeData, popularity: Vec<f32>) -> CollaborativeData {
        let rank = data.rank;
        let mut factors = vec![0; self.all * rank];
        for (row, values) in self.kept.iter().zip(data.item_factors.chunks_exact(rank.max(1))) {
            factors[*row as usize * rank..][..rank].copy_from_slice(values);
        }
        CollaborativeData {
            items: self.all,
            popularity,
            rank,
            item_factors: factors,
            item_scales: self.spread(&data.item_scales),
            person: match data.person {
                PersonFactors::Linear { scales } => PersonFactors::Linear {
                    scales: self.spread(&scales),
                },
                ridge => ridge,
            },
            sparse: self.widen_rows(&data.sparse),
        }
    }

    fn spread(&self, scales: &[f32]) -> Vec<f32> {
        if scales.is_empty() {
            return Vec::new();
        }
        let mut all = vec![0.0; self.all];
        self.kept
            .iter()
            .zip(scales)
            .for_each(|(row, scale)| all[*row as usize] = *scale);
        all
    }

    fn widen_rows(&self, narrow: &SparseRows) -> SparseRows {
        if narrow.ends.is_empty() {
            return SparseRows::default();
        }
        let mut wide = SparseRows {
            columns: narrow
                .columns
                .iter()
                .map(|column| self.kept[*column as usize])
                .collect(),
            codes: narrow.codes.clone(),
            scales: self.spread(&narrow.scales),
            ends: Vec::with_capacity(self.all),
        };
        let mut rows = self.kept.iter().zip(&narrow.ends).peekable();
        let mut end = 0;
        for row in 0..self.all as u32 {
            if let Some((_, own)) = rows.next_if(|(kept, _)| **kept == row) {
                end = *own;
            }
            wide.ends.push(end);
        }
        wide
    }

    /// Users by the rows of all items.
    pub fn widen_users(&self, users: Vec<TestUser>) -> Vec<TestUser> {
        let row = |item: u32| self.kept[item as usize];
        let user = |user: TestUser| TestUser {
            history: user
                .history
                .into_iter()
                .map(|(item, weight)| (row(item), weight))
                .collect(),
            withheld: user.withheld.into_iter().map(row).collect(),
        };
        users.into_iter().map(user).collect()
    }

    /// A model of all items from one of those that are kept.
    pub fn widen_model(self, model: Box<dyn Model>) -> Box<dyn Model> {
        match self.len() == self.all {
            true => model,
            false => Box::new(Widened { columns: self, model }),
        }
    }
}

/// A model that has nothing to say of some items.
struct Widened {
    columns: Columns,
    model: Box<dyn Model>,
}

impl Model for Widened {
    fn name(&self) -> &'static str {
        self.model.name()
    }

    fn items(&self) -> usize {
        self.columns.all
    }

    fn add_scores(&self, history: &[(u32, f32)], out: &mut [f32]) {
        let kept = &self.columns.kept;
        let known = |(item, weight): &(u32, f32)| Some((kept.binary_search(item).ok()? as u32, *weight));
        let history: Vec<(u32, f32)> = history.iter().filter_map(known).collect();
        let mut scores = vec![0.0; kept.len()];
        self.model.add_scores(&history, &mut scores);
        kept.iter()
            .zip(&scores)
            .for_each(|(row, score)| out[*row as usize] += score);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_widened_has_rows_that_say_nothing_between() {
        let liked = Csr {
            cols: 4,
            ends: vec![2, 4],
            columns: vec![1, 3, 1, 3],
            values: vec![1.0; 4],
        };
        let columns = Columns::with_at_least(&liked, 2);
        assert_eq!((columns.len(), columns.narrow(&liked).columns), (2, vec![0, 1, 0, 1]));
        let narrow = CollaborativeData {
            items: 2,
            popularity: Vec::new(),
            rank: 1,
            item_factors: vec![5, -6],
            item_scales: vec![0.5, 0.25],
            person: PersonFactors::Linear { scales: vec![1.0, 2.0] },
            sparse: SparseRows {
                ends: vec![1, 2],
                columns: vec![1, 0],
                codes: vec![7, 8],
                scales: vec![0.1, 0.2],
            },
        };
        let wide = columns.widen(narrow, vec![4.0, 3.0, 2.0, 1.0]);
        assert_eq!(wide.item_factors, [0, 5, 0, -6]);
        assert_eq!(wide.item_scales, [0.0, 0.5, 0.0, 0.25]);
        assert_eq!(wide.sparse.ends, [0, 1, 1, 2]);
        assert_eq!(wide.sparse.columns, [3, 1]);
        assert_eq!(wide.sparse.scales, [0.0, 0.1, 0.0, 0.2]);
        let users = vec![TestUser {
            history: vec![(0, 1.0)],
            withheld: vec![1],
        }];
        assert_eq!(columns.widen_users(users)[0].withheld, [3]);
    }
}
