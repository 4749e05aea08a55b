//! What is in a file of a chart: there already, or read when somebody looks at it.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use weir_files::{Bytes, RootedPath, Tree};

use super::archive::without_mark;

/// The bytes of a file, without a byte order mark. Cloning shares them.
#[derive(Clone)]
pub struct Content(Held);

#[derive(Clone)]
enum Held {
    Here(Bytes),
    There(Arc<There>),
}

/// A file that nobody has looked at yet.
struct There {
    tree: Tree,
    path: RootedPath,
    bytes: OnceLock<Bytes>,
}

impl Content {
    /// The file at this path without links, which is not read yet. Nothing, if it is gone by then.
    pub(super) fn there(tree: &Tree, path: RootedPath) -> Self {
        Self(Held::There(Arc::new(There { tree: tree.clone(), path, bytes: OnceLock::new() })))
    }

    /// True if the bytes are here already.
    pub(crate) fn is_read(&self) -> bool {
        match &self.0 {
            Held::Here(_) => true,
            Held::There(there) => there.bytes.get().is_some(),
        }
    }

    /// The bytes.
    pub fn bytes(&self) -> &Bytes {
        match &self.0 {
            Held::Here(bytes) => bytes,
            Held::There(there) => there.bytes.get_or_init(|| {
                let read = there.tree.read_stored(&there.path);
                without_mark(read.unwrap_or_else(|_| Arc::from([])))
            }),
        }
    }
}

impl Deref for Content {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes()
    }
}

impl Default for Content {
    fn default() -> Self {
        Self::from(Vec::new())
    }
}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        String::from_utf8_lossy(self).fmt(f)
    }
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        Self(Held::Here(bytes))
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Held::Here(Arc::from(bytes)))
    }
}

impl From<&[u8]> for Content {
    fn from(bytes: &[u8]) -> Self {
        Self(Held::Here(Arc::from(bytes)))
    }
}
