//! The SQL adapter of the storage contract; SQLite today.
//!
//! Every repository is written once, as static SQL that SQLite and PostgreSQL both understand: `$1` placeholders, `returning`, `on conflict`;
//! no clocks, arrays, `ilike` or JSON functions in SQL.
//! `SqlUnit` carries the repositories on top of a `SqlConnection`, which is the whole seam to a database.
//! What truly differs stands in the database's own module: pragmas, how units become transactions, which error means what, the migrations.
//!
//! To add a method of the contract: prove it in `baton_storage::conformance`, then write it in the aggregate's file here.
//! To add a table: a new file in `migrations/`, one for each database; released ones never change.
//! This crate must not know: what a conversation means beyond its place, HTTP, files other than the database.

mod agents;
mod connection;
mod conversations;
mod golden;
mod jobs;
mod sources;
pub mod sqlite;
mod team;
mod turns;
mod unit;
mod visitors;

pub use crate::sqlite::SqliteStore;
