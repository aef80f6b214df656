//! `baton ask`: what an agent would say.

use baton_app::agents::{Tried, ask};
use serde_json::json;

use crate::cli::AskOptions;
use crate::config;
use crate::data_folder::DataFolder;
use crate::ingest::agent_named;
use crate::serve::{say, start_logging};
use crate::wiring;

/// Asks an agent a question.
pub(crate) async fn run(options: &AskOptions) -> anyhow::Result<()> {
    let config = config::load(&options.at.as_serve())?;
    start_logging(&config);
    let folder = DataFolder::open(&config.data_dir)?;
    let installation = wiring::open(&config, &folder, String::new(), None).await?;
    let baton = &installation.baton;
    let agent = agent_named(baton, options.agent.as_deref(), false).await?;
    let tried = ask(baton, agent.workspace_id, agent.id, &options.question).await?;
    say(&if options.json { as_json(&tried)? } else { as_text(&tried) });
    baton.stop().await;
    Ok(())
}

fn as_text(tried: &Tried) -> String {
    let mut text = tried.reply.text.clone();
    if !tried.reply.citations.is_empty() {
        text.push('\n');
    }
    for citation in &tried.reply.citations {
        let place: Vec<_> =
            std::iter::once(citation.title.as_str()).chain(citation.heading_path.iter().map(String::as_str)).collect();
        let link = citation.url.as_deref().map(|url| format!("  {url}")).unwrap_or_default();
        text.push_str(&format!("\n[{}] {} ({}){link}", citation.index, place.join(" › "), citation.source_name));
    }
    let confidence =
        tried.reply.confidence.map(|confidence| format!("confidence {confidence:.2}; ")).unwrap_or_default();
    text.push_str(&format!("\n\n{confidence}{}", tried.decision.why));
    text
}

fn as_json(tried: &Tried) -> anyhow::Result<String> {
    let passages: Vec<_> = tried
        .passages
        .iter()
        .map(|passage| json!({ "title": passage.title, "document": passage.document_key, "heading_path": passage.heading_path, "score": passage.score }))
        .collect();
    let value = json!({
        "kind": tried.reply.kind,
        "text": tried.reply.text,
        "citations": tried.reply.citations,
        "confidence": tried.reply.confidence,
        "decision": tried.decision,
        "passages": passages,
    });
    Ok(serde_json::to_string_pretty(&value)?)
}
