//! Keys and values of generators: from files of variables, literals and files, in this order.

use std::collections::HashSet;

use crate::context::Here;
use crate::fault::Fault;
use crate::kustomization::Generator;

/// Characters in a line of base64.
const LINE: usize = 70;

type Pair = (String, Vec<u8>);

/// All pairs of a generator; no key may be there twice.
pub(super) fn load(here: &Here<'_>, generator: &Generator) -> Result<Vec<Pair>, Fault> {
    let mut pairs = Vec::new();
    for path in &generator.envs {
        let content = here.loader.load(path).map_err(|fault| fault.within("env source files"))?;
        variables(path, &content, &mut pairs)?;
    }
    for source in &generator.literals {
        pairs.push(literal(source)?);
    }
    for source in &generator.files {
        let (key, path) = file_source(source)?;
        let content = here.loader.load(path).map_err(|fault| fault.within("file sources"))?;
        pairs.push((key.to_string(), content.to_vec()));
    }
    let mut seen = HashSet::new();
    match pairs.iter().find(|(key, _)| !seen.insert(key.as_str())) {
        Some((key, _)) => {
            Err(format!("configmap {} illegally repeats the key `{key}`", generator.name).into())
        }
        None => Ok(pairs),
    }
}

fn variables(path: &str, content: &[u8], pairs: &mut Vec<Pair>) -> Result<(), String> {
    let lines = content.split(|byte| *byte == b'\n');
    for (at, line) in lines.enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = std::str::from_utf8(line)
            .map_err(|_| format!("env source file '{path}': line {} has invalid utf8 bytes", at + 1))?;
        let line = if at == 0 { line.strip_prefix('\u{feff}').unwrap_or(line) } else { line };
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        if !key.is_empty() {
            pairs.push((key.to_string(), value.as_bytes().to_vec()));
        }
    }
    Ok(())
}

fn literal(source: &str) -> Result<Pair, String> {
    match source.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_string(), unquoted(value).as_bytes().to_vec())),
        _ => Err(format!("invalid literal source {source}, expected key=value")),
    }
}

fn unquoted(text: &str) -> &str {
    let inner = |mark: char| text.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

/// Key and path; without a key the name of the file is one.
fn file_source(source: &str) -> Result<(&str, &str), String> {
    let Some((key, path)) = source.split_once('=') else {
        let name = source.trim_end_matches('/').rsplit('/').next().unwrap_or(source);
        return Ok((name, source));
    };
    if path.contains('=') {
        return Err(format!("source \"{source}\" key name or file path contains '='"));
    }
    if key.is_empty() {
        return Err(format!("missing key name for file path \"{path}\" in source \"{source}\""));
    }
    if path.is_empty() {
        return Err(format!("missing file path for key name \"{key}\" in source \"{source}\""));
    }
    Ok((key, path))
}

/// Base64 in lines, as kustomize writes it: a text of one line has no line break.
pub(super) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |bits: u32| DIGITS.get((bits & 63) as usize).map_or('=', |byte| char::from(*byte));
    let mut text = String::with_capacity(bytes.len() / 3 * 4 + 4);
    for three in bytes.chunks(3) {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        text.push(digit(bits >> 18));
        text.push(digit(bits >> 12));
        text.push(if three.len() > 1 { digit(bits >> 6) } else { '=' });
        text.push(if three.len() > 2 { digit(bits) } else { '=' });
    }
    if text.len() < LINE {
        return text;
    }
    let mut lines = String::with_capacity(text.len() + text.len() / LINE + 1);
    for (at, digit) in text.chars().enumerate() {
        if at > 0 && at % LINE == 0 {
            lines.push('\n');
        }
        lines.push(digit);
    }
    lines.push('\n');
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_base64() {
        assert_eq!(base64(b""), "");
        assert_eq!(base64(b"a"), "YQ==");
        assert_eq!(base64(b"abc"), "YWJj");
        assert_eq!(base64(&[b'a'; 60]).lines().map(str::len).collect::<Vec<_>>(), [70, 10]);
    }

    #[test]
    fn reads_sources() {
        assert_eq!(literal("a='b=c'").unwrap(), ("a".to_string(), b"b=c".to_vec()));
        assert!(literal("=b").is_err() && literal("b").is_err());
        assert_eq!(file_source("x/y.ini").unwrap(), ("y.ini", "x/y.ini"));
        assert_eq!(file_source("k=y").unwrap(), ("k", "y"));
        assert!(file_source("=y").is_err() && file_source("k=").is_err() && file_source("a=b=c").is_err());
    }
}
