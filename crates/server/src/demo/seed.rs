//! Fills the demo's folder: a team, an agent, and the guides as its sources. What is there already is kept.

use anyhow::{Context, bail};
use baton_app::Baton;
use baton_app::agents::{agents, create_agent, update_agent};
use baton_app::knowledge::{Content, NewSource, add_source, delete_source, sources};
use baton_app::team::{NewOwner, set_up};
use baton_domain::ids::{AgentId, WorkspaceId};
use baton_domain::source::SourceState;
use baton_domain::text::Origin;

use crate::data_folder::DataFolder;
use crate::demo::guides::Guide;

const WORKSPACE: &str = "Brindlecove";
const AGENT: &str = "Brindlecove Assistant";
const OWNER: &str = "Dana Reyes";
const EMAIL: &str = "demo@brindlecove.example";

/// Keeps the demo owner's password, made when the folder is filled: there are no passwords that everybody knows.
const PASSWORD_FILE: &str = "demo-password.txt";

/// What the person at the console needs to know.
pub(super) struct Demo {
    pub(super) agent_id: AgentId,
    pub(super) email: &'static str,
    pub(super) password: String,
}

/// Fills the folder where something is missing.
pub(super) async fn seed(
    baton: &Baton,
    folder: &DataFolder,
    setup_token: Option<&str>,
    site_url: &str,
    guides: &[Guide],
) -> anyhow::Result<Demo> {
    let password = password(folder)?;
    if let Some(token) = setup_token {
        let owner = NewOwner {
            workspace_name: WORKSPACE.into(),
            name: OWNER.into(),
            email: EMAIL.into(),
            password: password.clone(),
        };
        set_up(baton, token, owner, "baton demo").await.context("cannot make the demo's team")?;
    }
    let workspaces = baton.store().read().await?.workspaces_anywhere().await?;
    let Some(workspace) = workspaces.iter().find(|workspace| workspace.name == WORKSPACE) else {
        bail!("this folder holds a real installation; choose another for the demo with --data-dir");
    };
    let agent_id = seed_agent(baton, workspace.id, site_url).await?;
    seed_sources(baton, workspace.id, agent_id, guides).await?;
    Ok(Demo { agent_id, email: EMAIL, password })
}

async fn seed_agent(baton: &Baton, workspace_id: WorkspaceId, site_url: &str) -> anyhow::Result<AgentId> {
    let there = agents(baton, workspace_id).await?.into_iter().next();
    let fresh = there.is_none();
    let agent = match there {
        Some(agent) => agent,
        None => create_agent(baton, workspace_id, AGENT).await?,
    };
    let mut settings = agent.settings;
    if fresh {
        settings.welcome = "Hi, I answer questions about Baton from its user guides.".into();
        settings.suggestions =
            ["How do I add my docs?", "How do I put the widget on my site?", "When is a person brought in?"]
                .map(str::to_owned)
                .to_vec();
    }
    let origin = Origin::parse(site_url)?;
    if !settings.allowed_origins.contains(&origin) {
        settings.allowed_origins.push(origin);
    }
    update_agent(baton, workspace_id, agent.id, &agent.name, settings).await?;
    Ok(agent.id)
}

/// Adds guides that are new or changed since the folder was filled, and removes what they replace.
async fn seed_sources(
    baton: &Baton,
    workspace_id: WorkspaceId,
    agent_id: AgentId,
    guides: &[Guide],
) -> anyhow::Result<()> {
    let there = sources(baton, workspace_id, agent_id).await?;
    for guide in guides {
        let bytes = guide.html.clone().into_bytes();
        let older: Vec<_> = there.iter().filter(|source| source.name == guide.name).collect();
        let same = |bytes: &[u8]| {
            let hash = baton_app::knowledge::content_hash(bytes);
            older
                .iter()
                .any(|source| source.content_hash == hash && !matches!(source.state, SourceState::Failed { .. }))
        };
        if same(&bytes) {
            continue;
        }
        add_source(
            baton,
            workspace_id,
            agent_id,
            NewSource { name: guide.name.clone(), content: Content::File(bytes) },
        )
        .await?;
        for source in older {
            delete_source(baton, workspace_id, source.id).await?;
        }
    }
    Ok(())
}

fn password(folder: &DataFolder) -> anyhow::Result<String> {
    let path = folder.path(PASSWORD_FILE);
    if let Ok(password) = std::fs::read_to_string(&path) {
        return Ok(password.trim().to_owned());
    }
    let (token, _) = baton_app::system::new_token();
    let password: String = token.chars().filter(char::is_ascii_alphanumeric).take(14).collect();
    write_private(&path, &password).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(password)
}

#[cfg(unix)]
fn write_private(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = std::fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(not(unix))]
fn write_private(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    std::fs::write(path, text)
}
