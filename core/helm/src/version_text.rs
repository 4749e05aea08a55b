//! The version as a template of the user wants it.

use std::sync::Arc;

use weir_template::{Env, Functions, Set, Value};

use crate::capabilities::HelmVersion;
use crate::error::Error;
use crate::render::Helm;

/// What a template of `helm version` prints.
pub fn version_text(template: &str, version: &HelmVersion) -> Result<String, Error> {
    let failed = |error: weir_template::Error| Error::new(error.to_string());
    let mut set = Set::new(Arc::new(Functions::builtin()));
    set.parse("_", template).map_err(failed)?;
    let mut text = Vec::new();
    let data = Value::object(Helm(version.clone()));
    Arc::new(set).execute("_", data, &mut text, &Env::default()).map_err(failed)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_sees_the_version() {
        let version = HelmVersion { version: "v4.2.3".to_string(), ..HelmVersion::default() };
        assert_eq!(version_text("Version: {{.Version}}", &version).unwrap(), "Version: v4.2.3");
        assert!(
            version_text("{{ .Nope }}", &version).unwrap_err().message.contains("can't evaluate field Nope")
        );
    }
}
