//! The Kubernetes API and its failures.
