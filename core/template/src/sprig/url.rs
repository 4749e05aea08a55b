//! URLs, taken apart and put together as Go's net/url does.

use super::args::{map, text};
use crate::error::Error;
use crate::function::{Call, Functions};
use crate::strconv;
use crate::value::{Map, Value};

pub(super) fn register(functions: &mut Functions) {
    functions.with("urlParse", "string -> map", parse).with("urlJoin", "map -> string", join);
}

/// A URL in parts; path, host and user are unescaped.
#[derive(Default)]
struct Url {
    scheme: Vec<u8>,
    opaque: Vec<u8>,
    user: Option<(Vec<u8>, Option<Vec<u8>>)>,
    host: Vec<u8>,
    path: Vec<u8>,
    /// The path as it was written, where escaping it again would give something else.
    raw_path: Vec<u8>,
    omit_host: bool,
    query: Vec<u8>,
    force_query: bool,
    fragment: Vec<u8>,
    raw_fragment: Vec<u8>,
}

/// What is escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Path,
    Host,
    Zone,
    User,
    Fragment,
}

fn parse(_: &mut Call<'_>, args: &[Value]) -> Result<Value, Error> {
    let url = Url::parse(text(args, 0)).map_err(|why| Error::new(format!("unable to parse url: {why}")))?;
    let out = Map::new();
    out.set("userinfo", url.userinfo());
    out.set("hostname", hostname(&url.host));
    out.set("scheme", url.scheme);
    out.set("host", url.host);
    out.set("path", url.path);
    out.set("query", url.query);
    out.set("opaque", url.opaque);
    out.set("fragment", url.fragment);
    Ok(out.into())
}

fn join(_: &mut Call<'_>, args: &[Value]) -> Result<Value, Error> {
    let parts = map(args, 0);
    let part = |key: &str| match parts.get(key.as_bytes()) {
        None => Ok(Vec::new()),
        Some(value) => match &*value.plain() {
            Value::Str(text) => Ok(text.to_vec()),
            Value::Nil | Value::NoValue => Err(super::args::nil_dereference()),
            other => {
                let kind = other.kind().name();
                Err(Error::new(format!(
                    "unable to parse {key} key, must be of type string, but {kind} found"
                )))
            }
        },
    };
    let mut url = Url {
        scheme: part("scheme")?,
        host: part("host")?,
        path: part("path")?,
        query: part("query")?,
        opaque: part("opaque")?,
        fragment: part("fragment")?,
        ..Url::default()
    };
    let user = part("userinfo")?;
    if !user.is_empty() {
        let whole = [b"proto://", user.as_slice(), b"@host"].concat();
        let parsed = Url::parse(&whole)
            .map_err(|why| Error::new(format!("unable to parse userinfo in dict: {why}")))?;
        url.user = parsed.user;
    }
    Ok(url.to_text().into())
}

fn hostname(host: &[u8]) -> Vec<u8> {
    let colon = host.iter().rposition(|byte| *byte == b':');
    let without = match colon {
        Some(at) if valid_optional_port(host.get(at..).unwrap_or_default()) => {
            host.get(..at).unwrap_or_default()
        }
        _ => host,
    };
    match without {
        [b'[', inner @ .., b']'] => inner.to_vec(),
        other => other.to_vec(),
    }
}

fn valid_optional_port(port: &[u8]) -> bool {
    matches!(port, [] | [b':', ..]) && port.iter().skip(1).all(u8::is_ascii_digit)
}

fn quoted(text: &[u8]) -> String {
    String::from_utf8_lossy(&strconv::quote(text)).into_owned()
}

/// Cuts at the first sign; the sign is in neither part.
fn cut(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = crate::rune::find_byte(text, at)?;
    Some((text.get(..place)?, text.get(place + 1..)?))
}

impl Url {
    fn parse(text: &[u8]) -> Result<Self, String> {
        let (rest, fragment) = cut(text, b'#').unwrap_or((text, b""));
        let mut url = Self::parse_rest(rest).map_err(|why| format!("parse {}: {why}", quoted(rest)))?;
        if !fragment.is_empty() {
            let why = |why| format!("parse {}: {why}", quoted(text));
            url.fragment = unescape(fragment, Part::Fragment).map_err(why)?;
            if escape(&url.fragment, Part::Fragment) != fragment {
                url.raw_fragment = fragment.to_vec();
            }
        }
        Ok(url)
    }

    fn parse_rest(text: &[u8]) -> Result<Self, String> {
        let mut url = Self::default();
        if text.iter().any(|byte| *byte < 0x20 || *byte == 0x7f) {
            return Err("net/url: invalid control character in URL".into());
        }
        if text == b"*" {
            url.path = b"*".to_vec();
            return Ok(url);
        }
        let (scheme, rest) = scheme(text)?;
        url.scheme = scheme.to_ascii_lowercase();
        let questions = rest.iter().filter(|byte| **byte == b'?').count();
        let mut rest = match rest.strip_suffix(b"?") {
            Some(path) if questions == 1 => {
                url.force_query = true;
                path
            }
            _ => match cut(rest, b'?') {
                Some((path, query)) => {
                    url.query = query.to_vec();
                    path
                }
                None => rest,
            },
        };
        if !rest.starts_with(b"/") {
            if !url.scheme.is_empty() {
                url.opaque = rest.to_vec();
                return Ok(url);
            }
            let segment = cut(rest, b'/').map_or(rest, |(first, _)| first);
            if segment.contains(&b':') {
                return Err("first path segment in URL cannot contain colon".into());
            }
        }
        if (!url.scheme.is_empty() || !rest.starts_with(b"///")) && rest.starts_with(b"//") {
            let after = rest.get(2..).unwrap_or_default();
            let end = crate::rune::find_byte(after, b'/').unwrap_or(after.len());
            let (authority, path) = after.split_at(end);
            url.authority(authority)?;
            rest = path;
        } else if !url.scheme.is_empty() && rest.starts_with(b"/") {
            url.omit_host = true;
        }
        url.path = unescape(rest, Part::Path)?;
        if escape(&url.path, Part::Path) != rest {
            url.raw_path = rest.to_vec();
        }
        Ok(url)
    }

    fn authority(&mut self, authority: &[u8]) -> Result<(), String> {
        let at = authority.iter().rposition(|byte| *byte == b'@');
        let host = at.map_or(authority, |at| authority.get(at + 1..).unwrap_or_default());
        self.host = parse_host(&self.scheme, host)?;
        let Some(at) = at else { return Ok(()) };
        let user = authority.get(..at).unwrap_or_default();
        let valid = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
        if !user.iter().all(valid) {
            return Err("net/url: invalid userinfo".into());
        }
        self.user = Some(match cut(user, b':') {
            None => (unescape(user, Part::User)?, None),
            Some((name, password)) => (unescape(name, Part::User)?, Some(unescape(password, Part::User)?)),
        });
        Ok(())
    }

    fn userinfo(&self) -> Vec<u8> {
        let Some((name, password)) = &self.user else { return Vec::new() };
        let mut out = escape(name, Part::User);
        if let Some(password) = password {
            out.push(b':');
            out.extend_from_slice(&escape(password, Part::User));
        }
        out
    }

    fn escaped_path(&self) -> Vec<u8> {
        if !self.raw_path.is_empty() && valid_encoded(&self.raw_path, Part::Path) {
            return self.raw_path.clone();
        }
        if self.path == b"*" { b"*".to_vec() } else { escape(&self.path, Part::Path) }
    }

    fn to_text(&self) -> Vec<u8> {
        let mut out = self.scheme.clone();
        if !out.is_empty() {
            out.push(b':');
        }
        if !self.opaque.is_empty() {
            out.extend_from_slice(&self.opaque);
        } else {
            if !self.scheme.is_empty() || !self.host.is_empty() || self.user.is_some() {
                let omitted = self.omit_host && self.host.is_empty() && self.user.is_none();
                if !omitted && (!self.host.is_empty() || !self.path.is_empty() || self.user.is_some()) {
                    out.extend_from_slice(b"//");
                }
                if self.user.is_some() {
                    out.extend_from_slice(&self.userinfo());
                    out.push(b'@');
                }
                out.extend_from_slice(&escape(&self.host, Part::Host));
            }
            let path = self.escaped_path();
            if !path.is_empty() && !path.starts_with(b"/") && !self.host.is_empty() {
                out.push(b'/');
            }
            if out.is_empty() {
                let segment = cut(&path, b'/').map_or(path.as_slice(), |(first, _)| first);
                if segment.contains(&b':') {
                    out.extend_from_slice(b"./");
                }
            }
            out.extend_from_slice(&path);
        }
        if self.force_query || !self.query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            let raw = !self.raw_fragment.is_empty() && valid_encoded(&self.raw_fragment, Part::Fragment);
            out.extend_from_slice(&if raw {
                self.raw_fragment.clone()
            } else {
                escape(&self.fragment, Part::Fragment)
            });
        }
        out
    }
}

/// The scheme and what is behind its colon.
fn scheme(text: &[u8]) -> Result<(&[u8], &[u8]), String> {
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme".into()),
            b':' => {
                let (scheme, rest) = text.split_at(at);
                return Ok((scheme, rest.get(1..).unwrap_or_default()));
            }
            _ => break,
        }
    }
    Ok((b"", text))
}

fn parse_host(scheme: &[u8], host: &[u8]) -> Result<Vec<u8>, String> {
    let Some(open) = host.iter().rposition(|byte| *byte == b'[') else {
        // Two colons are one too many for the schemes that everybody knows.
        let web = matches!(scheme, b"http" | b"https");
        let colon = if web {
            host.iter().position(|byte| *byte == b':')
        } else {
            host.iter().rposition(|byte| *byte == b':')
        };
        if let Some(port) = colon.and_then(|colon| host.get(colon..)) {
            check_port(port)?;
        }
        return unescape(host, Part::Host);
    };
    if open > 0 {
        return Err("invalid IP-literal".into());
    }
    let Some(close) = host.iter().rposition(|byte| *byte == b']') else {
        return Err("missing ']' in host".into());
    };
    let port = host.get(close + 1..).unwrap_or_default();
    check_port(port)?;
    let port = unescape(port, Part::Host)?;
    let inner = host.get(1..close).unwrap_or_default();
    let address = match crate::rune::find(inner, b"%25", 0) {
        Some(zone) => {
            let (address, zone) = inner.split_at(zone);
            [unescape(address, Part::Host)?, unescape(zone, Part::Zone)?].concat()
        }
        None => unescape(inner, Part::Host)?,
    };
    check_address(&address)?;
    Ok([b"[", address.as_slice(), b"]", &port].concat())
}

fn check_port(port: &[u8]) -> Result<(), String> {
    if valid_optional_port(port) { Ok(()) } else { Err(format!("invalid port {} after host", quoted(port))) }
}

/// What stands in brackets is an IPv6 address, with a zone or without.
fn check_address(address: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(address);
    let bad = |why: &str| Err(format!("invalid host: ParseAddr({}): {why}", quoted(address)));
    let (bare, zone) = text.split_once('%').map_or((&*text, None), |(bare, zone)| (bare, Some(zone)));
    if bare.parse::<std::net::Ipv6Addr>().is_ok() {
        return if zone == Some("") { bad("zone must be a non-empty string") } else { Ok(()) };
    }
    if bare.parse::<std::net::Ipv4Addr>().is_ok() {
        return Err("invalid IP-literal".into());
    }
    match address.iter().find(|byte| matches!(byte, b'.' | b':' | b'%')) {
        Some(b'%') => bad("missing IPv6 address"),
        Some(_) => bad("unexpected character"),
        None => bad("unable to parse IP"),
    }
}

fn should_escape(byte: u8, part: Part) -> bool {
    if byte.is_ascii_alphanumeric() {
        return false;
    }
    if matches!(part, Part::Host | Part::Zone) && b"!$&'()*+,;=:[]<>\"".contains(&byte) {
        return false;
    }
    match byte {
        b'-' | b'_' | b'.' | b'~' => false,
        b'$' | b'&' | b'+' | b',' | b'/' | b':' | b';' | b'=' | b'?' | b'@' => match part {
            Part::Path => byte == b'?',
            Part::User => matches!(byte, b'@' | b'/' | b'?' | b':'),
            Part::Fragment => false,
            Part::Host | Part::Zone => true,
        },
        b'!' | b'(' | b')' | b'*' => part != Part::Fragment,
        _ => true,
    }
}

fn escape(text: &[u8], part: Part) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        if should_escape(*byte, part) {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        } else {
            out.push(*byte);
        }
    }
    out
}

fn unescape(text: &[u8], part: Part) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        if *byte != b'%' {
            let host = matches!(part, Part::Host | Part::Zone);
            if host && *byte < 0x80 && should_escape(*byte, part) {
                return Err(format!("invalid character {} in host name", quoted(&[*byte])));
            }
            out.push(*byte);
            continue;
        }
        let digit = |at: usize| tail.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        let shown: Vec<u8> = std::iter::once(b'%').chain(tail.iter().copied().take(2)).collect();
        let (Some(high), Some(low)) = (digit(0), digit(1)) else {
            return Err(format!("invalid URL escape {}", quoted(&shown)));
        };
        let value = (high * 16 + low) as u8;
        let in_host = part == Part::Host && value < 0x80 && shown != b"%25";
        let in_zone =
            part == Part::Zone && shown != b"%25" && value != b' ' && should_escape(value, Part::Host);
        if in_host || in_zone {
            return Err(format!("invalid URL escape {}", quoted(&shown)));
        }
        out.push(value);
        rest = tail.get(2..).unwrap_or_default();
    }
    Ok(out)
}

fn valid_encoded(text: &[u8], part: Part) -> bool {
    text.iter().all(|byte| match byte {
        b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' | b':' | b'@' | b'['
        | b']' => true,
        b'%' => true,
        byte => !should_escape(*byte, part),
    })
}
