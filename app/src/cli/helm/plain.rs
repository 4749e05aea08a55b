//! What nearly everybody says to `helm template`, understood without making up its sixty flags: that takes a tenth of the
//! time in which a small chart is rendered.

use std::ffi::OsString;

use super::{Global, Helm, HelmTemplate, HelmWhat};

/// Where these say something, flags are not all there is to know.
const ENVIRONMENT: [&str; 5] = [
    "HELM_NAMESPACE",
    "HELM_REGISTRY_CONFIG",
    "HELM_REPOSITORY_CONFIG",
    "HELM_REPOSITORY_CACHE",
    "WEIR_MIRROR",
];

/// Nothing if there is any other flag, or anything wrong: then the whole command line has the right words.
pub(super) fn template(arguments: &[OsString]) -> Option<Helm> {
    if ENVIRONMENT.iter().any(|name| std::env::var_os(name).is_some()) {
        return None;
    }
    understood(arguments.get(2..)?)
}

fn understood(arguments: &[OsString]) -> Option<Helm> {
    let (mut global, mut template) = (Global::default(), HelmTemplate::default());
    let mut arguments = arguments.iter().map(|argument| argument.to_str());
    while let Some(argument) = arguments.next() {
        let argument = argument?;
        if !argument.starts_with('-') {
            template.words.push(argument.to_string());
            continue;
        }
        let (flag, given) = match argument.split_once('=') {
            Some((flag, value)) => (flag, Some(value)),
            None => (argument, None),
        };
        let place = place(flag, &mut global, &mut template)?;
        let value = match (&place, given) {
            (Place::Switch(_), None) => "",
            (Place::Switch(_), Some(_)) => return None,
            (_, Some(value)) if flag.starts_with("--") => value,
            (_, Some(_)) => return None,
            (_, None) => arguments.next()??,
        };
        place.take(value)?;
    }
    Some(Helm { global, what: HelmWhat::Template(Box::new(template)) })
}

/// Where a flag goes.
enum Place<'a> {
    Switch(&'a mut bool),
    One(&'a mut Option<String>),
    Each(&'a mut Vec<String>),
    /// Several of them with commas between.
    Several(&'a mut Vec<String>),
}

fn place<'a>(flag: &str, global: &'a mut Global, template: &'a mut HelmTemplate) -> Option<Place<'a>> {
    Some(match flag {
        "-n" | "--namespace" => Place::One(&mut global.namespace),
        "-f" | "--values" => Place::Several(&mut template.values.files),
        "--set" => Place::Each(&mut template.values.set),
        "--set-string" => Place::Each(&mut template.values.set_string),
        "-s" | "--show-only" => Place::Each(&mut template.show_only),
        "-a" | "--api-versions" => Place::Several(&mut template.api_versions),
        "--kube-version" => Place::One(&mut template.kube_version),
        "--include-crds" => Place::Switch(&mut template.include_crds),
        "--skip-tests" => Place::Switch(&mut template.skip_tests),
        "--no-hooks" => Place::Switch(&mut template.no_hooks),
        "--is-upgrade" => Place::Switch(&mut template.is_upgrade),
        _ => return None,
    })
}

impl Place<'_> {
    /// Nothing where this may mean something else, or is said a second time.
    fn take(self, value: &str) -> Option<()> {
        if let Place::Switch(switch) = self {
            return (!std::mem::replace(switch, true)).then_some(());
        }
        if value.is_empty() || value.starts_with('-') {
            return None;
        }
        match self {
            Place::Switch(_) => {}
            Place::One(place) => return place.replace(value.to_string()).is_none().then_some(()),
            Place::Each(list) => list.push(value.to_string()),
            Place::Several(list) => {
                if value.split(',').any(str::is_empty) {
                    return None;
                }
                list.extend(value.split(',').map(str::to_string));
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use clap::Args as _;

    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn it_means_what_the_whole_command_line_means() {
        for line in [
            "x ./chart",
            "x ./chart -f a.yaml,b.yaml --values c.yaml --values=d.yaml -n web",
            "--set a=1,b=2 x --set=c=3 ./chart --set-string d=4 --namespace=a",
            "-s templates/a.yaml --show-only=b -a v1,v2 --api-versions=v3 --kube-version 1.33 x y",
            "--include-crds --skip-tests --no-hooks --is-upgrade x --kube-version=v1.30.1",
        ] {
            let arguments = words(&format!("helm template {line}"));
            let whole = Helm::template_with_flags(&arguments).expect("it is right");
            let plain = understood(&arguments[2..]).expect("it is plain");
            assert_eq!(format!("{plain:?}"), format!("{whole:?}"), "{line}");
        }
    }

    #[test]
    fn all_variables_of_the_environment_are_known() {
        let command = HelmTemplate::augment_args(Global::augment_args(clap::Command::new("template")));
        let mut known: Vec<_> = command.get_arguments().filter_map(|flag| flag.get_env()?.to_str()).collect();
        known.sort_unstable();
        let mut own = ENVIRONMENT;
        own.sort_unstable();
        assert_eq!(known, own);
    }

    #[test]
    fn what_is_not_plain_is_left_to_the_whole_command_line() {
        for line in [
            "x y --debug",
            "x y -f",
            "x y -fa.yaml",
            "x y -f=a",
            "x -- y",
            "x y -f -",
            "x y --set -1",
            "x y -f a,,b",
            "x y -n a -n b",
            "x y --no-hooks --no-hooks",
            "x y --no-hooks=true",
            "x y --set= ",
            "x y -h",
            "x y --kube-version 1.30 --kube-version=1.31",
        ] {
            assert!(understood(&words(line)).is_none(), "{line}");
        }
    }
}
