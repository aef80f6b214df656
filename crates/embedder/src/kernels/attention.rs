//! Attention of the tokens of one text to each other.

use pulp::NullaryFnOnce;

use crate::kernels::Engine;
use crate::kernels::elementwise::{LANES, exp, sum};

/// Numbers of a head, the same in every model of this family.
pub(crate) const HEAD: usize = 32;
/// Rows computed together.
const ROWS_MAX: usize = 4;

/// Room for one head's intermediate results.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    keys: Vec<f32>,
    values: Vec<f32>,
    weights: Vec<f32>,
}

/// Mixes the values of all tokens into every token, head by head.
///
/// `projected` holds queries, keys and values of a token side by side, `hidden` numbers each; `out` gets `hidden` numbers a token.
pub(crate) fn attend(engine: Engine, projected: &[f32], hidden: usize, scratch: &mut Scratch, out: &mut [f32]) {
    let tokens = projected.len() / (3 * hidden);
    let padded = tokens.next_multiple_of(LANES);
    scratch.keys.resize(HEAD * padded, 0.0);
    scratch.values.resize(HEAD * tokens, 0.0);
    scratch.weights.resize(ROWS_MAX * padded, 0.0);
    for head in 0..hidden / HEAD {
        engine.run(Attend { projected, hidden, head, tokens, padded, scratch, out });
    }
}

struct Attend<'a> {
    projected: &'a [f32],
    hidden: usize,
    head: usize,
    tokens: usize,
    padded: usize,
    scratch: &'a mut Scratch,
    out: &'a mut [f32],
}

impl NullaryFnOnce for Attend<'_> {
    type Output = ();

    #[inline(always)]
    fn call(mut self) {
        self.gather();
        let mut row = 0;
        while row < self.tokens {
            row += match self.tokens - row {
                1 => self.rows::<1>(row),
                2 => self.rows::<2>(row),
                3 | 5 | 6 | 9 => self.rows::<3>(row),
                _ => self.rows::<ROWS_MAX>(row),
            };
        }
    }
}

impl Attend<'_> {
    /// Lays the keys out so that one number of 16 tokens is read at once, and the values side by side.
    #[inline(always)]
    fn gather(&mut self) {
        let Scratch { keys, values, .. } = self.scratch;
        let column = self.head * HEAD;
        let tokens = self.projected.chunks_exact(3 * self.hidden);
        for ((token, projected), value) in tokens.enumerate().zip(values.chunks_exact_mut(HEAD)) {
            value.copy_from_slice(&projected[2 * self.hidden + column..][..HEAD]);
            let key = &projected[self.hidden + column..][..HEAD];
            for (keys, number) in keys.chunks_exact_mut(self.padded).zip(key) {
                keys[token] = *number;
            }
        }
        for keys in keys.chunks_exact_mut(self.padded) {
            keys[self.tokens..].fill(0.0);
        }
    }

    /// Computes `M` tokens of one head and returns `M`.
    #[inline(always)]
    fn rows<const M: usize>(&mut self, first: usize) -> usize {
        let stride = 3 * self.hidden;
        let column = self.head * HEAD;
        let queries: [&[f32]; M] =
            std::array::from_fn(|row| &self.projected[(first + row) * stride + column..][..HEAD]);
        for start in (0..self.padded).step_by(LANES) {
            let scores = products::<M>(queries, &self.scratch.keys[start..], self.padded);
            for (row, scores) in scores.iter().enumerate() {
                self.scratch.weights[row * self.padded + start..][..LANES].copy_from_slice(scores);
            }
        }
        let mut shares = [0.0; M];
        for (row, share) in self.scratch.weights.chunks_exact_mut(self.padded).zip(&mut shares) {
            *share = 1.0 / soften(row, self.tokens);
        }
        let weights: [&[f32]; M] = std::array::from_fn(|row| &self.scratch.weights[row * self.padded..][..self.tokens]);
        for start in (0..HEAD).step_by(LANES) {
            let mixed = products::<M>(weights, &self.scratch.values[start..], HEAD);
            for (row, mixed) in mixed.iter().enumerate() {
                let out = &mut self.out[(first + row) * self.hidden + column + start..][..LANES];
                for (out, mixed) in out.iter_mut().zip(mixed) {
                    *out = mixed * shares[row];
                }
            }
        }
        M
    }
}

/// Multiplies `M` rows with 16 columns of a matrix whose rows are `stride` apart.
#[inline(always)]
fn products<const M: usize>(rows: [&[f32]; M], matrix: &[f32], stride: usize) -> [[f32; LANES]; M] {
    let mut sums = [[0.0; LANES]; M];
    let length = rows[0].len();
    let rows = rows.map(|row| &row[..length]);
    for (index, columns) in matrix.chunks(stride).take(length).enumerate() {
        let Some(columns) = columns.first_chunk::<LANES>() else { break };
        for row in 0..M {
            let factor = rows[row][index];
            for lane in 0..LANES {
                sums[row][lane] += factor * columns[lane];
            }
        }
    }
    sums
}

/// Turns scores into weights that are not yet divided by their sum, and returns the sum.
#[inline(always)]
fn soften(scores: &mut [f32], tokens: usize) -> f32 {
    let scale = 1.0 / (HEAD as f32).sqrt();
    for score in &mut scores[tokens..] {
        *score = f32::NEG_INFINITY;
    }
    let mut largest = [f32::NEG_INFINITY; LANES];
    for chunk in scores.as_chunks::<LANES>().0 {
        for lane in 0..LANES {
            largest[lane] = if chunk[lane] > largest[lane] { chunk[lane] } else { largest[lane] };
        }
    }
    let largest = largest.into_iter().fold(f32::NEG_INFINITY, f32::max);
    let mut total = [0.0; LANES];
    for (index, chunk) in scores.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        for (lane, (score, total)) in chunk.iter_mut().zip(&mut total).enumerate() {
            let weight = exp((*score - largest) * scale);
            *score = if index * LANES + lane < tokens { weight } else { 0.0 };
            *total += *score;
        }
    }
    sum(total)
}
