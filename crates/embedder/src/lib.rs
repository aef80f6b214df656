//! Sentence embeddings: all-MiniLM-L6-v2 in Rust, from one file, on the thread that asks.
//!
//! [`MiniLm::load`] takes the bytes of a model file, [`MiniLm::embed`] turns texts into vectors whose dot product says how close the texts are in meaning.
//! The crate knows nothing of passages, storage or files: it takes bytes and texts and gives numbers.
//!
//! The same text gives the same vector on every machine, bit for bit: integer sums are exact, and floats are summed in a fixed order.

mod convert;
mod embedding;
mod file;
mod kernels;
mod model;
mod tokenizer;

#[cfg(test)]
mod tests;

pub use crate::convert::{SOURCE_SHA256, convert_all_minilm_l6_v2};
pub use crate::embedding::{Embedding, QuantisedEmbedding};
pub use crate::model::MiniLm;

/// Why bytes could not be used as a model.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The bytes are cut off or are no safetensors file.
    #[error("not a whole safetensors file")]
    Container(#[from] safetensors::SafeTensorError),
    /// A safetensors file without the description that makes it a model file.
    #[error("not a model file of Baton")]
    NotOurs,
    /// The file was made for another version of this program.
    #[error("model file format {found} instead of {expected}")]
    Format {
        /// The format that the file says it has.
        found: u32,
        /// The format that this version reads.
        expected: u32,
    },
    /// The bytes are not those that were published or written.
    #[error("the SHA-256 of the weights does not match")]
    Digest,
    /// The model's sizes are none that the kernels compute.
    #[error("model sizes that cannot be computed")]
    Unsupported,
    /// A tensor has another type or shape than the description says, or holds something that is no number.
    #[error("tensor {name} does not fit")]
    Tensor {
        /// The tensor's name in the file.
        name: String,
    },
    /// The vocabulary is not text, has another number of lines, or lacks a special piece.
    #[error("the vocabulary does not fit")]
    Vocabulary,
}
