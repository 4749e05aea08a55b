//! `weir install --export`: what a cluster needs, as manifests.

use weir_api::CRDS;

use crate::cli::Install;
use crate::exit::Failure;
use crate::output::print;

pub(super) fn run(args: &Install) -> Result<(), Failure> {
    if !args.export {
        let message = "not supported yet: installing directly; use: weir install --export | kubectl apply --server-side -f -";
        return Err(Failure::usage(message));
    }
    let mut text = String::new();
    for definition in CRDS {
        text.push_str("---\n");
        text.push_str(&definition.manifest());
    }
    text.push_str(&controller(&args.namespace, &args.image));
    print(&text)
}

/// Namespace, rights and the Deployment. The rights are those of the Flux controllers together: what is in Git may be
/// of any kind, so whoever applies it needs them all.
fn controller(namespace: &str, image: &str) -> String {
    include_str!("install.yaml").replace("{{namespace}}", namespace).replace("{{image}}", image)
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_yaml::{Dialect, from_yaml};

    #[test]
    fn manifests_are_yaml() {
        for definition in CRDS {
            let objects = from_yaml(&definition.manifest(), Dialect::SigsStrict).unwrap();
            assert_eq!(objects[0].str_at(&["metadata", "name"]), Some(definition.crd_name().as_str()));
        }
        let objects = from_yaml(&controller("ns", "image:1"), Dialect::SigsStrict).unwrap();
        let kinds: Vec<_> = objects.iter().filter_map(|object| object.str_at(&["kind"])).collect();
        assert_eq!(kinds, ["Namespace", "ServiceAccount", "ClusterRoleBinding", "Service", "Deployment"]);
    }
}
