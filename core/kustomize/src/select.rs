//! Selectors of patches and replacements: regular expressions over ids, and selectors of labels and annotations.

use regex::Regex;
use weir_manifest::selector::LabelSelector;
use weir_manifest::{ResourceId, object};
use weir_yaml::{Text, Value};

use crate::reader::Reader;
use crate::resource::Res;

/// A selector as it is written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selector {
    pub(crate) group: Text,
    pub(crate) version: Text,
    pub(crate) kind: Text,
    pub(crate) name: Text,
    pub(crate) namespace: Text,
    pub(crate) labels: Text,
    pub(crate) annotations: Text,
}

impl Selector {
    /// True if it speaks of labels or annotations at most.
    pub(crate) fn has_no_id(&self) -> bool {
        [&self.group, &self.version, &self.kind, &self.name, &self.namespace]
            .iter()
            .all(|part| part.is_empty())
    }
}

/// Reads a selector.
pub(crate) fn read(reader: &mut Reader<'_>, value: &Value) -> Selector {
    let mut found = Selector::default();
    let names = ["group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector"];
    reader.fields(value, &names, |reader, name, value| {
        let text = reader.text(value);
        match name {
            "group" => found.group = text,
            "version" => found.version = text,
            "kind" => found.kind = text,
            "name" => found.name = text,
            "namespace" => found.namespace = text,
            "labelSelector" => found.labels = text,
            _ => found.annotations = text,
        }
    });
    found
}

/// A pattern that must fit a whole text. Most are plain words.
#[derive(Debug)]
enum Pattern {
    Any,
    Word(Text),
    Regex(Box<Regex>),
}

impl Pattern {
    fn new(text: &Text) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::Any);
        }
        if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/:".contains(&byte)) {
            return Ok(Self::Word(text.clone()));
        }
        let regex = Regex::new(&format!("^(?:{text})$"));
        regex
            .map(|regex| Self::Regex(Box::new(regex)))
            .map_err(|_| format!("'{text}' is no regular expression"))
    }

    fn fits(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Word(word) => &**word == text,
            Self::Regex(regex) => regex.is_match(text),
        }
    }
}

/// A selector that is ready for use.
#[derive(Debug)]
pub(crate) struct Matcher {
    group: Pattern,
    version: Pattern,
    kind: Pattern,
    name: Pattern,
    namespace: Pattern,
    labels: LabelSelector,
    annotations: LabelSelector,
}

impl Matcher {
    pub(crate) fn new(selector: &Selector) -> Result<Self, String> {
        let labels = |text: &Text| LabelSelector::parse(text).map_err(|error| error.to_string());
        Ok(Self {
            group: Pattern::new(&selector.group)?,
            version: Pattern::new(&selector.version)?,
            kind: Pattern::new(&selector.kind)?,
            name: Pattern::new(&selector.name)?,
            namespace: Pattern::new(&selector.namespace)?,
            labels: labels(&selector.labels)?,
            annotations: labels(&selector.annotations)?,
        })
    }

    /// Name and namespace may be those of now or the first ones.
    pub(crate) fn fits(&self, resource: &Res) -> bool {
        let (group, version) = resource.group_version();
        self.kind.fits(resource.kind())
            && self.group.fits(group)
            && self.version.fits(version)
            && (self.name.fits(resource.first_name()) || self.name.fits(resource.name()))
            && (matches!(self.namespace, Pattern::Any) || self.fits_namespace(resource))
            && self.fits_labels(resource)
    }

    /// One id alone.
    pub(crate) fn fits_id(&self, id: &ResourceId) -> bool {
        self.kind.fits(&id.gvk.kind)
            && self.group.fits(&id.gvk.group)
            && self.version.fits(&id.gvk.version)
            && self.name.fits(&id.name)
            && self.namespace.fits(&id.namespace)
    }

    /// Labels and annotations alone.
    pub(crate) fn fits_labels(&self, resource: &Res) -> bool {
        self.labels.matches_map(object::labels(&resource.object))
            && self.annotations.matches_map(object::annotations(&resource.object))
    }

    fn fits_namespace(&self, resource: &Res) -> bool {
        self.namespace.fits(resource.first_effective_namespace())
            || self.namespace.fits(resource.effective_namespace())
    }
}
