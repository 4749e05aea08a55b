//! Values: files with them, values of the command line, and how one set of values goes over another.
//!
//! Numbers of files are floats, as Go reads them; only `--set` makes integers. Templates can tell the difference.

mod coalesce;
mod file;
mod literal;
mod options;
mod set;
mod table;

pub(crate) use coalesce::{
    coalesce_table, coalesce_tables, coalesce_values, general_with, merge_tables, merge_values, shown_value,
};
pub(crate) use file::{documents_so_far, map_of};
pub use file::{load, merge};
pub(crate) use literal::go_type;
pub use options::{Given, ValueOptions};
pub(crate) use table::{Held, NoValue, Node, Table};

pub(crate) use crate::warnings::Warnings;
