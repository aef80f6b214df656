//! Plays scenarios/*.yaml over the HTTP API, as scenarios/README.md says. `SCENARIO=name` plays one alone.

mod checks;
pub(crate) mod held_model;
mod play;

use std::path::Path;

use serde_json::Value;

/// Fewer files than this means that the folder was not found.
const FILES_MIN: usize = 20;

#[tokio::test]
async fn every_scenario_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    files.sort();
    assert!(files.len() >= FILES_MIN, "only {} scenarios were found", files.len());
    let only = std::env::vars().find(|(key, _)| key == "SCENARIO").map(|(_, name)| name);
    let mut failed = Vec::new();
    for path in files {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if only.as_ref().is_some_and(|only| *only != name) {
            continue;
        }
        let scenario: Value = serde_yaml_ng::from_str(&std::fs::read_to_string(&path).unwrap())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let texts = scenario["each"].as_array().cloned().unwrap_or_else(|| vec![Value::Null]);
        for text in texts {
            let filled = filled(&scenario, &text);
            if let Err(why) = play::play(&filled, &folder.join("docs")).await {
                failed.push(format!("{name} ({text}): {why}"));
            }
        }
    }
    assert!(failed.is_empty(), "{} scenarios failed:\n\n{}", failed.len(), failed.join("\n\n"));
}

/// The scenario with `$each` replaced in every text.
fn filled(value: &Value, each: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace("$each", each.as_str().unwrap_or("$each"))),
        Value::Array(items) => items.iter().map(|item| filled(item, each)).collect(),
        Value::Object(map) => Value::Object(map.iter().map(|(key, item)| (key.clone(), filled(item, each))).collect()),
        other => other.clone(),
    }
}
