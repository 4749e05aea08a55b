//! The OpenAPI documents that kubectl reads.

use crate::http::{Call, Reply};
use crate::kinds::Registry;
use crate::problem::Problem;

/// Answers below `/openapi`.
pub(crate) fn serve(_registry: &Registry, _call: &Call, _path: &[&str]) -> Result<Reply, Problem> {
    Err(Problem::no_path())
}
