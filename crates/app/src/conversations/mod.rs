//! What visitors and members do in a thread, and the AI's turns.

pub(crate) mod answering;
mod commit;
mod inbox;
mod member_acts;
pub(crate) mod mood;
mod post_message;
mod rated;
mod run_turn;
mod thread;
mod typing;
mod visitor_acts;

pub use crate::running::WordsSoFar;
pub use commit::Acted;
pub use inbox::{InboxPage, InboxRequest, Position, View, changes, counts_for, inbox};
pub use member_acts::{MemberAct, act, mark_read, member_writes};
pub use post_message::{Arrival, Posted, post_message, press_action};
pub use run_turn::run_turn;
pub use thread::{Thread, VisitorThread, entries_after, epoch_of, is_own, thread, visitor_thread, words_so_far};
pub use typing::{member_types, visitor_types};
pub use visitor_acts::{rate, see, visit_page};
