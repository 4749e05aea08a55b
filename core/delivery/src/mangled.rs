//! A lint: scripts and dashboards in ConfigMaps that variables change. What is none of ours looks just like what is.

use weir_files::Diagnostic;
use weir_plan::Desired;
use weir_yaml::Value;

/// Ends of keys that hold programs, in languages in which `$` means something.
const SCRIPTS: [&str; 12] =
    [".sh", ".bash", ".zsh", ".ash", ".py", ".pl", ".rb", ".awk", ".js", ".ps1", ".lua", ".mk"];

/// What deserves a look: each script whose text is another one afterwards, with the first line that differs.
pub(crate) fn mangled(before: &Desired, after: &Value) -> Vec<Diagnostic> {
    if &*before.id.kind != "ConfigMap" {
        return Vec::new();
    }
    let data = before.object.get("data").and_then(Value::as_map);
    let changed = data.into_iter().flat_map(|data| data.iter()).filter_map(|(key, value)| {
        let (key, old) = (key.as_str(), value.as_str()?);
        let new = after.str_at(&["data", key])?;
        (is_script(key, old) && old != new).then(|| note(before, key, old, new))
    });
    changed.collect()
}

fn is_script(key: &str, text: &str) -> bool {
    let is_dashboard = || key.ends_with(".json") && text.contains("\"panels\"");
    text.starts_with("#!") || SCRIPTS.iter().any(|end| key.ends_with(end)) || is_dashboard()
}

fn note(desired: &Desired, key: &str, old: &str, new: &str) -> Diagnostic {
    let pairs = || old.lines().map(Some).chain([None]).zip(new.lines().map(Some).chain([None]));
    let (line, (old, new)) =
        (1..).zip(pairs()).find(|(_, (old, new))| old != new).unwrap_or((1, (None, None)));
    let text = |line: Option<&str>| line.unwrap_or_default().trim().chars().take(60).collect::<String>();
    let words = format!(
        "variables change a script: line {line} of data '{key}' in {}/{}: '{}' becomes '{}'",
        desired.id.kind,
        desired.id.name,
        text(old),
        text(new)
    );
    let mut note = Diagnostic::warning(words);
    note.place.clone_from(&desired.place);
    note.hint(
        "if that is not meant, write $$ for each $ of the script, or annotate the object with \
         kustomize.toolkit.fluxcd.io/substitute: disabled",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(key: &str, before: &str, after: &str) -> Vec<String> {
        let object = |text: &str| {
            let mut object = Value::from([("apiVersion", "v1"), ("kind", "ConfigMap")]);
            object.set_at(&["metadata", "name"], "scripts");
            object.set_at(&["data", key], text);
            object
        };
        let before = Desired::new(object(before), None);
        mangled(&before, &object(after)).iter().map(|note| note.message.clone()).collect()
    }

    #[test]
    fn scripts_that_change_are_named_with_their_line() {
        let words = "variables change a script: line 2 of data 'run' in ConfigMap/scripts: 'echo ${a:-b}' becomes 'echo b'";
        assert_eq!(told("run", "#!/bin/sh\necho ${a:-b}\n", "#!/bin/sh\necho b\n"), [words]);
        assert_eq!(told("x.sh", "kill $$\n", "kill $\n").len(), 1);
    }

    #[test]
    fn what_stays_and_what_is_no_script_is_not() {
        assert!(told("x.sh", "echo $HOME\n", "echo $HOME\n").is_empty());
        assert!(told("host", "${a}\n", "b\n").is_empty());
    }
}
