//! The functions of sprig 3.3.

use crate::function::Functions;

/// Adds them all.
pub(crate) fn register(_functions: &mut Functions) {}
