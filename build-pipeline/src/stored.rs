//! The stored form of a matrix of interactions in the work folder: flat little-endian lists behind their lengths.

use crate::interactions::Interactions;

/// The bytes; none for a matrix without events and items.
pub fn write(matrix: &Interactions) -> Vec<u8> {
    if *matrix == Interactions::default() {
        return Vec::new();
    }
    let mut out = Vec::with_capacity(32 + 12 * matrix.len() + 24 * matrix.user_count());
    for length in [matrix.user_count(), matrix.len(), matrix.item_count] {
        out.extend_from_slice(&(length as u64).to_le_bytes());
    }
    matrix
        .ends
        .iter()
        .for_each(|end| out.extend_from_slice(&(*end as u64).to_le_bytes()));
    matrix
        .items
        .iter()
        .for_each(|item| out.extend_from_slice(&item.to_le_bytes()));
    matrix
        .weights
        .iter()
        .for_each(|weight| out.extend_from_slice(&weight.to_le_bytes()));
    matrix
        .days
        .iter()
        .for_each(|day| out.extend_from_slice(&day.to_le_bytes()));
    matrix
        .popularity
        .iter()
        .for_each(|count| out.extend_from_slice(&count.to_le_bytes()));
    for user in &matrix.users {
        out.extend_from_slice(user.as_bytes());
        out.push(b'\n'); // no id has control characters
    }
    out
}

/// Reads it back; `None` if it is damaged.
pub fn read(bytes: &[u8]) -> Option<Interactions> {
    if bytes.is_empty() {
        return Some(Interactions::default());
    }
    let mut rest = bytes;
    let [users, events, item_count] = [u64s(&mut rest, 1)?[0], u64s(&mut rest, 1)?[0], u64s(&mut rest, 1)?[0]];
    let matrix = Interactions {
        ends: u64s(&mut rest, users)?,
        items: u32s(&mut rest, events)?,
        weights: u32s(&mut rest, events)?.into_iter().map(f32::from_bits).collect(),
        days: u32s(&mut rest, events)?,
        popularity: u32s(&mut rest, item_count)?.into_iter().map(f32::from_bits).collect(),
        users: std::str::from_utf8(rest).ok()?.lines().map(str::to_owned).collect(),
        item_count,
    };
    let ends_ascend = matrix.ends.is_sorted() && matrix.ends.last().copied().unwrap_or(0) == events;
    let items_fit = matrix.items.iter().all(|item| (*item as usize) < item_count);
    (matrix.users.len() == users && ends_ascend && items_fit).then_some(matrix)
}

fn take<'b>(rest: &mut &'b [u8], bytes: Option<usize>) -> Option<&'b [u8]> {
    let (taken, left) = rest.split_at_checked(bytes?)?;
    *rest = left;
    Some(taken)
}

fn u64s(rest: &mut &[u8], count: usize) -> Option<Vec<usize>> {
    let (words, _) = take(rest, count.checked_mul(8))?.as_chunks::<8>();
    words
        .iter()
        .map(|word| usize::try_from(u64::from_le_bytes(*word)).ok())
        .collect()
}

fn u32s(rest: &mut &[u8], count: usize) -> Option<Vec<u32>> {
    let (words, _) = take(rest, count.checked_mul(4))?.as_chunks::<4>();
    Some(words.iter().map(|word| u32::from_le_bytes(*word)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interactions::Event;

    #[test]
    fn a_matrix_comes_back_as_it_was_and_a_damaged_one_does_not() {
        let events: Vec<Event> = (0..40)
            .map(|i| Event {
                user: i % 4,
                item: i % 7,
                weight: i as f32 - 3.5,
                day: i,
            })
            .collect();
        let users = ["ö", "b", "a", "d"].map(str::to_owned).to_vec();
        let matrix = Interactions::new(users, &events, 9);
        let bytes = write(&matrix);
        assert_eq!(read(&bytes), Some(matrix));
        assert_eq!(read(&write(&Interactions::default())), Some(Interactions::default()));
        for cut in [1, 8, 30, 100, bytes.len() - 3] {
            assert_eq!(read(&bytes[..cut]), None);
        }
        let mut huge = bytes.clone();
        huge[..8].fill(0xff);
        assert_eq!(read(&huge), None);
    }
}
