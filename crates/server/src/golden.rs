//! `baton eval golden`: asks golden questions, and fails if one of them does. For the checks of a docs repository (K7).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use baton_app::golden::{ask_all, parse_questions, try_run};
use baton_app::{AppError, DocumentReader, ReadDocuments, ReadFailure, ReadRequest};
use baton_domain::golden::{GoldenQuestion, GoldenResult};
use baton_domain::ids::{AgentId, GoldenQuestionId};
use baton_domain::time::Timestamp;
use baton_knowledge::{BuildOptions, ReadOptions, Snapshot, SourcePassages, Vectors, embed};
use baton_reader::{ChildReader, Settings};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::cli::GoldenOptions;
use crate::data_folder::DataFolder;
use crate::eval::write;
use crate::ingest::{agent_named, find_files};
use crate::serve::{say, start_logging};
use crate::{config, embedder, wiring};

/// Asks, prints what came of it, and fails if a question does.
pub(crate) async fn run(options: &GoldenOptions) -> anyhow::Result<()> {
    let results = match (&options.folder, &options.questions) {
        (Some(folder), Some(questions)) => {
            let reader = ChildReader::new(Settings::of_this_program());
            of_folder(folder, questions, options.threshold, &reader).await?
        }
        _ => of_agent(options).await?,
    };
    let passed = results.iter().filter(|result| result.passed).count();
    if let Some(path) = &options.json {
        let value = json!({ "passed": passed, "total": results.len(), "results": results });
        write(path, &(serde_json::to_string_pretty(&value)? + "\n"))?;
    }
    for result in &results {
        match &result.why {
            None => say(&format!("passed  {} ({:.2})", result.question, result.confidence)),
            Some(why) => say(&format!("FAILED  {} {why}", result.question)),
        }
    }
    say(&format!("{passed} of {} golden questions passed", results.len()));
    if passed < results.len() {
        bail!("{} of {} golden questions failed", results.len() - passed, results.len());
    }
    Ok(())
}

/// The golden questions of an agent, of the docs in use. Nothing is kept.
async fn of_agent(options: &GoldenOptions) -> anyhow::Result<Vec<GoldenResult>> {
    let config = config::load(&options.at.as_serve())?;
    start_logging(&config);
    let folder = DataFolder::open(&config.data_dir)?;
    let installation = wiring::open(&config, &folder, String::new(), None).await?;
    let baton = &installation.baton;
    let agent = agent_named(baton, options.agent.as_deref(), false).await?;
    let results = try_run(baton, agent.workspace_id, agent.id, options.threshold).await;
    baton.stop().await;
    match results {
        Ok(results) => Ok(results),
        Err(AppError::Refused(refusal)) => bail!("“{}”: {refusal}", agent.name),
        Err(error) => Err(error.into()),
    }
}

/// The questions of a file, of a folder of docs that is read and indexed for it.
async fn of_folder(
    folder: &Path,
    questions: &Path,
    threshold: Option<f64>,
    reader: &dyn DocumentReader,
) -> anyhow::Result<Vec<GoldenResult>> {
    let questions = read_questions(questions)?;
    let temporary = tempfile::tempdir().context("cannot make a folder for the index")?;
    let sources = read_folder(folder, reader).await?;
    let embedder = embedder::built_in()?;
    let at = temporary.path().to_owned();
    let for_index = embedder.clone();
    let indexing = tokio::task::spawn_blocking(move || -> anyhow::Result<Snapshot> {
        let (snapshot, vectors) = (at.join("snapshot"), at.join("vectors"));
        Snapshot::build(&snapshot, &sources, &BuildOptions::default())?;
        let snapshot = Snapshot::open(&snapshot)?;
        let Some(embedder) = for_index else { return Ok(snapshot) };
        embed(&snapshot, embedder.as_ref(), None, &|| false, &vectors)?;
        Ok(snapshot.with_vectors(Vectors::open(&vectors)?)?)
    });
    let snapshot = indexing.await.context("indexing failed")??;
    let found = ask_all(&snapshot, embedder, &BTreeSet::new(), &questions, &CancellationToken::new()).await?;
    let threshold = threshold.unwrap_or(baton_answer::DEFAULT_THRESHOLD);
    let judged = found.into_iter().map(|found| {
        let confidence = found.observed.raw_confidence;
        GoldenResult::judge(&found.question, found.observed, confidence, threshold)
    });
    Ok(judged.collect())
}

fn read_questions(path: &Path) -> anyhow::Result<Vec<GoldenQuestion>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let parsed = match parse_questions(&text) {
        Ok(parsed) => parsed,
        Err(AppError::Invalid(errors)) => {
            let why: Vec<_> = errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect();
            bail!("cannot use {}: {}", path.display(), why.join("; "))
        }
        Err(error) => return Err(error.into()),
    };
    // Nothing is stored: a question is named by its place in the file.
    let id = |number: u64| format!("{number:032x}");
    let made = parsed.into_iter().zip(1..).map(|(new, number)| GoldenQuestion {
        id: id(number).parse::<GoldenQuestionId>().expect("32 hexadecimal digits are an id"),
        agent_id: id(0).parse::<AgentId>().expect("32 hexadecimal digits are an id"),
        question: new.question,
        expect: new.expect,
        created_at: Timestamp::default(),
        changed_at: Timestamp::default(),
    });
    Ok(made.collect())
}

/// Every file that can be read, each as a source named by its path within the folder.
async fn read_folder(folder: &Path, reader: &dyn DocumentReader) -> anyhow::Result<Vec<SourcePassages>> {
    let mut sources = Vec::new();
    for (name, path) in find_files(&[PathBuf::from(folder)])? {
        let bytes = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let options = ReadOptions { file_name: name.clone(), format: None, title: None };
        match reader.read(bytes, ReadRequest { source_id: name.clone(), options, page: None }).await {
            Ok(ReadDocuments { documents, .. }) => {
                sources.push(SourcePassages { source_id: name.clone(), source_name: name, documents });
            }
            Err(ReadFailure::Source(error)) => say(&format!("{name}: {} {}", error.cause, error.fix)),
            Err(ReadFailure::Unavailable(why)) => bail!("{why}"),
        }
    }
    Ok(sources)
}

#[cfg(test)]
mod tests {
    use baton_reader::InProcessReader;

    use crate::golden::of_folder;

    #[tokio::test]
    async fn k7_a_folder_of_docs_is_asked_its_golden_questions() {
        let folder = tempfile::tempdir().expect("a folder");
        let docs = folder.path().join("docs");
        std::fs::create_dir_all(docs.join("guide")).expect("made");
        let tails = "# Tails\n\nA tail is 12 metres long.\n";
        let frames = "# Frames\n\nThe frame is made of carbon rods.\n";
        std::fs::write(docs.join("guide/tails.md"), tails).expect("written");
        std::fs::write(docs.join("frames.md"), frames).expect("written");
        let questions = folder.path().join("golden.jsonl");
        let lines = [
            r#"{"question": "How long is a tail?", "expect": "guide/tails.md"}"#,
            r#"{"question": "What is the frame made of?", "expect": "Frames"}"#,
            r#"{"question": "How long is a tail?", "expect": "Frames"}"#,
            r#"{"question": "Who won the chess championship of 1921?", "must_hand_off": true}"#,
        ];
        std::fs::write(&questions, lines.join("\n")).expect("written");
        let results = of_folder(&docs, &questions, None, &InProcessReader).await.expect("asked");
        let passed: Vec<bool> = results.iter().map(|result| result.passed).collect();
        assert_eq!(passed, [true, true, false, true], "{results:#?}");
        let strict = of_folder(&docs, &questions, Some(1.0), &InProcessReader).await.expect("asked");
        assert!(strict[0].why.as_deref().is_some_and(|why| why.contains("below the threshold")), "{:?}", strict[0].why);
        std::fs::write(&questions, "question,expect\n,Frames\n").expect("written");
        let refused = of_folder(&docs, &questions, None, &InProcessReader).await;
        assert!(refused.is_err_and(|error| error.to_string().contains("line.2")));
    }
}
