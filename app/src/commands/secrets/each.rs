//! The same for many files, on all cores: all of it, or every failure.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::exit::Failure;

/// The answers in the order of the files; or what failed, all of it, with the status of the first.
pub(super) fn each<I: Sync, T: Send>(
    files: &[I],
    work: impl Fn(&I) -> Result<T, Failure> + Sync,
) -> Result<Vec<T>, Failure> {
    let (mut done, mut failures) = (Vec::with_capacity(files.len()), Vec::new());
    for answer in every(files, work) {
        match answer {
            Ok(answer) => done.push(answer),
            Err(failure) => failures.push(failure),
        }
    }
    joined(&failures).map(|()| done)
}

/// All of these as one, with the status of the first.
pub(super) fn joined(failures: &[Failure]) -> Result<(), Failure> {
    let Some(first) = failures.first() else { return Ok(()) };
    let texts: Vec<_> = failures.iter().map(Failure::message).collect();
    Err(Failure::with_exit(first.code(), texts.join("\n✗ ")))
}

/// All answers, in the order of the files.
pub(super) fn every<I: Sync, T: Send>(files: &[I], work: impl Fn(&I) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let answers = Mutex::new(Vec::with_capacity(files.len()));
    let some = || {
        while let Some((at, file)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            files.get(at).map(|file| (at, file))
        } {
            let answer = work(file);
            answers.lock().unwrap_or_else(PoisonError::into_inner).push((at, answer));
        }
    };
    // A thread costs as much as a few files, and so does asking how many there may be.
    let useful = files.len().div_ceil(8);
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = if useful < 2 { 1 } else { useful.min(cores()) };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(some);
        }
        some();
    });
    let mut answers = answers.into_inner().unwrap_or_else(PoisonError::into_inner);
    answers.sort_by_key(|(at, _)| *at);
    answers.into_iter().map(|(_, answer)| answer).collect()
}
