//! What can be asked for, in the words of the command line; arguments are checked where they are used.

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Adds something to the file.
    Add(Add),
    /// Sets something in the file.
    Set(Set),
    /// Takes something out.
    Remove(Remove),
    /// Moves deprecated fields to where they belong; with `vars`, those become replacements, in resource files too.
    Fix {
        /// Whether variables are converted.
        vars: bool,
    },
}

/// What can be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Add {
    /// `key:value` pairs to `commonAnnotations`.
    Annotation {
        /// The pairs.
        pairs: Vec<String>,
        /// Replace those that are there.
        force: bool,
    },
    /// `key:value` pairs to `commonLabels` or `labels`.
    Label {
        /// The pairs.
        pairs: Vec<String>,
        /// Replace those that are there.
        force: bool,
        /// To `labels`, without selectors.
        without_selector: bool,
        /// In templates too.
        include_templates: bool,
    },
    /// Directories, parted by commas, to `resources`.
    Base(Vec<String>),
    /// Options, parted by commas, to `buildMetadata`.
    BuildMetadata(Vec<String>),
    /// Paths or patterns to `components`.
    Component(Vec<String>),
    /// Paths or patterns to `generators`.
    Generator(Vec<String>),
    /// Paths or patterns to `transformers`.
    Transformer(Vec<String>),
    /// Paths or patterns to `resources`.
    Resource {
        /// The paths.
        paths: Vec<String>,
        /// Take them as they are.
        no_verify: bool,
    },
    /// A patch.
    Patch(PatchChoice),
    /// To `configMapGenerator`.
    ConfigMap(GeneratorSources),
    /// To `secretGenerator`.
    Secret(GeneratorSources),
}

/// What can be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Set {
    /// `key:value` pairs in `commonAnnotations`.
    Annotation(Vec<String>),
    /// `key:value` pairs in `commonLabels`.
    Label(Vec<String>),
    /// The options of `buildMetadata`, parted by commas.
    BuildMetadata(Vec<String>),
    /// Images in the form `name=new:tag@digest`.
    Image(Vec<String>),
    /// Counts in the form `name=3`.
    Replicas(Vec<String>),
    /// `namePrefix`.
    NamePrefix(Vec<String>),
    /// `nameSuffix`.
    NameSuffix(Vec<String>),
    /// `namespace`.
    Namespace(Vec<String>),
    /// Literals or the namespace of an entry of `configMapGenerator`.
    ConfigMap(GeneratorSources),
    /// Literals or the namespace of an entry of `secretGenerator`.
    Secret(GeneratorSources),
}

/// What can be taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remove {
    /// Keys, parted by commas, of `commonAnnotations`.
    Annotation {
        /// The keys.
        keys: Vec<String>,
        /// Keys that are not there are no error.
        ignore: bool,
    },
    /// Keys, parted by commas, of `commonLabels`.
    Label {
        /// The keys.
        keys: Vec<String>,
        /// Keys that are not there are no error.
        ignore: bool,
    },
    /// Options, parted by commas, of `buildMetadata`.
    BuildMetadata(Vec<String>),
    /// Names, parted by commas, in `configMapGenerator`.
    ConfigMap {
        /// The names.
        names: Vec<String>,
        /// Their namespace.
        namespace: String,
    },
    /// Names, parted by commas, in `secretGenerator`.
    Secret {
        /// The names.
        names: Vec<String>,
        /// Their namespace.
        namespace: String,
    },
    /// The patch that says exactly this.
    Patch(PatchChoice),
    /// Paths or patterns of `resources`.
    Resource(Vec<String>),
    /// Paths or patterns of `transformers`.
    Transformer(Vec<String>),
}

/// A patch and the objects it is for. What is empty is not said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PatchChoice {
    /// A file.
    pub path: String,
    /// The text of the patch.
    pub patch: String,
    /// Group of the target.
    pub group: String,
    /// Version of the target.
    pub version: String,
    /// Kind of the target.
    pub kind: String,
    /// Name of the target.
    pub name: String,
    /// Namespace of the target.
    pub namespace: String,
    /// Annotations of the target.
    pub annotation_selector: String,
    /// Labels of the target.
    pub label_selector: String,
}

/// What a config map or secret is made of. What is empty is not said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GeneratorSources {
    /// Its name; more or less than one is an error.
    pub names: Vec<String>,
    /// Its namespace.
    pub namespace: String,
    /// The namespace it gets.
    pub new_namespace: String,
    /// Files or patterns, `key=path` or `path`.
    pub files: Vec<String>,
    /// `key=value`.
    pub literals: Vec<String>,
    /// A file with a `key=value` on each line.
    pub env_file: String,
    /// create, merge or replace.
    pub behavior: String,
    /// Of a secret.
    pub type_: String,
    /// The name has no hash at its end.
    pub disable_name_suffix_hash: bool,
}
