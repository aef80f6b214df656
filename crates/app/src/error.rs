//! Why a use case did not do what was asked.

use baton_domain::agent::FieldError;
use baton_domain::conversation::Refusal;
use baton_storage::StoreError;
use thiserror::Error;

/// Why a use case did not do what was asked. Nothing was changed.
#[derive(Debug, Error)]
pub enum AppError {
    /// It does not exist, or belongs to somebody else: the two look the same from outside.
    #[error("not found")]
    NotFound,
    /// The thread that a visitor names is not theirs, or there is none.
    #[error("this conversation is not known")]
    UnknownConversation,
    /// The state of the conversation does not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Values that cannot be, said beside their fields.
    #[error("some values cannot be saved")]
    Invalid(Vec<FieldError>),
    /// The member's role does not allow it.
    #[error("your role does not allow this")]
    NotAllowed,
    /// No such member, or another password: the two look the same from outside.
    #[error("the e-mail address or the password is wrong")]
    BadCredentials,
    /// The invitation was used, taken back, or is too old.
    #[error("this invitation is over")]
    InvitationOver,
    /// Baton has been set up, or the set-up token is wrong.
    #[error("{0}")]
    SetupRefused(&'static str),
    /// The proof that a site may show the widget is wrong or too old.
    #[error("the ticket is not valid any more")]
    BadTicket,
    /// A message id was used for another message.
    #[error("this client_id was used for another message")]
    ClientIdReused,
    /// The database failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// Files could not be read or written.
    #[error("the files of this installation failed")]
    Files(#[from] object_store::Error),
    /// Anything else that is no fault of the caller's.
    #[error("{0}")]
    Internal(&'static str),
}

impl AppError {
    /// One value that cannot be.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { field: field.into(), message: message.into() }])
    }
}
