//! Executes the templates of a chart, each once, in Helm's order.

use std::cmp::Reverse;
use std::rc::Rc;

use weir_template::{Env, Map, Parsed, Str, Value};

use super::functions::Host;
use super::include::remove_no_value;
use super::objects::{About, Named};
use super::scope::Scoped;
use super::templates::Templates;
use super::trace::Traces;
use super::{Failure, words};
use crate::error::Error;
use crate::path;

/// Rendered files by name, in the order of execution.
pub(super) type Files = Vec<(String, Vec<u8>)>;

/// Templates of so many bytes get room of their own: mostly they are nearly what they give.
const LARGE: usize = 32 << 10;

/// Renders all templates that are no partials.
pub(super) fn render(
    scoped: &[Scoped],
    templates: &Templates,
    env: &Env<'_>,
    (host, traces): (&Rc<Host>, Option<&Traces>),
) -> Result<Files, Box<Failure>> {
    // Higher templates are read last, and their definitions win.
    let depth = |name: &str| name.bytes().filter(|byte| *byte == b'/').count();
    let mut order: Vec<&Scoped> = scoped.iter().rev().collect();
    order.sort_by_cached_key(|template| Reverse((depth(&template.name), template.name.as_str())));
    // Where two have one name, the later one is meant.
    order.dedup_by(|next, kept| next.name == kept.name);
    let set = templates.compiled(&order, env.helpers)?;
    let parsed = Parsed::default();
    let env = Env { host: Some(host), parsed: Some(&parsed), ..*env };
    let mut files = Vec::with_capacity(order.len());
    let mut output = Vec::new();
    let [name, base_path] = ["Name", "BasePath"].map(Str::from);
    let mut seen_from_above = false;
    for template in order {
        if path::base(&template.name).starts_with('_') {
            continue;
        }
        let about = Map::from_entries(vec![
            (base_path.clone(), Value::Str(template.base_path.clone())),
            (name.clone(), Value::from(template.name.as_str())),
        ]);
        let about = match &host.memory {
            None => Value::object(Named(about)),
            Some(memory) => Value::object(About { map: about, chance: memory.chance().clone() }),
        };
        let dot = template.dot.with_template(about, seen_from_above);
        seen_from_above |= template.dot.has_subcharts;
        let large = template.text.len() >= LARGE;
        if large {
            output = Vec::with_capacity(template.text.len());
        }
        output.clear();
        let (done, lines) = match traces {
            None => (set.execute(&template.name, dot, &mut output, &env), Vec::new()),
            Some(_) => set.execute_traced(&template.name, dot, &mut output, &env),
        };
        done.map_err(|error| {
            Failure::in_template(Error::new(words::exec_error(&template.name, &error)), &error)
        })?;
        remove_no_value(&mut output);
        if let Some(traces) = traces {
            traces.note(&template.name, &output, lines);
        }
        let is_filled = large && output.len() >= output.capacity() / 2;
        // Copied, as the room that it grew to is larger, and is used again.
        let text = if is_filled { std::mem::take(&mut output) } else { output.to_vec() };
        files.push((template.name.clone(), text));
    }
    Ok(files)
}
