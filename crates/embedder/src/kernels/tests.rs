use proptest::prelude::*;

use crate::convert::pack;
use crate::kernels::Engine;
use crate::kernels::elementwise::{self, exp};
use crate::kernels::linear::{Activations, GROUP, Linear, PANEL, linear};

#[test]
fn the_error_function_is_right_to_six_decimals() {
    // Checked against the definition: twice the integral of the density, by Simpson's rule.
    for step in -500..=500 {
        let x = step as f32 / 100.0;
        let (steps, end) = (1000, f64::from(x));
        let width = end / f64::from(steps);
        let density = |t: f64| (-t * t).exp() * std::f64::consts::FRAC_2_SQRT_PI;
        let inner = |i: i32| density(f64::from(i) * width) * if i % 2 == 1 { 4.0 } else { 2.0 };
        let exact = (density(0.0) + (1..steps).map(inner).sum::<f64>() + density(end)) * width / 3.0;
        assert!((f64::from(elementwise::erf(x)) - exact).abs() < 1e-6, "erf({x})");
    }
}

#[test]
fn the_exponential_is_right_to_six_digits() {
    for step in 0..=8000 {
        let x = -(step as f32) / 100.0;
        let exact = f64::from(x).exp();
        assert!((f64::from(exp(x)) / exact - 1.0).abs() < 1e-6, "exp({x})");
    }
    assert!(exp(f32::NEG_INFINITY) < 1e-37);
    assert_eq!(exp(0.0), 1.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Rounded weights times rounded rows is close to the exact product, and the same on every engine.
    #[test]
    fn products_are_right_on_every_engine(
        rows in 1_usize..20,
        groups in 1_usize..4,
        panels in 1_usize..3,
        seed in any::<u32>(),
    ) {
        let (inputs, outputs) = (groups * GROUP, panels * PANEL);
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        let x: Vec<f32> = (0..rows * inputs).map(|_| next()).collect();
        let weights: Vec<f32> = (0..outputs * inputs).map(|_| next()).collect();
        let bias: Vec<f32> = (0..outputs).map(|_| next()).collect();
        let (packed, scales) = pack(&weights, inputs);
        let mut first = None;
        for engine in Engine::available() {
            let mut activations = Activations::default();
            activations.quantise(engine, &x, inputs);
            let mut out = vec![0.0; rows * outputs];
            let packed = Linear { weights: &packed, scales: &scales, bias: &bias, inputs };
            linear(engine, &activations, packed, &mut out);
            for (index, found) in out.iter().enumerate() {
                let (row, output) = (index / outputs, index % outputs);
                let pairs = x[row * inputs..][..inputs].iter().zip(&weights[output * inputs..]);
                let exact = pairs.map(|(a, b)| a * b).sum::<f32>() + bias[output];
                // Half a step of 1/127 at most for each weight, and they do not all err the same way.
                prop_assert!((found - exact).abs() < 0.02 * (inputs as f32).sqrt(), "{found} {exact}");
            }
            prop_assert_eq!(first.get_or_insert_with(|| out.clone()), &out, "{:?}", engine);
        }
    }
}

#[test]
fn the_largest_numbers_do_not_overflow() {
    let inputs = 24 * GROUP;
    let (packed, scales) = pack(&vec![1.0; PANEL * inputs], inputs);
    for engine in Engine::available() {
        let mut activations = Activations::default();
        activations.quantise(engine, &vec![-1e9; inputs], inputs);
        let mut out = vec![0.0; PANEL];
        let packed = Linear { weights: &packed, scales: &scales, bias: &[0.0; PANEL], inputs };
        linear(engine, &activations, packed, &mut out);
        for value in out {
            assert!((value / (-1e9 * inputs as f32) - 1.0).abs() < 1e-4, "{value} on {engine:?}");
        }
    }
}

#[test]
fn rows_of_zeros_stay_zeros() {
    for engine in Engine::available() {
        let mut activations = Activations::default();
        activations.quantise(engine, &[0.0; 2 * GROUP], GROUP);
        let mut out = vec![1.0; 2 * PANEL];
        let (packed, scales) = pack(&[0.5; PANEL * GROUP], GROUP);
        let packed = Linear { weights: &packed, scales: &scales, bias: &[0.25; PANEL], inputs: GROUP };
        linear(engine, &activations, packed, &mut out);
        assert_eq!(out, [0.25; 2 * PANEL]);
    }
}
