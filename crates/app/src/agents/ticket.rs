//! Tickets: proof, signed by Baton, that a site may show an agent's widget.
//!
//! The chat runs in a frame from Baton's own origin, so its requests do not say which site it is on.
//! The loader, which runs on the site, gets a ticket with the configuration, where the browser vouches for the site's origin;
//! the frame needs it to open a session.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use baton_domain::ids::AgentId;
use baton_domain::time::Timestamp;
use baton_storage::{Visitor, quietly};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::system::{new_secret, new_token};
use crate::{AppError, Baton};

/// How long a ticket opens sessions. The loader asks for a new one when the frame says that its own is too old.
const TICKET_VALID: Duration = Duration::from_secs(60 * 60);

const SECRET_NAME: &str = "ticket";

/// A ticket for an agent's widget.
///
/// # Errors
/// Only if the store fails.
pub async fn make_ticket(baton: &Baton, agent_id: AgentId) -> Result<String, AppError> {
    let expires_at = baton.now().after(TICKET_VALID);
    let mac = sign(&secret(baton).await?, agent_id, expires_at).finalize().into_bytes();
    Ok(format!("{}.{}", expires_at.0, URL_SAFE_NO_PAD.encode(mac)))
}

/// Opens a session for a new visitor. Returns them and the token that only they know.
///
/// # Errors
/// [`AppError::BadTicket`] if the ticket is not one of ours, for another agent, or too old.
pub async fn open_session(baton: &Baton, agent_id: AgentId, ticket: &str) -> Result<(Visitor, String), AppError> {
    let agent = baton.agent_anywhere(agent_id).await?;
    let (expires_at, mac) = ticket.split_once('.').ok_or(AppError::BadTicket)?;
    let expires_at = Timestamp(expires_at.parse().map_err(|_| AppError::BadTicket)?);
    let mac = URL_SAFE_NO_PAD.decode(mac).map_err(|_| AppError::BadTicket)?;
    sign(&secret(baton).await?, agent_id, expires_at).verify_slice(&mac).map_err(|_| AppError::BadTicket)?;
    if expires_at < baton.now() {
        return Err(AppError::BadTicket);
    }
    let visitor = Visitor { id: baton.fresh(), workspace_id: agent.workspace_id, agent_id, created_at: baton.now() };
    let (token, hash) = new_token();
    let mut unit = baton.store().write().await?;
    unit.insert_visitor(&visitor, hash).await?;
    unit.commit(quietly()).await?;
    Ok((visitor, token))
}

fn sign(secret: &[u8], agent_id: AgentId, expires_at: Timestamp) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key of any length will do");
    mac.update(agent_id.0.as_bytes());
    mac.update(&expires_at.0.to_le_bytes());
    mac
}

/// The secret is made once per installation, so that tickets outlive a restart and hold on every node.
async fn secret(baton: &Baton) -> Result<Vec<u8>, AppError> {
    if let Some(secret) = baton.store().read().await?.installation_secret(SECRET_NAME).await? {
        return Ok(secret);
    }
    let mut unit = baton.store().write().await?;
    let secret = unit.keep_installation_secret(SECRET_NAME, &new_secret()).await?;
    unit.commit(quietly()).await?;
    Ok(secret)
}
