//! Random edits, as arguments of the real tool and as our own words.

use weir_kustomize::edit::{Add, Edit, GeneratorSources, PatchChoice, Remove, Set};

use crate::random::Random;

/// One edit in both forms.
pub(crate) struct Verb {
    pub(crate) arguments: Vec<String>,
    pub(crate) edit: Edit,
}

fn words(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

fn verb(arguments: &[&str], values: &[String], edit: Edit) -> Verb {
    Verb { arguments: words(arguments).into_iter().chain(values.iter().cloned()).collect(), edit }
}

/// One to three of these.
fn some(random: &mut Random, all: &[&str]) -> Vec<String> {
    (0..=random.below(2)).map(|_| random.pick(all).to_string()).collect()
}

fn one(random: &mut Random, all: &[&str]) -> Vec<String> {
    vec![random.pick(all).to_string()]
}

pub(crate) fn any(random: &mut Random) -> Verb {
    match random.below(10) {
        0..4 => add(random),
        4..7 => set(random),
        7..9 => remove(random),
        _ => verb(&["fix"], &[], Edit::Fix { vars: false }),
    }
}

const PAIRS: &[&str] = &["app:web", "new:\"a:b\"", "n:1", "bare", "team:yes"];
const METADATA: &[&str] = &["originAnnotations", "managedByLabel,transformerAnnotations", "nonsense"];

fn add(random: &mut Random) -> Verb {
    let paths = &["a.yaml", "*.yaml", "b.yaml", "base", "nope.yaml", "./c.yaml"];
    match random.below(11) {
        0 => {
            let paths = some(random, paths);
            verb(
                &["add", "resource"],
                &paths,
                Edit::Add(Add::Resource { paths: paths.clone(), no_verify: false }),
            )
        }
        1 => {
            let paths = some(random, paths);
            let edit = Edit::Add(Add::Resource { paths: paths.clone(), no_verify: true });
            verb(&["add", "resource", "--no-verify"], &paths, edit)
        }
        2 => {
            let paths = some(random, &["base", "p.yaml", "nope"]);
            verb(&["add", "component"], &paths, Edit::Add(Add::Component(paths.clone())))
        }
        3 => {
            let paths = some(random, &["p.yaml", "t*.yaml", "[ab].yaml"]);
            verb(&["add", "transformer"], &paths, Edit::Add(Add::Transformer(paths.clone())))
        }
        4 => {
            let paths = some(random, &["p.yaml", "?.yaml"]);
            verb(&["add", "generator"], &paths, Edit::Add(Add::Generator(paths.clone())))
        }
        5 => {
            let paths = one(random, &["base", "a.yaml,base", "none"]);
            verb(&["add", "base"], &paths, Edit::Add(Add::Base(paths.clone())))
        }
        6 => {
            let options = one(random, METADATA);
            verb(&["add", "buildmetadata"], &options, Edit::Add(Add::BuildMetadata(options.clone())))
        }
        7 => label(random),
        8 => {
            let (pairs, force) = (some(random, PAIRS), random.chance(50));
            let flag: &[&str] = if force { &["add", "annotation", "-f"] } else { &["add", "annotation"] };
            verb(flag, &pairs, Edit::Add(Add::Annotation { pairs: pairs.clone(), force }))
        }
        9 => {
            let (arguments, choice) = patch(random);
            verb(&["add", "patch"], &arguments, Edit::Add(Add::Patch(choice)))
        }
        _ => generator(random),
    }
}

fn label(random: &mut Random) -> Verb {
    let (pairs, force) = (some(random, PAIRS), random.chance(50));
    let (without_selector, include_templates) = (random.chance(60), random.chance(30));
    let mut arguments = vec!["add", "label"];
    arguments.extend(force.then_some("--force"));
    arguments.extend(without_selector.then_some("--without-selector"));
    arguments.extend(include_templates.then_some("--include-templates"));
    let edit = Add::Label { pairs: pairs.clone(), force, without_selector, include_templates };
    verb(&arguments, &pairs, Edit::Add(edit))
}

fn patch(random: &mut Random) -> (Vec<String>, PatchChoice) {
    let mut choice = PatchChoice { path: "p.yaml".into(), ..PatchChoice::default() };
    let mut arguments = words(&["--path", "p.yaml"]);
    if random.chance(40) {
        choice.kind = "Deployment".into();
        arguments.extend(words(&["--kind", "Deployment"]));
    }
    if random.chance(20) {
        choice.label_selector = "app=web".into();
        arguments.extend(words(&["--label-selector", "app=web"]));
    }
    (arguments, choice)
}

fn generator(random: &mut Random) -> Verb {
    let is_secret = random.chance(40);
    let mut of = GeneratorSources { names: one(random, &["m", "n", "s", "fresh"]), ..Default::default() };
    let mut arguments = words(&["add", if is_secret { "secret" } else { "configmap" }]);
    arguments.extend(of.names.clone());
    if is_secret {
        of.type_ = "Opaque".into();
    }
    if random.chance(30) {
        of.env_file = "one.env".into();
        arguments.push("--from-env-file=one.env".into());
    }
    if random.chance(50) {
        of.literals = one(random, &["new=1", "quoted=a: b", "broken"]);
        arguments.push(format!("--from-literal={}", of.literals[0]));
    }
    if random.chance(40) {
        of.files = one(random, &["f.txt", "key=f.txt", "*.txt", "none.txt"]);
        arguments.push(format!("--from-file={}", of.files[0]));
    }
    if random.chance(20) {
        of.namespace = random.pick(&["web", "default"]).into();
        arguments.push(format!("--namespace={}", of.namespace));
    }
    if random.chance(20) {
        of.disable_name_suffix_hash = true;
        arguments.push("--disableNameSuffixHash".into());
    }
    if random.chance(20) && !is_secret {
        of.behavior = random.pick(&["merge", "create", "nonsense"]).into();
        arguments.push(format!("--behavior={}", of.behavior));
    }
    Verb { arguments, edit: Edit::Add(if is_secret { Add::Secret(of) } else { Add::ConfigMap(of) }) }
}

fn set(random: &mut Random) -> Verb {
    match random.below(10) {
        0..3 => {
            let all =
                ["web:2", "web=host:5000/x:3@sha256:cd", "aa=*:v9", "app=*@sha256:ef", "nginx=n", "plain"];
            let images = some(random, &all);
            verb(&["set", "image"], &images, Edit::Set(Set::Image(images.clone())))
        }
        3 => {
            let counts = some(random, &["c=5", "a=0", "new=1", "bad=x", "z=1"]);
            verb(&["set", "replicas"], &counts, Edit::Set(Set::Replicas(counts.clone())))
        }
        4 => {
            let prefix = one(random, &["p-", "yes", "1", ""]);
            verb(&["set", "nameprefix"], &prefix, Edit::Set(Set::NamePrefix(prefix.clone())))
        }
        5 => {
            let suffix = one(random, &["-s", "-1"]);
            verb(&["set", "namesuffix", "--"], &suffix, Edit::Set(Set::NameSuffix(suffix.clone())))
        }
        6 => {
            let name = one(random, &["prod", "123"]);
            verb(&["set", "namespace"], &name, Edit::Set(Set::Namespace(name.clone())))
        }
        7 => {
            let pairs = some(random, PAIRS);
            if random.chance(50) {
                return verb(&["set", "label"], &pairs, Edit::Set(Set::Label(pairs.clone())));
            }
            verb(&["set", "annotation"], &pairs, Edit::Set(Set::Annotation(pairs.clone())))
        }
        8 => {
            let options = one(random, METADATA);
            verb(&["set", "buildmetadata"], &options, Edit::Set(Set::BuildMetadata(options.clone())))
        }
        _ => {
            let mut of = GeneratorSources { names: one(random, &["m", "o", "none"]), ..Default::default() };
            let mut arguments = words(&["set", "configmap"]);
            arguments.extend(of.names.clone());
            of.literals = some(random, &["one=9", "x=z", "two=a=b"]);
            arguments.extend(of.literals.iter().map(|literal| format!("--from-literal={literal}")));
            if random.chance(30) {
                of.new_namespace = "moved".into();
                arguments.push("--new-namespace=moved".into());
            }
            Verb { arguments, edit: Edit::Set(Set::ConfigMap(of)) }
        }
    }
}

fn remove(random: &mut Random) -> Verb {
    match random.below(7) {
        0 => {
            let paths = some(random, &["a.yaml", "*.yaml", "base", "none", "?ase"]);
            verb(&["remove", "resource"], &paths, Edit::Remove(Remove::Resource(paths.clone())))
        }
        1 => {
            let paths = some(random, &["t.yaml", "*.yaml"]);
            verb(&["remove", "transformer"], &paths, Edit::Remove(Remove::Transformer(paths.clone())))
        }
        2 | 3 => {
            let (keys, ignore) = (one(random, &["app", "app,tier", "none", "note,on"]), random.chance(60));
            let is_label = random.chance(60);
            let mut arguments = vec!["remove", if is_label { "label" } else { "annotation" }];
            arguments.extend(ignore.then_some("-i"));
            let edit = match is_label {
                true => Remove::Label { keys: keys.clone(), ignore },
                false => Remove::Annotation { keys: keys.clone(), ignore },
            };
            verb(&arguments, &keys, Edit::Remove(edit))
        }
        4 => {
            let options = one(random, METADATA);
            verb(&["remove", "buildmetadata"], &options, Edit::Remove(Remove::BuildMetadata(options.clone())))
        }
        5 => {
            let (arguments, choice) = patch(random);
            verb(&["remove", "patch"], &arguments, Edit::Remove(Remove::Patch(choice)))
        }
        _ => {
            let names = one(random, &["m", "m,e", "s,t", "none", "n"]);
            let namespace = random.pick(&["", "web"]).to_string();
            let is_secret = random.chance(40);
            let mut all = names.clone();
            if !namespace.is_empty() {
                all.push(format!("--namespace={namespace}"));
            }
            if is_secret {
                return verb(&["remove", "secret"], &all, Edit::Remove(Remove::Secret { names, namespace }));
            }
            verb(&["remove", "configmap"], &all, Edit::Remove(Remove::ConfigMap { names, namespace }))
        }
    }
}
