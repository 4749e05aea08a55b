//! Executes templates on several threads, as long as that makes no difference.
//!
//! Templates are executed one after the other, and each sees what those before have done to values. Hardly any does
//! anything to them. So threads with values of their own take templates until none is left, and what they gave counts if no
//! template has changed what others see, or asked for what there is only one of: random bytes that have to be the same another
//! time, or the name of a template that is executed elsewhere. Otherwise, and after any error, nothing of that counts,
//! and all are executed one after the other.

use std::ops::Range;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use weir_template::{Env, Helpers, Map, Powers, Random, Set, Value, Zones};

use super::engine::{Engine, Files};
use super::files::is_notes;
use super::functions::Host;
use super::memory::{Chance, Dice, Memory};
use super::objects::About;
use super::scope::{Dot, Place, Source, dots_of};
use super::{Options, Release, World};
use crate::release::{FileHeads, Heads};

/// As many templates as take longer than another thread takes to begin.
const SHARE: usize = 48;
/// So many threads at most: each has values of its own.
const MOST: usize = 3;
/// So many templates pay for the room that one more takes.
const MANY: usize = 280;
/// A thread takes so many of one chart at a time.
const TOGETHER: usize = 8;

/// What is to be executed.
pub(super) struct Work<'w> {
    pub(super) release: &'w Release,
    pub(super) options: &'w Options,
    pub(super) set: &'w Arc<Set>,
    /// In their order.
    pub(super) sources: &'w [&'w Source],
    /// Their charts by number.
    pub(super) places: &'w [Place<'w>],
}

/// What all threads share.
struct Shared<'w> {
    work: &'w Work<'w>,
    values: weir_yaml::Map,
    now: (i64, u32),
    helpers: &'w dyn Helpers,
    powers: Option<&'w dyn Powers>,
    random: Option<&'w (dyn Random + Sync)>,
    zones: Option<&'w dyn Zones>,
    /// What comes of each template.
    done: Vec<OnceLock<Done>>,
    portions: Vec<Range<usize>>,
    /// The portion that is taken next.
    next: AtomicUsize,
    differs: AtomicBool,
}

/// What a template gives, and what is read of the objects in it, which is at hand as long as it is.
struct Done {
    text: Vec<u8>,
    heads: Option<FileHeads>,
}

/// What the templates give, if it makes no difference that threads share them.
pub(super) fn render(
    work: &Work<'_>,
    values: impl FnOnce() -> weir_yaml::Map,
    world: &World<'_>,
) -> Option<(Files, Heads)> {
    let is_plain = world.traces.is_none() && world.lookup.is_none() && !work.options.lint;
    if work.sources.len() < SHARE || !is_plain {
        return None;
    }
    let helpers = world.helpers.filter(|helpers| helpers.count() > 1)?;
    let shared = Shared {
        work,
        values: values(),
        now: world.now,
        helpers,
        powers: world.powers,
        random: world.random.and_then(Random::for_threads),
        zones: world.zones,
        done: work.sources.iter().map(|_| OnceLock::new()).collect(),
        portions: portions(work.sources),
        next: AtomicUsize::new(0),
        differs: AtomicBool::new(false),
    };
    let most = if work.sources.len() < MANY { MOST } else { MOST + 1 };
    helpers.share(most, &|_| {
        let is_done = shared.help().is_some();
        shared.differs.fetch_or(!is_done, Ordering::Relaxed);
    });
    let Shared { done, differs, .. } = shared;
    if differs.into_inner() {
        return None;
    }
    let (mut files, mut heads) = (Files::with_capacity(done.len()), Heads::default());
    for (source, done) in work.sources.iter().zip(done) {
        let Done { text, heads: read } = done.into_inner()?;
        files.push((source.name.clone(), text));
        heads.extend(read.map(|read| (source.name.clone(), read)));
    }
    Some((files, heads))
}

/// What is executed by one thread, one after the other: templates of the same chart, which include the same with the same.
fn portions(sources: &[&Source]) -> Vec<Range<usize>> {
    let mut from = 0;
    let charts = sources.chunk_by(|one, next| one.chart == next.chart);
    let portions = charts.flat_map(|chart| chart.chunks(TOGETHER)).map(|portion| {
        from += portion.len();
        from - portion.len()..from
    });
    portions.collect()
}

impl Shared<'_> {
    /// One thread: takes portions until there are no more. None if something makes a difference.
    fn help(&self) -> Option<()> {
        let mut engine = Engine::new(self.work.set, None);
        let mut last: Option<Scene> = None;
        while let Some(portion) = self.portions.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            for at in portion.clone() {
                if self.differs.load(Ordering::Relaxed) {
                    return None;
                }
                let source = self.work.sources[at];
                let scene = last.take().filter(|scene| scene.chart == source.chart);
                let scene = last.insert(scene.unwrap_or_else(|| Scene::new(self, source.chart)));
                let text = scene.execute(self, &mut engine, source)?;
                _ = self.done[at].set(Done { heads: self.heads(source, &text), text });
            }
        }
        Some(())
    }

    fn heads(&self, source: &Source, text: &[u8]) -> Option<FileHeads> {
        let text = str::from_utf8(text).ok().filter(|_| !is_notes(&source.name))?;
        Some(FileHeads::read(text, self.work.options.splitting))
    }
}

/// A chart as one thread sees it.
struct Scene {
    chart: usize,
    /// What the chart sees, and before that what those in it see.
    dots: Vec<Dot>,
    memory: Rc<Memory>,
    host: Rc<Host>,
    /// Stands for the template of a chart of which others may be executed elsewhere.
    elsewhere: Value,
    /// Somebody looked at that.
    asked: Chance,
}

impl Scene {
    fn new(shared: &Shared<'_>, chart: usize) -> Self {
        let (memory, asked) = (Rc::new(Memory::default()), Chance::default());
        let Work { release, options, places, .. } = shared.work;
        let dots = dots_of(&places[chart], &shared.values, release, &options.capabilities, &memory);
        let elsewhere = Value::object(About { map: Map::new(), chance: asked.clone() });
        dots.iter().for_each(|dot| dot.between_templates(elsewhere.clone()));
        Self { chart, dots, host: Rc::new(Host::new(Some(Rc::clone(&memory)))), memory, asked, elsewhere }
    }

    /// What the template gives; none if it fails, or something makes a difference.
    fn execute(&self, shared: &Shared<'_>, engine: &mut Engine<'_>, source: &Source) -> Option<Vec<u8>> {
        let dice = shared.random.map(|random| Dice { random, chance: self.memory.chance().clone() });
        let env = Env {
            limits: shared.work.options.limits,
            now: shared.now,
            random: dice.as_ref().map(|dice| dice as &dyn Random),
            helpers: Some(shared.helpers),
            powers: shared.powers,
            zones: shared.zones,
            ..Env::default()
        };
        let dot = self.dots.last()?;
        let text = engine.execute(source, (dot, &self.host), &env).ok()?;
        dot.between_templates(self.elsewhere.clone());
        let has_told = !self.host.warnings.borrow().lines().is_empty();
        let differs = self.memory.has_seen_change() || self.asked.has_happened() || has_told;
        (!differs).then_some(text)
    }
}
