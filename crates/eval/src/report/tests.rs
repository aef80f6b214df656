use std::fs;

use crate::docs_qa::{Decision, run, write_predictions};
use crate::report::{Report, page};

const DOCS: &str = r#"{"id":"tails","title":"Tails","text":"A tail is 12 metres long. It keeps the kite steady in strong wind."}
{"id":"frames","title":"Frames","text":"The frame is made of carbon rods. A broken rod can be replaced."}
{"id":"lines","title":"Lines","text":"The line is wound onto a reel. Check the line for knots before each flight."}"#;

const QUESTIONS: &str = r#"{"id":"1","question":"How long is a tail?","answerable":true,"kind":"in","gold":["tails"]}
{"id":"2","question":"What is the frame made of?","answerable":true,"kind":"in","gold":["frames"]}
{"id":"3","question":"Do you sell parachutes in Norway?","answerable":false,"kind":"missing","gold":[]}
{"id":"4","question":"hello","answerable":false,"kind":"chitchat","gold":[]}
{"id":"5","question":"and that?","answerable":null,"kind":"underspecified"}"#;

fn split() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for agent in ["kites", "more-kites"] {
        let at = folder.path().join(agent);
        fs::create_dir(&at).unwrap();
        fs::write(at.join("docs.jsonl"), DOCS).unwrap();
        fs::write(at.join("questions.jsonl"), QUESTIONS).unwrap();
    }
    folder
}

#[test]
fn k7_every_knowledge_base_of_a_folder_is_asked_and_rated() {
    let folder = split();
    let asked = run(folder.path(), 0.5, None).unwrap();
    assert_eq!(asked.len(), 10);
    assert_eq!(asked[0].prediction.ranked[0], "tails");
    let hello = &asked[3].prediction;
    assert_eq!((hello.decision, hello.confidence, hello.ranked.len()), (Decision::Handoff, 0.0, 0));
    let report = Report::of(&asked, 0.5);
    assert_eq!(report.agents.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["kites", "more-kites"]);
    assert_eq!((report.pooled.ranking.questions, report.pooled.ranking.recall_1), (4, 1.0));
    assert_eq!(report.pooled.selection.questions, 8, "what cannot be scored is not");
    assert_eq!(report.unanswerable["missing"].questions, 2);
    let one = run(&folder.path().join("kites"), 0.5, None).unwrap();
    assert_eq!(one.len(), 5, "a knowledge base alone is asked too");
}

#[test]
fn predictions_are_written_one_a_line() {
    let folder = split();
    let asked = run(folder.path(), 0.5, None).unwrap();
    let out = folder.path().join("predictions.jsonl");
    write_predictions(&out, &asked).unwrap();
    let text = fs::read_to_string(out).unwrap();
    let first: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!((first["agent"].as_str(), first["id"].as_str()), (Some("kites"), Some("1")));
    assert!(matches!(first["decision"].as_str(), Some("answer" | "handoff")));
    assert!(first["confidence"].as_f64().is_some_and(|confidence| (0.0..=1.0).contains(&confidence)));
    assert_eq!(text.lines().count(), 10);
}

#[test]
fn the_page_needs_nothing_and_escapes_names() {
    let folder = split();
    fs::rename(folder.path().join("kites"), folder.path().join("<b>kites")).unwrap();
    let report = Report::of(&run(folder.path(), 0.5, None).unwrap(), 0.5);
    let page = page("A & B", &report);
    assert!(page.contains("A &amp; B") && page.contains("&lt;b&gt;kites") && !page.contains("<b>"));
    assert!(!page.contains("http") && !page.contains("<script"));
    assert!(report.table().contains("more-kites"));
}

#[test]
fn a_folder_without_questions_says_what_is_expected() {
    let folder = tempfile::tempdir().unwrap();
    let said = run(folder.path(), 0.5, None).unwrap_err().to_string();
    assert!(said.contains("docs.jsonl") && said.contains("questions.jsonl"), "{said}");
}
