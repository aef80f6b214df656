//! The arithmetic of the forward pass, on one thread.
//!
//! Sums are taken in a fixed order and products are never fused into them, so every machine computes the same vector, bit for bit, whatever its instruction set.

pub(crate) mod attention;
pub(crate) mod elementwise;
pub(crate) mod linear;
#[cfg(test)]
mod tests;

use pulp::NullaryFnOnce;

#[cfg(target_arch = "x86_64")]
pulp::simd_type! {
    /// Machines with AVX-512 multiply pairs and add them in one instruction; the compiler finds it in the AVX2 kernel.
    pub(crate) struct Vnni {
        pub(crate) avx2: "avx2",
        pub(crate) avx512f: "avx512f",
        pub(crate) avx512vl: "avx512vl",
        pub(crate) avx512vnni: "avx512vnni",
    }
}

/// The instructions that a machine offers, found out once when a model is loaded.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Engine {
    /// What every machine of the target has; the compiler's own vectorisation.
    Portable,
    /// 256-bit integers and floats.
    #[cfg(target_arch = "x86_64")]
    Avx2(pulp::x86::V3),
    /// The same, with more registers and one instruction less for each product.
    #[cfg(target_arch = "x86_64")]
    Vnni(pulp::x86::V3, Vnni),
}

impl Engine {
    /// Picks the fastest engine that this machine can run.
    pub(crate) fn detect() -> Self {
        Self::available().last().copied().unwrap_or(Self::Portable)
    }

    /// Every engine that this machine can run, the fastest last.
    #[cfg(target_arch = "x86_64")]
    pub(crate) fn available() -> Vec<Self> {
        let mut engines = vec![Self::Portable];
        if let Some(simd) = pulp::x86::V3::try_new() {
            engines.push(Self::Avx2(simd));
            engines.extend(Vnni::try_new().map(|vnni| Self::Vnni(simd, vnni)));
        }
        engines
    }

    /// Every engine that this machine can run.
    #[cfg(not(target_arch = "x86_64"))]
    pub(crate) fn available() -> Vec<Self> {
        vec![Self::Portable]
    }

    /// Runs an operation compiled for this engine's instructions, as far as it is inlined.
    fn run<O: NullaryFnOnce>(self, operation: O) -> O::Output {
        match self {
            Self::Portable => operation.call(),
            #[cfg(target_arch = "x86_64")]
            // AVX-512 gains nothing here.
            Self::Avx2(simd) | Self::Vnni(simd, _) => simd.vectorize(operation),
        }
    }
}
