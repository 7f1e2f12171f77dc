//! Damaged parts whose checksum is right, so that they get past it.

use aftershow_core::{
    Engine, Part,
    pack::layout::{CHECKED_FROM, CHECKSUM_AT},
};

use super::Random;

fn repair(bytes: &mut [u8]) {
    if bytes.len() > CHECKED_FROM {
        let checksum = xxhash_rust::xxh3::xxh3_64(&bytes[CHECKED_FROM..]);
        bytes[CHECKSUM_AT..CHECKED_FROM].copy_from_slice(&checksum.to_le_bytes());
    }
}

/// Calls `accepts` with every truncation, every flip, and seeded mutations, their checksums repaired.
pub fn damage(bytes: &[u8], mut accepts: impl FnMut(Vec<u8>) -> bool) -> usize {
    let mut accepted = 0;
    for length in 0..bytes.len() {
        assert!(!accepts(bytes[..length].to_vec()), "cut to {length} it was accepted");
        let mut cut = bytes[..length].to_vec();
        if let Some(place) = cut.get_mut(16..20) {
            place.copy_from_slice(&(length as u32).to_le_bytes());
        }
        repair(&mut cut);
        accepted += usize::from(accepts(cut));
    }
    for at in 0..bytes.len() {
        for flip in [1, 2, 4, 8, 16, 32, 64, 128, 255] {
            let mut damaged = bytes.to_vec();
            damaged[at] ^= flip;
            assert!(!accepts(damaged.clone()), "byte {at} flipped by {flip} was accepted");
            repair(&mut damaged);
            accepted += usize::from(accepts(damaged));
        }
    }
    let mut random = Random(20_261_121);
    for _ in 0..20_000 {
        let mut damaged = bytes.to_vec();
        for _ in 0..=random.below(3) {
            let at = random.below(damaged.len());
            let value = [0, 1, 0x7f, 0x80, 0xff, random.bits() as u8][random.below(6)];
            match random.below(3) {
                0 => damaged[at] = value,
                1 => damaged[at..].iter_mut().take(4).for_each(|byte| *byte = value),
                _ => damaged.copy_within(at..(at + 8).min(bytes.len()), random.below(bytes.len() - 8)),
            }
        }
        repair(&mut damaged);
        accepted += usize::from(accepts(damaged));
    }
    accepted
}

/// Attaches damaged forms of a part: each is refused with a code, or `ask` finds its answers within bounds.
pub fn damage_part(engine: &mut Engine, part: Part, bytes: &[u8], ask: fn(&Engine)) {
    ask(engine);
    let accepted = damage(bytes, |bytes| match engine.attach(part, bytes) {
        Ok(()) => {
            ask(engine);
            true
        }
        Err(error) => {
            assert!(!error.code().is_empty());
            false
        }
    });
    assert!(
        accepted > 1000,
        "only {accepted} got past the checks: they test nothing"
    );
}
