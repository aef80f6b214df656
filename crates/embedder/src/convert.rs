//! Makes the model file from the published weights.

use safetensors::tensor::{Dtype, SafeTensors};
use sha2::{Digest as _, Sha256};

use crate::LoadError;
use crate::file::{self, Description, FORMAT, Tensor, VOCABULARY, hexadecimal};
use crate::kernels::linear::{GROUP, PANEL};

/// The SHA-256 of the published weights (`model.safetensors`).
pub const SOURCE_SHA256: &str = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db";

/// Stands in the model file, so that it never travels without it.
const NOTICE: &str = include_str!("../NOTICE");

/// The longest input that the model was trained on, in word pieces; later positions are left out.
const POSITIONS: usize = 256;

/// Rounds the published weights of all-MiniLM-L6-v2 to 8 bits and packs them with the vocabulary.
///
/// `weights` is `model.safetensors`, `vocabulary` is `vocab.txt`, both unchanged.
///
/// # Errors
/// When the weights are not those whose SHA-256 is [`SOURCE_SHA256`], or the vocabulary does not fit them.
pub fn convert_all_minilm_l6_v2(weights: &[u8], vocabulary: &str) -> Result<Vec<u8>, LoadError> {
    let source_sha256 = hexadecimal(&Sha256::digest(weights));
    if source_sha256 != SOURCE_SHA256 {
        return Err(LoadError::Digest);
    }
    let description = Description {
        format: FORMAT,
        id: "all-minilm-l6-v2/int8-g64/1".to_owned(),
        notice: NOTICE.to_owned(),
        source_sha256,
        hidden: 384,
        intermediate: 1536,
        layers: 6,
        positions: POSITIONS,
        vocabulary: vocabulary.lines().count(),
    };
    convert(description, weights, vocabulary)
}

/// Rounds and packs the weights of a model of the family.
pub(crate) fn convert(description: Description, weights: &[u8], vocabulary: &str) -> Result<Vec<u8>, LoadError> {
    description.check()?;
    let mut packer = Packer { source: SafeTensors::deserialize(weights)?, tensors: Vec::new() };
    let Description { hidden, intermediate, layers, positions, vocabulary: pieces, .. } = description;
    packer.embeddings(hidden, positions, pieces)?;
    for layer in 0..layers {
        let from = |name: &str| format!("encoder.layer.{layer}.{name}");
        let to = |name: &str| format!("layers.{layer}.{name}");
        let projections = ["query", "key", "value"].map(|name| from(&format!("attention.self.{name}")));
        packer.linear(&projections, &to("attention_in"), hidden, hidden)?;
        packer.linear(&[from("attention.output.dense")], &to("attention_out"), hidden, hidden)?;
        packer.norm(&from("attention.output.LayerNorm"), &to("attention_norm"), hidden)?;
        packer.linear(&[from("intermediate.dense")], &to("feed_in"), hidden, intermediate)?;
        packer.linear(&[from("output.dense")], &to("feed_out"), intermediate, hidden)?;
        packer.norm(&from("output.LayerNorm"), &to("feed_norm"), hidden)?;
    }
    packer.push(VOCABULARY, Dtype::U8, &[vocabulary.len()], vocabulary.as_bytes().to_vec());
    file::write(description, &packer.tensors)
}

struct Packer<'a> {
    source: SafeTensors<'a>,
    tensors: Vec<Tensor>,
}

impl Packer<'_> {
    fn push(&mut self, name: &str, dtype: Dtype, shape: &[usize], bytes: Vec<u8>) {
        self.tensors.push(Tensor { name: name.to_owned(), dtype, shape: shape.to_vec(), bytes });
    }

    fn push_floats(&mut self, name: &str, shape: &[usize], values: &[f32]) {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.push(name, Dtype::F32, shape, bytes);
    }

    /// Reads a tensor of the source; `rows` may be fewer than it has.
    fn read(&self, name: &str, rows: usize, columns: usize) -> Result<Vec<f32>, LoadError> {
        let tensor = self.source.tensor(name)?;
        let fits = match *tensor.shape() {
            [length] => rows == 1 && length == columns,
            [height, width] => rows <= height && width == columns,
            _ => false,
        };
        if tensor.dtype() != Dtype::F32 || !fits {
            return Err(LoadError::Tensor { name: name.to_owned() });
        }
        let values = tensor.data().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
        Ok(values.take(rows * columns).collect())
    }

    /// Packs words at 8 bits with a scale each, and positions with the sentence type that every text has.
    fn embeddings(&mut self, hidden: usize, positions: usize, pieces: usize) -> Result<(), LoadError> {
        let words = self.read("embeddings.word_embeddings.weight", pieces, hidden)?;
        let (values, scales): (Vec<_>, Vec<_>) = words.chunks_exact(hidden).map(round).unzip();
        self.push("words.weight", Dtype::I8, &[pieces, hidden], values.concat());
        self.push_floats("words.scale", &[pieces], &scales);
        let mut places = self.read("embeddings.position_embeddings.weight", positions, hidden)?;
        let kind = self.read("embeddings.token_type_embeddings.weight", 1, hidden)?;
        for place in places.chunks_exact_mut(hidden) {
            for (value, kind) in place.iter_mut().zip(&kind) {
                *value += kind;
            }
        }
        self.push_floats("positions", &[positions, hidden], &places);
        self.norm("embeddings.LayerNorm", "words_norm", hidden)
    }

    fn norm(&mut self, from: &str, to: &str, hidden: usize) -> Result<(), LoadError> {
        for (old, new) in [("weight", "gain"), ("bias", "bias")] {
            let values = self.read(&format!("{from}.{old}"), 1, hidden)?;
            self.push_floats(&format!("{to}.{new}"), &[hidden], &values);
        }
        Ok(())
    }

    /// Packs products that share their input into one, laid out as the kernels read it.
    fn linear(&mut self, from: &[String], to: &str, inputs: usize, outputs: usize) -> Result<(), LoadError> {
        let mut weights = Vec::new();
        let mut bias = Vec::new();
        for name in from {
            weights.extend(self.read(&format!("{name}.weight"), outputs, inputs)?);
            bias.extend(self.read(&format!("{name}.bias"), 1, outputs)?);
        }
        let (values, scales) = pack(&weights, inputs);
        self.push(&format!("{to}.weight"), Dtype::I8, &[bias.len(), inputs], values);
        self.push_floats(&format!("{to}.scale"), &[bias.len(), inputs / GROUP], &scales);
        self.push_floats(&format!("{to}.bias"), &[bias.len()], &bias);
        Ok(())
    }
}

/// Rounds to 8 bits; returns the signed bytes and what a step of 1 stands for.
fn round(values: &[f32]) -> (Vec<u8>, f32) {
    let largest = values.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    let scale = largest / f32::from(i8::MAX);
    let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
    let bytes = values.iter().map(|value| (value * inverse).round() as i8 as u8);
    (bytes.collect(), scale)
}

/// Rounds a matrix of one row for each output and lays it out in panels.
pub(crate) fn pack(weights: &[f32], inputs: usize) -> (Vec<u8>, Vec<f32>) {
    let groups = inputs / GROUP;
    let rounded: Vec<_> = weights.chunks_exact(GROUP).map(round).collect();
    let mut values = Vec::with_capacity(weights.len());
    let mut scales = Vec::with_capacity(rounded.len());
    for panel in rounded.chunks_exact(PANEL * groups) {
        for group in 0..groups {
            for pair in 0..GROUP / 2 {
                for output in 0..PANEL {
                    values.extend(&panel[output * groups + group].0[2 * pair..][..2]);
                }
            }
            scales.extend((0..PANEL).map(|output| panel[output * groups + group].1));
        }
    }
    (values, scales)
}
