//! Calls: methods, functions, templates, and the way back from them, with a value or an error.

use std::sync::Arc;

use super::{Flow, Machine, constant, located};
use crate::error::Error;
use crate::function::{Answer, Call, Execute};
use crate::parse::{Id, Kind, Template, typed_literal};
use crate::run::argument::check;
use crate::run::field;
use crate::run::frame::{Frame, Waiting};
use crate::run::missing;
use crate::set::Set;
use crate::value::{Type, Value};

/// Outputs with more room are given back.
const LARGEST_SPARE: usize = 64 << 10;
/// So many are kept.
const MOST_SPARES: usize = 16;

impl Machine<'_> {
    pub(super) fn call_method(
        &mut self,
        now: &mut Frame,
        node: Id,
        ident: u32,
        (args, nodes): (usize, usize),
        last: bool,
    ) -> Result<(), Error> {
        let program = Arc::clone(&now.program);
        let name = program.idents.get(ident as usize).map_or(&b""[..], |piece| program.source.piece(*piece));
        let name = String::from_utf8_lossy(name);
        let mut given = self.values.split_off(self.values.len().saturating_sub(args));
        let receiver = self.pop();
        if last {
            given.push(self.pop());
        }
        let Some(signature) = field::method(&receiver, name.as_bytes(), given.len(), now.set.missing_key())?
        else {
            return Ok(());
        };
        let nodes = program.given.get(nodes..nodes + args).unwrap_or_default();
        for (at, arg) in given.iter_mut().enumerate() {
            let to = signature.param(at).unwrap_or(Type::Any);
            let source = &program.source;
            let is_literal = |node: &Id| {
                matches!(
                    source.kind(*node),
                    Kind::Nil | Kind::Bool(_) | Kind::Number { .. } | Kind::String(_)
                )
            };
            match nodes.get(at).filter(|node| to != Type::Any && is_literal(node)) {
                Some(node) => {
                    now.site = *node;
                    *arg = constant(&typed_literal(source, *node, to).map_err(Error::new)?);
                }
                None => check(arg, to)?,
            }
        }
        let Value::Object(object) = &receiver else { return Ok(()) };
        let mut call = Call {
            env: self.env,
            set: &now.set,
            texts: &mut self.texts,
            name: &name,
            steps: &mut self.steps,
        };
        match object.call(&name, &mut call, &given) {
            Ok(value) => {
                self.values.push(value);
                Ok(())
            }
            Err(error) => {
                now.site = node;
                Err(error.wrap(format!("error calling {name}: ")))
            }
        }
    }

    pub(super) fn call(
        &mut self,
        now: &mut Frame,
        node: Id,
        number: u32,
        args: usize,
        last: bool,
    ) -> Result<Flow, Error> {
        let Some((name, function)) = now.program.functions.at(number) else { return Ok(Flow::Next) };
        let from = self.values.len().saturating_sub(args + usize::from(last));
        let given = self.values.get_mut(from..).unwrap_or_default();
        if last {
            // What came through the pipe was evaluated first and is the last argument.
            given.rotate_left(1);
        }
        let mut call =
            Call { env: self.env, set: &now.set, texts: &mut self.texts, name, steps: &mut self.steps };
        let answer = (function.body)(&mut call, given);
        self.values.truncate(from);
        match answer {
            Ok(Answer::Value(value)) => {
                self.account(&value)?;
                self.values.push(value);
                Ok(Flow::Next)
            }
            Ok(Answer::Execute(execute)) => self.begin(now, execute, node, number),
            Err(error) => {
                let error = error.wrap(format!("error calling {name}: "));
                now.site = node;
                Err(error)
            }
        }
    }

    /// Begins a template for a function.
    pub(super) fn begin(
        &mut self,
        now: &mut Frame,
        execute: Execute,
        node: Id,
        function: u32,
    ) -> Result<Flow, Error> {
        let Execute { set, name, data, then } = execute;
        let found = std::str::from_utf8(&name).ok().and_then(|name| set.template(name)).cloned();
        let Some(template) = found else {
            let answer = then(Err(missing(&set, &name)));
            return self.answer(now, answer, node, function).map(|()| Flow::Next);
        };
        let (frames, heights) = (self.frames.len(), self.heights());
        let data = if data.is_nil() { Value::NoValue } else { data };
        self.push_frame(now, template, set, data)?;
        self.waiting.push(Waiting { frames, then, node, function, heights });
        let empty = self.spare.pop().unwrap_or_default();
        self.outputs.push(std::mem::replace(&mut self.out, empty));
        if let Some(trace) = &mut self.trace {
            trace.begin();
        }
        Ok(Flow::Next)
    }

    pub(super) fn answer(
        &mut self,
        now: &mut Frame,
        answer: Result<Value, Error>,
        node: Id,
        function: u32,
    ) -> Result<(), Error> {
        match answer {
            Ok(value) => {
                self.values.push(value);
                Ok(())
            }
            Err(error) => {
                now.site = node;
                let name = now.program.functions.at(function).map_or("", |(name, _)| name);
                Err(error.wrap(format!("error calling {name}: ")))
            }
        }
    }

    pub(super) fn push_frame(
        &mut self,
        now: &mut Frame,
        template: Arc<Template>,
        set: Arc<Set>,
        data: Value,
    ) -> Result<(), Error> {
        if self.frames.len() >= self.env.limits.depth as usize {
            let depth = self.env.limits.depth;
            return Err(Error::limit(format!("exceeded maximum template depth ({depth})")));
        }
        let program = Arc::clone(template.program());
        let next = self.enter((template, program), set, data);
        self.frames.push(std::mem::replace(now, next));
        Ok(())
    }

    /// The end of a template: back to what called it.
    pub(super) fn leave(&mut self, now: &mut Frame) -> Result<Flow, Error> {
        let Some(outer) = self.frames.pop() else { return Ok(Flow::Done) };
        let inner = std::mem::replace(now, outer);
        let waits = self.waiting.last().is_some_and(|waiting| waiting.frames == self.frames.len());
        let Some(Waiting { then, node, function, heights, .. }) =
            (if waits { self.waiting.pop() } else { None })
        else {
            self.lower(inner.heights);
            return Ok(Flow::Next);
        };
        let mut written = std::mem::replace(&mut self.out, self.outputs.pop().unwrap_or_default());
        if let Some(trace) = &mut self.trace {
            trace.end(&written);
        }
        self.lower(heights);
        self.written += written.len() as u64;
        let answer = then(Ok(&mut written));
        if written.capacity() <= LARGEST_SPARE && self.spare.len() < MOST_SPARES {
            written.clear();
            self.spare.push(written);
        }
        self.answer(now, answer, node, function)?;
        Ok(Flow::Next)
    }

    /// Takes an error out to the functions that wait for a template, and at last to the caller. `Ok` if one of them
    /// made a value of it.
    pub(super) fn unwind(&mut self, now: &mut Frame, error: Error) -> Result<(), Error> {
        let mut error = located(now, error);
        while let Some(Waiting { frames, then, node, function, heights }) = self.waiting.pop() {
            self.frames.truncate(frames + 1);
            let Some(outer) = self.frames.pop() else { break };
            *now = outer;
            self.lower(heights);
            match self.answer(now, then(Err(error)), node, function) {
                Ok(()) => return Ok(()),
                Err(wrapped) => error = located(now, wrapped),
            }
        }
        Err(error)
    }
}
