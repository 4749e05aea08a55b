//! What a cluster can do, as templates see it.

use weir_yaml::Key;

use crate::error::Error;
use crate::quote::quoted;

/// A version of Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubeVersion {
    /// In full: `v1.33.4-gke.1`.
    pub version: String,
    /// The numbers alone, which ranges are held against: `v1.33.4`.
    pub normalized: String,
    /// `1`.
    pub major: String,
    /// `33`.
    pub minor: String,
}

/// What `.Capabilities.HelmVersion` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelmVersion {
    /// `v4.2.3`.
    pub version: String,
    /// The commit it was built of.
    pub git_commit: String,
    /// `clean`, or nothing.
    pub git_tree_state: String,
    /// The Go it was built with.
    pub go_version: String,
    /// Of its Kubernetes client: `v1.36`.
    pub kube_client_version: String,
}

/// What a cluster can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// Its version.
    pub kube_version: KubeVersion,
    /// The APIs it serves: `apps/v1`, and from a cluster also `apps/v1/Deployment`.
    pub api_versions: Vec<Key>,
    /// Which Helm renders.
    pub helm_version: HelmVersion,
}

impl KubeVersion {
    /// Reads a version: two numbers at least, and anything behind them.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let start = text.trim_start_matches([' ', '\t', '\n', '\r', '\x0c']);
        let start = start.strip_prefix('v').unwrap_or(start);
        let numbers = numbers(start);
        // What stands behind the numbers may be anything but a line break.
        if numbers.is_empty() || start[numbers.len()..].contains('\n') {
            return Err(Error::new(format!("could not parse {} as version", quoted(text))));
        }
        let components: Vec<&str> = numbers.split('.').collect();
        if components.len() < 2 {
            return Err(Error::new(format!("illegal version string {}", quoted(text))));
        }
        if components[0].starts_with('0') && components[0] != "0" {
            let (component, text) = (quoted(components[0]), quoted(text));
            return Err(Error::new(format!("illegal zero-prefixed version component {component} in {text}")));
        }
        let mut values = Vec::new();
        for component in &components {
            values.push(component.parse::<u64>().map_err(|_| {
                let (component, text) = (quoted(component), quoted(text));
                Error::new(format!(
                    "illegal non-numeric version component {component} in {text}: strconv.ParseUint: parsing \
                     {component}: value out of range"
                ))
            })?);
        }
        let texts: Vec<_> = values.iter().map(ToString::to_string).collect();
        Ok(Self {
            version: if text.starts_with('v') { text.to_string() } else { format!("v{text}") },
            normalized: format!("v{}", texts.join(".")),
            major: texts[0].clone(),
            minor: texts[1].clone(),
        })
    }
}

/// The numbers parted by dots that the text begins with.
fn numbers(text: &str) -> &str {
    let mut end = 0;
    for (at, part) in text.split('.').enumerate() {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            break;
        }
        end += digits + usize::from(at > 0);
        if digits < part.len() {
            break;
        }
    }
    &text[..end]
}

impl Default for KubeVersion {
    /// That of the client libraries of Helm 4.2.
    fn default() -> Self {
        Self {
            version: "v1.36.0".to_string(),
            normalized: "v1.36.0".to_string(),
            major: "1".to_string(),
            minor: "36".to_string(),
        }
    }
}

impl Default for HelmVersion {
    /// The program whose output we print.
    fn default() -> Self {
        Self {
            version: "v4.2.3".to_string(),
            git_commit: "43e8b7feece8beb0fcba47059ec9b522fd929a64".to_string(),
            git_tree_state: "clean".to_string(),
            go_version: "go1.26.5".to_string(),
            kube_client_version: "v1.36".to_string(),
        }
    }
}

impl Default for Capabilities {
    fn default() -> Self {
        Self {
            kube_version: KubeVersion::default(),
            api_versions: API_VERSIONS.iter().map(|version| Key::new(version)).collect(),
            helm_version: HelmVersion::default(),
        }
    }
}

/// The APIs that the client libraries of Helm 4.2 know, in their order.
const API_VERSIONS: [&str; 55] = [
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha2",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_kubernetes_does() {
        let version = KubeVersion::parse("1.33.4-gke.1245000").unwrap();
        assert_eq!(
            (version.version.as_str(), version.normalized.as_str()),
            ("v1.33.4-gke.1245000", "v1.33.4")
        );
        assert_eq!(KubeVersion::parse("v1.30").unwrap().normalized, "v1.30");
        assert_eq!(KubeVersion::parse("1").unwrap_err().message, "illegal version string \"1\"");
        assert_eq!(KubeVersion::parse("x").unwrap_err().message, "could not parse \"x\" as version");
        assert_eq!(KubeVersion::parse("1.2.").unwrap().normalized, "v1.2");
    }
}
