//! Randomness that can be played again: everything is drawn from the seed that a run prints.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// A source of random numbers for one lane of a run.
#[derive(Debug)]
pub(crate) struct Seeded {
    numbers: StdRng,
}

impl Seeded {
    /// The numbers of one lane: the same seed and lane give the same numbers, whatever the other lanes do.
    pub(crate) fn new(seed: u64, lane: u64) -> Self {
        Self { numbers: StdRng::seed_from_u64(seed ^ lane.wrapping_mul(0x9e37_79b9_7f4a_7c15)) }
    }

    /// A fresh client id.
    pub(crate) fn client_id(&mut self) -> String {
        uuid::Builder::from_random_bytes(self.numbers.random()).into_uuid().to_string()
    }

    /// A whole number of milliseconds between two bounds, both included.
    pub(crate) fn milliseconds(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(self.numbers.random_range(from..=to))
    }

    /// A whole number of microseconds between two bounds, both included.
    pub(crate) fn microseconds(&mut self, from: i64, to: i64) -> i64 {
        self.numbers.random_range(from..=to)
    }

    /// A whole number below a bound that is not zero.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.numbers.random_range(0..bound)
    }

    /// True with this probability, 0 to 1.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.numbers.random_bool(probability)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_again_and_lanes_differ() {
        let ids = |seed, lane| {
            let mut seeded = Seeded::new(seed, lane);
            [seeded.client_id(), seeded.client_id()]
        };
        assert_eq!(ids(1, 2), ids(1, 2));
        assert_ne!(ids(1, 2), ids(1, 3));
        assert_ne!(ids(1, 2)[0], ids(1, 2)[1]);
    }

    #[test]
    fn numbers_stay_within_their_bounds() {
        let mut seeded = Seeded::new(7, 0);
        for _ in 0..1_000 {
            assert!((50..=2_000).contains(&seeded.milliseconds(50, 2_000).as_millis()));
            assert!((-50..=250).contains(&seeded.microseconds(-50, 250)));
        }
    }
}
