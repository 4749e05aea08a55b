//! The controllers against a server: the embedded one always, and a real one where `WEIR_TEST_KUBECONFIG` names it.
//!
//! Every scenario has its own namespace, directory and controllers, so that they run side by side and again and again
//! on a shared cluster. Nothing sleeps for a result: scenarios follow objects until a deadline.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bed;
#[path = "../../../../testbed/git_server.rs"]
mod git_server;
mod remote;
mod traffic;

mod apply;
mod bases;
mod build;
mod decrypt;
mod delete;
mod depend;
mod history;
mod outage;
mod prune;
mod remit;
mod schedule;
mod source;
mod substitute;
mod wait;

/// Makes two tests of each scenario.
macro_rules! scenarios {
    ($($name:ident),* $(,)?) => {
        mod embedded {
            $(#[test] fn $name() { crate::bed::embedded(stringify!($name), super::$name); })*
        }
        mod real {
            $(#[test] fn $name() { crate::bed::real(stringify!($name), super::$name); })*
        }
    };
}
pub(crate) use scenarios;
