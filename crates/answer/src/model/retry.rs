//! How long to wait before a request is sent again.

use std::time::Duration;

use crate::model::ModelError;

/// Most requests for one reply, the first included.
pub const REQUESTS_MAX: u32 = 3;
/// The wait before the second request, when the provider names none; doubled for the third.
const WAIT_FIRST: Duration = Duration::from_millis(300);

/// A random number in [0, 1), drawn anew for each wait.
pub type Random<'a> = &'a (dyn Fn(u32) -> f64 + Send + Sync);

/// The wait after the request number `sent` (from 1) failed; `None` when it is not worth another.
///
/// What the provider asks for is kept to the letter, plus a little, so that not everybody comes back in the same instant.
pub fn wait(error: &ModelError, sent: u32, left: Duration, random: f64) -> Option<Duration> {
    if !error.failure.is_passing() || sent >= REQUESTS_MAX {
        return None;
    }
    let wait = match error.after {
        Some(after) => after + (after / 10).mul_f64(random),
        None => (WAIT_FIRST * 2_u32.pow(sent - 1)).mul_f64(0.5 + random),
    };
    // Waiting longer than half of what is left would leave no time for the reply itself.
    (wait * 2 <= left).then_some(wait)
}

/// Random numbers from a random text, such as the nonce of a turn.
pub fn random_of(nonce: &str) -> impl Fn(u32) -> f64 + Send + Sync + '_ {
    move |draw| {
        // FNV-1a: spreads a random text evenly, and is the same everywhere.
        let hash = nonce
            .bytes()
            .chain(draw.to_le_bytes())
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        (hash >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Failure;

    const LONG: Duration = Duration::from_secs(10);

    fn failed(failure: Failure, after: Option<u64>) -> ModelError {
        ModelError { after: after.map(Duration::from_millis), ..ModelError::new(failure, "test") }
    }

    #[test]
    fn what_may_pass_is_tried_again_a_few_times_with_growing_waits() {
        let down = failed(Failure::ProviderDown, None);
        let waits: Vec<_> = (1..=4).map(|sent| wait(&down, sent, LONG, 0.5).map(|wait| wait.as_millis())).collect();
        assert_eq!(waits, [Some(300), Some(600), None, None]);
        assert_eq!(wait(&failed(Failure::KeyRefused, None), 1, LONG, 0.5), None);
        assert_eq!(wait(&failed(Failure::Unusable, None), 1, LONG, 0.5), None);
    }

    #[test]
    fn the_wait_that_the_provider_asks_for_is_never_cut_short() {
        for random in [0.0, 0.3, 0.999] {
            let waited = wait(&failed(Failure::OverLimit, Some(2_000)), 1, LONG, random).expect("there is time");
            assert!((2_000..=2_200).contains(&waited.as_millis()), "{waited:?}");
        }
        assert_eq!(wait(&failed(Failure::OverLimit, Some(6_000)), 1, LONG, 0.0), None, "no time left to answer");
    }

    #[test]
    fn random_numbers_are_spread_and_belong_to_their_text() {
        let draws: Vec<f64> = (0..1_000).map(|n| random_of(&format!("nonce {n}"))(1)).collect();
        let mean = draws.iter().sum::<f64>() / 1_000.0;
        assert!((0.45..0.55).contains(&mean), "{mean}");
        assert!(draws.iter().all(|draw| (0.0..1.0).contains(draw)));
        assert!((random_of("a")(1) - random_of("a")(1)).abs() < f64::EPSILON);
        assert!((random_of("a")(1) - random_of("a")(2)).abs() > f64::EPSILON);
    }
}
