//! A line a user: `{"user_id": …, "items": [{"id": …, "score": …}, …]}`.

use std::{io::Write, path::Path};

use aftershow_core::ItemId;
use serde::Serialize;

use super::{Row, Sink};
use crate::{error::BuildError, people::Ranked};

/// Writes lines.
pub(super) struct Lines<'a> {
    out: &'a mut dyn Write,
    path: &'a Path,
    users_are_numbers: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    user_id: UserId<'a>,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum UserId<'a> {
    Number(u64),
    Text(&'a str),
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a ItemId,
    score: f64,
}

impl<'a> Item<'a> {
    fn of(ranked: &'a Ranked) -> Item<'a> {
        Item {
            id: &ranked.id,
            score: ranked.score,
        }
    }
}

impl<'a> Lines<'a> {
    pub fn new(out: &'a mut dyn Write, path: &'a Path, users_are_numbers: bool) -> Lines<'a> {
        Lines {
            out,
            path,
            users_are_numbers,
        }
    }
}

impl Sink for Lines<'_> {
    fn put(&mut self, rows: &[Row<'_>]) -> Result<(), BuildError> {
        for row in rows {
            let number = row.user.parse().ok().filter(|_| self.users_are_numbers);
            let line = Line {
                user_id: number.map_or(UserId::Text(row.user), UserId::Number),
                items: row.ranking.items.iter().map(Item::of).collect(),
            };
            let mut line = serde_json::to_vec(&line)?;
            line.push(b'\n');
            self.out.write_all(&line).map_err(|e| BuildError::write(self.path, e))?;
        }
        Ok(())
    }
}
