//! The model in memory and its forward pass.

use std::borrow::Cow;
use std::ops::Range;

use safetensors::tensor::Dtype;

use crate::file::{Description, ModelFile, id_of};
use crate::kernels::linear::{Activations, GROUP, Linear, linear};
use crate::kernels::{Engine, attention, elementwise};
use crate::tokenizer::Tokenizer;
use crate::{Embedding, LoadError};

/// A sentence embedder of the MiniLM family, ready to use.
///
/// It starts no threads and changes nothing after loading, so one value serves any number of threads.
#[derive(Debug)]
pub struct MiniLm {
    bytes: Cow<'static, [u8]>,
    description: Description,
    tokenizer: Tokenizer,
    engine: Engine,
    words: Range<usize>,
    word_scales: Box<[f32]>,
    positions: Box<[f32]>,
    words_norm: Norm,
    layers: Vec<Layer>,
}

#[derive(Debug)]
struct Layer {
    attention_in: Weights,
    attention_out: Weights,
    attention_norm: Norm,
    feed_in: Weights,
    feed_out: Weights,
    feed_norm: Norm,
}

/// One product; its weights stay where they lie in the file.
#[derive(Debug)]
struct Weights {
    weights: Range<usize>,
    scales: Box<[f32]>,
    bias: Box<[f32]>,
    inputs: usize,
}

#[derive(Debug)]
struct Norm {
    gain: Box<[f32]>,
    bias: Box<[f32]>,
}

/// Room for the intermediate results of one text; grows to the longest text it has seen.
#[derive(Debug, Default)]
struct Scratch {
    hidden: Vec<f32>,
    projected: Vec<f32>,
    mixed: Vec<f32>,
    wide: Vec<f32>,
    activations: Activations,
    attention: attention::Scratch,
}

impl MiniLm {
    /// Loads a model file, which is kept and read in place.
    ///
    /// # Errors
    /// When the bytes are not a whole and unchanged model file of a format and size that this version can compute.
    pub fn load(bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, LoadError> {
        let bytes = bytes.into();
        let file = ModelFile::read(&bytes)?;
        let sizes = &file.description;
        let (hidden, wide) = (sizes.hidden, sizes.intermediate);
        let layer = |index: usize| {
            let name = |part: &str| format!("layers.{index}.{part}");
            Ok(Layer {
                attention_in: Weights::read(&file, &name("attention_in"), hidden, 3 * hidden)?,
                attention_out: Weights::read(&file, &name("attention_out"), hidden, hidden)?,
                attention_norm: Norm::read(&file, &name("attention_norm"), hidden)?,
                feed_in: Weights::read(&file, &name("feed_in"), hidden, wide)?,
                feed_out: Weights::read(&file, &name("feed_out"), wide, hidden)?,
                feed_norm: Norm::read(&file, &name("feed_norm"), hidden)?,
            })
        };
        let layers = (0..sizes.layers).map(layer).collect::<Result<_, LoadError>>()?;
        Ok(Self {
            tokenizer: Tokenizer::new(file.vocabulary()?)?,
            engine: Engine::detect(),
            words: file.range("words.weight", Dtype::I8, &[sizes.vocabulary, hidden])?,
            word_scales: file.floats("words.scale", &[sizes.vocabulary])?,
            positions: file.floats("positions", &[sizes.positions, hidden])?,
            words_norm: Norm::read(&file, "words_norm", hidden)?,
            layers,
            description: file.description,
            bytes,
        })
    }

    /// The [`Self::id`] of a model file, by its head alone: the weights are neither read nor checked.
    ///
    /// # Errors
    /// When the bytes are no model file of a format that this version knows.
    pub fn id_of(bytes: &[u8]) -> Result<String, LoadError> {
        id_of(bytes)
    }

    /// Names the model and its rounding: vectors can be compared if, and only if, their names are the same.
    pub fn id(&self) -> &str {
        &self.description.id
    }

    /// How many numbers a vector has.
    pub fn dimensions(&self) -> usize {
        self.description.hidden
    }

    /// The most word pieces that are read of a text, its two marks included; the rest is left out.
    pub fn tokens_max(&self) -> usize {
        self.description.positions
    }

    /// Who made the model, under which licence, and what was changed.
    pub fn notice(&self) -> &str {
        &self.description.notice
    }

    /// How many word pieces of a text the model reads, its two marks included: at most [`Self::tokens_max`].
    pub fn count_tokens(&self, text: &str) -> usize {
        self.tokenizer.encode(text, self.tokens_max()).len()
    }

    /// Embeds texts one after the other on the calling thread, in their order.
    pub fn embed(&self, texts: &[&str]) -> Vec<Embedding> {
        let mut scratch = Scratch::default();
        texts.iter().map(|text| self.embed_with(text, &mut scratch)).collect()
    }

    /// Embeds one text. This model treats questions and passages alike.
    pub fn embed_query(&self, text: &str) -> Embedding {
        self.embed_with(text, &mut Scratch::default())
    }

    #[cfg(test)]
    pub(crate) fn encode(&self, text: &str) -> Vec<u32> {
        self.tokenizer.encode(text, self.tokens_max())
    }

    #[cfg(test)]
    pub(crate) fn vocabulary(&self) -> &str {
        let file = ModelFile::read(&self.bytes).expect("it was loaded");
        file.vocabulary().expect("it was loaded")
    }

    #[cfg(test)]
    pub(crate) fn set_engine(&mut self, engine: Engine) {
        self.engine = engine;
    }

    fn embed_with(&self, text: &str, scratch: &mut Scratch) -> Embedding {
        let tokens = self.tokenizer.encode(text, self.tokens_max());
        self.look_up(&tokens, scratch);
        for layer in &self.layers {
            self.attend(layer, scratch);
            self.feed(layer, scratch);
        }
        Embedding::new(pool(&scratch.hidden, self.dimensions()))
    }

    /// Sets `hidden` to the tokens' own vectors with their places.
    fn look_up(&self, tokens: &[u32], scratch: &mut Scratch) {
        let width = self.dimensions();
        let words = &self.bytes[self.words.clone()];
        scratch.hidden.clear();
        for token in tokens {
            let token = *token as usize;
            let scale = self.word_scales[token];
            let word = words[token * width..][..width].iter();
            scratch.hidden.extend(word.map(|byte| f32::from(byte.cast_signed()) * scale));
        }
        self.normalise(&mut scratch.hidden, &self.positions, &self.words_norm);
    }

    /// Lets the tokens look at each other.
    fn attend(&self, layer: &Layer, scratch: &mut Scratch) {
        let Scratch { hidden, projected, mixed, activations, attention, .. } = scratch;
        let width = self.dimensions();
        self.multiply(hidden, &layer.attention_in, activations, projected);
        mixed.resize(hidden.len(), 0.0);
        attention::attend(self.engine, projected, width, attention, mixed);
        self.multiply(mixed, &layer.attention_out, activations, projected);
        self.normalise(hidden, projected, &layer.attention_norm);
    }

    /// Transforms every token by itself.
    fn feed(&self, layer: &Layer, scratch: &mut Scratch) {
        let Scratch { hidden, wide, mixed, activations, .. } = scratch;
        self.multiply(hidden, &layer.feed_in, activations, wide);
        elementwise::gelu(self.engine, wide);
        self.multiply(wide, &layer.feed_out, activations, mixed);
        self.normalise(hidden, mixed, &layer.feed_norm);
    }

    fn multiply(&self, rows: &[f32], weights: &Weights, activations: &mut Activations, out: &mut Vec<f32>) {
        activations.quantise(self.engine, rows, weights.inputs);
        out.resize(rows.len() / weights.inputs * weights.bias.len(), 0.0);
        linear(self.engine, activations, weights.borrow(&self.bytes), out);
    }

    fn normalise(&self, rows: &mut [f32], added: &[f32], norm: &Norm) {
        elementwise::add_and_normalise(self.engine, rows, added, &norm.gain, &norm.bias);
    }
}

impl Weights {
    fn read(file: &ModelFile<'_>, name: &str, inputs: usize, outputs: usize) -> Result<Self, LoadError> {
        Ok(Self {
            weights: file.range(&format!("{name}.weight"), Dtype::I8, &[outputs, inputs])?,
            scales: file.floats(&format!("{name}.scale"), &[outputs, inputs / GROUP])?,
            bias: file.floats(&format!("{name}.bias"), &[outputs])?,
            inputs,
        })
    }

    fn borrow<'a>(&'a self, bytes: &'a [u8]) -> Linear<'a> {
        let weights = &bytes[self.weights.clone()];
        Linear { weights, scales: &self.scales, bias: &self.bias, inputs: self.inputs }
    }
}

impl Norm {
    fn read(file: &ModelFile<'_>, name: &str, hidden: usize) -> Result<Self, LoadError> {
        Ok(Self {
            gain: file.floats(&format!("{name}.gain"), &[hidden])?,
            bias: file.floats(&format!("{name}.bias"), &[hidden])?,
        })
    }
}

/// The mean of the tokens, brought to length 1.
fn pool(hidden: &[f32], width: usize) -> Box<[f32]> {
    let mut mean = vec![0.0_f32; width].into_boxed_slice();
    for token in hidden.chunks_exact(width) {
        for (sum, value) in mean.iter_mut().zip(token) {
            *sum += value;
        }
    }
    let length = mean.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        for value in &mut mean {
            *value /= length;
        }
    }
    mean
}
