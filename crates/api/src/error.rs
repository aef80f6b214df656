//! One envelope for everything that goes wrong.
//!
//! `code` is stable and documented, `message` is for people: what happened and what to do.
//! What exists and what belongs to somebody else look the same from outside: 404 with the same body.
//! Inner causes are logged here, once, and never sent.

use std::any::Any;
use std::collections::BTreeMap;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use baton_app::AppError;
use baton_domain::agent::FieldError;
use baton_domain::conversation::Refusal;
use baton_domain::text::{MESSAGE_CHARS_MAX, MessageTextError};
use baton_storage::StoreError;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// What is sent when something goes wrong.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// What went wrong, for programs. Stable.
    pub code: String,
    /// What went wrong, for people.
    pub message: String,
    /// More about it, by code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub details: Option<Value>,
}

/// Something went wrong.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    details: Option<Value>,
    retry_after_seconds: Option<u64>,
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), details: None, retry_after_seconds: None }
    }

    pub(crate) fn with(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }

    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing here.")
    }

    pub(crate) fn signed_out() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "signed_out", "Please sign in.")
    }

    pub(crate) fn session_unknown() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "session_unknown",
            "This chat session is not known any more. Begin a new one.",
        )
    }

    pub(crate) fn not_allowed() -> Self {
        Self::new(StatusCode::FORBIDDEN, "not_allowed", "Your role does not allow this. Ask an owner of the workspace.")
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message)
    }

    pub(crate) fn fields(code: &'static str, errors: Vec<FieldError>) -> Self {
        let fields: BTreeMap<_, _> = errors.into_iter().map(|error| (error.field, error.message)).collect();
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, "Some values cannot be saved. Nothing was changed.")
            .with(json!({ "fields": fields }))
    }

    pub(crate) fn too_many(code: &'static str, message: impl Into<String>, retry_after: std::time::Duration) -> Self {
        let ms = u64::try_from(retry_after.as_millis()).unwrap_or(u64::MAX);
        let mut error = Self::new(StatusCode::TOO_MANY_REQUESTS, code, message).with(json!({ "retry_after_ms": ms }));
        error.retry_after_seconds = Some(ms.div_ceil(1_000));
        error
    }

    /// The error's stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = ErrorBody { code: self.code.to_owned(), message: self.message, details: self.details };
        let mut response = (self.status, Json(body)).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<AppError> for ApiError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::NotFound => Self::not_found(),
            AppError::UnknownConversation => Self::new(
                StatusCode::NOT_FOUND,
                "unknown_conversation",
                "This conversation is not known. Send the message without it to begin a new one.",
            ),
            AppError::Refused(refusal) => refused(&refusal),
            AppError::Invalid(errors) => Self::fields("fields_invalid", errors),
            AppError::NotAllowed => Self::not_allowed(),
            AppError::BadCredentials => {
                Self::new(StatusCode::UNAUTHORIZED, "bad_credentials", "The e-mail address or the password is wrong.")
            }
            AppError::InvitationOver => Self::new(
                StatusCode::GONE,
                "invitation_over",
                "This invitation was used, taken back, or is too old. Ask for a new one.",
            ),
            AppError::SetupRefused(why) => Self::new(StatusCode::FORBIDDEN, "setup_refused", why),
            AppError::BadTicket => Self::new(StatusCode::FORBIDDEN, "bad_ticket", "The chat has to be loaded again."),
            AppError::ClientIdReused => Self::new(
                StatusCode::CONFLICT,
                "client_id_reused",
                "This client_id was used for another message. Make a new one for each message.",
            ),
            AppError::Store(StoreError::Full) => full(&error),
            AppError::Store(_) | AppError::Files(_) | AppError::Internal(_) => internal(&error),
        }
    }
}

fn refused(refusal: &Refusal) -> ApiError {
    match refusal {
        Refusal::AlreadyTaken { member_id, name, since } => {
            ApiError::new(StatusCode::CONFLICT, "already_taken", format!("{name} has this conversation."))
                .with(json!({ "member_id": member_id, "member_name": name, "since": since }))
        }
        Refusal::Superseded => {
            ApiError::new(StatusCode::CONFLICT, "not_possible", "Something newer came in. Look again.")
        }
        Refusal::NotPossible(why) => ApiError::new(StatusCode::CONFLICT, "not_possible", *why),
    }
}

fn full(error: &AppError) -> ApiError {
    tracing::error!(error = error as &dyn std::error::Error, "the disk is full");
    let message = "The server has no room left on its disk, so nothing was saved. Please try again later.";
    ApiError::new(StatusCode::INSUFFICIENT_STORAGE, "storage_full", message)
}

fn internal(error: &AppError) -> ApiError {
    tracing::error!(error = error as &dyn std::error::Error, "a request failed");
    ApiError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "Something went wrong on our side, and nothing was saved. Please try again.",
    )
}

impl From<MessageTextError> for ApiError {
    fn from(error: MessageTextError) -> Self {
        match error {
            MessageTextError::Empty => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "message_empty", "There is no text in the message.")
            }
            MessageTextError::TooLong { chars } => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "message_too_long",
                format!("The message has {chars} characters; {MESSAGE_CHARS_MAX} is the most. Send it in parts."),
            )
            .with(json!({ "limit": MESSAGE_CHARS_MAX })),
        }
    }
}

/// A panic fails one request, nothing else.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands over the box")]
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let what = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = what.unwrap_or("unknown"), "a request panicked");
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong on our side. Please try again.")
        .into_response()
}
