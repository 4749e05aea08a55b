//! Kinds that Kubernetes has deprecated, as the client libraries of Helm 4.2 know them.

/// A kind, the version of Kubernetes from which on it is deprecated, and what is said of it.
pub(super) struct Deprecated {
    pub(super) api_version: &'static str,
    pub(super) kind: &'static str,
    pub(super) since: (u64, u64),
    pub(super) words: &'static str,
}

/// What is said of this kind in this version of Kubernetes.
pub(super) fn words(api_version: &str, kind: &str, kubernetes: (u64, u64)) -> Option<&'static str> {
    let found = KINDS.iter().find(|known| known.api_version == api_version && known.kind == kind)?;
    (found.since <= kubernetes).then_some(found.words)
}

const fn kind(
    api_version: &'static str,
    kind: &'static str,
    since: (u64, u64),
    words: &'static str,
) -> Deprecated {
    Deprecated { api_version, kind, since, words }
}

const KINDS: [Deprecated; 20] = [
    kind(
        "admissionregistration.k8s.io/v1alpha1",
        "MutatingAdmissionPolicy",
        (1, 35),
        "admissionregistration.k8s.io/v1alpha1 MutatingAdmissionPolicy is deprecated in v1.35+, unavailable in v1.38+",
    ),
    kind(
        "admissionregistration.k8s.io/v1alpha1",
        "MutatingAdmissionPolicyBinding",
        (1, 35),
        "admissionregistration.k8s.io/v1alpha1 MutatingAdmissionPolicyBinding is deprecated in v1.35+, unavailable in v1.38+",
    ),
    kind(
        "admissionregistration.k8s.io/v1alpha1",
        "MutatingAdmissionPolicyBindingList",
        (1, 35),
        "admissionregistration.k8s.io/v1alpha1 MutatingAdmissionPolicyBindingList is deprecated in v1.35+, unavailable in v1.38+",
    ),
    kind(
        "admissionregistration.k8s.io/v1alpha1",
        "MutatingAdmissionPolicyList",
        (1, 35),
        "admissionregistration.k8s.io/v1alpha1 MutatingAdmissionPolicyList is deprecated in v1.35+, unavailable in v1.38+",
    ),
    kind(
        "admissionregistration.k8s.io/v1alpha1",
        "ValidatingAdmissionPolicy",
        (1, 29),
        "admissionregistration.k8s.io/v1alpha1 ValidatingAdmissionPolicy is deprecated in v1.29+, unavailable in v1.32+",
    ),
    kind(
        "admissionregistration.k8s.io/v1alpha1",
        "ValidatingAdmissionPolicyBinding",
        (1, 29),
        "admissionregistration.k8s.io/v1alpha1 ValidatingAdmissionPolicyBinding is deprecated in v1.29+, unavailable in v1.32+",
    ),
    kind(
        "admissionregistration.k8s.io/v1alpha1",
        "ValidatingAdmissionPolicyBindingList",
        (1, 29),
        "admissionregistration.k8s.io/v1alpha1 ValidatingAdmissionPolicyBindingList is deprecated in v1.29+, unavailable in v1.32+",
    ),
    kind(
        "admissionregistration.k8s.io/v1alpha1",
        "ValidatingAdmissionPolicyList",
        (1, 29),
        "admissionregistration.k8s.io/v1alpha1 ValidatingAdmissionPolicyList is deprecated in v1.29+, unavailable in v1.32+",
    ),
    kind(
        "admissionregistration.k8s.io/v1beta1",
        "MutatingAdmissionPolicy",
        (1, 37),
        "admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicy is deprecated in v1.37+, unavailable in v1.40+; use admissionregistration.k8s.io/v1 MutatingAdmissionPolicy",
    ),
    kind(
        "admissionregistration.k8s.io/v1beta1",
        "MutatingAdmissionPolicyBinding",
        (1, 37),
        "admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicyBinding is deprecated in v1.37+, unavailable in v1.40+; use admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding",
    ),
    kind(
        "admissionregistration.k8s.io/v1beta1",
        "MutatingAdmissionPolicyBindingList",
        (1, 37),
        "admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicyBindingList is deprecated in v1.37+, unavailable in v1.40+; use admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBindingList",
    ),
    kind(
        "admissionregistration.k8s.io/v1beta1",
        "MutatingAdmissionPolicyList",
        (1, 37),
        "admissionregistration.k8s.io/v1beta1 MutatingAdmissionPolicyList is deprecated in v1.37+, unavailable in v1.40+; use admissionregistration.k8s.io/v1 MutatingAdmissionPolicyList",
    ),
    kind(
        "admissionregistration.k8s.io/v1beta1",
        "MutatingWebhookConfiguration",
        (1, 16),
        "admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration is deprecated in v1.16+, unavailable in v1.22+; use admissionregistration.k8s.io/v1 MutatingWebhookConfiguration",
    ),
    kind(
        "admissionregistration.k8s.io/v1beta1",
        "MutatingWebhookConfigurationList",
        (1, 16),
        "admissionregistration.k8s.io/v1beta1 MutatingWebhookConfigurationList is deprecated in v1.16+, unavailable in v1.22+; use admissionregistration.k8s.io/v1 MutatingWebhookConfigurationList",
    ),
    kind(
        "admissionregistration.k8s.io/v1beta1",
        "ValidatingAdmissionPolicy",
        (1, 31),
        "admissionregistration.k8s.io/v1beta1 ValidatingAdmissionPolicy is deprecated in v1.31+, unavailable in v1.34+",
    ),
    kind(
        "admissionregistration.k8s.io/v1beta1",
        "ValidatingAdmissionPolicyBinding",
        (1, 31),
        "admissionregistration.k8s.io/v1beta1 ValidatingAdmissionPolicyBinding is deprecated in v1.31+, unavailable in v1.34+",
    ),
    kind(
        "admissionregistration.k8s.io/v1beta1",
        "ValidatingAdmissionPolicyBindingList",
        (1, 31),
        "admissionregistration.k8s.io/v1beta1 ValidatingAdmissionPolicyBindingList is deprecated in v1.31+, unavailable in v1.34+",
    ),
    kind(
        "admissionregistration.k8s.io/v1beta1",
        "ValidatingAdmissionPolicyList",
        (1, 31),
        "admissionregistration.k8s.io/v1beta1 ValidatingAdmissionPolicyList is deprecated in v1.31+, unavailable in v1.34+",
    ),
    kind(
        "admissionregistration.k8s.io/v1beta1",
        "ValidatingWebhookConfiguration",
        (1, 16),
        "admissionregistration.k8s.io/v1beta1 ValidatingWebhookConfiguration is deprecated in v1.16+, unavailable in v1.22+; use admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration",
    ),
    kind(
        "admissionregistration.k8s.io/v1beta1",
        "ValidatingWebhookConfigurationList",
        (1, 16),
        "admissionregistration.k8s.io/v1beta1 ValidatingWebhookConfigurationList is deprecated in v1.16+, unavailable in v1.22+; use admissionregistration.k8s.io/v1 ValidatingWebhookConfigurationList",
    ),
];
