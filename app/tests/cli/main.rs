//! Commands as people run them: what they print and how they end.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bad_input;
mod day2;
mod definitions;
mod helm;
mod help;
mod kubectl;
mod kustomize;
mod repositories;
mod secrets;
mod up;
mod weir;
