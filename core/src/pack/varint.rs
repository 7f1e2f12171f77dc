//! Numbers of a few bytes: LEB128, seven bits a byte from the lowest on, the high bit on all but the
//! last byte. Signed numbers go zigzag first: 0, −1, 1, −2 … become 0, 1, 2, 3 ….

use alloc::vec::Vec;

/// Appends a number.
pub fn push(out: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Bytes that [`push`] appends.
pub fn len(value: u64) -> usize {
    (u64::BITS - value.leading_zeros()).div_ceil(7).max(1) as usize
}

/// Takes a number of at most `longest` bytes off the front; `None` if there is none.
#[inline]
pub fn take(bytes: &mut &[u8], longest: usize) -> Option<u64> {
    let mut value = 0u64;
    for place in 0..longest.min(9) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << (7 * place);
        if *byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// A signed number as an unsigned one: small when it is near 0.
pub fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

/// The signed number that [`zigzag`] made this of.
pub fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_and_what_is_cut_does_not() {
        for value in [0, 1, 127, 128, 300, 16_383, 16_384, 1 << 28, (1 << 63) - 1] {
            let mut bytes = Vec::new();
            push(&mut bytes, value);
            assert_eq!(bytes.len(), len(value));
            assert_eq!(take(&mut bytes.as_slice(), 9), Some(value));
            assert_eq!(take(&mut &bytes[..bytes.len() - 1], 9), None);
            assert_eq!(take(&mut bytes.as_slice(), bytes.len() - 1), None);
        }
        for value in [0, -1, 1, i64::MAX / 2, i64::MIN / 2] {
            assert_eq!(unzigzag(zigzag(value)), value);
        }
    }
}
