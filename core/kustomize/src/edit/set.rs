//! `edit set`.

use regex::Regex;
use weir_yaml::{Map, Value};

use super::change::Set;
use super::draft::Draft;
use super::{Result, generators, images, pairs, problem};

/// Names of annotations as the real tool takes them here.
const ANNOTATION: &str = concat!(
    "^([a-zA-Z](([-a-zA-Z0-9.]{0,251})[a-zA-Z0-9])?/)?",
    "[a-zA-Z0-9]([-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$"
);

pub(super) fn run(draft: &mut Draft<'_>, what: &Set) -> Result<()> {
    match what {
        Set::Annotation(arguments) => common(draft, "annotation", arguments),
        Set::Label(arguments) => common(draft, "label", arguments),
        Set::BuildMetadata(arguments) => {
            let options: Vec<Value> =
                pairs::build_metadata(arguments)?.into_iter().map(Value::from).collect();
            field(draft, "buildMetadata", options.into())
        }
        Set::Image(arguments) => images::set(draft, arguments),
        Set::Replicas(arguments) => replicas(draft, arguments),
        Set::NamePrefix(arguments) => text(draft, "namePrefix", "prefix", arguments),
        Set::NameSuffix(arguments) => text(draft, "nameSuffix", "suffix", arguments),
        Set::Namespace(arguments) => text(draft, "namespace", "namespace", arguments),
        Set::ConfigMap(sources) => generators::set(draft, &generators::CONFIG_MAP, sources),
        Set::Secret(sources) => generators::set(draft, &generators::SECRET, sources),
    }
}

fn text(draft: &mut Draft<'_>, name: &str, what: &str, arguments: &[String]) -> Result<()> {
    let [argument] = arguments else { return problem(format!("must specify exactly one {what} value")) };
    field(draft, name, argument.as_str().into())
}

fn field(draft: &mut Draft<'_>, name: &str, value: Value) -> Result<()> {
    let (mut map, _) = draft.open()?;
    map.insert(name, value);
    draft.write(map);
    Ok(())
}

fn common(draft: &mut Draft<'_>, what: &str, arguments: &[String]) -> Result<()> {
    if arguments.is_empty() {
        return problem(format!("must specify {what}"));
    }
    let pairs = pairs::pairs(arguments, what)?;
    if what == "annotation" {
        let name = Regex::new(ANNOTATION).expect("the pattern is a constant");
        if let Some((key, _)) = pairs.iter().find(|(key, _)| !name.is_match(key)) {
            return problem(format!(
                "invalid annotation key '{key}': see the syntax and character set rules at \
                 https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/"
            ));
        }
    }
    let (mut map, _) = draft.open()?;
    let common = map.entry(if what == "label" { "commonLabels" } else { "commonAnnotations" }).make_map();
    for (key, value) in pairs {
        common.insert(key, value);
    }
    draft.write(map);
    Ok(())
}

/// Sorted by name; of equal names the first of the file stays.
fn replicas(draft: &mut Draft<'_>, arguments: &[String]) -> Result<()> {
    if arguments.is_empty() {
        return problem("no replicas specified");
    }
    let mut all = Vec::new();
    for argument in arguments {
        let parts: Vec<&str> = argument.split('=').collect();
        let ([name, count], Some(Ok(_))) = (&parts[..], parts.get(1).map(|count| count.parse::<i64>()))
        else {
            return problem("invalid format of replica, use the following format: <name>=<count>");
        };
        all.retain(|(own, _)| own != name);
        let count: Value = count.parse::<i64>().map_or(Value::Null, Value::from);
        all.push(((*name).to_string(), Value::from([("name", Value::from(*name)), ("count", count)])));
    }
    let (mut map, _) = draft.open()?;
    for own in map.get("replicas").and_then(Value::as_list).unwrap_or_default() {
        let name = own.str_at(&["name"]).unwrap_or_default();
        if !all.iter().any(|(known, _)| known == name) {
            all.push((name.to_string(), own.clone()));
        }
    }
    put_sorted(&mut map, "replicas", all);
    draft.write(map);
    Ok(())
}

pub(super) fn put_sorted(map: &mut Map, field: &str, mut all: Vec<(String, Value)>) {
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    map.insert(field, all.into_iter().map(|(_, value)| value).collect::<Vec<_>>());
}
