//! One embedding in the form in which it is kept.

use simsimd::SpatialSimilarity;

/// An embedding as it is stored: numbers as bytes, and what one unit of a byte is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedding {
    pub(super) scale: f32,
    pub(super) row: Vec<i8>,
}

impl Embedding {
    /// Of numbers whose length as a vector is 1, so that products are cosines.
    pub fn of(numbers: &[f32]) -> Self {
        let most = numbers.iter().fold(0.0f32, |most, value| most.max(value.abs()));
        let scale = if most > 0.0 { most / 127.0 } else { 1.0 };
        Self { scale, row: numbers.iter().map(|value| (value / scale).round() as i8).collect() }
    }

    /// The cosine with a stored row.
    pub(super) fn cosine(&self, row: &[i8], scale: f32) -> f32 {
        let product = <i8 as SpatialSimilarity>::dot(row, &self.row).unwrap_or(0.0);
        product as f32 * scale * self.scale
    }
}
