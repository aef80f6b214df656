//! The document that describes the API. The front ends' types are made from it.

use baton_domain::ids::StreamId;
use utoipa::OpenApi;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;

use crate::state::ApiState;
use crate::wire::inbox::{FeedItem, InboxView};
use crate::wire::widget::{PersonState, VisitorHello};
use crate::{dashboard, widget};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Baton",
        version = "1",
        description = "Support conversations between visitors, an AI agent and a team. Times are milliseconds since the Unix epoch; errors share one envelope with a stable code.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    tags(
        (name = "widget", description = "What the chat on the owner's site calls. Visitors prove themselves with a bearer token."),
        (name = "account", description = "Signing up, in and out."),
        (name = "team", description = "Members and invitations."),
        (name = "agents", description = "AI agents and their settings."),
        (name = "golden", description = "Golden questions, trainings to go back to, and what an answer threshold does."),
        (name = "sources", description = "What agents answer from."),
        (name = "inbox", description = "Conversations, and the live stream of their changes.")
    ),
    components(schemas(FeedItem, InboxView, PersonState, StreamId, VisitorHello))
)]
struct Document;

pub(crate) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::with_openapi(Document::openapi()).merge(widget::routes()).merge(dashboard::routes())
}

/// Routes whose answers go on and on, described in the same document.
pub(crate) fn streams() -> OpenApiRouter<ApiState> {
    widget::streams().merge(dashboard::streams())
}

/// The document, complete.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    finished(routes().merge(streams()).into_openapi())
}

fn finished(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let components = document.components.get_or_insert_default();
    let visitor = SecurityScheme::Http(
        HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("A visitor's token.")).build(),
    );
    components.add_security_scheme("visitor", visitor);
    let member =
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description("baton_session", "A member's session.")));
    components.add_security_scheme("member", member);
    for (name, schema) in &mut components.schemas {
        if !REQUESTS.contains(&name.as_str())
            && let RefOr::T(schema) = schema
        {
            require_all(schema);
        }
    }
    document
}

/// Schemas with values that may be left out: what clients send, where absent means the default, and the error's details.
const REQUESTS: [&str; 13] = [
    "AddPage",
    "AddSite",
    "ChangeAgent",
    "ChangeGoldenQuestion",
    "ChangeMember",
    "ChangeSource",
    "Context",
    "Expectation",
    "PageSeen",
    "PressAction",
    "Rate",
    "SendMessage",
    "ErrorBody",
];

/// In answers every value is there, if only as `null`; the generator cannot know that.
fn require_all(schema: &mut Schema) {
    match schema {
        Schema::Object(object) => {
            object.required = object.properties.keys().cloned().collect();
        }
        Schema::OneOf(one) => one.items.iter_mut().for_each(require_all_of),
        Schema::AllOf(all) => all.items.iter_mut().for_each(require_all_of),
        Schema::AnyOf(any) => any.items.iter_mut().for_each(require_all_of),
        _ => {}
    }
}

fn require_all_of(schema: &mut RefOr<Schema>) {
    if let RefOr::T(schema) = schema {
        require_all(schema);
    }
}
