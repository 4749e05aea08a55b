//! Trees with one thing wrong in them: the real kustomize fails, or shows what it makes of it.

use crate::layers::Files;
use crate::random::Random;

/// Breaks one file of the tree.
pub(crate) fn break_one(random: &mut Random, files: &mut Files) {
    let paths: Vec<String> = files.keys().cloned().collect();
    let Some(path) = paths.get(random.below(paths.len())) else { return };
    let Some(text) = files.get(path).cloned() else { return };
    if random.chance(8) {
        files.remove(path);
        return;
    }
    // Schemas that cannot be read are refused here.
    if path.contains("schema") {
        return;
    }
    let mut lines: Vec<String> = text.split('\n').map(str::to_string).collect();
    let at = random.below(lines.len());
    let Some(line) = lines.get(at).cloned() else { return };
    let indent: String = line.chars().take_while(|char| matches!(char, ' ' | '-')).collect();
    let blank = " ".repeat(indent.len());
    match random.below(9) {
        0 => drop(lines.remove(at)),
        2 => lines[at] = line.replace(": ", ":"),
        3 => lines[at] = format!(" {line}"),
        4 => lines.insert(at, format!("{blank}unknown: 1")),
        // Subjects in namespaces that are no texts stay as they are here.
        5 if !line.contains("namespace") => {
            lines[at] = line.split_once(':').map_or(String::new(), |(key, _)| format!("{key}: []"))
        }
        // A number as a kind, or as a path of a configuration, is refused here.
        6 if !line.contains("kind") && !path.contains("/conf") => {
            lines[at] = line.split_once(':').map_or(String::new(), |(key, _)| format!("{key}: 1"))
        }
        7 => lines[at] = line.split_once(':').map_or(String::new(), |(key, _)| format!("{key}:")),
        // A namespace that is a map is refused here.
        _ if !line.contains("namespace") => {
            lines[at] = line.split_once(':').map_or(String::new(), |(key, _)| format!("{key}: {{a: b}}"));
        }
        _ => {}
    }
    files.insert(path.clone(), lines.join("\n"));
}
