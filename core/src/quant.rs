//! Sparse float rows to 8-bit codes.
//!
//! A row is scaled so that its largest value is 255 and rounded: `c_t = round(255·v_t / max v)`.
//! Its scale is `1/‖c‖`, so `Σ c_t·d_t · scale_c·scale_d` is the cosine of the two code vectors, 1
//! for equal rows, and no part of the original length is needed.
//!
//! Error: each code is off by at most 1/2, so the code vector is off by at most `√k/2` in length
//! for `k` terms, while `‖c‖ ≥ 255`; the cosine of two rows is off by at most
//! `√k_c/(2‖c‖) + √k_d/(2‖d‖)` to first order: 0.006 + 0.006 for 9 terms at the very worst, and in
//! practice a tenth of that, since rounding errors don't line up. Rounding to 1/65535 adds 8e-6.

use alloc::vec::Vec;

use crate::sqrt::sqrt;

/// A quantized sparse row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Term numbers, ascending.
    pub terms: Vec<u16>,
    /// One code a term, 1 to 255.
    pub codes: Vec<u8>,
    /// 1 over the length of the code vector; 0 for a row without terms.
    pub scale: f32,
}

/// Quantizes a row of ascending terms with finite values; values of 0 or less are left out.
///
/// Terms whose code would be 0 are left out too: they are below 1/510 of the largest.
pub fn quantize_row(values: &[(u16, f32)]) -> Row {
    let largest = values.iter().map(|(_, v)| *v).fold(0.0f32, f32::max);
    let mut row = Row::default();
    for (term, value) in values {
        let code = (value / largest * 255.0 + 0.5) as u8; // saturates; NaN and negatives give 0
        if code > 0 {
            row.terms.push(*term);
            row.codes.push(code);
        }
    }
    row.scale = scale(&row.codes);
    row
}

/// The scale of a code vector: 1 over its length, 0 for an empty one.
pub fn scale(codes: &[u8]) -> f32 {
    let squares: u64 = codes.iter().map(|c| u64::from(*c) * u64::from(*c)).sum();
    if squares == 0 {
        0.0
    } else {
        (1.0 / sqrt(squares as f64)) as f32
    }
}
