//! An object on its way through a build, with what is known about its past: earlier names are how references to it are
//! found again.

use std::sync::Arc;

use weir_files::Place;
use weir_manifest::kinds::{Scope, kustomize_scope};
use weir_manifest::schema::OpenApi;
use weir_manifest::{ResourceId, object, split_api_version};
use weir_yaml::{Dialect, Map, Text, Value, resolve_plain};

use crate::fields;
use crate::history::History;
use crate::origin::Origin;
use crate::shared::Shared;

/// What kustomize calls the namespace of kinds that live in none.
pub(crate) const NO_NAMESPACE: &str = "_non_namespaceable_";

/// An id that an object had before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Previous {
    pub(crate) kind: Text,
    /// As it took effect.
    pub(crate) namespace: Text,
    pub(crate) name: Text,
}

/// What a generated object does to one that is there already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Behavior {
    /// Nothing was said.
    #[default]
    Unspecified,
    Create,
    Replace,
    Merge,
}

/// An object and its past.
#[derive(Debug, Clone)]
pub(crate) struct Res {
    pub(crate) object: Value,
    pub(crate) previous: Vec<Previous>,
    pub(crate) prefixes: Vec<Text>,
    pub(crate) suffixes: Vec<Text>,
    pub(crate) needs_hash: bool,
    pub(crate) behavior: Behavior,
    /// Labels and annotations that change together.
    pub(crate) shared: Shared,
    /// Its data was merged, and the keys stand there without quotes.
    pub(crate) has_bare_keys: bool,
    /// Names of the variables whose values it has.
    pub(crate) vars: Vec<Text>,
    /// A chart gave it, which knows its namespace best.
    pub(crate) is_from_chart: bool,
    /// Where it was written.
    pub(crate) place: Option<Place>,
    /// Filled if `buildMetadata` asks for it.
    pub(crate) origin: Option<Box<Origin>>,
    pub(crate) transformations: Vec<Origin>,
    /// Filled if it is to be explained.
    pub(crate) history: History,
    is_cluster_scoped: bool,
    /// Says more of scopes.
    open_api: Option<Arc<OpenApi>>,
}

/// What identifies an object among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key<'a> {
    pub(crate) group: &'a str,
    pub(crate) version: &'a str,
    pub(crate) kind: &'a str,
    /// As it takes effect.
    pub(crate) namespace: &'a str,
    pub(crate) name: &'a str,
}

impl Res {
    pub(crate) fn new(object: Value, place: Option<Place>) -> Self {
        let mut made = Self {
            object,
            previous: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            needs_hash: false,
            behavior: Behavior::default(),
            shared: Shared::default(),
            has_bare_keys: false,
            vars: Vec::new(),
            is_from_chart: false,
            place,
            origin: None,
            transformations: Vec::new(),
            history: History::default(),
            is_cluster_scoped: false,
            open_api: None,
        };
        made.learn_scope();
        made.read_notes();
        made
    }

    /// The output of functions may carry kustomize's notes in annotations.
    fn read_notes(&mut self) {
        const DOMAIN: &str = "internal.config.kubernetes.io";
        let Some(annotations) = object::annotations(&self.object) else { return };
        let list = |note: &str| -> Vec<Text> {
            let text = annotations.get(&format!("{DOMAIN}/{note}")).and_then(Value::as_str);
            text.map_or_else(Vec::new, |text| text.split(',').map(Text::from).collect())
        };
        if !annotations.keys().any(|key| key.starts_with(DOMAIN)) {
            return;
        }
        let (names, namespaces) = (list("previousNames"), list("previousNamespaces"));
        let ids = names.into_iter().zip(namespaces).zip(list("previousKinds"));
        let previous = ids.map(|((name, namespace), kind)| Previous { kind, namespace, name }).collect();
        let (prefixes, suffixes) = (list("prefixes"), list("suffixes"));
        let needs_hash = list("needsHashSuffix") == [Text::from("enabled")];
        self.previous = previous;
        (self.prefixes, self.suffixes, self.needs_hash) = (prefixes, suffixes, needs_hash);
    }

    /// To be called when version or kind may have changed.
    pub(crate) fn learn_scope(&mut self) {
        self.is_cluster_scoped = self.is_in_cluster(self.kind());
    }

    /// The scope of its kind may be known by these schemas.
    pub(crate) fn scope_by(&mut self, open_api: &Arc<OpenApi>) {
        self.open_api = Some(Arc::clone(open_api));
        self.learn_scope();
    }

    /// Whether objects of its version and this kind live in no namespace.
    fn is_in_cluster(&self, kind: &str) -> bool {
        let given = || self.open_api.as_ref()?.scope(self.api_version(), kind);
        kustomize_scope(self.api_version(), kind).or_else(given) == Some(Scope::Cluster)
    }

    pub(crate) fn api_version(&self) -> &str {
        object::api_version(&self.object).unwrap_or("")
    }

    pub(crate) fn group_version(&self) -> (&str, &str) {
        split_api_version(self.api_version())
    }

    pub(crate) fn kind(&self) -> &str {
        object::kind(&self.object).unwrap_or("")
    }

    pub(crate) fn name(&self) -> &str {
        object::name(&self.object).unwrap_or("")
    }

    /// As it is written.
    pub(crate) fn namespace(&self) -> &str {
        object::namespace(&self.object).unwrap_or("")
    }

    pub(crate) fn is_cluster_scoped(&self) -> bool {
        self.is_cluster_scoped
    }

    pub(crate) fn effective_namespace(&self) -> &str {
        match self.namespace() {
            _ if self.is_cluster_scoped => NO_NAMESPACE,
            "" => "default",
            namespace => namespace,
        }
    }

    /// The id of now, for messages.
    pub(crate) fn id(&self) -> ResourceId {
        ResourceId::of(&self.object)
    }

    pub(crate) fn key(&self) -> Key<'_> {
        let (group, version) = self.group_version();
        Key { group, version, kind: self.kind(), namespace: self.effective_namespace(), name: self.name() }
    }

    /// All earlier keys, the oldest first.
    pub(crate) fn previous_keys(&self) -> impl DoubleEndedIterator<Item = Key<'_>> {
        let (group, version) = self.group_version();
        self.previous.iter().map(move |previous| Key {
            group,
            version,
            kind: &previous.kind,
            namespace: self.previous_namespace(previous),
            name: &previous.name,
        })
    }

    fn previous_namespace<'a>(&self, previous: &'a Previous) -> &'a str {
        let is_cluster_scoped = if *previous.kind == *self.kind() {
            self.is_cluster_scoped
        } else {
            self.is_in_cluster(&previous.kind)
        };
        if is_cluster_scoped { NO_NAMESPACE } else { &previous.namespace }
    }

    /// Earlier keys and that of now.
    pub(crate) fn all_keys(&self) -> impl Iterator<Item = Key<'_>> {
        self.previous_keys().chain(std::iter::once(self.key()))
    }

    /// The first key that it had.
    pub(crate) fn first_key(&self) -> Key<'_> {
        self.previous_keys().next().unwrap_or_else(|| self.key())
    }

    pub(crate) fn first_name(&self) -> &str {
        self.previous.first().map_or(self.name(), |previous| &previous.name)
    }

    pub(crate) fn first_effective_namespace(&self) -> &str {
        let first = self.previous.first();
        first.map_or(self.effective_namespace(), |previous| self.previous_namespace(previous))
    }

    /// Remembers the id of now, as it is about to change.
    pub(crate) fn store_previous(&mut self) {
        let (kind, name) = (self.text_at(&["kind"]), self.text_at(&["metadata", "name"]));
        let namespace = match self.effective_namespace() {
            NO_NAMESPACE => Text::from(NO_NAMESPACE),
            "default" => Text::from("default"),
            _ => self.text_at(&["metadata", "namespace"]),
        };
        // Kustomize notes it in an annotation, and puts a map into the place of anything else for it.
        let path = ["metadata", "annotations"];
        if self.object.at(&path).is_some_and(|it| !it.is_null() && it.as_map().is_none()) {
            self.object.remove_at(&path);
        }
        // Most objects get no more than one or two.
        self.previous.reserve_exact(1);
        self.previous.push(Previous { kind, namespace, name });
    }

    pub(crate) fn text_at(&self, path: &[&str]) -> Text {
        match self.object.at(path) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Spelled(spelled)) => spelled.text().clone(),
            Some(value) => Text::from(value.as_written().unwrap_or("")),
            None => Text::from(""),
        }
    }

    /// True if kustomize would have an annotation of its own on the object now, which makes JSON patches find the map.
    pub(crate) fn has_build_annotations(&self) -> bool {
        !self.previous.is_empty()
            || !self.prefixes.is_empty()
            || !self.suffixes.is_empty()
            || self.needs_hash
            || self.behavior != Behavior::Unspecified
            || self.origin.is_some()
            || self.is_from_chart
    }

    /// Takes over the name and the past of an older object, and its labels and annotations where there are no own ones.
    pub(crate) fn inherit(&mut self, old: &Self) {
        for field in ["labels", "annotations"] {
            let of = |res: &Self| res.object.at(&["metadata", field]).and_then(Value::as_map).map(texts_of);
            let mut merged = of(old).unwrap_or_default();
            merged.extend(of(self).unwrap_or_default());
            self.set_metadata_map(field, merged);
        }
        let name = name_anew(old.name(), self.object.at(&["metadata", "name"]));
        self.object.set_at(&["metadata", "name"], name);
        self.set_namespace_anew(old.namespace());
        self.previous.clone_from(&old.previous);
        self.prefixes.clone_from(&old.prefixes);
        self.suffixes.clone_from(&old.suffixes);
        self.needs_hash &= old.needs_hash;
        self.behavior = old.behavior;
        self.vars.clone_from(&old.vars);
        self.transformations.clone_from(&old.transformations);
        self.history.clone_from(&old.history);
    }

    /// Kustomize writes the keys of merged data without quotes, and cannot go on if they are no texts then.
    pub(crate) fn check_keys(&self) -> Result<(), String> {
        if !self.has_bare_keys {
            return Ok(());
        }
        let maps = ["data", "binaryData"].iter().filter_map(|field| self.object.get(field)?.as_map());
        let is_text = |key: &&str| resolve_plain(key, Dialect::V3).as_str() == Some(*key);
        match maps.flat_map(|map| map.keys().map(weir_yaml::Key::as_str)).find(|key| !is_text(key)) {
            None => Ok(()),
            Some(key) => Err(format!("key '{key}' of {} became a number in a merge", self.id())),
        }
    }

    /// Writes a namespace over the one that is there.
    pub(crate) fn set_namespace_anew(&mut self, namespace: &str) {
        let path = ["metadata", "namespace"];
        if namespace.is_empty() {
            self.object.remove_at(&path);
        } else {
            let namespace = name_anew(namespace, self.object.at(&path));
            self.object.set_at(&path, namespace);
        }
    }

    /// Makes texts of all annotations, as kustomize does whenever it writes them anew.
    pub(crate) fn annotations_to_texts(&mut self) {
        let annotations = object::annotations(&self.object);
        if annotations.is_some_and(|map| map.values().any(|value| value.as_str().is_none())) {
            let map = annotations.map(texts_of).unwrap_or_default();
            self.object.set_at(&["metadata", "annotations"], map);
        }
    }

    pub(crate) fn set_metadata_map(&mut self, field: &str, map: Map) {
        if map.is_empty() {
            self.object.remove_at(&["metadata", field]);
        } else {
            self.object.set_at(&["metadata", field], map);
        }
    }
}

/// A name as kustomize writes it over another one: with quotes only if some are there.
pub(crate) fn name_anew(name: &str, there: Option<&Value>) -> Value {
    if there.is_some_and(Value::is_quoted) { Value::quoted(name) } else { Value::open(name) }
}

/// The map with all values as texts.
pub(crate) fn texts_of(map: &Map) -> Map {
    map.iter().map(|(key, value)| (key.clone(), Value::from(fields::scalar_text(value)))).collect()
}
