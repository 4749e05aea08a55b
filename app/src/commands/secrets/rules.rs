//! `.sops.yaml`: where it is, and what it says of a file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use weir_secrets::{Config, Format, Layout, Recipe, Recipient, Rule, RuleKind};

use crate::cli::secrets::{EncryptRule, Global, NewKeys};
use crate::exit::Failure;

/// How it is named.
pub(super) const NAME: &str = ".sops.yaml";

/// The rules at hand, or none.
pub(super) struct Rules {
    /// Where they stand.
    pub(super) file: Option<PathBuf>,
    pub(super) config: Config,
    indent: Option<usize>,
}

impl Rules {
    /// Those that are named, or the nearest above this directory.
    pub(super) fn find(global: &Global, directory: &Path) -> Result<Self, Failure> {
        let file = global.config.clone().or_else(|| above(directory));
        let Some(file) = file else {
            return Ok(Self { file: None, config: Config::default(), indent: global.indent });
        };
        let config = read(&file)?;
        Ok(Self { file: Some(file), config, indent: global.indent })
    }

    /// Those for the directory that we are in, as sops looks for them.
    pub(super) fn here(global: &Global) -> Result<Self, Failure> {
        Self::find(global, Path::new("."))
    }

    /// How a file is encrypted; nothing if no rule says anything.
    pub(super) fn recipe(&self, path: &Path) -> Result<Option<Recipe>, Failure> {
        let Some(file) = &self.file else { return Ok(None) };
        let failed = |error: weir_secrets::ConfigError| {
            Failure::new(format!("{}: {}: {error}", path.display(), file.display()))
        };
        let rule = self.config.rule_for(&below(file, path)).map_err(failed)?;
        Ok(rule.map(|rule| rule.recipe.clone()))
    }

    /// How files are laid out.
    pub(super) fn layout(&self) -> Layout {
        self.indent.map_or(self.config.layout, Layout::with_indent)
    }
}

/// How files are laid out, where rules are of no interest: most say nothing about it, and need not be read.
pub(super) fn layout(global: &Global) -> Result<Layout, Failure> {
    let file = global.config.clone().or_else(|| above(Path::new(".")));
    let text = file.and_then(|file| std::fs::read(file).ok()).unwrap_or_default();
    match global.indent {
        Some(indent) => Ok(Layout::with_indent(indent)),
        None if memchr::memmem::find(&text, b"stores").is_none() => Ok(Layout::default()),
        None => Rules::here(global).map(|rules| rules.layout()),
    }
}

/// Reads rules.
pub(super) fn read(file: &Path) -> Result<Config, Failure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::new(format!("{}: cannot be read: {error}", file.display())))?;
    Config::parse(&text).map_err(|problems| {
        let told: Vec<_> = problems.iter().map(|problem| format!("{}: {problem}", file.display())).collect();
        Failure::new(told.join("\n✗ "))
    })
}

/// The nearest rules in this directory or above.
pub(super) fn above(directory: &Path) -> Option<PathBuf> {
    let start = std::path::absolute(directory).ok()?;
    start.ancestors().map(|directory| directory.join(NAME)).find(|file| file.is_file())
}

/// A path as rules see it: below the directory that they stand in.
pub(super) fn below(rules: &Path, path: &Path) -> String {
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let (rules, path) = (whole(rules), whole(path));
    let root = rules.parent().unwrap_or(Path::new("/"));
    path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned()
}

/// How a new file is encrypted: what is said goes before what the rules say.
pub(super) fn recipe(
    rules: &Rules,
    path: &Path,
    format: Format,
    (keys, rule): (&NewKeys, &EncryptRule),
) -> Result<Recipe, Failure> {
    let told = new_keys(keys)?;
    // Rules that name no file like this one do not matter if everything is said.
    let ruled = match rules.recipe(path) {
        Err(_) if !told.is_empty() && rules.config.creation_rules.is_none() => None,
        ruled => ruled?,
    };
    if told.is_empty() && ruled.is_none() {
        return Err(Failure::new(format!(
            "{}: nobody to encrypt it for: there is no {NAME} here or above and no key is named; say --age age1.., or `weir secrets init`",
            path.display()
        )));
    }
    let mut recipe = ruled.unwrap_or_default();
    if !told.is_empty() {
        recipe.groups = vec![told];
    }
    if let Some(threshold) = keys.shamir_secret_sharing_threshold.filter(|threshold| *threshold > 0) {
        recipe.threshold = threshold;
    }
    recipe.mac_only_encrypted |= rule.mac_only_encrypted;
    recipe.rule = chosen(rule, recipe.rule, format)?;
    Ok(recipe)
}

fn chosen(said: &EncryptRule, ruled: Rule, format: Format) -> Result<Rule, Failure> {
    if format == Format::Binary {
        return Ok(Rule::default());
    }
    let said = [
        (RuleKind::UnencryptedSuffix, &said.unencrypted_suffix),
        (RuleKind::EncryptedSuffix, &said.encrypted_suffix),
        (RuleKind::UnencryptedRegex, &said.unencrypted_regex),
        (RuleKind::EncryptedRegex, &said.encrypted_regex),
        (RuleKind::UnencryptedCommentRegex, &said.unencrypted_comment_regex),
        (RuleKind::EncryptedCommentRegex, &said.encrypted_comment_regex),
    ];
    let said: Vec<_> = said.into_iter().filter_map(|(kind, text)| Some((kind, text.as_deref()?))).collect();
    let is_ruled = ruled != Rule::default();
    let conflicts = said.len() > 1 || is_ruled && said.iter().any(|(kind, _)| *kind != ruled.kind());
    match said.first() {
        _ if conflicts => Err(Failure::with_code(
            8,
            "cannot use more than one of encrypted_suffix, unencrypted_suffix, encrypted_regex, unencrypted_regex, encrypted_comment_regex, or unencrypted_comment_regex in the same file",
        )),
        Some((kind, text)) => Rule::new(*kind, text).map_err(Failure::usage),
        None => Ok(ruled),
    }
}

/// The keys that flags name, in the order of sops.
pub(super) fn new_keys(keys: &NewKeys) -> Result<Vec<Recipient>, Failure> {
    let text = |flag: &Option<String>| flag.clone().unwrap_or_default();
    let context = context(&text(&keys.aws.encryption_context))?;
    let mut all = Recipient::kms_list(&text(&keys.kms), &context, &text(&keys.aws.aws_profile));
    all.extend(Recipient::gcp_list(&text(&keys.gcp_kms)));
    all.extend(Recipient::huawei_list(&text(&keys.hckms)).map_err(Failure::new)?);
    all.extend(Recipient::azure_list(&text(&keys.azure_kv)).map_err(Failure::new)?);
    all.extend(Recipient::pgp_list(&text(&keys.pgp)));
    all.extend(Recipient::vault_list(&text(&keys.hc_vault_transit)).map_err(Failure::new)?);
    all.extend(Recipient::age_list(&text(&keys.age)).map_err(Failure::new)?);
    Ok(all)
}

/// What has to be said with keys of AWS: pairs with commas, in order.
fn context(text: &str) -> Result<Vec<(String, String)>, Failure> {
    let wrong = || Failure::with_code(6, "Invalid KMS encryption context format");
    let pair = |pair: &str| match pair.split(':').collect::<Vec<_>>().as_slice() {
        [key, value] => Ok((key.to_string(), value.to_string())),
        _ => Err(wrong()),
    };
    let pairs: Result<BTreeMap<_, _>, _> = text.split(',').filter(|_| !text.is_empty()).map(pair).collect();
    Ok(pairs?.into_iter().collect())
}
