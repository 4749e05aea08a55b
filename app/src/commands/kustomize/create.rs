//! `weir kustomize create`.

use std::path::Path;

use weir_kustomize::edit::{Create, create};

use super::{edit, files};
use crate::cli::kustomize::KustomizeCreate;
use crate::exit::Failure;

pub(super) fn run(args: KustomizeCreate) -> Result<(), Failure> {
    let what = Create {
        resources: args.resources,
        namespace: args.namespace,
        annotations: args.annotations,
        labels: args.labels,
        name_prefix: args.name_prefix,
        name_suffix: args.name_suffix,
        autodetect: args.autodetect,
        recursive: args.recursive,
    };
    let (tree, dir) = files::tree_and_directory(Path::new("."))?;
    edit::write(&create(&tree, &dir, &what)?)
}
