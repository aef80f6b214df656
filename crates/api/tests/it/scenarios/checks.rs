//! What must be true after every scenario, whatever it is about.

use serde_json::Value;

/// Entries whose number is a matter of timing.
pub(super) fn is_timing(entry: &Value) -> bool {
    matches!(entry["type"].as_str(), Some("turn_opened" | "seen" | "page_visited"))
}

/// Whether an entry is as described.
pub(super) fn fits(entry: &Value, described: &Value) -> bool {
    let Some(described) = described.as_object() else { return false };
    described.iter().all(|(key, wanted)| match key.as_str() {
        "contains" => {
            entry["text"].as_str().is_some_and(|text| wanted.as_str().is_some_and(|part| text.contains(part)))
        }
        "cites" => wanted.as_array().into_iter().flatten().all(|title| cites(entry, title)),
        _ => matches(&entry[key], wanted),
    })
}

fn cites(entry: &Value, title: &Value) -> bool {
    let citations = entry["citations"].as_array().cloned().unwrap_or_default();
    citations.iter().any(|citation| {
        citation["title"] == *title || citation["heading_path"].as_array().is_some_and(|path| path.contains(title))
    })
}

/// Maps are matched by the fields that are named, everything else exactly.
fn matches(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Object(value), Value::Object(wanted)) => {
            wanted.iter().all(|(key, wanted)| value.get(key).is_some_and(|value| matches(value, wanted)))
        }
        (value, wanted) => value == wanted,
    }
}

/// The laws of every log.
pub(super) fn log(team: &[Value], visitor: &[Value], epoch: u64) -> Result<(), String> {
    let numbers: Vec<_> = team.iter().filter_map(|entry| entry["seq"].as_u64()).collect();
    if numbers != (1..=team.len() as u64).collect::<Vec<_>>() {
        return Err(format!("the log's numbers have gaps: {numbers:?}"));
    }
    let (mut owner, mut changes) = ("ai", 1);
    for entry in team {
        let kind = entry["type"].as_str().unwrap_or_default();
        let next = match kind {
            "handoff_requested" | "returned_to_queue" => "queue",
            "taken_over" | "assigned" => "member",
            "returned_to_ai" => "ai",
            "closed" => "closed",
            "reopened" => entry["to"].as_str().unwrap_or_default(),
            "ai_message" if owner != "ai" => {
                return Err(format!("the AI speaks while the {owner} has the conversation: {entry}"));
            }
            _ => continue,
        };
        owner = match next {
            "queue" => "queue",
            "member" => "member",
            "closed" => "closed",
            _ => "ai",
        };
        changes += 1;
    }
    if changes != epoch {
        return Err(format!("the epoch is {epoch}, the log has {changes}"));
    }
    seen_by_visitor(team, visitor)
}

fn seen_by_visitor(team: &[Value], visitor: &[Value]) -> Result<(), String> {
    if team.len() != visitor.len() {
        return Err(format!("the visitor has {} entries, the team {}", visitor.len(), team.len()));
    }
    for (team, visitor) in team.iter().zip(visitor) {
        let hides = matches!(team["type"].as_str(), Some("handoff_suppressed" | "handoff_repeated" | "page_visited"));
        if hides != (visitor["type"] == "hidden") || team["seq"] != visitor["seq"] {
            return Err(format!("the visitor sees {visitor} where the team sees {team}"));
        }
        let leaks =
            visitor["user_agent"].is_string() || visitor["evidence"].as_str().is_some_and(|text| !text.is_empty());
        if leaks {
            return Err(format!("the visitor sees what is for the team: {visitor}"));
        }
    }
    Ok(())
}
