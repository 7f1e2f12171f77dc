//! A part's file → the part's bytes.

use aftershow_core::pack::layout::MAX_INFLATED;

/// Inflates raw DEFLATE (RFC 1951), never to more than [`MAX_INFLATED`] bytes.
///
/// `None` if the bytes are damaged, end too early or would be too many: nothing is allocated by
/// what the file says of itself.
pub fn inflate(deflated: &[u8]) -> Option<Vec<u8>> {
    miniz_oxide::inflate::decompress_to_vec_with_limit(deflated, MAX_INFLATED).ok()
}

#[cfg(test)]
mod tests {
    use miniz_oxide::deflate::compress_to_vec;

    use super::*;

    #[test]
    fn what_was_deflated_comes_back() {
        let bytes: Vec<u8> = (0..10_000u32).map(|i| (i % 251) as u8).collect();
        assert_eq!(inflate(&compress_to_vec(&bytes, 6)), Some(bytes));
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        assert!(inflate(&compress_to_vec(&vec![0; MAX_INFLATED], 9)).is_some());
        assert_eq!(inflate(&compress_to_vec(&vec![0; MAX_INFLATED + 1], 9)), None);
    }

    #[test]
    fn a_truncated_file_is_refused() {
        let whole = compress_to_vec(b"a pack's shard, or what is left of it", 6);
        for end in 0..whole.len() {
            assert_eq!(
                inflate(whole.get(..end).unwrap()),
                None,
                "{end} bytes of {}",
                whole.len()
            );
        }
    }
}
