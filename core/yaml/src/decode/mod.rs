//! Documents to values, as one of Go's libraries would, and then through JSON: that is what Kubernetes sees.

mod go_syntax;
mod limits;
mod meaning;
mod quick;
mod scalar;
mod sigs;
mod v3;

use crate::error::{Fault, Stage, YamlError};
use crate::node::{Content, Document, Documents, Node};
use crate::scan::Generation;
use crate::value::{Layout, Value};
use limits::Limits;

pub use meaning::Meaning;
pub(crate) use scalar::normal_float;

/// Whose reading of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// `sigs.k8s.io/yaml`: booleans of YAML 1.1, the last of equal keys wins.
    Sigs,
    /// The same, but equal keys are an error.
    SigsStrict,
    /// yaml.v3, as kustomize reads: equal keys are an error, timestamps become RFC 3339.
    V3,
    /// The same; scalars that are written in an unusual way keep their spelling, see [`Value::Spelled`].
    Spelled,
}

impl Dialect {
    pub(crate) fn generation(self) -> Generation {
        match self {
            Self::Sigs | Self::SigsStrict => Generation::V2,
            Self::V3 | Self::Spelled => Generation::V3,
        }
    }

    /// True if times become RFC 3339.
    pub(crate) fn has_times(self) -> bool {
        self.generation() == Generation::V3
    }
}

/// The values of all documents of a stream; documents without content are left out.
pub fn from_yaml(text: &str, dialect: Dialect) -> Result<Vec<Value>, YamlError> {
    match quick::stream(text, dialect) {
        Some(values) => Ok(values),
        None => from_yaml_by_nodes(text, dialect),
    }
}

fn from_yaml_by_nodes(text: &str, dialect: Dialect) -> Result<Vec<Value>, YamlError> {
    let mut values = Vec::new();
    let mut documents = Documents::new(text, dialect.generation());
    while let Some(document) = documents.next() {
        let document = document.map_err(|fault| fault.in_text(text))?;
        if !document.is_empty() {
            values.push(document.to_value(dialect)?);
        }
        documents.recycle(document);
    }
    Ok(values)
}

/// The value of the first document, null if there is none. The rest of the text is not looked at.
pub fn first_from_yaml(text: &str, dialect: Dialect) -> Result<Value, YamlError> {
    match quick::only(text, dialect) {
        Some(value) => Ok(value),
        None => first_from_yaml_by_nodes(text, dialect),
    }
}

/// Tells keys that somebody looks at from others: a key of the document, or one of the document and one below it.
pub type Wanted<'w> = dyn Fn(&[&str]) -> bool + 'w;

/// The same as sigs.k8s.io/yaml reads it, for whoever looks at a few keys of the document: what stands under keys that are
/// not wanted is read, as it may be wrong, but may be left out of the value.
pub fn wanted_from_yaml(text: &str, wanted: &Wanted<'_>) -> Result<Value, YamlError> {
    match quick::only_wanted(text, wanted) {
        Some(value) => Ok(value),
        None => first_from_yaml_by_nodes(text, Dialect::Sigs),
    }
}

fn first_from_yaml_by_nodes(text: &str, dialect: Dialect) -> Result<Value, YamlError> {
    match Documents::new(text, dialect.generation()).next() {
        None => Ok(Value::Null),
        Some(document) => document.map_err(|fault| fault.in_text(text))?.to_value(dialect),
    }
}

/// The first document with floats as they were read, not as JSON would write them.
pub(crate) fn as_written(text: &str) -> Result<Value, YamlError> {
    match Documents::new(text, Generation::V2).next() {
        None => Ok(Value::Null),
        Some(Err(fault)) => Err(fault.in_text(text)),
        Some(Ok(document)) => {
            let mut decoder = Decoder::new(&document, Dialect::Sigs);
            decoder.keeps_floats = true;
            decoder.finish(0)
        }
    }
}

impl Document<'_> {
    /// What the document means; null if it is empty.
    pub fn to_value(&self, dialect: Dialect) -> Result<Value, YamlError> {
        if self.nodes.is_empty() { Ok(Value::Null) } else { decode(self, 0, dialect) }
    }
}

impl Node<'_, '_> {
    /// What this node means by itself; it may have aliases to nodes elsewhere.
    pub fn to_value(self, dialect: Dialect) -> Result<Value, YamlError> {
        decode(self.document(), self.id(), dialect)
    }
}

fn decode(document: &Document<'_>, id: u32, dialect: Dialect) -> Result<Value, YamlError> {
    Decoder::new(document, dialect).finish(id)
}

fn laid_out(mut map: Value, was_in_flow: bool, in_flow: bool) -> Value {
    if let Some(map) = map.as_map_mut().filter(|_| in_flow) {
        map.set_layout(if was_in_flow { Layout::Inner } else { Layout::Braces });
    }
    map
}

struct Decoder<'d, 't> {
    document: &'d Document<'t>,
    dialect: Dialect,
    limits: Limits,
    /// What JSON cannot say. Go only finds out in the end, and not where a later key replaced the value.
    put_off: Vec<Option<Fault>>,
    keeps_floats: bool,
    /// Inside of braces or brackets.
    in_flow: bool,
}

impl<'d, 't> Decoder<'d, 't> {
    fn new(document: &'d Document<'t>, dialect: Dialect) -> Self {
        Self {
            document,
            dialect,
            limits: Limits::default(),
            put_off: Vec::new(),
            keeps_floats: false,
            in_flow: false,
        }
    }

    fn finish(mut self, id: u32) -> Result<Value, YamlError> {
        let value = self.value(id);
        let fault = self.put_off.into_iter().flatten().next();
        value
            .and_then(|value| fault.map_or(Ok(value), Err))
            .map_err(|fault| fault.in_text(self.document.text))
    }

    fn content(&self, id: u32) -> &'d Content<'t> {
        &self.document.nodes[id as usize].content
    }

    fn next(&self, id: u32) -> u32 {
        self.document.nodes[id as usize].next
    }

    fn tag(&self, id: u32) -> Option<&'d str> {
        self.document.nodes[id as usize].extra.as_ref()?.tag.as_deref()
    }

    fn fault(&self, message: impl Into<std::borrow::Cow<'static, str>>, id: u32) -> Fault {
        Fault::over(message, self.document.nodes[id as usize].span)
    }

    /// Notes a problem that counts if the value is still there in the end.
    fn put_off(&mut self, message: impl Into<std::borrow::Cow<'static, str>>, id: u32) -> Value {
        let fault = self.fault(message, id).by(Stage::Json);
        self.put_off.push(Some(fault));
        Value::Null
    }

    fn value(&mut self, id: u32) -> Result<Value, Fault> {
        self.enter(id)?;
        let outer = self.in_flow;
        self.in_flow |= matches!(
            self.content(id),
            Content::Sequence { flow: true, .. } | Content::Mapping { flow: true, .. }
        );
        let value = match *self.content(id) {
            Content::Scalar { .. } => self.scalar(id),
            Content::Sequence { first, .. } => self.list(first),
            Content::Mapping { first, .. } => match self.dialect {
                Dialect::Sigs | Dialect::SigsStrict => self.sigs_map(first),
                Dialect::V3 => self.v3_map(first),
                Dialect::Spelled => self.v3_map(first).map(|map| laid_out(map, outer, self.in_flow)),
            },
            Content::Alias { target, .. } => {
                self.enter_alias(id)?;
                let value = self.value(target);
                self.limits.leave_alias();
                value
            }
        };
        self.limits.leave();
        self.in_flow = outer;
        value
    }

    fn list(&mut self, first: u32) -> Result<Value, Fault> {
        let mut list = Vec::with_capacity(self.count(first));
        let mut at = first;
        while at != 0 {
            list.push(self.value(at)?);
            at = self.next(at);
        }
        Ok(Value::from(list))
    }

    fn count(&self, first: u32) -> usize {
        let mut count = 0;
        let mut at = first;
        while at != 0 {
            count += 1;
            at = self.next(at);
        }
        count
    }

    fn enter(&mut self, id: u32) -> Result<(), Fault> {
        self.limits.enter().map_err(|message| self.fault(message, id))
    }

    fn enter_alias(&mut self, id: u32) -> Result<(), Fault> {
        if self.limits.enter_alias(id) {
            return Ok(());
        }
        let Content::Alias { name, .. } = self.content(id) else { unreachable!("only aliases are entered") };
        Err(self.fault(format!("anchor '{name}' value contains itself"), id))
    }

    /// The mappings that a merge key names, in order, aliases looked through.
    fn merge_sources(&self, id: u32) -> Result<Vec<u32>, Fault> {
        let sources = match *self.content(id) {
            Content::Sequence { first, .. } => {
                let mut sources = Vec::new();
                let mut at = first;
                while at != 0 {
                    sources.push(at);
                    at = self.next(at);
                }
                sources
            }
            _ => vec![id],
        };
        let is_mapping = |id: &u32| match *self.content(*id) {
            Content::Mapping { .. } => true,
            Content::Alias { target, .. } => matches!(self.content(target), Content::Mapping { .. }),
            Content::Scalar { .. } | Content::Sequence { .. } => false,
        };
        match sources.iter().find(|id| !is_mapping(id)) {
            None => Ok(sources),
            Some(id) => Err(self.fault("map merge requires map or sequence of maps as the value", *id)),
        }
    }
}
