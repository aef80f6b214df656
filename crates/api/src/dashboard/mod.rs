//! What the team's app calls.

mod agents;
mod conversations;
mod golden;
mod inbox;
mod me;
mod models;
mod sources;
mod stream;
mod team;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::ApiState;

/// Largest upload, bytes: several files of the largest size.
const UPLOAD_BYTES_MAX: usize = 100 * 1024 * 1024;

pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    let uploads = OpenApiRouter::new().routes(routes!(sources::upload)).layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX));
    OpenApiRouter::new()
        .routes(routes!(me::setup_state, me::set_up))
        .routes(routes!(me::sign_in))
        .routes(routes!(me::sign_out))
        .routes(routes!(me::me))
        .routes(routes!(me::choose_availability))
        .routes(routes!(me::sessions))
        .routes(routes!(me::end_session))
        .routes(routes!(team::members))
        .routes(routes!(team::change_member))
        .routes(routes!(team::invitations, team::invite))
        .routes(routes!(team::revoke_invitation))
        .routes(routes!(team::look_up_invitation))
        .routes(routes!(team::accept_invitation))
        .routes(routes!(agents::agents, agents::create))
        .routes(routes!(agents::agent, agents::change))
        .routes(routes!(agents::blocked_origins))
        .routes(routes!(agents::allow_origin))
        .routes(routes!(agents::ask))
        .routes(routes!(golden::questions, golden::add))
        .routes(routes!(golden::import))
        .routes(routes!(golden::run))
        .routes(routes!(golden::change, golden::delete))
        .routes(routes!(golden::trainings))
        .routes(routes!(golden::training))
        .routes(routes!(golden::publish))
        .routes(routes!(golden::coverage))
        .routes(routes!(models::model))
        .routes(routes!(models::set_key, models::forget_key))
        .routes(routes!(models::check))
        .routes(routes!(sources::sources))
        .routes(routes!(sources::add_text))
        .routes(routes!(sources::add_pairs))
        .routes(routes!(sources::add_page))
        .routes(routes!(sources::add_site))
        .routes(routes!(sources::source, sources::change, sources::delete))
        .routes(routes!(sources::sync))
        .routes(routes!(sources::stop))
        .routes(routes!(sources::pages))
        .routes(routes!(sources::retry))
        .routes(routes!(sources::passages))
        .routes(routes!(inbox::inbox))
        .routes(routes!(conversations::thread))
        .routes(routes!(conversations::take_over))
        .routes(routes!(conversations::reply))
        .routes(routes!(conversations::assign))
        .routes(routes!(conversations::return_to_queue))
        .routes(routes!(conversations::return_to_ai))
        .routes(routes!(conversations::close))
        .routes(routes!(conversations::reopen))
        .routes(routes!(conversations::typing))
        .routes(routes!(conversations::seen))
        .routes(routes!(stream::viewing))
        .merge(uploads)
}

/// Routes whose answers go on and on.
pub(crate) fn streams() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(stream::stream))
}
