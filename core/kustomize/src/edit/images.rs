//! `edit set image`.

use weir_yaml::{Map, Value};

use super::draft::Draft;
use super::{Result, problem, set};

/// In place of a name, tag or digest: as it is in the file.
const AS_IT_IS: &str = "*";

const FORMS: &str = "invalid format of image, use one of the following options:
- <image>=<newimage>:<newtag>
- <image>=<newimage>@<digest>
- <image>=<newimage>:<newtag>@<digest>
- <image>=<newimage>
- <image>:<newtag>
- <image>:<newtag>@<digest>
- <image>@<digest>";

/// Sorted by name; of equal names in the file the first stays.
pub(super) fn set(draft: &mut Draft<'_>, arguments: &[String]) -> Result<()> {
    if arguments.is_empty() {
        return problem("no image specified");
    }
    let mut all: Vec<(String, Value)> = Vec::new();
    for argument in arguments {
        let (name, image) = image(argument)?;
        all.retain(|(own, _)| *own != name);
        all.push((name, image));
    }
    let (mut map, _) = draft.open()?;
    for own in map.get("images").and_then(Value::as_list).unwrap_or_default() {
        let name = own.str_at(&["name"]).unwrap_or_default();
        match all.iter_mut().find(|(known, _)| known == name) {
            Some((_, image)) => fill(image, own),
            None => all.push((name.to_string(), own.clone())),
        }
    }
    for (_, image) in &mut all {
        fill(image, &Value::Null);
    }
    set::put_sorted(&mut map, "images", all);
    draft.write(map);
    Ok(())
}

/// Puts in what is to stay as it is. The suffix of the tag is lost by that.
fn fill(image: &mut Value, from: &Value) {
    for field in ["newName", "newTag", "digest"] {
        if image.str_at(&[field]) != Some(AS_IT_IS) {
            continue;
        }
        image.remove_at(&["tagSuffix"]);
        match from.get(field) {
            Some(value) => image.set_at(&[field], value.clone()),
            None => _ = image.remove_at(&[field]),
        }
    }
}

/// The name and what an argument says of it.
fn image(argument: &str) -> Result<(String, Value)> {
    let (key, value) = argument.split_once('=').map_or(("", argument), |(key, value)| (key, value));
    let (name, tag, digest) = split(value);
    if name == argument {
        return problem(FORMS);
    }
    let (name, new_name) = if key.is_empty() { (name, "") } else { (key, name) };
    let fields = [("name", name), ("newName", new_name), ("newTag", tag), ("digest", digest)];
    let said = fields.into_iter().filter(|(_, text)| !text.is_empty());
    Ok((name.to_string(), Value::from(said.collect::<Map>())))
}

/// Name, tag and digest. A colon before the first slash belongs to the name of the host.
fn split(image: &str) -> (&str, &str, &str) {
    let path = image.find('/').unwrap_or(0);
    let find = |c: char| image[path..].find(c).map(|at| at + path);
    match (find(':'), find('@')) {
        (None, None) => (image, "", ""),
        (colon, Some(at)) if colon.is_none_or(|colon| at < colon) => (&image[..at], "", &image[at + 1..]),
        (Some(colon), Some(at)) => (&image[..colon], &image[colon + 1..at], &image[at + 1..]),
        (Some(colon), None) => (&image[..colon], &image[colon + 1..], ""),
        (None, Some(at)) => (&image[..at], "", &image[at + 1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_split() {
        for (image, parts) in [
            ("nginx", ("nginx", "", "")),
            ("nginx:1", ("nginx", "1", "")),
            ("host:5000/nginx", ("host:5000/nginx", "", "")),
            ("host:5000/nginx:1@sha256:ab", ("host:5000/nginx", "1", "sha256:ab")),
            ("nginx@sha256:ab", ("nginx", "", "sha256:ab")),
        ] {
            assert_eq!(split(image), parts, "{image}");
        }
    }
}
