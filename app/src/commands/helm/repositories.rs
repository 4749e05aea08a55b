//! The file of repositories that have a name, as Helm reads and writes it.

use std::fs::File;
use std::path::Path;

use weir_fetch::{Access, Auth, ChartSource, ClientCertificate};
use weir_yaml::{Dialect, Value};

use super::paths;
use crate::exit::Failure;

/// A repository with a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Repository {
    pub(super) name: String,
    pub(super) url: String,
    pub(super) username: String,
    pub(super) password: String,
    pub(super) cert_file: String,
    pub(super) key_file: String,
    pub(super) ca_file: String,
    pub(super) insecure_skip_tls_verify: bool,
    pub(super) pass_credentials_all: bool,
}

/// All of them, in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Repositories {
    pub(super) all: Vec<Repository>,
}

/// While it is held nobody else changes the file.
pub(super) struct Held(#[expect(dead_code, reason = "held until it is dropped")] File);

impl Repositories {
    /// What the file says; nothing if it is not there.
    pub(super) fn read(file: &Path) -> Result<Self, Failure> {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(Failure::said(format!("Error: {}: {error}", file.display()))),
        };
        let content = weir_yaml::first_from_yaml(&text, Dialect::Sigs)
            .map_err(|error| Failure::from(error.diagnostic(file.display().to_string())))?;
        let list = content.get("repositories").and_then(Value::as_list).unwrap_or_default();
        Ok(Self { all: list.iter().map(Repository::of).collect() })
    }

    /// Takes the file to change it.
    pub(super) fn hold(file: &Path) -> Result<Held, Failure> {
        let lock = file.with_extension("lock");
        let failed = |error: std::io::Error| Failure::said(format!("Error: {}: {error}", lock.display()));
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let held = File::options().write(true).create(true).truncate(false).open(&lock).map_err(failed)?;
        held.lock().map_err(failed)?;
        Ok(Held(held))
    }

    pub(super) fn write(&self, file: &Path) -> Result<(), Failure> {
        let mut content = Value::from([("apiVersion", "")]);
        content.set_at(&["generated"], "0001-01-01T00:00:00Z");
        content.set_at(
            &["repositories"],
            Value::from(self.all.iter().map(Repository::value).collect::<Vec<_>>()),
        );
        let text = weir_yaml::to_yaml(&content).map_err(|error| Failure::said(format!("Error: {error}")))?;
        paths::write(file, text.as_bytes(), 0o600)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Repository> {
        self.all.iter().find(|one| one.name == name)
    }

    /// Adds one, or puts it in the place of its namesake.
    pub(super) fn put(&mut self, new: Repository) {
        match self.all.iter_mut().find(|one| one.name == new.name) {
            Some(old) => *old = new,
            None => self.all.push(new),
        }
    }
}

impl Repository {
    fn of(value: &Value) -> Self {
        let text = |key: &str| value.str_at(&[key]).unwrap_or_default().to_string();
        let truth = |key: &str| value.get(key).and_then(Value::as_bool).unwrap_or_default();
        Self {
            name: text("name"),
            url: text("url"),
            username: text("username"),
            password: text("password"),
            cert_file: text("certFile"),
            key_file: text("keyFile"),
            ca_file: text("caFile"),
            insecure_skip_tls_verify: truth("insecure_skip_tls_verify"),
            pass_credentials_all: truth("pass_credentials_all"),
        }
    }

    fn value(&self) -> Value {
        let mut value = Value::from([
            ("caFile", &*self.ca_file),
            ("certFile", &self.cert_file),
            ("keyFile", &self.key_file),
            ("name", &self.name),
            ("password", &self.password),
            ("url", &self.url),
            ("username", &self.username),
        ]);
        value.set_at(&["insecure_skip_tls_verify"], self.insecure_skip_tls_verify);
        value.set_at(&["pass_credentials_all"], self.pass_credentials_all);
        value
    }

    /// How it is reached.
    pub(super) fn source(&self) -> Result<ChartSource, Failure> {
        let access = access(
            (&self.username, &self.password),
            (Path::new(&self.cert_file), Path::new(&self.key_file), Path::new(&self.ca_file)),
            self.insecure_skip_tls_verify,
        )?;
        Ok(ChartSource {
            url: self.url.clone(),
            access,
            pass_credentials: self.pass_credentials_all,
            plain_http: false,
        })
    }
}

/// Credentials and certificates from what people write: names of files, empty for none.
pub(super) fn access(
    (user, password): (&str, &str),
    (certificate, key, ca): (&Path, &Path, &Path),
    insecure_skip_tls_verify: bool,
) -> Result<Access, Failure> {
    let read = |path: &Path| {
        std::fs::read(path).map_err(|error| Failure::said(format!("Error: {}: {error}", path.display())))
    };
    let is_named = |path: &Path| !path.as_os_str().is_empty();
    let client = match (is_named(certificate), is_named(key)) {
        (true, true) => Some(ClientCertificate { certificate: read(certificate)?, key: read(key)? }),
        (false, false) => None,
        _ => {
            return Err(Failure::usage(
                "a certificate needs its key: --cert-file and --key-file go together",
            ));
        }
    };
    let auth = match (user, password) {
        ("", "") => Auth::None,
        (user, password) => Auth::Basic { user: user.to_string(), password: password.to_string() },
    };
    let ca = if is_named(ca) { Some(read(ca)?) } else { None };
    Ok(Access { auth, ca, client, insecure_skip_tls_verify, proxy: None })
}
