//! Products with weights of 8 bits.
//!
//! Weights keep a scale for every 64 inputs of an output, activations are rounded to 16 bits with one scale a row.
//! Products and the sums of a group are exact integers; 16 bits cost no accuracy that can be measured, and let one instruction multiply and add pairs, which is twice the speed of floats.

use pulp::NullaryFnOnce;

use crate::kernels::Engine;

/// Outputs computed together; their weights lie together.
pub(crate) const PANEL: usize = 16;
/// Inputs that share a scale, per output.
pub(crate) const GROUP: usize = 64;
/// Inputs are taken two at a time.
const PAIRS: usize = GROUP / 2;
/// The bytes of one pair of inputs for every output of a panel.
const PAIR_BYTES: usize = PANEL * 2;
/// Rows computed together; each weight is widened once for all of them.
const ROWS_MAX: usize = 6;
/// Pairs computed without a branch between them.
#[cfg(target_arch = "x86_64")]
const UNROLLED: usize = 4;
/// Activations are rounded to at most this magnitude.
const MAGNITUDE_MAX: f32 = 32767.0;
/// Adding this to a small float leaves its nearest integer in the low bits.
const ROUND: f32 = 12_582_912.0;

/// The pairs of one group of inputs of one row.
type RowGroup = [[i16; 2]; PAIRS];
/// The weights of one group of inputs for every output of a panel.
type PanelGroup = [[u8; PAIR_BYTES]; PAIRS];
/// One number for every output of a panel.
type PanelRow = [f32; PANEL];

/// The weights of one product, borrowed from the model.
///
/// Layout of `weights`: panel of 16 outputs, pair of inputs, output, the two signed bytes.
/// Layout of `scales`: panel, group of 64 inputs, output.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Linear<'a> {
    pub(crate) weights: &'a [u8],
    pub(crate) scales: &'a [f32],
    pub(crate) bias: &'a [f32],
    pub(crate) inputs: usize,
}

/// Rows rounded to 16 bits, ready to be multiplied.
#[derive(Debug, Default)]
pub(crate) struct Activations {
    values: Vec<[i16; 2]>,
    scales: Vec<f32>,
}

impl Activations {
    /// Rounds rows of `columns` floats each; `columns` is a multiple of 64.
    pub(crate) fn quantise(&mut self, engine: Engine, rows: &[f32], columns: usize) {
        self.values.resize(rows.len() / 2, [0; 2]);
        self.scales.resize(rows.len() / columns, 0.0);
        engine.run(Quantise { rows, columns, values: &mut self.values, scales: &mut self.scales });
    }
}

struct Quantise<'a> {
    rows: &'a [f32],
    columns: usize,
    values: &'a mut [[i16; 2]],
    scales: &'a mut [f32],
}

impl NullaryFnOnce for Quantise<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let rows = self.rows.chunks_exact(self.columns);
        let values = self.values.chunks_exact_mut(self.columns / 2);
        for ((row, values), scale) in rows.zip(values).zip(self.scales) {
            let row = row.as_chunks::<PANEL>().0;
            let mut largest = [0.0_f32; PANEL];
            for chunk in row {
                for (largest, value) in largest.iter_mut().zip(chunk) {
                    *largest = if value.abs() > *largest { value.abs() } else { *largest };
                }
            }
            let largest = largest.into_iter().fold(0.0, f32::max);
            *scale = largest / MAGNITUDE_MAX;
            let inverse = if largest > 0.0 { MAGNITUDE_MAX / largest } else { 0.0 };
            for (chunk, values) in row.iter().zip(values.as_chunks_mut::<{ PANEL / 2 }>().0) {
                let rounded = chunk.map(|value| (value * inverse + ROUND).to_bits() as i16);
                *values = pulp::cast(rounded);
            }
        }
    }
}

/// Multiplies rows with the weights and adds the bias: one row of outputs for each row of inputs.
pub(crate) fn linear(engine: Engine, rows: &Activations, weights: Linear<'_>, out: &mut [f32]) {
    match engine {
        Engine::Portable => Product { kernel: Portable, rows, weights, out }.call(),
        #[cfg(target_arch = "x86_64")]
        Engine::Avx2(simd) => simd.vectorize(Product { kernel: simd, rows, weights, out }),
        #[cfg(target_arch = "x86_64")]
        Engine::Vnni(simd, vnni) => vnni.vectorize(Product { kernel: simd, rows, weights, out }),
    }
}

struct Product<'a, K> {
    kernel: K,
    rows: &'a Activations,
    weights: Linear<'a>,
    out: &'a mut [f32],
}

impl<K: Kernel> NullaryFnOnce for Product<'_, K> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Linear { weights, scales, bias, inputs } = self.weights;
        let groups = inputs / GROUP;
        let outputs = bias.len();
        let (row_groups, _) = self.rows.values.as_chunks::<PAIRS>();
        let panels = weights.as_chunks::<PAIR_BYTES>().0.as_chunks::<PAIRS>().0.chunks_exact(groups);
        let scales = scales.as_chunks::<PANEL>().0.chunks_exact(groups);
        let bias = bias.as_chunks::<PANEL>().0;
        for (index, ((panel, scales), bias)) in panels.zip(scales).zip(bias).enumerate() {
            let panel = Panel { weights: panel, scales, bias };
            let mut row = 0;
            while row < self.rows.scales.len() {
                let values = &row_groups[row * groups..];
                let row_scales = &self.rows.scales[row..];
                let out = &mut self.out[row * outputs + index * PANEL..];
                // What is left is split so that the last rows are not computed one by one.
                row += match row_scales.len() {
                    1 => tile::<1, K>(self.kernel, values, row_scales, panel, out, outputs),
                    2 => tile::<2, K>(self.kernel, values, row_scales, panel, out, outputs),
                    3 => tile::<3, K>(self.kernel, values, row_scales, panel, out, outputs),
                    4 | 7 | 8 => tile::<4, K>(self.kernel, values, row_scales, panel, out, outputs),
                    5 | 9 | 10 => tile::<5, K>(self.kernel, values, row_scales, panel, out, outputs),
                    _ => tile::<ROWS_MAX, K>(self.kernel, values, row_scales, panel, out, outputs),
                };
            }
        }
    }
}

/// Everything that 16 outputs need.
#[derive(Clone, Copy)]
struct Panel<'a> {
    weights: &'a [PanelGroup],
    scales: &'a [PanelRow],
    bias: &'a PanelRow,
}

/// Computes 16 outputs of the first `M` rows and returns `M`.
#[inline(always)]
fn tile<const M: usize, K: Kernel>(
    kernel: K,
    values: &[RowGroup],
    row_scales: &[f32],
    panel: Panel<'_>,
    out: &mut [f32],
    outputs: usize,
) -> usize {
    let groups = panel.weights.len();
    let mut sums = [[0.0_f32; PANEL]; M];
    for (group, (weights, scales)) in panel.weights.iter().zip(panel.scales).enumerate() {
        let rows: [&RowGroup; M] = std::array::from_fn(|row| &values[row * groups + group]);
        kernel.add_group(rows, weights, scales, &mut sums);
    }
    for (row, sums) in sums.iter().enumerate() {
        let scale = row_scales[row];
        let finished: PanelRow = std::array::from_fn(|lane| sums[lane] * scale + panel.bias[lane]);
        out[row * outputs..][..PANEL].copy_from_slice(&finished);
    }
    M
}

/// Multiplies one group of inputs for 16 outputs.
trait Kernel: Copy {
    /// Adds the scaled sum of the group's products to `sums`.
    fn add_group<const M: usize>(
        self,
        rows: [&RowGroup; M],
        weights: &PanelGroup,
        scales: &PanelRow,
        sums: &mut [PanelRow; M],
    );
}

/// Plain loops, for the compiler to vectorise.
#[derive(Clone, Copy)]
struct Portable;

impl Kernel for Portable {
    #[inline(always)]
    fn add_group<const M: usize>(
        self,
        rows: [&RowGroup; M],
        weights: &PanelGroup,
        scales: &PanelRow,
        sums: &mut [PanelRow; M],
    ) {
        let mut totals = [[0_i32; PANEL]; M];
        for (pair, weights) in weights.iter().enumerate() {
            let weights: [[i8; 2]; PANEL] = pulp::cast(*weights);
            for (totals, row) in totals.iter_mut().zip(rows) {
                let [first, second] = row[pair].map(i32::from);
                for (total, weights) in totals.iter_mut().zip(weights) {
                    *total += first * i32::from(weights[0]) + second * i32::from(weights[1]);
                }
            }
        }
        for (sums, totals) in sums.iter_mut().zip(totals) {
            for ((sum, total), scale) in sums.iter_mut().zip(totals).zip(scales) {
                *sum += total as f32 * scale;
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
impl Kernel for pulp::x86::V3 {
    #[inline(always)]
    fn add_group<const M: usize>(
        self,
        rows: [&RowGroup; M],
        weights: &PanelGroup,
        scales: &PanelRow,
        sums: &mut [PanelRow; M],
    ) {
        let mut totals = [[self.splat_i32x8(0); 2]; M];
        for (chunk, weights) in weights.as_chunks::<UNROLLED>().0.iter().enumerate() {
            for (pair, weights) in weights.iter().enumerate() {
                let weights: [pulp::i8x16; 2] = pulp::cast(*weights);
                let weights = weights.map(|half| self.convert_i8x16_to_i16x16(half));
                for (totals, row) in totals.iter_mut().zip(rows) {
                    let inputs = row[chunk * UNROLLED + pair];
                    let inputs: pulp::i16x16 = pulp::cast(self.splat_i32x8(pulp::cast(inputs)));
                    for (total, weights) in totals.iter_mut().zip(weights) {
                        let products = self.multiply_wrapping_add_adjacent_i16x16(inputs, weights);
                        *total = self.wrapping_add_i32x8(*total, products);
                    }
                }
            }
        }
        let scales: [pulp::f32x8; 2] = pulp::cast(*scales);
        for (sums, totals) in sums.iter_mut().zip(totals) {
            let mut halves: [pulp::f32x8; 2] = pulp::cast(*sums);
            for ((half, total), scale) in halves.iter_mut().zip(totals).zip(scales) {
                let scaled = self.mul_f32x8(self.convert_i32x8_to_f32x8(total), scale);
                *half = self.add_f32x8(*half, scaled);
            }
            *sums = pulp::cast(halves);
        }
    }
}
