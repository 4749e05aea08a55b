//! Commands: what is called, with which arguments, and of which types.

use super::{Compiler, Last};
use crate::parse::node::{Id, Kind, Number, Piece, Source};
use crate::parse::op::{Constant, Idents, Op};
use crate::value::{IntKind, Type};

impl Compiler<'_> {
    pub(super) fn command(&mut self, pipe: Id, command: Id, last: Last) {
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
            Kind::Chain { of, end } => {
                self.chain(first, *of, source.name(first, *end), rest, last);
                self.emit(Op::Unbox);
            }
            Kind::Identifier { end, function } => {
                self.function(first, command, (source.name(first, *end), *function), rest, last);
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
    pub(super) fn not_a_function(&mut self, site: Option<Id>, first: Id, rest: &[Id], last: Last) -> bool {
        let wrong = !rest.is_empty() || last == Last::Piped;
        if wrong {
            let message = format!("can't give argument to non-function {}", self.shown(first));
            self.fail(site, message);
        }
        wrong
    }

    pub(super) fn constant_command(&mut self, node: Id) {
        match self.source.kind(node) {
            Kind::Bool(flag) => self.constant(node, Constant::Bool(*flag)),
            Kind::Dot => {
                self.emit(Op::Dot { node });
                self.emit(Op::Unbox);
            }
            Kind::Nil => self.fail(Some(node), "nil is not a command".into()),
            Kind::Number { text, complex } => self.ideal(node, self.source.number(*text, *complex)),
            Kind::String(quoted) => self.constant(node, Constant::Str(self.source.unquoted(*quoted))),
            _ => {}
        }
    }

    /// A number where nothing asks for a type.
    pub(super) fn ideal(&mut self, node: Id, number: Number) {
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

    pub(super) fn idents(&mut self, piece: Piece) -> Idents {
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

    pub(super) fn end_ident(&mut self, piece: Piece, from: Option<usize>, end: usize) {
        if let Some(from) = from {
            self.program
                .idents
                .push(Piece { start: piece.start + from as u32, end: piece.start + end as u32 });
        }
    }

    /// Fields of the dot, or of a variable.
    pub(super) fn fields(&mut self, node: Id, piece: Piece, slot: Option<u32>, args: &[Id], last: Last) {
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

    pub(super) fn variable(&mut self, node: Id, piece: Piece, args: &[Id], last: Last) {
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

    pub(super) fn chain(&mut self, node: Id, of: Id, fields: Piece, args: &[Id], last: Last) {
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
            Kind::Identifier { end, function } => {
                self.emit(Op::Site(of));
                self.function(of, of, (source.name(of, *end), *function), &[], Last::None);
                self.functions
                    .at(*function)
                    .is_some_and(|(_, function)| function.signature().result == Type::Any)
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
    pub(super) fn method(&mut self, node: Id, ident: u32, args: &[Id], last: Last) {
        let count = args.len() as u32;
        let find = self.emit(Op::FindMethod { ident, args: count + u32::from(last == Last::Piped), none: 0 });
        // The types of methods are known while executing only; literals are looked at again then, and what is no value.
        for arg in args {
            self.argument(*arg, Type::Reflect);
        }
        let given = self.program.given.len() as u32;
        self.program.given.extend_from_slice(args);
        self.emit(Op::CallMethod { node, ident, args: count, given, last: last == Last::Piped });
        self.land(find);
    }

    /// A function with its arguments; `node` is what Go names in errors of the function itself.
    pub(super) fn function(
        &mut self,
        ident: Id,
        node: Id,
        (piece, number): (Piece, u32),
        args: &[Id],
        last: Last,
    ) {
        let name = self.source.piece(piece);
        // The parser has found it, else there would be nothing to compile.
        let functions = self.functions;
        let Some((_, function)) = functions.at(number) else { return };
        let signature = function.signature();
        let given = args.len() + usize::from(last == Last::Piped);
        let want = signature.fixed.len();
        let shown = || String::from_utf8_lossy(name);
        if signature.variadic.is_some() && given < want {
            let message =
                format!("wrong number of args for {}: want at least {want} got {}", shown(), args.len());
            return self.fail(Some(ident), message);
        }
        if signature.variadic.is_none() && given != want {
            let message = format!("wrong number of args for {}: want {want} got {given}", shown());
            return self.fail(Some(ident), message);
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
        let count = args.len() as u32 + u32::from(name == b"call");
        self.emit(Op::Call { node, function: number, args: count, last: last == Last::Piped });
    }

    /// `and` and `or`: the first argument of that truth, else the last one.
    pub(super) fn short_circuit(&mut self, when: bool, args: &[Id], last: Last) {
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
    pub(super) fn argument(&mut self, node: Id, to: Type) {
        let source = self.source;
        match source.kind(node) {
            Kind::Dot => _ = self.emit(Op::Dot { node }),
            Kind::Nil if to == Type::Reflect => return self.constant(node, Constant::NoValue),
            Kind::Nil if to == Type::Any => return self.constant(node, Constant::Nil(to)),
            Kind::Field(piece) => self.fields(node, *piece, None, &[], Last::None),
            Kind::Variable(piece) => self.variable(node, *piece, &[], Last::None),
            Kind::Pipe { .. } => {
                self.emit(Op::Site(node));
                self.pipeline(node);
            }
            Kind::Identifier { end, function } => {
                self.function(node, node, (source.name(node, *end), *function), &[], Last::None)
            }
            Kind::Chain { of, end } => self.chain(node, *of, source.name(node, *end), &[], Last::None),
            _ => return self.literal(node, to),
        }
        self.check(to);
    }

    /// A constant for a parameter of this type.
    pub(super) fn literal(&mut self, node: Id, to: Type) {
        if matches!(to, Type::Any | Type::Reflect) {
            return self.constant_command(node);
        }
        match typed_literal(self.source, node, to) {
            Ok(constant) => self.constant(node, constant),
            Err(message) => self.fail(Some(node), message),
        }
    }
}

/// What a literal is for a parameter of a type that is not `interface {}`, or why it cannot be that.
pub(crate) fn typed_literal(source: &Source, node: Id, to: Type) -> Result<Constant, String> {
    let kind = source.kind(node);
    let expected = match (to, kind) {
        (to, Kind::Nil) if to.can_be_nil() => return Ok(Constant::Nil(to)),
        (to, Kind::Nil) => return Err(format!("cannot assign nil to {to}")),
        (Type::Bool, Kind::Bool(flag)) => return Ok(Constant::Bool(*flag)),
        (Type::Bool, _) => "expected bool; found",
        (Type::String, Kind::String(quoted)) => return Ok(Constant::Str(source.unquoted(*quoted))),
        (Type::String, _) => "expected string; found",
        (Type::Float64, Kind::Number { text, complex })
            if let Some(float) = source.number(*text, *complex).float =>
        {
            return Ok(Constant::Float(float));
        }
        (Type::Float64, _) => "expected float; found",
        (Type::Int(int), Kind::Number { text, complex })
            if int.is_signed()
                && let Some(value) = source.number(*text, *complex).int =>
        {
            return Ok(Constant::Int(int, value));
        }
        (Type::Int(int), Kind::Number { text, complex })
            if !int.is_signed()
                && let Some(value) = source.number(*text, *complex).uint =>
        {
            return Ok(Constant::Int(int, value as i64));
        }
        (Type::Int(int), _) if int.is_signed() => "expected integer; found",
        (Type::Int(_), _) => "expected unsigned integer; found",
        (other, _) => {
            let shown = String::from_utf8_lossy(&source.context(node)).into_owned();
            return Err(format!("can't handle {shown} for arg of type {other}"));
        }
    };
    Err(format!("{expected} {}", String::from_utf8_lossy(&source.context(node))))
}
