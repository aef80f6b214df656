//! Rules of the project that no linter knows. Each names the file and says what to do.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::Value;

/// Which of our crates each of our crates may use. A crate stands where a dependency must be kept out.
const EDGES: [(&str, &[&str]); 18] = [
    ("baton-domain", &[]),
    ("baton-storage", &["baton-domain"]),
    ("baton-storage-sql", &["baton-domain", "baton-storage"]),
    ("baton-knowledge", &[]),
    ("baton-answer", &["baton-knowledge"]),
    ("baton-embedder", &[]),
    ("baton-eval", &["baton-answer", "baton-knowledge"]),
    ("baton-pdf", &[]),
    ("baton-reader", &["baton-app", "baton-domain", "baton-knowledge", "baton-pdf"]),
    ("baton-fetch", &[]),
    ("baton-realtime", &["baton-domain"]),
    (
        "baton-app",
        &["baton-domain", "baton-fetch", "baton-storage", "baton-knowledge", "baton-answer", "baton-realtime"],
    ),
    ("baton-api", &["baton-app", "baton-domain", "baton-realtime", "baton-storage"]),
    (
        "baton-server",
        &[
            "baton-answer",
            "baton-api",
            "baton-app",
            "baton-domain",
            "baton-embedder",
            "baton-eval",
            "baton-fetch",
            "baton-knowledge",
            "baton-reader",
            "baton-realtime",
            "baton-storage",
            "baton-storage-sql",
        ],
    ),
    ("baton-scripted-model", &[]),
    ("baton-load", &["baton-scripted-model"]),
    ("xtask", &["baton-api"]),
    // Plays the whole product, so it may name everything; nothing but tests may name it.
    ("baton-test-support", &["*"]),
];

/// Lines that a file of ours should not grow beyond; the longer ones are listed with the length they may not exceed.
const LINES_MAX: usize = 600;
const LONG_FILES: [(&str, usize); 4] = [
    // Tables of words, one to a line.
    ("crates/answer/src/intent/lexicon.rs", 640),
    ("crates/server/demo-site/style.css", 700),
    ("web/dashboard/dev/fake-server.mjs", 730),
    ("web/dashboard/dev/fake/seed.mjs", 650),
];

/// Largest file that is committed, bytes.
const BLOB_BYTES_MAX: u64 = 512 * 1024;

/// Checks every rule and names every breach.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let files = tracked(root)?;
    let mut breaches = Vec::new();
    edges(root, &mut breaches)?;
    for file in &files {
        one_file(root, file, &mut breaches);
    }
    storage_methods_are_proven(root, &mut breaches)?;
    configuration_is_documented(root, &mut breaches)?;
    if breaches.is_empty() {
        return Ok(());
    }
    bail!("{} rules are broken:\n  {}", breaches.len(), breaches.join("\n  "))
}

fn tracked(root: &Path) -> anyhow::Result<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .context("cannot ask git")?;
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

/// The edges between crates, as cargo sees them. Test dependencies are free.
fn edges(root: &Path, breaches: &mut Vec<String>) -> anyhow::Result<()> {
    let output = Command::new("cargo")
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root)
        .output()
        .context("cannot ask cargo")?;
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().context("cargo names no packages")?;
    let ours: BTreeSet<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, allowed)) = EDGES.iter().find(|(listed, _)| *listed == name) else {
            breaches.push(format!("{name} is not in the list of allowed edges (xtask/src/tidy.rs)"));
            continue;
        };
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        for dependency in dependencies.filter(|dependency| dependency["kind"].is_null()) {
            let used = dependency["name"].as_str().unwrap_or_default();
            if used == "pdf_oxide" && name != "baton-pdf" {
                breaches
                    .push(format!("{name} must not name pdf_oxide: it is heavy and reads hostile files (baton-pdf)"));
            }
            if ours.contains(used) && !allowed.contains(&used) && !allowed.contains(&"*") {
                breaches.push(format!("{name} must not depend on {used}"));
            }
        }
    }
    Ok(())
}

fn one_file(root: &Path, file: &str, breaches: &mut Vec<String>) {
    let path = root.join(file);
    let Ok(meta) = std::fs::metadata(&path) else { return };
    if meta.len() > BLOB_BYTES_MAX {
        breaches.push(format!("{file} has {} kB; keep large files out of the repository", meta.len() / 1024));
    }
    let Ok(text) = std::fs::read_to_string(&path) else { return };
    if file.ends_with("package-lock.json") && text.contains("\"resolved\": \"http") {
        breaches.push(format!("{file} names download addresses; install with the .npmrc of the repository"));
    }
    let is_code = [".rs", ".ts", ".tsx", ".css", ".mjs"].iter().any(|ending| file.ends_with(ending))
        && !file.contains("/generated/");
    if !is_code || file == "xtask/src/tidy.rs" {
        return;
    }
    let lines = text.lines().count();
    let most = LONG_FILES.iter().find(|(listed, _)| *listed == file).map_or(LINES_MAX, |(_, most)| *most);
    if lines > most {
        breaches.push(format!("{file} has {lines} lines, more than {most}; is it still one thing?"));
    }
    for (number, line) in text.lines().enumerate() {
        for word in ["FIXME", "TODO", "XXX:", "innerHTML", "dangerouslySetInnerHTML", "insertAdjacentHTML"] {
            if line.contains(word) && !line.contains("tidy: allow") {
                breaches.push(format!("{file}:{}: {word}", number + 1));
            }
        }
    }
}

/// Every method of the storage contract is named in the suite that every adapter must pass.
fn storage_methods_are_proven(root: &Path, breaches: &mut Vec<String>) -> anyhow::Result<()> {
    let source = root.join("crates/storage/src");
    let suite: String = read_all(&source.join("conformance"))?
        + &std::fs::read_to_string(source.join("conformance.rs")).unwrap_or_default();
    for file in ["agents", "conversations", "golden", "jobs", "sources", "team", "turns", "visitors"] {
        let contract = std::fs::read_to_string(source.join(format!("{file}.rs")))?;
        for method in contract
            .lines()
            .filter_map(|line| line.trim().strip_prefix("async fn "))
            .filter_map(|rest| rest.split('(').next())
        {
            if !suite.contains(&format!(".{method}(")) {
                breaches.push(format!("storage::{file}::{method} is in no test of the conformance suite"));
            }
        }
    }
    Ok(())
}

/// Every key that the environment knows is in the reference.
fn configuration_is_documented(root: &Path, breaches: &mut Vec<String>) -> anyhow::Result<()> {
    let config = std::fs::read_to_string(root.join("crates/server/src/config.rs"))?;
    let reference = std::fs::read_to_string(root.join("docs/reference/configuration.md"))?;
    for key in config
        .split('"')
        .filter(|part| part.starts_with("BATON_") && part.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
    {
        if key != "BATON_" && !key.ends_with("LISTN") && !reference.contains(key) {
            breaches.push(format!("{key} is not in docs/reference/configuration.md"));
        }
    }
    Ok(())
}

fn read_all(dir: &Path) -> anyhow::Result<String> {
    let mut all = String::new();
    let Ok(entries) = std::fs::read_dir(dir) else { return Ok(all) };
    for entry in entries.flatten() {
        let path = entry.path();
        all.push_str(&if path.is_dir() {
            read_all(&path)?
        } else {
            std::fs::read_to_string(&path).unwrap_or_default()
        });
    }
    Ok(all)
}
