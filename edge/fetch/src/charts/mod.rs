//! Charts: from Helm repositories and registries into a cache that everybody shares.
//!
//! What is inside of a chart is not known here.

mod cache;
mod download;
mod error;
mod index;
mod index_block;
mod index_json;
mod place;
mod query;

pub use cache::Cache;
pub use download::Charts;
pub use error::ChartError;
pub use index::{Entry, Index};
pub use place::{join_url, versioned_reference};
pub use query::{Chart, ChartQuery, ChartSource, ChartsSettings};
