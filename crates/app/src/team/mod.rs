//! Members: set-up, sign-in, sessions, invitations, roles, availability (P4, H3).

mod invitations;
mod members;
mod passwords;
mod people;
mod sessions;
mod setup;

pub use invitations::{InvitationView, accept_invitation, invitations, invite, look_up_invitation, revoke_invitation};
pub use members::{MemberView, change_member, members, set_availability, workspace};
pub use people::{People, StreamGuard, open_stream, presence_of, someone_there, view_conversation};
pub(crate) use people::{refresh, store_seen};
pub use sessions::{SignedIn, end_session, member_of_session, sessions, sign_in, sign_out};
pub use setup::{NewOwner, needs_setup, set_up};
