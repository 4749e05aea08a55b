//! Strategic merge as kustomize does it, which differs from the API server in the order of lists, in the lists that
//! merge, and in directives.
//!
//! Both merges walk several values at once: the destination first, then the others. Comments and styles are not known
//! here. Of nulls in the destination that the patch does not name those go that are not written (`a:`); `a: null` stays.

mod element;
mod list;
mod three_way;
mod two_way;
mod walk;

use weir_yaml::Value;

use crate::schema::{self, OpenApi};
use walk::Known;

use super::MergeError;

/// Where new items of merged lists go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NewItems {
    /// Before those that are there: what kustomize does.
    #[default]
    First,
    /// Behind those that are there.
    Last,
}

/// The kinds whose lists merge.
#[derive(Debug, Clone, Copy, Default)]
pub enum Schemas<'a> {
    /// Those that kustomize has built in.
    #[default]
    Builtin,
    /// Those of a document and no other.
    Given(&'a OpenApi),
    /// Those of a document, then those that are built in.
    GivenFirst(&'a OpenApi),
    /// Those that are built in, then those of a document.
    BuiltinFirst(&'a OpenApi),
}

impl<'a> Schemas<'a> {
    fn of_kind(self, api_version: &str, kind: &str) -> Option<Known<'a>> {
        let builtin = || schema::of_kustomize(api_version, kind).map(Known::Schema);
        let given = |document: &'a OpenApi| document.kind(api_version, kind).map(Known::Given);
        match self {
            Self::Builtin => builtin(),
            Self::Given(document) => given(document),
            Self::GivenFirst(document) => given(document).or_else(builtin),
            Self::BuiltinFirst(document) => builtin().or_else(|| given(document)),
        }
    }
}

/// How a patch is merged.
#[derive(Debug, Clone, Copy, Default)]
pub struct MergeOptions<'a> {
    /// The order of lists.
    pub new_items: NewItems,
    /// In values of unknown kinds, lists of maps with a `name` merge. Kustomize does not do that.
    pub infer: bool,
    /// The kinds whose fields are known.
    pub schemas: Schemas<'a>,
}

/// Merges a patch into an object. Gives nothing if the patch deletes the object.
pub fn merge(target: &Value, patch: &Value, options: MergeOptions<'_>) -> Result<Option<Value>, MergeError> {
    let MergeOptions { new_items, infer, schemas } = options;
    let walker = walk::Walker { visitor: &two_way::TwoWay, new_items, infer, schemas };
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
    let walker = walk::Walker {
        visitor: &three_way::ThreeWay,
        new_items: NewItems::Last,
        infer,
        schemas: Schemas::Builtin,
    };
    let sources = [target, original, updated].map(|value| Some(value.clone())).to_vec();
    walker.walk(sources, walk::Known::Unknown, 0)
}
