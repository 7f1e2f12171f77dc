//! Which items share a lazy shard.
//!
//! A shard carries the card of every item that its lists name, so items whose lists overlap belong
//! together. Greedy: begin with the best-known item that has no shard yet, then take again and again
//! the item whose list names the most cards already there, until the shard is full. Each card added
//! raises the count of the items that list it, so the whole takes time in proportion to the links
//! that shards make, and the order is the same on every machine.

/// Own items of a shard, at most.
pub const ITEMS_PER_SHARD: usize = 64;
/// Cards of a shard, at most, so that a page's first answer stays small whatever is asked; a shard has one own item at least.
const CARDS_PER_SHARD: usize = 560;

/// Groups of rows, at most [`ITEMS_PER_SHARD`] each. `lists`: each row's neighbours.
pub fn group(lists: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let listed_by = Reverse::of(lists);
    let longest = lists.iter().map(Vec::len).max().unwrap_or(0);
    let mut assigned = vec![false; lists.len()];
    // How many cards of the shard in the making each item lists; valid where `stamp` is that shard's.
    let mut overlap = vec![0u16; lists.len()];
    let mut overlap_of = vec![u32::MAX; lists.len()];
    let mut card_of = vec![u32::MAX; lists.len()];
    let mut waiting: Vec<Vec<u32>> = vec![Vec::new(); longest + 1];
    let mut seeds = 0..lists.len();
    let mut groups = Vec::new();
    loop {
        let shard = groups.len() as u32;
        let mut group: Vec<u32> = Vec::with_capacity(ITEMS_PER_SHARD);
        let mut cards = 0;
        waiting.iter_mut().for_each(Vec::clear);
        while group.len() < ITEMS_PER_SHARD && cards < CARDS_PER_SHARD {
            let most_overlap = waiting.iter_mut().enumerate().rev().find_map(|(count, items)| {
                // An item waits once for each count it has had; only the newest is true.
                let stale = |item: u32| assigned[item as usize] || usize::from(overlap[item as usize]) != count;
                while items.last().is_some_and(|item| stale(*item)) {
                    items.pop();
                }
                items.pop()
            });
            let Some(item) = most_overlap.or_else(|| seeds.find(|row| !assigned[*row]).map(|row| row as u32)) else {
                break;
            };
            assigned[item as usize] = true;
            group.push(item);
            for card in lists[item as usize].iter().chain([&item]) {
                if std::mem::replace(&mut card_of[*card as usize], shard) == shard {
                    continue;
                }
                cards += 1;
                for fan in listed_by.of_item(*card) {
                    let fan = *fan as usize;
                    if !assigned[fan] {
                        overlap[fan] = if overlap_of[fan] == shard { overlap[fan] + 1 } else { 1 };
                        overlap_of[fan] = shard;
                        waiting[usize::from(overlap[fan])].push(fan as u32);
                    }
                }
            }
        }
        if group.is_empty() {
            return groups;
        }
        group.sort_unstable();
        groups.push(group);
    }
}

/// The lists turned round: who lists an item.
struct Reverse {
    starts: Vec<usize>,
    items: Vec<u32>,
}

impl Reverse {
    fn of(lists: &[Vec<u32>]) -> Reverse {
        let mut starts = vec![0usize; lists.len() + 1];
        lists.iter().flatten().for_each(|item| starts[*item as usize + 1] += 1);
        (0..lists.len()).for_each(|i| starts[i + 1] += starts[i]);
        let mut next = starts.clone();
        let mut items = vec![0u32; starts[lists.len()]];
        for (row, list) in lists.iter().enumerate() {
            for item in list {
                items[next[*item as usize]] = row as u32;
                next[*item as usize] += 1;
            }
        }
        Reverse { starts, items }
    }

    fn of_item(&self, item: u32) -> &[u32] {
        &self.items[self.starts[item as usize]..self.starts[item as usize + 1]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two families of 64 whose members list only each other, numbered alternately.
    fn two_families() -> Vec<Vec<u32>> {
        (0..128u32)
            .map(|row| (1..=5).map(|step| (row + 2 * step) % 128).collect())
            .collect()
    }

    #[test]
    fn items_that_list_each_other_share_a_shard() {
        let groups = group(&two_families());
        assert_eq!(groups.len(), 2);
        for group in groups {
            assert!(group.iter().all(|row| row % 2 == group[0] % 2), "{group:?}");
        }
    }

    #[test]
    fn every_item_has_exactly_one_shard() {
        let mut lists = two_families();
        lists.extend((0..70).map(|_| Vec::new()));
        let mut all: Vec<u32> = group(&lists).concat();
        all.sort_unstable();
        assert_eq!(all, (0..198).collect::<Vec<u32>>());
    }

    #[test]
    fn an_empty_catalogue_has_no_shards() {
        assert!(group(&[]).is_empty());
    }
}
