//! Kinds that Kubernetes has deprecated, as the client libraries of Helm 4.2 know them.

/// In each line an apiVersion, a kind, since when it is deprecated, when it goes (`-` if it stays), and what to use then if
/// something is there.
const KINDS: &str = include_str!("deprecated.txt");

/// What is said of this kind in this version of Kubernetes.
pub(super) fn words(api_version: &str, kind: &str, kubernetes: (u64, u64)) -> Option<String> {
    KINDS.lines().find_map(|line| {
        let mut words = line.splitn(5, ' ');
        let named = words.next() == Some(api_version) && words.next() == Some(kind);
        let (since, gone) = named.then(|| words.next().zip(words.next())).flatten()?;
        let (major, minor) = since.split_once('.')?;
        if (major.parse().ok()?, minor.parse().ok()?) > kubernetes {
            return None;
        }
        let instead = words.next().map_or_else(String::new, |instead| format!("; use {instead}"));
        let gone = if gone == "-" { String::new() } else { format!(", unavailable in v{gone}+") };
        Some(format!("{api_version} {kind} is deprecated in v{since}+{gone}{instead}"))
    })
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn old_kinds_are_known() {
        let said = words("policy/v1beta1", "PodDisruptionBudget", (1, 21));
        let expected = "policy/v1beta1 PodDisruptionBudget is deprecated in v1.21+, unavailable in v1.25+; use policy/v1 \
                        PodDisruptionBudget";
        assert_eq!(said.as_deref(), Some(expected));
        assert_eq!(words("policy/v1beta1", "PodDisruptionBudget", (1, 20)), None);
        assert_eq!(words("policy/v1", "PodDisruptionBudget", (1, 30)), None);
        assert_eq!(
            words("v1", "ComponentStatus", (1, 30)).unwrap(),
            "v1 ComponentStatus is deprecated in v1.19+"
        );
        let expected = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";
        assert_eq!(words("v1", "Endpoints", (1, 33)).as_deref(), Some(expected));
    }
}
