//! Paths and patterns as Go's `path` and `path/filepath` take them.

use memchr::{memchr_iter, memrchr};

/// A pattern that cannot be read, in Go's words.
pub(crate) const BAD_PATTERN: &str = "syntax error in pattern";

/// Go's `path.Clean`.
pub(crate) fn clean(path: &str) -> String {
    if is_clean(path) {
        return path.to_string();
    }
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => {
                    parts.pop();
                }
                _ if rooted => {}
                _ => parts.push(".."),
            },
            part => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_string(),
        (false, false) => parts.join("/"),
    }
}

/// True if there is nothing to clean: most paths are like that.
fn is_clean(path: &str) -> bool {
    let bytes = path.as_bytes();
    let is_doubtful = |byte: Option<&u8>| matches!(byte, None | Some(b'/' | b'.'));
    if is_doubtful(bytes.first()) || memchr_iter(b'/', bytes).any(|at| is_doubtful(bytes.get(at + 1))) {
        return !path.is_empty() && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    }
    true
}

/// Go's `path.Join` of two paths.
pub(crate) fn join(first: &str, second: &str) -> String {
    match (first.is_empty(), second.is_empty()) {
        (true, true) => String::new(),
        (true, false) => clean(second),
        (false, true) => clean(first),
        (false, false) => {
            let joined = [first, "/", second].concat();
            if is_clean(&joined) { joined } else { clean(&joined) }
        }
    }
}

/// Go's `path.Base`.
pub(crate) fn base(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let path = path.trim_end_matches('/');
    if path.is_empty() { "/" } else { &path[memrchr(b'/', path.as_bytes()).map_or(0, |at| at + 1)..] }
}

/// Go's `filepath.Ext`.
pub(crate) fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rfind('.').map_or("", |at| &name[at..])
}

/// Go's `filepath.Match`: true if the whole name is what the pattern says.
pub(crate) fn matches(pattern: &str, name: &str) -> Result<bool, &'static str> {
    if let Some(end) = pattern.strip_prefix('*')
        && !end.contains(['*', '?', '[', '\\', '/'])
    {
        return Ok(name.ends_with(end) && !name.contains('/'));
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    walk(&pattern, &name)
}

fn walk(mut pattern: &[char], mut name: &[char]) -> Result<bool, &'static str> {
    'pattern: while !pattern.is_empty() {
        let (star, chunk, rest) = scan_chunk(pattern);
        pattern = rest;
        if star && chunk.is_empty() {
            return Ok(!name.contains(&'/'));
        }
        let (left, ok) = match_chunk(chunk, name)?;
        if ok && (left.is_empty() || !pattern.is_empty()) {
            name = left;
            continue;
        }
        if star {
            let mut at = 0;
            while at < name.len() && name[at] != '/' {
                let (left, ok) = match_chunk(chunk, &name[at + 1..])?;
                if ok && (left.is_empty() || !pattern.is_empty()) {
                    name = left;
                    continue 'pattern;
                }
                at += 1;
            }
        }
        // What is left of the pattern is still looked at: it may be malformed.
        while !pattern.is_empty() {
            let (_, chunk, rest) = scan_chunk(pattern);
            pattern = rest;
            match_chunk(chunk, &[])?;
        }
        return Ok(false);
    }
    Ok(name.is_empty())
}

fn scan_chunk(mut pattern: &[char]) -> (bool, &[char], &[char]) {
    let mut star = false;
    while pattern.first() == Some(&'*') {
        pattern = &pattern[1..];
        star = true;
    }
    let (mut in_range, mut at) = (false, 0);
    while at < pattern.len() {
        match pattern[at] {
            '\\' if at + 1 < pattern.len() => at += 1,
            '[' => in_range = true,
            ']' => in_range = false,
            '*' if !in_range => break,
            _ => {}
        }
        at += 1;
    }
    (star, &pattern[..at], &pattern[at..])
}

fn match_chunk<'n>(mut chunk: &[char], mut name: &'n [char]) -> Result<(&'n [char], bool), &'static str> {
    let mut failed = false;
    while let Some(&first) = chunk.first() {
        failed = failed || name.is_empty();
        match first {
            '[' => {
                let c = if failed { '\0' } else { name[0] };
                if !failed {
                    name = &name[1..];
                }
                let (rest, hit) = match_class(&chunk[1..], c)?;
                chunk = rest;
                failed = failed || !hit;
            }
            '?' => {
                if !failed {
                    failed = name[0] == '/';
                    name = &name[1..];
                }
                chunk = &chunk[1..];
            }
            _ => {
                if first == '\\' {
                    chunk = &chunk[1..];
                }
                let Some(&literal) = chunk.first() else { return Err(BAD_PATTERN) };
                if !failed {
                    failed = literal != name[0];
                    name = &name[1..];
                }
                chunk = &chunk[1..];
            }
        }
    }
    Ok((if failed { &[] } else { name }, !failed))
}

fn match_class(mut chunk: &[char], c: char) -> Result<(&[char], bool), &'static str> {
    let negated = chunk.first() == Some(&'^');
    if negated {
        chunk = &chunk[1..];
    }
    let (mut hit, mut ranges) = (false, 0);
    loop {
        if chunk.first() == Some(&']') && ranges > 0 {
            return Ok((&chunk[1..], hit != negated));
        }
        let (low, rest) = class_char(chunk)?;
        let (high, rest) = if rest.first() == Some(&'-') { class_char(&rest[1..])? } else { (low, rest) };
        chunk = rest;
        hit = hit || (low <= c && c <= high);
        ranges += 1;
    }
}

fn class_char(chunk: &[char]) -> Result<(char, &[char]), &'static str> {
    let chunk = match chunk {
        [] | ['-' | ']', ..] => return Err(BAD_PATTERN),
        ['\\', rest @ ..] => rest,
        chunk => chunk,
    };
    match chunk {
        // A class that is not closed is malformed.
        [] | [_] => Err(BAD_PATTERN),
        [c, rest @ ..] => Ok((*c, rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_matched_as_go_does() {
        for (pattern, name, hit) in [
            ("abc", "abc", true),
            ("*", "abc", true),
            ("*c", "abc", true),
            ("a*", "ab/c", false),
            ("a*/b", "abc/b", true),
            ("a*/b", "a/c/b", false),
            ("a*b*c*d*e*/f", "axbxcxdxe/f", true),
            ("ab[c]", "abc", true),
            ("ab[e-g]", "abc", false),
            ("ab[^c]", "abc", false),
            ("a\\*b", "a*b", true),
            ("a?b", "a☺b", true),
            ("a?b", "a/b", false),
            ("[\\]a]", "]", true),
            ("*x", "xxx", true),
            ("templates/.?*", "templates/.x", true),
        ] {
            assert_eq!(matches(pattern, name), Ok(hit), "{pattern} {name}");
        }
        for pattern in ["[]a]", "[-]", "[x-]", "[", "[a", "a[", "\\", "[a-b-c]"] {
            assert_eq!(matches(pattern, "a"), Err(BAD_PATTERN), "{pattern}");
        }
    }

    #[test]
    fn paths_are_cleaned_as_go_does() {
        for (path, cleaned) in
            [("", "."), ("a//b/../c", "a/c"), ("../a", "../a"), ("/..", "/"), ("a/..", "."), ("./a/", "a")]
        {
            assert_eq!(clean(path), cleaned);
        }
        assert_eq!(base("a/b/"), "b");
        assert_eq!(extension("a.b/c"), "");
        assert_eq!(extension("a.tar.gz"), ".gz");
    }
}
