//! `weir kustomize edit`.

use std::path::Path;

use weir_files::{RootedPath, Tree};
use weir_kustomize::Options;
use weir_kustomize::edit::{Add, Edit, Edited, GeneratorSources, PatchChoice, Remove, Set, edit};

use super::files::{on_disk, tree_and_directory};
use crate::cli::kustomize::{EditAdd, EditRemove, EditSet, EditWhat, PatchArgs, SetSources, Sources};
use crate::commands::remotes::answered;
use crate::exit::Failure;
use crate::output::{print, say};
use crate::whole;

pub(super) fn run(what: EditWhat) -> Result<(), Failure> {
    let (tree, dir) = tree_and_directory(Path::new("."))?;
    match what {
        EditWhat::Add(what) => write(&edit(&tree, &dir, &Edit::Add(add(what)))?),
        EditWhat::Set(what) => write(&edit(&tree, &dir, &Edit::Set(set(what)))?),
        EditWhat::Remove(what) => write(&edit(&tree, &dir, &Edit::Remove(remove(what)))?),
        EditWhat::Fix { vars } => fix(&tree, &dir, vars),
    }
}

/// Says what deserves a word and writes the files.
pub(super) fn write(edited: &Edited) -> Result<(), Failure> {
    for note in &edited.notes {
        say(&format!("⚠ {note}"));
    }
    edited.files.iter().try_for_each(|(path, text)| {
        let path = on_disk(path);
        whole::write(&path, text.as_bytes(), 0o644)
            .map_err(|error| Failure::new(format!("cannot write '{}': {error}", path.display())))
    })
}

fn add(what: EditAdd) -> Add {
    match what {
        EditAdd::Annotation { pairs, force } => Add::Annotation { pairs, force },
        EditAdd::Base { paths } => Add::Base(paths),
        EditAdd::BuildMetadata { options } => Add::BuildMetadata(options),
        EditAdd::Component { paths } => Add::Component(paths),
        EditAdd::ConfigMap(of) => Add::ConfigMap(sources(of, String::new())),
        EditAdd::Generator { paths } => Add::Generator(paths),
        EditAdd::Label { pairs, force, without_selector, include_templates } => {
            Add::Label { pairs, force, without_selector, include_templates }
        }
        EditAdd::Patch(args) => Add::Patch(patch(args)),
        EditAdd::Resource { paths, no_verify } => Add::Resource { paths, no_verify },
        EditAdd::Secret { sources: of, type_ } => Add::Secret(sources(of, type_)),
        EditAdd::Transformer { paths } => Add::Transformer(paths),
    }
}

fn set(what: EditSet) -> Set {
    match what {
        EditSet::Annotation { pairs } => Set::Annotation(pairs),
        EditSet::BuildMetadata { options } => Set::BuildMetadata(options),
        EditSet::ConfigMap(of) => Set::ConfigMap(set_sources(of)),
        EditSet::Image { images } => Set::Image(images),
        EditSet::Label { pairs } => Set::Label(pairs),
        EditSet::NamePrefix { prefix } => Set::NamePrefix(prefix),
        EditSet::NameSuffix { suffix } => Set::NameSuffix(suffix),
        EditSet::Namespace { namespace } => Set::Namespace(namespace),
        EditSet::Replicas { replicas } => Set::Replicas(replicas),
        EditSet::Secret(of) => Set::Secret(set_sources(of)),
    }
}

fn remove(what: EditRemove) -> Remove {
    match what {
        EditRemove::Annotation { keys, ignore_non_existence: ignore } => Remove::Annotation { keys, ignore },
        EditRemove::BuildMetadata { options } => Remove::BuildMetadata(options),
        EditRemove::ConfigMap { names, namespace } => Remove::ConfigMap { names, namespace },
        EditRemove::Label { keys, ignore_non_existence: ignore } => Remove::Label { keys, ignore },
        EditRemove::Patch(args) => Remove::Patch(patch(args)),
        EditRemove::Resource { paths } => Remove::Resource(paths),
        EditRemove::Secret { names, namespace } => Remove::Secret { names, namespace },
        EditRemove::Transformer { paths } => Remove::Transformer(paths),
    }
}

fn sources(of: Sources, type_: String) -> GeneratorSources {
    GeneratorSources {
        names: of.name,
        namespace: of.namespace,
        new_namespace: String::new(),
        files: of.files,
        literals: of.literals,
        env_file: of.env_file,
        behavior: of.behavior,
        type_,
        disable_name_suffix_hash: of.disable_name_suffix_hash,
    }
}

fn set_sources(of: SetSources) -> GeneratorSources {
    GeneratorSources {
        names: of.name,
        namespace: of.namespace,
        new_namespace: of.new_namespace,
        literals: of.literals,
        ..GeneratorSources::default()
    }
}

fn patch(args: PatchArgs) -> PatchChoice {
    PatchChoice {
        path: args.path,
        patch: args.patch,
        group: args.group,
        version: args.version,
        kind: args.kind,
        name: args.name,
        namespace: args.namespace,
        annotation_selector: args.annotation_selector,
        label_selector: args.label_selector,
    }
}

const FIXED: &str = "
Fixed fields:
  patchesJson6902 -> patches
  patchesStrategicMerge -> patches
  commonLabels -> labels
";

const VARS_TOO: &str = "
To convert vars -> replacements, run the command `kustomize edit fix --vars`

WARNING: Converting vars to replacements will potentially overwrite many resource files
and the resulting files may not produce the same output when `kustomize build` is run.
We recommend doing this in a clean git repository where the change is easy to undo.
";

fn fix(tree: &Tree, dir: &RootedPath, vars: bool) -> Result<(), Failure> {
    let before = built(tree, dir);
    let edited = edit(tree, dir, &Edit::Fix { vars })?;
    print(&if vars { format!("{FIXED}  vars -> replacements\n") } else { format!("{FIXED}{VARS_TOO}") })?;
    write(&edited)?;
    match (before, built(tree, dir)) {
        (_, Err(failure)) => {
            say(&format!("⚠ the fixed kustomization gives an error when it is built:\n{}", failure.message()))
        }
        (Ok(before), Ok(after)) if before != after => {
            say(&format!("⚠ the fixed kustomization builds to something else than before:\n...{after}..."))
        }
        _ => {}
    }
    Ok(())
}

fn built(tree: &Tree, dir: &RootedPath) -> Result<String, Failure> {
    let built = answered(|answers| {
        weir_kustomize::build_or_ask(tree, dir, &Options { answers: answers.clone(), ..Options::default() })
    })?;
    Ok(built.to_yaml()?)
}
