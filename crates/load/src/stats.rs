//! Latencies and what is said about them. Pure.

use std::time::Duration;

use serde::Serialize;

/// The latencies of one run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Latencies {
    nanos: Vec<u64>,
}

/// What is said about the latencies of one run, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Summary {
    /// How many there were.
    pub(crate) count: usize,
    /// Half were at most this.
    pub(crate) p50_ms: f64,
    /// All but one in a hundred were at most this.
    pub(crate) p99_ms: f64,
    /// The longest.
    pub(crate) max_ms: f64,
}

impl Latencies {
    /// Adds one.
    pub(crate) fn record(&mut self, latency: Duration) {
        self.nanos.push(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Adds those of another run.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.nanos.extend_from_slice(&other.nanos);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.nanos.len()
    }

    /// The smallest latency that at least the share `q` (0 to 1) of them does not exceed; `None` without any.
    pub(crate) fn quantile(&self, q: f64) -> Option<Duration> {
        let mut sorted = self.nanos.clone();
        sorted.sort_unstable();
        nearest_rank(&sorted, q).map(Duration::from_nanos)
    }

    /// The usual figures; `None` without any latency.
    pub(crate) fn summary(&self) -> Option<Summary> {
        let mut sorted = self.nanos.clone();
        sorted.sort_unstable();
        let at = |q| nearest_rank(&sorted, q).map(|nanos| milliseconds(Duration::from_nanos(nanos)));
        Some(Summary { count: sorted.len(), p50_ms: at(0.5)?, p99_ms: at(0.99)?, max_ms: at(1.0)? })
    }
}

/// The nearest-rank quantile of sorted values.
fn nearest_rank(sorted: &[u64], q: f64) -> Option<u64> {
    // Ranks are small enough for exact arithmetic in f64.
    let rank = (q * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.max(1) - 1).or_else(|| sorted.last()).copied()
}

/// The middle value, or the mean of the two in the middle; `None` without any.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = sorted.get(middle)?;
    if sorted.len() % 2 == 1 { Some(*upper) } else { Some(f64::midpoint(sorted[middle - 1], *upper)) }
}

/// A duration in milliseconds, to the microsecond.
pub(crate) fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// How many per second.
pub(crate) fn per_second(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64().max(f64::EPSILON)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latencies(millis: impl IntoIterator<Item = u64>) -> Latencies {
        let mut latencies = Latencies::default();
        millis.into_iter().for_each(|ms| latencies.record(Duration::from_millis(ms)));
        latencies
    }

    #[test]
    fn quantiles_are_values_that_occurred() {
        let hundred = latencies((1..=100).rev());
        assert_eq!(hundred.quantile(0.5), Some(Duration::from_millis(50)));
        assert_eq!(hundred.quantile(0.99), Some(Duration::from_millis(99)));
        assert_eq!(hundred.quantile(1.0), Some(Duration::from_millis(100)));
        assert_eq!(hundred.quantile(0.0), Some(Duration::from_millis(1)));
    }

    #[test]
    fn the_p99_of_few_is_the_worst_of_them() {
        let summary = latencies([7, 3, 9]).summary();
        assert_eq!(summary, Some(Summary { count: 3, p50_ms: 7.0, p99_ms: 9.0, max_ms: 9.0 }));
    }

    #[test]
    fn nothing_has_no_figures() {
        assert_eq!(Latencies::default().summary(), None);
        assert_eq!(Latencies::default().quantile(0.5), None);
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn merged_runs_are_one_run() {
        let mut all = latencies([1, 2]);
        all.merge(&latencies([3]));
        assert_eq!((all.len(), all.quantile(1.0)), (3, Some(Duration::from_millis(3))));
    }

    #[test]
    fn medians() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0]), Some(2.5));
    }

    #[test]
    fn rates() {
        assert!((per_second(500, Duration::from_millis(250)) - 2_000.0).abs() < 1e-9);
    }
}
