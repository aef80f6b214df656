//! Renews the signs of life of members whose streams are open, and notices who has gone (H3).

use std::collections::BTreeSet;
use std::time::Duration;

use baton_domain::availability::SEEN_EVERY;
use baton_domain::time::Timestamp;

use crate::team;
use crate::{AppError, Baton};

/// How often is looked whether somebody has gone.
const LOOK_EVERY: Duration = Duration::from_secs(5);

pub(crate) async fn run(baton: Baton) {
    let mut renewed_at = Timestamp::default();
    loop {
        let now = baton.now();
        let renews = now.since(renewed_at) >= SEEN_EVERY || now < renewed_at;
        if renews {
            renewed_at = now;
        }
        if let Err(error) = look(&baton, renews).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "cannot look who is there");
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = baton.shutdown().cancelled() => return,
        }
    }
}

async fn look(baton: &Baton, renews: bool) -> Result<(), AppError> {
    if renews {
        let there: BTreeSet<_> =
            baton.presences().all().into_iter().map(|stream| (stream.workspace_id, stream.member_id)).collect();
        for (workspace_id, member_id) in there {
            team::store_seen(baton, workspace_id, member_id, Some(baton.now())).await?;
        }
    }
    let workspaces = baton.store().read().await?.workspaces_anywhere().await?;
    for workspace in workspaces {
        team::refresh(baton, workspace.id).await?;
    }
    Ok(())
}
