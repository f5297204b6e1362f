use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError, mpsc};

use super::LabError;

/// Carries out experiments a few at a time, each with client and server on one thread, and tells of each in
/// order.
pub(super) fn carry_out<I: Send, T: Send>(
    inputs: Vec<I>,
    at_once: usize,
    experiment: impl AsyncFn(I) -> Result<T, LabError> + Sync,
    told: impl Fn(&T),
) -> Result<Vec<T>, LabError> {
    let total = inputs.len();
    let queue = Mutex::new(inputs.into_iter().enumerate());
    let (done, results) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..at_once.clamp(1, total.max(1)) {
            let (queue, done, experiment) = (&queue, done.clone(), &experiment);
            scope.spawn(move || {
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some((place, input)) = next else { return };
                    let result = tokio::runtime::Builder::new_current_thread()
                        .enable_all()
                        .build()
                        .map_err(LabError::Server)
                        .and_then(|runtime| runtime.block_on(experiment(input)));
                    if done.send((place, result)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        in_order(&results, total, told)
    })
}

/// Takes results as they come, and hands them on in order.
fn in_order<T>(
    results: &mpsc::Receiver<(usize, Result<T, LabError>)>,
    total: usize,
    told: impl Fn(&T),
) -> Result<Vec<T>, LabError> {
    let mut early = BTreeMap::new();
    let mut all = Vec::with_capacity(total);
    for (place, result) in results {
        early.insert(place, result?);
        while let Some(next) = early.remove(&all.len()) {
            told(&next);
            all.push(next);
        }
    }
    Ok(all)
}
