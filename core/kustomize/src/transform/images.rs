//! `images`: in all lists named `containers` and `initContainers`, and in the usual places of pods.

use std::sync::Arc;

use regex::Regex;
use weir_manifest::field_spec::FieldSpec;
use weir_yaml::{Text, Value};

use super::Step;
use crate::fields::scalar_text;
use crate::kustomization::Image;
use crate::resource::{Res, name_anew};

/// Deeper values are refused.
const DEEPEST: usize = 600;

pub(super) fn run(step: &mut Step<'_, '_>, images: &[Image]) {
    let configuration = Arc::clone(&step.resources.configuration);
    for image in images {
        run_one(step, image, &configuration.images);
        step.done("ImageTagTransformer", &image.at);
    }
}

pub(super) fn run_one(step: &mut Step<'_, '_>, image: &Image, specs: &[FieldSpec]) {
    match Name::new(&image.name) {
        Err(message) => step.context.report_at(step.here, &image.at, message),
        Ok(name) => one(step, image, &name, specs),
    }
}

fn one(step: &mut Step<'_, '_>, image: &Image, name: &Name, specs: &[FieldSpec]) {
    let change = Change { image, name, specs };
    for resource in &mut step.resources.list {
        if resource.kind() == "CustomResourceDefinition" {
            continue;
        }
        if let Err(message) = change.object(resource) {
            let message = format!("{message} in {}", resource.id());
            step.context.report_at(step.here, &image.at, message);
        }
    }
}

fn is_containers(key: &str) -> bool {
    matches!(key, "containers" | "initContainers")
}

struct Change<'a> {
    image: &'a Image,
    name: &'a Name,
    specs: &'a [FieldSpec],
}

impl Change<'_> {
    fn object(&self, resource: &mut Res) -> Result<(), String> {
        self.containers(&mut resource.object, 0)?;
        for spec in self.specs {
            spec.visit(&mut resource.object, None, &mut |_, value| self.value(value))
                .map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn containers(&self, value: &mut Value, depth: usize) -> Result<(), String> {
        if depth > DEEPEST {
            return Err("values are nested too deeply".to_string());
        }
        // What holds no such image stays as it is, shared with whoever else holds it.
        if !self.concerns(value, depth) {
            return Ok(());
        }
        match value {
            Value::Map(map) => {
                for (key, value) in map.iter_mut() {
                    self.containers(value, depth + 1)?;
                    if is_containers(key.as_str()) && value.as_list().is_some_and(|it| self.has_image(it)) {
                        for container in value.as_list_mut().into_iter().flatten() {
                            let image = container.as_map_mut().and_then(|map| map.get_mut("image"));
                            image.map_or(Ok(()), |image| self.value(image))?;
                        }
                    }
                }
                Ok(())
            }
            Value::List(_) => {
                for item in value.as_list_mut().into_iter().flatten() {
                    self.containers(item, depth + 1)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// True if there may be something to do, or to complain of, in this value.
    fn concerns(&self, value: &Value, depth: usize) -> bool {
        match value {
            Value::Map(map) => map.iter().any(|(key, value)| {
                is_containers(key.as_str()) && value.as_list().is_some_and(|it| self.has_image(it))
                    || depth > DEEPEST
                    || self.concerns(value, depth + 1)
            }),
            Value::List(list) => depth > DEEPEST || list.iter().any(|item| self.concerns(item, depth + 1)),
            _ => false,
        }
    }

    /// True if one of these containers has an image that fits, or one that cannot be read.
    fn has_image(&self, containers: &[Value]) -> bool {
        containers.iter().filter_map(|container| container.get("image")).any(|image| match image {
            Value::Map(_) | Value::List(_) => true,
            other => !other.is_null() && self.name.fits(&scalar_text(other)),
        })
    }

    fn value(&self, value: &mut Value) -> Result<(), String> {
        let text = match &*value {
            Value::Map(_) | Value::List(_) => {
                return Err(format!("an image must be a string, not a {}", value.kind()));
            }
            other if other.is_null() => return Ok(()),
            scalar => scalar_text(scalar),
        };
        if self.name.fits(&text) {
            *value = name_anew(&self.changed(&text), Some(&*value));
        }
        Ok(())
    }

    fn changed(&self, text: &str) -> String {
        let (mut name, mut tag, mut digest) = split(text);
        let image = self.image;
        let with_suffix = format!("{tag}{}", image.tag_suffix);
        if !image.new_name.is_empty() {
            name = &image.new_name;
        }
        match (!image.new_tag.is_empty(), !image.digest.is_empty()) {
            (true, _) => (tag, digest) = (&image.new_tag, &image.digest),
            (false, true) => (tag, digest) = ("", &image.digest),
            (false, false) if !image.tag_suffix.is_empty() => (tag, digest) = (&with_suffix, ""),
            (false, false) => {}
        }
        let part = |mark: &str, text: &str| {
            if text.is_empty() { String::new() } else { format!("{mark}{text}") }
        };
        format!("{name}{}{}", part(":", tag), part("@", digest))
    }
}

/// Name, tag and digest. A colon in the host is part of the name.
fn split(image: &str) -> (&str, &str, &str) {
    let from = image.find('/').unwrap_or(0);
    let path = image.get(from..).unwrap_or("");
    let cut = |at: usize| (image.get(..at).unwrap_or(""), image.get(at + 1..).unwrap_or(""));
    match (path.find('@'), path.find(':')) {
        (Some(at), colon) if colon.is_none_or(|colon| at < colon) => {
            let (name, digest) = cut(from + at);
            (name, "", digest)
        }
        (None, Some(colon)) => {
            let (name, tag) = cut(from + colon);
            (name, tag, "")
        }
        (Some(_), Some(colon)) => {
            let (name, rest) = cut(from + colon);
            let (tag, digest) = rest.split_once('@').unwrap_or((rest, ""));
            (name, tag, digest)
        }
        (_, None) => (image, "", ""),
    }
}

/// The name of an image, which kustomize takes for a regular expression.
enum Name {
    /// Only dots in it mean more than themselves.
    Simple(Text),
    Regex(Box<Regex>),
}

const TAG_AND_DIGEST: &str = "(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?";

impl Name {
    fn new(name: &Text) -> Result<Self, String> {
        if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/:@".contains(&byte)) {
            return Ok(Self::Simple(name.clone()));
        }
        let regex = Regex::new(&format!("^{name}{TAG_AND_DIGEST}$"));
        regex
            .map(|regex| Self::Regex(Box::new(regex)))
            .map_err(|_| format!("the name '{name}' of an image is no regular expression"))
    }

    fn fits(&self, image: &str) -> bool {
        let name = match self {
            Self::Regex(regex) => return regex.is_match(image),
            Self::Simple(name) => name.as_bytes(),
        };
        let Some((start, rest)) = image.as_bytes().split_at_checked(name.len()) else { return false };
        let same = |(own, wanted): (&u8, &u8)| own == wanted || *wanted == b'.' && *own != b'\n';
        start.iter().zip(name).all(same) && is_tag_and_digest(rest)
    }
}

fn is_tag_and_digest(rest: &[u8]) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.{}-".contains(byte);
    let rest = match rest.strip_prefix(b":") {
        Some(tag) => tag.get(tag.iter().take_while(|byte| is_word(byte)).count()..).unwrap_or_default(),
        None => rest,
    };
    rest.is_empty() || rest.strip_prefix(b"@sha256:").is_some_and(|digest| digest.iter().all(is_word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_images() {
        assert_eq!(split("host:5000/a/b:1@sha256:c"), ("host:5000/a/b", "1", "sha256:c"));
        assert_eq!(split("a@sha256:c"), ("a", "", "sha256:c"));
        assert_eq!(split("a:1"), ("a", "1", ""));
        assert_eq!(split("a"), ("a", "", ""));
    }

    #[test]
    fn knows_images_by_name() {
        let name = Name::new(&"ghcr.io/a".into()).unwrap();
        assert!(name.fits("ghcr.io/a:1") && name.fits("ghcr.io/a@sha256:12") && name.fits("ghcr-io/a"));
        assert!(!name.fits("ghcr.io/ab") && !name.fits("ghcr.io/a:1/b") && !name.fits("x/ghcr.io/a"));
    }
}
