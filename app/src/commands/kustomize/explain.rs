//! `weir kustomize build --explain`: where each field of an object comes from.

use weir_files::{Place, Tree};
use weir_kustomize::{Built, Resource};
use weir_manifest::object;
use weir_yaml::{Value, to_json};

use crate::exit::Failure;
use crate::output::Table;

/// Fields in the order in which they are printed: value, transformer, and where it is written.
/// Places are named as `named` says.
pub(super) fn table(
    tree: &Tree,
    built: &Built,
    wanted: &str,
    named: impl Fn(Place) -> Place,
) -> Result<String, Failure> {
    let mut table = Table::new(&["FIELD", "VALUE", "SET BY", "IN"]);
    for field in find(built, wanted)?.explain(tree) {
        let value = match &field.value {
            Value::String(text) => text.to_string(),
            other => to_json(other),
        };
        let by = field.by.map(|by| format!(" (named in {})", named(by))).unwrap_or_default();
        let place = format!("{}{by}", named(field.place));
        table.row(vec![field.path, one_line(&value), field.transformer.to_string(), place]);
    }
    Ok(table.text(true))
}

fn find<'a>(built: &'a Built, wanted: &str) -> Result<&'a Resource, Failure> {
    let parts: Vec<_> = wanted.split('/').collect();
    let (kind, namespace, name) = match parts[..] {
        [kind, name] => (kind, None, name),
        [kind, namespace, name] => (kind, Some(namespace), name),
        _ => {
            return Err(Failure::usage(format!(
                "--explain '{wanted}': write KIND/NAME or KIND/NAMESPACE/NAME"
            )));
        }
    };
    let is_it = |resource: &&Resource| {
        object::kind(&resource.object).is_some_and(|own| own.eq_ignore_ascii_case(kind))
            && object::name(&resource.object) == Some(name)
            && namespace.is_none_or(|wanted| object::namespace(&resource.object) == Some(wanted))
    };
    let found: Vec<_> = built.resources.iter().filter(is_it).collect();
    match found[..] {
        [one] => Ok(one),
        [] => Err(Failure::new(format!(
            "the build has no {wanted}; it has {}",
            names(&built.resources.iter().collect::<Vec<_>>())
        ))),
        _ => Err(Failure::new(format!("'{wanted}' is not clear: {}", names(&found)))),
    }
}

fn names(resources: &[&Resource]) -> String {
    const MOST: usize = 10;
    let name = |resource: &&Resource| {
        let text = |part: Option<&str>| part.unwrap_or_default().to_string();
        let own = &resource.object;
        let namespace = object::namespace(own).map(|name| format!("{name}/")).unwrap_or_default();
        format!("{}/{namespace}{}", text(object::kind(own)), text(object::name(own)))
    };
    let shown: Vec<_> = resources.iter().take(MOST).map(name).collect();
    let more = resources.len().saturating_sub(MOST);
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

/// The first line of a value, cut where it is long.
fn one_line(value: &str) -> String {
    const LONGEST: usize = 60;
    let first = value.lines().next().unwrap_or_default();
    let cut: String = first.chars().take(LONGEST).collect();
    if cut.len() < value.len() { format!("{cut}…") } else { cut }
}
