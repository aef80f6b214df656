//! `baton eval`: how good the answers are, on questions whose answers are known.

use std::path::Path;

use anyhow::Context;
use baton_eval::report::{Report, page};
use baton_eval::{docs_qa, intent};

use crate::cli::{EvalCommand, EvalOptions};
use crate::serve::say;
use crate::{embedder, golden};

/// Asks, and says what came of it.
pub(crate) async fn run(options: &EvalOptions) -> anyhow::Result<()> {
    match &options.what {
        EvalCommand::DocsQa { folder, predictions, json, html, threshold } => {
            let asked = docs_qa::run(folder, *threshold, embedder::built_in()?.as_ref())?;
            if let Some(path) = predictions {
                docs_qa::write_predictions(path, &asked)?;
            }
            let report = Report::of(&asked, *threshold);
            if let Some(path) = json {
                write(path, &(serde_json::to_string_pretty(&report)? + "\n"))?;
            }
            if let Some(path) = html {
                write(path, &page("How good the answers are", &report))?;
            }
            say(&report.table());
        }
        EvalCommand::Golden(options) => golden::run(options).await?,
        EvalCommand::Intent { file, predictions } => {
            let embedder = embedder::built_in()?;
            let labelled = intent::run(file, intent::Label::of(file), embedder.as_deref())?;
            if let Some(path) = predictions {
                intent::write_predictions(path, &labelled)?;
            }
            let figures = intent::figures(&labelled);
            say(&format!(
                "{} messages: precision {:.3}, recall {:.3}, false alarms {:.1} per 1,000, average precision {:.3}, AUROC {:.4}",
                figures.messages,
                figures.precision,
                figures.recall,
                figures.false_alarms_per_1000,
                figures.average_precision,
                figures.auroc
            ));
        }
    }
    Ok(())
}

pub(crate) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
