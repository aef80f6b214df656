//! Generated files: the OpenAPI document, and from it the front ends' types.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

const DOCUMENT: &str = "docs/openapi.json";
const TYPES: &str = "web/packages/wire/src/generated/schema.ts";

/// Writes all generated files.
pub(crate) fn write(root: &Path) -> anyhow::Result<()> {
    std::fs::write(root.join(DOCUMENT), document()?).context("cannot write the document")?;
    std::fs::create_dir_all(root.join(TYPES).parent().expect("the path has folders"))?;
    types(root, &root.join(TYPES))
}

/// Fails if a generated file is not what is committed.
pub(crate) fn check(root: &Path) -> anyhow::Result<()> {
    same(root, DOCUMENT, &document()?)?;
    let fresh = root.join("target/schema.ts");
    types(root, &fresh)?;
    same(root, TYPES, &std::fs::read_to_string(fresh)?)
}

fn document() -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(&baton_api::openapi_document())? + "\n")
}

/// The generator needs an older TypeScript than the front ends, so it has a folder of its own.
fn types(root: &Path, to: &Path) -> anyhow::Result<()> {
    let folder = root.join("web/gen");
    if !folder.join("node_modules").exists() {
        run(Command::new("npm").args(["install", "--no-audit", "--no-fund"]).current_dir(&folder))?;
    }
    let document = root.join("target/openapi.json");
    std::fs::create_dir_all(root.join("target"))?;
    std::fs::write(&document, self::document()?)?;
    run(Command::new("npx")
        .args(["--no-install", "openapi-typescript"])
        .arg(&document)
        .arg("-o")
        .arg(to)
        .args(["--root-types", "--root-types-no-schema-prefix"])
        .current_dir(&folder))
}

fn same(root: &Path, name: &str, fresh: &str) -> anyhow::Result<()> {
    let committed = std::fs::read_to_string(root.join(name)).unwrap_or_default();
    if committed != fresh {
        bail!("{name} is not what would be generated; run `make codegen` and commit it");
    }
    Ok(())
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
