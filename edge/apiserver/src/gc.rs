//! Garbage: objects whose owners are gone, and owners that wait for their dependents.
