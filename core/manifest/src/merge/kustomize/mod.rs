//! Strategic merge as kustomize does it, which differs from the API server in the order of lists, in the lists that
//! merge, and in directives.
//!
//! Both merges walk several values at once: the destination first, then the others. Comments and styles are not known
//! here.

mod element;
mod list;
mod three_way;
mod two_way;
mod walk;

use weir_yaml::Value;

use super::MergeError;

/// What becomes of nulls in the destination that the patch does not name. Kustomize keeps `a: null` and drops `a:`, which
/// are one value: who reads the source can tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Nulls {
    /// They stay, as `a: null` does.
    #[default]
    Keep,
    /// They go, as `a:` does.
    Drop,
}

/// Where new items of merged lists go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NewItems {
    /// Before those that are there: what kustomize does.
    #[default]
    First,
    /// Behind those that are there.
    Last,
}

/// How a patch is merged.
#[derive(Debug, Clone, Copy, Default)]
pub struct MergeOptions {
    /// Nulls that the patch does not name.
    pub nulls: Nulls,
    /// The order of lists.
    pub new_items: NewItems,
    /// In values of unknown kinds, lists of maps with a `name` merge. Kustomize does not do that.
    pub infer: bool,
}

/// Merges a patch into an object. Gives nothing if the patch deletes the object.
pub fn merge(target: &Value, patch: &Value, options: MergeOptions) -> Result<Option<Value>, MergeError> {
    let visitor = two_way::TwoWay { nulls: options.nulls };
    let walker = walk::Walker { visitor: &visitor, new_items: options.new_items, infer: options.infer };
    walker.walk(vec![Some(target.clone()), Some(patch.clone())], walk::Known::Unknown, 0)
}

/// Merges what changed between two states of an original into an object that was made from the first. Gives nothing if
/// that deletes the object.
pub fn merge_three_way(
    target: &Value,
    original: &Value,
    updated: &Value,
    infer: bool,
) -> Result<Option<Value>, MergeError> {
    let walker = walk::Walker { visitor: &three_way::ThreeWay, new_items: NewItems::Last, infer };
    let sources = [target, original, updated].map(|value| Some(value.clone())).to_vec();
    walker.walk(sources, walk::Known::Unknown, 0)
}
