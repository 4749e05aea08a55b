//! `.sops.yaml`: which files are encrypted how, and for whom. Every problem comes with its line.

use std::fmt;

use regex::Regex;
use weir_yaml::{Dialect, Node, NodeKind, Value};

use crate::document::Recipe;
use crate::recipient::Recipient;
use crate::rule::{Rule, RuleFault};
use crate::stores::Layout;

/// What is wrong with a configuration, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// What is wrong.
    pub message: String,
    /// The line, from one; none where it is about the file as a whole.
    pub line: u32,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "error loading config: {}", self.message),
            line => write!(f, "error loading config: line {line}: {}", self.message),
        }
    }
}

impl std::error::Error for ConfigError {}

/// A configuration.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The rules in order: the first that matches counts. None if the file has none at all.
    pub creation_rules: Option<Vec<CreationRule>>,
    /// How files are laid out.
    pub layout: Layout,
    /// How many rules say where to publish. They are for `sops publish` only, which we do not have.
    pub destination_rules: usize,
}

/// How new files are encrypted.
#[derive(Debug, Clone)]
pub struct CreationRule {
    /// The files that it is for, by their path below the folder of the configuration; all if there is none.
    pub path_regex: Option<Regex>,
    /// How they are encrypted.
    pub recipe: Recipe,
    /// Where the rule begins.
    pub line: u32,
}

type Found<T> = Result<T, ConfigError>;

impl Config {
    /// Reads a configuration. All that is wrong with it is told at once.
    pub fn parse(text: &str) -> Result<Self, Vec<ConfigError>> {
        let failed = |error: weir_yaml::YamlError| {
            let message = format!("Could not unmarshal config file: {error}");
            vec![ConfigError { message, line: error.line }]
        };
        let documents = weir_yaml::parse(text).map_err(failed)?;
        let Some(document) = documents.first() else { return Ok(Self::default()) };
        let Some(root) = document.root() else { return Ok(Self::default()) };
        document.to_value(Dialect::V3).map_err(failed)?;
        let mut config = Self::default();
        let mut problems = Vec::new();
        if root.kind() != NodeKind::Mapping {
            return Err(vec![wrong(root, "a configuration is a map")]);
        }
        if let Some(rules) = root.get("creation_rules").filter(|node| !is_null(*node)) {
            let mut read = Vec::new();
            for rule in items(rules, "creation_rules").map_err(|problem| vec![problem])? {
                match creation_rule(rule) {
                    Ok(rule) => read.push(rule),
                    Err(problem) => problems.push(problem),
                }
            }
            config.creation_rules = Some(read);
        }
        if let Some(rules) = root.get("destination_rules").filter(|node| !is_null(*node)) {
            config.destination_rules =
                items(rules, "destination_rules").map_err(|problem| vec![problem])?.len();
        }
        match root.get("stores").map(layout) {
            Some(Ok(layout)) => config.layout = layout,
            Some(Err(problem)) => problems.push(problem),
            None => {}
        }
        if problems.is_empty() { Ok(config) } else { Err(problems) }
    }

    /// The rule for a file, by its path below the folder of the configuration, with `/` between its parts.
    ///
    /// A configuration without any rule has none for anybody, which is no error; one that has rules and none for this
    /// file is.
    pub fn rule_for(&self, path: &str) -> Result<Option<&CreationRule>, ConfigError> {
        let Some(rules) = &self.creation_rules else { return Ok(None) };
        let matches =
            |rule: &&CreationRule| rule.path_regex.as_ref().is_none_or(|regex| regex.is_match(path));
        rules
            .iter()
            .find(matches)
            .map(Some)
            .ok_or_else(|| ConfigError { message: "no matching creation rules found".to_string(), line: 0 })
    }
}

fn wrong(node: Node<'_, '_>, message: impl Into<String>) -> ConfigError {
    ConfigError { message: message.into(), line: u32::try_from(node.line()).unwrap_or(u32::MAX) }
}

fn is_null(node: Node<'_, '_>) -> bool {
    matches!(node.to_value(Dialect::V3), Ok(Value::Null))
}

fn items<'d, 't>(node: Node<'d, 't>, key: &str) -> Found<Vec<Node<'d, 't>>> {
    let node = node.resolved();
    match node.kind() {
        NodeKind::Sequence => Ok(node.items().map(Node::resolved).collect()),
        _ if is_null(node) => Ok(Vec::new()),
        _ => Err(wrong(node, format!("{key} is no list"))),
    }
}

/// The value of a key, those that `<<` brings among them.
fn get<'d, 't>(node: Node<'d, 't>, key: &str) -> Option<Node<'d, 't>> {
    let merged = || {
        let from = node.get("<<")?.resolved();
        match from.kind() {
            NodeKind::Sequence => from.items().find_map(|one| one.resolved().get(key)),
            _ => from.get(key),
        }
    };
    node.get(key).or_else(merged).map(Node::resolved).filter(|node| !is_null(*node))
}

fn text<'d>(node: Node<'d, '_>, key: &str) -> Found<Option<&'d str>> {
    let Some(node) = get(node, key) else { return Ok(None) };
    node.scalar().map(Some).ok_or_else(|| wrong(node, format!("{key} is no text")))
}

fn number(node: Node<'_, '_>, key: &str) -> Found<Option<i64>> {
    let Some(node) = get(node, key) else { return Ok(None) };
    let number = node.to_value(Dialect::V3).ok().and_then(|value| value.as_i64());
    number.map(Some).ok_or_else(|| wrong(node, format!("{key} is no whole number")))
}

fn flag(node: Node<'_, '_>, key: &str) -> Found<bool> {
    let Some(node) = get(node, key) else { return Ok(false) };
    let flag = node.to_value(Dialect::V3).ok().and_then(|value| value.as_bool());
    flag.ok_or_else(|| wrong(node, format!("{key} is neither true nor false")))
}

/// One text with commas, or a list of texts, joined by commas.
fn listed(node: Node<'_, '_>, key: &str) -> Found<(String, u32)> {
    let Some(node) = get(node, key) else { return Ok((String::new(), 0)) };
    let line = u32::try_from(node.line()).unwrap_or(u32::MAX);
    if let Some(text) = node.scalar() {
        return Ok((text.to_string(), line));
    }
    let mut all = Vec::new();
    for item in items(node, key)? {
        let item = item.scalar().ok_or_else(|| {
            wrong(item, format!("invalid {key} key configuration: expected string in list"))
        })?;
        all.push(item);
    }
    Ok((all.join(","), line))
}

fn creation_rule(node: Node<'_, '_>) -> Found<CreationRule> {
    if node.kind() != NodeKind::Mapping {
        return Err(wrong(node, "a creation rule is a map"));
    }
    let path_regex = match text(node, "path_regex")? {
        None | Some("") => None,
        Some(pattern) => Some(Regex::new(pattern).map_err(|error| {
            let at = get(node, "path_regex").unwrap_or(node);
            wrong(at, format!("can not compile regexp: {error}"))
        })?),
    };
    let mut broken = None;
    let rule = Rule::one_of(|key| {
        text(node, key).unwrap_or_else(|problem| {
            broken = Some(problem);
            None
        })
    });
    if let Some(problem) = broken {
        return Err(problem);
    }
    let rule = rule.map_err(|fault| match fault {
        RuleFault::Several => wrong(
            node,
            "cannot use more than one of encrypted_suffix, unencrypted_suffix, encrypted_regex, unencrypted_regex, \
             encrypted_comment_regex, or unencrypted_comment_regex for the same rule",
        ),
        RuleFault::Pattern(cause) => wrong(node, cause),
    })?;
    let threshold = number(node, "shamir_threshold")?.unwrap_or_default();
    let threshold = usize::try_from(threshold).ok().filter(|threshold| *threshold <= 255);
    let threshold = threshold.ok_or_else(|| wrong(node, "shamir_threshold is no number from 0 to 255"))?;
    let groups = match get(node, "key_groups") {
        Some(groups) => items(groups, "key_groups")?,
        None => Vec::new(),
    };
    let groups = if groups.is_empty() {
        vec![own_keys(node)?]
    } else {
        groups.into_iter().map(|node| group(node, 0)).collect::<Found<_>>()?
    };
    Ok(CreationRule {
        path_regex,
        recipe: Recipe { groups, threshold, rule, mac_only_encrypted: flag(node, "mac_only_encrypted")? },
        line: u32::try_from(node.line()).unwrap_or(u32::MAX),
    })
}

/// Keys that stand in the rule itself.
fn own_keys(node: Node<'_, '_>) -> Found<Vec<Recipient>> {
    let at = |line: u32| move |message: String| ConfigError { message, line };
    let mut keys = Vec::new();
    let (age, line) = listed(node, "age")?;
    keys.extend(Recipient::age_list(&age).map_err(at(line))?);
    keys.extend(Recipient::pgp_list(&listed(node, "pgp")?.0));
    let profile = text(node, "aws_profile")?.unwrap_or_default();
    keys.extend(Recipient::kms_list(&listed(node, "kms")?.0, &[], profile));
    keys.extend(Recipient::gcp_list(&listed(node, "gcp_kms")?.0));
    let (huawei, line) = listed(node, "hckms")?;
    keys.extend(Recipient::huawei_list(&huawei).map_err(at(line))?);
    let (azure, line) = listed(node, "azure_keyvault")?;
    keys.extend(Recipient::azure_list(&azure).map_err(at(line))?);
    let (vault, line) = listed(node, "hc_vault_transit_uri")?;
    keys.extend(Recipient::vault_list(&vault).map_err(at(line))?);
    Ok(keys)
}

/// Groups merge others to this depth.
const MAX_DEPTH: usize = 20;

fn group(node: Node<'_, '_>, depth: usize) -> Found<Vec<Recipient>> {
    if depth > MAX_DEPTH {
        return Err(wrong(node, "key groups are merged too deeply"));
    }
    let each = |key: &str| get(node, key).map_or(Ok(Vec::new()), |list| items(list, key));
    let mut keys = Vec::new();
    for other in each("merge")? {
        keys.extend(group(other, depth + 1)?);
    }
    for item in each("age")? {
        let text = scalar(item, "age")?;
        keys.extend(Recipient::age_list(text).map_err(|cause| wrong(item, cause))?);
    }
    for item in each("pgp")? {
        keys.push(Recipient::pgp(scalar(item, "pgp")?));
    }
    for item in each("kms")? {
        keys.push(kms(item)?);
    }
    for item in each("gcp_kms")? {
        let resource = text(item, "resource_id")?.unwrap_or_default();
        keys.push(Recipient::GcpKms(resource.replace(' ', "")));
    }
    for item in each("hckms")? {
        let id = text(item, "key_id")?.unwrap_or_default();
        keys.push(Recipient::huawei(id).map_err(|cause| wrong(item, cause))?);
    }
    for item in each("azure_keyvault")? {
        let part = |key: &str| text(item, key).map(|text| text.unwrap_or_default().to_string());
        let (vault_url, name, version) = (part("vaultUrl")?, part("key")?, part("version")?);
        keys.push(Recipient::AzureKv { vault_url, name, version });
    }
    for item in each("hc_vault")? {
        keys.push(Recipient::vault(scalar(item, "hc_vault")?).map_err(|cause| wrong(item, cause))?);
    }
    let mut unique: Vec<Recipient> = Vec::with_capacity(keys.len());
    for key in keys {
        if !unique.iter().any(|own| own.kind() == key.kind() && own.to_string() == key.to_string()) {
            unique.push(key);
        }
    }
    Ok(unique)
}

fn scalar<'d>(node: Node<'d, '_>, key: &str) -> Found<&'d str> {
    node.scalar().ok_or_else(|| wrong(node, format!("an item of {key} is no text")))
}

fn kms(node: Node<'_, '_>) -> Found<Recipient> {
    let part = |key: &str| text(node, key).map(|text| text.unwrap_or_default().to_string());
    let mut context = Vec::new();
    for (key, value) in get(node, "context").into_iter().flat_map(Node::entries) {
        let text = |node: Node<'_, '_>| scalar(node.resolved(), "context").map(str::to_string);
        context.push((text(key)?, text(value)?));
    }
    context.sort();
    Ok(Recipient::Kms { arn: part("arn")?, role: part("role")?, context, aws_profile: part("aws_profile")? })
}

fn layout(node: Node<'_, '_>) -> Found<Layout> {
    let mut layout = Layout::default();
    let indent = |store: &str| match get(node.resolved(), store) {
        None => Ok(None),
        Some(store) => match number(store, "indent")? {
            Some(indent) if !(-1..=1000).contains(&indent) => {
                Err(wrong(store, "an indent is a number from 0 to 1000"))
            }
            indent => Ok(indent),
        },
    };
    match indent("yaml")? {
        Some(-1) => return Err(wrong(node, "YAML Negative indentation not accepted")),
        None | Some(0) => {}
        Some(spaces) => layout.yaml_indent = usize::try_from(spaces).unwrap_or_default(),
    }
    // Less than nothing is a tab.
    let spaces = |indent: Option<i64>| indent.and_then(|indent| usize::try_from(indent).ok());
    layout.json_indent = spaces(indent("json")?);
    layout.json_binary_indent = spaces(indent("json_binary")?);
    Ok(layout)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::RuleKind;

    const US: &str = "age1w3yqs7jl6fmwf5rwpwl6gsc4fhjgn7ppxmjtlxrmwy004gxu0v6qquavgs";

    #[test]
    fn the_first_rule_that_matches_counts() {
        let text = format!(
            "creation_rules:\n- path_regex: ^secrets/\n  age: {US}\n  encrypted_regex: ^(data|stringData)$\n\
             - path_regex: \\.env$\n  age: [{US}]\n  shamir_threshold: 2\n  mac_only_encrypted: true\n\
             stores: {{yaml: {{indent: 2}}, json: {{indent: 0}}}}\n"
        );
        let config = Config::parse(&text).unwrap();
        let first = config.rule_for("secrets/a.env").unwrap().unwrap();
        assert_eq!((first.recipe.rule.kind(), first.line), (RuleKind::EncryptedRegex, 2));
        assert!(config.rule_for("a.env").unwrap().unwrap().recipe.mac_only_encrypted);
        assert_eq!(
            config.rule_for("a.yaml").unwrap_err().to_string(),
            "error loading config: no matching creation rules found"
        );
        assert_eq!(config.layout, Layout { yaml_indent: 2, json_indent: Some(0), json_binary_indent: None });
        assert!(Config::parse("stores: {}\n").unwrap().rule_for("x").unwrap().is_none());
    }

    #[test]
    fn groups_merge_and_name_nobody_twice() {
        let text = format!(
            "creation_rules:\n- key_groups:\n  - merge:\n    - age: [{US}]\n    - pgp: [AB CD]\n    age: [{US}]\n\
             \x20   hc_vault: [http://v:8200/v1/a/b/keys/k]\n  - kms:\n    - arn: x\n      context: {{b: c, a: d}}\n\
             \x20   gcp_kms: [{{resource_id: r}}]\n    azure_keyvault: [{{vaultUrl: https://v, key: k, version: w}}]\n\
             \x20   hckms: [{{key_id: 'r:k'}}]\n"
        );
        let config = Config::parse(&text).unwrap();
        let groups = &config.rule_for("x").unwrap().unwrap().recipe.groups;
        let names: Vec<Vec<String>> =
            groups.iter().map(|group| group.iter().map(ToString::to_string).collect()).collect();
        assert_eq!(names[0], [US, "ABCD", "http://v:8200/v1/a/b/keys/k"]);
        assert_eq!(names[1], ["x|a:d,b:c", "r", "r:k", "https://v/keys/k/w"]);
    }

    #[test]
    fn problems_are_told_together_and_with_their_lines() {
        let text = "creation_rules:\n- path_regex: '('\n- age: nobody\n- encrypted_suffix: a\n  encrypted_regex: b\n";
        let problems = Config::parse(text).unwrap_err();
        assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [2, 3, 4]);
        assert!(problems[1].to_string().contains("unknown recipient type"), "{}", problems[1]);
        assert!(Config::parse("[]").is_err() && Config::parse("a: [").is_err());
    }
}
