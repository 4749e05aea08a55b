//! All templates of a chart, executed.

use std::cell::RefCell;
use std::rc::Rc;

use weir_template::{Env, Random};

use super::engine::{self, Engine, Files};
use super::functions::Host;
use super::memory::{Dice, Memory};
use super::{Failure, Options, Release, World, scope, together};
use crate::chart::Chart;
use crate::release::Heads;
use crate::values::Table;
use crate::warnings::Warnings;

/// What the templates give, and what has been read of that already.
pub(super) fn execute(
    chart: &Chart,
    values: Table,
    release: &Release,
    options: &Options,
    world: &World<'_>,
    warnings: &mut Warnings,
) -> Result<(Files, Heads), Box<Failure>> {
    let (sources, places) = scope::sources(chart, world.helpers);
    let order = engine::ordered(&sources);
    let set = &options.templates.compiled(&order, world.helpers)?;
    let sources = engine::executed(&order);
    let work = together::Work { release, options, set, sources: &sources, places: &places };
    if let Some(done) = together::render(&work, || values.to_map(), world) {
        return Ok(done);
    }
    // A line that comes from an include has come from its template each time.
    let memory = world.traces.is_none().then(|| Rc::new(Memory::default()));
    let values = scope::values_of(values);
    let dots = scope::dots(chart, values, release, &options.capabilities, memory.as_deref());
    let dice = world.random.zip(memory.as_ref());
    let dice = dice.map(|(random, memory)| Dice { random, chance: memory.chance().clone() });
    let host = Rc::new(Host {
        lookup: world.lookup.clone(),
        lint: options.lint,
        warnings: RefCell::new(std::mem::take(warnings)),
        ..Host::new(memory)
    });
    let env = Env {
        limits: options.limits,
        now: world.now,
        random: dice.as_ref().map(|dice| dice as &dyn Random).or(world.random),
        helpers: world.helpers,
        powers: world.powers,
        zones: world.zones,
        ..Env::default()
    };
    let mut engine = Engine::new(set, world.traces);
    let files = sources.iter().map(|source| {
        let dot = (&dots[source.chart], &host);
        Ok((source.name.clone(), engine.execute(source, dot, &env)?))
    });
    let files: Result<_, Box<Failure>> = files.collect();
    *warnings = host.warnings.take();
    Ok((files?, Heads::new()))
}
