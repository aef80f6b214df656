//! A small random model against a plain forward pass in double precision.

use std::collections::HashMap;

use proptest::prelude::*;
use safetensors::tensor::{Dtype, TensorView};

use crate::convert::convert;
use crate::file::{Description, FORMAT};
use crate::kernels::Engine;
use crate::{Embedding, MiniLm};

const HIDDEN: usize = 64;
const WIDE: usize = 128;
const HEAD: usize = 32;
const LAYERS: usize = 2;
const POSITIONS: usize = 40;
const VOCABULARY: &str = "[PAD]\n[UNK]\n[CLS]\n[SEP]\nrefund\norder\nmy\n##s\nwhere\nis\n?\n退";

/// Named matrices, one row after the other.
type Weights = HashMap<String, (Vec<usize>, Vec<f32>)>;

/// Numbers that look random and are the same in every run.
fn numbers(seed: usize, count: usize, spread: f32) -> Vec<f32> {
    let mut state = seed as u64 * 2 + 1;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f32 / (1_u64 << 24) as f32 - 0.5) * 2.0 * spread
    };
    (0..count).map(next).collect()
}

fn weights() -> Weights {
    let mut shapes: Vec<(String, Vec<usize>, f32)> = Vec::new();
    let mut add = |name: &str, shape: &[usize], spread| {
        shapes.push((name.to_owned(), shape.to_vec(), spread));
    };
    add("embeddings.word_embeddings.weight", &[VOCABULARY.lines().count(), HIDDEN], 1.0);
    // More than are used, as in the published file.
    add("embeddings.position_embeddings.weight", &[POSITIONS + 8, HIDDEN], 0.3);
    add("embeddings.token_type_embeddings.weight", &[2, HIDDEN], 0.3);
    add("embeddings.LayerNorm.weight", &[HIDDEN], 1.0);
    add("embeddings.LayerNorm.bias", &[HIDDEN], 0.2);
    for layer in 0..LAYERS {
        for (part, inputs, outputs) in [
            ("attention.self.query", HIDDEN, HIDDEN),
            ("attention.self.key", HIDDEN, HIDDEN),
            ("attention.self.value", HIDDEN, HIDDEN),
            ("attention.output.dense", HIDDEN, HIDDEN),
            ("intermediate.dense", HIDDEN, WIDE),
            ("output.dense", WIDE, HIDDEN),
        ] {
            add(&format!("encoder.layer.{layer}.{part}.weight"), &[outputs, inputs], 0.4);
            add(&format!("encoder.layer.{layer}.{part}.bias"), &[outputs], 0.2);
        }
        for part in ["attention.output.LayerNorm", "output.LayerNorm"] {
            add(&format!("encoder.layer.{layer}.{part}.weight"), &[HIDDEN], 1.0);
            add(&format!("encoder.layer.{layer}.{part}.bias"), &[HIDDEN], 0.2);
        }
    }
    let filled = shapes.into_iter().enumerate().map(|(seed, (name, shape, spread))| {
        let values = numbers(seed, shape.iter().product(), spread);
        (name, (shape, values))
    });
    filled.collect()
}

/// The published form of the weights.
fn source(weights: &Weights) -> Vec<u8> {
    let bytes = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let stored: Vec<(&str, &[usize], Vec<u8>)> =
        weights.iter().map(|(name, (shape, values))| (name.as_str(), shape.as_slice(), bytes(values))).collect();
    let views =
        stored.iter().map(|(name, shape, bytes)| (*name, TensorView::new(Dtype::F32, shape.to_vec(), bytes).unwrap()));
    safetensors::serialize(views, None).unwrap()
}

pub(super) fn description() -> Description {
    Description {
        format: FORMAT,
        id: "small".to_owned(),
        notice: "made up".to_owned(),
        source_sha256: String::new(),
        hidden: HIDDEN,
        intermediate: WIDE,
        layers: LAYERS,
        positions: POSITIONS,
        vocabulary: VOCABULARY.lines().count(),
    }
}

/// A whole model file of a few kilobytes.
pub(super) fn file() -> Vec<u8> {
    convert(description(), &source(&weights()), VOCABULARY).unwrap()
}

/// The forward pass as the papers write it.
struct Plain<'a>(&'a Weights);

impl Plain<'_> {
    fn row(&self, name: &str, row: usize) -> Vec<f64> {
        let (shape, values) = &self.0[name];
        let width = shape[shape.len() - 1];
        values[row * width..][..width].iter().copied().map(f64::from).collect()
    }

    fn linear(&self, rows: &[Vec<f64>], layer: usize, part: &str) -> Vec<Vec<f64>> {
        let name = |kind| format!("encoder.layer.{layer}.{part}.{kind}");
        let bias = self.row(&name("bias"), 0);
        let output = |row: &[f64], index: usize| dot(row, &self.row(&name("weight"), index)) + bias[index];
        rows.iter().map(|row| (0..bias.len()).map(|index| output(row, index)).collect()).collect()
    }

    fn norm(&self, rows: &mut [Vec<f64>], name: &str) {
        let gain = self.row(&format!("{name}.weight"), 0);
        let bias = self.row(&format!("{name}.bias"), 0);
        for row in rows {
            let mean = row.iter().sum::<f64>() / row.len() as f64;
            let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / row.len() as f64;
            for (index, x) in row.iter_mut().enumerate() {
                *x = (*x - mean) / (variance + 1e-12).sqrt() * gain[index] + bias[index];
            }
        }
    }

    fn embed(&self, tokens: &[u32]) -> Embedding {
        let mut rows: Vec<_> = tokens.iter().enumerate().map(|(place, token)| self.token(*token, place)).collect();
        self.norm(&mut rows, "embeddings.LayerNorm");
        for layer in 0..LAYERS {
            let mixed = self.attention(&rows, layer);
            add(&mut rows, &self.linear(&mixed, layer, "attention.output.dense"));
            self.norm(&mut rows, &format!("encoder.layer.{layer}.attention.output.LayerNorm"));
            let mut wide = self.linear(&rows, layer, "intermediate.dense");
            wide.iter_mut().flatten().for_each(|x| *x = gelu(*x));
            add(&mut rows, &self.linear(&wide, layer, "output.dense"));
            self.norm(&mut rows, &format!("encoder.layer.{layer}.output.LayerNorm"));
        }
        let mean: Vec<f64> = (0..HIDDEN).map(|i| rows.iter().map(|row| row[i]).sum()).collect();
        let length = dot(&mean, &mean).sqrt();
        Embedding::new(mean.iter().map(|x| (x / length) as f32).collect())
    }

    fn token(&self, token: u32, place: usize) -> Vec<f64> {
        let word = self.row("embeddings.word_embeddings.weight", token as usize);
        let place = self.row("embeddings.position_embeddings.weight", place);
        let kind = self.row("embeddings.token_type_embeddings.weight", 0);
        (0..HIDDEN).map(|index| word[index] + place[index] + kind[index]).collect()
    }

    fn attention(&self, rows: &[Vec<f64>], layer: usize) -> Vec<Vec<f64>> {
        let [queries, keys, values] =
            ["query", "key", "value"].map(|part| self.linear(rows, layer, &format!("attention.self.{part}")));
        let mix = |query: &[f64]| -> Vec<f64> {
            let mut mixed = vec![0.0; HIDDEN];
            for head in (0..HIDDEN).step_by(HEAD) {
                let part = head..head + HEAD;
                let score =
                    |key: &Vec<f64>| (dot(&query[part.clone()], &key[part.clone()]) / (HEAD as f64).sqrt()).exp();
                let scores: Vec<f64> = keys.iter().map(score).collect();
                let total: f64 = scores.iter().sum();
                for (score, value) in scores.iter().zip(&values) {
                    for index in part.clone() {
                        mixed[index] += score / total * value[index];
                    }
                }
            }
            mixed
        };
        queries.iter().map(|query| mix(query)).collect()
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(rows: &mut [Vec<f64>], added: &[Vec<f64>]) {
    for (x, added) in rows.iter_mut().flatten().zip(added.iter().flatten()) {
        *x += added;
    }
}

/// x times the normal distribution's share below x, integrated by Simpson's rule.
fn gelu(x: f64) -> f64 {
    let density = |t: f64| (-t * t / 2.0).exp() / std::f64::consts::TAU.sqrt();
    let (steps, end) = (400, x.clamp(-9.0, 9.0));
    let width = end / f64::from(steps);
    let inner = |i: i32| density(f64::from(i) * width) * if i % 2 == 1 { 4.0 } else { 2.0 };
    let share = (density(0.0) + (1..steps).map(inner).sum::<f64>() + density(end)) * width / 3.0;
    x * (0.5 + share)
}

#[test]
fn agrees_with_the_plain_forward_pass_on_every_engine() {
    let weights = weights();
    let mut model = MiniLm::load(file()).unwrap();
    for engine in Engine::available() {
        model.set_engine(engine);
        // Each count of tokens takes another way through the kernels' rows.
        for words in 0..POSITIONS {
            let text: String =
                ["my ", "orders? ", "where ", "退", "is refund "].into_iter().cycle().take(words).collect();
            let cosine = model.embed_query(&text).cosine(&Plain(&weights).embed(&model.encode(&text)));
            assert!(cosine > 0.9995, "{cosine} for {words} words on {engine:?}");
        }
    }
}

#[test]
fn describes_itself() {
    let model = MiniLm::load(file()).unwrap();
    assert_eq!(model.id(), "small");
    assert_eq!(model.notice(), "made up");
    assert_eq!(model.dimensions(), HIDDEN);
    assert_eq!(model.tokens_max(), POSITIONS);
    assert_eq!(model.embed(&[]), []);
    assert_eq!(model.embed_query("").as_slice().len(), HIDDEN);
}

#[test]
fn the_same_weights_give_the_same_file() {
    // The source's tensors come in another order each time.
    assert_eq!(file(), file());
}

proptest! {
    #[test]
    fn any_text_gives_a_vector_of_length_1(text in "\\PC{0,300}") {
        let model = MiniLm::load(file()).unwrap();
        let vector = model.embed_query(&text);
        prop_assert!((vector.cosine(&vector) - 1.0).abs() < 1e-5);
    }

    #[test]
    fn rounding_keeps_similarities(a in prop::collection::vec(-1.0_f32..1.0, 64), b in prop::collection::vec(-1.0_f32..1.0, 64)) {
        let unit = |values: Vec<f32>| {
            let length = values.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-3);
            Embedding::new(values.iter().map(|x| x / length).collect())
        };
        let (a, b) = (unit(a), unit(b));
        prop_assert!((a.quantise().cosine(&b.quantise()) - a.cosine(&b)).abs() < 0.02);
    }
}

#[test]
fn rounding_nothing_gives_nothing() {
    let zero = Embedding::new(Box::new([0.0; 4])).quantise();
    assert_eq!((zero.scale, zero.values.as_ref()), (0.0, [0_i8; 4].as_slice()));
    let largest = Embedding::new(Box::new([-1.0, 0.5, 0.0, 1.0])).quantise();
    assert_eq!(largest.values.as_ref(), [-127, 64, 0, 127]);
}
