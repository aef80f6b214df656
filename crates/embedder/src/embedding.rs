//! Vectors that stand for the meaning of a text.

/// The vector of a text: its length is 1, so the dot product of two is the cosine of their angle.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding(Box<[f32]>);

impl Embedding {
    pub(crate) fn new(values: Box<[f32]>) -> Self {
        Self(values)
    }

    /// The vector's numbers.
    pub fn as_slice(&self) -> &[f32] {
        &self.0
    }

    /// The similarity to another vector of the same model: 1 for the same direction, 0 for unrelated ones.
    pub fn cosine(&self, other: &Self) -> f32 {
        self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum()
    }

    /// Rounds the numbers to 8 bits for storage: a quarter of the bytes, and cosines that differ in the third decimal at most.
    pub fn quantise(&self) -> QuantisedEmbedding {
        let largest = self.0.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
        let scale = largest / f32::from(i8::MAX);
        let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
        let values = self.0.iter().map(|value| (value * inverse).round() as i8).collect();
        QuantisedEmbedding { values, scale }
    }
}

/// A vector of 8-bit numbers: number times `scale` is about what it was.
#[derive(Debug, Clone, PartialEq)]
pub struct QuantisedEmbedding {
    /// The rounded numbers, from -127 to 127.
    pub values: Box<[i8]>,
    /// What a step of 1 stands for.
    pub scale: f32,
}

impl QuantisedEmbedding {
    /// The similarity to another vector of the same model.
    pub fn cosine(&self, other: &Self) -> f32 {
        let pairs = self.values.iter().zip(&other.values);
        let products: i32 = pairs.map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
        products as f32 * self.scale * other.scale
    }
}
