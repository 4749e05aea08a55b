//! The hash in the names of generated objects.

use weir_manifest::{hash, object};

use crate::resources::Resources;

/// Appends it to all names that want it.
pub(crate) fn run(resources: &mut Resources) {
    for resource in &mut resources.list {
        if !resource.needs_hash || resource.name().is_empty() {
            continue;
        }
        if let Some(hash) = hash::name_hash(&resource.object) {
            resource.store_previous();
            let name = format!("{}-{hash}", resource.name());
            object::set_name(&mut resource.object, &name);
        }
    }
    resources.changed();
}
