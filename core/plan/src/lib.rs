//! What has to be done so that live objects become the rendered ones, and how well they are.

pub mod health;
