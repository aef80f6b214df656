//! Who is asking: members by session cookie, visitors by bearer token.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use baton_app::AppError;
use baton_domain::team::{Member, Right};
use baton_storage::{SessionRow, Visitor};

use crate::error::ApiError;
use crate::state::ApiState;

/// Sent by our own pages with every request that changes something. A form or an image on another site cannot send it.
const CLIENT_HEADER: &str = "x-baton-client";

/// How long a browser keeps the session cookie, seconds. The session itself ends in the store.
const COOKIE_SECONDS_MAX: u32 = 60 * 60 * 24 * 30;

/// A member who is signed in.
#[derive(Debug)]
pub(crate) struct SignedInMember {
    pub member: Member,
    pub session: SessionRow,
}

impl FromRequestParts<ApiState> for SignedInMember {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Self::Rejection> {
        let token = cookie(&parts.headers, cookie_name(state.secure)).ok_or_else(ApiError::signed_out)?;
        match baton_app::team::member_of_session(&state.baton, token).await {
            Ok((session, member)) => Ok(Self { member, session }),
            Err(AppError::NotFound) => Err(ApiError::signed_out()),
            Err(error) => Err(error.into()),
        }
    }
}

/// A member who may change agents and sources.
#[derive(Debug)]
pub(crate) struct AgentManager(pub Member);

impl FromRequestParts<ApiState> for AgentManager {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Self::Rejection> {
        let SignedInMember { member, .. } = SignedInMember::from_request_parts(parts, state).await?;
        if member.role.may(Right::ManageAgents) { Ok(Self(member)) } else { Err(ApiError::not_allowed()) }
    }
}

/// A member who may invite and change members.
#[derive(Debug)]
pub(crate) struct TeamManager(pub Member);

impl FromRequestParts<ApiState> for TeamManager {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Self::Rejection> {
        let SignedInMember { member, .. } = SignedInMember::from_request_parts(parts, state).await?;
        let right = Right::ManageMembers(baton_domain::team::Role::Operator);
        if member.role.may(right) { Ok(Self(member)) } else { Err(ApiError::not_allowed()) }
    }
}

/// A visitor with a session.
#[derive(Debug)]
pub(crate) struct KnownVisitor(pub Visitor);

impl FromRequestParts<ApiState> for KnownVisitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Self::Rejection> {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer ")).ok_or_else(ApiError::session_unknown)?;
        match state.baton.visitor_of_token(token).await {
            Ok(visitor) => Ok(Self(visitor)),
            Err(AppError::NotFound) => Err(ApiError::session_unknown()),
            Err(error) => Err(error.into()),
        }
    }
}

/// The address at the other end of the connection. Headers that claim another one are not believed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        Ok(Self(peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))))
    }
}

/// The browser, as it calls itself.
#[derive(Clone, Debug)]
pub(crate) struct UserAgent(pub String);

impl<S: Send + Sync> FromRequestParts<S> for UserAgent {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self(agent.unwrap_or_default().to_owned()))
    }
}

/// Refuses requests to the dashboard's API that change something and do not come from our own pages (CSRF).
pub(crate) async fn same_site_only(State(_): State<ApiState>, request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let dashboard = request.uri().path().starts_with("/api/v1/");
    if changes && dashboard && !request.headers().contains_key(CLIENT_HEADER) {
        let message = "Requests that change something need the header x-baton-client.";
        return ApiError::new(axum::http::StatusCode::FORBIDDEN, "client_header_missing", message).into_response();
    }
    next.run(request).await
}

/// The cookie that keeps a session, or the one that ends it when there is no token.
pub(crate) fn session_cookie(secure: bool, token: Option<&str>) -> HeaderValue {
    let name = cookie_name(secure);
    let (value, seconds) = token.map_or(("", 0), |token| (token, COOKIE_SECONDS_MAX));
    let secure = if secure { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&cookie).expect("names and tokens are plain ASCII")
}

/// The `__Host-` prefix makes browsers insist on TLS and on this very host.
fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-baton_session" } else { "baton_session" }
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value)
}
