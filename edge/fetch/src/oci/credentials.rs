//! Who we are to a registry: the files of docker and helm, and the programs that they name.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Map, Value};

/// User and password, or a token that stands for both.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
    /// A token to get other tokens with.
    pub identity_token: Option<String>,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Login(..)")
    }
}

/// Where logins are looked for, first found first taken.
#[derive(Debug, Clone, Default)]
pub struct Credentials {
    /// Files in docker's format. The first is written to by a login.
    pub files: Vec<PathBuf>,
    /// What a caller gave.
    pub given: BTreeMap<String, Login>,
}

const DOCKER: &str = "https://index.docker.io/v1/";

impl Credentials {
    /// The login for a registry. A file that cannot be read is an error: silence would look like a wrong password.
    pub fn login(&self, registry: &str) -> Result<Option<Login>, String> {
        if let Some(login) = self.given.get(registry) {
            return Ok(Some(login.clone()));
        }
        for file in &self.files {
            if let Some(login) = from_file(file, &key(registry))? {
                return Ok(Some(login));
            }
        }
        Ok(None)
    }

    /// Keeps a login in the first file, or with the program that it names.
    pub fn put(&self, registry: &str, login: &Login) -> Result<(), String> {
        let file = self.files.first().ok_or("no file to keep the login in")?;
        let mut config = read(file)?;
        let key = key(registry);
        if let Some(helper) = helper(&config, &key) {
            let entry =
                serde_json::json!({"ServerURL": key, "Username": login.user, "Secret": login.password});
            return ask(&helper, "store", &entry.to_string()).map(drop);
        }
        let auths = config.entry("auths").or_insert_with(|| Value::Object(Map::new()));
        let auths = auths.as_object_mut().ok_or_else(|| format!("{}: `auths` is no map", file.display()))?;
        auths.insert(key, serde_json::json!({"auth": encode(&format!("{}:{}", login.user, login.password))}));
        write(file, &config)
    }

    /// Forgets a login; whether there was one.
    pub fn remove(&self, registry: &str) -> Result<bool, String> {
        let file = self.files.first().ok_or("no file that keeps logins")?;
        let mut config = read(file)?;
        let key = key(registry);
        if let Some(helper) = helper(&config, &key) {
            return ask(&helper, "erase", &key).map(|_| true);
        }
        let auths = config.get_mut("auths").and_then(Value::as_object_mut);
        let was = auths.is_some_and(|auths| auths.remove(&key).is_some());
        if was {
            write(file, &config)?;
        }
        Ok(was)
    }
}

/// Under which name a registry stands in the files.
fn key(registry: &str) -> String {
    match registry {
        "docker.io" | "registry-1.docker.io" | "index.docker.io" => DOCKER.to_string(),
        other => other.to_string(),
    }
}

fn read(file: &Path) -> Result<Map<String, Value>, String> {
    match std::fs::read(file) {
        Ok(bytes) if bytes.iter().all(u8::is_ascii_whitespace) => Ok(Map::new()),
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", file.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Map::new()),
        Err(error) => Err(format!("{}: {error}", file.display())),
    }
}

/// In one step, and for nobody else to read.
fn write(file: &Path, config: &Map<String, Value>) -> Result<(), String> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let failed = |error: std::io::Error| format!("{}: {error}", file.display());
    let text = serde_json::to_string_pretty(config).map_err(|error| failed(error.into()))?;
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let beside = file.with_extension(format!("{}.new", std::process::id()));
    let mut out = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)
        .map_err(failed)?;
    let done = out.write_all(text.as_bytes()).and_then(|()| out.sync_all());
    done.and_then(|()| std::fs::rename(&beside, file)).map_err(|error| {
        // What is left over holds a password.
        let _ = std::fs::remove_file(&beside);
        failed(error)
    })
}

fn helper(config: &Map<String, Value>, key: &str) -> Option<String> {
    let text = |value: &Value| value.as_str().filter(|name| !name.is_empty()).map(str::to_string);
    config
        .get("credHelpers")
        .and_then(|all| all.get(key))
        .and_then(text)
        .or_else(|| config.get("credsStore").and_then(text))
}

fn from_file(file: &Path, key: &str) -> Result<Option<Login>, String> {
    let config = read(file)?;
    if let Some(helper) = helper(&config, key) {
        return from_helper(&helper, key);
    }
    let Some(auths) = config.get("auths").and_then(Value::as_object) else { return Ok(None) };
    let entry = auths
        .get(key)
        .or_else(|| auths.iter().find(|(name, _)| host_of(name) == key).map(|(_, entry)| entry));
    let Some(entry) = entry else { return Ok(None) };
    let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_string();
    let (mut user, mut password) = (text("username"), text("password"));
    if let Some(pair) = decode(&text("auth")) {
        let (own, secret) = pair.split_once(':').unwrap_or((&pair, ""));
        (user, password) = (own.to_string(), secret.trim_end_matches('\0').to_string());
    }
    let identity_token = Some(text("identitytoken")).filter(|token| !token.is_empty());
    if user.is_empty() && identity_token.is_none() {
        return Ok(None);
    }
    Ok(Some(Login { user, password, identity_token }))
}

/// Old files name a registry by a URL.
fn host_of(name: &str) -> &str {
    let name = name.split_once("://").map_or(name, |(_, rest)| rest);
    name.split_once('/').map_or(name, |(host, _)| host)
}

fn from_helper(helper: &str, key: &str) -> Result<Option<Login>, String> {
    let Some(answer) = ask(helper, "get", key)? else { return Ok(None) };
    let answer: Value = serde_json::from_str(&answer)
        .map_err(|_| format!("docker-credential-{helper} gave no JSON for {key}"))?;
    let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default().to_string();
    let (user, password) = (text("Username"), text("Secret"));
    if user == "<token>" {
        return Ok(Some(Login {
            user: String::new(),
            password: String::new(),
            identity_token: Some(password),
        }));
    }
    Ok(Some(Login { user, password, identity_token: None }))
}

/// Asks a program of docker's. Nothing if it knows nothing.
fn ask(helper: &str, verb: &str, input: &str) -> Result<Option<String>, String> {
    let program = format!("docker-credential-{helper}");
    if helper.contains(['/', '\\']) {
        return Err(format!("`{helper}` is no name of a credential helper"));
    }
    let failed = |error: std::io::Error| {
        format!("{program} cannot be run: {error}; install it or take it out of the configuration")
    };
    let mut child = Command::new(&program)
        .arg(verb)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read answers in its own way.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().map_err(failed)?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(Some(said));
    }
    if said.contains("credentials not found") {
        return Ok(None);
    }
    Err(format!("{program} {verb} failed: {}", said.trim()))
}

fn encode(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

fn decode(text: &str) -> Option<String> {
    use base64::Engine as _;
    if text.is_empty() {
        return None;
    }
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_kept_and_forgotten() {
        let folder = std::env::temp_dir().join(format!("weir-logins-{}", std::process::id()));
        let file = folder.join("sub/config.json");
        let all = Credentials { files: vec![file.clone()], ..Credentials::default() };
        let login = Login { user: "me".into(), password: "a:b".into(), identity_token: None };
        assert_eq!(all.login("localhost:5000"), Ok(None));
        all.put("localhost:5000", &login).unwrap();
        all.put("docker.io", &login).unwrap();
        assert_eq!(all.login("localhost:5000"), Ok(Some(login.clone())));
        assert_eq!(all.login("registry-1.docker.io"), Ok(Some(login)));
        assert!(std::fs::read_to_string(&file).unwrap().contains(DOCKER));
        assert_eq!(all.remove("localhost:5000"), Ok(true));
        assert_eq!(all.remove("localhost:5000"), Ok(false));
        assert_eq!(all.login("localhost:5000"), Ok(None));
        std::fs::write(&file, r#"{"auths":{"https://old.example.com/v1/":{"username":"u","password":"p"}}}"#)
            .unwrap();
        assert_eq!(all.login("old.example.com").unwrap().unwrap().user, "u");
        std::fs::write(&file, "{broken").unwrap();
        assert!(all.login("x").unwrap_err().contains("config.json"));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
