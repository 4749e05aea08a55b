//! `key:value` arguments and lists parted by commas.

use super::{Result, problem};

const BUILD_METADATA: [&str; 3] = ["originAnnotations", "transformerAnnotations", "managedByLabel"];

/// `key:value` or `key`; a value may stand in double quotes. The last of equal keys wins.
pub(super) fn pairs(arguments: &[String], what: &str) -> Result<Vec<(String, String)>> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for argument in arguments {
        let (key, value) = argument.split_once(':').unwrap_or((argument, ""));
        if key.is_empty() && argument.starts_with(':') {
            return problem(format!("invalid {what}: '{argument}' (need k:v pair where v may be quoted)"));
        }
        let bare = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        pairs.retain(|(own, _)| own != key);
        pairs.push((key.to_string(), bare.unwrap_or(value).to_string()));
    }
    Ok(pairs)
}

/// The options of `buildMetadata` in the one argument.
pub(super) fn build_metadata(arguments: &[String]) -> Result<Vec<&str>> {
    let [argument] = arguments else {
        return problem(if arguments.is_empty() {
            "must specify a buildMetadata option".to_string()
        } else {
            let all = arguments.join(" ");
            format!(
                "too many arguments: [{all}]; to provide multiple buildMetadata options, please separate options by comma"
            )
        });
    };
    let options: Vec<&str> = argument.split(',').collect();
    match options.iter().find(|option| !BUILD_METADATA.contains(option)) {
        Some(option) => problem(format!("invalid buildMetadata option: {option}")),
        None => Ok(options),
    }
}
