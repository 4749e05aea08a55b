//! From the syntax tree to instructions. What Go would find wrong only while executing fails while executing here too.

mod command;

pub(crate) use command::typed_literal;

use std::cell::RefCell;
use std::sync::Arc;

use super::node::{Branch, Id, Kind, Piece, Source};
use super::op::{Constant, Op, Program, Slot};
use crate::function::Functions;
use crate::value::Type;

struct Compiler<'a> {
    source: &'a Source,
    functions: &'a Functions,
    program: Program,
    /// Names of the variables that exist here; the place is the slot.
    scope: Vec<&'a [u8]>,
    loops: Vec<Loop>,
    /// Dots that `with` and `range` have put up so far.
    dots: u32,
}

/// A loop around what is compiled.
struct Loop {
    next: u32,
    /// Dots inside the loop, its own included.
    dots: u32,
    /// Jumps to its end that have to be set.
    breaks: Vec<usize>,
}

/// What a command gets through the pipe.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    None,
    /// A value on the stack.
    Piped,
}

/// Room to work in, kept from template to template: what is to stay gets as much as it needs.
#[derive(Default)]
struct Desk {
    code: Vec<Op>,
    constants: Vec<Constant>,
    idents: Vec<Piece>,
}

thread_local! {
    static DESK: RefCell<Desk> = RefCell::default();
}

/// All of it, in no more room than it takes.
fn moved<T>(from: &mut Vec<T>) -> Vec<T> {
    let mut exact = Vec::with_capacity(from.len());
    exact.append(from);
    exact
}

pub(super) fn compile(source: &Arc<Source>, root: Id, functions: &Arc<Functions>) -> Program {
    DESK.with_borrow_mut(|desk| {
        let mut program = compile_at(desk, source, root, functions);
        let (code, constants) = (moved(&mut program.code), moved(&mut program.constants));
        let idents = moved(&mut program.idents);
        desk.code = std::mem::replace(&mut program.code, code);
        desk.constants = std::mem::replace(&mut program.constants, constants);
        desk.idents = std::mem::replace(&mut program.idents, idents);
        program
    })
}

/// The same, with all the room that there is; to be given back by [`recycle`].
pub(super) fn compile_for_once(source: &Arc<Source>, root: Id, functions: &Arc<Functions>) -> Program {
    DESK.with_borrow_mut(|desk| compile_at(desk, source, root, functions))
}

fn compile_at(desk: &mut Desk, source: &Arc<Source>, root: Id, functions: &Arc<Functions>) -> Program {
    let program = Program {
        source: Arc::clone(source),
        code: std::mem::take(&mut desk.code),
        constants: std::mem::take(&mut desk.constants),
        idents: std::mem::take(&mut desk.idents),
        functions: Arc::clone(functions),
        types: Vec::new(),
        messages: Vec::new(),
        given: Vec::new(),
        templates: Vec::new(),
        slots: 1,
    };
    let mut compiler = Compiler { source, functions, program, scope: vec![b"$"], loops: Vec::new(), dots: 0 };
    compiler.list(root);
    compiler.emit(Op::Return);
    compiler.program
}

/// Takes back the room of what was compiled and is not kept.
pub(super) fn recycle(program: Program) {
    fn better<T>(own: &mut Vec<T>, mut other: Vec<T>) {
        if other.capacity() > own.capacity() {
            other.clear();
            *own = other;
        }
    }
    DESK.with_borrow_mut(|desk| {
        better(&mut desk.code, program.code);
        better(&mut desk.constants, program.constants);
        better(&mut desk.idents, program.idents);
    });
}

impl<'a> Compiler<'a> {
    fn emit(&mut self, op: Op) -> usize {
        self.program.code.push(op);
        self.program.code.len() - 1
    }

    fn here(&self) -> u32 {
        self.program.code.len() as u32
    }

    /// Sets the target of a jump that was emitted before.
    fn land(&mut self, jump: usize) {
        let here = self.here();
        match self.program.code.get_mut(jump) {
            Some(
                Op::Jump(to)
                | Op::JumpUnless(to)
                | Op::KeepIf { to, .. }
                | Op::With { otherwise: to }
                | Op::Range { otherwise: to, .. }
                | Op::Next { end: to, .. }
                | Op::FindMethod { none: to, .. },
            ) => *to = here,
            _ => unreachable!("only jumps are landed"),
        }
    }

    fn fail(&mut self, node: Option<Id>, message: String) {
        self.program.messages.push(message);
        let message = self.program.messages.len() as u32 - 1;
        self.emit(Op::Fail { node, message });
    }

    fn constant(&mut self, node: Id, constant: Constant) {
        self.program.constants.push(constant);
        let at = self.program.constants.len() as u32 - 1;
        self.emit(Op::Constant { node, at });
    }

    fn check(&mut self, to: Type) {
        if !matches!(to, Type::Reflect) {
            let to = self.checked(to);
            self.emit(Op::Check { to });
        }
    }

    fn checked(&mut self, to: Type) -> u32 {
        if let Some(at) = self.program.types.iter().position(|known| *known == to) {
            return at as u32;
        }
        self.program.types.push(to);
        self.program.types.len() as u32 - 1
    }

    fn shown(&self, node: Id) -> String {
        String::from_utf8_lossy(&self.source.context(node)).into_owned()
    }

    fn list(&mut self, list: Id) {
        let source = self.source;
        let Kind::List(nodes) = source.kind(list) else { return };
        for node in source.children(*nodes) {
            self.statement(*node);
        }
    }

    fn statement(&mut self, node: Id) {
        let source = self.source;
        match source.kind(node) {
            Kind::Text(piece) => {
                self.emit(Op::Text(*piece));
            }
            Kind::Action(pipe) if let Some(text) = self.printed_text(node, *pipe) => {
                self.emit(Op::Site(node));
                self.emit(Op::Text(text));
            }
            Kind::Action(pipe) => {
                let prints = !matches!(source.kind(*pipe), Kind::Pipe { declared: 1.., .. });
                self.pipeline(*pipe);
                self.emit(if prints { Op::Print { node } } else { Op::Pop });
            }
            Kind::If(at) => self.conditional(source.branch(*at), false),
            Kind::With(at) => self.conditional(source.branch(*at), true),
            Kind::Range(at) => self.range(node, source.branch(*at)),
            Kind::Break => self.leave(true),
            Kind::Continue => self.leave(false),
            Kind::Template { end, pipe } => {
                self.program.templates.push(source.unquoted(source.name(node, *end)));
                let name = self.program.templates.len() as u32 - 1;
                self.emit(Op::FindTemplate { node, name });
                match pipe {
                    Some(pipe) => self.pipeline(pipe.get()),
                    None => _ = self.emit(Op::NoValue),
                }
                self.emit(Op::Template { name });
            }
            _ => {}
        }
    }

    /// The piece of the source that an action prints as it stands there: `{{ "a" }}`, on one line.
    fn printed_text(&self, node: Id, pipe: Id) -> Option<Piece> {
        let source = self.source;
        let Kind::Pipe { declared: 0, parts, .. } = source.kind(pipe) else { return None };
        let [command] = source.children(*parts) else { return None };
        let Kind::Command(args) = source.kind(*command) else { return None };
        let [argument] = source.children(*args) else { return None };
        let Kind::String(quoted) = source.kind(*argument) else { return None };
        let inner = Piece { start: quoted.start + 1, end: quoted.end.checked_sub(1)? };
        let is_raw = source.piece(*quoted).starts_with(b"`");
        let is_plain = |byte: &u8| !matches!(byte, b'\n' | b'\r') && (is_raw || *byte != b'\\');
        let before = Piece { start: source.pos(node), end: inner.start };
        let fits = source.piece(inner).iter().all(is_plain)
            && source.piece(before).iter().all(|byte| *byte != b'\n');
        fits.then_some(inner)
    }

    fn conditional(&mut self, branch: Branch, with: bool) {
        let scope = self.scope.len();
        self.pipeline(branch.pipe);
        let inside = self.scope.len();
        let skip = self.emit(if with { Op::With { otherwise: 0 } } else { Op::JumpUnless(0) });
        self.dots += u32::from(with);
        self.list(branch.list);
        self.dots -= u32::from(with);
        if with {
            self.emit(Op::DropDots(1));
        }
        self.scope.truncate(inside);
        match branch.otherwise {
            Some(otherwise) => {
                let end = self.emit(Op::Jump(0));
                self.land(skip);
                self.list(otherwise);
                self.land(end);
            }
            None => self.land(skip),
        }
        self.scope.truncate(scope);
    }

    fn range(&mut self, node: Id, branch: Branch) {
        let source = self.source;
        let scope = self.scope.len();
        self.pipeline(branch.pipe);
        let inside = self.scope.len();
        let Kind::Pipe { declared, parts, .. } = source.kind(branch.pipe) else { return };
        let (declared, _) = source.pipeline(*declared, *parts);
        let slots: Vec<Option<Slot>> =
            declared.iter().map(|node| self.slot_of(*node).and_then(Slot::new)).collect();
        let (key, value) = match slots.as_slice() {
            [] => (None, None),
            [value] => (None, *value),
            [key, value, ..] => (*key, *value),
        };
        let start = self.emit(Op::Range { node, two: slots.len() > 1, otherwise: 0 });
        let next = self.emit(Op::Next { key, value, end: 0 });
        self.dots += 1;
        self.loops.push(Loop { next: next as u32, dots: self.dots, breaks: Vec::new() });
        self.list(branch.list);
        self.emit(Op::Jump(next as u32));
        self.dots -= 1;
        let done = self.loops.pop().map(|done| done.breaks).unwrap_or_default();
        self.scope.truncate(inside);
        match branch.otherwise {
            Some(otherwise) => {
                self.land(start);
                self.list(otherwise);
                // Loops that have run come out behind the else branch.
                self.land(next);
            }
            None => {
                self.land(start);
                self.land(next);
            }
        }
        for jump in done {
            self.land(jump);
        }
        self.scope.truncate(scope);
    }

    fn leave(&mut self, breaks: bool) {
        let Some((next, dots)) = self.loops.last().map(|inner| (inner.next, inner.dots)) else { return };
        if self.dots > dots {
            self.emit(Op::DropDots(self.dots - dots));
        }
        if !breaks {
            self.emit(Op::Jump(next));
            return;
        }
        self.emit(Op::EndLoop);
        let jump = self.emit(Op::Jump(0));
        if let Some(inner) = self.loops.last_mut() {
            inner.breaks.push(jump);
        }
    }

    fn slot_of(&self, node: Id) -> Option<u32> {
        let Kind::Variable(piece) = self.source.kind(node) else { return None };
        self.slot(self.source.piece(*piece))
    }

    fn slot(&self, name: &[u8]) -> Option<u32> {
        self.scope.iter().rposition(|known| *known == name).map(|at| at as u32)
    }

    /// Leaves the value on the stack, out of its interface.
    fn pipeline(&mut self, pipe: Id) {
        let source = self.source;
        let Kind::Pipe { declared, assigns, parts } = source.kind(pipe) else { return };
        let (declared, commands) = source.pipeline(*declared, *parts);
        let mut last = Last::None;
        for command in commands {
            self.command(pipe, *command, last);
            last = Last::Piped;
        }
        for variable in declared {
            let Kind::Variable(piece) = source.kind(*variable) else { continue };
            let name = source.piece(*piece);
            if !*assigns {
                self.scope.push(name);
                self.program.slots = self.program.slots.max(self.scope.len() as u32);
            }
            match self.slot(name) {
                Some(slot) => _ = self.emit(Op::Store { slot }),
                None => self.fail(None, format!("undefined variable: {}", String::from_utf8_lossy(name))),
            }
        }
    }
}
