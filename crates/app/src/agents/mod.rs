//! Agents: making them, changing them, where they may be shown, and trying them out.

mod origins;
mod settings;
mod ticket;
mod try_out;

pub use origins::{allow_origin, blocked_origins, check_origin};
pub(crate) use settings::tell;
pub use settings::{agents, create_agent, update_agent};
pub use ticket::{make_ticket, open_session};
pub use try_out::{Tried, Written, ask};
