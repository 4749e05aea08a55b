//! Label selectors: `app=web,tier in (a, b),!legacy`.

use std::collections::BTreeSet;
use std::fmt;

use weir_yaml::{Map, Value};

use super::label_syntax::{label_key_problems, label_value_problems};
use crate::quote::quoted;

/// Requirements that must all hold, sorted by key. Without any, everything is selected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelSelector {
    requirements: Vec<Requirement>,
}

/// One requirement on one label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The label.
    pub key: String,
    /// The comparison.
    pub operator: Operator,
    /// What it is compared with, sorted.
    pub values: Vec<String>,
}

/// How a label is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// One of the values.
    In,
    /// None of the values, or no such label.
    NotIn,
    /// `=`
    Equals,
    /// `==`
    DoubleEquals,
    /// Another value, or no such label.
    NotEquals,
    /// The label is there.
    Exists,
    /// The label is not there.
    DoesNotExist,
    /// A greater whole number.
    Greater,
    /// A smaller whole number.
    Less,
}

/// Why a selector cannot be read, in the words of the API server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectorError(pub String);

impl fmt::Display for SelectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SelectorError {}

impl LabelSelector {
    /// Selects everything.
    pub fn everything() -> Self {
        Self::default()
    }

    /// Reads the short form, as in `--selector`.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        let requirements = Parser { tokens: tokens(text), at: 0 }.run().map_err(SelectorError)?;
        Ok(Self::new(requirements))
    }

    /// From requirements.
    pub fn new(mut requirements: Vec<Requirement>) -> Self {
        requirements.sort_by(|a, b| a.key.cmp(&b.key));
        Self { requirements }
    }

    /// Reads the long form of objects: `matchLabels` and `matchExpressions`. An empty one selects everything.
    pub fn from_value(selector: &Value) -> Result<Self, SelectorError> {
        let mut requirements = Vec::new();
        for (key, value) in selector.get("matchLabels").and_then(Value::as_map).into_iter().flatten() {
            let values = vec![value.as_str().unwrap_or("").to_string()];
            requirements.push(Requirement::new(key, Operator::In, values).map_err(SelectorError)?);
        }
        for one in selector.get("matchExpressions").and_then(Value::as_list).unwrap_or_default() {
            let operator = match one.str_at(&["operator"]).unwrap_or("") {
                "In" => Operator::In,
                "NotIn" => Operator::NotIn,
                "Exists" => Operator::Exists,
                "DoesNotExist" => Operator::DoesNotExist,
                other => {
                    return Err(SelectorError(format!(
                        "{} is not a valid label selector operator",
                        quoted(other)
                    )));
                }
            };
            let values = one.get("values").and_then(Value::as_list).unwrap_or_default();
            let values = values.iter().map(|value| value.as_str().unwrap_or("").to_string()).collect();
            let key = one.str_at(&["key"]).unwrap_or("");
            requirements.push(Requirement::new(key, operator, values).map_err(SelectorError)?);
        }
        Ok(Self::new(requirements))
    }

    /// The requirements, sorted by key.
    pub fn requirements(&self) -> &[Requirement] {
        &self.requirements
    }

    /// True if it has no requirement and so selects everything.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// True if all requirements hold for the labels that this looks up.
    pub fn matches<'a>(&self, label: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.requirements.iter().all(|requirement| requirement.matches(label(&requirement.key)))
    }

    /// True if all requirements hold for a map of labels; none is an empty map.
    pub fn matches_map(&self, labels: Option<&Map>) -> bool {
        self.matches(|key| labels?.get(key)?.as_written())
    }
}

impl fmt::Display for LabelSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, requirement) in self.requirements.iter().enumerate() {
            f.write_str(if at > 0 { "," } else { "" })?;
            write!(f, "{requirement}")?;
        }
        Ok(())
    }
}

impl Requirement {
    /// Checks key and values.
    pub fn new(key: &str, operator: Operator, values: Vec<String>) -> Result<Self, String> {
        let mut problems = Vec::new();
        let mut check = |what: String, text: &str, found: Vec<String>| {
            if !found.is_empty() {
                problems.push(format!("{what}: Invalid value: {}: {}", quoted(text), found.join("; ")));
            }
        };
        check("key".to_string(), key, label_key_problems(key));
        match operator {
            Operator::Greater | Operator::Less => {
                for (at, value) in values.iter().enumerate() {
                    if parse_int(value).is_none() {
                        let rule = "for 'Gt', 'Lt' operators, the value must be an integer";
                        check(format!("values[{at}]"), value, vec![rule.to_string()]);
                    }
                }
            }
            Operator::In | Operator::NotIn if values.is_empty() => {
                let rule = "for 'in', 'notin' operators, values set can't be empty";
                problems.push(format!("values: Invalid value: []: {rule}"));
            }
            Operator::Exists | Operator::DoesNotExist if !values.is_empty() => {
                let values: Vec<_> = values.iter().map(|value| quoted(value)).collect();
                let rule = "values set must be empty for exists and does not exist";
                problems.push(format!("values: Invalid value: [{}]: {rule}", values.join(",")));
            }
            _ => {}
        }
        for (at, value) in values.iter().enumerate() {
            let found = label_value_problems(value);
            if !found.is_empty() {
                let value = quoted(value);
                problems.push(format!("values[{at}][{key}]: Invalid value: {value}: {}", found.join("; ")));
            }
        }
        match &problems[..] {
            [] => Ok(Self { key: key.to_string(), operator, values }),
            [problem] => Err(problem.clone()),
            _ => Err(format!("[{}]", problems.join(", "))),
        }
    }

    /// True if it holds for this value of the label.
    pub fn matches(&self, value: Option<&str>) -> bool {
        let is_one_of = |value: &str| self.values.iter().any(|own| own == value);
        let numbers = || Some((parse_int(value?)?, parse_int(self.values.first()?)?));
        match self.operator {
            Operator::In | Operator::Equals | Operator::DoubleEquals => value.is_some_and(is_one_of),
            Operator::NotIn | Operator::NotEquals => !value.is_some_and(is_one_of),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::Greater => numbers().is_some_and(|(value, own)| value > own),
            Operator::Less => numbers().is_some_and(|(value, own)| value < own),
        }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut values: Vec<_> = self.values.iter().map(String::as_str).collect();
        values.sort_unstable();
        let (key, values) = (&self.key, values.join(","));
        match self.operator {
            Operator::In => write!(f, "{key} in ({values})"),
            Operator::NotIn => write!(f, "{key} notin ({values})"),
            Operator::Equals => write!(f, "{key}={values}"),
            Operator::DoubleEquals => write!(f, "{key}=={values}"),
            Operator::NotEquals => write!(f, "{key}!={values}"),
            Operator::Exists => write!(f, "{key}"),
            Operator::DoesNotExist => write!(f, "!{key}"),
            Operator::Greater => write!(f, "{key}>{values}"),
            Operator::Less => write!(f, "{key}<{values}"),
        }
    }
}

/// Go's `ParseInt` in base ten: a sign, then digits.
fn parse_int(text: &str) -> Option<i64> {
    text.parse().ok()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    End,
    Symbol(&'a str),
    /// Also `in` and `notin`, which are operators only behind a key.
    Word(&'a str),
}

impl<'a> Token<'a> {
    fn text(self) -> &'a str {
        match self {
            Token::End => "",
            Token::Symbol(text) | Token::Word(text) => text,
        }
    }
}

/// Splits into words and symbols. A NUL ends the text, as in the original.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let is_space = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
    let is_symbol = |c: char| matches!(c, '=' | '!' | '(' | ')' | ',' | '>' | '<');
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(is_space);
        let Some(first) = rest.chars().next().filter(|first| *first != '\0') else { break };
        let end = if is_symbol(first) {
            let double = rest.starts_with("==") || rest.starts_with("!=");
            if double { 2 } else { 1 }
        } else {
            rest.find(|c| is_space(c) || is_symbol(c) || c == '\0').unwrap_or(rest.len())
        };
        let (token, after) = rest.split_at(end);
        found.push(if is_symbol(first) { Token::Symbol(token) } else { Token::Word(token) });
        rest = if is_symbol(first) { after } else { after.strip_prefix('\0').unwrap_or(after) };
    }
    found.push(Token::End);
    found
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Token<'a> {
        self.tokens.get(self.at).copied().unwrap_or(Token::End)
    }

    fn next(&mut self) -> Token<'a> {
        let token = self.peek();
        self.at += 1;
        token
    }

    fn run(mut self) -> Result<Vec<Requirement>, String> {
        let mut requirements = Vec::new();
        loop {
            match self.peek() {
                Token::Word(_) | Token::Symbol("!") => {}
                Token::End => return Ok(requirements),
                other @ Token::Symbol(_) => {
                    return Err(format!(
                        "found '{}', expected: !, identifier, or 'end of string'",
                        other.text()
                    ));
                }
            }
            let requirement =
                self.requirement().map_err(|error| format!("unable to parse requirement: {error}"))?;
            requirements.push(requirement);
            match (self.next(), self.peek()) {
                (Token::End, _) => return Ok(requirements),
                (Token::Symbol(","), Token::Word(_) | Token::Symbol("!")) => {}
                (Token::Symbol(","), next) => {
                    return Err(format!("found '{}', expected: identifier after ','", next.text()));
                }
                (other, _) => {
                    return Err(format!("found '{}', expected: ',' or 'end of string'", other.text()));
                }
            }
        }
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let mut token = self.next();
        let absent = token == Token::Symbol("!");
        if absent {
            token = self.next();
        }
        let Token::Word(key) = token else {
            return Err(format!("found '{}', expected: identifier", token.text()));
        };
        let problems = label_key_problems(key);
        if !problems.is_empty() {
            return Err(format!("<nil>: Invalid value: {}: {}", quoted(key), problems.join("; ")));
        }
        let ends = matches!(self.peek(), Token::End | Token::Symbol(","));
        if absent || ends {
            let operator = if absent { Operator::DoesNotExist } else { Operator::Exists };
            return Requirement::new(key, operator, Vec::new());
        }
        let operator = self.operator()?;
        let values = match operator {
            Operator::In | Operator::NotIn => self.values()?,
            _ => vec![self.value()?],
        };
        Requirement::new(key, operator, values)
    }

    fn operator(&mut self) -> Result<Operator, String> {
        Ok(match self.next() {
            Token::Word("in") => Operator::In,
            Token::Word("notin") => Operator::NotIn,
            Token::Symbol("=") => Operator::Equals,
            Token::Symbol("==") => Operator::DoubleEquals,
            Token::Symbol("!=") => Operator::NotEquals,
            Token::Symbol(">") => Operator::Greater,
            Token::Symbol("<") => Operator::Less,
            other => return Err(format!("found '{}', expected: in, notin, =, ==, !=, gt, lt", other.text())),
        })
    }

    fn value(&mut self) -> Result<String, String> {
        if matches!(self.peek(), Token::End | Token::Symbol(",")) {
            return Ok(String::new());
        }
        match self.next() {
            Token::Word(value) => Ok(value.to_string()),
            other => Err(format!("found '{}', expected: identifier", other.text())),
        }
    }

    /// What stands in parentheses; nothing between commas is the empty value.
    fn values(&mut self) -> Result<Vec<String>, String> {
        let token = self.next();
        if token != Token::Symbol("(") {
            return Err(format!("found '{}' expected: '('", token.text()));
        }
        match self.peek() {
            Token::Word(_) | Token::Symbol(",") => {}
            Token::Symbol(")") => {
                self.at += 1;
                return Ok(vec![String::new()]);
            }
            other => return Err(format!("found '{}', expected: ',', ')' or identifier", other.text())),
        }
        let mut values = BTreeSet::new();
        loop {
            match (self.next(), self.peek()) {
                (Token::Word(value), next) => {
                    values.insert(value.to_string());
                    match next {
                        Token::Symbol(",") => {}
                        Token::Symbol(")") => break,
                        other => return Err(format!("found '{}', expected: ',' or ')'", other.text())),
                    }
                }
                (Token::Symbol(","), next) => {
                    if values.is_empty() || matches!(next, Token::Symbol(")" | ",")) {
                        values.insert(String::new());
                    }
                    if next == Token::Symbol(")") {
                        break;
                    }
                }
                (other, _) => return Err(format!("found '{}', expected: ',', or identifier", other.text())),
            }
        }
        self.at += 1;
        Ok(values.into_iter().collect())
    }
}
