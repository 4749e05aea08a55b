//! A recipe carried to done: check, fetch, render, roll out, report.
//!
//! It knows the order of the steps and what is still unknown. It does not know how a question is answered or a wave
//! carried out.

mod decrypt;
mod entry;
pub mod envsubst;
mod generate;
mod mangled;
mod normalize;
mod recipe;
mod render;
mod report;
mod substitute;
mod work;

pub use decrypt::{Decryption, KeysState};
pub use entry::{Entry, entry, root};
pub use recipe::{DependencyRef, Image, Overlay, OverlayPatch, Recipe, Removal, SourceId, UnitId};
pub use render::{Known, Rendered, render};
pub use report::{Note, Report, Retry, Tone, Truth, report};
pub use substitute::{Substitution, VariableSource, VariablesState, variables};
pub use weir_kustomize::{Answer, Need, Stop};
pub use weir_secrets::Keys;
pub use work::{Ask, DependencyState, End, SourceState, Step, Tell, Work};
