//! The search for primes, which threads can share, and several of which go on at once.

use std::iter::once;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::prime::{random_bases, random_bits};
use super::sieve::without_small_factors;
use super::suspect::{Suspect, passed};
use super::together::lanes;
use crate::bigint::Natural;
use crate::env::Powers;
use crate::error::Error;
use crate::function::Call;

/// The search for the first prime behind a random number.
pub(super) struct Search {
    start: Natural,
    /// Two, and then those that make sure.
    bases: Vec<Natural>,
    /// How far behind the start those stand that may be prime.
    candidates: OnceLock<Vec<u64>>,
    state: Mutex<State>,
}

/// How far a search has come.
#[derive(Default)]
struct State {
    /// How many candidates have been tested with base two, or are about to be.
    tested: usize,
    /// The first candidate that passed.
    first: Option<usize>,
    /// How many bases it has been tested with, or is about to be.
    bases: usize,
    /// It has failed with one of them, which nobody will ever see.
    has_failed: bool,
}

/// Whether a candidate passes the test with a base.
struct Question {
    candidate: usize,
    base: usize,
    suspect: Suspect,
}

/// Goes on with all searches until each has its prime, beginning with another one for each worker. All candidates before a
/// prime are tested, so that the outcome is the same however many workers there are.
pub(super) fn help(searches: &[Search], worker: usize, powers: Option<&dyn Powers>) {
    let (before, from) = searches.split_at(worker % searches.len().max(1));
    let searches: Vec<_> = from.iter().chain(before).collect();
    let together = searches.iter().map(|search| lanes(powers, search.start.bits())).max().unwrap_or(1);
    loop {
        let mut questions = Vec::new();
        loop {
            // One of each search in turn.
            let missing = together - questions.len();
            let round = searches.iter().filter_map(|search| Some((*search, search.question()?)));
            let round: Vec<_> = round.take(missing).collect();
            if round.is_empty() {
                break;
            }
            questions.extend(round);
        }
        if questions.is_empty() {
            return;
        }
        let tests: Vec<_> =
            questions.iter().map(|(search, of)| (&of.suspect, &search.bases[of.base])).collect();
        for ((search, question), passed) in questions.iter().zip(passed(powers, &tests)) {
            search.learn(question, passed);
        }
    }
}

impl Search {
    pub(super) fn new(call: &Call<'_>, bits: usize) -> Result<Self, Error> {
        let mut start = random_bits(call, bits)?;
        [0, bits - 2, bits - 1].into_iter().for_each(|bit| start.set_bit(bit));
        let bases = once(Natural::from(2)).chain(random_bases(call, bits)?).collect();
        Ok(Self { start, bases, candidates: OnceLock::new(), state: Mutex::default() })
    }

    fn candidate(&self, at: usize) -> Option<Natural> {
        let distances = self.candidates.get_or_init(|| without_small_factors(&self.start));
        distances.get(at).map(|distance| self.start.plus(&Natural::from(*distance)))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be known next, if anything is that nobody is about to answer.
    fn question(&self) -> Option<Question> {
        let mut state = self.state();
        let (candidate, base) = match state.first {
            None => {
                state.tested += 1;
                (state.tested - 1, 0)
            }
            Some(first) => {
                state.bases += 1;
                (first, state.bases)
            }
        };
        drop(state);
        let is_base = base < self.bases.len();
        let suspect = self.candidate(candidate).filter(|_| is_base).map(Suspect::new)?;
        Some(Question { candidate, base, suspect })
    }

    fn learn(&self, question: &Question, passed: bool) {
        let mut state = self.state();
        let is_before = state.first.is_none_or(|first| question.candidate < first);
        if question.base == 0 && passed && is_before {
            *state = State { tested: state.tested, first: Some(question.candidate), ..State::default() };
        } else if question.base > 0 && !passed && state.first == Some(question.candidate) {
            state.has_failed = true;
        }
    }

    /// The prime, if there is one and all questions have been answered.
    pub(super) fn found(&self) -> Option<Natural> {
        let state = self.state();
        let found = self.candidate(state.first?)?;
        (found.bits() == self.start.bits() && !state.has_failed).then_some(found)
    }
}
