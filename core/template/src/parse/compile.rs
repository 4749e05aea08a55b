//! From the syntax tree to instructions. What Go would find wrong only while executing fails while executing here too.

use std::collections::HashMap;
use std::sync::Arc;

use super::node::{Branch, Id, Kind, Number, Piece, Source};
use super::op::{Constant, Idents, Op, Program, Slot};
use super::parser::Tree;
use crate::error::Error;
use crate::function::{Function, Functions};
use crate::value::{IntKind, Type};

struct Compiler<'a> {
    source: &'a Source,
    functions: &'a Functions,
    program: Program,
    known_functions: HashMap<&'a [u8], u32>,
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

pub(super) fn compile(source: &Arc<Source>, tree: &Tree, functions: &Functions) -> Result<Program, Error> {
    let program = Program {
        name: Arc::clone(&tree.name),
        source: Arc::clone(source),
        code: Vec::new(),
        constants: Vec::new(),
        idents: Vec::new(),
        functions: Vec::new(),
        types: Vec::new(),
        messages: Vec::new(),
        templates: Vec::new(),
        slots: 1,
        empty: source.is_empty(tree.root),
    };
    let mut compiler = Compiler {
        source,
        functions,
        program,
        known_functions: HashMap::new(),
        scope: vec![b"$"],
        loops: Vec::new(),
        dots: 0,
    };
    compiler.list(tree.root);
    compiler.emit(Op::Return);
    Ok(compiler.program)
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
            Kind::Action(pipe) => {
                let prints = !matches!(source.kind(*pipe), Kind::Pipe { declared, .. } if declared.end > declared.start);
                self.pipeline(*pipe);
                self.emit(if prints { Op::Print { node } } else { Op::Pop });
            }
            Kind::If(branch) => self.conditional(*branch, false),
            Kind::With(branch) => self.conditional(*branch, true),
            Kind::Range(branch) => self.range(node, *branch),
            Kind::Break => self.leave(true),
            Kind::Continue => self.leave(false),
            Kind::Template { name, pipe } => {
                self.program.templates.push(name.clone());
                let name = self.program.templates.len() as u32 - 1;
                self.emit(Op::FindTemplate { node, name });
                match pipe {
                    Some(pipe) => self.pipeline(*pipe),
                    None => _ = self.emit(Op::NoValue),
                }
                self.emit(Op::Template { name });
            }
            _ => {}
        }
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
        let Kind::Pipe { declared, .. } = source.kind(branch.pipe) else { return };
        let slots: Vec<Option<Slot>> =
            source.children(*declared).iter().map(|node| self.slot_of(*node).and_then(Slot::new)).collect();
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
        let Kind::Pipe { declared, assigns, commands } = source.kind(pipe) else { return };
        let mut last = Last::None;
        for command in source.children(*commands) {
            self.command(pipe, *command, last);
            last = Last::Piped;
        }
        for variable in source.children(*declared) {
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

    fn command(&mut self, pipe: Id, command: Id, last: Last) {
        let source = self.source;
        let Kind::Command(args) = source.kind(command) else { return };
        let args = source.children(*args);
        let Some((&first, rest)) = args.split_first() else { return };
        match source.kind(first) {
            Kind::Field(piece) => {
                self.fields(first, *piece, None, rest, last);
                self.emit(Op::Unbox);
            }
            Kind::Variable(piece) => {
                self.variable(first, *piece, rest, last);
                self.emit(Op::Unbox);
            }
            Kind::Chain { of, fields } => {
                self.chain(first, *of, *fields, rest, last);
                self.emit(Op::Unbox);
            }
            Kind::Identifier(piece) => {
                self.function(first, command, *piece, rest, last);
                self.emit(Op::Unbox);
            }
            Kind::Pipe { .. } => {
                // Behind a pipe Go still names what was evaluated last.
                let site = (last == Last::None).then_some(pipe);
                if !self.not_a_function(site, first, rest, last) {
                    self.pipeline(first);
                }
            }
            _ => {
                if !self.not_a_function(Some(first), first, rest, last) {
                    self.constant_command(first);
                }
            }
        }
    }

    /// Whether there are arguments where there must be none; then it fails.
    fn not_a_function(&mut self, site: Option<Id>, first: Id, rest: &[Id], last: Last) -> bool {
        let wrong = !rest.is_empty() || last == Last::Piped;
        if wrong {
            let message = format!("can't give argument to non-function {}", self.shown(first));
            self.fail(site, message);
        }
        wrong
    }

    fn constant_command(&mut self, node: Id) {
        match self.source.kind(node) {
            Kind::Bool(flag) => self.constant(node, Constant::Bool(*flag)),
            Kind::Dot => {
                self.emit(Op::Dot { node });
                self.emit(Op::Unbox);
            }
            Kind::Nil => self.fail(Some(node), "nil is not a command".into()),
            Kind::Number { number, .. } => self.ideal(node, *number),
            Kind::String { text, .. } => self.constant(node, Constant::Str(text.clone())),
            _ => {}
        }
    }

    /// A number where nothing asks for a type.
    fn ideal(&mut self, node: Id, number: Number) {
        let Kind::Number { text, .. } = self.source.kind(node) else { return };
        let text = self.source.piece(*text);
        let hex = text.len() > 2 && text.starts_with(b"0") && matches!(text.get(1), Some(b'x' | b'X'));
        let hex_int = hex && !text.iter().any(|byte| b"pP".contains(byte));
        let rune = text.first() == Some(&b'\'');
        let floating = text.iter().any(|byte| b".eEpP".contains(byte));
        match number {
            Number { complex: true, .. } => {
                self.fail(Some(node), "complex constants are not supported".into());
            }
            Number { float: Some(float), .. } if !hex_int && !rune && floating => {
                self.constant(node, Constant::Float(float));
            }
            Number { int: Some(int), .. } => self.constant(node, Constant::Int(IntKind::Int, int)),
            Number { uint: Some(_), .. } => {
                let message = format!("{} overflows int", String::from_utf8_lossy(text));
                self.fail(Some(node), message);
            }
            _ => self.constant(node, Constant::NoValue),
        }
    }

    fn idents(&mut self, piece: Piece) -> Idents {
        // The piece may hold comments or space only where the lexer allows them, which is nowhere.
        let start = self.program.idents.len() as u32;
        let bytes = self.source.piece(piece);
        let mut from = None;
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == b'.' {
                self.end_ident(piece, from, at);
                from = Some(at + 1);
            }
        }
        self.end_ident(piece, from, bytes.len());
        Idents { start, count: self.program.idents.len() as u32 - start }
    }

    fn end_ident(&mut self, piece: Piece, from: Option<usize>, end: usize) {
        if let Some(from) = from {
            self.program
                .idents
                .push(Piece { start: piece.start + from as u32, end: piece.start + end as u32 });
        }
    }

    /// Fields of the dot, or of a variable.
    fn fields(&mut self, node: Id, piece: Piece, slot: Option<u32>, args: &[Id], last: Last) {
        let all = self.idents(piece);
        let calls = !args.is_empty() || last == Last::Piped;
        let count = all.count - u32::from(calls);
        let idents = Idents { start: all.start, count };
        match (slot, count) {
            (Some(slot), 0) => _ = self.emit(Op::Variable { node, slot }),
            (Some(slot), _) => _ = self.emit(Op::VariableFields { node, slot, idents }),
            (None, 0) => _ = self.emit(Op::Dot { node }),
            (None, _) => _ = self.emit(Op::DotFields { node, idents }),
        }
        if calls {
            self.method(node, all.start + count, args, last);
        }
    }

    fn variable(&mut self, node: Id, piece: Piece, args: &[Id], last: Last) {
        let bytes = self.source.piece(piece);
        let name = bytes.split(|byte| *byte == b'.').next().unwrap_or_default();
        let Some(slot) = self.slot(name) else {
            self.fail(Some(node), format!("undefined variable: {}", String::from_utf8_lossy(name)));
            return;
        };
        if name.len() < bytes.len() {
            self.fields(node, piece, Some(slot), args, last);
        } else if !args.is_empty() || last == Last::Piped {
            let message = format!("can't give argument to non-function {}", self.shown(node));
            self.fail(Some(node), message);
        } else {
            self.emit(Op::Variable { node, slot });
        }
    }

    fn chain(&mut self, node: Id, of: Id, fields: Piece, args: &[Id], last: Last) {
        let source = self.source;
        if matches!(source.kind(of), Kind::Nil) {
            let message = format!("indirection through explicit nil in {}", self.shown(node));
            self.fail(Some(node), message);
            return;
        }
        self.emit(Op::Site(node));
        let boxed = match source.kind(of) {
            Kind::Pipe { .. } => {
                self.emit(Op::Site(of));
                self.pipeline(of);
                false
            }
            Kind::Identifier(piece) => {
                self.emit(Op::Site(of));
                self.function(of, of, *piece, &[], Last::None);
                self.function_named(source.piece(*piece))
                    .is_some_and(|function| function.signature.result == Type::Any)
            }
            _ => return,
        };
        let all = self.idents(fields);
        let calls = !args.is_empty() || last == Last::Piped;
        let idents = Idents { start: all.start, count: all.count - u32::from(calls) };
        if idents.count > 0 {
            self.emit(Op::TopFields { idents, boxed });
        }
        if calls {
            self.method(node, all.start + idents.count, args, last);
        }
    }

    /// A method of the top with arguments.
    fn method(&mut self, node: Id, ident: u32, args: &[Id], last: Last) {
        let count = args.len() as u32;
        let find = self.emit(Op::FindMethod { ident, args: count + u32::from(last == Last::Piped), none: 0 });
        for arg in args {
            self.argument(*arg, Type::Any);
        }
        self.emit(Op::CallMethod { node, ident, args: count, last: last == Last::Piped });
        self.land(find);
    }

    fn function_named(&self, name: &[u8]) -> Option<&'a Function> {
        std::str::from_utf8(name).ok().and_then(|name| self.functions.get(name))
    }

    /// A function with its arguments; `node` is what Go names in errors of the function itself.
    fn function(&mut self, ident: Id, node: Id, piece: Piece, args: &[Id], last: Last) {
        let name = self.source.piece(piece);
        // The parser has found it, else there would be nothing to compile.
        let Some(function) = self.function_named(name) else { return };
        let signature = Arc::clone(&function.signature);
        let given = args.len() + usize::from(last == Last::Piped);
        let want = signature.fixed.len();
        let shown = String::from_utf8_lossy(name);
        if signature.variadic.is_some() && given < want {
            let message =
                format!("wrong number of args for {shown}: want at least {want} got {}", args.len());
            return self.fail(Some(ident), message);
        }
        if signature.variadic.is_none() && given != want {
            return self
                .fail(Some(ident), format!("wrong number of args for {shown}: want {want} got {given}"));
        }
        self.emit(Op::Site(ident));
        match name {
            b"and" => return self.short_circuit(false, args, last),
            b"or" => return self.short_circuit(true, args, last),
            _ => {}
        }
        if name == b"call" {
            // The built-in function names in its errors what it was to call.
            let shown = args.first().map_or(Vec::new(), |callee| self.source.context(*callee));
            self.constant(ident, Constant::Str(shown.into()));
        }
        for (at, arg) in args.iter().enumerate() {
            self.argument(*arg, signature.param(at).unwrap_or(Type::Any));
        }
        if last == Last::Piped {
            let to = signature.param(args.len()).unwrap_or(Type::Any);
            if to != Type::Reflect {
                let to = self.checked(to);
                self.emit(Op::CheckBelow { to, above: args.len() as u32 });
            }
        }
        let function = self.function_number(name, function);
        let count = args.len() as u32 + u32::from(name == b"call");
        self.emit(Op::Call { node, function, args: count, last: last == Last::Piped });
    }

    fn function_number(&mut self, name: &'a [u8], function: &Function) -> u32 {
        if let Some(known) = self.known_functions.get(name) {
            return *known;
        }
        let shown = String::from_utf8_lossy(name).into_owned().into_boxed_str();
        self.program.functions.push((shown, function.clone()));
        let number = self.program.functions.len() as u32 - 1;
        self.known_functions.insert(name, number);
        number
    }

    /// `and` and `or`: the first argument of that truth, else the last one.
    fn short_circuit(&mut self, when: bool, args: &[Id], last: Last) {
        let mut jumps = Vec::new();
        for (at, arg) in args.iter().enumerate() {
            self.argument(*arg, Type::Reflect);
            if at + 1 < args.len() || last == Last::Piped {
                jumps.push(self.emit(Op::KeepIf { when, to: 0 }));
            }
        }
        if last == Last::None {
            jumps.into_iter().for_each(|jump| self.land(jump));
            return;
        }
        let end = self.emit(Op::Jump(0));
        jumps.into_iter().for_each(|jump| self.land(jump));
        self.emit(Op::Nip);
        self.land(end);
    }

    /// An argument for a parameter of this type.
    fn argument(&mut self, node: Id, to: Type) {
        let source = self.source;
        match source.kind(node) {
            Kind::Dot => _ = self.emit(Op::Dot { node }),
            Kind::Nil if to == Type::Reflect => return self.constant(node, Constant::NoValue),
            Kind::Nil if to.can_be_nil() => return self.constant(node, Constant::Nil(to)),
            Kind::Nil => return self.fail(Some(node), format!("cannot assign nil to {to}")),
            Kind::Field(piece) => self.fields(node, *piece, None, &[], Last::None),
            Kind::Variable(piece) => self.variable(node, *piece, &[], Last::None),
            Kind::Pipe { .. } => {
                self.emit(Op::Site(node));
                self.pipeline(node);
            }
            Kind::Identifier(piece) => self.function(node, node, *piece, &[], Last::None),
            Kind::Chain { of, fields } => self.chain(node, *of, *fields, &[], Last::None),
            _ => return self.literal(node, to),
        }
        self.check(to);
    }

    /// A constant for a parameter of this type.
    fn literal(&mut self, node: Id, to: Type) {
        let kind = self.source.kind(node);
        let expected = match (to, kind) {
            (Type::Any | Type::Reflect, _) => return self.constant_command(node),
            (Type::Bool, Kind::Bool(flag)) => return self.constant(node, Constant::Bool(*flag)),
            (Type::Bool, _) => "expected bool; found",
            (Type::String, Kind::String { text, .. }) => {
                return self.constant(node, Constant::Str(text.clone()));
            }
            (Type::String, _) => "expected string; found",
            (Type::Float64, Kind::Number { number: Number { float: Some(float), .. }, .. }) => {
                return self.constant(node, Constant::Float(*float));
            }
            (Type::Float64, _) => "expected float; found",
            (Type::Int(int), Kind::Number { number, .. }) if int.is_signed() && number.int.is_some() => {
                return self.constant(node, Constant::Int(int, number.int.unwrap_or_default()));
            }
            (Type::Int(int), Kind::Number { number, .. }) if !int.is_signed() && number.uint.is_some() => {
                let bits = number.uint.unwrap_or_default() as i64;
                return self.constant(node, Constant::Int(int, bits));
            }
            (Type::Int(int), _) if int.is_signed() => "expected integer; found",
            (Type::Int(_), _) => "expected unsigned integer; found",
            (other, _) => {
                let message = format!("can't handle {} for arg of type {other}", self.shown(node));
                return self.fail(Some(node), message);
            }
        };
        let message = format!("{expected} {}", self.shown(node));
        self.fail(Some(node), message);
    }
}
