//! What each step of a build made of an object, kept so that it can be told later which step set which field.
//!
//! A step costs no more than the parts that it changes: values share the rest. Nothing is compared and no place is looked
//! up before somebody asks, which `explain.rs` does.

use std::sync::Arc;

use weir_files::Place;
use weir_yaml::{Text, Value};

use crate::resource::Res;
use crate::source::{At, Source};

/// A step of a build.
#[derive(Debug, Clone)]
pub(crate) struct Cause {
    /// The name of the transformer or generator.
    pub(crate) transformer: Text,
    /// Where the kustomization asks for it.
    source: Source,
    at: At,
}

impl Cause {
    pub(crate) fn new(transformer: &str, source: &Source, at: &[crate::source::Step]) -> Arc<Self> {
        Arc::new(Self { transformer: Text::from(transformer), source: source.clone(), at: at.to_vec() })
    }

    /// Where the kustomization asks for it.
    pub(crate) fn place(&self) -> Place {
        self.source.place(&self.at)
    }

    /// The patch that stands there, and where its text begins.
    pub(crate) fn inline(&self) -> Option<(Place, String)> {
        self.source.inline(&self.at)
    }
}

/// An object behind a step that changed it.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    pub(crate) cause: Arc<Cause>,
    /// The file with the values that the step brought, if it is another than that of the kustomization.
    pub(crate) written: Option<Place>,
    pub(crate) after: Value,
}

/// What an object went through, the oldest first. Nothing, unless it is wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct History(Option<Arc<Vec<Moment>>>);

impl History {
    pub(crate) fn moments(&self) -> &[Moment] {
        self.0.as_ref().map_or(&[], |moments| moments.as_slice())
    }

    /// To be called behind a step.
    fn note(&mut self, cause: &Arc<Cause>, written: Option<&Place>, object: &Value) {
        if self.moments().last().is_some_and(|last| is_same(&last.after, object)) {
            return;
        }
        let moment = Moment { cause: Arc::clone(cause), written: written.cloned(), after: object.clone() };
        Arc::make_mut(self.0.get_or_insert_default()).push(moment);
    }
}

/// True only if nothing was changed, as far as that can be seen at once.
fn is_same(one: &Value, other: &Value) -> bool {
    matches!((one, other), (Value::Map(one), Value::Map(other)) if one.is_same(other))
}

/// Notes in all objects what a step made of them.
pub(crate) fn record(list: &mut [Res], cause: &Arc<Cause>, written: Option<&Place>) {
    for resource in list {
        resource.history.note(cause, written, &resource.object);
    }
}
