//! Functions of single numbers and of single rows.

use pulp::NullaryFnOnce;

use crate::kernels::Engine;

/// Numbers handled together, whatever the width of the machine's registers: the order of sums must not depend on it.
pub(crate) const LANES: usize = 16;
/// What the model was trained with.
const VARIANCE_FLOOR: f32 = 1e-12;
/// Adding this to a small float leaves its nearest integer in the low bits.
const ROUND: f32 = 12_582_912.0;

/// Adds the lanes in a fixed order.
#[inline(always)]
pub(crate) fn sum(mut lanes: [f32; LANES]) -> f32 {
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
        width /= 2;
    }
    lanes[0]
}

/// Applies the Gaussian error linear unit to every number.
pub(crate) fn gelu(engine: Engine, values: &mut [f32]) {
    engine.run(Gelu { values });
}

struct Gelu<'a> {
    values: &'a mut [f32],
}

impl NullaryFnOnce for Gelu<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for chunk in self.values.as_chunks_mut::<LANES>().0 {
            for value in chunk {
                *value = 0.5 * *value * (1.0 + erf(*value * std::f32::consts::FRAC_1_SQRT_2));
            }
        }
    }
}

/// The error function by a rational approximation; beyond 4 it is 1 to the last bit.
#[inline(always)]
pub(crate) fn erf(x: f32) -> f32 {
    let x = if x > 4.0 { 4.0 } else { x };
    let x = if x < -4.0 { -4.0 } else { x };
    let s = x * x;
    let mut p = s * -2.726_142_3e-10 + 2.770_681_4e-8;
    p = p * s + -2.101_024_e-6;
    p = p * s + -5.692_506_4e-5;
    p = p * s + -7.349_906_3e-4;
    p = p * s + -2.954_6e-3;
    p = p * s + -1.609_603_3e-2;
    let mut q = s * -1.456_607_2e-5 + -2.133_740_6e-4;
    q = q * s + -1.682_827e-3;
    q = q * s + -7.373_329_2e-3;
    q = q * s + -1.426_473_9e-2;
    x * p / q
}

/// e to the power of a number that is not positive.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    // Below this the result is zero for every purpose here, and the exponent would leave its bits.
    let x = if x < -87.0 { -87.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let rest = x - whole * 0.693_359_4 - whole * -2.121_944_4e-4;
    let mut p = rest * 1.987_569_2e-4 + 1.398_199_9e-3;
    p = p * rest + 8.333_452e-3;
    p = p * rest + 4.166_579_6e-2;
    p = p * rest + 1.666_666_5e-1;
    p = p * rest + 0.5;
    p = p * rest * rest + rest + 1.0;
    let power = (shifted.to_bits() << 23).wrapping_add(1.0_f32.to_bits());
    p * f32::from_bits(power)
}

/// Adds `residual` to the rows, then brings every row to mean 0 and variance 1, times `gain` plus `bias`.
pub(crate) fn add_and_normalise(engine: Engine, rows: &mut [f32], residual: &[f32], gain: &[f32], bias: &[f32]) {
    engine.run(Normalise { rows, residual, gain, bias });
}

struct Normalise<'a> {
    rows: &'a mut [f32],
    residual: &'a [f32],
    gain: &'a [f32],
    bias: &'a [f32],
}

impl NullaryFnOnce for Normalise<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let columns = self.gain.len();
        let (gain, bias) = (self.gain.as_chunks::<LANES>().0, self.bias.as_chunks::<LANES>().0);
        let residual = self.residual.chunks_exact(columns);
        for (row, residual) in self.rows.chunks_exact_mut(columns).zip(residual) {
            let row = row.as_chunks_mut::<LANES>().0;
            let mut total = [0.0; LANES];
            for (row, residual) in row.iter_mut().zip(residual.as_chunks::<LANES>().0) {
                for ((value, residual), total) in row.iter_mut().zip(residual).zip(&mut total) {
                    *value += residual;
                    *total += *value;
                }
            }
            let mean = sum(total) / columns as f32;
            let mut total = [0.0; LANES];
            for row in row.iter() {
                for (value, total) in row.iter().zip(&mut total) {
                    *total += (value - mean) * (value - mean);
                }
            }
            let scale = 1.0 / (sum(total) / columns as f32 + VARIANCE_FLOOR).sqrt();
            for ((row, gain), bias) in row.iter_mut().zip(gain).zip(bias) {
                for ((value, gain), bias) in row.iter_mut().zip(gain).zip(bias) {
                    *value = (*value - mean) * scale * gain + bias;
                }
            }
        }
    }
}
