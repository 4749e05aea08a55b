//! The pieces of a template, and the steps of its paths.

use super::{DEEPEST, Piece, Side, Step};

/// Reads a template; the error says what is wrong with it.
pub(super) fn parse(template: &str) -> Result<Vec<Piece>, String> {
    Parser { rest: template, depth: 0 }.pieces(false)
}

struct Parser<'t> {
    rest: &'t str,
    depth: usize,
}

impl Parser<'_> {
    fn pieces(&mut self, in_range: bool) -> Result<Vec<Piece>, String> {
        let mut pieces = Vec::new();
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("nested too deeply".to_string());
        }
        loop {
            let Some(at) = self.rest.find('{') else {
                if in_range {
                    return Err("unclosed range".to_string());
                }
                pieces.push(Piece::Text(std::mem::take(&mut self.rest).to_string()));
                self.depth -= 1;
                return Ok(pieces);
            };
            let (text, rest) = self.rest.split_at(at);
            pieces.push(Piece::Text(text.to_string()));
            let end = closing(rest).ok_or("unclosed action")?;
            let inside = rest.get(1..end).unwrap_or("").trim();
            self.rest = rest.get(end + 1..).unwrap_or("");
            if inside == "end" {
                if !in_range {
                    return Err("not in range, nothing to end".to_string());
                }
                self.depth -= 1;
                return Ok(pieces);
            }
            if let Some(path) = inside.strip_prefix("range").filter(|path| path.starts_with([' ', '\t'])) {
                let path = path_of(path.trim())?;
                pieces.push(Piece::Range(path, self.pieces(true)?));
            } else if inside.starts_with(['"', '\'']) {
                pieces.push(Piece::Text(unquoted(inside)?));
            } else {
                pieces.push(Piece::Path(path_of(inside)?));
            }
        }
    }
}

/// Where a brace, bracket or parenthesis is closed that is opened at the start; quotes are looked over.
fn closing(text: &str) -> Option<usize> {
    let (mut open, mut quote) = (0_usize, None);
    let mut escaped = false;
    for (at, char) in text.char_indices() {
        match (quote, char) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(own), char) if own == char => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(char),
            (None, '{' | '[' | '(') => open += 1,
            (None, '}' | ']' | ')') => {
                open = open.checked_sub(1)?;
                if open == 0 {
                    return Some(at);
                }
            }
            (None, _) => {}
        }
    }
    None
}

fn unquoted(text: &str) -> Result<String, String> {
    let quote = text.chars().next().unwrap_or('"');
    let inner = text
        .strip_prefix(quote)
        .and_then(|text| text.strip_suffix(quote))
        .ok_or("unterminated quoted string")?;
    let mut out = String::new();
    let mut chars = inner.chars();
    while let Some(char) = chars.next() {
        match (char, if char == '\\' { chars.next() } else { None }) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some('r')) => out.push('\r'),
            ('\\', Some(other)) => out.push(other),
            (char, _) => out.push(char),
        }
    }
    Ok(out)
}

fn path_of(text: &str) -> Result<Vec<Step>, String> {
    let mut rest = text.strip_prefix(['$', '@']).unwrap_or(text);
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if steps.len() > DEEPEST {
            return Err("the path is too long".to_string());
        }
        if let Some(behind) = rest.strip_prefix("..") {
            steps.push(Step::Deep);
            rest = behind;
            if !rest.starts_with('[') {
                rest = key(rest, &mut steps)?;
            }
        } else if let Some(behind) = rest.strip_prefix('.') {
            rest =
                if behind.is_empty() || behind.starts_with('[') { behind } else { key(behind, &mut steps)? };
        } else if rest.starts_with('[') {
            let end = closing(rest).ok_or("unterminated array")?;
            steps.push(bracket(rest.get(1..end).unwrap_or("").trim())?);
            rest = rest.get(end + 1..).unwrap_or("");
        } else {
            rest = key(rest, &mut steps)?;
        }
    }
    Ok(steps)
}

/// A name up to the next dot or bracket, in which a backslash keeps what follows.
fn key<'t>(text: &'t str, steps: &mut Vec<Step>) -> Result<&'t str, String> {
    let mut name = String::new();
    let mut chars = text.char_indices();
    let mut end = text.len();
    while let Some((at, char)) = chars.next() {
        match char {
            '\\' => name.extend(chars.next().map(|(_, next)| next)),
            '.' | '[' => {
                end = at;
                break;
            }
            ' ' | '\t' | '\n' | '|' => return Err(format!("unrecognized character in action: {char:?}")),
            char => name.push(char),
        }
    }
    match name.as_str() {
        "" => return Err("a name is missing".to_string()),
        "*" => steps.push(Step::All),
        _ => steps.push(Step::Key(name)),
    }
    Ok(text.get(end..).unwrap_or(""))
}

fn bracket(inside: &str) -> Result<Step, String> {
    if inside == "*" {
        return Ok(Step::All);
    }
    if let Some(filter) = inside.strip_prefix("?(").and_then(|rest| rest.strip_suffix(')')) {
        return filter_of(filter.trim());
    }
    if inside.starts_with(['\'', '"']) && !inside.contains(',') {
        return unquoted(inside).map(Step::Key);
    }
    let number = |text: &str| text.trim().parse::<i64>().map_err(|_| format!("invalid array index {inside}"));
    if inside.contains(',') {
        let parts = inside.split(',').map(|part| Ok(vec![bracket(part.trim())?]));
        return parts.collect::<Result<_, String>>().map(Step::Several);
    }
    if inside.contains(':') {
        let mut parts = inside
            .split(':')
            .map(|part| Some(part).filter(|part| !part.trim().is_empty()).map(number).transpose());
        let mut next = || parts.next().transpose().map(Option::flatten);
        let (from, to, by) = (next()?, next()?, next()?.unwrap_or(1));
        return if by < 1 { Err("step must be > 0".to_string()) } else { Ok(Step::Slice { from, to, by }) };
    }
    match number(inside) {
        Ok(at) => Ok(Step::Index(at)),
        Err(why) => Err(why),
    }
}

fn filter_of(text: &str) -> Result<Step, String> {
    let side = |text: &str| -> Result<Side, String> {
        let text = text.trim();
        match text.chars().next() {
            Some('"' | '\'') => unquoted(text).map(|text| Side::Word(text.into())),
            Some('@' | '$' | '.') => path_of(text).map(Side::Path),
            _ => weir_yaml::from_json(text.as_bytes())
                .map(Side::Word)
                .map_err(|_| format!("unrecognized {text}")),
        }
    };
    for operator in ["==", "!=", "<=", ">=", "<", ">"] {
        if let Some((left, right)) = text.split_once(operator) {
            return Ok(Step::Filter { left: side(left)?, test: Some((operator.to_string(), side(right)?)) });
        }
    }
    Ok(Step::Filter { left: side(text)?, test: None })
}
