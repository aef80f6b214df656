//! Types that cross the wire and are not the domain's own. Names as everywhere else; times are milliseconds since the Unix epoch.

pub mod agents;
pub mod golden;
pub mod inbox;
pub mod models;
pub mod sources;
pub mod team;
pub mod widget;
