//! What is signed: a text that holds for one archive of one name.

use weir_yaml::{Dialect, Value, first_from_yaml, to_yaml};

/// What is between the description of a chart and the digests.
const SEPARATOR: &str = "\n...\n";

/// The text that is signed: what the chart says of itself, and the digest of its archive.
pub(super) fn statement(archive: &[u8], name: &str, metadata: &str) -> Result<String, String> {
    let digest = Value::from(crate::oci::digest(archive));
    let sums = Value::from([("files", Value::from([(name, digest)]))]);
    let sums = to_yaml(&sums).map_err(|error| error.to_string())?;
    Ok(format!("{metadata}{SEPARATOR}{sums}"))
}

/// The digest of the archive, if it is the one that was signed.
pub(super) fn digest_in(statement: &str, archive: &[u8], name: &str) -> Result<String, String> {
    let sums = statement.split(SEPARATOR).nth(1).ok_or("message block must have at least two parts")?;
    let sums = first_from_yaml(sums, Dialect::Sigs).map_err(|error| error.to_string())?;
    let promised = sums.str_at(&["files", name]);
    let promised =
        promised.ok_or_else(|| format!("provenance does not contain a SHA for a file named {name:?}"))?;
    let digest = crate::oci::digest(archive);
    if promised != digest {
        return Err(format!("sha256 sum does not match for {name}: {promised:?} != {digest:?}"));
    }
    Ok(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_holds_for_one_archive_of_one_name() {
        let statement = statement(b"chart", "web-1.0.0.tgz", "name: web\n").unwrap();
        assert!(statement.starts_with("name: web\n\n...\nfiles:\n  web-1.0.0.tgz: sha256:"), "{statement}");
        assert!(digest_in(&statement, b"chart", "web-1.0.0.tgz").unwrap().starts_with("sha256:"));
        assert!(digest_in(&statement, b"other", "web-1.0.0.tgz").unwrap_err().contains("does not match"));
        assert!(digest_in(&statement, b"chart", "x.tgz").unwrap_err().contains("does not contain a SHA"));
        assert!(digest_in("files: {}", b"chart", "x.tgz").is_err());
    }
}
