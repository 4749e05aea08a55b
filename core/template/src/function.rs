//! Functions that templates call: their names, what they take, and what they may reach while they run.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::env::Env;
use crate::error::Error;
use crate::hash::Quick;
use crate::set::Set;
use crate::value::{Str, Type, Value};

/// What a function takes and gives, read from a text such as `int, string, ...any -> string`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The types of the arguments that must be there.
    pub fixed: Vec<Type>,
    /// The type of any number of further arguments.
    pub variadic: Option<Type>,
    /// The type of the answer.
    pub result: Type,
}

impl Signature {
    /// Reads a signature. Types are written as in Go; `any` is the empty interface, `map` a `map[string]any`.
    pub fn parse(text: &'static str) -> Self {
        let (params, result) = text.split_once("->").unwrap_or((text, "any"));
        let mut signature =
            Self { fixed: Vec::new(), variadic: None, result: Type::from_name(result.trim()) };
        for param in params.split(',').map(str::trim).filter(|param| !param.is_empty()) {
            match param.strip_prefix("...") {
                Some(rest) => signature.variadic = Some(Type::from_name(rest)),
                None => signature.fixed.push(Type::from_name(param)),
            }
        }
        signature
    }

    /// The type of the argument at this place; there is none behind the last one.
    pub fn param(&self, at: usize) -> Option<Type> {
        self.fixed.get(at).copied().or(self.variadic)
    }
}

/// A function: a signature and what it does.
#[derive(Clone)]
pub struct Function {
    text: &'static str,
    /// Read when it is asked for: of some hundred functions a chart calls a few.
    signature: OnceLock<Arc<Signature>>,
    pub(crate) body: Body,
}

/// What runs when a function is called. The arguments fit the signature.
pub(crate) type Body = Arc<dyn Fn(&mut Call<'_>, &[Value]) -> Result<Answer, Error> + Send + Sync>;

/// What a function answers.
pub enum Answer {
    /// The value.
    Value(Value),
    /// Another template has to be executed first.
    Execute(Execute),
}

impl<T: Into<Value>> From<T> for Answer {
    fn from(value: T) -> Self {
        Self::Value(value.into())
    }
}

/// A template that a function wants executed. The machine does this without a deeper stack of its own, so that
/// includes may nest as deep as the limits say.
pub struct Execute {
    pub(crate) set: Arc<Set>,
    pub(crate) name: Str,
    pub(crate) data: Value,
    pub(crate) then: Then,
}

/// What makes an answer of the output. It is called in any case, exactly once.
pub(crate) type Then = Box<dyn FnOnce(Result<&mut Vec<u8>, Error>) -> Result<Value, Error>>;

impl Answer {
    /// Executes the template of this name of the set with this data, then makes the answer of what it wrote, whose room is
    /// used again. Where it fails, `then` gets the error and may wrap it.
    pub fn execute(
        set: Arc<Set>,
        name: impl Into<Str>,
        data: Value,
        then: impl FnOnce(Result<&mut Vec<u8>, Error>) -> Result<Value, Error> + 'static,
    ) -> Self {
        Self::Execute(Execute { set, name: name.into(), data, then: Box::new(then) })
    }
}

impl Function {
    /// A function that answers at once.
    pub fn new(
        signature: &'static str,
        body: impl Fn(&mut Call<'_>, &[Value]) -> Result<Value, Error> + Send + Sync + 'static,
    ) -> Self {
        Self::executing(signature, move |call, args| body(call, args).map(Answer::Value))
    }

    /// A function that may want templates executed, as `include` and `tpl` do.
    pub fn executing(
        signature: &'static str,
        body: impl Fn(&mut Call<'_>, &[Value]) -> Result<Answer, Error> + Send + Sync + 'static,
    ) -> Self {
        Self { text: signature, signature: OnceLock::new(), body: Arc::new(body) }
    }

    /// What it takes and gives.
    pub fn signature(&self) -> &Signature {
        self.signature.get_or_init(|| Arc::new(Signature::parse(self.text)))
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

/// So many functions there are with those of sprig and Helm.
const USUAL: usize = 288;

/// Functions by name. A registry starts with those of the language itself ([`Functions::builtin`]).
#[derive(Debug, Clone, Default)]
pub struct Functions {
    /// In the order in which they were added; a place never changes.
    all: Vec<(&'static str, Function)>,
    places: HashMap<&'static [u8], u32, Quick>,
}

impl Functions {
    /// The functions of text/template: `and`, `eq`, `index`, `printf`, ...
    pub fn builtin() -> Self {
        let mut functions = Self {
            all: Vec::with_capacity(USUAL),
            places: HashMap::with_capacity_and_hasher(USUAL, Quick::default()),
        };
        crate::builtin::register(&mut functions);
        functions
    }

    /// Those of text/template and of sprig 3.3, without `env` and `expandenv`.
    pub fn sprig() -> Self {
        let mut functions = Self::builtin();
        crate::sprig::register(&mut functions);
        functions
    }

    /// Adds a function, or replaces the one of this name.
    pub fn add(&mut self, name: &'static str, function: Function) {
        let next = self.all.len() as u32;
        self.places.insert(name.as_bytes(), next);
        self.all.push((name, function));
    }

    /// Adds a function that answers at once; see [`Function::new`].
    pub fn with(
        &mut self,
        name: &'static str,
        signature: &'static str,
        body: fn(&mut Call<'_>, &[Value]) -> Result<Value, Error>,
    ) -> &mut Self {
        self.add(name, Function::new(signature, body));
        self
    }

    /// The same for a function that holds something.
    pub(crate) fn with_body(
        &mut self,
        name: &'static str,
        signature: &'static str,
        body: impl Fn(&mut Call<'_>, &[Value]) -> Result<Value, Error> + Send + Sync + 'static,
    ) {
        self.add(name, Function::new(signature, body));
    }

    /// Takes a function out.
    pub fn remove(&mut self, name: &str) {
        self.places.remove(name.as_bytes());
    }

    /// The function of this name.
    pub fn get(&self, name: &str) -> Option<&Function> {
        self.at(self.place(name.as_bytes())?).map(|(_, function)| function)
    }

    /// The number of a function.
    pub(crate) fn place(&self, name: &[u8]) -> Option<u32> {
        self.places.get(name).copied()
    }

    /// The function of a number, with its name.
    pub(crate) fn at(&self, place: u32) -> Option<&(&'static str, Function)> {
        self.all.get(place as usize)
    }

    /// All names, sorted.
    pub fn names(&self) -> Vec<&'static str> {
        let known = self.places.values().filter_map(|place| self.at(*place));
        let mut names: Vec<_> = known.map(|(name, _)| *name).collect();
        names.sort_unstable();
        names
    }
}

/// What a function may reach while it runs.
pub struct Call<'a> {
    pub(crate) env: &'a Env<'a>,
    pub(crate) set: &'a Arc<Set>,
    pub(crate) texts: &'a mut Texts,
    pub(crate) name: &'a str,
    /// Steps that are left to the execution.
    pub(crate) steps: &'a mut u64,
}

/// Texts that were parsed during an execution, by the address of the set below, so that equal ones are parsed once.
pub(crate) type Texts = HashMap<(usize, Str), ParsedText, Quick>;

/// What a text was parsed to.
pub(crate) struct ParsedText {
    name: Arc<str>,
    /// Its address is part of the key and must stay taken.
    _below: Arc<Set>,
    set: Result<Arc<Set>, Error>,
}

/// So many texts are kept; what makes up ever new ones gets no more memory than this.
const MOST_TEXTS: usize = 4096;

impl<'a> Call<'a> {
    /// The world: time, randomness, limits.
    pub fn env(&self) -> &'a Env<'a> {
        self.env
    }

    /// The caller's own state, as given in [`Env::host`].
    pub fn host<T: 'static>(&self) -> Option<&'a T> {
        self.env.host.and_then(|host| host.downcast_ref())
    }

    /// The templates that can be executed from here.
    pub fn set(&self) -> &Arc<Set> {
        self.set
    }

    /// The name under which the function was called.
    pub fn name(&self) -> &str {
        self.name
    }

    /// Counts work that one call does as so many steps, lest few calls take for ever; an error if none are left.
    pub fn spend(&mut self, steps: u64) -> Result<(), Error> {
        match self.steps.checked_sub(steps) {
            Some(left) => {
                *self.steps = left;
                Ok(())
            }
            None => Err(too_many_steps(self.env)),
        }
    }

    /// An error if a text of so many bytes would be more than the limits allow; to be asked before making it.
    pub fn room(&self, bytes: usize) -> Result<(), Error> {
        if bytes as u64 > self.env.limits.output {
            return Err(Error::limit(format!("text is larger than {} bytes", self.env.limits.output)));
        }
        Ok(())
    }

    /// The set with one more text parsed into it, as a copy that nobody else sees. Equal texts are parsed once.
    pub fn parse(&mut self, name: &str, text: &Str) -> Result<Arc<Set>, Error> {
        let key = (Arc::as_ptr(self.set).addr(), text.clone());
        // Whoever parses texts gives all of them the same name.
        if let Some(known) = self.texts.get(&key).filter(|known| &*known.name == name) {
            return known.set.clone();
        }
        self.spend(text.len() as u64 / 8)?;
        let mut set = Set::over(Arc::clone(self.set));
        let parsed = set.parse(name, text.clone()).map(|()| Arc::new(set));
        if self.texts.len() >= MOST_TEXTS {
            self.texts.clear();
        }
        let known = ParsedText { name: Arc::from(name), _below: Arc::clone(self.set), set: parsed.clone() };
        self.texts.insert(key, known);
        parsed
    }
}

/// The error of an execution that takes too long.
pub(crate) fn too_many_steps(env: &Env<'_>) -> Error {
    Error::limit(format!("execution takes more than {} steps", env.limits.steps))
}
