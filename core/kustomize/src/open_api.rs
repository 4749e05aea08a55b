//! `openapi`: the schemas that patches merge by. Kustomize has one set of them for a whole build: the first kustomization
//! that names one decides, and what is merged before that is merged by the kinds that are built in.

use std::sync::Arc;

use weir_manifest::kinds::kustomize_scope;
use weir_manifest::merge::kustomize::Schemas;
use weir_manifest::schema::OpenApi;
use weir_yaml::{Dialect, from_json};

use crate::kustomization::OpenApiField;
use crate::loader::Loader;
use crate::resource::Res;

/// The only version that kustomize has built in.
const BUILTIN: &str = "v1.21.2";

/// The schemas of a build.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    given: Option<Arc<OpenApi>>,
    is_set: bool,
    builtin: Builtin,
    /// What `builtin` was when the schemas were given.
    before: Builtin,
}

/// What became of the kinds that are built in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Builtin {
    #[default]
    NotAsked,
    /// Somebody asked for the scope of a kind that is not well known: they are read when schemas are looked at.
    Wanted,
    Read,
}

impl Known {
    /// Takes over what a kustomization says, unless an earlier one said something.
    pub(crate) fn set(&mut self, loader: &Loader, field: Option<&OpenApiField>) -> Result<(), String> {
        let Some(field) = field else { return Ok(()) };
        let text = match &field.path {
            Some(path) => Some(loader.load_text(path)?.1),
            None => None,
        };
        if self.is_set {
            return Ok(());
        }
        let version = field.version.as_deref();
        match (text, version) {
            (Some(_), Some(_)) => {
                return Err("builtin version and custom schema provided, cannot use both".to_string());
            }
            (Some(text), None) => {
                let document = if text.starts_with('{') {
                    from_json(text.as_bytes()).map_err(|error| format!("invalid schema file: {error}"))?
                } else {
                    weir_yaml::first_from_yaml(&text, Dialect::Sigs)
                        .map_err(|error| format!("invalid schema file: {error}"))?
                };
                self.given = Some(Arc::new(OpenApi::new(&document)));
                self.before = self.builtin;
                self.is_set = true;
            }
            (None, None | Some("")) => {}
            (None, Some(version)) if version == BUILTIN => self.is_set = true,
            (None, Some(version)) => {
                return Err(format!(
                    "the specified OpenAPI version is not built in: '{version}', only '{BUILTIN}' is"
                ));
            }
        }
        Ok(())
    }

    /// To be called for what is read: its scope is looked up.
    pub(crate) fn meet(&mut self, resource: &mut Res) {
        match &self.given {
            Some(given) => resource.scope_by(given),
            None if self.builtin == Builtin::NotAsked
                && kustomize_scope(resource.api_version(), resource.kind()).is_none() =>
            {
                self.builtin = Builtin::Wanted;
            }
            None => {}
        }
    }

    /// What to merge by.
    pub(crate) fn schemas(&mut self) -> Schemas<'_> {
        match &self.given {
            None => {
                self.builtin = Builtin::Read;
                Schemas::Builtin
            }
            Some(given) => match self.before {
                Builtin::NotAsked => Schemas::Given(given),
                Builtin::Wanted => Schemas::BuiltinFirst(given),
                Builtin::Read => Schemas::GivenFirst(given),
            },
        }
    }
}
