//! Artifacts on disk: written whole or not at all, checked before they are trusted, forgotten in time.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use weir_files::{RootedPath, Tree};

use super::tarball;

/// A directory of artifacts.
#[derive(Debug, Clone)]
pub struct ArtifactStore {
    root: PathBuf,
    /// The host under which they are served.
    host: String,
}

/// A stored artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredArtifact {
    /// Path below the root: `<kind>/<namespace>/<name>/<file>`.
    pub path: String,
    /// Where it is served.
    pub url: String,
    /// `sha256:` of the file.
    pub digest: String,
    /// Size of the file in bytes.
    pub size: u64,
}

impl ArtifactStore {
    /// The store in this directory, made if it is not there.
    pub fn open(root: &Path, host: &str) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        Ok(Self { root: root.to_path_buf(), host: host.to_string() })
    }

    /// The directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn directory(&self, kind: &str, namespace: &str, name: &str) -> io::Result<(String, PathBuf)> {
        let path = format!("{}/{namespace}/{name}", kind.to_lowercase());
        let real = RootedPath::new(&path).map_err(io::Error::other)?;
        Ok((path, self.root.join(real.as_str())))
    }

    /// Stores a tree as `<file>.tar.gz`.
    pub fn put(
        &self,
        kind: &str,
        namespace: &str,
        name: &str,
        file: &str,
        tree: &Tree,
    ) -> io::Result<StoredArtifact> {
        let (path, directory) = self.directory(kind, namespace, name)?;
        fs::create_dir_all(&directory)?;
        let file = format!("{file}.tar.gz");
        let temporary = directory.join(format!(".{file}.{}", std::process::id()));
        let written = File::create(&temporary).and_then(|out| {
            let mut out = Hashing { inner: BufWriter::new(out), hash: Sha256::new(), size: 0 };
            tarball::write(tree, &mut out)?;
            out.inner.flush()?;
            out.inner.get_ref().sync_all()?;
            Ok((hex(out.hash), out.size))
        });
        let (digest, size) = match written {
            Ok(written) => written,
            Err(error) => {
                _ = fs::remove_file(&temporary);
                return Err(error);
            }
        };
        fs::rename(&temporary, directory.join(&file))?;
        let path = format!("{path}/{file}");
        Ok(StoredArtifact { url: format!("http://{}/{path}", self.host), digest, size, path })
    }

    /// True if the file is there, whatever it has become.
    pub fn holds(&self, path: &str) -> bool {
        RootedPath::new(path).is_ok_and(|rooted| self.root.join(rooted.as_str()).is_file())
    }

    /// True if the file is there and is what it was.
    pub fn verify(&self, path: &str, digest: &str) -> bool {
        let Ok(rooted) = RootedPath::new(path) else { return false };
        let Ok(file) = File::open(self.root.join(rooted.as_str())) else { return false };
        let (mut reader, mut hash, mut buffer) = (BufReader::new(file), Sha256::new(), [0; 16 * 1024]);
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return hex(hash) == digest,
                Ok(read) => hash.update(&buffer[..read]),
                Err(_) => return false,
            }
        }
    }

    /// Deletes files of a source that are older than `ttl` and not among the newest `records`; never the current one.
    pub fn collect_garbage(
        &self,
        kind: &str,
        namespace: &str,
        name: &str,
        current: &str,
        (ttl, records): (Duration, usize),
    ) -> io::Result<()> {
        let (_, directory) = self.directory(kind, namespace, name)?;
        let mut files: Vec<(SystemTime, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&directory)? {
            let entry = entry?;
            files.push((entry.metadata()?.modified()?, entry.path()));
        }
        files.sort_by_key(|(modified, _)| std::cmp::Reverse(*modified));
        let is_current =
            |path: &Path| path.file_name().is_some_and(|file| current.ends_with(&*file.to_string_lossy()));
        for (at, (modified, path)) in files.iter().enumerate() {
            let is_old = modified.elapsed().is_ok_and(|age| age > ttl);
            if is_old && at >= records && !is_current(path) {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// Deletes all files of a source.
    pub fn remove(&self, kind: &str, namespace: &str, name: &str) -> io::Result<()> {
        let (_, directory) = self.directory(kind, namespace, name)?;
        match fs::remove_dir_all(directory) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

struct Hashing<W> {
    inner: W,
    hash: Sha256,
    size: u64,
}

impl<W: io::Write> io::Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn hex(hash: Sha256) -> String {
    let digits: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}
