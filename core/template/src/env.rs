//! What the world gives to an execution: limits, time, randomness, zones, and whatever the caller's functions need.

use std::any::Any;
use std::cell::RefCell;

use crate::function::Texts;
use crate::run::Stacks;

/// What an execution may use.
#[derive(Clone, Copy, Default)]
pub struct Env<'a> {
    /// How far it may go.
    pub limits: Limits,
    /// Seconds and nanoseconds since 1970, in UTC: what `now` gives.
    pub now: (i64, u32),
    /// Random bytes, for `randAlphaNum`, `genCA` and the like.
    pub random: Option<&'a dyn Random>,
    /// Threads that help where one call takes long.
    pub helpers: Option<&'a dyn Helpers>,
    /// What raises large numbers to powers quicker than can be done here, for keys.
    pub powers: Option<&'a dyn Powers>,
    /// Time zones by name.
    pub zones: Option<&'a dyn Zones>,
    /// Texts that were parsed while something executed, for all executions that belong together.
    pub parsed: Option<&'a Parsed>,
    /// For functions of the caller, who knows the type.
    pub host: Option<&'a dyn Any>,
}

/// What functions such as `tpl` have parsed, and room to execute in.
#[derive(Default)]
pub struct Parsed {
    pub(crate) texts: RefCell<Texts>,
    pub(crate) stacks: RefCell<Stacks>,
}

/// Where random bytes come from.
pub trait Random {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);

    /// The same for several threads, if it makes no difference who asks first.
    fn for_threads(&self) -> Option<&(dyn Random + Sync)> {
        None
    }
}

/// Threads for work that can be shared.
pub trait Helpers: Sync {
    /// How many there are, who asks among them.
    fn count(&self) -> usize;

    /// Much will be shared soon: threads that take a while to begin may do so now.
    fn prepare(&self) {}

    /// Runs the task on some threads at once, `most` or fewer, on each with another number from zero on, and comes back when
    /// all have ended. Each takes pieces of the work until nothing is left, so one alone would do all of it.
    fn share(&self, most: usize, task: &(dyn Fn(usize) + Sync));
}

/// A number of 1024 bits, the lowest 64 first.
pub type Wide = [u64; 16];

/// A power to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Power {
    /// What is raised.
    pub base: Wide,
    /// To what power.
    pub exponent: Wide,
    /// Modulo which number: one that is odd and of which the highest bit is set.
    pub modulus: Wide,
}

/// Powers of large numbers, several at a time: some processors need hardly longer for that than for one.
pub trait Powers: Sync {
    /// How many it raises in the time of one.
    fn lanes(&self) -> usize;

    /// From how many on it is quicker than one after the other without it.
    fn least(&self) -> usize {
        3
    }

    /// Each of these powers, below its modulus.
    fn powers(&self, of: &[Power]) -> Vec<Wide>;
}

/// Where time zones come from.
pub trait Zones: Sync {
    /// The TZif file of a zone such as `Europe/Zurich`, if there is such a zone.
    fn load(&self, name: &str) -> Option<Vec<u8>>;

    /// The name of the local zone; dates without a zone are shown in it.
    fn local(&self) -> &str {
        "UTC"
    }
}

/// How far an execution may go before it is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Templates that execute inside each other, by `template` or by a function. Go has 100 000.
    pub depth: u32,
    /// Instructions. Real charts need some hundred thousands.
    pub steps: u64,
    /// Bytes written, all intermediate texts included.
    pub output: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 100_000, steps: 2_000_000_000, output: 1 << 30 }
    }
}
