//! `crds`: OpenAPI definitions of custom kinds, whose `x-kubernetes-...` fields say which of theirs are labels,
//! annotations, names and references.

use std::sync::Arc;

use weir_files::Diagnostic;
use weir_manifest::Gvk;
use weir_manifest::field_spec::{FieldSpec, merge_specs};
use weir_yaml::{Dialect, Map, Text, Value};

use crate::configuration::{Configuration, merge_shared};
use crate::context::{Context, Here};
use crate::kustomization::Item;

/// Definitions in definitions are followed so deep.
const DEEPEST: usize = 100;

/// Reads all files and adds what they say.
pub(crate) fn load(context: &mut Context<'_>, here: &Here<'_>, items: &[Item], own: &mut Arc<Configuration>) {
    for item in items {
        match read(here, item) {
            Err(problems) => context.report_all_through(here, &item.at, "in definitions", problems),
            Ok(found) => {
                if let Err(message) = merge_shared(own, &Arc::new(found)) {
                    context.report_at(here, &item.at, message);
                }
            }
        }
    }
}

fn read(here: &Here<'_>, item: &Item) -> Result<Configuration, Vec<Diagnostic>> {
    let problem = |message: String| vec![Diagnostic::error(message)];
    let (file, text) = here.loader.load_text(&item.text).map_err(|fault| vec![fault.problem()])?;
    let what = format!("unable to parse open API definition from '{}'", item.text);
    let value = if text.starts_with('{') {
        weir_yaml::from_json(text.as_bytes()).map_err(|error| problem(format!("{what}: {error}")))?
    } else {
        weir_yaml::first_from_yaml(&text, Dialect::Sigs)
            .map_err(|error| vec![error.diagnostic(file.as_str())])?
    };
    let nothing = Map::new();
    let definitions = match &value {
        Value::Map(map) => map,
        Value::Null => &nothing,
        other => return Err(problem(format!("{what}: a map is expected, not a {}", other.kind()))),
    };
    let mut found = Configuration::default();
    for (name, definition) in definitions {
        if !matches!(definition, Value::Map(_) | Value::Null) {
            let message = format!(
                "{what}: '{name}' is no definition but a {} (CustomResourceDefinitions belong to 'resources')",
                definition.kind()
            );
            return Err(problem(message));
        }
        check_schema(definition).map_err(|message| problem(format!("{what}: in '{name}': {message}")))?;
        let is_kind = properties(definition).is_some_and(|fields| {
            ["kind", "apiVersion", "metadata"].iter().all(|field| fields.contains_key(field))
        });
        if is_kind {
            let kind = name.rsplit('.').next().unwrap_or(name);
            let gvk = Gvk::new("", "", kind);
            let mut walk = Walk { definitions, gvk: &gvk, found: &mut found };
            walk.definition(definition, &mut Vec::new()).map_err(problem)?;
        }
    }
    Ok(found)
}

/// Go's JSON decoder takes names of fields with any capitals.
fn field<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let map = value.as_map()?;
    map.get(name)
        .or_else(|| map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

fn properties(definition: &Value) -> Option<&Map> {
    field(definition, "schema")?.get("properties")?.as_map()
}

/// What is no map is no schema.
fn check_schema(definition: &Value) -> Result<(), String> {
    let map_or_nothing = |value: &Value, what: &str| match value {
        Value::Map(_) | Value::Null => Ok(()),
        other => Err(format!("{what} must be a map, not a {}", other.kind())),
    };
    let Some(schema) = field(definition, "schema") else { return Ok(()) };
    map_or_nothing(schema, "the schema")?;
    let Some(properties) = schema.get("properties") else { return Ok(()) };
    map_or_nothing(properties, "'properties'")?;
    let mut all = properties.as_map().into_iter().flatten();
    all.try_for_each(|(name, property)| map_or_nothing(property, &format!("the schema of '{name}'")))
}

/// One kind.
struct Walk<'a> {
    definitions: &'a Map,
    gvk: &'a Gvk,
    found: &'a mut Configuration,
}

impl Walk<'_> {
    fn definition(&mut self, definition: &Value, path: &mut Vec<String>) -> Result<(), String> {
        if path.len() > DEEPEST {
            return Err(format!("the definitions of {} are nested too deeply", self.gvk.kind));
        }
        for (name, property) in properties(definition).into_iter().flatten() {
            path.push(name.to_string());
            self.property(property, path)?;
            let reference = property.str_at(&["$ref"]);
            if let Some(inner) = reference.and_then(|name| self.definitions.get(name)) {
                self.definition(inner, path)?;
            }
            path.pop();
        }
        Ok(())
    }

    fn property(&mut self, property: &Value, path: &[String]) -> Result<(), String> {
        let word = |key: &str| property.str_at(&[key]);
        let spec = |path: &[String]| FieldSpec {
            gvk: self.gvk.clone(),
            path: Text::from(path.join("/")),
            create: false,
        };
        let own = spec(path);
        let lists = [
            ("x-kubernetes-annotation", &mut self.found.annotations),
            ("x-kubernetes-label-selector", &mut self.found.common_labels),
            ("x-kubernetes-identity", &mut self.found.name_prefix),
        ];
        for (key, list) in lists {
            if word(key).is_some() {
                merge_specs(list, std::slice::from_ref(&own)).map_err(|error| error.to_string())?;
            }
        }
        let target = word("x-kubernetes-object-ref-api-version").zip(word("x-kubernetes-object-ref-kind"));
        if let Some((version, kind)) = target {
            let name = word("x-kubernetes-object-ref-name-key").unwrap_or("name");
            let path: Vec<String> = path.iter().cloned().chain([name.to_string()]).collect();
            let more = Configuration {
                name_references: vec![(Gvk::new("", version, kind), vec![spec(&path)])],
                ..Configuration::default()
            };
            self.found.merge(&more)?;
        }
        Ok(())
    }
}
