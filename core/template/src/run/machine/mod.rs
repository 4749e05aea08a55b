//! The machine: its stacks, and what each instruction does to them.

mod call;

use std::sync::Arc;

use super::argument::{check, zero};
use super::field::{self, Field};
use super::frame::{Frame, Heights, Slot, Waiting};
use super::iterate::Loop;
use super::trace::{Origin, Trace};
use crate::env::Env;
use crate::error::{At, Error};
use crate::function::{Call, Texts, too_many_steps};
use crate::parse::{Constant, Id, Idents, Op, Program, Template};
use crate::print;
use crate::set::Set;
use crate::strconv;
use crate::value::Value;

/// Everything that executes.
pub(super) struct Machine<'e> {
    env: &'e Env<'e>,
    values: Vec<Value>,
    dots: Vec<Slot>,
    variables: Vec<Slot>,
    loops: Vec<Loop>,
    /// What is written to now, and behind it what waits.
    out: Vec<u8>,
    outputs: Vec<Vec<u8>>,
    /// Room of outputs that are finished.
    spare: Vec<Vec<u8>>,
    frames: Vec<Frame>,
    waiting: Vec<Waiting>,
    texts: Texts,
    steps: u64,
    /// Bytes in outputs that are finished.
    written: u64,
    trace: Option<Trace>,
    /// What the output held before.
    before: usize,
}

/// The stacks of a machine that is done, empty, for the next one.
#[derive(Default)]
pub(crate) struct Stacks {
    values: Vec<Value>,
    dots: Vec<Slot>,
    variables: Vec<Slot>,
    outputs: Vec<Vec<u8>>,
    spare: Vec<Vec<u8>>,
    frames: Vec<Frame>,
    waiting: Vec<Waiting>,
}

/// What an instruction leads to.
enum Flow {
    Next,
    Jump(u32),
    Done,
}

impl<'e> Machine<'e> {
    pub(super) fn new(env: &'e Env<'e>, out: Vec<u8>, traces: bool) -> Self {
        let (texts, stacks) =
            env.parsed.map(|parsed| (parsed.texts.take(), parsed.stacks.take())).unwrap_or_default();
        let Stacks { values, dots, variables, outputs, spare, frames, waiting } = stacks;
        Self {
            env,
            values,
            dots,
            variables,
            loops: Vec::new(),
            before: out.len(),
            trace: traces.then(Trace::new),
            out,
            outputs,
            spare,
            frames,
            waiting,
            texts,
            steps: env.limits.steps,
            written: 0,
        }
    }

    /// Executes the program and gives the output back, also after an error.
    pub(super) fn run(
        mut self,
        set: &Arc<Set>,
        (template, program): (&Arc<Template>, Arc<Program>),
        data: Value,
        out: &mut Vec<u8>,
        origins: Option<&mut Vec<Option<Origin>>>,
    ) -> Result<(), Error> {
        let data = if data.is_nil() { Value::NoValue } else { data };
        let mut now = self.enter((Arc::clone(template), program), Arc::clone(set), data);
        let done = loop {
            let Err(error) = self.go(&mut now) else { break Ok(()) };
            match self.unwind(&mut now, error) {
                Ok(()) => {}
                Err(error) => break Err(error),
            }
        };
        if let Some(first) = self.outputs.drain(..).next() {
            self.out = first;
        }
        if let (Some(trace), Some(origins)) = (self.trace.take(), origins) {
            *origins = trace.finish(&self.out, self.before);
        }
        *out = std::mem::take(&mut self.out);
        drop(now);
        self.leave_behind();
        done
    }

    /// What the next machine can use.
    fn leave_behind(mut self) {
        let Some(parsed) = self.env.parsed else { return };
        self.lower(Heights::default());
        self.frames.clear();
        self.waiting.clear();
        let Self { values, dots, variables, outputs, spare, frames, waiting, texts, .. } = self;
        parsed.texts.replace(texts);
        parsed.stacks.replace(Stacks { values, dots, variables, outputs, spare, frames, waiting });
    }

    fn heights(&self) -> Heights {
        Heights {
            values: self.values.len(),
            dots: self.dots.len(),
            variables: self.variables.len(),
            loops: self.loops.len(),
            outputs: self.outputs.len(),
        }
    }

    /// Puts up dot and variables of a template.
    fn enter(
        &mut self,
        (template, program): (Arc<Template>, Arc<Program>),
        set: Arc<Set>,
        data: Value,
    ) -> Frame {
        let heights = self.heights();
        let dot = Slot { value: data, boxed: false };
        self.variables.resize(heights.variables + program.slots as usize, Slot::default());
        if let Some(slot) = self.variables.get_mut(heights.variables) {
            *slot = dot.clone();
        }
        self.dots.push(dot);
        Frame { template, program, set, pc: 0, site: 0, heights }
    }

    fn lower(&mut self, heights: Heights) {
        self.values.truncate(heights.values);
        self.dots.truncate(heights.dots);
        self.variables.truncate(heights.variables);
        self.loops.truncate(heights.loops);
        while self.outputs.len() > heights.outputs {
            self.out = self.outputs.pop().unwrap_or_default();
        }
        if let Some(trace) = &mut self.trace {
            trace.truncate(heights.outputs);
        }
    }

    /// Executes until the end or an error.
    fn go(&mut self, now: &mut Frame) -> Result<(), Error> {
        loop {
            let Some(op) = now.program.code.get(now.pc).copied() else { return Ok(()) };
            now.pc += 1;
            self.steps = self.steps.checked_sub(1).ok_or_else(|| too_many_steps(self.env))?;
            match self.step(now, op)? {
                Flow::Next => {}
                Flow::Jump(to) => now.pc = to as usize,
                Flow::Done => return Ok(()),
            }
        }
    }

    // A call for each instruction would take longer than most of them.
    #[inline(always)]
    #[expect(clippy::too_many_lines, reason = "one flat match over all instructions")]
    fn step(&mut self, now: &mut Frame, op: Op) -> Result<Flow, Error> {
        match op {
            Op::Text(piece) => {
                let text = now.program.source.piece(piece);
                if let Some(trace) = &mut self.trace {
                    trace.text(self.out.len(), &now.template, piece.start);
                }
                self.write(text)?;
            }
            Op::Fail { node, message } => {
                now.site = node.unwrap_or(now.site);
                let message = now.program.messages.get(message as usize).cloned().unwrap_or_default();
                return Err(Error::new(message));
            }
            Op::Constant { node, at } => {
                now.site = node;
                let value = now.program.constants.get(at as usize).map_or(Value::NoValue, constant);
                self.values.push(value);
            }
            Op::Dot { node } => {
                now.site = node;
                let dot = self.dots.last().map(|dot| dot.value.clone()).unwrap_or_default();
                self.values.push(dot);
            }
            Op::Variable { node, slot } => {
                now.site = node;
                let value = self.variable(now, slot).value;
                self.values.push(value);
            }
            Op::DotFields { node, idents } => {
                now.site = node;
                let Self { env, dots, texts, steps, .. } = self;
                let none = Slot::default();
                let value = fields(env, (texts, steps), now, dots.last().unwrap_or(&none), idents)?;
                self.values.push(value);
            }
            Op::VariableFields { node, slot, idents } => {
                now.site = node;
                let Self { env, variables, texts, steps, .. } = self;
                let none = Slot::default();
                let variable = variables.get(now.heights.variables + slot as usize).unwrap_or(&none);
                let value = fields(env, (texts, steps), now, variable, idents)?;
                self.values.push(value);
            }
            Op::TopFields { idents, boxed } => {
                let top = Slot { value: self.pop(), boxed };
                let value = fields(self.env, (&mut self.texts, &mut self.steps), now, &top, idents)?;
                self.values.push(value);
            }
            Op::FindMethod { ident, args, none } => {
                let source = &now.program;
                let name =
                    source.idents.get(ident as usize).map_or(&b""[..], |piece| source.source.piece(*piece));
                let receiver = self.values.last().unwrap_or(&Value::NoValue);
                if field::method(receiver, name, args as usize, now.set.missing_key())?.is_none() {
                    return Ok(Flow::Jump(none));
                }
            }
            Op::CallMethod { node, ident, args, given, last } => {
                self.call_method(now, node, ident, (args as usize, given as usize), last)?
            }
            Op::Call { node, function, args, last } => {
                return self.call(now, node, function, args as usize, last);
            }
            Op::Check { to } => self.check(now, to, 0)?,
            Op::CheckBelow { to, above } => self.check(now, to, above as usize)?,
            Op::Site(node) => now.site = node,
            Op::Unbox => {
                if let Some(top @ Value::Nil) = self.values.last_mut() {
                    *top = Value::NoValue;
                }
            }
            Op::NoValue => self.values.push(Value::NoValue),
            Op::KeepIf { when, to } => {
                if self.values.last().is_some_and(Value::is_true) == when {
                    return Ok(Flow::Jump(to));
                }
                self.values.pop();
            }
            Op::Nip => {
                let top = self.pop();
                if let Some(below) = self.values.last_mut() {
                    *below = top;
                }
            }
            Op::Pop => _ = self.values.pop(),
            Op::Store { slot } => {
                let value = self.values.last().cloned().unwrap_or_default();
                self.store(now, slot, Slot { value, boxed: false });
            }
            Op::Print { node } => {
                now.site = node;
                let value = self.pop();
                self.print(now, node, &value)?;
            }
            Op::Jump(to) => return Ok(Flow::Jump(to)),
            Op::JumpUnless(to) => {
                if !self.pop().is_true() {
                    return Ok(Flow::Jump(to));
                }
            }
            Op::With { otherwise } => {
                let value = self.pop();
                if !value.is_true() {
                    return Ok(Flow::Jump(otherwise));
                }
                self.dots.push(Slot { value, boxed: false });
            }
            Op::DropDots(count) => {
                let height = self.dots.len().saturating_sub(count as usize);
                self.dots.truncate(height);
            }
            Op::Range { node, two, otherwise } => {
                let value = self.pop();
                if two && let Value::Int(..) = &*value.plain() {
                    let shown = print::display(&value);
                    let shown = String::from_utf8_lossy(&shown);
                    return Err(Error::new(format!(
                        "can't use {shown} to iterate over more than one variable"
                    )));
                }
                _ = node;
                match Loop::over(value) {
                    Ok(Some(over)) => {
                        self.loops.push(over);
                        self.dots.push(Slot::default());
                    }
                    Ok(None) => return Ok(Flow::Jump(otherwise)),
                    Err(value) => {
                        let shown = print::display(&value);
                        let shown = String::from_utf8_lossy(&shown);
                        return Err(Error::new(format!("range can't iterate over {shown}")));
                    }
                }
            }
            Op::Next { key, value, end } => {
                let Some(round) = self.loops.last_mut().and_then(Loop::next) else {
                    self.end_loop();
                    return Ok(Flow::Jump(end));
                };
                if let Some(slot) = key {
                    self.store(now, slot.get(), Slot { value: round.key, boxed: false });
                }
                let elem = Slot { value: round.value, boxed: round.boxed };
                if let Some(slot) = value {
                    self.store(now, slot.get(), elem.clone());
                }
                if let Some(dot) = self.dots.last_mut() {
                    *dot = elem;
                }
            }
            Op::EndLoop => self.end_loop(),
            Op::FindTemplate { node, name } => {
                now.site = node;
                self.find(now, name)?;
            }
            Op::Template { name } => {
                let template = self.find(now, name)?;
                let data = self.pop();
                let set = Arc::clone(&now.set);
                self.push_frame(now, template, set, data)?;
            }
            Op::Return => return self.leave(now),
        }
        Ok(Flow::Next)
    }

    fn pop(&mut self) -> Value {
        self.values.pop().unwrap_or_default()
    }

    fn find(&self, now: &Frame, name: u32) -> Result<Arc<Template>, Error> {
        let name = now.program.templates.get(name as usize).map_or(&b""[..], |name| name);
        let found = std::str::from_utf8(name).ok().and_then(|name| now.set.template(name));
        found.cloned().ok_or_else(|| {
            let quoted = strconv::quote(name);
            Error::new(format!("template {} not defined", String::from_utf8_lossy(&quoted)))
        })
    }

    fn variable(&self, now: &Frame, slot: u32) -> Slot {
        self.variables.get(now.heights.variables + slot as usize).cloned().unwrap_or_default()
    }

    fn store(&mut self, now: &Frame, slot: u32, value: Slot) {
        if let Some(variable) = self.variables.get_mut(now.heights.variables + slot as usize) {
            *variable = value;
        }
    }

    fn end_loop(&mut self) {
        self.loops.pop();
        self.dots.pop();
    }

    /// Counts what a function has made, lest texts and lists double until the memory is full.
    fn account(&mut self, value: &Value) -> Result<(), Error> {
        let size = match value {
            Value::Str(text) | Value::Bytes(text) => text.len(),
            Value::List(list) => size_of_val(list.items()),
            Value::Map(map) => map.len() * 2 * size_of::<Value>(),
            _ => return Ok(()),
        };
        self.written += size as u64;
        self.check_output()
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.out.extend_from_slice(bytes);
        self.check_output()
    }

    fn check_output(&self) -> Result<(), Error> {
        if self.written + self.out.len() as u64 > self.env.limits.output {
            return Err(Error::limit(format!("output is larger than {} bytes", self.env.limits.output)));
        }
        Ok(())
    }

    fn print(&mut self, now: &Frame, node: Id, value: &Value) -> Result<(), Error> {
        let start = self.out.len();
        if let Value::Str(text) = value {
            self.out.extend_from_slice(text);
        } else {
            self.print_other(now, node, value)?;
        }
        if let Some(trace) = &mut self.trace {
            let written = self.out.get(start..).unwrap_or_default();
            trace.printed(start, &now.template, now.program.source.pos(node), written);
        }
        self.check_output()
    }

    fn print_other(&mut self, now: &Frame, node: Id, value: &Value) -> Result<(), Error> {
        if value.kind() == crate::value::Kind::Func {
            let shown = now.program.source.context(node);
            let shown = String::from_utf8_lossy(&shown);
            return Err(Error::new(format!("can't print {shown} of type {}", value.type_name())));
        }
        print::print_value(value, &mut self.out)
    }

    fn check(&mut self, now: &Frame, to: u32, above: usize) -> Result<(), Error> {
        let Some(to) = now.program.types.get(to as usize) else { return Ok(()) };
        let at = self.values.len().wrapping_sub(above + 1);
        let Some(value) = self.values.get_mut(at) else { return Ok(()) };
        check(value, *to).map_err(|error| error.with_value_path(named_value(now)))
    }
}

fn constant(constant: &Constant) -> Value {
    match constant {
        Constant::Bool(flag) => Value::Bool(*flag),
        Constant::Int(kind, number) => Value::Int(*kind, *number),
        Constant::Float(number) => Value::Float(*number),
        Constant::Str(text) => Value::Str(text.clone()),
        Constant::Nil(of) => zero(*of),
        Constant::NoValue => Value::NoValue,
    }
}

/// So many fields are gone through at once, as each takes room on the native stack.
const MOST_AT_ONCE: usize = 16;

/// The fields of a value, one inside the other.
fn fields(
    env: &Env<'_>,
    (texts, steps): (&mut Texts, &mut u64),
    now: &Frame,
    from: &Slot,
    idents: Idents,
) -> Result<Value, Error> {
    let missing = now.set.missing_key();
    let program = &now.program;
    let range = idents.start as usize..(idents.start + idents.count) as usize;
    let names = program.idents.get(range).unwrap_or_default();
    if names.len() <= MOST_AT_ONCE
        && let Some(value) = field::through_maps(&from.value, &program.source, names)
    {
        return Ok(value);
    }
    let mut held: Option<Field> = None;
    for (at, piece) in names.iter().enumerate() {
        let name = program.source.piece(*piece);
        let mut call = Call { env, set: &now.set, texts, name: "", steps };
        let (value, boxed) =
            held.as_ref().map_or((&from.value, from.boxed), |held| (&held.value, held.boxed));
        let next = field::field(value, boxed, name, missing, &mut call);
        held = Some(next.map_err(|error| error.with_value_path(value_path(now, at)))?);
    }
    Ok(held.map_or_else(|| from.value.clone(), |held| held.value))
}

/// The error with the place that was evaluated last, as Go puts it.
fn located(now: &Frame, error: Error) -> Error {
    let program = &now.program;
    let (line, column) = program.source.place(now.site);
    let context = String::from_utf8_lossy(&program.source.context(now.site)).into_owned();
    let quoted = strconv::quote(now.template.name().as_bytes());
    let text = format!(
        "template: {}:{line}:{column}: executing {} at <{context}>: ",
        now.template.file(),
        String::from_utf8_lossy(&quoted)
    );
    let (file, template) = (Arc::clone(now.template.file()), Arc::clone(now.template.name()));
    error.located(&text, At { file, template, line, column, context })
}

/// The path of the value that was evaluated last, if the template names one.
fn named_value(now: &Frame) -> Option<String> {
    let source = &now.program.source;
    let named = source.is_value(now.site);
    named.then(|| String::from_utf8_lossy(&source.context(now.site)).into_owned())
}

/// The path of the value whose field could not be had: the names up to it.
fn value_path(now: &Frame, at: usize) -> Option<String> {
    let context = now.program.source.context(now.site);
    let text = String::from_utf8_lossy(&context);
    let names: Vec<&str> = text.split('.').collect();
    names.get(..=at).map(|names| names.join(".")).filter(|path| !path.is_empty())
}
