//! `weir kustomize edit`: all verbs take their arguments as they come and check them themselves, for the words of the
//! real tool.

use clap::{ArgAction, Args, Subcommand};

/// Edit the kustomization file of the current directory
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Comments and layout stay; the file means the same as after an edit by kustomize.

Examples:
  weir kustomize edit add resource deployment.yaml 'services/*.yaml'
  weir kustomize edit set image nginx=registry.example.org/nginx:1.27
  weir kustomize edit set namesuffix -- -blue
  weir kustomize edit remove resource 'old-*.yaml'
  weir kustomize edit fix"
)]
pub(crate) struct Edit {
    #[command(subcommand)]
    pub(crate) what: EditWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EditWhat {
    /// Add something to the kustomization
    #[command(subcommand, arg_required_else_help = true)]
    Add(EditAdd),
    /// Set something in the kustomization
    #[command(subcommand, arg_required_else_help = true)]
    Set(EditSet),
    /// Remove something from the kustomization
    #[command(subcommand, arg_required_else_help = true)]
    Remove(EditRemove),
    /// Move deprecated fields to where they belong
    #[command(after_help = "Examples:
  weir kustomize edit fix
  weir kustomize edit fix --vars")]
    Fix {
        /// Turn 'vars' into 'replacements' too, and change the resource files that name them
        #[arg(long)]
        vars: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum EditAdd {
    /// Add common annotations
    #[command(after_help = "Examples:\n  weir kustomize edit add annotation team:web note:\"a: b\"")]
    Annotation {
        /// KEY:VALUE
        pairs: Vec<String>,
        /// Replace those that are there
        #[arg(short, long)]
        force: bool,
    },
    /// Add directories to 'resources'
    #[command(after_help = "Examples:\n  weir kustomize edit add base ../base,../more")]
    Base {
        /// Directories, parted by commas
        paths: Vec<String>,
    },
    /// Add options to 'buildMetadata': originAnnotations, transformerAnnotations, managedByLabel
    #[command(
        name = "buildmetadata",
        after_help = "Examples:\n  weir kustomize edit add buildmetadata originAnnotations,managedByLabel"
    )]
    BuildMetadata {
        /// Options, parted by commas
        options: Vec<String>,
    },
    /// Add components
    #[command(after_help = "Examples:\n  weir kustomize edit add component ../components/tls")]
    Component {
        /// Directories or patterns
        paths: Vec<String>,
    },
    /// Add a config map to 'configMapGenerator', or more to one that is there
    #[command(
        name = "configmap",
        after_help = "Examples:
  weir kustomize edit add configmap settings --from-literal=mode=fast --from-file=app.conf
  weir kustomize edit add configmap settings --behavior=merge --from-env-file=prod.env"
    )]
    ConfigMap(Sources),
    /// Add generator plug-ins
    #[command(after_help = "Examples:\n  weir kustomize edit add generator secrets.yaml")]
    Generator {
        /// Files or patterns
        paths: Vec<String>,
    },
    /// Add common labels
    #[command(after_help = "Examples:
  weir kustomize edit add label app:web tier:front
  weir kustomize edit add label team:web --without-selector --include-templates")]
    Label {
        /// KEY:VALUE
        pairs: Vec<String>,
        /// Replace those that are there
        #[arg(short, long)]
        force: bool,
        /// Not to selectors: into 'labels'
        #[arg(long)]
        without_selector: bool,
        /// To templates too, with --without-selector
        #[arg(long)]
        include_templates: bool,
    },
    /// Add a patch
    #[command(
        disable_version_flag = true,
        after_help = "Examples:
  weir kustomize edit add patch --path patch.yaml
  weir kustomize edit add patch --path scale.json --group apps --kind Deployment --label-selector app=web"
    )]
    Patch(PatchArgs),
    /// Add resources
    #[command(
        after_help = "Examples:\n  weir kustomize edit add resource deployment.yaml ../base 'crds/*.yaml'"
    )]
    Resource {
        /// Files, directories or patterns
        paths: Vec<String>,
        /// Take them as they are
        #[arg(long)]
        no_verify: bool,
    },
    /// Add a secret to 'secretGenerator', or more to one that is there
    #[command(after_help = "Examples:
  weir kustomize edit add secret login --from-file=password=login.txt
  weir kustomize edit add secret tls --type=kubernetes.io/tls --from-file=tls.crt --from-file=tls.key")]
    Secret {
        #[command(flatten)]
        sources: Sources,
        /// Type of the secret
        #[arg(long = "type", value_name = "TYPE", default_value = "Opaque")]
        type_: String,
    },
    /// Add transformer plug-ins
    #[command(after_help = "Examples:\n  weir kustomize edit add transformer labels.yaml")]
    Transformer {
        /// Files or patterns
        paths: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum EditSet {
    /// Set common annotations
    #[command(after_help = "Examples:\n  weir kustomize edit set annotation team:web")]
    Annotation {
        /// KEY:VALUE
        pairs: Vec<String>,
    },
    /// Set all options of 'buildMetadata': originAnnotations, transformerAnnotations, managedByLabel
    #[command(
        name = "buildmetadata",
        after_help = "Examples:\n  weir kustomize edit set buildmetadata originAnnotations"
    )]
    BuildMetadata {
        /// Options, parted by commas
        options: Vec<String>,
    },
    /// Set literals or the namespace of a config map in 'configMapGenerator'
    #[command(
        name = "configmap",
        after_help = "Examples:\n  weir kustomize edit set configmap settings --from-literal=mode=slow"
    )]
    ConfigMap(SetSources),
    /// Set names, tags and digests of images; * keeps what is there
    #[command(after_help = "Examples:
  weir kustomize edit set image nginx:1.27 redis=registry.example.org/redis:7
  weir kustomize edit set image app@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3
  weir kustomize edit set image 'app=*:v2'")]
    Image {
        /// NAME=NEWNAME:TAG@DIGEST, any part of it
        images: Vec<String>,
    },
    /// Set common labels
    #[command(after_help = "Examples:\n  weir kustomize edit set label app:web")]
    Label {
        /// KEY:VALUE
        pairs: Vec<String>,
    },
    /// Set the name prefix
    #[command(name = "nameprefix", after_help = "Examples:\n  weir kustomize edit set nameprefix acme-")]
    NamePrefix {
        /// The prefix
        prefix: Vec<String>,
    },
    /// Set the name suffix
    #[command(name = "namesuffix", after_help = "Examples:\n  weir kustomize edit set namesuffix -- -blue")]
    NameSuffix {
        /// The suffix
        suffix: Vec<String>,
    },
    /// Set the namespace
    #[command(after_help = "Examples:\n  weir kustomize edit set namespace staging")]
    Namespace {
        /// The namespace
        #[arg(id = "name", value_name = "NAME")]
        namespace: Vec<String>,
    },
    /// Set replica counts
    #[command(after_help = "Examples:\n  weir kustomize edit set replicas web=3 worker=1")]
    Replicas {
        /// NAME=COUNT
        replicas: Vec<String>,
    },
    /// Set literals or the namespace of a secret in 'secretGenerator'
    #[command(after_help = "Examples:\n  weir kustomize edit set secret login --from-literal=user=admin")]
    Secret(SetSources),
}

#[derive(Debug, Subcommand)]
pub(crate) enum EditRemove {
    /// Remove common annotations
    #[command(after_help = "Examples:\n  weir kustomize edit remove annotation team,note")]
    Annotation {
        /// Keys, parted by commas
        keys: Vec<String>,
        /// Keys that are not there are no error
        #[arg(short, long)]
        ignore_non_existence: bool,
    },
    /// Remove options of 'buildMetadata'
    #[command(
        name = "buildmetadata",
        after_help = "Examples:\n  weir kustomize edit remove buildmetadata managedByLabel"
    )]
    BuildMetadata {
        /// Options, parted by commas
        options: Vec<String>,
    },
    /// Remove config maps from 'configMapGenerator'
    #[command(
        name = "configmap",
        after_help = "Examples:\n  weir kustomize edit remove configmap settings,more --namespace=web"
    )]
    ConfigMap {
        /// Names, parted by commas
        names: Vec<String>,
        /// Their namespace
        #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
        namespace: String,
    },
    /// Remove common labels
    #[command(after_help = "Examples:\n  weir kustomize edit remove label app,tier")]
    Label {
        /// Keys, parted by commas
        keys: Vec<String>,
        /// Keys that are not there are no error
        #[arg(short, long)]
        ignore_non_existence: bool,
    },
    /// Remove the patch that says exactly this
    #[command(
        disable_version_flag = true,
        after_help = "Examples:\n  weir kustomize edit remove patch --path patch.yaml --kind Deployment"
    )]
    Patch(PatchArgs),
    /// Remove resources
    #[command(after_help = "Examples:\n  weir kustomize edit remove resource deployment.yaml 'crds/*.yaml'")]
    Resource {
        /// Entries or patterns
        paths: Vec<String>,
    },
    /// Remove secrets from 'secretGenerator'
    #[command(after_help = "Examples:\n  weir kustomize edit remove secret login")]
    Secret {
        /// Names, parted by commas
        names: Vec<String>,
        /// Their namespace
        #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
        namespace: String,
    },
    /// Remove transformer plug-ins
    #[command(after_help = "Examples:\n  weir kustomize edit remove transformer labels.yaml")]
    Transformer {
        /// Entries or patterns
        paths: Vec<String>,
    },
}

/// What a config map or secret is made of.
#[derive(Debug, Args)]
pub(crate) struct Sources {
    /// The name
    pub(crate) name: Vec<String>,
    /// A file or pattern, with a key before it if its own name is not to be the key
    #[arg(long = "from-file", value_name = "[KEY=]PATH", value_delimiter = ',')]
    pub(crate) files: Vec<String>,
    /// A key and its value
    #[arg(long = "from-literal", value_name = "KEY=VALUE")]
    pub(crate) literals: Vec<String>,
    /// A file with a key and value on each line
    #[arg(long = "from-env-file", value_name = "PATH", default_value = "", hide_default_value = true)]
    pub(crate) env_file: String,
    /// create, merge or replace
    #[arg(long, value_name = "HOW", default_value = "", hide_default_value = true)]
    pub(crate) behavior: String,
    /// The namespace
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub(crate) namespace: String,
    /// No hash at the end of the name
    #[arg(long = "disableNameSuffixHash", action = ArgAction::SetTrue)]
    pub(crate) disable_name_suffix_hash: bool,
}

/// What of a config map or secret is set.
#[derive(Debug, Args)]
pub(crate) struct SetSources {
    /// The name
    pub(crate) name: Vec<String>,
    /// A key that is there and its new value
    #[arg(long = "from-literal", value_name = "KEY=VALUE")]
    pub(crate) literals: Vec<String>,
    /// The namespace that it has
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub(crate) namespace: String,
    /// The namespace that it gets
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub(crate) new_namespace: String,
}

/// A patch and its target.
#[derive(Debug, Args)]
pub(crate) struct PatchArgs {
    /// File with the patch
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) path: String,
    /// The patch itself
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true,
        allow_hyphen_values = true
    )]
    pub(crate) patch: String,
    /// Group of the target
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) group: String,
    /// Version of the target
    #[arg(long = "version", value_name = "VERSION", default_value = "", hide_default_value = true)]
    pub(crate) version: String,
    /// Kind of the target
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) kind: String,
    /// Name of the target
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) name: String,
    /// Namespace of the target
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) namespace: String,
    /// Annotations of the target
    #[arg(long, value_name = "SELECTOR", default_value = "", hide_default_value = true)]
    pub(crate) annotation_selector: String,
    /// Labels of the target
    #[arg(long, value_name = "SELECTOR", default_value = "", hide_default_value = true)]
    pub(crate) label_selector: String,
}
