//! A circuit breaker: an endpoint that keeps failing is left alone for a while, so that visitors do not wait for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Failures in a row after which an endpoint is left alone.
pub const FAILURES_MAX: u32 = 5;
/// How long it is left alone at first; doubled with each failed try.
const REST_FIRST: Duration = Duration::from_secs(15);
/// Longest rest between two tries.
const REST_MAX: Duration = Duration::from_secs(240);
/// A try that has not ended after this long is taken as lost.
const PROBE_MAX: Duration = Duration::from_secs(60);

/// The state of one endpoint, over times that are passed in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Circuit {
    failures: u32,
    open: Option<Open>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Open {
    until: Duration,
    rest: Duration,
    probe_since: Option<Duration>,
}

/// Whether a request may go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permit {
    /// It may.
    Go,
    /// It may, alone: whether others may follow depends on it.
    Probe,
    /// Not before this much longer.
    Wait(Duration),
}

impl Circuit {
    /// Asks for leave at a time since some beginning.
    pub fn ask(&mut self, now: Duration) -> Permit {
        let Some(open) = &mut self.open else { return Permit::Go };
        if now < open.until {
            return Permit::Wait(open.until - now);
        }
        match open.probe_since {
            Some(since) if now < since + PROBE_MAX => Permit::Wait(since + PROBE_MAX - now),
            _ => {
                open.probe_since = Some(now);
                Permit::Probe
            }
        }
    }

    /// A reply came to its end.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// A request failed; `asked` is the rest that the provider asks for.
    pub fn failed(&mut self, now: Duration, asked: Option<Duration>) {
        self.failures = self.failures.saturating_add(1);
        let rest = match &self.open {
            Some(open) if open.probe_since.is_some() => (open.rest * 2).min(REST_MAX),
            // A request that went out before the endpoint was left alone says nothing new.
            Some(_) => return,
            None if self.failures >= FAILURES_MAX => REST_FIRST,
            None => return,
        };
        let until = now + rest.max(asked.unwrap_or_default().min(REST_MAX));
        self.open = Some(Open { until, rest, probe_since: None });
    }

    /// A request was given up by whoever asked, which says nothing about the endpoint.
    pub fn abandoned(&mut self) {
        if let Some(open) = &mut self.open {
            open.probe_since = None;
        }
    }

    /// Failures in a row so far.
    pub fn failures(&self) -> u32 {
        self.failures
    }
}

/// The circuit of one endpoint, shared by all who use it.
#[derive(Debug, Clone)]
pub struct SharedCircuit {
    circuit: Arc<Mutex<Circuit>>,
    started: Instant,
}

impl Default for SharedCircuit {
    fn default() -> Self {
        Self { circuit: Arc::default(), started: Instant::now() }
    }
}

impl SharedCircuit {
    pub(crate) fn ask(&self) -> Permit {
        self.lock().ask(self.started.elapsed())
    }

    pub(crate) fn failed(&self, asked: Option<Duration>) {
        self.lock().failed(self.started.elapsed(), asked);
    }

    pub(crate) fn abandoned(&self) {
        self.lock().abandoned();
    }

    /// The endpoint works: whoever was told to wait need not.
    pub fn succeeded(&self) {
        self.lock().succeeded();
    }

    /// Failures in a row so far.
    pub fn failures(&self) -> u32 {
        self.lock().failures()
    }

    fn lock(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn opened() -> Circuit {
        let mut circuit = Circuit::default();
        for _ in 0..FAILURES_MAX {
            assert_eq!(circuit.ask(at(1)), Permit::Go);
            circuit.failed(at(1), None);
        }
        circuit
    }

    #[test]
    fn it_opens_after_failures_in_a_row_only() {
        let mut circuit = Circuit::default();
        for _ in 0..100 {
            circuit.failed(at(1), None);
            circuit.failed(at(1), None);
            circuit.succeeded();
            assert_eq!(circuit.ask(at(1)), Permit::Go);
        }
        assert_eq!(opened().ask(at(2)), Permit::Wait(at(14)));
    }

    #[test]
    fn one_request_tries_and_the_others_wait_for_it() {
        let mut circuit = opened();
        assert_eq!(circuit.ask(at(16)), Permit::Probe);
        assert_eq!(circuit.ask(at(17)), Permit::Wait(at(59)));
        circuit.succeeded();
        assert_eq!(circuit.ask(at(17)), Permit::Go);
    }

    #[test]
    fn a_failed_try_doubles_the_rest_up_to_a_bound() {
        let mut circuit = opened();
        let mut now = at(16);
        let mut rests = Vec::new();
        for _ in 0..6 {
            assert_eq!(circuit.ask(now), Permit::Probe);
            circuit.failed(now, None);
            let Permit::Wait(rest) = circuit.ask(now) else { panic!("it rests") };
            rests.push(rest.as_secs());
            now += rest;
        }
        assert_eq!(rests, [30, 60, 120, 240, 240, 240]);
    }

    #[test]
    fn a_provider_that_asks_for_a_longer_rest_gets_it() {
        let mut circuit = opened();
        assert_eq!(circuit.ask(at(16)), Permit::Probe);
        circuit.failed(at(16), Some(at(100)));
        assert_eq!(circuit.ask(at(16)), Permit::Wait(at(100)));
    }

    #[test]
    fn an_abandoned_or_lost_try_lets_the_next_one_try() {
        let mut circuit = opened();
        assert_eq!(circuit.ask(at(16)), Permit::Probe);
        circuit.abandoned();
        assert_eq!(circuit.ask(at(16)), Permit::Probe);
        assert_eq!(circuit.ask(at(76)), Permit::Probe, "the one before never came back");
    }

    proptest! {
        /// Whatever happens, it never rests longer than its bound and always tries again.
        #[test]
        fn it_always_tries_again(steps in prop::collection::vec((0_u8..4, 0_u64..400), 0..60)) {
            let mut circuit = Circuit::default();
            let mut now = Duration::ZERO;
            for (step, pause) in steps {
                now += at(pause);
                match step {
                    0 => { circuit.ask(now); }
                    1 => circuit.failed(now, Some(at(pause))),
                    2 => circuit.succeeded(),
                    _ => circuit.abandoned(),
                }
                if let Permit::Wait(rest) = circuit.clone().ask(now) {
                    prop_assert!(rest <= REST_MAX);
                }
            }
            let later = circuit.ask(now + REST_MAX + PROBE_MAX);
            prop_assert!(!matches!(later, Permit::Wait(_)));
        }
    }
}
