use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::model::CaseReport;

/// How long answers took, from sending to the last byte, in microseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Latency {
    /// Answers that were measured.
    pub answers: usize,
    /// Half of them took no longer.
    pub p50_us: u64,
    /// 95 of 100 took no longer.
    pub p95_us: u64,
    /// 99 of 100 took no longer.
    pub p99_us: u64,
    /// None took longer.
    pub max_us: u64,
}

impl Latency {
    /// Of the answers of each operation.
    pub(crate) fn of(times: IndexMap<String, Vec<u64>>) -> IndexMap<String, Latency> {
        times.into_iter().map(|(operation, times)| (operation, Latency::of_times(times))).collect()
    }

    /// How long the answers took that cases got, by operation, the shortest first.
    pub(crate) fn times(cases: &[CaseReport]) -> IndexMap<String, Vec<u64>> {
        let mut times: IndexMap<String, Vec<u64>> = IndexMap::new();
        let answered = cases.iter().flat_map(|case| &case.exchanges).filter(|exchange| exchange.status.is_some());
        for exchange in answered {
            match times.get_mut(&exchange.operation) {
                Some(known) => known.push(exchange.duration_us),
                None => drop(times.insert(exchange.operation.clone(), vec![exchange.duration_us])),
            }
        }
        times.values_mut().for_each(|times| times.sort_unstable());
        times
    }

    fn of_times(mut times: Vec<u64>) -> Latency {
        times.sort_unstable();
        let quantile =
            |part: usize| times.get((times.len().saturating_sub(1)) * part / 100).copied().unwrap_or_default();
        Latency {
            answers: times.len(),
            p50_us: quantile(50),
            p95_us: quantile(95),
            p99_us: quantile(99),
            max_us: quantile(100),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Latency;

    #[test]
    fn quantiles_are_of_what_was_measured() {
        let latency = Latency::of_times((1..=100).rev().collect());
        assert_eq!((latency.answers, latency.p50_us, latency.p95_us, latency.max_us), (100, 50, 95, 100));
        assert_eq!(Latency::of_times(Vec::new()), Latency::default());
    }
}
